/* SPDX-License-Identifier: Apache-2.0 */
/* Solids, the chords that lines cut from them, and who counts where they overlap. */
#include "moly/simulation/solids.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/matter/photon.h"
#include "solids_inside.h"

static const double pi = 3.14159265358979323846;
static const double annihilation_kev = 510.998950; /* CODATA 2018 */

moly_status moly_solids_new(const char *name, moly_solids **solids, moly_error *err)
{
    *solids = NULL;
    moly_solids *made = moly_alloc(1, sizeof *made);
    if (!made || !(made->arena = moly_arena_new())) {
        moly_free(made);
        return MOLY_NO_MEMORY(err);
    }
    (void)snprintf(made->name, sizeof made->name, "%s", name);
    *solids = made;
    return MOLY_OK;
}

void moly_solids_free(moly_solids *solids)
{
    if (solids) {
        moly_free(solids->solids);
        moly_arena_free(solids->arena);
        moly_free(solids);
    }
}

moly_status moly_solids_material(moly_solids *solids, const char *text, int *material,
                                 moly_error *err)
{
    const moly_material *made = NULL;
    for (size_t i = 0; i < solids->n_materials; i++) {
        if (strcmp(solids->materials[i]->text, text) == 0) {
            *material = (int)i;
            return MOLY_OK;
        }
    }
    if (solids->n_materials >= MOLY_SOLIDS_MOST_MATERIALS) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "phantom %s: more than %d materials", solids->name,
                         MOLY_SOLIDS_MOST_MATERIALS);
    }
    moly_status status = moly_material_parse(text, solids->arena, &made, err);
    if (status) {
        return status;
    }
    if (!(made->density_g_cm3 > 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "material '%.60s' needs a density: '%.60s @ 1.0 g/cm3'", text, text);
    }
    *material = (int)solids->n_materials;
    solids->materials[solids->n_materials++] = made;
    return MOLY_OK;
}

/* ---- adding ---- */

static bool is_orthonormal(const double axes[9])
{
    for (int i = 0; i < 3; i++) {
        for (int j = i; j < 3; j++) {
            const double dot = axes[3 * i] * axes[3 * j] + axes[3 * i + 1] * axes[3 * j + 1] +
                               axes[3 * i + 2] * axes[3 * j + 2];
            if (!(fabs(dot - (i == j ? 1.0 : 0.0)) < 1e-6)) {
                return false;
            }
        }
    }
    return true;
}

static moly_status check(const moly_solids *solids, const moly_solid *s, moly_error *err)
{
    for (int i = 0; i < 3; i++) {
        if (!(s->half_mm[i] >= 1e-3 && s->half_mm[i] <= 1e4)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "phantom %s: %s has a half axis of %g mm, not within 0.001 to 10000",
                             solids->name, s->name, s->half_mm[i]);
        }
        if (!(fabs(s->centre_mm[i]) <= 1e4)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "phantom %s: %s lies at %g mm, not within 10000 mm of the middle",
                             solids->name, s->name, s->centre_mm[i]);
        }
    }
    if (!(s->bq_per_ml >= 0.0 && s->bq_per_ml < 1e15)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "phantom %s: %s has %g Bq/mL, not within 0 to 1e15",
                         solids->name, s->name, s->bq_per_ml);
    }
    if (!is_orthonormal(s->axes)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "phantom %s: the axes of %s are not orthonormal",
                         solids->name, s->name);
    }
    if (s->material < 0 || (size_t)s->material >= solids->n_materials) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "phantom %s: %s is of material %d of %zu",
                         solids->name, s->name, s->material, solids->n_materials);
    }
    if (solids->n >= MOLY_SOLIDS_MOST) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "phantom %s: more than %d solids", solids->name,
                         MOLY_SOLIDS_MOST);
    }
    return MOLY_OK;
}

moly_status moly_solids_add(moly_solids *solids, const moly_solid *solid, moly_error *err)
{
    static const double unit[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    moly_solid s = *solid;
    bool has_axes = false;
    for (int i = 0; i < 9; i++) {
        has_axes |= s.axes[i] < 0.0 || s.axes[i] > 0.0;
    }
    if (!has_axes) {
        memcpy(s.axes, unit, sizeof unit);
    }
    moly_status status = check(solids, &s, err);
    if (status) {
        return status;
    }
    if (solids->n == solids->capacity) {
        const size_t capacity = 2 * solids->capacity + 8;
        moly_solid *grown = moly_realloc(solids->solids, capacity, sizeof *grown);
        if (!grown) {
            return MOLY_NO_MEMORY(err);
        }
        solids->solids = grown;
        solids->capacity = capacity;
    }
    solids->solids[solids->n++] = s;
    return MOLY_OK;
}

/* ---- points and lines ---- */

static void to_own(const moly_solid *s, const double p[3], double own[3])
{
    const double d[3] = {p[0] - s->centre_mm[0], p[1] - s->centre_mm[1], p[2] - s->centre_mm[2]};
    for (int i = 0; i < 3; i++) {
        own[i] = s->axes[3 * i] * d[0] + s->axes[3 * i + 1] * d[1] + s->axes[3 * i + 2] * d[2];
    }
}

static double radius_mm(const moly_solid *s)
{
    const double *h = s->half_mm;
    switch (s->shape) {
    case MOLY_SOLID_ELLIPSOID:
        return fmax(h[0], fmax(h[1], h[2]));
    case MOLY_SOLID_CYLINDER: {
        const double across = fmax(h[0], h[1]);
        return sqrt(across * across + h[2] * h[2]);
    }
    case MOLY_SOLID_BOX:
        break;
    }
    return sqrt(h[0] * h[0] + h[1] * h[1] + h[2] * h[2]);
}

bool solid_has(const moly_solid *s, const double point[3])
{
    double q[3];
    to_own(s, point, q);
    const double u = q[0] / s->half_mm[0], v = q[1] / s->half_mm[1], w = q[2] / s->half_mm[2];
    bool is_in = false;
    switch (s->shape) {
    case MOLY_SOLID_ELLIPSOID:
        is_in = u * u + v * v + w * w <= 1.0;
        break;
    case MOLY_SOLID_CYLINDER:
        is_in = u * u + v * v <= 1.0 && fabs(w) <= 1.0;
        break;
    case MOLY_SOLID_BOX:
        is_in = fabs(u) <= 1.0 && fabs(v) <= 1.0 && fabs(w) <= 1.0;
        break;
    }
    return is_in && s->cut[0] * point[0] + s->cut[1] * point[1] + s->cut[2] * point[2] <= s->cut[3];
}

double solid_distance(const moly_solid *s, const double point[3])
{
    double q[3], outside = 0.0;
    to_own(s, point, q);
    for (int i = 0; i < 3; i++) { /* of the box around it */
        const double off = fmax(0.0, fabs(q[i]) - s->half_mm[i]);
        outside += off * off;
    }
    outside = sqrt(outside);
    const int n_round = s->shape == MOLY_SOLID_ELLIPSOID ? 3 : s->shape == MOLY_SOLID_BOX ? 0 : 2;
    double scaled = 0.0, least = INFINITY;
    for (int i = 0; i < n_round; i++) {
        scaled += q[i] * q[i] / (s->half_mm[i] * s->half_mm[i]);
        least = fmin(least, s->half_mm[i]);
    }
    if (n_round > 0) { /* the scaled distance from a round body, by its least half axis */
        outside = fmax(outside, (sqrt(scaled) - 1.0) * least);
    }
    const double beyond = s->cut[0] * point[0] + s->cut[1] * point[1] + s->cut[2] * point[2];
    const double norm = sqrt(s->cut[0] * s->cut[0] + s->cut[1] * s->cut[1] + s->cut[2] * s->cut[2]);
    return norm > 0.0 ? fmax(outside, (beyond - s->cut[3]) / norm) : outside;
}

int moly_solids_at(const moly_solids *solids, const double point_mm[3])
{
    for (size_t i = solids->n; i-- > 0;) {
        if (solid_has(&solids->solids[i], point_mm)) {
            return (int)i;
        }
    }
    return -1;
}

/* Keep of [t0, t1] what has p + t d <= limit; false: nothing. */
static bool keep_below(double p, double d, double limit, double *t0, double *t1)
{
    if (d > 0.0) {
        *t1 = fmin(*t1, (limit - p) / d);
    } else if (d < 0.0) {
        *t0 = fmax(*t0, (limit - p) / d);
    } else if (p > limit) {
        return false;
    }
    return *t1 > *t0;
}

/* Keep of [t0, t1] what has |p + t d|^2 <= 1 in the first `n` coordinates. */
static bool keep_round(const double p[3], const double d[3], int n, double *t0, double *t1)
{
    double dd = 0.0, pd = 0.0, pp = 0.0;
    for (int i = 0; i < n; i++) {
        dd += d[i] * d[i];
        pd += p[i] * d[i];
        pp += p[i] * p[i];
    }
    if (dd <= 0.0) {
        return pp <= 1.0;
    }
    const double middle = -pd / dd;
    double rest = 1.0 - pp - pd * middle; /* 1 - distance^2 of the line from the axis */
    if (rest <= 0.0) {
        return false;
    }
    rest = sqrt(rest / dd);
    *t0 = fmax(*t0, middle - rest);
    *t1 = fmin(*t1, middle + rest);
    return *t1 > *t0;
}

/* Where p + t d, t in 0..length, d a unit vector, lies in the solid. */
bool solid_meets(const moly_solid *s, const double p[3], const double d[3], double length,
                 double *t0, double *t1)
{
    double q[3], e[3];
    to_own(s, p, q);
    for (int i = 0; i < 3; i++) {
        e[i] = s->axes[3 * i] * d[0] + s->axes[3 * i + 1] * d[1] + s->axes[3 * i + 2] * d[2];
        q[i] /= s->half_mm[i];
        e[i] /= s->half_mm[i];
    }
    *t0 = 0.0;
    *t1 = length;
    const int n_round = s->shape == MOLY_SOLID_ELLIPSOID ? 3 : s->shape == MOLY_SOLID_BOX ? 0 : 2;
    if (n_round > 0 && !keep_round(q, e, n_round, t0, t1)) {
        return false;
    }
    for (int i = n_round; i < 3; i++) {
        if (!keep_below(q[i], e[i], 1.0, t0, t1) || !keep_below(-q[i], -e[i], 1.0, t0, t1)) {
            return false;
        }
    }
    return keep_below(s->cut[0] * p[0] + s->cut[1] * p[1] + s->cut[2] * p[2],
                      s->cut[0] * d[0] + s->cut[1] * d[1] + s->cut[2] * d[2], s->cut[3], t0, t1);
}

/* ---- chords ---- */

typedef struct stretch {
    double t0, t1;
    int solid;
} stretch;

static void sort_edges(double *edges, size_t n)
{
    for (size_t i = 1; i < n; i++) { /* short, and nested solids come nearly in order */
        const double edge = edges[i];
        size_t j = i;
        for (; j > 0 && edges[j - 1] > edge; j--) {
            edges[j] = edges[j - 1];
        }
        edges[j] = edge;
    }
}

/* Between neighbouring edges the same solids lie; the last of them counts. */
static size_t cut_up(const stretch *met, size_t n_met, moly_chord *chords)
{
    double edges[2 * MOLY_SOLIDS_MOST];
    size_t n = 0;
    for (size_t i = 0; i < n_met; i++) {
        edges[2 * i] = met[i].t0;
        edges[2 * i + 1] = met[i].t1;
    }
    sort_edges(edges, 2 * n_met);
    for (size_t k = 0; k + 1 < 2 * n_met; k++) {
        const double from = edges[k], to = edges[k + 1], middle = 0.5 * (from + to);
        size_t i = n_met;
        if (to <= from) {
            continue;
        }
        while (i > 0 && !(met[i - 1].t0 <= middle && middle <= met[i - 1].t1)) {
            i--;
        }
        if (i == 0) {
            continue;
        }
        const int solid = met[i - 1].solid;
        if (n > 0 && chords[n - 1].solid == solid && chords[n - 1].to_mm >= from) {
            chords[n - 1].to_mm = to;
        } else {
            chords[n++] = (moly_chord){from, to, solid};
        }
    }
    return n;
}

size_t solids_chords_among(const moly_solids *solids, const uint16_t *among, size_t n_among,
                           const double a[3], const double b[3], moly_chord *chords)
{
    double d[3] = {b[0] - a[0], b[1] - a[1], b[2] - a[2]};
    const double length = sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
    stretch met[MOLY_SOLIDS_MOST];
    size_t n_met = 0;
    if (!(length > 0.0)) {
        return 0;
    }
    for (int i = 0; i < 3; i++) {
        d[i] /= length;
    }
    for (size_t k = 0; k < n_among; k++) {
        const size_t i = among ? among[k] : k;
        stretch *m = &met[n_met];
        if (solid_meets(&solids->solids[i], a, d, length, &m->t0, &m->t1)) {
            m->solid = (int)i;
            n_met++;
        }
    }
    return cut_up(met, n_met, chords);
}

size_t moly_solids_chords(const moly_solids *solids, const double a_mm[3], const double b_mm[3],
                          moly_chord *chords)
{
    return solids_chords_among(solids, NULL, solids->n, a_mm, b_mm, chords);
}

size_t solids_near_line(const moly_solids *solids, const double a[2], const double b[2],
                        double margin_mm, uint16_t *among)
{
    const double dx = b[0] - a[0], dy = b[1] - a[1], length = sqrt(dx * dx + dy * dy);
    size_t n = 0;
    for (size_t i = 0; i < solids->n; i++) {
        const moly_solid *s = &solids->solids[i];
        double reach = radius_mm(s);
        if (s->shape == MOLY_SOLID_CYLINDER && fabs(s->axes[8]) > 1.0 - 1e-12) {
            reach = fmax(s->half_mm[0], s->half_mm[1]); /* upright: all planes see its circle */
        }
        const double off = ((s->centre_mm[0] - a[0]) * dy - (s->centre_mm[1] - a[1]) * dx) / length;
        if (fabs(off) <= reach * (1.0 + 1e-9) + margin_mm) {
            among[n++] = (uint16_t)i;
        }
    }
    return n;
}

void moly_solids_bounds(const moly_solids *solids, double low_mm[3], double high_mm[3])
{
    for (int i = 0; i < 3; i++) {
        low_mm[i] = solids->n > 0 ? INFINITY : 0.0;
        high_mm[i] = solids->n > 0 ? -INFINITY : 0.0;
    }
    for (size_t k = 0; k < solids->n; k++) {
        const moly_solid *s = &solids->solids[k];
        for (int i = 0; i < 3; i++) {
            const double x = s->half_mm[0] * s->axes[i], y = s->half_mm[1] * s->axes[3 + i],
                         z = s->half_mm[2] * s->axes[6 + i];
            double reach = fabs(x) + fabs(y) + fabs(z);
            if (s->shape == MOLY_SOLID_ELLIPSOID) {
                reach = sqrt(x * x + y * y + z * z);
            } else if (s->shape == MOLY_SOLID_CYLINDER) {
                reach = sqrt(x * x + y * y) + fabs(z);
            }
            low_mm[i] = fmin(low_mm[i], s->centre_mm[i] - reach);
            high_mm[i] = fmax(high_mm[i], s->centre_mm[i] + reach);
        }
    }
}

/* ---- how much of each there is ---- */

static bool may_cover(const moly_solid *under, const moly_solid *over)
{
    double d2 = 0.0;
    for (int i = 0; i < 3; i++) {
        const double d = under->centre_mm[i] - over->centre_mm[i];
        d2 += d * d;
    }
    const double reach = radius_mm(under) + radius_mm(over);
    return d2 < reach * reach;
}

static double whole_ml(const moly_solid *s)
{
    const double *h = s->half_mm;
    const double factor = s->shape == MOLY_SOLID_ELLIPSOID  ? 4.0 / 3.0 * pi
                          : s->shape == MOLY_SOLID_CYLINDER ? 2.0 * pi
                                                            : 8.0;
    return 1e-3 * factor * h[0] * h[1] * h[2];
}

/* Lines along its third axis, equally spaced over its first two. */
static double seen_ml(const moly_solids *solids, size_t index)
{
    enum { LINES = 256 };
    const moly_solid *s = &solids->solids[index];
    uint16_t among[MOLY_SOLIDS_MOST];
    moly_chord chords[2 * MOLY_SOLIDS_MOST];
    size_t n_among = 0;
    double sum = 0.0;
    for (size_t i = index; i < solids->n; i++) {
        if (i == index || may_cover(s, &solids->solids[i])) {
            among[n_among++] = (uint16_t)i;
        }
    }
    for (int line = 0; line < LINES * LINES; line++) {
        const int column = line % LINES, row = line / LINES;
        const double u = ((2.0 * column + 1.0) / LINES - 1.0) * s->half_mm[0];
        const double v = ((2.0 * row + 1.0) / LINES - 1.0) * s->half_mm[1];
        double a[3], b[3];
        for (int i = 0; i < 3; i++) {
            const double across = s->centre_mm[i] + u * s->axes[i] + v * s->axes[3 + i];
            a[i] = across - 1.01 * s->half_mm[2] * s->axes[6 + i];
            b[i] = across + 1.01 * s->half_mm[2] * s->axes[6 + i];
        }
        const size_t n = solids_chords_among(solids, among, n_among, a, b, chords);
        for (size_t c = 0; c < n; c++) {
            sum += chords[c].solid == (int)index ? chords[c].to_mm - chords[c].from_mm : 0.0;
        }
    }
    return 1e-3 * sum * 4.0 * s->half_mm[0] * s->half_mm[1] / (LINES * LINES);
}

static bool is_whole(const moly_solids *solids, size_t index)
{
    const moly_solid *s = &solids->solids[index];
    bool is_cut = false, is_covered = false;
    for (int i = 0; i < 4; i++) {
        is_cut |= s->cut[i] < 0.0 || s->cut[i] > 0.0;
    }
    for (size_t i = index + 1; i < solids->n; i++) {
        is_covered |= may_cover(s, &solids->solids[i]);
    }
    return !is_cut && !is_covered;
}

void moly_solids_volumes(const moly_solids *solids, double *volumes_ml)
{
    for (size_t i = 0; i < solids->n; i++) {
        volumes_ml[i] = is_whole(solids, i) ? whole_ml(&solids->solids[i]) : seen_ml(solids, i);
    }
}

double moly_solids_activity(const moly_solids *solids)
{
    double sum = 0.0;
    for (size_t i = 0; i < solids->n; i++) {
        const moly_solid *s = &solids->solids[i];
        if (s->bq_per_ml > 0.0) {
            sum += s->bq_per_ml * (is_whole(solids, i) ? whole_ml(s) : seen_ml(solids, i));
        }
    }
    return sum;
}

moly_status moly_solids_set_activity(moly_solids *solids, double activity_bq, moly_error *err)
{
    const double now = moly_solids_activity(solids);
    if (!(now > 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "phantom %s: nothing in it is active", solids->name);
    }
    for (size_t i = 0; i < solids->n; i++) {
        solids->solids[i].bq_per_ml *= activity_bq / now;
    }
    return MOLY_OK;
}

double moly_solids_mu_at_per_mm(const moly_solids *solids, int material, double energy_kev)
{
    const moly_material *m = solids->materials[material];
    return 0.1 * m->density_g_cm3 * moly_photon_attenuation_cm2_g(m, energy_kev);
}

double moly_solids_mu_per_mm(const moly_solids *solids, int material)
{
    return moly_solids_mu_at_per_mm(solids, material, annihilation_kev);
}

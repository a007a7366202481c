/* SPDX-License-Identifier: Apache-2.0 */
/* Single scatter of an image, and its counts in every bin. */
#include "moly/reconstruction/scatter.h"

#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/parallel.h"
#include "scatter_inside.h"

static const double pi = 3.14159265358979323846;
static const double usual_point_mm = 20.0, usual_ring_mm = 20.0;
static const int64_t usual_angles = 68, most_usual_rings = 16;
static const double finest_share = 0.3; /* TOF nodes to the kernel's sigma, at the finest */
/* Photons scattered twice count as if legs attenuated less by this part of what stays in the
 * window. Fitted to the NEMA body phantom followed photon by photon, as the figure that makes all
 * scatter to its estimate the same through the middle and beside it; within 1 % for a cylinder of
 * 20 cm too. */
static const double seen_again = 0.15;
static const double most_table_bytes = 2e9;

void moly_scatter_free(moly_scatter *scatter)
{
    if (scatter) {
        moly_free(scatter->table);
        moly_free(scatter->scale);
        moly_free(scatter);
    }
}

/* ---- making ---- */

static moly_status check(const moly_scatter_options *o, moly_error *err)
{
    const struct {
        const char *what;
        double value, low, high;
    } limits[] = {
        {"distance of scatter points in mm", o->point_mm, 5.0, 100.0},
        {"angles", (double)o->n_angles, 16.0, 256.0},
        {"rings", (double)o->n_rings, 1.0, 64.0},
        {"energy resolution", o->energy_fwhm, 0.01, 1.0},
        {"threads", (double)o->n_threads, 1.0, MOLY_MOST_THREADS},
        {"rounds", (double)o->n_rounds, 1.0, MOLY_MOST_SCATTER_ROUNDS},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        const double v = limits[i].value;
        if (v != 0.0 && !(v >= limits[i].low && v <= limits[i].high)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "scatter: %s %g, not within %g to %g",
                             limits[i].what, v, limits[i].low, limits[i].high);
        }
    }
    return o->n_angles % 2 == 0 ? MOLY_OK
                                : MOLY_FAIL(err, MOLY_ERR_RANGE, "scatter: %lld angles are odd",
                                            (long long)o->n_angles);
}

static double field_radius(const moly_layout *l)
{
    double radius = 0.0;
    for (int64_t t = 0; t < l->n_tangential; t++) {
        double a[2], b[2];
        if (moly_layout_line(l, 0, t, a, b)) {
            const double dx = b[0] - a[0], dy = b[1] - a[1];
            radius = fmax(radius, fabs(a[0] * dy - a[1] * dx) / hypot(dx, dy));
        }
    }
    return radius;
}

static void choose_detectors(const moly_layout *l, const moly_scatter_options *o,
                             scatter_detectors *d)
{
    const double length = moly_pet_length(&l->scanner);
    const int64_t wanted = (int64_t)ceil(length / usual_ring_mm) + 1;
    d->n_angles = o->n_angles ? o->n_angles : usual_angles;
    d->n_rings = o->n_rings ? o->n_rings : wanted > most_usual_rings ? most_usual_rings : wanted;
    d->n_rings = d->n_rings < 2 ? 2 : d->n_rings;
    d->radius_mm = moly_pet_radius(&l->scanner);
    d->first_z_mm = -0.5 * length;
    d->step_z_mm = fmax(length, 1e-3) / (double)(d->n_rings - 1);
}

/* Nodes are the bins, or fewer where bins are much finer than the kernel. */
static void choose_tof(const moly_layout *l, moly_scatter *s)
{
    s->n_tof = l->n_tof;
    s->tof_width_mm = s->tof_step_mm = l->n_tof > 1 ? moly_layout_tof_width(l) : 1.0;
    const double finest = finest_share * moly_layout_tof_sigma(l);
    if (l->n_tof > 1 && s->tof_step_mm < finest) {
        const double half = 0.5 * s->tof_step_mm * (double)(l->n_tof - 1);
        s->n_tof = 2 * (int64_t)ceil(half / finest) + 1;
        s->tof_step_mm = 2.0 * half / (double)(s->n_tof - 1);
    }
}

static moly_status make_table(moly_scatter *s, moly_error *err)
{
    const scatter_detectors *d = &s->detectors;
    const double n = pow((double)(d->n_angles * d->n_rings), 2.0) * (double)s->n_tof;
    if (n * sizeof *s->table > most_table_bytes) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "scatter of %lld angles x %lld rings x %lld TOF bins: %.3g GB, above %g",
                         (long long)d->n_angles, (long long)d->n_rings, (long long)s->n_tof,
                         1e-9 * n * sizeof *s->table, 1e-9 * most_table_bytes);
    }
    s->table = moly_alloc((size_t)n, sizeof *s->table);
    s->scale = moly_alloc(1, sizeof *s->scale);
    if (!s->table || !s->scale) {
        return MOLY_NO_MEMORY(err);
    }
    s->n_scale = 1;
    s->scale[0] = 1.0;
    s->scale_step_mm = 1.0;
    return MOLY_OK;
}

static size_t steps_across(const scatter_map *map)
{
    double across2 = 0.0;
    for (int a = 0; a < 3; a++) {
        across2 += pow(map->spacing_mm * (double)map->n[a], 2.0);
    }
    return (size_t)(sqrt(across2) / SCATTER_STEP_MM) + 1;
}

moly_status moly_scatter_simulate(const moly_layout *layout, const moly_volume *activity,
                                  const moly_volume *mu_per_mm, const moly_scatter_options *options,
                                  moly_scatter **scatter, moly_error *err)
{
    const int n_threads = options->n_threads > 0 ? options->n_threads : moly_n_processors();
    scatter_energies energies = {0};
    scatter_points points = {0};
    scatter_map map = {0};
    scatter_legs *legs = NULL;
    *scatter = NULL;
    moly_status status = check(options, err);
    if (status) {
        return status;
    }
    moly_scatter *s = moly_alloc(1, sizeof *s);
    if (!s) {
        return MOLY_NO_MEMORY(err);
    }
    choose_detectors(layout, options, &s->detectors);
    choose_tof(layout, s);
    s->field_radius_mm = field_radius(layout);
    status = scatter_energies_make(layout, options->energy_fwhm, &energies, &s->detectors, err);
    status = status ? status : make_table(s, err);
    status = status ? status : scatter_map_make(activity, mu_per_mm, &map, err);
    if (!status) {
        const double step = options->point_mm > 0.0 ? options->point_mm : usual_point_mm;
        status = scatter_points_make(mu_per_mm, step, &points, err);
    }
    const double again = options->is_single ? 0.0 : seen_again * energies.stays;
    const size_t n_steps = s->n_tof > 1 ? steps_across(&map) : 0;
    if (!status) {
        s->n_points = points.n;
        status =
            scatter_legs_make(&s->detectors, &points, &map, again, n_steps, n_threads, &legs, err);
    }
    status = status ? status
                    : scatter_pairs(s, &points, legs, &energies, n_steps,
                                    moly_layout_tof_sigma(layout), n_threads, err);
    scatter_legs_free(legs);
    scatter_points_release(&points);
    moly_free(map.values);
    if (status) {
        moly_scatter_free(s);
        return status;
    }
    *scatter = s;
    return MOLY_OK;
}

/* ---- bins ---- */

/* Where a plane lies between rings of detectors, and its scale. */
typedef struct plane_place {
    int32_t first;   /* ring a * n_rings + ring b */
    float weight[4]; /* (a, b), (a, b + 1), (a + 1, b), (a + 1, b + 1), times the scale */
} plane_place;

typedef struct tof_place {
    int32_t first;
    float part;
} tof_place;

typedef struct counts {
    const moly_scatter *scatter;
    const moly_sinogram *sensitivity;
    moly_layout *layout;
    plane_place *planes;
    tof_place *bins; /* [n_tof] */
    bool is_summed;  /* TOF nodes into one bin */
} counts;

/* Catmull and Rom's cubic through the middle two of four nodes. */
static void cubic(double at, int64_t n, int64_t nodes[4], float weights[4])
{
    const double base = floor(at), u = at - base;
    for (int i = 0; i < 4; i++) {
        nodes[i] = (((int64_t)base - 1 + i) % n + n) % n;
    }
    weights[0] = (float)(u * (-0.5 + u * (1.0 - 0.5 * u)));
    weights[1] = (float)(1.0 + u * u * (-2.5 + 1.5 * u));
    weights[2] = (float)(u * (0.5 + u * (2.0 - 1.5 * u)));
    weights[3] = (float)(u * u * (-0.5 + 0.5 * u));
}

/* Scatter of the line from a to b for all rings of detectors: block[n_tof][rings a][rings b]. */
static void mix(const counts *c, const double a[2], const double b[2], float *block)
{
    const moly_scatter *s = c->scatter;
    const scatter_detectors *d = &s->detectors;
    const size_t n = (size_t)(s->n_tof * d->n_rings * d->n_rings);
    const double step = 2.0 * pi / (double)d->n_angles;
    int64_t at_a[4], at_b[4];
    float to_a[4], to_b[4];
    cubic(atan2(a[0], -a[1]) / step, d->n_angles, at_a, to_a);
    cubic(atan2(b[0], -b[1]) / step, d->n_angles, at_b, to_b);
    memset(block, 0, n * sizeof *block);
    for (int i = 0; i < 4; i++) {
        for (int k = 0; k < 4; k++) {
            const float *in = s->table + (size_t)(at_a[i] * d->n_angles + at_b[k]) * n;
            const float weight = to_a[i] * to_b[k];
            for (size_t e = 0; e < n; e++) {
                block[e] += weight * in[e];
            }
        }
    }
    for (size_t e = 0; e < n; e++) { /* a cubic dips below 0 beside an edge */
        block[e] = fmaxf(block[e], 0.0F);
    }
}

/* TOF nodes to TOF bins, or all to one. */
static void share_tof(const counts *c, const float *nodes, float *bins)
{
    const moly_scatter *s = c->scatter;
    const size_t n = (size_t)(s->detectors.n_rings * s->detectors.n_rings);
    for (int64_t t = 0; t < c->layout->n_tof; t++) {
        float *out = bins + (size_t)t * n;
        if (!c->is_summed) {
            const float *in = nodes + (size_t)c->bins[t].first * n, part = c->bins[t].part;
            for (size_t e = 0; e < n; e++) {
                out[e] = in[e] + (part > 0.0F ? part * (in[n + e] - in[e]) : 0.0F);
            }
            continue;
        }
        memset(out, 0, n * sizeof *out);
        for (int64_t k = 0; k < s->n_tof; k++) {
            for (size_t e = 0; e < n; e++) {
                out[e] += nodes[(size_t)k * n + e] * (float)(s->tof_step_mm / s->tof_width_mm);
            }
        }
    }
}

static void fill_row(const counts *c, const float *block, const float *sensitivity, float *row)
{
    const size_t n = (size_t)c->scatter->detectors.n_rings;
    const size_t n_planes = (size_t)c->layout->n_planes;
    for (int64_t t = 0; t < c->layout->n_tof; t++) {
        const float *in = block + (size_t)t * n * n;
        float *out = row + (size_t)t * n_planes;
        for (size_t p = 0; p < n_planes; p++) {
            const plane_place *at = &c->planes[p];
            const float *q = in + at->first;
            out[p] = at->weight[0] * q[0] + at->weight[1] * q[1] + at->weight[2] * q[n] +
                     at->weight[3] * q[n + 1];
        }
        for (size_t p = 0; p < n_planes && sensitivity; p++) {
            out[p] *= sensitivity[p];
        }
    }
}

static moly_status read_counts(void *store, int64_t view, float *bins, moly_error *err)
{
    const counts *c = store;
    const moly_scatter *s = c->scatter;
    const moly_layout *l = c->layout;
    const size_t n = (size_t)(s->detectors.n_rings * s->detectors.n_rings);
    const size_t n_planes = (size_t)l->n_planes, row = (size_t)l->n_tof * n_planes;
    float *sensitivity = moly_alloc((size_t)l->n_tangential * n_planes, sizeof *sensitivity);
    float *nodes = moly_alloc((size_t)s->n_tof * n, sizeof *nodes);
    float *block = moly_alloc((size_t)l->n_tof * n, sizeof *block);
    moly_status status = sensitivity && nodes && block ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status && c->sensitivity) {
        status = moly_sinogram_read_view(c->sensitivity, view, sensitivity, err);
    }
    for (int64_t t = 0; t < l->n_tangential && !status; t++) {
        float *out = bins + (size_t)t * row;
        double a[2], b[2];
        if (!moly_layout_line(l, view, t, a, b)) {
            memset(out, 0, row * sizeof *out);
            continue;
        }
        mix(c, a, b, nodes);
        share_tof(c, nodes, block);
        fill_row(c, block, c->sensitivity ? sensitivity + (size_t)t * n_planes : NULL, out);
    }
    moly_free(sensitivity);
    moly_free(nodes);
    moly_free(block);
    return status;
}

static void close_counts(void *store)
{
    counts *c = store;
    moly_layout_free(c->layout);
    moly_free(c->planes);
    moly_free(c->bins);
    moly_free(c);
}

static double scale_at(const moly_scatter *s, double z_mm)
{
    const double last = (double)(s->n_scale - 1);
    const double at = fmin(fmax((z_mm - s->scale_first_mm) / s->scale_step_mm, 0.0), last);
    const int64_t i = (int64_t)at < s->n_scale - 1 ? (int64_t)at : s->n_scale - 1;
    const int64_t next = i + 1 < s->n_scale ? i + 1 : i;
    return s->scale[i] + (at - (double)i) * (s->scale[next] - s->scale[i]);
}

static void place_planes(counts *c)
{
    const moly_scatter *s = c->scatter;
    const scatter_detectors *d = &s->detectors;
    for (int64_t p = 0; p < c->layout->n_planes; p++) {
        double z[2];
        int64_t node[2];
        double part[2];
        moly_layout_ends(c->layout, p, &z[0], &z[1]);
        for (int i = 0; i < 2; i++) {
            const double last = (double)(d->n_rings - 1);
            const double at = fmin(fmax((z[i] - d->first_z_mm) / d->step_z_mm, 0.0), last);
            node[i] = (int64_t)at < d->n_rings - 1 ? (int64_t)at : d->n_rings - 2;
            part[i] = at - (double)node[i];
        }
        const double scale = scale_at(s, 0.5 * (z[0] + z[1]));
        plane_place *place = &c->planes[p];
        place->first = (int32_t)(node[0] * d->n_rings + node[1]);
        for (int k = 0; k < 4; k++) {
            place->weight[k] = (float)(scale * (k & 2 ? part[0] : 1.0 - part[0]) *
                                       (k & 1 ? part[1] : 1.0 - part[1]));
        }
    }
}

static moly_status place_tof(counts *c, moly_error *err)
{
    const moly_scatter *s = c->scatter;
    const moly_layout *l = c->layout;
    c->is_summed = l->n_tof == 1;
    if (l->n_tof > 1 && (s->n_tof == 1 || fabs(moly_layout_tof_width(l) - s->tof_width_mm) >
                                              1e-6 * s->tof_width_mm)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "scatter was not simulated for such TOF bins");
    }
    for (int64_t t = 0; t < l->n_tof && l->n_tof > 1; t++) {
        const double z = s->tof_width_mm * ((double)t - 0.5 * (double)(l->n_tof - 1));
        const double at = z / s->tof_step_mm + 0.5 * (double)(s->n_tof - 1);
        const double in = fmin(fmax(at, 0.0), (double)(s->n_tof - 1));
        const int64_t first = (int64_t)in < s->n_tof - 1 ? (int64_t)in : s->n_tof - 1;
        const double part = in - (double)first;
        c->bins[t] = (tof_place){(int32_t)first, first < s->n_tof - 1 ? (float)part : 0.0F};
    }
    return MOLY_OK;
}

moly_status moly_scatter_sinogram(const moly_scatter *scatter, const moly_layout *layout,
                                  const moly_sinogram *sensitivity, moly_sinogram **made,
                                  moly_error *err)
{
    static const moly_sinogram_ops ops = {.read_view = read_counts, .close = close_counts};
    const moly_layout *l = sensitivity ? moly_sinogram_layout(sensitivity) : layout;
    *made = NULL;
    if (l->n_views != layout->n_views || l->n_tangential != layout->n_tangential ||
        l->n_planes != layout->n_planes || (sensitivity && l->n_tof != 1)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "scatter: the sensitivity has %lld views x %lld bins x %lld planes x %lld "
                         "TOF bins, the data %lld x %lld x %lld; it has one TOF bin",
                         (long long)l->n_views, (long long)l->n_tangential, (long long)l->n_planes,
                         (long long)l->n_tof, (long long)layout->n_views,
                         (long long)layout->n_tangential, (long long)layout->n_planes);
    }
    counts *c = moly_alloc(1, sizeof *c);
    if (!c) {
        return MOLY_NO_MEMORY(err);
    }
    c->scatter = scatter;
    c->sensitivity = sensitivity;
    moly_status status = moly_layout_copy(layout, &c->layout, err);
    if (!status) {
        c->planes = moly_alloc((size_t)layout->n_planes, sizeof *c->planes);
        c->bins = moly_alloc((size_t)layout->n_tof, sizeof *c->bins);
        status = c->planes && c->bins ? place_tof(c, err) : MOLY_NO_MEMORY(err);
    }
    if (!status) {
        place_planes(c);
        status = moly_sinogram_wrap(layout, &ops, c, made, err);
    }
    if (status) {
        close_counts(c);
    }
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Curves and points of ../shared/data/nuclear/charged: tab-separated text. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/text.h"
#include "tables.h"

#define FILE_LIMIT (64u << 20)
#define MOST_CELLS 8
#define STRAY_WIDTH_MEV 0.41
#define STRAY_REL 0.03
#define SPARSE_POINTS 60 /* TENDL's own grid has 48 energies and a threshold */

void curves_free(table_curves *curves)
{
    for (size_t i = 0; i < curves->n; i++) {
        moly_free(curves->all[i].points);
    }
    moly_free(curves->all);
    *curves = (table_curves){0};
}

table_curve *curves_new(table_curves *curves, const table_curve *like)
{
    if (curves->n == curves->room) {
        const size_t room = curves->room ? 2 * curves->room : 1024;
        table_curve *all = moly_realloc(curves->all, room, sizeof *all);
        if (!all) {
            return NULL;
        }
        curves->all = all;
        curves->room = room;
    }
    table_curve *curve = &curves->all[curves->n++];
    *curve = *like;
    curve->points = NULL;
    curve->n = curve->room = 0;
    return curve;
}

moly_status curve_add(table_curve *curve, table_point point, moly_error *err)
{
    if (curve->n == curve->room) {
        const size_t room = curve->room ? 2 * curve->room : 32;
        table_point *points = moly_realloc(curve->points, room, sizeof *points);
        if (!points) {
            return MOLY_NO_MEMORY(err);
        }
        curve->points = points;
        curve->room = room;
    }
    curve->points[curve->n++] = point;
    return MOLY_OK;
}

double curve_at(const table_curve *curve, double e_mev)
{
    const table_point *p = curve->points;
    if (curve->n < 2 || e_mev < p[0].e_mev || e_mev > p[curve->n - 1].e_mev) {
        return NAN;
    }
    size_t i = 1;
    while (i + 1 < curve->n && p[i].e_mev < e_mev) {
        i++;
    }
    const double width = p[i].e_mev - p[i - 1].e_mev;
    const double t = width > 0.0 ? (e_mev - p[i - 1].e_mev) / width : 1.0;
    return p[i - 1].xs_mb + t * (p[i].xs_mb - p[i - 1].xs_mb);
}

/* ---- lines of a file ---- */

typedef struct line_reader {
    char *data, *next;
    const char *path;
    int line;
    char *cell[MOST_CELLS];
    int n;
} line_reader;

static moly_status open_lines(const char *path, line_reader *r, moly_error *err)
{
    size_t length;
    *r = (line_reader){.path = path};
    const moly_status status = moly_file_read(path, FILE_LIMIT, &r->data, &length, err);
    r->next = r->data;
    return status;
}

static bool next_line(line_reader *r)
{
    if (!r->next || *r->next == '\0') {
        return false;
    }
    char *line = r->next, *end = line + strcspn(line, "\n");
    r->next = end + (*end == '\n');
    *end = '\0';
    r->line++;
    r->n = 0;
    for (char *cell = line; cell && r->n < MOST_CELLS;) {
        char *tab = strchr(cell, '\t');
        if (tab) {
            *tab++ = '\0';
        }
        r->cell[r->n++] = cell;
        cell = tab;
    }
    return true;
}

static moly_status bad_line(const line_reader *r, const char *what, moly_error *err)
{
    return MOLY_FAIL(err, MOLY_ERR_DATA, "%s:%d: %s", r->path, r->line, what);
}

static int by_energy(const void *a, const void *b)
{
    const double x = ((const table_point *)a)->e_mev, y = ((const table_point *)b)->e_mev;
    return (x > y) - (x < y);
}

static void sort_points(table_curves *curves, size_t first)
{
    for (size_t i = first; i < curves->n; i++) {
        table_curve *c = &curves->all[i];
        if (c->n > 0) {
            qsort(c->points, c->n, sizeof *c->points, by_energy);
            c->best_to_mev = c->points[c->n - 1].e_mev;
        }
    }
}

static int element_of(const char *symbol)
{
    int z = MOLY_Z_MAX;
    while (z > 0 && strcmp(moly_element_symbol(z), symbol) != 0) {
        z--;
    }
    return z;
}

/* Of the model's grid (whole MeV) or its threshold (no multiple of 0.05 MeV), not of IAEA's? */
static bool may_be_stray(double e_mev)
{
    return fabs(e_mev - round(e_mev)) < 1e-9 || fabs(20.0 * e_mev - round(20.0 * e_mev)) > 1e-6;
}

/* Where the two grids were joined, points of the model stayed within some of IAEA's curves: a point
 * that may be the model's, between near neighbours that are not, and off their line. */
static bool is_stray(const table_point *p, size_t n, size_t i)
{
    if (i == 0 || i + 1 >= n || !may_be_stray(p[i].e_mev)) {
        return false;
    }
    const table_point *a = &p[i - 1], *b = &p[i + 1];
    a -= i > 1 && may_be_stray(a->e_mev);
    b += i + 2 < n && may_be_stray(b->e_mev);
    const double width = b->e_mev - a->e_mev;
    const double line = a->xs_mb + (b->xs_mb - a->xs_mb) * (p[i].e_mev - a->e_mev) / width;
    return width <= STRAY_WIDTH_MEV && fabs(p[i].xs_mb - line) > STRAY_REL * line;
}

/* IAEA's curves of 2024 stand in the TENDL file in place of the model, on a dense grid; above and
 * below them the model goes on. */
static moly_status find_merged(table_curve *c, moly_error *err)
{
    if (c->origin != ORIGIN_TENDL || c->n <= SPARSE_POINTS) {
        return MOLY_OK;
    }
    c->origin = ORIGIN_IAEA_2024;
    (void)snprintf(c->source, sizeof c->source, "IAEA charged-particle library 2024");
    table_point *kept = moly_alloc(c->n, sizeof *kept);
    if (!kept) {
        return MOLY_NO_MEMORY(err);
    }
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (!is_stray(c->points, c->n, i)) {
            kept[n++] = c->points[i];
        }
    }
    moly_free(c->points);
    c->points = kept;
    c->room = c->n;
    c->n = n;
    for (size_t i = 1; i < c->n; i++) {
        if (c->points[i].e_mev - c->points[i - 1].e_mev < 0.75) {
            c->best_to_mev = c->points[i].e_mev;
        }
    }
    return MOLY_OK;
}

moly_status read_curves(const char *path, table_origin origin, const char *source,
                        table_curves *curves, moly_error *err)
{
    line_reader r;
    const size_t first = curves->n;
    moly_status status = open_lines(path, &r, err);
    bool is_heading = true;
    table_curve *c = NULL;
    while (status == MOLY_OK && next_line(&r)) {
        if (is_heading) {
            is_heading = false;
            continue;
        }
        if (r.n < 7 || strlen(r.cell[0]) < 3 || !element_of(r.cell[0] + 2)) {
            status = bad_line(&r, "wants beam_target, A, Z, A, state, energy and mb", err);
            break;
        }
        table_curve like = {.beam = r.cell[0][0],
                            .z = element_of(r.cell[0] + 2),
                            .a = (int)strtol(r.cell[1], NULL, 10),
                            .pz = (int)strtol(r.cell[2], NULL, 10),
                            .pa = (int)strtol(r.cell[3], NULL, 10),
                            .state = r.cell[4][0],
                            .origin = origin};
        (void)snprintf(like.source, sizeof like.source, "%s", source);
        if (!c || c->beam != like.beam || c->z != like.z || c->a != like.a || c->pz != like.pz ||
            c->pa != like.pa || c->state != like.state) {
            c = curves_new(curves, &like);
        }
        const table_point p = {strtod(r.cell[5], NULL), strtod(r.cell[6], NULL), NAN};
        if (!c) {
            status = MOLY_NO_MEMORY(err);
        } else if (!(p.e_mev > 0.0 && p.xs_mb >= 0.0)) {
            status = bad_line(&r, "energy or cross section is no number", err);
        } else {
            status = curve_add(c, p, err);
        }
    }
    moly_free(r.data);
    sort_points(curves, first);
    for (size_t i = first; i < curves->n && status == MOLY_OK; i++) {
        status = find_merged(&curves->all[i], err);
    }
    return status;
}

/* ---- EXFOR ---- */

/* "Z-El-A" or "Z-El-A-G"; stops at the delimiter. */
static bool read_nuclide(const char **text, int *z, int *a, char *state)
{
    char *end;
    *z = (int)strtol(*text, &end, 10);
    if (end == *text || *end != '-') {
        return false;
    }
    end++;
    while (*end && *end != '-') {
        end++;
    }
    if (*end != '-') {
        return false;
    }
    const char *digits = end + 1;
    *a = (int)strtol(digits, &end, 10);
    *state = '\0';
    if (end == digits) {
        return false;
    }
    if (*end == '-') {
        if (end[1] == 'G' || end[1] == 'M') {
            *state = "gm"[end[1] == 'M'];
        }
        end += 2;
    }
    *text = end;
    return true;
}

/* "(42-MO-100(P,X)42-MO-99,CUM,SIG,,,RECOM) ...". Sums of reactions, partial cross sections,
 * factors and derived figures are passed over. */
static bool read_reaction(const char *text, table_curve *c, bool is_measured)
{
    char state;
    if (*text++ != '(' || !read_nuclide(&text, &c->z, &c->a, &state) || *text != '(') {
        return false;
    }
    const char *beams = "PDAG", *ours = "pdag", *beam = strchr(beams, text[1]);
    if (!beam || text[2] != ',') {
        return false;
    }
    c->beam = ours[beam - beams];
    text = strchr(text, ')');
    if (!text++ || !read_nuclide(&text, &c->pz, &c->pa, &c->state) || *text != ',') {
        return false;
    }
    char branch[16];
    const size_t n = strcspn(++text, ",");
    (void)snprintf(branch, sizeof branch, "%.*s", (int)(n < 15 ? n : 15), text);
    text += n;
    c->is_cumulative = strcmp(branch, "CUM") == 0 || strcmp(branch, "M+") == 0;
    if (strcmp(branch, "PAR") == 0 || strcmp(branch, "M-") == 0 || strncmp(text, ",SIG", 4) != 0) {
        return false;
    }
    text += 4;
    const size_t rest = strcspn(text, ")");
    if (!is_measured) {
        return rest == 8 && strncmp(text, ",,,RECOM", rest) == 0;
    }
    return rest == 0 || (rest == 6 && strncmp(text, ",,,EXP", rest) == 0);
}

/* "S.Takacs" and "(J,NIM/B,211,169,2003) Main ..." to "EXFOR D4111006, S.Takacs 2003". */
static void cite(table_curve *c, const char *entry, const char *author, const char *reference)
{
    char year[5] = "";
    for (const char *p = reference; *p && *p != ')'; p++) {
        if (p[0] == ',' && (strncmp(p, ",19", 3) == 0 || strncmp(p, ",20", 3) == 0) &&
            (p[5] == ')' || p[5] == ',')) {
            (void)snprintf(year, sizeof year, "%.4s", p + 1);
        }
    }
    (void)snprintf(c->entry, sizeof c->entry, "%.8s", entry);
    (void)snprintf(c->source, sizeof c->source, "EXFOR %.8s %.40s %s", entry, author, year);
    for (char *p = c->source; *p; p++) {
        if (*p == ',') {
            *p = ' ';
        }
    }
}

static bool is_same(const table_curve *a, const table_curve *b)
{
    return a->beam == b->beam && a->z == b->z && a->a == b->a && a->pz == b->pz && a->pa == b->pa &&
           a->state == b->state && a->is_cumulative == b->is_cumulative &&
           strcmp(a->entry, b->entry) == 0;
}

moly_status read_exfor(const char *path, bool is_measured, table_curves *curves, moly_error *err)
{
    line_reader r;
    const size_t first = curves->n;
    moly_status status = open_lines(path, &r, err);
    while (status == MOLY_OK && next_line(&r)) {
        table_curve like = {.origin = ORIGIN_EXFOR_RECOMMENDED};
        if (r.n < 7 || !read_reaction(r.cell[1], &like, is_measured)) {
            continue;
        }
        char *end, *end_xs;
        table_point p = {strtod(r.cell[2], &end), strtod(r.cell[3], &end_xs), NAN};
        if (end == r.cell[2] || end_xs == r.cell[3] || !(p.e_mev > 0.0) || !(p.xs_mb >= 0.0)) {
            continue; /* a point without energy or cross section tells nothing */
        }
        if (r.cell[4][0] != '\0') {
            p.sd_mb = strtod(r.cell[4], NULL);
        }
        cite(&like, r.cell[0], r.cell[5], r.cell[6]);
        table_curve *c = NULL;
        for (size_t i = first; i < curves->n && !c; i++) {
            c = is_same(&curves->all[i], &like) ? &curves->all[i] : NULL;
        }
        c = c ? c : curves_new(curves, &like);
        status = c ? curve_add(c, p, err) : MOLY_NO_MEMORY(err);
    }
    moly_free(r.data);
    sort_points(curves, first);
    return status;
}

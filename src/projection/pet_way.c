/* SPDX-License-Identifier: Apache-2.0 */
/* A line's way across the bore. Joseph: at each row of voxels, between two columns. Distance
 * driven: the columns that the bin's strip overlaps; strips end half-way to the neighbouring lines.
 */
#include <math.h>

#include "moly/base/memory.h"
#include "pet_inside.h"

moly_status scratch_new(const moly_pet_projector *p, bool has_slab, line_scratch *s,
                        moly_error *err)
{
    const size_t steps = (size_t)p->most_steps;
    const size_t bins = p->tof.weights ? (size_t)p->tof.n_bins : 1;
    *s = (line_scratch){0};
    s->way.row = moly_alloc(steps, sizeof *s->way.row);
    s->way.column = moly_alloc(steps, sizeof *s->way.column);
    s->way.weights = moly_alloc(steps, (size_t)p->n_columns * sizeof *s->way.weights);
    s->way.t = moly_alloc(steps, sizeof *s->way.t);
    s->rows = has_slab ? moly_alloc(steps, (size_t)p->stride * sizeof *s->rows) : NULL;
    const size_t n_lanes = (size_t)p->plan.most_chunks * LANES;
    s->sums = moly_alloc(n_lanes, bins * sizeof *s->sums);
    s->others = moly_alloc(n_lanes, bins * sizeof *s->others);
    s->lane_z = moly_alloc(n_lanes, sizeof *s->lane_z);
    s->tof_weights = moly_alloc(steps, ((size_t)p->tof.width + 1) * sizeof *s->tof_weights);
    s->tof_first = moly_alloc(steps, sizeof *s->tof_first);
    if (!s->way.row || !s->way.column || !s->way.weights || !s->way.t || !s->others || !s->lane_z ||
        (has_slab && !s->rows) || !s->sums || !s->tof_weights || !s->tof_first) {
        scratch_free(s);
        return MOLY_NO_MEMORY(err);
    }
    return MOLY_OK;
}

void scratch_free(line_scratch *s)
{
    moly_free(s->way.row);
    moly_free(s->way.column);
    moly_free(s->way.weights);
    moly_free(s->way.t);
    moly_free(s->rows);
    moly_free(s->sums);
    moly_free(s->others);
    moly_free(s->lane_z);
    moly_free(s->tof_weights);
    moly_free(s->tof_first);
    *s = (line_scratch){0};
}

size_t column_at(const moly_pet_projector *p, const line_way *way, int row, int column)
{
    const size_t nx = (size_t)p->n[0], nz = (size_t)p->n[2];
    return way->is_along_x ? ((size_t)column * nx + (size_t)row) * nz
                           : ((size_t)row * nx + (size_t)column) * nz;
}

/* Is the column there, and within the radius that counts? */
static bool counts(const moly_pet_projector *p, double across_mm, int column, int n, int along)
{
    if (column < 0 || column >= n) {
        return false;
    }
    if (p->options.radius_mm <= 0.0) {
        return true;
    }
    const int other = 1 - along;
    const double u = p->grid.origin_mm[other] + p->grid.spacing_mm[other] * column;
    return u * u + across_mm * across_mm <= p->options.radius_mm * p->options.radius_mm;
}

/* Column where a line passes a row, as u = at[0] + at[1] * (place of the row, mm). */
static void find_course(const moly_pet_projector *p, const double a[2], const double b[2], int m,
                        double at[2])
{
    const int o = 1 - m;
    const double slope = (b[o] - a[o]) / (b[m] - a[m]);
    at[1] = slope / p->grid.spacing_mm[o];
    at[0] = (a[o] - slope * a[m] - p->grid.origin_mm[o]) / p->grid.spacing_mm[o];
}

/* The edges of a bin's strip: half-way to its neighbours; at the border as far as on its other
 * side. */
static void find_edges(const moly_pet_projector *p, int64_t view, int64_t tangential, int m,
                       const double middle[2], double low[2], double high[2])
{
    double side[2][2];
    bool is_there[2];
    for (int k = 0; k < 2; k++) {
        const int64_t t = tangential + 2 * k - 1;
        double a[2], b[2];
        is_there[k] = t >= 0 && t < p->layout->n_tangential &&
                      moly_layout_line(p->layout, view, t, a, b) &&
                      fabs(b[m] - a[m]) > 0.1 * fabs(b[1 - m] - a[1 - m]);
        if (is_there[k]) {
            find_course(p, a, b, m, side[k]);
        }
    }
    for (int i = 0; i < 2; i++) {
        const double below = is_there[0]   ? 0.5 * (middle[i] + side[0][i])
                             : is_there[1] ? 1.5 * middle[i] - 0.5 * side[1][i]
                                           : middle[i] - 0.5 * (1 - i);
        const double above = is_there[1]   ? 0.5 * (middle[i] + side[1][i])
                             : is_there[0] ? 1.5 * middle[i] - 0.5 * side[0][i]
                                           : middle[i] + 0.5 * (1 - i);
        low[i] = below;
        high[i] = above;
    }
}

/* Weights of a row: linear interpolation. @return is there any? */
static bool weigh_between(const moly_pet_projector *p, double u, double across_mm, int m,
                          int32_t *first, float *weights)
{
    const int n = p->n[1 - m], column = (int)floor(u);
    const float part = (float)(u - column);
    *first = column;
    weights[0] = counts(p, across_mm, column, n, m) ? 1.0F - part : 0.0F;
    weights[1] = counts(p, across_mm, column + 1, n, m) ? part : 0.0F;
    return weights[0] > 0.0F || weights[1] > 0.0F;
}

/* Weights of a row: share of the strip from `low` to `high` that each column has. */
static bool weigh_overlap(const moly_pet_projector *p, double low, double high, double across_mm,
                          int m, int32_t *first, float *weights)
{
    const int n = p->n[1 - m];
    bool is_any = false;
    *first = (int)floor(low + 0.5);
    for (int k = 0; k < p->n_columns; k++) {
        const double left = fmax(low, *first + k - 0.5), right = fmin(high, *first + k + 0.5);
        const bool is_in = right > left && counts(p, across_mm, *first + k, n, m);
        weights[k] = is_in ? (float)((right - left) / (high - low)) : 0.0F;
        is_any |= is_in;
    }
    return is_any;
}

static bool is_empty(const float *weights, int n)
{
    for (int k = 0; k < n; k++) {
        if (weights[k] > 0.0F) {
            return false;
        }
    }
    return true;
}

bool find_way(const moly_pet_projector *p, int64_t view, int64_t tangential, line_way *way)
{
    double a[2], b[2], middle[2], low[2] = {0.0}, high[2] = {0.0};
    way->n_steps = 0;
    if (!moly_layout_line(p->layout, view, tangential, a, b)) {
        return false;
    }
    const double d[2] = {b[0] - a[0], b[1] - a[1]};
    const int m = fabs(d[0]) >= fabs(d[1]) ? 0 : 1, o = 1 - m;
    const bool is_strip = p->options.kind == MOLY_PROJECTOR_DISTANCE_DRIVEN;
    way->is_along_x = m == 0;
    way->length_mm = sqrt(d[0] * d[0] + d[1] * d[1]);
    way->step_mm = p->grid.spacing_mm[m] * way->length_mm / fabs(d[m]);
    find_course(p, a, b, m, middle);
    if (is_strip) {
        find_edges(p, view, tangential, m, middle, low, high);
    }
    for (int i = 0; i < p->n[m]; i++) {
        const double at = p->grid.origin_mm[m] + p->grid.spacing_mm[m] * i;
        const double t = (at - a[m]) / d[m], u = middle[0] + at * middle[1];
        const double from = low[0] + at * low[1], to = high[0] + at * high[1];
        const double reach = 1.0 + 0.5 * fabs(to - from);
        if (!(t >= 0.0 && t <= 1.0 && u > -reach && u < p->n[o] - 1.0 + reach)) {
            continue;
        }
        const int s = way->n_steps;
        float *weights = way->weights + (size_t)s * (size_t)p->n_columns;
        const bool is_any = is_strip ? weigh_overlap(p, fmin(from, to), fmax(from, to), at, m,
                                                     &way->column[s], weights)
                                     : weigh_between(p, u, at, m, &way->column[s], weights);
        if (is_any || s > 0) { /* rows follow one another */
            way->row[s] = i;
            way->t[s] = (float)t;
            way->n_steps++;
        }
    }
    while (
        way->n_steps > 0 &&
        is_empty(way->weights + (size_t)(way->n_steps - 1) * (size_t)p->n_columns, p->n_columns)) {
        way->n_steps--;
    }
    return way->n_steps > 0;
}

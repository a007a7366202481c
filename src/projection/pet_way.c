/* SPDX-License-Identifier: Apache-2.0 */
/* A line's way across the bore, by Joseph's method: at each row of voxels, between two columns. */
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
    s->way.low = moly_alloc(steps, sizeof *s->way.low);
    s->way.high = moly_alloc(steps, sizeof *s->way.high);
    s->way.t = moly_alloc(steps, sizeof *s->way.t);
    s->rows = has_slab ? moly_alloc(steps, (size_t)p->stride * sizeof *s->rows) : NULL;
    s->sums = moly_alloc((size_t)p->plan.most_chunks * LANES, bins * sizeof *s->sums);
    s->tof_weights = moly_alloc(steps, ((size_t)p->tof.width + 1) * sizeof *s->tof_weights);
    s->tof_first = moly_alloc(steps, sizeof *s->tof_first);
    if (!s->way.row || !s->way.column || !s->way.low || !s->way.high || !s->way.t ||
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
    moly_free(s->way.low);
    moly_free(s->way.high);
    moly_free(s->way.t);
    moly_free(s->rows);
    moly_free(s->sums);
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

bool find_way(const moly_pet_projector *p, int64_t view, int64_t tangential, line_way *way)
{
    double a[2], b[2];
    way->n_steps = 0;
    if (!moly_layout_line(p->layout, view, tangential, a, b)) {
        return false;
    }
    const double d[2] = {b[0] - a[0], b[1] - a[1]};
    const int m = fabs(d[0]) >= fabs(d[1]) ? 0 : 1, o = 1 - m;
    const double *spacing = p->grid.spacing_mm, *origin = p->grid.origin_mm;
    way->is_along_x = m == 0;
    way->length_mm = sqrt(d[0] * d[0] + d[1] * d[1]);
    way->step_mm = spacing[m] * way->length_mm / fabs(d[m]);
    for (int i = 0; i < p->n[m]; i++) {
        const double at = origin[m] + spacing[m] * i, t = (at - a[m]) / d[m];
        const double u = (a[o] + t * d[o] - origin[o]) / spacing[o];
        if (!(t >= 0.0 && t <= 1.0 && u > -1.0 && u < (double)p->n[o])) {
            continue;
        }
        const int column = (int)floor(u);
        const float part = (float)(u - column);
        const bool has_low = counts(p, at, column, p->n[o], m);
        const bool has_high = counts(p, at, column + 1, p->n[o], m);
        if (has_low || has_high || way->n_steps > 0) { /* rows follow one another */
            const int s = way->n_steps++;
            way->row[s] = i;
            way->column[s] = column;
            way->low[s] = has_low ? 1.0F - part : 0.0F;
            way->high[s] = has_high ? part : 0.0F;
            way->t[s] = (float)t;
        }
    }
    while (way->n_steps > 0 && way->low[way->n_steps - 1] == 0.0F &&
           way->high[way->n_steps - 1] == 0.0F) {
        way->n_steps--;
    }
    return way->n_steps > 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Planes into lanes, and where the steps of a line fall among the TOF bins. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/memory.h"
#include "pet_inside.h"

static const double reach_sigma = 3.5;

enum { TOF_ROWS = 256, CURVE_A_BIN = 128 };

typedef struct plane_ends {
    int32_t plane;
    double z1_mm, z2_mm, dz_mm; /* |z2 - z1| to the micrometre */
} plane_ends;

static int by_length(const void *a, const void *b)
{
    const plane_ends *p = a, *q = b;
    if (p->dz_mm != q->dz_mm) {
        return p->dz_mm < q->dz_mm ? -1 : 1;
    }
    if (p->z1_mm != q->z1_mm) {
        return p->z1_mm < q->z1_mm ? -1 : 1;
    }
    return (p->plane > q->plane) - (p->plane < q->plane);
}

static void fill_lane(const moly_pet_projector *p, const plane_ends *e, bool is_used, int lane)
{
    const double spacing = p->grid.spacing_mm[2], first = p->grid.origin_mm[2];
    const plane_plan *plan = &p->plan;
    plan->plane[lane] = is_used ? e->plane : -1;
    plan->z[lane] = (float)((e->z1_mm - first) / spacing + 1.0); /* a zero stands before */
    plan->dz[lane] = (float)((e->z2_mm - e->z1_mm) / spacing);
    plan->dz_mm[lane] = (float)e->dz_mm;
}

/* Lanes of one chunk lie as far apart in z as the group allows. */
static void fill_group(moly_pet_projector *p, const plane_ends *ends, int n, double dz_mm)
{
    plane_plan *plan = &p->plan;
    plane_group *g = &plan->groups[plan->n_groups++];
    *g = (plane_group){plan->n_chunks, (n + LANES - 1) / LANES, dz_mm};
    for (int c = 0; c < g->n_chunks; c++) {
        for (int l = 0; l < LANES; l++) {
            const int i = l * g->n_chunks + c;
            fill_lane(p, &ends[i < n ? i : n - 1], i < n, (g->first_chunk + c) * LANES + l);
        }
    }
    plan->n_chunks += g->n_chunks;
    plan->most_chunks = g->n_chunks > plan->most_chunks ? g->n_chunks : plan->most_chunks;
}

moly_status plan_planes(moly_pet_projector *p, moly_error *err)
{
    const size_t n = (size_t)p->layout->n_planes;
    const bool is_tof = p->layout->n_tof > 1;
    plane_plan *plan = &p->plan;
    plane_ends *ends = moly_alloc(n, sizeof *ends);
    const size_t n_lanes = is_tof ? n * LANES : n + LANES; /* at most */
    plan->groups = moly_alloc(n, sizeof *plan->groups);
    plan->plane = moly_alloc(n_lanes, sizeof *plan->plane);
    plan->z = moly_alloc(n_lanes, sizeof *plan->z);
    plan->dz = moly_alloc(n_lanes, sizeof *plan->dz);
    plan->dz_mm = moly_alloc(n_lanes, sizeof *plan->dz_mm);
    if (!ends || !plan->groups || !plan->plane || !plan->z || !plan->dz || !plan->dz_mm) {
        moly_free(ends);
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < n; i++) {
        plane_ends *e = &ends[i];
        e->plane = (int32_t)i;
        moly_layout_ends(p->layout, (int64_t)i, &e->z1_mm, &e->z2_mm);
        e->dz_mm = round(1e3 * fabs(e->z2_mm - e->z1_mm)) * 1e-3;
    }
    qsort(ends, n, sizeof *ends, by_length);
    for (size_t from = 0, to; from < n; from = to) {
        to = from + 1;
        while (to < n && (!is_tof || ends[to].dz_mm == ends[from].dz_mm)) {
            to++;
        }
        fill_group(p, ends + from, (int)(to - from), ends[from].dz_mm);
    }
    moly_free(ends);
    return MOLY_OK;
}

void plan_free(plane_plan *plan)
{
    moly_free(plan->groups);
    moly_free(plan->plane);
    moly_free(plan->z);
    moly_free(plan->dz);
    moly_free(plan->dz_mm);
}

/* ---- TOF ---- */

static double share_of_bin(double middle, double scale)
{
    return 0.5 * (erf((middle + 0.5) * scale) - erf((middle - 0.5) * scale));
}

/* The same share by distance, for coincidences one by one. */
static moly_status tabulate_curve(moly_pet_projector *p, double scale, double reach,
                                  moly_error *err)
{
    const size_t n = (size_t)ceil((reach + 0.5) * CURVE_A_BIN);
    p->curve_weights = moly_alloc(n + 2, sizeof *p->curve_weights);
    if (!p->curve_weights) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < n; i++) {
        p->curve_weights[i] = (float)share_of_bin((double)i / CURVE_A_BIN, scale);
    }
    p->curve = (tof_curve){p->curve_weights, CURVE_A_BIN, (float)n};
    return MOLY_OK;
}

/* Row r: a point r / n_rows of a bin beyond the middle of bin `width / 2 - 1` of the window; the
 * share of its kernel in each bin. */
moly_status tabulate_tof(moly_pet_projector *p, moly_error *err)
{
    tof_table *t = &p->tof;
    const double sigma = moly_layout_tof_sigma(p->layout);
    t->bin_mm = moly_layout_tof_width(p->layout);
    const double reach = reach_sigma * sigma / t->bin_mm; /* bins */
    t->n_windows = (int)ceil((2.0 * reach + 1.0) / TOF_WINDOW);
    t->width = t->n_windows * TOF_WINDOW;
    t->n_bins = (int)p->layout->n_tof + 2 * t->width;
    t->n_rows = TOF_ROWS;
    t->weights = moly_alloc((size_t)t->n_rows + 1, (size_t)t->width * sizeof *t->weights);
    if (!t->weights) {
        return MOLY_NO_MEMORY(err);
    }
    const double scale = t->bin_mm / (sigma * sqrt(2.0));
    const int lead = t->width / 2 - 1;
    for (int r = 0; r <= t->n_rows; r++) {
        const double part = (double)r / t->n_rows;
        for (int k = 0; k < t->width; k++) {
            const double middle = k - lead - part;
            const double share = 0.5 * (erf((middle + 0.5) * scale) - erf((middle - 0.5) * scale));
            t->weights[r * t->width + k] = (float)share;
        }
    }
    return tabulate_curve(p, scale, reach, err);
}

void find_tof_steps(const moly_pet_projector *p, const line_way *way, double dz_mm, float *weights,
                    int32_t *first)
{
    const tof_table *t = &p->tof;
    const double length = sqrt(way->length_mm * way->length_mm + dz_mm * dz_mm);
    const float slope = (float)(-length / t->bin_mm);
    const float middle = (float)(0.5 * length / t->bin_mm + 0.5 * (double)(p->layout->n_tof - 1));
    const int width = t->width, lead = width / 2 - 1;
    const float most = (float)(p->layout->n_tof + lead), least = (float)(lead - width);
    for (int i = 0; i < way->n_steps; i++) {
        float at = middle + slope * way->t[i]; /* in bins */
        at = at < least ? least : at > most ? most : at;
        const float whole = floorf(at);
        const float fine = (at - whole) * (float)t->n_rows;
        int row = (int)fine;
        row = row >= t->n_rows ? t->n_rows - 1 : row;
        const float part = fine - (float)row;
        const float *a = t->weights + (size_t)row * (size_t)width;
        float *out = weights + (size_t)i * (size_t)width;
        for (int k = 0; k < width; k++) {
            out[k] = a[k] + part * (a[k + width] - a[k]);
        }
        first[i] = (int32_t)whole - lead + width;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Data summed into direct planes. */
#include "direct.h"

#include "moly/base/memory.h"
#include "moly/base/parallel.h"

moly_status direct_layout(const moly_layout *layout, moly_layout **direct, moly_error *err)
{
    moly_layout model = *layout;
    const int32_t reach = layout->scanner.n_rings > 1 ? 1 : 0;
    const moly_segment middle = {.min_difference = -reach,
                                 .max_difference = reach,
                                 .n_axial = reach ? 2 * layout->scanner.n_rings - 1
                                                  : layout->scanner.n_rings};
    model.n_tof = 1;
    model.tof_mashing = 0;
    return moly_layout_from_segments(&model, &middle, 1, direct, err);
}

typedef struct sum_work {
    const moly_sinogram *source;
    moly_sinogram *sum;
    const int64_t *target; /* [n_planes] */
    float *in, *out;       /* [n_threads] views */
    double *row;           /* [n_threads][n_direct] */
    moly_error *errors;    /* [n_threads] */
    moly_status *status;   /* [n_threads] */
} sum_work;

static void sum_view(void *context, int64_t view, int thread)
{
    const sum_work *w = context;
    const moly_layout *l = moly_sinogram_layout(w->source), *d = moly_sinogram_layout(w->sum);
    const size_t n = (size_t)l->n_planes, n_tof = (size_t)l->n_tof, m = (size_t)d->n_planes;
    float *in = w->in + (size_t)thread * (size_t)moly_layout_view_bins(l);
    float *out = w->out + (size_t)thread * (size_t)moly_layout_view_bins(d);
    double *row = w->row + (size_t)thread * m;
    if (w->status[thread]) {
        return;
    }
    w->status[thread] = moly_sinogram_read_view(w->source, view, in, &w->errors[thread]);
    for (size_t t = 0; t < (size_t)l->n_tangential && !w->status[thread]; t++) {
        for (size_t p = 0; p < m; p++) {
            row[p] = 0.0;
        }
        for (size_t k = 0; k < n_tof; k++) {
            const float *bins = in + (t * n_tof + k) * n;
            for (size_t p = 0; p < n; p++) {
                row[w->target[p]] += (double)bins[p];
            }
        }
        for (size_t p = 0; p < m; p++) {
            out[t * m + p] = (float)row[p];
        }
    }
    if (!w->status[thread]) {
        w->status[thread] = moly_sinogram_write_view(w->sum, view, out, &w->errors[thread]);
    }
}

static void find_targets(const moly_layout *l, const moly_layout *d, int64_t *target)
{
    for (int64_t p = 0; p < l->n_planes; p++) {
        int64_t segment, axial;
        moly_layout_plane(l, p, &segment, &axial);
        const moly_segment *s = &l->segments[segment];
        /* the sum of two rings, as moly_layout_find_plane() has it */
        const int64_t low = s->min_difference > 0   ? s->min_difference
                            : s->max_difference < 0 ? -s->max_difference
                                                    : 0;
        const int64_t sum = low + (s->min_difference == s->max_difference ? 2 * axial : axial);
        target[p] = d->n_planes > 1 ? sum : 0;
    }
}

moly_status direct_sum(const moly_sinogram *source, const moly_layout *direct, int n_threads,
                       moly_sinogram **sum, moly_error *err)
{
    const moly_layout *l = moly_sinogram_layout(source);
    const size_t n = (size_t)n_threads;
    sum_work w = {.source = source};
    *sum = NULL;
    moly_status status = moly_sinogram_new(direct, &w.sum, err);
    if (status) {
        return status;
    }
    int64_t *target = moly_alloc((size_t)l->n_planes, sizeof *target);
    w.in = moly_alloc(n, (size_t)moly_layout_view_bins(l) * sizeof *w.in);
    w.out = moly_alloc(n, (size_t)moly_layout_view_bins(direct) * sizeof *w.out);
    w.row = moly_alloc(n, (size_t)direct->n_planes * sizeof *w.row);
    w.errors = moly_alloc(n, sizeof *w.errors);
    w.status = moly_alloc(n, sizeof *w.status);
    if (!target || !w.in || !w.out || !w.row || !w.errors || !w.status) {
        status = MOLY_NO_MEMORY(err);
    } else {
        find_targets(l, direct, target);
        w.target = target;
        moly_parallel(n_threads, l->n_views, sum_view, &w);
        for (size_t i = 0; i < n && !status; i++) {
            status = w.status[i];
            if (status && err) {
                *err = w.errors[i];
            }
        }
    }
    moly_free(target);
    moly_free(w.in);
    moly_free(w.out);
    moly_free(w.row);
    moly_free(w.errors);
    moly_free(w.status);
    if (status) {
        moly_sinogram_free(w.sum);
        return status;
    }
    *sum = w.sum;
    return MOLY_OK;
}

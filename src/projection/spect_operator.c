/* SPDX-License-Identifier: Apache-2.0 */
/* The SPECT projector as an operator; views as they are stored and as they are worked with. */
#include "moly/projection/spect.h"

#include <string.h>

#include "moly/base/memory.h"

typedef struct views_state {
    moly_spect_projector *projector;
    size_t n_views;
    int64_t views[];
} views_state;

static moly_status forward(const void *raw, const float *in, float *out, moly_error *err)
{
    const views_state *s = raw;
    const size_t n = moly_spect_projector_view_bins(s->projector);
    (void)err;
    for (size_t i = 0; i < s->n_views; i++) {
        moly_spect_project_view(s->projector, in, s->views[i], out + i * n);
    }
    return MOLY_OK;
}

static moly_status adjoint(const void *raw, const float *in, float *out, moly_error *err)
{
    const views_state *s = raw;
    const size_t n = moly_spect_projector_view_bins(s->projector);
    (void)err;
    memset(out, 0, moly_spect_projector_n_voxels(s->projector) * sizeof *out);
    for (size_t i = 0; i < s->n_views; i++) {
        moly_spect_back_project_view(s->projector, in + i * n, s->views[i], out);
    }
    return MOLY_OK;
}

static const moly_operator_ops ops = {forward, adjoint, NULL, moly_free};

moly_status moly_operator_spect(moly_spect_projector *projector, const int64_t *views,
                                size_t n_views, moly_operator **made, moly_error *err)
{
    *made = NULL;
    views_state *s = moly_alloc(1, sizeof *s + n_views * sizeof *s->views);
    if (!s) {
        return MOLY_NO_MEMORY(err);
    }
    s->projector = projector;
    s->n_views = n_views;
    memcpy(s->views, views, n_views * sizeof *views);
    moly_status status =
        moly_operator_new(moly_spect_projector_n_voxels(projector),
                          n_views * moly_spect_projector_view_bins(projector), &ops, s, made, err);
    if (status) {
        moly_free(s);
    }
    return status;
}

static void transpose(int64_t n_rows, int64_t n_columns, const float *in, float *out)
{
    for (int64_t i = 0; i < n_rows; i++) {
        for (int64_t j = 0; j < n_columns; j++) {
            out[j * n_rows + i] = in[i * n_columns + j];
        }
    }
}

void moly_spect_view_in(const moly_projections *p, const float *counts, float *bins)
{
    transpose(p->n_axial, p->n_bins, counts, bins);
}

void moly_spect_view_out(const moly_projections *p, const float *bins, float *counts)
{
    transpose(p->n_bins, p->n_axial, bins, counts);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* OSEM for SPECT, a view at a time. */
#include "moly/reconstruction/spect.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/reconstruction/osem.h"

static const float least_expected = 1e-20F; /* fewer counts than that in a pixel are none */

typedef struct work {
    const moly_projections *data;
    const moly_spect_osem_options *options;
    moly_spect_projector *projector;
    size_t n_voxels, n_bins;
    float *image, *gradient;
    float *sensitivity; /* [n_subsets][n_voxels], without the scale */
    float *bins, *counts, *scatter;
    double likelihood; /* of the subset so far */
} work;

double moly_spect_scale(const moly_projections *p, double cps_per_bq)
{
    static const double mm3_per_ml = 1000.0;
    return p->views[0].duration_s * cps_per_bq * p->bin_mm * p->axial_mm / mm3_per_ml;
}

static moly_status check(const moly_projections *data, const moly_spect_osem_options *o,
                         moly_error *err)
{
    const moly_projections *s = o->scatter;
    if (o->n_subsets < 1 || data->n_views % o->n_subsets != 0 || o->n_iterations < 1) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "%lld subsets, %lld iterations: subsets divide the %lld views, and there "
                         "is one iteration at least",
                         (long long)o->n_subsets, (long long)o->n_iterations,
                         (long long)data->n_views);
    }
    if (o->window < 0 || o->window >= data->n_windows || o->gate < 0 || o->gate >= data->n_gates) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "energy window %lld and gate %lld; the projections have %lld and %lld",
                         (long long)o->window + 1, (long long)o->gate + 1,
                         (long long)data->n_windows, (long long)data->n_gates);
    }
    if (!(o->scale > 0.0 && isfinite(o->scale))) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "a scale of %g; above 0", o->scale);
    }
    for (int64_t v = 0; v < data->n_views && o->view_shares; v++) {
        if (!(o->view_shares[v] > 0.0 && isfinite(o->view_shares[v]))) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "view %lld counts %g; above 0", (long long)v + 1,
                             o->view_shares[v]);
        }
    }
    if (s &&
        (s->n_views != data->n_views || s->n_axial != data->n_axial || s->n_bins != data->n_bins)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "scatter of %lld views, %lld x %lld pixels for data of %lld, %lld x %lld",
                         (long long)s->n_views, (long long)s->n_bins, (long long)s->n_axial,
                         (long long)data->n_views, (long long)data->n_bins,
                         (long long)data->n_axial);
    }
    moly_status status = moly_projections_check(data, err);
    return status || !s ? status : moly_projections_check(s, err);
}

static moly_status make_room(work *w, moly_error *err)
{
    w->n_voxels = moly_spect_projector_n_voxels(w->projector);
    w->n_bins = moly_spect_projector_view_bins(w->projector);
    w->image = moly_alloc(w->n_voxels, sizeof *w->image);
    w->gradient = moly_alloc(w->n_voxels, sizeof *w->gradient);
    w->sensitivity =
        moly_alloc((size_t)w->options->n_subsets, w->n_voxels * sizeof *w->sensitivity);
    w->bins = moly_alloc(w->n_bins, sizeof *w->bins);
    w->counts = moly_alloc(w->n_bins, sizeof *w->counts);
    w->scatter = moly_alloc(w->n_bins, sizeof *w->scatter);
    return w->image && w->gradient && w->sensitivity && w->bins && w->counts && w->scatter
               ? MOLY_OK
               : MOLY_NO_MEMORY(err);
}

static void release(work *w)
{
    moly_spect_projector_free(w->projector);
    moly_free(w->image);
    moly_free(w->gradient);
    moly_free(w->sensitivity);
    moly_free(w->bins);
    moly_free(w->counts);
    moly_free(w->scatter);
}

static float share_of(const work *w, int64_t view)
{
    return w->options->view_shares ? (float)w->options->view_shares[view] : 1.0F;
}

static void find_sensitivity(work *w, int64_t subset)
{
    float *sum = w->sensitivity + (size_t)subset * w->n_voxels;
    for (int64_t v = subset; v < w->data->n_views; v += w->options->n_subsets) {
        const float share = share_of(w, v);
        for (size_t i = 0; i < w->n_bins; i++) {
            w->bins[i] = share;
        }
        moly_spect_back_project_view(w->projector, w->bins, v, sum);
    }
}

/* The gradient's term of a view: A' (share counts / expected), the scale cancels. */
static void add_ratios(work *w, int64_t view)
{
    const moly_spect_osem_options *o = w->options;
    const float share = share_of(w, view), scale = (float)o->scale * share;
    moly_spect_view_in(w->data, moly_projections_view(w->data, o->window, o->gate, view),
                       w->counts);
    if (o->scatter) {
        moly_spect_view_in(o->scatter, moly_projections_view(o->scatter, 0, 0, view), w->scatter);
    }
    moly_spect_project_view(w->projector, w->image, view, w->bins);
    double likelihood = 0.0;
    for (size_t i = 0; i < w->n_bins; i++) {
        const float expected = scale * w->bins[i] + w->scatter[i];
        const bool is_seen = expected > least_expected;
        if (is_seen) {
            likelihood += (w->counts[i] > 0.0F ? (double)(w->counts[i] * logf(expected)) : 0.0) -
                          (double)expected;
        }
        w->bins[i] = is_seen ? share * w->counts[i] / expected : 0.0F;
    }
    w->likelihood += likelihood;
    moly_spect_back_project_view(w->projector, w->bins, view, w->gradient);
}

static void update(work *w, int64_t subset)
{
    const float *sensitivity = w->sensitivity + (size_t)subset * w->n_voxels;
    memset(w->gradient, 0, w->n_voxels * sizeof *w->gradient);
    w->likelihood = 0.0;
    for (int64_t v = subset; v < w->data->n_views; v += w->options->n_subsets) {
        add_ratios(w, v);
    }
    for (size_t i = 0; i < w->n_voxels; i++) {
        w->image[i] =
            sensitivity[i] > 0.0F ? w->image[i] * (w->gradient[i] / sensitivity[i]) : 0.0F;
    }
}

static moly_status iterate(work *w, moly_error *err)
{
    const int64_t n_subsets = w->options->n_subsets, n_iterations = w->options->n_iterations;
    int64_t *order = moly_alloc((size_t)n_subsets, sizeof *order);
    moly_status status = order ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status) {
        moly_subset_order(n_subsets, order);
    }
    for (int64_t s = 0; s < n_subsets && !status; s++) {
        status = moly_progress_step(w->options->progress, 0.2 * (double)s / (double)n_subsets,
                                    "sensitivity", err);
        find_sensitivity(w, s);
    }
    for (int64_t i = 0; i < n_iterations && !status; i++) {
        char what[64];
        (void)snprintf(what, sizeof what, "iteration %lld of %lld", (long long)i + 1,
                       (long long)n_iterations);
        for (int64_t s = 0; s < n_subsets && !status; s++) {
            const double done = (double)(i * n_subsets + s) / (double)(n_subsets * n_iterations);
            status = moly_progress_step(w->options->progress, 0.2 + 0.8 * done, what, err);
            if (!status) {
                update(w, order[s]);
                const moly_spect_update done_now = {i, order[s], w->likelihood, w->image};
                status = w->options->on_update
                             ? w->options->on_update(w->options->context, &done_now, err)
                             : MOLY_OK;
            }
        }
    }
    moly_free(order);
    return status;
}

moly_status moly_spect_osem(const moly_projections *data, const moly_grid *grid,
                            const moly_spect_osem_options *options, float *columns, moly_error *err)
{
    work w = {.data = data, .options = options};
    moly_status status = check(data, options, err);
    status = status ? status
                    : moly_spect_projector_new(data, grid, &options->projector, &w.projector, err);
    status = status ? status : make_room(&w, err);
    if (!status) {
        for (size_t i = 0; i < w.n_voxels; i++) {
            w.image[i] = 1.0F;
        }
        status = iterate(&w, err);
    }
    if (!status) {
        memcpy(columns, w.image, w.n_voxels * sizeof *columns);
    }
    release(&w);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/reconstruction/osem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "moly/base/memory.h"
#include "subset_model.h"

typedef struct osem {
    const moly_osem_options *options;
    subset_model model;
    float *image, *ratios, *before; /* the image as the iteration began */
    float *sensitivity;             /* [n_subsets][n_voxels] */
} osem;

static moly_status make_room(osem *o, moly_error *err)
{
    const size_t n = o->model.n_voxels;
    o->image = moly_alloc(n, sizeof *o->image);
    o->ratios = moly_alloc(n, sizeof *o->ratios);
    o->before = moly_alloc(n, sizeof *o->before);
    o->sensitivity = moly_alloc((size_t)o->options->n_subsets, n * sizeof *o->sensitivity);
    return o->image && o->ratios && o->before && o->sensitivity ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static void release(osem *o)
{
    subset_model_close(&o->model);
    moly_free(o->image);
    moly_free(o->ratios);
    moly_free(o->before);
    moly_free(o->sensitivity);
}

double image_change(const float *before, const float *now, size_t n)
{
    double apart = 0.0, size = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double d = (double)now[i] - (double)before[i];
        apart += d * d;
        size += (double)now[i] * (double)now[i];
    }
    return size > 0.0 ? sqrt(apart / size) : 0.0;
}

static moly_status update(osem *o, int64_t iteration, int64_t subset, bool is_last, double *change,
                          moly_error *err)
{
    const size_t n = o->model.n_voxels;
    const float *sensitivity = o->sensitivity + (size_t)subset * n;
    double likelihood = 0.0;
    moly_status status = subset_ratios(&o->model, o->image, subset, o->ratios, &likelihood, err);
    for (size_t i = 0; i < n && !status; i++) {
        o->image[i] = sensitivity[i] > 0.0F ? o->image[i] * (o->ratios[i] / sensitivity[i]) : 0.0F;
    }
    *change = is_last && !status ? image_change(o->before, o->image, n) : NAN;
    if (!status && o->options->on_update) {
        const moly_operator *basis = o->options->basis;
        const moly_osem_update done = {iteration, subset, likelihood, *change,
                                       basis ? o->ratios : o->image};
        status = basis ? moly_operator_forward(basis, o->image, o->ratios, err) : MOLY_OK;
        status = status ? status : o->options->on_update(o->options->context, &done, err);
    }
    return status;
}

static moly_status find_sensitivities(osem *o, moly_error *err)
{
    const int64_t n_subsets = o->options->n_subsets;
    moly_status status = MOLY_OK;
    for (int64_t s = 0; s < n_subsets && !status; s++) {
        status = moly_progress_step(o->options->progress, 0.2 * (double)s / (double)n_subsets,
                                    "sensitivity", err);
        status = status ? status
                        : subset_sensitivity(&o->model, s,
                                             o->sensitivity + (size_t)s * o->model.n_voxels, err);
    }
    return status;
}

static moly_status iterate(osem *o, const int64_t *order, moly_error *err)
{
    const int64_t n_subsets = o->options->n_subsets, n_iterations = o->options->n_iterations;
    const double n_updates = (double)(n_subsets * n_iterations);
    moly_status status = find_sensitivities(o, err);
    double change = NAN;
    for (int64_t i = 0; i < n_iterations && !status && !(change < o->options->until); i++) {
        char what[48];
        (void)snprintf(what, sizeof what, "iteration %lld of %lld", (long long)i + 1,
                       (long long)n_iterations);
        memcpy(o->before, o->image, o->model.n_voxels * sizeof *o->before);
        for (int64_t s = 0; s < n_subsets && !status; s++) {
            const double done = (double)(i * n_subsets + s) / n_updates;
            status = moly_progress_step(o->options->progress, 0.2 + 0.8 * done, what, err);
            status = status ? status : update(o, i, order[s], s == n_subsets - 1, &change, err);
        }
    }
    return status;
}

moly_status moly_osem(const moly_pet_model *model, const moly_grid *grid,
                      const moly_osem_options *options, float *columns, moly_error *err)
{
    const subset_options shared = {options->n_subsets, options->psf_fwhm_mm, options->projector,
                                   options->ranks, options->basis};
    osem o = {.options = options};
    int64_t *order = NULL;
    if (options->n_iterations < 1) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%lld iterations: there is one at least",
                         (long long)options->n_iterations);
    }
    moly_status status = subset_model_open(model, grid, &shared, &o.model, err);
    status = status ? status : make_room(&o, err);
    if (!status) {
        order = moly_alloc((size_t)options->n_subsets, sizeof *order);
        status = order ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    if (!status) {
        moly_subset_order(options->n_subsets, order);
        for (size_t i = 0; i < o.model.n_voxels; i++) {
            o.image[i] = options->start ? options->start[i] : 1.0F;
        }
        subset_mask(&o.model, o.image);
        status = iterate(&o, order, err);
    }
    if (!status && options->basis) {
        status = moly_operator_forward(options->basis, o.image, columns, err);
    } else if (!status) {
        memcpy(columns, o.image, o.model.n_voxels * sizeof *columns);
    }
    moly_free(order);
    release(&o);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* OSEM, a view at a time: no more than one view's bins is in memory. */
#include "moly/reconstruction/osem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/parallel.h"

/* Fewer counts than that in a bin are none. */
static const float least_expected = 1e-20F;

typedef struct osem {
    const moly_pet_model *model;
    const moly_osem_options *options;
    const moly_layout *layout;
    moly_pet_projector *projector; /* of the prompts' layout */
    moly_pet_projector *plain;     /* without TOF, for the sensitivity; may be the same */
    moly_layout *plain_layout;
    moly_operator *psf; /* NULL: none */
    size_t n_voxels, row_bins, n_planes, n_tof, background_tof;
    float *image, *blurred, *gradient;
    float *sensitivity; /* [n_subsets][n_voxels] */
    float *prompts, *factors, *background, *bins;
    double *row_likelihood; /* [n_tangential] */
    int n_threads;
} osem;

/* ---- making ---- */

static moly_status check_sinogram(const moly_layout *wanted, const moly_sinogram *given,
                                  const char *what, moly_error *err)
{
    const moly_layout *l = given ? moly_sinogram_layout(given) : wanted;
    if (l->n_views != wanted->n_views || l->n_tangential != wanted->n_tangential ||
        l->n_planes != wanted->n_planes || (l->n_tof != wanted->n_tof && l->n_tof != 1)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "the %s have %lld views x %lld bins x %lld planes x %lld TOF bins, the "
                         "prompts %lld x %lld x %lld x %lld",
                         what, (long long)l->n_views, (long long)l->n_tangential,
                         (long long)l->n_planes, (long long)l->n_tof, (long long)wanted->n_views,
                         (long long)wanted->n_tangential, (long long)wanted->n_planes,
                         (long long)wanted->n_tof);
    }
    return MOLY_OK;
}

static moly_status check(const moly_pet_model *model, const moly_osem_options *options,
                         moly_error *err)
{
    const moly_layout *l = moly_sinogram_layout(model->prompts);
    if (options->n_subsets < 1 || l->n_views % options->n_subsets != 0 ||
        options->n_iterations < 1) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "%lld subsets, %lld iterations: subsets divide the %lld views, and there "
                         "is one iteration at least",
                         (long long)options->n_subsets, (long long)options->n_iterations,
                         (long long)l->n_views);
    }
    moly_status status = check_sinogram(l, model->factors, "factors", err);
    return status ? status : check_sinogram(l, model->background, "background counts", err);
}

static moly_status make_projectors(osem *o, const moly_grid *grid, moly_error *err)
{
    moly_layout model = *o->layout;
    moly_status status =
        moly_pet_projector_new(o->layout, grid, &o->options->projector, &o->projector, err);
    if (status || o->layout->n_tof == 1) {
        o->plain = o->projector;
        return status;
    }
    model.n_tof = 1;
    model.tof_mashing = 0;
    status = moly_layout_copy(&model, &o->plain_layout, err);
    return status ? status
                  : moly_pet_projector_new(o->plain_layout, grid, &o->options->projector, &o->plain,
                                           err);
}

static moly_status make_room(osem *o, moly_error *err)
{
    const size_t view_bins = (size_t)moly_layout_view_bins(o->layout);
    const size_t n_tangential = (size_t)o->layout->n_tangential;
    o->n_planes = (size_t)o->layout->n_planes;
    o->n_tof = (size_t)o->layout->n_tof;
    o->row_bins = o->n_tof * o->n_planes;
    o->background_tof =
        o->model->background ? (size_t)moly_sinogram_layout(o->model->background)->n_tof : 1;
    o->n_voxels = moly_pet_projector_n_voxels(o->projector);
    o->n_threads = moly_pet_projector_n_threads(o->projector);
    o->image = moly_alloc(o->n_voxels, sizeof *o->image);
    o->blurred = moly_alloc(o->n_voxels, sizeof *o->blurred);
    o->gradient = moly_alloc(o->n_voxels, sizeof *o->gradient);
    o->sensitivity =
        moly_alloc((size_t)o->options->n_subsets, o->n_voxels * sizeof *o->sensitivity);
    o->prompts = moly_alloc(view_bins, sizeof *o->prompts);
    o->factors = moly_alloc(view_bins, sizeof *o->factors);
    o->background = moly_alloc(view_bins, sizeof *o->background);
    o->bins = moly_alloc(view_bins, sizeof *o->bins);
    o->row_likelihood = moly_alloc(n_tangential, sizeof *o->row_likelihood);
    return o->image && o->blurred && o->gradient && o->sensitivity && o->prompts && o->factors &&
                   o->background && o->bins && o->row_likelihood
               ? MOLY_OK
               : MOLY_NO_MEMORY(err);
}

static void release(osem *o)
{
    if (o->plain != o->projector) {
        moly_pet_projector_free(o->plain);
    }
    moly_pet_projector_free(o->projector);
    moly_layout_free(o->plain_layout);
    moly_operator_free(o->psf);
    moly_free(o->image);
    moly_free(o->blurred);
    moly_free(o->gradient);
    moly_free(o->sensitivity);
    moly_free(o->prompts);
    moly_free(o->factors);
    moly_free(o->background);
    moly_free(o->bins);
    moly_free(o->row_likelihood);
}

/* ---- bins ---- */

static moly_status check_view(const float *bins, size_t n, const char *what, int64_t view,
                              moly_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (!(bins[i] >= 0.0F) || isinf(bins[i])) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "view %lld: a %s is %g; it is finite and not negative",
                             (long long)view, what, (double)bins[i]);
        }
    }
    return MOLY_OK;
}

/* Factors of a view: [tangential][plane], or [tangential][TOF][plane] as the sinogram has them. */
static moly_status read_factors(osem *o, int64_t view, size_t *n_tof, moly_error *err)
{
    const size_t rows = (size_t)o->layout->n_tangential;
    *n_tof = 1;
    if (!o->model->factors) {
        for (size_t i = 0; i < rows * o->n_planes; i++) {
            o->factors[i] = 1.0F;
        }
        return MOLY_OK;
    }
    *n_tof = (size_t)moly_sinogram_layout(o->model->factors)->n_tof;
    moly_status status = moly_sinogram_read_view(o->model->factors, view, o->factors, err);
    return status ? status
                  : check_view(o->factors, rows * *n_tof * o->n_planes, "factor", view, err);
}

typedef struct ratio_work {
    osem *o;
    size_t factor_tof;
} ratio_work;

/* values: line integrals -> expected counts -> factors * counts / expected.
 * @return ln-likelihood; loops are apart so that the first and the last one are vectors */
static double ratios_of(size_t n, const float *counts, const float *factors,
                        const float *background, float share, float *values)
{
    double sums[4] = {0.0}, logs = 0.0;
    for (size_t i = 0; i < n; i++) {
        values[i] = factors[i] * values[i] + share * background[i];
    }
    for (size_t i = 0; i + 4 <= n; i += 4) {
        for (size_t k = 0; k < 4; k++) {
            sums[k] += (double)values[i + k];
        }
    }
    for (size_t i = n - n % 4; i < n; i++) {
        sums[0] += (double)values[i];
    }
    for (size_t i = 0; i < n; i++) {
        if (counts[i] > 0.0F && values[i] > least_expected) {
            logs += (double)counts[i] * (double)logf(values[i]);
        }
    }
    for (size_t i = 0; i < n; i++) {
        const float is_seen = values[i] > least_expected ? 1.0F : 0.0F;
        const float expected = values[i] > least_expected ? values[i] : least_expected;
        values[i] = is_seen * factors[i] * counts[i] / expected;
    }
    return logs - ((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

static void take_ratios(void *context, int64_t item, int thread)
{
    const ratio_work *w = context;
    osem *o = w->o;
    const size_t n = o->n_planes, row = (size_t)item;
    const float share = o->background_tof == o->n_tof ? 1.0F : 1.0F / (float)o->n_tof;
    double likelihood = 0.0;
    (void)thread;
    for (size_t k = 0; k < o->n_tof; k++) {
        const size_t bins = row * o->row_bins + k * n;
        likelihood += ratios_of(
            n, o->prompts + bins,
            o->factors + (row * w->factor_tof + (w->factor_tof > 1 ? k : 0)) * n,
            o->background + (row * o->background_tof + (o->background_tof > 1 ? k : 0)) * n, share,
            o->bins + bins);
    }
    o->row_likelihood[item] = likelihood;
}

/* Columns outside the radius that counts are 0: nothing is known of them. */
static void mask(const osem *o, const moly_grid *grid, float *columns)
{
    const double radius = o->options->projector.radius_mm;
    const size_t nz = (size_t)grid->n[2];
    for (int64_t y = 0; radius > 0.0 && y < grid->n[1]; y++) {
        for (int64_t x = 0; x < grid->n[0]; x++) {
            const double u = grid->origin_mm[0] + grid->spacing_mm[0] * (double)x;
            const double v = grid->origin_mm[1] + grid->spacing_mm[1] * (double)y;
            if (u * u + v * v > radius * radius) {
                memset(columns + (size_t)(y * grid->n[0] + x) * nz, 0, nz * sizeof *columns);
            }
        }
    }
}

/* ---- passes ---- */

static moly_status blur(const osem *o, const float *in, float *out, moly_error *err)
{
    if (o->psf) {
        return moly_operator_forward(o->psf, in, out, err);
    }
    memcpy(out, in, o->n_voxels * sizeof *out);
    return MOLY_OK;
}

/* Views of a subset go round the ranks. */
static bool is_mine(const osem *o, int64_t view)
{
    const int64_t place = view / o->options->n_subsets;
    return place % moly_ranks_n(o->options->ranks) == moly_ranks_mine(o->options->ranks);
}

static moly_status find_sensitivity(osem *o, int64_t subset, moly_error *err)
{
    float *sum = o->sensitivity + (size_t)subset * o->n_voxels;
    moly_status status = MOLY_OK;
    memset(o->gradient, 0, o->n_voxels * sizeof *o->gradient);
    for (int64_t view = subset; view < o->layout->n_views && !status;
         view += o->options->n_subsets) {
        size_t n_tof = 1;
        if (!is_mine(o, view)) {
            continue;
        }
        status = read_factors(o, view, &n_tof, err);
        status = status ? status
                        : moly_pet_back_project_view(n_tof > 1 ? o->projector : o->plain,
                                                     o->factors, view, o->gradient, err);
    }
    if (status) {
        return status;
    }
    moly_ranks_sum_f32(o->options->ranks, o->gradient, o->n_voxels);
    return blur(o, o->gradient, sum, err);
}

static moly_status back_project_ratios(osem *o, int64_t view, double *likelihood, moly_error *err)
{
    ratio_work w = {o, 1};
    moly_status status = moly_sinogram_read_view(o->model->prompts, view, o->prompts, err);
    status = status ? status : read_factors(o, view, &w.factor_tof, err);
    if (!status && o->model->background) {
        status = moly_sinogram_read_view(o->model->background, view, o->background, err);
        status = status
                     ? status
                     : check_view(o->background,
                                  (size_t)o->layout->n_tangential * o->background_tof * o->n_planes,
                                  "background", view, err);
    }
    status = status ? status : moly_pet_project_view(o->projector, o->blurred, view, o->bins, err);
    if (status) {
        return status;
    }
    moly_parallel(o->n_threads, o->layout->n_tangential, take_ratios, &w);
    for (int64_t i = 0; i < o->layout->n_tangential; i++) {
        *likelihood += o->row_likelihood[i];
    }
    return moly_pet_back_project_view(o->projector, o->bins, view, o->gradient, err);
}

static moly_status update(osem *o, int64_t iteration, int64_t subset, moly_error *err)
{
    const float *sensitivity = o->sensitivity + (size_t)subset * o->n_voxels;
    double likelihood = 0.0;
    moly_status status = blur(o, o->image, o->blurred, err);
    memset(o->gradient, 0, o->n_voxels * sizeof *o->gradient);
    for (int64_t view = subset; view < o->layout->n_views && !status;
         view += o->options->n_subsets) {
        status = is_mine(o, view) ? back_project_ratios(o, view, &likelihood, err) : MOLY_OK;
    }
    if (!status) {
        moly_ranks_sum_f32(o->options->ranks, o->gradient, o->n_voxels);
        moly_ranks_sum_f64(o->options->ranks, &likelihood, 1);
        status = blur(o, o->gradient, o->blurred, err);
    }
    for (size_t i = 0; i < o->n_voxels && !status; i++) {
        o->image[i] = sensitivity[i] > 0.0F ? o->image[i] * (o->blurred[i] / sensitivity[i]) : 0.0F;
    }
    if (!status && o->options->on_update) {
        const moly_osem_update done = {iteration, subset, likelihood, o->image};
        status = o->options->on_update(o->options->context, &done, err);
    }
    return status;
}

static moly_status iterate(osem *o, moly_error *err)
{
    const int64_t n_subsets = o->options->n_subsets, n_iterations = o->options->n_iterations;
    const double n_updates = (double)(n_subsets * n_iterations);
    int64_t *order = moly_alloc((size_t)n_subsets, sizeof *order);
    moly_status status = order ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status) {
        moly_subset_order(n_subsets, order);
    }
    for (int64_t s = 0; s < n_subsets && !status; s++) {
        status = moly_progress_step(o->options->progress, 0.2 * (double)s / (double)n_subsets,
                                    "sensitivity", err);
        status = status ? status : find_sensitivity(o, s, err);
    }
    for (int64_t i = 0; i < n_iterations && !status; i++) {
        char what[48];
        (void)snprintf(what, sizeof what, "iteration %lld of %lld", (long long)i + 1,
                       (long long)n_iterations);
        for (int64_t s = 0; s < n_subsets && !status; s++) {
            const double done = (double)(i * n_subsets + s) / n_updates;
            status = moly_progress_step(o->options->progress, 0.2 + 0.8 * done, what, err);
            status = status ? status : update(o, i, order[s], err);
        }
    }
    moly_free(order);
    return status;
}

moly_status moly_osem(const moly_pet_model *model, const moly_grid *grid,
                      const moly_osem_options *options, float *columns, moly_error *err)
{
    osem o = {.model = model, .options = options, .layout = moly_sinogram_layout(model->prompts)};
    moly_status status = check(model, options, err);
    status = status ? status : make_projectors(&o, grid, err);
    status = status ? status : make_room(&o, err);
    if (!status && options->psf_fwhm_mm > 0.0) {
        status = moly_operator_gaussian(grid, options->psf_fwhm_mm, o.n_threads, &o.psf, err);
    }
    if (!status) {
        for (size_t i = 0; i < o.n_voxels; i++) {
            o.image[i] = options->start ? options->start[i] : 1.0F;
        }
        mask(&o, grid, o.image);
        status = iterate(&o, err);
    }
    if (!status) {
        memcpy(columns, o.image, o.n_voxels * sizeof *columns);
    }
    release(&o);
    return status;
}

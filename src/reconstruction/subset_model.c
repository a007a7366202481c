/* SPDX-License-Identifier: Apache-2.0 */
#include "subset_model.h"

#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/parallel.h"

/* Fewer counts than that in a bin are none. */
static const float least_expected = 1e-20F;

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

static moly_status check(const moly_pet_model *model, const subset_options *options,
                         moly_error *err)
{
    const moly_layout *l = moly_sinogram_layout(model->prompts);
    if (options->n_subsets < 1 || l->n_views % options->n_subsets != 0) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%lld subsets; subsets divide the %lld views",
                         (long long)options->n_subsets, (long long)l->n_views);
    }
    moly_status status = check_sinogram(l, model->factors, "factors", err);
    return status ? status : check_sinogram(l, model->background, "background counts", err);
}

static moly_status make_projectors(subset_model *m, const moly_grid *grid, moly_error *err)
{
    moly_layout model = *m->layout;
    moly_status status =
        moly_pet_projector_new(m->layout, grid, &m->options.projector, &m->projector, err);
    if (status || m->layout->n_tof == 1) {
        m->plain = m->projector;
        return status;
    }
    model.n_tof = 1;
    model.tof_mashing = 0;
    status = moly_layout_copy(&model, &m->plain_layout, err);
    return status ? status
                  : moly_pet_projector_new(m->plain_layout, grid, &m->options.projector, &m->plain,
                                           err);
}

static moly_status make_room(subset_model *m, moly_error *err)
{
    const size_t view_bins = (size_t)moly_layout_view_bins(m->layout);
    const size_t n_tangential = (size_t)m->layout->n_tangential;
    m->n_planes = (size_t)m->layout->n_planes;
    m->n_tof = (size_t)m->layout->n_tof;
    m->row_bins = m->n_tof * m->n_planes;
    m->background_tof =
        m->model->background ? (size_t)moly_sinogram_layout(m->model->background)->n_tof : 1;
    m->n_voxels = moly_pet_projector_n_voxels(m->projector);
    m->n_threads = moly_pet_projector_n_threads(m->projector);
    m->blurred = moly_alloc(m->n_voxels, sizeof *m->blurred);
    m->gradient = moly_alloc(m->n_voxels, sizeof *m->gradient);
    m->prompts = moly_alloc(view_bins, sizeof *m->prompts);
    m->factors = moly_alloc(view_bins, sizeof *m->factors);
    m->background = moly_alloc(view_bins, sizeof *m->background);
    m->bins = moly_alloc(view_bins, sizeof *m->bins);
    m->row_likelihood = moly_alloc(n_tangential, sizeof *m->row_likelihood);
    return m->blurred && m->gradient && m->prompts && m->factors && m->background && m->bins &&
                   m->row_likelihood
               ? MOLY_OK
               : MOLY_NO_MEMORY(err);
}

void subset_model_close(subset_model *m)
{
    if (m->plain != m->projector) {
        moly_pet_projector_free(m->plain);
    }
    moly_pet_projector_free(m->projector);
    moly_layout_free(m->plain_layout);
    moly_operator_free(m->psf);
    moly_free(m->between);
    moly_free(m->blurred);
    moly_free(m->gradient);
    moly_free(m->prompts);
    moly_free(m->factors);
    moly_free(m->background);
    moly_free(m->bins);
    moly_free(m->row_likelihood);
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
static moly_status read_factors(subset_model *m, int64_t view, size_t *n_tof, moly_error *err)
{
    const size_t rows = (size_t)m->layout->n_tangential;
    *n_tof = 1;
    if (!m->model->factors) {
        for (size_t i = 0; i < rows * m->n_planes; i++) {
            m->factors[i] = 1.0F;
        }
        return MOLY_OK;
    }
    *n_tof = (size_t)moly_sinogram_layout(m->model->factors)->n_tof;
    moly_status status = moly_sinogram_read_view(m->model->factors, view, m->factors, err);
    return status ? status
                  : check_view(m->factors, rows * *n_tof * m->n_planes, "factor", view, err);
}

typedef struct ratio_work {
    subset_model *m;
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
    subset_model *m = w->m;
    const size_t n = m->n_planes, row = (size_t)item;
    const float share = m->background_tof == m->n_tof ? 1.0F : 1.0F / (float)m->n_tof;
    double likelihood = 0.0;
    (void)thread;
    for (size_t k = 0; k < m->n_tof; k++) {
        const size_t bins = row * m->row_bins + k * n;
        likelihood += ratios_of(
            n, m->prompts + bins,
            m->factors + (row * w->factor_tof + (w->factor_tof > 1 ? k : 0)) * n,
            m->background + (row * m->background_tof + (m->background_tof > 1 ? k : 0)) * n, share,
            m->bins + bins);
    }
    m->row_likelihood[item] = likelihood;
}

/* Columns outside the radius that counts are 0: nothing is known of them. */
void subset_mask(const subset_model *m, float *columns)
{
    const moly_grid *grid = &m->grid;
    const double radius = m->options.projector.radius_mm;
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

static moly_status blur(const subset_model *m, const float *in, float *out, moly_error *err)
{
    if (m->psf) {
        return moly_operator_forward(m->psf, in, out, err);
    }
    memcpy(out, in, m->n_voxels * sizeof *out);
    return MOLY_OK;
}

static moly_status to_image(subset_model *m, const float *in, float *out, moly_error *err)
{
    const moly_operator *basis = m->options.basis;
    if (!basis) {
        return blur(m, in, out, err);
    }
    moly_status status = moly_operator_forward(basis, in, m->between, err);
    return status ? status : blur(m, m->between, out, err);
}

static moly_status from_image(subset_model *m, const float *in, float *out, moly_error *err)
{
    const moly_operator *basis = m->options.basis;
    if (!basis) {
        return blur(m, in, out, err);
    }
    moly_status status = blur(m, in, m->between, err); /* a Gaussian is its own adjoint */
    return status ? status : moly_operator_adjoint(basis, m->between, out, err);
}

/* Views of a subset go round the ranks. */
static bool is_mine(const subset_model *m, int64_t view)
{
    const int64_t place = view / m->options.n_subsets;
    return place % moly_ranks_n(m->options.ranks) == moly_ranks_mine(m->options.ranks);
}

moly_status subset_sensitivity(subset_model *m, int64_t subset, float *sum, moly_error *err)
{
    moly_status status = MOLY_OK;
    memset(m->gradient, 0, m->n_voxels * sizeof *m->gradient);
    for (int64_t view = subset; view < m->layout->n_views && !status;
         view += m->options.n_subsets) {
        size_t n_tof = 1;
        if (!is_mine(m, view)) {
            continue;
        }
        status = read_factors(m, view, &n_tof, err);
        status = status ? status
                        : moly_pet_back_project_view(n_tof > 1 ? m->projector : m->plain,
                                                     m->factors, view, m->gradient, err);
    }
    if (status) {
        return status;
    }
    moly_ranks_sum_f32(m->options.ranks, m->gradient, m->n_voxels);
    return from_image(m, m->gradient, sum, err);
}

static moly_status back_project_ratios(subset_model *m, int64_t view, double *likelihood,
                                       moly_error *err)
{
    ratio_work w = {m, 1};
    moly_status status = moly_sinogram_read_view(m->model->prompts, view, m->prompts, err);
    status = status ? status : read_factors(m, view, &w.factor_tof, err);
    if (!status && m->model->background) {
        status = moly_sinogram_read_view(m->model->background, view, m->background, err);
        status = status
                     ? status
                     : check_view(m->background,
                                  (size_t)m->layout->n_tangential * m->background_tof * m->n_planes,
                                  "background", view, err);
    }
    status = status ? status : moly_pet_project_view(m->projector, m->blurred, view, m->bins, err);
    if (status) {
        return status;
    }
    moly_parallel(m->n_threads, m->layout->n_tangential, take_ratios, &w);
    for (int64_t i = 0; i < m->layout->n_tangential; i++) {
        *likelihood += m->row_likelihood[i];
    }
    return moly_pet_back_project_view(m->projector, m->bins, view, m->gradient, err);
}

moly_status subset_ratios(subset_model *m, const float *image, int64_t subset, float *sum,
                          double *likelihood, moly_error *err)
{
    double own = 0.0;
    moly_status status = to_image(m, image, m->blurred, err);
    memset(m->gradient, 0, m->n_voxels * sizeof *m->gradient);
    for (int64_t view = subset; view < m->layout->n_views && !status;
         view += m->options.n_subsets) {
        status = is_mine(m, view) ? back_project_ratios(m, view, &own, err) : MOLY_OK;
    }
    if (status) {
        return status;
    }
    moly_ranks_sum_f32(m->options.ranks, m->gradient, m->n_voxels);
    moly_ranks_sum_f64(m->options.ranks, &own, 1);
    if (likelihood) {
        *likelihood += own;
    }
    return from_image(m, m->gradient, sum, err);
}

moly_status subset_model_open(const moly_pet_model *model, const moly_grid *grid,
                              const subset_options *options, subset_model *m, moly_error *err)
{
    *m = (subset_model){.model = model,
                        .options = *options,
                        .layout = moly_sinogram_layout(model->prompts),
                        .grid = *grid};
    moly_status status = check(model, options, err);
    status = status ? status : make_projectors(m, grid, err);
    status = status ? status : make_room(m, err);
    if (!status && options->basis) {
        m->between = moly_alloc(m->n_voxels, sizeof *m->between);
        status = m->between ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    if (!status && options->psf_fwhm_mm > 0.0) {
        status = moly_operator_gaussian(grid, options->psf_fwhm_mm, m->n_threads, &m->psf, err);
    }
    return status;
}

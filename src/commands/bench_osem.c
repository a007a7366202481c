/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_osem.h"

#include <math.h>

#include "bench.h"
#include "moly/base/memory.h"
#include "moly/base/random.h"

enum { N_RUNS = 4, SEED = 20261124 };
#define PSF_FWHM_MM 4.5
static const double mean_counts = 0.5, mean_background = 0.1;

typedef struct subset {
    moly_layout *layout, *one_bin; /* the second: without TOF */
    moly_sinogram *prompts, *factors, *background;
    const moly_grid *grid;
    const moly_projector_options *options;
    double last_s, update_s, projections_s;
} subset;

static moly_status fill(const moly_layout *layout, moly_sinogram **made, double mean, bool is_drawn,
                        moly_error *err)
{
    const size_t n = (size_t)moly_layout_view_bins(layout);
    float *bins = moly_alloc(n, sizeof *bins);
    moly_random draws = moly_random_stream(SEED, 1);
    moly_status status = bins ? moly_sinogram_new(layout, made, err) : MOLY_NO_MEMORY(err);
    for (int64_t view = 0; view < layout->n_views && !status; view++) {
        for (size_t i = 0; i < n; i++) { /* whole counts of an exponential */
            bins[i] = is_drawn ? (float)floor(-2.0 * mean * log(moly_random_uniform(&draws)))
                               : (float)mean;
        }
        status = moly_sinogram_write_view(*made, view, bins, err);
    }
    moly_free(bins);
    return status;
}

static moly_status open_subset(subset *s, const moly_layout *layout, int64_t n_views,
                               moly_error *err)
{
    moly_layout model = *layout;
    model.view_mashing = layout->n_views * layout->view_mashing / n_views;
    model.n_views = n_views;
    moly_status status = moly_layout_copy(&model, &s->layout, err);
    model.n_tof = 1;
    model.tof_mashing = 0;
    status = status ? status : moly_layout_copy(&model, &s->one_bin, err);
    const double per_bin = mean_counts / (double)layout->n_tof;
    status = status ? status : fill(s->layout, &s->prompts, per_bin, true, err);
    status = status ? status : fill(s->one_bin, &s->factors, 1e-3, false, err);
    return status ? status : fill(s->one_bin, &s->background, mean_background, false, err);
}

static void close_subset(subset *s)
{
    moly_sinogram_free(s->prompts);
    moly_sinogram_free(s->factors);
    moly_sinogram_free(s->background);
    moly_layout_free(s->layout);
    moly_layout_free(s->one_bin);
}

static moly_status time_projections(subset *s, moly_error *err)
{
    moly_pet_projector *p = NULL;
    moly_status status = moly_pet_projector_new(s->layout, s->grid, s->options, &p, err);
    if (status) {
        return status;
    }
    const size_t n_voxels = moly_pet_projector_n_voxels(p);
    float *image = moly_alloc(n_voxels, sizeof *image);
    float *back = moly_alloc(n_voxels, sizeof *back);
    float *bins = moly_alloc(moly_pet_projector_view_bins(p), sizeof *bins);
    status = image && back && bins ? MOLY_OK : MOLY_NO_MEMORY(err);
    for (size_t i = 0; i < n_voxels && !status; i++) {
        image[i] = 1.0F;
    }
    for (int run = 0; run < N_RUNS && !status; run++) {
        const double begin = bench_seconds();
        for (int64_t view = 0; view < s->layout->n_views && !status; view++) {
            status = moly_pet_project_view(p, image, view, bins, err);
            status = status ? status : moly_pet_back_project_view(p, bins, view, back, err);
        }
        s->projections_s = fmin(s->projections_s, bench_seconds() - begin);
    }
    moly_free(image);
    moly_free(back);
    moly_free(bins);
    moly_pet_projector_free(p);
    return status;
}

/* The first update follows the sensitivity, which is worked out once; the others follow another. */
static moly_status on_update(void *context, const moly_osem_update *update, moly_error *err)
{
    subset *s = context;
    const double now = bench_seconds();
    (void)err;
    if (update->iteration > 0) {
        s->update_s = fmin(s->update_s, now - s->last_s);
    }
    s->last_s = now;
    return MOLY_OK;
}

static moly_status time_updates(subset *s, moly_error *err)
{
    const moly_pet_model model = {s->prompts, s->factors, s->background};
    const moly_osem_options options = {.n_subsets = 1,
                                       .n_iterations = N_RUNS + 1,
                                       .psf_fwhm_mm = PSF_FWHM_MM,
                                       .projector = *s->options,
                                       .on_update = on_update,
                                       .context = s};
    float *columns = moly_alloc((size_t)moly_grid_n_voxels(s->grid), sizeof *columns);
    moly_status status =
        columns ? moly_osem(&model, s->grid, &options, columns, err) : MOLY_NO_MEMORY(err);
    moly_free(columns);
    return status;
}

moly_status bench_osem(const moly_layout *layout, int64_t n_views, const moly_grid *grid,
                       const moly_projector_options *options, double *ratio, moly_error *err)
{
    subset s = {.grid = grid, .options = options, .update_s = INFINITY, .projections_s = INFINITY};
    moly_status status = open_subset(&s, layout, n_views, err);
    status = status ? status : time_projections(&s, err);
    status = status ? status : time_updates(&s, err);
    *ratio = s.update_s / s.projections_s;
    close_subset(&s);
    return status;
}

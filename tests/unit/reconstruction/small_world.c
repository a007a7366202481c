/* SPDX-License-Identifier: Apache-2.0 */
#include "small_world.h"

#include "moly/base/random.h"
#include "testing.h"

moly_pet_scanner small_scanner(void)
{
    return (moly_pet_scanner){.name = "small",
                              .n_rings = 5,
                              .n_detectors = 64,
                              .block_rings = 5,
                              .block_columns = 8,
                              .inner_radius_mm = 120.0,
                              .interaction_depth_mm = 5.0,
                              .ring_pitch_mm = 8.0,
                              .window_low_kev = 425.0,
                              .window_high_kev = 650.0,
                              .tof_fwhm_ps = 400.0,
                              .tof_bin_ps = 160.0,
                              .n_tof_bins = 11,
                              .n_tangential = 41,
                              .span = 1,
                              .max_ring_difference = 4};
}

/* A warm cylinder with a hot ball; bins are what the model expects of it. */
void make_world(world *w, int64_t tof_mashing, double factor, double background)
{
    moly_error err = {0};
    const moly_pet_scanner s = small_scanner();
    const moly_layout_options with = {.max_difference = -1, .tof_mashing = tof_mashing};
    const moly_layout_options plain = {.max_difference = -1};
    const moly_projector_options how = {.n_threads = 1};
    moly_layout *plain_layout = NULL;
    moly_pet_projector *p = NULL;
    w->grid = (moly_grid){{N_XY, N_XY, N_Z},
                          {6, 6, 4},
                          {-0.5 * (N_XY - 1) * 6, -0.5 * (N_XY - 1) * 6, -0.5 * (N_Z - 1) * 4},
                          {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    w->truth = calloc(N_VOXELS, sizeof *w->truth);
    assert_non_null(w->truth);
    for (int y = 0; y < N_XY; y++) {
        for (int x = 0; x < N_XY; x++) {
            for (int z = 0; z < N_Z; z++) {
                const double u = w->grid.origin_mm[0] + 6.0 * x;
                const double v = w->grid.origin_mm[1] + 6.0 * y;
                const double ball = hypot(hypot(u - 20.0, v), w->grid.origin_mm[2] + 4.0 * z);
                const bool is_warm = hypot(u, v) < 55.0;
                w->truth[(y * N_XY + x) * N_Z + z] = ball < 15.0 ? 4.0F : is_warm ? 1.0F : 0.0F;
            }
        }
    }
    assert_ok(moly_layout_new(&s, &with, &w->layout, &err), err);
    assert_ok(moly_layout_new(&s, &plain, &plain_layout, &err), err);
    assert_ok(moly_sinogram_new(w->layout, &w->prompts, &err), err);
    assert_ok(moly_sinogram_new(plain_layout, &w->factors, &err), err);
    assert_ok(moly_sinogram_new(plain_layout, &w->background, &err), err);
    assert_ok(moly_pet_projector_new(w->layout, &w->grid, &how, &p, &err), err);
    const size_t n = (size_t)moly_layout_view_bins(w->layout);
    const size_t n_plain = (size_t)moly_layout_view_bins(plain_layout);
    float *bins = calloc(n, sizeof *bins), *flat = calloc(n_plain, sizeof *flat);
    for (int64_t view = 0; view < w->layout->n_views; view++) {
        assert_ok(moly_pet_project_view(p, w->truth, view, bins, &err), err);
        for (size_t i = 0; i < n; i++) {
            bins[i] = (float)factor * bins[i] + (float)(background / (double)w->layout->n_tof);
        }
        assert_ok(moly_sinogram_write_view(w->prompts, view, bins, &err), err);
        for (size_t i = 0; i < n_plain; i++) {
            flat[i] = (float)factor;
        }
        assert_ok(moly_sinogram_write_view(w->factors, view, flat, &err), err);
        for (size_t i = 0; i < n_plain; i++) {
            flat[i] = (float)background;
        }
        assert_ok(moly_sinogram_write_view(w->background, view, flat, &err), err);
    }
    free(bins);
    free(flat);
    moly_layout_free(plain_layout);
    moly_pet_projector_free(p);
}

void free_world(world *w)
{
    moly_sinogram_free(w->prompts);
    moly_sinogram_free(w->factors);
    moly_sinogram_free(w->background);
    moly_layout_free(w->layout);
    free(w->truth);
}

double error_of(const world *w, const float *image)
{
    double error = 0.0, size = 0.0;
    for (size_t i = 0; i < N_VOXELS; i++) {
        const double d = (double)(image[i] - w->truth[i]);
        error += d * d;
        size += (double)w->truth[i] * (double)w->truth[i];
    }
    return sqrt(error / size);
}

void make_noise(world *w, uint64_t seed)
{
    moly_error err = {0};
    moly_random random = moly_random_stream(seed, 0);
    const size_t n = (size_t)moly_layout_view_bins(w->layout);
    float *bins = calloc(n, sizeof *bins);
    assert_non_null(bins);
    for (int64_t view = 0; view < w->layout->n_views; view++) {
        assert_ok(moly_sinogram_read_view(w->prompts, view, bins, &err), err);
        for (size_t i = 0; i < n; i++) {
            bins[i] = (float)moly_random_poisson(&random, (double)bins[i]);
        }
        assert_ok(moly_sinogram_write_view(w->prompts, view, bins, &err), err);
    }
    free(bins);
}

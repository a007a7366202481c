/* SPDX-License-Identifier: Apache-2.0 */
/* OSEM: likelihood rises, counts are kept, the truth comes back, threads change nothing. */
#include "moly/reconstruction/osem.h"

#include "moly/base/random.h"
#include "testing.h"

enum { N_XY = 24, N_Z = 9, N_VOXELS = N_XY * N_XY * N_Z };

typedef struct world {
    moly_layout *layout;
    moly_grid grid;
    moly_sinogram *prompts, *factors, *background;
    float *truth;
} world;

static moly_pet_scanner scanner(void)
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

static double *counts; /* updates of the run that listens */
static size_t n_counts;

static moly_status listen(void *context, const moly_osem_update *update, moly_error *err)
{
    (void)context;
    (void)err;
    counts[n_counts++] = update->log_likelihood;
    return MOLY_OK;
}

/* A warm cylinder with a hot ball; bins are what the model expects of it. */
static void make_world(world *w, int64_t tof_mashing, double factor, double background)
{
    moly_error err = {0};
    const moly_pet_scanner s = scanner();
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

static void free_world(world *w)
{
    moly_sinogram_free(w->prompts);
    moly_sinogram_free(w->factors);
    moly_sinogram_free(w->background);
    moly_layout_free(w->layout);
    free(w->truth);
}

static double error_of(const world *w, const float *image)
{
    double error = 0.0, size = 0.0;
    for (size_t i = 0; i < N_VOXELS; i++) {
        const double d = (double)(image[i] - w->truth[i]);
        error += d * d;
        size += (double)w->truth[i] * (double)w->truth[i];
    }
    return sqrt(error / size);
}

static void the_truth_comes_back_with_and_without_tof(void **state)
{
    (void)state;
    moly_error err = {0};
    for (int64_t mashing = 0; mashing <= 1; mashing++) {
        world w = {0};
        make_world(&w, mashing, 0.25, 0.7);
        const moly_pet_model model = {w.prompts, w.factors, w.background};
        const moly_osem_options options = {
            .n_subsets = 8, .n_iterations = 30, .projector = {.n_threads = 2}};
        float *image = calloc(N_VOXELS, sizeof *image);
        assert_ok(moly_osem(&model, &w.grid, &options, image, &err), err);
        /* data without noise: what is left falls with every pass */
        const double error = error_of(&w, image);
        if (error > (mashing ? 0.06 : 0.09)) {
            fail_msg("off by %g of the truth", error);
        }
        free(image);
        free_world(&w);
    }
}

static void mlem_raises_the_likelihood_and_keeps_the_counts(void **state)
{
    (void)state;
    moly_error err = {0};
    world w = {0};
    make_world(&w, 0, 0.5, 0.0);
    double likelihoods[12], total = 0.0, expected = 0.0;
    counts = likelihoods;
    n_counts = 0;
    const moly_pet_model model = {w.prompts, w.factors, NULL};
    const moly_osem_options options = {
        .n_subsets = 1, .n_iterations = 12, .projector = {.n_threads = 1}, .on_update = listen};
    float *image = calloc(N_VOXELS, sizeof *image);
    assert_ok(moly_osem(&model, &w.grid, &options, image, &err), err);
    assert_int_equal(n_counts, 12);
    for (size_t i = 1; i < n_counts; i++) {
        assert_true(likelihoods[i] > likelihoods[i - 1]);
    }
    /* an MLEM update makes the expected counts sum to the measured ones */
    moly_pet_projector *p = NULL;
    const moly_projector_options how = {.n_threads = 1};
    const size_t n = (size_t)moly_layout_view_bins(w.layout);
    float *bins = calloc(n, sizeof *bins);
    assert_ok(moly_pet_projector_new(w.layout, &w.grid, &how, &p, &err), err);
    for (int64_t view = 0; view < w.layout->n_views; view++) {
        assert_ok(moly_pet_project_view(p, image, view, bins, &err), err);
        for (size_t i = 0; i < n; i++) {
            expected += 0.5 * (double)bins[i];
        }
    }
    assert_ok(moly_sinogram_sum(w.prompts, &total, &err), err);
    assert_relative(expected, total, 1e-5);
    free(bins);
    free(image);
    moly_pet_projector_free(p);
    free_world(&w);
}

static void threads_do_not_change_the_image(void **state)
{
    (void)state;
    moly_error err = {0};
    world w = {0};
    make_world(&w, 1, 0.5, 0.2);
    const moly_pet_model model = {w.prompts, w.factors, w.background};
    float *first = calloc(N_VOXELS, sizeof *first), *image = calloc(N_VOXELS, sizeof *image);
    for (int threads = 1; threads <= 3; threads++) {
        const moly_osem_options options = {.n_subsets = 4,
                                           .n_iterations = 2,
                                           .psf_fwhm_mm = 8.0,
                                           .projector = {.n_threads = threads, .radius_mm = 66.0}};
        assert_ok(moly_osem(&model, &w.grid, &options, image, &err), err);
        if (threads == 1) {
            memcpy(first, image, N_VOXELS * sizeof *image);
        }
        assert_memory_equal(first, image, N_VOXELS * sizeof *image);
    }
    assert_true(image[N_Z / 2] == 0.0F); /* a corner, outside the radius */
    free(first);
    free(image);
    free_world(&w);
}

static void a_start_at_the_truth_stays_there(void **state)
{
    (void)state;
    moly_error err = {0};
    world w = {0};
    make_world(&w, 1, 0.3, 0.5);
    const moly_pet_model model = {w.prompts, w.factors, w.background};
    const moly_osem_options options = {
        .n_subsets = 2, .n_iterations = 3, .projector = {.n_threads = 2}, .start = w.truth};
    float *image = calloc(N_VOXELS, sizeof *image);
    assert_ok(moly_osem(&model, &w.grid, &options, image, &err), err);
    /* the sensitivity counts the whole kernel, a view 99.95 % of it: so much may go */
    assert_true(error_of(&w, image) < 1e-3);
    free(image);
    free_world(&w);
}

static void what_does_not_meet_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    world w = {0};
    make_world(&w, 0, 0.5, 0.2);
    moly_pet_model model = {w.prompts, w.factors, w.background};
    moly_osem_options options = {.n_subsets = 5, .n_iterations = 1};
    float *image = calloc(N_VOXELS, sizeof *image);
    assert_fails(moly_osem(&model, &w.grid, &options, image, &err), MOLY_ERR_RANGE,
                 "subsets divide the 32 views", err);
    options.n_subsets = 4;
    const size_t n = (size_t)moly_layout_view_bins(w.layout);
    float *bins = calloc(n, sizeof *bins);
    bins[7] = -1.0F;
    assert_ok(moly_sinogram_write_view(w.background, 3, bins, &err), err);
    assert_fails(moly_osem(&model, &w.grid, &options, image, &err), MOLY_ERR_DATA,
                 "view 3: a background is -1", err);
    moly_sinogram *other = NULL;
    moly_layout *layout = NULL;
    const moly_pet_scanner s = scanner();
    const moly_layout_options narrow = {.max_difference = -1, .n_tangential = 21};
    assert_ok(moly_layout_new(&s, &narrow, &layout, &err), err);
    assert_ok(moly_sinogram_new(layout, &other, &err), err);
    model.factors = other;
    assert_fails(moly_osem(&model, &w.grid, &options, image, &err), MOLY_ERR_RANGE,
                 "the factors have 32 views x 21 bins", err);
    moly_sinogram_free(other);
    moly_layout_free(layout);
    free(bins);
    free(image);
    free_world(&w);
}

static void subsets_are_visited_far_apart(void **state)
{
    (void)state;
    static const int64_t wanted[] = {0, 4, 2, 6, 1, 5, 3, 7};
    int64_t order[34];
    bool is_seen[34] = {false};
    moly_subset_order(8, order);
    assert_memory_equal(order, wanted, sizeof wanted);
    moly_subset_order(34, order);
    for (int i = 0; i < 34; i++) {
        assert_true(order[i] >= 0 && order[i] < 34 && !is_seen[order[i]]);
        is_seen[order[i]] = true;
    }
    moly_subset_order(1, order);
    assert_int_equal(order[0], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_truth_comes_back_with_and_without_tof),
        cmocka_unit_test(mlem_raises_the_likelihood_and_keeps_the_counts),
        cmocka_unit_test(threads_do_not_change_the_image),
        cmocka_unit_test(a_start_at_the_truth_stays_there),
        cmocka_unit_test(what_does_not_meet_is_refused),
        cmocka_unit_test(subsets_are_visited_far_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

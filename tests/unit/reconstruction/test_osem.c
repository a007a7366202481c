/* SPDX-License-Identifier: Apache-2.0 */
/* OSEM: likelihood rises, counts are kept, the truth comes back, threads change nothing. */
#include "small_world.h"

#include "testing.h"

static double *counts; /* updates of the run that listens */
static size_t n_counts;

static moly_status listen(void *context, const moly_osem_update *update, moly_error *err)
{
    (void)context;
    (void)err;
    counts[n_counts++] = update->log_likelihood;
    return MOLY_OK;
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
    const moly_pet_scanner s = small_scanner();
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

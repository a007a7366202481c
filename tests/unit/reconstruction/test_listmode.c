/* SPDX-License-Identifier: Apache-2.0 */
/* List mode against sinograms of the same events; bootstrap. */
#include "moly/reconstruction/listmode.h"

#include "moly/base/random.h"
#include "small_world.h"
#include "testing.h"

/* The world's bins with Poisson noise, as sinograms and as the events of their counts. */
static void make_events(world *w, moly_event_list *list)
{
    moly_error err = {0};
    make_world(w, 1, 0.05, 0.5);
    const moly_pet_scanner s = small_scanner();
    const int64_t n = s.n_rings * s.n_detectors, view_bins = moly_layout_view_bins(w->layout);
    const int64_t n_bins = moly_layout_n_bins(w->layout);
    const int64_t half = w->layout->n_tof / 2;
    moly_event *of_bin = calloc((size_t)n_bins, sizeof *of_bin);
    bool *is_known = calloc((size_t)n_bins, sizeof *is_known);
    *list = (moly_event_list){.scanner = s, .duration_s = 1.0};
    for (int64_t a = 0; a < n; a++) { /* the events that make each bin */
        for (int64_t b = 0; b < n; b++) {
            for (int64_t k = -half; k <= half; k++) {
                const moly_event e = {
                    .crystal_1 = (uint32_t)a, .crystal_2 = (uint32_t)b, .tof_bin = (int16_t)k};
                const int64_t bin = moly_layout_find_bin(w->layout, &e);
                if (bin >= 0) {
                    of_bin[bin] = e;
                    is_known[bin] = true;
                }
            }
        }
    }
    float *bins = calloc((size_t)view_bins, sizeof *bins);
    for (int64_t view = 0; view < w->layout->n_views; view++) {
        assert_ok(moly_sinogram_read_view(w->prompts, view, bins, &err), err);
        moly_random draws = moly_random_stream(17, (uint64_t)view);
        for (int64_t i = 0; i < view_bins; i++) {
            const size_t at = (size_t)(view * view_bins + i);
            bins[i] = is_known[at] ? (float)moly_random_poisson(&draws, (double)bins[i]) : 0.0F;
            for (int k = 0; k < (int)bins[i]; k++) {
                assert_ok(moly_event_list_add(list, &of_bin[at], &err), err);
            }
        }
        assert_ok(moly_sinogram_write_view(w->prompts, view, bins, &err), err);
    }
    for (size_t i = list->n - 1; i > 0; i--) { /* in no order, as time has it */
        moly_random draws = moly_random_stream(19, i);
        const size_t k = (size_t)(moly_random_uniform(&draws) * (double)(i + 1));
        const moly_event e = list->events[i];
        list->events[i] = list->events[k];
        list->events[k] = e;
    }
    free(bins);
    free(of_bin);
    free(is_known);
}

static double apart(const float *a, const float *b)
{
    double error = 0.0, size = 0.0;
    for (size_t i = 0; i < N_VOXELS; i++) {
        const double d = (double)(a[i] - b[i]);
        error += d * d;
        size += (double)b[i] * (double)b[i];
    }
    return sqrt(error / size);
}

static void without_subsets_it_is_mlem_of_the_sinogram(void **state)
{
    (void)state;
    moly_error err = {0};
    world w = {0};
    moly_event_list list = {0};
    make_events(&w, &list);
    float *image = calloc(N_VOXELS, sizeof *image), *binned = calloc(N_VOXELS, sizeof *binned);
    const moly_list_model model = {&list, w.layout, w.factors, w.background};
    const moly_pet_model bins = {w.prompts, w.factors, w.background};
    const moly_list_options options = {
        .n_subsets = 1, .n_iterations = 6, .projector = {.n_threads = 2, .radius_mm = 66.0}};
    const moly_osem_options osem = {
        .n_subsets = 1, .n_iterations = 6, .projector = {.n_threads = 2, .radius_mm = 66.0}};
    int64_t n_used = 0;
    assert_ok(moly_listmode_osem(&model, &w.grid, &options, image, &n_used, &err), err);
    assert_ok(moly_osem(&bins, &w.grid, &osem, binned, &err), err);
    assert_int_equal(n_used, (int64_t)list.n);
    print_message("%zu events; list mode and sinogram %.2g apart\n", list.n, apart(image, binned));
    /* the same lines and counts; either projector's TOF kernel is exact to 1e-3 (its contract) */
    assert_true(apart(image, binned) < 2e-3);
    moly_event_list_free(&list);
    free(image);
    free(binned);
    free_world(&w);
}

static void subsets_threads_and_bootstrap(void **state)
{
    (void)state;
    moly_error err = {0};
    world w = {0};
    moly_event_list list = {0};
    make_events(&w, &list);
    float *first = calloc(N_VOXELS, sizeof *first), *image = calloc(N_VOXELS, sizeof *image);
    const moly_list_model model = {&list, w.layout, w.factors, w.background};
    moly_list_options options = {
        .n_subsets = 4, .n_iterations = 2, .projector = {.n_threads = 1}, .is_resampled = true};
    assert_ok(moly_listmode_osem(&model, &w.grid, &options, first, NULL, &err), err);
    options.projector.n_threads = 3;
    assert_ok(moly_listmode_osem(&model, &w.grid, &options, image, NULL, &err), err);
    assert_memory_equal(first, image, N_VOXELS * sizeof *image);
    options.replica = 1; /* other draws, another image */
    assert_ok(moly_listmode_osem(&model, &w.grid, &options, image, NULL, &err), err);
    assert_true(apart(first, image) > 0.01);
    options.n_subsets = (int64_t)list.n + 1;
    assert_fails(moly_listmode_osem(&model, &w.grid, &options, image, NULL, &err), MOLY_ERR_RANGE,
                 "too few for", err);
    options.n_subsets = 4;
    const moly_list_model swapped = {&list, w.layout, w.prompts, w.background}; /* TOF factors */
    assert_fails(moly_listmode_osem(&swapped, &w.grid, &options, image, NULL, &err), MOLY_ERR_RANGE,
                 "the factors have 32 views", err);
    list.events[5].crystal_1 = 100000;
    assert_fails(moly_listmode_osem(&model, &w.grid, &options, image, NULL, &err), MOLY_ERR_DATA,
                 "event 5: crystals 100000", err);
    moly_event_list_free(&list);
    free(first);
    free(image);
    free_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_subsets_it_is_mlem_of_the_sinogram),
        cmocka_unit_test(subsets_threads_and_bootstrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

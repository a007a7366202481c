/* SPDX-License-Identifier: Apache-2.0 */
/* List mode: the same lines as the sinogram's, the adjoint, the same bits for any threads. */
#include "small.h"

static moly_pet_projector *projector_of(const moly_layout *layout, int n_threads,
                                        const char *back_end)
{
    moly_error err = {0};
    moly_pet_projector *p = NULL;
    const moly_grid grid = small_grid();
    const moly_projector_options options = {.n_threads = n_threads, .back_end = back_end};
    assert_ok(moly_pet_projector_new(layout, &grid, &options, &p, &err), err);
    return p;
}

static moly_layout *layout_of(int64_t n_sides, int64_t tof_mashing)
{
    moly_error err = {0};
    moly_layout *layout = NULL;
    const moly_pet_scanner scanner = small_scanner(n_sides);
    const moly_layout_options options = {.max_difference = -1, .tof_mashing = tof_mashing};
    assert_ok(moly_layout_new(&scanner, &options, &layout, &err), err);
    return layout;
}

static moly_event *draw_events(const moly_layout *layout, size_t n)
{
    moly_random draws = moly_random_stream(3, 3);
    const moly_pet_scanner *s = &layout->scanner;
    moly_event *events = calloc(n, sizeof *events);
    assert_non_null(events);
    for (size_t i = 0; i < n;) {
        const int64_t d1 = (int64_t)(moly_random_uniform(&draws) * (double)s->n_detectors);
        const int64_t d2 = (int64_t)(moly_random_uniform(&draws) * (double)s->n_detectors);
        const int64_t r1 = (int64_t)(moly_random_uniform(&draws) * (double)s->n_rings);
        const int64_t r2 = (int64_t)(moly_random_uniform(&draws) * (double)s->n_rings);
        int64_t view, t;
        bool is_swapped;
        if (moly_layout_find_line(layout, d1, d2, &view, &t, &is_swapped)) {
            events[i].crystal_1 = (uint32_t)(r1 * s->n_detectors + d1);
            events[i].crystal_2 = (uint32_t)(r2 * s->n_detectors + d2);
            events[i].tof_bin = (int16_t)(moly_random_uniform(&draws) * 33.0 - 16.0);
            i++;
        }
    }
    return events;
}

static void an_event_sees_what_its_sinogram_bin_sees(void **state)
{
    (void)state;
    moly_error err = {0};
    for (int run = 0; run < 4; run++) {
        moly_layout *layout = layout_of(run % 2 ? 8 : 0, run / 2);
        const char *const *names = moly_projector_back_ends();
        for (; *names; names++) {
            moly_pet_projector *p = projector_of(layout, 2, *names);
            enum { N = 60 };
            moly_event *events = draw_events(layout, N);
            float *image = floats(N_XY * N_XY * N_Z), values[N];
            float *bins = floats((size_t)moly_layout_view_bins(layout));
            fill_random(image, N_XY * N_XY * N_Z, 4, 0.0);
            assert_ok(moly_pet_project_events(p, image, events, N, values, &err), err);
            for (size_t i = 0; i < N; i++) {
                const int64_t n = layout->scanner.n_detectors;
                const int64_t r1 = events[i].crystal_1 / n, r2 = events[i].crystal_2 / n;
                int64_t view, t, k = layout->n_tof / 2;
                bool is_swapped;
                assert_true(moly_layout_find_line(layout, events[i].crystal_1 % n,
                                                  events[i].crystal_2 % n, &view, &t, &is_swapped));
                const int64_t plane = is_swapped ? moly_layout_find_plane(layout, r2, r1)
                                                 : moly_layout_find_plane(layout, r1, r2);
                k += layout->n_tof == 1 ? 0 : is_swapped ? -events[i].tof_bin : events[i].tof_bin;
                assert_ok(moly_pet_project_view(p, image, view, bins, &err), err);
                const double bin = (double)bins[(t * layout->n_tof + k) * layout->n_planes + plane];
                /* single precision; the two tables of the kernel agree to 1e-4 of its peak, and
                 * are cut at half a bin's difference */
                const double tolerance =
                    layout->n_tof == 1 ? 2e-4 * (1.0 + bin) : 2e-3 * (1.0 + bin);
                if (fabs((double)values[i] - bin) > tolerance) {
                    fail_msg("event %zu: %g, its bin has %g", i, (double)values[i], bin);
                }
            }
            free(events);
            free(image);
            free(bins);
            moly_pet_projector_free(p);
        }
        moly_layout_free(layout);
    }
}

static void back_projection_of_events_is_the_adjoint_for_any_threads(void **state)
{
    (void)state;
    moly_error err = {0};
    enum { N = 3000 };
    const size_t n = N_XY * N_XY * N_Z;
    moly_layout *layout = layout_of(8, 1);
    moly_event *events = draw_events(layout, N);
    float *x = floats(n), *y = floats(N), *values = floats(N), *first = floats(n);
    fill_random(x, n, 1, 0.0);
    fill_random(y, N, 2, -0.5);
    for (int threads = 1; threads <= 3; threads++) {
        moly_pet_projector *p = projector_of(layout, threads, NULL);
        float *back = floats(n);
        assert_ok(moly_pet_project_events(p, x, events, N, values, &err), err);
        assert_ok(moly_pet_back_project_events(p, events, y, N, back, &err), err);
        const double size = sqrt(dot(values, values, N) * dot(y, y, N));
        assert_true(fabs(dot(values, y, N) - dot(x, back, n)) <= 1e-6 * size);
        if (threads == 1) {
            memcpy(first, back, n * sizeof *back);
        }
        assert_memory_equal(first, back, n * sizeof *back);
        free(back);
        moly_pet_projector_free(p);
    }
    free(x);
    free(y);
    free(values);
    free(first);
    free(events);
    moly_layout_free(layout);
}

static void an_event_of_no_crystal_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_layout *layout = layout_of(0, 0);
    moly_pet_projector *p = projector_of(layout, 1, NULL);
    const moly_event event = {.crystal_1 = 5, .crystal_2 = 48 * 8};
    float *image = floats(N_XY * N_XY * N_Z), value;
    assert_fails(moly_pet_project_events(p, image, &event, 1, &value, &err), MOLY_ERR_DATA,
                 "the scanner has 384", err);
    free(image);
    moly_pet_projector_free(p);
    moly_layout_free(layout);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_sees_what_its_sinogram_bin_sees),
        cmocka_unit_test(back_projection_of_events_is_the_adjoint_for_any_threads),
        cmocka_unit_test(an_event_of_no_crystal_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

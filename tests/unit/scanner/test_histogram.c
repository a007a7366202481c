/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/base/memory.h"
#include "moly/scanner/sinogram.h"

static moly_pet_scanner small_scanner(void)
{
    moly_error err = {0};
    moly_pet_scanner s;
    assert_ok(moly_pet_scanner_parse("title = Small\nrings = 5\ndetectors = 24\n"
                                     "inner radius = 100 mm\nring pitch = 5 mm\n"
                                     "timing resolution = 400 ps\ntof bin = 60 ps\ntof bins = 15\n"
                                     "tangential bins = 23\n",
                                     "small", &s, &err),
              err);
    return s;
}

static moly_layout *layout_of(const moly_pet_scanner *s, moly_layout_options options)
{
    moly_error err = {0};
    moly_layout *l = NULL;
    assert_ok(moly_layout_new(s, &options, &l, &err), err);
    return l;
}

static void add(moly_event_list *list, int64_t a, int64_t b, int tof)
{
    moly_error err = {0};
    const moly_event e = {
        .crystal_1 = (uint32_t)a, .crystal_2 = (uint32_t)b, .tof_bin = (int16_t)tof};
    assert_ok(moly_event_list_add(list, &e, &err), err);
}

static void counts(const moly_sinogram *s, int64_t view, float *bins)
{
    moly_error err = {0};
    assert_ok(moly_sinogram_read_view(s, view, bins, &err), err);
}

/* Every pair of crystals of different columns, either way round, is in one bin, and each bin has as
 * many as moly_layout_ring_pairs() says, twice, for the views that were mashed. */
static void every_pair_of_crystals_falls_in_exactly_one_bin(void **state)
{
    (void)state;
    static const moly_layout_options cases[] = {
        {.span = 1, .max_difference = 4},
        {.span = 3, .max_difference = 4},
        {.span = 9, .max_difference = 4},
        {.span = 1, .max_difference = 4, .view_mashing = 3},
    };
    const moly_pet_scanner scanner = small_scanner();
    const int64_t n = scanner.n_detectors, crystals = scanner.n_rings * n;
    moly_event_list list = {.scanner = scanner};
    int64_t n_pairs = 0;
    for (int64_t a = 0; a < crystals; a++) {
        for (int64_t b = 0; b < crystals; b++) {
            if (a % n != b % n) {
                add(&list, a, b, 0);
                n_pairs++;
            }
        }
    }
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        moly_error err = {0};
        moly_layout *l = layout_of(&scanner, cases[c]);
        moly_sinogram *s = NULL;
        float *bins = moly_alloc((size_t)moly_layout_view_bins(l), sizeof *bins);
        double sum = 0.0;
        assert_ok(moly_events_to_sinogram(&list, l, false, &s, &err), err);
        assert_ok(moly_sinogram_sum(s, &sum, &err), err);
        assert_relative(sum, (double)n_pairs, 0.0);
        for (int64_t v = 0; v < l->n_views; v++) {
            counts(s, v, bins);
            for (int64_t t = 0; t < l->n_tangential; t++) {
                for (int64_t p = 0; p < l->n_planes; p++) {
                    const int64_t expected =
                        2 * l->view_mashing * moly_layout_ring_pairs(l, p, NULL);
                    assert_int_equal((int64_t)bins[t * l->n_planes + p], expected);
                }
            }
        }
        moly_free(bins);
        moly_sinogram_free(s);
        moly_layout_free(l);
    }
    moly_event_list_free(&list);
}

/* The line that a bin stands for joins the crystals that were put in. */
static void a_bin_lies_where_its_crystals_do(void **state)
{
    (void)state;
    const moly_pet_scanner scanner = small_scanner();
    moly_layout *l = layout_of(&scanner, (moly_layout_options){.span = 1, .max_difference = 4});
    for (int64_t a = 0; a < scanner.n_detectors; a++) {
        for (int64_t b = 0; b < scanner.n_detectors; b++) {
            int64_t view, t;
            bool is_swapped;
            if (a == b || !moly_layout_find_line(l, a, b, &view, &t, &is_swapped)) {
                assert_int_equal(a, b);
                continue;
            }
            double p[2], q[2], first[3], second[3];
            assert_true(moly_layout_line(l, view, t, p, q));
            moly_pet_crystal(&scanner, 0, is_swapped ? b : a, first);
            moly_pet_crystal(&scanner, 0, is_swapped ? a : b, second);
            assert_true(fabs(p[0] - first[0]) < 1e-9 && fabs(p[1] - first[1]) < 1e-9);
            assert_true(fabs(q[0] - second[0]) < 1e-9 && fabs(q[1] - second[1]) < 1e-9);
        }
    }
    moly_layout_free(l);
}

/* A coincidence told either way round is the same; scanner bins are mashed around the middle. */
static void tof_bins_are_mashed_and_turn_with_the_crystals(void **state)
{
    (void)state;
    const moly_pet_scanner scanner = small_scanner();
    const moly_layout_options options = {.span = 1, .max_difference = 0, .tof_mashing = 3};
    moly_layout *l = layout_of(&scanner, options);
    assert_int_equal(l->n_tof, 5);
    for (int tof = -9; tof <= 9; tof++) {
        moly_error err = {0};
        moly_event_list list = {.scanner = scanner};
        moly_sinogram *s = NULL;
        int64_t view, t, n_bins = moly_layout_view_bins(l);
        bool is_swapped;
        float *bins = moly_alloc((size_t)n_bins, sizeof *bins);
        assert_true(moly_layout_find_line(l, 3, 14, &view, &t, &is_swapped));
        add(&list, 3, 14, is_swapped ? -tof : tof);
        add(&list, 14, 3, is_swapped ? tof : -tof);
        assert_ok(moly_events_to_sinogram(&list, l, false, &s, &err), err);
        counts(s, view, bins);
        /* -7..-5, -4..-2, -1..1, 2..4, 5..7 */
        const int64_t k = tof < -7 || tof > 7 ? -1 : (tof + 7) / 3;
        for (int64_t i = 0; i < 5; i++) {
            assert_int_equal((int64_t)bins[(t * 5 + i) * l->n_planes], i == k ? 2 : 0);
        }
        moly_free(bins);
        moly_sinogram_free(s);
        moly_event_list_free(&list);
    }
    moly_layout_free(l);
}

static void prompts_and_delayeds_are_told_apart_and_strangers_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_pet_scanner scanner = small_scanner();
    moly_layout *l = layout_of(&scanner, (moly_layout_options){.span = 1, .max_difference = 1});
    moly_layout *arc =
        layout_of(&scanner, (moly_layout_options){.max_difference = 1, .arc_bin_mm = 2.0});
    moly_event_list list = {.scanner = scanner};
    moly_sinogram *s = NULL;
    int64_t n_kept = 0;
    double sum = 0.0;
    add(&list, 0, 12, 0);
    add(&list, 1, 13, 0);
    add(&list, 1, 12 + 3 * 24, 0); /* ring difference 3: not kept */
    list.events[1].is_delayed = 1;
    assert_ok(moly_sinogram_new(l, &s, &err), err);
    assert_ok(moly_events_histogram(&list, false, s, &n_kept, &err), err);
    assert_int_equal(n_kept, 1);
    assert_ok(moly_events_histogram(&list, true, s, &n_kept, &err), err);
    assert_ok(moly_sinogram_sum(s, &sum, &err), err);
    assert_relative(sum, 1.0, 0.0);
    moly_sinogram_free(s);
    assert_fails(moly_events_to_sinogram(&list, arc, false, &s, &err), MOLY_ERR_RANGE,
                 "arc-corrected", err);
    list.events[2].crystal_2 = 5 * 24;
    assert_fails(moly_events_to_sinogram(&list, l, false, &s, &err), MOLY_ERR_DATA,
                 "event 2: crystals 1 and 120; small has 120", err);
    list.scanner.n_rings = 4;
    assert_fails(moly_events_to_sinogram(&list, l, false, &s, &err), MOLY_ERR_RANGE,
                 "4 rings of 24 crystals", err);
    assert_null(s);
    moly_event_list_free(&list);
    moly_layout_free(l);
    moly_layout_free(arc);
}

static void a_part_of_a_list_has_the_events_of_its_time(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_pet_scanner scanner = small_scanner();
    moly_layout *l = layout_of(&scanner, (moly_layout_options){.span = 1, .max_difference = 1});
    moly_event_list list = {.scanner = scanner, .duration_s = 4.0}, part;
    moly_sinogram *s = NULL;
    double sum = 0.0;
    for (uint32_t i = 0; i < 4; i++) {
        add(&list, i, 12 + i, 0);
        list.events[i].time_ms = 1000 * i;
    }
    assert_ok(moly_event_list_between(&list, 1000, 3000, &part, &err), err);
    assert_int_equal(part.n, 2);
    assert_ptr_equal(part.events, list.events + 1);
    assert_relative(part.begin_s, 1.0, 1e-12);
    assert_relative(part.duration_s, 2.0, 1e-12);
    assert_ok(moly_sinogram_of_events(&part, l, false, &s, &err), err);
    assert_ok(moly_sinogram_sum(s, &sum, &err), err);
    assert_relative(sum, 2.0, 0.0);
    moly_sinogram_free(s);
    list.events[2].time_ms = 10;
    assert_fails(moly_event_list_between(&list, 0, 4000, &part, &err), MOLY_ERR_DATA,
                 "not in order of time", err);
    moly_event_list_free(&list);
    moly_layout_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pair_of_crystals_falls_in_exactly_one_bin),
        cmocka_unit_test(a_bin_lies_where_its_crystals_do),
        cmocka_unit_test(tof_bins_are_mashed_and_turn_with_the_crystals),
        cmocka_unit_test(prompts_and_delayeds_are_told_apart_and_strangers_refused),
        cmocka_unit_test(a_part_of_a_list_has_the_events_of_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

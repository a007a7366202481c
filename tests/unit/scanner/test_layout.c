/* SPDX-License-Identifier: Apache-2.0 */
/* Scanners and their sinograms: where crystals lie, and that each pair has its bin. */
#include "moly/scanner/sinogram.h"

#include "testing.h"

static moly_pet_scanner small_scanner(void)
{
    return (moly_pet_scanner){.name = "small",
                              .n_rings = 6,
                              .n_detectors = 16,
                              .block_rings = 3,
                              .block_columns = 4,
                              .inner_radius_mm = 100.0,
                              .interaction_depth_mm = 10.0,
                              .ring_pitch_mm = 5.0,
                              .block_gap_mm = 1.0,
                              .window_low_kev = 425.0,
                              .window_high_kev = 650.0,
                              .n_tof_bins = 1,
                              .n_tangential = 15,
                              .span = 1,
                              .max_ring_difference = 5};
}

/* Figures of the published comparison (../shared/PEERS.md): 34 sides of 16 crystals of 4.03125 mm,
 * 380.56 mm to the side, 36 rings at 5.31556 r + 2.8 floor(r / 9) mm, centred. */
static void the_discovery_mi_lies_where_it_was_measured(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_pet_scanner s;
    double p[3];
    assert_ok(moly_pet_scanner_find("ge-discovery-mi", &s, &err), err);
    assert_int_equal(s.n_rings, 36);
    assert_int_equal(s.n_detectors, 544);
    assert_relative(moly_pet_radius(&s), 380.56, 1e-12);
    assert_relative(moly_pet_length(&s), 35 * 5.31556 + 3 * 2.8, 1e-12);
    moly_pet_crystal(&s, 0, 7, p); /* the eighth of sixteen on the top side */
    assert_relative(p[0], -0.5 * 4.03125, 1e-12);
    assert_relative(p[1], -380.56, 1e-12);
    assert_relative(p[2], -0.5 * moly_pet_length(&s), 1e-12);
    moly_pet_crystal(&s, 35, 544 / 4 + 4, p); /* near the right: angles grow from top to +x */
    assert_true(p[0] > 370.0 && fabs(p[1]) < 60.0);
    const moly_layout_options options = {.max_difference = -1, .tof_mashing = 13};
    moly_layout *layout = NULL;
    assert_ok(moly_layout_new(&s, &options, &layout, &err), err);
    assert_int_equal(layout->n_planes, 1296);
    assert_int_equal(layout->n_views, 272);
    assert_int_equal(layout->n_tof, 29);
    assert_relative(moly_layout_tof_width(layout), 25.371, 2e-5);
    assert_true(moly_layout_n_bins(layout) == (int64_t)272 * 415 * 1296 * 29); /* past 2^31 */
    moly_layout_free(layout);
}

static void every_pair_of_crystals_has_its_bin_and_every_bin_its_pairs(void **state)
{
    (void)state;
    moly_error err = {0};
    const moly_pet_scanner s = small_scanner();
    for (int64_t span = 1; span <= 3; span += 2) {
        const moly_layout_options options = {.span = span, .max_difference = span == 1 ? 5 : 4};
        moly_layout *layout = NULL;
        assert_ok(moly_layout_new(&s, &options, &layout, &err), err);
        int64_t n_pairs = 0, n_kept = 0;
        for (int64_t plane = 0; plane < layout->n_planes; plane++) {
            int32_t rings[2 * 16];
            const int64_t n = moly_layout_ring_pairs(layout, plane, rings);
            assert_true(n >= 1);
            n_pairs += n;
            double z1, z2, y1 = 0.0, y2 = 0.0;
            for (int64_t i = 0; i < n; i++) {
                assert_int_equal(moly_layout_find_plane(layout, rings[2 * i], rings[2 * i + 1]),
                                 plane);
                y1 += moly_pet_ring_z(&s, rings[2 * i]) / (double)n;
                y2 += moly_pet_ring_z(&s, rings[2 * i + 1]) / (double)n;
            }
            moly_layout_ends(layout, plane, &z1, &z2);
            assert_true(fabs(z1 - y1) < 1e-9 && fabs(z2 - y2) < 1e-9);
        }
        for (int64_t r1 = 0; r1 < 6; r1++) {
            for (int64_t r2 = 0; r2 < 6; r2++) {
                n_kept += moly_layout_find_plane(layout, r1, r2) >= 0;
            }
        }
        assert_int_equal(n_pairs, n_kept);
        moly_layout_free(layout);
    }
    const moly_layout_options plain = {.max_difference = -1};
    moly_layout *layout = NULL;
    assert_ok(moly_layout_new(&s, &plain, &layout, &err), err);
    for (int64_t view = 0; view < layout->n_views; view++) {
        for (int64_t t = 0; t < layout->n_tangential; t++) {
            /* the definition, with arithmetic shifts */
            const int64_t k = t - layout->n_tangential / 2;
            const int64_t down = (int64_t)floor((double)k / 2.0),
                          up = (int64_t)ceil((double)k / 2.0);
            const int64_t d1 = (view + down + 16) % 16, d2 = (view - up + 8 + 16) % 16;
            int64_t v, u;
            bool is_swapped;
            assert_true(moly_layout_find_line(layout, d1, d2, &v, &u, &is_swapped));
            assert_true(v == view && u == t && !is_swapped);
            assert_true(moly_layout_find_line(layout, d2, d1, &v, &u, &is_swapped));
            assert_true(v == view && u == t && is_swapped);
            double a[2], b[2], p[3];
            assert_true(moly_layout_line(layout, view, t, a, b));
            moly_pet_crystal(&s, 0, d1, p);
            assert_true(fabs(p[0] - a[0]) < 1e-9 && fabs(p[1] - a[1]) < 1e-9);
        }
    }
    moly_layout_free(layout);
}

/* Segments of the Siemens mMR with span 11: 127, then pairs of 115, 93, 71, 49, 27 planes. */
static void spans_have_the_planes_of_a_michelogram(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_pet_scanner s = small_scanner();
    s.n_rings = 64;
    s.block_rings = 8;
    s.max_ring_difference = 60;
    const moly_layout_options options = {.span = 11, .max_difference = -1};
    static const int64_t wanted[] = {27, 49, 71, 93, 115, 127, 115, 93, 71, 49, 27};
    moly_layout *layout = NULL;
    assert_ok(moly_layout_new(&s, &options, &layout, &err), err);
    assert_int_equal(layout->n_segments, 11);
    assert_int_equal(layout->n_planes, 837);
    for (int i = 0; i < 11; i++) {
        assert_int_equal(layout->segments[i].n_axial, wanted[i]);
    }
    moly_layout_free(layout);
}

static void an_arc_corrected_line_lies_at_its_distance(void **state)
{
    (void)state;
    moly_error err = {0};
    const moly_pet_scanner s = small_scanner();
    const moly_layout_options options = {
        .max_difference = 0, .arc_bin_mm = 7.0, .n_tangential = 41};
    moly_layout *layout = NULL;
    assert_ok(moly_layout_new(&s, &options, &layout, &err), err);
    for (int64_t view = 0; view < layout->n_views; view++) {
        for (int64_t t = 0; t < layout->n_tangential; t++) {
            double a[2], b[2];
            const double distance = 7.0 * (double)(t - 20);
            if (!moly_layout_line(layout, view, t, a, b)) {
                assert_true(fabs(distance) >= 110.0);
                continue;
            }
            const double dx = b[0] - a[0], dy = b[1] - a[1];
            const double found = (a[0] * dy - a[1] * dx) / sqrt(dx * dx + dy * dy);
            assert_true(fabs(found - distance) < 1e-9);
            assert_relative(hypot(a[0], a[1]), 110.0, 1e-12);
        }
    }
    moly_layout_free(layout);
}

static void texts_that_do_not_hang_together_are_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_pet_scanner s;
    static const char whole[] = "title = A\nrings = 4\ndetectors = 16\ninner radius = 10 cm\n"
                                "ring pitch = 5 mm\ntangential bins = 9\n";
    assert_ok(moly_pet_scanner_parse(whole, "own.scanner", &s, &err), err);
    assert_relative(s.inner_radius_mm, 100.0, 1e-12);
    assert_int_equal(s.max_ring_difference, 3);
    assert_fails(moly_pet_scanner_find("ge-discovery-m", &s, &err), MOLY_ERR_UNKNOWN,
                 "is 'ge-discovery-mi' meant", err);
    assert_fails(moly_pet_scanner_find("none.scanner", &s, &err), MOLY_ERR_NOT_FOUND, "none", err);
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"title = A\n", "own.scanner: 'rings = ...' is missing"},
        {"rings = 4\nrings = 5\n", "line 2: rings: it is there twice"},
        {"inner radius = 10 kg\n", "line 1: inner radius"},
        {"inner radius = 10\n", "line 1: inner radius"},
        {"ring = 4\n", "is 'rings' meant?"},
        {"rings 4\n", "is not 'key = value'"},
        {"title = A\nrings = 4\ndetectors = 17\ninner radius = 10 cm\nring pitch = 5 mm\n"
         "tangential bins = 9\n",
         "17 detectors are not even"},
        {"title = A\nrings = 4\ndetectors = 16\ninner radius = 10 km\nring pitch = 5 mm\n"
         "tangential bins = 9\n",
         "inner radius"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const moly_status status = moly_pet_scanner_parse(bad[i].text, "own.scanner", &s, &err);
        if (status == MOLY_OK || !strstr(err.message, bad[i].message)) {
            fail_msg("%s: %s", bad[i].text, err.message);
        }
        memset(&err, 0, sizeof err);
    }
}

static void every_scanner_of_the_library_is_whole(void **state)
{
    (void)state;
    moly_error err = {0};
    const char *const *names = NULL;
    const size_t n = moly_pet_scanner_names(&names);
    assert_true(n >= 1);
    for (size_t i = 0; i < n; i++) {
        moly_pet_scanner s;
        moly_layout *layout = NULL;
        const moly_layout_options options = {.max_difference = -1};
        assert_ok(moly_pet_scanner_find(names[i], &s, &err), err);
        assert_true(s.source[0] != '\0');
        assert_ok(moly_layout_new(&s, &options, &layout, &err), err);
        moly_layout_free(layout);
    }
}

static void impossible_layouts_are_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    const moly_pet_scanner s = small_scanner();
    moly_layout *layout = NULL;
    moly_layout_options options = {.span = 2, .max_difference = -1};
    assert_fails(moly_layout_new(&s, &options, &layout, &err), MOLY_ERR_RANGE, "span 2", err);
    options = (moly_layout_options){.max_difference = -1, .tof_mashing = 1};
    assert_fails(moly_layout_new(&s, &options, &layout, &err), MOLY_ERR_RANGE, "TOF bins", err);
    options = (moly_layout_options){.max_difference = -1, .view_mashing = 3};
    assert_fails(moly_layout_new(&s, &options, &layout, &err), MOLY_ERR_RANGE, "mashing 3", err);
    options = (moly_layout_options){.max_difference = -1, .n_tangential = 16};
    assert_fails(moly_layout_new(&s, &options, &layout, &err), MOLY_ERR_RANGE, "1 to 15", err);
    assert_null(layout);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_discovery_mi_lies_where_it_was_measured),
        cmocka_unit_test(every_pair_of_crystals_has_its_bin_and_every_bin_its_pairs),
        cmocka_unit_test(spans_have_the_planes_of_a_michelogram),
        cmocka_unit_test(an_arc_corrected_line_lies_at_its_distance),
        cmocka_unit_test(texts_that_do_not_hang_together_are_refused),
        cmocka_unit_test(every_scanner_of_the_library_is_whole),
        cmocka_unit_test(impossible_layouts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/simulation/solids.h"

#define PI 3.14159265358979323846

static moly_solids *parsed(const char *text)
{
    moly_error err = {0};
    moly_solids *solids = NULL;
    assert_ok(moly_solids_parse(text, "test", &solids, &err), err);
    return solids;
}

/* Length of the line within solid `index`. */
static double chord(const moly_solids *solids, int index, const double a[3], const double b[3])
{
    moly_chord chords[2 * MOLY_SOLIDS_MOST];
    double sum = 0.0;
    const size_t n = moly_solids_chords(solids, a, b, chords);
    for (size_t i = 0; i < n; i++) {
        assert_true(chords[i].to_mm > chords[i].from_mm);
        assert_true(i == 0 || chords[i].from_mm >= chords[i - 1].to_mm);
        sum += chords[i].solid == index ? chords[i].to_mm - chords[i].from_mm : 0.0;
    }
    return sum;
}

static void a_line_through_a_sphere_has_the_length_of_its_chord(void **state)
{
    (void)state;
    moly_solids *s = parsed("sphere s; material water; at 10 20 -30; diameter 40");
    /* along x at 12 mm from the centre: 2 sqrt(20^2 - 12^2) = 32 */
    assert_relative(chord(s, 0, (const double[]){-200, 32, -30}, (const double[]){300, 32, -30}),
                    32.0, 1e-13);
    /* begins in the centre, oblique */
    assert_relative(chord(s, 0, (const double[]){10, 20, -30}, (const double[]){110, 120, 70}),
                    20.0, 1e-13);
    assert_true(chord(s, 0, (const double[]){-200, 41, -30}, (const double[]){300, 41, -30}) ==
                0.0);
    moly_solids_free(s);
}

static void a_line_through_a_cylinder_has_the_length_of_its_chord(void **state)
{
    (void)state;
    moly_solids *s = parsed("cylinder c; material water; at 0 0 0; half 100 50 150");
    assert_relative(chord(s, 0, (const double[]){-400, 0, 0}, (const double[]){400, 0, 0}), 200.0,
                    1e-13);
    /* half-way up the ellipse: 2 * 100 * sqrt(1 - 0.25) */
    assert_relative(chord(s, 0, (const double[]){-400, 25, 9}, (const double[]){400, 25, 9}),
                    200.0 * sqrt(0.75), 1e-13);
    /* in by the side, out by the end: from x = -100 (z = 50) to z = 150 (x = 0) */
    assert_relative(chord(s, 0, (const double[]){-150, 0, 0}, (const double[]){50, 0, 200}),
                    100.0 * sqrt(2.0), 1e-13);
    moly_solids_free(s);
    s = parsed("cylinder c; material water; at 0 0 0; half 10 10 60; along 1 1 0");
    assert_relative(chord(s, 0, (const double[]){-99, -99, 0}, (const double[]){99, 99, 0}), 120.0,
                    1e-12);
    assert_relative(chord(s, 0, (const double[]){0, 0, -99}, (const double[]){0, 0, 99}), 20.0,
                    1e-12);
    moly_solids_free(s);
}

static void a_box_and_a_cut_end_where_they_are_told(void **state)
{
    (void)state;
    moly_solids *s = parsed("box b; material water; at 0 0 0; half 10 20 30; cut 1 0 0 4\n");
    assert_relative(chord(s, 0, (const double[]){-99, 0, 0}, (const double[]){99, 0, 0}), 14.0,
                    1e-13);
    assert_true(moly_solids_at(s, (const double[]){3, 0, 0}) == 0);
    assert_true(moly_solids_at(s, (const double[]){5, 0, 0}) == -1);
    double volume;
    moly_solids_volumes(s, &volume);
    /* of 10.5 lines at x = 4 half a spacing (20/256) may be missing */
    assert_relative(volume, 14.0 * 40.0 * 60.0 * 1e-3, 0.5 / 256.0 * 20.0 / 14.0);
    moly_solids_free(s);
}

static void of_overlapping_solids_the_later_one_counts(void **state)
{
    (void)state;
    moly_solids *s = parsed("cylinder body; material water; activity 1; half 100 100 100\n"
                            "sphere hole; material air; diameter 80\n"
                            "sphere core; material water; activity 3; diameter 20\n");
    const double a[] = {-300, 0, 0}, b[] = {300, 0, 0};
    double volumes[3];
    assert_relative(chord(s, 0, a, b), 120.0, 1e-12);
    assert_relative(chord(s, 1, a, b), 60.0, 1e-12);
    assert_relative(chord(s, 2, a, b), 20.0, 1e-12);
    assert_int_equal(moly_solids_at(s, (const double[]){0, 30, 0}), 1);
    moly_solids_volumes(s, volumes);
    assert_relative(volumes[0], (PI * 100 * 100 * 200 - 4.0 / 3.0 * PI * 40 * 40 * 40) * 1e-3,
                    1e-4);
    assert_relative(volumes[1], 4.0 / 3.0 * PI * (40 * 40 * 40 - 10 * 10 * 10) * 1e-3, 1e-4);
    assert_relative(volumes[2], 4.0 / 3.0 * PI * 1000 * 1e-3, 1e-14);
    moly_error err = {0};
    assert_ok(moly_solids_set_activity(s, 5e6, &err), err);
    assert_relative(moly_solids_activity(s), 5e6, 1e-12);
    assert_relative(s->solids[2].bq_per_ml / s->solids[0].bq_per_ml, 3.0, 1e-12);
    moly_solids_free(s);
}

static void truth_images_hold_the_activity_and_the_attenuation_of_water(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_solids *s = parsed("cylinder c; material water; activity 1; half 50 50 40");
    moly_volume *activity = NULL, *mu = NULL;
    const moly_grid grid = {{60, 60, 50}, {2, 2, 2}, {-59, -59, -49}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    assert_ok(moly_solids_set_activity(s, 1e6, &err), err);
    assert_ok(moly_phantom_voxelise(s, &grid, 5, 2, &activity, &mu, &err), err);
    double sum = 0.0;
    for (int64_t i = 0; i < moly_grid_n_voxels(&grid); i++) {
        sum += (double)activity->data[i] * moly_grid_voxel_ml(&grid);
    }
    assert_relative(sum, 1e6, 2e-4); /* 125 points a voxel at the rim */
    const int64_t middle = (25 * 60 + 30) * 60 + 30;
    assert_relative((double)mu->data[middle], 0.0096, 0.01); /* NIST: 0.0960 cm2/g at 511 keV */
    assert_true(mu->quantity == MOLY_QUANTITY_PER_MM && mu->data[0] == 0.0F);
    moly_volume_free(activity);
    moly_volume_free(mu);
    assert_fails(moly_phantom_voxelise(s, &grid, 17, 1, &activity, NULL, &err), MOLY_ERR_RANGE,
                 "within 1 to 16", err);
    moly_solids_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_through_a_sphere_has_the_length_of_its_chord),
        cmocka_unit_test(a_line_through_a_cylinder_has_the_length_of_its_chord),
        cmocka_unit_test(a_box_and_a_cut_end_where_they_are_told),
        cmocka_unit_test(of_overlapping_solids_the_later_one_counts),
        cmocka_unit_test(truth_images_hold_the_activity_and_the_attenuation_of_water),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

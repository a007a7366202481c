/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/volume/volume.h"

static const moly_grid oblique = {
    .n = {5, 6, 7},
    .spacing_mm = {2.0, 3.0, 4.0},
    .origin_mm = {10.0, -20.0, 30.0},
    /* turned by 30 degrees about z */
    .direction = {0.86602540378443865, -0.5, 0, 0.5, 0.86602540378443865, 0, 0, 0, 1},
};

static void position_and_index_are_inverse(void **state)
{
    (void)state;
    const double index[3] = {1.25, 4.5, 6.0};
    double at[3], back[3];
    moly_grid_position(&oblique, index, at);
    /* by hand: 10 + cos30 * 2.5 - sin30 * 13.5 */
    assert_relative(at[0], 10.0 + 0.86602540378443865 * 2.5 - 0.5 * 13.5, 1e-14);
    assert_relative(at[2], 54.0, 1e-14);
    moly_grid_index(&oblique, at, back);
    for (int axis = 0; axis < 3; axis++) {
        assert_relative(back[axis], index[axis], 1e-13);
    }
}

static void a_voxel_of_2_by_3_by_4_mm_is_24_microlitres(void **state)
{
    (void)state;
    assert_relative(moly_grid_voxel_ml(&oblique), 0.024, 1e-15);
    assert_int_equal(moly_grid_n_voxels(&oblique), 210);
}

static void grids_are_equal_within_the_tolerance_of_their_corners(void **state)
{
    (void)state;
    moly_grid other = oblique;
    other.origin_mm[1] += 0.009;
    assert_true(moly_grid_equal(&oblique, &other, 0.01));
    assert_false(moly_grid_equal(&oblique, &other, 0.008));
    other = oblique;
    other.n[2]++;
    assert_false(moly_grid_equal(&oblique, &other, 100.0));
}

static void what_is_no_lattice_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_volume *volume = NULL;
    moly_grid bad = oblique;
    bad.n[0] = 0;
    assert_fails(moly_volume_new(&bad, 1, MOLY_QUANTITY_SUV, &volume, &err), MOLY_ERR_RANGE,
                 "at least 1", err);
    bad = oblique;
    bad.n[0] = INT64_C(1) << 39;
    assert_fails(moly_volume_new(&bad, 1, MOLY_QUANTITY_SUV, &volume, &err), MOLY_ERR_RANGE, "2^40",
                 err);
    bad = oblique;
    bad.spacing_mm[1] = -3.0;
    assert_fails(moly_volume_new(&bad, 1, MOLY_QUANTITY_SUV, &volume, &err), MOLY_ERR_RANGE,
                 "spacing along y", err);
    bad = oblique;
    bad.direction[0] = 1.0;
    assert_fails(moly_volume_new(&bad, 1, MOLY_QUANTITY_SUV, &volume, &err), MOLY_ERR_RANGE,
                 "orthonormal", err);
    assert_fails(moly_volume_new(&oblique, 0, MOLY_QUANTITY_SUV, &volume, &err), MOLY_ERR_RANGE,
                 "0 frames", err);
    assert_null(volume);
}

static void words_and_units_stand_in_one_table(void **state)
{
    (void)state;
    assert_string_equal(moly_quantity_word(MOLY_QUANTITY_BQ_PER_ML), "activity concentration");
    assert_string_equal(moly_quantity_unit(MOLY_QUANTITY_BQ_PER_ML), "Bq/mL");
    assert_string_equal(moly_quantity_unit(MOLY_QUANTITY_LABEL), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(position_and_index_are_inverse),
        cmocka_unit_test(a_voxel_of_2_by_3_by_4_mm_is_24_microlitres),
        cmocka_unit_test(grids_are_equal_within_the_tolerance_of_their_corners),
        cmocka_unit_test(what_is_no_lattice_is_refused),
        cmocka_unit_test(words_and_units_stand_in_one_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

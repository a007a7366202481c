/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/base/memory.h"
#include "moly/volume/volume.h"

static const moly_grid fine = {.n = {20, 20, 20},
                               .spacing_mm = {1, 1, 1},
                               .origin_mm = {-9.5, -9.5, -9.5},
                               .direction = {1, 0, 0, 0, 1, 0, 0, 0, 1}};
static const moly_grid coarse = {.n = {10, 10, 10},
                                 .spacing_mm = {2, 2, 2},
                                 .origin_mm = {-9.0, -9.0, -9.0},
                                 .direction = {1, 0, 0, 0, 1, 0, 0, 0, 1}};

static void fill_ball(moly_region *region, double radius_mm)
{
    const int64_t *n = region->grid.n;
    for (int64_t i = 0; i < moly_grid_n_voxels(&region->grid); i++) {
        double at[3],
            index[3] = {(double)(i % n[0]), (double)(i / n[0] % n[1]), (double)(i / n[0] / n[1])};
        moly_grid_position(&region->grid, index, at);
        region->mask[i] = at[0] * at[0] + at[1] * at[1] + at[2] * at[2] <= radius_mm * radius_mm;
    }
}

static void the_same_lattice_is_not_resampled(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_region_list list = {0};
    moly_region *region = NULL;
    bool is_resampled = true;
    assert_ok(moly_region_list_add(&list, "ball", &fine, &region, &err), err);
    fill_ball(region, 5.0);
    int64_t n = moly_region_n_voxels(region);
    assert_ok(moly_region_to_grid(region, &fine, 0.01, &is_resampled, &err), err);
    assert_false(is_resampled);
    assert_true(moly_region_n_voxels(region) == n);
    moly_region_list_free(&list);
}

static void each_voxel_takes_its_nearest_neighbour_on_another_lattice(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_region_list list = {0};
    moly_region *region = NULL;
    bool is_resampled = false;
    assert_ok(moly_region_list_add(&list, "ball", &coarse, &region, &err), err);
    fill_ball(region, 6.0);
    int64_t n = moly_region_n_voxels(region);
    assert_ok(moly_region_to_grid(region, &fine, 0.01, &is_resampled, &err), err);
    assert_true(is_resampled);
    /* each coarse voxel covers exactly eight fine ones */
    assert_true(moly_region_n_voxels(region) == 8 * n);
    moly_region_list_free(&list);
}

static void a_region_beside_the_image_is_refused_with_both_extents(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_region_list list = {0};
    moly_region *region = NULL;
    moly_grid far_away = fine;
    far_away.origin_mm[0] = 500.0;
    assert_ok(moly_region_list_add(&list, "liver", &fine, &region, &err), err);
    fill_ball(region, 5.0);
    assert_fails(moly_region_to_grid(region, &far_away, 0.01, NULL, &err), MOLY_ERR_DATA,
                 "'liver' does not lie on the image", err);
    moly_region_list_free(&list);
}

static void a_list_survives_each_failed_allocation(void **state)
{
    (void)state;
    for (size_t nth = 1; nth <= 3; nth++) {
        moly_error err = {0};
        moly_region_list list = {0};
        moly_region *region = NULL;
        moly_alloc_fail_after(nth);
        moly_status status = moly_region_list_add(&list, "ball", &fine, &region, &err);
        moly_alloc_fail_after(0);
        assert_int_equal(status, MOLY_ERR_MEMORY);
        assert_true(list.n == 0);
        moly_region_list_free(&list);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_lattice_is_not_resampled),
        cmocka_unit_test(each_voxel_takes_its_nearest_neighbour_on_another_lattice),
        cmocka_unit_test(a_region_beside_the_image_is_refused_with_both_extents),
        cmocka_unit_test(a_list_survives_each_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

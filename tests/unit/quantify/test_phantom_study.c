/* SPDX-License-Identifier: Apache-2.0 */
/* The whole way with a known truth: a phantom is made, written as a PET series, read, turned into
 * SUV and measured. */
#include "../../pet_study.h"

#include "moly/quantify/region.h"
#include "moly/quantify/suv.h"
#include "moly/volume/phantom.h"

static moly_phantom small_phantom(void)
{
    moly_phantom phantom = moly_phantom_iec();
    phantom.grid.n[0] = 78;
    phantom.grid.n[1] = 60;
    phantom.grid.n[2] = 20;
    phantom.grid.origin_mm[0] = -154.0;
    phantom.grid.origin_mm[1] = -118.0;
    phantom.grid.origin_mm[2] = -18.0;
    return phantom;
}

static void fill_ball(moly_region *region, const double centre[3], double radius_mm)
{
    const int64_t *n = region->grid.n;
    for (int64_t i = 0; i < moly_grid_n_voxels(&region->grid); i++) {
        double at[3],
            index[3] = {(double)(i % n[0]), (double)(i / n[0] % n[1]), (double)(i / n[0] / n[1])};
        moly_grid_position(&region->grid, index, at);
        double dx = at[0] - centre[0], dy = at[1] - centre[1], dz = at[2] - centre[2];
        region->mask[i] = dx * dx + dy * dy + dz * dz <= radius_mm * radius_mm;
    }
}

static void a_phantom_comes_back_as_the_uptake_it_was_made_with(void **state)
{
    (void)state;
    moly_error err = {0};
    char folder[256];
    double centre[3], factor = 2.7633668e-4; /* of the study's header, START */
    moly_volume *volume = NULL;
    moly_dicom_image *image = NULL;
    moly_region_list list = {0};
    moly_region *region = NULL;
    moly_region_figures hot, background;
    moly_suv suv;
    moly_arena *arena = moly_arena_new();
    moly_phantom phantom = small_phantom();
    moly_dicom_header header = study_header();
    moly_suv_options options = moly_suv_options_default();

    make_folder(folder);
    assert_ok(moly_phantom_make(&phantom, &volume, &err), err);
    assert_ok(moly_dicom_write_pet(folder, &header, volume, 180.0, &err), err);
    assert_ok(load_study(folder, &image, &err), err);
    assert_ok(moly_suv_find(image, &options, arena, &suv, &err), err);
    assert_relative(suv.factor, factor, 2e-8);
    moly_suv_apply(&suv, image);

    assert_ok(moly_region_list_add(&list, "37 mm", &image->volume->grid, &region, &err), err);
    moly_phantom_sphere_centre(&phantom, 5, centre);
    fill_ball(region, centre, 9.0); /* its middle, which 6 mm of resolution leave whole */
    assert_ok(moly_region_measure(image->volume, region, &hot, &err), err);
    assert_ok(moly_region_list_add(&list, "back", &image->volume->grid, &region, &err), err);
    fill_ball(region, (const double[3]){105, 0, 20}, 20.0);
    assert_ok(moly_region_measure(image->volume, region, &background, &err), err);
    /* Noise of 6 % correlated over 6 mm: some 15 and 150 independent voxels; four standard errors,
     * the hot one's relative noise being half as large. */
    assert_relative(hot.mean, 4.0 * 5300.0 * factor, 4.0 * 0.03 / sqrt(15.0));
    assert_relative(background.mean, 5300.0 * factor, 4.0 * 0.06 / sqrt(150.0));

    moly_volume_free(volume);
    moly_dicom_image_free(image);
    moly_region_list_free(&list);
    moly_arena_free(arena);
    drop_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_phantom_comes_back_as_the_uptake_it_was_made_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

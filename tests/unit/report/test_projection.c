/* SPDX-License-Identifier: Apache-2.0 */
/* Projections lie as a reader expects, whichever way the voxels run, on volumes of any shape. */
#include "testing.h"

#include "moly/base/memory.h"
#include "projection.h"

static moly_volume *volume_of(const int64_t n[3], const double direction[9])
{
    moly_error err = {0};
    moly_volume *volume = NULL;
    moly_grid grid = {.n = {n[0], n[1], n[2]}, .spacing_mm = {1, 2, 3}};
    memcpy(grid.direction, direction, sizeof grid.direction);
    assert_ok(moly_volume_new(&grid, 1, MOLY_QUANTITY_BQ_PER_ML, &volume, &err), err);
    return volume;
}

static void nothing_moves_when_the_axes_are_the_patients(void **state)
{
    (void)state;
    moly_error err = {0};
    views v;
    moly_volume *volume = volume_of((int64_t[]){4, 5, 6}, (double[]){1, 0, 0, 0, 1, 0, 0, 0, 1});
    volume->data[(4 * 5 + 2) * 4 + 3] = 8; /* left 3, posterior 2, superior 4 */
    assert_ok(views_make(volume, 0.5, NULL, NULL, 0, 0.1, &v, &err), err);
    assert_true(v.coronal.n_u == 4 && v.coronal.n_v == 6 && v.sagittal.n_u == 5);
    assert_true(v.coronal.value[(6 - 1 - 4) * 4 + 3] == 4.0F);
    assert_true(v.sagittal.value[(6 - 1 - 4) * 5 + 2] == 4.0F);
    assert_true(v.axial.value[2 * 4 + 3] == 4.0F);
    assert_true(v.axial.mark_u == 3 && v.axial.mark_v == 2 && v.coronal.mark_v == 1);
    assert_true(v.coronal.u_mm == 1 && v.coronal.v_mm == 3 && v.sagittal.u_mm == 2);
    assert_false(v.is_oblique);
    views_free(&v);
    moly_volume_free(volume);
}

static void axes_that_run_otherwise_are_turned(void **state)
{
    (void)state;
    moly_error err = {0};
    views v;
    /* i runs down to the feet, j to the right, k to the front */
    moly_volume *volume = volume_of((int64_t[]){4, 5, 6}, (double[]){0, -1, 0, 0, 0, -1, -1, 0, 0});
    volume->data[(5 * 5 + 1) * 4 + 0] = 8; /* highest, one from the left, foremost */
    assert_ok(views_make(volume, 1, NULL, NULL, 0, 0.1, &v, &err), err);
    assert_true(v.coronal.n_u == 5 && v.coronal.n_v == 4 && v.sagittal.n_u == 6);
    assert_true(v.coronal.value[0 * 5 + 3] == 8.0F);
    assert_true(v.sagittal.value[0 * 6 + 0] == 8.0F);
    assert_true(v.axial.mark_u == 3 && v.axial.mark_v == 0);
    views_free(&v);
    moly_volume_free(volume);
}

static void regions_cast_their_shadows_and_have_a_slice(void **state)
{
    (void)state;
    moly_error err = {0};
    views v;
    const double straight[] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    moly_volume *volume = volume_of((int64_t[]){4, 5, 6}, straight);
    moly_volume *labels = volume_of((int64_t[]){4, 5, 6}, straight);
    volume->data[0] = 9;
    volume->data[(5 * 5 + 1) * 4 + 2] = 3;
    labels->data[(5 * 5 + 1) * 4 + 2] = 2;
    assert_ok(views_make(volume, 1, labels, NULL, 2, 0.1, &v, &err), err);
    assert_true(v.coronal.regions[2] == 2 && v.sagittal.regions[1] == 2);
    assert_true(v.lesion.n_u == 4 && v.lesion.regions[1 * 4 + 2] == 2);
    assert_true(v.lesion.mark_u == 2 && v.lesion.mark_v == 1);
    views_free(&v);
    /* a slice that is shown anyway is not shown twice */
    volume->data[(5 * 5 + 1) * 4 + 2] = 30;
    assert_ok(views_make(volume, 1, labels, NULL, 2, 0.1, &v, &err), err);
    assert_true(v.lesion.n_u == 0);
    views_free(&v);
    moly_volume_free(labels);
    moly_volume_free(volume);
}

static void odd_volumes_and_labels_do_no_harm(void **state)
{
    (void)state;
    moly_error err = {0};
    views v;
    const double straight[] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    const int64_t sizes[][3] = {{1, 1, 1}, {1, 1, 500}, {500, 1, 1}, {1, 500, 1}};
    for (size_t i = 0; i < 4; i++) {
        moly_volume *volume = volume_of(sizes[i], straight);
        moly_volume *labels = volume_of(sizes[i], straight);
        labels->data[0] = -3;
        labels->data[moly_grid_n_voxels(&labels->grid) - 1] = 1e30F;
        const double outside[3] = {1e9, -1e9, 0};
        assert_ok(views_make(volume, 1, labels, outside, 7, 0.1, &v, &err), err);
        assert_true(v.coronal.from_u < v.coronal.to_u && v.coronal.to_u <= v.coronal.n_u);
        assert_true(v.axial.mark_u == 0 && v.axial.mark_v == 0);
        views_free(&v);
        moly_volume_free(labels);
        moly_volume_free(volume);
    }
}

static void without_memory_there_is_an_error_and_no_leak(void **state)
{
    (void)state;
    moly_volume *volume = volume_of((int64_t[]){4, 5, 6}, (double[]){1, 0, 0, 0, 1, 0, 0, 0, 1});
    for (size_t nth = 1; nth <= 6; nth++) {
        moly_error err = {0};
        views v;
        moly_alloc_fail_after(nth);
        moly_status status = views_make(volume, 1, volume, NULL, 0, 0.1, &v, &err);
        moly_alloc_fail_after(0);
        assert_int_equal(status, MOLY_ERR_MEMORY);
    }
    moly_volume_free(volume);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_moves_when_the_axes_are_the_patients),
        cmocka_unit_test(axes_that_run_otherwise_are_turned),
        cmocka_unit_test(regions_cast_their_shadows_and_have_a_slice),
        cmocka_unit_test(odd_volumes_and_labels_do_no_harm),
        cmocka_unit_test(without_memory_there_is_an_error_and_no_leak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/volume/volume.h"

static const moly_grid cube = {.n = {31, 31, 31},
                               .spacing_mm = {2, 2, 2},
                               .origin_mm = {-30, -30, -30},
                               .direction = {1, 0, 0, 0, 1, 0, 0, 0, 1}};

static void a_linear_field_is_resampled_exactly(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_volume *volume = NULL, *out = NULL;
    const moly_grid turned = {.n = {8, 8, 8},
                              .spacing_mm = {1.5, 2.5, 3.5},
                              .origin_mm = {-8, -9, -10},
                              .direction = {0.6, -0.8, 0, 0.8, 0.6, 0, 0, 0, 1}};
    assert_ok(moly_volume_new(&cube, 1, MOLY_QUANTITY_SUV, &volume, &err), err);
    for (int64_t i = 0; i < 31 * 31 * 31; i++) {
        volume->data[i] = (float)(i % 31) + 2.0f * (float)(i / 31 % 31) - (float)(i / 961);
    }
    assert_ok(moly_volume_resample(volume, 0, &turned, &out, &err), err);
    for (int64_t i = 0; i < 512; i++) {
        double at[3], x[3], index[3] = {(double)(i % 8), (double)(i / 8 % 8), (double)(i / 64)};
        moly_grid_position(&turned, index, at);
        moly_grid_index(&cube, at, x);
        /* float32 keeps 24 bits: 1e-6 of 60 */
        assert_true(fabs((double)out->data[i] - (x[0] + 2.0 * x[1] - x[2])) < 6e-5);
    }
    moly_volume_free(volume);
    moly_volume_free(out);
}

static void a_smoothed_point_has_the_width_asked_for_and_keeps_its_sum(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_volume *volume = NULL;
    double sum = 0.0, second_moment = 0.0;
    assert_ok(moly_volume_new(&cube, 1, MOLY_QUANTITY_SUV, &volume, &err), err);
    volume->data[15 + 31 * (15 + 31 * 15)] = 1000.0f;
    assert_ok(moly_volume_smooth(volume, 8.0, &err), err);
    for (int64_t i = 0; i < 31 * 31 * 31; i++) {
        double x_mm = 2.0 * (double)(i % 31 - 15);
        sum += (double)volume->data[i];
        second_moment += (double)volume->data[i] * x_mm * x_mm;
    }
    /* the kernel is cut at 4 sigma, which takes 0.1 % off the second moment */
    assert_relative(sum, 1000.0, 1e-6);
    assert_relative(2.3548200450309493 * sqrt(second_moment / sum), 8.0, 1e-3);
    assert_fails(moly_volume_smooth(volume, 0.0, &err), MOLY_ERR_RANGE, "0 mm", err);
    moly_volume_free(volume);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_linear_field_is_resampled_exactly),
        cmocka_unit_test(a_smoothed_point_has_the_width_asked_for_and_keeps_its_sum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

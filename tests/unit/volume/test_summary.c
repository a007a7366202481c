/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/base/random.h"
#include "moly/volume/volume.h"

static const moly_grid cube = {.n = {10, 10, 10},
                               .spacing_mm = {1, 1, 2},
                               .origin_mm = {0, 0, -5},
                               .direction = {1, 0, 0, 0, 1, 0, 0, 0, 1}};

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

static void the_median_is_the_middle_of_the_sorted_values(void **state)
{
    (void)state;
    float values[1001], sorted[1001];
    for (size_t n = 1; n <= 1001; n += 100) {
        for (size_t i = 0; i < n; i++) {
            moly_random random = moly_random_stream(7, n * 2000 + i);
            values[i] = sorted[i] = (float)moly_random_normal(&random);
        }
        qsort(sorted, n, sizeof(float), by_value);
        /* odd counts only here: exact */
        assert_true(moly_median(values, n) == (double)sorted[n / 2]);
    }
}

static void the_median_of_an_even_count_is_the_mean_of_the_middle_two(void **state)
{
    (void)state;
    const float values[6] = {3.0f, -1.0f, -2.0f, 7.0f, 0.0f, 1.0f};
    assert_relative(moly_median(values, 6), 0.5, 1e-15);
    assert_true(isnan(moly_median(values, 0)));
}

static void a_summary_names_the_first_voxel_of_the_maximum(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_volume *volume = NULL;
    moly_volume_summary summary;
    assert_ok(moly_volume_new(&cube, 1, MOLY_QUANTITY_SUV, &volume, &err), err);
    volume->data[3 + 10 * (4 + 10 * 5)] = 8.0f;
    volume->data[999] = 8.0f;
    volume->data[0] = -1.0f;
    assert_ok(moly_volume_summarise(volume, &summary, &err), err);
    assert_true(summary.max_index == 543);
    assert_relative(summary.max, 8.0, 0.0);
    assert_relative(summary.min, -1.0, 0.0);
    assert_relative(summary.mean, 0.015, 1e-15);
    assert_relative(summary.max_lps_mm[0], 3.0, 0.0);
    assert_relative(summary.max_lps_mm[1], 4.0, 0.0);
    assert_relative(summary.max_lps_mm[2], 5.0, 1e-15);
    moly_volume_free(volume);
}

static void a_voxel_that_is_no_number_is_named(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_volume *volume = NULL;
    moly_volume_summary summary;
    assert_ok(moly_volume_new(&cube, 1, MOLY_QUANTITY_SUV, &volume, &err), err);
    volume->data[77] = NAN;
    assert_fails(moly_volume_summarise(volume, &summary, &err), MOLY_ERR_DATA, "voxel 77", err);
    moly_volume_free(volume);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_median_is_the_middle_of_the_sorted_values),
        cmocka_unit_test(the_median_of_an_even_count_is_the_mean_of_the_middle_two),
        cmocka_unit_test(a_summary_names_the_first_voxel_of_the_maximum),
        cmocka_unit_test(a_voxel_that_is_no_number_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

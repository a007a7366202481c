/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/base/memory.h"
#include "moly/base/random.h"
#include "moly/quantify/region.h"

static const moly_grid grid = {.n = {24, 20, 16},
                               .spacing_mm = {2.0, 2.5, 3.0},
                               .origin_mm = {0, 0, 0},
                               .direction = {1, 0, 0, 0, 1, 0, 0, 0, 1}};

typedef struct scene {
    moly_volume *image;
    moly_region_list list;
    moly_region *region;
} scene;

static void make_scene(scene *s)
{
    moly_error err = {0};
    *s = (scene){0};
    assert_ok(moly_volume_new(&grid, 1, MOLY_QUANTITY_SUV, &s->image, &err), err);
    assert_ok(moly_region_list_add(&s->list, "lesion", &grid, &s->region, &err), err);
    for (int64_t i = 0; i < 24 * 20 * 16; i++) {
        moly_random random = moly_random_stream(3, (uint64_t)i);
        s->image->data[i] = (float)moly_random_uniform(&random);
    }
}

static void free_scene(scene *s)
{
    moly_volume_free(s->image);
    moly_region_list_free(&s->list);
}

static int64_t at(int64_t x, int64_t y, int64_t z)
{
    return (z * 20 + y) * 24 + x;
}

static void figures_of_four_voxels_are_those_worked_out_by_hand(void **state)
{
    (void)state;
    moly_error err = {0};
    scene s;
    moly_region_figures f;
    make_scene(&s);
    static const float values[4] = {2.0f, 10.0f, 4.0f, 4.2f};
    for (int i = 0; i < 4; i++) {
        s.region->mask[at(10 + i, 9, 8)] = 1;
        s.image->data[at(10 + i, 9, 8)] = values[i];
    }
    assert_ok(moly_region_measure(s.image, s.region, &f, &err), err);
    assert_int_equal(f.n_voxels, 4);
    assert_relative(f.volume_ml, 0.06, 1e-14);
    assert_relative(f.min, 2.0, 0.0);
    assert_relative(f.max, 10.0, 0.0);
    assert_relative(f.mean, 5.05, 1e-7);
    assert_relative(f.median, 4.1, 1e-7);
    /* population: squares 9.3025, 24.5025, 1.1025, 0.7225, mean 8.9075 */
    assert_relative(f.sd, sqrt(8.9075), 1e-7);
    assert_relative(f.mtv41_ml, 0.03, 1e-14); /* 4.1 and above: 10 and 4.2 */
    assert_relative(f.total, 5.05 * 0.06, 1e-7);
    assert_relative(f.max_lps_mm[0], 22.0, 0.0);
    assert_relative(f.max_lps_mm[1], 22.5, 0.0);
    assert_relative(f.max_lps_mm[2], 24.0, 0.0);
    free_scene(&s);
}

/* The definition, voxel by voxel. */
static double slow_peak(const moly_volume *image, const moly_region *region)
{
    double peak = NAN;
    for (int64_t c = 0; c < 24 * 20 * 16; c++) {
        const int64_t cx = c % 24, cy = c / 24 % 20, cz = c / 480;
        double sum = 0.0, n = 0.0;
        bool fits = cx >= 3 && cx < 21 && cy >= 2 && cy < 18 && cz >= 2 && cz < 14;
        if (!region->mask[c] || !fits) {
            continue;
        }
        for (int64_t i = 0; i < 24 * 20 * 16; i++) {
            double dx = 2.0 * (double)(i % 24 - cx), dy = 2.5 * (double)(i / 24 % 20 - cy);
            double dz = 3.0 * (double)(i / 480 - cz);
            if (dx * dx + dy * dy + dz * dz <= 6.204 * 6.204) {
                sum += (double)image->data[i];
                n += 1.0;
            }
        }
        peak = isnan(peak) || sum / n > peak ? sum / n : peak;
    }
    return peak;
}

static void the_peak_is_that_of_the_plain_definition(void **state)
{
    (void)state;
    moly_error err = {0};
    scene s;
    moly_region_figures f;
    make_scene(&s);
    for (int64_t i = 0; i < 24 * 20 * 16; i++) {
        moly_random random = moly_random_stream(4, (uint64_t)i);
        s.region->mask[i] = moly_random_uniform(&random) < 0.2;
    }
    assert_ok(moly_region_measure(s.image, s.region, &f, &err), err);
    /* sums of running sums: rounding of 24 additions */
    assert_relative(f.peak, slow_peak(s.image, s.region), 1e-13);
    free_scene(&s);
}

static void at_the_edge_of_the_image_there_is_no_peak(void **state)
{
    (void)state;
    moly_error err = {0};
    scene s;
    moly_region_figures f;
    make_scene(&s);
    s.region->mask[at(0, 9, 8)] = 1;
    assert_ok(moly_region_measure(s.image, s.region, &f, &err), err);
    assert_true(isnan(f.peak));
    assert_int_equal(f.n_voxels, 1);
    free_scene(&s);
}

static void an_empty_region_has_no_figures(void **state)
{
    (void)state;
    moly_error err = {0};
    scene s;
    moly_region_figures f;
    make_scene(&s);
    assert_ok(moly_region_measure(s.image, s.region, &f, &err), err);
    assert_int_equal(f.n_voxels, 0);
    assert_true(isnan(f.mean) && isnan(f.max) && f.volume_ml == 0.0);
    free_scene(&s);
}

static void a_region_of_another_lattice_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    scene s;
    moly_region_figures f;
    make_scene(&s);
    s.region->grid.origin_mm[0] += 1.0;
    assert_fails(moly_region_measure(s.image, s.region, &f, &err), MOLY_ERR_USAGE,
                 "another lattice", err);
    free_scene(&s);
}

static void every_failed_allocation_is_a_status(void **state)
{
    (void)state;
    scene s;
    make_scene(&s);
    s.region->mask[at(10, 9, 8)] = 1;
    for (size_t nth = 1; nth <= 3; nth++) {
        moly_error err = {0};
        moly_region_figures f;
        moly_alloc_fail_after(nth);
        moly_status status = moly_region_measure(s.image, s.region, &f, &err);
        moly_alloc_fail_after(0);
        assert_int_equal(status, MOLY_ERR_MEMORY);
    }
    free_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_of_four_voxels_are_those_worked_out_by_hand),
        cmocka_unit_test(the_peak_is_that_of_the_plain_definition),
        cmocka_unit_test(at_the_edge_of_the_image_there_is_no_peak),
        cmocka_unit_test(an_empty_region_has_no_figures),
        cmocka_unit_test(a_region_of_another_lattice_is_refused),
        cmocka_unit_test(every_failed_allocation_is_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

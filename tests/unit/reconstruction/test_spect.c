/* SPDX-License-Identifier: Apache-2.0 */
/* SPECT: what is put in comes out, with attenuation, blur and scatter. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"

#include "moly/reconstruction/spect.h"

enum { SIDE = 40, ROWS = 24, VIEWS = 30 };
#define PIXEL_MM 6.0
#define BALL_MM 30.0
#define FWHM_MM 12.0

static const moly_collimator lehr = {.name = "LEHR",
                                     .shape = "parallel",
                                     .hole_mm = 1.5,
                                     .septum_mm = 0.2,
                                     .length_mm = 35.0,
                                     .energy_max_kev = 170.0};

static double distance_mm(const moly_grid *grid, int64_t i)
{
    double at[3];
    moly_grid_voxel_position(grid, i, at);
    return sqrt((at[0] - 18.0) * (at[0] - 18.0) + at[1] * at[1] + at[2] * at[2]);
}

static void activity_of_a_60_mm_ball_is_recovered(void **state)
{
    (void)state;
    moly_error err = {0};
    const moly_grid grid = {
        {SIDE, SIDE, ROWS},
        {PIXEL_MM, PIXEL_MM, PIXEL_MM},
        {-0.5 * (SIDE - 1) * PIXEL_MM, -0.5 * (SIDE - 1) * PIXEL_MM, -0.5 * (ROWS - 1) * PIXEL_MM},
        {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    moly_volume *image = NULL, *mu = NULL;
    moly_projections *data = NULL, *scatter = NULL;
    moly_spect_projector *projector = NULL;
    assert_ok(moly_volume_new(&grid, 1, MOLY_QUANTITY_BQ_PER_ML, &image, &err), err);
    assert_ok(moly_volume_new(&grid, 1, MOLY_QUANTITY_PER_MM, &mu, &err), err);
    const int64_t n = moly_grid_n_voxels(&grid);
    double truth = 0.0;
    for (int64_t i = 0; i < n; i++) {
        double at[3];
        moly_grid_voxel_position(&grid, i, at);
        mu->data[i] = hypot(at[0], at[1]) < 100.0 ? 0.0154F : 0.0F;
        image->data[i] = distance_mm(&grid, i) <= BALL_MM ? 5000.0F : 0.0F;
        truth += (double)image->data[i];
    }
    assert_ok(moly_projections_new(1, 1, VIEWS, ROWS, SIDE, PIXEL_MM, PIXEL_MM, &data, &err), err);
    assert_ok(moly_projections_new(1, 1, VIEWS, ROWS, SIDE, PIXEL_MM, PIXEL_MM, &scatter, &err),
              err);
    moly_projections_orbit(data, 0.0, 2.0 * acos(-1.0), 150.0, 20.0);
    const moly_spect_options model = {
        .collimator = &lehr, .intrinsic_fwhm_mm = 3.8, .mu_per_mm = mu, .n_threads = 2};
    assert_ok(moly_spect_projector_new(data, &grid, &model, &projector, &err), err);
    float *columns = calloc((size_t)n, sizeof *columns);
    float *bins = calloc(SIDE * ROWS, sizeof *bins);
    assert_true(columns && bins);
    moly_columns_from_volume(image, 0, columns);
    const double scale = moly_spect_scale(data, 8e-5);
    assert_relative(scale, 20.0 * 8e-5 * 36.0 / 1000.0, 1e-12);
    for (int64_t v = 0; v < VIEWS; v++) {
        float *counts = moly_projections_view(data, 0, 0, v);
        moly_spect_project_view(projector, columns, v, bins);
        moly_spect_view_out(data, bins, counts);
        for (int i = 0; i < SIDE * ROWS; i++) {
            counts[i] = (float)scale * counts[i] + 2.0F;
            moly_projections_view(scatter, 0, 0, v)[i] = 2.0F;
        }
    }
    const moly_spect_osem_options options = {
        .n_subsets = 6, .n_iterations = 6, .projector = model, .scatter = scatter, .scale = scale};
    assert_ok(moly_spect_osem(data, &grid, &options, columns, &err), err);
    moly_columns_to_volume(columns, image, 0);
    double got = 0.0;
    for (int64_t i = 0; i < n; i++) {
        got += distance_mm(&grid, i) <= BALL_MM + FWHM_MM ? (double)image->data[i] : 0.0;
    }
    assert_relative(got, truth, 0.02); /* 0.05 is asked of noisy data from another model */
    free(columns);
    free(bins);
    moly_spect_projector_free(projector);
    moly_projections_free(data);
    moly_projections_free(scatter);
    moly_volume_free(image);
    moly_volume_free(mu);
}

static void energy_windows_give_the_trapezium_under_the_peak(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_projections *data = NULL, *scatter = NULL;
    assert_ok(moly_projections_new(3, 1, 2, 3, 4, 4.0, 4.0, &data, &err), err);
    data->windows[0] = (moly_energy_window){126.0, 154.0};
    data->windows[1] = (moly_energy_window){119.0, 126.0};
    data->windows[2] = (moly_energy_window){154.0, 161.0};
    moly_projections_view(data, 1, 0, 1)[5] = 10.0F;
    moly_projections_view(data, 2, 0, 1)[5] = 2.0F;
    assert_ok(moly_spect_window_scatter(data, 0, 1, 2, 0.0, 0.0, &scatter, &err), err);
    assert_relative((double)moly_projections_view(scatter, 0, 0, 1)[5], (10.0 + 2.0) / 7.0 * 14.0,
                    1e-6);
    moly_projections_free(scatter);
    assert_ok(moly_spect_window_scatter(data, 0, 1, -1, 0.5, 0.0, &scatter, &err), err);
    assert_relative((double)moly_projections_total(scatter), 5.0, 1e-6);
    moly_projections_free(scatter);
    assert_int_equal(moly_spect_window_scatter(data, 0, 3, -1, 0.5, 0.0, &scatter, &err),
                     MOLY_ERR_RANGE);
    assert_null(scatter);
    moly_projections_free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activity_of_a_60_mm_ball_is_recovered),
        cmocka_unit_test(energy_windows_give_the_trapezium_under_the_peak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

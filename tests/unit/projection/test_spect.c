/* SPDX-License-Identifier: Apache-2.0 */
/* The SPECT projector: adjoint, direct convolution, attenuation, threads and back ends. */
#include <math.h>

#include "small.h"

#include "moly/base/memory.h"
#include "moly/projection/spect.h"

enum { BINS = 45, ROWS = 21, VIEWS = 7 };
#define PIXEL_MM 4.0
#define RADIUS_MM 150.0

static const moly_collimator lehr = {.name = "LEHR",
                                     .shape = "parallel",
                                     .hole_mm = 1.5,
                                     .septum_mm = 0.2,
                                     .length_mm = 35.0,
                                     .energy_max_kev = 170.0};

static moly_grid spect_grid(void)
{
    return (moly_grid){
        {BINS, BINS, ROWS},
        {PIXEL_MM, PIXEL_MM, PIXEL_MM},
        {-0.5 * (BINS - 1) * PIXEL_MM, -0.5 * (BINS - 1) * PIXEL_MM, -0.5 * (ROWS - 1) * PIXEL_MM},
        {1, 0, 0, 0, 1, 0, 0, 0, 1}};
}

static moly_projections *new_views(double first_rad)
{
    moly_error err = {0};
    moly_projections *views = NULL;
    assert_ok(moly_projections_new(1, 1, VIEWS, ROWS, BINS, PIXEL_MM, PIXEL_MM, &views, &err), err);
    moly_projections_orbit(views, first_rad, 2.0 * acos(-1.0), RADIUS_MM, 10.0);
    return views;
}

/* A disk of `mu` around the axis. */
static moly_volume *new_mu(double radius_mm, double mu_per_mm)
{
    moly_error err = {0};
    moly_volume *mu = NULL;
    const moly_grid grid = spect_grid();
    assert_ok(moly_volume_new(&grid, 1, MOLY_QUANTITY_PER_MM, &mu, &err), err);
    for (int64_t i = 0; i < moly_grid_n_voxels(&grid); i++) {
        const double x = (double)(i % BINS - BINS / 2) * PIXEL_MM;
        const double y = (double)(i / BINS % BINS - BINS / 2) * PIXEL_MM;
        mu->data[i] = x * x + y * y <= radius_mm * radius_mm ? (float)mu_per_mm : 0.0F;
    }
    return mu;
}

static moly_spect_projector *new_projector(const moly_projections *views,
                                           const moly_spect_options *options)
{
    moly_error err = {0};
    moly_spect_projector *p = NULL;
    const moly_grid grid = spect_grid();
    assert_ok(moly_spect_projector_new(views, &grid, options, &p, &err), err);
    return p;
}

static void the_adjoint_is_the_transpose_for_each_setting_and_back_end(void **state)
{
    (void)state;
    moly_projections *views = new_views(0.3);
    moly_volume *mu = new_mu(70.0, 0.015);
    const char *back_ends[] = {NULL, "generic"};
    for (int setting = 0; setting < 8; setting++) {
        const moly_spect_options options = {.collimator = setting & 1 ? &lehr : NULL,
                                            .intrinsic_fwhm_mm = 3.8,
                                            .mu_per_mm = setting & 2 ? mu : NULL,
                                            .back_end = back_ends[setting / 4],
                                            .n_threads = 2};
        moly_spect_projector *p = new_projector(views, &options);
        const size_t n = moly_spect_projector_n_voxels(p), m = moly_spect_projector_view_bins(p);
        float *x = floats(n), *ax = floats(m), *y = floats(m), *ay = floats(n);
        fill_random(x, n, 1, 0.0);
        fill_random(y, m, 2, -0.5);
        for (int64_t view = 0; view < VIEWS; view += 2) {
            memset(ay, 0, n * sizeof *ay);
            moly_spect_project_view(p, x, view, ax);
            moly_spect_back_project_view(p, y, view, ay);
            const double size = sqrt(dot(ax, ax, m) * dot(y, y, m));
            assert_true(size > 0.0);
            assert_true(fabs(dot(ax, y, m) - dot(x, ay, n)) <= 1e-6 * size);
        }
        free(x);
        free(ax);
        free(y);
        free(ay);
        moly_spect_projector_free(p);
    }
    moly_volume_free(mu);
    moly_projections_free(views);
}

/* A voxel on the axis of the head: every pixel against a Gaussian of the depth's width. */
static void a_point_is_blurred_as_by_direct_convolution(void **state)
{
    (void)state;
    moly_projections *views = new_views(0.0);
    const moly_spect_options options = {
        .collimator = &lehr, .intrinsic_fwhm_mm = 3.8, .n_threads = 1};
    moly_spect_projector *p = new_projector(views, &options);
    const size_t n = moly_spect_projector_n_voxels(p), m = moly_spect_projector_view_bins(p);
    for (int64_t iy = 6; iy < BINS - 6; iy += 8) {
        float *x = floats(n), *ax = floats(m);
        x[((size_t)iy * BINS + BINS / 2) * ROWS + ROWS / 2] = 1.0F;
        moly_spect_project_view(p, x, 0, ax);
        const double depth = RADIUS_MM + (double)(iy - BINS / 2) * PIXEL_MM;
        const double fwhm =
            hypot(3.8, moly_collimator_fwhm_mm(&lehr, depth, moly_lead_mu_per_mm(140.5)));
        const double sigma = fwhm / sqrt(8.0 * log(2.0)) / PIXEL_MM;
        double norm = 0.0, error = 0.0, largest = 0.0;
        for (int i = -20; i <= 20; i++) {
            norm += exp(-0.5 * i * i / (sigma * sigma));
        }
        for (int u = 0; u < BINS; u++) {
            for (int v = 0; v < ROWS; v++) {
                const int du = u - BINS / 2, dv = v - ROWS / 2;
                const double exact =
                    PIXEL_MM * exp(-0.5 * (du * du + dv * dv) / (sigma * sigma)) / (norm * norm);
                error = fmax(error, fabs((double)ax[u * ROWS + v] - exact));
                largest = fmax(largest, exact);
            }
        }
        assert_true(error <= 1e-3 * largest);
        free(x);
        free(ax);
    }
    moly_spect_projector_free(p);
    moly_projections_free(views);
}

/* Voxel (ix, iy) off the axis: its sum over a view is what gets out through mu, at its bin. */
static void a_source_lies_where_the_angle_puts_it_and_is_attenuated_on_its_way(void **state)
{
    (void)state;
    const double quarter = 0.5 * acos(-1.0), mu_per_mm = 0.012, radius = 60.0;
    moly_volume *mu = new_mu(radius, mu_per_mm);
    for (int turn = 0; turn < 4; turn++) {
        moly_projections *views = new_views(turn * quarter);
        const moly_spect_options options = {.mu_per_mm = mu, .n_threads = 2};
        moly_spect_projector *p = new_projector(views, &options);
        const size_t n = moly_spect_projector_n_voxels(p), m = moly_spect_projector_view_bins(p);
        float *x = floats(n), *ax = floats(m);
        const int dx = 5, dy = -8; /* voxels from the middle: right, and up */
        x[((size_t)(BINS / 2 + dy) * BINS + (size_t)(BINS / 2 + dx)) * ROWS + 3] = 1.0F;
        moly_spect_project_view(p, x, 0, ax);
        const int bins[] = {dx, dy, -dx, -dy};
        const double depths[] = {dy, -dx, -dy, dx}; /* from the axis, away from the head */
        const double across = bins[turn] * PIXEL_MM, at = depths[turn] * PIXEL_MM;
        const double way = sqrt(radius * radius - across * across) + at;
        const float got = ax[(size_t)(BINS / 2 + bins[turn]) * ROWS + 3];
        assert_relative((double)got, PIXEL_MM * exp(-mu_per_mm * way), 0.03); /* half a voxel */
        assert_true(dot(ax, ax, m) <= 1.0001 * (double)(got * got));
        free(x);
        free(ax);
        moly_spect_projector_free(p);
        moly_projections_free(views);
    }
    moly_volume_free(mu);
}

static void threads_change_no_bit_and_back_ends_agree(void **state)
{
    (void)state;
    moly_projections *views = new_views(0.7);
    moly_volume *mu = new_mu(75.0, 0.015);
    float *forward[3], *back[3];
    size_t n = 0, m = 0;
    for (int i = 0; i < 3; i++) {
        const moly_spect_options options = {.collimator = &lehr,
                                            .intrinsic_fwhm_mm = 3.8,
                                            .mu_per_mm = mu,
                                            .n_threads = i == 1 ? 3 : 1,
                                            .back_end = i == 2 ? "generic" : NULL};
        moly_spect_projector *p = new_projector(views, &options);
        n = moly_spect_projector_n_voxels(p);
        m = moly_spect_projector_view_bins(p);
        float *x = floats(n);
        forward[i] = floats(m);
        back[i] = floats(n);
        fill_random(x, n, 5, 0.0);
        moly_spect_project_view(p, x, 1, forward[i]);
        moly_spect_back_project_view(p, forward[i], 1, back[i]);
        free(x);
        moly_spect_projector_free(p);
    }
    assert_memory_equal(forward[0], forward[1], m * sizeof(float));
    assert_memory_equal(back[0], back[1], n * sizeof(float));
    for (size_t i = 0; i < m; i++) {
        assert_true(fabsf(forward[0][i] - forward[2][i]) <= 1e-5F * forward[0][i] + 1e-6F);
    }
    for (int i = 0; i < 3; i++) {
        free(forward[i]);
        free(back[i]);
    }
    moly_volume_free(mu);
    moly_projections_free(views);
}

static void grids_and_collimators_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_projections *views = new_views(0.0);
    moly_spect_projector *p = NULL;
    moly_spect_options options = {.collimator = &lehr};
    moly_grid grid = spect_grid();
    grid.n[2]--;
    assert_int_equal(moly_spect_projector_new(views, &grid, &options, &p, &err), MOLY_ERR_RANGE);
    assert_null(p);
    moly_collimator fan = lehr;
    memcpy(fan.shape, "fan", 4);
    fan.focal_mm = 400.0;
    options.collimator = &fan;
    grid = spect_grid();
    err = (moly_error){0};
    assert_int_equal(moly_spect_projector_new(views, &grid, &options, &p, &err), MOLY_ERR_RANGE);
    options.collimator = &lehr;
    views->views[3].radius_mm = 0.0;
    err = (moly_error){0};
    assert_int_equal(moly_spect_projector_new(views, &grid, &options, &p, &err), MOLY_ERR_RANGE);
    moly_projections_free(views);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_adjoint_is_the_transpose_for_each_setting_and_back_end),
        cmocka_unit_test(a_point_is_blurred_as_by_direct_convolution),
        cmocka_unit_test(a_source_lies_where_the_angle_puts_it_and_is_attenuated_on_its_way),
        cmocka_unit_test(threads_change_no_bit_and_back_ends_agree),
        cmocka_unit_test(grids_and_collimators_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

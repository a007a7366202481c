/* SPDX-License-Identifier: Apache-2.0 */
/* The SPECT projector by rays: transposes, analytic integrals, images of points, and the rotating
 * projector, which shares nothing with it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"

#include "moly/base/random.h"
#include "moly/projection/spect.h"
#include "moly/projection/spect_rays.h"

enum { SIDE = 24, ROWS = 12, VIEWS = 5 };
#define PIXEL_MM 5.0
#define RADIUS_MM 120.0

static const moly_collimator lehr = {.name = "LEHR",
                                     .shape = "parallel",
                                     .hole_mm = 1.5,
                                     .septum_mm = 0.2,
                                     .length_mm = 35.0,
                                     .gap_mm = 4.75,
                                     .energy_max_kev = 170.0};
static const moly_collimator fan = {.name = "FAN",
                                    .shape = "fan",
                                    .hole_mm = 1.5,
                                    .septum_mm = 0.2,
                                    .length_mm = 35.0,
                                    .focal_mm = 400.0,
                                    .energy_max_kev = 170.0};
static const moly_collimator pinhole = {.name = "PIN",
                                        .shape = "pinhole",
                                        .hole_mm = 3.0,
                                        .length_mm = 150.0,
                                        .opening_deg = 90.0,
                                        .n_pinholes = 1,
                                        .energy_max_kev = 170.0};

static moly_grid make_grid(void)
{
    const double first = -0.5 * (SIDE - 1) * PIXEL_MM;
    return (moly_grid){{SIDE, SIDE, ROWS},
                       {PIXEL_MM, PIXEL_MM, PIXEL_MM},
                       {first, first, -0.5 * (ROWS - 1) * PIXEL_MM},
                       {1, 0, 0, 0, 1, 0, 0, 0, 1}};
}

static moly_projections *make_views(void)
{
    moly_error err = {0};
    moly_projections *views = NULL;
    assert_ok(moly_projections_new(1, 1, VIEWS, ROWS, SIDE, PIXEL_MM, PIXEL_MM, &views, &err), err);
    moly_projections_orbit(views, 0.0, 2.0 * acos(-1.0), RADIUS_MM, 1.0);
    for (int v = 0; v < VIEWS; v++) {
        views->views[v].radius_mm += 7.0 * v; /* no circle */
    }
    return views;
}

static moly_volume *make_mu(const moly_grid *grid)
{
    moly_error err = {0};
    moly_volume *mu = NULL;
    assert_ok(moly_volume_new(grid, 1, MOLY_QUANTITY_PER_MM, &mu, &err), err);
    for (int64_t i = 0; i < moly_grid_n_voxels(grid); i++) {
        double at[3];
        moly_grid_voxel_position(grid, i, at);
        mu->data[i] = hypot(at[0], at[1]) < 50.0 ? 0.0154F : 0.0F;
    }
    return mu;
}

static void transposes_belong_together_for_every_collimator(void **state)
{
    (void)state;
    static const double places[] = {-30.0, 0.0, 30.0, 10.0};
    moly_collimator two = pinhole;
    two.n_pinholes = 2;
    const moly_collimator *const all[] = {&lehr, &fan, &pinhole, &two};
    const moly_grid grid = make_grid();
    moly_projections *views = make_views();
    moly_volume *mu = make_mu(&grid);
    const size_t n = (size_t)moly_grid_n_voxels(&grid), m = SIDE * ROWS;
    float *x = calloc(2 * n, sizeof *x), *y = calloc(2 * m, sizeof *y);
    assert_true(x && y);
    moly_random draws = moly_random_stream(1, 2);
    for (size_t i = 0; i < n; i++) {
        x[i] = (float)moly_random_uniform(&draws);
    }
    for (size_t i = 0; i < m; i++) {
        y[i] = (float)moly_random_uniform(&draws) - 0.5F;
    }
    for (size_t c = 0; c < sizeof all / sizeof *all; c++) {
        moly_error err = {0};
        moly_spect_rays *rays = NULL;
        const moly_spect_ray_options options = {.collimator = all[c],
                                                .intrinsic_fwhm_mm = 3.8,
                                                .mu_per_mm = mu,
                                                .n_rays = 3,
                                                .pinholes_mm = c == 3 ? places : NULL,
                                                .has_penetration = c == 0,
                                                .n_threads = 2};
        assert_ok(moly_spect_rays_new(views, &grid, &options, &rays, &err), err);
        for (int64_t v = 0; v < VIEWS; v++) {
            double left = 0.0, right = 0.0, ax = 0.0, yy = 0.0;
            memset(x + n, 0, n * sizeof *x);
            assert_ok(moly_spect_rays_project_view(rays, x, v, y + m, &err), err);
            assert_ok(moly_spect_rays_back_project_view(rays, y, v, x + n, &err), err);
            for (size_t i = 0; i < m; i++) {
                left += (double)y[m + i] * (double)y[i];
                ax += (double)y[m + i] * (double)y[m + i];
                yy += (double)y[i] * (double)y[i];
            }
            for (size_t i = 0; i < n; i++) {
                right += (double)x[i] * (double)x[n + i];
            }
            assert_true(fabs(left - right) <= 1e-6 * sqrt(ax * yy));
        }
        moly_spect_rays_free(rays);
    }
    free(x);
    free(y);
    moly_volume_free(mu);
    moly_projections_free(views);
}

/* Through a uniform box, straight: (1 - exp(-mu L)) / mu. */
static void a_straight_ray_has_the_analytic_integral(void **state)
{
    (void)state;
    moly_error err = {0};
    const moly_grid grid = make_grid();
    moly_projections *views = make_views();
    moly_volume *mu = NULL;
    moly_spect_rays *rays = NULL;
    float image[SIDE * SIDE * ROWS], bins[SIDE * ROWS];
    assert_ok(moly_volume_new(&grid, 1, MOLY_QUANTITY_PER_MM, &mu, &err), err);
    for (int i = 0; i < SIDE * SIDE * ROWS; i++) {
        image[i] = 1.0F;
        mu->data[i] = 0.0154F;
    }
    const moly_spect_ray_options options = {.collimator = &lehr, .mu_per_mm = mu, .n_rays = 1};
    assert_ok(moly_spect_rays_new(views, &grid, &options, &rays, &err), err);
    assert_ok(moly_spect_rays_project_view(rays, image, 0, bins, &err), err);
    const double wanted = -expm1(-0.0154 * SIDE * PIXEL_MM) / 0.0154;
    for (int i = 0; i < SIDE * ROWS; i++) {
        assert_relative((double)bins[i], wanted, 1e-5);
    }
    moly_spect_rays_free(rays);
    moly_volume_free(mu);
    moly_projections_free(views);
}

/* A blob with attenuation, seen by both; each has its own errors of interpolation. */
static void both_projectors_see_the_same(void **state)
{
    (void)state;
    moly_error err = {0};
    const moly_grid grid = make_grid();
    moly_projections *views = make_views();
    moly_volume *mu = make_mu(&grid), *image = NULL;
    moly_spect_rays *rays = NULL;
    moly_spect_projector *turning = NULL;
    const size_t n = (size_t)moly_grid_n_voxels(&grid), m = SIDE * ROWS;
    float *columns = calloc(n, sizeof *columns), *a = calloc(m, sizeof *a),
          *b = calloc(m, sizeof *b);
    assert_true(columns && a && b);
    assert_ok(moly_volume_new(&grid, 1, MOLY_QUANTITY_BQ_PER_ML, &image, &err), err);
    for (size_t i = 0; i < n; i++) {
        double at[3];
        moly_grid_voxel_position(&grid, (int64_t)i, at);
        const double far2 = (at[0] - 15.0) * (at[0] - 15.0) + at[1] * at[1] + at[2] * at[2];
        image->data[i] = (float)exp(-0.5 * far2 / (12.0 * 12.0));
    }
    moly_columns_from_volume(image, 0, columns);
    const moly_spect_options model = {
        .collimator = &lehr, .intrinsic_fwhm_mm = 3.8, .mu_per_mm = mu, .n_threads = 1};
    const moly_spect_ray_options bundle = {
        .collimator = &lehr, .intrinsic_fwhm_mm = 3.8, .mu_per_mm = mu, .n_rays = 5};
    assert_ok(moly_spect_projector_new(views, &grid, &model, &turning, &err), err);
    assert_ok(moly_spect_rays_new(views, &grid, &bundle, &rays, &err), err);
    for (int64_t v = 0; v < VIEWS; v++) {
        double apart = 0.0, whole = 0.0, sum_a = 0.0, sum_b = 0.0;
        moly_spect_project_view(turning, columns, v, a);
        assert_ok(moly_spect_rays_project_view(rays, columns, v, b, &err), err);
        for (size_t i = 0; i < m; i++) {
            apart += (double)((a[i] - b[i]) * (a[i] - b[i]));
            whole += (double)(b[i] * b[i]);
            sum_a += (double)a[i];
            sum_b += (double)b[i];
        }
        print_message("view %lld: %.2f %% apart (RMS), sums %.2f %%\n", (long long)v,
                      100.0 * sqrt(apart / whole), 100.0 * (sum_a / sum_b - 1.0));
        assert_true(sqrt(apart / whole) < 0.03);
        assert_relative(sum_a, sum_b, 0.01);
    }
    free(columns);
    free(a);
    free(b);
    moly_spect_rays_free(rays);
    moly_spect_projector_free(turning);
    moly_volume_free(mu);
    moly_volume_free(image);
    moly_projections_free(views);
}

/* Where a bright voxel's image has its middle across, mm. */
static double middle_of(const moly_collimator *c, double *width_mm)
{
    moly_error err = {0};
    const moly_grid grid = make_grid();
    moly_projections *views = make_views();
    moly_spect_rays *rays = NULL;
    float *image = calloc((size_t)moly_grid_n_voxels(&grid), sizeof *image), bins[SIDE * ROWS];
    assert_non_null(image);
    for (int z = 0; z < ROWS; z++) { /* a rod at x = 17.5 mm, y = 2.5 mm */
        image[(12 * SIDE + 15) * ROWS + z] = 1.0F;
    }
    const moly_spect_ray_options options = {.collimator = c, .n_rays = 7};
    assert_ok(moly_spect_rays_new(views, &grid, &options, &rays, &err), err);
    assert_ok(moly_spect_rays_project_view(rays, image, 0, bins, &err), err);
    double sum = 0.0, first = 0.0, second = 0.0;
    for (int u = 0; u < SIDE; u++) {
        const double value = (double)bins[u * ROWS + ROWS / 2];
        const double at = (u - 0.5 * (SIDE - 1)) * PIXEL_MM;
        sum += value;
        first += value * at;
        second += value * at * at;
    }
    *width_mm = sqrt(second / sum - first / sum * (first / sum));
    moly_spect_rays_free(rays);
    moly_projections_free(views);
    free(image);
    return first / sum;
}

/* View 0 looks along +y from y = -120 mm: the rod stands 122.5 mm before the face. A fan magnifies
 * by (focal + back) / (focal - distance); a pinhole turns round by length / distance. */
static void points_appear_where_geometry_puts_them(void **state)
{
    (void)state;
    double width = 0.0;
    const double mu = moly_lead_mu_per_mm(140.5), far = RADIUS_MM + 2.5;
    assert_true(fabs(middle_of(&lehr, &width) - 17.5) < 0.5);
    const double back = moly_collimator_length(&fan, mu) + fan.gap_mm;
    const double wanted = 17.5 * (fan.focal_mm + back) / (fan.focal_mm - far);
    assert_true(fabs(middle_of(&fan, &width) - wanted) < 1.0);
    assert_true(fabs(middle_of(&pinhole, &width) + 17.5 * pinhole.length_mm / far) < 1.0);
}

/* A hole as wide as two and their wall; little gets through it at the energy the collimator is made
 * for, much more beyond. */
static void penetration_grows_with_energy(void **state)
{
    (void)state;
    double hole = 0.0;
    const double low = moly_collimator_penetration(&lehr, moly_lead_mu_per_mm(140.5), &hole);
    const double high = moly_collimator_penetration(&lehr, moly_lead_mu_per_mm(364.5), &hole);
    assert_relative(hole, 3.2, 1e-12);
    assert_true(low > 0.0 && low < 0.05 && high > 10.0 * low);
}

static void absurd_rays_are_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    const moly_grid grid = make_grid();
    moly_projections *views = make_views();
    moly_spect_rays *rays = NULL;
    moly_spect_ray_options options = {.collimator = &lehr, .n_rays = 99};
    assert_int_equal(moly_spect_rays_new(views, &grid, &options, &rays, &err), MOLY_ERR_RANGE);
    assert_null(rays);
    options.n_rays = 1;
    views->views[1].radius_mm = 0.0;
    assert_int_equal(moly_spect_rays_new(views, &grid, &options, &rays, &err), MOLY_ERR_RANGE);
    moly_projections_free(views);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transposes_belong_together_for_every_collimator),
        cmocka_unit_test(a_straight_ray_has_the_analytic_integral),
        cmocka_unit_test(both_projectors_see_the_same),
        cmocka_unit_test(points_appear_where_geometry_puts_them),
        cmocka_unit_test(penetration_grows_with_energy),
        cmocka_unit_test(absurd_rays_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

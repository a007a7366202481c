/* SPDX-License-Identifier: Apache-2.0 */
/* NEMA: resolution of points, sensitivity of lines in sleeves, scatter fraction of a line source.
 */
#include <math.h>
#include <stdlib.h>

#include "testing.h"

#include "moly/base/memory.h"
#include "moly/quantify/nema.h"

static const double fwhm_of_sigma = 2.3548200450309493, fwtm_of_sigma = 4.2919320526;

static void points_have_the_widths_that_they_were_made_with(void **state)
{
    (void)state;
    static const double at[3][3] = {{101.3, 2.0, 10.4}, {0.7, 11.0, 9.8}, {-2.1, 198.6, 60.3}};
    static const double sigma[3][3] = {{2.4, 1.9, 2.1}, {1.8, 1.8, 2.0}, {2.2, 3.4, 2.6}};
    moly_error err = {0};
    moly_volume *v = NULL;
    moly_nema_point points[MOLY_NEMA_MOST_POINTS];
    size_t n = 0;
    const moly_grid g = {.n = {260, 260, 100},
                         .spacing_mm = {1.0, 1.0, 1.0},
                         .origin_mm = {-40.0, -20.0, 0.0},
                         .direction = {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    assert_ok(moly_volume_new(&g, 1, MOLY_QUANTITY_UNKNOWN, &v, &err), err);
    for (int64_t i = 0; i < moly_grid_n_voxels(&g); i++) {
        double x[3];
        moly_grid_voxel_position(&g, i, x);
        for (int p = 0; p < 3; p++) {
            double e = 0.0;
            for (int k = 0; k < 3; k++) {
                e += (x[k] - at[p][k]) * (x[k] - at[p][k]) / (sigma[p][k] * sigma[p][k]);
            }
            v->data[i] += e < 80.0 ? (float)(1000.0 * exp(-0.5 * e)) : 0.0F;
        }
    }
    assert_ok(moly_nema_points_measure(v, (double[2]){0.0, 0.0}, points, &n, &err), err);
    assert_int_equal(n, 3);
    static const int order[3] = {1, 0, 2}, radial[3] = {1, 0, 1}; /* by their distance */
    for (int p = 0; p < 3; p++) {
        const moly_nema_point *q = &points[p];
        assert_int_equal(q->radial, radial[p]);
        for (int k = 0; k < 3; k++) {
            assert_true(fabs(q->position_mm[k] - at[order[p]][k]) < 0.05);
            assert_relative(q->fwhm_mm[k], fwhm_of_sigma * sigma[order[p]][k], 0.015);
            /* a chord of 1 mm over the foot's curve: up to h^2 / 4 * 1.68 / sigma wider */
            assert_relative(q->fwtm_mm[k], fwtm_of_sigma * sigma[order[p]][k],
                            0.42 / (sigma[order[p]][k] * sigma[order[p]][k] * fwtm_of_sigma));
        }
    }
    for (int64_t i = 0; i < moly_grid_n_voxels(&g); i++) {
        v->data[i] = 1.0F;
    }
    assert_int_equal(moly_nema_points_measure(v, (double[2]){0.0, 0.0}, points, &n, &err),
                     MOLY_ERR_DATA);
    moly_volume_free(v);
}

static void sleeves_are_extrapolated_to_none(void **state)
{
    (void)state;
    moly_error err = {0};
    double wall[5], rate[5], without = 0.0, mu = 0.0;
    for (int i = 0; i < 5; i++) {
        wall[i] = 1.25 * (i + 1);
        rate[i] = 0.0137 * exp(-2.0 * 0.023 * wall[i]);
    }
    assert_ok(moly_nema_sensitivity_fit(5, wall, rate, &without, &mu, &err), err);
    assert_relative(without, 0.0137, 1e-12);
    assert_relative(mu, 0.023, 1e-12);
    assert_int_equal(moly_nema_sensitivity_fit(1, wall, rate, &without, &mu, &err), MOLY_ERR_DATA);
    wall[1] = wall[0];
    assert_int_equal(moly_nema_sensitivity_fit(2, wall, rate, &without, &mu, &err), MOLY_ERR_DATA);
    wall[1] = 2.5;
    rate[1] = 0.0;
    assert_int_equal(moly_nema_sensitivity_fit(2, wall, rate, &without, &mu, &err), MOLY_ERR_DATA);
}

/* ---- sinograms of a line 45 mm off the axis over an even background ---- */

static moly_sinogram *make_line(double line_counts, double per_mm, bool has_line)
{
    moly_error err = {0};
    moly_pet_scanner scanner;
    moly_layout *layout = NULL;
    moly_sinogram *s = NULL;
    const moly_layout_options options = {.span = 3, .max_difference = 4, .view_mashing = 4};
    assert_ok(moly_pet_scanner_find("siemens-biograph-mmr", &scanner, &err), err);
    assert_ok(moly_layout_new(&scanner, &options, &layout, &err), err);
    assert_ok(moly_sinogram_new(layout, &s, &err), err);
    float *bins = calloc((size_t)moly_layout_view_bins(layout), sizeof *bins);
    double *at = calloc((size_t)layout->n_tangential, sizeof *at);
    assert_non_null(bins);
    assert_non_null(at);
    for (int64_t v = 0; v < layout->n_views; v++) {
        double phi = 0.0;
        for (int64_t t = 0; t < layout->n_tangential; t++) {
            double a[2], b[2];
            assert_true(moly_layout_line(layout, v, t, a, b));
            at[t] = (a[0] * b[1] - a[1] * b[0]) / hypot(b[0] - a[0], b[1] - a[1]);
            phi = atan2(b[1] - a[1], b[0] - a[0]);
        }
        const double line = 45.0 * cos(phi);
        for (int64_t t = 0; t < layout->n_tangential; t++) {
            const double low = t > 0 ? at[t - 1] : 2.0 * at[t] - at[t + 1];
            const double high = t + 1 < layout->n_tangential ? at[t + 1] : 2.0 * at[t] - at[t - 1];
            const double width = 0.5 * fabs(high - low), sigma = 2.5;
            const double part = 0.5 * (erf((at[t] + 0.5 * width - line) / (sigma * sqrt(2.0))) -
                                       erf((at[t] - 0.5 * width - line) / (sigma * sqrt(2.0))));
            for (int64_t p = 0; p < layout->n_planes; p++) {
                bins[t * layout->n_planes + p] =
                    (float)(per_mm * width + (has_line ? line_counts * part : 0.0));
            }
        }
        assert_ok(moly_sinogram_write_view(s, v, bins, &err), err);
    }
    free(bins);
    free(at);
    moly_layout_free(layout);
    return s;
}

/* An even background of 2 per mm over 240 mm beside 800 of the line: 480 / 1280. */
static void the_scatter_fraction_of_an_even_background_is_exact(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_nema_counts counts;
    moly_nema_rates rates;
    double randoms = 0.0;
    moly_sinogram *prompts = make_line(800.0, 2.0, true);
    moly_sinogram *delayeds = make_line(0.0, 0.5, false);
    const moly_layout *l = moly_sinogram_layout(prompts);
    const double n = (double)(l->n_views * l->n_planes);
    assert_ok(moly_nema_scatter_counts(prompts, &counts, &err), err);
    print_message("total %.8g, expected %.8g; background %.8g, expected %.8g; %lld slices\n",
                  counts.total, 1280.0 * n, counts.background, 480.0 * n,
                  (long long)counts.n_slices);
    assert_relative(counts.total, 1280.0 * n, 1e-3);
    assert_relative(counts.background, 480.0 * n, 0.01);
    assert_ok(moly_nema_rates_of(&counts, NAN, 10.0, NAN, false, &rates, &err), err);
    assert_relative(rates.scatter_fraction, 0.375, 0.01);
    assert_true(rates.random_cps < 1e-9 * rates.total_cps);

    assert_ok(moly_nema_counts_within(delayeds, &randoms, &err), err);
    assert_relative(randoms, 120.0 * n, 1e-3);
    assert_ok(moly_nema_rates_of(&counts, randoms, 10.0, NAN, true, &rates, &err), err);
    assert_relative(rates.scatter_fraction, 360.0 / 1160.0, 0.01);
    assert_relative(rates.necr_cps, 800.0 * 800.0 / (1280.0 + 120.0) * n / 10.0, 0.01);
    /* the same without delayeds, with the scatter fraction of low activity */
    assert_ok(moly_nema_rates_of(&counts, NAN, 10.0, 360.0 / 1160.0, false, &rates, &err), err);
    assert_relative(rates.random_cps, 120.0 * n / 10.0, 0.02);
    assert_relative(rates.necr_cps, 800.0 * 800.0 / 1280.0 * n / 10.0, 0.01);

    assert_int_equal(moly_nema_rates_of(&counts, NAN, 0.0, NAN, false, &rates, &err),
                     MOLY_ERR_RANGE);
    assert_int_equal(moly_nema_rates_of(&counts, 1e12, 1.0, NAN, false, &rates, &err),
                     MOLY_ERR_DATA);
    moly_sinogram_free(prompts);
    moly_sinogram_free(delayeds);
}

static void slices_hold_all_counts_within_the_field(void **state)
{
    (void)state;
    moly_error err = {0};
    double *slices = NULL, sum = 0.0;
    size_t n = 0;
    moly_sinogram *s = make_line(800.0, 0.0, true);
    const moly_layout *l = moly_sinogram_layout(s);
    assert_ok(moly_nema_axial_counts(s, &slices, &n, &err), err);
    assert_int_equal(n, 2 * l->scanner.n_rings - 1);
    for (size_t i = 0; i < n; i++) {
        sum += slices[i];
        assert_true(slices[i] > 0.0);
    }
    assert_relative(sum, 800.0 * (double)(l->n_views * l->n_planes), 1e-3);
    moly_free(slices);
    moly_sinogram_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_have_the_widths_that_they_were_made_with),
        cmocka_unit_test(sleeves_are_extrapolated_to_none),
        cmocka_unit_test(the_scatter_fraction_of_an_even_background_is_exact),
        cmocka_unit_test(slices_hold_all_counts_within_the_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

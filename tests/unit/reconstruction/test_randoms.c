/* SPDX-License-Identifier: Apache-2.0 */
/* Randoms from delayeds and from singles: the crystals' own rates come back, with less noise. */
#include "moly/reconstruction/randoms.h"

#include "moly/base/random.h"
#include "testing.h"

enum { N_RINGS = 4, N_DETECTORS = 32, N_CRYSTALS = N_RINGS * N_DETECTORS };

static moly_pet_scanner scanner(void)
{
    return (moly_pet_scanner){.name = "small",
                              .n_rings = N_RINGS,
                              .n_detectors = N_DETECTORS,
                              .block_rings = 4,
                              .block_columns = 8,
                              .inner_radius_mm = 120.0,
                              .interaction_depth_mm = 5.0,
                              .ring_pitch_mm = 8.0,
                              .window_low_kev = 425.0,
                              .window_high_kev = 650.0,
                              .coincidence_window_ps = 4000.0,
                              .tof_fwhm_ps = 400.0,
                              .tof_bin_ps = 200.0,
                              .n_tof_bins = 11,
                              .n_tangential = 21,
                              .span = 1,
                              .max_ring_difference = 3};
}

static void make_singles(float *singles, float level)
{
    for (int i = 0; i < N_CRYSTALS; i++) { /* blocks and dead crystals, nothing smooth */
        singles[i] =
            i == 17 ? 0.0F : level * (1.0F + 0.4F * (float)(i % 8 == 0) + 0.02F * (float)(i % 11));
    }
}

/* Expected randoms, then Poisson counts of them. */
static moly_sinogram *delayeds_of(const moly_layout *l, const float *singles, bool has_noise)
{
    moly_error err = {0};
    moly_sinogram *expected = NULL, *made = NULL;
    const size_t n = (size_t)moly_layout_view_bins(l);
    float *bins = calloc(n, sizeof *bins);
    moly_random random = moly_random_stream(5, 5);
    assert_non_null(bins);
    assert_ok(moly_randoms_from_singles(l, singles, 1e9, &expected, &err), err);
    assert_ok(moly_sinogram_new(moly_sinogram_layout(expected), &made, &err), err);
    for (int64_t v = 0; v < l->n_views; v++) {
        assert_ok(moly_sinogram_read_view(expected, v, bins, &err), err);
        for (size_t i = 0; i < n && has_noise; i++) {
            bins[i] = (float)moly_random_poisson(&random, (double)bins[i]);
        }
        assert_ok(moly_sinogram_write_view(made, v, bins, &err), err);
    }
    moly_sinogram_free(expected);
    free(bins);
    return made;
}

static moly_layout *layout(int64_t span, int64_t view_mashing)
{
    moly_error err = {0};
    const moly_pet_scanner s = scanner();
    const moly_layout_options options = {
        .span = span, .max_difference = -1, .view_mashing = view_mashing};
    moly_layout *l = NULL;
    assert_ok(moly_layout_new(&s, &options, &l, &err), err);
    return l;
}

static void crystals_come_back_from_the_randoms_that_they_make(void **state)
{
    (void)state;
    moly_error err = {0};
    float singles[N_CRYSTALS], found[N_CRYSTALS];
    const double window_s = 4000e-12, duration_s = 1e9;
    make_singles(singles, 2.0F);
    moly_layout *l = layout(1, 1);
    moly_sinogram *delayeds = delayeds_of(l, singles, false), *smooth = NULL;
    assert_ok(moly_randoms_smooth(delayeds, &smooth, found, &err), err);
    for (int i = 0; i < N_CRYSTALS; i++) {
        assert_relative((double)found[i], (double)singles[i] * sqrt(window_s * duration_s), 1e-4);
    }
    moly_sinogram_free(smooth);
    moly_sinogram_free(delayeds);
    moly_layout_free(l);
}

/* Crystals that always share their bins cannot be told apart, but their bins are right: the root
 * of the mean square is within 2 % of theirs, as far as eight turns of EM come. */
static void bins_of_several_pairs_come_back(void **state)
{
    (void)state;
    moly_error err = {0};
    float singles[N_CRYSTALS];
    make_singles(singles, 2.0F);
    moly_layout *l = layout(3, 2);
    const size_t n = (size_t)moly_layout_view_bins(l);
    float *wanted = calloc(n, sizeof *wanted), *fitted = calloc(n, sizeof *fitted);
    double apart2 = 0.0, sum2 = 0.0;
    moly_sinogram *delayeds = delayeds_of(l, singles, false), *smooth = NULL;
    assert_true(wanted && fitted);
    assert_ok(moly_randoms_smooth(delayeds, &smooth, NULL, &err), err);
    for (int64_t v = 0; v < l->n_views; v++) {
        assert_ok(moly_sinogram_read_view(delayeds, v, wanted, &err), err);
        assert_ok(moly_sinogram_read_view(smooth, v, fitted, &err), err);
        for (size_t i = 0; i < n; i++) {
            apart2 += pow((double)(wanted[i] - fitted[i]), 2.0);
            sum2 += pow((double)wanted[i], 2.0);
        }
    }
    if (apart2 > 4e-4 * sum2) {
        fail_msg("%g of the bins apart", sqrt(apart2 / sum2));
    }
    free(wanted);
    free(fitted);
    moly_sinogram_free(smooth);
    moly_sinogram_free(delayeds);
    moly_layout_free(l);
}

/* With counts of Poisson: the same sum, and a tenth of the noise at the most. */
static void fitted_randoms_keep_the_counts_and_lose_the_noise(void **state)
{
    (void)state;
    moly_error err = {0};
    float singles[N_CRYSTALS];
    moly_layout *l = layout(1, 1);
    const size_t n = (size_t)moly_layout_view_bins(l);
    float *truth = calloc(n, sizeof *truth), *raw = calloc(n, sizeof *raw);
    float *fitted = calloc(n, sizeof *fitted);
    double sum_raw = 0.0, sum_fitted = 0.0, noise_raw = 0.0, noise_fitted = 0.0;
    make_singles(singles, 1.0F);
    moly_sinogram *expected = delayeds_of(l, singles, false);
    moly_sinogram *delayeds = delayeds_of(l, singles, true), *smooth = NULL;
    assert_true(truth && raw && fitted);
    assert_ok(moly_randoms_smooth(delayeds, &smooth, NULL, &err), err);
    for (int64_t v = 0; v < l->n_views; v++) {
        assert_ok(moly_sinogram_read_view(expected, v, truth, &err), err);
        assert_ok(moly_sinogram_read_view(delayeds, v, raw, &err), err);
        assert_ok(moly_sinogram_read_view(smooth, v, fitted, &err), err);
        for (size_t i = 0; i < n; i++) {
            sum_raw += (double)raw[i];
            sum_fitted += (double)fitted[i];
            noise_raw += pow((double)(raw[i] - truth[i]), 2.0);
            noise_fitted += pow((double)(fitted[i] - truth[i]), 2.0);
        }
    }
    assert_relative(sum_fitted, sum_raw, 1e-3);
    /* 128 crystals for 5376 pairs: the variance of a fitted mean is 2.4 % of a count's */
    assert_true(noise_fitted < 0.05 * noise_raw);
    free(truth);
    free(raw);
    free(fitted);
    moly_sinogram_free(expected);
    moly_sinogram_free(delayeds);
    moly_sinogram_free(smooth);
    moly_layout_free(l);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    float singles[N_CRYSTALS];
    const moly_pet_scanner s = scanner();
    const moly_layout_options arc = {.max_difference = -1, .arc_bin_mm = 4.0};
    moly_layout *l = layout(1, 1), *arced = NULL;
    moly_sinogram *bins = NULL, *made = NULL;
    make_singles(singles, 1.0F);
    assert_ok(moly_layout_new(&s, &arc, &arced, &err), err);
    assert_ok(moly_sinogram_new(arced, &bins, &err), err);
    assert_fails(moly_randoms_smooth(bins, &made, NULL, &err), MOLY_ERR_RANGE,
                 "do not tell which crystals", err);
    assert_fails(moly_randoms_from_singles(l, singles, 0.0, &made, &err), MOLY_ERR_RANGE,
                 "both are above 0", err);
    singles[3] = -1.0F;
    assert_fails(moly_randoms_from_singles(l, singles, 1.0, &made, &err), MOLY_ERR_RANGE,
                 "crystal 3: -1 singles", err);
    assert_null(made);
    moly_sinogram_free(bins);
    moly_layout_free(arced);
    moly_layout_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crystals_come_back_from_the_randoms_that_they_make),
        cmocka_unit_test(bins_of_several_pairs_come_back),
        cmocka_unit_test(fitted_randoms_keep_the_counts_and_lose_the_noise),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/spectrometry/identify.h"
#include "testing.h"

#include <jansson.h>

#include "generator.h"
#include "moly/spectrometry/calibrate.h"
#include "moly/spectrometry/purity.h"

#define FOLDER "data/clinical/gamma_spectra/"

static moly_identification *identify_file(const char *name, size_t index)
{
    char path[512];
    moly_error err = {0};
    moly_gamma_spectrum *spectrum = NULL;
    moly_identification *found = NULL;
    moly_identify_options options = moly_identify_options_default();
    need_shared(name, path, sizeof path);
    assert_ok(moly_gamma_spectrum_load(path, index, &spectrum, &err), err);
    assert_ok(moly_identify(spectrum, &options, &found, &err), err);
    return found;
}

static bool has(const moly_identification *found, const char *name)
{
    for (size_t i = 0; i < found->n_nuclides; i++) {
        if (strcmp(moly_nuclide_at(moly_nuclide_set_builtin(), found->nuclides[i].nuclide)->name,
                   name) == 0) {
            return true;
        }
    }
    return false;
}

/* Every nuclide found is one of these. */
static void has_only(const moly_identification *found, const char *const *names, size_t n)
{
    for (size_t i = 0; i < found->n_nuclides; i++) {
        const char *name =
            moly_nuclide_at(moly_nuclide_set_builtin(), found->nuclides[i].nuclide)->name;
        bool is_there = false;
        for (size_t k = 0; k < n; k++) {
            is_there = is_there || strcmp(names[k], name) == 0;
        }
        if (!is_there) {
            fail_msg("%s is not in that spectrum", name);
        }
    }
}

static void line_is_within_half_a_kev(const moly_identification *found, double energy_kev)
{
    double nearest = INFINITY;
    for (size_t p = 0; p < found->peaks->n; p++) {
        nearest = fmin(nearest, fabs(found->peaks->peaks[p].energy_kev - energy_kev));
    }
    if (!(nearest < 0.5)) {
        fail_msg("no peak within 0.5 keV of %g keV, the nearest is %g keV off", energy_kev,
                 nearest);
    }
}

/* natural background, which every unshielded spectrum holds */
#define NATURAL "K-40", "Ra-226", "Ac-228", "Pb-212", "U-235", "U-238", "Pb-210", "Cs-137"

static void barium_133_is_identified_with_nothing_but_the_background(void **state)
{
    (void)state;
    static const char *const allowed[] = {"Ba-133", NATURAL};
    /* DDEP Ba-133; the first three detectors of the portal */
    static const double lines[] = {80.998, 276.399, 302.851, 356.013, 383.849};
    for (size_t index = 1; index <= 3; index++) {
        moly_identification *found =
            identify_file(FOLDER "interspec/ba133_source_640s_20100317.n42", index);
        assert_true(has(found, "Ba-133"));
        has_only(found, allowed, sizeof allowed / sizeof *allowed);
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
            line_is_within_half_a_kev(found, lines[i]);
        }
        moly_identification_free(found);
    }
}

static void europium_152_is_identified_with_its_companion_and_the_background(void **state)
{
    (void)state;
    /* sources of Eu-152 hold some Eu-154: 723, 1005 and 1274 keV are there */
    static const char *const allowed[] = {"Eu-152", "Eu-154", NATURAL};
    static const double lines[] = {121.782, 244.697, 344.279, 778.905, 964.079, 1112.076, 1408.013};
    static const char *const names[] = {FOLDER "curie/eu_calib_7cm.Spe",
                                        FOLDER "interspec/exemplar.n42"};
    for (size_t f = 0; f < 2; f++) {
        moly_identification *found = identify_file(names[f], 0);
        assert_true(has(found, "Eu-152"));
        has_only(found, allowed, sizeof allowed / sizeof *allowed);
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
            line_is_within_half_a_kev(found, lines[i]);
        }
        moly_identification_free(found);
    }
}

static void natural_background_has_its_series_and_no_false_nuclide(void **state)
{
    (void)state;
    /* the cave's detector sees a trace of Co-60, both lines; the beach is thorium sand */
    static const char *const allowed[] = {"Co-60", NATURAL};
    static const char *const names[] = {
        FOLDER "becquerel/1110C NAA cave background May 2017.spe",
        FOLDER "becquerel/Mendocino_07-10-13_Acq-10-10-13.Spe",
        FOLDER "becquerel/Alcatraz14.Spc",
        FOLDER "becquerel/01122014152731-GT01122014182338-GA37.4963000N-GO122.4633000W.cnf",
    };
    for (size_t f = 0; f < sizeof names / sizeof *names; f++) {
        moly_identification *found = identify_file(names[f], 0);
        assert_true(has(found, "K-40") && has(found, "Ra-226") && has(found, "Ac-228"));
        has_only(found, allowed, sizeof allowed / sizeof *allowed);
        line_is_within_half_a_kev(found, 1460.822);
        moly_identification_free(found);
    }
}

static void a_scintillator_is_told_to_be_too_poor(void **state)
{
    (void)state;
    made_detector detector = made_detector_usual();
    detector.n_channels = 1024;
    detector.kev_per_channel = 2.0;
    detector.fwhm = (moly_fwhm_curve){0.0, 3.2, 1}; /* 46 keV at 662 keV */
    static const made_source source[] = {{"Ba-137m", 2e3}};
    double mean[1024];
    made_mean(&detector, source, 1, mean);
    moly_identify_options options = moly_identify_options_default();
    moly_identification *found = NULL;
    moly_error err = {0};
    assert_ok(moly_identify(made_spectrum(&detector, mean, 7), &options, &found, &err), err);
    assert_true(has(found, "Cs-137"));
    bool is_told = false;
    for (size_t i = 0; i < found->spectrum->n_warnings; i++) {
        is_told = is_told || strstr(found->spectrum->warnings[i], "too poor");
    }
    assert_true(is_told);
    moly_identification_free(found);
}

/* Two peaks 1.5 FWHM apart, of 4000 and 1000 counts. */
static void overlapping_peaks_are_resolved(void **state)
{
    (void)state;
    moly_gamma_spectrum *spectrum = NULL;
    moly_gamma_peaks *peaks = NULL;
    moly_error err = {0};
    moly_fwhm_curve fwhm = {4.0, 0.0, 1}; /* 2 keV */
    moly_peak_options options = moly_peak_options_default();
    moly_random random = moly_random_stream(1, 2);
    options.fwhm = &fwhm;
    assert_ok(moly_gamma_spectrum_new(1000, &spectrum, &err), err);
    spectrum->energy = (moly_energy_scale){.n_coefficients = 2, .coefficients = {0.0, 0.5}};
    double sigma = 2.0 / 2.3548200450309493 / 0.5;
    for (size_t i = 0; i < 1000; i++) {
        double a = ((double)i - 600.0) / sigma;
        double b = ((double)i - 606.0) / sigma;
        double mean = 20.0 + (4000.0 * exp(-0.5 * a * a) + 1000.0 * exp(-0.5 * b * b)) / sigma *
                                 0.39894228040143267794;
        spectrum->counts[i] = (double)moly_random_poisson(&random, mean);
    }
    assert_ok(moly_gamma_peaks_find(spectrum, &options, &peaks, &err), err);
    assert_int_equal(peaks->n, 2);
    /* five standard errors of its own */
    assert_true(fabs(peaks->peaks[0].area - 4000.0) < 5.0 * peaks->peaks[0].area_sd);
    assert_true(fabs(peaks->peaks[1].area - 1000.0) < 5.0 * peaks->peaks[1].area_sd);
    assert_true(fabs(peaks->peaks[0].energy_kev - 300.0) < 5.0 * peaks->peaks[0].energy_sd_kev);
    assert_true(fabs(peaks->peaks[1].energy_kev - 303.0) < 5.0 * peaks->peaks[1].energy_sd_kev);
    assert_true(peaks->peaks[1].area_sd < 100.0);
    moly_gamma_peaks_free(peaks);
    moly_gamma_spectrum_free(spectrum);
}

static void a_calibrated_detector_measures_the_source_it_was_calibrated_with(void **state)
{
    (void)state;
    made_detector detector = made_detector_usual();
    double *mean = calloc(detector.n_channels, sizeof *mean);
    assert_non_null(mean);
    static const made_source source[] = {{"Eu-152", 1e4}};
    made_mean(&detector, source, 1, mean);
    moly_gamma_spectrum *spectrum = made_spectrum(&detector, mean, 11);
    moly_identify_options options = moly_identify_options_default();
    moly_identification *found = NULL;
    moly_calibration made;
    moly_error err = {0};
    moly_certified_source certified = {0, 1e4, 0.01, MOLY_INSTANT_NONE};
    assert_ok(moly_instant_parse("2026-11-22T06:00Z", &certified.certified, &err), err);
    assert_ok(moly_nuclide_find(options.set, "Eu-152", &certified.nuclide, &err), err);
    spectrum->start = certified.certified;
    assert_ok(moly_identify(spectrum, &options, &found, &err), err);
    assert_ok(moly_calibrate(found, options.set, &certified, 0, &made, &err), err);
    assert_true(made.n_points >= 10);
    static const double energies[] = {150.0, 300.0, 500.0, 800.0, 1100.0, 1400.0};
    for (size_t i = 0; i < sizeof energies / sizeof *energies; i++) {
        assert_relative(moly_efficiency_at(&made.efficiency, energies[i]),
                        moly_efficiency_at(&detector.efficiency, energies[i]),
                        4.0 * made.efficiency.relative_sd);
    }
    json_t *json = json_pack("{s:o}", "efficiency", moly_efficiency_json(&made.efficiency));
    moly_efficiency again;
    assert_ok(moly_efficiency_from_json(json_object_get(json, "efficiency"), &again, &err), err);
    assert_relative(moly_efficiency_at(&again, 661.7), moly_efficiency_at(&made.efficiency, 661.7),
                    1e-12);
    json_decref(json);
    moly_identification_free(found);
    free(mean);
}

static void impurities_are_held_against_the_pharmacopoeia_and_its_time(void **state)
{
    (void)state;
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    size_t tc = 0;
    size_t mo = 0;
    moly_error err = {0};
    assert_ok(moly_nuclide_find(set, "Tc-99m", &tc, &err), err);
    assert_ok(moly_nuclide_find(set, "Mo-99", &mo, &err), err);
    const moly_nuclide *product = moly_nuclide_at(set, tc);
    const moly_nuclide *impurity = moly_nuclide_at(set, mo);
    double seconds = moly_purity_time_to_s(product, impurity, 1e-4, 1e-3);
    double ratio = 1e-4 * exp((product->lambda_per_s - impurity->lambda_per_s) * seconds);
    assert_relative(ratio, 1e-3, 1e-12);
    assert_true(moly_purity_time_to_s(product, impurity, 2e-3, 1e-3) == 0.0);
    assert_true(isinf(moly_purity_time_to_s(impurity, product, 1e-4, 1e-3)));
    for (const char *const *key = moly_purity_products(); *key; key++) {
        size_t n = 0;
        const moly_purity_limit *limits = moly_purity_limits(*key, &n);
        assert_true(n > 0);
        for (size_t i = 0; i < n; i++) {
            size_t index = 0;
            assert_true(strncmp(limits[i].source, "Ph. Eur. ", 9) == 0);
            assert_int_equal(strspn(limits[i].source + 9, "0123456789"), 4);
            assert_ok(moly_nuclide_find(set, limits[i].nuclide, &index, &err), err);
            if (limits[i].impurity) {
                assert_ok(moly_nuclide_find(set, limits[i].impurity, &index, &err), err);
            }
        }
    }
}

static void the_reference_instant_moves_activities_by_their_decay(void **state)
{
    (void)state;
    made_detector detector = made_detector_usual();
    double *mean = calloc(detector.n_channels, sizeof *mean);
    assert_non_null(mean);
    static const made_source source[] = {{"Lu-177", 1e4}};
    made_mean(&detector, source, 1, mean);
    double activity[2];
    for (int i = 0; i < 2; i++) {
        moly_gamma_spectrum *spectrum = made_spectrum(&detector, mean, 3);
        moly_identify_options options = moly_identify_options_default();
        moly_identification *found = NULL;
        moly_error err = {0};
        size_t lu = 0;
        assert_ok(moly_nuclide_find(options.set, "Lu-177", &lu, &err), err);
        assert_ok(moly_instant_parse("2026-11-22T06:00Z", &spectrum->start, &err), err);
        options.wanted = &lu;
        options.n_wanted = 1;
        options.efficiency = &detector.efficiency;
        double half_life_s = moly_nuclide_at(options.set, lu)->half_life_s;
        options.reference =
            i ? moly_instant_add_s(spectrum->start, half_life_s) : MOLY_INSTANT_NONE;
        assert_ok(moly_identify(spectrum, &options, &found, &err), err);
        activity[i] = found->nuclides[0].activity_bq;
        moly_identification_free(found);
    }
    assert_relative(activity[1], 0.5 * activity[0], 1e-9);
    free(mean);
}

/* A window that takes what lies below 40 keV, and a curve measured from 50 keV on: Tc-99m's K X
 * rays at 18 keV are missing. They once voted its 140.5 keV line down to nothing, and 1 % of Mo-99
 * was not told. */
static void lines_that_a_window_took_below_the_measured_curve_cost_no_activity(void **state)
{
    (void)state;
    made_detector detector = made_detector_usual();
    detector.efficiency = (moly_efficiency){.n_terms = 2,
                                            .terms = {-6.0, -0.8},
                                            .min_kev = 50.0,
                                            .max_kev = 2000.0,
                                            .relative_sd = 0.03};
    detector.live_s = 600.0; /* little decay */
    double *mean = calloc(detector.n_channels, sizeof *mean);
    assert_non_null(mean);
    static const made_source sources[] = {{"Tc-99m", 1e6}, {"Mo-99", 1e4}, {"Tc-99m", 0.88e4}};
    made_mean(&detector, sources, 3, mean);
    for (size_t i = 0; i < detector.n_channels; i++) {
        double energy_kev = (double)i * detector.kev_per_channel;
        mean[i] = energy_kev < 40.0 ? mean[200] : mean[i];
    }
    moly_identify_options options = moly_identify_options_default();
    moly_identification *found = NULL;
    moly_error err = {0};
    size_t wanted[2];
    assert_ok(moly_nuclide_find(options.set, "Tc-99m", &wanted[0], &err), err);
    assert_ok(moly_nuclide_find(options.set, "Mo-99", &wanted[1], &err), err);
    options.wanted = wanted;
    options.n_wanted = 2;
    options.efficiency = &detector.efficiency;
    assert_ok(moly_identify(made_spectrum(&detector, mean, 5), &options, &found, &err), err);
    double activity[2] = {0.0, 0.0};
    for (size_t i = 0; i < found->n_nuclides; i++) {
        for (size_t k = 0; k < 2; k++) {
            activity[k] += found->nuclides[i].is_found && found->nuclides[i].nuclide == wanted[k]
                               ? found->nuclides[i].activity_bq
                               : 0.0;
        }
    }
    assert_relative(activity[0], 1e6, 0.05);
    assert_relative(activity[1], 1e4, 0.05);
    moly_identification_free(found);
    free(mean);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overlapping_peaks_are_resolved),
        cmocka_unit_test(barium_133_is_identified_with_nothing_but_the_background),
        cmocka_unit_test(europium_152_is_identified_with_its_companion_and_the_background),
        cmocka_unit_test(natural_background_has_its_series_and_no_false_nuclide),
        cmocka_unit_test(a_scintillator_is_told_to_be_too_poor),
        cmocka_unit_test(a_calibrated_detector_measures_the_source_it_was_calibrated_with),
        cmocka_unit_test(impurities_are_held_against_the_pharmacopoeia_and_its_time),
        cmocka_unit_test(lines_that_a_window_took_below_the_measured_curve_cost_no_activity),
        cmocka_unit_test(the_reference_instant_moves_activities_by_their_decay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

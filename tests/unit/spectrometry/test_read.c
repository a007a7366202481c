/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/spectrometry/spectrum.h"
#include "testing.h"

#include "moly/base/memory.h"
#include "moly/base/text.h"

#define FOLDER "data/clinical/gamma_spectra/"

static moly_gamma_spectrum *load(const char *name, size_t index)
{
    char path[512];
    moly_error err = {0};
    moly_gamma_spectrum *spectrum = NULL;
    need_shared(name, path, sizeof path);
    assert_ok(moly_gamma_spectrum_load(path, index, &spectrum, &err), err);
    return spectrum;
}

static double total(const moly_gamma_spectrum *spectrum)
{
    double sum = 0.0;
    for (size_t i = 0; i < spectrum->n_channels; i++) {
        sum += spectrum->counts[i];
    }
    return sum;
}

static void same_counts(const moly_gamma_spectrum *a, const moly_gamma_spectrum *b)
{
    assert_int_equal(a->n_channels, b->n_channels);
    for (size_t i = 0; i < a->n_channels; i++) {
        if (a->counts[i] != b->counts[i]) {
            fail_msg("channel %zu: %g and %g counts", i, a->counts[i], b->counts[i]);
        }
    }
}

#define CNF FOLDER "becquerel/01122014152731-GT01122014182338-GA37.4963000N-GO122.4633000W.cnf"
#define CNF_AS_SPE                                                                                 \
    FOLDER "becquerel/samples_converted/"                                                          \
           "01122014152731-GT01122014182338-GA37.4963000N-GO122.4633000W.spe"

static void a_cam_file_reads_as_its_conversion(void **state)
{
    (void)state;
    moly_gamma_spectrum *cnf = load(CNF, 0);
    moly_gamma_spectrum *spe = load(CNF_AS_SPE, 0);
    /* CAM counts channels from 1, which the conversion kept: its channel 0 is empty */
    for (size_t i = 0; i + 1 < spe->n_channels; i++) {
        assert_true(cnf->counts[i] == spe->counts[i + 1]);
        assert_true(fabs(moly_energy_of_channel(&cnf->energy, (double)i) -
                         moly_energy_of_channel(&spe->energy, (double)i + 1.0)) < 5e-3);
    }
    assert_relative(cnf->live_s, spe->live_s, 1e-9);
    assert_relative(cnf->real_s, spe->real_s, 1e-9);
    assert_true(llabs(cnf->start.us - spe->start.us) < 1000000);
    moly_gamma_spectrum_free(cnf);
    moly_gamma_spectrum_free(spe);
}

static void an_ortec_spc_reads_as_its_conversion(void **state)
{
    (void)state;
    moly_gamma_spectrum *spc = load(FOLDER "becquerel/Alcatraz14.Spc", 0);
    moly_gamma_spectrum *spe = load(FOLDER "becquerel/samples_converted/Alcatraz14.spe", 0);
    same_counts(spc, spe);
    assert_relative(spc->live_s, spe->live_s, 1e-7);
    assert_relative(spc->real_s, spe->real_s, 1e-7);
    assert_relative(spc->energy.coefficients[1], spe->energy.coefficients[1], 1e-5);
    assert_relative(spc->energy.coefficients[2], spe->energy.coefficients[2], 1e-5);
    assert_true(llabs(spc->start.us - spe->start.us) < 1000000);
    assert_string_equal(spc->title, "Alcatraz14");
    moly_gamma_spectrum_free(spc);
    moly_gamma_spectrum_free(spe);
}

static void the_n42_spectra_have_the_counts_of_the_reference(void **state)
{
    (void)state;
    /* channels, counts and live times of reference.json beside the data */
    static const struct {
        const char *name;
        size_t index;
        double counts, live_s;
    } cases[] = {
        {FOLDER "interspec/background_20100317.n42", 1, 65494.0, 597.430},
        {FOLDER "interspec/background_20100317.n42", 4, 54791.0, 597.420},
        {FOLDER "interspec/ba133_source_640s_20100317.n42", 2, 423991.0, 624.460},
        {FOLDER "interspec/exemplar.n42", 0, 540892.0, 1800.0},
        {FOLDER "interspec/exemplar.n42", 2, 148833.0, 1800.0},
        {FOLDER "interspec/Ra226 Shielded.n42", 0, 689196.0, 1800.0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        moly_gamma_spectrum *spectrum = load(cases[i].name, cases[i].index);
        assert_int_equal(spectrum->n_channels, 16384);
        assert_true(total(spectrum) == cases[i].counts);
        assert_relative(spectrum->live_s, cases[i].live_s, 1e-12);
        assert_true(spectrum->energy.n_coefficients >= 2);
        moly_gamma_spectrum_free(spectrum);
    }
}

static void every_sample_file_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t n_channels;
        double live_s;
        bool has_energy;
    } cases[] = {
        {FOLDER "becquerel/1110C NAA cave background May 2017.spe", 16384, 437817, true},
        {FOLDER "becquerel/SGM102432.spe", 4094, 300, false},
        {FOLDER "becquerel/digibase_5min_30_1.spe", 1024, 296, false},
        {FOLDER "becquerel/nai_detector.spe", 1001, 3600, false},
        {FOLDER "becquerel/Mendocino_07-10-13_Acq-10-10-13.Spe", 8192, 595642, true},
        {FOLDER "becquerel/hpge_dummy_test_01.iec", 2048, 3564, true},
        {FOLDER "becquerel/hpge_dummy_test_03.iec", 2048, 3564, true},
        {FOLDER "becquerel/hpge_dummy_test_05.iec", 2048, 3564, true},
        {FOLDER "curie/eu_calib_7cm.Spe", 16384, 2289, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        moly_gamma_spectrum *spectrum = load(cases[i].name, 0);
        assert_int_equal(spectrum->n_channels, cases[i].n_channels);
        assert_true(spectrum->live_s == cases[i].live_s);
        if ((spectrum->energy.n_coefficients >= 2) != cases[i].has_energy) {
            fail_msg("%s: %zu coefficients", cases[i].name, spectrum->energy.n_coefficients);
        }
        moly_gamma_spectrum_free(spectrum);
    }
}

static void pairs_of_energy_and_channel_calibrate_an_iec_file_without_polynomial(void **state)
{
    (void)state;
    moly_gamma_spectrum *spectrum = load(FOLDER "becquerel/hpge_dummy_test_03.iec", 0);
    assert_true(fabs(moly_energy_of_channel(&spectrum->energy, 1465.035) - 1173.228) < 1e-6);
    assert_true(fabs(moly_energy_of_channel(&spectrum->energy, 1665.109) - 1332.492) < 1e-6);
    moly_gamma_spectrum_free(spectrum);
}

/* EVIDENCE: a spectrum cut in the middle is malformed data (exit 65), in every format. */
static void a_file_cut_in_the_middle_is_refused_in_every_format(void **state)
{
    (void)state;
    static const char *const names[] = {
        CNF,
        FOLDER "becquerel/Alcatraz14.Spc",
        FOLDER "becquerel/hpge_dummy_test_01.iec",
        FOLDER "interspec/exemplar.n42",
        FOLDER "interspec/background_20100317.n42",
        FOLDER "curie/eu_calib_7cm.Spe",
        FOLDER "becquerel/1110C NAA cave background May 2017.spe",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[512];
        char *data = NULL;
        size_t size = 0;
        moly_error err = {0};
        need_shared(names[i], path, sizeof path);
        assert_ok(moly_file_read(path, (size_t)1 << 24, &data, &size, &err), err);
        for (size_t part = 1; part < 8; part++) {
            moly_gamma_spectrum *spectrum = NULL;
            assert_fails(moly_gamma_spectrum_parse(data, size * part / 8, 0, &spectrum, &err),
                         MOLY_ERR_DATA, "", err);
            assert_null(spectrum);
        }
        moly_free(data);
    }
}

static moly_status parse(const char *text, moly_gamma_spectrum **spectrum, moly_error *err)
{
    return moly_gamma_spectrum_parse(text, strlen(text), 0, spectrum, err);
}

static void a_csv_of_energy_and_counts_brings_its_calibration(void **state)
{
    (void)state;
    char text[4096];
    size_t n = (size_t)snprintf(
        text, sizeof text, "# live_time_s: 600\n# start: 2026-11-22T06:00Z\nenergy_kev,counts\n");
    for (int i = 0; i < 40; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "%.1f,%d\n", 10.0 + 0.5 * i, i);
    }
    moly_error err = {0};
    moly_gamma_spectrum *spectrum = NULL;
    assert_ok(parse(text, &spectrum, &err), err);
    assert_int_equal(spectrum->n_channels, 40);
    assert_true(fabs(moly_energy_of_channel(&spectrum->energy, 20.0) - 20.0) < 1e-9);
    assert_int_equal(spectrum->n_warnings, 0);
    moly_gamma_spectrum_free(spectrum);
}

static void what_is_wrong_is_said_with_its_place(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_gamma_spectrum *spectrum = NULL;
    assert_fails(parse("", &spectrum, &err), MOLY_ERR_DATA, "empty", err);
    assert_fails(parse("$SPEC_ID:\nx\n$MEAS_TIM:\n10 10\n", &spectrum, &err), MOLY_ERR_DATA,
                 "no $DATA", err);
    assert_fails(parse("$DATA:\n0 3\n1\n2\n-7\n4\n", &spectrum, &err), MOLY_ERR_DATA, "channel 2",
                 err);
    assert_fails(parse("$DATA:\n0 99999999\n1\n", &spectrum, &err), MOLY_ERR_DATA, "line 2", err);
    assert_fails(parse("$MEAS_TIM:\n-5 10\n$DATA:\n0 1\n1\n2\n", &spectrum, &err), MOLY_ERR_DATA,
                 "live time", err);
    assert_fails(parse("<?xml version='1.0'?><RadInstrumentData>", &spectrum, &err), MOLY_ERR_DATA,
                 "line 1", err);
    assert_fails(parse("<a/>", &spectrum, &err), MOLY_ERR_DATA, "no spectrum", err);
    assert_fails(parse("hello world\n", &spectrum, &err), MOLY_ERR_DATA, "0 channels", err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cam_file_reads_as_its_conversion),
        cmocka_unit_test(an_ortec_spc_reads_as_its_conversion),
        cmocka_unit_test(the_n42_spectra_have_the_counts_of_the_reference),
        cmocka_unit_test(every_sample_file_is_read),
        cmocka_unit_test(pairs_of_energy_and_channel_calibrate_an_iec_file_without_polynomial),
        cmocka_unit_test(a_file_cut_in_the_middle_is_refused_in_every_format),
        cmocka_unit_test(a_csv_of_energy_and_counts_brings_its_calibration),
        cmocka_unit_test(what_is_wrong_is_said_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

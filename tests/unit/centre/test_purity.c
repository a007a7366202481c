/* SPDX-License-Identifier: Apache-2.0 */
/* Radionuclidic purity by a gamma spectrum: spectra are made of known activities, the verdict
 * stands in the record and blocks what is impure. */
#include "../spectrometry/generator.h" /* first: the centre's names would be shadowed by its own */

#include "centre_testing.h"

#include "moly/base/text.h"

static int set_up(void **state)
{
    static centre c;
    centre_open(&c, "KG");
    stock(&c);
    at(&c, "2026-11-23T06:00Z");
    eluted(&c, 1.0);
    at(&c, "2026-11-23T07:30Z");
    *state = &c;
    return 0;
}

static int tear_down(void **state)
{
    centre_close(*state);
    return 0;
}

/* A sample of Tc-99m with this share of Mo-99, an hour before the detector. */
static void spectrum_of(double molybdenum, const char *start, moly_text *csv)
{
    const made_detector detector = made_detector_usual();
    const made_source sources[] = {
        {"Tc-99m", 1e6}, {"Mo-99", 1e6 * molybdenum}, {"Tc-99m", 1e6 * 0.88 * molybdenum}};
    double *mean = calloc(detector.n_channels, sizeof *mean);
    assert_non_null(mean);
    made_mean(&detector, sources, molybdenum > 0.0 ? 3 : 1, mean);
    moly_gamma_spectrum *spectrum = made_spectrum(&detector, mean, 7);
    moly_text_printf(csv, "# live_time_s: %g\n# calibration: 0 %g\n", detector.live_s,
                     detector.kev_per_channel);
    if (start) {
        moly_text_printf(csv, "# start: %s\n", start);
    }
    for (size_t i = 0; i < spectrum->n_channels; i++) {
        moly_text_printf(csv, "%.0f\n", spectrum->counts[i]);
    }
    moly_gamma_spectrum_free(spectrum);
    free(mean);
}

static char *efficiency_text(void)
{
    const made_detector detector = made_detector_usual();
    json_t *json = moly_efficiency_json(&detector.efficiency);
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    return text;
}

static moly_status try_purity(centre *c, const char *user, const char *fields, const char *csv,
                              json_t **event, moly_error *err)
{
    const moly_performer performer = {
        .user = user, .authentication = "password", .identity = identity_of(c, user)};
    char *efficiency = efficiency_text();
    const moly_attachment items[] = {{"spectrum", csv, strlen(csv)},
                                     {"efficiency", efficiency, strlen(efficiency)}};
    moly_attachments files = {items, 2};
    json_t *object = json_of(fields);
    moly_status status =
        moly_centre_perform_prepared(c->ledger, "pharmacy.test_purity", object, &performer,
                                     moly_centre_attach, &files, event, err);
    json_decref(object);
    free(efficiency);
    return status;
}

static json_t *tested(centre *c, double molybdenum)
{
    json_t *event = NULL;
    moly_text csv = {0};
    moly_error err = {0};
    spectrum_of(molybdenum, "2026-11-23T06:15:00Z", &csv);
    assert_ok(try_purity(c, "technologist", "{'eluate':'ELU-000001','limits':'tc99m'}",
                         moly_text_get(&csv), &event, &err),
              err);
    moly_text_free(&csv);
    return event;
}

static const json_t *impurity_of(const json_t *event, const char *name)
{
    size_t i;
    const json_t *row;
    json_array_foreach(
        json_object_get(json_object_get(json_object_get(event, "body"), "identification"),
                        "impurities"),
        i, row)
    {
        if (strcmp(text_in(row, "impurity"), name) == 0) {
            return row;
        }
    }
    fail_msg("no row of %s", name);
    return NULL;
}

static void a_pure_eluate_has_its_verdict_in_the_record_and_the_spectrum_with_it(void **state)
{
    centre *c = *state;
    do_act(c, "physicist", "instrument.register",
           "{'kind':'gamma spectrometer','model':'GC3018','serial':'b20'}");
    json_t *event = tested(c, 0.0);
    assert_string_equal(text_in(impurity_of(event, "Mo-99"), "verdict"), "met");
    assert_string_equal(
        text_in(json_object_get(json_object_get(event, "body"), "measured"), "instrument"),
        "INS-000001");
    assert_record(c, "eluate", "ELU-000001", "radionuclidic_purity", "met");
    assert_record(c, "eluate", "ELU-000001", "tested_by", "technologist");
    /* the file is a blob of the ledger, named by the event */
    const char *hash = text_in(json_object_get(event, "body"), "spectrum");
    char *data = NULL;
    size_t length = 0;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_ledger_blob(reader, hash, &data, &length, &err), err);
    assert_true(length > 4096);
    moly_free(data);
    moly_ledger_reader_free(reader);
    json_decref(event);
    json_t *proof = NULL;
    assert_ok(moly_ledger_verify(c->url, NULL, NULL, &proof, &err), err);
    json_decref(proof);
}

/* Mo-99 of 2e-4 at 06:15: the limit of 1e-3 is reached after ln 5 / (lambda_Tc - lambda_Mo),
 * T = 6.0067 h and 65.94 h (DDEP): 15.34 h. The eluate's 12 h come first. */
static void the_time_when_a_limit_will_be_exceeded_is_kept(void **state)
{
    centre *c = *state;
    json_t *event = tested(c, 2e-4);
    double ratio = number_in(impurity_of(event, "Mo-99"), "ratio_bq_per_bq");
    assert_relative(ratio, 2e-4, 0.15); /* counting statistics: 5 % */
    json_t *record = record_of(c, "eluate", "ELU-000001");
    double after_s = moly_instant_difference_s(
        instant_of("2026-11-23T06:15Z"), instant_of(text_in(record, "radionuclidic_purity_until")));
    double growth = log(2.0) * (1.0 / 6.0067 - 1.0 / 65.94);
    assert_relative(after_s / 3600.0, log(1e-3 / ratio) / growth, 1e-3);
    assert_string_equal(text_in(record, "expiry_by"), "use of an eluate");
    json_decref(record);
    json_decref(event);
}

static void an_impure_eluate_is_out_of_specification_and_not_released(void **state)
{
    centre *c = *state;
    /* EVIDENCE: R-24 a batch whose gamma spectrum shows an impurity above its limit is not released
     */
    json_t *event = tested(c, 5e-3);
    const json_t *warning =
        json_array_get(json_object_get(json_object_get(event, "body"), "warnings"), 0);
    assert_non_null(strstr(text_in(warning, "message"), "Mo-99"));
    json_decref(event);
    assert_record(c, "eluate", "ELU-000001", "state", "out of specification");
    refused(c, "radiopharmacist", "pharmacy.release", "{'eluate':'ELU-000001'}", "R-24",
            "out of specification");
    json_t *again = NULL;
    moly_error err = {0};
    assert_fails(try_purity(c, "technologist", "{'eluate':'ELU-000001','limits':'tc99m'}", "1\n",
                            &again, &err),
                 MOLY_ERR_RULE, "already", err);
}

/* A spectrum in which the product itself is not seen decides nothing; everybody is told. */
static void an_undecided_purity_is_pointed_out_at_the_release(void **state)
{
    centre *c = *state;
    json_t *event = NULL;
    moly_text csv = {0};
    moly_error err = {0};
    moly_text_printf(&csv, "# live_time_s: 600\n# calibration: 0 0.5\n");
    for (int i = 0; i < 4096; i++) {
        moly_text_printf(&csv, "20\n");
    }
    do_act(c, "technologist", "pharmacy.test_breakthrough",
           "{'eluate':'ELU-000001','molybdenum':'50 kBq'}");
    assert_ok(try_purity(c, "technologist", "{'eluate':'ELU-000001','limits':'tc99m'}",
                         moly_text_get(&csv), &event, &err),
              err);
    moly_text_free(&csv);
    json_decref(event);
    assert_record(c, "eluate", "ELU-000001", "radionuclidic_purity", "not all limits can be told");
    event = do_act_of(c, "radiopharmacist", NULL, "pharmacy.release", "{'eluate':'ELU-000001'}");
    const json_t *warning =
        json_array_get(json_object_get(json_object_get(event, "body"), "warnings"), 0);
    assert_non_null(strstr(text_in(warning, "message"), "not shown"));
    json_decref(event);
}

static void who_tested_it_cannot_release_it(void **state)
{
    centre *c = *state;
    json_t *event = NULL;
    moly_text csv = {0};
    moly_error err = {0};
    spectrum_of(0.0, NULL, &csv);
    do_act(c, "technologist", "pharmacy.test_breakthrough",
           "{'eluate':'ELU-000001','molybdenum':'50 kBq'}");
    assert_ok(try_purity(c, "qualified-person", "{'eluate':'ELU-000001','limits':'tc99m'}",
                         moly_text_get(&csv), &event, &err),
              err);
    moly_text_free(&csv);
    json_decref(event);
    refused(c, "qualified-person", "pharmacy.release", "{'eluate':'ELU-000001'}", "R-09", "tested");
    do_act(c, "radiopharmacist", "pharmacy.release", "{'eluate':'ELU-000001'}");
}

static void a_spectrum_of_another_time_or_a_broken_one_is_refused(void **state)
{
    static const struct {
        const char *start, *fields;
        moly_status status;
        const char *piece;
    } rows[] = {
        {"2026-11-22T06:15:00Z", "{'eluate':'ELU-000001'}", MOLY_ERR_RULE, "another sample"},
        {"2026-11-23T09:15:00Z", "{'eluate':'ELU-000001'}", MOLY_ERR_RULE, "future"},
        {NULL, "{'eluate':'ELU-000001','limits':'lu177'}", MOLY_ERR_USAGE, "is for Lu-177"},
        {NULL, "{'eluate':'ELU-000009'}", MOLY_ERR_NOT_FOUND, "ELU-000009"},
        {NULL, "{}", MOLY_ERR_USAGE, "give one of"},
    };
    centre *c = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *event = NULL;
        moly_text csv = {0};
        moly_error err = {0};
        spectrum_of(0.0, rows[i].start, &csv);
        assert_fails(
            try_purity(c, "technologist", rows[i].fields, moly_text_get(&csv), &event, &err),
            rows[i].status, rows[i].piece, err);
        moly_text_free(&csv);
    }
    json_t *event = NULL;
    moly_error err = {0};
    assert_fails(
        try_purity(c, "technologist", "{'eluate':'ELU-000001'}", "no spectrum", &event, &err),
        MOLY_ERR_DATA, "spectrum", err);
    assert_record(c, "eluate", "ELU-000001", "state", "untested");
}

static void a_preview_keeps_neither_verdict_nor_file(void **state)
{
    centre *c = *state;
    const moly_performer performer = {.user = "technologist", .authentication = "session"};
    moly_text csv = {0};
    char *efficiency = efficiency_text();
    json_t *fields = json_of("{'eluate':'ELU-000001','limits':'tc99m'}"), *body = NULL;
    moly_error err = {0};
    spectrum_of(0.0, NULL, &csv);
    const moly_attachment items[] = {{"spectrum", moly_text_get(&csv), strlen(moly_text_get(&csv))},
                                     {"efficiency", efficiency, strlen(efficiency)}};
    moly_attachments files = {items, 2};
    assert_ok(moly_centre_preview_prepared(c->ledger, "pharmacy.test_purity", fields, &performer,
                                           moly_centre_attach, &files, &body, &err),
              err);
    char *data = NULL;
    size_t length = 0;
    moly_ledger_reader *reader = reader_of(c);
    assert_int_equal(moly_ledger_blob(reader, text_in(body, "spectrum"), &data, &length, &err),
                     MOLY_ERR_NOT_FOUND);
    moly_ledger_reader_free(reader);
    json_decref(body);
    json_decref(fields);
    free(efficiency);
    moly_text_free(&csv);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_pure_eluate_has_its_verdict_in_the_record_and_the_spectrum_with_it),
        TEST(the_time_when_a_limit_will_be_exceeded_is_kept),
        TEST(an_impure_eluate_is_out_of_specification_and_not_released),
        TEST(an_undecided_purity_is_pointed_out_at_the_release),
        TEST(who_tested_it_cannot_release_it),
        TEST(a_spectrum_of_another_time_or_a_broken_one_is_refused),
        TEST(a_preview_keeps_neither_verdict_nor_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

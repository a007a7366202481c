/* SPDX-License-Identifier: Apache-2.0 */
/* Refusals and predictions of the hot lab. */
#include "centre_testing.h"

/* DDEP half-lives, as data/nuclides has them; the branch of Mo-99 to Tc-99m is 0.8773 of decays in
 * DDEP 2004, and the value compiled in is read below where it matters. */
static const double tc_half_life_s = 6.0067 * 3600.0, mo_half_life_s = 2.7479 * 86400.0;

static json_t *warnings_of(json_t *event)
{
    return json_object_get(json_object_get(event, "body"), "warnings");
}

static void what_is_in_quarantine_cannot_be_used(void **state)
{
    centre *c = *state;
    at(c, "2026-11-20T06:00Z");
    do_act(c, "technologist", "pharmacy.receive_generator",
           "{'supplier':'Isotope','serial':'1','activity':'20 GBq',"
           "'calibrated':'2026-11-20T06:00Z','expiry':'2026-12-04T06:00Z'}");
    refused(c, "technologist", "pharmacy.elute",
            "{'generator':'GEN-000001','volume':'5 mL','activity':'10 GBq'}", "R-20", "quarantine");
    do_act(c, "radiopharmacist", "pharmacy.accept_lot",
           "{'generator':'GEN-000001','certificate':'C'}");
    refused(c, "radiopharmacist", "pharmacy.accept_lot",
            "{'generator':'GEN-000001','certificate':'C'}", "R-20", "is accepted");
    do_act(c, "technologist", "pharmacy.receive_kit",
           "{'product':'medronate','supplier':'P','number':'1','vials':1,"
           "'expiry':'2026-11-22T00:00Z'}");
    at(c, "2026-11-20T07:00Z");
    eluted(c, 1.0);
    do_act(c, "technologist", "pharmacy.test_breakthrough",
           "{'eluate':'ELU-000001','molybdenum':'10 kBq'}");
    static const char label[] =
        "{'lot':'LOT-000001','eluate':'ELU-000001','volume':'5 mL','activity':'8 GBq'}";
    refused(c, "technologist", "pharmacy.label_kit", label, "R-20", "quarantine");
    do_act(c, "qualified-person", "pharmacy.reject",
           "{'lot':'LOT-000001','reason':'arrived warm'}");
    refused(c, "technologist", "pharmacy.label_kit", label, "R-20", "rejected");
    refused(c, "technologist", "pharmacy.receive_kit",
            "{'product':'medronate','supplier':'P','number':'1','vials':1,"
            "'expiry':'2026-11-19T00:00Z'}",
            "R-20", "expired");
}

/* Tc-99m on the column `t` after it was `tc0`, with `mo0` of Mo-99: Bateman's two-member solution.
 */
static double ingrown(double mo0, double tc0, double branch, double t)
{
    double a = log(2.0) / mo_half_life_s, b = log(2.0) / tc_half_life_s;
    return branch * b / (b - a) * mo0 * (exp(-a * t) - exp(-b * t)) + tc0 * exp(-b * t);
}

/* EVIDENCE: R-21 the yield is predicted from parent, last elution and branching; each elution keeps
 * generator, time, volume, activity, Mo-99 and operator */
static void the_yield_is_predicted_from_parent_last_elution_and_branching(void **state)
{
    centre *c = *state;
    stock(c);
    at(c, "2026-11-23T06:00Z");
    double mo = book_of(c, "generator/GEN-000001", "Mo-99");
    assert_relative(mo, 20e9 * exp2(-3.0 * 86400.0 / mo_half_life_s), 1e-4);
    /* three days in transient equilibrium give the branch */
    double a = log(2.0) / mo_half_life_s, b = log(2.0) / tc_half_life_s;
    double tc = book_of(c, "generator/GEN-000001", "Tc-99m");
    double branch = tc / mo * (b - a) / b;
    assert_true(branch > 0.86 && branch < 0.89); /* DDEP 0.8773, NUDAT 0.8620 */
    eluted(c, 1.0);
    at(c, "2026-11-24T05:00Z");
    json_t *event = do_act_of(c, "technologist", NULL, "pharmacy.elute",
                              "{'generator':'GEN-000001','volume':'8 mL','activity':'5 GBq'}");
    json_t *eluate = record_of(c, "eluate", "ELU-000002");
    double predicted = 0.9 * ingrown(mo, 0.1 * tc, branch, 23.0 * 3600.0);
    assert_relative(number_in(eluate, "predicted_bq"), predicted,
                    1e-4); /* digits of the half-lives */
    assert_string_equal(text_in(eluate, "made_by"), "technologist");
    assert_string_equal(text_in(eluate, "generator"), "GEN-000001");
    assert_relative(number_in(eluate, "volume_ml"), 8.0, 1e-12);
    assert_int_equal(json_integer_value(json_object_get(eluate, "elution")), 2);
    json_decref(eluate);
    json_decref(event);
}

static void a_yield_that_deviates_is_flagged(void **state)
{
    centre *c = *state;
    stock(c);
    at(c, "2026-11-23T06:00Z");
    char fields[200];
    (void)snprintf(fields, sizeof fields,
                   "{'generator':'GEN-000001','volume':'10 mL','activity':'%.9g Bq'}",
                   0.88 * predicted_yield(c));
    json_t *event = do_act_of(c, "technologist", NULL, "pharmacy.elute", fields);
    const json_t *warning = json_array_get(warnings_of(event), 0);
    assert_string_equal(text_in(warning, "rule"), "R-21");
    assert_non_null(strstr(text_in(warning, "message"), "-12.0 %"));
    json_decref(event);
    at(c, "2026-11-24T06:00Z");
    (void)snprintf(fields, sizeof fields,
                   "{'generator':'GEN-000001','volume':'10 mL','activity':'%.9g Bq'}",
                   1.05 * predicted_yield(c));
    event = do_act_of(c, "technologist", NULL, "pharmacy.elute", fields);
    assert_null(warnings_of(event));
    json_decref(event);
}

/* EVIDENCE: R-13 steps come in their order: no elution before the last one, no labelling with an
 * untested eluate, no release without the tests, no dose from what is not released */
static void steps_out_of_order_are_refused(void **state)
{
    centre *c = *state;
    stock(c);
    at(c, "2026-11-23T05:30Z");
    ordered(c);
    at(c, "2026-11-23T06:00Z");
    eluted(c, 1.0);
    refused(c, "technologist", "pharmacy.elute",
            "{'generator':'GEN-000001','volume':'5 mL','activity':'1 GBq',"
            "'at':'2026-11-23T05:59Z'}",
            "R-13", "not after the last one");
    static const char label[] =
        "{'lot':'LOT-000001','eluate':'ELU-000001','volume':'5 mL','activity':'4 GBq'}";
    refused(c, "technologist", "pharmacy.label_kit", label, "R-13", "must pass the Mo-99 test");
    refused(c, "radiopharmacist", "pharmacy.release", "{'eluate':'ELU-000001'}", "R-13",
            "untested");
    do_act(c, "technologist", "pharmacy.test_breakthrough",
           "{'eluate':'ELU-000001','molybdenum':'100 kBq'}");
    refused(c, "technologist", "pharmacy.test_breakthrough",
            "{'eluate':'ELU-000001','molybdenum':'1 kBq'}", "R-13", "already");
    do_act(c, "technologist", "pharmacy.label_kit", label);
    refused(c, "radiopharmacist", "pharmacy.release", "{'kit':'KIT-000001'}", "R-13",
            "tests come before");
    static const char draw[] = "{'order':'ORD-000001','kit':'KIT-000001','activity':'700 MBq'}";
    refused(c, "technologist", "clinic.draw_dose", draw, "R-13", "labelled");
    do_act(c, "technologist", "pharmacy.test_rcp", "{'kit':'KIT-000001','purity':'98 %'}");
    refused(c, "technologist", "pharmacy.test_rcp", "{'kit':'KIT-000001','purity':'99 %'}", "R-13",
            "not replaced");
    refused(c, "technologist", "clinic.draw_dose", draw, "R-13", "released first");
    do_act(c, "radiopharmacist", "pharmacy.release", "{'kit':'KIT-000001'}");
    refused(c, "technologist", "clinic.draw_dose",
            "{'order':'ORD-000001','kit':'KIT-000001','activity':'700 MBq',"
            "'at':'2026-11-23T05:58Z'}",
            "R-13", "before it was");
}

/* Ratio `at 06:00` doubles in ln 2 / (lambda_Tc - lambda_Mo) = 6.609 h: at 12:36. */
static void eluate_of_ratio(centre *c, double ratio)
{
    char fields[200];
    stock(c);
    at(c, "2026-11-23T05:30Z");
    ordered(c);
    at(c, "2026-11-23T06:00Z");
    eluted(c, 1.0);
    (void)snprintf(fields, sizeof fields, "{'eluate':'ELU-000001','molybdenum':'%.9g Bq'}",
                   ratio * book_of(c, "eluate/ELU-000001", "Tc-99m"));
    do_act(c, "technologist", "pharmacy.test_breakthrough", fields);
}

/* EVIDENCE: R-22 Mo-99 is judged at the planned time of use, against the limit of the country */
static void molybdenum_is_judged_at_the_time_of_use(void **state)
{
    centre *c = *state;
    eluate_of_ratio(c, 0.0005); /* half of Ph.Eur.'s 0.1 % */
    double grows_per_s = log(2.0) / tc_half_life_s - log(2.0) / mo_half_life_s;
    json_t *eluate = record_of(c, "eluate", "ELU-000001");
    moly_instant until = instant_of(text_in(eluate, "expiry"));
    assert_string_equal(text_in(eluate, "state"), "tested");
    assert_string_equal(text_in(eluate, "expiry_by"), "Mo-99 limit");
    assert_relative(moly_instant_difference_s(c->now, until), log(2.0) / grows_per_s, 1e-3);
    json_decref(eluate);
    at(c, "2026-11-23T06:30Z");
    do_act(c, "technologist", "pharmacy.label_kit",
           "{'lot':'LOT-000001','eluate':'ELU-000001','volume':'5 mL','activity':'3.6 GBq'}");
    assert_record(c, "kit", "KIT-000001", "expiry_by", "Mo-99 limit");
    do_act(c, "technologist", "pharmacy.test_rcp", "{'kit':'KIT-000001','purity':'98 %'}");
    do_act(c, "radiopharmacist", "pharmacy.release", "{'kit':'KIT-000001'}");
    refused(c, "technologist", "clinic.draw_dose",
            "{'order':'ORD-000001','kit':'KIT-000001','activity':'900 MBq',"
            "'injection':'2026-11-23T13:00Z'}",
            "R-22", "limit 0.001 (Ph.Eur. 0124");
    do_act(c, "technologist", "clinic.draw_dose",
           "{'order':'ORD-000001','kit':'KIT-000001','activity':'1.2 GBq',"
           "'injection':'2026-11-23T12:00Z'}");
    at(c, "2026-11-23T12:40Z");
    refused(c, "technologist", "clinic.administer",
            "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1968-03-14'}", "R-22",
            "injected");
    refused(c, "technologist", "pharmacy.label_kit",
            "{'lot':'LOT-000001','eluate':'ELU-000001','volume':'2 mL','activity':'1 GBq'}", "R-22",
            "fresh eluate");
}

static void an_eluate_over_the_limit_is_blocked_at_once(void **state)
{
    centre *c = *state;
    eluate_of_ratio(c, 0.0011);
    assert_record(c, "eluate", "ELU-000001", "state", "out of specification");
    refused(c, "technologist", "pharmacy.label_kit",
            "{'lot':'LOT-000001','eluate':'ELU-000001','volume':'5 mL','activity':'4 GBq'}", "R-13",
            "out of specification");
    refused(c, "radiopharmacist", "pharmacy.release", "{'eluate':'ELU-000001'}", "R-24",
            "out of specification");
}

static void the_limit_is_the_countrys(void **state)
{
    (void)state;
    centre c;
    centre_open(&c, "US");
    eluate_of_ratio(&c, 0.0005); /* good in Europe; 10 CFR 35.204 allows 0.00015 */
    assert_record(&c, "eluate", "ELU-000001", "state", "out of specification");
    json_t *eluate = record_of(&c, "eluate", "ELU-000001");
    assert_relative(number_in(eluate, "molybdenum_limit"), 0.00015, 1e-12);
    assert_non_null(strstr(text_in(eluate, "molybdenum_limit_source"), "35.204"));
    json_decref(eluate);
    centre_close(&c);
}

/* EVIDENCE: R-24 a kit is not labelled over its activity or volume, nor from an expired eluate */
static void a_kit_takes_no_more_than_its_limits(void **state)
{
    centre *c = *state;
    at(c, "2026-11-20T06:00Z");
    do_act(c, "technologist", "pharmacy.receive_kit",
           "{'product':'sestamibi','supplier':'P','number':'1','vials':1,"
           "'expiry':'2027-01-01T00:00Z','id':'LOT-MIBI'}");
    do_act(c, "radiopharmacist", "pharmacy.accept_lot", "{'lot':'LOT-MIBI','certificate':'C'}");
    eluate_of_ratio(c, 1e-6);
    refused(c, "technologist", "pharmacy.label_kit",
            "{'lot':'LOT-MIBI','eluate':'ELU-000001','volume':'3 mL','activity':'5.6 GBq'}", "R-24",
            "5.6 GBq is more than the 5.55 GBq");
    refused(c, "technologist", "pharmacy.label_kit",
            "{'lot':'LOT-MIBI','eluate':'ELU-000001','volume':'3.5 mL','activity':'2 GBq'}", "R-24",
            "takes 1 mL to 3 mL");
    refused(c, "technologist", "pharmacy.label_kit",
            "{'lot':'LOT-MIBI','eluate':'ELU-000001','volume':'0.5 mL','activity':'0.4 GBq'}",
            "R-24", "0.5 mL in the vial");
    do_act(c, "technologist", "pharmacy.label_kit",
           "{'lot':'LOT-MIBI','eluate':'ELU-000001','volume':'2 mL','activity':'1.6 GBq'}");
    refused(c, "technologist", "pharmacy.label_kit",
            "{'lot':'LOT-MIBI','eluate':'ELU-000001','volume':'2 mL','activity':'1.6 GBq'}", "R-24",
            "no vial");
    refused(c, "technologist", "pharmacy.label_kit",
            "{'lot':'LOT-000001','eluate':'ELU-000001','volume':'9 mL','activity':'4 GBq'}", "R-24",
            "holds 8 mL");
    at(c, "2026-11-23T18:01Z");
    refused(c, "technologist", "pharmacy.label_kit",
            "{'lot':'LOT-000001','eluate':'ELU-000001','volume':'5 mL','activity':'1 GBq'}", "R-24",
            "use of an eluate");
}

static void expect_expiry(centre *c, const char *fields, const char *id, const char *when,
                          const char *by)
{
    do_act(c, "technologist", "pharmacy.label_kit", fields);
    assert_record(c, "kit", id, "expiry", when);
    assert_record(c, "kit", id, "expiry_by", by);
}

/* EVIDENCE: R-24 a kit expires with the first of its lot, its eluate and its time of use */
static void a_kit_expires_with_the_first_of_its_limits(void **state)
{
    centre *c = *state;
    at(c, "2026-11-20T06:00Z");
    do_act(c, "technologist", "pharmacy.receive_kit",
           "{'product':'sestamibi','supplier':'P','number':'1','vials':3,"
           "'expiry':'2027-01-01T00:00Z','id':'LOT-LONG'}");
    do_act(c, "radiopharmacist", "pharmacy.accept_lot", "{'lot':'LOT-LONG','certificate':'C'}");
    do_act(c, "technologist", "pharmacy.receive_kit",
           "{'product':'sestamibi','supplier':'P','number':'1','vials':3,"
           "'expiry':'2026-11-23T09:00Z','id':'LOT-SHORT'}");
    do_act(c, "radiopharmacist", "pharmacy.accept_lot", "{'lot':'LOT-SHORT','certificate':'C'}");
    eluate_of_ratio(c, 1e-6); /* at 06:00, so until 18:00 */
    at(c, "2026-11-23T08:00Z");
    expect_expiry(c,
                  "{'lot':'LOT-LONG','eluate':'ELU-000001','volume':'2 mL','activity':'1.3 GBq'}",
                  "KIT-000001", "2026-11-23T14:00:00Z", "use after labelling");
    expect_expiry(c,
                  "{'lot':'LOT-SHORT','eluate':'ELU-000001','volume':'2 mL','activity':'1.3 GBq'}",
                  "KIT-000002", "2026-11-23T09:00:00Z", "kit lot");
    expect_expiry(c,
                  "{'lot':'LOT-000001','eluate':'ELU-000001','volume':'2 mL','activity':'1.3 GBq'}",
                  "KIT-000003", "2026-11-23T18:00:00Z", "eluate");
    at(c, "2026-11-23T10:00Z");
    refused(c, "technologist", "pharmacy.label_kit",
            "{'lot':'LOT-SHORT','eluate':'ELU-000001','volume':'2 mL','activity':'1 GBq'}", "R-24",
            "lot LOT-SHORT expired");
}

/* EVIDENCE: R-24 a kit below its radiochemical purity is blocked, and is not tested again */
static void a_kit_below_its_purity_is_blocked(void **state)
{
    centre *c = *state;
    eluate_of_ratio(c, 1e-6);
    do_act(c, "technologist", "pharmacy.label_kit",
           "{'lot':'LOT-000001','eluate':'ELU-000001','volume':'5 mL','activity':'4 GBq'}");
    json_t *event = do_act_of(c, "technologist", NULL, "pharmacy.test_rcp",
                              "{'kit':'KIT-000001','purity':'94.9 %'}");
    assert_int_equal(json_array_size(warnings_of(event)), 1);
    json_decref(event);
    refused(c, "radiopharmacist", "pharmacy.release", "{'kit':'KIT-000001'}", "R-24",
            "out of specification");
    refused(c, "technologist", "pharmacy.test_rcp", "{'kit':'KIT-000001','purity':'99 %'}", "R-13",
            "not replaced");
    do_act(c, "radiopharmacist", "pharmacy.reject", "{'kit':'KIT-000001','reason':'purity'}");
    assert_record(c, "kit", "KIT-000001", "state", "rejected");
}

/* A result below the limit says where the limit stands. */
static void a_purity_is_judged_by_a_limit_with_its_source(void **state)
{
    centre *c = *state;
    kit_ready(c);
    do_act(c, "technologist", "pharmacy.label_kit",
           "{'lot':'LOT-000001','eluate':'ELU-000001','volume':'2 mL','activity':'1.6 GBq'}");
    json_t *event = do_act_of(c, "technologist", NULL, "pharmacy.test_rcp",
                              "{'kit':'KIT-000002','purity':'90 %'}");
    const json_t *warnings = json_object_get(json_object_get(event, "body"), "warnings");
    assert_non_null(strstr(text_in(json_array_get(warnings, 0), "message"), "Ph.Eur. 0641"));
    assert_record(c, "kit", "KIT-000002", "purity_limit_source",
                  "Ph.Eur. 0641; MDP-25 product information");
    json_decref(event);
}

static void a_kit_is_labelled_with_its_own_nuclide(void **state)
{
    centre *c = *state;
    kit_ready(c);
    do_act(c, "technologist", "pharmacy.receive_kit",
           "{'product':'psma-11','supplier':'Telix','number':'P-1','vials':2,"
           "'expiry':'2027-06-30T00:00Z'}");
    do_act(c, "radiopharmacist", "pharmacy.accept_lot", "{'lot':'LOT-000002','certificate':'C-1'}");
    refused(c, "technologist", "pharmacy.label_kit",
            "{'lot':'LOT-000002','eluate':'ELU-000001','volume':'5 mL','activity':'1 GBq'}", "R-24",
            "labelled with Ga-68");
}

static void what_was_typed_wrongly_is_refused_with_its_name(void **state)
{
    centre *c = *state;
    json_t *event = NULL;
    moly_error err = {0};
    stock(c);
    static const struct {
        const char *fields;
        moly_status status;
        const char *piece;
    } rows[] = {
        {"{'generator':'GEN-000001','volume':'5'}", MOLY_ERR_USAGE, "volume"},
        {"{'generator':'GEN-000001','volume':'5 MBq'}", MOLY_ERR_USAGE, "volume"},
        {"{'generator':'GEN-000001','volume':'5,5 mL'}", MOLY_ERR_USAGE, "5.5"},
        {"{'generator':'GEN-000001','volume':'500 mL'}", MOLY_ERR_RANGE, "50 mL"},
        {"{'generator':'GEN-000001','volum':'5 mL'}", MOLY_ERR_USAGE, "volume"},
        {"{'volume':'5 mL'}", MOLY_ERR_USAGE, "generator"},
        {"{'generator':'GEN-000001','volume':'5 mL'}", MOLY_ERR_USAGE, "activity"},
        {"{'generator':'GEN-000002','volume':'5 mL','activity':'1 GBq'}", MOLY_ERR_NOT_FOUND,
         "GEN-000001"},
        {"{'generator':'GEN-000001','volume':'5 mL','activity':'1 GBq','id':'a b'}", MOLY_ERR_USAGE,
         "letters"},
        {"{'generator':'GEN-000001','volume':'5 mL','activity':'1 GBq',"
         "'at':'2026-11-20T07:00Z'}",
         MOLY_ERR_RANGE, "future"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_fails(
            try_act(c, "technologist", NULL, "pharmacy.elute", rows[i].fields, &event, &err),
            rows[i].status, rows[i].piece, err);
    }
}

static void a_preview_computes_and_writes_nothing(void **state)
{
    centre *c = *state;
    moly_error err = {0};
    json_t *body = NULL;
    int64_t before = 0, after = 0;
    kit_ready(c);
    at(c, "2026-11-23T08:50Z");
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_ledger_head(reader, &before, &err), err);
    moly_ledger_reader_free(reader);
    json_t *fields = json_of("{'order':'ORD-000001','kit':'KIT-000001'}");
    const moly_performer performer = {.user = "technologist", .authentication = "session"};
    assert_ok(moly_centre_preview(c->ledger, "clinic.draw_dose", fields, &performer, &body, &err),
              err);
    assert_true(number_in(json_object_get(body, "computation"), "volume_ml") > 0.1);
    json_decref(body);
    json_decref(fields);
    fields = json_of("{'order':'ORD-000009','kit':'KIT-000001'}");
    assert_int_equal(
        moly_centre_preview(c->ledger, "clinic.draw_dose", fields, &performer, &body, &err),
        MOLY_ERR_NOT_FOUND);
    assert_null(body);
    json_decref(fields);
    reader = reader_of(c);
    assert_ok(moly_ledger_head(reader, &after, &err), err);
    moly_ledger_reader_free(reader);
    assert_int_equal(before, after);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, centre_set_up, centre_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_in_quarantine_cannot_be_used),
        TEST(the_yield_is_predicted_from_parent_last_elution_and_branching),
        TEST(a_yield_that_deviates_is_flagged),
        TEST(steps_out_of_order_are_refused),
        TEST(molybdenum_is_judged_at_the_time_of_use),
        TEST(an_eluate_over_the_limit_is_blocked_at_once),
        cmocka_unit_test(the_limit_is_the_countrys),
        TEST(a_kit_takes_no_more_than_its_limits),
        TEST(a_kit_expires_with_the_first_of_its_limits),
        TEST(a_kit_below_its_purity_is_blocked),
        TEST(a_purity_is_judged_by_a_limit_with_its_source),
        TEST(a_kit_is_labelled_with_its_own_nuclide),
        TEST(what_was_typed_wrongly_is_refused_with_its_name),
        TEST(a_preview_computes_and_writes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

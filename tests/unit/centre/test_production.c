/* SPDX-License-Identifier: Apache-2.0 */
/* A batch of FDG of the centre's own cyclotron, from the beam to the patient, and what is refused
 * on the way. */
#include "centre_testing.h"

/* Half-life of F-18, 1.82890 h (DDEP). */
static const double half_life_s = 1.82890 * 3600.0;

static int set_up(void **state)
{
    static centre c;
    centre_open(&c, "KG");
    at(&c, "2026-11-23T06:00Z");
    *state = &c;
    return 0;
}

static int tear_down(void **state)
{
    centre_close(*state);
    return 0;
}

#define BEAM                                                                                       \
    "'cyclotron':'C18','material':'H2O{18O:0.98,16O:0.02}','lot':'W-2211','product':'F-18',"       \
    "'energy':'16 MeV'"

static json_t *first_warning(const json_t *event)
{
    return json_array_get(json_object_get(json_object_get(event, "body"), "warnings"), 0);
}

/* 2 h of 40 uA that ended at 05:30, and 200 GBq measured then; the activity that was predicted. */
static double irradiated(centre *c)
{
    do_act(c, "technologist", "production.irradiate",
           "{" BEAM ",'current':'40 uA','start':'2026-11-23T03:30Z','at':'2026-11-23T05:30Z',"
           "'activity':'200 GBq'}");
    return record_value(c, "target", "TGT-000001", "predicted_bq");
}

/* FDG from 05:35 to 06:05, with `factor` of a yield of 60 %; the vial's activity. */
static double processed(centre *c, double factor)
{
    char fields[300];
    at(c, "2026-11-23T06:05Z");
    double bq = 0.6 * factor * book_of(c, "target/TGT-000001", "F-18");
    (void)snprintf(fields, sizeof fields,
                   "{'target':'TGT-000001','product':'fludeoxyglucose','yield':'60 %%',"
                   "'start':'2026-11-23T05:35Z','volume':'18 mL','activity':'%.9g Bq'}",
                   bq);
    do_act(c, "technologist", "production.process", fields);
    return bq;
}

static void released(centre *c)
{
    at(c, "2026-11-23T06:20Z");
    do_act(c, "technologist", "pharmacy.test_rcp",
           "{'vial':'VIA-000001','purity':'99 %','method':'HPLC'}");
    at(c, "2026-11-23T06:25Z");
    do_act(c, "radiopharmacist", "pharmacy.release", "{'vial':'VIA-000001'}");
}

static void patient_waits(centre *c)
{
    do_act(c, "technologist", "clinic.register_patient",
           "{'name':'Айгүл Сатыбалдиева','birth_date':'1968-03-14','sex':'female',"
           "'weight':'68 kg'}");
    do_act(c, "technologist", "clinic.refer",
           "{'patient':'PAT-000001','examination':'PET','question':'metastases?',"
           "'referrer':'Dr Osmonov'}");
    do_act(c, "physician", "clinic.justify",
           "{'referral':'REF-000001','justification':'staging changes the treatment'}");
    do_act(c, "physician", "clinic.order",
           "{'referral':'REF-000001','product':'fludeoxyglucose','activity':'250 MBq',"
           "'planned':'2026-11-23T08:00Z'}");
}

static void given(centre *c)
{
    at(c, "2026-11-23T07:50Z");
    do_act(c, "technologist", "clinic.draw_dose",
           "{'order':'ORD-000001','vial':'VIA-000001','activity':'266.29 MBq'}");
    at(c, "2026-11-23T08:00Z");
    do_act(c, "technologist", "clinic.administer",
           "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1968-03-14'}");
}

/* ---- the bombardment ---- */

static void the_activity_of_a_bombardment_is_predicted_from_the_curve(void **state)
{
    centre *c = *state;
    do_act(c, "technologist", "production.irradiate",
           "{'cyclotron':'C18','material':'18O','lot':'W-2211','product':'F-18','energy':'16 MeV',"
           "'current':'40 uA','start':'2026-11-23T03:30Z','at':'2026-11-23T05:30Z'}");
    double bq = record_value(c, "target", "TGT-000001", "predicted_bq");
    /* IAEA's recommended yield of 18O(p,n)18F at 16 MeV, full stop: 1346.1 GBq/C, 4 % (Takacs et
     * al., Nucl. Instrum. Meth. B 211 (2003) 169) */
    double saturated = 1346.1e9 * half_life_s / log(2.0) * 40e-6;
    assert_relative(bq, saturated * (1.0 - exp2(-7200.0 / half_life_s)), 0.04);
    json_t *record = record_of(c, "target", "TGT-000001");
    assert_string_equal(text_in(record, "state"), "bombarded");
    assert_string_equal(text_in(record, "lot"), "W-2211");
    assert_relative(number_in(record, "charge_coulomb"), 40e-6 * 7200.0, 1e-12);
    double u = number_in(record, "predicted_sd_bq") / bq;
    assert_true(u > 0.03 && u < 0.2); /* the current's 3 % and the curve's */
    json_decref(record);
    assert_relative(book_of(c, "target/TGT-000001", "F-18"), bq * exp2(-1800.0 / half_life_s),
                    1e-6);
}

static void a_charge_says_the_same_as_its_current(void **state)
{
    centre *c = *state;
    double bq = irradiated(c);
    do_act(c, "physicist", "production.irradiate",
           "{" BEAM ",'charge':'80 uAh','start':'2026-11-23T03:30Z','at':'2026-11-23T05:30Z'}");
    assert_relative(record_value(c, "target", "TGT-000002", "predicted_bq"), bq, 1e-12);
}

static void the_event_says_how_the_activity_was_found_and_what_else_is_made(void **state)
{
    centre *c = *state;
    json_t *event = do_act_of(c, "physicist", NULL, "production.irradiate",
                              "{" BEAM ",'current':'40 uA','start':'2026-11-23T03:30Z'}");
    const json_t *computation = json_object_get(json_object_get(event, "body"), "computation");
    assert_string_equal(text_in(computation, "reaction"), "p on 18O");
    assert_string_equal(text_in(computation, "rank"), "recommended");
    assert_true(strlen(text_in(computation, "source")) > 3);
    assert_true(json_is_array(json_object_get(computation, "not_evaluated")));
    json_decref(event);
    json_t *record = record_of(c, "target", "TGT-000001");
    bool has_nitrogen = false;
    size_t i;
    const json_t *row;
    json_array_foreach(json_object_get(record, "others"), i, row)
    {
        has_nitrogen = has_nitrogen || strcmp(text_in(row, "nuclide"), "N-13") == 0;
    }
    assert_true(has_nitrogen); /* of the 2 % of 16O */
    json_decref(record);
}

static void a_bombardment_that_gave_too_little_is_flagged_and_stands_in_the_books(void **state)
{
    centre *c = *state;
    char fields[400];
    double bq = irradiated(c);
    (void)snprintf(fields, sizeof fields,
                   "{" BEAM ",'current':'40 uA','start':'2026-11-23T03:30Z',"
                   "'at':'2026-11-23T05:30Z','activity':'%.9g Bq'}",
                   0.5 * bq);
    /* EVIDENCE: R-21 what a beam gave is compared with what its curve predicts, with both
     * uncertainties */
    json_t *event = do_act_of(c, "technologist", NULL, "production.irradiate", fields);
    assert_string_equal(text_in(first_warning(event), "rule"), "R-21");
    assert_non_null(strstr(text_in(first_warning(event), "message"), "-50.0 %"));
    json_decref(event);
    json_t *balance = balance_of(c);
    const json_t *found = json_object_get(balance, "discrepancies");
    assert_int_equal(json_array_size(found), 1);
    assert_string_equal(text_in(json_array_get(found, 0), "account"), "target/TGT-000002");
    json_decref(balance);
}

static void every_nuclide_of_the_hot_lab_goes_through_the_books(void **state)
{
    static const struct {
        const char *product, *material, *energy;
    } rows[] = {
        {"C-11", "N", "16 MeV"},      {"N-13", "H2O", "16 MeV"},     {"Cu-64", "64Ni", "14 MeV"},
        {"Ga-68", "68Zn", "14 MeV"},  {"Zr-89", "Y", "13 MeV"},      {"I-123", "124Xe", "29 MeV"},
        {"I-124", "124Te", "13 MeV"}, {"Tc-99m", "100Mo", "18 MeV"},
    };
    centre *c = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char fields[400], account[40];
        (void)snprintf(fields, sizeof fields,
                       "{'cyclotron':'C18','material':'%s','lot':'1','product':'%s',"
                       "'energy':'%s','current':'10 uA','start':'2026-11-23T05:00Z'}",
                       rows[i].material, rows[i].product, rows[i].energy);
        do_act(c, "physicist", "production.irradiate", fields);
        (void)snprintf(account, sizeof account, "TGT-%06zu", i + 1);
        double bq = record_value(c, "target", account, "activity_bq");
        assert_true(bq > 1e6);
        (void)snprintf(account, sizeof account, "target/TGT-%06zu", i + 1);
        assert_relative(book_of(c, account, rows[i].product), bq, 1e-9);
    }
}

static void a_bombardment_of_impossible_values_is_refused(void **state)
{
    static const struct {
        const char *fields;
        moly_status status;
        const char *piece;
    } rows[] = {
        {"{" BEAM ",'current':'40 uA','charge':'1 C','start':'2026-11-23T03:30Z'}", MOLY_ERR_USAGE,
         "one of them"},
        {"{" BEAM ",'start':'2026-11-23T03:30Z'}", MOLY_ERR_USAGE, "current or the charge"},
        {"{" BEAM ",'current':'40 uA','start':'2026-11-23T06:30Z'}", MOLY_ERR_RULE, "not after"},
        {"{" BEAM ",'current':'40 uA','start':'2026-01-23T06:30Z'}", MOLY_ERR_RANGE, "days"},
        {"{" BEAM ",'current':'40 uA','start':'2026-11-23T03:30Z','at':'2026-11-23T08:30Z'}",
         MOLY_ERR_RANGE, "future"},
        {"{'cyclotron':'C18','material':'H2O{18O:0.9,16O:0.02}','lot':'1','product':'F-18',"
         "'energy':'16 MeV','current':'40 uA','start':'2026-11-23T03:30Z'}",
         MOLY_ERR_RANGE, "material"},
        {"{'cyclotron':'C18','material':'H2O','lot':'1','product':'Lu-177','energy':'16 MeV',"
         "'current':'40 uA','start':'2026-11-23T03:30Z'}",
         MOLY_ERR_UNKNOWN, "Lu-177"},
        {"{'cyclotron':'C18','material':'18O','lot':'1','product':'F-18','energy':'150 MeV',"
         "'current':'40 uA','start':'2026-11-23T03:30Z'}",
         MOLY_ERR_RANGE, "MeV"},
    };
    centre *c = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *event = NULL;
        moly_error err = {0};
        assert_fails(
            try_act(c, "physicist", NULL, "production.irradiate", rows[i].fields, &event, &err),
            rows[i].status, rows[i].piece, err);
    }
    refused(c, "physician", "production.irradiate",
            "{" BEAM ",'current':'40 uA','start':'2026-11-23T03:30Z'}", "R-08", "physicist");
}

/* ---- from the target to the patient ---- */

static void a_batch_goes_from_the_beam_to_the_patient_and_is_traced_in_one_query(void **state)
{
    centre *c = *state;
    (void)irradiated(c);
    double vial_bq = processed(c, 1.0);
    assert_relative(book_of(c, "vial/VIA-000001", "F-18"), vial_bq, 1e-9);
    assert_relative(record_value(c, "vial", "VIA-000001", "yield"), 0.6, 1e-9);
    assert_record(c, "target", "TGT-000001", "state", "processed");
    assert_relative(book_of(c, "target/TGT-000001", "F-18"), vial_bq * 0.4 / 0.6, 1e-6);
    patient_waits(c);
    released(c);
    given(c);
    assert_relative(book_of(c, "patient/PAT-000001", "F-18"), 250e6, 1e-4);

    /* EVIDENCE: R-26 from the patient's dose one query leads back to the bombarded target, and from
     * the target to every patient */
    moly_error err = {0};
    json_t *trace = NULL;
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_ledger_trace(reader, "target/TGT-000001", &trace, &err), err);
    char *text = json_dumps(json_object_get(trace, "forward"), JSON_COMPACT);
    assert_non_null(strstr(text, "vial/VIA-000001"));
    assert_non_null(strstr(text, "dose/DOS-000001"));
    assert_non_null(strstr(text, "patient/PAT-000001"));
    free(text);
    json_decref(trace);
    assert_ok(moly_ledger_trace(reader, "dose/DOS-000001", &trace, &err), err);
    text = json_dumps(json_object_get(trace, "backward"), JSON_COMPACT);
    assert_non_null(strstr(text, "target/TGT-000001"));
    free(text);
    json_decref(trace);
    moly_ledger_reader_free(reader);

    do_act(c, "technologist", "safety.discard", "{'target':'TGT-000001'}");
    do_act(c, "technologist", "safety.discard", "{'vial':'VIA-000001'}");
    json_t *balance = balance_of(c), *rebuilt = NULL;
    assert_int_equal(json_array_size(json_object_get(balance, "discrepancies")), 0);
    json_decref(balance);
    assert_ok(moly_ledger_rebuild(c->ledger, NULL, &rebuilt, &err), err);
    assert_true(json_is_true(json_object_get(rebuilt, "identical")));
    json_decref(rebuilt);
}

/* 30 % of the usual yield are gone: 0.3 * 0.6 of the target's activity, against 0.05 of batches. */
static void a_loss_in_the_synthesis_is_found_at_the_vial(void **state)
{
    centre *c = *state;
    (void)irradiated(c);
    (void)processed(c, 0.7);
    json_t *balance = balance_of(c);
    const json_t *found = json_object_get(balance, "discrepancies");
    assert_int_equal(json_array_size(found), 1);
    const json_t *row = json_array_get(found, 0);
    assert_string_equal(text_in(row, "account"), "vial/VIA-000001");
    assert_string_equal(text_in(row, "counterpart"), "target/TGT-000001");
    assert_relative(number_in(row, "difference_bq") / number_in(row, "predicted_bq"), -0.3, 1e-6);
    json_decref(balance);
}

static void what_leaked_out_of_the_target_is_found_when_it_is_discarded(void **state)
{
    centre *c = *state;
    char fields[200];
    (void)irradiated(c);
    (void)processed(c, 1.0);
    (void)snprintf(fields, sizeof fields, "{'target':'TGT-000001','activity':'%.9g Bq'}",
                   0.4 * book_of(c, "target/TGT-000001", "F-18"));
    do_act(c, "technologist", "safety.discard", fields);
    json_t *balance = balance_of(c);
    const json_t *found = json_object_get(balance, "discrepancies");
    assert_int_equal(json_array_size(found), 1);
    assert_relative(number_in(json_array_get(found, 0), "difference_bq") /
                        number_in(json_array_get(found, 0), "predicted_bq"),
                    -0.6, 1e-6);
    json_decref(balance);
}

static void what_the_stack_saw_leaves_the_house_in_the_books(void **state)
{
    centre *c = *state;
    (void)irradiated(c);
    at(c, "2026-11-23T06:05Z");
    double before = book_of(c, "target/TGT-000001", "F-18");
    char fields[300];
    (void)snprintf(fields, sizeof fields,
                   "{'target':'TGT-000001','product':'fludeoxyglucose','yield':'60 %%',"
                   "'start':'2026-11-23T05:35Z','volume':'18 mL','activity':'%.9g Bq',"
                   "'exhaust':'2 GBq'}",
                   0.6 * before);
    do_act(c, "technologist", "production.process", fields);
    assert_relative(book_of(c, "target/TGT-000001", "F-18"), 0.4 * before - 2e9, 1e-6);
}

#define PROCESS "'product':'fludeoxyglucose','yield':'60 %','start':'2026-11-23T05:35Z'"

static void a_synthesis_out_of_order_is_refused(void **state)
{
    centre *c = *state;
    (void)irradiated(c);
    refused(c, "technologist", "production.process",
            "{'target':'TGT-000001','product':'fludeoxyglucose','yield':'60 %',"
            "'start':'2026-11-23T05:00Z','volume':'18 mL','activity':'30 GBq'}",
            "R-13", "before the beam ended");
    refused(c, "technologist", "production.process",
            "{'target':'TGT-000001','product':'fludeoxyglucose','yield':'60 %',"
            "'start':'2026-11-23T06:00Z','volume':'18 mL','activity':'30 GBq'}",
            "R-13", "not after it began");
    refused(c, "technologist", "production.process",
            "{'target':'TGT-000001','product':'ammonia','yield':'60 %',"
            "'start':'2026-11-23T05:35Z','volume':'18 mL','activity':'30 GBq'}",
            "R-13", "irradiated for F-18");
    refused(c, "technologist", "production.process",
            "{'target':'TGT-000001'," PROCESS ",'volume':'80 mL','activity':'30 GBq'}", "R-24",
            "takes");
    refused(c, "technologist", "production.process",
            "{'target':'TGT-000001'," PROCESS ",'volume':'18 mL','activity':'300 GBq'}", "R-24",
            "is more than");
    refused(c, "technologist", "production.process",
            "{'target':'TGT-000001'," PROCESS ",'volume':'18 mL','activity':'30 GBq',"
            "'expiry':'2026-11-23T05:50Z'}",
            "", "expiry");
    refused(c, "technologist", "production.process",
            "{'target':'TGT-000001'," PROCESS ",'volume':'18 mL'}", "", "activity is required");
    refused(c, "technologist", "production.process",
            "{'target':'TGT-000001','product':'medronate','yield':'60 %',"
            "'start':'2026-11-23T05:35Z','volume':'8 mL','activity':'3 GBq'}",
            "", "label_kit");
    (void)processed(c, 1.0);
    refused(c, "technologist", "production.process",
            "{'target':'TGT-000001'," PROCESS ",'volume':'18 mL','activity':'30 GBq'}", "R-13",
            "processed");
}

static void an_own_vial_is_tested_before_somebody_else_releases_it(void **state)
{
    centre *c = *state;
    (void)irradiated(c);
    (void)processed(c, 1.0);
    refused(c, "radiopharmacist", "pharmacy.release", "{'vial':'VIA-000001'}", "R-13",
            "its tests come before");
    at(c, "2026-11-23T06:20Z");
    do_act(c, "radiopharmacist", "pharmacy.test_rcp", "{'vial':'VIA-000001','purity':'99 %'}");
    refused(c, "radiopharmacist", "pharmacy.release", "{'vial':'VIA-000001'}", "R-09", "tested");
    do_act(c, "qualified-person", "pharmacy.release", "{'vial':'VIA-000001'}");
}

static void an_impure_batch_is_not_released(void **state)
{
    centre *c = *state;
    (void)irradiated(c);
    (void)processed(c, 1.0);
    do_act(c, "technologist", "pharmacy.test_rcp", "{'vial':'VIA-000001','purity':'90 %'}");
    assert_record(c, "vial", "VIA-000001", "state", "out of specification");
    refused(c, "radiopharmacist", "pharmacy.release", "{'vial':'VIA-000001'}", "R-24",
            "out of specification");
}

static void a_batch_expires_with_its_time_of_use(void **state)
{
    centre *c = *state;
    (void)irradiated(c);
    (void)processed(c, 1.0);
    released(c);
    patient_waits(c);
    at(c, "2026-11-23T18:30Z"); /* 12 h after 06:05 */
    refused(c, "technologist", "clinic.draw_dose",
            "{'order':'ORD-000001','vial':'VIA-000001','activity':'266 MBq'}", "R-24", "expires");
}

static void a_preview_tells_the_vial_before_it_is_measured(void **state)
{
    centre *c = *state;
    (void)irradiated(c);
    at(c, "2026-11-23T06:05Z");
    const moly_performer performer = {.user = "technologist", .authentication = "session"};
    json_t *fields = json_of("{'target':'TGT-000001'," PROCESS ",'volume':'18 mL'}"), *body = NULL;
    moly_error err = {0};
    assert_ok(moly_centre_preview(c->ledger, "production.process", fields, &performer, &body, &err),
              err);
    const json_t *transfer = json_array_get(json_object_get(body, "transfers"), 0);
    assert_relative(number_in(transfer, "predicted_bq"),
                    0.6 * book_of(c, "target/TGT-000001", "F-18"), 1e-9);
    json_decref(fields);
    json_decref(body);
    assert_record(c, "target", "TGT-000001", "state", "bombarded");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_activity_of_a_bombardment_is_predicted_from_the_curve),
        TEST(a_charge_says_the_same_as_its_current),
        TEST(the_event_says_how_the_activity_was_found_and_what_else_is_made),
        TEST(a_bombardment_that_gave_too_little_is_flagged_and_stands_in_the_books),
        TEST(every_nuclide_of_the_hot_lab_goes_through_the_books),
        TEST(a_bombardment_of_impossible_values_is_refused),
        TEST(a_batch_goes_from_the_beam_to_the_patient_and_is_traced_in_one_query),
        TEST(a_loss_in_the_synthesis_is_found_at_the_vial),
        TEST(what_leaked_out_of_the_target_is_found_when_it_is_discarded),
        TEST(what_the_stack_saw_leaves_the_house_in_the_books),
        TEST(a_synthesis_out_of_order_is_refused),
        TEST(an_own_vial_is_tested_before_somebody_else_releases_it),
        TEST(an_impure_batch_is_not_released),
        TEST(a_batch_expires_with_its_time_of_use),
        TEST(a_preview_tells_the_vial_before_it_is_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

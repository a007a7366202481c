/* SPDX-License-Identifier: Apache-2.0 */
/* Master records under change control, and batches made by them step by step. */
#include "batch_testing.h"

#define DRAFT(content) "{'product':'fludeoxyglucose','content':" content "}"

static void drafts_fail(centre *c, const char *content, const char *piece)
{
    char fields[900];
    json_t *event = NULL;
    moly_error err = {0};
    (void)snprintf(fields, sizeof fields, DRAFT("%s"), content);
    moly_status status =
        try_act(c, "radiopharmacist", NULL, "quality.draft_master", fields, &event, &err);
    if (status == MOLY_OK || !strstr(err.message, piece)) {
        fail_msg("wanted '%s', got: %s", piece, err.message);
    }
}

static void a_draft_says_what_is_wrong_with_it(void **state)
{
    centre *c = *state;
    drafts_fail(c, "{'steps':[],'tests':[{'method':'pH'}]}", "1 to 99 steps");
    drafts_fail(c, "{'steps':[{'name':'a'}],'tests':[]}", "1 to 40 tests");
    drafts_fail(c, "{'steps':[{'name':'a'}],'tests':[{'method':'Ph'}]}", "did you mean 'pH'");
    drafts_fail(c, "{'steps':[{'nam':'a'}],'tests':[{'method':'pH'}]}", "did you mean 'name'");
    drafts_fail(c,
                "{'steps':[{'name':'a','checks':[{'name':'p','min':3,'max':1}]}],"
                "'tests':[{'method':'pH'}]}",
                "min 3 is above max 1");
    drafts_fail(c, "{'steps':[{'name':'a','checks':[{'name':'p'}]}],'tests':[{'method':'pH'}]}",
                "needs min, max or a type");
    drafts_fail(c, "{'steps':[{'name':'a'}],'tests':[{'method':'pH'},{'method':'pH'}]}",
                "is there twice");
    drafts_fail(c, "{'steps':[{'name':'a'}],'tests':[{'method':'specific activity'}]}",
                "has no limit");
    drafts_fail(c, "{'steps':[{'name':'a'}],'tests':[{'method':'radiochemical purity'}]}",
                "needs low and high");
    drafts_fail(c, "{'yield':{'min':2,'max':1},'steps':[{'name':'a'}],'tests':[{'method':'pH'}]}",
                "yield needs min and max");
}

/* EVIDENCE: R-49 limits that a master record leaves out come from the product and the country's
 * pack, each with its source, and are written into it */
static void limits_come_from_the_product_and_the_country(void **state)
{
    centre *c = *state;
    do_act(
        c, "radiopharmacist", "quality.draft_master",
        DRAFT("{'steps':[{'name':'a'}],'tests':[{'method':'pH'},{'method':'endotoxin'},"
              "{'method':'half-life'},{'method':'filter integrity'},"
              "{'method':'residual solvents','solvents':{'acetonitrile':null,'ether':0.005}}]}"));
    json_t *master = record_of(c, "master", "MBR-000001");
    const json_t *tests = json_object_get(json_object_get(master, "content"), "tests");
    assert_relative(number_in(json_array_get(tests, 0), "min"), 4.5, 1e-12);
    assert_relative(number_in(json_array_get(tests, 0), "max"), 8.5, 1e-12);
    assert_relative(number_in(json_array_get(tests, 1), "max"), 175.0 / 50.0, 1e-12);
    /* F-18, 109.73 min */
    assert_relative(number_in(json_array_get(tests, 2), "min"), 0.95 * 109.73 * 60.0, 1e-3);
    assert_relative(number_in(json_array_get(tests, 3), "min"), 310.0, 1e-12);
    assert_non_null(strstr(text_in(json_array_get(tests, 3), "source"), "filter"));
    /* ICH Q3C: 410 ppm */
    assert_relative(
        number_in(json_object_get(json_array_get(tests, 4), "solvents"), "acetonitrile"), 410e-6,
        1e-12);
    json_decref(master);
}

/* EVIDENCE: R-43 a batch is issued with a number of its own from a master record that two persons
 * approved; a new version needs an approved change */
/* EVIDENCE: R-15 a batch keeps the version and content of the master record it was issued from */
static void a_master_record_changes_only_by_an_approved_change(void **state)
{
    centre *c = *state;
    do_act(c, "radiopharmacist", "quality.draft_master", DRAFT(CONTENT));
    refused(c, "radiopharmacist", "quality.issue_batch", "{'master':'MBR-000001'}", "R-43",
            "is draft");
    refused(c, "qualified-person", "quality.approve_master", "{'master':'MBR-000001'}", "R-10",
            "a second person");
    refused_to_two(c, "radiopharmacist", "qualified-person", "quality.approve_master",
                   "{'master':'MBR-000001'}", "R-09", "drafted");
    refused_to_two(c, "qualified-person", "qualified-person", "quality.approve_master",
                   "{'master':'MBR-000001'}", "R-09", "given twice");
    do_two(c, "qualified-person", "radiopharmacist", "quality.approve_master",
           "{'master':'MBR-000001'}");
    do_act(c, "radiopharmacist", "quality.issue_batch", "{'master':'MBR-000001'}");
    assert_record(c, "batch", "BAT-000001", "state", "issued");

    refused(c, "radiopharmacist", "quality.draft_master", DRAFT(CONTENT), "R-43",
            "needs an approved change");
    do_act(c, "radiopharmacist", "quality.open_case",
           "{'type':'change','about':'MBR-000001','what':'another filter'}");
    refused(c, "radiopharmacist", "quality.draft_master",
            "{'product':'fludeoxyglucose','change':'CHG-000001','content':" CONTENT "}", "R-43",
            "no approved change");
    refused(c, "radiopharmacist", "quality.decide_case",
            "{'case':'CHG-000001','conclusion':'approved','cause':'equivalent'}", "R-09", "opened");
    do_act(c, "qualified-person", "quality.decide_case",
           "{'case':'CHG-000001','conclusion':'approved','cause':'equivalent by its certificate'}");
    do_act(c, "radiopharmacist", "quality.draft_master",
           "{'product':'fludeoxyglucose','change':'CHG-000001','content':"
           "{'steps':[{'name':'only'}],'tests':[{'method':'pH'}]}}");
    do_two(c, "qualified-person", "radiopharmacist", "quality.approve_master",
           "{'master':'MBR-000002'}");
    assert_record(c, "master", "MBR-000001", "state", "superseded");
    refused(c, "radiopharmacist", "quality.issue_batch", "{'master':'MBR-000001'}", "R-43",
            "from MBR-000002");
    refused(c, "radiopharmacist", "quality.draft_master",
            "{'product':'fludeoxyglucose','change':'CHG-000001','content':" CONTENT "}", "R-43",
            "is about MBR-000001");
    do_act(c, "radiopharmacist", "quality.issue_batch", "{'master':'MBR-000002'}");

    json_t *old = record_of(c, "batch", "BAT-000001"), *new = record_of(c, "batch", "BAT-000002");
    assert_relative(number_in(old, "master_version"), 1.0, 0.0);
    assert_relative(number_in(new, "master_version"), 2.0, 0.0);
    assert_int_equal(json_array_size(json_object_get(json_object_get(old, "content"), "steps")), 3);
    assert_int_equal(json_array_size(json_object_get(json_object_get(new, "content"), "steps")), 1);
    json_decref(old);
    json_decref(new);
}

static void step_2_fails(centre *c, const char *second, const char *results, const char *rule,
                         const char *piece)
{
    moly_error err = {0};
    moly_status status = try_step_2(c, second, results, &err);
    if (status == MOLY_OK || strcmp(err.rule, rule) != 0 || !strstr(err.message, piece)) {
        fail_msg("wanted a refusal by %s with '%s', got %s: %s", rule, piece, err.rule,
                 err.message);
    }
}

#define GOOD "{'pressure':1.8,'clear':true}"

/* EVIDENCE: R-13 the steps of a batch come in their order */
static void steps_come_in_their_order(void **state)
{
    centre *c = *state;
    moly_error err = {0};
    master_in_force(c);
    at(c, "2026-11-23T05:32Z");
    step_2_fails(c, "radiopharmacist", GOOD, "R-13", "step 1 of batch BAT-000001 is next");
    refused(c, "technologist", "quality.do_step", STEP(1) "}", "R-52", "name its target");
    refused(c, "technologist", "quality.reconcile",
            "{'batch':'BAT-000001','vial':'VIA-000001','made':'19 mL'}", "R-13", "is issued");
    irradiated(c);
    refused(c, "technologist", "quality.do_step", STEP(1) ",'target':'TGT-000001'}", "R-13",
            "step 2 of batch");
    refused(c, "technologist", "quality.do_step", STEP(9) "}", "R-13", "has 3 steps");
    assert_ok(try_step_2(c, "radiopharmacist", GOOD, &err), err);
    refused(c, "technologist", "quality.do_step",
            STEP(3) ",'at':'2026-11-23T05:20Z','results':{'line cleared':'yes'}}", "R-13",
            "is before");
}

/* EVIDENCE: R-42 a step takes the materials, equipment, persons, checks and file that the master
 * record asks for, and nothing else */
static void a_step_takes_what_the_master_record_says(void **state)
{
    centre *c = *state;
    master_in_force(c);
    irradiated(c);
    step_2_fails(c, NULL, GOOD, "R-42", "checked by a second person");
    step_2_fails(c, "technologist", GOOD, "R-09", "given twice");
    step_2_fails(c, "radiopharmacist", "{'pressure':1.8}", "R-42", "'clear' is missing");
    step_2_fails(c, "radiopharmacist", "{'pressure':'high','clear':true}", "R-42",
                 "give a number, unit bar");
    refused(c, "technologist", "quality.do_step", STEP_2 "'results':" GOOD "}", "R-42",
            "needs the data file");
    refused_to_two(c, "technologist", "radiopharmacist", "quality.do_step",
                   STEP(2) ",'equipment':['INS-000001'],'file':'x','results':" GOOD "}", "R-42",
                   "takes 1 materials, 0 were scanned");
    refused_to_two(c, "technologist", "radiopharmacist", "quality.do_step",
                   STEP(2) ",'lots':['LOT-000001'],'file':'x','results':" GOOD "}", "R-42",
                   "uses 1 pieces of equipment");
    /* another material, one in quarantine, too little of the right one */
    do_act(c, "technologist", "quality.receive_material",
           "{'material':'ethanol','supplier':'X','number':'1','amount':9,'unit':'mL',"
           "'expiry':'2027-01-01T00:00Z'}");
    refused_to_two(c, "technologist", "radiopharmacist", "quality.do_step",
                   STEP(2) ",'lots':['LOT-000002'],'equipment':['INS-000001'],'file':'x',"
                           "'results':" GOOD "}",
                   "R-42", "takes mannose triflate");
    do_act(c, "technologist", "quality.receive_material",
           "{'material':'mannose triflate','supplier':'ABX','number':'2','amount':9,'unit':'vials',"
           "'expiry':'2027-01-01T00:00Z'}");
    refused_to_two(c, "technologist", "radiopharmacist", "quality.do_step",
                   STEP(2) ",'lots':['LOT-000003'],'equipment':['INS-000001'],'file':'x',"
                           "'results':" GOOD "}",
                   "R-20", "in quarantine");
    refused_to_two(c, "technologist", "radiopharmacist", "quality.do_step",
                   STEP(2) ",'lots':['LOT-000001'],'amounts':[3],'equipment':['INS-000001'],"
                           "'file':'x','results':" GOOD "}",
                   "R-42", "3 vials of lot LOT-000001 are wanted, 2 vials are left");
    do_act(c, "physicist", "instrument.withdraw",
           "{'instrument':'INS-000001','reason':'leak of the valve block'}");
    step_2_fails(c, "radiopharmacist", GOOD, "R-28", "is withdrawn");
}

/* EVIDENCE: R-50 no step is done in a room that is outside its limits or was not monitored, nor by
 * a person without the aseptic qualification */
static void a_step_needs_its_room_and_its_qualification(void **state)
{
    centre *c = *state;
    moly_error err = {0};
    master_in_force(c);
    irradiated(c);
    assert_ok(try_step_2(c, "radiopharmacist", GOOD, &err), err);
    const char *fill = STEP(3) ",'results':{'line cleared':'yes'}}";
    refused(c, "radiopharmacist", "quality.do_step", fill, "R-66", "not trained in 'aseptic work'");
    do_act(c, "technologist", "quality.monitor",
           "{'place':'hot cell 1','grade':'A','particles-05':3521}");
    assert_record(c, "monitoring", "MON-000002", "state", "outside limits");
    assert_record(c, "alarm", "ALM-000001", "state", "raised");
    refused(c, "technologist", "quality.do_step", fill, "R-50", "outside its limits");
    do_act(c, "technologist", "quality.monitor",
           "{'place':'hot cell 1','grade':'A','particles-05':3520}");
    at(c, "2026-11-24T06:00Z");
    refused(c, "technologist", "quality.do_step", fill, "R-50", "monitor it first");
    do_act(c, "technologist", "quality.monitor",
           "{'place':'hot cell 1','grade':'A','settle-plate':0}");
    do_act(c, "technologist", "quality.do_step", fill);
}

/* EVIDENCE: R-42 the batch record has its components and lots, equipment, persons of each step,
 * checks, yield and limits, deviations */
/* EVIDENCE: R-52 the irradiation stands in the batch record as a step that is not GMP: target,
 * charge, end of bombardment, what was measured and predicted, and what was made beside it */
static void the_batch_record_has_every_field(void **state)
{
    centre *c = *state;
    made(c, GOOD);
    json_t *step = record_of(c, "step", "BAT-000001.01");
    const json_t *beam = json_object_get(step, "irradiation");
    assert_true(json_is_false(json_object_get(step, "gmp")));
    assert_string_equal(text_in(beam, "id"), "TGT-000001");
    assert_relative(number_in(beam, "charge_coulomb"), 40e-6 * 7200.0, 1e-12);
    assert_string_equal(text_in(beam, "at"), "2026-11-23T05:30:00Z");
    assert_relative(number_in(beam, "activity_bq"), 200e9, 1e-12);
    assert_true(number_in(beam, "predicted_bq") > 0.0);
    assert_true(json_array_size(json_object_get(beam, "others")) > 0);
    json_decref(step);

    step = record_of(c, "step", "BAT-000001.02");
    assert_string_equal(text_in(step, "made_by"), "technologist");
    assert_string_equal(text_in(step, "checked_by"), "radiopharmacist");
    assert_int_equal(strlen(text_in(step, "file")), 64);
    const json_t *material = json_array_get(json_object_get(step, "materials"), 0);
    assert_string_equal(text_in(material, "number"), "180226");
    const json_t *check = json_array_get(json_object_get(step, "checks"), 0);
    assert_relative(number_in(check, "value"), 1.8, 1e-12);
    assert_relative(number_in(check, "max"), 3.0, 1e-12);
    assert_true(json_is_true(json_object_get(check, "within")));
    json_decref(step);
    assert_relative(record_value(c, "lot", "LOT-000001", "amount_left"), 1.0, 1e-12);

    json_t *batch = record_of(c, "batch", "BAT-000001");
    assert_string_equal(text_in(batch, "state"), "made");
    assert_string_equal(text_in(batch, "product_name"), "Fludeoxyglucose (F-18)");
    assert_relative(number_in(batch, "volume_ml"), 18.0, 1e-12);
    assert_relative(number_in(batch, "yield"), 0.6, 1e-9);
    assert_relative(number_in(batch, "reconciled"), 1.0, 1e-12);
    assert_non_null(json_object_get(batch, "expiry"));
    assert_true(number_in(batch, "activity_bq") > 50e9);
    json_decref(batch);
    assert_record(c, "vial", "VIA-000001", "batch", "BAT-000001");
}

static void checks_and_yields_outside_their_limits_open_deviations(void **state)
{
    centre *c = *state;
    made(c, "{'pressure':3.4,'clear':true}");
    assert_record(c, "step", "BAT-000001.02", "state", "outside limits");
    assert_record(c, "case", "DEV-000001", "batch", "BAT-000001");
    assert_record(c, "case", "DEV-000001", "about", "BAT-000001.02");
    assert_record(c, "case", "DEV-000001", "state", "open");
}

/* EVIDENCE: R-26 a material's lot leads through the batch to the vial, and the vial back to it */
static void lots_are_traced_through_the_batch(void **state)
{
    centre *c = *state;
    json_t *trace = NULL;
    moly_error err = {0};
    made(c, GOOD);
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_ledger_trace(reader, "lot/LOT-000001", &trace, &err), err);
    size_t i, n = 0;
    const json_t *row;
    json_array_foreach(json_object_get(trace, "forward"), i, row)
    {
        n += strcmp(text_in(row, "node"), "vial/VIA-000001") == 0;
    }
    assert_int_equal(n, 1);
    json_decref(trace);
    moly_ledger_reader_free(reader);
}

/* EVIDENCE: R-10 a step is signed by who did it, and by the second person who was there */
static void a_step_is_signed_by_both(void **state)
{
    centre *c = *state;
    json_t *events = NULL;
    moly_error err = {0};
    master_in_force(c);
    irradiated(c);
    step_2_fails(c, "physicist", GOOD, "R-08", "takes the role");
    assert_ok(try_step_2(c, "radiopharmacist", GOOD, &err), err);
    const moly_event_query newest = {.limit = 1, .newest_first = true};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_ledger_events(reader, &newest, &events, &err), err);
    moly_ledger_reader_free(reader);
    const json_t *signatures = json_object_get(json_array_get(events, 0), "signatures");
    assert_int_equal(json_array_size(signatures), 2);
    assert_string_equal(text_in(json_array_get(signatures, 0), "person"), "technologist");
    assert_string_equal(text_in(json_array_get(signatures, 1), "person"), "radiopharmacist");
    json_decref(events);
}

/* EVIDENCE: R-43 of two drafts of one product only one comes into force */
static void of_two_drafts_one_comes_into_force(void **state)
{
    centre *c = *state;
    do_act(c, "radiopharmacist", "quality.draft_master", DRAFT(CONTENT));
    do_act(c, "radiopharmacist", "quality.draft_master", DRAFT(CONTENT));
    do_two(c, "qualified-person", "radiopharmacist", "quality.approve_master",
           "{'master':'MBR-000001'}");
    refused_to_two(c, "qualified-person", "radiopharmacist", "quality.approve_master",
                   "{'master':'MBR-000002'}", "R-43", "MBR-000001, version 1, came into force");
}

/* EVIDENCE: R-52 the vial of a batch is of the target that its record names */
static void a_batch_takes_the_vial_of_its_target(void **state)
{
    centre *c = *state;
    moly_error err = {0};
    char fields[300];
    master_in_force(c);
    irradiated(c);
    assert_ok(try_step_2(c, "radiopharmacist", GOOD, &err), err);
    at(c, "2026-11-23T05:40Z");
    do_act(c, "technologist", "production.irradiate",
           "{'cyclotron':'C11','material':'H2O{18O:0.98,16O:0.02}','lot':'W-2211','product':'F-18',"
           "'energy':'11 MeV','current':'40 uA','start':'2026-11-23T03:30Z',"
           "'at':'2026-11-23T05:36Z'}");
    at(c, "2026-11-23T06:05Z");
    (void)snprintf(fields, sizeof fields,
                   "{'target':'TGT-000002','product':'fludeoxyglucose','yield':'60 %%',"
                   "'start':'2026-11-23T05:40Z','volume':'18 mL','activity':'%.9g Bq'}",
                   0.6 * book_of(c, "target/TGT-000002", "F-18"));
    do_act(c, "technologist", "production.process", fields);
    do_act(c, "technologist", "quality.do_step", STEP(3) ",'results':{'line cleared':'yes'}}");
    refused(c, "technologist", "quality.reconcile",
            "{'batch':'BAT-000001','vial':'VIA-000001','made':'19 mL'}", "R-52",
            "was made of TGT-000001");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, centre_set_up, centre_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_draft_says_what_is_wrong_with_it),
        TEST(limits_come_from_the_product_and_the_country),
        TEST(a_master_record_changes_only_by_an_approved_change),
        TEST(steps_come_in_their_order),
        TEST(a_step_takes_what_the_master_record_says),
        TEST(a_step_needs_its_room_and_its_qualification),
        TEST(the_batch_record_has_every_field),
        TEST(checks_and_yields_outside_their_limits_open_deviations),
        TEST(lots_are_traced_through_the_batch),
        TEST(a_step_is_signed_by_both),
        TEST(of_two_drafts_one_comes_into_force),
        TEST(a_batch_takes_the_vial_of_its_target),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Typed tests, cases, alarms, the room, training, recall. */
#include "batch_testing.h"

#include "moly/centre/quality.h"

/* BAT-000001 of FDG whose one step is done, with these tests. */
static void batch_with(centre *c, const char *tests)
{
    char fields[900];
    (void)snprintf(fields, sizeof fields,
                   "{'product':'fludeoxyglucose','content':{'steps':[{'name':'only'}],'tests':%s}}",
                   tests);
    do_act(c, "radiopharmacist", "quality.draft_master", fields);
    do_two(c, "qualified-person", "radiopharmacist", "quality.approve_master",
           "{'master':'MBR-000001'}");
    do_act(c, "physicist", "instrument.register", "{'kind':'analyser','model':'any','serial':'1'}");
    do_act(c, "radiopharmacist", "quality.issue_batch", "{'master':'MBR-000001'}");
    at(c, "2026-11-20T06:00Z");
    do_act(c, "technologist", "quality.do_step", "{'batch':'BAT-000001','step':1}");
}

#define TEST_OF(method, rest)                                                                      \
    "{'batch':'BAT-000001','method':'" method "','instrument':'INS-000001'," rest "}"

static const json_t *analysis_of(json_t *test)
{
    return json_object_get(test, "analysis");
}

/* EVIDENCE: R-49 a test has a type, its limits and reference, names its instrument, which must be
 * in use, and is one of the master record's */
static void tests_have_a_type_limits_and_an_instrument(void **state)
{
    centre *c = *state;
    batch_with(c, "[{'method':'pH'},{'method':'endotoxin'},{'method':'osmolality','min':250,"
                  "'max':350}]");
    refused(c, "technologist", "quality.test",
            "{'batch':'BAT-000001','method':'endotoxin','value':2}", "R-49", "scan the instrument");
    refused(c, "technologist", "quality.test", TEST_OF("sterility", "'conforms':true"), "R-49",
            "has no test of sterility");
    refused(c, "technologist", "quality.test", TEST_OF("endotoxin", "'conforms':true"), "",
            "unit EU/mL");
    do_act(c, "technologist", "quality.test",
           TEST_OF("endotoxin", "'value':2,'sample':'S-1','note':'dilution 1:100'"));
    json_t *test = record_of(c, "test", "TST-000001");
    assert_string_equal(text_in(test, "reference"), "Ph.Eur. 2.6.14");
    assert_string_equal(text_in(test, "unit"), "EU/mL");
    assert_string_equal(text_in(test, "instrument"), "INS-000001");
    assert_string_equal(text_in(test, "sample"), "S-1");
    /* 175 EU in at most 50 mL */
    assert_relative(number_in(json_object_get(test, "limits"), "max"), 3.5, 1e-12);
    json_decref(test);
    do_act(c, "technologist", "quality.test", TEST_OF("osmolality", "'value':351"));
    assert_record(c, "test", "TST-000002", "state", "out of specification");
    do_act(c, "physicist", "instrument.withdraw", "{'instrument':'INS-000001','reason':'broken'}");
    refused(c, "technologist", "quality.test", TEST_OF("pH", "'value':6"), "R-28", "is withdrawn");
    do_act(c, "technologist", "quality.test", "{'batch':'BAT-000001','method':'pH','value':6}");
}

/* EVIDENCE: R-49 a half-life is fitted to readings; readings that cannot tell it are refused
 * F-18: 109.77 min; 1000 exp(-ln 2 t/T) at 0, 10, 20, 30, 40 min */
static void a_half_life_is_fitted(void **state)
{
    centre *c = *state;
    batch_with(c, "[{'method':'half-life'}]");
#define FIVE_TIMES                                                                                 \
    "'times':['2026-11-20T05:00Z','2026-11-20T05:10Z','2026-11-20T05:20Z','2026-11-20T05:30Z',"    \
    "'2026-11-20T05:40Z']"
    refused(c, "technologist", "quality.test",
            TEST_OF("half-life", "'readings':['1 GBq','0.9 GBq']," FIVE_TIMES), "",
            "2 readings and 5 times");
    refused(c, "technologist", "quality.test",
            TEST_OF("half-life",
                    "'readings':['1 GBq','1.1 GBq','1.2 GBq','1.3 GBq','1.4 GBq']," FIVE_TIMES),
            "", "do not decay");
    refused(c, "technologist", "quality.test",
            TEST_OF("half-life", "'readings':['1 GBq','0.9999 GBq','0.9995 GBq'],'times':["
                                 "'2026-11-20T05:00Z','2026-11-20T05:00:05Z',"
                                 "'2026-11-20T05:00:10Z']"),
            "R-49", "measure longer");
    do_act(c, "technologist", "quality.test",
           TEST_OF("half-life", "'readings':['1000 MBq','938.81 MBq','881.36 MBq','827.43 MBq',"
                                "'776.80 MBq']," FIVE_TIMES));
    json_t *test = record_of(c, "test", "TST-000001");
    assert_relative(number_in(test, "value"), 109.77 * 60.0, 1e-4); /* five digits of readings */
    assert_true(number_in(test, "value_sd") > 0.0);
    assert_int_equal(json_integer_value(json_object_get(analysis_of(test), "readings")), 5);
    json_decref(test);
}

/* EVIDENCE: R-49 residual solvents are each held against their limit; the largest share of one is
 * the result */
static void solvents_are_each_held_against_their_limit(void **state)
{
    centre *c = *state;
    batch_with(c, "[{'method':'residual solvents','solvents':{'acetonitrile':null,"
                  "'ethanol':0.1}}]");
    refused(c, "technologist", "quality.test",
            TEST_OF("residual solvents", "'solvents':{'ethanol':0.05}"), "", "'acetonitrile'");
    do_act(c, "technologist", "quality.test",
           TEST_OF("residual solvents", "'solvents':{'ethanol':0.05,'acetonitrile':0.000082}"));
    assert_record(c, "test", "TST-000001", "state", "passed");
    assert_relative(record_value(c, "test", "TST-000001", "value"), 0.5, 1e-12);
}

/* EVIDENCE: R-49 a chromatogram is integrated and its peaks are kept with the raw data's hash */
static void chromatograms_are_integrated_and_kept(void **state)
{
    centre *c = *state;
    char *text = chromatogram_text(0.03);
    batch_with(c, "[{'method':'radiochemical purity','low':3,'high':5},"
                  "{'method':'identity','min':3.8,'max':4.2},"
                  "{'method':'radionuclidic purity'}]");
    refused(c, "technologist", "quality.test", TEST_OF("radiochemical purity", "'value':0.98"),
            "R-49", "needs its raw data");
    moly_error err = {0};
    assert_int_equal(try_file(c, "technologist", "quality.test",
                              TEST_OF("identity", "'note':'not a trace'"), "file", "no numbers\n",
                              &err),
                     MOLY_ERR_DATA);
    do_with_file(c, "technologist", "quality.test", TEST_OF("radiochemical purity", "'note':'a'"),
                 "file", text);
    do_with_file(c, "technologist", "quality.test", TEST_OF("identity", "'note':'a'"), "file",
                 text);
    json_t *test = record_of(c, "test", "TST-000001");
    const json_t *peaks = json_object_get(analysis_of(test), "peaks");
    assert_int_equal(json_array_size(peaks), 2);
    assert_int_equal(strlen(text_in(test, "file")), 64);
    double sd = number_in(test, "value_sd");
    assert_true(fabs(number_in(test, "value") - 0.97) < 3.0 * sd && sd < 0.002);
    assert_relative(number_in(json_array_get(peaks, 0), "apex"), 1.5, 0.02); /* of a point */
    assert_true(json_is_true(json_object_get(json_array_get(peaks, 1), "product")));
    json_decref(test);
    assert_record(c, "test", "TST-000002", "state", "passed");
    refused(c, "technologist", "quality.test", TEST_OF("radionuclidic purity", "'note':'a'"),
            "R-49", "pharmacy.test_purity");
    free(text);
}

/* EVIDENCE: R-18 an alarm is acknowledged by a person who signs, with a reason, once */
static void alarms_are_acknowledged_with_a_reason(void **state)
{
    centre *c = *state;
    json_t *event = NULL;
    moly_error err = {0};
    do_act(c, "technologist", "quality.monitor", "{'place':'cell','grade':'A','contact-plate':1}");
    assert_record(c, "alarm", "ALM-000001", "state", "raised");
    assert_record(c, "alarm", "ALM-000001", "about", "monitoring/MON-000001");
    const moly_performer unsigned_one = {.user = "technologist", .authentication = "password"};
    json_t *fields = json_of("{'alarm':'ALM-000001','reason':'cleaned'}");
    assert_int_equal(
        moly_centre_perform(c->ledger, "quality.acknowledge", fields, &unsigned_one, &event, &err),
        MOLY_ERR_SIGN_IN);
    json_decref(fields);
    refused(c, "technologist", "quality.acknowledge", "{'alarm':'ALM-000001','reason':' '}", "R-18",
            "needs a reason");
    refused(c, "technologist", "quality.acknowledge",
            "{'alarm':'ALM-000001','reason':'cleaned','at':'2026-11-19T00:00Z'}", "R-13",
            "it arose");
    do_act(c, "technologist", "quality.acknowledge",
           "{'alarm':'ALM-000001','reason':'glove touched the plate; cleaned, counted again'}");
    json_t *alarm = record_of(c, "alarm", "ALM-000001");
    assert_string_equal(text_in(alarm, "state"), "acknowledged");
    assert_string_equal(text_in(alarm, "acknowledged_by"), "technologist");
    assert_non_null(strstr(text_in(alarm, "reason"), "glove"));
    json_decref(alarm);
    refused(c, "physicist", "quality.acknowledge", "{'alarm':'ALM-000001','reason':'again'}",
            "R-18", "acknowledged already");
}

/* EVIDENCE: R-50 each reading of a place is held against the limit of its grade, with its source */
static void places_are_monitored_against_their_grade(void **state)
{
    centre *c = *state;
    refused(c, "technologist", "quality.monitor", "{'place':'cell','grade':'A'}", "",
            "nothing was read");
    do_act(c, "technologist", "quality.monitor",
           "{'place':'lab','grade':'C','particles-05':350000,'particles-5':2900,'air':100,"
           "'pressure':12,'temperature':'21 C','humidity':'45 %'}");
    json_t *reading = record_of(c, "monitoring", "MON-000001");
    assert_string_equal(text_in(reading, "state"), "within limits");
    const json_t *rows = json_object_get(reading, "readings");
    assert_int_equal(json_array_size(rows), 6);
    assert_true(strlen(text_in(json_array_get(rows, 0), "source")) > 0);
    json_decref(reading);
    do_act(c, "technologist", "quality.monitor", "{'place':'lab','grade':'C','pressure':3}");
    assert_record(c, "monitoring", "MON-000002", "state", "outside limits");
    assert_record(c, "case", "DEV-000001", "about", "MON-000002");
}

/* EVIDENCE: R-50 a media fill is judged by another person than who filled; growth ends the
 * operators' aseptic qualification */
static void a_media_fill_qualifies_and_disqualifies(void **state)
{
    centre *c = *state;
    refused(c, "radiopharmacist", "quality.media_fill",
            "{'process':'filling','operators':['radiopharmacist'],'filled':12,'grown':0}", "R-09",
            "cannot judge");
    refused(c, "qualified-person", "quality.media_fill",
            "{'process':'filling','operators':['technologist'],'filled':12,'grown':13}", "",
            "13 of 12");
    do_act(c, "qualified-person", "quality.media_fill",
           "{'process':'filling','operators':['technologist'],'filled':12,'grown':0}");
#define DUTY                                                                                       \
    "{'person':'technologist','duty':'filling','topics':['aseptic work'],"                         \
    "'from':'2026-11-21T00:00Z','until':'2026-11-21T08:00Z'}"
    do_act(c, "radiopharmacist", "quality.assign", DUTY);
    do_act(c, "qualified-person", "quality.media_fill",
           "{'process':'filling','operators':['technologist'],'filled':12,'grown':1}");
    assert_record(c, "alarm", "ALM-000001", "state", "raised");
    refused(c, "radiopharmacist", "quality.assign", DUTY, "R-66", "not trained in 'aseptic work'");
    /* other work goes on */
    do_act(c, "technologist", "quality.acknowledge",
           "{'alarm':'ALM-000001','reason':'growth seen'}");
}

/* EVIDENCE: R-66 whose training has ended cannot be assigned, sign or draw until another person
 * renewed it */
static void training_that_ended_stops_a_person(void **state)
{
    centre *c = *state;
    kit_ready(c);
    at(c, "2026-11-23T07:05Z");
#define TRAINED(until)                                                                             \
    "{'person':'technologist','topic':'radiation protection','until':'" until                      \
    "','basis':'course 14/2026, examination passed'}"
    refused(c, "physicist", "quality.train", TRAINED("2026-11-22T00:00Z"), "", "is over already");
    do_act(c, "physicist", "quality.train", TRAINED("2026-11-23T08:30Z"));
    refused(c, "radiopharmacist", "quality.assign",
            "{'person':'technologist','duty':'hot lab','from':'2026-11-23T08:00Z',"
            "'until':'2026-11-23T16:00Z'}",
            "R-66", "ended at");
    do_act(c, "radiopharmacist", "quality.assign",
           "{'person':'technologist','duty':'hot lab','from':'2026-11-23T07:30Z',"
           "'until':'2026-11-23T08:15Z'}");
    const char *draw = "{'order':'ORD-000001','kit':'KIT-000001','activity':'640 MBq'}";
    at(c, "2026-11-23T08:31Z");
    refused(c, "technologist", "clinic.draw_dose", draw, "R-66", "'radiation protection' ended at");
    refused(c, "technologist", "quality.acknowledge", "{'alarm':'ALM-000001','reason':'x'}", "R-66",
            "renew it first");
    refused(c, "physicist", "quality.train",
            "{'person':'physicist','topic':'laser','until':'2027-11-23T00:00Z','basis':'own'}",
            "R-09", "one's own training");
    do_act(c, "physicist", "quality.train", TRAINED("2027-11-23T00:00Z"));
    do_act(c, "technologist", "clinic.draw_dose", draw);
}

/* EVIDENCE: R-51 deviations, corrective actions, complaints, changes and risks are linked to their
 * batch, due after the site's time at the latest, and decided by another person */
static void cases_are_linked_due_and_decided_by_another(void **state)
{
    centre *c = *state;
    batch_with(c, "[{'method':'pH'}]");
    do_act(c, "technologist", "quality.open_case",
           "{'type':'complaint','batch':'BAT-000001','what':'vial label unreadable',"
           "'responsible':'radiopharmacist'}");
    json_t *one = record_of(c, "case", "CMP-000001");
    assert_string_equal(text_in(one, "batch"), "BAT-000001");
    assert_string_equal(text_in(one, "responsible"), "radiopharmacist");
    assert_relative(moly_instant_difference_s(c->now, instant_of(text_in(one, "due"))),
                    30.0 * 86400.0, 1e-9);
    json_decref(one);
    refused(c, "technologist", "quality.open_case",
            "{'type':'complaint','what':'late','due':'2027-11-20T00:00Z'}", "R-51", "later than");
    refused(c, "technologist", "quality.open_case", "{'type':'risk','what':'column leaks'}", "",
            "severity, occurrence and detection");
    do_act(c, "technologist", "quality.open_case",
           "{'type':'risk','what':'column leaks','severity':4,'occurrence':2,'detection':3}");
    assert_relative(record_value(c, "case", "RSK-000001", "priority"), 24.0, 0.0);
    refused(c, "technologist", "quality.open_case", "{'type':'change','what':'new filter'}", "",
            "a change names the master record");
    do_act(c, "technologist", "quality.open_case",
           "{'type':'capa','about':'CMP-000001','batch':'BAT-000001','what':'laminate labels'}");
    refused(c, "technologist", "quality.open_case",
            "{'type':'capa','about':'CMP-000009','what':'laminate labels'}", "", "CMP-000009");
    do_act(c, "radiopharmacist", "quality.open_case",
           "{'type':'deviation','batch':'BAT-000001','what':'door open'}");
    refused(c, "radiopharmacist", "quality.decide_case",
            "{'case':'DEV-000001','conclusion':'no impact','cause':'seconds only'}", "R-09",
            "opened");
    refused(c, "qualified-person", "quality.decide_case",
            "{'case':'DEV-000001','conclusion':'approved','cause':'seconds only'}", "R-51",
            "no conclusion");
    do_act(c, "qualified-person", "quality.decide_case",
           "{'case':'DEV-000001','conclusion':'no impact','cause':'seconds only'}");
    refused(c, "qualified-person", "quality.decide_case",
            "{'case':'DEV-000001','conclusion':'no impact','cause':'seconds only'}", "R-13",
            "decided already");
}

static json_t *cases_of(centre *c, bool is_open, bool is_overdue)
{
    json_t *cases = NULL;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_centre_cases(reader, is_open, is_overdue, c->now, &cases, &err), err);
    moly_ledger_reader_free(reader);
    return cases;
}

static size_t n_results(json_t *list)
{
    size_t n = json_array_size(json_object_get(list, "results"));
    json_decref(list);
    return n;
}

/* EVIDENCE: R-51 what is overdue is listed, the first due first, and stands on the first screen */
static void overdue_cases_are_listed_and_on_the_first_screen(void **state)
{
    centre *c = *state;
    do_act(c, "technologist", "quality.open_case",
           "{'type':'complaint','what':'late','due':'2026-11-25T00:00Z'}");
    do_act(c, "technologist", "quality.open_case",
           "{'type':'deviation','what':'door','due':'2026-11-22T00:00Z'}");
    do_act(c, "technologist", "quality.open_case", "{'type':'deviation','what':'window'}");
    do_act(c, "qualified-person", "quality.decide_case",
           "{'case':'DEV-000002','conclusion':'no impact','cause':'closed at once'}");
    assert_int_equal(n_results(cases_of(c, true, true)), 0);
    at(c, "2026-11-23T00:00Z");
    json_t *open = cases_of(c, true, false);
    const json_t *rows = json_object_get(open, "results");
    assert_int_equal(json_array_size(rows), 2);
    assert_string_equal(text_in(json_array_get(rows, 0), "id"), "DEV-000001");
    assert_string_equal(text_in(json_array_get(rows, 0), "what"), "door");
    assert_true(json_is_true(json_object_get(json_array_get(rows, 0), "is_overdue")));
    json_decref(open);
    assert_int_equal(n_results(cases_of(c, true, true)), 1);
    assert_int_equal(n_results(cases_of(c, false, false)), 3);

    json_t *today = NULL;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_centre_today(moly_ledger_site(c->ledger), reader, c->now, &today, &err), err);
    moly_ledger_reader_free(reader);
    const json_t *block = json_array_get(json_object_get(today, "blocks"), 0);
    assert_string_equal(text_in(block, "what"), "case DEV-000001");
    assert_string_equal(text_in(block, "rule"), "R-51");
    json_decref(today);
}

static void a_chromatogram_is_read_back_to_be_drawn(void **state)
{
    centre *c = *state;
    char *text = chromatogram_text(0.03);
    json_t *trace = NULL;
    moly_error err = {0};
    batch_with(c, "[{'method':'radiochemical purity','low':3,'high':5},{'method':'pH'}]");
    do_with_file(c, "technologist", "quality.test", TEST_OF("radiochemical purity", "'note':'a'"),
                 "file", text);
    do_act(c, "technologist", "quality.test", TEST_OF("pH", "'value':6"));
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_centre_chromatogram(reader, "TST-000001", &trace, &err), err);
    assert_int_equal(json_array_size(json_object_get(trace, "signal")), 800);
    assert_relative(json_number_value(json_array_get(json_object_get(trace, "position"), 400)), 4.0,
                    1e-9);
    json_decref(trace);
    assert_int_equal(moly_centre_chromatogram(reader, "TST-000002", &trace, &err), MOLY_ERR_DATA);
    assert_null(trace);
    moly_ledger_reader_free(reader);
    free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, centre_set_up, centre_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tests_have_a_type_limits_and_an_instrument),
        TEST(a_half_life_is_fitted),
        TEST(solvents_are_each_held_against_their_limit),
        TEST(chromatograms_are_integrated_and_kept),
        TEST(alarms_are_acknowledged_with_a_reason),
        TEST(places_are_monitored_against_their_grade),
        TEST(a_media_fill_qualifies_and_disqualifies),
        TEST(training_that_ended_stops_a_person),
        TEST(cases_are_linked_due_and_decided_by_another),
        TEST(overdue_cases_are_listed_and_on_the_first_screen),
        TEST(a_chromatogram_is_read_back_to_be_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

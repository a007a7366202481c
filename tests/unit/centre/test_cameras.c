/* SPDX-License-Identifier: Apache-2.0 */
/* Cameras: their quality control is recorded with its files, and stops injections when it fails. */
#include "batch_testing.h"

#include "moly/centre/stock.h"

static const char give[] =
    "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1968-03-14'%s}";

static void cameras(centre *c)
{
    do_act(c, "physicist", "instrument.register",
           "{'kind':'gamma camera','model':'AnyScan S','serial':'AS-0417','id':'CAM-000001'}");
}

static void check(centre *c, const char *camera, const char *what, const char *value)
{
    char fields[300];
    (void)snprintf(fields, sizeof fields, "{'instrument':'%s','check':'%s','value':%s}", camera,
                   what, value);
    do_act(c, "technologist", "instrument.check_camera", fields);
}

static void drawn(centre *c)
{
    char fields[200];
    kit_ready(c);
    at(c, "2026-11-23T08:50Z");
    (void)snprintf(fields, sizeof fields,
                   "{'order':'ORD-000001','kit':'KIT-000001','activity':'612 MBq'}");
    do_act(c, "technologist", "clinic.draw_dose", fields);
    at(c, "2026-11-23T09:00Z");
}

static void refused_with(centre *c, const char *more, const char *rule, const char *piece)
{
    char fields[300];
    (void)snprintf(fields, sizeof fields, give, more);
    refused(c, "technologist", "clinic.administer", fields, rule, piece);
}

/* EVIDENCE: R-32 no dose is given while uniformity, energy peak or centre of rotation of the only
 * camera is missing, failed or overdue */
static void a_camera_that_failed_stops_the_injection(void **state)
{
    centre *c = *state;
    drawn(c);
    cameras(c);
    refused_with(c, "", "R-32", "CAM-000001 was never checked for uniformity");
    check(c, "CAM-000001", "uniformity", "0.034");
    check(c, "CAM-000001", "energy peak", "0.006");
    refused_with(c, "", "R-32", "never checked for rotation");
    check(c, "CAM-000001", "rotation", "2.4"); /* of 2 mm */
    assert_record(c, "instrument_check", "CHK-000003", "state", "failed");
    assert_record(c, "instrument_check", "CHK-000003", "unit", "mm");
    refused_with(c, "", "R-32", "failed its check of rotation");
    refused_with(c, ",'camera':'CAM-000001'", "R-32", "failed its check of rotation");
    check(c, "CAM-000001", "rotation", "-0.7");
    char fields[300];
    (void)snprintf(fields, sizeof fields, give, ",'camera':'CAM-000001'");
    do_act(c, "technologist", "clinic.administer", fields);
    assert_record(c, "dose", "DOS-000001", "camera", "CAM-000001");
}

static void a_check_of_a_day_ago_is_overdue(void **state)
{
    centre *c = *state;
    at(c, "2026-11-22T08:00Z");
    cameras(c);
    check(c, "CAM-000001", "uniformity", "0.034");
    check(c, "CAM-000001", "energy peak", "0.006");
    check(c, "CAM-000001", "rotation", "0.4");
    drawn(c);
    refused_with(c, "", "R-32", "check of uniformity was due at");
    check(c, "CAM-000001", "uniformity", "0.034");
    refused_with(c, "", "R-32", "check of energy peak was due at");
    /* a second camera that holds is enough, unless the first is named */
    do_act(c, "physicist", "instrument.register",
           "{'kind':'gamma camera','model':'AnyScan S','serial':'2','id':'CAM-000002'}");
    check(c, "CAM-000002", "uniformity", "0.03");
    check(c, "CAM-000002", "energy peak", "0.01");
    check(c, "CAM-000002", "rotation", "0.1");
    refused_with(c, ",'camera':'CAM-000001'", "R-32", "check of energy peak was due at");
    do_act(c, "physicist", "instrument.register",
           "{'kind':'PET scanner','model':'mCT','serial':'3','id':'CAM-000003'}");
    refused_with(c, ",'camera':'CAM-000003'", "R-32", "is imaged with a gamma camera");
    char fields[300];
    (void)snprintf(fields, sizeof fields, give, "");
    do_act(c, "technologist", "clinic.administer", fields);
}

/* What `moly nema flood.dcm --test uniformity --format json` prints, shortened. */
static const char result[] =
    "{\"test\":\"uniformity\",\"standard\":\"NEMA NU 1-2018\",\"values\":["
    "{\"key\":\"integral_ufov\",\"value\":0.0338,\"unit\":\"fraction\",\"limit\":0.9,"
    "\"bound\":\"at most\",\"limit_source\":\"generous\"},"
    "{\"key\":\"differential_ufov\",\"value\":%s,\"unit\":\"fraction\"},"
    "{\"key\":\"other\",\"value\":7,\"unit\":\"mm\",\"limit\":8,\"bound\":\"at most\","
    "\"limit_source\":\"maker\"}]}";

/* EVIDENCE: R-32 the result of an analysis is kept with the check and judged by the site's own
 * limits; its figures stand in the record and in the trend */
static void a_result_is_kept_and_judged_by_the_sites_limits(void **state)
{
    static const char fields[] = "{'instrument':'CAM-000001','check':'uniformity'%s}";
    centre *c = *state;
    char text[600], with[300];
    moly_error err = {0};
    json_t *shown = NULL;
    at(c, "2026-11-23T05:00Z");
    cameras(c);
    (void)snprintf(text, sizeof text, result, "0.0243");
    (void)snprintf(with, sizeof with, fields, "");
    do_with_file(c, "physicist", "instrument.check_camera", with, "result", text);
    json_t *record = record_of(c, "instrument_check", "CHK-000001");
    assert_string_equal(text_in(record, "state"), "passed");
    assert_int_equal(strlen(text_in(record, "result_blob")), 64);
    const json_t *figures = json_object_get(record, "figures");
    assert_int_equal(json_array_size(figures), 3);
    assert_relative(number_in(json_array_get(figures, 0), "limit"), 0.06, 1e-12);
    assert_relative(number_in(record, "deviation"), 0.0338, 1e-12);
    json_decref(record);

    (void)snprintf(text, sizeof text, result, "0.0413");
    do_with_file(c, "physicist", "instrument.check_camera", with, "result", text);
    assert_record(c, "instrument_check", "CHK-000002", "state", "failed");
    assert_record(c, "instrument", "CAM-000001", "uniformity_result", "failed");

    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_centre_instrument(reader, "CAM-000001", c->now, &shown, &err), err);
    assert_int_equal(json_array_size(json_object_get(shown, "trend")), 2);
    assert_int_equal(json_array_size(json_object_get(shown, "plan")), 6);
    assert_string_equal(text_in(json_array_get(json_object_get(shown, "plan"), 0), "act"),
                        "instrument.check_camera");
    json_decref(shown);
    moly_ledger_reader_free(reader);
}

static void what_does_not_fit_is_refused(void **state)
{
    centre *c = *state;
    moly_error err = {0};
    at(c, "2026-11-23T05:00Z");
    cameras(c);
    do_act(c, "physicist", "instrument.register",
           "{'kind':'dose calibrator','model':'CRC','serial':'1','id':'CAL-9'}");
    refused(c, "technologist", "instrument.check_camera",
            "{'instrument':'CAL-9','check':'uniformity','value':0.03}", "R-32",
            "is a dose calibrator, which has no check of uniformity");
    refused(c, "technologist", "instrument.check_camera",
            "{'instrument':'CAM-000001','check':'SUV calibration','value':0.03}", "R-32",
            "is a gamma camera, which has no check of SUV calibration");
    refused(c, "technologist", "instrument.check_camera",
            "{'instrument':'CAM-000001','check':'resolution','value':7.5}", "R-32",
            "no limit is known");
    refused(c, "technologist", "instrument.check_camera",
            "{'instrument':'CAM-000001','check':'resolution','value':7.5,'limit':8}", "",
            "say where the limit");
    refused(c, "technologist", "instrument.check_camera",
            "{'instrument':'CAM-000001','check':'uniformity'}", "", "value or result");
    static const char *const bad[] = {
        "",
        "{",
        "[]",
        "{\"test\":\"iq\",\"values\":[]}",
        "{\"test\":\"uniformity\"}",
        "{\"test\":\"uniformity\",\"values\":[1]}",
        "{\"test\":\"uniformity\",\"values\":[{\"key\":\"x\"}]}",
        "{\"test\":\"uniformity\",\"values\":[{\"key\":\"x\",\"unit\":1}]}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        err = (moly_error){0};
        assert_int_equal(try_file(c, "technologist", "instrument.check_camera",
                                  "{'instrument':'CAM-000001','check':'uniformity'}", "result",
                                  bad[i], &err),
                         MOLY_ERR_DATA);
    }
    do_act(c, "physicist", "instrument.check_camera",
           "{'instrument':'CAM-000001','check':'resolution','value':7.5,'limit':8,"
           "'limit_source':'acceptance test 2021'}");
    assert_record(c, "instrument_check", "CHK-000001", "limit_source", "acceptance test 2021");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, centre_set_up, centre_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_camera_that_failed_stops_the_injection),
        TEST(a_check_of_a_day_ago_is_overdue),
        TEST(a_result_is_kept_and_judged_by_the_sites_limits),
        TEST(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

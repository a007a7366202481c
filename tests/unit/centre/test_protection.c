/* SPDX-License-Identifier: Apache-2.0 */
/* Staff doses, surveys on the floor plan, incidents. */
#include "centre_testing.h"

#include "moly/centre/protection.h"

static int set_up(void **state)
{
    centre *c = calloc(1, sizeof *c);
    centre_open(c, "KG");
    at(c, "2026-11-20T06:00Z");
    do_act(c, "physicist", "stock.register_room",
           "{'name':'hot lab','licence':'L','default':true,'nuclides':['Tc-99m'],"
           "'limits':['400 GBq']}");
    *state = c;
    return 0;
}

static const char *warning_of(const json_t *event, size_t i)
{
    const json_t *warnings = json_object_get(json_object_get(event, "body"), "warnings");
    return i < json_array_size(warnings) ? text_in(json_array_get(warnings, i), "message") : "";
}

static json_t *dose(centre *c, const char *person, const char *from, const char *until,
                    const char *rest)
{
    char fields[400];
    (void)snprintf(fields, sizeof fields, "{'person':'%s','from':'%s','until':'%s',%s}", person,
                   from, until, rest);
    return do_act_of(c, "physicist", NULL, "safety.record_staff_dose", fields);
}

/* EVIDENCE: R-57 a reading is held against the investigation level of its period, the year's limits
 * and the mean of five years, a transferred dose among them; a high one is investigated by another
 * person */
static void staff_doses_are_held_against_limits_and_levels(void **state)
{
    centre *c = *state;
    json_t *event = dose(c, "technologist", "2026-09-01T00:00Z", "2026-10-01T00:00Z",
                         "'whole_body':'0.4 mSv','extremity':'3 mSv','dosimeter':'T1'");
    assert_string_equal(warning_of(event, 0), "");
    json_decref(event);
    assert_record(c, "staff_dose", "SDO-000001", "state", "recorded");
    refused(c, "physicist", "safety.record_staff_dose",
            "{'person':'technologist','from':'2026-09-20T00:00Z','until':'2026-10-20T00:00Z',"
            "'whole_body':'0.1 mSv','dosimeter':'T1'}",
            "R-57", "SDO-000001");
    /* 0.5 mSv a month is the level */
    event = dose(c, "technologist", "2026-10-01T00:00Z", "2026-11-01T00:00Z",
                 "'whole_body':'0.8 mSv','dosimeter':'T1'");
    assert_non_null(strstr(warning_of(event, 0), "investigation level"));
    json_decref(event);
    assert_record(c, "staff_dose", "SDO-000002", "state", "to be investigated");
    refused(c, "physicist", "safety.investigate_dose",
            "{'dose':'SDO-000001','cause':'a','measures':'b'}", "R-57", "nothing to investigate");
    do_act(c, "physicist", "safety.investigate_dose",
           "{'dose':'SDO-000002','cause':'many therapies','measures':'two share them'}");
    assert_record(c, "staff_dose", "SDO-000002", "state", "investigated");
    /* over 50 mSv in the year with what came from another employer */
    event = dose(c, "technologist", "2026-01-01T00:00Z", "2026-08-01T00:00Z",
                 "'whole_body':'49.5 mSv','basis':'transferred','laboratory':'other hospital'");
    assert_non_null(strstr(warning_of(event, 0), "50.7 mSv in 2026, limit 50 mSv"));
    json_decref(event);
    assert_record(c, "staff_dose", "SDO-000003", "state", "over a limit");
    json_t *doses = NULL;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_centre_staff_doses(moly_ledger_site(c->ledger), reader, c->now, &doses, &err),
              err);
    const json_t *row = json_array_get(json_object_get(doses, "results"), 0);
    assert_relative(number_in(row, "whole_body_sv"), 0.0507, 1e-12);
    assert_relative(number_in(row, "mean_sv"), 0.01014, 1e-12);
    assert_relative(number_in(row, "extremity_sv"), 0.003, 1e-12);
    assert_string_equal(text_in(row, "state"), "over");
    json_decref(doses);
    moly_ledger_reader_free(reader);
}

/* EVIDENCE: R-57 from the declaration of a pregnancy on, the child's limit holds; nobody
 * investigates a dose of their own */
static void a_declared_pregnancy_has_the_limit_of_the_child(void **state)
{
    centre *c = *state;
    json_decref(dose(c, "physicist", "2026-10-01T00:00Z", "2026-11-01T00:00Z",
                     "'whole_body':'0.7 mSv','dosimeter':'T2'"));
    refused(c, "physicist", "safety.investigate_dose",
            "{'dose':'SDO-000001','cause':'a','measures':'b'}", "R-09", "your own dose");
    do_act(c, "physicist", "safety.declare_pregnancy", "{'person':'radiopharmacist'}");
    at(c, "2027-01-20T06:00Z");
    json_decref(dose(c, "radiopharmacist", "2026-11-20T00:00Z", "2026-12-20T00:00Z",
                     "'whole_body':'0.4 mSv','dosimeter':'T3'"));
    json_t *event = dose(c, "radiopharmacist", "2026-12-20T00:00Z", "2027-01-20T00:00Z",
                         "'whole_body':'0.7 mSv','dosimeter':'T3'");
    assert_non_null(strstr(warning_of(event, 0), "1.1 mSv since the pregnancy was declared"));
    json_decref(event);
    do_act(c, "physicist", "safety.declare_pregnancy", "{'person':'radiopharmacist','ended':true}");
    json_t *person = record_of(c, "person", "radiopharmacist");
    assert_null(json_object_get(person, "pregnancy_declared"));
    json_decref(person);
}

/* EVIDENCE: R-56 dose rates and wipes are kept with their points on the plan and judged by the
 * area's class; an instrument whose calibration is not valid is refused */
static void a_survey_is_drawn_on_the_plan_and_judged_by_its_area(void **state)
{
    centre *c = *state;
    static const char survey[] =
        "{'room':'ROOM-000001','instrument':'INS-000001','x':['1 m','2 m'],'y':['1 m','2 m'],"
        "'dose_rate':['2 uSv/h','25 uSv/h'],'wipe':[0.5,1]}";
    do_act(c, "physicist", "safety.map_room",
           "{'room':'ROOM-000001','area':'controlled','x':['0 m','4 m','4 m','0 m'],"
           "'y':['0 m','0 m','3 m','3 m']}");
    do_act(c, "physicist", "instrument.register",
           "{'kind':'survey meter','model':'M','serial':'1'}");
    refused(c, "technologist", "safety.survey", survey, "R-56", "never calibrated");
    do_act(c, "physicist", "instrument.calibrate",
           "{'instrument':'INS-000001','result':'passed','certificate':'K-1','due':"
           "'2026-12-20T00:00Z'}");
    refused(c, "technologist", "safety.survey", survey, "R-56", "1 points are over a limit");
    json_t *event = do_act_of(
        c, "technologist", NULL, "safety.survey",
        "{'room':'ROOM-000001','instrument':'INS-000001','x':['1 m','2 m'],'y':['1 m','2 m'],"
        "'dose_rate':['2 uSv/h','25 uSv/h'],'wipe':[0.5,1],'action':'generator shielded'}");
    assert_non_null(strstr(warning_of(event, 0), "the most 25 at point 2"));
    json_decref(event);
    assert_record(c, "survey", "SUR-000001", "state", "over a limit");
    assert_record(c, "survey", "SUR-000001", "calibration", "K-1");
    json_t *map = NULL;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_centre_survey_map(reader, instant_of("2026-11-22T06:00Z"), &map, &err), err);
    const json_t *room = json_array_get(json_object_get(map, "results"), 0);
    assert_int_equal(json_array_size(json_object_get(room, "corners_mm")), 4);
    assert_true(json_is_true(json_object_get(room, "is_overdue")));
    assert_string_equal(text_in(json_object_get(room, "survey"), "id"), "SUR-000001");
    json_decref(map);
    moly_ledger_reader_free(reader);
    at(c, "2026-12-21T06:00Z");
    refused(c, "technologist", "safety.survey", survey, "R-29", "2026-12-20");
}

static void a_point_outside_of_the_room_is_refused(void **state)
{
    centre *c = *state;
    json_t *event = NULL;
    moly_error err = {0};
    do_act(c, "physicist", "safety.map_room",
           "{'room':'ROOM-000001','area':'public','x':['0 m','4 m','4 m'],"
           "'y':['0 m','0 m','3 m']}");
    do_act(c, "physicist", "instrument.register",
           "{'kind':'survey meter','model':'M','serial':'1'}");
    do_act(c, "physicist", "instrument.calibrate",
           "{'instrument':'INS-000001','result':'passed','certificate':'K-1','due':"
           "'2026-12-20T00:00Z'}");
    assert_int_equal(try_act(c, "technologist", NULL, "safety.survey",
                             "{'room':'ROOM-000001','instrument':'INS-000001','x':['3 m','1 m'],"
                             "'y':['1 m','2 m'],'wipe':[0,0]}",
                             &event, &err),
                     MOLY_ERR_RANGE);
    assert_non_null(strstr(err.message, "point 2 at 1.00 m, 2.00 m"));
    assert_int_equal(try_act(c, "technologist", NULL, "safety.survey",
                             "{'room':'ROOM-000001','instrument':'INS-000001','x':['3 m'],"
                             "'y':['1 m'],'wipe':[0,0]}",
                             &event, &err),
                     MOLY_ERR_USAGE);
}

/* EVIDENCE: R-38 an incident keeps what happened and what was done, with the times until which the
 * regulator is told and has the report; it closes when both were, with cause and measures */
static void an_incident_has_the_regulators_deadlines_until_it_is_closed(void **state)
{
    centre *c = *state;
    json_t *event = do_act_of(c, "technologist", NULL, "safety.report_incident",
                              "{'kind':'spill','description':'a drop','action':'wiped',"
                              "'activity':'30 MBq','occurred':'2026-11-20T05:30Z'}");
    assert_non_null(strstr(warning_of(event, 0), "tell the regulator by 2026-11-21"));
    json_decref(event);
    json_t *list = NULL;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_centre_incidents(reader, instant_of("2026-11-22T07:00Z"), &list, &err), err);
    assert_true(json_is_true(
        json_object_get(json_array_get(json_object_get(list, "results"), 0), "is_overdue")));
    json_decref(list);
    moly_ledger_reader_free(reader);
    at(c, "2026-11-22T08:00Z");
    event = do_act_of(c, "physicist", NULL, "safety.follow_incident",
                      "{'incident':'INC-000001','notified':'2026-11-22T07:30Z','cause':'haste'}");
    assert_non_null(strstr(warning_of(event, 0), "later than"));
    json_decref(event);
    assert_record(c, "incident", "INC-000001", "state", "open");
    do_act(c, "physicist", "safety.follow_incident",
           "{'incident':'INC-000001','reported':'2026-11-22T07:50Z','measures':'a tray'}");
    assert_record(c, "incident", "INC-000001", "state", "closed");
    refused(c, "physicist", "safety.follow_incident", "{'incident':'INC-000001'}", "R-38",
            "closed already");
    json_t *nothing = NULL;
    assert_int_equal(try_act(c, "technologist", NULL, "safety.report_incident",
                             "{'kind':'extravasation','description':'a','action':'b'}", &nothing,
                             &err),
                     MOLY_ERR_USAGE);
}

static json_t *spill_of(centre *c, const char *nuclide, double bq, const char *language)
{
    json_t *guide = NULL;
    moly_error err = {.language = language};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_centre_spill(moly_ledger_site(c->ledger), reader, nuclide, bq, &guide, &err),
              err);
    moly_ledger_reader_free(reader);
    return guide;
}

/* EVIDENCE: R-38 the spill guide says minor or major, the steps in order and the limits of the
 * country, and ends in the report of the incident */
static void a_spill_has_its_steps_by_nuclide_and_activity(void **state)
{
    centre *c = *state;
    json_t *minor = spill_of(c, "Tc-99m", 1e9, NULL);
    json_t *major = spill_of(c, "I-131", 37e6, NULL); /* 1 mCi */
    const json_t *facts = json_array_get(json_object_get(minor, "results"), 0);
    assert_string_equal(text_in(facts, "severity"), "minor");
    assert_true(number_in(facts, "threshold_bq") == 3.7e9);
    /* 14.2 uGy m2/(GBq h) of Tc-99m above 20 keV, ICRP-107; 1 GBq at 1 m */
    assert_relative(number_in(facts, "air_kerma_1m_gy_per_h"), 14.2e-6, 0.05);
    facts = json_array_get(json_object_get(major, "results"), 0);
    assert_string_equal(text_in(facts, "severity"), "major");
    char *steps = json_dumps(json_object_get(major, "steps"), JSON_COMPACT);
    assert_non_null(strstr(steps, "Lock or guard the door"));
    assert_non_null(strstr(steps, "thyroids"));
    assert_null(strstr(steps, "from the rim"));
    free(steps);
    steps = json_dumps(json_object_get(minor, "steps"), JSON_COMPACT);
    assert_non_null(strstr(steps, "from the rim"));
    assert_null(strstr(steps, "thyroids"));
    free(steps);
    assert_true(
        number_in(json_array_get(json_object_get(minor, "limits"), 1), "limit_bq_per_cm2") == 4.0);
    json_decref(minor);
    json_decref(major);
    json_t *unknown = spill_of(c, "Lu-177", 37e6, NULL);
    facts = json_array_get(json_object_get(unknown, "results"), 0);
    assert_string_equal(text_in(facts, "severity"), "major");
    assert_non_null(strstr(text_in(facts, "threshold_source"), "smallest threshold"));
    json_decref(unknown);
}

static void every_step_of_the_spill_guide_is_said_in_russian(void **state)
{
    centre *c = *state;
    static const struct {
        const char *nuclide;
        double bq;
    } spills[] = {{"Tc-99m", 1e6}, {"I-131", 1e9}};
    for (size_t i = 0; i < 2; i++) {
        json_t *guide = spill_of(c, spills[i].nuclide, spills[i].bq, "ru");
        const json_t *one;
        size_t k;
        json_array_foreach(json_object_get(guide, "steps"), k, one)
        {
            if ((unsigned char)text_in(one, "step")[0] < 0xD0) {
                fail_msg("no Russian of '%s'", text_in(one, "step"));
            }
        }
        assert_true(k >= 9);
        json_decref(guide);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(staff_doses_are_held_against_limits_and_levels, set_up,
                                        centre_tear_down),
        cmocka_unit_test_setup_teardown(a_declared_pregnancy_has_the_limit_of_the_child, set_up,
                                        centre_tear_down),
        cmocka_unit_test_setup_teardown(a_survey_is_drawn_on_the_plan_and_judged_by_its_area,
                                        set_up, centre_tear_down),
        cmocka_unit_test_setup_teardown(a_point_outside_of_the_room_is_refused, set_up,
                                        centre_tear_down),
        cmocka_unit_test_setup_teardown(an_incident_has_the_regulators_deadlines_until_it_is_closed,
                                        set_up, centre_tear_down),
        cmocka_unit_test_setup_teardown(a_spill_has_its_steps_by_nuclide_and_activity, set_up,
                                        centre_tear_down),
        cmocka_unit_test_setup_teardown(every_step_of_the_spill_guide_is_said_in_russian, set_up,
                                        centre_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

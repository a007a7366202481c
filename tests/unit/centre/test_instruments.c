/* SPDX-License-Identifier: Apache-2.0 */
/* Instruments: their checks gate use, their readings keep the bytes, their geometry is applied. */
#include "centre_testing.h"

#include "instruments/check.h"
#include "moly/centre/pack.h"
#include "moly/centre/stock.h"

#define CS137 "'nuclide':'Cs-137','expected':'9.25 MBq','reference':'2026-11-01T00:00Z'"

static void registered(centre *c)
{
    do_act(c, "physicist", "instrument.register",
           "{'kind':'dose calibrator','model':'CRC-35R','serial':'351207',"
           "'driver':'capintec-crc35r'}");
}

/* The five checks of INS-000001, now. */
static void checked(centre *c)
{
    do_act(c, "technologist", "instrument.check_background",
           "{'instrument':'INS-000001','activity':'40 kBq'}");
    do_act(c, "technologist", "instrument.check_constancy",
           "{'instrument':'INS-000001','activity':'9.24 MBq'," CS137 "}");
    do_act(c, "physicist", "instrument.check_accuracy",
           "{'instrument':'INS-000001','activity':'9.20 MBq'," CS137 "}");
    do_act(c, "physicist", "instrument.check_linearity",
           "{'instrument':'INS-000001','method':'shield','factors':[1,10,100],"
           "'activities':['4 GBq','400 MBq','40 MBq']}");
    do_act(c, "physicist", "instrument.check_geometry",
           "{'instrument':'INS-000001','container':'syringe 5 mL','volumes':['1 mL','5 mL'],"
           "'activities':['100 MBq','96 MBq']}");
}

static const char elution[] = "{'generator':'GEN-000001','volume':'10 mL','activity':'8 GBq'}";

/* EVIDENCE: R-28 a dose calibrator whose check is missing, overdue or failed measures no dose */
static void a_calibrator_measures_only_while_its_checks_hold(void **state)
{
    centre *c = *state;
    stock(c);
    at(c, "2026-11-23T05:00Z");
    registered(c);
    refused(c, "technologist", "pharmacy.elute", elution, "R-28", "never checked for constancy");
    checked(c);
    at(c, "2026-11-24T06:00Z"); /* a day and an hour later */
    refused(c, "technologist", "pharmacy.elute", elution, "R-28", "check of constancy was due at");
    checked(c);
    json_t *event = do_act_of(c, "technologist", NULL, "instrument.check_constancy",
                              "{'instrument':'INS-000001','activity':'9.8 MBq'," CS137 "}");
    const json_t *warning =
        json_array_get(json_object_get(json_object_get(event, "body"), "warnings"), 0);
    assert_string_equal(text_in(warning, "rule"), "R-28");
    json_decref(event);
    assert_record(c, "instrument_check", "CHK-000011", "state", "failed");
    refused(c, "technologist", "pharmacy.elute", elution, "R-28", "failed its check of constancy");
    refused(c, "technologist", "safety.measure",
            "{'vessel':'generator/GEN-000001','activity':'1 GBq'}", "R-28",
            "failed its check of constancy");
    refused(c, "technologist", "pharmacy.receive_vial",
            "{'product':'fludeoxyglucose','supplier':'Isotope','lot':'F1','certificate':'C1',"
            "'labelled':'4 GBq','calibrated':'2026-11-24T06:00Z','activity':'4 GBq',"
            "'volume':'8 mL','expiry':'2026-11-25T06:00Z'}",
            "R-28", "failed its check of constancy");
    do_act(c, "technologist", "instrument.check_constancy",
           "{'instrument':'INS-000001','activity':'9.21 MBq'," CS137 "}");
    eluted(c, 1.0);
    do_act(c, "physicist", "instrument.withdraw", "{'instrument':'INS-000001','reason':'flooded'}");
    refused(c, "technologist", "pharmacy.elute", elution, "R-28", "no dose calibrator is in use");
    refused(c, "technologist", "instrument.check_background",
            "{'instrument':'INS-000001','activity':'40 kBq'}", "R-28", "withdrawn");
}

static void of_several_calibrators_one_is_named(void **state)
{
    centre *c = *state;
    stock(c);
    at(c, "2026-11-23T05:00Z");
    registered(c);
    checked(c);
    registered(c);
    refused(c, "technologist", "pharmacy.elute", elution, "R-28",
            "several are in use (dose calibrator: 2)");
    refused(c, "technologist", "pharmacy.elute",
            "{'generator':'GEN-000001','volume':'10 mL','activity':'8 GBq',"
            "'instrument':'INS-000002'}",
            "R-28", "INS-000002 was never checked");
    do_act(c, "technologist", "pharmacy.elute",
           "{'generator':'GEN-000001','volume':'10 mL','activity':'8 GBq',"
           "'instrument':'INS-000001'}");
}

/* EVIDENCE: R-28 what a cyclotron made, what a synthesis gave and a gamma spectrum are measured
 * with an instrument that is named and whose checks are good */
static void production_names_the_instrument_that_measured(void **state)
{
    static const char beam[] =
        "{'cyclotron':'C18','material':'H2O{18O:0.98,16O:0.02}','lot':'W-2211','product':'F-18',"
        "'energy':'16 MeV','current':'40 uA','start':'2026-11-23T03:30Z',"
        "'at':'2026-11-23T05:30Z','activity':'200 GBq'%s}";
    static const char synthesis[] =
        "{'target':'TGT-000001','product':'fludeoxyglucose','yield':'60 %','volume':'18 mL',"
        "'start':'2026-11-23T05:35Z','activity':'95 GBq'}";
    static const char purity[] = "{'eluate':'ELU-000001','spectrum':'0','efficiency':'0'%s}";
    char fields[400];
    centre *c = *state;
    stock(c);
    at(c, "2026-11-23T05:00Z");
    registered(c);
    at(c, "2026-11-23T06:10Z");
    (void)snprintf(fields, sizeof fields, beam, "");
    refused(c, "technologist", "production.irradiate", fields, "R-28", "was never checked");
    at(c, "2026-11-23T05:00Z");
    checked(c);
    do_act(c, "physicist", "instrument.register",
           "{'kind':'gamma spectrometer','model':'GC3018','serial':'b20'}");
    at(c, "2026-11-23T06:10Z");
    (void)snprintf(fields, sizeof fields, beam, ",'instrument':'INS-000001'");
    do_act(c, "technologist", "production.irradiate", fields);
    json_t *event = do_act_of(c, "technologist", NULL, "production.process", synthesis);
    const json_t *how = json_object_get(json_object_get(event, "body"), "measured");
    assert_string_equal(text_in(how, "instrument"), "INS-000001");
    json_decref(event);
    eluted(c, 1.0);
    (void)snprintf(fields, sizeof fields, purity, ",'instrument':'INS-000001'");
    refused(c, "physicist", "pharmacy.test_purity", fields, "R-28",
            "INS-000001 is a dose calibrator; a gamma spectrometer is wanted");
    do_act(c, "physicist", "instrument.calibrate",
           "{'instrument':'INS-000002','result':'failed','certificate':'K-7',"
           "'due':'2027-11-23T06:00Z'}");
    (void)snprintf(fields, sizeof fields, purity, "");
    refused(c, "physicist", "pharmacy.test_purity", fields, "R-28",
            "no gamma spectrometer is in use");
}

/* EVIDENCE: R-29 a calibration keeps model, serial, date, result, person and certificate; one that
 * failed or ended stops the instrument */
static void a_calibration_is_kept_whole_and_ends(void **state)
{
    centre *c = *state;
    stock(c);
    at(c, "2026-11-23T05:00Z");
    registered(c);
    checked(c);
    do_act(c, "physicist", "instrument.calibrate",
           "{'instrument':'INS-000001','result':'passed','certificate':'KZ-51',"
           "'due':'2026-11-23T05:30Z'}");
    json_t *calibration = record_of(c, "calibration", "CAL-000001");
    assert_string_equal(text_in(calibration, "model"), "CRC-35R");
    assert_string_equal(text_in(calibration, "serial"), "351207");
    assert_string_equal(text_in(calibration, "at"), "2026-11-23T05:00:00Z");
    assert_string_equal(text_in(calibration, "state"), "passed");
    assert_string_equal(text_in(calibration, "made_by"), "physicist");
    assert_string_equal(text_in(calibration, "certificate"), "KZ-51");
    json_decref(calibration);
    at(c, "2026-11-23T06:00Z");
    refused(c, "technologist", "pharmacy.elute", elution, "R-29", "ended at");
    do_act(c, "physicist", "instrument.calibrate",
           "{'instrument':'INS-000001','result':'failed','certificate':'KZ-52',"
           "'due':'2027-11-23T00:00Z'}");
    assert_record(c, "instrument", "INS-000001", "state", "withdrawn");
}

/* A reply of the CRC-35R: DR1,Tc99m , 370.04 is 370.0 MBq of Tc-99m. */
#define READING "02534452312c546339396d202c203337302e30349703"

/* EVIDENCE: R-31 the raw message stands in the record of the reading; of another nuclide, or not
 * readable, it is kept as refused and no act can use it */
static void a_reading_keeps_its_bytes_and_is_used_once(void **state)
{
    centre *c = *state;
    stock(c);
    at(c, "2026-11-23T05:00Z");
    registered(c);
    checked(c);
    do_act(c, "technologist", "instrument.take_reading",
           "{'instrument':'INS-000001','raw':'" READING "','nuclide':'Tc-99m'}");
    assert_record(c, "reading", "RDG-000001", "raw", READING);
    assert_relative(record_value(c, "reading", "RDG-000001", "activity_bq"), 370e6, 1e-12);
    /* 370.09: a unit that does not exist, with its right checksum */
    do_act(c, "technologist", "instrument.take_reading",
           "{'instrument':'INS-000001','raw':'02534452312c546339396d202c203337302e30399c03'}");
    assert_record(c, "reading", "RDG-000002", "state", "refused");
    assert_record(c, "reading", "RDG-000002", "raw",
                  "02534452312c546339396d202c203337302e30399c03");
    do_act(c, "technologist", "instrument.take_reading",
           "{'instrument':'INS-000001','raw':'" READING "','nuclide':'F-18'}");
    assert_record(c, "reading", "RDG-000003", "state", "refused");
    refused(c, "technologist", "pharmacy.elute",
            "{'generator':'GEN-000001','volume':'10 mL','reading':'RDG-000002'}", "R-31",
            "is refused");
    refused(c, "technologist", "pharmacy.elute",
            "{'generator':'GEN-000001','volume':'10 mL','reading':'RDG-000001',"
            "'activity':'3.7 MBq'}",
            "R-31", "was typed");
    at(c, "2026-11-23T05:30Z");
    do_act(c, "technologist", "pharmacy.elute",
           "{'generator':'GEN-000001','volume':'10 mL','reading':'RDG-000001'}");
    assert_relative(record_value(c, "eluate", "ELU-000001", "activity_bq"),
                    370e6 * exp2(-0.5 / 6.0067), 1e-4); /* digits of the half-life */
    assert_record(c, "reading", "RDG-000001", "state", "used");
    at(c, "2026-11-23T06:30Z");
    refused(c, "technologist", "pharmacy.elute",
            "{'generator':'GEN-000001','volume':'10 mL','reading':'RDG-000001'}", "R-31",
            "is used");
}

/* A pack that asks for typed values to be checked, adopted by two persons. */
static void policy(centre *c, const char *version, int value)
{
    char text[600];
    (void)snprintf(text, sizeof text,
                   "{'pack':'KG','inherits':'EAEU','version':'%s','name':'Kyrgyz Republic',"
                   "'limits':[{'key':'typed_value_check','value':%d,'unit':'1',"
                   "'source':'site policy','status':'check'}]}",
                   version, value);
    json_t *bare = json_of(text), *file = NULL, *event = NULL;
    moly_error err = {0};
    assert_ok(moly_pack_sign(bare,
                             "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
                             &file, &err),
              err);
    const moly_performer performer = {.user = "physicist",
                                      .authentication = "password",
                                      .identity = identity_of(c, "physicist"),
                                      .second = identity_of(c, "qualified-person")};
    json_t *fields = json_pack("{s:O, s:s, s:O}", "pack", file, "reason", "Annex 11 s. 6", "key",
                               json_object_get(file, "public_key"));
    assert_ok(moly_centre_perform(c->ledger, "centre.adopt_pack", fields, &performer, &event, &err),
              err);
    json_decref(event);
    json_decref(fields);
    json_decref(file);
    json_decref(bare);
}

/* EVIDENCE: R-14 where the site asks for it, an activity that is typed is typed twice or signed by
 * a second person; a reading needs neither */
static void a_typed_activity_is_checked_where_the_site_asks(void **state)
{
    centre *c = *state;
    stock(c);
    at(c, "2026-11-23T06:00Z");
    policy(c, "2026.2", 1);
    refused(c, "technologist", "pharmacy.elute", elution, "R-14", "is typed twice");
    refused(c, "technologist", "pharmacy.elute",
            "{'generator':'GEN-000001','volume':'10 mL','activity':'8 GBq','again':'8 MBq'}",
            "R-14", "again");
    json_t *event = do_act_of(c, "technologist", NULL, "pharmacy.elute",
                              "{'generator':'GEN-000001','volume':'10 mL','activity':'8 GBq',"
                              "'again':'8000 MBq'}");
    assert_string_equal(text_in(json_object_get(event, "body"), "typed_check"), "typed twice");
    json_decref(event);
    at(c, "2026-11-23T07:00Z");
    json_decref(do_act_of(c, "technologist", "radiopharmacist", "pharmacy.elute", elution));
    policy(c, "2026.3", 2);
    at(c, "2026-11-23T08:00Z");
    refused(c, "technologist", "pharmacy.elute",
            "{'generator':'GEN-000001','volume':'10 mL','activity':'8 GBq','again':'8 GBq'}",
            "R-14", "second person");
    json_decref(do_act_of(c, "technologist", "radiopharmacist", "pharmacy.elute", elution));
}

/* EVIDENCE: R-30 the factor of container and volume is applied with its version and uncertainty,
 * interpolated, and never extrapolated */
static void the_factor_of_container_and_volume_is_applied(void **state)
{
    centre *c = *state;
    kit_ready(c);
    registered(c);
    checked(c);
    refused(c, "technologist", "clinic.draw_dose",
            "{'order':'ORD-000001','kit':'KIT-000001','activity':'700 MBq','volume':'0.5 mL',"
            "'container':'syringe 5 mL'}",
            "R-30", "the factors go from 1 mL to 5 mL");
    refused(c, "technologist", "clinic.draw_dose",
            "{'order':'ORD-000001','kit':'KIT-000001','activity':'700 MBq','volume':'2 mL',"
            "'container':'jar'}",
            "R-30", "no geometry factors of 'jar'");
    json_t *event = do_act_of(c, "technologist", NULL, "clinic.draw_dose",
                              "{'order':'ORD-000001','kit':'KIT-000001','activity':'700 MBq',"
                              "'volume':'2 mL','container':'syringe 5 mL'}");
    /* at 5 mL 100/96; 2 mL is a quarter of the way from 1 mL */
    double factor = 1.0 + 0.25 * (100.0 / 96.0 - 1.0);
    const json_t *measured = json_object_get(json_object_get(event, "body"), "measured");
    const json_t *geometry = json_object_get(measured, "geometry");
    assert_relative(number_in(geometry, "factor"), factor, 1e-8);
    assert_relative(number_in(geometry, "sd"), 0.25 * 0.005 * sqrt(2.0) * 100.0 / 96.0, 1e-5);
    assert_int_equal(json_integer_value(json_object_get(geometry, "version")), 1);
    assert_relative(record_value(c, "dose", "DOS-000001", "activity_bq"), 700e6 * factor, 1e-8);
    json_decref(event);
    do_act(c, "physicist", "instrument.check_geometry",
           "{'instrument':'INS-000001','container':'syringe 5 mL','volumes':['1 mL','5 mL'],"
           "'activities':['100 MBq','98 MBq']}");
    json_t *instrument = record_of(c, "instrument", "INS-000001");
    const json_t *all = json_object_get(instrument, "geometry");
    assert_relative(number_in(json_object_get(all, "syringe 5 mL"), "version"), 2.0, 1e-15);
    json_decref(instrument);
}

/* EVIDENCE: R-28 linearity by decay and by shields, fitted, with the largest deviation and its
 * uncertainty */
static void linearity_is_fitted_and_its_largest_deviation_found(void **state)
{
    centre *c = *state;
    at(c, "2026-11-25T00:00Z");
    moly_instant begin = c->now;
    c->now = begin;
    registered(c);
    at(c, "2026-11-27T00:00Z");
    char fields[1200], times[400] = "", activities[400] = "", text[MOLY_INSTANT_TEXT_SIZE];
    /* Tc-99m from 4 GBq every six hours; the last reading but one is 8 % high */
    for (int i = 0; i < 6; i++) {
        double bq = 4e9 * exp2(-6.0 * i / 6.0067) * (i == 4 ? 1.08 : 1.0);
        size_t t = strlen(times), a = strlen(activities);
        (void)snprintf(times + t, sizeof times - t, "%s'%s'", i ? "," : "",
                       moly_instant_format(moly_instant_add_s(begin, i * 21600.0), text));
        (void)snprintf(activities + a, sizeof activities - a, "%s'%.8g Bq'", i ? "," : "", bq);
    }
    (void)snprintf(fields, sizeof fields,
                   "{'instrument':'INS-000001','method':'decay','resolution':'0 Bq',"
                   "'times':[%s],'activities':[%s]}",
                   times, activities);
    do_act(c, "physicist", "instrument.check_linearity", fields);
    json_t *check = record_of(c, "instrument_check", "CHK-000001");
    assert_string_equal(text_in(check, "state"), "failed");
    assert_int_equal(json_integer_value(json_object_get(check, "worst_point")), 5);
    /* equal weights: the mean takes a sixth of ln 1.08, the point is left with five sixths */
    assert_relative(number_in(check, "deviation"), expm1(log(1.08) * 5.0 / 6.0), 1e-4);
    assert_relative(number_in(check, "deviation_sd"), 0.005 * sqrt(5.0 / 6.0), 1e-5);
    json_decref(check);
    do_act(c, "physicist", "instrument.check_linearity",
           "{'instrument':'INS-000001','method':'shield','factors':[1,10,100],"
           "'activities':['4 GBq','404 MBq','40 MBq']}");
    check = record_of(c, "instrument_check", "CHK-000002");
    assert_string_equal(text_in(check, "state"), "passed");
    json_decref(check);
}

/* A line through points of known slope, weights and all. */
static void a_fit_finds_slope_mean_and_their_uncertainty(void **state)
{
    (void)state;
    const double x[] = {0.0, 1.0, 2.0, 3.0}, sd[] = {0.1, 0.1, 0.1, 0.1};
    const double y[] = {1.0, 1.5, 2.0, 2.5};
    line_fit fit;
    fit_logarithms(4, x, y, sd, &fit);
    assert_relative(fit.mean, 1.75, 1e-15);
    assert_relative(fit.slope, 0.5, 1e-14);
    assert_relative(fit.slope_sd, 0.1 / sqrt(5.0), 1e-14);
    assert_int_equal(fit.at, 3); /* exp(0.75) - 1 is farther than exp(-0.75) - 1 */
}

static void the_trend_of_an_instrument_can_be_plotted(void **state)
{
    centre *c = *state;
    registered(c);
    checked(c);
    json_t *shown = NULL;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_centre_instrument(reader, "INS-000001",
                                     moly_instant_add_s(c->now, 2.0 * 86400.0), &shown, &err),
              err);
    assert_int_equal(json_array_size(json_object_get(shown, "trend")), 5);
    const json_t *plan = json_object_get(shown, "plan");
    assert_int_equal(json_array_size(plan), 6);
    assert_true(json_is_true(json_object_get(json_array_get(plan, 0), "is_overdue")));
    assert_true(json_is_false(json_object_get(json_array_get(plan, 2), "is_overdue")));
    json_decref(shown);
    assert_int_equal(moly_centre_instrument(reader, "INS-9", c->now, &shown, NULL),
                     MOLY_ERR_NOT_FOUND);
    moly_ledger_reader_free(reader);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, centre_set_up, centre_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_calibrator_measures_only_while_its_checks_hold),
        TEST(production_names_the_instrument_that_measured),
        TEST(of_several_calibrators_one_is_named),
        TEST(a_calibration_is_kept_whole_and_ends),
        TEST(a_reading_keeps_its_bytes_and_is_used_once),
        TEST(a_typed_activity_is_checked_where_the_site_asks),
        TEST(the_factor_of_container_and_volume_is_applied),
        TEST(linearity_is_fitted_and_its_largest_deviation_found),
        cmocka_unit_test(a_fit_finds_slope_mean_and_their_uncertainty),
        TEST(the_trend_of_an_instrument_can_be_plotted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

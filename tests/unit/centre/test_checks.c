/* SPDX-License-Identifier: Apache-2.0 */
/* What is checked of the patient before a dose, the written directive, and immediate use. */
#include "centre_testing.h"

#include "clinic/paediatric.h"
#include "moly/centre/doses.h"
#include "moly/centre/pack.h"

static int set_up(void **state)
{
    centre *c = calloc(1, sizeof *c);
    centre_open(c, "KG");
    at(c, "2026-11-22T06:00Z");
    *state = c;
    return 0;
}

static const char woman[] = "'birth_date':'1990-09-17','sex':'female','weight':'60 kg'";

/* A released kit of medronate at 07:00 on the 23rd, and PAT-000001 with ORD-000001 (a man's age).
 */
static void morning(centre *c)
{
    kit_ready(c);
    at(c, "2026-11-23T08:50Z");
}

static const char *drawing(int number)
{
    static char text[200];
    (void)snprintf(text, sizeof text,
                   "{'order':'ORD-%06d','kit':'KIT-000001','activity':'611 MBq'}", number);
    return text;
}

/* EVIDENCE: R-36 a pregnant or breast-feeding patient's order is refused without a reason, and a
 * therapy with any */
static void a_mother_is_given_nothing_without_a_reason(void **state)
{
    centre *c = *state;
    referred(c, 1, woman, ",'pregnancy':'pregnant','breast_feeding':'no'");
    referred(c, 2, woman, ",'pregnancy':'excluded','breast_feeding':'yes'");
    referred(c, 3, woman, ",'pregnancy':'excluded','breast_feeding':'interrupted'");
    static const char reason[] = ",'reason':'embolism: no other way, foetus 0.2 mSv'";
    refused(c, "physician", "clinic.order", order_of(1, "macrosalb", 40, ""), "R-36",
            "patient PAT-000001 is pregnant; order something else, or give the reason");
    refused(c, "physician", "clinic.order", order_of(1, "macrosalb", 40, ",'reason':'  '"), "R-36",
            "is pregnant");
    refused(c, "physician", "clinic.order", order_of(2, "macrosalb", 40, ""), "R-36",
            "is breast-feeding");
    json_t *event =
        do_act_of(c, "physician", NULL, "clinic.order", order_of(1, "macrosalb", 40, reason));
    const json_t *warning =
        json_array_get(json_object_get(json_object_get(event, "body"), "warnings"), 0);
    assert_non_null(strstr(text_in(warning, "message"), "accepted, because: embolism"));
    json_decref(event);
    assert_record(c, "order", "ORD-000001", "accepted_risks", "pregnant");
    assert_record(c, "order", "ORD-000001", "risk_accepted_by", "physician");
    refused(c, "physician", "clinic.order", order_of(1, "iodide-131", 550, reason), "R-36",
            "is not given, for no reason");
    refused(c, "physician", "clinic.order", order_of(2, "iodide-131", 550, reason), "R-36",
            "after weaning");
    refused(c, "physician", "clinic.order", order_of(3, "iodide-131", 550, reason), "R-36",
            "after weaning");
}

/* EVIDENCE: R-36 at the syringe the answers are there and not too old; what changed since the order
 * stops the dose until a physician accepts it */
static void answers_are_checked_again_at_the_syringe_and_the_chair(void **state)
{
    centre *c = *state;
    morning(c);
    at(c, "2026-11-23T08:50Z");
    referred(c, 2, woman, ",'pregnancy':'excluded'");
    do_act(c, "physician", "clinic.order", order_of(2, "medronate", 600, ""));
    refused(c, "technologist", "clinic.draw_dose", drawing(2), "R-36",
            "PAT-000002 was not asked about breast-feeding");
    refused(c, "technologist", "clinic.draw_dose",
            "{'order':'ORD-000002','kit':'KIT-000001','activity':'611 MBq',"
            "'injection':'2026-12-02T09:00Z'}",
            "R-36", "more than 7 d before the injection");
    json_t *event = NULL;
    moly_error err = {0};
    assert_fails(try_act(c, "technologist", NULL, "clinic.check_patient",
                         "{'referral':'REF-000002'}", &event, &err),
                 MOLY_ERR_USAGE, "nothing was asked", err);
    do_act(c, "technologist", "clinic.check_patient",
           "{'referral':'REF-000002','breast_feeding':'no','weight':'61 kg'}");
    do_act(c, "technologist", "clinic.draw_dose", drawing(2));
    at(c, "2026-11-23T09:00Z");
    do_act(c, "technologist", "clinic.check_patient",
           "{'referral':'REF-000002','pregnancy':'pregnant'}");
    static const char give[] =
        "{'dose':'DOS-000001','patient':'PAT-000002','birth_date':'1990-09-17'}";
    refused(c, "technologist", "clinic.administer", give, "R-36",
            "do not inject: a physician must accept it for order ORD-000002");
    refused(c, "physician", "clinic.accept_risk", "{'order':'ORD-000001','reason':'none known'}",
            "R-36", "nothing speaks against order ORD-000001");
    refused(c, "physician", "clinic.accept_risk", "{'order':'ORD-000002','reason':' '}", "R-36",
            "needs a reason");
    do_act(c, "physician", "clinic.accept_risk",
           "{'order':'ORD-000002','reason':'staging cannot wait; 3 mSv to the foetus told'}");
    do_act(c, "technologist", "clinic.administer", give);
    refused(c, "physician", "clinic.accept_risk", "{'order':'ORD-000002','reason':'late'}", "R-13",
            "given already");
}

/* EVIDENCE: R-36 an allergy stops the syringe until a physician accepts it */
static void an_allergy_stops_the_syringe(void **state)
{
    centre *c = *state;
    morning(c);
    do_act(c, "technologist", "clinic.check_patient",
           "{'referral':'REF-000001','allergies':'human albumin'}");
    refused(c, "technologist", "clinic.draw_dose", drawing(1), "R-36",
            "PAT-000001 is allergic to: human albumin; do not inject");
    do_act(c, "technologist", "clinic.check_patient",
           "{'referral':'REF-000001','allergies':'none'}");
    do_act(c, "technologist", "clinic.draw_dose", drawing(1));
}

/* Expected: EANM guideline on bone scintigraphy, table of activities by weight, printed to 5 MBq.
 */
static void the_dosage_card_gives_the_activities_printed_for_bone_scans(void **state)
{
    (void)state;
    static const double printed[][2] = {{10, 95}, {20, 170}, {30, 240}, {40, 310}, {50, 375}};
    const paediatric *row = paediatric_of("medronate");
    assert_non_null(row);
    for (size_t i = 0; i < sizeof printed / sizeof printed[0]; i++) {
        double mbq = paediatric_activity_bq(row, printed[i][0]) / 1e6;
        assert_true(fabs(mbq - printed[i][1]) <= 2.5);
    }
    assert_relative(paediatric_activity_bq(row, 3.0), 40e6, 1e-14); /* the smallest activity */
    assert_relative(paediatric_activity_bq(row, 1.5), 40e6, 1e-14);
    assert_relative(paediatric_activity_bq(row, 21.0), 35e6 * (4.86 + 5.29) / 2.0, 1e-14);
    assert_relative(paediatric_activity_bq(row, 68.0), 35e6 * 14.0, 1e-14);
    assert_relative(paediatric_activity_bq(row, 90.0), 35e6 * 14.0, 1e-14);
    assert_null(paediatric_of("psma-1007"));
}

/* The card's multiples rise with the weight in every class; rows name known products. */
static void the_dosage_card_is_in_order(void **state)
{
    (void)state;
    for (size_t i = 1; i < paediatric_multiple_rows_n; i++) {
        const paediatric_multiple *low = &paediatric_multiple_rows[i - 1], *high = low + 1;
        assert_true(high->weight_kg > low->weight_kg);
        assert_true(high->a >= low->a && high->b >= low->b && high->c >= low->c);
    }
    for (size_t i = 0; i < paediatric_rows_n; i++) {
        assert_non_null(strchr("ABC", paediatric_rows[i].group[0]));
        assert_true(paediatric_rows[i].minimum_bq > 0.0 && paediatric_rows[i].baseline_bq > 0.0);
    }
}

/* EVIDENCE: R-36 more than the dosage card gives a child of this weight is refused without a
 * reason; so are a child without weight and a product that the card has not */
static void a_child_gets_what_the_dosage_card_says(void **state)
{
    centre *c = *state;
    referred(c, 1, "'birth_date':'2019-05-02','sex':'male','weight':'20 kg'", "");
    referred(c, 2, "'birth_date':'2019-05-02','sex':'male'", "");
    refused(c, "physician", "clinic.order", order_of(1, "medronate", 200, ""), "R-36",
            "200 MBq is more than the 170.1 MBq of the dosage card for 20 kg (bone");
    refused(c, "physician", "clinic.order", order_of(1, "psma-1007", 60, ""), "R-36",
            "is 7 years old and the dosage card has no row");
    refused(c, "physician", "clinic.order", order_of(2, "medronate", 100, ",'reason':'small'"),
            "R-36", "has no weight: weigh the child");
    do_act(c, "physician", "clinic.order", order_of(1, "medronate", 170, ""));
    do_act(c, "physician", "clinic.order",
           order_of(1, "medronate", 200, ",'reason':'cannot lie still, shorter scan'"));
    do_act(c, "technologist", "clinic.check_patient", "{'referral':'REF-000002','weight':'20 kg'}");
    do_act(c, "physician", "clinic.order", order_of(2, "medronate", 170, ""));
}

/* EVIDENCE: R-36 an activity above the diagnostic reference level is said to be so */
static void a_reference_level_warns(void **state)
{
    centre *c = *state;
    referred(c, 1, "'birth_date':'1960-05-02','sex':'male','weight':'80 kg'", "");
    json_t *event =
        do_act_of(c, "physician", NULL, "clinic.order", order_of(1, "medronate", 740, ""));
    const json_t *warning =
        json_array_get(json_object_get(json_object_get(event, "body"), "warnings"), 0);
    assert_non_null(strstr(text_in(warning, "message"),
                           "740 MBq is above the diagnostic reference level of 600 MBq"));
    json_decref(event);
}

/* EVIDENCE: R-40 each administration is a row for the dose register, and the median of adults is
 * compared with the reference level */
static void given_doses_are_counted_against_the_reference_level(void **state)
{
    static const double mbq[] = {611, 690, 650};
    static const double left = 10e6;
    centre *c = *state;
    double net[3];
    morning(c);
    for (int i = 0; i < 3; i++) {
        char text[300];
        if (i > 0) {
            referred(c, i + 1, "'birth_date':'1951-11-02','sex':'male','weight':'70 kg'", "");
            do_act(c, "physician", "clinic.order", order_of(i + 1, "medronate", mbq[i], ""));
        }
        (void)snprintf(text, sizeof text,
                       "{'order':'ORD-%06d','kit':'KIT-000001','activity':'%g MBq',"
                       "'injection':'2026-11-23T08:50Z'}",
                       i + 1, mbq[i]);
        do_act(c, "technologist", "clinic.draw_dose", text);
        (void)snprintf(text, sizeof text, "{'dose':'DOS-%06d','patient':'PAT-%06d',%s}", i + 1,
                       i + 1, i ? "'birth_date':'1951-11-02'" : "'birth_date':'1968-03-14'");
        do_act(c, "technologist", "clinic.administer", text);
        (void)snprintf(text, sizeof text, "{'dose':'DOS-%06d','activity':'10 MBq'}", i + 1);
        do_act(c, "technologist", "clinic.measure_residual", text);
        net[i] = mbq[i] * 1e6 - left;
    }
    json_t *all = NULL;
    moly_error err = {0};
    const moly_instant none = {0};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(
        moly_centre_dose_statistics(moly_ledger_site(c->ledger), reader, none, none, &all, &err),
        err);
    const json_t *row = json_array_get(json_object_get(all, "statistics"), 0);
    assert_string_equal(text_in(row, "product"), "medronate");
    assert_true(number_in(row, "n") == 3.0 && number_in(row, "children") == 0.0);
    assert_relative(number_in(row, "median_bq"), net[2], 1e-9);
    assert_relative(number_in(row, "lower_bq"), (net[0] + net[2]) / 2.0, 1e-9);
    assert_relative(number_in(row, "upper_bq"), (net[1] + net[2]) / 2.0, 1e-9);
    assert_relative(number_in(row, "ratio"), net[2] / 600e6, 1e-9);
    assert_true(json_is_true(json_object_get(row, "is_above")));
    const json_t *dose = json_array_get(json_object_get(all, "results"), 1);
    assert_string_equal(text_in(dose, "dose"), "DOS-000002");
    assert_string_equal(text_in(dose, "nuclide"), "Tc-99m");
    assert_string_equal(text_in(dose, "route"), "intravenous");
    assert_string_equal(text_in(dose, "given_at"), "2026-11-23T08:50:00Z");
    assert_relative(number_in(dose, "residual_bq"), left, 1e-12);
    assert_relative(number_in(dose, "weight_kg"), 70.0, 1e-12);
    assert_relative(number_in(dose, "half_life_s"), 21624.0, 1e-3); /* 6.0067 h */
    json_decref(all);
    moly_ledger_reader_free(reader);
}

/* A released vial of radioiodine at 08:00 on the 23rd. */
static void iodine(centre *c)
{
    at(c, "2026-11-23T07:30Z");
    do_act(c, "technologist", "pharmacy.receive_vial",
           "{'product':'iodide-131','supplier':'Polatom','lot':'I-1','certificate':'C-1',"
           "'labelled':'2 GBq','calibrated':'2026-11-23T07:30Z','activity':'2 GBq',"
           "'volume':'4 mL','expiry':'2026-11-30T00:00Z'}");
    do_act(c, "radiopharmacist", "pharmacy.release", "{'vial':'VIA-000001'}");
    at(c, "2026-11-23T08:00Z");
}

/* EVIDENCE: R-35 no therapy is drawn without a written directive that a physician signed; its
 * activity and route hold */
static void a_therapy_needs_a_written_directive(void **state)
{
    centre *c = *state;
    referred(c, 1, "'birth_date':'1985-10-23','sex':'male','weight':'79 kg'", "");
    do_act(c, "physician", "clinic.order", order_of(1, "iodide-131", 550, ""));
    do_act(c, "physician", "clinic.order", order_of(1, "iodide-131", 1, ""));
    do_act(c, "physician", "clinic.order", order_of(1, "medronate", 600, ""));
    iodine(c);
    static const char draw[] = "{'order':'ORD-000001','vial':'VIA-000001','activity':'552 MBq'}";
    refused(c, "technologist", "clinic.draw_dose", draw, "R-35", "order ORD-000001 of 550 MBq");
    refused(c, "physician", "clinic.write_directive",
            "{'order':'ORD-000001','activity':'5.5 GBq','route':'oral','indication':'Graves'}",
            "R-35", "the directive says 5.5 GBq, order ORD-000001 550 MBq");
    refused(c, "physician", "clinic.write_directive",
            "{'order':'ORD-000001','activity':'550 MBq','route':'oral','indication':' '}", "R-35",
            "a written directive needs a reason");
    refused(c, "physician", "clinic.write_directive",
            "{'order':'ORD-000003','activity':'600 MBq','route':'oral','indication':'pain'}",
            "R-35", "which is no therapy");
    static const char directive[] =
        "{'order':'ORD-000001','activity':'0.55 GBq','route':'oral','indication':'Graves'}";
    do_act(c, "physician", "clinic.write_directive", directive);
    refused(c, "physician", "clinic.write_directive", directive, "R-35", "has the written");
    assert_record(c, "directive", "DIR-000001", "written_by", "physician");
    do_act(c, "technologist", "clinic.draw_dose", draw);
    at(c, "2026-11-23T09:00Z");
    refused(c, "technologist", "clinic.administer",
            "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1985-10-23'}", "R-35",
            "DIR-000001 says oral, not intravenous");
    do_act(c, "technologist", "clinic.administer",
           "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1985-10-23',"
           "'route':'oral'}");
    /* 1 MBq of iodide stays below the limit of 1.11 MBq */
    do_act(c, "technologist", "clinic.draw_dose",
           "{'order':'ORD-000002','vial':'VIA-000001','activity':'1 MBq',"
           "'at':'2026-11-23T09:00Z'}");
}

/* The site works for immediate use: a pack adopted by two persons. */
static void immediate_use(centre *c)
{
    json_t *bare = json_of("{'pack':'KG','inherits':'EAEU','version':'2026.2',"
                           "'name':'Kyrgyz Republic','limits':[{'key':'is_immediate_use','value':1,"
                           "'unit':'1','source':'site policy','status':'check'}]}");
    json_t *file = NULL, *event = NULL;
    moly_error err = {0};
    assert_ok(moly_pack_sign(bare,
                             "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
                             &file, &err),
              err);
    const moly_performer performer = {.user = "physicist",
                                      .authentication = "password",
                                      .identity = identity_of(c, "physicist"),
                                      .second = identity_of(c, "qualified-person")};
    json_t *fields = json_pack("{s:O, s:s, s:O}", "pack", file, "reason", "no hood here", "key",
                               json_object_get(file, "public_key"));
    assert_ok(moly_centre_perform(c->ledger, "centre.adopt_pack", fields, &performer, &event, &err),
              err);
    json_decref(event);
    json_decref(fields);
    json_decref(file);
    json_decref(bare);
}

/* EVIDENCE: R-25 where the site's policy says so, a kit is one patient's, within one hour, and
 * never of cells */
static void immediate_use_is_one_patient_within_an_hour(void **state)
{
    centre *c = *state;
    immediate_use(c);
    kit_ready(c);
    assert_record(c, "kit", "KIT-000001", "expiry", "2026-11-23T07:30:00Z");
    assert_record(c, "kit", "KIT-000001", "expiry_by", "immediate use");
    do_act(c, "technologist", "pharmacy.receive_kit",
           "{'product':'red-cells','supplier':'Polatom','number':'RBC-1','vials':6,"
           "'expiry':'2027-06-30T00:00Z'}");
    do_act(c, "radiopharmacist", "pharmacy.accept_lot",
           "{'lot':'LOT-000002','certificate':'C-RBC'}");
    refused(c, "technologist", "pharmacy.label_kit",
            "{'lot':'LOT-000002','eluate':'ELU-000001','volume':'3 mL','activity':'500 MBq'}",
            "R-25", "patient's cells");
    referred(c, 2, "'birth_date':'1951-11-02','sex':'male'", "");
    do_act(c, "physician", "clinic.order", order_of(2, "medronate", 600, ""));
    at(c, "2026-11-23T07:10Z");
    static const char one[] = "{'order':'ORD-000001','kit':'KIT-000001','activity':'610 MBq',"
                              "'injection':'2026-11-23T07:20Z'}";
    static const char late[] = "{'order':'ORD-000001','kit':'KIT-000001','activity':'610 MBq'}";
    static const char two[] = "{'order':'ORD-000002','kit':'KIT-000001','activity':'610 MBq',"
                              "'injection':'2026-11-23T07:20Z'}";
    refused(c, "technologist", "clinic.draw_dose", late, "R-24", "expires at 2026-11-23 13:30");
    do_act(c, "technologist", "clinic.draw_dose", one);
    refused(c, "technologist", "clinic.draw_dose", two, "R-25",
            "KIT-000001 is for immediate use by one patient, PAT-000001");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, centre_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_mother_is_given_nothing_without_a_reason),
        TEST(answers_are_checked_again_at_the_syringe_and_the_chair),
        TEST(an_allergy_stops_the_syringe),
        cmocka_unit_test(the_dosage_card_gives_the_activities_printed_for_bone_scans),
        cmocka_unit_test(the_dosage_card_is_in_order),
        TEST(a_child_gets_what_the_dosage_card_says),
        TEST(a_reference_level_warns),
        TEST(given_doses_are_counted_against_the_reference_level),
        TEST(a_therapy_needs_a_written_directive),
        TEST(immediate_use_is_one_patient_within_an_hour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

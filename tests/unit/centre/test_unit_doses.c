/* SPDX-License-Identifier: Apache-2.0 */
/* Unit doses: several drawn at once, one received as a syringe, and the pots that carry them. */
#include "centre_testing.h"

#include <math.h>

static const char man[] = "'birth_date':'1951-11-02','sex':'male','weight':'70 kg'";

/* A released kit at 07:00, and ORD-000001 to 3 of 600 MBq of medronate at 09:00. */
static void three_ordered(centre *c)
{
    kit_ready(c);
    for (int i = 2; i <= 3; i++) {
        referred(c, i, man, "");
        do_act(c, "physician", "clinic.order", order_of(i, "medronate", 600, ""));
    }
    at(c, "2026-11-23T08:30Z");
}

#define THREE "'orders':['ORD-000001','ORD-000002','ORD-000003'],'kit':'KIT-000001'"
#define MEASURED ",'activities':['634 MBq','640 MBq','630 MBq']"

/* EVIDENCE: R-33 unit doses of several orders are drawn in one event, each with its own volume,
 * order and pot; the vial keeps what is left */
static void several_orders_are_drawn_in_one_event(void **state)
{
    centre *c = *state;
    three_ordered(c);
    double left_ml = record_value(c, "kit", "KIT-000001", "volume_left_ml");
    double book_bq = book_of(c, "kit/KIT-000001", "Tc-99m");
    json_t *event = do_act_of(c, "technologist", NULL, "clinic.draw_doses",
                              "{" THREE MEASURED ",'pots':['P-1','P-2','P-3']}");
    const json_t *doses = json_object_get(json_object_get(event, "body"), "doses"), *one;
    double taken_ml = 0.0;
    size_t i;
    json_array_foreach(doses, i, one)
    {
        const json_t *how = json_object_get(one, "computation");
        taken_ml += number_in(one, "volume_ml");
        assert_relative(number_in(one, "volume_ml"),
                        number_in(how, "activity_at_drawing_bq") /
                            number_in(how, "concentration_at_drawing_bq_per_ml"),
                        1e-12);
    }
    json_decref(event);
    assert_int_equal(i, 3);
    assert_relative(record_value(c, "kit", "KIT-000001", "volume_left_ml"), left_ml - taken_ml,
                    1e-9);
    assert_relative(book_of(c, "kit/KIT-000001", "Tc-99m"), book_bq - 1904e6, 1e-9);
    assert_relative(book_of(c, "dose/DOS-000002", "Tc-99m"), 640e6, 1e-9);
    assert_record(c, "dose", "DOS-000003", "order", "ORD-000003");
    assert_record(c, "dose", "DOS-000003", "pot", "P-3");
    assert_record(c, "order", "ORD-000002", "dose", "DOS-000002");
    assert_record(c, "pot", "P-2", "dose", "DOS-000002");
    do_act(c, "technologist", "pharmacy.print_label", "{'dose':'DOS-000002'}");
}

static void if_one_order_is_refused_none_is_drawn(void **state)
{
    centre *c = *state;
    three_ordered(c);
    do_act(c, "technologist", "clinic.check_patient",
           "{'referral':'REF-000003','allergies':'nickel'}");
    refused(c, "technologist", "clinic.draw_doses", "{" THREE MEASURED "}", "R-36",
            "order ORD-000003: patient PAT-000003 is allergic to: nickel");
    assert_record(c, "order", "ORD-000001", "state", "ordered");
}

static void lists_must_fit_together_and_into_the_vial(void **state)
{
    centre *c = *state;
    json_t *event = NULL;
    moly_error err = {0};
    three_ordered(c);
    assert_fails(try_act(c, "technologist", NULL, "clinic.draw_doses",
                         "{" THREE ",'activities':['634 MBq']}", &event, &err),
                 MOLY_ERR_USAGE, "1 activities for 3 orders", err);
    err = (moly_error){0};
    assert_fails(try_act(c, "technologist", NULL, "clinic.draw_doses",
                         "{'orders':['ORD-000001','ORD-000001'],'kit':'KIT-000001',"
                         "'activities':['1 MBq','1 MBq']}",
                         &event, &err),
                 MOLY_ERR_USAGE, "ORD-000001 is given twice", err);
    refused(c, "technologist", "clinic.draw_doses",
            "{" THREE MEASURED ",'pots':['P-1','P-2','P-1']}", "R-37", "P-1 is given twice");
    at(c, "2026-11-23T08:50Z");
    for (int i = 4; i <= 12; i++) { /* 5 mL at 600 MBq/mL then: eight doses fit */
        referred(c, i, man, "");
        do_act(c, "physician", "clinic.order", order_of(i, "medronate", 600, ""));
    }
    at(c, "2026-11-23T08:55Z");
    refused(c, "technologist", "clinic.draw_doses",
            "{'kit':'KIT-000001','orders':['ORD-000001','ORD-000002','ORD-000003','ORD-000004',"
            "'ORD-000005','ORD-000006','ORD-000007','ORD-000008','ORD-000009','ORD-000010',"
            "'ORD-000011','ORD-000012'],'activities':['600 MBq','600 MBq','600 MBq','600 MBq',"
            "'600 MBq','600 MBq','600 MBq','600 MBq','600 MBq','600 MBq','600 MBq','600 MBq']}",
            "R-24", "are wanted for 12 doses");
}

/* EVIDENCE: R-37 a pot carries one syringe */
static void a_pot_carries_one_syringe(void **state)
{
    centre *c = *state;
    three_ordered(c);
    static const char first[] =
        "{'order':'ORD-000001','kit':'KIT-000001','activity':'634 MBq','pot':'P-1'}";
    static const char second[] =
        "{'order':'ORD-000002','kit':'KIT-000001','activity':'634 MBq','pot':'P-1'}";
    do_act(c, "technologist", "clinic.draw_dose", first);
    refused(c, "technologist", "clinic.draw_dose", second, "R-37",
            "pot P-1 has dose DOS-000001 of patient PAT-000001 in it");
    refused(c, "technologist", "safety.check_pot", "{'pot':'P-1','wipe':0.1}", "R-13",
            "neither given nor discarded");
    at(c, "2026-11-23T09:00Z");
    do_act(c, "technologist", "clinic.administer",
           "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1968-03-14'}");
    do_act(c, "technologist", "clinic.draw_dose", second);
}

/* EVIDENCE: R-56 a pot that came back contaminated takes no dose until a check finds it clean */
static void a_contaminated_pot_takes_no_dose(void **state)
{
    centre *c = *state;
    three_ordered(c);
    json_t *event =
        do_act_of(c, "technologist", NULL, "safety.check_pot", "{'pot':'P-1','wipe':4.5}");
    const json_t *warning =
        json_array_get(json_object_get(json_object_get(event, "body"), "warnings"), 0);
    assert_non_null(strstr(text_in(warning, "message"), "4.5 Bq/cm2 can be wiped off, limit 4"));
    json_decref(event);
    static const char fields[] =
        "{'order':'ORD-000001','kit':'KIT-000001','activity':'634 MBq','pot':'P-1'}";
    refused(c, "technologist", "clinic.draw_dose", fields, "R-56", "pot P-1 was contaminated");
    do_act(c, "technologist", "safety.check_pot", "{'pot':'P-1','wipe':0.2}");
    do_act(c, "technologist", "clinic.draw_dose", fields);
    assert_record(c, "pot", "P-1", "state", "in use");
}

/* A syringe of another radiopharmacy, calibrated to 09:00, is one patient's whole dose. */
static void a_unit_dose_that_was_received_is_taken_whole(void **state)
{
    centre *c = *state;
    three_ordered(c);
    do_act(c, "technologist", "pharmacy.receive_vial",
           "{'product':'medronate','supplier':'Isotope','lot':'U-77','certificate':'C-77',"
           "'labelled':'600 MBq','calibrated':'2026-11-23T09:00Z','activity':'634 MBq',"
           "'volume':'2.2 mL','expiry':'2026-11-23T15:00Z','unit_dose':true}");
    do_act(c, "radiopharmacist", "pharmacy.release", "{'vial':'VIA-000001'}");
    at(c, "2026-11-23T08:40Z");
    double bq = book_of(c, "vial/VIA-000001", "Tc-99m");
    char fields[200];
    (void)snprintf(fields, sizeof fields,
                   "{'order':'ORD-000002','vial':'VIA-000001','activity':'%.9g Bq','pot':'ISO-4'}",
                   bq);
    do_act(c, "technologist", "clinic.draw_dose", fields);
    assert_relative(record_value(c, "dose", "DOS-000001", "volume_ml"), 2.2, 1e-12);
    assert_true(record_value(c, "vial", "VIA-000001", "volume_left_ml") == 0.0);
    assert_true(fabs(book_of(c, "vial/VIA-000001", "Tc-99m")) < 1.0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, centre_set_up, centre_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(several_orders_are_drawn_in_one_event),
        TEST(if_one_order_is_refused_none_is_drawn),
        TEST(lists_must_fit_together_and_into_the_vial),
        TEST(a_pot_carries_one_syringe),
        TEST(a_contaminated_pot_takes_no_dose),
        TEST(a_unit_dose_that_was_received_is_taken_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

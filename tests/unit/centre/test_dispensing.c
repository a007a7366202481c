/* SPDX-License-Identifier: Apache-2.0 */
/* The list of the day: what is drawn from where, what is eluted and labelled for it. */
#include "centre_testing.h"

#include <math.h>

#include "moly/centre/dispensing.h"

static json_t *plan_of(centre *c)
{
    json_t *plan = NULL;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_centre_dispensing(moly_ledger_site(c->ledger), reader, c->now, &plan, &err),
              err);
    moly_ledger_reader_free(reader);
    return plan;
}

/* The n-th step of a kind, from 0; NULL: there are fewer. */
static const json_t *step_of(const json_t *plan, const char *what, size_t n)
{
    size_t i;
    const json_t *step;
    json_array_foreach(json_object_get(plan, "steps"), i, step)
    {
        if (strcmp(text_in(step, "do"), what) == 0 && n-- == 0) {
            return step;
        }
    }
    return NULL;
}

static void order(centre *c, int number, const char *product, int megabecquerel,
                  const char *planned)
{
    char fields[300];
    do_act(c, "technologist", "clinic.register_patient",
           "{'name':'A B','birth_date':'1960-01-01','sex':'male'}");
    (void)snprintf(fields, sizeof fields,
                   "{'patient':'PAT-%06d','examination':'scan','question':'why','referrer':'Dr'}",
                   number);
    do_act(c, "technologist", "clinic.refer", fields);
    (void)snprintf(fields, sizeof fields, "{'referral':'REF-%06d','justification':'needed'}",
                   number);
    do_act(c, "physician", "clinic.justify", fields);
    (void)snprintf(fields, sizeof fields,
                   "{'referral':'REF-%06d','product':'%s','activity':'%d MBq','planned':'%s'}",
                   number, product, megabecquerel, planned);
    do_act(c, "physician", "clinic.order", fields);
}

/* A generator that was eluted a day ago, and a lot of medronate; six in the morning. */
static void open_lab(centre *c, const char *activity)
{
    char fields[300];
    centre_open(c, "KG");
    at(c, "2026-11-20T01:00Z");
    (void)snprintf(fields, sizeof fields,
                   "{'supplier':'Isotope','serial':'1','activity':'%s','calibrated':"
                   "'2026-11-20T01:00Z','expiry':'2026-12-04T01:00Z','last_elution':"
                   "'2026-11-19T01:00Z'}",
                   activity);
    do_act(c, "technologist", "pharmacy.receive_generator", fields);
    do_act(c, "technologist", "pharmacy.receive_kit",
           "{'product':'medronate','supplier':'P','number':'1','vials':5,'expiry':"
           "'2027-01-01T00:00Z'}");
    do_act(c, "radiopharmacist", "pharmacy.accept_lot",
           "{'generator':'GEN-000001','certificate':'C'}");
    do_act(c, "radiopharmacist", "pharmacy.accept_lot", "{'lot':'LOT-000001','certificate':'C'}");
    at(c, "2026-11-20T01:10Z");
}

static void a_morning_is_eluted_labelled_and_drawn_in_time(void **state)
{
    (void)state;
    centre c;
    open_lab(&c, "20 GBq");
    order(&c, 1, "medronate", 600, "2026-11-20T03:00Z");
    order(&c, 2, "medronate", 600, "2026-11-20T04:00Z");
    json_t *plan = plan_of(&c);
    assert_int_equal(json_integer_value(json_object_get(plan, "doses")), 2);
    assert_int_equal(json_integer_value(json_object_get(plan, "short")), 0);
    /* drawn at 02:50, labelled 40 min before, eluted 20 min before that */
    assert_string_equal(text_in(step_of(plan, "elute", 0), "at"), "2026-11-20T01:50:00Z");
    assert_string_equal(text_in(step_of(plan, "label kit", 0), "at"), "2026-11-20T02:10:00Z");
    assert_string_equal(text_in(step_of(plan, "draw", 0), "at"), "2026-11-20T02:50:00Z");
    assert_string_equal(text_in(step_of(plan, "draw", 0), "from"), "lot/LOT-000001");
    assert_null(step_of(plan, "elute", 1));
    assert_null(step_of(plan, "label kit", 1));
    /* 600 MBq for 03:00 and for 04:00, at 02:10, with a tenth more: T = 6.0067 h */
    double expected = 1.1 * 600e6 * (exp2(50.0 / 60.0 / 6.0067) + exp2(110.0 / 60.0 / 6.0067));
    assert_true(fabs(number_in(step_of(plan, "label kit", 0), "activity_bq") / expected - 1.0) <
                1e-3);
    json_decref(plan);
    centre_close(&c);
}

static void what_is_there_is_drawn_first_and_its_volume_is_said(void **state)
{
    (void)state;
    centre c;
    open_lab(&c, "20 GBq");
    do_act(&c, "technologist", "pharmacy.elute",
           "{'generator':'GEN-000001','volume':'10 mL','activity':'14 GBq'}");
    do_act(&c, "technologist", "pharmacy.test_breakthrough",
           "{'eluate':'ELU-000001','molybdenum':'100 kBq'}");
    do_act(&c, "radiopharmacist", "pharmacy.release", "{'eluate':'ELU-000001'}");
    order(&c, 1, "pertechnetate", 400, "2026-11-20T02:10Z");
    order(&c, 2, "pertechnetate", 400, "2026-11-20T15:00Z"); /* the eluate has expired then */
    json_t *plan = plan_of(&c);
    const json_t *draw = step_of(plan, "draw", 0);
    assert_string_equal(text_in(draw, "from"), "eluate/ELU-000001");
    double expected = 400e6 * exp2(1.0 / 6.0067) / 14e9 * 10.0;
    assert_true(fabs(number_in(draw, "volume_ml") / expected - 1.0) < 1e-4);
    assert_int_equal(json_integer_value(json_object_get(plan, "short")), 0);
    assert_non_null(step_of(plan, "elute", 0)); /* again, for the evening */
    assert_string_equal(text_in(step_of(plan, "elute", 0), "at"), "2026-11-20T14:30:00Z");
    json_decref(plan);
    centre_close(&c);
}

static void a_second_elution_serves_the_afternoon(void **state)
{
    (void)state;
    centre c;
    open_lab(&c, "5 GBq");
    for (int i = 0; i < 4; i++) {
        order(&c, i + 1, "medronate", 600, "2026-11-20T03:00Z");
    }
    order(&c, 5, "pertechnetate", 600, "2026-11-20T09:00Z");
    json_t *plan = plan_of(&c);
    assert_non_null(step_of(plan, "elute", 0));
    assert_non_null(step_of(plan, "elute", 1));
    assert_int_equal(json_integer_value(json_object_get(plan, "short")), 0);
    json_decref(plan);
    centre_close(&c);
}

static void a_dose_that_cannot_be_made_is_said_with_the_reason(void **state)
{
    (void)state;
    centre c;
    open_lab(&c, "1 GBq");
    order(&c, 1, "medronate", 600, "2026-11-20T03:00Z");
    order(&c, 2, "medronate", 600, "2026-11-20T03:30Z");
    order(&c, 3, "sestamibi", 100, "2026-11-20T03:30Z");
    order(&c, 4, "fludeoxyglucose", 300, "2026-11-20T04:30Z");
    json_t *plan = plan_of(&c);
    assert_int_equal(json_integer_value(json_object_get(plan, "short")), 3);
    assert_string_equal(text_in(step_of(plan, "not enough", 0), "why"),
                        "the generators give too little for it at that time");
    assert_string_equal(text_in(step_of(plan, "not enough", 1), "why"),
                        "no accepted lot of it has a vial left");
    assert_string_equal(text_in(step_of(plan, "not enough", 2), "why"),
                        "no vial that is there has enough of it: order or make one");
    json_decref(plan);
    centre_close(&c);
}

/* EVIDENCE: R-36 the list of the day has the dosage card beside a child's dose, and says which dose
 * exceeds it. Bone, class B, 35 MBq x 4.86 for 20 kg: EANM dosage card, version 5.7.2016 */
static void a_childs_dose_stands_beside_the_dosage_card(void **state)
{
    (void)state;
    centre c;
    open_lab(&c, "20 GBq");
    referred(&c, 1, "'birth_date':'2019-05-02','sex':'male','weight':'20 kg'", "");
    do_act(&c, "physician", "clinic.order",
           "{'referral':'REF-000001','product':'medronate','activity':'170 MBq',"
           "'planned':'2026-11-20T04:00Z'}");
    json_t *plan = plan_of(&c);
    const json_t *step = step_of(plan, "draw", 0);
    assert_relative(number_in(step, "card_bq"), 35e6 * 4.86, 1e-12);
    assert_relative(number_in(step, "card_least_bq"), 40e6, 1e-12);
    assert_relative(number_in(step, "card_most_bq"), 1.1 * 35e6 * 4.86, 1e-12);
    assert_true(json_is_false(json_object_get(step, "is_over_card")));
    assert_null(json_object_get(step, "why"));
    json_decref(plan);
    do_act(&c, "technologist", "clinic.check_patient",
           "{'referral':'REF-000001','weight':'10 kg'}");
    plan = plan_of(&c);
    step = step_of(plan, "draw", 0);
    assert_true(json_is_true(json_object_get(step, "is_over_card")));
    assert_non_null(strstr(text_in(step, "why"), "of the dosage card for 10 kg"));
    json_decref(plan);
    centre_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_morning_is_eluted_labelled_and_drawn_in_time),
        cmocka_unit_test(what_is_there_is_drawn_first_and_its_volume_is_said),
        cmocka_unit_test(a_second_elution_serves_the_afternoon),
        cmocka_unit_test(a_dose_that_cannot_be_made_is_said_with_the_reason),
        cmocka_unit_test(a_childs_dose_stands_beside_the_dosage_card),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

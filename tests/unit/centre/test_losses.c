/* SPDX-License-Identifier: Apache-2.0 */
/* Losses are planted, and the books must name the act where each arose; and an honest day, with
 * readings that scatter as a calibrator's do, must raise no alarm. */
#include "centre_testing.h"

#include "moly/base/random.h"

/* The books show one discrepancy: of this account, by this act, measured / predicted - 1 = about
 * `relative`. */
static void assert_one_loss(centre *c, const char *kind, const char *account, double relative)
{
    json_t *balance = balance_of(c);
    const json_t *list = json_object_get(balance, "discrepancies");
    assert_int_equal(json_array_size(list), 1);
    const json_t *row = json_array_get(list, 0);
    assert_string_equal(text_in(row, "kind"), kind);
    assert_string_equal(text_in(row, "account"), account);
    double found = number_in(row, "measured_bq") / number_in(row, "predicted_bq") - 1.0;
    assert_true(fabs(found - relative) < 0.005);
    assert_true(fabs(number_in(row, "sigmas")) > 2.0);
    json_decref(balance);
}

static void do_measured(centre *c, const char *act, const char *fields, double bq)
{
    char text[400];
    (void)snprintf(text, sizeof text, fields, bq);
    do_act(c, "technologist", act, text);
}

static void a_leak_is_found_when_the_vessel_is_measured(void **state)
{
    centre *c = *state;
    kit_ready(c);
    at(c, "2026-11-23T08:00Z");
    double book = book_of(c, "kit/KIT-000001", "Tc-99m");
    do_measured(c, "safety.measure", "{'vessel':'kit/KIT-000001','activity':'%.9g Bq'}",
                0.8 * book);
    assert_one_loss(c, "safety.measure", "kit/KIT-000001", -0.2);
}

static void a_short_draw_is_found_at_the_draw(void **state)
{
    centre *c = *state;
    kit_ready(c);
    at(c, "2026-11-23T08:50Z");
    double per_ml = book_of(c, "kit/KIT-000001", "Tc-99m") / 5.0;
    do_measured(c, "clinic.draw_dose",
                "{'order':'ORD-000001','kit':'KIT-000001','volume':'1 mL','activity':'%.9g Bq'}",
                0.88 * per_ml);
    assert_one_loss(c, "clinic.draw_dose", "dose/DOS-000001", -0.12);
}

static void a_wrong_decay_time_is_found_at_the_labelling(void **state)
{
    centre *c = *state;
    stock(c);
    at(c, "2026-11-23T06:00Z");
    eluted(c, 1.0);
    do_act(c, "technologist", "pharmacy.test_breakthrough",
           "{'eluate':'ELU-000001','molybdenum':'100 kBq'}");
    /* measured at 07:30, entered as of 06:30: 2^(-1 h / 6.0067 h) - 1 = -10.9 % */
    at(c, "2026-11-23T07:30Z");
    double then = book_of(c, "eluate/ELU-000001", "Tc-99m") / 2.0;
    do_measured(c, "pharmacy.label_kit",
                "{'lot':'LOT-000001','eluate':'ELU-000001','volume':'5 mL','activity':'%.9g Bq',"
                "'at':'2026-11-23T06:30Z'}",
                then);
    assert_one_loss(c, "pharmacy.label_kit", "kit/KIT-000001",
                    exp2(-3600.0 / (6.0067 * 3600.0)) - 1.0);
}

static void a_poor_elution_is_found_at_the_elution(void **state)
{
    centre *c = *state;
    stock(c);
    at(c, "2026-11-23T06:00Z");
    eluted(c, 0.75);
    assert_one_loss(c, "pharmacy.elute", "eluate/ELU-000001", -0.25);
}

static void what_is_missing_in_the_waste_is_found_at_the_discarding(void **state)
{
    centre *c = *state;
    kit_ready(c);
    at(c, "2026-11-23T12:00Z");
    double book = book_of(c, "kit/KIT-000001", "Tc-99m");
    do_measured(c, "safety.discard", "{'kit':'KIT-000001','activity':'%.9g Bq'}", 0.5 * book);
    assert_one_loss(c, "safety.discard", "waste/WST-000001", -0.5);
}

static void a_discrepancy_is_explained_once_somebody_knows_why(void **state)
{
    centre *c = *state;
    kit_ready(c);
    double book = book_of(c, "kit/KIT-000001", "Tc-99m");
    do_measured(c, "safety.measure", "{'vessel':'kit/KIT-000001','activity':'%.9g Bq'}",
                0.7 * book);
    json_t *balance = balance_of(c);
    char fields[200], id[24];
    (void)snprintf(
        id, sizeof id, "%lld",
        (long long)number_in(json_array_get(json_object_get(balance, "discrepancies"), 0), "seq"));
    json_decref(balance);
    (void)snprintf(fields, sizeof fields, "{'event':%s,'reason':'stopper leaked'}", id);
    do_act(c, "physicist", "safety.explain", fields);
    assert_record(c, "explanation", id, "reason", "stopper leaked");
    json_t *event = NULL;
    moly_error err = {0};
    assert_fails(
        try_act(c, "physicist", NULL, "safety.explain", "{'event':3,'reason':'x'}", &event, &err),
        MOLY_ERR_NOT_FOUND, "nothing to explain", err);
}

/* A reading of one, with this relative standard deviation. */
static double scattered(moly_random *random, double relative_sd)
{
    return 1.0 + relative_sd * moly_random_normal(random);
}

/* Readings scatter by half of the calibrator's uncertainty; two standard deviations of the whole
 * are then passed in under 1e-4 of cases, seed fixed. */
static void an_honest_day_raises_no_alarm(void **state)
{
    centre *c = *state;
    moly_random random = moly_random_stream(2026, 11);
    stock(c);
    for (int day = 1; day <= 5; day++) {
        char when[32], fields[300];
        (void)snprintf(when, sizeof when, "2026-11-%02dT06:00Z", 20 + day);
        at(c, when);
        eluted(c, scattered(&random, 0.01));
        (void)snprintf(fields, sizeof fields, "{'eluate':'ELU-%06d','molybdenum':'50 kBq'}", day);
        do_act(c, "technologist", "pharmacy.test_breakthrough", fields);
        char account[40];
        (void)snprintf(account, sizeof account, "eluate/ELU-%06d", day);
        (void)snprintf(fields, sizeof fields,
                       "{'lot':'LOT-000001','eluate':'ELU-%06d','volume':'5 mL',"
                       "'activity':'%.9g Bq'}",
                       day, 0.5 * book_of(c, account, "Tc-99m") * scattered(&random, 0.01));
        do_act(c, "technologist", "pharmacy.label_kit", fields);
        (void)snprintf(fields, sizeof fields, "{'kit':'KIT-%06d'}", day);
        do_act(c, "technologist", "safety.discard", fields);
        (void)snprintf(fields, sizeof fields, "{'eluate':'ELU-%06d'}", day);
        do_act(c, "technologist", "safety.discard", fields);
    }
    json_t *balance = balance_of(c);
    assert_int_equal(json_array_size(json_object_get(balance, "discrepancies")), 0);
    json_decref(balance);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, centre_set_up, centre_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_leak_is_found_when_the_vessel_is_measured),
        TEST(a_short_draw_is_found_at_the_draw),
        TEST(a_wrong_decay_time_is_found_at_the_labelling),
        TEST(a_poor_elution_is_found_at_the_elution),
        TEST(what_is_missing_in_the_waste_is_found_at_the_discarding),
        TEST(a_discrepancy_is_explained_once_somebody_knows_why),
        TEST(an_honest_day_raises_no_alarm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

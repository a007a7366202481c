/* SPDX-License-Identifier: Apache-2.0 */
/* What would stop a dose stands on the first screen before anybody draws it. */
#include "centre_testing.h"

static const char woman[] = "'birth_date':'1990-09-17','sex':'female','weight':'60 kg'";

static json_t *today_in(centre *c, const char *language)
{
    json_t *today = NULL;
    moly_error err = {.language = language};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_centre_today(moly_ledger_site(c->ledger), reader, c->now, &today, &err), err);
    moly_ledger_reader_free(reader);
    return today;
}

/* The block about `id` whose reason has this piece; NULL: there is none. */
static const json_t *block_of(const json_t *today, const char *id, const char *piece)
{
    size_t i;
    const json_t *block;
    json_array_foreach(json_object_get(today, "blocks"), i, block)
    {
        if (strcmp(text_in(block, "id"), id) == 0 && strstr(text_in(block, "why"), piece)) {
            return block;
        }
    }
    return NULL;
}

static int blocks_of(const json_t *today, const char *id)
{
    int n = 0;
    size_t i;
    const json_t *block;
    json_array_foreach(json_object_get(today, "blocks"), i, block)
    {
        n += strcmp(text_in(block, "id"), id) == 0 && !json_object_get(block, "is_warning");
    }
    return n;
}

static void assert_block(const json_t *today, const char *id, const char *rule, const char *why,
                         const char *remedy)
{
    const json_t *block = block_of(today, id, why);
    if (!block) {
        char *all = json_dumps(json_object_get(today, "blocks"), JSON_INDENT(1));
        fail_msg("%s is not blocked by '%s' in %s", id, why, all);
    }
    assert_string_equal(text_in(block, "rule"), rule);
    assert_non_null(strstr(text_in(block, "remedy"), remedy));
}

/* As refused(), with the sentence that the screen said before. */
static void refused_as_told(centre *c, const json_t *today, const char *id, const char *rule)
{
    char fields[200];
    const json_t *block = block_of(today, id, "");
    (void)snprintf(fields, sizeof fields, "{'order':'%s','kit':'KIT-000001','activity':'611 MBq'}",
                   id);
    assert_non_null(block);
    refused(c, "technologist", "clinic.draw_dose", fields, rule, text_in(block, "why"));
}

static void ordered_for(centre *c, int number, const char *person, const char *answers,
                        const char *product, double mbq, const char *reason)
{
    referred(c, number, person, answers);
    do_act(c, "physician", "clinic.order", order_of(number, product, mbq, reason));
}

/* EVIDENCE: R-36 what speaks against a dose is on the first screen before it is drawn, in the words
 * of the refusal that would come, with the act that removes it */
static void what_would_be_refused_is_said_before_it_is_tried(void **state)
{
    centre *c = *state;
    kit_ready(c);
    ordered_for(c, 2, woman, ",'pregnancy':'excluded'", "medronate", 600, "");
    ordered_for(c, 3, "'birth_date':'1951-11-02','sex':'male','weight':'70 kg'", "", "medronate",
                600, "");
    do_act(c, "technologist", "clinic.check_patient",
           "{'referral':'REF-000003','allergies':'human albumin'}");
    ordered_for(c, 4, "'birth_date':'2019-05-02','sex':'male','weight':'20 kg'", "", "medronate",
                170, "");
    do_act(c, "technologist", "clinic.check_patient", "{'referral':'REF-000004','weight':'10 kg'}");
    ordered_for(c, 5, "'birth_date':'1951-11-02','sex':'male','weight':'70 kg'", "", "iodide-131",
                550, "");
    json_t *today = today_in(c, NULL);
    assert_int_equal(blocks_of(today, "ORD-000001"), 0);
    assert_block(today, "ORD-000002", "R-36", "was not asked about breast-feeding",
                 "(clinic.check_patient)");
    assert_string_equal(
        text_in(json_object_get(block_of(today, "ORD-000002", "asked"), "fields"), "referral"),
        "REF-000002");
    assert_block(today, "ORD-000003", "R-36", "allergic to: human albumin", "(clinic.accept_risk)");
    assert_block(today, "ORD-000004", "R-36", "of the dosage card for 10 kg",
                 "(clinic.accept_risk)");
    assert_block(today, "ORD-000005", "R-35", "without a written directive",
                 "(clinic.write_directive)");
    assert_block(today, "ORD-000005", "R-24", "no released", "label and release");
    refused_as_told(c, today, "ORD-000002", "R-36");
    refused_as_told(c, today, "ORD-000003", "R-36");
    refused_as_told(c, today, "ORD-000004", "R-36");
    const json_t *doses = json_object_get(today, "doses");
    assert_true(number_in(json_array_get(doses, 0), "n_blocks") == 0.0);
    assert_true(number_in(json_array_get(doses, 4), "n_blocks") == 2.0);
    json_decref(today);
    do_act(c, "physician", "clinic.accept_risk",
           "{'order':'ORD-000003','reason':'another albumin, 1990'}");
    today = today_in(c, NULL);
    assert_int_equal(blocks_of(today, "ORD-000003"), 0);
    assert_true(json_is_true(
        json_object_get(block_of(today, "ORD-000003", "accepted a risk"), "is_warning")));
    json_decref(today);
}

static void all_that_speaks_against_a_dose_is_said_at_once(void **state)
{
    centre *c = *state;
    kit_ready(c);
    ordered_for(c, 2, woman, ",'pregnancy':'excluded'", "medronate", 600, "");
    do_act(c, "technologist", "clinic.check_patient",
           "{'referral':'REF-000002','pregnancy':'pregnant','breast_feeding':'yes',"
           "'allergies':'nickel'}");
    json_t *today = today_in(c, NULL);
    assert_int_equal(blocks_of(today, "ORD-000002"), 3);
    json_decref(today);
    today = today_in(c, "ru");
    assert_non_null(block_of(today, "ORD-000002", "беременна"));
    json_decref(today);
}

static void who_is_asked_on_arrival_is_no_news_in_the_night(void **state)
{
    centre *c = *state;
    kit_ready(c);
    ordered_for(c, 2, woman, ",'pregnancy':'excluded'", "medronate", 600, "");
    ordered_for(c, 3, woman, ",'pregnancy':'excluded','breast_feeding':'no','allergies':'nickel'",
                "medronate", 600, ",'reason':'a ring'");
    at(c, "2026-11-23T05:40Z");
    json_t *today = today_in(c, NULL);
    assert_int_equal(blocks_of(today, "ORD-000002"), 0);
    json_decref(today);
    at(c, "2026-11-23T07:30Z");
    today = today_in(c, NULL);
    assert_int_equal(blocks_of(today, "ORD-000002"), 1);
    assert_int_equal(blocks_of(today, "ORD-000003"), 0);
    json_decref(today);
}

/* EVIDENCE: R-37 a drawn syringe that may not be given any more is on the first screen */
static void a_syringe_that_may_not_be_given_is_said(void **state)
{
    centre *c = *state;
    kit_ready(c);
    at(c, "2026-11-23T08:50Z");
    do_act(c, "technologist", "clinic.draw_dose",
           "{'order':'ORD-000001','kit':'KIT-000001','activity':'611 MBq'}");
    json_t *today = today_in(c, NULL);
    assert_int_equal(blocks_of(today, "DOS-000001"), 0);
    json_decref(today);
    do_act(c, "radiopharmacist", "pharmacy.reject",
           "{'kit':'KIT-000001','reason':'a wet stopper was found'}");
    today = today_in(c, NULL);
    assert_block(today, "DOS-000001", "R-37", "came from kit KIT-000001, which is rejected",
                 "(safety.discard)");
    json_decref(today);
}

/* EVIDENCE: R-24 why a released kit does not serve an order is said in the words of the act */
static void why_a_released_kit_does_not_serve_is_said(void **state)
{
    centre *c = *state;
    kit_ready(c);
    referred(c, 2, "'birth_date':'1951-11-02','sex':'male','weight':'70 kg'", "");
    do_act(c, "physician", "clinic.order",
           "{'referral':'REF-000002','product':'medronate','activity':'600 MBq',"
           "'planned':'2026-11-23T19:00Z'}");
    at(c, "2026-11-23T18:10Z");
    json_t *today = today_in(c, NULL);
    assert_block(today, "ORD-000002", "R-24", "kit KIT-000001 expires at", "label and release");
    json_decref(today);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, centre_set_up, centre_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_would_be_refused_is_said_before_it_is_tried),
        TEST(all_that_speaks_against_a_dose_is_said_at_once),
        TEST(who_is_asked_on_arrival_is_no_news_in_the_night),
        TEST(a_syringe_that_may_not_be_given_is_said),
        TEST(why_a_released_kit_does_not_serve_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

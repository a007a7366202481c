/* SPDX-License-Identifier: Apache-2.0 */
/* Waste from opening a container to its leaving. */
#include "centre_testing.h"

#include "moly/centre/protection.h"

static int set_up(void **state)
{
    centre *c = calloc(1, sizeof *c);
    centre_open(c, "KG");
    kit_ready(c);
    do_act(c, "technologist", "safety.open_waste", "{'name':'sharps, Tc-99m'}");
    do_act(c, "technologist", "safety.discard", "{'eluate':'ELU-000001'}");
    do_act(c, "technologist", "safety.discard", "{'kit':'KIT-000001'}");
    *state = c;
    return 0;
}

static const char closing[] = "{'container':'WST-000001','mass':'900 g'}";
static const char clearing[] = "{'container':'WST-000001','mass':'900 g','surface':'0.11 uSv/h',"
                               "'background':'0.10 uSv/h','label_removed':true}";

/* Mo-99 of 100 kBq at 06:00 decays for the longest: what Tc-99m and Mo-99 make of their levels of
 * 100 and 10 Bq/g in 900 g. */
static double fraction_at(centre *c, moly_instant t)
{
    moly_instant now = c->now;
    c->now = t;
    double fraction = (book_of(c, "waste/WST-000001", "Tc-99m") / 100.0 +
                       book_of(c, "waste/WST-000001", "Mo-99") / 10.0) /
                      900.0;
    c->now = now;
    return fraction;
}

/* EVIDENCE: R-58 closing a container writes down its nuclides and the day when the books let it
 * leave, computed with decay and ingrowth; nothing goes in afterwards */
static void closing_writes_down_the_nuclides_and_the_day(void **state)
{
    centre *c = *state;
    json_t *event = do_act_of(c, "technologist", NULL, "safety.close_waste", closing);
    json_decref(event);
    json_t *waste = record_of(c, "waste", "WST-000001");
    const json_t *nuclides = json_object_get(waste, "nuclides_bq");
    assert_relative(number_in(nuclides, "Tc-99m"), book_of(c, "waste/WST-000001", "Tc-99m"), 1e-9);
    assert_relative(number_in(nuclides, "Mo-99"), book_of(c, "waste/WST-000001", "Mo-99"), 1e-9);
    moly_instant after = instant_of(text_in(waste, "clear_after"));
    assert_true(fraction_at(c, after) <= 1.0);
    assert_true(fraction_at(c, moly_instant_add_s(after, -3600.0)) > 1.0);
    json_decref(waste);
    refused(c, "technologist", "safety.close_waste", closing, "R-58", "is closed already");
    refused(c, "technologist", "safety.discard",
            "{'generator':'GEN-000001','container':'WST-000001'}", "R-58", "is closed");
    do_act(c, "technologist", "safety.discard", "{'generator':'GEN-000001'}");
    assert_record(c, "generator", "GEN-000001", "container", "WST-000002");
}

/* EVIDENCE: R-58 what leaves is closed, below its levels in the books, its labels removed, and
 * measured at the surface; elapsed half-lives alone never let it leave */
static void every_condition_holds_before_waste_leaves(void **state)
{
    centre *c = *state;
    refused(c, "physicist", "safety.clear_waste", clearing, "R-58", "is open; close it first");
    do_act(c, "technologist", "safety.close_waste", closing);
    at(c, "2026-11-25T06:00Z"); /* eight half-lives of Tc-99m */
    refused(c, "physicist", "safety.clear_waste", clearing, "R-58", "let it decay");
    at(c, "2026-12-25T06:00Z");
    refused(c, "physicist", "safety.clear_waste",
            "{'container':'WST-000001','mass':'900 g','surface':'0.11 uSv/h',"
            "'background':'0.10 uSv/h','label_removed':false}",
            "R-58", "radiation labels of container WST-000001 are removed");
    refused(c, "physicist", "safety.clear_waste",
            "{'container':'WST-000001','mass':'900 g','surface':'0.2 uSv/h',"
            "'background':'0.10 uSv/h','label_removed':true}",
            "R-58", "0.2 uSv/h at the surface is above the background of 0.1 uSv/h");
    do_act(c, "physicist", "safety.clear_waste", clearing);
    assert_record(c, "waste", "WST-000001", "cleared_by", "physicist");
    refused(c, "physicist", "safety.clear_waste", clearing, "R-58", "is cleared already");
}

static void the_list_says_which_container_is_ready_to_be_measured(void **state)
{
    centre *c = *state;
    do_act(c, "technologist", "safety.close_waste", closing);
    for (int late = 0; late < 2; late++) {
        json_t *list = NULL;
        moly_error err = {0};
        at(c, late ? "2026-12-25T06:00Z" : "2026-11-23T08:00Z");
        moly_ledger_reader *reader = reader_of(c);
        assert_ok(moly_centre_waste(moly_ledger_site(c->ledger), reader, c->now, &list, &err), err);
        const json_t *row = json_array_get(json_object_get(list, "results"), 0);
        assert_string_equal(text_in(row, "container"), "WST-000001");
        assert_int_equal(json_is_true(json_object_get(row, "is_ready")), late);
        assert_relative(number_in(row, "fraction"), fraction_at(c, c->now), 1e-3);
        json_decref(list);
        moly_ledger_reader_free(reader);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, centre_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(closing_writes_down_the_nuclides_and_the_day),
        TEST(every_condition_holds_before_waste_leaves),
        TEST(the_list_says_which_container_is_ready_to_be_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

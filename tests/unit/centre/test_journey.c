/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a technetium atom in one centre, from the generator to the waste, against the ledger.
 * The generator: 20 GBq of Mo-99, eluted at three days. */
#include "centre_testing.h"

/* Half-life of Tc-99m, 6.0067 h (DDEP); ln 2 lives in exp2. */
static const double half_life_s = 6.0067 * 3600.0;

static void a_journey_ends_with_books_that_balance(void **state)
{
    (void)state;
    centre c;
    centre_open(&c, "KG");
    kit_ready(&c);
    at(&c, "2026-11-23T08:50Z");
    /* volume by an independent path: A_inj 2^(600 s / T) over the concentration measured at 06:30
     */
    double kit_bq = record_value(&c, "kit", "KIT-000001", "activity_bq");
    double concentration = kit_bq * exp2(-8400.0 / half_life_s) / 5.0;
    double volume = 600e6 * exp2(600.0 / half_life_s) / concentration;
    char fields[200];
    (void)snprintf(fields, sizeof fields,
                   "{'order':'ORD-000001','kit':'KIT-000001','activity':'%.9g Bq'}",
                   volume * concentration);
    /* EVIDENCE: R-33 the volume agrees with an independent computation to 1e-6, and the event shows
     * formula, half-life with its source, and both times */
    json_t *event = do_act_of(&c, "technologist", NULL, "clinic.draw_dose", fields);
    const json_t *computation = json_object_get(json_object_get(event, "body"), "computation");
    assert_relative(number_in(computation, "volume_ml"), volume, 1e-6);
    assert_relative(number_in(computation, "half_life_s"), half_life_s, 1e-12);
    assert_string_equal(text_in(computation, "half_life_source"), "DDEP");
    assert_string_equal(text_in(computation, "t_injection"), "2026-11-23T09:00:00Z");
    assert_string_equal(text_in(computation, "t_drawing"), "2026-11-23T08:50:00Z");
    assert_non_null(strstr(text_in(computation, "formula"), "2^"));
    json_decref(event);

    at(&c, "2026-11-23T09:00Z");
    do_act(&c, "technologist", "clinic.administer",
           "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1968-03-14'}");
    assert_relative(book_of(&c, "patient/PAT-000001", "Tc-99m"), 600e6, 1e-6);
    at(&c, "2026-11-23T09:10Z");
    do_act(&c, "technologist", "clinic.measure_residual",
           "{'dose':'DOS-000001','activity':'12 MBq'}");
    /* EVIDENCE: R-34 prescribed, measured, residual and net activity are kept, with time and person
     */
    assert_relative(record_value(&c, "dose", "DOS-000001", "net_bq"),
                    600e6 - 12e6 * exp2(600.0 / half_life_s), 1e-6);
    assert_relative(record_value(&c, "dose", "DOS-000001", "prescribed_bq"), 600e6, 1e-12);
    assert_relative(record_value(&c, "dose", "DOS-000001", "residual_bq"), 12e6, 1e-12);
    assert_record(&c, "dose", "DOS-000001", "given_by", "technologist");

    at(&c, "2026-11-23T12:00Z");
    do_act(&c, "technologist", "clinic.discharge", "{'patient':'PAT-000001','instructed':true}");
    do_act(&c, "technologist", "safety.discard", "{'dose':'DOS-000001'}");
    do_act(&c, "technologist", "safety.discard", "{'kit':'KIT-000001'}");
    do_act(&c, "technologist", "safety.discard", "{'eluate':'ELU-000001'}");
    json_t *balance = balance_of(&c);
    assert_int_equal(json_array_size(json_object_get(balance, "discrepancies")), 0);
    size_t i;
    const json_t *row;
    json_array_foreach(json_object_get(balance, "residue"), i, row)
    {
        assert_true(fabs(number_in(row, "activity_bq")) < 1.0); /* of 18 GBq */
    }
    json_decref(balance);
    assert_true(book_of(&c, "waste/WST-000001", "Tc-99m") > 1e9);

    do_act(&c, "technologist", "safety.close_waste", "{'container':'WST-000001','mass':'850 g'}");
    at(&c, "2026-12-10T12:00Z");
    do_act(&c, "physicist", "safety.clear_waste",
           "{'container':'WST-000001','mass':'850 g','surface':'0.11 uSv/h',"
           "'background':'0.10 uSv/h','label_removed':true}");

    /* EVIDENCE: R-02 the chain is proven offline, and the tables are what the events make of them
     */
    json_t *proof = NULL, *rebuilt = NULL;
    moly_error err = {0};
    assert_ok(moly_ledger_verify(c.url, NULL, NULL, &proof, &err), err);
    assert_true(number_in(proof, "events") > 25.0);
    assert_ok(moly_ledger_rebuild(c.ledger, NULL, &rebuilt, &err), err);
    assert_true(json_is_true(json_object_get(rebuilt, "identical")));
    json_decref(proof);
    json_decref(rebuilt);
    centre_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_journey_ends_with_books_that_balance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

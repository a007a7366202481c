/* SPDX-License-Identifier: Apache-2.0 */
/* What screens read, on the example centre. */
#include "centre_testing.h"

static json_t *today_of(centre *c)
{
    json_t *today = NULL;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_centre_today(moly_ledger_site(c->ledger), reader, c->now, &today, &err), err);
    moly_ledger_reader_free(reader);
    return today;
}

static const json_t *row_where(const json_t *list, const char *key, const char *value)
{
    size_t i;
    const json_t *row;
    json_array_foreach(list, i, row)
    {
        const char *text = json_string_value(json_object_get(row, key));
        if (text && strcmp(text, value) == 0) {
            return row;
        }
    }
    fail_msg("no row with %s = %s", key, value);
    return NULL;
}

static void the_example_centre_can_be_founded_at_any_hour(void **state)
{
    (void)state;
    static const char *const hours[] = {"2026-11-22T18:05Z", "2026-11-22T23:59Z",
                                        "2026-11-23T00:00Z", "2026-11-23T04:00Z",
                                        "2026-11-23T11:00Z", "2026-11-23T17:59Z"};
    for (size_t i = 0; i < sizeof hours / sizeof hours[0]; i++) {
        centre c;
        centre_open_example(&c, hours[i]);
        json_t *balance = balance_of(&c);
        size_t k;
        const json_t *row;
        json_array_foreach(json_object_get(balance, "discrepancies"), k, row)
        {
            assert_int_equal(number_in(row, "seq"), 25); /* the one that is there to be explained */
        }
        assert_int_equal(k, 1); /* one loss is one line */
        json_decref(balance);
        json_t *today = today_of(&c);
        assert_int_equal(json_array_size(json_object_get(today, "doses")), 12);
        json_decref(today);
        centre_close(&c);
    }
}

static void today_shows_what_is_where_who_is_due_and_what_blocks_whom(void **state)
{
    (void)state;
    centre c;
    centre_open_example(&c, "2026-11-23T02:30Z"); /* 08:30 on the wall */
    json_t *today = today_of(&c);
    const json_t *vessels = json_object_get(today, "vessels");
    const json_t *generator = row_where(vessels, "account", "generator/GEN-000001");
    assert_string_equal(
        text_in(json_array_get(json_object_get(generator, "nuclides"), 0), "nuclide"), "Tc-99m");
    const json_t *kit = row_where(vessels, "account", "kit/KIT-000001");
    const json_t *held = json_array_get(json_object_get(kit, "nuclides"), 0);
    assert_relative(number_in(held, "activity_next_bq"),
                    number_in(held, "activity_bq") * exp2(-60.0 / number_in(held, "half_life_s")),
                    1e-6); /* Mo-99 of the breakthrough feeds it by some 1e-8 */
    (void)row_where(vessels, "account", "patient/PAT-000001");
    const json_t *doses = json_object_get(today, "doses");
    const json_t *first = json_array_get(doses, 0);
    assert_string_equal(text_in(first, "patient_name"), "Айгүл Сатыбалдиева");
    assert_string_equal(text_in(first, "due"), "2026-11-23T02:00:00Z");
    assert_string_equal(text_in(first, "state"), "given");
    const json_t *blocks = json_object_get(today, "blocks");
    assert_string_equal(text_in(row_where(blocks, "what", "kit KIT-000002"), "rule"), "R-09");
    assert_string_equal(text_in(row_where(blocks, "what", "kit KIT-000003"), "rule"), "R-13");
    const json_t *order = row_where(blocks, "what", "ORD-000003 فاطمة الزهراء بن علي");
    assert_string_equal(text_in(order, "kind"), "order");
    assert_string_equal(text_in(order, "template"), "no released %s lasts until the injection");
    assert_int_equal(json_array_size(json_object_get(order, "values")), 1);
    json_decref(today);
    centre_close(&c);
}

static void a_patients_page_has_all_that_belongs_to_the_patient(void **state)
{
    (void)state;
    centre c;
    moly_error err = {0};
    json_t *page = NULL;
    centre_open_example(&c, "2026-11-23T02:30Z");
    moly_ledger_reader *reader = reader_of(&c);
    assert_ok(moly_centre_patient(reader, "PAT-000001", c.now, &page, &err), err);
    assert_int_equal(json_array_size(json_object_get(page, "referrals")), 1);
    assert_int_equal(json_array_size(json_object_get(page, "orders")), 1);
    assert_int_equal(json_array_size(json_object_get(page, "doses")), 1);
    assert_string_equal(text_in(json_array_get(json_object_get(page, "doses"), 0), "state"),
                        "residual measured");
    const json_t *sum = json_array_get(json_object_get(page, "cumulative"), 0);
    assert_relative(number_in(sum, "activity_bq"), 600e6, 0.05); /* readings of the example */
    assert_true(number_in(page, "activity_now_bq") > 1e8);
    json_decref(page);
    page = NULL;
    assert_fails(moly_centre_patient(reader, "PAT-000099", c.now, &page, &err), MOLY_ERR_NOT_FOUND,
                 "PAT-0000", err);
    moly_ledger_reader_free(reader);
    centre_close(&c);
}

static void acts_are_ordered_found_and_described(void **state)
{
    (void)state;
    size_t n = 0;
    const moly_act *const *acts = moly_acts(&n);
    for (size_t i = 0; i < n; i++) {
        const moly_act *act = NULL;
        moly_error err = {0};
        assert_ok(moly_act_find(acts[i]->declaration.name, &act, &err), err);
        assert_ptr_equal(act, acts[i]);
        assert_true(i == 0 || strcmp(acts[i - 1]->declaration.name, act->declaration.name) < 0);
        assert_int_equal(act->signature != MOLY_SIGNATURE_NONE, act->meaning != NULL);
        assert_non_null(act->declaration.example);
        assert_true(act->roles != 0 && act->rules && act->subject_kind);
    }
    const moly_act *none = NULL;
    moly_error err = {0};
    assert_fails(moly_act_find("pharmacy.elut", &none, &err), MOLY_ERR_UNKNOWN, "pharmacy.elute",
                 err);
    json_t *described = moly_acts_describe("ru");
    const json_t *results = json_object_get(described, "results");
    assert_int_equal(json_array_size(results), n);
    const json_t *elute = row_where(results, "name", "pharmacy.elute");
    const json_t *volume = row_where(json_object_get(elute, "fields"), "name", "volume");
    assert_string_equal(text_in(volume, "dimension"), "volume");
    assert_string_equal(text_in(elute, "signature"), "none");
    json_decref(described);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_centre_can_be_founded_at_any_hour),
        cmocka_unit_test(today_shows_what_is_where_who_is_due_and_what_blocks_whom),
        cmocka_unit_test(a_patients_page_has_all_that_belongs_to_the_patient),
        cmocka_unit_test(acts_are_ordered_found_and_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

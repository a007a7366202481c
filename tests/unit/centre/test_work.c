/* SPDX-License-Identifier: Apache-2.0 */
/* What waits for whom, and what a scanned code names, on the example centre. */
#include "centre_testing.h"

#include "moly/centre/work.h"

static json_t *work_of(centre *c, const char *user)
{
    json_t *work = NULL, *person = record_of(c, "person", user);
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_centre_work(moly_ledger_site(c->ledger), reader, person, c->now, &work, &err),
              err);
    moly_ledger_reader_free(reader);
    json_decref(person);
    return work;
}

static const json_t *item_of(const json_t *work, const char *act, const char *field,
                             const char *value)
{
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(work, "results"), i, item)
    {
        const json_t *given = json_object_get(json_object_get(item, "fields"), field);
        if (strcmp(text_in(item, "act"), act) == 0 &&
            (!value || (given && strcmp(json_string_value(given), value) == 0))) {
            return item;
        }
    }
    return NULL;
}

static void each_role_has_its_own_morning_in_order(void **state)
{
    (void)state;
    centre c;
    centre_open_example(&c, "2026-11-23T02:30Z"); /* 08:30 on the wall */
    json_t *technologist = work_of(&c, "technologist");
    const json_t *first = json_array_get(json_object_get(technologist, "results"), 0);
    assert_string_equal(text_in(first, "when"), "waiting");
    assert_non_null(item_of(technologist, "pharmacy.test_rcp", "kit", "KIT-000003"));
    const json_t *label = item_of(technologist, "pharmacy.label_kit", "lot", "LOT-000003");
    assert_non_null(label);
    assert_string_equal(text_in(json_object_get(label, "fields"), "eluate"), "ELU-000003");
    assert_string_equal(text_in(label, "due"), "2026-11-23T04:45:00Z");
    const json_t *draw = item_of(technologist, "clinic.draw_dose", "order", "ORD-000007");
    assert_non_null(draw);
    assert_string_equal(text_in(json_object_get(draw, "fields"), "kit"), "KIT-000001");
    assert_null(item_of(technologist, "pharmacy.release", "kit", NULL)); /* not of this role */
    json_t *pharmacist = work_of(&c, "radiopharmacist");
    assert_non_null(item_of(pharmacist, "pharmacy.release", "kit", "KIT-000002"));
    assert_non_null(item_of(pharmacist, "pharmacy.release", "eluate", "ELU-000003"));
    assert_non_null(item_of(pharmacist, "pharmacy.accept_lot", "lot", "LOT-000005"));
    json_t *qualified = work_of(&c, "qualified-person");
    assert_non_null(item_of(qualified, "stock.approve_supplier", "supplier", "SUP-000003"));
    assert_null(item_of(qualified, "clinic.draw_dose", "order", NULL));
    json_t *inspector = work_of(&c, "inspector");
    assert_int_equal(json_array_size(json_object_get(inspector, "results")), 0);
    json_decref(technologist);
    json_decref(pharmacist);
    json_decref(qualified);
    json_decref(inspector);
    centre_close(&c);
}

static void the_next_morning_begins_with_the_instruments_and_the_elution(void **state)
{
    (void)state;
    centre c;
    centre_open_example(&c, "2026-11-23T02:30Z");
    at(&c, "2026-11-24T00:10Z");
    json_t *work = work_of(&c, "technologist");
    const json_t *check = item_of(work, "instrument.check_constancy", "instrument", "INS-000001");
    const json_t *elute = item_of(work, "pharmacy.elute", "generator", "GEN-000001");
    assert_non_null(check);
    assert_string_equal(text_in(check, "rule"), "R-28");
    assert_non_null(elute);
    size_t i, check_at = 0, elute_at = 0;
    const json_t *item;
    json_array_foreach(json_object_get(work, "results"), i, item)
    {
        check_at = item == check ? i : check_at;
        elute_at = item == elute ? i : elute_at;
    }
    assert_true(check_at < elute_at);
    assert_non_null(item_of(work, "safety.discard", "kit", "KIT-000001")); /* expired */
    assert_null(item_of(work, "pharmacy.test_rcp", "kit", "KIT-000003"));  /* expired too */
    json_decref(work);
    centre_close(&c);
}

static void who_tested_a_kit_is_not_asked_to_release_it(void **state)
{
    (void)state;
    centre c;
    /* EVIDENCE: R-09 the release of what a person tested is not on her list, but on the others' */
    centre_open_example(&c, "2026-11-23T02:30Z");
    for (size_t i = 0; i < N_CENTRE_USERS; i++) {
        moly_error err = {0};
        char password[80];
        (void)snprintf(password, sizeof password, "%s-moly", centre_users[i]);
        assert_ok(moly_ledger_sign_in(c.ledger, centre_users[i], password, &c.identities[i], &err),
                  err);
    }
    do_act(&c, "radiopharmacist", "pharmacy.test_rcp", "{'kit':'KIT-000003','purity':'97.5 %'}");
    json_t *own = work_of(&c, "radiopharmacist"), *other = work_of(&c, "qualified-person");
    assert_null(item_of(own, "pharmacy.release", "kit", "KIT-000003"));
    assert_non_null(item_of(other, "pharmacy.release", "kit", "KIT-000003"));
    json_decref(own);
    json_decref(other);
    centre_close(&c);
}

static void assert_found(centre *c, const char *code, const char *kind, const char *id)
{
    json_t *found = NULL;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_centre_find(reader, code, &found, &err), err);
    const json_t *results = json_object_get(found, "results");
    if (!id) {
        assert_int_equal(json_array_size(results), 0);
    } else {
        if (json_array_size(results) != 1) {
            fail_msg("%s: %zu found", code, json_array_size(results));
        }
        assert_string_equal(text_in(json_array_get(results, 0), "kind"), kind);
        assert_string_equal(text_in(json_array_get(results, 0), "id"), id);
    }
    json_decref(found);
    moly_ledger_reader_free(reader);
}

static void a_code_names_the_record_however_it_is_written(void **state)
{
    (void)state;
    centre c;
    centre_open_example(&c, "2026-11-23T02:30Z");
    assert_found(&c, "kit/KIT-000001", "kit", "KIT-000001");
    assert_found(&c, " KIT-000001\r\n", "kit", "KIT-000001");
    assert_found(&c, "kit-000001", "kit", "KIT-000001");
    assert_found(&c, "]d290kit/KIT-000001", "kit", "KIT-000001");
    assert_found(&c,
                 "\x1d"
                 "90kit/KIT-000001",
                 "kit", "KIT-000001");
    assert_found(&c, "(90)dose/DOS-000001", "dose", "DOS-000001");
    assert_found(&c, "technologist", "person", "technologist");
    assert_found(&c, "MDP-0926", "lot", "LOT-000001");
    assert_found(&c, "24-1107", "generator", "GEN-000001");
    assert_found(&c,
                 "]C1010401234567890117280101\x1d"
                 "10MIBI-114",
                 "lot", "LOT-000002");
    assert_found(&c, "(01)04012345678901(17)280101(10)X(21)24-1107", "generator", "GEN-000001");
    assert_found(&c, "35120", NULL, NULL);
    assert_found(&c, "351207", "instrument", "INS-000001");
    centre_close(&c);
}

static void what_is_no_code_is_refused_or_finds_nothing(void **state)
{
    (void)state;
    centre c;
    json_t *found = NULL;
    moly_error err = {0};
    centre_open_example(&c, "2026-11-23T02:30Z");
    static const char *const strange[] = {"kit/",     "/",        "]d2",     "(",          "(10)",
                                          "(10",      "90",       "10",      "0104012345", "((((",
                                          "\x1d\x1d", "kit/../x", "17991399"};
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        assert_found(&c, strange[i], NULL, NULL);
    }
    char large[400];
    memset(large, 'A', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    moly_ledger_reader *reader = reader_of(&c);
    assert_fails(moly_centre_find(reader, large, &found, &err), MOLY_ERR_USAGE, "200", err);
    assert_fails(moly_centre_find(reader, " \n", &found, &err), MOLY_ERR_USAGE, "code:", err);
    moly_ledger_reader_free(reader);
    centre_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_role_has_its_own_morning_in_order),
        cmocka_unit_test(the_next_morning_begins_with_the_instruments_and_the_elution),
        cmocka_unit_test(who_tested_a_kit_is_not_asked_to_release_it),
        cmocka_unit_test(a_code_names_the_record_however_it_is_written),
        cmocka_unit_test(what_is_no_code_is_refused_or_finds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

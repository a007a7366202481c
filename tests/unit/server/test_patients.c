/* SPDX-License-Identifier: Apache-2.0 */
/* The index of patients says what a search through all records would say. */
#include "unit/centre/centre_testing.h"

#include "fold.h"
#include "patients.h"

static centre c;
static patient_index *patients;

static int open_centre(void **state)
{
    (void)state;
    centre_open(&c, "KG");
    patients = patient_index_new();
    return patients ? 0 : -1;
}

static int close_centre(void **state)
{
    (void)state;
    patient_index_free(patients);
    centre_close(&c);
    return 0;
}

static void register_patient(const char *name, const char *number)
{
    char fields[300];
    (void)snprintf(fields, sizeof fields,
                   "{'name':'%s','number':'%s','birth_date':'1970-01-01','sex':'female'}", name,
                   number);
    do_act(&c, "technologist", "clinic.register_patient", fields);
}

/* Ids found, joined by blanks. */
static void assert_found(const char *search, size_t limit, const char *expected)
{
    moly_error err = {0};
    moly_text ids = {0};
    json_t *found = json_array();
    moly_arena *arena = moly_arena_new();
    moly_ledger_reader *reader = reader_of(&c);
    assert_ok(patient_index_search(patients, reader, fold_case(search, arena), limit, found, &err),
              err);
    moly_ledger_reader_free(reader);
    size_t i;
    const json_t *patient;
    json_array_foreach(found, i, patient)
    {
        moly_text_printf(&ids, "%s%s", i > 0 ? " " : "", text_in(patient, "id"));
    }
    assert_string_equal(moly_text_get(&ids), expected);
    moly_text_free(&ids);
    moly_arena_free(arena);
    json_decref(found);
}

static void nobody_is_found_where_nobody_is(void **state)
{
    (void)state;
    assert_found("a", 10, "");
}

static void a_patient_is_found_by_name_number_and_id_as_soon_as_registered(void **state)
{
    (void)state;
    register_patient("Айгүл Сатыбалдиева", "N-17");
    register_patient("Ёлкин Өмүр", "N-18");
    assert_found("АЙГҮЛ", 10, "PAT-000001");
    assert_found("елкин", 10, "PAT-000002");
    assert_found("n-18", 10, "PAT-000002");
    assert_found("pat-", 10, "PAT-000002 PAT-000001"); /* newest first */
    assert_found("pat-", 1, "PAT-000002");
    assert_found("17\npat", 10, "PAT-000001"); /* harmless: still a patient's own lines */
}

static moly_status rename_first(moly_transaction *transaction, void *context, moly_error *err)
{
    (void)context;
    json_t *body = json_pack("{s:[{s:s, s:s, s:{s:s}}]}", "records", "kind", "patient", "id",
                             "PAT-000001", "set", "name", "Айгүл Исакова");
    const moly_draft draft = {.kind = "test.rename",
                              .subject = "patient/PAT-000001",
                              .at = c.now,
                              .person = "technologist",
                              .authentication = "program",
                              .body = body};
    moly_status status = moly_transaction_append(transaction, &draft, NULL, err);
    json_decref(body);
    return status;
}

static void a_new_name_is_found_and_the_old_one_is_not(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_ledger *other = NULL; /* another process on the same database */
    assert_ok(moly_ledger_open(c.url, &c.clock, &other, &err), err);
    assert_ok(moly_ledger_transact(other, rename_first, NULL, &err), err);
    moly_ledger_close(other);
    assert_found("исакова", 10, "PAT-000001");
    assert_found("сатыбалдиева", 10, "");
}

static void a_reading_that_began_earlier_does_not_fail(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_ledger_reader *early = reader_of(&c);
    json_t *found = json_array();
    register_patient("Later Patient", "N-19");
    assert_found("later", 10, "PAT-000003");
    assert_ok(patient_index_search(patients, early, "later", 10, found, &err), err);
    assert_int_equal(json_array_size(found), 0);
    json_decref(found);
    moly_ledger_reader_free(early);
}

static void an_index_made_anew_says_the_same(void **state)
{
    (void)state;
    patient_index_free(patients);
    patients = patient_index_new();
    assert_non_null(patients);
    assert_found("pat-", 10, "PAT-000003 PAT-000002 PAT-000001");
    assert_found("исакова", 10, "PAT-000001");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_found_where_nobody_is),
        cmocka_unit_test(a_patient_is_found_by_name_number_and_id_as_soon_as_registered),
        cmocka_unit_test(a_new_name_is_found_and_the_old_one_is_not),
        cmocka_unit_test(a_reading_that_began_earlier_does_not_fail),
        cmocka_unit_test(an_index_made_anew_says_the_same),
    };
    return cmocka_run_group_tests(tests, open_centre, close_centre);
}

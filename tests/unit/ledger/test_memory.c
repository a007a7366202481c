/* SPDX-License-Identifier: Apache-2.0 */
/* Without memory: each allocation of an append, of a sign-in and of a reading fails once. Nothing
 * leaks or breaks, the books stay as they were, and the same works when there is memory again. */
#include "books.h"

#include "moly/base/memory.h"

static const char body[] =
    "{'records':[{'kind':'eluate','id':'E-000001','set':{'state':'quarantine'}}],"
    "'links':[{'from':'eluate/E-000001','to':'generator/G-1','role':'eluted from'}],"
    "'transfers':[{'from':'generator/G-1','to':'eluate/E-000001','at':'2026-11-22T06:00:00Z',"
    "'nuclide':'Tc-99m','activity_bq':6e9,'sd_bq':1e8,'predicted_bq':9e9}],"
    "'measurements':[{'account':'eluate/E-000001','at':'2026-11-22T06:00:00Z',"
    "'nuclide':'Tc-99m','activity_bq':5e9}],'closes':['generator/G-1']}";

static int64_t count_events(books *b)
{
    moly_error err = {0};
    int64_t seq = 0;
    moly_ledger_reader *reader = read_books(b);
    assert_ok(moly_ledger_head(reader, &seq, &err), err);
    moly_ledger_reader_free(reader);
    return seq;
}

static void an_append_without_memory_changes_nothing(void **state)
{
    (void)state;
    books b = {0};
    books_folder(&b);
    books_create(&b);
    enrol(&b, "vera", "vera's password", "Vera Ivanova");
    moly_identity *vera = sign_in(&b, "vera", "vera's password");
    moly_signer signer = {vera, "released for use"};
    int64_t before = count_events(&b);
    size_t nth = 1;
    moly_status status = MOLY_ERR_MEMORY;
    for (; status != MOLY_OK && nth < 5000; nth++) {
        moly_error err = {0};
        json_t *event = NULL;
        entry e = {"pharmacy.elute", "eluate/E-000001", body, b.now, &signer, 1, &event};
        moly_alloc_fail_after(nth);
        status = moly_ledger_transact(b.ledger, append_entry, &e, &err);
        moly_alloc_fail_after(0);
        if (status != MOLY_OK) {
            assert_int_equal(status, MOLY_ERR_MEMORY);
            /* the event may be there when only the commit failed: it is the caller's */
            assert_int_equal(count_events(&b), before);
        }
        json_decref(event);
    }
    print_message("  %zu allocations failed, one after another\n", nth - 2);
    assert_true(nth > 50);
    assert_int_equal(count_events(&b), before + 1);
    moly_identity_free(vera);
    moly_error err = {0};
    json_t *report = NULL;
    assert_ok(moly_ledger_rebuild(b.ledger, NULL, &report, &err), err);
    assert_true(json_is_true(json_object_get(report, "identical")));
    json_decref(report);
    books_close(&b);
}

static void readings_and_sign_in_without_memory_say_so(void **state)
{
    (void)state;
    books b = {0};
    books_folder(&b);
    books_create(&b);
    enrol(&b, "vera", "vera's password", "Vera Ivanova");
    enter(&b, "pharmacy.elute", "eluate/E-000001", body);
    for (int what = 0; what < 4; what++) {
        moly_status status = MOLY_ERR_MEMORY;
        for (size_t nth = 1; status != MOLY_OK && nth < 5000; nth++) {
            moly_error err = {0};
            json_t *json = NULL;
            moly_identity *identity = NULL;
            moly_ledger_reader *reader = NULL;
            moly_event_query query = {.subject = "eluate/E-000001"};
            moly_alloc_fail_after(nth);
            status = what == 0
                         ? moly_ledger_sign_in(b.ledger, "vera", "vera's password", &identity, &err)
                         : moly_ledger_reader_new(b.ledger, &reader, &err);
            if (!status && what == 1) {
                status = moly_ledger_balance(reader, b.now, &json, &err);
            } else if (!status && what == 2) {
                status = moly_ledger_events(reader, &query, &json, &err);
            } else if (!status && what == 3) {
                status = moly_ledger_trace(reader, "eluate/E-000001", &json, &err);
            }
            moly_alloc_fail_after(0);
            if (status != MOLY_OK) {
                assert_int_equal(status, MOLY_ERR_MEMORY);
                assert_null(json);
                assert_null(identity);
            }
            json_decref(json);
            moly_identity_free(identity);
            moly_ledger_reader_free(reader);
        }
        assert_int_equal(status, MOLY_OK);
    }
    books_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_append_without_memory_changes_nothing),
        cmocka_unit_test(readings_and_sign_in_without_memory_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

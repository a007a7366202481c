/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks that come again: trials of backups, reviews of accounts and of the audit trail. */
#include "centre_testing.h"

#include "moly/ledger/backup.h"

static const char clear_access[] = "{'outcome':'as it should be'}";
static const char clear_audit[] = "{'scope':'corrections','outcome':'nothing to follow up'}";

/* Lines of the first screen that name a rule. */
static size_t blocks_of(centre *c, const char *rule, const char *piece)
{
    moly_error err = {0};
    json_t *today = NULL;
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_centre_today(moly_ledger_site(c->ledger), reader, c->now, &today, &err), err);
    moly_ledger_reader_free(reader);
    size_t i, n = 0;
    const json_t *block;
    json_array_foreach(json_object_get(today, "blocks"), i, block)
    {
        n += strcmp(text_in(block, "rule"), rule) == 0 && strstr(text_in(block, "why"), piece);
    }
    json_decref(today);
    return n;
}

static void after_days(centre *c, double days)
{
    c->now = moly_instant_add_s(c->now, 86400.0 * days);
}

/* EVIDENCE: R-17 Reviews of accounts and of the audit trail are due at intervals, are signed, and
 * an overdue one stands on the first screen. */
static void a_review_that_is_overdue_stands_on_the_first_screen_until_it_is_signed(void **state)
{
    centre *c = *state;
    assert_int_equal(blocks_of(c, "R-17", ""), 0); /* a new centre */
    after_days(c, 100.0);
    assert_int_equal(blocks_of(c, "R-17", "audit trail was never reviewed"), 1);
    assert_int_equal(blocks_of(c, "R-17", "accounts"), 0);
    do_act(c, "qualified-person", "centre.review_audit", clear_audit);
    assert_int_equal(blocks_of(c, "R-17", ""), 0);
    after_days(c, 92.0);
    assert_int_equal(blocks_of(c, "R-17", "audit trail was to be reviewed by 2027-"), 1);
    assert_int_equal(blocks_of(c, "R-17", "accounts and roles were never reviewed"), 1);
    do_act(c, "physicist", "centre.review_access", clear_access);
    do_act(c, "physicist", "centre.review_audit", clear_audit);
    assert_int_equal(blocks_of(c, "R-17", ""), 0);
}

static void what_a_review_found_stays_on_the_screen_until_the_next_is_clear(void **state)
{
    centre *c = *state;
    refused(c, "physicist", "centre.review_access", "{'outcome':'to be changed'}", "R-17",
            "what was found");
    do_act(c, "physicist", "centre.review_access",
           "{'outcome':'to be changed','findings':'a locum still has an account'}");
    assert_int_equal(blocks_of(c, "R-17", "found something to change"), 1);
    do_act(c, "physicist", "centre.review_access", clear_access);
    assert_int_equal(blocks_of(c, "R-17", ""), 0);
}

static void the_event_of_an_access_review_keeps_every_account_with_its_roles(void **state)
{
    centre *c = *state;
    json_t *event = do_act_of(c, "qualified-person", NULL, "centre.review_access", clear_access);
    const json_t *accounts = json_object_get(json_object_get(event, "body"), "accounts");
    assert_true(json_array_size(accounts) >= N_CENTRE_USERS);
    size_t i, n_admins = 0;
    const json_t *one;
    json_array_foreach(accounts, i, one)
    {
        const json_t *role = json_array_get(json_object_get(one, "roles"), 0);
        n_admins += strcmp(json_string_value(role), "admin") == 0;
        assert_string_equal(text_in(one, "state"), "active");
    }
    assert_int_equal(n_admins, 1);
    assert_int_equal(json_array_size(json_object_get(event, "signatures")), 1);
    json_decref(event);
}

static void who_gives_roles_does_not_review_them(void **state)
{
    centre *c = *state;
    refused(c, "admin", "centre.review_access", clear_access, "R-08", "may not do");
    refused(c, "admin", "centre.review_audit", clear_audit, "R-08", "may not do");
    refused(c, "technologist", "centre.review_audit", clear_audit, "R-08", "may not do");
}

static void a_review_cannot_put_off_the_next_one_beyond_the_interval(void **state)
{
    centre *c = *state;
    refused(c, "physicist", "centre.review_access",
            "{'outcome':'as it should be','next':'2030-01-01T00:00Z'}", "R-17", "183 days");
    json_t *event = NULL;
    moly_error err = {0};
    assert_int_equal(try_act(c, "physicist", NULL, "centre.review_access",
                             "{'outcome':'as it should be','next':'2020-01-01T00:00Z'}", &event,
                             &err),
                     MOLY_ERR_RANGE);
    do_act(c, "physicist", "centre.review_access",
           "{'outcome':'as it should be','next':'2026-12-10T00:00Z'}");
    after_days(c, 40.0);
    assert_int_equal(blocks_of(c, "R-17", "2026-12-10"), 1);
}

static void reviews_of_the_audit_trail_leave_no_event_out(void **state)
{
    centre *c = *state;
    do_act(c, "physicist", "centre.review_audit",
           "{'scope':'all','outcome':'nothing to follow up','until':5}");
    assert_true(record_value(c, "audit_review", "AUR-000001", "first_event") == 1.0);
    assert_true(record_value(c, "audit_review", "AUR-000001", "last_event") == 5.0);
    refused(c, "physicist", "centre.review_audit",
            "{'scope':'all','outcome':'nothing to follow up','until':5}", "R-17", "event 5");
    do_act(c, "physicist", "centre.review_audit", clear_audit);
    assert_true(record_value(c, "audit_review", "AUR-000002", "first_event") == 6.0);
}

/* ---- backups ----------------------------------------------------------------------------------
 */

static const char *beside(const centre *c, const char *name)
{
    static char paths[4][200];
    static int next;
    char *path = paths[next++ % 4];
    (void)snprintf(path, sizeof paths[0], "%s/%s", c->folder, name);
    return path;
}

static json_t *back_up(centre *c)
{
    moly_error err = {0};
    json_t *report = NULL;
    assert_ok(moly_ledger_backup(c->url, beside(c, "backup.db"), NULL, &report, &err), err);
    return report;
}

static char *trial_fields(const json_t *report, char fields[600])
{
    (void)snprintf(fields, 600,
                   "{'result':'passed','backup':'backup.db','kept-at':'safe','backup-hash':'%s',"
                   "'last-event':%lld,'last-hash':'%s','duration':'2 s'}",
                   text_in(report, "hash"), (long long)number_in(report, "events"),
                   text_in(report, "hash"));
    return fields;
}

/* EVIDENCE: R-06 Trials of restoring are due at intervals, are signed with result, hash and
 * duration, and an overdue or failed one stands on the first screen. */
static void an_overdue_trial_of_a_backup_stands_on_the_first_screen(void **state)
{
    centre *c = *state;
    char fields[600];
    after_days(c, 92.0);
    assert_int_equal(blocks_of(c, "R-06", "never tried"), 1);
    json_t *report = back_up(c);
    do_act(c, "physicist", "centre.record_restore_test", trial_fields(report, fields));
    assert_int_equal(blocks_of(c, "R-06", ""), 0);
    assert_record(c, "restore_test", "RTE-000001", "state", "passed");
    refused(c, "physicist", "centre.record_restore_test",
            "{'result':'failed','backup':'tape 3','kept-at':'safe'}", "R-06", "failed");
    do_act(c, "physicist", "centre.record_restore_test",
           "{'result':'failed','backup':'tape 3','kept-at':'safe','findings':'unreadable'}");
    assert_int_equal(blocks_of(c, "R-06", "last trial of a backup failed"), 1);
    do_act(c, "physicist", "centre.record_restore_test", fields);
    after_days(c, 92.0);
    assert_int_equal(blocks_of(c, "R-06", "was to be tried by"), 1);
    json_decref(report);
    (void)unlink(beside(c, "backup.db"));
}

static void a_trial_of_another_ledgers_backup_is_not_recorded(void **state)
{
    centre *c = *state;
    char fields[600];
    json_t *report = back_up(c);
    (void)json_object_set_new(report, "events",
                              json_integer((json_int_t)number_in(report, "events") - 1));
    refused(c, "physicist", "centre.record_restore_test", trial_fields(report, fields), "R-06",
            "backup of another one");
    refused(c, "physicist", "centre.record_restore_test",
            "{'result':'passed','backup':'tape 3','kept-at':'safe'}", "R-06", "moly restore");
    json_decref(report);
    (void)unlink(beside(c, "backup.db"));
}

/* EVIDENCE: R-06 After a restore the first screen tells every person what is missing until somebody
 * signs that it is there again. */
static void after_a_restore_persons_are_told_what_is_missing_until_it_is_accepted(void **state)
{
    centre *c = *state;
    moly_error err = {0};
    json_t *report = back_up(c), *restored = NULL;
    char *anchor = NULL, url[220], last[60];
    do_act(c, "physicist", "centre.review_access", clear_access); /* acknowledged, and lost */
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_ledger_anchor(reader, &anchor, &err), err);
    moly_ledger_reader_free(reader);
    assert_ok(moly_file_write(beside(c, "anchor.txt"), anchor, strlen(anchor), &err), err);
    moly_free(anchor);
    (void)snprintf(url, sizeof url, "sqlite:%s", beside(c, "again.db"));
    assert_ok(moly_ledger_restore(beside(c, "backup.db"), url, &c->clock, beside(c, "anchor.txt"),
                                  NULL, &restored, &err),
              err);
    moly_ledger *before = c->ledger;
    assert_ok(moly_ledger_open(url, &c->clock, &c->ledger, &err), err);
    assert_int_equal(blocks_of(c, "R-06", "1 events after it are not here"), 1);
    (void)snprintf(last, sizeof last, "event %lld", (long long)number_in(report, "events"));
    assert_int_equal(blocks_of(c, "R-06", last), 1);
    refused(c, "physicist", "centre.accept_restore", "{'restore':'RST-000001','findings':' '}",
            "R-06", "accepting a restore");
    refused(c, "technologist", "centre.accept_restore",
            "{'restore':'RST-000001','findings':'all there'}", "R-08", "may not do");
    do_act(c, "physicist", "centre.review_access", clear_access); /* entered again */
    do_act(c, "physicist", "centre.accept_restore",
           "{'restore':'RST-000001','findings':'the review was entered again'}");
    assert_int_equal(blocks_of(c, "R-06", ""), 0);
    refused(c, "physicist", "centre.accept_restore", "{'restore':'RST-000001','findings':'again'}",
            "R-06", "already");
    moly_ledger_close(c->ledger);
    c->ledger = before;
    json_decref(report);
    json_decref(restored);
    static const char *const files[] = {"backup.db", "anchor.txt", "again.db", "again.db-wal",
                                        "again.db-shm"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        (void)unlink(beside(c, files[i]));
    }
}

#define WITH_CENTRE(test) cmocka_unit_test_setup_teardown(test, centre_set_up, centre_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_CENTRE(a_review_that_is_overdue_stands_on_the_first_screen_until_it_is_signed),
        WITH_CENTRE(what_a_review_found_stays_on_the_screen_until_the_next_is_clear),
        WITH_CENTRE(the_event_of_an_access_review_keeps_every_account_with_its_roles),
        WITH_CENTRE(who_gives_roles_does_not_review_them),
        WITH_CENTRE(a_review_cannot_put_off_the_next_one_beyond_the_interval),
        WITH_CENTRE(reviews_of_the_audit_trail_leave_no_event_out),
        WITH_CENTRE(an_overdue_trial_of_a_backup_stands_on_the_first_screen),
        WITH_CENTRE(a_trial_of_another_ledgers_backup_is_not_recorded),
        WITH_CENTRE(after_a_restore_persons_are_told_what_is_missing_until_it_is_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* EVIDENCE: R-06 A backup is made while others work, proved, restored into either store, tried, and
 * never lost to a power cut; what came after it is named as missing. */
#include "stores.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>

#include "moly/ledger/backup.h"

static const char *in_folder(const books *b, const char *name)
{
    static char paths[4][300];
    static int next;
    char *path = paths[next++ % 4];
    (void)snprintf(path, sizeof paths[0], "%s/%s", b->folder, name);
    return path;
}

static const char *new_database(const books *b, const char *name)
{
    static char urls[4][320];
    static int next;
    char *url = urls[next++ % 4];
    (void)snprintf(url, sizeof urls[0], "sqlite:%s", in_folder(b, name));
    return url;
}

static void remove_named(const books *b, const char *name)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal", ".part"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char path[400];
        (void)snprintf(path, sizeof path, "%s%s", in_folder(b, name), ends[i]);
        (void)unlink(path);
    }
}

static json_t *back_up(const books *b, const char *name)
{
    moly_error err = {0};
    json_t *report = NULL;
    assert_ok(moly_ledger_backup(b->url, in_folder(b, name), NULL, &report, &err), err);
    return report;
}

static moly_status restore(const books *b, const char *name, const char *url, const char *anchor,
                           json_t **report, moly_error *err)
{
    *err = (moly_error){0};
    return moly_ledger_restore(in_folder(b, name), url, &b->clock, anchor, NULL, report, err);
}

static void work(books *b)
{
    receive_generator(b);
    elute(b, "6e9");
}

static double eluted_bq(moly_ledger *ledger)
{
    moly_error err = {0};
    moly_ledger_reader *reader = NULL;
    double activity_bq = 0.0;
    assert_ok(moly_ledger_reader_new(ledger, &reader, &err), err);
    assert_ok(moly_ledger_activity(reader, "eluate/E-000001", "Tc-99m", at("2026-11-23T12:00:00Z"),
                                   &activity_bq, NULL, &err),
              err);
    moly_ledger_reader_free(reader);
    return activity_bq;
}

static void a_backup_restored_gives_the_same_events_and_the_same_books(void **state)
{
    books *b = *state;
    moly_error err = {0};
    json_t *made = NULL, *report = NULL;
    work(b);
    made = back_up(b, "backup.db");
    assert_int_equal(json_integer_value(json_object_get(made, "events")), 3);
    const char *url = new_database(b, "again.db");
    assert_ok(restore(b, "backup.db", url, NULL, &report, &err), err);
    assert_int_equal(json_integer_value(json_object_get(report, "events")), 3);
    assert_string_equal(json_string_value(json_object_get(report, "hash")),
                        json_string_value(json_object_get(made, "hash")));
    json_decref(report);
    json_decref(made);
    moly_ledger *again = NULL;
    assert_ok(moly_ledger_open(url, &b->clock, &again, &err), err);
    assert_true(eluted_bq(again) == eluted_bq(b->ledger));
    assert_true(eluted_bq(again) > 1e9);
    assert_ok(moly_ledger_rebuild(again, NULL, &report, &err), err);
    assert_true(json_is_true(json_object_get(report, "identical")));
    json_decref(report);
    moly_ledger_close(again);
    remove_named(b, "backup.db");
    remove_named(b, "again.db");
}

static void a_backup_is_a_ledger_to_verify_and_none_to_work_in(void **state)
{
    books *b = *state;
    moly_error err = {0};
    json_t *report = NULL;
    moly_ledger *ledger = NULL;
    work(b);
    json_decref(back_up(b, "backup.db"));
    const char *url = new_database(b, "backup.db");
    assert_ok(moly_ledger_verify(url, NULL, NULL, &report, &err), err);
    json_decref(report);
    assert_int_equal(moly_ledger_open(url, &b->clock, &ledger, &err), MOLY_ERR_RULE);
    assert_string_equal(err.rule, "R-06");
    remove_named(b, "backup.db");
}

static void a_backup_takes_the_place_of_the_last_one_and_of_nothing_else(void **state)
{
    books *b = *state;
    moly_error err = {0};
    json_t *report = NULL;
    work(b);
    json_decref(back_up(b, "backup.db"));
    enter(b, "test", "x/1", "{}");
    json_decref(back_up(b, "backup.db"));
    /* another file */
    const char *letter = in_folder(b, "letter.txt");
    assert_ok(moly_file_write(letter, "Dear colleague", 14, &err), err);
    assert_int_not_equal(moly_ledger_backup(b->url, letter, NULL, &report, &err), MOLY_OK);
    (void)unlink(letter);
    /* a ledger that is worked in */
    const char *url = new_database(b, "again.db");
    assert_ok(restore(b, "backup.db", url, NULL, &report, &err), err);
    json_decref(report);
    assert_int_equal(moly_ledger_backup(b->url, in_folder(b, "again.db"), NULL, &report, &err),
                     MOLY_ERR_RULE);
    assert_string_equal(err.rule, "R-06");
    /* a backup that knows more than the ledger: two restored from one part from each other */
    moly_ledger *again = NULL;
    memset(&err, 0, sizeof err);
    enter(b, "test", "x/2", "{}");
    json_decref(back_up(b, "backup.db"));
    assert_ok(moly_ledger_open(url, &b->clock, &again, &err), err);
    moly_ledger_close(again);
    assert_int_equal(moly_ledger_backup(url, in_folder(b, "backup.db"), NULL, &report, &err),
                     MOLY_ERR_RULE);
    assert_non_null(strstr(err.message, "under another name"));
    remove_named(b, "backup.db");
    remove_named(b, "again.db");
}

static void a_backup_is_restored_only_into_an_empty_database(void **state)
{
    books *b = *state;
    moly_error err = {0};
    json_t *report = NULL;
    work(b);
    json_decref(back_up(b, "backup.db"));
    assert_int_equal(restore(b, "backup.db", b->url, NULL, &report, &err), MOLY_ERR_RULE);
    assert_string_equal(err.rule, "R-06");
    assert_non_null(strstr(err.message, "3 events"));
    remove_named(b, "backup.db");
}

static void a_damaged_backup_is_not_restored_and_makes_nothing(void **state)
{
    books *b = *state;
    moly_error err = {0};
    json_t *report = NULL;
    char *data = NULL;
    size_t length = 0;
    work(b);
    json_decref(back_up(b, "backup.db"));
    const char *path = in_folder(b, "backup.db");
    assert_ok(moly_file_read(path, 1 << 24, &data, &length, &err), err);
    size_t place = 0;
    while (place + 16 < length && memcmp(data + place, "pharmacy.receive", 16) != 0) {
        place++;
    }
    assert_true(place + 16 < length);
    data[place] = 'q';
    assert_ok(moly_file_write(path, data, length, &err), err);
    moly_free(data);
    const char *url = new_database(b, "again.db");
    assert_int_equal(restore(b, "backup.db", url, NULL, &report, &err), MOLY_ERR_DATA);
    assert_int_equal(access(in_folder(b, "again.db"), F_OK), -1);
    assert_int_equal(moly_ledger_try_backup(path, &b->clock, NULL, &report, &err), MOLY_ERR_DATA);
    remove_named(b, "backup.db");
}

static void what_was_recorded_after_the_backup_is_counted_by_the_newest_anchor(void **state)
{
    books *b = *state;
    moly_error err = {0};
    json_t *report = NULL, *record = NULL;
    work(b);
    json_decref(back_up(b, "backup.db"));
    enter(b, "test", "x/1", "{}");
    enter(b, "test", "x/2", "{}");
    moly_ledger_reader *reader = read_books(b);
    char *anchor = NULL;
    assert_ok(moly_ledger_anchor(reader, &anchor, &err), err);
    moly_ledger_reader_free(reader);
    const char *path = in_folder(b, "anchor.txt");
    assert_ok(moly_file_write(path, anchor, strlen(anchor), &err), err);
    moly_free(anchor);
    const char *url = new_database(b, "again.db");
    assert_ok(restore(b, "backup.db", url, path, &report, &err), err);
    assert_int_equal(json_integer_value(json_object_get(report, "missing_events")), 2);
    const char *id = json_string_value(json_object_get(report, "restore"));
    moly_ledger *again = NULL;
    assert_ok(moly_ledger_open(url, &b->clock, &again, &err), err);
    assert_ok(moly_ledger_reader_new(again, &reader, &err), err);
    assert_ok(moly_ledger_record(reader, "restore", id, &record, &err), err);
    assert_int_equal(json_integer_value(json_object_get(record, "missing_events")), 2);
    assert_int_equal(json_integer_value(json_object_get(record, "last_event")), 3);
    moly_ledger_reader_free(reader);
    moly_ledger_close(again);
    json_decref(record);
    json_decref(report);
    (void)unlink(path);
    remove_named(b, "backup.db");
    remove_named(b, "again.db");
}

static void a_try_leaves_nothing_behind_and_names_the_backup_by_its_hash(void **state)
{
    books *b = *state;
    moly_error err = {0};
    json_t *report = NULL;
    work(b);
    json_decref(back_up(b, "backup.db"));
    (void)setenv("TMPDIR", b->folder, 1);
    assert_ok(moly_ledger_try_backup(in_folder(b, "backup.db"), &b->clock, NULL, &report, &err),
              err);
    (void)unsetenv("TMPDIR");
    assert_int_equal(json_integer_value(json_object_get(report, "events")), 3);
    assert_int_equal(strlen(json_string_value(json_object_get(report, "backup_hash"))), 64);
    json_decref(report);
    remove_named(b, "backup.db");
    DIR *folder = opendir(b->folder);
    for (const struct dirent *one = readdir(folder); one; one = readdir(folder)) {
        assert_null(strstr(one->d_name, "restore"));
    }
    (void)closedir(folder);
}

struct entering {
    books *b;
    volatile bool is_over;
    int n;
};

static void *go_on(void *context)
{
    struct entering *entering = context;
    while (!entering->is_over && entering->n < 300) {
        enter(entering->b, "test", "x/1", "{'records':[{'kind':'x','id':'1','set':{'n':1}}]}");
        entering->n++;
    }
    return NULL;
}

static void a_backup_is_of_one_instant_while_others_go_on_working(void **state)
{
    books *b = *state;
    pthread_t thread;
    struct entering entering = {.b = b};
    work(b);
    assert_int_equal(pthread_create(&thread, NULL, go_on, &entering), 0);
    int64_t last = 0;
    for (int i = 0; i < 3; i++) {
        json_t *report = back_up(b, "backup.db"); /* which proves it */
        int64_t n = json_integer_value(json_object_get(report, "events"));
        assert_true(n >= last);
        last = n;
        json_decref(report);
    }
    entering.is_over = true;
    (void)pthread_join(thread, NULL);
    assert_true(last > 3);
    remove_named(b, "backup.db");
}

/* Killed at any instant: the file is a whole backup, the old one or the new. */
static void a_backup_that_is_cut_off_leaves_the_last_one(void **state)
{
    books *b = *state;
    moly_error err = {0};
    int n_old = 0;
    for (int i = 0; i < 60; i++) {
        enter(b, "test", "x/1", "{}");
    }
    json_decref(back_up(b, "backup.db"));
    enter(b, "test", "x/2", "{}");
    for (useconds_t wait = 0; wait < 60000; wait += 6000) {
        json_t *report = NULL;
        int status = 0;
        pid_t child = fork();
        if (child == 0) {
            _exit(moly_ledger_backup(b->url, in_folder(b, "backup.db"), NULL, &report, &err) !=
                  MOLY_OK);
        }
        (void)usleep(wait);
        (void)kill(child, SIGKILL);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_ok(moly_ledger_verify(new_database(b, "backup.db"), NULL, NULL, &report, &err), err);
        int64_t n = json_integer_value(json_object_get(report, "events"));
        assert_true(n == 61 || n == 62);
        n_old += n == 61;
        json_decref(report);
    }
    assert_true(n_old > 0);
    json_t *report =
        back_up(b, "backup.db"); /* and what was left of them does not stand in the way */
    assert_int_equal(json_integer_value(json_object_get(report, "events")), 62);
    json_decref(report);
    remove_named(b, "backup.db");
}

static void a_backup_of_either_store_is_restored_into_the_other(void **state)
{
    (void)state;
    books from = {0}, into = {0};
    moly_error err = {0};
    json_t *report = NULL;
    server = (postgres){0};
    if (!postgres_start(&server)) {
        skip();
    }
    books_folder(&from);
    books_create(&from);
    work(&from);
    json_decref(back_up(&from, "backup.db"));
    books_folder(&into);
    postgres_database(&server, into.url);
    assert_ok(restore(&from, "backup.db", into.url, NULL, &report, &err), err);
    json_decref(report);
    assert_ok(moly_ledger_open(into.url, &into.clock, &into.ledger, &err), err);
    assert_true(eluted_bq(into.ledger) == eluted_bq(from.ledger));
    enter(&into, "test", "x/1", "{}"); /* it goes on */
    json_decref(back_up(&into, "back.db"));
    assert_ok(restore(&into, "back.db", new_database(&into, "again.db"), NULL, &report, &err), err);
    assert_int_equal(json_integer_value(json_object_get(report, "events")), 5);
    json_decref(report);
    remove_named(&from, "backup.db");
    remove_named(&into, "back.db");
    remove_named(&into, "again.db");
    books_close(&from);
    books_close(&into);
    postgres_stop(&server);
}

int main(void)
{
    const struct CMUnitTest over_stores[] = {
        cmocka_unit_test(a_backup_restored_gives_the_same_events_and_the_same_books),
        cmocka_unit_test(a_backup_is_a_ledger_to_verify_and_none_to_work_in),
        cmocka_unit_test(a_backup_takes_the_place_of_the_last_one_and_of_nothing_else),
        cmocka_unit_test(a_backup_is_restored_only_into_an_empty_database),
        cmocka_unit_test(a_damaged_backup_is_not_restored_and_makes_nothing),
        cmocka_unit_test(what_was_recorded_after_the_backup_is_counted_by_the_newest_anchor),
        cmocka_unit_test(a_try_leaves_nothing_behind_and_names_the_backup_by_its_hash),
        cmocka_unit_test(a_backup_is_of_one_instant_while_others_go_on_working),
        cmocka_unit_test(a_backup_that_is_cut_off_leaves_the_last_one),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_backup_of_either_store_is_restored_into_the_other),
    };
    int failures = RUN_OVER_STORES(over_stores);
    return failures + cmocka_run_group_tests(tests, NULL, NULL);
}

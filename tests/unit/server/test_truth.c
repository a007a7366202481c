/* SPDX-License-Identifier: Apache-2.0 */
/* What a person was told holds: on a full disk, after the clock was set back, after the ledger was
 * restored from a backup. What was acknowledged is there; what was not is cleanly absent; and the
 * person is told which. */
#include "serving.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "moly/ledger/backup.h"

static served s;

static int start(void **state)
{
    (void)state;
    serve_open(&s);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    serve_close(&s);
    return 0;
}

static answer register_patient(const signed_in *who, int number)
{
    char body[200], key[60];
    (void)snprintf(body, sizeof body,
                   "{\"name\":\"Patient %d\",\"birth_date\":\"1970-01-01\",\"sex\":\"male\"}",
                   number);
    (void)snprintf(key, sizeof key, "Idempotency-Key: patient-key-%04d", number);
    return ask(&s, "POST", "/api/acts/clinic.register_patient",
               (asking){.token = who->token,
                        .body = body,
                        .headers = {"Content-Type: application/json", key}});
}

static long was_recorded(const signed_in *who, int number)
{
    char path[120];
    (void)snprintf(path, sizeof path, "/api/acts/clinic.register_patient/requests/patient-key-%04d",
                   number);
    answer got = ask(&s, "GET", path, (asking){.token = who->token});
    long http = got.http;
    answer_free(&got);
    return http;
}

/* ---- a full disk ------------------------------------------------------------------------------
 */

/* No file of this process may grow beyond `bytes`; 0: as far as it can. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes > 0 ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static rlim_t size_of_log(void)
{
    char path[160];
    struct stat info;
    (void)snprintf(path, sizeof path, "%s/centre.db-wal", s.c.folder);
    return stat(path, &info) == 0 ? (rlim_t)info.st_size : 0;
}

static void on_a_full_disk_an_act_is_refused_and_absent_and_goes_on_when_there_is_room(void **state)
{
    (void)state;
    enum { MOST = 200 };
    moly_error err = {0};
    json_t *report = NULL;
    signed_in who = sign_in_as(&s, "technologist");
    int n = 0, failed = -1;
    (void)signal(SIGXFSZ, SIG_IGN);
    limit_files(size_of_log() + 600000);
    for (; n < MOST && failed < 0; n++) {
        answer got = register_patient(&who, n);
        if (got.http != 200) {
            assert_http(&got, 503);
            assert_non_null(strstr(error_in(&got, "message"), "database"));
            failed = n;
        }
        answer_free(&got);
    }
    assert_true(failed > 2 && failed < MOST - 1);
    /* reading goes on, and says which of them are there */
    expect(&s, 200, "GET", "/api/today", (asking){.token = who.token});
    for (int i = 0; i < failed; i++) {
        assert_int_equal(was_recorded(&who, i), 200);
    }
    assert_int_equal(was_recorded(&who, failed), 404);
    limit_files(0);
    answer got = register_patient(&who, failed);
    assert_http(&got, 200);
    answer_free(&got);
    assert_int_equal(was_recorded(&who, failed), 200);
    assert_ok(moly_ledger_verify(s.c.url, NULL, NULL, &report, &err), err);
    json_decref(report);
    assert_ok(moly_ledger_compare(s.c.url, NULL, &report, &err), err);
    json_decref(report);
}

static void on_a_full_disk_a_backup_fails_and_the_last_one_stays(void **state)
{
    (void)state;
    char path[120], part[140], url[140];
    moly_error err = {0};
    json_t *report = NULL;
    struct stat before, after;
    (void)snprintf(path, sizeof path, "%s/backup.db", s.c.folder);
    (void)snprintf(part, sizeof part, "%s.part", path);
    (void)snprintf(url, sizeof url, "sqlite:%s", path);
    assert_ok(moly_ledger_backup(s.c.url, path, NULL, &report, &err), err);
    json_decref(report);
    assert_int_equal(stat(path, &before), 0);
    limit_files(100000);
    assert_int_equal(moly_ledger_backup(s.c.url, path, NULL, &report, &err), MOLY_ERR_IO);
    limit_files(0);
    assert_int_equal(stat(path, &after), 0);
    assert_true(before.st_ino == after.st_ino && before.st_size == after.st_size);
    assert_int_equal(access(part, F_OK), -1);
    memset(&err, 0, sizeof err);
    assert_ok(moly_ledger_verify(url, NULL, NULL, &report, &err), err);
    json_decref(report);
    (void)unlink(path);
}

/* ---- the clock --------------------------------------------------------------------------------
 */

/* EVIDENCE: R-03 After the clock was set back the person who signs is told why nothing is signed,
 * and work that is not signed goes on. */
static void after_the_clock_was_set_back_the_signer_is_told_and_nothing_is_signed(void **state)
{
    (void)state;
    static const char review[] =
        "{\"outcome\":\"as it should be\",\"password\":\"physicist-moly\"}";
    signed_in who = sign_in_as(&s, "physicist"), other = sign_in_as(&s, "technologist");
    answer got = register_patient(&other, 900);
    assert_http(&got, 200);
    answer_free(&got);
    s.c.now = moly_instant_add_s(s.c.now, -3600);
    got = ask(&s, "POST", "/api/acts/centre.review_access",
              (asking){.token = who.token, .body = review});
    assert_http(&got, 409);
    assert_string_equal(error_in(&got, "rule"), "R-03");
    assert_non_null(strstr(error_in(&got, "message"), "stepped back"));
    answer_free(&got);
    got = ask(&s, "GET", "/api/records/access_review", (asking){.token = who.token});
    assert_http(&got, 200);
    assert_int_equal(json_array_size(json_object_get(got.json, "results")), 0);
    answer_free(&got);
    got = register_patient(&other, 901);
    assert_http(&got, 200);
    answer_free(&got);
    s.c.now = moly_instant_add_s(s.c.now, 3600);
    expect(&s, 200, "POST", "/api/acts/centre.review_access",
           (asking){.token = who.token, .body = review});
}

/* ---- a restored ledger ------------------------------------------------------------------------
 */

static void remove_restored(const char *url)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char path[200];
        (void)snprintf(path, sizeof path, "%s%s", url + strlen("sqlite:"), ends[i]);
        (void)unlink(path);
    }
}

/* EVIDENCE: R-06 What was acknowledged after the backup is answered "not recorded" to the client
 * that asks for it, stands on the first screen as missing, and is done once when it is sent again.
 */
static void what_a_restored_ledger_lacks_is_told_to_who_did_it(void **state)
{
    (void)state;
    char backup[120], again[160], own[128];
    moly_error err = {0};
    json_t *report = NULL;
    signed_in who = sign_in_as(&s, "technologist");
    answer got = register_patient(&who, 500);
    assert_http(&got, 200);
    answer_free(&got);
    (void)snprintf(backup, sizeof backup, "%s/backup.db", s.c.folder);
    (void)snprintf(again, sizeof again, "sqlite:%s/again.db", s.c.folder);
    assert_ok(moly_ledger_backup(s.c.url, backup, NULL, &report, &err), err);
    json_decref(report);
    got = register_patient(&who, 501); /* acknowledged, and after the backup */
    assert_http(&got, 200);
    answer_free(&got);
    moly_server_stop(s.server);
    assert_ok(moly_ledger_restore(backup, again, &s.c.clock, NULL, NULL, &report, &err), err);
    json_decref(report);
    (void)snprintf(own, sizeof own, "%s", s.c.url);
    (void)snprintf(s.c.url, sizeof s.c.url, "%.127s", again);
    serve_start(&s, NULL);
    expect(&s, 401, "GET", "/api/today", (asking){.token = who.token}); /* of the other process */
    who = sign_in_as(&s, "technologist");
    assert_int_equal(was_recorded(&who, 500), 200);
    assert_int_equal(was_recorded(&who, 501), 404);
    got = ask(&s, "GET", "/api/today", (asking){.token = who.token});
    assert_non_null(strstr(moly_text_get(&got.body), "restored from a backup that ends with"));
    answer_free(&got);
    for (int i = 0; i < 2; i++) { /* once, however often it is sent */
        got = register_patient(&who, 501);
        assert_http(&got, 200);
        answer_free(&got);
    }
    got = ask(&s, "GET", "/api/patients?search=Patient%20501", (asking){.token = who.token});
    assert_int_equal(json_array_size(json_object_get(got.json, "results")), 1);
    answer_free(&got);
    moly_server_stop(s.server);
    remove_restored(again);
    (void)unlink(backup);
    (void)snprintf(s.c.url, sizeof s.c.url, "%s", own);
    serve_start(&s, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            on_a_full_disk_an_act_is_refused_and_absent_and_goes_on_when_there_is_room),
        cmocka_unit_test(on_a_full_disk_a_backup_fails_and_the_last_one_stays),
        cmocka_unit_test(after_the_clock_was_set_back_the_signer_is_told_and_nothing_is_signed),
        cmocka_unit_test(what_a_restored_ledger_lacks_is_told_to_who_did_it),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What a stranger, or a person with bad intentions, sends: texts that mean something to a database,
 * a browser, a header, a path or a parser; and what must stand in no log and no file. */
#include "serving.h"

#include <fcntl.h>
#include <sys/stat.h>

static served s;
static signed_in who;
static int log_file, own_stderr;
static char log_path[64];

/* What the server would write goes to a file, which is searched at the end. */
static int start(void **state)
{
    (void)state;
    (void)snprintf(log_path, sizeof log_path, "/tmp/moly-log-XXXXXX");
    log_file = mkstemp(log_path);
    assert_true(log_file >= 0);
    own_stderr = dup(STDERR_FILENO);
    assert_int_equal(dup2(log_file, STDERR_FILENO), STDERR_FILENO);
    serve_open(&s);
    who = sign_in_as(&s, "technologist");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    serve_close(&s);
    (void)dup2(own_stderr, STDERR_FILENO); /* with what the tests themselves had to say */
    moly_error err = {0};
    char *text = NULL;
    size_t length = 0;
    if (moly_file_read(log_path, 1 << 24, &text, &length, &err) == MOLY_OK) {
        (void)fwrite(text, 1, length, stderr);
    }
    moly_free(text);
    (void)close(log_file);
    (void)unlink(log_path);
    return 0;
}

/* ---- texts ------------------------------------------------------------------------------------
 */

static const char *const hostile[] = {
    "Robert'); DROP TABLE event;--",
    "' OR '1'='1",
    "x\" OR 1=1 /*",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{7*7}}${7*7}#{7*7}",
    "=HYPERLINK(\"http://evil\",\"x\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "%n%s%x%p",
    "../../../etc/passwd",
    "\xe2\x80\xaegnp.exe", /* written from right to left */
};
enum { N_HOSTILE = sizeof hostile / sizeof hostile[0] };

/* A text is kept and given back as it is, as data: never as a statement, a page or a format. */
static void a_hostile_text_is_kept_as_it_is_and_given_back_as_data(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_HOSTILE; i++) {
        json_t *fields = json_pack("{s:s, s:s, s:s}", "name", hostile[i], "birth_date",
                                   "1970-01-01", "sex", "male");
        char *body = json_dumps(fields, 0), path[80];
        answer got = ask(&s, "POST", "/api/acts/clinic.register_patient",
                         (asking){.token = who.token, .body = body});
        assert_http(&got, 200);
        (void)snprintf(path, sizeof path, "/api/records/%s", text_in(got.json, "subject"));
        answer_free(&got);
        got = ask(&s, "GET", path, (asking){.token = who.token});
        assert_http(&got, 200);
        assert_string_equal(text_in(got.json, "name"), hostile[i]);
        assert_non_null(strstr(moly_text_get(&got.headers), "Content-Type: application/json"));
        assert_non_null(strstr(moly_text_get(&got.headers), "X-Content-Type-Options: nosniff"));
        assert_non_null(strstr(moly_text_get(&got.headers), "default-src 'none'"));
        answer_free(&got);
        free(body);
        json_decref(fields);
    }
    moly_error err = {0};
    json_t *report = NULL;
    assert_ok(moly_ledger_verify(s.c.url, NULL, NULL, &report, &err), err);
    json_decref(report);
}

static void a_query_that_would_be_a_statement_finds_nothing_more(void **state)
{
    (void)state;
    static const char *const empty[] = {
        "/api/records/patient?state=%27%20OR%20%271%27%3D%271",
        "/api/records/patient%27%20OR%20%271%27%3D%271",
        "/api/records/patient?owner=%25",
        "/api/events?person=%27%20OR%20%271%27%3D%271",
        "/api/events?kind=%25",
        "/api/patients?search=zz%25",
        "/api/patients?search=zz%27%20OR%201%3D1--",
    };
    static const char *const refused[] = {
        "/api/records/patient?limit=1%3BDROP%20TABLE%20event",
        "/api/records/patient?limit=-1",
        "/api/events?limit=1e9",
        "/api/events?after=%27",
        "/api/records/patient/%27%20OR%20%271%27%3D%271",
        "/api/balance?at=%27%20OR%201",
    };
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        answer got = ask(&s, "GET", empty[i], (asking){.token = who.token});
        if (got.http != 200 || json_array_size(json_object_get(got.json, "results")) != 0) {
            fail_msg("%s: HTTP %ld %s", empty[i], got.http, moly_text_get(&got.body));
        }
        answer_free(&got);
    }
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        answer got = ask(&s, "GET", refused[i], (asking){.token = who.token});
        if (got.http < 400 || got.http > 422) {
            fail_msg("%s: HTTP %ld %s", refused[i], got.http, moly_text_get(&got.body));
        }
        answer_free(&got);
    }
}

static void a_line_break_in_a_value_makes_no_header(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/api/today?lang=ru%0d%0aSet-Cookie:%20moly_session=stolen",
        "/api/records/a%0d%0aSet-Cookie:%20x=1/b",
        "/api/papers/day%0d%0aX-Own:%201",
        "/api/today?clock=2026-11-20T05:00Z%0d%0aX-Own:%201",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        answer got = ask(&s, "GET", paths[i], (asking){.token = who.token});
        assert_null(strstr(moly_text_get(&got.headers), "Set-Cookie"));
        assert_null(strstr(moly_text_get(&got.headers), "X-Own"));
        assert_true(got.http >= 400 && got.http < 500);
        answer_free(&got);
    }
    expect(&s, 400, "POST", "/api/acts/clinic.register_patient",
           (asking){.token = who.token,
                    .body = "{}",
                    .headers = {"Content-Type: application/json", "Idempotency-Key: a b;c=d ee"}});
}

static void a_path_leads_nowhere_outside(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/api/records/..%2f..%2fetc/passwd",
        "/api/records/patient/..%2f..%2fperson%2fadmin",
        "/api/papers/..%2f..%2fetc%2fpasswd",
        "/api/studies/..%2f..%2fetc%2fpasswd/volume",
        "/api/catalogue/..%2fru",
        "/api/../etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/api/records/patient/%00",
        "/api/records/%ff%fe/x",
        "/api/records/%2e%2e/x",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        answer got = ask(&s, "GET", paths[i], (asking){.token = who.token});
        if (got.http < 400 || got.http >= 500 || strstr(moly_text_get(&got.body), "root:")) {
            fail_msg("%s: HTTP %ld %s", paths[i], got.http, moly_text_get(&got.body));
        }
        answer_free(&got);
    }
}

/* ---- documents --------------------------------------------------------------------------------
 */

static void a_document_made_to_break_a_parser_is_refused(void **state)
{
    (void)state;
    enum { DEEP = 200000 };
    char *deep = malloc(DEEP + 20);
    assert_non_null(deep);
    memcpy(deep, "{\"name\":", 8);
    memset(deep + 8, '[', DEEP);
    deep[8 + DEEP] = '\0';
    const char *const bodies[] = {
        deep,
        "{\"name\":\"\xff\xfe\"}",
        "{\"name\":\"a\\u0000b\",\"birth_date\":\"1970-01-01\",\"sex\":\"male\"}",
        "{\"name\":1e999}",
        "{\"name\":99999999999999999999999999}",
        "{\"name\":\"a\",\"name\":\"b\"}",
        "{\"__proto__\":{\"roles\":[\"admin\"]}}",
        "{\"name\":\"x\",\"birth_date\":\"1970-01-01\",\"sex\":\"male\",\"roles\":[\"admin\"]}",
        "{\"name\":{\"$ne\":null}}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        answer got = ask(&s, "POST", "/api/acts/clinic.register_patient",
                         (asking){.token = who.token, .body = bodies[i]});
        if (got.http != 400 && got.http != 422) {
            fail_msg("%.60s: HTTP %ld %s", bodies[i], got.http, moly_text_get(&got.body));
        }
        answer_free(&got);
    }
    free(deep);
    expect(&s, 200, "GET", "/api/health", (asking){0});
}

/* What a field of the signature names is checked as a person, not believed. */
static void nobody_signs_or_acts_as_another(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"user\":\"admin\",\"outcome\":\"as it should be\",\"password\":\"technologist-moly\"}",
        "{\"person\":\"physicist\",\"outcome\":\"as it should be\"}",
        "{\"outcome\":\"as it should be\",\"password\":\"physicist-moly\"}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        answer got = ask(&s, "POST", "/api/acts/centre.review_access",
                         (asking){.token = who.token, .body = bodies[i]});
        assert_true(got.http == 401 || got.http == 403);
        answer_free(&got);
    }
    /* another's password is not set, whatever is said of it */
    expect(&s, 403, "POST", "/api/acts/centre.set_password",
           (asking){.token = who.token,
                    .body = "{\"user\":\"admin\",\"password\":\"stolen-account\","
                            "\"cost\":\"minimal\",\"signer_password\":\"technologist-moly\"}"});
}

/* ---- sessions ---------------------------------------------------------------------------------
 */

static void a_token_that_was_signed_out_or_guessed_opens_nothing(void **state)
{
    (void)state;
    char guessed[80];
    signed_in mine = sign_in_as(&s, "physician");
    (void)snprintf(guessed, sizeof guessed, "%s", mine.token);
    guessed[10] = guessed[10] == '0' ? '1' : '0';
    expect(&s, 401, "GET", "/api/today", (asking){.token = guessed});
    expect(&s, 401, "GET", "/api/today", (asking){.cookie = mine.csrf});
    expect(&s, 401, "GET", "/api/today?token=x", (asking){0});
    answer got = ask(&s, "POST", "/api/logout", (asking){.cookie = mine.token, .csrf = mine.csrf});
    assert_http(&got, 204);
    assert_non_null(strstr(moly_text_get(&got.headers), "Max-Age=0"));
    answer_free(&got);
    expect(&s, 401, "GET", "/api/today", (asking){.token = mine.token});
    expect(&s, 401, "GET", "/api/today", (asking){.cookie = mine.token});
}

/* A session that was there before signing in is not taken over by who signs in with it. */
static void signing_in_makes_a_new_session_and_ends_the_one_before(void **state)
{
    (void)state;
    signed_in before = sign_in_as(&s, "physician");
    answer got = ask(&s, "POST", "/api/login",
                     (asking){.cookie = before.token,
                              .body = "{\"user\":\"physicist\",\"password\":\"physicist-moly\"}"});
    assert_http(&got, 200);
    assert_string_not_equal(text_in(got.json, "token"), before.token);
    answer_free(&got);
    expect(&s, 401, "GET", "/api/today", (asking){.token = before.token});
}

/* ---- secrets ----------------------------------------------------------------------------------
 */

static bool file_has(const char *path, const char *secret)
{
    moly_error err = {0};
    char *data = NULL;
    size_t length = 0, n = strlen(secret);
    bool is_there = false;
    if (moly_file_read(path, 1 << 28, &data, &length, &err) != MOLY_OK) {
        return false;
    }
    for (size_t i = 0; i + n <= length && !is_there; i++) {
        is_there = data[i] == secret[0] && memcmp(data + i, secret, n) == 0;
    }
    moly_free(data);
    return is_there;
}

/* EVIDENCE: R-08 Passwords and session tokens stand in no event, file or log. */
static void no_password_or_token_stands_in_a_log_an_event_or_the_database(void **state)
{
    (void)state;
    static const char *const files[] = {"centre.db", "centre.db-wal"};
    signed_in admin = sign_in_as(&s, "admin");
    answer got = ask(&s, "POST", "/api/acts/centre.create_person",
                     (asking){.token = admin.token,
                              .body = "{\"user\":\"newcomer\",\"name\":\"New\",\"roles\":"
                                      "[\"technologist\"],\"password\":\"open-sesame-7731\","
                                      "\"cost\":\"minimal\",\"signer_password\":\"admin-moly\"}"});
    assert_http(&got, 200);
    assert_null(strstr(moly_text_get(&got.body), "sesame"));
    answer_free(&got);
    expect(&s, 401, "POST", "/api/login",
           (asking){.body = "{\"user\":\"newcomer\",\"password\":\"wrong-sesame-7731\"}"});
    const char *const secrets[] = {"open-sesame-7731",  "wrong-sesame-7731", "admin-moly",
                                   "technologist-moly", admin.token,         who.token};
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        for (size_t k = 0; k < 2; k++) {
            char path[120];
            (void)snprintf(path, sizeof path, "%s/%s", s.c.folder, files[k]);
            if (file_has(path, secrets[i])) {
                fail_msg("%s holds a secret", files[k]);
            }
        }
        if (file_has(log_path, secrets[i])) {
            fail_msg("the log holds a secret");
        }
    }
    got = ask(&s, "GET", "/api/events?limit=500", (asking){.token = who.token});
    assert_http(&got, 200);
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        assert_null(strstr(moly_text_get(&got.body), secrets[i]));
    }
    answer_free(&got);
}

static void the_database_is_its_owners_alone(void **state)
{
    (void)state;
    static const char *const files[] = {"centre.db", "centre.db-wal", "centre.db-shm"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[120];
        struct stat info;
        (void)snprintf(path, sizeof path, "%s/%s", s.c.folder, files[i]);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 0777, 0600);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hostile_text_is_kept_as_it_is_and_given_back_as_data),
        cmocka_unit_test(a_query_that_would_be_a_statement_finds_nothing_more),
        cmocka_unit_test(a_line_break_in_a_value_makes_no_header),
        cmocka_unit_test(a_path_leads_nowhere_outside),
        cmocka_unit_test(a_document_made_to_break_a_parser_is_refused),
        cmocka_unit_test(nobody_signs_or_acts_as_another),
        cmocka_unit_test(a_token_that_was_signed_out_or_guessed_opens_nothing),
        cmocka_unit_test(signing_in_makes_a_new_session_and_ends_the_one_before),
        cmocka_unit_test(no_password_or_token_stands_in_a_log_an_event_or_the_database),
        cmocka_unit_test(the_database_is_its_owners_alone),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

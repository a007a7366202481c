/* SPDX-License-Identifier: Apache-2.0 */
/* What the server does not take, and what every reply says to the browser. */
#include "serving.h"

#include "limits.h"

static served s;
static char web[100];
static signed_in who;

static void put(const char *name, const char *text)
{
    char path[200];
    moly_error err = {0};
    (void)snprintf(path, sizeof path, "%s/%s", web, name);
    assert_ok(moly_file_write(path, text, strlen(text), &err), err);
}

static int start(void **state)
{
    (void)state;
    char path[200], inside[200];
    memset(&s, 0, sizeof s);
    centre_open(&s.c, "KG");
    (void)snprintf(web, sizeof web, "%s/web", s.c.folder);
    (void)snprintf(path, sizeof path, "%s/assets", web);
    if (mkdir(web, 0755) != 0 || mkdir(path, 0755) != 0) {
        return 1;
    }
    put("index.html", "<!doctype html>home");
    put("icon.svg", "<svg/>");
    put(".hidden", "secret");
    put("assets/a.js", "plain");
    put("assets/a.js.gz", "packed");
    put("assets/b.wasm", "wasm");
    put("../outside.txt", "secret");
    (void)snprintf(path, sizeof path, "%s/link.txt", web);
    (void)snprintf(inside, sizeof inside, "%s/outside.txt", s.c.folder);
    if (symlink(inside, path) != 0) {
        return 1;
    }
    (void)snprintf(path, sizeof path, "%s/up", web);
    if (symlink(s.c.folder, path) != 0) {
        return 1;
    }
    serve_start(&s, web);
    who = sign_in_as(&s, "technologist");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    serve_close(&s);
    return 0;
}

static const char act[] = "/api/acts/clinic.register_patient";

static void a_body_above_the_limit_is_refused_unread(void **state)
{
    (void)state;
    size_t n = LIMIT_BODY_BYTES + 1;
    char *body = malloc(n + 1);
    assert_non_null(body);
    memset(body, ' ', n);
    body[n] = '\0';
    answer got = ask(&s, "POST", act, (asking){.token = who.token, .body = body});
    assert_http(&got, 413);
    assert_string_equal(error_in(&got, "status"), "MOLY_ERR_RANGE");
    answer_free(&got);
    body[n - 1] = '\0'; /* as long as may be, but no JSON */
    expect(&s, 422, "POST", act, (asking){.token = who.token, .body = body});
    free(body);
}

static void only_json_of_a_known_length_is_taken(void **state)
{
    (void)state;
    expect(&s, 411, "POST", act,
           (asking){.token = who.token, .body = "{}", .headers = {"Transfer-Encoding: chunked"}});
    expect(&s, 415, "POST", act,
           (asking){.token = who.token,
                    .body = "{}",
                    .headers = {"Content-Type: application/x-www-form-urlencoded"}});
    expect(&s, 400, "POST", act,
           (asking){.token = who.token,
                    .body = "{}",
                    .headers = {"Content-Type: application/json", "Content-Type: text/plain"}});
    expect(&s, 422, "POST", act, (asking){.token = who.token, .body = "{"});
    expect(&s, 422, "POST", act, (asking){.token = who.token, .body = "[]"});
    expect(&s, 422, "POST", act, (asking){.token = who.token, .body = "{\"a\":1,\"a\":2}"});
}

static void a_header_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    char *header = malloc(2 * LIMIT_CONNECTION_MEMORY);
    assert_non_null(header);
    memset(header, 'x', 2 * LIMIT_CONNECTION_MEMORY);
    memcpy(header, "X-Long: ", 8);
    header[2 * LIMIT_CONNECTION_MEMORY - 1] = '\0';
    answer got = ask(&s, "GET", "/api/health", (asking){.token = who.token, .headers = {header}});
    assert_true(got.http == 431 || got.http == 414 || got.http == 413);
    answer_free(&got);
    free(header);
}

static void a_method_or_path_that_is_not_there_is_said_so(void **state)
{
    (void)state;
    expect(&s, 405, "DELETE", "/api/today", (asking){.token = who.token});
    expect(&s, 405, "POST", "/index.html", (asking){0});
    expect(&s, 405, "GET", act, (asking){.token = who.token});
    expect(&s, 404, "GET", "/api/nothing", (asking){.token = who.token});
    expect(&s, 404, "GET", "/api", (asking){.token = who.token});
    expect(&s, 422, "GET", "/api/records/kit?limit=1001", (asking){.token = who.token});
    expect(&s, 422, "GET", "/api/records/kit?limit=x", (asking){.token = who.token});
    expect(&s, 400, "GET", "/api/records/kit?state=%ff", (asking){.token = who.token});
    expect(&s, 400, "GET", "/api/records/%00", (asking){.token = who.token});
    expect(&s, 422, "GET", "/api/balance?at=yesterday", (asking){.token = who.token});
    expect(&s, 422, "GET", "/api/events?after=1;DROP", (asking){.token = who.token});
    expect(&s, 422, "GET", "/api/acts?lang=xx", (asking){.token = who.token});
}

static void nothing_outside_the_web_folder_is_served(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/../outside.txt",
        "/%2e%2e/outside.txt",
        "/assets/../../outside.txt",
        "/assets/..%2f..%2foutside.txt",
        "/..%5coutside.txt",
        "/link.txt",
        "/up/outside.txt",
        "/.hidden",
        "/assets/%2e%2e/%2e%2e/outside.txt",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/outside.txt",
        "/assets%2fa.js",
        "/index.html%00.js",
        "/up/web/index.html",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        answer got = ask(&s, "GET", paths[i], (asking){0});
        if (got.http != 404 && got.http != 400) {
            fail_msg("%s: HTTP %ld %s", paths[i], got.http, moly_text_get(&got.body));
        }
        answer_free(&got);
    }
}

static void the_front_end_is_served_with_types_and_tags(void **state)
{
    (void)state;
    static const struct {
        const char *path, *type, *cache, *body;
    } files[] = {
        {"/", "text/html; charset=utf-8", "no-cache", "<!doctype html>home"},
        {"/index.html", "text/html; charset=utf-8", "no-cache", "<!doctype html>home"},
        {"/patients/PAT-1", "text/html; charset=utf-8", "no-cache", "<!doctype html>home"},
        {"/icon.svg", "image/svg+xml", "no-cache", "<svg/>"},
        {"/assets/a.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable",
         "plain"},
        {"/assets/b.wasm", "application/wasm", "public, max-age=31536000, immutable", "wasm"},
    };
    char line[200], tag[100];
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        answer got = ask(&s, "GET", files[i].path, (asking){0});
        assert_http(&got, 200);
        assert_string_equal(moly_text_get(&got.body), files[i].body);
        (void)snprintf(line, sizeof line, "Content-Type: %s\r\n", files[i].type);
        assert_non_null(strstr(moly_text_get(&got.headers), line));
        (void)snprintf(line, sizeof line, "Cache-Control: %s\r\n", files[i].cache);
        assert_non_null(strstr(moly_text_get(&got.headers), line));
        const char *etag = strstr(moly_text_get(&got.headers), "ETag: ");
        assert_non_null(etag);
        (void)snprintf(tag, sizeof tag, "If-None-Match: %.*s", (int)strcspn(etag + 6, "\r"),
                       etag + 6);
        answer_free(&got);
        expect(&s, 304, "GET", files[i].path, (asking){.headers = {tag}});
    }
    answer got = ask(&s, "GET", "/assets/a.js", (asking){.headers = {"Accept-Encoding: gzip"}});
    assert_string_equal(moly_text_get(&got.body), "packed");
    assert_non_null(strstr(moly_text_get(&got.headers), "Content-Encoding: gzip\r\n"));
    assert_non_null(strstr(moly_text_get(&got.headers), "Content-Type: text/javascript"));
    answer_free(&got);
    expect(&s, 404, "GET", "/missing.js", (asking){0});
}

static void every_reply_says_what_a_browser_must_not_do(void **state)
{
    (void)state;
    static const char *const paths[] = {"/",           "/assets/a.js", "/missing.js",
                                        "/api/health", "/api/nothing", "/api/today"};
    static const char *const always[] = {
        "X-Content-Type-Options: nosniff\r\n", "X-Frame-Options: DENY\r\n",
        "Referrer-Policy: no-referrer\r\n", "frame-ancestors 'none'",
        "Content-Security-Policy: default-src 'none'"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        answer got = ask(&s, "GET", paths[i], (asking){0});
        for (size_t k = 0; k < sizeof always / sizeof always[0]; k++) {
            if (!strstr(moly_text_get(&got.headers), always[k])) {
                fail_msg("%s lacks %s", paths[i], always[k]);
            }
        }
        bool is_api = strncmp(paths[i], "/api", 4) == 0;
        assert_true(!is_api || strstr(moly_text_get(&got.headers), "Cache-Control: no-store\r\n"));
        assert_null(strstr(moly_text_get(&got.headers), "unsafe-inline"));
        answer_free(&got);
    }
}

static void a_server_that_cannot_start_says_why(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_server *server = NULL;
    moly_server_options options = {.url = s.c.url, .clock = &s.c.clock, .address = "localhost"};
    assert_fails(moly_server_start(&options, &server, &err), MOLY_ERR_USAGE, "numeric", err);
    options = (moly_server_options){
        .url = s.c.url, .clock = &s.c.clock, .port = moly_server_port(s.server)};
    assert_fails(moly_server_start(&options, &server, &err), MOLY_ERR_IO, "in use", err);
    options = (moly_server_options){.url = s.c.url, .clock = &s.c.clock, .web = "/nowhere"};
    assert_fails(moly_server_start(&options, &server, &err), MOLY_ERR_NOT_FOUND, "/nowhere", err);
    options = (moly_server_options){.url = s.c.url, .clock = &s.c.clock, .key = "/nowhere"};
    assert_fails(moly_server_start(&options, &server, &err), MOLY_ERR_USAGE, "together", err);
    options = (moly_server_options){.url = "sqlite:/nowhere/x.db", .clock = &s.c.clock};
    assert_fails(moly_server_start(&options, &server, &err), MOLY_ERR_NOT_FOUND, "nowhere", err);
    assert_null(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_above_the_limit_is_refused_unread),
        cmocka_unit_test(only_json_of_a_known_length_is_taken),
        cmocka_unit_test(a_header_that_does_not_fit_is_refused),
        cmocka_unit_test(a_method_or_path_that_is_not_there_is_said_so),
        cmocka_unit_test(nothing_outside_the_web_folder_is_served),
        cmocka_unit_test(the_front_end_is_served_with_types_and_tags),
        cmocka_unit_test(every_reply_says_what_a_browser_must_not_do),
        cmocka_unit_test(a_server_that_cannot_start_says_why),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

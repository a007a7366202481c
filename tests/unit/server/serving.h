/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SERVING_H
#define TESTS_SERVING_H

/* A test centre behind a real server on a free port of this machine, and a client (libcurl). */

#include "unit/centre/centre_testing.h"

#include <curl/curl.h>
#include <pthread.h>

#include "moly/server/server.h"

typedef struct served {
    centre c;
    moly_server *server;
    char base[64];
    const char *authority; /* whose certificate is believed, PEM file; NULL: no TLS */
} served;

typedef struct answer {
    long http;
    moly_text headers, body;
    json_t *json; /* NULL when the body is none */
} answer;

/* What a client sends beside method and path; all may be NULL. */
typedef struct asking {
    const char *token, *cookie, *csrf, *body;
    const char *headers[4];
} asking;

static inline void serve_start(served *s, const char *web)
{
    moly_error err = {0};
    const moly_server_options options = {.url = s->c.url, .clock = &s->c.clock, .web = web};
    assert_ok(moly_server_start(&options, &s->server, &err), err);
    (void)snprintf(s->base, sizeof s->base, "http://127.0.0.1:%u",
                   (unsigned)moly_server_port(s->server));
}

static inline void serve_open(served *s)
{
    memset(s, 0, sizeof *s);
    centre_open(&s->c, "KG");
    serve_start(s, NULL);
}

static inline void serve_close(served *s)
{
    moly_server_stop(s->server);
    centre_close(&s->c);
}

static inline size_t take_text(char *data, size_t size, size_t n, void *text)
{
    moly_text_add_n(text, data, size * n);
    return size * n;
}

static inline struct curl_slist *add_header(struct curl_slist *list, const char *name,
                                            const char *value)
{
    char line[1200];
    if (!value) {
        return list;
    }
    (void)snprintf(line, sizeof line, "%s%s", name, value);
    return curl_slist_append(list, line);
}

static inline CURL *ask_prepare(const served *s, const char *method, const char *path,
                                const asking *with, struct curl_slist **headers)
{
    char url[1000];
    CURL *curl = curl_easy_init();
    bool has_type = with->headers[0] && strncmp(with->headers[0], "Content-Type", 12) == 0;
    (void)snprintf(url, sizeof url, "%s%s", s->base, path);
    *headers =
        add_header(NULL, "Content-Type: application/json", has_type || !with->body ? NULL : "");
    *headers = add_header(*headers, "Authorization: Bearer ", with->token);
    *headers = add_header(*headers, "Cookie: moly_session=", with->cookie);
    *headers = add_header(*headers, "X-CSRF-Token: ", with->csrf);
    for (size_t i = 0; i < 4 && with->headers[i]; i++) {
        *headers = curl_slist_append(*headers, with->headers[i]);
    }
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    if (s->authority) {
        (void)curl_easy_setopt(curl, CURLOPT_CAINFO, s->authority);
    }
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, *headers);
    (void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    if (with->body || strcmp(method, "POST") == 0) {
        (void)curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, with->body ? with->body : "");
    }
    return curl;
}

static inline answer ask(const served *s, const char *method, const char *path, asking with)
{
    answer got = {0};
    struct curl_slist *headers = NULL;
    CURL *curl = ask_prepare(s, method, path, &with, &headers);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_text);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, &got.body);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_text);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, &got.headers);
    CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) {
        fail_msg("%s %s: %s", method, path, curl_easy_strerror(code));
    }
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &got.http);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    if (got.body.length > 0) {
        moly_error err = {0};
        if (moly_json_parse(got.body.data, got.body.length, &got.json, &err) != MOLY_OK) {
            got.json = NULL;
        }
    }
    return got;
}

static inline void answer_free(answer *got)
{
    moly_text_free(&got->headers);
    moly_text_free(&got->body);
    json_decref(got->json);
    *got = (answer){0};
}

static inline void assert_http(const answer *got, long wanted)
{
    if (got->http != wanted) {
        fail_msg("HTTP %ld, wanted %ld: %s", got->http, wanted, moly_text_get(&got->body));
    }
}

static inline const char *error_in(const answer *got, const char *key)
{
    return text_in(json_object_get(got->json, "error"), key);
}

/* Ask, expect a status, forget the answer. */
static inline void expect(const served *s, long wanted, const char *method, const char *path,
                          asking with)
{
    answer got = ask(s, method, path, with);
    if (got.http != wanted) {
        fail_msg("%s %s: HTTP %ld, wanted %ld: %s", method, path, got.http, wanted,
                 moly_text_get(&got.body));
    }
    answer_free(&got);
}

typedef struct signed_in {
    char token[80], csrf[80];
} signed_in;

static inline signed_in sign_in_with(const served *s, const char *user, const char *password)
{
    signed_in who;
    char body[200];
    (void)snprintf(body, sizeof body, "{\"user\":\"%s\",\"password\":\"%s\"}", user, password);
    answer got = ask(s, "POST", "/api/login", (asking){.body = body});
    assert_http(&got, 200);
    (void)snprintf(who.token, sizeof who.token, "%s", text_in(got.json, "token"));
    (void)snprintf(who.csrf, sizeof who.csrf, "%s", text_in(got.json, "csrf"));
    answer_free(&got);
    return who;
}

/* A person of a training centre. */
static inline signed_in sign_in_as(const served *s, const char *user)
{
    char password[80];
    (void)snprintf(password, sizeof password, "%s-moly", user);
    return sign_in_with(s, user, password);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Live updates: a browser hears of every act, whoever does it, and holds up nobody. */
#include "serving.h"

#include <stdatomic.h>

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

/* A client that listens in a thread of its own. */
typedef struct listener {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t heard;
    char token[80];
    moly_text text;
    long http;
    bool is_over;
    atomic_bool must_stop;
} listener;

static size_t hear(char *data, size_t size, size_t n, void *given)
{
    listener *l = given;
    (void)pthread_mutex_lock(&l->lock);
    moly_text_add_n(&l->text, data, size * n);
    (void)pthread_cond_broadcast(&l->heard);
    (void)pthread_mutex_unlock(&l->lock);
    return size * n;
}

static int may_go_on(void *given, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a;
    (void)b;
    (void)c;
    (void)d;
    listener *l = given;
    return atomic_load(&l->must_stop) ? 1 : 0;
}

static void *listen_on(void *given)
{
    listener *l = given;
    struct curl_slist *headers = NULL;
    const asking with = {.token = l->token};
    CURL *curl = ask_prepare(&s, "GET", "/api/stream", &with, &headers);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, hear);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, l);
    (void)curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, may_go_on);
    (void)curl_easy_setopt(curl, CURLOPT_XFERINFODATA, l);
    (void)curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    (void)curl_easy_perform(curl);
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &l->http);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    (void)pthread_mutex_lock(&l->lock);
    l->is_over = true;
    (void)pthread_cond_broadcast(&l->heard);
    (void)pthread_mutex_unlock(&l->lock);
    return NULL;
}

static void listen_begin(listener *l, const char *token)
{
    memset(l, 0, sizeof *l);
    (void)pthread_mutex_init(&l->lock, NULL);
    (void)pthread_cond_init(&l->heard, NULL);
    (void)snprintf(l->token, sizeof l->token, "%s", token);
    assert_int_equal(pthread_create(&l->thread, NULL, listen_on, l), 0);
}

static void listen_end(listener *l)
{
    atomic_store(&l->must_stop, true);
    (void)pthread_join(l->thread, NULL);
    moly_text_free(&l->text);
}

/* Waits for a piece of text, or the end (NULL); false after `seconds`. */
static bool hears(listener *l, const char *piece, int seconds)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += seconds;
    bool is_heard = false;
    int waited = 0;
    (void)pthread_mutex_lock(&l->lock);
    while (!is_heard && waited == 0) {
        is_heard = piece ? strstr(moly_text_get(&l->text), piece) != NULL : l->is_over;
        waited = is_heard ? 0 : pthread_cond_timedwait(&l->heard, &l->lock, &until);
    }
    (void)pthread_mutex_unlock(&l->lock);
    return is_heard;
}

static const char *message_of(long long seq)
{
    static char text[80];
    (void)snprintf(text, sizeof text, "event: ledger\ndata: {\"seq\":%lld}\n\n", seq);
    return text;
}

static long long head(void)
{
    moly_error err = {0};
    int64_t seq = 0;
    moly_ledger_reader *reader = reader_of(&s.c);
    assert_ok(moly_ledger_head(reader, &seq, &err), err);
    moly_ledger_reader_free(reader);
    return (long long)seq;
}

static void a_stream_begins_with_the_head_and_tells_each_act(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "technologist");
    listener l;
    listen_begin(&l, who.token);
    assert_true(hears(&l, message_of(head()), 5));
    expect(&s, 200, "POST", "/api/acts/clinic.register_patient",
           (asking){.token = who.token,
                    .body = "{\"name\":\"A\",\"birth_date\":\"1970-01-01\",\"sex\":\"male\"}"});
    assert_true(hears(&l, message_of(head()), 2));
    listen_end(&l);
}

static void what_another_process_appends_is_told_too(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "technologist");
    listener l;
    listen_begin(&l, who.token);
    assert_true(hears(&l, message_of(head()), 5));
    /* the test's own handle of the ledger: the server knows nothing of it */
    do_act(&s.c, "technologist", "clinic.register_patient",
           "{'name':'B','birth_date':'1970-01-01','sex':'male'}");
    assert_true(hears(&l, message_of(head()), 4));
    listen_end(&l);
}

static void many_streams_hold_up_nobody_and_end_with_the_server(void **state)
{
    (void)state;
    enum { N = 40 };
    static listener many[N];
    served other;
    serve_open(&other);
    served first = s;
    s = other; /* what the listeners ask */
    signed_in who = sign_in_as(&s, "technologist");
    for (size_t i = 0; i < N; i++) {
        listen_begin(&many[i], who.token);
    }
    for (size_t i = 0; i < N; i++) {
        assert_true(hears(&many[i], "event: ledger", 10));
    }
    expect(&s, 200, "GET", "/api/today", (asking){.token = who.token});
    moly_server_stop(s.server);
    for (size_t i = 0; i < N; i++) {
        assert_true(hears(&many[i], NULL, 5));
        listen_end(&many[i]);
        assert_int_equal(many[i].http, 200);
    }
    centre_close(&s.c);
    s = first;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_begins_with_the_head_and_tells_each_act),
        cmocka_unit_test(what_another_process_appends_is_told_too),
        cmocka_unit_test(many_streams_hold_up_nobody_and_end_with_the_server),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

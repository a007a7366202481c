/* SPDX-License-Identifier: Apache-2.0 */
/* On a training database a request may say what time it is; it is alone while it does. */
#include "serving.h"

static served s;

static int open_server(void **state)
{
    (void)state;
    serve_open(&s);
    return 0;
}

static int close_server(void **state)
{
    (void)state;
    serve_close(&s);
    return 0;
}

static const char register_patient[] =
    "{\"name\":\"Test Patient\",\"birth_date\":\"1970-01-01\",\"sex\":\"male\"}";

static void an_act_at_a_time_that_is_said_is_recorded_then(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "technologist");
    answer got = ask(&s, "POST", "/api/acts/clinic.register_patient",
                     (asking){.token = who.token,
                              .body = register_patient,
                              .headers = {"X-Moly-Clock: 2026-11-22T06:00Z"}});
    assert_http(&got, 200);
    assert_string_equal(text_in(got.json, "recorded_at"), "2026-11-22T06:00:00Z");
    assert_string_equal(text_in(got.json, "clock"), "simulated");
    answer_free(&got);
}

static void a_reading_at_a_time_that_is_said_is_of_then_and_the_next_is_not(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "technologist");
    answer got = ask(&s, "GET", "/api/today?clock=2026-11-25T08:30Z", (asking){.token = who.token});
    assert_http(&got, 200);
    assert_string_equal(text_in(got.json, "now"), "2026-11-25T08:30:00Z");
    answer_free(&got);
    char own[MOLY_INSTANT_TEXT_SIZE];
    got = ask(&s, "GET", "/api/today", (asking){.token = who.token});
    assert_string_equal(text_in(got.json, "now"), moly_instant_format(s.c.now, own));
    answer_free(&got);
}

static void a_time_that_cannot_be_read_is_refused(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "technologist");
    expect(&s, 422, "GET", "/api/today?clock=yesterday", (asking){.token = who.token});
    expect(&s, 422, "GET", "/api/today?clock=2026-11-25T08:30", (asking){.token = who.token});
}

enum { N_READERS = 4, N_READINGS = 25 };

typedef struct reader_of_then {
    pthread_t thread;
    const char *token;
    char path[80], expected[40];
    int n_right;
} reader_of_then;

static void *read_then(void *given)
{
    reader_of_then *r = given;
    for (int i = 0; i < N_READINGS; i++) {
        answer got = ask(&s, "GET", r->path, (asking){.token = r->token});
        const char *now = json_string_value(json_object_get(got.json, "now"));
        r->n_right += got.http == 200 && now && strcmp(now, r->expected) == 0;
        answer_free(&got);
    }
    return NULL;
}

static void requests_with_different_times_do_not_meet(void **state)
{
    (void)state;
    reader_of_then readers[N_READERS];
    signed_in who = sign_in_as(&s, "technologist");
    for (int i = 0; i < N_READERS; i++) {
        reader_of_then *r = &readers[i];
        *r = (reader_of_then){.token = who.token};
        (void)snprintf(r->path, sizeof r->path, "/api/today?clock=2026-12-%02dT10:00Z", i + 1);
        (void)snprintf(r->expected, sizeof r->expected, "2026-12-%02dT10:00:00Z", i + 1);
        if (i == 0) { /* one who says nothing */
            (void)snprintf(r->path, sizeof r->path, "/api/today");
            (void)moly_instant_format(s.c.now, r->expected);
        }
        assert_int_equal(pthread_create(&r->thread, NULL, read_then, r), 0);
    }
    for (int i = 0; i < N_READERS; i++) {
        (void)pthread_join(readers[i].thread, NULL);
        assert_int_equal(readers[i].n_right, N_READINGS);
    }
}

static void a_database_that_is_not_for_training_keeps_its_own_time(void **state)
{
    (void)state;
    served real = {0};
    moly_error err = {0};
    centre *c = &real.c;
    (void)snprintf(c->folder, sizeof c->folder, "/tmp/moly-clock-XXXXXX");
    assert_non_null(mkdtemp(c->folder));
    (void)snprintf(c->url, sizeof c->url, "sqlite:%s/centre.db", c->folder);
    c->clock = moly_clock_system();
    static const char password[] = "three hens in a boat";
    const moly_site site = {"Real centre", "KG", 360, false};
    assert_ok(moly_ledger_create(c->url, &site, &c->clock, &c->ledger, &err), err);
    assert_ok(moly_centre_found(c->ledger, "admin", password, MOLY_PASSWORD_MINIMAL, &err), err);
    serve_start(&real, NULL);
    signed_in who = sign_in_with(&real, "admin", password);
    answer got =
        ask(&real, "GET", "/api/today?clock=2026-11-25T08:30Z", (asking){.token = who.token});
    assert_http(&got, 409);
    assert_non_null(strstr(error_in(&got, "message"), "training"));
    answer_free(&got);
    expect(&real, 200, "GET", "/api/today", (asking){.token = who.token});
    serve_close(&real);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_act_at_a_time_that_is_said_is_recorded_then),
        cmocka_unit_test(a_reading_at_a_time_that_is_said_is_of_then_and_the_next_is_not),
        cmocka_unit_test(a_time_that_cannot_be_read_is_refused),
        cmocka_unit_test(requests_with_different_times_do_not_meet),
        cmocka_unit_test(a_database_that_is_not_for_training_keeps_its_own_time),
    };
    return cmocka_run_group_tests(tests, open_server, close_server);
}

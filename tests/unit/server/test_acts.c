/* SPDX-License-Identifier: Apache-2.0 */
/* An act by HTTP is the act of every other face: the same event, refusal and words. */
#include "serving.h"

static served s;

static int start(void **state)
{
    (void)state;
    serve_open(&s);
    kit_ready(&s.c);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    serve_close(&s);
    return 0;
}

/* What HTTP answers, and what moly_centre_perform() answers to the same; neither changes anything,
 * or both make a record. */
static void assert_same_refusal(const char *user, const char *act, const char *fields,
                                const char *language)
{
    signed_in who = sign_in_as(&s, user);
    char path[120];
    json_t *object = json_of(fields), *event = NULL;
    char *body = moly_json_canonical(object);
    (void)snprintf(path, sizeof path, "/api/acts/%s%s%s", act, language ? "?lang=" : "",
                   language ? language : "");
    answer got = ask(&s, "POST", path, (asking){.token = who.token, .body = body});
    moly_error err = {.language = language};
    const moly_performer performer = {
        .user = user, .authentication = "session", .language = language};
    moly_status status = moly_centre_perform(s.c.ledger, act, object, &performer, &event, &err);
    assert_true(status != MOLY_OK);
    assert_int_equal(got.http, moly_status_http(status));
    json_t *wanted = moly_error_json(&err);
    if (!json_equal(got.json, wanted)) {
        char *text = moly_json_canonical(wanted);
        fail_msg("%s: HTTP said %s, the centre %s", act, moly_text_get(&got.body), text);
    }
    json_decref(wanted);
    json_decref(object);
    moly_free(body);
    answer_free(&got);
}

static void a_refusal_has_the_same_status_rule_and_words(void **state)
{
    (void)state;
    static const struct {
        const char *user, *act, *fields;
    } cases[] = {
        {"technologist", "pharmacy.elute", "{}"},
        {"technologist", "pharmacy.elute", "{'generator':'GEN-000001','volume':'10 m'}"},
        {"technologist", "pharmacy.elute", "{'generator':'GEN-000001','volume':'10 L'}"},
        {"technologist", "pharmacy.elute",
         "{'generator':'GEN-9','volume':'10 mL','activity':'1 GBq'}"},
        {"technologist", "pharmacy.elute", "{'generatr':'GEN-000001'}"},
        {"technologist", "pharmacy.elut", "{}"},
        {"technologist", "pharmacy.release", "{'kit':'KIT-000001'}"},
        {"technologist", "pharmacy.test_rcp", "{'kit':'KIT-000001','purity':'101 %'}"},
        {"radiopharmacist", "pharmacy.release", "{'kit':'KIT-000001'}"},
        {"technologist", "clinic.draw_dose",
         "{'order':'ORD-000009','kit':'KIT-000001','activity':'600 MBq'}"},
        {"technologist", "clinic.register_patient",
         "{'name':'A','birth_date':'2090-01-01','sex':'female'}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_same_refusal(cases[i].user, cases[i].act, cases[i].fields, NULL);
        assert_same_refusal(cases[i].user, cases[i].act, cases[i].fields, "ru");
    }
}

static void an_event_is_the_one_that_the_centre_appends(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "technologist");
    answer got = ask(&s, "POST", "/api/acts/clinic.register_patient",
                     (asking){.token = who.token,
                              .body = "{\"name\":\"Same\",\"birth_date\":\"1970-01-01\","
                                      "\"sex\":\"male\",\"weight\":\"70 kg\"}"});
    assert_http(&got, 200);
    assert_string_equal(text_in(got.json, "authentication"), "session");
    assert_string_equal(text_in(got.json, "person"), "technologist");
    json_t *direct =
        do_act_of(&s.c, "technologist", NULL, "clinic.register_patient",
                  "{'name':'Same','birth_date':'1970-01-01','sex':'male','weight':'70 kg'}");
    static const char *const same[] = {"kind", "at", "person", "clock", "training", "site"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        assert_true(
            json_equal(json_object_get(got.json, same[i]), json_object_get(direct, same[i])));
    }
    assert_string_equal(text_in(direct, "prev"), text_in(got.json, "hash"));
    /* the second patient has the next number; all else of the bodies is the same */
    json_t *bodies[] = {json_object_get(got.json, "body"), json_object_get(direct, "body")};
    for (size_t i = 0; i < 2; i++) {
        (void)json_object_del(json_array_get(json_object_get(bodies[i], "records"), 0), "id");
    }
    assert_true(json_equal(bodies[0], bodies[1]));
    json_decref(direct);
    answer_free(&got);
}

static void a_signed_act_takes_the_password_again(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "physician");
    const char *path = "/api/acts/clinic.justify";
    do_act(&s.c, "technologist", "clinic.refer",
           "{'patient':'PAT-000001','examination':'bone scan','question':'more?',"
           "'referrer':'Dr Osmonov'}");
    /* EVIDENCE: R-10 a session does not sign: the password is entered again for each signature */
    answer got = ask(
        &s, "POST", path,
        (asking){.token = who.token,
                 .body =
                     "{\"referral\":\"REF-000002\",\"justification\":\"follow-up of staging\"}"});
    assert_http(&got, 401);
    assert_string_equal(error_in(&got, "rule"), "R-10");
    answer_free(&got);
    got = ask(&s, "POST", path,
              (asking){.token = who.token,
                       .body = "{\"referral\":\"REF-000002\",\"justification\":\"follow-up of "
                               "staging\",\"password\":\"not-this-one\"}"});
    assert_http(&got, 401);
    answer_free(&got);
    got = ask(&s, "POST", path,
              (asking){.token = who.token,
                       .body = "{\"referral\":\"REF-000002\",\"justification\":\"follow-up of "
                               "staging\",\"password\":\"physician-moly\"}"});
    assert_http(&got, 200);
    assert_string_equal(text_in(got.json, "authentication"), "password");
    assert_int_equal(json_array_size(json_object_get(got.json, "signatures")), 1);
    assert_null(strstr(moly_text_get(&got.body), "physician-moly"));
    answer_free(&got);
}

static void an_act_that_sets_a_password_takes_the_signers_under_another_name(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "admin");
    const char *path = "/api/acts/centre.create_person";
    const char *fields = "{\"user\":\"aibek\",\"name\":\"Aibek\",\"roles\":[\"technologist\"],"
                         "\"cost\":\"minimal\",\"password\":\"first-password\"";
    char body[400];
    (void)snprintf(body, sizeof body, "%s}", fields);
    expect(&s, 401, "POST", path, (asking){.token = who.token, .body = body});
    (void)snprintf(body, sizeof body, "%s,\"signer_password\":\"admin-moly\"}", fields);
    answer got = ask(&s, "POST", path, (asking){.token = who.token, .body = body});
    assert_http(&got, 200);
    assert_null(strstr(moly_text_get(&got.body), "first-password"));
    answer_free(&got);
    expect(&s, 200, "POST", "/api/login",
           (asking){.body = "{\"user\":\"aibek\",\"password\":\"first-password\"}"});
}

static void two_persons_sign_a_correction(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "radiopharmacist");
    const char *path = "/api/acts/centre.correct";
    answer got =
        ask(&s, "GET", "/api/events?kind=clinic.register_patient&subject=patient%2FPAT-000001",
            (asking){.token = who.token});
    int event = (int)number_in(json_array_get(json_object_get(got.json, "results"), 0), "seq");
    answer_free(&got);
    char fields[300], body[500];
    (void)snprintf(fields, sizeof fields,
                   "{\"event\":%d,\"record\":\"patient/PAT-000001\",\"member\":\"weight\","
                   "\"value\":\"86 kg\",\"reason\":\"digits were swapped; weighed again\"",
                   event);
    /* EVIDENCE: R-09 a correction takes two persons, who are not one */
    (void)snprintf(body, sizeof body, "%s,\"password\":\"radiopharmacist-moly\"}", fields);
    expect(&s, 401, "POST", path, (asking){.token = who.token, .body = body});
    (void)snprintf(body, sizeof body,
                   "%s,\"password\":\"radiopharmacist-moly\",\"second_user\":\"physicist\"}",
                   fields);
    expect(&s, 400, "POST", path, (asking){.token = who.token, .body = body});
    (void)snprintf(body, sizeof body,
                   "%s,\"password\":\"radiopharmacist-moly\",\"second_user\":\"radiopharmacist\","
                   "\"second_password\":\"radiopharmacist-moly\"}",
                   fields);
    expect(&s, 403, "POST", path, (asking){.token = who.token, .body = body});
    (void)snprintf(body, sizeof body,
                   "%s,\"password\":\"radiopharmacist-moly\",\"second_user\":\"physicist\","
                   "\"second_password\":\"physicist-moly\"}",
                   fields);
    got = ask(&s, "POST", path, (asking){.token = who.token, .body = body});
    assert_http(&got, 200);
    assert_int_equal(json_array_size(json_object_get(got.json, "signatures")), 2);
    answer_free(&got);
}

static void a_preview_changes_nothing(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "technologist");
    answer before = ask(&s, "GET", "/api/events?newest=1&limit=1", (asking){.token = who.token});
    answer got = ask(&s, "POST", "/api/acts/clinic.register_patient/preview",
                     (asking){.token = who.token,
                              .body = "{\"name\":\"Maybe\",\"birth_date\":\"1970-01-01\","
                                      "\"sex\":\"male\"}"});
    assert_http(&got, 200);
    assert_string_equal(text_in(got.json, "name"), "Maybe");
    answer after = ask(&s, "GET", "/api/events?newest=1&limit=1", (asking){.token = who.token});
    assert_string_equal(moly_text_get(&before.body), moly_text_get(&after.body));
    answer_free(&before);
    answer_free(&got);
    answer_free(&after);
}

enum { N_CLIENTS = 8, N_ACTS = 20 };
static struct client {
    pthread_t thread;
    char token[80];
    int n_done;
} clients[N_CLIENTS];

static void *register_patients(void *given)
{
    struct client *me = given;
    for (int i = 0; i < N_ACTS; i++) {
        answer got = ask(&s, "POST", "/api/acts/clinic.register_patient",
                         (asking){.token = me->token,
                                  .body = "{\"name\":\"Many\",\"birth_date\":\"1970-01-01\","
                                          "\"sex\":\"female\"}"});
        me->n_done += got.http == 200 ? 1 : 0;
        answer_free(&got);
    }
    return NULL;
}

static void eight_clients_act_at_the_same_time_and_the_chain_holds(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "technologist");
    for (size_t i = 0; i < N_CLIENTS; i++) {
        (void)snprintf(clients[i].token, sizeof clients[i].token, "%s", who.token);
        assert_int_equal(pthread_create(&clients[i].thread, NULL, register_patients, &clients[i]),
                         0);
    }
    for (size_t i = 0; i < N_CLIENTS; i++) {
        (void)pthread_join(clients[i].thread, NULL);
        assert_int_equal(clients[i].n_done, N_ACTS);
    }
    answer got =
        ask(&s, "GET", "/api/patients?search=many&limit=500", (asking){.token = who.token});
    assert_int_equal(json_array_size(json_object_get(got.json, "results")), N_CLIENTS * N_ACTS);
    answer_free(&got);
    moly_error err = {0};
    json_t *report = NULL;
    assert_ok(moly_ledger_verify(s.c.url, NULL, NULL, &report, &err), err);
    json_decref(report);
}

static const char register_path[] = "/api/acts/clinic.register_patient";
static const char once[] = "{\"name\":\"Once\",\"birth_date\":\"1970-01-01\",\"sex\":\"male\"}";

static json_int_t seq_of(const char *token, const char *key, const char *body)
{
    char header[120];
    (void)snprintf(header, sizeof header, "Idempotency-Key: %s", key);
    answer got = ask(&s, "POST", register_path,
                     (asking){.token = token,
                              .body = body,
                              .headers = {"Content-Type: application/json", header}});
    assert_http(&got, 200);
    json_int_t seq = json_integer_value(json_object_get(got.json, "seq"));
    answer_free(&got);
    return seq;
}

static void an_act_that_is_sent_again_under_its_key_is_done_once(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "technologist"), other = sign_in_as(&s, "physician");
    json_int_t first = seq_of(who.token, "0e1f-0001", once);
    assert_true(first > 0);
    assert_int_equal(seq_of(who.token, "0e1f-0001", once), first);
    assert_int_not_equal(seq_of(who.token, "0e1f-0002", once), first);
    assert_int_not_equal(seq_of(other.token, "0e1f-0001", once), first);
    /* other values under the same name are no repetition */
    answer got =
        ask(&s, "POST", register_path,
            (asking){.token = who.token,
                     .body = "{\"name\":\"Other\",\"sex\":\"male\"}",
                     .headers = {"Content-Type: application/json", "Idempotency-Key: 0e1f-0001"}});
    assert_http(&got, 409);
    assert_non_null(strstr(error_in(&got, "message"), "with other values"));
    answer_free(&got);
    static const char *const bad[] = {"Idempotency-Key: short", "Idempotency-Key: has a blank in"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect(&s, 400, "POST", register_path,
               (asking){.token = who.token,
                        .body = once,
                        .headers = {"Content-Type: application/json", bad[i]}});
    }
}

typedef struct sender {
    pthread_t thread;
    char token[80];
    json_int_t seq;
} sender;

static void *send_it(void *given)
{
    sender *one = given;
    one->seq = seq_of(one->token, "0e1f-at-once", once);
    return NULL;
}

static void the_same_act_from_many_connections_at_once_is_done_once(void **state)
{
    (void)state;
    enum { N = 8 };
    sender all[N];
    signed_in who = sign_in_as(&s, "technologist");
    for (size_t i = 0; i < N; i++) {
        (void)snprintf(all[i].token, sizeof all[i].token, "%s", who.token);
        assert_int_equal(pthread_create(&all[i].thread, NULL, send_it, &all[i]), 0);
    }
    for (size_t i = 0; i < N; i++) {
        (void)pthread_join(all[i].thread, NULL);
        assert_int_equal(all[i].seq, all[0].seq);
    }
}

/* The client is gone before the answer comes: it cannot know whether the act was recorded. */
static void who_lost_the_answer_asks_whether_it_was_recorded(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "technologist"), other = sign_in_as(&s, "physician");
    const char *path = "/api/acts/clinic.register_patient/requests/0e1f-lost";
    expect(&s, 404, "GET", path, (asking){.token = who.token});
    const asking with = {
        .token = who.token,
        .body = once,
        .headers = {"Content-Type: application/json", "Idempotency-Key: 0e1f-lost"}};
    struct curl_slist *headers = NULL;
    CURL *curl = ask_prepare(&s, "POST", register_path, &with, &headers);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 3L);
    (void)curl_easy_perform(curl); /* gives up; what it sent may have arrived */
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    json_int_t seq = seq_of(who.token, "0e1f-lost", once);
    answer got = ask(&s, "GET", path, (asking){.token = who.token});
    assert_http(&got, 200);
    assert_int_equal(json_integer_value(json_object_get(got.json, "seq")), seq);
    assert_string_equal(text_in(json_object_get(got.json, "body"), "request"), "0e1f-lost");
    answer_free(&got);
    expect(&s, 404, "GET", path, (asking){.token = other.token});
    expect(&s, 401, "GET", path, (asking){0});
    /* one patient, however often it was sent */
    size_t n = 0;
    got = ask(&s, "GET", "/api/events?kind=clinic.register_patient&limit=500",
              (asking){.token = who.token});
    size_t i;
    const json_t *event;
    json_array_foreach(json_object_get(got.json, "results"), i, event)
    {
        const json_t *request = json_object_get(json_object_get(event, "body"), "request");
        n += request && strcmp(json_string_value(request), "0e1f-lost") == 0 ? 1 : 0;
    }
    assert_int_equal(n, 1);
    answer_free(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_has_the_same_status_rule_and_words),
        cmocka_unit_test(an_event_is_the_one_that_the_centre_appends),
        cmocka_unit_test(a_signed_act_takes_the_password_again),
        cmocka_unit_test(an_act_that_sets_a_password_takes_the_signers_under_another_name),
        cmocka_unit_test(two_persons_sign_a_correction),
        cmocka_unit_test(a_preview_changes_nothing),
        cmocka_unit_test(eight_clients_act_at_the_same_time_and_the_chain_holds),
        cmocka_unit_test(an_act_that_is_sent_again_under_its_key_is_done_once),
        cmocka_unit_test(the_same_act_from_many_connections_at_once_is_done_once),
        cmocka_unit_test(who_lost_the_answer_asks_whether_it_was_recorded),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

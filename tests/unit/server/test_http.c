/* SPDX-License-Identifier: Apache-2.0 */
/* The API over real HTTP: signing in, permission, acts, and what screens read. */
#include "serving.h"

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

static void a_person_signs_in_reads_and_signs_out(void **state)
{
    (void)state;
    expect(&s, 401, "GET", "/api/today", (asking){0});
    expect(&s, 401, "GET", "/api/session", (asking){.token = "00"});
    signed_in who = sign_in_as(&s, "technologist");
    answer got = ask(&s, "GET", "/api/session", (asking){.token = who.token});
    assert_http(&got, 200);
    assert_string_equal(text_in(got.json, "user"), "technologist");
    assert_string_equal(text_in(got.json, "csrf"), who.csrf);
    assert_null(json_object_get(got.json, "token"));
    const json_t *roles = json_object_get(got.json, "roles");
    assert_string_equal(json_string_value(json_array_get(roles, 0)), "technologist");
    answer_free(&got);
    static const char *const readings[] = {"/api/acts",
                                           "/api/today",
                                           "/api/patients",
                                           "/api/records/kit",
                                           "/api/balance",
                                           "/api/work",
                                           "/api/find?code=%5Dd290person/admin",
                                           "/api/find?code=nobody%20has%20this",
                                           "/api/stock/limits",
                                           "/api/events",
                                           "/api/site",
                                           "/api/languages",
                                           "/api/health",
                                           "/api/catalogue/ru",
                                           "/api/acts?lang=ru",
                                           "/api/openapi.json",
                                           "/api/records/person/admin",
                                           "/api/trace/person/admin",
                                           "/api/batches",
                                           "/api/batches?state=made",
                                           "/api/cases",
                                           "/api/cases?all=1&overdue=1",
                                           "/api/recall/person/admin",
                                           "/api/balance?at=2026-11-21T06:00Z"};
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        expect(&s, 200, "GET", readings[i], (asking){.token = who.token});
    }
    expect(&s, 404, "GET", "/api/batches/BAT-000001", (asking){.token = who.token});
    expect(&s, 404, "GET", "/api/chromatograms/TST-000001", (asking){.token = who.token});
    expect(&s, 404, "GET", "/api/recall/lot/LOT-000009", (asking){.token = who.token});
    expect(&s, 204, "POST", "/api/logout", (asking){.token = who.token});
    expect(&s, 401, "GET", "/api/today", (asking){.token = who.token});
}

static void without_signing_in_only_what_is_no_secret_is_given(void **state)
{
    (void)state;
    static const char *const open[] = {"/api/languages", "/api/catalogue/ru", "/api/health"};
    static const char *const closed[] = {
        "/api/acts",         "/api/records/kit",    "/api/records/kit/K",    "/api/trace/kit/K",
        "/api/balance",      "/api/events",         "/api/patients",         "/api/patients/P",
        "/api/studies/S",    "/api/stream",         "/api/studies/S/volume", "/api/site",
        "/api/openapi.json", "/api/batches",        "/api/batches/B",        "/api/cases",
        "/api/recall/lot/L", "/api/chromatograms/T"};
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
        expect(&s, 200, "GET", open[i], (asking){0});
    }
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) {
        expect(&s, 401, "GET", closed[i], (asking){0});
    }
    expect(&s, 401, "POST", "/api/acts/pharmacy.elute", (asking){.body = "{}"});
    expect(&s, 401, "POST", "/api/logout", (asking){.body = "{}"});
}

static void a_wrong_password_and_an_unknown_person_get_the_same_answer(void **state)
{
    (void)state;
    answer wrong = ask(&s, "POST", "/api/login",
                       (asking){.body = "{\"user\":\"physicist\",\"password\":\"wrong-wrong\"}"});
    answer unknown = ask(&s, "POST", "/api/login",
                         (asking){.body = "{\"user\":\"nobody\",\"password\":\"wrong-wrong\"}"});
    assert_http(&wrong, 401);
    assert_string_equal(moly_text_get(&wrong.body), moly_text_get(&unknown.body));
    answer_free(&wrong);
    answer_free(&unknown);
    expect(&s, 422, "POST", "/api/login", (asking){.body = "{\"user\":\"physicist\"}"});
}

static void five_wrong_passwords_lock_the_account_for_the_right_one_too(void **state)
{
    (void)state;
    /* EVIDENCE: R-08 repeated failures lock the account */
    for (int i = 0; i < 5; i++) {
        expect(&s, 401, "POST", "/api/login",
               (asking){.body = "{\"user\":\"inspector\",\"password\":\"wrong-wrong\"}"});
    }
    answer got = ask(&s, "POST", "/api/login",
                     (asking){.body = "{\"user\":\"inspector\",\"password\":\"inspector-moly\"}"});
    assert_http(&got, 401);
    assert_non_null(strstr(error_in(&got, "message"), "locked until"));
    answer_free(&got);
}

static void many_wrong_passwords_from_one_address_are_slowed(void **state)
{
    (void)state;
    char body[100];
    answer got = {0};
    /* ten at once; a slow machine gets some back while it tries */
    for (int i = 0; i < 40 && got.http != 429; i++) {
        answer_free(&got);
        (void)snprintf(body, sizeof body, "{\"user\":\"u%d\",\"password\":\"wrong-wrong\"}", i);
        got = ask(&s, "POST", "/api/login",
                  (asking){.body = body, .headers = {"X-Forwarded-For: 192.0.2.66"}});
    }
    assert_http(&got, 429);
    assert_non_null(strstr(moly_text_get(&got.headers), "Retry-After: "));
    answer_free(&got);
    /* not for others, who come by the same proxy */
    (void)sign_in_as(&s, "physician");
}

static const char patient[] =
    "{\"name\":\"Ёлкин Өмүр\",\"birth_date\":\"1970-01-01\",\"sex\":\"male\"}";

static void a_cookie_session_writes_only_with_the_csrf_token(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "technologist"), other = sign_in_as(&s, "technologist");
    const char *path = "/api/acts/clinic.register_patient";
    expect(&s, 200, "GET", "/api/today", (asking){.cookie = who.token});
    expect(&s, 403, "POST", path, (asking){.cookie = who.token, .body = patient});
    expect(&s, 403, "POST", path,
           (asking){.cookie = who.token, .csrf = other.csrf, .body = patient});
    expect(&s, 403, "POST", "/api/logout", (asking){.cookie = who.token});
    expect(&s, 200, "POST", path, (asking){.cookie = who.token, .csrf = who.csrf, .body = patient});
    expect(&s, 200, "POST", path, (asking){.token = who.token, .body = patient});
}

static void the_cookie_is_for_this_server_alone(void **state)
{
    (void)state;
    answer got = ask(&s, "POST", "/api/login",
                     (asking){.body = "{\"user\":\"physician\",\"password\":\"physician-moly\"}"});
    assert_http(&got, 200);
    const char *cookie = strstr(moly_text_get(&got.headers), "Set-Cookie: moly_session=");
    assert_non_null(cookie);
    assert_non_null(strstr(cookie, "; Path=/api; HttpOnly; SameSite=Strict\r\n"));
    answer_free(&got);
}

static void who_lacks_the_role_is_refused(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "physicist");
    answer got = ask(&s, "POST", "/api/acts/clinic.register_patient",
                     (asking){.token = who.token, .body = patient});
    /* EVIDENCE: R-08 an act is refused to who does not have the role */
    assert_http(&got, 403);
    assert_string_equal(error_in(&got, "rule"), "R-08");
    answer_free(&got);
}

static void patients_are_found_by_a_part_of_the_name(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "technologist");
    expect(&s, 200, "POST", "/api/acts/clinic.register_patient",
           (asking){.token = who.token, .body = patient});
    answer got = ask(&s, "GET", "/api/patients?search=%D0%B5%D0%BB%D0%BA%D0%B8%D0%BD+%D3%A9",
                     (asking){.token = who.token});
    assert_http(&got, 200);
    const json_t *first = json_array_get(json_object_get(got.json, "results"), 0);
    assert_string_equal(text_in(first, "name"), "Ёлкин Өмүр");
    char path[100];
    (void)snprintf(path, sizeof path, "/api/patients/%s", text_in(first, "id"));
    expect(&s, 200, "GET", path, (asking){.token = who.token});
    answer_free(&got);
    got = ask(&s, "GET", "/api/patients?search=nobody", (asking){.token = who.token});
    assert_int_equal(json_array_size(json_object_get(got.json, "results")), 0);
    answer_free(&got);
    expect(&s, 404, "GET", "/api/patients/PAT-999999", (asking){.token = who.token});
}

static moly_status keep_study(moly_transaction *transaction, void *context, moly_error *err)
{
    (void)context;
    char hash[65];
    moly_status status =
        moly_transaction_put_blob(transaction, "\x1f\x8b\0image", 8, "application/gzip", hash, err);
    if (status) {
        return status;
    }
    json_t *body = json_pack("{s:[{s:s, s:s, s:{s:s}}]}", "records", "kind", "study", "id", "STU-1",
                             "set", "volume_blob", hash);
    const moly_draft draft = {.kind = "test.import",
                              .subject = "study/STU-1",
                              .at = s.c.now,
                              .person = "moly",
                              .authentication = "program",
                              .body = body};
    status = moly_transaction_append(transaction, &draft, NULL, err);
    json_decref(body);
    return status;
}

static void the_image_of_a_study_comes_as_it_was_kept(void **state)
{
    (void)state;
    moly_error err = {0};
    assert_ok(moly_ledger_transact(s.c.ledger, keep_study, NULL, &err), err);
    signed_in who = sign_in_as(&s, "physician");
    expect(&s, 200, "GET", "/api/studies/STU-1", (asking){.token = who.token});
    answer got = ask(&s, "GET", "/api/studies/STU-1/volume", (asking){.token = who.token});
    assert_http(&got, 200);
    assert_int_equal(got.body.length, 8);
    assert_memory_equal(got.body.data, "\x1f\x8b\0image", 8);
    assert_non_null(strstr(moly_text_get(&got.headers), "Content-Type: application/gzip\r\n"));
    assert_null(strstr(moly_text_get(&got.headers), "Content-Encoding"));
    answer_free(&got);
    expect(&s, 404, "GET", "/api/studies/STU-1/regions", (asking){.token = who.token});
    expect(&s, 404, "GET", "/api/studies/STU-2/volume", (asking){.token = who.token});
}

static void records_come_as_pdf_in_the_language_that_is_asked_for(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "physician");
    const char *path = "/api/records/person/physician/report.pdf";
    answer english = ask(&s, "GET", path, (asking){.token = who.token});
    assert_http(&english, 200);
    assert_memory_equal(english.body.data, "%PDF-", 5);
    assert_non_null(strstr(moly_text_get(&english.headers), "Content-Type: application/pdf\r\n"));
    answer russian = ask(&s, "GET", "/api/records/person/physician/report.pdf?lang=ru",
                         (asking){.token = who.token});
    assert_http(&russian, 200);
    assert_true(russian.body.length != english.body.length);
    answer_free(&english);
    answer_free(&russian);
    expect(&s, 404, "GET", "/api/records/person/nobody/report.pdf", (asking){.token = who.token});
    expect(&s, 404, "GET", "/api/studies/STU-9/report.pdf", (asking){.token = who.token});
    expect(&s, 401, "GET", path, (asking){0});
}

static void a_retired_person_is_out_at_once(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "qualified-person");
    do_act(&s.c, "admin", "centre.retire_person",
           "{'user':'qualified-person','reason':'left the centre'}");
    expect(&s, 401, "GET", "/api/today", (asking){.token = who.token});
}

static void a_new_password_ends_the_sessions_of_the_old_one(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "radiopharmacist");
    do_act(&s.c, "radiopharmacist", "centre.set_password",
           "{'user':'radiopharmacist','password':'another-moly','cost':'minimal'}");
    expect(&s, 401, "GET", "/api/session", (asking){.token = who.token});
}

static void the_description_has_every_act_and_every_path(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "technologist");
    answer got = ask(&s, "GET", "/api/openapi.json", (asking){.token = who.token});
    assert_http(&got, 200);
    assert_string_equal(text_in(got.json, "openapi"), "3.1.0");
    const json_t *paths = json_object_get(got.json, "paths");
    size_t n = 0;
    const moly_act *const *acts = moly_acts(&n);
    for (size_t i = 0; i < n; i++) {
        char path[120];
        (void)snprintf(path, sizeof path, "/api/acts/%s", acts[i]->declaration.name);
        const json_t *post = json_object_get(json_object_get(paths, path), "post");
        assert_string_equal(text_in(post, "summary"), acts[i]->declaration.summary);
        const json_t *content = json_object_get(json_object_get(post, "requestBody"), "content");
        const json_t *schema =
            json_object_get(json_object_get(content, "application/json"), "schema");
        assert_true(json_object_size(json_object_get(schema, "properties")) >
                    acts[i]->declaration.n_params);
    }
    assert_non_null(json_object_get(paths, "/api/records/{kind}/{id}"));
    assert_non_null(json_object_get(paths, "/api/stream"));
    answer_free(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_signs_in_reads_and_signs_out),
        cmocka_unit_test(without_signing_in_only_what_is_no_secret_is_given),
        cmocka_unit_test(a_wrong_password_and_an_unknown_person_get_the_same_answer),
        cmocka_unit_test(five_wrong_passwords_lock_the_account_for_the_right_one_too),
        cmocka_unit_test(many_wrong_passwords_from_one_address_are_slowed),
        cmocka_unit_test(a_cookie_session_writes_only_with_the_csrf_token),
        cmocka_unit_test(the_cookie_is_for_this_server_alone),
        cmocka_unit_test(who_lacks_the_role_is_refused),
        cmocka_unit_test(patients_are_found_by_a_part_of_the_name),
        cmocka_unit_test(the_image_of_a_study_comes_as_it_was_kept),
        cmocka_unit_test(records_come_as_pdf_in_the_language_that_is_asked_for),
        cmocka_unit_test(a_retired_person_is_out_at_once),
        cmocka_unit_test(a_new_password_ends_the_sessions_of_the_old_one),
        cmocka_unit_test(the_description_has_every_act_and_every_path),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

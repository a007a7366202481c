/* SPDX-License-Identifier: Apache-2.0 */
/* A second factor over HTTP: enrolled with a telephone, asked for at signing in, wanted by the
 * site's policy, recovered by two other persons. */
#include "serving.h"

#include "moly/centre/pack.h"
#include "unit/ledger/telephone.h"

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

static void pass(double seconds)
{
    s.c.now = moly_instant_add_s(s.c.now, seconds);
}

static answer login(const char *user, const char *code, const char *from)
{
    char body[200], forwarded[80];
    (void)snprintf(body, sizeof body, "{\"user\":\"%s\",\"password\":\"%s-moly\"%s%s%s}", user,
                   user, code ? ",\"code\":\"" : "", code ? code : "", code ? "\"" : "");
    (void)snprintf(forwarded, sizeof forwarded, "X-Forwarded-For: %s", from ? from : "");
    asking with = {.body = body};
    with.headers[0] = "Content-Type: application/json";
    with.headers[1] = from ? forwarded : NULL;
    return ask(&s, "POST", "/api/login", with);
}

static void take_session(answer *got, signed_in *who)
{
    assert_http(got, 200);
    (void)snprintf(who->token, sizeof who->token, "%s", text_in(got->json, "token"));
    (void)snprintf(who->csrf, sizeof who->csrf, "%s", text_in(got->json, "csrf"));
    answer_free(got);
}

/* The whole way of a person with a new telephone; the secret that it keeps. */
static void enrol(const char *user, const signed_in *who, char secret[40])
{
    char body[300], code[MOLY_TOTP_MAX_DIGITS];
    answer got = ask(&s, "POST", "/api/second-factor", (asking){.token = who->token});
    assert_http(&got, 200);
    (void)snprintf(secret, 40, "%s", text_in(got.json, "secret"));
    assert_non_null(strstr(text_in(got.json, "uri"), "otpauth://totp/Test%20centre:"));
    assert_int_equal(strncmp(text_in(got.json, "svg"), "<svg ", 5), 0);
    (void)snprintf(body, sizeof body, "{\"nonce\":\"%s\",\"code\":\"%s\",\"password\":\"%s-moly\"}",
                   text_in(got.json, "nonce"), telephone_code(secret, s.c.now, code), user);
    answer_free(&got);
    got = ask(&s, "POST", "/api/acts/centre.enrol_second_factor",
              (asking){.token = who->token, .body = body});
    assert_http(&got, 200);
    assert_null(strstr(moly_text_get(&got.body), code)); /* nor is a code kept */
    answer_free(&got);
}

static void wanted_code(answer got)
{
    assert_http(&got, 401);
    assert_string_equal(error_in(&got, "rule"), "R-12");
    answer_free(&got);
}

/* EVIDENCE: R-12 Who has a second factor signs in with password and code; a missing, wrong or used
 * code opens nothing. */
static void who_has_a_telephone_signs_in_with_its_code(void **state)
{
    (void)state;
    char secret[40], code[MOLY_TOTP_MAX_DIGITS], wrong[MOLY_TOTP_MAX_DIGITS];
    signed_in who = sign_in_as(&s, "physicist"), thief = sign_in_as(&s, "physicist");
    enrol("physicist", &who, secret);
    /* sessions of the password alone are over, whoever has them */
    expect(&s, 401, "GET", "/api/today", (asking){.token = who.token});
    expect(&s, 401, "GET", "/api/today", (asking){.token = thief.token});
    wanted_code(login("physicist", NULL, NULL));
    pass(60);
    (void)telephone_code(secret, moly_instant_add_s(s.c.now, 7200), wrong);
    wanted_code(login("physicist", wrong, NULL));
    answer got = login("physicist", telephone_code(secret, s.c.now, code), NULL);
    take_session(&got, &who);
    expect(&s, 200, "GET", "/api/today", (asking){.token = who.token});
    wanted_code(login("physicist", code, NULL)); /* read over the shoulder */
    /* a wrong password is answered as before: the code says nothing about it */
    got = ask(&s, "POST", "/api/login",
              (asking){.body = "{\"user\":\"physicist\",\"password\":\"wrong-one\","
                               "\"code\":\"000000\"}"});
    assert_http(&got, 401);
    assert_null(strstr(moly_text_get(&got.body), "R-12"));
    answer_free(&got);
}

static void the_secret_is_in_nothing_that_is_read_later(void **state)
{
    (void)state;
    static const char *const readings[] = {"/api/records/person/technologist",
                                           "/api/records/person", "/api/events?limit=200",
                                           "/api/session"};
    char secret[40], code[MOLY_TOTP_MAX_DIGITS];
    signed_in who = sign_in_as(&s, "technologist");
    enrol("technologist", &who, secret);
    pass(60);
    answer got = login("technologist", telephone_code(secret, s.c.now, code), NULL);
    take_session(&got, &who);
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        got = ask(&s, "GET", readings[i], (asking){.token = who.token});
        assert_http(&got, 200);
        assert_null(strstr(moly_text_get(&got.body), secret));
        answer_free(&got);
    }
    /* nor is another offered, with which the lost one could be put aside */
    expect(&s, 409, "POST", "/api/second-factor", (asking){.token = who.token});
}

/* EVIDENCE: R-12 A lost telephone is put aside by two other persons, and by nobody alone. */
static void two_other_persons_remove_a_lost_telephone(void **state)
{
    (void)state;
    json_t *event = NULL;
    moly_error err = {0};
    static const char fields[] = "{'user':'technologist','reason':'lost in the river'}";
    assert_int_equal(try_act(&s.c, "admin", NULL, "centre.end_second_factor", fields, &event, &err),
                     MOLY_ERR_SIGN_IN);
    memset(&err, 0, sizeof err);
    assert_int_equal(
        try_act(&s.c, "admin", "technologist", "centre.end_second_factor", fields, &event, &err),
        MOLY_ERR_FORBIDDEN);
    memset(&err, 0, sizeof err);
    assert_int_equal(try_act(&s.c, "physicist", "admin", "centre.end_second_factor",
                             "{'user':'physicist','reason':'mine'}", &event, &err),
                     MOLY_ERR_FORBIDDEN);
    assert_string_equal(err.rule, "R-12");
    json_decref(do_act_of(&s.c, "admin", "qualified-person", "centre.end_second_factor", fields));
    (void)sign_in_as(&s, "technologist");
}

/* ---- the site's policy ------------------------------------------------------------------------
 */

static void adopt(const char *version, const char *key)
{
    char text[500];
    moly_error err = {0};
    json_t *signed_file = NULL, *event = NULL;
    static const char seed[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    (void)snprintf(text, sizeof text,
                   "{'pack':'KG','inherits':'EAEU','version':'%s','name':'Kyrgyz Republic',"
                   "'limits':[{'key':'%s','value':1,'unit':'1','source':'a policy of the test',"
                   "'status':'sourced'}]}",
                   version, key);
    json_t *bare = json_of(text);
    assert_ok(moly_pack_sign(bare, seed, &signed_file, &err), err);
    const moly_performer who = {.user = "physicist",
                                .authentication = "password",
                                .identity = identity_of(&s.c, "physicist"),
                                .second = identity_of(&s.c, "qualified-person")};
    json_t *fields =
        json_pack("{s:O, s:s, s:O}", "pack", signed_file, "reason", "the site's policy", "key",
                  json_object_get(signed_file, "public_key"));
    assert_ok(moly_centre_perform(s.c.ledger, "centre.adopt_pack", fields, &who, &event, &err),
              err);
    json_decref(event);
    json_decref(fields);
    json_decref(signed_file);
    json_decref(bare);
}

/* EVIDENCE: R-12 Where the site's policy wants it, who releases or administers can do nothing
 * without a second factor but enrol one. */
static void who_releases_or_administers_enrols_first_where_the_policy_says_so(void **state)
{
    (void)state;
    char secret[40], code[MOLY_TOTP_MAX_DIGITS];
    signed_in before = sign_in_as(&s, "radiopharmacist");
    expect(&s, 200, "GET", "/api/today", (asking){.token = before.token});
    adopt("2099.1", "second_factor_critical");
    signed_in who = sign_in_as(&s, "radiopharmacist"), other = sign_in_as(&s, "physician");
    expect(&s, 200, "GET", "/api/today", (asking){.token = other.token});
    answer got = ask(&s, "GET", "/api/today", (asking){.token = who.token});
    assert_http(&got, 403);
    assert_string_equal(error_in(&got, "rule"), "R-12");
    answer_free(&got);
    expect(&s, 403, "GET", "/api/today", (asking){.token = before.token}); /* at once */
    expect(&s, 403, "POST", "/api/acts/pharmacy.release",
           (asking){.token = who.token, .body = "{}"});
    expect(&s, 200, "GET", "/api/session", (asking){.token = who.token});
    enrol("radiopharmacist", &who, secret);
    pass(60);
    got = login("radiopharmacist", telephone_code(secret, s.c.now, code), NULL);
    take_session(&got, &who);
    expect(&s, 200, "GET", "/api/today", (asking){.token = who.token});
}

/* A second signature is no way around it. */
static void a_second_signer_gives_a_code_too(void **state)
{
    (void)state;
    char body[400];
    signed_in who = sign_in_as(&s, "physician");
    (void)snprintf(body, sizeof body,
                   "{\"event\":2,\"reason\":\"a trial\",\"set\":{},\"password\":\"physician-moly\","
                   "\"second_user\":\"qualified-person\","
                   "\"second_password\":\"qualified-person-moly\"}");
    answer got =
        ask(&s, "POST", "/api/acts/centre.correct", (asking){.token = who.token, .body = body});
    assert_http(&got, 403);
    assert_string_equal(error_in(&got, "rule"), "R-12");
    answer_free(&got);
}

/* EVIDENCE: R-12 Where the site's policy wants it, another machine than the server's is remote:
 * nothing is read from there without a second factor. */
static void from_another_machine_a_second_factor_is_needed_where_the_policy_says_so(void **state)
{
    (void)state;
    adopt("2099.2", "second_factor_remote");
    signed_in here = sign_in_as(&s, "physician"), there;
    expect(&s, 200, "GET", "/api/today", (asking){.token = here.token});
    answer got = login("physician", NULL, "192.0.2.7");
    take_session(&got, &there);
    asking with = {.token = there.token, .headers = {"X-Forwarded-For: 192.0.2.7"}};
    got = ask(&s, "GET", "/api/today", with);
    assert_http(&got, 403);
    assert_string_equal(error_in(&got, "rule"), "R-12");
    answer_free(&got);
    /* a session that was opened here does not help from there */
    with.token = here.token;
    expect(&s, 403, "GET", "/api/today", with);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_has_a_telephone_signs_in_with_its_code),
        cmocka_unit_test(the_secret_is_in_nothing_that_is_read_later),
        cmocka_unit_test(two_other_persons_remove_a_lost_telephone),
        cmocka_unit_test(who_releases_or_administers_enrols_first_where_the_policy_says_so),
        cmocka_unit_test(a_second_signer_gives_a_code_too),
        cmocka_unit_test(from_another_machine_a_second_factor_is_needed_where_the_policy_says_so),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in and out, and who a session's person is by now. */
#include "inside.h"

#include <sodium.h>
#include <string.h>

moly_status sign_in(request *r, const char *user, const char *password, moly_identity **identity,
                    reply *out, moly_error *err)
{
    moly_server *server = r->server;
    *identity = NULL;
    out->retry_after_s = rate_take(server->rates, r->address, server_now_s());
    if (out->retry_after_s > 0) {
        return REPLY_FAIL(out, MHD_HTTP_TOO_MANY_REQUESTS, err, MOLY_ERR_SIGN_IN,
                          "too many wrong passwords came from %s; try again in %u s", r->address,
                          out->retry_after_s);
    }
    if (!password_gate_enter(server->gate)) {
        rate_give_back(server->rates, r->address);
        out->retry_after_s = 1;
        return REPLY_FAIL(out, MHD_HTTP_SERVICE_UNAVAILABLE, err, MOLY_ERR_IO,
                          "too many persons sign in at the same time; try again");
    }
    moly_status status = moly_ledger_sign_in(server->ledger, user, password, identity, err);
    password_gate_leave(server->gate);
    if (status != MOLY_ERR_SIGN_IN) {
        rate_give_back(server->rates, r->address);
    }
    return status;
}

static const char *member(const json_t *person, const char *key)
{
    const char *text = json_string_value(json_object_get(person, key));
    return text ? text : "";
}

static bool has_known_role(const json_t *person)
{
    static const char *const words[] = {
#define ROLE_WORD(name, bit, word) word,
        MOLY_ROLE_LIST(ROLE_WORD)
#undef ROLE_WORD
    };
    size_t i;
    const json_t *role;
    json_array_foreach(json_object_get(person, "roles"), i, role)
    {
        for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
            if (json_is_string(role) && strcmp(json_string_value(role), words[k]) == 0) {
                return true;
            }
        }
    }
    return false;
}

static moly_status load_person(request *r, const char *user, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_status status = request_reader(r, &reader, err);
    json_decref(r->person);
    r->person = NULL;
    if (!status) {
        status = moly_ledger_record(reader, "person", user, &r->person, err);
    }
    if (!status && !has_known_role(r->person)) {
        status = moly_fail(err, MOLY_ERR_FORBIDDEN, "R-08", __FILE__, __LINE__,
                           "%s has no role in this centre; an administrator gives one", user);
    }
    return status;
}

/* What a session was opened with: the person's key, and the second factor. */
static void bound_to(const json_t *person, char bound[SESSION_KEY_SIZE])
{
    uint8_t hash[32];
    char both[200];
    (void)snprintf(both, sizeof both, "%s %s", member(person, "public_key"),
                   member(person, "second_factor_nonce"));
    (void)crypto_generichash(hash, sizeof hash, (const uint8_t *)both, strlen(both), NULL, 0);
    (void)sodium_bin2hex(bound, SESSION_KEY_SIZE, hash, sizeof hash);
}

/* until there is a second factor, who must have one can do nothing else than enrol it. */
static moly_status check_factor(request *r, moly_error *err)
{
    bool is_needed = false, may_enrol = (r->route->flags & ROUTE_MAY_ENROL) != 0;
    if (moly_person_has_second_factor(r->person) || may_enrol ||
        (r->route->handle == act_post &&
         strcmp(r->captured[0], "centre.enrol_second_factor") == 0)) {
        return MOLY_OK;
    }
    moly_status status = second_factor_is_needed(r, r->person, &is_needed, err);
    if (!status && is_needed) {
        status = moly_fail(err, MOLY_ERR_FORBIDDEN, "R-12", __FILE__, __LINE__,
                           "%s signs in with a second factor here: enrol a telephone first "
                           "(centre.enrol_second_factor)",
                           r->session.user);
    }
    return status;
}

moly_status sign_in_check(request *r, moly_error *err)
{
    char bound[SESSION_KEY_SIZE];
    moly_status status = load_person(r, r->session.user, err);
    if (status) {
        return status;
    }
    bound_to(r->person, bound);
    /* Retired, or with a new password or telephone: what the session was opened with does not hold
     * any more. */
    if (strcmp(member(r->person, "state"), "retired") == 0 ||
        strcmp(bound, r->session.public_key) != 0) {
        session_close(r->server->sessions, r->token);
        return MOLY_FAIL(err, MOLY_ERR_SIGN_IN, "the session has ended; sign in again");
    }
    return check_factor(r, err);
}

/* Who is signed in, as POST /api/login and GET /api/session say. */
static json_t *describe(request *r, moly_error *err)
{
    bool has_factor = moly_person_has_second_factor(r->person), is_needed = false;
    if (!has_factor && second_factor_is_needed(r, r->person, &is_needed, err)) {
        return NULL;
    }
    const char *language = member(r->person, "language");
    const char *fallback = r->language ? r->language : "en";
    return json_pack("{s:s, s:s, s:O?, s:s, s:b, s:b, s:s}", "user", r->session.user, "name",
                     member(r->person, "name"), "roles", json_object_get(r->person, "roles"),
                     "language", language[0] != '\0' ? language : fallback, "second_factor",
                     (int)has_factor, "must_enrol", (int)is_needed, "csrf", r->session.csrf);
}

static moly_status open_session(request *r, const char *user, reply *out, moly_error *err)
{
    char token[SESSION_TOKEN_SIZE], bound[SESSION_KEY_SIZE];
    moly_status status = load_person(r, user, err);
    if (!status) {
        bound_to(r->person, bound);
        status =
            session_open(r->server->sessions, user, bound, server_now_s(), token, &r->session, err);
    }
    if (status) {
        return status;
    }
    if (r->token) {
        session_close(r->server->sessions, r->token); /* of whoever was here before */
    }
    out->json = describe(r, err);
    out->cookie = moly_arena_printf(r->arena,
                                    "moly_session=%s; Path=/api; HttpOnly; "
                                    "SameSite=Strict%s",
                                    token, r->server->has_tls ? "; Secure" : "");
    if (!out->json || !out->cookie ||
        json_object_set_new(out->json, "token", json_string(token)) != 0) {
        return MOLY_NO_MEMORY(err);
    }
    return MOLY_OK;
}

moly_status login_post(request *r, reply *out, moly_error *err)
{
    json_t *body = NULL;
    const char *user = NULL, *password = NULL, *code = NULL;
    moly_identity *identity = NULL;
    moly_status status = request_body(r, &body, err);
    if (!status) {
        status = moly_json_get_text(body, "user", &user, err);
    }
    if (!status) {
        status = moly_json_get_text(body, "password", &password, err);
    }
    if (!status) {
        code = json_string_value(json_object_get(body, "code"));
        status = sign_in(r, user, password, &identity, out, err);
    }
    if (!status) {
        status = second_factor_check(r, user, code, out, err);
    }
    if (!status) {
        status = open_session(r, user, out, err);
    }
    moly_identity_free(identity);
    json_decref(body);
    return status;
}

moly_status logout_post(request *r, reply *out, moly_error *err)
{
    (void)err;
    session_close(r->server->sessions, r->token);
    out->http = MHD_HTTP_NO_CONTENT;
    out->cookie = "moly_session=; Path=/api; HttpOnly; SameSite=Strict; Max-Age=0";
    return MOLY_OK;
}

moly_status session_get(request *r, reply *out, moly_error *err)
{
    out->json = describe(r, err);
    return out->json ? MOLY_OK : MOLY_NO_MEMORY(err);
}

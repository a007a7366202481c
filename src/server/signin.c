/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in and out, and who a session's person is by now. */
#include "inside.h"

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

moly_status sign_in_check(request *r, moly_error *err)
{
    moly_status status = load_person(r, r->session.user, err);
    if (status) {
        return status;
    }
    /* Retired, or with a new password: what the session was opened with does not hold any more. */
    if (strcmp(member(r->person, "state"), "retired") == 0 ||
        strcmp(member(r->person, "public_key"), r->session.public_key) != 0) {
        session_close(r->server->sessions, r->token);
        return MOLY_FAIL(err, MOLY_ERR_SIGN_IN, "the session has ended; sign in again");
    }
    return MOLY_OK;
}

/* Who is signed in, as POST /api/login and GET /api/session say. */
static json_t *describe(const request *r)
{
    const char *language = member(r->person, "language");
    const char *fallback = r->language ? r->language : "en";
    return json_pack("{s:s, s:s, s:O?, s:s, s:s}", "user", r->session.user, "name",
                     member(r->person, "name"), "roles", json_object_get(r->person, "roles"),
                     "language", language[0] != '\0' ? language : fallback, "csrf",
                     r->session.csrf);
}

static moly_status open_session(request *r, const char *user, reply *out, moly_error *err)
{
    char token[SESSION_TOKEN_SIZE];
    moly_status status = load_person(r, user, err);
    if (!status) {
        status = session_open(r->server->sessions, user, member(r->person, "public_key"),
                              server_now_s(), token, &r->session, err);
    }
    if (status) {
        return status;
    }
    if (r->token) {
        session_close(r->server->sessions, r->token); /* of whoever was here before */
    }
    out->json = describe(r);
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
    const char *user = NULL, *password = NULL;
    moly_identity *identity = NULL;
    moly_status status = request_body(r, &body, err);
    if (!status) {
        status = moly_json_get_text(body, "user", &user, err);
    }
    if (!status) {
        status = moly_json_get_text(body, "password", &password, err);
    }
    if (!status) {
        status = sign_in(r, user, password, &identity, out, err);
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
    out->json = describe(r);
    return out->json ? MOLY_OK : MOLY_NO_MEMORY(err);
}

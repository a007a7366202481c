/* SPDX-License-Identifier: Apache-2.0 */
/* The header of a request: what is asked for, and whether this client may. Nothing of the body has
 * been read yet, and nothing of it is, when the answer is no. */
#include "inside.h"

#include <string.h>
#include <strings.h>

static moly_status choose_language(request *r, moly_error *err)
{
    const char *asked = NULL;
    const char *accepted = request_header(r, MHD_HTTP_HEADER_ACCEPT_LANGUAGE);
    moly_status status = request_argument(r, "lang", &asked, err);
    r->language = target_known_language(asked);
    if (!status && asked && !r->language) {
        status = MOLY_FAIL(err, MOLY_ERR_UNKNOWN,
                           "there is no catalogue '%.20s'; see /api/languages", asked);
    }
    if (!r->language && accepted) {
        r->language = target_language(accepted);
    }
    err->language = r->language;
    return status;
}

/* "X-Moly-Clock: 2026-11-22T06:00Z", or the argument `clock`: as --clock at the command line. */
static moly_status choose_clock(request *r, moly_error *err)
{
    const char *said = NULL;
    moly_status status = request_argument(r, "clock", &said, err);
    if (!said) {
        said = request_header(r, "X-Moly-Clock");
    }
    if (status || !said) {
        return status;
    }
    if (!r->server->clock.may_be_said) {
        return MOLY_FAIL(err, MOLY_ERR_RULE,
                         "a simulated clock is allowed only on a database made for training");
    }
    status = moly_instant_parse(said, &r->said, err);
    if (status) {
        moly_error_context(err, "clock");
    }
    return status;
}

struct header_count {
    const char *name;
    size_t n;
};

static enum MHD_Result count_header(void *context, enum MHD_ValueKind kind, const char *key,
                                    const char *value)
{
    (void)kind;
    (void)value;
    struct header_count *count = context;
    count->n += strcasecmp(key, count->name) == 0 ? 1 : 0;
    return MHD_YES;
}

static size_t n_headers(const request *r, const char *name)
{
    struct header_count count = {name, 0};
    (void)MHD_get_connection_values(r->connection, MHD_HEADER_KIND, count_header, &count);
    return count.n;
}

/* "Content-Length : 5" is another header to libmicrohttpd, and the length to others. */
static enum MHD_Result check_name(void *context, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    (void)kind;
    (void)value;
    bool *is_ok = context;
    *is_ok = *is_ok && target_is_token(name);
    return MHD_YES;
}

/* Where a body ends must be beyond doubt, or two readers of a connection (a proxy and this server)
 * could see two different requests. */
static moly_status check_framing(request *r, reply *out, moly_error *err)
{
    const char *length = request_header(r, MHD_HTTP_HEADER_CONTENT_LENGTH);
    bool is_ok = true;
    (void)MHD_get_connection_values(r->connection, MHD_HEADER_KIND, check_name, &is_ok);
    if (!is_ok) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "the name of a header has a space or another character that it may not "
                         "have (RFC 9110, 5.1)");
    }
    if (request_header(r, MHD_HTTP_HEADER_TRANSFER_ENCODING)) {
        return REPLY_FAIL(out, MHD_HTTP_LENGTH_REQUIRED, err, MOLY_ERR_USAGE,
                          "the body's length must be given; chunks are not taken");
    }
    static const char *const single[] = {MHD_HTTP_HEADER_CONTENT_LENGTH,
                                         MHD_HTTP_HEADER_CONTENT_TYPE, MHD_HTTP_HEADER_HOST,
                                         MHD_HTTP_HEADER_AUTHORIZATION};
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++) {
        if (n_headers(r, single[i]) > 1) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "the header %s is there twice", single[i]);
        }
    }
    if (length && (length[strspn(length, "0123456789")] != '\0' ||
                   moly_integer_parse(length, &r->body_bytes, NULL) != MOLY_OK)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "Content-Length is no number of bytes");
    }
    return MOLY_OK;
}

static moly_status check_body(const request *r, reply *out, moly_error *err)
{
    int64_t n = r->body_bytes;
    if (n > LIMIT_BODY_BYTES) {
        return REPLY_FAIL(out, MHD_HTTP_CONTENT_TOO_LARGE, err, MOLY_ERR_RANGE,
                          "the body has %lld bytes; %d is the limit", (long long)n,
                          LIMIT_BODY_BYTES);
    }
    /* A form of another site cannot send this type without asking first. */
    const char *type = request_header(r, MHD_HTTP_HEADER_CONTENT_TYPE);
    static const char json[] = "application/json";
    if (n > 0 && (!type || strncasecmp(type, json, sizeof json - 1) != 0 ||
                  !strchr("; ", type[sizeof json - 1]))) {
        return REPLY_FAIL(out, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, err, MOLY_ERR_USAGE,
                          "the body must be application/json");
    }
    return MOLY_OK;
}

/* `Authorization: Bearer TOKEN`, which no browser adds by itself, or the cookie. */
static void take_token(request *r)
{
    static const char scheme[] = "Bearer ";
    const char *authorization = request_header(r, MHD_HTTP_HEADER_AUTHORIZATION);
    const char *cookies = request_header(r, MHD_HTTP_HEADER_COOKIE);
    if (authorization && strncasecmp(authorization, scheme, sizeof scheme - 1) == 0) {
        r->token = moly_arena_strdup(r->arena, authorization + sizeof scheme - 1);
    } else if (cookies) {
        r->token = target_cookie(cookies, "moly_session", r->arena);
        r->is_cookie = true;
    }
}

static moly_status check_session(request *r, reply *out, moly_error *err)
{
    if (!session_find(r->server->sessions, r->token, server_now_s(),
                      !(r->route->flags & ROUTE_IS_QUIET), &r->session)) {
        return MOLY_FAIL(err, MOLY_ERR_SIGN_IN, "you are not signed in, or the session has ended");
    }
    bool is_reading = strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0;
    if (r->is_cookie && !is_reading &&
        !session_csrf_is(&r->session, request_header(r, "X-CSRF-Token"))) {
        return REPLY_FAIL(out, MHD_HTTP_FORBIDDEN, err, MOLY_ERR_FORBIDDEN,
                          "the header X-CSRF-Token is missing or is not this session's");
    }
    return sign_in_check(r, err);
}

static moly_status admit(request *r, const char *url, reply *out, moly_error *err)
{
    moly_status status = target_parse(url, r->arena, &r->path, err);
    if (!status) {
        status = choose_language(r, err);
    }
    if (!status) {
        status = check_body(r, out, err);
    }
    if (status) {
        return status;
    }
    if (r->path.n == 0 || strcmp(r->path.segments[0], "api") != 0) {
        return MOLY_OK; /* of the front end, which is no secret */
    }
    status = route_find(r, out, err);
    if (status) {
        return status;
    }
    status = choose_clock(r, err);
    if (status) {
        return status;
    }
    take_token(r);
    return (r->route->flags & ROUTE_IS_OPEN) ? MOLY_OK : check_session(r, out, err);
}

moly_status request_admit(request *r, const char *url, reply *out, moly_error *err)
{
    moly_status status = check_framing(r, out, err);
    bool is_in_doubt = status != MOLY_OK;
    if (!status) {
        status = admit(r, url, out, err);
    }
    /* A refused body stays unread: its bytes are not to be taken for the next request. */
    out->is_last = is_in_doubt || (status && r->body_bytes > 0);
    return status;
}

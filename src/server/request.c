/* SPDX-License-Identifier: Apache-2.0 */
/* A request from its first line to its reply. libmicrohttpd calls request_answer() with the header,
 * with each piece of the body, and when all is there; between, the request may be away in the
 * jobs' threads. */
#include "inside.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>
#include <time.h>

double server_now_s(void)
{
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

const char *request_header(const request *r, const char *name)
{
    return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

moly_status request_argument(const request *r, const char *name, const char **value,
                             moly_error *err)
{
    const char *raw = MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, name);
    *value = raw ? target_decode(raw, TARGET_MAX_ARGUMENT, true, r->arena) : NULL;
    if (raw && !*value) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "argument '%s' cannot be read: %d bytes of UTF-8, "
                         "%%-encoded, are the limit",
                         name, TARGET_MAX_ARGUMENT);
    }
    return MOLY_OK;
}

moly_status request_argument_flag(const request *r, const char *name, bool *is_set, moly_error *err)
{
    const char *text = NULL;
    moly_status status = request_argument(r, name, &text, err);
    *is_set = text && strcmp(text, "0") != 0;
    return status;
}

moly_status request_argument_count(const request *r, const char *name, size_t fallback,
                                   size_t limit, size_t *value, moly_error *err)
{
    const char *text = NULL;
    int64_t number = (int64_t)fallback;
    moly_status status = request_argument(r, name, &text, err);
    if (!status && text) {
        status = moly_integer_parse(text, &number, err);
        if (status) {
            moly_error_context(err, "argument '%s'", name);
        }
    }
    if (!status && (number < 1 || number > (int64_t)limit)) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "argument '%s' is %lld; 1 to %zu wanted", name,
                           (long long)number, limit);
    }
    if (!status) {
        *value = (size_t)number;
    }
    return status;
}

moly_instant request_now(const request *r)
{
    return moly_clock_now(moly_ledger_clock(r->server->ledger));
}

const moly_site *request_site(const request *r)
{
    return moly_ledger_site(r->server->ledger);
}

moly_status request_reader(request *r, const moly_ledger_reader **reader, moly_error *err)
{
    moly_status status = MOLY_OK;
    if (!r->reader) {
        status = moly_ledger_reader_new(r->server->ledger, &r->reader, err);
    }
    *reader = r->reader;
    return status;
}

moly_status request_body(const request *r, json_t **body, moly_error *err)
{
    *body = NULL;
    json_t *parsed = NULL;
    const char *text = r->body.length > 0 ? r->body.data : "{}";
    moly_status status =
        moly_json_parse(text, r->body.length > 0 ? r->body.length : 2, &parsed, err);
    if (!status && !json_is_object(parsed)) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "the body is no JSON object");
    }
    if (status) {
        json_decref(parsed);
        return status;
    }
    *body = parsed;
    return MOLY_OK;
}

/* Behind a proxy on this machine, the client is the last address that the proxy names. */
static const char *client_address(struct MHD_Connection *connection, moly_arena *arena)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char text[INET6_ADDRSTRLEN + 16] = "";
    if (info && info->client_addr) {
        socklen_t size = info->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                                  : sizeof(struct sockaddr_in);
        (void)getnameinfo(info->client_addr, size, text, sizeof text, NULL, 0, NI_NUMERICHOST);
    }
    if (strcmp(text, "127.0.0.1") == 0 || strcmp(text, "::1") == 0) {
        const char *list =
            MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "X-Forwarded-For");
        const char *last = list ? strrchr(list, ',') : NULL;
        last = last ? last + 1 + strspn(last + 1, " ") : list;
        unsigned char number[sizeof(struct in6_addr)];
        if (last &&
            (inet_pton(AF_INET, last, number) == 1 || inet_pton(AF_INET6, last, number) == 1)) {
            return moly_arena_strdup(arena, last);
        }
    }
    return moly_arena_strdup(arena, text);
}

static guest *guest_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

void request_connection(void *server, struct MHD_Connection *connection, void **known,
                        enum MHD_ConnectionNotificationCode what)
{
    moly_server *one = server;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *known = info ? guest_enter(one->patience, info->connect_fd) : NULL;
    } else {
        guest_leave(*known);
        *known = NULL;
    }
}

void *request_began(void *server, const char *target, struct MHD_Connection *connection)
{
    (void)server;
    (void)target;
    guest_began_head(guest_of(connection));
    return NULL; /* the request itself begins with the whole head */
}

static request *request_new(moly_server *server, struct MHD_Connection *connection,
                            const char *method)
{
    moly_arena *arena = moly_arena_new();
    request *r = arena ? moly_arena_alloc(arena, 1, sizeof *r) : NULL;
    const char *own_method = r ? moly_arena_strdup(arena, method) : NULL;
    const char *address = own_method ? client_address(connection, arena) : NULL;
    if (!address) {
        moly_arena_free(arena);
        return NULL;
    }
    *r = (request){.server = server,
                   .connection = connection,
                   .guest = guest_of(connection),
                   .arena = arena,
                   .method = own_method,
                   .address = address,
                   .said = MOLY_INSTANT_NONE};
    return r;
}

/* A reading is given back as soon as it can be: what is read later must not be older. */
static void end_reading(request *r)
{
    moly_ledger_reader_free(r->reader);
    r->reader = NULL;
}

void request_run(request *r)
{
    if (r->route) {
        server_clock_enter(&r->server->clock, r->said);
        r->status = r->route->handle(r, &r->reply, &r->err);
        server_clock_leave(&r->server->clock);
    } else {
        r->status = static_get(r, &r->reply, &r->err);
    }
    end_reading(r);
    r->is_done = true;
}

static enum MHD_Result begin(request *r, const char *url)
{
    r->status = request_admit(r, url, &r->reply, &r->err);
    if (!r->status) {
        guest_owes_body(r->guest, (size_t)r->body_bytes);
        return MHD_YES;
    }
    end_reading(r);
    return reply_send(r, r->status, &r->err, &r->reply);
}

static enum MHD_Result take_body(request *r, const char *upload, size_t *upload_size)
{
    /* Content-Length was within the limit; libmicrohttpd gives no more than that. */
    moly_text_add_n(&r->body, upload, *upload_size);
    *upload_size = 0;
    return r->body.is_broken || r->body.length > LIMIT_BODY_BYTES ? MHD_NO : MHD_YES;
}

enum MHD_Result request_answer(void *server, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_size, void **context)
{
    (void)version;
    request *r = *context;
    if (!r) {
        r = request_new(server, connection, method);
        *context = r;
        return r ? begin(r, url) : MHD_NO;
    }
    if (*upload_size > 0) {
        return take_body(r, upload, upload_size);
    }
    guest_is_served(r->guest);
    if (!r->is_done && r->route && (r->route->flags & ROUTE_IS_SLOW)) {
        end_reading(r);
        if (jobs_push(r->server->jobs, r)) {
            return MHD_YES; /* called again when it is done */
        }
        r->reply.retry_after_s = 1;
        r->status = REPLY_FAIL(&r->reply, MHD_HTTP_SERVICE_UNAVAILABLE, &r->err, MOLY_ERR_IO,
                               "the server has too much to do; try again");
        r->is_done = true;
    }
    if (!r->is_done) {
        request_run(r);
    }
    return reply_send(r, r->status, &r->err, &r->reply);
}

void request_completed(void *server, struct MHD_Connection *connection, void **context,
                       enum MHD_RequestTerminationCode code)
{
    (void)server;
    (void)connection;
    (void)code;
    request *r = *context;
    if (!r) {
        return;
    }
    *context = NULL;
    guest_rests(r->guest);
    end_reading(r);
    reply_free(&r->reply);
    json_decref(r->person);
    if (r->body.data) {
        explicit_bzero(r->body.data, r->body.length); /* passwords */
    }
    moly_text_free(&r->body);
    moly_arena_free(r->arena); /* the request too */
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Starting and stopping: the ledger, the listening, and everything between. */
#include "inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_PEM_BYTES = 1024 * 1024, MAX_THREADS = 16 };

typedef union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} address;

static moly_status parse_address(const moly_server_options *options, address *parsed,
                                 moly_error *err)
{
    const char *text = options->address ? options->address : "127.0.0.1";
    memset(parsed, 0, sizeof *parsed);
    if (inet_pton(AF_INET, text, &parsed->v4.sin_addr) == 1) {
        parsed->v4.sin_family = AF_INET;
        parsed->v4.sin_port = htons(options->port);
        return MOLY_OK;
    }
    if (inet_pton(AF_INET6, text, &parsed->v6.sin6_addr) == 1) {
        parsed->v6.sin6_family = AF_INET6;
        parsed->v6.sin6_port = htons(options->port);
        return MOLY_OK;
    }
    return MOLY_FAIL(err, MOLY_ERR_USAGE, "'%.60s' is no numeric address such as 127.0.0.1 or ::1",
                     text);
}

typedef struct tls {
    char *certificate, *key; /* PEM texts; NULL: no TLS */
} tls;

static void tls_free(tls *pem)
{
    if (pem->key) {
        explicit_bzero(pem->key, strlen(pem->key));
    }
    moly_free(pem->certificate);
    moly_free(pem->key);
}

static moly_status tls_load(const moly_server_options *options, tls *pem, moly_error *err)
{
    size_t length = 0;
    if (!options->certificate != !options->key) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "a certificate and its key are given together");
    }
    if (!options->certificate) {
        return MOLY_OK;
    }
    if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "this machine's libmicrohttpd was built without TLS");
    }
    moly_status status =
        moly_file_read(options->certificate, MAX_PEM_BYTES, &pem->certificate, &length, err);
    if (!status) {
        status = moly_file_read(options->key, MAX_PEM_BYTES, &pem->key, &length, err);
    }
    if (!status && !strstr(pem->certificate, "-----BEGIN CERTIFICATE-----")) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "no certificate in PEM form in %.150s",
                           options->certificate);
    }
    if (!status && !strstr(pem->key, "PRIVATE KEY-----")) {
        status =
            MOLY_FAIL(err, MOLY_ERR_DATA, "no private key in PEM form in %.150s", options->key);
    }
    return status;
}

static void MOLY_PRINTF(2, 0) keep_line(void *given, const char *format, va_list args)
{
    first_line *log = given;
    (void)pthread_mutex_lock(&log->lock);
    if (log->text[0] == '\0') {
        (void)vsnprintf(log->text, sizeof log->text, format, args);
        log->text[strcspn(log->text, "\n")] = '\0';
    }
    (void)pthread_mutex_unlock(&log->lock);
}

static unsigned thread_count(const moly_server_options *options)
{
    long n = options->n_threads > 0 ? (long)options->n_threads : sysconf(_SC_NPROCESSORS_ONLN);
    /* two, so that one long reading leaves the other */
    return n < 2 ? 2 : n > MAX_THREADS ? MAX_THREADS : (unsigned)n;
}

/* Paths and arguments stay as they were sent: target.c decodes them. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

/* What is wrong with a port is in errno, what is wrong with a certificate only in the log. */
static moly_status say_why(moly_server *server, const moly_server_options *options, const tls *pem,
                           int cause, moly_error *err)
{
    bool is_port = cause == EADDRINUSE || cause == EACCES || cause == EADDRNOTAVAIL;
    if (pem->key && !is_port) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "TLS does not take certificate %.80s with key %.80s: "
                         "%s",
                         options->certificate, options->key, server->log.text);
    }
    return MOLY_FAIL(err, MOLY_ERR_IO, "cannot listen on %s port %u: %s",
                     options->address ? options->address : "127.0.0.1", (unsigned)options->port,
                     cause ? strerror(cause) : server->log.text);
}

static bool is_loopback(const address *where)
{
    return where->any.sa_family == AF_INET6 ? IN6_IS_ADDR_LOOPBACK(&where->v6.sin6_addr)
                                            : ntohl(where->v4.sin_addr.s_addr) >> 24 == 127;
}

static moly_status listen_on(moly_server *server, const moly_server_options *options,
                             const address *where, const tls *pem, moly_error *err)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
                     (where->any.sa_family == AF_INET6 ? MHD_USE_IPv6 : 0u) |
                     (pem->key ? MHD_USE_TLS : 0u);
    char modern[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"; /* RFC 8996 */
    const struct MHD_OptionItem secured[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, pem->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, pem->key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, modern},
        {MHD_OPTION_END, 0, NULL},
    };
    /* Behind a proxy on this machine all come from one address. */
    unsigned of_one = is_loopback(where) ? 0 : LIMIT_CONNECTIONS_OF_ONE;
    errno = 0;
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, request_answer, server, MHD_OPTION_EXTERNAL_LOGGER, keep_line,
        &server->log, MHD_OPTION_SOCK_ADDR, &where->any, MHD_OPTION_NOTIFY_CONNECTION,
        request_connection, server, MHD_OPTION_URI_LOG_CALLBACK, request_began, server,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, of_one, MHD_OPTION_THREAD_POOL_SIZE,
        thread_count(options), MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)LIMIT_CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)LIMIT_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)LIMIT_IDLE_CONNECTION_S, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_NOTIFY_COMPLETED, request_completed, server, MHD_OPTION_UNESCAPE_CALLBACK,
        leave_escaped, NULL, MHD_OPTION_ARRAY, pem->key ? secured : &secured[3], MHD_OPTION_END);
    if (!server->daemon) {
        return say_why(server, options, pem, errno, err);
    }
    server->has_tls = pem->key != NULL;
    server->port = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    return MOLY_OK;
}

static moly_status open_web(const char *folder, int *web, moly_error *err)
{
    *web = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (folder && *web < 0) {
        return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "no folder of the front end at %.200s: %s",
                         folder, strerror(errno));
    }
    return MOLY_OK;
}

static void tell_work(void *server)
{
    const moly_server *one = server;
    hub_tell_work(one->hub);
}

static moly_status open_raw(moly_server *server, const moly_server_options *options,
                            moly_error *err)
{
    moly_text results = {0};
    if (!options->raw) {
        return options->results
                   ? MOLY_FAIL(err, MOLY_ERR_USAGE, "a folder of results needs one of raw data")
                   : MOLY_OK;
    }
    char *whole = realpath(options->raw, NULL);
    if (!whole) {
        return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "no folder of raw data at %.200s: %s",
                         options->raw, strerror(errno));
    }
    server->raw = moly_strdup(whole);
    free(whole);
    moly_text_printf(&results, "%s%s", options->results ? options->results : server->raw,
                     options->results ? "" : "/reconstructed");
    const worker_options work = {.program = options->program,
                                 .results = moly_text_get(&results),
                                 .clock = options->clock,
                                 .tell = tell_work,
                                 .context = server};
    moly_status status = server->raw && !results.is_broken
                             ? worker_start(&work, &server->worker, err)
                             : MOLY_NO_MEMORY(err);
    moly_text_free(&results);
    return status;
}

static moly_status make_parts(moly_server *server, const moly_server_options *options,
                              moly_error *err)
{
    server->sessions = session_table_new();
    server->rates = rate_table_new();
    server->gate = password_gate_new();
    server->patients = patient_index_new();
    server->books = books_new();
    server->desk = desk_new();
    if (!server->sessions || !server->rates || !server->gate || !server->patients ||
        !server->books || !server->desk) {
        return MOLY_NO_MEMORY(err);
    }
    server->clock.may_be_said = moly_ledger_site(server->ledger)->is_training;
    moly_status status = acts_prepare(server, err);
    if (!status) {
        status = jobs_start(&server->jobs, err);
    }
    status = status ? status : hub_start(server, &server->hub, err);
    return status ? status : open_raw(server, options, err);
}

moly_status moly_server_start(const moly_server_options *options, moly_server **started,
                              moly_error *err)
{
    *started = NULL;
    address where;
    tls pem = {NULL, NULL};
    moly_server *server = NULL;
    moly_status status = sodium_init() < 0
                             ? MOLY_FAIL(err, MOLY_ERR_INTERNAL, "libsodium cannot be used")
                             : parse_address(options, &where, err);
    if (status) {
        goto done;
    }
    server = moly_alloc(1, sizeof *server);
    if (!server) {
        status = MOLY_NO_MEMORY(err);
        goto done;
    }
    server->web = -1;
    (void)pthread_mutex_init(&server->log.lock, NULL);
    server_clock_init(&server->clock, options->clock);
    status = tls_load(options, &pem, err);
    if (!status) {
        status = open_web(options->web, &server->web, err);
    }
    if (!status) {
        status = moly_ledger_open(options->url, &server->clock.clock, &server->ledger, err);
    }
    if (!status) {
        status = make_parts(server, options, err);
    }
    if (!status) {
        double head_s = options->patience_s > 0.0 ? options->patience_s : LIMIT_HEAD_S;
        status = patience_start(head_s, &server->patience, err);
    }
    if (!status) {
        status = listen_on(server, options, &where, &pem, err);
    }
done:
    tls_free(&pem);
    if (status) {
        moly_server_stop(server);
        return status;
    }
    *started = server;
    return MOLY_OK;
}

uint16_t moly_server_port(const moly_server *server)
{
    return server->port;
}

void moly_server_stop(moly_server *server)
{
    if (!server) {
        return;
    }
    /* No connection may be suspended when libmicrohttpd stops: first those who wake them. */
    worker_finish(server->worker); /* it tells the streams */
    jobs_finish(server->jobs);
    hub_finish(server->hub);
    if (server->daemon) {
        MHD_stop_daemon(server->daemon);
    }
    acts_release(server);
    jobs_free(server->jobs);
    hub_free(server->hub);
    patience_free(server->patience);
    books_free(server->books);
    worker_free(server->worker);
    desk_free(server->desk);
    moly_free(server->raw);
    patient_index_free(server->patients);
    password_gate_free(server->gate);
    rate_table_free(server->rates);
    session_table_free(server->sessions);
    moly_ledger_close(server->ledger);
    server_clock_free(&server->clock);
    (void)pthread_mutex_destroy(&server->log.lock);
    if (server->web >= 0) {
        (void)close(server->web);
    }
    moly_free(server);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Clients that do not speak HTTP as a library would: too slowly, or with lines that two readers
 * would read in two ways. */
#include "serving.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include "limits.h"

enum { MANY = 200 };
static const double patience_s = 0.4;

static served s;
static signed_in who;

static int start(void **state)
{
    (void)state;
    memset(&s, 0, sizeof s);
    centre_open(&s.c, "KG");
    moly_error err = {0};
    const moly_server_options options = {
        .url = s.c.url, .clock = &s.c.clock, .patience_s = patience_s};
    assert_ok(moly_server_start(&options, &s.server, &err), err);
    (void)snprintf(s.base, sizeof s.base, "http://127.0.0.1:%u",
                   (unsigned)moly_server_port(s.server));
    who = sign_in_as(&s, "technologist");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    serve_close(&s);
    return 0;
}

static double now_s(void)
{
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int reach(void)
{
    struct sockaddr_in where = {.sin_family = AF_INET,
                                .sin_port = htons(moly_server_port(s.server)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int wire = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(wire >= 0);
    assert_int_equal(connect(wire, (const struct sockaddr *)&where, sizeof where), 0);
    return wire;
}

static bool say(int wire, const char *text)
{
    size_t n = strlen(text);
    return send(wire, text, n, MSG_NOSIGNAL) == (ssize_t)n;
}

/* Has the server ended the connection within the time? What it said before is dropped. */
static bool is_cut_within(int wire, double seconds)
{
    char piece[1000];
    double end_s = now_s() + seconds;
    while (now_s() < end_s) {
        struct pollfd ready = {.fd = wire, .events = POLLIN};
        if (poll(&ready, 1, 20) > 0 && recv(wire, piece, sizeof piece, 0) <= 0) {
            return true;
        }
    }
    return false;
}

/* Everything that the server says to these bytes until it ends the connection or is quiet. */
static void converse(const char *bytes, char *said, size_t size)
{
    int wire = reach();
    size_t n = 0;
    assert_true(say(wire, bytes));
    struct pollfd ready = {.fd = wire, .events = POLLIN};
    while (n + 1 < size && poll(&ready, 1, 300) > 0) {
        ssize_t got = recv(wire, said + n, size - 1 - n, 0);
        if (got <= 0) {
            break;
        }
        n += (size_t)got;
    }
    said[n] = '\0';
    (void)close(wire);
}

/* One byte more every 50 ms; true when the server ended it within four times its patience. */
static bool is_cut_while_dripping(int wire, const char *bytes)
{
    double end_s = now_s() + 4.0 * patience_s;
    for (size_t i = 0; now_s() < end_s; i++) {
        const char one[2] = {bytes[i % strlen(bytes)], '\0'};
        if (!say(wire, one) || is_cut_within(wire, 0.05)) {
            return true;
        }
    }
    return false;
}

static void a_head_that_drips_is_cut_whatever_is_sent(void **state)
{
    (void)state;
    static const char *const first[] = {"", "GET /api/health HT", "GET /api/health HTTP/1.1\r\n",
                                        "GET /api/health HTTP/1.1\r\nHost: x\r\nX-Slow: "};
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++) {
        int wire = reach();
        assert_true(say(wire, first[i]));
        if (!is_cut_while_dripping(wire, "x")) {
            fail_msg("not cut after '%s'", first[i]);
        }
        (void)close(wire);
    }
}

static void a_second_head_on_a_kept_connection_is_cut_too(void **state)
{
    (void)state;
    int wire = reach();
    char piece[1000];
    assert_true(say(wire, "GET /api/languages HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert_true(recv(wire, piece, sizeof piece, 0) > 0);
    /* it may rest for longer than a head may take */
    assert_false(is_cut_within(wire, 2.0 * patience_s));
    assert_true(say(wire, "GET /api/languages HTTP/1.1\r\n"));
    assert_true(is_cut_while_dripping(wire, "X"));
    (void)close(wire);
}

static void a_body_that_drips_is_cut(void **state)
{
    (void)state;
    char head[400];
    (void)snprintf(head, sizeof head,
                   "POST /api/acts/clinic.register_patient HTTP/1.1\r\nHost: x\r\n"
                   "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
                   "Content-Length: 500\r\n\r\n{",
                   who.token);
    int wire = reach();
    assert_true(say(wire, head));
    assert_true(is_cut_while_dripping(wire, " "));
    (void)close(wire);
}

static void many_slow_clients_keep_nobody_out(void **state)
{
    (void)state;
    int wires[MANY];
    for (size_t i = 0; i < MANY; i++) {
        wires[i] = reach();
        assert_true(say(wires[i], "GET / HTTP/1.1\r\nX: "));
    }
    expect(&s, 200, "GET", "/api/today", (asking){.token = who.token});
    double begin_s = now_s();
    for (size_t i = 0; i < MANY; i++) {
        assert_true(is_cut_within(wires[i], 4.0 * patience_s));
        (void)close(wires[i]);
    }
    assert_true(now_s() - begin_s < 4.0 * patience_s);
    expect(&s, 200, "GET", "/api/today", (asking){.token = who.token});
}

static void a_stream_is_quiet_for_longer_than_that_and_stays(void **state)
{
    (void)state;
    char head[300];
    (void)snprintf(head, sizeof head,
                   "GET /api/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n",
                   who.token);
    int wire = reach();
    assert_true(say(wire, head));
    assert_false(is_cut_within(wire, 5.0 * patience_s));
    (void)close(wire);
}

static void a_header_name_with_a_blank_is_refused_and_what_follows_is_no_request(void **state)
{
    (void)state;
    char said[4000];
    static const char *const lines[] = {"Content-Length : 44", "Content-Length\t: 44",
                                        "Transfer-Encoding : chunked", "X(y): 1"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char bytes[400];
        (void)snprintf(bytes, sizeof bytes,
                       "POST /api/login HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n"
                       "GET /api/languages HTTP/1.1\r\nHost: smuggled\r\n\r\n",
                       lines[i]);
        converse(bytes, said, sizeof said);
        if (strncmp(said, "HTTP/1.1 400 ", 13) != 0 || strstr(said, "200 OK")) {
            fail_msg("%s: %s", lines[i], said);
        }
    }
}

static void a_refused_body_is_not_taken_for_the_next_request(void **state)
{
    (void)state;
    char said[4000];
    static const char *const heads[] = {
        "POST /api/nothing HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 46\r\n\r\n",
        "GET /api/today HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 46\r\n\r\n",
        "DELETE /api/today HTTP/1.1\r\nHost: x\r\nContent-Length: 46\r\n\r\n",
        "GET /api/today HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 46\r\n\r\n",
        "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: +46\r\n\r\n",
        "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4, 6\r\n\r\n"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        char bytes[400];
        (void)snprintf(bytes, sizeof bytes,
                       "%sGET /api/languages HTTP/1.1\r\nHost: smuggled\r\n\r\n", heads[i]);
        converse(bytes, said, sizeof said);
        if (strncmp(said, "HTTP/1.1 4", 10) != 0 || strstr(said, "200 OK")) {
            fail_msg("%s: %s", heads[i], said);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_that_drips_is_cut_whatever_is_sent),
        cmocka_unit_test(a_second_head_on_a_kept_connection_is_cut_too),
        cmocka_unit_test(a_body_that_drips_is_cut),
        cmocka_unit_test(many_slow_clients_keep_nobody_out),
        cmocka_unit_test(a_stream_is_quiet_for_longer_than_that_and_stays),
        cmocka_unit_test(a_header_name_with_a_blank_is_refused_and_what_follows_is_no_request),
        cmocka_unit_test(a_refused_body_is_not_taken_for_the_next_request),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

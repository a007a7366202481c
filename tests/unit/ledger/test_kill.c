/* SPDX-License-Identifier: Apache-2.0 */
/* kill -9 at any instant during 1,000 acts: no act whose success was told is lost, and what is left
 * is whole. A child appends 1,000 acts from four threads and says each that was acknowledged into a
 * pipe. The runs share out the 1,000 acts: each is killed in its own stretch of them, and the last
 * when all have been acknowledged. */
#include "postgres.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>

#include "moly/base/random.h"

enum { N_ACTS = 1000, N_THREADS = 4 };

struct worker {
    books *b;
    int thread, out;
};

static void *append_acts(void *context)
{
    struct worker *worker = context;
    for (int i = 0; i < N_ACTS / N_THREADS; i++) {
        char body[200];
        moly_error err = {0};
        int32_t act = worker->thread * N_ACTS + i;
        json_t *event = NULL;
        (void)snprintf(body, sizeof body,
                       "{'records':[{'kind':'act','id':'%d','set':{'n':%d}}],'transfers':["
                       "{'from':'outside/x','to':'vial/%d','at':'2026-11-22T06:00:00Z',"
                       "'nuclide':'F-18','activity_bq':1e6}]}",
                       (int)act, i, worker->thread);
        entry e = {.kind = "test.act",
                   .subject = "act/x",
                   .body = body,
                   .at = worker->b->now,
                   .event = &event};
        if (moly_ledger_transact(worker->b->ledger, append_entry, &e, &err) != MOLY_OK) {
            _exit(3);
        }
        json_decref(event);
        if (write(worker->out, &act, sizeof act) != (ssize_t)sizeof act) {
            _exit(4);
        }
    }
    return NULL;
}

static void run_child(books *b, int out)
{
    moly_error err = {0};
    pthread_t threads[N_THREADS];
    struct worker workers[N_THREADS];
    if (moly_ledger_open(b->url, &b->clock, &b->ledger, &err) != MOLY_OK) {
        _exit(5);
    }
    for (int i = 0; i < N_THREADS; i++) {
        workers[i] = (struct worker){b, i, out};
        if (pthread_create(&threads[i], NULL, append_acts, &workers[i]) != 0) {
            _exit(6);
        }
    }
    for (int i = 0; i < N_THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    for (;;) {
        (void)pause();
    }
}

/* Runs the child and kills it `microseconds` after it said that act number `n_before` was done;
 * `acts` are all that it said. */
static size_t kill_child(books *b, size_t n_before, useconds_t microseconds, int32_t acts[N_ACTS])
{
    int ends[2], status = 0;
    size_t n = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)close(ends[0]);
        run_child(b, ends[1]);
    }
    (void)close(ends[1]);
    while (n < n_before && read(ends[0], &acts[n], sizeof acts[n]) == (ssize_t)sizeof acts[n]) {
        n++;
    }
    (void)usleep(microseconds);
    (void)kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    while (n < N_ACTS && read(ends[0], &acts[n], sizeof acts[n]) == (ssize_t)sizeof acts[n]) {
        n++;
    }
    (void)close(ends[0]);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
    assert_in_range(n, n_before, N_ACTS);
    return n;
}

static void assert_all_kept(books *b, const int32_t *acts, size_t n)
{
    moly_error err = {0};
    json_t *report = NULL;
    assert_ok(moly_ledger_verify(b->url, NULL, NULL, &report, &err), err);
    json_decref(report);
    assert_ok(moly_ledger_open(b->url, &b->clock, &b->ledger, &err), err);
    moly_ledger_reader *reader = read_books(b);
    for (size_t i = 0; i < n; i++) {
        char id[20];
        json_t *record = NULL;
        (void)snprintf(id, sizeof id, "%d", (int)acts[i]);
        assert_ok(moly_ledger_record(reader, "act", id, &record, &err), err);
        json_decref(record);
    }
    moly_ledger_reader_free(reader);
    assert_ok(moly_ledger_rebuild(b->ledger, NULL, &report, &err), err);
    assert_true(json_is_true(json_object_get(report, "identical")));
    json_decref(report);
    moly_ledger_close(b->ledger);
    b->ledger = NULL;
}

/* `longest`: up to this long after an acknowledgement, so that every part of the next acts is hit.
 */
static void kill_many_times(void (*prepare)(books *), size_t n_rounds, useconds_t longest,
                            uint64_t seed)
{
    moly_random random = moly_random_stream(seed, 0);
    size_t n_acts = 0;
    for (size_t round = 0; round < n_rounds; round++) {
        books b = {0};
        int32_t acts[N_ACTS];
        prepare(&b);
        books_create(&b);
        moly_ledger_close(b.ledger);
        b.ledger = NULL;
        double place = (double)round + moly_random_uniform(&random);
        size_t n_before =
            round + 1 == n_rounds ? N_ACTS : (size_t)(place * N_ACTS / (double)n_rounds);
        useconds_t wait = (useconds_t)(moly_random_uniform(&random) * longest);
        size_t n = kill_child(&b, n_before, wait, acts);
        n_acts += n;
        assert_all_kept(&b, acts, n);
        books_close(&b);
    }
    print_message("  %zu runs of up to %d acts killed at work; %zu acknowledged acts, none lost\n",
                  n_rounds, (int)N_ACTS, n_acts);
}

static void kill_nine_on_sqlite_loses_no_acknowledged_act(void **state)
{
    (void)state;
    kill_many_times(books_folder, 20, 4000, 1);
}

static postgres server;

static void prepare_postgres(books *b)
{
    books_folder(b);
    postgres_database(&server, b->url);
}

static void kill_nine_on_postgres_loses_no_acknowledged_act(void **state)
{
    (void)state;
    if (!postgres_start(&server)) {
        skip();
    }
    kill_many_times(prepare_postgres, 10, 10000, 2);
}

/* The server itself dies, and starts again: the ledger that was open goes on by itself. */
static void a_killed_server_loses_no_acknowledged_act_and_the_ledger_goes_on(void **state)
{
    (void)state;
    if (!server.is_running) {
        skip();
    }
    books b = {0};
    moly_error err = {0};
    prepare_postgres(&b);
    books_create(&b);
    for (int i = 0; i < 50; i++) {
        enter(&b, "test.act", "act/1", "{'records':[{'kind':'act','id':'1','set':{'n':1}}]}");
    }
    assert_int_equal(postgres_control(&server, "kill"), 0);
    (void)usleep(300000);
    assert_int_equal(try_entry(&b, "test.act", "act/2", "{}", &err), MOLY_ERR_IO);
    assert_int_equal(postgres_control(&server, "resume"), 0);
    memset(&err, 0, sizeof err);
    enter(&b, "test.act", "act/3", "{}");
    json_t *report = NULL;
    assert_ok(moly_ledger_verify(b.url, NULL, NULL, &report, &err), err);
    assert_int_equal(json_integer_value(json_object_get(report, "events")), 52);
    json_decref(report);
    books_close(&b);
}

static int stop_server(void **state)
{
    (void)state;
    postgres_stop(&server);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kill_nine_on_sqlite_loses_no_acknowledged_act),
        cmocka_unit_test(kill_nine_on_postgres_loses_no_acknowledged_act),
        cmocka_unit_test(a_killed_server_loses_no_acknowledged_act_and_the_ledger_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, stop_server);
}

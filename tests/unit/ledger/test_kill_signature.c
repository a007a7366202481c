/* SPDX-License-Identifier: Apache-2.0 */
/* kill -9 in the middle of signing: what was told to be signed is signed and whole, and of what was
 * not told there is nothing, or all of it. */
#include "stores.h"

#include <signal.h>

#include "moly/base/random.h"

enum { N_ROUNDS = 12, MOST = 5000 };

static void sign_until_killed(books *b, int first, int out)
{
    moly_error err = {0};
    moly_identity *identity = NULL;
    if (moly_ledger_open(b->url, &b->clock, &b->ledger, &err) != MOLY_OK ||
        moly_ledger_sign_in(b->ledger, "vera", "correct horse", &identity, &err) != MOLY_OK) {
        _exit(3);
    }
    const moly_signer signer = {identity, "released for use"};
    for (int i = first; i < MOST; i++) {
        char subject[40], body[120];
        json_t *event = NULL;
        (void)snprintf(subject, sizeof subject, "kit/%d", i);
        (void)snprintf(body, sizeof body,
                       "{'records':[{'kind':'kit','id':'%d','set':{'state':'released'}}]}", i);
        entry e = {.kind = "test.release",
                   .subject = subject,
                   .body = body,
                   .at = b->now,
                   .signers = &signer,
                   .n_signers = 1,
                   .event = &event};
        if (moly_ledger_transact(b->ledger, append_entry, &e, &err) != MOLY_OK ||
            write(out, &i, sizeof i) != (ssize_t)sizeof i) {
            _exit(4);
        }
        json_decref(event);
    }
    _exit(0);
}

/* The number of the last kit that the child said was released, or `first` - 1. */
static int kill_a_signer(books *b, int first, useconds_t microseconds)
{
    int ends[2], status = 0, last = first - 1, one;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)close(ends[0]);
        sign_until_killed(b, first, ends[1]);
    }
    (void)close(ends[1]);
    if (read(ends[0], &one, sizeof one) == (ssize_t)sizeof one) {
        last = one;
    }
    (void)usleep(microseconds);
    (void)kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    while (read(ends[0], &one, sizeof one) == (ssize_t)sizeof one) {
        last = one;
    }
    (void)close(ends[0]);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    return last;
}

/* How many kits there are; each is of one event with one valid signature. */
static int count_whole(books *b)
{
    moly_error err = {0};
    json_t *events = NULL, *records = NULL, *event;
    size_t i;
    moly_ledger_reader *reader = read_books(b);
    assert_ok(moly_ledger_events(reader, &(moly_event_query){.kind = "test.release", .limit = MOST},
                                 &events, &err),
              err);
    assert_ok(moly_ledger_records(reader, &(moly_record_query){.kind = "kit", .limit = MOST},
                                  &records, &err),
              err);
    moly_ledger_reader_free(reader);
    json_array_foreach(events, i, event)
    {
        const json_t *signatures = json_object_get(event, "signatures");
        assert_int_equal(json_array_size(signatures), 1);
        assert_true(json_is_true(json_object_get(json_array_get(signatures, 0), "valid")));
    }
    int n = (int)json_array_size(records);
    assert_int_equal(json_array_size(events), n);
    json_decref(events);
    json_decref(records);
    return n;
}

static void a_signer_killed_at_any_instant_leaves_whole_signatures_or_none(void **state)
{
    books *b = *state;
    moly_random random = moly_random_stream(7, 0);
    int n_acknowledged = 0, n_untold = 0, next = 0;
    enrol(b, "vera", "correct horse", "Vera");
    moly_ledger_close(b->ledger);
    b->ledger = NULL;
    for (int round = 0; round < N_ROUNDS; round++) {
        moly_error err = {0};
        json_t *report = NULL;
        useconds_t wait = (useconds_t)(moly_random_uniform(&random) * 12000.0);
        int last = kill_a_signer(b, next, wait);
        n_acknowledged += last - next + 1;
        assert_ok(moly_ledger_verify(b->url, NULL, NULL, &report, &err), err);
        json_decref(report);
        assert_ok(moly_ledger_compare(b->url, NULL, &report, &err), err);
        json_decref(report);
        assert_ok(moly_ledger_open(b->url, &b->clock, &b->ledger, &err), err);
        int n = count_whole(b);
        moly_ledger_close(b->ledger);
        b->ledger = NULL;
        /* all that were told, and at most the one that was under way */
        assert_in_range(n, last + 1, last + 2);
        n_untold += n - (last + 1);
        next = n;
    }
    print_message("  %d signers killed; %d signatures told and kept, %d kept and not told\n",
                  (int)N_ROUNDS, n_acknowledged, n_untold);
    assert_true(n_acknowledged >= N_ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signer_killed_at_any_instant_leaves_whole_signatures_or_none),
    };
    return RUN_OVER_STORES(tests);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The power fails at any write or sync during 1,000 acts: what the disk then holds is a whole
 * ledger with every act that was acknowledged. */
#include "books.h"
#include "moly/base/random.h"
#include "power_cut.h"

enum { N_ACTS = 1000, N_CUTS = 60 };

typedef struct outage {
    books books;
    char after[160]; /* folder for what survives */
    int n_acknowledged, n_cuts, n_lost, n_operations;
    int64_t next_cut;
    bool must_keep, is_active;
    moly_random random;
} outage;

static void clear_after(const outage *o)
{
    static const char *const files[] = {"books.db", "books.db-wal", "books.db-shm"};
    for (size_t i = 0; i < 3; i++) {
        char path[200];
        (void)snprintf(path, sizeof path, "%s/%s", o->after, files[i]);
        (void)unlink(path);
    }
}

/* Events in what survived, or -1 when it is no ledger. */
static int64_t count_survivors(outage *o, const char *url)
{
    moly_error err = {0};
    json_t *report = NULL;
    if (moly_ledger_verify(url, NULL, NULL, &report, &err) != MOLY_OK) {
        if (o->must_keep) {
            fail_msg("after cut %d at operation %d: %s", o->n_cuts, o->n_operations, err.message);
        }
        return -1;
    }
    int64_t events = json_integer_value(json_object_get(report, "events"));
    json_decref(report);
    return events;
}

static void cut(outage *o)
{
    char url[200];
    (void)snprintf(url, sizeof url, "sqlite:%s/books.db", o->after);
    power_cut_copy(o->after, (uint64_t)o->n_operations);
    int64_t events = count_survivors(o, url);
    o->n_lost += events < 1 + o->n_acknowledged;
    if (o->must_keep && o->n_cuts % 10 == 0) { /* and it works on */
        moly_error err = {0};
        json_t *report = NULL;
        books b = {.now = o->books.now, .clock = o->books.clock};
        assert_ok(moly_ledger_open(url, &o->books.clock, &b.ledger, &err), err);
        enter(&b, "test", "x/1", "{}");
        assert_ok(moly_ledger_rebuild(b.ledger, NULL, &report, &err), err);
        assert_true(json_is_true(json_object_get(report, "identical")));
        json_decref(report);
        moly_ledger_close(b.ledger);
    }
    o->n_cuts++;
    clear_after(o);
}

static void count_operation(void *context)
{
    outage *o = context;
    o->n_operations++;
    if (!o->is_active || o->n_operations < o->next_cut) {
        return;
    }
    o->is_active = false; /* what the check opens is not part of the run */
    cut(o);
    o->is_active = true;
    /* about 25 writes and syncs an act: so many cuts over the run, at random distances */
    o->next_cut =
        o->n_operations + (int64_t)(moly_random_uniform(&o->random) * 2.0 * 25 * N_ACTS / N_CUTS);
}

static void run(outage *o, bool syncs_lie)
{
    moly_error err = {0};
    const store_options options = {.sqlite_vfs = POWER_CUT_VFS};
    o->random = moly_random_stream(42, syncs_lie);
    o->must_keep = !syncs_lie;
    books_folder(&o->books);
    (void)snprintf(o->after, sizeof o->after, "%s/after", o->books.folder);
    assert_int_equal(mkdir(o->after, 0700), 0);
    power_cut_start(count_operation, o, syncs_lie);
    assert_ok(ledger_create_with(o->books.url, &options, &books_site, &o->books.clock,
                                 &o->books.ledger, &err),
              err);
    o->is_active = true;
    for (int i = 0; i < N_ACTS; i++) {
        char body[200];
        (void)snprintf(body, sizeof body,
                       "{'records':[{'kind':'act','id':'%d','set':{'n':%d}}],'transfers':["
                       "{'from':'outside/x','to':'vial/%d','at':'2026-11-22T06:00:00Z',"
                       "'nuclide':'F-18','activity_bq':1e6}]}",
                       i, i, i % 7);
        enter(&o->books, "test.act", "act/x", body);
        o->n_acknowledged++;
    }
    o->is_active = false;
    (void)rmdir(o->after);
    books_close(&o->books);
    power_cut_stop();
}

static void a_power_cut_at_any_write_loses_no_acknowledged_act(void **state)
{
    (void)state;
    outage o = {.n_cuts = 0};
    run(&o, false);
    print_message("  %d cuts over %d writes and syncs, %d acts: nothing lost\n", o.n_cuts,
                  o.n_operations, o.n_acknowledged);
    assert_int_equal(o.n_lost, 0);
    assert_true(o.n_cuts > N_CUTS / 3);
}

/* The test must be able to fail: a disk that lies about syncs does lose acts. */
static void a_disk_that_lies_about_syncs_is_noticed_by_this_test(void **state)
{
    (void)state;
    outage o = {.n_cuts = 0};
    run(&o, true);
    assert_true(o.n_lost > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_power_cut_at_any_write_loses_no_acknowledged_act),
        cmocka_unit_test(a_disk_that_lies_about_syncs_is_noticed_by_this_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

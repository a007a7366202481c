/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LEDGER_STORES_H
#define TESTS_LEDGER_STORES_H

/* One suite for every store: each test runs on an empty ledger of each. */

#include "postgres.h"

static int set_up_sqlite(void **state)
{
    books *b = calloc(1, sizeof *b);
    books_folder(b);
    books_create(b);
    *state = b;
    return 0;
}

static postgres server; /* of this program */

static int set_up_postgres(void **state)
{
    books *b = calloc(1, sizeof *b);
    books_folder(b);
    postgres_database(&server, b->url);
    books_create(b);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    books *b = *state;
    books_close(b);
    free(b);
    return 0;
}

/* The journey in small: a generator of 10 GBq Mo-99, an eluate, a dose. */
static inline void receive_generator(books *b)
{
    enter(b, "pharmacy.receive", "generator/G-1",
          "{'records':[{'kind':'generator','id':'G-1','set':{'state':'in use','at':"
          "'2026-11-22T06:00:00Z','supplier':'X'}}],"
          "'transfers':[{'from':'outside/supplier','to':'generator/G-1',"
          "'at':'2026-11-22T06:00:00Z','nuclide':'Mo-99','activity_bq':1e10,'sd_bq':5e8,"
          "'basis':'calculated'}]}");
}

static inline void elute(books *b, const char *predicted)
{
    char body[1000];
    (void)snprintf(body, sizeof body,
                   "{'records':[{'kind':'eluate','id':'E-000001','set':{'state':'quarantine'}}],"
                   "'links':[{'from':'eluate/E-000001','to':'generator/G-1','role':'eluted from'}],"
                   "'transfers':[{'from':'generator/G-1','to':'eluate/E-000001',"
                   "'at':'2026-11-23T06:00:00Z','nuclide':'Tc-99m','activity_bq':6e9,'sd_bq':1e8,"
                   "'predicted_bq':%s,'predicted_sd_bq':3e8,'basis':'measured'}]}",
                   predicted);
    b->now = at("2026-11-23T06:00:00Z");
    enter(b, "pharmacy.elute", "eluate/E-000001", body);
}

enum { MOST_TESTS = 40 };

static int run_over_stores(const struct CMUnitTest *tests, size_t n)
{
    struct CMUnitTest own[MOST_TESTS];
    assert_true(n <= MOST_TESTS);
    memcpy(own, tests, n * sizeof *own);
    for (size_t i = 0; i < n; i++) {
        own[i].setup_func = set_up_sqlite;
        own[i].teardown_func = tear_down;
    }
    int failures = _cmocka_run_group_tests("sqlite", own, n, NULL, NULL);
    if (postgres_start(&server)) {
        for (size_t i = 0; i < n; i++) {
            own[i].setup_func = set_up_postgres;
        }
        failures += _cmocka_run_group_tests("postgres", own, n, NULL, NULL);
        postgres_stop(&server);
    }
    return failures;
}
#define RUN_OVER_STORES(tests) run_over_stores((tests), sizeof(tests) / sizeof(tests)[0])

#endif

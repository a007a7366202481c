/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_TESTS_NETWORK_H
#define MOLY_TESTS_NETWORK_H

/** Small decay networks, compared with Bateman in 900 digits. Include after testing.h. */

#include "bateman_mpfr.h"
#include "moly/base/memory.h"

#define MOST_MEMBERS 14
#define MOST_FEEDS 64

typedef struct network {
    size_t n, n_feeds;
    double lambda[MOST_MEMBERS], start[MOST_MEMBERS], rate[MOST_MEMBERS];
    moly_feed feeds[MOST_FEEDS];
} network;

/** Every figure within `tolerance`; what is below 1e-290 of the start is only asked to be small. */
static inline void compare_values(const double *actual, const double *expected, size_t n,
                                  double least, double tolerance)
{
    for (size_t i = 0; i < n; i++) {
        if (expected[i] > least) {
            assert_relative(actual[i], expected[i], tolerance);
        } else if (!(actual[i] >= 0.0 && actual[i] <= 2.0 * least)) {
            fail_msg("value %zu is %g where %g is expected", i, actual[i], expected[i]);
        }
    }
}

static inline double least_of(const network *n, bool is_produced)
{
    double largest = 1.0;
    for (size_t j = 0; j < n->n; j++) {
        largest = fmax(largest, n->start[j]);
        largest = is_produced ? fmax(largest, n->rate[j]) : largest;
    }
    return 1e-290 * largest;
}

static inline void compare_network(const network *n, const double *times, size_t n_times,
                                   double tolerance)
{
    moly_error err = {0};
    moly_decay_engine *engine = NULL;
    double *values[4];
    for (size_t i = 0; i < 4; i++) {
        values[i] = moly_alloc(n_times * n->n, sizeof **values);
        assert_non_null(values[i]);
    }
    assert_ok(moly_decay_engine_new(n->n, n->lambda, n->n_feeds, n->feeds, &engine, &err), err);
    assert_ok(moly_decay_atoms(engine, n->start, times, n_times, values[0], values[1], &err), err);
    bateman_mpfr(n->n, n->lambda, n->n_feeds, n->feeds, n->start, NULL, times, n_times, values[2],
                 values[3]);
    compare_values(values[0], values[2], n_times * n->n, least_of(n, false), tolerance);
    compare_values(values[1], values[3], n_times * n->n, least_of(n, false), tolerance);
    for (size_t i = 0; i < 4; i++) {
        moly_free(values[i]);
    }
    moly_decay_engine_free(engine);
}

static inline void compare_production(const network *n, double time_s, double tolerance)
{
    moly_error err = {0};
    moly_decay_engine *engine = NULL;
    double atoms[MOST_MEMBERS], decays[MOST_MEMBERS], expected[MOST_MEMBERS],
        expected_decays[MOST_MEMBERS];
    assert_ok(moly_decay_engine_new(n->n, n->lambda, n->n_feeds, n->feeds, &engine, &err), err);
    assert_ok(moly_decay_with_production(engine, n->start, n->rate, time_s, atoms, decays, &err),
              err);
    bateman_mpfr(n->n, n->lambda, n->n_feeds, n->feeds, n->start, n->rate, &time_s, 1, expected,
                 expected_decays);
    compare_values(atoms, expected, n->n, least_of(n, true), tolerance);
    compare_values(decays, expected_decays, n->n, least_of(n, true), tolerance);
    moly_decay_engine_free(engine);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "decay_internal.h"
#include "moly/base/memory.h"
#include "moly/base/random.h"
#include "moly/nuclide/decay.h"
#include "network.h"

/* What include/moly/nuclide/decay.h promises, and twice the largest error that 5000 random networks
 * have shown: a fault shows early. */
#define PROMISED 1e-12
#define MEASURED 1.5e-13
#define LN2 0.69314718055994530942

static const double log_times[] = {1e-9, 1e-3, 0.1, 1.0, 60.0, 3600.0, 86400.0, 1e7, 1e9, 1e12};
#define N_LOG_TIMES (sizeof log_times / sizeof *log_times)

static moly_decay_engine *new_engine(size_t n, const double *lambda, size_t n_feeds,
                                     const moly_feed *feeds)
{
    moly_error err = {0};
    moly_decay_engine *engine = NULL;
    assert_ok(moly_decay_engine_new(n, lambda, n_feeds, feeds, &engine, &err), err);
    return engine;
}

/* ---- analytic ---- */

static void a_pair_follows_bateman(void **state)
{
    (void)state;
    double lambda[2] = {LN2 / 237384.0, LN2 / 21654.0}, start[2] = {1e15, 0.0};
    moly_feed feed = {0, 1, 0.8773};
    moly_decay_engine *engine = new_engine(2, lambda, 1, &feed);
    moly_error err = {0};
    double t = 72000.0, atoms[2], decays[2];
    assert_ok(moly_decay_atoms(engine, start, &t, 1, atoms, decays, &err), err);
    double e0 = exp(-lambda[0] * t), e1 = exp(-lambda[1] * t);
    assert_relative(atoms[0], 1e15 * e0, 1e-15);
    assert_relative(decays[0], 1e15 * -expm1(-lambda[0] * t), 1e-15);
    assert_relative(atoms[1], 0.8773e15 * lambda[0] / (lambda[1] - lambda[0]) * (e0 - e1), 1e-14);
    moly_decay_engine_free(engine);
}

static void equal_half_lives_give_the_gamma_distribution(void **state)
{
    (void)state;
    enum { N = 8 };
    double lambda[N], start[N] = {1e20};
    moly_feed feeds[N - 1];
    for (uint32_t i = 0; i < N; i++) {
        lambda[i] = LN2 / 3600.0;
        if (i > 0) {
            feeds[i - 1] = (moly_feed){i - 1, i, 1.0};
        }
    }
    moly_decay_engine *engine = new_engine(N, lambda, N - 1, feeds);
    moly_error err = {0};
    double atoms[N_LOG_TIMES * N];
    assert_ok(moly_decay_atoms(engine, start, log_times, N_LOG_TIMES, atoms, NULL, &err), err);
    for (size_t t = 0; t < N_LOG_TIMES; t++) {
        double x = lambda[0] * log_times[t], term = 1e20 * exp(-x);
        for (size_t j = 0; j < N && x < 600.0; j++) {
            assert_relative(atoms[t * N + j], term, PROMISED); /* x^j / j! exp(-x) */
            term *= x / (double)(j + 1);
        }
    }
    moly_decay_engine_free(engine);
}

static void the_first_instants_follow_the_power_law(void **state)
{
    (void)state;
    /* Ten steps of a million years each, after 1 s: N_k = N_0 (lambda t)^k / k! to first order. */
    enum { N = 11 };
    double lambda[N], start[N] = {1e24}, t = 1.0, atoms[N];
    moly_feed feeds[N - 1];
    for (uint32_t i = 0; i < N; i++) {
        lambda[i] = LN2 / (1e6 * 365.2422 * 86400.0 * (1.0 + 0.1 * i));
        if (i > 0) {
            feeds[i - 1] = (moly_feed){i - 1, i, 1.0};
        }
    }
    moly_decay_engine *engine = new_engine(N, lambda, N - 1, feeds);
    moly_error err = {0};
    assert_ok(moly_decay_atoms(engine, start, &t, 1, atoms, NULL, &err), err);
    double expected = 1e24;
    for (size_t k = 0; k < N; k++) {
        assert_relative(atoms[k], expected, PROMISED); /* the next order is 1e-13 of it */
        expected *= lambda[k] * t / (double)(k + 1);
    }
    moly_decay_engine_free(engine);
}

/* ---- against 900 digits ---- */

static void half_lives_that_nearly_agree_keep_their_digits(void **state)
{
    (void)state;
    static const double apart[] = {0.0, 1.2e-16, 3e-16, 1e-15, 1e-13, 1e-10, 1e-7, 1e-4, 1e-2};
    for (size_t a = 0; a < sizeof apart / sizeof *apart; a++) {
        network n = {.n = 6, .n_feeds = 6};
        for (size_t i = 0; i < n.n; i++) {
            n.lambda[i] = 1e-3 * (1.0 + apart[a] * (double)i);
        }
        n.lambda[5] = 0.0;
        n.start[0] = 1e12;
        static const moly_feed feeds[] = {{0, 1, 1.0}, {1, 2, 1.0}, {2, 3, 0.3},
                                          {2, 4, 0.7}, {3, 4, 1.0}, {4, 5, 1.0}};
        memcpy(n.feeds, feeds, sizeof feeds);
        compare_network(&n, log_times, N_LOG_TIMES, PROMISED);
    }
}

/* The parent is nothing beside what is there of the daughter, but not nothing. */
static void a_daughter_of_the_same_half_life_that_is_there_already(void **state)
{
    (void)state;
    for (double parent = 1.0; parent < 1e30; parent *= 10.0) {
        network n = {.n = 3,
                     .n_feeds = 2,
                     .lambda = {138.36834152524366, 138.36834152524366, 138.36834152524366},
                     .start = {parent, 1e24, 1e12},
                     .feeds = {{0, 1, 1.0}, {1, 2, 0.5}}};
        compare_network(&n, log_times, N_LOG_TIMES, MEASURED);
    }
}

/* A network of 3 to MOST_MEMBERS members with constants over 26 decades, some of them alike. */
static network random_network(uint64_t seed)
{
    moly_random r = moly_random_stream(20260722, seed);
    network n = {.n = 3 + moly_random_u32(&r) % (MOST_MEMBERS - 2)};
    for (uint32_t j = 0; j < n.n; j++) {
        double kind = moly_random_uniform(&r);
        n.lambda[j] = pow(10.0, -18.0 + 26.0 * moly_random_uniform(&r));
        if (kind < 0.15 && j > 0) {
            n.lambda[j] = n.lambda[moly_random_u32(&r) % j];
        } else if (kind < 0.3 && j > 0) {
            n.lambda[j] = n.lambda[j - 1] * (1.0 + 1e-9 * moly_random_uniform(&r));
        } else if (kind > 0.93) {
            n.lambda[j] = 0.0;
        }
        n.start[j] = j == 0 || moly_random_uniform(&r) < 0.2
                         ? pow(10.0, 25.0 * moly_random_uniform(&r))
                         : 0.0;
        n.rate[j] = moly_random_uniform(&r) < 0.2 ? pow(10.0, 12.0 * moly_random_uniform(&r)) : 0.0;
        for (uint32_t i = j > 4 ? j - 4 : 0; i < j; i++) {
            if (i + 1 == j || moly_random_uniform(&r) < 0.2) {
                n.feeds[n.n_feeds++] = (moly_feed){i, j, moly_random_uniform(&r)};
            }
        }
    }
    return n;
}

static void random_networks_agree_with_900_digits(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        network n = random_network(seed);
        compare_network(&n, log_times, N_LOG_TIMES, MEASURED);
    }
}

static void production_agrees_with_900_digits(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        network n = random_network(seed);
        for (size_t t = 0; t < N_LOG_TIMES; t++) {
            compare_production(&n, log_times[t], MEASURED);
        }
    }
}

/* ---- invariants ---- */

/* Ra-226's chain, ICRP-107 half-lives, branches of 1 (s; the last is stable). */
enum { RADIUM = 10 };
static moly_decay_engine *radium_chain(double lambda[RADIUM])
{
    static const double half_life_s[RADIUM] = {
        1600 * 365.2422 * 86400, 3.8235 * 86400, 186.0,           26.8 * 60, 19.9 * 60, 1.643e-4,
        22.2 * 365.2422 * 86400, 5.013 * 86400,  138.376 * 86400, INFINITY};
    moly_feed feeds[RADIUM - 1];
    for (uint32_t i = 0; i < RADIUM; i++) {
        lambda[i] = LN2 / half_life_s[i];
        if (i > 0) {
            feeds[i - 1] = (moly_feed){i - 1, i, 1.0};
        }
    }
    return new_engine(RADIUM, lambda, RADIUM - 1, feeds);
}

static void atoms_are_conserved(void **state)
{
    (void)state;
    double lambda[RADIUM], start[RADIUM] = {1e20, 3e15, 0, 2e9, 0, 7.0, 1e18, 0, 1e3, 5.0};
    moly_decay_engine *engine = radium_chain(lambda);
    moly_error err = {0};
    double atoms[N_LOG_TIMES * RADIUM], decays[N_LOG_TIMES * RADIUM];
    assert_ok(moly_decay_atoms(engine, start, log_times, N_LOG_TIMES, atoms, decays, &err), err);
    double all_start = 0.0;
    for (size_t j = 0; j < RADIUM; j++) {
        all_start += start[j];
    }
    for (size_t t = 0; t < N_LOG_TIMES; t++) {
        double all = 0.0;
        for (size_t j = 0; j < RADIUM; j++) {
            double fed = j > 0 ? decays[t * RADIUM + j - 1] : 0.0;
            double total = start[j] + fed;
            all += atoms[t * RADIUM + j];
            assert_relative(atoms[t * RADIUM + j] + decays[t * RADIUM + j], total, PROMISED);
        }
        assert_relative(all, all_start, PROMISED);
    }
    moly_decay_engine_free(engine);
}

static void waiting_twice_is_waiting_once(void **state)
{
    (void)state;
    double lambda[RADIUM], start[RADIUM] = {1e20};
    moly_decay_engine *engine = radium_chain(lambda);
    moly_error err = {0};
    static const double parts[][2] = {{1e-3, 2e-3}, {1.0, 1e4}, {1e4, 1.0}, {1e7, 1e7}, {0.0, 5.0}};
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        double whole = parts[p][0] + parts[p][1];
        double first[RADIUM], second[RADIUM], once[RADIUM];
        double d1[RADIUM], d2[RADIUM], d[RADIUM];
        assert_ok(moly_decay_atoms(engine, start, &parts[p][0], 1, first, d1, &err), err);
        assert_ok(moly_decay_atoms(engine, first, &parts[p][1], 1, second, d2, &err), err);
        assert_ok(moly_decay_atoms(engine, start, &whole, 1, once, d, &err), err);
        for (size_t j = 0; j < RADIUM; j++) {
            assert_relative(second[j], once[j], PROMISED);
            assert_relative(d1[j] + d2[j], d[j], PROMISED);
        }
    }
    moly_decay_engine_free(engine);
}

static void inventories_add_up(void **state)
{
    (void)state;
    double lambda[RADIUM], a[RADIUM] = {1e20, 0, 0, 3e8}, b[RADIUM] = {0, 0, 1e9, 1e6}, sum[RADIUM];
    moly_decay_engine *engine = radium_chain(lambda);
    moly_error err = {0};
    double of_a[N_LOG_TIMES * RADIUM], of_b[N_LOG_TIMES * RADIUM], of_sum[N_LOG_TIMES * RADIUM];
    for (size_t j = 0; j < RADIUM; j++) {
        sum[j] = a[j] + 2.0 * b[j];
    }
    assert_ok(moly_decay_atoms(engine, a, log_times, N_LOG_TIMES, of_a, NULL, &err), err);
    assert_ok(moly_decay_atoms(engine, b, log_times, N_LOG_TIMES, of_b, NULL, &err), err);
    assert_ok(moly_decay_atoms(engine, sum, log_times, N_LOG_TIMES, of_sum, NULL, &err), err);
    for (size_t i = 0; i < N_LOG_TIMES * RADIUM; i++) {
        assert_relative(of_sum[i], of_a[i] + 2.0 * of_b[i], PROMISED);
    }
    moly_decay_engine_free(engine);
}

static void a_time_does_not_feel_its_neighbours(void **state)
{
    (void)state;
    double lambda[RADIUM], start[RADIUM] = {1e20, 0, 5e3};
    moly_decay_engine *engine = radium_chain(lambda);
    moly_error err = {0};
    double together[N_LOG_TIMES * RADIUM], decays[N_LOG_TIMES * RADIUM];
    assert_ok(moly_decay_atoms(engine, start, log_times, N_LOG_TIMES, together, decays, &err), err);
    for (size_t t = 0; t < N_LOG_TIMES; t++) {
        double alone[RADIUM], alone_decays[RADIUM];
        assert_ok(moly_decay_atoms(engine, start, &log_times[t], 1, alone, alone_decays, &err),
                  err);
        assert_memory_equal(alone, together + t * RADIUM, sizeof alone);
        assert_memory_equal(alone_decays, decays + t * RADIUM, sizeof alone_decays);
    }
    moly_decay_engine_free(engine);
}

static void every_processor_gives_the_same_bits(void **state)
{
    (void)state;
#if defined(__x86_64__)
    const decay_kernels *best = decay_kernels_best(), *generic = decay_kernels_generic();
    if (best == generic) {
        print_message("[  SKIPPED ] this processor has no AVX2 to compare with\n");
        skip();
    }
    double lambda[RADIUM], start[RADIUM] = {1e20};
    moly_decay_engine *engine = radium_chain(lambda);
    moly_error err = {0};
    decay_system system;
    assert_ok(decay_system_init(&system, engine, start, NULL, &err), err);
    double times[LANES];
    for (size_t round = 0; round < 12; round++) {
        double e[2][RADIUM * LANES], f[2][RADIUM * LANES], atoms[2][RADIUM * LANES],
            integral[2][RADIUM * LANES], longs[2][RADIUM * 4 * LANES];
        uint8_t hard[2][2][RADIUM];
        for (size_t l = 0; l < LANES; l++) {
            times[l] = 1e-3 * pow(10.0, (double)round + 0.12 * (double)l);
        }
        size_t n_hard = 0;
        for (size_t k = 0; k < 2; k++) {
            const decay_kernels *kernels = k == 0 ? best : generic;
            decay_positive positive = {0};
            kernels->exponentials(&system, times, e[k], f[k]);
            kernels->sums(&system, e[k], f[k], atoms[k], integral[k], hard[k][0], hard[k][1]);
            for (size_t j = 0; j < system.n; j++) {
                kernels->exponential_long(&system, j, times, longs[k] + j * 4 * LANES);
                kernels->sum_long(&system, j, longs[k], atoms[k], integral[k], &hard[k][0][j],
                                  &hard[k][1][j]);
                n_hard += (hard[k][0][j] | hard[k][1][j]) != 0;
            }
            if (n_hard == 0) {
                continue;
            }
            assert_ok(decay_positive_solve(&positive, kernels, &system, times, hard[k][0],
                                           hard[k][1], atoms[k], integral[k], &err),
                      err);
            decay_positive_clear(&positive);
        }
        assert_memory_equal(hard[0][0], hard[1][0], system.n);
        assert_memory_equal(hard[0][1], hard[1][1], system.n);
        assert_memory_equal(atoms[0], atoms[1], system.n * LANES * sizeof(double));
        assert_memory_equal(integral[0], integral[1], system.n * LANES * sizeof(double));
        assert_memory_equal(longs[0], longs[1], system.n * 4 * LANES * sizeof(double));
    }
    decay_system_clear(&system);
    moly_decay_engine_free(engine);
#endif
}

/* ---- edges ---- */

static void at_time_zero_nothing_has_happened(void **state)
{
    (void)state;
    double lambda[RADIUM], start[RADIUM] = {1e20, 0, 3}, zero = 0.0, atoms[RADIUM], decays[RADIUM];
    moly_decay_engine *engine = radium_chain(lambda);
    moly_error err = {0};
    assert_ok(moly_decay_atoms(engine, start, &zero, 1, atoms, decays, &err), err);
    for (size_t j = 0; j < RADIUM; j++) {
        assert_true(atoms[j] == start[j] && decays[j] == 0.0);
    }
    moly_decay_engine_free(engine);
}

static void an_empty_inventory_stays_empty(void **state)
{
    (void)state;
    double lambda[RADIUM], start[RADIUM] = {0}, t = 1e5, atoms[RADIUM], decays[RADIUM];
    moly_decay_engine *engine = radium_chain(lambda);
    moly_error err = {0};
    assert_ok(moly_decay_atoms(engine, start, &t, 1, atoms, decays, &err), err);
    for (size_t j = 0; j < RADIUM; j++) {
        assert_true(atoms[j] == 0.0 && decays[j] == 0.0);
    }
    moly_decay_engine_free(engine);
}

static void what_is_upstream_stays_untouched(void **state)
{
    (void)state;
    double lambda[RADIUM], start[RADIUM] = {0, 0, 0, 1e6}, t = 1e5, atoms[RADIUM], decays[RADIUM];
    moly_decay_engine *engine = radium_chain(lambda);
    moly_error err = {0};
    uint32_t from = 3, members[RADIUM];
    assert_int_equal(moly_decay_reachable(engine, &from, 1, members), RADIUM - 3);
    assert_int_equal(members[0], 3);
    assert_int_equal(members[RADIUM - 4], RADIUM - 1);
    assert_ok(moly_decay_atoms(engine, start, &t, 1, atoms, decays, &err), err);
    for (size_t j = 0; j < 3; j++) {
        assert_true(atoms[j] == 0.0 && decays[j] == 0.0);
    }
    moly_decay_engine_free(engine);
}

static void long_production_saturates(void **state)
{
    (void)state;
    double lambda = LN2 / 6586.2, rate = 1e10, atoms, decays;
    moly_decay_engine *engine = new_engine(1, &lambda, 0, NULL);
    moly_error err = {0};
    assert_ok(moly_decay_with_production(engine, NULL, &rate, 1e7, &atoms, &decays, &err), err);
    assert_relative(atoms * lambda, rate, 1e-14); /* as much decays as is made */
    assert_ok(moly_decay_with_production(engine, NULL, &rate, 6586.2, &atoms, NULL, &err), err);
    assert_relative(atoms * lambda, 0.5 * rate, 1e-14);
    moly_decay_engine_free(engine);
}

static void what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_decay_engine *engine = NULL;
    double lambda[2] = {1.0, -1.0}, good[2] = {1.0, 0.0};
    moly_feed backwards = {1, 0, 1.0}, outside = {0, 2, 1.0}, nothing = {0, 1, 0.0};
    assert_fails(moly_decay_engine_new(2, lambda, 0, NULL, &engine, &err), MOLY_ERR_RANGE,
                 "decay constant -1 /s of member 1", err);
    assert_null(engine);
    assert_fails(moly_decay_engine_new(2, good, 1, &backwards, &engine, &err), MOLY_ERR_RANGE,
                 "from member 1 to 0", err);
    assert_fails(moly_decay_engine_new(2, good, 1, &outside, &engine, &err), MOLY_ERR_RANGE,
                 "from member 0 to 2", err);
    assert_fails(moly_decay_engine_new(2, good, 1, &nothing, &engine, &err), MOLY_ERR_RANGE,
                 "fraction 0", err);

    engine = new_engine(2, good, 0, NULL);
    double t = 1.0, bad_t = -1.0, bad[2] = {1.0, NAN}, out[2] = {7.0, 7.0};
    assert_fails(moly_decay_atoms(engine, bad, &t, 1, out, NULL, &err), MOLY_ERR_RANGE,
                 "atoms of member 1 is nan", err);
    assert_fails(moly_decay_atoms(engine, good, &bad_t, 1, out, NULL, &err), MOLY_ERR_RANGE,
                 "duration 0 is -1 s", err);
    assert_fails(moly_decay_with_production(engine, NULL, bad, 1.0, out, NULL, &err),
                 MOLY_ERR_RANGE, "rate of member 1", err);
    assert_true(out[0] == 7.0 && out[1] == 7.0);
    moly_decay_engine_free(engine);
}

static void every_lack_of_memory_is_reported(void **state)
{
    (void)state;
    double lambda[RADIUM], start[RADIUM] = {1e20}, t = 1e-3, atoms[RADIUM];
    moly_feed feed = {0, 1, 1.0};
    moly_decay_engine *chain = radium_chain(lambda);
    for (size_t nth = 1;; nth++) {
        moly_error err = {0};
        moly_decay_engine *engine = NULL;
        moly_alloc_fail_after(nth);
        moly_status status = moly_decay_engine_new(2, lambda, 1, &feed, &engine, &err);
        if (status == MOLY_OK) { /* the hard case, with all three methods */
            status = moly_decay_atoms(chain, start, &t, 1, atoms, NULL, &err);
        }
        moly_alloc_fail_after(0);
        moly_decay_engine_free(engine);
        if (status == MOLY_OK) {
            assert_true(nth > 30);
            break;
        }
        assert_int_equal(status, MOLY_ERR_MEMORY);
    }
    moly_decay_engine_free(chain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pair_follows_bateman),
        cmocka_unit_test(equal_half_lives_give_the_gamma_distribution),
        cmocka_unit_test(the_first_instants_follow_the_power_law),
        cmocka_unit_test(half_lives_that_nearly_agree_keep_their_digits),
        cmocka_unit_test(a_daughter_of_the_same_half_life_that_is_there_already),
        cmocka_unit_test(random_networks_agree_with_900_digits),
        cmocka_unit_test(production_agrees_with_900_digits),
        cmocka_unit_test(atoms_are_conserved),
        cmocka_unit_test(waiting_twice_is_waiting_once),
        cmocka_unit_test(inventories_add_up),
        cmocka_unit_test(a_time_does_not_feel_its_neighbours),
        cmocka_unit_test(every_processor_gives_the_same_bits),
        cmocka_unit_test(at_time_zero_nothing_has_happened),
        cmocka_unit_test(an_empty_inventory_stays_empty),
        cmocka_unit_test(what_is_upstream_stays_untouched),
        cmocka_unit_test(long_production_saturates),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(every_lack_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

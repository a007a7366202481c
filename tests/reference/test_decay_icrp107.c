/* SPDX-License-Identifier: Apache-2.0 */
/* Every chain of ICRP-107 against Bateman in 900 digits. */
#include "testing.h"

#include "bateman_mpfr.h"
#include "moly/base/memory.h"
#include "moly/nuclide/decay.h"

/* The engine promises 1e-12; what has been measured is 4e-14. A fault shows early. */
#define MEASURED 1e-13
#define EVERY 9 /* parents; prime to the order of the set, so that all regions are met */

typedef struct fixture {
    moly_nuclide_set *set;
    moly_decay_engine *engine;
    size_t n, n_feeds;
    double *lambda, *start, *atoms, *decays, *wanted_atoms, *wanted_decays;
    moly_feed *feeds;
    double largest;
} fixture;

#define MOST_TIMES 8

static fixture f;

static int load(void **state)
{
    (void)state;
    char path[512], spec[600];
    moly_error err = {0};
    const char *root = getenv("MOLY_SHARED");
    (void)snprintf(path, sizeof path, "%s/data/nuclear/icrp07", root ? root : "../shared");
    struct stat info;
    if (stat(path, &info) != 0) {
        return 0; /* each test says so */
    }
    (void)snprintf(spec, sizeof spec, "icrp07:%s", path);
    if (moly_nuclide_set_load(spec, &f.set, &err) != MOLY_OK ||
        moly_decay_engine_for_set(f.set, &f.engine, &err) != MOLY_OK) {
        print_error("%s\n", err.message);
        return -1;
    }
    f.n = moly_nuclide_set_size(f.set);
    f.lambda = moly_alloc(f.n, sizeof *f.lambda);
    f.start = moly_alloc(f.n, sizeof *f.start);
    f.feeds = moly_alloc(8 * f.n, sizeof *f.feeds);
    f.atoms = moly_alloc(f.n * MOST_TIMES, sizeof *f.atoms);
    f.decays = moly_alloc(f.n * MOST_TIMES, sizeof *f.decays);
    f.wanted_atoms = moly_alloc(f.n * MOST_TIMES, sizeof *f.wanted_atoms);
    f.wanted_decays = moly_alloc(f.n * MOST_TIMES, sizeof *f.wanted_decays);
    for (size_t i = 0; i < f.n; i++) {
        const moly_nuclide *nuclide = moly_nuclide_at(f.set, i);
        f.lambda[i] = nuclide->lambda_per_s;
        for (size_t b = 0; b < nuclide->n_branches; b++) {
            if (nuclide->branches[b].daughter != MOLY_NO_DAUGHTER) {
                f.feeds[f.n_feeds++] =
                    (moly_feed){(uint32_t)i, (uint32_t)nuclide->branches[b].daughter,
                                nuclide->branches[b].fraction};
            }
        }
    }
    return 0;
}

static int unload(void **state)
{
    (void)state;
    if (f.largest > 0.0) {
        print_message("[          ] largest relative error %.2g\n", f.largest);
    }
    moly_decay_engine_free(f.engine);
    moly_nuclide_set_free(f.set);
    double *blocks[] = {f.lambda, f.start, f.atoms, f.decays, f.wanted_atoms, f.wanted_decays};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        moly_free(blocks[i]);
    }
    moly_free(f.feeds);
    return 0;
}

static void compare(const double *actual, const double *wanted, double time_s, const char *what)
{
    for (size_t j = 0; j < f.n; j++) {
        double error = fabs(actual[j] - wanted[j]) / wanted[j];
        if (wanted[j] > 1e-270 && !(error <= MEASURED)) {
            fail_msg("%s of %s after %g s: %.17g, expected %.17g (off by %.2g)", what,
                     moly_nuclide_at(f.set, j)->name, time_s, actual[j], wanted[j], error);
        }
        f.largest = wanted[j] > 1e-270 ? fmax(f.largest, error) : f.largest;
    }
}

static void compare_all(const double *times, size_t n_times)
{
    moly_error err = {0};
    assert_ok(moly_decay_atoms(f.engine, f.start, times, n_times, f.atoms, f.decays, &err), err);
    bateman_mpfr(f.n, f.lambda, f.n_feeds, f.feeds, f.start, NULL, times, n_times, f.wanted_atoms,
                 f.wanted_decays);
    for (size_t t = 0; t < n_times; t++) {
        compare(f.atoms + t * f.n, f.wanted_atoms + t * f.n, times[t], "atoms");
        compare(f.decays + t * f.n, f.wanted_decays + t * f.n, times[t], "decays");
    }
}

static void pure(size_t nuclide)
{
    memset(f.start, 0, f.n * sizeof *f.start);
    f.start[nuclide] = 1e6 / f.lambda[nuclide];
}

static void need_set(void)
{
    char path[512];
    need_shared("data/nuclear/icrp07/ICRP-07.NDX", path, sizeof path);
}

/* The cases in which Bateman's sum loses every digit of a double: seconds after long-lived parents,
 * down to the end of the chain. */
static void the_first_instants_after_long_lived_parents(void **state)
{
    (void)state;
    need_set();
    static const char *const parents[] = {"Ra-226", "U-238",  "Ac-225", "Th-232", "Np-237",
                                          "U-235",  "Pu-244", "Cf-252", "Mo-99",  "Sr-90"};
    static const double times[] = {1e-6, 1e-3, 1.0, 10.0, 3600.0};
    for (size_t p = 0; p < sizeof parents / sizeof *parents; p++) {
        moly_error err = {0};
        size_t nuclide;
        assert_ok(moly_nuclide_find(f.set, parents[p], &nuclide, &err), err);
        pure(nuclide);
        compare_all(times, sizeof times / sizeof *times);
    }
}

static void one_chain_in_nine_at_all_times(void **state)
{
    (void)state;
    need_set();
    static const double times[] = {1e-3, 1.0, 60.0, 3.7e4, 1e6, 3e7, 1e9};
    for (size_t nuclide = 0; nuclide < f.n; nuclide += EVERY) {
        if (f.lambda[nuclide] > 0.0) {
            pure(nuclide);
            compare_all(times, sizeof times / sizeof *times);
        }
    }
}

static void everything_at_once(void **state)
{
    (void)state;
    need_set();
    static const double times[] = {1e-3, 0.5, 1e3, 1e5, 1e9};
    for (size_t j = 0; j < f.n; j++) {
        f.start[j] = f.lambda[j] > 0.0 ? 1e6 / f.lambda[j] : 0.0;
    }
    compare_all(times, sizeof times / sizeof *times);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_instants_after_long_lived_parents),
        cmocka_unit_test(one_chain_in_nine_at_all_times),
        cmocka_unit_test(everything_at_once),
    };
    return cmocka_run_group_tests(tests, load, unload);
}

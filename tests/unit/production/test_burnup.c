/* SPDX-License-Identifier: Apache-2.0 */
/* Burn-up: the published single cases, and random networks with loops against exp(A t) in 600 bits.
 */
#include "testing.h"

#include <mpfr.h>

#include "moly/base/memory.h"
#include "moly/base/random.h"
#include "moly/production/burnup.h"

#define LN2 0.69314718055994530942
#define N_A 6.02214076e23
#define BITS 600
#define MOST 40
#define FROM_REFERENCE 1e-8 /* tolerance of the rows of reactor_activation */
#define ENGINE 1e-11        /* what the header promises */

/* Activity of `member` after `days`; every member captures into capture_to and decays into
 * decay_to, -1 is nowhere. */
static double activity_gbq(size_t n, const double *half_life_s, const double *sigma_b,
                           const int *capture_to, const int *decay_to, double mass_g, double a,
                           double flux, double days, size_t member)
{
    double lambda[MOST], start[MOST] = {mass_g / a * N_A}, end[MOST];
    moly_feed feeds[MOST];
    moly_reaction reactions[MOST];
    moly_reaction_product products[MOST];
    moly_network w = {n, lambda, 0, feeds, 0, reactions, 0, products};
    for (size_t i = 0; i < n; i++) {
        lambda[i] = half_life_s[i] > 0.0 ? LN2 / half_life_s[i] : 0.0;
        if (decay_to[i] >= 0) {
            feeds[w.n_feeds++] = (moly_feed){(uint32_t)i, (uint32_t)decay_to[i], 1.0};
        }
        if (sigma_b[i] > 0.0) {
            bool is_followed = capture_to[i] >= 0;
            reactions[w.n_reactions++] =
                (moly_reaction){(uint32_t)i, sigma_b[i], 0.0, w.n_products, is_followed ? 1 : 0};
            if (is_followed) {
                products[w.n_products++] = (moly_reaction_product){(uint32_t)capture_to[i], 1.0};
            }
        }
    }
    moly_burnup *burnup = NULL;
    moly_error err = {0};
    moly_flux_step step = {flux, 0.0, days * 86400.0};
    assert_ok(moly_burnup_new(&w, &burnup, &err), err);
    assert_ok(moly_burnup_run(burnup, start, 1, &step, end, NULL, &err), err);
    moly_burnup_free(burnup);
    return end[member] * lambda[member] * 1e-9;
}

/* Source: rows reactor_activation of the reference table, "mpmath expm of 1-group activation ODE,
 * all inputs given". */
static void lutetium_177_after_one_two_and_three_weeks(void **state)
{
    (void)state;
    const double half_life[] = {0, 574300.8, 1704, 0}, sigma[] = {2057, 1000, 0, 0};
    const int capture[] = {1, 2, -1, -1}, decay[] = {-1, 3, -1, -1};
    const double days[] = {7, 14, 21}, wanted[] = {331.324323799, 442.870009522, 459.247918232};
    for (size_t i = 0; i < 3; i++) {
        assert_relative(
            activity_gbq(4, half_life, sigma, capture, decay, 1e-3, 175.9427, 1e14, days[i], 1),
            wanted[i], FROM_REFERENCE);
    }
}

static void tungsten_188_by_two_captures(void **state)
{
    (void)state;
    const double half_life[] = {0, 85392, 6028992, 61214.4, 0}, sigma[] = {38.1, 70, 12, 0, 0};
    const int capture[] = {1, 2, -1, -1, -1}, decay[] = {-1, 4, 3, -1, -1};
    assert_relative(activity_gbq(5, half_life, sigma, capture, decay, 1.0, 185.9544, 2e14, 21, 2),
                    7.44039605227, FROM_REFERENCE);
}

static void molybdenum_99_by_capture(void **state)
{
    (void)state;
    const double half_life[] = {0, 237384}, sigma[] = {0.13, 0};
    const int capture[] = {1, -1}, decay[] = {-1, -1};
    assert_relative(activity_gbq(2, half_life, sigma, capture, decay, 1.0, 97.9054, 1e14, 7, 1),
                    66.2872422636, FROM_REFERENCE);
}

/* ---- against high precision ---- */

static void multiply(size_t n, mpfr_t *a, mpfr_t *b, mpfr_t *out, mpfr_t term)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            mpfr_set_zero(out[i * n + j], 1);
            for (size_t k = 0; k < n; k++) {
                if (mpfr_zero_p(a[i * n + k]) || mpfr_zero_p(b[k * n + j])) {
                    continue;
                }
                mpfr_mul(term, a[i * n + k], b[k * n + j], MPFR_RNDN);
                mpfr_add(out[i * n + j], out[i * n + j], term, MPFR_RNDN);
            }
        }
    }
}

/* exp(rate t) applied to atoms: rate[to][from]; Taylor's series after 2^-s, then s squarings. */
static void exponential(size_t n, const double *rate, double t, const double *atoms, double *out)
{
    enum { SQUARINGS = 160, TERMS = 12 };
    mpfr_t m[4][MOST * MOST], term;
    mpfr_init2(term, BITS);
    for (size_t i = 0; i < n * n; i++) {
        for (int k = 0; k < 4; k++) {
            mpfr_init2(m[k][i], BITS);
        }
        mpfr_set_d(m[0][i], rate[i], MPFR_RNDN);
        mpfr_mul_d(m[0][i], m[0][i], t, MPFR_RNDN);
        mpfr_div_2ui(m[0][i], m[0][i], SQUARINGS, MPFR_RNDN);
        mpfr_set_ui(m[1][i], i / n == i % n ? 1 : 0, MPFR_RNDN);
        mpfr_set(m[2][i], m[1][i], MPFR_RNDN);
    }
    for (unsigned k = 1; k <= TERMS; k++) {
        multiply(n, m[2], m[0], m[3], term);
        for (size_t i = 0; i < n * n; i++) {
            mpfr_div_ui(m[2][i], m[3][i], k, MPFR_RNDN);
            mpfr_add(m[1][i], m[1][i], m[2][i], MPFR_RNDN);
        }
    }
    for (int s = 0; s < SQUARINGS; s++) {
        multiply(n, m[1], m[1], m[3], term);
        for (size_t i = 0; i < n * n; i++) {
            mpfr_set(m[1][i], m[3][i], MPFR_RNDN);
        }
    }
    for (size_t i = 0; i < n; i++) {
        mpfr_set_zero(m[0][0], 1);
        for (size_t j = 0; j < n; j++) {
            mpfr_mul_d(term, m[1][i * n + j], atoms[j], MPFR_RNDN);
            mpfr_add(m[0][0], m[0][0], term, MPFR_RNDN);
        }
        out[i] = mpfr_get_d(m[0][0], MPFR_RNDN);
    }
    for (size_t i = 0; i < n * n; i++) {
        for (int k = 0; k < 4; k++) {
            mpfr_clear(m[k][i]);
        }
    }
    mpfr_clear(term);
}

/* A network of n with constants over 20 decades, captures up and, when asked for, ways back. */
static double worst_error(uint64_t seed, uint32_t n, bool has_loops)
{
    enum { N = MOST };
    moly_random random = moly_random_stream(seed, 1);
    double lambda[N], rate[N * N] = {0}, start[N] = {1e20, 1e8}, got[N], wanted[N], worst = 0.0;
    double flux = 1e14, ratio = 0.03, t = pow(10.0, 2.0 + 6.0 * moly_random_uniform(&random));
    moly_feed feeds[N];
    moly_reaction reactions[2 * N];
    moly_reaction_product products[2 * N];
    moly_network w = {n, lambda, 0, feeds, 0, reactions, 0, products};
    for (uint32_t i = 0; i < n; i++) {
        lambda[i] = moly_random_uniform(&random) < 0.3
                        ? 0.0
                        : pow(10.0, -12.0 + 16.0 * moly_random_uniform(&random));
        uint32_t to = has_loops && i >= 3 ? i - 3 : i + 1;
        if (lambda[i] > 0.0 && to < n) {
            feeds[w.n_feeds++] = (moly_feed){i, to, 0.7};
            rate[to * n + i] += 0.7 * lambda[i];
        }
        rate[i * n + i] -= lambda[i];
        for (uint32_t up = 1; up <= 2 && i + up < n; up++) {
            double thermal = pow(10.0, -3.0 + 6.0 * moly_random_uniform(&random));
            double resonance = 5.0 * thermal, sigma = 1e-24 * flux * (thermal + ratio * resonance);
            reactions[w.n_reactions++] = (moly_reaction){i, thermal, resonance, w.n_products, 1};
            products[w.n_products++] = (moly_reaction_product){i + up, 1.0};
            rate[(i + up) * n + i] += sigma;
            rate[i * n + i] -= sigma;
        }
    }
    moly_burnup *burnup = NULL;
    moly_error err = {0};
    moly_flux_step step = {flux, ratio, t};
    assert_ok(moly_burnup_new(&w, &burnup, &err), err);
    assert_ok(moly_burnup_run(burnup, start, 1, &step, got, NULL, &err), err);
    exponential(n, rate, t, start, wanted);
    for (size_t i = 0; i < n; i++) {
        worst = wanted[i] > 1e-250 ? fmax(worst, fabs(got[i] / wanted[i] - 1.0)) : worst;
    }
    moly_burnup_free(burnup);
    return worst;
}

static void a_chain_agrees_with_high_precision_in_every_member(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        assert_true(worst_error(seed, 6, false) < ENGINE);
    }
}

static void loops_agree_with_high_precision_in_every_member(void **state)
{
    (void)state;
    for (uint64_t seed = 100; seed < 140; seed++) {
        double worst = worst_error(seed, 6, true);
        if (worst >= ENGINE) {
            fail_msg("seed %d: %g", (int)seed, worst);
        }
    }
}

/* From 32 members on it is the contour that solves them, the engine what has decayed. */
static void wide_networks_agree_with_high_precision_in_every_member(void **state)
{
    (void)state;
    for (uint64_t seed = 200; seed < 212; seed++) {
        double worst = worst_error(seed, MOST, seed % 2 == 0);
        if (worst >= ENGINE) {
            fail_msg("seed %d: %g", (int)seed, worst);
        }
    }
}

/* ---- steps ---- */

static const double week_lambda[] = {0.0, LN2 / 574300.8, 0.0};
static const moly_feed week_feeds[] = {{1, 2, 1.0}};
static const moly_reaction week_reactions[] = {{0, 2057.0, 921.0, 0, 1}, {1, 880.0, 0.0, 1, 0}};
static const moly_reaction_product week_products[] = {{1, 1.0}};
static const moly_network week = {3, week_lambda,    1, week_feeds,
                                  2, week_reactions, 1, week_products};

static void two_steps_of_the_same_flux_are_one(void **state)
{
    (void)state;
    moly_burnup *burnup = NULL;
    moly_error err = {0};
    const double start[3] = {1e18};
    const moly_flux_step one = {1e14, 0.02, 14 * 86400.0};
    const moly_flux_step two[] = {{1e14, 0.02, 5 * 86400.0}, {1e14, 0.02, 9 * 86400.0}};
    double a[3], b[6], decays[3], curve[6];
    assert_ok(moly_burnup_new(&week, &burnup, &err), err);
    assert_ok(moly_burnup_run(burnup, start, 1, &one, a, NULL, &err), err);
    assert_ok(moly_burnup_run(burnup, start, 2, two, b, decays, &err), err);
    const double times[] = {5 * 86400.0, 14 * 86400.0};
    assert_ok(moly_burnup_curve(burnup, start, one, times, 2, curve, &err), err);
    for (size_t i = 0; i < 3; i++) {
        assert_relative(b[3 + i], a[i], 1e-13);
        assert_relative(curve[i], b[i], 1e-13);
        assert_relative(curve[3 + i], a[i], 1e-13);
    }
    assert_relative(b[5], decays[1],
                    1e-12); /* what decayed is what is there of the stable daughter */
    moly_burnup_free(burnup);
}

static void a_pause_is_decay_alone(void **state)
{
    (void)state;
    moly_burnup *burnup = NULL;
    moly_error err = {0};
    const double start[3] = {1e18};
    const moly_flux_step steps[] = {{1e14, 0.0, 86400.0}, {0.0, 0.0, 574300.8}};
    double b[6];
    assert_ok(moly_burnup_new(&week, &burnup, &err), err);
    assert_ok(moly_burnup_run(burnup, start, 2, steps, b, NULL, &err), err);
    assert_relative(b[4], 0.5 * b[1], 1e-14);
    assert_true(b[3] == b[0]);
    moly_burnup_free(burnup);
}

static void what_is_out_of_range_is_refused(void **state)
{
    (void)state;
    moly_burnup *burnup = NULL;
    moly_error err = {0};
    double out[3], start[3] = {1e18};
    moly_network bad = week;
    const moly_reaction negative[] = {{0, -1.0, 0.0, 0, 1}}, beyond[] = {{0, 1.0, 0.0, 0, 2}};
    bad.n_reactions = 1;
    bad.reactions = negative;
    assert_fails(moly_burnup_new(&bad, &burnup, &err), MOLY_ERR_RANGE, "cross sections -1", err);
    assert_null(burnup);
    bad.reactions = beyond;
    assert_fails(moly_burnup_new(&bad, &burnup, &err), MOLY_ERR_RANGE, "2 products", err);
    assert_ok(moly_burnup_new(&week, &burnup, &err), err);
    moly_flux_step step = {-1.0, 0.0, 1.0};
    assert_fails(moly_burnup_run(burnup, start, 1, &step, out, NULL, &err), MOLY_ERR_RANGE,
                 "flux -1", err);
    step = (moly_flux_step){1e14, 0.0, -1.0};
    assert_fails(moly_burnup_run(burnup, start, 1, &step, out, NULL, &err), MOLY_ERR_RANGE,
                 "duration", err);
    moly_burnup_free(burnup);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lutetium_177_after_one_two_and_three_weeks),
        cmocka_unit_test(tungsten_188_by_two_captures),
        cmocka_unit_test(molybdenum_99_by_capture),
        cmocka_unit_test(a_chain_agrees_with_high_precision_in_every_member),
        cmocka_unit_test(loops_agree_with_high_precision_in_every_member),
        cmocka_unit_test(wide_networks_agree_with_high_precision_in_every_member),
        cmocka_unit_test(two_steps_of_the_same_flux_are_one),
        cmocka_unit_test(a_pause_is_decay_alone),
        cmocka_unit_test(what_is_out_of_range_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Generators: the pair alone against Bateman's closed form, the rows of the reference table with
 * ICRP-107's data, and what a radiopharmacist would notice. */
#include "testing.h"

#include "moly/production/generator.h"

#define HOUR 3600.0
#define FROM_REFERENCE 1e-9 /* tolerance of the rows */
#define ENGINE 1e-12

static moly_nuclide_set *icrp107;

static moly_generator *make(const moly_nuclide_set *set, const char *parent, const char *daughter)
{
    moly_generator *g = NULL;
    moly_error err = {0};
    assert_ok(moly_generator_new(set, parent, daughter, &g, &err), err);
    return g;
}

static const moly_nuclide_set *need_icrp107(void)
{
    char path[512], spec[600];
    moly_error err = {0};
    need_shared("data/nuclear/icrp07", path, sizeof path);
    if (icrp107 == NULL) {
        (void)snprintf(spec, sizeof spec, "icrp07:%s", path);
        assert_ok(moly_nuclide_set_load(spec, &icrp107, &err), err);
    }
    return icrp107;
}

static int free_icrp107(void **state)
{
    (void)state;
    moly_nuclide_set_free(icrp107);
    return 0;
}

/* Source: rows generator_elution, "analytic Bateman with ICRP-107 half-lives/branching, mpmath". */
static void three_elutions_of_a_technetium_generator(void **state)
{
    (void)state;
    moly_generator *g = make(need_icrp107(), "Mo-99", "Tc-99m");
    moly_error err = {0};
    const moly_elution elutions[] = {
        {24 * HOUR, 0.9, 0.0}, {48 * HOUR, 0.9, 0.0}, {72 * HOUR, 0.9, 0.0}};
    const double wanted_mbq[] = {22955.5123899, 17981.47236, 13972.9611511};
    moly_elution_result r[3];
    assert_ok(moly_generator_schedule(g, 37e9, false, 3, elutions, NAN, r, &err), err);
    for (size_t i = 0; i < 3; i++) {
        assert_relative(r[i].eluted_bq, wanted_mbq[i] * 1e6, FROM_REFERENCE);
        assert_relative(r[i].parent_on_column_bq,
                        37e9 * exp2(-elutions[i].after_s / (65.94 * HOUR)), ENGINE);
        assert_true(r[i].breakthrough_bq == 0.0 && isnan(r[i].limit_reached_s));
    }
    moly_generator_free(g);
}

/* Source: rows generator_tmax and generator_ratio. */
static void peak_and_equilibrium_of_technetium(void **state)
{
    (void)state;
    moly_generator *g = make(need_icrp107(), "Mo-99", "Tc-99m");
    moly_error err = {0};
    double peak_s, ratio;
    assert_ok(moly_generator_peak_s(g, &peak_s, &err), err);
    assert_ok(moly_generator_equilibrium_ratio(g, &ratio, &err), err);
    assert_relative(peak_s, 22.864615196 * HOUR, FROM_REFERENCE);
    assert_relative(ratio, 0.965359399249, FROM_REFERENCE);
    moly_generator_free(g);
}

/* Source: rows irradiation_ingrowth, "mpmath expm, 60 digits". */
static void activity_grows_in_under_constant_production(void **state)
{
    (void)state;
    const double ln2 = 0.69314718055994530942;
    const double lambda[] = {ln2 / 237384, ln2 / 21654}, rate[] = {1e10, 2e9};
    const moly_feed feed = {0, 1, 0.8773};
    moly_decay_engine *engine = NULL;
    moly_error err = {0};
    double eob[2], end[2];
    const double cool = 7200;
    assert_ok(moly_decay_engine_new(2, lambda, 1, &feed, &engine, &err), err);
    assert_ok(moly_decay_with_production(engine, NULL, rate, 86400, eob, NULL, &err), err);
    assert_ok(moly_decay_atoms(engine, eob, &cool, 1, end, NULL, &err), err);
    assert_relative(end[0] * lambda[0], 2183362887.3, FROM_REFERENCE);
    assert_relative(end[1] * lambda[1], 2940768022.42, FROM_REFERENCE);
    moly_decay_engine_free(engine);
}

static void every_generator_of_medicine_gives_its_daughter(void **state)
{
    (void)state;
    size_t n;
    const moly_generator_kind *kinds = moly_generator_kinds(&n);
    assert_int_equal(n, 7);
    for (size_t i = 0; i < n; i++) {
        moly_generator *g = make(moly_nuclide_set_builtin(), kinds[i].parent, kinds[i].daughter);
        moly_error err = {0};
        const moly_elution elution = {0.0, 1.0, 0.0};
        moly_elution_result r;
        double ratio;
        assert_ok(moly_generator_schedule(g, 1e9, true, 1, &elution, NAN, &r, &err), err);
        assert_ok(moly_generator_equilibrium_ratio(g, &ratio, &err), err);
        assert_relative(r.eluted_bq, ratio * 1e9, ENGINE);
        assert_true(ratio > 0.8 && ratio < 1.2);
        moly_generator_free(g);
    }
}

/* Aged for ten half-lives of the daughter, a pure parent comes to the ratio that is loaded as
 * equilibrium. */
static void equilibrium_is_what_a_pure_parent_comes_to(void **state)
{
    (void)state;
    moly_generator *g = make(moly_nuclide_set_builtin(), "Ra-224", "Pb-212");
    moly_error err = {0};
    double ratio;
    const moly_elution elution = {40 * 86400.0, 1.0, 0.0};
    moly_elution_result r;
    assert_ok(moly_generator_equilibrium_ratio(g, &ratio, &err), err);
    assert_ok(moly_generator_schedule(g, 1e9, false, 1, &elution, NAN, &r, &err), err);
    assert_relative(r.eluted_bq, ratio * r.parent_on_column_bq, 1e-12);
    moly_generator_free(g);
}

static void a_partial_elution_leaves_the_rest_for_the_next(void **state)
{
    (void)state;
    moly_generator *g = make(moly_nuclide_set_builtin(), "Ge-68", "Ga-68");
    moly_error err = {0};
    const moly_elution two[] = {{HOUR, 0.4, 0.0}, {HOUR, 1.0, 0.0}}, one = {HOUR, 1.0, 0.0};
    moly_elution_result a[2], b;
    assert_ok(moly_generator_schedule(g, 1e9, true, 2, two, NAN, a, &err), err);
    assert_ok(moly_generator_schedule(g, 1e9, true, 1, &one, NAN, &b, &err), err);
    assert_relative(a[0].eluted_bq + a[1].eluted_bq, b.eluted_bq, ENGINE);
    moly_generator_free(g);
}

/* Tc-99 grows on the column from Mo-99 and Tc-99m: 24 h after an elution, Lamson et al. (J. Nucl.
 * Med. 16 (1975) 639) give 0.277 of the technetium as Tc-99m. */
static void technetium_99_dilutes_what_has_stood(void **state)
{
    (void)state;
    moly_generator *g = make(moly_nuclide_set_builtin(), "Mo-99", "Tc-99m");
    moly_error err = {0};
    const moly_elution elutions[] = {
        {24 * HOUR, 1.0, 0.0}, {27 * HOUR, 1.0, 0.0}, {99 * HOUR, 1.0, 0.0}};
    moly_elution_result r[3];
    assert_ok(moly_generator_schedule(g, 37e9, false, 3, elutions, NAN, r, &err), err);
    assert_relative(r[0].carrier_free, 0.277, 0.02);
    assert_true(r[1].carrier_free > 0.7 && r[2].carrier_free < 0.1);
    moly_generator_free(g);
}

/* R-22's ratio: 0.15 kBq of Mo-99 a MBq of Tc-99m; the ratio grows as exp((l_Tc - l_Mo) t). */
static void breakthrough_reaches_its_limit_when_the_daughter_has_gone(void **state)
{
    (void)state;
    moly_generator *g = make(moly_nuclide_set_builtin(), "Mo-99", "Tc-99m");
    moly_error err = {0};
    const moly_elution elution = {24 * HOUR, 0.9, 2e-5};
    moly_elution_result r, wide, narrow;
    assert_ok(moly_generator_schedule(g, 37e9, false, 1, &elution, 1.5e-4, &r, &err), err);
    assert_relative(r.breakthrough_bq, 2e-5 * r.parent_on_column_bq, 1e-15);
    double l_mo =
        moly_nuclide_at(moly_nuclide_set_builtin(), moly_generator_member(g, 0))->lambda_per_s;
    double l_tc = 0.69314718055994530942 / (6.0067 * HOUR), start = r.breakthrough_bq / r.eluted_bq;
    assert_relative(r.limit_reached_s, log(1.5e-4 / start) / (l_tc - l_mo), 1e-3);
    assert_ok(moly_generator_schedule(g, 37e9, false, 1, &elution, 1e-6, &wide, &err), err);
    assert_ok(moly_generator_schedule(g, 37e9, false, 1, &elution, 100.0, &narrow, &err), err);
    assert_true(wide.limit_reached_s == 0.0 && isinf(narrow.limit_reached_s));
    moly_generator_free(g);
}

static void efficiency_is_learned_from_the_elutions(void **state)
{
    (void)state;
    moly_generator *g = make(moly_nuclide_set_builtin(), "Mo-99", "Tc-99m");
    moly_error err = {0};
    enum { N = 9 };
    moly_elution elutions[N];
    moly_elution_result r[N];
    moly_elution_record records[N];
    for (size_t i = 0; i < N; i++) { /* a partial one in the middle must not confuse it */
        elutions[i] = (moly_elution){24 * HOUR * (double)(i + 1), i == 3 ? 0.50 : 0.88, 0.0};
    }
    assert_ok(moly_generator_schedule(g, 37e9, false, N, elutions, NAN, r, &err), err);
    for (size_t i = 0; i < N; i++) {
        records[i] = (moly_elution_record){r[i].after_s, r[i].eluted_bq, 0.02 * r[i].eluted_bq};
    }
    moly_generator_fit fit;
    double each[N];
    assert_ok(moly_generator_fit_efficiency(g, 37e9, false, N, records, &fit, each, &err), err);
    assert_relative(fit.efficiency, 0.88, 1e-12);
    assert_relative(each[3], 0.50, 1e-12);
    assert_relative(fit.efficiency_sd, 0.02 * 0.88, 1e-9);
    assert_false(fit.is_alarm);
    records[N - 1].measured_bq *= 0.9; /* five sigma */
    assert_ok(moly_generator_fit_efficiency(g, 37e9, false, N, records, &fit, NULL, &err), err);
    assert_true(fit.is_alarm);
    assert_relative(fit.last_deviation, -5.0, 1e-6);
    assert_ok(moly_generator_fit_efficiency(g, 37e9, false, 5, records, &fit, NULL, &err), err);
    assert_true(isnan(fit.last_deviation) && !fit.is_alarm);
    moly_generator_free(g);
}

static void what_is_no_generator_is_refused(void **state)
{
    (void)state;
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    moly_generator *g = NULL;
    moly_error err = {0};
    assert_fails(moly_generator_new(set, "Mo-99", "Ga-68", &g, &err), MOLY_ERR_UNKNOWN,
                 "Mo-99 does not decay to Ga-68", err);
    assert_fails(moly_generator_new(set, "Te-131m", "Te-131", &g, &err), MOLY_ERR_RANGE,
                 "one element", err);
    assert_fails(moly_generator_new(set, "Mo-98", "Tc-99m", &g, &err), MOLY_ERR_RANGE, "stable",
                 err);
    assert_fails(moly_generator_new(set, "Mo-99", "Ru-99", &g, &err), MOLY_ERR_RANGE, "stable",
                 err);
    assert_null(g);
    g = make(set, "Mo-99", "Tc-99m");
    const moly_elution back[] = {{48 * HOUR, 0.9, 0.0}, {24 * HOUR, 0.9, 0.0}};
    const moly_elution over = {24 * HOUR, 1.1, 0.0};
    moly_elution_result r[2];
    assert_fails(moly_generator_schedule(g, 1e9, false, 2, back, NAN, r, &err), MOLY_ERR_RANGE,
                 "elution at 86400 s is before the last one at 172800 s", err);
    assert_fails(moly_generator_schedule(g, 1e9, false, 1, &over, NAN, r, &err), MOLY_ERR_RANGE,
                 "efficiency 1.1", err);
    assert_fails(moly_generator_schedule(g, -1.0, false, 1, back, NAN, r, &err), MOLY_ERR_RANGE,
                 "activity -1", err);
    moly_generator_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_elutions_of_a_technetium_generator),
        cmocka_unit_test(peak_and_equilibrium_of_technetium),
        cmocka_unit_test(activity_grows_in_under_constant_production),
        cmocka_unit_test(every_generator_of_medicine_gives_its_daughter),
        cmocka_unit_test(equilibrium_is_what_a_pure_parent_comes_to),
        cmocka_unit_test(a_partial_elution_leaves_the_rest_for_the_next),
        cmocka_unit_test(technetium_99_dilutes_what_has_stood),
        cmocka_unit_test(breakthrough_reaches_its_limit_when_the_daughter_has_gone),
        cmocka_unit_test(efficiency_is_learned_from_the_elutions),
        cmocka_unit_test(what_is_no_generator_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, free_icrp107);
}

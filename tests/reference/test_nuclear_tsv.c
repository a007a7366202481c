/* SPDX-License-Identifier: Apache-2.0 */
/* The decay rows of reference/nuclear.tsv, each within its own tolerance. */
#include "testing.h"

#include "moly/base/quantity.h"
#include "moly/nuclide/decay.h"
#include "rows.h"

#define LN2 0.69314718055994530942
#define MOST 16

static moly_nuclide_set *icrp107;

static int load(void **state)
{
    (void)state;
    char path[512], spec[600];
    struct stat info;
    moly_error err = {0};
    const char *root = getenv("MOLY_SHARED");
    (void)snprintf(path, sizeof path, "%s/reference/nuclear.tsv", root ? root : "../shared");
    (void)snprintf(spec, sizeof spec, "icrp07:%s/data/nuclear/icrp07", root ? root : "../shared");
    if (stat(path, &info) != 0) {
        return 0; /* each test says so */
    }
    if (moly_nuclide_set_load(spec, &icrp107, &err) != MOLY_OK) {
        print_error("%s\n", err.message);
        return -1;
    }
    return 0;
}

static int unload(void **state)
{
    (void)state;
    moly_nuclide_set_free(icrp107);
    return 0;
}

/* ---- ICRP-107 chains ---- */

static double seconds(const char *text)
{
    double value;
    moly_error err = {0};
    assert_ok(moly_quantity_parse(text, MOLY_DIM_TIME, &value, &err), err);
    return value;
}

/* Activity or decays of `member` in "2 Bq X + 3 Bq Y" after a time. */
static double icrp107_figure(const char *inventory, const char *after, const char *member,
                             bool is_decays)
{
    moly_error err = {0};
    moly_inventory_term terms[MOST];
    size_t n_terms, n = moly_nuclide_set_size(icrp107), index;
    moly_decay_engine *engine = NULL;
    double *values = moly_alloc(3 * n, sizeof *values), t = seconds(after);
    assert_non_null(values);
    assert_ok(moly_inventory_parse(icrp107, inventory, MOST, terms, &n_terms, &err), err);
    for (size_t i = 0; i < n_terms; i++) {
        values[terms[i].nuclide] +=
            terms[i].activity_bq / moly_nuclide_at(icrp107, terms[i].nuclide)->lambda_per_s;
    }
    assert_ok(moly_nuclide_find(icrp107, member, &index, &err), err);
    assert_ok(moly_decay_engine_for_set(icrp107, &engine, &err), err);
    assert_ok(moly_decay_atoms(engine, values, &t, 1, values + n, values + 2 * n, &err), err);
    double figure = is_decays ? values[2 * n + index]
                              : values[n + index] * moly_nuclide_at(icrp107, index)->lambda_per_s;
    moly_free(values);
    moly_decay_engine_free(engine);
    return figure;
}

static void check_chain(const row *r)
{
    char a[16], b[16], after[40], unit[8], member[16], inventory[120];
    double x, y, t;
    if (sscanf(r->inputs,
               "%15s %lf Bq at t=0 (pure), ICRP-107 data, after %lf %7[a-z]: activity of %15s", a,
               &x, &t, unit, member) == 5) {
        (void)snprintf(inventory, sizeof inventory, "%.17g Bq %s", x, a);
    } else if (sscanf(r->inputs, "%15s %lf Bq + %15s %lf Bq, after %lf %7[a-z]: %15s", a, &x, b, &y,
                      &t, unit, member) == 7) {
        (void)snprintf(inventory, sizeof inventory, "%.17g Bq %s + %.17g Bq %s", x, a, y, b);
    } else if (sscanf(r->inputs, "%15s %lf Bq after %lf %7[a-z]", a, &x, &t, unit) == 4) {
        (void)snprintf(inventory, sizeof inventory, "%.17g Bq %s", x, a);
        (void)snprintf(member, sizeof member, "%s", a);
    } else {
        fail_msg("not understood: %s", r->inputs);
    }
    (void)snprintf(after, sizeof after, "%g %s", t, unit);
    /* The cases marked hard must not need their wider tolerance. */
    assert_relative(icrp107_figure(inventory, after, member, false), r->value,
                    fmin(r->tolerance, 1e-9));
}

static void activities_of_chains(void **state)
{
    (void)state;
    for_rows("chain_activity", 47, check_chain);
}

static void check_decays(const row *r)
{
    char a[16], after[40], unit[8], member[16], inventory[120];
    double x, t;
    if (sscanf(r->inputs, "%15s %lf Bq pure at t=0, ICRP-107, over %lf %7[a-z]: decays of %15s", a,
               &x, &t, unit, member) != 5) {
        fail_msg("not understood: %s", r->inputs);
    }
    (void)snprintf(inventory, sizeof inventory, "%.17g Bq %s", x, a);
    (void)snprintf(after, sizeof after, "%g %s", t, unit);
    assert_relative(icrp107_figure(inventory, after, member, true), r->value, r->tolerance);
}

static void decays_over_a_time(void **state)
{
    (void)state;
    for_rows("cumulative_decays", 2, check_decays);
}

/* ---- networks that the row itself describes ---- */

typedef struct described {
    size_t n, n_feeds;
    double lambda[MOST], start[MOST], rate[MOST];
    moly_feed feeds[MOST];
} described;

static const char *behind(const char *text, const char *mark)
{
    const char *found = strstr(text, mark);
    if (found == NULL) {
        fail_msg("no '%s' in: %s", mark, text);
        return text;
    }
    return found + strlen(mark);
}

/* half-lives s=['3600', '3600']; branching ... {(0, 1): 1, ...}; */
static void read_network(const char *inputs, described *d)
{
    *d = (described){0};
    const char *at = behind(inputs, "half-lives s=[");
    while (*at != ']' && d->n < MOST) {
        char *end;
        double half_life_s = strtod(at + strspn(at, "', "), &end);
        d->lambda[d->n++] = isfinite(half_life_s) ? LN2 / half_life_s : 0.0;
        at = end + strspn(end, "', ");
    }
    at = behind(behind(inputs, "branching"), "{");
    while (*at != '}' && d->n_feeds < MOST) {
        unsigned from, to;
        double fraction;
        int used = 0;
        if (sscanf(at, "(%u, %u): %lf%n", &from, &to, &fraction, &used) != 3) {
            fail_msg("branching not understood: %s", at);
        }
        d->feeds[d->n_feeds++] = (moly_feed){from, to, fraction};
        at += used;
        at += strspn(at, ", ");
    }
}

static double activity(const described *d, double produce_s, double decay_s, size_t member)
{
    moly_error err = {0};
    moly_decay_engine *engine = NULL;
    double made[MOST], left[MOST];
    assert_ok(moly_decay_engine_new(d->n, d->lambda, d->n_feeds, d->feeds, &engine, &err), err);
    assert_ok(moly_decay_with_production(engine, d->start, d->rate, produce_s, made, NULL, &err),
              err);
    assert_ok(moly_decay_atoms(engine, made, &decay_s, 1, left, NULL, &err), err);
    moly_decay_engine_free(engine);
    return left[member] * d->lambda[member];
}

static void check_stress(const row *r)
{
    described d;
    read_network(r->inputs, &d);
    const char *at = behind(r->inputs, "N0=[");
    for (size_t i = 0; i < d.n; i++) {
        char *end;
        d.start[i] = strtod(at, &end);
        at = end + strspn(end, ", ");
    }
    double t = strtod(behind(r->inputs, "; t="), NULL);
    unsigned long member = strtoul(behind(r->inputs, "activity of member "), NULL, 10);
    assert_relative(activity(&d, 0.0, t, member), r->value, r->tolerance);
}

static void chains_that_stress_bateman(void **state)
{
    (void)state;
    for_rows("bateman_stress", 8, check_stress);
}

static void check_irradiation(const row *r)
{
    described d;
    read_network(r->inputs, &d);
    const char *at = behind(r->inputs, "atoms/s {");
    unsigned member;
    double rate, irradiate_s, cool_s;
    int used = 0;
    while (sscanf(at, "%u: %lf%n", &member, &rate, &used) == 2) {
        d.rate[member] = rate;
        at += used;
        at += strspn(at, ", ");
    }
    if (sscanf(behind(r->inputs, "irradiate "), "%lf s then cool %lf s; activity of member %u",
               &irradiate_s, &cool_s, &member) != 3) {
        fail_msg("not understood: %s", r->inputs);
    }
    assert_relative(activity(&d, irradiate_s, cool_s, member), r->value, r->tolerance);
}

static void irradiation_then_cooling(void **state)
{
    (void)state;
    for_rows("irradiation_ingrowth", 3, check_irradiation);
}

/* ---- Mo-99 / Tc-99m generators ---- */

static described generator(double parent_h, double daughter_h, double fraction)
{
    return (described){.n = 2,
                       .n_feeds = 1,
                       .lambda = {LN2 / (parent_h * 3600.0), LN2 / (daughter_h * 3600.0)},
                       .feeds = {{0, 1, fraction}}};
}

static void check_elution(const row *r)
{
    double parent_h, daughter_h, fraction, parent_mbq, efficiency, at_h[3];
    int number;
    if (sscanf(r->inputs,
               "99Mo/99mTc: parent T1/2 %lf h, daughter %lf h, BF %lf, parent %lf MBq pure at t=0, "
               "elution efficiency %lf, elutions at t=['%lf', '%lf', '%lf'] h: eluted daughter "
               "activity of elution #%d",
               &parent_h, &daughter_h, &fraction, &parent_mbq, &efficiency, &at_h[0], &at_h[1],
               &at_h[2], &number) != 9) {
        fail_msg("not understood: %s", r->inputs);
    }
    described d = generator(parent_h, daughter_h, fraction);
    moly_error err = {0};
    moly_decay_engine *engine = NULL;
    double atoms[2] = {parent_mbq * 1e6 / d.lambda[0], 0.0}, eluted_mbq = 0.0, last_h = 0.0;
    assert_ok(moly_decay_engine_new(2, d.lambda, 1, d.feeds, &engine, &err), err);
    for (int i = 0; i < number; i++) {
        double after_s = (at_h[i] - last_h) * 3600.0, left[2];
        assert_ok(moly_decay_atoms(engine, atoms, &after_s, 1, left, NULL, &err), err);
        eluted_mbq = efficiency * left[1] * d.lambda[1] * 1e-6;
        atoms[0] = left[0];
        atoms[1] = (1.0 - efficiency) * left[1];
        last_h = at_h[i];
    }
    moly_decay_engine_free(engine);
    assert_relative(eluted_mbq, r->value, r->tolerance);
}

static void elutions_of_a_generator(void **state)
{
    (void)state;
    for_rows("generator_elution", 3, check_elution);
}

static void check_greatest(const row *r)
{
    double parent_h, daughter_h;
    if (sscanf(r->inputs, "99Mo/99mTc T1/2 %lf h / %lf h", &parent_h, &daughter_h) != 2) {
        fail_msg("not understood: %s", r->inputs);
    }
    described d = generator(parent_h, daughter_h, 0.8773);
    moly_error err = {0};
    moly_decay_engine *engine = NULL;
    double start[2] = {1e15, 0.0}, low_s = 3600.0, high_s = 360000.0;
    assert_ok(moly_decay_engine_new(2, d.lambda, 1, d.feeds, &engine, &err), err);
    for (int i = 0; i < 80; i++) { /* as much grows in as decays */
        double middle_s = 0.5 * (low_s + high_s), left[2];
        assert_ok(moly_decay_atoms(engine, start, &middle_s, 1, left, NULL, &err), err);
        bool is_growing = 0.8773 * d.lambda[0] * left[0] > d.lambda[1] * left[1];
        *(is_growing ? &low_s : &high_s) = middle_s;
    }
    moly_decay_engine_free(engine);
    assert_relative(low_s / 3600.0, r->value, r->tolerance);
}

static void time_of_the_greatest_daughter_activity(void **state)
{
    (void)state;
    for_rows("generator_tmax", 1, check_greatest);
}

static void check_ratio(const row *r)
{
    double fraction;
    if (sscanf(r->inputs, "99Mo/99mTc, BF %lf", &fraction) != 1) {
        fail_msg("not understood: %s", r->inputs);
    }
    described d = generator(65.94, 6.015, fraction); /* ICRP-107, as the row's source says */
    d.start[0] = 1e20;
    double t = 50.0 * 24.0 * 3600.0; /* 200 half-lives of the daughter */
    assert_relative(activity(&d, 0.0, t, 1) / activity(&d, 0.0, t, 0), r->value, r->tolerance);
}

static void ratio_in_transient_equilibrium(void **state)
{
    (void)state;
    for_rows("generator_ratio", 1, check_ratio);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activities_of_chains),
        cmocka_unit_test(decays_over_a_time),
        cmocka_unit_test(chains_that_stress_bateman),
        cmocka_unit_test(irradiation_then_cooling),
        cmocka_unit_test(elutions_of_a_generator),
        cmocka_unit_test(time_of_the_greatest_daughter_activity),
        cmocka_unit_test(ratio_in_transient_equilibrium),
    };
    return cmocka_run_group_tests(tests, load, unload);
}

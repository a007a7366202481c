/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>

#include "moly/base/memory.h"
#include "moly/base/random.h"
#include "moly/production/plan.h"

#define MINUTE 60.0
#define HOUR 3600.0
static const double half_life_s = 6584.04; /* F-18 */

/* A cyclotron, a cell, FDG, a clinic at half an hour; hours of the day as instants. */
typedef struct day {
    moly_plan_place cyclotron, cells[2];
    moly_plan_product products[2];
    moly_plan_clinic clinic;
    moly_plan_dose doses[80];
    moly_plan_problem problem;
} day;

static moly_instant at_h(double hours)
{
    return (moly_instant){(int64_t)llround(hours * HOUR * 1e6)};
}

static day day_of(void)
{
    const moly_plan_product fdg = {.name = "FDG",
                                   .lambda_per_s = 0.69314718055994530942 / half_life_s,
                                   .saturation_bq_per_a = 12e15, /* 12 GBq/uA */
                                   .current_a = 60e-6,
                                   .longest_s = 2 * HOUR,
                                   .cells = 1,
                                   .transfer_s = 5 * MINUTE,
                                   .synthesis_s = 30 * MINUTE,
                                   .synthesis_yield = 0.6,
                                   .control_s = 25 * MINUTE,
                                   .shelf_s = 10 * HOUR,
                                   .loss_fraction = 0.05,
                                   .most_batch_bq = INFINITY};
    return (day){.cyclotron = {"C18", at_h(0), at_h(24), 15 * MINUTE, 0.0},
                 .cells = {{"HC-1", at_h(0), at_h(24), 30 * MINUTE, 0.0},
                           {"HC-2", at_h(0), at_h(24), 30 * MINUTE, 0.0}},
                 .products = {fdg, fdg},
                 .clinic = {"City", 30 * MINUTE}};
}

static const moly_plan *plan_of(day *d, size_t n_products, size_t n_doses, moly_arena *arena)
{
    const moly_plan *plan = NULL;
    moly_error err = {0};
    d->problem = (moly_plan_problem){.cyclotrons = &d->cyclotron,
                                     .n_cyclotrons = 1,
                                     .cells = d->cells,
                                     .n_cells = 2,
                                     .products = d->products,
                                     .n_products = n_products,
                                     .clinics = &d->clinic,
                                     .n_clinics = 1,
                                     .doses = d->doses,
                                     .n_doses = n_doses};
    assert_ok(moly_plan_make(&d->problem, arena, &plan, &err), err);
    return plan;
}

static double decayed(double bq, double seconds)
{
    return bq * exp2(-seconds / half_life_s);
}

/* One dose: every step back is decay, yield and loss, and the beam is saturation's formula. */
static void a_dose_is_followed_back_to_the_beam(void **state)
{
    (void)state;
    moly_arena *arena = moly_arena_new();
    day d = day_of();
    d.doses[0] = (moly_plan_dose){0, 0, 370e6, at_h(10)};
    const moly_plan *plan = plan_of(&d, 1, 1, arena);
    assert_int_equal(plan->n_unmet, 0);
    assert_int_equal(plan->n_batches, 1);
    const moly_plan_batch *b = &plan->batches[0];
    assert_int_equal(b->released.us, at_h(9.5).us);
    assert_int_equal(b->beam_to.us, at_h(8.5).us);
    double released_bq = decayed(370e6, -30 * MINUTE) / 0.95;
    double eob_bq = decayed(released_bq, -60 * MINUTE) / 0.6;
    assert_relative(b->released_bq, released_bq, 1e-9);
    assert_relative(b->eob_bq, eob_bq, 1e-9);
    double beam_s = -half_life_s * log2(1.0 - eob_bq / (12e15 * 60e-6));
    assert_true(b->beam_s >= beam_s && b->beam_s < beam_s + MINUTE);
    assert_int_equal(b->beam_from.us % (int64_t)(MINUTE * 1e6), 0);
    assert_relative(decayed(b->eob_bq * 0.6, 35 * MINUTE), b->product_bq, 1e-9);
    assert_relative(b->most_eob_bq, 12e15 * 60e-6 * (1.0 - exp2(-2 * HOUR / half_life_s)), 1e-9);
    moly_arena_free(arena);
}

/* Late doses of a long day would cost the morning's beam much: two batches take less. */
static void a_long_day_is_divided_where_that_is_cheaper(void **state)
{
    (void)state;
    moly_arena *arena = moly_arena_new();
    day d = day_of();
    for (size_t i = 0; i < 40; i++) {
        d.doses[i] = (moly_plan_dose){0, 0, 500e6, at_h(i < 20 ? 8 : 16)};
    }
    const moly_plan *plan = plan_of(&d, 1, 40, arena);
    assert_int_equal(plan->n_unmet, 0);
    assert_int_equal(plan->n_batches, 2);
    assert_int_equal(plan->batches[0].n_doses, 20);
    assert_int_equal(plan->batches[1].n_doses, 20);
    moly_arena_free(arena);
}

/* Two products wanted at one time share the beam: neither overlaps, and the earlier one is larger.
 */
static void places_do_one_thing_at_a_time(void **state)
{
    (void)state;
    moly_arena *arena = moly_arena_new();
    day d = day_of();
    d.products[1].name = "NaF";
    d.products[1].cells = 3;
    for (size_t i = 0; i < 20; i++) {
        d.doses[i] = (moly_plan_dose){i % 2, 0, 370e6, at_h(10)};
    }
    const moly_plan *plan = plan_of(&d, 2, 20, arena);
    assert_int_equal(plan->n_unmet, 0);
    assert_int_equal(plan->n_batches, 2);
    const moly_plan_batch *first = &plan->batches[0], *second = &plan->batches[1];
    assert_true(first->beam_to.us + (int64_t)(15 * MINUTE * 1e6) <= second->beam_from.us);
    assert_true(first->cell != second->cell ||
                first->synthesis_to.us + (int64_t)(30 * MINUTE * 1e6) <= second->synthesis_from.us);
    assert_true(first->eob_bq > second->eob_bq);
    for (size_t b = 0; b < 2; b++) {
        double needed_bq = 0.0;
        for (size_t i = 0; i < plan->batches[b].n_doses; i++) {
            double wait_s = moly_instant_difference_s(plan->batches[b].released, at_h(10));
            needed_bq += decayed(370e6, -wait_s) / 0.95;
        }
        assert_relative(plan->batches[b].released_bq, needed_bq, 1e-9);
    }
    moly_arena_free(arena);
}

static void what_cannot_be_made_is_said_and_the_rest_planned(void **state)
{
    (void)state;
    moly_arena *arena = moly_arena_new();
    day d = day_of();
    d.cyclotron.opens = at_h(6);
    d.doses[0] = (moly_plan_dose){0, 0, 370e6, at_h(7)}; /* would need a beam at 05:30 */
    d.doses[1] = (moly_plan_dose){0, 0, 370e6, at_h(12)};
    const moly_plan *plan = plan_of(&d, 1, 2, arena);
    assert_int_equal(plan->n_unmet, 1);
    assert_int_equal(plan->unmet[0], 0);
    assert_int_equal(plan->n_batches, 1);
    assert_int_equal(plan->n_misses, 1);
    assert_non_null(strstr(plan->misses[0].text, "C18 opens at"));
    d = day_of();
    d.products[0].longest_s = 10 * MINUTE;
    d.doses[0] = (moly_plan_dose){0, 0, 60e9, at_h(10)};
    plan = plan_of(&d, 1, 1, arena);
    assert_int_equal(plan->n_unmet, 1);
    assert_non_null(strstr(plan->misses[0].text, "10 min of beam give"));
    d = day_of();
    d.products[0].shelf_s = HOUR;
    d.doses[0] = (moly_plan_dose){0, 0, 370e6, at_h(10)};
    d.clinic.travel_s = 2 * HOUR;
    plan = plan_of(&d, 1, 1, arena);
    assert_non_null(strstr(plan->misses[0].text, "it keeps for 1 h"));
    moly_arena_free(arena);
}

/* Ge-68 of 1 GBq gives 0.8 GBq at equilibrium; 14 h after the last elution it is there. */
static void a_generator_gives_what_has_grown(void **state)
{
    (void)state;
    moly_arena *arena = moly_arena_new();
    day d = day_of();
    d.products[0].cyclotron = MOLY_PLAN_NONE;
    d.products[0].lambda_per_s = 0.69314718055994530942 / (67.83 * MINUTE);
    d.products[0].generator = (moly_plan_generator){"Ge-68", "Ga-68", 1e9, at_h(-6), 0.8};
    d.doses[0] = (moly_plan_dose){0, 0, 100e6, at_h(9)};
    const moly_plan *plan = plan_of(&d, 1, 1, arena);
    assert_int_equal(plan->n_unmet, 0);
    assert_relative(plan->batches[0].most_eob_bq, 0.8e9, 2e-3);
    for (size_t i = 0; i < 4; i++) {
        d.doses[i] = (moly_plan_dose){0, 0, 120e6, at_h(9)};
    }
    plan = plan_of(&d, 1, 4, arena);
    assert_true(plan->n_unmet > 0);
    assert_non_null(strstr(plan->misses[0].text, "from the Ge-68 generator"));
    moly_arena_free(arena);
}

static void an_import_is_compared_by_what_arrives(void **state)
{
    (void)state;
    moly_arena *arena = moly_arena_new();
    day d = day_of();
    d.products[0].import = (moly_plan_import){"Almaty", 4e9, at_h(4), at_h(8), 1000.0};
    d.doses[0] = (moly_plan_dose){0, 0, 370e6, at_h(8)}; /* too early for it */
    d.doses[1] = (moly_plan_dose){0, 0, 370e6, at_h(9)};
    d.doses[2] = (moly_plan_dose){0, 0, 370e6, at_h(10)};
    const moly_plan *plan = plan_of(&d, 1, 3, arena);
    assert_int_equal(plan->n_comparisons, 1);
    const moly_plan_comparison *c = &plan->comparisons[0];
    assert_relative(c->on_arrival_bq, decayed(4e9, 4 * HOUR), 1e-9);
    assert_relative(c->needed_on_arrival_bq,
                    (decayed(370e6, -HOUR) + decayed(370e6, -2 * HOUR)) / 0.95, 1e-9);
    assert_int_equal(c->n_in_time, 2);
    assert_int_equal(c->n_covered, 1);
    moly_arena_free(arena);
}

/* What is proven best does not depend on the order in which the day was written down. */
static void a_proven_day_is_the_same_however_it_is_written(void **state)
{
    (void)state;
    moly_arena *arena = moly_arena_new();
    moly_random draws = moly_random_stream(20261124, 0);
    size_t n_proven = 0;
    for (size_t trial = 0; trial < 40; trial++) {
        day d = day_of();
        d.products[1].name = "NaF";
        d.products[1].cells = trial % 2 == 0 ? 1 : 3;
        d.products[0].batch_cost = d.products[1].batch_cost = 50.0;
        d.cyclotron.cost_per_h = 200.0;
        d.cyclotron.opens = at_h(trial % 4 == 0 ? 5 : 0);
        for (size_t i = 0; i < 24; i++) {
            d.doses[i] = (moly_plan_dose){i % 2, 0, 370e6 + 1e9 * moly_random_uniform(&draws),
                                          at_h(7.0 + 9.0 * moly_random_uniform(&draws))};
        }
        const moly_plan *plan = plan_of(&d, 2, 24, arena);
        for (size_t i = 23; i > 0; i--) {
            size_t j = (size_t)(moly_random_uniform(&draws) * (double)(i + 1));
            moly_plan_dose moved = d.doses[i];
            d.doses[i] = d.doses[j];
            d.doses[j] = moved;
        }
        for (size_t i = 0; i < 24; i++) {
            d.doses[i].product = 1 - d.doses[i].product;
        }
        moly_plan_product moved = d.products[0];
        d.products[0] = d.products[1];
        d.products[1] = moved;
        const moly_plan *again = plan_of(&d, 2, 24, arena);
        assert_int_equal(again->n_unmet, plan->n_unmet);
        if (plan->is_proven && again->is_proven) {
            n_proven++;
            /* the search weighs the beam before it is rounded to the minute: 8 batches at most */
            assert_true(fabs(again->cost - plan->cost) <= 8 * 200.0 / 60.0);
        }
    }
    assert_true(n_proven >= 30);
    moly_arena_free(arena);
}

/* One dose before the cyclotron opens takes none of the others with it. */
static void a_dose_out_of_reach_is_left_alone(void **state)
{
    (void)state;
    moly_arena *arena = moly_arena_new();
    day d = day_of();
    d.cyclotron.opens = at_h(6);
    for (size_t i = 0; i < 30; i++) {
        d.doses[i] = (moly_plan_dose){0, 0, 370e6, at_h(i == 17 ? 6.5 : 9.0 + 0.1 * (double)i)};
    }
    const moly_plan *plan = plan_of(&d, 1, 30, arena);
    assert_int_equal(plan->n_unmet, 1);
    assert_int_equal(plan->unmet[0], 17);
    assert_int_equal(plan->misses[0].why, MOLY_PLAN_BEAM_CLOSED);
    assert_string_equal(plan->misses[0].place, "C18");
    assert_true(plan->misses[0].at.us < plan->misses[0].opens.us);
    assert_true(plan->is_proven);
    moly_arena_free(arena);
}

static void a_problem_that_makes_no_sense_is_refused(void **state)
{
    (void)state;
    moly_arena *arena = moly_arena_new();
    const moly_plan *plan = NULL;
    moly_error err = {0};
    day d = day_of();
    d.doses[0] = (moly_plan_dose){0, 0, 370e6, at_h(10)};
    (void)plan_of(&d, 1, 1, arena);
    d.problem.n_doses = 0;
    assert_fails(moly_plan_make(&d.problem, arena, &plan, &err), MOLY_ERR_USAGE, "no doses", err);
    d.problem.n_doses = 1;
    err = (moly_error){0};
    d.products[0].synthesis_yield = 1.2;
    assert_fails(moly_plan_make(&d.problem, arena, &plan, &err), MOLY_ERR_RANGE, "synthesis yield",
                 err);
    err = (moly_error){0};
    d.products[0].cyclotron = MOLY_PLAN_NONE;
    assert_fails(moly_plan_make(&d.problem, arena, &plan, &err), MOLY_ERR_USAGE,
                 "neither a cyclotron nor a generator", err);
    assert_null(plan);
    moly_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dose_is_followed_back_to_the_beam),
        cmocka_unit_test(a_long_day_is_divided_where_that_is_cheaper),
        cmocka_unit_test(places_do_one_thing_at_a_time),
        cmocka_unit_test(what_cannot_be_made_is_said_and_the_rest_planned),
        cmocka_unit_test(a_generator_gives_what_has_grown),
        cmocka_unit_test(an_import_is_compared_by_what_arrives),
        cmocka_unit_test(a_proven_day_is_the_same_however_it_is_written),
        cmocka_unit_test(a_dose_out_of_reach_is_left_alone),
        cmocka_unit_test(a_problem_that_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

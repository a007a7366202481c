/* SPDX-License-Identifier: Apache-2.0 */
/* Backwards: the last batch of the day takes its place first, as late as it can stand; each one
 * before it ends where its cyclotron and its cell are free again. An earlier end means more decay,
 * more activity, a longer beam. */
#include <math.h>
#include <stdio.h>

#include "moly/base/quantity.h"
#include "plan_inside.h"

/* What is taken already, from the end of the day on. */
typedef struct free_until {
    int64_t cyclotron_us[MOLY_PLAN_MOST_PLACES], cell_us[MOLY_PLAN_MOST_PLACES];
} free_until;

static int64_t us_of(double s)
{
    return (int64_t)llround(s * 1e6);
}

/* The latest end of bombardment by a cell: its synthesis must be over, and the cell clean. */
static int64_t latest_by_cell(const moly_plan_problem *problem, const moly_plan_product *product,
                              const free_until *taken, size_t cell)
{
    int64_t free_us = taken->cell_us[cell] == INT64_MAX
                          ? problem->cells[cell].closes.us
                          : taken->cell_us[cell] - us_of(problem->cells[cell].pause_s);
    return free_us - us_of(product->transfer_s + product->synthesis_s);
}

static void choose_cell(const moly_plan_problem *problem, const moly_plan_product *product,
                        const free_until *taken, plan_placed *placed)
{
    int64_t best_us = INT64_MIN;
    placed->cell = MOLY_PLAN_NONE;
    for (size_t c = 0; c < problem->n_cells; c++) {
        if (product->cells & (uint32_t)1 << c) {
            int64_t latest_us = latest_by_cell(problem, product, taken, c);
            if (latest_us > best_us) {
                best_us = latest_us;
                placed->cell = c;
            }
        }
    }
    if (placed->cell != MOLY_PLAN_NONE && best_us < placed->to_us) {
        placed->to_us = best_us;
    }
}

static void clock_of(int64_t us, char text[MOLY_INSTANT_TEXT_SIZE])
{
    (void)moly_instant_format((moly_instant){us}, text);
}

static bool fail(plan_placed *placed, const moly_plan_problem *problem, const plan_wish *wish,
                 const char *why)
{
    char by[MOLY_INSTANT_TEXT_SIZE];
    const moly_plan_product *product = &problem->products[wish->line->product];
    clock_of(wish->latest_us + us_of(plan_lead_s(product)), by);
    (void)snprintf(placed->reason, sizeof placed->reason, "%s, %zu doses to leave from %s: %s",
                   product->name, wish->end - wish->begin, by, why);
    return false;
}

/* Nobody starts a beam at a second: the full minute before. */
static int64_t whole_minute(int64_t us)
{
    const int64_t minute_us = 60 * INT64_C(1000000), over_us = us % minute_us;
    return us - (over_us < 0 ? over_us + minute_us : over_us);
}

static bool fits_beam(const moly_plan_problem *problem, const plan_wish *wish, plan_placed *placed)
{
    const moly_plan_product *product = &problem->products[wish->line->product];
    const moly_plan_place *cyclotron = &problem->cyclotrons[product->cyclotron];
    char why[160], needed[MOLY_QUANTITY_TEXT_SIZE], most[MOLY_QUANTITY_TEXT_SIZE];
    char longest[MOLY_QUANTITY_TEXT_SIZE], start[MOLY_INSTANT_TEXT_SIZE];
    char opens[MOLY_INSTANT_TEXT_SIZE];
    double beam_s = plan_beam_s(product, placed->eob_bq);
    placed->most_eob_bq = product->saturation_bq_per_a * product->current_a *
                          -expm1(-product->lambda_per_s * product->longest_s);
    if (!(beam_s <= product->longest_s)) {
        (void)snprintf(why, sizeof why,
                       "%s are needed at the end of bombardment, %s of beam give %s",
                       moly_quantity_format(placed->eob_bq, MOLY_DIM_ACTIVITY, 4, needed),
                       moly_quantity_format(product->longest_s, MOLY_DIM_TIME, 3, longest),
                       moly_quantity_format(placed->most_eob_bq, MOLY_DIM_ACTIVITY, 4, most));
        return fail(placed, problem, wish, why);
    }
    placed->from_us = whole_minute(placed->to_us - us_of(beam_s));
    if (placed->from_us < cyclotron->opens.us) {
        clock_of(placed->from_us, start);
        clock_of(cyclotron->opens.us, opens);
        (void)snprintf(why, sizeof why, "the beam would have to begin at %s, and %s opens at %s",
                       start, cyclotron->name, opens);
        return fail(placed, problem, wish, why);
    }
    return true;
}

static bool fits_cell(const moly_plan_problem *problem, const plan_wish *wish, plan_placed *placed)
{
    const moly_plan_product *product = &problem->products[wish->line->product];
    char why[160], start[MOLY_INSTANT_TEXT_SIZE], opens[MOLY_INSTANT_TEXT_SIZE];
    if (product->cells == 0) {
        return true;
    }
    const moly_plan_place *cell = &problem->cells[placed->cell];
    int64_t from_us = placed->to_us + us_of(product->transfer_s);
    if (from_us >= cell->opens.us) {
        return true;
    }
    clock_of(from_us, start);
    clock_of(cell->opens.us, opens);
    (void)snprintf(why, sizeof why, "the synthesis would have to begin at %s, and %s opens at %s",
                   start, cell->name, opens);
    return fail(placed, problem, wish, why);
}

static bool fits_batch(const moly_plan_problem *problem, const plan_wish *wish, plan_placed *placed,
                       int64_t released_us)
{
    const moly_plan_product *product = &problem->products[wish->line->product];
    char why[160], a[MOLY_QUANTITY_TEXT_SIZE], b[MOLY_QUANTITY_TEXT_SIZE];
    double kept_s = (double)(wish->last_use_us - released_us) * 1e-6;
    double eos_bq = placed->eob_bq * product->synthesis_yield *
                    exp(-product->lambda_per_s * (product->transfer_s + product->synthesis_s));
    if (kept_s > product->shelf_s) {
        (void)snprintf(why, sizeof why, "the last is given %s after release, and it keeps for %s",
                       moly_quantity_format(kept_s, MOLY_DIM_TIME, 3, a),
                       moly_quantity_format(product->shelf_s, MOLY_DIM_TIME, 3, b));
        return fail(placed, problem, wish, why);
    }
    if (eos_bq > product->most_batch_bq) {
        (void)snprintf(why, sizeof why, "%s at the end of synthesis are above the batch's %s",
                       moly_quantity_format(eos_bq, MOLY_DIM_ACTIVITY, 4, a),
                       moly_quantity_format(product->most_batch_bq, MOLY_DIM_ACTIVITY, 4, b));
        return fail(placed, problem, wish, why);
    }
    return true;
}

static void place_one(const moly_plan_problem *problem, const plan_wish *wish, free_until *taken,
                      plan_placed *placed)
{
    const moly_plan_product *product = &problem->products[wish->line->product];
    bool has_beam = product->cyclotron != MOLY_PLAN_NONE;
    *placed = (plan_placed){.to_us = wish->latest_us, .cell = MOLY_PLAN_NONE};
    if (has_beam) {
        const moly_plan_place *cyclotron = &problem->cyclotrons[product->cyclotron];
        int64_t taken_us = taken->cyclotron_us[product->cyclotron];
        int64_t free_us =
            taken_us == INT64_MAX ? cyclotron->closes.us : taken_us - us_of(cyclotron->pause_s);
        placed->to_us = free_us < placed->to_us ? free_us : placed->to_us;
    }
    choose_cell(problem, product, taken, placed);
    int64_t released_us = placed->to_us + us_of(plan_lead_s(product));
    placed->from_us = placed->to_us;
    placed->eob_bq = plan_eob_bq(problem, wish, released_us);
    placed->is_met = fits_batch(problem, wish, placed, released_us) &&
                     fits_cell(problem, wish, placed) &&
                     (!has_beam || fits_beam(problem, wish, placed));
    if (placed->is_met && has_beam) {
        taken->cyclotron_us[product->cyclotron] = placed->from_us;
    }
    if (placed->is_met && product->cells != 0) {
        taken->cell_us[placed->cell] = placed->to_us + us_of(product->transfer_s);
    }
}

double plan_cost(const moly_plan_problem *problem, const plan_wish *wish, const plan_placed *placed)
{
    const moly_plan_product *product = &problem->products[wish->line->product];
    double beam_h = (double)(placed->to_us - placed->from_us) / 3.6e9, cost = product->batch_cost;
    if (product->cyclotron != MOLY_PLAN_NONE) {
        cost += beam_h * problem->cyclotrons[product->cyclotron].cost_per_h;
    }
    if (placed->cell != MOLY_PLAN_NONE) {
        cost += product->synthesis_s / 3600.0 * problem->cells[placed->cell].cost_per_h;
    }
    return cost;
}

plan_score plan_place(const moly_plan_problem *problem, const plan_wish *wishes,
                      const size_t *order, size_t n, plan_placed *placed)
{
    free_until taken;
    plan_score score = {0, 0.0};
    for (size_t i = 0; i < MOLY_PLAN_MOST_PLACES; i++) {
        taken.cyclotron_us[i] = taken.cell_us[i] = INT64_MAX;
    }
    for (size_t i = 0; i < n; i++) {
        const plan_wish *wish = &wishes[order[i]];
        plan_placed *p = &placed[order[i]];
        place_one(problem, wish, &taken, p);
        score.unmet += p->is_met ? 0 : wish->end - wish->begin;
        /* without costs the beam's hours and each preparation count */
        score.cost += p->is_met ? plan_cost(problem, wish, p) +
                                      1e-6 * ((double)(p->to_us - p->from_us) / 3.6e9 + 0.5)
                                : 0.0;
    }
    return score;
}

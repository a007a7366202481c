/* SPDX-License-Identifier: Apache-2.0 */
/* Backwards: the last batch of the day takes its place first, as late as it can stand; each one
 * before it ends where its cyclotron and its cell are free again. An earlier end means more decay,
 * more activity, a longer beam. */
#include <math.h>

#include "plan_inside.h"

static int64_t us_of(double s)
{
    return (int64_t)llround(s * 1e6);
}

/* The latest end of bombardment by a cell: its synthesis must be over, and the cell clean. */
static int64_t latest_by_cell(const moly_plan_problem *problem, const moly_plan_product *product,
                              const plan_taken *taken, size_t cell)
{
    int64_t free_us = taken->cell_us[cell] == INT64_MAX
                          ? problem->cells[cell].closes.us
                          : taken->cell_us[cell] - us_of(problem->cells[cell].pause_s);
    return free_us - us_of(product->transfer_s + product->synthesis_s);
}

/* The cell in which it can end latest; one that is not open then only where all are closed. */
static void choose_cell(const moly_plan_problem *problem, const moly_plan_product *product,
                        const plan_taken *taken, plan_placed *placed)
{
    int64_t best_us = INT64_MIN;
    bool best_is_open = false;
    placed->cell = MOLY_PLAN_NONE;
    for (size_t c = 0; c < problem->n_cells; c++) {
        if (product->cells & (uint32_t)1 << c) {
            int64_t latest_us = latest_by_cell(problem, product, taken, c);
            latest_us = latest_us < placed->to_us ? latest_us : placed->to_us;
            bool is_open = latest_us + us_of(product->transfer_s) >= problem->cells[c].opens.us;
            if (is_open > best_is_open || (is_open == best_is_open && latest_us > best_us)) {
                best_us = latest_us;
                best_is_open = is_open;
                placed->cell = c;
            }
        }
    }
    if (placed->cell != MOLY_PLAN_NONE) {
        placed->to_us = best_us;
    }
}

/* Nobody starts a beam at a second: the full minute before. */
static int64_t whole_minute(int64_t us)
{
    const int64_t minute_us = 60 * INT64_C(1000000), over_us = us % minute_us;
    return us - (over_us < 0 ? over_us + minute_us : over_us);
}

static moly_plan_why judge_beam(const moly_plan_problem *problem, const moly_plan_product *product,
                                plan_placed *placed)
{
    placed->beam_s = plan_beam_s(product, placed->eob_bq);
    placed->most_eob_bq = product->saturation_bq_per_a * product->current_a *
                          -expm1(-product->lambda_per_s * product->longest_s);
    if (!(placed->beam_s <= product->longest_s)) {
        return MOLY_PLAN_BEAM_SHORT;
    }
    placed->from_us = whole_minute(placed->to_us - us_of(placed->beam_s));
    return placed->from_us < problem->cyclotrons[product->cyclotron].opens.us
               ? MOLY_PLAN_BEAM_CLOSED
               : MOLY_PLAN_MET;
}

static moly_plan_why judge(const moly_plan_problem *problem, const plan_wish *wish,
                           plan_placed *placed, int64_t released_us)
{
    const moly_plan_product *product = &problem->products[wish->line->product];
    if ((double)(wish->last_use_us - released_us) * 1e-6 > product->shelf_s) {
        return MOLY_PLAN_STALE;
    }
    if (plan_made_bq(product, placed->eob_bq) > product->most_batch_bq) {
        return MOLY_PLAN_LARGE;
    }
    if (product->cells != 0 &&
        placed->to_us + us_of(product->transfer_s) < problem->cells[placed->cell].opens.us) {
        return MOLY_PLAN_CELL_CLOSED;
    }
    return product->cyclotron != MOLY_PLAN_NONE ? judge_beam(problem, product, placed)
                                                : MOLY_PLAN_MET;
}

plan_taken plan_nothing_taken(void)
{
    plan_taken taken;
    for (size_t i = 0; i < MOLY_PLAN_MOST_PLACES; i++) {
        taken.cyclotron_us[i] = taken.cell_us[i] = INT64_MAX;
    }
    return taken;
}

void plan_put(const moly_plan_problem *problem, const plan_wish *wish, plan_taken *taken,
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
    placed->why = judge(problem, wish, placed, released_us);
    if (placed->why == MOLY_PLAN_MET && has_beam) {
        taken->cyclotron_us[product->cyclotron] = placed->from_us;
    }
    if (placed->why == MOLY_PLAN_MET && product->cells != 0) {
        taken->cell_us[placed->cell] = placed->to_us + us_of(product->transfer_s);
    }
}

static double cost_of(const moly_plan_problem *problem, const moly_plan_product *product,
                      double beam_s, double cell_cost_per_h)
{
    double cost = product->batch_cost + product->synthesis_s / 3600.0 * cell_cost_per_h;
    return product->cyclotron != MOLY_PLAN_NONE
               ? cost + beam_s / 3600.0 * problem->cyclotrons[product->cyclotron].cost_per_h
               : cost;
}

double plan_cost(const moly_plan_problem *problem, const plan_wish *wish, const plan_placed *placed)
{
    return cost_of(problem, &problem->products[wish->line->product],
                   (double)(placed->to_us - placed->from_us) * 1e-6,
                   placed->cell != MOLY_PLAN_NONE ? problem->cells[placed->cell].cost_per_h : 0.0);
}

/* Without costs the beam's hours and each preparation count. Not rounded to the minute: then what
 * must end earlier never weighs less. */
static double weight_of(const moly_plan_problem *problem, const plan_wish *wish,
                        const plan_placed *placed, double cell_cost_per_h)
{
    return placed->why == MOLY_PLAN_MET ? cost_of(problem, &problem->products[wish->line->product],
                                                  placed->beam_s, cell_cost_per_h) +
                                              1e-6 * (placed->beam_s / 3600.0 + 0.5)
                                        : 0.0;
}

double plan_weight(const moly_plan_problem *problem, const plan_wish *wish,
                   const plan_placed *placed)
{
    return weight_of(problem, wish, placed,
                     placed->cell != MOLY_PLAN_NONE ? problem->cells[placed->cell].cost_per_h
                                                    : 0.0);
}

double plan_least_weight(const moly_plan_problem *problem, const plan_wish *wish,
                         const plan_placed *placed)
{
    double least = INFINITY;
    for (size_t c = 0; c < problem->n_cells; c++) {
        if (problem->products[wish->line->product].cells & (uint32_t)1 << c) {
            least = fmin(least, problem->cells[c].cost_per_h);
        }
    }
    return weight_of(problem, wish, placed, isfinite(least) ? least : 0.0);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A day: what is asked is checked, the products' doses become lines, and the best day that is found
 * is described. */
#include "moly/production/plan.h"

#include <math.h>
#include <string.h>

#include "plan_inside.h"

typedef struct day {
    const moly_plan_problem *problem;
    plan_line lines[MOLY_PLAN_MOST_PRODUCTS];
    size_t n_lines;
    plan_found found;
} day;

/* ---- what is asked ------------------------------------------------------------------------ */

static bool is_fraction(double x, bool may_be_one)
{
    return x >= 0.0 && (may_be_one ? x <= 1.0 : x < 1.0);
}

static moly_status check_product(const moly_plan_problem *problem, const moly_plan_product *p,
                                 moly_error *err)
{
    bool has_beam = p->cyclotron != MOLY_PLAN_NONE;
    if (!has_beam && !p->generator.parent) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "%s: neither a cyclotron nor a generator makes it",
                         p->name);
    }
    if (has_beam && (p->cyclotron >= problem->n_cyclotrons || !(p->saturation_bq_per_a > 0.0) ||
                     !(p->current_a > 0.0) || !(p->longest_s > 0.0))) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "%s: cyclotron, saturation yield, current and longest bombardment must "
                         "be given and above 0",
                         p->name);
    }
    if (!(p->lambda_per_s > 0.0) || !(p->transfer_s >= 0.0) || !(p->synthesis_s >= 0.0) ||
        !(p->control_s >= 0.0) || !(p->shelf_s > 0.0) || !(p->most_batch_bq > 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "%s: half-life, shelf life and largest batch must be above 0, durations "
                         "not below",
                         p->name);
    }
    if (!(p->synthesis_yield > 0.0) || !is_fraction(p->synthesis_yield, true) ||
        !is_fraction(p->loss_fraction, false)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "%s: synthesis yield %g and loss %g must be within 0 .. 1", p->name,
                         p->synthesis_yield, p->loss_fraction);
    }
    if (p->cells >> problem->n_cells != 0) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%s: a hot cell that there is not", p->name);
    }
    return MOLY_OK;
}

static moly_status check(const moly_plan_problem *problem, moly_error *err)
{
    if (problem->n_doses == 0) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "no doses to plan for");
    }
    if (problem->n_products > MOLY_PLAN_MOST_PRODUCTS || problem->n_doses > MOLY_PLAN_MOST_DOSES ||
        problem->n_cyclotrons > MOLY_PLAN_MOST_PLACES || problem->n_cells > MOLY_PLAN_MOST_PLACES) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "at most %d products, %d doses, %d cyclotrons and %d cells",
                         MOLY_PLAN_MOST_PRODUCTS, MOLY_PLAN_MOST_DOSES, MOLY_PLAN_MOST_PLACES,
                         MOLY_PLAN_MOST_PLACES);
    }
    for (size_t d = 0; d < problem->n_doses; d++) {
        const moly_plan_dose *dose = &problem->doses[d];
        if (dose->product >= problem->n_products || dose->clinic >= problem->n_clinics ||
            !(dose->activity_bq > 0.0) || moly_instant_is_none(dose->at)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "dose %zu: product, clinic, an activity above 0 and an instant are "
                             "needed",
                             d + 1);
        }
    }
    for (size_t p = 0; p < problem->n_products; p++) {
        moly_status status = check_product(problem, &problem->products[p], err);
        if (status != MOLY_OK) {
            return status;
        }
    }
    return MOLY_OK;
}

static moly_status make_lines(day *s, moly_arena *arena, moly_error *err)
{
    for (size_t p = 0; p < s->problem->n_products; p++) {
        plan_line *line = &s->lines[s->n_lines];
        *line = (plan_line){.product = p};
        line->doses = moly_arena_alloc(arena, s->problem->n_doses, sizeof *line->doses);
        if (!line->doses) {
            return MOLY_NO_MEMORY(err);
        }
        for (size_t d = 0; d < s->problem->n_doses; d++) {
            if (s->problem->doses[d].product == p) {
                line->doses[line->n++] = d;
            }
        }
        if (line->n > 0) {
            moly_status status = plan_divide(s->problem, line, arena, err);
            if (status != MOLY_OK) {
                return status;
            }
            s->n_lines++;
        }
    }
    return MOLY_OK;
}

/* ---- the result --------------------------------------------------------------------------- */

static moly_instant after(int64_t us, double s)
{
    return moly_instant_add_s((moly_instant){us}, s);
}

static moly_plan_batch batch_of(const day *s, const plan_wish *wish, const plan_placed *placed)
{
    const moly_plan_product *p = &s->problem->products[wish->line->product];
    moly_plan_batch batch = {.product = wish->line->product,
                             .cyclotron = p->cyclotron,
                             .cell = placed->cell,
                             .n_doses = wish->end - wish->begin,
                             .doses = wish->line->doses + wish->begin,
                             .beam_from = {placed->from_us},
                             .beam_to = {placed->to_us},
                             .synthesis_from = after(placed->to_us, p->transfer_s),
                             .synthesis_to = after(placed->to_us, p->transfer_s + p->synthesis_s),
                             .released = after(placed->to_us, plan_lead_s(p)),
                             .last_use = {wish->last_use_us},
                             .beam_s = (double)(placed->to_us - placed->from_us) * 1e-6,
                             .eob_bq = placed->eob_bq,
                             .most_eob_bq = placed->most_eob_bq,
                             .cost = plan_cost(s->problem, wish, placed)};
    batch.product_bq = plan_made_bq(p, batch.eob_bq);
    batch.released_bq = batch.product_bq * exp(-p->lambda_per_s * p->control_s);
    return batch;
}

static moly_plan_comparison compare(const day *s, size_t product, double own_cost)
{
    const moly_plan_product *p = &s->problem->products[product];
    const moly_plan_import *import = &p->import;
    double since_s = moly_instant_difference_s(import->calibrated, import->arrives);
    moly_plan_comparison c = {.product = product,
                              .on_arrival_bq =
                                  import->activity_bq * exp(-p->lambda_per_s * since_s),
                              .import_cost = import->cost,
                              .own_cost = own_cost};
    double left_bq = c.on_arrival_bq;
    for (size_t l = 0; l < s->n_lines; l++) {
        const plan_line *line = &s->lines[l];
        for (size_t i = 0; line->product == product && i < line->n; i++) {
            const moly_plan_dose *dose = &s->problem->doses[line->doses[i]];
            double wait_s = moly_instant_difference_s(import->arrives, dose->at);
            double travel_s = s->problem->clinics[dose->clinic].travel_s;
            double needed_bq =
                dose->activity_bq * exp(p->lambda_per_s * wait_s) / (1.0 - p->loss_fraction);
            c.needed_on_arrival_bq += wait_s >= travel_s ? needed_bq : 0.0;
            c.n_in_time += wait_s >= travel_s;
            if (wait_s >= travel_s && needed_bq <= left_bq) {
                left_bq -= needed_bq;
                c.n_covered++;
            }
        }
    }
    return c;
}

static moly_status describe(day *s, moly_arena *arena, moly_plan *plan, moly_error *err)
{
    moly_plan_batch *batches = moly_arena_alloc(arena, PLAN_MOST_BATCHES, sizeof *batches);
    moly_plan_comparison *comparisons =
        moly_arena_alloc(arena, MOLY_PLAN_MOST_PRODUCTS, sizeof *comparisons);
    size_t *unmet = moly_arena_alloc(arena, s->problem->n_doses, sizeof *unmet);
    moly_plan_miss *misses = moly_arena_alloc(arena, PLAN_MOST_BATCHES, sizeof *misses);
    double own_cost[MOLY_PLAN_MOST_PRODUCTS] = {0.0};
    if (!batches || !comparisons || !unmet || !misses) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < s->found.n; i++) {
        const plan_wish *wish = &s->found.wishes[i];
        const plan_placed *placed = &s->found.placed[i];
        if (placed->why != MOLY_PLAN_MET) {
            moly_status status =
                plan_say_why(s->problem, wish, placed, arena, &misses[plan->n_misses++], err);
            if (status != MOLY_OK) {
                return status;
            }
            memcpy(unmet + plan->n_unmet, wish->line->doses + wish->begin,
                   (wish->end - wish->begin) * sizeof *unmet);
            plan->n_unmet += wish->end - wish->begin;
            continue;
        }
        moly_plan_batch made = batch_of(s, wish, placed);
        size_t j = plan->n_batches++;
        for (; j > 0 && batches[j - 1].beam_from.us > made.beam_from.us; j--) {
            batches[j] = batches[j - 1];
        }
        batches[j] = made;
        own_cost[made.product] += made.cost;
        plan->cost += made.cost;
        plan->beam_s += made.beam_s;
    }
    for (size_t p = 0; p < s->problem->n_products; p++) {
        if (s->problem->products[p].import.supplier) {
            comparisons[plan->n_comparisons++] = compare(s, p, own_cost[p]);
        }
    }
    plan->batches = batches;
    plan->unmet = unmet;
    plan->misses = misses;
    plan->comparisons = comparisons;
    plan->n_tried = s->found.n_tried;
    plan->is_proven = s->found.is_proven;
    return MOLY_OK;
}

moly_status moly_plan_make(const moly_plan_problem *problem, moly_arena *arena,
                           const moly_plan **plan, moly_error *err)
{
    moly_status status = check(problem, err);
    day *s = status == MOLY_OK ? moly_arena_alloc(arena, 1, sizeof *s) : NULL;
    moly_plan *made = status == MOLY_OK ? moly_arena_alloc(arena, 1, sizeof *made) : NULL;
    if (status == MOLY_OK && (!s || !made)) {
        status = MOLY_NO_MEMORY(err);
    }
    if (status == MOLY_OK) {
        *s = (day){.problem = problem};
        status = make_lines(s, arena, err);
    }
    if (status == MOLY_OK) {
        status = plan_search(problem, s->lines, s->n_lines, arena, &s->found, err);
    }
    if (status == MOLY_OK) {
        status = describe(s, arena, made, err);
    }
    if (status == MOLY_OK) {
        *plan = made;
    }
    return status;
}

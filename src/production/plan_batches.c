/* SPDX-License-Identifier: Apache-2.0 */
/* A product's doses, in the order in which they must leave, are divided into batches of neighbours:
 * a dose that leaves later never shares a batch with one of an earlier batch. With k batches the
 * best places to cut are found by dynamic programming over the activity that must be made. */
#include <math.h>
#include <string.h>

#include "plan_inside.h"

static int64_t leaves_us(const moly_plan_problem *problem, size_t dose)
{
    const moly_plan_dose *d = &problem->doses[dose];
    return d->at.us - (int64_t)(problem->clinics[d->clinic].travel_s * 1e6);
}

static void sort(const moly_plan_problem *problem, plan_line *line)
{
    for (size_t i = 1; i < line->n; i++) {
        size_t moved = line->doses[i], j = i;
        for (; j > 0 && leaves_us(problem, line->doses[j - 1]) > leaves_us(problem, moved); j--) {
            line->doses[j] = line->doses[j - 1];
        }
        line->doses[j] = moved;
    }
}

double plan_lead_s(const moly_plan_product *product)
{
    return product->transfer_s + product->synthesis_s + product->control_s;
}

static plan_wish empty_wish(const moly_plan_problem *problem, const plan_line *line, size_t begin)
{
    const moly_plan_product *product = &problem->products[line->product];
    return (plan_wish){.line = line,
                       .begin = begin,
                       .end = begin,
                       .last_use_us = INT64_MIN,
                       .latest_us = leaves_us(problem, line->doses[begin]) -
                                    (int64_t)(plan_lead_s(product) * 1e6)};
}

/* One dose more. */
static void extend(const moly_plan_problem *problem, plan_wish *wish)
{
    const moly_plan_product *product = &problem->products[wish->line->product];
    const moly_plan_dose *dose = &problem->doses[wish->line->doses[wish->end++]];
    int64_t released_us = leaves_us(problem, wish->line->doses[wish->begin]);
    double wait_s = (double)(dose->at.us - released_us) * 1e-6;
    wish->at_epoch_bq += dose->activity_bq * exp(product->lambda_per_s * wait_s);
    wish->last_use_us = dose->at.us > wish->last_use_us ? dose->at.us : wish->last_use_us;
}

plan_wish plan_wish_of(const moly_plan_problem *problem, const plan_line *line, size_t begin,
                       size_t end)
{
    plan_wish wish = empty_wish(problem, line, begin);
    while (wish.end < end) {
        extend(problem, &wish);
    }
    return wish;
}

double plan_eob_bq(const moly_plan_problem *problem, const plan_wish *wish, int64_t released_us)
{
    const moly_plan_product *product = &problem->products[wish->line->product];
    int64_t latest_us = wish->latest_us + (int64_t)(plan_lead_s(product) * 1e6);
    double earlier_s = (double)(latest_us - released_us) * 1e-6 + plan_lead_s(product);
    return wish->at_epoch_bq * exp(product->lambda_per_s * earlier_s) /
           (product->synthesis_yield * (1.0 - product->loss_fraction));
}

double plan_made_bq(const moly_plan_product *product, double eob_bq)
{
    return eob_bq * product->synthesis_yield *
           exp(-product->lambda_per_s * (product->transfer_s + product->synthesis_s));
}

double plan_beam_s(const moly_plan_product *product, double eob_bq)
{
    double share = eob_bq / (product->saturation_bq_per_a * product->current_a);
    return share < 1.0 ? -log1p(-share) / product->lambda_per_s : INFINITY;
}

/* What a batch weighs in the division: its beam time, or the activity where that does not tell. One
 * that could not be made alone in the day weighs so much by each dose that any other division is
 * better. */
static double weight_of(const moly_plan_problem *problem, const plan_wish *wish)
{
    static const double impossible = 1e15;
    plan_taken taken = plan_nothing_taken();
    plan_placed placed;
    plan_put(problem, wish, &taken, &placed);
    if (placed.why != MOLY_PLAN_MET) {
        return impossible * (double)(wish->end - wish->begin);
    }
    bool has_beam = problem->products[wish->line->product].cyclotron != MOLY_PLAN_NONE;
    return has_beam ? placed.beam_s : placed.eob_bq;
}

moly_status plan_divide(const moly_plan_problem *problem, plan_line *line, moly_arena *arena,
                        moly_error *err)
{
    size_t n = line->n, width = n + 1;
    /* best[k][i]: least weight of the first i doses in k + 1 batches; cut: where the last begins */
    double *best = moly_arena_alloc(arena, MOLY_PLAN_MOST_BATCHES * width, sizeof *best);
    size_t *cut = moly_arena_alloc(arena, MOLY_PLAN_MOST_BATCHES * width, sizeof *cut);
    double *weight = moly_arena_alloc(arena, width * width, sizeof *weight);
    if (!best || !cut || !weight) {
        return MOLY_NO_MEMORY(err);
    }
    sort(problem, line);
    for (size_t b = 0; b < n; b++) {
        plan_wish wish = empty_wish(problem, line, b);
        for (size_t e = b + 1; e <= n; e++) {
            extend(problem, &wish);
            weight[b * width + e] = weight_of(problem, &wish);
        }
    }
    for (size_t k = 0; k < MOLY_PLAN_MOST_BATCHES; k++) {
        for (size_t i = 0; i <= n; i++) {
            best[k * width + i] = k == 0 && i > 0 ? weight[i] : INFINITY;
            for (size_t b = k; k > 0 && b < i; b++) {
                double w = best[(k - 1) * width + b] + weight[b * width + i];
                if (w < best[k * width + i]) {
                    best[k * width + i] = w;
                    cut[k * width + i] = b;
                }
            }
        }
        line->is_possible[k] = n >= k + 1;
        size_t end = n;
        for (size_t b = k + 1; b-- > 0 && line->is_possible[k];) {
            line->first[k][b + 1] = end;
            end = b > 0 ? cut[b * width + end] : 0;
            line->first[k][b] = end;
        }
    }
    return MOLY_OK;
}

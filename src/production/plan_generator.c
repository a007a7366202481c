/* SPDX-License-Identifier: Apache-2.0 */
/* Elutions follow each other on one column: what is there depends on all before. */
#include <math.h>
#include <stdio.h>

#include "moly/base/quantity.h"
#include "moly/production/generator.h"
#include "plan_inside.h"

/* The batches of a product that are met, by the instant of their elution. */
static size_t elutions_of(const plan_wish *wishes, size_t n, const plan_placed *placed,
                          size_t product, size_t found[PLAN_MOST_BATCHES])
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (wishes[i].line->product == product && placed[i].is_met) {
            size_t j = count++;
            for (; j > 0 && placed[found[j - 1]].to_us > placed[i].to_us; j--) {
                found[j] = found[j - 1];
            }
            found[j] = i;
        }
    }
    return count;
}

static void miss(const moly_plan_product *product, const plan_wish *wish, plan_placed *placed,
                 double given_bq, plan_score *score)
{
    char needed[MOLY_QUANTITY_TEXT_SIZE], given[MOLY_QUANTITY_TEXT_SIZE];
    char at[MOLY_INSTANT_TEXT_SIZE];
    placed->is_met = false;
    score->unmet += wish->end - wish->begin;
    (void)snprintf(
        placed->reason, sizeof placed->reason,
        "%s, %zu doses: %s are needed from the %s generator at %s, it gives %s", product->name,
        wish->end - wish->begin, moly_quantity_format(placed->eob_bq, MOLY_DIM_ACTIVITY, 4, needed),
        product->generator.parent, moly_instant_format((moly_instant){placed->to_us}, at),
        moly_quantity_format(given_bq, MOLY_DIM_ACTIVITY, 4, given));
}

static moly_status elute(const moly_plan_product *product, const plan_wish *wishes,
                         const size_t *found, size_t count, plan_placed *placed, plan_score *score,
                         moly_error *err)
{
    const moly_plan_generator *source = &product->generator;
    moly_generator *generator = NULL;
    moly_elution elutions[PLAN_MOST_BATCHES];
    moly_elution_result results[PLAN_MOST_BATCHES];
    for (size_t e = 0; e < count; e++) {
        double after_s = (double)(placed[found[e]].to_us - source->calibrated.us) * 1e-6;
        elutions[e] = (moly_elution){after_s, source->efficiency, 0.0};
    }
    moly_status status = moly_generator_new(moly_nuclide_set_builtin(), source->parent,
                                            source->daughter, &generator, err);
    if (status == MOLY_OK) {
        status = moly_generator_schedule(generator, source->parent_bq, false, count, elutions, NAN,
                                         results, err);
    }
    for (size_t e = 0; status == MOLY_OK && e < count; e++) {
        plan_placed *p = &placed[found[e]];
        p->most_eob_bq = results[e].eluted_bq;
        if (results[e].eluted_bq < p->eob_bq) {
            miss(product, &wishes[found[e]], p, results[e].eluted_bq, score);
        }
    }
    moly_generator_free(generator);
    return status;
}

moly_status plan_elute(const moly_plan_problem *problem, const plan_wish *wishes, size_t n,
                       plan_placed *placed, plan_score *score, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t p = 0; p < problem->n_products && status == MOLY_OK; p++) {
        size_t found[PLAN_MOST_BATCHES];
        if (problem->products[p].generator.parent) {
            size_t count = elutions_of(wishes, n, placed, p, found);
            status = count > 0
                         ? elute(&problem->products[p], wishes, found, count, placed, score, err)
                         : MOLY_OK;
        }
    }
    return status;
}

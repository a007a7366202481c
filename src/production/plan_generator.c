/* SPDX-License-Identifier: Apache-2.0 */
/* Elutions follow each other on one column: what is there depends on all before. */
#include <math.h>

#include "plan_inside.h"

moly_status plan_columns_open(const moly_plan_problem *problem, plan_columns *columns,
                              moly_error *err)
{
    moly_status status = MOLY_OK;
    *columns = (plan_columns){0};
    for (size_t p = 0; p < problem->n_products && status == MOLY_OK; p++) {
        const moly_plan_generator *source = &problem->products[p].generator;
        if (source->parent) {
            status = moly_generator_new(moly_nuclide_set_builtin(), source->parent,
                                        source->daughter, &columns->of[p], err);
        }
    }
    if (status != MOLY_OK) {
        plan_columns_close(columns);
    }
    return status;
}

void plan_columns_close(plan_columns *columns)
{
    for (size_t p = 0; p < MOLY_PLAN_MOST_PRODUCTS; p++) {
        moly_generator_free(columns->of[p]);
        columns->of[p] = NULL;
    }
}

/* The batches of a product that are met, by the instant of their elution. */
static size_t elutions_of(const plan_wish *wishes, size_t n, const plan_placed *placed,
                          size_t product, size_t found[MOLY_PLAN_MOST_BATCHES])
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (wishes[i].line->product == product && placed[i].why == MOLY_PLAN_MET) {
            size_t j = count++;
            for (; j > 0 && placed[found[j - 1]].to_us > placed[i].to_us; j--) {
                found[j] = found[j - 1];
            }
            found[j] = i;
        }
    }
    return count;
}

/* The first that gets too little is not eluted, and what it would have taken grows on.
 * @param[out] missed  that one's index, or MOLY_PLAN_NONE */
static moly_status elute(const moly_plan_product *product, const moly_generator *generator,
                         const size_t *found, size_t count, plan_placed *placed, size_t *missed,
                         moly_error *err)
{
    const moly_plan_generator *source = &product->generator;
    moly_elution elutions[MOLY_PLAN_MOST_BATCHES];
    moly_elution_result results[MOLY_PLAN_MOST_BATCHES];
    *missed = MOLY_PLAN_NONE;
    for (size_t e = 0; e < count; e++) {
        double after_s = (double)(placed[found[e]].to_us - source->calibrated.us) * 1e-6;
        elutions[e] = (moly_elution){after_s, source->efficiency, 0.0};
    }
    moly_status status = moly_generator_schedule(generator, source->parent_bq, false, count,
                                                 elutions, NAN, results, err);
    for (size_t e = 0; e < count && status == MOLY_OK && *missed == MOLY_PLAN_NONE; e++) {
        plan_placed *p = &placed[found[e]];
        p->most_eob_bq = results[e].eluted_bq;
        if (results[e].eluted_bq < p->eob_bq) {
            p->why = MOLY_PLAN_COLUMN;
            *missed = found[e];
        }
    }
    return status;
}

moly_status plan_elute(const moly_plan_problem *problem, const plan_columns *columns,
                       const plan_wish *wishes, size_t n, plan_placed *placed, plan_score *score,
                       moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t p = 0; p < problem->n_products && status == MOLY_OK; p++) {
        size_t found[MOLY_PLAN_MOST_BATCHES], count, missed = MOLY_PLAN_NONE;
        if (!columns->of[p]) {
            continue;
        }
        while (status == MOLY_OK && (count = elutions_of(wishes, n, placed, p, found)) > 0) {
            status =
                elute(&problem->products[p], columns->of[p], found, count, placed, &missed, err);
            if (missed == MOLY_PLAN_NONE) {
                break;
            }
            score->unmet += wishes[missed].end - wishes[missed].begin;
        }
    }
    return status;
}

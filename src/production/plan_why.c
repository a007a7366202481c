/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in the way of a batch: the facts, and a sentence of them. */
#include <math.h>

#include "moly/base/quantity.h"
#include "plan_inside.h"

static const char *activity(moly_arena *arena, double bq)
{
    char text[MOLY_QUANTITY_TEXT_SIZE];
    return moly_arena_strdup(arena, moly_quantity_format(bq, MOLY_DIM_ACTIVITY, 4, text));
}

static const char *duration(moly_arena *arena, double s)
{
    char text[MOLY_QUANTITY_TEXT_SIZE];
    return moly_arena_strdup(arena, moly_quantity_format(s, MOLY_DIM_TIME, 3, text));
}

static const char *instant(moly_arena *arena, moly_instant at)
{
    char text[MOLY_INSTANT_TEXT_SIZE];
    return moly_arena_strdup(arena, moly_instant_format(at, text));
}

static void take_facts(const moly_plan_problem *problem, const plan_wish *wish,
                       const plan_placed *placed, moly_plan_miss *miss)
{
    const moly_plan_product *product = &problem->products[wish->line->product];
    switch (placed->why) {
    case MOLY_PLAN_MET:
        break;
    case MOLY_PLAN_STALE:
        miss->kept_s = (double)(wish->last_use_us - placed->to_us) * 1e-6 - plan_lead_s(product);
        miss->shelf_s = product->shelf_s;
        break;
    case MOLY_PLAN_LARGE:
        miss->needed_bq = plan_made_bq(product, placed->eob_bq);
        miss->most_bq = product->most_batch_bq;
        break;
    case MOLY_PLAN_CELL_CLOSED:
        miss->place = problem->cells[placed->cell].name;
        miss->at = moly_instant_add_s((moly_instant){placed->to_us}, product->transfer_s);
        miss->opens = problem->cells[placed->cell].opens;
        break;
    case MOLY_PLAN_BEAM_SHORT:
        miss->place = problem->cyclotrons[product->cyclotron].name;
        miss->needed_bq = placed->eob_bq;
        miss->most_bq = placed->most_eob_bq;
        break;
    case MOLY_PLAN_BEAM_CLOSED:
        miss->place = problem->cyclotrons[product->cyclotron].name;
        miss->at = (moly_instant){placed->from_us};
        miss->opens = problem->cyclotrons[product->cyclotron].opens;
        break;
    case MOLY_PLAN_COLUMN:
        miss->place = product->generator.parent;
        miss->at = (moly_instant){placed->to_us};
        miss->needed_bq = placed->eob_bq;
        miss->most_bq = placed->most_eob_bq;
        break;
    }
}

static const char *sentence(const moly_plan_product *product, const moly_plan_miss *miss,
                            moly_arena *arena)
{
    switch (miss->why) {
    case MOLY_PLAN_MET:
        break;
    case MOLY_PLAN_STALE:
        return moly_arena_printf(arena, "the last is given %s after release, and it keeps for %s",
                                 duration(arena, miss->kept_s), duration(arena, miss->shelf_s));
    case MOLY_PLAN_LARGE:
        return moly_arena_printf(arena, "%s at the end of synthesis are above the batch's %s",
                                 activity(arena, miss->needed_bq), activity(arena, miss->most_bq));
    case MOLY_PLAN_CELL_CLOSED:
        return moly_arena_printf(
            arena, "the synthesis would have to begin at %s, and %s opens at %s",
            instant(arena, miss->at), miss->place, instant(arena, miss->opens));
    case MOLY_PLAN_BEAM_SHORT:
        return moly_arena_printf(
            arena, "%s are needed at the end of bombardment, %s of beam give %s",
            activity(arena, miss->needed_bq), duration(arena, product->longest_s),
            activity(arena, miss->most_bq));
    case MOLY_PLAN_BEAM_CLOSED:
        return moly_arena_printf(arena, "the beam would have to begin at %s, and %s opens at %s",
                                 instant(arena, miss->at), miss->place,
                                 instant(arena, miss->opens));
    case MOLY_PLAN_COLUMN:
        return moly_arena_printf(arena, "%s are needed from the %s generator at %s, it gives %s",
                                 activity(arena, miss->needed_bq), miss->place,
                                 instant(arena, miss->at), activity(arena, miss->most_bq));
    }
    return NULL;
}

moly_status plan_say_why(const moly_plan_problem *problem, const plan_wish *wish,
                         const plan_placed *placed, moly_arena *arena, moly_plan_miss *miss,
                         moly_error *err)
{
    const moly_plan_product *product = &problem->products[wish->line->product];
    *miss = (moly_plan_miss){
        .product = wish->line->product,
        .n_doses = wish->end - wish->begin,
        .doses = wish->line->doses + wish->begin,
        .why = placed->why,
        .leaves = moly_instant_add_s((moly_instant){wish->latest_us}, plan_lead_s(product)),
        .at = MOLY_INSTANT_NONE,
        .opens = MOLY_INSTANT_NONE,
        .needed_bq = NAN,
        .most_bq = NAN,
        .kept_s = NAN,
        .shelf_s = NAN};
    take_facts(problem, wish, placed, miss);
    const char *why = sentence(product, miss, arena);
    miss->text = why ? moly_arena_printf(arena, "%s, %zu %s to leave from %s: %s", product->name,
                                         miss->n_doses, miss->n_doses == 1 ? "dose" : "doses",
                                         instant(arena, miss->leaves), why)
                     : NULL;
    return miss->text ? MOLY_OK : MOLY_NO_MEMORY(err);
}

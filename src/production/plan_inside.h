/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PRODUCTION_PLAN_INSIDE_H
#define PRODUCTION_PLAN_INSIDE_H

/* The inside of the planner. plan_batches.c divides a product's doses into batches, plan_place.c
 * puts batches on cyclotrons and cells, plan_generator.c asks whether elutions give enough, plan.c
 * looks for the best day. */

#include "moly/production/plan.h"

enum { PLAN_MOST_BATCHES = MOLY_PLAN_MOST_PRODUCTS * MOLY_PLAN_MOST_BATCHES, PLAN_REASON = 240 };

/* Doses of one product in the order in which they must leave. */
typedef struct plan_line {
    size_t product, n;
    size_t *doses; /* indices in the problem */
    /* first[k][b]: where batch b of k + 1 begins; first[k][k + 1] = n */
    size_t first[MOLY_PLAN_MOST_BATCHES][MOLY_PLAN_MOST_BATCHES + 1];
    bool is_possible[MOLY_PLAN_MOST_BATCHES]; /* n >= k + 1 */
} plan_line;

/* A batch that waits for its place. */
typedef struct plan_wish {
    const plan_line *line;
    size_t begin, end; /* in line->doses */
    int64_t latest_us; /* end of bombardment or elution, by its doses alone */
    int64_t last_use_us;
    double at_epoch_bq; /* its doses, decayed to the end of its latest release */
} plan_wish;

typedef struct plan_placed {
    bool is_met;
    size_t cell;
    int64_t from_us, to_us; /* beam */
    double eob_bq, most_eob_bq;
    char reason[PLAN_REASON];
} plan_placed;

typedef struct plan_score {
    size_t unmet;
    double cost;
} plan_score;

/* Release to the end of bombardment, s: what stands between them. */
double plan_lead_s(const moly_plan_product *product);
/* Activity at the end of bombardment for a release at `released_us`. */
double plan_eob_bq(const moly_plan_problem *problem, const plan_wish *wish, int64_t released_us);
/* Beam time that gives it, s; INFINITY: more than saturation. */
double plan_beam_s(const moly_plan_product *product, double eob_bq);

/* Divide into 1 .. MOLY_PLAN_MOST_BATCHES batches, each time so that the activity to be made is
 * least. */
MOLY_CHECKED moly_status plan_divide(const moly_plan_problem *problem, plan_line *line,
                                     moly_arena *arena, moly_error *err);
plan_wish plan_wish_of(const moly_plan_problem *problem, const plan_line *line, size_t begin,
                       size_t end);

/* Put the wishes where they can stand as late as possible, in the given order (the last of the day
 * first). `placed` in the order of the wishes. */
plan_score plan_place(const moly_plan_problem *problem, const plan_wish *wishes,
                      const size_t *order, size_t n, plan_placed *placed);
/* What the generators' columns give at the elutions; batches that get too little are unmet. */
MOLY_CHECKED moly_status plan_elute(const moly_plan_problem *problem, const plan_wish *wishes,
                                    size_t n, plan_placed *placed, plan_score *score,
                                    moly_error *err);
double plan_cost(const moly_plan_problem *problem, const plan_wish *wish,
                 const plan_placed *placed);

#endif

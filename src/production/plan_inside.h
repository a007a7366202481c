/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PRODUCTION_PLAN_INSIDE_H
#define PRODUCTION_PLAN_INSIDE_H

/* The inside of the planner. plan_batches.c divides a product's doses into batches, plan_place.c
 * puts batches on cyclotrons and cells, plan_generator.c asks whether elutions give enough,
 * plan_search.c looks for the best day, plan_why.c says what stands in the way, plan.c checks the
 * problem and describes the result. */

#include "moly/production/generator.h"
#include "moly/production/plan.h"

enum { PLAN_MOST_BATCHES = MOLY_PLAN_MOST_PRODUCTS * MOLY_PLAN_MOST_BATCHES };

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
    moly_plan_why why;
    size_t cell;
    int64_t from_us, to_us; /* beam; it begins at a full minute */
    double beam_s;          /* that is needed */
    double eob_bq, most_eob_bq;
} plan_placed;

/* What is taken already, from the end of the day on; INT64_MAX: nothing. */
typedef struct plan_taken {
    int64_t cyclotron_us[MOLY_PLAN_MOST_PLACES], cell_us[MOLY_PLAN_MOST_PLACES];
} plan_taken;

typedef struct plan_score {
    size_t unmet;
    double cost;
} plan_score;

/* The best day that was found. */
typedef struct plan_found {
    plan_wish wishes[PLAN_MOST_BATCHES];
    plan_placed placed[PLAN_MOST_BATCHES];
    size_t n, n_tried;
    plan_score score;
    bool is_proven;
} plan_found;

/* Release to the end of bombardment, s: what stands between them. */
double plan_lead_s(const moly_plan_product *product);
/* Activity at the end of bombardment for a release at `released_us`. */
double plan_eob_bq(const moly_plan_problem *problem, const plan_wish *wish, int64_t released_us);
/* What is left of it at the end of synthesis. */
double plan_made_bq(const moly_plan_product *product, double eob_bq);
/* Beam time that gives it, s; INFINITY: more than saturation. */
double plan_beam_s(const moly_plan_product *product, double eob_bq);

/* Divide into 1 .. MOLY_PLAN_MOST_BATCHES batches, each time so that the activity to be made is
 * least. */
MOLY_CHECKED moly_status plan_divide(const moly_plan_problem *problem, plan_line *line,
                                     moly_arena *arena, moly_error *err);
plan_wish plan_wish_of(const moly_plan_problem *problem, const plan_line *line, size_t begin,
                       size_t end);

plan_taken plan_nothing_taken(void);
/* Put one batch where it can stand as late as possible; what it takes is noted. */
void plan_put(const moly_plan_problem *problem, const plan_wish *wish, plan_taken *taken,
              plan_placed *placed);
/* What it adds to the score, by the beam that is needed: 0 where it cannot be made. */
double plan_weight(const moly_plan_problem *problem, const plan_wish *wish,
                   const plan_placed *placed);
/* No more than plan_weight() of any place, when `placed` is where it stands alone. */
double plan_least_weight(const moly_plan_problem *problem, const plan_wish *wish,
                         const plan_placed *placed);

/* The columns of a problem's generators, for many days. */
typedef struct plan_columns {
    moly_generator *of[MOLY_PLAN_MOST_PRODUCTS]; /* NULL: no generator */
} plan_columns;
MOLY_CHECKED moly_status plan_columns_open(const moly_plan_problem *problem, plan_columns *columns,
                                           moly_error *err);
void plan_columns_close(plan_columns *columns);
/* What the columns give at the elutions; batches that get too little are unmet. */
MOLY_CHECKED moly_status plan_elute(const moly_plan_problem *problem, const plan_columns *columns,
                                    const plan_wish *wishes, size_t n, plan_placed *placed,
                                    plan_score *score, moly_error *err);

/* The best of all divisions and orders, as far as the effort reaches. */
MOLY_CHECKED moly_status plan_search(const moly_plan_problem *problem, const plan_line *lines,
                                     size_t n_lines, moly_arena *arena, plan_found *found,
                                     moly_error *err);
/* A batch with a `why`. */
MOLY_CHECKED moly_status plan_say_why(const moly_plan_problem *problem, const plan_wish *wish,
                                      const plan_placed *placed, moly_arena *arena,
                                      moly_plan_miss *miss, moly_error *err);
double plan_cost(const moly_plan_problem *problem, const plan_wish *wish,
                 const plan_placed *placed);

#endif

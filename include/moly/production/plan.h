/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PRODUCTION_PLAN_H
#define MOLY_PRODUCTION_PLAN_H

/** A day's production, planned backwards: from the doses at the clinics to the beam.
 *
 *  doses -> batches -> release -> control -> synthesis in a cell -> end of bombardment -> beam
 * time. Cyclotrons and cells do one thing at a time. What cannot be met is said with its reason,
 * and the rest of the day is planned without it. Method: src/production/README.md. Pure, any
 * thread. */

#include "moly/base/instant.h"
#include "moly/base/memory.h"
#include "moly/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MOLY_PLAN_MOST_PRODUCTS 8
#define MOLY_PLAN_MOST_PLACES 8 /**< cyclotrons, and cells */
#define MOLY_PLAN_MOST_DOSES 1000
#define MOLY_PLAN_MOST_BATCHES 4 /**< of one product */
#define MOLY_PLAN_NONE SIZE_MAX

/** A cyclotron or a hot cell: open from .. to, one thing at a time, with a pause between. */
typedef struct moly_plan_place {
    const char *name;
    moly_instant opens, closes;
    double pause_s;    /**< between two runs: target change, cleaning */
    double cost_per_h; /**< of use; 0 where it is not known */
} moly_plan_place;

/** A generator whose eluate is the starting activity. */
typedef struct moly_plan_generator {
    const char *parent, *daughter; /**< NULL parent: none */
    double parent_bq;
    moly_instant calibrated; /**< and last eluted */
    double efficiency;
} moly_plan_generator;

/** What another maker would send. */
typedef struct moly_plan_import {
    const char *supplier; /**< NULL: nobody offers it */
    double activity_bq;
    moly_instant calibrated, arrives;
    double cost;
} moly_plan_import;

typedef struct moly_plan_product {
    const char *name;
    double lambda_per_s;
    size_t cyclotron;           /**< index, MOLY_PLAN_NONE: from the generator */
    double saturation_bq_per_a; /**< of its target */
    double current_a;           /**< used; the target's limit */
    double longest_s;           /**< bombardment */
    moly_plan_generator generator;
    uint32_t cells;                      /**< bit c: cell c can make it; 0: needs none */
    double transfer_s;                   /**< target or generator to cell */
    double synthesis_s, synthesis_yield; /**< yield without decay, 0..1 */
    double control_s;                    /**< end of synthesis to release */
    double shelf_s;                      /**< release to the last dose */
    double loss_fraction;                /**< at dispensing, 0..1 */
    double most_batch_bq;                /**< at the end of synthesis; INFINITY: no limit */
    double batch_cost;
    moly_plan_import import;
} moly_plan_product;

typedef struct moly_plan_clinic {
    const char *name;
    double travel_s;
} moly_plan_clinic;

typedef struct moly_plan_dose {
    size_t product, clinic;
    double activity_bq; /**< at `at` */
    moly_instant at;
} moly_plan_dose;

typedef struct moly_plan_problem {
    const moly_plan_place *cyclotrons, *cells;
    size_t n_cyclotrons, n_cells;
    const moly_plan_product *products;
    size_t n_products;
    const moly_plan_clinic *clinics;
    size_t n_clinics;
    const moly_plan_dose *doses;
    size_t n_doses;
} moly_plan_problem;

/** What stands in the way of a batch. */
typedef enum moly_plan_why {
    MOLY_PLAN_MET,         /**< nothing */
    MOLY_PLAN_STALE,       /**< its last dose is given later than it keeps */
    MOLY_PLAN_LARGE,       /**< more than its synthesis takes */
    MOLY_PLAN_CELL_CLOSED, /**< its synthesis would begin before the cell opens */
    MOLY_PLAN_BEAM_SHORT,  /**< the longest bombardment gives less */
    MOLY_PLAN_BEAM_CLOSED, /**< its beam would begin before the cyclotron opens */
    MOLY_PLAN_COLUMN,      /**< the generator gives less */
} moly_plan_why;

/** A batch that cannot be made. What does not belong to its `why` is NULL, NAN or none. */
typedef struct moly_plan_miss {
    size_t product, n_doses;
    const size_t *doses; /**< indices in the problem */
    moly_plan_why why;
    const char *place;      /**< the cyclotron, cell or generator that it meets */
    moly_instant leaves;    /**< when the first dose must leave */
    moly_instant at, opens; /**< when it would begin, or be eluted; when the place opens */
    double needed_bq;       /**< at `at` or at the end of bombardment or synthesis, and ... */
    double most_bq;         /**< ... what there can be */
    double kept_s, shelf_s; /**< release to the last dose, and how long it keeps */
    const char *text;       /**< all that as a sentence */
} moly_plan_miss;

/** One bombardment or elution and what becomes of it. */
typedef struct moly_plan_batch {
    size_t product, cyclotron, cell; /**< cell, cyclotron: MOLY_PLAN_NONE where none is needed */
    size_t n_doses;
    const size_t *doses;                       /**< indices in the problem */
    moly_instant beam_from, beam_to;           /**< an elution: both the elution */
    moly_instant synthesis_from, synthesis_to; /**< in the cell */
    moly_instant released;
    moly_instant last_use;
    double beam_s;
    double eob_bq;      /**< at beam_to: needed, and made */
    double most_eob_bq; /**< what the longest bombardment, or the whole column, would give */
    double product_bq;  /**< at the end of synthesis */
    double released_bq; /**< at release: doses decayed back to it, with the loss at dispensing */
    double cost;
} moly_plan_batch;

/** What the import would be, beside what is made here. */
typedef struct moly_plan_comparison {
    size_t product;
    double on_arrival_bq, needed_on_arrival_bq;
    size_t n_in_time; /**< doses that it can reach, and of them those for which there is enough */
    size_t n_covered;
    double import_cost, own_cost;
} moly_plan_comparison;

typedef struct moly_plan {
    size_t n_batches;
    const moly_plan_batch *batches; /**< by beam_from */
    size_t n_unmet;
    const size_t *unmet; /**< doses that cannot be made */
    size_t n_misses;
    const moly_plan_miss *misses; /**< the batches that cannot be made */
    size_t n_comparisons;
    const moly_plan_comparison *comparisons;
    double cost, beam_s;
    size_t n_tried; /**< times that a batch was put to its place */
    bool is_proven; /**< nothing better among all divisions and orders; see the README */
} moly_plan;

/** Plan the day. Fewest unmet doses first, then least cost (beam time where no costs are given).
 *  @param[out] plan  owned by `arena`; texts of the problem are borrowed
 *  @retval MOLY_ERR_RANGE  a number outside of what is stated above, or an index
 *  @retval MOLY_ERR_USAGE  no doses, or a product that nothing makes */
MOLY_API MOLY_CHECKED moly_status moly_plan_make(const moly_plan_problem *problem,
                                                 moly_arena *arena, const moly_plan **plan,
                                                 moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

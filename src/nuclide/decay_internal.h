/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_NUCLIDE_DECAY_INTERNAL_H
#define MOLY_NUCLIDE_DECAY_INTERNAL_H

/* What the files of the decay engine share. README.md of this room has the equations. */

#include <stdint.h>

#include "moly/nuclide/decay.h"

/** Times that are worked on together, one in each lane. A lane's result never depends on its
 *  neighbours. */
#define LANES 8

struct moly_decay_engine {
    size_t n, n_feeds;
    double *lambda;        /**< [n], 1/s */
    uint32_t *child_begin; /**< [n + 1] into `child` */
    uint32_t *child;       /**< [n_feeds] */
    uint32_t *feed_begin;  /**< [n + 1] into `feeds` */
    moly_feed *feeds;      /**< [n_feeds], sorted by `to` */
};

/** The part of an engine that one inventory can reach: its radioactive members as nodes in
 *  topological order, and its stable ones. With production, node 0 is the source: one atom that
 * never decays and sends `rate` atoms a second into what is produced.
 *
 *  N_j(t) = sum over the row of c_k exp(-lambda_k t). `magnitude` bounds what was added up to make
 *  c_k, so that magnitude * 2^-106 bounds its error and the sum of magnitude * exp shows how much
 * of the sum cancels. */
typedef struct decay_system {
    size_t n; /**< nodes */
    bool has_source;
    uint32_t *member;     /**< [n] index in the engine; of the source: unused */
    double *lambda;       /**< [n] as given; 0 for the source */
    double *lambda_low;   /**< [n] separates a node from an ancestor with the same constant */
    double *inverse_high; /**< [n] 1 / (lambda + lambda_low) */
    double *inverse_low;
    double *start;        /**< [n] atoms at the start */
    uint32_t *feed_begin; /**< [n + 1] */
    uint32_t *feed_from;  /**< node */
    double *feed_rate;    /**< 1/s */
    size_t *row_begin;    /**< [n + 1]; the last entry of a row is the node itself */
    size_t row_capacity;
    uint32_t *column; /**< ancestors */
    double *c_high, *c_low, *magnitude;
    double *row_lambda; /**< [n] greatest constant among a node and its ancestors */
    size_t depth;       /**< feeds on the longest path */

    size_t n_stable;
    uint32_t *stable_member;     /**< [n_stable] index in the engine */
    double *stable_start;        /**< [n_stable] */
    uint32_t *stable_feed_begin; /**< [n_stable + 1] */
    uint32_t *stable_feed_from;
    double *stable_feed_rate;
} decay_system;

/** @param[in] start  [engine n]; @param[in] rate  [engine n] atoms/s, NULL without production */
MOLY_CHECKED moly_status decay_system_init(decay_system *system, const moly_decay_engine *engine,
                                           const double *start, const double *rate,
                                           moly_error *err);
void decay_system_clear(decay_system *system);

/** Nodes that feed the hard cases of a block of times, and their pairs (descendant, ancestor):
 *  slot 0 is a zero, then one slot of LANES numbers for each pair. */
typedef struct decay_closure {
    size_t n, n_slots;
    uint32_t *node;       /**< [n] in the system, ascending */
    uint32_t *slot;       /**< [n * n] slot of (row, column), 0 where not connected */
    uint32_t *rows_begin; /**< [n + 1]: for a column, the rows below it that it reaches */
    uint32_t *rows;
    uint32_t *feed_begin; /**< [n + 1] within the closure */
    uint32_t *feed_from;
    double *feed_rate;
    double *lambda;  /**< [n] */
    double *p, *w;   /**< [n_slots * LANES] transfer matrix and its integral */
    double *tp, *tw; /**< the same, terms of the series */
} decay_closure;

/** The arithmetic, compiled once for any processor and once for AVX2; both give identical bits.
 *  Arrays named [n][LANES] hold a value for each time. */
typedef struct decay_kernels {
    /** exp(-lambda t) and (1 - exp(-lambda t)) / lambda of every node */
    void (*exponentials)(const decay_system *system, const double times[LANES], double *e,
                         double *f);
    /** Every node's atoms and integral of atoms from 0 to t, and whether they kept their digits:
     *  bit l of hard_atoms[j] is set when lane l of node j did not.
     *  @return whether any bit is set */
    bool (*sums)(const decay_system *system, const double *e, const double *f, double *atoms,
                 double *integral, uint8_t *hard_atoms, uint8_t *hard_integral);
    /** One node's exponentials with twice the digits: e_high, e_low, f_high, f_low [LANES] each */
    void (*exponential_long)(const decay_system *system, size_t node, const double times[LANES],
                             double out[4 * LANES]);
    /** Atoms and integral of one node with twice the digits; clears the bits of what now holds and
     *  stores only lanes that were set. `exponentials` is [n][4 * LANES]. */
    void (*sum_long)(const decay_system *system, size_t node, const double *exponentials,
                     double *atoms, double *integral, uint8_t *hard_atoms, uint8_t *hard_integral);
    /** Fill p and w of a closure with exp(A t) and its integral from sums of positive terms only.
     *  @param[in] mu  greatest lambda that matters for the lane */
    void (*transfer)(const decay_closure *closure, size_t depth, const double times[LANES],
                     const double mu[LANES]);
} decay_kernels;

const decay_kernels *decay_kernels_generic(void);
#if defined(__x86_64__)
const decay_kernels *decay_kernels_avx2(void);
#endif
/** The fastest that this processor runs. */
const decay_kernels *decay_kernels_best(void);

/** What a hard block of times needs, allocated when the first one turns up. */
typedef struct decay_positive {
    decay_closure closure;
    uint8_t *is_member; /**< [system n] */
    uint32_t *local;    /**< [system n] */
    size_t node_capacity, slot_capacity, feed_capacity, row_capacity;
} decay_positive;

/** Replace the lanes of `atoms` and `integral` that are marked hard; at least one is. */
MOLY_CHECKED moly_status decay_positive_solve(decay_positive *positive,
                                              const decay_kernels *kernels,
                                              const decay_system *system, const double times[LANES],
                                              const uint8_t *hard_atoms,
                                              const uint8_t *hard_integral, double *atoms,
                                              double *integral, moly_error *err);
void decay_positive_clear(decay_positive *positive);

#endif

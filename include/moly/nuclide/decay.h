/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_NUCLIDE_DECAY_H
#define MOLY_NUCLIDE_DECAY_H

/** Decay of an inventory: how much of every nuclide there is after a time, and how often each
 *  decayed on the way. Exact (Bateman, with branching) at all times, from nanoseconds after a
 *  million-year parent to long after everything is stable; equal half-lives are no special case.
 *
 *  Accuracy: a relative error below 1e-12 for every member, also where Bateman's sum cancels to
 *  nothing, wherever the result is above 1e-290 of what the inventory began with. The tests measure
 *  it against Bateman in 900 digits: at most 4e-14 over all chains of ICRP-107 from 1 ms to 1e9 s.
 *  Results are the same bits on every processor and do not depend on the other times of a call.
 *  Method: src/nuclide/README.md. */

#include "moly/nuclide/nuclide.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A decay network, lowest level: `n` members in topological order and their feeding. Used for
 *  nuclide sets, for stress tests and by production, where a member may be anything. */
typedef struct moly_feed {
    uint32_t from, to; /**< from < to */
    double fraction;   /**< of the decays of `from` that make one `to`, > 0 */
} moly_feed;

typedef struct moly_decay_engine moly_decay_engine;

/** Build an engine. It is immutable afterwards and may be shared by threads.
 *  @param lambda_per_s  n decay constants, 1/s, >= 0 (0: stable), finite
 *  @retval MOLY_ERR_RANGE  a feed that is out of order or a fraction or constant out of range */
MOLY_API MOLY_CHECKED moly_status moly_decay_engine_new(size_t n, const double *lambda_per_s,
                                                        size_t n_feeds, const moly_feed *feeds,
                                                        moly_decay_engine **engine,
                                                        moly_error *err);
/** The engine of a nuclide set (built once; fission has no daughter). */
MOLY_API MOLY_CHECKED moly_status moly_decay_engine_for_set(const moly_nuclide_set *set,
                                                            moly_decay_engine **engine,
                                                            moly_error *err);
MOLY_API void moly_decay_engine_free(moly_decay_engine *engine);
MOLY_API size_t moly_decay_engine_size(const moly_decay_engine *engine);

/** The members that `start` members lead to, themselves included, ascending.
 *  @param[out] members  room for engine_size indices
 *  @return how many were written */
MOLY_API size_t moly_decay_reachable(const moly_decay_engine *engine, const uint32_t *start,
                                     size_t n_start, uint32_t *members);

/** Decay `atoms` for each of `n_times` durations (all measured from the same start).
 *  @param[in]  atoms   n numbers of atoms at the start, >= 0
 *  @param[in]  times_s n_times durations, s, >= 0, any order
 *  @param[out] out_atoms  [n_times][n] atoms left; NULL if not wanted
 *  @param[out] out_decays [n_times][n] decays that happened from 0 to t (atoms of stable
 *              members: 0); NULL if not wanted
 *  Activity is atoms * lambda.
 *  Threads: any number on one engine. Memory: the outputs are the caller's; within, some hundred
 *  bytes for each pair of member and ancestor that the inventory reaches.
 *  @retval MOLY_ERR_RANGE  negative or not finite: nothing is written */
MOLY_API MOLY_CHECKED moly_status moly_decay_atoms(const moly_decay_engine *engine,
                                                   const double *atoms, const double *times_s,
                                                   size_t n_times, double *out_atoms,
                                                   double *out_decays, moly_error *err);

/** The same with constant production while it runs: `rate_per_s` atoms of each member a second from
 *  0 to t, starting from `atoms` (either may be NULL for none). Outputs as above. */
MOLY_API MOLY_CHECKED moly_status moly_decay_with_production(const moly_decay_engine *engine,
                                                             const double *atoms,
                                                             const double *rate_per_s,
                                                             double time_s, double *out_atoms,
                                                             double *out_decays, moly_error *err);

/** One term of an inventory. */
typedef struct moly_inventory_term {
    size_t nuclide;     /**< index in the set */
    double activity_bq; /**< >= 0 */
} moly_inventory_term;

/** Parse "1 MBq Ac-225 + 50 kBq Ac-227" (activities with units; `+` between terms). A nuclide may
 *  come more than once; activities then add up.
 *  @param[out] terms    room for `capacity`; written on failure too
 *  @param[out] n_terms  written on success
 *  @retval MOLY_ERR_UNKNOWN  unit or nuclide, with the nearest suggested
 *  @retval MOLY_ERR_USAGE    nothing, a term without unit or nuclide, something between terms
 *  @retval MOLY_ERR_DATA     no number, or one with a decimal comma
 *  @retval MOLY_ERR_RANGE    a stable nuclide, a negative activity, or more terms than capacity */
MOLY_API MOLY_CHECKED moly_status moly_inventory_parse(const moly_nuclide_set *set,
                                                       const char *text, size_t capacity,
                                                       moly_inventory_term *terms, size_t *n_terms,
                                                       moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

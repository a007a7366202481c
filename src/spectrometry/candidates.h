/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SPECTROMETRY_CANDIDATES_H
#define MOLY_SPECTROMETRY_CANDIDATES_H

/** What may be in a spectrum: nuclides, each with the photon lines of itself and of the daughters
 *  that stand in equilibrium with it. */

#include "moly/base/memory.h"
#include "moly/nuclide/decay.h"
#include "moly/nuclide/nuclide.h"

typedef struct candidate_line {
    double energy_kev;
    double per_decay; /**< photons for each decay of the head, and its uncertainty */
    double per_decay_sd;
    uint32_t emitter; /**< nuclide that emits it */
    bool is_x;
} candidate_line;

typedef struct candidate_member {
    uint32_t nuclide;
    double ratio; /**< its activity over the head's */
} candidate_member;

typedef struct candidate {
    uint32_t nuclide;
    int rank;         /**< 0: expected anywhere; 1: in nuclear medicine and its tests; 2: seldom */
    size_t n_members; /**< the head is the first */
    candidate_member *members;
    size_t n_lines;
    candidate_line *lines;         /**< rising energy, above 10 keV; 511 keV left out */
    double annihilation_per_decay; /**< photons of 511 keV, if every positron stops */
} candidate;

typedef struct candidates {
    const moly_nuclide_set *set;
    moly_decay_engine *engine;
    moly_arena *arena;
    size_t n, capacity;
    candidate *list;
} candidates;

/** The usual nuclides of laboratories, nature, medicine, reactors and activation. */
MOLY_CHECKED moly_status candidates_open(const moly_nuclide_set *set, candidates *made,
                                         moly_error *err);
void candidates_close(candidates *made);
/** Add a nuclide, if it is not there; `index` is its place. */
MOLY_CHECKED moly_status candidates_add(candidates *made, size_t nuclide, int rank, size_t *index,
                                        moly_error *err);
/** Activity of `nuclide` for each becquerel of the candidate's head, 0 where it has none of it. */
double candidate_ratio(const candidate *of, size_t nuclide);

#endif

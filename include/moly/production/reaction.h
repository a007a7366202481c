/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PRODUCTION_REACTION_H
#define MOLY_PRODUCTION_REACTION_H

/** Cross sections of charged particles and photons: one curve for each product of each target.
 *
 *  A curve is linear between its points. It is zero below its first point, which stands at the
 *  threshold, and not known above its last one. Built from data/reactions, whose SOURCE.md names
 *  the sources and the rules. Everything here is immutable and lives as long as the process. */

#include <stdint.h>

#include "moly/base/memory.h"
#include "moly/matter/stopping.h"
#include "moly/nuclide/nuclide.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How good a curve is, the best first. */
typedef enum moly_reaction_rank {
    MOLY_REACTION_RECOMMENDED, /**< IAEA and other evaluators */
    MOLY_REACTION_LIBRARY,     /**< evaluated library (photonuclear) */
    MOLY_REACTION_FIT,         /**< fitted to measured points by Moly's builder */
    MOLY_REACTION_MODEL,       /**< model only: nobody checked it against measurements */
} moly_reaction_rank;

/** What of its product a curve counts. */
typedef enum moly_reaction_kind {
    MOLY_REACTION_DIRECT,     /**< atoms of this state that the reaction makes */
    MOLY_REACTION_TOTAL,      /**< ground state and isomers together */
    MOLY_REACTION_CUMULATIVE, /**< and what decayed into it from shorter-lived precursors */
} moly_reaction_kind;

typedef struct moly_reaction {
    moly_particle particle;
    int16_t z, a; /**< target; a 0: the element in natural abundance */
    int16_t product_z, product_a, product_isomer;
    moly_reaction_rank rank;
    moly_reaction_kind kind;
    const char *product;     /**< "Tc-99m" */
    const char *via;         /**< nuclide that is not in Moly's set and decays at once, or "" */
    double u_rel;            /**< 1-sigma relative uncertainty of the whole curve */
    double evaluated_to_mev; /**< above it the curve goes on with the model */
    const char *source;
    size_t n;
    const float *energy_mev; /**< ascending; the first is the threshold */
    const float *xs_mb;
} moly_reaction;

/** Curves of a particle on a target, by product and rank; NULL with `*n` 0 when there are none.
 *  @param z, a  target nuclide; a 0: curves of the natural element */
MOLY_API const moly_reaction *moly_reactions_of(moly_particle particle, int z, int a, size_t *n);

/** The best curve of one product, or NULL. `isomer` 0 is the ground state. */
MOLY_API const moly_reaction *moly_reaction_find(moly_particle particle, int z, int a,
                                                 int product_z, int product_a, int isomer);

/** Highest energy at which the curve is evaluated as its rank says, MeV. A beam may be 2 % above
 *  it: curves are tabulated to 29.8 MeV for cyclotrons of 30 MeV. */
#define MOLY_REACTION_SLACK 1.02

/** Cross section, mb; 0 below the threshold, NAN above the last point (constant within the slack).
 *  Linear interpolation meets the source within 0.3 %. */
MOLY_API double moly_reaction_xs_mb(const moly_reaction *reaction, double energy_mev);

/** "p on 100Mo": the reaction's left side. Returns `text`. */
#define MOLY_REACTION_TEXT_SIZE 32
MOLY_API const char *moly_reaction_target_text(const moly_reaction *reaction,
                                               char text[MOLY_REACTION_TEXT_SIZE]);
MOLY_API const char *moly_reaction_rank_name(moly_reaction_rank rank);
MOLY_API const char *moly_reaction_kind_name(moly_reaction_kind kind);

/** Name and hash of the curves, "moly-reactions-2026.1 (blake2b 5f3c…)". */
MOLY_API const char *moly_reaction_set_name(void);

#ifdef __cplusplus
}
#endif
#endif

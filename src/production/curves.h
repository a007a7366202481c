/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PRODUCTION_CURVES_H
#define MOLY_PRODUCTION_CURVES_H

/** The compiled curves, as tools/reaction_compile writes them. */

#include "moly/production/reaction.h"

typedef struct reaction_target {
    int16_t particle, z, a;
    uint32_t first, n; /**< of reaction_curves */
} reaction_target;

extern const moly_reaction reaction_curves[];
extern const reaction_target reaction_targets[]; /**< ascending: particle, z, a */
extern const size_t reaction_n_targets;
extern const char reaction_set_name[];

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SIMULATION_POSITRON_H
#define MOLY_SIMULATION_POSITRON_H

/* How far positrons travel before they annihilate. */

#include "moly/base/random.h"
#include "moly/nuclide/nuclide.h"

enum { RANGE_QUANTILES = 512 };

typedef struct positron_range {
    /* Cusp: density on a line C exp(-k1 |x|) + (1 - C) exp(-k2 |x|); share of the first in space.
     */
    bool is_cusp;
    double first_share, k1_per_mm, k2_per_mm;
    double sigma_mm[RANGE_QUANTILES]; /* else: of a Gaussian by energy, equally probable */
} positron_range;

/** In water, for a nuclide that emits positrons. Cusps of Levin, Hoffman, Phys Med Biol 44 (1999)
 *  781 for F-18, C-11, N-13, O-15; others from their beta spectrum by Palmer, Zhu, Brownell, Phys
 *  Med Biol 50 (2005) 3977. */
void positron_range_make(const moly_nuclide *nuclide, positron_range *range);
/** From emission to annihilation, mm, in a material of this density relative to water. */
void positron_displace(const positron_range *range, double density_g_cm3, moly_random *random,
                       double displacement_mm[3]);

#endif

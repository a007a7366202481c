/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PRODUCTION_YIELD_H
#define MOLY_PRODUCTION_YIELD_H

/** The three yields that are all called "thick-target yield", and how they follow from the atoms
 *  that one beam particle makes. They differ by the decay constant: never compare without label.
 *  Source: N. Otuka, S. Takacs, Radiochim. Acta 103 (2015) 1. Pure functions, any thread. */

#include "moly/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MOLY_ELEMENTARY_CHARGE_C 1.602176634e-19 /**< exact, SI 2019 */

typedef struct moly_yields {
    double saturation_bq_per_a; /**< activity at saturation per beam current */
    double physical_bq_per_c;   /**< activity per charge, without decay during irradiation */
    double eob_1h_bq_per_ah;    /**< activity at the end of one hour at constant current */
} moly_yields;

/** @param lambda_per_s        decay constant of the product, > 0
 *  @param atoms_per_particle  product atoms that one beam particle makes, >= 0
 *  @param charge              elementary charges a particle carries (electrons for photon beams) */
MOLY_API moly_yields moly_yields_of(double lambda_per_s, double atoms_per_particle, int charge);

#ifdef __cplusplus
}
#endif
#endif

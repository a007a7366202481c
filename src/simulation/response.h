/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SIMULATION_RESPONSE_H
#define MOLY_SIMULATION_RESPONSE_H

/* What a crystal accepts of 511 keV photons by where it lies in its side and by direction: found by
 * following photons through the crystals, so that gaps, edges, penetration from neighbours and
 * scattering between crystals are in it. */

#include "detector.h"

typedef struct response response;

/** @param n_threads  the result does not depend on them */
MOLY_CHECKED moly_status response_new(const moly_pet_scanner *scanner, int n_threads,
                                      response **made, moly_error *err);
void response_free(response *r);
/** Area across a photon's direction within which it is accepted as this crystal's, mm2.
 *  @param direction  from the bore to the crystal, a unit vector */
double response_area_mm2(const response *r, int64_t ring, int64_t crystal_of_ring,
                         const double direction[3]);
/** Mean depth below the crystals' face where accepted photons of this direction leave their energy,
 *  mm: the points about which lines of a pair of crystals turn. */
double response_depth_mm(const response *r, int64_t crystal_of_ring, const double direction[3]);

#endif

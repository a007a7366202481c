/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_PETSIRD_INSIDE_H
#define MOLY_FORMATS_PETSIRD_INSIDE_H

/** PETSIRD's parts, shared by its reader and its writer. */

#include "moly/scanner/events.h"

/** Half the speed of light, mm/ps: PETSIRD keeps time differences as (t1 - t2) c / 2. */
#define PETSIRD_MM_PER_PS 0.149896229

/** From where crystals lie to a scanner of Moly.
 *  @param[in]  centres_mm   n of them, 3 numbers each
 *  @param[in]  thickness_mm of a crystal, radially
 *  @param[in,out] scanner   its name; what geometry says is set
 *  @param[out] crystals     n: ring * n_detectors + detector of each */
moly_status petsird_find_scanner(const double *centres_mm, size_t n, double thickness_mm,
                                 moly_pet_scanner *scanner, uint32_t *crystals, moly_error *err);

#endif

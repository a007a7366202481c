/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_RAW_ATTENUATION_H
#define MOLY_COMMANDS_RAW_ATTENUATION_H

#include "raw_files.h"

typedef enum mu_unit { MU_PER_CM, MU_PER_MM, MU_HU } mu_unit;
/* In that order; NULL ends the list. */
extern const char *const mu_units[];

/** A CT or a map of attenuation, scanner frame, as 1/mm at a photon energy. CT numbers become it by
 *  moly_mu_from_ct() with water and cortical bone of room matter; a map must already be at that
 *  energy.
 *  @param unit        mu_unit, or -1: told from the file's name and values
 *  @param energy_kev  1 to 20000
 *  @param[out] mu_per_mm  owned by the caller
 *  @retval MOLY_ERR_DATA  below -0.001 or above 0.1 / mm; and as raw_read_image() */
MOLY_CHECKED moly_status raw_read_attenuation(const char *path, int unit, double energy_kev,
                                              moly_volume **mu_per_mm, moly_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_QUANTIFY_REGION_H
#define MOLY_QUANTIFY_REGION_H

/** Figures of a region in an image. */

#include "moly/volume/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Radius of a sphere of 1.0 mL (6.2035 mm, as the field writes it), mm. */
#define MOLY_PEAK_RADIUS_MM 6.204

/** All in the image's own quantity; in g/mL, `total` is the total lesion glycolysis in g. */
typedef struct moly_region_figures {
    int64_t n_voxels;
    double volume_ml;
    double min, median, mean, max;
    double sd; /**< of the population */
    double max_lps_mm[3];
    /** Mean of the voxels whose centres lie within 6.204 mm of a voxel of the region, where that is
     *  highest; the sphere may reach out of the region but not out of the image. NAN when no sphere
     *  fits. Source: PERCIST, Wahl et al., J. Nucl. Med. 50 (2009) 122S */
    double peak;
    double mtv41_ml; /**< volume of the region's voxels at or above 41 % of its maximum */
    double total;    /**< mean x volume_ml of the region as given */
} moly_region_figures;

/** @param image  one frame, finite
 *  @param region on the image's lattice
 *  @param[out] figures  NAN (and 0 voxels) for an empty region
 *  @retval MOLY_ERR_USAGE  other lattice, or several frames */
MOLY_API MOLY_CHECKED moly_status moly_region_measure(const moly_volume *image,
                                                      const moly_region *region,
                                                      moly_region_figures *figures,
                                                      moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_QUANTIFY_NEMA_H
#define MOLY_QUANTIFY_NEMA_H

/** Performance of PET scanners from their images and sinograms. Source: NEMA NU 2-2018 */

#include "moly/scanner/sinogram.h"
#include "moly/volume/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Mean within a circle of one plane; pixels that it cuts count by the area within.
 *  @param plane   float[ny][nx] of pixels `pixel_mm` wide and high
 *  @param centre_mm  from the middle of the first pixel
 *  @return NAN: the circle is not wholly within the plane
 *  Accuracy: areas are exact */
MOLY_API double moly_disc_mean(const float *plane, const int64_t n[2], const double pixel_mm[2],
                               const double centre_mm[2], double radius_mm);

/* ---- image quality (section 7) ---- */

enum { MOLY_NEMA_N_SPHERES = 6, MOLY_NEMA_N_REGIONS = 12, MOLY_NEMA_N_PLANES = 5 };

typedef struct moly_nema_iq_options {
    double diameter_mm[MOLY_NEMA_N_SPHERES]; /**< inner, ascending */
    int n_cold;          /**< so many of the largest are cold; 0 as in 2018, 2 as in 2007 */
    double ratio;        /**< hot spheres to background, as filled, > 1 */
    bool has_centre;     /**< else both are found */
    double centre_mm[3]; /**< LPS, of the circle of spheres */
    double angle_rad;    /**< of the largest sphere about the centre, from x to y */
    bool is_mirrored;    /**< with a centre given: angles fall from the largest to the smallest */
    double core_mm; /**< >= 0: voxels that far within a sphere's wall are its core; NAN: none */
} moly_nema_iq_options;
/** 10, 13, 17, 22, 28, 37 mm, none cold, ratio 4, found. */
MOLY_API moly_nema_iq_options moly_nema_iq_usual(void);

typedef struct moly_nema_sphere {
    double diameter_mm;
    double centre_mm[3]; /**< LPS */
    bool is_cold;
    double mean;        /**< within the circle, in the image's unit */
    double background;  /**< mean of the 60 circles of its size */
    double recovery;    /**< contrast recovery: (mean / background - 1) / (ratio - 1), a fraction;
                             cold: 1 - mean / background */
    double variability; /**< standard deviation of the 60 over their mean, a fraction */
    int64_t n_core;     /**< voxels whose centres lie in the core */
    double core;        /**< their mean over background times ratio (cold: over background) */
    double core_sd;     /**< standard error of that from their scatter; NAN under 2 voxels */
} moly_nema_sphere;

typedef struct moly_nema_lung {
    double position_mm; /**< LPS z of the plane */
    double residual;    /**< mean within 30 mm over the background, a fraction */
} moly_nema_lung;

/** Owned members: moly_nema_iq_free(). */
typedef struct moly_nema_iq {
    double centre_mm[3];        /**< LPS, of the circle of spheres */
    double angle_rad;           /**< of the largest sphere */
    bool is_mirrored;           /**< angles fall from the largest to the smallest sphere */
    double body_mm[2];          /**< LPS x and y of the middle of the body */
    double width_mm, height_mm; /**< of the body */
    double clearance_mm;        /**< that background circles keep from spheres: 15 where they can */
    double background;          /**< mean of the 60 circles of the largest size */
    moly_nema_sphere spheres[MOLY_NEMA_N_SPHERES];
    int64_t planes[MOLY_NEMA_N_PLANES];        /**< of the background circles */
    double regions_mm[MOLY_NEMA_N_REGIONS][2]; /**< their centres, from the first pixel's middle */
    int64_t n_lung, first_lung;                /**< planes with the lung insert */
    moly_nema_lung *lung;                      /**< [n_lung] */
    double lung_mean, lung_worst;
} moly_nema_iq;

/** Image quality of one frame with transverse planes. Twelve circles of the largest sphere's size
 *  lie 15 mm within the body's outline and 15 mm from any sphere, do not overlap, and stand in the
 *  spheres' plane and those nearest to 10 and 20 mm either way; circles of the other sizes are
 *  concentric. The outline is the standard's (294 mm x 224 mm) at the middle of the body.
 *  @retval MOLY_ERR_DATA   no body of that size, no spheres, too few planes; a circle leaves the
 *          image; planes that are not transverse
 *  @retval MOLY_ERR_RANGE  a ratio not above 1, diameters that do not ascend */
MOLY_API MOLY_CHECKED moly_status moly_nema_iq_measure(const moly_volume *image,
                                                       const moly_nema_iq_options *options,
                                                       moly_nema_iq *iq, moly_error *err);
MOLY_API void moly_nema_iq_free(moly_nema_iq *iq);

#ifdef __cplusplus
}
#endif
#endif

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

/* ---- spatial resolution (section 3) ---- */

enum { MOLY_NEMA_MOST_POINTS = 16 };

typedef struct moly_nema_point {
    double position_mm[3]; /**< LPS, of the peak */
    double off_axis_mm;    /**< from the scanner's axis */
    int radial;            /**< axis of the image that points most away from the axis: 0, 1 */
    double fwhm_mm[3];     /**< along the image's axes */
    double fwtm_mm[3];
} moly_nema_point;

/** Point sources of one frame: peaks above 30 % of the largest, 25 mm apart. Each has a profile
 *  along each axis, summed over one FWHM to either side across it; the top by a parabola, widths at
 *  half and a tenth of it by straight lines between voxels.
 *  @param axis_mm  LPS x and y of the scanner's axis
 *  @param[out] points  room for MOLY_NEMA_MOST_POINTS, by their distance from the axis
 *  @retval MOLY_ERR_DATA  no peak; one whose profile does not fall below a tenth; too many */
MOLY_API MOLY_CHECKED moly_status moly_nema_points_measure(const moly_volume *image,
                                                           const double axis_mm[2],
                                                           moly_nema_point *points, size_t *n,
                                                           moly_error *err);

/* ---- sensitivity (section 5) ---- */

/** Counts per decay without attenuation from lines within more and more metal: the logarithms of
 *  the rates on a straight line of the walls' thickness, ln R = ln R0 - 2 mu X.
 *  @param wall_mm     thickness of all walls together (1.25 mm a sleeve)
 *  @param cps_per_bq  rates over activity, > 0
 *  @param[out] without  R0, cps per Bq
 *  @param[out] mu_per_mm  of the walls; both walls of a line count
 *  @retval MOLY_ERR_DATA  less than 2 thicknesses; a rate that is not positive */
MOLY_API MOLY_CHECKED moly_status moly_nema_sensitivity_fit(size_t n, const double *wall_mm,
                                                            const double *cps_per_bq,
                                                            double *without, double *mu_per_mm,
                                                            moly_error *err);
/** Counts of each axial slice after single-slice rebinning, TOF bins added up. Slices are half a
 *  ring pitch apart, from the first ring to the last.
 *  @param[out] slices  owned by the caller (moly_free), [n] */
MOLY_API MOLY_CHECKED moly_status moly_nema_axial_counts(const moly_sinogram *sinogram,
                                                         double **slices, size_t *n,
                                                         moly_error *err);

/* ---- scatter fraction, count losses, randoms (section 4) ---- */

/** Counts of the 70 cm line phantom within 120 mm of the axis and 325 mm of the middle. */
typedef struct moly_nema_counts {
    double total;      /**< C_TOT */
    double background; /**< C_r+s: outside the 40 mm strip, and under a straight line within it */
    int64_t n_slices;
} moly_nema_counts;

/** Oblique sinograms are rebinned to the slice in their middle, bins to even ones; each view is
 *  shifted so that its largest pixel, found in the sum of all slices, lies in the middle.
 *  @retval MOLY_ERR_DATA  no counts; bins that do not reach 120 mm */
MOLY_API MOLY_CHECKED moly_status moly_nema_scatter_counts(const moly_sinogram *prompts,
                                                           moly_nema_counts *counts,
                                                           moly_error *err);
/** All counts of a sinogram within the same 120 mm and 325 mm: of delayed coincidences. */
MOLY_API MOLY_CHECKED moly_status moly_nema_counts_within(const moly_sinogram *sinogram,
                                                          double *total, moly_error *err);

typedef struct moly_nema_rates {
    double scatter_fraction;
    double total_cps, true_cps, scatter_cps, random_cps;
    double necr_cps; /**< true^2 / total; randoms counted twice where `is_doubled` */
} moly_nema_rates;

/** Rates of one acquisition.
 *  @param randoms           counts of delayed coincidences in the same region; NAN: not known
 *  @param scatter_fraction  NAN: from this acquisition (by its randoms; without, they are taken to
 *                           be none, as at low activity)
 *  @param is_doubled        randoms were subtracted bin by bin
 *  @retval MOLY_ERR_DATA    more randoms than background; more background than counts
 *  @retval MOLY_ERR_RANGE   a duration that is not positive, a fraction outside 0..1 */
MOLY_API MOLY_CHECKED moly_status moly_nema_rates_of(const moly_nema_counts *counts, double randoms,
                                                     double duration_s, double scatter_fraction,
                                                     bool is_doubled, moly_nema_rates *rates,
                                                     moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

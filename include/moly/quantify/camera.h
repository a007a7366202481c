/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_QUANTIFY_CAMERA_H
#define MOLY_QUANTIFY_CAMERA_H

/** Quality of gamma cameras from their own images. Source: NEMA NU 1-2018 */

#include "moly/scanner/gamma.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct moly_camera_field {
    int64_t n_pixels;
    double mean, least, most;
    double integral;     /**< (most - least) / (most + least), a fraction */
    double differential; /**< the same, largest within 5 neighbours along a row or column */
} moly_camera_field;

typedef struct moly_camera_uniformity {
    int64_t factor;    /**< pixels that were summed to one along each axis */
    double pixel_mm;   /**< of the sums */
    double total;      /**< counts of the whole image */
    double edge_mm[4]; /**< useful field: from, to across; from, to along; from the first pixel */
    moly_camera_field useful, central;
} moly_camera_uniformity;

/** Uniformity of a flood: pixels summed to as near 6.4 mm as they come, the field's rim taken off
 *  (pixels below 75 % of the central mean and their neighbours, from the border of the useful field
 *  inwards), smoothed by 9 points (1 2 1, 2 4 2, 1 2 1, pixels of the field only).
 *  @param view      float[n_axial][n_bins] of `p`, as moly_projections_view() gives it
 *  @param width_mm, length_mm  useful field, around the middle of what is exposed; 0: 95 % of the
 *                   exposed width and length (where the mean profile is above half its middle's)
 *  @retval MOLY_ERR_DATA   no counts; a field of less than 5 x 5 pixels
 *  Central field: 75 % of the useful one along each axis. */
MOLY_API MOLY_CHECKED moly_status moly_camera_flood(const moly_projections *p, const float *view,
                                                    double width_mm, double length_mm,
                                                    moly_camera_uniformity *result,
                                                    moly_error *err);

typedef struct moly_camera_line {
    double position_mm; /**< of the peak, from the middle of the first pixel */
    double fwhm_mm, fwtm_mm;
} moly_camera_line;

/** A line source's profile: the largest value by a parabola through it and its neighbours, widths
 *  at half and a tenth of it by straight lines between pixels.
 *  @param profile  counts of `n` pixels of `pixel_mm`
 *  @retval MOLY_ERR_DATA  less than 5 pixels; no peak that falls below a tenth on both sides */
MOLY_API MOLY_CHECKED moly_status moly_camera_line_profile(const double *profile, size_t n,
                                                           double pixel_mm, moly_camera_line *line,
                                                           moly_error *err);
/** Sum of a view's rows (across: a profile of n_bins) or columns (n_axial). */
MOLY_API void moly_camera_profile(const moly_projections *p, const float *view, bool is_across,
                                  double *profile);

typedef struct moly_camera_rotation {
    double offset_mm;      /**< mean distance of the axis of rotation from the middle of the bins */
    double deviation_mm;   /**< largest distance of a view's centroid from the sinusoid */
    double axial_range_mm; /**< largest less smallest centroid along the axis */
    double radius_mm;      /**< of the source from the axis */
} moly_camera_rotation;

/** Centre of rotation from views of a point source off the axis: centroids of the pixels above half
 *  of the largest one fitted by offset + a cos + b sin of the angle.
 *  @retval MOLY_ERR_DATA  less than 8 views, or not half a turn; a view without counts */
MOLY_API MOLY_CHECKED moly_status moly_camera_centre_of_rotation(const moly_projections *p,
                                                                 moly_camera_rotation *result,
                                                                 moly_error *err);

/** Planar sensitivity, counts a second and Bq: net counts of `duration_s`, in which a nuclide of
 *  `half_life_s` decays from `activity_bq` at its start.
 *  @retval MOLY_ERR_RANGE  a duration, half-life or activity that is not positive */
MOLY_API MOLY_CHECKED moly_status moly_camera_sensitivity(double counts, double background,
                                                          double duration_s, double activity_bq,
                                                          double half_life_s, double *cps_per_bq,
                                                          moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

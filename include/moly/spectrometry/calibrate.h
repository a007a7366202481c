/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SPECTROMETRY_CALIBRATE_H
#define MOLY_SPECTROMETRY_CALIBRATE_H

/** Efficiency of a detector from a spectrum of a source of certified activity. */

#include "moly/spectrometry/identify.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MOLY_CALIBRATE_MAX_POINTS 100

typedef struct moly_certified_source {
    size_t nuclide;
    double activity_bq; /**< > 0, at `certified` */
    double relative_sd; /**< of the activity, 1 sigma */
    moly_instant certified;
} moly_certified_source;

typedef struct moly_efficiency_point {
    double energy_kev, efficiency, relative_sd;
    double residual; /**< measured over curve, less 1 */
} moly_efficiency_point;

typedef struct moly_calibration {
    moly_efficiency efficiency;
    size_t n_points;
    moly_efficiency_point points[MOLY_CALIBRATE_MAX_POINTS];
} moly_calibration;

/** Fit the efficiency to the peaks that the source's lines make alone.
 *  The activity is decayed to the start of the measurement and through it; sum coincidences are
 *  not corrected: they bias close geometries, and the README says how much.
 *  @param found  of the source's spectrum, identified with its nuclide wanted
 *  @param terms  of the curve, 2..6; 0: as many as the points bear
 *  @retval MOLY_ERR_DATA  fewer than three usable peaks, or a spectrum without a start */
MOLY_API MOLY_CHECKED moly_status moly_calibrate(const moly_identification *found,
                                                 const moly_nuclide_set *set,
                                                 const moly_certified_source *source, size_t terms,
                                                 moly_calibration *calibration, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SPECTROMETRY_EFFICIENCY_H
#define MOLY_SPECTROMETRY_EFFICIENCY_H

/** Full-energy-peak efficiency: counts in a peak for each photon of its energy that is emitted, for
 *  one geometry. ln(efficiency) is a polynomial in ln(E / 1 MeV). */

#include "moly/base/instant.h"
#include "moly/base/json.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MOLY_EFFICIENCY_MAX_TERMS 6

typedef struct moly_efficiency {
    size_t n_terms;
    double terms[MOLY_EFFICIENCY_MAX_TERMS];
    double min_kev, max_kev; /**< where it was measured; beyond, it is extrapolated with the slope
                                  of the end and thrice the uncertainty */
    double relative_sd;      /**< of the curve, common to lines near each other */
} moly_efficiency;

/** Counts per photon; > 0. */
MOLY_API double moly_efficiency_at(const moly_efficiency *efficiency, double energy_kev);
/** Relative 1-sigma uncertainty there. */
MOLY_API double moly_efficiency_relative_sd(const moly_efficiency *efficiency, double energy_kev);
/** The usual shape of a coaxial germanium detector, known to 30 %: for relative strengths only. */
MOLY_API moly_efficiency moly_efficiency_generic(void);

/** Fit a curve to measured points.
 *  @param relative_sd  n, > 0
 *  @param terms        2..MOLY_EFFICIENCY_MAX_TERMS, <= n
 *  @retval MOLY_ERR_DATA  points that do not determine it, or an energy or efficiency not above 0
 */
MOLY_API MOLY_CHECKED moly_status moly_efficiency_fit(size_t n, const double *energy_kev,
                                                      const double *efficiency,
                                                      const double *relative_sd, size_t terms,
                                                      moly_efficiency *curve, moly_error *err);

/** {"efficiency":{"terms":[..],"min_kev":..,"max_kev":..,"relative_sd":..}}: what
 *  `moly calibrate --format json` prints and `moly identify --efficiency` reads. */
MOLY_API json_t *moly_efficiency_json(const moly_efficiency *efficiency);
/** @retval MOLY_ERR_DATA  a member is missing or out of its range */
MOLY_API MOLY_CHECKED moly_status moly_efficiency_from_json(const json_t *object,
                                                            moly_efficiency *efficiency,
                                                            moly_error *err);
MOLY_API MOLY_CHECKED moly_status moly_efficiency_load(const char *path,
                                                       moly_efficiency *efficiency,
                                                       moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SPECTROMETRY_SEARCH_H
#define MOLY_SPECTROMETRY_SEARCH_H

/** The search filter and the widths that it finds. */

#include "moly/spectrometry/peaks.h"

/** Response of the zero-area filter of width `sigma` (channels) at `channel`, over the square root
 *  of its variance. */
double search_response(const double *counts, size_t n_channels, size_t channel, double sigma);

/** Channels where the response is a local maximum of at least `threshold`, rising. `sigma[i]` is
 * the width at channel i.
 *  @param[out] found  owned by the caller: moly_free() */
MOLY_CHECKED moly_status search_peaks(const moly_gamma_spectrum *spectrum, const double *sigma,
                                      double threshold, size_t **found, double **responses,
                                      size_t *n_found, moly_error *err);

/** The resolution as the spectrum shows it, for a start. `scale` may be the identity. */
MOLY_CHECKED moly_status search_widths(const moly_gamma_spectrum *spectrum,
                                       const moly_energy_scale *scale, moly_fwhm_curve *curve,
                                       moly_error *err);

/** Resolution through peaks of known energy and width; false when they do not determine it. */
bool search_fit_curve(size_t n, const double *energy_kev, const double *fwhm_kev,
                      const double *weight, double tolerance, moly_fwhm_curve *curve);

#define FWHM_PER_SIGMA 2.3548200450309493

#endif

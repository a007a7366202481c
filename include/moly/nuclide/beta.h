/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_NUCLIDE_BETA_H
#define MOLY_NUCLIDE_BETA_H

/** Shapes of beta spectra: allowed and unique forbidden, with the Fermi function of a finite
 *  nucleus. Non-unique forbidden transitions take the allowed shape. Screening and exchange are
 * left out: means agree with DDEP's to 1 %. Pure functions, any thread. Source: Behrens and
 * Janecke, Landolt-Bornstein I/4 (1969) */

#include "moly/nuclide/nuclide.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Mean energy, keV, of a beta spectrum with this end point.
 *  @param z_daughter  atomic number of the daughter, negative for positrons */
MOLY_API double moly_beta_mean_kev(double end_point_kev, int z_daughter, int a,
                                   moly_beta_shape shape);

/** Add `particles` betas of one transition to a histogram of bins `bin_kev` wide from 0.
 *  @param[in,out] bins  n_bins; what lies above the last bin is not added
 *  Accuracy: the sum is `particles` to rounding where the bins reach the end point. */
MOLY_API void moly_beta_add(double end_point_kev, int z_daughter, int a, moly_beta_shape shape,
                            double particles, double bin_kev, size_t n_bins, double *bins);

/** Beta spectrum of a nuclide per decay: every transition of `radiation` (BETA_MINUS or BETA_PLUS)
 *  in bins of `bin_kev` from 0 (adds to what is there).
 *  @return betas per decay that were added */
MOLY_API double moly_beta_spectrum(const moly_nuclide *nuclide, moly_radiation radiation,
                                   double bin_kev, size_t n_bins, double *bins);

#ifdef __cplusplus
}
#endif
#endif

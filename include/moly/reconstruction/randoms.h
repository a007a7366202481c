/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_RECONSTRUCTION_RANDOMS_H
#define MOLY_RECONSTRUCTION_RANDOMS_H

/** Random coincidences from what single crystals count: r_ij = 2 tau T S_i S_j. A scanner has some
 *  ten thousand crystals and a hundred million pairs: fitted to the crystals, delayed coincidences
 *  lose nearly all of their noise.
 *  Source: Casey, Hoffman, J Comput Assist Tomogr 10 (1986) 845; Panin et al., IEEE NSS-MIC 2007,
 *  2794 (maximum likelihood) */

#include "moly/scanner/sinogram.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Expected randoms of each bin from delayed coincidences, by maximum likelihood of r_ij = s_i s_j
 *  for all pairs of crystals that the bins hold.
 *  @param[in]  delayeds   not arc-corrected; TOF bins are summed
 *  @param[out] randoms    one TOF bin, worked out when a view is read; no delayeds: 0
 *  @param[out] singles    [n_rings * n_detectors] s_i, counts^1/2; may be NULL
 *  @retval MOLY_ERR_RANGE  arc-corrected bins, which no longer know their crystals
 *  @retval MOLY_ERR_DATA   a count that is negative or not finite */
MOLY_API MOLY_CHECKED moly_status moly_randoms_smooth(const moly_sinogram *delayeds,
                                                      moly_sinogram **randoms, float *singles,
                                                      moly_error *err);

/** Expected randoms from the crystals' own rates: 2 tau T S_i S_j, with TOF the share of the window
 *  that its bins cover.
 *  @param layout         not arc-corrected
 *  @param singles_per_s  [n_rings * n_detectors], accepted by the energy window
 *  @retval MOLY_ERR_RANGE  a duration or a coincidence window (of the layout's scanner) that is not
 *                          positive, arc-corrected bins, a rate that is negative or not finite */
MOLY_API MOLY_CHECKED moly_status moly_randoms_from_singles(const moly_layout *layout,
                                                            const float *singles_per_s,
                                                            double duration_s,
                                                            moly_sinogram **randoms,
                                                            moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_RECONSTRUCTION_SCATTER_H
#define MOLY_RECONSTRUCTION_SCATTER_H

/** Scattered coincidences of a PET scan, estimated from the image and the attenuation map.
 *
 *  Single-scatter simulation: points in the map scatter by Klein and Nishina, detectors on a coarse
 *  cylinder see what is left of both photons. What is kept is scatter in units of a line integral:
 *  counts = sensitivity of the bin in air * that. So normalisation acts on scatter as on trues.
 *  Photons scattered more than once are in its legs, which attenuate a little less, and in its
 * scale. Source: Watson, IEEE Trans Nucl Sci 47 (2000) 1587; Ollinger, Phys Med Biol 41 (1996) 153;
 * with time of flight: Watson, IEEE Trans Nucl Sci 54 (2007) 1679; Werner et al., IEEE NSS-MIC 2006
 */

#include "moly/base/progress.h"
#include "moly/scanner/sinogram.h"
#include "moly/volume/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

/** 0 in a member: its usual value. */
typedef struct moly_scatter_options {
    double point_mm;    /**< distance of scatter points, 5 to 100; usually 20 */
    int64_t n_angles;   /**< detectors around the ring, 16 to 256, even; usually 68 */
    int64_t n_rings;    /**< rings of detectors, 1 to 64; usually one every 20 mm, 2 to 16 */
    double energy_fwhm; /**< used where the scanner's own is not known; usually 0.12 */
    bool is_single;     /**< nothing but single scatter */
    int n_threads;      /**< as many as processors */
    int64_t n_rounds;   /**< moly_scatter_estimate(): image and scatter in turn; usually 4 */
    const moly_progress *progress; /**< may be NULL */
} moly_scatter_options;

/** Scatter between coarse detectors, and its scale along the axis. Const once made. */
typedef struct moly_scatter moly_scatter;

/** Scatter of an image: scale 1.
 *  @param layout     lines and TOF bins that are wanted of it; of its scanner the energy window,
 * the resolution, the crystals' depth and material
 *  @param activity   any unit (Bq/mL), scanner frame; beyond its lattice there is nothing
 *  @param mu_per_mm  at 511 keV, scanner frame
 *  @retval MOLY_ERR_RANGE  an option outside its range; a turned lattice
 *  @retval MOLY_ERR_DATA   a map or an image that is negative, not finite, or without matter
 *  The same bits for any number of threads. Its size: n_rings^2 n_angles^2 / 2 x TOF floats. */
MOLY_API MOLY_CHECKED moly_status moly_scatter_simulate(const moly_layout *layout,
                                                        const moly_volume *activity,
                                                        const moly_volume *mu_per_mm,
                                                        const moly_scatter_options *options,
                                                        moly_scatter **scatter, moly_error *err);
MOLY_API void moly_scatter_free(moly_scatter *scatter);

/** Expected scattered counts of each bin, worked out when a view is read: sensitivity * scale *
 *  scatter. Bins between coarse detectors by cubic interpolation around the ring, linear along the
 *  axis.
 *  @param layout       as given when it was made, or with other planes or without TOF
 *  @param sensitivity  what a line integral becomes in counts, in air: one TOF bin; NULL: 1
 *  @param[out] counts  borrows both
 *  @retval MOLY_ERR_RANGE  a sensitivity of other bins; TOF bins that it was not made for */
MOLY_API MOLY_CHECKED moly_status moly_scatter_sinogram(const moly_scatter *scatter,
                                                        const moly_layout *layout,
                                                        const moly_sinogram *sensitivity,
                                                        moly_sinogram **counts, moly_error *err);

/** All that an estimate is made from; borrowed. */
typedef struct moly_scatter_data {
    const moly_sinogram *prompts;     /**< with or without TOF */
    const moly_sinogram *sensitivity; /**< of a line in air, one TOF bin */
    const moly_sinogram *factors;     /**< the same with attenuation, one TOF bin */
    const moly_sinogram *randoms;     /**< bins as prompts, or one TOF bin; NULL: none */
    const moly_volume *mu_per_mm;     /**< scanner frame */
} moly_scatter_data;

enum { MOLY_MOST_SCATTER_ROUNDS = 10 };

/** What came out. */
typedef struct moly_scatter_figures {
    int64_t n_rounds;
    double scale[MOLY_MOST_SCATTER_ROUNDS];    /**< of each round: counts outside of the body to
                                                    single scatter, all planes */
    double fraction[MOLY_MOST_SCATTER_ROUNDS]; /**< scattered of all that are not random */
    double tail_counts; /**< prompts less randoms in the bins outside of the body */
    int64_t n_points, n_detectors;
    bool is_fitted; /**< else too little lies outside of the body: the scale is 1.1 */
} moly_scatter_figures;

/** Scatter of a scan: image by a few OSEM updates on a coarse lattice from data summed into direct
 *  planes, single scatter of it, scale by the bins outside of the body (plane by plane as far as
 *  their counts allow), and again with that scatter taken away.
 *  @retval MOLY_ERR_RANGE  sinograms that do not meet; as moly_scatter_simulate()
 *  @retval MOLY_ERR_DATA   as there
 *  The same bits for any number of threads. */
MOLY_API MOLY_CHECKED moly_status moly_scatter_estimate(const moly_scatter_data *data,
                                                        const moly_scatter_options *options,
                                                        moly_scatter **scatter,
                                                        moly_scatter_figures *figures,
                                                        moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PROJECTION_SPECT_RAYS_H
#define MOLY_PROJECTION_SPECT_RAYS_H

/** SPECT projector by rays: each bin looks along a bundle of lines through its holes, exact lengths
 *  in voxels, attenuation along each line. For parallel, fan, pinhole and multi-pinhole collimators
 *  on any orbit; slow, and shares nothing with the rotating projector of spect.h: the two check
 *  each other.
 *
 *  Images are columns, float[ny][nx][nz]; a view is float[n_bins][n_axial], axial fastest, as in
 *  spect.h. Rows are centred on z = 0 of the scanner's frame, whatever the planes. */

#include "moly/projection/operator.h"
#include "moly/scanner/gamma.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MOLY_MOST_BUNDLE = 15 };

typedef struct moly_spect_ray_options {
    const moly_collimator *collimator; /**< any shape; copied */
    double intrinsic_fwhm_mm;          /**< of the crystal: bins are blurred by it; 0: not */
    double energy_kev;                 /**< 0: 140.5 */
    const moly_volume *mu_per_mm;      /**< on the image's grid, or NULL; copied */
    int n_rays;                        /**< of a bundle along each direction, 1..MOLY_MOST_BUNDLE */
    const double *pinholes_mm;         /**< [n_pinholes][2]: across and along the axis, in the plane
                                            of the pinholes; NULL: all in the middle; copied */
    bool has_penetration;              /**< parallel and fan: add what gets through one wall, see
                                            moly_collimator_penetration() */
    int n_threads; /**< of projection, 0: as many as processors; back projection has one */
} moly_spect_ray_options;

/** Immutable; any number of calls at a time. */
typedef struct moly_spect_rays moly_spect_rays;

/** A parallel hole's bundle has slopes of the Gaussian of moly_collimator_fwhm_mm(), so it widens
 *  with depth; a fan's turns to the focal line; a pinhole's runs from the pixel through places of
 *  the hole, weighted by cos^4 of the angle to the normal and cut off at the opening.
 *  @retval MOLY_ERR_RANGE  a grid that is turned; a view without radius; options outside their
 *                          range; absurd attenuation (negative, > 0.1 / mm) */
MOLY_API MOLY_CHECKED moly_status moly_spect_rays_new(const moly_projections *views,
                                                      const moly_grid *grid,
                                                      const moly_spect_ray_options *options,
                                                      moly_spect_rays **rays, moly_error *err);
MOLY_API void moly_spect_rays_free(moly_spect_rays *rays);
/** bins = mean over the bundle of attenuated integrals, mm times the image's unit (pinholes: summed
 *  over the holes). The same bits for any number of threads. */
MOLY_API MOLY_CHECKED moly_status moly_spect_rays_project_view(const moly_spect_rays *rays,
                                                               const float *columns, int64_t view,
                                                               float *bins, moly_error *err);
/** columns += the transpose of the above. */
MOLY_API MOLY_CHECKED moly_status moly_spect_rays_back_project_view(const moly_spect_rays *rays,
                                                                    const float *bins, int64_t view,
                                                                    float *columns,
                                                                    moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

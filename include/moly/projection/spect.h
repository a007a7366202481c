/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PROJECTION_SPECT_H
#define MOLY_PROJECTION_SPECT_H

/** SPECT projectors for parallel holes: an image turned into the frame of the head, attenuated on
 *  the way out, blurred by what the collimator does at each depth, and summed; and the adjoint.
 *
 *  Images are columns, float[ny][nx][nz] (pet.h); a view is float[n_bins][n_axial], axial fastest:
 *  planes of the image are rows of the view. */

#include "moly/projection/operator.h"
#include "moly/scanner/gamma.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct moly_spect_options {
    const moly_collimator *collimator; /**< parallel; NULL: nothing blurs */
    double intrinsic_fwhm_mm;          /**< of the crystal; used with a collimator only */
    double energy_kev;                 /**< of the photons, for the collimator's effective length;
                                            0: 140.5 */
    const moly_volume *mu_per_mm;      /**< attenuation at that energy on the image's grid; NULL:
                                            nothing attenuates; copied */
    int n_threads;                     /**< 0: as many as processors */
    const char *back_end;              /**< NULL: the fastest here; else "avx2", "generic" */
} moly_spect_options;

/** Has room of its own to work in: one call at a time. */
typedef struct moly_spect_projector moly_spect_projector;

/** @param views  angles, radii, bins and rows are taken from it; its counts are not looked at
 *  @param grid   along the scanner's axes, as fine in y as in x, as many planes as rows and as
 *                far apart. Plane k is row k. What lies outside the circle that the larger side
 *                holds is not seen.
 *  @retval MOLY_ERR_RANGE  another grid; a collimator that is not parallel; a view without radius
 *                          (with a collimator); absurd attenuation (negative, > 0.1 / mm) */
MOLY_API MOLY_CHECKED moly_status moly_spect_projector_new(const moly_projections *views,
                                                           const moly_grid *grid,
                                                           const moly_spect_options *options,
                                                           moly_spect_projector **projector,
                                                           moly_error *err);
MOLY_API void moly_spect_projector_free(moly_spect_projector *projector);
MOLY_API size_t moly_spect_projector_n_voxels(const moly_spect_projector *projector);
MOLY_API size_t moly_spect_projector_view_bins(const moly_spect_projector *projector);
/** The back end that is taken unless another is asked for. */
MOLY_API const char *moly_spect_back_end(void);
MOLY_API const char *moly_spect_projector_back_end(const moly_spect_projector *projector);

/** bins[n_bins][n_axial] = attenuated, blurred integral of the image along the line, mm times its
 *  unit. A Gaussian of FWHM^2 = intrinsic^2 + geometric(depth)^2, sampled at the bins, cut off at
 *  4 sigma and normed: the direct convolution at every depth. The same bits for any number of
 *  threads. */
MOLY_API void moly_spect_project_view(moly_spect_projector *projector, const float *columns,
                                      int64_t view, float *bins);
/** columns += the exact transpose of the above; the same bits for any number of threads. */
MOLY_API void moly_spect_back_project_view(moly_spect_projector *projector, const float *bins,
                                           int64_t view, float *columns);
/** Projection of columns into the given views, one after the other. Borrows the projector; one
 *  call at a time. */
MOLY_API MOLY_CHECKED moly_status moly_operator_spect(moly_spect_projector *projector,
                                                      const int64_t *views, size_t n_views,
                                                      moly_operator **made, moly_error *err);

/** Counts of a view as they are stored, [n_axial][n_bins], to bins[n_bins][n_axial], and back. */
MOLY_API void moly_spect_view_in(const moly_projections *p, const float *counts, float *bins);
MOLY_API void moly_spect_view_out(const moly_projections *p, const float *bins, float *counts);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_RECONSTRUCTION_SPECT_H
#define MOLY_RECONSTRUCTION_SPECT_H

/** SPECT: projections to images, and what scatters into them. */

#include "moly/base/progress.h"
#include "moly/projection/spect.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct moly_spect_update {
    int64_t iteration, subset; /**< from 0 */
    double log_likelihood;     /**< of the subset before the update: sum of y ln e - e */
    const float *columns;      /**< the image after it */
} moly_spect_update;

typedef struct moly_spect_osem_options {
    int64_t n_subsets;               /**< a divisor of the number of views; 1: MLEM */
    int64_t n_iterations;            /**< passes through all views */
    int64_t window, gate;            /**< of the projections */
    moly_spect_options projector;    /**< collimator, attenuation, threads */
    const moly_projections *scatter; /**< expected scatter, counts, window 0 and gate 0 of it; views
                                          and pixels as the data; NULL: none */
    const double *view_shares; /**< [n_views] what a view counts relative to `scale`: its length,
                                    decay; above 0; NULL: 1 */
    double scale; /**< counts for an integral of 1 (mm times the image's unit), such as seconds a
                       view times sensitivity times pixel area; > 0. See moly_spect_scale() */
    /** Called after each update when not NULL; another status than MOLY_OK stops. */
    moly_status (*on_update)(void *context, const moly_spect_update *update, moly_error *err);
    void *context;
    const moly_progress *progress; /**< may be NULL */
} moly_spect_osem_options;

/** Counts in a pixel for a line integral of 1 (Bq/mL) mm: seconds * counts a second and Bq in the
 *  window, over all pixels of a view, without attenuation * pixel area in mm2 / 1000 mm3 a mL.
 *  Views last alike.
 *  @param cps_per_bq  planar sensitivity of one head with this collimator and window, as measured
 *                     (NEMA NU 1), 1/(s Bq) */
MOLY_API double moly_spect_scale(const moly_projections *p, double cps_per_bq);

/** Maximum likelihood by OSEM: expected = scale * share of the view * A image + scatter.
 *  @param[in]  grid     as moly_spect_projector_new() wants it
 *  @param[out] columns  float[ny][nx][nz]
 *  @retval MOLY_ERR_RANGE  subsets that do not divide the views; scatter of other sizes; a scale
 *                          that is not positive; and what moly_spect_projector_new() refuses
 *  @retval MOLY_ERR_DATA   counts negative or not finite
 *  The same bits for any number of threads. Source: Hudson, Larkin, IEEE TMI 13 (1994) 601 */
MOLY_API MOLY_CHECKED moly_status moly_spect_osem(const moly_projections *data,
                                                  const moly_grid *grid,
                                                  const moly_spect_osem_options *options,
                                                  float *columns, moly_error *err);

/** Scatter in a window from those beside it, pixel by pixel, never negative: the trapezium under
 *  the counts a keV of a lower and an upper window (TEW); without an upper one its counts are 0,
 *  or with `lower_share` > 0 that share of the lower one's counts (DEW).
 *  Source: Ogawa et al., IEEE Trans Med Imaging 10 (1991) 408; Jaszczak et al., J Nucl Med 25
 *  (1984) 893
 *  @param peak, lower, upper  windows of `data`; upper -1: none
 *  @param lower_share         0: TEW; such as 0.5: DEW
 *  @param fwhm_mm             blur of the estimate across and along, Gaussian; 0: none
 *  @param[out] scatter        one window (the peak's), all gates and views; owned by the caller
 *  @retval MOLY_ERR_RANGE  no such window; a window without width */
MOLY_API MOLY_CHECKED moly_status moly_spect_window_scatter(
    const moly_projections *data, int64_t peak, int64_t lower, int64_t upper, double lower_share,
    double fwhm_mm, moly_projections **scatter, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

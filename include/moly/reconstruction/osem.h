/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_RECONSTRUCTION_OSEM_H
#define MOLY_RECONSTRUCTION_OSEM_H

/** Maximum likelihood by expectation maximisation, with ordered subsets of views.
 *  Source: Shepp, Vardi, IEEE Trans Med Imaging 1 (1982) 113; Hudson, Larkin, ibid. 13 (1994) 601
 */

#include "moly/base/progress.h"
#include "moly/base/ranks.h"
#include "moly/projection/operator.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What the counts are expected to be: expected = factors * line integral of the image +
 * background. Borrowed. */
typedef struct moly_pet_model {
    const moly_sinogram *prompts;
    const moly_sinogram *factors;    /**< one TOF bin (the same for all) or as prompts; NULL: 1 */
    const moly_sinogram *background; /**< expected randoms and scatter, counts; bins as prompts, or
                                          one TOF bin that is shared out evenly; NULL: 0 */
} moly_pet_model;

typedef struct moly_osem_update {
    int64_t iteration, subset; /**< from 0 */
    double log_likelihood;     /**< of the subset before the update: sum of y ln e - e */
    double change;             /**< of the image over the iteration, |now - before| / |now|; NAN but
                                    after the last subset */
    const float *columns;      /**< the image after it */
} moly_osem_update;

typedef struct moly_osem_options {
    int64_t n_subsets;    /**< a divisor of the number of views; 1: MLEM */
    int64_t n_iterations; /**< passes through all views */
    double until;         /**< no further iteration once the change is below that; 0: all */
    double psf_fwhm_mm;   /**< resolution that is modelled in the image; 0: none */
    moly_projector_options projector;
    /** image = basis * coefficients, and those are what is updated (kernel EM); NULL: the voxels */
    const moly_operator *basis;
    const float *start; /**< columns; NULL: 1 within the radius that counts */
    /** Called after each update when not NULL; another status than MOLY_OK stops. */
    moly_status (*on_update)(void *context, const moly_osem_update *update, moly_error *err);
    void *context;
    const moly_progress *progress; /**< may be NULL */
    const moly_ranks *ranks;       /**< that share the views of each subset; NULL: alone. All call
                                        moly_osem() with the same model and get the same image */
} moly_osem_options;

/** @param[in]  grid     in the scanner frame
 *  @param[out] columns  float[ny][nx][nz], in the unit that the factors make of the image
 *  @retval MOLY_ERR_RANGE  subsets that do not divide the views; layouts that do not meet
 *  @retval MOLY_ERR_DATA   a negative factor or background
 *  The result is the same, bit for bit, for any number of threads; across ranks within 1e-5. */
MOLY_API MOLY_CHECKED moly_status moly_osem(const moly_pet_model *model, const moly_grid *grid,
                                            const moly_osem_options *options, float *columns,
                                            moly_error *err);

/** The order in which subsets are visited so that neighbours in time lie far apart in angle:
 *  order[n_subsets]. Source: Herman, Meyer, IEEE Trans Med Imaging 12 (1993) 600 */
MOLY_API void moly_subset_order(int64_t n_subsets, int64_t *order);
/** Subsets for who chooses none: the most that divide the views and leave about eight, or more, in
 *  each; 1 where there are few. */
MOLY_API int64_t moly_usual_subsets(int64_t n_views);

#ifdef __cplusplus
}
#endif
#endif

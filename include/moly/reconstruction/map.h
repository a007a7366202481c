/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_RECONSTRUCTION_MAP_H
#define MOLY_RECONSTRUCTION_MAP_H

/** Maximum a posteriori: the image that makes log-likelihood - beta R largest.
 *  Sources: BSREM with relaxation: Ahn, Fessler, IEEE Trans Med Imaging 22 (2003) 613; stochastic
 *  steps of reduced variance: Johnson, Zhang, NIPS 2013; in PET: Twyman et al., IEEE Trans Med
 *  Imaging 42 (2023) 29. */

#include "moly/reconstruction/osem.h"
#include "moly/reconstruction/priors.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum moly_map_method {
    MOLY_MAP_BSREM, /**< a step along each subset's own gradient, ever shorter */
    MOLY_MAP_SVRG,  /**< each subset's gradient corrected by what it was off at an anchor, where all
                         subsets were seen: steps stay long. Keeps an image a subset in memory */
    MOLY_N_MAP_METHODS
} moly_map_method;

typedef struct moly_map_update {
    int64_t iteration; /**< from 0 */
    double passes;     /**< through all views so far; anchors of SVRG and the start count */
    double objective;  /**< log-likelihood - beta R, the likelihood gathered over the iteration as
                            the image went on */
    double change;     /**< of the image over the iteration, |now - before| / |now| */
    const float *columns;
} moly_map_update;

typedef struct moly_map_options {
    moly_map_method method;
    const moly_prior *prior; /**< NULL: none */
    int64_t n_subsets;       /**< a divisor of the number of views */
    int64_t n_iterations;    /**< at most; each goes through all subsets once */
    double until;            /**< no further iteration once the change is below that; 0: all */
    double relaxation;       /**< BSREM: step 1 / (1 + relaxation * iteration); 0: 0.1 */
    double psf_fwhm_mm;      /**< as for moly_osem() */
    moly_projector_options projector;
    const float *start; /**< columns; NULL: one iteration of OSEM, which counts as a pass */
    moly_status (*on_update)(void *context, const moly_map_update *update, moly_error *err);
    void *context;
    const moly_progress *progress;
    const moly_ranks *ranks; /**< as for moly_osem() */
} moly_map_options;

/** Errors, ranks and threads as moly_osem(). */
MOLY_API MOLY_CHECKED moly_status moly_map(const moly_pet_model *model, const moly_grid *grid,
                                           const moly_map_options *options, float *columns,
                                           moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

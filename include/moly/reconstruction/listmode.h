/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_RECONSTRUCTION_LISTMODE_H
#define MOLY_RECONSTRUCTION_LISTMODE_H

/** OSEM of coincidences one by one, with their own lines and time of flight.
 *  Source: Barrett, White, Parra, J Opt Soc Am A 14 (1997) 2914; Rahmim et al., IEEE Trans Nucl
 *  Sci 51 (2004) 2588 */

#include "moly/reconstruction/osem.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Borrowed. */
typedef struct moly_list_model {
    const moly_event_list *events; /**< prompts count, those of a bin that `layout` keeps */
    const moly_layout *layout;    /**< bins of factors and background; its TOF is that of the model.
                                       Not arc-corrected */
    const moly_sinogram *factors; /**< as of moly_pet_model, one TOF bin; not NULL */
    const moly_sinogram *background; /**< as of moly_pet_model */
} moly_list_model;

typedef struct moly_list_options {
    int64_t n_subsets;      /**< event i, in order of time, is of subset i mod n_subsets */
    int64_t n_iterations;   /**< passes through all events, at most */
    double until;           /**< as of OSEM; 0: never */
    double psf_fwhm_mm;     /**< 0: none */
    bool is_resampled;      /**< bootstrap: as many events again, drawn with replacement */
    uint64_t seed, replica; /**< of the draws */
    moly_projector_options projector; /**< Siddon has no list mode */
    /** Called after each update when not NULL; its likelihood is the sum of ln of the ratio of
     *  expected counts to factor over the subset's events. */
    moly_status (*on_update)(void *context, const moly_osem_update *update, moly_error *err);
    void *context;
    const moly_progress *progress;
} moly_list_options;

/** @param[out] columns  as of moly_osem()
 *  @param[out] n_used   events that fell in a bin with a factor; may be NULL
 *  @retval MOLY_ERR_RANGE  sizes that do not meet; more subsets than events
 *  @retval MOLY_ERR_DATA   a crystal that is not there; a negative factor or background
 *  The same bits for any number of threads. Memory: 28 bytes an event.
 *  Source of the bootstrap: Dahlbom, IEEE Trans Nucl Sci 49 (2002) 2062 */
MOLY_API MOLY_CHECKED moly_status moly_listmode_osem(const moly_list_model *model,
                                                     const moly_grid *grid,
                                                     const moly_list_options *options,
                                                     float *columns, int64_t *n_used,
                                                     moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

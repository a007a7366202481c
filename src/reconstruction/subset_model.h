/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_RECONSTRUCTION_SUBSET_MODEL_H
#define MOLY_RECONSTRUCTION_SUBSET_MODEL_H

/* Counts and what they are expected to be, a subset of views at a time: what the algorithms of PET
 * have in common. No more than one view's bins is in memory. */

#include "moly/reconstruction/osem.h"

typedef struct subset_options {
    int64_t n_subsets;
    double psf_fwhm_mm;
    moly_projector_options projector;
    const moly_ranks *ranks;
    const moly_operator *basis; /* image = basis * what is updated; NULL: itself */
} subset_options;

typedef struct subset_model {
    const moly_pet_model *model;
    subset_options options;
    const moly_layout *layout;
    moly_grid grid;
    moly_pet_projector *projector; /* of the prompts' layout */
    moly_pet_projector *plain;     /* without TOF, for the sensitivity; may be the same */
    moly_layout *plain_layout;
    moly_operator *psf; /* NULL: none */
    size_t n_voxels, row_bins, n_planes, n_tof, background_tof;
    float *blurred, *gradient; /* n_voxels each, for the passes */
    float *between;            /* of basis and blur; NULL without a basis */
    float *prompts, *factors, *background, *bins;
    double *row_likelihood; /* [n_tangential] */
    int n_threads;
} subset_model;

/** @param[out] m  close with subset_model_close(), also after a failure
 *  @retval MOLY_ERR_RANGE  subsets that do not divide the views; layouts that do not meet */
MOLY_CHECKED moly_status subset_model_open(const moly_pet_model *model, const moly_grid *grid,
                                           const subset_options *options, subset_model *m,
                                           moly_error *err);
void subset_model_close(subset_model *m);

/** sum = A' factors over the views of the subset, blurred: n_voxels. */
MOLY_CHECKED moly_status subset_sensitivity(subset_model *m, int64_t subset, float *sum,
                                            moly_error *err);
/** sum = A' (factors * counts / expected) of the image, blurred; may be the image itself.
 *  @param[in,out] likelihood  what the subset adds to the log-likelihood is added; may be NULL */
MOLY_CHECKED moly_status subset_ratios(subset_model *m, const float *image, int64_t subset,
                                       float *sum, double *likelihood, moly_error *err);
/** Set columns outside the radius that counts to 0: nothing is known of them. */
void subset_mask(const subset_model *m, float *columns);

/** |now - before| / |now|, Euclidean. */
double image_change(const float *before, const float *now, size_t n);

#endif

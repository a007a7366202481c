/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_RECONSTRUCTION_PRIORS_INSIDE_H
#define MOLY_RECONSTRUCTION_PRIORS_INSIDE_H

#include "moly/reconstruction/priors.h"

enum { N_NEIGHBOURS = 26 };

struct moly_prior {
    moly_prior_options options;
    moly_grid grid;
    int n_threads;
    int64_t step[N_NEIGHBOURS][3]; /* to each neighbour, voxels */
    int64_t shift[N_NEIGHBOURS];   /* the same in columns */
    float weight[N_NEIGHBOURS];
    uint32_t *chosen; /* Bowsher: a bit a neighbour, of each voxel */
    float *direction; /* parallel level sets: xi, [3][n_voxels]; |xi| < 1 */
};

MOLY_CHECKED moly_status prior_norm_prepare(moly_prior *prior, const float *anatomy,
                                            moly_error *err);
MOLY_CHECKED moly_status prior_norm_evaluate(const moly_prior *prior, const float *columns,
                                             double *value, float *gradient, float *curvature,
                                             moly_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_RECONSTRUCT_SOLVE_H
#define MOLY_COMMANDS_RECONSTRUCT_SOLVE_H

/* Which algorithm makes the image of raw data, and what it tells on its way. */
#include <jansson.h>

#include "moly/base/ranks.h"
#include "reconstruct_data.h"
#include "reconstruct_watch.h"

enum { SOLVE_MLEM, SOLVE_OSEM, SOLVE_KEM, SOLVE_LISTMODE, SOLVE_BSREM, SOLVE_SVRG };
/* In that order; NULL ends the list. */
extern const char *const solve_algorithms[];

typedef struct solve_wishes {
    const char *raw; /* folder, for its list mode */
    int algorithm;
    int64_t n_subsets;    /* not positive: about eight views in each */
    int64_t n_iterations; /* at most */
    double until;         /* relative change of the image that ends it; 0: none */
    double psf_mm;        /* 0: none */
    moly_projector_options projector;
    const char *prior, *anatomy; /* NULL: none */
    watcher *watch;
    const moly_ranks *ranks;
} solve_wishes;

typedef struct solve_record {
    int64_t n_subsets, n_iterations; /* that were done */
    double change;                   /* of the image in the last one */
    json_t *objectives; /* of each iteration: log-likelihood, with a prior less beta R */
} solve_record;

/** Do algorithm, prior and anatomical image go together? Asked before the work begins.
 *  @retval MOLY_ERR_USAGE, MOLY_ERR_RANGE  what does not, by the option's name */
MOLY_CHECKED moly_status solve_check(int algorithm, const char *prior, const char *anatomy,
                                     moly_error *err);
/** @param[in,out] image   its lattice is used, its voxels are filled
 *  @param[out]    record  release with solve_record_free(), also after a failure */
MOLY_CHECKED moly_status solve(const solve_wishes *wishes, const raw_data *data, moly_volume *image,
                               solve_record *record, moly_error *err);
void solve_record_free(solve_record *record);

#endif

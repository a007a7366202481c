/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_RECONSTRUCTION_CRYSTAL_PAIRS_H
#define MOLY_RECONSTRUCTION_CRYSTAL_PAIRS_H

/* Which pairs of crystals the bins of a layout hold. */

#include "moly/scanner/sinogram.h"

typedef struct crystal_pairs {
    moly_layout *layout; /* one TOF bin */
    /* across: of line (view * n_tangential + tangential) the pairs first_line[line] ..
     * first_line[line + 1] of lines[][2] */
    size_t *first_line;
    int32_t (*lines)[2];
    /* along: of a plane the pairs of rings first_plane[p] .. first_plane[p + 1] of rings[][2] */
    size_t *first_plane;
    int32_t (*rings)[2];
    int32_t (*ranges)[2]; /* of ring differences, neighbouring segments joined */
    size_t n_ranges;
} crystal_pairs;

/** @param layout  its TOF is left out
 *  @retval MOLY_ERR_RANGE  arc-corrected bins */
MOLY_CHECKED moly_status crystal_pairs_make(const moly_layout *layout, crystal_pairs *made,
                                            moly_error *err);
void crystal_pairs_release(crystal_pairs *pairs);
/** Does each bin hold one pair? */
bool crystal_pairs_are_single(const crystal_pairs *pairs);

/** Bins of a view: the sum over its pairs of values[i] * values[j], [detector][ring]. */
void crystal_pairs_products(const crystal_pairs *pairs, const float *values, int64_t view,
                            float *bins);
/** sums[i] = sum over the partners j of crystal i of values[j]; [detector][ring]. */
void crystal_pairs_fans(const crystal_pairs *pairs, const double *values, double *sums,
                        double *room);
/** sums[i] += sum over its bins of counts, shared out among the pairs of a bin by the products of
 *  `values` (equally where all of these are 0). */
void crystal_pairs_share(const crystal_pairs *pairs, const float *values, int64_t view,
                         const float *counts, double *sums);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_RECONSTRUCTION_KERNEL_H
#define MOLY_RECONSTRUCTION_KERNEL_H

/** Kernel EM: image = K * coefficients, K from an anatomical image; K is the `basis` of
 * moly_osem(). Source: Wang, Qi, IEEE Trans Med Imaging 34 (2015) 61 */

#include "moly/projection/operator.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct moly_kernel_options {
    int64_t n_neighbours; /**< voxels that make up one, itself among them, 1..255 */
    int64_t radius;       /**< they are looked for in (2 radius + 1)^3 voxels around it, 1..7 */
    double sigma;  /**< of the Gaussian of their difference, as a share of the anatomical image's
                        standard deviation; > 0 */
    int n_threads; /**< 0: as many as processors */
} moly_kernel_options;

/** K of the voxels nearest in value, Gaussian weights, rows that sum to 1; of those alike the
 *  nearest in space. Takes 8 * n_neighbours bytes a voxel.
 *  @param anatomy  float[ny][nx][nz]
 *  @retval MOLY_ERR_RANGE  an option outside its range; an anatomy that is not finite */
MOLY_API MOLY_CHECKED moly_status moly_kernel_basis(const moly_grid *grid, const float *anatomy,
                                                    const moly_kernel_options *options,
                                                    moly_operator **basis, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

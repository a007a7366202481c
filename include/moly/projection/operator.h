/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PROJECTION_OPERATOR_H
#define MOLY_PROJECTION_OPERATOR_H

/** Linear operators on arrays of floats: forward, adjoint, normal. They compose, and every solver
 *  is written for them. Adjoint means |<A x, y> - <x, A' y>| <= 1e-6 |A x| |y|. */

#include "moly/projection/pet.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct moly_operator moly_operator;

/** The inside of an operator; `state` is its own. forward and adjoint overwrite their output.
 *  normal may be NULL: forward, then adjoint. */
typedef struct moly_operator_ops {
    moly_status (*forward)(const void *state, const float *in, float *out, moly_error *err);
    moly_status (*adjoint)(const void *state, const float *in, float *out, moly_error *err);
    moly_status (*normal)(const void *state, const float *in, float *out, moly_error *err);
    void (*free)(void *state);
} moly_operator_ops;

/** @param[in] state  owned by the operator from success on */
MOLY_API MOLY_CHECKED moly_status moly_operator_new(size_t n_in, size_t n_out,
                                                    const moly_operator_ops *ops, void *state,
                                                    moly_operator **made, moly_error *err);
MOLY_API void moly_operator_free(moly_operator *op);
MOLY_API size_t moly_operator_n_in(const moly_operator *op);
MOLY_API size_t moly_operator_n_out(const moly_operator *op);
/** out[n_out] = A in[n_in] */
MOLY_API MOLY_CHECKED moly_status moly_operator_forward(const moly_operator *op, const float *in,
                                                        float *out, moly_error *err);
/** out[n_in] = A' in[n_out] */
MOLY_API MOLY_CHECKED moly_status moly_operator_adjoint(const moly_operator *op, const float *in,
                                                        float *out, moly_error *err);
/** out[n_in] = A' A in[n_in] */
MOLY_API MOLY_CHECKED moly_status moly_operator_normal(const moly_operator *op, const float *in,
                                                       float *out, moly_error *err);

/** outer after inner. Takes both over from success on.
 *  @retval MOLY_ERR_RANGE  the inner one's output is not the outer one's input */
MOLY_API MOLY_CHECKED moly_status moly_operator_chain(moly_operator *outer, moly_operator *inner,
                                                      moly_operator **made, moly_error *err);
/** out[i] = weights[i] in[i]. Copies the weights. */
MOLY_API MOLY_CHECKED moly_status moly_operator_diagonal(const float *weights, size_t n,
                                                         moly_operator **made, moly_error *err);
/** Blur of columns by a Gaussian of full width at half maximum `fwhm_mm` along each axis, cut off
 *  at 4 sigma and normed; nothing comes in from outside. Its own adjoint. */
MOLY_API MOLY_CHECKED moly_status moly_operator_gaussian(const moly_grid *grid, double fwhm_mm,
                                                         int n_threads, moly_operator **made,
                                                         moly_error *err);
/** Projection of columns into the given views, one after the other. Borrows the projector. */
MOLY_API MOLY_CHECKED moly_status moly_operator_pet(const moly_pet_projector *projector,
                                                    const int64_t *views, size_t n_views,
                                                    moly_operator **made, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

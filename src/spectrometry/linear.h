/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SPECTROMETRY_LINEAR_H
#define MOLY_SPECTROMETRY_LINEAR_H

/** Small dense symmetric systems, row-major n x n. */

#include <stdbool.h>
#include <stddef.h>

/** Cholesky factor in place (lower triangle); false when the matrix is not positive definite. */
bool linear_factor(double *matrix, size_t n);
/** Solve with a factored matrix, in place. */
void linear_solve(const double *factor, size_t n, double *x);
/** Inverse of a factored matrix into `inverse`. */
void linear_invert(const double *factor, size_t n, double *inverse);
/** Solve a general n x n system for `n_right` right sides (columns of `right`, row-major n x
 *  n_right) by Gaussian elimination with partial pivoting; both are overwritten. */
bool linear_eliminate(double *matrix, size_t n, double *right, size_t n_right);
/** Weighted polynomial through n points by normal equations in a scaled variable:
 *  y ~ sum c_i (x / scale)^i. `covariance` (row-major, terms x terms) may be NULL; terms <= 8. */
bool linear_polynomial(size_t n, const double *x, const double *y, const double *sd, double scale,
                       size_t terms, double *coefficients, double *covariance);

#endif

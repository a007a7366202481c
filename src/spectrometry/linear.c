/* SPDX-License-Identifier: Apache-2.0 */
#include "linear.h"

#include <math.h>
#include <string.h>

bool linear_factor(double *matrix, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        double diagonal = matrix[j * n + j];
        double sum = diagonal;
        for (size_t k = 0; k < j; k++) {
            sum -= matrix[j * n + k] * matrix[j * n + k];
        }
        if (!(sum > 1e-14 * fabs(diagonal)) || !isfinite(sum)) {
            return false;
        }
        double pivot = sqrt(sum);
        matrix[j * n + j] = pivot;
        for (size_t i = j + 1; i < n; i++) {
            double value = matrix[i * n + j];
            for (size_t k = 0; k < j; k++) {
                value -= matrix[i * n + k] * matrix[j * n + k];
            }
            matrix[i * n + j] = value / pivot;
        }
    }
    return true;
}

void linear_solve(const double *factor, size_t n, double *x)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            x[i] -= factor[i * n + k] * x[k];
        }
        x[i] /= factor[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++) {
            x[i] -= factor[k * n + i] * x[k];
        }
        x[i] /= factor[i * n + i];
    }
}

void linear_invert(const double *factor, size_t n, double *inverse)
{
    memset(inverse, 0, n * n * sizeof *inverse);
    for (size_t i = 0; i < n; i++) {
        inverse[i * n + i] = 1.0;
        linear_solve(factor, n, inverse + i * n); /* symmetric: a row is a column */
    }
}

static void swap_rows(double *rows, size_t width, size_t a, size_t b)
{
    for (size_t k = 0; k < width; k++) {
        double held = rows[a * width + k];
        rows[a * width + k] = rows[b * width + k];
        rows[b * width + k] = held;
    }
}

static void subtract_row(double *rows, size_t width, size_t from, size_t row, double times)
{
    for (size_t k = 0; k < width; k++) {
        rows[row * width + k] -= times * rows[from * width + k];
    }
}

bool linear_eliminate(double *matrix, size_t n, double *right, size_t n_right)
{
    for (size_t j = 0; j < n; j++) {
        size_t best = j;
        for (size_t i = j + 1; i < n; i++) {
            best = fabs(matrix[i * n + j]) > fabs(matrix[best * n + j]) ? i : best;
        }
        double pivot = matrix[best * n + j];
        if (!(fabs(pivot) > 0.0) || !isfinite(pivot)) {
            return false;
        }
        swap_rows(matrix, n, j, best);
        swap_rows(right, n_right, j, best);
        for (size_t k = 0; k < n; k++) {
            matrix[j * n + k] /= pivot;
        }
        for (size_t k = 0; k < n_right; k++) {
            right[j * n_right + k] /= pivot;
        }
        for (size_t i = 0; i < n; i++) {
            double times = matrix[i * n + j];
            if (i != j && times != 0.0) {
                subtract_row(matrix, n, j, i, times);
                subtract_row(right, n_right, j, i, times);
            }
        }
    }
    return true;
}

#define MAX_TERMS 8

bool linear_polynomial(size_t n, const double *x, const double *y, const double *sd, double scale,
                       size_t terms, double *coefficients, double *covariance)
{
    double normal[MAX_TERMS * MAX_TERMS] = {0};
    double right[MAX_TERMS] = {0};
    if (terms == 0 || terms > MAX_TERMS || n < terms || !(scale > 0.0)) {
        return false;
    }
    for (size_t p = 0; p < n; p++) {
        double weight = sd ? 1.0 / (sd[p] * sd[p]) : 1.0;
        double powers[MAX_TERMS];
        powers[0] = 1.0;
        for (size_t i = 1; i < terms; i++) {
            powers[i] = powers[i - 1] * x[p] / scale;
        }
        for (size_t i = 0; i < terms; i++) {
            right[i] += weight * powers[i] * y[p];
            for (size_t j = 0; j < terms; j++) {
                normal[i * terms + j] += weight * powers[i] * powers[j];
            }
        }
    }
    if (!linear_factor(normal, terms)) {
        return false;
    }
    linear_solve(normal, terms, right);
    memcpy(coefficients, right, terms * sizeof *right);
    if (covariance) {
        linear_invert(normal, terms, covariance);
    }
    return true;
}

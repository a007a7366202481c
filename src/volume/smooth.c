/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/volume/volume.h"

#include <math.h>
#include <string.h>

#include "moly/base/memory.h"

static const double FWHM_PER_SIGMA = 2.3548200450309493; /* 2 sqrt(2 ln 2) */

/* One side of a normalised kernel: weights[0] is the middle. */
static void fill_kernel(double sigma_voxels, double *weights, int64_t radius)
{
    double sum = 0.0;
    for (int64_t k = 0; k <= radius; k++) {
        double u = (double)k / sigma_voxels;
        weights[k] = exp(-0.5 * u * u);
        sum += k == 0 ? weights[k] : 2.0 * weights[k];
    }
    for (int64_t k = 0; k <= radius; k++) {
        weights[k] /= sum;
    }
}

static void smooth_line(float *line, int64_t n, int64_t stride, const double *weights,
                        int64_t radius, double *scratch)
{
    for (int64_t i = 0; i < n; i++) {
        double sum = weights[0] * (double)line[i * stride];
        for (int64_t k = 1; k <= radius; k++) {
            int64_t before = i - k < 0 ? 0 : i - k, after = i + k >= n ? n - 1 : i + k;
            sum += weights[k] * ((double)line[before * stride] + (double)line[after * stride]);
        }
        scratch[i] = sum;
    }
    for (int64_t i = 0; i < n; i++) {
        line[i * stride] = (float)scratch[i];
    }
}

static void smooth_axis(moly_volume *volume, int axis, const double *weights, int64_t radius,
                        double *scratch)
{
    const int64_t *n = volume->grid.n;
    const int64_t strides[3] = {1, n[0], n[0] * n[1]};
    int a = (axis + 1) % 3, b = (axis + 2) % 3;
    for (int64_t frame = 0; frame < volume->n_frames; frame++) {
        float *data = volume->data + frame * n[0] * n[1] * n[2];
        for (int64_t j = 0; j < n[b]; j++) {
            for (int64_t i = 0; i < n[a]; i++) {
                smooth_line(data + i * strides[a] + j * strides[b], n[axis], strides[axis], weights,
                            radius, scratch);
            }
        }
    }
}

moly_status moly_volume_smooth(moly_volume *volume, double fwhm_mm, moly_error *err)
{
    if (!(fwhm_mm > 0.0) || !isfinite(fwhm_mm)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "resolution of %g mm to smooth by, must be positive and finite", fwhm_mm);
    }
    for (int axis = 0; axis < 3; axis++) {
        double sigma = fwhm_mm / FWHM_PER_SIGMA / volume->grid.spacing_mm[axis];
        int64_t n = volume->grid.n[axis];
        int64_t radius = (int64_t)fmin(ceil(4.0 * sigma), (double)n);
        double *weights = moly_alloc((size_t)(radius + 1), sizeof(*weights));
        double *scratch = moly_alloc((size_t)n, sizeof(*scratch));
        if (weights && scratch) {
            fill_kernel(sigma, weights, radius);
            smooth_axis(volume, axis, weights, radius, scratch);
        }
        bool is_done = weights && scratch;
        moly_free(weights);
        moly_free(scratch);
        if (!is_done) {
            return MOLY_NO_MEMORY(err);
        }
    }
    return MOLY_OK;
}

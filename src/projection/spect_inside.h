/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PROJECTION_SPECT_INSIDE_H
#define MOLY_PROJECTION_SPECT_INSIDE_H

/* The inner loops of the SPECT projector; they cannot fail and do not know of threads. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct spect_kernels {
    const char *name;
    /* out[z] (+)= sum over rows of weights[i] * rows[i][z], z = 0..n-1 */
    void (*combine)(size_t n, int n_rows, const float *weights, const float *const *rows,
                    bool is_added, float *out);
    /* out[z] = in[z] * 2^(path[z] - h), path[z] -= 2 h, h = log2(e) * half_step * mu[z]: what gets
     * out from the middle of a plane; n is a multiple of 8. `in` may be `out`. */
    void (*attenuate)(size_t n, float half_step, const float *mu, float *path, const float *in,
                      float *out);
} spect_kernels;

const spect_kernels *spect_kernels_generic(void);
/* NULL where the machine has no AVX2 and FMA. */
const spect_kernels *spect_kernels_avx2(void);

#endif

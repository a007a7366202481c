/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loops of the SPECT projector, once for each back end: the file that includes this has
 * its own compiler flags and defines NAME, the name of the table of functions. Vectors of eight
 * floats are the compiler's own; none crosses a function's border. */
#include "spect_inside.h"

typedef float lane8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t word8 __attribute__((vector_size(32), aligned(4), may_alias));

static void combine(size_t n, int n_rows, const float *weights, const float *const *rows,
                    bool is_added, float *out)
{
    size_t z = 0;
    for (; z + 32 <= n; z += 32) {
        lane8 a = {0}, b = {0}, c = {0}, d = {0};
        if (is_added) {
            a = *(const lane8 *)(out + z);
            b = *(const lane8 *)(out + z + 8);
            c = *(const lane8 *)(out + z + 16);
            d = *(const lane8 *)(out + z + 24);
        }
        for (int i = 0; i < n_rows; i++) {
            const float *row = rows[i] + z;
            a += weights[i] * *(const lane8 *)row;
            b += weights[i] * *(const lane8 *)(row + 8);
            c += weights[i] * *(const lane8 *)(row + 16);
            d += weights[i] * *(const lane8 *)(row + 24);
        }
        *(lane8 *)(out + z) = a;
        *(lane8 *)(out + z + 8) = b;
        *(lane8 *)(out + z + 16) = c;
        *(lane8 *)(out + z + 24) = d;
    }
    for (; z + 8 <= n; z += 8) {
        lane8 a = {0};
        if (is_added) {
            a = *(const lane8 *)(out + z);
        }
        for (int i = 0; i < n_rows; i++) {
            a += weights[i] * *(const lane8 *)(rows[i] + z);
        }
        *(lane8 *)(out + z) = a;
    }
    for (; z < n; z++) {
        float a = is_added ? out[z] : 0.0F;
        for (int i = 0; i < n_rows; i++) {
            a += weights[i] * rows[i][z];
        }
        out[z] = a;
    }
}

/* 2^t = 2^whole * 2^rest: the whole part goes into the exponent, the rest, within half, is a
 * polynomial (Taylor's; relative error below 2e-7). */
static void attenuate(size_t n, float half_step, const float *mu, float *path, const float *in,
                      float *out)
{
    static const float round_off = 12582912.0F; /* 1.5 * 2^23: adding it rounds to whole numbers */
    static const float lowest = -120.0F, log2_e = 1.44269504F;
    const float share = -half_step * log2_e; /* the path is kept as a power of two */
    for (size_t z = 0; z < n; z += 8) {
        const lane8 step = share * *(const lane8 *)(mu + z);
        lane8 t = *(const lane8 *)(path + z) + step;
        *(lane8 *)(path + z) = t + step;
        const word8 is_low = t < lowest;
        const lane8 floor8 = lowest - (lane8){0};
        t = (lane8)((is_low & (word8)floor8) | (~is_low & (word8)t));
        const lane8 shifted = t + round_off;
        const lane8 x = t - (shifted - round_off);
        lane8 p = 1.54035304e-4F * x + 1.33335581e-3F;
        p = p * x + 9.61812911e-3F;
        p = p * x + 5.55041087e-2F;
        p = p * x + 2.40226507e-1F;
        p = p * x + 6.93147181e-1F;
        p = p * x + 1.0F;
        const word8 power = (word8)p + ((word8)shifted << 23);
        *(lane8 *)(out + z) = *(const lane8 *)(in + z) * (lane8)power;
    }
}

static const spect_kernels table = {NAME, combine, attenuate};

/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/base/random.h"

#include <math.h>

/* Constants and rounds of Salmon et al. (2011), table 2. */
static const uint32_t multiplier[2] = {0xD2511F53U, 0xCD9E8D57U};
static const uint32_t weyl[2] = {0x9E3779B9U, 0xBB67AE85U};
enum { ROUNDS = 10 };

void moly_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t p0 = (uint64_t)multiplier[0] * c0;
        uint64_t p1 = (uint64_t)multiplier[1] * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += weyl[0];
        k1 += weyl[1];
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

moly_random moly_random_stream(uint64_t seed, uint64_t stream)
{
    return (moly_random){.seed = seed, .stream = stream};
}

uint32_t moly_random_u32(moly_random *random)
{
    if (random->n_left == 0) {
        const uint32_t counter[4] = {(uint32_t)random->index, (uint32_t)(random->index >> 32),
                                     (uint32_t)random->stream, (uint32_t)(random->stream >> 32)};
        const uint32_t key[2] = {(uint32_t)random->seed, (uint32_t)(random->seed >> 32)};
        moly_philox4x32(counter, key, random->block);
        random->index++;
        random->n_left = 4;
    }
    return random->block[4 - random->n_left--];
}

double moly_random_uniform(moly_random *random)
{
    uint64_t high = moly_random_u32(random) >> 5;
    uint64_t low = moly_random_u32(random) >> 6;
    /* 2^53 equal cells, the middle of each: neither 0 nor 1. */
    return ((double)(high << 26 | low) + 0.5) * 0x1p-53;
}

double moly_random_normal(moly_random *random)
{
    double radius = sqrt(-2 * log(moly_random_uniform(random)));
    return radius * cos(2 * M_PI * moly_random_uniform(random));
}

/* Multiplication of uniforms: exact, cost grows with the mean. */
static uint64_t poisson_small(moly_random *random, double mean)
{
    double limit = exp(-mean);
    double product = moly_random_uniform(random);
    uint64_t n = 0;
    while (product > limit) {
        product *= moly_random_uniform(random);
        n++;
    }
    return n;
}

/* Transformed rejection with squeeze, algorithm PTRS. */
static uint64_t poisson_large(moly_random *random, double mean)
{
    double log_mean = log(mean);
    double b = 0.931 + 2.53 * sqrt(mean);
    double a = -0.059 + 0.02483 * b;
    double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    double v_r = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
        double u = moly_random_uniform(random) - 0.5;
        double v = moly_random_uniform(random);
        double us = 0.5 - fabs(u);
        double k = floor((2 * a / us + b) * u + mean + 0.43);
        if (us >= 0.07 && v <= v_r) {
            return (uint64_t)k;
        }
        if (k < 0 || (us < 0.013 && v > us)) {
            continue;
        }
        if (log(v) + log(inverse_alpha) - log(a / (us * us) + b) <=
            -mean + k * log_mean - lgamma(k + 1)) {
            return (uint64_t)k;
        }
    }
}

uint64_t moly_random_poisson(moly_random *random, double mean)
{
    MOLY_ASSERT(mean >= 0 && isfinite(mean));
    if (mean == 0) {
        return 0;
    }
    return mean < 10 ? poisson_small(random, mean) : poisson_large(random, mean);
}

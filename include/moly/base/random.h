/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_RANDOM_H
#define MOLY_BASE_RANDOM_H

/** Counter-based random numbers: Philox4x32-10. A number is a function of (seed, stream, index), so
 *  results do not depend on the number of threads.
 *  Source: Salmon et al., SC'11 (2011), "Parallel random numbers: as easy as 1, 2, 3". */

#include <stdint.h>

#include "moly/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct moly_random {
    uint64_t seed;   /**< of the run */
    uint64_t stream; /**< of the history, voxel or bin */
    uint64_t index;  /**< of the next block of four words */
    uint32_t block[4];
    unsigned n_left;
} moly_random;

/** Four words of block `counter` under `key`; the published Philox4x32-10. */
MOLY_API void moly_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

MOLY_API moly_random moly_random_stream(uint64_t seed, uint64_t stream);
MOLY_API uint32_t moly_random_u32(moly_random *random);
/** Uniform in (0, 1), 53 bits; never 0 nor 1. */
MOLY_API double moly_random_uniform(moly_random *random);
/** Standard normal (Box-Muller). */
MOLY_API double moly_random_normal(moly_random *random);
/** Poisson with mean >= 0, finite; exact for any mean (PTRS above 10).
 *  Source: W. Hormann, Insurance: Math. and Econ. 12 (1993) 39 */
MOLY_API uint64_t moly_random_poisson(moly_random *random, double mean);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The decay engine's arithmetic for any processor. */
#define DECAY_KERNELS decay_kernels_generic
#include "decay_lanes.h"

const decay_kernels *decay_kernels_best(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return decay_kernels_avx2();
    }
#endif
    return decay_kernels_generic();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The SPECT projector's inner loops with AVX2 and FMA: compiled with flags of its own. */
#define NAME "avx2"
#include "spect_loops.h"

const spect_kernels *spect_kernels_avx2(void)
{
#if defined(__AVX2__) && defined(__FMA__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &table : NULL;
#else
    return NULL;
#endif
}

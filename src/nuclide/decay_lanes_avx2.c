/* SPDX-License-Identifier: Apache-2.0 */
/* The decay engine's arithmetic for processors with AVX2 and FMA; compiled with -mavx2 -mfma. */
#if defined(__x86_64__)
#define DECAY_KERNELS decay_kernels_avx2
#include "decay_lanes.h"
#else
typedef int decay_lanes_has_no_avx2; /* ISO C wants a declaration in every file */
#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The SPECT projector's inner loops for any machine. */
#define NAME "generic"
#include "spect_loops.h"

const spect_kernels *spect_kernels_generic(void)
{
    return &table;
}

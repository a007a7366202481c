/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes are a trace, or refused with a sentence; any trace has peaks, or is refused. */
#include "quality/chromatogram.h"

#include <math.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void integrate(const chromatogram *trace, double half_life)
{
    moly_error err = {0};
    chromatogram_result result;
    if (chromatogram_integrate(trace, half_life, &result, &err) != MOLY_OK) {
        MOLY_ASSERT(err.message[0] != '\0');
        return;
    }
    double sum = 0.0, sd = 0.0;
    MOLY_ASSERT(result.n_peaks > 0 && result.n_peaks <= CHROMATOGRAM_MOST_PEAKS);
    for (size_t i = 0; i < result.n_peaks; i++) {
        const chromatogram_peak *p = &result.peaks[i];
        MOLY_ASSERT(p->from <= p->apex && p->apex <= p->to && p->area > 0.0);
        sum += p->share;
    }
    MOLY_ASSERT(fabs(sum - 1.0) < 1e-9);
    MOLY_ASSERT(fabs(chromatogram_share(&result, -INFINITY, INFINITY, &sd) - 1.0) < 1e-9);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    moly_error err = {0};
    chromatogram trace = {0};
    if (chromatogram_parse((const char *)data, size, &trace, &err) != MOLY_OK) {
        MOLY_ASSERT(err.message[0] != '\0');
        return 0;
    }
    integrate(&trace, NAN);
    integrate(&trace, 109.73);
    chromatogram_free(&trace);
    return 0;
}

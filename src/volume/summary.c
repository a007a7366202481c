/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/volume/volume.h"

#include <math.h>
#include <string.h>

enum { N_BINS = 65536 };

/* A float's bits, turned so that unsigned comparison orders them as the numbers are. */
static uint32_t ordered_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits & UINT32_C(0x80000000) ? ~bits : bits | UINT32_C(0x80000000);
}

static float from_ordered_bits(uint32_t ordered)
{
    uint32_t bits = ordered & UINT32_C(0x80000000) ? ordered & UINT32_C(0x7fffffff) : ~ordered;
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* The bin that holds the element of rank `*rank`; `*rank` becomes the rank within the bin. */
static uint32_t find_bin(const uint32_t *counts, size_t *rank)
{
    uint32_t bin = 0;
    while (*rank >= counts[bin]) {
        *rank -= counts[bin];
        bin++;
    }
    return bin;
}

/* Radix selection: the upper 16 bits choose a bin, the lower 16 bits an element of it. */
static float element_of_rank(const float *values, size_t n, size_t rank)
{
    uint32_t counts[N_BINS] = {0};
    for (size_t i = 0; i < n; i++) {
        counts[ordered_bits(values[i]) >> 16]++;
    }
    uint32_t upper = find_bin(counts, &rank);
    memset(counts, 0, sizeof(counts));
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = ordered_bits(values[i]);
        counts[bits & 0xffff] += bits >> 16 == upper;
    }
    return from_ordered_bits(upper << 16 | find_bin(counts, &rank));
}

double moly_median(const float *values, size_t n)
{
    if (n == 0) {
        return NAN;
    }
    MOLY_ASSERT(n < UINT32_MAX);
    double upper = (double)element_of_rank(values, n, n / 2);
    if (n % 2 == 1) {
        return upper;
    }
    double lower = (double)element_of_rank(values, n, n / 2 - 1);
    return 0.5 * (lower + upper);
}

moly_status moly_volume_summarise(const moly_volume *volume, moly_volume_summary *summary,
                                  moly_error *err)
{
    int64_t per_frame = moly_grid_n_voxels(&volume->grid), n = per_frame * volume->n_frames;
    if (n >= (int64_t)UINT32_MAX) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "a volume of %lld voxels, at most 2^32 - 1",
                         (long long)n);
    }
    const float *data = volume->data;
    double sum = 0.0;
    int64_t at_min = 0, at_max = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(data[i])) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "voxel %lld of %lld is not a finite number",
                             (long long)i, (long long)n);
        }
        sum += (double)data[i];
        at_min = data[i] < data[at_min] ? i : at_min;
        at_max = data[i] > data[at_max] ? i : at_max;
    }
    *summary = (moly_volume_summary){.min = (double)data[at_min],
                                     .median = moly_median(data, (size_t)n),
                                     .mean = sum / (double)n,
                                     .max = (double)data[at_max],
                                     .max_index = at_max};
    moly_grid_voxel_position(&volume->grid, at_max % per_frame, summary->max_lps_mm);
    return MOLY_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_TESTS_PROJECTION_SMALL_H
#define MOLY_TESTS_PROJECTION_SMALL_H

/* A small scanner for tests: 40 crystals on a circle or an octagon, 8 rings in two blocks, TOF. */
#include "moly/base/random.h"
#include "moly/projection/pet.h"
#include "testing.h"

enum { N_XY = 31, N_Z = 15 };

static inline moly_pet_scanner small_scanner(int64_t n_sides)
{
    return (moly_pet_scanner){.name = "small",
                              .n_rings = 8,
                              .n_detectors = 48,
                              .n_sides = n_sides,
                              .block_rings = 4,
                              .block_columns = 6,
                              .inner_radius_mm = 100.0,
                              .interaction_depth_mm = 4.0,
                              .crystal_pitch_mm = 13.0,
                              .ring_pitch_mm = 6.0,
                              .block_gap_mm = 2.0,
                              .crystal_depth_mm = 20.0,
                              .energy_fwhm = 0.1,
                              .window_low_kev = 425.0,
                              .window_high_kev = 650.0,
                              .coincidence_window_ps = 4000.0,
                              .tof_fwhm_ps = 300.0,
                              .tof_bin_ps = 50.0,
                              .n_tof_bins = 33,
                              .n_tangential = 31,
                              .span = 1,
                              .max_ring_difference = 7};
}

static inline moly_grid small_grid(void)
{
    const double xy = 4.0, z = 4.0;
    return (moly_grid){{N_XY, N_XY, N_Z},
                       {xy, xy, z},
                       {-0.5 * (N_XY - 1) * xy, -0.5 * (N_XY - 1) * xy, -0.5 * (N_Z - 1) * z},
                       {1, 0, 0, 0, 1, 0, 0, 0, 1}};
}

static inline void fill_random(float *values, size_t n, uint64_t stream, double from)
{
    moly_random draws = moly_random_stream(7, stream);
    for (size_t i = 0; i < n; i++) {
        values[i] = (float)(from + moly_random_uniform(&draws));
    }
}

static inline float *floats(size_t n)
{
    float *values = calloc(n, sizeof *values);
    assert_non_null(values);
    return values;
}

static inline double dot(const float *a, const float *b, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)a[i] * (double)b[i];
    }
    return sum;
}

#endif

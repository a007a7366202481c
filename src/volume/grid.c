/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/volume/volume.h"

#include <math.h>

/* 2^40 voxels: what a size may not exceed on its way through products of int64_t. */
static const int64_t MAX_VOXELS = INT64_C(1) << 40;

static const char *const AXES[3] = {"x", "y", "z"};

static moly_status check_direction(const double direction[9], moly_error *err)
{
    for (int a = 0; a < 3; a++) {
        for (int b = a; b < 3; b++) {
            double dot = 0.0;
            for (int row = 0; row < 3; row++) {
                dot += direction[3 * row + a] * direction[3 * row + b];
            }
            double wanted = a == b ? 1.0 : 0.0;
            if (!(fabs(dot - wanted) <= 1e-4)) {
                return MOLY_FAIL(err, MOLY_ERR_RANGE,
                                 "axes %s and %s of the grid are not orthonormal: product %.6g, "
                                 "should be %g within 1e-4",
                                 AXES[a], AXES[b], dot, wanted);
            }
        }
    }
    return MOLY_OK;
}

moly_status moly_grid_check(const moly_grid *grid, moly_error *err)
{
    int64_t voxels = 1;
    for (int axis = 0; axis < 3; axis++) {
        if (grid->n[axis] < 1 || grid->n[axis] > MAX_VOXELS / voxels) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "grid of %lld x %lld x %lld voxels: each side must be at least 1 and "
                             "the whole at most 2^40",
                             (long long)grid->n[0], (long long)grid->n[1], (long long)grid->n[2]);
        }
        voxels *= grid->n[axis];
        if (!(grid->spacing_mm[axis] > 0.0) || !isfinite(grid->spacing_mm[axis])) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "voxel spacing along %s is %g mm, must be positive and finite",
                             AXES[axis], grid->spacing_mm[axis]);
        }
        if (!isfinite(grid->origin_mm[axis])) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "origin of the grid along %s is not finite",
                             AXES[axis]);
        }
    }
    return check_direction(grid->direction, err);
}

int64_t moly_grid_n_voxels(const moly_grid *grid)
{
    return grid->n[0] * grid->n[1] * grid->n[2];
}

double moly_grid_voxel_ml(const moly_grid *grid)
{
    return grid->spacing_mm[0] * grid->spacing_mm[1] * grid->spacing_mm[2] * 1e-3;
}

void moly_grid_position(const moly_grid *grid, const double index[3], double lps_mm[3])
{
    for (int row = 0; row < 3; row++) {
        lps_mm[row] = grid->origin_mm[row];
        for (int axis = 0; axis < 3; axis++) {
            lps_mm[row] += grid->direction[3 * row + axis] * index[axis] * grid->spacing_mm[axis];
        }
    }
}

void moly_grid_voxel_position(const moly_grid *grid, int64_t voxel, double lps_mm[3])
{
    int64_t row = voxel / grid->n[0], slice = row / grid->n[1];
    const double index[3] = {(double)(voxel % grid->n[0]), (double)(row % grid->n[1]),
                             (double)slice};
    moly_grid_position(grid, index, lps_mm);
}

/* The direction is orthonormal: its inverse is its transpose. */
void moly_grid_index(const moly_grid *grid, const double lps_mm[3], double index[3])
{
    for (int axis = 0; axis < 3; axis++) {
        double along_mm = 0.0;
        for (int row = 0; row < 3; row++) {
            along_mm += grid->direction[3 * row + axis] * (lps_mm[row] - grid->origin_mm[row]);
        }
        index[axis] = along_mm / grid->spacing_mm[axis];
    }
}

bool moly_grid_equal(const moly_grid *a, const moly_grid *b, double tolerance_mm)
{
    for (int axis = 0; axis < 3; axis++) {
        if (a->n[axis] != b->n[axis]) {
            return false;
        }
    }
    for (int corner = 0; corner < 8; corner++) {
        double index[3], of_a[3], of_b[3];
        for (int axis = 0; axis < 3; axis++) {
            index[axis] = (corner >> axis) & 1 ? (double)(a->n[axis] - 1) : 0.0;
        }
        moly_grid_position(a, index, of_a);
        moly_grid_position(b, index, of_b);
        double distance_mm = sqrt((of_a[0] - of_b[0]) * (of_a[0] - of_b[0]) +
                                  (of_a[1] - of_b[1]) * (of_a[1] - of_b[1]) +
                                  (of_a[2] - of_b[2]) * (of_a[2] - of_b[2]));
        if (!(distance_mm <= tolerance_mm)) {
            return false;
        }
    }
    return true;
}

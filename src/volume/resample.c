/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/volume/volume.h"

#include <math.h>

/* Trilinear value at a continuous index; neighbours outside count as 0. */
static float sample(const moly_grid *grid, const float *data, const double index[3])
{
    double sum = 0.0, low[3];
    for (int axis = 0; axis < 3; axis++) {
        low[axis] = floor(index[axis]);
        if (!(low[axis] >= -1.0 && low[axis] < (double)grid->n[axis])) {
            return 0.0f;
        }
    }
    for (int corner = 0; corner < 8; corner++) {
        double weight = 1.0;
        int64_t at[3];
        bool is_inside = true;
        for (int axis = 0; axis < 3; axis++) {
            int up = (corner >> axis) & 1;
            double fraction = index[axis] - low[axis];
            weight *= up ? fraction : 1.0 - fraction;
            at[axis] = (int64_t)low[axis] + up;
            is_inside = is_inside && at[axis] >= 0 && at[axis] < grid->n[axis];
        }
        if (is_inside && weight > 0.0) {
            sum += weight * (double)data[(at[2] * grid->n[1] + at[1]) * grid->n[0] + at[0]];
        }
    }
    return (float)sum;
}

moly_status moly_volume_resample(const moly_volume *source, int64_t frame, const moly_grid *grid,
                                 moly_volume **out, moly_error *err)
{
    if (frame < 0 || frame >= source->n_frames) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "frame %lld of a volume with %lld", (long long)frame,
                         (long long)source->n_frames);
    }
    moly_volume *made = NULL;
    moly_status status = moly_volume_new(grid, 1, source->quantity, &made, err);
    if (status != MOLY_OK) {
        return status;
    }
    const float *data = source->data + frame * moly_grid_n_voxels(&source->grid);
    int64_t i = 0;
    for (int64_t z = 0; z < grid->n[2]; z++) {
        for (int64_t y = 0; y < grid->n[1]; y++) {
            for (int64_t x = 0; x < grid->n[0]; x++, i++) {
                double position[3], index[3];
                moly_grid_position(grid, (double[3]){(double)x, (double)y, (double)z}, position);
                moly_grid_index(&source->grid, position, index);
                made->data[i] = sample(&source->grid, data, index);
            }
        }
    }
    *out = made;
    return MOLY_OK;
}

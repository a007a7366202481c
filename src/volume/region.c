/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/volume/volume.h"

#include <math.h>

#include "moly/base/memory.h"

void moly_region_list_free(moly_region_list *list)
{
    if (!list) {
        return;
    }
    for (size_t i = 0; i < list->n; i++) {
        moly_free(list->regions[i].label);
        moly_free(list->regions[i].mask);
    }
    moly_free(list->regions);
    *list = (moly_region_list){0};
}

moly_status moly_region_list_add(moly_region_list *list, const char *label, const moly_grid *grid,
                                 moly_region **region, moly_error *err)
{
    moly_status status = moly_grid_check(grid, err);
    if (status != MOLY_OK) {
        return status;
    }
    char *copy = moly_strdup(label);
    uint8_t *mask = moly_alloc((size_t)moly_grid_n_voxels(grid), 1);
    moly_region *grown = NULL;
    if (copy && mask) {
        grown = moly_realloc(list->regions, list->n + 1, sizeof(*grown));
    }
    if (!grown) {
        moly_free(copy);
        moly_free(mask);
        return MOLY_NO_MEMORY(err);
    }
    list->regions = grown;
    list->regions[list->n] = (moly_region){copy, *grid, mask};
    *region = &list->regions[list->n++];
    return MOLY_OK;
}

int64_t moly_region_n_voxels(const moly_region *region)
{
    int64_t n = moly_grid_n_voxels(&region->grid), inside = 0;
    for (int64_t i = 0; i < n; i++) {
        inside += region->mask[i] != 0;
    }
    return inside;
}

/* Smallest box of LPS millimetres around the voxel centres of a grid. */
static void extent_mm(const moly_grid *grid, double low[3], double high[3])
{
    for (int row = 0; row < 3; row++) {
        low[row] = INFINITY;
        high[row] = -INFINITY;
    }
    for (int corner = 0; corner < 8; corner++) {
        double index[3], at[3];
        for (int axis = 0; axis < 3; axis++) {
            index[axis] = (corner >> axis) & 1 ? (double)(grid->n[axis] - 1) : 0.0;
        }
        moly_grid_position(grid, index, at);
        for (int row = 0; row < 3; row++) {
            low[row] = fmin(low[row], at[row]);
            high[row] = fmax(high[row], at[row]);
        }
    }
}

static moly_status fail_apart(const moly_region *region, const moly_grid *grid, moly_error *err)
{
    double low_r[3], high_r[3], low_g[3], high_g[3];
    extent_mm(&region->grid, low_r, high_r);
    extent_mm(grid, low_g, high_g);
    return MOLY_FAIL(err, MOLY_ERR_DATA,
                     "region '%s' does not lie on the image: its grid reaches from (%.1f, %.1f, "
                     "%.1f) to (%.1f, %.1f, %.1f) mm, the image from (%.1f, %.1f, %.1f) to (%.1f, "
                     "%.1f, %.1f) mm (LPS)",
                     region->label, low_r[0], low_r[1], low_r[2], high_r[0], high_r[1], high_r[2],
                     low_g[0], low_g[1], low_g[2], high_g[0], high_g[1], high_g[2]);
}

/* Nearest voxel of `from` for each voxel of `grid`. @return how many are inside the mask */
static int64_t pull_nearest(const moly_region *from, const moly_grid *grid, uint8_t *mask)
{
    const int64_t *n = from->grid.n;
    double step[3], zero[3], position[3], start[3];
    int64_t inside = 0, out = 0;
    /* Going one voxel along x moves by a constant step in the other lattice. */
    moly_grid_position(grid, (double[3]){0, 0, 0}, position);
    moly_grid_index(&from->grid, position, zero);
    moly_grid_position(grid, (double[3]){1, 0, 0}, position);
    moly_grid_index(&from->grid, position, step);
    for (int axis = 0; axis < 3; axis++) {
        step[axis] -= zero[axis];
    }
    for (int64_t z = 0; z < grid->n[2]; z++) {
        for (int64_t y = 0; y < grid->n[1]; y++) {
            moly_grid_position(grid, (double[3]){0, (double)y, (double)z}, position);
            moly_grid_index(&from->grid, position, start);
            for (int64_t x = 0; x < grid->n[0]; x++, out++) {
                int64_t at[3];
                bool is_inside = true;
                for (int axis = 0; axis < 3; axis++) {
                    double nearest = floor(start[axis] + (double)x * step[axis] + 0.5);
                    is_inside = is_inside && nearest >= 0.0 && nearest < (double)n[axis];
                    at[axis] = is_inside ? (int64_t)nearest : 0;
                }
                mask[out] = is_inside && from->mask[(at[2] * n[1] + at[1]) * n[0] + at[0]];
                inside += mask[out];
            }
        }
    }
    return inside;
}

moly_status moly_region_to_grid(moly_region *region, const moly_grid *grid, double tolerance_mm,
                                bool *is_resampled, moly_error *err)
{
    bool is_same = moly_grid_equal(&region->grid, grid, tolerance_mm);
    if (!is_same) {
        uint8_t *mask = moly_alloc((size_t)moly_grid_n_voxels(grid), 1);
        if (!mask) {
            return MOLY_NO_MEMORY(err);
        }
        if (pull_nearest(region, grid, mask) == 0 && moly_region_n_voxels(region) > 0) {
            moly_free(mask);
            return fail_apart(region, grid, err);
        }
        moly_free(region->mask);
        region->mask = mask;
    }
    region->grid = *grid;
    if (is_resampled) {
        *is_resampled = !is_same;
    }
    return MOLY_OK;
}

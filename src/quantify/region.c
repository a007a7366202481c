/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/quantify/region.h"

#include <math.h>

#include "moly/base/memory.h"

static const double MTV_FRACTION = 0.41;

/* Smallest box of voxels that holds the region; false when it is empty. */
static bool find_box(const moly_region *region, int64_t low[3], int64_t high[3])
{
    const int64_t *n = region->grid.n;
    bool is_any = false;
    int64_t i = 0;
    for (int64_t z = 0; z < n[2]; z++) {
        for (int64_t y = 0; y < n[1]; y++) {
            for (int64_t x = 0; x < n[0]; x++, i++) {
                const int64_t at[3] = {x, y, z};
                for (int axis = 0; region->mask[i] && axis < 3; axis++) {
                    low[axis] = !is_any || at[axis] < low[axis] ? at[axis] : low[axis];
                    high[axis] = !is_any || at[axis] > high[axis] ? at[axis] : high[axis];
                }
                is_any = is_any || region->mask[i];
            }
        }
    }
    return is_any;
}

/* A sphere as runs of voxels along x: centre plus (dy, dz), from -half to +half. */
typedef struct run {
    int64_t dy, dz, half;
} run;

typedef struct sphere {
    run *runs;
    size_t n_runs;
    int64_t n_voxels, reach[3];
} sphere;

static moly_status make_sphere(const moly_grid *grid, double radius_mm, sphere *s, moly_error *err)
{
    const double *step = grid->spacing_mm;
    for (int axis = 0; axis < 3; axis++) {
        s->reach[axis] = (int64_t)floor(fmin(radius_mm / step[axis], 1e6));
    }
    size_t room = (size_t)((2 * s->reach[1] + 1) * (2 * s->reach[2] + 1));
    s->runs = moly_alloc(room, sizeof(*s->runs));
    if (!s->runs) {
        return MOLY_NO_MEMORY(err);
    }
    for (int64_t dz = -s->reach[2]; dz <= s->reach[2]; dz++) {
        for (int64_t dy = -s->reach[1]; dy <= s->reach[1]; dy++) {
            double y = (double)dy * step[1], z = (double)dz * step[2];
            double left = radius_mm * radius_mm - y * y - z * z;
            if (left >= 0.0) {
                int64_t half = (int64_t)floor(sqrt(left) / step[0]);
                s->runs[s->n_runs++] = (run){dy, dz, half};
                s->n_voxels += 2 * half + 1;
            }
        }
    }
    return MOLY_OK;
}

/* Running sums along x over the rows of a box, so that a run costs one subtraction whatever its
 * length: sums[i + 1] - sums[i] is voxel i of a row. */
typedef struct row_sums {
    int64_t low[3], n[3];
    double *sums;
} row_sums;

static moly_status sum_rows(const moly_volume *image, const int64_t low[3], const int64_t high[3],
                            const sphere *s, row_sums *rows, moly_error *err)
{
    const int64_t *n = image->grid.n;
    for (int axis = 0; axis < 3; axis++) {
        int64_t from = low[axis] - s->reach[axis], to = high[axis] + s->reach[axis];
        rows->low[axis] = from < 0 ? 0 : from;
        rows->n[axis] = (to >= n[axis] ? n[axis] - 1 : to) - rows->low[axis] + 1;
    }
    rows->sums = moly_alloc((size_t)((rows->n[0] + 1) * rows->n[1] * rows->n[2]), sizeof(double));
    if (!rows->sums) {
        return MOLY_NO_MEMORY(err);
    }
    for (int64_t z = 0; z < rows->n[2]; z++) {
        for (int64_t y = 0; y < rows->n[1]; y++) {
            const float *in =
                image->data + ((z + rows->low[2]) * n[1] + y + rows->low[1]) * n[0] + rows->low[0];
            double *out = rows->sums + (z * rows->n[1] + y) * (rows->n[0] + 1);
            for (int64_t x = 0; x < rows->n[0]; x++) {
                out[x + 1] = out[x] + (double)in[x];
            }
        }
    }
    return MOLY_OK;
}

static double mean_around(const row_sums *rows, const sphere *s, int64_t x, int64_t y, int64_t z)
{
    double sum = 0.0;
    for (size_t r = 0; r < s->n_runs; r++) {
        const run *at = &s->runs[r];
        int64_t row = (z + at->dz - rows->low[2]) * rows->n[1] + y + at->dy - rows->low[1];
        const double *sums = rows->sums + row * (rows->n[0] + 1) + x - rows->low[0];
        sum += sums[at->half + 1] - sums[-at->half];
    }
    return sum / (double)s->n_voxels;
}

static bool fits(const moly_grid *grid, const sphere *s, const int64_t at[3])
{
    for (int axis = 0; axis < 3; axis++) {
        if (at[axis] < s->reach[axis] || at[axis] + s->reach[axis] >= grid->n[axis]) {
            return false;
        }
    }
    return true;
}

static moly_status find_peak(const moly_volume *image, const moly_region *region,
                             const int64_t low[3], const int64_t high[3], double *peak,
                             moly_error *err)
{
    const int64_t *n = image->grid.n;
    sphere s = {0};
    row_sums rows = {0};
    moly_status status = make_sphere(&image->grid, MOLY_PEAK_RADIUS_MM, &s, err);
    if (status == MOLY_OK) {
        status = sum_rows(image, low, high, &s, &rows, err);
    }
    *peak = NAN;
    for (int64_t z = low[2]; status == MOLY_OK && z <= high[2]; z++) {
        for (int64_t y = low[1]; y <= high[1]; y++) {
            for (int64_t x = low[0]; x <= high[0]; x++) {
                const int64_t at[3] = {x, y, z};
                if (region->mask[(z * n[1] + y) * n[0] + x] && fits(&image->grid, &s, at)) {
                    double mean = mean_around(&rows, &s, x, y, z);
                    *peak = mean > *peak || isnan(*peak) ? mean : *peak;
                }
            }
        }
    }
    moly_free(s.runs);
    moly_free(rows.sums);
    return status;
}

/* The region's values in one row; their order is that of the lattice. */
static int64_t gather(const moly_volume *image, const moly_region *region, float *values)
{
    int64_t n = moly_grid_n_voxels(&image->grid), inside = 0;
    for (int64_t i = 0; i < n; i++) {
        if (region->mask[i]) {
            values[inside++] = image->data[i];
        }
    }
    return inside;
}

static void find_moments(const float *values, int64_t n, moly_region_figures *figures)
{
    double sum = 0.0, squares = 0.0;
    float min = values[0], max = values[0];
    for (int64_t i = 0; i < n; i++) {
        sum += (double)values[i];
        min = values[i] < min ? values[i] : min;
        max = values[i] > max ? values[i] : max;
    }
    figures->min = (double)min;
    figures->max = (double)max;
    figures->mean = sum / (double)n;
    int64_t above = 0;
    for (int64_t i = 0; i < n; i++) {
        double off = (double)values[i] - figures->mean;
        squares += off * off;
        above += (double)values[i] >= MTV_FRACTION * figures->max;
    }
    figures->sd = sqrt(squares / (double)n);
    figures->mtv41_ml = (double)above * figures->volume_ml / (double)n;
}

static void find_maximum(const moly_volume *image, const moly_region *region,
                         moly_region_figures *figures)
{
    int64_t i = 0;
    while (!region->mask[i] || (double)image->data[i] < figures->max) {
        i++;
    }
    moly_grid_voxel_position(&image->grid, i, figures->max_lps_mm);
}

moly_status moly_region_measure(const moly_volume *image, const moly_region *region,
                                moly_region_figures *figures, moly_error *err)
{
    int64_t low[3], high[3];
    double tolerance_mm = 0.05 * fmin(image->grid.spacing_mm[0], image->grid.spacing_mm[2]);
    if (image->n_frames != 1) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "a region is measured in one frame, not in %lld",
                         (long long)image->n_frames);
    }
    if (!moly_grid_equal(&image->grid, &region->grid, tolerance_mm)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "region '%s' lies on another lattice than the image",
                         region->label);
    }
    moly_region_figures f = {.min = NAN,
                             .median = NAN,
                             .mean = NAN,
                             .max = NAN,
                             .sd = NAN,
                             .max_lps_mm = {NAN, NAN, NAN},
                             .peak = NAN};
    if (!find_box(region, low, high)) {
        *figures = f;
        return MOLY_OK;
    }
    float *values = moly_alloc((size_t)moly_region_n_voxels(region), sizeof(*values));
    if (!values) {
        return MOLY_NO_MEMORY(err);
    }
    f.n_voxels = gather(image, region, values);
    f.volume_ml = (double)f.n_voxels * moly_grid_voxel_ml(&image->grid);
    find_moments(values, f.n_voxels, &f);
    f.median = moly_median(values, (size_t)f.n_voxels);
    f.total = f.mean * f.volume_ml;
    moly_free(values);
    find_maximum(image, region, &f);
    moly_status status = find_peak(image, region, low, high, &f.peak, err);
    if (status == MOLY_OK) {
        *figures = f;
    }
    return status;
}

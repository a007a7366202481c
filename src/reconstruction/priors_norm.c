/* SPDX-License-Identifier: Apache-2.0 */
/* Priors of a gradient's norm: total variation, and parallel level sets, which is total variation
 * of what is left of the gradient across the direction of the anatomical one. Differences go
 * forward; at the far border there is none. */
#include "priors_inside.h"

#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/parallel.h"

typedef struct norm_work {
    const moly_prior *prior;
    const float *columns;
    float *flux;     /* [3][n]: derivative of the norm by each difference */
    float *per_norm; /* [n]: 1 / norm */
    float *gradient, *curvature;
    double *row_value; /* of each y */
    size_t n;
} norm_work;

static int64_t stride_of(const moly_grid *grid, int axis)
{
    return axis == 2 ? 1 : axis == 0 ? grid->n[2] : grid->n[2] * grid->n[0];
}

/* Forward differences per mm at voxel (x, y, z), 0 at the far border. */
static void differences(const moly_grid *grid, const float *columns, const int64_t at[3],
                        int64_t voxel, float d[3])
{
    for (int axis = 0; axis < 3; axis++) {
        d[axis] = at[axis] + 1 < grid->n[axis]
                      ? (columns[voxel + stride_of(grid, axis)] - columns[voxel]) /
                            (float)grid->spacing_mm[axis]
                      : 0.0F;
    }
}

static double scale_of(const moly_prior *p)
{
    const double *h = p->grid.spacing_mm;
    return p->options.beta * fmin(h[0], fmin(h[1], h[2]));
}

static void find_norms(void *context, int64_t y, int thread)
{
    const norm_work *w = context;
    const moly_prior *p = w->prior;
    const moly_grid *grid = &p->grid;
    const float eps = (float)p->options.epsilon;
    double value = 0.0;
    (void)thread;
    for (int64_t x = 0; x < grid->n[0]; x++) {
        for (int64_t z = 0; z < grid->n[2]; z++) {
            const int64_t i = (y * grid->n[0] + x) * grid->n[2] + z;
            float d[3], along = 0.0F, square = eps * eps;
            differences(grid, w->columns, (const int64_t[3]){x, y, z}, i, d);
            for (int a = 0; a < 3 && p->direction; a++) {
                along += d[a] * p->direction[(size_t)a * w->n + (size_t)i];
            }
            for (int a = 0; a < 3; a++) {
                square += d[a] * d[a];
            }
            const float norm = sqrtf(fmaxf(square - along * along, eps * eps));
            w->per_norm[i] = 1.0F / norm;
            for (int a = 0; a < 3; a++) {
                const float xi = p->direction ? p->direction[(size_t)a * w->n + (size_t)i] : 0.0F;
                w->flux[(size_t)a * w->n + (size_t)i] = (d[a] - along * xi) / norm;
            }
            value += (double)(norm - eps);
        }
    }
    w->row_value[y] = scale_of(p) * value;
}

/* Each voxel takes what its own differences and those that end at it owe to it. */
static void gather(void *context, int64_t y, int thread)
{
    const norm_work *w = context;
    const moly_grid *grid = &w->prior->grid;
    const float scale = (float)scale_of(w->prior);
    (void)thread;
    for (int64_t x = 0; x < grid->n[0]; x++) {
        for (int64_t z = 0; z < grid->n[2]; z++) {
            const int64_t i = (y * grid->n[0] + x) * grid->n[2] + z, at[3] = {x, y, z};
            float slope = 0.0F, bend = 0.0F;
            for (int a = 0; a < 3; a++) {
                const int64_t before = i - stride_of(grid, a);
                const float h = (float)grid->spacing_mm[a];
                const float *flux = w->flux + (size_t)a * w->n;
                if (at[a] + 1 < grid->n[a]) {
                    slope -= flux[i] / h;
                    bend += w->per_norm[i] / (h * h);
                }
                if (at[a] > 0) {
                    slope += flux[before] / h;
                    bend += w->per_norm[before] / (h * h);
                }
            }
            if (w->gradient) {
                w->gradient[i] = scale * slope;
            }
            if (w->curvature) {
                w->curvature[i] = scale * bend;
            }
        }
    }
}

moly_status prior_norm_evaluate(const moly_prior *prior, const float *columns, double *value,
                                float *gradient, float *curvature, moly_error *err)
{
    const size_t n = (size_t)moly_grid_n_voxels(&prior->grid), rows = (size_t)prior->grid.n[1];
    norm_work w = {.prior = prior,
                   .columns = columns,
                   .flux = moly_alloc(3 * n, sizeof *w.flux),
                   .per_norm = moly_alloc(n, sizeof *w.per_norm),
                   .gradient = gradient,
                   .curvature = curvature,
                   .row_value = moly_alloc(rows, sizeof *w.row_value),
                   .n = n};
    moly_status status = w.flux && w.per_norm && w.row_value ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status) {
        moly_parallel(prior->n_threads, prior->grid.n[1], find_norms, &w);
        moly_parallel(prior->n_threads, prior->grid.n[1], gather, &w);
        *value = 0.0;
        for (size_t y = 0; y < rows; y++) {
            *value += w.row_value[y];
        }
    }
    moly_free(w.flux);
    moly_free(w.per_norm);
    moly_free(w.row_value);
    return status;
}

/* ---- parallel level sets ---- */

moly_status prior_norm_prepare(moly_prior *prior, const float *anatomy, moly_error *err)
{
    const moly_grid *grid = &prior->grid;
    const size_t n = (size_t)moly_grid_n_voxels(grid);
    const double eta = prior->options.eta;
    prior->direction = moly_alloc(3 * n, sizeof *prior->direction);
    if (!prior->direction) {
        return MOLY_NO_MEMORY(err);
    }
    int64_t i = 0;
    for (int64_t y = 0; y < grid->n[1]; y++) {
        for (int64_t x = 0; x < grid->n[0]; x++) {
            for (int64_t z = 0; z < grid->n[2]; z++, i++) {
                float d[3];
                differences(grid, anatomy, (const int64_t[3]){x, y, z}, i, d);
                const double size = sqrt((double)d[0] * (double)d[0] + (double)d[1] * (double)d[1] +
                                         (double)d[2] * (double)d[2] + eta * eta);
                for (int a = 0; a < 3; a++) {
                    prior->direction[(size_t)a * n + (size_t)i] = (float)((double)d[a] / size);
                }
            }
        }
    }
    return MOLY_OK;
}

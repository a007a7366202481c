/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel matrix of an anatomical image, as an operator. */
#include "moly/reconstruction/kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/parallel.h"

enum { MOST_NEIGHBOURS = 255, MOST_RADIUS = 7, MOST_WINDOW = 15 * 15 * 15 };

typedef struct kernel {
    int64_t n[3];
    size_t n_voxels, n_neighbours;
    uint32_t *neighbours; /* [n_voxels][n_neighbours] */
    float *weights;
    int n_threads;
} kernel;

typedef struct place {
    int64_t d[3]; /* x, y, z */
    double away;  /* mm */
} place;

typedef struct search {
    kernel *k;
    const float *anatomy;
    const place *window; /* nearest first */
    size_t n_window;
    double scale; /* 1 / (sigma * standard deviation) */
} search;

static int by_distance(const void *left, const void *right)
{
    const place *a = left, *b = right;
    if (fabs(a->away - b->away) > 1e-9) {
        return a->away < b->away ? -1 : 1;
    }
    for (int i = 0; i < 3; i++) {
        if (a->d[i] != b->d[i]) {
            return a->d[i] < b->d[i] ? -1 : 1;
        }
    }
    return 0;
}

static size_t make_window(const moly_grid *grid, int64_t radius, place *window)
{
    size_t n = 0;
    for (int64_t y = -radius; y <= radius; y++) {
        for (int64_t x = -radius; x <= radius; x++) {
            for (int64_t z = -radius; z <= radius; z++) {
                const double dx = (double)x * grid->spacing_mm[0];
                const double dy = (double)y * grid->spacing_mm[1];
                const double dz = (double)z * grid->spacing_mm[2];
                window[n++] = (place){{x, y, z}, sqrt(dx * dx + dy * dy + dz * dz)};
            }
        }
    }
    qsort(window, n, sizeof *window, by_distance);
    return n;
}

/* The nearest in value of the window, kept sorted; the window's order decides between equals. */
static void find_row(const search *s, int64_t x, int64_t y, int64_t z)
{
    const kernel *k = s->k;
    const size_t j = (size_t)((y * k->n[0] + x) * k->n[2] + z);
    uint32_t *best = k->neighbours + j * k->n_neighbours;
    float *weights = k->weights + j * k->n_neighbours; /* differences until the end */
    size_t n = 0;
    double sum = 0.0;
    for (size_t i = 0; i < s->n_window; i++) {
        const int64_t *d = s->window[i].d;
        if (x + d[0] < 0 || x + d[0] >= k->n[0] || y + d[1] < 0 || y + d[1] >= k->n[1] ||
            z + d[2] < 0 || z + d[2] >= k->n[2]) {
            continue;
        }
        const size_t at = (size_t)((int64_t)j + (d[1] * k->n[0] + d[0]) * k->n[2] + d[2]);
        const float away = fabsf(s->anatomy[at] - s->anatomy[j]);
        size_t rank = n < k->n_neighbours ? n : k->n_neighbours;
        while (rank > 0 && weights[rank - 1] > away) {
            rank--;
        }
        if (rank == k->n_neighbours) {
            continue;
        }
        n += n < k->n_neighbours ? 1 : 0;
        for (size_t m = n - 1; m > rank; m--) {
            best[m] = best[m - 1];
            weights[m] = weights[m - 1];
        }
        best[rank] = (uint32_t)at;
        weights[rank] = away;
    }
    for (size_t m = 0; m < k->n_neighbours; m++) {
        const double u = m < n ? (double)weights[m] * s->scale : 0.0;
        best[m] = m < n ? best[m] : (uint32_t)j;
        weights[m] = m < n ? (float)exp(-0.5 * u * u) : 0.0F;
        sum += (double)weights[m];
    }
    for (size_t m = 0; m < k->n_neighbours; m++) {
        weights[m] = (float)((double)weights[m] / sum);
    }
}

static void find_rows(void *context, int64_t y, int thread)
{
    const search *s = context;
    (void)thread;
    for (int64_t x = 0; x < s->k->n[0]; x++) {
        for (int64_t z = 0; z < s->k->n[2]; z++) {
            find_row(s, x, y, z);
        }
    }
}

/* ---- the operator ---- */

typedef struct application {
    const kernel *k;
    const float *in;
    float *out;
} application;

static void apply_rows(void *context, int64_t y, int thread)
{
    const application *a = context;
    const kernel *k = a->k;
    const size_t row = (size_t)(k->n[0] * k->n[2]), first = (size_t)y * row;
    (void)thread;
    for (size_t j = first; j < first + row; j++) {
        double sum = 0.0;
        for (size_t m = j * k->n_neighbours; m < (j + 1) * k->n_neighbours; m++) {
            sum += (double)k->weights[m] * (double)a->in[k->neighbours[m]];
        }
        a->out[j] = (float)sum;
    }
}

static moly_status forward(const void *state, const float *in, float *out, moly_error *err)
{
    const kernel *k = state;
    application a = {k, in, out};
    (void)err;
    moly_parallel(k->n_threads, k->n[1], apply_rows, &a);
    return MOLY_OK;
}

/* By one thread: what is added to a voxel comes in one order. */
static moly_status adjoint(const void *state, const float *in, float *out, moly_error *err)
{
    const kernel *k = state;
    (void)err;
    memset(out, 0, k->n_voxels * sizeof *out);
    for (size_t j = 0; j < k->n_voxels; j++) {
        for (size_t m = j * k->n_neighbours; m < (j + 1) * k->n_neighbours; m++) {
            out[k->neighbours[m]] += k->weights[m] * in[j];
        }
    }
    return MOLY_OK;
}

static void release(void *state)
{
    kernel *k = state;
    if (k) {
        moly_free(k->neighbours);
        moly_free(k->weights);
        moly_free(k);
    }
}

/* ---- making ---- */

static moly_status check(const moly_grid *grid, const float *anatomy, const moly_kernel_options *o,
                         double *deviation, moly_error *err)
{
    moly_status status = moly_grid_check(grid, err);
    const int64_t n = status ? 0 : moly_grid_n_voxels(grid);
    double sum = 0.0, squares = 0.0;
    if (status) {
        return status;
    }
    if (o->n_neighbours < 1 || o->n_neighbours > MOST_NEIGHBOURS || o->radius < 1 ||
        o->radius > MOST_RADIUS || !(o->sigma > 0.0) || n >= (int64_t)1 << 31) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "a kernel of %lld neighbours within %lld voxels, sigma %g: 1 to %d, 1 to "
                         "%d and more than 0, of less than 2^31 voxels",
                         (long long)o->n_neighbours, (long long)o->radius, o->sigma,
                         (int)MOST_NEIGHBOURS, (int)MOST_RADIUS);
    }
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(anatomy[i])) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "voxel %lld of the anatomical image is %g",
                             (long long)i, (double)anatomy[i]);
        }
        sum += (double)anatomy[i];
    }
    for (int64_t i = 0; i < n; i++) {
        const double d = (double)anatomy[i] - sum / (double)n;
        squares += d * d;
    }
    *deviation = sqrt(squares / (double)n);
    return MOLY_OK;
}

moly_status moly_kernel_basis(const moly_grid *grid, const float *anatomy,
                              const moly_kernel_options *options, moly_operator **basis,
                              moly_error *err)
{
    static const moly_operator_ops ops = {forward, adjoint, NULL, release};
    double deviation = 0.0;
    kernel *k = NULL;
    *basis = NULL;
    moly_status status = check(grid, anatomy, options, &deviation, err);
    if (status) {
        return status;
    }
    place *window = moly_alloc(MOST_WINDOW, sizeof *window);
    k = moly_alloc(1, sizeof *k);
    if (window && k) {
        memcpy(k->n, grid->n, sizeof k->n);
        k->n_voxels = (size_t)moly_grid_n_voxels(grid);
        k->n_neighbours = (size_t)options->n_neighbours;
        k->n_threads = options->n_threads > 0 ? options->n_threads : moly_n_processors();
        k->neighbours = moly_alloc(k->n_voxels, k->n_neighbours * sizeof *k->neighbours);
        k->weights = moly_alloc(k->n_voxels, k->n_neighbours * sizeof *k->weights);
    }
    if (!window || !k || !k->neighbours || !k->weights) {
        status = MOLY_NO_MEMORY(err);
        goto done;
    }
    search s = {k, anatomy, window, make_window(grid, options->radius, window),
                deviation > 0.0 ? 1.0 / (options->sigma * deviation) : 0.0};
    moly_parallel(k->n_threads, k->n[1], find_rows, &s);
    status = moly_operator_new(k->n_voxels, k->n_voxels, &ops, k, basis, err);
    k = status ? k : NULL;
done:
    moly_free(window);
    release(k);
    return status;
}

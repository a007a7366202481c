/* SPDX-License-Identifier: Apache-2.0 */
/* The blur of an image by a Gaussian, axis by axis; nothing comes in from outside, so that it is
 * its own adjoint. */
#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/parallel.h"
#include "moly/projection/operator.h"

static const double fwhm_to_sigma = 0.42466090014400953;
static const double reach_sigma = 4.0;

typedef struct gaussian {
    int64_t n[3];
    int n_threads;
    int reach[3];
    float *taps[3]; /* [reach + 1], from the middle outwards; the whole sums to 1 */
} gaussian;

typedef struct pass {
    const gaussian *g;
    const float *in;
    float *out;
    int axis;
} pass;

static void add(size_t n, float tap, const float *in, float *out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] += tap * in[i];
    }
}

/* One x-row of columns (axis x), or one y-row of them (axis y and z). */
static void blur_some(void *context, int64_t item, int thread)
{
    const pass *p = context;
    const gaussian *g = p->g;
    const size_t nx = (size_t)g->n[0], nz = (size_t)g->n[2], slab = nx * nz;
    const int reach = g->reach[p->axis];
    const float *taps = g->taps[p->axis];
    const int64_t n = g->n[p->axis];
    float *out = p->out + (size_t)item * slab;
    const float *in = p->in + (size_t)item * slab;
    (void)thread;
    memset(out, 0, slab * sizeof *out);
    if (p->axis == 1) {
        for (int64_t k = -reach; k <= reach; k++) {
            if (item + k >= 0 && item + k < n) {
                add(slab, taps[k < 0 ? -k : k], p->in + (size_t)(item + k) * slab, out);
            }
        }
    } else if (p->axis == 0) {
        for (int64_t x = 0; x < n; x++) {
            for (int64_t k = -reach; k <= reach; k++) {
                if (x + k >= 0 && x + k < n) {
                    add(nz, taps[k < 0 ? -k : k], in + (size_t)(x + k) * nz, out + (size_t)x * nz);
                }
            }
        }
    } else {
        for (size_t x = 0; x < nx; x++) {
            for (int64_t k = -reach; k <= reach && k > -n; k++) {
                const size_t shift = (size_t)(k < 0 ? -k : k);
                if (shift < nz) {
                    add(nz - shift, taps[shift], in + x * nz + (k > 0 ? shift : 0),
                        out + x * nz + (k < 0 ? shift : 0));
                }
            }
        }
    }
}

static moly_status blur(const void *state, const float *in, float *out, moly_error *err)
{
    const gaussian *g = state;
    const size_t n = (size_t)(g->n[0] * g->n[1] * g->n[2]);
    float *between = moly_alloc(n, sizeof *between);
    if (!between) {
        return MOLY_NO_MEMORY(err);
    }
    const pass passes[] = {{g, in, out, 0}, {g, out, between, 1}, {g, between, out, 2}};
    for (int i = 0; i < 3; i++) {
        pass p = passes[i];
        moly_parallel(g->n_threads, g->n[1], blur_some, &p);
    }
    moly_free(between);
    return MOLY_OK;
}

static void gaussian_free(void *state)
{
    gaussian *g = state;
    for (int i = 0; i < 3; i++) {
        moly_free(g->taps[i]);
    }
    moly_free(g);
}

static moly_status fill_taps(gaussian *g, int axis, double sigma_voxels, moly_error *err)
{
    g->reach[axis] = (int)ceil(reach_sigma * sigma_voxels);
    const int reach = g->reach[axis];
    float *taps = g->taps[axis] = moly_alloc((size_t)reach + 1, sizeof *taps);
    double sum = 0.0;
    if (!taps) {
        return MOLY_NO_MEMORY(err);
    }
    for (int k = -reach; k <= reach; k++) {
        sum += exp(-0.5 * k * k / (sigma_voxels * sigma_voxels));
    }
    for (int k = 0; k <= reach; k++) {
        taps[k] = (float)(exp(-0.5 * k * k / (sigma_voxels * sigma_voxels)) / sum);
    }
    return MOLY_OK;
}

moly_status moly_operator_gaussian(const moly_grid *grid, double fwhm_mm, int n_threads,
                                   moly_operator **made, moly_error *err)
{
    static const moly_operator_ops ops = {blur, blur, NULL, gaussian_free};
    *made = NULL;
    if (!(fwhm_mm > 0.0 && fwhm_mm <= 200.0)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "a blur of %g mm; it is above 0 and up to 200 mm",
                         fwhm_mm);
    }
    gaussian *g = moly_alloc(1, sizeof *g);
    if (!g) {
        return MOLY_NO_MEMORY(err);
    }
    g->n_threads = n_threads > 0 ? n_threads : moly_n_processors();
    moly_status status = MOLY_OK;
    for (int i = 0; i < 3 && !status; i++) {
        g->n[i] = grid->n[i];
        status = fill_taps(g, i, fwhm_mm * fwhm_to_sigma / grid->spacing_mm[i], err);
    }
    const size_t n = (size_t)moly_grid_n_voxels(grid);
    status = status ? status : moly_operator_new(n, n, &ops, g, made, err);
    if (status) {
        gaussian_free(g);
    }
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Priors over pairs of neighbours; those of the gradient's norm stand in priors_norm.c. */
#include "priors_inside.h"

#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/parallel.h"

/* ---- neighbours ---- */

/* Of the 26, numbered so that k and 25 - k are opposite. */
static void offset_of(int k, int64_t step[3])
{
    const int place = k < 13 ? k : k + 1; /* the voxel itself has place 13 */
    step[0] = place % 3 - 1;
    step[1] = place / 3 % 3 - 1;
    step[2] = place / 9 - 1;
}

static double smallest_width(const moly_grid *grid)
{
    return fmin(grid->spacing_mm[0], fmin(grid->spacing_mm[1], grid->spacing_mm[2]));
}

static void weigh(moly_prior *p)
{
    for (int k = 0; k < N_NEIGHBOURS; k++) {
        double square = 0.0;
        offset_of(k, p->step[k]);
        for (int axis = 0; axis < 3; axis++) {
            const double d = p->grid.spacing_mm[axis] * (double)p->step[k][axis];
            square += d * d;
        }
        p->weight[k] = (float)(smallest_width(&p->grid) / sqrt(square));
        p->shift[k] = (p->step[k][1] * p->grid.n[0] + p->step[k][0]) * p->grid.n[2] + p->step[k][2];
    }
}

/* Which neighbours of column (x, y) lie in the image across; along z each voxel looks itself. */
static bool is_inside(const moly_grid *grid, const int64_t step[3], int64_t x, int64_t y)
{
    const int64_t u = x + step[0], v = y + step[1];
    return u >= 0 && u < grid->n[0] && v >= 0 && v < grid->n[1];
}

/* ---- potentials: their value, slope and a bound of the curvature, by the first value ---- */

typedef struct term {
    float value, slope, curvature;
} term;

static inline term rdp(const moly_prior_options *o, float a, float b)
{
    const float gamma = (float)o->gamma, d = a - b, size = fabsf(d);
    const float sum = a + b + gamma * size + (float)o->epsilon;
    const float c = a + b + (float)o->epsilon;
    /* the second derivative by a is 2 (2 b + eps)^2 / sum^3, at most 2 / c at d = 0 */
    return (term){d * d / sum, d * (sum + c - (a - b)) / (sum * sum),
                  2.0F * (2.0F * b + (float)o->epsilon) * (2.0F * b + (float)o->epsilon) /
                      (sum * sum * sum)};
}

static inline term quadratic(float a, float b)
{
    const float d = a - b;
    return (term){0.5F * d * d, d, 1.0F};
}

static inline term log_cosh(const moly_prior_options *o, float a, float b)
{
    const float delta = (float)o->delta, r = fabsf(a - b) / delta;
    const float e = expf(-2.0F * r), t = (1.0F - e) / (1.0F + e);
    const float ln_cosh = r + log1pf(e) - 0.69314718F;
    return (term){delta * delta * ln_cosh, copysignf(delta * t, a - b), 1.0F - t * t};
}

static inline term potential(const moly_prior_options *o, float a, float b)
{
    switch (o->kind) {
    case MOLY_PRIOR_RDP:
        return rdp(o, a, b);
    case MOLY_PRIOR_LOG_COSH:
        return log_cosh(o, a, b);
    default:
        return quadratic(a, b);
    }
}

typedef struct pair_work {
    const moly_prior *prior;
    const float *columns;
    float *gradient, *curvature;
    double *row_value; /* of each y */
} pair_work;

/* A chosen pair counts 1, half where only one of the two chose it. */
static float choice(const moly_prior *p, size_t voxel, size_t other, int k)
{
    return !p->chosen ? 1.0F
                      : 0.5F * (float)((p->chosen[voxel] >> k & 1U) +
                                       (p->chosen[other] >> (N_NEIGHBOURS - 1 - k) & 1U));
}

static void do_column(const pair_work *w, int64_t x, int64_t y, double *value)
{
    const moly_prior *p = w->prior;
    const int64_t nz = p->grid.n[2], first = (y * p->grid.n[0] + x) * nz;
    for (int k = 0; k < N_NEIGHBOURS; k++) {
        if (!is_inside(&p->grid, p->step[k], x, y)) {
            continue;
        }
        const int64_t low = p->step[k][2] < 0 ? 1 : 0, high = p->step[k][2] > 0 ? nz - 1 : nz;
        double sum = 0.0;
        for (int64_t z = low; z < high; z++) {
            const size_t i = (size_t)(first + z), j = (size_t)(first + z + p->shift[k]);
            const term t = potential(&p->options, w->columns[i], w->columns[j]);
            const float weight = (float)p->options.beta * p->weight[k] * choice(p, i, j, k);
            sum += (double)(weight * t.value);
            if (w->gradient) {
                w->gradient[i] += weight * t.slope;
            }
            if (w->curvature) {
                w->curvature[i] += weight * t.curvature;
            }
        }
        *value += 0.5 * sum; /* each pair is met from both sides */
    }
}

static void do_row(void *context, int64_t y, int thread)
{
    const pair_work *w = context;
    double value = 0.0;
    (void)thread;
    for (int64_t x = 0; x < w->prior->grid.n[0]; x++) {
        do_column(w, x, y, &value);
    }
    w->row_value[y] = value;
}

/* ---- Bowsher's choice ---- */

typedef struct choice_work {
    moly_prior *prior;
    const float *anatomy;
} choice_work;

/* The most alike; of equals, the nearer ones and then the lower numbers. */
static uint32_t choose(const moly_prior *p, const float *anatomy, int64_t x, int64_t y, int64_t z)
{
    const int64_t voxel = (y * p->grid.n[0] + x) * p->grid.n[2] + z;
    uint32_t chosen = 0;
    for (int64_t n = 0; n < p->options.n_alike; n++) {
        int best = -1;
        float least = INFINITY;
        for (int k = 0; k < N_NEIGHBOURS; k++) {
            const int64_t w = z + p->step[k][2];
            if ((chosen >> k & 1U) || w < 0 || w >= p->grid.n[2] ||
                !is_inside(&p->grid, p->step[k], x, y)) {
                continue;
            }
            const float apart = fabsf(anatomy[voxel + p->shift[k]] - anatomy[voxel]);
            if (best < 0 || apart < least || (!(apart > least) && p->weight[k] > p->weight[best])) {
                best = k;
                least = apart;
            }
        }
        if (best >= 0) {
            chosen |= 1U << best;
        }
    }
    return chosen;
}

static void choose_row(void *context, int64_t y, int thread)
{
    const choice_work *w = context;
    const moly_grid *grid = &w->prior->grid;
    (void)thread;
    for (int64_t x = 0; x < grid->n[0]; x++) {
        for (int64_t z = 0; z < grid->n[2]; z++) {
            w->prior->chosen[(y * grid->n[0] + x) * grid->n[2] + z] =
                choose(w->prior, w->anatomy, x, y, z);
        }
    }
}

/* ---- making ---- */

bool moly_prior_needs_anatomy(moly_prior_kind kind)
{
    return kind == MOLY_PRIOR_BOWSHER || kind == MOLY_PRIOR_PLS;
}

moly_status moly_prior_new(const moly_prior_options *options, const moly_grid *grid,
                           const float *anatomy, int n_threads, moly_prior **prior, moly_error *err)
{
    const size_t n = (size_t)moly_grid_n_voxels(grid);
    if (moly_prior_needs_anatomy(options->kind) && !anatomy) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "the prior '%s' needs an anatomical image",
                         moly_prior_word(options->kind));
    }
    moly_prior *p = moly_alloc(1, sizeof *p);
    moly_status status = p ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (status) {
        return status;
    }
    p->options = *options;
    p->grid = *grid;
    p->n_threads = n_threads > 0 ? n_threads : moly_n_processors();
    weigh(p);
    if (options->kind == MOLY_PRIOR_BOWSHER) {
        choice_work w = {p, anatomy};
        p->chosen = moly_alloc(n, sizeof *p->chosen);
        status = p->chosen ? MOLY_OK : MOLY_NO_MEMORY(err);
        if (!status) {
            moly_parallel(p->n_threads, grid->n[1], choose_row, &w);
        }
    } else if (options->kind == MOLY_PRIOR_PLS) {
        status = prior_norm_prepare(p, anatomy, err);
    }
    if (status) {
        moly_prior_free(p);
        return status;
    }
    *prior = p;
    return MOLY_OK;
}

void moly_prior_free(moly_prior *prior)
{
    if (prior) {
        moly_free(prior->chosen);
        moly_free(prior->direction);
        moly_free(prior);
    }
}

moly_status moly_prior_evaluate(const moly_prior *prior, const float *columns, double *value,
                                float *gradient, float *curvature, moly_error *err)
{
    const size_t n = (size_t)moly_grid_n_voxels(&prior->grid), rows = (size_t)prior->grid.n[1];
    if (gradient) {
        memset(gradient, 0, n * sizeof *gradient);
    }
    if (curvature) {
        memset(curvature, 0, n * sizeof *curvature);
    }
    if (prior->options.kind == MOLY_PRIOR_TV || prior->options.kind == MOLY_PRIOR_PLS) {
        return prior_norm_evaluate(prior, columns, value, gradient, curvature, err);
    }
    pair_work w = {prior, columns, gradient, curvature, moly_alloc(rows, sizeof *w.row_value)};
    if (!w.row_value) {
        return MOLY_NO_MEMORY(err);
    }
    moly_parallel(prior->n_threads, prior->grid.n[1], do_row, &w);
    *value = 0.0;
    for (size_t y = 0; y < rows; y++) {
        *value += w.row_value[y];
    }
    moly_free(w.row_value);
    return MOLY_OK;
}

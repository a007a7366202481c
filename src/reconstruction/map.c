/* SPDX-License-Identifier: Apache-2.0 */
/* Both methods step along preconditioned gradients of one subset at a time. The preconditioner is
 * x / (sensitivity + x * curvature of the prior): EM's where counts decide, the prior's own scale
 * where it does. */
#include "moly/reconstruction/map.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "moly/base/memory.h"
#include "subset_model.h"

enum { PASSES_AN_ANCHOR = 2 }; /* iterations from one anchor of SVRG to the next */
static const double default_relaxation = 0.1;
/* Of SVRG: how much of its last way a voxel goes on, which is what cold voxels want. */
static const float momentum = 0.8F;
/* What the preconditioner takes a voxel at 0 for, of the mean image: else it would stay there. */
static const double least_share = 1e-3;

typedef struct map {
    const moly_map_options *options;
    subset_model model;
    size_t n;
    int64_t *order;
    float *image, *before, *ratios, *penalty, *curvature;
    float *sensitivity; /* [n_subsets][n] */
    float *total;       /* sum of them */
    float *scale;       /* preconditioner */
    /* SVRG: ratios of each subset at the anchor [n_subsets][n], their sum, the last step */
    float *anchor, *all, *way;
    double likelihood, passes, mean, fraction; /* done so far */
} map;

static moly_status make_room(map *m, moly_error *err)
{
    const size_t n = m->n, n_subsets = (size_t)m->options->n_subsets;
    const bool is_svrg = m->options->method == MOLY_MAP_SVRG;
    float **const images[] = {&m->image,     &m->before, &m->ratios, &m->penalty,
                              &m->curvature, &m->total,  &m->scale};
    bool is_there = true;
    for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
        *images[i] = moly_alloc(n, sizeof **images[i]);
        is_there = is_there && *images[i];
    }
    m->sensitivity = moly_alloc(n_subsets, n * sizeof *m->sensitivity);
    m->order = moly_alloc(n_subsets, sizeof *m->order);
    m->anchor = is_svrg ? moly_alloc(n_subsets, n * sizeof *m->anchor) : NULL;
    m->all = is_svrg ? moly_alloc(n, sizeof *m->all) : NULL;
    m->way = is_svrg ? moly_alloc(n, sizeof *m->way) : NULL;
    is_there =
        is_there && m->sensitivity && m->order && (!is_svrg || (m->anchor && m->all && m->way));
    return is_there ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static void release(map *m)
{
    float *const images[] = {m->image,     m->before, m->ratios, m->penalty,
                             m->curvature, m->total,  m->scale,  m->sensitivity,
                             m->anchor,    m->all,    m->way};
    for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
        moly_free(images[i]);
    }
    moly_free(m->order);
    subset_model_close(&m->model);
}

static float *sensitivity_of(const map *m, int64_t subset)
{
    return m->sensitivity + (size_t)subset * m->n;
}

static moly_status find_sensitivities(map *m, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (int64_t s = 0; s < m->options->n_subsets && !status; s++) {
        status =
            moly_progress_step(m->options->progress,
                               0.1 * (double)s / (double)m->options->n_subsets, "sensitivity", err);
        status = status ? status : subset_sensitivity(&m->model, s, sensitivity_of(m, s), err);
        for (size_t i = 0; i < m->n && !status; i++) {
            m->total[i] += sensitivity_of(m, s)[i];
        }
    }
    return status;
}

/* ---- the prior and the preconditioner ---- */

static moly_status find_penalty(map *m, bool with_curvature, double *value, moly_error *err)
{
    *value = 0.0;
    return m->options->prior ? moly_prior_evaluate(m->options->prior, m->image, value, m->penalty,
                                                   with_curvature ? m->curvature : NULL, err)
                             : MOLY_OK;
}

static moly_status precondition(map *m, moly_error *err)
{
    double value = 0.0, sum = 0.0, n_seen = 0.0;
    moly_status status = find_penalty(m, true, &value, err);
    for (size_t i = 0; i < m->n; i++) {
        sum += (double)m->image[i];
        n_seen += m->total[i] > 0.0F ? 1.0 : 0.0;
    }
    m->mean = n_seen > 0.0 ? sum / n_seen : 0.0;
    for (size_t i = 0; i < m->n && !status; i++) {
        const float x = fmaxf(m->image[i], (float)(least_share * m->mean));
        m->scale[i] = m->total[i] > 0.0F ? x / (m->total[i] + 2.0F * x * m->curvature[i]) : 0.0F;
    }
    return status;
}

/* ---- steps ---- */

/* image += step * scale * (n_subsets * (own gradient [- at the anchor]) [+ all at the anchor] -
 * penalty), not below 0 */
static void walk(map *m, int64_t subset, double step)
{
    const float *own = sensitivity_of(m, subset);
    const float n_subsets = (float)m->options->n_subsets, length = (float)step;
    const float *anchor = m->anchor ? m->anchor + (size_t)subset * m->n : NULL;
    for (size_t i = 0; i < m->n; i++) {
        const float data = anchor ? n_subsets * (m->ratios[i] - anchor[i]) + m->all[i] - m->total[i]
                                  : n_subsets * (m->ratios[i] - own[i]);
        const float on = m->way ? momentum * m->way[i] : 0.0F;
        const float next =
            fmaxf(m->image[i] + length * m->scale[i] * (data - m->penalty[i]) + on, 0.0F);
        if (m->way) {
            m->way[i] = next - m->image[i];
        }
        m->image[i] = next;
    }
}

static moly_status step_subset(map *m, int64_t subset, double length, moly_error *err)
{
    double penalty = 0.0;
    moly_status status = subset_ratios(&m->model, m->image, subset, m->ratios, &m->likelihood, err);
    m->passes += 1.0 / (double)m->options->n_subsets;
    status = status ? status : find_penalty(m, false, &penalty, err);
    if (!status) {
        walk(m, subset, length);
    }
    return status;
}

/* All subsets at the image as it is. */
static moly_status drop_anchor(map *m, moly_error *err)
{
    moly_status status = MOLY_OK;
    memset(m->all, 0, m->n * sizeof *m->all);
    for (int64_t s = 0; s < m->options->n_subsets && !status; s++) {
        float *ratios = m->anchor + (size_t)s * m->n;
        status = moly_progress_step(m->options->progress, m->fraction, "anchor", err);
        status = status ? status : subset_ratios(&m->model, m->image, s, ratios, NULL, err);
        for (size_t i = 0; i < m->n && !status; i++) {
            m->all[i] += ratios[i];
        }
    }
    m->passes += 1.0;
    return status;
}

/* One iteration of EM over the subsets. */
static moly_status start(map *m, moly_error *err)
{
    const moly_map_options *o = m->options;
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < m->n; i++) {
        m->image[i] = o->start ? o->start[i] : 1.0F;
    }
    subset_mask(&m->model, m->image);
    for (int64_t s = 0; s < o->n_subsets && !o->start && !status; s++) {
        const float *own = sensitivity_of(m, m->order[s]);
        m->fraction = 0.1;
        status = moly_progress_step(o->progress, m->fraction, "start", err);
        status =
            status ? status : subset_ratios(&m->model, m->image, m->order[s], m->ratios, NULL, err);
        for (size_t i = 0; i < m->n && !status; i++) {
            m->image[i] = own[i] > 0.0F ? m->image[i] * (m->ratios[i] / own[i]) : 0.0F;
        }
    }
    m->passes += o->start ? 0.0 : 1.0;
    return status;
}

static moly_status tell(map *m, int64_t iteration, double *change, moly_error *err)
{
    double penalty = 0.0;
    moly_status status = find_penalty(m, false, &penalty, err);
    *change = image_change(m->before, m->image, m->n);
    if (!status && m->options->on_update) {
        const moly_map_update done = {iteration, m->passes, m->likelihood - penalty, *change,
                                      m->image};
        status = m->options->on_update(m->options->context, &done, err);
    }
    return status;
}

static moly_status iterate(map *m, moly_error *err)
{
    const moly_map_options *o = m->options;
    const bool is_svrg = o->method == MOLY_MAP_SVRG;
    const double relaxation = o->relaxation > 0.0 ? o->relaxation : default_relaxation;
    double change = NAN;
    moly_status status = MOLY_OK;
    for (int64_t i = 0; i < o->n_iterations && !status && !(change < o->until); i++) {
        char what[64];
        (void)snprintf(what, sizeof what, "iteration %lld of %lld", (long long)i + 1,
                       (long long)o->n_iterations);
        memcpy(m->before, m->image, m->n * sizeof *m->before);
        m->likelihood = 0.0;
        if (i % PASSES_AN_ANCHOR == 0) {
            status = precondition(m, err);
            status = status || !is_svrg ? status : drop_anchor(m, err);
        }
        for (int64_t s = 0; s < o->n_subsets && !status; s++) {
            const double done =
                ((double)i + (double)s / (double)o->n_subsets) / (double)o->n_iterations;
            const double length = is_svrg ? 1.0 : 1.0 / (1.0 + relaxation * (double)i);
            m->fraction = 0.1 + 0.9 * done;
            status = moly_progress_step(o->progress, m->fraction, what, err);
            status = status ? status : step_subset(m, m->order[s], length, err);
        }
        status = status ? status : tell(m, i, &change, err);
    }
    return status;
}

moly_status moly_map(const moly_pet_model *model, const moly_grid *grid,
                     const moly_map_options *options, float *columns, moly_error *err)
{
    const subset_options shared = {options->n_subsets, options->psf_fwhm_mm, options->projector,
                                   options->ranks, NULL};
    map m = {.options = options};
    if (options->n_iterations < 1 || (unsigned)options->method >= MOLY_N_MAP_METHODS) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%lld iterations of method %d: there is one at least",
                         (long long)options->n_iterations, (int)options->method);
    }
    moly_status status = subset_model_open(model, grid, &shared, &m.model, err);
    m.n = m.model.n_voxels;
    status = status ? status : make_room(&m, err);
    if (!status) {
        moly_subset_order(options->n_subsets, m.order);
        status = find_sensitivities(&m, err);
    }
    status = status ? status : start(&m, err);
    status = status ? status : iterate(&m, err);
    if (!status) {
        memcpy(columns, m.image, m.n * sizeof *columns);
    }
    release(&m);
    return status;
}

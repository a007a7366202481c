/* SPDX-License-Identifier: Apache-2.0 */
/* Operators and how they compose. */
#include "moly/projection/operator.h"

#include <string.h>

#include "moly/base/memory.h"

struct moly_operator {
    size_t n_in, n_out;
    moly_operator_ops ops;
    void *state;
};

moly_status moly_operator_new(size_t n_in, size_t n_out, const moly_operator_ops *ops, void *state,
                              moly_operator **made, moly_error *err)
{
    *made = moly_alloc(1, sizeof **made);
    if (!*made) {
        return MOLY_NO_MEMORY(err);
    }
    **made = (moly_operator){n_in, n_out, *ops, state};
    return MOLY_OK;
}

void moly_operator_free(moly_operator *op)
{
    if (op) {
        op->ops.free(op->state);
        moly_free(op);
    }
}

size_t moly_operator_n_in(const moly_operator *op)
{
    return op->n_in;
}

size_t moly_operator_n_out(const moly_operator *op)
{
    return op->n_out;
}

moly_status moly_operator_forward(const moly_operator *op, const float *in, float *out,
                                  moly_error *err)
{
    return op->ops.forward(op->state, in, out, err);
}

moly_status moly_operator_adjoint(const moly_operator *op, const float *in, float *out,
                                  moly_error *err)
{
    return op->ops.adjoint(op->state, in, out, err);
}

moly_status moly_operator_normal(const moly_operator *op, const float *in, float *out,
                                 moly_error *err)
{
    if (op->ops.normal) {
        return op->ops.normal(op->state, in, out, err);
    }
    float *between = moly_alloc(op->n_out, sizeof *between);
    if (!between) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = moly_operator_forward(op, in, between, err);
    status = status ? status : moly_operator_adjoint(op, between, out, err);
    moly_free(between);
    return status;
}

/* ---- chain ---- */

typedef struct chain {
    moly_operator *outer, *inner;
} chain;

static moly_status chain_forward(const void *state, const float *in, float *out, moly_error *err)
{
    const chain *c = state;
    float *between = moly_alloc(c->inner->n_out, sizeof *between);
    moly_status status = between ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : moly_operator_forward(c->inner, in, between, err);
    status = status ? status : moly_operator_forward(c->outer, between, out, err);
    moly_free(between);
    return status;
}

static moly_status chain_adjoint(const void *state, const float *in, float *out, moly_error *err)
{
    const chain *c = state;
    float *between = moly_alloc(c->inner->n_out, sizeof *between);
    moly_status status = between ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : moly_operator_adjoint(c->outer, in, between, err);
    status = status ? status : moly_operator_adjoint(c->inner, between, out, err);
    moly_free(between);
    return status;
}

static void chain_free(void *state)
{
    chain *c = state;
    moly_operator_free(c->outer);
    moly_operator_free(c->inner);
    moly_free(c);
}

moly_status moly_operator_chain(moly_operator *outer, moly_operator *inner, moly_operator **made,
                                moly_error *err)
{
    static const moly_operator_ops ops = {chain_forward, chain_adjoint, NULL, chain_free};
    *made = NULL;
    if (outer->n_in != inner->n_out) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "operators do not meet: the inner one gives %zu numbers, the outer one "
                         "takes %zu",
                         inner->n_out, outer->n_in);
    }
    chain *c = moly_alloc(1, sizeof *c);
    if (!c) {
        return MOLY_NO_MEMORY(err);
    }
    *c = (chain){outer, inner};
    moly_status status = moly_operator_new(inner->n_in, outer->n_out, &ops, c, made, err);
    if (status) {
        moly_free(c);
    }
    return status;
}

/* ---- diagonal ---- */

typedef struct diagonal {
    size_t n;
    float weights[];
} diagonal;

static moly_status diagonal_apply(const void *state, const float *in, float *out, moly_error *err)
{
    const diagonal *d = state;
    (void)err;
    for (size_t i = 0; i < d->n; i++) {
        out[i] = d->weights[i] * in[i];
    }
    return MOLY_OK;
}

moly_status moly_operator_diagonal(const float *weights, size_t n, moly_operator **made,
                                   moly_error *err)
{
    static const moly_operator_ops ops = {diagonal_apply, diagonal_apply, NULL, moly_free};
    *made = NULL;
    diagonal *d = n < SIZE_MAX / sizeof(float) - sizeof *d
                      ? moly_alloc(1, sizeof *d + n * sizeof *d->weights)
                      : NULL;
    if (!d) {
        return MOLY_NO_MEMORY(err);
    }
    d->n = n;
    memcpy(d->weights, weights, n * sizeof *weights);
    moly_status status = moly_operator_new(n, n, &ops, d, made, err);
    if (status) {
        moly_free(d);
    }
    return status;
}

/* ---- views of a PET projector ---- */

typedef struct pet_views {
    const moly_pet_projector *projector;
    size_t n_views, view_bins;
    int64_t views[];
} pet_views;

static moly_status pet_forward(const void *state, const float *in, float *out, moly_error *err)
{
    const pet_views *p = state;
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < p->n_views && !status; i++) {
        status = moly_pet_project_view(p->projector, in, p->views[i], out + i * p->view_bins, err);
    }
    return status;
}

static moly_status pet_adjoint(const void *state, const float *in, float *out, moly_error *err)
{
    const pet_views *p = state;
    moly_status status = MOLY_OK;
    memset(out, 0, moly_pet_projector_n_voxels(p->projector) * sizeof *out);
    for (size_t i = 0; i < p->n_views && !status; i++) {
        status =
            moly_pet_back_project_view(p->projector, in + i * p->view_bins, p->views[i], out, err);
    }
    return status;
}

moly_status moly_operator_pet(const moly_pet_projector *projector, const int64_t *views,
                              size_t n_views, moly_operator **made, moly_error *err)
{
    static const moly_operator_ops ops = {pet_forward, pet_adjoint, NULL, moly_free};
    *made = NULL;
    pet_views *p = moly_alloc(1, sizeof *p + n_views * sizeof *p->views);
    if (!p) {
        return MOLY_NO_MEMORY(err);
    }
    p->projector = projector;
    p->n_views = n_views;
    p->view_bins = moly_pet_projector_view_bins(projector);
    memcpy(p->views, views, n_views * sizeof *views);
    moly_status status = moly_operator_new(moly_pet_projector_n_voxels(projector),
                                           n_views * p->view_bins, &ops, p, made, err);
    if (status) {
        moly_free(p);
    }
    return status;
}

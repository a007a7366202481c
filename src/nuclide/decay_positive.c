/* SPDX-License-Identifier: Apache-2.0 */
/* The hard cases: what cancels too much for sums of exponentials is found from positive terms. */
#include "decay_internal.h"

#include <string.h>

#include "moly/base/memory.h"

void decay_positive_clear(decay_positive *positive)
{
    decay_closure *c = &positive->closure;
    moly_free(positive->is_member);
    moly_free(positive->local);
    moly_free(c->node);
    moly_free(c->slot);
    moly_free(c->rows_begin);
    moly_free(c->rows);
    moly_free(c->feed_begin);
    moly_free(c->feed_from);
    moly_free(c->feed_rate);
    moly_free(c->lambda);
    moly_free(c->p);
    moly_free(c->w);
    moly_free(c->tp);
    moly_free(c->tw);
    *positive = (decay_positive){0};
}

/* Replace *block by a larger one; what it held is not kept. */
static bool renew(void *block, size_t count, size_t size)
{
    void *old, *fresh = moly_alloc(count, size);
    memcpy(&old, block, sizeof old);
    moly_free(old);
    memcpy(block, &fresh, sizeof fresh);
    return fresh != NULL;
}

static bool reserve(decay_positive *positive, size_t n_feeds)
{
    decay_closure *c = &positive->closure;
    if (c->n > positive->node_capacity) {
        size_t n = c->n + c->n / 2;
        positive->node_capacity = 0;
        if (n > SIZE_MAX / n || !renew(&c->node, n, sizeof *c->node) ||
            !renew(&c->slot, n * n, sizeof *c->slot) ||
            !renew(&c->rows_begin, n + 1, sizeof *c->rows_begin) ||
            !renew(&c->feed_begin, n + 1, sizeof *c->feed_begin) ||
            !renew(&c->lambda, n, sizeof *c->lambda)) {
            return false;
        }
        positive->node_capacity = n;
    }
    if (n_feeds > positive->feed_capacity) {
        positive->feed_capacity = 0;
        if (!renew(&c->feed_from, n_feeds, sizeof *c->feed_from) ||
            !renew(&c->feed_rate, n_feeds, sizeof *c->feed_rate)) {
            return false;
        }
        positive->feed_capacity = n_feeds;
    }
    return true;
}

static bool reserve_slots(decay_positive *positive)
{
    decay_closure *c = &positive->closure;
    if (c->n_slots <= positive->slot_capacity) {
        return true;
    }
    positive->slot_capacity = 0;
    if (c->n_slots > SIZE_MAX / LANES || !renew(&c->rows, c->n_slots, sizeof *c->rows) ||
        !renew(&c->p, c->n_slots * LANES, sizeof *c->p) ||
        !renew(&c->w, c->n_slots * LANES, sizeof *c->w) ||
        !renew(&c->tp, c->n_slots * LANES, sizeof *c->tp) ||
        !renew(&c->tw, c->n_slots * LANES, sizeof *c->tw)) {
        return false;
    }
    positive->slot_capacity = c->n_slots;
    return true;
}

/* Which pairs are connected, in slots that run down the columns. */
static bool connect(decay_positive *positive)
{
    decay_closure *c = &positive->closure;
    size_t n = c->n, n_slots = 1;
    memset(c->slot, 0, n * n * sizeof *c->slot);
    for (size_t i = 0; i < n; i++) {
        c->slot[i * n + i] = 1;
        for (size_t j = i; j < n; j++) {
            for (uint32_t q = c->feed_begin[j]; q < c->feed_begin[j + 1]; q++) {
                c->slot[j * n + i] |= c->slot[c->feed_from[q] * n + i];
            }
            n_slots += c->slot[j * n + i];
        }
    }
    c->n_slots = n_slots;
    if (n_slots > UINT32_MAX || !reserve_slots(positive)) {
        return false;
    }
    uint32_t next = 1, row = 0;
    for (size_t i = 0; i < n; i++) {
        c->rows_begin[i] = row;
        for (size_t j = i; j < n; j++) {
            if (c->slot[j * n + i] != 0) {
                c->slot[j * n + i] = next++;
                c->rows[row++] = (uint32_t)j;
            }
        }
    }
    c->rows_begin[n] = row;
    return true;
}

/* The ancestors of every node that is marked hard, and how they hang together. */
static bool build(decay_positive *positive, const decay_system *s, const uint8_t *hard)
{
    decay_closure *c = &positive->closure;
    if (positive->is_member == NULL) {
        positive->is_member = moly_alloc(s->n + 1, sizeof *positive->is_member);
        positive->local = moly_alloc(s->n + 1, sizeof *positive->local);
        if (positive->is_member == NULL || positive->local == NULL) {
            return false;
        }
    }
    bool is_same = c->n > 0; /* neighbouring blocks mostly ask for the same nodes */
    for (size_t j = 0; j < s->n; j++) {
        is_same = is_same && hard[j] == positive->is_member[j];
    }
    if (is_same) {
        return true;
    }
    memcpy(positive->is_member, hard, s->n * sizeof *positive->is_member);
    c->n = 0;
    size_t n_feeds = 0;
    for (size_t j = 0; j < s->n; j++) {
        if (hard[j] != 0) {
            positive->local[j] = (uint32_t)c->n++;
            n_feeds += s->feed_begin[j + 1] - s->feed_begin[j];
        }
    }
    if (!reserve(positive, n_feeds)) {
        return false;
    }
    uint32_t feed = 0, node = 0;
    for (size_t j = 0; j < s->n; j++) {
        if (hard[j] == 0) {
            continue;
        }
        c->node[node] = (uint32_t)j;
        c->lambda[node] = s->lambda[j];
        c->feed_begin[node] = feed;
        for (uint32_t q = s->feed_begin[j]; q < s->feed_begin[j + 1]; q++) {
            c->feed_from[feed] = positive->local[s->feed_from[q]];
            c->feed_rate[feed++] = s->feed_rate[q];
        }
        node++;
    }
    c->feed_begin[node] = feed;
    return connect(positive);
}

static void apply(const decay_closure *c, const decay_system *s, const uint8_t *hard_atoms,
                  const uint8_t *hard_integral, double *atoms, double *integral)
{
    for (size_t row = 0; row < c->n; row++) {
        size_t j = c->node[row];
        unsigned hard = hard_atoms[j] | hard_integral[j];
        for (size_t l = 0; l < LANES && hard != 0; l++) {
            if ((hard >> l & 1u) == 0) {
                continue;
            }
            double sum_atoms = 0.0, sum_integral = 0.0;
            for (size_t i = 0; i <= row; i++) {
                size_t slot = (size_t)c->slot[row * c->n + i] * LANES + l;
                sum_atoms += c->p[slot] * s->start[c->node[i]];
                sum_integral += c->w[slot] * s->start[c->node[i]];
            }
            if ((hard_atoms[j] >> l & 1u) != 0) {
                atoms[j * LANES + l] = sum_atoms;
            }
            if ((hard_integral[j] >> l & 1u) != 0) {
                integral[j * LANES + l] = sum_integral;
            }
        }
    }
}

moly_status decay_positive_solve(decay_positive *positive, const decay_kernels *kernels,
                                 const decay_system *system, const double times[LANES],
                                 const uint8_t *hard_atoms, const uint8_t *hard_integral,
                                 double *atoms, double *integral, moly_error *err)
{
    double mu[LANES] = {0}; /* a lane's own, so that its neighbours do not change its result */
    uint8_t *wanted = moly_alloc(system->n + 1, sizeof *wanted);
    if (wanted == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t j = 0; j < system->n; j++) {
        unsigned hard = hard_atoms[j] | hard_integral[j];
        for (size_t l = 0; l < LANES && hard != 0; l++) {
            if ((hard >> l & 1u) != 0 && system->row_lambda[j] > mu[l]) {
                mu[l] = system->row_lambda[j];
            }
        }
        for (size_t p = system->row_begin[j]; p < system->row_begin[j + 1] && hard != 0; p++) {
            wanted[system->column[p]] = 1;
        }
    }
    bool is_built = build(positive, system, wanted);
    moly_free(wanted);
    if (!is_built) {
        return MOLY_NO_MEMORY(err);
    }
    kernels->transfer(&positive->closure, system->depth, times, mu);
    apply(&positive->closure, system, hard_atoms, hard_integral, atoms, integral);
    return MOLY_OK;
}

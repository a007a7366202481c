/* SPDX-License-Identifier: Apache-2.0 */
/* What one inventory can reach, and the coefficients of its exponentials. */
#include "decay_internal.h"

#include <math.h>
#include <string.h>

#include "moly/base/memory.h"

/* ---- double-double, one number at a time ---- */
typedef struct dd {
    double high, low;
} dd;

static dd quick_two_sum(double a, double b)
{
    double s = a + b;
    return (dd){s, b - (s - a)};
}
static dd two_sum(double a, double b)
{
    double s = a + b, t = s - a;
    return (dd){s, (a - (s - t)) + (b - t)};
}
static dd dd_add(dd a, dd b)
{
    dd s = two_sum(a.high, b.high), t = two_sum(a.low, b.low);
    s = quick_two_sum(s.high, s.low + t.high);
    return quick_two_sum(s.high, s.low + t.low);
}
static dd dd_times(dd a, double b)
{
    double p = a.high * b;
    return quick_two_sum(p, fma(a.high, b, -p) + a.low * b);
}
static dd dd_divide(dd a, dd b)
{
    double q = a.high / b.high;
    dd r = dd_add(a, dd_times(b, -q));
    double q2 = r.high / b.high;
    r = dd_add(r, dd_times(b, -q2));
    return dd_add(quick_two_sum(q, q2), (dd){r.high / b.high, 0.0});
}

/* ---- what can be reached ---- */

typedef struct reach {
    uint32_t *node; /* engine member to 1 + node, 0: not reached */
    size_t n_nodes, n_stable, n_feeds, n_stable_feeds;
} reach;

/* A feed counts when its parent decays and is reached. */
static bool is_feeding(const moly_decay_engine *engine, const reach *r, const moly_feed *feed)
{
    return r->node[feed->from] != 0 && engine->lambda[feed->from] > 0.0;
}

static void find_reach(const moly_decay_engine *engine, const double *start, const double *rate,
                       reach *r)
{
    r->n_nodes = rate != NULL ? 1 : 0;
    for (size_t j = 0; j < engine->n; j++) {
        size_t n_feeds = rate != NULL && rate[j] > 0.0 ? 1 : 0;
        bool is_reached = start[j] > 0.0 || n_feeds > 0;
        for (uint32_t f = engine->feed_begin[j]; f < engine->feed_begin[j + 1]; f++) {
            if (is_feeding(engine, r, &engine->feeds[f])) {
                is_reached = true;
                n_feeds++;
            }
        }
        if (!is_reached) {
            continue;
        }
        bool is_stable = engine->lambda[j] == 0.0;
        r->node[j] = (uint32_t)(1 + (is_stable ? r->n_stable++ : r->n_nodes++));
        *(is_stable ? &r->n_stable_feeds : &r->n_feeds) += n_feeds;
    }
}

static bool allocate(decay_system *s, const reach *r)
{
    s->member = moly_alloc(r->n_nodes + 1, sizeof *s->member);
    s->lambda = moly_alloc(r->n_nodes + 1, sizeof *s->lambda);
    s->lambda_low = moly_alloc(r->n_nodes + 1, sizeof *s->lambda_low);
    s->inverse_high = moly_alloc(r->n_nodes + 1, sizeof *s->inverse_high);
    s->inverse_low = moly_alloc(r->n_nodes + 1, sizeof *s->inverse_low);
    s->start = moly_alloc(r->n_nodes + 1, sizeof *s->start);
    s->feed_begin = moly_alloc(r->n_nodes + 1, sizeof *s->feed_begin);
    s->feed_from = moly_alloc(r->n_feeds + 1, sizeof *s->feed_from);
    s->feed_rate = moly_alloc(r->n_feeds + 1, sizeof *s->feed_rate);
    s->row_begin = moly_alloc(r->n_nodes + 1, sizeof *s->row_begin);
    s->row_lambda = moly_alloc(r->n_nodes + 1, sizeof *s->row_lambda);
    s->stable_member = moly_alloc(r->n_stable + 1, sizeof *s->stable_member);
    s->stable_start = moly_alloc(r->n_stable + 1, sizeof *s->stable_start);
    s->stable_feed_begin = moly_alloc(r->n_stable + 1, sizeof *s->stable_feed_begin);
    s->stable_feed_from = moly_alloc(r->n_stable_feeds + 1, sizeof *s->stable_feed_from);
    s->stable_feed_rate = moly_alloc(r->n_stable_feeds + 1, sizeof *s->stable_feed_rate);
    return s->member != NULL && s->lambda != NULL && s->lambda_low != NULL &&
           s->inverse_high != NULL && s->inverse_low != NULL && s->start != NULL &&
           s->feed_begin != NULL && s->feed_from != NULL && s->feed_rate != NULL &&
           s->row_begin != NULL && s->row_lambda != NULL && s->stable_member != NULL &&
           s->stable_start != NULL && s->stable_feed_begin != NULL && s->stable_feed_from != NULL &&
           s->stable_feed_rate != NULL;
}

static void link_nodes(decay_system *s, const moly_decay_engine *engine, const double *start,
                       const double *rate, const reach *r)
{
    uint32_t n = 0, n_feeds = 0, n_stable = 0, n_stable_feeds = 0;
    if (rate != NULL) {
        s->has_source = true;
        s->start[n++] = 1.0;
        s->feed_begin[n] = 0;
    }
    for (size_t j = 0; j < engine->n; j++) {
        if (r->node[j] == 0) {
            continue;
        }
        bool is_stable = engine->lambda[j] == 0.0;
        uint32_t *from = is_stable ? s->stable_feed_from : s->feed_from;
        double *feed_rate = is_stable ? s->stable_feed_rate : s->feed_rate;
        uint32_t *count = is_stable ? &n_stable_feeds : &n_feeds;
        if (rate != NULL && rate[j] > 0.0) {
            from[*count] = 0;
            feed_rate[(*count)++] = rate[j];
        }
        for (uint32_t f = engine->feed_begin[j]; f < engine->feed_begin[j + 1]; f++) {
            const moly_feed *feed = &engine->feeds[f];
            if (is_feeding(engine, r, feed)) {
                from[*count] = r->node[feed->from] - 1;
                feed_rate[(*count)++] = feed->fraction * engine->lambda[feed->from];
            }
        }
        if (is_stable) {
            s->stable_member[n_stable] = (uint32_t)j;
            s->stable_start[n_stable] = start[j];
            s->stable_feed_begin[++n_stable] = n_stable_feeds;
        } else {
            s->member[n] = (uint32_t)j;
            s->lambda[n] = engine->lambda[j];
            s->start[n] = start[j];
            s->feed_begin[++n] = n_feeds;
        }
    }
    s->n = n;
    s->n_stable = n_stable;
}

/* ---- coefficients ---- */

typedef struct row_work {
    dd *sum;           /* [n] for each ancestor */
    double *magnitude; /* [n] */
    bool *is_in_row;   /* [n] */
    size_t *node_depth;
} row_work;

static bool grow_rows(decay_system *s, size_t need)
{
    if (need <= s->row_capacity) {
        return true;
    }
    size_t capacity = need > SIZE_MAX / 2 ? need : 2 * need + 64;
    uint32_t *column = moly_realloc(s->column, capacity, sizeof *column);
    s->column = column != NULL ? column : s->column;
    double *c_high = moly_realloc(s->c_high, capacity, sizeof *c_high);
    s->c_high = c_high != NULL ? c_high : s->c_high;
    double *c_low = moly_realloc(s->c_low, capacity, sizeof *c_low);
    s->c_low = c_low != NULL ? c_low : s->c_low;
    double *magnitude = moly_realloc(s->magnitude, capacity, sizeof *magnitude);
    s->magnitude = magnitude != NULL ? magnitude : s->magnitude;
    if (column == NULL || c_high == NULL || c_low == NULL || magnitude == NULL) {
        return false;
    }
    s->row_capacity = capacity;
    return true;
}

/* lambda_j - lambda_k, exact */
static dd difference(const decay_system *s, size_t j, size_t k)
{
    return dd_add(two_sum(s->lambda[j], -s->lambda[k]),
                  two_sum(s->lambda_low[j], -s->lambda_low[k]));
}

/* A node with the constant of one of its ancestors moves away by 2^-53 of it or a small multiple:
 * a change of the result below 1e-13 as long as anything of it is left, and the coefficients,
 * large as they become, keep sixteen of their thirty-two digits. */
static void separate(decay_system *s, size_t j, const uint32_t *ancestors, size_t n_ancestors)
{
    double unit = s->lambda[j] * 0x1p-53;
    for (int attempt = 0; attempt < 16; attempt++) {
        int steps = (attempt + 1) / 2;
        s->lambda_low[j] = (attempt % 2 != 0 ? 1.0 : -1.0) * steps * unit;
        bool is_apart = true;
        for (size_t p = 0; p < n_ancestors && is_apart; p++) {
            is_apart = fabs(difference(s, j, ancestors[p]).high) >= 0.5 * unit;
        }
        if (is_apart) {
            return;
        }
    } /* left as it is: the coefficients become infinite and the method of positive terms serves */
}

static bool make_row(decay_system *s, size_t j, row_work *w)
{
    size_t begin = s->row_begin[j], end = begin;
    for (uint32_t f = s->feed_begin[j]; f < s->feed_begin[j + 1]; f++) {
        size_t parent = s->feed_from[f];
        double rate = s->feed_rate[f];
        w->node_depth[j] = w->node_depth[parent] + 1 > w->node_depth[j] ? w->node_depth[parent] + 1
                                                                        : w->node_depth[j];
        s->row_lambda[j] = fmax(s->row_lambda[j], s->row_lambda[parent]);
        size_t parent_end = s->row_begin[parent + 1];
        if (!grow_rows(s, end + (parent_end - s->row_begin[parent]) + 1)) {
            return false;
        }
        for (size_t p = s->row_begin[parent]; p < parent_end; p++) {
            uint32_t k = s->column[p];
            if (!w->is_in_row[k]) {
                w->is_in_row[k] = true;
                s->column[end++] = k;
            }
            w->sum[k] = dd_add(w->sum[k], dd_times((dd){s->c_high[p], s->c_low[p]}, rate));
            w->magnitude[k] += s->magnitude[p] * rate;
        }
    }
    if (!grow_rows(s, end + 1)) {
        return false;
    }
    separate(s, j, s->column + begin, end - begin);
    dd own = {s->start[j], 0.0};
    double own_magnitude = s->start[j];
    for (size_t p = begin; p < end; p++) {
        uint32_t k = s->column[p];
        dd gap = difference(s, j, k);
        dd c = dd_divide(w->sum[k], gap);
        s->c_high[p] = c.high;
        s->c_low[p] = c.low;
        s->magnitude[p] = w->magnitude[k] / fabs(gap.high);
        own = dd_add(own, (dd){-c.high, -c.low});
        own_magnitude += s->magnitude[p];
        w->sum[k] = (dd){0.0, 0.0};
        w->magnitude[k] = 0.0;
        w->is_in_row[k] = false;
    }
    s->column[end] = (uint32_t)j;
    s->c_high[end] = own.high;
    s->c_low[end] = own.low;
    s->magnitude[end] = own_magnitude;
    s->row_begin[j + 1] = end + 1;
    return true;
}

static bool make_rows(decay_system *s)
{
    bool is_done = false;
    row_work w = {.sum = moly_alloc(s->n + 1, sizeof *w.sum),
                  .magnitude = moly_alloc(s->n + 1, sizeof *w.magnitude),
                  .is_in_row = moly_alloc(s->n + 1, sizeof *w.is_in_row),
                  .node_depth = moly_alloc(s->n + 1, sizeof *w.node_depth)};
    if (w.sum == NULL || w.magnitude == NULL || w.is_in_row == NULL || w.node_depth == NULL) {
        goto done;
    }
    for (size_t j = 0; j < s->n; j++) {
        s->row_lambda[j] = s->lambda[j];
        if (!make_row(s, j, &w)) {
            goto done;
        }
        if (s->lambda[j] > 0.0) {
            dd inverse = dd_divide((dd){1.0, 0.0}, two_sum(s->lambda[j], s->lambda_low[j]));
            s->inverse_high[j] = inverse.high;
            s->inverse_low[j] = inverse.low;
        }
        s->depth = w.node_depth[j] > s->depth ? w.node_depth[j] : s->depth;
    }
    is_done = true;
done:
    moly_free(w.sum);
    moly_free(w.magnitude);
    moly_free(w.is_in_row);
    moly_free(w.node_depth);
    return is_done;
}

moly_status decay_system_init(decay_system *system, const moly_decay_engine *engine,
                              const double *start, const double *rate, moly_error *err)
{
    *system = (decay_system){0};
    reach r = {.node = moly_alloc(engine->n + 1, sizeof *r.node)};
    if (r.node == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    find_reach(engine, start, rate, &r);
    bool is_done = allocate(system, &r);
    if (is_done) {
        link_nodes(system, engine, start, rate, &r);
        is_done = make_rows(system);
    }
    moly_free(r.node);
    if (!is_done) {
        decay_system_clear(system);
        return MOLY_NO_MEMORY(err);
    }
    return MOLY_OK;
}

void decay_system_clear(decay_system *s)
{
    moly_free(s->member);
    moly_free(s->lambda);
    moly_free(s->lambda_low);
    moly_free(s->inverse_high);
    moly_free(s->inverse_low);
    moly_free(s->start);
    moly_free(s->feed_begin);
    moly_free(s->feed_from);
    moly_free(s->feed_rate);
    moly_free(s->row_begin);
    moly_free(s->column);
    moly_free(s->c_high);
    moly_free(s->c_low);
    moly_free(s->magnitude);
    moly_free(s->row_lambda);
    moly_free(s->stable_member);
    moly_free(s->stable_start);
    moly_free(s->stable_feed_begin);
    moly_free(s->stable_feed_from);
    moly_free(s->stable_feed_rate);
    *s = (decay_system){0};
}

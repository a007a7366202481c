/* SPDX-License-Identifier: Apache-2.0 */
/* Engines, and the decay of an inventory: blocks of times through three methods, cheapest first. */
#include "moly/nuclide/decay.h"

#include <math.h>
#include <string.h>

#include "decay_internal.h"
#include "moly/base/memory.h"

/* ---- engines ---- */

static moly_status check_network(size_t n, const double *lambda, size_t n_feeds,
                                 const moly_feed *feeds, moly_error *err)
{
    if (n >= UINT32_MAX || n_feeds >= UINT32_MAX) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "a decay network of %zu members and %zu feeds", n,
                         n_feeds);
    }
    for (size_t i = 0; i < n; i++) {
        if (!(lambda[i] >= 0.0) || !isfinite(lambda[i])) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "decay constant %g /s of member %zu is not a finite number >= 0",
                             lambda[i], i);
        }
    }
    for (size_t f = 0; f < n_feeds; f++) {
        if (feeds[f].from >= feeds[f].to || feeds[f].to >= n) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "feed %zu goes from member %u to %u; it must go to a later one of %zu",
                             f, (unsigned)feeds[f].from, (unsigned)feeds[f].to, n);
        }
        if (!(feeds[f].fraction > 0.0) || !isfinite(feeds[f].fraction)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "fraction %g of feed %zu (member %u to %u) is not a number > 0",
                             feeds[f].fraction, f, (unsigned)feeds[f].from, (unsigned)feeds[f].to);
        }
    }
    return MOLY_OK;
}

/* Counting sorts: feeds by their end, children by their beginning. */
static void index_feeds(moly_decay_engine *e, const moly_feed *feeds)
{
    for (size_t f = 0; f < e->n_feeds; f++) {
        e->feed_begin[feeds[f].to + 1]++;
        e->child_begin[feeds[f].from + 1]++;
    }
    for (size_t i = 0; i < e->n; i++) {
        e->feed_begin[i + 1] += e->feed_begin[i];
        e->child_begin[i + 1] += e->child_begin[i];
    }
    for (size_t f = e->n_feeds; f-- > 0;) { /* backwards: the ends move down to the beginnings */
        e->feeds[--e->feed_begin[feeds[f].to + 1]] = feeds[f];
        e->child[--e->child_begin[feeds[f].from + 1]] = feeds[f].to;
    }
    memmove(e->feed_begin, e->feed_begin + 1, e->n * sizeof *e->feed_begin);
    memmove(e->child_begin, e->child_begin + 1, e->n * sizeof *e->child_begin);
    e->feed_begin[e->n] = e->child_begin[e->n] = (uint32_t)e->n_feeds;
}

moly_status moly_decay_engine_new(size_t n, const double *lambda_per_s, size_t n_feeds,
                                  const moly_feed *feeds, moly_decay_engine **engine,
                                  moly_error *err)
{
    *engine = NULL;
    moly_status status = check_network(n, lambda_per_s, n_feeds, feeds, err);
    if (status != MOLY_OK) {
        return status;
    }
    moly_decay_engine *e = moly_alloc(1, sizeof *e);
    if (e == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    e->n = n;
    e->n_feeds = n_feeds;
    e->lambda = moly_alloc(n + 1, sizeof *e->lambda);
    e->child_begin = moly_alloc(n + 1, sizeof *e->child_begin);
    e->child = moly_alloc(n_feeds + 1, sizeof *e->child);
    e->feed_begin = moly_alloc(n + 1, sizeof *e->feed_begin);
    e->feeds = moly_alloc(n_feeds + 1, sizeof *e->feeds);
    if (e->lambda == NULL || e->child_begin == NULL || e->child == NULL || e->feed_begin == NULL ||
        e->feeds == NULL) {
        moly_decay_engine_free(e);
        return MOLY_NO_MEMORY(err);
    }
    if (n > 0) {
        memcpy(e->lambda, lambda_per_s, n * sizeof *e->lambda);
    }
    index_feeds(e, feeds);
    *engine = e;
    return MOLY_OK;
}

void moly_decay_engine_free(moly_decay_engine *engine)
{
    if (engine == NULL) {
        return;
    }
    moly_free(engine->lambda);
    moly_free(engine->child_begin);
    moly_free(engine->child);
    moly_free(engine->feed_begin);
    moly_free(engine->feeds);
    moly_free(engine);
}

size_t moly_decay_engine_size(const moly_decay_engine *engine)
{
    return engine->n;
}

size_t moly_decay_reachable(const moly_decay_engine *engine, const uint32_t *start, size_t n_start,
                            uint32_t *members)
{
    /* `members` is used as the set while it grows: flags first, indices then. */
    memset(members, 0, engine->n * sizeof *members);
    for (size_t s = 0; s < n_start; s++) {
        MOLY_ASSERT(start[s] < engine->n);
        members[start[s]] = 1;
    }
    size_t n = 0;
    for (size_t i = 0; i < engine->n; i++) {
        bool is_reached = members[i] != 0;
        for (uint32_t c = engine->child_begin[i]; c < engine->child_begin[i + 1] && is_reached;
             c++) {
            members[engine->child[c]] = 1;
        }
        if (is_reached) {
            members[n++] = (uint32_t)i; /* n <= i: only flags that were read are overwritten */
        }
    }
    return n;
}

/* ---- solving ---- */

typedef struct solver {
    const moly_decay_engine *engine;
    const decay_kernels *kernels;
    decay_system system;
    decay_positive positive;
    double *e, *f;            /* [n][LANES] */
    double *e_long;           /* [n][4 * LANES] */
    bool *has_long;           /* [n] in this block */
    double *atoms, *integral; /* [n][LANES] */
    uint8_t *hard_atoms, *hard_integral;
} solver;

static void solver_clear(solver *s)
{
    decay_system_clear(&s->system);
    decay_positive_clear(&s->positive);
    moly_free(s->e);
    moly_free(s->f);
    moly_free(s->e_long);
    moly_free(s->has_long);
    moly_free(s->atoms);
    moly_free(s->integral);
    moly_free(s->hard_atoms);
    moly_free(s->hard_integral);
}

static moly_status solver_init(solver *s, const moly_decay_engine *engine, const double *start,
                               const double *rate, moly_error *err)
{
    *s = (solver){.engine = engine, .kernels = decay_kernels_best()};
    moly_status status = decay_system_init(&s->system, engine, start, rate, err);
    if (status != MOLY_OK) {
        return status;
    }
    size_t n = s->system.n + 1;
    s->e = moly_alloc(n, LANES * sizeof *s->e);
    s->f = moly_alloc(n, LANES * sizeof *s->f);
    s->e_long = moly_alloc(n, 4 * LANES * sizeof *s->e_long);
    s->has_long = moly_alloc(n, sizeof *s->has_long);
    s->atoms = moly_alloc(n, LANES * sizeof *s->atoms);
    s->integral = moly_alloc(n, LANES * sizeof *s->integral);
    s->hard_atoms = moly_alloc(n, sizeof *s->hard_atoms);
    s->hard_integral = moly_alloc(n, sizeof *s->hard_integral);
    if (s->e == NULL || s->f == NULL || s->e_long == NULL || s->has_long == NULL ||
        s->atoms == NULL || s->integral == NULL || s->hard_atoms == NULL ||
        s->hard_integral == NULL) {
        solver_clear(s);
        return MOLY_NO_MEMORY(err);
    }
    return MOLY_OK;
}

static moly_status solve_block(solver *s, const double times[LANES], moly_error *err)
{
    const decay_system *system = &s->system;
    s->kernels->exponentials(system, times, s->e, s->f);
    if (!s->kernels->sums(system, s->e, s->f, s->atoms, s->integral, s->hard_atoms,
                          s->hard_integral)) {
        return MOLY_OK;
    }
    bool is_any_hard = false;
    memset(s->has_long, 0, system->n * sizeof *s->has_long);
    for (size_t j = 0; j < system->n; j++) {
        if ((s->hard_atoms[j] | s->hard_integral[j]) == 0) {
            continue;
        }
        for (size_t p = system->row_begin[j]; p < system->row_begin[j + 1]; p++) {
            size_t k = system->column[p];
            if (!s->has_long[k]) {
                s->has_long[k] = true;
                s->kernels->exponential_long(system, k, times, s->e_long + k * 4 * LANES);
            }
        }
        s->kernels->sum_long(system, j, s->e_long, s->atoms, s->integral, &s->hard_atoms[j],
                             &s->hard_integral[j]);
        is_any_hard |= (s->hard_atoms[j] | s->hard_integral[j]) != 0;
    }
    if (!is_any_hard) {
        return MOLY_OK;
    }
    return decay_positive_solve(&s->positive, s->kernels, system, times, s->hard_atoms,
                                s->hard_integral, s->atoms, s->integral, err);
}

/* One lane of a block to one row of the results. */
static void write_row(const solver *s, size_t lane, double *out_atoms, double *out_decays)
{
    const decay_system *system = &s->system;
    if (out_atoms != NULL) {
        for (size_t j = system->has_source ? 1 : 0; j < system->n; j++) {
            out_atoms[system->member[j]] = s->atoms[j * LANES + lane];
        }
        for (size_t j = 0; j < system->n_stable; j++) { /* what its parents' decays have made */
            double atoms = system->stable_start[j];
            for (uint32_t q = system->stable_feed_begin[j]; q < system->stable_feed_begin[j + 1];
                 q++) {
                atoms += system->stable_feed_rate[q] *
                         s->integral[(size_t)system->stable_feed_from[q] * LANES + lane];
            }
            out_atoms[system->stable_member[j]] = atoms;
        }
    }
    if (out_decays != NULL) {
        for (size_t j = system->has_source ? 1 : 0; j < system->n; j++) {
            out_decays[system->member[j]] = system->lambda[j] * s->integral[j * LANES + lane];
        }
        for (size_t j = 0; j < system->n_stable; j++) {
            out_decays[system->stable_member[j]] = 0.0;
        }
    }
}

static moly_status solve(const moly_decay_engine *engine, const double *start, const double *rate,
                         const double *times_s, size_t n_times, double *out_atoms,
                         double *out_decays, moly_error *err)
{
    solver s;
    moly_status status = solver_init(&s, engine, start, rate, err);
    if (status != MOLY_OK) {
        return status;
    }
    size_t n = engine->n;
    bool is_everywhere = s.system.n + s.system.n_stable == n + (s.system.has_source ? 1 : 0);
    for (size_t block = 0; block < n_times && status == MOLY_OK; block += LANES) {
        size_t n_lanes = n_times - block < LANES ? n_times - block : LANES;
        double times[LANES];
        for (size_t l = 0; l < LANES; l++) {
            double t = times_s[block + (l < n_lanes ? l : n_lanes - 1)];
            times[l] = t > 0.0 ? t : 1.0; /* nothing has happened at 0: the start is copied */
        }
        status = solve_block(&s, times, err);
        for (size_t l = 0; l < n_lanes && status == MOLY_OK; l++) {
            double *atoms = out_atoms != NULL ? out_atoms + (block + l) * n : NULL;
            double *decays = out_decays != NULL ? out_decays + (block + l) * n : NULL;
            if (decays != NULL && (!is_everywhere || times_s[block + l] == 0.0)) {
                memset(decays, 0, n * sizeof *decays);
            }
            if (times_s[block + l] > 0.0) {
                if (atoms != NULL && !is_everywhere) {
                    memset(atoms, 0, n * sizeof *atoms);
                }
                write_row(&s, l, atoms, decays);
            } else if (atoms != NULL) {
                memcpy(atoms, start, n * sizeof *atoms);
            }
        }
    }
    solver_clear(&s);
    return status;
}

static moly_status check_amounts(const double *values, size_t n, const char *what, const char *unit,
                                 moly_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (!(values[i] >= 0.0) || !isfinite(values[i])) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "%s %zu is %g%s, not a finite number >= 0", what,
                             i, values[i], unit);
        }
    }
    return MOLY_OK;
}

moly_status moly_decay_atoms(const moly_decay_engine *engine, const double *atoms,
                             const double *times_s, size_t n_times, double *out_atoms,
                             double *out_decays, moly_error *err)
{
    moly_status status = check_amounts(atoms, engine->n, "number of atoms of member", "", err);
    if (status == MOLY_OK) {
        status = check_amounts(times_s, n_times, "duration", " s", err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    return solve(engine, atoms, NULL, times_s, n_times, out_atoms, out_decays, err);
}

moly_status moly_decay_with_production(const moly_decay_engine *engine, const double *atoms,
                                       const double *rate_per_s, double time_s, double *out_atoms,
                                       double *out_decays, moly_error *err)
{
    moly_status status = check_amounts(&time_s, 1, "duration", " s", err);
    if (status == MOLY_OK && atoms != NULL) {
        status = check_amounts(atoms, engine->n, "number of atoms of member", "", err);
    }
    if (status == MOLY_OK && rate_per_s != NULL) {
        status = check_amounts(rate_per_s, engine->n, "production rate of member", " atoms/s", err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    double *none = NULL;
    if (atoms == NULL) {
        none = moly_alloc(engine->n + 1, sizeof *none);
        if (none == NULL) {
            return MOLY_NO_MEMORY(err);
        }
    }
    status = solve(engine, atoms != NULL ? atoms : none, rate_per_s, &time_s, 1, out_atoms,
                   out_decays, err);
    moly_free(none);
    return status;
}

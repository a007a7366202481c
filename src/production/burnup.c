/* SPDX-License-Identifier: Apache-2.0 */
/* Burn-up by the decay engine: in a constant flux every member goes away with one constant, and
 * each way out is a branch. Loops are unrolled into laps. */
#include "moly/production/burnup.h"

#include <math.h>
#include <string.h>

#include "burnup_contour.h"
#include "moly/base/memory.h"

#define CM2_PER_BARN 1e-24
#define LAP_LEFT 1e-15 /* what the last lap may add to a member, relative */
#define MOST_LAPS 256
#define WIDE 32 /* members; from here on a network goes by its contour first */

/* A way from one member to another, with the rate of an atom as lambda * fraction + flux * barns.
 */
typedef struct edge {
    uint32_t from, to;
    double decay_per_s, thermal_b, resonance_b;
    size_t reaction; /* SIZE_MAX: a decay */
    bool is_back;    /* closes a loop */
} edge;

struct moly_burnup {
    size_t n, n_edges, n_reactions;
    double *lambda;     /* [n] */
    uint32_t *place;    /* [n] in an order in which all but the back edges go forward */
    edge *edges;        /* [n_edges] by `from` */
    size_t *edge_begin; /* [n + 1] */
    size_t *in_begin;   /* [n + 1] by place */
    size_t *in_edge;    /* [n_edges] the edges into a member */
    moly_reaction *reactions;
    bool has_loop;
};

static moly_status check(const moly_network *w, moly_error *err)
{
    if (w->n >= UINT32_MAX / MOST_LAPS) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "a network of %zu members", w->n);
    }
    for (size_t i = 0; i < w->n; i++) {
        if (!(w->lambda_per_s[i] >= 0.0) || !isfinite(w->lambda_per_s[i])) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "decay constant %g /s of member %zu is not a finite number >= 0",
                             w->lambda_per_s[i], i);
        }
    }
    for (size_t f = 0; f < w->n_feeds; f++) {
        const moly_feed *feed = &w->feeds[f];
        if (feed->from >= w->n || feed->to >= w->n || feed->from == feed->to ||
            !(feed->fraction > 0.0) || !isfinite(feed->fraction)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "feed %zu, %g of member %u to member %u of %zu",
                             f, feed->fraction, (unsigned)feed->from, (unsigned)feed->to, w->n);
        }
    }
    for (size_t r = 0; r < w->n_reactions; r++) {
        const moly_reaction *reaction = &w->reactions[r];
        if (reaction->from >= w->n || reaction->first > w->n_products ||
            reaction->n > w->n_products - reaction->first || !(reaction->thermal_b >= 0.0) ||
            !(reaction->resonance_b >= 0.0) ||
            !isfinite(reaction->thermal_b + reaction->resonance_b)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "reaction %zu of member %u: cross sections %g and %g b, %zu products",
                             r, (unsigned)reaction->from, reaction->thermal_b,
                             reaction->resonance_b, reaction->n);
        }
        for (size_t p = reaction->first; p < reaction->first + reaction->n; p++) {
            if (w->products[p].to >= w->n || w->products[p].to == reaction->from ||
                !(w->products[p].atoms > 0.0) || !isfinite(w->products[p].atoms)) {
                return MOLY_FAIL(err, MOLY_ERR_RANGE,
                                 "reaction %zu makes %g atoms of member %u of %zu", r,
                                 w->products[p].atoms, (unsigned)w->products[p].to, w->n);
            }
        }
    }
    return MOLY_OK;
}

/* ---- order ---- */

static void sort_edges(moly_burnup *b, const edge *edges)
{
    for (size_t e = 0; e < b->n_edges; e++) {
        b->edge_begin[edges[e].from + 1]++;
    }
    for (size_t i = 0; i < b->n; i++) {
        b->edge_begin[i + 1] += b->edge_begin[i];
    }
    for (size_t e = b->n_edges; e-- > 0;) {
        b->edges[--b->edge_begin[edges[e].from + 1]] = edges[e];
    }
    memmove(b->edge_begin, b->edge_begin + 1, b->n * sizeof *b->edge_begin);
    b->edge_begin[b->n] = b->n_edges;
}

/* Depth first, without recursion: an edge to a member that is still open closes a loop; members get
 * their places from the back as they are finished. */
static moly_status order(moly_burnup *b, moly_error *err)
{
    enum { UNSEEN, OPEN, DONE };
    uint8_t *seen = moly_alloc(b->n + 1, sizeof *seen);
    uint32_t *stack = moly_alloc(b->n + 1, sizeof *stack);
    size_t *next = moly_alloc(b->n + 1, sizeof *next);
    uint32_t place = (uint32_t)b->n;
    moly_status status = MOLY_OK;
    if (seen == NULL || stack == NULL || next == NULL) {
        status = MOLY_NO_MEMORY(err);
        goto done;
    }
    for (uint32_t root = 0; root < b->n; root++) {
        size_t depth = 0;
        if (seen[root] == UNSEEN) {
            stack[depth++] = root;
            seen[root] = OPEN;
            next[root] = b->edge_begin[root];
        }
        while (depth > 0) {
            uint32_t at = stack[depth - 1];
            if (next[at] == b->edge_begin[at + 1]) {
                seen[at] = DONE;
                b->place[at] = --place;
                depth--;
                continue;
            }
            edge *e = &b->edges[next[at]++];
            e->is_back = seen[e->to] == OPEN;
            b->has_loop |= e->is_back;
            if (seen[e->to] == UNSEEN) {
                seen[e->to] = OPEN;
                next[e->to] = b->edge_begin[e->to];
                stack[depth++] = e->to;
            }
        }
    }
done:
    moly_free(seen);
    moly_free(stack);
    moly_free(next);
    return status;
}

/* The edges into each member, in the order of places. */
static void index_entries(moly_burnup *b)
{
    for (size_t e = 0; e < b->n_edges; e++) {
        b->in_begin[b->place[b->edges[e].to] + 1]++;
    }
    for (size_t i = 0; i < b->n; i++) {
        b->in_begin[i + 1] += b->in_begin[i];
    }
    for (size_t e = b->n_edges; e-- > 0;) {
        b->in_edge[--b->in_begin[b->place[b->edges[e].to] + 1]] = e;
    }
    memmove(b->in_begin, b->in_begin + 1, b->n * sizeof *b->in_begin);
    b->in_begin[b->n] = b->n_edges;
}

static size_t list_edges(const moly_network *w, edge *edges)
{
    size_t n = 0;
    for (size_t f = 0; f < w->n_feeds; f++) {
        const moly_feed *feed = &w->feeds[f];
        edges[n++] = (edge){.from = feed->from,
                            .to = feed->to,
                            .decay_per_s = feed->fraction * w->lambda_per_s[feed->from],
                            .reaction = SIZE_MAX};
    }
    for (size_t r = 0; r < w->n_reactions; r++) {
        const moly_reaction *reaction = &w->reactions[r];
        for (size_t p = reaction->first; p < reaction->first + reaction->n; p++) {
            edges[n++] = (edge){.from = reaction->from,
                                .to = w->products[p].to,
                                .thermal_b = w->products[p].atoms * reaction->thermal_b,
                                .resonance_b = w->products[p].atoms * reaction->resonance_b,
                                .reaction = r};
        }
    }
    return n;
}

moly_status moly_burnup_new(const moly_network *network, moly_burnup **burnup, moly_error *err)
{
    *burnup = NULL;
    moly_status status = check(network, err);
    if (status != MOLY_OK) {
        return status;
    }
    size_t n_edges = network->n_feeds;
    for (size_t r = 0; r < network->n_reactions; r++) {
        n_edges += network->reactions[r].n;
    }
    moly_burnup *b = moly_alloc(1, sizeof *b);
    edge *edges = moly_alloc(n_edges + 1, sizeof *edges);
    if (b == NULL || edges == NULL) {
        status = MOLY_NO_MEMORY(err);
        goto done;
    }
    b->n = network->n;
    b->n_reactions = network->n_reactions;
    b->lambda = moly_alloc(b->n + 1, sizeof *b->lambda);
    b->place = moly_alloc(b->n + 1, sizeof *b->place);
    b->edge_begin = moly_alloc(b->n + 1, sizeof *b->edge_begin);
    b->edges = moly_alloc(n_edges + 1, sizeof *b->edges);
    b->in_begin = moly_alloc(b->n + 1, sizeof *b->in_begin);
    b->in_edge = moly_alloc(n_edges + 1, sizeof *b->in_edge);
    b->reactions = moly_alloc(b->n_reactions + 1, sizeof *b->reactions);
    if (b->lambda == NULL || b->place == NULL || b->edge_begin == NULL || b->edges == NULL ||
        b->in_begin == NULL || b->in_edge == NULL || b->reactions == NULL) {
        status = MOLY_NO_MEMORY(err);
        goto done;
    }
    memcpy(b->lambda, network->lambda_per_s, b->n * sizeof *b->lambda);
    if (b->n_reactions > 0) {
        memcpy(b->reactions, network->reactions, b->n_reactions * sizeof *b->reactions);
    }
    b->n_edges = list_edges(network, edges);
    sort_edges(b, edges);
    status = order(b, err);
    if (status == MOLY_OK) {
        index_entries(b);
    }
done:
    moly_free(edges);
    if (status != MOLY_OK) {
        moly_burnup_free(b);
        return status;
    }
    *burnup = b;
    return MOLY_OK;
}

void moly_burnup_free(moly_burnup *burnup)
{
    if (burnup == NULL) {
        return;
    }
    moly_free(burnup->lambda);
    moly_free(burnup->place);
    moly_free(burnup->edge_begin);
    moly_free(burnup->edges);
    moly_free(burnup->in_begin);
    moly_free(burnup->in_edge);
    moly_free(burnup->reactions);
    moly_free(burnup);
}

/* ---- one flux ---- */

/* What a member goes away with in a flux, and each edge's share of that. */
typedef struct rates {
    double thermal_per_s_b, resonance_per_s_b; /* reactions a second per barn */
    size_t scaled;                             /* reaction whose cross sections are multiplied */
    double factor;
    bool is_rough;         /* for derivatives */
    const bool *is_needed; /* [n] members that the engine is to follow; NULL: all */
} rates;

static double reaction_rate(const rates *r, size_t reaction, double thermal_b, double resonance_b)
{
    double rate = thermal_b * r->thermal_per_s_b + resonance_b * r->resonance_per_s_b;
    return reaction == r->scaled ? r->factor * rate : rate;
}

static void removals(const moly_burnup *b, const rates *r, double *removal)
{
    memcpy(removal, b->lambda, b->n * sizeof *removal);
    for (size_t i = 0; i < b->n_reactions; i++) {
        const moly_reaction *reaction = &b->reactions[i];
        removal[reaction->from] += reaction_rate(r, i, reaction->thermal_b, reaction->resonance_b);
    }
}

static size_t make_feeds(const moly_burnup *b, const rates *r, const double *removal, size_t n_laps,
                         moly_feed *feeds)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n_edges; i++) {
        const edge *e = &b->edges[i];
        double rate = e->decay_per_s + reaction_rate(r, e->reaction, e->thermal_b, e->resonance_b);
        bool is_followed = rate > 0.0 && (r->is_needed == NULL || r->is_needed[e->to]);
        for (size_t lap = 0; lap < n_laps && is_followed; lap++) {
            size_t to_lap = lap + (e->is_back ? 1 : 0);
            if (to_lap < n_laps) {
                feeds[n++] = (moly_feed){(uint32_t)(lap * b->n + b->place[e->from]),
                                         (uint32_t)(to_lap * b->n + b->place[e->to]),
                                         rate / removal[e->from]};
            }
        }
    }
    return n;
}

/* Laps added up; whether the last one still counts. */
static bool gather(const moly_burnup *b, size_t n_laps, const double *laps, double *out)
{
    bool is_complete = true;
    for (size_t i = 0; i < b->n; i++) {
        double sum = 0.0, last = laps[(n_laps - 1) * b->n + b->place[i]];
        for (size_t lap = n_laps; lap-- > 0;) { /* the small ones first */
            sum += laps[lap * b->n + b->place[i]];
        }
        out[i] = sum;
        is_complete = is_complete && !(last > LAP_LEFT * sum);
    }
    return is_complete;
}

/* A memory that all laps and times share. */
typedef struct work {
    double *removal, *lambda, *start, *atoms, *decays;
    moly_feed *feeds;
} work;

static void work_clear(work *w)
{
    moly_free(w->removal);
    moly_free(w->lambda);
    moly_free(w->start);
    moly_free(w->atoms);
    moly_free(w->decays);
    moly_free(w->feeds);
}

static moly_status work_init(work *w, const moly_burnup *b, size_t n_laps, size_t n_times,
                             moly_error *err)
{
    size_t n = b->n * n_laps + 1;
    *w = (work){0};
    w->removal = moly_alloc(b->n + 1, sizeof *w->removal);
    w->lambda = moly_alloc(n, sizeof *w->lambda);
    w->start = moly_alloc(n, sizeof *w->start);
    w->atoms = moly_alloc(n_times + 1, n * sizeof *w->atoms);
    w->decays = moly_alloc(n_times + 1, n * sizeof *w->decays);
    w->feeds = moly_alloc(b->n_edges * n_laps + 1, sizeof *w->feeds);
    if (w->removal == NULL || w->lambda == NULL || w->start == NULL || w->atoms == NULL ||
        w->decays == NULL || w->feeds == NULL) {
        work_clear(w);
        return MOLY_NO_MEMORY(err);
    }
    return MOLY_OK;
}

/* With so many laps. */
static moly_status solve_laps(const moly_burnup *b, const rates *r, const double *atoms,
                              size_t n_laps, const double *times_s, size_t n_times,
                              double *out_atoms, double *out_decays, bool *is_complete,
                              moly_error *err)
{
    work w;
    moly_decay_engine *engine = NULL;
    moly_status status = work_init(&w, b, n_laps, n_times, err);
    if (status != MOLY_OK) {
        return status;
    }
    size_t n = b->n * n_laps;
    removals(b, r, w.removal);
    for (size_t i = 0; i < b->n; i++) {
        w.start[b->place[i]] = r->is_needed == NULL || r->is_needed[i] ? atoms[i] : 0.0;
        for (size_t lap = 0; lap < n_laps; lap++) {
            w.lambda[lap * b->n + b->place[i]] = w.removal[i];
        }
    }
    size_t n_feeds = make_feeds(b, r, w.removal, n_laps, w.feeds);
    status = moly_decay_engine_new(n, w.lambda, n_feeds, w.feeds, &engine, err);
    if (status == MOLY_OK) {
        status = moly_decay_atoms(engine, w.start, times_s, n_times, w.atoms,
                                  out_decays != NULL ? w.decays : NULL, err);
    }
    *is_complete = true;
    for (size_t t = 0; t < n_times && status == MOLY_OK; t++) {
        bool is_whole = gather(b, n_laps, w.atoms + t * n, out_atoms + t * b->n);
        if (out_decays != NULL) {
            (void)gather(b, n_laps, w.decays + t * n, out_decays + t * b->n);
            for (size_t i = 0; i < b->n; i++) { /* of all that went away, what decayed */
                out_decays[t * b->n + i] *= w.removal[i] > 0.0 ? b->lambda[i] / w.removal[i] : 0.0;
            }
        }
        *is_complete = *is_complete && (is_whole || !b->has_loop);
    }
    moly_decay_engine_free(engine);
    work_clear(&w);
    return status;
}

/* By the decay engine: with more laps until the last one adds nothing. */
static moly_status solve_engine(const moly_burnup *b, const rates *r, const double *atoms,
                                const double *times_s, size_t n_times, double *out_atoms,
                                double *out_decays, moly_error *err)
{
    for (size_t n_laps = b->has_loop ? 2 : 1; n_laps <= MOST_LAPS; n_laps *= 2) {
        bool is_complete = false;
        moly_status status = solve_laps(b, r, atoms, n_laps, times_s, n_times, out_atoms,
                                        out_decays, &is_complete, err);
        if (status != MOLY_OK || is_complete) {
            return status;
        }
    }
    return MOLY_FAIL(err, MOLY_ERR_RANGE, "a loop in the network runs more than %d times",
                     MOST_LAPS);
}

/* ---- wide networks ---- */

/* A flux in the order of places. */
typedef struct wide {
    double *removal, *start, *rate, *atoms; /* by place; rate by entry */
    uint32_t *from, *member, *stack;
    bool *is_known;  /* by place */
    bool *is_needed; /* by member */
    double *rest;    /* by member */
} wide;

static void wide_clear(wide *w)
{
    moly_free(w->removal);
    moly_free(w->start);
    moly_free(w->rate);
    moly_free(w->atoms);
    moly_free(w->from);
    moly_free(w->member);
    moly_free(w->stack);
    moly_free(w->is_known);
    moly_free(w->is_needed);
    moly_free(w->rest);
}

static moly_status wide_init(wide *w, const moly_burnup *b, const rates *r, const double *atoms,
                             moly_error *err)
{
    size_t n = b->n + 1;
    *w = (wide){.removal = moly_alloc(n, sizeof *w->removal),
                .start = moly_alloc(n, sizeof *w->start),
                .rate = moly_alloc(b->n_edges + 1, sizeof *w->rate),
                .atoms = moly_alloc(n, sizeof *w->atoms),
                .from = moly_alloc(b->n_edges + 1, sizeof *w->from),
                .member = moly_alloc(n, sizeof *w->member),
                .stack = moly_alloc(n, sizeof *w->stack),
                .is_known = moly_alloc(n, sizeof *w->is_known),
                .is_needed = moly_alloc(n, sizeof *w->is_needed),
                .rest = moly_alloc(n, sizeof *w->rest)};
    if (w->removal == NULL || w->start == NULL || w->rate == NULL || w->atoms == NULL ||
        w->from == NULL || w->member == NULL || w->stack == NULL || w->is_known == NULL ||
        w->is_needed == NULL || w->rest == NULL) {
        wide_clear(w);
        return MOLY_NO_MEMORY(err);
    }
    removals(b, r, w->rest);
    for (size_t i = 0; i < b->n; i++) {
        w->member[b->place[i]] = (uint32_t)i;
        w->removal[b->place[i]] = w->rest[i];
        w->start[b->place[i]] = atoms[i];
    }
    for (size_t at = 0; at < b->n_edges; at++) {
        const edge *e = &b->edges[b->in_edge[at]];
        w->from[at] = b->place[e->from];
        w->rate[at] = e->decay_per_s + reaction_rate(r, e->reaction, e->thermal_b, e->resonance_b);
    }
    return MOLY_OK;
}

/* What the members that are not known come from.
 * @return how many are not known */
static size_t find_needed(const moly_burnup *b, wide *w)
{
    size_t n_unknown = 0, depth = 0;
    memset(w->is_needed, 0, b->n * sizeof *w->is_needed);
    for (size_t place = 0; place < b->n; place++) {
        if (!w->is_known[place]) {
            n_unknown++;
            w->is_needed[w->member[place]] = true;
            w->stack[depth++] = (uint32_t)place;
        }
    }
    while (depth > 0) {
        size_t place = w->stack[--depth];
        for (size_t at = b->in_begin[place]; at < b->in_begin[place + 1]; at++) {
            uint32_t parent = w->from[at];
            if (w->rate[at] > 0.0 && !w->is_needed[w->member[parent]]) {
                w->is_needed[w->member[parent]] = true;
                w->stack[depth++] = parent;
            }
        }
    }
    return n_unknown;
}

/* The contour gives all but what has decayed away; the engine has that from its ancestors. */
static moly_status solve_wide(const moly_burnup *b, rates r, const double *atoms,
                              const double *times_s, size_t n_times, double *out_atoms,
                              moly_error *err)
{
    wide w;
    moly_status status = wide_init(&w, b, &r, atoms, err);
    if (status != MOLY_OK) {
        return status;
    }
    const contour_system system = {b->n, w.removal, w.start, b->in_begin, w.from, w.rate};
    for (size_t t = 0; t < n_times && status == MOLY_OK; t++) {
        double *out = out_atoms + t * b->n;
        if (times_s[t] == 0.0) {
            memcpy(out, atoms, b->n * sizeof *out);
            continue;
        }
        status = contour_solve(&system, times_s[t], r.is_rough, w.atoms, w.is_known, err);
        size_t n_unknown = status == MOLY_OK ? find_needed(b, &w) : 0;
        if (n_unknown > 0) {
            r.is_needed = w.is_needed;
            status = solve_engine(b, &r, atoms, &times_s[t], 1, w.rest, NULL, err);
        }
        for (size_t i = 0; i < b->n && status == MOLY_OK; i++) {
            out[i] = w.is_known[b->place[i]] ? w.atoms[b->place[i]] : w.rest[i];
        }
    }
    wide_clear(&w);
    return status;
}

static bool is_amount(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!(values[i] >= 0.0) || !isfinite(values[i])) {
            return false;
        }
    }
    return true;
}

static moly_status solve(const moly_burnup *b, moly_flux_step step, size_t scaled, double factor,
                         const double *atoms, const double *times_s, size_t n_times,
                         double *out_atoms, double *out_decays, moly_error *err)
{
    if (!(step.flux_per_cm2_s >= 0.0) || !(step.epithermal_ratio >= 0.0) ||
        !isfinite(step.flux_per_cm2_s * (1.0 + step.epithermal_ratio))) {
        return MOLY_FAIL(
            err, MOLY_ERR_RANGE,
            "flux %g /cm2/s with epithermal ratio %g: both are finite and not negative",
            step.flux_per_cm2_s, step.epithermal_ratio);
    }
    double per_barn = step.flux_per_cm2_s * CM2_PER_BARN;
    rates r = {per_barn, per_barn * step.epithermal_ratio, scaled, factor, scaled != SIZE_MAX,
               NULL};
    /* the engine refuses other amounts, and has a sentence for it */
    bool is_wide = (b->n >= WIDE || r.is_rough) && out_decays == NULL && is_amount(atoms, b->n) &&
                   is_amount(times_s, n_times);
    return is_wide ? solve_wide(b, r, atoms, times_s, n_times, out_atoms, err)
                   : solve_engine(b, &r, atoms, times_s, n_times, out_atoms, out_decays, err);
}

static moly_status run(const moly_burnup *b, size_t scaled, double factor, const double *atoms,
                       size_t n_steps, const moly_flux_step *steps, double *out_atoms,
                       double *out_decays, moly_error *err)
{
    double *decays = NULL;
    moly_status status = MOLY_OK;
    if (out_decays != NULL) {
        decays = moly_alloc(b->n + 1, sizeof *decays);
        if (decays == NULL) {
            return MOLY_NO_MEMORY(err);
        }
        memset(out_decays, 0, b->n * sizeof *out_decays);
    }
    for (size_t s = 0; s < n_steps && status == MOLY_OK; s++) {
        const double *start = s == 0 ? atoms : out_atoms + (s - 1) * b->n;
        status = solve(b, steps[s], scaled, factor, start, &steps[s].time_s, 1,
                       out_atoms + s * b->n, decays, err);
        for (size_t i = 0; i < b->n && out_decays != NULL && status == MOLY_OK; i++) {
            out_decays[i] += decays[i];
        }
    }
    moly_free(decays);
    return status;
}

moly_status moly_burnup_run(const moly_burnup *burnup, const double *atoms, size_t n_steps,
                            const moly_flux_step *steps, double *out_atoms, double *out_decays,
                            moly_error *err)
{
    return run(burnup, SIZE_MAX, 1.0, atoms, n_steps, steps, out_atoms, out_decays, err);
}

moly_status moly_burnup_curve(const moly_burnup *burnup, const double *atoms, moly_flux_step step,
                              const double *times_s, size_t n_times, double *out_atoms,
                              moly_error *err)
{
    return solve(burnup, step, SIZE_MAX, 1.0, atoms, times_s, n_times, out_atoms, NULL, err);
}

moly_status moly_burnup_run_scaled(const moly_burnup *burnup, size_t reaction, double factor,
                                   const double *atoms, size_t n_steps, const moly_flux_step *steps,
                                   double *out_atoms, moly_error *err)
{
    if (reaction >= burnup->n_reactions || !(factor > 0.0) || !isfinite(factor)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "reaction %zu of %zu times %g", reaction,
                         burnup->n_reactions, factor);
    }
    return run(burnup, reaction, factor, atoms, n_steps, steps, out_atoms, NULL, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* From a target and a flux history to a burn-up network. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "neutron_rows.h"
#include "reactor_inside.h"

#define ATOM_MASS_G 1.66053906660e-24
#define CM2_PER_BARN 1e-24
#define LEAST_SHARE 1e-12 /* of the target's atoms; what is made less of is not followed */
#define TELL_SHARE 1e-6   /* a nuclide without a cross section that is told of */

/* ---- the set ---- */

typedef struct keyed {
    uint32_t key, index;
} keyed;

static int by_key(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

size_t moly_reactor_find(const moly_reactor_data *data, int z, int a, int isomer)
{
    uint32_t key = NEUTRON_KEY(z, a, isomer);
    size_t low = 0, high = data->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (data->key[middle] < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < data->n && data->key[low] == key ? data->index[low] : SIZE_MAX;
}

/* What a state that the set lacks stands for: its ground state, else what that becomes by beta
 * decay. */
static size_t find_or_decayed(const moly_reactor_data *data, int z, int a, int isomer)
{
    size_t found = moly_reactor_find(data, z, a, isomer);
    for (int up = 0; up < 12 && found == SIZE_MAX; up++) {
        found = moly_reactor_find(data, z + up, a, 0);
    }
    return found;
}

moly_status moly_reactor_data_new(const moly_nuclide_set *set, moly_reactor_data **data,
                                  moly_error *err)
{
    *data = NULL;
    size_t n = moly_nuclide_set_size(set);
    keyed *sorted = moly_alloc(n + 1, sizeof *sorted);
    moly_reactor_data *d = moly_alloc(1, sizeof *d);
    if (d != NULL) {
        d->set = set;
        d->n = n;
        d->key = moly_alloc(n + 1, sizeof *d->key);
        d->index = moly_alloc(n + 1, sizeof *d->index);
        d->fragment = moly_alloc(moly_fission_yield_count() + 1, sizeof *d->fragment);
    }
    if (sorted == NULL || d == NULL || d->key == NULL || d->index == NULL || d->fragment == NULL) {
        moly_free(sorted);
        moly_reactor_data_free(d);
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < n; i++) {
        const moly_nuclide *nuclide = moly_nuclide_at(set, i);
        sorted[i] = (keyed){NEUTRON_KEY(nuclide->z, nuclide->a, nuclide->isomer), (uint32_t)i};
    }
    qsort(sorted, n, sizeof *sorted, by_key);
    for (size_t i = 0; i < n; i++) {
        d->key[i] = sorted[i].key;
        d->index[i] = sorted[i].index;
    }
    moly_free(sorted);
    for (size_t i = 0; i < moly_fission_yield_count(); i++) {
        moly_fission_yield y = moly_fission_yield_at(i);
        d->fragment[i] = find_or_decayed(d, y.z, y.a, y.isomer);
    }
    *data = d;
    return MOLY_OK;
}

void moly_reactor_data_free(moly_reactor_data *data)
{
    if (data != NULL) {
        moly_free(data->key);
        moly_free(data->index);
        moly_free(data->fragment);
        moly_free(data);
    }
}

/* ---- growing ---- */

static bool grow(moly_arena *arena, void *list, size_t n, size_t *capacity, size_t size)
{
    if (n < *capacity) {
        return true;
    }
    size_t wider = *capacity == 0 ? 64 : 2 * *capacity;
    void *old, *fresh = moly_arena_alloc(arena, wider, size);
    if (fresh == NULL) {
        return false;
    }
    memcpy(&old, list, sizeof old);
    if (n > 0) {
        memcpy(fresh, old, n * size);
    }
    memcpy(list, &fresh, sizeof fresh);
    *capacity = wider;
    return true;
}

const moly_nuclide *reactor_nuclide(const reactor_network *w, size_t node)
{
    return moly_nuclide_at(w->data->set, w->nodes[node].nuclide);
}

/* ---- waiting ---- */

/* Greatest bound first, then the one that was reached first. */
static bool is_before(reactor_waiting a, reactor_waiting b)
{
    return a.bound > b.bound || (a.bound == b.bound && a.node < b.node);
}

static moly_status wait_for(reactor_network *w, size_t node, moly_error *err)
{
    if (!grow(w->arena, &w->waiting, w->n_waiting, &w->waiting_capacity, sizeof *w->waiting)) {
        return MOLY_NO_MEMORY(err);
    }
    const reactor_waiting added = {w->nodes[node].bound, node};
    size_t at = w->n_waiting++;
    for (; at > 0 && is_before(added, w->waiting[(at - 1) / 2]); at = (at - 1) / 2) {
        w->waiting[at] = w->waiting[(at - 1) / 2];
    }
    w->waiting[at] = added;
    return MOLY_OK;
}

/* The node with the greatest bound that was not expanded.
 * @return false when all were */
static bool take(reactor_network *w, size_t *node)
{
    while (w->n_waiting > 0) {
        *node = w->waiting[0].node;
        const reactor_waiting last = w->waiting[--w->n_waiting];
        size_t at = 0;
        for (size_t child = 1; child < w->n_waiting; child = 2 * at + 1) {
            bool is_right =
                child + 1 < w->n_waiting && is_before(w->waiting[child + 1], w->waiting[child]);
            child += is_right ? 1 : 0;
            if (!is_before(w->waiting[child], last)) {
                break;
            }
            w->waiting[at] = w->waiting[child];
            at = child;
        }
        w->waiting[at] = last;
        if (!w->nodes[*node].is_expanded) {
            return true;
        }
    }
    return false;
}

/* The node of a nuclide, new or known; its way is the one that brings most. */
static moly_status reach(reactor_network *w, size_t nuclide, double bound, size_t parent,
                         size_t reaction, size_t *node, moly_error *err)
{
    moly_status status = MOLY_OK;
    if (w->node_of[nuclide] == 0) {
        if (!grow(w->arena, &w->nodes, w->n, &w->capacity, sizeof *w->nodes)) {
            return MOLY_NO_MEMORY(err);
        }
        bool is_fragment = reaction != REACTOR_NO_WAY
                               ? w->about[reaction].is_fission
                               : parent != REACTOR_NO_WAY && w->nodes[parent].is_fragment;
        w->nodes[w->n] = (reactor_node){nuclide, bound, parent, reaction, false, is_fragment};
        w->node_of[nuclide] = (uint32_t)++w->n;
        status = wait_for(w, w->n - 1, err);
    } else {
        reactor_node *known = &w->nodes[w->node_of[nuclide] - 1];
        if (bound > known->bound && known->parent != REACTOR_NO_WAY && !known->is_expanded) {
            known->parent = parent;
            known->reaction = reaction;
        }
        if (bound > known->bound) {
            known->bound = bound;
            status = known->is_expanded ? MOLY_OK : wait_for(w, w->node_of[nuclide] - 1, err);
        }
    }
    *node = w->node_of[nuclide] - 1;
    return status;
}

static moly_status follow_decays(reactor_network *w, size_t at, moly_error *err)
{
    const moly_nuclide *nuclide = reactor_nuclide(w, at);
    for (size_t b = 0; b < nuclide->n_branches; b++) {
        const moly_branch *branch = &nuclide->branches[b];
        size_t node;
        if (branch->daughter == MOLY_NO_DAUGHTER || !(branch->fraction > 0.0)) {
            continue;
        }
        double decayed = fmin(1.0, nuclide->lambda_per_s * (w->irradiation_s + w->wanted->cool_s));
        moly_status status =
            reach(w, (size_t)branch->daughter, w->nodes[at].bound * branch->fraction * decayed, at,
                  REACTOR_NO_WAY, &node, err);
        if (status != MOLY_OK) {
            return status;
        }
        if (!grow(w->arena, &w->feeds, w->n_feeds, &w->feed_capacity, sizeof *w->feeds)) {
            return MOLY_NO_MEMORY(err);
        }
        w->feeds[w->n_feeds++] = (moly_feed){(uint32_t)at, (uint32_t)node, branch->fraction};
    }
    return MOLY_OK;
}

static moly_status add_reaction(reactor_network *w, moly_reaction reaction, reactor_reaction about,
                                moly_error *err)
{
    size_t capacity = w->reaction_capacity;
    if (!grow(w->arena, &w->reactions, w->n_reactions, &capacity, sizeof *w->reactions) ||
        !grow(w->arena, &w->about, w->n_reactions, &w->reaction_capacity, sizeof *w->about)) {
        return MOLY_NO_MEMORY(err);
    }
    w->reactions[w->n_reactions] = reaction;
    w->about[w->n_reactions++] = about;
    return MOLY_OK;
}

static moly_status add_product(reactor_network *w, size_t nuclide, double atoms, double bound,
                               size_t from, moly_error *err)
{
    size_t node;
    moly_status status = reach(w, nuclide, bound, from, w->n_reactions - 1, &node, err);
    if (status != MOLY_OK) {
        return status;
    }
    if (!grow(w->arena, &w->products, w->n_products, &w->product_capacity, sizeof *w->products)) {
        return MOLY_NO_MEMORY(err);
    }
    w->products[w->n_products++] = (moly_reaction_product){(uint32_t)node, atoms};
    w->reactions[w->n_reactions - 1].n++;
    return MOLY_OK;
}

/* Atoms that a reaction can make at most in the whole history. */
static double most_atoms(const reactor_network *w, size_t at, const moly_reaction *reaction)
{
    double hits = CM2_PER_BARN * (reaction->thermal_b * w->fluence +
                                  reaction->resonance_b * w->epithermal_fluence);
    const moly_nuclide *nuclide = reactor_nuclide(w, at);
    double stays = nuclide->is_stable || w->irradiation_s == 0.0
                       ? 1.0
                       : fmin(1.0, 1.0 / (nuclide->lambda_per_s * w->irradiation_s));
    return w->nodes[at].bound * fmin(1.0, hits * stays);
}

/* Of g sigma0: both of them uncertain. */
static double g_sd(double g, double thermal_b, double thermal_sd_b)
{
    return hypot(g * thermal_sd_b, MOLY_WESTCOTT_SD * (g - 1.0) * thermal_b);
}

static moly_status follow_captures(reactor_network *w, size_t at, moly_error *err)
{
    const moly_nuclide *t = reactor_nuclide(w, at);
    moly_capture captures[2];
    size_t n = moly_captures(t->z, t->a, t->isomer, captures);
    double g = 1.0;
    const char *g_source = NULL;
    moly_status status = MOLY_OK;
    if (n == 0 && !(w->nodes[at].bound < TELL_SHARE * w->total_atoms)) {
        if (!grow(w->arena, &w->missing, w->n_missing, &w->missing_capacity, sizeof *w->missing)) {
            return MOLY_NO_MEMORY(err);
        }
        w->missing[w->n_missing++] = w->nodes[at].nuclide;
    }
    if (n > 0) {
        status = moly_westcott_g(t->z, t->a, t->isomer, MOLY_NEUTRON_CAPTURE,
                                 w->wanted->temperature_c, &g, &g_source, err);
    }
    for (size_t i = 0; i < n && status == MOLY_OK; i++) {
        const moly_capture *c = &captures[i];
        size_t nuclide = find_or_decayed(w->data, t->z, t->a + 1, c->product_isomer);
        bool has_integral = isfinite(c->resonance_b);
        double integral = has_integral ? c->resonance_b : MOLY_RESONANCE_TAIL * c->thermal_b;
        double sd_thermal =
            isfinite(c->thermal_sd_b) ? c->thermal_sd_b : MOLY_NEUTRON_UNKNOWN_SD * c->thermal_b;
        double sd_integral = !has_integral                 ? integral
                             : isfinite(c->resonance_sd_b) ? c->resonance_sd_b
                                                           : MOLY_NEUTRON_UNKNOWN_SD * integral;
        sd_thermal = g_sd(g, c->thermal_b, sd_thermal);
        moly_reaction reaction = {(uint32_t)at, g * c->thermal_b, integral, w->n_products, 0};
        double made = most_atoms(w, at, &reaction);
        status =
            add_reaction(w, reaction,
                         (reactor_reaction){sd_thermal, sd_integral, g, c->thermal_source,
                                            c->resonance_source, g_source, false, has_integral},
                         err);
        if (status == MOLY_OK && nuclide != SIZE_MAX && made > LEAST_SHARE * w->total_atoms) {
            status = add_product(w, nuclide, 1.0, made, at, err);
        }
    }
    return status;
}

static moly_status follow_fission(reactor_network *w, size_t at, moly_error *err)
{
    const moly_nuclide *t = reactor_nuclide(w, at);
    moly_fission f;
    if (!moly_fission_find(t->z, t->a, t->isomer, &f)) {
        return MOLY_OK;
    }
    double g = 1.0;
    const char *g_source = NULL;
    moly_status status = moly_westcott_g(t->z, t->a, t->isomer, MOLY_NEUTRON_FISSION,
                                         w->wanted->temperature_c, &g, &g_source, err);
    if (status != MOLY_OK) {
        return status;
    }
    moly_reaction reaction = {(uint32_t)at, g * f.thermal_b, f.resonance_b, w->n_products, 0};
    double made = most_atoms(w, at, &reaction);
    status = add_reaction(w, reaction,
                          (reactor_reaction){g_sd(g, f.thermal_b, f.thermal_sd_b), f.resonance_sd_b,
                                             g, f.source, f.source, g_source, true, true},
                          err);
    for (size_t i = 0; i < moly_fission_yield_count() && status == MOLY_OK; i++) {
        moly_fission_yield y = moly_fission_yield_at(i);
        size_t nuclide = w->data->fragment[i];
        if (nuclide != SIZE_MAX && made * y.yield > LEAST_SHARE * w->total_atoms) {
            status = add_product(w, nuclide, y.yield, made * y.yield, at, err);
        }
    }
    return status;
}

/* Best first: what a node leads to has no greater bound than itself, so that every node is expanded
 * when its bound has come from its likeliest way (Dijkstra). */
static moly_status follow(reactor_network *w, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t at; status == MOLY_OK && take(w, &at);) {
        w->nodes[at].is_expanded = true;
        status = follow_decays(w, at, err);
        bool can_matter = w->fluence > 0.0 && !w->nodes[at].is_fragment &&
                          w->nodes[at].bound > LEAST_SHARE * w->total_atoms;
        if (status == MOLY_OK && can_matter) {
            status = follow_captures(w, at, err);
        }
        if (status == MOLY_OK && can_matter) {
            status = follow_fission(w, at, err);
        }
    }
    return status;
}

/* ---- the target ---- */

static moly_status check(const moly_reactor_case *c, moly_error *err)
{
    if (!(c->cool_s >= 0.0) || !isfinite(c->cool_s)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "cooling of %g s is not a finite number >= 0",
                         c->cool_s);
    }
    if (!(c->size_cm >= 0.0) || !isfinite(c->size_cm) ||
        (c->size_cm > 0.0 && (!(c->volume_cm3 > 0.0) || !isfinite(c->volume_cm3)))) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "self-shielding of a target of %g cm and %g cm3: both must be above 0",
                         c->size_cm, c->volume_cm3);
    }
    for (size_t i = 0; i < c->n_isotopes; i++) {
        if (!(c->isotopes[i].atoms >= 0.0) || !isfinite(c->isotopes[i].atoms)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "a target with %g atoms of its isotope %zu",
                             c->isotopes[i].atoms, i);
        }
    }
    return MOLY_OK;
}

static moly_status add_targets(reactor_network *w, moly_error *err)
{
    const moly_reactor_case *c = w->wanted;
    for (size_t s = 0; s < c->n_steps; s++) {
        w->fluence += c->steps[s].flux_per_cm2_s * c->steps[s].time_s;
        w->epithermal_fluence +=
            c->steps[s].flux_per_cm2_s * c->steps[s].epithermal_ratio * c->steps[s].time_s;
        w->irradiation_s += c->steps[s].time_s;
    }
    for (size_t i = 0; i < c->n_isotopes; i++) {
        w->total_atoms += c->isotopes[i].atoms;
    }
    if (!(w->total_atoms > 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "the target has no atoms");
    }
    for (size_t i = 0; i < c->n_isotopes; i++) {
        const moly_nuclide *t = moly_nuclide_at(w->data->set, c->isotopes[i].nuclide);
        moly_capture captures[2];
        if (c->isotopes[i].atoms > 0.0 && moly_captures(t->z, t->a, t->isomer, captures) == 0) {
            return MOLY_FAIL(err, MOLY_ERR_UNKNOWN,
                             "no thermal cross section is known for %s of the target", t->name);
        }
        size_t node;
        moly_status status = reach(w, c->isotopes[i].nuclide, c->isotopes[i].atoms, REACTOR_NO_WAY,
                                   REACTOR_NO_WAY, &node, err);
        if (status != MOLY_OK) {
            return status;
        }
    }
    return MOLY_OK;
}

/* Thermal flux inside from the target's whole absorption; each resonance from its own nuclide. */
static moly_status shield(reactor_network *w, moly_error *err)
{
    const moly_reactor_case *c = w->wanted;
    w->thermal_factor = 1.0;
    if (!(c->size_cm > 0.0)) {
        return MOLY_OK;
    }
    double absorption_per_cm = 0.0;
    for (size_t r = 0; r < w->n_reactions; r++) {
        absorption_per_cm += w->start[w->reactions[r].from] / c->volume_cm3 *
                             w->reactions[r].thermal_b * CM2_PER_BARN;
    }
    moly_status status =
        moly_self_shielding(c->shape, c->size_cm, absorption_per_cm, &w->thermal_factor, err);
    for (size_t r = 0; r < w->n_reactions && status == MOLY_OK; r++) {
        const moly_nuclide *t = reactor_nuclide(w, w->reactions[r].from);
        double peak_b, capture_share, factor = 1.0;
        w->reactions[r].thermal_b *= w->thermal_factor;
        w->about[r].sd_thermal_b *= w->thermal_factor;
        if (moly_main_resonance(t->z, t->a, t->isomer, &peak_b, &capture_share)) {
            status = moly_self_shielding_resonance(c->shape, c->size_cm,
                                                   w->start[w->reactions[r].from] / c->volume_cm3 *
                                                       peak_b * CM2_PER_BARN,
                                                   capture_share, &factor, err);
            w->reactions[r].resonance_b *= factor;
            w->about[r].sd_resonance_b *= factor;
        }
    }
    return status;
}

moly_status reactor_network_build(reactor_network *w, const moly_reactor_data *data,
                                  const moly_reactor_case *wanted, moly_arena *arena,
                                  moly_error *err)
{
    *w = (reactor_network){.data = data, .wanted = wanted, .arena = arena};
    moly_status status = check(wanted, err);
    if (status != MOLY_OK) {
        return status;
    }
    w->node_of = moly_arena_alloc(arena, data->n + 1, sizeof *w->node_of);
    if (w->node_of == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    status = add_targets(w, err);
    if (status == MOLY_OK) {
        status = follow(w, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    w->lambda = moly_arena_alloc(arena, w->n + 1, sizeof *w->lambda);
    w->start = moly_arena_alloc(arena, w->n + 1, sizeof *w->start);
    if (w->lambda == NULL || w->start == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < w->n; i++) {
        w->lambda[i] = reactor_nuclide(w, i)->lambda_per_s;
    }
    for (size_t i = 0; i < wanted->n_isotopes; i++) {
        w->start[w->node_of[wanted->isotopes[i].nuclide] - 1] += wanted->isotopes[i].atoms;
    }
    status = shield(w, err);
    if (status != MOLY_OK) {
        return status;
    }
    moly_network network = {w->n,           w->lambda,    w->n_feeds,    w->feeds,
                            w->n_reactions, w->reactions, w->n_products, w->products};
    return moly_burnup_new(&network, &w->burnup, err);
}

moly_status reactor_network_part(const reactor_network *w, double share, reactor_part *part,
                                 moly_error *err)
{
    *part = (reactor_part){0};
    moly_network sub = {0};
    moly_arena *arena = w->arena;
    double *lambda = moly_arena_alloc(arena, w->n + 1, sizeof *lambda);
    moly_feed *feeds = moly_arena_alloc(arena, w->n_feeds + 1, sizeof *feeds);
    moly_reaction *reactions = moly_arena_alloc(arena, w->n_reactions + 1, sizeof *reactions);
    moly_reaction_product *products = moly_arena_alloc(arena, w->n_products + 1, sizeof *products);
    uint32_t *local = moly_arena_alloc(arena, w->n + 1, sizeof *local); /* node in the part + 1 */
    part->start = moly_arena_alloc(arena, w->n + 1, sizeof *part->start);
    part->node = moly_arena_alloc(arena, w->n + 1, sizeof *part->node);
    part->reaction = moly_arena_alloc(arena, w->n_reactions + 1, sizeof *part->reaction);
    if (lambda == NULL || feeds == NULL || reactions == NULL || products == NULL || local == NULL ||
        part->start == NULL || part->node == NULL || part->reaction == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < w->n; i++) {
        if (w->nodes[i].bound > share * w->total_atoms) {
            lambda[part->n] = w->lambda[i];
            part->start[part->n] = w->start[i];
            part->node[part->n] = i;
            local[i] = (uint32_t)++part->n;
        }
    }
    for (size_t f = 0; f < w->n_feeds; f++) {
        if (local[w->feeds[f].from] != 0 && local[w->feeds[f].to] != 0) {
            feeds[sub.n_feeds++] = (moly_feed){local[w->feeds[f].from] - 1,
                                               local[w->feeds[f].to] - 1, w->feeds[f].fraction};
        }
    }
    for (size_t r = 0; r < w->n_reactions; r++) {
        const moly_reaction *whole = &w->reactions[r];
        if (local[whole->from] == 0) {
            continue;
        }
        moly_reaction *here = &reactions[sub.n_reactions];
        *here = (moly_reaction){local[whole->from] - 1, whole->thermal_b, whole->resonance_b,
                                sub.n_products, 0};
        for (size_t p = whole->first; p < whole->first + whole->n; p++) {
            if (local[w->products[p].to] != 0) {
                products[sub.n_products++] =
                    (moly_reaction_product){local[w->products[p].to] - 1, w->products[p].atoms};
                here->n++;
            }
        }
        part->reaction[sub.n_reactions++] = r;
    }
    part->n_reactions = sub.n_reactions;
    sub.n = part->n;
    sub.lambda_per_s = lambda;
    sub.feeds = feeds;
    sub.reactions = reactions;
    sub.products = products;
    return moly_burnup_new(&sub, &part->burnup, err);
}

void reactor_network_clear(reactor_network *w)
{
    moly_burnup_free(w->burnup);
    w->burnup = NULL;
}

void reactor_element_grams(const reactor_network *w, const double *atoms,
                           double grams[REACTOR_ELEMENTS])
{
    memset(grams, 0, REACTOR_ELEMENTS * sizeof *grams);
    for (size_t i = 0; i < w->n; i++) {
        const moly_nuclide *nuclide = reactor_nuclide(w, i);
        MOLY_ASSERT(nuclide->z >= 0 && nuclide->z < REACTOR_ELEMENTS);
        grams[nuclide->z] += atoms[i] * nuclide->atomic_mass_u * ATOM_MASS_G;
    }
}

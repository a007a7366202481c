/* SPDX-License-Identifier: Apache-2.0 */
/* A parent on a column. */
#include "moly/production/generator.h"

#include <math.h>
#include <string.h>

#include "moly/base/memory.h"

#define PARENT 0 /* topological order: nothing of its chain stands before it */
#define N_BISECTIONS 200

static const moly_generator_kind kinds[] = {
    {"Mo-99", "Tc-99m"},  {"Ge-68", "Ga-68"},   {"Sr-82", "Rb-82"},   {"W-188", "Re-188"},
    {"Ac-225", "Bi-213"}, {"Ra-224", "Pb-212"}, {"Ac-227", "Ra-223"},
};

struct moly_generator {
    const moly_nuclide_set *set;
    size_t n, daughter, n_feeds;
    uint32_t *member; /* [n] in the set */
    moly_feed *feeds; /* [n_feeds] among the members */
    moly_decay_engine *engine;
};

const moly_generator_kind *moly_generator_kinds(size_t *n)
{
    *n = sizeof kinds / sizeof *kinds;
    return kinds;
}

static const moly_nuclide *nuclide_of(const moly_generator *g, size_t i)
{
    return moly_nuclide_at(g->set, g->member[i]);
}

size_t moly_generator_size(const moly_generator *generator)
{
    return generator->n;
}

size_t moly_generator_member(const moly_generator *generator, size_t i)
{
    MOLY_ASSERT(i < generator->n);
    return generator->member[i];
}

void moly_generator_free(moly_generator *generator)
{
    if (generator != NULL) {
        moly_decay_engine_free(generator->engine);
        moly_free(generator->member);
        moly_free(generator->feeds);
        moly_free(generator);
    }
}

/* The chain as an engine of its own: a set has thousands of members, a chain a dozen. */
static moly_status build_chain(moly_generator *g, size_t parent, moly_error *err)
{
    moly_decay_engine *whole = NULL;
    double *lambda = NULL;
    uint32_t *local = NULL; /* member + 1 */
    size_t n_set = moly_nuclide_set_size(g->set), n_branches = 0;
    uint32_t start = (uint32_t)parent;
    moly_status status = moly_decay_engine_for_set(g->set, &whole, err);
    g->member = moly_alloc(n_set + 1, sizeof *g->member);
    local = moly_alloc(n_set + 1, sizeof *local);
    if (status == MOLY_OK && (g->member == NULL || local == NULL)) {
        status = MOLY_NO_MEMORY(err);
    }
    if (status != MOLY_OK) {
        goto done;
    }
    g->n = moly_decay_reachable(whole, &start, 1, g->member);
    for (size_t i = 0; i < g->n; i++) {
        local[g->member[i]] = (uint32_t)i + 1;
        n_branches += nuclide_of(g, i)->n_branches;
    }
    lambda = moly_alloc(g->n, sizeof *lambda);
    g->feeds = moly_alloc(n_branches + 1, sizeof *g->feeds);
    if (lambda == NULL || g->feeds == NULL) {
        status = MOLY_NO_MEMORY(err);
        goto done;
    }
    for (size_t i = 0; i < g->n; i++) {
        const moly_nuclide *nuclide = nuclide_of(g, i);
        lambda[i] = nuclide->lambda_per_s;
        for (size_t b = 0; b < nuclide->n_branches; b++) {
            const moly_branch *branch = &nuclide->branches[b];
            if (branch->daughter != MOLY_NO_DAUGHTER && branch->fraction > 0.0) {
                g->feeds[g->n_feeds++] =
                    (moly_feed){(uint32_t)i, local[branch->daughter] - 1, branch->fraction};
            }
        }
    }
    status = moly_decay_engine_new(g->n, lambda, g->n_feeds, g->feeds, &g->engine, err);
done:
    moly_decay_engine_free(whole);
    moly_free(lambda);
    moly_free(local);
    return status;
}

static moly_status find_daughter(moly_generator *g, size_t daughter, moly_error *err)
{
    const moly_nuclide *p = nuclide_of(g, PARENT), *d = moly_nuclide_at(g->set, daughter);
    for (size_t i = 1; i < g->n; i++) {
        if (g->member[i] == daughter) {
            g->daughter = i;
        }
    }
    if (g->daughter == 0) {
        return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "%s does not decay to %s", p->name, d->name);
    }
    if (d->is_stable) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%s is stable: it has no activity to elute", d->name);
    }
    if (p->z == d->z) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "%s and %s are one element: no column holds them apart", p->name, d->name);
    }
    return MOLY_OK;
}

moly_status moly_generator_new(const moly_nuclide_set *set, const char *parent,
                               const char *daughter, moly_generator **generator, moly_error *err)
{
    *generator = NULL;
    size_t parent_index = 0, daughter_index = 0;
    moly_status status = moly_nuclide_find(set, parent, &parent_index, err);
    if (status == MOLY_OK) {
        status = moly_nuclide_find(set, daughter, &daughter_index, err);
    }
    if (status == MOLY_OK && moly_nuclide_at(set, parent_index)->is_stable) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "%s is stable: no parent of a generator",
                           moly_nuclide_at(set, parent_index)->name);
    }
    if (status != MOLY_OK) {
        return status;
    }
    moly_generator *g = moly_alloc(1, sizeof *g);
    if (g == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    g->set = set;
    status = build_chain(g, parent_index, err);
    if (status == MOLY_OK) {
        status = find_daughter(g, daughter_index, err);
    }
    if (status != MOLY_OK) {
        moly_generator_free(g);
        return status;
    }
    *generator = g;
    return MOLY_OK;
}

/* Atoms of every member for one of the parent, long after: a steady shape that decays with the
 * parent. */
static void equilibrium(const moly_generator *g, double *atoms)
{
    double parent_lambda = nuclide_of(g, PARENT)->lambda_per_s;
    memset(atoms, 0, g->n * sizeof *atoms);
    atoms[PARENT] = 1.0;
    for (size_t j = 1; j < g->n; j++) {
        double lambda = nuclide_of(g, j)->lambda_per_s, feed = 0.0;
        for (size_t f = 0; f < g->n_feeds; f++) {
            if (g->feeds[f].to == j) {
                feed += g->feeds[f].fraction * atoms[g->feeds[f].from] *
                        nuclide_of(g, g->feeds[f].from)->lambda_per_s;
            }
        }
        atoms[j] = lambda > parent_lambda ? feed / (lambda - parent_lambda) : 0.0;
    }
}

static moly_status check_equilibrium(const moly_generator *g, moly_error *err)
{
    const moly_nuclide *p = nuclide_of(g, PARENT), *d = nuclide_of(g, g->daughter);
    if (d->half_life_s >= p->half_life_s) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "%s (%g s) lives longer than %s (%g s): they come to no equilibrium",
                         d->name, d->half_life_s, p->name, p->half_life_s);
    }
    return MOLY_OK;
}

moly_status moly_generator_load(const moly_generator *generator, double parent_bq,
                                bool is_equilibrium, double *atoms, moly_error *err)
{
    const moly_generator *g = generator;
    if (!(parent_bq >= 0.0) || !isfinite(parent_bq)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "activity %g Bq of %s is not a finite number >= 0",
                         parent_bq, nuclide_of(g, PARENT)->name);
    }
    moly_status status = is_equilibrium ? check_equilibrium(g, err) : MOLY_OK;
    if (status != MOLY_OK) {
        return status;
    }
    double parent_atoms = parent_bq / nuclide_of(g, PARENT)->lambda_per_s;
    memset(atoms, 0, g->n * sizeof *atoms);
    atoms[PARENT] = 1.0;
    if (is_equilibrium) {
        equilibrium(g, atoms);
    }
    for (size_t i = 0; i < g->n; i++) {
        atoms[i] *= parent_atoms;
    }
    return MOLY_OK;
}

moly_status moly_generator_wait(const moly_generator *generator, double time_s, double *atoms,
                                moly_error *err)
{
    double *after = moly_alloc(generator->n, sizeof *after);
    if (after == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = moly_decay_atoms(generator->engine, atoms, &time_s, 1, after, NULL, err);
    if (status == MOLY_OK) {
        memcpy(atoms, after, generator->n * sizeof *atoms);
    }
    moly_free(after);
    return status;
}

moly_status moly_generator_elute(const moly_generator *generator, double efficiency,
                                 double breakthrough, double *atoms, double *eluate,
                                 moly_error *err)
{
    const moly_generator *g = generator;
    if (!(efficiency >= 0.0 && efficiency <= 1.0)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "elution efficiency %g is not 0..1", efficiency);
    }
    if (!(breakthrough >= 0.0 && breakthrough <= 1.0)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "breakthrough %g is not 0..1", breakthrough);
    }
    int daughter_z = nuclide_of(g, g->daughter)->z, parent_z = nuclide_of(g, PARENT)->z;
    for (size_t i = 0; i < g->n; i++) {
        int z = nuclide_of(g, i)->z;
        double share = z == daughter_z ? efficiency : z == parent_z ? breakthrough : 0.0;
        eluate[i] = share * atoms[i];
        atoms[i] *= 1.0 - share;
    }
    return MOLY_OK;
}

double moly_generator_parent_bq(const moly_generator *generator, const double *atoms)
{
    return atoms[PARENT] * nuclide_of(generator, PARENT)->lambda_per_s;
}

double moly_generator_daughter_bq(const moly_generator *generator, const double *atoms)
{
    return atoms[generator->daughter] * nuclide_of(generator, generator->daughter)->lambda_per_s;
}

double moly_generator_carrier_free(const moly_generator *generator, const double *atoms)
{
    const moly_generator *g = generator;
    double all = 0.0;
    for (size_t i = 0; i < g->n; i++) {
        all += nuclide_of(g, i)->z == nuclide_of(g, g->daughter)->z ? atoms[i] : 0.0;
    }
    return all > 0.0 ? atoms[g->daughter] / all : NAN;
}

/* ---- figures of the pair ---- */

moly_status moly_generator_equilibrium_ratio(const moly_generator *generator, double *ratio,
                                             moly_error *err)
{
    moly_status status = check_equilibrium(generator, err);
    double *atoms = status == MOLY_OK ? moly_alloc(generator->n, sizeof *atoms) : NULL;
    if (status == MOLY_OK && atoms == NULL) {
        status = MOLY_NO_MEMORY(err);
    }
    if (status == MOLY_OK) {
        equilibrium(generator, atoms);
        *ratio = moly_generator_daughter_bq(generator, atoms) /
                 moly_generator_parent_bq(generator, atoms);
    }
    moly_free(atoms);
    return status;
}

/* How fast the daughter grows, atoms/s. */
static double growth(const moly_generator *g, const double *atoms)
{
    double rate = -moly_generator_daughter_bq(g, atoms);
    for (size_t f = 0; f < g->n_feeds; f++) {
        if (g->feeds[f].to == g->daughter) {
            rate += g->feeds[f].fraction * atoms[g->feeds[f].from] *
                    nuclide_of(g, g->feeds[f].from)->lambda_per_s;
        }
    }
    return rate;
}

moly_status moly_generator_peak_s(const moly_generator *generator, double *peak_s, moly_error *err)
{
    const moly_generator *g = generator;
    double *start = moly_alloc(2 * g->n, sizeof *start);
    moly_status status = start != NULL ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (status == MOLY_OK) { /* what stands between parent and daughter stays on the column */
        bool has_equilibrium = check_equilibrium(g, NULL) == MOLY_OK;
        status = moly_generator_load(g, 1.0, has_equilibrium, start, err);
    }
    if (status == MOLY_OK) {
        status = moly_generator_elute(g, 1.0, 0.0, start, start + g->n, err);
    }
    double low = 0.0;
    double high = 200.0 * (nuclide_of(g, g->daughter)->half_life_s +
                           fmin(nuclide_of(g, PARENT)->half_life_s,
                                1e3 * nuclide_of(g, g->daughter)->half_life_s));
    for (int i = 0; i < N_BISECTIONS && high - low > 1e-15 * high && status == MOLY_OK; i++) {
        double middle = 0.5 * (low + high);
        status = moly_decay_atoms(g->engine, start, &middle, 1, start + g->n, NULL, err);
        if (growth(g, start + g->n) > 0.0) {
            low = middle;
        } else {
            high = middle;
        }
    }
    if (status == MOLY_OK) {
        *peak_s = 0.5 * (low + high);
    }
    moly_free(start);
    return status;
}

/* ---- schedules ---- */

static moly_status ratio_after(const moly_generator *g, const double *eluate, double time_s,
                               double *scratch, double *ratio, moly_error *err)
{
    moly_status status = moly_decay_atoms(g->engine, eluate, &time_s, 1, scratch, NULL, err);
    if (status == MOLY_OK) {
        double daughter = moly_generator_daughter_bq(g, scratch);
        *ratio = daughter > 0.0 ? moly_generator_parent_bq(g, scratch) / daughter : INFINITY;
    }
    return status;
}

/* The ratio grows with time towards equilibrium: bisection in the half-lives of the daughter. */
static moly_status when_reached(const moly_generator *g, const double *eluate, double limit,
                                double *scratch, double *reached_s, moly_error *err)
{
    double ratio = 0.0, low = 0.0, high = 100.0 * nuclide_of(g, g->daughter)->half_life_s;
    if (isnan(limit)) {
        *reached_s = NAN;
        return MOLY_OK;
    }
    moly_status status = ratio_after(g, eluate, high, scratch, &ratio, err);
    if (status != MOLY_OK || !(ratio > limit) || eluate[PARENT] == 0.0) {
        *reached_s = INFINITY;
        return status;
    }
    status = ratio_after(g, eluate, 0.0, scratch, &ratio, err);
    if (status != MOLY_OK || ratio >= limit) {
        *reached_s = 0.0;
        return status;
    }
    for (int i = 0; i < N_BISECTIONS && high - low > 1e-12 * high && status == MOLY_OK; i++) {
        double middle = 0.5 * (low + high);
        status = ratio_after(g, eluate, middle, scratch, &ratio, err);
        low = ratio < limit ? middle : low;
        high = ratio < limit ? high : middle;
    }
    *reached_s = 0.5 * (low + high);
    return status;
}

moly_status moly_generator_schedule(const moly_generator *generator, double parent_bq,
                                    bool is_equilibrium, size_t n, const moly_elution *elutions,
                                    double limit, moly_elution_result *results, moly_error *err)
{
    const moly_generator *g = generator;
    double *atoms = moly_alloc(3 * g->n, sizeof *atoms);
    if (atoms == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    double *eluate = atoms + g->n, *scratch = eluate + g->n, now_s = 0.0;
    moly_status status = moly_generator_load(g, parent_bq, is_equilibrium, atoms, err);
    for (size_t i = 0; i < n && status == MOLY_OK; i++) {
        const moly_elution *e = &elutions[i];
        moly_elution_result r = {.after_s = e->after_s};
        if (!(e->after_s >= now_s)) {
            status = MOLY_FAIL(err, MOLY_ERR_RANGE, "elution at %g s is before %s at %g s",
                               e->after_s, i > 0 ? "the last one" : "the calibration", now_s);
            break;
        }
        status = moly_generator_wait(g, e->after_s - now_s, atoms, err);
        now_s = e->after_s;
        if (status == MOLY_OK) {
            r.on_column_bq = moly_generator_daughter_bq(g, atoms);
            r.parent_on_column_bq = moly_generator_parent_bq(g, atoms);
            status = moly_generator_elute(g, e->efficiency, e->breakthrough, atoms, eluate, err);
        }
        if (status == MOLY_OK) {
            r.eluted_bq = moly_generator_daughter_bq(g, eluate);
            r.breakthrough_bq = moly_generator_parent_bq(g, eluate);
            r.carrier_free = moly_generator_carrier_free(g, eluate);
            status = when_reached(g, eluate, limit, scratch, &r.limit_reached_s, err);
        }
        results[i] = r;
    }
    moly_free(atoms);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "accounts.h"
#include "moly/nuclide/decay.h"

enum { MAX_MEMBERS = 64 };

static void family_free(decay_family *family)
{
    if (family) {
        moly_decay_engine_free(family->engine);
        moly_free(family->names);
        moly_free(family->lambda_per_s);
        moly_free(family);
    }
}

void families_init(families *f)
{
    *f = (families){0};
    (void)pthread_mutex_init(&f->lock, NULL);
}

void families_free(families *f)
{
    for (const decay_family *family = f->first; family;) {
        const decay_family *next = family->next;
        family_free((decay_family *)family);
        family = next;
    }
    (void)pthread_mutex_destroy(&f->lock);
    f->first = NULL;
}

/* Indices in the set that `start` leads to, ascending, stable ones left out: they have no activity
 * and nothing comes from them. */
static size_t collect(const moly_nuclide_set *set, size_t start, size_t members[MAX_MEMBERS])
{
    size_t n = 1;
    members[0] = start;
    /* Daughters stand after their parents in a set, so one pass in ascending order finds all. */
    for (size_t i = 0; i < n; i++) {
        const moly_nuclide *nuclide = moly_nuclide_at(set, members[i]);
        for (size_t b = 0; b < nuclide->n_branches; b++) {
            int daughter = nuclide->branches[b].daughter;
            if (daughter < 0 || moly_nuclide_at(set, (size_t)daughter)->is_stable) {
                continue;
            }
            size_t place = n;
            while (place > 0 && members[place - 1] > (size_t)daughter) {
                place--;
            }
            if (place > 0 && members[place - 1] == (size_t)daughter) {
                continue;
            }
            MOLY_ASSERT(n < MAX_MEMBERS); /* the longest natural series has 20 */
            memmove(&members[place + 1], &members[place], (n - place) * sizeof *members);
            members[place] = (size_t)daughter;
            n++;
        }
    }
    return n;
}

static moly_status make_engine(const moly_nuclide_set *set, const size_t *members,
                               decay_family *family, moly_error *err)
{
    enum { MAX_FEEDS = MAX_MEMBERS * 8 };
    moly_feed *feeds = moly_alloc(MAX_FEEDS, sizeof *feeds);
    size_t n_feeds = 0;
    if (!feeds) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t from = 0; from < family->n; from++) {
        const moly_nuclide *nuclide = moly_nuclide_at(set, members[from]);
        for (size_t b = 0; b < nuclide->n_branches; b++) {
            const moly_branch *branch = &nuclide->branches[b];
            for (size_t to = from + 1; to < family->n && n_feeds < MAX_FEEDS; to++) {
                if (branch->daughter >= 0 && members[to] == (size_t)branch->daughter &&
                    branch->fraction > 0.0) {
                    feeds[n_feeds++] = (moly_feed){(uint32_t)from, (uint32_t)to, branch->fraction};
                }
            }
        }
    }
    moly_status status = moly_decay_engine_new(family->n, family->lambda_per_s, n_feeds, feeds,
                                               &family->engine, err);
    moly_free(feeds);
    return status;
}

static moly_status family_new(const moly_nuclide_set *set, size_t index, decay_family **made,
                              moly_error *err)
{
    size_t members[MAX_MEMBERS];
    decay_family *family = moly_alloc(1, sizeof *family);
    if (!family) {
        return MOLY_NO_MEMORY(err);
    }
    family->n = collect(set, index, members);
    family->names = moly_alloc(family->n, sizeof *family->names);
    family->lambda_per_s = moly_alloc(family->n, sizeof *family->lambda_per_s);
    moly_status status = family->names && family->lambda_per_s ? MOLY_OK : MOLY_NO_MEMORY(err);
    for (size_t i = 0; i < family->n && !status; i++) {
        const moly_nuclide *nuclide = moly_nuclide_at(set, members[i]);
        family->names[i] = nuclide->name;
        family->lambda_per_s[i] = nuclide->lambda_per_s;
    }
    if (!status) {
        status = make_engine(set, members, family, err);
    }
    if (status) {
        family_free(family);
        return status;
    }
    *made = family;
    return MOLY_OK;
}

static const decay_family *known_family(families *f, const char *nuclide)
{
    const decay_family *known = f->first;
    while (known && strcmp(known->names[0], nuclide) != 0) {
        known = known->next;
    }
    return known;
}

/* Called and left with the lock held. */
static moly_status add_family(families *f, const char *nuclide, const decay_family **family,
                              moly_error *err)
{
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    size_t index;
    moly_status status = moly_nuclide_find(set, nuclide, &index, err);
    if (status) {
        return status;
    }
    const moly_nuclide *found = moly_nuclide_at(set, index);
    if (found->is_stable || !(found->lambda_per_s > 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s is stable: it has no activity to account for",
                         found->name);
    }
    *family = known_family(f, found->name);
    if (*family) {
        return MOLY_OK;
    }
    decay_family *made = NULL;
    status = family_new(set, index, &made, err);
    if (!status) {
        made->next = f->first;
        f->first = made;
        *family = made;
    }
    return status;
}

moly_status family_find(families *f, const char *nuclide, const decay_family **family,
                        moly_error *err)
{
    (void)pthread_mutex_lock(&f->lock);
    const decay_family *found = known_family(f, nuclide);
    moly_status status = found ? MOLY_OK : add_family(f, nuclide, &found, err);
    (void)pthread_mutex_unlock(&f->lock);
    if (!status) {
        *family = found;
    }
    return status;
}

/* ---- inventories ---------------------------------------------------------------------------- */

size_t inventory_size(const decay_family *family)
{
    return family->n + family->n * family->n;
}

moly_status inventory_new(const decay_family *family, holding *made, moly_error *err)
{
    double *state = moly_alloc(inventory_size(family), sizeof *state);
    if (!state) {
        return MOLY_NO_MEMORY(err);
    }
    *made = (holding){.family = family, .atoms = state, .covariance = state + family->n};
    return MOLY_OK;
}

void inventory_free(holding *inventory)
{
    moly_free(inventory->atoms);
    inventory->atoms = NULL;
    inventory->covariance = NULL;
}

/* Decay maps for n durations: out[j][k][i] is what of one atom of member j becomes member i in
 * seconds[k]. */
static moly_status decay_maps(const decay_family *family, size_t n, const double *seconds,
                              double *out, moly_error *err)
{
    double start[MAX_MEMBERS] = {0};
    moly_status status = MOLY_OK;
    for (size_t j = 0; j < family->n && !status; j++) {
        start[j] = 1.0;
        status =
            moly_decay_atoms(family->engine, start, seconds, n, out + j * n * family->n, NULL, err);
        start[j] = 0.0;
    }
    return status;
}

static void apply_map(const double *map, size_t n, holding *inventory, double *scratch)
{
    double *rows = scratch, atoms[MAX_MEMBERS] = {0};
    for (size_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (size_t j = 0; j <= i; j++) {
            sum += map[i * n + j] * inventory->atoms[j];
        }
        atoms[i] = sum;
    }
    memcpy(inventory->atoms, atoms, n * sizeof *atoms);
    for (size_t i = 0; i < n; i++) { /* rows = map * covariance */
        for (size_t k = 0; k < n; k++) {
            double sum = 0.0;
            for (size_t j = 0; j <= i; j++) {
                sum += map[i * n + j] * inventory->covariance[j * n + k];
            }
            rows[i * n + k] = sum;
        }
    }
    for (size_t i = 0; i < n; i++) { /* covariance = rows * map' */
        for (size_t k = 0; k < n; k++) {
            double sum = 0.0;
            for (size_t j = 0; j <= k; j++) {
                sum += rows[i * n + j] * map[k * n + j];
            }
            inventory->covariance[i * n + k] = sum;
        }
    }
}

moly_status inventories_decay(const decay_family *family, size_t n, holding *const *inventories,
                              const double *seconds, moly_error *err)
{
    const size_t m = family->n;
    double *maps = moly_alloc((n + 2) * m * m, sizeof *maps);
    if (!maps) {
        return MOLY_NO_MEMORY(err);
    }
    double *map = maps + n * m * m, *scratch = map + m * m;
    moly_status status = decay_maps(family, n, seconds, maps, err);
    for (size_t k = 0; k < n && !status; k++) {
        for (size_t j = 0; j < m; j++) {
            for (size_t i = 0; i < m; i++) {
                map[i * m + j] = maps[(j * n + k) * m + i];
            }
        }
        if (seconds[k] != 0.0) {
            apply_map(map, m, inventories[k], scratch);
        }
    }
    moly_free(maps);
    return status;
}

moly_status inventory_decay(holding *inventory, double seconds, moly_error *err)
{
    return seconds == 0.0 ? MOLY_OK
                          : inventories_decay(inventory->family, 1, &inventory, &seconds, err);
}

moly_status inventory_post(holding *inventory, double activity_bq, double sd_bq, double seconds,
                           moly_error *err)
{
    const decay_family *family = inventory->family;
    size_t n = family->n;
    double one[MAX_MEMBERS] = {1.0}, left[MAX_MEMBERS];
    double atoms = activity_bq / family->lambda_per_s[0];
    double sd = sd_bq / family->lambda_per_s[0];
    if (seconds == 0.0) {
        inventory->atoms[0] += atoms;
        inventory->covariance[0] += sd * sd;
        return MOLY_OK;
    }
    moly_status status = moly_decay_atoms(family->engine, one, &seconds, 1, left, NULL, err);
    if (status) {
        return status;
    }
    for (size_t i = 0; i < n; i++) {
        inventory->atoms[i] += atoms * left[i];
        for (size_t k = 0; k < n; k++) {
            inventory->covariance[i * n + k] += (sd * left[i]) * (sd * left[k]);
        }
    }
    return MOLY_OK;
}

size_t inventory_place(const holding *inventory, const char *nuclide)
{
    size_t i = 0;
    while (i < inventory->family->n && strcmp(inventory->family->names[i], nuclide) != 0) {
        i++;
    }
    return i;
}

void inventory_take_share(holding *inventory, const char *nuclide, double share)
{
    size_t n = inventory->family->n, j = inventory_place(inventory, nuclide);
    for (size_t i = 0; i < n && j < n; i++) { /* T V T', T = 1 - share e_j e_j' */
        inventory->covariance[i * n + j] *= 1.0 - share;
        inventory->covariance[j * n + i] *= 1.0 - share;
    }
}

void inventory_add_amount(const holding *inventory, const char *nuclide, double *activity_bq,
                          double *variance_bq2)
{
    size_t n = inventory->family->n, i = inventory_place(inventory, nuclide);
    if (i < n) {
        double lambda_per_s = inventory->family->lambda_per_s[i];
        *activity_bq += inventory->atoms[i] * lambda_per_s;
        *variance_bq2 += inventory->covariance[i * n + i] * lambda_per_s * lambda_per_s;
    }
}

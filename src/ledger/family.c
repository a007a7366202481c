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

void families_free(decay_family *families)
{
    while (families) {
        decay_family *next = (decay_family *)families->next;
        family_free(families);
        families = next;
    }
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

moly_status family_find(moly_ledger *ledger, const char *nuclide, const decay_family **family,
                        moly_error *err)
{
    /* Most are asked for by the name that was stored: found without reading it. */
    (void)pthread_mutex_lock(&ledger->family_lock);
    const decay_family *same = ledger->families;
    while (same && strcmp(same->names[0], nuclide) != 0) {
        same = same->next;
    }
    (void)pthread_mutex_unlock(&ledger->family_lock);
    if (same) {
        *family = same;
        return MOLY_OK;
    }
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
    (void)pthread_mutex_lock(&ledger->family_lock);
    const decay_family *known = ledger->families;
    while (known && strcmp(known->names[0], found->name) != 0) {
        known = known->next;
    }
    if (!known) {
        decay_family *made = NULL;
        status = family_new(set, index, &made, err);
        if (!status) {
            made->next = ledger->families;
            ledger->families = made;
            known = made;
        }
    }
    (void)pthread_mutex_unlock(&ledger->family_lock);
    if (!status) {
        *family = known;
    }
    return status;
}

/* ---- inventories ---------------------------------------------------------------------------- */

moly_status inventory_new(const decay_family *family, holding *made, moly_error *err)
{
    *made = (holding){.family = family,
                      .atoms = moly_alloc(family->n, sizeof(double)),
                      .covariance = moly_alloc(family->n * family->n, sizeof(double))};
    if (!made->atoms || !made->covariance) {
        inventory_free(made);
        return MOLY_NO_MEMORY(err);
    }
    return MOLY_OK;
}

void inventory_free(holding *inventory)
{
    moly_free(inventory->atoms);
    moly_free(inventory->covariance);
    inventory->atoms = NULL;
    inventory->covariance = NULL;
}

/* Column j of a map: what one atom of member j becomes. */
moly_status family_maps(const decay_family *family, const double *times_s, size_t n_times,
                        double *maps, moly_error *err)
{
    size_t n = family->n;
    double start[MAX_MEMBERS] = {0};
    double *end = moly_alloc(n_times, n * sizeof *end);
    moly_status status = end ? MOLY_OK : MOLY_NO_MEMORY(err);
    for (size_t j = 0; j < n && !status; j++) {
        start[j] = 1.0;
        status = moly_decay_atoms(family->engine, start, times_s, n_times, end, NULL, err);
        start[j] = 0.0;
        for (size_t t = 0; t < n_times && !status; t++) {
            for (size_t i = 0; i < n; i++) {
                maps[(t * n + i) * n + j] = end[t * n + i];
            }
        }
    }
    moly_free(end);
    return status;
}

void inventory_apply(holding *inventory, const double *map)
{
    size_t n = inventory->family->n;
    double atoms[MAX_MEMBERS] = {0}, row[MAX_MEMBERS];
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            atoms[i] += map[i * n + j] * inventory->atoms[j];
        }
    }
    memcpy(inventory->atoms, atoms, n * sizeof *atoms);
    /* covariance = map * covariance * map'. A map has nothing above its diagonal, so row i of the
     * product needs rows 0 to i: from the last row up, each can take its place. */
    for (size_t i = n; i-- > 0;) {
        for (size_t k = 0; k < n; k++) {
            row[k] = 0.0;
            for (size_t j = 0; j <= i; j++) {
                row[k] += map[i * n + j] * inventory->covariance[j * n + k];
            }
        }
        memcpy(&inventory->covariance[i * n], row, n * sizeof *row);
    }
    for (size_t i = 0; i < n; i++) {
        double *of = &inventory->covariance[i * n];
        for (size_t k = n; k-- > 0;) {
            double sum = 0.0;
            for (size_t j = 0; j <= k; j++) {
                sum += of[j] * map[k * n + j];
            }
            of[k] = sum;
        }
    }
}

moly_status inventory_decay(holding *inventory, double seconds, moly_error *err)
{
    size_t n = inventory->family->n;
    if (seconds == 0.0) {
        return MOLY_OK;
    }
    double *map = moly_alloc(n * n, sizeof *map);
    moly_status status =
        map ? family_maps(inventory->family, &seconds, 1, map, err) : MOLY_NO_MEMORY(err);
    if (!status) {
        inventory_apply(inventory, map);
    }
    moly_free(map);
    return status;
}

moly_status inventory_post(holding *inventory, double activity_bq, double sd_bq, double seconds,
                           moly_error *err)
{
    const decay_family *family = inventory->family;
    size_t n = family->n;
    double one[MAX_MEMBERS] = {1.0}, left[MAX_MEMBERS];
    moly_status status = moly_decay_atoms(family->engine, one, &seconds, 1, left, NULL, err);
    if (status) {
        return status;
    }
    double atoms = activity_bq / family->lambda_per_s[0];
    double sd = sd_bq / family->lambda_per_s[0];
    for (size_t i = 0; i < n; i++) {
        inventory->atoms[i] += atoms * left[i];
        for (size_t k = 0; k < n; k++) {
            inventory->covariance[i * n + k] += (sd * left[i]) * (sd * left[k]);
        }
    }
    return MOLY_OK;
}

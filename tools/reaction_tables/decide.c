/* SPDX-License-Identifier: Apache-2.0 */
/* Which curve stands for which product of which target: see data/reactions/SOURCE.md. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

#define HIGHEST_MEV 200.0
#define HIGHEST_PHOTON_MEV 100.0
#define LEAST_PEAK_MB 0.01
#define LEAST_ENERGY_BELOW_MEV                                                                     \
    0.5                 /* of the zero before a curve that begins above its threshold              \
                         */
#define THIN_REL 0.0025 /* the promise is 0.3 % */
#define THIN_OF_PEAK 2e-6
#define U_MODEL 0.5
#define U_PHOTON 0.2
#define U_UNSTATED 0.1
#define U_FIT 0.25 /* our fit of fewer than three authors */
#define U_LEAST 0.03
#define MOST_BETAS 6
#define ALPHAS_FROM 210 /* A: short-lived nuclides above lead decay by alphas, not by beta */

/* Recommended curves whose state EXFOR does not say; the publications do. */
static const struct {
    const char *entry;
    char state;
} said[] = {{"D0730002", 'g'}};

/* Curves that are passed over: the reason stands in data/reactions/SOURCE.md, rule 1. */
static const struct {
    char beam;
    int z, a, pz, pa;
    table_origin origin;
} passed_over[] = {{'p', 52, 124, 53, 123, ORIGIN_IAEA_2024}};

static bool is_passed_over(const table_curve *c)
{
    for (size_t i = 0; i < sizeof passed_over / sizeof *passed_over; i++) {
        if (c->beam == passed_over[i].beam && c->z == passed_over[i].z &&
            c->a == passed_over[i].a && c->pz == passed_over[i].pz && c->pa == passed_over[i].pa &&
            c->origin == passed_over[i].origin) {
            return true;
        }
    }
    return false;
}

static bool is_target(const table_masses *m, const table_curve *c)
{
    return c->a == 0 || m->abundance[c->z][c->a] > 0.0 || (c->z == 88 && c->a == 226);
}

static const moly_nuclide *find(moly_state state)
{
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    char name[MOLY_NUCLIDE_NAME_SIZE];
    size_t index;
    return moly_nuclide_find(set, moly_state_name(state, name), &index, NULL) == MOLY_OK
               ? moly_nuclide_at(set, index)
               : NULL;
}

/* Has the model this residual split into ground state and isomer? */
static bool is_split(const table_curve *total, const table_curve *end)
{
    const table_curve *next = total + 1;
    return next < end && next->beam == total->beam && next->z == total->z && next->a == total->a &&
           next->pz == total->pz && next->pa == total->pa && next->state != '\0';
}

/* The product's name in the set, what it is via, and what the curve counts.
 * @return false: nothing to write */
static bool name_product(const table_work *w, size_t at, table_row *row)
{
    const table_curve *c = &w->curves.all[at];
    const bool has_isomer = find((moly_state){c->pz, c->pa, 1}) != NULL;
    char state = c->state;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        if (strcmp(said[i].entry, c->entry) == 0) {
            state = said[i].state;
        }
    }
    const bool is_model = c->origin == ORIGIN_TENDL || c->origin == ORIGIN_IAEA_PHOTON;
    if (is_model && has_isomer == (state == '\0') &&
        (state != '\0' || is_split(c, w->curves.all + w->curves.n))) {
        return false; /* states where the set has no isomer; the sum where it has */
    }
    if (c->pz < 3 || (c->pz == c->z && c->pa == c->a && state != 'm')) {
        return false; /* ejectiles, the target itself */
    }
    moly_state product = {c->pz, c->pa, state == 'm' ? 1 : 0};
    row->kind = c->is_cumulative              ? KIND_CUMULATIVE
                : state == '\0' && has_isomer ? KIND_TOTAL
                                              : KIND_DIRECT;
    row->via[0] = '\0';
    const moly_state own = product;
    for (int step = 0; product.z != 0 && !find(product); step++) {
        const bool is_followed =
            step < MOST_BETAS && product.isomer == 0 && product.a < ALPHAS_FROM;
        product = is_followed ? masses_beta_daughter(&w->masses, product) : (moly_state){0, 0, 0};
    }
    if (product.z != 0 && (product.z != own.z || product.a != own.a)) {
        (void)moly_state_name(own, row->via);
    }
    /* What nothing is known of keeps its own name, so that a result can say that it may form. */
    (void)moly_state_name(product.z != 0 ? product : own, row->product);
    return own.isomer == 0 || product.z != 0;
}

static double excitation_mev(const table_row *row)
{
    moly_state state;
    (void)moly_state_parse(row->product, &state);
    const moly_nuclide *isomer = find(state), *ground = find((moly_state){state.z, state.a, 0});
    return row->via[0] == '\0' && state.isomer != 0 && isomer && ground
               ? (isomer->atomic_mass_u - ground->atomic_mass_u) * 931.49410242
               : 0.0;
}

/* Greedy: the longest straight piece whose inner points are all met. */
static size_t thin(const table_point *p, size_t n, double peak, table_point *out)
{
    size_t n_out = 0, at = 0;
    out[n_out++] = p[0];
    while (at + 1 < n) {
        size_t best = at + 1;
        for (size_t end = at + 2; end < n; end++) {
            bool is_met = true;
            for (size_t k = at + 1; k < end && is_met; k++) {
                const double t = (p[k].e_mev - p[at].e_mev) / (p[end].e_mev - p[at].e_mev);
                const double line = p[at].xs_mb + t * (p[end].xs_mb - p[at].xs_mb);
                is_met = fabs(line - p[k].xs_mb) <= THIN_REL * p[k].xs_mb + THIN_OF_PEAK * peak;
            }
            if (!is_met) {
                break;
            }
            best = end;
        }
        out[n_out++] = p[best];
        at = best;
    }
    return n_out;
}

/* Points above the threshold and below the highest energy, zero at the foot, thinned. */
static moly_status cut(table_row *row, double highest_mev, moly_error *err)
{
    const table_curve *c = row->curve;
    table_point *kept = moly_alloc(c->n + 1, sizeof *kept);
    row->points = moly_alloc(c->n + 1, sizeof *row->points);
    if (!kept || !row->points) {
        moly_free(kept);
        return MOLY_NO_MEMORY(err);
    }
    size_t n = 0;
    double peak = 0.0;
    for (size_t i = 0; i < c->n; i++) {
        peak = c->points[i].e_mev <= highest_mev ? fmax(peak, c->points[i].xs_mb) : peak;
    }
    for (size_t i = 0; i < c->n; i++) {
        const table_point p = c->points[i];
        if (p.e_mev <= row->threshold_mev || p.e_mev > highest_mev ||
            (n == 0 && p.xs_mb < 1e-7 * peak) || (n > 0 && p.e_mev <= kept[n - 1].e_mev)) {
            continue;
        }
        if (n == 0 && p.xs_mb > 0.0) {
            kept[n++] =
                (table_point){fmax(row->threshold_mev, p.e_mev - LEAST_ENERGY_BELOW_MEV), 0.0, NAN};
            kept[0].e_mev = fmax(kept[0].e_mev, 0.0);
        }
        kept[n++] = p;
    }
    if (n >= 2 && peak >= LEAST_PEAK_MB) {
        row->n = thin(kept, n, peak, row->points);
    }
    moly_free(kept);
    return MOLY_OK;
}

static double uncertainty(const table_work *w, const table_curve *c)
{
    if (c->origin == ORIGIN_TENDL) {
        return U_MODEL;
    }
    double sum = 0.0, peak = 0.0;
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        peak = fmax(peak, c->points[i].xs_mb);
    }
    for (size_t i = 0; i < c->n; i++) {
        if (isfinite(c->points[i].sd_mb) && c->points[i].xs_mb > 0.2 * peak) {
            sum += c->points[i].sd_mb / c->points[i].xs_mb;
            n++;
        }
    }
    const double scatter = fit_scatter(&w->measured, c);
    const double u = n > 0                             ? sum / (double)n
                     : isfinite(scatter)               ? scatter
                     : c->origin == ORIGIN_FIT         ? U_FIT
                     : c->origin == ORIGIN_IAEA_PHOTON ? U_PHOTON
                                                       : U_UNSTATED;
    return fmin(fmax(u, U_LEAST), U_MODEL);
}

static int key_of(const char *name)
{
    moly_state state;
    return moly_state_parse(name, &state) ? moly_state_key(state) : -1;
}

static int row_order(const void *a, const void *b)
{
    const table_row *x = a, *y = b;
    const int left[] = {x->curve->beam,     x->curve->z,    x->curve->a,
                        key_of(x->product), key_of(x->via), (int)x->curve->origin};
    const int right[] = {y->curve->beam,     y->curve->z,    y->curve->a,
                         key_of(y->product), key_of(y->via), (int)y->curve->origin};
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        if (left[i] != right[i]) {
            return left[i] < right[i] ? -1 : 1;
        }
    }
    return strcmp(y->curve->source, x->curve->source); /* the newer entry */
}

static bool is_same_product(const table_row *a, const table_row *b)
{
    return a->curve->beam == b->curve->beam && a->curve->z == b->curve->z &&
           a->curve->a == b->curve->a && strcmp(a->product, b->product) == 0 &&
           strcmp(a->via, b->via) == 0;
}

/* The best curve of each product stays; the model's beside it where it goes further. */
static void keep_best(table_work *w)
{
    size_t n = 0, best = 0;
    for (size_t i = 0; i < w->n_rows; i++) {
        table_row row = w->rows[i];
        const bool is_first = n == 0 || !is_same_product(&w->rows[best], &row);
        const bool is_further =
            !is_first && row.curve->origin == ORIGIN_TENDL &&
            row.points[row.n - 1].e_mev > 1.02 * w->rows[best].points[w->rows[best].n - 1].e_mev;
        if (!is_first && !is_further) {
            moly_free(row.points);
            continue;
        }
        w->rows[n] = row;
        best = is_first ? n : best;
        n++;
    }
    w->n_rows = n;
}

moly_status decide(table_work *w, moly_error *err)
{
    w->rows = moly_alloc(w->curves.n, sizeof *w->rows);
    if (!w->rows) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < w->curves.n; i++) {
        const table_curve *c = &w->curves.all[i];
        table_row *row = &w->rows[w->n_rows];
        *row = (table_row){.curve = c};
        if (c->n < 2 || is_passed_over(c) || !is_target(&w->masses, c) ||
            !name_product(w, i, row)) {
            continue;
        }
        row->threshold_mev = masses_threshold_mev(&w->masses, c, excitation_mev(row));
        const moly_status status = cut(row, c->beam == 'g' ? HIGHEST_PHOTON_MEV : HIGHEST_MEV, err);
        if (status != MOLY_OK) {
            return status;
        }
        if (row->n < 2) {
            moly_free(row->points);
            continue;
        }
        row->u_rel = uncertainty(w, c);
        w->n_rows++;
    }
    qsort(w->rows, w->n_rows, sizeof *w->rows, row_order);
    keep_best(w);
    return MOLY_OK;
}

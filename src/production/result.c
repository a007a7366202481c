/* SPDX-License-Identifier: Apache-2.0 */
#include "result.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AVOGADRO 6.02214076e23 /* exact, SI 2019 */
#define N_ARRAYS 8
#define LEAST_BQ 1e-3    /* less is one decay in a quarter of an hour */
#define LEAST_PART 1e-12 /* of the most active one */
#define MOST_ELEMENTS 120

moly_status result_work_new(const moly_beam *beam, moly_arena *arena, result_work *w,
                            moly_error *err)
{
    w->n = moly_nuclide_set_size(beam->set);
    w->arena = arena;
    w->block = moly_alloc(w->n, N_ARRAYS * sizeof *w->block);
    w->rates.source = moly_alloc(w->n, sizeof(const moly_reaction *));
    w->inherited = moly_alloc(w->n, sizeof(const moly_reaction *));
    if (!w->block || !w->rates.source || !w->inherited) {
        return MOLY_NO_MEMORY(err);
    }
    double **arrays[N_ARRAYS] = {&w->rates.atoms, &w->rates.sd, &w->rates.yield, &w->eob,
                                 &w->end,         &w->sd,       &w->rate,        &w->scratch};
    for (size_t i = 0; i < N_ARRAYS; i++) {
        *arrays[i] = w->block + i * w->n;
    }
    return MOLY_OK;
}

void result_work_free(result_work *w)
{
    moly_free(w->block);
    moly_free(w->rates.source);
    moly_free(w->inherited);
}

void result_clear(result_work *w)
{
    memset(w->block, 0, w->n * N_ARRAYS * sizeof *w->block);
    for (size_t i = 0; i < w->n; i++) {
        w->rates.source[i] = NULL;
    }
    w->rates.consumed = 0.0;
}

/* Atoms at the end of the last step, from atoms made by each coulomb. */
static moly_status run_steps(const moly_beam *beam, const moly_irradiation *irr,
                             const double *per_c, result_work *w, double *atoms, moly_error *err)
{
    memset(atoms, 0, w->n * sizeof *atoms);
    moly_status status = MOLY_OK;
    for (size_t s = 0; s < irr->n_steps && status == MOLY_OK; s++) {
        for (size_t i = 0; i < w->n; i++) {
            w->rate[i] = per_c[i] * irr->steps[s].current_a;
        }
        status = moly_decay_with_production(beam->engine, s > 0 ? atoms : NULL, w->rate,
                                            irr->steps[s].duration_s, w->scratch, NULL, err);
        memcpy(atoms, w->scratch, w->n * sizeof *atoms);
    }
    return status;
}

static double charge_c(const moly_irradiation *irr)
{
    double sum = 0.0;
    for (size_t s = 0; s < irr->n_steps; s++) {
        sum += irr->steps[s].current_a * irr->steps[s].duration_s;
    }
    return sum;
}

/* Each nuclide is credited to the curve behind most of its atoms: its own, or that of what it grows
 * from. Parents stand before their daughters. */
static void inherit(const moly_nuclide_set *set, result_work *w)
{
    double *weight = w->scratch, *strongest = w->rate;
    memcpy(weight, w->rates.atoms, w->n * sizeof *weight);
    memcpy(strongest, w->rates.atoms, w->n * sizeof *strongest);
    for (size_t i = 0; i < w->n; i++) {
        w->inherited[i] = w->rates.source[i];
    }
    for (size_t i = 0; i < w->n; i++) {
        const moly_nuclide *nuclide = moly_nuclide_at(set, i);
        for (size_t b = 0; b < nuclide->n_branches && weight[i] > 0.0; b++) {
            const moly_branch *branch = &nuclide->branches[b];
            if (branch->daughter == MOLY_NO_DAUGHTER) {
                continue;
            }
            const double part = weight[i] * branch->fraction;
            weight[branch->daughter] += part;
            if (part > strongest[branch->daughter]) {
                strongest[branch->daughter] = part;
                w->inherited[branch->daughter] = w->inherited[i];
            }
        }
    }
}

typedef struct element_sum {
    double atoms, mass_u, activity_bq;
    bool is_in_layer;
} element_sum;

static void sum_elements(const moly_nuclide_set *set, const beam_layer *layer, const result_work *w,
                         element_sum sums[MOST_ELEMENTS])
{
    const moly_material *m = layer->given.material;
    for (size_t e = 0; e < m->n_elements; e++) {
        sums[m->elements[e].z].is_in_layer = true;
    }
    for (size_t i = 0; i < w->n; i++) {
        if (w->end[i] > 0.0) {
            const moly_nuclide *x = moly_nuclide_at(set, i);
            sums[x->z].atoms += w->end[i];
            sums[x->z].mass_u += w->end[i] * x->atomic_mass_u;
            sums[x->z].activity_bq += w->end[i] * x->lambda_per_s;
        }
    }
}

static moly_made made_of(const moly_beam *beam, const moly_irradiation *irr,
                         const beam_layer *layer, int charge, const result_work *w,
                         const element_sum sums[MOST_ELEMENTS], size_t i)
{
    const moly_nuclide *x = moly_nuclide_at(beam->set, i);
    const element_sum *sum = &sums[x->z];
    const double stopping_sd = layer->stopping ? moly_stopping_rel_sd(layer->stopping) : 0.0;
    const double xs_sd = w->eob[i] > 0.0 ? w->sd[i] / w->eob[i] : 0.0;
    moly_made made = {
        .nuclide = i,
        .atoms_per_particle = w->rates.yield[i],
        .activity_eob_bq = w->eob[i] * x->lambda_per_s,
        .activity_end_bq = w->end[i] * x->lambda_per_s,
        .u_rel = sqrt(xs_sd * xs_sd + stopping_sd * stopping_sd +
                      irr->current_rel_sd * irr->current_rel_sd),
        .specific_activity_bq_per_g = NAN,
        .molar_activity_bq_per_mol = NAN,
        .reaction = w->inherited[i],
    };
    made.element_fraction = sum->activity_bq > 0.0 ? made.activity_end_bq / sum->activity_bq : 0.0;
    made.yields = moly_yields_of(x->lambda_per_s, made.atoms_per_particle, charge);
    if (!sum->is_in_layer && sum->atoms > 0.0) {
        made.specific_activity_bq_per_g = made.activity_end_bq / (sum->mass_u / AVOGADRO);
        made.molar_activity_bq_per_mol = made.activity_end_bq / (sum->atoms / AVOGADRO);
    }
    return made;
}

static int by_activity(const void *a, const void *b)
{
    const moly_made *x = a, *y = b;
    if (x->activity_end_bq != y->activity_end_bq) {
        return x->activity_end_bq > y->activity_end_bq ? -1 : 1;
    }
    return (x->nuclide > y->nuclide) - (x->nuclide < y->nuclide);
}

static moly_status list_made(const moly_beam *beam, const moly_irradiation *irr,
                             const beam_layer *layer, size_t product, int charge, result_work *w,
                             moly_layer_result *result, moly_error *err)
{
    element_sum sums[MOST_ELEMENTS] = {{0}};
    double most = 0.0;
    size_t n = 0;
    sum_elements(beam->set, layer, w, sums);
    for (size_t i = 0; i < w->n; i++) {
        most = fmax(most, w->eob[i] * moly_nuclide_at(beam->set, i)->lambda_per_s);
    }
    const double least = fmax(LEAST_BQ, LEAST_PART * most);
    for (size_t i = 0; i < w->n; i++) {
        const double lambda = moly_nuclide_at(beam->set, i)->lambda_per_s;
        const bool is_shown = fmax(w->eob[i], w->end[i]) * lambda >= least;
        w->scratch[n] = (double)i;
        n += is_shown || i == product;
    }
    moly_made *made = moly_arena_alloc(w->arena, n + 1, sizeof *made);
    if (!made) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t k = 0; k < n; k++) {
        made[k] = made_of(beam, irr, layer, charge, w, sums, (size_t)w->scratch[k]);
    }
    qsort(made, n, sizeof *made, by_activity);
    result->n_made = n;
    result->made = made;
    return MOLY_OK;
}

moly_status result_layer(const moly_beam *beam, const moly_irradiation *irr,
                         const beam_layer *layer, size_t product, int charge, result_work *w,
                         moly_layer_result *result, moly_error *err)
{
    const double per_c = 1.0 / (charge * MOLY_ELEMENTARY_CHARGE_C);
    inherit(beam->set, w);
    if (product != SIZE_MAX && !w->inherited[product]) {
        return MOLY_FAIL(err, MOLY_ERR_UNKNOWN,
                         "no curve leads from %s on %s to %s: nothing can be said about it",
                         moly_particle_symbol(beam->particle), layer->given.material->text,
                         moly_nuclide_at(beam->set, product)->name);
    }
    for (size_t i = 0; i < w->n; i++) {
        w->rates.atoms[i] *= per_c;
        w->rates.sd[i] *= per_c;
    }
    moly_status status = run_steps(beam, irr, w->rates.atoms, w, w->eob, err);
    if (status == MOLY_OK) {
        status = run_steps(beam, irr, w->rates.sd, w, w->sd, err);
    }
    if (status == MOLY_OK && irr->cool_s > 0.0) {
        status = moly_decay_atoms(beam->engine, w->eob, &irr->cool_s, 1, w->end, NULL, err);
    } else {
        memcpy(w->end, w->eob, w->n * sizeof *w->end);
    }
    if (status == MOLY_OK) {
        status = list_made(beam, irr, layer, product, charge, w, result, err);
    }
    result->consumed_atoms = w->rates.consumed * per_c * charge_c(irr);
    const double atoms_under_beam =
        result->thickness_g_cm2 * irr->area_cm2 * AVOGADRO / layer->given.material->mean_mass_u;
    result->burn_up_fraction = result->consumed_atoms / atoms_under_beam;
    return status;
}

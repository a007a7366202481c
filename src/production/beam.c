/* SPDX-License-Identifier: Apache-2.0 */
/* Prepared stacks, and the way of the beam through them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "beam_inside.h"
#include "result.h"

#define AVOGADRO 6.02214076e23 /* exact, SI 2019 */
#define JOULE_PER_MEV 1.602176634e-13

/* ---- preparing ---- */

static void add_source(moly_beam *beam, const beam_states *states, beam_source *s,
                       beam_layer *layer, moly_error *err, moly_status *status)
{
    s->curves = moly_reactions_of(beam->particle, s->z, s->a, &s->n);
    uint32_t *products = moly_arena_alloc(beam->arena, s->n + 1, sizeof *products);
    if (!products) {
        *status = MOLY_NO_MEMORY(err);
        return;
    }
    for (size_t i = 0; i < s->n; i++) {
        const moly_reaction *r = &s->curves[i];
        products[i] = beam_state_find(states, r->product_z, r->product_a, r->product_isomer);
    }
    s->products = products;
    layer->n_curves += s->n;
    layer->n_sources++;
}

static moly_status prepare_layer(moly_beam *beam, const beam_states *states, beam_layer *layer,
                                 moly_error *err)
{
    const moly_material *m = layer->given.material;
    beam_source *sources =
        moly_arena_alloc(beam->arena, m->n_isotopes + m->n_elements, sizeof *sources);
    moly_status status = sources ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (status == MOLY_OK && beam->particle != MOLY_PARTICLE_PHOTON) {
        status = moly_stopping_new(m, beam->particle, &layer->stopping, err);
    }
    layer->sources = sources;
    for (size_t e = 0; e < m->n_elements && status == MOLY_OK; e++) {
        const moly_constituent *c = &m->elements[e];
        const double per_g = AVOGADRO / m->mean_mass_u;
        if (c->is_natural) {
            beam_source *s = &sources[layer->n_sources];
            *s = (beam_source){.z = c->z, .element = e, .atoms_per_g = per_g * c->atom_fraction};
            add_source(beam, states, s, layer, err, &status);
        }
        for (size_t i = c->first; i < c->first + c->n && status == MOLY_OK; i++) {
            const moly_isotope *x = &m->isotopes[i];
            beam_source *s = &sources[layer->n_sources];
            *s = (beam_source){
                .z = x->z, .a = x->a, .element = e, .atoms_per_g = per_g * x->atom_fraction};
            add_source(beam, states, s, layer, err, &status);
        }
    }
    return status;
}

static moly_status check_stack(moly_particle particle, const moly_beam_layer *layers, size_t n,
                               size_t target, const moly_beam_layer *converter, moly_error *err)
{
    const bool is_photon = particle == MOLY_PARTICLE_PHOTON;
    if (n == 0 || n > MOLY_BEAM_MOST_LAYERS || target >= n) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "a stack has 1 to %d layers, one of them the target",
                         MOLY_BEAM_MOST_LAYERS);
    }
    if (particle == MOLY_PARTICLE_ELECTRON || is_photon != (converter != NULL)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         is_photon ? "a photon beam needs a converter, as in 'W 1mm'"
                                   : "a converter is for a photon beam");
    }
    for (size_t i = 0; i < n; i++) {
        if (!(layers[i].thickness_g_cm2 > 0.0)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "layer %zu (%s): the thickness is %g g/cm2",
                             i + 1, layers[i].material->text, layers[i].thickness_g_cm2);
        }
        if (is_photon && !isfinite(layers[i].thickness_g_cm2)) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE,
                             "layer %zu (%s): photons have no range, say how thick it is", i + 1,
                             layers[i].material->text);
        }
    }
    if (converter && !(converter->thickness_g_cm2 > 0.0 && isfinite(converter->thickness_g_cm2))) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "the converter's thickness is %g g/cm2",
                         converter->thickness_g_cm2);
    }
    return MOLY_OK;
}

moly_status moly_beam_new(const moly_nuclide_set *set, const moly_decay_engine *engine,
                          moly_particle particle, const moly_beam_layer *layers, size_t n_layers,
                          size_t target, const moly_beam_layer *converter, moly_beam **out,
                          moly_error *err)
{
    *out = NULL;
    moly_status status = check_stack(particle, layers, n_layers, target, converter, err);
    if (status != MOLY_OK) {
        return status;
    }
    beam_states states = {0};
    moly_beam *beam = moly_alloc(1, sizeof *beam);
    if (!beam) {
        return MOLY_NO_MEMORY(err);
    }
    *beam = (moly_beam){.set = set,
                        .engine = engine,
                        .particle = particle,
                        .target = target,
                        .arena = moly_arena_new()};
    if (beam->arena) {
        beam->layers = moly_arena_alloc(beam->arena, n_layers, sizeof *beam->layers);
        beam->given = moly_arena_alloc(beam->arena, n_layers, sizeof *beam->given);
    }
    status = beam->layers && beam->given ? beam_states_new(set, &states, err) : MOLY_NO_MEMORY(err);
    if (status == MOLY_OK && converter) {
        beam->converter = *converter;
        status = moly_stopping_new(converter->material, MOLY_PARTICLE_ELECTRON,
                                   &beam->converter_stopping, err);
    }
    for (size_t i = 0; i < n_layers && status == MOLY_OK; i++) {
        beam->n_layers = i + 1;
        beam->layers[i].given = beam->given[i] = layers[i];
        status = prepare_layer(beam, &states, &beam->layers[i], err);
    }
    beam_states_free(&states);
    if (status != MOLY_OK) {
        moly_beam_free(beam);
        return status;
    }
    *out = beam;
    return MOLY_OK;
}

void moly_beam_free(moly_beam *beam)
{
    if (!beam) {
        return;
    }
    for (size_t i = 0; i < beam->n_layers; i++) {
        moly_stopping_free(beam->layers[i].stopping);
    }
    moly_stopping_free(beam->converter_stopping);
    moly_arena_free(beam->arena);
    moly_free(beam);
}

/* ---- on the way ---- */

typedef struct passage {
    double in_mev, out_mev, sd_in_mev, sd_out_mev, crossed_g_cm2;
} passage;

/* Where in the layer the particle leaves or stops. */
static moly_status cross(const moly_beam *beam, const moly_irradiation *irr, size_t i, passage *p,
                         moly_error *err)
{
    const beam_layer *layer = &beam->layers[i];
    const double range = moly_stopping_range_g_cm2(layer->stopping, p->in_mev);
    const double thickness = layer->given.thickness_g_cm2;
    const bool has_exit = i == beam->target && isfinite(irr->exit_energy_mev);
    p->out_mev = 0.0;
    if (has_exit) {
        if (irr->exit_energy_mev > p->in_mev) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "the exit energy %.4g MeV is above the %.4g MeV with which the beam "
                             "enters the target",
                             irr->exit_energy_mev, p->in_mev);
        }
        p->out_mev = irr->exit_energy_mev;
    } else if (thickness < range) {
        p->out_mev = moly_stopping_energy_behind_mev(layer->stopping, p->in_mev, thickness);
    }
    const bool is_stopped = p->out_mev <= moly_stopping_min_mev(layer->stopping);
    p->crossed_g_cm2 =
        is_stopped ? range : range - moly_stopping_range_g_cm2(layer->stopping, p->out_mev);
    if (!has_exit && !is_stopped) {
        p->crossed_g_cm2 = thickness;
    }
    p->sd_out_mev = is_stopped || !irr->has_straggling
                        ? p->sd_in_mev
                        : moly_stopping_straggling_mev(layer->stopping, p->in_mev, p->crossed_g_cm2,
                                                       p->sd_in_mev);
    return MOLY_OK;
}

static void make_track(const moly_beam *beam, const moly_irradiation *irr, size_t i,
                       const passage *p, track *t)
{
    const moly_stopping *stopping = beam->layers[i].stopping;
    if (beam->particle == MOLY_PARTICLE_PHOTON) {
        const photon_beam photons = {&beam->converter, beam->converter_stopping, beam->given, i};
        track_photons(t, &photons, irr->energy_mev);
    } else if (irr->has_straggling || irr->energy_sd_mev > 0.0) {
        track_spread(t, stopping, p->out_mev, p->in_mev, p->sd_in_mev, irr->has_straggling);
    } else {
        track_slowing(t, stopping, p->out_mev, p->in_mev);
    }
    if (beam->particle != MOLY_PARTICLE_PHOTON && p->out_mev > moly_stopping_min_mev(stopping)) {
        track_scale(t, p->crossed_g_cm2); /* a thin layer is as thick as it was said to be */
    }
}

static moly_status check_irradiation(const moly_beam *beam, const moly_irradiation *irr,
                                     moly_error *err)
{
    double most = beam->particle == MOLY_PARTICLE_PHOTON
                      ? moly_stopping_max_mev(beam->converter_stopping)
                      : moly_stopping_max_mev(beam->layers[0].stopping);
    if (!(irr->energy_mev > 0.0 && irr->energy_mev <= most)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "energy %g MeV: stopping powers go to %g MeV",
                         irr->energy_mev, most);
    }
    if (!(irr->energy_sd_mev >= 0.0 && irr->energy_sd_mev < 0.5 * irr->energy_mev)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "the spread of the energy, %g MeV, is no spread",
                         irr->energy_sd_mev);
    }
    if (irr->n_steps == 0 || irr->n_steps > MOLY_BEAM_MOST_STEPS) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "a beam has 1 to %d steps of current, not %zu",
                         MOLY_BEAM_MOST_STEPS, irr->n_steps);
    }
    for (size_t i = 0; i < irr->n_steps; i++) {
        const moly_current_step *s = &irr->steps[i];
        if (!(s->current_a >= 0.0 && s->current_a <= 1.0) ||
            !(s->duration_s >= 0.0 && s->duration_s <= 1e12)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "step %zu: %g A for %g s; wants 0 to 1 A, and no negative time", i + 1,
                             s->current_a, s->duration_s);
        }
    }
    if (!(irr->cool_s >= 0.0 && irr->cool_s <= 1e18) ||
        !(irr->current_rel_sd >= 0.0 && irr->current_rel_sd < 1.0)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "cooling %g s, uncertainty of the current %g",
                         irr->cool_s, irr->current_rel_sd);
    }
    return MOLY_OK;
}

/* No curve at all reaches this energy: the energy is outside of the data. */
static moly_status check_reach(const moly_beam *beam, double energy_mev, moly_error *err)
{
    const beam_layer *target = &beam->layers[beam->target];
    double highest = 0.0;
    for (size_t i = 0; i < target->n_sources; i++) {
        for (size_t k = 0; k < target->sources[i].n; k++) {
            const moly_reaction *r = &target->sources[i].curves[k];
            highest = fmax(highest, (double)r->energy_mev[r->n - 1]);
        }
    }
    if (highest > 0.0 && energy_mev > MOLY_REACTION_SLACK * highest) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "the curves of %s on %s end at %g MeV, and the beam comes with %.4g MeV",
                         moly_particle_symbol(beam->particle), target->given.material->text,
                         highest, energy_mev);
    }
    return MOLY_OK;
}

static double highest_current(const moly_irradiation *irr)
{
    double highest = 0.0;
    for (size_t i = 0; i < irr->n_steps; i++) {
        highest = fmax(highest, irr->steps[i].current_a);
    }
    return highest;
}

static void note_open(const moly_beam *beam, double energy_mev, beam_notes *notes)
{
    const beam_layer *target = &beam->layers[beam->target];
    beam_states states = {0};
    if (beam_states_new(beam->set, &states, NULL) != MOLY_OK) {
        notes->is_broken = true;
        return;
    }
    for (size_t i = 0; i < target->n_sources; i++) {
        const beam_source *source = &target->sources[i];
        const uint32_t itself = beam_state_find(&states, source->z, source->a, 0);
        if (source->n == 0 && source->a != 0) {
            beam_note_open(beam, source, energy_mev, &states, notes);
        }
        if (itself != NO_PRODUCT && !moly_nuclide_at(beam->set, itself)->is_stable) {
            beam_note(notes, "activity of the target's own %s",
                      moly_nuclide_at(beam->set, itself)->name);
        }
    }
    beam_states_free(&states);
    if (beam->particle == MOLY_PARTICLE_PHOTON) {
        beam_note(notes, "heat of a photon beam; reactions of its neutrons");
    } else {
        beam_note(notes, "reactions of secondary neutrons");
    }
}

static moly_status one_layer(const moly_beam *beam, const moly_irradiation *irr, size_t i,
                             size_t product, const passage *p, result_work *work,
                             moly_layer_result *result, beam_notes *notes, moly_error *err)
{
    const bool is_target = i == beam->target;
    const bool is_photon = beam->particle == MOLY_PARTICLE_PHOTON;
    const int charge = is_photon ? 1 : moly_particle_charge(beam->particle);
    *result = (moly_layer_result){.energy_in_mev = p->in_mev,
                                  .energy_out_mev = p->out_mev,
                                  .energy_out_sd_mev = p->sd_out_mev,
                                  .thickness_g_cm2 = p->crossed_g_cm2,
                                  .burn_up_fraction = NAN};
    result->heat_w = is_photon ? (double)NAN
                               : (p->in_mev - p->out_mev) * JOULE_PER_MEV * highest_current(irr) /
                                     (charge * MOLY_ELEMENTARY_CHARGE_C);
    if (p->in_mev <= 0.0) {
        return MOLY_OK;
    }
    track t;
    make_track(beam, irr, i, p, &t);
    result_clear(work);
    const double energy = is_photon ? irr->energy_mev : p->in_mev;
    moly_status status =
        beam_layer_rates(beam, &beam->layers[i], &t, energy, is_target ? product : SIZE_MAX,
                         &work->rates, is_target ? notes : NULL, err);
    if (status == MOLY_OK) {
        status = result_layer(beam, irr, &beam->layers[i], is_target ? product : SIZE_MAX, charge,
                              work, result, err);
    }
    return status;
}

moly_status moly_beam_irradiate(const moly_beam *beam, const moly_irradiation *irr, size_t product,
                                moly_arena *arena, const moly_production **out, moly_error *err)
{
    *out = NULL;
    result_work work = {0};
    beam_notes notes = {.arena = arena};
    moly_production *production = moly_arena_alloc(arena, 1, sizeof *production);
    moly_layer_result *layers = moly_arena_alloc(arena, beam->n_layers, sizeof *layers);
    moly_status status = check_irradiation(beam, irr, err);
    if (status == MOLY_OK) {
        status =
            production && layers ? result_work_new(beam, arena, &work, err) : MOLY_NO_MEMORY(err);
    }
    passage p = {.in_mev = irr->energy_mev, .sd_in_mev = irr->energy_sd_mev};
    for (size_t i = 0; i < beam->n_layers && status == MOLY_OK; i++) {
        p.out_mev = p.in_mev;
        p.crossed_g_cm2 = beam->given[i].thickness_g_cm2;
        if (p.in_mev > 0.0 && beam->particle != MOLY_PARTICLE_PHOTON) {
            status = cross(beam, irr, i, &p, err);
        }
        if (status == MOLY_OK && i == beam->target && p.in_mev <= 0.0) {
            status = MOLY_FAIL(err, MOLY_ERR_RANGE,
                               "the beam of %g MeV stops before it comes to the target",
                               irr->energy_mev);
        }
        if (status == MOLY_OK && i == beam->target) {
            status = check_reach(beam, p.in_mev, err);
            note_open(beam, p.in_mev, &notes);
        }
        if (status == MOLY_OK) {
            status = one_layer(beam, irr, i, product, &p, &work, &layers[i], &notes, err);
        }
        if (status == MOLY_OK) {
            production->heat_w += layers[i].heat_w;
        }
        p.in_mev = p.out_mev;
        p.sd_in_mev = p.sd_out_mev;
    }
    result_work_free(&work);
    if (status == MOLY_OK && notes.is_broken) {
        status = MOLY_NO_MEMORY(err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    production->n_layers = beam->n_layers;
    production->target = beam->target;
    production->layers = layers;
    production->n_not_evaluated = notes.n;
    production->not_evaluated = notes.text;
    *out = production;
    return MOLY_OK;
}

moly_status moly_reaction_thick_yield(const moly_reaction *reaction, const moly_stopping *stopping,
                                      double atom_mass_u, double fraction, double energy_mev,
                                      double exit_energy_mev, double *atoms_per_particle,
                                      moly_error *err)
{
    const double last = (double)reaction->energy_mev[reaction->n - 1];
    if (!(energy_mev > 0.0) || !(exit_energy_mev >= 0.0 && exit_energy_mev <= energy_mev)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "from %g MeV down to %g MeV", energy_mev,
                         exit_energy_mev);
    }
    if (energy_mev > MOLY_REACTION_SLACK * last) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "the curve of %s ends at %g MeV, not %g MeV",
                         reaction->product, last, energy_mev);
    }
    track t;
    track_slowing(&t, stopping, exit_energy_mev, energy_mev);
    *atoms_per_particle = track_integral(&t, reaction) * 1e-27 * AVOGADRO * fraction / atom_mass_u;
    return MOLY_OK;
}

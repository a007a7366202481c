/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PRODUCTION_BEAM_INSIDE_H
#define MOLY_PRODUCTION_BEAM_INSIDE_H

/** Inside of a prepared stack: beam.c makes it and irradiates, rates.c chooses curves and
 * integrates them, open.c says what may form without a curve. */

#include "bremsstrahlung.h"
#include "moly/production/beam.h"
#include "track.h"

#define NO_PRODUCT UINT32_MAX /**< the set has no such nuclide */

/** What curves are of: a natural element or an isotope of a layer. */
typedef struct beam_source {
    int16_t z, a; /**< a 0: the natural element */
    size_t element;
    double atoms_per_g;
    const moly_reaction *curves;
    size_t n;
    const uint32_t *products; /**< [n] index in the set, or NO_PRODUCT */
} beam_source;

typedef struct beam_layer {
    moly_beam_layer given;
    moly_stopping *stopping; /**< NULL for photons */
    size_t n_sources, n_curves;
    const beam_source *sources; /**< by element; the natural element before its isotopes */
} beam_layer;

struct moly_beam {
    const moly_nuclide_set *set;
    const moly_decay_engine *engine;
    moly_particle particle;
    size_t n_layers, target, n_curves;
    beam_layer *layers;
    moly_beam_layer *given; /**< [n_layers], in a row for the photons' way */
    moly_beam_layer converter;
    moly_stopping *converter_stopping;
    moly_arena *arena;
};

/** What one layer makes for each beam particle. [set size] each. */
typedef struct beam_rates {
    double *atoms, *sd;           /**< each atom counted once; sd adds up linearly */
    double *yield;                /**< as the curves count */
    const moly_reaction **source; /**< the curve that makes most of it, or NULL */
    double consumed;              /**< target atoms */
} beam_rates;

/** Sentences that are collected while it works. */
typedef struct beam_notes {
    moly_arena *arena;
    size_t n, room;
    const char **text;
    bool is_broken;
} beam_notes;
void beam_note(beam_notes *notes, const char *format, ...) MOLY_PRINTF(2, 3);

/** Index of a state in the set; NO_PRODUCT. Linear lists would be slow: `map` is made by
 *  beam_states() of the set. */
typedef struct beam_states {
    uint16_t *index; /**< 1 + index, by state */
} beam_states;
MOLY_CHECKED moly_status beam_states_new(const moly_nuclide_set *set, beam_states *states,
                                         moly_error *err);
void beam_states_free(beam_states *states);
uint32_t beam_state_find(const beam_states *states, int z, int a, int isomer);

/** Choose the curves of a layer at this energy and integrate them.
 *  @param product  what is wanted, for the refusal of an energy outside of its curve; SIZE_MAX */
MOLY_CHECKED moly_status beam_layer_rates(const moly_beam *beam, const beam_layer *layer,
                                          const track *t, double energy_mev, size_t product,
                                          beam_rates *rates, beam_notes *notes, moly_error *err);

/** Radionuclides that a beam may make of an isotope that has no curve: open channels by mass. */
void beam_note_open(const moly_beam *beam, const beam_source *source, double energy_mev,
                    const beam_states *states, beam_notes *notes);

#endif

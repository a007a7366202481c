/* SPDX-License-Identifier: Apache-2.0 */
/* What may form where there is no curve: channels that energy allows, by the masses. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "beam_inside.h"

#define U_MEV 931.49410242 /* CODATA 2018 */

void beam_note(beam_notes *notes, const char *format, ...)
{
    if (!notes || notes->is_broken) {
        return;
    }
    char line[160];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(line, sizeof line, format, list);
    va_end(list);
    if (notes->n == notes->room) {
        const size_t room = notes->room ? 2 * notes->room : 32;
        const char **text = moly_arena_alloc(notes->arena, room, sizeof *text);
        for (size_t i = 0; text && i < notes->n; i++) {
            text[i] = notes->text[i];
        }
        notes->is_broken = !text;
        notes->text = text;
        notes->room = room;
    }
    if (!notes->is_broken) {
        notes->text[notes->n] = moly_arena_strdup(notes->arena, line);
        notes->is_broken = !notes->text[notes->n];
        notes->n++;
    }
}

/* ---- states ---- */

#define MOST_Z 120
#define MOST_A 320
#define MOST_ISOMERS 5

static size_t state_key(int z, int a, int isomer)
{
    return ((size_t)z * MOST_A + (size_t)a) * MOST_ISOMERS + (size_t)isomer;
}

static bool is_state(int z, int a, int isomer)
{
    return z >= 0 && z < MOST_Z && a >= 0 && a < MOST_A && isomer >= 0 && isomer < MOST_ISOMERS;
}

moly_status beam_states_new(const moly_nuclide_set *set, beam_states *states, moly_error *err)
{
    states->index = moly_alloc((size_t)MOST_Z * MOST_A * MOST_ISOMERS, sizeof *states->index);
    if (!states->index) {
        return MOLY_NO_MEMORY(err);
    }
    const size_t n = moly_nuclide_set_size(set);
    for (size_t i = 0; i < n && i < UINT16_MAX; i++) {
        const moly_nuclide *x = moly_nuclide_at(set, i);
        if (is_state(x->z, x->a, x->isomer)) {
            states->index[state_key(x->z, x->a, x->isomer)] = (uint16_t)(i + 1);
        }
    }
    return MOLY_OK;
}

void beam_states_free(beam_states *states)
{
    moly_free(states->index);
    states->index = NULL;
}

uint32_t beam_state_find(const beam_states *states, int z, int a, int isomer)
{
    const unsigned found = is_state(z, a, isomer) ? states->index[state_key(z, a, isomer)] : 0;
    return found ? found - 1 : NO_PRODUCT;
}

/* ---- channels ---- */

/* What leaves; masses of AME2020, u. */
static const struct {
    int z, a;
    double mass_u;
} ejectiles[] = {
    {0, 0, 0.0},           {0, 1, 1.00866491590}, {1, 1, 1.00782503190}, {1, 2, 2.01410177784},
    {1, 3, 3.01604928132}, {2, 3, 3.01602932197}, {2, 4, 4.00260325413}, {0, 2, 2.01732983180},
    {0, 3, 3.02599474770}, {2, 5, 5.01126817003}, {3, 5, 5.01042828603},
};
static const struct {
    int z, a;
    double mass_u;
} beams[] = {
    [MOLY_PARTICLE_PROTON] = {1, 1, 1.00782503190},
    [MOLY_PARTICLE_DEUTERON] = {1, 2, 2.01410177784},
    [MOLY_PARTICLE_HELION] = {2, 3, 3.01602932197},
    [MOLY_PARTICLE_ALPHA] = {2, 4, 4.00260325413},
    [MOLY_PARTICLE_ELECTRON] = {0, 0, 0.0},
    [MOLY_PARTICLE_PHOTON] = {0, 0, 0.0},
};

void beam_note_open(const moly_beam *beam, const beam_source *s, double energy_mev,
                    const beam_states *states, beam_notes *notes)
{
    const uint32_t target = beam_state_find(states, s->z, s->a, 0);
    if (target == NO_PRODUCT) {
        beam_note(notes, "%s on %d%s: no curves", moly_particle_symbol(beam->particle), s->a,
                  moly_element_symbol(s->z));
        return;
    }
    const double target_u = moly_nuclide_at(beam->set, target)->atomic_mass_u;
    const double beam_u = beams[beam->particle].mass_u;
    for (size_t i = 0; i < sizeof ejectiles / sizeof *ejectiles; i++) {
        const uint32_t product =
            beam_state_find(states, s->z + beams[beam->particle].z - ejectiles[i].z,
                            s->a + beams[beam->particle].a - ejectiles[i].a, 0);
        if (product == NO_PRODUCT || product == target) {
            continue;
        }
        const moly_nuclide *made = moly_nuclide_at(beam->set, product);
        const double q = (target_u + beam_u - made->atomic_mass_u - ejectiles[i].mass_u) * U_MEV;
        const double threshold = q >= 0.0 ? 0.0 : -q * (1.0 + beam_u / target_u);
        if (!made->is_stable && energy_mev > threshold) {
            beam_note(notes, "%s (%s on %d%s): no curve", made->name,
                      moly_particle_symbol(beam->particle), s->a, moly_element_symbol(s->z));
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/production/reaction.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "curves.h"

static int target_order(const void *a, const void *b)
{
    const reaction_target *x = a, *y = b;
    const int left[] = {x->particle, x->z, x->a}, right[] = {y->particle, y->z, y->a};
    for (int i = 0; i < 3; i++) {
        if (left[i] != right[i]) {
            return left[i] < right[i] ? -1 : 1;
        }
    }
    return 0;
}

const moly_reaction *moly_reactions_of(moly_particle particle, int z, int a, size_t *n)
{
    const reaction_target wanted = {
        .particle = (int16_t)particle, .z = (int16_t)z, .a = (int16_t)a};
    const reaction_target *found = bsearch(&wanted, reaction_targets, reaction_n_targets,
                                           sizeof *reaction_targets, target_order);
    *n = found ? found->n : 0;
    return found ? &reaction_curves[found->first] : NULL;
}

const moly_reaction *moly_reaction_find(moly_particle particle, int z, int a, int product_z,
                                        int product_a, int isomer)
{
    size_t n;
    const moly_reaction *all = moly_reactions_of(particle, z, a, &n);
    for (size_t i = 0; i < n; i++) {
        if (all[i].product_z == product_z && all[i].product_a == product_a &&
            all[i].product_isomer == isomer && all[i].via[0] == '\0') {
            return &all[i]; /* the best rank stands first */
        }
    }
    return NULL;
}

double moly_reaction_xs_mb(const moly_reaction *r, double energy_mev)
{
    const size_t last = r->n - 1;
    if (!(energy_mev > (double)r->energy_mev[0])) {
        return isnan(energy_mev) ? (double)NAN : 0.0;
    }
    if (energy_mev >= (double)r->energy_mev[last]) {
        return energy_mev <= MOLY_REACTION_SLACK * (double)r->energy_mev[last]
                   ? (double)r->xs_mb[last]
                   : (double)NAN;
    }
    size_t low = 0, high = last;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        *((double)r->energy_mev[middle] <= energy_mev ? &low : &high) = middle;
    }
    const double e0 = (double)r->energy_mev[low], e1 = (double)r->energy_mev[high];
    const double x0 = (double)r->xs_mb[low], x1 = (double)r->xs_mb[high];
    return x0 + (x1 - x0) * (energy_mev - e0) / (e1 - e0);
}

const char *moly_reaction_target_text(const moly_reaction *r, char text[MOLY_REACTION_TEXT_SIZE])
{
    char mass[8] = "nat";
    if (r->a != 0) {
        (void)snprintf(mass, sizeof mass, "%d", r->a);
    }
    (void)snprintf(text, MOLY_REACTION_TEXT_SIZE, "%s on %s%s", moly_particle_symbol(r->particle),
                   mass, moly_element_symbol(r->z));
    return text;
}

const char *moly_reaction_rank_name(moly_reaction_rank rank)
{
    static const char *const names[] = {"recommended", "library", "fit", "model only"};
    return (size_t)rank < sizeof names / sizeof *names ? names[rank] : "";
}

const char *moly_reaction_kind_name(moly_reaction_kind kind)
{
    static const char *const names[] = {"direct", "ground state and isomers", "cumulative"};
    return (size_t)kind < sizeof names / sizeof *names ? names[kind] : "";
}

const char *moly_reaction_set_name(void)
{
    return reaction_set_name;
}

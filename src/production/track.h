/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PRODUCTION_TRACK_H
#define MOLY_PRODUCTION_TRACK_H

/** Track length of a particle in a layer by energy, made ready for curves.
 *
 *  With phi(E) the mass per area crossed per energy (1/S for a particle that slows down; photons
 * per MeV times thickness for photons), a curve that is a + b E between two points makes a (K2 -
 * K1) + b (M2 - M1) there, with K the integral of phi and M that of E phi. Both stand on an even
 * grid of energies; between them the cubic that has their values and slopes. */

#include "moly/production/reaction.h"

#define TRACK_N 128
#define TRACK_N_SPREAD 384
#define TRACK_MOST (TRACK_N_SPREAD + 1)

typedef struct track {
    double low_mev, high_mev, step_mev;
    size_t n; /**< intervals */
    double k[TRACK_MOST], m[TRACK_MOST], phi[TRACK_MOST];
} track;

typedef double (*track_phi)(const void *context, double energy_mev);

/** phi is smooth from `low` to `high`: Simpson in each interval. */
void track_fill(track *t, double low_mev, double high_mev, size_t n, track_phi phi,
                const void *context);
/** A particle that slows down from `high` to `low` (at least the table's lowest energy). */
void track_slowing(track *t, const moly_stopping *stopping, double low_mev, double high_mev);
/** The same with the spread of its energy: that of the beam, and straggling where it is wanted.
 *  @param sd_in_mev  at the layer's front */
void track_spread(track *t, const moly_stopping *stopping, double low_mev, double high_mev,
                  double sd_in_mev, bool has_straggling);
/** Make the whole track `length_g_cm2` long. */
void track_scale(track *t, double length_g_cm2);
/** Integral of cross section times phi, mb g/cm2; constant above the last point. */
double track_integral(const track *t, const moly_reaction *reaction);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SIMULATION_SOLIDS_INSIDE_H
#define MOLY_SIMULATION_SOLIDS_INSIDE_H

/* The inside of the solids, for the other files of this room. */

#include "moly/simulation/solids.h"

/** A lower bound of the distance from a point to the solid, mm; 0 within. */
double solid_distance(const moly_solid *solid, const double point_mm[3]);
bool solid_has(const moly_solid *solid, const double point_mm[3]);
/** Where p + t d, t in 0..length_mm, d a unit vector, lies in the solid. */
bool solid_meets(const moly_solid *solid, const double p[3], const double d[3], double length_mm,
                 double *t0, double *t1);

/** Chords as moly_solids_chords(), of the solids that `among` lists in ascending order; NULL: of
 *  the first n_among. */
size_t solids_chords_among(const moly_solids *solids, const uint16_t *among, size_t n_among,
                           const double a_mm[3], const double b_mm[3], moly_chord *chords);
/** Solids that a line across the bore, moved by up to `margin_mm`, can meet in any plane: room for
 *  MOLY_SOLIDS_MOST. */
size_t solids_near_line(const moly_solids *solids, const double a_mm[2], const double b_mm[2],
                        double margin_mm, uint16_t *among);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUILDUP_MEDIUM_H
#define BUILDUP_MEDIUM_H

/* What photons of 10 keV .. 3 MeV meet in a medium: cross sections on a fine grid of ln E. */

#include "moly/base/memory.h"
#include "moly/matter/material.h"

enum { MEDIUM_N = 4096, MEDIUM_N_ANGLE = 1024 };
#define MEDIUM_LEAST_KEV 10.0
#define MEDIUM_MOST_KEV 3100.0

typedef struct medium_point {
    double mu_cm2_g;                /* total */
    double compton, coherent, pair; /* probabilities of a collision */
    double fluorescence;            /* that a K line follows: photoelectric x K share x yield */
    double air_response;            /* E mu_en/rho of air */
} medium_point;

typedef struct medium {
    medium_point points[MEDIUM_N];
    double k_lines_kev[4], k_shares[4]; /* cumulative */
    /* integral of the squared form factors over q^2, q in 1/angstrom */
    double q2[MEDIUM_N_ANGLE], f2_integral[MEDIUM_N_ANGLE];
} medium;

moly_status medium_make(const char *name, moly_arena *arena, medium *m, moly_error *err);
/* Point of the grid nearest below the energy. */
const medium_point *medium_at(const medium *m, double energy_kev);
/* Largest q^2 at an energy, and the q^2 below which a share u of the integral up to there lies. */
double medium_q2_max(double energy_kev);
double medium_sample_q2(const medium *m, double q2_max, double u);

#endif

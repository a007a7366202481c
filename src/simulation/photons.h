/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SIMULATION_PHOTONS_H
#define MOLY_SIMULATION_PHOTONS_H

/* Photons up to 511 keV: where they interact, how they scatter. */

#include "moly/base/random.h"
#include "moly/matter/material.h"

enum { PHOTON_ENERGIES = 512 }; /* one value a keV; 511 is the annihilation photon itself */
#define ANNIHILATION_KEV 510.998950

/** Cross sections of a material by energy in keV, rounded to the nearest. */
typedef struct photon_table {
    float mu_per_mm[PHOTON_ENERGIES]; /* coherent scattering included */
    float compton[PHOTON_ENERGIES];   /* share of it that is Compton; the rest absorbs */
} photon_table;

void photon_table_make(const moly_material *material, photon_table *table);

/** Cross section of an electron, cm2. Source: Klein, Nishina, Z. Phys. 52 (1929) 853 */
double klein_nishina_cm2(double energy_kev);
/** Probability per sr that a Compton scattering turns the photon by an angle of this cosine. */
double klein_nishina_per_sr(double energy_kev, double cosine);
/** Energy after a Compton scattering on a free electron at rest, keV, exactly distributed;
 *  @param[out] cosine  of the angle
 *  Source: Butcher, Messel, Nucl. Phys. 20 (1960) 15 */
double compton_energy_kev(double energy_kev, moly_random *random, double *cosine);
/** Turn a unit vector by an angle of this cosine, about itself at random. */
void turn_direction(double direction[3], double cosine, moly_random *random);
/** A direction at random. */
void isotropic_direction(double direction[3], moly_random *random);

/** Uniform in (0, 1), 32 bits: one word instead of two, and no call for three of four. */
static inline double draw(moly_random *random)
{
    const uint32_t word =
        random->n_left > 0 ? random->block[4 - random->n_left--] : moly_random_u32(random);
    return ((double)word + 0.5) * 0x1p-32;
}

static inline int photon_row(double energy_kev)
{
    return (int)(energy_kev + 0.5);
}

#endif

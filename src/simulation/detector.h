/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SIMULATION_DETECTOR_H
#define MOLY_SIMULATION_DETECTOR_H

/* The crystals of a PET scanner as matter: who is where, and what a photon leaves in them. */

#include "moly/scanner/pet.h"
#include "photons.h"

typedef struct photon {
    double position[3], direction[3], energy_kev;
    double way_mm;   /* since the annihilation */
    bool is_compton; /* its last interaction in the phantom */
    int n_scatters;  /* in the phantom */
} photon;

typedef struct detector {
    const moly_pet_scanner *scanner;
    double outer_mm;       /* of the whole ring; a polygon's corners included */
    double half_length_mm; /* of the crystals */
    double depth_mm;
    photon_table crystal;
} detector;

typedef struct hit {
    int64_t crystal; /* ring * n_detectors + detector */
    double energy_kev, way_mm;
    double middle_mm[3]; /* where its light comes from on average */
} hit;

MOLY_CHECKED moly_status detector_make(const moly_pet_scanner *scanner, detector *made,
                                       moly_error *err);
/** The crystal at a point; -1: a gap, or outside. */
int64_t detector_crystal_at(const detector *d, const double point_mm[3]);
/** Angle of a crystal's normal from (0, -1) towards (1, 0), rad. */
double detector_angle(const moly_pet_scanner *scanner, int64_t crystal_of_ring);
/** Width of a crystal across, mm. */
double detector_pitch_mm(const moly_pet_scanner *scanner);
/** Follow a photon from within the bore. @return false: it is not seen */
bool detector_follow(const detector *d, photon *p, moly_random *random, hit *seen);
/** Block of a crystal, for dead time; and how many there are. */
int64_t detector_block(const moly_pet_scanner *scanner, int64_t crystal);
int64_t detector_n_blocks(const moly_pet_scanner *scanner);
/** Sigma of a measured energy, keV. */
double detector_energy_sigma(const moly_pet_scanner *scanner, double energy_kev);

#endif

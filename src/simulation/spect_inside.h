/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SIMULATION_SPECT_INSIDE_H
#define MOLY_SIMULATION_SPECT_INSIDE_H

/* A gamma camera's head as photons meet it. */

#include "moly/simulation/spect.h"
#include "photons.h"
#include "transport.h"

enum { SPECT_MOST_LINES = 128 };

typedef struct head {
    const moly_gamma_camera *camera;
    const moly_collimator *collimator;
    photon_table crystal;              /* NaI */
    float length_mm[PHOTON_ENERGIES];  /* of the holes, effective */
    double geometric[PHOTON_ENERGIES]; /* per photon and hole area, without cosines: g */
} head;

/* What a photon leaves in the crystal. */
typedef struct flash {
    double u_mm, z_mm, energy_kev; /* as measured */
} flash;

typedef struct spect_lines {
    int n;
    double kev[SPECT_MOST_LINES], per_decay[SPECT_MOST_LINES];
} spect_lines;

/* A view: its axes in the scanner's frame. */
typedef struct head_pose {
    double along_u[3], outward[3]; /* unit vectors: bins; towards the head */
    double radius_mm;
} head_pose;

MOLY_CHECKED moly_status head_make(const moly_gamma_camera *camera,
                                   const moly_collimator *collimator, head *made, moly_error *err);
head_pose head_pose_of(const moly_camera_view *view);
/** Slopes (across, along the axis) against the head's normal that the holes let through, at random.
 */
void head_draw_slopes(const head *h, double energy_kev, moly_random *random, double slopes[2]);
/** From the collimator's face to the crystal's, mm. */
double head_depth_mm(const head *h);
/** A photon at the crystal's face follows to its end. @return false: it leaves nothing */
bool head_detect(const head *h, double u_mm, double z_mm, const double slopes[2], double energy_kev,
                 moly_random *random, flash *seen);
/** Sigma of a place, of an energy. */
double head_sigma_mm(const head *h, double energy_kev);
/** Share of photons at the crystal that end in the window. */
double head_share(const head *h, double energy_kev, const moly_energy_window *window);

/** Photons of a nuclide that can be simulated. */
void spect_lines_of(const moly_nuclide *nuclide, spect_lines *lines);
/** Decays of 1 Bq at the start while a view looks, s. */
double spect_view_decays(const moly_nuclide *nuclide, const moly_camera_view *view);
MOLY_CHECKED moly_status spect_check(const moly_spect_scan *scan, const moly_projections *counts,
                                     moly_error *err);
/** Poisson counts for the means of a view. */
void spect_add_noise(const moly_spect_scan *scan, moly_projections *counts, int64_t window,
                     int64_t view);

#endif

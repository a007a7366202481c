/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_RECONSTRUCTION_SCATTER_INSIDE_H
#define MOLY_RECONSTRUCTION_SCATTER_INSIDE_H

/* The inside of the scatter simulation: detectors, points, legs between them, pairs. */

#include "moly/reconstruction/scatter.h"

enum { SCATTER_COSINES = 1024 };

/* Coarse detectors: `n_angles` around a cylinder, at `n_rings` places along it. */
typedef struct scatter_detectors {
    int64_t n_angles, n_rings;
    double radius_mm, first_z_mm, step_z_mm;
    double depth_mm, crystal_per_mm; /* of the crystals, their attenuation at 511 keV */
} scatter_detectors;

/* What follows from a photon's energy, by the cosine of the angle it was turned by: from `least`
 * to 1, SCATTER_COSINES rows and one more. */
typedef struct scatter_energies {
    double least;
    double stays;                       /* share of scattered photons that the window still takes */
    float chance[SCATTER_COSINES + 1];  /* 1/sr, times what the detector keeps of it to 511 keV */
    float steeper[SCATTER_COSINES + 1]; /* attenuation in water to that at 511 keV, less 1 */
} scatter_energies;

/* Legs from all points to one detector, [n_points] each. `reach`: share of the sphere that the
 * detector fills, 1/mm2 (per unit of its area); `passed`: transmission at 511 keV; `path`: minus
 * its logarithm; `emission`: integral of the activity; `profile`: the same in steps from the point
 * outwards, [n_points][n_steps], with TOF only. */
typedef struct scatter_legs {
    float *ux, *uy, *uz, *distance, *reach, *passed, *path, *emission, *profile;
} scatter_legs;

typedef struct scatter_points {
    size_t n;
    double *x, *y, *z; /* mm */
    double *weight;    /* mu * volume, mm2 */
} scatter_points;

/* Activity and attenuation on one lattice for sampling along legs; [z][y][x][2]: mu, activity. */
typedef struct scatter_map {
    int64_t n[3];
    double spacing_mm, origin_mm[3];
    float *values;
} scatter_map;

struct moly_scatter {
    scatter_detectors detectors;
    double field_radius_mm; /* lines further from the axis are not looked at */
    int64_t n_tof;          /* nodes; 1: no TOF */
    double tof_step_mm;     /* between them */
    double tof_width_mm;    /* of the bins whose counts they hold */
    size_t n_points;
    float *table;  /* [angle a][angle b][tof][ring a][ring b] */
    double *scale; /* [n_scale] along the axis */
    int64_t n_scale;
    double scale_first_mm, scale_step_mm;
};

/** What the crystals make of a direction: area seen times what stops, to a face of 1. */
double scatter_face(const scatter_detectors *d, double cosine);
/** Position of a coarse detector. */
void scatter_detector_at(const scatter_detectors *d, int64_t angle, int64_t ring, double at[3]);

MOLY_CHECKED moly_status scatter_energies_make(const moly_layout *layout, double energy_fwhm,
                                               scatter_energies *made, scatter_detectors *detectors,
                                               moly_error *err);
MOLY_CHECKED moly_status scatter_points_make(const moly_volume *mu, double point_mm,
                                             scatter_points *points, moly_error *err);
MOLY_CHECKED moly_status scatter_map_make(const moly_volume *activity, const moly_volume *mu,
                                          scatter_map *map, moly_error *err);
void scatter_points_release(scatter_points *points);

enum { SCATTER_STEP_MM = 10 };
/** Legs of all detectors, [n_rings * n_angles], angle slowest; n_steps 0: no profiles. */
MOLY_CHECKED moly_status scatter_legs_make(const scatter_detectors *detectors,
                                           const scatter_points *points, const scatter_map *map,
                                           double again, size_t n_steps, int n_threads,
                                           scatter_legs **legs, moly_error *err);
void scatter_legs_free(scatter_legs *legs);

/** Fills the table of `s`. */
MOLY_CHECKED moly_status scatter_pairs(moly_scatter *s, const scatter_points *points,
                                       const scatter_legs *legs, const scatter_energies *energies,
                                       size_t n_steps, double tof_sigma_mm, int n_threads,
                                       moly_error *err);

#endif

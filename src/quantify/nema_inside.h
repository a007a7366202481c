/* SPDX-License-Identifier: Apache-2.0 */
#ifndef QUANTIFY_NEMA_INSIDE_H
#define QUANTIFY_NEMA_INSIDE_H

/* The inside of NEMA's image quality. Places are (u, v, w): mm along the image's axes from the
 * middle of its first voxel. */

#include "moly/quantify/nema.h"

/* Area of a circle about 0 within x0..x1, y0..y1. */
double disc_overlap(double x0, double x1, double y0, double y1, double r);

/* Where the phantom lies. */
typedef struct iq_place {
    double centre[3]; /* of the circle of spheres */
    double angle_rad; /* of the largest sphere, from u to v */
    double turn;      /* +1: angles grow from the largest to the smallest sphere; -1 */
    double body[2];   /* middle of the body */
    double size[2];   /* width and height of the body */
    double flat;      /* +1: its flat side looks along v; -1 against it */
    double level;     /* about the background */
} iq_place;

/* Centre of sphere `i`, ascending. */
void iq_sphere(const iq_place *place, int i, double at[3]);
/* Find the body and, where the options have no centre, the spheres. */
MOLY_CHECKED moly_status iq_find(const moly_volume *image, const moly_nema_iq_options *options,
                                 iq_place *place, moly_error *err);
/* Distance of a point of the plane from the standard's outline, positive within. */
double iq_inside_mm(const iq_place *place, const double at[2]);
/* Centres of the background circles. @return the distance that they keep from spheres, mm;
 * NAN: there is no room for them */
double iq_regions(const iq_place *place, const double diameter_mm[MOLY_NEMA_N_SPHERES],
                  double centres[MOLY_NEMA_N_REGIONS][2]);

#endif

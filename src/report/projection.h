/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_PROJECTION_H
#define REPORT_PROJECTION_H

/* Pictures of a volume: maximum-intensity projections and a slice, with the shadows of regions. */

#include "moly/volume/volume.h"

/** A picture as a reader sees it: u to the right, v downward. Values are SUV. */
typedef struct view {
    int64_t n_u, n_v;
    double u_mm, v_mm;      /* of a pixel */
    float *value;           /* n_u * n_v */
    uint64_t *regions;      /* bit i: region i + 1 (modulo 64) has a voxel on this ray; or NULL */
    int64_t mark_u, mark_v; /* where the maximum is */
    int64_t from_u, to_u, from_v, to_v; /* what is worth showing, ends excluded */
} view;

typedef struct views {
    view coronal, sagittal; /* projections along y and x */
    view axial;             /* the slice through the maximum */
    view lesion;     /* the slice through one region's maximum; n_u is 0 where there is none */
    bool is_oblique; /* the volume's axes are not the patient's: the nearest ones were taken */
} views;

/** @param factor   SUV of a voxel with the value 1
 *  @param regions  labels on the same lattice, or NULL
 *  @param max_lps_mm  where the cross stands; NULL: at the largest voxel
 *  @param lesion   label of the region that has a slice of its own; 0: none
 *  @param floor    below this SUV the edges are not worth showing
 *  Release with views_free(). */
MOLY_CHECKED moly_status views_make(const moly_volume *volume, double factor,
                                    const moly_volume *regions, const double *max_lps_mm,
                                    int64_t lesion, double floor, views *out, moly_error *err);
void views_free(views *v);

#endif

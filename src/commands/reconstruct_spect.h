/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_RECONSTRUCT_SPECT_H
#define MOLY_COMMANDS_RECONSTRUCT_SPECT_H

/* SPECT's half of moly reconstruct. */
#include "moly/reconstruction/spect.h"
#include "raw_kind.h"
#include "reconstruct_data.h"

/* What was asked for; NULL, NAN, -1 or a number below 1: nothing. */
typedef struct spect_wishes {
    const char *raw, *output, *attenuation, *camera, *collimator, *nuclide;
    int attenuation_unit, scatter, has_cdr, has_attenuation;
    int64_t n_subsets, n_iterations, n_threads, window;
    double filter_mm, voxel_mm, scatter_filter_mm, cps_per_mbq, duration_s;
    bool is_mlem;
} spect_wishes;

/* Raw data opened. */
typedef struct spect_data {
    moly_projections *counts;
    int64_t peak, lower, upper; /* windows; -1: none */
    bool has_camera, has_collimator;
    moly_gamma_camera camera;
    moly_collimator collimator;
    const moly_nuclide *nuclide; /* NULL: not known */
    double energy_kev;
    double cps_per_bq;            /* 0: not known */
    const char *sensitivity_from; /* "told", "scan", "camera" */
    double first_row_mm;          /* scanner's z of row 0; NAN: rows centred */
    moly_volume *mu;              /* 1/mm at that energy, on its own grid; NULL: none */
    double *view_shares;          /* decays of 1 Bq in a view relative to view 0's seconds */
    json_t *scan;                 /* scan.json, or NULL */
} spect_data;

/** @param[out] data  release with spect_close(), also after a failure */
MOLY_CHECKED moly_status spect_open(const spect_wishes *wishes, moly_arena *arena, spect_data *data,
                                    moly_error *err);
void spect_close(spect_data *data);

/** The whole reconstruction: image and provenance.
 *  @param[out] image   in the scanner's frame, with its note; owned by the caller */
MOLY_CHECKED moly_status reconstruct_spect(const spect_wishes *wishes, const moly_run *run,
                                           moly_volume **image, json_t **result, moly_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_RECONSTRUCT_SPECT_H
#define MOLY_COMMANDS_RECONSTRUCT_SPECT_H

/* SPECT's half of moly reconstruct. */
#include "moly/formats/dicom_nm.h"
#include "moly/reconstruction/spect.h"
#include "raw_kind.h"
#include "reconstruct_data.h"
#include "reconstruct_dicom.h"
#include "reconstruct_watch.h"

/* What was asked for; NULL, NAN, -1 or a number below 1: nothing. */
typedef struct spect_wishes {
    const char *raw, *output, *attenuation, *camera, *collimator, *nuclide;
    int attenuation_unit, scatter, has_cdr, has_attenuation;
    int64_t n_subsets, n_iterations, n_threads, window;
    double filter_mm, voxel_mm, scatter_filter_mm, cps_per_mbq, duration_s;
    bool is_mlem;
    const dicom_wishes *dicom; /* where the output is a folder of it */
    watcher *watch;
} spect_wishes;

/* Raw data opened. */
typedef struct spect_data {
    moly_projections *counts;
    moly_dicom_nm *nm;          /* its header, where the data are DICOM, or NULL */
    int64_t n_heads;            /* that share the views */
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

/** Who was scanned, when and with what, as dicom_series_prepare() does for PET.
 *  @param[out] series  release with dicom_series_close(), also after a failure
 *  @retval MOLY_ERR_USAGE  what lacks, by the option that gives it; gates */
MOLY_CHECKED moly_status spect_series_prepare(const spect_wishes *wishes, const spect_data *data,
                                              moly_arena *arena, dicom_series *series,
                                              moly_error *err);
/** Write the image, in the scanner's frame, with its note, and give the folder its name.
 *  @param method  at most 64 characters */
MOLY_CHECKED moly_status spect_series_write(dicom_series *series, const spect_data *data,
                                            const char *method, const char *corrections,
                                            const moly_volume *image, moly_error *err);

/** The whole reconstruction: image and provenance. A folder of DICOM is written; an image of
 * another kind is left to the caller.
 *  @param[out] image   in the scanner's frame, with its note; owned by the caller */
MOLY_CHECKED moly_status reconstruct_spect(const spect_wishes *wishes, const moly_run *run,
                                           moly_volume **image, json_t **result, moly_error *err);

#endif

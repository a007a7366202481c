/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_RECONSTRUCT_DICOM_H
#define MOLY_COMMANDS_RECONSTRUCT_DICOM_H

/* A reconstructed image as a PET series that a PACS takes. */

#include <jansson.h>

#include "moly/formats/dicom.h"
#include "new_folder.h"
#include "reconstruct_data.h"

/* What is told of patient, dose and scan, where the raw data and the named series do not say. */
typedef struct dicom_wishes {
    const char *like; /* DICOM series of the same patient and frame of reference, or NULL */
    const char *patient_id, *patient_name, *description; /* NULL: as found */
    double weight_kg, injected_bq;                       /* NAN: as found */
    moly_instant injected_at, start;                     /* none: as found */
} dicom_wishes;

typedef struct dicom_series {
    moly_dicom_header header;
    double duration_s;
    moly_dicom_image *like; /* whose texts the header borrows; NULL: none */
    new_folder folder;
} dicom_series;

/** Is that the name of a folder of DICOM files: does it end in '/'? */
bool is_dicom_output(const char *path);

/** All that the header needs, and the new folder, before the work begins.
 *  @param[out] series  release with dicom_series_close(), also after a failure
 *  @retval MOLY_ERR_IO     the folder's name is taken, or it cannot be made
 *  @retval MOLY_ERR_USAGE  what lacks is named with the option that gives it */
MOLY_CHECKED moly_status dicom_series_prepare(const dicom_wishes *wishes, const raw_data *data,
                                              const char *output, moly_arena *arena,
                                              dicom_series *series, moly_error *err);
void dicom_series_close(dicom_series *series);

/* What PET's and SPECT's series fill their headers with, a step each: a series of the same
 * examination; a phantom by its scan.json; what was told. */
MOLY_CHECKED moly_status dicom_series_read_like(const char *path, dicom_series *series,
                                                moly_error *err);
MOLY_CHECKED moly_status dicom_series_read_phantom(const json_t *scan, dicom_series *series,
                                                   moly_arena *arena, moly_error *err);
void dicom_series_take_patient(const moly_dicom_header *from, moly_dicom_header *to);
void dicom_series_take_wishes(const dicom_wishes *wishes, moly_dicom_header *header);

/** Write the image, in the scanner's frame, as slices into the folder, with its note, and give the
 *  folder its name.
 *  @param method  reconstruction method, at most 64 characters */
MOLY_CHECKED moly_status dicom_series_write(dicom_series *series, const char *method,
                                            const char *corrections, const moly_volume *image,
                                            moly_error *err);

#endif

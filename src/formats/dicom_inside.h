/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_DICOM_INSIDE_H
#define MOLY_FORMATS_DICOM_INSIDE_H

/** What the DICOM files of this room share. */

#include "moly/formats/dicom.h"

#include "moly/base/text.h"

#include "dcm.h"

/** A list of texts in an arena that grows; zero-initialise. */
typedef struct text_list {
    const char **texts;
    size_t n, capacity;
} text_list;
/** Append a formatted text. @retval MOLY_ERR_MEMORY */
MOLY_CHECKED moly_status text_list_add(text_list *list, moly_arena *arena, moly_error *err,
                                       const char *format, ...) MOLY_PRINTF(4, 5);

/** A slice while a series is being put together. */
typedef struct raw_slice {
    moly_dicom_slice told;
    size_t entry;          /**< file of the scan */
    int64_t frame_in_file; /**< 0-based */
    int64_t rows, columns;
    double position_mm[3], orientation[6], spacing_mm[2]; /**< spacing: row, column as in DICOM */
    double thickness_mm;
    double trigger_ms;
} raw_slice;

/** Does it look like the beginning of a DICOM file (with or without preamble)? */
bool dicom_looks_like(const uint8_t *head, size_t length);
/** Open a DICOM file, guarded against hostile content.
 *  @param[out] is_dicom  whether it looks like one, also on failure; may be NULL
 *  @param[out] bytes     its size; may be NULL */
MOLY_CHECKED moly_status dicom_open(const char *path, dcm_file **file, bool *is_dicom,
                                    size_t *bytes, moly_error *err);
/** The same from memory. */
MOLY_CHECKED moly_status dicom_open_memory(const void *data, size_t length, dcm_file **file,
                                           moly_error *err);
/** Refuse what would make a parser recurse or inflate without bound. */
MOLY_CHECKED moly_status dicom_guard(const uint8_t *data, size_t length, moly_error *err);

/** Regular files under `path` (itself when it is one), sorted by name.
 *  @retval MOLY_ERR_NOT_FOUND  no such path */
MOLY_CHECKED moly_status list_files(const char *path, moly_arena *arena, const char *const **paths,
                                    size_t *n, bool *is_folder, moly_error *err);

/** Fill the header from a data set. */
void dicom_read_header(const dcm_item *root, moly_arena *arena, moly_dicom_header *header);
/** Time of acquisition: from date and time, or Acquisition DateTime. */
moly_dicom_time dicom_acquisition(const dcm_item *item, moly_arena *arena);

/** The Real World Value Mapping that gives Bq/mL, or NULL. */
const dcm_item *dicom_activity_map(const dcm_item *root, moly_arena *arena);
/** How many frames the object has, and the geometry of one of them.
 *  @retval MOLY_ERR_DATA  no position, orientation or spacing for it */
int64_t dicom_n_frames(const dcm_item *root);
MOLY_CHECKED moly_status dicom_read_slice(const dcm_item *root, int64_t frame, moly_arena *arena,
                                          raw_slice *slice, moly_error *err);

/** Turn one frame of decoded pixels into numbers: slope and intercept of `slice`, or the Modality
 *  LUT where the object has one in place of them.
 *  @param[out] values  rows * columns */
MOLY_CHECKED moly_status dicom_rescale(const dcm_item *root, const dcm_pixels *pixels,
                                       const raw_slice *slice, float *values, moly_error *err);

/** Sort slices into frames and positions and check their geometry.
 *  @param[in,out] slices  in order of the volume afterwards: frame, then position
 *  @param[out] grid, n_frames  of the volume */
MOLY_CHECKED moly_status dicom_arrange(raw_slice *slices, size_t n, moly_arena *arena,
                                       text_list *warnings, moly_grid *grid, int64_t *n_frames,
                                       moly_error *err);

#endif

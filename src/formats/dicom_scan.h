/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_DICOM_SCAN_H
#define MOLY_FORMATS_DICOM_SCAN_H

#include "dicom_inside.h"

/** One DICOM file of a scan. */
typedef struct scan_entry {
    const char *path;
    const char *series_uid; /**< never NULL; "" when the file has none */
    dcm_file *file;         /**< parsed, or NULL when it has to be opened again */
    size_t bytes;           /**< of the file */
    bool is_image;
} scan_entry;

struct moly_dicom_scan {
    moly_arena *arena;
    scan_entry *entries; /**< by series UID, then path */
    size_t n_entries;
    moly_dicom_series *series;
    size_t *first_entry; /**< of each series */
    size_t n_series;
    text_list troubles; /**< files that look like DICOM and cannot be read */
};

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_RAW_KIND_H
#define MOLY_COMMANDS_RAW_KIND_H

/* What a raw file is, by what it says itself, for `moly raw show` and `moly raw convert`. */
#include "moly/formats/dicom_nm.h"
#include "moly/formats/interfile.h"
#include "moly/scanner/events.h"

#include "raw_files.h"

typedef enum raw_kind { RAW_IMAGE, RAW_SINOGRAM, RAW_EVENTS, RAW_SPECT } raw_kind;

/* In the order of raw_kind. */
extern const char *const raw_kind_names[];

typedef struct raw_file {
    const char *path; /**< that of a folder's prompts, where a folder was named */
    raw_kind kind;
    bool is_interfile, is_petsird, is_dicom;
    moly_interfile_facts facts; /**< of an Interfile header */
} raw_file;

/** @retval MOLY_ERR_DATA  nothing that Moly knows */
MOLY_CHECKED moly_status raw_find_kind(const char *name, moly_arena *arena, raw_file *file,
                                       moly_error *err);
/** Its coincidences. */
MOLY_CHECKED moly_status raw_read_events(const raw_file *file, moly_event_list *list,
                                         moly_error *err);

#endif

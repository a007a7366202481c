/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STUDY_INSIDE_H
#define STUDY_INSIDE_H

/* The inside of the room: what an import carries from the files to the act. */

#include <jansson.h>

#include "moly/quantify/pet.h"
#include "moly/study/study.h"

typedef struct study_import {
    moly_ledger *ledger;
    const moly_study_source *source;
    const moly_performer *performer;
    const moly_progress *progress;
    moly_arena *arena;

    moly_dicom_image *image; /* Bq/mL until it is measured, SUV afterwards */
    moly_region_list regions;
    moly_text notes;
    moly_instant acquired; /* MOLY_INSTANT_NONE when the header has no date */

    moly_suv_type type;
    bool looks_beside;   /* regions in the folder of the images are taken, if there are any */
    const char *patient; /* id of the record */
    json_t *dose;        /* record, NULL: none */
    json_t *suv;
    /* temporary files between study_write() and study_sweep() */
    char *folder;
    const char *volume_path, *regions_path; /* regions_path NULL: there are none */
} study_import;

/* bind.c: whose image it is (found: `patient` stays NULL where nobody has its number; bound: then
 * registered), and which dose of the nuclide (NULL: of any) it shows. */
MOLY_CHECKED moly_status study_find_patient(study_import *import, moly_error *err);
MOLY_CHECKED moly_status study_bind_patient(study_import *import, moly_error *err);
MOLY_CHECKED moly_status study_bind_dose(study_import *import, const char *nuclide,
                                         moly_error *err);

/* measure.c: the image and its regions read, and what the header alone says of the SUV; then, once
 * the dose is bound, measured by the books. */
MOLY_CHECKED moly_status study_read(study_import *import, moly_suv *header_only, moly_error *err);
MOLY_CHECKED moly_status study_find_suv(study_import *import, moly_suv *suv, moly_error *err);
MOLY_CHECKED moly_status study_measure(study_import *import, const moly_suv *suv, moly_error *err);
void study_release(study_import *import);

/* keep.c: the volume in Bq/mL and the regions as temporary files; then, in the act's transaction,
 * these and the originals as blobs; at last no temporary files. */
MOLY_CHECKED moly_status study_write(study_import *import, moly_error *err);
MOLY_CHECKED moly_status study_keep(moly_transaction *transaction, json_t *fields, void *import,
                                    moly_error *err);
void study_sweep(study_import *import);

/* header.c: what the header names, for the record; new reference. */
json_t *study_header(const moly_dicom_header *header);
/* "Aigul Satybaldieva" from "Satybaldieva^Aigul"; NULL when there is no name. In the arena. */
const char *study_person_name(const char *dicom_name, moly_arena *arena);
/* "1968-03-14", or NULL. In the arena. */
const char *study_birth_date(const moly_dicom_header *header, moly_arena *arena);
/* Of the scanner's wall clock, at the header's or else the site's offset from UTC. */
moly_instant study_instant(const moly_dicom_header *header, moly_dicom_time t,
                           int site_offset_minutes);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_REGIONS_INSIDE_H
#define MOLY_FORMATS_REGIONS_INSIDE_H

#include "moly/formats/regions.h"

#include "dicom_inside.h"

/** What a reader of regions is given. `list` may hold the regions of other files already. */
typedef struct region_job {
    const char *path;
    const moly_region_target *target;
    moly_arena *arena; /**< for as long as this file is read */
    moly_region_list *list;
    moly_text *notes; /**< may be NULL */
} region_job;

/** Add a line to the notes. */
void region_note(const region_job *job, const char *format, ...) MOLY_PRINTF(2, 3);
/** Is the file's frame of reference the image's? Passes where either is unknown. */
MOLY_CHECKED moly_status region_check_frame(const region_job *job, const char *uid,
                                            moly_error *err);
/** How far corners may be apart for two lattices to be the same, mm. */
double region_tolerance_mm(const moly_grid *grid);

MOLY_CHECKED moly_status region_read_seg(const region_job *job, dcm_file *file, moly_error *err);
MOLY_CHECKED moly_status region_read_rtstruct(const region_job *job, const dcm_item *root,
                                              moly_error *err);
MOLY_CHECKED moly_status region_read_nifti(const region_job *job, moly_error *err);

#endif

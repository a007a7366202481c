/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_RAW_FILES_H
#define MOLY_COMMANDS_RAW_FILES_H

/* Images and raw data by the names of their files, for the commands that project and reconstruct.
 */
#include "commands_inside.h"
#include "moly/projection/pet.h"

/** An image from .hv, .nii, .nii.gz or a folder of DICOM files (its first image series), in the
 *  scanner's frame. NIfTI and DICOM are taken to lie in a patient head first, supine, with ring 0
 * at the head, and are written so.
 *  @retval MOLY_ERR_USAGE  another ending */
MOLY_CHECKED moly_status raw_read_image(const char *path, moly_volume **volume, moly_error *err);
/** @retval MOLY_ERR_USAGE  an ending that is none of .hv, .nii, .nii.gz: found before the work */
MOLY_CHECKED moly_status raw_check_image_name(const char *path, moly_error *err);
MOLY_CHECKED moly_status raw_write_image(const char *path, const moly_volume *volume,
                                         moly_error *err);

/** The volume as it lies in the patient; borrows everything of it. */
moly_volume raw_in_patient_frame(const moly_volume *volume);

/** The sinogram file that raw data named `raw` hold as `name`: in a folder raw/name.hs, otherwise
 *  the file itself. In `arena`. */
MOLY_CHECKED moly_status raw_sinogram_path(const char *raw, const char *name, moly_arena *arena,
                                           const char **path, moly_error *err);
/** Layout of the prompts of raw data: a folder or a .hs header. A scanner of the library that the
 *  header names is taken from there, whole. */
MOLY_CHECKED moly_status raw_read_layout(const char *raw, moly_arena *arena, moly_layout **layout,
                                         moly_error *err);
/** Bins of `source` under `layout`, which has the same bins and may know its scanner better. Takes
 *  `source` over from success on. */
MOLY_CHECKED moly_status raw_with_layout(moly_sinogram *source, const moly_layout *layout,
                                         moly_sinogram **sinogram, moly_error *err);

/** Only segments whose mean ring difference is among the `most` smallest of either sign: 0 keeps
 *  the middle one. */
MOLY_CHECKED moly_status raw_keep_segments(const moly_layout *layout, int64_t most,
                                           moly_layout **kept, moly_error *err);

/* In the order of moly_projector_kind; of lengths. */
extern const char *const raw_projector_names[];
extern const char *const raw_unit_names[];

/** What a person chose of a projector; -1, NAN or a negative number: nothing. */
typedef struct projector_choice {
    int projector, unit;
    int64_t n_rays, n_threads;
    double radius_mm;
} projector_choice;

moly_projector_options raw_projector(const projector_choice *choice, const moly_grid *grid);
/** 0 mm, 1 widths of a voxel. */
int raw_unit_of(const projector_choice *choice);

/** Rows of a table for members projector, n_rays, radius_mm, unit, n_threads. */
#define PROJECTOR_PARAMS(args)                                                                     \
    {"projector",                                                                                  \
     0,                                                                                            \
     MOLY_CHOICE(args, projector),                                                                 \
     .choices = raw_projector_names,                                                               \
     .fallback = "joseph",                                                                         \
     .help = "how lines are integrated"},                                                          \
        {"rays",                                                                                   \
         0,                                                                                        \
         MOLY_I64(args, n_rays),                                                                   \
         .min = 1.0,                                                                               \
         .max = 64.0,                                                                              \
         .fallback = "1",                                                                          \
         .help = "lines across a tangential bin, of the Siddon projector"},                        \
        {"radius",                                                                                 \
         0,                                                                                        \
         MOLY_F64(args, radius_mm),                                                                \
         .dim = MOLY_DIM_LENGTH,                                                                   \
         .min = 1.0,                                                                               \
         .max = 1e4,                                                                               \
         .help = "what lies further from the axis does not count; without it all does (Siddon: "   \
                 "up to the image's border)"},                                                     \
        {"unit", 0, MOLY_CHOICE(args, unit), .choices = raw_unit_names,                            \
         .help = "of lengths: mm, or widths of a voxel; without it voxel for the Siddon "          \
                 "projector, as STIR has it, else mm"},                                            \
    {                                                                                              \
        "threads", 'j', MOLY_I64(args, n_threads),                                                 \
            .min = 1.0, .max = 256.0,                                                              \
            .help = "threads that share the work; without it as many as processors"                \
    }

/** From the axis to the middle of the nearest voxel at the border of an image, mm. */
double raw_inscribed_radius(const moly_grid *grid);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_RECONSTRUCT_PET_H
#define MOLY_COMMANDS_RECONSTRUCT_PET_H

/* `moly reconstruct` of a PET scanner's data. */
#include "commands_inside.h"
#include "reconstruct_args.h"

/** Reconstruct, write the image and its provenance; the first rank makes the result. */
MOLY_CHECKED moly_status reconstruct_pet(const reconstruct_args *args, const moly_run *run,
                                         json_t **result, moly_error *err);

/** The result as JSON beside an image: image.nii -> image.json, images/ -> images.json. */
MOLY_CHECKED moly_status reconstruct_write_provenance(const char *image, const moly_run *run,
                                                      const json_t *result, moly_error *err);

#endif

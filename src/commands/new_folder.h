/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_NEW_FOLDER_H
#define MOLY_COMMANDS_NEW_FOLDER_H

/* A folder that has its name only when it is whole: begun under another one beside it. */

#include "commands_inside.h"

typedef struct new_folder {
    const char *name;  /* without slashes at its end */
    const char *begun; /* where its files go until then; NULL: nothing begun */
} new_folder;

/** @param[out] folder  its texts are the arena's
 *  @retval MOLY_ERR_IO  the name is taken, or cannot be made */
MOLY_CHECKED moly_status new_folder_begin(const char *wanted, moly_arena *arena, new_folder *folder,
                                          moly_error *err);
/** Give the folder its name. */
MOLY_CHECKED moly_status new_folder_finish(new_folder *folder, moly_error *err);
/** Remove what was begun and not finished; harmless otherwise. */
void new_folder_drop(new_folder *folder);

#endif

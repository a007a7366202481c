/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_RAW_H
#define SERVER_RAW_H

#include "inside.h"

/* Where the raw data of a name lie, checked: in the request's arena.
 * @retval MOLY_ERR_NOT_FOUND  no folder of raw data, or nothing of that name in it
 * @retval MOLY_ERR_DATA       data that lead out of it */
MOLY_CHECKED moly_status raw_path(const request *r, const char *name, const char **path,
                                  moly_error *err);
/* What they are (moly/commands/raw.h), with "name". New reference. */
MOLY_CHECKED moly_status raw_facts(const request *r, const char *name, bool has_counts,
                                   json_t **facts, moly_error *err);
/* Messages name a dataset as people know it, not where this machine keeps it: in place. */
void raw_hide_folder(const request *r, char *message);

#endif

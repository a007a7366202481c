/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_WORKER_FOLDER_H
#define SERVER_WORKER_FOLDER_H

/* The folder of results on the disk: a folder for each reconstruction, job.json in it. */

#include <jansson.h>
#include <stdint.h>

#include "moly/base/status.h"

/* Takes the folder for this process alone, and reads all, the oldest first, WORKER_MOST_LISTED at
 * most; a job.json that is none is passed over.
 * @param[out] lock    to be closed when it is given back, after a failure too; -1: nothing to close
 * @param[out] jobs    array, new reference
 * @param[out] n_made  the largest number that was ever given
 * @retval MOLY_ERR_IO  the folder cannot be made or written to, or another server has it */
MOLY_CHECKED moly_status folder_open(const char *results, int *lock, json_t **jobs, int64_t *n_made,
                                     moly_error *err);
MOLY_CHECKED moly_status folder_make(const char *results, const char *id, moly_error *err);
/* Replaces job.json. */
MOLY_CHECKED moly_status folder_keep(const char *results, const char *id, const json_t *job,
                                     moly_error *err);
/* A JSON file of a reconstruction; NULL: none that can be read. New reference. */
json_t *folder_read(const char *results, const char *id, const char *name);
/* The error that the process wrote to its log; NULL: none. New reference. */
json_t *folder_error(const char *results, const char *id);
/* Takes away what is of no use any more: of one that is done the growing picture and the log, of
 * another all but job.json. */
void folder_clear(const char *results, const char *id, bool is_done);

#endif

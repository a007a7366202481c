/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_WORKER_H
#define SERVER_WORKER_H

/* Reconstructions, one at a time, in the order in which they were asked for. Each has a folder of
 * its own among the results, REC-000001, with job.json; while it runs and afterwards what `moly
 * reconstruct` writes: image.nii.gz, image.json, watch/. Any thread may call. */

#include <jansson.h>

#include "moly/base/instant.h"
#include "moly/base/memory.h"
#include "moly/base/status.h"

enum {
    WORKER_ID_SIZE = 16,
    WORKER_MOST_WAITING = 8,
    WORKER_MOST_LISTED = 200, /* older ones lie in the folder and are not shown */
};

typedef struct worker worker;

typedef struct worker_options {
    const char *program; /* the moly command; NULL: nothing can be started */
    const char *results; /* folder, made where it is not there */
    const moly_clock *clock;
    void (*tell)(void *context); /* something changed; called by the worker's thread */
    void *context;
} worker_options;

/* Reads what was done before. What was running when a server ended is "interrupted": its folder is
 * cleared of what is not whole, and it says so; what waited goes on waiting. */
MOLY_CHECKED moly_status worker_start(const worker_options *options, worker **started,
                                      moly_error *err);
/* What runs is stopped and is "interrupted" by then. */
void worker_finish(worker *one);
void worker_free(worker *one);

/* @param[in]  words  of the command line after `moly reconstruct`, without --output, --watch and
 *                    --format; copied
 * @param[in]  about  what is kept of it in job.json, "id" and states added; not changed
 * @retval MOLY_ERR_RULE       WORKER_MOST_WAITING wait already
 * @retval MOLY_ERR_NOT_FOUND  there is no program */
MOLY_CHECKED moly_status worker_ask(worker *one, const json_t *words, const json_t *about,
                                    char id[WORKER_ID_SIZE], moly_error *err);
/* Stops it, or takes it out of the queue; one that has ended stays as it is. */
MOLY_CHECKED moly_status worker_cancel(worker *one, const char *id, const char *by,
                                       moly_error *err);
/* As in job.json; of one that runs with "progress". New reference. */
MOLY_CHECKED moly_status worker_get(worker *one, const char *id, json_t **job, moly_error *err);
/* All, the newest first, without progress. New reference; NULL without memory. */
json_t *worker_list(worker *one);
/* A file of a reconstruction by its name: in `arena`; NULL without memory. */
const char *worker_file(const worker *one, const char *id, const char *name, moly_arena *arena);

#endif

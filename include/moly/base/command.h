/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_COMMAND_H
#define MOLY_BASE_COMMAND_H

/** A command: a declaration with what it runs and how its result is shown. Each stands in a file of
 *  its own in src/commands/ (science) or src/cli/ (records and service). */

#include "moly/base/declare.h"
#include "moly/base/output.h"
#include "moly/base/progress.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a run is given beside its arguments. */
typedef struct moly_run {
    moly_clock clock;
    const moly_progress *progress;       /**< may be NULL */
    moly_arena *arena;                   /**< lives until the result has been written */
    const moly_declaration *declaration; /**< that the arguments were read by */
    moly_format format; /**< asked for: a table may leave out what is faint, data may not */
} moly_run;

typedef struct moly_command {
    moly_declaration declaration;
    const moly_view *views;
    size_t n_views;
    /** @param[out] result  an object, new reference; NULL when the command wrote its output itself
     */
    moly_status (*run)(const void *args, const moly_run *run, json_t **result, moly_error *err);
} moly_command;

#ifdef __cplusplus
}
#endif
#endif

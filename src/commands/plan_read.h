/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_PLAN_READ_H
#define COMMANDS_PLAN_READ_H

/* The day's file of moly plan. Each kind of object is declared as a command's arguments are, so
 * that units, bounds and messages are the same; its description for the documentation follows too.
 */

#include "moly/base/declare.h"
#include "moly/production/plan.h"

typedef struct plan_file {
    moly_plan_problem problem; /* its texts are the arena's */
    const char **targets;      /* of each product; NULL: a generator, or not told */
} plan_file;

/* @param[out] file  in `arena`
 * @retval MOLY_ERR_DATA  an object in it: the message names its place */
MOLY_CHECKED moly_status plan_read(const json_t *day, const moly_clock *clock, moly_arena *arena,
                                   plan_file *file, moly_error *err);
/* What plan_read() takes. New reference; NULL without memory. */
json_t *plan_schema(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <jansson.h>

#include "moly/centre/centre.h"

static moly_status run_acts(const void *args, const moly_run *run, json_t **result, moly_error *err)
{
    (void)args;
    (void)run;
    *result = moly_acts_describe(cli_language());
    return *result ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static const moly_column columns[] = {
    {"name", "Act", MOLY_DIM_NONE, 0},
    {"summary", "What it does", MOLY_DIM_NONE, 0},
    {"roles", "Who may", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"signature", "Signature", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"rules", "Rules", MOLY_DIM_NONE, 0},
};
static const moly_view view = {NULL, "results", columns, sizeof columns / sizeof columns[0]};

const moly_command cli_acts_command = {
    .declaration = {.name = "acts",
                    .summary = "List what can be done in the centre, and by whom",
                    .description = "With --format json each act comes with its fields, their units "
                                   "and bounds, its roles, its signature and an example.",
                    .example = "moly acts --format json"},
    .views = &view,
    .n_views = 1,
    .run = run_acts,
};

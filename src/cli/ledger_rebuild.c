/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <jansson.h>

#include "moly/ledger/ledger.h"

struct rebuild_args {
    const char *db;
};

static moly_status run_rebuild(const void *args, const moly_run *run, json_t **result,
                               moly_error *err)
{
    const struct rebuild_args *rebuild = args;
    moly_ledger *ledger = NULL;
    moly_status status = moly_ledger_open(rebuild->db, &run->clock, &ledger, err);
    if (status == MOLY_OK) {
        status = moly_ledger_rebuild(ledger, run->progress, result, err);
    }
    moly_ledger_close(ledger);
    return status;
}

static const moly_param params[] = {
    CLI_DB(struct rebuild_args),
};

static const moly_column summary_columns[] = {
    {"events", "Events", MOLY_DIM_NONE, 15},
    {"identical", "Identical", MOLY_DIM_NONE, 0},
};
static const moly_column table_columns[] = {
    {"table", "Table", MOLY_DIM_NONE, 0},
    {"rows", "Rows", MOLY_DIM_NONE, 15},
    {"hash_before", "Hash before", MOLY_DIM_NONE, 0},
    {"hash_after", "Hash after", MOLY_DIM_NONE, 0},
};
static const moly_view views[] = {
    {NULL, "", summary_columns, sizeof summary_columns / sizeof summary_columns[0]},
    {"Tables", "tables", table_columns, sizeof table_columns / sizeof table_columns[0]},
};

const moly_command cli_ledger_rebuild_command = {
    .declaration = {.name = "ledger rebuild",
                    .summary = "Make all tables anew from the events, and compare",
                    .description = "Records, links and accounts are written anew from the events "
                                   "alone, in one transaction. Each table shows a hash of its rows "
                                   "before and after: identical is what they must be.",
                    .example = "moly ledger rebuild --db sqlite:moly.db",
                    .params = params,
                    .n_params = sizeof params / sizeof params[0],
                    .args_size = sizeof(struct rebuild_args)},
    .views = views,
    .n_views = sizeof views / sizeof views[0],
    .run = run_rebuild,
};

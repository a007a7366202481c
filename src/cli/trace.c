/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "moly/ledger/ledger.h"

struct trace_args {
    const char *db, *node;
};

static moly_status run_trace(const void *args, const moly_run *run, json_t **result,
                             moly_error *err)
{
    const struct trace_args *trace = args;
    moly_ledger *ledger = NULL;
    moly_ledger_reader *reader = NULL;
    moly_status status = moly_ledger_open(trace->db, &run->clock, &ledger, err);
    if (status == MOLY_OK) {
        status = moly_ledger_reader_new(ledger, &reader, err);
    }
    if (status == MOLY_OK) {
        status = moly_ledger_trace(reader, trace->node, result, err);
    }
    moly_ledger_reader_free(reader);
    moly_ledger_close(ledger);
    return status;
}

static const moly_param params[] = {
    {.name = "node",
     MOLY_TEXT(struct trace_args, node),
     .pattern_hint = "KIND/ID",
     .is_required = true,
     .is_positional = true,
     .help = "record to start from, kit/KIT-000001 or patient/PAT-000001"},
    CLI_DB(struct trace_args),
};

static const moly_column columns[] = {
    {"depth", "Steps", MOLY_DIM_NONE, 0},
    {"node", "Record", MOLY_DIM_NONE, 0},
    {"role", "How", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"via", "By way of", MOLY_DIM_NONE, 0},
};
#define N(rows) (sizeof(rows) / sizeof((rows)[0]))
static const moly_view views[] = {
    {"What it was made of", "backward", columns, N(columns)},
    {"What was made of it", "forward", columns, N(columns)},
};

const moly_command cli_trace_command = {
    .declaration = {.name = "trace",
                    .summary = "Trace a lot to its patients, or a patient to all lots",
                    .example = "moly trace patient/PAT-000001 --db sqlite:moly.db",
                    .params = params,
                    .n_params = N(params),
                    .args_size = sizeof(struct trace_args)},
    .views = views,
    .n_views = N(views),
    .run = run_trace,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "moly/centre/work.h"
#include "moly/ledger/ledger.h"

struct trace_args {
    const char *db, *node;
};

/* The node that the person means: KIND/ID as it stands, else what the code names (an id alone, a
 * maker's lot or serial, a scanned label), if that is one record. */
static moly_status name_node(const moly_ledger_reader *reader, const char *said, char node[160],
                             moly_error *err)
{
    json_t *found = NULL, *kind = NULL, *id = NULL;
    (void)snprintf(node, 160, "%s", said);
    if (strchr(said, '/')) {
        return MOLY_OK;
    }
    moly_status status = moly_centre_find(reader, said, &found, err);
    if (!status) {
        const json_t *results = json_object_get(found, "results");
        kind = json_object_get(json_array_get(results, 0), "kind");
        id = json_object_get(json_array_get(results, 0), "id");
        if (json_array_size(results) > 1) {
            status = MOLY_FAIL(err, MOLY_ERR_USAGE,
                               "'%s' names %zu records; say which as KIND/ID, \"lot/LOT-000001\"",
                               said, json_array_size(results));
        }
    }
    if (!status && kind && id) {
        (void)snprintf(node, 160, "%s/%s", json_string_value(kind), json_string_value(id));
    }
    json_decref(found);
    return status;
}

static moly_status read_trace(const moly_site *site, const moly_ledger_reader *reader,
                              const void *arguments, json_t **result, moly_error *err)
{
    const struct trace_args *args = arguments;
    char node[160];
    (void)site;
    moly_status status = name_node(reader, args->node, node, err);
    return status ? status : moly_ledger_trace(reader, node, result, err);
}

static moly_status run_trace(const void *args, const moly_run *run, json_t **result,
                             moly_error *err)
{
    const struct trace_args *trace = args;
    return cli_read_ledger(trace->db, run, read_trace, args, result, err);
}

static const moly_param params[] = {
    {.name = "node",
     MOLY_TEXT(struct trace_args, node),
     .pattern_hint = "LOT_OR_PATIENT",
     .is_required = true,
     .is_positional = true,
     .help = "record to start from: its identifier, KIND/ID, a maker's lot or a scanned label"},
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
                    .example = "moly trace PAT-000001 --db sqlite:moly.db",
                    .params = params,
                    .n_params = N(params),
                    .args_size = sizeof(struct trace_args)},
    .views = views,
    .n_views = N(views),
    .run = run_trace,
};

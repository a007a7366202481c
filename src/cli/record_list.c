/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <jansson.h>

#include "moly/ledger/ledger.h"

struct list_args {
    const char *db, *kind, *state, *owner, *after;
    int64_t limit;
};

static moly_status read_list(const moly_site *site, const moly_ledger_reader *reader,
                             const void *arguments, json_t **result, moly_error *err)
{
    const struct list_args *list = arguments;
    const moly_record_query query = {.kind = list->kind,
                                     .state = list->state,
                                     .owner = list->owner,
                                     .after_id = list->after,
                                     .limit = (size_t)list->limit};
    json_t *records = NULL;
    (void)site;
    moly_status status = moly_ledger_records(reader, &query, &records, err);
    if (status) {
        return status;
    }
    *result = json_pack("{s:o}", "results", records);
    return *result ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status run_list(const void *args, const moly_run *run, json_t **result, moly_error *err)
{
    const struct list_args *list = args;
    return cli_read_ledger(list->db, run, read_list, args, result, err);
}

static const moly_param params[] = {
    {.name = "kind",
     MOLY_TEXT(struct list_args, kind),
     .is_required = true,
     .is_positional = true,
     .help =
         "kind of record: patient, order, dose, kit, eluate, generator, lot, waste, person, ..."},
    CLI_DB(struct list_args),
    {.name = "state", MOLY_TEXT(struct list_args, state), .help = "only those in this state"},
    {.name = "owner", MOLY_TEXT(struct list_args, owner), .help = "only those of this patient"},
    {.name = "after",
     MOLY_TEXT(struct list_args, after),
     .help = "only those whose id follows this one"},
    {.name = "limit",
     MOLY_I64(struct list_args, limit),
     .min = 1.0,
     .max = 100000.0,
     .fallback = "500",
     .help = "most records to list"},
};

static const moly_column columns[] = {
    {"id", "Record", MOLY_DIM_NONE, 0},       {"state", "State", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"at", "At", MOLY_DIM_NONE, 0},           {"name", "Name", MOLY_DIM_NONE, 0},
    {"product", "Product", MOLY_DIM_NONE, 0}, {"activity_bq", "Activity", MOLY_DIM_ACTIVITY, 4},
    {"expiry", "Expires", MOLY_DIM_NONE, 0},  {"owner", "Of", MOLY_DIM_NONE, 0},
};
#define N(rows) (sizeof(rows) / sizeof((rows)[0]))
static const moly_view view = {NULL, "results", columns, N(columns)};

const moly_command cli_record_list_command = {
    .declaration = {.name = "record list",
                    .summary = "List the records of a kind",
                    .example = "moly record list kit --db sqlite:moly.db --state released",
                    .params = params,
                    .n_params = N(params),
                    .args_size = sizeof(struct list_args)},
    .views = &view,
    .n_views = 1,
    .run = run_list,
};

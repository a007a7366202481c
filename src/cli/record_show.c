/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <jansson.h>

#include "moly/ledger/ledger.h"

struct show_args {
    const char *db, *kind, *id;
};

static moly_status read_history(const moly_ledger_reader *reader, const struct show_args *show,
                                moly_arena *arena, json_t **events, moly_error *err)
{
    const char *node = moly_arena_printf(arena, "%s/%s", show->kind, show->id);
    const moly_event_query query = {.subject = node, .limit = 1000};
    return node ? moly_ledger_events(reader, &query, events, err) : MOLY_NO_MEMORY(err);
}

static moly_status run_show(const void *args, const moly_run *run, json_t **result, moly_error *err)
{
    const struct show_args *show = args;
    moly_ledger *ledger = NULL;
    moly_ledger_reader *reader = NULL;
    json_t *record = NULL, *events = NULL;
    moly_status status = moly_ledger_open(show->db, &run->clock, &ledger, err);
    if (status == MOLY_OK) {
        status = moly_ledger_reader_new(ledger, &reader, err);
    }
    if (status == MOLY_OK) {
        status = moly_ledger_record(reader, show->kind, show->id, &record, err);
    }
    if (status == MOLY_OK) {
        status = read_history(reader, show, run->arena, &events, err);
    }
    if (status == MOLY_OK) {
        *result = json_pack("{s:O, s:O}", "record", record, "events", events);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(events);
    json_decref(record);
    moly_ledger_reader_free(reader);
    moly_ledger_close(ledger);
    return status;
}

static const moly_param params[] = {
    {.name = "kind",
     MOLY_TEXT(struct show_args, kind),
     .is_required = true,
     .is_positional = true,
     .help =
         "kind of record: patient, order, dose, kit, eluate, generator, lot, waste, person, ..."},
    {.name = "id",
     MOLY_TEXT(struct show_args, id),
     .pattern_hint = "ID",
     .is_required = true,
     .is_positional = true,
     .help = "identifier, KIT-000001"},
    CLI_DB(struct show_args),
};

static const moly_column record_columns[] = {
    {"kind", "Kind", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"id", "Record", MOLY_DIM_NONE, 0},
    {"state", "State", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"name", "Name", MOLY_DIM_NONE, 0},
    {"product", "Product", MOLY_DIM_NONE, 0},
    {"activity_bq", "Activity", MOLY_DIM_ACTIVITY, 4},
    {"at", "At", MOLY_DIM_NONE, 0},
    {"expiry", "Expires", MOLY_DIM_NONE, 0},
};
static const moly_column event_columns[] = {
    {"seq", "Event", MOLY_DIM_NONE, 0},
    {"at", "At", MOLY_DIM_NONE, 0},
    {"kind", "Act", MOLY_DIM_NONE, 0},
    {"person", "By", MOLY_DIM_NONE, 0},
};
#define N(rows) (sizeof(rows) / sizeof((rows)[0]))
static const moly_view views[] = {
    {NULL, "record", record_columns, N(record_columns)},
    {"What has happened", "events", event_columns, N(event_columns)},
};

const moly_command cli_record_show_command = {
    .declaration = {.name = "record show",
                    .summary = "Show a record and every event that made or changed it",
                    .example = "moly record show kit KIT-000001 --db sqlite:moly.db",
                    .params = params,
                    .n_params = N(params),
                    .args_size = sizeof(struct show_args)},
    .views = views,
    .n_views = N(views),
    .run = run_show,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <jansson.h>

#include "moly/centre/pack.h"

struct retention_args {
    const char *db, *kind, *id;
};

static moly_status read_retention(const moly_site *site, const moly_ledger_reader *reader,
                                  const void *arguments, json_t **result, moly_error *err)
{
    const struct retention_args *args = arguments;
    return moly_record_retention(site, reader, args->kind, args->id, result, err);
}

static moly_status run_retention(const void *args, const moly_run *run, json_t **result,
                                 moly_error *err)
{
    const struct retention_args *asked = args;
    return cli_read_ledger(asked->db, run, read_retention, args, result, err);
}

static const moly_param params[] = {
    {.name = "kind",
     MOLY_TEXT(struct retention_args, kind),
     .is_required = true,
     .is_positional = true,
     .help = "kind of record: patient, order, dose, kit, eluate, generator, lot, waste, person, "
             "..."},
    {.name = "id",
     MOLY_TEXT(struct retention_args, id),
     .pattern_hint = "ID",
     .is_required = true,
     .is_positional = true,
     .help = "identifier, KIT-000001"},
    CLI_DB(struct retention_args),
};

static const moly_column columns[] = {
    {"kind", "Kind", MOLY_DIM_NONE, MOLY_OWN_WORDS}, {"id", "Record", MOLY_DIM_NONE, 0},
    {"until", "Kept until", MOLY_DIM_NONE, 0},       {"years", "Years", MOLY_DIM_NONE, 4},
    {"source", "Source", MOLY_DIM_NONE, 0},          {"version", "Version", MOLY_DIM_NONE, 0},
};
static const moly_view view = {NULL, "", columns, sizeof columns / sizeof columns[0]};

const moly_command cli_record_retention_command = {
    .declaration = {.name = "record retention",
                    .summary = "Say until when a record must be kept, and by which rule",
                    .description = "Moly never removes a record. This is how long an archive must "
                                   "be kept by the country's packs; without an end, for ever.",
                    .example = "moly record retention kit KIT-000001 --db sqlite:moly.db",
                    .params = params,
                    .n_params = sizeof params / sizeof params[0],
                    .args_size = sizeof(struct retention_args)},
    .views = &view,
    .n_views = 1,
    .run = run_retention,
};

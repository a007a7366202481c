/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <jansson.h>

#include "moly/ledger/ledger.h"

struct verify_args {
    const char *db;
    const char *anchor;
    int projections;
};

static moly_status run_verify(const void *args, const moly_run *run, json_t **result,
                              moly_error *err)
{
    const struct verify_args *verify = args;
    json_t *report = NULL, *tables = NULL;
    moly_status status =
        moly_ledger_verify(verify->db, verify->anchor, run->progress, &report, err);
    if (status == MOLY_OK && verify->projections == 1) {
        status = moly_ledger_compare(verify->db, run->progress, &tables, err);
    }
    if (status == MOLY_OK && tables != NULL &&
        json_object_set(report, "tables", json_object_get(tables, "tables")) != 0) {
        status = MOLY_NO_MEMORY(err);
    }
    json_decref(tables);
    if (status != MOLY_OK) {
        json_decref(report);
        return status;
    }
    *result = report;
    return MOLY_OK;
}

static const moly_param params[] = {
    CLI_DB(struct verify_args),
    {.name = "anchor",
     MOLY_TEXT(struct verify_args, anchor),
     .pattern_hint = "FILE",
     .help = "head that was kept outside, from moly ledger anchor"},
    {.name = "projections",
     MOLY_BOOL(struct verify_args, projections),
     .help = "also compare every table with what the events make of it"},
};

static const moly_column columns[] = {
    {"events", "Events", MOLY_DIM_NONE, 15},
    {"signatures", "Signatures", MOLY_DIM_NONE, 15},
    {"heads", "Signed heads", MOLY_DIM_NONE, 15},
    {"blobs", "Files", MOLY_DIM_NONE, 15},
    {"head_hash", "Hash of the head", MOLY_DIM_NONE, 0},
};
static const moly_view view = {NULL, "", columns, sizeof columns / sizeof columns[0]};

const moly_command cli_ledger_verify_command = {
    .declaration = {.name = "ledger verify",
                    .summary = "Prove that no event was altered, added or removed",
                    .description = "Reads only. Every hash, link, signature and signed head is "
                                   "computed again; the first altered event is named and the "
                                   "exit code is 65. An anchor kept outside also finds a ledger "
                                   "that was cut short or rewritten as a whole.",
                    .example = "moly ledger verify --db sqlite:moly.db",
                    .params = params,
                    .n_params = sizeof params / sizeof params[0],
                    .args_size = sizeof(struct verify_args)},
    .views = &view,
    .n_views = 1,
    .run = run_verify,
};

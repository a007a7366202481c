/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "moly/ledger/ledger.h"

struct verify_args {
    const char *db;
    const char *anchor;
};

static moly_status run_verify(const void *args, const moly_run *run, json_t **result,
                              moly_error *err)
{
    const struct verify_args *verify = args;
    return moly_ledger_verify(verify->db, verify->anchor, run->progress, result, err);
}

static const moly_param params[] = {
    CLI_DB(struct verify_args),
    {.name = "anchor",
     MOLY_TEXT(struct verify_args, anchor),
     .pattern_hint = "FILE",
     .help = "head that was kept outside, from moly ledger anchor"},
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

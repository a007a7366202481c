/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "moly/ledger/ledger.h"

struct anchor_args {
    const char *db;
};

static moly_status run_anchor(const void *args, const moly_run *run, json_t **result,
                              moly_error *err)
{
    (void)result;
    const struct anchor_args *anchor = args;
    moly_ledger *ledger = NULL;
    moly_ledger_reader *reader = NULL;
    char *head = NULL;
    moly_status status = moly_ledger_open(anchor->db, &run->clock, &ledger, err);
    if (status == MOLY_OK) {
        status = moly_ledger_reader_new(ledger, &reader, err);
    }
    if (status == MOLY_OK) {
        status = moly_ledger_anchor(reader, &head, err);
    }
    if (status == MOLY_OK) {
        moly_text text = {0};
        moly_text_add(&text, head);
        status = cli_print(&text, err);
    }
    moly_free(head);
    moly_ledger_reader_free(reader);
    moly_ledger_close(ledger);
    return status;
}

static const moly_param params[] = {
    CLI_DB(struct anchor_args),
};

const moly_command cli_ledger_anchor_command = {
    .declaration = {.name = "ledger anchor",
                    .summary = "Print the signed head, to be kept outside",
                    .description = "Print it, mail it or give it to another site: with it, moly "
                                   "ledger verify finds a ledger that was cut short or rewritten "
                                   "as a whole.",
                    .example = "moly ledger anchor --db sqlite:moly.db",
                    .params = params,
                    .n_params = sizeof params / sizeof params[0],
                    .args_size = sizeof(struct anchor_args)},
    .run = run_anchor,
};

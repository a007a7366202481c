/* SPDX-License-Identifier: Apache-2.0 */
/* The way of every command that only reads records. */
#include "cli.h"

moly_status cli_read_ledger(const char *db, const moly_run *run, cli_read read, const void *args,
                            json_t **result, moly_error *err)
{
    moly_ledger *ledger = NULL;
    moly_ledger_reader *reader = NULL;
    moly_status status = moly_ledger_open(db, &run->clock, &ledger, err);
    if (!status) {
        status = moly_ledger_reader_new(ledger, &reader, err);
    }
    if (!status) {
        status = read(moly_ledger_site(ledger), reader, args, result, err);
    }
    moly_ledger_reader_free(reader);
    moly_ledger_close(ledger);
    return status;
}

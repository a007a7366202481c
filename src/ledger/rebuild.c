/* SPDX-License-Identifier: Apache-2.0 */
/* The projections anew from the events: the books and the trail are one. All are figured in memory
 * and compared with the tables row by row; what differs, and only that, is written, in one
 * transaction. */
#include "accounts.h"
#include "compare.h"

struct rebuilding {
    const moly_progress *progress;
    json_t *report;
};

static moly_status make_report(const table_comparison tables[N_PROJECTIONS], int64_t n_events,
                               json_t **report, moly_error *err)
{
    json_t *list = json_array();
    bool all_identical = true;
    moly_status status = list ? MOLY_OK : MOLY_NO_MEMORY(err);
    for (size_t t = 0; t < N_PROJECTIONS && !status; t++) {
        const table_comparison *table = &tables[t];
        all_identical = all_identical && table_is_identical(table);
        if (json_array_append_new(
                list,
                json_pack("{s:s, s:I, s:I, s:I, s:I, s:s, s:s}", "table", projection_tables[t].name,
                          "rows", (json_int_t)table->n_rows, "wrong", (json_int_t)table->n_wrong,
                          "missing", (json_int_t)table->n_missing, "strange",
                          (json_int_t)table->n_strange, "hash_before", table->hash_before,
                          "hash_after", table->hash_after)) != 0) {
            status = MOLY_NO_MEMORY(err);
        }
    }
    if (!status) {
        *report = json_pack("{s:I, s:O, s:b}", "events", (json_int_t)n_events, "tables", list,
                            "identical", (int)all_identical);
        status = *report ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(list);
    return status;
}

static moly_status rebuild(moly_transaction *transaction, void *context, moly_error *err)
{
    struct rebuilding *rebuilding = context;
    table_comparison *tables = moly_alloc(N_PROJECTIONS, sizeof *tables);
    changes all;
    int64_t n_events = 0;
    changes_init(&all, NULL, &transaction->ledger->families);
    moly_status status = tables ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status) {
        status = projections_figure(transaction->store, &all, rebuilding->progress, &n_events, err);
    }
    if (!status) {
        status =
            projections_compare(transaction->store, &all, true, rebuilding->progress, tables, err);
    }
    if (!status) {
        status = make_report(tables, n_events, &rebuilding->report, err);
    }
    changes_free(&all);
    moly_free(tables);
    return status;
}

moly_status moly_ledger_rebuild(moly_ledger *ledger, const moly_progress *progress, json_t **report,
                                moly_error *err)
{
    *report = NULL;
    struct rebuilding rebuilding = {.progress = progress};
    moly_status status = moly_ledger_transact(ledger, rebuild, &rebuilding, err);
    if (status) {
        json_decref(rebuilding.report);
        return status;
    }
    *report = rebuilding.report;
    return MOLY_OK;
}

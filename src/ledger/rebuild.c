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

/* ---- without writing ------------------------------------------------------------------------ */

static moly_status say_first(const table_comparison tables[N_PROJECTIONS], moly_error *err)
{
    for (size_t t = 0; t < N_PROJECTIONS; t++) {
        const table_comparison *table = &tables[t];
        if (!table_is_identical(table)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "table %s is not what the events make of it, first at '%.80s': %lld "
                             "rows wrong, %lld missing, %lld of no event; run moly ledger rebuild",
                             projection_tables[t].name, table->first, (long long)table->n_wrong,
                             (long long)table->n_missing, (long long)table->n_strange);
        }
    }
    return MOLY_OK;
}

static moly_status compare_all(store *s, families *f, const moly_progress *progress,
                               json_t **report, moly_error *err)
{
    table_comparison *tables = moly_alloc(N_PROJECTIONS, sizeof *tables);
    changes all;
    int64_t n_events = 0;
    changes_init(&all, NULL, f);
    moly_status status = tables ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status) {
        status = projections_figure(s, &all, progress, &n_events, err);
    }
    if (!status) {
        status = projections_compare(s, &all, false, progress, tables, err);
    }
    if (!status) {
        status = say_first(tables, err);
    }
    if (!status) {
        status = make_report(tables, n_events, report, err);
    }
    changes_free(&all);
    moly_free(tables);
    return status;
}

moly_status moly_ledger_compare(const char *url, const moly_progress *progress, json_t **report,
                                moly_error *err)
{
    *report = NULL;
    store *s = NULL;
    families f;
    bool is_there = false;
    families_init(&f);
    moly_status status = store_open(url, STORE_READ, NULL, &s, err);
    if (!status) {
        status = store_begin(s, err);
    }
    if (!status) {
        status = s->ops->has_schema(s, &is_there, err);
        if (!status && !is_there) {
            status = MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "no ledger in this database");
        }
        if (!status) {
            status = compare_all(s, &f, progress, report, err);
        }
        store_rollback(s);
    }
    store_close(s);
    families_free(&f);
    return status;
}

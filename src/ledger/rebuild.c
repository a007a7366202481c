/* SPDX-License-Identifier: Apache-2.0 */
/* The projections anew from the events, in one transaction, and compared: the books and the trail
 * are one. */
#include <string.h>

#include "event.h"
#include "schema.h"

enum { PAGE = 200 };

/* ---- a hash of a table ---------------------------------------------------------------------- */

struct table_dump {
    crypto_generichash_state state;
    size_t n_columns;
    int64_t n_rows;
};

/* Each column: its type, its length, its bytes; so that no two tables read alike. */
static moly_status dump_row(void *context, const store_value *columns, moly_error *err)
{
    (void)err;
    struct table_dump *dump = context;
    for (size_t i = 0; i < dump->n_columns; i++) {
        const store_value *c = &columns[i];
        const void *data = c->type == STORE_INT    ? (const void *)&c->i
                           : c->type == STORE_REAL ? (const void *)&c->r
                                                   : c->data;
        uint64_t length = c->is_null                                      ? 0
                          : c->type == STORE_INT || c->type == STORE_REAL ? 8
                                                                          : c->length;
        uint8_t tag = c->is_null ? 'n' : (uint8_t)("irtb"[c->type]);
        (void)crypto_generichash_update(&dump->state, &tag, 1);
        (void)crypto_generichash_update(&dump->state, (const uint8_t *)&length, sizeof length);
        if (length > 0) {
            (void)crypto_generichash_update(&dump->state, data, length);
        }
    }
    dump->n_rows++;
    return MOLY_OK;
}

static moly_status hash_table(store *s, const schema_table *table, char hex[HASH_HEX],
                              int64_t *n_rows, moly_error *err)
{
    struct table_dump dump = {.n_columns = table->n_columns};
    uint8_t hash[HASH_BYTES];
    moly_text sql = {0};
    (void)crypto_generichash_init(&dump.state, NULL, 0, HASH_BYTES);
    moly_text_printf(&sql, "SELECT * FROM %s ORDER BY %s", table->name, table->order);
    moly_status status = sql.is_broken ? MOLY_NO_MEMORY(err)
                                       : store_query(s, sql.data, NULL, 0, dump_row, &dump, err);
    moly_text_free(&sql);
    (void)crypto_generichash_final(&dump.state, hash, HASH_BYTES);
    sodium_bin2hex(hex, HASH_HEX, hash, HASH_BYTES);
    *n_rows = dump.n_rows;
    return status;
}

/* ---- events, a page at a time ----------------------------------------------------------------
 * Copied out before they are applied: a store must not be read and written at once. */

struct copied_event {
    int64_t seq, at_us;
    char *kind, *subject;
    json_t *body;
};

struct page {
    struct copied_event events[PAGE];
    size_t n;
};

static moly_status copy_event(void *context, const store_value *columns, moly_error *err)
{
    struct page *page = context;
    event_row event;
    if (!event_take(columns, &event)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "event %lld is damaged: run moly ledger verify",
                         (long long)columns[0].i);
    }
    struct copied_event *copy = &page->events[page->n++];
    *copy = (struct copied_event){.seq = event.seq,
                                  .at_us = event.at_us,
                                  .kind = moly_strdup(event.kind),
                                  .subject = moly_strdup(event.subject)};
    if (!copy->kind || !copy->subject) {
        return MOLY_NO_MEMORY(err);
    }
    return moly_json_parse(event.body, event.body_length, &copy->body, err);
}

static void clear_page(struct page *page)
{
    for (size_t i = 0; i < page->n; i++) {
        moly_free(page->events[i].kind);
        moly_free(page->events[i].subject);
        json_decref(page->events[i].body);
    }
    page->n = 0;
}

struct rebuilding {
    const moly_progress *progress;
    json_t *report;
};

static moly_status apply_all(moly_transaction *transaction, const moly_progress *progress,
                             struct page *page, moly_error *err)
{
    int64_t last = transaction->head.seq, done = 0;
    moly_status status = MOLY_OK;
    while (!status && done < last) {
        status = moly_progress_step(progress, (double)done / (double)last, "applying events", err);
        if (!status) {
            status = store_query(
                transaction->store,
                "SELECT " EVENT_COLUMNS " FROM event WHERE seq > $1 ORDER BY seq LIMIT $2",
                STORE_VALUES(store_int(done), store_int(PAGE)), copy_event, page, err);
        }
        if (!status && page->n == 0) {
            status = MOLY_FAIL(err, MOLY_ERR_DATA, "event %lld is missing", (long long)done + 1);
        }
        for (size_t i = 0; i < page->n && !status; i++) {
            const struct copied_event *copy = &page->events[i];
            const applied_event event = {copy->seq, copy->at_us, copy->kind, copy->subject};
            status =
                projections_apply(transaction->ledger, transaction->store, &event, copy->body, err);
            done = copy->seq;
            if (status) {
                moly_error_context(err, "event %lld", (long long)copy->seq);
            }
        }
        clear_page(page);
    }
    return status;
}

static moly_status empty_table(store *s, const char *table, moly_error *err)
{
    moly_text sql = {0};
    moly_text_printf(&sql, "DELETE FROM %s", table);
    moly_status status =
        sql.is_broken ? MOLY_NO_MEMORY(err) : store_query(s, sql.data, NULL, 0, NULL, NULL, err);
    moly_text_free(&sql);
    return status;
}

static moly_status compare_tables(store *s, char (*before)[HASH_HEX], int64_t n_events,
                                  json_t **report, moly_error *err)
{
    json_t *tables = json_array();
    bool is_identical = true;
    moly_status status = tables ? MOLY_OK : MOLY_NO_MEMORY(err);
    for (size_t t = 0; t < schema_n_tables && !status; t++) {
        char after[HASH_HEX];
        int64_t n_rows;
        if (schema_tables[t].class != TABLE_PROJECTION) {
            continue;
        }
        status = hash_table(s, &schema_tables[t], after, &n_rows, err);
        is_identical = is_identical && strcmp(before[t], after) == 0;
        if (!status && json_array_append_new(
                           tables, json_pack("{s:s, s:I, s:s, s:s}", "table", schema_tables[t].name,
                                             "rows", (json_int_t)n_rows, "hash_before", before[t],
                                             "hash_after", after)) != 0) {
            status = MOLY_NO_MEMORY(err);
        }
    }
    if (!status) {
        *report = json_pack("{s:I, s:O, s:b}", "events", (json_int_t)n_events, "tables", tables,
                            "identical", (int)is_identical);
        status = *report ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(tables);
    return status;
}

static moly_status rebuild(moly_transaction *transaction, void *context, moly_error *err)
{
    struct rebuilding *rebuilding = context;
    store *s = transaction->store;
    int64_t n_rows;
    moly_status status = MOLY_OK;
    char(*before)[HASH_HEX] = moly_alloc(schema_n_tables, sizeof *before);
    struct page *page = moly_alloc(1, sizeof *page);
    if (!before || !page) {
        status = MOLY_NO_MEMORY(err);
    }
    for (size_t t = 0; t < schema_n_tables && !status; t++) {
        if (schema_tables[t].class == TABLE_PROJECTION) {
            status = hash_table(s, &schema_tables[t], before[t], &n_rows, err);
            status = status ? status : empty_table(s, schema_tables[t].name, err);
        }
    }
    if (!status) {
        status = apply_all(transaction, rebuilding->progress, page, err);
    }
    if (!status) {
        status = compare_tables(s, before, transaction->head.seq, &rebuilding->report, err);
    }
    if (page) {
        clear_page(page);
    }
    moly_free(page);
    moly_free(before);
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

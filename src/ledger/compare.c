/* SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"

#include <string.h>

#include "accounts.h"
#include "event.h"

enum { EVENTS_A_PAGE = 1000, ROWS_A_PAGE = 5000 };

/* ---- the events ----------------------------------------------------------------------------- */

struct figuring {
    changes *c;
    int64_t last_seq, n_page;
};

static moly_status apply_event(void *context, const store_value *columns, moly_error *err)
{
    struct figuring *f = context;
    const applied_event event = {columns[0].i, columns[1].i, store_get_text(&columns[2]),
                                 store_get_text(&columns[3])};
    json_t *body = NULL;
    if (event.seq != f->last_seq + 1) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "event %lld is missing", (long long)f->last_seq + 1);
    }
    moly_status status =
        moly_json_parse(store_get_text(&columns[4]), columns[4].length, &body, err);
    if (!status) {
        status = projections_apply(f->c, &event, body, err);
    }
    json_decref(body);
    if (status) {
        moly_error_context(err, "event %lld", (long long)event.seq);
    }
    f->last_seq = event.seq;
    f->n_page++;
    return status;
}

moly_status projections_figure(store *s, changes *c, const moly_progress *progress,
                               int64_t *n_events, moly_error *err)
{
    struct figuring f = {.c = c};
    chain_head head;
    moly_status status = chain_load_head(s, &head, err);
    do {
        f.n_page = 0;
        if (!status) {
            status = moly_progress_step(progress,
                                        head.seq > 0 ? (double)f.last_seq / (double)head.seq : 0.0,
                                        "applying events", err);
        }
        if (!status) {
            status = store_query(s,
                                 "SELECT seq, at_us, kind, subject, body FROM event"
                                 " WHERE seq > $1 ORDER BY seq LIMIT $2",
                                 STORE_VALUES(store_int(f.last_seq), store_int(EVENTS_A_PAGE)),
                                 apply_event, &f, err);
        }
    } while (!status && f.n_page == EVENTS_A_PAGE);
    if (!status && f.last_seq != head.seq) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "event %lld is missing", (long long)f.last_seq + 1);
    }
    if (!status) {
        status = accounts_put(c, err);
        *n_events = f.last_seq;
    }
    return status;
}

/* ---- a table -------------------------------------------------------------------------------- */

/* The state of reading a table, its key columns first, a page at a time. */
struct table_walk {
    const projection_table *table;
    projection number;
    changes *c; /* NULL: only the hash is wanted */
    table_comparison *found;
    crypto_generichash_state hash;
    moly_text row, removed; /* packed; removed: length and bytes of keys */
    size_t key_length;      /* of `row`, which stays when a page has ended */
    int64_t n_page;
};

static void name_first(table_comparison *found, const char *bytes, size_t length)
{
    store_value columns[MAX_ROW_COLUMNS];
    size_t n = row_unpack(bytes, length, columns), used = 0;
    if (found->first[0]) {
        return;
    }
    for (size_t i = 0; i < n && used < sizeof found->first; i++) {
        int written = columns[i].type == STORE_INT
                          ? snprintf(found->first + used, sizeof found->first - used, "%s%lld",
                                     i > 0 ? " " : "", (long long)columns[i].i)
                          : snprintf(found->first + used, sizeof found->first - used, "%s%.60s",
                                     i > 0 ? " " : "", store_get_text(&columns[i]));
        used += written > 0 ? (size_t)written : 0;
    }
}

static void add_removed(struct table_walk *walk)
{
    const uint64_t length = walk->key_length;
    moly_text_add_n(&walk->removed, (const char *)&length, sizeof length);
    moly_text_add_n(&walk->removed, walk->row.data, length);
}

static void compare_row(struct table_walk *walk)
{
    changed_row *row = (changed_row *)map_find(&walk->c->rows, walk->row.data, walk->key_length);
    bool is_known = row && row->is_there;
    if (is_known && row->length == walk->row.length &&
        memcmp(row->bytes, walk->row.data, row->length) == 0) {
        row->is_met = true;
        return;
    }
    if (is_known) {
        walk->found->n_wrong++;
    } else {
        walk->found->n_strange++;
    }
    name_first(walk->found, walk->row.data, walk->key_length);
    add_removed(walk);
}

static moly_status take_row(void *context, const store_value *columns, moly_error *err)
{
    struct table_walk *walk = context;
    size_t n_key = walk->table->n_key;
    row_pack(walk->number, columns, n_key, &walk->row);
    walk->key_length = walk->row.length;
    row_pack_more(columns + n_key, walk->table->n_columns - n_key, &walk->row);
    walk->n_page++;
    if (walk->row.is_broken) {
        return MOLY_NO_MEMORY(err);
    }
    (void)crypto_generichash_update(&walk->hash, (const uint8_t *)walk->row.data, walk->row.length);
    if (walk->c) {
        compare_row(walk);
    }
    return MOLY_OK;
}

static void page_sql(const projection_table *table, bool is_first, moly_text *sql)
{
    moly_text_printf(sql, "SELECT * FROM %s", table->name);
    if (!is_first) {
        moly_text_printf(sql, " WHERE (%s) > (", table->key);
        for (size_t i = 1; i <= table->n_key; i++) {
            moly_text_printf(sql, "%s$%zu", i > 1 ? ", " : "", i);
        }
        moly_text_add(sql, ")");
    }
    moly_text_printf(sql, " ORDER BY %s LIMIT %d", table->key, ROWS_A_PAGE);
}

static moly_status walk_table(store *s, struct table_walk *walk, char hex[HASH_HEX],
                              moly_error *err)
{
    uint8_t hash[HASH_BYTES];
    moly_status status = MOLY_OK;
    (void)crypto_generichash_init(&walk->hash, NULL, 0, HASH_BYTES);
    do {
        /* The key is unpacked from a copy: the first row of the next page overwrites it. */
        moly_text sql = {0}, from = {0};
        store_value key[MAX_ROW_COLUMNS];
        moly_text_add_n(&from, walk->row.data ? walk->row.data : "", walk->key_length);
        size_t n_key = row_unpack(from.data, from.length, key);
        page_sql(walk->table, n_key == 0, &sql);
        walk->n_page = 0;
        status = sql.is_broken || from.is_broken
                     ? MOLY_NO_MEMORY(err)
                     : store_query(s, sql.data, key, n_key, take_row, walk, err);
        moly_text_free(&sql);
        moly_text_free(&from);
    } while (!status && walk->n_page == ROWS_A_PAGE);
    (void)crypto_generichash_final(&walk->hash, hash, HASH_BYTES);
    sodium_bin2hex(hex, HASH_HEX, hash, HASH_BYTES);
    return status;
}

static moly_status remove_rows(store *s, const struct table_walk *walk, moly_error *err)
{
    moly_status status = walk->removed.is_broken ? MOLY_NO_MEMORY(err) : MOLY_OK;
    for (size_t place = 0; place < walk->removed.length && !status;) {
        uint64_t length;
        store_value key[MAX_ROW_COLUMNS];
        memcpy(&length, walk->removed.data + place, sizeof length);
        place += sizeof length;
        size_t n = row_unpack(walk->removed.data + place, length, key);
        status = store_later(s, walk->table->remove, key, n, NULL, NULL, err);
        place += length;
    }
    return status;
}

static void free_walk(struct table_walk *walk)
{
    moly_text_free(&walk->row);
    moly_text_free(&walk->removed);
}

static moly_status compare_table(store *s, changes *c, projection number, bool is_mended,
                                 table_comparison *found, moly_error *err)
{
    struct table_walk walk = {
        .table = &projection_tables[number], .number = number, .c = c, .found = found};
    moly_status status = walk_table(s, &walk, found->hash_before, err);
    if (!status && is_mended) {
        status = remove_rows(s, &walk, err);
    }
    free_walk(&walk);
    return status;
}

/* Rows that the tables lack, and how many there are. What was met needs no writing. */
static void count_rows(changes *c, table_comparison tables[N_PROJECTIONS])
{
    for (changed_row *row = c->first_row; row; row = row->next) {
        table_comparison *table = &tables[(size_t)row->bytes[0]];
        row->is_changed = row->is_there && !row->is_met;
        table->n_rows += row->is_there;
        table->n_missing += row->is_changed;
        if (row->is_changed) {
            name_first(table, row->bytes, row->node.key_length);
        }
    }
    for (size_t t = 0; t < N_PROJECTIONS; t++) {
        tables[t].n_missing -= tables[t].n_wrong; /* they are not met either */
    }
}

bool table_is_identical(const table_comparison *table)
{
    return table->n_wrong == 0 && table->n_missing == 0 && table->n_strange == 0;
}

/* What the table then holds is read again: it is what was promised. */
static moly_status hash_mended(store *s, projection number, table_comparison *found,
                               moly_error *err)
{
    struct table_walk walk = {.table = &projection_tables[number], .number = number};
    moly_status status = walk_table(s, &walk, found->hash_after, err);
    free_walk(&walk);
    return status;
}

moly_status projections_compare(store *s, changes *c, bool is_mended, const moly_progress *progress,
                                table_comparison tables[N_PROJECTIONS], moly_error *err)
{
    moly_status status = MOLY_OK;
    memset(tables, 0, N_PROJECTIONS * sizeof *tables);
    for (size_t t = 0; t < N_PROJECTIONS && !status; t++) {
        status = moly_progress_step(progress, (double)t / N_PROJECTIONS, "comparing tables", err);
        if (!status) {
            status = compare_table(s, c, (projection)t, is_mended, &tables[t], err);
        }
    }
    if (status) {
        return status;
    }
    count_rows(c, tables);
    if (is_mended) {
        c->below = s;
        status = changes_flush(c, err);
    }
    for (size_t t = 0; t < N_PROJECTIONS && !status; t++) {
        memcpy(tables[t].hash_after, tables[t].hash_before, HASH_HEX);
        if (is_mended && !table_is_identical(&tables[t])) {
            status = hash_mended(s, (projection)t, &tables[t], err);
        }
    }
    return status;
}

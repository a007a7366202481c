/* SPDX-License-Identifier: Apache-2.0 */
#include "changes.h"

#include <string.h>

#include "accounts.h"

const projection_table projection_tables[N_PROJECTIONS] = {
    [P_RECORD] = {"record", 8, 1,
                  "INSERT INTO record (node, kind, id, state, owner, at_us, seq, doc)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
                  " ON CONFLICT (node) DO UPDATE SET state = excluded.state,"
                  " owner = excluded.owner, at_us = excluded.at_us,"
                  " seq = excluded.seq, doc = excluded.doc",
                  "DELETE FROM record WHERE node = $1", "node"},
    [P_SERIES] = {"series", 3, 2,
                  "INSERT INTO series (kind, prefix, last) VALUES ($1, $2, $3)"
                  " ON CONFLICT (kind, prefix) DO UPDATE SET last = excluded.last"
                  " WHERE series.last < excluded.last",
                  "DELETE FROM series WHERE kind = $1 AND prefix = $2", "kind, prefix"},
    [P_LINK] = {"link", 4, 3,
                "INSERT INTO link (from_node, to_node, role, seq) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT (from_node, to_node, role) DO NOTHING",
                "DELETE FROM link WHERE from_node = $1 AND to_node = $2 AND role = $3",
                "from_node, to_node, role"},
    [P_EVENT_SUBJECT] = {"event_subject", 2, 2,
                         "INSERT INTO event_subject (subject, seq) VALUES ($1, $2)"
                         " ON CONFLICT (subject, seq) DO NOTHING",
                         "DELETE FROM event_subject WHERE subject = $1 AND seq = $2",
                         "subject, seq"},
    [P_CORRECTION] = {"correction", 2, 2, "INSERT INTO correction (corrects, seq) VALUES ($1, $2)",
                      "DELETE FROM correction WHERE corrects = $1 AND seq = $2", "corrects, seq"},
    [P_ACCOUNT] = {"account", 5, 2,
                   "INSERT INTO account (account, source, ref_us, state, seq)"
                   " VALUES ($1, $2, $3, $4, $5)"
                   " ON CONFLICT (account, source) DO UPDATE SET ref_us = excluded.ref_us,"
                   " state = excluded.state, seq = excluded.seq",
                   "DELETE FROM account WHERE account = $1 AND source = $2", "account, source"},
    [P_POSTING] = {"posting", 7, 2,
                   "INSERT INTO posting (seq, n, account, source, at_us, activity_bq, sd_bq)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   "DELETE FROM posting WHERE seq = $1 AND n = $2", "seq, n"},
    [P_CLOSING] = {"closing", 3, 1,
                   "INSERT INTO closing (account, at_us, seq) VALUES ($1, $2, $3)"
                   " ON CONFLICT (account) DO UPDATE SET at_us = excluded.at_us,"
                   " seq = excluded.seq",
                   "DELETE FROM closing WHERE account = $1", "account"},
    [P_DISCREPANCY] =
        {"discrepancy", 10, 2,
         "INSERT INTO discrepancy (seq, n, account, counterpart, nuclide, arose, at_us,"
         " measured_bq, predicted_bq, sd_bq) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
         "DELETE FROM discrepancy WHERE seq = $1 AND n = $2", "seq, n"},
};

/* ---- packed rows ---------------------------------------------------------------------------- */

static void pack_number(moly_text *bytes, char letter, uint64_t value)
{
    char packed[9] = {letter};
    for (size_t i = 8; i > 0; i--, value >>= 8) {
        packed[i] = (char)(value & 0xff);
    }
    moly_text_add_n(bytes, packed, sizeof packed);
}

static void pack_bytes(moly_text *bytes, char letter, const store_value *value)
{
    pack_number(bytes, letter, value->length);
    if (value->length > 0) {
        moly_text_add_n(bytes, value->data, value->length);
    }
}

/* Numbers sort when their sign is turned; texts when a zero ends them, which no text of the ledger
 * has inside. One that has is somebody else's and packed so that it equals nothing. */
static void pack_column(moly_text *bytes, const store_value *value)
{
    uint64_t bits;
    if (value->is_null) {
        moly_text_add_n(bytes, "n", 1);
        return;
    }
    switch (value->type) {
    case STORE_INT:
        pack_number(bytes, 'i', (uint64_t)value->i ^ (uint64_t)1 << 63);
        break;
    case STORE_REAL:
        memcpy(&bits, &value->r, sizeof bits);
        pack_number(bytes, 'r', bits);
        break;
    case STORE_TEXT:
        if (value->length > 0 && memchr(value->data, '\0', value->length)) {
            pack_bytes(bytes, 'x', value);
            break;
        }
        moly_text_add_n(bytes, "t", 1);
        moly_text_add_n(bytes, value->length ? value->data : "", value->length);
        moly_text_add_n(bytes, "", 1);
        break;
    default:
        pack_bytes(bytes, 'b', value);
        break;
    }
}

void row_pack_more(const store_value *columns, size_t n_columns, moly_text *bytes)
{
    for (size_t i = 0; i < n_columns; i++) {
        pack_column(bytes, &columns[i]);
    }
}

void row_pack(projection table, const store_value *columns, size_t n_columns, moly_text *bytes)
{
    const char number = (char)table;
    bytes->length = 0;
    moly_text_add_n(bytes, &number, 1);
    row_pack_more(columns, n_columns, bytes);
}

static uint64_t unpack_number(const char *bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 8; i++) {
        value = value << 8 | (uint8_t)bytes[i];
    }
    return value;
}

size_t row_unpack(const char *bytes, size_t length, store_value columns[MAX_ROW_COLUMNS])
{
    size_t n = 0, place = 1; /* behind the number of the table */
    while (place < length) {
        const char letter = bytes[place++];
        store_value *value = &columns[n++];
        uint64_t number = strchr("irb", letter) ? unpack_number(bytes + place) : 0;
        switch (letter) {
        case 'i':
            *value = store_int((int64_t)(number ^ (uint64_t)1 << 63));
            place += 8;
            break;
        case 'r':
            *value = (store_value){.type = STORE_REAL};
            memcpy(&value->r, &number, sizeof number);
            place += 8;
            break;
        case 't':
            *value = store_text(bytes + place);
            place += value->length + 1;
            break;
        case 'b':
            *value = store_blob(bytes + place + 8, number);
            place += 8 + number;
            break;
        default:
            *value = (store_value){.is_null = true, .type = STORE_TEXT};
            break;
        }
    }
    return n;
}

/* ---- rows that are known -------------------------------------------------------------------- */

void changes_init(changes *c, store *below, families *f)
{
    *c = (changes){.below = below, .families = f};
}

void changes_clear(changes *c)
{
    if (c->is_waiting) { /* or it would come to what is gone */
        moly_status ignored = changes_settle(c, NULL);
        (void)ignored;
    }
    for (changed_row *row = c->first_row; row;) {
        changed_row *next = row->next;
        moly_free(row->bytes);
        moly_free(row);
        row = next;
    }
    c->first_row = NULL;
    c->last_row = NULL;
    c->n_rows = 0;
    accounts_free(c);
    map_clear(&c->rows);
    map_clear(&c->accounts);
}

void changes_forget_numbers(changes *c)
{
    json_decref(c->last_numbers);
    c->last_numbers = NULL;
}

void changes_free(changes *c)
{
    changes_forget_numbers(c);
    changes_clear(c);
    map_free(&c->rows);
    map_free(&c->accounts);
    moly_text_free(&c->scratch);
}

static changed_row *find(const changes *c)
{
    return (changed_row *)map_find(&c->rows, c->scratch.data, c->scratch.length);
}

changed_row *changes_find(changes *c, projection table, const store_value *key)
{
    row_pack(table, key, projection_tables[table].n_key, &c->scratch);
    return c->scratch.is_broken ? NULL : find(c);
}

/* A row under the key that stands in scratch. */
static moly_status add(changes *c, changed_row **added, moly_error *err)
{
    changed_row *row = moly_alloc(1, sizeof *row);
    char *bytes = row ? moly_realloc(NULL, c->scratch.length, 1) : NULL;
    if (bytes) {
        memcpy(bytes, c->scratch.data, c->scratch.length);
        *row = (changed_row){.node = {.key = bytes, .key_length = c->scratch.length},
                             .bytes = bytes,
                             .length = c->scratch.length};
    }
    if (!bytes || !map_add(&c->rows, &row->node)) {
        moly_free(bytes);
        moly_free(row);
        return MOLY_NO_MEMORY(err);
    }
    if (c->last_row) {
        c->last_row->next = row;
    } else {
        c->first_row = row;
    }
    c->last_row = row;
    c->n_rows++;
    *added = row;
    return MOLY_OK;
}

static moly_status fill(changes *c, changed_row *row, projection table, const store_value *columns,
                        bool is_changed, moly_error *err)
{
    row_pack(table, columns, projection_tables[table].n_columns, &c->scratch);
    if (c->scratch.is_broken) {
        return MOLY_NO_MEMORY(err);
    }
    if (row->is_there && row->length == c->scratch.length &&
        memcmp(row->bytes, c->scratch.data, row->length) == 0) {
        return MOLY_OK; /* it may have been written already */
    }
    char *bytes = moly_realloc(row->bytes, c->scratch.length, 1);
    if (!bytes) {
        return MOLY_NO_MEMORY(err);
    }
    memcpy(bytes, c->scratch.data, c->scratch.length);
    row->bytes = bytes;
    row->length = c->scratch.length;
    row->node.key = bytes;
    row->is_there = true;
    row->is_changed = is_changed;
    return MOLY_OK;
}

moly_status changes_put(changes *c, projection table, const store_value *columns, moly_error *err)
{
    changed_row *row = changes_find(c, table, columns);
    moly_status status = c->scratch.is_broken ? MOLY_NO_MEMORY(err)
                         : row                ? MOLY_OK
                                              : add(c, &row, err);
    return status ? status : fill(c, row, table, columns, true, err);
}

/* ---- records -------------------------------------------------------------------------------- */

static moly_status take_record(void *context, const store_value *columns, moly_error *err)
{
    changes *c = context;
    changed_row *row = changes_find(c, P_RECORD, columns);
    return row ? fill(c, row, P_RECORD, columns, false, err) : MOLY_NO_MEMORY(err);
}

moly_status changes_want_record(changes *c, const char *node, moly_error *err)
{
    const store_value key = store_text(node);
    changed_row *row = changes_find(c, P_RECORD, &key);
    if (row) {
        return MOLY_OK;
    }
    moly_status status = c->scratch.is_broken ? MOLY_NO_MEMORY(err) : add(c, &row, err);
    if (!status && c->below) {
        c->is_waiting = true;
        status = store_later(c->below, "SELECT * FROM record WHERE node = $1", &key, 1, take_record,
                             c, err);
    }
    return status;
}

moly_status changes_settle(changes *c, moly_error *err)
{
    if (!c->is_waiting) {
        return MOLY_OK;
    }
    c->is_waiting = false;
    return store_settle(c->below, err);
}

moly_status changes_get_record(changes *c, const char *node, const changed_row **row,
                               moly_error *err)
{
    const store_value key = store_text(node);
    moly_status status = changes_want_record(c, node, err);
    if (!status) {
        status = changes_settle(c, err);
    }
    if (!status) {
        *row = changes_find(c, P_RECORD, &key);
    }
    return status;
}

/* ---- writing -------------------------------------------------------------------------------- */

moly_status changes_flush(changes *c, moly_error *err)
{
    moly_status status = accounts_put(c, err);
    for (changed_row *row = c->first_row; row && !status; row = row->next) {
        store_value columns[MAX_ROW_COLUMNS];
        if (!row->is_changed) {
            continue;
        }
        size_t n = row_unpack(row->bytes, row->length, columns);
        status = store_later(c->below, projection_tables[(size_t)row->bytes[0]].put, columns, n,
                             NULL, NULL, err);
        row->is_changed = false;
    }
    return status;
}

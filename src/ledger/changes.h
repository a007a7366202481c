/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_CHANGES_H
#define LEDGER_CHANGES_H

/* Rows of the projections in memory, between the function that applies events and the tables.
 *
 * Appending: what an event needs is read ahead in one way to the store, what it changes is written
 * behind in one. Proof and rebuild: nothing stands below, all events are applied here, and what
 * comes out is compared with the tables. */

#include "inside.h"
#include "map.h"

/* In the order of schema_tables. */
typedef enum projection {
    P_RECORD,
    P_SERIES,
    P_LINK,
    P_EVENT_SUBJECT,
    P_CORRECTION,
    P_ACCOUNT,
    P_POSTING,
    P_CLOSING,
    P_DISCREPANCY,
    N_PROJECTIONS
} projection;

enum { MAX_ROW_COLUMNS = 10, MAX_KEY_COLUMNS = 3 };

typedef struct projection_table {
    const char *name;
    size_t n_columns, n_key; /* the key stands first */
    const char *put;         /* statement that inserts or replaces a row */
    const char *remove;      /* by key */
    const char *key;         /* its columns */
} projection_table;
extern const projection_table projection_tables[N_PROJECTIONS];

/* A row packed into bytes that sort as ORDER BY of the key sorts: the number of its table, then for
 * each column a letter for its type and its value. */
void row_pack(projection table, const store_value *columns, size_t n_columns, moly_text *bytes);
/* The columns behind those that are packed. */
void row_pack_more(const store_value *columns, size_t n_columns, moly_text *bytes);
/* Columns of packed bytes; texts and blobs are borrowed from them. */
size_t row_unpack(const char *bytes, size_t length, store_value columns[MAX_ROW_COLUMNS]);

typedef struct changed_row {
    map_node node; /* key: the beginning of the bytes */
    struct changed_row *next;
    char *bytes;
    size_t length;
    bool is_there, is_changed, is_met; /* met: in the table as it is here */
} changed_row;

typedef struct activity_account activity_account;

typedef struct changes {
    store *below; /* NULL: the tables count as empty */
    families *families;
    bytes_map rows, accounts;
    changed_row *first_row, *last_row;
    activity_account *first_account, *last_account;
    size_t n_rows;
    json_t *last_numbers; /* {"kind\tprefix": last}: series that this transaction knows, or NULL */
    bool is_waiting;      /* something was asked for that has not come yet */
    moly_text scratch;
} changes;

void changes_init(changes *c, store *below, families *f);
/* Forget everything, written or not. */
void changes_clear(changes *c);
/* Forget what was known of series: the transaction, or a part of it, is over. */
void changes_forget_numbers(changes *c);
void changes_free(changes *c);

/* The row of a key if it has been read or put; NULL when not. */
changed_row *changes_find(changes *c, projection table, const store_value *key);
/* Put a row, replacing the one that is known under its key. */
MOLY_CHECKED moly_status changes_put(changes *c, projection table, const store_value *columns,
                                     moly_error *err);
/* Let the record of a node be read with the next way to the store, on which changes_settle() goes.
 */
MOLY_CHECKED moly_status changes_want_record(changes *c, const char *node, moly_error *err);
MOLY_CHECKED moly_status changes_settle(changes *c, moly_error *err);
/* @param[out] row  is_there is false when there is none */
MOLY_CHECKED moly_status changes_get_record(changes *c, const char *node, const changed_row **row,
                                            moly_error *err);
/* Write what changed to the store below; what is known stays known. */
MOLY_CHECKED moly_status changes_flush(changes *c, moly_error *err);

#endif

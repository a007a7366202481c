/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_STORE_H
#define LEDGER_STORE_H

/* Where the tables stand: one ops struct, two stores behind it. All SQL of the ledger is common to
 * both and takes its values as $1, $2, ...; a store belongs to one thread at a time. */

#include <stdint.h>

#include "moly/base/memory.h"
#include "moly/base/status.h"

typedef enum store_type { STORE_INT, STORE_REAL, STORE_TEXT, STORE_BLOB } store_type;

/* A parameter or a column. Texts of columns end with a zero and are borrowed until the row
 * function returns. */
typedef struct store_value {
    store_type type;
    bool is_null;
    int64_t i;
    double r;
    const void *data;
    size_t length;
} store_value;

store_value store_int(int64_t value);
store_value store_int_or_null(int64_t value, bool is_null);
store_value store_real(double value);
store_value store_text(const char *value); /* NULL gives a null of type text */
store_value store_blob(const void *data, size_t length);
/* Text of a column, "" for a null. */
const char *store_get_text(const store_value *column);

/* What a connection may do. */
typedef enum store_mode {
    STORE_CREATE, /* make the tables: nothing is protected yet */
    STORE_WRITE,  /* insert; change projections only */
    STORE_READ,   /* nothing but reading */
    STORE_BACKUP, /* SQLite: make the tables in a file that is then only read */
} store_mode;

typedef struct store_options {
    const char *sqlite_vfs; /* NULL: SQLite's default; tests give their own */
} store_options;

typedef struct store store;

/* Called for each row. Anything but MOLY_OK ends the query and is returned by it. */
typedef moly_status (*store_row)(void *context, const store_value *columns, moly_error *err);

typedef struct store_ops {
    const char *scheme; /* "sqlite" */
    moly_status (*open)(const char *place, store_mode mode, const store_options *options,
                        store **opened, moly_error *err);
    void (*close)(store *s);
    /* A write transaction holds the right to append alone; a reading one sees one state. */
    moly_status (*begin)(store *s, moly_error *err);
    moly_status (*commit)(store *s, moly_error *err); /* settles; returns when it is durable */
    void (*rollback)(store *s);
    moly_status (*query)(store *s, const char *sql, const store_value *values, size_t n_values,
                         store_row row, void *context, moly_error *err);
    /* As query, and settle; NULL where a statement costs no way to a server. */
    moly_status (*later)(store *s, const char *sql, const store_value *values, size_t n_values,
                         store_row row, void *context, moly_error *err);
    moly_status (*settle)(store *s, moly_error *err);
    /* Statements that take no values, one text, not kept. */
    moly_status (*run)(store *s, const char *sql, moly_error *err);
    /* Are the tables of a ledger there? */
    moly_status (*has_schema)(store *s, bool *is_there, moly_error *err);
    /* Make the tables of schema.h and their protection; mode STORE_CREATE, in a transaction. From
     * then on the connection may do what STORE_WRITE may. */
    moly_status (*make_schema)(store *s, moly_error *err);
} store_ops;

struct store {
    const store_ops *ops;
    store_mode mode;
    unsigned part;  /* of the transaction; 0 is what belongs to none */
    bool is_doomed; /* a statement of a part that counts as kept has failed: all is undone */
    bool is_backup; /* the file says so */
};

extern const store_ops store_sqlite;
extern const store_ops store_postgres;

/* Open by URL: "sqlite:PATH", "postgres://..." or "postgresql://...".
 *  @retval MOLY_ERR_USAGE      no such kind of database
 *  @retval MOLY_ERR_NOT_FOUND  no such database (modes other than STORE_CREATE, STORE_BACKUP)
 *  @retval MOLY_ERR_RULE       work was asked for, and it is a backup */
MOLY_CHECKED moly_status store_open(const char *url, store_mode mode, const store_options *options,
                                    store **opened, moly_error *err);
void store_close(store *s);

MOLY_CHECKED moly_status store_begin(store *s, moly_error *err);
MOLY_CHECKED moly_status store_commit(store *s, moly_error *err);
void store_rollback(store *s);

/* A part of a transaction that can be undone alone. A kept part whose failure comes later, which no
 * rule or input causes, dooms the transaction: nothing of it is committed. */
MOLY_CHECKED moly_status store_part_begin(store *s, moly_error *err);
MOLY_CHECKED moly_status store_part_keep(store *s, moly_error *err);
MOLY_CHECKED moly_status store_part_undo(store *s, moly_error *err);

/* Run a statement; `row` may be NULL. */
MOLY_CHECKED moly_status store_query(store *s, const char *sql, const store_value *values,
                                     size_t n_values, store_row row, void *context,
                                     moly_error *err);
/* Run a statement now or soon: its rows and its failure come with the next query, settle or commit
 * at the latest, in order, and many statements share one way to the server. `sql` and `context`
 * must live until then; `values` are copied. */
MOLY_CHECKED moly_status store_later(store *s, const char *sql, const store_value *values,
                                     size_t n_values, store_row row, void *context,
                                     moly_error *err);
MOLY_CHECKED moly_status store_settle(store *s, moly_error *err);
#define STORE_VALUES(...)                                                                          \
    (const store_value[]){__VA_ARGS__},                                                            \
        sizeof((const store_value[]){__VA_ARGS__}) / sizeof(store_value)

/* The one whole number that a query gives. `is_found` may be NULL: then no row reads as 0. */
MOLY_CHECKED moly_status store_query_int(store *s, const char *sql, const store_value *values,
                                         size_t n_values, int64_t *value, bool *is_found,
                                         moly_error *err);

#endif

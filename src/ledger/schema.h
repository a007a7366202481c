/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_SCHEMA_H
#define LEDGER_SCHEMA_H

/* The tables, once for both stores. Types are written TEXT, BIGINT, REAL8 and BYTES; each store
 * replaces them by its own words. */

#include "moly/base/text.h"

typedef enum table_class {
    TABLE_APPEND_ONLY, /* the evidence: no code path changes or deletes a row */
    TABLE_PROJECTION,  /* made from the events; `moly ledger rebuild` makes it anew */
    TABLE_WORKING,     /* neither: failed sign-ins */
} table_class;

typedef struct schema_table {
    const char *name;
    table_class class;
    const char *columns; /* between the parentheses of CREATE TABLE */
} schema_table;

extern const schema_table schema_tables[];
extern const size_t schema_n_tables;

/* Statements that make the indexes. */
extern const char *const schema_indexes[];
extern const size_t schema_n_indexes;

/* Words of a store for the types. */
typedef struct schema_words {
    const char *text, *bytes, *real8;
} schema_words;

/* CREATE TABLE of a table in a store's words, appended to `sql`. */
void schema_create_table(const schema_table *table, const schema_words *words, moly_text *sql);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_SHEET_H
#define REPORT_SHEET_H

/* A paper that is gathered first and drawn afterwards: facts, tables, notes, lines to sign. Its
 * file has one function that fills a sheet from the records; sheet.c draws them all alike. */

#include "paper.h"
#include "words.h"

enum { SHEET_COLUMNS = 12, SHEET_TABLES = 12, SHEET_FACTS = 24, SHEET_LINES = 8 };

typedef struct sheet_table {
    const char *heading; /* NULL: none */
    paper_column columns[SHEET_COLUMNS];
    size_t n_columns, n_rows, room;
    const char *(*rows)[SHEET_COLUMNS];
} sheet_table;

typedef struct sheet {
    words w;
    const moly_ledger_reader *reader;
    const char *id;           /* of the record that it is about; NULL: it covers a time */
    moly_instant from, until; /* the time that it covers; `until` is when it is made */
    provenance head;          /* the newest event of the ledger: what the paper was made from */
    const char *title, *subject, *name, *identity, *mark;
    bool is_landscape;
    bool is_broken; /* no memory for a part of it */
    paper_fact facts[SHEET_FACTS];
    size_t n_facts;
    sheet_table tables[SHEET_TABLES];
    size_t n_tables;
    const char *notes[SHEET_LINES];
    size_t n_notes;
    const char *to_sign[SHEET_LINES];
    size_t n_to_sign;
} sheet;

/* Texts live in the arena of the sheet or longer. A fact without a value is left out. */
void sheet_fact(sheet *s, const char *label, const char *value);
sheet_table *sheet_begin_table(sheet *s, const char *heading);
/* `share` of the width, in any unit. */
void sheet_column(sheet_table *t, const char *heading, double share, PangoAlignment align);
/* A row of n_columns cells; NULL is "–". */
void sheet_row(sheet *s, sheet_table *t, const char *const *cells);
void sheet_note(sheet *s, const char *text);
/* A line for name, signature and date by hand. */
void sheet_sign(sheet *s, const char *who);
void sheet_draw(paper *p, const void *sheet);

/* "617.8 MBq", the unit in the reader's language; NULL for what is not finite. */
const char *sheet_quantity(sheet *s, double value, moly_dim dim, int digits);
const char *sheet_activity(sheet *s, double activity_bq);
/* Day and time, "2026-11-23 12:42", by the site's clock; its day or time alone. NULL for none. */
const char *sheet_when(sheet *s, moly_instant t);
const char *sheet_day(sheet *s, moly_instant t);
const char *sheet_time(sheet *s, moly_instant t);
/* The name of a user; the user's own where there is no such person. */
const char *sheet_person(sheet *s, const char *user);
/* "Tc-99m medronate (MDP)" of a record that has a product. */
const char *sheet_product(sheet *s, const json_t *record);

/* Keep it as long as the sheet; takes it over, NULL means no memory. */
MOLY_CHECKED moly_status sheet_keep(sheet *s, json_t *value, moly_error *err);
/* A record, kept; *record is NULL where there is none. */
MOLY_CHECKED moly_status sheet_record(sheet *s, const char *kind, const char *id, json_t **record,
                                      moly_error *err);
/* Records of a kind whose member "at" lies in the time covered, in the order of their ids; kept. */
MOLY_CHECKED moly_status sheet_records(sheet *s, const char *kind, json_t **records,
                                       moly_error *err);
/* The record `id` of one of several kinds, kept; *kind says of which.
 *  @retval MOLY_ERR_NOT_FOUND */
MOLY_CHECKED moly_status sheet_find(sheet *s, const char *const *kinds, const char *id,
                                    const char **kind, json_t **record, moly_error *err);

/* ---- the papers, one file each ----------------------------------------------------------------
 */

MOLY_CHECKED moly_status paper_journal(sheet *s, moly_error *err);
MOLY_CHECKED moly_status paper_day(sheet *s, moly_error *err);
MOLY_CHECKED moly_status paper_batch(sheet *s, moly_error *err);
MOLY_CHECKED moly_status paper_certificate(sheet *s, moly_error *err);
MOLY_CHECKED moly_status paper_activity(sheet *s, moly_error *err);
MOLY_CHECKED moly_status paper_waste(sheet *s, moly_error *err);
MOLY_CHECKED moly_status paper_qualification(sheet *s, moly_error *err);
MOLY_CHECKED moly_status paper_notice(sheet *s, moly_error *err);
MOLY_CHECKED moly_status paper_recall(sheet *s, moly_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

/* Numbers, times and records as a report says them. Texts live in the arena; one that could not be
 * made for want of memory is "". */

#include <jansson.h>

#include "moly/base/catalogue.h"
#include "moly/base/instant.h"
#include "moly/base/memory.h"
#include "moly/base/quantity.h"
#include "moly/ledger/ledger.h"

#define say(language, text) moly_translate(language, text)

typedef struct words {
    moly_arena *arena;
    const char *language; /* NULL: English */
    int utc_offset_minutes;
} words;

const char *words_printf(const words *w, const char *format, ...) MOLY_PRINTF(2, 3);
/* "2026-11-23 12:42 (UTC+06:00)"; NULL for no instant. */
const char *words_time(const words *w, moly_instant t);
/* To the second, both as the site's clock shows it and in UTC. */
const char *words_both_times(const words *w, moly_instant t);
const char *words_quantity(const words *w, double value, moly_dim dim, int digits);
/* Fixed decimals; "–" for what is not finite. */
const char *words_fixed(const words *w, double value, int decimals);
/* "2 h 05 min" */
const char *words_duration(const words *w, double seconds);
/* The first `n` digits of a hash, in groups of four. */
const char *words_hash(const words *w, const char *hash, size_t n);

/* Members of a record; NULL, NAN or MOLY_INSTANT_NONE where they are not there. */
const char *member_text(const json_t *object, const char *key);
double member_number(const json_t *object, const char *key);
moly_instant member_instant(const json_t *object, const char *key);

/* What of a record's own past stands on its report. */
typedef struct provenance {
    const json_t *event; /* the last one of the record */
    const char *site;    /* name */
    bool is_training;
    const char *foot; /* version, hash */
    moly_instant at;  /* of the event */
} provenance;
/* @param[in,out] w  its offset is set to that of the site when the event was recorded */
MOLY_CHECKED moly_status provenance_of(const json_t *event, const moly_ledger_reader *reader,
                                       words *w, provenance *p, moly_error *err);

/* A record that may be missing: *record is NULL then. `id` may be NULL. */
MOLY_CHECKED moly_status record_if_any(const moly_ledger_reader *reader, const char *kind,
                                       const char *id, json_t **record, moly_error *err);
/* "P-1 · PAT-000001 · born 1986-08-10 · male", of a patient's record. */
const char *patient_identity(const words *w, const json_t *patient);
/* "physician, physicist" of a person's record, NULL where it has none. */
const char *person_roles(const words *w, const json_t *person);

#endif

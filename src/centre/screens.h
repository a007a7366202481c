/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_SCREENS_H
#define CENTRE_SCREENS_H

/* What the files behind the screens share. */

#include "act.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct screen {
    const moly_site *site;
    const moly_ledger_reader *reader;
    moly_instant now;
} screen;

/* What the rules of acts see from a screen: now, nobody in particular, nothing is written. What
 * they read and say lives as long as the arena.
 *  @param[in] performer  only the language is read; lives as long as the context */
MOLY_CHECKED moly_status screen_context(const screen *s, moly_arena *arena,
                                        const moly_performer *performer, moly_act_context *context,
                                        moly_error *err);

/* Takes over `item`; NULL means no memory. */
MOLY_CHECKED moly_status screen_append(json_t *list, json_t *item, moly_error *err);

/* Who or what is blocked, and why: `reason` is a kept message, taken over, whose words become the
 * block's "why". `whose` is a patient's name, or NULL. */
MOLY_CHECKED moly_status screen_add_block(json_t *blocks, const char *kind, const char *id,
                                          const char *whose, json_t *reason, const char *rule,
                                          const char *remedy, moly_error *err);
/* A sentence for that. New reference, NULL without memory. */
json_t *because(const char *format, ...) MOLY_PRINTF(1, 2);
/* The same of a sentence of a table, whose places, if it has any, nobody checks. */
json_t *whole_sentence(const char *sentence, ...);

/* When the site's day began, by its wall clock. */
int64_t screen_midnight_us(const screen *s);

/* blocks.c: what stands in the way of using a vessel. */
MOLY_CHECKED moly_status screen_block(const screen *s, const char *kind, const json_t *record,
                                      json_t *blocks, moly_error *err);
/* What must be done again and is overdue, and restores that nobody has accepted (upkeep/). */
MOLY_CHECKED moly_status screen_upkeep(const screen *s, json_t *blocks, moly_error *err);
/* A refusal that a rule of an act gave, in the reader's language already.
 *  @param[in] fields  of the act in the remedy, taken over; NULL: none */
MOLY_CHECKED moly_status screen_add_refusal(json_t *blocks, const char *kind, const char *id,
                                            const char *whose, const moly_error *refusal,
                                            const char *remedy, json_t *fields, moly_error *err);

/* ahead.c: what would stop an order's dose, or warn, before it is tried: the rules of
 * clinic.draw_dose and clinic.administer themselves. */
MOLY_CHECKED moly_status screen_block_order(const moly_act_context *context, const json_t *order,
                                            const json_t *patient, json_t *blocks, moly_error *err);
/* A vessel that can serve the order at its time; *kind is NULL where there is none.
 *  @param[out] refusal  why one that is released cannot; may be NULL, and stays empty without one
 */
MOLY_CHECKED moly_status screen_source(const moly_act_context *context, const json_t *order,
                                       const char **kind, char *id, size_t size,
                                       moly_error *refusal, moly_error *err);

/* today.c: what a person calls a record. */
enum { SCREEN_LABEL_SIZE = 300 };
const char *screen_label(const char *kind, const json_t *record, char label[SCREEN_LABEL_SIZE]);

#endif

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

/* Takes over `item`; NULL means no memory. */
MOLY_CHECKED moly_status screen_append(json_t *list, json_t *item, moly_error *err);

/* When the site's day began, by its wall clock. */
int64_t screen_midnight_us(const screen *s);

/* blocks.c: what stands in the way of using a vessel, or of giving an order's dose. */
MOLY_CHECKED moly_status screen_block(const screen *s, const char *kind, const json_t *record,
                                      json_t *blocks, moly_error *err);
/* What must be done again and is overdue, and restores that nobody has accepted (upkeep/). */
MOLY_CHECKED moly_status screen_upkeep(const screen *s, json_t *blocks, moly_error *err);
/* A line of `blocks`: takes over `reason`, of screen_because(); `whose` is a patient's name, or
 * NULL. */
MOLY_CHECKED moly_status screen_block_add(json_t *blocks, const char *kind, const char *id,
                                          const char *whose, json_t *reason, const char *rule,
                                          const char *remedy, moly_error *err);
json_t *screen_because(const char *format, ...);
MOLY_CHECKED moly_status screen_block_order(const screen *s, const json_t *order,
                                            const json_t *patient, json_t *blocks, moly_error *err);

#endif

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

/* blocks.c: what stands in the way of using a vessel, or of giving an order's dose. */
MOLY_CHECKED moly_status screen_block(const screen *s, const char *kind, const json_t *record,
                                      json_t *blocks, moly_error *err);
MOLY_CHECKED moly_status screen_block_order(const screen *s, const json_t *order,
                                            const json_t *patient, json_t *blocks, moly_error *err);
/* A released vessel that can serve the order at its time; *kind is NULL where there is none. */
MOLY_CHECKED moly_status screen_source(const screen *s, const json_t *order, const char **kind,
                                       char *id, size_t size, moly_error *err);
/* A kept message, see moly_message_new(): NULL without memory. */
json_t *screen_because(const char *format, ...);

/* today.c: what a person calls a record, and when the site's day began. */
enum { SCREEN_LABEL_SIZE = 300 };
const char *screen_label(const char *kind, const json_t *record, char label[SCREEN_LABEL_SIZE]);
moly_instant screen_midnight(const screen *s);

#endif

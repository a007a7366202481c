/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_QUALITY_SHOW_H
#define CENTRE_QUALITY_SHOW_H

/* A batch with all that belongs to it, as screens and papers read it. */

#include "screens.h"

typedef struct batch_parts {
    json_t *batch;                                       /* borrowed */
    json_t *steps, *tests, *cases, *samples, *shipments; /* owned arrays */
} batch_parts;

/* @param[out] parts  release with batch_parts_free(), also after a failure */
MOLY_CHECKED moly_status batch_parts_read(const moly_ledger_reader *reader, json_t *batch,
                                          batch_parts *parts, moly_error *err);
void batch_parts_free(batch_parts *parts);

/* Appends what the batch waits for, as blocks (screens.h), in the order in which it is done. */
MOLY_CHECKED moly_status batch_waiting(const batch_parts *parts, const site_data *limits,
                                       moly_instant now, json_t *list, moly_error *err);

/* Blocks of the first screen: what each batch waits for first, alarms, overdue cases, notices. */
MOLY_CHECKED moly_status screen_quality(const screen *s, json_t *blocks, moly_error *err);

#endif

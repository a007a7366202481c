/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_QUALITY_RECALL_FIND_H
#define CENTRE_QUALITY_RECALL_FIND_H

/* Whom and what a recall reaches, of the ledger's trace. */

#include "act.h"

typedef struct recall_found {
    json_t *patients, *receivers,
        *vessels;             /* arrays of ids, names and nodes; owned by the caller */
    double made_ml, known_ml; /* of what it went into, and where that is */
} recall_found;

/* Kinds whose content goes to patients and receivers by volume. */
bool recall_is_vessel(const json_t *record);
/* A dose that was given. */
bool recall_is_given(const json_t *record);
/* @param start    the record that the recall is of
 * @param forward  of the trace: [{"node","record",...}] */
void recall_find(const json_t *start, const json_t *forward, recall_found *f);

#endif

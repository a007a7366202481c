/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_COPY_H
#define LEDGER_COPY_H

/* The evidence, row by row from one store into another, whichever they are. */

#include "inside.h"

/* Copy all tables of the evidence into tables that are empty; `from` stands in a transaction, so
 * that all are of one state. */
MOLY_CHECKED moly_status copy_evidence(store *from, store *into, const moly_progress *progress,
                                       moly_error *err);

/* For durations. */
double monotonic_s(void);

#endif

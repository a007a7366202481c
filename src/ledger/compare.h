/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_COMPARE_H
#define LEDGER_COMPARE_H

/* The projections, figured anew from the events and compared with the tables. */

#include "changes.h"

/* Apply all events of a store to `c`, below which nothing stands.
 *  @param[out] n_events  how many */
MOLY_CHECKED moly_status projections_figure(store *s, changes *c, const moly_progress *progress,
                                            int64_t *n_events, moly_error *err);

typedef struct table_comparison {
    int64_t n_rows; /* that the events give */
    int64_t n_wrong, n_missing, n_strange;
    char first[200]; /* key of the first row that differs */
    char hash_before[HASH_HEX], hash_after[HASH_HEX];
} table_comparison;

/* @param is_mended  what differs is made as the events give it; else the store is only read */
MOLY_CHECKED moly_status projections_compare(store *s, changes *c, bool is_mended,
                                             const moly_progress *progress,
                                             table_comparison tables[N_PROJECTIONS],
                                             moly_error *err);
bool table_is_identical(const table_comparison *table);

#endif

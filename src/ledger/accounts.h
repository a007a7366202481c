/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_ACCOUNTS_H
#define LEDGER_ACCOUNTS_H

/* Accounts of activity. See the README for the mathematics. */

#include "inside.h"

/* A nuclide that was posted and all radioactive members that it decays into, with their own small
 * engine; position 0 is the nuclide itself. Immutable once made, shared by all threads. */
struct decay_family {
    const struct decay_family *next;
    size_t n;
    const char **names;
    double *lambda_per_s;
    struct moly_decay_engine *engine;
};

/* @retval MOLY_ERR_UNKNOWN  no such nuclide; MOLY_ERR_DATA when it is stable */
MOLY_CHECKED moly_status family_find(moly_ledger *ledger, const char *nuclide,
                                     const decay_family **family, moly_error *err);
void families_free(decay_family *families);

/* Atoms of each member and their covariance [n][n] at one instant. */
typedef struct holding {
    const decay_family *family;
    double *atoms, *covariance;
} holding;
MOLY_CHECKED moly_status inventory_new(const decay_family *family, holding *made, moly_error *err);
void inventory_free(holding *inventory);
/* Let `seconds` >= 0 pass. */
MOLY_CHECKED moly_status inventory_decay(holding *inventory, double seconds, moly_error *err);
/* The same for many durations: maps [n_times][n][n], each to be applied to a holding. */
MOLY_CHECKED moly_status family_maps(const decay_family *family, const double *times_s,
                                     size_t n_times, double *maps, moly_error *err);
void inventory_apply(holding *inventory, const double *map);
/* From the column `state` of table account. */
MOLY_CHECKED moly_status inventory_read(const store_value *column, holding *inventory,
                                        moly_error *err);
/* Add a posting of the family's nuclide made `seconds` >= 0 before. */
MOLY_CHECKED moly_status inventory_post(holding *inventory, double activity_bq, double sd_bq,
                                        double seconds, moly_error *err);

typedef struct posting_context {
    moly_ledger *ledger;
    store *store;
    const applied_event *event;
    moly_status (*index_subject)(store *s, const char *subject, int64_t seq, moly_error *err);
    int64_t n_postings, n_discrepancies;
} posting_context;

MOLY_CHECKED moly_status accounts_transfer(posting_context *context, const json_t *transfer,
                                           moly_error *err);
MOLY_CHECKED moly_status accounts_measure(posting_context *context, const json_t *measurement,
                                          moly_error *err);
MOLY_CHECKED moly_status accounts_close(posting_context *context, const char *account,
                                        moly_error *err);

/* What each account and family holds at an instant. Called with account, nuclide posted and the
 * inventory then. `account` NULL: all. */
typedef moly_status (*inventory_row)(void *context, const char *account, const char *source,
                                     const holding *inventory, moly_error *err);
MOLY_CHECKED moly_status accounts_at(moly_ledger *ledger, store *s, const char *account,
                                     int64_t at_us, inventory_row row, void *context,
                                     moly_error *err);

#endif

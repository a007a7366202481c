/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_UPKEEP_H
#define CENTRE_UPKEEP_H

/* What must be done again before a certain day: each kind of record with the interval after which
 * its next is due, a key of the country's limits. A record has "next_due". */

#include "act.h"

typedef enum upkeep {
    UPKEEP_RESTORE_TEST,
    UPKEEP_ACCESS_REVIEW,
    UPKEEP_AUDIT_REVIEW,
    N_UPKEEP
} upkeep;

typedef struct upkeep_task {
    const char *kind, *prefix, *interval_key;
    const char *overdue, *never, *failed; /* for the screen: with the date, without one */
    const char *rule, *remedy;
} upkeep_task;
extern const upkeep_task upkeep_tasks[N_UPKEEP];

/* The newest record of a kind, NULL: there is none. New reference. */
MOLY_CHECKED moly_status upkeep_newest(const moly_ledger_reader *reader, const char *kind,
                                       json_t **record, moly_error *err);
/* When the next is due: the interval after `at`, or `given`, which is not later than that. */
MOLY_CHECKED moly_status upkeep_next_due(const moly_act_context *context, upkeep task,
                                         moly_instant given, moly_instant *due, moly_error *err);

/* Records, findings and sign-off of a review; the act adds what it saw. */
typedef struct upkeep_review {
    const char *scope, *findings;
    bool is_clear; /* nothing has to be changed */
    moly_instant next;
} upkeep_review;
MOLY_CHECKED moly_status upkeep_record_review(const moly_act_context *context, upkeep task,
                                              const upkeep_review *review, moly_decision *decision,
                                              moly_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_QUALITY_QUALITY_H
#define CENTRE_QUALITY_QUALITY_H

/* What the acts of quality share: batches, their steps and tests, cases, alarms and notices. */

#include "act.h"

/* Kinds of cases: "deviation", "capa", "complaint", "change", "risk", "oos". */
extern const char *const case_kinds[]; /* NULL-terminated */
typedef enum case_kind {
    CASE_DEVIATION,
    CASE_CAPA,
    CASE_COMPLAINT,
    CASE_CHANGE,
    CASE_RISK,
    CASE_OOS
} case_kind;

/* A series of ids that one event uses several of. */
typedef struct id_series {
    const char *prefix;
    unsigned long next;
} id_series;
MOLY_CHECKED moly_status id_series_begin(const moly_act_context *context, const char *kind,
                                         const char *prefix, id_series *series, moly_error *err);
const char *id_series_next(const moly_act_context *context, id_series *series);

/* The instant until which a case is to be decided, by the country's limits. */
moly_instant case_due(const moly_act_context *context, case_kind kind);
/* A case that the system opens by itself; its record becomes the current one. `what` is a sentence
 * that is kept for each reader's language. @param[out] id  may be NULL */
MOLY_CHECKED moly_status case_open(const moly_act_context *context, case_kind kind,
                                   const char *batch, const char *about, moly_decision *decision,
                                   const char **id, moly_error *err, const char *what, ...)
    MOLY_PRINTF(8, 9);
/* an alarm that somebody has to acknowledge. */
MOLY_CHECKED moly_status alarm_raise(const moly_act_context *context, const char *about,
                                     moly_decision *decision, moly_error *err, const char *what,
                                     ...) MOLY_PRINTF(5, 6);

/* Records of a kind whose owner is `owner`, all of them. */
MOLY_CHECKED moly_status owned(const moly_act_context *context, const char *kind, const char *owner,
                               const json_t **records, moly_error *err);
/* the batch's record, which is in one of `states` (NULL-terminated). */
MOLY_CHECKED moly_status batch_in_state(const moly_act_context *context, const char *id,
                                        const char *const *states, const json_t **batch,
                                        moly_error *err);
/* The same, and its last step lies before this. */
MOLY_CHECKED moly_status batch_find(const moly_act_context *context, const char *id,
                                    const char *const *states, const json_t **batch,
                                    moly_error *err);
/* a batch's vial is tested, released and rejected with the batch; `act` says by which. */
MOLY_CHECKED moly_status rule_not_of_batch(const moly_act_context *context, const json_t *vial,
                                           const char *act, moly_error *err);
/* who did a step or a test of the batch cannot do this. */
MOLY_CHECKED moly_status batch_separate(const moly_act_context *context, const char *batch,
                                        const char *now, moly_error *err);
/* What both releases need: by none who made or tested it; no open case, no fault found
 * each test but sterility there, passed and approved, `missing` left out
 * (R-47; NULL: none); sterility started in time; the process qualified and its places within
 * their limits; the vial not expired. */
MOLY_CHECKED moly_status batch_releasable(const moly_act_context *context, const json_t *batch,
                                          const char *missing, moly_error *err);

/* Everything that `node` went into, of the ledger's trace: [{"node","record",...}]. */
MOLY_CHECKED moly_status reached(const moly_act_context *context, const char *node,
                                 const json_t **forward, moly_error *err);
/* A notice for each receiver of what `node` went into: shipments, whose state becomes
 * `shipment_state`, and, `with_patients`, the doses that were given. @param[out] n  may be NULL */
MOLY_CHECKED moly_status tell_receivers(const moly_act_context *context, const char *node,
                                        const char *shipment_state, bool with_patients,
                                        const char *message, moly_decision *decision, size_t *n,
                                        moly_error *err);
/* Doses that were drawn of it and not given yet are not given; their orders wait again. */
MOLY_CHECKED moly_status block_doses(const moly_act_context *context, const char *node,
                                     moly_decision *decision, moly_error *err);
/* The batch's vial, unless it is gone. */
MOLY_CHECKED moly_status batch_set_vial(const moly_act_context *context, const json_t *batch,
                                        const char *state, moly_decision *decision,
                                        moly_error *err);

/* of the person's topics `topic` is there and in force at `when`; NULL: none of those that
 * the person has is over. */
MOLY_CHECKED moly_status rule_trained(const moly_act_context *context, const json_t *person,
                                      const char *topic, moly_instant when, moly_error *err);
/* The same of who performs the act, at its time. */
MOLY_CHECKED moly_status rule_performer_trained(const moly_act_context *context, const char *topic,
                                                moly_error *err);
/* The person's training with one topic more, or, `until` MOLY_INSTANT_NONE, without it; for
 * decision_json(). New reference. */
json_t *training_with(const json_t *person, const char *topic, moly_instant until,
                      const char *basis);
extern const char aseptic_work[]; /* the topic that a media fill qualifies for */

/* the last monitoring of the place is recent and within its limits. */
MOLY_CHECKED moly_status rule_environment(const moly_act_context *context, const char *place,
                                          moly_error *err);

#endif

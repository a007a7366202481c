/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "quality/quality.h"
#include "vessel.h"

struct ship_args {
    const char *batch, *receiver, *id, *note;
    double volume_ml, activity_bq;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "batch",
     MOLY_TEXT(struct ship_args, batch),
     .record = "batch",
     .is_required = true,
     .help = "reviewed or certified batch"},
    {.name = "receiver",
     MOLY_TEXT(struct ship_args, receiver),
     .is_required = true,
     .min = 1.0,
     .max = 100.0,
     .help = "who gets it, and every notice about it"},
    {.name = "volume",
     .letter = 'v',
     MOLY_F64(struct ship_args, volume_ml),
     .dim = MOLY_DIM_VOLUME,
     .min = 0.01,
     .max = 1000.0,
     .is_required = true,
     .help = "volume that leaves"},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct ship_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1e4,
     .max = 1e13,
     .help = "activity measured in it; without it the volume's share"},
    ACT_ID(struct ship_args, "shipment"),
    ACT_AT(struct ship_args),
    ACT_NOTE(struct ship_args),
};

static void record(const moly_act_context *context, const struct ship_args *a, const char *id,
                   const json_t *batch, const vessel *vial, double activity_bq,
                   moly_decision *decision)
{
    bool is_reviewed = record_is(batch, "state", "reviewed");
    decision_subject(decision, "shipment", id);
    decision_record(decision, "shipment", id);
    decision_text(decision, "state", is_reviewed ? "in quarantine" : record_text(batch, "state"));
    decision_instant(decision, "at", context->at);
    decision_text(decision, "owner", a->batch);
    decision_text(decision, "batch", a->batch);
    decision_text(decision, "source", vial->node);
    decision_text(decision, "receiver", a->receiver);
    decision_number(decision, "volume_ml", a->volume_ml);
    decision_number(decision, "activity_bq", activity_bq);
    decision_instant(decision, "expiry", record_instant(vial->record, "expiry"));
    decision_text(decision, "shipped_by", context->performer->user);
    decision_link(decision, act_node(context, "shipment", id), vial->node, "shipped from");
    if (is_reviewed) {
        decision_warn(decision, "R-44",
                      "shipped in quarantine: %s may not give it before the certificate",
                      a->receiver);
    }
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    static const char *const states[] = {"reviewed", "certified", "conditionally released", NULL};
    const struct ship_args *a = args;
    const json_t *batch = NULL;
    const char *id = NULL;
    double predicted_bq = 0.0;
    vessel vial;
    moly_status status = batch_find(context, a->batch, states, &batch, err);
    status = status ? status : vessel_find(context, "vial", record_text(batch, "vial"), &vial, err);
    if (!status && strchr(a->receiver, '/')) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "receiver: write it without '/'");
    }
    if (!status && (record_is(vial.record, "state", "out of specification") ||
                    record_is(vial.record, "state", "rejected") ||
                    record_is(vial.record, "state", "discarded"))) {
        status =
            MOLY_REFUSE(err, "R-48", "%s %s is %s; nothing of it is shipped", say(context, "vial"),
                        vial.id, say(context, record_text(vial.record, "state")));
    }
    status = status ? status : vessel_usable_at(context, &vial, context->at, "shipped", err);
    status = status ? status : act_new_id(context, "shipment", "SHP", a->id, &id, err);
    if (status) {
        return status;
    }
    status =
        vessel_take(context, &vial, moly_arena_printf(context->arena, "outside/%s", a->receiver),
                    a->volume_ml, a->activity_bq, decision, &predicted_bq, err);
    if (!status) {
        record(context, a, id, batch, &vial,
               isfinite(a->activity_bq) ? a->activity_bq : predicted_bq, decision);
    }
    return status;
}

const moly_act quality_ship_batch = {
    .declaration = {.name = "quality.ship_batch",
                    .summary = "Ship a part of a batch to a receiver",
                    .description = "After the first stage of the release it leaves in quarantine; "
                                   "the certificate, or a refusal, follows as a notice.",
                    .example = "moly act quality.ship_batch"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --batch BAT-000005"
                               " --receiver 'City hospital'"
                               " --volume '5 mL'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct ship_args)},
    .roles = HOT_LAB,
    .rules = "R-13 R-24 R-44",
    .subject_kind = "shipment",
    .decide = decide,
};

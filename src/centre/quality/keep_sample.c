/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "quality/quality.h"

struct keep_args {
    const char *batch, *place, *reason, *id, *note;
    double volume_ml;
    moly_instant until, at;
};

static const moly_param params[] = {
    {.name = "batch",
     MOLY_TEXT(struct keep_args, batch),
     .record = "batch",
     .is_required = true,
     .help = "batch that the sample is of"},
    {.name = "place",
     MOLY_TEXT(struct keep_args, place),
     .is_required = true,
     .min = 1.0,
     .max = 200.0,
     .help = "where it is kept, \"refrigerator 2, box 7\""},
    {.name = "volume",
     MOLY_F64(struct keep_args, volume_ml),
     .dim = MOLY_DIM_VOLUME,
     .min = 0.01,
     .max = 1000.0,
     .is_required = true,
     .help = "how much is kept"},
    {.name = "until",
     MOLY_INSTANT(struct keep_args, until),
     .help = "when it may be discarded; without it what the country asks for"},
    {.name = "reason",
     MOLY_TEXT(struct keep_args, reason),
     .max = 2000.0,
     .help = "why it may go earlier than that"},
    ACT_ID(struct keep_args, "sample"),
    ACT_AT(struct keep_args),
    ACT_NOTE(struct keep_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct keep_args *a = args;
    const site_limit *limit = site_limit_of(context->limits, "retention_sample_s");
    const json_t *batch = NULL;
    const char *id = NULL;
    moly_status status = act_record(context, "batch", a->batch, &batch, err);
    moly_instant expiry = record_instant(batch, "expiry");
    if (!status && moly_instant_is_none(expiry)) {
        status = MOLY_REFUSE(err, "R-13",
                             "batch %s has no vial yet: reconcile it first "
                             "(quality.reconcile)",
                             a->batch);
    }
    status = status ? status
                    : rule_in_order(context, record_instant(batch, "made_at"), "it was made", err);
    if (status) {
        return status;
    }
    moly_instant least = moly_instant_add_s(expiry, limit->value);
    bool is_given = !moly_instant_is_none(a->until);
    if (is_given && a->until.us < least.us) {
        status = rule_reason(a->reason, "R-53", "a sample that goes earlier", err);
    }
    status = status ? status : act_new_id(context, "sample", "SMP", a->id, &id, err);
    if (status) {
        return status;
    }
    decision_subject(decision, "sample", id);
    decision_record(decision, "sample", id);
    decision_text(decision, "state", "kept");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "owner", a->batch);
    decision_text(decision, "batch", a->batch);
    decision_text(decision, "place", a->place);
    decision_number(decision, "volume_ml", a->volume_ml);
    decision_instant(decision, "discard_from", is_given ? a->until : least);
    decision_text(decision, "limit_source", limit->source);
    decision_text(decision, "reason", a->reason);
    decision_text(decision, "kept_by", context->performer->user);
    decision_link(decision, act_node(context, "sample", id), act_node(context, "batch", a->batch),
                  "sample of");
    return MOLY_OK;
}

const moly_act quality_keep_sample = {
    .declaration = {.name = "quality.keep_sample",
                    .summary = "Keep a retention sample of a batch",
                    .description = "With its place and the date from which it may be discarded: "
                                   "six months after the expiry, or what the country asks for.",
                    .example = "moly act quality.keep_sample"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --batch BAT-000005"
                               " --place 'refrigerator 2, box 7'"
                               " --volume '0.5 mL'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct keep_args)},
    .roles = HOT_LAB,
    .rules = "R-53",
    .subject_kind = "sample",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "vessel.h"

struct acknowledge_args {
    const char *alarm, *notice, *reason;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "alarm",
     MOLY_TEXT(struct acknowledge_args, alarm),
     .record = "alarm",
     .help = "alarm that was seen to"},
    {.name = "notice",
     MOLY_TEXT(struct acknowledge_args, notice),
     .record = "notice",
     .help = "or notice that was sent"},
    {.name = "reason",
     MOLY_TEXT(struct acknowledge_args, reason),
     .is_required = true,
     .max = 2000.0,
     .help = "why it arose and what was done; of a notice: how it was sent, and who answered"},
    ACT_AT(struct acknowledge_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    static const char *const kinds[] = {"alarm", "notice"};
    const struct acknowledge_args *a = args;
    const char *const ids[] = {a->alarm, a->notice};
    vessel v;
    moly_status status = vessel_choose(context, 2, kinds, ids, &v, err);
    if (!status && !record_is(v.record, "state", a->alarm ? "raised" : "to send")) {
        status = MOLY_REFUSE(err, "R-18", "%s is %s already", v.id,
                             say(context, record_text(v.record, "state")));
    }
    status = status ? status : rule_reason(a->reason, "R-18", "an acknowledgement", err);
    status =
        status ? status : rule_in_order(context, record_instant(v.record, "at"), "it arose", err);
    if (status) {
        return status;
    }
    decision_subject(decision, v.kind, v.id);
    decision_record(decision, v.kind, v.id);
    decision_text(decision, "state", a->alarm ? "acknowledged" : "sent");
    decision_text(decision, "acknowledged_by", context->performer->user);
    decision_instant(decision, "acknowledged_at", context->at);
    decision_text(decision, "reason", a->reason);
    return MOLY_OK;
}

const moly_act quality_acknowledge = {
    .declaration = {.name = "quality.acknowledge",
                    .summary = "Acknowledge an alarm, or that a notice was sent",
                    .description = "With the reason and under one's name. Until then it stands on "
                                   "the first screen.",
                    .example = "moly act quality.acknowledge"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --password-file technologist.password"
                               " --alarm ALM-000001"
                               " --reason 'door stood open; closed, counted again'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct acknowledge_args)},
    .roles = HOT_LAB | PHARMACY | MOLY_ROLE_PHYSICIST,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "acknowledged",
    .rules = "R-10 R-18",
    .subject_kind = "alarm",
    .decide = decide,
};

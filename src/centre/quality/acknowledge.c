/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"

struct acknowledge_args {
    const char *alarm, *reason;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "alarm",
     MOLY_TEXT(struct acknowledge_args, alarm),
     .record = "alarm",
     .is_required = true,
     .help = "alarm that was seen to"},
    {.name = "reason",
     MOLY_TEXT(struct acknowledge_args, reason),
     .is_required = true,
     .max = 2000.0,
     .help = "why it arose and what was done"},
    ACT_AT(struct acknowledge_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct acknowledge_args *a = args;
    const json_t *alarm = NULL;
    moly_status status = act_record(context, "alarm", a->alarm, &alarm, err);
    if (!status && !record_is(alarm, "state", "raised")) {
        status = MOLY_REFUSE(err, "R-18", "%s is %s already", a->alarm,
                             say(context, record_text(alarm, "state")));
    }
    status = status ? status : rule_reason(a->reason, "R-18", "an acknowledgement", err);
    status = status ? status : rule_in_order(context, record_instant(alarm, "at"), "it arose", err);
    if (status) {
        return status;
    }
    decision_subject(decision, "alarm", a->alarm);
    decision_record(decision, "alarm", a->alarm);
    decision_text(decision, "state", "acknowledged");
    decision_text(decision, "acknowledged_by", context->performer->user);
    decision_instant(decision, "acknowledged_at", context->at);
    decision_text(decision, "reason", a->reason);
    return MOLY_OK;
}

const moly_act quality_acknowledge = {
    .declaration = {.name = "quality.acknowledge",
                    .summary = "Acknowledge an alarm",
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

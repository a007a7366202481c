/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "quality/quality.h"

struct discard_args {
    const char *sample, *reason, *note;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "sample",
     MOLY_TEXT(struct discard_args, sample),
     .record = "sample",
     .is_required = true,
     .help = "retention sample"},
    {.name = "reason",
     MOLY_TEXT(struct discard_args, reason),
     .max = 2000.0,
     .help = "why it goes before its date: used up in a test, broken"},
    ACT_AT(struct discard_args),
    ACT_NOTE(struct discard_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct discard_args *a = args;
    const json_t *sample = NULL;
    moly_status status = act_record(context, "sample", a->sample, &sample, err);
    if (!status && !record_is(sample, "state", "kept")) {
        status = MOLY_REFUSE(err, "R-13", "sample %s is %s already", a->sample,
                             say(context, record_text(sample, "state")));
    }
    moly_instant from = record_instant(sample, "discard_from");
    bool has_reason = a->reason && strspn(a->reason, " \t\r\n") != strlen(a->reason);
    if (!status && context->at.us < from.us && !has_reason) {
        status = MOLY_REFUSE(err, "R-53",
                             "sample %s is kept until %s; before that a reason is "
                             "needed (reason)",
                             a->sample, say_time(context, from));
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "sample", a->sample);
    decision_record(decision, "sample", a->sample);
    decision_text(decision, "state", "discarded");
    decision_instant(decision, "discarded_at", context->at);
    decision_text(decision, "discarded_by", context->performer->user);
    decision_text(decision, "discarded_because", a->reason);
    return MOLY_OK;
}

const moly_act quality_discard_sample = {
    .declaration = {.name = "quality.discard_sample",
                    .summary = "Discard a retention sample",
                    .description = "Not before its date without a reason.",
                    .example = "moly act quality.discard_sample"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --sample SMP-000002"
                               " --reason 'vial broken'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct discard_args)},
    .roles = HOT_LAB,
    .rules = "R-53",
    .subject_kind = "sample",
    .decide = decide,
};

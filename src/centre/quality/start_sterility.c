/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "quality/quality.h"

struct sterility_args {
    const char *batch, *laboratory, *reason, *note;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "batch",
     MOLY_TEXT(struct sterility_args, batch),
     .record = "batch",
     .is_required = true,
     .help = "batch whose sample was put into its media"},
    {.name = "laboratory",
     MOLY_TEXT(struct sterility_args, laboratory),
     .max = 200.0,
     .help = "who incubates it, where that is another laboratory"},
    {.name = "reason",
     MOLY_TEXT(struct sterility_args, reason),
     .max = 2000.0,
     .help = "why it began late: weekend, holiday"},
    ACT_AT(struct sterility_args),
    ACT_NOTE(struct sterility_args),
};

static moly_status check_time(const moly_act_context *context, const struct sterility_args *a,
                              const json_t *batch, moly_decision *decision, moly_error *err)
{
    const site_limit *limit = site_limit_of(context->limits, "sterility_start_s");
    double after_s = moly_instant_difference_s(record_instant(batch, "made_at"), context->at);
    if (after_s <= limit->value) {
        return MOLY_OK;
    }
    if (!a->reason || strspn(a->reason, " \t\r\n") == strlen(a->reason)) {
        return MOLY_REFUSE(err, "R-46",
                           "%.1f h after the end of production, limit %.1f h (%s): a weekend or "
                           "holiday is recorded with its reason",
                           after_s / 3600.0, limit->value / 3600.0, limit->source);
    }
    decision_warn(decision, "R-46",
                  "begun %.1f h after the end of production, limit %.1f h: %.200s",
                  after_s / 3600.0, limit->value / 3600.0, a->reason);
    return MOLY_OK;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    static const char *const states[] = {"made", "reviewed", "certified", "conditionally released",
                                         NULL};
    const struct sterility_args *a = args;
    const json_t *batch = NULL;
    moly_status status = batch_in_state(context, a->batch, states, &batch, err);
    if (!status && record_text(batch, "sterility")[0]) {
        status = MOLY_REFUSE(err, "R-13", "the sterility test of batch %s was started at %s",
                             a->batch, say_time(context, record_instant(batch, "sterility_at")));
    }
    status = status ? status
                    : rule_in_order(context, record_instant(batch, "made_at"), "it was made", err);
    status = status ? status : check_time(context, a, batch, decision, err);
    if (status) {
        return status;
    }
    decision_subject(decision, "batch", a->batch);
    decision_record(decision, "batch", a->batch);
    decision_text(decision, "sterility", "incubating");
    decision_instant(decision, "sterility_at", context->at);
    decision_text(decision, "sterility_by", context->performer->user);
    decision_text(decision, "sterility_laboratory", a->laboratory);
    decision_text(decision, "sterility_late", a->reason);
    return MOLY_OK;
}

const moly_act quality_start_sterility = {
    .declaration = {.name = "quality.start_sterility",
                    .summary = "Start the sterility test of a batch",
                    .description = "Within 30 h of the end of production, or the limit of the "
                                   "country; later only with a reason. Its result comes by "
                                   "quality.test.",
                    .example = "moly act quality.start_sterility"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --batch BAT-000005",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct sterility_args)},
    .roles = HOT_LAB,
    .rules = "R-13 R-46",
    .subject_kind = "batch",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"

struct answer_args {
    const char *notice, *by, *answer;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "notice",
     MOLY_TEXT(struct answer_args, notice),
     .record = "notice",
     .is_required = true,
     .help = "notice that was answered"},
    {.name = "by",
     MOLY_TEXT(struct answer_args, by),
     .is_required = true,
     .min = 2.0,
     .max = 300.0,
     .help = "who answered for the receiver"},
    {.name = "answer",
     MOLY_TEXT(struct answer_args, answer),
     .is_required = true,
     .min = 2.0,
     .max = 2000.0,
     .help = "what was said: given to whom, how much was left and what became of it"},
    ACT_AT(struct answer_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct answer_args *a = args;
    const json_t *notice = NULL;
    moly_status status = act_record(context, "notice", a->notice, &notice, err);
    if (!status && record_is(notice, "state", "to send")) {
        status = MOLY_REFUSE(err, "R-13",
                             "%s was not handed over yet; record that first "
                             "(quality.hand_over_notice)",
                             a->notice);
    }
    if (!status && !record_is(notice, "state", "sent")) {
        status = MOLY_REFUSE(err, "R-13", "%s is %s already", a->notice,
                             say(context, record_text(notice, "state")));
    }
    status = status ? status
                    : rule_in_order(context, record_instant(notice, "sent_at"),
                                    "it was handed over", err);
    if (status) {
        return status;
    }
    decision_subject(decision, "notice", a->notice);
    decision_record(decision, "notice", a->notice);
    decision_text(decision, "state", "answered");
    decision_instant(decision, "answered_at", context->at);
    decision_text(decision, "answered_by", a->by);
    decision_text(decision, "answer", a->answer);
    decision_text(decision, "answer_recorded_by", context->performer->user);
    return MOLY_OK;
}

const moly_act quality_record_answer = {
    .declaration = {.name = "quality.record_answer",
                    .summary = "Record a receiver's answer to a notice",
                    .description = "It closes the notice.",
                    .example = "moly act quality.record_answer"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --notice NOT-000001"
                               " --by 'Dr Kim'"
                               " --answer 'all of it was given on the 20th'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct answer_args)},
    .roles = HOT_LAB | PHARMACY | MOLY_ROLE_PHYSICIST,
    .rules = "R-13 R-46",
    .subject_kind = "notice",
    .decide = decide,
};

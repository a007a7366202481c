/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"

struct hand_over_args {
    const char *notice, *to, *note;
    int by;
    moly_instant at;
};

static const char *const ways[] = {"telephone", "in person", "courier", "letter",
                                   "e-mail",    "fax",       NULL};

static const moly_param params[] = {
    {.name = "notice",
     MOLY_TEXT(struct hand_over_args, notice),
     .record = "notice",
     .is_required = true,
     .help = "notice that was handed over"},
    {.name = "by",
     MOLY_CHOICE(struct hand_over_args, by),
     .choices = ways,
     .is_required = true,
     .help = "how it went out"},
    {.name = "to",
     MOLY_TEXT(struct hand_over_args, to),
     .is_required = true,
     .min = 2.0,
     .max = 300.0,
     .help = "who took it, with number or address"},
    ACT_AT(struct hand_over_args),
    ACT_NOTE(struct hand_over_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct hand_over_args *a = args;
    const json_t *notice = NULL;
    moly_status status = act_record(context, "notice", a->notice, &notice, err);
    bool is_again = record_is(notice, "state", "sent");
    if (!status && !is_again && !record_is(notice, "state", "to send")) {
        status = MOLY_REFUSE(err, "R-13", "%s is %s already", a->notice,
                             say(context, record_text(notice, "state")));
    }
    status = status ? status
                    : rule_in_order(context, record_instant(notice, "at"), "it was written", err);
    if (status) {
        return status;
    }
    double sent = record_number(notice, "times_sent");
    decision_subject(decision, "notice", a->notice);
    decision_record(decision, "notice", a->notice);
    decision_text(decision, "state", "sent");
    decision_instant(decision, "sent_at", context->at);
    decision_text(decision, "sent_by", context->performer->user);
    decision_text(decision, "sent_how", ways[a->by]);
    decision_text(decision, "sent_to", a->to);
    decision_json(decision, "times_sent", json_integer(isfinite(sent) ? (json_int_t)sent + 1 : 1));
    decision_instant(
        decision, "answer_due",
        moly_instant_add_s(context->at, site_value(context->limits, "notice_answer_s")));
    return MOLY_OK;
}

const moly_act quality_hand_over_notice = {
    .declaration = {.name = "quality.hand_over_notice",
                    .summary = "Record that a receiver was given a notice",
                    .description =
                        "By whom, how and to whom. From then on its answer is waited for; a notice "
                        "that nobody answers may be sent again. moly report notice prints it.",
                    .example = "moly act quality.hand_over_notice"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --password-file technologist.password"
                               " --notice NOT-000001"
                               " --by telephone"
                               " --to 'Dr Kim, +996 312 123456'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct hand_over_args)},
    .roles = HOT_LAB | PHARMACY | MOLY_ROLE_PHYSICIST,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "handed over",
    .rules = "R-10 R-13 R-46",
    .subject_kind = "notice",
    .decide = decide,
};

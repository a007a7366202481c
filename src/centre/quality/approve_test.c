/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "quality/quality.h"

struct approve_args {
    const char *test, *note;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "test",
     MOLY_TEXT(struct approve_args, test),
     .record = "test",
     .is_required = true,
     .help = "test whose raw data and result were looked at"},
    ACT_AT(struct approve_args),
    ACT_NOTE(struct approve_args),
};

static moly_status check(const moly_act_context *context, const char *id, const json_t *test,
                         moly_error *err)
{
    if (record_is(test, "state", "out of specification")) {
        return MOLY_REFUSE(err, "R-48",
                           "test %s is out of specification: investigate it (quality.decide_case)",
                           id);
    }
    if (!record_is(test, "state", "passed")) {
        return MOLY_REFUSE(err, "R-13", "test %s is %s already", id,
                           say(context, record_text(test, "state")));
    }
    moly_status status = rule_in_order(context, record_instant(test, "at"), "it was tested", err);
    return status ? status : rule_separate(context, test, "made_by", "tested", "approve", err);
}

/* a conditional release closes itself with the test that was missing. */
static moly_status close_condition(const moly_act_context *context, const json_t *test,
                                   moly_decision *decision, moly_error *err)
{
    const char *id = record_text(test, "batch");
    const json_t *batch = NULL;
    moly_status status = act_record(context, "batch", id, &batch, err);
    if (!status && record_is(batch, "state", "conditionally released") &&
        record_is(batch, "condition_test", record_text(test, "method"))) {
        decision_record(decision, "batch", id);
        decision_text(decision, "state", "certified");
        decision_instant(decision, "condition_closed_at", context->at);
        decision_text(decision, "condition_closed_by", record_text(test, "id"));
        status = tell_receivers(context, act_node(context, "batch", id), "certified", false,
                                "The test that was missing has passed: the release holds.",
                                decision, NULL, err);
    }
    return status;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct approve_args *a = args;
    const json_t *test = NULL;
    moly_status status = act_record(context, "test", a->test, &test, err);
    status = status ? status : check(context, a->test, test, err);
    if (status) {
        return status;
    }
    decision_subject(decision, "test", a->test);
    decision_record(decision, "test", a->test);
    decision_text(decision, "state", "approved");
    decision_text(decision, "approved_by", context->performer->user);
    decision_instant(decision, "approved_at", context->at);
    return close_condition(context, test, decision, err);
}

const moly_act quality_approve_test = {
    .declaration = {.name = "quality.approve_test",
                    .summary = "Approve a test's result",
                    .description = "By another person than the analyst, who looked at the raw "
                                   "data. A conditional release that waited for it closes.",
                    .example = "moly act quality.approve_test"
                               " --db sqlite:moly.db"
                               " --as radiopharmacist"
                               " --password-file radiopharmacist.password"
                               " --test TST-000005",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct approve_args)},
    .roles = PHARMACY | MOLY_ROLE_PHYSICIST,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "result approved",
    .rules = "R-09 R-10 R-47 R-48",
    .subject_kind = "test",
    .decide = decide,
};

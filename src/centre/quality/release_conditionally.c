/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "quality/methods.h"
#include "quality/quality.h"

struct condition_args {
    const char *batch, *instrument, *sample, *reason, *note;
    int method;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "batch",
     MOLY_TEXT(struct condition_args, batch),
     .record = "batch",
     .is_required = true,
     .help = "reviewed batch"},
    {.name = "method",
     MOLY_CHOICE(struct condition_args, method),
     .choices = method_words,
     .is_required = true,
     .help = "test that cannot be done"},
    {.name = "instrument",
     MOLY_TEXT(struct condition_args, instrument),
     .record = "instrument",
     .is_required = true,
     .help = "what failed; it is withdrawn (instrument.withdraw)"},
    {.name = "sample",
     MOLY_TEXT(struct condition_args, sample),
     .record = "sample",
     .is_required = true,
     .help = "retention sample that will be tested when it is repaired"},
    {.name = "reason",
     MOLY_TEXT(struct condition_args, reason),
     .is_required = true,
     .max = 2000.0,
     .help = "what failed, and why it cannot wait"},
    ACT_AT(struct condition_args),
    ACT_NOTE(struct condition_args),
};

static moly_status check_condition(const moly_act_context *context, const struct condition_args *a,
                                   const method *m, moly_error *err)
{
    const json_t *instrument = NULL, *sample = NULL;
    if (m->is_decisive || m->kind == METHOD_LATE) {
        return MOLY_REFUSE(err, "R-47", "nothing is released without %s, not even conditionally%s",
                           say(context, m->word),
                           m->kind == METHOD_LATE ? say(context, "; its result comes later") : "");
    }
    moly_status status = rule_reason(a->reason, "R-47", "a conditional release", err);
    status = status ? status : act_record(context, "instrument", a->instrument, &instrument, err);
    if (!status && record_is(instrument, "state", "in use")) {
        status = MOLY_REFUSE(err, "R-47",
                             "%s is in use: do the test, or withdraw it with the failure "
                             "(instrument.withdraw)",
                             a->instrument);
    }
    status = status ? status : act_record(context, "sample", a->sample, &sample, err);
    if (!status && (!record_is(sample, "batch", a->batch) || !record_is(sample, "state", "kept"))) {
        status = MOLY_REFUSE(err, "R-47", "sample %s is not a kept one of batch %s", a->sample,
                             a->batch);
    }
    return status;
}

/* What has a result lacks none. */
static moly_status check_missing(const moly_act_context *context, const char *batch,
                                 const method *m, moly_error *err)
{
    const json_t *tests = NULL, *one;
    size_t i;
    moly_status status = owned(context, "test", batch, &tests, err);
    json_array_foreach(tests, i, one)
    {
        if (!status && record_is(one, "method", m->word) && !record_is(one, "state", "void")) {
            status =
                MOLY_REFUSE(err, "R-47", "%s of batch %s has a result (%s): nothing is missing",
                            say(context, m->word), batch, record_text(one, "id"));
        }
    }
    return status;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    static const char *const states[] = {"reviewed", NULL};
    const struct condition_args *a = args;
    const method *m = method_at(a->method);
    const json_t *batch = NULL;
    moly_status status = batch_find(context, a->batch, states, &batch, err);
    status = status ? status : check_condition(context, a, m, err);
    status = status ? status : check_missing(context, a->batch, m, err);
    status = status ? status : batch_releasable(context, batch, m->word, err);
    if (status) {
        return status;
    }
    decision_subject(decision, "batch", a->batch);
    decision_record(decision, "batch", a->batch);
    decision_text(decision, "state", "conditionally released");
    decision_instant(decision, "certified_at", context->at);
    decision_instant(decision, "last_at", context->at);
    decision_text(decision, "certified_by", context->performer->user);
    decision_text(decision, "condition_test", m->word);
    decision_text(decision, "condition_instrument", a->instrument);
    decision_text(decision, "condition_sample", a->sample);
    decision_text(decision, "condition_reason", a->reason);
    decision_warn(decision, "R-47",
                  "released without %s: test sample %s as soon as %s is repaired (quality.test)",
                  say(context, m->word), a->sample, a->instrument);
    status = batch_set_vial(context, batch, "released", decision, err);
    return status ? status
                  : tell_receivers(context, act_node(context, "batch", a->batch),
                                   "conditionally released", false,
                                   "The batch is released on a condition: one test follows.",
                                   decision, NULL, err);
}

const moly_act quality_release_conditionally = {
    .declaration =
        {.name = "quality.release_conditionally",
         .summary = "Release a batch without one test, whose instrument failed",
         .description =
             "Only with the failure of an instrument and a kept sample, and never without "
             "identity, radiochemical and radionuclidic purity or specific activity. When the "
             "instrument is repaired the sample is tested: the release closes with a result that "
             "passed and was approved, or every receiver has a notice.",
         .example = "moly act quality.release_conditionally"
                    " --db sqlite:moly.db"
                    " --as qualified-person"
                    " --password-file qualified-person.password"
                    " --batch BAT-000006"
                    " --method osmolality"
                    " --instrument INS-000005"
                    " --sample SMP-000001"
                    " --reason 'osmometer out of order, spare part tomorrow'",
         ACT_PARAMS(params),
         .args_size = sizeof(struct condition_args)},
    .roles = MOLY_ROLE_QUALIFIED_PERSON,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "released on a condition",
    .rules = "R-09 R-10 R-47",
    .subject_kind = "batch",
    .decide = decide,
};

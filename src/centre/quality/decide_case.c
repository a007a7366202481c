/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "quality/quality.h"

struct decide_args {
    const char *id, *cause, *action, *note;
    int conclusion;
    moly_instant at;
};

enum { APPROVED, DECLINED, CORRECTED, NO_IMPACT, LABORATORY_ERROR, PRODUCT_FAULT };
static const char *const conclusions[] = {
    "approved", "declined", "corrected", "no impact", "laboratory error", "product fault", NULL};

static const moly_param params[] = {
    {.name = "case",
     MOLY_TEXT(struct decide_args, id),
     .record = "case",
     .is_required = true,
     .help = "open case"},
    {.name = "conclusion",
     MOLY_CHOICE(struct decide_args, conclusion),
     .choices = conclusions,
     .is_required = true,
     .help = "a change or risk is approved or declined, a result out of specification is a "
             "laboratory error or a product fault"},
    {.name = "cause",
     MOLY_TEXT(struct decide_args, cause),
     .is_required = true,
     .min = 3.0,
     .max = 2000.0,
     .help = "root cause, or why it is decided so"},
    {.name = "action",
     MOLY_TEXT(struct decide_args, action),
     .max = 2000.0,
     .help = "what was or will be done"},
    ACT_AT(struct decide_args),
    ACT_NOTE(struct decide_args),
};

static moly_status check_conclusion(const moly_act_context *context, const struct decide_args *a,
                                    const json_t *one, moly_error *err)
{
    const char *type = record_text(one, "type");
    bool is_oos = strcmp(type, "oos") == 0;
    bool is_asked = strcmp(type, "change") == 0 || strcmp(type, "risk") == 0;
    bool fits = a->conclusion >= LABORATORY_ERROR
                    ? is_oos || (strcmp(type, "deviation") == 0 && a->conclusion == PRODUCT_FAULT)
                : a->conclusion <= DECLINED ? is_asked
                                            : !is_oos && !is_asked;
    return fits ? MOLY_OK
                : MOLY_REFUSE(err, "R-51", "'%s' is no conclusion of %s %s",
                              say(context, conclusions[a->conclusion]), say(context, type), a->id);
}

static moly_status check(const moly_act_context *context, const struct decide_args *a,
                         const json_t *one, moly_error *err)
{
    if (!record_is(one, "state", "open")) {
        return MOLY_REFUSE(err, "R-13", "%s is %s already", a->id,
                           say(context, record_text(one, "state")));
    }
    moly_status status = rule_in_order(context, record_instant(one, "at"), "it was opened", err);
    status = status ? status : rule_separate(context, one, "opened_by", "opened", "decide", err);
    return status ? status : check_conclusion(context, a, one, err);
}

/* Another result out of specification of the batch is still being investigated. */
static moly_status other_oos(const moly_act_context *context, const char *id, const char *batch,
                             bool *is_there, moly_error *err)
{
    const json_t *cases = NULL, *one;
    size_t i;
    moly_status status = owned(context, "case", batch, &cases, err);
    *is_there = false;
    json_array_foreach(cases, i, one)
    {
        *is_there = *is_there || (record_is(one, "type", "oos") &&
                                  record_is(one, "state", "open") && !record_is(one, "id", id));
    }
    return status;
}

static moly_status void_test(const moly_act_context *context, const json_t *one,
                             const json_t *batch, moly_decision *decision, moly_error *err)
{
    const char *about = record_text(one, "about"), *id = record_text(batch, "id");
    const json_t *test = NULL;
    bool is_another = false;
    moly_status status = act_record(context, "test", about, &test, err);
    if (!status &&
        (!record_is(test, "batch", id) || !record_is(test, "state", "out of specification"))) {
        status =
            MOLY_REFUSE(err, "R-48", "%s is no result out of specification of batch %s", about, id);
    }
    status = status ? status : other_oos(context, record_text(one, "id"), id, &is_another, err);
    if (status) {
        return status;
    }
    decision_record(decision, "test", about);
    decision_text(decision, "state", "void");
    decision_text(decision, "void_by", record_text(one, "id"));
    return is_another ? MOLY_OK : batch_set_vial(context, batch, "untested", decision, err);
}

/* an error of the laboratory voids the result, which stays readable; the sample may be tested
 * once more. A fault of the product ends the batch. */
static moly_status apply(const moly_act_context *context, const struct decide_args *a,
                         const json_t *one, moly_decision *decision, moly_error *err)
{
    const char *id = record_text(one, "batch");
    const json_t *batch = NULL;
    if (a->conclusion < LABORATORY_ERROR || !id[0]) {
        return MOLY_OK;
    }
    moly_status status = act_record(context, "batch", id, &batch, err);
    if (status) {
        return status;
    }
    if (a->conclusion == LABORATORY_ERROR) {
        return void_test(context, one, batch, decision, err);
    }
    decision_record(decision, "batch", id);
    decision_text(decision, "state", "rejected");
    decision_text(decision, "rejected_because", a->id);
    status = batch_set_vial(context, batch, "rejected", decision, err);
    status = status ? status : block_doses(context, act_node(context, "batch", id), decision, err);
    return status ? status
                  : tell_receivers(context, act_node(context, "batch", id), "rejected", true,
                                   "The batch is rejected: do not use it.", decision, NULL, err);
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct decide_args *a = args;
    const json_t *one = NULL;
    moly_status status = act_record(context, "case", a->id, &one, err);
    status = status ? status : check(context, a, one, err);
    if (status) {
        return status;
    }
    decision_subject(decision, "case", a->id);
    decision_record(decision, "case", a->id);
    decision_text(decision, "state", "decided");
    decision_text(decision, "conclusion", conclusions[a->conclusion]);
    decision_text(decision, "cause", a->cause);
    decision_text(decision, "action", a->action);
    decision_text(decision, "decided_by", context->performer->user);
    decision_instant(decision, "decided_at", context->at);
    return apply(context, a, one, decision, err);
}

const moly_act quality_decide_case = {
    .declaration = {.name = "quality.decide_case",
                    .summary = "Decide a case: its cause, conclusion and action",
                    .description = "By another person than the one who opened it. A laboratory "
                                   "error voids a result, which stays readable, and lets the "
                                   "sample be tested once more; a product fault rejects the batch "
                                   "and tells every receiver.",
                    .example = "moly act quality.decide_case"
                               " --db sqlite:moly.db"
                               " --as qualified-person"
                               " --password-file qualified-person.password"
                               " --case DEV-000001"
                               " --conclusion corrected"
                               " --cause 'display read too early'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct decide_args)},
    .roles = PHARMACY,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "decided",
    .rules = "R-09 R-10 R-43 R-48 R-51",
    .subject_kind = "case",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"

struct approve_args {
    const char *supplier, *basis, *note;
    int result;
    moly_instant until, at;
};

static const char *const results[] = {"approved", "blocked", NULL};

static const moly_param params[] = {
    {.name = "supplier",
     MOLY_TEXT(struct approve_args, supplier),
     .record = "supplier",
     .is_required = true,
     .max = 40.0,
     .help = "supplier that was judged"},
    {.name = "result",
     MOLY_CHOICE(struct approve_args, result),
     .choices = results,
     .fallback = "approved",
     .help = "approved, or blocked: nothing is accepted from it"},
    {.name = "basis",
     MOLY_TEXT(struct approve_args, basis),
     .is_required = true,
     .max = 1000.0,
     .help = "what it rests on: audit, licence, samples"},
    {.name = "until",
     MOLY_INSTANT(struct approve_args, until),
     .help = "when the approval ends; without it, after two years"},
    ACT_AT(struct approve_args),
    ACT_NOTE(struct approve_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct approve_args *a = args;
    static const double approval_s = 2.0 * 31557600.0;
    const json_t *supplier = NULL;
    moly_status status = act_record(context, "supplier", a->supplier, &supplier, err);
    moly_instant until =
        moly_instant_is_none(a->until) ? moly_instant_add_s(context->at, approval_s) : a->until;
    if (!status && until.us <= context->at.us) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "until: %s is not after the approval",
                           say_time(context, until));
    }
    if (!status) {
        status = rule_separate(context, supplier, "registered_by", "registered", "approve", err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "supplier", a->supplier);
    decision_record(decision, "supplier", a->supplier);
    decision_text(decision, "state", results[a->result]);
    decision_text(decision, "basis", a->basis);
    decision_text(decision, "approved_by", context->performer->user);
    decision_instant(decision, "approved_at", context->at);
    decision_instant(decision, "approved_until", until);
    return MOLY_OK;
}

const moly_act stock_approve_supplier = {
    .declaration = {.name = "stock.approve_supplier",
                    .summary = "Approve a supplier, or block it",
                    .description = "Another person than the one who registered it approves, with "
                                   "what the approval rests on.",
                    .example = "moly act stock.approve_supplier"
                               " --db sqlite:moly.db"
                               " --as qualified-person"
                               " --password-file qualified-person.password"
                               " --supplier SUP-000003"
                               " --basis 'licence and audit of March'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct approve_args)},
    .roles = PHARMACY,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "approved as supplier",
    .rules = "R-09 R-10 R-20",
    .subject_kind = "supplier",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"

#include <stdio.h>

struct explain_args {
    int64_t event;
    const char *reason;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "event",
     MOLY_I64(struct explain_args, event),
     .min = 1.0,
     .max = 9e15,
     .is_required = true,
     .help = "number of the event where the books do not balance"},
    {.name = "reason",
     MOLY_TEXT(struct explain_args, reason),
     .is_required = true,
     .max = 2000.0,
     .help = "what happened, and what was done"},
    ACT_AT(struct explain_args),
};

static bool has_discrepancy(const json_t *balance, int64_t seq)
{
    size_t i;
    const json_t *row;
    json_array_foreach(json_object_get(balance, "discrepancies"), i, row)
    {
        if (json_integer_value(json_object_get(row, "seq")) == seq) {
            return true;
        }
    }
    return false;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct explain_args *a = args;
    json_t *balance = NULL;
    char id[24];
    moly_status status = rule_reason(a->reason, "R-04", "an explanation", err);
    if (!status) {
        status = moly_ledger_balance(context->reader, context->now, &balance, err);
    }
    if (status) {
        return status;
    }
    bool is_found = has_discrepancy(balance, a->event);
    json_decref(balance);
    if (!is_found) {
        return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND,
                         "the books balance at event %lld; there is nothing to explain",
                         (long long)a->event);
    }
    (void)snprintf(id, sizeof id, "%lld", (long long)a->event);
    decision_subject(decision, "explanation", id);
    decision_record(decision, "explanation", id);
    decision_instant(decision, "at", context->at);
    decision_text(decision, "reason", a->reason);
    decision_text(decision, "by", context->performer->user);
    return MOLY_OK;
}

const moly_act safety_explain = {
    .declaration = {.name = "safety.explain",
                    .summary = "Explain why the books do not balance at an event",
                    .example = "moly act safety.explain"
                               " --db sqlite:moly.db"
                               " --as physicist"
                               " --event 25"
                               " --reason 'a swab with activity went to another container'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct explain_args)},
    .roles = PROTECTION | MOLY_ROLE_QUALIFIED_PERSON,
    .rules = "R-04",
    .subject_kind = "explanation",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "clinic/fitness.h"

struct accept_args {
    const char *order, *reason, *note;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "order",
     MOLY_TEXT(struct accept_args, order),
     .record = "order",
     .is_required = true,
     .help = "order whose risks are accepted"},
    {.name = "reason",
     MOLY_TEXT(struct accept_args, reason),
     .is_required = true,
     .max = 2000.0,
     .help = "why the benefit is larger, and what is done about the risk"},
    ACT_AT(struct accept_args),
    ACT_NOTE(struct accept_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct accept_args *a = args;
    const json_t *order = NULL;
    fitness f;
    char risks[FITNESS_RISKS_SIZE] = "";
    moly_status status = act_record(context, "order", a->order, &order, err);
    if (!status && record_is(order, "state", "given")) {
        status = MOLY_REFUSE(err, "R-13", "order %s is given already", a->order);
    }
    if (!status) {
        status = rule_in_order(context, record_instant(order, "ordered_at"), "it was ordered", err);
    }
    if (!status) {
        status = rule_reason(a->reason, "R-36", "accepting a risk", err);
    }
    if (!status) {
        status = fitness_of_order(context, order, &f, err);
    }
    if (!status) {
        f.reason = a->reason;
        f.accepted = NULL;
        status = fitness_check(context, &f, decision, risks, err);
    }
    if (!status && !risks[0]) {
        status = MOLY_REFUSE(err, "R-36", "nothing speaks against order %s: nothing to accept",
                             a->order);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "order", a->order);
    decision_record(decision, "order", a->order);
    decision_text(decision, "accepted_risks", risks);
    decision_text(decision, "risk_reason", a->reason);
    decision_text(decision, "risk_accepted_by", context->performer->user);
    return MOLY_OK;
}

const moly_act clinic_accept_risk = {
    .declaration = {.name = "clinic.accept_risk",
                    .summary = "Accept a risk of an order with a reason",
                    .description = "Pregnancy, breast-feeding, an allergy, more than the dosage "
                                   "card gives a child: known now, accepted now. What is found "
                                   "later stops the syringe again.",
                    .example = "moly act clinic.accept_risk"
                               " --db sqlite:moly.db"
                               " --as physician"
                               " --password-file physician.password"
                               " --order ORD-000004"
                               " --reason 'the rash came from another tracer'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct accept_args)},
    .roles = MOLY_ROLE_PHYSICIAN,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "risk accepted",
    .rules = "R-10 R-13 R-36",
    .subject_kind = "order",
    .decide = decide,
};

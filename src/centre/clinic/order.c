/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "clinic/fitness.h"

struct order_args {
    const char *referral, *reason, *id, *note;
    int product;
    double activity_bq;
    moly_instant planned, at;
};

static const moly_param params[] = {
    {.name = "referral",
     MOLY_TEXT(struct order_args, referral),
     .record = "referral",
     .is_required = true,
     .help = "justified referral"},
    {.name = "product",
     MOLY_CHOICE(struct order_args, product),
     .choices = product_codes,
     .is_required = true,
     .help = "radiopharmaceutical"},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct order_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1e5,
     .max = 1e10,
     .is_required = true,
     .help = "prescribed activity at the injection"},
    {.name = "planned",
     MOLY_INSTANT(struct order_args, planned),
     .is_required = true,
     .help = "instant of the injection"},
    {.name = "reason",
     MOLY_TEXT(struct order_args, reason),
     .max = 2000.0,
     .help =
         "why, where pregnancy, breast-feeding, an allergy or the dosage card speak against it"},
    ACT_ID(struct order_args, "order"),
    ACT_AT(struct order_args),
    ACT_NOTE(struct order_args),
};

static moly_status check_patient(const moly_act_context *context, const struct order_args *a,
                                 const json_t *referral, moly_decision *decision,
                                 char risks[FITNESS_RISKS_SIZE], moly_error *err)
{
    fitness f = {.referral = referral,
                 .product = product_at(a->product),
                 .activity_bq = a->activity_bq,
                 .injection = a->planned,
                 .reason = a->reason};
    moly_status status =
        act_record(context, "patient", record_text(referral, "patient"), &f.patient, err);
    if (!status) {
        status = fitness_check(context, &f, decision, risks, err);
    }
    if (!status) {
        fitness_warn_reference(context, &f, decision);
    }
    return status;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct order_args *a = args;
    const json_t *referral = NULL;
    const char *id = NULL;
    char risks[FITNESS_RISKS_SIZE] = "";
    moly_status status = act_record(context, "referral", a->referral, &referral, err);
    if (!status && !record_is(referral, "state", "justified")) {
        status = MOLY_REFUSE(err, "R-35",
                             "referral %s is %s; a physician must justify it before anything is "
                             "ordered (clinic.justify)",
                             a->referral, say(context, record_text(referral, "state")));
    }
    if (!status) {
        status = rule_in_order(context, record_instant(referral, "justified_at"),
                               "the referral was justified", err);
    }
    if (!status && a->planned.us < context->at.us) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "planned: %s is before the order at %s",
                           say_time(context, a->planned), say_time(context, context->at));
    }
    if (!status) {
        status = check_patient(context, a, referral, decision, risks, err);
    }
    if (!status) {
        status = act_new_id(context, "order", "ORD", a->id, &id, err);
    }
    if (status) {
        return status;
    }
    const char *patient = record_text(referral, "patient");
    decision_subject(decision, "order", id);
    decision_record(decision, "order", id);
    decision_text(decision, "state", "ordered");
    decision_instant(decision, "at", a->planned); /* indexed: who is due when */
    decision_text(decision, "owner", patient);
    decision_text(decision, "patient", patient);
    decision_text(decision, "referral", a->referral);
    decision_text(decision, "examination", record_text(referral, "examination"));
    decision_text(decision, "product", product_codes[a->product]);
    decision_number(decision, "activity_bq", a->activity_bq);
    decision_text(decision, "ordered_by", context->performer->user);
    decision_instant(decision, "ordered_at", context->at);
    if (risks[0]) {
        decision_text(decision, "accepted_risks", risks);
        decision_text(decision, "risk_reason", a->reason);
        decision_text(decision, "risk_accepted_by", context->performer->user);
    }
    return MOLY_OK;
}

const moly_act clinic_order = {
    .declaration = {.name = "clinic.order",
                    .summary = "Prescribe an activity for a time",
                    .example = "moly act clinic.order"
                               " --db sqlite:moly.db"
                               " --as physician"
                               " --referral REF-000013"
                               " --product sestamibi"
                               " --activity '600 MBq'"
                               " --planned 2026-11-24T04:00Z",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct order_args)},
    .roles = MOLY_ROLE_PHYSICIAN,
    .rules = "R-13 R-35 R-36",
    .subject_kind = "order",
    .decide = decide,
};

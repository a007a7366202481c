/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "clinic/answers.h"

struct check_args {
    const char *referral, *note;
    patient_answers answers;
    double weight_kg;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "referral",
     MOLY_TEXT(struct check_args, referral),
     .record = "referral",
     .is_required = true,
     .help = "referral of the patient who is asked"},
    ACT_ANSWERS(struct check_args),
    {.name = "weight",
     MOLY_F64(struct check_args, weight_kg),
     .dim = MOLY_DIM_BODY_MASS,
     .min = 0.3,
     .max = 400.0,
     .help = "body mass today"},
    ACT_AT(struct check_args),
    ACT_NOTE(struct check_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct check_args *a = args;
    const json_t *referral = NULL, *patient = NULL;
    moly_status status = act_record(context, "referral", a->referral, &referral, err);
    if (!status) {
        status = act_record(context, "patient", record_text(referral, "patient"), &patient, err);
    }
    if (!status) {
        status = rule_in_order(context, record_instant(referral, "at"), "the referral came", err);
    }
    if (!status && !answers_has_pregnancy(&a->answers) && a->answers.breast_feeding < 0 &&
        !a->answers.allergies && !isfinite(a->weight_kg)) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE,
                           "nothing was asked: give pregnancy, breast_feeding, allergies or "
                           "weight");
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "referral", a->referral);
    decision_record(decision, "referral", a->referral);
    decision_text(decision, "asked_by", context->performer->user);
    answers_record(context, &a->answers, patient, decision);
    if (isfinite(a->weight_kg)) {
        decision_record(decision, "patient", record_text(patient, "id"));
        decision_number(decision, "weight_kg", a->weight_kg);
    }
    return MOLY_OK;
}

const moly_act clinic_check_patient = {
    .declaration = {.name = "clinic.check_patient",
                    .summary = "Ask a patient before the dose",
                    .description = "Pregnancy, breast-feeding, allergies, weight. What speaks "
                                   "against the dose stops the syringe until a physician accepts "
                                   "it (clinic.accept_risk).",
                    .example = "moly act clinic.check_patient"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --referral REF-000006"
                               " --pregnancy excluded"
                               " --breast-feeding no"
                               " --allergies none",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct check_args)},
    .roles = CLINIC,
    .rules = "R-36",
    .subject_kind = "referral",
    .decide = decide,
};

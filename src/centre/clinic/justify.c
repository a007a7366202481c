/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "clinic/answers.h"

struct justify_args {
    const char *referral, *justification, *note;
    patient_answers answers;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "referral",
     MOLY_TEXT(struct justify_args, referral),
     .record = "referral",
     .is_required = true,
     .help = "referral that is justified"},
    {.name = "justification",
     MOLY_TEXT(struct justify_args, justification),
     .is_required = true,
     .max = 2000.0,
     .help = "why the benefit outweighs the radiation risk"},
    ACT_ANSWERS(struct justify_args),
    ACT_AT(struct justify_args),
    ACT_NOTE(struct justify_args),
};

static moly_status check_pregnancy(const moly_act_context *context, const struct justify_args *a,
                                   const json_t *patient, moly_error *err)
{
    const char *birth_date = record_text(patient, "birth_date");
    bool must_ask = false;
    moly_status status = fitness_must_ask(context, patient, &must_ask, err);
    if (status || !must_ask || answers_has_pregnancy(&a->answers)) {
        return status;
    }
    return MOLY_REFUSE(err, "R-36",
                       "patient %s, born %s: a pregnancy must be asked about; give the field "
                       "'pregnancy'",
                       record_text(patient, "id"),
                       birth_date[0] ? birth_date : "on an unknown day");
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct justify_args *a = args;
    const json_t *referral = NULL, *patient = NULL;
    moly_status status = act_record(context, "referral", a->referral, &referral, err);
    if (!status) {
        status = act_record(context, "patient", record_text(referral, "patient"), &patient, err);
    }
    if (!status && !record_is(referral, "state", "received")) {
        status = MOLY_REFUSE(err, "R-13", "referral %s is %s already", a->referral,
                             say(context, record_text(referral, "state")));
    }
    if (!status) {
        status = rule_in_order(context, record_instant(referral, "at"), "the referral came", err);
    }
    if (!status) {
        status = rule_reason(a->justification, "R-35", "a justification", err);
    }
    if (!status) {
        status = check_pregnancy(context, a, patient, err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "referral", a->referral);
    decision_record(decision, "referral", a->referral);
    decision_text(decision, "state", "justified");
    decision_text(decision, "justification", a->justification);
    decision_text(decision, "justified_by", context->performer->user);
    decision_instant(decision, "justified_at", context->at);
    answers_record(context, &a->answers, patient, decision);
    return MOLY_OK;
}

const moly_act clinic_justify = {
    .declaration = {.name = "clinic.justify",
                    .summary = "Justify a referral",
                    .description = "The nuclear-medicine physician agrees to the examination; "
                                   "nothing is dispensed without it.",
                    .example = "moly act clinic.justify"
                               " --db sqlite:moly.db"
                               " --as physician"
                               " --password-file physician.password"
                               " --referral REF-000013"
                               " --justification 'an operation depends on it'"
                               " --pregnancy excluded"
                               " --breast-feeding no",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct justify_args)},
    .roles = MOLY_ROLE_PHYSICIAN,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "justified",
    .rules = "R-10 R-35 R-36",
    .subject_kind = "referral",
    .decide = decide,
};

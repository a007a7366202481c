/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "birth_date.h"

/* Ages between which a pregnancy must be asked about; EANM and IAEA SSG-46 practice. */
enum { ASK_FROM = 12, ASK_UNTIL = 55 };

struct justify_args {
    const char *referral, *justification, *note;
    int pregnancy;
    moly_instant at;
};

enum { PREGNANCY_NOT_ASKED = -1, PREGNANCY_EXCLUDED, PREGNANCY_NOT_POSSIBLE, PREGNANT };
static const char *const pregnancies[] = {"excluded", "not-possible", "pregnant", NULL};

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
    {.name = "pregnancy",
     MOLY_CHOICE(struct justify_args, pregnancy),
     .choices = pregnancies,
     .help = "result of asking and testing; needed for women of 12 to 55 years"},
    ACT_AT(struct justify_args),
    ACT_NOTE(struct justify_args),
};

/* Nobody who could be pregnant is left out: not whose sex or birth date is unknown either. */
static moly_status check_pregnancy(const moly_act_context *context, const struct justify_args *a,
                                   const json_t *patient, moly_error *err)
{
    const char *birth_date = record_text(patient, "birth_date");
    moly_instant born = MOLY_INSTANT_NONE;
    if (record_is(patient, "sex", "male") || a->pregnancy != PREGNANCY_NOT_ASKED) {
        return MOLY_OK;
    }
    moly_status status = birth_date[0] ? birth_date_parse(birth_date, &born, err) : MOLY_OK;
    int age = birth_date[0] && !status ? birth_date_age(born, context->at) : ASK_FROM;
    if (status || age < ASK_FROM || age > ASK_UNTIL) {
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
    if (a->pregnancy != PREGNANCY_NOT_ASKED) {
        decision_text(decision, "pregnancy", pregnancies[a->pregnancy]);
    }
    if (a->pregnancy == PREGNANT) {
        decision_warn(decision, "R-36",
                      "patient %s is pregnant: estimate the dose to the foetus before ordering",
                      record_text(patient, "id"));
    }
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
                               " --pregnancy excluded",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct justify_args)},
    .roles = MOLY_ROLE_PHYSICIAN,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "justified",
    .rules = "R-10 R-35 R-36",
    .subject_kind = "referral",
    .decide = decide,
};

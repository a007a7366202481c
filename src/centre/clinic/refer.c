/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"

struct refer_args {
    const char *patient, *examination, *question, *referrer, *id, *note;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "patient",
     MOLY_TEXT(struct refer_args, patient),
     .record = "patient",
     .is_required = true,
     .help = "patient who is referred"},
    {.name = "examination",
     MOLY_TEXT(struct refer_args, examination),
     .is_required = true,
     .max = 300.0,
     .help = "what is asked for, \"bone scan\""},
    {.name = "question",
     MOLY_TEXT(struct refer_args, question),
     .is_required = true,
     .max = 2000.0,
     .help = "clinical question and history"},
    {.name = "referrer",
     MOLY_TEXT(struct refer_args, referrer),
     .is_required = true,
     .max = 300.0,
     .help = "physician who refers"},
    ACT_ID(struct refer_args, "referral"),
    ACT_AT(struct refer_args),
    ACT_NOTE(struct refer_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct refer_args *a = args;
    const json_t *patient = NULL;
    const char *id = NULL;
    moly_status status = act_record(context, "patient", a->patient, &patient, err);
    if (!status) {
        status = act_new_id(context, "referral", "REF", a->id, &id, err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "referral", id);
    decision_record(decision, "referral", id);
    decision_text(decision, "state", "received");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "owner", a->patient);
    decision_text(decision, "patient", a->patient);
    decision_text(decision, "examination", a->examination);
    decision_text(decision, "question", a->question);
    decision_text(decision, "referrer", a->referrer);
    return MOLY_OK;
}

const moly_act clinic_refer = {
    .declaration = {.name = "clinic.refer",
                    .summary = "Enter a referral",
                    .example = "moly act clinic.refer"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --patient PAT-000001"
                               " --examination 'bone scan'"
                               " --question 'control after radiotherapy'"
                               " --referrer 'Dr Osmonov'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct refer_args)},
    .roles = CLINIC,
    .rules = "R-35",
    .subject_kind = "referral",
    .decide = decide,
};

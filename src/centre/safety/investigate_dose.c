/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"

struct investigate_args {
    const char *dose, *cause, *measures, *note;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "dose",
     MOLY_TEXT(struct investigate_args, dose),
     .record = "staff_dose",
     .is_required = true,
     .max = 40.0,
     .help = "staff dose that was over a level or limit"},
    {.name = "cause",
     MOLY_TEXT(struct investigate_args, cause),
     .is_required = true,
     .max = 2000.0,
     .help = "why it was so high"},
    {.name = "measures",
     MOLY_TEXT(struct investigate_args, measures),
     .is_required = true,
     .max = 2000.0,
     .help = "what changes, so that it does not come again"},
    ACT_AT(struct investigate_args),
    ACT_NOTE(struct investigate_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct investigate_args *a = args;
    const json_t *dose = NULL;
    moly_status status = act_record(context, "staff_dose", a->dose, &dose, err);
    if (status) {
        return status;
    }
    if (!record_is(dose, "state", "to be investigated") &&
        !record_is(dose, "state", "over a limit")) {
        return MOLY_REFUSE(err, "R-57", "%s is %s: there is nothing to investigate", a->dose,
                           say(context, record_text(dose, "state")));
    }
    if (record_is(dose, "person", context->performer->user)) {
        return ACT_FORBID(err, "R-09", "%s is your own dose; another person investigates it",
                          a->dose);
    }
    decision_subject(decision, "staff_dose", a->dose);
    decision_record(decision, "staff_dose", a->dose);
    decision_text(decision, "state", "investigated");
    decision_text(decision, "cause", a->cause);
    decision_text(decision, "measures", a->measures);
    decision_text(decision, "investigated_by", context->performer->user);
    decision_instant(decision, "investigated_at", context->at);
    return MOLY_OK;
}

const moly_act safety_investigate_dose = {
    .declaration = {.name = "safety.investigate_dose",
                    .summary = "Say why a person's dose was high, and what changes",
                    .example = "moly act safety.investigate_dose"
                               " --db sqlite:moly.db"
                               " --as physicist"
                               " --password-file physicist.password"
                               " --dose SDO-000002"
                               " --cause 'many therapies in one week'"
                               " --measures 'two persons share the therapies'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct investigate_args)},
    .roles = MOLY_ROLE_PHYSICIST,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "investigated",
    .rules = "R-09 R-10 R-57",
    .subject_kind = "staff_dose",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"

struct declare_args {
    const char *person, *note;
    int ended;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "person",
     MOLY_TEXT(struct declare_args, person),
     .record = "person",
     .is_required = true,
     .max = 40.0,
     .help = "who declares it"},
    {.name = "ended", MOLY_BOOL(struct declare_args, ended), .help = "it has ended"},
    ACT_AT(struct declare_args),
    ACT_NOTE(struct declare_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct declare_args *a = args;
    const json_t *person = NULL;
    moly_status status = act_record(context, "person", a->person, &person, err);
    if (status) {
        return status;
    }
    decision_subject(decision, "person", a->person);
    decision_record(decision, "person", a->person);
    if (a->ended == 1) {
        decision_json(decision, "pregnancy_declared", json_null());
    } else {
        decision_instant(decision, "pregnancy_declared", context->at);
    }
    return MOLY_OK;
}

const moly_act safety_declare_pregnancy = {
    .declaration = {.name = "safety.declare_pregnancy",
                    .summary = "Record that a worker declared a pregnancy",
                    .description = "From then on her doses are held against the child's limit. "
                                   "Declaring is hers to decide.",
                    .example = "moly act safety.declare_pregnancy"
                               " --db sqlite:moly.db"
                               " --as physicist"
                               " --person radiopharmacist",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct declare_args)},
    .roles = MOLY_ROLE_PHYSICIST,
    .rules = "R-57",
    .subject_kind = "person",
    .decide = decide,
};

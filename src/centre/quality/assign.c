/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "quality/quality.h"

struct assign_args {
    const char *person, *duty, *note;
    moly_text_list topics;
    moly_instant from, until, at;
};

static const moly_param params[] = {
    {.name = "person",
     MOLY_TEXT(struct assign_args, person),
     .record = "person",
     .is_required = true,
     .help = "who is to work"},
    {.name = "duty",
     MOLY_TEXT(struct assign_args, duty),
     .is_required = true,
     .min = 2.0,
     .max = 100.0,
     .help = "what for, \"synthesis of FDG\""},
    {.name = "topics",
     MOLY_TEXT_LIST(struct assign_args, topics),
     .help = "training that it needs, \"aseptic work\""},
    {.name = "from", MOLY_INSTANT(struct assign_args, from), .is_required = true, .help = "begin"},
    {.name = "until", MOLY_INSTANT(struct assign_args, until), .is_required = true, .help = "end"},
    ACT_AT(struct assign_args),
    ACT_NOTE(struct assign_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct assign_args *a = args;
    const json_t *person = NULL;
    const char *id = NULL;
    moly_status status = act_record(context, "person", a->person, &person, err);
    if (!status && record_is(person, "state", "retired")) {
        status = MOLY_REFUSE(err, "R-66", "%s is retired and cannot act", a->person);
    }
    if (!status && a->until.us <= a->from.us) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "until: %s is not after %s",
                           say_time(context, a->until), say_time(context, a->from));
    }
    for (size_t i = 0; i < a->topics.n && !status; i++) {
        status = rule_trained(context, person, a->topics.values[i], a->until, err);
    }
    status = status ? status : rule_trained(context, person, NULL, a->until, err);
    status = status ? status : act_new_id(context, "duty", "DUT", NULL, &id, err);
    if (status) {
        return status;
    }
    decision_subject(decision, "duty", id);
    decision_record(decision, "duty", id);
    decision_text(decision, "state", "assigned");
    decision_instant(decision, "at", a->from);
    decision_instant(decision, "until", a->until);
    decision_text(decision, "owner", a->person);
    decision_text(decision, "person", a->person);
    decision_text(decision, "duty", a->duty);
    decision_text(decision, "assigned_by", context->performer->user);
    return MOLY_OK;
}

const moly_act quality_assign = {
    .declaration = {.name = "quality.assign",
                    .summary = "Assign a person to a duty in the rota",
                    .description = "Whose training or aseptic qualification ends before the duty "
                                   "does cannot be assigned.",
                    .example = "moly act quality.assign"
                               " --db sqlite:moly.db"
                               " --as radiopharmacist"
                               " --person technologist"
                               " --duty 'synthesis of FDG'"
                               " --topics 'aseptic work'"
                               " --from 2026-11-24T00:00Z"
                               " --until 2026-11-24T08:00Z",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct assign_args)},
    .roles = PHARMACY | MOLY_ROLE_PHYSICIST,
    .rules = "R-50 R-66",
    .subject_kind = "duty",
    .decide = decide,
};

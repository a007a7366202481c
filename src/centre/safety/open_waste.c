/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"

struct open_args {
    const char *id, *name, *room, *note;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "name",
     MOLY_TEXT(struct open_args, name),
     .is_required = true,
     .max = 200.0,
     .help = "what goes into it, \"sharps, Tc-99m\""},
    {.name = "room",
     MOLY_TEXT(struct open_args, room),
     .record = "room",
     .help = "where it stands"},
    ACT_ID(struct open_args, "waste container"),
    ACT_AT(struct open_args),
    ACT_NOTE(struct open_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct open_args *a = args;
    const json_t *room = NULL;
    const char *id = NULL;
    moly_status status = a->room ? act_record(context, "room", a->room, &room, err) : MOLY_OK;
    if (!status) {
        status = act_new_id(context, "waste", "WST", a->id, &id, err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "waste", id);
    decision_record(decision, "waste", id);
    decision_text(decision, "state", "open");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "name", a->name);
    decision_text(decision, "room", a->room);
    return MOLY_OK;
}

const moly_act safety_open_waste = {
    .declaration = {.name = "safety.open_waste",
                    .summary = "Open a waste container",
                    .example = "moly act safety.open_waste"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --name 'sharps, I-131'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct open_args)},
    .roles = HOT_LAB | MOLY_ROLE_PHYSICIST,
    .rules = "R-58",
    .subject_kind = "waste",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "vessel.h"

struct discard_args {
    const char *kit, *eluate, *vial, *dose, *generator, *target, *container, *note;
    double activity_bq;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "kit",
     MOLY_TEXT(struct discard_args, kit),
     .record = "kit",
     .help = "kit to throw away"},
    {.name = "eluate",
     MOLY_TEXT(struct discard_args, eluate),
     .record = "eluate",
     .help = "or eluate to throw away"},
    {.name = "vial",
     MOLY_TEXT(struct discard_args, vial),
     .record = "vial",
     .help = "or vial to throw away"},
    {.name = "dose",
     MOLY_TEXT(struct discard_args, dose),
     .record = "dose",
     .help = "or syringe to throw away"},
    {.name = "generator",
     MOLY_TEXT(struct discard_args, generator),
     .record = "generator",
     .help = "or generator to put away for decay"},
    {.name = "target",
     MOLY_TEXT(struct discard_args, target),
     .record = "target",
     .help = "or target, with what stayed in it and on the way to the vial"},
    {.name = "container",
     MOLY_TEXT(struct discard_args, container),
     .record = "waste",
     .help = "waste container; without it the open one, or a new one"},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct discard_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 0.0,
     .max = 1e12,
     .help = "activity measured in what is thrown away, where it was"},
    ACT_AT(struct discard_args),
    ACT_NOTE(struct discard_args),
};

static moly_status named_container(const moly_act_context *context, const char *id, moly_error *err)
{
    const json_t *waste = NULL;
    moly_status status = act_record(context, "waste", id, &waste, err);
    if (!status && !record_is(waste, "state", "open")) {
        status = MOLY_REFUSE(err, "R-58", "waste container %s is %s; use an open one", id,
                             say(context, record_text(waste, "state")));
    }
    return status;
}

/* The container that was named, or the newest open one, or a new one. */
static moly_status choose_container(const moly_act_context *context, const char *named,
                                    const char **id, bool *is_new, moly_error *err)
{
    const json_t *open = NULL;
    *is_new = false;
    if (named) {
        *id = named;
        return named_container(context, named, err);
    }
    const moly_record_query query = {
        .kind = "waste", .state = "open", .limit = 1, .newest_first = true};
    moly_status status = act_records(context, &query, &open, err);
    if (!status && json_array_size(open) > 0) {
        *id = record_text(json_array_get(open, 0), "id");
        return MOLY_OK;
    }
    *is_new = true;
    return status ? status : act_new_id(context, "waste", "WST", NULL, id, err);
}

static moly_status check(const moly_act_context *context, const vessel *v, moly_error *err)
{
    if (record_is(v->record, "state", "discarded")) {
        return MOLY_REFUSE(err, "R-13", "%s %s is discarded already", say(context, v->kind), v->id);
    }
    return rule_in_order(context, record_instant(v->record, "at"), "it was made", err);
}

static void record(const moly_act_context *context, const vessel *v, const char *container,
                   bool is_new, double moved_bq, moly_decision *decision)
{
    decision_subject(decision, v->kind, v->id);
    decision_record(decision, v->kind, v->id);
    decision_text(decision, "state", "discarded");
    decision_text(decision, "container", container);
    decision_instant(decision, "discarded_at", context->at);
    decision_number(decision, "discarded_bq", moved_bq);
    if (strcmp(v->kind, "dose") == 0 && record_is(v->record, "state", "drawn")) {
        decision_record(decision, "order", record_text(v->record, "order"));
        decision_text(decision, "state", "ordered"); /* another dose may be drawn */
    }
    if (is_new) {
        decision_record(decision, "waste", container);
        decision_text(decision, "state", "open");
        decision_instant(decision, "at", context->at);
    }
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct discard_args *a = args;
    static const char *const kinds[] = {"kit", "eluate", "vial", "dose", "generator", "target"};
    const char *const ids[] = {a->kit, a->eluate, a->vial, a->dose, a->generator, a->target};
    vessel v;
    const char *container = NULL;
    bool is_new = false;
    double moved_bq = 0.0;
    moly_status status = vessel_choose(context, 6, kinds, ids, &v, err);
    if (!status) {
        status = check(context, &v, err);
    }
    if (!status) {
        status = choose_container(context, a->container, &container, &is_new, err);
    }
    const char *node = status ? NULL : act_node(context, "waste", container);
    if (!status) {
        status = vessel_move_all(context, v.node, node, vessel_nuclide(v.record), a->activity_bq,
                                 decision, &moved_bq, err);
    }
    if (status) {
        return status;
    }
    record(context, &v, container, is_new, moved_bq, decision);
    decision_link(decision, node, v.node, "holds");
    decision_close(decision, v.node);
    return MOLY_OK;
}

const moly_act safety_discard = {
    .declaration =
        {.name = "safety.discard",
         .summary =
             "Throw a kit, eluate, vial, syringe, generator or target into a waste container",
         .description =
             "The activity in the books goes to the container and the vessel's account is "
             "closed; a measured activity is compared with the books.",
         .example = "moly act safety.discard"
                    " --db sqlite:moly.db"
                    " --as technologist"
                    " --dose DOS-000001",
         ACT_PARAMS(params),
         .args_size = sizeof(struct discard_args)},
    .roles = HOT_LAB | MOLY_ROLE_PHYSICIST,
    .rules = "R-13 R-58",
    .subject_kind = "waste",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "stock/stock.h"
#include "vessel.h"

struct move_args {
    const char *vessel, *room, *note;
    moly_instant at;
};

/* What grew in or stayed behind in traces is not asked about. */
static const double negligible_bq = 1e3;

static const moly_param params[] = {
    {.name = "vessel",
     MOLY_TEXT(struct move_args, vessel),
     .is_required = true,
     .pattern_hint = "KIND/ID",
     .max = 120.0,
     .help = "what is moved, \"generator/GEN-000001\""},
    {.name = "room",
     MOLY_TEXT(struct move_args, room),
     .record = "room",
     .is_required = true,
     .max = 40.0,
     .help = "where to"},
    ACT_AT(struct move_args),
    ACT_NOTE(struct move_args),
};

/* Each nuclide of it is within the licence of the room. */
static moly_status check_licence(const moly_act_context *context, const struct move_args *a,
                                 const char *node, moly_error *err)
{
    double bq[PHYSICS_N_HANDLED], sd[PHYSICS_N_HANDLED];
    moly_status status =
        moly_ledger_activities(context->reader, node, physics_handled, context->at, bq, sd, err);
    for (size_t i = 0; i < PHYSICS_N_HANDLED && !status; i++) {
        if (bq[i] > negligible_bq) {
            status = rule_licence(context, a->room, physics_handled[i], bq[i], err);
        }
    }
    return status;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct move_args *a = args;
    const json_t *room = NULL;
    vessel v;
    moly_status status = vessel_named(context, a->vessel, &v, err);
    if (!status) {
        status = act_record(context, "room", a->room, &room, err);
    }
    if (!status && record_is(v.record, "room", a->room)) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "%s is in %s already", a->vessel, a->room);
    }
    if (!status) {
        status = check_licence(context, a, v.node, err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, v.kind, v.id);
    decision_record(decision, v.kind, v.id);
    decision_text(decision, "room", a->room);
    decision_instant(decision, "moved_at", context->at);
    decision_text(decision, "moved_by", context->performer->user);
    decision_link(decision, v.node, act_node(context, "room", a->room), "moved to");
    return MOLY_OK;
}

const moly_act stock_move_vessel = {
    .declaration = {.name = "stock.move_vessel",
                    .summary = "Move a vessel or source to another room",
                    .description = "Refused where the licence of the room would not hold it.",
                    .example = "moly act stock.move_vessel"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --vessel generator/GEN-000001"
                               " --room ROOM-000002",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct move_args)},
    .roles = HOT_LAB | MOLY_ROLE_PHYSICIST,
    .rules = "R-54",
    .subject_kind = "vessel",
    .decide = decide,
};

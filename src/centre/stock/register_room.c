/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "physics.h"

struct room_args {
    const char *name, *licence, *id, *note;
    moly_text_list nuclides;
    moly_f64_list limits;
    int is_default;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "name",
     MOLY_TEXT(struct room_args, name),
     .is_required = true,
     .max = 100.0,
     .help = "what it is called"},
    {.name = "licence",
     MOLY_TEXT(struct room_args, licence),
     .is_required = true,
     .max = 200.0,
     .help = "number of the licence"},
    {.name = "nuclides",
     MOLY_TEXT_LIST(struct room_args, nuclides),
     .is_required = true,
     .help = "nuclides of the licence, one after another"},
    {.name = "limits",
     MOLY_F64_LIST(struct room_args, limits),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1.0,
     .max = 1e18,
     .is_required = true,
     .help = "most activity of each of them in the room, in their order"},
    {.name = "default",
     MOLY_BOOL(struct room_args, is_default),
     .help = "where things are that have no room of their own"},
    ACT_ID(struct room_args, "room"),
    ACT_AT(struct room_args),
    ACT_NOTE(struct room_args),
};

static moly_status read_limits(const struct room_args *a, json_t *limits, moly_error *err)
{
    moly_status status = MOLY_OK;
    if (a->nuclides.n != a->limits.n || a->nuclides.n == 0) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "limits: %zu for %zu nuclides", a->limits.n,
                         a->nuclides.n);
    }
    for (size_t i = 0; i < a->nuclides.n && !status; i++) {
        const moly_nuclide *nuclide = NULL;
        status = physics_nuclide(a->nuclides.values[i], &nuclide, err);
        if (!status &&
            json_object_set_new(limits, nuclide->name, moly_json_real(a->limits.values[i])) != 0) {
            status = MOLY_NO_MEMORY(err);
        }
    }
    return status;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct room_args *a = args;
    const char *id = NULL;
    json_t *limits = json_object(), *there = NULL;
    moly_status status = limits ? read_limits(a, limits, err) : MOLY_NO_MEMORY(err);
    /* a room that is there already gets a new licence */
    bool is_there = !status && a->id &&
                    moly_ledger_record(context->reader, "room", a->id, &there, NULL) == MOLY_OK;
    json_decref(there);
    id = a->id;
    if (!status && !is_there) {
        status = act_new_id(context, "room", "ROOM", a->id, &id, err);
    }
    if (status) {
        json_decref(limits);
        return status;
    }
    decision_subject(decision, "room", id);
    decision_record(decision, "room", id);
    decision_text(decision, "state", "in use");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "name", a->name);
    decision_text(decision, "licence", a->licence);
    decision_json(decision, "limits", limits);
    decision_json(decision, "is_default", json_boolean(a->is_default == 1));
    decision_text(decision, "made_by", context->performer->user);
    return MOLY_OK;
}

const moly_act stock_register_room = {
    .declaration =
        {.name = "stock.register_room",
         .summary = "Register a room with the limits of its licence",
         .description =
             "Receipts and moves that would exceed a limit are refused; moly stock limits shows "
             "what is where. The same identifier again gives the room a new licence.",
         .example = "moly act stock.register_room"
                    " --db sqlite:moly.db"
                    " --as physicist"
                    " --name 'therapy ward'"
                    " --licence KG-118/2026"
                    " --nuclides I-131"
                    " --limits '30 GBq'",
         ACT_PARAMS(params),
         .args_size = sizeof(struct room_args)},
    .roles = PROTECTION,
    .rules = "R-54",
    .subject_kind = "room",
    .decide = decide,
};

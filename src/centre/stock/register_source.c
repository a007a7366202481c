/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "physics.h"
#include "stock/stock.h"

struct source_args {
    const char *nuclide, *model, *serial, *maker, *certificate, *room, *id, *note;
    double activity_bq, sd_fraction;
    moly_instant reference, at;
};

static const moly_param params[] = {
    {.name = "nuclide",
     MOLY_TEXT(struct source_args, nuclide),
     .is_required = true,
     .max = 12.0,
     .help = "its nuclide"},
    {.name = "activity",
     MOLY_F64(struct source_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1.0,
     .max = 1e16,
     .is_required = true,
     .help = "activity in its certificate"},
    {.name = "reference",
     MOLY_INSTANT(struct source_args, reference),
     .is_required = true,
     .help = "when it had that activity"},
    {.name = "uncertainty",
     MOLY_F64(struct source_args, sd_fraction),
     .dim = MOLY_DIM_FRACTION,
     .min = 0.0,
     .max = 0.5,
     .fallback = "2.5 %",
     .help = "standard uncertainty of that activity"},
    {.name = "model",
     MOLY_TEXT(struct source_args, model),
     .is_required = true,
     .max = 100.0,
     .help = "model"},
    {.name = "serial",
     MOLY_TEXT(struct source_args, serial),
     .is_required = true,
     .max = 100.0,
     .help = "serial number"},
    {.name = "maker", MOLY_TEXT(struct source_args, maker), .max = 100.0, .help = "who made it"},
    {.name = "certificate",
     MOLY_TEXT(struct source_args, certificate),
     .is_required = true,
     .max = 200.0,
     .help = "number of its certificate"},
    ACT_ROOM(struct source_args, "where it is kept"),
    ACT_ID(struct source_args, "source"),
    ACT_AT(struct source_args),
    ACT_NOTE(struct source_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct source_args *a = args;
    const moly_nuclide *nuclide = NULL;
    const char *id = NULL;
    moly_status status = physics_nuclide(a->nuclide, &nuclide, err);
    if (!status && a->reference.us > context->at.us) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "reference: %s is after the receipt",
                           say_time(context, a->reference));
    }
    double now_bq =
        status ? 0.0 : physics_decayed_bq(nuclide, a->activity_bq, a->reference, context->at);
    if (!status) {
        status = rule_licence(context, a->room, nuclide->name, now_bq, err);
    }
    if (!status) {
        status = act_new_id(context, "source", "SRC", a->id, &id, err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "source", id);
    decision_record(decision, "source", id);
    decision_text(decision, "state", "in use");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "nuclide", nuclide->name);
    decision_number(decision, "activity_bq", a->activity_bq);
    decision_number(decision, "sd_fraction", a->sd_fraction);
    decision_instant(decision, "reference", a->reference);
    decision_text(decision, "model", a->model);
    decision_text(decision, "serial", a->serial);
    decision_text(decision, "maker", a->maker);
    decision_text(decision, "certificate", a->certificate);
    decision_text(decision, "room", a->room);
    decision_instant(
        decision, "leak_test_due",
        moly_instant_add_s(context->at, site_value(context->limits, "leak_test_interval_s")));
    decision_text(decision, "registered_by", context->performer->user);
    decision_transfer(decision, &(transfer){.from = "outside/supplier",
                                            .to = act_node(context, "source", id),
                                            .at = context->at,
                                            .nuclide = nuclide->name,
                                            .activity_bq = now_bq,
                                            .sd_bq = now_bq * a->sd_fraction});
    return MOLY_OK;
}

const moly_act stock_register_source = {
    .declaration = {.name = "stock.register_source",
                    .summary = "Register a sealed source",
                    .description = "It stands in the books and against the licence of its room, "
                                   "and is due for a leak test by the plan of the country.",
                    .example = "moly act stock.register_source"
                               " --db sqlite:moly.db"
                               " --as physicist"
                               " --nuclide Co-57"
                               " --activity '370 MBq'"
                               " --reference 2026-10-01T00:00Z"
                               " --model 'flood 613'"
                               " --serial F-2213"
                               " --certificate C-F-2213"
                               " --room ROOM-000001",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct source_args)},
    .roles = PROTECTION,
    .rules = "R-54 R-55",
    .subject_kind = "source",
    .decide = decide,
};

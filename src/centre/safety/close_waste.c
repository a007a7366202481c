/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "safety/waste.h"
#include "vessel.h"

struct close_args {
    const char *container, *note;
    double mass_g;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "container",
     MOLY_TEXT(struct close_args, container),
     .record = "waste",
     .is_required = true,
     .help = "waste container that is full"},
    {.name = "mass",
     MOLY_F64(struct close_args, mass_g),
     .dim = MOLY_DIM_MASS,
     .min = 1.0,
     .max = 1e6,
     .is_required = true,
     .help = "mass of the waste"},
    ACT_AT(struct close_args),
    ACT_NOTE(struct close_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct close_args *a = args;
    vessel waste;
    waste_content content;
    moly_instant clear_after = MOLY_INSTANT_NONE;
    moly_status status = vessel_find(context, "waste", a->container, &waste, err);
    if (!status && !record_is(waste.record, "state", "open")) {
        status = MOLY_REFUSE(err, "R-58", "waste container %s is %s already", a->container,
                             say(context, record_text(waste.record, "state")));
    }
    if (!status) {
        status = rule_in_order(context, record_instant(waste.record, "at"), "it was opened", err);
    }
    if (!status) {
        status = waste_content_at(context->reader, context->limits, waste.node, a->mass_g,
                                  context->at, &content, err);
    }
    if (!status) {
        status = waste_clear_after(context->reader, context->limits, waste.node, a->mass_g,
                                   context->at, &clear_after, err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "waste", a->container);
    decision_record(decision, "waste", a->container);
    decision_text(decision, "state", "closed");
    decision_instant(decision, "closed_at", context->at);
    decision_text(decision, "closed_by", context->performer->user);
    decision_number(decision, "mass_g", a->mass_g);
    decision_json(decision, "nuclides_bq", waste_nuclides(&content));
    decision_instant(decision, "clear_after", clear_after);
    if (moly_instant_is_none(clear_after)) {
        decision_warn(decision, "R-58",
                      "container %s does not decay below clearance within a hundred years: it "
                      "leaves as radioactive waste",
                      a->container);
    }
    return MOLY_OK;
}

const moly_act safety_close_waste = {
    .declaration = {.name = "safety.close_waste",
                    .summary = "Close a waste container for decay",
                    .description = "Nothing goes in from now on. Its nuclides and the day when "
                                   "the books let it leave are written down; a measurement must "
                                   "still allow it (safety.clear_waste).",
                    .example = "moly act safety.close_waste"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --container WST-000002"
                               " --mass '600 g'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct close_args)},
    .roles = HOT_LAB | MOLY_ROLE_PHYSICIST,
    .rules = "R-13 R-58",
    .subject_kind = "waste",
    .decide = decide,
};

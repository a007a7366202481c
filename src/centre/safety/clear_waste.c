/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "instruments/measured.h"
#include "safety/waste.h"
#include "vessel.h"

/* A surface reading counts as background when it is not above it by more than this part, the
 * spread of a survey meter's reading; 10 CFR 35.92: "cannot be distinguished". */
static const double background_spread = 0.2;

struct clear_args {
    const char *container, *instrument, *note;
    int is_label_removed;
    double mass_g, surface_sv_per_h, background_sv_per_h;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "container",
     MOLY_TEXT(struct clear_args, container),
     .record = "waste",
     .is_required = true,
     .help = "waste container that leaves"},
    {.name = "mass",
     MOLY_F64(struct clear_args, mass_g),
     .dim = MOLY_DIM_MASS,
     .min = 1.0,
     .max = 1e6,
     .is_required = true,
     .help = "mass of the waste"},
    {.name = "surface",
     MOLY_F64(struct clear_args, surface_sv_per_h),
     .dim = MOLY_DIM_DOSE_RATE,
     .min = 0.0,
     .max = 1.0,
     .is_required = true,
     .help = "dose rate measured at the surface"},
    {.name = "background",
     MOLY_F64(struct clear_args, background_sv_per_h),
     .dim = MOLY_DIM_DOSE_RATE,
     .min = 1e-9,
     .max = 1e-5,
     .is_required = true,
     .help = "dose rate measured away from it"},
    {.name = "label-removed",
     MOLY_BOOL(struct clear_args, is_label_removed),
     .is_required = true,
     .help = "the radiation labels are removed or covered"},
    {.name = "instrument",
     MOLY_TEXT(struct clear_args, instrument),
     .record = "instrument",
     .help = "survey meter that the surface was measured with"},
    ACT_AT(struct clear_args),
    ACT_NOTE(struct clear_args),
};

/* the meter that was named is in calibration. */
static moly_status check_instrument(const moly_act_context *context, const char *id,
                                    moly_error *err)
{
    const json_t *instrument = NULL;
    moly_status status = id ? act_record(context, "instrument", id, &instrument, err) : MOLY_OK;
    return status || !id ? status : rule_instrument(context, instrument, err);
}

static moly_status check(const moly_act_context *context, const struct clear_args *a,
                         const vessel *waste, moly_error *err)
{
    waste_content content;
    if (!record_is(waste->record, "state", "closed")) {
        return record_is(waste->record, "state", "open")
                   ? MOLY_REFUSE(err, "R-58",
                                 "waste container %s is open; close it first (safety.close_waste)",
                                 a->container)
                   : MOLY_REFUSE(err, "R-58", "waste container %s is %s already", a->container,
                                 say(context, record_text(waste->record, "state")));
    }
    moly_status status = rule_in_order(context, record_instant(waste->record, "closed_at"),
                                       "the container was closed", err);
    if (!status) {
        status = check_instrument(context, a->instrument, err);
    }
    if (!status) {
        status = waste_content_at(context->reader, context->limits, waste->node, a->mass_g,
                                  context->at, &content, err);
    }
    if (status) {
        return status;
    }
    if (content.fraction > 1.0) {
        return MOLY_REFUSE(err, "R-58",
                           "container %s holds %.4g Bq/g of %s, level %.4g Bq/g (%s), %.4g of what "
                           "may leave in all; let it decay",
                           a->container, content.worst_bq_per_g, physics_handled[content.worst],
                           content.worst_level->value, content.worst_level->source,
                           content.fraction);
    }
    if (!a->is_label_removed) {
        return MOLY_REFUSE(err, "R-58",
                           "the radiation labels of container %s are removed or covered before it "
                           "leaves (label_removed)",
                           a->container);
    }
    if (a->surface_sv_per_h > a->background_sv_per_h * (1.0 + background_spread)) {
        return MOLY_REFUSE(err, "R-58",
                           "%.3g uSv/h at the surface is above the background of %.3g uSv/h: find "
                           "out what else is in container %s",
                           1e6 * a->surface_sv_per_h, 1e6 * a->background_sv_per_h, a->container);
    }
    return MOLY_OK;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct clear_args *a = args;
    vessel waste;
    moly_status status = vessel_find(context, "waste", a->container, &waste, err);
    if (!status) {
        status = check(context, a, &waste, err);
    }
    if (!status) {
        status = vessel_move_all(context, waste.node, "outside/cleared", TC99M, NAN, decision, NULL,
                                 err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "waste", a->container);
    decision_record(decision, "waste", a->container);
    decision_text(decision, "state", "cleared");
    decision_instant(decision, "cleared_at", context->at);
    decision_text(decision, "cleared_by", context->performer->user);
    decision_number(decision, "mass_g", a->mass_g);
    decision_number(decision, "surface_sv_per_h", a->surface_sv_per_h);
    decision_number(decision, "background_sv_per_h", a->background_sv_per_h);
    decision_text(decision, "instrument", a->instrument);
    decision_json(decision, "label_removed", json_true());
    decision_close(decision, waste.node);
    return MOLY_OK;
}

const moly_act safety_clear_waste = {
    .declaration = {.name = "safety.clear_waste",
                    .summary = "Clear a decayed waste container",
                    .description =
                        "Both the books and a measurement at the surface must allow it; elapsed "
                        "half-lives alone never do.",
                    .example = "moly act safety.clear_waste"
                               " --db sqlite:moly.db"
                               " --as physicist"
                               " --password-file physicist.password"
                               " --container WST-000001"
                               " --mass '850 g'"
                               " --surface '0.11 uSv/h'"
                               " --background '0.10 uSv/h'"
                               " --label-removed",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct clear_args)},
    .roles = MOLY_ROLE_PHYSICIST,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "cleared",
    .rules = "R-10 R-13 R-28 R-58",
    .subject_kind = "waste",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "clinic/fitness.h"
#include "clinic/serve.h"
#include "instruments/measured.h"
#include "quality/quality.h"
#include "vessel.h"

struct draw_args {
    const char *order, *kit, *eluate, *vial, *id, *note;
    double activity_bq, volume_ml;
    measured_args measured;
    moly_instant injection, at;
};

static const moly_param params[] = {
    {.name = "order",
     MOLY_TEXT(struct draw_args, order),
     .record = "order",
     .is_required = true,
     .help = "order that the dose is for"},
    {.name = "kit",
     MOLY_TEXT(struct draw_args, kit),
     .record = "kit",
     .help = "released kit it is drawn from"},
    {.name = "eluate",
     MOLY_TEXT(struct draw_args, eluate),
     .record = "eluate",
     .help = "or released eluate it is drawn from"},
    {.name = "vial",
     MOLY_TEXT(struct draw_args, vial),
     .record = "vial",
     .help = "or released vial of a ready product"},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct draw_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1e4,
     .max = 1e11,
     .help = "activity measured in the syringe (a preview may leave it out)"},
    {.name = "volume",
     .letter = 'v',
     MOLY_F64(struct draw_args, volume_ml),
     .dim = MOLY_DIM_VOLUME,
     .min = 0.01,
     .max = 50.0,
     .help = "volume in the syringe; without it the computed one"},
    {.name = "injection",
     MOLY_INSTANT(struct draw_args, injection),
     .help = "instant of the injection; without it the order's"},
    ACT_MEASURED(struct draw_args),
    ACT_CONTAINER(struct draw_args),
    ACT_ID(struct draw_args, "dose"),
    ACT_AT(struct draw_args),
    ACT_NOTE(struct draw_args),
};

/* what to draw, and how that was found. */
typedef struct draw_plan {
    double prescribed_bq;           /* at the injection */
    double needed_bq;               /* the same at drawing */
    double concentration_bq_per_ml; /* at drawing */
    double volume_ml;
    moly_instant injection;
    const moly_nuclide *nuclide;
} draw_plan;

static moly_status make_plan(const moly_act_context *context, const struct draw_args *a,
                             const json_t *order, const vessel *source, draw_plan *plan,
                             moly_error *err)
{
    bool is_given = !moly_instant_is_none(a->injection);
    *plan = (draw_plan){.prescribed_bq = record_number(order, "activity_bq"),
                        .injection = is_given ? a->injection : record_instant(order, "at")};
    if (plan->injection.us < context->at.us) {
        /* A late patient: the activity is wanted at once. */
        plan->injection = context->at;
    }
    moly_status status = physics_nuclide(vessel_nuclide(source->record), &plan->nuclide, err);
    if (!status) {
        status = vessel_concentration(source, context->at, &plan->concentration_bq_per_ml, err);
    }
    if (!status) {
        plan->needed_bq =
            physics_decayed_bq(plan->nuclide, plan->prescribed_bq, plan->injection, context->at);
        plan->volume_ml = plan->needed_bq / plan->concentration_bq_per_ml;
    }
    return status;
}

static json_t *explain(const moly_act_context *context, const draw_plan *plan)
{
    char drawn[MOLY_INSTANT_TEXT_SIZE], injected[MOLY_INSTANT_TEXT_SIZE];
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:s, s:s}", "formula",
                     "V = A_injection * 2^((t_injection - t_drawing) / T) / c(t_drawing)",
                     "volume_ml", moly_json_real(plan->volume_ml), "activity_at_injection_bq",
                     moly_json_real(plan->prescribed_bq), "activity_at_drawing_bq",
                     moly_json_real(plan->needed_bq), "concentration_at_drawing_bq_per_ml",
                     moly_json_real(plan->concentration_bq_per_ml), "nuclide", plan->nuclide->name,
                     "half_life_s", moly_json_real(plan->nuclide->half_life_s), "half_life_source",
                     json_string(plan->nuclide->half_life_source), "t_drawing",
                     moly_instant_format(context->at, drawn), "t_injection",
                     moly_instant_format(plan->injection, injected));
}

static moly_status check_order(const moly_act_context *context, const json_t *order,
                               moly_error *err)
{
    if (!record_is(order, "state", "ordered")) {
        return MOLY_REFUSE(err, "R-13", "order %s is %s already", record_text(order, "id"),
                           say(context, record_text(order, "state")));
    }
    return rule_in_order(context, record_instant(order, "ordered_at"), "it was ordered", err);
}

static moly_status check(const moly_act_context *context, const struct draw_args *a,
                         const json_t *order, const vessel *source, const draw_plan *plan,
                         moly_decision *decision, moly_error *err)
{
    moly_status status = rule_performer_trained(context, NULL, err);
    if (!status) {
        status = check_order(context, order, err);
    }
    if (!status) {
        status = fitness_check_order(context, order, plan->injection, decision, err);
    }
    if (!status) {
        status = serve_order(context, order, source, plan->injection, err);
    }
    if (!status && !isfinite(a->activity_bq) && !context->is_preview) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE,
                           "activity is required: what was measured in the syringe");
    }
    return status;
}

static void record(const moly_act_context *context, const struct draw_args *a, const char *id,
                   const json_t *order, const vessel *source, const draw_plan *plan,
                   moly_decision *decision)
{
    expiry ends = {0};
    const char *patient = record_text(order, "patient");
    expiry_limit(&ends, record_instant(source->record, "expiry"),
                 record_text(source->record, "expiry_by"));
    decision_subject(decision, "dose", id);
    decision_record(decision, "dose", id);
    decision_text(decision, "state", "drawn");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "owner", patient);
    decision_text(decision, "patient", patient);
    decision_text(decision, "order", a->order);
    decision_text(decision, "product", record_text(order, "product"));
    decision_text(decision, "source", source->node);
    decision_text(decision, "nuclide", vessel_nuclide(source->record));
    decision_number(decision, "prescribed_bq", plan->prescribed_bq);
    decision_instant(decision, "planned", plan->injection);
    decision_number(decision, "activity_bq", a->activity_bq);
    decision_number(decision, "volume_ml", isfinite(a->volume_ml) ? a->volume_ml : plan->volume_ml);
    decision_number(decision, "molybdenum_ratio",
                    record_number(source->record, "molybdenum_ratio"));
    decision_instant(decision, "molybdenum_at", record_instant(source->record, "molybdenum_at"));
    decision_expiry(decision, &ends);
    decision_text(decision, "made_by", context->performer->user);
    decision_record(decision, "order", a->order);
    decision_text(decision, "state", "drawn");
    decision_text(decision, "dose", id);
    if (json_is_true(json_object_get(source->record, "is_immediate_use"))) {
        decision_record(decision, source->kind, source->id);
        decision_text(decision, "immediate_use_patient", patient);
    }
    decision_member(decision, "computation", explain(context, plan));
}

static void warn_outside(const moly_act_context *context, const draw_plan *plan, double measured_bq,
                         moly_decision *decision)
{
    const site_limit *tolerance = site_limit_of(context->limits, "dose_tolerance");
    double at_injection_bq =
        physics_decayed_bq(plan->nuclide, measured_bq, context->at, plan->injection);
    double deviation = at_injection_bq / plan->prescribed_bq - 1.0;
    if (fabs(deviation) > tolerance->value) {
        decision_warn(decision, "R-34",
                      "the syringe will hold %s at the injection, %+.1f %% from the prescribed %s "
                      "(tolerance %s): adjust it",
                      say_activity(context, at_injection_bq), 100.0 * deviation,
                      say_activity(context, plan->prescribed_bq),
                      say_percent(context, tolerance->value));
    }
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    struct draw_args filled = *(const struct draw_args *)args;
    const struct draw_args *a = &filled;
    measured m;
    static const char *const kinds[] = {"kit", "eluate", "vial"};
    const char *const ids[] = {a->kit, a->eluate, a->vial};
    const json_t *order = NULL;
    const char *id = NULL;
    vessel source;
    draw_plan plan;
    double predicted_bq = 0.0;
    moly_status status = vessel_choose(context, 3, kinds, ids, &source, err);
    if (!status) {
        status = act_record(context, "order", a->order, &order, err);
    }
    if (!status) {
        status = make_plan(context, a, order, &source, &plan, err);
    }
    if (!status) {
        status = measured_activity(context, &a->measured, plan.nuclide->name, a->activity_bq,
                                   isfinite(a->volume_ml) ? a->volume_ml : plan.volume_ml, &m, err);
        filled.activity_bq = m.activity_bq;
    }
    if (!status) {
        status = check(context, a, order, &source, &plan, decision, err);
    }
    if (!status) {
        status = act_new_id(context, "dose", "DOS", a->id, &id, err);
    }
    if (status) {
        return status;
    }
    const char *node = act_node(context, "dose", id);
    record(context, a, id, order, &source, &plan, decision);
    decision_link(decision, node, source.node, "drawn from");
    decision_link(decision, node, act_node(context, "order", a->order), "drawn for");
    if (isfinite(a->activity_bq)) {
        warn_outside(context, &plan, a->activity_bq, decision);
    }
    status =
        vessel_take(context, &source, node, isfinite(a->volume_ml) ? a->volume_ml : plan.volume_ml,
                    a->activity_bq, decision, &predicted_bq, err);
    decision_measured(context, &m, node, decision);
    return status;
}

const moly_act clinic_draw_dose = {
    .declaration =
        {.name = "clinic.draw_dose",
         .summary = "Draw a patient's dose into a syringe",
         .description =
             "The volume is V = A_injection * 2^((t_injection - t_drawing) / T) / c(t_drawing), "
             "with "
             "the concentration measured when the kit was labelled (the eluate eluted). The event "
             "shows formula, half-life with its source, and both times. A preview gives the volume "
             "before anything is drawn.",
         .example = "moly act clinic.draw_dose"
                    " --db sqlite:moly.db"
                    " --as technologist"
                    " --order ORD-000007"
                    " --kit KIT-000001"
                    " --activity '690 MBq'",
         ACT_PARAMS(params),
         .args_size = sizeof(struct draw_args)},
    .roles = HOT_LAB,
    .rules = "R-13 R-14 R-22 R-24 R-25 R-28 R-30 R-31 R-33 R-34 R-35 R-36 R-66",
    .subject_kind = "dose",
    .decide = decide,
};

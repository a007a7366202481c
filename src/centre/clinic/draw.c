/* SPDX-License-Identifier: Apache-2.0 */
#include "clinic/draw.h"

#include "clinic/fitness.h"
#include "clinic/pot.h"
#include "clinic/serve.h"
#include "quality/quality.h"

static moly_status make_plan(const moly_act_context *context, const draw_request *r,
                             const json_t *order, const vessel *source, draw_plan *plan,
                             moly_error *err)
{
    bool is_given = !moly_instant_is_none(r->injection);
    *plan = (draw_plan){.prescribed_bq = record_number(order, "activity_bq"),
                        .injection = is_given ? r->injection : record_instant(order, "at")};
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
        plan->taken_ml = json_is_true(json_object_get(source->record, "is_unit_dose"))
                             ? record_number(source->record, "volume_left_ml")
                         : isfinite(r->volume_ml) ? r->volume_ml
                                                  : plan->volume_ml;
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

static moly_status check(const moly_act_context *context, const draw_request *r,
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
    if (!status && !isfinite(r->activity_bq) && !context->is_preview) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE,
                           "activity is required: what was measured in the syringe");
    }
    return status;
}

static void record(const moly_act_context *context, const draw_request *r, const char *id,
                   const json_t *order, const vessel *source, const draw_plan *plan,
                   moly_decision *decision)
{
    expiry ends = {0};
    const char *patient = record_text(order, "patient");
    expiry_limit(&ends, record_instant(source->record, "expiry"),
                 record_text(source->record, "expiry_by"));
    decision_record(decision, "dose", id);
    decision_text(decision, "state", "drawn");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "owner", patient);
    decision_text(decision, "patient", patient);
    decision_text(decision, "order", r->order);
    decision_text(decision, "product", record_text(order, "product"));
    decision_text(decision, "source", source->node);
    decision_text(decision, "nuclide", vessel_nuclide(source->record));
    decision_number(decision, "prescribed_bq", plan->prescribed_bq);
    decision_instant(decision, "planned", plan->injection);
    decision_number(decision, "activity_bq", r->activity_bq);
    decision_number(decision, "volume_ml", plan->taken_ml);
    decision_text(decision, "pot", r->pot);
    decision_number(decision, "molybdenum_ratio",
                    record_number(source->record, "molybdenum_ratio"));
    decision_instant(decision, "molybdenum_at", record_instant(source->record, "molybdenum_at"));
    decision_expiry(decision, &ends);
    decision_text(decision, "made_by", context->performer->user);
    decision_record(decision, "order", r->order);
    decision_text(decision, "state", "drawn");
    decision_text(decision, "dose", id);
    if (json_is_true(json_object_get(source->record, "is_immediate_use"))) {
        decision_record(decision, source->kind, source->id);
        decision_text(decision, "immediate_use_patient", patient);
    }
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

moly_status draw_one(const moly_act_context *context, const draw_request *request, const char *id,
                     const vessel *source, moly_decision *decision, draw_plan *plan,
                     json_t **computation, moly_error *err)
{
    draw_request filled = *request;
    const json_t *order = NULL;
    measured m;
    double predicted_bq = 0.0;
    *computation = NULL;
    moly_status status = act_record(context, "order", request->order, &order, err);
    if (!status) {
        status = make_plan(context, request, order, source, plan, err);
    }
    if (!status) {
        status = measured_activity(context, &request->measured, plan->nuclide->name,
                                   request->activity_bq, plan->taken_ml, &m, err);
        filled.activity_bq = m.activity_bq;
    }
    if (!status) {
        status = check(context, &filled, order, source, plan, decision, err);
    }
    if (!status && request->pot) {
        status = pot_check(context, request->pot, err);
    }
    if (status) {
        return status;
    }
    const char *node = act_node(context, "dose", id);
    record(context, &filled, id, order, source, plan, decision);
    if (request->pot) {
        pot_fill(context, request->pot, id, decision);
    }
    decision_link(decision, node, source->node, "drawn from");
    decision_link(decision, node, act_node(context, "order", request->order), "drawn for");
    if (isfinite(filled.activity_bq)) {
        warn_outside(context, plan, filled.activity_bq, decision);
    }
    status = vessel_take(context, source, node, plan->taken_ml, filled.activity_bq, decision,
                         &predicted_bq, err);
    decision_measured(context, &m, node, decision);
    *computation = explain(context, plan);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "vessel.h"

struct residual_args {
    const char *dose, *reason, *note;
    double activity_bq;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "dose",
     .letter = 'd',
     MOLY_TEXT(struct residual_args, dose),
     .record = "dose",
     .is_required = true,
     .help = "syringe, scanned"},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct residual_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 0.0,
     .max = 1e11,
     .is_required = true,
     .help = "activity measured in the syringe, needle and swab"},
    {.name = "reason",
     MOLY_TEXT(struct residual_args, reason),
     .max = 2000.0,
     .help = "why the net activity is outside the tolerance"},
    ACT_AT(struct residual_args),
    ACT_NOTE(struct residual_args),
};

static moly_status check_net(const moly_act_context *context, const struct residual_args *a,
                             const vessel *dose, double net_bq, moly_decision *decision,
                             moly_error *err)
{
    const site_limit *tolerance = site_limit_of(context->limits, "dose_tolerance");
    double prescribed_bq = record_number(dose->record, "prescribed_bq");
    double deviation = net_bq / prescribed_bq - 1.0;
    if (fabs(deviation) <= tolerance->value) {
        return MOLY_OK;
    }
    const char *earlier = record_text(dose->record, "deviation_reason");
    const char *reason = a->reason ? a->reason : earlier;
    if (strspn(reason, " \t\r\n") == strlen(reason)) {
        return MOLY_REFUSE(err, "R-34",
                           "the net activity is %s, %+.1f %% from the prescribed %s (tolerance %s, "
                           "%s): give a reason",
                           say_activity(context, net_bq), 100.0 * deviation,
                           say_activity(context, prescribed_bq),
                           say_percent(context, tolerance->value), tolerance->source);
    }
    decision_warn(decision, "R-34",
                  "net activity %s, %+.1f %% from the prescribed %s, because: %.200s",
                  say_activity(context, net_bq), 100.0 * deviation,
                  say_activity(context, prescribed_bq), reason);
    return MOLY_OK;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct residual_args *a = args;
    vessel dose;
    const moly_nuclide *nuclide = NULL;
    moly_status status = vessel_find(context, "dose", a->dose, &dose, err);
    if (!status && !record_is(dose.record, "state", "given")) {
        status =
            MOLY_REFUSE(err, "R-13", "dose %s is %s; a residual is measured once, after giving",
                        a->dose, say(context, record_text(dose.record, "state")));
    }
    moly_instant given = status ? MOLY_INSTANT_NONE : record_instant(dose.record, "given_at");
    if (!status) {
        status = rule_in_order(context, given, "the dose was given", err);
    }
    if (!status) {
        status = physics_nuclide(vessel_nuclide(dose.record), &nuclide, err);
    }
    if (status) {
        return status;
    }
    double injected_bq = record_number(dose.record, "injected_bq");
    double residual_bq = physics_decayed_bq(nuclide, a->activity_bq, context->at, given);
    double net_bq = injected_bq - residual_bq;
    if (!(net_bq >= 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "activity: %s is %s at the injection, more than the %s that the syringe "
                         "held",
                         say_activity(context, a->activity_bq), say_activity(context, residual_bq),
                         say_activity(context, injected_bq));
    }
    status = check_net(context, a, &dose, net_bq, decision, err);
    if (status) {
        return status;
    }
    if (a->activity_bq > 0.0) {
        decision_transfer(
            decision,
            &(transfer){.from = act_node(context, "patient", record_text(dose.record, "patient")),
                        .to = dose.node,
                        .at = context->at,
                        .nuclide = vessel_nuclide(dose.record),
                        .activity_bq = a->activity_bq,
                        .sd_bq = a->activity_bq * site_value(context->limits, "calibrator_sd"),
                        .is_measured = true});
    }
    decision_subject(decision, "dose", a->dose);
    decision_record(decision, "dose", a->dose);
    decision_text(decision, "state", "residual measured");
    decision_number(decision, "residual_bq", a->activity_bq);
    decision_instant(decision, "residual_at", context->at);
    decision_number(decision, "net_bq", net_bq);
    decision_text(decision, "deviation_reason", a->reason);
    return MOLY_OK;
}

const moly_act clinic_measure_residual = {
    .declaration =
        {.name = "clinic.measure_residual",
         .summary = "Measure what stayed in the syringe",
         .description =
             "Net activity = activity of the syringe at the injection minus the residual "
             "decayed back to it. What stayed is booked back from the patient.",
         .example = "moly act clinic.measure_residual"
                    " --db sqlite:moly.db"
                    " --as technologist"
                    " --dose DOS-000002"
                    " --activity '9 MBq'",
         ACT_PARAMS(params),
         .args_size = sizeof(struct residual_args)},
    .roles = HOT_LAB | CLINIC,
    .rules = "R-13 R-34",
    .subject_kind = "dose",
    .decide = decide,
};

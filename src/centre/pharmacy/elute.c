/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "vessel.h"

struct elute_args {
    const char *generator, *id, *note;
    double volume_ml, activity_bq;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "generator",
     .letter = 'g',
     MOLY_TEXT(struct elute_args, generator),
     .record = "generator",
     .is_required = true,
     .help = "generator that is eluted"},
    {.name = "volume",
     .letter = 'v',
     MOLY_F64(struct elute_args, volume_ml),
     .dim = MOLY_DIM_VOLUME,
     .min = 0.1,
     .max = 50.0,
     .is_required = true,
     .help = "volume of the eluate"},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct elute_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1e6,
     .max = 1e12,
     .help = "Tc-99m measured in the dose calibrator (a preview may leave it out)"},
    ACT_ID(struct elute_args, "eluate"),
    ACT_AT(struct elute_args),
    ACT_NOTE(struct elute_args),
};

typedef struct yield {
    double predicted_bq, sd_bq;
} yield;

/* What the books have on the column, grown in since the last elution, times the efficiency. */
static moly_status predict(const moly_act_context *context, const vessel *generator, yield *y,
                           moly_error *err)
{
    double efficiency = record_number(generator->record, "efficiency");
    double efficiency_sd = record_number(generator->record, "efficiency_sd");
    double column_bq = 0.0, column_sd_bq = 0.0;
    moly_status status =
        act_activity(context, generator->node, TC99M, context->at, &column_bq, &column_sd_bq, err);
    if (!status) {
        y->predicted_bq = column_bq * efficiency;
        y->sd_bq = hypot(column_sd_bq * efficiency, column_bq * efficiency_sd);
    }
    return status;
}

static void flag_deviation(const moly_act_context *context, const yield *y, double measured_bq,
                           moly_decision *decision)
{
    double deviation = measured_bq / y->predicted_bq - 1.0;
    const site_limit *tolerance = site_limit_of(context->limits, "yield_tolerance");
    if (fabs(deviation) > tolerance->value) {
        decision_warn(decision, "R-21",
                      "yield %s is %+.1f %% from the predicted %s, tolerance %s: check the "
                      "calibrator's setting, the time and the volume",
                      say_activity(context, measured_bq), 100.0 * deviation,
                      say_activity(context, y->predicted_bq),
                      say_percent(context, tolerance->value));
    }
}

static moly_status check(const moly_act_context *context, const struct elute_args *a,
                         const vessel *generator, moly_error *err)
{
    moly_status status = rule_accepted(context, generator->record, "generator", err);
    moly_instant last = record_instant(generator->record, "last_elution");
    if (!status && !moly_instant_is_none(last) && context->at.us <= last.us) {
        status = MOLY_REFUSE(err, "R-13", "elution at %s is not after the last one at %s",
                             say_time(context, context->at), say_time(context, last));
    }
    if (!status && !isfinite(a->activity_bq) && !context->is_preview) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "activity is required: the Tc-99m measured");
    }
    return status;
}

static void record(const moly_act_context *context, const struct elute_args *a, const char *id,
                   const vessel *generator, const yield *y, moly_decision *decision)
{
    expiry ends = {0};
    int64_t n = (int64_t)record_number(generator->record, "n_elutions") + 1;
    expiry_limit(&ends,
                 moly_instant_add_s(context->at, site_value(context->limits, "eluate_use_s")),
                 "use of an eluate");
    decision_subject(decision, "eluate", id);
    decision_record(decision, "eluate", id);
    decision_text(decision, "state", "untested");
    decision_text(decision, "product", "pertechnetate");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "generator", generator->id);
    decision_text(decision, "source", generator->node);
    decision_json(decision, "elution", json_integer(n));
    decision_number(decision, "activity_bq", a->activity_bq);
    decision_number(decision, "predicted_bq", y->predicted_bq);
    decision_number(decision, "predicted_sd_bq", y->sd_bq);
    decision_number(decision, "volume_ml", a->volume_ml);
    decision_number(decision, "volume_left_ml", a->volume_ml);
    decision_expiry(decision, &ends);
    decision_text(decision, "made_by", context->performer->user);
    decision_record(decision, "generator", generator->id);
    decision_instant(decision, "last_elution", context->at);
    decision_json(decision, "n_elutions", json_integer(n));
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct elute_args *a = args;
    vessel generator;
    yield y = {0};
    const char *id = NULL;
    moly_status status = vessel_find(context, "generator", a->generator, &generator, err);
    if (!status) {
        status = check(context, a, &generator, err);
    }
    if (!status) {
        status = predict(context, &generator, &y, err);
    }
    if (!status) {
        status = act_new_id(context, "eluate", "ELU", a->id, &id, err);
    }
    if (status) {
        return status;
    }
    bool is_measured = isfinite(a->activity_bq);
    double moved_bq = is_measured ? a->activity_bq : y.predicted_bq;
    record(context, a, id, &generator, &y, decision);
    decision_transfer(decision,
                      &(transfer){.from = generator.node,
                                  .to = act_node(context, "eluate", id),
                                  .at = context->at,
                                  .nuclide = TC99M,
                                  .activity_bq = moved_bq,
                                  .sd_bq = moved_bq * site_value(context->limits, "calibrator_sd"),
                                  .predicted_bq = y.predicted_bq,
                                  .predicted_sd_bq = y.sd_bq,
                                  .is_measured = is_measured});
    decision_link(decision, act_node(context, "eluate", id), generator.node, "eluted from");
    if (is_measured) {
        flag_deviation(context, &y, a->activity_bq, decision);
    }
    return MOLY_OK;
}

const moly_act pharmacy_elute = {
    .declaration =
        {.name = "pharmacy.elute",
         .summary = "Elute a generator",
         .description =
             "The yield is predicted from the Mo-99 in the books, the time since the last elution, "
             "branching and the efficiency; a measured activity that deviates is flagged.",
         .example = "moly act pharmacy.elute"
                    " --db sqlite:moly.db"
                    " --as technologist"
                    " --generator GEN-000001"
                    " --volume '6 mL'"
                    " --activity '2.5 GBq'",
         ACT_PARAMS(params),
         .args_size = sizeof(struct elute_args)},
    .roles = HOT_LAB,
    .rules = "R-13 R-20 R-21",
    .subject_kind = "eluate",
    .decide = decide,
};

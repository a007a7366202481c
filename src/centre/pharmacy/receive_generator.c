/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "physics.h"

struct receive_generator_args {
    const char *id, *supplier, *serial, *note;
    double activity_bq, efficiency, efficiency_sd;
    moly_instant calibrated, last_elution, expiry, at;
};

static const moly_param params[] = {
    {.name = "supplier",
     MOLY_TEXT(struct receive_generator_args, supplier),
     .is_required = true,
     .max = 200.0,
     .help = "who made and sent it"},
    {.name = "serial",
     MOLY_TEXT(struct receive_generator_args, serial),
     .is_required = true,
     .max = 100.0,
     .help = "maker's number of this generator"},
    {.name = "activity",
     MOLY_F64(struct receive_generator_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1e8,
     .max = 1e12,
     .is_required = true,
     .help = "Mo-99 on the column at the calibration"},
    {.name = "calibrated",
     MOLY_INSTANT(struct receive_generator_args, calibrated),
     .is_required = true,
     .help = "instant for which the supplier states the activity"},
    {.name = "expiry",
     MOLY_INSTANT(struct receive_generator_args, expiry),
     .is_required = true,
     .help = "not to be eluted later"},
    {.name = "last-elution",
     MOLY_INSTANT(struct receive_generator_args, last_elution),
     .help = "supplier's last elution; without it the column counts as never eluted"},
    {.name = "efficiency",
     MOLY_F64(struct receive_generator_args, efficiency),
     .dim = MOLY_DIM_FRACTION,
     .min = 0.3,
     .max = 1.0,
     .fallback = "90 %",
     .help = "part of the Tc-99m on the column that an elution takes out"},
    {.name = "efficiency-sd",
     MOLY_F64(struct receive_generator_args, efficiency_sd),
     .dim = MOLY_DIM_FRACTION,
     .min = 0.001,
     .max = 0.2,
     .fallback = "5 %",
     .help = "standard uncertainty of the efficiency"},
    ACT_ID(struct receive_generator_args, "generator"),
    ACT_AT(struct receive_generator_args),
    ACT_NOTE(struct receive_generator_args),
};

static moly_status post(const moly_act_context *context, const struct receive_generator_args *a,
                        const char *node, moly_decision *decision, moly_error *err)
{
    const moly_nuclide *molybdenum = NULL;
    bool was_eluted = !moly_instant_is_none(a->last_elution);
    moly_instant start = was_eluted ? a->last_elution : context->at;
    double mo_bq = 0.0, tc_bq = 0.0;
    moly_status status = physics_nuclide(MO99, &molybdenum, err);
    if (!status) {
        status =
            physics_generator(physics_decayed_bq(molybdenum, a->activity_bq, a->calibrated, start),
                              moly_instant_difference_s(start, context->at),
                              was_eluted ? 1.0 - a->efficiency : 1.0, &mo_bq, &tc_bq, err);
    }
    if (status) {
        return status;
    }
    double sd = site_value(context->limits, "supplier_sd");
    decision_transfer(decision, &(transfer){.from = "outside/supplier",
                                            .to = node,
                                            .at = context->at,
                                            .nuclide = MO99,
                                            .activity_bq = mo_bq,
                                            .sd_bq = mo_bq * sd});
    decision_transfer(decision, &(transfer){.from = "outside/supplier",
                                            .to = node,
                                            .at = context->at,
                                            .nuclide = TC99M,
                                            .activity_bq = tc_bq,
                                            .sd_bq = tc_bq * sd});
    return MOLY_OK;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct receive_generator_args *a = args;
    const char *id = NULL;
    if (!moly_instant_is_none(a->last_elution) && a->last_elution.us > context->at.us) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "last_elution: %s is after the receipt at %s",
                         say_time(context, a->last_elution), say_time(context, context->at));
    }
    if (a->expiry.us <= context->at.us) {
        return MOLY_REFUSE(err, "R-20", "the generator expired at %s; send it back",
                           say_time(context, a->expiry));
    }
    if (fabs(moly_instant_difference_s(a->calibrated, context->at)) > 60.0 * 86400.0) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "calibrated: %s is more than 60 d from the receipt at %s",
                         say_time(context, a->calibrated), say_time(context, context->at));
    }
    moly_status status = act_new_id(context, "generator", "GEN", a->id, &id, err);
    if (!status) {
        status = post(context, a, act_node(context, "generator", id), decision, err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "generator", id);
    decision_record(decision, "generator", id);
    decision_text(decision, "state", "quarantine");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "supplier", a->supplier);
    decision_text(decision, "serial", a->serial);
    decision_number(decision, "activity_bq", a->activity_bq);
    decision_instant(decision, "calibrated", a->calibrated);
    decision_instant(decision, "last_elution", a->last_elution);
    decision_instant(decision, "expiry", a->expiry);
    decision_number(decision, "efficiency", a->efficiency);
    decision_number(decision, "efficiency_sd", a->efficiency_sd);
    decision_json(decision, "n_elutions", json_integer(0));
    decision_text(decision, "received_by", context->performer->user);
    return MOLY_OK;
}

const moly_act pharmacy_receive_generator = {
    .declaration = {.name = "pharmacy.receive_generator",
                    .summary = "Receive a Mo-99/Tc-99m generator into quarantine",
                    .description =
                        "Books the Mo-99 that the supplier states, decayed to the receipt, and the "
                        "Tc-99m that has grown in since the last elution.",
                    .example = "moly act pharmacy.receive_generator"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --supplier Isotope"
                               " --serial 24-1115"
                               " --activity '20 GBq'"
                               " --calibrated 2026-11-24T06:00Z"
                               " --expiry 2026-12-08T06:00Z",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct receive_generator_args)},
    .roles = HOT_LAB,
    .rules = "R-20 R-21",
    .subject_kind = "generator",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "instruments/measured.h"
#include "product.h"
#include "stock/stock.h"
#include "vessel.h"

struct receive_vial_args {
    const char *room, *supplier, *lot, *certificate, *id, *note;
    int product, unit_dose;
    double labelled_bq, activity_bq, volume_ml;
    measured_args measured;
    moly_instant calibrated, expiry, at;
};

static const moly_param params[] = {
    {.name = "product",
     MOLY_CHOICE(struct receive_vial_args, product),
     .choices = product_codes,
     .is_required = true,
     .help = "radiopharmaceutical, ready for use"},
    {.name = "supplier",
     MOLY_TEXT(struct receive_vial_args, supplier),
     .is_required = true,
     .max = 200.0,
     .help = "who made it"},
    {.name = "lot",
     MOLY_TEXT(struct receive_vial_args, lot),
     .is_required = true,
     .max = 100.0,
     .help = "the maker's batch number"},
    {.name = "certificate",
     MOLY_TEXT(struct receive_vial_args, certificate),
     .is_required = true,
     .max = 200.0,
     .help = "number of the maker's certificate of analysis"},
    {.name = "labelled",
     MOLY_F64(struct receive_vial_args, labelled_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1e5,
     .max = 1e12,
     .is_required = true,
     .help = "activity on the label, at its calibration"},
    {.name = "calibrated",
     MOLY_INSTANT(struct receive_vial_args, calibrated),
     .is_required = true,
     .help = "instant of the activity on the label"},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct receive_vial_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1e5,
     .max = 1e12,
     .help = "activity measured here, in the dose calibrator"},
    {.name = "volume",
     .letter = 'v',
     MOLY_F64(struct receive_vial_args, volume_ml),
     .dim = MOLY_DIM_VOLUME,
     .min = 0.1,
     .max = 100.0,
     .is_required = true,
     .help = "volume in the vial"},
    {.name = "expiry",
     MOLY_INSTANT(struct receive_vial_args, expiry),
     .is_required = true,
     .help = "end of use on the label"},
    {.name = "unit-dose",
     MOLY_BOOL(struct receive_vial_args, unit_dose),
     .help = "it is one patient's dose in a syringe, made by another radiopharmacy: it is taken "
             "whole"},
    ACT_MEASURED(struct receive_vial_args),
    ACT_ROOM(struct receive_vial_args, "where it was put"),
    ACT_ID(struct receive_vial_args, "vial"),
    ACT_AT(struct receive_vial_args),
    ACT_NOTE(struct receive_vial_args),
};

static void record(const moly_act_context *context, const struct receive_vial_args *a,
                   const char *id, const product *p, double predicted_bq, moly_decision *decision)
{
    expiry ends = {0};
    expiry_limit(&ends, a->expiry, "label");
    decision_subject(decision, "vial", id);
    decision_record(decision, "vial", id);
    decision_text(decision, "state", "quarantine");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "product", p->code);
    decision_text(decision, "product_name", p->name);
    decision_text(decision, "nuclide", p->nuclide);
    decision_text(decision, "room", a->room);
    decision_text(decision, "supplier", a->supplier);
    decision_text(decision, "source", act_node(context, "outside", a->supplier));
    decision_text(decision, "lot", a->lot);
    decision_text(decision, "certificate", a->certificate);
    decision_number(decision, "labelled_bq", a->labelled_bq);
    decision_instant(decision, "calibrated", a->calibrated);
    decision_number(decision, "activity_bq", a->activity_bq);
    decision_number(decision, "predicted_bq", predicted_bq);
    decision_number(decision, "volume_ml", a->volume_ml);
    decision_number(decision, "volume_left_ml", a->volume_ml);
    if (a->unit_dose == 1) {
        decision_json(decision, "is_unit_dose", json_true());
    }
    decision_expiry(decision, &ends);
    decision_text(decision, "made_by", context->performer->user);
    const char *from = act_node(context, "outside", a->supplier);
    const site_limit *sd = site_limit_of(context->limits, "calibrator_sd");
    decision_transfer(decision, &(transfer){.from = from,
                                            .to = act_node(context, "vial", id),
                                            .at = context->at,
                                            .nuclide = p->nuclide,
                                            .activity_bq = a->activity_bq,
                                            .sd_bq = a->activity_bq * sd->value,
                                            .predicted_bq = predicted_bq,
                                            .predicted_sd_bq = predicted_bq * sd->value,
                                            .is_measured = true});
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    struct receive_vial_args filled = *(const struct receive_vial_args *)args;
    const struct receive_vial_args *a = &filled;
    const product *p = product_at(a->product);
    const moly_nuclide *nuclide = NULL;
    const char *id = NULL;
    measured m;
    if (a->unit_dose != 1 && (product_is(p, "kit") || product_is(p, "generator"))) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "product: %s is made here, it comes ready as a unit dose only (unit_dose)",
                         p->code);
    }
    if (a->expiry.us <= context->at.us) {
        return MOLY_REFUSE(err, "R-20", "the vial expired at %s; send it back",
                           say_time(context, a->expiry));
    }
    moly_status status = physics_nuclide(p->nuclide, &nuclide, err);
    if (!status) {
        status = rule_licence(
            context, a->room, nuclide->name,
            physics_decayed_bq(nuclide, a->labelled_bq, a->calibrated, context->at), err);
    }
    if (!status) {
        status =
            measured_activity(context, &a->measured, nuclide->name, a->activity_bq, NAN, &m, err);
        filled.activity_bq = m.activity_bq;
    }
    if (!status && !isfinite(a->activity_bq)) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "activity is required: what was measured here");
    }
    if (!status) {
        status = act_new_id(context, "vial", "VIA", a->id, &id, err);
    }
    if (status) {
        return status;
    }
    double predicted_bq = physics_decayed_bq(nuclide, a->labelled_bq, a->calibrated, context->at);
    record(context, a, id, p, predicted_bq, decision);
    double deviation = a->activity_bq / predicted_bq - 1.0;
    const site_limit *tolerance = site_limit_of(context->limits, "yield_tolerance");
    if (fabs(deviation) > tolerance->value) {
        decision_warn(decision, "R-31",
                      "%s measured, %+.1f %% from the %s that the label gives for now, tolerance "
                      "%s: check the calibrator's setting and the times",
                      say_activity(context, a->activity_bq), 100.0 * deviation,
                      say_activity(context, predicted_bq), say_percent(context, tolerance->value));
    }
    decision_measured(context, &m, act_node(context, "vial", id), decision);
    return MOLY_OK;
}

const moly_act pharmacy_receive_vial = {
    .declaration = {.name = "pharmacy.receive_vial",
                    .summary = "Receive a radiopharmaceutical ready for use",
                    .description = "The activity measured here is compared with the label, decayed "
                                   "to now. The vial stays in quarantine until somebody else has "
                                   "checked the certificate and releases it.",
                    .example = "moly act pharmacy.receive_vial"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --product fludeoxyglucose"
                               " --supplier 'Cyclotron centre'"
                               " --lot FDG-1122"
                               " --certificate COA-1122"
                               " --labelled '4 GBq'"
                               " --calibrated 2026-11-22T04:00Z"
                               " --activity '2.74 GBq'"
                               " --volume '8 mL'"
                               " --expiry 2036-11-22T16:00Z",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct receive_vial_args)},
    .roles = HOT_LAB,
    .rules = "R-14 R-20 R-28 R-31 R-54",
    .subject_kind = "vial",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "instruments/check.h"

/* Rows of a dose calibrator's plan. */
#define OF_CALIBRATOR(word)                                                                        \
    {                                                                                              \
        word, word "_tolerance", word "_interval_s", "instrument.check_" word,                     \
            {"dose calibrator", NULL}, "R-28", true, word                                          \
    }
/* clang-format off */
const instrument_check_row instrument_checks[N_INSTRUMENT_CHECKS] = {
    OF_CALIBRATOR("constancy"),
    OF_CALIBRATOR("accuracy"),
    OF_CALIBRATOR("linearity"),
    OF_CALIBRATOR("geometry"),
    OF_CALIBRATOR("background"),
    {"uniformity", "camera_uniformity_integral_ufov", "camera_uniformity_interval_s",
     "instrument.check_camera", {INSTRUMENT_GAMMA_CAMERA, NULL}, "R-32", true, "uniformity"},
    {"energy_peak", "camera_energy_peak", "camera_energy_peak_interval_s",
     "instrument.check_camera", {INSTRUMENT_GAMMA_CAMERA, NULL}, "R-32", true, "energy peak"},
    {"rotation", "camera_rotation_offset", "camera_rotation_interval_s",
     "instrument.check_camera", {INSTRUMENT_GAMMA_CAMERA, NULL}, "R-32", true, "rotation"},
    {"daily_check", "camera_daily_check", "camera_daily_check_interval_s",
     "instrument.check_camera", {INSTRUMENT_PET, NULL}, "R-32", true, "daily check"},
    {"normalisation", "camera_normalisation", "camera_normalisation_interval_s",
     "instrument.check_camera", {INSTRUMENT_PET, NULL}, "R-32", true, "normalisation"},
    {"suv_calibration", "camera_suv_calibration", "camera_suv_calibration_interval_s",
     "instrument.check_camera", {INSTRUMENT_PET, NULL}, "R-32", true, "SUV calibration"},
    {"resolution", "camera_resolution_fwhm_1", "camera_resolution_interval_s",
     "instrument.check_camera", {INSTRUMENT_GAMMA_CAMERA, INSTRUMENT_PET}, "R-32", false,
     "resolution"},
    {"sensitivity", "camera_sensitivity", "camera_sensitivity_interval_s",
     "instrument.check_camera", {INSTRUMENT_GAMMA_CAMERA, INSTRUMENT_PET}, "R-32", false,
     "sensitivity"},
    {"image_quality", "camera_iq_calibration", "camera_image_quality_interval_s",
     "instrument.check_camera", {INSTRUMENT_PET, NULL}, "R-32", false, "image quality"},
};
/* clang-format on */

bool check_belongs(const instrument_check_row *row, const json_t *instrument)
{
    return record_is(instrument, "type", row->types[0]) ||
           (row->types[1] && record_is(instrument, "type", row->types[1]));
}

const char *const instrument_kinds[] = {"dose calibrator",
                                        "well counter",
                                        "survey meter",
                                        "contamination monitor",
                                        "balance",
                                        "thermometer",
                                        "synthesis module",
                                        "chromatograph",
                                        "analyser",
                                        INSTRUMENT_SPECTROMETER,
                                        INSTRUMENT_GAMMA_CAMERA,
                                        INSTRUMENT_PET,
                                        NULL};

moly_status check_instrument(const moly_act_context *context, const char *id,
                             const json_t **instrument, moly_error *err)
{
    moly_status status = act_record(context, "instrument", id, instrument, err);
    if (!status && !record_is(*instrument, "state", "in use")) {
        status = MOLY_REFUSE(err, "R-28",
                             "instrument %s is %s; calibrate it first "
                             "(instrument.calibrate)",
                             id, say(context, record_text(*instrument, "state")));
    }
    if (!status) {
        status =
            rule_in_order(context, record_instant(*instrument, "at"), "it was registered", err);
    }
    return status;
}

check_outcome check_judge(const moly_act_context *context, instrument_check check, double deviation,
                          double deviation_sd)
{
    const site_limit *limit = site_limit_of(context->limits, instrument_checks[check].tolerance);
    return (check_outcome){.check = check,
                           .deviation = deviation,
                           .deviation_sd = deviation_sd,
                           .is_passed = fabs(deviation) <= limit->value,
                           .limit = limit->value,
                           .limit_source = limit->source};
}

moly_status check_record(const moly_act_context *context, const char *instrument,
                         const check_outcome *outcome, moly_decision *decision, const char **id,
                         moly_error *err)
{
    const instrument_check_row *row = &instrument_checks[outcome->check];
    moly_status status = act_new_id(context, "instrument_check", "CHK", NULL, id, err);
    if (status) {
        return status;
    }
    decision_subject(decision, "instrument_check", *id);
    decision_record(decision, "instrument_check", *id);
    decision_text(decision, "state", outcome->is_passed ? "passed" : "failed");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "owner", instrument);
    decision_text(decision, "instrument", instrument);
    decision_text(decision, "check", row->word);
    decision_number(decision, "deviation", outcome->deviation);
    decision_number(decision, "deviation_sd", outcome->deviation_sd);
    decision_number(decision, "limit", outcome->limit);
    decision_text(decision, "limit_source", outcome->limit_source);
    decision_text(decision, "unit", outcome->unit);
    decision_text(decision, "made_by", context->performer->user);
    decision_link(decision, act_node(context, "instrument_check", *id),
                  act_node(context, "instrument", instrument), "check of");
    return MOLY_OK;
}

static void set(const moly_act_context *context, const char *word, const char *what,
                moly_decision *decision, moly_instant t, const char *text)
{
    const char *key = moly_arena_printf(context->arena, "%s_%s", word, what);
    if (!key) {
        decision->is_broken = true;
    } else if (text) {
        decision_text(decision, key, text);
    } else {
        decision_instant(decision, key, t);
    }
}

void check_close(const moly_act_context *context, const char *instrument,
                 const check_outcome *outcome, moly_decision *decision)
{
    const instrument_check_row *row = &instrument_checks[outcome->check];
    moly_instant due = moly_instant_add_s(context->at, site_value(context->limits, row->interval));
    decision_record(decision, "instrument", instrument);
    set(context, row->word, "at", decision, context->at, NULL);
    set(context, row->word, "due", decision, due, NULL);
    set(context, row->word, "result", decision, context->at,
        outcome->is_passed ? "passed" : "failed");
    if (!outcome->is_passed && !outcome->unit && strcmp(row->rule, "R-28") == 0) {
        decision_warn(
            decision, "R-28",
            "%s of %s failed: %+.1f %% ± %.1f %%, limit %s (%s); no dose is measured with "
            "it until a check passes: look for contamination, a wrong setting or a "
            "moved source, and repeat it",
            say(context, row->word), instrument, 100.0 * outcome->deviation,
            100.0 * outcome->deviation_sd, say_percent(context, outcome->limit),
            outcome->limit_source);
    }
}

moly_status source_activity(const moly_act_context *context, const known_source *source,
                            double *expected_bq, moly_error *err)
{
    const moly_nuclide *nuclide = NULL;
    moly_status status = physics_nuclide(source->nuclide, &nuclide, err);
    if (!status && source->reference.us > context->at.us) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "reference: %s is after the measurement at %s",
                           say_time(context, source->reference), say_time(context, context->at));
    }
    if (!status) {
        *expected_bq =
            physics_decayed_bq(nuclide, source->activity_bq, source->reference, context->at);
    }
    if (!status && !(*expected_bq > 1.0)) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "the source has decayed to %s; use another",
                           say_activity(context, *expected_bq));
    }
    return status;
}

moly_status check_against_source(const moly_act_context *context, instrument_check check,
                                 const source_check_args *a, moly_decision *decision,
                                 moly_error *err)
{
    const json_t *instrument = NULL;
    const char *id = NULL;
    known_source source;
    double expected_bq = 0.0;
    moly_status status = check_instrument(context, a->instrument, &instrument, err);
    if (!status) {
        status =
            check_source(context, a->source,
                         &(known_source){a->nuclide, a->expected_bq, a->sd_fraction, a->reference},
                         &source, err);
    }
    if (!status) {
        status = source_activity(context, &source, &expected_bq, err);
    }
    if (status) {
        return status;
    }
    const check_outcome outcome =
        check_judge(context, check, a->activity_bq / expected_bq - 1.0,
                    hypot(source.sd_fraction, site_value(context->limits, "calibrator_sd")));
    status = check_record(context, a->instrument, &outcome, decision, &id, err);
    if (status) {
        return status;
    }
    decision_text(decision, "nuclide", source.nuclide);
    decision_text(decision, "source", a->source);
    decision_number(decision, "activity_bq", a->activity_bq);
    decision_number(decision, "expected_bq", expected_bq);
    check_close(context, a->instrument, &outcome, decision);
    return MOLY_OK;
}

/* Weighted least squares in closed form: mean, and slope about the weighted middle of x. */
void fit_logarithms(size_t n, const double *x, const double *y, const double *sd, line_fit *fit)
{
    double sum = 0.0, sum_x = 0.0, sum_y = 0.0, xx = 0.0, xy = 0.0;
    *fit = (line_fit){.slope = NAN, .slope_sd = NAN};
    for (size_t i = 0; i < n; i++) {
        double w = 1.0 / (sd[i] * sd[i]);
        sum += w;
        sum_x += x ? w * x[i] : 0.0;
        sum_y += w * y[i];
    }
    fit->mean = sum_y / sum;
    for (size_t i = 0; i < n; i++) {
        double w = 1.0 / (sd[i] * sd[i]), dx = x ? x[i] - sum_x / sum : 0.0;
        xx += w * dx * dx;
        xy += w * dx * (y[i] - fit->mean);
        /* the point is part of the mean, so their difference varies less than the point */
        double deviation = expm1(y[i] - fit->mean);
        if (i == 0 || fabs(deviation) > fabs(fit->largest)) {
            fit->largest = deviation;
            fit->largest_sd = sqrt(fmax(sd[i] * sd[i] - 1.0 / sum, 0.0));
            fit->at = i;
        }
    }
    if (xx > 0.0) {
        fit->slope = xy / xx;
        fit->slope_sd = 1.0 / sqrt(xx);
    }
}

moly_status check_source(const moly_act_context *context, const char *id, const known_source *given,
                         known_source *source, moly_error *err)
{
    bool has_all =
        given->nuclide && isfinite(given->activity_bq) && !moly_instant_is_none(given->reference);
    const json_t *record = NULL;
    if (!id && !has_all) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "give the source, or its nuclide, expected activity and reference");
    }
    *source = *given;
    if (!id) {
        return MOLY_OK;
    }
    moly_status status = act_record(context, "source", id, &record, err);
    if (!status && !record_is(record, "state", "in use")) {
        status = MOLY_REFUSE(err, "R-55", "source %s is %s; use another", id,
                             say(context, record_text(record, "state")));
    }
    if (!status) {
        double sd = record_number(record, "sd_fraction");
        *source = (known_source){.nuclide = record_text(record, "nuclide"),
                                 .activity_bq = record_number(record, "activity_bq"),
                                 .sd_fraction = isfinite(sd) ? sd : given->sd_fraction,
                                 .reference = record_instant(record, "reference")};
    }
    return status;
}

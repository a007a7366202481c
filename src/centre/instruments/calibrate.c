/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "instruments/check.h"

struct calibrate_args {
    const char *instrument, *certificate, *laboratory, *note;
    int result;
    double factor, factor_sd;
    moly_instant due, at;
};

static const char *const results[] = {"passed", "failed", NULL};

static const moly_param params[] = {
    {.name = "instrument",
     MOLY_TEXT(struct calibrate_args, instrument),
     .record = "instrument",
     .is_required = true,
     .help = "instrument that was calibrated"},
    {.name = "result",
     MOLY_CHOICE(struct calibrate_args, result),
     .choices = results,
     .is_required = true,
     .help = "what the certificate says"},
    {.name = "certificate",
     MOLY_TEXT(struct calibrate_args, certificate),
     .is_required = true,
     .max = 200.0,
     .help = "its number"},
    {.name = "laboratory",
     MOLY_TEXT(struct calibrate_args, laboratory),
     .max = 200.0,
     .help = "who calibrated it"},
    {.name = "factor",
     MOLY_F64(struct calibrate_args, factor),
     .dim = MOLY_DIM_NONE,
     .min = 0.1,
     .max = 10.0,
     .help = "calibration factor, true over shown"},
    {.name = "factor-sd",
     MOLY_F64(struct calibrate_args, factor_sd),
     .dim = MOLY_DIM_FRACTION,
     .min = 0.0,
     .max = 1.0,
     .help = "its standard uncertainty, as a fraction"},
    {.name = "due",
     MOLY_INSTANT(struct calibrate_args, due),
     .is_required = true,
     .help = "when the next calibration is due"},
    ACT_AT(struct calibrate_args),
    ACT_NOTE(struct calibrate_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct calibrate_args *a = args;
    const json_t *instrument = NULL;
    const char *id = NULL;
    moly_status status = act_record(context, "instrument", a->instrument, &instrument, err);
    if (!status && a->due.us <= context->at.us) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "due: %s is not after the calibration",
                           say_time(context, a->due));
    }
    if (!status) {
        status = rule_in_order(context, record_instant(instrument, "at"), "it was registered", err);
    }
    if (!status) {
        status = act_new_id(context, "calibration", "CAL", NULL, &id, err);
    }
    if (status) {
        return status;
    }
    bool is_passed = a->result == 0;
    decision_subject(decision, "calibration", id);
    decision_record(decision, "calibration", id);
    decision_text(decision, "state", results[a->result]);
    decision_instant(decision, "at", context->at);
    decision_text(decision, "owner", a->instrument);
    decision_text(decision, "instrument", a->instrument);
    decision_text(decision, "model", record_text(instrument, "model"));
    decision_text(decision, "serial", record_text(instrument, "serial"));
    decision_text(decision, "certificate", a->certificate);
    decision_text(decision, "laboratory", a->laboratory);
    decision_number(decision, "factor", a->factor);
    decision_number(decision, "factor_sd", a->factor_sd);
    decision_instant(decision, "due", a->due);
    decision_text(decision, "made_by", context->performer->user);
    decision_record(decision, "instrument", a->instrument);
    decision_text(decision, "state", is_passed ? "in use" : "withdrawn");
    decision_text(decision, "calibration", id);
    decision_text(decision, "certificate", a->certificate);
    decision_instant(decision, "calibration_at", context->at);
    decision_instant(decision, "calibration_due", a->due);
    decision_link(decision, act_node(context, "calibration", id),
                  act_node(context, "instrument", a->instrument), "calibration of");
    if (!is_passed) {
        decision_warn(decision, "R-29", "%s %s, serial number %s, is withdrawn until it passes",
                      say(context, record_text(instrument, "type")), a->instrument,
                      record_text(instrument, "serial"));
    }
    return MOLY_OK;
}

const moly_act instrument_calibrate = {
    .declaration = {.name = "instrument.calibrate",
                    .summary = "Record the calibration of an instrument",
                    .description = "Model, serial number, date, result, person and certificate are "
                                   "kept. An instrument that failed is withdrawn.",
                    .example = "moly act instrument.calibrate"
                               " --db sqlite:moly.db"
                               " --as physicist"
                               " --instrument INS-000001"
                               " --result passed"
                               " --certificate KZ-2026-118"
                               " --due 2027-11-20T00:00Z",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct calibrate_args)},
    .roles = PROTECTION,
    .rules = "R-29",
    .subject_kind = "calibration",
    .decide = decide,
};

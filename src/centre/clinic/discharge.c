/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "vessel.h"

struct discharge_args {
    const char *patient, *note;
    double dose_rate_sv_per_h;
    int instructed;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "patient",
     MOLY_TEXT(struct discharge_args, patient),
     .record = "patient",
     .is_required = true,
     .help = "patient who leaves"},
    {.name = "dose-rate",
     MOLY_F64(struct discharge_args, dose_rate_sv_per_h),
     .dim = MOLY_DIM_DOSE_RATE,
     .min = 0.0,
     .max = 0.1,
     .help = "measured at 1 m, where it was"},
    {.name = "instructed",
     MOLY_BOOL(struct discharge_args, instructed),
     .is_required = true,
     .help = "written instructions were given"},
    ACT_AT(struct discharge_args),
    ACT_NOTE(struct discharge_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct discharge_args *a = args;
    vessel patient;
    double left_bq = 0.0;
    moly_status status = vessel_find(context, "patient", a->patient, &patient, err);
    if (!status && !record_is(patient.record, "state", "injected")) {
        status = MOLY_REFUSE(err, "R-13", "patient %s is %s; nothing was given to discharge from",
                             a->patient, say(context, record_text(patient.record, "state")));
    }
    if (!status && a->instructed != 1) {
        status = MOLY_REFUSE(err, "R-39",
                             "patient %s leaves with activity: give the written instructions first",
                             a->patient);
    }
    if (!status) {
        status = vessel_move_all(context, patient.node, "outside/discharged", TC99M, NAN, decision,
                                 &left_bq, err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "patient", a->patient);
    decision_record(decision, "patient", a->patient);
    decision_text(decision, "state", "discharged");
    decision_instant(decision, "discharged_at", context->at);
    decision_number(decision, "discharged_bq", left_bq);
    decision_number(decision, "discharge_dose_rate_sv_per_h", a->dose_rate_sv_per_h);
    return MOLY_OK;
}

const moly_act clinic_discharge = {
    .declaration = {.name = "clinic.discharge",
                    .summary = "Let a patient leave after an administration",
                    .description =
                        "The activity that the books have in the patient (physical decay only, so "
                        "an upper bound) leaves the centre.",
                    .example = "moly act clinic.discharge"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --patient PAT-000001"
                               " --instructed",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct discharge_args)},
    .roles = CLINIC,
    .rules = "R-13 R-39",
    .subject_kind = "patient",
    .decide = decide,
};

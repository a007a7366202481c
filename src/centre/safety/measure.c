/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "instruments/measured.h"
#include "vessel.h"

struct measure_args {
    const char *vessel, *nuclide, *note;
    double activity_bq;
    measured_args measured;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "vessel",
     MOLY_TEXT(struct measure_args, vessel),
     .is_required = true,
     .max = 120.0,
     .pattern_hint = "KIND/ID",
     .help = "vessel that is measured, \"kit/KIT-000001\""},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct measure_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 0.0,
     .max = 1e13,
     .help = "activity measured"},
    {.name = "nuclide",
     MOLY_TEXT(struct measure_args, nuclide),
     .max = 12.0,
     .fallback = TC99M,
     .help = "of which nuclide"},
    ACT_MEASURED(struct measure_args),
    ACT_AT(struct measure_args),
    ACT_NOTE(struct measure_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    struct measure_args filled = *(const struct measure_args *)args;
    const struct measure_args *a = &filled;
    measured m;
    vessel v;
    const moly_nuclide *nuclide = NULL;
    double book_bq = 0.0, book_sd_bq = 0.0;
    moly_status status = vessel_named(context, a->vessel, &v, err);
    if (!status) {
        status = physics_nuclide(a->nuclide, &nuclide, err);
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
        status =
            act_activity(context, v.node, nuclide->name, context->at, &book_bq, &book_sd_bq, err);
    }
    if (status) {
        return status;
    }
    double sd_bq = a->activity_bq * site_value(context->limits, "calibrator_sd");
    double sigmas = (a->activity_bq - book_bq) / hypot(sd_bq, book_sd_bq);
    if (fabs(sigmas) > 2.0) {
        decision_warn(
            decision, "R-01",
            "measured %s, the books say %s: %+.1f standard deviations; look for a leak, a "
            "wrong time or an act that was not entered, and explain it (safety.explain)",
            say_activity(context, a->activity_bq), say_activity(context, book_bq), sigmas);
    }
    decision_subject(decision, v.kind, v.id);
    decision_measure(decision, v.node, context->at, nuclide->name, a->activity_bq, sd_bq);
    decision_member(decision, "book_bq", moly_json_real(book_bq));
    decision_member(decision, "book_sd_bq", moly_json_real(book_sd_bq));
    decision_measured(context, &m, v.node, decision);
    return MOLY_OK;
}

const moly_act safety_measure = {
    .declaration = {.name = "safety.measure",
                    .summary = "Check a vessel's activity against the books",
                    .description =
                        "Nothing moves: the reading is compared with what the books have "
                        "in the vessel, and what does not balance is shown.",
                    .example = "moly act safety.measure"
                               " --db sqlite:moly.db"
                               " --as physicist"
                               " --vessel eluate/ELU-000004"
                               " --activity '2.5 GBq'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct measure_args)},
    .roles = HOT_LAB | MOLY_ROLE_PHYSICIST,
    .rules = "R-01 R-14 R-28 R-31",
    .subject_kind = "measurement",
    .decide = decide,
};

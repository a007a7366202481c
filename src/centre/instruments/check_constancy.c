/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "instruments/check.h"

struct constancy_args {
    const char *instrument, *source, *nuclide, *note;
    double activity_bq, expected_bq, sd_fraction;
    moly_instant reference, at;
};

static const moly_param params[] = {
    {.name = "instrument",
     MOLY_TEXT(struct constancy_args, instrument),
     .record = "instrument",
     .is_required = true,
     .help = "instrument that is checked"},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct constancy_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 0.0,
     .max = 1e13,
     .is_required = true,
     .help = "what it shows, background subtracted"},
    {.name = "source",
     MOLY_TEXT(struct constancy_args, source),
     .record = "source",
     .help = "sealed source that was measured"},
    {.name = "nuclide",
     MOLY_TEXT(struct constancy_args, nuclide),
     .max = 12.0,
     .help = "or its nuclide"},
    {.name = "expected",
     MOLY_F64(struct constancy_args, expected_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1.0,
     .max = 1e13,
     .help = "with its activity"},
    {.name = "reference",
     MOLY_INSTANT(struct constancy_args, reference),
     .help = "and when it had that"},
    {.name = "uncertainty",
     MOLY_F64(struct constancy_args, sd_fraction),
     .dim = MOLY_DIM_FRACTION,
     .min = 0.0,
     .max = 0.5,
     .fallback = "0 %",
     .help = "standard uncertainty of that activity"},
    ACT_AT(struct constancy_args),
    ACT_NOTE(struct constancy_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct constancy_args *a = args;
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
        check_judge(context, CHECK_CONSTANCY, a->activity_bq / expected_bq - 1.0,
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

const moly_act instrument_check_constancy = {
    .declaration = {.name = "instrument.check_constancy",
                    .summary = "Check a dose calibrator's constancy",
                    .description =
                        "The reading of a long-lived source is compared with its activity, decayed "
                        "to now. A failed check blocks the instrument until one passes.",
                    .example = "moly act instrument.check_constancy"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --instrument INS-000001"
                               " --activity '9.2 MBq'"
                               " --source SRC-000001",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct constancy_args)},
    .roles = HOT_LAB | MOLY_ROLE_PHYSICIST,
    .rules = "R-28",
    .subject_kind = "instrument_check",
    .decide = decide,
};

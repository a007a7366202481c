/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "instruments/check.h"

struct accuracy_args {
    const char *instrument, *source, *nuclide, *note;
    double activity_bq, expected_bq, sd_fraction;
    moly_instant reference, at;
};

static const moly_param params[] = {
    {.name = "instrument",
     MOLY_TEXT(struct accuracy_args, instrument),
     .record = "instrument",
     .is_required = true,
     .help = "instrument that is checked"},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct accuracy_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 0.0,
     .max = 1e13,
     .is_required = true,
     .help = "what it shows, background subtracted"},
    {.name = "source",
     MOLY_TEXT(struct accuracy_args, source),
     .record = "source",
     .help = "certified sealed source that was measured"},
    {.name = "nuclide",
     MOLY_TEXT(struct accuracy_args, nuclide),
     .max = 12.0,
     .help = "or its nuclide"},
    {.name = "expected",
     MOLY_F64(struct accuracy_args, expected_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1.0,
     .max = 1e13,
     .help = "with its activity"},
    {.name = "reference",
     MOLY_INSTANT(struct accuracy_args, reference),
     .help = "and when it had that"},
    {.name = "uncertainty",
     MOLY_F64(struct accuracy_args, sd_fraction),
     .dim = MOLY_DIM_FRACTION,
     .min = 0.0,
     .max = 0.5,
     .fallback = "2.5 %",
     .help = "standard uncertainty of that activity"},
    ACT_AT(struct accuracy_args),
    ACT_NOTE(struct accuracy_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct accuracy_args *a = args;
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
        check_judge(context, CHECK_ACCURACY, a->activity_bq / expected_bq - 1.0,
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

const moly_act instrument_check_accuracy = {
    .declaration = {.name = "instrument.check_accuracy",
                    .summary = "Check a dose calibrator's accuracy",
                    .description =
                        "The reading of a certified source is compared with its certificate, "
                        "decayed to now. A failed check blocks the instrument until one passes.",
                    .example = "moly act instrument.check_accuracy"
                               " --db sqlite:moly.db"
                               " --as physicist"
                               " --instrument INS-000001"
                               " --activity '9.2 MBq'"
                               " --source SRC-000001",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct accuracy_args)},
    .roles = PROTECTION,
    .rules = "R-28",
    .subject_kind = "instrument_check",
    .decide = decide,
};

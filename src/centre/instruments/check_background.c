/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "instruments/check.h"

struct background_args {
    const char *instrument, *note;
    double activity_bq;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "instrument",
     MOLY_TEXT(struct background_args, instrument),
     .record = "instrument",
     .is_required = true,
     .help = "instrument that is checked"},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct background_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 0.0,
     .max = 1e9,
     .is_required = true,
     .help = "what it shows with nothing in it"},
    ACT_AT(struct background_args),
    ACT_NOTE(struct background_args),
};

enum { N_EARLIER = 20 };

/* Mean of the backgrounds that passed, of the last ones. NAN: none */
static moly_status usual(const moly_act_context *context, const char *instrument, double *mean_bq,
                         moly_error *err)
{
    const moly_record_query query = {.kind = "instrument_check",
                                     .owner = instrument,
                                     .state = "passed",
                                     .newest_first = true,
                                     .limit = 100};
    const json_t *checks = NULL, *check;
    moly_status status = act_records(context, &query, &checks, err);
    size_t i, n = 0;
    double sum = 0.0;
    json_array_foreach(checks, i, check)
    {
        if (n < N_EARLIER && record_is(check, "check", "background")) {
            sum += record_number(check, "activity_bq");
            n++;
        }
    }
    *mean_bq = n > 0 ? sum / (double)n : NAN;
    return status;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct background_args *a = args;
    const json_t *instrument = NULL;
    const char *id = NULL;
    double mean_bq = NAN;
    moly_status status = check_instrument(context, a->instrument, &instrument, err);
    if (!status) {
        status = usual(context, a->instrument, &mean_bq, err);
    }
    if (status) {
        return status;
    }
    /* the first one is what the later ones are compared with; a lower one is no contamination */
    bool is_first = !(mean_bq > 0.0);
    double deviation = is_first ? 0.0 : a->activity_bq / mean_bq - 1.0;
    check_outcome outcome = check_judge(context, CHECK_BACKGROUND, deviation, 0.0);
    outcome.is_passed = outcome.is_passed || deviation < 0.0;
    status = check_record(context, a->instrument, &outcome, decision, &id, err);
    if (status) {
        return status;
    }
    decision_number(decision, "activity_bq", a->activity_bq);
    decision_number(decision, "usual_bq", mean_bq);
    check_close(context, a->instrument, &outcome, decision);
    return MOLY_OK;
}

const moly_act instrument_check_background = {
    .declaration = {.name = "instrument.check_background",
                    .summary = "Check a dose calibrator's background",
                    .description = "Compared with the mean of the last 20 that passed; more than "
                                   "the tolerance above it is contamination, and blocks the "
                                   "instrument until one passes.",
                    .example = "moly act instrument.check_background"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --instrument INS-000001"
                               " --activity '41 kBq'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct background_args)},
    .roles = HOT_LAB | MOLY_ROLE_PHYSICIST,
    .rules = "R-28",
    .subject_kind = "instrument_check",
    .decide = decide,
};

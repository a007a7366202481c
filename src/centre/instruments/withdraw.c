/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "instruments/check.h"

struct withdraw_args {
    const char *instrument, *reason, *note;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "instrument",
     MOLY_TEXT(struct withdraw_args, instrument),
     .record = "instrument",
     .is_required = true,
     .help = "instrument that is no longer used"},
    {.name = "reason",
     MOLY_TEXT(struct withdraw_args, reason),
     .is_required = true,
     .max = 2000.0,
     .help = "why: broken, contaminated, sent away"},
    ACT_AT(struct withdraw_args),
    ACT_NOTE(struct withdraw_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct withdraw_args *a = args;
    const json_t *instrument = NULL;
    moly_status status = check_instrument(context, a->instrument, &instrument, err);
    if (!status) {
        status = rule_reason(a->reason, "R-28", "an instrument that is withdrawn", err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "instrument", a->instrument);
    decision_record(decision, "instrument", a->instrument);
    decision_text(decision, "state", "withdrawn");
    decision_text(decision, "withdrawn_because", a->reason);
    decision_instant(decision, "withdrawn_at", context->at);
    return MOLY_OK;
}

const moly_act instrument_withdraw = {
    .declaration = {.name = "instrument.withdraw",
                    .summary = "Take an instrument out of use",
                    .description =
                        "A calibration that passes takes it back (instrument.calibrate).",
                    .example = "moly act instrument.withdraw"
                               " --db sqlite:moly.db"
                               " --as physicist"
                               " --instrument INS-000002"
                               " --reason 'high voltage fails'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct withdraw_args)},
    .roles = HOT_LAB | MOLY_ROLE_PHYSICIST,
    .rules = "R-28",
    .subject_kind = "instrument",
    .decide = decide,
};

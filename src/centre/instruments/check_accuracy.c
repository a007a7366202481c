/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "instruments/check.h"

static const moly_param params[] = {CHECK_SOURCE_PARAMS("2.5 %")};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    return check_against_source(context, CHECK_ACCURACY, args, decision, err);
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
                    .args_size = sizeof(source_check_args)},
    .roles = PROTECTION,
    .rules = "R-28",
    .subject_kind = "instrument_check",
    .decide = decide,
};

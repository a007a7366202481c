/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "instruments/check.h"

static const moly_param params[] = {CHECK_SOURCE_PARAMS("0 %")};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    return check_against_source(context, CHECK_CONSTANCY, args, decision, err);
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
                    .args_size = sizeof(source_check_args)},
    .roles = HOT_LAB | MOLY_ROLE_PHYSICIST,
    .rules = "R-28",
    .subject_kind = "instrument_check",
    .decide = decide,
};

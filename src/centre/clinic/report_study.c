/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"

struct report_args {
    const char *study, *findings, *impression, *reason, *note;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "study",
     MOLY_TEXT(struct report_args, study),
     .record = "study",
     .is_required = true,
     .help = "study that is reported"},
    {.name = "findings",
     MOLY_TEXT(struct report_args, findings),
     .is_required = true,
     .max = 20000.0,
     .help = "what is seen"},
    {.name = "impression",
     MOLY_TEXT(struct report_args, impression),
     .is_required = true,
     .max = 5000.0,
     .help = "what it means"},
    {.name = "reason",
     MOLY_TEXT(struct report_args, reason),
     .max = 2000.0,
     .help = "why an earlier report is replaced"},
    ACT_AT(struct report_args),
    ACT_NOTE(struct report_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct report_args *a = args;
    const json_t *study = NULL;
    moly_status status = act_record(context, "study", a->study, &study, err);
    if (!status && record_is(study, "state", "reported")) {
        status = rule_reason(a->reason, "R-04", "replacing a signed report", err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "study", a->study);
    decision_record(decision, "study", a->study);
    decision_text(decision, "state", "reported");
    decision_text(decision, "findings", a->findings);
    decision_text(decision, "impression", a->impression);
    decision_text(decision, "reported_by", context->performer->user);
    decision_instant(decision, "reported_at", context->at);
    return MOLY_OK;
}

const moly_act clinic_report_study = {
    .declaration =
        {.name = "clinic.report_study",
         .summary = "Report a study",
         .description = "The signed report. A later one replaces it with a reason; both stay in "
                        "the audit trail.",
         .example = "moly act clinic.report_study --db sqlite:moly.db --as physician "
                    "--password-file physician.password --study STU-000001 --findings 'Two foci.' "
                    "--impression 'Metastases.'",
         ACT_PARAMS(params),
         .args_size = sizeof(struct report_args)},
    .roles = MOLY_ROLE_PHYSICIAN,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "reported",
    .rules = "R-04 R-10",
    .subject_kind = "study",
    .decide = decide,
};

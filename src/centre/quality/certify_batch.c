/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "quality/quality.h"

struct certify_args {
    const char *batch, *note;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "batch",
     MOLY_TEXT(struct certify_args, batch),
     .record = "batch",
     .is_required = true,
     .help = "reviewed batch"},
    ACT_AT(struct certify_args),
    ACT_NOTE(struct certify_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    static const char *const states[] = {"reviewed", NULL};
    const struct certify_args *a = args;
    const json_t *batch = NULL;
    moly_status status = batch_find(context, a->batch, states, &batch, err);
    status = status ? status : batch_releasable(context, batch, NULL, err);
    if (status) {
        return status;
    }
    decision_subject(decision, "batch", a->batch);
    decision_record(decision, "batch", a->batch);
    decision_text(decision, "state", "certified");
    decision_instant(decision, "certified_at", context->at);
    decision_instant(decision, "last_at", context->at);
    decision_text(decision, "certified_by", context->performer->user);
    status = batch_set_vial(context, batch, "released", decision, err);
    return status
               ? status
               : tell_receivers(context, act_node(context, "batch", a->batch), "certified", false,
                                "The batch is certified: it may be given.", decision, NULL, err);
}

const moly_act quality_certify_batch = {
    .declaration = {.name = "quality.certify_batch",
                    .summary = "Certify a batch: second stage of the release",
                    .description = "Every test but sterility has passed and was approved by "
                                   "another person than the analyst, no deviation is open, the "
                                   "process passed its media fill. The vial may be given, and each "
                                   "receiver has a notice.",
                    .example = "moly act quality.certify_batch"
                               " --db sqlite:moly.db"
                               " --as qualified-person"
                               " --password-file qualified-person.password"
                               " --batch BAT-000005",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct certify_args)},
    .roles = MOLY_ROLE_QUALIFIED_PERSON,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "certified for use",
    .rules = "R-09 R-10 R-44 R-45 R-46 R-48 R-50 R-51",
    .subject_kind = "batch",
    .decide = decide,
};

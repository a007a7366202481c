/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "quality/quality.h"

struct review_args {
    const char *batch, *note;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "batch",
     MOLY_TEXT(struct review_args, batch),
     .record = "batch",
     .is_required = true,
     .help = "batch whose record was read from its first step to its reconciliation"},
    ACT_AT(struct review_args),
    ACT_NOTE(struct review_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    static const char *const states[] = {"made", NULL};
    const struct review_args *a = args;
    const json_t *batch = NULL;
    moly_status status = batch_find(context, a->batch, states, &batch, err);
    status = status ? status : batch_separate(context, a->batch, "review", err);
    if (status) {
        return status;
    }
    decision_subject(decision, "batch", a->batch);
    decision_record(decision, "batch", a->batch);
    decision_text(decision, "state", "reviewed");
    decision_instant(decision, "reviewed_at", context->at);
    decision_instant(decision, "last_at", context->at);
    decision_text(decision, "reviewed_by", context->performer->user);
    return MOLY_OK;
}

const moly_act quality_review_batch = {
    .declaration = {.name = "quality.review_batch",
                    .summary = "Review a batch record: first stage of the release",
                    .description = "By a person who made none of its steps and tests. From then on "
                                   "the batch may be shipped in quarantine (quality.ship_batch); "
                                   "nobody may give it before it is certified.",
                    .example = "moly act quality.review_batch"
                               " --db sqlite:moly.db"
                               " --as radiopharmacist"
                               " --password-file radiopharmacist.password"
                               " --batch BAT-000004",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct review_args)},
    .roles = PHARMACY,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "record reviewed; may be shipped in quarantine",
    .rules = "R-09 R-10 R-13 R-44",
    .subject_kind = "batch",
    .decide = decide,
};

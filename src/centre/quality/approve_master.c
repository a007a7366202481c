/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "quality/quality.h"

struct approve_args {
    const char *master, *note;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "master",
     MOLY_TEXT(struct approve_args, master),
     .record = "master",
     .is_required = true,
     .help = "draft of a master record"},
    ACT_AT(struct approve_args),
    ACT_NOTE(struct approve_args),
};

/* Another version may have come into force since this one was drafted. */
static moly_status check_in_force(const moly_act_context *context, const json_t *master,
                                  moly_error *err)
{
    const json_t *masters = NULL, *one;
    size_t i;
    moly_status status = owned(context, "master", record_text(master, "product"), &masters, err);
    json_array_foreach(masters, i, one)
    {
        const char *id = record_text(one, "id");
        if (!status && record_is(one, "state", "approved") && !record_is(master, "replaces", id)) {
            status = MOLY_REFUSE(err, "R-43",
                                 "%s, version %d, came into force since this was drafted: draft it "
                                 "again from that, by an approved change (quality.draft_master)",
                                 id, (int)record_number(one, "version"));
        }
    }
    return status;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct approve_args *a = args;
    const json_t *master = NULL;
    moly_status status = act_record(context, "master", a->master, &master, err);
    if (!status && !record_is(master, "state", "draft")) {
        status = MOLY_REFUSE(err, "R-43", "master record %s is %s; only a draft is approved",
                             a->master, say(context, record_text(master, "state")));
    }
    if (!status) {
        status = rule_in_order(context, record_instant(master, "at"), "it was drafted", err);
    }
    if (!status) {
        status = rule_separate(context, master, "made_by", "drafted", "approve", err);
    }
    if (!status) {
        status = check_in_force(context, master, err);
    }
    if (status) {
        return status;
    }
    const moly_identity *second = context->performer->second;
    decision_subject(decision, "master", a->master);
    decision_record(decision, "master", a->master);
    decision_text(decision, "state", "approved");
    decision_instant(decision, "approved_at", context->at);
    decision_text(decision, "approved_by", context->performer->user);
    decision_text(decision, "approved_by_too", second ? moly_identity_user(second) : NULL);
    if (record_text(master, "replaces")[0]) {
        decision_record(decision, "master", record_text(master, "replaces"));
        decision_text(decision, "state", "superseded");
        decision_text(decision, "superseded_by", a->master);
    }
    return MOLY_OK;
}

const moly_act quality_approve_master = {
    .declaration = {.name = "quality.approve_master",
                    .summary = "Approve a master record, as two persons",
                    .description = "The version that it replaces can issue no more batches. Who "
                                   "drafted it cannot be the first to approve it.",
                    .example = "moly act quality.approve_master"
                               " --db sqlite:moly.db"
                               " --as qualified-person"
                               " --password-file qualified-person.password"
                               " --second radiopharmacist"
                               " --second-password-file radiopharmacist.password"
                               " --master MBR-000002",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct approve_args)},
    .roles = PHARMACY,
    .signature = MOLY_SIGNATURE_TWO,
    .meaning = "master record approved",
    .rules = "R-09 R-10 R-15 R-43",
    .subject_kind = "master",
    .decide = decide,
};

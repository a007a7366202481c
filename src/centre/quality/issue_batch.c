/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "product.h"
#include "quality/quality.h"

struct issue_args {
    const char *master, *id, *note;
    double activity_bq;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "master",
     MOLY_TEXT(struct issue_args, master),
     .record = "master",
     .is_required = true,
     .help = "approved master record"},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct issue_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1e6,
     .max = 1e14,
     .help = "planned at the end of production"},
    ACT_ID(struct issue_args, "batch"),
    ACT_AT(struct issue_args),
    ACT_NOTE(struct issue_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct issue_args *a = args;
    const json_t *master = NULL;
    const char *id = NULL;
    moly_status status = act_record(context, "master", a->master, &master, err);
    if (!status && !record_is(master, "state", "approved")) {
        const char *next = record_text(master, "superseded_by");
        status = next[0] ? MOLY_REFUSE(err, "R-43",
                                       "master record %s is superseded: issue the batch from %s",
                                       a->master, next)
                         : MOLY_REFUSE(err, "R-43",
                                       "master record %s is %s; a batch is issued from an approved "
                                       "one",
                                       a->master, say(context, record_text(master, "state")));
    }
    if (!status) {
        status =
            rule_in_order(context, record_instant(master, "approved_at"), "it was approved", err);
    }
    if (!status) {
        status = act_new_id(context, "batch", "BAT", a->id, &id, err);
    }
    if (status) {
        return status;
    }
    const product *p = product_named(record_text(master, "product"));
    decision_subject(decision, "batch", id);
    decision_record(decision, "batch", id);
    decision_text(decision, "state", "issued");
    decision_instant(decision, "at", context->at);
    decision_instant(decision, "last_at", context->at);
    decision_text(decision, "product", record_text(master, "product"));
    decision_text(decision, "product_name", p ? p->name : NULL);
    decision_text(decision, "nuclide", p ? p->nuclide : NULL);
    decision_text(decision, "master", a->master);
    decision_json(decision, "master_version", json_incref(json_object_get(master, "version")));
    /* what it was issued from stays with it, whatever becomes of the master record */
    decision_json(decision, "content", json_deep_copy(json_object_get(master, "content")));
    decision_json(decision, "steps_done", json_integer(0));
    decision_number(decision, "planned_bq", a->activity_bq);
    decision_text(decision, "issued_by", context->performer->user);
    decision_link(decision, act_node(context, "batch", id), act_node(context, "master", a->master),
                  "issued from");
    return MOLY_OK;
}

const moly_act quality_issue_batch = {
    .declaration = {.name = "quality.issue_batch",
                    .summary = "Issue a batch record from an approved master record",
                    .description = "It has a number of its own and keeps the master record's "
                                   "content as it is now.",
                    .example = "moly act quality.issue_batch"
                               " --db sqlite:moly.db"
                               " --as radiopharmacist"
                               " --password-file radiopharmacist.password"
                               " --master MBR-000001"
                               " --activity '50 GBq'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct issue_args)},
    .roles = PHARMACY,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "batch record issued",
    .rules = "R-10 R-15 R-43",
    .subject_kind = "batch",
    .decide = decide,
};

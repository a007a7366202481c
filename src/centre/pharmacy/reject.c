/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "moly/base/catalogue.h"
#include "quality/quality.h"
#include "vessel.h"

struct reject_args {
    const char *kit, *eluate, *vial, *lot, *generator, *reason;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "kit", MOLY_TEXT(struct reject_args, kit), .record = "kit", .help = "kit to reject"},
    {.name = "eluate",
     MOLY_TEXT(struct reject_args, eluate),
     .record = "eluate",
     .help = "or eluate to reject"},
    {.name = "vial",
     MOLY_TEXT(struct reject_args, vial),
     .record = "vial",
     .help = "or vial to reject"},
    {.name = "lot",
     MOLY_TEXT(struct reject_args, lot),
     .record = "lot",
     .help = "or kit lot to reject"},
    {.name = "generator",
     MOLY_TEXT(struct reject_args, generator),
     .record = "generator",
     .help = "or generator to reject"},
    {.name = "reason",
     MOLY_TEXT(struct reject_args, reason),
     .is_required = true,
     .max = 2000.0,
     .help = "why"},
    ACT_AT(struct reject_args),
};

/* A batch is no more than its vial; who has a part of it is told. */
static moly_status reject_batch(const moly_act_context *context, const struct reject_args *a,
                                const char *batch, moly_decision *decision, moly_error *err)
{
    if (!a->vial || !batch[0]) {
        return MOLY_OK;
    }
    decision_record(decision, "batch", batch);
    decision_text(decision, "state", "rejected");
    decision_text(decision, "rejected_because", a->reason);
    return tell_receivers(context, act_node(context, "batch", batch), "rejected", true,
                          MOLY_N("The batch is rejected: do not use it."), decision, NULL, err);
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct reject_args *a = args;
    static const char *const kinds[] = {"kit", "eluate", "vial", "lot", "generator"};
    const char *const ids[] = {a->kit, a->eluate, a->vial, a->lot, a->generator};
    vessel v;
    moly_status status = vessel_choose(context, 5, kinds, ids, &v, err);
    if (!status) {
        status = rule_reason(a->reason, "R-04", "rejecting", err);
    }
    if (!status) {
        status = rule_in_order(context, record_instant(v.record, "at"), "it came here", err);
    }
    if (status) {
        return status;
    }
    if (record_is(v.record, "state", "discarded") || record_is(v.record, "state", "rejected")) {
        return MOLY_REFUSE(err, "R-13", "%s %s is %s already", say(context, v.kind), v.id,
                           say(context, record_text(v.record, "state")));
    }
    decision_subject(decision, v.kind, v.id);
    decision_record(decision, v.kind, v.id);
    decision_text(decision, "state", "rejected");
    decision_text(decision, "rejected_by", context->performer->user);
    decision_text(decision, "rejected_because", a->reason);
    return reject_batch(context, a, record_text(v.record, "batch"), decision, err);
}

const moly_act pharmacy_reject = {
    .declaration = {.name = "pharmacy.reject",
                    .summary = "Reject a kit, eluate, vial, lot or generator",
                    .description = "It cannot be used from then on; what was drawn from it and not "
                                   "given yet is blocked too.",
                    .example = "moly act pharmacy.reject"
                               " --db sqlite:moly.db"
                               " --as radiopharmacist"
                               " --password-file radiopharmacist.password"
                               " --kit KIT-000004"
                               " --reason 'particles seen'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct reject_args)},
    .roles = PHARMACY,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "rejected",
    .rules = "R-10",
    .subject_kind = "kit",
    .decide = decide,
};

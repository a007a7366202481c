/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "quality/quality.h"
#include "vessel.h"

struct release_args {
    const char *kit, *eluate, *vial, *note;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "kit",
     MOLY_TEXT(struct release_args, kit),
     .record = "kit",
     .help = "tested kit to release"},
    {.name = "eluate",
     MOLY_TEXT(struct release_args, eluate),
     .record = "eluate",
     .help = "or tested eluate to release for injection as pertechnetate"},
    {.name = "vial",
     MOLY_TEXT(struct release_args, vial),
     .record = "vial",
     .help = "or vial: a tested one of this site, or one whose certificate was checked"},
    ACT_AT(struct release_args),
    ACT_NOTE(struct release_args),
};

static moly_status check(const moly_act_context *context, const vessel *v, moly_error *err)
{
    if (record_is(v->record, "state", "out of specification")) {
        return MOLY_REFUSE(err, "R-24",
                           "%s %s is out of specification and cannot be released; reject it "
                           "(pharmacy.reject)",
                           say(context, v->kind), v->id);
    }
    /* A ready product was tested by its maker; its certificate is checked instead. */
    bool is_ready = strcmp(v->kind, "vial") == 0 && record_is(v->record, "state", "quarantine");
    if (!is_ready && !record_is(v->record, "state", "tested")) {
        return MOLY_REFUSE(err, "R-13", "%s %s is %s; its tests come before the release",
                           say(context, v->kind), v->id,
                           say(context, record_text(v->record, "state")));
    }
    moly_status status =
        rule_in_order(context, record_instant(v->record, "at"), "it was made", err);
    if (!status) {
        status = rule_separate(context, v->record, "made_by", "made", "release", err);
    }
    if (!status) {
        status = rule_separate(context, v->record, "tested_by", "tested", "release", err);
    }
    return status ? status : vessel_usable_at(context, v, context->at, "released to patients", err);
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct release_args *a = args;
    static const char *const kinds[] = {"kit", "eluate", "vial"};
    const char *const ids[] = {a->kit, a->eluate, a->vial};
    vessel v;
    moly_status status = vessel_choose(context, 3, kinds, ids, &v, err);
    if (!status) {
        status = rule_not_of_batch(context, v.record, "quality.certify_batch", err);
    }
    if (!status) {
        status = check(context, &v, err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, v.kind, v.id);
    decision_record(decision, v.kind, v.id);
    decision_text(decision, "state", "released");
    decision_text(decision, "released_by", context->performer->user);
    decision_instant(decision, "released_at", context->at);
    const char *purity = record_text(v.record, "radionuclidic_purity");
    if (purity && *purity && strcmp(purity, "met") != 0) {
        decision_warn(decision, "R-24", "the radionuclidic purity of %s is not shown: %s", v.id,
                      say(context, purity));
    }
    return MOLY_OK;
}

const moly_act pharmacy_release = {
    .declaration = {.name = "pharmacy.release",
                    .summary = "Release a tested kit, eluate or vial for use",
                    .description = "Who made, tested or received it cannot release it.",
                    .example = "moly act pharmacy.release"
                               " --db sqlite:moly.db"
                               " --as radiopharmacist"
                               " --password-file radiopharmacist.password"
                               " --kit KIT-000002",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct release_args)},
    .roles = PHARMACY,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "released for use",
    .rules = "R-09 R-10 R-13 R-22 R-24 R-44",
    .subject_kind = "kit",
    .decide = decide,
};

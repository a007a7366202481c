/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "quality/quality.h"
#include "vessel.h"

struct reconcile_args {
    const char *batch, *vial, *note;
    double made_ml, sampled_ml, lost_ml;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "batch",
     MOLY_TEXT(struct reconcile_args, batch),
     .record = "batch",
     .is_required = true,
     .help = "batch whose steps are all done"},
    {.name = "vial",
     MOLY_TEXT(struct reconcile_args, vial),
     .record = "vial",
     .is_required = true,
     .help = "vial that came out of it (production.process)"},
    {.name = "made",
     MOLY_F64(struct reconcile_args, made_ml),
     .dim = MOLY_DIM_VOLUME,
     .min = 0.1,
     .max = 10000.0,
     .is_required = true,
     .help = "volume that was made, before samples were taken"},
    {.name = "sampled",
     MOLY_F64(struct reconcile_args, sampled_ml),
     .dim = MOLY_DIM_VOLUME,
     .min = 0.0,
     .max = 1000.0,
     .fallback = "0 mL",
     .help = "volume taken for tests and retention"},
    {.name = "lost",
     MOLY_F64(struct reconcile_args, lost_ml),
     .dim = MOLY_DIM_VOLUME,
     .min = 0.0,
     .max = 10000.0,
     .fallback = "0 mL",
     .help = "volume known to be lost, in filters and lines"},
    ACT_AT(struct reconcile_args),
    ACT_NOTE(struct reconcile_args),
};

typedef struct reconciled {
    double yield, share; /* NAN: not known */
    bool is_yield_good, is_share_good;
} reconciled;

static bool is_within(const json_t *batch, const char *key, double value)
{
    const json_t *range = json_object_get(json_object_get(batch, "content"), key);
    return !range || (isfinite(value) && value >= record_number(range, "min") &&
                      value <= record_number(range, "max"));
}

static moly_status check_vial(const moly_act_context *context, const struct reconcile_args *a,
                              const json_t *batch, const vessel *vial, moly_error *err)
{
    const char *target = record_text(vial->record, "target");
    if (!record_is(vial->record, "state", "untested")) {
        return MOLY_REFUSE(err, "R-13", "%s %s is %s; only what is %s is tested", "vial", a->vial,
                           say(context, record_text(vial->record, "state")),
                           say(context, "untested"));
    }
    if (record_text(vial->record, "batch")[0]) {
        return MOLY_REFUSE(err, "R-43", "vial %s is of batch %s", a->vial,
                           record_text(vial->record, "batch"));
    }
    if (!record_is(vial->record, "product", record_text(batch, "product"))) {
        return MOLY_REFUSE(err, "R-43", "vial %s is %s, batch %s makes %s", a->vial,
                           record_text(vial->record, "product"), a->batch,
                           record_text(batch, "product"));
    }
    const char *own = record_text(batch, "target");
    if (own[0] && strcmp(own, target) != 0) {
        return MOLY_REFUSE(err, "R-52",
                           "vial %s was made of target %s, batch %s was made of %s: scan its vial",
                           a->vial, target[0] ? target : "-", a->batch, own);
    }
    const json_t *from = NULL;
    moly_status status = target[0] ? act_record(context, "target", target, &from, err) : MOLY_OK;
    const char *owner = record_text(from, "batch");
    if (!status && strcmp(owner, a->batch) != 0 && owner[0]) {
        status = MOLY_REFUSE(err, "R-52", "vial %s was made of target %s, which is of batch %s",
                             a->vial, target, owner);
    }
    return status ? status
                  : rule_in_order(context, record_instant(vial->record, "at"), "it was made", err);
}

static moly_status check_steps(const struct reconcile_args *a, const json_t *batch, moly_error *err)
{
    size_t n = json_array_size(json_object_get(json_object_get(batch, "content"), "steps"));
    size_t done = (size_t)record_number(batch, "steps_done");
    return done == n ? MOLY_OK
                     : MOLY_REFUSE(err, "R-13", "step %zu of batch %s is next; it has %zu steps",
                                   done + 1, a->batch, n);
}

static void record(const moly_act_context *context, const struct reconcile_args *a,
                   const vessel *vial, const reconciled *r, moly_decision *decision)
{
    decision_subject(decision, "batch", a->batch);
    decision_record(decision, "batch", a->batch);
    decision_text(decision, "state", "made");
    decision_text(decision, "vial", a->vial);
    decision_instant(decision, "made_at", record_instant(vial->record, "at"));
    decision_instant(decision, "last_at", context->at);
    decision_instant(decision, "expiry", record_instant(vial->record, "expiry"));
    decision_number(decision, "activity_bq", record_number(vial->record, "activity_bq"));
    decision_number(decision, "volume_ml", record_number(vial->record, "volume_ml"));
    decision_number(decision, "made_ml", a->made_ml);
    decision_number(decision, "sampled_ml", a->sampled_ml);
    decision_number(decision, "lost_ml", a->lost_ml);
    decision_number(decision, "yield", r->yield);
    decision_json(decision, "yield_within", json_boolean(r->is_yield_good));
    decision_number(decision, "reconciled", r->share);
    decision_json(decision, "reconciled_within", json_boolean(r->is_share_good));
    decision_text(decision, "reconciled_by", context->performer->user);
    decision_record(decision, "vial", a->vial);
    decision_text(decision, "batch", a->batch);
    decision_link(decision, vial->node, act_node(context, "batch", a->batch), "made in");
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    static const char *const states[] = {"in progress", NULL};
    const struct reconcile_args *a = args;
    const json_t *batch = NULL;
    vessel vial;
    moly_status status = batch_find(context, a->batch, states, &batch, err);
    status = status ? status : check_steps(a, batch, err);
    status = status ? status : vessel_find(context, "vial", a->vial, &vial, err);
    status = status ? status : check_vial(context, a, batch, &vial, err);
    if (status) {
        return status;
    }
    reconciled r = {.yield = record_number(vial.record, "yield")};
    if (!isfinite(r.yield)) {
        r.yield = record_number(vial.record, "activity_bq") / record_number(batch, "planned_bq");
    }
    r.share = (record_number(vial.record, "volume_ml") + a->sampled_ml + a->lost_ml) / a->made_ml;
    r.is_yield_good = is_within(batch, "yield", r.yield);
    r.is_share_good = is_within(batch, "reconciliation", r.share);
    record(context, a, &vial, &r, decision);
    if (r.is_yield_good && r.is_share_good) {
        return MOLY_OK;
    }
    decision_warn(decision, "R-51",
                  "yield %s, volume found %s of what was made: outside the master record's limits, "
                  "a deviation was opened",
                  say_percent(context, r.yield), say_percent(context, r.share));
    return case_open(context, CASE_DEVIATION, a->batch, a->vial, decision, NULL, err,
                     "yield %.1f %%, volume found %.1f %% of what was made: outside the limits",
                     100.0 * r.yield, 100.0 * r.share);
}

const moly_act quality_reconcile = {
    .declaration = {.name = "quality.reconcile",
                    .summary = "Close the making of a batch: yield and reconciliation",
                    .description =
                        "All steps are done. Yield and the volume that is accounted for are held "
                        "against the master record's limits; outside them a deviation is opened. "
                        "The vial belongs to the batch from then on and is released with it alone.",
                    .example = "moly act quality.reconcile"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --batch BAT-000003"
                               " --vial VIA-000002"
                               " --made '19 mL'"
                               " --sampled '1 mL'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct reconcile_args)},
    .roles = HOT_LAB,
    .rules = "R-13 R-42 R-43 R-51 R-52",
    .subject_kind = "batch",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "moly/base/catalogue.h"
#include "quality/quality.h"
#include "quality/recall_find.h"
#include "vessel.h"

struct recall_args {
    const char *batch, *lot, *vial, *kit, *eluate, *generator, *target, *reason;
    int is_mock;
    moly_instant started, at;
};

static const moly_param params[] = {
    {.name = "batch",
     MOLY_TEXT(struct recall_args, batch),
     .record = "batch",
     .help = "batch to recall"},
    {.name = "lot",
     MOLY_TEXT(struct recall_args, lot),
     .record = "lot",
     .help = "or lot of a kit or material"},
    {.name = "vial", MOLY_TEXT(struct recall_args, vial), .record = "vial", .help = "or vial"},
    {.name = "kit", MOLY_TEXT(struct recall_args, kit), .record = "kit", .help = "or labelled kit"},
    {.name = "eluate",
     MOLY_TEXT(struct recall_args, eluate),
     .record = "eluate",
     .help = "or eluate"},
    {.name = "generator",
     MOLY_TEXT(struct recall_args, generator),
     .record = "generator",
     .help = "or generator"},
    {.name = "target",
     MOLY_TEXT(struct recall_args, target),
     .record = "target",
     .help = "or target"},
    {.name = "mock",
     MOLY_BOOL(struct recall_args, is_mock),
     .fallback = "no",
     .help = "a trial: nothing is blocked and nobody told"},
    {.name = "started",
     MOLY_INSTANT(struct recall_args, started),
     .help = "when the question came; without it now"},
    {.name = "reason",
     MOLY_TEXT(struct recall_args, reason),
     .is_required = true,
     .max = 2000.0,
     .help = "why"},
    ACT_AT(struct recall_args),
};

/* Neither gone nor blocked already. */
static bool is_live(const json_t *record)
{
    static const char *const over[] = {"discarded", "rejected", "recalled", "returned"};
    bool is = true;
    for (size_t i = 0; i < sizeof over / sizeof over[0]; i++) {
        is = is && !record_is(record, "state", over[i]);
    }
    return is;
}

/* Nothing more is drawn from it; who has it is told. */
static moly_status order(const moly_act_context *context, const vessel *v, const json_t *forward,
                         const char *id, moly_decision *decision, moly_error *err)
{
    size_t i, n = json_array_size(forward);
    for (i = 0; i <= n; i++) {
        const json_t *record =
            i == n ? v->record : json_object_get(json_array_get(forward, i), "record");
        const char *kind = i == n ? v->kind : record_text(record, "kind");
        bool is_batch = strcmp(kind, "batch") == 0;
        if ((i == n || recall_is_vessel(record) || is_batch) && is_live(record)) {
            decision_record(decision, kind, record_text(record, "id"));
            decision_text(decision, "state", is_batch ? "recalled" : "rejected");
            decision_text(decision, "recall", id);
        }
    }
    moly_status status = block_doses(context, v->node, decision, err);
    if (status) {
        return status;
    }
    return tell_receivers(context, v->node, "recalled", true, MOLY_N("Recalled: do not use it."),
                          decision, NULL, err);
}

static void record(const moly_act_context *context, const struct recall_args *a, const char *id,
                   const vessel *v, const recall_found *f, moly_decision *decision)
{
    moly_instant started = moly_instant_is_none(a->started) ? context->at : a->started;
    decision_subject(decision, "recall", id);
    decision_record(decision, "recall", id);
    decision_text(decision, "state", a->is_mock == 1 ? "mock" : "ordered");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "owner", v->node);
    decision_text(decision, "about", v->node);
    decision_text(decision, "reason", a->reason);
    decision_instant(decision, "started", started);
    decision_number(decision, "took_s", moly_instant_difference_s(started, context->now));
    decision_json(decision, "patients", json_incref(f->patients));
    decision_json(decision, "receivers", json_incref(f->receivers));
    decision_json(decision, "vessels", json_incref(f->vessels));
    decision_number(decision, "made_ml", f->made_ml);
    decision_number(decision, "known_ml", f->known_ml);
    decision_number(decision, "reconciled", f->known_ml / f->made_ml);
    decision_text(decision, "ordered_by", context->performer->user);
}

static moly_status run(const moly_act_context *context, const struct recall_args *a,
                       const vessel *v, recall_found *f, moly_decision *decision, moly_error *err)
{
    const json_t *forward = NULL;
    const char *id = NULL;
    moly_status status = act_new_id(context, "recall", "RCL", NULL, &id, err);
    status = status ? status : reached(context, v->node, &forward, err);
    if (status) {
        return status;
    }
    recall_find(v->record, forward, f);
    record(context, a, id, v, f, decision);
    if (f->known_ml < f->made_ml * (1.0 - site_value(context->limits, "volume_sd"))) {
        decision_warn(decision, "R-27", "%s of %s are accounted for: find the rest",
                      say_volume(context, f->known_ml), say_volume(context, f->made_ml));
    }
    return a->is_mock == 1 ? MOLY_OK : order(context, v, forward, id, decision, err);
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    static const char *const kinds[] = {"batch",  "lot",       "vial",  "kit",
                                        "eluate", "generator", "target"};
    const struct recall_args *a = args;
    const char *const ids[] = {a->batch,  a->lot,       a->vial,  a->kit,
                               a->eluate, a->generator, a->target};
    recall_found f = {json_array(), json_array(), json_array(), 0.0, 0.0};
    vessel v;
    moly_status status = vessel_choose(context, 7, kinds, ids, &v, err);
    status = status ? status : rule_reason(a->reason, "R-27", "a recall", err);
    if (!status && a->started.us > context->at.us) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "started: %s is in the future",
                           say_time(context, a->started));
    }
    status = status ? status : run(context, a, &v, &f, decision, err);
    json_decref(f.patients);
    json_decref(f.receivers);
    json_decref(f.vessels);
    return status;
}

const moly_act quality_recall = {
    .declaration =
        {.name = "quality.recall",
         .summary = "Recall a batch, lot or vessel, or try how that goes",
         .description =
             "Forward to everything that was made of it, every receiver and patient, in one "
             "query: what is left is blocked and each has a notice. A trial changes nothing and "
             "reports the time it took and what share of the volume is accounted for.",
         .example = "moly act quality.recall"
                    " --db sqlite:moly.db"
                    " --as qualified-person"
                    " --password-file qualified-person.password"
                    " --lot LOT-000001"
                    " --mock"
                    " --reason 'yearly trial'",
         ACT_PARAMS(params),
         .args_size = sizeof(struct recall_args)},
    .roles = PHARMACY,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "recall, ordered or tried",
    .rules = "R-10 R-26 R-27",
    .subject_kind = "recall",
    .decide = decide,
};

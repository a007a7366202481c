/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "instruments/measured.h"
#include "product.h"
#include "vessel.h"

struct process_args {
    const char *target, *lot, *id, *note;
    int product;
    double activity_bq, volume_ml, yield, yield_sd, exhaust_bq;
    measured_args measured;
    moly_instant start, expiry, at;
};

static const moly_param params[] = {
    {.name = "target",
     MOLY_TEXT(struct process_args, target),
     .record = "target",
     .is_required = true,
     .help = "irradiated target that it is made of"},
    {.name = "product",
     MOLY_CHOICE(struct process_args, product),
     .choices = product_codes,
     .is_required = true,
     .help = "radiopharmaceutical that was made"},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct process_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1e5,
     .max = 1e13,
     .help = "activity measured in the vial (a preview may leave it out)"},
    {.name = "volume",
     .letter = 'v',
     MOLY_F64(struct process_args, volume_ml),
     .dim = MOLY_DIM_VOLUME,
     .min = 0.1,
     .max = 1000.0,
     .is_required = true,
     .help = "volume in the vial"},
    {.name = "yield",
     .letter = 'y',
     MOLY_F64(struct process_args, yield),
     .dim = MOLY_DIM_FRACTION,
     .min = 0.001,
     .max = 1.0,
     .is_required = true,
     .help = "what the module usually gives, corrected for decay"},
    {.name = "yield-uncertainty",
     MOLY_F64(struct process_args, yield_sd),
     .dim = MOLY_DIM_FRACTION,
     .min = 0.0,
     .max = 0.5,
     .fallback = "5 %",
     .help = "standard deviation of that from batch to batch, in points"},
    {.name = "start",
     MOLY_INSTANT(struct process_args, start),
     .is_required = true,
     .help = "when the processing began"},
    {.name = "exhaust",
     MOLY_F64(struct process_args, exhaust_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 0.0,
     .max = 1e13,
     .help = "activity that the stack's monitor saw leave, at the end"},
    {.name = "expiry",
     MOLY_INSTANT(struct process_args, expiry),
     .help = "end of use; without it the product's time of use from now"},
    {.name = "lot",
     MOLY_TEXT(struct process_args, lot),
     .max = 100.0,
     .help = "batch number; without it the vial's identifier"},
    ACT_MEASURED(struct process_args),
    ACT_CONTAINER(struct process_args),
    ACT_ID(struct process_args, "vial"),
    {.name = "at",
     MOLY_INSTANT(struct process_args, at),
     .fallback = "now",
     .help = "when the vial was measured, at the end, if not just now"},
    ACT_NOTE(struct process_args),
};

typedef struct made {
    double target_bq, target_sd_bq;       /* in the books, at the end */
    double predicted_bq, predicted_sd_bq; /* in the vial */
} made;

static moly_status predict(const moly_act_context *context, const struct process_args *a,
                           const vessel *target, made *m, moly_error *err)
{
    moly_status status = act_activity(context, target->node, vessel_nuclide(target->record),
                                      context->at, &m->target_bq, &m->target_sd_bq, err);
    if (!status) {
        m->predicted_bq = m->target_bq * a->yield;
        m->predicted_sd_bq = hypot(m->target_sd_bq * a->yield, m->target_bq * a->yield_sd);
    }
    return status;
}

static moly_status check_product(const moly_act_context *context, const struct process_args *a,
                                 const vessel *target, const product *p, moly_error *err)
{
    if (product_is(p, "kit")) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "product: %s is labelled from a kit (pharmacy.label_kit)", p->code);
    }
    if (strcmp(p->nuclide, vessel_nuclide(target->record)) != 0) {
        return MOLY_REFUSE(err, "R-13", "%s has %s in it, target %s was irradiated for %s",
                           say(context, p->name), p->nuclide, target->id,
                           vessel_nuclide(target->record));
    }
    if (a->volume_ml < p->min_volume_ml || a->volume_ml > p->max_volume_ml) {
        return MOLY_REFUSE(err, "R-24", "%s in the vial, %s takes %s to %s (%s)",
                           say_volume(context, a->volume_ml), say(context, p->name),
                           say_volume(context, p->min_volume_ml),
                           say_volume(context, p->max_volume_ml), p->source);
    }
    if (isfinite(a->activity_bq) && a->activity_bq > p->max_activity_bq) {
        return MOLY_REFUSE(err, "R-24", "%s is more than the %s that a vial of %s takes (%s)",
                           say_activity(context, a->activity_bq),
                           say_activity(context, p->max_activity_bq), say(context, p->name),
                           p->source);
    }
    return MOLY_OK;
}

static moly_status check(const moly_act_context *context, const struct process_args *a,
                         const vessel *target, const product *p, moly_error *err)
{
    if (!record_is(target->record, "state", "bombarded")) {
        return MOLY_REFUSE(err, "R-13", "target %s is %s; only what is %s is processed", target->id,
                           say(context, record_text(target->record, "state")),
                           say(context, "bombarded"));
    }
    moly_instant ended = record_instant(target->record, "at");
    if (a->start.us < ended.us) {
        return MOLY_REFUSE(err, "R-13", "the processing began at %s, before the beam ended at %s",
                           say_time(context, a->start), say_time(context, ended));
    }
    if (context->at.us <= a->start.us) {
        return MOLY_REFUSE(err, "R-13",
                           "the processing ended at %s, which is not after it began at %s",
                           say_time(context, context->at), say_time(context, a->start));
    }
    if (!moly_instant_is_none(a->expiry) && a->expiry.us <= context->at.us) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "expiry: %s is not after the end of the processing",
                         say_time(context, a->expiry));
    }
    if (!isfinite(a->activity_bq) && !context->is_preview) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "activity is required: what was measured in the vial");
    }
    return check_product(context, a, target, p, err);
}

static void record_vial(const moly_act_context *context, const struct process_args *a,
                        const char *id, const vessel *target, const product *p, const made *m,
                        moly_decision *decision)
{
    expiry ends = {0};
    expiry_limit(&ends, moly_instant_add_s(context->at, p->use_within_s), "use of the product");
    expiry_limit(&ends, a->expiry, "label");
    decision_subject(decision, "vial", id);
    decision_record(decision, "vial", id);
    decision_text(decision, "state", "untested");
    decision_instant(decision, "at", context->at);
    decision_instant(decision, "started", a->start);
    decision_text(decision, "product", p->code);
    decision_text(decision, "product_name", p->name);
    decision_text(decision, "nuclide", p->nuclide);
    decision_text(decision, "lot", a->lot ? a->lot : id);
    decision_text(decision, "target", target->id);
    decision_text(decision, "source", target->node);
    decision_number(decision, "activity_bq", a->activity_bq);
    decision_number(decision, "predicted_bq", m->predicted_bq);
    decision_number(decision, "predicted_sd_bq", m->predicted_sd_bq);
    decision_number(decision, "yield", a->activity_bq / m->target_bq);
    decision_number(decision, "volume_ml", a->volume_ml);
    decision_number(decision, "volume_left_ml", a->volume_ml);
    decision_number(decision, "min_purity", p->min_purity);
    decision_expiry(decision, &ends);
    decision_text(decision, "made_by", context->performer->user);
    decision_record(decision, "target", target->id);
    decision_text(decision, "state", "processed");
    decision_text(decision, "vial", id);
}

static void post(const moly_act_context *context, const struct process_args *a,
                 const vessel *target, const char *vial, const made *m, moly_decision *decision)
{
    const double sd = site_value(context->limits, "calibrator_sd");
    bool is_measured = isfinite(a->activity_bq);
    double moved_bq = is_measured ? a->activity_bq : m->predicted_bq;
    const char *nuclide = vessel_nuclide(target->record);
    decision_transfer(decision,
                      &(transfer){.from = target->node,
                                  .to = vial,
                                  .at = context->at,
                                  .nuclide = nuclide,
                                  .activity_bq = moved_bq,
                                  .sd_bq = is_measured ? moved_bq * sd : m->predicted_sd_bq,
                                  .predicted_bq = m->predicted_bq,
                                  .predicted_sd_bq = m->predicted_sd_bq,
                                  .is_measured = is_measured});
    if (isfinite(a->exhaust_bq) && a->exhaust_bq > 0.0) {
        decision_transfer(decision, &(transfer){.from = target->node,
                                                .to = "outside/exhaust air",
                                                .at = context->at,
                                                .nuclide = nuclide,
                                                .activity_bq = a->exhaust_bq,
                                                /* flow and sampling of the stack, site policy */
                                                .sd_bq = 0.3 * a->exhaust_bq,
                                                .is_measured = true});
    }
}

static void flag_deviation(const moly_act_context *context, const struct process_args *a,
                           const made *m, moly_decision *decision)
{
    double sd_bq =
        hypot(m->predicted_sd_bq, a->activity_bq * site_value(context->limits, "calibrator_sd"));
    double sigmas = (a->activity_bq - m->predicted_bq) / sd_bq;
    if (fabs(sigmas) > 2.0) {
        decision_warn(decision, "R-21",
                      "%s in the vial, %s of the target's activity, where %s is usual (%+.1f "
                      "standard deviations): look for what stayed in the target, the lines and the "
                      "cartridges",
                      say_activity(context, a->activity_bq),
                      say_percent(context, a->activity_bq / m->target_bq),
                      say_percent(context, a->yield), sigmas);
    }
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    struct process_args filled = *(const struct process_args *)args;
    const struct process_args *a = &filled;
    const product *p = product_at(a->product);
    vessel target;
    measured how;
    made m = {0};
    const char *id = NULL;
    moly_status status = vessel_find(context, "target", a->target, &target, err);
    if (!status) {
        status = measured_activity(context, &a->measured, p->nuclide, a->activity_bq, a->volume_ml,
                                   &how, err);
        filled.activity_bq = how.activity_bq;
    }
    if (!status) {
        status = check(context, a, &target, p, err);
    }
    if (!status) {
        status = predict(context, a, &target, &m, err);
    }
    if (!status && !(m.target_bq > 0.0)) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "the books have no %s in target %s", p->nuclide,
                           target.id);
    }
    if (!status) {
        status = act_new_id(context, "vial", "VIA", a->id, &id, err);
    }
    if (status) {
        return status;
    }
    const char *vial = act_node(context, "vial", id);
    record_vial(context, a, id, &target, p, &m, decision);
    post(context, a, &target, vial, &m, decision);
    decision_link(decision, vial, target.node, "made of");
    if (isfinite(a->activity_bq)) {
        flag_deviation(context, a, &m, decision);
    }
    decision_measured(context, &how, vial, decision);
    return MOLY_OK;
}

const moly_act production_process = {
    .declaration =
        {.name = "production.process",
         .summary = "Make a radiopharmaceutical of an irradiated target",
         .description =
             "Synthesis or purification, from the target to the vial. The yield is corrected for "
             "decay: activity in the vial over the target's at the same instant. What is measured "
             "is held against the usual yield; the rest stays in the target's account until it is "
             "discarded (safety.discard). The vial is tested and released like others.",
         .example = "moly act production.process"
                    " --db sqlite:moly.db"
                    " --as technologist"
                    " --target TGT-000007"
                    " --product fludeoxyglucose"
                    " --start 2026-11-23T02:10Z"
                    " --at 2026-11-23T02:40Z"
                    " --yield '60 %'"
                    " --activity '40 GBq'"
                    " --volume '18 mL'",
         ACT_PARAMS(params),
         .args_size = sizeof(struct process_args)},
    .roles = HOT_LAB,
    .rules = "R-13 R-14 R-21 R-24 R-28 R-30 R-31",
    .subject_kind = "vial",
    .decide = decide,
};

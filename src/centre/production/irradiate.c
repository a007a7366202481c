/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "bombardment.h"
#include "instruments/measured.h"
#include "vessel.h"

struct irradiate_args {
    const char *cyclotron, *material, *lot, *id, *note;
    int beam, product;
    double energy_kev, exit_energy_kev, current_a, charge_c, current_rel_sd, activity_bq;
    measured_args measured;
    moly_instant start, at;
};

static const moly_param params[] = {
    {.name = "cyclotron",
     MOLY_TEXT(struct irradiate_args, cyclotron),
     .is_required = true,
     .max = 100.0,
     .help = "machine whose beam it was"},
    {.name = "material",
     MOLY_TEXT(struct irradiate_args, material),
     .is_required = true,
     .max = 400.0,
     .pattern_hint = "MATERIAL",
     .help = "what was struck: 100Mo, H2O{18O:0.98,16O:0.02}; atom fractions in braces"},
    {.name = "lot",
     MOLY_TEXT(struct irradiate_args, lot),
     .is_required = true,
     .max = 100.0,
     .help = "batch of that material"},
    {.name = "product",
     MOLY_CHOICE(struct irradiate_args, product),
     .choices = physics_handled,
     .is_required = true,
     .help = "nuclide that it was done for"},
    {.name = "beam",
     MOLY_CHOICE(struct irradiate_args, beam),
     .choices = bombardment_beams,
     .fallback = "p",
     .help = "particle: proton, deuteron, helion or alpha"},
    {.name = "energy",
     .letter = 'e',
     MOLY_F64(struct irradiate_args, energy_kev),
     .dim = MOLY_DIM_ENERGY,
     .min = 100.0,
     .max = 2e5,
     .is_required = true,
     .help = "energy on the material, behind the windows"},
    {.name = "exit-energy",
     .letter = 'x',
     MOLY_F64(struct irradiate_args, exit_energy_kev),
     .dim = MOLY_DIM_ENERGY,
     .min = 0.0,
     .max = 2e5,
     .help = "energy behind it; without it the material stops the beam"},
    {.name = "current",
     .letter = 'i',
     MOLY_F64(struct irradiate_args, current_a),
     .dim = MOLY_DIM_CURRENT,
     .min = 1e-12,
     .max = 0.01,
     .help = "mean current on the material; or give the charge"},
    {.name = "charge",
     MOLY_F64(struct irradiate_args, charge_c),
     .dim = MOLY_DIM_CHARGE,
     .min = 1e-9,
     .max = 1e4,
     .help = "charge that was collected; or give the current"},
    {.name = "current-uncertainty",
     MOLY_F64(struct irradiate_args, current_rel_sd),
     .dim = MOLY_DIM_FRACTION,
     .min = 0.0,
     .max = 0.5,
     .fallback = "3 %",
     .help = "relative standard uncertainty of the one or the other"},
    {.name = "start",
     MOLY_INSTANT(struct irradiate_args, start),
     .is_required = true,
     .help = "when the beam began"},
    {.name = "at",
     MOLY_INSTANT(struct irradiate_args, at),
     .fallback = "now",
     .help = "when the beam ended, if not just now"},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct irradiate_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1e3,
     .max = 1e15,
     .help = "activity of the product measured at the end of the beam, where it was"},
    ACT_MEASURED(struct irradiate_args),
    ACT_ID(struct irradiate_args, "target"),
    ACT_NOTE(struct irradiate_args),
};

/* Longer than any bombardment for medicine: a wrong day, more likely. */
static const double longest_s = 31.0 * 86400.0;

static moly_status read_beam(const moly_act_context *context, const struct irradiate_args *a,
                             bombardment *b, moly_error *err)
{
    *b = (bombardment){.beam = a->beam,
                       .material = a->material,
                       .product = physics_handled[a->product],
                       .energy_kev = a->energy_kev,
                       .exit_energy_kev = a->exit_energy_kev,
                       .current_rel_sd = a->current_rel_sd,
                       .duration_s = moly_instant_difference_s(a->start, context->at)};
    if (!(b->duration_s > 0.0)) {
        return MOLY_REFUSE(err, "R-13", "the beam ended at %s, which is not after it began at %s",
                           say_time(context, context->at), say_time(context, a->start));
    }
    if (b->duration_s > longest_s) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "start: the beam ran for %.0f days, at most %.0f",
                         b->duration_s / 86400.0, longest_s / 86400.0);
    }
    if (isfinite(a->current_a) == isfinite(a->charge_c)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "give the current or the charge, one of them");
    }
    b->current_a = isfinite(a->current_a) ? a->current_a : a->charge_c / b->duration_s;
    return MOLY_OK;
}

static void flag_deviation(const moly_act_context *context, const bombardment_yield *y,
                           double measured_bq, moly_decision *decision)
{
    double sd_bq = hypot(y->sd_bq, measured_bq * site_value(context->limits, "calibrator_sd"));
    double sigmas = (measured_bq - y->product_bq) / sd_bq;
    if (fabs(sigmas) > 2.0) {
        decision_warn(decision, "R-21",
                      "%s measured at the end of the beam, %s predicted (%+.1f %%, %+.1f standard "
                      "deviations of both): check the current, the energy, the target's filling "
                      "and its enrichment",
                      say_activity(context, measured_bq), say_activity(context, y->product_bq),
                      100.0 * (measured_bq / y->product_bq - 1.0), sigmas);
    }
}

static void record(const moly_act_context *context, const struct irradiate_args *a, const char *id,
                   const bombardment *b, bombardment_yield *y, moly_decision *decision)
{
    decision_subject(decision, "target", id);
    decision_record(decision, "target", id);
    decision_text(decision, "state", "bombarded");
    decision_instant(decision, "at", context->at);
    decision_instant(decision, "started", a->start);
    decision_text(decision, "cyclotron", a->cyclotron);
    decision_text(decision, "source", act_node(context, "outside", a->cyclotron));
    decision_text(decision, "material", a->material);
    decision_text(decision, "lot", a->lot);
    decision_text(decision, "nuclide", b->product);
    decision_text(decision, "beam", bombardment_beams[b->beam]);
    decision_number(decision, "energy_mev", 1e-3 * b->energy_kev);
    decision_number(decision, "current_a", b->current_a);
    decision_number(decision, "charge_coulomb", b->current_a * b->duration_s);
    decision_number(decision, "activity_bq",
                    isfinite(a->activity_bq) ? a->activity_bq : y->product_bq);
    decision_number(decision, "predicted_bq", y->product_bq);
    decision_number(decision, "predicted_sd_bq", y->sd_bq);
    decision_json(decision, "others", y->others);
    decision_text(decision, "made_by", context->performer->user);
    decision_member(decision, "computation", y->computation);
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    struct irradiate_args filled = *(const struct irradiate_args *)args;
    const struct irradiate_args *a = &filled;
    bombardment b;
    bombardment_yield y = {0};
    measured m;
    const char *id = NULL;
    moly_status status = read_beam(context, a, &b, err);
    if (!status) {
        status = measured_activity(context, &a->measured, b.product, a->activity_bq, NAN, &m, err);
        filled.activity_bq = m.activity_bq;
    }
    if (!status) {
        status = act_new_id(context, "target", "TGT", a->id, &id, err);
    }
    if (!status) {
        status = bombardment_predict(context, &b, &y, err);
    }
    if (status) {
        return status;
    }
    bool is_measured = isfinite(a->activity_bq);
    double moved_bq = is_measured ? a->activity_bq : y.product_bq;
    record(context, a, id, &b, &y, decision);
    decision_transfer(
        decision,
        &(transfer){.from = act_node(context, "outside", a->cyclotron),
                    .to = act_node(context, "target", id),
                    .at = context->at,
                    .nuclide = b.product,
                    .activity_bq = moved_bq,
                    .sd_bq = is_measured ? moved_bq * site_value(context->limits, "calibrator_sd")
                                         : y.sd_bq,
                    .predicted_bq = y.product_bq,
                    .predicted_sd_bq = y.sd_bq,
                    .is_measured = is_measured});
    if (is_measured) {
        flag_deviation(context, &y, a->activity_bq, decision);
    }
    decision_measured(context, &m, act_node(context, "target", id), decision);
    return MOLY_OK;
}

const moly_act production_irradiate = {
    .declaration =
        {.name = "production.irradiate",
         .summary = "Record a bombardment: what the cyclotron made in a target",
         .description =
             "The activity at the end of the beam is predicted from the excitation functions, the "
             "material, energy, current and time, with its uncertainty; what is measured is held "
             "against it. The event keeps the curve's source, what else is made, and what no "
             "curve tells of.",
         .example = "moly act production.irradiate"
                    " --db sqlite:moly.db"
                    " --as technologist"
                    " --cyclotron C18"
                    " --material 'H2O{18O:0.98,16O:0.02}'"
                    " --lot W-2211"
                    " --product F-18"
                    " --energy '16.5 MeV'"
                    " --current '40 uA'"
                    " --start 2026-11-23T00:30Z"
                    " --at 2026-11-23T02:00Z",
         ACT_PARAMS(params),
         .args_size = sizeof(struct irradiate_args)},
    .roles = HOT_LAB | MOLY_ROLE_PHYSICIST,
    .rules = "R-13 R-14 R-21 R-28 R-31",
    .subject_kind = "target",
    .decide = decide,
};

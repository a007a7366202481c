/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "vessel.h"

struct breakthrough_args {
    const char *eluate, *note;
    double molybdenum_bq, technetium_bq, aluminium_ug_per_ml;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "eluate",
     MOLY_TEXT(struct breakthrough_args, eluate),
     .record = "eluate",
     .is_required = true,
     .help = "eluate that is tested"},
    {.name = "molybdenum",
     MOLY_F64(struct breakthrough_args, molybdenum_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 0.0,
     .max = 1e10,
     .is_required = true,
     .help = "Mo-99 in the whole eluate, corrected for the shield"},
    {.name = "technetium",
     MOLY_F64(struct breakthrough_args, technetium_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1e6,
     .max = 1e12,
     .help = "Tc-99m at the same time; without it the eluate's activity is decayed"},
    {.name = "aluminium",
     MOLY_F64(struct breakthrough_args, aluminium_ug_per_ml),
     .dim = MOLY_DIM_NONE,
     .min = 0.0,
     .max = 1000.0,
     .help = "aluminium, ug/mL, where it was tested"},
    ACT_AT(struct breakthrough_args),
    ACT_NOTE(struct breakthrough_args),
};

/* a result stands; it is investigated or corrected, not silently replaced. */
static moly_status check(const moly_act_context *context, const vessel *eluate, moly_error *err)
{
    if (!record_is(eluate->record, "state", "untested")) {
        return MOLY_REFUSE(err, "R-13",
                           "eluate %s is %s already; a wrong entry is corrected (centre.correct)",
                           eluate->id, say(context, record_text(eluate->record, "state")));
    }
    return rule_in_order(context, record_instant(eluate->record, "at"), "it was eluted", err);
}

static moly_status technetium(const moly_act_context *context, const struct breakthrough_args *a,
                              const vessel *eluate, double *activity_bq, moly_error *err)
{
    const moly_nuclide *nuclide = NULL;
    moly_status status = physics_nuclide(TC99M, &nuclide, err);
    if (!status) {
        *activity_bq =
            isfinite(a->technetium_bq)
                ? a->technetium_bq
                : physics_decayed_bq(nuclide, record_number(eluate->record, "activity_bq"),
                                     record_instant(eluate->record, "at"), context->at);
    }
    return status;
}

static bool judge(const moly_act_context *context, const struct breakthrough_args *a, double ratio,
                  moly_decision *decision)
{
    const site_limit *molybdenum = site_limit_of(context->limits, "molybdenum_bq_per_bq");
    const site_limit *aluminium = site_limit_of(context->limits, "aluminium_ug_per_ml");
    bool is_good = true;
    if (ratio > molybdenum->value) {
        is_good = false;
        decision_warn(decision, "R-22",
                      "%.3g Bq of Mo-99 per Bq of Tc-99m, limit %.3g (%s): the eluate must not be "
                      "used; quarantine the generator and ask the supplier",
                      ratio, molybdenum->value, molybdenum->source);
    }
    if (isfinite(a->aluminium_ug_per_ml) && a->aluminium_ug_per_ml > aluminium->value) {
        is_good = false;
        decision_warn(decision, "R-21",
                      "%.3g ug/mL of aluminium, limit %.3g (%s): the eluate must not be used",
                      a->aluminium_ug_per_ml, aluminium->value, aluminium->source);
    }
    return is_good;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct breakthrough_args *a = args;
    vessel eluate;
    double tc_bq = 0.0;
    moly_instant until = MOLY_INSTANT_NONE;
    moly_status status = vessel_find(context, "eluate", a->eluate, &eluate, err);
    if (!status) {
        status = check(context, &eluate, err);
    }
    if (!status) {
        status = technetium(context, a, &eluate, &tc_bq, err);
    }
    double ratio = a->molybdenum_bq / tc_bq;
    if (!status) {
        status = physics_molybdenum_until(
            ratio, context->at, site_value(context->limits, "molybdenum_bq_per_bq"), &until, err);
    }
    if (status) {
        return status;
    }
    bool is_good = judge(context, a, ratio, decision);
    expiry ends = {record_instant(eluate.record, "expiry"),
                   record_text(eluate.record, "expiry_by")};
    expiry_limit(&ends, until, "Mo-99 limit");
    if (a->molybdenum_bq > 0.0) {
        decision_transfer(decision, &(transfer){.from = record_text(eluate.record, "source"),
                                                .to = eluate.node,
                                                .at = context->at,
                                                .nuclide = MO99,
                                                .activity_bq = a->molybdenum_bq,
                                                /* through a lead shield, with its factor */
                                                .sd_bq = 0.2 * a->molybdenum_bq,
                                                .is_measured = true});
    }
    decision_subject(decision, "eluate", eluate.id);
    decision_record(decision, "eluate", eluate.id);
    decision_text(decision, "state", is_good ? "tested" : "out of specification");
    decision_number(decision, "molybdenum_ratio", ratio);
    decision_instant(decision, "molybdenum_at", context->at);
    decision_instant(decision, "molybdenum_until", until);
    decision_number(decision, "molybdenum_limit",
                    site_value(context->limits, "molybdenum_bq_per_bq"));
    decision_text(decision, "molybdenum_limit_source",
                  site_limit_of(context->limits, "molybdenum_bq_per_bq")->source);
    decision_number(decision, "aluminium_ug_per_ml", a->aluminium_ug_per_ml);
    decision_expiry(decision, &ends);
    decision_text(decision, "tested_by", context->performer->user);
    return MOLY_OK;
}

const moly_act pharmacy_test_breakthrough = {
    .declaration =
        {.name = "pharmacy.test_breakthrough",
         .summary = "Test an eluate for Mo-99 (and aluminium)",
         .description =
             "The ratio of Mo-99 to Tc-99m grows as exp((lambda_Tc - lambda_Mo) t). Each later use "
             "is checked against the country's limit at its own time; when the limit will be "
             "reached is the eluate's expiry, where that comes first.",
         .example = "moly act pharmacy.test_breakthrough"
                    " --db sqlite:moly.db"
                    " --as technologist"
                    " --eluate ELU-000004"
                    " --molybdenum '50 kBq'",
         ACT_PARAMS(params),
         .args_size = sizeof(struct breakthrough_args)},
    .roles = HOT_LAB | MOLY_ROLE_PHYSICIST,
    .rules = "R-13 R-21 R-22",
    .subject_kind = "eluate",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "instruments/measured.h"
#include "physics.h"
#include "stock/stock.h"

struct package_args {
    const char *supplier, *purchase, *number, *nuclide, *room, *instrument, *action, *id, *note;
    double activity_bq, ti, surface_sv_per_h, metre_sv_per_h, wipe_bq_per_cm2;
    int category;
    moly_instant arrived, at;
};

static const char *const categories[] = {"excepted", "I-white", "II-yellow", "III-yellow", NULL};
/* An index is rounded up to a tenth. */
static const double ti_slack = 0.1;

static const moly_param params[] = {
    {.name = "supplier",
     MOLY_TEXT(struct package_args, supplier),
     .is_required = true,
     .max = 200.0,
     .help = "who sent it"},
    {.name = "purchase",
     MOLY_TEXT(struct package_args, purchase),
     .record = "purchase",
     .max = 40.0,
     .help = "purchase that it answers"},
    {.name = "number",
     MOLY_TEXT(struct package_args, number),
     .is_required = true,
     .max = 100.0,
     .help = "number of the consignment"},
    {.name = "nuclide",
     MOLY_TEXT(struct package_args, nuclide),
     .is_required = true,
     .max = 12.0,
     .help = "nuclide on its label"},
    {.name = "activity",
     MOLY_F64(struct package_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 0.0,
     .max = 1e16,
     .is_required = true,
     .help = "activity on its label"},
    {.name = "category",
     MOLY_CHOICE(struct package_args, category),
     .choices = categories,
     .is_required = true,
     .help = "category on its label"},
    {.name = "ti",
     MOLY_F64(struct package_args, ti),
     .dim = MOLY_DIM_NONE,
     .min = 0.0,
     .max = 100.0,
     .fallback = "0",
     .help = "transport index on its label"},
    {.name = "surface",
     MOLY_F64(struct package_args, surface_sv_per_h),
     .dim = MOLY_DIM_DOSE_RATE,
     .min = 0.0,
     .max = 10.0,
     .is_required = true,
     .help = "largest dose rate at its surface"},
    {.name = "metre",
     MOLY_F64(struct package_args, metre_sv_per_h),
     .dim = MOLY_DIM_DOSE_RATE,
     .min = 0.0,
     .max = 1.0,
     .is_required = true,
     .help = "largest dose rate at 1 m"},
    {.name = "wipe",
     MOLY_F64(struct package_args, wipe_bq_per_cm2),
     .dim = MOLY_DIM_NONE,
     .min = 0.0,
     .max = 1e9,
     .is_required = true,
     .help = "removable contamination, Bq/cm2"},
    {.name = "instrument",
     MOLY_TEXT(struct package_args, instrument),
     .record = "instrument",
     .max = 40.0,
     .help = "survey meter"},
    {.name = "arrived",
     MOLY_INSTANT(struct package_args, arrived),
     .help = "when it arrived; without it, when it was surveyed"},
    {.name = "action",
     MOLY_TEXT(struct package_args, action),
     .max = 1000.0,
     .help = "what was done about what is over a limit"},
    ACT_ROOM(struct package_args, "where it was put"),
    ACT_ID(struct package_args, "package"),
    ACT_AT(struct package_args),
    ACT_NOTE(struct package_args),
};

/* What the label and SSR-6 let it have, and what was found. */
typedef struct finding {
    const char *what, *key;
    double value;
} finding;

static const char *key_of_surface(int category)
{
    static const char *const keys[] = {"excepted_surface_sv_per_h", "white_surface_sv_per_h",
                                       "yellow2_surface_sv_per_h", "yellow3_surface_sv_per_h"};
    return keys[category];
}

/* How many findings are over their limit; each is said. */
static size_t judge(const moly_act_context *context, const struct package_args *a,
                    moly_decision *decision)
{
    const finding findings[] = {
        {"dose rate at the surface / (mSv/h)", key_of_surface(a->category), a->surface_sv_per_h},
        {"dose rate at 1 m / (mSv/h)", "package_1m_sv_per_h", a->metre_sv_per_h},
        {"removable contamination / (Bq/cm2)", "package_wipe_bq_per_cm2", a->wipe_bq_per_cm2}};
    size_t n_over = 0;
    for (size_t i = 0; i < sizeof findings / sizeof findings[0]; i++) {
        const site_limit *limit = site_limit_of(context->limits, findings[i].key);
        double shown = i < 2 ? 1e3 : 1.0;
        if (findings[i].value > limit->value) {
            n_over++;
            decision_warn(decision, "R-19", "%s: %.3g, limit %.3g (%s)",
                          say(context, findings[i].what), findings[i].value * shown,
                          limit->value * shown, limit->source);
        }
    }
    /* SSR-6: the index is the dose rate at 1 m in mSv/h times 100 */
    double ti = a->metre_sv_per_h * 1e5;
    if (ti > a->ti + ti_slack) {
        n_over++;
        decision_warn(decision, "R-19", "transport index %.2g measured, %.2g on the label", ti,
                      a->ti);
    }
    return n_over;
}

static void record(const moly_act_context *context, const struct package_args *a, const char *id,
                   const char *nuclide, moly_instant arrived, moly_decision *decision)
{
    decision_subject(decision, "package", id);
    decision_record(decision, "package", id);
    decision_instant(decision, "at", context->at);
    decision_instant(decision, "arrived", arrived);
    decision_text(decision, "supplier", a->supplier);
    decision_text(decision, "purchase", a->purchase);
    decision_text(decision, "number", a->number);
    decision_text(decision, "nuclide", nuclide);
    decision_number(decision, "activity_bq", a->activity_bq);
    decision_text(decision, "category", categories[a->category]);
    decision_number(decision, "ti", a->ti);
    decision_number(decision, "surface_sv_per_h", a->surface_sv_per_h);
    decision_number(decision, "metre_sv_per_h", a->metre_sv_per_h);
    decision_number(decision, "wipe_bq_per_cm2", a->wipe_bq_per_cm2);
    decision_text(decision, "instrument", a->instrument);
    decision_text(decision, "room", a->room);
    decision_text(decision, "action", a->action);
    decision_text(decision, "received_by", context->performer->user);
}

static moly_status check(const moly_act_context *context, const struct package_args *a,
                         const char *nuclide, moly_error *err)
{
    const json_t *instrument = NULL;
    moly_status status = rule_supplier(context, a->supplier, err);
    if (!status) {
        status = rule_licence(context, a->room, nuclide, a->activity_bq, err);
    }
    if (!status && a->instrument) {
        status = act_record(context, "instrument", a->instrument, &instrument, err);
    }
    return !status && instrument ? rule_instrument(context, instrument, err) : status;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct package_args *a = args;
    const moly_nuclide *nuclide = NULL;
    const json_t *purchase = NULL;
    const char *id = NULL;
    moly_instant arrived = moly_instant_is_none(a->arrived) ? context->at : a->arrived;
    moly_status status = physics_nuclide(a->nuclide, &nuclide, err);
    if (!status) {
        status = rule_in_order(context, arrived, "it arrived", err);
    }
    if (!status && a->purchase) {
        status = act_record(context, "purchase", a->purchase, &purchase, err);
    }
    if (!status) {
        status = check(context, a, nuclide->name, err);
    }
    if (!status) {
        status = act_new_id(context, "package", "PKG", a->id, &id, err);
    }
    if (status) {
        return status;
    }
    record(context, a, id, nuclide->name, arrived, decision);
    size_t n_over = judge(context, a, decision);
    decision_text(decision, "state", n_over > 0 ? "over a limit" : "received");
    double waited_s = moly_instant_difference_s(arrived, context->at);
    const site_limit *limit = site_limit_of(context->limits, "package_survey_s");
    if (waited_s > limit->value) {
        decision_json(decision, "is_late", json_true());
        decision_warn(decision, "R-19", "surveyed %.1f h after it arrived, limit %.1f h (%s)",
                      waited_s / 3600.0, limit->value / 3600.0, limit->source);
    }
    if (purchase) {
        decision_record(decision, "purchase", a->purchase);
        decision_text(decision, "state", "arrived");
        decision_link(decision, act_node(context, "package", id),
                      act_node(context, "purchase", a->purchase), "answers");
    }
    bool is_settled = a->action && strspn(a->action, " \t\r\n") != strlen(a->action);
    if (n_over > 0 && !is_settled) {
        return MOLY_REFUSE(err, "R-19",
                           "the package is over %zu limits: keep it apart, tell the "
                           "supplier and whom the country asks for, and say what was "
                           "done (action)",
                           n_over);
    }
    return MOLY_OK;
}

const moly_act stock_receive_package = {
    .declaration =
        {.name = "stock.receive_package",
         .summary = "Receive a package and survey it",
         .description =
             "Dose rates, wipe and transport index against the limits; what is over one needs an "
             "action. A survey later than the limit (3 h) is flagged.",
         .example = "moly act stock.receive_package"
                    " --db sqlite:moly.db"
                    " --as technologist"
                    " --supplier Isotope"
                    " --number 24-1198"
                    " --nuclide Mo-99"
                    " --activity '20 GBq'"
                    " --category II-yellow"
                    " --ti 0.6"
                    " --surface '210 uSv/h'"
                    " --metre '5.2 uSv/h'"
                    " --wipe 0.3",
         ACT_PARAMS(params),
         .args_size = sizeof(struct package_args)},
    .roles = HOT_LAB | MOLY_ROLE_PHYSICIST,
    .rules = "R-19 R-20 R-28 R-54",
    .subject_kind = "package",
    .decide = decide,
};

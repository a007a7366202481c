/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "instruments/measured.h"
#include "vessel.h"

struct label_kit_args {
    const char *lot, *eluate, *id, *note;
    double volume_ml, saline_ml, activity_bq;
    measured_args measured;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "lot",
     MOLY_TEXT(struct label_kit_args, lot),
     .record = "lot",
     .is_required = true,
     .help = "lot of the cold kit"},
    {.name = "eluate",
     MOLY_TEXT(struct label_kit_args, eluate),
     .record = "eluate",
     .is_required = true,
     .help = "eluate that labels it"},
    {.name = "volume",
     .letter = 'v',
     MOLY_F64(struct label_kit_args, volume_ml),
     .dim = MOLY_DIM_VOLUME,
     .min = 0.05,
     .max = 30.0,
     .is_required = true,
     .help = "volume of eluate put into the vial"},
    {.name = "saline",
     MOLY_F64(struct label_kit_args, saline_ml),
     .dim = MOLY_DIM_VOLUME,
     .min = 0.0,
     .max = 30.0,
     .fallback = "0 mL",
     .help = "volume of saline put into the vial beside it"},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct label_kit_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1e6,
     .max = 1e12,
     .help = "Tc-99m measured in the vial (a preview may leave it out)"},
    ACT_MEASURED(struct label_kit_args),
    ACT_CONTAINER(struct label_kit_args),
    ACT_ID(struct label_kit_args, "kit"),
    ACT_AT(struct label_kit_args),
    ACT_NOTE(struct label_kit_args),
};

static moly_status check_eluate(const moly_act_context *context, const vessel *eluate,
                                moly_error *err)
{
    if (!record_is(eluate->record, "state", "tested") &&
        !record_is(eluate->record, "state", "released")) {
        return MOLY_REFUSE(err, "R-13",
                           "eluate %s is %s; it must pass the Mo-99 test first "
                           "(pharmacy.test_breakthrough)",
                           eluate->id, say(context, record_text(eluate->record, "state")));
    }
    moly_status status = rule_in_order(context, record_instant(eluate->record, "molybdenum_at"),
                                       "it was tested", err);
    return status ? status : vessel_usable_at(context, eluate, context->at, "used to label", err);
}

/* A Ga-68 kit is not labelled with Tc-99m. */
static moly_status check_nuclide(const moly_act_context *context, const json_t *lot,
                                 const vessel *eluate, moly_error *err)
{
    const char *wanted = record_text(lot, "nuclide"), *nuclide = vessel_nuclide(eluate->record);
    if (!wanted[0] || strcmp(wanted, nuclide) == 0) {
        return MOLY_OK;
    }
    return MOLY_REFUSE(err, "R-24", "%s is labelled with %s, eluate %s is %s; take another eluate",
                       say(context, record_text(lot, "product_name")), wanted, eluate->id, nuclide);
}

static moly_status check_lot(const moly_act_context *context, const struct label_kit_args *a,
                             const json_t *lot, double activity_bq, moly_error *err)
{
    moly_status status = rule_accepted(context, lot, "lot", err);
    if (status) {
        return status;
    }
    if (!(record_number(lot, "vials_left") >= 1.0)) {
        return MOLY_REFUSE(err, "R-24", "no vial of lot %s is left", a->lot);
    }
    double max_bq = record_number(lot, "max_activity_bq");
    if (activity_bq > max_bq) {
        return MOLY_REFUSE(err, "R-24", "%s is more than the %s that a vial of %s takes (%s)",
                           say_activity(context, activity_bq), say_activity(context, max_bq),
                           say(context, record_text(lot, "product_name")),
                           record_text(lot, "limits_source"));
    }
    double total_ml = a->volume_ml + a->saline_ml;
    double min_ml = record_number(lot, "min_volume_ml"),
           max_ml = record_number(lot, "max_volume_ml");
    if (total_ml < min_ml || total_ml > max_ml) {
        return MOLY_REFUSE(
            err, "R-24", "%s in the vial, %s takes %s to %s (%s)", say_volume(context, total_ml),
            say(context, record_text(lot, "product_name")), say_volume(context, min_ml),
            say_volume(context, max_ml), record_text(lot, "limits_source"));
    }
    return MOLY_OK;
}

static bool is_immediate_use(const moly_act_context *context)
{
    return site_value(context->limits, "is_immediate_use") > 0.0;
}

/* nothing with a patient's cells is made for immediate use. */
static moly_status check_immediate_use(const moly_act_context *context, const json_t *lot,
                                       moly_error *err)
{
    if (!is_immediate_use(context) || !record_is(lot, "product", "red-cells")) {
        return MOLY_OK;
    }
    return MOLY_REFUSE(err, "R-25",
                       "%s is labelled with a patient's cells, which this site, working for "
                       "immediate use, may not (%s)",
                       say(context, record_text(lot, "product_name")),
                       site_limit_of(context->limits, "immediate_use_s")->source);
}

static void record(const moly_act_context *context, const struct label_kit_args *a, const char *id,
                   const vessel *eluate, const json_t *lot, double activity_bq,
                   moly_decision *decision)
{
    expiry ends = {0};
    expiry_limit(&ends, record_instant(lot, "expiry"), "kit lot");
    expiry_limit(&ends, record_instant(eluate->record, "expiry"),
                 record_is(eluate->record, "expiry_by", "Mo-99 limit") ? "Mo-99 limit" : "eluate");
    expiry_limit(&ends, moly_instant_add_s(context->at, record_number(lot, "use_within_s")),
                 "use after labelling");
    if (is_immediate_use(context)) {
        expiry_limit(
            &ends, moly_instant_add_s(context->at, site_value(context->limits, "immediate_use_s")),
            "immediate use");
    }
    decision_subject(decision, "kit", id);
    decision_record(decision, "kit", id);
    decision_text(decision, "state", "labelled");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "product", record_text(lot, "product"));
    decision_text(decision, "product_name", record_text(lot, "product_name"));
    decision_text(decision, "lot", a->lot);
    decision_text(decision, "eluate", eluate->id);
    decision_text(decision, "source", eluate->node);
    decision_number(decision, "activity_bq", activity_bq);
    decision_number(decision, "volume_ml", a->volume_ml + a->saline_ml);
    decision_number(decision, "volume_left_ml", a->volume_ml + a->saline_ml);
    decision_number(decision, "min_purity", record_number(lot, "min_purity"));
    decision_text(decision, "limits_source", record_text(lot, "limits_source"));
    decision_number(decision, "molybdenum_ratio",
                    record_number(eluate->record, "molybdenum_ratio"));
    decision_instant(decision, "molybdenum_at", record_instant(eluate->record, "molybdenum_at"));
    decision_expiry(decision, &ends);
    if (is_immediate_use(context)) {
        decision_json(decision, "is_immediate_use", json_true());
    }
    decision_text(decision, "made_by", context->performer->user);
    decision_record(decision, "lot", a->lot);
    decision_json(decision, "vials_left",
                  json_integer((json_int_t)record_number(lot, "vials_left") - 1));
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    struct label_kit_args filled = *(const struct label_kit_args *)args;
    const struct label_kit_args *a = &filled;
    measured m;
    vessel eluate;
    const json_t *lot = NULL;
    const char *id = NULL;
    double concentration = 0.0, predicted_bq = 0.0;
    moly_status status = vessel_find(context, "eluate", a->eluate, &eluate, err);
    if (!status) {
        status = check_eluate(context, &eluate, err);
    }
    if (!status) {
        status = act_record(context, "lot", a->lot, &lot, err);
    }
    if (!status) {
        status = check_nuclide(context, lot, &eluate, err);
    }
    if (!status) {
        status = vessel_concentration(&eluate, context->at, &concentration, err);
    }
    if (!status) {
        status = measured_activity(context, &a->measured, vessel_nuclide(eluate.record),
                                   a->activity_bq, a->volume_ml + a->saline_ml, &m, err);
        filled.activity_bq = m.activity_bq;
    }
    bool is_measured = isfinite(a->activity_bq);
    double activity_bq = is_measured ? a->activity_bq : concentration * a->volume_ml;
    if (!status) {
        status = check_lot(context, a, lot, activity_bq, err);
    }
    if (!status) {
        status = check_immediate_use(context, lot, err);
    }
    if (!status && !is_measured && !context->is_preview) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "activity is required: the Tc-99m measured");
    }
    if (!status) {
        status = act_new_id(context, "kit", "KIT", a->id, &id, err);
    }
    if (status) {
        return status;
    }
    const char *node = act_node(context, "kit", id);
    record(context, a, id, &eluate, lot, activity_bq, decision);
    decision_link(decision, node, eluate.node, "labelled with");
    decision_link(decision, node, act_node(context, "lot", a->lot), "made from");
    status = vessel_take(context, &eluate, node, a->volume_ml, a->activity_bq, decision,
                         &predicted_bq, err);
    decision_measured(context, &m, node, decision);
    return status;
}

const moly_act pharmacy_label_kit = {
    .declaration = {.name = "pharmacy.label_kit",
                    .summary = "Label a cold kit with an eluate",
                    .description =
                        "Refused over the vial's activity or volume, from an untested, expired or "
                        "impure eluate, or from a lot that was not accepted. The kit expires with "
                        "the first of: its lot, the eluate, the Mo-99 limit, the time of use after "
                        "labelling.",
                    .example = "moly act pharmacy.label_kit"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --lot LOT-000003"
                               " --eluate ELU-000003"
                               " --volume '1 mL'"
                               " --saline '4 mL'"
                               " --activity '450 MBq'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct label_kit_args)},
    .roles = HOT_LAB,
    .rules = "R-13 R-14 R-20 R-22 R-24 R-25 R-28 R-30 R-31",
    .subject_kind = "kit",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "vessel.h"

/* A reading of a syringe's scale: the last drop is not refused. */
static const double volume_slack_ml = 0.05;

moly_status vessel_find(const moly_act_context *context, const char *kind, const char *id,
                        vessel *v, moly_error *err)
{
    *v = (vessel){.kind = kind, .id = id, .node = act_node(context, kind, id)};
    return v->node ? act_record(context, kind, id, &v->record, err) : MOLY_NO_MEMORY(err);
}

moly_status vessel_choose(const moly_act_context *context, size_t n, const char *const *kinds,
                          const char *const *ids, vessel *v, moly_error *err)
{
    moly_text names = {0};
    const char *kind = NULL, *id = NULL;
    size_t n_given = 0;
    for (size_t i = 0; i < n; i++) {
        moly_text_printf(&names, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", kinds[i]);
        if (ids[i]) {
            kind = kinds[i];
            id = ids[i];
            n_given++;
        }
    }
    moly_status status = MOLY_OK;
    if (n_given != 1) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "give one of %s%s", moly_text_get(&names),
                           n_given > 1 ? ", not several" : "");
    }
    moly_text_free(&names);
    return status ? status : vessel_find(context, kind, id, v, err);
}

static moly_status check_molybdenum(const moly_act_context *context, const vessel *v,
                                    moly_instant use, const char *what, moly_error *err)
{
    double ratio = record_number(v->record, "molybdenum_ratio");
    if (!isfinite(ratio)) {
        return MOLY_OK;
    }
    const site_limit *limit = site_limit_of(context->limits, "molybdenum_bq_per_bq");
    double then = 0.0;
    moly_status status = physics_molybdenum_ratio(ratio, record_instant(v->record, "molybdenum_at"),
                                                  use, &then, err);
    if (!status && then > limit->value) {
        status =
            MOLY_REFUSE(err, "R-22",
                        "%s %s holds %.3g Bq of Mo-99 per Bq of Tc-99m at %s, limit %.3g (%s); "
                        "it cannot be %s then: use a fresh eluate",
                        say(context, v->kind), v->id, then, say_time(context, use), limit->value,
                        limit->source, say(context, what));
    }
    return status;
}

moly_status vessel_usable_at(const moly_act_context *context, const vessel *v, moly_instant use,
                             const char *what, moly_error *err)
{
    moly_status status = check_molybdenum(context, v, use, what, err);
    moly_instant ends = record_instant(v->record, "expiry");
    if (!status && !moly_instant_is_none(ends) && use.us > ends.us) {
        status = MOLY_REFUSE(err, "R-24",
                             "%s %s expires at %s (limit: %s), so it cannot be %s at %s; use a "
                             "fresh one",
                             say(context, v->kind), v->id, say_time(context, ends),
                             say(context, record_text(v->record, "expiry_by")), say(context, what),
                             say_time(context, use));
    }
    return status;
}

moly_status vessel_released(const moly_act_context *context, const vessel *v, moly_error *err)
{
    if (record_is(v->record, "state", "released")) {
        return rule_in_order(context, record_instant(v->record, "released_at"), "it was released",
                             err);
    }
    return MOLY_REFUSE(err, "R-13", "%s %s is %s; it must be tested and released first",
                       say(context, v->kind), v->id, say(context, record_text(v->record, "state")));
}

const char *vessel_nuclide(const json_t *record)
{
    const char *nuclide = record_text(record, "nuclide");
    return nuclide[0] ? nuclide : TC99M;
}

moly_status vessel_concentration(const vessel *v, moly_instant at, double *concentration_bq_per_ml,
                                 moly_error *err)
{
    const moly_nuclide *nuclide = NULL;
    moly_status status = physics_nuclide(vessel_nuclide(v->record), &nuclide, err);
    if (status) {
        return status;
    }
    double activity_bq = record_number(v->record, "activity_bq");
    double volume_ml = record_number(v->record, "volume_ml");
    if (!(activity_bq > 0.0) || !(volume_ml > 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s %s has no measured activity and volume", v->kind,
                         v->id);
    }
    *concentration_bq_per_ml =
        physics_decayed_bq(nuclide, activity_bq, record_instant(v->record, "at"), at) / volume_ml;
    return MOLY_OK;
}

/* A share of the other nuclides that the books have goes along; they are not measured again. */
static moly_status take_others(const moly_act_context *context, const char *from, const char *to,
                               const char *but, double share, moly_decision *decision,
                               moly_error *err)
{
    double book_bq[PHYSICS_N_HANDLED], sd_bq[PHYSICS_N_HANDLED];
    moly_status status = moly_ledger_activities(context->reader, from, physics_handled, context->at,
                                                book_bq, sd_bq, err);
    for (size_t i = 0; i < PHYSICS_N_HANDLED && !status; i++) {
        if (strcmp(physics_handled[i], but) != 0 && book_bq[i] > 0.0) {
            decision_transfer(decision, &(transfer){.from = from,
                                                    .to = to,
                                                    .at = context->at,
                                                    .nuclide = physics_handled[i],
                                                    .activity_bq = book_bq[i] * share,
                                                    .sd_bq = sd_bq[i] * share,
                                                    .share = share});
        }
    }
    return status;
}

moly_status vessel_take(const moly_act_context *context, const vessel *from, const char *to,
                        double volume_ml, double measured_bq, moly_decision *decision,
                        double *predicted_bq, moly_error *err)
{
    double left_ml = record_number(from->record, "volume_left_ml");
    double concentration = 0.0;
    if (!(volume_ml <= left_ml + volume_slack_ml)) {
        return MOLY_REFUSE(err, "R-24", "%s are wanted, %s %s holds %s",
                           say_volume(context, volume_ml), say(context, from->kind), from->id,
                           say_volume(context, left_ml));
    }
    moly_status status = vessel_concentration(from, context->at, &concentration, err);
    if (!status) {
        double share = left_ml > volume_ml ? volume_ml / left_ml : 1.0;
        status = take_others(context, from->node, to, vessel_nuclide(from->record), share, decision,
                             err);
    }
    if (status) {
        return status;
    }
    const site_data *limits = context->limits;
    *predicted_bq = concentration * volume_ml;
    bool is_measured = isfinite(measured_bq);
    decision_transfer(
        decision,
        &(transfer){.from = from->node,
                    .to = to,
                    .at = context->at,
                    .nuclide = vessel_nuclide(from->record),
                    .activity_bq = is_measured ? measured_bq : *predicted_bq,
                    .sd_bq = (is_measured ? measured_bq : *predicted_bq) *
                             site_value(limits, "calibrator_sd"),
                    .predicted_bq = *predicted_bq,
                    .predicted_sd_bq = *predicted_bq * hypot(site_value(limits, "calibrator_sd"),
                                                             site_value(limits, "volume_sd")),
                    .is_measured = is_measured});
    decision_record(decision, from->kind, from->id);
    decision_number(decision, "volume_left_ml", left_ml > volume_ml ? left_ml - volume_ml : 0.0);
    return MOLY_OK;
}

moly_status vessel_move_all(const moly_act_context *context, const char *from, const char *to,
                            const char *nuclide, double measured_bq, moly_decision *decision,
                            double *moved_out_bq, moly_error *err)
{
    double book_bq = 0.0, sd_bq = 0.0;
    moly_status status = act_activity(context, from, nuclide, context->at, &book_bq, &sd_bq, err);
    if (!status) {
        status = take_others(context, from, to, nuclide, 1.0, decision, err);
    }
    if (status) {
        return status;
    }
    bool is_measured = isfinite(measured_bq);
    double moved_bq = is_measured ? measured_bq : book_bq;
    if (moved_bq > 0.0) {
        transfer entry = {
            .from = from,
            .to = to,
            .at = context->at,
            .nuclide = nuclide,
            .activity_bq = moved_bq,
            .sd_bq = is_measured ? moved_bq * site_value(context->limits, "calibrator_sd") : sd_bq,
            .is_measured = is_measured,
            .share = is_measured ? 0.0 : 1.0};
        if (is_measured) {
            entry.predicted_bq = book_bq;
            entry.predicted_sd_bq = sd_bq;
        }
        decision_transfer(decision, &entry);
    }
    if (moved_out_bq) {
        *moved_out_bq = moved_bq;
    }
    return MOLY_OK;
}

void expiry_limit(expiry *e, moly_instant at, const char *by)
{
    if (!moly_instant_is_none(at) && (!e->by || at.us < e->at.us)) {
        *e = (expiry){at, by};
    }
}

void decision_expiry(moly_decision *decision, const expiry *e)
{
    if (e->by) {
        decision_instant(decision, "expiry", e->at);
        decision_text(decision, "expiry_by", e->by);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "instruments/measured.h"
#include "safety/area.h"

#include <stdio.h>

struct survey_args {
    const char *room, *instrument, *action, *note;
    moly_f64_list x, y, dose_rate, wipe;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "room",
     MOLY_TEXT(struct survey_args, room),
     .record = "room",
     .is_required = true,
     .max = 40.0,
     .help = "room that was surveyed"},
    {.name = "instrument",
     MOLY_TEXT(struct survey_args, instrument),
     .record = "instrument",
     .is_required = true,
     .max = 40.0,
     .help = "survey meter or wipe counter; its calibration must be valid"},
    {.name = "x",
     MOLY_F64_LIST(struct survey_args, x),
     .dim = MOLY_DIM_LENGTH,
     .min = -1e6,
     .max = 1e6,
     .is_required = true,
     .help = "points on the plan, to the right, one after another"},
    {.name = "y",
     MOLY_F64_LIST(struct survey_args, y),
     .dim = MOLY_DIM_LENGTH,
     .min = -1e6,
     .max = 1e6,
     .is_required = true,
     .help = "and upwards, in their order"},
    {.name = "dose-rate",
     MOLY_F64_LIST(struct survey_args, dose_rate),
     .dim = MOLY_DIM_DOSE_RATE,
     .min = 0.0,
     .max = 100.0,
     .help = "ambient dose rate at each point"},
    {.name = "wipe",
     MOLY_F64_LIST(struct survey_args, wipe),
     .dim = MOLY_DIM_NONE,
     .min = 0.0,
     .max = 1e9,
     .help = "removable contamination at each point, Bq/cm2"},
    {.name = "action",
     MOLY_TEXT(struct survey_args, action),
     .max = 1000.0,
     .help = "what was done about what is over a limit"},
    ACT_AT(struct survey_args),
    ACT_NOTE(struct survey_args),
};

static moly_status check_points(const struct survey_args *a, const json_t *room, moly_error *err)
{
    const json_t *corners = json_object_get(room, "corners_mm");
    size_t n = a->x.n;
    if (a->y.n != n || (a->dose_rate.n && a->dose_rate.n != n) || (a->wipe.n && a->wipe.n != n)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "%zu of x, %zu of y, %zu of dose-rate, %zu of wipe: as many of each", n,
                         a->y.n, a->dose_rate.n, a->wipe.n);
    }
    if (a->dose_rate.n == 0 && a->wipe.n == 0) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "dose-rate or wipe is required: what was measured");
    }
    for (size_t i = 0; i < n && json_array_size(corners) > 0; i++) {
        if (!area_holds(corners, a->x.values[i], a->y.values[i])) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "point %zu at %.2f m, %.2f m is not in room %s",
                             i + 1, a->x.values[i] * 1e-3, a->y.values[i] * 1e-3, a->room);
        }
    }
    return MOLY_OK;
}

/* How many points are over the limit of the room's class; the highest is said. */
static size_t judge(const moly_act_context *context, const moly_f64_list *values, const char *stem,
                    const char *unit, double shown, const char *area, moly_decision *decision)
{
    char key[80];
    size_t n_over = 0, worst = 0;
    (void)snprintf(key, sizeof key, stem, area);
    const site_limit *limit = site_limit_find(context->limits, key);
    for (size_t i = 0; i < values->n && limit; i++) {
        n_over += values->values[i] > limit->value;
        worst = values->values[i] > values->values[worst] ? i : worst;
    }
    if (n_over > 0) {
        decision_warn(decision, "R-56",
                      "%zu points are over %.3g %s, the most %.3g at point %zu (%s)", n_over,
                      limit->value * shown, unit, values->values[worst] * shown, worst + 1,
                      limit->source);
    }
    return n_over;
}

static json_t *list_of(const moly_f64_list *values)
{
    json_t *list = values->n ? json_array() : NULL;
    for (size_t i = 0; list && i < values->n; i++) {
        if (json_array_append_new(list, moly_json_real(values->values[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct survey_args *a = args;
    const json_t *room = NULL, *instrument = NULL;
    const char *id = NULL;
    moly_status status = act_record(context, "room", a->room, &room, err);
    if (!status) {
        status = act_record(context, "instrument", a->instrument, &instrument, err);
    }
    if (!status) {
        status = rule_instrument(context, instrument, err);
    }
    if (!status && !record_text(instrument, "calibration_due")[0]) {
        status = MOLY_REFUSE(err, "R-56",
                             "%s was never calibrated; record its calibration first "
                             "(instrument.calibrate)",
                             a->instrument);
    }
    if (!status) {
        status = check_points(a, room, err);
    }
    if (!status) {
        status = act_new_id(context, "survey", "SUR", NULL, &id, err);
    }
    if (status) {
        return status;
    }
    const char *area = record_text(room, "area");
    area = area[0] ? area : area_classes[0];
    size_t n_over =
        judge(context, &a->dose_rate, "survey_%s_sv_per_h", "uSv/h", 1e6, area, decision);
    n_over += judge(context, &a->wipe, "surface_%s_bq_per_cm2", "Bq/cm2", 1.0, area, decision);
    if (n_over > 0 && !a->action) {
        return MOLY_REFUSE(err, "R-56",
                           "%zu points are over a limit: clean up and measure again, or say in "
                           "'action' what was done",
                           n_over);
    }
    decision_subject(decision, "survey", id);
    decision_record(decision, "survey", id);
    decision_text(decision, "state", n_over > 0 ? "over a limit" : "within limits");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "owner", a->room);
    decision_text(decision, "room", a->room);
    decision_text(decision, "area", area);
    decision_text(decision, "instrument", a->instrument);
    decision_text(decision, "calibration", record_text(instrument, "certificate"));
    decision_json(decision, "points_mm", area_points(&a->x, &a->y));
    if (a->dose_rate.n > 0) {
        decision_json(decision, "dose_rates_sv_per_h", list_of(&a->dose_rate));
    }
    if (a->wipe.n > 0) {
        decision_json(decision, "wipes_bq_per_cm2", list_of(&a->wipe));
    }
    decision_text(decision, "action", a->action);
    decision_text(decision, "made_by", context->performer->user);
    decision_link(decision, act_node(context, "survey", id), act_node(context, "room", a->room),
                  "survey of");
    decision_record(decision, "room", a->room);
    decision_text(decision, "survey", id);
    decision_instant(
        decision, "survey_due",
        moly_instant_add_s(context->at, site_value(context->limits, "survey_interval_s")));
    return MOLY_OK;
}

const moly_act safety_survey = {
    .declaration = {.name = "safety.survey",
                    .summary = "Survey a room: dose rates and wipes at points of the plan",
                    .description =
                        "Each point is judged by the limits of the area's class. What is over one "
                        "needs an action; the instrument's calibration must be valid at the time.",
                    .example = "moly act safety.survey"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --room ROOM-000001"
                               " --instrument INS-000001"
                               " --x '1 m' --x '2 m'"
                               " --y '1 m' --y '1.5 m'"
                               " --dose-rate '2 uSv/h' --dose-rate '4.5 uSv/h'"
                               " --wipe 0.2 --wipe 1.1",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct survey_args)},
    .roles = HOT_LAB | MOLY_ROLE_PHYSICIST,
    .rules = "R-28 R-56",
    .subject_kind = "survey",
    .decide = decide,
};

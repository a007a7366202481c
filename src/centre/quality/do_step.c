/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "instruments/measured.h"
#include "quality/quality.h"

struct step_args {
    const char *batch, *target, *file, *note;
    int64_t step;
    moly_text_list lots, equipment;
    moly_f64_list amounts;
    json_t *results;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "batch",
     MOLY_TEXT(struct step_args, batch),
     .record = "batch",
     .is_required = true,
     .help = "batch that is made"},
    {.name = "step",
     MOLY_I64(struct step_args, step),
     .min = 1.0,
     .max = 99.0,
     .is_required = true,
     .help = "number of the step, as the master record has them"},
    {.name = "lots",
     MOLY_TEXT_LIST(struct step_args, lots),
     .record = "lot",
     .help = "materials, scanned, in the order of the master record"},
    {.name = "amounts",
     MOLY_F64_LIST(struct step_args, amounts),
     .help = "what was taken of each, in the master record's units; without it what that says"},
    {.name = "equipment",
     MOLY_TEXT_LIST(struct step_args, equipment),
     .record = "instrument",
     .help = "equipment, scanned, in the order of the master record"},
    {.name = "target",
     MOLY_TEXT(struct step_args, target),
     .record = "target",
     .help = "irradiated target, of a step that is an irradiation"},
    {.name = "results",
     MOLY_JSON(struct step_args, results),
     .help = "in-process checks by their names, '{\"pressure\":1.8,\"clear\":true}'"},
    {.name = "file",
     MOLY_TEXT(struct step_args, file),
     .pattern_hint = "FILE",
     .help = "data file of the synthesis module or another instrument, kept with its hash"},
    ACT_AT(struct step_args),
    ACT_NOTE(struct step_args),
};

typedef struct step {
    const struct step_args *a;
    const json_t *batch, *plan; /* of the master record */
    const json_t *target;
    const char *id, *checked_by;
    json_t *materials, *checks; /* owned */
    size_t n_outside;
} step;

/* ---- who ---------------------------------------------------------------------------------------
 */

static moly_status check_person(const moly_act_context *context, const char *user,
                                const json_t *topics, moly_error *err)
{
    const json_t *person = NULL, *topic;
    size_t i;
    moly_status status = act_record(context, "person", user, &person, err);
    json_array_foreach(topics, i, topic)
    {
        status = status ? status
                        : rule_trained(context, person, json_string_value(topic), context->at, err);
    }
    return status ? status : rule_trained(context, person, NULL, context->at, err);
}

static moly_status check_who(const moly_act_context *context, step *s, moly_error *err)
{
    const moly_performer *who = context->performer;
    const json_t *topics = json_object_get(s->plan, "training");
    moly_status status = check_person(context, who->user, topics, err);
    if (status || context->is_preview ||
        !(who->second || json_is_true(json_object_get(s->plan, "second")))) {
        return status;
    }
    s->checked_by = who->second ? moly_identity_user(who->second) : NULL;
    if (!s->checked_by || strcmp(s->checked_by, who->user) == 0) {
        return MOLY_REFUSE(err, "R-42",
                           "step %lld of %s is checked by a second person, who enters a password "
                           "too",
                           (long long)s->a->step, s->a->batch);
    }
    return check_person(context, s->checked_by, topics, err);
}

/* ---- with what ---------------------------------------------------------------------------------
 */

static bool is_material(const json_t *lot, const char *name)
{
    return record_is(lot, "product", name) || record_is(lot, "material", name);
}

static moly_status take_lot(const moly_act_context *context, step *s, size_t i,
                            const json_t *planned, moly_error *err)
{
    const json_t *lot = NULL;
    const char *id = s->a->lots.values[i], *name = record_text(planned, "material"),
               *unit = record_text(planned, "unit");
    double amount =
        i < s->a->amounts.n ? s->a->amounts.values[i] : record_number(planned, "amount");
    moly_status status = act_record(context, "lot", id, &lot, err);
    if (!status && !is_material(lot, name)) {
        status = MOLY_REFUSE(err, "R-42", "lot %s is %s; step %lld takes %s: scan another", id,
                             record_text(lot, "product"), (long long)s->a->step, name);
    }
    if (!status) {
        status = rule_accepted(context, lot, "lot", err);
    }
    double left = record_number(lot, "amount_left");
    if (!status && amount > left) {
        status = MOLY_REFUSE(err, "R-42", "%g %s of lot %s are wanted, %g %s are left", amount,
                             unit, id, left, unit);
    }
    if (status) {
        return status;
    }
    json_t *row = json_pack("{s:s, s:s, s:s, s:s}", "lot", id, "material", name, "number",
                            record_text(lot, "number"), "unit", unit);
    if (row && isfinite(amount)) {
        (void)json_object_set_new(row, "amount", moly_json_rounded(amount, 9));
    }
    if (row && isfinite(left)) {
        (void)json_object_set_new(row, "left", moly_json_rounded(left - amount, 9));
    }
    return json_array_append_new(s->materials, row) == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status take_lots(const moly_act_context *context, step *s, moly_error *err)
{
    const json_t *planned = json_object_get(s->plan, "materials"), *one;
    size_t i, n = json_array_size(planned);
    moly_status status = MOLY_OK;
    if (s->a->lots.n != n || s->a->amounts.n > n) {
        return MOLY_REFUSE(err, "R-42",
                           "step %lld takes %zu materials, %zu were scanned: scan each lot in "
                           "their order",
                           (long long)s->a->step, n, s->a->lots.n);
    }
    json_array_foreach(planned, i, one)
    {
        status = status ? status : take_lot(context, s, i, one, err);
    }
    return status;
}

static moly_status check_equipment(const moly_act_context *context, const step *s, moly_error *err)
{
    const json_t *planned = json_object_get(s->plan, "equipment"), *one;
    size_t i, n = json_array_size(planned);
    moly_status status = MOLY_OK;
    if (s->a->equipment.n != n) {
        return MOLY_REFUSE(err, "R-42", "step %lld uses %zu pieces of equipment, %zu were scanned",
                           (long long)s->a->step, n, s->a->equipment.n);
    }
    json_array_foreach(planned, i, one)
    {
        const char *id = s->a->equipment.values[i], *wanted = json_string_value(one);
        const json_t *instrument = NULL;
        status = status ? status : act_record(context, "instrument", id, &instrument, err);
        if (!status && strcmp(id, wanted) != 0 && !record_is(instrument, "type", wanted)) {
            status = MOLY_REFUSE(err, "R-42", "%s is a %s; step %lld uses %s", id,
                                 say(context, record_text(instrument, "type")),
                                 (long long)s->a->step, say(context, wanted));
        }
        status = status ? status : rule_instrument(context, instrument, err);
    }
    return status;
}

/* not a GMP step, but its record and its target are the batch's. */
static moly_status check_target(const moly_act_context *context, step *s, moly_error *err)
{
    bool is_irradiation = record_is(s->plan, "kind", "irradiation");
    if (is_irradiation != (s->a->target != NULL)) {
        return is_irradiation
                   ? MOLY_REFUSE(err, "R-52",
                                 "step %lld is an irradiation: name its target "
                                 "(production.irradiate makes it)",
                                 (long long)s->a->step)
                   : MOLY_FAIL(err, MOLY_ERR_USAGE, "target: step %lld is no irradiation",
                               (long long)s->a->step);
    }
    if (!is_irradiation) {
        return MOLY_OK;
    }
    moly_status status = act_record(context, "target", s->a->target, &s->target, err);
    if (!status && !record_is(s->target, "state", "bombarded")) {
        status = MOLY_REFUSE(err, "R-52", "target %s is %s; it cannot be this batch's",
                             s->a->target, say(context, record_text(s->target, "state")));
    }
    if (!status && record_text(s->target, "batch")[0]) {
        status = MOLY_REFUSE(err, "R-52", "target %s is of batch %s", s->a->target,
                             record_text(s->target, "batch"));
    }
    return status ? status
                  : rule_in_order(context, record_instant(s->target, "at"), "the beam ended", err);
}

/* ---- in-process checks -------------------------------------------------------------------------
 */

static moly_status judge_check(const step *s, const json_t *check, const json_t *value,
                               bool *is_within, moly_error *err)
{
    const char *name = record_text(check, "name"), *type = record_text(check, "type"),
               *unit = record_text(check, "unit");
    bool is_right = !type[0] ? json_is_number(value)
                    : strcmp(type, "yes") == 0
                        ? json_is_boolean(value)
                        : json_is_string(value) && json_string_length(value) > 0;
    if (!is_right) {
        return !type[0] ? MOLY_REFUSE(err, "R-42",
                                      "step %lld: check '%.60s' is missing: give a number, unit %s",
                                      (long long)s->a->step, name, unit[0] ? unit : "1")
               : strcmp(type, "yes") == 0
                   ? MOLY_REFUSE(err, "R-42",
                                 "step %lld: check '%.60s' is missing: give true or false",
                                 (long long)s->a->step, name)
                   : MOLY_REFUSE(err, "R-42", "step %lld: check '%.60s' is missing: give a text",
                                 (long long)s->a->step, name);
    }
    double number = json_number_value(value);
    *is_within = json_is_boolean(value)  ? json_is_true(value)
                 : json_is_number(value) ? !(number < record_number(check, "min")) &&
                                               !(number > record_number(check, "max"))
                                         : true;
    return MOLY_OK;
}

static moly_status judge_checks(step *s, moly_error *err)
{
    const json_t *planned = json_object_get(s->plan, "checks"), *check;
    size_t i, n_known = 0;
    json_array_foreach(planned, i, check)
    {
        const json_t *value = json_object_get(s->a->results, record_text(check, "name"));
        bool is_within = true;
        moly_status status = judge_check(s, check, value, &is_within, err);
        if (status) {
            return status;
        }
        json_t *row = json_copy((json_t *)check);
        n_known++;
        s->n_outside += !is_within;
        (void)json_object_set(row, "value", (json_t *)value);
        (void)json_object_set_new(row, "within", json_boolean(is_within));
        if (json_array_append_new(s->checks, row) != 0) {
            return MOLY_NO_MEMORY(err);
        }
    }
    if (json_object_size(s->a->results) > n_known) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "results: step %lld has %zu checks, %zu results were given",
                         (long long)s->a->step, n_known, json_object_size(s->a->results));
    }
    return MOLY_OK;
}

/* ---- the record --------------------------------------------------------------------------------
 */

static moly_status prepare(const moly_act_context *context, step *s, moly_error *err)
{
    static const char *const states[] = {"issued", "in progress", NULL};
    moly_status status = batch_find(context, s->a->batch, states, &s->batch, err);
    if (status) {
        return status;
    }
    const json_t *steps = json_object_get(json_object_get(s->batch, "content"), "steps");
    int64_t next = (int64_t)record_number(s->batch, "steps_done") + 1;
    s->plan = json_array_get(steps, (size_t)(s->a->step - 1));
    if (!s->plan) {
        return MOLY_REFUSE(err, "R-13",
                           "batch %s has %zu steps, all are done: reconcile it "
                           "(quality.reconcile)",
                           s->a->batch, json_array_size(steps));
    }
    if (s->a->step != next) {
        return MOLY_REFUSE(err, "R-13", "step %lld of batch %s is next, not step %lld",
                           (long long)next, s->a->batch, (long long)s->a->step);
    }
    if (json_is_true(json_object_get(s->plan, "file")) && !s->a->file && !context->is_preview) {
        return MOLY_REFUSE(err, "R-42", "step %lld needs the data file of its equipment (file)",
                           (long long)s->a->step);
    }
    const char *place = record_text(s->plan, "place");
    status = check_who(context, s, err);
    status = status ? status : take_lots(context, s, err);
    status = status ? status : check_equipment(context, s, err);
    status = status || !place[0] ? status : rule_environment(context, place, err);
    status = status ? status : check_target(context, s, err);
    return status ? status : judge_checks(s, err);
}

static json_t *irradiation_of(const json_t *target)
{
    static const char *const kept[] = {
        "id",           "cyclotron",       "material", "lot",    "energy_mev",
        "current_a",    "charge_coulomb",  "started",  "at",     "activity_bq",
        "predicted_bq", "predicted_sd_bq", "others",   "made_by"};
    json_t *copy = json_object();
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        json_t *value = json_object_get(target, kept[i]);
        if (value) {
            (void)json_object_set(copy, kept[i], value);
        }
    }
    return copy;
}

static void link_things(const moly_act_context *context, const step *s, moly_decision *decision)
{
    const char *batch = act_node(context, "batch", s->a->batch);
    const json_t *row;
    size_t i;
    json_array_foreach(s->materials, i, row)
    {
        const char *lot = record_text(row, "lot");
        decision_link(decision, batch, act_node(context, "lot", lot), "made from");
        if (json_object_get(row, "left")) {
            decision_record(decision, "lot", lot);
            decision_number(decision, "amount_left", record_number(row, "left"));
        }
    }
    for (i = 0; i < s->a->equipment.n; i++) {
        decision_link(decision, batch, act_node(context, "instrument", s->a->equipment.values[i]),
                      "made with");
    }
    if (s->target) {
        decision_link(decision, batch, act_node(context, "target", s->a->target), "made of");
        decision_record(decision, "target", s->a->target);
        decision_text(decision, "batch", s->a->batch);
    }
}

static void record(const moly_act_context *context, const step *s, moly_decision *decision)
{
    json_t *equipment = json_array();
    for (size_t i = 0; i < s->a->equipment.n; i++) {
        (void)json_array_append_new(equipment, json_string(s->a->equipment.values[i]));
    }
    decision_subject(decision, "batch", s->a->batch);
    decision_record(decision, "step", s->id);
    decision_text(decision, "state", s->n_outside > 0 ? "outside limits" : "done");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "owner", s->a->batch);
    decision_text(decision, "batch", s->a->batch);
    decision_json(decision, "number", json_integer(s->a->step));
    decision_text(decision, "name", record_text(s->plan, "name"));
    decision_json(decision, "gmp", json_boolean(!s->target));
    decision_text(decision, "place", json_string_value(json_object_get(s->plan, "place")));
    decision_json(decision, "materials", json_incref(s->materials));
    decision_json(decision, "equipment", equipment);
    decision_json(decision, "checks", json_incref(s->checks));
    decision_text(decision, "file", s->a->file);
    decision_text(decision, "made_by", context->performer->user);
    decision_text(decision, "checked_by", s->checked_by);
    if (s->target) {
        decision_json(decision, "irradiation", irradiation_of(s->target));
    }
    decision_record(decision, "batch", s->a->batch);
    decision_text(decision, "state", "in progress");
    decision_json(decision, "steps_done", json_integer(s->a->step));
    decision_instant(decision, "last_at", context->at);
    if (s->target) {
        decision_text(decision, "target", s->a->target);
    }
    link_things(context, s, decision);
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct step_args *a = args;
    step s = {.a = a, .materials = json_array(), .checks = json_array()};
    s.id = moly_arena_printf(context->arena, "%s.%02lld", a->batch, (long long)a->step);
    moly_status status =
        s.materials && s.checks && s.id ? prepare(context, &s, err) : MOLY_NO_MEMORY(err);
    if (!status) {
        record(context, &s, decision);
    }
    if (!status && s.n_outside > 0) {
        status = case_open(context, CASE_DEVIATION, a->batch, s.id, decision, NULL, err,
                           "step %lld: %zu checks outside their limits", (long long)a->step,
                           s.n_outside);
        decision_warn(decision, "R-51",
                      "%zu checks of step %lld are outside their limits: a deviation was opened",
                      s.n_outside, (long long)a->step);
    }
    json_decref(s.materials);
    json_decref(s.checks);
    return status;
}

const moly_act quality_do_step = {
    .declaration =
        {.name = "quality.do_step",
         .summary = "Record a step of a batch",
         .description =
             "The next one, and no other. Lots must be accepted, unexpired and enough; equipment "
             "calibrated; the room monitored; the person trained, and a second person there where "
             "the master record says so. A check outside its limits opens a deviation.",
         .example = "moly act quality.do_step"
                    " --db sqlite:moly.db"
                    " --as technologist"
                    " --password-file technologist.password"
                    " --batch BAT-000002"
                    " --step 2"
                    " --lots LOT-000006"
                    " --equipment INS-000003"
                    " --results '{\"pressure\":1.9}'",
         ACT_PARAMS(params),
         .args_size = sizeof(struct step_args)},
    .roles = HOT_LAB,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "step done as recorded",
    .rules = "R-10 R-13 R-20 R-29 R-42 R-50 R-51 R-52 R-66",
    .subject_kind = "batch",
    .decide = decide,
};

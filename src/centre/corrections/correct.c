/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "vessel.h"

struct correct_args {
    int64_t event;
    const char *record, *member, *value, *reason;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "event",
     MOLY_I64(struct correct_args, event),
     .min = 1.0,
     .max = 9e15,
     .is_required = true,
     .help = "number of the event that is wrong"},
    {.name = "record",
     MOLY_TEXT(struct correct_args, record),
     .is_required = true,
     .max = 120.0,
     .pattern_hint = "KIND/ID",
     .help = "record that the event made or changed, \"dose/DOS-000001\""},
    {.name = "member",
     MOLY_TEXT(struct correct_args, member),
     .is_required = true,
     .max = 60.0,
     .help = "what of it is wrong: activity, volume, weight, height, name, birth-date, number"},
    {.name = "value",
     MOLY_TEXT(struct correct_args, value),
     .is_required = true,
     .max = 300.0,
     .help = "right value, with its unit"},
    {.name = "reason",
     MOLY_TEXT(struct correct_args, reason),
     .is_required = true,
     .max = 2000.0,
     .help = "why it was wrong and how the right value is known"},
    ACT_AT(struct correct_args),
};

/* What can be corrected. Activities move the books too: from the record's source. */
typedef struct correctable {
    const char *kind, *member, *key;
    moly_dim dim;
    bool is_quantity, is_posted;
} correctable;
static const correctable table[] = {
    {"patient", "name", "name", MOLY_DIM_NONE, false, false},
    {"patient", "birth-date", "birth_date", MOLY_DIM_NONE, false, false},
    {"patient", "number", "number", MOLY_DIM_NONE, false, false},
    {"patient", "weight", "weight_kg", MOLY_DIM_BODY_MASS, true, false},
    {"patient", "height", "height_cm", MOLY_DIM_BODY_LENGTH, true, false},
    {"eluate", "activity", "activity_bq", MOLY_DIM_ACTIVITY, true, true},
    {"kit", "activity", "activity_bq", MOLY_DIM_ACTIVITY, true, true},
    {"target", "activity", "activity_bq", MOLY_DIM_ACTIVITY, true, true},
    {"vial", "activity", "activity_bq", MOLY_DIM_ACTIVITY, true, true},
    {"dose", "activity", "activity_bq", MOLY_DIM_ACTIVITY, true, true},
    {"dose", "volume", "volume_ml", MOLY_DIM_VOLUME, true, false},
    {"order", "activity", "activity_bq", MOLY_DIM_ACTIVITY, true, false},
    {"lot", "number", "number", MOLY_DIM_NONE, false, false},
    {"generator", "serial", "serial", MOLY_DIM_NONE, false, false},
};

static moly_status find_row(const char *kind, const char *member, const correctable **row,
                            moly_error *err)
{
    moly_text offered = {0};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(table[i].kind, kind) != 0) {
            continue;
        }
        if (strcmp(table[i].member, member) == 0) {
            *row = &table[i];
            moly_text_free(&offered);
            return MOLY_OK;
        }
        moly_text_printf(&offered, "%s%s", offered.length ? ", " : "", table[i].member);
    }
    moly_status status =
        MOLY_FAIL(err, MOLY_ERR_USAGE, "member: '%.60s' of a %.40s cannot be corrected%s%s", member,
                  kind, offered.length ? "; these can: " : "", moly_text_get(&offered));
    moly_text_free(&offered);
    return status;
}

/* The event is there, and it made or changed the record. */
static moly_status check_event(const moly_act_context *context, int64_t seq, const char *node,
                               moly_error *err)
{
    json_t *events = NULL;
    const moly_event_query query = {.after_seq = seq - 1, .subject = node, .limit = 1};
    moly_status status = moly_ledger_events(context->reader, &query, &events, err);
    if (!status && json_integer_value(json_object_get(json_array_get(events, 0), "seq")) != seq) {
        status = MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "event %lld did not make or change %s",
                           (long long)seq, node);
    }
    json_decref(events);
    return status;
}

/* The difference, where and when the wrong amount was posted. */
static void post_difference(const moly_act_context *context, const vessel *v, double difference_bq,
                            moly_decision *decision)
{
    const char *source = record_text(v->record, "source");
    bool is_more = difference_bq > 0.0;
    decision_transfer(decision, &(transfer){.from = is_more ? source : v->node,
                                            .to = is_more ? v->node : source,
                                            .at = record_instant(v->record, "at"),
                                            .nuclide = vessel_nuclide(v->record),
                                            .activity_bq = fabs(difference_bq),
                                            .sd_bq = fabs(difference_bq) *
                                                     site_value(context->limits, "calibrator_sd"),
                                            .is_measured = true});
}

/* A dose that was given took the difference along into the patient. */
static moly_status follow_dose(const moly_act_context *context, const vessel *v,
                               double difference_bq, moly_decision *decision, moly_error *err)
{
    const moly_nuclide *nuclide = NULL;
    moly_instant given = record_instant(v->record, "given_at");
    if (strcmp(v->kind, "dose") != 0 || moly_instant_is_none(given)) {
        return MOLY_OK;
    }
    moly_status status = physics_nuclide(vessel_nuclide(v->record), &nuclide, err);
    if (status) {
        return status;
    }
    const char *patient = act_node(context, "patient", record_text(v->record, "patient"));
    double then_bq =
        physics_decayed_bq(nuclide, difference_bq, record_instant(v->record, "at"), given);
    bool is_more = then_bq > 0.0;
    decision_number(decision, "injected_bq", record_number(v->record, "injected_bq") + then_bq);
    decision_number(decision, "net_bq", record_number(v->record, "net_bq") + then_bq);
    decision_transfer(decision, &(transfer){.from = is_more ? v->node : patient,
                                            .to = is_more ? patient : v->node,
                                            .at = given,
                                            .nuclide = vessel_nuclide(v->record),
                                            .activity_bq = fabs(then_bq)});
    return MOLY_OK;
}

static moly_status set_value(const moly_act_context *context, const correctable *row,
                             const vessel *v, const char *value, moly_decision *decision,
                             moly_error *err)
{
    if (!row->is_quantity) {
        decision_text(decision, row->key, value);
        return MOLY_OK;
    }
    double number = 0.0;
    moly_status status = moly_quantity_parse(value, row->dim, &number, err);
    if (!status && !(number > 0.0)) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "%s must be above zero", row->member);
    }
    if (status) {
        moly_error_context(err, "value");
        return status;
    }
    decision_number(decision, row->key, number);
    double difference = number - record_number(v->record, row->key);
    if (!row->is_posted || !(fabs(difference) > 0.0)) {
        return MOLY_OK;
    }
    post_difference(context, v, difference, decision);
    return follow_dose(context, v, difference, decision, err);
}

/* a release was of the record as it was. */
static void withdraw_release(const vessel *v, moly_decision *decision)
{
    if (record_is(v->record, "state", "released")) {
        decision_text(decision, "state", "tested");
        decision_json(decision, "released_by", json_null());
        decision_json(decision, "released_at", json_null());
        decision_warn(decision, "R-11", "the release of %s no longer holds; release it again",
                      v->id);
    }
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct correct_args *a = args;
    const char *slash = strchr(a->record, '/');
    const correctable *row = NULL;
    vessel v;
    if (!slash || slash == a->record || !slash[1]) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "record: '%.60s' is not KIND/ID, as dose/DOS-000001",
                         a->record);
    }
    const char *kind = moly_arena_strndup(context->arena, a->record, (size_t)(slash - a->record));
    if (!kind) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = rule_reason(a->reason, "R-04", "a correction", err);
    if (!status) {
        status = find_row(kind, a->member, &row, err);
    }
    if (!status) {
        status = vessel_find(context, kind, slash + 1, &v, err);
    }
    if (!status) {
        status = check_event(context, a->event, v.node, err);
    }
    if (!status && record_is(v.record, "state", "discarded")) {
        status = MOLY_REFUSE(err, "R-13",
                             "%s is discarded and its account closed; explain the difference "
                             "(safety.explain)",
                             v.node);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, v.kind, v.id);
    decision_record(decision, v.kind, v.id);
    decision_member(decision, "corrects", json_integer(a->event));
    withdraw_release(&v, decision);
    return set_value(context, row, &v, a->value, decision, err);
}

const moly_act centre_correct = {
    .declaration =
        {.name = "centre.correct",
         .summary = "Correct a record, with a reason and a second person",
         .description =
             "Nothing is overwritten: the wrong event stays, shows by which event it was "
             "corrected, and its signatures no longer hold. A corrected activity is "
             "posted where and when the wrong one was.",
         .example = "moly act centre.correct"
                    " --db sqlite:moly.db"
                    " --as technologist"
                    " --password-file technologist.password"
                    " --second physicist"
                    " --second-password-file physicist.password"
                    " --event 30"
                    " --record patient/PAT-000002"
                    " --member weight"
                    " --value '84 kg'"
                    " --reason 'the scale was read in pounds'",
         ACT_PARAMS(params),
         .args_size = sizeof(struct correct_args)},
    .roles = HOT_LAB | PHARMACY | PROTECTION | CLINIC,
    .signature = MOLY_SIGNATURE_TWO,
    .meaning = "corrected",
    .rules = "R-04 R-09 R-10 R-11",
    .subject_kind = "correction",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in the way of a batch's release, and whom its release concerns. */
#include "quality/quality.h"

#include <stdio.h>

#include "moly/base/catalogue.h"
#include "quality/methods.h"
#include "vessel.h"

moly_status owned(const moly_act_context *context, const char *kind, const char *owner,
                  const json_t **records, moly_error *err)
{
    const moly_record_query query = {.kind = kind, .owner = owner, .limit = 10000};
    return act_records(context, &query, records, err);
}

moly_status batch_in_state(const moly_act_context *context, const char *id,
                           const char *const *states, const json_t **batch, moly_error *err)
{
    moly_status status = act_record(context, "batch", id, batch, err);
    if (status) {
        return status;
    }
    for (size_t i = 0; states[i]; i++) {
        if (record_is(*batch, "state", states[i])) {
            return rule_in_order(context, record_instant(*batch, "at"), "the batch was issued",
                                 err);
        }
    }
    return MOLY_REFUSE(err, "R-13", "batch %s is %s; this is done when it is %s", id,
                       say(context, record_text(*batch, "state")), say(context, states[0]));
}

moly_status batch_find(const moly_act_context *context, const char *id, const char *const *states,
                       const json_t **batch, moly_error *err)
{
    moly_status status = batch_in_state(context, id, states, batch, err);
    return status ? status
                  : rule_in_order(context, record_instant(*batch, "last_at"),
                                  "the batch's last step", err);
}

moly_status rule_not_of_batch(const moly_act_context *context, const json_t *vial, const char *act,
                              moly_error *err)
{
    const char *batch = record_text(vial, "batch");
    return batch[0] ? MOLY_REFUSE(err, "R-44", "%s %s is of batch %s and goes with it (%s)",
                                  say(context, record_text(vial, "kind")), record_text(vial, "id"),
                                  batch, act)
                    : MOLY_OK;
}

moly_status batch_separate(const moly_act_context *context, const char *batch, const char *now,
                           moly_error *err)
{
    static const struct {
        const char *kind, *key, *duty;
    } duties[] = {{"step", "made_by", MOLY_N("did step")},
                  {"step", "checked_by", MOLY_N("was second person at step")},
                  {"test", "made_by", MOLY_N("tested")}};
    moly_status status = MOLY_OK;
    for (size_t k = 0; k < sizeof duties / sizeof duties[0] && !status; k++) {
        const json_t *records = NULL, *record;
        size_t i;
        status = owned(context, duties[k].kind, batch, &records, err);
        json_array_foreach(records, i, record)
        {
            status = status
                         ? status
                         : rule_separate(context, record, duties[k].key, duties[k].duty, now, err);
        }
    }
    return status;
}

/* A change or a risk that somebody thought of says nothing of this batch. */
static bool is_asked(const json_t *one)
{
    return record_is(one, "type", "change") || record_is(one, "type", "risk") ||
           record_is(one, "type", "capa");
}

static moly_status cases_closed(const moly_act_context *context, const char *batch, moly_error *err)
{
    const json_t *cases = NULL, *one;
    size_t i;
    moly_status status = owned(context, "case", batch, &cases, err);
    json_array_foreach(cases, i, one)
    {
        const char *id = record_text(one, "id");
        if (status) {
            return status;
        }
        if (record_is(one, "state", "open") && !is_asked(one)) {
            return MOLY_REFUSE(err, "R-51",
                               "%s (%s) of batch %s is open: decide it first (quality.decide_case)",
                               id, say(context, record_text(one, "type")), batch);
        }
        if (record_is(one, "conclusion", "product fault")) {
            return MOLY_REFUSE(err, "R-48", "%s found batch %s at fault: it is rejected", id,
                               batch);
        }
    }
    return status;
}

/* The newest test of a method whose result counts: not one that a laboratory error made void. */
static const json_t *test_of(const json_t *tests, const char *word)
{
    const json_t *test, *found = NULL;
    size_t i;
    json_array_foreach(tests, i, test)
    {
        if (record_is(test, "method", word) && !record_is(test, "state", "void")) {
            found = test;
        }
    }
    return found;
}

static moly_status check_test(const moly_act_context *context, const char *batch,
                              const json_t *tests, const method *m, moly_error *err)
{
    const json_t *test = test_of(tests, m->word);
    if (!test) {
        return MOLY_REFUSE(err, "R-45",
                           "batch %s has no result of %s: test it first (quality.test)", batch,
                           say(context, m->word));
    }
    const char *state = record_text(test, "state");
    if (strcmp(state, "approved") == 0) {
        return MOLY_OK;
    }
    return strcmp(state, "passed") == 0
               ? MOLY_REFUSE(err, "R-45",
                             "%s of batch %s (%s) is not approved by a second person "
                             "(quality.approve_test)",
                             say(context, m->word), batch, record_text(test, "id"))
               : MOLY_REFUSE(err, "R-48", "%s of batch %s (%s) is %s", say(context, m->word), batch,
                             record_text(test, "id"), say(context, state));
}

static moly_status tests_passed(const moly_act_context *context, const json_t *batch,
                                const char *missing, moly_error *err)
{
    const json_t *tests = NULL, *wanted;
    size_t i;
    const char *id = record_text(batch, "id");
    moly_status status = owned(context, "test", id, &tests, err);
    json_array_foreach(json_object_get(json_object_get(batch, "content"), "tests"), i, wanted)
    {
        const method *m = method_named(record_text(wanted, "method"));
        bool is_left_out =
            !m || m->kind == METHOD_LATE || (missing && strcmp(missing, m->word) == 0);
        if (!status && !is_left_out) {
            status = check_test(context, id, tests, m, err);
        }
    }
    return status;
}

static bool wants_sterility(const json_t *batch)
{
    const json_t *wanted;
    size_t i;
    bool wants = false;
    json_array_foreach(json_object_get(json_object_get(batch, "content"), "tests"), i, wanted)
    {
        wants = wants || record_is(wanted, "method", "sterility");
    }
    return wants;
}

static moly_status sterility_begun(const moly_act_context *context, const json_t *batch,
                                   moly_error *err)
{
    const site_limit *limit = site_limit_of(context->limits, "sterility_start_s");
    moly_instant latest = moly_instant_add_s(record_instant(batch, "made_at"), limit->value);
    if (!wants_sterility(batch) || record_text(batch, "sterility")[0] ||
        context->at.us <= latest.us) {
        return MOLY_OK;
    }
    return MOLY_REFUSE(err, "R-46",
                       "the sterility test of batch %s should have been started by %s (%s): start "
                       "it, with the reason (quality.start_sterility)",
                       record_text(batch, "id"), say_time(context, latest), limit->source);
}

static moly_status process_qualified(const moly_act_context *context, const json_t *batch,
                                     moly_error *err)
{
    const char *process = record_text(json_object_get(batch, "content"), "process");
    const site_limit *limit = site_limit_of(context->limits, "media_fill_interval_s");
    const moly_record_query query = {
        .kind = "media_fill", .owner = process, .limit = 1, .newest_first = true};
    const json_t *fills = NULL;
    if (!process[0]) {
        return MOLY_OK;
    }
    moly_status status = act_records(context, &query, &fills, err);
    if (status) {
        return status;
    }
    const json_t *last = json_array_get(fills, 0);
    if (!last) {
        return MOLY_REFUSE(err, "R-50", "the process '%s' has no media fill (quality.media_fill)",
                           process);
    }
    moly_instant until = moly_instant_add_s(record_instant(last, "at"), limit->value);
    if (!record_is(last, "state", "passed")) {
        return MOLY_REFUSE(err, "R-50",
                           "the last media fill of '%s' (%s) grew: nothing of this process is "
                           "released until one passes",
                           process, record_text(last, "id"));
    }
    if (context->at.us > until.us) {
        return MOLY_REFUSE(err, "R-50",
                           "the media fill of '%s' (%s) held until %s (%s): fill again "
                           "(quality.media_fill)",
                           process, record_text(last, "id"), say_time(context, until),
                           limit->source);
    }
    return MOLY_OK;
}

/* where it was made nothing was outside its limits in its time, or that was decided. */
static moly_status place_good(const moly_act_context *context, const json_t *batch,
                              const char *place, moly_error *err)
{
    const site_limit *limit = site_limit_of(context->limits, "environment_interval_s");
    const moly_record_query query = {
        .kind = "monitoring",
        .owner = place,
        .state = "outside limits",
        .from = moly_instant_add_s(record_instant(batch, "at"), -limit->value),
        .until = context->at,
        .limit = 1000};
    const json_t *rows = NULL, *row, *cases = NULL, *one;
    size_t i, k;
    moly_status status = act_records(context, &query, &rows, err);
    json_array_foreach(rows, i, row)
    {
        status = status ? status : owned(context, "case", record_text(row, "id"), &cases, err);
        json_array_foreach(cases, k, one)
        {
            if (!status && record_is(one, "state", "open")) {
                status = MOLY_REFUSE(err, "R-50",
                                     "'%s' was outside its limits at %s (%s) in the time of batch "
                                     "%s: decide %s first (quality.decide_case)",
                                     place, say_time(context, record_instant(row, "at")),
                                     record_text(row, "id"), record_text(batch, "id"),
                                     record_text(one, "id"));
            }
        }
    }
    return status;
}

static moly_status environment_good(const moly_act_context *context, const json_t *batch,
                                    moly_error *err)
{
    const json_t *step;
    size_t i;
    moly_status status = MOLY_OK;
    json_array_foreach(json_object_get(json_object_get(batch, "content"), "steps"), i, step)
    {
        const char *place = record_text(step, "place");
        status = status || !place[0] ? status : place_good(context, batch, place, err);
    }
    return status;
}

/* of the vial. */
static moly_status check_vial(const moly_act_context *context, const json_t *batch, vessel *vial,
                              moly_error *err)
{
    moly_status status = vessel_find(context, "vial", record_text(batch, "vial"), vial, err);
    if (!status && !record_is(vial->record, "state", "untested") &&
        !record_is(vial->record, "state", "tested")) {
        status =
            MOLY_REFUSE(err, "R-48", "%s %s is %s; it cannot be released", say(context, "vial"),
                        vial->id, say(context, record_text(vial->record, "state")));
    }
    return status ? status
                  : rule_separate(context, vial->record, "made_by", "made", "certify", err);
}

moly_status batch_releasable(const moly_act_context *context, const json_t *batch,
                             const char *missing, moly_error *err)
{
    const char *id = record_text(batch, "id");
    vessel vial;
    moly_status status = batch_separate(context, id, "certify", err);
    status = status ? status : cases_closed(context, id, err);
    status = status ? status : tests_passed(context, batch, missing, err);
    status = status ? status : sterility_begun(context, batch, err);
    status = status ? status : process_qualified(context, batch, err);
    status = status ? status : environment_good(context, batch, err);
    status = status ? status : check_vial(context, batch, &vial, err);
    return status ? status
                  : vessel_usable_at(context, &vial, context->at, "released to patients", err);
}

moly_status batch_set_vial(const moly_act_context *context, const json_t *batch, const char *state,
                           moly_decision *decision, moly_error *err)
{
    const char *id = record_text(batch, "vial");
    const json_t *vial = NULL;
    moly_status status = id[0] ? act_record(context, "vial", id, &vial, err) : MOLY_OK;
    if (status || !vial || record_is(vial, "state", "discarded") ||
        record_is(vial, "state", "rejected")) {
        return status;
    }
    decision_record(decision, "vial", id);
    decision_text(decision, "state", state);
    if (strcmp(state, "released") == 0) {
        decision_text(decision, "released_by", context->performer->user);
        decision_instant(decision, "released_at", context->at);
    }
    return MOLY_OK;
}

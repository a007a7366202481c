/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks that come again, and what the first screen says of them. */
#include "upkeep.h"

#include "moly/base/catalogue.h"
#include "screens.h"
#include "site_now.h"

const upkeep_task upkeep_tasks[N_UPKEEP] = {
    [UPKEEP_RESTORE_TEST] = {"restore_test", "RTE", "restore_test_interval_s",
                             MOLY_N("restoring a backup was to be tried by %s"),
                             MOLY_N("restoring a backup was never tried; it was to be done by %s"),
                             MOLY_N("the last trial of a backup failed"), "R-06",
                             MOLY_N("try the newest backup (moly restore FILE --try)")},
    [UPKEEP_ACCESS_REVIEW] =
        {"access_review", "ACR", "access_review_interval_s",
         MOLY_N("accounts and roles were to be reviewed by %s"),
         MOLY_N("accounts and roles were never reviewed; it was to be done by %s"),
         MOLY_N("the last review of accounts and roles found something to change"), "R-17",
         MOLY_N("review them (centre.review_access)")},
    [UPKEEP_AUDIT_REVIEW] = {"audit_review", "AUR", "audit_review_interval_s",
                             MOLY_N("the audit trail was to be reviewed by %s"),
                             MOLY_N("the audit trail was never reviewed; it was to be done by %s"),
                             MOLY_N(
                                 "the last review of the audit trail found something to follow up"),
                             "R-17", MOLY_N("review it (centre.review_audit)")},
};

moly_status upkeep_newest(const moly_ledger_reader *reader, const char *kind, json_t **record,
                          moly_error *err)
{
    const moly_record_query query = {.kind = kind, .limit = 1, .newest_first = true};
    json_t *records = NULL;
    *record = NULL;
    moly_status status = moly_ledger_records(reader, &query, &records, err);
    if (!status) {
        *record = json_incref(json_array_get(records, 0));
    }
    json_decref(records);
    return status;
}

moly_status upkeep_next_due(const moly_act_context *context, upkeep task, moly_instant given,
                            moly_instant *due, moly_error *err)
{
    const site_limit *limit = site_limit_of(context->limits, upkeep_tasks[task].interval_key);
    const moly_instant latest = moly_instant_add_s(context->at, limit->value);
    *due = moly_instant_is_none(given) ? latest : given;
    if (due->us <= context->at.us) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "next: %s is not after this one, which was at %s",
                         say_time(context, *due), say_time(context, context->at));
    }
    if (due->us > latest.us) {
        return MOLY_REFUSE(err, upkeep_tasks[task].rule,
                           "next: %s is later than %s, the interval of %.0f days (%s)",
                           say_time(context, *due), say_time(context, latest),
                           limit->value / 86400.0, limit->source);
    }
    return MOLY_OK;
}

moly_status upkeep_record_review(const moly_act_context *context, upkeep task,
                                 const upkeep_review *review, moly_decision *decision,
                                 moly_error *err)
{
    const upkeep_task *t = &upkeep_tasks[task];
    const char *id = NULL;
    moly_instant due;
    moly_status status = upkeep_next_due(context, task, review->next, &due, err);
    if (!status && !review->is_clear) {
        status = rule_reason(review->findings, t->rule, "what was found", err);
    }
    status = status ? status : act_new_id(context, t->kind, t->prefix, NULL, &id, err);
    if (status) {
        return status;
    }
    decision_subject(decision, t->kind, id);
    decision_record(decision, t->kind, id);
    decision_text(decision, "state", review->is_clear ? "signed off" : "to be followed up");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "scope", review->scope);
    decision_text(decision, "findings", review->findings);
    decision_text(decision, "reviewed_by", context->performer->user);
    decision_instant(decision, "next_due", due);
    return MOLY_OK;
}

/* ---- the screen -------------------------------------------------------------------------------
 */

/* The day the centre began, from which the first of each task is due. */
static moly_status begun_at(const screen *s, moly_instant *at, moly_error *err)
{
    const moly_event_query query = {.limit = 1};
    json_t *events = NULL;
    moly_status status = moly_ledger_events(s->reader, &query, &events, err);
    *at = status ? MOLY_INSTANT_NONE : record_instant(json_array_get(events, 0), "at");
    json_decref(events);
    return status;
}

static const char *day_of(const screen *s, moly_instant t, char text[MOLY_INSTANT_TEXT_SIZE])
{
    (void)moly_instant_format(moly_instant_add_s(t, 60.0 * s->site->utc_offset_minutes), text);
    text[strlen("2026-11-23")] = '\0';
    return text;
}

static moly_status add_task(const screen *s, const site_data *limits, const upkeep_task *task,
                            json_t *blocks, moly_error *err)
{
    json_t *last = NULL;
    moly_instant due = MOLY_INSTANT_NONE;
    char day[MOLY_INSTANT_TEXT_SIZE];
    moly_status status = upkeep_newest(s->reader, task->kind, &last, err);
    if (!status && last) {
        due = record_instant(last, "next_due");
    } else if (!status) {
        status = begun_at(s, &due, err);
        due = moly_instant_add_s(due, site_value(limits, task->interval_key));
    }
    const char *state = record_text(last, "state");
    const char *id = last ? record_text(last, "id") : task->prefix;
    if (!status && (strcmp(state, "failed") == 0 || strcmp(state, "to be followed up") == 0)) {
        status = screen_add_block(blocks, task->kind, id, NULL, whole_sentence(task->failed),
                                  task->rule, task->remedy, err);
    }
    if (!status && s->now.us > due.us) {
        status = screen_add_block(
            blocks, task->kind, id, NULL,
            whole_sentence(last ? task->overdue : task->never, day_of(s, due, day)), task->rule,
            task->remedy, err);
    }
    json_decref(last);
    return status;
}

/* After a restore: what was acknowledged after the backup is not there, and persons must know. */
static moly_status add_restores(const screen *s, json_t *blocks, moly_error *err)
{
    const moly_record_query query = {.kind = "restore", .state = "to be accepted"};
    json_t *records = NULL;
    size_t i;
    const json_t *one;
    moly_status status = moly_ledger_records(s->reader, &query, &records, err);
    json_array_foreach(records, i, one)
    {
        const json_t *missing = json_object_get(one, "missing_events");
        const long long last = (long long)json_integer_value(json_object_get(one, "last_event"));
        const char *recorded = record_text(one, "last_recorded_at");
        json_t *reason = missing
                             ? because(MOLY_N("restored from a backup that ends with event %lld of "
                                              "%s: %lld events after it are not here"),
                                       last, recorded, (long long)json_integer_value(missing))
                             : because(MOLY_N("restored from a backup that ends with event %lld of "
                                              "%s: what was done after it is not here"),
                                       last, recorded);
        status = status ? status
                        : screen_add_block(blocks, "restore", record_text(one, "id"), NULL, reason,
                                           "R-06",
                                           MOLY_N("enter it again from paper, then sign that it is "
                                                  "complete (centre.accept_restore)"),
                                           err);
    }
    json_decref(records);
    return status;
}

moly_status screen_upkeep(const screen *s, json_t *blocks, moly_error *err)
{
    moly_arena *arena = moly_arena_new();
    const site_data *limits = NULL;
    if (!arena) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = site_data_now(s->reader, s->site->country, arena, &limits, err);
    status = status ? status : add_restores(s, blocks, err);
    for (size_t i = 0; i < N_UPKEEP && !status; i++) {
        status = add_task(s, limits, &upkeep_tasks[i], blocks, err);
    }
    moly_arena_free(arena);
    return status;
}

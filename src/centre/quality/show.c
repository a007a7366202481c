/* SPDX-License-Identifier: Apache-2.0 */
/* Batches as screens, papers and the command line read them. */
#include "quality/show.h"

#include "moly/base/catalogue.h"
#include "moly/centre/quality.h"
#include "site_now.h"

enum { MOST_BATCHES = 500, MOST_OWNED = 2000 };

static moly_status owned_by(const moly_ledger_reader *reader, const char *kind, const char *owner,
                            json_t **records, moly_error *err)
{
    const moly_record_query query = {.kind = kind, .owner = owner, .limit = MOST_OWNED};
    return moly_ledger_records(reader, &query, records, err);
}

/* What was planned with what was done laid over it; both borrowed. */
static json_t *laid_over(const json_t *plan, const json_t *done, const char *state)
{
    json_t *row = plan ? json_copy((json_t *)plan) : json_object();
    if (row && done && json_object_update(row, (json_t *)done) != 0) {
        json_decref(row);
        return NULL;
    }
    if (row && state && json_object_set_new(row, "state", json_string(state)) != 0) {
        json_decref(row);
        return NULL;
    }
    return row;
}

static moly_status put_steps(const json_t *batch, const json_t *done, json_t *rows, moly_error *err)
{
    const json_t *plans = json_object_get(json_object_get(batch, "content"), "steps"), *plan;
    size_t i, next = (size_t)record_number(batch, "steps_done");
    json_array_foreach(plans, i, plan)
    {
        const json_t *record = json_array_get(done, i);
        json_t *row = laid_over(plan, record, record ? NULL : i == next ? "next" : "waiting");
        if (!row || json_object_set_new(row, "number", json_integer((json_int_t)i + 1)) != 0) {
            json_decref(row);
            return MOLY_NO_MEMORY(err);
        }
        moly_status status = screen_append(rows, row, err);
        if (status) {
            return status;
        }
    }
    return MOLY_OK;
}

/* Each planned test with its results, those that were made void too. */
static moly_status put_tests(const json_t *batch, const json_t *done, json_t *rows, moly_error *err)
{
    const json_t *plans = json_object_get(json_object_get(batch, "content"), "tests"), *plan, *one;
    size_t i, k;
    moly_status status = MOLY_OK;
    json_array_foreach(plans, i, plan)
    {
        const char *method = record_text(plan, "method");
        bool is_there = false;
        json_array_foreach(done, k, one)
        {
            if (!status && record_is(one, "method", method)) {
                status = screen_append(rows, json_copy((json_t *)one), err);
                is_there = is_there || !record_is(one, "state", "void");
            }
        }
        if (!status && !is_there) {
            bool is_begun =
                strcmp(method, "sterility") == 0 && record_text(batch, "sterility")[0] != '\0';
            json_t *row = json_pack("{s:s, s:s, s:O}", "method", method, "state",
                                    is_begun ? "incubating" : "waiting", "limits", plan);
            status = screen_append(rows, row, err);
        }
    }
    return status;
}

moly_status batch_parts_read(const moly_ledger_reader *reader, json_t *batch, batch_parts *parts,
                             moly_error *err)
{
    const char *id = record_text(batch, "id");
    json_t *steps = NULL, *tests = NULL;
    *parts = (batch_parts){.batch = batch, .steps = json_array(), .tests = json_array()};
    moly_status status = parts->steps && parts->tests ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : owned_by(reader, "step", id, &steps, err);
    status = status ? status : owned_by(reader, "test", id, &tests, err);
    status = status ? status : owned_by(reader, "case", id, &parts->cases, err);
    status = status ? status : owned_by(reader, "sample", id, &parts->samples, err);
    status = status ? status : owned_by(reader, "shipment", id, &parts->shipments, err);
    status = status ? status : put_steps(batch, steps, parts->steps, err);
    status = status ? status : put_tests(batch, tests, parts->tests, err);
    json_decref(tests);
    json_decref(steps);
    return status;
}

void batch_parts_free(batch_parts *parts)
{
    json_decref(parts->steps);
    json_decref(parts->tests);
    json_decref(parts->cases);
    json_decref(parts->samples);
    json_decref(parts->shipments);
    *parts = (batch_parts){0};
}

/* ---- the list ---------------------------------------------------------------------------------
 */

static moly_status put_batch(const screen *s, const site_data *limits, json_t *batch, json_t *rows,
                             moly_error *err)
{
    static const char *const kept[] = {"id",          "product",   "product_name", "nuclide",
                                       "state",       "at",        "made_at",      "expiry",
                                       "activity_bq", "volume_ml", "vial",         "steps_done"};
    json_t *row = json_object(), *waiting = json_array();
    batch_parts parts = {0};
    moly_instant ends = record_instant(batch, "expiry");
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        json_t *value = json_object_get(batch, kept[i]);
        (void)(value ? json_object_set(row, kept[i], value) : 0);
    }
    moly_status status = row && waiting ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : batch_parts_read(s->reader, batch, &parts, err);
    status = status ? status : batch_waiting(&parts, limits, s->now, waiting, err);
    bool is_expired = !moly_instant_is_none(ends) && s->now.us > ends.us;
    json_t *next = json_array_get(waiting, 0);
    if (!status &&
        (json_object_set_new(row, "is_expired", json_boolean(is_expired)) != 0 ||
         json_object_set_new(row, "n_steps",
                             json_integer((json_int_t)json_array_size(parts.steps))) != 0 ||
         json_object_set_new(row, "n_waiting",
                             json_integer((json_int_t)json_array_size(waiting))) != 0 ||
         json_object_set_new(row, "next", next ? json_incref(next) : json_null()) != 0)) {
        status = MOLY_NO_MEMORY(err);
    }
    status = status ? status : screen_append(rows, json_incref(row), err);
    batch_parts_free(&parts);
    json_decref(waiting);
    json_decref(row);
    return status;
}

/* The country's limits in force and an arena that they live in. */
static moly_status limits_now(const moly_site *site, const moly_ledger_reader *reader,
                              moly_arena **arena, const site_data **limits, moly_error *err)
{
    *arena = moly_arena_new();
    return *arena ? site_data_now(reader, site->country, *arena, limits, err) : MOLY_NO_MEMORY(err);
}

static moly_status put_batches(const screen *s, const site_data *limits,
                               const moly_record_query *query, json_t *rows, moly_error *err)
{
    json_t *records = NULL, *batch;
    size_t i;
    moly_status status = moly_ledger_records(s->reader, query, &records, err);
    json_array_foreach(records, i, batch)
    {
        status = status ? status : put_batch(s, limits, batch, rows, err);
    }
    json_decref(records);
    return status;
}

moly_status moly_centre_batches(const moly_site *site, const moly_ledger_reader *reader,
                                const char *state, moly_instant now, json_t **result,
                                moly_error *err)
{
    const screen s = {site, reader, now};
    const moly_record_query query = {
        .kind = "batch", .state = state, .limit = MOST_BATCHES, .newest_first = true};
    const site_data *limits = NULL;
    moly_arena *arena = NULL;
    json_t *rows = json_array();
    char at[MOLY_INSTANT_TEXT_SIZE];
    *result = NULL;
    moly_status status = rows ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : limits_now(site, reader, &arena, &limits, err);
    status = status ? status : put_batches(&s, limits, &query, rows, err);
    if (!status) {
        *result = json_pack("{s:s, s:O}", "at", moly_instant_format(now, at), "results", rows);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(rows);
    moly_arena_free(arena);
    return status;
}

/* ---- one batch --------------------------------------------------------------------------------
 */

static moly_status named(const moly_ledger_reader *reader, const char *kind, const json_t *batch,
                         json_t **record, moly_error *err)
{
    const char *id = record_text(batch, kind);
    *record = NULL;
    if (!id[0]) {
        *record = json_null();
        return MOLY_OK;
    }
    return moly_ledger_record(reader, kind, id, record, err);
}

/* The vial, its activity in the books now, and what was made of it. */
static moly_status add_vial(const moly_ledger_reader *reader, json_t *vial, moly_instant now,
                            moly_error *err)
{
    char account[128];
    double bq = 0.0;
    if (json_is_null(vial)) {
        return MOLY_OK;
    }
    (void)snprintf(account, sizeof account, "vial/%s", record_text(vial, "id"));
    moly_status status =
        moly_ledger_activity(reader, account, record_text(vial, "nuclide"), now, &bq, NULL, err);
    if (!status && json_object_set_new(vial, "activity_now_bq", moly_json_rounded(bq, 6)) != 0) {
        status = MOLY_NO_MEMORY(err);
    }
    return status;
}

moly_status moly_centre_batch(const moly_site *site, const moly_ledger_reader *reader,
                              const char *id, moly_instant now, json_t **result, moly_error *err)
{
    const site_data *limits = NULL;
    moly_arena *arena = NULL;
    json_t *batch = NULL, *master = NULL, *vial = NULL, *notices = NULL, *waiting = json_array();
    batch_parts parts = {0};
    char node[128];
    *result = NULL;
    (void)snprintf(node, sizeof node, "batch/%.60s", id);
    moly_status status = waiting ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : limits_now(site, reader, &arena, &limits, err);
    status = status ? status : moly_ledger_record(reader, "batch", id, &batch, err);
    status = status ? status : batch_parts_read(reader, batch, &parts, err);
    status = status ? status : batch_waiting(&parts, limits, now, waiting, err);
    status = status ? status : named(reader, "master", batch, &master, err);
    status = status ? status : named(reader, "vial", batch, &vial, err);
    status = status ? status : add_vial(reader, vial, now, err);
    status = status ? status : owned_by(reader, "notice", node, &notices, err);
    if (!status) {
        *result = json_pack("{s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:O}", "batch", batch,
                            "master", master, "vial", vial, "steps", parts.steps, "tests",
                            parts.tests, "cases", parts.cases, "samples", parts.samples,
                            "shipments", parts.shipments, "notices", notices, "waiting", waiting);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(notices);
    json_decref(vial);
    json_decref(master);
    json_decref(batch);
    batch_parts_free(&parts);
    json_decref(waiting);
    moly_arena_free(arena);
    return status;
}

/* ---- the first screen -------------------------------------------------------------------------
 */

/* What each batch waits for first. Certified ones wait for their sterility, so only those of the
 * last weeks are looked at. */
static moly_status block_batches(const screen *s, json_t *blocks, moly_error *err)
{
    static const char *const states[] = {
        "issued", "in progress", "made", "reviewed", "conditionally released", "certified"};
    static const double weeks_s = 42.0 * 86400.0;
    const site_data *limits = NULL;
    moly_arena *arena = NULL;
    json_t *rows = json_array(), *row;
    size_t i;
    moly_status status = rows ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : limits_now(s->site, s->reader, &arena, &limits, err);
    for (i = 0; i < sizeof states / sizeof states[0] && !status; i++) {
        moly_record_query query = {.kind = "batch", .state = states[i], .limit = MOST_BATCHES};
        if (strcmp(states[i], "certified") == 0) {
            query.from = moly_instant_add_s(s->now, -weeks_s);
            query.until = s->now;
        }
        status = put_batches(s, limits, &query, rows, err);
    }
    json_array_foreach(rows, i, row)
    {
        json_t *next = json_object_get(row, "next");
        if (!status && json_is_object(next)) {
            status = screen_append(blocks, json_incref(next), err);
        }
    }
    json_decref(rows);
    moly_arena_free(arena);
    return status;
}

/* Whom it is for and how late it is. */
static json_t *why_notice(const screen *s, const json_t *notice, char text[MOLY_INSTANT_TEXT_SIZE])
{
    const char *receiver = record_text(notice, "receiver");
    moly_instant send_by = record_instant(notice, "send_by");
    if (record_is(notice, "state", "sent")) {
        return because("%s has not answered; it was wanted by %s", receiver,
                       moly_instant_format(record_instant(notice, "answer_due"), text));
    }
    return !moly_instant_is_none(send_by) && s->now.us > send_by.us
               ? because("%s was to be told by %s and has not been", receiver,
                         moly_instant_format(send_by, text))
               : because("%s has not been told", receiver);
}

static moly_status block_state(const screen *s, const char *kind, const char *state,
                               const char *rule, const char *remedy, json_t *blocks,
                               moly_error *err)
{
    const moly_record_query query = {.kind = kind, .state = state, .limit = MOST_OWNED};
    json_t *records = NULL, *record;
    size_t i;
    moly_status status = moly_ledger_records(s->reader, &query, &records, err);
    json_array_foreach(records, i, record)
    {
        bool is_case = strcmp(kind, "case") == 0, is_notice = strcmp(kind, "notice") == 0;
        moly_instant due = record_instant(record, is_case ? "due" : "answer_due");
        bool is_waiting = is_case || strcmp(state, "sent") == 0;
        if (status || (is_waiting && (moly_instant_is_none(due) || s->now.us <= due.us))) {
            continue;
        }
        char text[MOLY_INSTANT_TEXT_SIZE];
        json_t *kept = json_object_get(record, "what");
        json_t *reason = is_case     ? because("it was due at %s", moly_instant_format(due, text))
                         : is_notice ? why_notice(s, record, text)
                                     : json_copy(kept);
        status = screen_add_block(blocks, kind, record_text(record, "id"), NULL, reason, rule,
                                  remedy, err);
    }
    json_decref(records);
    return status;
}

moly_status screen_quality(const screen *s, json_t *blocks, moly_error *err)
{
    moly_status status =
        block_state(s, "alarm", "raised", "R-18",
                    MOLY_N("see to it and acknowledge it (quality.acknowledge)"), blocks, err);
    status =
        status
            ? status
            : block_state(s, "notice", "to send", "R-46",
                          MOLY_N("print it, hand it over and record it (quality.hand_over_notice)"),
                          blocks, err);
    status = status ? status
                    : block_state(s, "notice", "sent", "R-46",
                                  MOLY_N("ask again and record the answer (quality.record_answer)"),
                                  blocks, err);
    status = status ? status
                    : block_state(s, "case", "open", "R-51",
                                  MOLY_N("another person decides it (quality.decide_case)"), blocks,
                                  err);
    return status ? status : block_batches(s, blocks, err);
}

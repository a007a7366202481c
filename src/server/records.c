/* SPDX-License-Identifier: Apache-2.0 */
/* What the ledger's projections hold. */
#include "inside.h"

#include <string.h>

enum { MAX_RESULTS = 1000, RECORDS = 500, EVENTS = 100 };

static moly_status results(json_t *list, reply *out, moly_error *err)
{
    out->json = json_pack("{s:o}", "results", list);
    return out->json ? MOLY_OK : MOLY_NO_MEMORY(err);
}

/* Who an order, a dose or a study is for: people know patients by their names. */
static moly_status name_patient(const moly_ledger_reader *reader, json_t *record, moly_error *err)
{
    const char *id = json_string_value(json_object_get(record, "patient"));
    if (!id || json_object_get(record, "patient_name")) {
        return MOLY_OK;
    }
    json_t *patient = NULL;
    moly_error absent = {0};
    moly_status status = moly_ledger_record(reader, "patient", id, &patient, &absent);
    if (status == MOLY_ERR_NOT_FOUND) {
        return MOLY_OK; /* under another kind of name; it stays as it is */
    }
    if (status) {
        return moly_fail(err, status, absent.rule, absent.file, absent.line, "%s", absent.message);
    }
    json_t *name = json_object_get(patient, "name");
    bool is_set = !name || json_object_set(record, "patient_name", name) == 0;
    json_decref(patient);
    return is_set ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status name_patients(const moly_ledger_reader *reader, json_t *list, moly_error *err)
{
    moly_status status = MOLY_OK;
    size_t i;
    json_t *record;
    json_array_foreach(list, i, record)
    {
        status = status ? status : name_patient(reader, record, err);
    }
    return status;
}

moly_status records_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_record_query query = {.kind = r->captured[0]};
    json_t *list = NULL;
    moly_status status = request_argument(r, "state", &query.state, err);
    if (!status) {
        status = request_argument(r, "owner", &query.owner, err);
    }
    if (!status) {
        status = request_argument(r, "after", &query.after_id, err);
    }
    if (!status) {
        status = request_argument_flag(r, "newest", &query.newest_first, err);
    }
    if (!status) {
        status = request_argument_count(r, "limit", RECORDS, MAX_RESULTS, &query.limit, err);
    }
    if (!status) {
        status = request_reader(r, &reader, err);
    }
    if (!status) {
        status = moly_ledger_records(reader, &query, &list, err);
    }
    if (!status) {
        status = name_patients(reader, list, err);
    }
    if (status) {
        json_decref(list);
        return status;
    }
    return results(list, out, err);
}

moly_status record_named(request *r, const char *kind, const char *id, json_t **record,
                         moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_status status = request_reader(r, &reader, err);
    if (!status) {
        status = moly_ledger_record(reader, kind, id, record, err);
    }
    return status ? status : name_patient(reader, *record, err);
}

moly_status record_get(request *r, reply *out, moly_error *err)
{
    return record_named(r, r->captured[0], r->captured[1], &out->json, err);
}

moly_status trace_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    const char *node = moly_arena_printf(r->arena, "%s/%s", r->captured[0], r->captured[1]);
    moly_status status = node ? request_reader(r, &reader, err) : MOLY_NO_MEMORY(err);
    return status ? status : moly_ledger_trace(reader, node, &out->json, err);
}

moly_status events_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_event_query query = {0};
    const char *after = NULL;
    json_t *list = NULL;
    moly_status status = request_argument(r, "subject", &query.subject, err);
    if (!status) {
        status = request_argument(r, "kind", &query.kind, err);
    }
    if (!status) {
        status = request_argument(r, "person", &query.person, err);
    }
    if (!status) {
        status = request_argument(r, "after", &after, err);
    }
    if (!status && after) {
        status = moly_integer_parse(after, &query.after_seq, err);
    }
    if (!status) {
        status = request_argument_flag(r, "newest", &query.newest_first, err);
    }
    if (!status) {
        status = request_argument_count(r, "limit", EVENTS, MAX_RESULTS, &query.limit, err);
    }
    if (!status) {
        status = request_reader(r, &reader, err);
    }
    if (!status) {
        status = moly_ledger_events(reader, &query, &list, err);
    }
    return status ? status : results(list, out, err);
}

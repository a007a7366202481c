/* SPDX-License-Identifier: Apache-2.0 */
#include "quality/recall_find.h"

#include <stdio.h>

#include "moly/centre/quality.h"
#include "screens.h"

bool recall_is_vessel(const json_t *record)
{
    return record_is(record, "kind", "kit") || record_is(record, "kind", "vial") ||
           record_is(record, "kind", "eluate");
}

bool recall_is_given(const json_t *record)
{
    return record_is(record, "kind", "dose") &&
           (record_is(record, "state", "given") || record_is(record, "state", "residual measured"));
}

static void node_of(const json_t *record, char node[128])
{
    (void)snprintf(node, 128, "%s/%s", record_text(record, "kind"), record_text(record, "id"));
}

static void add_unique(json_t *list, const char *text)
{
    size_t i;
    const json_t *one;
    json_array_foreach(list, i, one)
    {
        if (strcmp(json_string_value(one), text) == 0) {
            return;
        }
    }
    (void)json_array_append_new(list, json_string(text));
}

/* A vessel's volume is known: what is left in it, and each dose or shipment from it. What an eluate
 * gave to kits is counted there. */
static void count_vessel(const json_t *taken, const json_t *forward, recall_found *f)
{
    char node[128];
    double made_ml = record_number(taken, "volume_ml"),
           known_ml = record_number(taken, "volume_left_ml");
    size_t i;
    const json_t *row;
    node_of(taken, node);
    if (!isfinite(made_ml) || !isfinite(known_ml)) {
        return;
    }
    json_array_foreach(forward, i, row)
    {
        const json_t *record = json_object_get(row, "record");
        if (!record_is(record, "source", node)) {
            continue;
        }
        if (record_is(record, "kind", "kit")) {
            return;
        }
        double volume_ml = record_number(record, "volume_ml");
        known_ml += isfinite(volume_ml) ? volume_ml : 0.0;
    }
    f->made_ml += made_ml;
    f->known_ml += fmin(known_ml, made_ml);
}

static void look(const json_t *record, const json_t *forward, recall_found *f)
{
    char node[128];
    if (recall_is_vessel(record)) {
        node_of(record, node);
        count_vessel(record, forward, f);
        add_unique(f->vessels, node);
    }
    if (record_is(record, "kind", "shipment")) {
        add_unique(f->receivers, record_text(record, "receiver"));
    }
    if (recall_is_given(record)) {
        add_unique(f->patients, record_text(record, "patient"));
    }
}

void recall_find(const json_t *start, const json_t *forward, recall_found *f)
{
    size_t i;
    const json_t *row;
    json_array_foreach(forward, i, row)
    {
        look(json_object_get(row, "record"), forward, f);
    }
    look(start, forward, f);
}

/* ---- read, not ordered ------------------------------------------------------------------------
 */

/* Members of a record under names of the answer: pairs of name and member, NULL-terminated. */
static json_t *row_of(const json_t *record, const char *const *names)
{
    json_t *row = json_object();
    for (size_t i = 0; names[i] && row; i += 2) {
        json_t *value = json_object_get(record, names[i + 1]);
        if (value && json_object_set(row, names[i], value) != 0) {
            json_decref(row);
            return NULL;
        }
    }
    return row;
}

static moly_status put_patient(const moly_ledger_reader *reader, const json_t *dose, json_t *list,
                               moly_error *err)
{
    static const char *const names[] = {"patient", "patient", "dose",     "id",
                                        "state",   "state",   "given_at", "given_at",
                                        "net_bq",  "net_bq",  NULL};
    json_t *patient = NULL, *row = row_of(dose, names);
    moly_status status =
        row ? moly_ledger_record(reader, "patient", record_text(dose, "patient"), &patient, err)
            : MOLY_NO_MEMORY(err);
    if (!status &&
        json_object_set_new(row, "patient_name", json_string(record_text(patient, "name"))) != 0) {
        status = MOLY_NO_MEMORY(err);
    }
    json_decref(patient);
    if (status) {
        json_decref(row);
        return status;
    }
    return screen_append(list, row, err);
}

typedef struct lists {
    json_t *vessels, *receivers, *patients, *doses;
} lists;

static moly_status put_record(const moly_ledger_reader *reader, const json_t *record, lists *l,
                              moly_error *err)
{
    static const char *const of_vessel[] = {
        "state", "state", "volume_ml", "volume_ml", "volume_left_ml", "volume_left_ml", NULL};
    static const char *const of_shipment[] = {
        "receiver", "receiver",  "shipment",  "id",          "state",       "state", "at",
        "at",       "volume_ml", "volume_ml", "activity_bq", "activity_bq", NULL};
    if (recall_is_vessel(record)) {
        char node[128];
        json_t *row = row_of(record, of_vessel);
        node_of(record, node);
        if (!row || json_object_set_new(row, "node", json_string(node)) != 0) {
            json_decref(row);
            return MOLY_NO_MEMORY(err);
        }
        return screen_append(l->vessels, row, err);
    }
    if (record_is(record, "kind", "shipment")) {
        return screen_append(l->receivers, row_of(record, of_shipment), err);
    }
    if (recall_is_given(record)) {
        return put_patient(reader, record, l->patients, err);
    }
    return record_is(record, "kind", "dose") && record_is(record, "state", "drawn")
               ? put_patient(reader, record, l->doses, err)
               : MOLY_OK;
}

/* The record that a node names. */
static moly_status start_of(const moly_ledger_reader *reader, const char *node, json_t **record,
                            moly_error *err)
{
    const char *slash = strchr(node, '/');
    char kind[40];
    if (!slash || slash == node || !slash[1] || (size_t)(slash - node) >= sizeof kind) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "'%.60s' is not KIND/ID, as lot/LOT-000001", node);
    }
    (void)snprintf(kind, sizeof kind, "%.*s", (int)(slash - node), node);
    return moly_ledger_record(reader, kind, slash + 1, record, err);
}

static moly_status put_all(const moly_ledger_reader *reader, const json_t *start,
                           const json_t *forward, lists *l, moly_error *err)
{
    size_t i;
    const json_t *row;
    moly_status status = put_record(reader, start, l, err);
    json_array_foreach(forward, i, row)
    {
        status = status ? status : put_record(reader, json_object_get(row, "record"), l, err);
    }
    return status;
}

static json_t *answer(const char *node, const lists *l, const recall_found *f, json_t *recalls)
{
    return json_pack("{s:s, s:O, s:O, s:O, s:O, s:o, s:o, s:o, s:O}", "node", node, "vessels",
                     l->vessels, "receivers", l->receivers, "patients", l->patients, "doses",
                     l->doses, "made_ml", moly_json_rounded(f->made_ml, 6), "known_ml",
                     moly_json_rounded(f->known_ml, 6), "reconciled",
                     f->made_ml > 0.0 ? moly_json_rounded(f->known_ml / f->made_ml, 6)
                                      : json_null(),
                     "recalls", recalls);
}

moly_status moly_centre_recall(const moly_ledger_reader *reader, const char *node, json_t **result,
                               moly_error *err)
{
    const moly_record_query query = {.kind = "recall", .owner = node, .limit = 1000};
    json_t *start = NULL, *trace = NULL, *recalls = NULL;
    lists l = {json_array(), json_array(), json_array(), json_array()};
    recall_found f = {json_array(), json_array(), json_array(), 0.0, 0.0};
    *result = NULL;
    moly_status status = start_of(reader, node, &start, err);
    status = status ? status : moly_ledger_trace(reader, node, &trace, err);
    status = status ? status : moly_ledger_records(reader, &query, &recalls, err);
    const json_t *forward = json_object_get(trace, "forward");
    status = status ? status : put_all(reader, start, forward, &l, err);
    if (!status) {
        recall_find(start, forward, &f);
        *result = answer(node, &l, &f, recalls);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_t *owned_ones[] = {l.vessels,   l.receivers, l.patients, l.doses, f.patients,
                            f.receivers, f.vessels,   recalls,    trace,   start};
    for (size_t i = 0; i < sizeof owned_ones / sizeof owned_ones[0]; i++) {
        json_decref(owned_ones[i]);
    }
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "changes.h"
#include "event.h"

enum { DEFAULT_RECORDS = 500, DEFAULT_EVENTS = 100, MAX_ROWS = 100000 };

moly_status moly_ledger_reader_new(moly_ledger *ledger, moly_ledger_reader **reader,
                                   moly_error *err)
{
    *reader = NULL;
    moly_ledger_reader *made = moly_alloc(1, sizeof *made);
    if (!made) {
        return MOLY_NO_MEMORY(err);
    }
    made->ledger = ledger;
    (void)pthread_mutex_lock(&ledger->pool_lock);
    if (ledger->n_idle > 0) {
        made->store = ledger->idle[--ledger->n_idle];
    }
    (void)pthread_mutex_unlock(&ledger->pool_lock);
    moly_status status = MOLY_OK;
    if (!made->store) {
        status = store_open(ledger->url, STORE_READ, &ledger->options, &made->store, err);
    }
    if (!status) {
        status = store_begin(made->store, err);
    }
    if (status) {
        store_close(made->store);
        moly_free(made);
        return status;
    }
    *reader = made;
    return MOLY_OK;
}

void moly_ledger_reader_free(moly_ledger_reader *reader)
{
    if (!reader) {
        return;
    }
    moly_ledger *ledger = reader->ledger;
    store_rollback(reader->store);
    (void)pthread_mutex_lock(&ledger->pool_lock);
    if (ledger->n_idle < MAX_IDLE_READERS) {
        ledger->idle[ledger->n_idle++] = reader->store;
        reader->store = NULL;
    }
    (void)pthread_mutex_unlock(&ledger->pool_lock);
    store_close(reader->store);
    moly_free(reader);
}

moly_status moly_ledger_head(const moly_ledger_reader *reader, int64_t *seq, moly_error *err)
{
    chain_head head;
    moly_status status = chain_load_head(reader->store, &head, err);
    if (!status) {
        *seq = head.seq;
    }
    return status;
}

/* ---- records ------------------------------------------------------------------------------ */

static moly_status finish_record(json_t *doc, const char *kind, const char *id, int64_t seq,
                                 moly_error *err)
{
    if (json_object_set_new(doc, "kind", json_string(kind)) != 0 ||
        json_object_set_new(doc, "id", json_string(id)) != 0 ||
        json_object_set_new(doc, "seq", json_integer(seq)) != 0) {
        return MOLY_NO_MEMORY(err);
    }
    return MOLY_OK;
}

/* Ids around the wanted one, in order and from the end, to suggest from. */
enum { N_CANDIDATES = 64 };
struct candidates {
    char *ids[N_CANDIDATES];
    size_t n;
};

static moly_status take_candidate(void *context, const store_value *c, moly_error *err)
{
    struct candidates *candidates = context;
    if (candidates->n < N_CANDIDATES) {
        char *id = moly_strdup(store_get_text(&c[0]));
        if (!id) {
            return MOLY_NO_MEMORY(err);
        }
        candidates->ids[candidates->n++] = id;
    }
    return MOLY_OK;
}

static moly_status not_found(const moly_ledger_reader *reader, const char *kind, const char *id,
                             moly_error *err)
{
    static const char *const around[] = {
        "SELECT id FROM record WHERE kind = $1 AND id >= $2 ORDER BY id LIMIT 32",
        "SELECT id FROM record WHERE kind = $1 AND id < $2 ORDER BY id DESC LIMIT 32",
    };
    struct candidates candidates = {0};
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < 2 && !status; i++) {
        status =
            store_query(reader->store, around[i], STORE_VALUES(store_text(kind), store_text(id)),
                        take_candidate, &candidates, err);
    }
    if (!status) {
        const char *nearest = moly_nearest(id, (const char *const *)candidates.ids, candidates.n);
        status = MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "no %s '%s'%s%s%s", kind, id,
                           nearest ? "; did you mean '" : "", nearest ? nearest : "",
                           nearest ? "'?" : "");
    }
    for (size_t i = 0; i < candidates.n; i++) {
        moly_free(candidates.ids[i]);
    }
    return status;
}

moly_status moly_ledger_record(const moly_ledger_reader *reader, const char *kind, const char *id,
                               json_t **record, moly_error *err)
{
    *record = NULL;
    json_t *doc = NULL;
    char *node = NULL;
    int64_t seq = 0;
    moly_status status = record_node(kind, id, &node, err);
    if (status) {
        return status;
    }
    status = record_load(reader->store, node, &doc, &seq, err);
    moly_free(node);
    if (!status && !doc) {
        status = not_found(reader, kind, id, err);
    }
    if (!status) {
        status = finish_record(doc, kind, id, seq, err);
    }
    if (status) {
        json_decref(doc);
        return status;
    }
    *record = doc;
    return MOLY_OK;
}

static moly_status take_record(void *context, const store_value *c, moly_error *err)
{
    json_t *doc = NULL;
    moly_status status = moly_json_parse(store_get_text(&c[3]), c[3].length, &doc, err);
    if (!status) {
        status = finish_record(doc, store_get_text(&c[0]), store_get_text(&c[1]), c[2].i, err);
    }
    if (!status && json_array_append(context, doc) != 0) {
        status = MOLY_NO_MEMORY(err);
    }
    json_decref(doc);
    return status;
}

/* A query made of conditions that are given. */
typedef struct query_builder {
    moly_text sql;
    store_value values[8];
    size_t n;
} query_builder;

static void add_condition(query_builder *q, const char *condition, store_value value)
{
    q->values[q->n++] = value;
    moly_text_printf(&q->sql, " AND %s $%zu", condition, q->n);
}

static void add_limit(query_builder *q, size_t limit, size_t fallback)
{
    size_t rows = limit == 0 ? fallback : limit;
    q->values[q->n++] = store_int((int64_t)(rows < MAX_ROWS ? rows : MAX_ROWS));
    moly_text_printf(&q->sql, " LIMIT $%zu", q->n);
}

static moly_status run_builder(store *s, query_builder *q, store_row row, void *context,
                               moly_error *err)
{
    moly_status status = q->sql.is_broken
                             ? MOLY_NO_MEMORY(err)
                             : store_query(s, q->sql.data, q->values, q->n, row, context, err);
    moly_text_free(&q->sql);
    return status;
}

moly_status moly_ledger_records(const moly_ledger_reader *reader, const moly_record_query *query,
                                json_t **records, moly_error *err)
{
    *records = NULL;
    query_builder q = {0};
    json_t *list = json_array();
    if (!list) {
        return MOLY_NO_MEMORY(err);
    }
    moly_text_add(&q.sql, "SELECT kind, id, seq, doc FROM record WHERE 1 = 1");
    add_condition(&q, "kind =", store_text(query->kind));
    if (query->state) {
        add_condition(&q, "state =", store_text(query->state));
    }
    if (query->owner) {
        add_condition(&q, "owner =", store_text(query->owner));
    }
    if (query->from.us != 0 || query->until.us != 0) {
        add_condition(&q, "at_us >=", store_int(query->from.us));
        add_condition(&q, "at_us <=", store_int(query->until.us ? query->until.us : INT64_MAX));
    }
    if (query->after_id) {
        add_condition(&q, query->newest_first ? "id <" : "id >", store_text(query->after_id));
    }
    moly_text_add(&q.sql, query->newest_first ? " ORDER BY id DESC" : " ORDER BY id");
    add_limit(&q, query->limit, DEFAULT_RECORDS);
    moly_status status = run_builder(reader->store, &q, take_record, list, err);
    if (status) {
        json_decref(list);
        return status;
    }
    *records = list;
    return MOLY_OK;
}

/* ---- events ------------------------------------------------------------------------------- */

struct event_reading {
    const moly_ledger *ledger;
    json_t *events;
};

static moly_status take_event(void *context, const store_value *columns, moly_error *err)
{
    struct event_reading *reading = context;
    event_row event;
    json_t *json = NULL;
    if (!event_take(columns, &event)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "event %lld is damaged: run moly ledger verify",
                         (long long)columns[0].i);
    }
    moly_status status = event_json(&event, reading->ledger, &json, err);
    if (!status && (json_object_set_new(json, "signatures", json_array()) != 0 ||
                    json_array_append(reading->events, json) != 0)) {
        status = MOLY_NO_MEMORY(err);
    }
    json_decref(json);
    return status;
}

static moly_status take_signature(void *context, const store_value *columns, moly_error *err)
{
    signature_row signature;
    if (!signature_take(columns, &signature)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "a signature of event %lld is damaged",
                         (long long)columns[0].i);
    }
    return json_array_append_new(context, signature_json(&signature)) == 0 ? MOLY_OK
                                                                           : MOLY_NO_MEMORY(err);
}

static moly_status take_correction(void *context, const store_value *columns, moly_error *err)
{
    return json_array_append_new(context, json_integer(columns[0].i)) == 0 ? MOLY_OK
                                                                           : MOLY_NO_MEMORY(err);
}

/* Signatures, and by which events it was corrected: then what was signed is no longer what holds
 * (R-11). */
static moly_status complete_event(store *s, json_t *event, moly_error *err)
{
    json_int_t seq = json_integer_value(json_object_get(event, "seq"));
    json_t *signatures = json_object_get(event, "signatures"), *signature;
    json_t *corrected_by = json_array();
    size_t i;
    moly_status status =
        store_query(s, "SELECT " SIGNATURE_COLUMNS " FROM signature WHERE seq = $1 ORDER BY n",
                    STORE_VALUES(store_int(seq)), take_signature, signatures, err);
    if (!status) {
        status = store_query(s, "SELECT seq FROM correction WHERE corrects = $1 ORDER BY seq",
                             STORE_VALUES(store_int(seq)), take_correction, corrected_by, err);
    }
    bool is_corrected = json_array_size(corrected_by) > 0;
    json_array_foreach(signatures, i, signature)
    {
        if (!status && json_object_set_new(signature, "valid", json_boolean(!is_corrected)) != 0) {
            status = MOLY_NO_MEMORY(err);
        }
    }
    if (!status && is_corrected && json_object_set(event, "corrected_by", corrected_by) != 0) {
        status = MOLY_NO_MEMORY(err);
    }
    json_decref(corrected_by);
    return status;
}

moly_status moly_ledger_events(const moly_ledger_reader *reader, const moly_event_query *query,
                               json_t **events, moly_error *err)
{
    *events = NULL;
    struct event_reading reading = {reader->ledger, json_array()};
    query_builder q = {0};
    if (!reading.events) {
        return MOLY_NO_MEMORY(err);
    }
    /* The order of the index that finds the subject, so that the newest few are read and no more.
     */
    const char *seq = query->subject ? "event_subject.seq" : "event.seq";
    moly_text_printf(&q.sql, "SELECT " EVENT_COLUMNS " FROM event%s WHERE 1 = 1",
                     query->subject ? " JOIN event_subject ON event_subject.seq = event.seq" : "");
    if (query->subject) {
        add_condition(&q, "event_subject.subject =", store_text(query->subject));
    }
    if (query->kind) {
        add_condition(&q, "event.kind =", store_text(query->kind));
    }
    if (query->person) {
        add_condition(&q, "event.person =", store_text(query->person));
    }
    if (query->after_seq > 0) {
        q.values[q.n++] = store_int(query->after_seq);
        moly_text_printf(&q.sql, " AND %s %s $%zu", seq, query->newest_first ? "<" : ">", q.n);
    }
    moly_text_printf(&q.sql, " ORDER BY %s%s", seq, query->newest_first ? " DESC" : "");
    add_limit(&q, query->limit, DEFAULT_EVENTS);
    moly_status status = run_builder(reader->store, &q, take_event, &reading, err);
    size_t i;
    json_t *event;
    json_array_foreach(reading.events, i, event)
    {
        status = status ? status : complete_event(reader->store, event, err);
    }
    if (status) {
        json_decref(reading.events);
        return status;
    }
    *events = reading.events;
    return MOLY_OK;
}

/* ---- numbers ------------------------------------------------------------------------------ */

moly_status moly_transaction_next_id(moly_transaction *transaction, const char *kind,
                                     const char *prefix, char id[32], moly_error *err)
{
    enum { MAX_PREFIX = 12, ID_SIZE = 32 };
    if (!prefix || !prefix[0] || strlen(prefix) > MAX_PREFIX || !moly_is_utf8(prefix)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "prefix of a series: 1 to %d bytes wanted",
                         MAX_PREFIX);
    }
    changes *c = transaction->ledger->changes;
    int64_t last = 0;
    moly_status status = MOLY_OK;
    moly_text key = {0};
    moly_text_printf(&key, "%s\t%s", kind, prefix);
    const json_t *known = key.is_broken ? NULL : json_object_get(c->last_numbers, key.data);
    if (known) {
        last = json_integer_value(known);
    } else if (!key.is_broken) {
        status = store_query_int(
            transaction->store, "SELECT last FROM series WHERE kind = $1 AND prefix = $2",
            STORE_VALUES(store_text(kind), store_text(prefix)), &last, NULL, err);
        c->last_numbers = c->last_numbers ? c->last_numbers : json_object();
        if (!status && json_object_set_new(c->last_numbers, key.data, json_integer(last)) != 0) {
            status = MOLY_NO_MEMORY(err);
        }
    }
    if (status) {
        moly_text_free(&key);
        return status;
    }
    transaction->issued = transaction->issued ? transaction->issued : json_object();
    int64_t issued =
        key.is_broken ? 0 : json_integer_value(json_object_get(transaction->issued, key.data));
    int64_t next = (issued > last ? issued : last) + 1;
    if (key.is_broken ||
        json_object_set_new(transaction->issued, key.data, json_integer(next)) != 0) {
        status = MOLY_NO_MEMORY(err);
    } else {
        (void)snprintf(id, ID_SIZE, "%s-%06lld", prefix, (long long)next);
    }
    moly_text_free(&key);
    return status;
}

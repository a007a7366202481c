/* SPDX-License-Identifier: Apache-2.0 */
/* The one function that applies an event to the projections. It sees only the event, the
 * projections so far and the nuclide data, so that a rebuild gives identical tables. */
#include <string.h>

#include "accounts.h"
#include "inside.h"

enum { MAX_KIND = 64, MAX_ID = 128, MAX_ROLE = 200, MIN_SERIES_DIGITS = 6, MAX_SERIES_DIGITS = 15 };

moly_status record_node(const char *kind, const char *id, char **node, moly_error *err)
{
    *node = NULL;
    if (!kind || !kind[0] || strlen(kind) > MAX_KIND || strchr(kind, '/') || !moly_is_utf8(kind)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "kind of record '%s': 1 to %d bytes without '/' wanted", kind ? kind : "",
                         MAX_KIND);
    }
    if (!id || !id[0] || strlen(id) > MAX_ID || !moly_is_utf8(id)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "id of %s '%s': 1 to %d bytes wanted", kind,
                         id ? id : "", MAX_ID);
    }
    size_t size = strlen(kind) + strlen(id) + 2;
    *node = moly_alloc(size, 1);
    if (!*node) {
        return MOLY_NO_MEMORY(err);
    }
    (void)snprintf(*node, size, "%s/%s", kind, id);
    return MOLY_OK;
}

struct loaded {
    json_t *doc;
    int64_t seq;
};

static moly_status take_doc(void *context, const store_value *c, moly_error *err)
{
    struct loaded *loaded = context;
    loaded->seq = c[1].i;
    return moly_json_parse(store_get_text(&c[0]), c[0].length, &loaded->doc, err);
}

moly_status record_load(store *s, const char *node, json_t **doc, int64_t *seq, moly_error *err)
{
    struct loaded loaded = {0};
    *doc = NULL;
    moly_status status = store_query(s, "SELECT doc, seq FROM record WHERE node = $1",
                                     STORE_VALUES(store_text(node)), take_doc, &loaded, err);
    if (status) {
        json_decref(loaded.doc);
        return status;
    }
    *doc = loaded.doc;
    if (seq) {
        *seq = loaded.seq;
    }
    return MOLY_OK;
}

/* An array of objects under `key`; *array NULL when the body has none. */
static moly_status get_list(const json_t *body, const char *key, bool of_objects, json_t **array,
                            moly_error *err)
{
    *array = json_object_get(body, key);
    if (*array && !json_is_array(*array)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "body: '%s' is not an array", key);
    }
    size_t i;
    json_t *item;
    json_array_foreach(*array, i, item)
    {
        if (of_objects && !json_is_object(item)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "body: '%s' number %zu is not an object", key,
                             i + 1);
        }
    }
    return MOLY_OK;
}

static moly_status get_record(const json_t *record, const char **kind, const char **id,
                              json_t **set, char **node, moly_error *err)
{
    *kind = json_string_value(json_object_get(record, "kind"));
    *id = json_string_value(json_object_get(record, "id"));
    *set = json_object_get(record, "set");
    moly_status status = record_node(*kind, *id, node, err);
    if (status) {
        return status;
    }
    if (!json_is_object(*set)) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "record %s: 'set' is not an object", *node);
    }
    static const char *const reserved[] = {"kind", "id", "seq"};
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0] && !status; i++) {
        if (json_object_get(*set, reserved[i])) {
            status = MOLY_FAIL(err, MOLY_ERR_DATA, "record %s: member '%s' is the ledger's own",
                               *node, reserved[i]);
        }
    }
    if (status) {
        moly_free(*node);
        *node = NULL;
    }
    return status;
}

/* As record_load(), from what is known. */
static moly_status load(changes *c, const char *node, json_t **doc, moly_error *err)
{
    const changed_row *row = NULL;
    store_value columns[MAX_ROW_COLUMNS];
    *doc = NULL;
    moly_status status = changes_get_record(c, node, &row, err);
    if (status || !row->is_there) {
        return status;
    }
    (void)row_unpack(row->bytes, row->length, columns);
    return moly_json_parse(store_get_text(&columns[7]), columns[7].length, doc, err);
}

/* ---- before ------------------------------------------------------------------------------- */

/* What an earlier entry of the same body sets counts as the old value of a later one. */
static void overlay_earlier(json_t *records, size_t index, const char *kind, const char *id,
                            json_t **doc)
{
    for (size_t i = 0; i < index; i++) {
        json_t *earlier = json_array_get(records, i);
        const char *its_kind = json_string_value(json_object_get(earlier, "kind"));
        const char *its_id = json_string_value(json_object_get(earlier, "id"));
        if (its_kind && its_id && strcmp(its_kind, kind) == 0 && strcmp(its_id, id) == 0) {
            *doc = *doc ? *doc : json_object();
            (void)json_object_update(*doc, json_object_get(earlier, "set"));
        }
    }
}

moly_status projections_fill_before(changes *c, json_t *body, moly_error *err)
{
    json_t *records, *record;
    moly_status status = get_list(body, "records", true, &records, err);
    size_t i;
    json_array_foreach(records, i, record)
    {
        const char *kind, *id, *key;
        char *node = NULL;
        json_t *set, *value, *doc = NULL, *before = NULL;
        status = status ? status : get_record(record, &kind, &id, &set, &node, err);
        if (!status) {
            status = load(c, node, &doc, err);
        }
        moly_free(node);
        if (status) {
            return status;
        }
        overlay_earlier(records, i, kind, id, &doc);
        (void)json_object_del(record, "before");
        before = doc ? json_object() : NULL;
        json_object_foreach(set, key, value)
        {
            json_t *old = json_object_get(doc, key);
            if (before && json_object_set(before, key, old ? old : json_null()) != 0) {
                status = MOLY_NO_MEMORY(err);
            }
        }
        if (before && json_object_set_new(record, "before", before) != 0) {
            status = MOLY_NO_MEMORY(err);
        }
        json_decref(doc);
    }
    return status;
}

/* ---- records ------------------------------------------------------------------------------ */

static moly_status index_subject(changes *c, const char *subject, int64_t seq, moly_error *err)
{
    const store_value columns[] = {store_text(subject), store_int(seq)};
    return changes_put(c, P_EVENT_SUBJECT, columns, err);
}

/* "E-000042" counts in the series "E" of its kind; other ids in none. */
static moly_status count_in_series(changes *c, const char *kind, const char *id, moly_error *err)
{
    const char *dash = strrchr(id, '-');
    size_t digits = dash ? strlen(dash + 1) : 0;
    if (!dash || dash == id || digits < MIN_SERIES_DIGITS || digits > MAX_SERIES_DIGITS ||
        strspn(dash + 1, "0123456789") != digits) {
        return MOLY_OK;
    }
    char prefix[MAX_ID + 1];
    (void)snprintf(prefix, sizeof prefix, "%.*s", (int)(dash - id), id);
    int64_t number = 0;
    moly_status status = moly_integer_parse(dash + 1, &number, err);
    if (status) {
        return status;
    }
    char series[MAX_KIND + MAX_ID + 2];
    (void)snprintf(series, sizeof series, "%s\t%s", kind, prefix);
    const json_t *last = json_object_get(c->last_numbers, series);
    if (last && json_integer_value(last) < number &&
        json_object_set_new(c->last_numbers, series, json_integer(number)) != 0) {
        return MOLY_NO_MEMORY(err);
    }
    const store_value columns[] = {store_text(kind), store_text(prefix), store_int(number)};
    const changed_row *row = changes_find(c, P_SERIES, columns);
    if (row) {
        store_value known[MAX_ROW_COLUMNS];
        (void)row_unpack(row->bytes, row->length, known);
        if (known[2].i >= number) {
            return MOLY_OK;
        }
    }
    return changes_put(c, P_SERIES, columns, err);
}

static moly_status merge(json_t *doc, json_t *set, moly_error *err)
{
    const char *key;
    json_t *value;
    json_object_foreach(set, key, value)
    {
        if (json_is_null(value)) {
            (void)json_object_del(doc, key);
        } else if (json_object_set(doc, key, value) != 0) {
            return MOLY_NO_MEMORY(err);
        }
    }
    return MOLY_OK;
}

static moly_status get_index_text(const json_t *doc, const char *node, const char *key,
                                  const char **text, moly_error *err)
{
    const json_t *member = json_object_get(doc, key);
    *text = json_string_value(member);
    if (member && !*text) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "record %s: member '%s' is not a text", node, key);
    }
    return MOLY_OK;
}

static moly_status save_record(changes *c, const char *kind, const char *id, const char *node,
                               const json_t *doc, int64_t seq, moly_error *err)
{
    const char *state, *owner, *at;
    moly_instant instant = MOLY_INSTANT_NONE;
    moly_status status = get_index_text(doc, node, "state", &state, err);
    if (!status) {
        status = get_index_text(doc, node, "owner", &owner, err);
    }
    if (!status) {
        status = get_index_text(doc, node, "at", &at, err);
    }
    if (!status && at) {
        status = moly_instant_parse(at, &instant, err);
    }
    if (status) {
        moly_error_context(err, "record %s", node);
        return status;
    }
    char *text = moly_json_canonical(doc);
    if (!text) {
        return MOLY_NO_MEMORY(err);
    }
    const store_value columns[] = {
        store_text(node),  store_text(kind),  store_text(id),
        store_text(state), store_text(owner), store_int_or_null(instant.us, !at),
        store_int(seq),    store_text(text),
    };
    status = changes_put(c, P_RECORD, columns, err);
    moly_free(text);
    return status;
}

static moly_status apply_record(changes *c, const json_t *record, int64_t seq, moly_error *err)
{
    const char *kind, *id;
    char *node = NULL;
    json_t *set, *doc = NULL;
    moly_status status = get_record(record, &kind, &id, &set, &node, err);
    if (!status) {
        status = load(c, node, &doc, err);
    }
    if (!status && !doc) {
        doc = json_object();
        status = doc ? count_in_series(c, kind, id, err) : MOLY_NO_MEMORY(err);
    }
    if (!status) {
        status = merge(doc, set, err);
    }
    if (!status) {
        status = save_record(c, kind, id, node, doc, seq, err);
    }
    if (!status) {
        status = index_subject(c, node, seq, err);
    }
    json_decref(doc);
    moly_free(node);
    return status;
}

static moly_status apply_link(changes *c, const json_t *link, int64_t seq, moly_error *err)
{
    const char *from = NULL, *to = NULL, *role = NULL;
    moly_status status = moly_json_get_text(link, "from", &from, err);
    if (!status) {
        status = moly_json_get_text(link, "to", &to, err);
    }
    if (!status) {
        status = moly_json_get_text(link, "role", &role, err);
    }
    if (!status && (!strchr(from, '/') || !strchr(to, '/') || strcmp(from, to) == 0 ||
                    strlen(from) > MAX_KIND + MAX_ID + 1 || strlen(to) > MAX_KIND + MAX_ID + 1 ||
                    strlen(role) > MAX_ROLE)) {
        status =
            MOLY_FAIL(err, MOLY_ERR_DATA,
                      "link from '%.200s' to '%.200s': two different KIND/ID wanted", from, to);
    }
    if (status) {
        return status;
    }
    const store_value columns[] = {store_text(from), store_text(to), store_text(role),
                                   store_int(seq)};
    return changes_find(c, P_LINK, columns) ? MOLY_OK : changes_put(c, P_LINK, columns, err);
}

/* ---- corrections ---------------------------------------------------------------------------- */

/* a correction is a new event; it needs a reason, and the original then shows by which
 * event it was corrected. */
static moly_status apply_correction(changes *c, const applied_event *event, const json_t *body,
                                    moly_error *err)
{
    const json_t *corrects = json_object_get(body, "corrects");
    if (!corrects) {
        return MOLY_OK;
    }
    int64_t seq = json_integer_value(corrects);
    const char *reason = json_string_value(json_object_get(body, "reason"));
    if (!json_is_integer(corrects) || seq < 1 || seq >= event->seq) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "body: 'corrects' must be the number of an earlier event");
    }
    if (!reason || strspn(reason, " \t\n") == strlen(reason)) {
        return MOLY_REFUSE(err, "R-04", "correcting event %lld needs a reason", (long long)seq);
    }
    const store_value columns[] = {store_int(seq), store_int(event->seq)};
    return changes_put(c, P_CORRECTION, columns, err);
}

/* ---- reading ahead -------------------------------------------------------------------------- */

static moly_status want_account(changes *c, const json_t *object, const char *key, moly_error *err)
{
    const char *name = json_string_value(json_object_get(object, key));
    return name ? account_want(c, name, err) : MOLY_OK;
}

/* What is malformed is found where it is applied. */
moly_status projections_read_ahead(changes *c, const json_t *body, moly_error *err)
{
    size_t i;
    json_t *item;
    moly_status status = MOLY_OK;
    json_array_foreach(json_object_get(body, "records"), i, item)
    {
        const char *kind = json_string_value(json_object_get(item, "kind"));
        const char *id = json_string_value(json_object_get(item, "id"));
        char *node = NULL;
        if (!status && kind && id && record_node(kind, id, &node, NULL) == MOLY_OK) {
            status = changes_want_record(c, node, err);
        }
        moly_free(node);
    }
    json_array_foreach(json_object_get(body, "transfers"), i, item)
    {
        status = status ? status : want_account(c, item, "from", err);
        status = status ? status : want_account(c, item, "to", err);
    }
    json_array_foreach(json_object_get(body, "measurements"), i, item)
    {
        status = status ? status : want_account(c, item, "account", err);
    }
    return status;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static moly_status apply_activity(changes *c, const applied_event *event, const json_t *body,
                                  moly_error *err)
{
    posting_context context = {.changes = c, .event = event, .index_subject = index_subject};
    json_t *transfers, *measurements, *closes, *item;
    size_t i;
    moly_status status = get_list(body, "transfers", true, &transfers, err);
    if (!status) {
        status = get_list(body, "measurements", true, &measurements, err);
    }
    if (!status) {
        status = get_list(body, "closes", false, &closes, err);
    }
    if (status) {
        return status;
    }
    json_array_foreach(transfers, i, item)
    {
        status = status ? status : accounts_transfer(&context, item, err);
    }
    json_array_foreach(measurements, i, item)
    {
        status = status ? status : accounts_measure(&context, item, err);
    }
    json_array_foreach(closes, i, item)
    {
        status = status ? status : accounts_close(&context, body, json_string_value(item), err);
    }
    return status;
}

moly_status projections_apply(changes *c, const applied_event *event, const json_t *body,
                              moly_error *err)
{
    json_t *records, *links, *item;
    size_t i;
    moly_status status = index_subject(c, event->subject, event->seq, err);
    if (!status) {
        status = apply_correction(c, event, body, err);
    }
    if (!status) {
        status = get_list(body, "records", true, &records, err);
    }
    if (!status) {
        status = get_list(body, "links", true, &links, err);
    }
    if (!status) {
        json_array_foreach(records, i, item)
        {
            status = status ? status : apply_record(c, item, event->seq, err);
        }
        json_array_foreach(links, i, item)
        {
            status = status ? status : apply_link(c, item, event->seq, err);
        }
    }
    if (!status) {
        status = apply_activity(c, event, body, err);
    }
    if (status) {
        moly_error_context(err, "%s about %s", event->kind, event->subject);
    }
    return status;
}

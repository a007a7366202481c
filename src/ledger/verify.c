/* SPDX-License-Identifier: Apache-2.0 */
/* Proof, from the tables alone, opened for reading: every hash, link, signature, signed head and
 * blob. The README gives the order and the formats; another program can be written from it. */
#include <string.h>

#include "anchor.h"
#include "event.h"

enum { PAGE = 500, MAX_SIGNATURES = 8 };

typedef struct proof {
    store *store;
    site_row site;
    anchor *anchor; /* NULL: none */
    chain_head head;
    bool is_anchor_met;
    int64_t n_signatures, n_heads, n_clock_steps, last_system_us, n_page;
    json_t *keys;       /* {"vera": "hex"}: the key that the events so far give each person */
    json_t *registered; /* {"vera hex": true}: all that were ever given */
    json_t *blobs;      /* {"hash": true}: those that events name */
} proof;

/* ---- what an event says about keys and blobs ------------------------------------------------ */

static moly_status learn_keys(proof *p, const json_t *body, moly_error *err)
{
    size_t i;
    json_t *record;
    json_array_foreach(json_object_get(body, "records"), i, record)
    {
        const char *kind = json_string_value(json_object_get(record, "kind"));
        const char *id = json_string_value(json_object_get(record, "id"));
        const char *key =
            json_string_value(json_object_get(json_object_get(record, "set"), "public_key"));
        if (!kind || !id || !key || strcmp(kind, "person") != 0) {
            continue;
        }
        moly_text both = {0};
        moly_text_printf(&both, "%s %s", id, key);
        bool is_kept = !both.is_broken && json_object_set_new(p->keys, id, json_string(key)) == 0 &&
                       json_object_set_new(p->registered, both.data, json_true()) == 0;
        moly_text_free(&both);
        if (!is_kept) {
            return MOLY_NO_MEMORY(err);
        }
    }
    return MOLY_OK;
}

struct blob_proof {
    const char *hash, *media_type;
    bool is_good;
};

static moly_status take_blob(void *context, const store_value *c, moly_error *err)
{
    (void)err;
    struct blob_proof *one = context;
    uint8_t hash[HASH_BYTES];
    char hex[HASH_HEX];
    hash_bytes(c[0].length ? c[0].data : "", c[0].length, hash);
    one->is_good = strcmp(sodium_bin2hex(hex, sizeof hex, hash, HASH_BYTES), one->hash) == 0 &&
                   strcmp(store_get_text(&c[1]), one->media_type) == 0;
    return MOLY_OK;
}

static moly_status prove_blobs(proof *p, int64_t seq, const json_t *body, moly_error *err)
{
    size_t i;
    json_t *blob;
    json_array_foreach(json_object_get(body, "blobs"), i, blob)
    {
        const char *hash = json_string_value(json_object_get(blob, "hash"));
        const char *media_type = json_string_value(json_object_get(blob, "media_type"));
        if (!hash || !media_type || json_object_get(p->blobs, hash)) {
            continue;
        }
        struct blob_proof one = {.hash = hash, .media_type = media_type};
        moly_status status =
            store_query(p->store, "SELECT data, media_type FROM blob WHERE hash = $1",
                        STORE_VALUES(store_text(hash)), take_blob, &one, err);
        if (status) {
            return status;
        }
        if (!one.is_good) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "event %lld: blob %.64s is missing or altered",
                             (long long)seq, hash);
        }
        if (json_object_set_new(p->blobs, hash, json_true()) != 0) {
            return MOLY_NO_MEMORY(err);
        }
    }
    return MOLY_OK;
}

/* Most bodies have neither, and need not be parsed. */
static moly_status learn(proof *p, const event_row *event, moly_error *err)
{
    if (!strstr(event->body, "\"public_key\"") && !strstr(event->body, "\"blobs\"")) {
        return MOLY_OK;
    }
    json_t *body = NULL;
    moly_status status = moly_json_parse(event->body, event->body_length, &body, err);
    if (!status) {
        status = learn_keys(p, body, err);
    }
    if (!status) {
        status = prove_blobs(p, event->seq, body, err);
    }
    json_decref(body);
    return status;
}

/* ---- signatures ----------------------------------------------------------------------------- */

struct signature_walk {
    const struct json_t *keys;
    const event_row *event;
    signature_row rows[MAX_SIGNATURES];
    size_t n;
};

static moly_status take_signature(void *context, const store_value *columns, moly_error *err)
{
    struct signature_walk *walk = context;
    long long seq = (long long)walk->event->seq;
    signature_row row;
    bool is_good = false;
    if (walk->n == MAX_SIGNATURES || columns[1].i != (int64_t)walk->n ||
        !signature_take(columns, &row)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "event %lld: a signature is damaged", seq);
    }
    moly_status status = signature_check(walk->event->content_hash, &row, &is_good, err);
    if (status) {
        return status;
    }
    if (!is_good) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "event %lld: the signature of %.64s does not fit what was signed", seq,
                         row.person);
    }
    char hex[HASH_HEX];
    sodium_bin2hex(hex, sizeof hex, row.public_key, KEY_BYTES);
    const char *key = json_string_value(json_object_get(walk->keys, row.person));
    if (!key || strcmp(key, hex) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "event %lld: the signature of %.64s is made with a key that no event "
                         "gave this person",
                         seq, row.person);
    }
    walk->rows[walk->n++] = row; /* only the bytes are read later */
    return MOLY_OK;
}

/* Signatures of a key that the event itself replaces are made with the old one or the new one. */
static moly_status prove_signatures(proof *p, const event_row *event, moly_error *err)
{
    struct signature_walk walk = {.keys = p->keys, .event = event};
    moly_status status = MOLY_OK;
    if (event->n_signatures > 0) {
        moly_error first = {0};
        status = store_query(
            p->store, "SELECT " SIGNATURE_COLUMNS " FROM signature WHERE seq = $1 ORDER BY n",
            STORE_VALUES(store_int(event->seq)), take_signature, &walk, &first);
        if (status) { /* once more, after the event's own keys are known */
            walk.n = 0;
            status = learn(p, event, err);
            if (!status) {
                status = store_query(
                    p->store,
                    "SELECT " SIGNATURE_COLUMNS " FROM signature WHERE seq = $1 ORDER BY n",
                    STORE_VALUES(store_int(event->seq)), take_signature, &walk, err);
            }
        }
    }
    if (status) {
        return status;
    }
    uint8_t hash[HASH_BYTES];
    event_chain_hash(event->content_hash, walk.rows, walk.n, hash);
    if ((int64_t)walk.n != event->n_signatures || memcmp(hash, event->hash, HASH_BYTES) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "event %lld (%.100s): its hash or its signatures were altered",
                         (long long)event->seq, event->kind);
    }
    p->n_signatures += event->n_signatures;
    return MOLY_OK;
}

/* ---- events --------------------------------------------------------------------------------- */

/* Event 1 says which site this is. */
static moly_status prove_genesis(const proof *p, const event_row *event, moly_error *err)
{
    json_t *body = NULL;
    char hex[HASH_HEX];
    moly_status status = moly_json_parse(event->body, event->body_length, &body, err);
    if (status) {
        return status;
    }
    const json_t *record = json_array_get(json_object_get(body, "records"), 0);
    json_t *expected =
        json_pack("{s:s, s:s, s:I, s:b, s:s, s:I}", "name", p->site.name, "country",
                  p->site.country, "utc_offset_minutes", (json_int_t)p->site.utc_offset_minutes,
                  "training", (int)p->site.is_training, "public_key",
                  sodium_bin2hex(hex, sizeof hex, p->site.key, KEY_BYTES), "format",
                  (json_int_t)p->site.format);
    const char *id = json_string_value(json_object_get(record, "id"));
    if (strcmp(event->kind, "ledger.create") != 0 || !id || strcmp(id, p->site.id) != 0 ||
        !json_equal(json_object_get(record, "set"), expected)) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA,
                           "event 1 does not say what table site says: one of them was altered");
    }
    json_decref(expected);
    json_decref(body);
    return status;
}

static moly_status prove_event(void *context, const store_value *columns, moly_error *err)
{
    proof *p = context;
    event_row event;
    uint8_t hash[HASH_BYTES];
    long long seq = (long long)p->head.seq + 1;
    p->n_page++;
    if (!event_take(columns, &event)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "event %lld: a column was altered in its type", seq);
    }
    if (event.seq != seq) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "event %lld is missing: %lld follows %lld", seq,
                         (long long)event.seq, seq - 1);
    }
    moly_status status = event_content_hash(&event, p->site.id, p->site.is_training, hash, err);
    if (status) {
        return status;
    }
    if (memcmp(hash, event.content_hash, HASH_BYTES) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "event %lld (%.100s): its content was altered", seq,
                         event.kind);
    }
    if (memcmp(event.prev, p->head.hash, HASH_BYTES) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "event %lld (%.100s): it does not follow from the event before it", seq,
                         event.kind);
    }
    status = prove_signatures(p, &event, err);
    if (!status && event.seq == 1) {
        status = prove_genesis(p, &event, err);
    }
    if (!status) {
        status = learn(p, &event, err);
    }
    if (status) {
        return status;
    }
    if (strcmp(event.clock, "simulated") != 0) {
        p->n_clock_steps += event.recorded_us < p->last_system_us;
        p->last_system_us = event.recorded_us;
    }
    p->head.seq = event.seq;
    memcpy(p->head.hash, event.hash, HASH_BYTES);
    if (p->anchor && p->anchor->head.seq == event.seq) {
        p->is_anchor_met = memcmp(p->anchor->head.hash, event.hash, HASH_BYTES) == 0;
    }
    return MOLY_OK;
}

static moly_status prove_chain(proof *p, const moly_progress *progress, moly_error *err)
{
    int64_t last = 0;
    moly_status status =
        store_query_int(p->store, "SELECT max(seq) FROM event", NULL, 0, &last, NULL, err);
    do {
        p->n_page = 0;
        if (!status) {
            status =
                moly_progress_step(progress, last > 0 ? (double)p->head.seq / (double)last : 0.0,
                                   "verifying events", err);
        }
        if (!status) {
            status = store_query(
                p->store,
                "SELECT " EVENT_COLUMNS " FROM event WHERE seq > $1 ORDER BY seq LIMIT $2",
                STORE_VALUES(store_int(p->head.seq), store_int(PAGE)), prove_event, p, err);
        }
    } while (!status && p->n_page == PAGE);
    if (!status && p->head.seq == 0) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "event 1 is missing: there are no events at all");
    }
    return status;
}

/* ---- heads ---------------------------------------------------------------------------------- */

struct head_walk {
    proof *p;
    int64_t last_seq;
};

static moly_status prove_head(void *context, const store_value *c, moly_error *err)
{
    struct head_walk *walk = context;
    proof *p = walk->p;
    chain_head head = {.seq = c[0].i};
    uint8_t signature[SIGNATURE_BYTES], hash[HASH_BYTES];
    bool is_good = false;
    long long seq = (long long)head.seq, first = (long long)walk->last_seq + 1;
    if (c[4].is_null || !take_bytes(&c[4], hash, HASH_BYTES)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "event %lld is missing: the site signed it as the head of the chain", seq);
    }
    if (!take_bytes(&c[1], head.hash, HASH_BYTES) ||
        !take_bytes(&c[3], signature, SIGNATURE_BYTES) || c[2].type != STORE_INT) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "event %lld: its signed head is damaged", seq);
    }
    moly_status status =
        head_check(p->site.id, &head, c[2].i, p->site.key, signature, &is_good, err);
    if (status) {
        return status;
    }
    if (!is_good) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "event %lld: the site's signature of the head was altered", seq);
    }
    if (memcmp(hash, head.hash, HASH_BYTES) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "event %lld: events %lld to %lld were rewritten after the site signed "
                         "their head",
                         first, first, seq);
    }
    walk->last_seq = head.seq;
    p->n_heads++;
    return MOLY_OK;
}

static moly_status prove_heads(proof *p, moly_error *err)
{
    struct head_walk walk = {.p = p};
    moly_status status =
        store_query(p->store,
                    "SELECT head.seq, head.hash, head.signed_us, head.signature, event.hash"
                    " FROM head LEFT JOIN event ON event.seq = head.seq ORDER BY head.seq",
                    NULL, 0, prove_head, &walk, err);
    if (!status && walk.last_seq != p->head.seq) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA,
                           "event %lld: no head signed by the site covers it and what follows",
                           (long long)walk.last_seq + 1);
    }
    return status;
}

/* ---- what hangs on nothing ------------------------------------------------------------------ */

static moly_status take_credential(void *context, const store_value *c, moly_error *err)
{
    proof *p = context;
    uint8_t key[KEY_BYTES];
    char hex[HASH_HEX];
    moly_text both = {0};
    if (!take_bytes(&c[1], key, KEY_BYTES)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "a credential of %.64s is damaged",
                         store_get_text(&c[0]));
    }
    moly_text_printf(&both, "%s %s", store_get_text(&c[0]),
                     sodium_bin2hex(hex, sizeof hex, key, KEY_BYTES));
    bool is_known = !both.is_broken && json_object_get(p->registered, both.data);
    moly_text_free(&both);
    return is_known ? MOLY_OK
                    : MOLY_FAIL(err, MOLY_ERR_DATA,
                                "a credential of %.64s has a key that no event gave this person",
                                store_get_text(&c[0]));
}

static moly_status prove_nothing_was_added(proof *p, moly_error *err)
{
    int64_t n_signatures = 0, n_blobs = 0;
    moly_status status = store_query_int(p->store, "SELECT count(*) FROM signature", NULL, 0,
                                         &n_signatures, NULL, err);
    if (!status && n_signatures != p->n_signatures) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "%lld signatures belong to no event",
                           (long long)(n_signatures - p->n_signatures));
    }
    if (!status) {
        status =
            store_query_int(p->store, "SELECT count(*) FROM blob", NULL, 0, &n_blobs, NULL, err);
    }
    if (!status && n_blobs != (int64_t)json_object_size(p->blobs)) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "a blob is named by no event");
    }
    if (!status) {
        status = store_query(p->store, "SELECT person, public_key FROM credential", NULL, 0,
                             take_credential, p, err);
    }
    return status;
}

static moly_status prove_anchor(const proof *p, moly_error *err)
{
    const anchor *a = p->anchor;
    char text[MOLY_INSTANT_TEXT_SIZE];
    if (!a) {
        return MOLY_OK;
    }
    if (strcmp(a->site_id, p->site.id) != 0 || memcmp(a->key, p->site.key, KEY_BYTES) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "the anchor is of site %s with another key: this ledger is not the one "
                         "that was anchored",
                         a->site_id);
    }
    (void)moly_instant_format((moly_instant){a->signed_us}, text);
    if (a->head.seq > p->head.seq) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "event %lld is missing: the ledger ends at event %lld, but event %lld was "
                         "anchored at %s",
                         (long long)p->head.seq + 1, (long long)p->head.seq, (long long)a->head.seq,
                         text);
    }
    if (!p->is_anchor_met) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "event %lld is not the one that was anchored at %s: it or one before it "
                         "was rewritten",
                         (long long)a->head.seq, text);
    }
    return MOLY_OK;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static moly_status prove(proof *p, const moly_progress *progress, moly_error *err)
{
    bool is_there = false;
    moly_status status = p->store->ops->has_schema(p->store, &is_there, err);
    if (!status && !is_there) {
        status = MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "no ledger in this database");
    }
    if (!status) {
        status = site_load(p->store, &p->site, err);
    }
    if (!status) {
        status = prove_chain(p, progress, err);
    }
    if (!status) {
        status = prove_heads(p, err);
    }
    if (!status) {
        status = prove_nothing_was_added(p, err);
    }
    return status ? status : prove_anchor(p, err);
}

static json_t *make_report(const proof *p)
{
    char hex[HASH_HEX];
    json_t *report =
        json_pack("{s:s, s:I, s:I, s:I, s:I, s:s, s:I}", "site", p->site.id, "events",
                  (json_int_t)p->head.seq, "signatures", (json_int_t)p->n_signatures, "heads",
                  (json_int_t)p->n_heads, "blobs", (json_int_t)json_object_size(p->blobs),
                  "head_hash", sodium_bin2hex(hex, sizeof hex, p->head.hash, HASH_BYTES),
                  "clock_steps_back", (json_int_t)p->n_clock_steps);
    if (report && p->anchor) {
        (void)json_object_set_new(report, "anchored_event", json_integer(p->anchor->head.seq));
    }
    return report;
}

moly_status ledger_verify_with(const char *url, const store_options *options,
                               const char *anchor_path, const moly_progress *progress,
                               json_t **report, moly_error *err)
{
    *report = NULL;
    anchor from_outside;
    proof p = {.last_system_us = INT64_MIN};
    moly_status status = MOLY_OK;
    if (sodium_init() < 0) {
        return MOLY_FAIL(err, MOLY_ERR_INTERNAL, "libsodium cannot start");
    }
    p.keys = json_object();
    p.registered = json_object();
    p.blobs = json_object();
    if (!p.keys || !p.registered || !p.blobs) {
        status = MOLY_NO_MEMORY(err);
    }
    if (!status && anchor_path) {
        status = anchor_load(anchor_path, &from_outside, err);
        p.anchor = &from_outside;
    }
    if (!status) {
        status = store_open(url, STORE_READ, options, &p.store, err);
    }
    if (!status) {
        status = store_begin(p.store, err);
    }
    if (!status) {
        status = prove(&p, progress, err);
        store_rollback(p.store);
    }
    if (!status) {
        *report = make_report(&p);
        status = *report ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    store_close(p.store);
    site_free(&p.site);
    json_decref(p.keys);
    json_decref(p.registered);
    json_decref(p.blobs);
    return status;
}

moly_status moly_ledger_verify(const char *url, const char *anchor_path,
                               const moly_progress *progress, json_t **report, moly_error *err)
{
    return ledger_verify_with(url, NULL, anchor_path, progress, report, err);
}

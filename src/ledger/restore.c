/* SPDX-License-Identifier: Apache-2.0 */
/* A backup into a ledger. All rows, the tables made of them and the event that says so come
 * in one transaction: a restore that was cut off leaves a database without events, into which the
 * next one goes. */
#include "moly/ledger/backup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "accounts.h"
#include "anchor.h"
#include "compare.h"
#include "copy.h"

enum { URL_SIZE = 4104, MAX_HASHED = 1 << 20 };

struct restoring {
    store *from;
    const anchor *anchor; /* NULL: none */
    const moly_progress *progress;
    chain_head last; /* of the backup */
    int64_t last_recorded_us, seq;
    char id[32];
};

/* ---- what is there, and what is not --------------------------------------------------------- */

/* A database without events: no tables, or those of a restore that was cut off. */
static moly_status prepare(store *s, moly_error *err)
{
    bool is_there = false;
    int64_t n_events = 0;
    moly_status status = store_begin(s, err);
    if (status) {
        return status;
    }
    status = s->ops->has_schema(s, &is_there, err);
    if (!status && is_there) {
        status = store_query_int(s, "SELECT count(*) FROM event", NULL, 0, &n_events, NULL, err);
    }
    if (!status && n_events > 0) {
        status = MOLY_REFUSE(err, "R-06",
                             "there is a ledger of %lld events in this database; a backup is "
                             "restored into an empty one",
                             (long long)n_events);
    }
    if (!status && !is_there) {
        status = s->ops->make_schema(s, err);
    }
    if (!status) {
        status = store_commit(s, err);
    }
    if (status) {
        store_rollback(s);
    }
    return status;
}

static int64_t n_missing(const struct restoring *r)
{
    return r->anchor && r->anchor->head.seq > r->last.seq ? r->anchor->head.seq - r->last.seq : 0;
}

/* The anchor is of this ledger, and of this history as far as the backup goes. */
static moly_status check_anchor(const struct restoring *r, const moly_ledger *ledger,
                                moly_error *err)
{
    int64_t n_same = 0;
    const anchor *a = r->anchor;
    if (!a) {
        return MOLY_OK;
    }
    if (strcmp(a->site_id, ledger->site_id) != 0 ||
        memcmp(a->key, ledger->site_key, KEY_BYTES) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "the anchor is of site %s, not of the backup's",
                         a->site_id);
    }
    if (a->head.seq > r->last.seq) {
        return MOLY_OK;
    }
    moly_status status =
        store_query_int(r->from, "SELECT count(*) FROM event WHERE seq = $1 AND hash = $2",
                        STORE_VALUES(store_int(a->head.seq), store_blob(a->head.hash, HASH_BYTES)),
                        &n_same, NULL, err);
    if (!status && n_same == 0) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA,
                           "event %lld of the backup is not the one that was anchored: it is "
                           "another history",
                           (long long)a->head.seq);
    }
    return status;
}

/* ---- the transaction ------------------------------------------------------------------------ */

static moly_status make_projections(moly_transaction *transaction, const struct restoring *r,
                                    moly_error *err)
{
    table_comparison *tables = moly_alloc(N_PROJECTIONS, sizeof *tables);
    changes all;
    int64_t n_events = 0;
    changes_init(&all, NULL, &transaction->ledger->families);
    moly_status status = tables ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status) {
        status = projections_figure(transaction->store, &all, r->progress, &n_events, err);
    }
    if (!status) {
        status = projections_compare(transaction->store, &all, true, r->progress, tables, err);
    }
    changes_free(&all);
    moly_free(tables);
    return status;
}

/* Persons read it on their first screen until somebody has dealt with what is missing. */
static json_t *restore_body(const struct restoring *r)
{
    char hash[HASH_HEX], recorded[MOLY_INSTANT_TEXT_SIZE], anchored[MOLY_INSTANT_TEXT_SIZE];
    json_t *set = json_pack(
        "{s:s, s:I, s:s, s:s}", "state", "to be accepted", "last_event", (json_int_t)r->last.seq,
        "last_hash", sodium_bin2hex(hash, sizeof hash, r->last.hash, HASH_BYTES),
        "last_recorded_at", moly_instant_format((moly_instant){r->last_recorded_us}, recorded));
    if (set && r->anchor) {
        (void)json_object_set_new(set, "missing_events", json_integer((json_int_t)n_missing(r)));
        (void)json_object_set_new(set, "anchored_event",
                                  json_integer((json_int_t)r->anchor->head.seq));
        (void)json_object_set_new(
            set, "anchored_at",
            json_string(moly_instant_format((moly_instant){r->anchor->signed_us}, anchored)));
    }
    return json_pack("{s:[{s:s, s:s, s:o}]}", "records", "kind", "restore", "id", r->id, "set",
                     set);
}

static moly_status append_restore(moly_transaction *transaction, struct restoring *r,
                                  moly_error *err)
{
    char *subject = NULL;
    json_t *body = NULL, *event = NULL;
    const moly_instant now = moly_clock_now(transaction->ledger->clock);
    char at[MOLY_INSTANT_TEXT_SIZE];
    moly_status status = moly_transaction_next_id(transaction, "restore", "RST", r->id, err);
    if (!status) {
        body = restore_body(r);
        status = body ? record_node("restore", r->id, &subject, err) : MOLY_NO_MEMORY(err);
    }
    if (!status) {
        json_t *set = json_object_get(json_array_get(json_object_get(body, "records"), 0), "set");
        status = json_object_set_new(set, "at", json_string(moly_instant_format(now, at))) == 0
                     ? MOLY_OK
                     : MOLY_NO_MEMORY(err);
    }
    if (!status) {
        const moly_draft draft = {.kind = "ledger.restore",
                                  .subject = subject,
                                  .at = now,
                                  .person = "moly",
                                  .authentication = "program",
                                  .body = body};
        status = moly_transaction_append(transaction, &draft, &event, err);
    }
    r->seq = json_integer_value(json_object_get(event, "seq"));
    json_decref(event);
    moly_free(subject);
    json_decref(body);
    return status;
}

static moly_status restore(moly_transaction *transaction, void *context, moly_error *err)
{
    struct restoring *r = context;
    store *s = transaction->store;
    moly_status status = copy_evidence(r->from, s, r->progress, err);
    status = status ? status : ledger_load_site(transaction->ledger, err);
    status = status ? status : chain_load_head(s, &transaction->head, err);
    if (!status) {
        r->last = transaction->head;
        status =
            store_query_int(s, "SELECT recorded_us FROM event WHERE seq = $1",
                            STORE_VALUES(store_int(r->last.seq)), &r->last_recorded_us, NULL, err);
    }
    status = status ? status : check_anchor(r, transaction->ledger, err);
    status = status ? status : make_projections(transaction, r, err);
    return status ? status : append_restore(transaction, r, err);
}

/* ---- the whole way -------------------------------------------------------------------------- */

static moly_status open_backup(const char *path, const moly_progress *progress, store **opened,
                               moly_error *err)
{
    char url[URL_SIZE];
    json_t *proof = NULL;
    if (snprintf(url, sizeof url, "sqlite:%s", path) >= (int)sizeof url) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%.60s...: the path is too long", path);
    }
    moly_status status = moly_ledger_verify(url, NULL, progress, &proof, err);
    json_decref(proof);
    status = status ? status : store_open(url, STORE_READ, NULL, opened, err);
    return status ? status : store_begin(*opened, err);
}

static moly_status make_report(const struct restoring *r, const char *url, double begun_s,
                               json_t **report, moly_error *err)
{
    char hash[HASH_HEX], recorded[MOLY_INSTANT_TEXT_SIZE];
    *report =
        json_pack("{s:s, s:I, s:s, s:s, s:s, s:I, s:o, s:o}", "database", url, "events",
                  (json_int_t)r->last.seq, "hash",
                  sodium_bin2hex(hash, sizeof hash, r->last.hash, HASH_BYTES), "last_recorded_at",
                  moly_instant_format((moly_instant){r->last_recorded_us}, recorded), "restore",
                  r->id, "seq", (json_int_t)r->seq, "missing_events",
                  r->anchor ? json_integer((json_int_t)n_missing(r)) : json_null(), "duration_s",
                  moly_json_rounded(monotonic_s() - begun_s, 3));
    return *report ? MOLY_OK : MOLY_NO_MEMORY(err);
}

moly_status moly_ledger_restore(const char *path, const char *url, const moly_clock *clock,
                                const char *anchor_path, const moly_progress *progress,
                                json_t **report, moly_error *err)
{
    *report = NULL;
    const double begun_s = monotonic_s();
    anchor newest_anchor;
    struct restoring r = {.progress = progress};
    moly_ledger *ledger = NULL;
    json_t *proof = NULL;
    moly_status status = MOLY_OK;
    if (anchor_path) {
        status = anchor_load(anchor_path, &newest_anchor, err);
        r.anchor = &newest_anchor;
    }
    status = status ? status : open_backup(path, progress, &r.from, err);
    status = status ? status : ledger_new(url, NULL, clock, &ledger, err);
    status =
        status ? status : store_open(url, STORE_CREATE, &ledger->options, &ledger->writer, err);
    status = status ? status : prepare(ledger->writer, err);
    status = status ? status : moly_ledger_transact(ledger, restore, &r, err);
    moly_ledger_close(ledger);
    if (r.from) {
        store_rollback(r.from);
    }
    store_close(r.from);
    status = status ? status : moly_ledger_verify(url, NULL, progress, &proof, err);
    json_decref(proof);
    return status ? status : make_report(&r, url, begun_s, report, err);
}

/* ---- a try ---------------------------------------------------------------------------------- */

static moly_status hash_file(const char *path, char hex[HASH_HEX], moly_error *err)
{
    crypto_generichash_state state;
    uint8_t hash[HASH_BYTES];
    uint8_t *buffer = moly_alloc(MAX_HASHED, 1);
    FILE *file = fopen(path, "rb");
    moly_status status = buffer ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status && !file) {
        status = MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "cannot open %s: %s", path, strerror(errno));
    }
    (void)crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
    for (size_t n = 1; n > 0 && !status;) {
        n = fread(buffer, 1, MAX_HASHED, file);
        (void)crypto_generichash_update(&state, buffer, n);
        if (ferror(file)) {
            status = MOLY_FAIL(err, MOLY_ERR_IO, "cannot read %s", path);
        }
    }
    (void)crypto_generichash_final(&state, hash, HASH_BYTES);
    sodium_bin2hex(hex, HASH_HEX, hash, HASH_BYTES);
    if (file) {
        (void)fclose(file);
    }
    moly_free(buffer);
    return status;
}

static void remove_database(const char *folder, const char *database)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char path[URL_SIZE];
        (void)snprintf(path, sizeof path, "%s%s", database, ends[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

moly_status moly_ledger_try_backup(const char *path, const moly_clock *clock,
                                   const moly_progress *progress, json_t **report, moly_error *err)
{
    *report = NULL;
    const char *place = getenv("TMPDIR");
    char folder[512], url[600], hash[HASH_HEX];
    json_t *compared = NULL, *made = NULL;
    (void)snprintf(folder, sizeof folder, "%.400s/moly-restore-XXXXXX",
                   place && *place ? place : "/tmp");
    if (!mkdtemp(folder)) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "cannot make %s: %s", folder, strerror(errno));
    }
    (void)snprintf(url, sizeof url, "sqlite:%s/try.db", folder);
    moly_status status = hash_file(path, hash, err);
    status = status ? status : moly_ledger_restore(path, url, clock, NULL, progress, &made, err);
    status = status ? status : moly_ledger_compare(url, progress, &compared, err);
    remove_database(folder, url + strlen("sqlite:"));
    json_decref(compared);
    if (!status && json_object_set_new(made, "backup_hash", json_string(hash)) != 0) {
        status = MOLY_NO_MEMORY(err);
    }
    if (status) {
        json_decref(made);
        return status;
    }
    *report = made;
    return MOLY_OK;
}

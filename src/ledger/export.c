/* SPDX-License-Identifier: Apache-2.0 */
/* The machine copy: lines of JSON that any program reads, and a checksum that any machine
 * computes again. */
#include <string.h>

#include "event.h"

enum { PAGE = 500 };

struct exporting {
    const moly_ledger_reader *reader;
    moly_export_write write;
    void *context;
    crypto_generichash_state hash;
    int64_t n_events;
};

static moly_status write_line(struct exporting *x, const json_t *json, moly_error *err)
{
    char *text = moly_json_canonical(json);
    if (!text) {
        return MOLY_NO_MEMORY(err);
    }
    size_t length = strlen(text);
    text[length++] = '\n'; /* in the place of the zero at the end */
    (void)crypto_generichash_update(&x->hash, (const uint8_t *)text, length);
    moly_status status = x->write(x->context, text, length, err);
    moly_free(text);
    return status;
}

/* {KEY: value} as a line; takes over `value`. */
static moly_status write_member(struct exporting *x, const char *key, json_t *value,
                                moly_error *err)
{
    json_t *line = value ? json_pack("{s:o}", key, value) : NULL;
    moly_status status = line ? write_line(x, line, err) : MOLY_NO_MEMORY(err);
    json_decref(line);
    return status;
}

static moly_status write_title(struct exporting *x, const char *node, moly_error *err)
{
    const moly_ledger *ledger = x->reader->ledger;
    char at[MOLY_INSTANT_TEXT_SIZE], key[2 * KEY_BYTES + 1];
    json_t *title = json_pack(
        "{s:s, s:s?, s:s, s:{s:s, s:s, s:s, s:i, s:b, s:s}}", "format", "moly export 1", "record",
        node, "exported_at", moly_instant_format(moly_clock_now(ledger->clock), at), "site", "id",
        ledger->site_id, "name", ledger->site.name, "country", ledger->site.country,
        "utc_offset_minutes", ledger->site.utc_offset_minutes, "training",
        (int)ledger->site.is_training, "public_key",
        sodium_bin2hex(key, sizeof key, ledger->site_key, KEY_BYTES));
    return write_member(x, "export", title, err);
}

static moly_status write_events(struct exporting *x, const char *node,
                                const moly_progress *progress, moly_error *err)
{
    moly_event_query query = {.subject = node, .limit = PAGE};
    int64_t last = 0;
    size_t n = PAGE, i;
    moly_status status = moly_ledger_head(x->reader, &last, err);
    while (!status && n == PAGE) {
        json_t *events = NULL, *event;
        status =
            moly_progress_step(progress, last > 0 ? (double)query.after_seq / (double)last : 0.0,
                               "exporting events", err);
        if (!status) {
            status = moly_ledger_events(x->reader, &query, &events, err);
        }
        n = json_array_size(events);
        json_array_foreach(events, i, event)
        {
            status = status ? status : write_member(x, "event", json_incref(event), err);
            query.after_seq = json_integer_value(json_object_get(event, "seq"));
            x->n_events++;
        }
        json_decref(events);
    }
    return status;
}

static moly_status finish(struct exporting *x, json_t **report, moly_error *err)
{
    uint8_t hash[HASH_BYTES];
    char hex[HASH_HEX];
    (void)crypto_generichash_final(&x->hash, hash, HASH_BYTES);
    sodium_bin2hex(hex, sizeof hex, hash, HASH_BYTES);
    json_t *made = json_pack("{s:I, s:s}", "events", (json_int_t)x->n_events, "blake2b_256", hex);
    json_t *line = json_pack("{s:s, s:s}", "blake2b_256", hex, "of", "all lines above");
    moly_status status = made ? write_member(x, "checksum", line, err) : MOLY_NO_MEMORY(err);
    if (status) {
        json_decref(made);
        return status;
    }
    *report = made;
    return MOLY_OK;
}

moly_status moly_ledger_export(const moly_ledger_reader *reader, const char *kind, const char *id,
                               const moly_progress *progress, moly_export_write write,
                               void *context, json_t **report, moly_error *err)
{
    *report = NULL;
    struct exporting x = {.reader = reader, .write = write, .context = context};
    json_t *record = NULL;
    char *node = NULL, *anchor_text = NULL;
    (void)crypto_generichash_init(&x.hash, NULL, 0, HASH_BYTES);
    moly_status status = MOLY_OK;
    if (kind) {
        status = moly_ledger_record(reader, kind, id, &record, err);
        status = status ? status : record_node(kind, id, &node, err);
    }
    if (!status) {
        status = write_title(&x, node, err);
    }
    if (!status && record) {
        status = write_member(&x, "record", json_incref(record), err);
    }
    if (!status) {
        status = write_events(&x, node, progress, err);
    }
    if (!status) {
        status = moly_ledger_anchor(reader, &anchor_text, err);
    }
    if (!status) {
        status = write_member(&x, "anchor", json_string(anchor_text), err);
    }
    if (!status) {
        status = finish(&x, report, err);
    }
    moly_free(anchor_text);
    moly_free(node);
    json_decref(record);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "event.h"

#include <string.h>

void hash_bytes(const void *data, size_t length, uint8_t hash[HASH_BYTES])
{
    (void)crypto_generichash(hash, HASH_BYTES, data, length, NULL, 0);
}

bool take_bytes(const store_value *column, void *bytes, size_t length)
{
    if (column->type != STORE_BLOB || column->is_null || column->length != length) {
        return false;
    }
    memcpy(bytes, column->data, length);
    return true;
}

/* A text column must be a text without a zero inside, or bytes behind it would escape the hash. */
static bool take_text(const store_value *column, const char **text, size_t *length)
{
    if (column->type != STORE_TEXT || column->is_null || strlen(column->data) != column->length) {
        return false;
    }
    *text = column->data;
    if (length) {
        *length = column->length;
    }
    return true;
}

static bool take_int(const store_value *column, int64_t *value)
{
    *value = column->i;
    return column->type == STORE_INT && !column->is_null;
}

bool event_take(const store_value *columns, event_row *event)
{
    const store_value *c = columns;
    return take_int(&c[0], &event->seq) && take_text(&c[1], &event->kind, NULL) &&
           take_text(&c[2], &event->subject, NULL) && take_int(&c[3], &event->at_us) &&
           take_int(&c[4], &event->recorded_us) && take_int(&c[5], &event->utc_offset_minutes) &&
           take_text(&c[6], &event->clock, NULL) && take_text(&c[7], &event->person, NULL) &&
           take_text(&c[8], &event->authentication, NULL) &&
           take_text(&c[9], &event->body, &event->body_length) &&
           take_bytes(&c[10], event->prev, HASH_BYTES) &&
           take_bytes(&c[11], event->content_hash, HASH_BYTES) &&
           take_bytes(&c[12], event->hash, HASH_BYTES) && take_int(&c[13], &event->n_signatures);
}

bool signature_take(const store_value *columns, signature_row *signature)
{
    const store_value *c = columns;
    return take_text(&c[2], &signature->person, NULL) && take_text(&c[3], &signature->name, NULL) &&
           take_text(&c[4], &signature->meaning, NULL) && take_int(&c[5], &signature->signed_us) &&
           take_bytes(&c[6], signature->public_key, KEY_BYTES) &&
           take_bytes(&c[7], signature->signature, SIGNATURE_BYTES);
}

static void add_member(moly_text *out, const char *key, const char *text)
{
    moly_text_printf(out, "\"%s\":", key);
    moly_text_add_json(out, text, strlen(text));
}

moly_status event_content_hash(const event_row *event, const char *site_id, bool is_training,
                               uint8_t hash[HASH_BYTES], moly_error *err)
{
    char prev[HASH_HEX];
    moly_text header = {0};
    moly_text_printf(&header, "moly event %d\n{\"at_us\":%lld,", FORMAT_VERSION,
                     (long long)event->at_us);
    add_member(&header, "authentication", event->authentication);
    moly_text_add(&header, ",");
    add_member(&header, "clock", event->clock);
    moly_text_add(&header, ",");
    add_member(&header, "kind", event->kind);
    moly_text_add(&header, ",");
    add_member(&header, "person", event->person);
    moly_text_printf(&header, ",\"prev\":\"%s\",\"recorded_us\":%lld,\"seq\":%lld,",
                     sodium_bin2hex(prev, sizeof prev, event->prev, HASH_BYTES),
                     (long long)event->recorded_us, (long long)event->seq);
    add_member(&header, "site", site_id);
    moly_text_add(&header, ",");
    add_member(&header, "subject", event->subject);
    moly_text_printf(&header, ",\"training\":%s,\"utc_offset_minutes\":%lld}\n",
                     is_training ? "true" : "false", (long long)event->utc_offset_minutes);
    if (header.is_broken) {
        moly_text_free(&header);
        return MOLY_NO_MEMORY(err);
    }
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
    (void)crypto_generichash_update(&state, (const uint8_t *)header.data, header.length);
    (void)crypto_generichash_update(&state, (const uint8_t *)event->body, event->body_length);
    (void)crypto_generichash_final(&state, hash, HASH_BYTES);
    moly_text_free(&header);
    return MOLY_OK;
}

void event_chain_hash(const uint8_t content_hash[HASH_BYTES], const signature_row *signatures,
                      size_t n_signatures, uint8_t hash[HASH_BYTES])
{
    static const char domain[] = "moly chain 1\n";
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
    (void)crypto_generichash_update(&state, (const uint8_t *)domain, sizeof domain - 1);
    (void)crypto_generichash_update(&state, content_hash, HASH_BYTES);
    for (size_t i = 0; i < n_signatures; i++) {
        (void)crypto_generichash_update(&state, signatures[i].public_key, KEY_BYTES);
        (void)crypto_generichash_update(&state, signatures[i].signature, SIGNATURE_BYTES);
    }
    (void)crypto_generichash_final(&state, hash, HASH_BYTES);
}

static json_t *instant_json(int64_t us)
{
    char text[MOLY_INSTANT_TEXT_SIZE];
    return json_string(moly_instant_format((moly_instant){us}, text));
}

static json_t *hex_json(const uint8_t hash[HASH_BYTES])
{
    char hex[HASH_HEX];
    return json_string(sodium_bin2hex(hex, sizeof hex, hash, HASH_BYTES));
}

moly_status event_json(const event_row *event, const moly_ledger *ledger, json_t **json,
                       moly_error *err)
{
    json_t *body = NULL;
    moly_status status = moly_json_parse(event->body, event->body_length, &body, err);
    if (status) {
        moly_error_context(err, "body of event %lld", (long long)event->seq);
        return status;
    }
    json_t *made =
        json_pack("{s:I, s:o, s:s, s:s, s:s, s:o, s:o, s:I, s:s, s:b, s:s, s:s, s:o, s:o, s:o}",
                  "seq", (json_int_t)event->seq, "hash", hex_json(event->hash), "site",
                  ledger->site_id, "kind", event->kind, "subject", event->subject, "at",
                  instant_json(event->at_us), "recorded_at", instant_json(event->recorded_us),
                  "utc_offset_minutes", (json_int_t)event->utc_offset_minutes, "clock",
                  event->clock, "training", (int)ledger->site.is_training, "person", event->person,
                  "authentication", event->authentication, "body", body, "prev",
                  hex_json(event->prev), "content_hash", hex_json(event->content_hash));
    if (!made) {
        return MOLY_NO_MEMORY(err);
    }
    *json = made;
    return MOLY_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What is signed, by persons and by the site. A signature binds the printed name, the time, the
 * meaning and the hash of the content. */
#include <string.h>

#include "event.h"

static void add_text_member(moly_text *out, const char *key, const char *text)
{
    moly_text_printf(out, "\"%s\":", key);
    moly_text_add_json(out, text, strlen(text));
    moly_text_add(out, ",");
}

static moly_status signed_text(const uint8_t content_hash[HASH_BYTES],
                               const signature_row *signature, moly_text *text, moly_error *err)
{
    char hex[HASH_HEX];
    moly_text_printf(text, "moly signature %d\n{\"content\":\"%s\",", FORMAT_VERSION,
                     sodium_bin2hex(hex, sizeof hex, content_hash, HASH_BYTES));
    add_text_member(text, "meaning", signature->meaning);
    add_text_member(text, "name", signature->name);
    add_text_member(text, "person", signature->person);
    moly_text_printf(text, "\"signed_us\":%lld}", (long long)signature->signed_us);
    return text->is_broken ? MOLY_NO_MEMORY(err) : MOLY_OK;
}

moly_status signature_make(const uint8_t content_hash[HASH_BYTES], const uint8_t *secret_key,
                           signature_row *signature, moly_error *err)
{
    moly_text text = {0};
    moly_status status = signed_text(content_hash, signature, &text, err);
    if (!status) {
        (void)crypto_sign_detached(signature->signature, NULL, (const uint8_t *)text.data,
                                   text.length, secret_key);
    }
    moly_text_free(&text);
    return status;
}

moly_status signature_check(const uint8_t content_hash[HASH_BYTES], const signature_row *signature,
                            bool *is_good, moly_error *err)
{
    moly_text text = {0};
    moly_status status = signed_text(content_hash, signature, &text, err);
    if (!status) {
        *is_good = crypto_sign_verify_detached(signature->signature, (const uint8_t *)text.data,
                                               text.length, signature->public_key) == 0;
    }
    moly_text_free(&text);
    return status;
}

json_t *signature_json(const signature_row *signature)
{
    char at[MOLY_INSTANT_TEXT_SIZE], key[2 * KEY_BYTES + 1], hex[2 * SIGNATURE_BYTES + 1];
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "person", signature->person, "name",
                     signature->name, "meaning", signature->meaning, "at",
                     moly_instant_format((moly_instant){signature->signed_us}, at), "public_key",
                     sodium_bin2hex(key, sizeof key, signature->public_key, KEY_BYTES), "signature",
                     sodium_bin2hex(hex, sizeof hex, signature->signature, SIGNATURE_BYTES));
}

static moly_status head_text(const char *site_id, const chain_head *head, int64_t signed_us,
                             moly_text *text, moly_error *err)
{
    char hex[HASH_HEX];
    moly_text_printf(text,
                     "moly head %d\n{\"hash\":\"%s\",\"seq\":%lld,\"signed_us\":%lld,"
                     "\"site\":\"%s\"}",
                     FORMAT_VERSION, sodium_bin2hex(hex, sizeof hex, head->hash, HASH_BYTES),
                     (long long)head->seq, (long long)signed_us, site_id);
    return text->is_broken ? MOLY_NO_MEMORY(err) : MOLY_OK;
}

moly_status head_sign(const char *site_id, const chain_head *head, int64_t signed_us,
                      const uint8_t *secret_key, uint8_t signature[SIGNATURE_BYTES],
                      moly_error *err)
{
    moly_text text = {0};
    moly_status status = head_text(site_id, head, signed_us, &text, err);
    if (!status) {
        (void)crypto_sign_detached(signature, NULL, (const uint8_t *)text.data, text.length,
                                   secret_key);
    }
    moly_text_free(&text);
    return status;
}

moly_status head_check(const char *site_id, const chain_head *head, int64_t signed_us,
                       const uint8_t key[KEY_BYTES], const uint8_t signature[SIGNATURE_BYTES],
                       bool *is_good, moly_error *err)
{
    moly_text text = {0};
    moly_status status = head_text(site_id, head, signed_us, &text, err);
    if (!status) {
        *is_good = crypto_sign_verify_detached(signature, (const uint8_t *)text.data, text.length,
                                               key) == 0;
    }
    moly_text_free(&text);
    return status;
}

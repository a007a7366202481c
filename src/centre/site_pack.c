/* SPDX-License-Identifier: Apache-2.0 */
#include "site_pack.h"

#include <sodium.h>
#include <string.h>

#include "moly/base/json.h"
#include "moly/base/memory.h"

enum { HASH_BYTES = 32 };

static json_t *limit_json(const site_limit *limit)
{
    json_t *row = json_object();
    int failed = json_object_set_new(row, "key", json_string(limit->key));
    failed |= json_object_set_new(row, "value", moly_json_real(limit->value));
    failed |= json_object_set_new(row, "unit", json_string(limit->unit));
    failed |= json_object_set_new(row, "source", json_string(limit->source));
    failed |= json_object_set_new(row, "status", json_string(limit->status));
    if (limit->note) {
        failed |= json_object_set_new(row, "note", json_string(limit->note));
    }
    if (failed) {
        json_decref(row);
        return NULL;
    }
    return row;
}

json_t *site_pack_json(const site_pack *pack)
{
    json_t *whole = json_object(), *limits = json_array();
    int failed = json_object_set_new(whole, "pack", json_string(pack->code));
    failed |= json_object_set_new(whole, "inherits",
                                  pack->inherits ? json_string(pack->inherits) : json_null());
    failed |= json_object_set_new(whole, "version", json_string(pack->version));
    failed |= json_object_set_new(whole, "name", json_string(pack->name));
    for (size_t i = 0; i < pack->n_limits && !failed; i++) {
        failed |= json_array_append_new(limits, limit_json(&pack->limits[i]));
    }
    failed |= json_object_set_new(whole, "limits", limits);
    if (failed) {
        json_decref(whole);
        return NULL;
    }
    return whole;
}

char *site_pack_text(const site_pack *pack)
{
    json_t *json = site_pack_json(pack);
    char *text = json ? moly_json_canonical(json) : NULL;
    json_decref(json);
    return text;
}

bool site_pack_hash(const site_pack *pack, char hex[SITE_HASH_HEX])
{
    unsigned char hash[HASH_BYTES];
    char *text = site_pack_text(pack);
    if (!text) {
        return false;
    }
    (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)text, strlen(text), NULL, 0);
    (void)sodium_bin2hex(hex, SITE_HASH_HEX, hash, sizeof hash);
    moly_free(text);
    return true;
}

void site_chain_hash(const site_pack *const *chain, char hex[SITE_HASH_HEX])
{
    unsigned char hash[HASH_BYTES];
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, sizeof hash);
    for (size_t i = 0; i < SITE_PACK_DEPTH && chain[i]; i++) {
        (void)crypto_generichash_update(&state, (const unsigned char *)chain[i]->hash,
                                        strlen(chain[i]->hash));
    }
    (void)crypto_generichash_final(&state, hash, sizeof hash);
    (void)sodium_bin2hex(hex, SITE_HASH_HEX, hash, sizeof hash);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pack_file.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/text.h"
#include "moly/centre/pack.h"
#include "site_pack.h"

enum { MOST_LIMITS = 400, MOST_BYTES = 400, SEED_BYTES = crypto_sign_SEEDBYTES };

static const char title[] = "moly pack 1\n";

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text && *text && strlen(text) <= MOST_BYTES ? text : NULL;
}

static moly_status only_members(const json_t *object, const char *const *names, const char *what,
                                moly_error *err)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        size_t i = 0;
        while (names[i] && strcmp(names[i], key) != 0) {
            i++;
        }
        if (!names[i]) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "%s has an unknown member '%.60s'", what, key);
        }
        if (json_is_string(value) ? !text_of(object, key) : json_is_object(value)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: '%.60s' must be a text of 1 to %d bytes",
                             what, key, MOST_BYTES);
        }
    }
    return MOLY_OK;
}

static moly_status read_limit(const json_t *row, const char *version, site_limit *limit,
                              moly_error *err)
{
    static const char *const members[] = {"key", "value", "unit", "source", "status", "note", NULL};
    const json_t *value = json_object_get(row, "value");
    *limit = (site_limit){.key = text_of(row, "key"),
                          .value = json_is_number(value) ? json_number_value(value) : NAN,
                          .unit = text_of(row, "unit"),
                          .source = text_of(row, "source"),
                          .status = text_of(row, "status"),
                          .note = text_of(row, "note"),
                          .version = version};
    if (!limit->key || !isfinite(limit->value) || !limit->unit || !limit->source ||
        !limit->status) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "limit '%.60s' lacks its key, value, unit, source or status",
                         limit->key ? limit->key : "");
    }
    if (strcmp(limit->status, "sourced") != 0 && strcmp(limit->status, "check") != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "limit %.60s: status '%.20s' is not sourced or check",
                         limit->key, limit->status);
    }
    if (json_object_get(row, "note") && !limit->note) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: '%.60s' must be a text of 1 to %d bytes",
                         limit->key, "note", MOST_BYTES);
    }
    const site_limit *known = site_limit_find(site_data_for(NULL), limit->key);
    if (!known) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "there is no such limit as '%.60s'", limit->key);
    }
    if (strcmp(known->unit, limit->unit) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "limit %.60s is in %.20s; its unit is %s", limit->key,
                         limit->unit, known->unit);
    }
    return only_members(row, members, limit->key, err);
}

static moly_status read_limits(const json_t *file, moly_arena *arena, const char *version,
                               site_pack *pack, moly_error *err)
{
    const json_t *rows = json_object_get(file, "limits");
    size_t n = json_array_size(rows);
    if (n > MOST_LIMITS || !json_is_array(rows)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "limits: a list of at most %d is wanted", MOST_LIMITS);
    }
    site_limit *limits = moly_arena_alloc(arena, n + 1, sizeof *limits);
    if (!limits) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < n; i++) {
        moly_status status = read_limit(json_array_get(rows, i), version, &limits[i], err);
        if (status) {
            return status;
        }
        if (i > 0 && strcmp(limits[i - 1].key, limits[i].key) >= 0) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "limit %.60s is not in the order of keys, or twice", limits[i].key);
        }
    }
    pack->limits = limits;
    pack->n_limits = n;
    return MOLY_OK;
}

/* The common pack inherits nothing and has every key; another one inherits a pack that is known. */
static moly_status check_place(const site_pack *pack, moly_error *err)
{
    const site_pack *common = site_pack_find("common"), *known = site_pack_find(pack->code);
    if (strcmp(pack->code, common->code) == 0) {
        return !pack->inherits && pack->n_limits == common->n_limits
                   ? MOLY_OK
                   : MOLY_FAIL(err, MOLY_ERR_DATA,
                               "the common pack inherits none and has all %zu limits; this one "
                               "has %zu",
                               common->n_limits, pack->n_limits);
    }
    if (!pack->inherits || !site_pack_find(pack->inherits)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "pack %s must inherit a pack that there is, not '%.20s'", pack->code,
                         pack->inherits ? pack->inherits : "");
    }
    if (known && known->inherits && strcmp(known->inherits, pack->inherits) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "pack %s inherits %.20s, but it belongs under %s",
                         pack->code, pack->inherits, known->inherits);
    }
    return MOLY_OK;
}

static char *signed_text(const site_pack *pack)
{
    char *text = site_pack_text(pack);
    moly_text made = {0};
    if (text) {
        moly_text_printf(&made, "%s%s", title, text);
    }
    moly_free(text);
    if (made.is_broken) {
        moly_text_free(&made);
        return NULL;
    }
    return made.data;
}

static bool hex_bytes(const char *hex, unsigned char *bytes, size_t length)
{
    size_t n = 0;
    return hex && strlen(hex) == 2 * length &&
           sodium_hex2bin(bytes, length, hex, 2 * length, NULL, &n, NULL) == 0 && n == length;
}

static moly_status check_signature(const json_t *file, pack_file *read, moly_error *err)
{
    const json_t *key = json_object_get(file, "public_key");
    const json_t *signature = json_object_get(file, "signature");
    unsigned char key_bytes[crypto_sign_PUBLICKEYBYTES], bytes[crypto_sign_BYTES];
    if (!key && !signature) {
        return MOLY_OK;
    }
    char *text = signed_text(&read->pack);
    if (!text) {
        return MOLY_NO_MEMORY(err);
    }
    bool is_good = hex_bytes(json_string_value(key), key_bytes, sizeof key_bytes) &&
                   hex_bytes(json_string_value(signature), bytes, sizeof bytes) &&
                   crypto_sign_verify_detached(bytes, (const unsigned char *)text, strlen(text),
                                               key_bytes) == 0;
    moly_free(text);
    if (!is_good) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "the signature of pack %s %s does not fit: it was changed after it was "
                         "signed; get it anew from its publisher",
                         read->pack.code, read->pack.version);
    }
    read->public_key = json_string_value(key);
    return MOLY_OK;
}

static moly_status check_hash(const json_t *file, moly_arena *arena, site_pack *pack,
                              moly_error *err)
{
    char hex[SITE_HASH_HEX];
    const json_t *told = json_object_get(file, "hash");
    if (!site_pack_hash(pack, hex) || !(pack->hash = moly_arena_strdup(arena, hex))) {
        return MOLY_NO_MEMORY(err);
    }
    if (told && (!json_is_string(told) || strcmp(json_string_value(told), hex) != 0)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "pack %s %s has the hash %s, its file says %.70s",
                         pack->code, pack->version, hex,
                         json_is_string(told) ? json_string_value(told) : "none");
    }
    return MOLY_OK;
}

moly_status pack_file_parse(const json_t *file, moly_arena *arena, pack_file *read, moly_error *err)
{
    static const char *const members[] = {"pack", "inherits",   "version",   "name", "limits",
                                          "hash", "public_key", "signature", NULL};
    *read = (pack_file){.pack = {.code = text_of(file, "pack"),
                                 .inherits = text_of(file, "inherits"),
                                 .version = text_of(file, "version"),
                                 .name = text_of(file, "name")}};
    site_pack *pack = &read->pack;
    const json_t *inherits = json_object_get(file, "inherits");
    if ((inherits && !json_is_null(inherits) && !pack->inherits) || !pack->code ||
        strlen(pack->code) > 16 || !pack->version || strlen(pack->version) > 40 ||
        strpbrk(pack->version, " \t\n") || !pack->name) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "a pack has a code, a version without blanks and a name");
    }
    const char *version = moly_arena_printf(arena, "%s %s", pack->code, pack->version);
    moly_status status =
        version ? only_members(file, members, pack->code, err) : MOLY_NO_MEMORY(err);
    if (!status) {
        status = read_limits(file, arena, version, pack, err);
    }
    return status ? status : check_place(pack, err);
}

moly_status pack_file_read(const json_t *file, moly_arena *arena, pack_file *read, moly_error *err)
{
    moly_status status = pack_file_parse(file, arena, read, err);
    if (!status) {
        status = check_signature(file, read, err);
    }
    return status ? status : check_hash(file, arena, &read->pack, err);
}

bool pack_is_newer(const char *version, const char *than)
{
    for (;;) {
        char *end = NULL, *than_end = NULL;
        unsigned long left = strtoul(version, &end, 10), right = strtoul(than, &than_end, 10);
        if (left != right) {
            return left > right;
        }
        if (*end != '.' || *than_end != '.') {
            return strcmp(end, than_end) > 0;
        }
        version = end + 1;
        than = than_end + 1;
    }
}

/* ---- what others ask ---------------------------------------------------------------------------
 */

static moly_status fail_unknown(const char *code, moly_error *err)
{
    const char *codes[64];
    size_t n = 0;
    for (; n < site_pack_rows_n && n < 64; n++) {
        codes[n] = site_pack_rows[n].code;
    }
    const char *near = moly_nearest(code, codes, n);
    return near ? MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "there is no pack '%.20s'; did you mean %s?",
                            code, near)
                : MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "there is no pack '%.20s'", code);
}

/* Every limit in force, the nearest pack's first. */
static json_t *whole_json(const site_data *data)
{
    json_t *pack = site_pack_json(data->chain[0]), *limits = json_array();
    const site_pack *common = site_pack_find("common");
    int failed = pack ? 0 : -1;
    for (size_t i = 0; i < common->n_limits && !failed; i++) {
        const site_limit *limit = site_limit_of(data, common->limits[i].key);
        site_pack one = *common;
        one.limits = limit;
        one.n_limits = 1;
        json_t *rows = site_pack_json(&one);
        json_t *row = json_array_get(json_object_get(rows, "limits"), 0);
        failed |= json_object_set_new(row, "version", json_string(limit->version));
        failed |= json_array_append(limits, row);
        json_decref(rows);
    }
    failed |= json_object_set_new(pack, "limits", limits);
    if (failed) {
        json_decref(pack);
        return NULL;
    }
    return pack;
}

moly_status moly_pack_show(const char *code, bool is_whole, json_t **pack, moly_error *err)
{
    const site_pack *own = site_pack_of_country(code);
    if (!own) {
        return fail_unknown(code, err);
    }
    const site_data *data = site_data_for(own->code);
    json_t *made = is_whole ? whole_json(data) : site_pack_json(own);
    if (!made ||
        json_object_set_new(made, "hash", json_string(is_whole ? data->hash : own->hash)) != 0) {
        json_decref(made);
        return MOLY_NO_MEMORY(err);
    }
    *pack = made;
    return MOLY_OK;
}

static json_t *report_of(const pack_file *read)
{
    const site_pack *pack = &read->pack;
    json_int_t n_sourced = 0;
    for (size_t i = 0; i < pack->n_limits; i++) {
        n_sourced += strcmp(pack->limits[i].status, "sourced") == 0;
    }
    return json_pack("{s:s, s:s?, s:s, s:s, s:s, s:I, s:I, s:s?}", "pack", pack->code, "inherits",
                     pack->inherits, "version", pack->version, "name", pack->name, "hash",
                     pack->hash, "n_limits", (json_int_t)pack->n_limits, "n_sourced", n_sourced,
                     "public_key", read->public_key);
}

moly_status moly_pack_verify(const json_t *file, const char *key_hex, json_t **report,
                             moly_error *err)
{
    moly_arena *arena = moly_arena_new();
    pack_file read;
    *report = NULL;
    moly_status status = arena ? pack_file_read(file, arena, &read, err) : MOLY_NO_MEMORY(err);
    if (!status && key_hex && (!read.public_key || strcmp(read.public_key, key_hex) != 0)) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "pack %s %s is signed by %s, not by %.70s",
                           read.pack.code, read.pack.version,
                           read.public_key ? read.public_key : "nobody", key_hex);
    }
    if (!status) {
        *report = report_of(&read);
        status = *report ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    moly_arena_free(arena);
    return status;
}

moly_status moly_pack_new_seed(char seed_hex[65], moly_error *err)
{
    unsigned char seed[SEED_BYTES];
    if (sodium_init() < 0) {
        return MOLY_FAIL(err, MOLY_ERR_INTERNAL, "libsodium cannot start: no random numbers");
    }
    randombytes_buf(seed, sizeof seed);
    (void)sodium_bin2hex(seed_hex, 2 * SEED_BYTES + 1, seed, sizeof seed);
    sodium_memzero(seed, sizeof seed);
    return MOLY_OK;
}

static json_t *add_signature(const site_pack *pack, const unsigned char *seed)
{
    unsigned char key[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
    unsigned char signature[crypto_sign_BYTES];
    char key_hex[2 * sizeof key + 1], signature_hex[2 * sizeof signature + 1];
    char *text = signed_text(pack);
    json_t *made = text ? site_pack_json(pack) : NULL;
    if (made) {
        (void)crypto_sign_seed_keypair(key, secret, seed);
        (void)crypto_sign_detached(signature, NULL, (const unsigned char *)text, strlen(text),
                                   secret);
        sodium_memzero(secret, sizeof secret);
        (void)sodium_bin2hex(key_hex, sizeof key_hex, key, sizeof key);
        (void)sodium_bin2hex(signature_hex, sizeof signature_hex, signature, sizeof signature);
        int failed = json_object_set_new(made, "hash", json_string(pack->hash));
        failed |= json_object_set_new(made, "public_key", json_string(key_hex));
        failed |= json_object_set_new(made, "signature", json_string(signature_hex));
        if (failed) {
            json_decref(made);
            made = NULL;
        }
    }
    moly_free(text);
    return made;
}

/* The file is read without its old signature and hash: who signs makes them anew. */
moly_status moly_pack_sign(const json_t *file, const char *seed_hex, json_t **signed_file,
                           moly_error *err)
{
    unsigned char seed[SEED_BYTES];
    moly_arena *arena = moly_arena_new();
    json_t *bare = json_copy((json_t *)file);
    pack_file read;
    *signed_file = NULL;
    moly_status status = arena && bare ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status && !hex_bytes(seed_hex, seed, sizeof seed)) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "a key for signing has 64 hexadecimal digits");
    }
    if (!status) {
        (void)json_object_del(bare, "hash");
        (void)json_object_del(bare, "public_key");
        (void)json_object_del(bare, "signature");
        status = pack_file_read(bare, arena, &read, err);
    }
    if (!status) {
        *signed_file = add_signature(&read.pack, seed);
        status = *signed_file ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    sodium_memzero(seed, sizeof seed);
    json_decref(bare);
    moly_arena_free(arena);
    return status;
}

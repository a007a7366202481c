/* SPDX-License-Identifier: Apache-2.0 */
#include "anchor.h"

#include <string.h>

#include "event.h"

static const char title[] = "Moly ledger anchor 1";
enum { MAX_ANCHOR_BYTES = 4096 };

struct head_read {
    anchor *anchor;
    bool is_found, is_broken;
};

static moly_status take_head(void *context, const store_value *c, moly_error *err)
{
    (void)err;
    struct head_read *read = context;
    read->is_found = true;
    read->anchor->head.seq = c[0].i;
    read->anchor->signed_us = c[2].i;
    read->is_broken = !take_bytes(&c[1], read->anchor->head.hash, HASH_BYTES) ||
                      !take_bytes(&c[3], read->anchor->signature, SIGNATURE_BYTES);
    return MOLY_OK;
}

moly_status moly_ledger_anchor(const moly_ledger_reader *reader, char **text, moly_error *err)
{
    *text = NULL;
    anchor a = {0};
    struct head_read read = {.anchor = &a};
    moly_status status = store_query(
        reader->store, "SELECT seq, hash, signed_us, signature FROM head ORDER BY seq DESC LIMIT 1",
        NULL, 0, take_head, &read, err);
    if (status) {
        return status;
    }
    if (!read.is_found || read.is_broken) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "the signed head is missing or damaged");
    }
    char key[2 * KEY_BYTES + 1], hash[HASH_HEX], signature[2 * SIGNATURE_BYTES + 1];
    char signed_at[MOLY_INSTANT_TEXT_SIZE];
    moly_text made = {0};
    moly_text_printf(
        &made, "%s\nname %s\nsite %s\nkey %s\nevent %lld\nhash %s\nsigned %s\nsignature %s\n",
        title, reader->ledger->site.name, reader->ledger->site_id,
        sodium_bin2hex(key, sizeof key, reader->ledger->site_key, KEY_BYTES), (long long)a.head.seq,
        sodium_bin2hex(hash, sizeof hash, a.head.hash, HASH_BYTES),
        moly_instant_format((moly_instant){a.signed_us}, signed_at),
        sodium_bin2hex(signature, sizeof signature, a.signature, SIGNATURE_BYTES));
    if (made.is_broken) {
        return MOLY_NO_MEMORY(err);
    }
    *text = made.data;
    return MOLY_OK;
}

/* The rest of the line that begins with `word`, into `value`. */
static bool find_line(const char *text, const char *word, char *value, size_t size)
{
    size_t length = strlen(word);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, word, length) != 0 || line[length] != ' ') {
            continue;
        }
        const char *start = line + length + strspn(line + length, " ");
        size_t n = strcspn(start, " \r\n");
        if (n >= size) {
            return false;
        }
        memcpy(value, start, n);
        value[n] = '\0';
        return true;
    }
    return false;
}

static bool find_bytes(const char *text, const char *word, uint8_t *bytes, size_t length)
{
    char hex[2 * SIGNATURE_BYTES + 1];
    size_t n = 0;
    return find_line(text, word, hex, sizeof hex) && strlen(hex) == 2 * length &&
           sodium_hex2bin(bytes, length, hex, 2 * length, NULL, &n, NULL) == 0 && n == length;
}

static bool parse(const char *text, anchor *a)
{
    char seq[24], at[MOLY_INSTANT_TEXT_SIZE];
    moly_instant signed_at;
    if (strncmp(text, title, sizeof title - 1) != 0 ||
        !find_line(text, "site", a->site_id, sizeof a->site_id) ||
        strlen(a->site_id) != SITE_ID_SIZE - 1 || !find_bytes(text, "key", a->key, KEY_BYTES) ||
        !find_bytes(text, "hash", a->head.hash, HASH_BYTES) ||
        !find_bytes(text, "signature", a->signature, SIGNATURE_BYTES) ||
        !find_line(text, "event", seq, sizeof seq) || !find_line(text, "signed", at, sizeof at) ||
        moly_integer_parse(seq, &a->head.seq, NULL) != MOLY_OK ||
        moly_instant_parse(at, &signed_at, NULL) != MOLY_OK) {
        return false;
    }
    a->signed_us = signed_at.us;
    return true;
}

moly_status anchor_load(const char *path, anchor *loaded, moly_error *err)
{
    char *text = NULL;
    size_t length = 0;
    bool is_good = false;
    anchor a = {0};
    moly_status status = moly_file_read(path, MAX_ANCHOR_BYTES, &text, &length, err);
    if (status) {
        return status;
    }
    if (strlen(text) != length || !parse(text, &a)) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s is not a whole anchor of a Moly ledger", path);
    }
    if (!status) {
        status = head_check(a.site_id, &a.head, a.signed_us, a.key, a.signature, &is_good, err);
    }
    if (!status && !is_good) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s: the anchor's own signature does not fit", path);
    }
    if (!status) {
        *loaded = a;
    }
    moly_free(text);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "inside.h"

enum { MAX_MEDIA_TYPE = 100 };
static const size_t max_blob = (size_t)1 << 30;

moly_status moly_transaction_put_blob(moly_transaction *transaction, const void *data,
                                      size_t length, const char *media_type, char hash_hex[65],
                                      moly_error *err)
{
    if (length > max_blob) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "blob of %zu bytes, at most %zu", length, max_blob);
    }
    if (!media_type || !media_type[0] || strlen(media_type) > MAX_MEDIA_TYPE ||
        !moly_is_utf8(media_type)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "blob: a media type of 1 to %d bytes wanted",
                         MAX_MEDIA_TYPE);
    }
    uint8_t hash[HASH_BYTES];
    char hex[HASH_HEX];
    hash_bytes(data, length, hash);
    sodium_bin2hex(hex, sizeof hex, hash, HASH_BYTES);
    moly_status status = store_query(
        transaction->store, "INSERT INTO blob VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING",
        STORE_VALUES(store_text(hex), store_text(media_type), store_blob(data, length)), NULL, NULL,
        err);
    if (status) {
        return status;
    }
    transaction->blobs = transaction->blobs ? transaction->blobs : json_array();
    if (json_array_append_new(transaction->blobs,
                              json_pack("{s:s, s:s, s:I}", "hash", hex, "media_type", media_type,
                                        "length", (json_int_t)length)) != 0) {
        return MOLY_NO_MEMORY(err);
    }
    memcpy(hash_hex, hex, sizeof hex);
    return MOLY_OK;
}

/* The event that follows names what was put, so that a missing blob is found. */
moly_status blob_claim(moly_transaction *transaction, json_t *body, moly_error *err)
{
    if (!transaction->blobs) {
        return MOLY_OK;
    }
    json_t *list = json_object_get(body, "blobs");
    moly_status status = MOLY_OK;
    if (list ? json_array_extend(list, transaction->blobs) != 0
             : json_object_set(body, "blobs", transaction->blobs) != 0) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "body: 'blobs' is not an array");
    }
    json_decref(transaction->blobs);
    transaction->blobs = NULL;
    return status;
}

struct blob_read {
    char *data;
    size_t length;
    bool is_found;
};

static moly_status take_blob(void *context, const store_value *c, moly_error *err)
{
    struct blob_read *read = context;
    read->is_found = true;
    read->length = c[0].length;
    read->data = moly_alloc(c[0].length + 1, 1);
    if (!read->data) {
        return MOLY_NO_MEMORY(err);
    }
    if (c[0].length > 0) {
        memcpy(read->data, c[0].data, c[0].length);
    }
    return MOLY_OK;
}

moly_status moly_ledger_blob(const moly_ledger_reader *reader, const char *hash_hex, char **data,
                             size_t *length, moly_error *err)
{
    *data = NULL;
    struct blob_read read = {0};
    uint8_t hash[HASH_BYTES];
    char hex[HASH_HEX];
    moly_status status = store_query(reader->store, "SELECT data FROM blob WHERE hash = $1",
                                     STORE_VALUES(store_text(hash_hex)), take_blob, &read, err);
    if (!status && !read.is_found) {
        status = MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "no blob %.64s", hash_hex);
    }
    if (!status) {
        hash_bytes(read.data, read.length, hash);
        if (strcmp(sodium_bin2hex(hex, sizeof hex, hash, HASH_BYTES), hash_hex) != 0) {
            status =
                MOLY_FAIL(err, MOLY_ERR_DATA, "blob %.64s: the bytes have another hash", hash_hex);
        }
    }
    if (status) {
        moly_free(read.data);
        return status;
    }
    *data = read.data;
    *length = read.length;
    return MOLY_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "site_now.h"

#include <jansson.h>
#include <string.h>

#include "pack_file.h"
#include "site_pack.h"

static const json_t *adopted(const json_t *records, const char *code)
{
    size_t i;
    json_t *record;
    json_array_foreach(records, i, record)
    {
        const char *id = json_string_value(json_object_get(record, "id"));
        if (id && strcmp(id, code) == 0) {
            return record;
        }
    }
    return NULL;
}

static moly_status find_pack(const json_t *records, const char *code, moly_arena *arena,
                             const site_pack **pack, moly_error *err)
{
    const site_pack *built_in = site_pack_of_country(code);
    const json_t *record = adopted(records, code);
    if (!record && built_in) {
        code = built_in->code; /* a member's union may have been adopted */
        record = adopted(records, code);
    }
    if (!record) {
        *pack = built_in ? built_in : site_pack_find("common");
        return !built_in && adopted(records, "common")
                   ? find_pack(records, "common", arena, pack, err)
                   : MOLY_OK;
    }
    pack_file *read = moly_arena_alloc(arena, 1, sizeof *read);
    if (!read) {
        return MOLY_NO_MEMORY(err);
    }
    *pack = &read->pack;
    moly_status status = pack_file_parse(json_object_get(record, "file"), arena, read, err);
    read->pack.hash = json_string_value(json_object_get(record, "hash"));
    if (!status && !read->pack.hash) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "the record of pack %s has no hash", code);
    }
    return status;
}

static moly_status build(const json_t *records, const char *country, moly_arena *arena,
                         site_data *data, moly_error *err)
{
    char hex[SITE_HASH_HEX];
    const char *code = country && *country ? country : "common";
    const char *version = "";
    for (size_t i = 0; i < SITE_PACK_DEPTH && code; i++) {
        moly_status status = find_pack(records, code, arena, &data->chain[i], err);
        if (status) {
            return status;
        }
        const site_pack *pack = data->chain[i];
        version = moly_arena_printf(arena, "%s%s%s %s", version, i > 0 ? " " : "", pack->code,
                                    pack->version);
        if (!version) {
            return MOLY_NO_MEMORY(err);
        }
        code = pack->inherits;
    }
    site_chain_hash(data->chain, hex);
    data->version = version;
    data->hash = moly_arena_strdup(arena, hex);
    return data->hash ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static void release(void *json)
{
    json_decref(json);
}

moly_status site_data_now(const moly_ledger_reader *reader, const char *country, moly_arena *arena,
                          const site_data **data, moly_error *err)
{
    const moly_record_query query = {.kind = "pack"};
    json_t *records = NULL;
    moly_status status = moly_ledger_records(reader, &query, &records, err);
    if (status) {
        return status;
    }
    if (json_array_size(records) == 0) {
        json_decref(records);
        *data = site_data_for(country);
        return MOLY_OK;
    }
    site_data *made = moly_arena_alloc(arena, 1, sizeof *made);
    /* the limits' texts are the records' */
    if (!moly_arena_defer(arena, release, records)) {
        json_decref(records);
        return MOLY_NO_MEMORY(err);
    }
    if (!made) {
        return MOLY_NO_MEMORY(err);
    }
    *data = made;
    return build(records, country, arena, made, err);
}

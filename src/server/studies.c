/* SPDX-License-Identifier: Apache-2.0 */
/* Imaging studies: records of kind "study", with their images as blobs of the ledger. */
#include "inside.h"

static moly_status load_study(request *r, json_t **study, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_status status = request_reader(r, &reader, err);
    return status ? status : moly_ledger_record(reader, "study", r->captured[0], study, err);
}

moly_status study_get(request *r, reply *out, moly_error *err)
{
    return record_named(r, "study", r->captured[0], &out->json, err);
}

static moly_status send_blob(request *r, const char *key, reply *out, moly_error *err)
{
    json_t *study = NULL;
    moly_status status = load_study(r, &study, err);
    const char *hash = json_string_value(json_object_get(study, key));
    if (!status && !hash) {
        status = MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "study %s has no %s", r->captured[0], key);
    }
    if (!status) {
        status = moly_ledger_blob(r->reader, hash, &out->data, &out->length, err);
    }
    if (!status) {
        /* The file is compressed, not the transfer: no Content-Encoding. */
        out->media_type = "application/gzip";
        out->etag = moly_arena_printf(r->arena, "\"%s\"", hash);
    }
    json_decref(study);
    return status;
}

moly_status study_volume_get(request *r, reply *out, moly_error *err)
{
    return send_blob(r, "volume_blob", out, err);
}

moly_status study_regions_get(request *r, reply *out, moly_error *err)
{
    return send_blob(r, "regions_blob", out, err);
}

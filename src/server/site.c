/* SPDX-License-Identifier: Apache-2.0 */
/* The site, its languages, and whether the server is well. */
#include "inside.h"

#include <string.h>

#include "moly/base/catalogue.h"

moly_status site_get(request *r, reply *out, moly_error *err)
{
    const moly_site *site = request_site(r);
    char now[MOLY_INSTANT_TEXT_SIZE];
    (void)moly_instant_format(request_now(r), now);
    out->json =
        json_pack("{s:s, s:s?, s:i, s:b, s:b, s:s}", "name", site->name, "country", site->country,
                  "utc_offset_minutes", site->utc_offset_minutes, "is_training",
                  site->is_training ? 1 : 0, "has_raw", r->server->raw ? 1 : 0, "now", now);
    return out->json ? MOLY_OK : MOLY_NO_MEMORY(err);
}

moly_status health_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    int64_t seq = 0;
    moly_status status = request_reader(r, &reader, err);
    if (!status) {
        status = moly_ledger_head(reader, &seq, err);
    }
    if (!status) {
        out->json = json_pack("{s:s}", "status", "well");
        status = out->json ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    return status;
}

moly_status catalogue_get(request *r, reply *out, moly_error *err)
{
    const char *language = target_known_language(r->captured[0]);
    if (!language) {
        return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND,
                         "there is no catalogue '%.20s'; see /api/languages", r->captured[0]);
    }
    out->json = moly_catalogue_json(language);
    return out->json ? MOLY_OK : MOLY_NO_MEMORY(err);
}

moly_status languages_get(request *r, reply *out, moly_error *err)
{
    (void)r;
    json_t *list = json_array();
    for (const char *const *language = moly_languages(); *language; language++) {
        if (json_array_append_new(list, json_string(*language)) != 0) {
            json_decref(list);
            return MOLY_NO_MEMORY(err);
        }
    }
    out->json = json_pack("{s:o}", "results", list);
    return out->json ? MOLY_OK : MOLY_NO_MEMORY(err);
}

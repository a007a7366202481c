/* SPDX-License-Identifier: Apache-2.0 */
/* What the screens of the clinic read. */
#include "inside.h"

#include <string.h>

#include "fold.h"

enum { PAGE = 500, MAX_READ = 50000, FOUND = 100, MAX_FOUND = 500 };

moly_status today_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_instant now = moly_clock_now(moly_ledger_clock(r->server->ledger));
    moly_status status = request_reader(r, &reader, err);
    return status ? status
                  : moly_centre_today(moly_ledger_site(r->server->ledger), reader, now, &out->json,
                                      err);
}

moly_status patient_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_instant now = moly_clock_now(moly_ledger_clock(r->server->ledger));
    moly_status status = request_reader(r, &reader, err);
    return status ? status : moly_centre_patient(reader, r->captured[0], now, &out->json, err);
}

static bool is_meant(const json_t *patient, const char *folded, moly_arena *arena)
{
    static const char *const members[] = {"name", "id", "number"};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const char *text = json_string_value(json_object_get(patient, members[i]));
        const char *own = text ? fold_case(text, arena) : NULL;
        if (own && strstr(own, folded)) {
            return true;
        }
    }
    return false;
}

/* One page of patients, newest first; those that are meant go to `found`.
 * @param[in,out] after  the last id read; NULL when there are no more */
static moly_status search_page(request *r, const moly_ledger_reader *reader, const char *folded,
                               size_t limit, json_t *found, const char **after, moly_error *err)
{
    /* without a search, every patient is meant */
    size_t n_wanted = folded[0] == '\0' ? limit - json_array_size(found) : PAGE;
    const moly_record_query query = {
        .kind = "patient", .after_id = *after, .limit = n_wanted, .newest_first = true};
    json_t *page = NULL;
    moly_status status = moly_ledger_records(reader, &query, &page, err);
    moly_arena *arena = status ? NULL : moly_arena_new();
    if (!status && !arena) {
        status = MOLY_NO_MEMORY(err);
    }
    size_t i;
    json_t *patient;
    json_array_foreach(page, i, patient)
    {
        if (!status && json_array_size(found) < limit && is_meant(patient, folded, arena) &&
            json_array_append(found, patient) != 0) {
            status = MOLY_NO_MEMORY(err);
        }
    }
    size_t n = json_array_size(page);
    const char *last = n == n_wanted
                           ? json_string_value(json_object_get(json_array_get(page, n - 1), "id"))
                           : NULL;
    *after = last ? moly_arena_strdup(r->arena, last) : NULL;
    moly_arena_free(arena);
    json_decref(page);
    return status;
}

moly_status patients_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    const char *search = NULL, *after = NULL;
    size_t limit = 0;
    moly_status status = request_argument(r, "search", &search, err);
    if (!status) {
        status = request_argument_count(r, "limit", FOUND, MAX_FOUND, &limit, err);
    }
    if (!status) {
        status = request_reader(r, &reader, err);
    }
    json_t *found = json_array();
    const char *folded = fold_case(search ? search : "", r->arena);
    if (!status && (!found || !folded)) {
        status = MOLY_NO_MEMORY(err);
    }
    size_t n_read = 0;
    while (!status && n_read < MAX_READ && json_array_size(found) < limit) {
        status = search_page(r, reader, folded, limit, found, &after, err);
        n_read += PAGE;
        if (!after) {
            break;
        }
    }
    if (status) {
        json_decref(found);
        return status;
    }
    out->json = json_pack("{s:o}", "results", found);
    return out->json ? MOLY_OK : MOLY_NO_MEMORY(err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of waste containers. */
#include "moly/centre/protection.h"

#include "safety/waste.h"
#include "screens.h"
#include "site_now.h"

enum { MANY = 100000 };

static json_t *copy(const json_t *record, const char *key)
{
    json_t *value = json_object_get(record, key);
    return value ? json_incref(value) : json_null();
}

static moly_status add_container(const moly_ledger_reader *reader, const site_data *limits,
                                 moly_instant now, const json_t *waste, json_t *rows,
                                 moly_error *err)
{
    char node[100];
    double mass_g = record_number(waste, "mass_g");
    bool is_closed = record_is(waste, "state", "closed");
    waste_content content = {0};
    (void)snprintf(node, sizeof node, "waste/%s", record_text(waste, "id"));
    if (!record_is(waste, "state", "cleared")) {
        moly_status status = waste_content_at(reader, limits, node, mass_g, now, &content, err);
        if (status) {
            return status;
        }
    }
    bool is_ready = is_closed && content.fraction <= 1.0;
    return screen_append(
        rows,
        json_pack(
            "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o}", "container",
            copy(waste, "id"), "name", copy(waste, "name"), "state", copy(waste, "state"), "room",
            copy(waste, "room"), "opened", copy(waste, "at"), "closed", copy(waste, "closed_at"),
            "mass_g", copy(waste, "mass_g"), "nuclides_bq", waste_nuclides(&content), "fraction",
            isfinite(mass_g) ? moly_json_rounded(content.fraction, 4) : json_null(), "clear_after",
            copy(waste, "clear_after"), "is_ready", is_ready, "cleared", copy(waste, "cleared_at")),
        err);
}

moly_status moly_centre_waste(const moly_site *site, const moly_ledger_reader *reader,
                              moly_instant now, json_t **result, moly_error *err)
{
    static const char *const states[] = {"open", "closed", "cleared"};
    char text[MOLY_INSTANT_TEXT_SIZE];
    const site_data *limits = NULL;
    json_t *rows = json_array();
    moly_arena *arena = moly_arena_new();
    *result = NULL;
    moly_status status = arena && rows ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : site_data_now(reader, site->country, arena, &limits, err);
    for (size_t s = 0; s < sizeof states / sizeof states[0] && !status; s++) {
        const moly_record_query query = {.kind = "waste", .state = states[s], .limit = MANY};
        json_t *containers = NULL;
        const json_t *one;
        size_t i;
        status = moly_ledger_records(reader, &query, &containers, err);
        json_array_foreach(containers, i, one)
        {
            status = status ? status : add_container(reader, limits, now, one, rows, err);
        }
        json_decref(containers);
    }
    if (!status) {
        *result = json_pack("{s:s, s:O}", "at", moly_instant_format(now, text), "results", rows);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(rows);
    moly_arena_free(arena);
    return status;
}

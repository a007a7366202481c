/* SPDX-License-Identifier: Apache-2.0 */
/* What is where, from the books, against what the licence allows. */
#include "stock/stock.h"

#include "moly/centre/stock.h"
#include "physics.h"

/* Of a licence's limit, from which on the table says so. */
static const double near_fraction = 0.8;
static const double negligible_bq = 1e3;
enum { MOST_NUCLIDES = 200 };

static bool is_handled(const char *nuclide)
{
    for (size_t i = 0; i < PHYSICS_N_HANDLED; i++) {
        if (strcmp(nuclide, physics_handled[i]) == 0) {
            return true;
        }
    }
    return false;
}

const char *inventory_default_room(const json_t *rooms)
{
    size_t i;
    const json_t *room;
    json_array_foreach(rooms, i, room)
    {
        if (json_is_true(json_object_get(room, "is_default"))) {
            return record_text(room, "id");
        }
    }
    return record_text(json_array_get(rooms, 0), "id");
}

/* The room of an account, "" where it is in none: outside, or gone with a patient. */
static moly_status room_of(const moly_ledger_reader *reader, const char *account,
                           const char *default_room, char *room, size_t size, moly_error *err)
{
    const char *slash = strchr(account, '/');
    char kind[40];
    json_t *record = NULL;
    moly_error absent = {0};
    room[0] = '\0';
    if (!slash || strncmp(account, "outside/", 8) == 0 || strncmp(account, "patient/", 8) == 0) {
        return MOLY_OK;
    }
    (void)snprintf(kind, sizeof kind, "%.*s", (int)(slash - account), account);
    moly_status status = moly_ledger_record(reader, kind, slash + 1, &record, &absent);
    if (status && status != MOLY_ERR_NOT_FOUND) {
        return moly_fail(err, status, absent.rule, absent.file, absent.line, "%s", absent.message);
    }
    const char *own = record_text(record, "room");
    (void)snprintf(room, size, "%s", own[0] ? own : default_room);
    json_decref(record);
    return MOLY_OK;
}

static moly_status add(json_t *inventory, const char *room, const char *nuclide, double bq,
                       moly_error *err)
{
    json_t *held = json_object_get(inventory, room);
    if (!held) {
        held = json_object();
        if (json_object_set_new(inventory, room, held) != 0) {
            return MOLY_NO_MEMORY(err);
        }
    }
    double before = json_number_value(json_object_get(held, nuclide));
    return json_object_set_new(held, nuclide, moly_json_real(before + bq)) == 0
               ? MOLY_OK
               : MOLY_NO_MEMORY(err);
}

static moly_status inventory_of(const moly_ledger_reader *reader, moly_instant at,
                                const json_t *rooms, const char *const *nuclides,
                                json_t **inventory, moly_error *err)
{
    json_t *lines = NULL, *made = json_object();
    const char *default_room = inventory_default_room(rooms);
    size_t i;
    const json_t *line;
    *inventory = NULL;
    moly_status status =
        made ? moly_ledger_holdings(reader, nuclides, at, &lines, err) : MOLY_NO_MEMORY(err);
    json_array_foreach(lines, i, line)
    {
        char room[64] = "";
        if (!status) {
            status =
                room_of(reader, record_text(line, "account"), default_room, room, sizeof room, err);
        }
        if (!status && room[0]) {
            status = add(made, room, record_text(line, "nuclide"),
                         record_number(line, "activity_bq"), err);
        }
    }
    json_decref(lines);
    if (status) {
        json_decref(made);
        return status;
    }
    *inventory = made;
    return MOLY_OK;
}

/* Nuclides that the hot lab handles, and those that a licence names beside them. */
moly_status inventory_read(const moly_ledger_reader *reader, moly_instant at, const json_t *rooms,
                           json_t **inventory, moly_error *err)
{
    const char *nuclides[MOST_NUCLIDES + 1] = {NULL}, *name;
    size_t n = 0, i;
    const json_t *room;
    json_t *value;
    *inventory = NULL;
    for (; physics_handled[n]; n++) {
        nuclides[n] = physics_handled[n];
    }
    json_array_foreach(rooms, i, room)
    {
        json_object_foreach(json_object_get(room, "limits"), name, value)
        {
            if (!is_handled(name) && n == MOST_NUCLIDES) {
                return MOLY_FAIL(err, MOLY_ERR_DATA, "the licences name more than %d nuclides",
                                 (int)MOST_NUCLIDES);
            }
            if (!is_handled(name)) {
                nuclides[n++] = name;
            }
        }
    }
    return inventory_of(reader, at, rooms, nuclides, inventory, err);
}

moly_status rule_licence(const moly_act_context *context, const char *room, const char *nuclide,
                         double activity_bq, moly_error *err)
{
    const moly_record_query query = {.kind = "room"};
    const json_t *rooms = NULL, *one, *limits = NULL;
    json_t *inventory = NULL;
    size_t i;
    moly_status status = act_records(context, &query, &rooms, err);
    if (status || json_array_size(rooms) == 0) {
        return status;
    }
    const char *wanted = room ? room : inventory_default_room(rooms);
    json_array_foreach(rooms, i, one)
    {
        limits = record_is(one, "id", wanted) ? json_object_get(one, "limits") : limits;
    }
    if (!limits && room) {
        return act_record(context, "room", room, &one, err); /* says that there is none */
    }
    const json_t *limit = json_object_get(limits, nuclide);
    if (!limit) {
        return MOLY_REFUSE(err, "R-54",
                           "the licence of room %s names no %s; put it elsewhere, or "
                           "have the licence changed (stock.register_room)",
                           wanted, nuclide);
    }
    const char *const nuclides[] = {nuclide, NULL};
    status = inventory_of(context->reader, context->at, rooms, nuclides, &inventory, err);
    if (status) {
        return status;
    }
    double held_bq =
        json_number_value(json_object_get(json_object_get(inventory, wanted), nuclide));
    json_decref(inventory);
    if (held_bq + activity_bq > json_number_value(limit)) {
        return MOLY_REFUSE(err, "R-54",
                           "room %s holds %s of %s; %s more is over its licence of %s: "
                           "put it elsewhere, or clear waste first",
                           wanted, say_activity(context, held_bq), nuclide,
                           say_activity(context, activity_bq),
                           say_activity(context, json_number_value(limit)));
    }
    return MOLY_OK;
}

/* ---- moly stock limits ------------------------------------------------------------------------
 */

static moly_status put_row(json_t *rows, const json_t *room, const char *nuclide, double held_bq,
                           double limit_bq, moly_error *err)
{
    double fraction = held_bq / limit_bq;
    const char *state = !isfinite(limit_bq)        ? "not licensed"
                        : fraction > 1.0           ? "over"
                        : fraction > near_fraction ? "near"
                                                   : "within";
    json_t *row = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:s}", "room", record_text(room, "id"),
                            "name", record_text(room, "name"), "nuclide", nuclide, "activity_bq",
                            moly_json_rounded(held_bq, 6), "limit_bq", moly_json_real(limit_bq),
                            "fraction", moly_json_rounded(fraction, 4), "state", state);
    return json_array_append_new(rows, row) == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status put_room(json_t *rows, const json_t *room, const json_t *held, moly_error *err)
{
    json_t *limits = json_object_get(room, "limits"), *value;
    const char *nuclide;
    moly_status status = MOLY_OK;
    json_object_foreach(limits, nuclide, value)
    {
        if (!status) {
            status = put_row(rows, room, nuclide, json_number_value(json_object_get(held, nuclide)),
                             json_number_value(value), err);
        }
    }
    json_object_foreach((json_t *)held, nuclide, value)
    {
        /* what grew in, as Ba-137m, is nobody's licence, and traces are not either */
        bool is_asked = is_handled(nuclide) && json_number_value(value) > negligible_bq;
        if (!status && is_asked && !json_object_get(limits, nuclide)) {
            status = put_row(rows, room, nuclide, json_number_value(value), NAN, err);
        }
    }
    return status;
}

moly_status moly_centre_stock_limits(const moly_ledger_reader *reader, moly_instant now,
                                     json_t **result, moly_error *err)
{
    const moly_record_query query = {.kind = "room"};
    json_t *rooms = NULL, *inventory = NULL, *rows = json_array();
    const json_t *room;
    char at[MOLY_INSTANT_TEXT_SIZE];
    size_t i;
    *result = NULL;
    moly_status status =
        rows ? moly_ledger_records(reader, &query, &rooms, err) : MOLY_NO_MEMORY(err);
    if (!status) {
        status = inventory_read(reader, now, rooms, &inventory, err);
    }
    json_array_foreach(rooms, i, room)
    {
        if (!status) {
            status = put_room(rows, room, json_object_get(inventory, record_text(room, "id")), err);
        }
    }
    if (!status) {
        *result = json_pack("{s:s, s:O}", "at", moly_instant_format(now, at), "results", rows);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(rows);
    json_decref(inventory);
    json_decref(rooms);
    return status;
}

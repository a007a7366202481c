/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of staff doses, surveys and incidents. */
#include "moly/centre/protection.h"

#include "safety/staff_dose.h"
#include "screens.h"
#include "site_now.h"

/* Of a limit, from which on the table says so. */
static const double near_fraction = 0.8;
enum { MANY = 100000 };

static moly_status answer(json_t *rows, moly_instant now, json_t **result, moly_error *err)
{
    char text[MOLY_INSTANT_TEXT_SIZE];
    *result = json_pack("{s:s, s:O}", "at", moly_instant_format(now, text), "results", rows);
    return *result ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static json_t *copy(const json_t *record, const char *key)
{
    json_t *value = json_object_get(record, key);
    return value ? json_incref(value) : json_null();
}

/* ---- staff doses ------------------------------------------------------------------------------
 */

typedef struct dose_screen {
    const site_data *limits;
    int year, mean_years;
} dose_screen;

static json_t *dose_row(const dose_screen *s, const json_t *person, const json_t *doses)
{
    moly_instant begins = staff_year_begins(s->year), ends = staff_year_begins(s->year + 1);
    json_t *row = json_pack("{s:O, s:o}", "person", json_object_get(person, "id"), "name",
                            copy(person, "name"));
    double worst = 0.0;
    int n_open = 0;
    size_t i;
    const json_t *one;
    for (staff_quantity q = STAFF_WHOLE_BODY; row && q < N_STAFF; q++) {
        const staff_quantity_row *quantity = &staff_quantities[q];
        double sv = staff_sum(doses, quantity->key, begins, ends);
        worst = fmax(worst, sv / site_value(s->limits, quantity->year));
        (void)json_object_set_new(row, quantity->key, moly_json_real(sv));
    }
    double mean_sv = staff_sum(doses, staff_quantities[STAFF_WHOLE_BODY].key,
                               staff_year_begins(s->year - s->mean_years + 1), ends) /
                     s->mean_years;
    worst = fmax(worst, mean_sv / site_value(s->limits, "staff_dose_mean_sv"));
    json_array_foreach(doses, i, one)
    {
        n_open += record_is(one, "state", "to be investigated") ||
                  record_is(one, "state", "over a limit");
    }
    json_t *rest =
        json_pack("{s:o, s:o, s:b, s:i, s:s}", "mean_sv", moly_json_real(mean_sv), "fraction",
                  moly_json_rounded(worst, 4), "pregnancy_declared",
                  record_text(person, "pregnancy_declared")[0] != '\0', "open", n_open, "state",
                  worst > 1.0             ? "over"
                  : worst > near_fraction ? "near"
                                          : "within");
    if (!row || !rest || json_object_update(row, rest) != 0) {
        json_decref(row);
        row = NULL;
    }
    json_decref(rest);
    return row;
}

moly_status moly_centre_staff_doses(const moly_site *site, const moly_ledger_reader *reader,
                                    moly_instant now, json_t **result, moly_error *err)
{
    const moly_record_query people = {.kind = "person", .limit = MANY};
    json_t *persons = NULL, *rows = json_array();
    moly_arena *arena = moly_arena_new();
    dose_screen s = {.year = staff_year(now)};
    const json_t *person;
    size_t i;
    *result = NULL;
    moly_status status = arena && rows ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : site_data_now(reader, site->country, arena, &s.limits, err);
    status = status ? status : moly_ledger_records(reader, &people, &persons, err);
    s.mean_years = status ? 1 : (int)site_value(s.limits, "staff_dose_mean_years");
    json_array_foreach(persons, i, person)
    {
        const moly_record_query own = {
            .kind = "staff_dose", .owner = record_text(person, "id"), .limit = MANY};
        json_t *doses = NULL;
        status = status ? status : moly_ledger_records(reader, &own, &doses, err);
        if (!status && json_array_size(doses) > 0) {
            status = screen_append(rows, dose_row(&s, person, doses), err);
        }
        json_decref(doses);
    }
    if (!status) {
        *result = json_pack("{s:i, s:O}", "year", s.year, "results", rows);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(persons);
    json_decref(rows);
    moly_arena_free(arena);
    return status;
}

/* ---- the floor plan ---------------------------------------------------------------------------
 */

static moly_status add_room(const moly_ledger_reader *reader, moly_instant now, const json_t *room,
                            json_t *rows, moly_error *err)
{
    const char *last = record_text(room, "survey");
    json_t *survey = NULL;
    moly_status status =
        last[0] ? moly_ledger_record(reader, "survey", last, &survey, err) : MOLY_OK;
    if (status) {
        return status;
    }
    moly_instant due = record_instant(room, "survey_due");
    bool is_overdue = !moly_instant_is_none(due) && due.us < now.us;
    return screen_append(
        rows,
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o}", "room", copy(room, "id"), "name",
                  copy(room, "name"), "floor", copy(room, "floor"), "area", copy(room, "area"),
                  "corners_mm", copy(room, "corners_mm"), "survey_due", copy(room, "survey_due"),
                  "is_overdue", is_overdue, "survey", survey ? survey : json_null()),
        err);
}

moly_status moly_centre_survey_map(const moly_ledger_reader *reader, moly_instant now,
                                   json_t **result, moly_error *err)
{
    const moly_record_query query = {.kind = "room", .limit = MANY};
    json_t *rooms = NULL, *rows = json_array();
    const json_t *room;
    size_t i;
    *result = NULL;
    moly_status status =
        rows ? moly_ledger_records(reader, &query, &rooms, err) : MOLY_NO_MEMORY(err);
    json_array_foreach(rooms, i, room)
    {
        status = status ? status : add_room(reader, now, room, rows, err);
    }
    status = status ? status : answer(rows, now, result, err);
    json_decref(rooms);
    json_decref(rows);
    return status;
}

/* ---- incidents --------------------------------------------------------------------------------
 */

/* Something that was due and is not there. */
static bool is_late(const json_t *record, const char *due_key, const char *done_key,
                    moly_instant now)
{
    moly_instant due = record_instant(record, due_key);
    return !record_text(record, done_key)[0] && !moly_instant_is_none(due) && due.us < now.us;
}

moly_status moly_centre_incidents(const moly_ledger_reader *reader, moly_instant now,
                                  json_t **result, moly_error *err)
{
    static const char *const keys[] = {"id",       "incident",  "state",   "at",
                                       "place",    "patient",   "dose",    "notify_by",
                                       "notified", "report_by", "reported"};
    const moly_record_query query = {.kind = "incident", .limit = MANY, .newest_first = true};
    json_t *incidents = NULL, *rows = json_array();
    const json_t *one;
    size_t i;
    *result = NULL;
    moly_status status =
        rows ? moly_ledger_records(reader, &query, &incidents, err) : MOLY_NO_MEMORY(err);
    json_array_foreach(incidents, i, one)
    {
        bool is_overdue =
            record_is(one, "state", "open") && (is_late(one, "notify_by", "notified", now) ||
                                                is_late(one, "report_by", "reported", now));
        json_t *row = json_pack("{s:b}", "is_overdue", is_overdue);
        for (size_t k = 0; row && k < sizeof keys / sizeof keys[0]; k++) {
            (void)json_object_set_new(row, keys[k], copy(one, keys[k]));
        }
        status = status ? status : screen_append(rows, row, err);
    }
    status = status ? status : answer(rows, now, result, err);
    json_decref(incidents);
    json_decref(rows);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "retention.h"

#include <string.h>

#include "moly/base/text.h"
#include "moly/centre/pack.h"
#include "site_now.h"

/* A period of so many years is no period. */
static const double for_ever_a = 1000.0;
static const double day_s = 86400.0;

/* So many calendar years, a day long at most: never short. */
static moly_instant years_after(moly_instant begin, double years)
{
    return moly_instant_add_s(begin, (years * 365.25 + 1.0) * day_s);
}

/* A class of records: the longer of its two periods counts. */
typedef struct period {
    const char *kind, *key, *from; /* `from`: member that the period begins at, NULL: last event */
} period;

static const period periods[] = {
    {"batch", "retention_batch_a", "certified_at"},
    {"batch", "retention_batch_after_expiry_a", "expiry"},
    {"batch_record", "retention_batch_a", "certified_at"},
    {"batch_record", "retention_batch_after_expiry_a", "expiry"},
    {"directive", "retention_directive_a", NULL},
    {"dose", "retention_dose_a", NULL},
    {"eluate", "retention_eluate_a", NULL},
    {"generator", "retention_eluate_a", NULL},
    {"incident", "retention_incident_a", NULL},
    {"instrument", "retention_calibration_a", NULL},
    {"instrument_check", "retention_calibration_a", NULL},
    {"kit", "retention_batch_after_expiry_a", "expiry"},
    {"kit", "retention_dose_a", NULL},
    {"leak_test", "retention_leak_test_a", NULL},
    {"lot", "retention_batch_after_expiry_a", "expiry"},
    {"order", "retention_directive_a", NULL},
    {"package", "retention_package_a", NULL},
    {"patient", "retention_patient_a", NULL},
    {"source", "retention_source_a", NULL},
    {"staff_dose", "retention_staff_dose_a", "work_ended"},
    {"staff_dose", "retention_staff_dose_age_a", "birth_date"},
    {"study", "retention_patient_a", NULL},
    {"survey", "retention_survey_a", NULL},
    {"training", "retention_training_a", NULL},
    {"waste", "retention_waste_a", NULL},
};

/* The instant of a member, or of a day ("1968-03-14"). */
static bool begins(const json_t *record, const char *member, moly_instant *begin)
{
    const char *text = json_string_value(json_object_get(record, member));
    char whole[MOLY_INSTANT_TEXT_SIZE];
    if (!text || strlen(text) > 28) {
        return false;
    }
    moly_text made = {0};
    moly_text_printf(&made, strchr(text, 'T') ? "%s" : "%sT00:00Z", text);
    bool is_good = made.length < sizeof whole && !made.is_broken &&
                   moly_instant_parse(moly_text_get(&made), begin, NULL) == MOLY_OK;
    moly_text_free(&made);
    return is_good;
}

static bool is_later(moly_instant a, moly_instant b)
{
    return moly_instant_is_none(a) || (!moly_instant_is_none(b) && a.us > b.us);
}

void retention_until(const site_data *data, const json_t *record, moly_instant last,
                     moly_instant *until, const site_limit **by)
{
    const char *kind = json_string_value(json_object_get(record, "kind"));
    *by = NULL;
    for (size_t i = 0; kind && i < sizeof periods / sizeof periods[0]; i++) {
        moly_instant begin = last;
        if (strcmp(periods[i].kind, kind) != 0) {
            continue;
        }
        const site_limit *limit = site_limit_of(data, periods[i].key);
        if (periods[i].from && !begins(record, periods[i].from, &begin)) {
            begin = last; /* not ended yet: it counts from the last that is known */
        }
        moly_instant end =
            limit->value >= for_ever_a ? MOLY_INSTANT_NONE : years_after(begin, limit->value);
        if (!*by || is_later(end, *until)) {
            *until = end;
            *by = limit;
        }
    }
    if (!*by) {
        *by = site_limit_of(data, "retention_default_a");
        *until = years_after(last, (*by)->value);
    }
}

static json_t *answer(const json_t *record, moly_instant until, const site_limit *by)
{
    char text[MOLY_INSTANT_TEXT_SIZE];
    bool is_for_ever = moly_instant_is_none(until);
    return json_pack("{s:O, s:O, s:s?, s:s, s:o, s:s, s:s}", "kind",
                     json_object_get(record, "kind"), "id", json_object_get(record, "id"), "until",
                     is_for_ever ? NULL : moly_instant_format(until, text), "key", by->key, "years",
                     is_for_ever ? json_null() : moly_json_real(by->value), "source", by->source,
                     "version", by->version);
}

moly_status moly_record_retention(const moly_site *site, const moly_ledger_reader *reader,
                                  const char *kind, const char *id, json_t **result,
                                  moly_error *err)
{
    moly_arena *arena = moly_arena_new();
    const site_data *data = NULL;
    const site_limit *by = NULL;
    json_t *record = NULL, *events = NULL;
    moly_instant last = {0}, until;
    *result = NULL;
    moly_status status =
        arena ? site_data_now(reader, site->country, arena, &data, err) : MOLY_NO_MEMORY(err);
    const char *node = arena ? moly_arena_printf(arena, "%s/%s", kind, id) : NULL;
    if (!status) {
        status = node ? moly_ledger_record(reader, kind, id, &record, err) : MOLY_NO_MEMORY(err);
    }
    if (!status) {
        const moly_event_query query = {.subject = node, .limit = 1, .newest_first = true};
        status = moly_ledger_events(reader, &query, &events, err);
    }
    if (!status) {
        const json_t *event = json_array_get(events, 0);
        const char *at = json_string_value(json_object_get(event, "recorded_at"));
        status = moly_instant_parse(at ? at : "", &last, err);
    }
    if (!status) {
        retention_until(data, record, last, &until, &by);
        *result = answer(record, until, by);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(events);
    json_decref(record);
    moly_arena_free(arena);
    return status;
}

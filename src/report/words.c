/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <math.h>
#include <stdarg.h>

#include "moly/base/text.h"

const char *words_printf(const words *w, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (length < 0) {
        return "";
    }
    if ((size_t)length < sizeof text) {
        const char *kept = moly_arena_strdup(w->arena, text);
        return kept ? kept : "";
    }
    char *longer = moly_arena_alloc(w->arena, (size_t)length + 1, 1);
    if (!longer) {
        return "";
    }
    va_start(args, format);
    (void)vsnprintf(longer, (size_t)length + 1, format, args);
    va_end(args);
    return longer;
}

static const char *zone(const words *w)
{
    int minutes = abs(w->utc_offset_minutes);
    return words_printf(w, "UTC%c%02d:%02d", w->utc_offset_minutes < 0 ? '-' : '+', minutes / 60,
                        minutes % 60);
}

const char *words_time(const words *w, moly_instant t)
{
    if (moly_instant_is_none(t)) {
        return NULL;
    }
    moly_calendar c = moly_instant_calendar(t, w->utc_offset_minutes);
    return words_printf(w, "%04d-%02d-%02d %02d:%02d (%s)", c.year, c.month, c.day, c.hour,
                        c.minute, zone(w));
}

const char *words_both_times(const words *w, moly_instant t)
{
    if (moly_instant_is_none(t)) {
        return NULL;
    }
    moly_calendar c = moly_instant_calendar(t, w->utc_offset_minutes);
    moly_calendar u = moly_instant_calendar(t, 0);
    return words_printf(w, "%04d-%02d-%02d %02d:%02d:%02d (%s) · %04d-%02d-%02d %02d:%02d:%02d UTC",
                        c.year, c.month, c.day, c.hour, c.minute, c.second, zone(w), u.year,
                        u.month, u.day, u.hour, u.minute, u.second);
}

const char *words_quantity(const words *w, double value, moly_dim dim, int digits)
{
    char text[MOLY_QUANTITY_TEXT_SIZE];
    return isfinite(value) ? words_printf(w, "%s", moly_quantity_format(value, dim, digits, text))
                           : NULL;
}

const char *words_fixed(const words *w, double value, int decimals)
{
    return isfinite(value) ? words_printf(w, "%.*f", decimals, value) : "–";
}

const char *words_duration(const words *w, double seconds)
{
    if (!(seconds >= 0 && seconds < 1e8)) {
        return NULL;
    }
    long minutes = lround(seconds / 60);
    return minutes < 60
               ? words_printf(w, say(w->language, "%ld min"), minutes)
               : words_printf(w, say(w->language, "%ld h %02ld min"), minutes / 60, minutes % 60);
}

const char *words_hash(const words *w, const char *hash, size_t n)
{
    moly_text grouped = {0};
    for (size_t i = 0; hash && hash[i] != '\0' && i < n; i++) {
        moly_text_printf(&grouped, "%s%c", i > 0 && i % 4 == 0 ? " " : "", hash[i]);
    }
    const char *kept = words_printf(w, "%s", moly_text_get(&grouped));
    moly_text_free(&grouped);
    return kept;
}

const char *member_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text && text[0] != '\0' ? text : NULL;
}

double member_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

moly_instant member_instant(const json_t *object, const char *key)
{
    moly_instant t = MOLY_INSTANT_NONE;
    const char *text = member_text(object, key);
    return text && moly_instant_parse(text, &t, NULL) == MOLY_OK ? t : MOLY_INSTANT_NONE;
}

moly_status record_if_any(const moly_ledger_reader *reader, const char *kind, const char *id,
                          json_t **record, moly_error *err)
{
    moly_error missing = {0};
    *record = NULL;
    if (!id) {
        return MOLY_OK;
    }
    moly_status status = moly_ledger_record(reader, kind, id, record, &missing);
    if (status == MOLY_OK || status == MOLY_ERR_NOT_FOUND) {
        return MOLY_OK;
    }
    return MOLY_FAIL(err, status, "%s", missing.message);
}

moly_status provenance_of(const json_t *event, const moly_ledger_reader *reader, words *w,
                          provenance *p, moly_error *err)
{
    json_t *site = NULL;
    moly_status status = record_if_any(reader, "site", member_text(event, "site"), &site, err);
    if (status != MOLY_OK) {
        return status;
    }
    w->utc_offset_minutes = (int)json_integer_value(json_object_get(event, "utc_offset_minutes"));
    const char *name = member_text(site, "name");
    const char *hash = member_text(event, "hash");
    *p = (provenance){
        .event = event,
        .site = words_printf(w, "%s", name ? name : "–"),
        .is_training = json_is_true(json_object_get(event, "training")),
        .foot = words_printf(w, say(w->language, "Moly %s · event %lld · hash %s"), MOLY_VERSION,
                             (long long)json_integer_value(json_object_get(event, "seq")),
                             hash ? hash : "–"),
        .at = member_instant(event, "recorded_at"),
    };
    json_decref(site);
    return MOLY_OK;
}

const char *patient_identity(const words *w, const json_t *patient)
{
    moly_text text = {0};
    const char *number = member_text(patient, "number"), *id = member_text(patient, "id");
    const char *birth = member_text(patient, "birth_date"), *sex = member_text(patient, "sex");
    if (number) {
        moly_text_printf(&text, "%s %s · ", say(w->language, "Number"), number);
    }
    /* Direction marks keep what follows a number or name in Arabic in its place. */
    moly_text_printf(&text, "\u200e%s · ", id ? id : "–");
    moly_text_printf(&text, "%s %s · %s", say(w->language, "born"),
                     birth ? birth : say(w->language, "not known"),
                     say(w->language, sex ? sex : "sex not known"));
    const char *kept = words_printf(w, "%s", moly_text_get(&text));
    moly_text_free(&text);
    return kept;
}

const char *person_roles(const words *w, const json_t *person)
{
    moly_text text = {0};
    size_t i;
    json_t *role;
    json_array_foreach(json_object_get(person, "roles"), i, role)
    {
        const char *word = json_string_value(role);
        moly_text_printf(&text, "%s%s", i > 0 ? ", " : "", word ? say(w->language, word) : "–");
    }
    const char *kept = text.length > 0 ? words_printf(w, "%s", moly_text_get(&text)) : NULL;
    moly_text_free(&text);
    return kept;
}

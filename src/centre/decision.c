/* SPDX-License-Identifier: Apache-2.0 */
/* Building the body of an event. Running out of memory is remembered, not reported at each step. */
#include "act.h"

#include <stdarg.h>

#include "moly/base/catalogue.h"

static void put(moly_decision *decision, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0) { /* takes care of NULL too */
        decision->is_broken = true;
    }
}

/* The array `key` of the body, made when it is first needed. */
static json_t *list(moly_decision *decision, const char *key)
{
    json_t *array = json_object_get(decision->body, key);
    if (!array) {
        put(decision, decision->body, key, json_array());
        array = json_object_get(decision->body, key);
    }
    return array;
}

static void add(moly_decision *decision, const char *key, json_t *item)
{
    if (!item || json_array_append_new(list(decision, key), item) != 0) {
        decision->is_broken = true;
    }
}

static json_t *instant(moly_instant t)
{
    char text[MOLY_INSTANT_TEXT_SIZE];
    return json_string(moly_instant_format(t, text));
}

void decision_subject(moly_decision *decision, const char *kind, const char *id)
{
    decision->subject = moly_arena_printf(decision->arena, "%s/%s", kind, id);
    decision->is_broken = decision->is_broken || !decision->subject;
}

void decision_record(moly_decision *decision, const char *kind, const char *id)
{
    json_t *set = json_object();
    decision->set = set;
    add(decision, "records", json_pack("{s:s, s:s, s:o}", "kind", kind, "id", id, "set", set));
    if (decision->is_broken) {
        decision->set = NULL;
    }
}

void decision_text(moly_decision *decision, const char *key, const char *value)
{
    if (value) {
        put(decision, decision->set, key, json_string(value));
    }
}

void decision_number(moly_decision *decision, const char *key, double value)
{
    if (isfinite(value)) {
        put(decision, decision->set, key, moly_json_real(value));
    }
}

void decision_instant(moly_decision *decision, const char *key, moly_instant value)
{
    if (!moly_instant_is_none(value)) {
        put(decision, decision->set, key, instant(value));
    }
}

void decision_json(moly_decision *decision, const char *key, json_t *value)
{
    put(decision, decision->set, key, value);
}

void decision_member(moly_decision *decision, const char *key, json_t *value)
{
    put(decision, decision->body, key, value);
}

void decision_link(moly_decision *decision, const char *from, const char *to, const char *role)
{
    add(decision, "links", json_pack("{s:s, s:s, s:s}", "from", from, "to", to, "role", role));
}

void decision_transfer(moly_decision *decision, const transfer *entry)
{
    json_t *item =
        json_pack("{s:s, s:s, s:o, s:s, s:o, s:o, s:s}", "from", entry->from, "to", entry->to, "at",
                  instant(entry->at), "nuclide", entry->nuclide, "activity_bq",
                  moly_json_real(entry->activity_bq), "sd_bq", moly_json_real(entry->sd_bq),
                  "basis", entry->is_measured ? "measured" : "calculated");
    if (item && entry->predicted_bq > 0.0) {
        put(decision, item, "predicted_bq", moly_json_real(entry->predicted_bq));
        put(decision, item, "predicted_sd_bq", moly_json_real(entry->predicted_sd_bq));
    }
    if (item && entry->share > 0.0) {
        put(decision, item, "share", moly_json_real(entry->share));
    }
    add(decision, "transfers", item);
}

void decision_measure(moly_decision *decision, const char *account, moly_instant at,
                      const char *nuclide, double activity_bq, double sd_bq)
{
    add(decision, "measurements",
        json_pack("{s:s, s:o, s:s, s:o, s:o}", "account", account, "at", instant(at), "nuclide",
                  nuclide, "activity_bq", moly_json_real(activity_bq), "sd_bq",
                  moly_json_real(sd_bq)));
}

void decision_close(moly_decision *decision, const char *account)
{
    add(decision, "closes", json_string(account));
}

void decision_warn(moly_decision *decision, const char *rule, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    json_t *warning = moly_message_new(decision->language, format, args);
    va_end(args);
    put(decision, warning, "rule", json_string(rule));
    add(decision, "warnings", warning);
}

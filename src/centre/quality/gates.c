/* SPDX-License-Identifier: Apache-2.0 */
/* What must be in force before somebody works: training, qualification, the room. */
#include "quality/quality.h"

const char aseptic_work[] = "aseptic work";

static moly_status check_topic(const moly_act_context *context, const json_t *person,
                               const char *topic, const json_t *held, moly_instant when,
                               moly_error *err)
{
    const char *id = record_text(person, "id");
    const char *text = json_string_value(json_object_get(held, "until"));
    moly_instant until = MOLY_INSTANT_NONE;
    if (!text || moly_instant_parse(text, &until, NULL) != MOLY_OK) {
        return MOLY_REFUSE(err, "R-66", "%s is not trained in '%s' (quality.train)", id, topic);
    }
    if (when.us > until.us) {
        return MOLY_REFUSE(err, "R-66",
                           "%s's training in '%s' ended at %s; renew it first (quality.train)", id,
                           topic, say_time(context, until));
    }
    return MOLY_OK;
}

moly_status rule_trained(const moly_act_context *context, const json_t *person, const char *topic,
                         moly_instant when, moly_error *err)
{
    json_t *all = json_object_get(person, "training"), *held;
    const char *name;
    if (topic) {
        return check_topic(context, person, topic, json_object_get(all, topic), when, err);
    }
    moly_status status = MOLY_OK;
    json_object_foreach(all, name, held)
    {
        status = status ? status : check_topic(context, person, name, held, when, err);
    }
    return status;
}

moly_status rule_performer_trained(const moly_act_context *context, const char *topic,
                                   moly_error *err)
{
    const json_t *person = NULL;
    moly_status status = act_record(context, "person", context->performer->user, &person, err);
    return status ? status : rule_trained(context, person, topic, context->at, err);
}

json_t *training_with(const json_t *person, const char *topic, moly_instant until,
                      const char *basis)
{
    char text[MOLY_INSTANT_TEXT_SIZE];
    json_t *all = json_deep_copy(json_object_get(person, "training"));
    all = all ? all : json_object();
    if (moly_instant_is_none(until)) {
        (void)json_object_del(all, topic);
        return all;
    }
    (void)json_object_set_new(
        all, topic,
        json_pack("{s:s, s:s?}", "until", moly_instant_format(until, text), "basis", basis));
    return all;
}

moly_status rule_environment(const moly_act_context *context, const char *place, moly_error *err)
{
    const site_limit *limit = site_limit_of(context->limits, "environment_interval_s");
    const moly_record_query query = {
        .kind = "monitoring", .owner = place, .limit = 1, .newest_first = true};
    const json_t *rows = NULL;
    moly_status status = act_records(context, &query, &rows, err);
    if (status) {
        return status;
    }
    const json_t *last = json_array_get(rows, 0);
    if (!last) {
        return MOLY_REFUSE(err, "R-50", "'%s' was never monitored (quality.monitor)", place);
    }
    if (!record_is(last, "state", "within limits")) {
        return MOLY_REFUSE(err, "R-50",
                           "'%s' is outside its limits since %s (%s): clean it and monitor again "
                           "(quality.monitor)",
                           place, say_time(context, record_instant(last, "at")),
                           record_text(last, "id"));
    }
    moly_instant until = moly_instant_add_s(record_instant(last, "at"), limit->value);
    if (context->at.us > until.us) {
        return MOLY_REFUSE(err, "R-50",
                           "'%s' was monitored until %s (%s): monitor it first (quality.monitor)",
                           place, say_time(context, until), limit->source);
    }
    return MOLY_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that many acts share. Each refusal names its rule, the values and what to do. */
#include "act.h"

#include "moly/base/catalogue.h"

moly_status rule_in_order(const moly_act_context *context, moly_instant earlier, const char *what,
                          moly_error *err)
{
    if (moly_instant_is_none(earlier) || context->at.us >= earlier.us) {
        return MOLY_OK;
    }
    return MOLY_REFUSE(err, "R-13", "%s is before %s, at %s; check the time of the act",
                       say_time(context, context->at), say(context, what),
                       say_time(context, earlier));
}

moly_status rule_separate(const moly_act_context *context, const json_t *record, const char *key,
                          const char *duty, const char *now, moly_error *err)
{
    if (!record_is(record, key, context->performer->user)) {
        return MOLY_OK;
    }
    return ACT_FORBID(err, "R-09", "%s %s %s and cannot %s it; another person must",
                      context->performer->user, say(context, duty), record_text(record, "id"),
                      say(context, now));
}

moly_status rule_accepted(const moly_act_context *context, const json_t *record, const char *name,
                          moly_error *err)
{
    const char *id = record_text(record, "id");
    if (record_is(record, "state", "quarantine")) {
        return MOLY_REFUSE(
            err, "R-20", "%s %s is in quarantine; it must be accepted first (pharmacy.accept_lot)",
            say(context, name), id);
    }
    if (!record_is(record, "state", "accepted")) {
        return MOLY_REFUSE(err, "R-20", "%s %s is %s, so it cannot be used", say(context, name), id,
                           say(context, record_text(record, "state")));
    }
    moly_instant expiry = record_instant(record, "expiry");
    if (!moly_instant_is_none(expiry) && context->at.us > expiry.us) {
        return MOLY_REFUSE(err, "R-24", "%s %s expired at %s; use another", say(context, name), id,
                           say_time(context, expiry));
    }
    return rule_in_order(context, record_instant(record, "at"), "it was received", err);
}

moly_status rule_reason(const char *reason, const char *rule, const char *for_what, moly_error *err)
{
    if (reason && strspn(reason, " \t\r\n") != strlen(reason)) {
        return MOLY_OK;
    }
    return MOLY_REFUSE(err, rule, "%s needs a reason; give it in the field 'reason'",
                       moly_translate(err ? err->language : NULL, for_what));
}

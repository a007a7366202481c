/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and times as messages say them. */
#include "act.h"

#include "moly/base/catalogue.h"

const char *say(const moly_act_context *context, const char *text)
{
    return moly_translate(context->performer->language, text);
}

static const char *quantity(const moly_act_context *context, double value, moly_dim dim)
{
    char text[MOLY_QUANTITY_TEXT_SIZE];
    const char *kept = moly_arena_strdup(context->arena, moly_quantity_format(value, dim, 4, text));
    return kept ? kept : "?";
}

const char *say_activity(const moly_act_context *context, double activity_bq)
{
    return quantity(context, activity_bq, MOLY_DIM_ACTIVITY);
}

const char *say_volume(const moly_act_context *context, double volume_ml)
{
    return quantity(context, volume_ml, MOLY_DIM_VOLUME);
}

const char *say_percent(const moly_act_context *context, double fraction)
{
    char digits[MOLY_NUMBER_TEXT_SIZE];
    const char *text =
        moly_arena_printf(context->arena, "%s %%", moly_number_format(100.0 * fraction, 4, digits));
    return text ? text : "?";
}

const char *say_time(const moly_act_context *context, moly_instant t)
{
    if (moly_instant_is_none(t)) {
        return say(context, "an unknown time");
    }
    int offset = context->site->utc_offset_minutes;
    moly_calendar c = moly_instant_calendar(t, offset);
    int minutes = offset < 0 ? -offset : offset;
    const char *text = moly_arena_printf(context->arena, "%04d-%02d-%02d %02d:%02d (%c%02d:%02d)",
                                         c.year, c.month, c.day, c.hour, c.minute,
                                         offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
    return text ? text : "?";
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_INSTANT_H
#define MOLY_BASE_INSTANT_H

/** Instants in UTC and the injected clock. A duration is a double in seconds, never an instant. */

#include <stdint.h>

#include "moly/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** UTC, microseconds since 1970-01-01T00:00:00Z; years 0001 to 9999. */
typedef struct moly_instant {
    int64_t us;
} moly_instant;

#define MOLY_INSTANT_NONE ((moly_instant){INT64_MIN})
#define MOLY_INSTANT_TEXT_SIZE 33 /**< room for moly_instant_format, with the final zero */

MOLY_API bool moly_instant_is_none(moly_instant t);

/** Parse ISO 8601: "2026-11-22T06:00Z", "2026-11-22T06:00:30.25+06:00", "20261122T060000Z".
 *  A zone is required: a time without one is refused, never guessed.
 *  @retval MOLY_ERR_DATA   not of this form
 *  @retval MOLY_ERR_RANGE  a month 13, a second 61, a year outside 1..9999 */
MOLY_API MOLY_CHECKED moly_status moly_instant_parse(const char *text, moly_instant *t,
                                                     moly_error *err);

/** "2026-11-22T06:00:00Z", with microseconds only when there are any. Returns `text`. */
MOLY_API const char *moly_instant_format(moly_instant t, char text[MOLY_INSTANT_TEXT_SIZE]);

/** From calendar fields in UTC; fields are checked.
 *  @param second  0 <= second < 60, fraction allowed */
MOLY_API MOLY_CHECKED moly_status moly_instant_from_utc(int year, int month, int day, int hour,
                                                        int minute, double second, moly_instant *t,
                                                        moly_error *err);

typedef struct moly_calendar {
    int year, month, day, hour, minute, second, microsecond;
} moly_calendar;
/** Calendar fields at an offset from UTC, in minutes (0 for UTC itself). */
MOLY_API moly_calendar moly_instant_calendar(moly_instant t, int offset_minutes);

/** b - a in seconds. */
MOLY_API double moly_instant_difference_s(moly_instant a, moly_instant b);
/** t moved by a duration, s; saturates at the ends of the range. */
MOLY_API moly_instant moly_instant_add_s(moly_instant t, double seconds);

/** Where "now" comes from. Injected, so that tests and training run a simulated one. */
typedef struct moly_clock {
    moly_instant (*now)(const void *context);
    const void *context;
    bool is_simulated;
} moly_clock;

/** The machine's clock. */
MOLY_API moly_clock moly_clock_system(void);
/** A clock that stands at `*t`; `t` is borrowed and may be moved by its owner. */
MOLY_API moly_clock moly_clock_fixed(const moly_instant *t);
MOLY_API moly_instant moly_clock_now(const moly_clock *clock);

#ifdef __cplusplus
}
#endif
#endif

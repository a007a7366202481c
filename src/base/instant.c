/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/base/instant.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const int64_t us_per_s = 1000000;
static const int64_t us_per_day = 86400 * INT64_C(1000000);
/* 0001-01-01T00:00:00Z and the last microsecond of 9999. */
static const int64_t first_us = -INT64_C(62135596800) * 1000000;
static const int64_t last_us = INT64_C(253402300800) * 1000000 - 1;

bool moly_instant_is_none(moly_instant t)
{
    return t.us == INT64_MIN;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar; years are counted from March so that
 * the leap day is the last of its year. */
static int64_t days_from_date(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t month_from_march = (month + 9) % 12;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void date_from_days(int64_t days, moly_calendar *c)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    c->day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    c->month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    c->year = (int)(year_of_era + era * 400 + (c->month <= 2 ? 1 : 0));
}

moly_status moly_instant_from_utc(int year, int month, int day, int hour, int minute, double second,
                                  moly_instant *t, moly_error *err)
{
    if (year < 1 || year > 9999) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "year %d is outside 1..9999", year);
    }
    if (month < 1 || month > 12) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "month %d is outside 1..12", month);
    }
    if (day < 1 || day > days_in_month(year, month)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "day %d is outside 1..%d of %04d-%02d", day,
                         days_in_month(year, month), year, month);
    }
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || !(second >= 0 && second < 60)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%02d:%02d:%06.3f is no time of the day", hour,
                         minute, second);
    }
    int64_t seconds = days_from_date(year, month, day) * 86400 + hour * 3600 + minute * 60;
    t->us = seconds * us_per_s + llround(second * 1e6);
    return MOLY_OK;
}

/* Read `count` digits; -1 when there are fewer. */
static int take_digits(const char **cursor, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (!isdigit((unsigned char)(*cursor)[i])) {
            return -1;
        }
        value = value * 10 + ((*cursor)[i] - '0');
    }
    *cursor += count;
    return value;
}

static bool take(const char **cursor, char wanted)
{
    if (**cursor != wanted) {
        return false;
    }
    (*cursor)++;
    return true;
}

/* ":SS[.ffffff]" or nothing; -1 when it is malformed. */
static double take_seconds(const char **cursor, bool extended)
{
    if (extended ? !take(cursor, ':') : !isdigit((unsigned char)**cursor)) {
        return 0;
    }
    int whole = take_digits(cursor, 2);
    if (whole < 0) {
        return -1;
    }
    double seconds = whole;
    if (take(cursor, '.')) {
        double unit = 0.1;
        if (!isdigit((unsigned char)**cursor)) {
            return -1;
        }
        for (; isdigit((unsigned char)**cursor); (*cursor)++) {
            seconds += unit * (**cursor - '0');
            unit /= 10;
        }
    }
    return seconds;
}

/* "Z", "+06:00", "+0600" or "+06"; false when it is none of these. */
static bool take_zone(const char **cursor, int *offset_minutes)
{
    if (take(cursor, 'Z') || take(cursor, 'z')) {
        *offset_minutes = 0;
        return true;
    }
    int sign = take(cursor, '+') ? 1 : take(cursor, '-') ? -1 : 0;
    int hours = sign ? take_digits(cursor, 2) : -1;
    if (hours < 0 || hours > 14) {
        return false;
    }
    int minutes = 0;
    if (take(cursor, ':') || isdigit((unsigned char)**cursor)) {
        minutes = take_digits(cursor, 2);
    }
    *offset_minutes = sign * (hours * 60 + minutes);
    return minutes >= 0 && minutes < 60;
}

moly_status moly_instant_parse(const char *text, moly_instant *t, moly_error *err)
{
    const char *cursor = text;
    int year = take_digits(&cursor, 4);
    bool extended = take(&cursor, '-');
    int month = take_digits(&cursor, 2);
    bool dashed = !extended || take(&cursor, '-');
    int day = take_digits(&cursor, 2);
    bool divided = take(&cursor, 'T') || take(&cursor, 't') || take(&cursor, ' ');
    int hour = take_digits(&cursor, 2);
    extended = take(&cursor, ':');
    int minute = take_digits(&cursor, 2);
    double second = minute < 0 ? -1 : take_seconds(&cursor, extended);
    if (year < 0 || month < 0 || !dashed || day < 0 || !divided || hour < 0 || second < 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "'%.40s' is no instant: write 2026-11-22T06:00Z",
                         text);
    }
    int offset_minutes;
    if (*cursor == '\0') {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "'%.40s' has no time zone: write %.40sZ for UTC or add +06:00", text,
                         text);
    }
    if (!take_zone(&cursor, &offset_minutes) || *cursor != '\0') {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "'%.40s' does not end in a time zone (Z or +06:00)",
                         text);
    }
    moly_instant local;
    moly_status status = moly_instant_from_utc(year, month, day, hour, minute, second, &local, err);
    if (status != MOLY_OK) {
        moly_error_context(err, "instant '%.40s'", text);
        return status;
    }
    int64_t us = local.us - offset_minutes * 60 * us_per_s;
    if (us < first_us || us > last_us) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "'%.40s' is outside the years 1..9999", text);
    }
    t->us = us;
    return MOLY_OK;
}

moly_calendar moly_instant_calendar(moly_instant t, int offset_minutes)
{
    int64_t us = t.us + offset_minutes * 60 * us_per_s;
    int64_t days = us / us_per_day;
    int64_t rest = us % us_per_day;
    if (rest < 0) {
        rest += us_per_day;
        days--;
    }
    moly_calendar c = {0};
    date_from_days(days, &c);
    c.hour = (int)(rest / (3600 * us_per_s));
    c.minute = (int)(rest / (60 * us_per_s) % 60);
    c.second = (int)(rest / us_per_s % 60);
    c.microsecond = (int)(rest % us_per_s);
    return c;
}

const char *moly_instant_format(moly_instant t, char text[MOLY_INSTANT_TEXT_SIZE])
{
    if (moly_instant_is_none(t)) {
        text[0] = '\0';
        return text;
    }
    moly_calendar c = moly_instant_calendar(t, 0);
    int length = snprintf(text, MOLY_INSTANT_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d", c.year,
                          c.month, c.day, c.hour, c.minute, c.second);
    size_t used = (size_t)length;
    if (c.microsecond) {
        length = snprintf(text + used, MOLY_INSTANT_TEXT_SIZE - used, ".%06d", c.microsecond);
        used += (size_t)length;
    }
    (void)snprintf(text + used, MOLY_INSTANT_TEXT_SIZE - used, "Z");
    return text;
}

double moly_instant_difference_s(moly_instant a, moly_instant b)
{
    return (double)(b.us - a.us) / 1e6;
}

moly_instant moly_instant_add_s(moly_instant t, double seconds)
{
    double room_s = 1e-6 * (seconds < 0 ? (double)(t.us - first_us) : (double)(last_us - t.us));
    if (!(fabs(seconds) < room_s)) {
        return (moly_instant){seconds < 0 ? first_us : last_us};
    }
    return (moly_instant){t.us + llround(seconds * 1e6)};
}

static moly_instant system_now(const void *context)
{
    (void)context;
    struct timespec now;
    MOLY_ASSERT(clock_gettime(CLOCK_REALTIME, &now) == 0);
    return (moly_instant){(int64_t)now.tv_sec * us_per_s + now.tv_nsec / 1000};
}

static moly_instant fixed_now(const void *context)
{
    return *(const moly_instant *)context;
}

moly_clock moly_clock_system(void)
{
    return (moly_clock){system_now, NULL, false};
}

moly_clock moly_clock_fixed(const moly_instant *t)
{
    return (moly_clock){fixed_now, t, true};
}

moly_instant moly_clock_now(const moly_clock *clock)
{
    return clock->now(clock->context);
}

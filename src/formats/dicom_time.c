/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "moly/base/instant.h"
#include "moly/formats/dicom.h"

static const double SECONDS_PER_DAY = 86400.0;

/* `n` digits at `*at` as a number; -1 when there are not as many. */
static int digits(const char **at, int n)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        char c = (*at)[i];
        if (c < '0' || c > '9') {
            return -1;
        }
        value = 10 * value + (c - '0');
    }
    *at += n;
    return value;
}

/* "YYYYMMDD", and the "YYYY.MM.DD" of old files. */
static bool scan_date(const char **at, int64_t *day)
{
    const char *p = *at;
    int year = digits(&p, 4);
    p += *p == '.' || *p == '-';
    int month = year < 0 ? -1 : digits(&p, 2);
    p += *p == '.' || *p == '-';
    int date = month < 0 ? -1 : digits(&p, 2);
    moly_instant midnight;
    if (date < 0 ||
        moly_instant_from_utc(year, month, date, 0, 0, 0.0, &midnight, NULL) != MOLY_OK) {
        return false;
    }
    int64_t us_per_day = INT64_C(86400000000);
    *day = midnight.us / us_per_day - (midnight.us % us_per_day < 0);
    *at = p;
    return true;
}

/* "HH", "HHMM", "HHMMSS", "HHMMSS.ffffff", with ':' between in old files. */
static bool scan_time(const char **at, double *second_of_day)
{
    static const int limits[3] = {23, 59, 60};
    static const double weights[3] = {3600.0, 60.0, 1.0};
    const char *p = *at;
    double seconds = 0.0;
    for (int i = 0; i < 3; i++) {
        const char *field = p + (i > 0 && *p == ':');
        if (i > 0 && (*field < '0' || *field > '9')) {
            break;
        }
        int value = digits(&field, 2);
        if (value < 0 || value > limits[i]) {
            return false;
        }
        seconds += weights[i] * value;
        p = field;
    }
    if (*p == '.') {
        double weight = 1.0;
        for (p++; *p >= '0' && *p <= '9'; p++) {
            weight /= 10.0;
            seconds += weight * (*p - '0');
        }
    }
    *second_of_day = seconds;
    *at = p;
    return true;
}

/* Several values may stand in an element; the first one counts. */
static bool is_end(const char *at)
{
    while (*at == ' ') {
        at++;
    }
    return *at == '\0' || *at == '\\';
}

bool moly_dicom_parse_date(const char *text, moly_dicom_time *t)
{
    int64_t day;
    if (!text || !scan_date(&text, &day) || !is_end(text)) {
        return false;
    }
    t->day = day;
    return true;
}

bool moly_dicom_parse_time(const char *text, moly_dicom_time *t)
{
    double second;
    if (!text || !scan_time(&text, &second) || !is_end(text)) {
        return false;
    }
    t->second = second;
    return true;
}

bool moly_dicom_parse_datetime(const char *text, moly_dicom_time *t, int *offset_minutes)
{
    int64_t day;
    double second;
    if (!text || !scan_date(&text, &day) || !scan_time(&text, &second)) {
        return false;
    }
    if (*text == '+' || *text == '-') {
        int sign = *text++ == '-' ? -1 : 1;
        int hours = digits(&text, 2), minutes = hours < 0 ? -1 : digits(&text, 2);
        if (minutes < 0 || hours > 14 || minutes > 59) {
            return false;
        }
        if (offset_minutes) {
            *offset_minutes = sign * (60 * hours + minutes);
        }
    }
    if (!is_end(text)) {
        return false;
    }
    *t = (moly_dicom_time){day, second};
    return true;
}

const char *moly_dicom_format_time(moly_dicom_time t, char text[MOLY_DICOM_TIME_SIZE])
{
    char date[16] = "", clock[16] = "";
    if (t.day != MOLY_DICOM_NO_DAY) {
        moly_instant midnight = {t.day * INT64_C(86400000000)};
        moly_calendar c = moly_instant_calendar(midnight, 0);
        (void)snprintf(date, sizeof(date), "%04d-%02d-%02d", c.year % 10000, c.month % 100,
                       c.day % 100);
    }
    if (t.second >= 0.0 && t.second < SECONDS_PER_DAY + 1.0) {
        int whole = (int)t.second;
        (void)snprintf(clock, sizeof(clock), "%02d:%02d:%02d", whole / 3600, whole / 60 % 60,
                       whole % 60);
    }
    (void)snprintf(text, MOLY_DICOM_TIME_SIZE, "%s%s%s", date, *date && *clock ? " " : "", clock);
    return text;
}

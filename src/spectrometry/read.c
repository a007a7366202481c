/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of spectrum files share. */
#include "read.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "moly/base/text.h"

read_lines read_lines_of(read_bytes bytes)
{
    const char *data = (const char *)bytes.data;
    return (read_lines){data, data + bytes.size, 0};
}

bool read_line(read_lines *lines, char line[READ_LINE_SIZE])
{
    if (lines->next >= lines->end) {
        return false;
    }
    size_t n = 0;
    lines->number++;
    while (lines->next < lines->end && *lines->next != '\n' && *lines->next != '\r') {
        if (n < READ_LINE_SIZE - 1) {
            line[n++] = *lines->next;
        }
        lines->next++;
    }
    line[n] = '\0';
    if (lines->next < lines->end && *lines->next == '\r') {
        lines->next++;
        if (lines->next < lines->end && *lines->next == '\n') {
            lines->next++;
        }
    } else if (lines->next < lines->end) {
        lines->next++;
    }
    return true;
}

bool read_number(const char **at, double *value)
{
    const char *from = *at;
    while (*from && (isspace((unsigned char)*from) || strchr(",;", *from))) {
        from++;
    }
    size_t n = strspn(from, "+-.0123456789eE");
    char text[40];
    if (n == 0 || n >= sizeof text) {
        return false;
    }
    memcpy(text, from, n);
    text[n] = '\0';
    const char *digits = *text == '+' ? text + 1 : text;
    if (moly_number_parse(digits, value, NULL) != MOLY_OK) {
        return false;
    }
    *at = from + n;
    return true;
}

moly_status read_counts(double value, size_t channel, double *counts, moly_error *err)
{
    if (!(value >= 0.0 && value <= 1e15)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "channel %zu has %g counts; counts lie between 0 and 1e15", channel,
                         value);
    }
    *counts = value;
    return MOLY_OK;
}

moly_status read_times(moly_gamma_spectrum *spectrum, double live_s, double real_s, moly_error *err)
{
    if (!(live_s > 0.0 && live_s < 1e10)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "live time of %g s; it must be above 0 and below 1e10 s", live_s);
    }
    spectrum->live_s = live_s;
    if (real_s >= live_s && real_s < 1e10) {
        spectrum->real_s = real_s;
        return MOLY_OK;
    }
    spectrum->real_s = live_s;
    moly_gamma_spectrum_warn(spectrum,
                             "real time of %g s is not one for a live time of %g s: taken as equal",
                             real_s, live_s);
    return MOLY_OK;
}

static int two_digit_year(int year)
{
    return year >= 100 ? year : year < 70 ? 2000 + year : 1900 + year;
}

/* One to `most` digits, then one of the characters `ends` ("" : the end of the text). */
static bool take_number(const char **at, int most, const char *ends, int *value)
{
    int n = 0;
    *value = 0;
    while (**at == ' ') {
        (*at)++;
    }
    for (; n < most && isdigit((unsigned char)**at); n++) {
        *value = 10 * *value + (*(*at)++ - '0');
    }
    if (n == 0 || (*ends != '\0' && (**at == '\0' || !strchr(ends, **at)))) {
        return false;
    }
    *at += *ends != '\0';
    return true;
}

/* "14:05:09.25": hours, minutes, seconds. */
static bool take_clock(const char **at, int *hour, int *minute, double *second)
{
    if (!take_number(at, 2, ":", hour) || !take_number(at, 2, ":", minute) ||
        !isdigit((unsigned char)**at)) {
        return false;
    }
    char *end = NULL;
    *second = strtod(*at, &end);
    *at = end;
    return isfinite(*second);
}

/* Month/day/year as the formats write it; a first field above 12 can only be a day. Then a clock of
 * 24 hours, or of 12 with AM or PM. */
static bool parse_american(const char *at, moly_instant *start)
{
    int a = 0, b = 0, year = 0, hour = 0, minute = 0;
    double second = 0.0;
    if (!take_number(&at, 2, "/", &a) || !take_number(&at, 2, "/", &b) ||
        !take_number(&at, 4, " ", &year) || !take_clock(&at, &hour, &minute, &second)) {
        return false;
    }
    at += strspn(at, " ");
    if (strncmp(at, "PM", 2) == 0 && hour < 12) {
        hour += 12;
    } else if (strncmp(at, "AM", 2) == 0 && hour == 12) {
        hour = 0;
    }
    int month = a > 12 ? b : a, day = a > 12 ? a : b;
    return moly_instant_from_utc(two_digit_year(year), month, day, hour, minute, second, start,
                                 NULL) == MOLY_OK;
}

static bool parse_start(const char *text, moly_instant *start, bool *has_zone)
{
    int year = 0, month = 0, day = 0, hour = 0, minute = 0;
    double second = 0.0;
    const char *at = text;
    *has_zone = true;
    if (moly_instant_parse(text, start, NULL) == MOLY_OK) {
        return true;
    }
    *has_zone = false;
    if (take_number(&at, 4, "-", &year) && take_number(&at, 2, "-", &month) &&
        take_number(&at, 2, "T ", &day) && take_clock(&at, &hour, &minute, &second) &&
        *at == '\0') {
        return moly_instant_from_utc(year, month, day, hour, minute, second, start, NULL) ==
               MOLY_OK;
    }
    return parse_american(text, start);
}

void read_start(moly_gamma_spectrum *spectrum, const char *text)
{
    bool has_zone = false;
    char field[64];
    read_field(field, sizeof field, text, strlen(text));
    if (*field == '\0') {
        return;
    }
    if (!parse_start(field, &spectrum->start, &has_zone)) {
        spectrum->start = MOLY_INSTANT_NONE;
        moly_gamma_spectrum_warn(spectrum, "start '%s' is no date that Moly reads: left out",
                                 field);
    } else if (!has_zone) {
        moly_gamma_spectrum_warn(spectrum, "start '%s' has no time zone: taken as UTC", field);
    }
}

void read_field(char *field, size_t size, const char *text, size_t length)
{
    while (length > 0 && isspace((unsigned char)text[length - 1])) {
        length--;
    }
    while (length > 0 && isspace((unsigned char)*text)) {
        text++;
        length--;
    }
    size_t n = 0;
    for (; n < length && n < size - 1 && text[n] != '\0'; n++) {
        field[n] = (char)(iscntrl((unsigned char)text[n]) ? ' ' : text[n]);
    }
    field[n] = '\0';
    if (!moly_is_utf8(field)) {
        for (size_t i = 0; i < n; i++) {
            field[i] = (char)((unsigned char)field[i] < 0x80 ? field[i] : '?');
        }
    }
    while (n > 0 && field[n - 1] == ' ') {
        field[--n] = '\0';
    }
}

bool read_u16(read_bytes bytes, size_t at, uint16_t *value)
{
    if (bytes.size < 2 || at > bytes.size - 2) {
        return false;
    }
    *value = (uint16_t)(bytes.data[at] | bytes.data[at + 1] << 8);
    return true;
}

bool read_u32(read_bytes bytes, size_t at, uint32_t *value)
{
    uint16_t low = 0;
    uint16_t high = 0;
    if (!read_u16(bytes, at, &low) || !read_u16(bytes, at + 2, &high)) {
        return false;
    }
    *value = (uint32_t)low | (uint32_t)high << 16;
    return true;
}

bool read_f32(read_bytes bytes, size_t at, double *value)
{
    uint32_t bits = 0;
    float number = 0.0F;
    if (!read_u32(bytes, at, &bits)) {
        return false;
    }
    memcpy(&number, &bits, sizeof number);
    *value = (double)number;
    return true;
}

bool read_f64(read_bytes bytes, size_t at, double *value)
{
    uint32_t low = 0;
    uint32_t high = 0;
    if (!read_u32(bytes, at, &low) || !read_u32(bytes, at + 4, &high)) {
        return false;
    }
    uint64_t bits = (uint64_t)low | (uint64_t)high << 32;
    memcpy(value, &bits, sizeof *value);
    return true;
}

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

static bool parse_start(const char *text, moly_instant *start, bool *has_zone)
{
    int a = 0;
    int b = 0;
    int c = 0;
    int hour = 0;
    int minute = 0;
    int n = 0;
    double second = 0.0;
    char half[3] = "";
    *has_zone = true;
    if (moly_instant_parse(text, start, NULL) == MOLY_OK) {
        return true;
    }
    *has_zone = false;
    if (sscanf(text, "%4d-%2d-%2d%*[T ]%2d:%2d:%lf%n", &a, &b, &c, &hour, &minute, &second, &n) ==
            6 &&
        text[n] == '\0') {
        return moly_instant_from_utc(a, b, c, hour, minute, second, start, NULL) == MOLY_OK;
    }
    int found =
        sscanf(text, "%2d/%2d/%4d %2d:%2d:%lf %2s", &a, &b, &c, &hour, &minute, &second, half);
    if (found < 6) {
        return false;
    }
    if (found == 7 && strcmp(half, "PM") == 0 && hour < 12) {
        hour += 12;
    } else if (found == 7 && strcmp(half, "AM") == 0 && hour == 12) {
        hour = 0;
    }
    /* the formats write month/day; a first field above 12 can only be a day */
    int month = a > 12 ? b : a;
    int day = a > 12 ? a : b;
    return moly_instant_from_utc(two_digit_year(c), month, day, hour, minute, second, start,
                                 NULL) == MOLY_OK;
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
        field[n] = iscntrl((unsigned char)text[n]) ? ' ' : text[n];
    }
    field[n] = '\0';
    if (!moly_is_utf8(field)) {
        for (size_t i = 0; i < n; i++) {
            field[i] = (unsigned char)field[i] < 0x80 ? field[i] : '?';
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

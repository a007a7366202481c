/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/base/text.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/memory.h"

void moly_text_free(moly_text *text)
{
    if (text) {
        moly_free(text->data);
        *text = (moly_text){0};
    }
}

static bool make_room(moly_text *text, size_t extra)
{
    size_t needed;
    if (text->is_broken || __builtin_add_overflow(text->length, extra, &needed) ||
        needed >= SIZE_MAX / 2) {
        text->is_broken = true;
        return false;
    }
    if (needed + 1 <= text->capacity) {
        return true;
    }
    size_t capacity = 2 * (needed + 1) < 64 ? 64 : 2 * (needed + 1);
    char *data = moly_realloc(text->data, capacity, 1);
    if (!data) {
        text->is_broken = true;
        return false;
    }
    text->data = data;
    text->capacity = capacity;
    return true;
}

void moly_text_add_n(moly_text *text, const char *piece, size_t length)
{
    if (make_room(text, length)) {
        memcpy(text->data + text->length, piece, length);
        text->length += length;
        text->data[text->length] = '\0';
    }
}

void moly_text_add(moly_text *text, const char *piece)
{
    moly_text_add_n(text, piece, strlen(piece));
}

void moly_text_printf(moly_text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) {
        text->is_broken = true;
        return;
    }
    if (make_room(text, (size_t)length)) {
        va_start(arguments, format);
        (void)vsnprintf(text->data + text->length, (size_t)length + 1, format, arguments);
        va_end(arguments);
        text->length += (size_t)length;
    }
}

const char *moly_text_get(const moly_text *text)
{
    return text->data ? text->data : "";
}

/* printf and strtod follow the process's locale; Moly's numbers always have a point. Moly never
 * calls setlocale, but a program that embeds libmoly may. */
static char decimal_point(void)
{
    return localeconv()->decimal_point[0];
}

/* Decimal exponent of what "%.*e" printed. */
static int exponent_of(const char *text)
{
    const char *e = strchr(text, 'e');
    return e ? (int)strtol(e + 1, NULL, 10) : 0;
}

static void use_point(char *text)
{
    char *point = strchr(text, decimal_point());
    if (point) {
        *point = '.';
    }
}

/* By trial: where decimals and doubles are not one to one, above 15 digits, below the normal range
 * and beside the largest number. */
static void format_by_trial(double value, int max_digits, char *text)
{
    (void)snprintf(text, MOLY_NUMBER_TEXT_SIZE, "%.*e", max_digits - 1, value);
    double rounded = strtod(text, NULL);
    int digits = 1;
    do {
        (void)snprintf(text, MOLY_NUMBER_TEXT_SIZE, "%.*e", digits - 1, value);
    } while (digits++ < max_digits && strtod(text, NULL) != rounded);
    digits--;
    int exponent = exponent_of(text);
    if (rounded == 0) {
        (void)snprintf(text, MOLY_NUMBER_TEXT_SIZE, "0");
    } else if (exponent >= -5 && exponent < 15 && (exponent < max_digits + 3 || rounded == value)) {
        int decimals = digits - 1 - exponent;
        (void)snprintf(text, MOLY_NUMBER_TEXT_SIZE, "%.*f", decimals > 0 ? decimals : 0, rounded);
    }
    use_point(text);
}

/* `digits` d, the first before the point, times ten to `exponent`. */
static void write_plainly(const char *d, int digits, int exponent, char *out)
{
    int whole = exponent + 1, i = 0;
    if (whole <= 0) {
        *out++ = '0';
        *out++ = '.';
        for (int zeros = whole; zeros < 0; zeros++) {
            *out++ = '0';
        }
    }
    for (; i < digits; i++) {
        if (i == whole && i > 0) {
            *out++ = '.';
        }
        *out++ = d[i];
    }
    for (; i < whole; i++) {
        *out++ = '0';
    }
    *out = '\0';
}

/* Up to 15 digits, no two decimals are the same double: the fewest digits that read back the same
 * are those of the longest form without the zeros at its end. */
const char *moly_number_format(double value, int max_digits, char text[MOLY_NUMBER_TEXT_SIZE])
{
    enum { MOST_DIGITS = 15 };
    if (!isfinite(value)) {
        (void)snprintf(text, MOLY_NUMBER_TEXT_SIZE, "%g", value);
        return text;
    }
    if (value == 0.0) {
        (void)snprintf(text, MOLY_NUMBER_TEXT_SIZE, "0");
        return text;
    }
    if (fabs(value) < 1e-300 || fabs(value) > 1e300 || max_digits > MOST_DIGITS) {
        format_by_trial(value, max_digits, text);
        return text;
    }
    char longest[MOLY_NUMBER_TEXT_SIZE], d[MOST_DIGITS + 1] = {0}, *out = text;
    (void)snprintf(longest, sizeof longest, "%.*e", max_digits - 1, fabs(value));
    int exponent = exponent_of(longest), digits = 0;
    for (const char *c = longest; *c != 'e'; c++) {
        if (isdigit((unsigned char)*c)) {
            d[digits++] = *c;
        }
    }
    while (digits > 1 && d[digits - 1] == '0') {
        digits--;
    }
    if (value < 0.0) {
        *out++ = '-';
    }
    /* Plainly, 1000000 and 0.00015, while few digits are made up. */
    if (exponent >= -5 && exponent < 15 &&
        (exponent < max_digits + 3 || strtod(longest, NULL) == fabs(value))) {
        write_plainly(d, digits, exponent, out);
        return text;
    }
    *out++ = d[0];
    if (digits > 1) {
        *out++ = '.';
        memcpy(out, d + 1, (size_t)digits - 1);
        out += digits - 1;
    }
    (void)snprintf(out, (size_t)(text + MOLY_NUMBER_TEXT_SIZE - out), "%s", strchr(longest, 'e'));
    return text;
}

moly_status moly_number_parse(const char *text, double *value, moly_error *err)
{
    char local[64];
    size_t length = strlen(text);
    bool is_plain = length > 0 && length < sizeof local;
    for (size_t i = 0; is_plain && i < length; i++) {
        is_plain = isdigit((unsigned char)text[i]) || strchr("+-.eE", text[i]) != NULL;
    }
    if (!is_plain) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "'%.40s' is not a number", text);
    }
    for (size_t i = 0; i <= length; i++) {
        local[i] = (char)(text[i] == '.' ? decimal_point() : text[i]);
    }
    char *end;
    double number = strtod(local, &end);
    if (end == local || *end != '\0') {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "'%.40s' is not a number", text);
    }
    if (!isfinite(number)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "'%.40s' is too large a number", text);
    }
    *value = number;
    return MOLY_OK;
}

moly_status moly_integer_parse(const char *text, int64_t *value, moly_error *err)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || isspace((unsigned char)text[0])) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "'%.40s' is not a whole number", text);
    }
    if (errno == ERANGE) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "'%.40s' is too large a number", text);
    }
    *value = number;
    return MOLY_OK;
}

/* Decode one character; returns its length, 0 when it is not well-formed UTF-8 (overlong forms,
 * surrogates and code points above U+10FFFF are not). */
static size_t decode_utf8(const unsigned char *s, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = s[0] < 0x80 ? 1 : (s[0] >> 5) == 6 ? 2 : (s[0] >> 4) == 14 ? 3 : 4;
    if (n == 1) {
        *code = s[0];
        return 1;
    }
    if (n == 4 && (s[0] >> 3) != 30) {
        return 0;
    }
    uint32_t value = s[0] & (0x7FU >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xC0) != 0x80) {
            return 0;
        }
        value = value << 6 | (s[i] & 0x3FU);
    }
    if (value < least[n] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) {
        return 0;
    }
    *code = value;
    return n;
}

bool moly_is_utf8(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    while (*s) {
        uint32_t code;
        size_t n = decode_utf8(s, &code);
        if (n == 0 || (code < 0x20 && code != '\t' && code != '\n') || code == 0x7F) {
            return false;
        }
        s += n;
    }
    return true;
}

void moly_text_harmless(char *text)
{
    for (unsigned char *s = (unsigned char *)text; s && *s != 0;) {
        uint32_t code = 0;
        size_t n = decode_utf8(s, &code);
        bool is_control = (code < 0x20 && code != '\n' && code != '\t') ||
                          (code >= 0x7F && code < 0xA0); /* C1 commands terminals too */
        if (n == 0 || is_control) {
            *s = '?';
            n = 1;
        }
        s += n;
    }
}

static bool is_between(uint32_t code, const uint32_t (*ranges)[2], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (code >= ranges[i][0] && code <= ranges[i][1]) {
            return true;
        }
    }
    return false;
}

size_t moly_display_width(const char *text)
{
    /* Combining marks and joiners take no column; East Asian wide characters take two. */
    static const uint32_t zero[][2] = {{0x300, 0x36F},   {0x483, 0x489},   {0x610, 0x61A},
                                       {0x64B, 0x65F},   {0x200B, 0x200F}, {0x20D0, 0x20F0},
                                       {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
    static const uint32_t wide[][2] = {{0x1100, 0x115F}, {0x2E80, 0xA4CF},   {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF}, {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
                                       {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x20000, 0x3FFFD}};
    size_t width = 0;
    const unsigned char *s = (const unsigned char *)text;
    while (*s) {
        uint32_t code;
        size_t n = decode_utf8(s, &code);
        if (n == 0) {
            n = 1;
            code = '?';
        }
        s += n;
        if (is_between(code, zero, sizeof zero / sizeof zero[0])) {
            continue;
        }
        width += is_between(code, wide, sizeof wide / sizeof wide[0]) ? 2 : 1;
    }
    return width;
}

bool moly_ends_in(const char *text, const char *ending)
{
    const size_t n = strlen(text), m = strlen(ending);
    return n > m && strcmp(text + n - m, ending) == 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences that are kept: the English format, and each of its values as text. */

#include "moly/base/catalogue.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One conversion of a format: "%+.1f", "%2$s". */
typedef struct conversion {
    size_t n_bytes;
    size_t place;   /* from 1, of "%2$s"; 0: the next one */
    char spec[24];  /* without the place, for printf */
    char length[3]; /* "", "l", "ll", "z" */
    char kind;      /* 's', 'd', ... or '%' */
} conversion;

/* The conversion at `at`, which is a '%'; false where it is none that Moly uses. */
static bool read_conversion(const char *at, conversion *c)
{
    *c = (conversion){0};
    const char *end = at + 1;
    size_t digits = strspn(end, "0123456789");
    if (digits > 0 && end[digits] == '$') {
        c->place = (size_t)strtoul(end, NULL, 10);
        end += digits + 1;
    }
    const char *spec = end;
    end += strspn(end, "-+ #0");
    end += strspn(end, "0123456789");
    end += *end == '.' ? 1 + strspn(end + 1, "0123456789") : 0;
    size_t n_length = strspn(end, "lz");
    if (n_length >= sizeof c->length || end[n_length] == '\0' ||
        !strchr("sdiuxfeg%", end[n_length])) {
        return false;
    }
    memcpy(c->length, end, n_length);
    end += n_length;
    c->kind = *end++;
    c->n_bytes = (size_t)(end - at);
    int n = snprintf(c->spec, sizeof c->spec, "%%%.*s", (int)(end - spec), spec);
    return n > 0 && (size_t)n < sizeof c->spec;
}

/* NOLINTBEGIN(bugprone-branch-clone): the branches differ in the type that they take */
static void add_integer(const conversion *c, va_list *args, moly_text *out)
{
    bool is_signed = c->kind == 'd' || c->kind == 'i';
    if (strcmp(c->length, "l") == 0) {
        moly_text_printf(out, c->spec, va_arg(*args, long));
    } else if (strcmp(c->length, "ll") == 0) {
        moly_text_printf(out, c->spec, va_arg(*args, long long));
    } else if (strcmp(c->length, "z") == 0) {
        moly_text_printf(out, c->spec, va_arg(*args, size_t));
    } else if (is_signed) {
        moly_text_printf(out, c->spec, va_arg(*args, int));
    } else {
        moly_text_printf(out, c->spec, va_arg(*args, unsigned));
    }
}

static json_t *take_value(const conversion *c, va_list *args)
{
    moly_text text = {0};
    if (c->kind == 's') {
        moly_text_printf(&text, c->spec, va_arg(*args, const char *));
    } else if (strchr("feg", c->kind) != NULL) {
        moly_text_printf(&text, c->spec, va_arg(*args, double));
    } else {
        add_integer(c, args, &text);
    }
    moly_text_harmless(text.data); /* a precision may have cut a character in two */
    json_t *value = text.is_broken ? NULL : json_string(moly_text_get(&text));
    moly_text_free(&text);
    return value;
}

/* NOLINTEND(bugprone-branch-clone) */

json_t *moly_message_new(const char *language, const char *format, va_list args)
{
    va_list rest;
    json_t *values = json_array();
    json_t *message = json_pack("{s:s, s:o}", "template", format, "values", values);
    bool is_whole = message != NULL;
    va_copy(rest, args);
    for (const char *at = strchr(format, '%'); at && is_whole; at = strchr(at, '%')) {
        conversion c;
        bool is_known = read_conversion(at, &c);
        MOLY_ASSERT(is_known && c.place == 0); /* a literal of Moly, in order */
        is_whole = c.kind == '%' || json_array_append_new(values, take_value(&c, &rest)) == 0;
        at += c.n_bytes;
    }
    va_end(rest);
    moly_text said = {0};
    moly_message_say(message, language, &said);
    is_whole = is_whole && !said.is_broken &&
               json_object_set_new(message, "message", json_string(moly_text_get(&said))) == 0;
    moly_text_free(&said);
    if (!is_whole) {
        json_decref(message);
        return NULL;
    }
    return message;
}

/* Every conversion is known and has its value: what stands in an event came from Moly, but perhaps
 * from another version of it, or from somebody who changed it. */
static bool can_be_said(const char *format, const json_t *values)
{
    size_t next = 0;
    bool is_good = json_is_array(values);
    for (const char *at = strchr(format, '%'); at && is_good; at = strchr(at, '%')) {
        conversion c;
        is_good = read_conversion(at, &c);
        if (is_good && c.kind != '%') {
            size_t index = c.place > 0 ? c.place - 1 : next++;
            is_good = json_is_string(json_array_get(values, index));
        }
        at += is_good ? c.n_bytes : 0;
    }
    return is_good;
}

void moly_message_say(const json_t *message, const char *language, moly_text *out)
{
    const char *template = json_string_value(json_object_get(message, "template"));
    const json_t *values = json_object_get(message, "values");
    const char *format = template ? moly_translate(language, template) : NULL;
    if (!format || !can_be_said(format, values)) {
        const char *kept = json_string_value(json_object_get(message, "message"));
        moly_text_add(out, kept ? kept : "");
        return;
    }
    size_t next = 0;
    while (*format != '\0') {
        size_t n = strcspn(format, "%");
        moly_text_add_n(out, format, n);
        format += n;
        conversion c;
        if (*format == '\0' || !read_conversion(format, &c)) {
            return;
        }
        if (c.kind == '%') {
            moly_text_add(out, "%");
        } else {
            size_t index = c.place > 0 ? c.place - 1 : next++;
            moly_text_add(out, json_string_value(json_array_get(values, index)));
        }
        format += c.n_bytes;
    }
}

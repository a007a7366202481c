/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/base/json.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/text.h"

enum { REAL_DIGITS = 15, MAX_DEPTH = 64, MAX_INDENT = 2 };

/* jansson bounds recursion at 2048; Moly's records are shallow, and a stack is small. */
static bool is_too_deep(const char *text, size_t length)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (in_string) {
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                in_string = false;
            }
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > MAX_DEPTH) {
                return true;
            }
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return false;
}

moly_status moly_json_parse(const char *text, size_t length, json_t **json, moly_error *err)
{
    *json = NULL;
    if (is_too_deep(text, length)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "JSON nested deeper than %d levels", MAX_DEPTH);
    }
    json_error_t cause;
    json_t *value = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &cause);
    if (!value) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "JSON, line %d column %d: %s", cause.line,
                         cause.column, cause.text);
    }
    *json = value;
    return MOLY_OK;
}

/* jansson always prints with one precision; Moly prints the fewest digits that read back the same.
 * What is hashed is written once for each act, so nothing here asks for memory but the text. */
static void write_value(moly_text *out, const json_t *value, bool sorted, int indent, int depth);

void moly_text_add_json(moly_text *out, const char *text, size_t length)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char letters[0x20] = {
        ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    size_t clean = 0; /* what stands before is written */
    moly_text_add_n(out, "\"", 1);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\') {
            continue;
        }
        moly_text_add_n(out, text + clean, i - clean);
        clean = i + 1;
        const char letter = (char)(c >= 0x20 ? text[i] : letters[c]);
        if (letter) {
            const char escape[] = {'\\', letter};
            moly_text_add_n(out, escape, sizeof escape);
        } else {
            const char escape[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
            moly_text_add_n(out, escape, sizeof escape);
        }
    }
    moly_text_add_n(out, text + clean, length - clean);
    moly_text_add_n(out, "\"", 1);
}

static void write_integer(moly_text *out, json_int_t value)
{
    char digits[24];
    size_t place = sizeof digits;
    unsigned long long left =
        value < 0 ? 0ULL - (unsigned long long)value : (unsigned long long)value;
    do {
        digits[--place] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (value < 0) {
        digits[--place] = '-';
    }
    moly_text_add_n(out, digits + place, sizeof digits - place);
}

static void write_scalar(moly_text *out, const json_t *value)
{
    char number[MOLY_NUMBER_TEXT_SIZE];
    switch (json_typeof(value)) {
    case JSON_STRING:
        moly_text_add_json(out, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        write_integer(out, json_integer_value(value));
        break;
    case JSON_REAL:
        moly_text_add(out, moly_number_format(json_real_value(value), REAL_DIGITS, number));
        break;
    default:
        moly_text_add(out, json_is_true(value) ? "true" : json_is_false(value) ? "false" : "null");
        break;
    }
}

static void new_line(moly_text *out, int indent, int depth)
{
    if (indent > 0) {
        moly_text_printf(out, "\n%*s", indent * depth, "");
    }
}

typedef struct written_member {
    const char *key;
    const json_t *value;
} written_member;

static int compare_keys(const void *a, const void *b)
{
    return strcmp(((const written_member *)a)->key, ((const written_member *)b)->key);
}

/* Members in the order in which they are written; what was read from a canonical text is sorted. */
static size_t list_members(const json_t *object, bool sorted, written_member *members)
{
    size_t n = 0;
    bool in_order = true;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        in_order = in_order && (n == 0 || strcmp(members[n - 1].key, key) < 0);
        members[n++] = (written_member){key, value};
    }
    if (sorted && !in_order) {
        qsort(members, n, sizeof *members, compare_keys);
    }
    return n;
}

static void write_object(moly_text *out, const json_t *object, bool sorted, int indent, int depth)
{
    enum { FEW = 24 };
    written_member few[FEW], *members = few;
    size_t n = json_object_size(object);
    if (n > FEW) {
        members = moly_alloc(n, sizeof *members);
    }
    if (!members) {
        out->is_broken = true;
        return;
    }
    n = list_members(object, sorted, members);
    moly_text_add(out, "{");
    for (size_t i = 0; i < n; i++) {
        moly_text_add(out, i > 0 ? "," : "");
        new_line(out, indent, depth + 1);
        moly_text_add_json(out, members[i].key, strlen(members[i].key));
        moly_text_add(out, indent > 0 ? ": " : ":");
        write_value(out, members[i].value, sorted, indent, depth + 1);
    }
    if (n > 0) {
        new_line(out, indent, depth);
    }
    moly_text_add(out, "}");
    if (members != few) {
        moly_free(members);
    }
}

static void write_value(moly_text *out, const json_t *value, bool sorted, int indent, int depth)
{
    if (json_is_object(value)) {
        write_object(out, value, sorted, indent, depth);
        return;
    }
    if (!json_is_array(value)) {
        write_scalar(out, value);
        return;
    }
    moly_text_add(out, "[");
    size_t n = json_array_size(value);
    for (size_t i = 0; i < n; i++) {
        moly_text_add(out, i > 0 ? "," : "");
        new_line(out, indent, depth + 1);
        write_value(out, json_array_get(value, i), sorted, indent, depth + 1);
    }
    if (n > 0) {
        new_line(out, indent, depth);
    }
    moly_text_add(out, "]");
}

static char *to_text(const json_t *json, bool sorted, int indent)
{
    moly_text out = {0};
    write_value(&out, json, sorted, indent, 0);
    if (out.is_broken) {
        moly_text_free(&out);
        return NULL;
    }
    return out.data;
}

char *moly_json_canonical(const json_t *json)
{
    return to_text(json, true, 0);
}

char *moly_json_pretty(const json_t *json)
{
    return to_text(json, false, MAX_INDENT);
}

json_t *moly_json_real(double value)
{
    return moly_json_rounded(value, REAL_DIGITS);
}

json_t *moly_json_rounded(double value, int digits)
{
    if (!isfinite(value)) {
        return json_null();
    }
    char number[MOLY_NUMBER_TEXT_SIZE];
    double rounded = value;
    if (moly_number_parse(moly_number_format(value, digits, number), &rounded, NULL) != MOLY_OK) {
        return json_null();
    }
    return json_real(rounded);
}

moly_status moly_json_get_text(const json_t *object, const char *key, const char **text,
                               moly_error *err)
{
    const json_t *member = json_object_get(object, key);
    if (!json_is_string(member)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "member '%s' is %s", key,
                         member ? "not a text" : "missing");
    }
    *text = json_string_value(member);
    return MOLY_OK;
}

moly_status moly_json_get_real(const json_t *object, const char *key, double *value,
                               moly_error *err)
{
    const json_t *member = json_object_get(object, key);
    if (!json_is_number(member)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "member '%s' is %s", key,
                         member ? "not a number" : "missing");
    }
    *value = json_number_value(member);
    return MOLY_OK;
}

moly_status moly_json_get_integer(const json_t *object, const char *key, int64_t *value,
                                  moly_error *err)
{
    const json_t *member = json_object_get(object, key);
    if (!json_is_integer(member)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "member '%s' is %s", key,
                         member ? "not a whole number" : "missing");
    }
    *value = json_integer_value(member);
    return MOLY_OK;
}

json_t *moly_error_json(const moly_error *err)
{
    json_t *body =
        json_pack("{s:s, s:i, s:i}", "status", moly_status_name(err->status), "exit_code",
                  moly_status_exit_code(err->status), "http", moly_status_http(err->status));
    if (body && err->rule[0]) {
        json_object_set_new(body, "rule", json_string(err->rule));
    }
    if (body) {
        json_object_set_new(body, "message", json_string(err->message));
    }
    return json_pack("{s:o}", "error", body);
}

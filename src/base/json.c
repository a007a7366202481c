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

/* jansson always prints with one precision; Moly prints the fewest digits that read back the same,
 * so reals are written here and everything else by jansson. */
static void write_value(moly_text *out, const json_t *value, bool sorted, int indent, int depth);

static void write_scalar(moly_text *out, const json_t *value)
{
    if (json_is_real(value)) {
        char number[MOLY_NUMBER_TEXT_SIZE];
        moly_number_format(json_real_value(value), REAL_DIGITS, number);
        moly_text_add(out, number);
        return;
    }
    char *text = json_dumps(value, JSON_ENCODE_ANY);
    if (text) {
        moly_text_add(out, text);
    } else {
        out->is_broken = true;
    }
    free(text);
}

static void new_line(moly_text *out, int indent, int depth)
{
    if (indent > 0) {
        moly_text_printf(out, "\n%*s", indent * depth, "");
    }
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void write_object(moly_text *out, const json_t *object, bool sorted, int indent, int depth)
{
    size_t n = json_object_size(object);
    const char **keys = moly_alloc(n, sizeof *keys);
    if (!keys) {
        out->is_broken = true;
        return;
    }
    size_t filled = 0;
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)object, key, member)
    {
        keys[filled++] = key;
    }
    if (sorted) {
        qsort(keys, n, sizeof *keys, compare_keys);
    }
    moly_text_add(out, "{");
    for (size_t i = 0; i < n; i++) {
        moly_text_add(out, i > 0 ? "," : "");
        new_line(out, indent, depth + 1);
        json_t *name = json_string(keys[i]);
        write_scalar(out, name);
        json_decref(name);
        moly_text_add(out, indent > 0 ? ": " : ":");
        write_value(out, json_object_get(object, keys[i]), sorted, indent, depth + 1);
    }
    if (n > 0) {
        new_line(out, indent, depth);
    }
    moly_text_add(out, "}");
    moly_free(keys);
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

/* SPDX-License-Identifier: Apache-2.0 */
/* Values in yardl's compact binary encoding. */
#include "yardl.h"

#include <string.h>

#include "numbers.h"

void yardl_break(yardl_reader *r, const char *why)
{
    r->why = r->why ? r->why : why;
}

moly_status yardl_status(const yardl_reader *r, moly_error *err)
{
    return r->why ? MOLY_FAIL(err, MOLY_ERR_DATA, "byte %zu: %s", r->at, r->why) : MOLY_OK;
}

static size_t left(const yardl_reader *r)
{
    return r->why ? 0 : r->length - r->at;
}

/* `n` bytes, and past them; NULL: not there. */
static const uint8_t *take(yardl_reader *r, size_t n)
{
    if (n > left(r)) {
        yardl_break(r, "the file is cut short");
        return NULL;
    }
    const uint8_t *p = r->data + r->at;
    r->at += n;
    return p;
}

uint64_t yardl_uint(yardl_reader *r)
{
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        const uint8_t *p = take(r, 1);
        if (!p) {
            return 0;
        }
        value |= (uint64_t)(*p & 0x7f) << shift;
        if ((*p & 0x80) == 0) {
            return value;
        }
    }
    yardl_break(r, "a number of more than 64 bits");
    return 0;
}

double yardl_number(yardl_reader *r, const yardl_type *type)
{
    const uint8_t *p = NULL;
    uint64_t bits, half;
    switch (type->kind) {
    case YARDL_BOOL:
        p = take(r, 1);
        return p ? (double)(*p != 0) : 0.0;
    case YARDL_UINT:
        return (double)yardl_uint(r);
    case YARDL_INT:
        bits = yardl_uint(r); /* zig-zag */
        half = bits >> 1;
        return (bits & 1) != 0 ? -(double)half - 1.0 : (double)half;
    case YARDL_FLOAT32:
        p = take(r, 4);
        return p ? number_real(p, 4, false) : 0.0;
    case YARDL_FLOAT64:
        p = take(r, 8);
        return p ? number_real(p, 8, false) : 0.0;
    default:
        yardl_break(r, "a value that its schema does not make a number");
        return 0.0;
    }
}

const char *yardl_string(yardl_reader *r, const yardl_type *type, size_t *length)
{
    if (type->kind != YARDL_STRING) {
        yardl_break(r, "a value that its schema does not make a text");
    }
    const uint64_t n = yardl_uint(r);
    const uint8_t *p = take(r, n > SIZE_MAX ? SIZE_MAX : (size_t)n);
    *length = p ? (size_t)n : 0;
    return p ? (const char *)p : "";
}

static void visit_more(yardl_reader *r, size_t n)
{
    r->n_visited += n;
    if (r->n_visited / 64 > r->length) {
        yardl_break(r, "more items than the file can hold");
    }
}

static size_t bounded(yardl_reader *r, uint64_t n)
{
    if (n > left(r)) { /* an item has at least a byte */
        yardl_break(r, "more items than the file has bytes");
        return 0;
    }
    return (size_t)n;
}

size_t yardl_count(yardl_reader *r, const yardl_type *type)
{
    uint64_t n = 1;
    if (type->kind == YARDL_VECTOR || type->kind == YARDL_MAP) {
        return bounded(r, type->kind == YARDL_VECTOR && type->lengths[0] >= 0
                              ? (uint64_t)type->lengths[0]
                              : yardl_uint(r));
    }
    if (type->kind != YARDL_ARRAY) {
        yardl_break(r, "a value that its schema does not make a list");
        return 0;
    }
    const uint64_t dimensions = type->n == SIZE_MAX ? yardl_uint(r) : type->n;
    for (uint64_t i = 0; i < dimensions && !r->why; i++) {
        const bool is_fixed = type->n != SIZE_MAX && type->lengths[i] >= 0;
        const uint64_t m = is_fixed ? (uint64_t)type->lengths[i] : yardl_uint(r);
        if (m > 0 && n > UINT64_MAX / m) {
            yardl_break(r, "an array of more than 2^64 items");
        }
        n *= m;
    }
    return r->why ? 0 : bounded(r, n);
}

const yardl_type *yardl_case(yardl_reader *r, const yardl_type *type, const char **name)
{
    if (type->kind != YARDL_UNION) {
        *name = "";
        return type;
    }
    const uint64_t i = yardl_uint(r);
    if (i >= type->n) {
        yardl_break(r, "a case that its union does not have");
    }
    *name = r->why ? "" : type->names[i];
    return r->why ? NULL : type->parts[i];
}

void yardl_items(yardl_reader *r, const yardl_type *type, yardl_visit visit, void *context)
{
    const char *name = NULL;
    const yardl_type *list = yardl_case(r, type, &name);
    const size_t n = list ? yardl_count(r, list) : 0;
    visit_more(r, n);
    for (size_t i = 0; i < n && !r->why; i++) {
        visit(r, list->parts[0], context);
    }
}

void yardl_record(yardl_reader *r, const yardl_type *type, const yardl_handler *handlers, size_t n,
                  void *context)
{
    if (type->kind != YARDL_RECORD) {
        yardl_break(r, "a value that its schema does not make a record");
        return;
    }
    visit_more(r, type->n);
    for (size_t i = 0; i < type->n && !r->why; i++) {
        size_t k = 0;
        while (k < n && strcmp(handlers[k].name, type->names[i]) != 0) {
            k++;
        }
        if (k < n) {
            handlers[k].visit(r, type->parts[i], context);
        } else {
            yardl_skip(r, type->parts[i]);
        }
    }
}

static void skip_item(yardl_reader *r, const yardl_type *type, void *context)
{
    (void)context;
    yardl_skip(r, type);
}

void yardl_skip(yardl_reader *r, const yardl_type *type)
{
    const char *name = NULL;
    size_t n;
    switch (type->kind) {
    case YARDL_COMPLEX32:
        (void)take(r, 8);
        break;
    case YARDL_COMPLEX64:
        (void)take(r, 16);
        break;
    case YARDL_STRING:
        (void)yardl_string(r, type, &n);
        break;
    case YARDL_RECORD:
        yardl_record(r, type, NULL, 0, NULL);
        break;
    case YARDL_UNION:
        type = yardl_case(r, type, &name);
        if (type) {
            yardl_skip(r, type);
        }
        break;
    case YARDL_VECTOR:
    case YARDL_ARRAY:
        yardl_items(r, type, skip_item, NULL);
        break;
    case YARDL_MAP:
        n = yardl_count(r, type);
        visit_more(r, n);
        for (size_t i = 0; i < n && !r->why; i++) {
            yardl_skip(r, type->parts[0]);
            yardl_skip(r, type->parts[1]);
        }
        break;
    default:
        (void)yardl_number(r, type);
    }
}

/* ---- writing ---- */

void yardl_put_uint(moly_text *out, uint64_t value)
{
    char bytes[10];
    size_t n = 0;
    do {
        const unsigned low = (unsigned)(value & 0x7f) | (value > 0x7f ? 0x80U : 0U);
        bytes[n++] = (char)low;
        value >>= 7;
    } while (value > 0);
    moly_text_add_n(out, bytes, n);
}

void yardl_put_int(moly_text *out, int64_t value)
{
    yardl_put_uint(out, value < 0 ? 2 * (uint64_t)(-(value + 1)) + 1 : 2 * (uint64_t)value);
}

void yardl_put_float(moly_text *out, double value)
{
    const float narrow = (float)value;
    uint8_t bytes[4];
    number_put_floats(&narrow, 1, bytes);
    moly_text_add_n(out, (const char *)bytes, sizeof bytes);
}

void yardl_put_string(moly_text *out, const char *text)
{
    yardl_put_uint(out, strlen(text));
    moly_text_add(out, text);
}

void yardl_put_header(moly_text *out, const char *schema)
{
    moly_text_add_n(out, "yardl\1\0\0", 9);
    yardl_put_string(out, schema);
}

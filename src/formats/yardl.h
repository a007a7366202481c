/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_YARDL_H
#define MOLY_FORMATS_YARDL_H

/** yardl's compact binary encoding, version 1: values of the types that the file's own schema
 *  names. Source: yardl, docs/reference/binary.md and protocol-schema.md */

#include "moly/base/memory.h"
#include "moly/base/status.h"
#include "moly/base/text.h"

typedef enum yardl_kind {
    YARDL_BOOL,
    YARDL_UINT,
    YARDL_INT, /**< and enums, dates, times */
    YARDL_FLOAT32,
    YARDL_FLOAT64,
    YARDL_COMPLEX32,
    YARDL_COMPLEX64,
    YARDL_STRING,
    YARDL_RECORD, /**< parts: fields */
    YARDL_UNION,  /**< parts: cases; NULL is null */
    YARDL_VECTOR, /**< parts[0]: items */
    YARDL_ARRAY,  /**< parts[0]: items */
    YARDL_MAP     /**< parts: key, value */
} yardl_kind;

typedef struct yardl_type {
    yardl_kind kind;
    size_t n; /**< parts; of an array, dimensions (SIZE_MAX: in the file) */
    const struct yardl_type **parts;
    const char **names; /**< of fields and cases */
    int64_t *lengths;   /**< of a vector (1) or an array (n); -1: in the file */
} yardl_type;

typedef struct yardl_step {
    const char *name;
    const yardl_type *type;
    bool is_stream;
} yardl_step;

/** A file in memory, and how far it has been read. What is wrong is remembered: `why` is then set
 *  and all that is read from there on is 0. */
typedef struct yardl_reader {
    const uint8_t *data;
    size_t length, at;
    size_t n_visited; /**< items and fields so far: types of no bytes could go on for ever */
    const char *why;  /**< a literal */
    const char *protocol;
    yardl_step *steps;
    size_t n_steps;
} yardl_reader;

/** Header and schema; types lie in `arena`. */
moly_status yardl_open(const void *data, size_t length, moly_arena *arena, yardl_reader *r,
                       moly_error *err);
/** What `why` says, as a status. */
moly_status yardl_status(const yardl_reader *r, moly_error *err);
void yardl_break(yardl_reader *r, const char *why);

uint64_t yardl_uint(yardl_reader *r);
/** A number of any type. */
double yardl_number(yardl_reader *r, const yardl_type *type);
/** A text, borrowed from the file, not terminated. */
const char *yardl_string(yardl_reader *r, const yardl_type *type, size_t *length);
/** How many items follow, of a vector or array of any shape; their number fits into the file. */
size_t yardl_count(yardl_reader *r, const yardl_type *type);
/** Of a union: the case that follows; NULL: null. Any other type is its own case. */
const yardl_type *yardl_case(yardl_reader *r, const yardl_type *type, const char **name);
void yardl_skip(yardl_reader *r, const yardl_type *type);

typedef void (*yardl_visit)(yardl_reader *r, const yardl_type *type, void *context);
typedef struct yardl_handler {
    const char *name;
    yardl_visit visit;
} yardl_handler;
/** Each field of a record in its order: to its handler, or passed over. */
void yardl_record(yardl_reader *r, const yardl_type *type, const yardl_handler *handlers, size_t n,
                  void *context);
/** Each item of a vector or array; of an optional one that is null, none. */
void yardl_items(yardl_reader *r, const yardl_type *type, yardl_visit visit, void *context);

void yardl_put_uint(moly_text *out, uint64_t value);
void yardl_put_int(moly_text *out, int64_t value);
void yardl_put_float(moly_text *out, double value); /**< as float32 */
void yardl_put_string(moly_text *out, const char *text);
/** Magic, version, schema. */
void yardl_put_header(moly_text *out, const char *schema);

#endif

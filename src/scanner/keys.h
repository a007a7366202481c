/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SCANNER_KEYS_H
#define MOLY_SCANNER_KEYS_H

/* Texts of the library: "key = value" a line, # comments; what the keys are is a table. */
#include <stddef.h>
#include <stdint.h>

#include "moly/base/quantity.h"

enum { KEYS_MOST = 64, KEYS_FILE_BYTES = 65536 };

typedef enum key_kind { KEY_WORDS, KEY_WHOLE, KEY_REAL } key_kind;

/* A key: its member (char[size], int64_t or double), and for a number its dimension and the factor
 * from the canonical unit to the member's. */
typedef struct key {
    const char *name;
    key_kind kind;
    size_t offset;
    moly_dim dim;
    double factor;
    bool is_required;
    size_t size; /* of words; 0: MOLY_SCANNER_TEXT_SIZE */
} key;

typedef struct key_table {
    const key *keys;
    size_t n; /* at most KEYS_MOST */
} key_table;

/* The table's first key begins another part: the lines from there to the next such one go into the
 * next of `most` objects of `size` bytes, which lie `offset` into the whole; how many there are
 * goes into the int64_t at `count_offset`. */
typedef struct key_parts {
    key_table table;
    size_t offset, size, count_offset;
    int64_t most;
} key_parts;

/* @param parts   may be NULL
 * @param object  set as far as the text says; on failure partly */
MOLY_CHECKED moly_status keys_read(const char *text, const char *what, const key_table *table,
                                   const key_parts *parts, void *object, moly_error *err);
/* Does `name` end in `ending`, with something before it? */
bool keys_is_file(const char *name, const char *ending);
/* A file's text, without a zero byte; *what is its last name, borrowed from `path`. */
MOLY_CHECKED moly_status keys_load(const char *path, char **text, const char **what,
                                   moly_error *err);

#endif

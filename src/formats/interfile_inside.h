/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_INTERFILE_INSIDE_H
#define MOLY_FORMATS_INTERFILE_INSIDE_H

/** Interfile headers: parsed once into checked values, then asked for by key. */

#include "moly/base/memory.h"
#include "moly/base/status.h"
#include "moly/base/text.h"

#include "interfile_keys.h"
#include "numbers.h"

typedef enum interfile_type {
    INTERFILE_TITLE, /**< nothing behind it that matters */
    INTERFILE_TEXT,
    INTERFILE_WHOLE,
    INTERFILE_REAL,
    INTERFILE_WHOLES, /**< `{1,2}` or a single one */
    INTERFILE_REALS
} interfile_type;

typedef enum interfile_id {
#define INTERFILE_ID(id, type, names) id,
    INTERFILE_KEYS(INTERFILE_ID)
#undef INTERFILE_ID
        KEY_UNKNOWN
} interfile_id;

/** A line of the header. */
typedef struct interfile_entry {
    interfile_id id;
    int line;
    int64_t index;         /**< of `key[i]`; 1 without */
    const char *key;       /**< as written, for messages */
    const char *text;      /**< what stands behind `:=`, trimmed */
    const double *numbers; /**< of the numeric types */
    size_t n;
} interfile_entry;

typedef struct interfile_header {
    moly_arena *arena;
    const char *name; /**< the file's, as given */
    interfile_entry *entries;
    size_t n;
} interfile_header;

/** @param[in] needs_end  refuse a header without `END OF INTERFILE` (Siemens may leave it out)
 *  @retval MOLY_ERR_DATA  no Interfile, cut short, a value that is no number: file, line, key */
moly_status interfile_parse(const char *text, size_t length, const char *name, bool needs_end,
                            interfile_header *header, moly_error *err);
moly_status interfile_load(const char *path, bool needs_end, interfile_header *header,
                           moly_error *err);
void interfile_free(interfile_header *header);

/** The last line of a key; NULL: not there, or without a value. */
const interfile_entry *interfile_find(const interfile_header *h, interfile_id id, int64_t index);
const char *interfile_text(const interfile_header *h, interfile_id id, int64_t index);
/** Is the key there with this word, whatever its letters' case? */
bool interfile_is(const interfile_header *h, interfile_id id, int64_t index, const char *word);
/** The name that messages give a key. */
const char *interfile_key_name(interfile_id id, char name[64]);

/** A number within low..high; a key that must be there. */
moly_status interfile_whole(const interfile_header *h, interfile_id id, int64_t index, int64_t low,
                            int64_t high, int64_t *value, moly_error *err);
moly_status interfile_real(const interfile_header *h, interfile_id id, int64_t index, double low,
                           double high, double *value, moly_error *err);
/** The same where the key may be missing: `value` then keeps what it has. */
moly_status interfile_whole_or(const interfile_header *h, interfile_id id, int64_t index,
                               int64_t low, int64_t high, int64_t *value, moly_error *err);
moly_status interfile_real_or(const interfile_header *h, interfile_id id, int64_t index, double low,
                              double high, double *value, moly_error *err);
/** A list of exactly `n` whole numbers within low..high. */
moly_status interfile_wholes(const interfile_header *h, interfile_id id, int64_t index, size_t n,
                             int64_t low, int64_t high, const double **values, moly_error *err);
/** "FILE, line 7: 'key': " and what is wrong. */
moly_status interfile_fail(const interfile_header *h, const interfile_entry *entry, moly_error *err,
                           const char *format, ...) MOLY_PRINTF(4, 5);

/** The file beside the header that holds the numbers. */
typedef struct interfile_data {
    int fd; /**< -1: not open */
    char *path;
    int64_t size; /**< of the file, bytes */
    number_type type;
    bool is_swapped;
} interfile_data;

/** How its numbers are stored; the file itself is not touched. */
moly_status interfile_number(const interfile_header *h, number_type *type, bool *is_swapped,
                             moly_error *err);
/** Opens it for reading. Release with interfile_data_close(), after a failure too. */
moly_status interfile_data_open(const interfile_header *h, interfile_data *data, moly_error *err);
/** The same without the keys of a number format: bytes. */
moly_status interfile_data_open_bytes(const interfile_header *h, interfile_data *data,
                                      moly_error *err);
void interfile_data_close(interfile_data *data);
/** Are `length` bytes from `offset` on there? */
moly_status interfile_data_check(const interfile_data *data, int64_t offset, int64_t length,
                                 moly_error *err);
moly_status interfile_data_read(const interfile_data *data, int64_t offset, void *bytes,
                                size_t length, moly_error *err);

/** The path of a file that lies beside `path`: another name in its folder. Release with
 *  moly_free(); NULL without memory. */
char *interfile_beside(const char *path, const char *name);
/** `path` with the ending `from` (".hv") replaced by `to` (".v").
 *  @retval MOLY_ERR_USAGE  it does not end so */
moly_status interfile_swap_ending(const char *path, const char *from, const char *to, char **out,
                                  moly_error *err);

/** A line of a header being written; numbers read back as they were. */
void interfile_put_real(moly_text *out, const char *key, double value);
void interfile_put_text(moly_text *out, const char *key, const char *value);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_TEXT_H
#define MOLY_BASE_TEXT_H

/** Text: a growing buffer, numbers that read back as they were, and "did you mean". */

#include <stdint.h>

#include "moly/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A growing text. Zero-initialise; release with moly_text_free(). Running out of memory is
 *  remembered: `is_broken` is then true and further additions do nothing. */
typedef struct moly_text {
    char *data; /**< always terminated once anything was added; NULL before */
    size_t length, capacity;
    bool is_broken;
} moly_text;

MOLY_API void moly_text_free(moly_text *text);
MOLY_API void moly_text_add(moly_text *text, const char *piece);
MOLY_API void moly_text_add_n(moly_text *text, const char *piece, size_t length);
MOLY_API void moly_text_printf(moly_text *text, const char *format, ...) MOLY_PRINTF(2, 3);
/** The text so far, "" when empty. Borrowed. */
MOLY_API const char *moly_text_get(const moly_text *text);

#define MOLY_NUMBER_TEXT_SIZE 32
/** Fewest digits (at most `max_digits`, 1..17) that read back as the same number at that precision:
 *  6.0067, never 6.0067000000000004. Independent of the locale. Returns `text`. */
MOLY_API const char *moly_number_format(double value, int max_digits,
                                        char text[MOLY_NUMBER_TEXT_SIZE]);
/** Whole-text decimal number, '.' as the point, independent of the locale.
 *  @retval MOLY_ERR_DATA   not a number, or something behind it
 *  @retval MOLY_ERR_RANGE  not finite */
MOLY_API MOLY_CHECKED moly_status moly_number_parse(const char *text, double *value,
                                                    moly_error *err);
MOLY_API MOLY_CHECKED moly_status moly_integer_parse(const char *text, int64_t *value,
                                                     moly_error *err);

/** The candidate nearest to `wanted` (edit distance with transpositions, letter case ignored), or
 *  NULL when none is near enough to be worth suggesting. */
MOLY_API const char *moly_nearest(const char *wanted, const char *const *candidates, size_t n);

/** Is it well-formed UTF-8 without control characters (tab and newline allowed)? */
MOLY_API bool moly_is_utf8(const char *text);
/** Each byte that is no UTF-8 or commands a terminal (but tab and newline) becomes '?', in place:
 *  for texts that go into JSON and onto screens. NULL is left alone. */
MOLY_API void moly_text_harmless(char *text);
/** Columns that a UTF-8 text takes on a terminal (combining marks 0, wide characters 2). */
MOLY_API size_t moly_display_width(const char *text);
/** Is there something before `ending`, and then that: "image.nii" ends in ".nii", ".nii" does not.
 */
MOLY_API bool moly_ends_in(const char *text, const char *ending);

/** Whole file into memory, with a terminating zero; at most `limit` bytes. Release with
 * moly_free().
 *  @retval MOLY_ERR_NOT_FOUND  no such file
 *  @retval MOLY_ERR_RANGE      larger than `limit` bytes
 *  @retval MOLY_ERR_IO         cannot be read */
MOLY_API MOLY_CHECKED moly_status moly_file_read(const char *path, size_t limit, char **data,
                                                 size_t *length, moly_error *err);
/** Write to `path` so that it holds either the old content or all of the new: temporary file,
 *  fsync, rename, fsync of the folder. */
MOLY_API MOLY_CHECKED moly_status moly_file_write(const char *path, const void *data, size_t length,
                                                  moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

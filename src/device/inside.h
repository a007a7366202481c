/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DEVICE_INSIDE_H
#define DEVICE_INSIDE_H

/* What the files of this room share. */

#include <string.h>

#include "moly/device/device.h"

enum { STX = 0x02, ETX = 0x03, LENGTH_BASE = 0x41, STX_OVERHEAD = 4, UNIT_WIDTH = 16 };

/* Checksum of a text between STX and ETX. */
unsigned char frame_checksum(const char *text, size_t n);
/* STX, length, text, checksum, ETX. @return false: the text is too long */
bool frame_wrap(const char *text, size_t n, moly_device_frame *frame);

/* One step of a pattern. */
typedef enum pattern_step {
    PATTERN_END,
    PATTERN_LITERAL, /* `literal` */
    PATTERN_BLANKS,  /* at least `width` */
    PATTERN_VALUE,
    PATTERN_UNIT,
    PATTERN_NUCLIDE,
    PATTERN_FLAG,
    PATTERN_SKIP,
} pattern_step;
typedef struct pattern_token {
    pattern_step step;
    size_t width; /* of a field; 0: as far as it goes */
    char literal;
} pattern_token;
/* The next token; moves `*at`. @return false: not a pattern */
bool pattern_next(const char **at, pattern_token *token);
/* It is a pattern, and has one value and one unit. */
MOLY_CHECKED moly_status pattern_check(const char *pattern, moly_error *err);

/* "Tc-99m" of what a device says, by the driver's table or that of all; NULL: none. */
const char *nuclide_of(const moly_device_driver *driver, const char *text);
enum { WORD_SIZE = 16 };
/* What the driver's device says for "Tc-99m". @return false: it has no word for it */
bool nuclide_word(const moly_device_driver *driver, const char *name, char word[WORD_SIZE]);

#endif

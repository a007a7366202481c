/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SPECTROMETRY_READ_H
#define MOLY_SPECTROMETRY_READ_H

/** What the readers of spectrum files share: a cursor over lines, little-endian fields, dates. */

#include <stdint.h>

#include "moly/spectrometry/spectrum.h"

/** Bytes of a file, not terminated. */
typedef struct read_bytes {
    const unsigned char *data;
    size_t size;
} read_bytes;

/** One reader for each format: `index` as in moly_gamma_spectrum_parse(). */
typedef moly_status read_function(read_bytes bytes, size_t index, moly_gamma_spectrum **spectrum,
                                  moly_error *err);
read_function read_spe, read_cnf, read_spc, read_n42, read_iec, read_csv;

/** A cursor over the lines of a text; LF, CRLF and CR end a line. */
typedef struct read_lines {
    const char *next, *end;
    size_t number; /**< of the line last read, from 1 */
} read_lines;

#define READ_LINE_SIZE 256
read_lines read_lines_of(read_bytes bytes);
/** The next line without its end, cut at READ_LINE_SIZE - 1; false at the end of the text. */
bool read_line(read_lines *lines, char line[READ_LINE_SIZE]);

/** The next number of a line: moves `*at` behind it. False where there is none. */
bool read_number(const char **at, double *value);
/** Counts of one channel: a number, finite, 0 .. 1e15. */
MOLY_CHECKED moly_status read_counts(double value, size_t channel, double *counts, moly_error *err);
/** Live and real time as the file gives them; a missing or smaller real time becomes the live one,
 *  with a warning. */
MOLY_CHECKED moly_status read_times(moly_gamma_spectrum *spectrum, double live_s, double real_s,
                                    moly_error *err);
/** A start like "04/26/2017 11:05:11", "01/12/2014 3:12:28 PM" or ISO 8601, without a zone: taken
 *  as UTC, with a warning; left out with a warning where it cannot be read. */
void read_start(moly_gamma_spectrum *spectrum, const char *text);
/** Copy a text into a field of `size` bytes: trimmed, controls and bytes beyond ASCII that are no
 *  UTF-8 become '?'. */
void read_field(char *field, size_t size, const char *text, size_t length);

/** Little-endian fields; false where they lie outside of the bytes. */
bool read_u16(read_bytes bytes, size_t at, uint16_t *value);
bool read_u32(read_bytes bytes, size_t at, uint32_t *value);
bool read_f32(read_bytes bytes, size_t at, double *value);
bool read_f64(read_bytes bytes, size_t at, double *value);

#endif

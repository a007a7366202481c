/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_DCM_H
#define MOLY_FORMATS_DCM_H

/** The C face of DCMTK, for this room only. dicom_dcmtk.cpp is the one file that knows its types;
 *  no exception leaves it. */

#include <stdint.h>

#include "moly/base/memory.h"
#include "moly/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dcm_file dcm_file; /**< a data set with its meta header */
typedef struct dcm_item
    dcm_item; /**< the data set or an item of a sequence; borrowed from a file */

/** Parse a file that lies in memory; `data` may go away afterwards. The bytes have passed
 *  dcm_check_nesting(). @retval MOLY_ERR_DATA  DCMTK's reason */
MOLY_CHECKED moly_status dcm_parse(const void *data, size_t length, dcm_file **file,
                                   moly_error *err);
MOLY_CHECKED moly_status dcm_new(dcm_file **file, moly_error *err);
void dcm_close(dcm_file *file);
dcm_item *dcm_root(const dcm_file *file);

/** All values of an element as UTF-8, `\` between them, blanks trimmed; NULL when it is absent,
 *  empty or not text (or when there is no memory). */
const char *dcm_text(const dcm_item *item, uint32_t tag, moly_arena *arena);
/** Value `index` as a number; NAN when it is absent or not a number. */
double dcm_number(const dcm_item *item, uint32_t tag, size_t index);
/** As a whole number within [low, high]; `absent` when it is not one. */
int64_t dcm_integer(const dcm_item *item, uint32_t tag, int64_t low, int64_t high, int64_t absent);
/** All values of a DS element. @return how many, 0 when absent or malformed; NULL array then */
size_t dcm_numbers(const dcm_item *item, uint32_t tag, moly_arena *arena, const double **values);
/** 16-bit words of an element (OW, US or SS), borrowed. @return how many, 0 when it has none */
size_t dcm_words(const dcm_item *item, uint32_t tag, const uint16_t **words);
/** UTF-8 of a text in ISO 2022 IR 13, 87 and 159; NULL when it is not one. moly_free() */
char *japanese_to_utf8(const char *bytes, size_t length);
bool dcm_has(const dcm_item *item, uint32_t tag);
/** Item `index` of a sequence; NULL beyond its end. */
dcm_item *dcm_sequence(const dcm_item *item, uint32_t tag, size_t index);
size_t dcm_sequence_size(const dcm_item *item, uint32_t tag);
/** Tag of private element `element` (0x00..0xff) in the block that `creator` reserved in `group`,
 *  or 0. Where the group has no creator at all, block 0x10 is taken (anonymisers drop the creator).
 */
uint32_t dcm_private(const dcm_item *item, uint16_t group, const char *creator, uint8_t element);

/** How pixels are stored; after decoding. */
typedef struct dcm_pixels {
    int64_t rows, columns, n_frames;
    int bits_allocated, bits_stored, high_bit; /**< allocated 1, 8, 16, 32, 64 */
    bool is_signed;
    bool is_float;       /**< 32- or 64-bit IEEE */
    const uint8_t *data; /**< little endian; borrowed from the file */
    size_t length;       /**< bytes; enough for all frames */
} dcm_pixels;
/** Decode the pixels, whatever the transfer syntax.
 *  @retval MOLY_ERR_DATA   none; several samples a pixel; a transfer syntax without decoder;
 * shorter than rows x columns x frames */
MOLY_CHECKED moly_status dcm_decode(dcm_file *file, dcm_pixels *pixels, moly_error *err);
/** Name of the transfer syntax, borrowed. */
const char *dcm_transfer_syntax(const dcm_file *file);

/** Writing: sets an element of `item`, which belongs to `file`. A failure is remembered in the file
 *  and told by dcm_encode(); a NULL text and a NULL item do nothing. */
void dcm_set_text(dcm_file *file, dcm_item *item, uint32_t tag, const char *utf8);
void dcm_set_numbers(dcm_file *file, dcm_item *item, uint32_t tag, const double *values, size_t n);
/** A binary double (FD). */
void dcm_set_f64(dcm_file *file, dcm_item *item, uint32_t tag, double value);
void dcm_set_u16(dcm_file *file, dcm_item *item, uint32_t tag, uint16_t value);
void dcm_set_u32s(dcm_file *file, dcm_item *item, uint32_t tag, const uint32_t *values, size_t n);
void dcm_set_tag(dcm_file *file, dcm_item *item, uint32_t tag, uint32_t value);
void dcm_set_words(dcm_file *file, dcm_item *item, uint32_t tag, const uint16_t *words, size_t n);
/** Values of a US, or groups and elements in turn (2 a tag) of an AT. */
void dcm_set_u16s(dcm_file *file, dcm_item *item, uint32_t tag, const uint16_t *values, size_t n);
void dcm_set_bytes(dcm_file *file, dcm_item *item, uint32_t tag, const uint8_t *bytes, size_t n);
/** Append an item to a sequence, which is made when needed. */
dcm_item *dcm_add_item(dcm_file *file, dcm_item *item, uint32_t tag);
/** An element without a value. */
void dcm_set_empty(dcm_file *file, dcm_item *item, uint32_t tag);
/** The encoded file, explicit little endian. Release with moly_free(). */
MOLY_CHECKED moly_status dcm_encode(dcm_file *file, char **data, size_t *length, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_NUMBERS_H
#define MOLY_FORMATS_NUMBERS_H

/** Stored numbers of any width and byte order. "Swapped" is big-endian: the files are little-endian
 *  where nothing else is said, and bytes are put together by value, so this machine's own order
 * does not matter. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct number_type {
    int bytes; /**< 1, 2, 4 or 8; a real one 4 or 8 */
    bool is_signed, is_real;
} number_type;

uint64_t number_bits(const uint8_t *p, int bytes, bool is_swapped);
int64_t number_whole(const uint8_t *p, int bytes, bool is_swapped); /**< signed; 2, 4 or 8 bytes */
double number_real(const uint8_t *p, int bytes, bool is_swapped);   /**< 4 or 8 bytes */
double number_get(const uint8_t *p, number_type type, bool is_swapped);

/** `n` numbers times `scale`, as floats.
 *  @return how many of them from the first on are finite: `n`, or the index of the first that is
 * not
 */
size_t number_floats(const uint8_t *p, number_type type, bool is_swapped, double scale, size_t n,
                     float *out);
/** `n` floats as little-endian float32, 4 n bytes. */
void number_put_floats(const float *values, size_t n, uint8_t *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "numbers.h"

#include <math.h>
#include <string.h>

uint64_t number_bits(const uint8_t *p, int bytes, bool is_swapped)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) {
        value |= (uint64_t)p[i] << 8 * (is_swapped ? bytes - 1 - i : i);
    }
    return value;
}

int64_t number_whole(const uint8_t *p, int bytes, bool is_swapped)
{
    const uint64_t value = number_bits(p, bytes, is_swapped);
    return bytes == 2 ? (int16_t)value : bytes == 4 ? (int32_t)value : (int64_t)value;
}

double number_real(const uint8_t *p, int bytes, bool is_swapped)
{
    const uint64_t bits = number_bits(p, bytes, is_swapped);
    const uint32_t low = (uint32_t)bits;
    float f;
    double d;
    memcpy(&f, &low, sizeof f);
    memcpy(&d, &bits, sizeof d);
    return bytes == 4 ? (double)f : d;
}

double number_get(const uint8_t *p, number_type type, bool is_swapped)
{
    if (type.is_real) {
        return number_real(p, type.bytes, is_swapped);
    }
    if (type.bytes == 1) {
        return type.is_signed ? (double)(int8_t)*p : (double)*p;
    }
    return type.is_signed ? (double)number_whole(p, type.bytes, is_swapped)
                          : (double)number_bits(p, type.bytes, is_swapped);
}

static float get_f32(const uint8_t *p)
{
    const uint32_t bits =
        (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

size_t number_floats(const uint8_t *p, number_type type, bool is_swapped, double scale, size_t n,
                     float *out)
{
    const bool is_plain = type.is_real && type.bytes == 4 && !is_swapped && !(scale < 1.0) &&
                          !(scale > 1.0); /* what nearly every file holds */
    size_t n_finite = 0;
    for (size_t i = 0; i < n; i++) {
        out[i] = is_plain
                     ? get_f32(p + 4 * i)
                     : (float)(scale * number_get(p + i * (size_t)type.bytes, type, is_swapped));
    }
    while (n_finite < n && isfinite(out[n_finite])) {
        n_finite++;
    }
    return n_finite;
}

void number_put_floats(const float *values, size_t n, uint8_t *out)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        out[4 * i] = (uint8_t)bits;
        out[4 * i + 1] = (uint8_t)(bits >> 8);
        out[4 * i + 2] = (uint8_t)(bits >> 16);
        out[4 * i + 3] = (uint8_t)(bits >> 24);
    }
}

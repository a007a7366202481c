/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "dicom_inside.h"
#include "dicom_tags.h"

/* A look-up table that stands in place of slope and intercept. */
typedef struct lut {
    const uint16_t *values;
    int64_t n, first;
} lut;

static moly_status find_lut(const dcm_item *root, lut *table, moly_error *err)
{
    const dcm_item *item = dcm_sequence(root, TAG_ModalityLUTSequence, 0);
    *table = (lut){0};
    if (!item || isfinite(dcm_number(root, TAG_RescaleSlope, 0))) {
        return MOLY_OK;
    }
    int64_t n = dcm_integer(item, TAG_LUTDescriptor, 0, 65535, -1);
    double first = dcm_number(item, TAG_LUTDescriptor, 1);
    size_t n_values = dcm_words(item, TAG_LUTData, &table->values);
    table->n = n == 0 ? 65536 : n;
    if (n < 0 || !isfinite(first) || n_values < (size_t)table->n) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "its Modality LUT says %lld entries and holds %zu",
                         (long long)table->n, n_values);
    }
    table->first = (int64_t)first;
    return MOLY_OK;
}

static int64_t stored_value(const dcm_pixels *p, int64_t index)
{
    uint32_t word = 0;
    switch (p->bits_allocated) {
    case 1:
        return p->data[index / 8] >> (index % 8) & 1;
    case 8:
        word = p->data[index];
        break;
    case 16:
        word = (uint32_t)p->data[2 * index] | (uint32_t)p->data[2 * index + 1] << 8;
        break;
    default:
        memcpy(&word, p->data + 4 * index, 4);
        break;
    }
    word >>= p->high_bit + 1 - p->bits_stored;
    if (p->bits_stored == 32) {
        return p->is_signed ? (int64_t)(int32_t)word : (int64_t)word;
    }
    uint32_t mask = (UINT32_C(1) << p->bits_stored) - 1, sign = UINT32_C(1) << (p->bits_stored - 1);
    word &= mask;
    return p->is_signed && (word & sign) ? (int64_t)word - (int64_t)mask - 1 : (int64_t)word;
}

static double through_lut(const lut *table, int64_t stored)
{
    int64_t i = stored - table->first;
    i = i < 0 ? 0 : i >= table->n ? table->n - 1 : i;
    return (double)table->values[i];
}

/* What nearly every PET slice is: 16 bits, all of them used. */
static void rescale_words(const dcm_pixels *p, int64_t first, int64_t n, double slope,
                          double intercept, float *values)
{
    const uint8_t *data = p->data + 2 * first;
    for (int64_t i = 0; i < n; i++) {
        uint16_t word = (uint16_t)(data[2 * i] | data[2 * i + 1] << 8);
        double stored = p->is_signed ? (double)(int16_t)word : (double)word;
        values[i] = (float)(slope * stored + intercept);
    }
}

static double float_value(const dcm_pixels *p, int64_t index)
{
    float f;
    double d;
    if (p->bits_allocated == 32) {
        memcpy(&f, p->data + 4 * index, 4);
        return (double)f;
    }
    memcpy(&d, p->data + 8 * index, 8);
    return d;
}

moly_status dicom_rescale(const dcm_item *root, const dcm_pixels *pixels, const raw_slice *slice,
                          float *values, moly_error *err)
{
    int64_t n = pixels->rows * pixels->columns, first = slice->frame_in_file * n;
    double slope = slice->told.slope, intercept = slice->told.intercept;
    lut table;
    MOLY_ASSERT(slice->frame_in_file < pixels->n_frames);
    if (pixels->rows != slice->rows || pixels->columns != slice->columns) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "its pixels changed size while being decoded");
    }
    moly_status status = find_lut(root, &table, err);
    if (status != MOLY_OK) {
        return status;
    }
    if (pixels->bits_allocated == 16 && pixels->bits_stored == 16 && !table.values) {
        rescale_words(pixels, first, n, slope, intercept, values);
    } else {
        for (int64_t i = 0; i < n; i++) {
            double value = pixels->is_float ? float_value(pixels, first + i)
                           : table.values   ? through_lut(&table, stored_value(pixels, first + i))
                                            : (double)stored_value(pixels, first + i);
            values[i] = (float)(table.values ? value : slope * value + intercept);
        }
    }
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "pixel %lld of row %lld is not a finite number",
                             (long long)(i % pixels->columns), (long long)(i / pixels->columns));
        }
    }
    return MOLY_OK;
}

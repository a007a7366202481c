/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#define ZLIB_CONST /* zlib reads its input, and then says so */
#include <zlib.h>

#include "moly/base/memory.h"
#include "moly/base/text.h"
#include "moly/formats/nifti.h"

#include "nifti_inside.h"

static void put_u16(uint8_t *p, int64_t value)
{
    p[0] = (uint8_t)(value & 0xff);
    p[1] = (uint8_t)(value >> 8 & 0xff);
}

static void put_f32(uint8_t *p, double value)
{
    float f = (float)value;
    uint32_t bits;
    memcpy(&bits, &f, sizeof(bits));
    for (int i = 0; i < 4; i++) {
        p[i] = (uint8_t)(bits >> 8 * i);
    }
}

/* Header of version 1, little endian, with the lattice as its sform, LPS turned to RAS. */
static void put_header(uint8_t *out, const moly_grid *grid, int64_t n_frames, int datatype,
                       int bits, size_t offset)
{
    const int64_t dim[8] = {
        n_frames > 1 ? 4 : 3, grid->n[0], grid->n[1], grid->n[2], n_frames, 1, 1, 1};
    put_u16(out, NIFTI1_HEADER);
    for (int i = 0; i < 8; i++) {
        put_u16(out + 40 + 2 * i, dim[i]);
        put_f32(out + 76 + 4 * i, i >= 1 && i <= 3 ? grid->spacing_mm[i - 1] : 1.0);
    }
    put_u16(out + 70, datatype);
    put_u16(out + 72, bits);
    put_f32(out + 108, (double)offset);
    put_f32(out + 112, 1.0);
    out[123] = NIFTI_UNITS_MM_S;
    put_u16(out + 254, NIFTI_SCANNER_ANAT);
    for (int row = 0; row < 3; row++) {
        double to_ras = row < 2 ? -1.0 : 1.0;
        for (int axis = 0; axis < 3; axis++) {
            put_f32(out + 280 + 16 * row + 4 * axis,
                    to_ras * grid->direction[3 * row + axis] * grid->spacing_mm[axis]);
        }
        put_f32(out + 280 + 16 * row + 12, to_ras * grid->origin_mm[row]);
    }
    memcpy(out + 344, "n+1", 4);
}

/* The volume's note as an extension of kind "comment" behind the header, whole 16 bytes.
 * @return where the voxels begin */
static size_t note_end(const char *note)
{
    return note ? NIFTI1_OFFSET + (NIFTI_EXTENSION_HEAD + strlen(note) + 1 + 15) / 16 * 16
                : NIFTI1_OFFSET;
}

static void put_note(uint8_t *out, const char *note)
{
    const size_t size = note_end(note) - NIFTI1_OFFSET;
    if (note) {
        out[NIFTI1_OFFSET - 4] = 1;
        for (int i = 0; i < 4; i++) {
            out[NIFTI1_OFFSET + i] = (uint8_t)(size >> 8 * i & 0xff);
        }
        out[NIFTI1_OFFSET + 4] = NIFTI_COMMENT;
        memcpy(out + NIFTI1_OFFSET + NIFTI_EXTENSION_HEAD, note, strlen(note) + 1);
    }
}

static moly_status deflate_all(const uint8_t *data, size_t length, uint8_t **out, size_t *n,
                               moly_error *err)
{
    z_stream stream = {.next_in = data};
    if (deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        return MOLY_NO_MEMORY(err);
    }
    size_t room = deflateBound(&stream, length), left = length, free_bytes = room;
    uint8_t *buffer = moly_alloc(room, 1);
    int result = buffer ? Z_OK : Z_MEM_ERROR;
    stream.next_out = buffer;
    while (result == Z_OK) {
        if (stream.avail_in == 0) {
            stream.avail_in = left > (1 << 30) ? 1 << 30 : (uInt)left;
            left -= stream.avail_in;
        }
        if (stream.avail_out == 0) {
            stream.avail_out = free_bytes > (1 << 30) ? 1 << 30 : (uInt)free_bytes;
            free_bytes -= stream.avail_out;
        }
        result = deflate(&stream, left == 0 ? Z_FINISH : Z_NO_FLUSH);
    }
    *n = room - free_bytes - stream.avail_out;
    (void)deflateEnd(&stream);
    if (result != Z_STREAM_END) {
        moly_free(buffer);
        return MOLY_NO_MEMORY(err);
    }
    *out = buffer;
    return MOLY_OK;
}

static moly_status save(const char *path, const uint8_t *data, size_t length, moly_error *err)
{
    size_t n = strlen(path);
    uint8_t *packed = NULL;
    if (n < 3 || strcmp(path + n - 3, ".gz") != 0) {
        return moly_file_write(path, data, length, err);
    }
    moly_status status = deflate_all(data, length, &packed, &length, err);
    if (status == MOLY_OK) {
        status = moly_file_write(path, packed, length, err);
    }
    moly_free(packed);
    return status;
}

static moly_status check_sides(const moly_grid *grid, int64_t n_frames, moly_error *err)
{
    for (int axis = 0; axis < 3; axis++) {
        if (grid->n[axis] > 32767 || n_frames > 32767) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE,
                             "%lld voxels or %lld frames: NIfTI-1 holds at most 32767 a side",
                             (long long)grid->n[axis], (long long)n_frames);
        }
    }
    return MOLY_OK;
}

moly_status moly_nifti_write(const char *path, const moly_volume *volume, moly_error *err)
{
    moly_status status = check_sides(&volume->grid, volume->n_frames, err);
    if (status != MOLY_OK) {
        return status;
    }
    size_t n = (size_t)(volume->n_frames * moly_grid_n_voxels(&volume->grid));
    const size_t offset = note_end(volume->note);
    uint8_t *file = moly_alloc(offset + 4 * n, 1);
    if (!file) {
        return MOLY_NO_MEMORY(err);
    }
    put_header(file, &volume->grid, volume->n_frames, NIFTI_FLOAT32, 32, offset);
    put_note(file, volume->note);
    for (size_t i = 0; i < n; i++) {
        put_f32(file + offset + 4 * i, (double)volume->data[i]);
    }
    status = save(path, file, offset + 4 * n, err);
    moly_free(file);
    return status;
}

moly_status moly_nifti_write_regions(const char *path, const moly_region_list *regions,
                                     moly_error *err)
{
    if (regions->n == 0 || regions->n > 255) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "%zu regions for a mask, must be 1 to 255",
                         regions->n);
    }
    const moly_grid *grid = &regions->regions[0].grid;
    moly_status status = check_sides(grid, 1, err);
    size_t n = (size_t)moly_grid_n_voxels(grid);
    uint8_t *file = status == MOLY_OK ? moly_alloc(NIFTI1_OFFSET + n, 1) : NULL;
    if (status == MOLY_OK && !file) {
        status = MOLY_NO_MEMORY(err);
    }
    for (size_t r = 0; status == MOLY_OK && r < regions->n; r++) {
        const moly_region *region = &regions->regions[r];
        if (!moly_grid_equal(&region->grid, grid, 0.01)) {
            status =
                MOLY_FAIL(err, MOLY_ERR_USAGE, "regions '%s' and '%s' lie on different lattices",
                          region->label, regions->regions[0].label);
        }
        for (size_t i = 0; status == MOLY_OK && i < n; i++) {
            file[NIFTI1_OFFSET + i] = region->mask[i] ? (uint8_t)(r + 1) : file[NIFTI1_OFFSET + i];
        }
    }
    if (status == MOLY_OK) {
        put_header(file, grid, 1, NIFTI_UINT8, 8, NIFTI1_OFFSET);
        status = save(path, file, NIFTI1_OFFSET + n, err);
    }
    moly_free(file);
    return status;
}

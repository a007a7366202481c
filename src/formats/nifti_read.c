/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#define ZLIB_CONST /* zlib reads its input, and then says so */
#include <zlib.h>

#include "moly/base/memory.h"
#include "moly/base/text.h"
#include "moly/formats/nifti.h"

#include "nifti_inside.h"
#include "numbers.h"

static const size_t MAX_FILE_BYTES = (size_t)4 << 30;
static const int64_t MAX_VOXELS = INT64_C(1) << 31;
/* An affine may be off orthogonal by what float32 rounding does. */
static const double SHEAR_TOLERANCE = 1e-3;

/* A header of either version, in numbers of this machine. */
typedef struct header {
    bool is_swapped;
    int64_t dim[8];
    double pixdim[8];
    int datatype, bits;
    int64_t offset;
    double slope, intercept;
    int qform, sform;
    double quaternion[3], q_offset[3], affine[12];
    double units_to_mm;
} header;

/* Where the two versions keep their fields, and how wide. */
typedef struct layout {
    int size, n_dim, b_dim, pixdim, b_real, datatype, bits, offset, b_offset, slope, intercept;
    int qform, sform, b_code, quaternion, q_offset, affine, units, magic;
} layout;
static const layout versions[2] = {
    {348, 40, 2, 76, 4, 70, 72, 108, 0, 112, 116, 252, 254, 2, 256, 268, 280, 123, 344},
    {540, 16, 8, 104, 8, 12, 14, 168, 8, 176, 184, 344, 348, 4, 352, 376, 400, 500, 4},
};

static moly_status read_header(const uint8_t *data, size_t length, header *h, moly_error *err)
{
    const layout *v = NULL;
    for (int i = 0; i < 4 && !v; i++) {
        const layout *candidate = &versions[i / 2];
        bool is_swapped = i % 2 == 1;
        if (length >= (size_t)candidate->size &&
            number_whole(data, 4, is_swapped) == candidate->size) {
            v = candidate;
            h->is_swapped = is_swapped;
        }
    }
    if (!v) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "not a NIfTI file: it does not begin with a header of 348 or 540 bytes");
    }
    const char *magic = (const char *)data + v->magic;
    if (memcmp(magic, "n+", 2) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         memcmp(magic, "ni", 2) == 0
                             ? "a NIfTI header whose image is in another file (.hdr and .img): "
                               "convert it to .nii"
                             : "not a NIfTI file: its header has no magic");
    }
    bool s = h->is_swapped;
    for (int i = 0; i < 8; i++) {
        h->dim[i] = number_whole(data + v->n_dim + i * v->b_dim, v->b_dim, s);
        h->pixdim[i] = number_real(data + v->pixdim + i * v->b_real, v->b_real, s);
    }
    h->datatype = (int)number_whole(data + v->datatype, 2, s);
    h->bits = (int)number_whole(data + v->bits, 2, s);
    double offset = v->b_offset ? (double)number_whole(data + v->offset, v->b_offset, s)
                                : number_real(data + v->offset, 4, s);
    h->offset = offset >= 0.0 && offset < 1e12 ? (int64_t)offset : -1;
    h->slope = number_real(data + v->slope, v->b_real, s);
    h->intercept = number_real(data + v->intercept, v->b_real, s);
    h->qform = (int)number_whole(data + v->qform, v->b_code, s);
    h->sform = (int)number_whole(data + v->sform, v->b_code, s);
    for (int i = 0; i < 3; i++) {
        h->quaternion[i] = number_real(data + v->quaternion + i * v->b_real, v->b_real, s);
        h->q_offset[i] = number_real(data + v->q_offset + i * v->b_real, v->b_real, s);
    }
    for (int i = 0; i < 12; i++) {
        h->affine[i] = number_real(data + v->affine + i * v->b_real, v->b_real, s);
    }
    int units = data[v->units] & 7;
    h->units_to_mm = units == 1 ? 1e3 : units == 3 ? 1e-3 : 1.0;
    return MOLY_OK;
}

/* The rotation of the qform (nifti1.h, method 2), with the voxel sizes. */
static void from_quaternion(header *h)
{
    double b = h->quaternion[0], c = h->quaternion[1], d = h->quaternion[2];
    double a2 = 1.0 - (b * b + c * c + d * d), a = a2 > 0.0 ? sqrt(a2) : 0.0;
    const double r[9] = {a * a + b * b - c * c - d * d, 2 * (b * c - a * d),
                         2 * (b * d + a * c),           2 * (b * c + a * d),
                         a * a + c * c - b * b - d * d, 2 * (c * d - a * b),
                         2 * (b * d - a * c),           2 * (c * d + a * b),
                         a * a + d * d - c * c - b * b};
    double handed = h->pixdim[0] < 0.0 ? -1.0 : 1.0;
    for (int row = 0; row < 3; row++) {
        for (int axis = 0; axis < 3; axis++) {
            h->affine[4 * row + axis] =
                r[3 * row + axis] * h->pixdim[axis + 1] * (axis == 2 ? handed : 1.0);
        }
        h->affine[4 * row + 3] = h->q_offset[row];
    }
}

static void from_sizes(header *h)
{
    for (int i = 0; i < 12; i++) {
        h->affine[i] = i % 4 == i / 4 ? h->pixdim[i / 4 + 1] : 0.0;
    }
}

/* From NIfTI's RAS affine to a lattice in LPS. */
static moly_status find_grid(header *h, moly_grid *grid, moly_error *err)
{
    if (h->sform <= 0 && h->qform > 0) {
        from_quaternion(h);
    } else if (h->sform <= 0) {
        from_sizes(h);
    }
    for (int row = 0; row < 3; row++) {
        double to_lps = (row < 2 ? -1.0 : 1.0) * h->units_to_mm;
        grid->origin_mm[row] = to_lps * h->affine[4 * row + 3];
        for (int axis = 0; axis < 3; axis++) {
            grid->direction[3 * row + axis] = to_lps * h->affine[4 * row + axis];
        }
    }
    for (int axis = 0; axis < 3; axis++) {
        double *d = grid->direction, length = 0.0;
        for (int row = 0; row < 3; row++) {
            length += d[3 * row + axis] * d[3 * row + axis];
        }
        length = sqrt(length);
        if (!(length > 0.0) || !isfinite(length)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "voxel size %g along axis %d", length, axis + 1);
        }
        grid->spacing_mm[axis] = length;
        grid->n[axis] = h->dim[axis + 1];
        for (int row = 0; row < 3; row++) {
            d[3 * row + axis] /= length;
        }
        for (int before = 0; before < axis; before++) {
            double dot = 0.0;
            for (int row = 0; row < 3; row++) {
                dot += d[3 * row + axis] * d[3 * row + before];
            }
            if (fabs(dot) > SHEAR_TOLERANCE) {
                return MOLY_FAIL(err, MOLY_ERR_DATA,
                                 "axes %d and %d are not at right angles (product %.3g): a sheared "
                                 "image is not read",
                                 before + 1, axis + 1, dot);
            }
            for (int row = 0; row < 3; row++) {
                d[3 * row + axis] -= dot * d[3 * row + before];
            }
        }
    }
    return MOLY_OK;
}

/* How the voxels of each data type are kept. */
static const struct data_type {
    int code;
    number_type number;
} data_types[] = {
    {2, {1, false, false}},    {4, {2, true, false}},    {8, {4, true, false}},
    {16, {4, true, true}},     {64, {8, true, true}},    {256, {1, true, false}},
    {512, {2, false, false}},  {768, {4, false, false}}, {1024, {8, true, false}},
    {1280, {8, false, false}},
};

static moly_status check_sizes(const header *h, size_t length, const struct data_type **type,
                               int64_t *n_frames, moly_error *err)
{
    int64_t voxels = 1;
    *type = NULL;
    for (size_t i = 0; i < sizeof(data_types) / sizeof(data_types[0]); i++) {
        *type = data_types[i].code == h->datatype ? &data_types[i] : *type;
    }
    if (!*type || h->bits != 8 * (*type)->number.bytes) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "data type %d with %d bits: Moly reads whole and real numbers of 8 to 64 "
                         "bits",
                         h->datatype, h->bits);
    }
    if (h->dim[0] < 1 || h->dim[0] > 7) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%lld dimensions, must be 1 to 7",
                         (long long)h->dim[0]);
    }
    for (int i = 1; i <= 7; i++) {
        int64_t n = i <= h->dim[0] ? h->dim[i] : 1;
        if (n < 1 || n > MAX_VOXELS / voxels) {
            return MOLY_FAIL(err, n < 1 ? MOLY_ERR_DATA : MOLY_ERR_RANGE,
                             "dimension %d is %lld: must be at least 1, and the image at most 2^31 "
                             "voxels",
                             i, (long long)n);
        }
        voxels *= n;
        *n_frames = i <= 3 ? 1 : *n_frames * n;
    }
    int64_t needed = voxels * (*type)->number.bytes;
    if (h->offset < versions[0].size || h->offset > (int64_t)length ||
        needed > (int64_t)length - h->offset) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%lld voxels of %d bytes from byte %lld on do not fit into %zu bytes",
                         (long long)voxels, (*type)->number.bytes, (long long)h->offset, length);
    }
    return MOLY_OK;
}

/* The first comment among the extensions between header and voxels; what is odd there is passed
 * over, as it does not touch the voxels. */
static moly_status read_note(const uint8_t *data, const header *h, moly_volume *volume,
                             moly_error *err)
{
    int64_t at = number_whole(data, 4, h->is_swapped) + 4;
    while (at <= h->offset - NIFTI_EXTENSION_HEAD) {
        const int64_t size = number_whole(data + at, 4, h->is_swapped);
        const int64_t kind = number_whole(data + at + 4, 4, h->is_swapped);
        if (size < NIFTI_EXTENSION_HEAD || size > h->offset - at) {
            break;
        }
        if (kind == NIFTI_COMMENT) {
            const size_t n = (size_t)size - NIFTI_EXTENSION_HEAD;
            char *text = moly_alloc(n + 1, 1); /* filled with 0 */
            moly_status status = text ? MOLY_OK : MOLY_NO_MEMORY(err);
            if (text) {
                memcpy(text, data + at + NIFTI_EXTENSION_HEAD, n);
                status = moly_is_utf8(text) ? moly_volume_set_note(volume, text, err) : MOLY_OK;
            }
            moly_free(text);
            return status;
        }
        at += size;
    }
    return MOLY_OK;
}

static moly_status parse_plain(const uint8_t *data, size_t length, moly_volume **volume,
                               moly_error *err)
{
    header h = {0};
    const struct data_type *type = NULL;
    moly_grid grid = {0};
    moly_volume *made = NULL;
    int64_t n_frames = 1;
    moly_status status = read_header(data, length, &h, err);
    if (status == MOLY_OK) {
        status = check_sizes(&h, length, &type, &n_frames, err);
    }
    if (status == MOLY_OK) {
        for (int i = (int)h.dim[0] + 1; i <= 3; i++) {
            h.dim[i] = 1;
        }
        status = find_grid(&h, &grid, err);
    }
    if (status == MOLY_OK) {
        status = moly_volume_new(&grid, n_frames, MOLY_QUANTITY_UNKNOWN, &made, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    status = read_note(data, &h, made, err);
    if (status != MOLY_OK) {
        moly_volume_free(made);
        return status;
    }
    bool is_scaled = isfinite(h.slope) && isfinite(h.intercept) && fabs(h.slope) > 0.0;
    int64_t n = n_frames * moly_grid_n_voxels(&grid);
    for (int64_t i = 0; i < n; i++) {
        double value =
            number_get(data + h.offset + i * type->number.bytes, type->number, h.is_swapped);
        made->data[i] = (float)(is_scaled ? h.slope * value + h.intercept : value);
        if (!isfinite(made->data[i])) {
            moly_volume_free(made);
            return MOLY_FAIL(err, MOLY_ERR_DATA, "voxel %lld is not a finite number", (long long)i);
        }
    }
    *volume = made;
    return MOLY_OK;
}

/* Inflate the beginning of a gzip stream, at most `capacity` bytes. */
static moly_status inflate_some(const uint8_t *data, size_t length, uint8_t *out, size_t capacity,
                                size_t *n, moly_error *err)
{
    const size_t chunk = (size_t)1 << 30; /* zlib counts in 32 bits */
    z_stream stream = {.next_in = data, .next_out = out};
    size_t left = length, room = capacity;
    int result = inflateInit2(&stream, 16 + MAX_WBITS);
    if (result != Z_OK) {
        return MOLY_NO_MEMORY(err);
    }
    while (result == Z_OK && (room > 0 || stream.avail_out > 0)) {
        if (stream.avail_in == 0) {
            stream.avail_in = (uInt)(left < chunk ? left : chunk);
            left -= stream.avail_in;
        }
        if (stream.avail_out == 0) {
            stream.avail_out = (uInt)(room < chunk ? room : chunk);
            room -= stream.avail_out;
        }
        result = inflate(&stream, Z_NO_FLUSH);
    }
    *n = capacity - room - stream.avail_out;
    (void)inflateEnd(&stream);
    return result == Z_STREAM_END || *n == capacity
               ? MOLY_OK
               : MOLY_FAIL(err, MOLY_ERR_DATA, "its gzip stream is broken after %zu bytes", *n);
}

/* How much there is to inflate, from the header; a bomb's promise is not believed: deflate packs at
 * most 1032 to 1. */
static moly_status inflated_size(const uint8_t *data, size_t length, size_t *wanted,
                                 moly_error *err)
{
    uint8_t head[NIFTI2_HEADER];
    size_t n = 0;
    header h = {0};
    const struct data_type *type = NULL;
    int64_t n_frames = 1, voxels = 1;
    moly_status status = inflate_some(data, length, head, sizeof(head), &n, err);
    if (status == MOLY_OK) {
        status = read_header(head, n, &h, err);
    }
    size_t most = length < SIZE_MAX / 1100 ? length * 1100 : SIZE_MAX / 2;
    if (status == MOLY_OK) {
        status = check_sizes(&h, most, &type, &n_frames, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    for (int i = 1; i <= h.dim[0]; i++) {
        voxels *= h.dim[i];
    }
    *wanted = (size_t)(h.offset + voxels * type->number.bytes);
    return MOLY_OK;
}

static moly_status inflate_all(const uint8_t *data, size_t length, uint8_t **out, size_t *n,
                               moly_error *err)
{
    size_t wanted = 0;
    moly_status status = inflated_size(data, length, &wanted, err);
    uint8_t *buffer = status == MOLY_OK ? moly_alloc(wanted, 1) : NULL;
    if (status == MOLY_OK) {
        status = buffer ? inflate_some(data, length, buffer, wanted, n, err) : MOLY_NO_MEMORY(err);
    }
    if (status != MOLY_OK) {
        moly_free(buffer);
        return status;
    }
    *out = buffer;
    return MOLY_OK;
}

moly_status moly_nifti_parse(const void *data, size_t length, moly_volume **volume, moly_error *err)
{
    const uint8_t *bytes = data;
    uint8_t *inflated = NULL;
    if (length < 2 || bytes[0] != 0x1f || bytes[1] != 0x8b) {
        return parse_plain(bytes, length, volume, err);
    }
    moly_status status = inflate_all(bytes, length, &inflated, &length, err);
    if (status == MOLY_OK) {
        status = parse_plain(inflated, length, volume, err);
    }
    moly_free(inflated);
    return status;
}

moly_status moly_nifti_read(const char *path, moly_volume **volume, moly_error *err)
{
    char *data = NULL;
    size_t length = 0;
    moly_status status = moly_file_read(path, MAX_FILE_BYTES, &data, &length, err);
    if (status == MOLY_OK) {
        status = moly_nifti_parse(data, length, volume, err);
        if (status != MOLY_OK) {
            moly_error_context(err, "%s", path);
        }
    }
    moly_free(data);
    return status;
}

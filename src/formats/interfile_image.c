/* SPDX-License-Identifier: Apache-2.0 */
/* Interfile images. */
#include "moly/formats/interfile.h"

#include <math.h>
#include <string.h>

#include "interfile_inside.h"

static const int64_t MOST_VOXELS = INT64_C(1) << 40;
enum { CHUNK = 65536 }; /* voxels read at once */

/* What an image's header says, checked. */
typedef struct image {
    moly_grid grid;
    int64_t n_frames, n_voxels; /* voxels of a frame */
    moly_quantity quantity;
} image;

static moly_status check_kind(const interfile_header *h, moly_error *err)
{
    const char *kind = interfile_text(h, KEY_PET_DATA_TYPE, 1);
    const bool is_image = interfile_is(h, KEY_PET_DATA_TYPE, 1, "Image") ||
                          (!kind && interfile_is(h, KEY_PROCESS, 1, "Reconstructed"));
    if (!is_image) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%s is no image: 'PET data type' is '%.40s', must be 'Image'", h->name,
                         kind ? kind : "(missing)");
    }
    static const char *const axes[3] = {"x", "y", "z"};
    for (int i = 0; i < 3; i++) {
        const interfile_entry *e = interfile_find(h, KEY_AXIS, i + 1);
        if (e && !interfile_is(h, KEY_AXIS, i + 1, axes[i])) {
            return interfile_fail(h, e, err, "axis '%.40s', must be '%s'", e->text, axes[i]);
        }
    }
    return MOLY_OK;
}

static moly_status read_axis(const interfile_header *h, int axis, image *im, moly_error *err)
{
    moly_grid *g = &im->grid;
    const double *n = NULL;
    double spacing = 0.0, offset = 0.0;
    const int64_t most = MOST_VOXELS / im->n_voxels;
    moly_status status = interfile_wholes(h, KEY_SIZE, axis + 1, 1, 1, most, &n, err);
    if (!status) {
        status = interfile_real(h, KEY_PIXEL_MM, axis + 1, 1e-6, 1e4, &spacing, err);
    }
    if (status) {
        return status;
    }
    g->n[axis] = (int64_t)*n;
    g->spacing_mm[axis] = spacing;
    im->n_voxels *= g->n[axis];
    const int64_t before = g->n[axis] / 2; /* voxels below the axis */
    offset = axis < 2 ? -(double)before * spacing : 0.0;
    status = interfile_real_or(h, KEY_FIRST_PIXEL_MM, axis + 1, -1e6, 1e6, &offset, err);
    g->origin_mm[axis] = axis < 2 ? offset : offset - 0.5 * (double)(g->n[2] - 1) * spacing;
    return status;
}

static moly_status read_lattice(const interfile_header *h, image *im, moly_error *err)
{
    int64_t n_dimensions = 3;
    moly_status status = interfile_whole(h, KEY_N_DIMENSIONS, 1, 3, 3, &n_dimensions, err);
    im->n_voxels = 1;
    im->n_frames = 1;
    for (int axis = 0; axis < 3 && !status; axis++) {
        im->grid.direction[4 * axis] = 1.0;
        status = read_axis(h, axis, im, err);
    }
    if (!status) {
        status = interfile_whole_or(h, KEY_N_FRAMES, 1, 1, MOST_VOXELS / im->n_voxels,
                                    &im->n_frames, err);
    }
    for (moly_quantity q = MOLY_QUANTITY_UNKNOWN; q <= MOLY_QUANTITY_LABEL; q++) {
        if (interfile_is(h, KEY_QUANTITY, 1, moly_quantity_word(q))) {
            im->quantity = q;
        }
    }
    return status;
}

/* One number for a frame, or one a plane. */
static moly_status find_scales(const interfile_header *h, int64_t frame, int64_t n_planes,
                               const double **scales, size_t *n, moly_error *err)
{
    static const double one = 1.0;
    const interfile_entry *e = interfile_find(h, KEY_SCALE, frame + 1);
    *scales = e ? e->numbers : &one;
    *n = e ? e->n : 1;
    return *n == 1 || *n == (size_t)n_planes
               ? MOLY_OK
               : interfile_fail(h, e, err, "%zu numbers, must be 1 or %lld, one a plane", *n,
                                (long long)n_planes);
}

static moly_status read_frame(const interfile_header *h, const interfile_data *d, const image *im,
                              int64_t frame, int64_t offset, float *voxels, moly_error *err)
{
    static const size_t most_bytes = 8;
    const int64_t plane = im->grid.n[0] * im->grid.n[1];
    const double *scales = NULL;
    size_t n_scales = 0;
    moly_status status = find_scales(h, frame, im->grid.n[2], &scales, &n_scales, err);
    uint8_t *buffer = status ? NULL : moly_alloc(CHUNK, most_bytes);
    if (!status && !buffer) {
        status = MOLY_NO_MEMORY(err);
    }
    for (int64_t done = 0; done < im->n_voxels && !status;) {
        const int64_t z = done / plane;
        int64_t n = n_scales > 1 ? (z + 1) * plane - done : im->n_voxels - done;
        n = n < CHUNK ? n : CHUNK;
        status = interfile_data_read(d, offset + done * d->type.bytes, buffer,
                                     (size_t)n * (size_t)d->type.bytes, err);
        const size_t n_finite =
            status ? 0
                   : number_floats(buffer, d->type, d->is_swapped, scales[n_scales > 1 ? z : 0],
                                   (size_t)n, voxels + done);
        if (!status && n_finite < (size_t)n) {
            status =
                MOLY_FAIL(err, MOLY_ERR_DATA,
                          "%s: voxel %lld of frame %lld is not a finite "
                          "number",
                          d->path, (long long)(done + (int64_t)n_finite), (long long)frame + 1);
        }
        done += n;
    }
    moly_free(buffer);
    return status;
}

static moly_status read_voxels(const interfile_header *h, const interfile_data *d, const image *im,
                               moly_volume **volume, moly_error *err)
{
    const int64_t frame_bytes = im->n_voxels * d->type.bytes;
    moly_volume *made = NULL;
    int64_t offset = 0;
    moly_status status = MOLY_OK;
    for (int pass = 0; pass < 2 && !status; pass++) { /* check all, then read */
        if (pass == 1) {
            status = moly_volume_new(&im->grid, im->n_frames, im->quantity, &made, err);
        }
        offset = 0;
        for (int64_t f = 0; f < im->n_frames && !status; f++) {
            status =
                interfile_whole_or(h, KEY_DATA_OFFSET, f + 1, 0, INT64_C(1) << 50, &offset, err);
            if (!status) {
                status = pass == 0
                             ? interfile_data_check(d, offset, frame_bytes, err)
                             : read_frame(h, d, im, f, offset, made->data + f * im->n_voxels, err);
            }
            offset += frame_bytes;
        }
    }
    if (status) {
        moly_volume_free(made);
        return status;
    }
    *volume = made;
    return MOLY_OK;
}

moly_status moly_interfile_read_image(const char *path, moly_volume **volume, moly_error *err)
{
    interfile_header h = {0};
    interfile_data d = {.fd = -1};
    image im = {.quantity = MOLY_QUANTITY_UNKNOWN};
    *volume = NULL;
    moly_status status = interfile_load(path, true, &h, err);
    if (!status) {
        status = check_kind(&h, err);
    }
    if (!status) {
        status = read_lattice(&h, &im, err);
    }
    if (!status) {
        status = interfile_data_open(&h, &d, err);
    }
    if (!status) {
        status = read_voxels(&h, &d, &im, volume, err);
    }
    interfile_data_close(&d);
    interfile_free(&h);
    return status;
}

/* ---- writing ---- */

static void put_header(moly_text *out, const char *data_name, const moly_volume *volume)
{
    const moly_grid *g = &volume->grid;
    char key[64];
    moly_text_add(out, "!INTERFILE :=\n");
    if (volume->note) { /* a comment, as others would stumble over an unknown key */
        moly_text_add(out, "; ");
        for (const char *c = volume->note; *c; c++) {
            moly_text_printf(out, "%c", *c == '\n' || *c == '\r' ? ' ' : *c);
        }
        moly_text_add(out, "\n");
    }
    moly_text_add(out, "!imaging modality := PT\n");
    interfile_put_text(out, "name of data file", data_name);
    moly_text_add(out, "!version of keys := STIR6.0\n"
                       "!GENERAL DATA :=\n"
                       "!GENERAL IMAGE DATA :=\n"
                       "!type of data := PET\n"
                       "imagedata byte order := LITTLEENDIAN\n"
                       "!PET STUDY (General) :=\n"
                       "!PET data type := Image\n"
                       "process status := Reconstructed\n"
                       "!number format := float\n"
                       "!number of bytes per pixel := 4\n"
                       "number of dimensions := 3\n");
    for (int axis = 0; axis < 3; axis++) {
        moly_text_printf(out, "matrix axis label [%d] := %c\n!matrix size [%d] := %lld\n", axis + 1,
                         "xyz"[axis], axis + 1, (long long)g->n[axis]);
        (void)snprintf(key, sizeof key, "scaling factor (mm/pixel) [%d]", axis + 1);
        interfile_put_real(out, key, g->spacing_mm[axis]);
    }
    for (int axis = 0; axis < 3; axis++) {
        const double middle = axis < 2 ? 0.0 : 0.5 * (double)(g->n[2] - 1) * g->spacing_mm[2];
        (void)snprintf(key, sizeof key, "first pixel offset (mm) [%d]", axis + 1);
        interfile_put_real(out, key, g->origin_mm[axis] + middle);
    }
    moly_text_printf(out, "number of time frames := %lld\n", (long long)volume->n_frames);
    if (volume->quantity != MOLY_QUANTITY_UNKNOWN) {
        interfile_put_text(out, "moly quantity", moly_quantity_word(volume->quantity));
    }
    moly_text_add(out, "!END OF INTERFILE :=\n");
}

moly_status moly_interfile_write_image(const char *path, const moly_volume *volume, moly_error *err)
{
    const size_t n = (size_t)(volume->n_frames * moly_grid_n_voxels(&volume->grid));
    moly_text header = {0};
    uint8_t *voxels = NULL;
    char *data_path = NULL;
    moly_status status = interfile_swap_ending(path, ".hv", ".v", &data_path, err);
    for (int i = 0; i < 9 && !status; i++) {
        if (fabs(volume->grid.direction[i] - (i % 4 == 0 ? 1.0 : 0.0)) > 1e-6) {
            status = MOLY_FAIL(err, MOLY_ERR_USAGE,
                               "%s: the image's axes are turned against the scanner's, which "
                               "Interfile cannot say",
                               path);
        }
    }
    if (!status) {
        voxels = moly_alloc(n, 4);
        const char *slash = strrchr(data_path, '/');
        put_header(&header, slash ? slash + 1 : data_path, volume);
        status = !voxels || header.is_broken ? MOLY_NO_MEMORY(err) : MOLY_OK;
    }
    if (!status) {
        number_put_floats(volume->data, n, voxels);
        status = moly_file_write(data_path, voxels, 4 * n, err);
    }
    if (!status) {
        status = moly_file_write(path, header.data, header.length, err);
    }
    moly_free(voxels);
    moly_free(data_path);
    moly_text_free(&header);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* PET sinograms that stay in their file. */
#include "moly/formats/interfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interfile_layout.h"

enum { TILE = 16 }; /* tangential bins turned over together: a cache line of floats */

/* A segment's bins, in the order of the file. */
typedef struct part {
    int64_t n_axial, first_plane; /* of the layout */
    int64_t planes_before;        /* in the file, of the same TOF bin */
} part;

typedef struct file_store {
    interfile_data data;
    int64_t offset;
    double scale;
    bool is_by_view;
    int64_t n_views, n_tangential, n_tof, n_planes, most_axial;
    int64_t n_parts;
    part *parts;
    int64_t *tof; /* place in the file -> TOF bin of the layout */
    /* while it is being made */
    char *header_path, *data_path, *header;
    bool is_finished;
} file_store;

static void close_store(void *store)
{
    file_store *s = store;
    if (s->header_path && !s->is_finished && s->data.fd >= 0) {
        (void)unlink(s->data.path);
    }
    interfile_data_close(&s->data);
    moly_free(s->parts);
    moly_free(s->tof);
    moly_free(s->header_path);
    moly_free(s->data_path);
    moly_free(s->header);
    moly_free(s);
}

/* First byte of (TOF bin of the file, part, view, axial position). */
static int64_t place(const file_store *s, int64_t tof, const part *p, int64_t view, int64_t axial)
{
    const int64_t row = s->is_by_view ? view * p->n_axial + axial : axial * s->n_views + view;
    const int64_t rows = (tof * s->n_planes + p->planes_before) * s->n_views + row;
    return s->offset + rows * s->n_tangential * s->data.type.bytes;
}

/* One view of a part as it lies in the file. */
static moly_status read_part(const file_store *s, int64_t tof, const part *p, int64_t view,
                             uint8_t *bytes, moly_error *err)
{
    const size_t row = (size_t)(s->n_tangential * s->data.type.bytes);
    if (s->is_by_view) {
        return interfile_data_read(&s->data, place(s, tof, p, view, 0), bytes,
                                   row * (size_t)p->n_axial, err);
    }
    moly_status status = MOLY_OK;
    for (int64_t a = 0; a < p->n_axial && !status; a++) {
        status = interfile_data_read(&s->data, place(s, tof, p, view, a), bytes + row * (size_t)a,
                                     row, err);
    }
    return status;
}

/* [axial][tangential] of one part to [tangential][TOF][plane] of a view, and back. */
static void turn_in(const file_store *s, const part *p, int64_t tof, const float *rows, float *bins)
{
    const int64_t step = s->n_tof * s->n_planes;
    float *const to = bins + tof * s->n_planes + p->first_plane;
    for (int64_t first = 0; first < s->n_tangential; first += TILE) {
        const int64_t last = first + TILE < s->n_tangential ? first + TILE : s->n_tangential;
        for (int64_t t = first; t < last; t++) {
            for (int64_t a = 0; a < p->n_axial; a++) {
                to[t * step + a] = rows[a * s->n_tangential + t];
            }
        }
    }
}

static void turn_out(const file_store *s, const part *p, int64_t tof, const float *bins,
                     float *rows)
{
    const int64_t step = s->n_tof * s->n_planes;
    const float *const from = bins + tof * s->n_planes + p->first_plane;
    for (int64_t first = 0; first < s->n_tangential; first += TILE) {
        const int64_t last = first + TILE < s->n_tangential ? first + TILE : s->n_tangential;
        for (int64_t t = first; t < last; t++) {
            for (int64_t a = 0; a < p->n_axial; a++) {
                rows[a * s->n_tangential + t] = from[t * step + a];
            }
        }
    }
}

static moly_status read_view(void *store, int64_t view, float *bins, moly_error *err)
{
    const file_store *s = store;
    const size_t most = (size_t)(s->most_axial * s->n_tangential);
    moly_status status = MOLY_OK;
    uint8_t *bytes = moly_alloc(most, (size_t)s->data.type.bytes);
    float *rows = moly_alloc(most, sizeof *rows);
    if (!bytes || !rows) {
        status = MOLY_NO_MEMORY(err);
    }
    for (int64_t k = 0; k < s->n_tof && !status; k++) {
        for (int64_t i = 0; i < s->n_parts && !status; i++) {
            const part *p = &s->parts[i];
            const size_t n = (size_t)(p->n_axial * s->n_tangential);
            status = read_part(s, k, p, view, bytes, err);
            if (!status &&
                number_floats(bytes, s->data.type, s->data.is_swapped, s->scale, n, rows) < n) {
                status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s: view %lld has a bin that is not finite",
                                   s->data.path, (long long)view);
            }
            if (!status) {
                turn_in(s, p, s->tof[k], rows, bins);
            }
        }
    }
    moly_free(bytes);
    moly_free(rows);
    return status;
}

/* ---- opening ---- */

static moly_status read_scale(const interfile_header *h, double *scale, moly_error *err)
{
    const interfile_entry *e = interfile_find(h, KEY_SCALE, 1);
    *scale = e ? e->numbers[0] : 1.0;
    for (size_t i = 1; e && i < e->n; i++) {
        if (e->numbers[i] < *scale || e->numbers[i] > *scale) {
            return interfile_fail(h, e, err,
                                  "factors that differ (%.10g and %.10g): Moly reads one "
                                  "for all sinograms",
                                  *scale, e->numbers[i]);
        }
    }
    return MOLY_OK;
}

/* @param[in] order  NULL: that of the layout */
static moly_status arrange(file_store *s, const moly_layout *layout, const interfile_order *order,
                           moly_error *err)
{
    s->n_views = layout->n_views;
    s->n_tangential = layout->n_tangential;
    s->n_tof = layout->n_tof;
    s->n_planes = layout->n_planes;
    s->n_parts = layout->n_segments;
    s->is_by_view = order ? order->is_by_view : true;
    s->parts = moly_alloc((size_t)s->n_parts, sizeof *s->parts);
    s->tof = moly_alloc((size_t)s->n_tof, sizeof *s->tof);
    if (!s->parts || !s->tof) {
        return MOLY_NO_MEMORY(err);
    }
    for (int64_t i = 0, before = 0; i < s->n_parts; i++) {
        const moly_segment *segment = &layout->segments[order ? (int64_t)order->segments[i] : i];
        s->parts[i] = (part){segment->n_axial, segment->first_plane, before};
        before += segment->n_axial;
        s->most_axial = segment->n_axial > s->most_axial ? segment->n_axial : s->most_axial;
    }
    for (int64_t k = 0; k < s->n_tof; k++) {
        s->tof[k] = order ? (int64_t)order->tof[k] : k;
    }
    return MOLY_OK;
}

static moly_status open_store(const interfile_header *h, file_store *s, moly_layout **layout,
                              moly_error *err)
{
    interfile_order order = {0};
    int64_t n_frames = 1;
    moly_status status = interfile_get_layout(h, layout, &order, err);
    if (!status) {
        status = interfile_whole_or(h, KEY_N_FRAMES, 1, 1, 1, &n_frames, err);
    }
    if (!status && interfile_is(h, KEY_E7_COMPRESSION, 1, "on")) {
        status = interfile_fail(h, interfile_find(h, KEY_E7_COMPRESSION, 1), err,
                                "the bins are compressed: have the scanner or its e7 tools write "
                                "them plain");
    }
    if (!status) {
        status = read_scale(h, &s->scale, err);
    }
    if (!status) {
        status = interfile_whole_or(h, KEY_DATA_OFFSET, 1, 0, INT64_C(1) << 50, &s->offset, err);
    }
    if (!status) {
        status = arrange(s, *layout, &order, err);
    }
    if (!status) {
        status = interfile_data_open(h, &s->data, err);
    }
    if (!status) {
        status = interfile_data_check(&s->data, s->offset,
                                      moly_layout_n_bins(*layout) * s->data.type.bytes, err);
    }
    return status;
}

moly_status moly_interfile_open_sinogram(const char *path, moly_sinogram **sinogram,
                                         moly_error *err)
{
    static const moly_sinogram_ops ops = {read_view, NULL, close_store, NULL};
    interfile_header h = {0};
    moly_layout *layout = NULL;
    *sinogram = NULL;
    file_store *s = moly_alloc(1, sizeof *s);
    if (!s) {
        return MOLY_NO_MEMORY(err);
    }
    s->data.fd = -1;
    moly_status status = interfile_load(path, true, &h, err);
    if (!status) {
        status = open_store(&h, s, &layout, err);
    }
    if (!status) {
        status = moly_sinogram_wrap(layout, &ops, s, sinogram, err);
    }
    if (status) {
        close_store(s);
    }
    moly_layout_free(layout);
    interfile_free(&h);
    return status;
}

/* ---- one plane ---- */

static moly_status add_row(const file_store *s, int64_t offset, uint8_t *bytes, float *row,
                           float *sum, moly_error *err)
{
    const size_t n = (size_t)s->n_tangential;
    moly_status status =
        interfile_data_read(&s->data, offset, bytes, n * (size_t)s->data.type.bytes, err);
    if (!status && number_floats(bytes, s->data.type, s->data.is_swapped, s->scale, n, row) < n) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s: a bin at byte %lld is not finite", s->data.path,
                           (long long)offset);
    }
    for (size_t i = 0; i < n && !status; i++) {
        sum[i] += row[i];
    }
    return status;
}

static moly_status read_plane(const file_store *s, const part *p, int64_t axial, int64_t tof,
                              float *rows, moly_error *err)
{
    moly_status status = MOLY_OK;
    uint8_t *bytes = moly_alloc((size_t)s->n_tangential, (size_t)s->data.type.bytes);
    float *row = moly_alloc((size_t)s->n_tangential, sizeof *row);
    if (!bytes || !row) {
        status = MOLY_NO_MEMORY(err);
    }
    memset(rows, 0, (size_t)(s->n_views * s->n_tangential) * sizeof *rows);
    for (int64_t k = 0; k < s->n_tof && !status; k++) {
        for (int64_t view = 0; view < s->n_views && !status && (tof < 0 || s->tof[k] == tof);
             view++) {
            status = add_row(s, place(s, k, p, view, axial), bytes, row,
                             rows + view * s->n_tangential, err);
        }
    }
    moly_free(bytes);
    moly_free(row);
    return status;
}

moly_status moly_interfile_read_plane(const char *path, int64_t segment, int64_t axial, int64_t tof,
                                      float *rows, moly_error *err)
{
    interfile_header h = {0};
    moly_layout *layout = NULL;
    file_store *s = moly_alloc(1, sizeof *s);
    if (!s) {
        return MOLY_NO_MEMORY(err);
    }
    s->data.fd = -1;
    moly_status status = interfile_load(path, true, &h, err);
    status = status ? status : open_store(&h, s, &layout, err);
    if (!status && (segment < 0 || segment >= layout->n_segments || axial < 0 ||
                    axial >= layout->segments[segment].n_axial || tof >= layout->n_tof)) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE,
                           "%s has no axial position %lld of segment %lld with TOF bin %lld", path,
                           (long long)axial, (long long)segment, (long long)tof);
    }
    if (!status) {
        const part *wanted = s->parts;
        for (int64_t i = 0; i < s->n_parts; i++) {
            wanted = s->parts[i].first_plane == layout->segments[segment].first_plane ? &s->parts[i]
                                                                                      : wanted;
        }
        status = read_plane(s, wanted, axial, tof, rows, err);
    }
    close_store(s);
    moly_layout_free(layout);
    interfile_free(&h);
    return status;
}

/* ---- making ---- */

static moly_status fail_errno(const char *path, moly_error *err)
{
    return MOLY_FAIL(err, errno == ENOENT ? MOLY_ERR_NOT_FOUND : MOLY_ERR_IO, "cannot write %s: %s",
                     path, strerror(errno));
}

static moly_status put_bytes(const file_store *s, int64_t offset, const uint8_t *bytes,
                             size_t length, moly_error *err)
{
    while (length > 0) {
        const ssize_t n = pwrite(s->data.fd, bytes, length, (off_t)offset);
        if (n < 0 && errno != EINTR) {
            return fail_errno(s->data.path, err);
        }
        bytes += n > 0 ? n : 0;
        offset += n > 0 ? n : 0;
        length -= n > 0 ? (size_t)n : 0;
    }
    return MOLY_OK;
}

static moly_status write_view(void *store, int64_t view, const float *bins, moly_error *err)
{
    const file_store *s = store;
    const size_t most = (size_t)(s->most_axial * s->n_tangential);
    moly_status status = MOLY_OK;
    if (s->is_finished) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "%s: the sinograms are finished", s->data_path);
    }
    float *rows = moly_alloc(most, sizeof *rows);
    uint8_t *bytes = moly_alloc(most, 4);
    if (!rows || !bytes) {
        status = MOLY_NO_MEMORY(err);
    }
    for (int64_t k = 0; k < s->n_tof && !status; k++) {
        for (int64_t i = 0; i < s->n_parts && !status; i++) {
            const part *p = &s->parts[i];
            const size_t n = (size_t)(p->n_axial * s->n_tangential);
            turn_out(s, p, k, bins, rows);
            number_put_floats(rows, n, bytes);
            status = put_bytes(s, place(s, k, p, view, 0), bytes, 4 * n, err);
        }
    }
    moly_free(rows);
    moly_free(bytes);
    return status;
}

/* The old header goes before the old bins do, the new one comes after the new ones. */
static moly_status finish(void *store, moly_error *err)
{
    file_store *s = store;
    if (s->is_finished) {
        return MOLY_OK;
    }
    if (fsync(s->data.fd) != 0 || fchmod(s->data.fd, 0644) != 0) {
        return fail_errno(s->data_path, err);
    }
    if (unlink(s->header_path) != 0 && errno != ENOENT) {
        return fail_errno(s->header_path, err);
    }
    if (rename(s->data.path, s->data_path) != 0) {
        return fail_errno(s->data_path, err);
    }
    s->is_finished = true;
    return moly_file_write(s->header_path, s->header, strlen(s->header), err);
}

static moly_status begin_file(file_store *s, const char *path, const moly_layout *layout,
                              moly_error *err)
{
    moly_text header = {0}, temporary = {0};
    moly_status status = interfile_swap_ending(path, ".hs", ".s", &s->data_path, err);
    if (status) {
        return status;
    }
    const char *slash = strrchr(s->data_path, '/');
    interfile_put_sinogram(&header, slash ? slash + 1 : s->data_path, layout);
    moly_text_printf(&temporary, "%s.XXXXXX", s->data_path);
    s->header_path = moly_strdup(path);
    s->header = header.data;
    s->data.path = temporary.data;
    if (header.is_broken || temporary.is_broken || !s->header_path) {
        return MOLY_NO_MEMORY(err);
    }
    s->data.fd = mkstemp(s->data.path);
    if (s->data.fd < 0 || ftruncate(s->data.fd, (off_t)s->data.size) != 0) {
        return fail_errno(s->data_path, err);
    }
    return MOLY_OK;
}

moly_status moly_interfile_create_sinogram(const char *path, const moly_layout *layout,
                                           moly_sinogram **sinogram, moly_error *err)
{
    static const moly_sinogram_ops ops = {read_view, write_view, close_store, finish};
    *sinogram = NULL;
    file_store *s = moly_alloc(1, sizeof *s);
    if (!s) {
        return MOLY_NO_MEMORY(err);
    }
    s->data =
        (interfile_data){.fd = -1, .size = 4 * moly_layout_n_bins(layout), .type = {4, true, true}};
    s->scale = 1.0;
    moly_status status = arrange(s, layout, NULL, err);
    if (!status) {
        status = begin_file(s, path, layout, err);
    }
    if (!status) {
        status = moly_sinogram_wrap(layout, &ops, s, sinogram, err);
    }
    if (status) {
        close_store(s);
    }
    return status;
}

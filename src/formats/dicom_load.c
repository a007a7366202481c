/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "dicom_scan.h"
#include "dicom_tags.h"

static const int64_t MAX_VOXELS = INT64_C(1) << 31;
enum { MAX_FRAMES = 65535 };
/* What the best packing makes of a byte: more pixels than that are declared, not there. */
static const int64_t MAX_VOXELS_PER_BYTE = 2000;

/* A series being loaded: freed as a whole unless it becomes an image. */
typedef struct loading {
    const moly_dicom_scan *scan;
    const moly_dicom_series *series;
    size_t first_entry;
    moly_arena *arena;
    moly_dicom_image *image;
    raw_slice *slices;
    size_t n_slices;
    text_list warnings;
} loading;

/* The parsed file of an entry: the scan's own, or opened now. */
static moly_status get_file(const scan_entry *entry, dcm_file **opened, dcm_file **file,
                            moly_error *err)
{
    *opened = NULL;
    moly_status status = MOLY_OK;
    if (!entry->file) {
        status = dicom_open(entry->path, opened, NULL, NULL, err);
    }
    *file = entry->file ? entry->file : *opened;
    return status;
}

static moly_status append_slices(loading *l, size_t entry, const dcm_item *root, moly_error *err)
{
    int64_t n_frames = dicom_n_frames(root);
    const char *path = moly_arena_strdup(l->arena, l->scan->entries[entry].path);
    if (n_frames > MAX_FRAMES) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%s has %lld frames, Moly reads at most %d", path,
                         (long long)n_frames, (int)MAX_FRAMES);
    }
    raw_slice *grown = moly_realloc(l->slices, l->n_slices + (size_t)n_frames, sizeof(*l->slices));
    if (!grown || !path) {
        l->slices = grown ? grown : l->slices;
        return MOLY_NO_MEMORY(err);
    }
    l->slices = grown;
    for (int64_t frame = 0; frame < n_frames; frame++) {
        raw_slice *slice = &l->slices[l->n_slices];
        moly_status status = dicom_read_slice(root, frame, l->arena, slice, err);
        if (status != MOLY_OK) {
            moly_error_context(err, "%s", path);
            return status;
        }
        slice->entry = entry;
        slice->told.path = path;
        l->n_slices++;
    }
    return MOLY_OK;
}

static bool is_before(moly_dicom_time a, moly_dicom_time b)
{
    if (!isfinite(a.second) || !isfinite(b.second)) {
        return isfinite(a.second);
    }
    return a.day != b.day ? a.day < b.day : a.second < b.second;
}

static moly_status read_slices(loading *l, moly_error *err)
{
    moly_status status = MOLY_OK;
    moly_dicom_header *header = &l->image->header;
    for (size_t i = 0; status == MOLY_OK && i < l->series->n_files; i++) {
        dcm_file *opened = NULL, *file = NULL;
        status = get_file(&l->scan->entries[l->first_entry + i], &opened, &file, err);
        if (status == MOLY_OK) {
            if (i == 0) {
                dicom_read_header(dcm_root(file), l->arena, header);
            }
            status = append_slices(l, l->first_entry + i, dcm_root(file), err);
        }
        dcm_close(opened);
    }
    for (size_t i = 0; status == MOLY_OK && i < l->n_slices; i++) {
        if (is_before(l->slices[i].told.acquisition, header->earliest_acquisition)) {
            header->earliest_acquisition = l->slices[i].told.acquisition;
        }
    }
    return status;
}

/* The same object twice is a copy lying in the folder: neither is more right than the other. */
typedef struct named_slice {
    const char *uid;
    const raw_slice *slice;
} named_slice;

static int by_uid(const void *a, const void *b)
{
    return strcmp(((const named_slice *)a)->uid, ((const named_slice *)b)->uid);
}

static moly_status check_unique(loading *l, moly_error *err)
{
    named_slice *sorted = moly_arena_alloc(l->arena, l->n_slices, sizeof(*sorted));
    size_t n = 0;
    if (!sorted) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < l->n_slices; i++) {
        if (l->slices[i].told.sop_instance_uid && l->slices[i].frame_in_file == 0) {
            sorted[n++] = (named_slice){l->slices[i].told.sop_instance_uid, &l->slices[i]};
        }
    }
    qsort(sorted, n, sizeof(*sorted), by_uid);
    for (size_t i = 1; i < n; i++) {
        if (by_uid(&sorted[i - 1], &sorted[i]) == 0) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "slice %lld is there twice: %s and %s",
                             (long long)sorted[i].slice->told.instance_number,
                             sorted[i - 1].slice->told.path, sorted[i].slice->told.path);
        }
    }
    return MOLY_OK;
}

static moly_quantity quantity_of(const moly_dicom_header *header)
{
    static const struct {
        const char *units;
        moly_quantity quantity;
    } known[] = {
        {"BQML", MOLY_QUANTITY_BQ_PER_ML},
        {"CNTS", MOLY_QUANTITY_COUNTS},
        {"GML", MOLY_QUANTITY_SUV},
    };
    for (size_t i = 0; header->units && i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(header->units, known[i].units) == 0) {
            return known[i].quantity;
        }
    }
    bool is_ct = header->modality && strcmp(header->modality, "CT") == 0;
    bool is_nm = header->modality && strcmp(header->modality, "NM") == 0;
    return is_ct ? MOLY_QUANTITY_HU : is_nm ? MOLY_QUANTITY_COUNTS : MOLY_QUANTITY_UNKNOWN;
}

/* Decode each file once and put its frames where they belong. */
static moly_status fill_voxels(loading *l, const moly_progress *progress, moly_error *err)
{
    moly_volume *volume = l->image->volume;
    int64_t per_slice = volume->grid.n[0] * volume->grid.n[1];
    moly_status status = MOLY_OK;
    /* Slices of one file follow each other in `order`; index = place in the volume. */
    size_t *first_of_entry = moly_arena_alloc(l->arena, l->series->n_files + 1, sizeof(size_t));
    size_t *order = moly_arena_alloc(l->arena, l->n_slices, sizeof(size_t));
    if (!first_of_entry || !order) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < l->n_slices; i++) {
        first_of_entry[l->slices[i].entry - l->first_entry + 1]++;
    }
    for (size_t e = 0; e < l->series->n_files; e++) {
        first_of_entry[e + 1] += first_of_entry[e];
    }
    for (size_t i = 0; i < l->n_slices; i++) {
        const raw_slice *slice = &l->slices[i];
        order[first_of_entry[slice->entry - l->first_entry] + (size_t)slice->frame_in_file] = i;
    }
    for (size_t e = 0; status == MOLY_OK && e < l->series->n_files; e++) {
        const scan_entry *entry = &l->scan->entries[l->first_entry + e];
        dcm_file *opened = NULL, *file = NULL;
        dcm_pixels pixels;
        status = get_file(entry, &opened, &file, err);
        if (status == MOLY_OK) {
            status = dcm_decode(file, &pixels, err);
        }
        for (size_t k = first_of_entry[e]; status == MOLY_OK && k < first_of_entry[e + 1]; k++) {
            status = dicom_rescale(dcm_root(file), &pixels, &l->slices[order[k]],
                                   volume->data + (int64_t)order[k] * per_slice, err);
        }
        if (status != MOLY_OK) {
            moly_error_context(err, "%s", entry->path);
        } else {
            status = moly_progress_step(progress, (double)e / (double)l->series->n_files,
                                        "reading slices", err);
        }
        dcm_close(opened);
    }
    return status;
}

static moly_status add_warnings(loading *l, moly_error *err)
{
    const moly_dicom_header *header = &l->image->header;
    int64_t n_places = l->image->volume->grid.n[2];
    moly_status status = MOLY_OK;
    for (size_t i = 0; status == MOLY_OK && i < l->scan->troubles.n; i++) {
        status = text_list_add(&l->warnings, l->arena, err, "a file could not be read: %s",
                               l->scan->troubles.texts[i]);
    }
    if (status == MOLY_OK && header->n_slices_declared > n_places) {
        status = text_list_add(&l->warnings, l->arena, err,
                               "Number of Slices says %lld, %lld are here: part of the series",
                               (long long)header->n_slices_declared, (long long)n_places);
    }
    bool has_intercept = false;
    for (size_t i = 0; i < l->n_slices; i++) {
        has_intercept = has_intercept || fabs(l->slices[i].told.intercept) > 0.0;
    }
    bool is_pet = header->modality && strcmp(header->modality, "PT") == 0;
    if (status == MOLY_OK && has_intercept && is_pet) {
        status = text_list_add(&l->warnings, l->arena, err,
                               "Rescale Intercept is not 0, which PET does not allow; it was "
                               "applied");
    }
    return status;
}

static moly_status finish(loading *l, moly_error *err)
{
    moly_dicom_slice *told = moly_arena_alloc(l->arena, l->n_slices, sizeof(*told));
    if (!told) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < l->n_slices; i++) {
        told[i] = l->slices[i].told;
    }
    moly_status status = add_warnings(l, err);
    l->image->slices = told;
    l->image->n_slices = l->n_slices;
    l->image->warnings = l->warnings.texts;
    l->image->n_warnings = l->warnings.n;
    return status;
}

/* Before memory is asked for: are so many pixels possible in files of this size? */
static moly_status check_amount(const loading *l, int64_t per_slice, moly_error *err)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < l->series->n_files; i++) {
        bytes += (int64_t)l->scan->entries[l->first_entry + i].bytes;
    }
    if (per_slice > MAX_VOXELS / (int64_t)l->n_slices) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%zu slices of %lld pixels: more than 2^31",
                         l->n_slices, (long long)per_slice);
    }
    if (per_slice * (int64_t)l->n_slices / MAX_VOXELS_PER_BYTE > bytes) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%zu slices of %lld pixels are declared, which files of %lld bytes cannot "
                         "hold",
                         l->n_slices, (long long)per_slice, (long long)bytes);
    }
    return MOLY_OK;
}

static moly_status load(loading *l, const moly_progress *progress, moly_error *err)
{
    moly_grid grid;
    int64_t n_frames = 0;
    moly_status status = read_slices(l, err);
    if (status == MOLY_OK) {
        status = check_unique(l, err);
    }
    if (status == MOLY_OK) {
        status =
            dicom_arrange(l->slices, l->n_slices, l->arena, &l->warnings, &grid, &n_frames, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    status = check_amount(l, grid.n[0] * grid.n[1], err);
    if (status != MOLY_OK) {
        return status;
    }
    status =
        moly_volume_new(&grid, n_frames, quantity_of(&l->image->header), &l->image->volume, err);
    if (status == MOLY_OK) {
        status = fill_voxels(l, progress, err);
    }
    return status == MOLY_OK ? finish(l, err) : status;
}

moly_status moly_dicom_load(const moly_dicom_scan *scan, size_t series,
                            const moly_progress *progress, moly_dicom_image **image,
                            moly_error *err)
{
    MOLY_ASSERT(series < scan->n_series);
    loading l = {.scan = scan,
                 .series = &scan->series[series],
                 .first_entry = scan->first_entry[series],
                 .arena = moly_arena_new()};
    if (!l.series->is_image) {
        moly_arena_free(l.arena);
        return MOLY_FAIL(err, MOLY_ERR_DATA, "series %s (%s) is not an image", l.series->uid,
                         l.series->modality ? l.series->modality : "no modality");
    }
    l.image = l.arena ? moly_arena_alloc(l.arena, 1, sizeof(*l.image)) : NULL;
    moly_status status = MOLY_OK;
    if (!l.image) {
        moly_arena_free(l.arena);
        return MOLY_NO_MEMORY(err);
    }
    l.image->memory = l.arena;
    status = load(&l, progress, err);
    moly_free(l.slices);
    if (status != MOLY_OK) {
        moly_dicom_image_free(l.image);
        return status;
    }
    *image = l.image;
    return MOLY_OK;
}

void moly_dicom_image_free(moly_dicom_image *image)
{
    if (image) {
        moly_volume_free(image->volume);
        moly_arena_free(image->memory);
    }
}

moly_status moly_dicom_check(const void *data, size_t length, moly_error *err)
{
    dcm_file *file = NULL;
    moly_dicom_header header;
    dcm_pixels pixels;
    raw_slice slice;
    moly_arena *arena = moly_arena_new();
    moly_status status = arena ? dicom_open_memory(data, length, &file, err) : MOLY_NO_MEMORY(err);
    if (status == MOLY_OK) {
        const dcm_item *root = dcm_root(file);
        dicom_read_header(root, arena, &header);
        status = dicom_read_slice(root, 0, arena, &slice, err);
        moly_status decoded = dcm_decode(file, &pixels, status == MOLY_OK ? err : NULL);
        status = status == MOLY_OK ? decoded : status;
    }
    dcm_close(file);
    moly_arena_free(arena);
    return status;
}

moly_status moly_dicom_load_path(const char *path, const moly_progress *progress,
                                 moly_dicom_image **image, moly_error *err)
{
    moly_dicom_scan *scan = NULL;
    size_t i = 0;
    moly_status status = moly_dicom_scan_path(path, progress, &scan, err);
    while (!status && i < moly_dicom_scan_n_series(scan) &&
           !moly_dicom_scan_series(scan, i)->is_image) {
        i++;
    }
    if (!status && i == moly_dicom_scan_n_series(scan)) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s holds no series of images", path);
    }
    status = status ? status : moly_dicom_load(scan, i, progress, image, err);
    moly_dicom_scan_free(scan);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dicom_scan.h"
#include "dicom_tags.h"

/* Parsed files are kept for loading up to this many bytes of file; beyond it they are read again.
 */
static const size_t MAX_KEPT_BYTES = (size_t)512 << 20;

static bool is_image(const dcm_item *root, const char *sop_class)
{
    bool is_mask = sop_class && (strcmp(sop_class, UID_SEGMENTATION) == 0 ||
                                 strcmp(sop_class, UID_LABEL_MAP) == 0);
    bool has_pixels = dcm_has(root, TAG_PixelData) || dcm_has(root, TAG_FloatPixelData) ||
                      dcm_has(root, TAG_DoubleFloatPixelData);
    return has_pixels && !is_mask;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* What the list of series needs of each file; the rest is read when a series is loaded. */
static void add_entry(moly_dicom_scan *scan, const char *path, dcm_file *file, size_t bytes)
{
    const dcm_item *root = dcm_root(file);
    const char *sop_class = dcm_text(root, TAG_SOPClassUID, scan->arena);
    scan_entry *entry = &scan->entries[scan->n_entries];
    *entry =
        (scan_entry){.path = path,
                     .series_uid = or_empty(dcm_text(root, TAG_SeriesInstanceUID, scan->arena)),
                     .file = file,
                     .bytes = bytes,
                     .is_image = is_image(root, sop_class)};
    scan->n_entries++;
}

static moly_status scan_file(moly_dicom_scan *scan, const char *path, bool is_folder,
                             size_t *kept_bytes, moly_error *err)
{
    dcm_file *file = NULL;
    moly_error trouble = {0};
    bool is_dicom = false;
    size_t bytes = 0;
    moly_status status = dicom_open(path, &file, &is_dicom, &bytes, &trouble);
    if (status != MOLY_OK) {
        if (!is_folder || status == MOLY_ERR_MEMORY || status == MOLY_ERR_INTERNAL) {
            return MOLY_FAIL(err, status, "%s", trouble.message);
        }
        return is_dicom ? text_list_add(&scan->troubles, scan->arena, err, "%s", trouble.message)
                        : MOLY_OK;
    }
    /* A DICOMDIR has directory records, whatever its meta header says. */
    if (dcm_has(dcm_root(file), TAG_DirectoryRecordSequence)) {
        dcm_close(file);
        return is_folder
                   ? MOLY_OK
                   : MOLY_FAIL(err, MOLY_ERR_DATA,
                               "%s is a DICOM directory: name the folder that holds it", path);
    }
    add_entry(scan, path, file, bytes);
    scan_entry *entry = &scan->entries[scan->n_entries - 1];
    *kept_bytes += bytes;
    if (is_folder && *kept_bytes > MAX_KEPT_BYTES) {
        dcm_close(file);
        entry->file = NULL;
    }
    return MOLY_OK;
}

static int by_series(const void *a, const void *b)
{
    const scan_entry *x = a, *y = b;
    int order = strcmp(x->series_uid, y->series_uid);
    order = order ? order : (int)y->is_image - (int)x->is_image;
    return order ? order : strcmp(x->path, y->path);
}

/* The first file of a series speaks for it. */
static moly_status describe(moly_dicom_scan *scan, size_t entry, moly_dicom_series *series,
                            moly_error *err)
{
    dcm_file *file = scan->entries[entry].file, *opened = NULL;
    moly_arena *arena = scan->arena;
    if (!file) {
        moly_status status = dicom_open(scan->entries[entry].path, &opened, NULL, NULL, err);
        if (status != MOLY_OK) {
            return status;
        }
        file = opened;
    }
    const dcm_item *root = dcm_root(file);
    *series = (moly_dicom_series){
        .uid = scan->entries[entry].series_uid,
        .modality = dcm_text(root, TAG_Modality, arena),
        .description = dcm_text(root, TAG_SeriesDescription, arena),
        .sop_class_uid = dcm_text(root, TAG_SOPClassUID, arena),
        .patient_name = dcm_text(root, TAG_PatientName, arena),
        .patient_id = dcm_text(root, TAG_PatientID, arena),
        .study_uid = dcm_text(root, TAG_StudyInstanceUID, arena),
        .is_image = scan->entries[entry].is_image,
    };
    dcm_close(opened);
    return MOLY_OK;
}

static moly_status group_series(moly_dicom_scan *scan, moly_error *err)
{
    moly_status status = MOLY_OK;
    qsort(scan->entries, scan->n_entries, sizeof(*scan->entries), by_series);
    scan->series = moly_arena_alloc(scan->arena, scan->n_entries, sizeof(*scan->series));
    scan->first_entry = moly_arena_alloc(scan->arena, scan->n_entries, sizeof(*scan->first_entry));
    if (!scan->series || !scan->first_entry) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; status == MOLY_OK && i < scan->n_entries; i++) {
        const scan_entry *entry = &scan->entries[i];
        bool is_new = i == 0 || strcmp(entry->series_uid, scan->entries[i - 1].series_uid) != 0 ||
                      entry->is_image != scan->entries[i - 1].is_image;
        if (is_new) {
            scan->first_entry[scan->n_series] = i;
            status = describe(scan, i, &scan->series[scan->n_series], err);
            scan->n_series++;
        }
        scan->series[scan->n_series - 1].n_files++;
    }
    return status;
}

static moly_status scan_files(moly_dicom_scan *scan, const char *path,
                              const moly_progress *progress, moly_error *err)
{
    const char *const *paths = NULL;
    size_t n = 0, kept_bytes = 0;
    bool is_folder = false;
    moly_status status = list_files(path, scan->arena, &paths, &n, &is_folder, err);
    if (status != MOLY_OK) {
        return status;
    }
    scan->entries = moly_arena_alloc(scan->arena, n ? n : 1, sizeof(*scan->entries));
    if (!scan->entries) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; status == MOLY_OK && i < n; i++) {
        status = scan_file(scan, paths[i], is_folder, &kept_bytes, err);
        if (status == MOLY_OK && i % 64 == 0) {
            status = moly_progress_step(progress, (double)i / (double)n, "looking at files", err);
        }
    }
    if (status == MOLY_OK && scan->n_entries == 0) {
        return scan->troubles.n > 0
                   ? MOLY_FAIL(err, MOLY_ERR_DATA, "%s", scan->troubles.texts[0])
                   : MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "no DICOM file in %s (%zu files)", path, n);
    }
    return status == MOLY_OK ? group_series(scan, err) : status;
}

moly_status moly_dicom_scan_path(const char *path, const moly_progress *progress,
                                 moly_dicom_scan **scan, moly_error *err)
{
    moly_dicom_scan *made = moly_alloc(1, sizeof(*made));
    moly_status status = MOLY_OK;
    if (made) {
        made->arena = moly_arena_new();
    }
    if (!made || !made->arena) {
        status = MOLY_NO_MEMORY(err);
    } else {
        status = scan_files(made, path, progress, err);
    }
    if (status != MOLY_OK) {
        moly_dicom_scan_free(made);
        return status;
    }
    *scan = made;
    return MOLY_OK;
}

void moly_dicom_scan_free(moly_dicom_scan *scan)
{
    if (!scan) {
        return;
    }
    for (size_t i = 0; i < scan->n_entries; i++) {
        dcm_close(scan->entries[i].file);
    }
    moly_arena_free(scan->arena);
    moly_free(scan);
}

size_t moly_dicom_scan_n_series(const moly_dicom_scan *scan)
{
    return scan->n_series;
}

const moly_dicom_series *moly_dicom_scan_series(const moly_dicom_scan *scan, size_t i)
{
    MOLY_ASSERT(i < scan->n_series);
    return &scan->series[i];
}

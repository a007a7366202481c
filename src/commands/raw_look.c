/* SPDX-License-Identifier: Apache-2.0 */
/* Raw data for who only looks: what they are, and pictures of their bins. */
#include "moly/commands/raw.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "moly/formats/dicom_nm.h"
#include "raw_kind.h"

enum { MOST_SCAN_BYTES = 1 << 20, HEAD_BYTES = 132 };
static const double most_counted_bytes = 64e6;

/* ---- nothing of another place ---- */

/* By its first bytes, or by its name: what will be read as one. */
static bool is_header(const char *path)
{
    static const char *const endings[] = {".hs", ".hv", ".hdr", ".h00", ".h33"};
    char head[HEAD_BYTES + 1] = "";
    const char *ending = strrchr(path, '.');
    FILE *file = fopen(path, "rbe");
    const size_t n = file ? fread(head, 1, HEAD_BYTES, file) : 0;
    for (size_t i = 0; i < n; i++) {
        const int letter = tolower((unsigned char)head[i]);
        head[i] = (char)letter;
    }
    if (file) {
        (void)fclose(file);
    }
    for (size_t i = 0; ending && i < sizeof endings / sizeof *endings; i++) {
        if (strcasecmp(ending, endings[i]) == 0) {
            return true;
        }
    }
    return strstr(head, "interfile") != NULL;
}

static moly_status check_file(const char *path, moly_arena *arena, moly_error *err)
{
    moly_interfile_facts facts = {0};
    if (!is_header(path)) {
        return MOLY_OK;
    }
    moly_status status = moly_interfile_describe(path, arena, &facts, err);
    if (!status && facts.data_file && strchr(facts.data_file, '/')) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA,
                           "%s names a data file of another folder, '%.80s': raw data lie beside "
                           "their header",
                           path, facts.data_file);
    }
    return status;
}

static moly_status check_folder(const char *path, moly_arena *arena, moly_error *err)
{
    moly_status status = MOLY_OK;
    DIR *folder = opendir(path);
    if (!folder) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "cannot read the folder %s: %s", path, strerror(errno));
    }
    for (const struct dirent *entry = readdir(folder); entry && !status; entry = readdir(folder)) {
        struct stat info;
        const char *name = moly_arena_printf(arena, "%s/%s", path, entry->d_name);
        if (!name) {
            status = MOLY_NO_MEMORY(err);
        } else if (lstat(name, &info) != 0) {
            continue; /* it has just gone */
        } else if (S_ISREG(info.st_mode)) {
            status = check_file(name, arena, err);
        } else if (!S_ISDIR(info.st_mode)) {
            status =
                MOLY_FAIL(err, MOLY_ERR_DATA, "%s is no plain file: raw data have no links", name);
        }
    }
    (void)closedir(folder);
    return status;
}

moly_status moly_raw_check_inside(const char *path, moly_error *err)
{
    struct stat info;
    if (lstat(path, &info) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "no raw data %s", path);
    }
    moly_arena *arena = moly_arena_new();
    moly_status status = arena ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status && S_ISDIR(info.st_mode)) {
        status = check_folder(path, arena, err);
    } else if (!status && S_ISREG(info.st_mode)) {
        status = check_file(path, arena, err);
    } else if (!status) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s is neither a plain file nor a folder", path);
    }
    moly_arena_free(arena);
    return status;
}

/* ---- what they are ---- */

static bool is_dicom(const char *path)
{
    char head[HEAD_BYTES] = "";
    struct stat info;
    FILE *file = stat(path, &info) == 0 && S_ISREG(info.st_mode) ? fopen(path, "rbe") : NULL;
    const bool is = file && fread(head, 1, HEAD_BYTES, file) == HEAD_BYTES &&
                    memcmp(head + HEAD_BYTES - 4, "DICM", 4) == 0;
    if (file) {
        (void)fclose(file);
    }
    return is;
}

static void put(json_t *facts, const char *key, json_t *value)
{
    if (value && !json_is_null(value)) {
        (void)json_object_set_new(facts, key, value);
    } else {
        json_decref(value);
    }
}

static json_t *known(double value)
{
    return isfinite(value) ? moly_json_rounded(value, 12) : NULL;
}

/* What scan.json says counts more than the header, which has no room for it. */
static void add_scan(const char *folder, moly_arena *arena, json_t *facts)
{
    static const char *const kept[] = {"scanner", "nuclide", "duration_s", "start",
                                       "dose",    "phantom", "activity_bq"};
    const char *path = moly_arena_printf(arena, "%s/scan.json", folder);
    char *text = NULL;
    size_t length = 0;
    json_t *scan = NULL;
    if (path && moly_file_read(path, MOST_SCAN_BYTES, &text, &length, NULL) == MOLY_OK &&
        moly_json_parse(text, length, &scan, NULL) == MOLY_OK) {
        for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
            json_t *value = json_object_get(scan, kept[i]);
            if (value && !json_is_null(value) && !json_is_object(value) && !json_is_array(value)) {
                (void)json_object_set(facts, kept[i], value);
            }
        }
        json_t *counts = json_object_get(scan, "prompts");
        if (json_is_number(counts)) {
            (void)json_object_set(facts, "counts", counts);
        }
    }
    moly_free(text);
    json_decref(scan);
}

static moly_status add_counts(const char *path, const moly_layout *layout, json_t *facts,
                              moly_error *err)
{
    moly_sinogram *sinogram = NULL;
    double sum = 0.0;
    if (json_object_get(facts, "counts") ||
        4.0 * (double)moly_layout_n_bins(layout) > most_counted_bytes) {
        return MOLY_OK;
    }
    moly_status status = moly_interfile_open_sinogram(path, &sinogram, err);
    status = status ? status : moly_sinogram_sum(sinogram, &sum, err);
    if (!status) {
        put(facts, "counts", known(sum));
    }
    moly_sinogram_free(sinogram);
    return status;
}

static moly_status add_sinograms(const char *path, bool has_counts, json_t *facts, moly_error *err)
{
    moly_layout *l = NULL;
    json_t *segments = json_array();
    moly_status status = moly_interfile_read_layout(path, &l, err);
    for (int64_t i = 0; !status && i < l->n_segments; i++) {
        const moly_segment *s = &l->segments[i];
        (void)json_array_append_new(
            segments, json_pack("{s:o, s:I}", "difference",
                                moly_json_real(0.5 * (s->min_difference + s->max_difference)),
                                "planes", (json_int_t)s->n_axial));
    }
    if (!status) {
        put(facts, "scanner", json_string(l->scanner.name));
        put(facts, "views", json_integer(l->n_views));
        put(facts, "bins", json_integer(l->n_tangential));
        put(facts, "tof_bins", json_integer(l->n_tof));
        put(facts, "segments", json_incref(segments));
        status = has_counts ? add_counts(path, l, facts, err) : MOLY_OK;
    }
    json_decref(segments);
    moly_layout_free(l);
    return status;
}

static void add_projections(const moly_projections *p, json_t *facts)
{
    json_t *windows = json_array();
    for (int64_t i = 0; i < p->n_windows; i++) {
        (void)json_array_append_new(windows,
                                    json_pack("{s:o, s:I}", "difference", moly_json_real((double)i),
                                              "planes", (json_int_t)p->n_axial));
    }
    put(facts, "views", json_integer(p->n_views));
    put(facts, "bins", json_integer(p->n_bins));
    put(facts, "tof_bins", json_integer(1));
    put(facts, "gates", json_integer(p->n_gates));
    put(facts, "windows", json_integer(p->n_windows));
    put(facts, "segments", windows);
    put(facts, "counts", known(moly_projections_total(p)));
    if (p->has_start) {
        char start[MOLY_INSTANT_TEXT_SIZE];
        put(facts, "start", json_string(moly_instant_format(p->start, start)));
    }
}

/* Projections of either format. @param[out] facts  may be NULL */
static moly_status read_projections(const char *path, moly_projections **projections, json_t *facts,
                                    moly_error *err)
{
    moly_dicom_nm *nm = NULL;
    if (!is_dicom(path)) {
        return moly_interfile_read_projections(path, projections, err);
    }
    moly_status status = moly_dicom_read_nm(path, &nm, err);
    if (!status && facts) {
        put(facts, "scanner", json_string(nm->header.model));
        put(facts, "image_type", json_string(nm->kind));
    }
    if (!status) {
        *projections = nm->projections; /* taken out before the rest goes */
        nm->projections = NULL;
    }
    moly_dicom_nm_free(nm);
    return status;
}

static moly_status describe(const char *path, bool has_counts, moly_arena *arena, json_t *facts,
                            moly_error *err)
{
    raw_file file = {.path = path, .kind = RAW_SPECT};
    moly_projections *projections = NULL;
    const bool is_nm = is_dicom(path);
    moly_status status = is_nm ? MOLY_OK : raw_find_kind(path, arena, &file, err);
    if (status) {
        return status;
    }
    put(facts, "kind", json_string(raw_kind_names[file.kind]));
    if (file.is_interfile) {
        put(facts, "scanner", json_string(file.facts.system));
        put(facts, "nuclide", json_string(file.facts.nuclide));
        put(facts, "duration_s", known(file.facts.duration_s));
        put(facts, "start", json_string(file.facts.study_date));
    }
    add_scan(path, arena, facts);
    if (file.kind == RAW_SINOGRAM) {
        status = add_sinograms(file.path, has_counts, facts, err);
    } else if (file.kind == RAW_SPECT) {
        status = read_projections(file.path, &projections, facts, err);
        if (!status) {
            add_projections(projections, facts);
        }
        moly_projections_free(projections);
    }
    return status;
}

moly_status moly_raw_describe(const char *path, bool has_counts, json_t **facts, moly_error *err)
{
    *facts = NULL;
    json_t *found = json_object();
    moly_arena *arena = moly_arena_new();
    moly_status status =
        found && arena ? describe(path, has_counts, arena, found, err) : MOLY_NO_MEMORY(err);
    if (!status) {
        *facts = json_incref(found);
    }
    json_decref(found);
    moly_arena_free(arena);
    return status;
}

/* ---- pictures ---- */

static moly_status fail_cut(const moly_raw_cut *cut, moly_error *err)
{
    return MOLY_FAIL(err, MOLY_ERR_RANGE,
                     "the raw data have no view %lld, plane %lld, segment %lld, TOF bin %lld",
                     (long long)cut->view, (long long)cut->plane, (long long)cut->segment,
                     (long long)cut->tof);
}

static moly_status make_room(moly_raw_picture *picture, int64_t n_columns, int64_t n_rows,
                             moly_error *err)
{
    *picture = (moly_raw_picture){
        n_columns, n_rows, moly_alloc((size_t)n_rows, (size_t)n_columns * sizeof *picture->values)};
    return picture->values ? MOLY_OK : MOLY_NO_MEMORY(err);
}

/* A view of a segment: [axial][tangential], TOF bins summed or one of them. */
static moly_status take_view(const char *path, const moly_layout *l, const moly_raw_cut *cut,
                             moly_raw_picture *picture, moly_error *err)
{
    const moly_segment *segment = &l->segments[cut->segment];
    moly_sinogram *sinogram = NULL;
    float *bins = moly_alloc((size_t)moly_layout_view_bins(l), sizeof *bins);
    moly_status status = bins ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : moly_interfile_open_sinogram(path, &sinogram, err);
    status = status ? status : moly_sinogram_read_view(sinogram, cut->view, bins, err);
    status = status ? status : make_room(picture, l->n_tangential, segment->n_axial, err);
    for (int64_t t = 0; t < l->n_tangential && !status; t++) {
        for (int64_t k = 0; k < l->n_tof; k++) {
            const float *planes = bins + (t * l->n_tof + k) * l->n_planes + segment->first_plane;
            for (int64_t a = 0; a < segment->n_axial && (cut->tof < 0 || cut->tof == k); a++) {
                picture->values[a * l->n_tangential + t] += planes[a];
            }
        }
    }
    moly_sinogram_free(sinogram);
    moly_free(bins);
    return status;
}

static moly_status of_sinograms(const char *path, const moly_raw_cut *cut,
                                moly_raw_picture *picture, moly_error *err)
{
    moly_layout *l = NULL;
    moly_status status = moly_interfile_read_layout(path, &l, err);
    if (!status && (cut->segment < 0 || cut->segment >= l->n_segments || cut->tof >= l->n_tof ||
                    cut->view >= l->n_views)) {
        status = fail_cut(cut, err);
    }
    if (!status && cut->view >= 0) {
        status = take_view(path, l, cut, picture, err);
    } else if (!status) {
        status = make_room(picture, l->n_tangential, l->n_views, err);
        status = status ? status
                        : moly_interfile_read_plane(path, cut->segment, cut->plane, cut->tof,
                                                    picture->values, err);
    }
    moly_layout_free(l);
    return status;
}

static moly_status of_projections(const char *path, const moly_raw_cut *cut,
                                  moly_raw_picture *picture, moly_error *err)
{
    moly_projections *p = NULL;
    const int64_t gate = cut->tof > 0 ? cut->tof : 0;
    moly_status status = read_projections(path, &p, NULL, err);
    if (!status && (cut->segment < 0 || cut->segment >= p->n_windows || gate >= p->n_gates ||
                    cut->view >= p->n_views ||
                    (cut->view < 0 && (cut->plane < 0 || cut->plane >= p->n_axial)))) {
        status = fail_cut(cut, err);
    }
    const bool is_view = cut->view >= 0;
    status =
        status ? status : make_room(picture, p->n_bins, is_view ? p->n_axial : p->n_views, err);
    for (int64_t row = 0; !status && row < picture->n_rows; row++) {
        const float *view = moly_projections_view(p, cut->segment, gate, is_view ? cut->view : row);
        memcpy(picture->values + row * p->n_bins, view + (is_view ? row : cut->plane) * p->n_bins,
               (size_t)p->n_bins * sizeof *view);
    }
    moly_projections_free(p);
    return status;
}

moly_status moly_raw_picture_read(const char *path, const moly_raw_cut *cut,
                                  moly_raw_picture *picture, moly_error *err)
{
    raw_file file = {.path = path, .kind = RAW_SPECT};
    *picture = (moly_raw_picture){0};
    moly_raw_picture made = {0};
    moly_arena *arena = moly_arena_new();
    moly_status status = arena ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status && !is_dicom(path)) {
        status = raw_find_kind(path, arena, &file, err);
    }
    if (!status && file.kind == RAW_SINOGRAM) {
        status = of_sinograms(file.path, cut, &made, err);
    } else if (!status && file.kind == RAW_SPECT) {
        status = of_projections(file.path, cut, &made, err);
    } else if (!status) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "%s holds no bins, but %s", path,
                           raw_kind_names[file.kind]);
    }
    moly_arena_free(arena);
    if (status) {
        moly_raw_picture_free(&made);
        return status;
    }
    *picture = made;
    return MOLY_OK;
}

void moly_raw_picture_free(moly_raw_picture *picture)
{
    moly_free(picture->values);
    *picture = (moly_raw_picture){0};
}

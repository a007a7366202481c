/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/quantify/pet.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "moly/quantify/region.h"

/* Is it a series that a person would mean by "the PET"? */
static bool is_pet(const moly_dicom_series *series)
{
    return series->is_image && series->modality && strcmp(series->modality, "PT") == 0;
}

static moly_status fail_with_list(const moly_dicom_scan *scan, moly_status status, const char *what,
                                  moly_error *err)
{
    moly_text list = {0};
    for (size_t i = 0; i < moly_dicom_scan_n_series(scan); i++) {
        const moly_dicom_series *series = moly_dicom_scan_series(scan, i);
        if (series->is_image) {
            moly_text_printf(&list, "%s %s (%s, %zu files)", list.length ? ";" : "", series->uid,
                             series->description ? series->description : "not described",
                             series->n_files);
        }
    }
    status = MOLY_FAIL(err, status, "%s:%s", what, moly_text_get(&list));
    moly_text_free(&list);
    return status;
}

/* The series asked for, or the only one there is. */
static moly_status choose(const moly_dicom_scan *scan, const char *uid, size_t *chosen,
                          moly_error *err)
{
    size_t n = moly_dicom_scan_n_series(scan), n_pet = 0, n_image = 0, pet = 0, image = 0;
    for (size_t i = 0; i < n; i++) {
        const moly_dicom_series *series = moly_dicom_scan_series(scan, i);
        if (uid && strcmp(series->uid, uid) == 0 && series->is_image) {
            *chosen = i;
            return MOLY_OK;
        }
        n_pet += is_pet(series);
        pet = is_pet(series) ? i : pet;
        n_image += series->is_image;
        image = series->is_image ? i : image;
    }
    if (uid) {
        return fail_with_list(scan, MOLY_ERR_UNKNOWN, "no image series of that UID, there are",
                              err);
    }
    if (n_pet == 0 && n_image == 0) {
        return MOLY_FAIL(
            err, MOLY_ERR_DATA, "no image among %zu series (modality of the first: %s)", n,
            moly_dicom_scan_series(scan, 0)->modality ? moly_dicom_scan_series(scan, 0)->modality
                                                      : "not named");
    }
    if (n_pet > 1 || (n_pet == 0 && n_image > 1)) {
        return fail_with_list(scan, MOLY_ERR_USAGE, "several series, choose one with --series",
                              err);
    }
    *chosen = n_pet == 1 ? pet : image;
    return MOLY_OK;
}

moly_status moly_pet_load(const char *path, const char *series_uid, const moly_progress *progress,
                          moly_dicom_image **image, moly_error *err)
{
    moly_dicom_scan *scan = NULL;
    moly_dicom_image *loaded = NULL;
    size_t series = 0;
    *image = NULL;
    moly_status status = moly_dicom_scan_path(path, progress, &scan, err);
    if (status == MOLY_OK) {
        status = choose(scan, series_uid, &series, err);
    }
    if (status == MOLY_OK) {
        status = moly_dicom_load(scan, series, progress, &loaded, err);
    }
    moly_dicom_scan_free(scan);
    if (status == MOLY_OK && loaded->volume->n_frames > 1) {
        status =
            MOLY_FAIL(err, MOLY_ERR_DATA,
                      "a dynamic or gated series of %lld frames: one SUV belongs to one static "
                      "image",
                      (long long)loaded->volume->n_frames);
        moly_dicom_image_free(loaded);
    }
    if (status == MOLY_OK) {
        *image = loaded;
    }
    return status;
}

static json_t *position(const double lps_mm[3])
{
    json_t *array = json_array();
    for (int axis = 0; axis < 3; axis++) {
        json_array_append_new(array, moly_json_rounded(lps_mm[axis], 9));
    }
    return array;
}

/* Voxels are floats: more than nine digits would be made up. */
static json_t *uptake(double value)
{
    return moly_json_rounded(value, 9);
}

static json_t *region_row(const char *label, const moly_region_figures *f)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "label", label,
                     "volume_ml", moly_json_rounded(f->volume_ml, 12), "min", uptake(f->min),
                     "median", uptake(f->median), "mean", uptake(f->mean), "sd", uptake(f->sd),
                     "max", uptake(f->max), "peak", uptake(f->peak), "mtv41_ml",
                     moly_json_rounded(f->mtv41_ml, 12), "tlg_g", uptake(f->total));
}

static moly_status measure_regions(const moly_volume *volume, const moly_region_list *list,
                                   json_t *rows, json_t *warnings, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t i = 0; status == MOLY_OK && i < list->n; i++) {
        moly_region_figures figures;
        const char *label = list->regions[i].label;
        status = moly_region_measure(volume, &list->regions[i], &figures, err);
        if (status != MOLY_OK) {
            break;
        }
        if (json_array_append_new(rows, region_row(label, &figures)) != 0) {
            status = MOLY_NO_MEMORY(err);
        }
        if (figures.n_voxels == 0) {
            json_array_append_new(warnings, json_sprintf("region '%s' holds no voxel", label));
        } else if (isnan(figures.peak)) {
            json_array_append_new(warnings,
                                  json_sprintf("region '%s' lies so near to the edge that "
                                               "no 1 mL sphere fits",
                                               label));
        }
    }
    return status;
}

static void add_lines(json_t *warnings, const char *lines)
{
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        json_array_append_new(warnings, json_stringn(lines, length));
        lines += length + (lines[length] == '\n');
    }
}

moly_status moly_pet_measure(const moly_dicom_image *image, const moly_suv *suv,
                             const moly_region_list *regions, const char *notes, json_t **result,
                             moly_error *err)
{
    moly_volume_summary whole;
    json_t *rows = json_array(), *warnings = json_array();
    *result = NULL;
    moly_status status = moly_volume_summarise(image->volume, &whole, err);
    for (size_t i = 0; i < suv->n_warnings; i++) {
        json_array_append_new(warnings, json_string(suv->warnings[i]));
    }
    if (notes) {
        add_lines(warnings, notes);
    }
    if (status == MOLY_OK && regions) {
        status = measure_regions(image->volume, regions, rows, warnings, err);
    }
    if (status != MOLY_OK) {
        json_decref(rows);
        json_decref(warnings);
        return status;
    }
    *result = json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "units", suv->units,
                        "factor", moly_json_rounded(suv->factor, 12), "rule", suv->rule, "warnings",
                        warnings, "min", uptake(whole.min), "median", uptake(whole.median), "mean",
                        uptake(whole.mean), "max", uptake(whole.max), "max_lps_mm",
                        position(whole.max_lps_mm), "regions", rows);
    if (!*result) {
        return MOLY_NO_MEMORY(err);
    }
    if (strcmp(suv->units, moly_suv_type_units(MOLY_SUV_BW)) != 0) {
        json_object_set_new(*result, "formula", json_string(suv->formula));
    }
    return MOLY_OK;
}

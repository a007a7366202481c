/* SPDX-License-Identifier: Apache-2.0 */
/* moly suv: standardised uptake values of a PET series, whole and in regions. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "moly/base/text.h"
#include "moly/formats/regions.h"
#include "moly/quantify/region.h"
#include "moly/quantify/suv.h"

#include "commands_inside.h"

typedef struct suv_args {
    const char *image;
    const char *regions;
    int type;
    const char *series;
} suv_args;

static const char *const type_words[] = {
#define WORD(name, word, units, formula) word,
    MOLY_SUV_TYPE_LIST(WORD)
#undef WORD
        NULL};

static const moly_param params[] = {
    {"image", 0, MOLY_TEXT(suv_args, image), .is_required = true, .is_positional = true,
     .pattern_hint = "DIR_OR_FILE", .help = "PET series: a folder of DICOM files, or one file"},
    {"regions", 'r', MOLY_TEXT(suv_args, regions), .pattern_hint = "FILE_OR_DIR",
     .help = "DICOM segmentation, RT structure set or NIfTI mask, or a folder of them"},
    {"type", 't', MOLY_CHOICE(suv_args, type), .choices = type_words, .fallback = "bw",
     .help = "what the uptake is normalised by"},
    {"series", 's', MOLY_TEXT(suv_args, series), .pattern_hint = "UID",
     .help = "Series Instance UID, where the folder holds several"},
};

static const moly_column whole_columns[] = {
    {"units", "Units", MOLY_DIM_NONE, 0}, {"factor", "Factor", MOLY_DIM_NONE, 7},
    {"min", "Min", MOLY_DIM_NONE, 5},     {"median", "Median", MOLY_DIM_NONE, 5},
    {"mean", "Mean", MOLY_DIM_NONE, 5},   {"max", "Max", MOLY_DIM_NONE, 5},
};
static const moly_column rule_columns[] = {{"rule", "Rule", MOLY_DIM_NONE, 0}};
static const moly_column region_columns[] = {
    {"label", "Region", MOLY_DIM_NONE, 0},
    {"volume_ml", "Volume", MOLY_DIM_VOLUME, 4},
    {"min", "Min", MOLY_DIM_NONE, 4},
    {"median", "Median", MOLY_DIM_NONE, 4},
    {"mean", "Mean", MOLY_DIM_NONE, 4},
    {"sd", "SD", MOLY_DIM_NONE, 4},
    {"max", "Max", MOLY_DIM_NONE, 4},
    {"peak", "Peak", MOLY_DIM_NONE, 4},
    {"mtv41_ml", "MTV 41 %", MOLY_DIM_VOLUME, 4},
    {"tlg_g", "TLG", MOLY_DIM_MASS, 4},
};
static const moly_view views[] = {
    {NULL, "", whole_columns, 6},
    {NULL, "", rule_columns, 1},
    {"Regions", "regions", region_columns, 10},
};

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

static moly_status load_image(const suv_args *args, const moly_run *run, moly_dicom_image **image,
                              moly_error *err)
{
    moly_dicom_scan *scan = NULL;
    moly_dicom_image *loaded = NULL;
    size_t series = 0;
    moly_status status = moly_dicom_scan_path(args->image, run->progress, &scan, err);
    if (status == MOLY_OK) {
        status = choose(scan, args->series, &series, err);
    }
    if (status == MOLY_OK) {
        status = moly_dicom_load(scan, series, run->progress, &loaded, err);
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

static moly_status add_regions(const suv_args *args, const moly_dicom_image *image, json_t *rows,
                               json_t *warnings, moly_error *err)
{
    moly_region_list list = {0};
    moly_text notes = {0};
    moly_region_target target = {&image->volume->grid, image->header.frame_of_reference_uid};
    moly_status status = moly_regions_load(args->regions, &target, &list, &notes, err);
    if (status == MOLY_OK) {
        add_lines(warnings, moly_text_get(&notes));
        status = measure_regions(image->volume, &list, rows, warnings, err);
    }
    moly_region_list_free(&list);
    moly_text_free(&notes);
    return status;
}

static moly_status make_result(const suv_args *args, const moly_suv *suv,
                               const moly_dicom_image *image, json_t **result, moly_error *err)
{
    moly_volume_summary whole;
    json_t *rows = json_array(), *warnings = json_array();
    moly_status status = moly_volume_summarise(image->volume, &whole, err);
    for (size_t i = 0; i < suv->n_warnings; i++) {
        json_array_append_new(warnings, json_string(suv->warnings[i]));
    }
    if (status == MOLY_OK && args->regions) {
        status = add_regions(args, image, rows, warnings, err);
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
    if (args->type != (int)MOLY_SUV_BW) {
        json_object_set_new(*result, "formula", json_string(suv->formula));
    }
    return MOLY_OK;
}

static moly_status run_suv(const void *arguments, const moly_run *run, json_t **result,
                           moly_error *err)
{
    const suv_args *args = arguments;
    moly_dicom_image *image = NULL;
    moly_suv suv;
    moly_suv_options options = moly_suv_options_default();
    options.type = (moly_suv_type)args->type;
    moly_status status = load_image(args, run, &image, err);
    if (status == MOLY_OK) {
        status = moly_suv_find(image, &options, run->arena, &suv, err);
    }
    if (status == MOLY_OK) {
        moly_suv_apply(&suv, image);
        status = make_result(args, &suv, image, result, err);
    }
    moly_dicom_image_free(image);
    return status;
}

const moly_command moly_command_suv = {
    .declaration =
        {
            .name = "suv",
            .summary = "standardised uptake values of a PET series",
            .description =
                "Reads a PET series, finds the factor from its header to standardised uptake "
                "values by stated rules, and prints what the image and its regions come to. The "
                "rule and everything that had to be assumed stand in the result; what cannot be "
                "told is refused.\n\n"
                "Regions are measured on the voxels whose centres they hold: peak is the mean of a "
                "1.0 mL sphere (radius 6.204 mm) where it is highest, MTV 41 % the volume at or "
                "above 41 % of the region's maximum, TLG the mean times the volume of the region "
                "as given.",
            .example = "moly suv study/PET --regions study/SEG --format json",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(suv_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run_suv,
};

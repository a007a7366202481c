/* SPDX-License-Identifier: Apache-2.0 */
/* moly suv: standardised uptake values of a PET series, whole and in regions. */
#include "moly/quantify/pet.h"

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
static const moly_column rule_columns[] = {
    {"rule", "Rule", MOLY_DIM_NONE, 0},
    {"warnings", "Warnings", MOLY_DIM_NONE, 0},
};
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
    {NULL, "", rule_columns, 2},
    {"Regions", "regions", region_columns, 10},
};

static moly_status measure(const suv_args *args, const moly_suv *suv, moly_dicom_image *image,
                           json_t **result, moly_error *err)
{
    moly_region_list list = {0};
    moly_text notes = {0};
    moly_region_target target = {&image->volume->grid, image->header.frame_of_reference_uid};
    moly_status status = MOLY_OK;
    moly_suv_apply(suv, image);
    if (args->regions) {
        status = moly_regions_load(args->regions, &target, &list, &notes, err);
    }
    if (status == MOLY_OK) {
        status = moly_pet_measure(image, suv, &list, moly_text_get(&notes), result, err);
    }
    moly_region_list_free(&list);
    moly_text_free(&notes);
    return status;
}

static moly_status run_suv(const void *arguments, const moly_run *run, json_t **result,
                           moly_error *err)
{
    const suv_args *args = arguments;
    moly_dicom_image *image = NULL;
    moly_suv suv;
    moly_suv_options options = moly_suv_options_default();
    options.type = (moly_suv_type)args->type;
    moly_status status = moly_pet_load(args->image, args->series, run->progress, &image, err);
    if (status == MOLY_OK) {
        status = moly_suv_find(image, &options, run->arena, &suv, err);
    }
    if (status == MOLY_OK) {
        status = measure(args, &suv, image, result, err);
    }
    moly_dicom_image_free(image);
    return status;
}

const moly_command moly_command_suv = {
    .declaration =
        {
            .name = "suv",
            .summary = "Compute standardised uptake values of a PET series",
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

/* SPDX-License-Identifier: Apache-2.0 */
/* moly suv: standardised uptake values of a PET series, whole and in regions. */
#include "cli.h"

#include "moly/study/study.h"

typedef struct suv_args {
    const char *image, *regions, *series, *db, *patient, *dose;
    int type;
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
    {"db", 0, MOLY_TEXT(suv_args, db), .pattern_hint = "URL",
     .help = "the ledger, for the net activity given: sqlite:PATH or postgres://..."},
    {"patient", 0, MOLY_TEXT(suv_args, patient), .record = "patient",
     .help = "with --db: whose it is; without it the patient of the number in the header"},
    {"dose", 0, MOLY_TEXT(suv_args, dose), .record = "dose",
     .help = "with --db: dose it shows; without it the patient's last one in the day before"},
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
static const moly_column book_columns[] = {
    {"dose", "Dose", MOLY_DIM_NONE, 0},
    {"given_at", "Given", MOLY_DIM_NONE, 0},
    {"activity_bq", "Activity used", MOLY_DIM_ACTIVITY, 5},
    {"header_activity_bq", "By the header", MOLY_DIM_ACTIVITY, 5},
    {"net_difference", "Difference", MOLY_DIM_FRACTION, 3},
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
    {"Activity", "", book_columns, 5},
    {"Regions", "regions", region_columns, 10},
};

static moly_status run_suv(const void *arguments, const moly_run *run, json_t **result,
                           moly_error *err)
{
    const suv_args *args = arguments;
    const moly_study_source source = {.path = args->image,
                                      .series_uid = args->series,
                                      .regions_path = args->regions,
                                      .patient = args->patient,
                                      .dose = args->dose};
    moly_ledger *ledger = NULL;
    moly_status status = MOLY_OK;
    if (!args->db && (args->patient || args->dose)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "%s is looked up in the books: name them with --db",
                         args->patient ? "--patient" : "--dose");
    }
    if (args->db) {
        status = moly_ledger_open(args->db, &run->clock, &ledger, err);
    }
    if (status == MOLY_OK) {
        status =
            moly_study_suv(ledger, &source, (moly_suv_type)args->type, run->progress, result, err);
    }
    moly_ledger_close(ledger);
    return status;
}

const moly_command cli_suv_command = {
    .declaration =
        {
            .name = "suv",
            .summary = "Compute standardised uptake values of a PET series",
            .description =
                "Reads a PET series, finds the factor from its header to standardised uptake "
                "values by stated rules, and prints what the image and its regions come to. The "
                "rule and everything that had to be assumed stand in the result; what cannot be "
                "told is refused.\n\n"
                "With --db the books are asked for the dose that the image shows. Where they know "
                "the "
                "net activity given (residual taken off), it is used in place of the header's, and "
                "the difference of the two stands in the result; where not, a warning says so.\n\n"
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

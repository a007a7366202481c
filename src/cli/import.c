/* SPDX-License-Identifier: Apache-2.0 */
/* moly import: a study from files into the records. */
#include "cli.h"

#include <jansson.h>

#include "moly/study/study.h"
#include "session.h"

struct import_args {
    const char *path, *db, *user, *patient, *dose, *series, *regions;
};

static const moly_param params[] = {
    {.name = "files",
     MOLY_TEXT(struct import_args, path),
     .is_required = true,
     .is_positional = true,
     .pattern_hint = "DIR_OR_FILE",
     .help = "study: a folder of DICOM files, or one file"},
    {.name = "db",
     MOLY_TEXT(struct import_args, db),
     .pattern_hint = "URL",
     .is_required = true,
     .help = "the ledger: sqlite:PATH or postgres://..."},
    {.name = "as",
     MOLY_TEXT(struct import_args, user),
     .pattern_hint = "USER",
     .fallback = "import",
     .help = "who imports it; without it the import service"},
    {.name = "patient",
     MOLY_TEXT(struct import_args, patient),
     .record = "patient",
     .help = "whose it is; without it the patient of the number in the header, registered if new"},
    {.name = "dose",
     MOLY_TEXT(struct import_args, dose),
     .record = "dose",
     .help = "dose it shows; without it the patient's last one in the day before"},
    {.name = "series",
     MOLY_TEXT(struct import_args, series),
     .pattern_hint = "UID",
     .help = "Series Instance UID, where the folder holds several"},
    {.name = "regions",
     MOLY_TEXT(struct import_args, regions),
     .pattern_hint = "FILE_OR_DIR",
     .help = "segmentation, structure set or mask; without it those in the same folder"},
};

static json_t *summary(const json_t *event)
{
    const json_t *body = json_object_get(event, "body");
    json_t *result = json_deep_copy(json_object_get(body, "suv"));
    if (result) {
        json_object_set(result, "study", json_object_get(event, "subject"));
        json_object_set(result, "patient", json_object_get(body, "patient"));
        json_object_set(result, "dose", json_object_get(body, "dose"));
        json_object_set(result, "seq", json_object_get(event, "seq"));
        json_object_set(result, "hash", json_object_get(event, "hash"));
    }
    return result;
}

static moly_status run_import(const void *args, const moly_run *run, json_t **result,
                              moly_error *err)
{
    const struct import_args *import = args;
    const moly_study_source source = {.path = import->path,
                                      .series_uid = import->series,
                                      .regions_path = import->regions,
                                      .patient = import->patient,
                                      .dose = import->dose};
    moly_performer performer = {.user = import->user, .language = cli_language()};
    moly_ledger *ledger = NULL;
    json_t *event = NULL;
    moly_status status = cli_local_account(run->arena, &performer.authentication, err);
    if (status == MOLY_OK) {
        status = moly_ledger_open(import->db, &run->clock, &ledger, err);
    }
    if (status == MOLY_OK) {
        status = moly_study_import(ledger, &source, &performer, run->progress, &event, err);
    }
    moly_ledger_close(ledger);
    if (status == MOLY_OK) {
        *result = summary(event);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(event);
    return status;
}

static const moly_column columns[] = {
    {"study", "Study", MOLY_DIM_NONE, 0}, {"patient", "Patient", MOLY_DIM_NONE, 0},
    {"dose", "Dose", MOLY_DIM_NONE, 0},   {"units", "Units", MOLY_DIM_NONE, 0},
    {"max", "Max", MOLY_DIM_NONE, 5},     {"rule", "Rule", MOLY_DIM_NONE, 0},
};
static const moly_column region_columns[] = {
    {"label", "Region", MOLY_DIM_NONE, 0}, {"volume_ml", "Volume", MOLY_DIM_VOLUME, 4},
    {"mean", "Mean", MOLY_DIM_NONE, 4},    {"max", "Max", MOLY_DIM_NONE, 4},
    {"peak", "Peak", MOLY_DIM_NONE, 4},
};
static const moly_view views[] = {
    {NULL, "", columns, sizeof columns / sizeof columns[0]},
    {"Regions", "regions", region_columns, sizeof region_columns / sizeof region_columns[0]},
};

const moly_command cli_import_command = {
    .declaration = {.name = "import",
                    .summary = "Take a PET study into the records",
                    .description =
                        "Reads the files, finds the uptake values, keeps the originals and binds "
                        "the study to its patient and dose. Where the books know the net activity "
                        "that was given, it is used and the difference from the image's header "
                        "shown. Files that cannot be read change nothing.",
                    .example = "moly import study --db sqlite:moly.db",
                    .params = params,
                    .n_params = sizeof params / sizeof params[0],
                    .args_size = sizeof(struct import_args)},
    .views = views,
    .n_views = sizeof views / sizeof views[0],
    .run = run_import,
};

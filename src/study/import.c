/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "inside.h"

/* A reading of the header's decay that is more than this off the books is said aloud. */
static const double worth_saying = 0.05;

static const char *text_of(const json_t *record, const char *key)
{
    return json_string_value(json_object_get(record, key));
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Regions that were named must be there; those beside the images may be missing. */
static moly_status load_regions(study_import *import, moly_error *err)
{
    const moly_study_source *source = import->source;
    moly_region_target target = {&import->image->volume->grid,
                                 import->image->header.frame_of_reference_uid};
    if (source->regions_path) {
        return moly_regions_load(source->regions_path, &target, &import->regions, &import->notes,
                                 err);
    }
    moly_error missing = {0};
    moly_status status = MOLY_OK;
    if (is_folder(source->path)) {
        status =
            moly_regions_load(source->path, &target, &import->regions, &import->notes, &missing);
    }
    if (status != MOLY_OK && status != MOLY_ERR_NOT_FOUND) {
        return MOLY_FAIL(err, status, "%s", missing.message);
    }
    return MOLY_OK;
}

/* What the books say was given, where they say so. */
static moly_suv_options suv_options(const study_import *import)
{
    moly_suv_options options = moly_suv_options_default();
    options.utc_offset_minutes = moly_ledger_site(import->ledger)->utc_offset_minutes;
    double net_bq = json_number_value(json_object_get(import->dose, "net_bq"));
    const char *given = text_of(import->dose, "given_at");
    if (given && net_bq > 0 &&
        moly_instant_parse(given, &options.net_activity_at, NULL) == MOLY_OK) {
        options.net_activity_bq = net_bq;
    }
    return options;
}

static void add_activities(json_t *result, const moly_suv *suv)
{
    json_t *warnings = json_object_get(result, "warnings");
    if (isfinite(suv->activity_bq)) {
        json_object_set_new(result, "activity_bq", moly_json_rounded(suv->activity_bq, 9));
    }
    if (isfinite(suv->header_activity_bq)) {
        json_object_set_new(result, "header_activity_bq",
                            moly_json_rounded(suv->header_activity_bq, 9));
    }
    if (!isfinite(suv->net_difference)) {
        return;
    }
    json_object_set_new(result, "net_difference", moly_json_rounded(suv->net_difference, 6));
    if (fabs(suv->net_difference) > worth_saying) {
        json_array_append_new(
            warnings, json_sprintf("the books have %.1f %% %s activity than the image's header; "
                                   "the books were used",
                                   100 * fabs(suv->net_difference),
                                   suv->net_difference > 0 ? "more" : "less"));
    }
}

static moly_status measure(study_import *import, const moly_suv *suv, moly_error *err)
{
    moly_suv_apply(suv, import->image);
    moly_status status = moly_pet_measure(import->image, suv, &import->regions,
                                          moly_text_get(&import->notes), &import->suv, err);
    if (status == MOLY_OK) {
        add_activities(import->suv, suv);
    }
    return status;
}

static moly_status perform(study_import *import, json_t **event, moly_error *err)
{
    const moly_dicom_header *header = &import->image->header;
    const char *description =
        header->study_description ? header->study_description : header->series_description;
    json_t *fields = json_pack("{s:s, s:s, s:s, s:o, s:O, s:s?, s:s?}", "patient", import->patient,
                               "study_uid", header->study_uid ? header->study_uid : "",
                               "series_uid", header->series_uid ? header->series_uid : "", "header",
                               study_header(header), "suv", import->suv, "dose",
                               text_of(import->dose, "id"), "description", description);
    if (!fields) {
        return MOLY_NO_MEMORY(err);
    }
    if (!moly_instant_is_none(import->acquired)) {
        char text[MOLY_INSTANT_TEXT_SIZE];
        json_object_set_new(fields, "acquired",
                            json_string(moly_instant_format(import->acquired, text)));
    }
    /* A member that is null was not given. */
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(fields, next, key, value)
    {
        if (json_is_null(value)) {
            json_object_del(fields, key);
        }
    }
    json_t *appended = NULL;
    moly_status status =
        moly_centre_perform_prepared(import->ledger, "clinic.import_study", fields,
                                     import->performer, study_keep, import, &appended, err);
    json_decref(fields);
    if (event) {
        *event = appended;
    } else {
        json_decref(appended);
    }
    return status;
}

static moly_status run(study_import *import, json_t **event, moly_error *err)
{
    moly_suv suv;
    const moly_study_source *source = import->source;
    moly_status status =
        moly_pet_load(source->path, source->series_uid, import->progress, &import->image, err);
    if (status == MOLY_OK) {
        import->acquired =
            study_instant(&import->image->header, import->image->header.earliest_acquisition,
                          moly_ledger_site(import->ledger)->utc_offset_minutes);
        status = load_regions(import, err);
    }
    /* The header alone must be able to give an SUV before anything is written. */
    if (status == MOLY_OK) {
        moly_suv_options header_only = moly_suv_options_default();
        status = moly_suv_find(import->image, &header_only, import->arena, &suv, err);
    }
    if (status == MOLY_OK) {
        status = study_bind_patient(import, err);
    }
    if (status == MOLY_OK) {
        status = study_bind_dose(import, err);
    }
    if (status == MOLY_OK) {
        moly_suv_options options = suv_options(import);
        status = moly_suv_find(import->image, &options, import->arena, &suv, err);
    }
    if (status == MOLY_OK) {
        status = study_write(import, err);
    }
    if (status == MOLY_OK) {
        status = measure(import, &suv, err);
    }
    return status == MOLY_OK ? perform(import, event, err) : status;
}

moly_status moly_study_import(moly_ledger *ledger, const moly_study_source *source,
                              const moly_performer *performer, const moly_progress *progress,
                              json_t **event, moly_error *err)
{
    study_import import = {.ledger = ledger,
                           .source = source,
                           .performer = performer,
                           .progress = progress,
                           .arena = moly_arena_new(),
                           .acquired = MOLY_INSTANT_NONE};
    if (event) {
        *event = NULL;
    }
    moly_status status = import.arena ? run(&import, event, err) : MOLY_NO_MEMORY(err);
    study_sweep(&import);
    json_decref(import.suv);
    json_decref(import.dose);
    moly_text_free(&import.notes);
    moly_region_list_free(&import.regions);
    moly_dicom_image_free(import.image);
    moly_arena_free(import.arena);
    return status;
}

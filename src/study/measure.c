/* SPDX-License-Identifier: Apache-2.0 */
/* A PET study by the books: the image, its regions, the dose that it shows, its uptake. */
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
    if (import->looks_beside && is_folder(source->path)) {
        status =
            moly_regions_load(source->path, &target, &import->regions, &import->notes, &missing);
    }
    if (status != MOLY_OK && status != MOLY_ERR_NOT_FOUND) {
        return MOLY_FAIL(err, status, "%s", missing.message);
    }
    return MOLY_OK;
}

static int site_offset_minutes(const study_import *import)
{
    return import->ledger ? moly_ledger_site(import->ledger)->utc_offset_minutes : 0;
}

/* What the books say was given, where they say so. */
static moly_suv_options suv_options(const study_import *import)
{
    moly_suv_options options = moly_suv_options_default();
    options.type = import->type;
    options.utc_offset_minutes = site_offset_minutes(import);
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

moly_status study_measure(study_import *import, const moly_suv *suv, moly_error *err)
{
    moly_suv_apply(suv, import->image);
    moly_status status = moly_pet_measure(import->image, suv, &import->regions,
                                          moly_text_get(&import->notes), &import->suv, err);
    if (status == MOLY_OK) {
        add_activities(import->suv, suv);
    }
    return status;
}

/* The header alone must be able to give an SUV before anything else is done. */
moly_status study_read(study_import *import, moly_suv *header_only, moly_error *err)
{
    const moly_study_source *source = import->source;
    moly_suv_options options = moly_suv_options_default();
    options.type = import->type;
    moly_status status =
        moly_pet_load(source->path, source->series_uid, import->progress, &import->image, err);
    if (status == MOLY_OK) {
        import->acquired =
            study_instant(&import->image->header, import->image->header.earliest_acquisition,
                          site_offset_minutes(import));
        status = load_regions(import, err);
    }
    return status == MOLY_OK
               ? moly_suv_find(import->image, &options, import->arena, header_only, err)
               : status;
}

moly_status study_find_suv(study_import *import, moly_suv *suv, moly_error *err)
{
    moly_suv_options options = suv_options(import);
    return moly_suv_find(import->image, &options, import->arena, suv, err);
}

void study_release(study_import *import)
{
    json_decref(import->suv);
    json_decref(import->dose);
    moly_text_free(&import->notes);
    moly_region_list_free(&import->regions);
    moly_dicom_image_free(import->image);
    moly_arena_free(import->arena);
}

/* What the books have to say of the image; where they have nothing, the result says why. */
static moly_status ask_the_books(study_import *import, const char *nuclide, moly_error *err)
{
    const char *number = import->image->header.patient_id;
    moly_status status = study_find_patient(import, err);
    if (status == MOLY_OK && !import->patient) {
        moly_text_printf(&import->notes,
                         "no patient of the books has the number \"%s\": the header's activity was "
                         "used\n",
                         number ? number : "");
        return MOLY_OK;
    }
    if (status == MOLY_OK) {
        status = study_bind_dose(import, nuclide, err);
    }
    if (status == MOLY_OK && !import->dose) {
        moly_text_printf(&import->notes,
                         "the books have no dose of %s given to patient %s in the day before the "
                         "image: the header's activity was used\n",
                         nuclide ? nuclide : "any nuclide", import->patient);
    } else if (status == MOLY_OK &&
               strcmp(text_of(import->dose, "patient"), import->patient) != 0) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "dose %s was given to patient %s, not to %s",
                           text_of(import->dose, "id"), text_of(import->dose, "patient"),
                           import->patient);
    }
    return status;
}

static void add_binding(const study_import *import)
{
    if (import->dose) {
        json_object_set_new(import->suv, "patient", json_string(import->patient));
        json_object_set(import->suv, "dose", json_object_get(import->dose, "id"));
        json_object_set(import->suv, "given_at", json_object_get(import->dose, "given_at"));
    }
}

moly_status moly_study_suv(moly_ledger *ledger, const moly_study_source *source, moly_suv_type type,
                           const moly_progress *progress, json_t **result, moly_error *err)
{
    study_import import = {.ledger = ledger,
                           .source = source,
                           .progress = progress,
                           .type = type,
                           .arena = moly_arena_new(),
                           .acquired = MOLY_INSTANT_NONE};
    moly_suv suv;
    moly_status status = import.arena ? study_read(&import, &suv, err) : MOLY_NO_MEMORY(err);
    if (status == MOLY_OK && ledger) {
        status = ask_the_books(&import, suv.nuclide, err);
    }
    if (status == MOLY_OK && import.dose) {
        status = study_find_suv(&import, &suv, err);
    }
    if (status == MOLY_OK) {
        status = study_measure(&import, &suv, err);
    }
    if (status == MOLY_OK) {
        add_binding(&import);
        *result = json_incref(import.suv);
    }
    study_release(&import);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "inside.h"

static const char *text_of(const json_t *record, const char *key)
{
    return json_string_value(json_object_get(record, key));
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
    moly_status status = study_read(import, &suv, err);
    if (status == MOLY_OK) {
        status = study_bind_patient(import, err);
    }
    if (status == MOLY_OK) {
        status = study_bind_dose(import, suv.nuclide, err);
    }
    if (status == MOLY_OK) {
        status = study_find_suv(import, &suv, err);
    }
    if (status == MOLY_OK) {
        status = study_write(import, err);
    }
    if (status == MOLY_OK) {
        status = study_measure(import, &suv, err);
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
                           .looks_beside = true,
                           .arena = moly_arena_new(),
                           .acquired = MOLY_INSTANT_NONE};
    if (event) {
        *event = NULL;
    }
    moly_status status = import.arena ? run(&import, event, err) : MOLY_NO_MEMORY(err);
    study_sweep(&import);
    study_release(&import);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "inside.h"

static const char *text_of(const json_t *record, const char *key)
{
    const char *text = json_string_value(json_object_get(record, key));
    return text ? text : "";
}

/* The patient whose hospital number the header carries. Not found is no failure: `*id` is NULL. */
static moly_status find_by_number(study_import *import, const char *number, const char **id,
                                  moly_error *err)
{
    moly_ledger_reader *reader = NULL;
    moly_record_query query = {.kind = "patient"};
    size_t n = 0;
    *id = NULL;
    moly_status status = moly_ledger_reader_new(import->ledger, &reader, err);
    do {
        json_t *page = NULL;
        if (status == MOLY_OK) {
            status = moly_ledger_records(reader, &query, &page, err);
        }
        n = json_array_size(page);
        for (size_t i = 0; i < n && !*id; i++) {
            const json_t *patient = json_array_get(page, i);
            query.after_id = moly_arena_strdup(import->arena, text_of(patient, "id"));
            if (strcmp(text_of(patient, "number"), number) == 0) {
                *id = query.after_id;
            }
        }
        json_decref(page);
    } while (status == MOLY_OK && n > 0 && !*id && query.after_id);
    moly_ledger_reader_free(reader);
    return status;
}

static const char *sex_word(const char *dicom_sex)
{
    if (!dicom_sex || !dicom_sex[0]) {
        return "unknown";
    }
    return dicom_sex[0] == 'F' ? "female" : dicom_sex[0] == 'M' ? "male" : "other";
}

static json_t *registration(const study_import *import)
{
    const moly_dicom_header *header = &import->image->header;
    const char *name = study_person_name(header->patient_name, import->arena);
    const char *born = study_birth_date(header, import->arena);
    json_t *fields = json_pack("{s:s, s:s}", "name", name ? name : header->patient_id, "sex",
                               sex_word(header->patient_sex));
    json_object_set_new(fields, "number", json_string(header->patient_id));
    json_object_set_new(fields, "note", json_string("registered from the header of an image"));
    if (born) {
        json_object_set_new(fields, "birth_date", json_string(born));
    }
    if (header->patient_weight_kg >= 0.3 && header->patient_weight_kg <= 400.0) {
        json_object_set_new(fields, "weight", json_sprintf("%.6g kg", header->patient_weight_kg));
    }
    if (header->patient_size_m >= 0.2 && header->patient_size_m <= 2.6) {
        json_object_set_new(fields, "height",
                            json_sprintf("%.6g cm", 100.0 * header->patient_size_m));
    }
    return fields;
}

static moly_status register_patient(study_import *import, moly_error *err)
{
    json_t *fields = registration(import), *event = NULL;
    moly_status status = moly_centre_perform(import->ledger, "clinic.register_patient", fields,
                                             import->performer, &event, err);
    json_decref(fields);
    if (status != MOLY_OK) {
        moly_error_context(err,
                           "registering the patient of the image (or name one with --patient)");
        return status;
    }
    const char *subject = text_of(event, "subject");
    const char *slash = strchr(subject, '/');
    import->patient = moly_arena_strdup(import->arena, slash ? slash + 1 : subject);
    json_decref(event);
    return import->patient ? MOLY_OK : MOLY_NO_MEMORY(err);
}

moly_status study_find_patient(study_import *import, moly_error *err)
{
    const char *number = import->image->header.patient_id;
    import->patient = import->source->patient;
    return import->patient || !number || !number[0]
               ? MOLY_OK
               : find_by_number(import, number, &import->patient, err);
}

moly_status study_bind_patient(study_import *import, moly_error *err)
{
    const char *number = import->image->header.patient_id;
    if (!import->source->patient && (!number || !number[0])) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "the image names no patient (Patient ID is empty): say whose it is with "
                         "--patient");
    }
    moly_status status = study_find_patient(import, err);
    if (status == MOLY_OK && !import->patient) {
        status = register_patient(import, err);
    }
    return status;
}

/* A header that names no nuclide takes any; a patient may have had two examinations that day. */
static bool is_of_nuclide(const json_t *dose, const char *nuclide)
{
    return !nuclide || strcmp(text_of(dose, "nuclide"), nuclide) == 0;
}

/* The patient's last dose of the nuclide, given in the day before the acquisition. */
static const json_t *last_before(const json_t *doses, const char *nuclide, moly_instant acquired)
{
    const json_t *best = NULL;
    moly_instant best_at = MOLY_INSTANT_NONE;
    size_t i;
    json_t *dose;
    json_array_foreach((json_t *)doses, i, dose)
    {
        moly_instant given;
        if (!is_of_nuclide(dose, nuclide) ||
            moly_instant_parse(text_of(dose, "given_at"), &given, NULL) != MOLY_OK) {
            continue;
        }
        double before_s = moly_instant_difference_s(given, acquired);
        if (before_s >= 0 && before_s <= 86400 && given.us > best_at.us) {
            best = dose;
            best_at = given;
        }
    }
    return best;
}

/* A dose that was named must be what the image can show; one that is sought may be missing. */
moly_status study_bind_dose(study_import *import, const char *nuclide, moly_error *err)
{
    moly_ledger_reader *reader = NULL;
    json_t *doses = NULL;
    const char *named = import->source->dose;
    moly_status status = moly_ledger_reader_new(import->ledger, &reader, err);
    if (status == MOLY_OK && named) {
        status = moly_ledger_record(reader, "dose", named, &import->dose, err);
        if (status == MOLY_OK && !is_of_nuclide(import->dose, nuclide)) {
            status = MOLY_FAIL(err, MOLY_ERR_DATA, "dose %s is of %s, but the image shows %s",
                               named, text_of(import->dose, "nuclide"), nuclide);
        }
    } else if (status == MOLY_OK && !moly_instant_is_none(import->acquired)) {
        moly_record_query query = {.kind = "dose", .owner = import->patient};
        status = moly_ledger_records(reader, &query, &doses, err);
        import->dose = json_incref((json_t *)last_before(doses, nuclide, import->acquired));
    }
    json_decref(doses);
    moly_ledger_reader_free(reader);
    return status;
}

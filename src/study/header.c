/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "inside.h"

static const int64_t us_per_day = INT64_C(86400) * 1000000;

moly_instant study_instant(const moly_dicom_header *header, moly_dicom_time t,
                           int site_offset_minutes)
{
    if (t.day == MOLY_DICOM_NO_DAY || !isfinite(t.second)) {
        return MOLY_INSTANT_NONE;
    }
    int offset = header->has_utc_offset ? header->utc_offset_minutes : site_offset_minutes;
    return (moly_instant){t.day * us_per_day + llround(t.second * 1e6) -
                          offset * INT64_C(60000000)};
}

/* A name is family^given^middle^prefix^suffix; the first group that is not empty is taken, given
 * name first, as it is spoken. */
const char *study_person_name(const char *dicom_name, moly_arena *arena)
{
    if (!dicom_name) {
        return NULL;
    }
    const char *group = dicom_name + strspn(dicom_name, "=^ ");
    size_t length = strcspn(group, "=");
    size_t family = strcspn(group, "^=");
    if (family == 0) {
        return NULL;
    }
    if (family == length) {
        return moly_arena_strndup(arena, group, length);
    }
    const char *given = group + family + 1;
    size_t n = strcspn(given, "^=");
    return n == 0 ? moly_arena_strndup(arena, group, family)
                  : moly_arena_printf(arena, "%.*s %.*s", (int)n, given, (int)family, group);
}

const char *study_birth_date(const moly_dicom_header *header, moly_arena *arena)
{
    if (header->patient_birth.day == MOLY_DICOM_NO_DAY) {
        return NULL;
    }
    moly_instant born = {header->patient_birth.day * us_per_day};
    moly_calendar c = moly_instant_calendar(born, 0);
    return moly_arena_printf(arena, "%04d-%02d-%02d", c.year, c.month, c.day);
}

static void put_text(json_t *object, const char *key, const char *text)
{
    if (text && text[0]) {
        json_object_set_new(object, key, json_string(text));
    }
}

static void put_number(json_t *object, const char *key, double value)
{
    if (isfinite(value)) {
        json_object_set_new(object, key, moly_json_rounded(value, 9));
    }
}

static void put_time(json_t *object, const char *key, moly_dicom_time t)
{
    char text[MOLY_DICOM_TIME_SIZE];
    if (isfinite(t.second)) {
        put_text(object, key, moly_dicom_format_time(t, text));
    }
}

json_t *study_header(const moly_dicom_header *header)
{
    json_t *object = json_object();
    put_text(object, "patient_name", header->patient_name);
    put_text(object, "patient_number", header->patient_id);
    put_text(object, "patient_sex", header->patient_sex);
    put_number(object, "patient_weight_kg", header->patient_weight_kg);
    put_number(object, "patient_height_cm", 100.0 * header->patient_size_m);
    put_text(object, "modality", header->modality);
    put_text(object, "manufacturer", header->manufacturer);
    put_text(object, "model", header->model);
    put_text(object, "institution", header->institution);
    put_text(object, "accession_number", header->accession_number);
    put_text(object, "study_description", header->study_description);
    put_text(object, "series_description", header->series_description);
    put_time(object, "study_time", header->study_time);
    put_time(object, "acquisition_time", header->earliest_acquisition);
    put_text(object, "units", header->units);
    put_text(object, "decay_correction", header->decay_correction);
    put_text(object, "reconstruction", header->reconstruction);
    put_text(object, "radiopharmaceutical", header->radiopharmaceutical);
    put_text(object, "radionuclide", header->radionuclide_meaning);
    put_time(object, "injection_time", header->injection_time);
    put_time(object, "injection_datetime", header->injection_datetime);
    put_number(object, "total_dose", header->total_dose);
    return object;
}

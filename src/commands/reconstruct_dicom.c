/* SPDX-License-Identifier: Apache-2.0 */
/* Patient, study and frame of reference come from a series of the same examination where one is
 * named (the CT, or the scanner's own image); a simulated scan is its own patient. */
#include "reconstruct_dicom.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "moly/quantify/suv.h"

bool is_dicom_output(const char *path)
{
    const size_t n = strlen(path);
    return n > 0 && path[n - 1] == '/';
}

static moly_dicom_time utc_time(moly_instant t)
{
    const int64_t us_per_day = INT64_C(86400) * 1000000;
    const int64_t day = t.us / us_per_day - (t.us % us_per_day < 0);
    return (moly_dicom_time){day, (double)(t.us - day * us_per_day) / 1e6};
}

/* ---- where it comes from ---- */

void dicom_series_take_patient(const moly_dicom_header *from, moly_dicom_header *to)
{
    to->study_uid = from->study_uid;
    to->frame_of_reference_uid = from->frame_of_reference_uid;
    to->institution = from->institution;
    to->study_description = from->study_description;
    to->study_id = from->study_id;
    to->accession_number = from->accession_number;
    to->patient_name = from->patient_name;
    to->patient_id = from->patient_id;
    to->patient_sex = from->patient_sex;
    to->patient_birth = from->patient_birth;
    to->patient_weight_kg = from->patient_weight_kg;
    to->patient_size_m = from->patient_size_m;
    to->study_time = from->study_time;
    to->has_utc_offset = from->has_utc_offset;
    to->utc_offset_minutes = from->utc_offset_minutes;
}

/* The first series with pixels: of a PET its dose too. */
moly_status dicom_series_read_like(const char *path, dicom_series *s, moly_error *err)
{
    moly_status status = moly_dicom_load_path(path, NULL, &s->like, err);
    if (status) {
        moly_error_context(err, "--dicom-like");
        return status;
    }
    const moly_dicom_header *h = &s->like->header;
    dicom_series_take_patient(h, &s->header);
    if (h->has_radiopharmaceutical) {
        s->header.radiopharmaceutical = h->radiopharmaceutical;
        s->header.injection_datetime = h->injection_datetime;
        s->header.total_dose = h->total_dose;
        s->header.series_time = h->series_time;
    }
    return MOLY_OK;
}

/* A phantom is its own patient: its activity was put in when the scan began. */
moly_status dicom_series_read_phantom(const json_t *scan, dicom_series *s, moly_arena *arena,
                                      moly_error *err)
{
    const char *phantom = NULL, *start = NULL;
    moly_instant began = {0};
    moly_status status = moly_json_get_text(scan, "phantom", &phantom, err);
    status = status ? status : moly_json_get_text(scan, "start", &start, err);
    status = status ? status : moly_instant_parse(start, &began, err);
    status = status ? status : moly_json_get_real(scan, "activity_bq", &s->header.total_dose, err);
    if (status) {
        moly_error_context(err, "scan.json");
        return status;
    }
    const json_t *mass = json_object_get(scan, "mass_kg"); /* older scans have none */
    s->header.patient_weight_kg = mass ? json_number_value(mass) : NAN;
    s->header.patient_id = moly_arena_printf(arena, "PHANTOM-%s", phantom);
    s->header.patient_name = moly_arena_printf(arena, "Phantom^%s", phantom);
    s->header.study_description = "simulated by moly scan";
    s->header.radiopharmaceutical = "phantom filling";
    s->header.has_utc_offset = true;
    s->header.series_time = s->header.study_time = s->header.injection_datetime = utc_time(began);
    return s->header.patient_id && s->header.patient_name ? MOLY_OK : MOLY_NO_MEMORY(err);
}

void dicom_series_take_wishes(const dicom_wishes *w, moly_dicom_header *h)
{
    const struct {
        const char *wanted;
        const char **text;
    } texts[] = {
        {w->patient_id, &h->patient_id},
        {w->patient_name, &h->patient_name},
        {w->description, &h->series_description},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i].text = texts[i].wanted ? texts[i].wanted : *texts[i].text;
    }
    h->patient_weight_kg = isnan(w->weight_kg) ? h->patient_weight_kg : w->weight_kg;
    h->total_dose = isnan(w->injected_bq) ? h->total_dose : w->injected_bq;
    const int64_t ahead_us = h->has_utc_offset ? h->utc_offset_minutes * INT64_C(60000000) : 0;
    if (!moly_instant_is_none(w->start)) {
        h->series_time = utc_time((moly_instant){w->start.us + ahead_us});
        h->study_time = h->study_time.day == MOLY_DICOM_NO_DAY ? h->series_time : h->study_time;
    }
    if (!moly_instant_is_none(w->injected_at)) {
        h->injection_datetime = utc_time((moly_instant){w->injected_at.us + ahead_us});
    }
}

static moly_status name_nuclide(const char *name, dicom_series *s, moly_arena *arena,
                                moly_error *err)
{
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    size_t index = 0;
    moly_status status = moly_nuclide_find(set, name, &index, err);
    if (status) {
        return status;
    }
    const moly_nuclide *nuclide = moly_nuclide_at(set, index);
    const char *word = moly_element_word(nuclide->z);
    moly_dicom_header *h = &s->header;
    h->half_life_s = nuclide->half_life_s;
    if (word &&
        moly_pet_nuclide_code(nuclide->name, &h->radionuclide_code, &h->radionuclide_scheme)) {
        h->radionuclide_meaning =
            moly_arena_printf(arena, "^%d^%c%s", nuclide->a, word[0] - 'a' + 'A', word + 1);
    }
    return MOLY_OK;
}

static moly_status check(const dicom_series *series, const raw_data *data, moly_error *err)
{
    const moly_dicom_header *h = &series->header;
    const struct {
        bool is_there;
        const char *what, *option;
    } rows[] = {
        {data->is_quantitative, "an image in Bq/mL",
         "--normalisation and --duration, with --positrons or a scan.json"},
        {h->patient_id != NULL, "a patient's number", "--dicom-like or --patient-id"},
        {h->patient_name != NULL, "a patient's name", "--dicom-like or --patient-name"},
        {series->duration_s > 0.0, "how long the scan was", "--duration"},
        {h->series_time.day != MOLY_DICOM_NO_DAY, "when the scan began", "--start"},
        {h->injection_datetime.day != MOLY_DICOM_NO_DAY, "when the dose was injected",
         "--injected-at"},
        {h->total_dose > 0.0, "the activity injected", "--injected"},
        {h->half_life_s > 0.0, "the nuclide", "a scan.json"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!rows[i].is_there) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "a DICOM series needs %s: give %s", rows[i].what,
                             rows[i].option);
        }
    }
    return MOLY_OK;
}

moly_status dicom_series_prepare(const dicom_wishes *wishes, const raw_data *data,
                                 const char *output, moly_arena *arena, dicom_series *series,
                                 moly_error *err)
{
    *series = (dicom_series){.header = moly_dicom_header_none(), .duration_s = data->duration_s};
    moly_status status = MOLY_OK;
    if (wishes->like) {
        status = dicom_series_read_like(wishes->like, series, err);
    } else if (data->scan) {
        status = dicom_series_read_phantom(data->scan, series, arena, err);
    }
    if (!status) {
        dicom_series_take_wishes(wishes, &series->header);
        status = data->nuclide ? name_nuclide(data->nuclide, series, arena, err) : MOLY_OK;
    }
    status = status ? status : check(series, data, err);
    return status ? status : new_folder_begin(output, arena, &series->folder, err);
}

void dicom_series_close(dicom_series *series)
{
    moly_dicom_image_free(series->like);
    series->like = NULL;
    new_folder_drop(&series->folder);
}

/* ---- writing ---- */

moly_status dicom_series_write(dicom_series *series, const char *method, const char *corrections,
                               const moly_volume *image, moly_error *err)
{
    moly_dicom_header *h = &series->header;
    h->modality = "PT";
    h->manufacturer = "Moly";
    h->model = "reconstruction";
    h->corrected_image = corrections;
    h->reconstruction = method;
    h->series_description = h->series_description ? h->series_description : method;
    moly_volume as_patient = raw_in_patient_frame(image);
    moly_status status =
        moly_dicom_write_pet(series->folder.begun, h, &as_patient, series->duration_s, err);
    return status ? status : new_folder_finish(&series->folder, err);
}

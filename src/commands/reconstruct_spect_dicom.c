/* SPDX-License-Identifier: Apache-2.0 */
/* A SPECT image as DICOM NM. Patient, study and frame of reference are those of a series that is
 * named, else those of the projections' own file; a simulated scan is its own patient. */
#include <math.h>
#include <string.h>

#include "reconstruct_spect.h"

static const double bq_per_mbq = 1e6;

/* Codes of nuclides. Source: DICOM PS3.16 CID 18 as of 2008 (SRT); SNOMED CT as HL7's
 * PanCareSurPass guide has it (SCT). A nuclide that is not here is named without a code. */
static const struct {
    const char *nuclide, *code, *scheme, *meaning;
} codes[] = {
    {"Tc-99m", "C-163A8", "SRT", "^99m^Technetium"}, {"In-111", "C-145A4", "SRT", "^111^Indium"},
    {"Ga-67", "C-131A2", "SRT", "^67^Gallium"},      {"Tl-201", "C-138A9", "SRT", "^201^Thallium"},
    {"Sm-153", "C-B1134", "SRT", "^153^Samarium"},   {"I-131", "1368003", "SCT", "^131^Iodine"},
    {"Lu-177", "447553000", "SCT", "^177^Lutetium"}, {"Re-188", "423578007", "SCT", "^188^Rhenium"},
};

static void name_nuclide(const moly_nuclide *nuclide, moly_dicom_header *h)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (strcmp(codes[i].nuclide, nuclide->name) == 0) {
            h->radionuclide_code = codes[i].code;
            h->radionuclide_scheme = codes[i].scheme;
            h->radionuclide_meaning = codes[i].meaning;
        }
    }
    h->radiopharmaceutical = h->radiopharmaceutical ? h->radiopharmaceutical : nuclide->name;
}

/* The projections' own file; doses of NM are in MBq. */
static void take_projections(const moly_dicom_header *from, moly_dicom_header *to)
{
    dicom_series_take_patient(from, to);
    to->series_time = from->series_time;
    to->radiopharmaceutical = from->radiopharmaceutical;
    to->radionuclide_code = from->radionuclide_code;
    to->radionuclide_scheme = from->radionuclide_scheme;
    to->radionuclide_meaning = from->radionuclide_meaning;
    to->injection_datetime = from->injection_datetime;
    if (to->injection_datetime.day == MOLY_DICOM_NO_DAY && isfinite(from->injection_time.second)) {
        to->injection_datetime =
            (moly_dicom_time){from->series_time.day, from->injection_time.second};
    }
    to->total_dose = from->total_dose * bq_per_mbq;
}

/* A series that is named says who and where, and when where nothing else does. */
static moly_status read_like(const char *path, dicom_series *series, moly_error *err)
{
    moly_dicom_header *h = &series->header;
    const moly_dicom_time began = h->series_time;
    moly_status status = dicom_series_read_like(path, series, err);
    if (status) {
        return status;
    }
    const moly_dicom_header *like = &series->like->header;
    if (like->has_radiopharmaceutical && like->modality && strcmp(like->modality, "NM") == 0) {
        h->total_dose = like->total_dose * bq_per_mbq;
    }
    h->series_time = began.day == MOLY_DICOM_NO_DAY ? like->series_time : began;
    return MOLY_OK;
}

static moly_status check(const moly_dicom_header *h, const spect_data *data, moly_error *err)
{
    const struct {
        bool is_there;
        const char *what, *option;
    } rows[] = {
        {h->patient_id != NULL, "a patient's number", "--dicom-like or --patient-id"},
        {h->patient_name != NULL, "a patient's name", "--dicom-like or --patient-name"},
        {h->series_time.day != MOLY_DICOM_NO_DAY, "when the scan began", "--start"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!rows[i].is_there) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "a DICOM series needs %s: give %s", rows[i].what,
                             rows[i].option);
        }
    }
    return data->counts->n_gates == 1
               ? MOLY_OK
               : MOLY_FAIL(err, MOLY_ERR_USAGE,
                           "%lld gates: a gated image is written as .nii or .hv, not as DICOM",
                           (long long)data->counts->n_gates);
}

moly_status spect_series_prepare(const spect_wishes *wishes, const spect_data *data,
                                 moly_arena *arena, dicom_series *series, moly_error *err)
{
    *series = (dicom_series){.header = moly_dicom_header_none()};
    moly_dicom_header *h = &series->header;
    moly_status status = MOLY_OK;
    if (data->nm) {
        take_projections(&data->nm->header, h);
    } else if (data->scan) {
        status = dicom_series_read_phantom(data->scan, series, arena, err);
    }
    status = status || !wishes->dicom->like ? status : read_like(wishes->dicom->like, series, err);
    if (status) {
        return status;
    }
    dicom_series_take_wishes(wishes->dicom, h);
    if (data->nuclide) {
        name_nuclide(data->nuclide, h);
    }
    h->study_time = h->study_time.day == MOLY_DICOM_NO_DAY ? h->series_time : h->study_time;
    status = check(h, data, err);
    return status ? status : new_folder_begin(wishes->output, arena, &series->folder, err);
}

moly_status spect_series_write(dicom_series *series, const spect_data *data, const char *method,
                               const char *corrections, const moly_volume *image, moly_error *err)
{
    moly_dicom_header *h = &series->header;
    h->manufacturer = "Moly";
    h->model = "reconstruction";
    h->corrected_image = corrections;
    h->reconstruction = method;
    h->series_description = h->series_description ? h->series_description : method;
    h->total_dose /= bq_per_mbq;
    const moly_nm_source source = {data->counts, data->peak, data->n_heads,
                                   data->has_collimator ? &data->collimator : NULL};
    const moly_volume as_patient = raw_in_patient_frame(image);
    char path[4096];
    if (snprintf(path, sizeof path, "%s/0001.dcm", series->folder.begun) >= (int)sizeof path) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "the path of folder %s is too long",
                         series->folder.name);
    }
    moly_status status = moly_dicom_write_recon(path, h, &as_patient, &source, err);
    return status ? status : new_folder_finish(&series->folder, err);
}

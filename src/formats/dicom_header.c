/* SPDX-License-Identifier: Apache-2.0 */
#include "dicom_inside.h"

#include <math.h>
#include <string.h>

#include "dicom_tags.h"

static moly_dicom_time date_and_time(const dcm_item *item, uint32_t date_tag, uint32_t time_tag,
                                     moly_arena *arena)
{
    moly_dicom_time t = MOLY_DICOM_TIME_NONE;
    (void)moly_dicom_parse_date(dcm_text(item, date_tag, arena), &t);
    (void)moly_dicom_parse_time(dcm_text(item, time_tag, arena), &t);
    return t;
}

static moly_dicom_time date_time(const dcm_item *item, uint32_t tag, moly_arena *arena)
{
    moly_dicom_time t = MOLY_DICOM_TIME_NONE;
    if (tag != 0) {
        (void)moly_dicom_parse_datetime(dcm_text(item, tag, arena), &t, NULL);
    }
    return t;
}

moly_dicom_time dicom_acquisition(const dcm_item *item, moly_arena *arena)
{
    moly_dicom_time t = date_and_time(item, TAG_AcquisitionDate, TAG_AcquisitionTime, arena);
    if (t.day == MOLY_DICOM_NO_DAY || !isfinite(t.second)) {
        moly_dicom_time whole = date_time(item, TAG_AcquisitionDateTime, arena);
        t = isfinite(whole.second) ? whole : t;
    }
    return t;
}

static void read_radiopharmaceutical(const dcm_item *root, moly_arena *arena,
                                     moly_dicom_header *header)
{
    const uint32_t sequence = TAG_RadiopharmaceuticalInformationSequence;
    const dcm_item *item = dcm_sequence(root, sequence, 0);
    header->has_radiopharmaceutical = item != NULL;
    header->n_radiopharmaceuticals = (int)dcm_sequence_size(root, sequence);
    header->injection_time = MOLY_DICOM_TIME_NONE;
    header->injection_datetime = MOLY_DICOM_TIME_NONE;
    header->total_dose = header->half_life_s = NAN;
    if (!item) {
        return;
    }
    const dcm_item *nuclide = dcm_sequence(item, TAG_RadionuclideCodeSequence, 0);
    const dcm_item *agent = dcm_sequence(item, TAG_RadiopharmaceuticalCodeSequence, 0);
    header->radiopharmaceutical = dcm_text(item, TAG_Radiopharmaceutical, arena);
    if (!header->radiopharmaceutical && agent) {
        header->radiopharmaceutical = dcm_text(agent, TAG_CodeMeaning, arena);
    }
    if (nuclide) {
        header->radionuclide_code = dcm_text(nuclide, TAG_CodeValue, arena);
        header->radionuclide_scheme = dcm_text(nuclide, TAG_CodingSchemeDesignator, arena);
        header->radionuclide_meaning = dcm_text(nuclide, TAG_CodeMeaning, arena);
    }
    (void)moly_dicom_parse_time(dcm_text(item, TAG_RadiopharmaceuticalStartTime, arena),
                                &header->injection_time);
    header->injection_datetime = date_time(item, TAG_RadiopharmaceuticalStartDateTime, arena);
    header->total_dose = dcm_number(item, TAG_RadionuclideTotalDose, 0);
    header->half_life_s = dcm_number(item, TAG_RadionuclideHalfLife, 0);
}

static void read_utc_offset(const dcm_item *root, moly_arena *arena, moly_dicom_header *header)
{
    const char *text = dcm_text(root, TAG_TimezoneOffsetFromUTC, arena);
    int64_t value;
    if (text && strlen(text) == 5 && moly_integer_parse(text + 1, &value, NULL) == MOLY_OK &&
        (text[0] == '+' || text[0] == '-') && value <= 1400 && value % 100 < 60) {
        int minutes = (int)(value / 100 * 60 + value % 100);
        header->has_utc_offset = true;
        header->utc_offset_minutes = text[0] == '-' ? -minutes : minutes;
    }
}

static void read_private(const dcm_item *root, moly_arena *arena, moly_dicom_header *header)
{
    header->ge_scan_time = date_time(root, dcm_private(root, 0x0009, "GEMS_PETD_01", 0x0d), arena);
    header->siemens_decay_time =
        date_time(root, dcm_private(root, 0x0071, "SIEMENS MED PT", 0x22), arena);
    header->philips_suv_factor =
        dcm_number(root, dcm_private(root, 0x7053, "Philips PET Private Group", 0x00), 0);
    header->philips_bq_ml_factor =
        dcm_number(root, dcm_private(root, 0x7053, "Philips PET Private Group", 0x09), 0);
}

moly_dicom_header moly_dicom_header_none(void)
{
    return (moly_dicom_header){.patient_birth = MOLY_DICOM_TIME_NONE,
                               .patient_weight_kg = NAN,
                               .patient_size_m = NAN,
                               .series_number = INT64_MIN,
                               .n_slices_declared = INT64_MIN,
                               .study_time = MOLY_DICOM_TIME_NONE,
                               .series_time = MOLY_DICOM_TIME_NONE,
                               .earliest_acquisition = MOLY_DICOM_TIME_NONE,
                               .decay_reference = MOLY_DICOM_TIME_NONE,
                               .ge_scan_time = MOLY_DICOM_TIME_NONE,
                               .siemens_decay_time = MOLY_DICOM_TIME_NONE,
                               .philips_suv_factor = NAN,
                               .philips_bq_ml_factor = NAN,
                               .injection_time = MOLY_DICOM_TIME_NONE,
                               .injection_datetime = MOLY_DICOM_TIME_NONE,
                               .total_dose = NAN,
                               .half_life_s = NAN};
}

void dicom_read_header(const dcm_item *root, moly_arena *arena, moly_dicom_header *header)
{
    const struct {
        uint32_t tag;
        const char **text;
    } texts[] = {
        {TAG_StudyInstanceUID, &header->study_uid},
        {TAG_SeriesInstanceUID, &header->series_uid},
        {TAG_FrameOfReferenceUID, &header->frame_of_reference_uid},
        {TAG_SOPClassUID, &header->sop_class_uid},
        {TAG_Modality, &header->modality},
        {TAG_Manufacturer, &header->manufacturer},
        {TAG_ManufacturerModelName, &header->model},
        {TAG_InstitutionName, &header->institution},
        {TAG_StudyDescription, &header->study_description},
        {TAG_SeriesDescription, &header->series_description},
        {TAG_StudyID, &header->study_id},
        {TAG_AccessionNumber, &header->accession_number},
        {TAG_PatientName, &header->patient_name},
        {TAG_PatientID, &header->patient_id},
        {TAG_PatientSex, &header->patient_sex},
        {TAG_Units, &header->units},
        {TAG_SUVType, &header->suv_type},
        {TAG_DecayCorrection, &header->decay_correction},
        {TAG_CorrectedImage, &header->corrected_image},
        {TAG_CountsSource, &header->counts_source},
        {TAG_SeriesType, &header->series_type},
        {TAG_AttenuationCorrectionMethod, &header->attenuation_correction},
        {TAG_ScatterCorrectionMethod, &header->scatter_correction},
        {TAG_RandomsCorrectionMethod, &header->randoms_correction},
        {TAG_ReconstructionMethod, &header->reconstruction},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        *texts[i].text = dcm_text(root, texts[i].tag, arena);
    }
    if (!header->units && !dcm_has(root, TAG_RescaleSlope) && dicom_activity_map(root, arena)) {
        header->units = "BQML"; /* what the numbers become is told there */
    }
    header->patient_birth = MOLY_DICOM_TIME_NONE;
    (void)moly_dicom_parse_date(dcm_text(root, TAG_PatientBirthDate, arena),
                                &header->patient_birth);
    header->patient_weight_kg = dcm_number(root, TAG_PatientWeight, 0);
    header->patient_size_m = dcm_number(root, TAG_PatientSize, 0);
    header->series_number = dcm_integer(root, TAG_SeriesNumber, INT32_MIN, INT32_MAX, INT64_MIN);
    header->n_slices_declared = dcm_integer(root, TAG_NumberOfSlices, 1, 65535, INT64_MIN);
    header->study_time = date_and_time(root, TAG_StudyDate, TAG_StudyTime, arena);
    header->series_time = date_and_time(root, TAG_SeriesDate, TAG_SeriesTime, arena);
    header->earliest_acquisition = MOLY_DICOM_TIME_NONE;
    header->decay_reference = date_time(root, TAG_DecayCorrectionDateTime, arena);
    read_utc_offset(root, arena, header);
    read_radiopharmaceutical(root, arena, header);
    read_private(root, arena, header);
}

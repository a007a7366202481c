/* SPDX-License-Identifier: Apache-2.0 */
#include "dicom_write.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void out_text(dicom_out out, uint32_t tag, const char *text)
{
    if (text && *text) {
        dcm_set_text(out.file, out.item, tag, text);
    } else {
        dcm_set_empty(out.file, out.item, tag);
    }
}

void out_u16(dicom_out out, uint32_t tag, int64_t value)
{
    dcm_set_u16(out.file, out.item, tag, (uint16_t)value);
}

void out_numbers(dicom_out out, uint32_t tag, const double *values, size_t n)
{
    dcm_set_numbers(out.file, out.item, tag, values, n);
}

void out_number(dicom_out out, uint32_t tag, double value)
{
    if (isfinite(value)) {
        out_numbers(out, tag, &value, 1);
    } else {
        dcm_set_empty(out.file, out.item, tag);
    }
}

void out_integer(dicom_out out, uint32_t tag, int64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%lld", (long long)value);
    dcm_set_text(out.file, out.item, tag, text);
}

/* "YYYYMMDD" and "HHMMSS.ffffff", or empty. */
static void format_time(moly_dicom_time t, char date[16], char clock[24])
{
    date[0] = clock[0] = '\0';
    if (t.day != MOLY_DICOM_NO_DAY) {
        moly_calendar c = moly_instant_calendar((moly_instant){t.day * INT64_C(86400000000)}, 0);
        (void)snprintf(date, 16, "%04d%02d%02d", c.year % 10000, c.month % 100, c.day % 100);
    }
    if (isfinite(t.second)) {
        int64_t us = (int64_t)floor(t.second * 1e6 + 0.5), s = us / 1000000;
        (void)snprintf(clock, 24, "%02d%02d%02d.%06d", (int)(s / 3600 % 24), (int)(s / 60 % 60),
                       (int)(s % 60), (int)(us % 1000000));
    }
}

void out_date(dicom_out out, uint32_t tag, moly_dicom_time t)
{
    char date[16], clock[24];
    format_time(t, date, clock);
    out_text(out, tag, date);
}

void out_time(dicom_out out, uint32_t tag, moly_dicom_time t)
{
    char date[16], clock[24];
    format_time(t, date, clock);
    out_text(out, tag, clock);
}

void out_datetime(dicom_out out, uint32_t tag, moly_dicom_time t)
{
    char date[16], clock[24], both[48];
    format_time(t, date, clock);
    if (*date && *clock) {
        (void)snprintf(both, sizeof(both), "%s%s", date, clock);
        dcm_set_text(out.file, out.item, tag, both);
    }
}

dicom_out out_item(dicom_out out, uint32_t tag)
{
    return (dicom_out){out.file, dcm_add_item(out.file, out.item, tag)};
}

dicom_out out_code(dicom_out out, uint32_t tag, const char *value, const char *scheme,
                   const char *meaning)
{
    dicom_out code = out_item(out, tag);
    out_text(code, TAG_CodeValue, value);
    out_text(code, TAG_CodingSchemeDesignator, scheme);
    out_text(code, TAG_CodeMeaning, meaning);
    return code;
}

void out_common(dicom_out out, const moly_dicom_header *header, const char *sop_class,
                const char *sop_instance_uid)
{
    out_text(out, TAG_SpecificCharacterSet, "ISO_IR 192");
    out_text(out, TAG_SOPClassUID, sop_class);
    out_text(out, TAG_SOPInstanceUID, sop_instance_uid);
    out_date(out, TAG_StudyDate, header->study_time);
    out_time(out, TAG_StudyTime, header->study_time);
    if (header->has_utc_offset) {
        const int minutes = abs(header->utc_offset_minutes);
        char offset[8];
        (void)snprintf(offset, sizeof offset, "%c%02d%02d",
                       header->utc_offset_minutes < 0 ? '-' : '+', minutes / 60 % 100,
                       minutes % 60);
        out_text(out, TAG_TimezoneOffsetFromUTC, offset);
    }
    out_text(out, TAG_AccessionNumber, header->accession_number);
    out_text(out, TAG_ReferringPhysicianName, NULL);
    out_text(out, TAG_PatientName, header->patient_name);
    out_text(out, TAG_PatientID, header->patient_id);
    out_date(out, TAG_PatientBirthDate, header->patient_birth);
    out_text(out, TAG_PatientSex, header->patient_sex);
    if (isfinite(header->patient_weight_kg)) {
        out_number(out, TAG_PatientWeight, header->patient_weight_kg);
    }
    if (isfinite(header->patient_size_m)) {
        out_number(out, TAG_PatientSize, header->patient_size_m);
    }
    out_text(out, TAG_StudyInstanceUID, header->study_uid);
    out_text(out, TAG_StudyID, header->study_id);
    if (header->study_description) {
        out_text(out, TAG_StudyDescription, header->study_description);
    }
    if (header->institution) {
        out_text(out, TAG_InstitutionName, header->institution);
    }
    out_text(out, TAG_FrameOfReferenceUID, header->frame_of_reference_uid);
    out_text(out, TAG_PositionReferenceIndicator, NULL);
}

moly_status out_fill_uid(const char **uid, char made[65], moly_error *err)
{
    if (*uid) {
        return MOLY_OK;
    }
    moly_status status = moly_dicom_new_uid(made, err);
    *uid = made;
    return status;
}

void out_series(dicom_out out, const moly_dicom_header *header, const char *modality)
{
    out_text(out, TAG_Modality, modality);
    out_text(out, TAG_SeriesInstanceUID, header->series_uid);
    out_integer(out, TAG_SeriesNumber,
                header->series_number == INT64_MIN ? 1 : header->series_number);
    out_date(out, TAG_SeriesDate, header->series_time);
    out_time(out, TAG_SeriesTime, header->series_time);
    out_text(out, TAG_SeriesDescription, header->series_description);
    out_text(out, TAG_Manufacturer, header->manufacturer);
    if (header->model) {
        out_text(out, TAG_ManufacturerModelName, header->model);
    }
    out_text(out, TAG_SoftwareVersions, "Moly " MOLY_VERSION);
    out_text(out, TAG_Laterality, NULL);
}

void out_lying(dicom_out out)
{
    dicom_out lying =
        out_code(out, TAG_PatientOrientationCodeSequence, "102538003", "SCT", "recumbent");
    out_code(lying, TAG_PatientOrientationModifierCodeSequence, "40199007", "SCT", "supine");
    out_code(out, TAG_PatientGantryRelationshipCodeSequence, "102540008", "SCT", "headfirst");
}

moly_status out_save(dicom_out out, const char *path, moly_error *err)
{
    char *data = NULL;
    size_t length = 0;
    moly_status status = dcm_encode(out.file, &data, &length, err);
    if (status == MOLY_OK) {
        status = moly_file_write(path, data, length, err);
    }
    moly_free(data);
    return status;
}

/* 16 random bytes as a decimal number behind 2.25, as PS3.5 B.2 allows. */
moly_status moly_dicom_new_uid(char uid[65], moly_error *err)
{
    uint8_t bytes[16];
    char digits[40];
    int n = 0;
    FILE *random = fopen("/dev/urandom", "rb");
    bool is_read = random && fread(bytes, 1, sizeof(bytes), random) == sizeof(bytes);
    if (random) {
        (void)fclose(random);
    }
    if (!is_read) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "no random bytes for a UID: %s", strerror(errno));
    }
    for (bool is_zero = false; !is_zero && n < 39; n++) {
        unsigned remainder = 0;
        is_zero = true;
        for (size_t i = 0; i < sizeof(bytes); i++) {
            unsigned value = remainder << 8 | bytes[i];
            bytes[i] = (uint8_t)(value / 10);
            remainder = value % 10;
            is_zero = is_zero && bytes[i] == 0;
        }
        digits[n] = (char)('0' + remainder);
    }
    memcpy(uid, "2.25.", 5);
    for (int i = 0; i < n; i++) {
        uid[5 + i] = digits[n - 1 - i];
    }
    uid[5 + n] = '\0';
    return MOLY_OK;
}

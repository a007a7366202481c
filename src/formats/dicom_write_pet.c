/* SPDX-License-Identifier: Apache-2.0 */
/* PET Image Storage (PS3.3 A.21), one slice a file. Where attributes exclude each other: Patient
 * Position stays away because the orientation codes are there, Reprojection Method because this is
 * no reprojection. */
#include <math.h>
#include <string.h>

#include "dicom_write.h"

enum { MOST_COMMENT_BYTES = 10240 }; /* of a long text, PS3.5 table 6.2-1 */
static const double LN2 = 0.69314718055994530942;

/* What the slices of a series have in common. */
typedef struct pet_writer {
    const char *folder;
    moly_dicom_header header; /* with its UIDs filled in */
    char study_uid[65], series_uid[65], frame_uid[65];
    const moly_volume *volume;
    double frame_duration_s;
    uint16_t *words; /* one slice */
} pet_writer;

static moly_status check(const moly_dicom_header *h, const moly_volume *volume,
                         double frame_duration_s, moly_error *err)
{
    const struct {
        const char *name;
        bool is_there;
    } needed[] = {
        {"patient_id", h->patient_id != NULL},
        {"patient_name", h->patient_name != NULL},
        {"series_time with its date",
         h->series_time.day != MOLY_DICOM_NO_DAY && isfinite(h->series_time.second)},
        {"study_time with its date",
         h->study_time.day != MOLY_DICOM_NO_DAY && isfinite(h->study_time.second)},
        {"injection_datetime",
         h->injection_datetime.day != MOLY_DICOM_NO_DAY && isfinite(h->injection_datetime.second)},
        {"total_dose in Bq", h->total_dose > 0.0 && isfinite(h->total_dose)},
        {"half_life_s", h->half_life_s > 0.0 && isfinite(h->half_life_s)},
        {"a frame duration above 0 s", frame_duration_s > 0.0 && isfinite(frame_duration_s)},
        {"a one-frame volume in Bq/mL",
         volume->n_frames == 1 && volume->quantity == MOLY_QUANTITY_BQ_PER_ML},
        {"a note of at most 10240 bytes",
         !volume->note || strlen(volume->note) <= MOST_COMMENT_BYTES},
        {"at most 65535 voxels a side",
         volume->grid.n[0] <= 65535 && volume->grid.n[1] <= 65535 && volume->grid.n[2] <= 65535},
    };
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        if (!needed[i].is_there) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "a PET series cannot be written without %s",
                             needed[i].name);
        }
    }
    int64_t n = moly_grid_n_voxels(&volume->grid);
    for (int64_t i = 0; i < n; i++) {
        if (!(volume->data[i] >= 0.0f) || !isfinite(volume->data[i])) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "voxel %lld is %g Bq/mL: must be 0 or more",
                             (long long)i, (double)volume->data[i]);
        }
    }
    return MOLY_OK;
}

static void out_pet(const pet_writer *w, dicom_out out)
{
    const moly_dicom_header *h = &w->header;
    out_text(out, TAG_Units, "BQML");
    out_text(out, TAG_CountsSource, "EMISSION");
    out_text(out, TAG_SeriesType, "STATIC\\IMAGE");
    out_u16(out, TAG_NumberOfSlices, w->volume->grid.n[2]);
    out_text(out, TAG_CorrectedImage,
             h->corrected_image ? h->corrected_image : "DECY\\ATTN\\SCAT\\RAN\\NORM\\DTIM");
    out_text(out, TAG_DecayCorrection, "START");
    out_text(out, TAG_CollimatorType, "NONE");
    if (h->reconstruction) {
        out_text(out, TAG_ReconstructionMethod, h->reconstruction);
    }
}

static void out_agent(const pet_writer *w, dicom_out out)
{
    const moly_dicom_header *h = &w->header;
    dicom_out agent = out_item(out, TAG_RadiopharmaceuticalInformationSequence);
    if (h->radiopharmaceutical) {
        out_text(agent, TAG_Radiopharmaceutical, h->radiopharmaceutical);
    }
    out_time(agent, TAG_RadiopharmaceuticalStartTime, h->injection_datetime);
    out_datetime(agent, TAG_RadiopharmaceuticalStartDateTime, h->injection_datetime);
    out_number(agent, TAG_RadionuclideTotalDose, h->total_dose);
    out_number(agent, TAG_RadionuclideHalfLife, h->half_life_s);
    if (h->radionuclide_code) {
        out_code(agent, TAG_RadionuclideCodeSequence, h->radionuclide_code,
                 h->radionuclide_scheme ? h->radionuclide_scheme : "SCT",
                 h->radionuclide_meaning ? h->radionuclide_meaning : h->radionuclide_code);
    } else {
        dcm_set_empty(agent.file, agent.item, TAG_RadionuclideCodeSequence);
    }
    out_lying(out);
}

/* Mean time of the counts from the start of a frame that decays, s. */
static double mean_time_s(double lambda_per_s, double duration_s)
{
    double x = lambda_per_s * duration_s;
    return log(x / -expm1(-x)) / lambda_per_s;
}

static void out_image(const pet_writer *w, dicom_out out, int64_t z, double slope)
{
    const moly_grid *grid = &w->volume->grid;
    const double *d = grid->direction;
    double at[3], lambda_per_s = LN2 / w->header.half_life_s;
    double mean_s = mean_time_s(lambda_per_s, w->frame_duration_s);
    moly_grid_position(grid, (double[3]){0, 0, (double)z}, at);
    out_text(out, TAG_ImageType, "ORIGINAL\\PRIMARY");
    out_integer(out, TAG_InstanceNumber, z + 1);
    out_date(out, TAG_ContentDate, w->header.series_time);
    out_time(out, TAG_ContentTime, w->header.series_time);
    out_date(out, TAG_AcquisitionDate, w->header.series_time);
    out_time(out, TAG_AcquisitionTime, w->header.series_time);
    out_numbers(out, TAG_ImagePositionPatient, at, 3);
    out_numbers(out, TAG_ImageOrientationPatient,
                (const double[6]){d[0], d[3], d[6], d[1], d[4], d[7]}, 6);
    out_numbers(out, TAG_PixelSpacing, (const double[2]){grid->spacing_mm[1], grid->spacing_mm[0]},
                2);
    out_number(out, TAG_SliceThickness, grid->spacing_mm[2]);
    out_integer(out, TAG_ActualFrameDuration, (int64_t)floor(w->frame_duration_s * 1e3 + 0.5));
    out_number(out, TAG_FrameReferenceTime, 1e3 * mean_s);
    out_number(out, TAG_DecayFactor, exp(lambda_per_s * mean_s));
    out_u16(out, TAG_ImageIndex, z + 1);
    out_u16(out, TAG_SamplesPerPixel, 1);
    out_text(out, TAG_PhotometricInterpretation, "MONOCHROME2");
    out_u16(out, TAG_Rows, grid->n[1]);
    out_u16(out, TAG_Columns, grid->n[0]);
    out_u16(out, TAG_BitsAllocated, 16);
    out_u16(out, TAG_BitsStored, 16);
    out_u16(out, TAG_HighBit, 15);
    out_u16(out, TAG_PixelRepresentation, 0);
    out_number(out, TAG_RescaleIntercept, 0.0);
    out_number(out, TAG_RescaleSlope, slope);
    out_text(out, TAG_LossyImageCompression, "00");
    if (w->volume->note) {
        out_text(out, TAG_ImageComments, w->volume->note);
    }
}

/* A slope that survives being written with 16 characters: slightly up, so that nothing overflows.
 */
static double slope_of(const float *data, int64_t n)
{
    double max = 0.0;
    for (int64_t i = 0; i < n; i++) {
        max = fmax(max, (double)data[i]);
    }
    char text[MOLY_NUMBER_TEXT_SIZE];
    double slope = max > 0.0 ? max / 65000.0 : 1.0;
    return moly_number_parse(moly_number_format(slope, 8, text), &slope, NULL) == MOLY_OK ? slope
                                                                                          : 1.0;
}

static void slice_uid(const pet_writer *w, int64_t z, char uid[65])
{
    int n = snprintf(uid, 65, "%s.%lld", w->header.series_uid, (long long)z + 1);
    if (n > 64) {
        uid[0] = '\0'; /* too long to extend: a new one */
    }
}

static moly_status write_slice(const pet_writer *w, int64_t z, moly_error *err)
{
    int64_t n = w->volume->grid.n[0] * w->volume->grid.n[1];
    const float *data = w->volume->data + z * n;
    double slope = slope_of(data, n);
    char path[4096], uid[65];
    dicom_out out = {0};
    if (snprintf(path, sizeof(path), "%s/%04lld.dcm", w->folder, (long long)z + 1) >=
        (int)sizeof(path)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "the path of folder %s is too long", w->folder);
    }
    for (int64_t i = 0; i < n; i++) {
        w->words[i] = (uint16_t)floor((double)data[i] / slope + 0.5);
    }
    slice_uid(w, z, uid);
    moly_status status = *uid ? MOLY_OK : moly_dicom_new_uid(uid, err);
    if (status == MOLY_OK) {
        status = dcm_new(&out.file, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    out.item = dcm_root(out.file);
    out_common(out, &w->header, UID_PET_IMAGE, uid);
    out_series(out, &w->header, "PT");
    out_pet(w, out);
    out_agent(w, out);
    out_image(w, out, z, slope);
    dcm_set_words(out.file, out.item, TAG_PixelData, w->words, (size_t)n);
    status = out_save(out, path, err);
    dcm_close(out.file);
    return status;
}

moly_status moly_dicom_write_pet(const char *folder, const moly_dicom_header *header,
                                 const moly_volume *volume, double frame_duration_s,
                                 moly_error *err)
{
    pet_writer w = {.folder = folder,
                    .header = *header,
                    .volume = volume,
                    .frame_duration_s = frame_duration_s};
    moly_status status = check(header, volume, frame_duration_s, err);
    if (status == MOLY_OK) {
        status = out_fill_uid(&w.header.study_uid, w.study_uid, err);
    }
    if (status == MOLY_OK) {
        status = out_fill_uid(&w.header.series_uid, w.series_uid, err);
    }
    if (status == MOLY_OK) {
        status = out_fill_uid(&w.header.frame_of_reference_uid, w.frame_uid, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    w.words = moly_alloc((size_t)(volume->grid.n[0] * volume->grid.n[1]), sizeof(*w.words));
    if (!w.words) {
        return MOLY_NO_MEMORY(err);
    }
    for (int64_t z = 0; status == MOLY_OK && z < volume->grid.n[2]; z++) {
        status = write_slice(&w, z, err);
    }
    moly_free(w.words);
    return status;
}

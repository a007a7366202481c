/* SPDX-License-Identifier: Apache-2.0 */
/* NM Image Storage (PS3.3 A.5), RECON TOMO: a reconstructed image, all slices in one object. */
#include <math.h>
#include <string.h>

#include "dicom_write_nm.h"

enum { MOST_A_SIDE = 65535, MOST_COMMENT_BYTES = 10240, MOST_STORED = 65535, SLOPE_DIGITS = 8 };
static const double used_values = 65000.0; /* a slope that is rounded down must not overflow */

typedef struct recon_writer {
    moly_dicom_header header; /* with its UIDs filled in */
    char study_uid[65], series_uid[65], frame_uid[65], uid[65];
    const moly_volume *volume;
    const moly_nm_source *source;
    double slope;
    bool is_against; /* the volume's slices run against the frames' normal: the last one is first */
    uint16_t *words;
} recon_writer;

static moly_status check(const recon_writer *w, moly_error *err)
{
    const moly_dicom_header *h = &w->header;
    const moly_volume *v = w->volume;
    const moly_nm_source *s = w->source;
    const int64_t *n = v->grid.n;
    const struct {
        const char *name;
        bool is_there;
    } needed[] = {
        {"the patient's number", h->patient_id != NULL},
        {"the patient's name", h->patient_name != NULL},
        {"the time of the series with its date",
         h->series_time.day != MOLY_DICOM_NO_DAY && isfinite(h->series_time.second)},
        {"a volume of one frame", v->n_frames == 1},
        {"at most 65535 voxels a side",
         n[0] <= MOST_A_SIDE && n[1] <= MOST_A_SIDE && n[2] <= MOST_A_SIDE},
        {"a note of at most 10240 bytes", !v->note || strlen(v->note) <= MOST_COMMENT_BYTES},
        {"heads that share the views", s->n_heads > 0 && s->projections->n_views % s->n_heads == 0},
    };
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (!needed[i].is_there) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE,
                             "a reconstructed NM image cannot be written without %s",
                             needed[i].name);
        }
    }
    for (int64_t i = 0; i < moly_grid_n_voxels(&v->grid); i++) {
        if (!(v->data[i] >= 0.0F) || !isfinite(v->data[i])) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "voxel %lld is %g: must be 0 or more",
                             (long long)i, (double)v->data[i]);
        }
    }
    return MOLY_OK;
}

/* Frames follow the normal that rows and columns make, as Spacing Between Slices above 0 says. */
static bool runs_against(const moly_grid *g)
{
    const double *d = g->direction; /* columns: along x, y, z */
    const double normal[3] = {d[3] * d[7] - d[6] * d[4], d[6] * d[1] - d[0] * d[7],
                              d[0] * d[4] - d[3] * d[1]};
    return normal[0] * d[2] + normal[1] * d[5] + normal[2] * d[8] < 0.0;
}

static moly_status store(recon_writer *w, moly_error *err)
{
    const moly_volume *v = w->volume;
    const int64_t n = moly_grid_n_voxels(&v->grid), n_slices = v->grid.n[2], a_slice = n / n_slices;
    double most = 0.0;
    char text[MOLY_NUMBER_TEXT_SIZE];
    for (int64_t i = 0; i < n; i++) {
        most = fmax(most, (double)v->data[i]);
    }
    w->slope = most > 0.0 ? most / used_values : 1.0;
    moly_status status =
        moly_number_parse(moly_number_format(w->slope, SLOPE_DIGITS, text), &w->slope, err);
    w->words = status ? NULL : moly_alloc((size_t)n, sizeof *w->words);
    if (status || !w->words) {
        return status ? status : MOLY_NO_MEMORY(err);
    }
    for (int64_t i = 0; i < n; i++) {
        const int64_t z = i / a_slice, from = w->is_against ? n_slices - 1 - z : z;
        const float value = v->data[from * a_slice + i % a_slice];
        w->words[i] = (uint16_t)floor((double)value / w->slope + 0.5);
    }
    return MOLY_OK;
}

/* One head stands for all: the place of the first slice is the head's. */
static void out_head(const recon_writer *w, dicom_out out)
{
    const moly_nm_source *s = w->source;
    const moly_projections *p = s->projections;
    const double *d = w->volume->grid.direction;
    const int64_t n_steps = p->n_views / s->n_heads;
    double first_mm[3], step_rad = 0.0;
    const double first = w->is_against ? (double)(w->volume->grid.n[2] - 1) : 0.0;
    moly_grid_position(&w->volume->grid, (const double[3]){0.0, 0.0, first}, first_mm);
    out_u16(out, TAG_NumberOfDetectors, 1);
    dicom_out head = out_item(out, TAG_DetectorInformationSequence);
    nm_out_collimator(head, s->collimator);
    out_numbers(head, TAG_ImagePositionPatient, first_mm, 3);
    out_numbers(head, TAG_ImageOrientationPatient,
                (const double[6]){d[0], d[3], d[6], d[1], d[4], d[7]}, 6);
    out_number(head, TAG_StartAngle, nm_degrees(p->views[0].angle_rad));
    nm_out_radii(head, p->views, n_steps);
    if (nm_odd_view(p, n_steps, &step_rad) < 0 && n_steps > 1) {
        nm_out_turn(out, p, n_steps, step_rad);
    } else {
        out_u16(out, TAG_NumberOfRotations, 1);
        dcm_set_empty(out.file, out.item, TAG_RotationInformationSequence);
    }
}

static void out_unit(const recon_writer *w, dicom_out out)
{
    out_number(out, TAG_RescaleIntercept, 0.0);
    out_number(out, TAG_RescaleSlope, w->slope);
    if (w->volume->quantity != MOLY_QUANTITY_BQ_PER_ML) {
        return;
    }
    dicom_out map = out_item(out, TAG_RealWorldValueMappingSequence);
    out_u16(map, TAG_RealWorldValueFirstValueMapped, 0);
    out_u16(map, TAG_RealWorldValueLastValueMapped, MOST_STORED);
    dcm_set_f64(map.file, map.item, TAG_RealWorldValueIntercept, 0.0);
    dcm_set_f64(map.file, map.item, TAG_RealWorldValueSlope, w->slope);
    out_text(map, TAG_LUTExplanation, "Activity concentration");
    out_text(map, TAG_LUTLabel, "BQML");
    out_code(map, TAG_MeasurementUnitsCodeSequence, "Bq/ml", "UCUM", "Becquerels/milliliter");
    out_text(out, TAG_Units, "BQML");
    out_text(out, TAG_DecayCorrection, "START");
    out_datetime(out, TAG_DecayCorrectionDateTime, w->header.series_time);
}

/* Counts of the projections; empty where IS does not hold them. */
static void out_counts(const recon_writer *w, dicom_out out)
{
    const moly_projections *p = w->source->projections;
    const size_t n = (size_t)(p->n_gates * p->n_views) * moly_projections_view_size(p);
    const float *counts = moly_projections_view(p, w->source->window, 0, 0);
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)counts[i];
    }
    if (sum < (double)INT32_MAX) {
        out_integer(out, TAG_CountsAccumulated, (int64_t)floor(sum + 0.5));
    } else {
        out_text(out, TAG_CountsAccumulated, NULL);
    }
}

static void out_image(const recon_writer *w, dicom_out out)
{
    const moly_dicom_header *h = &w->header;
    const moly_grid *g = &w->volume->grid;
    static const uint16_t pointer[2] = {TAG_SliceVector >> 16, TAG_SliceVector & 0xffff};
    out_text(out, TAG_ImageType, "ORIGINAL\\PRIMARY\\RECON TOMO\\EMISSION");
    out_integer(out, TAG_InstanceNumber, 1);
    out_date(out, TAG_ContentDate, h->series_time);
    out_time(out, TAG_ContentTime, h->series_time);
    out_date(out, TAG_AcquisitionDate, h->series_time);
    out_time(out, TAG_AcquisitionTime, h->series_time);
    out_counts(w, out);
    out_text(out, TAG_ImageID, NULL);
    if (h->corrected_image) {
        out_text(out, TAG_CorrectedImage, h->corrected_image);
    }
    if (h->reconstruction) {
        out_text(out, TAG_ReconstructionMethod, h->reconstruction);
    }
    out_numbers(out, TAG_PixelSpacing, (const double[2]){g->spacing_mm[1], g->spacing_mm[0]}, 2);
    out_number(out, TAG_SliceThickness, g->spacing_mm[2]);
    out_number(out, TAG_SpacingBetweenSlices, g->spacing_mm[2]);
    out_integer(out, TAG_NumberOfFrames, g->n[2]);
    dcm_set_u16s(out.file, out.item, TAG_FrameIncrementPointer, pointer, 1);
    out_u16(out, TAG_NumberOfSlices, g->n[2]);
    out_u16(out, TAG_SamplesPerPixel, 1);
    out_text(out, TAG_PhotometricInterpretation, "MONOCHROME2");
    out_u16(out, TAG_Rows, g->n[1]);
    out_u16(out, TAG_Columns, g->n[0]);
    out_u16(out, TAG_BitsAllocated, 16);
    out_u16(out, TAG_BitsStored, 16);
    out_u16(out, TAG_HighBit, 15);
    out_u16(out, TAG_PixelRepresentation, 0);
    out_text(out, TAG_LossyImageCompression, "00");
    if (w->volume->note) {
        out_text(out, TAG_ImageComments, w->volume->note);
    }
}

static moly_status out_slices(const recon_writer *w, dicom_out out, moly_error *err)
{
    const int64_t n = w->volume->grid.n[2];
    uint16_t *numbers = moly_alloc((size_t)n, sizeof *numbers);
    if (!numbers) {
        return MOLY_NO_MEMORY(err);
    }
    for (int64_t i = 0; i < n; i++) {
        numbers[i] = (uint16_t)(i + 1);
    }
    dcm_set_u16s(out.file, out.item, TAG_SliceVector, numbers, (size_t)n);
    dcm_set_words(out.file, out.item, TAG_PixelData, w->words,
                  (size_t)moly_grid_n_voxels(&w->volume->grid));
    moly_free(numbers);
    return MOLY_OK;
}

static moly_status write(const recon_writer *w, const char *path, moly_error *err)
{
    dicom_out out = {0};
    moly_status status = dcm_new(&out.file, err);
    if (status) {
        return status;
    }
    out.item = dcm_root(out.file);
    out_common(out, &w->header, UID_NM_IMAGE, w->uid);
    out_series(out, &w->header, "NM");
    out_lying(out);
    out_u16(out, TAG_NumberOfEnergyWindows, 1);
    nm_out_window(out, &w->source->projections->windows[w->source->window]);
    nm_out_agent(out, &w->header);
    out_head(w, out);
    out_image(w, out);
    out_unit(w, out);
    status = out_slices(w, out, err);
    status = status ? status : out_save(out, path, err);
    dcm_close(out.file);
    return status;
}

moly_status moly_dicom_write_recon(const char *path, const moly_dicom_header *header,
                                   const moly_volume *volume, const moly_nm_source *source,
                                   moly_error *err)
{
    recon_writer w = {.header = *header, .volume = volume, .source = source};
    moly_status status = check(&w, err);
    status = status ? status : out_fill_uid(&w.header.study_uid, w.study_uid, err);
    status = status ? status : out_fill_uid(&w.header.series_uid, w.series_uid, err);
    status = status ? status : out_fill_uid(&w.header.frame_of_reference_uid, w.frame_uid, err);
    status = status ? status : moly_dicom_new_uid(w.uid, err);
    w.is_against = runs_against(&volume->grid);
    status = status ? status : store(&w, err);
    status = status ? status : write(&w, path, err);
    moly_free(w.words);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* NM Image Storage (PS3.3 A.5): TOMO and STATIC, all energy windows in one object. */
#include "moly/formats/dicom_nm.h"

#include <math.h>
#include <string.h>

#include "dicom_write_nm.h"

enum { MOST_FRAMES = 65535, MOST_COUNTS = 65535, MOST_RADII = 720, N_VECTORS = 4 };
static const double degrees_per_rad = 57.295779513082321, ms_per_s = 1000.0;
static const double pi = 3.14159265358979323846;

typedef struct nm_writer {
    const moly_projections *p;
    moly_dicom_header header;
    char study_uid[65], series_uid[65], frame_uid[65], uid[65];
    const moly_collimator *collimator;
    int64_t n_heads, n_steps, n_frames;
    double step_rad; /* of gamma.h's angle */
    bool is_tomo;
    uint16_t *words;
} nm_writer;

int64_t nm_odd_view(const moly_projections *p, int64_t n_steps, double *step_rad)
{
    const double step = n_steps > 1 ? p->views[1].angle_rad - p->views[0].angle_rad : 0.0;
    *step_rad = step;
    for (int64_t v = 0; v < p->n_views; v++) {
        const int64_t first = v / n_steps * n_steps;
        const double wanted = p->views[first].angle_rad + (double)(v - first) * step;
        if (fabs(p->views[v].angle_rad - wanted) > 1e-4) {
            return v;
        }
    }
    return -1;
}

static moly_status check(nm_writer *w, moly_error *err)
{
    const moly_projections *p = w->p;
    const moly_dicom_header *h = &w->header;
    if (!h->patient_id || !h->patient_name || h->series_time.day == MOLY_DICOM_NO_DAY ||
        !isfinite(h->series_time.second)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "an NM object needs the patient's number and name and when the series was "
                         "made");
    }
    w->n_frames = p->n_windows * p->n_views;
    if (p->n_gates != 1 || w->n_heads < 1 || p->n_views % w->n_heads != 0 || p->n_axial > 65535 ||
        p->n_bins > 65535 || w->n_frames > MOST_FRAMES) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "an NM object of %lld gates, %lld heads, %lld views, %lld windows: one "
                         "gate, heads that divide the views, at most %d frames",
                         (long long)p->n_gates, (long long)w->n_heads, (long long)p->n_views,
                         (long long)p->n_windows, (int)MOST_FRAMES);
    }
    w->n_steps = p->n_views / w->n_heads;
    w->is_tomo = w->n_steps > 1;
    const int64_t odd = nm_odd_view(p, w->n_steps, &w->step_rad);
    if (odd >= 0) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "view %lld: angles that are not evenly spread cannot be said in NM",
                         (long long)odd + 1);
    }
    for (int64_t i = 0; i < w->n_frames * (int64_t)moly_projections_view_size(p); i++) {
        if (!(p->counts[i] >= 0.0F && p->counts[i] <= (float)MOST_COUNTS)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "frame %lld: %g counts in a pixel; NM holds %d",
                             (long long)(i / (int64_t)moly_projections_view_size(p)) + 1,
                             (double)p->counts[i], (int)MOST_COUNTS);
        }
    }
    return MOLY_OK;
}

void nm_out_window(dicom_out out, const moly_energy_window *window)
{
    dicom_out info = out_item(out, TAG_EnergyWindowInformationSequence);
    dicom_out range = out_item(info, TAG_EnergyWindowRangeSequence);
    out_number(range, TAG_EnergyWindowLowerLimit, window->low_kev);
    out_number(range, TAG_EnergyWindowUpperLimit, window->high_kev);
}

void nm_out_agent(dicom_out out, const moly_dicom_header *h)
{
    dicom_out agent = out_item(out, TAG_RadiopharmaceuticalInformationSequence);
    if (h->radiopharmaceutical) {
        out_text(agent, TAG_Radiopharmaceutical, h->radiopharmaceutical);
    }
    if (isfinite(h->injection_datetime.second)) {
        out_time(agent, TAG_RadiopharmaceuticalStartTime, h->injection_datetime);
        out_datetime(agent, TAG_RadiopharmaceuticalStartDateTime, h->injection_datetime);
    }
    if (h->total_dose > 0.0) {
        out_number(agent, TAG_RadionuclideTotalDose, h->total_dose);
    }
    if (h->radionuclide_code) {
        out_code(agent, TAG_RadionuclideCodeSequence, h->radionuclide_code,
                 h->radionuclide_scheme ? h->radionuclide_scheme : "SCT",
                 h->radionuclide_meaning ? h->radionuclide_meaning : h->radionuclide_code);
    } else {
        dcm_set_empty(agent.file, agent.item, TAG_RadionuclideCodeSequence);
    }
}

void nm_out_collimator(dicom_out head, const moly_collimator *collimator)
{
    static const char *const types[MOLY_N_COLLIMATOR_KINDS] = {"PARA", "FANB", "PINH"};
    if (!collimator) {
        out_text(head, TAG_CollimatorType, "UNKN");
        return;
    }
    const moly_collimator_kind kind = moly_collimator_kind_of(collimator);
    out_text(head, TAG_CollimatorGridName, collimator->name);
    out_text(head, TAG_CollimatorType, types[kind]);
    if (kind == MOLY_COLLIMATOR_FAN) {
        out_integer(head, TAG_FocalDistance, (int64_t)floor(collimator->focal_mm + 0.5));
    }
}

/* DICOM's angle: 0 at the back, growing to the left: pi less gamma.h's; x and y are the patient's.
 */
double nm_degrees(double angle_rad)
{
    const double degrees = fmod((pi - angle_rad) * degrees_per_rad, 360.0);
    return degrees < 0.0 ? degrees + 360.0 : degrees;
}

void nm_out_radii(dicom_out head, const moly_camera_view *first, int64_t n_steps)
{
    double radii[MOST_RADII];
    const size_t n = n_steps <= MOST_RADII ? (size_t)n_steps : 1;
    for (size_t v = 0; v < n; v++) {
        radii[v] = first[v].radius_mm;
    }
    out_numbers(head, TAG_RadialPosition, radii, n);
}

void nm_out_turn(dicom_out out, const moly_projections *p, int64_t n_steps, double step_rad)
{
    const double step = fabs(step_rad) * degrees_per_rad;
    dicom_out turn = out_item(out, TAG_RotationInformationSequence);
    out_u16(out, TAG_NumberOfRotations, 1);
    out_number(turn, TAG_StartAngle, nm_degrees(p->views[0].angle_rad));
    out_number(turn, TAG_AngularStep, step);
    out_text(turn, TAG_RotationDirection, step_rad > 0.0 ? "CW" : "CC");
    out_number(turn, TAG_ScanArc, step * (double)n_steps);
    out_integer(turn, TAG_ActualFrameDuration,
                (int64_t)floor(p->views[0].duration_s * ms_per_s + 0.5));
    out_u16(turn, TAG_NumberOfFramesInRotation, n_steps);
    out_text(out, TAG_TypeOfDetectorMotion, "STEP AND SHOOT");
}

static void out_heads(const nm_writer *w, dicom_out out)
{
    const moly_projections *p = w->p;
    out_u16(out, TAG_NumberOfDetectors, w->n_heads);
    for (int64_t i = 0; i < w->n_heads; i++) {
        const moly_camera_view *first = &p->views[i * w->n_steps];
        const double c = cos(first->angle_rad), s = sin(first->angle_rad);
        const double u = -0.5 * (double)(p->n_bins - 1) * p->bin_mm;
        const double corner[3] = {first->radius_mm * s + u * c, -first->radius_mm * c + u * s,
                                  0.5 * (double)(p->n_axial - 1) * p->axial_mm};
        const double along[6] = {c, s, 0.0, 0.0, 0.0, -1.0};
        dicom_out head = out_item(out, TAG_DetectorInformationSequence);
        nm_out_collimator(head, w->collimator);
        out_numbers(head, TAG_ImagePositionPatient, corner, 3);
        out_numbers(head, TAG_ImageOrientationPatient, along, 6);
        if (w->is_tomo) {
            out_number(head, TAG_StartAngle, nm_degrees(first->angle_rad));
            nm_out_radii(head, first, w->n_steps);
        }
    }
    if (!w->is_tomo) {
        return;
    }
    nm_out_turn(out, p, w->n_steps, w->step_rad);
}

/* Which window, head, rotation and angle each frame is. */
static void out_vectors(const nm_writer *w, dicom_out out)
{
    static const uint32_t tags[N_VECTORS] = {TAG_EnergyWindowVector, TAG_DetectorVector,
                                             TAG_RotationVector, TAG_AngularViewVector};
    const int n = w->is_tomo ? N_VECTORS : 2;
    uint16_t pointers[2 * N_VECTORS];
    for (int k = 0; k < n; k++) {
        for (int64_t f = 0; f < w->n_frames; f++) {
            const int64_t view = f % w->p->n_views;
            const int64_t values[N_VECTORS] = {f / w->p->n_views, view / w->n_steps, 0,
                                               view % w->n_steps};
            w->words[f] = (uint16_t)(values[k] + 1);
        }
        dcm_set_u16s(out.file, out.item, tags[k], w->words, (size_t)w->n_frames);
        pointers[2 * k] = (uint16_t)(tags[k] >> 16);
        pointers[2 * k + 1] = (uint16_t)(tags[k] & 0xffffU);
    }
    dcm_set_u16s(out.file, out.item, TAG_FrameIncrementPointer, pointers, (size_t)n);
}

static void out_image(const nm_writer *w, dicom_out out)
{
    const moly_projections *p = w->p;
    const moly_dicom_header *h = &w->header;
    out_text(out, TAG_ImageType,
             w->is_tomo ? "ORIGINAL\\PRIMARY\\TOMO\\EMISSION"
                        : "ORIGINAL\\PRIMARY\\STATIC\\EMISSION");
    out_integer(out, TAG_InstanceNumber, 1);
    out_date(out, TAG_ContentDate, h->series_time);
    out_time(out, TAG_ContentTime, h->series_time);
    out_date(out, TAG_AcquisitionDate, h->series_time);
    out_time(out, TAG_AcquisitionTime, h->series_time);
    out_integer(out, TAG_CountsAccumulated, (int64_t)floor(moly_projections_total(p) + 0.5));
    out_text(out, TAG_ImageID, NULL);
    if (!w->is_tomo) {
        out_integer(out, TAG_ActualFrameDuration,
                    (int64_t)floor(p->views[0].duration_s * ms_per_s + 0.5));
    }
    out_numbers(out, TAG_PixelSpacing, (const double[2]){p->axial_mm, p->bin_mm}, 2);
    out_integer(out, TAG_NumberOfFrames, w->n_frames);
    out_u16(out, TAG_SamplesPerPixel, 1);
    out_text(out, TAG_PhotometricInterpretation, "MONOCHROME2");
    out_u16(out, TAG_Rows, p->n_axial);
    out_u16(out, TAG_Columns, p->n_bins);
    out_u16(out, TAG_BitsAllocated, 16);
    out_u16(out, TAG_BitsStored, 16);
    out_u16(out, TAG_HighBit, 15);
    out_u16(out, TAG_PixelRepresentation, 0);
    out_text(out, TAG_LossyImageCompression, "00");
    const size_t n = (size_t)w->n_frames * moly_projections_view_size(p);
    for (size_t i = 0; i < n; i++) {
        w->words[i] = (uint16_t)floor((double)p->counts[i] + 0.5);
    }
    dcm_set_words(out.file, out.item, TAG_PixelData, w->words, n);
}

static moly_status write(nm_writer *w, const char *path, moly_error *err)
{
    dicom_out out = {0};
    moly_status status = moly_dicom_new_uid(w->uid, err);
    status = status ? status : dcm_new(&out.file, err);
    if (status) {
        return status;
    }
    out.item = dcm_root(out.file);
    out_common(out, &w->header, UID_NM_IMAGE, w->uid);
    out_series(out, &w->header, "NM");
    out_lying(out);
    out_u16(out, TAG_NumberOfEnergyWindows, w->p->n_windows);
    for (int64_t i = 0; i < w->p->n_windows; i++) {
        nm_out_window(out, &w->p->windows[i]);
    }
    nm_out_agent(out, &w->header);
    out_heads(w, out);
    out_vectors(w, out);
    out_image(w, out);
    status = out_save(out, path, err);
    dcm_close(out.file);
    return status;
}

moly_status moly_dicom_write_nm(const char *path, const moly_dicom_header *header,
                                const moly_projections *p, int64_t n_heads,
                                const moly_collimator *collimator, moly_error *err)
{
    nm_writer w = {.p = p, .header = *header, .collimator = collimator, .n_heads = n_heads};
    moly_status status = check(&w, err);
    status = status ? status : out_fill_uid(&w.header.study_uid, w.study_uid, err);
    status = status ? status : out_fill_uid(&w.header.series_uid, w.series_uid, err);
    status = status ? status : out_fill_uid(&w.header.frame_of_reference_uid, w.frame_uid, err);
    if (status) {
        return status;
    }
    w.words = moly_alloc((size_t)w.n_frames * moly_projections_view_size(p), sizeof *w.words);
    status = w.words ? write(&w, path, err) : MOLY_NO_MEMORY(err);
    moly_free(w.words);
    return status;
}

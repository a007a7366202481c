/* SPDX-License-Identifier: Apache-2.0 */
/* DICOM NM: frames by their vectors into windows, gates and views. */
#include "moly/formats/dicom_nm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "dicom_inside.h"
#include "dicom_tags.h"

enum { MOST_FRAMES = 65535, MOST_PARTS = 1024 };
static const double degrees_per_rad = 57.295779513082321;
static const double pi = 3.14159265358979323846;
static const double ms_per_s = 1000.0;

/* Where a frame goes. */
typedef struct nm_frame {
    int64_t window, gate, view;
    int64_t head, rotation, angle; /* 1-based, as the vectors have them */
} nm_frame;

typedef struct nm_file {
    const dcm_item *root;
    nm_frame *frames;
    int64_t n_frames, n_windows, n_gates, n_views;
    double pixel_mm[2]; /* down, across */
} nm_file;

static int64_t vector_at(const dcm_item *root, uint32_t tag, int64_t frame, int64_t most,
                         moly_status *status, moly_error *err)
{
    if (!dcm_has(root, tag)) {
        return 1;
    }
    const double value = dcm_number(root, tag, (size_t)frame);
    if (!(value >= 1.0 && value <= (double)most) && !*status) {
        *status = MOLY_FAIL(err, MOLY_ERR_DATA,
                            "frame %lld: its vector (%04x,%04x) has %g, must be 1 to %lld",
                            (long long)frame + 1, (unsigned)(tag >> 16), (unsigned)(tag & 0xffffU),
                            value, (long long)most);
    }
    return *status ? 1 : (int64_t)value;
}

static int64_t largest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Views are counted within their window and gate; each must have as many. */
static moly_status count_views(nm_file *n, moly_arena *arena, moly_error *err)
{
    const int64_t n_parts = n->n_windows * n->n_gates;
    int64_t *counts =
        n_parts <= MOST_PARTS ? moly_arena_alloc(arena, (size_t)n_parts, sizeof *counts) : NULL;
    if (!counts) {
        return n_parts <= MOST_PARTS
                   ? MOLY_NO_MEMORY(err)
                   : MOLY_FAIL(err, MOLY_ERR_DATA, "%lld windows times %lld gates; at most %d",
                               (long long)n->n_windows, (long long)n->n_gates, (int)MOST_PARTS);
    }
    for (int64_t i = 0; i < n->n_frames; i++) {
        n->frames[i].view = counts[n->frames[i].window * n->n_gates + n->frames[i].gate]++;
    }
    for (int64_t i = 0; i < n_parts; i++) {
        if (counts[i] != counts[0]) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "energy window %lld, gate %lld has %lld frames, the first %lld",
                             (long long)(i / n->n_gates) + 1, (long long)(i % n->n_gates) + 1,
                             (long long)counts[i], (long long)counts[0]);
        }
    }
    n->n_views = counts[0];
    return MOLY_OK;
}

static moly_status sort_frames(nm_file *n, moly_arena *arena, moly_error *err)
{
    const dcm_item *r = n->root;
    int64_t n_slots = 1;
    moly_status status = MOLY_OK;
    n->n_frames = dicom_n_frames(r);
    n->n_windows = n->n_gates = 1;
    if (n->n_frames < 1 || n->n_frames > MOST_FRAMES) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%lld frames; 1 to %d", (long long)n->n_frames,
                         (int)MOST_FRAMES);
    }
    n->frames = moly_arena_alloc(arena, (size_t)n->n_frames, sizeof *n->frames);
    if (!n->frames) {
        return MOLY_NO_MEMORY(err);
    }
    for (int64_t i = 0; i < n->n_frames; i++) {
        n_slots = largest(n_slots, vector_at(r, TAG_TimeSlotVector, i, MOST_PARTS, &status, err));
    }
    for (int64_t i = 0; i < n->n_frames && !status; i++) {
        nm_frame *f = &n->frames[i];
        f->window = vector_at(r, TAG_EnergyWindowVector, i, MOST_PARTS, &status, err) - 1;
        f->gate = (vector_at(r, TAG_RRIntervalVector, i, MOST_PARTS, &status, err) - 1) * n_slots +
                  vector_at(r, TAG_TimeSlotVector, i, MOST_PARTS, &status, err) - 1;
        f->head = vector_at(r, TAG_DetectorVector, i, MOST_PARTS, &status, err);
        f->rotation = vector_at(r, TAG_RotationVector, i, MOST_PARTS, &status, err);
        f->angle = vector_at(r, TAG_AngularViewVector, i, MOST_FRAMES, &status, err);
        n->n_windows = largest(n->n_windows, f->window + 1);
        n->n_gates = largest(n->n_gates, f->gate + 1);
    }
    return status ? status : count_views(n, arena, err);
}

static moly_status read_pixel_size(nm_file *n, moly_error *err)
{
    for (size_t i = 0; i < 2; i++) {
        n->pixel_mm[i] = dcm_number(n->root, TAG_PixelSpacing, i);
        if (!(n->pixel_mm[i] > 0.0 && n->pixel_mm[i] < 1000.0)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "its pixels have no size (Pixel Spacing)");
        }
    }
    return MOLY_OK;
}

static void read_windows(const nm_file *n, moly_projections *p)
{
    for (int64_t w = 0; w < n->n_windows; w++) {
        const dcm_item *info =
            dcm_sequence(n->root, TAG_EnergyWindowInformationSequence, (size_t)w);
        const dcm_item *range = info ? dcm_sequence(info, TAG_EnergyWindowRangeSequence, 0) : NULL;
        const double low = range ? dcm_number(range, TAG_EnergyWindowLowerLimit, 0) : NAN;
        const double high = range ? dcm_number(range, TAG_EnergyWindowUpperLimit, 0) : NAN;
        if (low >= 0.0 && high >= low && isfinite(high)) {
            p->windows[w] = (moly_energy_window){low, high};
        }
    }
}

/* The number of `first` where it has one, else that of `second`. */
static double number_of(const dcm_item *first, const dcm_item *second, uint32_t tag, size_t index)
{
    const double value = first ? dcm_number(first, tag, index) : NAN;
    return isfinite(value) || !second ? value : dcm_number(second, tag, index);
}

static void read_view(const nm_file *n, const nm_frame *f, moly_arena *arena,
                      moly_camera_view *view)
{
    const dcm_item *head =
        dcm_sequence(n->root, TAG_DetectorInformationSequence, (size_t)f->head - 1);
    const dcm_item *turn =
        dcm_sequence(n->root, TAG_RotationInformationSequence, (size_t)f->rotation - 1);
    const double start = number_of(head, turn, TAG_StartAngle, 0);
    const double step = turn ? dcm_number(turn, TAG_AngularStep, 0) : NAN;
    const char *direction = turn ? dcm_text(turn, TAG_RotationDirection, arena) : NULL;
    const double sign = direction && strcmp(direction, "CW") == 0 ? -1.0 : 1.0;
    const double number = (double)(f->angle - 1);
    const double degrees =
        (isfinite(start) ? start : 0.0) + (isfinite(step) ? sign * step * number : 0.0);
    double radius = number_of(head, turn, TAG_RadialPosition, (size_t)f->angle - 1);
    radius = isfinite(radius) ? radius : number_of(head, turn, TAG_RadialPosition, 0);
    const double duration_ms = number_of(turn, n->root, TAG_ActualFrameDuration, 0);
    view->angle_rad = pi - degrees / degrees_per_rad;
    view->radius_mm = radius > 0.0 && radius < 1e4 ? radius : 0.0;
    view->duration_s = duration_ms > 0.0 && duration_ms < 1e9 ? duration_ms / ms_per_s : 0.0;
    view->start_s = number * view->duration_s;
}

/* ---- which way rows and bins run ---- */

static void turn_round(float *first, size_t n, size_t step)
{
    for (size_t i = 0; i < n / 2; i++) {
        const float kept = first[i * step];
        first[i * step] = first[(n - 1 - i) * step];
        first[(n - 1 - i) * step] = kept;
    }
}

/* The detector's orientation is that of the first view. */
static void orient(const nm_file *n, moly_dicom_nm *made)
{
    moly_projections *p = made->projections;
    const dcm_item *head = dcm_sequence(n->root, TAG_DetectorInformationSequence, 0);
    double d[6];
    for (size_t i = 0; i < 6; i++) {
        d[i] = head ? dcm_number(head, TAG_ImageOrientationPatient, i) : NAN;
    }
    made->first_row_mm = head ? dcm_number(head, TAG_ImagePositionPatient, 2) : NAN;
    const double angle = p->views[0].angle_rad;
    const bool is_known = fabs(d[5]) > 0.9 && isfinite(d[0]) && isfinite(d[1]);
    if (!is_known || p->n_views < 2 || !strstr(made->kind, "TOMO") || strstr(made->kind, "RECON")) {
        return;
    }
    const size_t n_z = (size_t)p->n_axial, n_u = (size_t)p->n_bins;
    const int64_t n_images = p->n_windows * p->n_gates * p->n_views;
    const bool is_to_head = d[5] > 0.0, is_against = d[0] * cos(angle) + d[1] * sin(angle) < -0.5;
    for (int64_t i = 0; i < n_images; i++) {
        float *image = p->counts + (size_t)i * n_z * n_u;
        for (size_t u = 0; u < n_u && is_to_head; u++) {
            turn_round(image + u, n_z, n_u);
        }
        for (size_t z = 0; z < n_z && is_against; z++) {
            turn_round(image + z * n_u, n_u, 1);
        }
    }
    made->first_row_mm += is_to_head ? (double)(p->n_axial - 1) * p->axial_mm : 0.0;
}

static moly_status read_counts(dcm_file *file, const nm_file *n, moly_projections **made,
                               moly_error *err)
{
    dcm_pixels pixels = {0};
    moly_projections *p = NULL;
    moly_status status = dcm_decode(file, &pixels, err);
    if (!status && pixels.n_frames != n->n_frames) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "%lld frames are declared, %lld are there",
                           (long long)n->n_frames, (long long)pixels.n_frames);
    }
    status = status ? status
                    : moly_projections_new(n->n_windows, n->n_gates, n->n_views, pixels.rows,
                                           pixels.columns, n->pixel_mm[1], n->pixel_mm[0], &p, err);
    const double slope = dcm_number(n->root, TAG_RescaleSlope, 0);
    const double intercept = dcm_number(n->root, TAG_RescaleIntercept, 0);
    for (int64_t i = 0; i < n->n_frames && !status; i++) {
        const nm_frame *f = &n->frames[i];
        const raw_slice slice = {.told = {.slope = isfinite(slope) ? slope : 1.0,
                                          .intercept = isfinite(intercept) ? intercept : 0.0},
                                 .frame_in_file = i,
                                 .rows = pixels.rows,
                                 .columns = pixels.columns};
        status = dicom_rescale(n->root, &pixels, &slice,
                               moly_projections_view(p, f->window, f->gate, f->view), err);
    }
    if (status) {
        moly_projections_free(p);
        return status;
    }
    *made = p;
    return MOLY_OK;
}

/* The third value of Image Type. */
static void read_kind(const dcm_item *root, moly_arena *arena, char kind[MOLY_NM_KIND_SIZE])
{
    const char *type = dcm_text(root, TAG_ImageType, arena);
    for (int i = 0; i < 2 && type; i++) {
        type = strchr(type, '\\');
        type = type ? type + 1 : NULL;
    }
    const size_t n = type ? strcspn(type, "\\") : 0;
    (void)snprintf(kind, MOLY_NM_KIND_SIZE, "%.*s", (int)(n < MOLY_NM_KIND_SIZE ? n : 0),
                   type ? type : "");
}

static moly_status read_all(dcm_file *file, moly_arena *arena, moly_dicom_nm *made, moly_error *err)
{
    nm_file n = {.root = dcm_root(file)};
    const char *modality = dcm_text(n.root, TAG_Modality, arena);
    if (!modality || strcmp(modality, "NM") != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "its modality is '%.16s', must be 'NM'",
                         modality ? modality : "(missing)");
    }
    moly_status status = sort_frames(&n, arena, err);
    status = status ? status : read_pixel_size(&n, err);
    status = status ? status : read_counts(file, &n, &made->projections, err);
    if (status) {
        return status;
    }
    read_windows(&n, made->projections);
    for (int64_t i = 0; i < n.n_frames; i++) {
        if (n.frames[i].window == 0 && n.frames[i].gate == 0) {
            read_view(&n, &n.frames[i], arena, &made->projections->views[n.frames[i].view]);
        }
        made->n_heads = largest(made->n_heads, n.frames[i].head);
    }
    dicom_read_header(n.root, arena, &made->header);
    read_kind(n.root, arena, made->kind);
    made->counts_accumulated = dcm_number(n.root, TAG_CountsAccumulated, 0);
    orient(&n, made);
    return moly_projections_check(made->projections, err);
}

moly_status moly_dicom_read_nm(const char *path, moly_dicom_nm **nm, moly_error *err)
{
    dcm_file *file = NULL;
    moly_arena *arena = moly_arena_new();
    moly_dicom_nm *made = moly_alloc(1, sizeof *made);
    moly_status status = arena && made ? MOLY_OK : MOLY_NO_MEMORY(err);
    *nm = NULL;
    status = status ? status : dicom_open(path, &file, NULL, NULL, err);
    if (!status) {
        status = read_all(file, arena, made, err);
        if (status) {
            moly_error_context(err, "%s", path);
        }
    }
    dcm_close(file);
    if (made) {
        made->memory = arena;
    } else {
        moly_arena_free(arena);
    }
    if (status) {
        moly_dicom_nm_free(made);
        return status;
    }
    *nm = made;
    return MOLY_OK;
}

void moly_dicom_nm_free(moly_dicom_nm *nm)
{
    if (nm) {
        moly_projections_free(nm->projections);
        moly_arena_free(nm->memory);
        moly_free(nm);
    }
}

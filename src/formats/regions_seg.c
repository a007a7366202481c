/* SPDX-License-Identifier: Apache-2.0 */
/* DICOM Segmentation (PS3.3 A.51): frames of masks, each for a segment at a place. A segment's
 * frames may skip empty slices, so they are laid on the lattice of their own that they span. */
#include <math.h>
#include <string.h>

#include "dicom_tags.h"
#include "regions_inside.h"

enum { MAX_SEGMENTS = 4096 };

typedef struct segment {
    int64_t number;
    const char *label;
    size_t region; /* index in the list */
} segment;

typedef struct seg {
    const region_job *job;
    const dcm_item *root;
    dcm_pixels pixels;
    raw_slice *frames;
    double *along_mm; /* of each frame, along the normal */
    moly_grid grid;
    segment *segments;
    size_t n_segments;
    bool is_label_map;
    int64_t threshold; /* a stored value from here on is inside */
} seg;

static moly_status read_frames(seg *s, moly_error *err)
{
    int64_t n = s->pixels.n_frames;
    s->frames = moly_arena_alloc(s->job->arena, (size_t)n, sizeof(*s->frames));
    s->along_mm = moly_arena_alloc(s->job->arena, (size_t)n, sizeof(*s->along_mm));
    if (!s->frames || !s->along_mm) {
        return MOLY_NO_MEMORY(err);
    }
    for (int64_t i = 0; i < n; i++) {
        moly_status status = dicom_read_slice(s->root, i, s->job->arena, &s->frames[i], err);
        if (status != MOLY_OK) {
            return status;
        }
        s->frames[i].told.path = s->job->path;
    }
    return MOLY_OK;
}

/* Distinct places of the frames, as a series of slices that dicom_arrange() can judge: sorted, and
 * with the gaps that skipped slices leave filled by the smallest step. */
static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static moly_status span_grid(seg *s, double step_hint_mm, moly_error *err)
{
    size_t n = (size_t)s->pixels.n_frames;
    moly_grid *grid = &s->grid;
    double *sorted = moly_arena_alloc(s->job->arena, n, sizeof(*sorted));
    if (!sorted) {
        return MOLY_NO_MEMORY(err);
    }
    memcpy(sorted, s->along_mm, n * sizeof(*sorted));
    qsort(sorted, n, sizeof(*sorted), by_value);
    double step = INFINITY;
    for (size_t i = 1; i < n; i++) {
        double gap = sorted[i] - sorted[i - 1];
        step = gap > 0.01 && gap < step ? gap : step;
    }
    step = isfinite(step_hint_mm) && step_hint_mm > 0.01 ? fmin(step, step_hint_mm) : step;
    step = isfinite(step) ? step : s->job->target->grid->spacing_mm[2];
    double n_places = floor((sorted[n - 1] - sorted[0]) / step + 0.5) + 1.0;
    if (!(n_places >= 1.0 && n_places <= 65535.0)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "its frames span %.0f slices of %.3f mm", n_places,
                         step);
    }
    /* The mean step over the whole length is better than the smallest one. */
    grid->spacing_mm[2] = n_places > 1.0 ? (sorted[n - 1] - sorted[0]) / (n_places - 1.0) : step;
    grid->n[2] = (int64_t)n_places;
    for (size_t i = 0; i < n; i++) {
        double place = (s->along_mm[i] - sorted[0]) / grid->spacing_mm[2];
        if (fabs(place - floor(place + 0.5)) > 0.05) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "frame %zu lies %.3f mm along the axis, between the slices of %.3f mm "
                             "that the others span",
                             i + 1, s->along_mm[i], grid->spacing_mm[2]);
        }
        if (s->along_mm[i] <= sorted[0]) {
            memcpy(grid->origin_mm, s->frames[i].position_mm, sizeof(grid->origin_mm));
        }
    }
    return MOLY_OK;
}

static moly_status lay_out(seg *s, moly_error *err)
{
    const raw_slice first = s->frames[0];
    moly_grid one;
    int64_t n_frames = 0;
    text_list warnings = {0};
    raw_slice copy = first;
    /* One frame alone gives the axes and their checks. */
    copy.thickness_mm = 1.0;
    moly_status status = dicom_arrange(&copy, 1, s->job->arena, &warnings, &one, &n_frames, err);
    if (status != MOLY_OK) {
        return status;
    }
    for (int64_t i = 0; i < s->pixels.n_frames; i++) {
        const raw_slice *frame = &s->frames[i];
        double away[3] = {0}, index[3];
        s->along_mm[i] = 0.0;
        for (int axis = 0; axis < 3; axis++) {
            s->along_mm[i] += one.direction[3 * axis + 2] * frame->position_mm[axis];
            away[axis] = frame->position_mm[axis];
        }
        moly_grid_index(&one, away, index);
        bool is_aligned =
            fabs(index[0]) * one.spacing_mm[0] < 0.1 && fabs(index[1]) * one.spacing_mm[1] < 0.1;
        for (int k = 0; k < 6; k++) {
            is_aligned = is_aligned && fabs(frame->orientation[k] - first.orientation[k]) < 1e-3;
        }
        if (!is_aligned) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "frame %lld is shifted or turned against the first one",
                             (long long)i + 1);
        }
    }
    s->grid = one;
    const dcm_item *shared = dcm_sequence(s->root, TAG_SharedFunctionalGroupsSequence, 0);
    const dcm_item *measures = shared ? dcm_sequence(shared, TAG_PixelMeasuresSequence, 0) : NULL;
    return span_grid(s, measures ? dcm_number(measures, TAG_SpacingBetweenSlices, 0) : NAN, err);
}

static moly_status read_segments(seg *s, moly_error *err)
{
    size_t n = dcm_sequence_size(s->root, TAG_SegmentSequence);
    moly_arena *arena = s->job->arena;
    if (n == 0 || n > MAX_SEGMENTS) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "it has %zu segments, must be 1 to %d", n,
                         (int)MAX_SEGMENTS);
    }
    s->segments = moly_arena_alloc(arena, n, sizeof(*s->segments));
    if (!s->segments) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < n; i++) {
        const dcm_item *item = dcm_sequence(s->root, TAG_SegmentSequence, i);
        int64_t number = dcm_integer(item, TAG_SegmentNumber, 0, 65535, -1);
        const char *label = dcm_text(item, TAG_SegmentLabel, arena);
        if (number < 0) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "segment %zu has no Segment Number", i + 1);
        }
        if (s->is_label_map && number == 0) {
            continue; /* background */
        }
        if (!label) {
            label = moly_arena_printf(arena, "segment %lld", (long long)number);
        }
        moly_region *region = NULL;
        moly_status status =
            moly_region_list_add(s->job->list, label ? label : "segment", &s->grid, &region, err);
        if (status != MOLY_OK) {
            return status;
        }
        s->segments[s->n_segments++] = (segment){number, label, s->job->list->n - 1};
    }
    return MOLY_OK;
}

static uint8_t *slice_of(const seg *s, int64_t number, int64_t frame)
{
    for (size_t i = 0; i < s->n_segments; i++) {
        if (s->segments[i].number == number) {
            double low_mm = 0.0;
            for (int axis = 0; axis < 3; axis++) {
                low_mm += s->grid.direction[3 * axis + 2] * s->grid.origin_mm[axis];
            }
            double place = (s->along_mm[frame] - low_mm) / s->grid.spacing_mm[2];
            int64_t z = (int64_t)floor(place + 0.5);
            return s->job->list->regions[s->segments[i].region].mask +
                   z * s->grid.n[0] * s->grid.n[1];
        }
    }
    return NULL;
}

static int64_t stored(const dcm_pixels *p, int64_t index)
{
    if (p->bits_allocated == 1) {
        return p->data[index / 8] >> (index % 8) & 1;
    }
    return p->bits_allocated == 8 ? p->data[index]
                                  : p->data[2 * index] | p->data[2 * index + 1] << 8;
}

static moly_status fill_frame(seg *s, int64_t frame, moly_error *err)
{
    int64_t n = s->grid.n[0] * s->grid.n[1];
    if (s->is_label_map) {
        for (int64_t i = 0; i < n; i++) {
            int64_t number = stored(&s->pixels, frame * n + i);
            uint8_t *mask = number > 0 ? slice_of(s, number, frame) : NULL;
            if (mask) {
                mask[i] = 1;
            }
        }
        return MOLY_OK;
    }
    const dcm_item *own =
        dcm_sequence(s->root, TAG_PerFrameFunctionalGroupsSequence, (size_t)frame);
    const dcm_item *shared = dcm_sequence(s->root, TAG_SharedFunctionalGroupsSequence, 0);
    const dcm_item *named = own ? dcm_sequence(own, TAG_SegmentIdentificationSequence, 0) : NULL;
    if (!named && shared) {
        named = dcm_sequence(shared, TAG_SegmentIdentificationSequence, 0);
    }
    int64_t number = named ? dcm_integer(named, TAG_ReferencedSegmentNumber, 0, 65535, -1) : -1;
    uint8_t *mask = slice_of(s, number, frame);
    if (!mask) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "frame %lld belongs to segment %lld, which it has not",
                         (long long)frame + 1, (long long)number);
    }
    for (int64_t i = 0; i < n; i++) {
        mask[i] |= stored(&s->pixels, frame * n + i) >= s->threshold;
    }
    return MOLY_OK;
}

static moly_status carry_over(seg *s, moly_error *err)
{
    const moly_grid *target = s->job->target->grid;
    moly_status status = MOLY_OK;
    bool is_any_resampled = false;
    for (size_t i = 0; status == MOLY_OK && i < s->n_segments; i++) {
        bool is_resampled = false;
        status = moly_region_to_grid(&s->job->list->regions[s->segments[i].region], target,
                                     region_tolerance_mm(target), &is_resampled, err);
        is_any_resampled = is_any_resampled || is_resampled;
    }
    const double *a = s->grid.spacing_mm, *b = target->spacing_mm;
    bool is_alike = fabs(a[0] - b[0]) < 1e-3 * b[0] && fabs(a[1] - b[1]) < 1e-3 * b[1] &&
                    fabs(a[2] - b[2]) < 1e-2 * b[2];
    if (status == MOLY_OK && is_any_resampled && !is_alike) {
        region_note(
            s->job,
            "voxels of %.4g x %.4g x %.4g mm were carried over to the image's %.4g x %.4g x "
            "%.4g mm by nearest voxel",
            a[0], a[1], a[2], b[0], b[1], b[2]);
    }
    return status;
}

static moly_status read_kind(seg *s, moly_error *err)
{
    const char *type = dcm_text(s->root, TAG_SegmentationType, s->job->arena);
    s->threshold = 1;
    s->is_label_map = type && strcmp(type, "LABELMAP") == 0;
    if (type && strcmp(type, "FRACTIONAL") == 0) {
        int64_t full = dcm_integer(s->root, TAG_MaximumFractionalValue, 1, 255, 255);
        s->threshold = (full + 1) / 2;
        region_note(s->job, "a fractional segmentation: a voxel is inside from half of %lld on",
                    (long long)full);
    }
    if (s->pixels.is_float || s->pixels.bits_allocated > 16) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "a segmentation of %d bits, must be 1, 8 or 16",
                         s->pixels.bits_allocated);
    }
    return MOLY_OK;
}

moly_status region_read_seg(const region_job *job, dcm_file *file, moly_error *err)
{
    seg s = {.job = job, .root = dcm_root(file)};
    const char *frame_uid = dcm_text(s.root, TAG_FrameOfReferenceUID, job->arena);
    moly_status status = region_check_frame(job, frame_uid, err);
    if (status == MOLY_OK) {
        status = dcm_decode(file, &s.pixels, err);
    }
    if (status == MOLY_OK) {
        status = read_kind(&s, err);
    }
    if (status == MOLY_OK) {
        status = read_frames(&s, err);
    }
    if (status == MOLY_OK) {
        status = lay_out(&s, err);
    }
    if (status == MOLY_OK) {
        status = read_segments(&s, err);
    }
    for (int64_t i = 0; status == MOLY_OK && i < s.pixels.n_frames; i++) {
        status = fill_frame(&s, i, err);
    }
    return status == MOLY_OK ? carry_over(&s, err) : status;
}

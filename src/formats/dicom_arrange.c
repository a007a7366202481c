/* SPDX-License-Identifier: Apache-2.0 */
/* Slices to a lattice. Whatever does not fit one is an error that names the slice: an image that is
 * silently stretched, sheared or short is worse than none. */
#include <math.h>

#include "dicom_inside.h"

/* Tolerances: directions as cosines, places in the plane in mm; the step between slices may vary
 * by what rounding to decimal text and table movement do, not by what a lost slice does. */
static const double DIRECTION_TOLERANCE = 1e-3, PLANE_TOLERANCE_MM = 0.1;
static const double STEP_TOLERANCE = 0.02, SAME_PLACE_MM = 0.01;

typedef struct frame_axes {
    double along_row[3], along_column[3], normal[3];
} frame_axes;

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void cross(const double a[3], const double b[3], double out[3])
{
    out[0] = a[1] * b[2] - a[2] * b[1];
    out[1] = a[2] * b[0] - a[0] * b[2];
    out[2] = a[0] * b[1] - a[1] * b[0];
}

/* How a slice is called in a message: its number and its file. */
static const char *name_of(const raw_slice *slice, moly_arena *arena)
{
    const char *number =
        slice->told.instance_number == INT64_MIN
            ? "slice"
            : moly_arena_printf(arena, "slice %lld", (long long)slice->told.instance_number);
    const char *name = moly_arena_printf(arena, "%s (%s)", number ? number : "slice",
                                         slice->told.path ? slice->told.path : "memory");
    return name ? name : "a slice";
}

static moly_status find_axes(const raw_slice *slice, moly_arena *arena, frame_axes *axes,
                             moly_error *err)
{
    const double *row = slice->orientation, *column = slice->orientation + 3;
    double row_length = sqrt(dot(row, row)), column_length = sqrt(dot(column, column));
    double product = dot(row, column);
    if (!(fabs(row_length - 1.0) < 1e-2 && fabs(column_length - 1.0) < 1e-2 &&
          fabs(product) < DIRECTION_TOLERANCE)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%s: Image Orientation is not two unit vectors at right angles (lengths "
                         "%.4g and %.4g, product %.2g)",
                         name_of(slice, arena), row_length, column_length, product);
    }
    for (int i = 0; i < 3; i++) {
        axes->along_row[i] = row[i] / row_length;
    }
    cross(axes->along_row, column, axes->normal);
    double length = sqrt(dot(axes->normal, axes->normal));
    for (int i = 0; i < 3; i++) {
        axes->normal[i] /= length;
    }
    cross(axes->normal, axes->along_row, axes->along_column);
    return MOLY_OK;
}

static moly_status check_alike(const raw_slice *first, const raw_slice *slice, moly_arena *arena,
                               moly_error *err)
{
    if (slice->rows != first->rows || slice->columns != first->columns) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s has %lld x %lld pixels, %s has %lld x %lld",
                         name_of(slice, arena), (long long)slice->columns, (long long)slice->rows,
                         name_of(first, arena), (long long)first->columns, (long long)first->rows);
    }
    for (int i = 0; i < 2; i++) {
        if (!(fabs(slice->spacing_mm[i] - first->spacing_mm[i]) <= 1e-4 * first->spacing_mm[i])) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "%s has pixels of %g mm, %s of %g mm",
                             name_of(slice, arena), slice->spacing_mm[i], name_of(first, arena),
                             first->spacing_mm[i]);
        }
    }
    for (int i = 0; i < 6; i++) {
        if (!(fabs(slice->orientation[i] - first->orientation[i]) <= DIRECTION_TOLERANCE)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "%s is turned against %s: Image Orientation differs by %.3g",
                             name_of(slice, arena), name_of(first, arena),
                             fabs(slice->orientation[i] - first->orientation[i]));
        }
    }
    return MOLY_OK;
}

static moly_status check_untilted(const frame_axes *axes, const raw_slice *first,
                                  const raw_slice *slice, moly_arena *arena, moly_error *err)
{
    double away[3];
    for (int i = 0; i < 3; i++) {
        away[i] = slice->position_mm[i] - first->position_mm[i];
    }
    double x_mm = dot(away, axes->along_row), y_mm = dot(away, axes->along_column);
    double shift_mm = sqrt(x_mm * x_mm + y_mm * y_mm);
    if (!(shift_mm <= PLANE_TOLERANCE_MM)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%s is shifted by %.3f mm in its plane against %s: a tilted or sheared "
                         "series is not read (limit %g mm)",
                         name_of(slice, arena), shift_mm, name_of(first, arena),
                         PLANE_TOLERANCE_MM);
    }
    return MOLY_OK;
}

static int compare(double a, double b)
{
    return a < b ? -1 : a > b;
}

static int by_position(const void *a, const void *b)
{
    const raw_slice *x = a, *y = b;
    int order = compare(x->told.position_mm, y->told.position_mm);
    return order ? order : (x->entry > y->entry) - (x->entry < y->entry);
}

static double or_zero(double value)
{
    return isfinite(value) ? value : 0.0;
}

/* Seconds of the acquisition from an arbitrary zero. */
static double clock_s(const raw_slice *slice)
{
    double day = slice->told.acquisition.day == MOLY_DICOM_NO_DAY
                     ? 0.0
                     : (double)slice->told.acquisition.day * 86400.0;
    return day + or_zero(slice->told.acquisition.second);
}

static int by_time(const void *a, const void *b)
{
    const raw_slice *x = a, *y = b;
    int order = compare(clock_s(x), clock_s(y));
    order = order ? order
                  : compare(or_zero(x->told.frame_reference_time_s),
                            or_zero(y->told.frame_reference_time_s));
    order = order ? order : compare(or_zero(x->trigger_ms), or_zero(y->trigger_ms));
    order = order ? order
                  : (x->told.instance_number > y->told.instance_number) -
                        (x->told.instance_number < y->told.instance_number);
    return order;
}

static bool is_same_time(const raw_slice *a, const raw_slice *b)
{
    return clock_s(a) == clock_s(b) &&
           or_zero(a->told.frame_reference_time_s) == or_zero(b->told.frame_reference_time_s) &&
           or_zero(a->trigger_ms) == or_zero(b->trigger_ms);
}

static moly_status fail_doubled(const raw_slice *a, const raw_slice *b, moly_arena *arena,
                                moly_error *err)
{
    return MOLY_FAIL(err, MOLY_ERR_DATA, "%s and %s lie at the same place, %.3f mm along the axis",
                     name_of(a, arena), name_of(b, arena), a->told.position_mm);
}

/* How many slices lie at each position: the same number everywhere, told apart by their times. */
static moly_status count_frames(raw_slice *slices, size_t n, moly_arena *arena, int64_t *n_frames,
                                moly_error *err)
{
    size_t frames = 0;
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1;
             to < n && slices[to].told.position_mm - slices[from].told.position_mm <= SAME_PLACE_MM;
             to++) {
        }
        qsort(slices + from, to - from, sizeof(*slices), by_time);
        for (size_t i = from + 1; i < to; i++) {
            if (is_same_time(&slices[i - 1], &slices[i])) {
                return fail_doubled(&slices[i - 1], &slices[i], arena, err);
            }
        }
        if (from > 0 && to - from != frames && frames == 1) {
            return fail_doubled(&slices[from], &slices[from + 1], arena, err);
        }
        if (from > 0 && to - from != frames) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "%zu frames at the place of %s, %zu at the first place: a slice is "
                             "missing or doubled",
                             to - from, name_of(&slices[from], arena), frames);
        }
        frames = to - from;
    }
    *n_frames = (int64_t)frames;
    return MOLY_OK;
}

static int by_value(const void *a, const void *b)
{
    return compare(*(const double *)a, *(const double *)b);
}

/* The usual step between `n_places` places, each `stride` slices long; then every step against it.
 */
static moly_status check_steps(const raw_slice *slices, size_t n_places, size_t stride,
                               moly_arena *arena, double *step_mm, moly_error *err)
{
    double *steps = moly_arena_alloc(arena, n_places, sizeof(*steps));
    if (!steps) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i + 1 < n_places; i++) {
        steps[i] = slices[(i + 1) * stride].told.position_mm - slices[i * stride].told.position_mm;
    }
    qsort(steps, n_places - 1, sizeof(*steps), by_value);
    double usual = steps[(n_places - 1) / 2];
    for (size_t i = 0; i + 1 < n_places; i++) {
        const raw_slice *a = &slices[i * stride], *b = &slices[(i + 1) * stride];
        double step = b->told.position_mm - a->told.position_mm;
        if (fabs(step - usual) <= STEP_TOLERANCE * usual) {
            continue;
        }
        double missing = round(step / usual) - 1.0;
        if (missing >= 1.0) {
            return MOLY_FAIL(
                err, MOLY_ERR_DATA,
                "%.0f slice(s) missing between %s and %s: they are %.3f mm apart where "
                "the others are %.3f mm",
                missing, name_of(a, arena), name_of(b, arena), step, usual);
        }
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%s and %s are %.3f mm apart where the others are %.3f mm: uneven slices",
                         name_of(a, arena), name_of(b, arena), step, usual);
    }
    /* The mean over the whole length rounds least. */
    *step_mm = (slices[(n_places - 1) * stride].told.position_mm - slices[0].told.position_mm) /
               (double)(n_places - 1);
    return MOLY_OK;
}

/* A single place has no step to its neighbour: the thickness stands for it. */
static moly_status step_of_one(const raw_slice *slice, moly_arena *arena, text_list *warnings,
                               double *step_mm, moly_error *err)
{
    bool is_known = slice->thickness_mm > 0.0 && isfinite(slice->thickness_mm);
    *step_mm = is_known ? slice->thickness_mm : 1.0;
    return is_known
               ? MOLY_OK
               : text_list_add(warnings, arena, err,
                               "a single slice without Slice Thickness: 1 mm is taken, volumes "
                               "in mL mean nothing");
}

/* From place by place to frame by frame. */
static moly_status order_by_frame(raw_slice *slices, size_t n_places, size_t n_frames,
                                  moly_arena *arena, moly_error *err)
{
    raw_slice *copy = moly_arena_alloc(arena, n_places * n_frames, sizeof(*copy));
    if (!copy) {
        return MOLY_NO_MEMORY(err);
    }
    memcpy(copy, slices, n_places * n_frames * sizeof(*copy));
    for (size_t place = 0; place < n_places; place++) {
        for (size_t frame = 0; frame < n_frames; frame++) {
            raw_slice *to = &slices[frame * n_places + place];
            *to = copy[place * n_frames + frame];
            to->told.frame = (int64_t)frame;
        }
    }
    return MOLY_OK;
}

moly_status dicom_arrange(raw_slice *slices, size_t n, moly_arena *arena, text_list *warnings,
                          moly_grid *grid, int64_t *n_frames, moly_error *err)
{
    const raw_slice first = slices[0];
    frame_axes axes = {0};
    double step_mm = 0.0;
    moly_status status = find_axes(&first, arena, &axes, err);
    for (size_t i = 0; status == MOLY_OK && i < n; i++) {
        status = check_alike(&first, &slices[i], arena, err);
        if (status == MOLY_OK) {
            status = check_untilted(&axes, &first, &slices[i], arena, err);
        }
        slices[i].told.position_mm = dot(slices[i].position_mm, axes.normal);
    }
    if (status != MOLY_OK) {
        return status;
    }
    qsort(slices, n, sizeof(*slices), by_position);
    status = count_frames(slices, n, arena, n_frames, err);
    size_t stride = status == MOLY_OK ? (size_t)*n_frames : 1, n_places = n / stride;
    if (status == MOLY_OK) {
        status = n_places > 1 ? check_steps(slices, n_places, stride, arena, &step_mm, err)
                              : step_of_one(&slices[0], arena, warnings, &step_mm, err);
    }
    if (status == MOLY_OK) {
        status = order_by_frame(slices, n_places, stride, arena, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    *grid = (moly_grid){.n = {first.columns, first.rows, (int64_t)n_places},
                        .spacing_mm = {first.spacing_mm[1], first.spacing_mm[0], step_mm}};
    for (int i = 0; i < 3; i++) {
        grid->origin_mm[i] = slices[0].position_mm[i];
        grid->direction[3 * i] = axes.along_row[i];
        grid->direction[3 * i + 1] = axes.along_column[i];
        grid->direction[3 * i + 2] = axes.normal[i];
    }
    return MOLY_OK;
}

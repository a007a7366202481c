/* SPDX-License-Identifier: Apache-2.0 */
/* RT structure sets: closed polygons in planes. A voxel is inside when its centre is, by the
 * even-odd rule over all polygons of its plane together, so that a polygon within another is a
 * hole. */
#include <math.h>
#include <string.h>

#include "dicom_tags.h"
#include "regions_inside.h"

/* A contour may wander this far off its slice before it is called oblique, in slices. */
static const double MAX_WANDER = 0.3;

typedef struct contour {
    double plane;  /* continuous slice index */
    double *x, *y; /* continuous voxel indices */
    size_t n;
} contour;

typedef struct roi {
    const region_job *job;
    const char *name;
    contour *contours; /* by plane */
    size_t n;
} roi;

static moly_status read_contour(const roi *r, const dcm_item *item, contour *out, moly_error *err)
{
    const double *points = NULL;
    moly_arena *arena = r->job->arena;
    size_t n = dcm_numbers(item, TAG_ContourData, arena, &points);
    double low = INFINITY, high = -INFINITY, sum = 0.0;
    if (n < 9 || n % 3 != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "a contour of '%s' has %zu coordinates: must be 3 for each of at least 3 "
                         "points",
                         r->name, n);
    }
    *out = (contour){.n = n / 3,
                     .x = moly_arena_alloc(arena, n / 3, sizeof(double)),
                     .y = moly_arena_alloc(arena, n / 3, sizeof(double))};
    if (!out->x || !out->y) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < out->n; i++) {
        double index[3];
        moly_grid_index(r->job->target->grid, points + 3 * i, index);
        out->x[i] = index[0];
        out->y[i] = index[1];
        low = fmin(low, index[2]);
        high = fmax(high, index[2]);
        sum += index[2];
    }
    out->plane = sum / (double)out->n;
    if (!(high - low <= MAX_WANDER)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "a contour of '%s' leaves its slice by %.2f slices: drawn on planes that "
                         "are not the image's",
                         r->name, high - low);
    }
    return MOLY_OK;
}

static int by_plane(const void *a, const void *b)
{
    double x = ((const contour *)a)->plane, y = ((const contour *)b)->plane;
    return x < y ? -1 : x > y;
}

/* Contours of one ROI, in order of their planes. */
static moly_status read_contours(roi *r, const dcm_item *item, moly_error *err)
{
    size_t n = dcm_sequence_size(item, TAG_ContourSequence);
    r->contours = moly_arena_alloc(r->job->arena, n ? n : 1, sizeof(*r->contours));
    if (!r->contours) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < n; i++) {
        const dcm_item *at = dcm_sequence(item, TAG_ContourSequence, i);
        const char *type = dcm_text(at, TAG_ContourGeometricType, r->job->arena);
        if (!type ||
            (strcmp(type, "CLOSED_PLANAR") != 0 && strcmp(type, "CLOSEDPLANAR_XOR") != 0)) {
            continue; /* points and open lines have no inside */
        }
        moly_status status = read_contour(r, at, &r->contours[r->n], err);
        if (status != MOLY_OK) {
            return status;
        }
        r->n++;
    }
    if (r->n > 0) {
        qsort(r->contours, r->n, sizeof(*r->contours), by_plane);
    }
    return MOLY_OK;
}

/* Turn over each voxel of a row whose centre has an odd number of this polygon's edges to its left.
 */
static void turn_row(const contour *c, int64_t y, int64_t n_x, uint8_t *row)
{
    double at = (double)y;
    for (size_t i = 0, j = c->n - 1; i < c->n; j = i++) {
        bool is_crossed = (c->y[i] > at) != (c->y[j] > at);
        if (!is_crossed) {
            continue;
        }
        double x = c->x[i] + (at - c->y[i]) / (c->y[j] - c->y[i]) * (c->x[j] - c->x[i]);
        /* Everything right of the crossing turns. */
        double first = floor(x) + 1.0;
        int64_t from = first < 0.0 ? 0 : first > (double)n_x ? n_x : (int64_t)first;
        for (int64_t k = from; k < n_x; k++) {
            row[k] ^= 1;
        }
    }
}

static void turn_slice(const contour *c, const moly_grid *grid, uint8_t *mask)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < c->n; i++) {
        low = fmin(low, c->y[i]);
        high = fmax(high, c->y[i]);
    }
    int64_t from = (int64_t)fmax(0.0, fmin(floor(low), (double)grid->n[1]));
    int64_t to = (int64_t)fmin((double)grid->n[1] - 1.0, fmax(ceil(high), -1.0));
    for (int64_t y = from; y <= to; y++) {
        turn_row(c, y, grid->n[0], mask + y * grid->n[0]);
    }
}

/* Distance between neighbouring planes, in slices; 1 where there is only one. */
static double plane_step(const roi *r)
{
    double step = INFINITY;
    for (size_t i = 1; i < r->n; i++) {
        double gap = r->contours[i].plane - r->contours[i - 1].plane;
        step = gap > MAX_WANDER ? fmin(step, gap) : step;
    }
    return isfinite(step) ? step : 1.0;
}

/* Each slice takes the contours of the plane nearest to it, within half of the larger step. */
static void fill_slices(const roi *r, moly_region *region)
{
    const moly_grid *grid = &region->grid;
    double reach = 0.5 * fmax(1.0, plane_step(r)) + 1e-6;
    for (int64_t z = 0; z < grid->n[2]; z++) {
        double nearest = INFINITY;
        for (size_t i = 0; i < r->n; i++) {
            double away = r->contours[i].plane - (double)z;
            nearest = fabs(away) < fabs(nearest) ? away : nearest;
        }
        for (size_t i = 0; fabs(nearest) <= reach && i < r->n; i++) {
            double away = r->contours[i].plane - (double)z;
            if (fabs(away - nearest) <= MAX_WANDER) {
                turn_slice(&r->contours[i], grid, region->mask + z * grid->n[0] * grid->n[1]);
            }
        }
    }
}

static moly_status add_roi(const region_job *job, const dcm_item *named, const dcm_item *drawn,
                           moly_error *err)
{
    roi r = {.job = job, .name = dcm_text(named, TAG_ROIName, job->arena)};
    r.name = r.name ? r.name : "unnamed";
    moly_status status = region_check_frame(
        job, dcm_text(named, TAG_ReferencedFrameOfReferenceUID, job->arena), err);
    if (status == MOLY_OK) {
        status = read_contours(&r, drawn, err);
    }
    if (status != MOLY_OK || r.n == 0) {
        return status;
    }
    moly_region *region = NULL;
    status = moly_region_list_add(job->list, r.name, job->target->grid, &region, err);
    if (status != MOLY_OK) {
        return status;
    }
    double step = plane_step(&r);
    if (r.n > 1 && fabs(step - 1.0) > MAX_WANDER) {
        region_note(job, "'%s' was drawn on planes %.3g slices apart: each slice took the nearest",
                    r.name, step);
    }
    fill_slices(&r, region);
    if (moly_region_n_voxels(region) == 0) {
        region_note(job, "'%s' holds no voxel of the image", r.name);
    }
    return MOLY_OK;
}

moly_status region_read_rtstruct(const region_job *job, const dcm_item *root, moly_error *err)
{
    size_t n = dcm_sequence_size(root, TAG_StructureSetROISequence), n_before = job->list->n;
    size_t n_drawn = dcm_sequence_size(root, TAG_ROIContourSequence);
    moly_status status = MOLY_OK;
    for (size_t i = 0; status == MOLY_OK && i < n; i++) {
        const dcm_item *named = dcm_sequence(root, TAG_StructureSetROISequence, i);
        double number = dcm_number(named, TAG_ROINumber, 0);
        for (size_t j = 0; status == MOLY_OK && j < n_drawn; j++) {
            const dcm_item *drawn = dcm_sequence(root, TAG_ROIContourSequence, j);
            if (dcm_number(drawn, TAG_ReferencedROINumber, 0) == number) {
                status = add_roi(job, named, drawn, err);
            }
        }
    }
    if (status == MOLY_OK && job->list->n == n_before) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA,
                           "the structure set has %zu ROIs and none with a closed contour", n);
    }
    return status;
}

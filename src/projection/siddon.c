/* SPDX-License-Identifier: Apache-2.0 */
/* Exact lengths through voxels, several rays a bin: slow, for comparing operators.
 *
 * Rays are spread over the width of a tangential bin and over the axial width of a plane, so many
 * along z that no voxel is missed; a ray that runs between two voxels gives half to each. Rays end
 * at the cylinder that `radius_mm` names. */
#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "pet_inside.h"

static const double on_edge = 1e-6; /* of a voxel */
static const double parallel_mm = 1e-9;

/* Voxels that a ray crosses, and how far it goes in each. */
typedef struct crossing {
    size_t n, capacity;
    size_t *voxel; /* in columns */
    double *mm;
} crossing;

typedef struct ray {
    double from[3], to[3]; /* voxels: i is from i - 0.5 to i + 0.5 */
    double length_mm;
} ray;

/* ---- one ray ---- */

static void cross(const moly_pet_projector *p, crossing *c, const int voxel[3], double mm)
{
    const size_t nx = (size_t)p->n[0], nz = (size_t)p->n[2];
    for (int d = 0; d < 3; d++) {
        if (voxel[d] < 0 || voxel[d] >= p->n[d]) {
            return;
        }
    }
    if (mm > 0.0 && c->n < c->capacity) {
        c->voxel[c->n] = ((size_t)voxel[1] * nx + (size_t)voxel[0]) * nz + (size_t)voxel[2];
        c->mm[c->n++] = mm;
    }
}

/* Along the ray from plane of voxels to plane of voxels; `share` of each length is counted. */
static void walk(const moly_pet_projector *p, const ray *r, double share, crossing *c)
{
    double next[3], step[3], at = 0.0;
    int voxel[3], turn[3];
    for (int d = 0; d < 3; d++) {
        const double way = r->to[d] - r->from[d];
        voxel[d] = (int)floor(r->from[d] + 0.5);
        turn[d] = way > 0.0 ? 1 : -1;
        if (fabs(way) < parallel_mm) {
            next[d] = step[d] = 2.0;
        } else {
            const double edge = voxel[d] + 0.5 * turn[d];
            step[d] = 1.0 / fabs(way);
            next[d] = (edge - r->from[d]) / way;
        }
    }
    while (at < 1.0) {
        int d = next[0] < next[1] ? 0 : 1;
        d = next[2] < next[d] ? 2 : d;
        const double end = next[d] < 1.0 ? next[d] : 1.0;
        cross(p, c, voxel, share * r->length_mm * (end - at));
        at = end;
        voxel[d] += turn[d];
        next[d] += step[d];
    }
}

/* A ray that keeps between two voxels, in z or (along an axis) in x or y, is walked on both sides.
 */
static void trace(const moly_pet_projector *p, const ray *r, double share, int axis, crossing *c)
{
    for (; axis < 3; axis++) {
        const double at = r->from[axis] + 0.5;
        if (fabs(r->to[axis] - r->from[axis]) < on_edge && fabs(at - round(at)) < on_edge) {
            for (int side = -1; side <= 1; side += 2) {
                ray beside = *r;
                beside.from[axis] = beside.to[axis] = round(at) - 0.5 + 0.25 * side;
                trace(p, &beside, 0.5 * share, axis + 1, c);
            }
            return;
        }
    }
    walk(p, r, share, c);
}

/* ---- the rays of a bin ---- */

/* Width of a bin of this line, mm. */
static double bin_width(const moly_layout *l, int64_t view, int64_t tangential, const double a[2],
                        const double b[2])
{
    double c[2], d[2];
    if (l->is_arc_corrected) {
        return l->bin_mm;
    }
    const int64_t other = tangential + 1 < l->n_tangential ? tangential + 1 : tangential - 1;
    if (other < 0 || !moly_layout_line(l, view, other, c, d)) {
        return 0.0;
    }
    const double dx = b[0] - a[0], dy = b[1] - a[1], length = sqrt(dx * dx + dy * dy);
    const double ex = d[0] - c[0], ey = d[1] - c[1], other_length = sqrt(ex * ex + ey * ey);
    return fabs((c[0] * ey - c[1] * ex) / other_length - (a[0] * dy - a[1] * dx) / length);
}

/* Axial width of a plane: from one to the next of its segment, mm. */
static double plane_width(const moly_layout *l, int64_t plane)
{
    int64_t segment, axial;
    double z1, z2, y1, y2;
    moly_layout_plane(l, plane, &segment, &axial);
    if (l->segments[segment].n_axial < 2) {
        return l->scanner.ring_pitch_mm;
    }
    moly_layout_ends(l, plane, &z1, &z2);
    moly_layout_ends(l, axial > 0 ? plane - 1 : plane + 1, &y1, &y2);
    return fabs(0.5 * (z1 + z2 - y1 - y2));
}

/* The voxels where a ray enters and leaves the cylinder count whole. */
static void extend(ray *r)
{
    double first = -INFINITY, last = INFINITY, before[3], behind[3];
    for (int i = 0; i < 3; i++) {
        const double way = r->to[i] - r->from[i], half = way > 0.0 ? 0.5 : -0.5;
        if (fabs(way) > parallel_mm) {
            first = fmax(first, (floor(r->from[i] + 0.5) - half - r->from[i]) / way);
            last = fmin(last, (floor(r->to[i] + 0.5) + half - r->from[i]) / way);
        }
    }
    for (int i = 0; i < 3; i++) {
        const double way = r->to[i] - r->from[i];
        before[i] = r->from[i] + first * way;
        behind[i] = r->from[i] + last * way;
    }
    memcpy(r->from, before, sizeof before);
    memcpy(r->to, behind, sizeof behind);
    r->length_mm *= last - first;
}

/* The part of the line within the cylinder, in voxels. @return false: there is none */
static bool clip(const moly_pet_projector *p, const double a[3], const double b[3], ray *r)
{
    const double d[3] = {b[0] - a[0], b[1] - a[1], b[2] - a[2]};
    const double across = d[0] * d[0] + d[1] * d[1];
    const double middle = -(a[0] * d[0] + a[1] * d[1]) / across;
    const double x = a[0] + middle * d[0], y = a[1] + middle * d[1];
    double from = 0.0, to = 1.0;
    if (p->options.radius_mm > 0.0) {
        const double rest = p->options.radius_mm * p->options.radius_mm - x * x - y * y;
        if (rest <= 0.0) {
            return false;
        }
        from = fmax(0.0, middle - sqrt(rest / across));
        to = fmin(1.0, middle + sqrt(rest / across));
    }
    for (int i = 0; i < 3; i++) {
        const double first = p->grid.origin_mm[i], spacing = p->grid.spacing_mm[i];
        r->from[i] = (a[i] + from * d[i] - first) / spacing;
        r->to[i] = (a[i] + to * d[i] - first) / spacing;
    }
    r->length_mm = (to - from) * sqrt(across + d[2] * d[2]);
    if (p->options.radius_mm > 0.0) {
        extend(r);
    }
    return to > from;
}

static void trace_bin(const moly_pet_projector *p, int64_t plane, const double a[2],
                      const double b[2], double width_mm, crossing *c)
{
    const int64_t n_rays = p->options.n_rays > 0 ? p->options.n_rays : 1;
    const double height_mm = plane_width(p->layout, plane);
    const int n_high = (int)fmax(1.0, ceil(height_mm / p->grid.spacing_mm[2] - 1e-3));
    const double dx = b[0] - a[0], dy = b[1] - a[1], length = sqrt(dx * dx + dy * dy);
    double z1, z2;
    moly_layout_ends(p->layout, plane, &z1, &z2);
    c->n = 0;
    for (int64_t i = 0; i < n_rays; i++) {
        const double aside = width_mm * (((double)i + 0.5) / (double)n_rays - 0.5) / length;
        for (int k = 0; k < n_high; k++) {
            const double up = height_mm * ((k + 0.5) / n_high - 0.5);
            const double from[3] = {a[0] - aside * dy, a[1] + aside * dx, z1 + up};
            const double to[3] = {b[0] - aside * dy, b[1] + aside * dx, z2 + up};
            ray r;
            if (clip(p, from, to, &r)) {
                trace(p, &r, 1.0 / (double)(n_rays * n_high), 0, c);
            }
        }
    }
}

/* ---- views ---- */

static moly_status crossing_new(const moly_pet_projector *p, crossing *c, moly_error *err)
{
    const size_t n_rays = (size_t)(p->options.n_rays > 0 ? p->options.n_rays : 1);
    const size_t high = (size_t)fmax(1.0, ceil(200.0 / p->grid.spacing_mm[2]));
    c->capacity = ((size_t)p->n[0] + (size_t)p->n[1] + (size_t)p->n[2] + 3) * n_rays * 4 *
                  (high < 16 ? high : 16);
    c->n = 0;
    c->voxel = moly_alloc(c->capacity, sizeof *c->voxel);
    c->mm = moly_alloc(c->capacity, sizeof *c->mm);
    return c->voxel && c->mm ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static void crossing_free(crossing *c)
{
    moly_free(c->voxel);
    moly_free(c->mm);
}

moly_status siddon_project_view(const moly_pet_projector *p, const float *columns, int64_t view,
                                float *bins, moly_error *err)
{
    crossing c = {0};
    const int64_t n_planes = p->layout->n_planes;
    moly_status status = crossing_new(p, &c, err);
    for (int64_t t = 0; t < p->layout->n_tangential && !status; t++) {
        double a[2], b[2];
        const bool is_there = moly_layout_line(p->layout, view, t, a, b);
        const double width = is_there ? bin_width(p->layout, view, t, a, b) : 0.0;
        for (int64_t plane = 0; plane < n_planes; plane++) {
            double sum = 0.0;
            c.n = 0;
            if (is_there) {
                trace_bin(p, plane, a, b, width, &c);
            }
            for (size_t i = 0; i < c.n; i++) {
                sum += c.mm[i] * (double)columns[c.voxel[i]];
            }
            bins[t * n_planes + plane] = (float)sum;
        }
    }
    crossing_free(&c);
    return status;
}

moly_status siddon_back_project_view(const moly_pet_projector *p, const float *bins, int64_t view,
                                     float *columns, moly_error *err)
{
    crossing c = {0};
    const int64_t n_planes = p->layout->n_planes;
    moly_status status = crossing_new(p, &c, err);
    for (int64_t t = 0; t < p->layout->n_tangential && !status; t++) {
        double a[2], b[2];
        if (!moly_layout_line(p->layout, view, t, a, b)) {
            continue;
        }
        const double width = bin_width(p->layout, view, t, a, b);
        for (int64_t plane = 0; plane < n_planes; plane++) {
            const double value = (double)bins[t * n_planes + plane];
            if (value == 0.0) {
                continue;
            }
            trace_bin(p, plane, a, b, width, &c);
            for (size_t i = 0; i < c.n; i++) {
                columns[c.voxel[i]] += (float)(c.mm[i] * value);
            }
        }
    }
    crossing_free(&c);
    return status;
}

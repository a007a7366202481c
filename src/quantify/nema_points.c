/* SPDX-License-Identifier: Apache-2.0 */
/* NEMA NU 2-2018, section 3: spatial resolution; section 5: the fit of sensitivity. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/quantify/camera.h"
#include "nema_inside.h"

static const double apart_mm = 25.0, faint = 0.3, reach_mm = 60.0;
enum { MOST_PROFILE = 4096, N_PASSES = 4 };

/* ---- peaks ---- */

/* The largest voxel that lies further than apart_mm from all points so far; -1: none. */
static int64_t next_peak(const moly_volume *v, int64_t (*peaks)[3], size_t n)
{
    const moly_grid *g = &v->grid;
    int64_t best = -1;
    for (int64_t i = 0; i < moly_grid_n_voxels(g); i++) {
        if (best >= 0 && !(v->data[i] > v->data[best])) {
            continue;
        }
        const int64_t at[3] = {i % g->n[0], i / g->n[0] % g->n[1], i / g->n[0] / g->n[1]};
        bool is_far = true;
        for (size_t p = 0; p < n && is_far; p++) {
            double d2 = 0.0;
            for (int axis = 0; axis < 3; axis++) {
                const double d = (double)(at[axis] - peaks[p][axis]) * g->spacing_mm[axis];
                d2 += d * d;
            }
            is_far = d2 > apart_mm * apart_mm;
        }
        best = is_far ? i : best;
    }
    return best;
}

/* ---- profiles ---- */

/* Profile along `axis` through `peak`, summed over `half_mm` to either side across it.
 * @param[out] first  index of its first voxel. @return how many voxels */
static size_t gather(const moly_volume *v, const int64_t peak[3], int axis, const double half_mm[3],
                     double *profile, int64_t *first)
{
    const moly_grid *g = &v->grid;
    int64_t from[3], to[3];
    for (int i = 0; i < 3; i++) {
        const double half = i == axis ? reach_mm : half_mm[i];
        const int64_t steps = (int64_t)fmin(MOST_PROFILE / 2.0 - 1.0, half / g->spacing_mm[i]);
        from[i] = peak[i] > steps ? peak[i] - steps : 0;
        to[i] = peak[i] + steps < g->n[i] ? peak[i] + steps : g->n[i] - 1;
    }
    const size_t n = (size_t)(to[axis] - from[axis] + 1);
    memset(profile, 0, n * sizeof *profile);
    for (int64_t k = from[2]; k <= to[2]; k++) {
        for (int64_t j = from[1]; j <= to[1]; j++) {
            for (int64_t i = from[0]; i <= to[0]; i++) {
                const int64_t at[3] = {i, j, k};
                profile[at[axis] - from[axis]] += (double)v->data[(k * g->n[1] + j) * g->n[0] + i];
            }
        }
    }
    *first = from[axis];
    return n;
}

/* The windows across follow from the widths that were found, those from the windows. */
static moly_status measure_point(const moly_volume *v, const int64_t peak[3], double *profile,
                                 moly_nema_point *point, moly_error *err)
{
    const moly_grid *g = &v->grid;
    double half_mm[3], index[3] = {0.0, 0.0, 0.0};
    for (int i = 0; i < 3; i++) {
        half_mm[i] = 2.0 * g->spacing_mm[i];
    }
    for (int pass = 0; pass < N_PASSES; pass++) {
        for (int axis = 0; axis < 3; axis++) {
            int64_t first = 0;
            moly_camera_line line;
            const size_t n = gather(v, peak, axis, half_mm, profile, &first);
            moly_status status =
                moly_camera_line_profile(profile, n, g->spacing_mm[axis], &line, err);
            if (status) {
                return status;
            }
            point->fwhm_mm[axis] = line.fwhm_mm;
            point->fwtm_mm[axis] = line.fwtm_mm;
            index[axis] = (double)first + line.position_mm / g->spacing_mm[axis];
        }
        memcpy(half_mm, point->fwhm_mm, sizeof half_mm);
    }
    moly_grid_position(g, index, point->position_mm);
    return MOLY_OK;
}

static int by_distance(const void *a, const void *b)
{
    const moly_nema_point *p = a, *q = b;
    if (p->off_axis_mm != q->off_axis_mm) {
        return p->off_axis_mm > q->off_axis_mm ? 1 : -1;
    }
    return (p->position_mm[2] > q->position_mm[2]) - (p->position_mm[2] < q->position_mm[2]);
}

static moly_status measure_all(const moly_volume *v, const double axis_mm[2], double *profile,
                               moly_nema_point *points, size_t *n_points, moly_error *err)
{
    const moly_grid *g = &v->grid;
    int64_t peaks[MOLY_NEMA_MOST_POINTS][3];
    double most = 0.0;
    size_t n = 0;
    for (int64_t i = next_peak(v, peaks, 0); i >= 0; i = next_peak(v, peaks, n)) {
        const double height = (double)v->data[i];
        most = n ? most : height;
        if (!(height > faint * most)) {
            break;
        }
        if (n == MOLY_NEMA_MOST_POINTS) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "more than %d points", MOLY_NEMA_MOST_POINTS);
        }
        peaks[n][0] = i % g->n[0];
        peaks[n][1] = i / g->n[0] % g->n[1];
        peaks[n][2] = i / g->n[0] / g->n[1];
        moly_nema_point *p = &points[n];
        moly_status status = measure_point(v, peaks[n], profile, p, err);
        if (status) {
            return status;
        }
        const double out[2] = {p->position_mm[0] - axis_mm[0], p->position_mm[1] - axis_mm[1]};
        p->off_axis_mm = hypot(out[0], out[1]);
        p->radial = fabs(out[1]) > fabs(out[0]);
        n++;
    }
    qsort(points, n, sizeof *points, by_distance);
    *n_points = n;
    return n > 0 ? MOLY_OK : MOLY_FAIL(err, MOLY_ERR_DATA, "the image has no point source");
}

moly_status moly_nema_points_measure(const moly_volume *image, const double axis_mm[2],
                                     moly_nema_point *points, size_t *n, moly_error *err)
{
    const double *d = image->grid.direction;
    *n = 0;
    if (image->n_frames != 1) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "an image of %lld frames; one is wanted",
                         (long long)image->n_frames);
    }
    if (!(fabs(fabs(d[0]) - 1.0) < 1e-3 && fabs(fabs(d[4]) - 1.0) < 1e-3)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "the image's planes are not transverse");
    }
    double *profile = moly_alloc(MOST_PROFILE, sizeof *profile);
    moly_status status =
        profile ? measure_all(image, axis_mm, profile, points, n, err) : MOLY_NO_MEMORY(err);
    moly_free(profile);
    return status;
}

/* ---- sensitivity ---- */

moly_status moly_nema_sensitivity_fit(size_t n, const double *wall_mm, const double *cps_per_bq,
                                      double *without, double *mu_per_mm, moly_error *err)
{
    double sx = 0.0, sy = 0.0, sxx = 0.0, sxy = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (!(cps_per_bq[i] > 0.0 && isfinite(cps_per_bq[i]) && wall_mm[i] >= 0.0)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "line %zu has %g cps/Bq within %g mm of wall",
                             i + 1, cps_per_bq[i], wall_mm[i]);
        }
        const double y = log(cps_per_bq[i]);
        sx += wall_mm[i];
        sy += y;
        sxx += wall_mm[i] * wall_mm[i];
        sxy += wall_mm[i] * y;
    }
    const double spread = (double)n * sxx - sx * sx;
    if (n < 2 || !(spread > 1e-9 * (double)n * sxx)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%zu lines; at least 2 with walls of different thickness", n);
    }
    const double slope = ((double)n * sxy - sx * sy) / spread;
    *mu_per_mm = -0.5 * slope;
    *without = exp((sy - slope * sx) / (double)n);
    return MOLY_OK;
}

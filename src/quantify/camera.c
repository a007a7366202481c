/* SPDX-License-Identifier: Apache-2.0 */
/* Gamma cameras: line sources, centre of rotation, sensitivity. */
#include "moly/quantify/camera.h"

#include <math.h>
#include <string.h>

/* ---- line sources ---- */

void moly_camera_profile(const moly_projections *p, const float *view, bool is_across,
                         double *profile)
{
    memset(profile, 0, (size_t)(is_across ? p->n_bins : p->n_axial) * sizeof *profile);
    for (int64_t y = 0; y < p->n_axial; y++) {
        for (int64_t x = 0; x < p->n_bins; x++) {
            profile[is_across ? x : y] += (double)view[y * p->n_bins + x];
        }
    }
}

/* Where the profile falls to `level` going from `peak` by `step`; pixels. NAN: it does not. */
static double crossing(const double *profile, int64_t n, int64_t peak, int64_t step, double level)
{
    for (int64_t i = peak; i + step >= 0 && i + step < n; i += step) {
        const double high = profile[i], low = profile[i + step];
        if (high >= level && low < level) {
            return (double)i + (double)step * (high - level) / (high - low);
        }
    }
    return NAN;
}

moly_status moly_camera_line_profile(const double *profile, size_t n, double pixel_mm,
                                     moly_camera_line *line, moly_error *err)
{
    static const double shares[2] = {0.5, 0.1};
    double widths[2];
    size_t at = 0;
    if (n < 5) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "a profile of %zu pixels; at least 5", n);
    }
    for (size_t i = 1; i < n; i++) {
        at = profile[i] > profile[at] ? i : at;
    }
    double peak = profile[at], shift = 0.0;
    if (at > 0 && at + 1 < n) { /* the parabola's top */
        const double slope = 0.5 * (profile[at + 1] - profile[at - 1]);
        const double bend = profile[at + 1] - 2.0 * profile[at] + profile[at - 1];
        shift = bend < 0.0 ? -slope / bend : 0.0;
        peak += bend < 0.0 ? -0.5 * slope * slope / bend : 0.0;
    }
    for (int i = 0; i < 2; i++) {
        const double level = shares[i] * peak;
        widths[i] = crossing(profile, (int64_t)n, (int64_t)at, 1, level) -
                    crossing(profile, (int64_t)n, (int64_t)at, -1, level);
        if (!(peak > 0.0 && isfinite(widths[i]))) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "the profile has no peak that falls below %g of its height on both "
                             "sides",
                             shares[i]);
        }
    }
    *line = (moly_camera_line){((double)at + shift) * pixel_mm, widths[0] * pixel_mm,
                               widths[1] * pixel_mm};
    return MOLY_OK;
}

/* ---- centre of rotation ---- */

/* Centroid of the pixels above half the largest one, mm from the middle of the view. */
static bool find_centroid(const moly_projections *p, const float *view, double centroid_mm[2])
{
    const size_t n = moly_projections_view_size(p);
    double most = 0.0, sum = 0.0, across = 0.0, along = 0.0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, (double)view[i]);
    }
    for (size_t i = 0; i < n; i++) {
        const double v = (double)view[i];
        if (v > 0.5 * most) {
            sum += v;
            across += v * (double)((int64_t)i % p->n_bins);
            const int64_t row = (int64_t)i / p->n_bins;
            along += v * (double)row;
        }
    }
    if (!(sum > 0.0)) {
        return false;
    }
    centroid_mm[0] = (across / sum - 0.5 * (double)(p->n_bins - 1)) * p->bin_mm;
    centroid_mm[1] = (along / sum - 0.5 * (double)(p->n_axial - 1)) * p->axial_mm;
    return true;
}

/* Three equations in three unknowns by elimination; m[i][3] is the right side. */
static bool solve(double m[3][4])
{
    for (int i = 0; i < 3; i++) {
        if (!(m[i][i] > 1e-9)) { /* normal equations: pivots of a proper fit are positive */
            return false;
        }
        for (int j = 0; j < 3; j++) {
            const double share = m[j][i] / m[i][i];
            for (int k = i; k < 4 && j != i; k++) {
                m[j][k] -= share * m[i][k];
            }
        }
    }
    return true;
}

moly_status moly_camera_centre_of_rotation(const moly_projections *p, moly_camera_rotation *result,
                                           moly_error *err)
{
    double m[3][4] = {{0.0}}, centroid[2], lowest = INFINITY, highest = -INFINITY;
    double largest = 0.0;
    if (p->n_views < 8) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%lld views; at least 8", (long long)p->n_views);
    }
    for (int64_t v = 0; v < p->n_views; v++) {
        const double a = p->views[v].angle_rad;
        const double row[3] = {1.0, cos(a), sin(a)};
        if (!find_centroid(p, moly_projections_view(p, 0, 0, v), centroid)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "view %lld has no counts", (long long)v);
        }
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                m[i][j] += row[i] * row[j];
            }
            m[i][3] += row[i] * centroid[0];
        }
        lowest = fmin(lowest, centroid[1]);
        highest = fmax(highest, centroid[1]);
    }
    if (!solve(m)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "the views do not go around the source");
    }
    const double fit[3] = {m[0][3] / m[0][0], m[1][3] / m[1][1], m[2][3] / m[2][2]};
    for (int64_t v = 0; v < p->n_views; v++) {
        const double a = p->views[v].angle_rad;
        (void)find_centroid(p, moly_projections_view(p, 0, 0, v), centroid);
        largest = fmax(largest, fabs(centroid[0] - fit[0] - fit[1] * cos(a) - fit[2] * sin(a)));
    }
    *result = (moly_camera_rotation){fit[0], largest, highest - lowest, hypot(fit[1], fit[2])};
    return MOLY_OK;
}

/* ---- sensitivity ---- */

moly_status moly_camera_sensitivity(double counts, double background, double duration_s,
                                    double activity_bq, double half_life_s, double *cps_per_bq,
                                    moly_error *err)
{
    if (!(duration_s > 0.0) || !(activity_bq > 0.0) || !(half_life_s > 0.0) ||
        !(counts >= background)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "%g counts (background %g) in %g s of %g Bq, half-life %g s", counts,
                         background, duration_s, activity_bq, half_life_s);
    }
    const double lambda_t = log(2.0) * duration_s / half_life_s;
    const double decays = activity_bq * duration_s * -expm1(-lambda_t) / lambda_t;
    *cps_per_bq = (counts - background) / decays;
    return MOLY_OK;
}

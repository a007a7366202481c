/* SPDX-License-Identifier: Apache-2.0 */
/* Uniformity of a gamma camera's flood. */
#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/quantify/camera.h"

static const double wanted_mm = 6.4, rim_share = 0.75, central_share = 0.75;
static const double exposed_share = 0.95;

/* The flood with larger pixels; values outside the field are 0. */
typedef struct flood {
    int64_t nx, ny;
    double *sums, *smooth;
    bool *is_in, *next;
    double pixel_mm[2];
} flood;

static moly_status sum_pixels(const moly_projections *p, const float *view, int64_t factor,
                              flood *f, moly_error *err)
{
    f->nx = p->n_bins / factor;
    f->ny = p->n_axial / factor;
    f->pixel_mm[0] = p->bin_mm * (double)factor;
    f->pixel_mm[1] = p->axial_mm * (double)factor;
    if (f->nx < 5 || f->ny < 5) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "a flood of %lld x %lld pixels of %.3g mm; at least 5",
                         (long long)f->nx, (long long)f->ny, f->pixel_mm[0]);
    }
    const size_t n = (size_t)(f->nx * f->ny);
    f->sums = moly_alloc(n, sizeof *f->sums);
    f->smooth = moly_alloc(n, sizeof *f->smooth);
    f->is_in = moly_alloc(n, sizeof *f->is_in);
    f->next = moly_alloc(n, sizeof *f->next);
    if (!f->sums || !f->smooth || !f->is_in || !f->next) {
        return MOLY_NO_MEMORY(err);
    }
    for (int64_t y = 0; y < f->ny * factor; y++) {
        for (int64_t x = 0; x < f->nx * factor; x++) {
            f->sums[y / factor * f->nx + x / factor] += (double)view[y * p->n_bins + x];
        }
    }
    return MOLY_OK;
}

/* From and to of the exposed field along an axis, pixels: where the mean profile passes half of
 * what its middle has. */
static bool find_exposed(const flood *f, int axis, double edge[2])
{
    const int64_t n = axis ? f->ny : f->nx, m = axis ? f->nx : f->ny;
    double middle = 0.0;
    int64_t first = -1, last = -1;
    for (int pass = 0; pass < 2; pass++) {
        for (int64_t i = 0; i < n; i++) {
            double sum = 0.0;
            for (int64_t j = m / 4; j < m - m / 4; j++) {
                sum += f->sums[axis ? i * f->nx + j : j * f->nx + i];
            }
            if (pass == 0) {
                middle = fmax(middle, sum);
            } else if (sum > 0.5 * middle) {
                first = first < 0 ? i : first;
                last = i;
            }
        }
    }
    edge[0] = (double)first;
    edge[1] = (double)last + 1.0;
    return middle > 0.0;
}

static double mean_in(const flood *f, const double box[4])
{
    double sum = 0.0, n = 0.0;
    for (int64_t y = 0; y < f->ny; y++) {
        for (int64_t x = 0; x < f->nx; x++) {
            const double u = (double)x + 0.5, v = (double)y + 0.5;
            if (u > box[0] && u < box[1] && v > box[2] && v < box[3]) {
                sum += f->sums[y * f->nx + x];
                n += 1.0;
            }
        }
    }
    return n > 0.0 ? sum / n : 0.0;
}

/* The box, shrunk about its middle. */
static void shrink(const double box[4], double share, double out[4])
{
    for (int i = 0; i < 4; i += 2) {
        const double middle = 0.5 * (box[i] + box[i + 1]);
        out[i] = middle + share * (box[i] - middle);
        out[i + 1] = middle + share * (box[i + 1] - middle);
    }
}

static bool is_field(const flood *f, int64_t x, int64_t y)
{
    return x >= 0 && y >= 0 && x < f->nx && y < f->ny && f->is_in[y * f->nx + x];
}

/* Pixels that count: in the box and not faint, and none of whose four neighbours is faint. */
static void choose_field(flood *f, const double box[4], double least)
{
    const size_t n = (size_t)(f->nx * f->ny);
    for (size_t i = 0; i < n; i++) {
        f->is_in[i] = f->sums[i] >= least;
    }
    for (int64_t y = 0; y < f->ny; y++) {
        for (int64_t x = 0; x < f->nx; x++) {
            const double u = (double)x + 0.5, v = (double)y + 0.5;
            const bool is_inside = u > box[0] && u < box[1] && v > box[2] && v < box[3];
            f->next[y * f->nx + x] = is_inside && is_field(f, x, y) && is_field(f, x - 1, y) &&
                                     is_field(f, x + 1, y) && is_field(f, x, y - 1) &&
                                     is_field(f, x, y + 1);
        }
    }
    memcpy(f->is_in, f->next, n * sizeof *f->is_in);
}

static void smooth(flood *f)
{
    static const double taps[3] = {1.0, 2.0, 1.0};
    for (int64_t y = 0; y < f->ny; y++) {
        for (int64_t x = 0; x < f->nx; x++) {
            double sum = 0.0, weights = 0.0;
            for (int64_t j = -1; j <= 1; j++) {
                for (int64_t i = -1; i <= 1; i++) {
                    if (is_field(f, x + i, y + j)) {
                        sum += taps[i + 1] * taps[j + 1] * f->sums[(y + j) * f->nx + x + i];
                        weights += taps[i + 1] * taps[j + 1];
                    }
                }
            }
            f->smooth[y * f->nx + x] = is_field(f, x, y) ? sum / weights : 0.0;
        }
    }
}

static double contrast(double least, double most)
{
    return most + least > 0.0 ? (most - least) / (most + least) : 0.0;
}

/* Largest contrast within 5 pixels from (x, y) on along an axis that all lie in the box. */
static double step_at(const flood *f, const double box[4], int64_t x, int64_t y, int axis)
{
    double least = INFINITY, most = 0.0;
    for (int64_t k = 0; k < 5; k++) {
        const int64_t i = x + (axis ? 0 : k), j = y + (axis ? k : 0);
        if (!is_field(f, i, j) || (double)i + 0.5 > box[1] || (double)j + 0.5 > box[3]) {
            return 0.0;
        }
        least = fmin(least, f->smooth[j * f->nx + i]);
        most = fmax(most, f->smooth[j * f->nx + i]);
    }
    return contrast(least, most);
}

static moly_status measure(const flood *f, const double box[4], moly_camera_field *field,
                           moly_error *err)
{
    moly_camera_field r = {.least = INFINITY};
    for (int64_t y = 0; y < f->ny; y++) {
        for (int64_t x = 0; x < f->nx; x++) {
            const double u = (double)x + 0.5, v = (double)y + 0.5;
            if (!is_field(f, x, y) || u < box[0] || u > box[1] || v < box[2] || v > box[3]) {
                continue;
            }
            const double value = f->smooth[y * f->nx + x];
            r.n_pixels++;
            r.mean += value;
            r.least = fmin(r.least, value);
            r.most = fmax(r.most, value);
            r.differential =
                fmax(r.differential, fmax(step_at(f, box, x, y, 0), step_at(f, box, x, y, 1)));
        }
    }
    if (r.n_pixels < 25) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "a field of %lld pixels; at least 5 x 5",
                         (long long)r.n_pixels);
    }
    r.mean /= (double)r.n_pixels;
    r.integral = contrast(r.least, r.most);
    *field = r;
    return MOLY_OK;
}

static moly_status analyse(flood *f, double width_mm, double length_mm, moly_camera_uniformity *r,
                           moly_error *err)
{
    const double wanted[2] = {width_mm, length_mm};
    double box[4], central[4];
    for (int axis = 0; axis < 2; axis++) {
        double *edge = box + 2 * axis;
        if (!find_exposed(f, axis, edge)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "the flood has no counts");
        }
        const double middle = 0.5 * (edge[0] + edge[1]);
        const double half = wanted[axis] > 0.0 ? 0.5 * wanted[axis] / f->pixel_mm[axis]
                                               : 0.5 * exposed_share * (edge[1] - edge[0]);
        edge[0] = middle - half;
        edge[1] = middle + half;
    }
    shrink(box, central_share, central);
    choose_field(f, box, rim_share * mean_in(f, central));
    smooth(f);
    for (int i = 0; i < 4; i++) {
        r->edge_mm[i] = box[i] * f->pixel_mm[i / 2];
    }
    moly_status status = measure(f, box, &r->useful, err);
    return status ? status : measure(f, central, &r->central, err);
}

moly_status moly_camera_flood(const moly_projections *p, const float *view, double width_mm,
                              double length_mm, moly_camera_uniformity *result, moly_error *err)
{
    flood f = {0};
    moly_camera_uniformity r = {.factor = (int64_t)fmax(1.0, round(wanted_mm / p->bin_mm))};
    moly_status status = sum_pixels(p, view, r.factor, &f, err);
    if (!status) {
        for (size_t i = 0; i < moly_projections_view_size(p); i++) {
            r.total += (double)view[i];
        }
        r.pixel_mm = f.pixel_mm[0];
        status = analyse(&f, width_mm, length_mm, &r, err);
    }
    moly_free(f.sums);
    moly_free(f.smooth);
    moly_free(f.is_in);
    moly_free(f.next);
    if (!status) {
        *result = r;
    }
    return status;
}

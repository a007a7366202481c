/* SPDX-License-Identifier: Apache-2.0 */
/* Our own fits of measured points, for the reactions that nobody recommends a curve for; and how
 * far measured points lie from a curve, which is the uncertainty of any curve that has none. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

#define MOST_POINTS 2048
#define MOST_ENTRIES 64
#define FEWEST_ENTRIES 3
#define FEWEST_POINTS 3
#define MAD_TO_SIGMA 1.4826
#define N_ROBUST 4

/* natCu(p,x) are monitors; 44Sc comes in two states. Radium has few points that disagree by a
 * factor of three near 17 MeV: the model gives the shape, the points the height, their spread the
 * uncertainty. */
static const struct {
    char beam;
    int z, a, pz, pa;
    char state;
    double to_mev;
    bool has_model_shape;
} fits[] = {
    {'p', 29, 0, 30, 62, '\0', 100.0, false},  {'p', 29, 0, 30, 63, '\0', 70.0, false},
    {'p', 29, 0, 30, 65, '\0', 100.0, false},  {'p', 20, 44, 21, 44, 'm', 40.0, false},
    {'p', 39, 89, 40, 88, '\0', 80.0, false},  {'p', 88, 226, 89, 226, '\0', 30.0, true},
    {'p', 88, 226, 89, 225, '\0', 30.0, true}, {'p', 88, 226, 89, 224, '\0', 30.0, true},
};

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_size);
    return n % 2 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

static int point_order(const void *a, const void *b)
{
    const table_point *x = a, *y = b;
    return x->e_mev != y->e_mev ? (x->e_mev > y->e_mev) - (x->e_mev < y->e_mev)
                                : (x->xs_mb > y->xs_mb) - (x->xs_mb < y->xs_mb);
}

/* Is `m` a measurement of what `curve` tells? The state must agree where it is an isomer's; a
 * cumulative curve is compared with cumulative measurements. */
static bool is_measurement_of(const table_curve *m, const table_curve *curve)
{
    return m->beam == curve->beam && m->z == curve->z && m->a == curve->a && m->pz == curve->pz &&
           m->pa == curve->pa && (m->state == 'm') == (curve->state == 'm') &&
           (m->is_cumulative || !curve->is_cumulative);
}

/* All measured points of what `like` tells, by energy. */
static size_t collect(const table_curves *measured, const table_curve *like, table_point *points)
{
    size_t n = 0;
    for (size_t i = 0; i < measured->n; i++) {
        const table_curve *m = &measured->all[i];
        for (size_t k = 0; is_measurement_of(m, like) && k < m->n && n < MOST_POINTS; k++) {
            points[n++] = m->points[k];
        }
    }
    qsort(points, n, sizeof *points, point_order);
    return n;
}

/* Median of ln(measured / curve) of one entry where the curve is above a fifth of its peak; NAN
 * with fewer than three points there. */
static double offset_of(const table_curve *m, const table_curve *curve, double peak)
{
    double off[MOST_POINTS];
    size_t n = 0;
    for (size_t i = 0; i < m->n && n < MOST_POINTS; i++) {
        const double there = curve_at(curve, m->points[i].e_mev);
        if (m->points[i].e_mev <= curve->best_to_mev && there > 0.2 * peak &&
            m->points[i].xs_mb > 0.0) {
            off[n++] = log(m->points[i].xs_mb / there);
        }
    }
    return n < FEWEST_POINTS ? (double)NAN : median(off, n);
}

double fit_scatter(const table_curves *measured, const table_curve *curve)
{
    double off[MOST_ENTRIES], peak = 0.0;
    size_t n = 0;
    for (size_t i = 0; i < curve->n; i++) {
        const bool is_best = curve->points[i].e_mev <= curve->best_to_mev;
        peak = is_best ? fmax(peak, curve->points[i].xs_mb) : peak;
    }
    for (size_t i = 0; i < measured->n && n < MOST_ENTRIES; i++) {
        if (is_measurement_of(&measured->all[i], curve)) {
            const double offset = fabs(offset_of(&measured->all[i], curve, peak));
            off[n] = offset;
            n += isfinite(offset) ? 1 : 0;
        }
    }
    return n < FEWEST_ENTRIES ? (double)NAN : MAD_TO_SIGMA * median(off, n);
}

/* Local straight line at `e` through the points within `width`, tricube weights times `weight`
 * (W.S. Cleveland, J. Am. Stat. Assoc. 74 (1979) 829). NAN where fewer than three points are near.
 */
static double local_line(const table_point *p, const double *weight, size_t n, double e,
                         double width)
{
    double s0 = 0.0, s1 = 0.0, s2 = 0.0, t0 = 0.0, t1 = 0.0;
    size_t n_near = 0;
    for (size_t i = 0; i < n; i++) {
        const double d = (p[i].e_mev - e) / width, q = 1.0 - fabs(d * d * d);
        if (q > 0.0 && weight[i] > 0.0) {
            const double w = weight[i] * q * q * q;
            n_near++;
            s0 += w;
            s1 += w * d;
            s2 += w * d * d;
            t0 += w * p[i].xs_mb;
            t1 += w * d * p[i].xs_mb;
        }
    }
    const double determinant = s0 * s2 - s1 * s1;
    if (n_near < 3 || !(determinant > 1e-9 * s0 * s2)) {
        return NAN;
    }
    return (t0 * s2 - t1 * s1) / determinant;
}

static double width_at(double e_mev)
{
    return fmax(1.0, 0.08 * e_mev);
}

/* Weights by the stated uncertainty (7 % at least) and, in later rounds, by Tukey's biweight of the
 * distance to the line before: an author who is far off all others counts nothing. */
static void robust_weights(const table_point *p, size_t n, double *weight)
{
    double peak = 0.0, base[MOST_POINTS], off[MOST_POINTS], sorted[MOST_POINTS];
    for (size_t i = 0; i < n; i++) {
        peak = fmax(peak, p[i].xs_mb);
    }
    for (size_t i = 0; i < n; i++) {
        const double sd = isfinite(p[i].sd_mb) ? p[i].sd_mb : 0.0;
        const double used = fmax(fmax(sd, 0.07 * p[i].xs_mb), 0.02 * peak);
        base[i] = weight[i] = 1.0 / (used * used);
    }
    for (int round = 0; round < N_ROBUST; round++) {
        for (size_t i = 0; i < n; i++) {
            const double line = local_line(p, weight, n, p[i].e_mev, width_at(p[i].e_mev));
            off[i] = isfinite(line) ? (p[i].xs_mb - line) * sqrt(base[i]) : 0.0;
            sorted[i] = fabs(off[i]);
        }
        const double limit = 6.0 * fmax(median(sorted, n), 1e-3);
        for (size_t i = 0; i < n; i++) {
            const double u = off[i] / limit, q = fmax(0.0, 1.0 - u * u);
            weight[i] = base[i] * q * q;
        }
    }
}

static moly_status fit_points(const table_point *p, size_t n, table_curve *c, double to_mev,
                              moly_error *err)
{
    double weight[MOST_POINTS];
    robust_weights(p, n, weight);
    const double last = fmin(p[n - 1].e_mev, to_mev);
    moly_status status = MOLY_OK;
    const int first = (int)ceil(2.0 * p[0].e_mev), end = (int)floor(2.0 * last);
    for (int half = first; half <= end && status == MOLY_OK; half += half < 80 ? 1 : 2) {
        const double e = 0.5 * half;
        const double line = local_line(p, weight, n, e, width_at(e));
        if (isfinite(line)) {
            status = curve_add(c, (table_point){e, fmax(line, 0.0), NAN}, err);
        }
    }
    return status;
}

/* The model's curve times the geometric mean of the measured to modelled ratios. */
static moly_status fit_height(const table_point *p, size_t n, const table_curve *model,
                              table_curve *c, moly_error *err)
{
    double sum = 0.0, peak = 0.0;
    size_t n_used = 0;
    for (size_t i = 0; i < model->n; i++) {
        peak = fmax(peak, model->points[i].xs_mb);
    }
    for (size_t i = 0; i < n; i++) {
        const double there = curve_at(model, p[i].e_mev);
        if (there > 0.1 * peak && p[i].xs_mb > 0.0) {
            sum += log(p[i].xs_mb / there);
            n_used++;
        }
    }
    const double factor = n_used ? exp(sum / (double)n_used) : 1.0;
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < model->n && status == MOLY_OK; i++) {
        const table_point q = model->points[i];
        status = curve_add(c, (table_point){q.e_mev, q.xs_mb * factor, NAN}, err);
    }
    return status;
}

static size_t find_model(const table_curves *curves, const table_curve *like)
{
    size_t i = 0;
    while (i < curves->n) {
        const table_curve *c = &curves->all[i];
        if (c->origin == ORIGIN_TENDL && c->beam == like->beam && c->z == like->z &&
            c->a == like->a && c->pz == like->pz && c->pa == like->pa && c->state == like->state) {
            break;
        }
        i++;
    }
    return i;
}

moly_status fit_all(const table_curves *measured, table_curves *curves, moly_error *err)
{
    for (size_t f = 0; f < sizeof fits / sizeof *fits; f++) {
        table_point points[MOST_POINTS];
        table_curve like = {.beam = fits[f].beam,
                            .z = fits[f].z,
                            .a = fits[f].a,
                            .pz = fits[f].pz,
                            .pa = fits[f].pa,
                            .state = fits[f].state,
                            .origin = ORIGIN_FIT};
        const size_t n = collect(measured, &like, points);
        const size_t model = find_model(curves, &like);
        if (n < 5 || (fits[f].has_model_shape && model == curves->n)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "fit %zu: %zu measured points", f, n);
        }
        (void)snprintf(like.source, sizeof like.source,
                       fits[f].has_model_shape
                           ? "fit: TENDL-2025 shape scaled to %zu points of EXFOR"
                           : "fit: robust local line through %zu points of EXFOR",
                       n);
        table_curve *c = curves_new(curves, &like);
        moly_status status = !c ? MOLY_NO_MEMORY(err)
                             : fits[f].has_model_shape
                                 ? fit_height(points, n, &curves->all[model], c, err)
                                 : fit_points(points, n, c, fits[f].to_mev, err);
        if (status != MOLY_OK) {
            return status;
        }
        c->best_to_mev = c->n ? c->points[c->n - 1].e_mev : 0.0;
    }
    return MOLY_OK;
}

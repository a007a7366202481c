/* SPDX-License-Identifier: Apache-2.0 */
/* Atoms as a contour integral of their Laplace transform, with a check of every member. */
#include "burnup_contour.h"

#include <math.h>
#include <string.h>

#include "moly/base/memory.h"

#define MOST_POINTS 40
#define MOST_SWEEPS 64
#define SWEEP_LEFT 1e-17 /* what the last sweep may change, relative */
#define AGREE 1e-6       /* a contour and the one before it, relative */
#define MOST_LOST 4000.0 /* terms over their sum: times 4e-16, rounding stays below 2e-12 */

/* Points above the real axis, those below are their conjugates; even numbers, for the vectors. */
typedef struct contour {
    size_t n;
    double re[MOST_POINTS], im[MOST_POINTS];
    double weight_re[MOST_POINTS], weight_im[MOST_POINTS];
} contour;

/* Talbot's cotangent contour with the constants of Weideman (2006), midpoint rule of 2 n points. */
static void contour_init(contour *c, size_t n)
{
    const double a = 0.5017, b = 0.6407, shift = 0.6122, rise = 0.2645;
    double count = 2.0 * (double)n;
    c->n = n;
    for (size_t k = 0; k < n; k++) {
        double angle = (2.0 * (double)k + 1.0) * acos(-1.0) / count;
        double cotangent = 1.0 / tan(b * angle), sine = sin(b * angle);
        c->re[k] = count * (a * angle * cotangent - shift);
        c->im[k] = count * rise * angle;
        /* exp(z) dz / (2 pi i), for both halves */
        double slope_re = a * cotangent - a * b * angle / (sine * sine), size = 2.0 * exp(c->re[k]);
        double e_re = size * cos(c->im[k]), e_im = size * sin(c->im[k]);
        c->weight_re[k] = e_re * rise + e_im * slope_re;
        c->weight_im[k] = e_im * rise - e_re * slope_re;
    }
}

/* Members change at moments that are counted up; one is stale when a parent changed after it was
 * computed. */
typedef struct work {
    double *x; /* [n][2][points] transforms: real, imaginary parts */
    uint64_t *computed, *changed, now;
    double *last; /* [n] atoms by the contour before */
} work;

/* One member's transform from those of its parents, at all points; in the first lap from those
 * before it only. */
static void transform(const contour_system *s, const contour *c, size_t j, double t, bool is_first,
                      const double *restrict x, double *restrict re, double *restrict im)
{
    size_t n = c->n;
    for (size_t k = 0; k < n; k++) {
        re[k] = s->start[j];
        im[k] = 0.0;
    }
    for (size_t e = s->in_begin[j]; e < s->in_begin[j + 1]; e++) {
        if (is_first && s->from[e] > j) {
            continue;
        }
        const double *restrict parent_re = x + (size_t)s->from[e] * 2 * n;
        const double *restrict parent_im = parent_re + n;
        double rate = s->rate_per_s[e] * t;
        for (size_t k = 0; k < n; k++) {
            re[k] += rate * parent_re[k];
            im[k] += rate * parent_im[k];
        }
    }
    double removal = s->removal[j] * t;
    for (size_t k = 0; k < n; k++) {
        double z_re = c->re[k] + removal, z_im = c->im[k];
        double inverse = 1.0 / (z_re * z_re + z_im * z_im);
        double sum_re = re[k], sum_im = im[k];
        re[k] = (sum_re * z_re + sum_im * z_im) * inverse;
        im[k] = (sum_im * z_re - sum_re * z_im) * inverse;
    }
}

/* @return whether it changed by more than what the next laps can be without */
static bool replace(double *own, const double *fresh, size_t n)
{
    bool is_changed = false;
    for (size_t k = 0; k < n; k++) {
        double change = fabs(fresh[k] - own[k]) + fabs(fresh[n + k] - own[n + k]);
        is_changed |= change > SWEEP_LEFT * (fabs(fresh[k]) + fabs(fresh[n + k]));
    }
    memcpy(own, fresh, 2 * n * sizeof *own);
    return is_changed;
}

static bool is_stale(const contour_system *s, const work *w, size_t j)
{
    for (size_t e = s->in_begin[j]; e < s->in_begin[j + 1]; e++) {
        if (w->changed[s->from[e]] > w->computed[j]) {
            return true;
        }
    }
    return false;
}

/* Through all members, then through what the ways back have changed, until nothing changes.
 * @return false where a loop is too strong for that */
static bool sweep(const contour_system *s, const contour *c, double t, work *w)
{
    double fresh[2 * MOST_POINTS];
    size_t width = 2 * c->n;
    w->now = 0;
    for (size_t j = 0; j < s->n; j++) {
        transform(s, c, j, t, true, w->x, fresh, fresh + c->n);
        memcpy(w->x + j * width, fresh, width * sizeof *fresh);
        w->computed[j] = w->changed[j] = ++w->now;
    }
    bool is_any = true;
    for (int lap = 1; lap < MOST_SWEEPS && is_any; lap++) {
        is_any = false;
        for (size_t j = 0; j < s->n; j++) {
            if (is_stale(s, w, j)) {
                transform(s, c, j, t, false, w->x, fresh, fresh + c->n);
                w->computed[j] = ++w->now;
                if (replace(w->x + j * width, fresh, c->n)) {
                    w->changed[j] = w->now;
                    is_any = true;
                }
            }
        }
    }
    return !is_any;
}

/* Terms one by one and always in the same order. */
static double add_up(const contour *c, const double *x, double *magnitude)
{
    double sum[2] = {0}, all[2] = {0};
    for (size_t k = 0; k < c->n; k++) {
        double re = c->weight_re[k] * x[k], im = c->weight_im[k] * x[c->n + k];
        sum[k % 2] += re - im;
        all[k % 2] += fabs(re) + fabs(im);
    }
    *magnitude = all[0] + all[1];
    return sum[0] + sum[1];
}

static bool is_near(double a, double b)
{
    return fabs(a - b) <= AGREE * fabs(b);
}

/* What two neighbouring contours agree on is the sum of the wider one: its error is below the
 * square of the other's.
 * @return how many members have lost digits by width alone, so that a wider contour may help */
static size_t judge(const contour_system *s, const contour *c, bool is_compared, work *w,
                    double *atoms, bool *is_known)
{
    size_t n_wanting = 0;
    for (size_t j = 0; j < s->n; j++) {
        double magnitude, last = w->last[j];
        double sum = add_up(c, w->x + j * 2 * c->n, &magnitude);
        w->last[j] = sum;
        if (is_known[j]) {
            continue;
        }
        if (magnitude == 0.0) { /* nothing leads there */
            atoms[j] = 0.0;
            is_known[j] = true;
        } else if (magnitude <= MOST_LOST * sum) {
            is_known[j] = !is_compared || is_near(last, sum);
            atoms[j] = sum;
            n_wanting += is_known[j] ? 0 : 1;
        }
    }
    return n_wanting;
}

moly_status contour_solve(const contour_system *system, double time_s, bool is_rough, double *atoms,
                          bool *is_known, moly_error *err)
{
    static const size_t sizes[] = {16, 24, 32, 40};
    moly_status status = MOLY_OK;
    size_t n = system->n + 1, n_wanting = 1;
    size_t n_points = is_rough ? sizes[0] : sizes[1]; /* the first two mostly do */
    work w = {.x = moly_alloc(n, 2 * n_points * sizeof *w.x),
              .computed = moly_alloc(n, sizeof *w.computed),
              .changed = moly_alloc(n, sizeof *w.changed),
              .last = moly_alloc(n, sizeof *w.last)};
    if (w.x == NULL || w.computed == NULL || w.changed == NULL || w.last == NULL) {
        status = MOLY_NO_MEMORY(err);
        goto done;
    }
    memset(is_known, 0, system->n * sizeof *is_known);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && n_wanting > 0; i++) {
        contour c;
        contour_init(&c, sizes[i]);
        if (c.n > n_points) {
            n_points = c.n;
            moly_free(w.x);
            w.x = moly_alloc(n, 2 * n_points * sizeof *w.x);
            if (w.x == NULL) {
                status = MOLY_NO_MEMORY(err);
                goto done;
            }
        }
        if (!sweep(system, &c, time_s, &w)) {
            break;
        }
        n_wanting = judge(system, &c, !is_rough, &w, atoms, is_known);
        n_wanting = is_rough ? 0 : n_wanting;
    }
done:
    moly_free(w.x);
    moly_free(w.computed);
    moly_free(w.changed);
    moly_free(w.last);
    return status;
}

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
    double *x; /* [n][2][MOST_POINTS] transforms: real, imaginary parts */
    uint64_t *computed, *changed, now;
    double *last; /* [n] atoms by the contour before */
} work;

/* One member's transform from those of its parents, at all points.
 * @return whether it changed */
static bool transform(const contour_system *s, const contour *c, size_t j, double t, double *x)
{
    double sum_re[MOST_POINTS], sum_im[MOST_POINTS];
    double *own = x + j * 2 * MOST_POINTS;
    size_t n = c->n;
    bool is_changed = false;
    for (size_t k = 0; k < n; k++) {
        sum_re[k] = s->start[j];
        sum_im[k] = 0.0;
    }
    for (size_t e = s->in_begin[j]; e < s->in_begin[j + 1]; e++) {
        const double *parent = x + (size_t)s->from[e] * 2 * MOST_POINTS;
        double rate = s->rate_per_s[e] * t;
        for (size_t k = 0; k < n; k++) {
            sum_re[k] += rate * parent[k];
            sum_im[k] += rate * parent[MOST_POINTS + k];
        }
    }
    double removal = s->removal[j] * t;
    for (size_t k = 0; k < n; k++) {
        double re = c->re[k] + removal, im = c->im[k];
        double inverse = 1.0 / (re * re + im * im);
        double new_re = (sum_re[k] * re + sum_im[k] * im) * inverse;
        double new_im = (sum_im[k] * re - sum_re[k] * im) * inverse;
        double change = fabs(new_re - own[k]) + fabs(new_im - own[MOST_POINTS + k]);
        is_changed |= change > SWEEP_LEFT * (fabs(new_re) + fabs(new_im));
        own[k] = new_re;
        own[MOST_POINTS + k] = new_im;
    }
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
    memset(w->x, 0, s->n * 2 * MOST_POINTS * sizeof *w->x);
    memset(w->changed, 0, s->n * sizeof *w->changed);
    memset(w->computed, 0, s->n * sizeof *w->computed);
    w->now = 1;
    bool is_any = true;
    for (int lap = 0; lap < MOST_SWEEPS && is_any; lap++) {
        is_any = false;
        for (size_t j = 0; j < s->n; j++) {
            if (lap == 0 || is_stale(s, w, j)) {
                w->computed[j] = ++w->now;
                if (transform(s, c, j, t, w->x)) {
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
        double re = c->weight_re[k] * x[k], im = c->weight_im[k] * x[MOST_POINTS + k];
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
static size_t judge(const contour_system *s, const contour *c, bool is_first, work *w,
                    double *atoms, bool *is_known)
{
    size_t n_wanting = 0;
    for (size_t j = 0; j < s->n; j++) {
        double magnitude, last = w->last[j];
        double sum = add_up(c, w->x + j * 2 * MOST_POINTS, &magnitude);
        w->last[j] = sum;
        if (is_known[j]) {
            continue;
        }
        if (magnitude == 0.0) { /* nothing leads there */
            atoms[j] = 0.0;
            is_known[j] = true;
        } else if (magnitude <= MOST_LOST * sum) {
            is_known[j] = !is_first && is_near(last, sum);
            atoms[j] = sum;
            n_wanting += is_known[j] ? 0 : 1;
        }
    }
    return n_wanting;
}

moly_status contour_solve(const contour_system *system, double time_s, double *atoms,
                          bool *is_known, moly_error *err)
{
    static const size_t sizes[] = {16, 24, 32, 40};
    moly_status status = MOLY_OK;
    work w = {.x = moly_alloc(system->n + 1, 2 * MOST_POINTS * sizeof *w.x),
              .computed = moly_alloc(system->n + 1, sizeof *w.computed),
              .changed = moly_alloc(system->n + 1, sizeof *w.changed),
              .last = moly_alloc(system->n + 1, sizeof *w.last)};
    if (w.x == NULL || w.computed == NULL || w.changed == NULL || w.last == NULL) {
        status = MOLY_NO_MEMORY(err);
        goto done;
    }
    memset(is_known, 0, system->n * sizeof *is_known);
    size_t n_wanting = 1;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && n_wanting > 0; i++) {
        contour c;
        contour_init(&c, sizes[i]);
        if (!sweep(system, &c, time_s, &w)) {
            break;
        }
        n_wanting = judge(system, &c, i == 0, &w, atoms, is_known);
    }
done:
    moly_free(w.x);
    moly_free(w.computed);
    moly_free(w.changed);
    moly_free(w.last);
    return status;
}

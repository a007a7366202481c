/* SPDX-License-Identifier: Apache-2.0 */
/* Scatter between all pairs of coarse detectors: the sum over points of what one leg emits and the
 * other one gets turned. */
#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/parallel.h"
#include "scatter_inside.h"

enum { LANES = 512 }; /* points looked at together */

typedef struct pairs {
    moly_scatter *s;
    const scatter_points *points;
    const scatter_legs *legs;
    const scatter_energies *energies;
    size_t n_steps, n_fine;
    const float *kernel; /* [n_fine][n_tof] */
    double *fine;        /* [n_threads][n_fine] */
} pairs;

typedef struct seen {
    size_t n;
    uint32_t point[LANES];
    float weight[LANES], steeper[LANES];
} seen;

/* Points whose photon would still be accepted after the turn from a's line to b. */
static void look(const pairs *w, const scatter_legs *a, const scatter_legs *b, size_t first,
                 size_t n, seen *out)
{
    const scatter_energies *e = w->energies;
    const float least = (float)e->least;
    const float rows = (float)(SCATTER_COSINES / (1.0 - e->least));
    float cosines[LANES];
    for (size_t i = 0; i < n; i++) {
        const size_t p = first + i;
        cosines[i] = -(a->ux[p] * b->ux[p] + a->uy[p] * b->uy[p] + a->uz[p] * b->uz[p]);
    }
    out->n = 0;
    for (size_t i = 0; i < n; i++) {
        if (cosines[i] > least) {
            const size_t p = first + i;
            const float at = (cosines[i] - least) * rows;
            const int row = at < (float)SCATTER_COSINES - 1.0F ? (int)at : SCATTER_COSINES - 1;
            const float part = at - (float)row;
            const float *chance = &e->chance[row], *steeper = &e->steeper[row];
            out->point[out->n] = (uint32_t)p;
            out->weight[out->n] = (float)w->points->weight[p] * a->reach[p] * b->reach[p] *
                                  (chance[0] + part * (chance[1] - chance[0]));
            out->steeper[out->n++] = steeper[0] + part * (steeper[1] - steeper[0]);
        }
    }
}

static double sum_plain(const scatter_legs *a, const scatter_legs *b, const seen *s)
{
    double sum = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        const size_t p = s->point[i];
        const float both = a->passed[p] * b->passed[p];
        sum += (double)(s->weight[i] * both *
                        (a->emission[p] * expf(-s->steeper[i] * b->path[p]) +
                         b->emission[p] * expf(-s->steeper[i] * a->path[p])));
    }
    return sum;
}

/* Along the line, positive towards a: an emission r from the point towards a lies at
 * (|SB| - |SA|) / 2 + r, one towards b at that less r. */
static void sum_tof(const pairs *w, const scatter_legs *a, const scatter_legs *b, const seen *s,
                    double *fine)
{
    const size_t n = w->n_steps;
    const double middle = 0.5 * (double)(w->n_fine - 1);
    for (size_t i = 0; i < s->n; i++) {
        const size_t p = s->point[i];
        const double both = (double)(s->weight[i] * a->passed[p] * b->passed[p]);
        const double to_a = both * (double)expf(-s->steeper[i] * b->path[p]);
        const double to_b = both * (double)expf(-s->steeper[i] * a->path[p]);
        const double at = 0.5 * (double)(b->distance[p] - a->distance[p]) / SCATTER_STEP_MM;
        const double up = middle + at + 0.5, down = middle + at - 0.5; /* middles of steps */
        const double first_up = floor(up), first_down = floor(down);
        const double part_up = up - first_up, part_down = down - first_down;
        double *out = fine + (size_t)first_up;
        const float *in = a->profile + p * n;
        for (size_t k = 0; k < n; k++) { /* fine_bins() leaves room */
            out[k] += to_a * (1.0 - part_up) * (double)in[k];
            out[k + 1] += to_a * part_up * (double)in[k];
        }
        out = fine + (size_t)first_down;
        in = b->profile + p * n;
        for (size_t k = 0; k < n; k++) {
            out[-(ptrdiff_t)k] += to_b * (1.0 - part_down) * (double)in[k];
            out[1 - (ptrdiff_t)k] += to_b * part_down * (double)in[k];
        }
    }
}

/* Scatter of one pair over what a line in air between them would count for an integral of 1. */
static void one_pair(const pairs *w, int64_t a, int64_t b, double norm, double *fine, float *out,
                     size_t stride)
{
    const size_t n_tof = (size_t)w->s->n_tof;
    double sum = 0.0;
    seen s;
    if (n_tof > 1) {
        memset(fine, 0, w->n_fine * sizeof *fine);
    }
    for (size_t first = 0; first < w->points->n; first += LANES) {
        const size_t left = w->points->n - first;
        look(w, &w->legs[a], &w->legs[b], first, left < LANES ? left : LANES, &s);
        if (n_tof > 1) {
            sum_tof(w, &w->legs[a], &w->legs[b], &s, fine);
        } else {
            sum += sum_plain(&w->legs[a], &w->legs[b], &s);
        }
    }
    for (size_t t = 0; t < n_tof; t++) {
        for (size_t k = 0; k < w->n_fine && n_tof > 1; k++) {
            sum += fine[k] * (double)w->kernel[k * n_tof + t];
        }
        out[t * stride] = (float)(norm * sum);
        sum = 0.0;
    }
}

static void pairs_of_angle(void *context, int64_t item, int thread)
{
    const pairs *w = context;
    moly_scatter *s = w->s;
    const scatter_detectors *d = &s->detectors;
    const int64_t n = d->n_angles, m = d->n_rings;
    const size_t block = (size_t)(s->n_tof * m * m), stride = (size_t)(m * m);
    /* neighbours of the outermost lines too: the interpolation asks for them */
    const double edge_mm = s->field_radius_mm + 8.0 * d->radius_mm / (double)n;
    for (int64_t other = item + 1; other < n; other++) {
        double at_a[3], at_b[3];
        scatter_detector_at(d, item, 0, at_a);
        scatter_detector_at(d, other, 0, at_b);
        const double across2 = pow(at_a[0] - at_b[0], 2.0) + pow(at_a[1] - at_b[1], 2.0);
        if (d->radius_mm * d->radius_mm - 0.25 * across2 > edge_mm * edge_mm) {
            continue;
        }
        float *out = s->table + (size_t)(item * n + other) * block;
        float *mirror = s->table + (size_t)(other * n + item) * block;
        for (int64_t ra = 0; ra < m; ra++) {
            for (int64_t rb = 0; rb < m; rb++) {
                const double dz = d->step_z_mm * (double)(rb - ra);
                const double length2 = across2 + dz * dz;
                const double cosine = 0.5 * across2 / (d->radius_mm * sqrt(length2));
                const double face = scatter_face(d, cosine);
                float *to = out + ra * m + rb;
                one_pair(w, item * m + ra, other * m + rb, length2 / (face * face),
                         w->fine + (size_t)thread * w->n_fine, to, stride);
                for (int64_t t = 0; t < s->n_tof; t++) {
                    mirror[(s->n_tof - 1 - t) * m * m + rb * m + ra] = to[t * m * m];
                }
            }
        }
    }
}

/* The timing kernel's share in each bin, for each fine place. */
static void fill_kernel(const moly_scatter *s, size_t n_fine, double sigma, float *kernel)
{
    const double half = 0.5 * s->tof_width_mm;
    for (size_t k = 0; k < n_fine; k++) {
        const double at = SCATTER_STEP_MM * ((double)k - 0.5 * (double)(n_fine - 1));
        for (int64_t t = 0; t < s->n_tof; t++) {
            const double middle = s->tof_step_mm * ((double)t - 0.5 * (double)(s->n_tof - 1));
            kernel[k * (size_t)s->n_tof + (size_t)t] =
                (float)(0.5 * (erf((middle + half - at) / (sqrt(2.0) * sigma)) -
                               erf((middle - half - at) / (sqrt(2.0) * sigma))));
        }
    }
}

/* Half the difference of two legs is at most half of what their ends are apart. */
static size_t fine_bins(const moly_scatter *s, size_t n_steps)
{
    const scatter_detectors *d = &s->detectors;
    const double most = hypot(2.0 * d->radius_mm, d->step_z_mm * (double)d->n_rings);
    return 2 * ((size_t)(0.5 * most / SCATTER_STEP_MM) + n_steps + 3) + 1;
}

moly_status scatter_pairs(moly_scatter *s, const scatter_points *points, const scatter_legs *legs,
                          const scatter_energies *energies, size_t n_steps, double tof_sigma_mm,
                          int n_threads, moly_error *err)
{
    pairs w = {s, points, legs, energies, n_steps, 1, NULL, NULL};
    float *kernel = NULL;
    moly_status status = MOLY_OK;
    if (s->n_tof > 1) {
        w.n_fine = fine_bins(s, n_steps);
        kernel = moly_alloc(w.n_fine * (size_t)s->n_tof, sizeof *kernel);
        status = kernel ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    w.fine = moly_alloc((size_t)n_threads * w.n_fine, sizeof *w.fine);
    if (!status && !w.fine) {
        status = MOLY_NO_MEMORY(err);
    }
    if (!status) {
        if (kernel) {
            fill_kernel(s, w.n_fine, tof_sigma_mm, kernel);
        }
        w.kernel = kernel;
        moly_parallel(n_threads, s->detectors.n_angles, pairs_of_angle, &w);
    }
    moly_free(kernel);
    moly_free(w.fine);
    return status;
}

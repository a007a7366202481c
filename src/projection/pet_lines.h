/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PROJECTION_PET_LINES_H
#define MOLY_PROJECTION_PET_LINES_H

/* The inner loops: the planes of one line across the bore, on the slab of columns that it crosses.
 *
 * A slab has a row for each step of the line: a column interpolated between the two that the line
 * passes between, with a zero before it and two behind. Planes stand in lanes of eight that go
 * together through all steps; lanes of one chunk lie far apart in z, so that their additions into
 * a row do not wait for each other. Kernels cannot fail and do not know of threads. */
#include <stdint.h>

enum { LANES = 8, TOF_WINDOW = 8 };

typedef struct slab {
    float *rows;    /* [n_steps][stride] */
    const float *t; /* [n_steps]: how far along the line, 0 at crystal 1, 1 at crystal 2 */
    int n_steps;
    int stride;   /* of a row, floats */
    float z_most; /* nz + 1: z is kept within 0 and this */
} slab;

/* z in a row of lane l at t is z[l] + t * dz[l]. */
typedef struct lanes {
    const float *z, *dz; /* [n_chunks * LANES] */
    int n_chunks;
} lanes;

/* Where each step falls among the TOF bins, for planes of one length: weights of TOF_WINDOW bins
 * from bin first[step] on. Bins are counted with TOF_WINDOW empty ones before and behind. */
typedef struct tof_steps {
    const float *weights; /* [n_steps][n_windows * TOF_WINDOW] */
    const int32_t *first; /* [n_steps] */
    int n_windows;
} tof_steps;

/* An image as rows of columns, for lines along one axis. */
typedef struct row_image {
    float *columns;
    int row_step, column_step; /* floats */
    int n_columns, n_planes;   /* at least 2 */
} row_image;

/* One coincidence's line: at its row i (0..n-1) it passes column u + i du, plane z + i dz, and lies
 * tof + i dtof TOF bins from the middle of its own bin. */
typedef struct event_line {
    float u, du, z, dz, tof, dtof;
    float step_mm;
    int32_t first, n; /* rows */
    int32_t is_along_x;
} event_line;

/* Share of the timing kernel in a bin, by the distance from its middle in bins times `scale`;
 * symmetric; the last two entries are 0. weights NULL: no TOF. */
typedef struct tof_curve {
    const float *weights;
    float scale, most;
} tof_curve;

typedef struct line_kernels {
    const char *name;
    /* sums[lane] = sum over steps of the row at z */
    void (*forward)(const slab *s, const lanes *l, float *sums);
    /* row at z += values[lane] */
    void (*back)(const slab *s, const lanes *l, const float *values);
    /* The same with TOF: sums, values are [chunk][bin][LANES], n_bins with the empty ones. */
    void (*tof_forward)(const slab *s, const lanes *l, const tof_steps *w, int n_bins, float *sums);
    void (*tof_back)(const slab *s, const lanes *l, const tof_steps *w, int n_bins,
                     const float *values);
    /* out[i] = p * a[i] + q * b[i] and a[i] += p * v[i], b[i] += q * v[i] */
    void (*mix)(int n, float p, const float *a, float q, const float *b, float *out);
    void (*add)(int n, float p, const float *v, float *a);
    /* Sum over rows of the image on the line, and its adjoint for rows from..to-1 of the line. */
    float (*event_forward)(const row_image *image, const event_line *e, const tof_curve *tof);
    void (*event_back)(const row_image *image, const event_line *e, const tof_curve *tof, int from,
                       int to, float value);
} line_kernels;

const line_kernels *line_kernels_generic(void);
/* NULL where the machine has no AVX2 and FMA. */
const line_kernels *line_kernels_avx2(void);

#endif

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
} line_kernels;

const line_kernels *line_kernels_generic(void);
/* NULL where the machine has no AVX2 and FMA. */
const line_kernels *line_kernels_avx2(void);

#endif

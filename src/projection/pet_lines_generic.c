/* SPDX-License-Identifier: Apache-2.0 */
/* Inner loops in plain C. */
#include "pet_lines.h"

#include <stddef.h>

typedef struct place {
    int index;
    float part;
} place;

static place find(const slab *s, const lanes *l, int lane, float t)
{
    float z = l->z[lane] + t * l->dz[lane];
    z = z < 0.0F ? 0.0F : z > s->z_most ? s->z_most : z;
    const int index = (int)z;
    return (place){index, z - (float)index};
}

static float take(const float *row, place p)
{
    return row[p.index] + p.part * (row[p.index + 1] - row[p.index]);
}

static void give(float *row, place p, float value)
{
    const float second = value * p.part;
    row[p.index] += value - second;
    row[p.index + 1] += second;
}

static void forward(const slab *s, const lanes *l, float *sums)
{
    for (int lane = 0; lane < l->n_chunks * LANES; lane++) {
        float sum = 0.0F;
        for (int i = 0; i < s->n_steps; i++) {
            sum += take(s->rows + (ptrdiff_t)i * s->stride, find(s, l, lane, s->t[i]));
        }
        sums[lane] = sum;
    }
}

static void back(const slab *s, const lanes *l, const float *values)
{
    for (int lane = 0; lane < l->n_chunks * LANES; lane++) {
        for (int i = 0; i < s->n_steps; i++) {
            give(s->rows + (ptrdiff_t)i * s->stride, find(s, l, lane, s->t[i]), values[lane]);
        }
    }
}

static void tof_forward(const slab *s, const lanes *l, const tof_steps *w, int n_bins, float *sums)
{
    const int width = w->n_windows * TOF_WINDOW;
    for (int lane = 0; lane < l->n_chunks * LANES; lane++) {
        float *bins = sums + (ptrdiff_t)(lane / LANES) * n_bins * LANES + lane % LANES;
        for (int i = 0; i < s->n_steps; i++) {
            const float v = take(s->rows + (ptrdiff_t)i * s->stride, find(s, l, lane, s->t[i]));
            for (int k = 0; k < width; k++) {
                bins[(ptrdiff_t)(w->first[i] + k) * LANES] +=
                    w->weights[(ptrdiff_t)i * width + k] * v;
            }
        }
    }
}

static void tof_back(const slab *s, const lanes *l, const tof_steps *w, int n_bins,
                     const float *values)
{
    const int width = w->n_windows * TOF_WINDOW;
    for (int lane = 0; lane < l->n_chunks * LANES; lane++) {
        const float *bins = values + (ptrdiff_t)(lane / LANES) * n_bins * LANES + lane % LANES;
        for (int i = 0; i < s->n_steps; i++) {
            float v = 0.0F;
            for (int k = 0; k < width; k++) {
                v += w->weights[(ptrdiff_t)i * width + k] *
                     bins[(ptrdiff_t)(w->first[i] + k) * LANES];
            }
            give(s->rows + (ptrdiff_t)i * s->stride, find(s, l, lane, s->t[i]), v);
        }
    }
}

static void mix(int n, float p, const float *a, float q, const float *b, float *out)
{
    for (int i = 0; i < n; i++) {
        out[i] = p * a[i] + q * b[i];
    }
}

static void add(int n, float p, const float *v, float *a)
{
    for (int i = 0; i < n; i++) {
        a[i] += p * v[i];
    }
}

const line_kernels *line_kernels_generic(void)
{
    static const line_kernels kernels = {"generic", forward, back, tof_forward, tof_back, mix, add};
    return &kernels;
}

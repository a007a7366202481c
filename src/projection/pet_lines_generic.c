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

/* ---- coincidences one by one ---- */

typedef struct between {
    int index;
    float low, high;
} between;

static float hat(float x)
{
    x = x < 0.0F ? -x : x;
    return x < 1.0F ? 1.0F - x : 0.0F;
}

static between find_between(float at, int n)
{
    int index = at < 0.0F ? 0 : (int)at;
    index = index > n - 2 ? n - 2 : index;
    const float part = at - (float)index;
    return (between){index, hat(part), hat(part - 1.0F)};
}

static float tof_weight(const tof_curve *tof, float at)
{
    if (!tof->weights) {
        return 1.0F;
    }
    float x = (at < 0.0F ? -at : at) * tof->scale;
    x = x > tof->most ? tof->most : x;
    const int i = (int)x;
    return tof->weights[i] + (x - (float)i) * (tof->weights[i + 1] - tof->weights[i]);
}

typedef struct one_row {
    float *low, *high; /* columns at the plane */
    between column, plane;
    float weight;
} one_row;

static one_row find_row(const row_image *image, const event_line *e, const tof_curve *tof, int i)
{
    one_row r = {.column = find_between(e->u + (float)i * e->du, image->n_columns),
                 .plane = find_between(e->z + (float)i * e->dz, image->n_planes),
                 .weight = tof_weight(tof, e->tof + (float)i * e->dtof)};
    r.low = image->columns + (ptrdiff_t)(e->first + i) * image->row_step +
            (ptrdiff_t)r.column.index * image->column_step + r.plane.index;
    r.high = r.low + image->column_step;
    return r;
}

static float event_forward(const row_image *image, const event_line *e, const tof_curve *tof)
{
    float sum = 0.0F;
    for (int i = 0; i < e->n; i++) {
        const one_row r = find_row(image, e, tof, i);
        const float low = r.plane.low * r.low[0] + r.plane.high * r.low[1];
        const float high = r.plane.low * r.high[0] + r.plane.high * r.high[1];
        sum += r.weight * (r.column.low * low + r.column.high * high);
    }
    return sum;
}

static void event_back(const row_image *image, const event_line *e, const tof_curve *tof, int from,
                       int to, float value)
{
    for (int i = from; i < to; i++) {
        const one_row r = find_row(image, e, tof, i);
        const float low = r.weight * value * r.column.low;
        const float high = r.weight * value * r.column.high;
        r.low[0] += low * r.plane.low;
        r.low[1] += low * r.plane.high;
        r.high[0] += high * r.plane.low;
        r.high[1] += high * r.plane.high;
    }
}

const line_kernels *line_kernels_generic(void)
{
    static const line_kernels kernels = {"generic", forward, back,          tof_forward, tof_back,
                                         mix,       add,     event_forward, event_back};
    return &kernels;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Inner loops for AVX2 and FMA. */
#include "pet_lines.h"

#include <stddef.h>

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

enum { L1_FLOATS = 5120 }; /* of a slab at a time: they stay in the first cache */

typedef struct place {
    __m256 part; /* 0..1 beyond the whole index */
    __m256i index;
} place;

static inline place find(__m256 z, __m256 dz, float t, __m256 most)
{
    __m256 at = _mm256_fmadd_ps(_mm256_set1_ps(t), dz, z);
    at = _mm256_min_ps(_mm256_max_ps(at, _mm256_setzero_ps()), most);
    const __m256i index = _mm256_cvttps_epi32(at);
    return (place){_mm256_sub_ps(at, _mm256_cvtepi32_ps(index)), index};
}

/* Two neighbours of each lane in one load each. */
static inline void load_pairs(const float *row, const int32_t i[LANES], __m256 *low, __m256 *high)
{
    __m128 a = _mm_castpd_ps(_mm_load_sd((const double *)(const void *)(row + i[0])));
    __m128 b = _mm_castpd_ps(_mm_load_sd((const double *)(const void *)(row + i[2])));
    __m128 c = _mm_castpd_ps(_mm_load_sd((const double *)(const void *)(row + i[4])));
    __m128 d = _mm_castpd_ps(_mm_load_sd((const double *)(const void *)(row + i[6])));
    a = _mm_loadh_pi(a, (const __m64 *)(const void *)(row + i[1]));
    b = _mm_loadh_pi(b, (const __m64 *)(const void *)(row + i[3]));
    c = _mm_loadh_pi(c, (const __m64 *)(const void *)(row + i[5]));
    d = _mm_loadh_pi(d, (const __m64 *)(const void *)(row + i[7]));
    *low = _mm256_set_m128(_mm_shuffle_ps(c, d, 0x88), _mm_shuffle_ps(a, b, 0x88));
    *high = _mm256_set_m128(_mm_shuffle_ps(c, d, 0xdd), _mm_shuffle_ps(a, b, 0xdd));
}

static inline __m256 take(const float *row, place p)
{
    _Alignas(32) int32_t i[LANES];
    __m256 low, high;
    _mm256_store_si256((__m256i *)i, p.index);
    load_pairs(row, i, &low, &high);
    return _mm256_fmadd_ps(p.part, _mm256_sub_ps(high, low), low);
}

static inline void give_two(float *row, int32_t i, int32_t j, __m128 pairs)
{
    __m128 old = _mm_castpd_ps(_mm_load_sd((const double *)(const void *)(row + i)));
    _mm_storel_pi((__m64 *)(void *)(row + i), _mm_add_ps(old, pairs));
    old = _mm_loadh_pi(old, (const __m64 *)(const void *)(row + j));
    _mm_storeh_pi((__m64 *)(void *)(row + j), _mm_add_ps(old, pairs));
}

static inline void give_pairs(float *row, const int32_t i[LANES], __m256 first, __m256 second)
{
    const __m256 even = _mm256_unpacklo_ps(first, second); /* lanes 0, 1 and 4, 5 */
    const __m256 odd = _mm256_unpackhi_ps(first, second);
    give_two(row, i[0], i[1], _mm256_castps256_ps128(even));
    give_two(row, i[2], i[3], _mm256_castps256_ps128(odd));
    give_two(row, i[4], i[5], _mm256_extractf128_ps(even, 1));
    give_two(row, i[6], i[7], _mm256_extractf128_ps(odd, 1));
}

static inline void give(float *row, place p, __m256 value)
{
    _Alignas(32) int32_t i[LANES];
    _mm256_store_si256((__m256i *)i, p.index);
    const __m256 second = _mm256_mul_ps(value, p.part);
    give_pairs(row, i, _mm256_sub_ps(value, second), second);
}

static int steps_at_once(const slab *s)
{
    const int n = L1_FLOATS / s->stride;
    return n < 8 ? 8 : n;
}

static void forward(const slab *s, const lanes *l, float *sums)
{
    const __m256 most = _mm256_set1_ps(s->z_most);
    const int block = steps_at_once(s);
    for (int from = 0; from < s->n_steps; from += block) {
        const int to = from + block < s->n_steps ? from + block : s->n_steps;
        for (int c = 0; c < l->n_chunks; c++) {
            const __m256 z = _mm256_loadu_ps(l->z + c * LANES);
            const __m256 dz = _mm256_loadu_ps(l->dz + c * LANES);
            __m256 sum = from ? _mm256_loadu_ps(sums + c * LANES) : _mm256_setzero_ps();
            for (int i = from; i < to; i++) {
                const float *row = s->rows + (ptrdiff_t)i * s->stride;
                sum = _mm256_add_ps(sum, take(row, find(z, dz, s->t[i], most)));
            }
            _mm256_storeu_ps(sums + c * LANES, sum);
        }
    }
}

static void back(const slab *s, const lanes *l, const float *values)
{
    const __m256 most = _mm256_set1_ps(s->z_most);
    const int block = steps_at_once(s);
    for (int from = 0; from < s->n_steps; from += block) {
        const int to = from + block < s->n_steps ? from + block : s->n_steps;
        for (int c = 0; c < l->n_chunks; c++) {
            const __m256 z = _mm256_loadu_ps(l->z + c * LANES);
            const __m256 dz = _mm256_loadu_ps(l->dz + c * LANES);
            const __m256 value = _mm256_loadu_ps(values + c * LANES);
            for (int i = from; i < to; i++) {
                float *row = s->rows + (ptrdiff_t)i * s->stride;
                give(row, find(z, dz, s->t[i], most), value);
            }
        }
    }
}

/* Bins of a window stay in registers for as many steps as fall into the same window. */
static void tof_forward(const slab *s, const lanes *l, const tof_steps *w, int n_bins, float *sums)
{
    const __m256 most = _mm256_set1_ps(s->z_most);
    const int width = w->n_windows * TOF_WINDOW;
    for (int c = 0; c < l->n_chunks; c++) {
        const __m256 z = _mm256_loadu_ps(l->z + c * LANES);
        const __m256 dz = _mm256_loadu_ps(l->dz + c * LANES);
        float *chunk = sums + (ptrdiff_t)c * n_bins * LANES;
        for (int i = 0; i < s->n_steps;) {
            const int first = w->first[i];
            int end = i + 1;
            while (end < s->n_steps && w->first[end] == first) {
                end++;
            }
            for (int window = 0; window < w->n_windows; window++) {
                float *bins = chunk + ((ptrdiff_t)first + window * TOF_WINDOW) * LANES;
                __m256 b[TOF_WINDOW];
                for (int k = 0; k < TOF_WINDOW; k++) {
                    b[k] = _mm256_loadu_ps(bins + k * LANES);
                }
                for (int j = i; j < end; j++) {
                    const float *row = s->rows + (ptrdiff_t)j * s->stride;
                    const float *weights = w->weights + (ptrdiff_t)j * width + window * TOF_WINDOW;
                    const __m256 v = take(row, find(z, dz, s->t[j], most));
                    for (int k = 0; k < TOF_WINDOW; k++) {
                        b[k] = _mm256_fmadd_ps(_mm256_broadcast_ss(weights + k), v, b[k]);
                    }
                }
                for (int k = 0; k < TOF_WINDOW; k++) {
                    _mm256_storeu_ps(bins + k * LANES, b[k]);
                }
            }
            i = end;
        }
    }
}

static void tof_back(const slab *s, const lanes *l, const tof_steps *w, int n_bins,
                     const float *values)
{
    const __m256 most = _mm256_set1_ps(s->z_most);
    const int width = w->n_windows * TOF_WINDOW;
    for (int c = 0; c < l->n_chunks; c++) {
        const __m256 z = _mm256_loadu_ps(l->z + c * LANES);
        const __m256 dz = _mm256_loadu_ps(l->dz + c * LANES);
        const float *chunk = values + (ptrdiff_t)c * n_bins * LANES;
        for (int i = 0; i < s->n_steps; i++) {
            const float *bins = chunk + (ptrdiff_t)w->first[i] * LANES;
            const float *weights = w->weights + (ptrdiff_t)i * width;
            __m256 p = _mm256_mul_ps(_mm256_broadcast_ss(weights), _mm256_loadu_ps(bins));
            __m256 q =
                _mm256_mul_ps(_mm256_broadcast_ss(weights + 1), _mm256_loadu_ps(bins + LANES));
            for (int k = 2; k < width; k += 2) {
                p = _mm256_fmadd_ps(_mm256_broadcast_ss(weights + k),
                                    _mm256_loadu_ps(bins + k * LANES), p);
                q = _mm256_fmadd_ps(_mm256_broadcast_ss(weights + k + 1),
                                    _mm256_loadu_ps(bins + (k + 1) * LANES), q);
            }
            float *row = s->rows + (ptrdiff_t)i * s->stride;
            give(row, find(z, dz, s->t[i], most), _mm256_add_ps(p, q));
        }
    }
}

static void mix(int n, float p, const float *a, float q, const float *b, float *out)
{
    const __m256 vp = _mm256_set1_ps(p), vq = _mm256_set1_ps(q);
    int i = 0;
    for (; i + LANES <= n; i += LANES) {
        const __m256 v = _mm256_mul_ps(vp, _mm256_loadu_ps(a + i));
        _mm256_storeu_ps(out + i, _mm256_fmadd_ps(vq, _mm256_loadu_ps(b + i), v));
    }
    for (; i < n; i++) {
        out[i] = p * a[i] + q * b[i];
    }
}

static void add(int n, float p, const float *v, float *a)
{
    const __m256 vp = _mm256_set1_ps(p);
    int i = 0;
    for (; i + LANES <= n; i += LANES) {
        _mm256_storeu_ps(a + i,
                         _mm256_fmadd_ps(vp, _mm256_loadu_ps(v + i), _mm256_loadu_ps(a + i)));
    }
    for (; i < n; i++) {
        a[i] += p * v[i];
    }
}

/* ---- coincidences one by one: eight rows of a line at a time ---- */

/* Where a line lies between two neighbours: the first of them, and the weights of both. */
typedef struct between {
    __m256i index;
    __m256 low, high;
} between;

static inline __m256 hat(__m256 x)
{
    const __m256 positive = _mm256_andnot_ps(_mm256_set1_ps(-0.0F), x);
    return _mm256_max_ps(_mm256_sub_ps(_mm256_set1_ps(1.0F), positive), _mm256_setzero_ps());
}

static inline between find_between(__m256 at, int n)
{
    const __m256 most = _mm256_set1_ps((float)(n - 2));
    __m256 whole = _mm256_floor_ps(at);
    whole = _mm256_min_ps(_mm256_max_ps(whole, _mm256_setzero_ps()), most);
    const __m256 part = _mm256_sub_ps(at, whole);
    return (between){_mm256_cvtps_epi32(whole), hat(part),
                     hat(_mm256_sub_ps(part, _mm256_set1_ps(1.0F)))};
}

typedef struct eight_rows {
    between column, plane;
    __m256 weight;
    _Alignas(32) int32_t index[LANES];
} eight_rows;

static inline __m256 tof_weight(const tof_curve *tof, __m256 at)
{
    if (!tof->weights) {
        return _mm256_set1_ps(1.0F);
    }
    __m256 x = _mm256_andnot_ps(_mm256_set1_ps(-0.0F), at);
    x = _mm256_min_ps(_mm256_mul_ps(x, _mm256_set1_ps(tof->scale)), _mm256_set1_ps(tof->most));
    const __m256i i = _mm256_cvttps_epi32(x);
    const __m256 part = _mm256_sub_ps(x, _mm256_cvtepi32_ps(i));
    const __m256 a = _mm256_i32gather_ps(tof->weights, i, 4);
    const __m256 b = _mm256_i32gather_ps(tof->weights + 1, i, 4);
    return _mm256_fmadd_ps(part, _mm256_sub_ps(b, a), a);
}

static inline void find_rows(const row_image *image, const event_line *e, const tof_curve *tof,
                             int from, int to, eight_rows *r)
{
    const __m256i last = _mm256_set1_epi32(to - 1);
    const __m256i row =
        _mm256_add_epi32(_mm256_set1_epi32(from), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    const __m256i kept = _mm256_min_epi32(row, last); /* past the end: weight 0 */
    const __m256 i = _mm256_cvtepi32_ps(kept);
    const __m256 z = _mm256_fmadd_ps(i, _mm256_set1_ps(e->dz), _mm256_set1_ps(e->z));
    const __m256 u = _mm256_fmadd_ps(i, _mm256_set1_ps(e->du), _mm256_set1_ps(e->u));
    const __m256 t = _mm256_fmadd_ps(i, _mm256_set1_ps(e->dtof), _mm256_set1_ps(e->tof));
    r->column = find_between(u, image->n_columns);
    r->plane = find_between(z, image->n_planes);
    const __m256 past = _mm256_castsi256_ps(_mm256_cmpgt_epi32(row, last));
    r->weight = _mm256_andnot_ps(past, tof_weight(tof, t));
    __m256i at = _mm256_mullo_epi32(_mm256_add_epi32(kept, _mm256_set1_epi32(e->first)),
                                    _mm256_set1_epi32(image->row_step));
    at = _mm256_add_epi32(
        at, _mm256_mullo_epi32(r->column.index, _mm256_set1_epi32(image->column_step)));
    _mm256_store_si256((__m256i *)r->index, _mm256_add_epi32(at, r->plane.index));
}

static inline __m256 take_planes(const float *image, const int32_t *i, const between *plane)
{
    __m256 low, high;
    load_pairs(image, i, &low, &high);
    return _mm256_fmadd_ps(plane->high, high, _mm256_mul_ps(plane->low, low));
}

static float event_forward(const row_image *image, const event_line *e, const tof_curve *tof)
{
    __m256 sum = _mm256_setzero_ps();
    for (int i = 0; i < e->n; i += LANES) {
        eight_rows r;
        find_rows(image, e, tof, i, e->n, &r);
        const __m256 low = take_planes(image->columns, r.index, &r.plane);
        const __m256 high = take_planes(image->columns + image->column_step, r.index, &r.plane);
        const __m256 v = _mm256_fmadd_ps(r.column.high, high, _mm256_mul_ps(r.column.low, low));
        sum = _mm256_fmadd_ps(r.weight, v, sum);
    }
    _Alignas(32) float s[LANES];
    _mm256_store_ps(s, sum);
    return ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]));
}

static void event_back(const row_image *image, const event_line *e, const tof_curve *tof, int from,
                       int to, float value)
{
    for (int i = from; i < to; i += LANES) {
        eight_rows r;
        find_rows(image, e, tof, i, to, &r);
        const __m256 v = _mm256_mul_ps(r.weight, _mm256_set1_ps(value));
        const __m256 low = _mm256_mul_ps(v, r.column.low), high = _mm256_mul_ps(v, r.column.high);
        give_pairs(image->columns, r.index, _mm256_mul_ps(low, r.plane.low),
                   _mm256_mul_ps(low, r.plane.high));
        give_pairs(image->columns + image->column_step, r.index, _mm256_mul_ps(high, r.plane.low),
                   _mm256_mul_ps(high, r.plane.high));
    }
}

const line_kernels *line_kernels_avx2(void)
{
    static const line_kernels kernels = {"avx2", forward, back,          tof_forward, tof_back,
                                         mix,    add,     event_forward, event_back};
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &kernels : NULL;
}
#else
const line_kernels *line_kernels_avx2(void)
{
    return NULL;
}
#endif

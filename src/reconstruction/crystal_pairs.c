/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs of crystals behind the bins. Values of crystals lie as [detector][ring]: a line across
 * names two rows of them. */
#include "crystal_pairs.h"

#include <string.h>

#include "moly/base/memory.h"

void crystal_pairs_release(crystal_pairs *pairs)
{
    moly_layout_free(pairs->layout);
    moly_free(pairs->first_line);
    moly_free(pairs->lines);
    moly_free(pairs->first_plane);
    moly_free(pairs->rings);
    moly_free(pairs->ranges);
    *pairs = (crystal_pairs){0};
}

static moly_status make_lines(crystal_pairs *p, moly_error *err)
{
    const moly_layout *l = p->layout;
    const int64_t n = l->scanner.n_detectors;
    const size_t n_lines = (size_t)(l->n_views * l->n_tangential);
    p->first_line = moly_alloc(n_lines + 2, sizeof *p->first_line);
    p->lines = moly_alloc((size_t)(n * n / 2), sizeof *p->lines);
    if (!p->first_line || !p->lines) {
        return MOLY_NO_MEMORY(err);
    }
    for (int pass = 0; pass < 2; pass++) { /* how many, then which */
        for (int64_t a = 0; a < n; a++) {
            for (int64_t b = a + 1; b < n; b++) {
                int64_t view, tangential;
                bool is_swapped;
                if (!moly_layout_find_line(l, a, b, &view, &tangential, &is_swapped)) {
                    continue;
                }
                const size_t line = (size_t)(view * l->n_tangential + tangential);
                if (pass == 0) {
                    p->first_line[line + 2]++;
                } else {
                    const size_t at = p->first_line[line + 1]++;
                    p->lines[at][0] = (int32_t)(is_swapped ? b : a);
                    p->lines[at][1] = (int32_t)(is_swapped ? a : b);
                }
            }
        }
        for (size_t i = 2; i < n_lines + 2 && pass == 0; i++) {
            p->first_line[i] += p->first_line[i - 1];
        }
    }
    return MOLY_OK;
}

static moly_status make_planes(crystal_pairs *p, moly_error *err)
{
    const moly_layout *l = p->layout;
    const size_t rings = (size_t)l->scanner.n_rings;
    p->first_plane = moly_alloc((size_t)l->n_planes + 1, sizeof *p->first_plane);
    p->rings = moly_alloc(rings * rings, sizeof *p->rings);
    if (!p->first_plane || !p->rings) {
        return MOLY_NO_MEMORY(err);
    }
    size_t n = 0;
    for (int64_t plane = 0; plane < l->n_planes; plane++) { /* no pair lies in two planes */
        p->first_plane[plane] = n;
        n += (size_t)moly_layout_ring_pairs(l, plane, p->rings[n]);
    }
    p->first_plane[l->n_planes] = n;
    p->ranges = moly_alloc((size_t)l->n_segments, sizeof *p->ranges);
    for (int64_t i = 0; i < l->n_segments && p->ranges; i++) {
        const moly_segment *s = &l->segments[i];
        if (i > 0 && l->segments[i - 1].max_difference + 1 == s->min_difference) {
            p->ranges[p->n_ranges - 1][1] = s->max_difference;
        } else {
            p->ranges[p->n_ranges][0] = s->min_difference;
            p->ranges[p->n_ranges++][1] = s->max_difference;
        }
    }
    return p->ranges ? MOLY_OK : MOLY_NO_MEMORY(err);
}

moly_status crystal_pairs_make(const moly_layout *layout, crystal_pairs *made, moly_error *err)
{
    moly_layout plain = *layout;
    *made = (crystal_pairs){0};
    if (layout->is_arc_corrected) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "arc-corrected bins do not tell which crystals they are from");
    }
    plain.n_tof = 1;
    plain.tof_mashing = 0;
    moly_status status = moly_layout_copy(&plain, &made->layout, err);
    status = status ? status : make_lines(made, err);
    status = status ? status : make_planes(made, err);
    if (status) {
        crystal_pairs_release(made);
    }
    return status;
}

bool crystal_pairs_are_single(const crystal_pairs *pairs)
{
    const moly_layout *l = pairs->layout;
    return l->view_mashing == 1 && pairs->first_plane[l->n_planes] == (size_t)l->n_planes;
}

void crystal_pairs_products(const crystal_pairs *pairs, const float *values, int64_t view,
                            float *bins)
{
    const moly_layout *l = pairs->layout;
    const size_t n_planes = (size_t)l->n_planes, n_rings = (size_t)l->scanner.n_rings;
    memset(bins, 0, (size_t)(l->n_tangential * l->n_planes) * sizeof *bins);
    for (size_t t = 0; t < (size_t)l->n_tangential; t++) {
        const size_t line = (size_t)(view * l->n_tangential) + t;
        float *row = bins + t * n_planes;
        for (size_t i = pairs->first_line[line]; i < pairs->first_line[line + 1]; i++) {
            const float *one = values + (size_t)pairs->lines[i][0] * n_rings;
            const float *two = values + (size_t)pairs->lines[i][1] * n_rings;
            for (size_t p = 0; p < n_planes; p++) {
                float sum = 0.0F;
                for (size_t k = pairs->first_plane[p]; k < pairs->first_plane[p + 1]; k++) {
                    sum += one[pairs->rings[k][0]] * two[pairs->rings[k][1]];
                }
                row[p] += sum;
            }
        }
    }
}

/* A partner's rings lie within ranges of ring differences. */
static void add_rings(const crystal_pairs *pairs, const double *until, bool is_first, double *sums)
{
    const int64_t n = pairs->layout->scanner.n_rings;
    for (size_t i = 0; i < pairs->n_ranges; i++) {
        const int64_t low = pairs->ranges[i][0], high = pairs->ranges[i][1];
        for (int64_t r = 0; r < n; r++) {
            int64_t first = is_first ? r + low : r - high, last = is_first ? r + high : r - low;
            first = first < 0 ? 0 : first;
            last = last >= n ? n - 1 : last;
            sums[r] += last >= first ? until[last + 1] - until[first] : 0.0;
        }
    }
}

void crystal_pairs_fans(const crystal_pairs *pairs, const double *values, double *sums,
                        double *room)
{
    const moly_layout *l = pairs->layout;
    const size_t n = (size_t)l->scanner.n_rings, n_detectors = (size_t)l->scanner.n_detectors;
    for (size_t d = 0; d < n_detectors; d++) { /* running sums along the rings */
        double *until = room + d * (n + 1);
        until[0] = 0.0;
        for (size_t r = 0; r < n; r++) {
            until[r + 1] = until[r] + values[d * n + r];
        }
    }
    memset(sums, 0, n_detectors * n * sizeof *sums);
    const size_t n_lines = pairs->first_line[(size_t)(l->n_views * l->n_tangential)];
    for (size_t i = 0; i < n_lines; i++) {
        const size_t one = (size_t)pairs->lines[i][0], two = (size_t)pairs->lines[i][1];
        add_rings(pairs, room + two * (n + 1), true, sums + one * n);
        add_rings(pairs, room + one * (n + 1), false, sums + two * n);
    }
}

void crystal_pairs_share(const crystal_pairs *pairs, const float *values, int64_t view,
                         const float *counts, double *sums)
{
    const moly_layout *l = pairs->layout;
    const size_t n_planes = (size_t)l->n_planes, n_rings = (size_t)l->scanner.n_rings;
    for (size_t t = 0; t < (size_t)l->n_tangential; t++) {
        const size_t line = (size_t)(view * l->n_tangential) + t;
        const size_t begin = pairs->first_line[line], end = pairs->first_line[line + 1];
        for (size_t p = 0; p < n_planes; p++) {
            const double count = (double)counts[t * n_planes + p];
            const size_t from = pairs->first_plane[p], to = pairs->first_plane[p + 1];
            const double n_all = (double)((end - begin) * (to - from));
            double all = 0.0;
            if (!(count > 0.0)) {
                continue;
            }
            for (size_t i = begin; i < end && n_all > 1.0; i++) {
                for (size_t k = from; k < to; k++) {
                    all += (double)values[(size_t)pairs->lines[i][0] * n_rings +
                                          (size_t)pairs->rings[k][0]] *
                           (double)values[(size_t)pairs->lines[i][1] * n_rings +
                                          (size_t)pairs->rings[k][1]];
                }
            }
            for (size_t i = begin; i < end; i++) {
                for (size_t k = from; k < to; k++) {
                    const size_t one =
                        (size_t)pairs->lines[i][0] * n_rings + (size_t)pairs->rings[k][0];
                    const size_t two =
                        (size_t)pairs->lines[i][1] * n_rings + (size_t)pairs->rings[k][1];
                    const double share =
                        all > 0.0 ? (double)values[one] * (double)values[two] / all : 1.0 / n_all;
                    sums[one] += share * count;
                    sums[two] += share * count;
                }
            }
        }
    }
}

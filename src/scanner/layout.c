/* SPDX-License-Identifier: Apache-2.0 */
/* How coincidences are sorted into bins. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/scanner/sinogram.h"

static const double pi = 3.14159265358979323846;
static const double light_mm_per_ps = 0.299792458;       /* exact, SI */
static const double fwhm_to_sigma = 0.42466090014400953; /* 1 / (2 sqrt(2 ln 2)) */

/* ---- segments ---- */

static int32_t least(const moly_segment *s) /* |ring difference| */
{
    if (s->min_difference <= 0 && s->max_difference >= 0) {
        return 0;
    }
    return abs(s->min_difference) < abs(s->max_difference) ? abs(s->min_difference)
                                                           : abs(s->max_difference);
}

static bool is_single(const moly_segment *s)
{
    return s->min_difference == s->max_difference;
}

/* Sums of two rings that occur: every one where differences of both parities are summed. */
static int64_t n_axial_of(const moly_segment *s, int64_t n_rings)
{
    return is_single(s) ? n_rings - least(s) : 2 * (n_rings - 1 - least(s)) + 1;
}

static int by_difference(const void *a, const void *b)
{
    const moly_segment *x = a, *y = b;
    const int32_t p = x->min_difference + x->max_difference;
    const int32_t q = y->min_difference + y->max_difference;
    return (p > q) - (p < q);
}

static moly_status check_segments(const moly_layout *l, moly_error *err)
{
    for (int64_t i = 0; i < l->n_segments; i++) {
        const moly_segment *s = &l->segments[i];
        const int64_t rings = l->scanner.n_rings;
        if (s->min_difference > s->max_difference || abs(s->min_difference) >= rings ||
            abs(s->max_difference) >= rings) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "segment of ring differences %d to %d on a scanner of %lld rings",
                             s->min_difference, s->max_difference, (long long)rings);
        }
        if (i > 0 && s->min_difference <= l->segments[i - 1].max_difference) {
            return MOLY_FAIL(
                err, MOLY_ERR_RANGE, "ring difference %d lies in two segments (%d to %d, %d to %d)",
                s->min_difference, l->segments[i - 1].min_difference,
                l->segments[i - 1].max_difference, s->min_difference, s->max_difference);
        }
        if (s->n_axial != n_axial_of(s, rings)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "segment of ring differences %d to %d has %lld axial positions; "
                             "%lld rings give %lld",
                             s->min_difference, s->max_difference, (long long)s->n_axial,
                             (long long)rings, (long long)n_axial_of(s, rings));
        }
    }
    return MOLY_OK;
}

/* ---- making ---- */

static moly_status check_model(const moly_layout *l, moly_error *err)
{
    const moly_pet_scanner *s = &l->scanner;
    /* arc correction may resample the angles too: then any number of views shares half a turn */
    const bool is_resampled = l->is_arc_corrected && l->view_mashing == 1 && l->n_views >= 1 &&
                              l->n_views <= s->n_detectors;
    if (!is_resampled && (l->view_mashing < 1 || (s->n_detectors / 2) % l->view_mashing != 0 ||
                          l->n_views != s->n_detectors / 2 / l->view_mashing)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "%lld views, mashing %lld: a ring of %lld crystals has %lld views",
                         (long long)l->n_views, (long long)l->view_mashing,
                         (long long)s->n_detectors, (long long)s->n_detectors / 2);
    }
    const int64_t most = l->is_arc_corrected ? 1 << 20 : s->n_detectors - 1;
    if (l->n_tangential < 1 || l->n_tangential > most) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%lld tangential bins; a view of %s has 1 to %lld",
                         (long long)l->n_tangential, s->name, (long long)most);
    }
    if (l->is_arc_corrected && !(l->bin_mm > 0.0 && l->bin_mm < 1e4)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "an arc-corrected bin of %g mm, not above 0",
                         l->bin_mm);
    }
    if (l->tof_mashing < 0 || (l->tof_mashing == 0 && l->n_tof != 1) ||
        (l->tof_mashing > 0 && (l->n_tof < 1 || l->n_tof * l->tof_mashing > s->n_tof_bins ||
                                l->n_tof % 2 == 0 || s->tof_fwhm_ps <= 0.0))) {
        return MOLY_FAIL(
            err, MOLY_ERR_RANGE, "%lld TOF bins of %lld scanner bins each; %s has %lld in all",
            (long long)l->n_tof, (long long)l->tof_mashing, s->name, (long long)s->n_tof_bins);
    }
    return MOLY_OK;
}

moly_status moly_layout_from_segments(const moly_layout *model, const moly_segment *segments,
                                      int64_t n_segments, moly_layout **layout, moly_error *err)
{
    *layout = NULL;
    moly_status status = moly_pet_scanner_check(&model->scanner, err);
    if (!status) {
        status = check_model(model, err);
    }
    if (!status && (n_segments < 1 || n_segments > 2 * model->scanner.n_rings - 1)) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "%lld segments; %lld rings have 1 to %lld",
                           (long long)n_segments, (long long)model->scanner.n_rings,
                           2 * (long long)model->scanner.n_rings - 1);
    }
    if (status) {
        return status;
    }
    moly_layout *made = moly_alloc(1, sizeof *made);
    moly_segment *own = moly_alloc((size_t)n_segments, sizeof *own);
    if (!made || !own) {
        moly_free(made);
        moly_free(own);
        return MOLY_NO_MEMORY(err);
    }
    *made = *model;
    memcpy(own, segments, (size_t)n_segments * sizeof *own);
    qsort(own, (size_t)n_segments, sizeof *own, by_difference);
    made->segments = own;
    made->n_segments = n_segments;
    made->n_planes = 0;
    for (int64_t i = 0; i < n_segments; i++) {
        own[i].first_plane = made->n_planes;
        made->n_planes += own[i].n_axial;
    }
    status = check_segments(made, err);
    if (status) {
        moly_layout_free(made);
        return status;
    }
    *layout = made;
    return MOLY_OK;
}

moly_status moly_layout_copy(const moly_layout *source, moly_layout **layout, moly_error *err)
{
    return moly_layout_from_segments(source, source->segments, source->n_segments, layout, err);
}

moly_status moly_layout_new(const moly_pet_scanner *scanner, const moly_layout_options *options,
                            moly_layout **layout, moly_error *err)
{
    const int64_t span = options->span ? options->span : scanner->span;
    const int64_t most =
        options->max_difference < 0 ? scanner->max_ring_difference : options->max_difference;
    *layout = NULL;
    if (span < 1 || span % 2 == 0 || most >= scanner->n_rings || most < (span - 1) / 2) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "span %lld with ring differences up to %lld: the span is odd and the "
                         "difference from %lld to %lld",
                         (long long)span, (long long)most, (long long)(span - 1) / 2,
                         (long long)scanner->n_rings - 1);
    }
    const int64_t sides = (most - (span - 1) / 2) / span; /* whole segments on each side */
    moly_layout model = {.scanner = *scanner,
                         .view_mashing = options->view_mashing ? options->view_mashing : 1,
                         .n_tangential =
                             options->n_tangential ? options->n_tangential : scanner->n_tangential,
                         .n_tof = 1,
                         .tof_mashing = options->tof_mashing,
                         .is_arc_corrected = options->arc_bin_mm > 0.0,
                         .bin_mm = options->arc_bin_mm};
    if (model.view_mashing > 0) {
        model.n_views = scanner->n_detectors / 2 / model.view_mashing;
    }
    if (model.tof_mashing > 0) {
        model.n_tof = scanner->n_tof_bins / model.tof_mashing;
        model.n_tof -= model.n_tof % 2 == 0 && model.n_tof > 0; /* one lies in the middle */
    }
    moly_segment *segments = moly_alloc((size_t)(2 * sides + 1), sizeof *segments);
    if (!segments) {
        return MOLY_NO_MEMORY(err);
    }
    for (int64_t i = -sides; i <= sides; i++) {
        moly_segment *s = &segments[i + sides];
        s->min_difference = (int32_t)(i * span - (span - 1) / 2);
        s->max_difference = (int32_t)(i * span + (span - 1) / 2);
        s->n_axial = n_axial_of(s, scanner->n_rings);
    }
    moly_status status = moly_layout_from_segments(&model, segments, 2 * sides + 1, layout, err);
    moly_free(segments);
    return status;
}

void moly_layout_free(moly_layout *layout)
{
    if (layout) {
        moly_free(layout->segments);
        moly_free(layout);
    }
}

bool moly_layout_equal(const moly_layout *a, const moly_layout *b)
{
    bool is_equal =
        a->n_views == b->n_views && a->view_mashing == b->view_mashing &&
        a->n_tangential == b->n_tangential && a->n_tof == b->n_tof &&
        a->tof_mashing == b->tof_mashing && a->is_arc_corrected == b->is_arc_corrected &&
        fabs(a->bin_mm - b->bin_mm) <= 1e-4 * (1.0 + a->bin_mm) && a->n_segments == b->n_segments &&
        a->n_planes == b->n_planes && a->scanner.n_rings == b->scanner.n_rings &&
        a->scanner.n_detectors == b->scanner.n_detectors;
    for (int64_t i = 0; is_equal && i < a->n_segments; i++) {
        is_equal = a->segments[i].min_difference == b->segments[i].min_difference &&
                   a->segments[i].max_difference == b->segments[i].max_difference;
    }
    return is_equal;
}

/* ---- bins ---- */

int64_t moly_layout_view_bins(const moly_layout *layout)
{
    return layout->n_tangential * layout->n_tof * layout->n_planes;
}

int64_t moly_layout_n_bins(const moly_layout *layout)
{
    return layout->n_views * moly_layout_view_bins(layout);
}

void moly_layout_plane(const moly_layout *layout, int64_t plane, int64_t *segment, int64_t *axial)
{
    int64_t low = 0, high = layout->n_segments - 1;
    while (low < high) {
        const int64_t middle = (low + high + 1) / 2;
        if (layout->segments[middle].first_plane <= plane) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    *segment = low;
    *axial = plane - layout->segments[low].first_plane;
}

int64_t moly_layout_ring_pairs(const moly_layout *layout, int64_t plane, int32_t *rings)
{
    int64_t segment, axial, n = 0;
    moly_layout_plane(layout, plane, &segment, &axial);
    const moly_segment *s = &layout->segments[segment];
    const int64_t sum = least(s) + (is_single(s) ? 2 * axial : axial);
    for (int64_t d = s->min_difference; d <= s->max_difference; d++) {
        const int64_t first = sum - d, second = sum + d; /* twice the rings */
        if (first % 2 == 0 && first >= 0 && second >= 0 && first / 2 < layout->scanner.n_rings &&
            second / 2 < layout->scanner.n_rings) {
            if (rings) {
                rings[2 * n] = (int32_t)(first / 2);
                rings[2 * n + 1] = (int32_t)(second / 2);
            }
            n++;
        }
    }
    return n;
}

int64_t moly_layout_find_plane(const moly_layout *layout, int64_t ring_1, int64_t ring_2)
{
    const int64_t difference = ring_2 - ring_1;
    int64_t low = 0, high = layout->n_segments - 1;
    while (low < high) {
        const int64_t middle = (low + high + 1) / 2;
        if (layout->segments[middle].min_difference <= difference) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    const moly_segment *s = &layout->segments[low];
    if (difference < s->min_difference || difference > s->max_difference) {
        return -1;
    }
    const int64_t axial = ring_1 + ring_2 - least(s);
    return s->first_plane + (is_single(s) ? axial / 2 : axial);
}

void moly_layout_ends(const moly_layout *layout, int64_t plane, double *z1_mm, double *z2_mm)
{
    int64_t segment, axial, n = 0;
    double z1 = 0.0, z2 = 0.0;
    moly_layout_plane(layout, plane, &segment, &axial);
    const moly_segment *s = &layout->segments[segment];
    const int64_t sum = least(s) + (is_single(s) ? 2 * axial : axial);
    for (int64_t d = s->min_difference; d <= s->max_difference; d++) {
        const int64_t first = sum - d, second = sum + d;
        if (first % 2 == 0 && first >= 0 && second >= 0 && first / 2 < layout->scanner.n_rings &&
            second / 2 < layout->scanner.n_rings) {
            z1 += moly_pet_ring_z(&layout->scanner, first / 2);
            z2 += moly_pet_ring_z(&layout->scanner, second / 2);
            n++;
        }
    }
    *z1_mm = z1 / (double)n;
    *z2_mm = z2 / (double)n;
}

/* ---- lines across the bore ---- */

static int64_t half_below(int64_t t) /* t >> 1, also for negative t */
{
    return t >= 0 ? t / 2 : -((1 - t) / 2);
}

static bool arc_line(const moly_layout *l, int64_t view, int64_t t, double a[2], double b[2])
{
    const double radius = moly_pet_radius(&l->scanner);
    const double step = pi / (double)l->n_views;
    const double mash = (double)(l->view_mashing - 1) / (double)l->view_mashing;
    const double phi = step * ((double)view + 0.5 * mash) + l->scanner.view_offset_rad;
    const double s = (double)t * l->bin_mm;
    if (fabs(s) >= radius) {
        return false;
    }
    const double half = sqrt(radius * radius - s * s);
    a[0] = s * cos(phi) + half * sin(phi);
    a[1] = s * sin(phi) - half * cos(phi);
    b[0] = s * cos(phi) - half * sin(phi);
    b[1] = s * sin(phi) + half * cos(phi);
    return true;
}

bool moly_layout_line(const moly_layout *layout, int64_t view, int64_t tangential, double a_mm[2],
                      double b_mm[2])
{
    const int64_t n = layout->scanner.n_detectors, t = tangential - layout->n_tangential / 2;
    if (layout->is_arc_corrected) {
        return arc_line(layout, view, t, a_mm, b_mm);
    }
    double ends[4] = {0.0};
    for (int64_t m = 0; m < layout->view_mashing; m++) {
        const int64_t v = view * layout->view_mashing + m;
        double p[3], q[3];
        moly_pet_crystal(&layout->scanner, 0, (v + half_below(t) + n) % n, p);
        moly_pet_crystal(&layout->scanner, 0, (v - half_below(t + 1) + n / 2 + n) % n, q);
        ends[0] += p[0];
        ends[1] += p[1];
        ends[2] += q[0];
        ends[3] += q[1];
    }
    for (int i = 0; i < 2; i++) {
        a_mm[i] = ends[i] / (double)layout->view_mashing;
        b_mm[i] = ends[2 + i] / (double)layout->view_mashing;
    }
    return true;
}

bool moly_layout_find_line(const moly_layout *layout, int64_t first, int64_t second, int64_t *view,
                           int64_t *tangential, bool *is_swapped)
{
    const int64_t n = layout->scanner.n_detectors;
    if (first == second || layout->is_arc_corrected) {
        return false;
    }
    /* crystal 1 - crystal 2 = t - n/2 and crystal 1 + crystal 2 = 2 v + n/2 - (t odd), mod n */
    for (int swap = 0; swap < 2; swap++) {
        const int64_t d1 = swap ? second : first, d2 = swap ? first : second;
        int64_t t = (d1 - d2 + n / 2) % n;
        t += t < 0 ? n : 0;
        t -= t >= n / 2 ? n : 0; /* -n/2 .. n/2 - 1 */
        const int64_t v = ((d1 - half_below(t)) % n + n) % n;
        const int64_t index = t + layout->n_tangential / 2;
        if (v < n / 2 && (v - half_below(t + 1) + n / 2 + n) % n == d2) {
            if (index < 0 || index >= layout->n_tangential) {
                return false;
            }
            *view = v / layout->view_mashing;
            *tangential = index;
            *is_swapped = swap == 1;
            return true;
        }
    }
    return false;
}

double moly_layout_tof_width(const moly_layout *layout)
{
    return layout->scanner.tof_bin_ps * (double)layout->tof_mashing * 0.5 * light_mm_per_ps;
}

double moly_layout_tof_sigma(const moly_layout *layout)
{
    return layout->scanner.tof_fwhm_ps * fwhm_to_sigma * 0.5 * light_mm_per_ps;
}

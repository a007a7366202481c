/* SPDX-License-Identifier: Apache-2.0 */
/* NEMA NU 2-2018, section 4: scatter fraction, count losses and randoms, from sinograms. */
#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "nema_inside.h"

static const double field_mm = 120.0, strip_mm = 20.0, length_mm = 325.0;

/* Sinograms after single-slice rebinning, on even bins that are centred on the axis. */
typedef struct rebinned {
    const moly_layout *layout;
    size_t n_slices, n_bins; /* n_bins is odd */
    double first_z_mm, slice_mm, bin_mm;
    int64_t *slice_of; /* [n_planes]; -1: beyond 325 mm of the middle */
    float *view;
    double *line;   /* [n_tangential] distance of each bin's line from the axis; NAN: none */
    double *now;    /* [n_slices][n_bins] of this view */
    double *sum;    /* [n_slices][n_bins] of all views, shifted */
    double *counts; /* [n_slices] within the field */
} rebinned;

static void release(rebinned *r)
{
    moly_free(r->slice_of);
    moly_free(r->view);
    moly_free(r->line);
    moly_free(r->now);
    moly_free(r->sum);
    moly_free(r->counts);
}

/* Signed distances of a view's lines from the axis. */
static void find_lines(const rebinned *r, int64_t view)
{
    for (int64_t t = 0; t < r->layout->n_tangential; t++) {
        double a[2], b[2];
        r->line[t] = NAN;
        if (moly_layout_line(r->layout, view, t, a, b)) {
            const double length = hypot(b[0] - a[0], b[1] - a[1]);
            r->line[t] = length > 0.0 ? (a[0] * b[1] - a[1] * b[0]) / length : NAN;
        }
    }
}

static moly_status begin(const moly_sinogram *sinogram, rebinned *r, moly_error *err)
{
    const moly_layout *l = moly_sinogram_layout(sinogram);
    const size_t n_planes = (size_t)l->n_planes;
    r->layout = l;
    r->slice_mm = 0.5 * l->scanner.ring_pitch_mm;
    r->first_z_mm = moly_pet_ring_z(&l->scanner, 0);
    r->n_slices = (size_t)llround(moly_pet_length(&l->scanner) / r->slice_mm) + 1;
    r->slice_of = moly_alloc(n_planes, sizeof *r->slice_of);
    r->view = moly_alloc((size_t)moly_layout_view_bins(l), sizeof *r->view);
    r->line = moly_alloc((size_t)l->n_tangential, sizeof *r->line);
    r->counts = moly_alloc(r->n_slices, sizeof *r->counts);
    if (!r->slice_of || !r->view || !r->line || !r->counts) {
        return MOLY_NO_MEMORY(err);
    }
    const double middle = r->first_z_mm + 0.5 * moly_pet_length(&l->scanner);
    for (int64_t p = 0; p < l->n_planes; p++) {
        double z1 = 0.0, z2 = 0.0;
        moly_layout_ends(l, p, &z1, &z2);
        const double z = 0.5 * (z1 + z2);
        const int64_t slice = llround((z - r->first_z_mm) / r->slice_mm);
        r->slice_of[p] = fabs(z - middle) <= length_mm && slice >= 0 && slice < (int64_t)r->n_slices
                             ? slice
                             : -1;
    }
    find_lines(r, 0);
    const int64_t mid = l->n_tangential / 2;
    r->bin_mm = mid > 0 ? fabs(r->line[mid] - r->line[mid - 1]) : NAN;
    double reach = 0.0;
    for (int64_t t = 0; t < l->n_tangential; t++) {
        reach = isfinite(r->line[t]) ? fmax(reach, fabs(r->line[t])) : reach;
    }
    if (!(r->bin_mm > 0.01) || !(reach >= field_mm - r->bin_mm)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "lines of these sinograms reach %.1f mm from the axis, %g mm apart; %g mm "
                         "are wanted",
                         reach, r->bin_mm, field_mm);
    }
    return MOLY_OK;
}

static moly_status begin_bins(rebinned *r, moly_error *err)
{
    /* a line at the field's edge may be shifted by as much again */
    r->n_bins = 2 * (size_t)ceil(2.0 * field_mm / r->bin_mm) + 1;
    r->now = moly_alloc(r->n_slices * r->n_bins, sizeof *r->now);
    r->sum = moly_alloc(r->n_slices * r->n_bins, sizeof *r->sum);
    return r->now && r->sum ? MOLY_OK : MOLY_NO_MEMORY(err);
}

/* Counts of a line's bin, spread over the even bins that its width covers; what lies beyond the
 * field is left out. */
static void spread(const rebinned *r, double low_mm, double high_mm, double *bins, double counts)
{
    const double half = 0.5 * (double)r->n_bins;
    const double from = fmax(-field_mm, low_mm), to = fmin(field_mm, high_mm);
    if (!(to > from)) {
        return;
    }
    const double u0 = from / r->bin_mm + half, u1 = to / r->bin_mm + half;
    const double density = counts / ((high_mm - low_mm) / r->bin_mm);
    for (int64_t i = (int64_t)floor(u0); (double)i < u1; i++) {
        bins[i] += density * (fmin(u1, (double)i + 1.0) - fmax(u0, (double)i));
    }
}

static void edges_of(const rebinned *r, int64_t t, double *low, double *high)
{
    const int64_t n = r->layout->n_tangential;
    const double at = r->line[t];
    double before = t > 0 ? r->line[t - 1] : NAN, after = t + 1 < n ? r->line[t + 1] : NAN;
    before = isfinite(before) ? before : 2.0 * at - after;
    after = isfinite(after) ? after : 2.0 * at - before;
    *low = 0.5 * (at + fmin(before, after));
    *high = 0.5 * (at + fmax(before, after));
}

/* One view: `view` is read. Fills `now` when it is there, and counts what lies within. */
static void rebin_view(rebinned *r, int64_t view)
{
    const moly_layout *l = r->layout;
    if (r->now) {
        memset(r->now, 0, r->n_slices * r->n_bins * sizeof *r->now);
    }
    find_lines(r, view);
    for (int64_t t = 0; t < l->n_tangential; t++) {
        double low = 0.0, high = 0.0;
        if (!isfinite(r->line[t])) {
            continue;
        }
        edges_of(r, t, &low, &high);
        if (!(high > low)) {
            continue;
        }
        const double within = fmax(0.0, fmin(field_mm, high) - fmax(-field_mm, low)) / (high - low);
        for (int64_t k = 0; k < l->n_tof && within > 0.0; k++) {
            const float *bins = r->view + (t * l->n_tof + k) * l->n_planes;
            for (int64_t p = 0; p < l->n_planes; p++) {
                const int64_t slice = r->slice_of[p];
                if (slice < 0 || !(bins[p] != 0.0F)) {
                    continue;
                }
                r->counts[slice] += within * (double)bins[p];
                if (r->now) {
                    spread(r, low, high, r->now + (size_t)slice * r->n_bins, (double)bins[p]);
                }
            }
        }
    }
}

/* Shift the view so that its largest pixel lies in the middle, and add it. */
static void add_shifted(rebinned *r)
{
    const int64_t n = (int64_t)r->n_bins;
    double most = 0.0;
    int64_t peak = n / 2;
    for (int64_t i = 0; i < n; i++) {
        double all = 0.0;
        for (size_t s = 0; s < r->n_slices; s++) {
            all += r->now[s * r->n_bins + (size_t)i];
        }
        if (all > most) {
            most = all;
            peak = i;
        }
    }
    const int64_t shift = n / 2 - peak;
    for (size_t s = 0; s < r->n_slices; s++) {
        for (int64_t i = 0; i < n; i++) {
            if (i + shift >= 0 && i + shift < n) {
                r->sum[s * r->n_bins + (size_t)(i + shift)] += r->now[s * r->n_bins + (size_t)i];
            }
        }
    }
}

static moly_status read_all(const moly_sinogram *sinogram, rebinned *r, moly_error *err)
{
    for (int64_t v = 0; v < r->layout->n_views; v++) {
        moly_status status = moly_sinogram_read_view(sinogram, v, r->view, err);
        if (status) {
            return status;
        }
        rebin_view(r, v);
        if (r->now) {
            add_shifted(r);
        }
    }
    return MOLY_OK;
}

/* A slice's counts outside the strip, and under the line between its edges. */
static double background_of(const rebinned *r, const double *bins)
{
    const double middle = 0.5 * (double)(r->n_bins - 1), half = strip_mm / r->bin_mm;
    double sum = 0.0;
    for (size_t i = 0; i < r->n_bins; i++) { /* the part of each pixel that lies outside */
        const double out = fabs((double)i - middle) - half;
        sum += bins[i] * fmin(1.0, fmax(0.0, out + 0.5));
    }
    double edges = 0.0;
    for (int side = -1; side <= 1; side += 2) {
        const double at = middle + side * half, below = floor(at);
        const size_t i = (size_t)below;
        edges += (1.0 - (at - below)) * bins[i] + (at - below) * bins[i + 1];
    }
    return sum + 0.5 * edges * 2.0 * half;
}

moly_status moly_nema_scatter_counts(const moly_sinogram *prompts, moly_nema_counts *counts,
                                     moly_error *err)
{
    rebinned r = {0};
    moly_nema_counts result = {0};
    moly_status status = begin(prompts, &r, err);
    if (!status) {
        status = begin_bins(&r, err);
    }
    if (!status) {
        status = read_all(prompts, &r, err);
    }
    for (size_t s = 0; s < r.n_slices && !status; s++) {
        if (r.counts[s] > 0.0) {
            result.total += r.counts[s];
            result.background += background_of(&r, r.sum + s * r.n_bins);
            result.n_slices++;
        }
    }
    release(&r);
    if (!status && !(result.total > 0.0)) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "no counts within 120 mm of the axis");
    }
    if (!status) {
        *counts = result;
    }
    return status;
}

moly_status moly_nema_axial_counts(const moly_sinogram *sinogram, double **slices, size_t *n,
                                   moly_error *err)
{
    rebinned r = {0};
    *slices = NULL;
    *n = 0;
    moly_status status = begin(sinogram, &r, err);
    if (!status) {
        status = read_all(sinogram, &r, err);
    }
    if (!status) {
        *slices = r.counts;
        *n = r.n_slices;
        r.counts = NULL;
    }
    release(&r);
    return status;
}

moly_status moly_nema_counts_within(const moly_sinogram *sinogram, double *total, moly_error *err)
{
    double *slices = NULL, sum = 0.0;
    size_t n = 0;
    moly_status status = moly_nema_axial_counts(sinogram, &slices, &n, err);
    for (size_t i = 0; i < n; i++) {
        sum += slices[i];
    }
    moly_free(slices);
    if (!status) {
        *total = sum;
    }
    return status;
}

moly_status moly_nema_rates_of(const moly_nema_counts *counts, double randoms, double duration_s,
                               double scatter_fraction, bool is_doubled, moly_nema_rates *rates,
                               moly_error *err)
{
    const double total = counts->total, background = counts->background;
    const double known = isfinite(randoms) ? randoms : 0.0;
    if (!(duration_s > 0.0 && isfinite(duration_s)) ||
        (isfinite(scatter_fraction) && !(scatter_fraction >= 0.0 && scatter_fraction < 1.0))) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%g s, a scatter fraction of %g", duration_s,
                         scatter_fraction);
    }
    if (!(background < total) || !(known <= background)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%.6g counts, %.6g of them background, %.6g random: they do not fit",
                         total, background, known);
    }
    moly_nema_rates r = {.total_cps = total / duration_s,
                         .true_cps = (total - background) / duration_s};
    const bool is_own = isfinite(randoms) || !isfinite(scatter_fraction);
    r.scatter_fraction = is_own ? (background - known) / (total - known) : scatter_fraction;
    r.scatter_cps = r.scatter_fraction / (1.0 - r.scatter_fraction) * r.true_cps;
    r.random_cps = isfinite(randoms) ? randoms / duration_s
                                     : fmax(0.0, r.total_cps - r.true_cps - r.scatter_cps);
    r.necr_cps = r.true_cps * r.true_cps / (r.total_cps + (is_doubled ? r.random_cps : 0.0));
    *rates = r;
    return MOLY_OK;
}

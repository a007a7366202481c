/* SPDX-License-Identifier: Apache-2.0 */
/* Randoms from crystals. For delayeds d_ij of mean s_i s_j the likelihood is largest where
 * s_i = (sum of d_ij over j) / (sum of s_j over j); the geometric mean of two turns of that does
 * not swing. Bins that hold several pairs share their counts out by the s found so far (EM). */
#include "moly/reconstruction/randoms.h"

#include <math.h>
#include <string.h>

#include "crystal_pairs.h"
#include "moly/base/memory.h"

enum { SHARINGS = 8, TURNS = 40 };
static const double ps_per_s = 1e12;

typedef struct randoms {
    crystal_pairs pairs;
    float *values; /* [detector][ring] */
} randoms;

static moly_status read_randoms(void *store, int64_t view, float *bins, moly_error *err)
{
    const randoms *r = store;
    (void)err;
    crystal_pairs_products(&r->pairs, r->values, view, bins);
    return MOLY_OK;
}

static void close_randoms(void *store)
{
    randoms *r = store;
    crystal_pairs_release(&r->pairs);
    moly_free(r->values);
    moly_free(r);
}

static moly_status make(const moly_layout *layout, randoms **made, moly_error *err)
{
    const size_t n = (size_t)(layout->scanner.n_rings * layout->scanner.n_detectors);
    randoms *r = moly_alloc(1, sizeof *r);
    if (!r) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = crystal_pairs_make(layout, &r->pairs, err);
    if (!status) {
        r->values = moly_alloc(n, sizeof *r->values);
        status = r->values ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    if (status) {
        close_randoms(r);
        return status;
    }
    *made = r;
    return MOLY_OK;
}

static moly_status wrap(randoms *r, moly_sinogram **sinogram, moly_error *err)
{
    static const moly_sinogram_ops ops = {.read_view = read_randoms, .close = close_randoms};
    return moly_sinogram_wrap(r->pairs.layout, &ops, r, sinogram, err);
}

/* ---- from delayeds ---- */

typedef struct fit {
    randoms *randoms;
    const moly_sinogram *delayeds;
    double *fans, *values, *sums, *room; /* of crystals; room for running sums */
    float *view, *summed;
} fit;

/* One view of the delayeds, TOF bins summed. */
static moly_status read_delayeds(fit *f, int64_t view, moly_error *err)
{
    const moly_layout *l = moly_sinogram_layout(f->delayeds);
    const size_t n_planes = (size_t)l->n_planes, n_tof = (size_t)l->n_tof;
    moly_status status = moly_sinogram_read_view(f->delayeds, view, f->view, err);
    for (size_t t = 0; t < (size_t)l->n_tangential && !status; t++) {
        float *out = f->summed + t * n_planes;
        memset(out, 0, n_planes * sizeof *out);
        for (size_t i = 0; i < n_tof * n_planes; i++) {
            const float count = f->view[t * n_tof * n_planes + i];
            if (!(count >= 0.0F) || isinf(count)) {
                return MOLY_FAIL(err, MOLY_ERR_DATA,
                                 "view %lld: %g delayed coincidences in a bin; they are finite and "
                                 "not negative",
                                 (long long)view, (double)count);
            }
            out[i % n_planes] += count;
        }
    }
    return status;
}

static moly_status find_fans(fit *f, size_t n, moly_error *err)
{
    const crystal_pairs *pairs = &f->randoms->pairs;
    moly_status status = MOLY_OK;
    memset(f->fans, 0, n * sizeof *f->fans);
    for (int64_t view = 0; view < pairs->layout->n_views && !status; view++) {
        status = read_delayeds(f, view, err);
        if (!status) {
            crystal_pairs_share(pairs, f->randoms->values, view, f->summed, f->fans);
        }
    }
    return status;
}

static void solve(fit *f, size_t n)
{
    const crystal_pairs *pairs = &f->randoms->pairs;
    double total = 0.0;
    for (size_t i = 0; i < n; i++) {
        f->values[i] = f->fans[i] > 0.0 ? 1.0 : 0.0;
        total += f->fans[i];
    }
    crystal_pairs_fans(pairs, f->values, f->sums, f->room);
    double first = 0.0;
    for (size_t i = 0; i < n; i++) {
        first += f->values[i] * f->sums[i];
    }
    for (size_t i = 0; i < n && first > 0.0; i++) {
        f->values[i] *= sqrt(total / first);
    }
    for (int turn = 0; turn < TURNS; turn++) {
        crystal_pairs_fans(pairs, f->values, f->sums, f->room);
        for (size_t i = 0; i < n; i++) {
            f->values[i] = f->sums[i] > 0.0 ? sqrt(f->values[i] * f->fans[i] / f->sums[i]) : 0.0;
        }
    }
    for (size_t i = 0; i < n; i++) {
        f->randoms->values[i] = (float)f->values[i];
    }
}

moly_status moly_randoms_smooth(const moly_sinogram *delayeds, moly_sinogram **made, float *singles,
                                moly_error *err)
{
    const moly_layout *l = moly_sinogram_layout(delayeds);
    const size_t n_rings = (size_t)l->scanner.n_rings, n_detectors = (size_t)l->scanner.n_detectors;
    const size_t n = n_rings * n_detectors;
    fit f = {.delayeds = delayeds};
    *made = NULL;
    moly_status status = make(l, &f.randoms, err);
    if (status) {
        return status;
    }
    f.fans = moly_alloc(3 * n, sizeof *f.fans);
    f.room = moly_alloc(n_detectors * (n_rings + 1), sizeof *f.room);
    f.view = moly_alloc((size_t)moly_layout_view_bins(l), sizeof *f.view);
    f.summed = moly_alloc((size_t)moly_layout_view_bins(l), sizeof *f.summed);
    status = f.fans && f.room && f.view && f.summed ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status) {
        f.values = f.fans + n;
        f.sums = f.values + n;
        const int sharings = crystal_pairs_are_single(&f.randoms->pairs) ? 1 : SHARINGS;
        for (int i = 0; i < sharings && !status; i++) {
            status = find_fans(&f, n, err);
            if (!status) {
                solve(&f, n);
            }
        }
    }
    for (size_t i = 0; i < n && !status && singles; i++) { /* to [ring][detector] */
        singles[i] = f.randoms->values[i % n_detectors * n_rings + i / n_detectors];
    }
    status = status ? status : wrap(f.randoms, made, err);
    if (status) {
        close_randoms(f.randoms);
    }
    moly_free(f.fans);
    moly_free(f.room);
    moly_free(f.view);
    moly_free(f.summed);
    return status;
}

/* ---- from singles ---- */

moly_status moly_randoms_from_singles(const moly_layout *layout, const float *singles_per_s,
                                      double duration_s, moly_sinogram **made, moly_error *err)
{
    const moly_pet_scanner *s = &layout->scanner;
    const size_t n_rings = (size_t)s->n_rings, n_detectors = (size_t)s->n_detectors;
    const double window_s = s->coincidence_window_ps / ps_per_s;
    randoms *r = NULL;
    *made = NULL;
    if (!(window_s > 0.0) || !(duration_s > 0.0 && isfinite(duration_s))) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "randoms from singles: a coincidence window of %g ps and %g s; both are "
                         "above 0",
                         s->coincidence_window_ps, duration_s);
    }
    const double bins_ps = (double)(layout->n_tof * layout->tof_mashing) * s->tof_bin_ps;
    const double share =
        layout->tof_mashing > 0 ? fmin(1.0, bins_ps / s->coincidence_window_ps) : 1.0;
    moly_status status = make(layout, &r, err);
    if (status) {
        return status;
    }
    for (size_t i = 0; i < n_rings * n_detectors && !status; i++) {
        const double rate = (double)singles_per_s[i];
        if (!(rate >= 0.0 && isfinite(rate))) {
            status = MOLY_FAIL(err, MOLY_ERR_RANGE, "crystal %zu: %g singles a second", i, rate);
        }
        r->values[i % n_detectors * n_rings + i / n_detectors] =
            (float)(rate * sqrt(share * window_s * duration_s));
    }
    status = status ? status : wrap(r, made, err);
    if (status) {
        close_randoms(r);
    }
    return status;
}

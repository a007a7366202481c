/* SPDX-License-Identifier: Apache-2.0 */
/* Factors of bins, and other sinograms that are worked out when they are read. */
#include "moly/reconstruction/factors.h"

#include <math.h>
#include <string.h>

#include "moly/base/memory.h"

static const double most_mu_per_mm = 0.1; /* steel has 0.066 at 511 keV */

/* ---- factors ---- */

typedef struct factors {
    moly_layout *layout;
    double scale;
    const moly_sinogram *normalisation;
    moly_pet_projector *projector; /* of the map; NULL: nothing attenuates */
    float *columns;
} factors;

static moly_status read_factors(void *store, int64_t view, float *bins, moly_error *err)
{
    const factors *f = store;
    const size_t n = (size_t)moly_layout_view_bins(f->layout);
    float *thickness = f->projector ? moly_alloc(n, sizeof *thickness) : NULL;
    moly_status status = MOLY_OK;
    if (f->projector && !thickness) {
        return MOLY_NO_MEMORY(err);
    }
    if (f->normalisation) {
        status = moly_sinogram_read_view(f->normalisation, view, bins, err);
    } else {
        for (size_t i = 0; i < n; i++) {
            bins[i] = 1.0F;
        }
    }
    if (!status && f->projector) {
        status = moly_pet_project_view(f->projector, f->columns, view, thickness, err);
    }
    for (size_t i = 0; i < n && !status; i++) {
        bins[i] *= (float)f->scale;
    }
    for (size_t i = 0; i < n && !status && thickness; i++) {
        bins[i] *= thickness[i] > 0.0F ? expf(-thickness[i]) : 1.0F;
    }
    moly_free(thickness);
    return status;
}

static void close_factors(void *store)
{
    factors *f = store;
    moly_pet_projector_free(f->projector);
    moly_layout_free(f->layout);
    moly_free(f->columns);
    moly_free(f);
}

static moly_status check_map(const moly_volume *mu, moly_error *err)
{
    const int64_t n = moly_grid_n_voxels(&mu->grid);
    for (int64_t i = 0; i < n; i++) {
        if (!((double)mu->data[i] >= 0.0 && (double)mu->data[i] <= most_mu_per_mm)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "voxel %lld of the attenuation map is %g/mm; it is 0 to %g/mm (water "
                             "has 0.0096 at 511 keV)",
                             (long long)i, (double)mu->data[i], most_mu_per_mm);
        }
    }
    return MOLY_OK;
}

static moly_status take_map(factors *f, const moly_volume *mu, int n_threads, moly_error *err)
{
    const moly_projector_options options = {.n_threads = n_threads};
    moly_status status = check_map(mu, err);
    if (status) {
        return status;
    }
    f->columns = moly_alloc((size_t)moly_grid_n_voxels(&mu->grid), sizeof *f->columns);
    if (!f->columns) {
        return MOLY_NO_MEMORY(err);
    }
    moly_columns_from_volume(mu, 0, f->columns);
    return moly_pet_projector_new(f->layout, &mu->grid, &options, &f->projector, err);
}

static bool same_bins(const moly_layout *a, const moly_layout *b)
{
    return a->n_views == b->n_views && a->n_tangential == b->n_tangential &&
           a->n_planes == b->n_planes && a->n_tof == b->n_tof;
}

moly_status moly_pet_factors(const moly_layout *layout, double scale,
                             const moly_sinogram *normalisation, const moly_volume *mu_per_mm,
                             int n_threads, moly_sinogram **made, moly_error *err)
{
    static const moly_sinogram_ops ops = {.read_view = read_factors, .close = close_factors};
    moly_layout plain = *layout;
    plain.n_tof = 1;
    plain.tof_mashing = 0;
    *made = NULL;
    if (normalisation && !same_bins(&plain, moly_sinogram_layout(normalisation))) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "the normalisation has other bins than the raw data");
    }
    if (!(scale > 0.0 && isfinite(scale))) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "a scale of %g; it is above 0", scale);
    }
    factors *f = moly_alloc(1, sizeof *f);
    if (!f) {
        return MOLY_NO_MEMORY(err);
    }
    f->scale = scale;
    f->normalisation = normalisation;
    moly_status status = moly_layout_copy(&plain, &f->layout, err);
    if (!status && mu_per_mm) {
        status = take_map(f, mu_per_mm, n_threads, err);
    }
    status = status ? status : moly_sinogram_wrap(f->layout, &ops, f, made, err);
    if (status) {
        close_factors(f);
    }
    return status;
}

/* ---- kept, and without TOF ---- */

moly_status moly_sinogram_keep(const moly_sinogram *source, moly_sinogram **kept, moly_error *err)
{
    const moly_layout *layout = moly_sinogram_layout(source);
    float *bins = moly_alloc((size_t)moly_layout_view_bins(layout), sizeof *bins);
    moly_sinogram *made = NULL;
    *kept = NULL;
    moly_status status = bins ? moly_sinogram_new(layout, &made, err) : MOLY_NO_MEMORY(err);
    for (int64_t view = 0; view < layout->n_views && !status; view++) {
        status = moly_sinogram_read_view(source, view, bins, err);
        status = status ? status : moly_sinogram_write_view(made, view, bins, err);
    }
    moly_free(bins);
    if (status) {
        moly_sinogram_free(made);
        return status;
    }
    *kept = made;
    return MOLY_OK;
}

static moly_status read_summed(void *store, int64_t view, float *bins, moly_error *err)
{
    const moly_sinogram *source = store;
    const moly_layout *l = moly_sinogram_layout(source);
    const size_t n_tof = (size_t)l->n_tof, n_planes = (size_t)l->n_planes;
    float *all = moly_alloc((size_t)moly_layout_view_bins(l), sizeof *all);
    moly_status status =
        all ? moly_sinogram_read_view(source, view, all, err) : MOLY_NO_MEMORY(err);
    for (size_t t = 0; t < (size_t)l->n_tangential && !status; t++) {
        float *out = bins + t * n_planes;
        memcpy(out, all + t * n_tof * n_planes, n_planes * sizeof *out);
        for (size_t k = 1; k < n_tof; k++) {
            const float *in = all + (t * n_tof + k) * n_planes;
            for (size_t i = 0; i < n_planes; i++) {
                out[i] += in[i];
            }
        }
    }
    moly_free(all);
    return status;
}

static void close_summed(void *store)
{
    moly_sinogram_free(store);
}

moly_status moly_sinogram_without_tof(moly_sinogram *source, moly_sinogram **plain, moly_error *err)
{
    static const moly_sinogram_ops ops = {.read_view = read_summed, .close = close_summed};
    moly_layout layout = *moly_sinogram_layout(source);
    layout.n_tof = 1;
    layout.tof_mashing = 0;
    return moly_sinogram_wrap(&layout, &ops, source, plain, err);
}

/* ---- sums ---- */

typedef struct plus {
    moly_layout *layout;
    moly_sinogram *parts[2];
} plus;

static moly_status read_plus(void *store, int64_t view, float *bins, moly_error *err)
{
    const plus *p = store;
    const moly_layout *l = p->layout;
    const size_t n = (size_t)moly_layout_view_bins(l), n_planes = (size_t)l->n_planes;
    const size_t row = (size_t)l->n_tof * n_planes;
    float *part = moly_alloc(n, sizeof *part);
    moly_status status = part ? MOLY_OK : MOLY_NO_MEMORY(err);
    memset(bins, 0, n * sizeof *bins);
    for (int k = 0; k < 2 && !status; k++) {
        const bool is_shared = moly_sinogram_layout(p->parts[k])->n_tof != l->n_tof;
        const float share = is_shared ? 1.0F / (float)l->n_tof : 1.0F;
        status = moly_sinogram_read_view(p->parts[k], view, part, err);
        for (size_t i = 0; i < n && !status; i++) {
            bins[i] += share * part[is_shared ? i / row * n_planes + i % n_planes : i];
        }
    }
    moly_free(part);
    return status;
}

static void close_plus(void *store)
{
    plus *p = store;
    moly_sinogram_free(p->parts[0]);
    moly_sinogram_free(p->parts[1]);
    moly_layout_free(p->layout);
    moly_free(p);
}

moly_status moly_sinogram_plus(const moly_layout *layout, moly_sinogram *one, moly_sinogram *two,
                               moly_sinogram **sum, moly_error *err)
{
    static const moly_sinogram_ops ops = {.read_view = read_plus, .close = close_plus};
    moly_sinogram *parts[2] = {one, two};
    *sum = NULL;
    for (int k = 0; k < 2; k++) {
        const moly_layout *l = moly_sinogram_layout(parts[k]);
        if (l->n_views != layout->n_views || l->n_tangential != layout->n_tangential ||
            l->n_planes != layout->n_planes || (l->n_tof != 1 && l->n_tof != layout->n_tof)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "two backgrounds of other bins than the data");
        }
    }
    plus *p = moly_alloc(1, sizeof *p);
    if (!p) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = moly_layout_copy(layout, &p->layout, err);
    status = status ? status : moly_sinogram_wrap(layout, &ops, p, sum, err);
    if (status) {
        close_plus(p); /* the parts are not yet its own */
        return status;
    }
    p->parts[0] = one;
    p->parts[1] = two;
    return MOLY_OK;
}

/* ---- CT ---- */

moly_status moly_mu_from_ct(moly_volume *volume, double water_per_mm, double bone_per_mm,
                            double bone_hu, moly_error *err)
{
    const int64_t n = moly_grid_n_voxels(&volume->grid) * volume->n_frames;
    if (volume->quantity != MOLY_QUANTITY_HU && volume->quantity != MOLY_QUANTITY_UNKNOWN) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "a CT in HU is wanted, not %s",
                         moly_quantity_word(volume->quantity));
    }
    if (!(water_per_mm > 0.0 && bone_per_mm > water_per_mm && bone_hu > 100.0)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "water %g/mm, bone %g/mm at %g HU: bone attenuates more than water, above "
                         "100 HU",
                         water_per_mm, bone_per_mm, bone_hu);
    }
    const double slope = (bone_per_mm - water_per_mm) / bone_hu;
    for (int64_t i = 0; i < n; i++) {
        const double hu = (double)volume->data[i];
        const double mu =
            hu <= 0.0 ? water_per_mm * (1.0 + hu / 1000.0) : water_per_mm + slope * hu;
        volume->data[i] = (float)fmax(mu, 0.0);
    }
    volume->quantity = MOLY_QUANTITY_PER_MM;
    return MOLY_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted that is no true coincidence: randoms and scatter. */
#include <jansson.h>

#include "moly/base/memory.h"
#include "moly/formats/interfile.h"
#include "moly/reconstruction/factors.h"
#include "moly/reconstruction/randoms.h"
#include "reconstruct_data.h"

const char *const randoms_ways[] = {"none", "delayeds", "smooth", NULL};
const char *const scatter_ways[] = {"none", "sss", "tew", "dew", NULL};

static const double most_kept_bytes = 2e9; /* in memory; else made for each reading */

static moly_status keep(moly_sinogram **sinogram, moly_error *err)
{
    const moly_layout *l = moly_sinogram_layout(*sinogram);
    moly_sinogram *kept = NULL;
    if (4.0 * (double)moly_layout_n_bins(l) > most_kept_bytes) {
        return MOLY_OK;
    }
    moly_status status = moly_sinogram_keep(*sinogram, &kept, err);
    if (!status) {
        moly_sinogram_free(*sinogram);
        *sinogram = kept;
    }
    return status;
}

static moly_status make_randoms(const raw_wishes *w, moly_arena *arena, raw_data *d,
                                moly_error *err)
{
    moly_sinogram *delayeds = NULL, *smooth = NULL;
    d->randoms = RANDOMS_NONE;
    if (w->randoms == RANDOMS_NONE) {
        return MOLY_OK;
    }
    moly_status status = raw_open_delayeds(w, arena, &delayeds, err);
    if (status || !delayeds) {
        return status;
    }
    /* arc-corrected bins do not know their crystals */
    if (w->randoms == RANDOMS_SMOOTH && !d->layout->is_arc_corrected) {
        status = moly_randoms_smooth(delayeds, &smooth, NULL, err);
        moly_sinogram_free(delayeds);
        status = status ? status : keep(&smooth, err);
        d->background = smooth;
        d->randoms = RANDOMS_SMOOTH;
        return status;
    }
    if (!w->is_tof) {
        status = raw_without_tof(&delayeds, err);
    }
    d->background = delayeds;
    d->randoms = RANDOMS_DELAYEDS;
    return status;
}

static moly_status check_way(const raw_wishes *w, moly_error *err)
{
    return w->scatter > SCATTER_SSS
               ? MOLY_FAIL(err, MOLY_ERR_USAGE,
                           "--scatter %s is for gamma cameras; for coincidences sss or none",
                           scatter_ways[w->scatter])
               : MOLY_OK;
}

/* Is there something to be estimated? A simulated scan says so; a real one always has scatter. */
static bool wants_scatter(const raw_wishes *w, const raw_data *d)
{
    if (w->scatter >= 0 || !d->mu) {
        return w->scatter == SCATTER_SSS;
    }
    return !d->scan || json_is_true(json_object_get(d->scan, "has_scatter"));
}

static moly_status save(const moly_sinogram *counts, const char *path, moly_error *err)
{
    const moly_layout *l = moly_sinogram_layout(counts);
    moly_sinogram *file = NULL;
    float *bins = moly_alloc((size_t)moly_layout_view_bins(l), sizeof *bins);
    moly_status status =
        bins ? moly_interfile_create_sinogram(path, l, &file, err) : MOLY_NO_MEMORY(err);
    for (int64_t v = 0; v < l->n_views && !status; v++) {
        status = moly_sinogram_read_view(counts, v, bins, err);
        status = status ? status : moly_sinogram_write_view(file, v, bins, err);
    }
    status = status ? status : moly_sinogram_finish(file, err);
    moly_sinogram_free(file);
    moly_free(bins);
    return status;
}

static moly_status make_scatter(const raw_wishes *w, raw_data *d, moly_error *err)
{
    const moly_scatter_options options = {.n_threads = w->n_threads, .progress = w->progress};
    const double scale = d->effective_s > 0.0 ? d->effective_s : 1.0;
    moly_sinogram *counts = NULL, *sum = NULL;
    if (!d->mu) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "--scatter sss needs to know what scatters: give --attenuation");
    }
    moly_status status = moly_pet_factors(d->layout, scale, d->normalisation, NULL, w->n_threads,
                                          &d->sensitivity, err);
    if (status) {
        return status;
    }
    const moly_scatter_data data = {.prompts = d->prompts,
                                    .sensitivity = d->sensitivity,
                                    .factors = d->factors,
                                    .randoms = d->background,
                                    .mu_per_mm = d->mu};
    status = moly_scatter_estimate(&data, &options, &d->scatter, &d->scatter_figures, err);
    status = status ? status
                    : moly_scatter_sinogram(d->scatter, d->layout, d->sensitivity, &counts, err);
    if (!status && w->save_scatter) {
        status = save(counts, w->save_scatter, err);
    }
    if (!status && d->background) {
        status = moly_sinogram_plus(d->layout, counts, d->background, &sum, err);
        if (!status) {
            d->background = NULL; /* now the sum's own */
            counts = sum;
        }
    }
    status = status ? status : keep(&counts, err);
    if (status) {
        moly_sinogram_free(counts);
        return status;
    }
    d->background = counts;
    d->scatter_way = SCATTER_SSS;
    return MOLY_OK;
}

moly_status raw_make_background(const raw_wishes *wishes, moly_arena *arena, raw_data *data,
                                moly_error *err)
{
    moly_status status = make_randoms(wishes, arena, data, err);
    data->scatter_way = SCATTER_NONE;
    status = status ? status : check_way(wishes, err);
    return status || !wants_scatter(wishes, data) ? status : make_scatter(wishes, data, err);
}

json_t *raw_scatter_json(const raw_data *data)
{
    const moly_scatter_figures *f = &data->scatter_figures;
    json_t *scales = json_array(), *fractions = json_array();
    int failed = !scales || !fractions;
    if (!data->scatter) {
        json_decref(scales);
        json_decref(fractions);
        return json_pack("{s:s}", "method", scatter_ways[SCATTER_NONE]);
    }
    for (int64_t i = 0; i < f->n_rounds && !failed; i++) {
        failed |= json_array_append_new(scales, moly_json_rounded(f->scale[i], 5));
        failed |= json_array_append_new(fractions, moly_json_rounded(f->fraction[i], 5));
    }
    json_t *made =
        failed
            ? NULL
            : json_pack("{s:s, s:O, s:O, s:b, s:o, s:I, s:I}", "method", scatter_ways[SCATTER_SSS],
                        "scale", scales, "fraction", fractions, "is_scale_fitted", f->is_fitted,
                        "tail_counts", moly_json_rounded(f->tail_counts, 9), "points",
                        (json_int_t)f->n_points, "detectors", (json_int_t)f->n_detectors);
    json_decref(scales);
    json_decref(fractions);
    return made;
}

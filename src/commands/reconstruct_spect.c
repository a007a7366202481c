/* SPDX-License-Identifier: Apache-2.0 */
/* moly reconstruct of a gamma camera's projections. */
#include "reconstruct_spect.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/reconstruction/osem.h"

static const double dual_share = 0.5;      /* Source: Jaszczak et al., J Nucl Med 25 (1984) 893 */
static const double reference_kev = 140.5; /* at which a camera's resolutions are given */
static const double usual_scatter_filter_mm = 5.0;

typedef struct work {
    const spect_wishes *wishes;
    const moly_run *run;
    spect_data data;
    moly_projections *scatter;
    moly_volume *mu, *image;
    float *columns;
    dicom_series series;
    int64_t n_subsets, gate; /* the gate that is worked on */
    int64_t n_updates;
    double likelihood; /* of the iteration so far */
    json_t *likelihoods;
    int scatter_kind;
    bool has_cdr, is_quantitative;
} work;

static void release(work *w)
{
    spect_close(&w->data);
    moly_projections_free(w->scatter);
    moly_volume_free(w->mu);
    moly_volume_free(w->image);
    moly_free(w->columns);
    dicom_series_close(&w->series);
    json_decref(w->likelihoods);
}

/* ---- the lattice ---- */

static moly_status choose_grid(work *w, moly_error *err)
{
    const moly_projections *p = w->data.counts;
    const double wide = p->bin_mm * (double)p->n_bins;
    const double voxel = w->wishes->voxel_mm > 0.0 ? w->wishes->voxel_mm : p->bin_mm;
    const int64_t n = (int64_t)floor(wide / voxel + 0.5);
    const double first = -0.5 * voxel * (double)(n - 1);
    const double first_z = isfinite(w->data.first_row_mm)
                               ? w->data.first_row_mm
                               : -0.5 * p->axial_mm * (double)(p->n_axial - 1);
    const moly_grid grid = {{n, n, p->n_axial},
                            {voxel, voxel, p->axial_mm},
                            {first, first, first_z},
                            {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    w->is_quantitative = w->data.cps_per_bq > 0.0;
    moly_status status = moly_grid_check(&grid, err);
    status = status ? status
                    : moly_volume_new(&grid, p->n_gates,
                                      w->is_quantitative ? MOLY_QUANTITY_BQ_PER_ML
                                                         : MOLY_QUANTITY_UNKNOWN,
                                      &w->image, err);
    if (!status && w->data.mu) {
        status = moly_volume_resample(w->data.mu, 0, &grid, &w->mu, err);
    }
    if (!status) {
        w->columns = moly_alloc((size_t)moly_grid_n_voxels(&grid), sizeof *w->columns);
        status = w->columns ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    return status;
}

/* ---- scatter ---- */

static moly_status estimate_scatter(work *w, moly_error *err)
{
    const spect_wishes *a = w->wishes;
    const spect_data *d = &w->data;
    const double blur =
        isfinite(a->scatter_filter_mm) ? a->scatter_filter_mm : usual_scatter_filter_mm;
    w->scatter_kind = a->scatter >= 0                  ? a->scatter
                      : d->lower >= 0 && d->upper >= 0 ? SCATTER_TEW
                                                       : SCATTER_NONE;
    if (w->scatter_kind == SCATTER_NONE) {
        return MOLY_OK;
    }
    if (w->scatter_kind == SCATTER_SSS) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "--scatter sss is for coincidences; for a gamma camera tew, dew or none");
    }
    if (d->lower < 0) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "--scatter %s needs an energy window below the peak's, which the data do "
                         "not have",
                         scatter_ways[w->scatter_kind]);
    }
    return moly_spect_window_scatter(d->counts, d->peak, d->lower, d->upper,
                                     w->scatter_kind == SCATTER_DEW ? dual_share : 0.0, blur,
                                     &w->scatter, err);
}

/* ---- solving ---- */

/* Gate `gate` of the estimate alone; borrows. */
static moly_projections one_gate(const moly_projections *p, int64_t gate)
{
    moly_projections one = *p;
    one.n_gates = 1;
    one.counts = moly_projections_view(p, 0, gate, 0);
    return one;
}

/* Gates are shown one after the other, as if each went on with the iterations. */
static moly_status note(void *context, const moly_spect_update *update, moly_error *err)
{
    work *w = context;
    const int64_t n_iterations = w->wishes->n_iterations;
    const watch_update shown = {.iteration = w->gate * n_iterations + update->iteration,
                                .n_iterations = w->data.counts->n_gates * n_iterations,
                                .subset = update->subset,
                                .n_subsets = w->n_subsets,
                                .log_likelihood = update->log_likelihood,
                                .columns = update->columns};
    moly_status status = watcher_update(w->wishes->watch, &shown, err);
    w->likelihood += update->log_likelihood;
    if (status || ++w->n_updates % w->n_subsets != 0) {
        return status;
    }
    const double likelihood = w->likelihood;
    w->likelihood = 0.0;
    return json_array_append_new(w->likelihoods, moly_json_rounded(likelihood, 10)) == 0
               ? MOLY_OK
               : MOLY_NO_MEMORY(err);
}

/* A gate's share of the whole. */
static void report_gate(void *context, double fraction, const char *what)
{
    const work *w = context;
    const moly_progress *p = watcher_progress(w->wishes->watch);
    p->report(p->context, ((double)w->gate + fraction) / (double)w->data.counts->n_gates, what);
}

static bool is_cancelled(void *context)
{
    const work *w = context;
    const moly_progress *p = watcher_progress(w->wishes->watch);
    return p->is_cancelled(p->context);
}

static moly_status solve(work *w, moly_error *err)
{
    const spect_wishes *a = w->wishes;
    const spect_data *d = &w->data;
    const moly_progress progress = {report_gate, is_cancelled, w};
    moly_spect_osem_options options = {
        .n_subsets = w->n_subsets,
        .n_iterations = a->n_iterations,
        .window = d->peak,
        .projector = {.energy_kev = d->energy_kev,
                      .mu_per_mm = w->mu,
                      .n_threads = a->n_threads > 0 ? (int)a->n_threads : 0},
        .view_shares = d->view_shares,
        .scale = w->is_quantitative ? moly_spect_scale(d->counts, d->cps_per_bq) : 1.0,
        .on_update = note,
        .context = w,
        .progress = &progress};
    w->has_cdr = a->has_cdr != 0 && d->has_collimator;
    if (w->has_cdr) {
        options.projector.collimator = &d->collimator;
        options.projector.intrinsic_fwhm_mm =
            d->camera.intrinsic_fwhm_mm * sqrt(reference_kev / d->energy_kev);
    }
    w->likelihoods = json_array();
    moly_status status = w->likelihoods ? MOLY_OK : MOLY_NO_MEMORY(err);
    status =
        status ? status : watcher_begin(a->watch, &w->image->grid, w->image->quantity, w->mu, err);
    for (int64_t gate = 0; gate < d->counts->n_gates && !status; gate++) {
        moly_projections scatter = {0};
        options.gate = w->gate = gate;
        if (w->scatter) {
            scatter = one_gate(w->scatter, gate);
            options.scatter = &scatter;
        }
        status = moly_spect_osem(d->counts, &w->image->grid, &options, w->columns, err);
        if (!status) {
            moly_columns_to_volume(w->columns, w->image, gate);
        }
    }
    status =
        status || !(a->filter_mm > 0.0) ? status : moly_volume_smooth(w->image, a->filter_mm, err);
    return status ? status : watcher_end(a->watch, err);
}

/* ---- the result ---- */

static double window_total(const moly_projections *p, int64_t window)
{
    const size_t n = (size_t)(p->n_gates * p->n_views) * moly_projections_view_size(p);
    const float *counts = moly_projections_view(p, window, 0, 0);
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)counts[i];
    }
    return sum;
}

static json_t *parameters(const work *w)
{
    const spect_wishes *a = w->wishes;
    const spect_data *d = &w->data;
    const moly_energy_window *e = &d->counts->windows[d->peak];
    return json_pack("{s:s, s:I, s:I, s:o, s:b, s:b, s:s, s:o, s:s?, s:o, s:[f,f], s:s?, s:s?}",
                     "algorithm", a->is_mlem ? "mlem" : "osem", "subsets", (json_int_t)w->n_subsets,
                     "iterations", (json_int_t)a->n_iterations, "filter_mm",
                     moly_json_real(a->filter_mm), "attenuation", w->mu != NULL, "cdr", w->has_cdr,
                     "scatter", scatter_ways[w->scatter_kind], "sensitivity_cps_per_mbq",
                     w->is_quantitative ? moly_json_rounded(1e6 * d->cps_per_bq, 6) : json_null(),
                     "sensitivity_from", d->sensitivity_from, "energy_kev",
                     moly_json_rounded(d->energy_kev, 7), "window_kev", e->low_kev, e->high_kev,
                     "camera", d->has_camera ? d->camera.name : NULL, "collimator",
                     d->has_collimator ? d->collimator.name : NULL);
}

/* It goes into the file too, without the likelihoods. */
static moly_status keep_note(work *w, json_t *result, moly_error *err)
{
    char *text = moly_json_canonical(result);
    moly_status status = text ? moly_volume_set_note(w->image, text, err) : MOLY_NO_MEMORY(err);
    moly_free(text);
    return status || json_object_set(result, "log_likelihood", w->likelihoods) == 0
               ? status
               : MOLY_NO_MEMORY(err);
}

static moly_status make_result(work *w, json_t **result, moly_error *err)
{
    const spect_data *d = &w->data;
    const moly_grid *g = &w->image->grid;
    moly_volume_summary summary;
    moly_status status = moly_volume_summarise(w->image, &summary, err);
    if (status) {
        return status;
    }
    const double ml = moly_grid_voxel_ml(g) * (double)moly_grid_n_voxels(g);
    json_t *r = json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s?, s:s?, s:s, s:o, s:{s:[I,I,I], "
        "s:[f,f,f]}}",
        "file", w->wishes->output, "moly", MOLY_VERSION, "raw", w->wishes->raw, "unit",
        w->is_quantitative ? "Bq/mL" : "relative", "max", moly_json_rounded(summary.max, 6), "mean",
        moly_json_rounded(summary.mean, 6), "activity_bq",
        w->is_quantitative ? moly_json_rounded(summary.mean * ml, 6) : json_null(), "prompts",
        moly_json_rounded(window_total(d->counts, d->peak), 12), "scattered",
        w->scatter ? moly_json_rounded(window_total(w->scatter, 0), 8) : json_null(), "scanner",
        d->has_camera ? d->camera.name : NULL, "nuclide", d->nuclide ? d->nuclide->name : NULL,
        "back_end", moly_spect_back_end(), "parameters", parameters(w), "image", "voxels",
        (json_int_t)g->n[0], (json_int_t)g->n[1], (json_int_t)g->n[2], "spacing_mm",
        g->spacing_mm[0], g->spacing_mm[1], g->spacing_mm[2]);
    if (!r) {
        return MOLY_NO_MEMORY(err);
    }
    status = keep_note(w, r, err);
    if (status) {
        json_decref(r);
        return status;
    }
    *result = r;
    return MOLY_OK;
}

/* "OSEM 6i15s CDR G5": as others name it in a series. */
static const char *method(const work *w)
{
    const spect_wishes *a = w->wishes;
    char filter[32] = "";
    if (a->filter_mm > 0.0) {
        (void)snprintf(filter, sizeof filter, " G%.3g", a->filter_mm);
    }
    const char *name = moly_arena_printf(w->run->arena, "%s %lldi%llds%s%s",
                                         a->is_mlem ? "MLEM" : "OSEM", (long long)a->n_iterations,
                                         (long long)w->n_subsets, w->has_cdr ? " CDR" : "", filter);
    return name ? name : "OSEM";
}

static const char *corrections(const work *w)
{
    const char *text = moly_arena_printf(w->run->arena, "%s%s%s", w->data.nuclide ? "DECY\\" : "",
                                         w->mu ? "ATTN\\" : "", w->scatter ? "SCAT\\" : "");
    const size_t n = text ? strlen(text) : 0;
    return n > 0 ? moly_arena_strndup(w->run->arena, text, n - 1) : NULL;
}

moly_status reconstruct_spect(const spect_wishes *wishes, const moly_run *run, moly_volume **image,
                              json_t **result, moly_error *err)
{
    work w = {.wishes = wishes, .run = run};
    moly_status status = spect_open(wishes, run->arena, &w.data, err);
    const bool is_dicom = is_dicom_output(wishes->output);
    if (!status && is_dicom) {
        status = spect_series_prepare(wishes, &w.data, run->arena, &w.series, err);
    }
    status = status ? status : choose_grid(&w, err);
    status = status ? status : estimate_scatter(&w, err);
    if (!status) {
        w.n_subsets = wishes->is_mlem         ? 1
                      : wishes->n_subsets > 0 ? wishes->n_subsets
                                              : moly_usual_subsets(w.data.counts->n_views);
        status = solve(&w, err);
    }
    json_t *made = NULL;
    status = status ? status : make_result(&w, &made, err);
    if (!status && is_dicom) {
        status = spect_series_write(&w.series, &w.data, method(&w), corrections(&w), w.image, err);
    }
    if (status) {
        json_decref(made);
    } else {
        *result = made;
        *image = w.image;
        w.image = NULL;
    }
    release(&w);
    return status;
}

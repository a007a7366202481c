/* SPDX-License-Identifier: Apache-2.0 */
/* List-mode OSEM. The counts that a line expects are factor * (integral + added), added being the
 * background of its bin over the factor of its bin: how many lines share a bin cancels out. */
#include "moly/reconstruction/listmode.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/random.h"
#include "subset_model.h"

static const float least_expected = 1e-20F;

typedef struct listed {
    const moly_list_model *model;
    const moly_list_options *options;
    moly_event *events; /* those used, subset by subset */
    float *added, *values;
    uint32_t *times; /* bootstrap: how often each is drawn; NULL: once */
    size_t n, n_voxels;
    subset_model whole; /* the factors' bins, for the sensitivity */
    moly_pet_projector *projector;
    moly_operator *psf;
    float *image, *blurred, *back, *before, *sensitivity;
} listed;

/* ---- events and what their bins add ---- */

/* May its views be read as those of the layout, with one TOF bin or, if `may_tof`, as many? */
static moly_status check_bins(const moly_layout *l, const moly_sinogram *given, bool may_tof,
                              const char *what, moly_error *err)
{
    const moly_layout *g = given ? moly_sinogram_layout(given) : l;
    if (g->n_views != l->n_views || g->n_tangential != l->n_tangential ||
        g->n_planes != l->n_planes ||
        (given && g->n_tof != 1 && !(may_tof && g->n_tof == l->n_tof))) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "the %s have %lld views x %lld bins x %lld planes x %lld TOF bins, the "
                         "events %lld x %lld x %lld x %lld",
                         what, (long long)g->n_views, (long long)g->n_tangential,
                         (long long)g->n_planes, (long long)g->n_tof, (long long)l->n_views,
                         (long long)l->n_tangential, (long long)l->n_planes, (long long)l->n_tof);
    }
    return MOLY_OK;
}

static moly_status check(const moly_list_model *m, const moly_list_options *o, moly_error *err)
{
    const moly_pet_scanner *a = &m->events->scanner, *b = &m->layout->scanner;
    const uint64_t n_crystals = (uint64_t)(b->n_rings * b->n_detectors);
    if (o->n_subsets < 1 || o->n_iterations < 1 || !(o->until >= 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%lld subsets, %lld iterations: at least one of each",
                         (long long)o->n_subsets, (long long)o->n_iterations);
    }
    if (a->n_rings != b->n_rings || a->n_detectors != b->n_detectors ||
        m->layout->is_arc_corrected) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "events of %lld rings of %lld crystals, sinograms of %lld of %lld%s",
                         (long long)a->n_rings, (long long)a->n_detectors, (long long)b->n_rings,
                         (long long)b->n_detectors,
                         m->layout->is_arc_corrected ? ", arc-corrected" : "");
    }
    for (size_t i = 0; i < m->events->n; i++) {
        const moly_event *e = &m->events->events[i];
        if (e->crystal_1 >= n_crystals || e->crystal_2 >= n_crystals) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "event %zu: crystals %u and %u; there are %llu", i,
                             e->crystal_1, e->crystal_2, (unsigned long long)n_crystals);
        }
    }
    moly_status status = check_bins(m->layout, m->factors, false, "factors", err);
    return status ? status : check_bins(m->layout, m->background, true, "background counts", err);
}

/* Per bin of a view [tangential][TOF][plane]; NAN where the factor is 0. */
static moly_status read_added(const moly_list_model *m, int64_t view, float *factors,
                              float *background, float *added, moly_error *err)
{
    const moly_layout *l = m->layout;
    const size_t planes = (size_t)l->n_planes, n_tof = (size_t)l->n_tof;
    const size_t b_tof = m->background ? (size_t)moly_sinogram_layout(m->background)->n_tof : 1;
    const float share = b_tof == n_tof ? 1.0F : 1.0F / (float)n_tof;
    moly_status status = moly_sinogram_read_view(m->factors, view, factors, err);
    if (!status && m->background) {
        status = moly_sinogram_read_view(m->background, view, background, err);
    }
    for (size_t i = 0; i < (size_t)moly_layout_view_bins(l) && !status; i++) {
        const size_t plane = i % planes, tof = i / planes % n_tof, row = i / planes / n_tof;
        const float factor = factors[row * planes + plane];
        const float b = m->background
                            ? background[(row * b_tof + (b_tof > 1 ? tof : 0)) * planes + plane]
                            : 0.0F;
        if (!(factor >= 0.0F) || isinf(factor) || !(b >= 0.0F) || isinf(b)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "view %lld: a factor is %g, its background %g; they are finite and "
                             "not negative",
                             (long long)view, (double)factor, (double)b);
        }
        added[i] = factor > 0.0F ? share * b / factor : NAN;
    }
    return status;
}

/* added[i] of each event; NAN: it is not used. */
static moly_status look_up(const moly_list_model *m, float *added, moly_error *err)
{
    const moly_layout *l = m->layout;
    const int64_t view_bins = moly_layout_view_bins(l);
    const size_t n = m->events->n;
    int64_t *bins = moly_alloc(n, sizeof *bins);
    size_t *order = moly_alloc(n, sizeof *order);
    size_t *first = moly_alloc((size_t)l->n_views + 2, sizeof *first);
    float *factors = moly_alloc((size_t)view_bins, sizeof *factors);
    float *background = moly_alloc((size_t)view_bins, sizeof *background);
    float *view_added = moly_alloc((size_t)view_bins, sizeof *view_added);
    moly_status status = bins && order && first && factors && background && view_added
                             ? MOLY_OK
                             : MOLY_NO_MEMORY(err);
    for (size_t i = 0; i < n && !status; i++) { /* sort by view, counting */
        const moly_event *e = &m->events->events[i];
        bins[i] = e->is_delayed ? -1 : moly_layout_find_bin(l, e);
        added[i] = NAN;
        first[bins[i] < 0 ? 0 : bins[i] / view_bins + 2] += bins[i] < 0 ? 0U : 1U;
    }
    for (int64_t v = 2; v <= l->n_views && !status; v++) {
        first[v + 1] += first[v];
    }
    for (size_t i = 0; i < n && !status; i++) {
        if (bins[i] >= 0) {
            order[first[bins[i] / view_bins + 1]++] = i;
        }
    }
    for (int64_t v = 0; v < l->n_views && !status; v++) {
        status = first[v + 1] > first[v] ? read_added(m, v, factors, background, view_added, err)
                                         : MOLY_OK;
        for (size_t k = first[v]; k < first[v + 1] && !status; k++) {
            added[order[k]] = view_added[bins[order[k]] % view_bins];
        }
    }
    moly_free(bins);
    moly_free(order);
    moly_free(first);
    moly_free(factors);
    moly_free(background);
    moly_free(view_added);
    return status;
}

/* Where the events of a subset begin. */
static size_t subset_begin(const listed *s, int64_t subset)
{
    const size_t n_subsets = (size_t)s->options->n_subsets, k = (size_t)subset;
    const size_t rest = s->n % n_subsets;
    return k * (s->n / n_subsets) + (k < rest ? k : rest);
}

static moly_status take_events(listed *s, moly_error *err)
{
    const moly_event_list *list = s->model->events;
    float *added = moly_alloc(list->n ? list->n : 1, sizeof *added);
    moly_status status = added ? look_up(s->model, added, err) : MOLY_NO_MEMORY(err);
    for (size_t i = 0; i < list->n && !status; i++) {
        s->n += isnan(added[i]) ? 0 : 1;
    }
    if (!status && s->n < (size_t)s->options->n_subsets) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE,
                           "%zu events fall in bins that count: too few for "
                           "%lld subsets",
                           s->n, (long long)s->options->n_subsets);
    }
    if (!status) {
        s->events = moly_alloc(s->n, sizeof *s->events);
        s->added = moly_alloc(s->n, sizeof *s->added);
        s->values = moly_alloc(s->n, sizeof *s->values);
        s->times = s->options->is_resampled ? moly_alloc(s->n, sizeof *s->times) : NULL;
        status = s->events && s->added && s->values && (s->times || !s->options->is_resampled)
                     ? MOLY_OK
                     : MOLY_NO_MEMORY(err);
    }
    const size_t n_subsets = (size_t)s->options->n_subsets;
    MOLY_ASSERT(n_subsets > 0);
    for (size_t i = 0, used = 0; i < list->n && !status; i++) {
        if (!isnan(added[i])) {
            const size_t to = subset_begin(s, (int64_t)(used % n_subsets)) + used / n_subsets;
            s->events[to] = list->events[i];
            s->added[to] = added[i];
            used++;
        }
    }
    moly_random draws = moly_random_stream(s->options->seed, s->options->replica);
    for (size_t i = 0; i < s->n && !status && s->times; i++) {
        const size_t drawn = (size_t)(moly_random_uniform(&draws) * (double)s->n);
        s->times[drawn < s->n ? drawn : s->n - 1]++;
    }
    moly_free(added);
    return status;
}

/* ---- passes ---- */

static moly_status blur(const listed *s, const float *in, float *out, moly_error *err)
{
    if (s->psf) {
        return moly_operator_forward(s->psf, in, out, err);
    }
    memcpy(out, in, s->n_voxels * sizeof *out);
    return MOLY_OK;
}

static moly_status update(listed *s, int64_t subset, double *value, moly_error *err)
{
    const size_t from = subset_begin(s, subset), n = subset_begin(s, subset + 1) - from;
    const float *sensitivity = s->sensitivity;
    const float n_subsets = (float)s->options->n_subsets;
    moly_status status = blur(s, s->image, s->blurred, err);
    subset_mask(&s->whole, s->blurred);
    status = status ? status
                    : moly_pet_project_events(s->projector, s->blurred, s->events + from, n,
                                              s->values, err);
    *value = 0.0;
    for (size_t i = 0; i < n && !status; i++) {
        const float expected = s->values[i] + s->added[from + i];
        const float times = s->times ? (float)s->times[from + i] : 1.0F;
        s->values[i] = expected > least_expected ? times / expected : 0.0F;
        *value += expected > least_expected ? (double)times * (double)logf(expected) : 0.0;
    }
    memset(s->back, 0, s->n_voxels * sizeof *s->back);
    status = status ? status
                    : moly_pet_back_project_events(s->projector, s->events + from, s->values, n,
                                                   s->back, err);
    if (!status) {
        subset_mask(&s->whole, s->back);
        status = blur(s, s->back, s->blurred, err);
    }
    for (size_t i = 0; i < s->n_voxels && !status; i++) {
        s->image[i] = sensitivity[i] > 0.0F
                          ? s->image[i] * (n_subsets * s->blurred[i] / sensitivity[i])
                          : 0.0F;
    }
    return status;
}

static moly_status iterate(listed *s, moly_error *err)
{
    const moly_list_options *o = s->options;
    double change = NAN;
    moly_status status = moly_progress_step(o->progress, 0.0, "sensitivity", err);
    status = status ? status : subset_sensitivity(&s->whole, 0, s->sensitivity, err);
    for (int64_t i = 0; i < o->n_iterations && !status && !(change < o->until); i++) {
        char what[64];
        (void)snprintf(what, sizeof what, "iteration %lld of %lld", (long long)i + 1,
                       (long long)o->n_iterations);
        memcpy(s->before, s->image, s->n_voxels * sizeof *s->before);
        for (int64_t k = 0; k < o->n_subsets && !status; k++) {
            const double done =
                (double)(i * o->n_subsets + k) / ((double)o->n_subsets * (double)o->n_iterations);
            double value = 0.0;
            status = moly_progress_step(o->progress, 0.2 + 0.8 * done, what, err);
            status = status ? status : update(s, k, &value, err);
            change = status || k < o->n_subsets - 1
                         ? NAN
                         : image_change(s->before, s->image, s->n_voxels);
            if (!status && o->on_update) {
                const moly_osem_update at = {i, k, value, change, s->image};
                status = o->on_update(o->context, &at, err);
            }
        }
    }
    return status;
}

static moly_status make_room(listed *s, const moly_grid *grid, moly_error *err)
{
    const moly_list_options *o = s->options;
    moly_status status =
        moly_pet_projector_new(s->model->layout, grid, &o->projector, &s->projector, err);
    if (!status && o->psf_fwhm_mm > 0.0) {
        status = moly_operator_gaussian(grid, o->psf_fwhm_mm,
                                        moly_pet_projector_n_threads(s->projector), &s->psf, err);
    }
    s->n_voxels = (size_t)moly_grid_n_voxels(grid);
    float **buffers[] = {&s->image, &s->blurred, &s->back, &s->before, &s->sensitivity};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers && !status; i++) {
        *buffers[i] = moly_alloc(s->n_voxels, sizeof(float));
        status = *buffers[i] ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    return status;
}

moly_status moly_listmode_osem(const moly_list_model *model, const moly_grid *grid,
                               const moly_list_options *options, float *columns, int64_t *n_used,
                               moly_error *err)
{
    listed s = {.model = model, .options = options};
    /* the factors' own bins: without TOF */
    const moly_pet_model bins = {.prompts = model->factors, .factors = model->factors};
    const subset_options how = {
        .n_subsets = 1, .psf_fwhm_mm = options->psf_fwhm_mm, .projector = options->projector};
    moly_status status = check(model, options, err);
    status = status ? status : take_events(&s, err);
    status = status ? status : make_room(&s, grid, err);
    status = status ? status : subset_model_open(&bins, grid, &how, &s.whole, err);
    if (!status) {
        for (size_t i = 0; i < s.n_voxels; i++) {
            s.image[i] = 1.0F;
        }
        subset_mask(&s.whole, s.image);
        status = iterate(&s, err);
    }
    if (!status) {
        memcpy(columns, s.image, s.n_voxels * sizeof *columns);
        if (n_used) {
            *n_used = (int64_t)s.n;
        }
    }
    subset_model_close(&s.whole);
    moly_pet_projector_free(s.projector);
    moly_operator_free(s.psf);
    float *buffers[] = {s.image, s.blurred, s.back, s.before, s.sensitivity, s.added, s.values};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) {
        moly_free(buffers[i]);
    }
    moly_free(s.events);
    moly_free(s.times);
    return status;
}

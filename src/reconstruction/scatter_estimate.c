/* SPDX-License-Identifier: Apache-2.0 */
/* Scatter of a scan: image and scatter in turn, scaled by what lies outside of the body. */
#include <math.h>
#include <string.h>

#include "direct.h"
#include "moly/base/memory.h"
#include "moly/base/parallel.h"
#include "moly/reconstruction/osem.h"
#include "scatter_inside.h"

static const double image_mm = 8.0;
static const int64_t usual_rounds = 4, updates = 32, later_updates = 16, most_subsets = 16;
static const double clear = 0.99;        /* transmission of a line that misses the body */
static const double margin_mm = 20.0;    /* and of its neighbours that far */
static const double least_counts = 2000; /* in the bins outside: fewer tell nothing */
static const double axial_fwhm_mm = 40.0, axial_spread = 0.1; /* scale of a plane: smooth, and how
                                                                 far it strays from the mean */
static const double unfitted_scale = 1.1;                     /* of the NEMA body phantom */
static const double fwhm_to_sigma = 0.42466090014400953;      /* 1 / (2 sqrt(2 ln 2)) */

typedef struct estimate {
    const moly_scatter_data *data;
    const moly_scatter_options *options;
    moly_layout *direct;
    moly_sinogram *prompts, *sensitivity, *factors, *randoms; /* direct planes */
    moly_sinogram *background, *single;                       /* of the round */
    moly_volume *image;
    float *columns; /* the image as columns */
    bool has_image;
    uint8_t *is_tail; /* [views][tangential][planes] */
    double *scale;    /* [planes] */
    moly_scatter *scatter;
    int n_threads;
} estimate;

static void release(estimate *e)
{
    moly_layout_free(e->direct);
    moly_sinogram_free(e->prompts);
    moly_sinogram_free(e->sensitivity);
    moly_sinogram_free(e->factors);
    moly_sinogram_free(e->randoms);
    moly_sinogram_free(e->background);
    moly_sinogram_free(e->single);
    moly_volume_free(e->image);
    moly_free(e->columns);
    moly_free(e->is_tail);
    moly_free(e->scale);
    moly_scatter_free(e->scatter);
}

/* ---- direct data ---- */

static moly_status check_bins(const moly_sinogram *given, const moly_layout *l, bool has_tof,
                              const char *what, moly_error *err)
{
    const moly_layout *g = given ? moly_sinogram_layout(given) : l;
    if (g->n_views != l->n_views || g->n_tangential != l->n_tangential ||
        g->n_planes != l->n_planes ||
        (given && g->n_tof != 1 && !(has_tof && g->n_tof == l->n_tof))) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "scatter: the %s have other bins than the prompts",
                         what);
    }
    return MOLY_OK;
}

static moly_status sum_all(estimate *e, moly_error *err)
{
    const moly_scatter_data *d = e->data;
    const moly_layout *l = moly_sinogram_layout(d->prompts);
    moly_status status = check_bins(d->sensitivity, l, false, "sensitivities", err);
    status = status ? status : check_bins(d->factors, l, false, "factors", err);
    status = status ? status : check_bins(d->randoms, l, true, "randoms", err);
    status = status ? status : direct_layout(l, &e->direct, err);
    status = status ? status : direct_sum(d->prompts, e->direct, e->n_threads, &e->prompts, err);
    status = status ? status : direct_sum(d->factors, e->direct, e->n_threads, &e->factors, err);
    status =
        status ? status : direct_sum(d->sensitivity, e->direct, e->n_threads, &e->sensitivity, err);
    if (!status && d->randoms) {
        status = direct_sum(d->randoms, e->direct, e->n_threads, &e->randoms, err);
    }
    return status;
}

static moly_status make_image(estimate *e, moly_error *err)
{
    const moly_layout *l = e->direct;
    const double length = moly_pet_length(&l->scanner);
    double radius = 0.0;
    for (int64_t t = 0; t < l->n_tangential; t++) {
        double a[2], b[2];
        if (moly_layout_line(l, 0, t, a, b)) {
            radius =
                fmax(radius, fabs(a[0] * b[1] - a[1] * b[0]) / hypot(b[0] - a[0], b[1] - a[1]));
        }
    }
    const double z_mm = fmax(0.5 * l->scanner.ring_pitch_mm, 0.5 * image_mm);
    const int64_t half = (int64_t)ceil(radius / image_mm);
    const int64_t half_z = (int64_t)ceil(0.5 * length / z_mm);
    const moly_grid grid = {
        {2 * half + 1, 2 * half + 1, 2 * half_z + 1},
        {image_mm, image_mm, z_mm},
        {-image_mm * (double)half, -image_mm * (double)half, -z_mm * (double)half_z},
        {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    moly_status status = moly_volume_new(&grid, 1, MOLY_QUANTITY_UNKNOWN, &e->image, err);
    if (!status) {
        e->columns = moly_alloc((size_t)moly_grid_n_voxels(&grid), sizeof *e->columns);
        status = e->columns ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    return status;
}

/* From the second round on from the image of the last one. */
static moly_status reconstruct(estimate *e, const moly_sinogram *background, moly_error *err)
{
    const moly_layout *l = e->direct;
    const moly_pet_model model = {e->prompts, e->factors, background};
    moly_osem_options options = {.n_subsets = 1,
                                 .start = e->has_image ? e->columns : NULL,
                                 .projector = {.n_threads = e->n_threads}};
    for (int64_t n = 1; n <= most_subsets; n++) {
        options.n_subsets = l->n_views % n == 0 ? n : options.n_subsets;
    }
    const int64_t wanted = options.start ? later_updates : updates;
    options.n_iterations = (wanted + options.n_subsets - 1) / options.n_subsets;
    moly_status status = moly_osem(&model, &e->image->grid, &options, e->columns, err);
    if (!status) {
        moly_columns_to_volume(e->columns, e->image, 0);
        e->has_image = true;
    }
    return status;
}

/* ---- the bins outside of the body ---- */

/* Clear themselves, and all neighbours within the margin. */
static void mark_row(const float *sensitivity, const float *factors, int64_t n, int64_t n_planes,
                     int64_t margin, int64_t plane, uint8_t *is_tail)
{
    int64_t last_dense = -margin - 1;
    for (int pass = 0; pass < 2; pass++) { /* what is dense before it, then behind it */
        for (int64_t i = 0; i < n; i++) {
            const int64_t t = pass ? n - 1 - i : i, at = t * n_planes + plane;
            const bool is_seen = sensitivity[at] > 0.0F;
            if (is_seen && (double)factors[at] < clear * (double)sensitivity[at]) {
                last_dense = i;
            }
            const bool is_far = is_seen && i - last_dense > margin;
            is_tail[at] = (uint8_t)(is_far && (pass == 0 || is_tail[at]));
        }
        last_dense = -margin - 1;
    }
}

static double bin_mm(const moly_layout *l)
{
    double a[2], b[2], c[2], d[2];
    const int64_t t = l->n_tangential / 2;
    if (l->n_tangential < 4 || !moly_layout_line(l, 0, t, a, b) ||
        !moly_layout_line(l, 0, t - 2, c, d)) {
        return 2.0;
    }
    return fmax(0.5, 0.25 * hypot(a[0] + b[0] - c[0] - d[0], a[1] + b[1] - c[1] - d[1]));
}

static moly_status find_tails(estimate *e, moly_error *err)
{
    const moly_layout *l = e->direct;
    const size_t n = (size_t)moly_layout_view_bins(l);
    const int64_t margin = (int64_t)ceil(margin_mm / bin_mm(l));
    float *rows = moly_alloc(2 * n, sizeof *rows);
    e->is_tail = moly_alloc((size_t)l->n_views, n);
    e->scale = moly_alloc((size_t)l->n_planes, sizeof *e->scale);
    moly_status status = rows && e->is_tail && e->scale ? MOLY_OK : MOLY_NO_MEMORY(err);
    for (int64_t v = 0; v < l->n_views && !status; v++) {
        status = moly_sinogram_read_view(e->sensitivity, v, rows, err);
        status = status ? status : moly_sinogram_read_view(e->factors, v, rows + n, err);
        for (int64_t p = 0; p < l->n_planes && !status; p++) {
            mark_row(rows, rows + n, l->n_tangential, l->n_planes, margin, p,
                     e->is_tail + (size_t)v * n);
        }
    }
    moly_free(rows);
    return status;
}

/* Sums over the bins outside, weighted as counts of a mean `scale` * single + randoms ask for. */
typedef struct tails {
    double *excess, *single, *variance; /* [planes] */
    double counts;
    double all_single, all_unscattered; /* of all bins: single scatter, prompts less randoms */
} tails;

static moly_status sum_tails(const estimate *e, double scale, tails *sums, moly_error *err)
{
    const moly_layout *l = e->direct;
    const size_t n = (size_t)moly_layout_view_bins(l), n_planes = (size_t)l->n_planes;
    float *rows = moly_alloc(3 * n, sizeof *rows), *single = rows + n, *randoms = single + n;
    moly_status status = rows ? MOLY_OK : MOLY_NO_MEMORY(err);
    memset(sums->excess, 0, 3 * n_planes * sizeof *sums->excess);
    sums->counts = sums->all_single = sums->all_unscattered = 0.0;
    for (int64_t v = 0; v < l->n_views && !status; v++) {
        status = moly_sinogram_read_view(e->prompts, v, rows, err);
        status = status ? status : moly_sinogram_read_view(e->single, v, single, err);
        if (!status && e->randoms) {
            status = moly_sinogram_read_view(e->randoms, v, randoms, err);
        }
        for (size_t i = 0; i < n && !status; i++) {
            const double s = (double)single[i], r = (double)randoms[i], y = (double)rows[i];
            sums->all_single += s;
            sums->all_unscattered += y - r;
            if (e->is_tail[(size_t)v * n + i] && s > 0.0) {
                const double w = s / (scale * s + r), p = (double)(i % n_planes);
                sums->excess[(size_t)p] += w * (y - r);
                sums->single[(size_t)p] += w * s;
                sums->variance[(size_t)p] += w * w * y;
                sums->counts += y - r;
            }
        }
    }
    moly_free(rows);
    return status;
}

static double ratio(const tails *t, size_t n_planes)
{
    double excess = 0.0, single = 0.0;
    for (size_t p = 0; p < n_planes; p++) {
        excess += t->excess[p];
        single += t->single[p];
    }
    return single > 0.0 ? excess / single : 0.0;
}

/* Each plane's scale: its own and its neighbours' counts, drawn to the mean of all as far as they
 * are uncertain. */
static void smooth_scales(const estimate *e, const tails *t, double mean)
{
    const moly_layout *l = e->direct;
    for (int64_t p = 0; p < l->n_planes; p++) {
        double z1, z2, excess = 0.0, single = 0.0, variance = 0.0;
        moly_layout_ends(l, p, &z1, &z2);
        for (int64_t q = 0; q < l->n_planes; q++) {
            double y1, y2;
            moly_layout_ends(l, q, &y1, &y2);
            const double apart = 0.5 * (z1 + z2 - y1 - y2) / (axial_fwhm_mm * fwhm_to_sigma);
            const double w = exp(-0.5 * apart * apart);
            excess += w * t->excess[q];
            single += w * t->single[q];
            variance += w * w * t->variance[q];
        }
        const double own = single > 0.0 ? excess / single : mean;
        const double error2 = single > 0.0 ? variance / (single * single) : 1.0;
        const double spread2 = pow(axial_spread * mean, 2.0);
        e->scale[p] = fmax(0.0, mean + (own - mean) * spread2 / (spread2 + error2));
    }
}

static moly_status fit(estimate *e, int64_t round, moly_scatter_figures *figures, moly_error *err)
{
    const size_t n_planes = (size_t)e->direct->n_planes;
    double *room = moly_alloc(n_planes, 3 * sizeof *room);
    if (!room) {
        return MOLY_NO_MEMORY(err);
    }
    tails t = {.excess = room, .single = room + n_planes, .variance = room + 2 * n_planes};
    double mean = 1.0;
    moly_status status = MOLY_OK;
    for (int i = 0; i < 3 && !status; i++) {
        status = sum_tails(e, mean, &t, err);
        figures->is_fitted = t.counts >= least_counts && ratio(&t, n_planes) > 0.0;
        mean = figures->is_fitted ? ratio(&t, n_planes) : unfitted_scale;
    }
    for (size_t p = 0; p < n_planes; p++) {
        e->scale[p] = mean;
    }
    if (!status && figures->is_fitted) {
        smooth_scales(e, &t, mean);
    }
    figures->tail_counts = t.counts;
    figures->scale[round] = mean;
    figures->fraction[round] =
        t.all_unscattered > 0.0 ? mean * t.all_single / t.all_unscattered : 0.0;
    moly_free(room);
    return status;
}

/* ---- rounds ---- */

static moly_status add_up(estimate *e, moly_error *err)
{
    const moly_layout *l = e->direct;
    const size_t n = (size_t)moly_layout_view_bins(l), n_planes = (size_t)l->n_planes;
    float *rows = moly_alloc(2 * n, sizeof *rows);
    moly_status status = rows ? MOLY_OK : MOLY_NO_MEMORY(err);
    moly_sinogram_free(e->background);
    e->background = NULL;
    status = status ? status : moly_sinogram_new(l, &e->background, err);
    for (int64_t v = 0; v < l->n_views && !status; v++) {
        status = moly_sinogram_read_view(e->single, v, rows, err);
        if (!status && e->randoms) {
            status = moly_sinogram_read_view(e->randoms, v, rows + n, err);
        }
        for (size_t i = 0; i < n && !status; i++) {
            rows[i] = (float)e->scale[i % n_planes] * rows[i] + rows[n + i];
        }
        status = status ? status : moly_sinogram_write_view(e->background, v, rows, err);
    }
    moly_free(rows);
    return status;
}

/* The scale into the scatter: nodes at the direct planes, which lie evenly but for block gaps. */
static moly_status keep_scale(estimate *e, moly_error *err)
{
    moly_scatter *s = e->scatter;
    const moly_layout *l = e->direct;
    double first = 0.0, last = 0.0, z2 = 0.0;
    moly_layout_ends(l, 0, &first, &z2);
    moly_layout_ends(l, l->n_planes - 1, &last, &z2);
    double *scale = moly_alloc((size_t)l->n_planes, sizeof *scale);
    if (!scale) {
        return MOLY_NO_MEMORY(err);
    }
    memcpy(scale, e->scale, (size_t)l->n_planes * sizeof *scale);
    moly_free(s->scale);
    s->scale = scale;
    s->n_scale = l->n_planes;
    s->scale_first_mm = first;
    s->scale_step_mm = l->n_planes > 1 ? (last - first) / (double)(l->n_planes - 1) : 1.0;
    return MOLY_OK;
}

/* Scatter of the image: without TOF for the fit; with it in the last round, for the bins. */
static moly_status simulate(estimate *e, bool is_last, moly_error *err)
{
    const moly_sinogram *prompts = e->data->prompts;
    moly_sinogram *counts = NULL;
    const moly_layout *l = is_last ? moly_sinogram_layout(prompts) : e->direct;
    moly_scatter_free(e->scatter);
    moly_sinogram_free(e->single);
    e->scatter = NULL;
    e->single = NULL;
    moly_layout plain = *moly_sinogram_layout(prompts);
    plain.n_tof = 1;
    plain.tof_mashing = 0;
    moly_status status =
        moly_scatter_simulate(l, e->image, e->data->mu_per_mm, e->options, &e->scatter, err);
    status = status ? status
                    : moly_scatter_sinogram(e->scatter, &plain, e->data->sensitivity, &counts, err);
    status = status ? status : direct_sum(counts, e->direct, e->n_threads, &e->single, err);
    moly_sinogram_free(counts);
    return status;
}

static moly_status run_rounds(estimate *e, moly_scatter_figures *figures, moly_error *err)
{
    const int64_t n = e->options->n_rounds > 0 ? e->options->n_rounds : usual_rounds;
    const moly_progress *progress = e->options->progress;
    moly_status status = MOLY_OK;
    figures->n_rounds = n;
    for (int64_t i = 0; i < n && !status; i++) {
        const double done = 0.3 + 0.7 * (double)i / (double)n;
        status = moly_progress_step(progress, done, "scatter", err);
        status = status ? status : reconstruct(e, i > 0 ? e->background : e->randoms, err);
        status = status ? status : simulate(e, i == n - 1, err);
        status = status ? status : fit(e, i, figures, err);
        status = status ? status : add_up(e, err);
    }
    return status ? status : keep_scale(e, err);
}

moly_status moly_scatter_estimate(const moly_scatter_data *data,
                                  const moly_scatter_options *options, moly_scatter **scatter,
                                  moly_scatter_figures *figures, moly_error *err)
{
    estimate e = {.data = data,
                  .options = options,
                  .n_threads = options->n_threads > 0 ? options->n_threads : moly_n_processors()};
    moly_scatter_figures made = {0};
    *scatter = NULL;
    moly_status status = moly_progress_step(options->progress, 0.0, "scatter: data", err);
    status = status ? status : sum_all(&e, err);
    status = status ? status : make_image(&e, err);
    status = status ? status : find_tails(&e, err);
    status = status ? status : run_rounds(&e, &made, err);
    if (!status) {
        made.n_points = (int64_t)e.scatter->n_points;
        made.n_detectors = e.scatter->detectors.n_angles * e.scatter->detectors.n_rings;
        *figures = made;
        *scatter = e.scatter;
        e.scatter = NULL;
    }
    release(&e);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPECT for parallel holes: turn, attenuate, blur, sum; and the transpose of each, backwards. */
#include "moly/projection/spect.h"

#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/parallel.h"
#include "spect_inside.h"

enum { MOST_ROWS = 64, MOST_TAPS = 63, HALF_TAPS = MOST_TAPS / 2, BLOCK = 16, PAD = 8 };
static const double sigma_per_fwhm = 0.42466090014400953;
static const double default_energy_kev = 140.5;
static const double mu_most_per_mm = 0.1;

/* A plane's kernel across and along the axis: taps[half + j]. */
typedef struct plane_kernel {
    int half_u, half_z;
    bool is_seen; /* in front of the collimator */
    float u[MOST_TAPS + 1], z[MOST_TAPS + 1];
} plane_kernel;

/* Where sample (iu, iw) of the turned frame lies in the image, in voxels, and the way back. */
typedef struct turn {
    double x0, y0, xu, yu, xw, yw; /* x = x0 + iu xu + iw xw */
    double u0, w0, ux, uy, wx, wy; /* u = u0 + ix ux + iy uy */
    double reach_u, reach_w;       /* of a voxel's footprint, samples */
} turn;

struct moly_spect_projector {
    moly_grid grid;
    moly_camera_view *views;
    int64_t n_views;
    size_t n_u, n_w, n_z, stride;
    double bin_mm, axial_mm;
    moly_spect_options options;
    moly_collimator collimator;
    double lead_mu_per_mm;
    const spect_kernels *kernels;
    int n_threads;
    float *mu;            /* columns, or NULL */
    float *turned;        /* [n_w][n_u][stride] */
    float *rows;          /* [n_threads][thread_room()] */
    plane_kernel *planes; /* [n_w], of the view at work */
};

/* A view at work. */
typedef struct job {
    moly_spect_projector *p;
    turn turn;
    const float *image; /* forward */
    float *bins;
    const float *bins_in; /* back */
    float *columns;
} job;

/* ---- geometry ---- */

static turn find_turn(const moly_spect_projector *p, double angle_rad)
{
    const moly_grid *g = &p->grid;
    const double c = cos(angle_rad), s = sin(angle_rad), dx = g->spacing_mm[0];
    const double u_first = -0.5 * ((double)p->n_u - 1.0) * p->bin_mm;
    const double w_first = -0.5 * ((double)p->n_w - 1.0) * dx;
    turn t;
    /* position = u (c, s) + w (-s, c): w grows away from the head */
    t.x0 = (u_first * c - w_first * s - g->origin_mm[0]) / dx;
    t.y0 = (u_first * s + w_first * c - g->origin_mm[1]) / dx;
    t.xu = p->bin_mm * c / dx;
    t.yu = p->bin_mm * s / dx;
    t.xw = -s;
    t.yw = c;
    t.u0 = (g->origin_mm[0] * c + g->origin_mm[1] * s - u_first) / p->bin_mm;
    t.w0 = (-g->origin_mm[0] * s + g->origin_mm[1] * c - w_first) / dx;
    t.ux = dx * c / p->bin_mm;
    t.uy = dx * s / p->bin_mm;
    t.wx = -s;
    t.wy = c;
    t.reach_u = (fabs(c) + fabs(s)) * dx / p->bin_mm;
    t.reach_w = fabs(c) + fabs(s);
    return t;
}

static int fill_taps(double sigma_samples, float taps[MOST_TAPS + 1])
{
    double sum = 0.0, values[HALF_TAPS + 1] = {0.0};
    int half = (int)ceil(4.0 * sigma_samples);
    half = half > HALF_TAPS ? HALF_TAPS : half;
    for (int j = 0; j <= half; j++) {
        values[j] = j == 0 ? 1.0 : exp(-0.5 * j * j / (sigma_samples * sigma_samples));
        sum += j == 0 ? values[j] : 2.0 * values[j];
    }
    while (half > 0 && values[half] < 1e-6 * sum) {
        half--;
    }
    for (int j = -half; j <= half; j++) {
        taps[half + j] = (float)(values[j < 0 ? -j : j] / sum);
    }
    return half;
}

static void find_planes(moly_spect_projector *p, double radius_mm)
{
    const double dx = p->grid.spacing_mm[0];
    for (size_t w = 0; w < p->n_w; w++) {
        plane_kernel *k = &p->planes[w];
        const double depth = radius_mm + ((double)w - 0.5 * ((double)p->n_w - 1.0)) * dx;
        double sigma = 0.0;
        k->is_seen = !p->options.collimator || depth > 0.0;
        if (p->options.collimator && k->is_seen) {
            sigma = sigma_per_fwhm *
                    hypot(p->options.intrinsic_fwhm_mm,
                          moly_collimator_fwhm_mm(&p->collimator, depth, p->lead_mu_per_mm));
        }
        k->half_u = fill_taps(sigma / p->bin_mm, k->u);
        k->half_z = fill_taps(sigma / p->axial_mm, k->z);
    }
}

/* ---- turning ---- */

/* The four voxels around a sample; those outside the image count as nothing. */
static int find_corners(const moly_spect_projector *p, double x, double y, float *weights,
                        size_t *voxels)
{
    const double fx = floor(x), fy = floor(y);
    const int64_t ix = (int64_t)fx, iy = (int64_t)fy;
    int n = 0;
    for (int64_t j = iy; j <= iy + 1; j++) {
        for (int64_t i = ix; i <= ix + 1; i++) {
            const double weight = (1.0 - fabs(x - (double)i)) * (1.0 - fabs(y - (double)j));
            if (i >= 0 && i < p->grid.n[0] && j >= 0 && j < p->grid.n[1] && weight > 0.0) {
                weights[n] = (float)weight;
                voxels[n++] = (size_t)(j * p->grid.n[0] + i);
            }
        }
    }
    return n;
}

/* A sample of the turned frame, all along the axis, from an image that is not. Nothing of the
 * turned image is kept: it would cost more to write and read again than to make. */
static void turn_row(const moly_spect_projector *p, const turn *t, const float *image, size_t u,
                     size_t w, float *out)
{
    const double x = t->x0 + (double)u * t->xu + (double)w * t->xw;
    const double y = t->y0 + (double)u * t->yu + (double)w * t->yw;
    const float *rows[4];
    float weights[4];
    size_t voxels[4];
    const int n = find_corners(p, x, y, weights, voxels);
    for (int i = 0; i < n; i++) {
        rows[i] = image + voxels[i] * p->n_z;
    }
    p->kernels->combine(p->n_z, n, weights, rows, false, out);
}

/* A row of the image takes back what was lent to samples: the same weights, gathered. */
static void turn_back(void *context, int64_t iy, int thread)
{
    const job *j = context;
    const moly_spect_projector *p = j->p;
    const turn *t = &j->turn;
    (void)thread;
    for (int64_t ix = 0; ix < p->grid.n[0]; ix++) {
        const double uc = t->u0 + (double)ix * t->ux + (double)iy * t->uy;
        const double wc = t->w0 + (double)ix * t->wx + (double)iy * t->wy;
        const float *rows[MOST_ROWS];
        float weights[MOST_ROWS];
        int n = 0;
        const int64_t u_end = (int64_t)fmin((double)p->n_u - 1.0, ceil(uc + t->reach_u));
        const int64_t w_end = (int64_t)fmin((double)p->n_w - 1.0, ceil(wc + t->reach_w));
        float *column = j->columns + (size_t)(iy * p->grid.n[0] + ix) * p->n_z;
        for (int64_t w = (int64_t)fmax(0.0, floor(wc - t->reach_w)); w <= w_end; w++) {
            for (int64_t u = (int64_t)fmax(0.0, floor(uc - t->reach_u)); u <= u_end; u++) {
                const double x = t->x0 + (double)u * t->xu + (double)w * t->xw;
                const double y = t->y0 + (double)u * t->yu + (double)w * t->yw;
                const double far_x = fabs(x - (double)ix), far_y = fabs(y - (double)iy);
                if (far_x < 1.0 && far_y < 1.0 && n < MOST_ROWS) {
                    weights[n] = (float)((1.0 - far_x) * (1.0 - far_y));
                    rows[n++] = p->turned + ((size_t)w * p->n_u + (size_t)u) * p->stride;
                }
            }
        }
        p->kernels->combine(p->n_z, n, weights, rows, true, column);
    }
}

/* ---- along the axis: attenuation and blur of one row of samples ---- */

/* Floats of a thread: a row with zeros before and behind, the path so far, a row of the turned
 * image and one of its attenuation, each with room between. */
static size_t thread_room(const moly_spect_projector *p)
{
    return 4 * (p->stride + 2 * HALF_TAPS + 2 * PAD);
}

static float *padded_row(const moly_spect_projector *p, int thread)
{
    return p->rows + (size_t)thread * thread_room(p) + HALF_TAPS + PAD;
}

static float *path_row(const moly_spect_projector *p, int thread)
{
    return padded_row(p, thread) + p->stride + 2 * HALF_TAPS + 2 * PAD;
}

static float *mu_row(const moly_spect_projector *p, int thread)
{
    return path_row(p, thread) + p->stride + 2 * HALF_TAPS + 2 * PAD;
}

static float *image_row(const moly_spect_projector *p, int thread)
{
    return mu_row(p, thread) + p->stride + 2 * HALF_TAPS + 2 * PAD;
}

static void blur_row(const moly_spect_projector *p, const plane_kernel *k, const float *padded,
                     float *out)
{
    const float *rows[MOST_TAPS + 1];
    for (int i = 0; i <= 2 * k->half_z; i++) {
        rows[i] = padded + i - k->half_z;
    }
    p->kernels->combine(p->n_z, 2 * k->half_z + 1, k->z, rows, false, out);
}

static void leave(void *context, int64_t u, int thread)
{
    const job *j = context;
    const moly_spect_projector *p = j->p;
    float *row = padded_row(p, thread), *path = path_row(p, thread);
    float *image = image_row(p, thread), *mu = mu_row(p, thread);
    const float half_step = (float)(0.5 * p->grid.spacing_mm[0]);
    memset(path, 0, p->stride * sizeof *path);
    for (size_t w = 0; w < p->n_w; w++) {
        const size_t at = (w * p->n_u + (size_t)u) * p->stride;
        if (!p->planes[w].is_seen) {
            continue;
        }
        if (p->mu) {
            turn_row(p, &j->turn, j->image, (size_t)u, w, image);
            turn_row(p, &j->turn, p->mu, (size_t)u, w, mu);
            p->kernels->attenuate(p->stride, half_step, mu, path, image, row);
        } else {
            turn_row(p, &j->turn, j->image, (size_t)u, w, row);
        }
        memset(row + p->n_z, 0, (p->stride - p->n_z) * sizeof *row);
        blur_row(p, &p->planes[w], row, p->turned + at);
    }
}

static int rows_across(const moly_spect_projector *p, const plane_kernel *k, const float *plane,
                       int64_t u, size_t stride, const float **rows, const float **taps)
{
    const int64_t from = u - k->half_u < 0 ? 0 : u - k->half_u;
    const int64_t to = u + k->half_u >= (int64_t)p->n_u ? (int64_t)p->n_u - 1 : u + k->half_u;
    int n = 0;
    *taps = k->u + (from - u + k->half_u);
    for (int64_t i = from; i <= to; i++) {
        rows[n++] = plane + (size_t)i * stride;
    }
    return n;
}

static void sum_block(void *context, int64_t block, int thread)
{
    const job *j = context;
    const moly_spect_projector *p = j->p;
    const int64_t n_u = (int64_t)p->n_u;
    const int64_t begin = block * BLOCK, end = begin + BLOCK < n_u ? begin + BLOCK : n_u;
    const double step = p->grid.spacing_mm[0];
    (void)thread;
    memset(j->bins + (size_t)begin * p->n_z, 0, (size_t)(end - begin) * p->n_z * sizeof(float));
    for (size_t w = 0; w < p->n_w; w++) {
        const plane_kernel *k = &p->planes[w];
        for (int64_t u = begin; u < end && k->is_seen; u++) {
            const float *rows[MOST_TAPS + 1], *taps;
            const int n =
                rows_across(p, k, p->turned + w * p->n_u * p->stride, u, p->stride, rows, &taps);
            p->kernels->combine(p->n_z, n, taps, rows, true, j->bins + (size_t)u * p->n_z);
        }
    }
    for (size_t i = (size_t)begin * p->n_z; i < (size_t)end * p->n_z; i++) {
        j->bins[i] *= (float)step;
    }
}

static void enter(void *context, int64_t u, int thread)
{
    const job *j = context;
    const moly_spect_projector *p = j->p;
    float *row = padded_row(p, thread), *path = path_row(p, thread), *mu = mu_row(p, thread);
    const float step = (float)p->grid.spacing_mm[0];
    memset(path, 0, p->stride * sizeof *path);
    for (size_t w = 0; w < p->n_w; w++) {
        const plane_kernel *k = &p->planes[w];
        float *out = p->turned + (w * p->n_u + (size_t)u) * p->stride;
        const float *rows[MOST_TAPS + 1], *taps;
        float scaled[MOST_TAPS + 1];
        memset(out, 0, p->stride * sizeof *out);
        if (!k->is_seen) {
            continue;
        }
        const int n = rows_across(p, k, j->bins_in, u, p->n_z, rows, &taps);
        for (int i = 0; i < n; i++) {
            scaled[i] = taps[i] * step;
        }
        p->kernels->combine(p->n_z, n, scaled, rows, false, row);
        memset(row + p->n_z, 0, (p->stride - p->n_z) * sizeof *row);
        blur_row(p, k, row, out);
        if (p->mu) {
            turn_row(p, &j->turn, p->mu, (size_t)u, w, mu);
            p->kernels->attenuate(p->stride, 0.5F * step, mu, path, out, out);
        }
    }
}

/* ---- views ---- */

static void start(moly_spect_projector *p, int64_t view, job *j)
{
    MOLY_ASSERT(view >= 0 && view < p->n_views);
    j->p = p;
    j->turn = find_turn(p, p->views[view].angle_rad);
    find_planes(p, p->views[view].radius_mm);
}

void moly_spect_project_view(moly_spect_projector *p, const float *columns, int64_t view,
                             float *bins)
{
    job j = {.image = columns, .bins = bins};
    start(p, view, &j);
    moly_parallel(p->n_threads, (int64_t)p->n_u, leave, &j);
    moly_parallel(p->n_threads, ((int64_t)p->n_u + BLOCK - 1) / BLOCK, sum_block, &j);
}

void moly_spect_back_project_view(moly_spect_projector *p, const float *bins, int64_t view,
                                  float *columns)
{
    job j = {.bins_in = bins, .columns = columns};
    start(p, view, &j);
    moly_parallel(p->n_threads, (int64_t)p->n_u, enter, &j);
    moly_parallel(p->n_threads, p->grid.n[1], turn_back, &j);
}

/* ---- making ---- */

static moly_status check_grid(const moly_projections *views, const moly_grid *g, moly_error *err)
{
    moly_status status = moly_grid_check(g, err);
    for (int i = 0; i < 9 && !status; i++) {
        if (fabs(g->direction[i] - (i % 4 == 0 ? 1.0 : 0.0)) > 1e-4) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "a projector's image lies along the scanner's axes; this one is "
                             "turned");
        }
    }
    if (!status && fabs(g->spacing_mm[0] - g->spacing_mm[1]) > 1e-4 * g->spacing_mm[0]) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE,
                           "a SPECT image is as fine in x as in y; this one has %g and %g mm",
                           g->spacing_mm[0], g->spacing_mm[1]);
    }
    if (!status && (g->n[2] != views->n_axial ||
                    fabs(g->spacing_mm[2] - views->axial_mm) > 1e-3 * views->axial_mm)) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE,
                           "the planes of a SPECT image are the rows of its views: %lld of %g mm; "
                           "this one has %lld of %g mm",
                           (long long)views->n_axial, views->axial_mm, (long long)g->n[2],
                           g->spacing_mm[2]);
    }
    if (!status &&
        (g->spacing_mm[0] > 2.0 * views->bin_mm || g->spacing_mm[0] < 0.25 * views->bin_mm)) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE,
                           "voxels of %g mm for bins of %g mm; a quarter to twice as large will do",
                           g->spacing_mm[0], views->bin_mm);
    }
    return status;
}

static moly_status check_mu(const moly_volume *mu, const moly_grid *grid, moly_error *err)
{
    if (!moly_grid_equal(&mu->grid, grid, 1e-3)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "the attenuation map has another grid than the image");
    }
    for (int64_t i = 0; i < moly_grid_n_voxels(grid); i++) {
        if (!(mu->data[i] >= 0.0F && (double)mu->data[i] <= mu_most_per_mm)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "attenuation of %g / mm in voxel %lld; 0 to %g",
                             (double)mu->data[i], (long long)i, mu_most_per_mm);
        }
    }
    return MOLY_OK;
}

static moly_status check_collimator(const moly_projections *views,
                                    const moly_spect_options *options, moly_error *err)
{
    if (!options->collimator) {
        return MOLY_OK;
    }
    if (moly_collimator_kind_of(options->collimator) != MOLY_COLLIMATOR_PARALLEL) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "the SPECT projector takes collimators with parallel holes; '%s' is '%s'",
                         options->collimator->name, options->collimator->shape);
    }
    for (int64_t v = 0; v < views->n_views; v++) {
        if (!(views->views[v].radius_mm > 0.0)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "view %lld has no radius", (long long)v);
        }
    }
    return moly_collimator_check(options->collimator, err);
}

static moly_status choose_kernels(moly_spect_projector *p, const char *wanted, moly_error *err)
{
    const spect_kernels *fast = spect_kernels_avx2(), *plain = spect_kernels_generic();
    if (!wanted) {
        p->kernels = fast ? fast : plain;
    } else if (fast && strcmp(wanted, fast->name) == 0) {
        p->kernels = fast;
    } else if (strcmp(wanted, plain->name) == 0) {
        p->kernels = plain;
    } else {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "no projector '%.30s' on this machine; there is '%s'",
                         wanted, fast ? fast->name : plain->name);
    }
    return MOLY_OK;
}

static moly_status make_room(moly_spect_projector *p, const moly_projections *views,
                             const moly_volume *mu, moly_error *err)
{
    const size_t plane = p->n_u * p->stride;
    p->views = moly_alloc((size_t)views->n_views, sizeof *p->views);
    p->turned = moly_alloc(p->n_w, plane * sizeof *p->turned);
    p->planes = moly_alloc(p->n_w, sizeof *p->planes);
    p->rows = moly_alloc((size_t)p->n_threads, thread_room(p) * sizeof *p->rows);
    if (mu) {
        p->mu = moly_alloc((size_t)moly_grid_n_voxels(&p->grid), sizeof *p->mu);
    }
    if (!p->views || !p->turned || !p->planes || !p->rows || (mu && !p->mu)) {
        return MOLY_NO_MEMORY(err);
    }
    memcpy(p->views, views->views, (size_t)views->n_views * sizeof *p->views);
    if (mu) {
        moly_columns_from_volume(mu, 0, p->mu);
    }
    return MOLY_OK;
}

moly_status moly_spect_projector_new(const moly_projections *views, const moly_grid *grid,
                                     const moly_spect_options *options,
                                     moly_spect_projector **projector, moly_error *err)
{
    *projector = NULL;
    moly_status status = check_grid(views, grid, err);
    status = status ? status : check_collimator(views, options, err);
    if (!status && options->mu_per_mm) {
        status = check_mu(options->mu_per_mm, grid, err);
    }
    if (!status && (options->n_threads < 0 || options->n_threads > MOLY_MOST_THREADS)) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "%d threads; 0 to %d", options->n_threads,
                           MOLY_MOST_THREADS);
    }
    if (status) {
        return status;
    }
    moly_spect_projector *p = moly_alloc(1, sizeof *p);
    if (!p) {
        return MOLY_NO_MEMORY(err);
    }
    p->grid = *grid;
    p->options = *options;
    p->n_views = views->n_views;
    p->n_u = (size_t)views->n_bins;
    p->n_w = (size_t)(grid->n[0] > grid->n[1] ? grid->n[0] : grid->n[1]);
    p->n_z = (size_t)views->n_axial;
    p->stride = (p->n_z + PAD - 1) / PAD * PAD;
    p->bin_mm = views->bin_mm;
    p->axial_mm = views->axial_mm;
    p->n_threads = options->n_threads ? options->n_threads : moly_n_processors();
    if (options->collimator) {
        const double energy = options->energy_kev > 0.0 ? options->energy_kev : default_energy_kev;
        p->collimator = *options->collimator;
        p->options.collimator = &p->collimator;
        p->lead_mu_per_mm = moly_lead_mu_per_mm(energy);
    }
    status = choose_kernels(p, options->back_end, err);
    status = status ? status : make_room(p, views, options->mu_per_mm, err);
    p->options.mu_per_mm = NULL;
    if (status) {
        moly_spect_projector_free(p);
        return status;
    }
    *projector = p;
    return MOLY_OK;
}

void moly_spect_projector_free(moly_spect_projector *projector)
{
    if (projector) {
        moly_free(projector->views);
        moly_free(projector->mu);
        moly_free(projector->turned);
        moly_free(projector->rows);
        moly_free(projector->planes);
        moly_free(projector);
    }
}

size_t moly_spect_projector_n_voxels(const moly_spect_projector *projector)
{
    return (size_t)moly_grid_n_voxels(&projector->grid);
}

size_t moly_spect_projector_view_bins(const moly_spect_projector *projector)
{
    return projector->n_u * projector->n_z;
}

const char *moly_spect_back_end(void)
{
    const spect_kernels *fast = spect_kernels_avx2();
    return fast ? fast->name : spect_kernels_generic()->name;
}

const char *moly_spect_projector_back_end(const moly_spect_projector *projector)
{
    return projector->kernels->name;
}

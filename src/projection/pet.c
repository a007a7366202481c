/* SPDX-License-Identifier: Apache-2.0 */
/* The PET projector: lines of a view shared by threads, planes of a line by lanes. */
#include "moly/projection/pet.h"

#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/parallel.h"
#include "pet_inside.h"

/* Lines that are back projected before their slabs go into the image. The order of additions hangs
 * on it, so it does not depend on the number of threads. */
enum { BATCH = 64, ROWS_AT_ONCE = 4, MOST_COLUMNS = 64 };

/* ---- making ---- */

const char *const *moly_projector_back_ends(void)
{
    static const char *names[3];
    const line_kernels *fast = line_kernels_avx2();
    names[0] = fast ? fast->name : line_kernels_generic()->name;
    names[1] = fast ? line_kernels_generic()->name : NULL;
    return names;
}

static moly_status choose_kernels(moly_pet_projector *p, const char *wanted, moly_error *err)
{
    const line_kernels *fast = line_kernels_avx2(), *plain = line_kernels_generic();
    if (wanted == NULL) {
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

static moly_status check_grid(const moly_grid *grid, moly_error *err)
{
    moly_status status = moly_grid_check(grid, err);
    for (int i = 0; i < 9 && !status; i++) {
        if (fabs(grid->direction[i] - (i % 4 == 0 ? 1.0 : 0.0)) > 1e-4) {
            status = MOLY_FAIL(err, MOLY_ERR_RANGE,
                               "a projector's image lies along the scanner's axes; this one is "
                               "turned");
        }
    }
    if (!status && moly_grid_n_voxels(grid) > INT32_MAX) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "an image of %lld voxels; a projector takes 2^31",
                           (long long)moly_grid_n_voxels(grid));
    }
    return status;
}

/* Columns that the widest strip can overlap, and the height of a bin. */
static moly_status measure_strips(moly_pet_projector *p, moly_error *err)
{
    const moly_pet_scanner *s = &p->layout->scanner;
    const double pi = 3.14159265358979323846, slant = 1.4142135623730951; /* of a line in a row */
    const double arc = pi * moly_pet_radius(s) / (double)s->n_detectors;
    const double pitch = s->n_sides > 0 ? s->crystal_pitch_mm : arc;
    const double bin = p->layout->is_arc_corrected ? p->layout->bin_mm : fmax(arc, pitch);
    const double voxel = fmin(p->grid.spacing_mm[0], p->grid.spacing_mm[1]);
    const double columns = ceil(2.0 * slant * bin / voxel) + 2.0;
    if (columns > MOST_COLUMNS) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "a bin of %.3g mm over voxels of %.3g mm: the distance-driven projector "
                         "takes voxels above %.3g mm here",
                         bin, voxel, 2.0 * slant * bin / (MOST_COLUMNS - 3));
    }
    p->n_columns = (int)columns;
    p->plane_height = s->ring_pitch_mm / p->grid.spacing_mm[2];
    return MOLY_OK;
}

static moly_status prepare(moly_pet_projector *p, moly_error *err)
{
    p->n_columns = 2;
    if (p->options.kind == MOLY_PROJECTOR_DISTANCE_DRIVEN) {
        moly_status status = measure_strips(p, err);
        if (status) {
            return status;
        }
    }
    for (int i = 0; i < 3; i++) {
        p->n[i] = (int)p->grid.n[i];
    }
    p->most_steps = p->n[0] > p->n[1] ? p->n[0] : p->n[1];
    p->stride = (p->n[2] + 3 + LANES - 1) / LANES * LANES;
    p->zeros = moly_alloc((size_t)p->n[2], sizeof *p->zeros);
    moly_status status = p->zeros ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : plan_planes(p, err);
    return status || p->layout->n_tof == 1 ? status : tabulate_tof(p, err);
}

moly_status moly_pet_projector_new(const moly_layout *layout, const moly_grid *grid,
                                   const moly_projector_options *options,
                                   moly_pet_projector **projector, moly_error *err)
{
    *projector = NULL;
    moly_status status = check_grid(grid, err);
    if (!status && (options->n_threads < 0 || options->n_threads > MOLY_MOST_THREADS ||
                    options->n_rays < 0 || options->n_rays > 64)) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE,
                           "%d threads, %lld rays; a projector takes up to %d threads, 64 rays",
                           options->n_threads, (long long)options->n_rays, MOLY_MOST_THREADS);
    }
    if (!status && options->kind == MOLY_PROJECTOR_SIDDON && layout->n_tof > 1) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "the Siddon projector knows no time of flight");
    }
    if (status) {
        return status;
    }
    moly_pet_projector *p = moly_alloc(1, sizeof *p);
    if (!p) {
        return MOLY_NO_MEMORY(err);
    }
    p->grid = *grid;
    p->options = *options;
    p->options.n_threads = options->n_threads ? options->n_threads : moly_n_processors();
    status = choose_kernels(p, options->back_end, err);
    status = status ? status : moly_layout_copy(layout, &p->layout, err);
    status = status ? status : prepare(p, err);
    if (status) {
        moly_pet_projector_free(p);
        return status;
    }
    *projector = p;
    return MOLY_OK;
}

void moly_pet_projector_free(moly_pet_projector *projector)
{
    if (projector) {
        plan_free(&projector->plan);
        moly_free(projector->tof.weights);
        moly_free(projector->curve_weights);
        moly_free(projector->zeros);
        moly_layout_free(projector->layout);
        moly_free(projector);
    }
}

size_t moly_pet_projector_n_voxels(const moly_pet_projector *projector)
{
    return (size_t)moly_grid_n_voxels(&projector->grid);
}

size_t moly_pet_projector_view_bins(const moly_pet_projector *projector)
{
    return (size_t)moly_layout_view_bins(projector->layout);
}

int moly_pet_projector_n_threads(const moly_pet_projector *projector)
{
    return projector->options.n_threads;
}

const char *moly_pet_projector_back_end(const moly_pet_projector *projector)
{
    return projector->kernels->name;
}

/* ---- a view's work ---- */

typedef struct view_work {
    const moly_pet_projector *p;
    int64_t view;
    const float *columns; /* forward */
    float *image;         /* back */
    float *bins_out;
    const float *bins_in;
    line_scratch *scratch; /* [n_threads] forward; [BATCH] back */
    int64_t first, n;      /* lines of the batch */
    bool is_along_x;
} view_work;

static lanes lanes_of(const moly_pet_projector *p, const plane_group *g)
{
    const size_t at = (size_t)g->first_chunk * LANES;
    return (lanes){p->plan.z + at, p->plan.dz + at, g->n_chunks};
}

static slab slab_of(const moly_pet_projector *p, const line_scratch *s)
{
    return (slab){s->rows, s->way.t, s->way.n_steps, p->stride, (float)(p->n[2] + 1)};
}

/* Step of a line in 3D, for a lane: the step across times the slope. */
static float step_of(const moly_pet_projector *p, const line_way *way, size_t lane)
{
    const float slope = p->plan.dz_mm[lane] / (float)way->length_mm;
    return (float)way->step_mm * sqrtf(1.0F + slope * slope);
}

/* Where a lane's bin begins or ends: its middle moved along z by `shift` rows. */
static lanes shifted(const moly_pet_projector *p, const plane_group *g, double shift, float *lane_z)
{
    lanes l = lanes_of(p, g);
    for (int i = 0; i < l.n_chunks * LANES; i++) {
        lane_z[i] = l.z[i] + (float)shift;
    }
    l.z = lane_z;
    return l;
}

/* A column's sums from its beginning: entry k is the integral up to the upper edge of voxel k - 1;
 * with entries half a voxel further than the middles, see plane_edges(). */
static void sum_up(float *row, int nz, int stride)
{
    float sum = 0.0F;
    for (int k = 1; k <= nz; k++) {
        sum += row[k];
        row[k] = sum;
    }
    for (int k = nz + 1; k < stride; k++) {
        row[k] = sum;
    }
}

static void sum_down(float *row, int nz, int stride)
{
    float sum = 0.0F;
    for (int k = stride - 1; k > nz; k--) {
        sum += row[k];
    }
    for (int k = nz; k >= 1; k--) {
        sum += row[k];
        row[k] = sum;
    }
}

static void fill_slab(const moly_pet_projector *p, line_scratch *s, const float *columns)
{
    const line_way *way = &s->way;
    const int nz = p->n[2];
    for (int i = 0; i < way->n_steps; i++) {
        float *row = s->rows + (size_t)i * (size_t)p->stride;
        const float *weights = way->weights + (size_t)i * (size_t)p->n_columns;
        const float *from[2] = {p->zeros, p->zeros};
        for (int k = 0; k < 2; k++) {
            if (weights[k] > 0.0F) {
                from[k] = columns + column_at(p, way, way->row[i], way->column[i] + k);
            }
        }
        row[0] = 0.0F;
        p->kernels->mix(nz, weights[0], from[0], weights[1], from[1], row + 1);
        for (int k = 2; k < p->n_columns; k++) {
            if (weights[k] > 0.0F) {
                p->kernels->add(nz, weights[k],
                                columns + column_at(p, way, way->row[i], way->column[i] + k),
                                row + 1);
            }
        }
        memset(row + 1 + nz, 0, (size_t)(p->stride - 1 - nz) * sizeof *row);
        if (p->plane_height > 0.0) {
            sum_up(row, nz, p->stride);
        }
    }
}

/* ---- forward ---- */

static void sum_lanes(const moly_pet_projector *p, const slab *rows, const lanes *l,
                      const tof_steps *steps, float *sums)
{
    if (!p->tof.weights) {
        p->kernels->forward(rows, l, sums);
        return;
    }
    memset(sums, 0, (size_t)(l->n_chunks * LANES) * (size_t)p->tof.n_bins * sizeof *sums);
    p->kernels->tof_forward(rows, l, steps, p->tof.n_bins, sums);
}

/* Joseph: the rows at the lanes. Distance driven: sums up to the upper edge less those up to the
 * lower one, over the height. */
static void forward_lanes(const moly_pet_projector *p, line_scratch *s, const plane_group *g)
{
    const slab rows = slab_of(p, s);
    const tof_steps steps = {s->tof_weights, s->tof_first, p->tof.n_windows};
    if (p->plane_height <= 0.0) {
        const lanes l = lanes_of(p, g);
        sum_lanes(p, &rows, &l, &steps, s->sums);
        return;
    }
    const double half = 0.5 * p->plane_height;
    const lanes upper = shifted(p, g, half - 0.5, s->lane_z);
    sum_lanes(p, &rows, &upper, &steps, s->sums);
    const lanes lower = shifted(p, g, -half - 0.5, s->lane_z);
    sum_lanes(p, &rows, &lower, &steps, s->others);
    const size_t n = (size_t)(g->n_chunks * LANES) * (size_t)(p->tof.weights ? p->tof.n_bins : 1);
    const float share = (float)(1.0 / p->plane_height);
    for (size_t i = 0; i < n; i++) {
        s->sums[i] = share * (s->sums[i] - s->others[i]);
    }
}

static void forward_group(const moly_pet_projector *p, line_scratch *s, const plane_group *g,
                          float *bins)
{
    const size_t first = (size_t)g->first_chunk * LANES, n = (size_t)g->n_chunks * LANES;
    if (!p->tof.weights) {
        forward_lanes(p, s, g);
        for (size_t i = 0; i < n; i++) {
            if (p->plan.plane[first + i] >= 0) {
                bins[p->plan.plane[first + i]] = s->sums[i] * step_of(p, &s->way, first + i);
            }
        }
        return;
    }
    const size_t n_bins = (size_t)p->tof.n_bins, n_tof = (size_t)p->layout->n_tof;
    const size_t n_planes = (size_t)p->layout->n_planes, before = (size_t)p->tof.width;
    find_tof_steps(p, &s->way, g->dz_mm, s->tof_weights, s->tof_first);
    forward_lanes(p, s, g);
    const float step = step_of(p, &s->way, first);
    for (size_t c = 0; c < (size_t)g->n_chunks; c++) {
        const int32_t *plane = p->plan.plane + first + c * LANES;
        for (size_t k = 0; k < n_tof; k++) {
            const float *sums = s->sums + (c * n_bins + before + k) * LANES;
            float *out = bins + k * n_planes;
            for (size_t i = 0; i < LANES; i++) {
                if (plane[i] >= 0) {
                    out[plane[i]] = sums[i] * step;
                }
            }
        }
    }
}

static void forward_line(void *context, int64_t tangential, int thread)
{
    const view_work *w = context;
    const moly_pet_projector *p = w->p;
    line_scratch *s = &w->scratch[thread];
    const size_t n = (size_t)(p->layout->n_tof * p->layout->n_planes);
    float *bins = w->bins_out + (size_t)tangential * n;
    if (!find_way(p, w->view, tangential, &s->way)) {
        memset(bins, 0, n * sizeof *bins);
        return;
    }
    fill_slab(p, s, w->columns);
    for (int g = 0; g < p->plan.n_groups; g++) {
        forward_group(p, s, &p->plan.groups[g], bins);
    }
}

static moly_status scratches_new(const moly_pet_projector *p, int n, line_scratch **scratch,
                                 moly_error *err)
{
    moly_status status = MOLY_OK;
    *scratch = moly_alloc((size_t)n, sizeof **scratch);
    if (!*scratch) {
        return MOLY_NO_MEMORY(err);
    }
    for (int i = 0; i < n && !status; i++) {
        status = scratch_new(p, true, &(*scratch)[i], err);
    }
    return status;
}

static void scratches_free(line_scratch *scratch, int n)
{
    for (int i = 0; scratch && i < n; i++) {
        scratch_free(&scratch[i]);
    }
    moly_free(scratch);
}

moly_status moly_pet_project_view(const moly_pet_projector *projector, const float *columns,
                                  int64_t view, float *bins, moly_error *err)
{
    const int n_threads = projector->options.n_threads;
    view_work w = {.p = projector, .view = view, .columns = columns, .bins_out = bins};
    if (projector->options.kind == MOLY_PROJECTOR_SIDDON) {
        return siddon_project_view(projector, columns, view, bins, err);
    }
    moly_status status = scratches_new(projector, n_threads, &w.scratch, err);
    if (!status) {
        moly_parallel(n_threads, projector->layout->n_tangential, forward_line, &w);
    }
    scratches_free(w.scratch, n_threads);
    return status;
}

/* ---- back ---- */

static void add_lanes(const moly_pet_projector *p, const slab *rows, const lanes *l,
                      const tof_steps *steps, const float *values)
{
    if (p->tof.weights) {
        p->kernels->tof_back(rows, l, steps, p->tof.n_bins, values);
    } else {
        p->kernels->back(rows, l, values);
    }
}

static void back_lanes(const moly_pet_projector *p, line_scratch *s, const plane_group *g)
{
    const slab rows = slab_of(p, s);
    const tof_steps steps = {s->tof_weights, s->tof_first, p->tof.n_windows};
    if (p->plane_height <= 0.0) {
        const lanes l = lanes_of(p, g);
        add_lanes(p, &rows, &l, &steps, s->sums);
        return;
    }
    const double half = 0.5 * p->plane_height;
    const size_t n = (size_t)(g->n_chunks * LANES) * (size_t)(p->tof.weights ? p->tof.n_bins : 1);
    const float share = (float)(1.0 / p->plane_height);
    for (size_t i = 0; i < n; i++) {
        s->sums[i] *= share;
        s->others[i] = -s->sums[i];
    }
    const lanes upper = shifted(p, g, half - 0.5, s->lane_z);
    add_lanes(p, &rows, &upper, &steps, s->sums);
    const lanes lower = shifted(p, g, -half - 0.5, s->lane_z);
    add_lanes(p, &rows, &lower, &steps, s->others);
}

static void back_group(const moly_pet_projector *p, line_scratch *s, const plane_group *g,
                       const float *bins)
{
    const size_t first = (size_t)g->first_chunk * LANES, n = (size_t)g->n_chunks * LANES;
    if (!p->tof.weights) {
        for (size_t i = 0; i < n; i++) {
            const int32_t plane = p->plan.plane[first + i];
            s->sums[i] = plane < 0 ? 0.0F : bins[plane] * step_of(p, &s->way, first + i);
        }
        back_lanes(p, s, g);
        return;
    }
    const size_t n_bins = (size_t)p->tof.n_bins, n_tof = (size_t)p->layout->n_tof;
    const size_t n_planes = (size_t)p->layout->n_planes, before = (size_t)p->tof.width;
    find_tof_steps(p, &s->way, g->dz_mm, s->tof_weights, s->tof_first);
    memset(s->sums, 0, n * n_bins * sizeof *s->sums);
    const float step = step_of(p, &s->way, first);
    for (size_t c = 0; c < (size_t)g->n_chunks; c++) {
        const int32_t *plane = p->plan.plane + first + c * LANES;
        for (size_t k = 0; k < n_tof; k++) {
            float *sums = s->sums + (c * n_bins + before + k) * LANES;
            const float *in = bins + k * n_planes;
            for (size_t i = 0; i < LANES; i++) {
                sums[i] = plane[i] < 0 ? 0.0F : in[plane[i]] * step;
            }
        }
    }
    back_lanes(p, s, g);
}

static void back_line(void *context, int64_t item, int thread)
{
    const view_work *w = context;
    const moly_pet_projector *p = w->p;
    line_scratch *s = &w->scratch[item];
    const int64_t tangential = w->first + item;
    const size_t n = (size_t)(p->layout->n_tof * p->layout->n_planes);
    (void)thread;
    if (!find_way(p, w->view, tangential, &s->way)) {
        return;
    }
    memset(s->rows, 0, (size_t)s->way.n_steps * (size_t)p->stride * sizeof *s->rows);
    for (int g = 0; g < p->plan.n_groups; g++) {
        back_group(p, s, &p->plan.groups[g], w->bins_in + (size_t)tangential * n);
    }
    for (int i = 0; i < s->way.n_steps && p->plane_height > 0.0; i++) {
        sum_down(s->rows + (size_t)i * (size_t)p->stride, p->n[2], p->stride);
    }
}

/* Slabs of the batch into a few rows of the image, line by line. */
static void gather_rows(void *context, int64_t item, int thread)
{
    const view_work *w = context;
    const moly_pet_projector *p = w->p;
    const int from = (int)item * ROWS_AT_ONCE, to = from + ROWS_AT_ONCE;
    (void)thread;
    for (int64_t line = 0; line < w->n; line++) {
        const line_scratch *s = &w->scratch[line];
        const line_way *way = &s->way;
        if (way->n_steps == 0 || way->is_along_x != w->is_along_x) {
            continue;
        }
        int i = from - way->row[0]; /* rows follow one another */
        for (i = i < 0 ? 0 : i; i < way->n_steps && way->row[i] < to; i++) {
            const float *row = s->rows + (size_t)i * (size_t)p->stride + 1;
            const float *weights = way->weights + (size_t)i * (size_t)p->n_columns;
            for (int k = 0; k < p->n_columns; k++) {
                if (weights[k] > 0.0F) {
                    p->kernels->add(p->n[2], weights[k], row,
                                    w->image + column_at(p, way, way->row[i], way->column[i] + k));
                }
            }
        }
    }
}

moly_status moly_pet_back_project_view(const moly_pet_projector *projector, const float *bins,
                                       int64_t view, float *columns, moly_error *err)
{
    const moly_pet_projector *p = projector;
    const int n_threads = p->options.n_threads;
    view_work w = {.p = p, .view = view, .image = columns, .bins_in = bins};
    if (p->options.kind == MOLY_PROJECTOR_SIDDON) {
        return siddon_back_project_view(p, bins, view, columns, err);
    }
    moly_status status = scratches_new(p, BATCH, &w.scratch, err);
    for (; w.first < p->layout->n_tangential && !status; w.first += BATCH) {
        const int64_t left = p->layout->n_tangential - w.first;
        w.n = left < BATCH ? left : BATCH;
        moly_parallel(n_threads, w.n, back_line, &w);
        for (int along = 0; along < 2; along++) {
            w.is_along_x = along == 1;
            const int n_rows = w.is_along_x ? p->n[0] : p->n[1];
            moly_parallel(n_threads, (n_rows + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE, gather_rows, &w);
        }
    }
    scratches_free(w.scratch, BATCH);
    return status;
}

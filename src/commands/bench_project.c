/* SPDX-License-Identifier: Apache-2.0 */
/* moly bench project: how fast and how exact the PET projectors are on this machine. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "bench.h"
#include "bench_osem.h"
#include "moly/base/memory.h"
#include "moly/base/random.h"
#include "moly/projection/pet.h"

enum {
    N_RUNS = 5,
    OSEM_VIEWS = 8,
    TOF_OSEM_VIEWS = 2,
    N_EVENTS = 400000,
    N_CHECKED = 64,
    N_XY = 215,
    N_Z = 71,
    TOF_MASHING = 13
};
#define VOXEL_MM 2.78
#define TOF_BIN_MM 25.371
#define TOF_SIGMA_MM 24.505
#define CYLINDER_RADIUS_MM 100.0
#define CYLINDER_LENGTH_MM 190.0
#define SEED 20261123
static const double half_light_mm_per_ps = 0.149896229;
static const double sigma_per_fwhm = 0.42466090014400953;

typedef struct bench_args {
    int bench_case;
    int64_t n_threads, view;
    const char *back_end;
} bench_args;

static const char *const cases[] = {"discovery-mi-view", NULL};

static const moly_param params[] = {
    {"case", 0, MOLY_CHOICE(bench_args, bench_case), .choices = cases,
     .fallback = "discovery-mi-view", .help = "what is projected"},
    {"threads", 'j', MOLY_I64(bench_args, n_threads), .min = 1.0, .max = 256.0, .fallback = "1",
     .help = "threads that share the work"},
    {"view", 0, MOLY_I64(bench_args, view), .min = 0.0, .max = 271.0, .fallback = "0",
     .help = "which of the 272 views"},
    {"back-end", 0, MOLY_TEXT(bench_args, back_end), .pattern_hint = "NAME",
     .help = "inner loops to use; the fastest ones here without it"},
};

static const moly_column columns[] = {
    {"forward_lors_per_s", "Forward / LOR/s", MOLY_DIM_NONE, 4},
    {"back_lors_per_s", "Back / LOR/s", MOLY_DIM_NONE, 4},
    {"tof_forward_lors_per_s", "TOF forward / LOR/s", MOLY_DIM_NONE, 4},
    {"tof_back_lors_per_s", "TOF back / LOR/s", MOLY_DIM_NONE, 4},
    {"listmode_tof_forward_events_per_s", "List mode TOF forward / events/s", MOLY_DIM_NONE, 4},
    {"listmode_tof_back_events_per_s", "List mode TOF back / events/s", MOLY_DIM_NONE, 4},
    {"osem_subiteration_ratio", "OSEM sub-iteration / its projections", MOLY_DIM_NONE, 3},
    {"tof_osem_subiteration_ratio", "TOF OSEM sub-iteration / its projections", MOLY_DIM_NONE, 3},
    {"tof_error", "Largest error of a TOF bin", MOLY_DIM_NONE, 2},
    {"adjoint_error", "Adjoint", MOLY_DIM_NONE, 2},
};
static const moly_view views[] = {{NULL, "", columns, sizeof columns / sizeof *columns}};

typedef struct figures {
    double forward_s, back_s, tof_forward_s, tof_back_s, list_forward_s, list_back_s;
    double osem_ratio, tof_osem_ratio;
    double tof_error, adjoint_error, n_lors;
    const char *back_end;
} figures;

typedef struct bench {
    const bench_args *args;
    const moly_progress *progress;
    moly_pet_scanner scanner;
    moly_layout *plain, *tof;
    moly_grid grid;
    float *image, *back, *bins, *other;
    size_t n_voxels, n_bins;
    figures f;
} bench;

/* ---- the case ---- */

/* GE Discovery MI with the image, TOF bins and kernel of the published comparison. */
static moly_status prepare(bench *b, moly_error *err)
{
    const moly_layout_options plain = {.max_difference = -1};
    const moly_layout_options tof = {.max_difference = -1, .tof_mashing = TOF_MASHING};
    moly_status status = moly_pet_scanner_find("ge-discovery-mi", &b->scanner, err);
    if (status) {
        return status;
    }
    b->scanner.tof_bin_ps = TOF_BIN_MM / TOF_MASHING / half_light_mm_per_ps;
    b->scanner.tof_fwhm_ps = TOF_SIGMA_MM / sigma_per_fwhm / half_light_mm_per_ps;
    b->grid = (moly_grid){
        {N_XY, N_XY, N_Z},
        {VOXEL_MM, VOXEL_MM, VOXEL_MM},
        {-0.5 * (N_XY - 1) * VOXEL_MM, -0.5 * (N_XY - 1) * VOXEL_MM, -0.5 * (N_Z - 1) * VOXEL_MM},
        {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    status = moly_layout_new(&b->scanner, &plain, &b->plain, err);
    status = status ? status : moly_layout_new(&b->scanner, &tof, &b->tof, err);
    if (status) {
        return status;
    }
    b->n_voxels = (size_t)moly_grid_n_voxels(&b->grid);
    b->n_bins = (size_t)moly_layout_view_bins(b->tof);
    b->f.n_lors = (double)moly_layout_view_bins(b->plain);
    b->image = moly_alloc(b->n_voxels, sizeof *b->image);
    b->back = moly_alloc(b->n_voxels, sizeof *b->back);
    b->bins = moly_alloc(b->n_bins, sizeof *b->bins);
    b->other = moly_alloc(b->n_bins, sizeof *b->other);
    return b->image && b->back && b->bins && b->other ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static void release(bench *b)
{
    moly_layout_free(b->plain);
    moly_layout_free(b->tof);
    moly_free(b->image);
    moly_free(b->back);
    moly_free(b->bins);
    moly_free(b->other);
}

static void fill(float *values, size_t n, float value)
{
    for (size_t i = 0; i < n; i++) {
        values[i] = value;
    }
}

static moly_projector_options options_of(const bench *b)
{
    return (moly_projector_options){.n_threads = (int)b->args->n_threads,
                                    .back_end = b->args->back_end};
}

static moly_status new_projector(const bench *b, const moly_layout *layout,
                                 moly_pet_projector **projector, moly_error *err)
{
    const moly_projector_options options = options_of(b);
    return moly_pet_projector_new(layout, &b->grid, &options, projector, err);
}

/* ---- views ---- */

static moly_status time_view(bench *b, const moly_pet_projector *p, size_t n_bins,
                             double *forward_s, double *back_s, moly_error *err)
{
    moly_status status = MOLY_OK;
    *forward_s = *back_s = INFINITY;
    fill(b->image, b->n_voxels, 1.0F);
    fill(b->other, n_bins, 1.0F);
    for (int i = 0; i < N_RUNS && !status; i++) {
        const double begin = bench_seconds();
        status = moly_pet_project_view(p, b->image, b->args->view, b->bins, err);
        *forward_s = fmin(*forward_s, bench_seconds() - begin);
    }
    for (int i = 0; i < N_RUNS && !status; i++) {
        const double begin = bench_seconds();
        status = moly_pet_back_project_view(p, b->other, b->args->view, b->back, err);
        *back_s = fmin(*back_s, bench_seconds() - begin);
    }
    return status;
}

/* |<A x, y> - <x, A' y>| / |A x| |y| for random x and y. */
static moly_status check_adjoint(bench *b, const moly_pet_projector *p, size_t n_bins,
                                 moly_error *err)
{
    moly_random draws = moly_random_stream(SEED, 1);
    double forward = 0.0, back = 0.0, xx = 0.0, yy = 0.0;
    for (size_t i = 0; i < b->n_voxels; i++) {
        b->image[i] = (float)moly_random_uniform(&draws);
    }
    for (size_t i = 0; i < n_bins; i++) {
        b->other[i] = (float)moly_random_uniform(&draws) - 0.5F;
    }
    fill(b->back, b->n_voxels, 0.0F);
    moly_status status = moly_pet_project_view(p, b->image, b->args->view, b->bins, err);
    status = status ? status : moly_pet_back_project_view(p, b->other, b->args->view, b->back, err);
    for (size_t i = 0; i < n_bins && !status; i++) {
        forward += (double)b->bins[i] * (double)b->other[i];
        xx += (double)b->bins[i] * (double)b->bins[i];
        yy += (double)b->other[i] * (double)b->other[i];
    }
    for (size_t i = 0; i < b->n_voxels && !status; i++) {
        back += (double)b->back[i] * (double)b->image[i];
    }
    b->f.adjoint_error = fmax(b->f.adjoint_error, fabs(forward - back) / sqrt(xx * yy));
    return status;
}

/* ---- error of the TOF bins ---- */

static double pixel(const bench *b, int ix, int iy, double z)
{
    const int iz = (int)floor(z);
    const double part = z - iz;
    const float *column = b->image + ((size_t)iy * N_XY + (size_t)ix) * N_Z;
    return iz < 0 || iz >= N_Z - 1
               ? 0.0
               : (1.0 - part) * (double)column[iz] + part * (double)column[iz + 1];
}

/* The bins of one line in double precision: the same interpolation, the timing kernel's exact
 * integral over each bin for every sample, nothing cut off. */
static void exact_bins(const bench *b, int64_t tangential, int64_t plane, double *bins)
{
    double a[2], c[2], z1, z2;
    const int n_tof = (int)b->tof->n_tof;
    (void)moly_layout_line(b->tof, b->args->view, tangential, a, c);
    moly_layout_ends(b->tof, plane, &z1, &z2);
    const double d[3] = {c[0] - a[0], c[1] - a[1], z2 - z1};
    const int m = fabs(d[0]) >= fabs(d[1]) ? 0 : 1, o = 1 - m;
    const double length = sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
    const double step = VOXEL_MM * length / fabs(d[m]);
    const double scale = 1.0 / (sqrt(2.0) * TOF_SIGMA_MM);
    memset(bins, 0, (size_t)n_tof * sizeof *bins);
    for (int i = 0; i < N_XY; i++) {
        const double t = (b->grid.origin_mm[m] + VOXEL_MM * i - a[m]) / d[m];
        const double u = (a[o] + t * d[o] - b->grid.origin_mm[o]) / VOXEL_MM;
        const double z = (z1 + t * d[2] - b->grid.origin_mm[2]) / VOXEL_MM;
        const int iu = (int)floor(u);
        if (iu < 0 || iu >= N_XY - 1) {
            continue;
        }
        const double part = u - iu;
        const double low = m == 0 ? pixel(b, i, iu, z) : pixel(b, iu, i, z);
        const double high = m == 0 ? pixel(b, i, iu + 1, z) : pixel(b, iu + 1, i, z);
        const double v = step * ((1.0 - part) * low + part * high);
        const double at = (0.5 - t) * length; /* from the middle towards crystal 1 */
        for (int k = 0; k < n_tof; k++) {
            const double from = ((double)k - 0.5 * n_tof) * TOF_BIN_MM - at;
            bins[k] += 0.5 * v * (erf((from + TOF_BIN_MM) * scale) - erf(from * scale));
        }
    }
}

/* Largest difference of a bin from the exact one, as a share of the largest bin of its line; a
 * warm cylinder with hot rods. */
static moly_status check_tof(bench *b, const moly_pet_projector *p, moly_error *err)
{
    const int64_t n_tof = b->tof->n_tof, n_planes = b->tof->n_planes;
    moly_random draws = moly_random_stream(SEED, 2);
    double exact[64];
    MOLY_ASSERT(n_tof <= 64);
    for (int y = 0; y < N_XY; y++) {
        for (int x = 0; x < N_XY; x++) {
            const int middle = N_XY / 2;
            const double u = (x - middle) * VOXEL_MM, v = (y - middle) * VOXEL_MM;
            const bool is_in = u * u + v * v < 200.0 * 200.0;
            fill(b->image + ((size_t)y * N_XY + (size_t)x) * N_Z, N_Z,
                 is_in ? (x / 12 + y / 12) % 5 == 0 ? 4.0F : 1.0F : 0.0F);
        }
    }
    moly_status status = moly_pet_project_view(p, b->image, b->args->view, b->bins, err);
    for (int i = 0; i < N_CHECKED && !status; i++) {
        const int64_t t =
            (int64_t)((0.3 + 0.4 * moly_random_uniform(&draws)) * (double)b->tof->n_tangential);
        const int64_t plane = (int64_t)(moly_random_uniform(&draws) * (double)n_planes);
        double largest = 0.0, error = 0.0;
        exact_bins(b, t, plane, exact);
        for (int64_t k = 0; k < n_tof; k++) {
            const double bin = (double)b->bins[(t * n_tof + k) * n_planes + plane];
            largest = fmax(largest, exact[k]);
            error = fmax(error, fabs(bin - exact[k]));
        }
        b->f.tof_error = fmax(b->f.tof_error, error / largest);
    }
    return status;
}

/* ---- list mode ---- */

/* Where the line of two crystals runs through the cylinder, as shares of its length. */
static bool chord(const double a[3], const double c[3], double *from, double *to)
{
    const double d[3] = {c[0] - a[0], c[1] - a[1], c[2] - a[2]};
    const double aa = d[0] * d[0] + d[1] * d[1], ab = a[0] * d[0] + a[1] * d[1];
    const double rest =
        ab * ab - aa * (a[0] * a[0] + a[1] * a[1] - CYLINDER_RADIUS_MM * CYLINDER_RADIUS_MM);
    if (aa <= 0.0 || rest <= 0.0) {
        return false;
    }
    *from = (-ab - sqrt(rest)) / aa;
    *to = (-ab + sqrt(rest)) / aa;
    if (fabs(d[2]) > 0.0) {
        const double p = (-0.5 * CYLINDER_LENGTH_MM - a[2]) / d[2];
        const double q = (0.5 * CYLINDER_LENGTH_MM - a[2]) / d[2];
        *from = fmax(*from, fmin(p, q));
        *to = fmin(*to, fmax(p, q));
    }
    return *to > *from;
}

/* Pairs of crystals as often as their lines are long in the cylinder; a place on the line; TOF. */
static void draw_events(const bench *b, moly_event *events)
{
    moly_random draws = moly_random_stream(SEED, 3);
    const double n_crystals = (double)(b->scanner.n_rings * b->scanner.n_detectors);
    const double longest = sqrt(4.0 * CYLINDER_RADIUS_MM * CYLINDER_RADIUS_MM +
                                CYLINDER_LENGTH_MM * CYLINDER_LENGTH_MM);
    for (size_t n = 0; n < N_EVENTS;) {
        moly_event e = {.crystal_1 = (uint32_t)(n_crystals * moly_random_uniform(&draws)),
                        .crystal_2 = (uint32_t)(n_crystals * moly_random_uniform(&draws))};
        double a[3], c[3], from, to;
        moly_pet_crystal(&b->scanner, e.crystal_1 / (uint32_t)b->scanner.n_detectors,
                         e.crystal_1 % (uint32_t)b->scanner.n_detectors, a);
        moly_pet_crystal(&b->scanner, e.crystal_2 / (uint32_t)b->scanner.n_detectors,
                         e.crystal_2 % (uint32_t)b->scanner.n_detectors, c);
        if (!chord(a, c, &from, &to)) {
            continue;
        }
        const double length = sqrt((c[0] - a[0]) * (c[0] - a[0]) + (c[1] - a[1]) * (c[1] - a[1]) +
                                   (c[2] - a[2]) * (c[2] - a[2]));
        if (moly_random_uniform(&draws) * longest > (to - from) * length) {
            continue;
        }
        const double t = from + (to - from) * moly_random_uniform(&draws);
        const double at = (0.5 - t) * length + TOF_SIGMA_MM * moly_random_normal(&draws);
        e.tof_bin = (int16_t)(TOF_MASHING * (int)lround(at / TOF_BIN_MM));
        events[n++] = e;
    }
}

static moly_status time_events(bench *b, const moly_pet_projector *p, moly_error *err)
{
    moly_event *events = moly_alloc(N_EVENTS, sizeof *events);
    moly_status status = events ? MOLY_OK : MOLY_NO_MEMORY(err);
    b->f.list_forward_s = b->f.list_back_s = INFINITY;
    if (!status) {
        draw_events(b, events);
        fill(b->image, b->n_voxels, 1.0F);
        fill(b->other, N_EVENTS, 1.0F);
    }
    for (int i = 0; i < N_RUNS && !status; i++) {
        const double begin = bench_seconds();
        status = moly_pet_project_events(p, b->image, events, N_EVENTS, b->bins, err);
        b->f.list_forward_s = fmin(b->f.list_forward_s, bench_seconds() - begin);
    }
    for (int i = 0; i < N_RUNS && !status; i++) {
        const double begin = bench_seconds();
        status = moly_pet_back_project_events(p, events, b->other, N_EVENTS, b->back, err);
        b->f.list_back_s = fmin(b->f.list_back_s, bench_seconds() - begin);
    }
    moly_free(events);
    return status;
}

/* ---- the command ---- */

static moly_status measure(bench *b, moly_error *err)
{
    moly_pet_projector *plain = NULL, *tof = NULL;
    const size_t n_lors = (size_t)moly_layout_view_bins(b->plain);
    moly_status status = new_projector(b, b->plain, &plain, err);
    status = status ? status : new_projector(b, b->tof, &tof, err);
    if (!status) {
        b->f.back_end = moly_pet_projector_back_end(plain);
        status = time_view(b, plain, n_lors, &b->f.forward_s, &b->f.back_s, err);
    }
    status = status ? status : check_adjoint(b, plain, n_lors, err);
    status = status ? status : moly_progress_step(b->progress, 0.2, "time of flight", err);
    status =
        status ? status : time_view(b, tof, b->n_bins, &b->f.tof_forward_s, &b->f.tof_back_s, err);
    status = status ? status : check_adjoint(b, tof, b->n_bins, err);
    status = status ? status : check_tof(b, tof, err);
    status = status ? status : moly_progress_step(b->progress, 0.7, "list mode", err);
    status = status ? status : time_events(b, tof, err);
    moly_pet_projector_free(plain);
    moly_pet_projector_free(tof);
    const moly_projector_options options = options_of(b);
    status = status ? status : moly_progress_step(b->progress, 0.8, "OSEM", err);
    status = status ? status
                    : bench_osem(b->plain, OSEM_VIEWS, &b->grid, &options, &b->f.osem_ratio, err);
    status =
        status ? status
               : bench_osem(b->tof, TOF_OSEM_VIEWS, &b->grid, &options, &b->f.tof_osem_ratio, err);
    return status;
}

static moly_status make_result(const bench *b, json_t **result, moly_error *err)
{
    const figures *f = &b->f;
    const bench_figure numbers[] = {
        {"forward_lors_per_s", f->n_lors / f->forward_s, 4},
        {"back_lors_per_s", f->n_lors / f->back_s, 4},
        {"tof_forward_lors_per_s", f->n_lors / f->tof_forward_s, 4},
        {"tof_back_lors_per_s", f->n_lors / f->tof_back_s, 4},
        {"listmode_tof_forward_events_per_s", N_EVENTS / f->list_forward_s, 4},
        {"listmode_tof_back_events_per_s", N_EVENTS / f->list_back_s, 4},
        {"osem_subiteration_ratio", f->osem_ratio, 3},
        {"tof_osem_subiteration_ratio", f->tof_osem_ratio, 3},
        {"tof_error", f->tof_error, 3},
        {"adjoint_error", f->adjoint_error, 3},
        {"peak_memory_mb", bench_peak_mb(), 4},
    };
    json_t *r = json_pack("{s:s, s:s, s:I, s:I, s:s, s:i}", "bench", "project", "case",
                          cases[b->args->bench_case], "view", (json_int_t)b->args->view, "threads",
                          (json_int_t)b->args->n_threads, "back_end", f->back_end,
                          "listmode_events", N_EVENTS);
    return bench_result(r, numbers, sizeof numbers / sizeof *numbers, result, err);
}

static moly_status run(const void *raw_args, const moly_run *run, json_t **result, moly_error *err)
{
    bench b = {.args = raw_args, .progress = run->progress};
    moly_status status = prepare(&b, err);
    status = status ? status : measure(&b, err);
    status = status ? status : make_result(&b, result, err);
    release(&b);
    return status;
}

const moly_command moly_command_bench_project = {
    .declaration =
        {
            .name = "bench project",
            .summary = "Measure speed and error of the PET projectors",
            .description =
                "One view of a GE Discovery MI: 415 tangential bins of 1296 planes, an image of "
                "215 x 215 x 71 voxels of 2.78 mm; with time of flight 29 bins of 25.371 mm and a "
                "kernel of 24.505 mm sigma; and 400,000 coincidences of a uniform cylinder one by "
                "one. Rates are the best of five runs. A sub-iteration of OSEM (8 views, with time "
                "of "
                "flight 2, resolution of 4.5 mm modelled) is told as a multiple of the forward and "
                "back projection of its views.\n\n"
                "The TOF error is the largest difference of a bin from double precision with the "
                "kernel's exact integral, as a share of the largest bin of its line.",
            .example = "moly bench project",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(bench_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};

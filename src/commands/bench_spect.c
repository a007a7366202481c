/* SPDX-License-Identifier: Apache-2.0 */
/* moly bench spect: how fast and how exact the SPECT projector is on this machine. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "bench.h"
#include "moly/base/memory.h"
#include "moly/base/random.h"
#include "moly/projection/spect.h"

enum { SIDE = 128, N_VIEWS = 120, N_MEASURED = 12 };
#define PIXEL_MM 4.42
#define RADIUS_MM 250.0
#define BODY_MM 200.0
#define WATER_PER_MM 0.0154
#define SEED 20261124

typedef struct bench_args {
    int64_t n_threads;
    const char *camera, *collimator, *back_end;
} bench_args;

static const moly_param params[] = {
    {"threads", 'j', MOLY_I64(bench_args, n_threads), .min = 1.0, .max = 256.0, .fallback = "1",
     .help = "threads that share the work"},
    {"camera", 0, MOLY_TEXT(bench_args, camera), .pattern_hint = "NAME", .fallback = "ge-nm-ct-670",
     .help = "gamma camera, or a file that ends in .camera"},
    {"collimator", 0, MOLY_TEXT(bench_args, collimator), .pattern_hint = "NAME", .fallback = "LEHR",
     .help = "one of the camera's collimators"},
    {"back-end", 0, MOLY_TEXT(bench_args, back_end), .pattern_hint = "NAME",
     .help = "inner loops to use; the fastest ones here without it"},
};

static const moly_column columns[] = {
    {"forward_cpu_s_per_view", "Forward / CPU s a view", MOLY_DIM_NONE, 4},
    {"back_cpu_s_per_view", "Back / CPU s a view", MOLY_DIM_NONE, 4},
    {"cpu_s_per_view", "Both / CPU s a view", MOLY_DIM_NONE, 4},
    {"wall_s_per_view", "Both / s a view", MOLY_DIM_NONE, 4},
    {"adjoint_error", "Adjoint", MOLY_DIM_NONE, 2},
};
static const moly_view views_shown[] = {{NULL, "", columns, sizeof columns / sizeof *columns}};

typedef struct bench {
    const bench_args *args;
    const moly_progress *progress;
    moly_projections *views;
    moly_volume *mu;
    moly_spect_projector *projector;
    float *image, *back, *bins, *other;
    double forward_s, back_s, wall_s, adjoint_error;
} bench;

static moly_status make_projector(bench *b, moly_error *err)
{
    const double first = -0.5 * (SIDE - 1) * PIXEL_MM;
    const moly_grid grid = {{SIDE, SIDE, SIDE},
                            {PIXEL_MM, PIXEL_MM, PIXEL_MM},
                            {first, first, first},
                            {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    moly_gamma_camera camera;
    moly_collimator collimator;
    moly_status status = moly_gamma_camera_find(b->args->camera, &camera, err);
    status =
        status ? status : moly_gamma_collimator(&camera, b->args->collimator, &collimator, err);
    status = status ? status
                    : moly_projections_new(1, 1, N_VIEWS, SIDE, SIDE, PIXEL_MM, PIXEL_MM, &b->views,
                                           err);
    status = status ? status : moly_volume_new(&grid, 1, MOLY_QUANTITY_PER_MM, &b->mu, err);
    if (status) {
        return status;
    }
    moly_projections_orbit(b->views, 0.0, 2.0 * acos(-1.0), RADIUS_MM, 0.0);
    for (int64_t i = 0; i < moly_grid_n_voxels(&grid); i++) {
        double at[3];
        moly_grid_voxel_position(&grid, i, at);
        b->mu->data[i] = hypot(at[0], at[1]) < BODY_MM ? (float)WATER_PER_MM : 0.0F;
    }
    const moly_spect_options options = {.collimator = &collimator,
                                        .intrinsic_fwhm_mm = camera.intrinsic_fwhm_mm,
                                        .mu_per_mm = b->mu,
                                        .n_threads = (int)b->args->n_threads,
                                        .back_end = b->args->back_end};
    return moly_spect_projector_new(b->views, &grid, &options, &b->projector, err);
}

static moly_status prepare(bench *b, moly_error *err)
{
    moly_status status = make_projector(b, err);
    if (status) {
        return status;
    }
    const size_t n = moly_spect_projector_n_voxels(b->projector);
    const size_t m = moly_spect_projector_view_bins(b->projector);
    moly_random draws = moly_random_stream(SEED, 1);
    b->image = moly_alloc(n, sizeof *b->image);
    b->back = moly_alloc(n, sizeof *b->back);
    b->bins = moly_alloc(m, sizeof *b->bins);
    b->other = moly_alloc(m, sizeof *b->other);
    if (!b->image || !b->back || !b->bins || !b->other) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < n; i++) {
        b->image[i] = (float)moly_random_uniform(&draws);
    }
    for (size_t i = 0; i < m; i++) {
        b->other[i] = (float)moly_random_uniform(&draws) - 0.5F;
    }
    return MOLY_OK;
}

static void release(bench *b)
{
    moly_spect_projector_free(b->projector);
    moly_projections_free(b->views);
    moly_volume_free(b->mu);
    moly_free(b->image);
    moly_free(b->back);
    moly_free(b->bins);
    moly_free(b->other);
}

static double dot(const float *a, const float *b, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)a[i] * (double)b[i];
    }
    return sum;
}

static moly_status measure(bench *b, moly_error *err)
{
    const size_t n = moly_spect_projector_n_voxels(b->projector);
    const size_t m = moly_spect_projector_view_bins(b->projector);
    moly_status status = MOLY_OK;
    for (int i = 0; i < N_MEASURED && !status; i++) {
        const int64_t view = (int64_t)i * N_VIEWS / N_MEASURED;
        memset(b->back, 0, n * sizeof *b->back);
        const double wall = bench_seconds(), begin = bench_cpu_seconds();
        moly_spect_project_view(b->projector, b->image, view, b->bins);
        const double middle = bench_cpu_seconds();
        moly_spect_back_project_view(b->projector, b->other, view, b->back);
        b->back_s += (bench_cpu_seconds() - middle) / N_MEASURED;
        b->forward_s += (middle - begin) / N_MEASURED;
        b->wall_s += (bench_seconds() - wall) / N_MEASURED;
        const double size = sqrt(dot(b->bins, b->bins, m) * dot(b->other, b->other, m));
        b->adjoint_error = fmax(b->adjoint_error,
                                fabs(dot(b->bins, b->other, m) - dot(b->image, b->back, n)) / size);
        status = moly_progress_step(b->progress, (i + 1.0) / N_MEASURED, "views", err);
    }
    return status;
}

static moly_status make_result(const bench *b, json_t **result, moly_error *err)
{
    const bench_figure figures[] = {
        {"forward_cpu_s_per_view", b->forward_s, 4},     {"back_cpu_s_per_view", b->back_s, 4},
        {"cpu_s_per_view", b->forward_s + b->back_s, 4}, {"wall_s_per_view", b->wall_s, 4},
        {"adjoint_error", b->adjoint_error, 3},          {"peak_memory_mb", bench_peak_mb(), 4},
    };
    json_t *r = json_pack(
        "{s:s, s:[i,i,i], s:i, s:I, s:s, s:s, s:s}", "bench", "spect", "image", SIDE, SIDE, SIDE,
        "views", N_VIEWS, "threads", (json_int_t)b->args->n_threads, "camera", b->args->camera,
        "collimator", b->args->collimator, "back_end", moly_spect_projector_back_end(b->projector));
    return bench_result(r, figures, sizeof figures / sizeof *figures, result, err);
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

const moly_command moly_command_bench_spect = {
    .declaration =
        {
            .name = "bench spect",
            .summary = "Measure speed and error of the SPECT projector",
            .description =
                "An image of 128 x 128 x 128 voxels of 4.42 mm in a cylinder of water, a circular "
                "orbit of 120 views at 250 mm, attenuation on the way and the collimator's blur "
                "at every depth by direct convolution in both directions. Means over 12 views.",
            .example = "moly bench spect",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(bench_args),
        },
    .views = views_shown,
    .n_views = sizeof views_shown / sizeof *views_shown,
    .run = run,
};

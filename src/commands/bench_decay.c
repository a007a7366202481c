/* SPDX-License-Identifier: Apache-2.0 */
/* moly bench decay: how fast and how exact the decay engine is on this machine. */
#include "bench_decay.h"

#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "bench.h"

#define N_TIMES 1000
#define N_RUNS 5
#define SLICE 96 /* times in flight: their results stay in the processor's cache */
#define START_BQ 1e6
#define MOST_THREADS 256
#define N_KEPT 8       /* times whose results are kept for the check */
#define CHECK_EVERY 12 /* members */
#define FIRST_S 1e-3
#define LAST_S 1e9

typedef struct bench_args {
    int64_t n_threads;
    const char *data;
} bench_args;

static const moly_param params[] = {
    {"threads", 'j', MOLY_I64(bench_args, n_threads), .min = 1.0, .max = MOST_THREADS,
     .fallback = "1", .help = "threads that share the times"},
    DATA_PARAM(bench_args, data),
};

static const moly_column columns[] = {
    {"full_inventory_1000_times_s", "Every nuclide, 1000 times", MOLY_DIM_TIME, 3},
    {"ac225_chain_1000_times_s", "Ac-225 chain, 1000 times", MOLY_DIM_TIME, 3},
    {"largest_relative_error", "Largest relative error", MOLY_DIM_NONE, 2},
    {"n_checked", "Checked", MOLY_DIM_NONE, 0},
    {"load_s", "Load", MOLY_DIM_TIME, 3},
    {"peak_memory_mb", "Memory / MB", MOLY_DIM_NONE, 3},
};
static const moly_view views[] = {{NULL, "", columns, 6}};

static double time_at(size_t i)
{
    return FIRST_S * pow(LAST_S / FIRST_S, (double)i / (N_TIMES - 1));
}

static size_t kept_time(size_t k)
{
    return k * (N_TIMES - 1) / (N_KEPT - 1);
}

/* ---- networks ---- */

/* Members of the set that are in `members`, all of it when NULL; 1 MBq of the `n_hot` first. */
static moly_status make_network(const moly_nuclide_set *set, const uint32_t *members, size_t n,
                                size_t n_hot, moly_arena *arena, bench_network *network,
                                moly_error *err)
{
    size_t n_set = moly_nuclide_set_size(set), n_branches = 0;
    uint32_t *local = moly_arena_alloc(arena, n_set + 1, sizeof *local);
    network->lambda = moly_arena_alloc(arena, n + 1, sizeof *network->lambda);
    network->start = moly_arena_alloc(arena, n + 1, sizeof *network->start);
    for (size_t i = 0; i < n_set; i++) {
        n_branches += moly_nuclide_at(set, i)->n_branches;
    }
    network->feeds = moly_arena_alloc(arena, n_branches + 1, sizeof *network->feeds);
    if (local == NULL || network->lambda == NULL || network->start == NULL ||
        network->feeds == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    network->n = n;
    for (size_t i = 0; i < n; i++) {
        local[members != NULL ? members[i] : i] = (uint32_t)(i + 1);
    }
    for (size_t i = 0; i < n; i++) {
        const moly_nuclide *nuclide = moly_nuclide_at(set, members != NULL ? members[i] : i);
        network->lambda[i] = nuclide->lambda_per_s;
        network->start[i] =
            nuclide->is_stable || i >= n_hot ? 0.0 : START_BQ / nuclide->lambda_per_s;
        for (size_t b = 0; b < nuclide->n_branches; b++) {
            const moly_branch *branch = &nuclide->branches[b];
            if (branch->daughter != MOLY_NO_DAUGHTER && local[branch->daughter] != 0 &&
                branch->fraction > 0.0) {
                network->feeds[network->n_feeds++] =
                    (moly_feed){(uint32_t)i, local[branch->daughter] - 1, branch->fraction};
            }
        }
    }
    return MOLY_OK;
}

static moly_status make_chain(const moly_nuclide_set *set, const moly_decay_engine *engine,
                              const char *name, moly_arena *arena, bench_network *network,
                              moly_error *err)
{
    size_t parent;
    moly_status status = moly_nuclide_find(set, name, &parent, err);
    if (status != MOLY_OK) {
        return status;
    }
    uint32_t *members = moly_arena_alloc(arena, moly_nuclide_set_size(set) + 1, sizeof *members);
    if (members == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    uint32_t first = (uint32_t)parent;
    size_t n = moly_decay_reachable(engine, &first, 1, members);
    return make_network(set, members, n, 1, arena, network, err);
}

/* ---- runs ---- */

/* Results of one slice of times, and what is kept of all of them. */
typedef struct worker {
    const moly_decay_engine *engine;
    const bench_network *network;
    size_t begin, end;                 /* times */
    double *atoms, *decays, *activity; /* [SLICE][n] */
    double *kept_atoms, *kept_decays;  /* [N_KEPT][n], shared; each row has one writer */
    moly_status status;
    moly_error err;
} worker;

static void work_slice(worker *w, size_t begin, size_t n_times)
{
    size_t n = w->network->n;
    double times[SLICE];
    for (size_t i = 0; i < n_times; i++) {
        times[i] = time_at(begin + i);
    }
    w->status = moly_decay_atoms(w->engine, w->network->start, times, n_times, w->atoms, w->decays,
                                 &w->err);
    if (w->status != MOLY_OK) {
        return;
    }
    for (size_t i = 0; i < n_times; i++) {
        for (size_t j = 0; j < n; j++) {
            w->activity[i * n + j] = w->atoms[i * n + j] * w->network->lambda[j];
        }
    }
    for (size_t k = 0; k < N_KEPT; k++) {
        size_t at = kept_time(k);
        if (at >= begin && at < begin + n_times) {
            memcpy(w->kept_atoms + k * n, w->atoms + (at - begin) * n, n * sizeof *w->atoms);
            memcpy(w->kept_decays + k * n, w->decays + (at - begin) * n, n * sizeof *w->decays);
        }
    }
}

static void *work(void *context)
{
    worker *w = context;
    for (size_t t = w->begin; t < w->end && w->status == MOLY_OK; t += SLICE) {
        work_slice(w, t, w->end - t < SLICE ? w->end - t : SLICE);
    }
    return NULL;
}

static moly_status run_once(worker *workers, size_t n_threads, double *taken_s, moly_error *err)
{
    pthread_t threads[MOST_THREADS];
    size_t n_started = 0;
    double begin = bench_seconds();
    for (size_t i = 1; i < n_threads; i++) {
        if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0) {
            break;
        }
        n_started = i;
    }
    (void)work(&workers[0]);
    for (size_t i = n_started + 1; i < n_threads; i++) {
        (void)work(&workers[i]); /* no thread was to be had */
    }
    for (size_t i = 1; i <= n_started; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    *taken_s = bench_seconds() - begin;
    for (size_t i = 0; i < n_threads; i++) {
        if (workers[i].status != MOLY_OK) {
            return MOLY_FAIL(err, workers[i].status, "%s", workers[i].err.message);
        }
    }
    return MOLY_OK;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median of N_RUNS runs; the results of the last one are kept. */
static moly_status measure(const bench_network *network, size_t n_threads, moly_arena *arena,
                           double **kept_atoms, double **kept_decays, double *median_s,
                           moly_error *err)
{
    moly_decay_engine *engine = NULL;
    size_t n = network->n;
    double taken_s[N_RUNS];
    worker *workers = moly_arena_alloc(arena, n_threads, sizeof *workers);
    *kept_atoms = moly_arena_alloc(arena, N_KEPT, n * sizeof **kept_atoms);
    *kept_decays = moly_arena_alloc(arena, N_KEPT, n * sizeof **kept_decays);
    if (workers == NULL || *kept_atoms == NULL || *kept_decays == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status =
        moly_decay_engine_new(n, network->lambda, network->n_feeds, network->feeds, &engine, err);
    for (size_t i = 0; i < n_threads && status == MOLY_OK; i++) {
        workers[i] = (worker){.engine = engine,
                              .network = network,
                              .begin = i * N_TIMES / n_threads,
                              .end = (i + 1) * N_TIMES / n_threads,
                              .atoms = moly_arena_alloc(arena, SLICE, n * sizeof(double)),
                              .decays = moly_arena_alloc(arena, SLICE, n * sizeof(double)),
                              .activity = moly_arena_alloc(arena, SLICE, n * sizeof(double)),
                              .kept_atoms = *kept_atoms,
                              .kept_decays = *kept_decays};
        if (workers[i].atoms == NULL || workers[i].decays == NULL || workers[i].activity == NULL) {
            status = MOLY_NO_MEMORY(err);
        }
    }
    for (size_t r = 0; r < N_RUNS && status == MOLY_OK; r++) {
        status = run_once(workers, n_threads, &taken_s[r], err);
    }
    if (status == MOLY_OK) {
        qsort(taken_s, N_RUNS, sizeof *taken_s, by_size);
        *median_s = taken_s[N_RUNS / 2];
    }
    moly_decay_engine_free(engine);
    return status;
}

/* ---- check ---- */

typedef struct check {
    double largest;
    size_t n_checked, n_skipped;
} check;

static void compare(check *c, double value, double reference)
{
    if (reference > 1e-290) {
        double error = fabs(value - reference) / reference;
        c->largest = error <= c->largest ? c->largest : error; /* a NaN counts */
        c->n_checked++;
    }
}

static moly_status check_sample(const bench_network *network, size_t every, const double *atoms,
                                const double *decays, check *c, moly_error *err)
{
    for (size_t k = 0; k < N_KEPT; k++) {
        for (size_t j = 0; j < network->n; j += every) {
            bool is_checked = false;
            double wanted_atoms = 0.0, wanted_decays = 0.0;
            moly_status status = bench_decay_reference(
                network, j, time_at(kept_time(k)), &is_checked, &wanted_atoms, &wanted_decays, err);
            if (status != MOLY_OK) {
                return status;
            }
            if (!is_checked) {
                c->n_skipped++;
                continue;
            }
            compare(c, atoms[k * network->n + j], wanted_atoms);
            compare(c, decays[k * network->n + j], wanted_decays);
        }
    }
    return MOLY_OK;
}

/* ---- the command ---- */

typedef struct figures {
    double load_s, full_s, chain_s;
    size_t n_members;
    check check;
} figures;

static moly_status make_result(const char *set_name, const bench_args *args, const figures *f,
                               json_t **result, moly_error *err)
{
    json_t *r = json_object();
    int failed = json_object_set_new(r, "bench", json_string("decay"));
    failed |= json_object_set_new(r, "data_set", json_string(set_name));
    failed |= json_object_set_new(r, "members", json_integer((json_int_t)f->n_members));
    failed |= json_object_set_new(r, "threads", json_integer((json_int_t)args->n_threads));
    failed |= json_object_set_new(r, "load_s", moly_json_rounded(f->load_s, 4));
    failed |=
        json_object_set_new(r, "full_inventory_1000_times_s", moly_json_rounded(f->full_s, 4));
    failed |= json_object_set_new(r, "ac225_chain_1000_times_s", moly_json_rounded(f->chain_s, 4));
    failed |=
        json_object_set_new(r, "largest_relative_error", moly_json_rounded(f->check.largest, 3));
    failed |= json_object_set_new(r, "n_checked", json_integer((json_int_t)f->check.n_checked));
    failed |= json_object_set_new(r, "n_skipped", json_integer((json_int_t)f->check.n_skipped));
    failed |= json_object_set_new(
        r, "reference",
        json_string("matrix exponential from positive terms in 128-bit floating point"));
    failed |= json_object_set_new(r, "peak_memory_mb", moly_json_rounded(bench_peak_mb(), 3));
    if (failed != 0) {
        json_decref(r);
        return MOLY_NO_MEMORY(err);
    }
    *result = r;
    return MOLY_OK;
}

static moly_status bench_set(const moly_nuclide_set *set, const moly_decay_engine *engine,
                             size_t n_threads, moly_arena *arena, figures *f, moly_error *err)
{
    bench_network full = {0}, chain = {0};
    double *atoms = NULL, *decays = NULL;
    f->n_members = moly_nuclide_set_size(set);
    moly_status status = make_network(set, NULL, f->n_members, f->n_members, arena, &full, err);
    if (status == MOLY_OK) {
        status = measure(&full, n_threads, arena, &atoms, &decays, &f->full_s, err);
    }
    if (status == MOLY_OK) {
        status = check_sample(&full, CHECK_EVERY, atoms, decays, &f->check, err);
    }
    if (status == MOLY_OK) {
        status = make_chain(set, engine, "Ac-225", arena, &chain, err);
    }
    if (status == MOLY_OK) {
        status = measure(&chain, 1, arena, &atoms, &decays, &f->chain_s, err);
    }
    if (status == MOLY_OK) {
        status = check_sample(&chain, 1, atoms, decays, &f->check, err);
    }
    return status;
}

static moly_status run(const void *raw_args, const moly_run *run, json_t **result, moly_error *err)
{
    const bench_args *args = raw_args;
    moly_nuclide_set *loaded = NULL;
    const moly_nuclide_set *set = NULL;
    moly_decay_engine *engine = NULL;
    figures f = {0};
    double begin = bench_seconds();
    moly_status status = commands_open_set(args->data, &loaded, &set, err);
    if (status == MOLY_OK) {
        status = moly_decay_engine_for_set(set, &engine, err);
    }
    f.load_s = bench_seconds() - begin;
    if (status == MOLY_OK) {
        status = bench_set(set, engine, (size_t)args->n_threads, run->arena, &f, err);
    }
    if (status == MOLY_OK) {
        status = make_result(moly_nuclide_set_name(set), args, &f, result, err);
    }
    moly_decay_engine_free(engine);
    moly_nuclide_set_free(loaded);
    return status;
}

const moly_command moly_command_bench_decay = {
    .declaration =
        {
            .name = "bench decay",
            .summary = "Measure speed and error of the decay engine",
            .description =
                "Every nuclide of the data at 1 MBq as one inventory, and pure Ac-225: activity, "
                "atoms and decays of all members at 1000 times from 1 ms to 1e9 s, evenly on a "
                "logarithmic scale. Times are medians of five runs, after loading.\n\n"
                "The error is the largest relative one among atoms and decays of a sample of the "
                "same run (every twelfth member of the whole, every member of the chain, eight "
                "times), against 128-bit arithmetic by another method.",
            .example = "moly bench decay",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(bench_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* moly bench generator: how long a generator's schedule takes, and how far its sum is from the
 * closed form. */
#include <jansson.h>
#include <math.h>

#include "bench.h"
#include "commands_inside.h"
#include "moly/production/generator.h"

#define N_RUNS 200
#define N_ELUTIONS 14
#define ACTIVITY_BQ 37e9

typedef struct bench_args {
    const char *data;
} bench_args;

static const moly_param params[] = {DATA_PARAM(bench_args, data)};

static const moly_column columns[] = {
    {"generator", "Generator", MOLY_DIM_NONE, 0},
    {"schedule_s", "14 elutions", MOLY_DIM_TIME, 3},
    {"relative_error", "Parent against its half-life", MOLY_DIM_NONE, 2},
};
static const moly_view views[] = {{NULL, "generators", columns, 3}};

static moly_status bench_one(const moly_nuclide_set *set, const moly_generator_kind *kind,
                             json_t *rows, moly_error *err)
{
    moly_generator *generator = NULL;
    moly_elution elutions[N_ELUTIONS];
    moly_elution_result results[N_ELUTIONS];
    double shortest_s = INFINITY;
    size_t daughter = 0;
    moly_status status = moly_generator_new(set, kind->parent, kind->daughter, &generator, err);
    if (status == MOLY_OK) {
        status = moly_nuclide_find(set, kind->daughter, &daughter, err);
    }
    for (size_t i = 0; i < N_ELUTIONS && status == MOLY_OK; i++) {
        elutions[i] = (moly_elution){
            (double)(i + 1) * 4.0 * moly_nuclide_at(set, daughter)->half_life_s, 0.9, 0.0};
    }
    for (int i = 0; i < N_RUNS && status == MOLY_OK; i++) {
        double begin = bench_seconds();
        status = moly_generator_schedule(generator, ACTIVITY_BQ, true, N_ELUTIONS, elutions, NAN,
                                         results, err);
        shortest_s = fmin(shortest_s, bench_seconds() - begin);
    }
    if (status == MOLY_OK) {
        const moly_nuclide *parent = moly_nuclide_at(set, moly_generator_member(generator, 0));
        const moly_elution_result *last = &results[N_ELUTIONS - 1];
        double wanted = ACTIVITY_BQ * exp2(-last->after_s / parent->half_life_s);
        json_t *row = json_pack(
            "{so so so}", "generator", json_sprintf("%s/%s", kind->parent, kind->daughter),
            "schedule_s", moly_json_rounded(shortest_s, 3), "relative_error",
            moly_json_rounded(fabs(last->parent_on_column_bq / wanted - 1.0), 2));
        status = json_array_append_new(rows, row) == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    moly_generator_free(generator);
    return status;
}

static moly_status run(const void *raw_args, const moly_run *run, json_t **result, moly_error *err)
{
    (void)run;
    const bench_args *args = raw_args;
    moly_nuclide_set *loaded = NULL;
    const moly_nuclide_set *set = NULL;
    json_t *rows = json_array();
    size_t n = 0;
    const moly_generator_kind *kinds = moly_generator_kinds(&n);
    moly_status status = commands_open_set(args->data, &loaded, &set, err);
    for (size_t i = 0; i < n && status == MOLY_OK; i++) {
        status = bench_one(set, &kinds[i], rows, err);
    }
    moly_nuclide_set_free(loaded);
    if (status != MOLY_OK) {
        json_decref(rows);
        return status;
    }
    *result = json_pack("{so}", "generators", rows);
    return *result != NULL ? MOLY_OK : MOLY_NO_MEMORY(err);
}

const moly_command moly_command_bench_generator = {
    .declaration =
        {
            .name = "bench generator",
            .summary = "Time the schedules of generators",
            .description =
                "The shortest of 200 runs of 14 elutions, for each generator of medicine.",
            .example = "moly bench generator",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(bench_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* moly bench irradiate: how fast yields and whole irradiations are on this machine. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "bench.h"
#include "moly/production/beam.h"

#define N_RUNS 201
#define N_CHECK 200000 /* midpoints of the check */

static const moly_column columns[] = {
    {"one_yield_s", "One thick-target yield", MOLY_DIM_TIME, 3},
    {"stack_prepare_s", "A natural stack, made ready", MOLY_DIM_TIME, 3},
    {"stack_s", "irradiated", MOLY_DIM_TIME, 3},
    {"n_nuclides", "Nuclides", MOLY_DIM_NONE, 0},
    {"largest_relative_error", "Largest relative error", MOLY_DIM_NONE, 2},
    {"peak_memory_mb", "Memory / MB", MOLY_DIM_NONE, 3},
};
static const moly_view views[] = {{NULL, "", columns, 6}};

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double taken_s[N_RUNS])
{
    qsort(taken_s, N_RUNS, sizeof *taken_s, by_size);
    return taken_s[N_RUNS / 2];
}

typedef struct figures {
    double yield_s, prepare_s, stack_s, error;
    size_t n_nuclides;
} figures;

/* 18O(p,n)18F at 16 MeV, full stop, against the plain midpoint rule on another variable. */
static moly_status bench_yield(moly_arena *arena, figures *f, moly_error *err)
{
    const moly_reaction *curve = moly_reaction_find(MOLY_PARTICLE_PROTON, 8, 18, 9, 18, 0);
    const moly_material *oxygen = NULL;
    moly_stopping *stopping = NULL;
    double taken_s[N_RUNS], atoms = 0.0, sum = 0.0;
    moly_status status = moly_material_parse("18O", arena, &oxygen, err);
    if (status == MOLY_OK) {
        status = moly_stopping_new(oxygen, MOLY_PARTICLE_PROTON, &stopping, err);
    }
    for (size_t r = 0; r < N_RUNS && status == MOLY_OK; r++) {
        const double begin = bench_seconds();
        status = moly_reaction_thick_yield(curve, stopping, oxygen->mean_mass_u, 1.0, 16.0, 0.0,
                                           &atoms, err);
        taken_s[r] = bench_seconds() - begin;
    }
    if (status == MOLY_OK) {
        f->yield_s = median(taken_s);
        const double low = moly_stopping_min_mev(stopping), step = (16.0 - low) / N_CHECK;
        for (size_t i = 0; i < N_CHECK; i++) {
            const double e = low + ((double)i + 0.5) * step;
            sum += moly_reaction_xs_mb(curve, e) / moly_stopping_power_mev_cm2_g(stopping, e);
        }
        sum *= step * 6.02214076e-4 / oxygen->mean_mass_u; /* N_A times a millibarn */
        f->error = fabs(atoms / sum - 1.0);
    }
    moly_stopping_free(stopping);
    return status;
}

/* Natural molybdenum behind a copper window and before a copper backing, 25 MeV, 6 h and 12 h. */
static moly_status bench_stack(const moly_nuclide_set *set, const moly_decay_engine *engine,
                               moly_arena *arena, figures *f, moly_error *err)
{
    const moly_material *copper = NULL, *molybdenum = NULL;
    double prepare_s[N_RUNS], taken_s[N_RUNS];
    moly_status status = moly_material_parse("Cu", arena, &copper, err);
    if (status == MOLY_OK) {
        status = moly_material_parse("Mo", arena, &molybdenum, err);
    }
    const moly_beam_layer layers[] = {{copper, 0.05}, {molybdenum, 0.5}, {copper, INFINITY}};
    const moly_current_step step = {200e-6, 6.0 * 3600.0};
    const moly_irradiation irradiation = {.energy_mev = 25.0,
                                          .exit_energy_mev = NAN,
                                          .steps = &step,
                                          .n_steps = 1,
                                          .cool_s = 12.0 * 3600.0,
                                          .area_cm2 = 1.0};
    for (size_t r = 0; r < N_RUNS && status == MOLY_OK; r++) {
        moly_beam *beam = NULL;
        const moly_production *made = NULL;
        moly_arena *own = moly_arena_new();
        if (own == NULL) {
            return MOLY_NO_MEMORY(err);
        }
        const double begin = bench_seconds();
        status = moly_beam_new(set, engine, MOLY_PARTICLE_PROTON, layers, 3, 1, NULL, &beam, err);
        prepare_s[r] = bench_seconds() - begin;
        if (status == MOLY_OK) {
            status = moly_beam_irradiate(beam, &irradiation, SIZE_MAX, own, &made, err);
        }
        taken_s[r] = bench_seconds() - begin - prepare_s[r];
        f->n_nuclides =
            made != NULL ? made->layers[0].n_made + made->layers[1].n_made + made->layers[2].n_made
                         : 0;
        moly_beam_free(beam);
        moly_arena_free(own);
    }
    if (status == MOLY_OK) {
        f->prepare_s = median(prepare_s);
        f->stack_s = median(taken_s);
    }
    return status;
}

static moly_status make_result(const moly_nuclide_set *set, const figures *f, json_t **result,
                               moly_error *err)
{
    json_t *r = json_object();
    int failed = json_object_set_new(r, "bench", json_string("irradiate"));
    failed |= json_object_set_new(r, "data_set", json_string(moly_nuclide_set_name(set)));
    failed |= json_object_set_new(r, "reaction_set", json_string(moly_reaction_set_name()));
    failed |= json_object_set_new(r, "one_yield_s", moly_json_rounded(f->yield_s, 4));
    failed |= json_object_set_new(r, "stack_prepare_s", moly_json_rounded(f->prepare_s, 4));
    failed |= json_object_set_new(r, "stack_s", moly_json_rounded(f->stack_s, 4));
    failed |= json_object_set_new(r, "n_nuclides", json_integer((json_int_t)f->n_nuclides));
    failed |= json_object_set_new(r, "largest_relative_error", moly_json_rounded(f->error, 3));
    failed |= json_object_set_new(r, "reference",
                                  json_string("midpoint rule of 200,000 steps in energy"));
    failed |= json_object_set_new(r, "peak_memory_mb", moly_json_rounded(bench_peak_mb(), 3));
    if (failed != 0) {
        json_decref(r);
        return MOLY_NO_MEMORY(err);
    }
    *result = r;
    return MOLY_OK;
}

static moly_status run(const void *args, const moly_run *run, json_t **result, moly_error *err)
{
    (void)args;
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    moly_decay_engine *engine = NULL;
    figures f = {0};
    moly_status status = moly_decay_engine_for_set(set, &engine, err);
    if (status == MOLY_OK) {
        status = bench_yield(run->arena, &f, err);
    }
    if (status == MOLY_OK) {
        status = bench_stack(set, engine, run->arena, &f, err);
    }
    if (status == MOLY_OK) {
        status = make_result(set, &f, result, err);
    }
    moly_decay_engine_free(engine);
    return status;
}

const moly_command moly_command_bench_irradiate = {
    .declaration =
        {
            .name = "bench irradiate",
            .summary = "Measure the speed of yields and irradiations",
            .description =
                "The thick-target yield of 18O(p,n)18F from 16 MeV, its stopping power being "
                "ready; "
                "and natural molybdenum behind a copper window and before a copper backing at "
                "25 MeV, with all side reactions in all layers, 6 h of beam and 12 h of decay. "
                "Times "
                "are medians of 201 runs. The error is that of the yield.",
            .example = "moly bench irradiate",
            .params = NULL,
            .n_params = 0,
            .args_size = 1,
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};

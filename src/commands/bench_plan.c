/* SPDX-License-Identifier: Apache-2.0 */
/* moly bench plan: how long a day of three products, eight clinics and sixty doses takes. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "bench.h"
#include "commands_inside.h"
#include "moly/base/random.h"
#include "moly/production/plan.h"

enum { N_RUNS = 5, N_PRODUCTS = 3, N_CLINICS = 8, N_DOSES = 60 };
#define MINUTE 60.0
#define HOUR 3600.0
#define SEED 20261124

typedef struct bench_day {
    moly_plan_place cyclotron, cells[2];
    moly_plan_product products[N_PRODUCTS];
    moly_plan_clinic clinics[N_CLINICS];
    moly_plan_dose doses[N_DOSES];
} bench_day;

/* What makes days differ for the search: how much meets, and how much is wanted. */
static const struct {
    const char *name;
    size_t n_cells;
    double closes_h, dose_bq;
} kinds[] = {
    {"two cells", 2, 16.0, 300e6},
    {"one cell for all", 1, 16.0, 300e6},
    {"more than can be made", 1, 10.0, 3e9},
};

static const moly_column columns[] = {
    {"day", "Day", MOLY_DIM_NONE, 0},
    {"plan_s", "One plan", MOLY_DIM_TIME, 3},
    {"n_batches", "Batches", MOLY_DIM_NONE, 0},
    {"n_unmet", "Doses unmet", MOLY_DIM_NONE, 0},
    {"proven_best", "Proven", MOLY_DIM_NONE, 0},
    {"relative_error", "Doses against release", MOLY_DIM_NONE, 2},
};
static const moly_view views[] = {{NULL, "days", columns, 6}};

static moly_instant at_h(double hours)
{
    return (moly_instant){(int64_t)(hours * HOUR * 1e6)};
}

static moly_plan_product product_of(const char *name, double half_life_s, double synthesis_s,
                                    uint32_t cells)
{
    return (moly_plan_product){.name = name,
                               .lambda_per_s = 0.69314718055994530942 / half_life_s,
                               .saturation_bq_per_a = 8e15,
                               .current_a = 40e-6,
                               .longest_s = 2.0 * HOUR,
                               .cells = cells,
                               .transfer_s = 5.0 * MINUTE,
                               .synthesis_s = synthesis_s,
                               .synthesis_yield = 0.6,
                               .control_s = 15.0 * MINUTE,
                               .shelf_s = 8.0 * HOUR,
                               .loss_fraction = 0.05,
                               .most_batch_bq = 200e9,
                               .batch_cost = 100.0};
}

static void make_day(size_t kind, bench_day *day)
{
    static const char *const names[N_CLINICS] = {"A", "B", "C", "D", "E", "F", "G", "H"};
    const uint32_t all = ((uint32_t)1 << kinds[kind].n_cells) - 1;
    day->cyclotron =
        (moly_plan_place){"C", at_h(1.0), at_h(kinds[kind].closes_h), 15.0 * MINUTE, 200.0};
    for (size_t c = 0; c < 2; c++) {
        day->cells[c] =
            (moly_plan_place){names[c], at_h(1.0), at_h(kinds[kind].closes_h), 20.0 * MINUTE, 30.0};
    }
    day->products[0] = product_of("F-18", 109.77 * MINUTE, 28.0 * MINUTE, 1);
    day->products[1] = product_of("C-11", 20.36 * MINUTE, 20.0 * MINUTE, all);
    day->products[2] = product_of("Ga-68", 67.83 * MINUTE, 25.0 * MINUTE, all);
    for (size_t c = 0; c < N_CLINICS; c++) {
        day->clinics[c] = (moly_plan_clinic){names[c], (double)c * 15.0 * MINUTE};
    }
    moly_random draws = moly_random_stream(SEED, kind);
    for (size_t d = 0; d < N_DOSES; d++) {
        size_t product = d % 10 < 7 ? 0 : d % 10 < 8 ? 1 : 2; /* as a centre's day: most are F-18 */
        size_t clinic = product == 0 ? d % N_CLINICS : 0;
        day->doses[d] = (moly_plan_dose){product, clinic, kinds[kind].dose_bq,
                                         at_h(6.0 + 8.0 * moly_random_uniform(&draws))};
    }
}

/* Every batch's doses, one by one on their own way, against what is released. */
static double error_of(const moly_plan_problem *problem, const moly_plan *plan)
{
    double worst = 0.0;
    for (size_t b = 0; b < plan->n_batches; b++) {
        const moly_plan_batch *batch = &plan->batches[b];
        const moly_plan_product *product = &problem->products[batch->product];
        double sum_bq = 0.0;
        for (size_t d = 0; d < batch->n_doses; d++) {
            const moly_plan_dose *dose = &problem->doses[batch->doses[d]];
            double wait_s = moly_instant_difference_s(batch->released, dose->at);
            sum_bq += dose->activity_bq *
                      exp2(wait_s * product->lambda_per_s / 0.69314718055994530942) /
                      (1.0 - product->loss_fraction);
        }
        worst = fmax(worst, fabs(batch->released_bq / sum_bq - 1.0));
    }
    return worst;
}

static moly_status bench_one(size_t kind, json_t *rows, moly_error *err)
{
    bench_day day = {0};
    make_day(kind, &day);
    const moly_plan_problem problem = {.cyclotrons = &day.cyclotron,
                                       .n_cyclotrons = 1,
                                       .cells = day.cells,
                                       .n_cells = kinds[kind].n_cells,
                                       .products = day.products,
                                       .n_products = N_PRODUCTS,
                                       .clinics = day.clinics,
                                       .n_clinics = N_CLINICS,
                                       .doses = day.doses,
                                       .n_doses = N_DOSES};
    double shortest_s = INFINITY;
    moly_status status = MOLY_OK;
    json_t *row = NULL;
    for (int i = 0; i < N_RUNS && status == MOLY_OK; i++) {
        moly_arena *arena = moly_arena_new();
        const moly_plan *plan = NULL;
        double begin = bench_seconds();
        status = arena ? moly_plan_make(&problem, arena, &plan, err) : MOLY_NO_MEMORY(err);
        shortest_s = fmin(shortest_s, bench_seconds() - begin);
        if (status == MOLY_OK && i + 1 == N_RUNS) {
            row = json_pack("{ss so sI sI sb so}", "day", kinds[kind].name, "plan_s",
                            moly_json_rounded(shortest_s, 3), "n_batches",
                            (json_int_t)plan->n_batches, "n_unmet", (json_int_t)plan->n_unmet,
                            "proven_best", plan->is_proven, "relative_error",
                            moly_json_rounded(error_of(&problem, plan), 2));
        }
        moly_arena_free(arena);
    }
    return status != MOLY_OK                       ? status
           : json_array_append_new(rows, row) == 0 ? MOLY_OK
                                                   : MOLY_NO_MEMORY(err);
}

static moly_status run(const void *raw_args, const moly_run *run, json_t **result, moly_error *err)
{
    (void)raw_args;
    (void)run;
    json_t *rows = json_array();
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && status == MOLY_OK; i++) {
        status = bench_one(i, rows, err);
    }
    if (status != MOLY_OK) {
        json_decref(rows);
        return status;
    }
    *result = json_pack("{so}", "days", rows);
    return *result != NULL ? MOLY_OK : MOLY_NO_MEMORY(err);
}

const moly_command moly_command_bench_plan = {
    .declaration =
        {
            .name = "bench plan",
            .summary = "Time the planning of a day",
            .description = "The shortest of 5 runs of a day of 3 products, 8 clinics and 60 doses, "
                           "with less and less room.",
            .example = "moly bench plan",
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};

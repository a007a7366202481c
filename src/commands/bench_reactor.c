/* SPDX-License-Identifier: Apache-2.0 */
/* moly bench reactor: how long a target in a reactor takes, and whether two steps give what one
 * gives. */
#include <jansson.h>
#include <math.h>

#include "bench.h"
#include "commands_inside.h"
#include "moly/production/reactor.h"

#define N_RUNS 200
#define DAY_S 86400.0
#define ATOMS 1e20

typedef struct bench_args {
    const char *data;
} bench_args;

static const moly_param params[] = {DATA_PARAM(bench_args, data)};

static const moly_column columns[] = {
    {"target", "Target", MOLY_DIM_NONE, 0},
    {"n_nuclides", "Nuclides", MOLY_DIM_NONE, 0},
    {"case_s", "Activities", MOLY_DIM_TIME, 3},
    {"with_uncertainty_s", "With uncertainty", MOLY_DIM_TIME, 3},
    {"largest_relative_error", "One step against two", MOLY_DIM_NONE, 2},
};
static const moly_view views[] = {{NULL, "cases", columns, 5}};

/* The shortest of many runs: what the machine can do. */
static moly_status time_case(const moly_reactor_data *data, const moly_reactor_case *wanted,
                             double *shortest_s, moly_error *err)
{
    *shortest_s = INFINITY;
    for (int i = 0; i < N_RUNS; i++) {
        moly_reactor_result result;
        double begin = bench_seconds();
        moly_status status = moly_reactor_irradiate(data, wanted, &result, err);
        if (status != MOLY_OK) {
            return status;
        }
        *shortest_s = fmin(*shortest_s, bench_seconds() - begin);
        moly_reactor_result_free(&result);
    }
    return MOLY_OK;
}

static double largest_error(const moly_reactor_result *a, const moly_reactor_result *b)
{
    double worst = 0.0;
    for (size_t i = 0; i < a->n; i++) {
        for (size_t j = 0; j < b->n; j++) {
            if (a->nuclides[i].nuclide == b->nuclides[j].nuclide &&
                a->nuclides[i].atoms_end > 0.0) {
                worst =
                    fmax(worst, fabs(b->nuclides[j].atoms_end / a->nuclides[i].atoms_end - 1.0));
            }
        }
    }
    return worst;
}

static moly_status bench_one(const moly_reactor_data *data, const moly_nuclide_set *set,
                             const char *target, json_t *cases, moly_error *err)
{
    moly_reactor_isotope isotope = {0, ATOMS};
    const moly_flux_step one = {1e14, 0.02, 14 * DAY_S};
    const moly_flux_step two[] = {{1e14, 0.02, 3 * DAY_S}, {1e14, 0.02, 11 * DAY_S}};
    moly_reactor_case wanted = {
        .n_isotopes = 1, .isotopes = &isotope, .n_steps = 1, .steps = &one, .temperature_c = 20.0};
    moly_reactor_result whole = {0}, parted = {0};
    double plain_s = NAN, uncertain_s = NAN;
    moly_status status = moly_nuclide_find(set, target, &isotope.nuclide, err);
    if (status == MOLY_OK) {
        status = moly_reactor_irradiate(data, &wanted, &whole, err);
    }
    if (status == MOLY_OK) {
        wanted.steps = two;
        wanted.n_steps = 2;
        status = moly_reactor_irradiate(data, &wanted, &parted, err);
        wanted.steps = &one;
        wanted.n_steps = 1;
    }
    if (status == MOLY_OK) {
        status = time_case(data, &wanted, &plain_s, err);
    }
    if (status == MOLY_OK) {
        wanted.has_uncertainty = true;
        status = time_case(data, &wanted, &uncertain_s, err);
    }
    if (status == MOLY_OK) {
        json_t *row = json_pack(
            "{ss sI so so so}", "target", target, "n_nuclides", (json_int_t)whole.n, "case_s",
            moly_json_rounded(plain_s, 3), "with_uncertainty_s", moly_json_rounded(uncertain_s, 3),
            "largest_relative_error", moly_json_rounded(largest_error(&whole, &parted), 2));
        status = json_array_append_new(cases, row) == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    moly_reactor_result_free(&whole);
    moly_reactor_result_free(&parted);
    return status;
}

static moly_status run(const void *raw_args, const moly_run *run, json_t **result, moly_error *err)
{
    (void)run;
    static const char *const targets[] = {"Lu-176", "Yb-176", "W-186",  "Mo-98",
                                          "Te-130", "Ho-165", "Ra-226", "U-235"};
    const bench_args *args = raw_args;
    moly_nuclide_set *loaded = NULL;
    const moly_nuclide_set *set = NULL;
    moly_reactor_data *data = NULL;
    json_t *cases = json_array();
    moly_status status = commands_open_set(args->data, &loaded, &set, err);
    if (status == MOLY_OK) {
        status = moly_reactor_data_new(set, &data, err);
    }
    for (size_t i = 0; i < sizeof targets / sizeof *targets && status == MOLY_OK; i++) {
        status = bench_one(data, set, targets[i], cases, err);
    }
    moly_reactor_data_free(data);
    moly_nuclide_set_free(loaded);
    if (status != MOLY_OK) {
        json_decref(cases);
        return status;
    }
    *result = json_pack("{so}", "cases", cases);
    return *result != NULL ? MOLY_OK : MOLY_NO_MEMORY(err);
}

const moly_command moly_command_bench_reactor = {
    .declaration =
        {
            .name = "bench reactor",
            .summary = "Time targets in a reactor",
            .description =
                "The shortest of 200 runs for each target, 14 d at 1e14 /cm2/s, with and "
                "without the uncertainty of every activity; and how far one step of flux "
                "is from two, over all nuclides.",
            .example = "moly bench reactor",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(bench_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};

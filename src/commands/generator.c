/* SPDX-License-Identifier: Apache-2.0 */
/* moly generator: what a generator gives, elution by elution. */
#include "commands_inside.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "moly/production/generator.h"

#define LONGEST_S (1e3 * MOLY_SECONDS_PER_YEAR)

typedef struct generator_args {
    const char *pair, *data;
    double activity_bq, breakthrough, limit;
    moly_f64_list elute_s, efficiency;
    moly_instant calibrated;
    int is_equilibrium;
} generator_args;

static const moly_param params[] = {
    {"generator", 0, MOLY_TEXT(generator_args, pair), .is_required = true, .is_positional = true,
     .pattern_hint = "PARENT/DAUGHTER",
     .help = "Mo-99/Tc-99m, Ge-68/Ga-68, Sr-82/Rb-82, W-188/Re-188, Ac-225/Bi-213, Ra-224/Pb-212, "
             "Ac-227/Ra-223 or any other pair of a chain"},
    {"activity", 'a', MOLY_F64(generator_args, activity_bq), .dim = MOLY_DIM_ACTIVITY, .min = 1e-3,
     .max = 1e18, .is_required = true, .help = "of the parent at calibration"},
    {"calibrated", 0, MOLY_INSTANT(generator_args, calibrated),
     .help = "instant of the calibration; elutions then also get theirs"},
    {"elute", 'e', MOLY_F64_LIST(generator_args, elute_s), .dim = MOLY_DIM_TIME, .min = 0.0,
     .max = LONGEST_S, .is_required = true,
     .help = "times of the elutions since the calibration, '24h,48h,72h'"},
    {"efficiency", 0, MOLY_F64_LIST(generator_args, efficiency), .dim = MOLY_DIM_FRACTION,
     .min = 0.0, .max = 1.0, .fallback = "1",
     .help = "share of the daughter that an elution takes: one for all, or for each, '90%,85%'"},
    {"equilibrium", 0, MOLY_BOOL(generator_args, is_equilibrium),
     .help = "the column has stood long at calibration; otherwise the parent is pure"},
    {"breakthrough", 0, MOLY_F64(generator_args, breakthrough), .dim = MOLY_DIM_FRACTION,
     .min = 0.0, .max = 1.0, .fallback = "0",
     .help = "share of the parent on the column that an elution takes"},
    {"limit", 0, MOLY_F64(generator_args, limit), .dim = MOLY_DIM_RATIO, .min = 1e-12, .max = 1e6,
     .help = "greatest parent / daughter activity of an eluate, '0.15 kBq/MBq': tells when it is "
             "reached"},
    DATA_PARAM(generator_args, data),
};

static const moly_column columns[] = {
    {"after_s", "After", MOLY_DIM_TIME, 5},
    {"at", "At", MOLY_DIM_NONE, 0},
    {"eluted_bq", "Eluted", MOLY_DIM_ACTIVITY, 5},
    {"parent_on_column_bq", "Parent on the column", MOLY_DIM_ACTIVITY, 5},
    {"breakthrough_bq", "Breakthrough", MOLY_DIM_ACTIVITY, 4},
    {"carrier_free_fraction", "Carrier-free", MOLY_DIM_FRACTION, 3},
    {"limit_reached_after_s", "Limit after", MOLY_DIM_TIME, 4},
};
static const moly_column pair_columns[] = {
    {"parent", "Parent", MOLY_DIM_NONE, 0},
    {"daughter", "Daughter", MOLY_DIM_NONE, 0},
    {"peak_s", "Most after a full elution", MOLY_DIM_TIME, 5},
    {"equilibrium_ratio", "Daughter / parent at equilibrium", MOLY_DIM_NONE, 5},
};
static const moly_view views[] = {{NULL, "elutions", columns, 7}, {NULL, "", pair_columns, 4}};

/* "Mo-99/Tc-99m" in two, in the arena. */
static moly_status split_pair(const char *pair, moly_arena *arena, const char **parent,
                              const char **daughter, moly_error *err)
{
    const char *slash = strchr(pair, '/');
    if (slash == NULL || slash == pair || slash[1] == '\0') {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "'%s' is no generator: write parent and daughter as in Mo-99/Tc-99m",
                         pair);
    }
    *parent = moly_arena_strndup(arena, pair, (size_t)(slash - pair));
    *daughter = slash + 1;
    return *parent != NULL ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status make_elutions(const generator_args *args, moly_arena *arena,
                                 moly_elution **elutions, moly_error *err)
{
    size_t n = args->elute_s.n;
    if (args->efficiency.n != 1 && args->efficiency.n != n) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "%zu efficiencies for %zu elutions: give one for all or one for each",
                         args->efficiency.n, n);
    }
    *elutions = moly_arena_alloc(arena, n, sizeof **elutions);
    if (*elutions == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < n; i++) {
        (*elutions)[i] = (moly_elution){args->elute_s.values[i],
                                        args->efficiency.values[args->efficiency.n == 1 ? 0 : i],
                                        args->breakthrough};
    }
    return MOLY_OK;
}

static json_t *elution_json(const generator_args *args, const moly_elution_result *r)
{
    json_t *row = json_object();
    int failed = json_object_set_new(row, "after_s", moly_json_real(r->after_s));
    if (!moly_instant_is_none(args->calibrated)) {
        char text[MOLY_INSTANT_TEXT_SIZE];
        moly_instant at = moly_instant_add_s(args->calibrated, r->after_s);
        failed |= json_object_set_new(row, "at", json_string(moly_instant_format(at, text)));
    }
    failed |= json_object_set_new(row, "eluted_bq", moly_json_real(r->eluted_bq));
    failed |= json_object_set_new(row, "on_column_bq", moly_json_real(r->on_column_bq));
    failed |=
        json_object_set_new(row, "parent_on_column_bq", moly_json_real(r->parent_on_column_bq));
    failed |= json_object_set_new(row, "breakthrough_bq", moly_json_real(r->breakthrough_bq));
    failed |= json_object_set_new(row, "carrier_free_fraction", moly_json_real(r->carrier_free));
    if (!isnan(args->limit)) {
        failed |=
            json_object_set_new(row, "limit_reached_after_s", moly_json_real(r->limit_reached_s));
    }
    if (failed != 0) {
        json_decref(row);
        return NULL;
    }
    return row;
}

static moly_status make_result(const generator_args *args, const moly_nuclide_set *set,
                               const moly_generator *generator, const char *parent,
                               const char *daughter, const moly_elution_result *results,
                               json_t **result, moly_error *err)
{
    double peak_s = NAN, ratio = NAN;
    moly_error none = {
        0}; /* a daughter that lives longer has no equilibrium, and the result says null */
    moly_status status = moly_generator_peak_s(generator, &peak_s, err);
    if (status != MOLY_OK) {
        return status;
    }
    (void)!moly_generator_equilibrium_ratio(generator, &ratio, &none);
    json_t *whole = json_object(), *elutions = json_array();
    int failed = json_object_set_new(whole, "data_set", json_string(moly_nuclide_set_name(set)));
    failed |= json_object_set_new(whole, "parent", json_string(parent));
    failed |= json_object_set_new(whole, "daughter", json_string(daughter));
    failed |= json_object_set_new(whole, "peak_s", moly_json_real(peak_s));
    failed |= json_object_set_new(whole, "equilibrium_ratio", moly_json_real(ratio));
    for (size_t i = 0; i < args->elute_s.n && failed == 0; i++) {
        failed |= json_array_append_new(elutions, elution_json(args, &results[i]));
    }
    failed |= json_object_set_new(whole, "elutions", elutions);
    if (failed != 0) {
        json_decref(whole);
        return MOLY_NO_MEMORY(err);
    }
    *result = whole;
    return MOLY_OK;
}

static moly_status run(const void *raw_args, const moly_run *run, json_t **result, moly_error *err)
{
    const generator_args *args = raw_args;
    moly_nuclide_set *loaded = NULL;
    const moly_nuclide_set *set = NULL;
    moly_generator *generator = NULL;
    const char *parent = NULL, *daughter = NULL;
    moly_elution *elutions = NULL;
    moly_elution_result *results =
        moly_arena_alloc(run->arena, args->elute_s.n + 1, sizeof *results);
    moly_status status = results != NULL ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (status == MOLY_OK) {
        status = split_pair(args->pair, run->arena, &parent, &daughter, err);
    }
    if (status == MOLY_OK) {
        status = commands_open_set(args->data, &loaded, &set, err);
    }
    if (status == MOLY_OK) {
        status = moly_generator_new(set, parent, daughter, &generator, err);
    }
    if (status == MOLY_OK) {
        status = make_elutions(args, run->arena, &elutions, err);
    }
    if (status == MOLY_OK) {
        status = moly_generator_schedule(generator, args->activity_bq, args->is_equilibrium == 1,
                                         args->elute_s.n, elutions, args->limit, results, err);
    }
    if (status == MOLY_OK) {
        status = make_result(args, set, generator, parent, daughter, results, result, err);
    }
    moly_generator_free(generator);
    moly_nuclide_set_free(loaded);
    return status;
}

const moly_command moly_command_generator = {
    .declaration =
        {
            .name = "generator",
            .summary = "Elute a radionuclide generator on a schedule",
            .description =
                "What each elution gives, what is left of the parent, how much of it breaks "
                "through, and how far the daughter is from carrier-free. The parent is pure at "
                "calibration unless --equilibrium.\n\n"
                "An elution takes its share of every isotope of the daughter's element, so that "
                "Tc-99 is eluted with Tc-99m; the breakthrough is a share of the parent on the "
                "column. Exact decay of the whole chain; see src/production/README.md.",
            .example =
                "moly generator Mo-99/Tc-99m --activity 37GBq --calibrated 2026-11-20T06:00Z "
                "--elute 24h,48h,72h --efficiency 0.9",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(generator_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};

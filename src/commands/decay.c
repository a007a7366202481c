/* SPDX-License-Identifier: Apache-2.0 */
/* moly decay: what an inventory becomes. */
#include "commands_inside.h"

#include <jansson.h>
#include <math.h>

#include "moly/nuclide/decay.h"

#define MOST_TERMS 256
#define LONGEST_S (1e10 * MOLY_SECONDS_PER_YEAR)

typedef struct decay_args {
    const char *inventory;
    moly_f64_list after_s;
    moly_instant calibrated;
    moly_instant_list at;
    const char *data;
} decay_args;

static const moly_param params[] = {
    {"inventory", 0, MOLY_TEXT(decay_args, inventory), .is_required = true, .is_positional = true,
     .pattern_hint = "INVENTORY",
     .help = "activities at the start, '1 MBq Ac-225 + 50 kBq Ac-227'"},
    {"after", 'a', MOLY_F64_LIST(decay_args, after_s), .dim = MOLY_DIM_TIME, .min = 0.0,
     .max = LONGEST_S, .help = "times since the start, '1h,10d'; a year is 365.2422 d"},
    {"calibrated", 'c', MOLY_INSTANT(decay_args, calibrated),
     .help = "instant at which the activities hold, as on a label"},
    {"at", 0, MOLY_INSTANT_LIST(decay_args, at),
     .help = "instants to decay to, in place of --after; needs --calibrated"},
    DATA_PARAM(decay_args, data),
};

static const moly_column columns[] = {
    {"after_s", "After", MOLY_DIM_TIME, 6},
    {"at", "At", MOLY_DIM_NONE, 0},
    {"nuclide", "Nuclide", MOLY_DIM_NONE, 0},
    {"activity_bq", "Activity", MOLY_DIM_ACTIVITY, 6},
    {"atoms", "Atoms", MOLY_DIM_NONE, 6},
    {"decays", "Decays since the start", MOLY_DIM_NONE, 6},
};
static const moly_view views[] = {
    {NULL, "results.nuclides", columns, sizeof columns / sizeof *columns}};

/* When: seconds since the start, and the instants where the start has one. */
typedef struct decay_times {
    size_t n;
    const double *after_s;
    const moly_instant *at; /* NULL without --calibrated; an instant may be none */
} decay_times;

static moly_status check_times(const decay_args *args, moly_error *err)
{
    bool is_calibrated = !moly_instant_is_none(args->calibrated);
    if (args->after_s.n == 0 && args->at.n == 0) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "no time to decay to: give --after, or --calibrated and --at");
    }
    if (args->after_s.n > 0 && args->at.n > 0) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "--after and --at exclude each other");
    }
    if (args->at.n > 0 && !is_calibrated) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "--at needs --calibrated, the instant at which the activities hold");
    }
    for (size_t i = 0; i < args->at.n; i++) {
        if (args->at.values[i].us < args->calibrated.us) {
            char at[MOLY_INSTANT_TEXT_SIZE], from[MOLY_INSTANT_TEXT_SIZE];
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "--at %s is before the calibration at %s; a chain cannot be run "
                             "backwards",
                             moly_instant_format(args->at.values[i], at),
                             moly_instant_format(args->calibrated, from));
        }
    }
    return MOLY_OK;
}

/* None where it lies beyond the year 9999. */
static moly_instant instant_after(moly_instant start, double after_s)
{
    moly_instant t = moly_instant_add_s(start, after_s);
    bool is_there = fabs(moly_instant_difference_s(start, t) - after_s) <= 1e-6 + 1e-9 * after_s;
    return is_there ? t : MOLY_INSTANT_NONE;
}

static moly_status read_times(const decay_args *args, moly_arena *arena, decay_times *times,
                              moly_error *err)
{
    moly_status status = check_times(args, err);
    if (status != MOLY_OK) {
        return status;
    }
    size_t n = args->at.n > 0 ? args->at.n : args->after_s.n;
    double *after_s = moly_arena_alloc(arena, n, sizeof *after_s);
    moly_instant *at = moly_arena_alloc(arena, n, sizeof *at);
    if (!after_s || !at) {
        return MOLY_NO_MEMORY(err);
    }
    bool is_calibrated = !moly_instant_is_none(args->calibrated);
    for (size_t i = 0; i < n; i++) {
        after_s[i] = args->at.n > 0
                         ? moly_instant_difference_s(args->calibrated, args->at.values[i])
                         : args->after_s.values[i];
        at[i] = args->at.n > 0  ? args->at.values[i]
                : is_calibrated ? instant_after(args->calibrated, after_s[i])
                                : MOLY_INSTANT_NONE;
    }
    *times = (decay_times){n, after_s, is_calibrated ? at : NULL};
    return MOLY_OK;
}

/* What is worked on: the inventory, the members of its chains, and what becomes of them. */
typedef struct decay_work {
    const moly_nuclide_set *set;
    size_t n, n_members;
    double *start, *atoms, *decays; /* [n], [n_times][n], [n_times][n] */
    uint32_t *members, *first;
} decay_work;

static moly_status read_inventory(const char *text, decay_work *w, const moly_decay_engine *engine,
                                  moly_arena *arena, moly_error *err)
{
    moly_inventory_term terms[MOST_TERMS];
    size_t n_terms = 0;
    moly_status status = moly_inventory_parse(w->set, text, MOST_TERMS, terms, &n_terms, err);
    if (status != MOLY_OK) {
        return status;
    }
    w->start = moly_arena_alloc(arena, w->n, sizeof *w->start);
    w->members = moly_arena_alloc(arena, w->n, sizeof *w->members);
    w->first = moly_arena_alloc(arena, n_terms, sizeof *w->first);
    if (w->start == NULL || w->members == NULL || w->first == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < n_terms; i++) {
        size_t nuclide = terms[i].nuclide;
        w->first[i] = (uint32_t)nuclide;
        w->start[nuclide] += terms[i].activity_bq / moly_nuclide_at(w->set, nuclide)->lambda_per_s;
    }
    w->n_members = moly_decay_reachable(engine, w->first, n_terms, w->members);
    return MOLY_OK;
}

static json_t *result_at(const decay_work *w, const decay_times *times, size_t t)
{
    const double *atoms = w->atoms + t * w->n, *decays = w->decays + t * w->n;
    json_t *nuclides = json_array();
    int failed = nuclides == NULL ? -1 : 0;
    for (size_t i = 0; i < w->n_members && failed == 0; i++) {
        size_t j = w->members[i];
        const moly_nuclide *nuclide = moly_nuclide_at(w->set, j);
        json_t *row = json_object();
        failed |= json_object_set_new(row, "nuclide", json_string(nuclide->name));
        failed |= json_object_set_new(row, "activity_bq",
                                      moly_json_real(atoms[j] * nuclide->lambda_per_s));
        failed |= json_object_set_new(row, "atoms", moly_json_real(atoms[j]));
        failed |= json_object_set_new(row, "decays", moly_json_real(decays[j]));
        failed |= json_array_append_new(nuclides, row);
    }
    json_t *result = json_object();
    failed |= json_object_set_new(result, "after_s", moly_json_real(times->after_s[t]));
    if (times->at) {
        char at[MOLY_INSTANT_TEXT_SIZE];
        failed |= json_object_set_new(result, "at",
                                      moly_instant_is_none(times->at[t])
                                          ? json_null()
                                          : json_string(moly_instant_format(times->at[t], at)));
    }
    failed |= json_object_set_new(result, "nuclides", nuclides);
    if (failed != 0) {
        json_decref(result);
        return NULL;
    }
    return result;
}

static moly_status make_result(const decay_work *w, const decay_times *times, json_t **result,
                               moly_error *err)
{
    json_t *results = json_array(), *whole = json_object();
    int failed = json_object_set_new(whole, "data_set", json_string(moly_nuclide_set_name(w->set)));
    for (size_t t = 0; t < times->n && failed == 0; t++) {
        failed |= json_array_append_new(results, result_at(w, times, t));
    }
    failed |= json_object_set_new(whole, "results", results);
    if (failed != 0) {
        json_decref(whole);
        return MOLY_NO_MEMORY(err);
    }
    *result = whole;
    return MOLY_OK;
}

static moly_status run(const void *raw_args, const moly_run *run, json_t **result, moly_error *err)
{
    const decay_args *args = raw_args;
    moly_nuclide_set *loaded = NULL;
    moly_decay_engine *engine = NULL;
    decay_work w = {0};
    decay_times times = {0};
    moly_status status = read_times(args, run->arena, &times, err);
    if (status == MOLY_OK) {
        status = commands_open_set(args->data, &loaded, &w.set, err);
    }
    if (status == MOLY_OK) {
        status = moly_decay_engine_for_set(w.set, &engine, err);
    }
    if (status == MOLY_OK) {
        w.n = moly_nuclide_set_size(w.set);
        status = read_inventory(args->inventory, &w, engine, run->arena, err);
    }
    if (status != MOLY_OK) {
        goto done;
    }
    w.atoms = moly_arena_alloc(run->arena, times.n, w.n * sizeof *w.atoms);
    w.decays = moly_arena_alloc(run->arena, times.n, w.n * sizeof *w.decays);
    if (w.atoms == NULL || w.decays == NULL) {
        status = MOLY_NO_MEMORY(err);
        goto done;
    }
    status = moly_decay_atoms(engine, w.start, times.after_s, times.n, w.atoms, w.decays, err);
    if (status == MOLY_OK) {
        status = make_result(&w, &times, result, err);
    }
done:
    moly_decay_engine_free(engine);
    moly_nuclide_set_free(loaded);
    return status;
}

const moly_command moly_command_decay = {
    .declaration =
        {
            .name = "decay",
            .summary = "Decay an inventory of nuclides",
            .description =
                "Activity, atoms and decays of every member of the decay chains, stable ones too, "
                "at each time. Daughters grow in from nothing: state them as terms of their own "
                "where they are there at the start.\n\n"
                "With --calibrated, the start is an instant: results carry theirs, and --at gives "
                "instants to decay to, '--calibrated 2026-11-20T06:00Z --at "
                "2026-11-20T12:00Z,2026-11-21T06:00Z'.\n\n"
                "Bateman's equations with branching, to twelve digits at any time (Bateman, Proc. "
                "Camb. Phil. Soc. 15 (1910) 423); see src/nuclide/README.md for the method.",
            .example = "moly decay '1 MBq Ac-225 + 50 kBq Ac-227' --after 1h,10d",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(decay_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* moly nuclide list: what the data have. */
#include "commands_inside.h"

#include <jansson.h>

typedef struct list_args {
    const char *data;
    int wants_stable;
} list_args;

static const moly_param params[] = {
    DATA_PARAM(list_args, data),
    {"stable", 0, MOLY_BOOL(list_args, wants_stable), .fallback = "no",
     .help = "list stable nuclides too"},
};

static const moly_column columns[] = {
    {"nuclide", "Nuclide", MOLY_DIM_NONE, 0},
    {"half_life_s", "Half-life", MOLY_DIM_TIME, 5},
    {"half_life_sd_s", "±", MOLY_DIM_TIME, 2},
    {"decay", "Decay", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"n_lines", "Lines", MOLY_DIM_NONE, 0},
    {"lines_status", "Lines are", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"half_life_source", "Source of the half-life", MOLY_DIM_NONE, 0},
};
static const moly_view views[] = {{NULL, "nuclides", columns, sizeof columns / sizeof *columns}};

/* "beta- + isomeric", each mode once. */
static json_t *modes(const moly_nuclide *nuclide)
{
    moly_text text = {0};
    for (size_t b = 0; b < nuclide->n_branches; b++) {
        bool is_new = true;
        for (size_t i = 0; i < b; i++) {
            is_new = is_new && nuclide->branches[i].mode != nuclide->branches[b].mode;
        }
        if (is_new) {
            moly_text_add(&text, b > 0 ? " + " : "");
            moly_text_add(&text, moly_decay_mode_name(nuclide->branches[b].mode));
        }
    }
    json_t *words = text.is_broken       ? NULL
                    : nuclide->is_stable ? json_string("stable")
                                         : json_string(moly_text_get(&text));
    moly_text_free(&text);
    return words;
}

static json_t *row_of(const moly_nuclide *nuclide)
{
    json_t *row = json_object();
    int failed = json_object_set_new(row, "nuclide", json_string(nuclide->name));
    failed |= json_object_set_new(row, "half_life_s", moly_json_real(nuclide->half_life_s));
    failed |= json_object_set_new(row, "half_life_sd_s", moly_json_real(nuclide->half_life_sd_s));
    failed |= json_object_set_new(row, "decay", modes(nuclide));
    failed |= json_object_set_new(row, "n_lines", json_integer((json_int_t)nuclide->n_lines));
    failed |= json_object_set_new(row, "lines_status", json_string(commands_lines_status(nuclide)));
    failed |=
        json_object_set_new(row, "half_life_source", commands_text(nuclide->half_life_source));
    if (failed != 0) {
        json_decref(row);
        return NULL;
    }
    return row;
}

static int by_element(const void *a, const void *b)
{
    const moly_nuclide *x = *(const moly_nuclide *const *)a, *y = *(const moly_nuclide *const *)b;
    int difference = x->z != y->z ? x->z - y->z : x->a != y->a ? x->a - y->a : 0;
    return difference != 0 ? difference : x->isomer - y->isomer;
}

static moly_status run(const void *raw_args, const moly_run *run, json_t **result, moly_error *err)
{
    const list_args *args = raw_args;
    moly_nuclide_set *loaded = NULL;
    const moly_nuclide_set *set = NULL;
    moly_status status = commands_open_set(args->data, &loaded, &set, err);
    if (status != MOLY_OK) {
        return status;
    }
    json_t *whole = json_object(), *rows = json_array();
    int failed = json_object_set_new(whole, "data_set", json_string(moly_nuclide_set_name(set)));
    size_t n = moly_nuclide_set_size(set);
    const moly_nuclide **nuclides = moly_arena_alloc(run->arena, n + 1, sizeof(moly_nuclide *));
    failed |= nuclides == NULL ? -1 : 0;
    for (size_t i = 0; i < n && failed == 0; i++) {
        nuclides[i] = moly_nuclide_at(set, i);
    }
    if (failed == 0) {
        qsort(nuclides, n, sizeof(moly_nuclide *), by_element);
    }
    for (size_t i = 0; i < n && failed == 0; i++) {
        if (!nuclides[i]->is_stable || args->wants_stable == 1) {
            failed |= json_array_append_new(rows, row_of(nuclides[i]));
        }
    }
    failed |= json_object_set_new(whole, "nuclides", rows);
    moly_nuclide_set_free(loaded);
    if (failed != 0) {
        json_decref(whole);
        return MOLY_NO_MEMORY(err);
    }
    *result = whole;
    return MOLY_OK;
}

const moly_command moly_command_nuclide_list = {
    .declaration =
        {
            .name = "nuclide list",
            .summary = "List the nuclides that Moly knows",
            .description =
                "Every radioactive nuclide of the data, by element and mass, with its half-life "
                "(1 sigma) and the evaluation it is from. Where its lines are not_in_evaluation, "
                "they "
                "are not known, and no dose may be computed from them.",
            .example = "moly nuclide list",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(list_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};

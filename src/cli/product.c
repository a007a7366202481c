/* SPDX-License-Identifier: Apache-2.0 */
/* moly product list, show: the library of radiopharmaceuticals. */
#include "cli.h"

#include <jansson.h>

#include "moly/centre/product.h"

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

struct list_args {
    const char *nuclide;
};

static moly_status run_list(const void *args, const moly_run *run, json_t **result, moly_error *err)
{
    (void)run;
    const struct list_args *list = args;
    return moly_product_list(list->nuclide, result, err);
}

static const moly_param list_params[] = {
    {.name = "nuclide",
     .letter = 'n',
     MOLY_TEXT(struct list_args, nuclide),
     .pattern_hint = "NUCLIDE",
     .help = "only those of this nuclide, Tc-99m"},
};
static const moly_column list_columns[] = {
    {"code", "Code", MOLY_DIM_NONE, 0},
    {"name", "Name", MOLY_DIM_NONE, 0},
    {"nuclide", "Nuclide", MOLY_DIM_NONE, 0},
    {"kind", "Kind", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"min_purity", "Purity at least", MOLY_DIM_FRACTION, 4},
    {"use_within_s", "Use within", MOLY_DIM_TIME, 3},
    {"monograph", "Monograph", MOLY_DIM_NONE, 0},
    {"status", "Status", MOLY_DIM_NONE, 0},
};
static const moly_view list_view = {NULL, "results", list_columns, N(list_columns)};

const moly_command cli_product_list_command = {
    .declaration = {.name = "product list",
                    .summary = "List the radiopharmaceuticals that Moly knows",
                    .description = "A purity whose status is \"check\" is to be compared with its "
                                   "text; the leaflet in hand rules.",
                    .example = "moly product list --nuclide Tc-99m",
                    .params = list_params,
                    .n_params = N(list_params),
                    .args_size = sizeof(struct list_args)},
    .views = &list_view,
    .n_views = 1,
    .run = run_list,
};

struct show_args {
    const char *code;
};

static moly_status run_show(const void *args, const moly_run *run, json_t **result, moly_error *err)
{
    (void)run;
    const struct show_args *show = args;
    return moly_product_show(show->code, result, err);
}

static const moly_param show_params[] = {
    {.name = "product",
     MOLY_TEXT(struct show_args, code),
     .pattern_hint = "CODE",
     .is_required = true,
     .is_positional = true,
     .help = "code of moly product list"},
};
static const moly_column show_columns[] = {
    {"code", "Code", MOLY_DIM_NONE, 0},
    {"name", "Name", MOLY_DIM_NONE, 0},
    {"nuclide", "Nuclide", MOLY_DIM_NONE, 0},
    {"kind", "Kind", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"min_purity", "Purity at least", MOLY_DIM_FRACTION, 4},
    {"purity_method", "Method", MOLY_DIM_NONE, 0},
    {"ph_low", "pH from", MOLY_DIM_NONE, 3},
    {"ph_high", "pH to", MOLY_DIM_NONE, 3},
    {"radionuclidic_purity", "Radionuclidic purity at least", MOLY_DIM_FRACTION, 6},
    {"max_activity_bq", "Activity at most", MOLY_DIM_ACTIVITY, 4},
    {"min_volume_ml", "Volume from", MOLY_DIM_VOLUME, 3},
    {"max_volume_ml", "Volume to", MOLY_DIM_VOLUME, 3},
    {"use_within_s", "Use within", MOLY_DIM_TIME, 3},
    {"endotoxin_eu", "Endotoxins at most / EU", MOLY_DIM_NONE, 4},
    {"storage", "Storage", MOLY_DIM_NONE, 0},
    {"monograph", "Monograph", MOLY_DIM_NONE, 0},
    {"status", "Status", MOLY_DIM_NONE, 0},
    {"source", "Source", MOLY_DIM_NONE, 0},
};
static const moly_view show_view = {NULL, "", show_columns, N(show_columns)};

const moly_command cli_product_show_command = {
    .declaration = {.name = "product show",
                    .summary = "Show the limits of a radiopharmaceutical with their source",
                    .example = "moly product show psma-1007",
                    .params = show_params,
                    .n_params = N(show_params),
                    .args_size = sizeof(struct show_args)},
    .views = &show_view,
    .n_views = 1,
    .run = run_show,
};

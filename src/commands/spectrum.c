/* SPDX-License-Identifier: Apache-2.0 */
/* moly spectrum: what a nuclide emits, line by line; the shape of its betas; their bremsstrahlung.
 */
#include "commands_inside.h"

#include <jansson.h>
#include <math.h>

#include "moly/matter/bremsstrahlung.h"
#include "moly/nuclide/beta.h"

enum { MOST_BINS = 4096 };
static const double table_min_yield = 1e-3;

typedef struct spectrum_args {
    const char *nuclide;
    double min_yield;
    int kind;
    int wants_shape;
    const char *bremsstrahlung;
    double bin_kev;
    const char *data;
} spectrum_args;

/* In the order of moly_radiation. */
static const char *const kinds[] = {"gamma", "x",  "annihilation", "alpha", "beta-",
                                    "beta+", "ce", "auger",        NULL};

static const moly_param params[] = {
    {"nuclide", 0, MOLY_TEXT(spectrum_args, nuclide), .is_required = true, .is_positional = true,
     .pattern_hint = "NUCLIDE", .help = "its name: Lu-177, Tc99m, 99mTc"},
    {"min-yield", 'y', MOLY_F64(spectrum_args, min_yield), .dim = MOLY_DIM_FRACTION, .min = 0.0,
     .max = 10.0,
     .help = "least yield per decay of the lines listed; a table begins at 0.1 %, JSON at 0"},
    {"kind", 'k', MOLY_CHOICE(spectrum_args, kind), .choices = kinds, .help = "only this kind"},
    {"shape", 's', MOLY_BOOL(spectrum_args, wants_shape), .fallback = "no",
     .help = "the spectrum of the betas, in bins"},
    {"bremsstrahlung", 'b', MOLY_TEXT(spectrum_args, bremsstrahlung), .pattern_hint = "MATERIAL",
     .help = "external bremsstrahlung of the betas that stop in this material"},
    {"bin", 0, MOLY_F64(spectrum_args, bin_kev), .dim = MOLY_DIM_ENERGY, .min = 1.0, .max = 1000.0,
     .fallback = "20 keV", .help = "width of the bins"},
    DATA_PARAM(spectrum_args, data),
};

static const moly_column line_columns[] = {
    {"kind", "Kind", MOLY_DIM_NONE, 0},       {"energy_kev", "Energy", MOLY_DIM_ENERGY, 7},
    {"mean_kev", "Mean", MOLY_DIM_ENERGY, 5}, {"yield", "Per decay", MOLY_DIM_FRACTION, 5},
    {"u_yield", "±", MOLY_DIM_FRACTION, 2},
};
static const moly_column bin_columns[] = {
    {"energy_kev", "Middle of the bin", MOLY_DIM_ENERGY, 6},
    {"per_decay", "Per decay", MOLY_DIM_FRACTION, 4},
};
static const moly_column radiated_columns[] = {
    {"material", "Bremsstrahlung in", MOLY_DIM_NONE, 0},
    {"radiated_kev", "Radiated per decay", MOLY_DIM_ENERGY, 4},
    {"u_rel", "±, relative", MOLY_DIM_FRACTION, 2},
    {"method", "Method", MOLY_DIM_NONE, 0},
};
static const moly_view views[] = {
    {NULL, "lines", line_columns, 5},
    {"Betas per bin", "shape.bins", bin_columns, 2},
    {NULL, "bremsstrahlung", radiated_columns, 4},
    {"Bremsstrahlung photons per bin", "bremsstrahlung.bins", bin_columns, 2},
};

static json_t *line_row(const moly_line *line)
{
    json_t *row = json_object();
    int failed = json_object_set_new(row, "kind", json_string(kinds[line->radiation]));
    failed |= json_object_set_new(row, "energy_kev", moly_json_real(line->energy_kev));
    failed |= json_object_set_new(row, "yield", moly_json_real(line->intensity));
    failed |= json_object_set_new(row, "u_yield", moly_json_rounded((double)line->intensity_sd, 6));
    bool is_beta = line->beta_shape != MOLY_BETA_NOT_A_BETA;
    failed |= json_object_set_new(row, "mean_kev",
                                  is_beta ? moly_json_rounded((double)line->mean_kev, 7)
                                          : moly_json_real(line->energy_kev));
    if (failed != 0) {
        json_decref(row);
        return NULL;
    }
    return row;
}

static json_t *lines_of(const moly_nuclide *nuclide, int kind, double min_yield)
{
    json_t *rows = json_array();
    int failed = rows == NULL ? -1 : 0;
    for (size_t i = 0; i < nuclide->n_lines && failed == 0; i++) {
        const moly_line *line = &nuclide->lines[i];
        if (line->intensity >= min_yield && (kind < 0 || line->radiation == kind)) {
            failed |= json_array_append_new(rows, line_row(line));
        }
    }
    if (failed != 0) {
        json_decref(rows);
        return NULL;
    }
    return rows;
}

static json_t *bins_of(double bin_kev, size_t n, const double *values)
{
    json_t *rows = json_array();
    int failed = rows == NULL ? -1 : 0;
    for (size_t i = 0; i < n && failed == 0; i++) {
        json_t *row = json_object();
        failed |=
            json_object_set_new(row, "energy_kev", moly_json_real(((double)i + 0.5) * bin_kev));
        failed |= json_object_set_new(row, "per_decay", moly_json_rounded(values[i], 7));
        failed |= json_array_append_new(rows, row);
    }
    if (failed != 0) {
        json_decref(rows);
        return NULL;
    }
    return rows;
}

static int add_bremsstrahlung(const moly_material *material, double bin_kev, size_t n,
                              const double *betas, double *photons, json_t *whole)
{
    double radiated = moly_bremsstrahlung_add(material, bin_kev, n, betas, photons);
    json_t *part = json_object();
    int failed = json_object_set_new(part, "material", json_string(material->text));
    failed |= json_object_set_new(part, "radiated_kev", moly_json_rounded(radiated, 6));
    failed |= json_object_set_new(part, "u_rel", moly_json_real(MOLY_BREMSSTRAHLUNG_REL_SD));
    failed |= json_object_set_new(
        part, "method",
        json_string("thick target, Wyard 1952; no absorption in it; photons above 10 keV"));
    failed |= json_object_set_new(part, "bin_kev", moly_json_real(bin_kev));
    failed |= json_object_set_new(part, "bins", bins_of(bin_kev, n, photons));
    return failed | json_object_set_new(whole, "bremsstrahlung", part);
}

/* The betas in bins, as they are or as what they radiate. */
static moly_status add_shapes(const spectrum_args *args, const moly_nuclide *nuclide,
                              moly_arena *arena, json_t *whole, moly_error *err)
{
    double most_kev = 0.0;
    for (size_t i = 0; i < nuclide->n_lines; i++) {
        if (nuclide->lines[i].beta_shape != MOLY_BETA_NOT_A_BETA) {
            most_kev = fmax(most_kev, nuclide->lines[i].energy_kev);
        }
    }
    if (most_kev == 0.0) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "%s emits no betas: it has no shape to show",
                         nuclide->name);
    }
    size_t n = (size_t)ceil(most_kev / args->bin_kev);
    if (n > MOST_BINS) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%zu bins of %g keV: at most %d", n, args->bin_kev,
                         MOST_BINS);
    }
    const moly_material *material = NULL;
    if (args->bremsstrahlung) {
        moly_status status = moly_material_parse(args->bremsstrahlung, arena, &material, err);
        if (status != MOLY_OK) {
            return status;
        }
    }
    double *betas = moly_arena_alloc(arena, n, sizeof *betas);
    double *photons = moly_arena_alloc(arena, n, sizeof *photons);
    if (!betas || !photons) {
        return MOLY_NO_MEMORY(err);
    }
    (void)moly_beta_spectrum(nuclide, MOLY_RADIATION_BETA_MINUS, args->bin_kev, n, betas);
    (void)moly_beta_spectrum(nuclide, MOLY_RADIATION_BETA_PLUS, args->bin_kev, n, betas);
    int failed = 0;
    if (args->wants_shape == 1) {
        json_t *shape = json_object();
        failed |= json_object_set_new(shape, "bin_kev", moly_json_real(args->bin_kev));
        failed |= json_object_set_new(shape, "bins", bins_of(args->bin_kev, n, betas));
        failed |= json_object_set_new(whole, "shape", shape);
    }
    if (material) {
        failed |= add_bremsstrahlung(material, args->bin_kev, n, betas, photons, whole);
    }
    return failed != 0 ? MOLY_NO_MEMORY(err) : MOLY_OK;
}

static moly_status run(const void *raw_args, const moly_run *run, json_t **result, moly_error *err)
{
    const spectrum_args *args = raw_args;
    moly_nuclide_set *loaded = NULL;
    const moly_nuclide_set *set = NULL;
    json_t *whole = NULL;
    size_t index = 0;
    moly_status status = commands_open_set(args->data, &loaded, &set, err);
    if (status == MOLY_OK) {
        status = moly_nuclide_find(set, args->nuclide, &index, err);
    }
    if (status != MOLY_OK) {
        goto done;
    }
    const moly_nuclide *nuclide = moly_nuclide_at(set, index);
    if (nuclide->n_lines == 0 && !nuclide->is_stable) {
        status = MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "%s holds no lines of %s",
                           moly_nuclide_set_name(set), nuclide->name);
        goto done;
    }
    double min_yield = isfinite(args->min_yield)          ? args->min_yield
                       : run->format == MOLY_FORMAT_TABLE ? table_min_yield
                                                          : 0.0;
    whole = json_object();
    int failed = json_object_set_new(whole, "nuclide", json_string(nuclide->name));
    failed |= json_object_set_new(whole, "lines", lines_of(nuclide, args->kind, min_yield));
    status = failed != 0 ? MOLY_NO_MEMORY(err) : MOLY_OK;
    if (status == MOLY_OK && (args->wants_shape == 1 || args->bremsstrahlung)) {
        status = add_shapes(args, nuclide, run->arena, whole, err);
    }
    if (status == MOLY_OK) {
        *result = whole;
        whole = NULL;
    }
done:
    json_decref(whole);
    moly_nuclide_set_free(loaded);
    return status;
}

const moly_command moly_command_spectrum = {
    .declaration =
        {
            .name = "spectrum",
            .summary = "Show what a nuclide emits: lines, beta shapes, bremsstrahlung",
            .description =
                "Every line of the nuclide alone, without its daughters, per decay, with 1 sigma. "
                "The energy of a beta is its end point.\n\n"
                "Shapes of betas follow Behrens and Janecke (allowed and unique forbidden, Fermi "
                "function); bremsstrahlung is that of a thick target (Wyard 1952), good to 20 %.",
            .example = "moly spectrum Lu-177 --min-yield 1e-3",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(spectrum_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};

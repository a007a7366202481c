/* SPDX-License-Identifier: Apache-2.0 */
/* moly nuclide show: everything the data say about one nuclide. */
#include "commands_inside.h"

#include "moly/base/catalogue.h"

#include <jansson.h>
#include <math.h>

#include "moly/matter/photon.h"

static const double kerma_threshold_kev = 10.0; /* the convention of ICRP-107 */

typedef struct show_args {
    const char *nuclide;
    double threshold;
    int wants_all;
    const char *data;
} show_args;

static const moly_param params[] = {
    {"nuclide", 0, MOLY_TEXT(show_args, nuclide), .is_required = true, .is_positional = true,
     .pattern_hint = "NUCLIDE", .help = "its name: Lu-177, Tc99m, 99mTc"},
    {"threshold", 't', MOLY_F64(show_args, threshold), .dim = MOLY_DIM_FRACTION, .min = 0.0,
     .max = 10.0, .fallback = "1 %",
     .help = "least intensity per decay of the lines that a table shows"},
    {"all", 'a', MOLY_BOOL(show_args, wants_all), .fallback = "no",
     .help = "show every line in the table; JSON and CSV always have all of them"},
    DATA_PARAM(show_args, data),
};

static const moly_column identity_columns[] = {
    {"nuclide", "Nuclide", MOLY_DIM_NONE, 0},
    {"half_life_s", "Half-life", MOLY_DIM_TIME, 8},
    {"half_life_sd_s", "±", MOLY_DIM_TIME, 2},
    {"half_life_source", "Source", MOLY_DIM_NONE, 0},
    {"atomic_mass_u", "Mass / u", MOLY_DIM_NONE, 12},
    {"atomic_mass_sd_u", "±", MOLY_DIM_NONE, 2},
    {"note", "Note", MOLY_DIM_NONE, 0},
};
static const moly_column energy_columns[] = {
    {"mean_alpha_kev", "Alphas", MOLY_DIM_ENERGY, 5},
    {"mean_electron_kev", "Electrons", MOLY_DIM_ENERGY, 5},
    {"mean_photon_kev", "Photons", MOLY_DIM_ENERGY, 5},
    {"air_kerma_ugy_m2_per_mbq_h", "Air kerma / µGy m²/(MBq h)", MOLY_DIM_NONE, 4},
    {"specific_activity_tbq_per_mg", "Carrier-free / TBq/mg", MOLY_DIM_NONE, 4},
};
static const moly_column branch_columns[] = {
    {"mode", "Decay", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"daughter", "To", MOLY_DIM_NONE, 0},
    {"fraction", "Fraction", MOLY_DIM_FRACTION, 6},
    {"fraction_sd", "±", MOLY_DIM_FRACTION, 2},
    {"q_kev", "Q", MOLY_DIM_ENERGY, 6},
    {"source", "Source", MOLY_DIM_NONE, 0},
};
static const moly_column line_columns[] = {
    {"radiation", "Radiation", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"energy_kev", "Energy", MOLY_DIM_ENERGY, 7},
    {"energy_sd_kev", "±", MOLY_DIM_ENERGY, 2},
    {"mean_kev", "Mean", MOLY_DIM_ENERGY, 5},
    {"intensity", "Per decay", MOLY_DIM_FRACTION, 5},
    {"intensity_sd", "±", MOLY_DIM_FRACTION, 2},
    {"shape", "Shape", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"source", "Source", MOLY_DIM_NONE, 0},
};
static const moly_column rest_columns[] = {
    {"n", "Fainter lines", MOLY_DIM_NONE, 0},
    {"threshold", "each below, per decay", MOLY_DIM_FRACTION, 3},
    {"shown_by", "shown by", MOLY_DIM_NONE, 0},
};
static const moly_column warning_columns[] = {
    {"message", "Warning", MOLY_DIM_NONE, MOLY_OWN_WORDS},
};
static const moly_view views[] = {
    {NULL, "", identity_columns, 7},
    {NULL, "warnings", warning_columns, 1},
    {"Mean energy per decay", "", energy_columns, 5},
    {"Decay", "branches", branch_columns, 6},
    {"Lines", "lines", line_columns, 8},
    {NULL, "not_shown", rest_columns, 3},
};

/* Uncertainties are kept as floats: seven digits is what they have. */
static json_t *uncertainty(double value)
{
    return moly_json_rounded(value, 6);
}

static json_t *branches_of(const moly_nuclide_set *set, const moly_nuclide *nuclide)
{
    json_t *rows = json_array();
    int failed = rows == NULL ? -1 : 0;
    for (size_t b = 0; b < nuclide->n_branches && failed == 0; b++) {
        const moly_branch *branch = &nuclide->branches[b];
        const char *daughter = branch->daughter == MOLY_NO_DAUGHTER
                                   ? NULL
                                   : moly_nuclide_at(set, (size_t)branch->daughter)->name;
        json_t *row = json_object();
        failed |= json_object_set_new(row, "mode", json_string(moly_decay_mode_name(branch->mode)));
        failed |= json_object_set_new(row, "daughter", commands_text(daughter));
        failed |= json_object_set_new(row, "fraction", moly_json_real(branch->fraction));
        failed |= json_object_set_new(row, "fraction_sd", uncertainty(branch->fraction_sd));
        failed |= json_object_set_new(row, "q_kev", moly_json_real(branch->q_kev));
        failed |= json_object_set_new(row, "source", commands_text(nuclide->branch_source));
        failed |= json_array_append_new(rows, row);
    }
    if (failed != 0) {
        json_decref(rows);
        return NULL;
    }
    return rows;
}

static json_t *line_row(const moly_nuclide_set *set, const moly_line *line)
{
    bool is_beta = line->beta_shape != MOLY_BETA_NOT_A_BETA;
    json_t *row = json_object();
    int failed = json_object_set_new(
        row, "radiation", json_string(moly_radiation_name((moly_radiation)line->radiation)));
    failed |= json_object_set_new(row, "energy_kev", moly_json_real(line->energy_kev));
    failed |= json_object_set_new(row, "energy_sd_kev", uncertainty((double)line->energy_sd_kev));
    failed |= json_object_set_new(
        row, "mean_kev", is_beta ? moly_json_rounded((double)line->mean_kev, 7) : json_null());
    failed |= json_object_set_new(row, "intensity", moly_json_real(line->intensity));
    failed |= json_object_set_new(row, "intensity_sd", uncertainty((double)line->intensity_sd));
    failed |= json_object_set_new(
        row, "shape",
        is_beta ? json_string(moly_beta_shape_name((moly_beta_shape)line->beta_shape))
                : json_null());
    failed |= json_object_set_new(row, "source",
                                  commands_text(moly_nuclide_source_text(set, line->source)));
    if (failed != 0) {
        json_decref(row);
        return NULL;
    }
    return row;
}

/* The lines that are shown, and how many are not. */
static int add_lines(const moly_nuclide_set *set, const moly_nuclide *nuclide, double threshold,
                     json_t *whole)
{
    json_t *rows = json_array();
    size_t n_fainter = 0;
    int failed = rows == NULL ? -1 : 0;
    for (size_t i = 0; i < nuclide->n_lines && failed == 0; i++) {
        if (nuclide->lines[i].intensity < threshold) {
            n_fainter++;
        } else {
            failed |= json_array_append_new(rows, line_row(set, &nuclide->lines[i]));
        }
    }
    failed |= json_object_set_new(whole, "lines", rows);
    if (n_fainter > 0) {
        json_t *rest = json_object();
        failed |= json_object_set_new(rest, "n", json_integer((json_int_t)n_fainter));
        failed |= json_object_set_new(rest, "threshold", moly_json_real(threshold));
        failed |= json_object_set_new(rest, "shown_by", json_string("--all"));
        failed |= json_object_set_new(whole, "not_shown", rest);
    }
    return failed;
}

/* What is not known must not be taken for what is not there. */
static int add_standing(const moly_nuclide *nuclide, json_t *whole)
{
    json_t *warnings = json_array();
    int failed = warnings == NULL ? -1 : 0;
    if (moly_nuclide_lacks_lines(nuclide)) {
        failed |= json_array_append_new(
            warnings, json_pack("{s:s, s:s}", "code", "lines_not_in_evaluation", "message",
                                MOLY_N("the evaluation lists no radiation of this nuclide: its "
                                       "mean energies are rough estimates, and its positrons, "
                                       "photons and electrons are not known; compute no dose "
                                       "from them")));
    }
    failed |=
        json_object_set_new(whole, "lines_status", json_string(commands_lines_status(nuclide)));
    return failed | json_object_set_new(whole, "warnings", warnings);
}

static int add_identity(const moly_nuclide *nuclide, json_t *whole)
{
    int failed = json_object_set_new(whole, "nuclide", json_string(nuclide->name));
    failed |= json_object_set_new(whole, "z", json_integer(nuclide->z));
    failed |= json_object_set_new(whole, "a", json_integer(nuclide->a));
    failed |= json_object_set_new(whole, "isomer", json_integer(nuclide->isomer));
    failed |= json_object_set_new(whole, "is_stable", json_boolean(nuclide->is_stable));
    failed |= json_object_set_new(whole, "half_life_s", moly_json_real(nuclide->half_life_s));
    failed |= json_object_set_new(whole, "half_life_sd_s", uncertainty(nuclide->half_life_sd_s));
    failed |=
        json_object_set_new(whole, "half_life_source", commands_text(nuclide->half_life_source));
    failed |= json_object_set_new(whole, "lambda_per_s", moly_json_real(nuclide->lambda_per_s));
    failed |= json_object_set_new(whole, "atomic_mass_u", moly_json_real(nuclide->atomic_mass_u));
    failed |=
        json_object_set_new(whole, "atomic_mass_sd_u", uncertainty(nuclide->atomic_mass_sd_u));
    failed |= json_object_set_new(whole, "mean_alpha_kev", moly_json_real(nuclide->mean_alpha_kev));
    failed |=
        json_object_set_new(whole, "mean_electron_kev", moly_json_real(nuclide->mean_electron_kev));
    failed |=
        json_object_set_new(whole, "mean_photon_kev", moly_json_real(nuclide->mean_photon_kev));
    failed |= json_object_set_new(
        whole, "air_kerma_ugy_m2_per_mbq_h",
        moly_nuclide_lacks_lines(nuclide)
            ? json_null() /* not known, which is not 0 */
            : moly_json_real(moly_air_kerma_ugy_m2_per_mbq_h(nuclide, kerma_threshold_kev)));
    failed |= json_object_set_new(whole, "specific_activity_tbq_per_mg",
                                  moly_json_real(moly_specific_activity_tbq_per_mg(nuclide)));
    return failed | json_object_set_new(whole, "note", commands_text(nuclide->note));
}

static moly_status run(const void *raw_args, const moly_run *run, json_t **result, moly_error *err)
{
    const show_args *args = raw_args;
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
    bool is_whole = args->wants_all == 1 || run->format != MOLY_FORMAT_TABLE;
    whole = json_object();
    int failed = json_object_set_new(whole, "data_set", json_string(moly_nuclide_set_name(set)));
    failed |= add_identity(nuclide, whole);
    failed |= add_standing(nuclide, whole);
    failed |= json_object_set_new(whole, "branches", branches_of(set, nuclide));
    failed |= add_lines(set, nuclide, is_whole ? 0.0 : args->threshold, whole);
    if (failed != 0) {
        json_decref(whole);
        status = MOLY_NO_MEMORY(err);
        goto done;
    }
    *result = whole;
done:
    moly_nuclide_set_free(loaded);
    return status;
}

const moly_command moly_command_nuclide_show = {
    .declaration =
        {
            .name = "nuclide show",
            .summary = "Show half-life, branches, energies and lines of a nuclide",
            .description =
                "Everything that the data say about one nuclide, each figure with its "
                "uncertainty (1 sigma) and the evaluation it is from. Intensities are "
                "per decay; the energy of a beta is its end point. A warning says where the "
                "evaluation has no lines.\n\n"
                "CSV is one table with a column \"section\": result, branches, lines. "
                "JSON and CSV have every line, however faint.",
            .example = "moly nuclide show Lu-177",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(show_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};

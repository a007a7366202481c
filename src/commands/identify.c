/* SPDX-License-Identifier: Apache-2.0 */
/* moly identify: the peaks of a gamma spectrum, the nuclides that make them, and their limits. */
#include <math.h>
#include <string.h>

#include "moly/spectrometry/purity.h"

#include "commands_inside.h"

typedef struct identify_args {
    const char *file;
    int64_t index;
    const char *background;
    const char *efficiency;
    moly_instant reference;
    const char *nuclides;
    int limits;
    double error_rate;
    int keep_calibration;
    int curves;
    int counts;
    const char *data;
} identify_args;

static const char *const limit_words[] = {
#define WORD(key) key,
    MOLY_PURITY_PRODUCT_LIST(WORD)
#undef WORD
        NULL};

static const moly_param params[] = {
    {"file", 0, MOLY_TEXT(identify_args, file), .is_required = true, .is_positional = true,
     .pattern_hint = "FILE", .help = "spectrum: .Spe, .cnf, .n42, IEC 61455, .Spc or CSV"},
    {"spectrum", 's', MOLY_I64(identify_args, index), .min = 1, .max = 256,
     .help = "which of the file's spectra, from 1; without it the first foreground"},
    {"background", 'b', MOLY_TEXT(identify_args, background), .pattern_hint = "FILE",
     .help = "spectrum without the sample, taken off by live time"},
    {"efficiency", 'e', MOLY_TEXT(identify_args, efficiency), .pattern_hint = "FILE",
     .help = "efficiency curve of this geometry, as moly calibrate prints it; gives activities"},
    {"reference", 'r', MOLY_INSTANT(identify_args, reference),
     .help = "instant that activities are decayed to; without it the start of the measurement"},
    {"nuclides", 'n', MOLY_TEXT(identify_args, nuclides), .pattern_hint = "LIST",
     .help = "nuclides that get an activity and a detection limit, found or not: Lu-177m,Yb-175"},
    {"limits", 'l', MOLY_CHOICE(identify_args, limits), .choices = limit_words,
     .help = "product whose pharmacopoeia limits the impurities are held against"},
    {"error-rate", 0, MOLY_F64(identify_args, error_rate), .dim = MOLY_DIM_FRACTION, .min = 0.001,
     .max = 0.2, .fallback = "1 %",
     .help = "rate of false detections, and of missed ones at the detection limit (ISO 11929)"},
    {"keep-calibration", 0, MOLY_BOOL(identify_args, keep_calibration), .fallback = "no",
     .help = "keep the file's energy calibration; without it it is fitted to recognised peaks"},
    {"curves", 0, MOLY_BOOL(identify_args, curves), .fallback = "no",
     .help = "JSON also has the fitted curves of every region"},
    {"counts", 0, MOLY_BOOL(identify_args, counts), .fallback = "no",
     .help = "JSON also has the counts of every channel"},
    DATA_PARAM(identify_args, data),
};

static const moly_column nuclide_columns[] = {
    {"nuclide", "Nuclide", MOLY_DIM_NONE, 0},
    {"activity_bq", "Activity", MOLY_DIM_ACTIVITY, 4},
    {"activity_sd_bq", "±", MOLY_DIM_ACTIVITY, 2},
    {"line_kev", "Main line", MOLY_DIM_ENERGY, 6},
    {"rate_per_s", "Counts per s", MOLY_DIM_NONE, 4},
    {"rate_sd_per_s", "±", MOLY_DIM_NONE, 2},
    {"lines_seen", "Lines seen", MOLY_DIM_NONE, 0},
    {"lines_expected", "expected", MOLY_DIM_NONE, 0},
    {"daughters", "Daughters", MOLY_DIM_NONE, 0},
};
static const moly_column mda_columns[] = {
    {"nuclide", "Nuclide", MOLY_DIM_NONE, 0},
    {"is_detected", "Detected", MOLY_DIM_NONE, 0},
    {"decision_threshold_bq", "Decision threshold", MOLY_DIM_ACTIVITY, 3},
    {"detection_limit_bq", "Detection limit", MOLY_DIM_ACTIVITY, 3},
    {"line_kev", "Main line", MOLY_DIM_ENERGY, 6},
    {"detection_limit_per_s", "Counts per s", MOLY_DIM_NONE, 3},
};
static const moly_column impurity_columns[] = {
    {"impurity", "Impurity", MOLY_DIM_NONE, 0},
    {"ratio_bq_per_bq", "Ratio", MOLY_DIM_NONE, 3},
    {"ratio_sd_bq_per_bq", "±", MOLY_DIM_NONE, 2},
    {"at_most_bq_per_bq", "At most", MOLY_DIM_NONE, 3},
    {"limit_bq_per_bq", "Limit", MOLY_DIM_NONE, 3},
    {"met_until", "Met until", MOLY_DIM_NONE, 0},
    {"verdict", "Verdict", MOLY_DIM_NONE, 0},
    {"source", "Source", MOLY_DIM_NONE, 0},
};
static const moly_column peak_columns[] = {
    {"energy_kev", "Energy", MOLY_DIM_ENERGY, 7}, {"energy_sd_kev", "±", MOLY_DIM_ENERGY, 2},
    {"fwhm_kev", "FWHM", MOLY_DIM_ENERGY, 3},     {"area", "Counts", MOLY_DIM_NONE, 6},
    {"area_sd", "±", MOLY_DIM_NONE, 3},           {"cause", "Cause", MOLY_DIM_NONE, 0},
    {"nuclide", "Nuclide", MOLY_DIM_NONE, 0},     {"line_kev", "Line", MOLY_DIM_ENERGY, 7},
};
static const moly_column warning_columns[] = {{"warnings", "Warnings", MOLY_DIM_NONE, 0}};
static const moly_view views[] = {
    {"Nuclides", "nuclides", nuclide_columns, sizeof nuclide_columns / sizeof *nuclide_columns},
    {"Detection limits", "mda", mda_columns, sizeof mda_columns / sizeof *mda_columns},
    {"Impurities", "impurities", impurity_columns,
     sizeof impurity_columns / sizeof *impurity_columns},
    {"Peaks", "peaks", peak_columns, sizeof peak_columns / sizeof *peak_columns},
    {NULL, "", warning_columns, 1},
};

#define MAX_WANTED 40

static moly_status add_wanted(const moly_nuclide_set *set, const char *name, size_t *wanted,
                              size_t *n, moly_error *err)
{
    size_t index = 0;
    moly_status status = moly_nuclide_find(set, name, &index, err);
    for (size_t i = 0; status == MOLY_OK && i < *n; i++) {
        if (wanted[i] == index) {
            return MOLY_OK;
        }
    }
    if (status == MOLY_OK && *n == MAX_WANTED) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "more than %d nuclides are asked for", MAX_WANTED);
    }
    if (status == MOLY_OK) {
        wanted[(*n)++] = index;
    }
    return status;
}

/* Those of the list, and those of the product's limits. */
static moly_status collect_wanted(const identify_args *args, const moly_nuclide_set *set,
                                  moly_arena *arena, size_t *wanted, size_t *n, moly_error *err)
{
    moly_status status = MOLY_OK;
    const char *at = args->nuclides ? args->nuclides : "";
    while (status == MOLY_OK && *(at += strspn(at, ", ")) != '\0') {
        size_t length = strcspn(at, ", ");
        const char *name = moly_arena_strndup(arena, at, length);
        status = name ? add_wanted(set, name, wanted, n, err) : MOLY_NO_MEMORY(err);
        at += length;
    }
    size_t n_limits = 0;
    const moly_purity_limit *limits =
        args->limits >= 0 ? moly_purity_limits(limit_words[args->limits], &n_limits) : NULL;
    for (size_t i = 0; status == MOLY_OK && i < n_limits; i++) {
        status = add_wanted(set, limits[i].nuclide, wanted, n, err);
        if (status == MOLY_OK && limits[i].impurity) {
            status = add_wanted(set, limits[i].impurity, wanted, n, err);
        }
    }
    return status;
}

static moly_status identify(const identify_args *args, const moly_run *run,
                            const moly_nuclide_set *set, moly_gamma_spectrum **spectrum,
                            moly_gamma_spectrum **background, json_t **result, moly_error *err)
{
    size_t wanted[MAX_WANTED] = {0};
    moly_efficiency efficiency;
    moly_identify_options options = moly_identify_options_default();
    moly_identification *found = NULL;
    options.set = set;
    options.reference = args->reference;
    options.error_rate = args->error_rate;
    options.keep_scale = args->keep_calibration == 1;
    options.progress = run->progress;
    options.wanted = wanted;
    moly_status status = collect_wanted(args, set, run->arena, wanted, &options.n_wanted, err);
    if (status == MOLY_OK && args->efficiency) {
        status = moly_efficiency_load(args->efficiency, &efficiency, err);
        options.efficiency = &efficiency;
    }
    if (status == MOLY_OK) {
        status = moly_gamma_spectrum_load(args->file, args->index > 0 ? (size_t)args->index : 0,
                                          spectrum, err);
    }
    if (status == MOLY_OK && args->background) {
        status = moly_gamma_spectrum_load(args->background, 0, background, err);
        options.background = *background;
    }
    if (status == MOLY_OK) {
        status = moly_identify(*spectrum, &options, &found, err);
    }
    if (status == MOLY_OK) {
        *spectrum = NULL; /* taken over */
        moly_identify_view view = {args->limits >= 0 ? limit_words[args->limits] : NULL,
                                   args->curves == 1, args->counts == 1};
        status = moly_identification_json(found, set, &view, result, err);
    }
    moly_identification_free(found);
    return status;
}

static moly_status run_identify(const void *arguments, const moly_run *run, json_t **result,
                                moly_error *err)
{
    const identify_args *args = arguments;
    moly_nuclide_set *loaded = NULL;
    const moly_nuclide_set *set = NULL;
    moly_gamma_spectrum *spectrum = NULL;
    moly_gamma_spectrum *background = NULL;
    moly_status status = commands_open_set(args->data, &loaded, &set, err);
    if (status == MOLY_OK) {
        status = identify(args, run, set, &spectrum, &background, result, err);
    }
    moly_gamma_spectrum_free(spectrum);
    moly_gamma_spectrum_free(background);
    moly_nuclide_set_free(loaded);
    return status;
}

const moly_command moly_command_identify = {
    .declaration =
        {
            .name = "identify",
            .summary = "Identify the nuclides in a gamma spectrum",
            .description =
                "Finds and fits the peaks of a gamma spectrum, fits its energy scale to those that "
                "are recognised, and explains them by as few nuclides as they need: chains in "
                "equilibrium with their daughters, annihilation, escape and sum peaks included. "
                "The format is told from the file's content.\n\n"
                "With an efficiency curve (moly calibrate) every nuclide has its activity at the "
                "reference instant with its uncertainty, and those asked for have their decision "
                "threshold and detection limit after ISO 11929. Without one, relative strengths "
                "are those of a usual germanium detector and activities are left out.\n\n"
                "With --limits the impurities are held against the pharmacopoeia: an impurity that "
                "is not seen counts with its detection limit, and the time is given until which "
                "the limit is met as the product decays.",
            .example = "moly identify eu152.Spe --nuclides Cs-137,Co-60",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(identify_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run_identify,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* moly calibrate: the efficiency curve of a detector from a source of certified activity. */
#include <jansson.h>
#include <math.h>

#include "moly/nuclide/decay.h"
#include "moly/spectrometry/calibrate.h"

#include "commands_inside.h"

typedef struct calibrate_args {
    const char *file;
    int64_t index;
    const char *source;
    moly_instant certified;
    double uncertainty;
    int64_t terms;
    const char *data;
} calibrate_args;

static const moly_param params[] = {
    {"file", 0, MOLY_TEXT(calibrate_args, file), .is_required = true, .is_positional = true,
     .pattern_hint = "FILE", .help = "spectrum of the source, in the geometry of the samples"},
    {"source", 0, MOLY_TEXT(calibrate_args, source), .is_required = true,
     .pattern_hint = "INVENTORY", .help = "certified activity and nuclide: \"37 kBq Eu-152\""},
    {"certified", 'c', MOLY_INSTANT(calibrate_args, certified), .is_required = true,
     .help = "instant of the certified activity"},
    {"uncertainty", 'u', MOLY_F64(calibrate_args, uncertainty), .dim = MOLY_DIM_FRACTION,
     .min = 0.0, .max = 0.5, .fallback = "1 %",
     .help = "of the certified activity, one standard deviation"},
    {"terms", 't', MOLY_I64(calibrate_args, terms), .min = 2, .max = 6,
     .help = "of the polynomial in the logarithm of the energy; without it by the number of peaks"},
    {"spectrum", 's', MOLY_I64(calibrate_args, index), .min = 1, .max = 256,
     .help = "which of the file's spectra, from 1; without it the first foreground"},
    DATA_PARAM(calibrate_args, data),
};

static const moly_column point_columns[] = {
    {"energy_kev", "Line", MOLY_DIM_ENERGY, 6},
    {"efficiency", "Counts per photon", MOLY_DIM_NONE, 4},
    {"relative_sd", "±", MOLY_DIM_FRACTION, 2},
    {"residual", "Off the curve", MOLY_DIM_FRACTION, 2},
};
static const moly_view views[] = {
    {"Efficiency", "points", point_columns, 4},
};

static json_t *result_of(const moly_calibration *made)
{
    json_t *points = json_array();
    for (size_t i = 0; i < made->n_points; i++) {
        const moly_efficiency_point *point = &made->points[i];
        json_array_append_new(points,
                              json_pack("{s:o, s:o, s:o, s:o}", "energy_kev",
                                        moly_json_rounded(point->energy_kev, 8), "efficiency",
                                        moly_json_rounded(point->efficiency, 6), "relative_sd",
                                        moly_json_rounded(point->relative_sd, 3), "residual",
                                        moly_json_rounded(point->residual, 3)));
    }
    return json_pack("{s:o, s:o}", "efficiency", moly_efficiency_json(&made->efficiency), "points",
                     points);
}

static moly_status read_source(const calibrate_args *args, const moly_nuclide_set *set,
                               moly_certified_source *source, moly_error *err)
{
    moly_inventory_term terms[2];
    size_t n = 0;
    moly_status status = moly_inventory_parse(set, args->source, 2, terms, &n, err);
    if (status == MOLY_OK && (n != 1 || !(terms[0].activity_bq > 0.0))) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE,
                           "--source is one activity above 0 of one nuclide: \"37 kBq Eu-152\"");
    }
    if (status == MOLY_OK) {
        *source = (moly_certified_source){terms[0].nuclide, terms[0].activity_bq, args->uncertainty,
                                          args->certified};
    }
    return status;
}

static moly_status run_calibrate(const void *arguments, const moly_run *run, json_t **result,
                                 moly_error *err)
{
    const calibrate_args *args = arguments;
    moly_nuclide_set *loaded = NULL;
    const moly_nuclide_set *set = NULL;
    moly_gamma_spectrum *spectrum = NULL;
    moly_identification *found = NULL;
    moly_certified_source source;
    moly_calibration made;
    moly_identify_options options = moly_identify_options_default();
    moly_status status = commands_open_set(args->data, &loaded, &set, err);
    if (status == MOLY_OK) {
        status = read_source(args, set, &source, err);
    }
    if (status == MOLY_OK) {
        status = moly_gamma_spectrum_load(args->file, args->index > 0 ? (size_t)args->index : 0,
                                          &spectrum, err);
    }
    if (status == MOLY_OK) {
        options.set = set;
        options.wanted = &source.nuclide;
        options.n_wanted = 1;
        options.progress = run->progress;
        status = moly_identify(spectrum, &options, &found, err);
    }
    if (status == MOLY_OK) {
        spectrum = NULL; /* taken over */
        status = moly_calibrate(found, set, &source, args->terms > 0 ? (size_t)args->terms : 0,
                                &made, err);
    }
    if (status == MOLY_OK) {
        *result = result_of(&made);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    moly_identification_free(found);
    moly_gamma_spectrum_free(spectrum);
    moly_nuclide_set_free(loaded);
    return status;
}

const moly_command moly_command_calibrate = {
    .declaration =
        {
            .name = "calibrate",
            .summary = "Fit the efficiency of a gamma detector to a source of known activity",
            .description =
                "Identifies the source in its spectrum, divides the counts of each peak that one "
                "line makes alone by the photons emitted, and fits the logarithm of the efficiency "
                "with a polynomial in the logarithm of the energy. What it prints as JSON is what "
                "moly identify --efficiency reads.\n\n"
                "The curve holds for the geometry it was measured in. Sum coincidences are not "
                "corrected: near the detector, sources of cascades such as Eu-152 read low.",
            .example = "moly calibrate eu152.Spe --source \"37 kBq Eu-152\" "
                       "--certified 2017-01-01T12:00Z --format json",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(calibrate_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run_calibrate,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* moly nema: performance of PET scanners and gamma cameras by NEMA's standards. */
#include "nema.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/centre/pack.h"

static const char *const tests[] = {"iq",         "resolution", "sensitivity", "scatter",
                                    "uniformity", "rotation",   NULL};

static const moly_param params[] = {
    {"files", 0, MOLY_TEXT_LIST(nema_args, files), .is_required = true, .is_positional = true,
     .pattern_hint = "FILE",
     .help = "images (DICOM, NIfTI, Interfile), PET sinograms or folders of raw data"},
    {"test", 't', MOLY_CHOICE(nema_args, test), .choices = tests, .is_required = true,
     .help = "what is measured"},
    {"ratio", 0, MOLY_F64(nema_args, ratio), .min = 1.01, .max = 1000.0, .fallback = "4",
     .help = "image quality: activity of hot spheres over background, as filled"},
    {"cold", 0, MOLY_I64(nema_args, n_cold), .max = 6.0, .fallback = "0",
     .help = "image quality: how many of the largest spheres are cold"},
    {"centre", 0, MOLY_F64_LIST(nema_args, centre_mm), .dim = MOLY_DIM_LENGTH, .min = -5000.0,
     .max = 5000.0,
     .help = "place of the spheres' circle (x,y,z), or of the scanner's axis (x,y), in the image"},
    {"angle", 0, MOLY_F64(nema_args, angle_deg), .min = -360.0, .max = 360.0,
     .help = "with --centre: of the largest sphere, in degrees from x to y"},
    {"mirrored", 0, MOLY_BOOL(nema_args, is_mirrored), .fallback = "no",
     .help = "with --centre: spheres grow with the angle"},
    {"core", 0, MOLY_F64(nema_args, core_mm), .dim = MOLY_DIM_LENGTH, .min = 0.0, .max = 20.0,
     .help = "image quality: voxels so far within a sphere's wall are measured too"},
    {"background", 0, MOLY_F64(nema_args, background_bq_per_ml), .dim = MOLY_DIM_CONCENTRATION,
     .min = 1e-6, .max = 1e12, .help = "image quality: what was filled, for the calibration"},
    {"activity", 'a', MOLY_F64_LIST(nema_args, activities_bq), .dim = MOLY_DIM_ACTIVITY, .min = 1.0,
     .max = 1e12, .help = "sensitivity, scatter: at the start of each file's scan"},
    {"duration", 0, MOLY_F64_LIST(nema_args, durations_s), .dim = MOLY_DIM_TIME, .min = 1e-3,
     .max = 1e7, .help = "sensitivity, scatter: of each file's scan"},
    {"nuclide", 'n', MOLY_TEXT(nema_args, nuclide), .max = 12.0, .fallback = "F-18",
     .help = "sensitivity, scatter: what decays"},
    {"wall", 0, MOLY_F64_LIST(nema_args, walls_mm), .dim = MOLY_DIM_LENGTH, .min = 0.0,
     .max = 100.0,
     .help = "sensitivity: metal around each file's line; without it 1.25 mm a sleeve, one more in "
             "each file"},
    {"delayed", 0, MOLY_TEXT_LIST(nema_args, delayed), .pattern_hint = "FILE",
     .help =
         "sensitivity, scatter: delayed coincidences of each file; those of a folder are found"},
    {"scatter-fraction", 0, MOLY_F64(nema_args, scatter_fraction), .dim = MOLY_DIM_FRACTION,
     .min = 0.0, .max = 0.99, .help = "scatter: known from elsewhere, of files without delayeds"},
    {"doubled", 0, MOLY_BOOL(nema_args, is_doubled), .fallback = "no",
     .help = "scatter: randoms count twice in the NECR, as they are subtracted bin by bin"},
    {"background-counts", 0, MOLY_F64(nema_args, background_counts), .dim = MOLY_DIM_COUNTS,
     .min = 0.0, .max = 1e15, .help = "sensitivity of a gamma camera: counts without the source"},
    {"width", 0, MOLY_F64(nema_args, width_mm), .dim = MOLY_DIM_LENGTH, .min = 10.0, .max = 2000.0,
     .help = "uniformity: useful field; without it 95 % of what is exposed"},
    {"length", 0, MOLY_F64(nema_args, length_mm), .dim = MOLY_DIM_LENGTH, .min = 10.0,
     .max = 2000.0, .help = "uniformity: useful field along the axis"},
    {"limit", 'l', MOLY_TEXT_LIST(nema_args, limits), .pattern_hint = "KEY=VALUE",
     .help = "limit of a figure in its own unit, the manufacturer's: integral_ufov=0.04"},
    {"pack", 0, MOLY_TEXT(nema_args, pack), .fallback = "common", .pattern_hint = "CODE",
     .help = "pack of limits of a country, for figures without --limit"},
};

/* ---- figures and their limits ---- */

moly_status nema_set(nema_work *w, const char *key, json_t *value, moly_error *err)
{
    return json_object_set_new(w->whole, key, value) == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
}

/* `--limit key=value`. @return whether one was given */
static moly_status own_limit(const nema_args *a, const char *key, double *limit, bool *is_given,
                             moly_error *err)
{
    *is_given = false;
    for (size_t i = 0; i < a->limits.n; i++) {
        const char *text = a->limits.values[i], *equals = strchr(text, '=');
        if (!equals) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "--limit %.60s: KEY=VALUE is wanted", text);
        }
        if ((size_t)(equals - text) == strlen(key) && strncmp(text, key, strlen(key)) == 0) {
            *is_given = true;
            return moly_number_parse(equals + 1, limit, err);
        }
    }
    return MOLY_OK;
}

static const json_t *pack_limit(const nema_work *w, const char *key)
{
    char name[96];
    size_t i;
    const json_t *row;
    (void)snprintf(name, sizeof name, "camera_%s_%s", tests[w->args->test], key);
    json_array_foreach(json_object_get(w->limits, "limits"), i, row)
    {
        const char *known = json_string_value(json_object_get(row, "key"));
        if (known && strcmp(known, name) == 0) {
            return row;
        }
    }
    return NULL;
}

moly_status nema_add(nema_work *w, const nema_value *v, moly_error *err)
{
    double limit = NAN;
    bool is_given = false;
    const char *source = "--limit", *standing = "given";
    moly_status status = own_limit(w->args, v->key, &limit, &is_given, err);
    const json_t *known = status || is_given ? NULL : pack_limit(w, v->key);
    if (known) {
        limit = json_number_value(json_object_get(known, "value"));
        source = json_string_value(json_object_get(known, "source"));
        standing = json_string_value(json_object_get(known, "status"));
    }
    if (status) {
        return status;
    }
    json_t *row = json_pack("{s:s, s:s, s:s*, s:o, s:s}", "key", v->key, "measure", v->measure,
                            "of", v->of, "value", moly_json_rounded(v->value, 6), "unit", v->unit);
    if (isfinite(limit) && row) {
        const bool is_passed = v->is_least ? v->value >= limit : fabs(v->value) <= limit;
        json_object_set_new(row, "limit", moly_json_real(limit));
        json_object_set_new(row, "bound", json_string(v->is_least ? "at least" : "at most"));
        json_object_set_new(row, "result", json_string(is_passed ? "passed" : "failed"));
        json_object_set_new(row, "limit_source", json_string(source));
        json_object_set_new(row, "limit_status", json_string(standing));
    }
    return json_array_append_new(w->values, row) == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
}

/* A limit that names no figure of this test is a slip of the pen. */
static moly_status check_limits(const nema_work *w, moly_error *err)
{
    for (size_t i = 0; i < w->args->limits.n; i++) {
        const char *text = w->args->limits.values[i], *equals = strchr(text, '=');
        const size_t n = equals ? (size_t)(equals - text) : strlen(text);
        bool is_known = false;
        size_t k;
        const json_t *row;
        json_array_foreach(w->values, k, row)
        {
            const char *key = json_string_value(json_object_get(row, "key"));
            is_known = is_known || (key && strlen(key) == n && strncmp(key, text, n) == 0);
        }
        if (!is_known) {
            return MOLY_FAIL(
                err, MOLY_ERR_UNKNOWN,
                "--limit %.60s: this test has no such figure; the first is %s", text,
                json_string_value(json_object_get(json_array_get(w->values, 0), "key")));
        }
    }
    return MOLY_OK;
}

/* "failed" if a figure did, "passed" if one was judged, else "not judged". */
static const char *outcome(const json_t *values)
{
    const char *word = "not judged";
    size_t i;
    const json_t *row;
    json_array_foreach(values, i, row)
    {
        const char *result = json_string_value(json_object_get(row, "result"));
        if (result && strcmp(result, "failed") == 0) {
            return "failed";
        }
        word = result ? "passed" : word;
    }
    return word;
}

/* ---- a run ---- */

static moly_status run_test(nema_work *w, moly_error *err)
{
    const bool is_nm = nema_is_nm(w->args->files.values[0]);
    switch ((nema_test)w->args->test) {
    case NEMA_IQ:
        return nema_run_iq(w, err);
    case NEMA_RESOLUTION:
        return is_nm ? nema_run_line(w, err) : nema_run_points(w, err);
    case NEMA_SENSITIVITY:
        return is_nm ? nema_run_planar(w, err) : nema_run_sensitivity(w, err);
    case NEMA_SCATTER:
        return nema_run_scatter(w, err);
    case NEMA_UNIFORMITY:
        return nema_run_uniformity(w, err);
    case NEMA_ROTATION:
    case N_NEMA_TESTS:
        break;
    }
    return nema_run_rotation(w, err);
}

static const char *standard_of(const nema_args *a)
{
    static const char *const pet[] = {"NEMA NU 2-2018, 7", "NEMA NU 2-2018, 3", "NEMA NU 2-2018, 5",
                                      "NEMA NU 2-2018, 4"};
    const bool is_pet = a->test <= NEMA_SCATTER && !nema_is_nm(a->files.values[0]);
    return is_pet ? pet[a->test] : "NEMA NU 1-2018";
}

static json_t *file_names(const nema_args *a)
{
    json_t *names = json_array();
    for (size_t i = 0; i < a->files.n; i++) {
        json_array_append_new(names, json_string(a->files.values[i]));
    }
    return names;
}

static moly_status run_nema(const void *arguments, const moly_run *run, json_t **result,
                            moly_error *err)
{
    nema_work w = {.args = arguments, .run = run, .values = json_array()};
    *result = NULL;
    w.whole = json_pack("{s:s, s:s, s:s, s:o}", "test", tests[w.args->test], "standard",
                        standard_of(w.args), "moly", MOLY_VERSION, "files", file_names(w.args));
    moly_status status = w.whole && w.values ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : moly_pack_show(w.args->pack, true, &w.limits, err);
    status = status ? status : run_test(&w, err);
    status = status ? status : check_limits(&w, err);
    status = status ? status : nema_set(&w, "result", json_string(outcome(w.values)), err);
    status = status ? status : nema_set(&w, "values", json_incref(w.values), err);
    status = status ? status
                    : nema_set(&w, "limits_version",
                               json_incref(json_object_get(w.limits, "version")), err);
    if (!status) {
        *result = json_incref(w.whole);
    }
    json_decref(w.limits);
    json_decref(w.values);
    json_decref(w.whole);
    return status;
}

static const moly_column head_columns[] = {
    {"test", "Test", MOLY_DIM_NONE, 0},
    {"standard", "Standard", MOLY_DIM_NONE, 0},
    {"result", "Result", MOLY_DIM_NONE, MOLY_OWN_WORDS},
};
static const moly_column value_columns[] = {
    {"measure", "Measure", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"of", "Of", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"value", "Value", MOLY_DIM_NONE, 4},
    {"unit", "Unit", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"bound", "Limit is", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"limit", "Limit", MOLY_DIM_NONE, 4},
    {"result", "Result", MOLY_DIM_NONE, MOLY_OWN_WORDS},
};
static const moly_column sphere_columns[] = {
    {"diameter_mm", "Sphere", MOLY_DIM_LENGTH, 4},
    {"is_cold", "Cold", MOLY_DIM_NONE, 0},
    {"recovery", "Recovery", MOLY_DIM_FRACTION, 4},
    {"variability", "Variability", MOLY_DIM_FRACTION, 4},
    {"core", "Core over truth", MOLY_DIM_NONE, 5},
    {"core_sd", "±", MOLY_DIM_NONE, 2},
};
static const moly_column place_columns[] = {
    {"background", "Background", MOLY_DIM_NONE, 6},
    {"angle_deg", "Angle", MOLY_DIM_NONE, 4},
    {"width_mm", "Body's width", MOLY_DIM_LENGTH, 4},
    {"height_mm", "Its height", MOLY_DIM_LENGTH, 4},
    {"clearance_mm", "Circles from spheres", MOLY_DIM_LENGTH, 3},
};
static const moly_column rate_columns[] = {
    {"activity_bq", "Activity", MOLY_DIM_ACTIVITY, 4},
    {"scatter_fraction", "Scatter fraction", MOLY_DIM_FRACTION, 4},
    {"total_per_s", "Total / 1/s", MOLY_DIM_NONE, 5},
    {"true_per_s", "True / 1/s", MOLY_DIM_NONE, 5},
    {"scatter_per_s", "Scattered / 1/s", MOLY_DIM_NONE, 5},
    {"random_per_s", "Random / 1/s", MOLY_DIM_NONE, 5},
    {"necr_per_s", "NECR / 1/s", MOLY_DIM_NONE, 5},
};
static const moly_column flood_columns[] = {
    {"counts", "Counts", MOLY_DIM_NONE, 12},
    {"pixel_mm", "Pixel", MOLY_DIM_LENGTH, 4},
    {"width_mm", "Useful width", MOLY_DIM_LENGTH, 4},
    {"length_mm", "Useful length", MOLY_DIM_LENGTH, 4},
};
static const moly_view views[] = {
    {NULL, "", head_columns, 3},
    {"Figures", "values", value_columns, 7},
    {"Spheres", "spheres", sphere_columns, 6},
    {"Phantom", "placement", place_columns, 5},
    {"Count rates", "rates", rate_columns, 7},
    {"Flood", "flood", flood_columns, 4},
};

const moly_command cli_nema_command = {
    .declaration =
        {
            .name = "nema",
            .summary = "Measure a scanner by NEMA's standards",
            .description =
                "PET, NU 2-2018: iq, contrast recovery of six spheres, background variability by "
                "60 circles of each size and lung residual, of an image whose phantom is found by "
                "itself; resolution, widths of point sources; sensitivity, a line in sleeves; "
                "scatter, scatter fraction and count rates from sinograms of the 70 cm line "
                "phantom at one or more activities.\n\n"
                "Gamma cameras, NU 1-2018: uniformity of a flood, resolution of a line source, "
                "rotation (centre of rotation) of a point source, planar sensitivity.\n\n"
                "Activity and duration come from the folder of a simulated scan, or are given. "
                "Each figure is compared with its limit: what --limit gives, else that of the "
                "pack, whose rows name their sources.",
            .example = "moly nema flood.dcm --test uniformity --limit integral_ufov=0.06",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(nema_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run_nema,
};

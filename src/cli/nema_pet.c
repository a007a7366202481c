/* SPDX-License-Identifier: Apache-2.0 */
/* `moly nema` on PET: image quality, resolution, sensitivity, scatter fraction and count rates. */
#include "nema.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "moly/base/memory.h"
#include "moly/formats/interfile.h"

enum { MOST_FILES = 64 };
static const double pi = 3.14159265358979323846;
static const double sleeve_mm = 1.25;

static json_t *place(const double at_mm[3])
{
    return json_pack("[o, o, o]", moly_json_rounded(at_mm[0], 6), moly_json_rounded(at_mm[1], 6),
                     moly_json_rounded(at_mm[2], 6));
}

/* ---- image quality ---- */

static moly_status read_options(const nema_args *a, moly_nema_iq_options *o, moly_error *err)
{
    *o = moly_nema_iq_usual();
    o->ratio = a->ratio;
    o->n_cold = (int)a->n_cold;
    o->core_mm = a->core_mm;
    o->is_mirrored = a->is_mirrored == 1;
    o->has_centre = a->centre_mm.n > 0;
    if (a->centre_mm.n != 0 && a->centre_mm.n != 3) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "--centre has %zu numbers; x, y and z are wanted",
                         a->centre_mm.n);
    }
    if (o->has_centre && !isfinite(a->angle_deg)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "--centre needs --angle, of the largest sphere");
    }
    for (size_t i = 0; i < a->centre_mm.n; i++) {
        o->centre_mm[i] = a->centre_mm.values[i];
    }
    o->angle_rad = o->has_centre ? a->angle_deg * pi / 180.0 : 0.0;
    return MOLY_OK;
}

static moly_status add_sphere(nema_work *w, json_t *rows, const moly_nema_sphere *s,
                              moly_error *err)
{
    char size[24], key[48];
    (void)snprintf(size, sizeof size, "%g mm", s->diameter_mm);
    json_t *row = json_pack(
        "{s:o, s:b, s:o, s:o, s:o, s:o, s:o}", "diameter_mm", moly_json_real(s->diameter_mm),
        "is_cold", s->is_cold, "mean", moly_json_rounded(s->mean, 6), "background",
        moly_json_rounded(s->background, 6), "recovery", moly_json_rounded(s->recovery, 6),
        "variability", moly_json_rounded(s->variability, 6), "centre_mm", place(s->centre_mm));
    if (isfinite(s->core) && row) {
        json_object_set_new(row, "core", moly_json_rounded(s->core, 6));
        json_object_set_new(row, "core_sd", moly_json_rounded(s->core_sd, 3));
        json_object_set_new(row, "core_voxels", json_integer(s->n_core));
    }
    if (json_array_append_new(rows, row) != 0) {
        return MOLY_NO_MEMORY(err);
    }
    (void)snprintf(key, sizeof key, "recovery_%gmm", s->diameter_mm);
    moly_status status = nema_add(
        w, &(nema_value){key, "contrast recovery", size, s->recovery, "fraction", true}, err);
    (void)snprintf(key, sizeof key, "variability_%gmm", s->diameter_mm);
    if (!status) {
        status = nema_add(
            w,
            &(nema_value){key, "background variability", size, s->variability, "fraction", false},
            err);
    }
    return status;
}

static moly_status put_iq(nema_work *w, const moly_nema_iq *iq, moly_error *err)
{
    json_t *rows = json_array(), *lung = json_array();
    moly_status status = rows && lung ? MOLY_OK : MOLY_NO_MEMORY(err);
    for (int i = 0; i < MOLY_NEMA_N_SPHERES && !status; i++) {
        status = add_sphere(w, rows, &iq->spheres[i], err);
    }
    for (int64_t i = 0; i < iq->n_lung && !status; i++) {
        json_t *row = json_pack("{s:I, s:o, s:o}", "plane", (json_int_t)iq->first_lung + i + 1,
                                "position_mm", moly_json_rounded(iq->lung[i].position_mm, 6),
                                "residual", moly_json_rounded(iq->lung[i].residual, 6));
        status = json_array_append_new(lung, row) == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    status = status ? status : nema_set(w, "spheres", json_incref(rows), err);
    status = status ? status : nema_set(w, "lung", json_incref(lung), err);
    json_decref(rows);
    json_decref(lung);
    const double limits[2] = {iq->lung_mean, iq->lung_worst};
    status = status ? status
                    : nema_add(w,
                               &(nema_value){"lung_mean", "lung residual", "mean of planes",
                                             limits[0], "fraction", false},
                               err);
    status = status ? status
                    : nema_add(w,
                               &(nema_value){"lung_worst", "lung residual", "worst plane",
                                             limits[1], "fraction", false},
                               err);
    if (!status && isfinite(w->args->background_bq_per_ml)) {
        const double bias = iq->background / w->args->background_bq_per_ml - 1.0;
        status = nema_add(
            w, &(nema_value){"calibration", "background's bias", NULL, bias, "fraction", false},
            err);
    }
    return status
               ? status
               : nema_set(w, "placement",
                          json_pack("{s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o}", "centre_mm",
                                    place(iq->centre_mm), "angle_deg",
                                    moly_json_rounded(iq->angle_rad * 180.0 / pi, 5), "is_mirrored",
                                    iq->is_mirrored, "width_mm", moly_json_rounded(iq->width_mm, 5),
                                    "height_mm", moly_json_rounded(iq->height_mm, 5),
                                    "clearance_mm", moly_json_rounded(iq->clearance_mm, 4),
                                    "background", moly_json_rounded(iq->background, 6), "ratio",
                                    moly_json_real(w->args->ratio)),
                          err);
}

moly_status nema_run_iq(nema_work *w, moly_error *err)
{
    moly_nema_iq_options options;
    moly_nema_iq iq = {0};
    moly_volume *image = NULL;
    moly_status status = read_options(w->args, &options, err);
    if (!status && w->args->files.n != 1) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "%zu files; image quality is that of one image",
                           w->args->files.n);
    }
    status = status ? status : nema_read_image(w, w->args->files.values[0], &image, err);
    status = status ? status : moly_nema_iq_measure(image, &options, &iq, err);
    status = status ? status : put_iq(w, &iq, err);
    moly_nema_iq_free(&iq);
    moly_volume_free(image);
    return status;
}

/* ---- resolution ---- */

static moly_status add_point(nema_work *w, json_t *rows, size_t number, const moly_nema_point *p,
                             moly_error *err)
{
    static const char *const words[2][3] = {{"radial", "tangential", "axial"},
                                            {"tangential", "radial", "axial"}};
    char of[96], key[64];
    json_t *row =
        json_pack("{s:I, s:o, s:o}", "point", (json_int_t)number, "position_mm",
                  place(p->position_mm), "off_axis_mm", moly_json_rounded(p->off_axis_mm, 5));
    moly_status status = row ? MOLY_OK : MOLY_NO_MEMORY(err);
    for (int axis = 0; axis < 3 && !status; axis++) {
        const char *word = words[p->radial][axis];
        const double widths[2] = {p->fwhm_mm[axis], p->fwtm_mm[axis]};
        for (int k = 0; k < 2 && !status; k++) {
            const char *name = k ? "fwtm" : "fwhm";
            (void)snprintf(key, sizeof key, "%s_%s_mm", word, name);
            json_object_set_new(row, key, moly_json_rounded(widths[k], 5));
            (void)snprintf(key, sizeof key, "%s_%s_%zu", name, word, number);
            (void)snprintf(of, sizeof of, "%s, %.0f mm (z %.0f mm)", word, p->off_axis_mm,
                           p->position_mm[2]);
            status = nema_add(
                w, &(nema_value){key, k ? "FWTM" : "FWHM", of, widths[k], "mm", false}, err);
        }
    }
    if (json_array_append_new(rows, row) != 0 && !status) {
        status = MOLY_NO_MEMORY(err);
    }
    return status;
}

moly_status nema_run_points(nema_work *w, moly_error *err)
{
    json_t *rows = json_array();
    double axis_mm[2] = {0.0, 0.0};
    size_t number = 0;
    moly_status status = rows ? MOLY_OK : MOLY_NO_MEMORY(err);
    for (size_t i = 0; i < w->args->centre_mm.n && i < 2; i++) {
        axis_mm[i] = w->args->centre_mm.values[i];
    }
    for (size_t f = 0; f < w->args->files.n && !status; f++) {
        moly_nema_point points[MOLY_NEMA_MOST_POINTS];
        moly_volume *image = NULL;
        size_t n = 0;
        status = nema_read_image(w, w->args->files.values[f], &image, err);
        status = status ? status : moly_nema_points_measure(image, axis_mm, points, &n, err);
        for (size_t i = 0; i < n && !status; i++) {
            status = add_point(w, rows, ++number, &points[i], err);
        }
        moly_volume_free(image);
    }
    status = status ? status : nema_set(w, "points", json_incref(rows), err);
    json_decref(rows);
    return status;
}

/* ---- raw data ---- */

static moly_status open_raw(const char *path, const char *name, moly_sinogram **sinogram,
                            moly_error *err)
{
    struct stat info;
    moly_text file = {0};
    *sinogram = NULL;
    if (stat(path, &info) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "no raw data %s", path);
    }
    moly_text_printf(&file, S_ISDIR(info.st_mode) ? "%s/%s.hs" : "%s", path, name);
    moly_status status = moly_interfile_open_sinogram(moly_text_get(&file), sinogram, err);
    moly_text_free(&file);
    return status;
}

/* Delayed coincidences of file `i`: named, or in its folder. NAN: none. */
static moly_status read_delayed(const nema_work *w, size_t i, double *counts, moly_error *err)
{
    moly_sinogram *delayed = NULL;
    const char *path = w->args->files.values[i];
    struct stat info;
    moly_text file = {0};
    moly_status status = MOLY_OK;
    *counts = NAN;
    moly_text_printf(&file, "%s/delayeds.hs", path);
    if (i < w->args->delayed.n) {
        status = open_raw(w->args->delayed.values[i], "delayeds", &delayed, err);
    } else if (stat(moly_text_get(&file), &info) == 0) {
        status = moly_interfile_open_sinogram(moly_text_get(&file), &delayed, err);
    }
    if (!status && delayed) {
        status = moly_nema_counts_within(delayed, counts, err);
    }
    moly_sinogram_free(delayed);
    moly_text_free(&file);
    return status;
}

/* Mean activity of a scan over that at its start. */
static moly_status mean_share(const nema_work *w, double duration_s, double *share, moly_error *err)
{
    double half_life_s = 0.0;
    moly_status status = nema_half_life(w, &half_life_s, err);
    if (!status) {
        const double x = log(2.0) * duration_s / half_life_s;
        *share = x > 1e-9 ? -expm1(-x) / x : 1.0;
    }
    return status;
}

/* ---- sensitivity ---- */

static moly_status put_sensitivity(nema_work *w, size_t n, const double *walls_mm,
                                   const double *rates, const json_t *lines, const double *slices,
                                   size_t n_slices, moly_error *err)
{
    double without = 0.0, mu = 0.0, all = 0.0;
    json_t *profile = json_array();
    moly_status status = moly_nema_sensitivity_fit(n, walls_mm, rates, &without, &mu, err);
    for (size_t i = 0; i < n_slices; i++) {
        all += slices[i];
    }
    for (size_t i = 0; i < n_slices && !status; i++) {
        json_t *row = json_pack("{s:I, s:o}", "slice", (json_int_t)i + 1, "cps_per_bq",
                                moly_json_rounded(without * slices[i] / all, 6));
        status = json_array_append_new(profile, row) == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    status = status ? status : nema_set(w, "slices", json_incref(profile), err);
    json_decref(profile);
    status = status ? status : nema_set(w, "lines", json_deep_copy(lines), err);
    status = status ? status
                    : nema_add(w,
                               &(nema_value){"system", "sensitivity", "without attenuation",
                                             1e3 * without, "cps/kBq", true},
                               err);
    return status ? status
                  : nema_add(w,
                             &(nema_value){"wall_attenuation", "attenuation of the sleeves", NULL,
                                           mu, "1/mm", false},
                             err);
}

static moly_status read_line(nema_work *w, size_t i, double *rate, json_t *lines, double **slices,
                             size_t *n_slices, moly_error *err)
{
    const char *path = w->args->files.values[i];
    const double wall =
        i < w->args->walls_mm.n ? w->args->walls_mm.values[i] : sleeve_mm * (double)(i + 1);
    moly_sinogram *prompts = NULL;
    double activity = 0.0, duration = 0.0, share = 1.0, sum = 0.0, randoms = NAN;
    moly_status status =
        nema_number(path, &w->args->activities_bq, i, "activity_bq", "--activity", &activity, err);
    status = status ? status
                    : nema_number(path, &w->args->durations_s, i, "duration_s", "--duration",
                                  &duration, err);
    status = status ? status : mean_share(w, duration, &share, err);
    status = status ? status : open_raw(path, "prompts", &prompts, err);
    status = status ? status : moly_nema_axial_counts(prompts, slices, n_slices, err);
    status = status ? status : read_delayed(w, i, &randoms, err);
    moly_sinogram_free(prompts);
    if (status) {
        return status;
    }
    for (size_t s = 0; s < *n_slices; s++) {
        sum += (*slices)[s];
    }
    sum -= isfinite(randoms) ? randoms : 0.0;
    *rate = sum / duration / (activity * share);
    json_t *row =
        json_pack("{s:s, s:o, s:o, s:o}", "file", path, "wall_mm", moly_json_real(wall), "counts",
                  moly_json_rounded(sum, 9), "cps_per_bq", moly_json_rounded(*rate, 6));
    return json_array_append_new(lines, row) == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
}

moly_status nema_run_sensitivity(nema_work *w, moly_error *err)
{
    const size_t n = w->args->files.n;
    double walls_mm[MOST_FILES], rates[MOST_FILES], *first = NULL;
    size_t n_first = 0;
    json_t *lines = json_array();
    moly_status status =
        n > MOST_FILES ? MOLY_FAIL(err, MOLY_ERR_USAGE, "%zu files; %d at most", n, MOST_FILES)
        : lines        ? MOLY_OK
                       : MOLY_NO_MEMORY(err);
    for (size_t i = 0; i < n && !status; i++) {
        double *slices = NULL;
        size_t n_slices = 0;
        walls_mm[i] =
            i < w->args->walls_mm.n ? w->args->walls_mm.values[i] : sleeve_mm * (double)(i + 1);
        status = read_line(w, i, &rates[i], lines, &slices, &n_slices, err);
        if (!first) {
            first = slices;
            n_first = n_slices;
        } else {
            moly_free(slices);
        }
    }
    status = status ? status : put_sensitivity(w, n, walls_mm, rates, lines, first, n_first, err);
    moly_free(first);
    json_decref(lines);
    return status;
}

/* ---- scatter fraction and count rates ---- */

typedef struct rate_point {
    double activity_bq, duration_s, randoms;
    moly_nema_counts counts;
    moly_nema_rates rates;
} rate_point;

static moly_status read_point(nema_work *w, size_t i, rate_point *p, moly_error *err)
{
    const char *path = w->args->files.values[i];
    moly_sinogram *prompts = NULL;
    double share = 1.0;
    moly_status status = nema_number(path, &w->args->activities_bq, i, "activity_bq", "--activity",
                                     &p->activity_bq, err);
    status = status ? status
                    : nema_number(path, &w->args->durations_s, i, "duration_s", "--duration",
                                  &p->duration_s, err);
    status = status ? status : mean_share(w, p->duration_s, &share, err);
    status = status ? status : open_raw(path, "prompts", &prompts, err);
    status = status ? status : moly_nema_scatter_counts(prompts, &p->counts, err);
    status = status ? status : read_delayed(w, i, &p->randoms, err);
    p->activity_bq *= share;
    moly_sinogram_free(prompts);
    return status;
}

static json_t *rate_row(const char *path, const rate_point *p)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "file", path, "activity_bq",
                     moly_json_rounded(p->activity_bq, 6), "scatter_fraction",
                     moly_json_rounded(p->rates.scatter_fraction, 5), "total_per_s",
                     moly_json_rounded(p->rates.total_cps, 6), "true_per_s",
                     moly_json_rounded(p->rates.true_cps, 6), "scatter_per_s",
                     moly_json_rounded(p->rates.scatter_cps, 6), "random_per_s",
                     moly_json_rounded(p->rates.random_cps, 6), "necr_per_s",
                     moly_json_rounded(p->rates.necr_cps, 6));
}

static moly_status put_rates(nema_work *w, rate_point *points, size_t n, moly_error *err)
{
    size_t lowest = 0, best = 0;
    json_t *rows = json_array();
    moly_status status = rows ? MOLY_OK : MOLY_NO_MEMORY(err);
    for (size_t i = 1; i < n; i++) {
        lowest = points[i].activity_bq < points[lowest].activity_bq ? i : lowest;
    }
    /* without delayed coincidences the lowest activity has no randoms, and tells the fraction */
    double fraction = w->args->scatter_fraction;
    if (!status && !isfinite(fraction)) {
        status = moly_nema_rates_of(&points[lowest].counts, points[lowest].randoms,
                                    points[lowest].duration_s, NAN, w->args->is_doubled == 1,
                                    &points[lowest].rates, err);
        fraction = points[lowest].rates.scatter_fraction;
    }
    for (size_t i = 0; i < n && !status; i++) {
        status = moly_nema_rates_of(&points[i].counts, points[i].randoms, points[i].duration_s,
                                    fraction, w->args->is_doubled == 1, &points[i].rates, err);
        if (!status &&
            json_array_append_new(rows, rate_row(w->args->files.values[i], &points[i])) != 0) {
            status = MOLY_NO_MEMORY(err);
        }
        best = points[i].rates.necr_cps > points[best].rates.necr_cps ? i : best;
    }
    status = status ? status : nema_set(w, "rates", json_incref(rows), err);
    json_decref(rows);
    status = status ? status
                    : nema_add(w,
                               &(nema_value){"fraction", "scatter fraction", "lowest activity",
                                             fraction, "fraction", false},
                               err);
    status = status ? status
                    : nema_add(w,
                               &(nema_value){"necr", "peak NECR", NULL, points[best].rates.necr_cps,
                                             "1/s", true},
                               err);
    return status ? status
                  : nema_add(w,
                             &(nema_value){"necr_activity", "activity at peak NECR", NULL,
                                           1e-6 * points[best].activity_bq, "MBq", true},
                             err);
}

moly_status nema_run_scatter(nema_work *w, moly_error *err)
{
    rate_point points[MOST_FILES] = {{0}};
    const size_t n = w->args->files.n;
    moly_status status =
        n > MOST_FILES ? MOLY_FAIL(err, MOLY_ERR_USAGE, "%zu files; %d at most", n, MOST_FILES)
                       : MOLY_OK;
    for (size_t i = 0; i < n && !status; i++) {
        status = read_point(w, i, &points[i], err);
    }
    return status ? status : put_rates(w, points, n, err);
}

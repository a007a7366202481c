/* SPDX-License-Identifier: Apache-2.0 */
/* `moly nema` on gamma cameras: uniformity, centre of rotation, line resolution, sensitivity. */
#include "nema.h"

#include <math.h>

#include "moly/base/memory.h"
#include "moly/quantify/camera.h"

/* The only file, or refused. */
static moly_status only_views(nema_work *w, moly_projections **views, moly_error *err)
{
    *views = NULL;
    return w->args->files.n == 1
               ? nema_read_views(w, w->args->files.values[0], views, err)
               : MOLY_FAIL(err, MOLY_ERR_USAGE, "%zu files; this test reads one", w->args->files.n);
}

static moly_status add_field(nema_work *w, json_t *rows, const char *name, const char *word,
                             const moly_camera_field *f, moly_error *err)
{
    char integral[40], differential[40];
    (void)snprintf(integral, sizeof integral, "integral_%s", name);
    (void)snprintf(differential, sizeof differential, "differential_%s", name);
    json_t *row = json_pack("{s:s, s:I, s:o, s:o, s:o, s:o, s:o}", "field", word, "pixels",
                            (json_int_t)f->n_pixels, "mean", moly_json_rounded(f->mean, 7), "least",
                            moly_json_rounded(f->least, 7), "most", moly_json_rounded(f->most, 7),
                            "integral", moly_json_rounded(f->integral, 6), "differential",
                            moly_json_rounded(f->differential, 6));
    if (json_array_append_new(rows, row) != 0) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = nema_add(
        w, &(nema_value){integral, "integral uniformity", word, f->integral, "fraction", false},
        err);
    return status ? status
                  : nema_add(w,
                             &(nema_value){differential, "differential uniformity", word,
                                           f->differential, "fraction", false},
                             err);
}

moly_status nema_run_uniformity(nema_work *w, moly_error *err)
{
    moly_projections *views = NULL;
    json_t *rows = json_array();
    moly_status status = only_views(w, &views, err);
    for (int64_t v = 0; !status && v < views->n_views; v++) {
        moly_camera_uniformity u;
        char useful[32], central[32];
        const double *width = &w->args->width_mm, *length = &w->args->length_mm;
        status = moly_camera_flood(views, moly_projections_view(views, 0, 0, v),
                                   isfinite(*width) ? *width : 0.0,
                                   isfinite(*length) ? *length : 0.0, &u, err);
        /* a head each */
        (void)snprintf(useful, sizeof useful, v ? "ufov_%lld" : "ufov", (long long)v + 1);
        (void)snprintf(central, sizeof central, v ? "cfov_%lld" : "cfov", (long long)v + 1);
        status = status ? status : add_field(w, rows, useful, "useful field", &u.useful, err);
        status = status ? status : add_field(w, rows, central, "central field", &u.central, err);
        if (!status && v == 0) {
            status = nema_set(
                w, "flood",
                json_pack("{s:o, s:o, s:o, s:o, s:o}", "counts", moly_json_rounded(u.total, 12),
                          "pixel_mm", moly_json_rounded(u.pixel_mm, 5), "width_mm",
                          moly_json_rounded(u.edge_mm[1] - u.edge_mm[0], 5), "length_mm",
                          moly_json_rounded(u.edge_mm[3] - u.edge_mm[2], 5), "pixels_summed",
                          json_integer(u.factor)),
                err);
        }
    }
    status = status ? status : nema_set(w, "fields", json_incref(rows), err);
    json_decref(rows);
    moly_projections_free(views);
    return status;
}

moly_status nema_run_rotation(nema_work *w, moly_error *err)
{
    moly_projections *views = NULL;
    moly_camera_rotation r;
    moly_status status = only_views(w, &views, err);
    status = status ? status : moly_camera_centre_of_rotation(views, &r, err);
    moly_projections_free(views);
    const nema_value values[] = {
        {"offset", "axis of rotation beside the middle", NULL, status ? 0.0 : r.offset_mm, "mm",
         false},
        {"deviation", "largest distance from the sinusoid", NULL, status ? 0.0 : r.deviation_mm,
         "mm", false},
        {"axial_range", "range along the axis", NULL, status ? 0.0 : r.axial_range_mm, "mm", false},
        {"radius", "source from the axis", NULL, status ? 0.0 : r.radius_mm, "mm", false},
    };
    for (size_t i = 0; i < sizeof values / sizeof *values && !status; i++) {
        status = nema_add(w, &values[i], err);
    }
    return status;
}

/* The line runs along the axis in which the profile is narrower than the image. */
static moly_status measure_line(const moly_projections *p, int64_t view, moly_camera_line *line,
                                bool *is_across, moly_error *err)
{
    const float *counts = moly_projections_view(p, 0, 0, view);
    moly_camera_line found[2];
    bool is_found[2];
    moly_error why = {0};
    for (int axis = 0; axis < 2; axis++) {
        const int64_t n = axis == 0 ? p->n_bins : p->n_axial;
        double *profile = moly_alloc((size_t)n, sizeof *profile);
        if (!profile) {
            return MOLY_NO_MEMORY(err);
        }
        moly_camera_profile(p, counts, axis == 0, profile);
        is_found[axis] =
            moly_camera_line_profile(profile, (size_t)n, axis == 0 ? p->bin_mm : p->axial_mm,
                                     &found[axis], axis ? &why : NULL) == MOLY_OK;
        moly_free(profile);
    }
    if (!is_found[0] && !is_found[1]) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "no line source across or along the view: %s",
                         why.message);
    }
    *is_across = is_found[0] && (!is_found[1] || found[0].fwhm_mm <= found[1].fwhm_mm);
    *line = found[*is_across ? 0 : 1];
    return MOLY_OK;
}

moly_status nema_run_line(nema_work *w, moly_error *err)
{
    json_t *rows = json_array();
    moly_status status = rows ? MOLY_OK : MOLY_NO_MEMORY(err);
    for (size_t f = 0; f < w->args->files.n && !status; f++) {
        moly_projections *views = NULL;
        moly_camera_line line = {0};
        bool is_across = true;
        char fwhm[32], fwtm[32];
        status = nema_read_views(w, w->args->files.values[f], &views, err);
        status = status ? status : measure_line(views, 0, &line, &is_across, err);
        moly_projections_free(views);
        const char *word = is_across ? "across" : "along";
        (void)snprintf(fwhm, sizeof fwhm, "fwhm_%zu", f + 1);
        (void)snprintf(fwtm, sizeof fwtm, "fwtm_%zu", f + 1);
        status =
            status ? status
                   : nema_add(w, &(nema_value){fwhm, "FWHM", word, line.fwhm_mm, "mm", false}, err);
        status =
            status ? status
                   : nema_add(w, &(nema_value){fwtm, "FWTM", word, line.fwtm_mm, "mm", false}, err);
        if (!status && json_array_append_new(
                           rows, json_pack("{s:s, s:s, s:o, s:o, s:o}", "file",
                                           w->args->files.values[f], "direction", word,
                                           "position_mm", moly_json_rounded(line.position_mm, 6),
                                           "fwhm_mm", moly_json_rounded(line.fwhm_mm, 5), "fwtm_mm",
                                           moly_json_rounded(line.fwtm_mm, 5))) != 0) {
            status = MOLY_NO_MEMORY(err);
        }
    }
    status = status ? status : nema_set(w, "profiles", json_incref(rows), err);
    json_decref(rows);
    return status;
}

moly_status nema_run_planar(nema_work *w, moly_error *err)
{
    moly_projections *views = NULL;
    double rate = 0.0, activity = 0.0, duration = 0.0, half_life_s = 0.0;
    const double background =
        isfinite(w->args->background_counts) ? w->args->background_counts : 0.0;
    moly_status status = only_views(w, &views, err);
    if (!status) {
        status = nema_number(w->args->files.values[0], &w->args->activities_bq, 0, "activity_bq",
                             "--activity", &activity, err);
    }
    if (!status) {
        duration =
            w->args->durations_s.n ? w->args->durations_s.values[0] : views->views[0].duration_s;
        status = duration > 0.0
                     ? MOLY_OK
                     : MOLY_FAIL(err, MOLY_ERR_USAGE, "the file has no duration: give --duration");
    }
    status = status ? status : nema_half_life(w, &half_life_s, err);
    if (!status) {
        double counts = 0.0;
        for (size_t i = 0; i < moly_projections_view_size(views); i++) {
            counts += (double)views->counts[i];
        }
        status = moly_camera_sensitivity(counts, background, duration, activity, half_life_s, &rate,
                                         err);
    }
    moly_projections_free(views);
    return status ? status
                  : nema_add(w,
                             &(nema_value){"planar", "planar sensitivity", NULL, 1e6 * rate,
                                           "cps/MBq", true},
                             err);
}

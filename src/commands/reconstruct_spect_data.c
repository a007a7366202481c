/* SPDX-License-Identifier: Apache-2.0 */
/* Raw data of a gamma camera for a reconstruction: windows, times, camera, attenuation. */
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "moly/base/memory.h"
#include "moly/base/text.h"
#include "moly/formats/dicom_nm.h"
#include "moly/formats/interfile.h"
#include "moly/matter/photon.h"
#include "moly/reconstruction/factors.h"
#include "moly/simulation/spect.h"
#include "reconstruct_data.h"
#include "reconstruct_spect.h"

enum { MOST_SCAN_BYTES = 1 << 20, N_FILES = 3 };
static const double bq_per_mbq = 1e6;
static const double usual_energy_kev = 140.511; /* Tc-99m, where nothing else is told */

/* ---- scan.json ---- */

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static moly_status read_scan(const spect_wishes *w, moly_arena *arena, spect_data *d,
                             moly_error *err)
{
    char *text = NULL;
    size_t length = 0;
    struct stat info;
    const char *path = moly_arena_printf(arena, "%s/scan.json", w->raw);
    if (!path) {
        return MOLY_NO_MEMORY(err);
    }
    if (!is_folder(w->raw) || stat(path, &info) != 0) {
        return MOLY_OK;
    }
    moly_status status = moly_file_read(path, MOST_SCAN_BYTES, &text, &length, err);
    status = status ? status : moly_json_parse(text, length, &d->scan, err);
    moly_free(text);
    if (status) {
        moly_error_context(err, "%s", path);
    }
    return status;
}

static const char *text_of(const spect_data *d, const char *key)
{
    return json_string_value(json_object_get(d->scan, key));
}

/* ---- counts ---- */

/* Windows of the folder: peak.hs, with lower.hs and upper.hs where they are. */
static moly_status join_windows(moly_projections *const *parts, int n, moly_projections **joined,
                                moly_error *err)
{
    const moly_projections *p = parts[0];
    moly_status status = moly_projections_new(n, 1, p->n_views, p->n_axial, p->n_bins, p->bin_mm,
                                              p->axial_mm, joined, err);
    for (int i = 0; i < n && !status; i++) {
        const moly_projections *one = parts[i];
        if (one->n_views != p->n_views || one->n_axial != p->n_axial || one->n_bins != p->n_bins) {
            status =
                MOLY_FAIL(err, MOLY_ERR_DATA,
                          "energy windows of different sizes: %lld x %lld x %lld and %lld x "
                          "%lld x %lld",
                          (long long)p->n_views, (long long)p->n_axial, (long long)p->n_bins,
                          (long long)one->n_views, (long long)one->n_axial, (long long)one->n_bins);
            break;
        }
        (*joined)->windows[i] = one->windows[0];
        memcpy(moly_projections_view(*joined, i, 0, 0), one->counts,
               (size_t)p->n_views * moly_projections_view_size(p) * sizeof(float));
    }
    if (!status) {
        memcpy((*joined)->views, p->views, (size_t)p->n_views * sizeof *p->views);
    }
    return status;
}

static moly_status read_folder(const spect_wishes *w, moly_arena *arena, spect_data *d,
                               moly_error *err)
{
    static const char *const names[N_FILES] = {"peak", "lower", "upper"};
    moly_projections *parts[N_FILES] = {NULL};
    struct stat info;
    int n = 0;
    moly_status status = MOLY_OK;
    for (int i = 0; i < N_FILES && !status; i++) {
        const char *path = moly_arena_printf(arena, "%s/%s.hs", w->raw, names[i]);
        status = path ? MOLY_OK : MOLY_NO_MEMORY(err);
        if (!status && (i == 0 || stat(path, &info) == 0)) {
            status = moly_interfile_read_projections(path, &parts[n], err);
            n += !status;
        }
    }
    status = status ? status : join_windows(parts, n, &d->counts, err);
    for (int i = 0; i < N_FILES; i++) {
        moly_projections_free(parts[i]);
    }
    return status;
}

static moly_status read_dicom(const char *path, spect_data *d, moly_error *err)
{
    moly_dicom_nm *nm = NULL;
    moly_status status = moly_dicom_read_nm(path, &nm, err);
    if (status) {
        return status;
    }
    if (!strstr(nm->kind, "TOMO") || strstr(nm->kind, "RECON")) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA,
                           "%s: its frames are '%s'; a reconstruction wants the projections of a "
                           "tomography, 'TOMO'",
                           path, nm->kind);
    } else {
        d->counts = nm->projections;
        d->first_row_mm = -nm->first_row_mm; /* the frame's z runs to the feet */
        d->n_heads = nm->n_heads;
        nm->projections = NULL;
    }
    d->nm = nm;
    return status;
}

static moly_status read_counts(const spect_wishes *w, moly_arena *arena, spect_data *d,
                               moly_error *err)
{
    raw_file file = {0};
    moly_status status = MOLY_OK;
    if (is_folder(w->raw)) {
        status = read_folder(w, arena, d, err);
    } else {
        status = raw_find_kind(w->raw, arena, &file, err);
        if (!status) {
            status = file.is_dicom ? read_dicom(w->raw, d, err)
                                   : moly_interfile_read_projections(w->raw, &d->counts, err);
        }
    }
    if (!status && d->counts->n_views < 2) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s has one view: a picture, no tomography", w->raw);
    }
    return status;
}

/* ---- what was scanned by what ---- */

static moly_status find_nuclide(const spect_wishes *w, spect_data *d, moly_error *err)
{
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    const char *name = w->nuclide ? w->nuclide : text_of(d, "nuclide");
    size_t index = 0;
    d->energy_kev = usual_energy_kev;
    if (!name) {
        return MOLY_OK;
    }
    moly_status status = moly_nuclide_find(set, name, &index, err);
    if (!status) {
        d->nuclide = moly_nuclide_at(set, index);
        status = moly_spect_energy(d->nuclide, &d->energy_kev, err);
    }
    return status;
}

static moly_status find_camera(const spect_wishes *w, spect_data *d, moly_error *err)
{
    const char *camera = w->camera ? w->camera : text_of(d, "scanner");
    const char *collimator = w->collimator ? w->collimator : text_of(d, "collimator");
    if (collimator && !camera) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "--collimator %s: of which --camera?", collimator);
    }
    if (w->has_cdr == 1 && !collimator) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "--cdr yes needs --camera and --collimator");
    }
    moly_status status = camera ? moly_gamma_camera_find(camera, &d->camera, err) : MOLY_OK;
    d->has_camera = camera && !status;
    if (!status && collimator) {
        status = moly_gamma_collimator(&d->camera, collimator, &d->collimator, err);
        d->has_collimator = !status;
    }
    return status;
}

/* The window that holds the energy; else the one with most counts. */
static int64_t usual_peak(const spect_data *d)
{
    const moly_projections *p = d->counts;
    const size_t n = (size_t)(p->n_gates * p->n_views) * moly_projections_view_size(p);
    int64_t best = 0;
    double most = -1.0;
    for (int64_t w = 0; w < p->n_windows; w++) {
        const float *counts = moly_projections_view(p, w, 0, 0);
        double sum = 0.0;
        if (d->nuclide && p->windows[w].low_kev <= d->energy_kev &&
            p->windows[w].high_kev >= d->energy_kev) {
            return w;
        }
        for (size_t i = 0; i < n; i++) {
            sum += (double)counts[i];
        }
        if (sum > most) {
            most = sum;
            best = w;
        }
    }
    return best;
}

/* Windows beside the peak's, each the nearest one on its side. */
static moly_status find_windows(const spect_wishes *w, spect_data *d, moly_error *err)
{
    const moly_projections *p = d->counts;
    if (w->window > p->n_windows) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "--window %lld: the data have %lld",
                         (long long)w->window, (long long)p->n_windows);
    }
    d->peak = w->window > 0 ? w->window - 1 : usual_peak(d);
    d->lower = d->upper = -1;
    const moly_energy_window *peak = &p->windows[d->peak];
    const double near_kev = 0.02 * peak->high_kev;
    for (int64_t i = 0; i < p->n_windows; i++) {
        const moly_energy_window *e = &p->windows[i];
        if (i == d->peak || !(e->high_kev > e->low_kev)) {
            continue;
        }
        if (e->high_kev <= peak->low_kev + near_kev &&
            (d->lower < 0 || e->high_kev > p->windows[d->lower].high_kev)) {
            d->lower = i;
        } else if (e->low_kev >= peak->high_kev - near_kev &&
                   (d->upper < 0 || e->low_kev < p->windows[d->upper].low_kev)) {
            d->upper = i;
        }
    }
    if (!d->nuclide && peak->high_kev > peak->low_kev && peak->low_kev > 20.0) {
        d->energy_kev = 0.5 * (peak->low_kev + peak->high_kev);
    }
    return MOLY_OK;
}

/* ---- times and sensitivity ---- */

static moly_status find_times(const spect_wishes *w, spect_data *d, moly_arena *arena,
                              moly_error *err)
{
    moly_projections *p = d->counts;
    const json_t *told = json_object_get(d->scan, "heads");
    const int64_t n_heads = told             ? json_integer_value(told)
                            : d->n_heads > 0 ? d->n_heads
                            : d->has_camera  ? d->camera.n_heads
                                             : 1;
    const bool has_heads = n_heads > 0 && p->n_views % n_heads == 0;
    d->n_heads = has_heads ? n_heads : 1;
    const double lambda = d->nuclide ? d->nuclide->lambda_per_s : 0.0;
    bool has_times = false;
    for (int64_t v = 0; v < p->n_views; v++) {
        has_times = has_times || p->views[v].start_s > 0.0;
        if (isfinite(w->duration_s)) {
            p->views[v].duration_s = w->duration_s * (double)d->n_heads / (double)p->n_views;
        }
    }
    if (!has_times || isfinite(w->duration_s)) {
        moly_projections_time(p, d->n_heads);
    }
    d->view_shares = moly_arena_alloc(arena, (size_t)p->n_views, sizeof *d->view_shares);
    if (!d->view_shares) {
        return MOLY_NO_MEMORY(err);
    }
    for (int64_t v = 0; v < p->n_views; v++) {
        const moly_camera_view *c = &p->views[v];
        const double one = p->views[0].duration_s, seconds = c->duration_s;
        const double decays = lambda > 0.0 && seconds > 0.0
                                  ? exp(-lambda * c->start_s) * -expm1(-lambda * seconds) / lambda
                                  : seconds;
        d->view_shares[v] = one > 0.0 && decays > 0.0 ? decays / one : 1.0;
    }
    return MOLY_OK;
}

static moly_status find_sensitivity(const spect_wishes *w, spect_data *d, moly_error *err)
{
    const json_t *told = json_object_get(d->scan, "sensitivity_cps_per_mbq");
    const moly_energy_window *peak = &d->counts->windows[d->peak];
    if (!(d->counts->views[0].duration_s > 0.0)) {
        return MOLY_OK; /* relative, without seconds */
    }
    if (isfinite(w->cps_per_mbq)) {
        d->cps_per_bq = w->cps_per_mbq / bq_per_mbq;
        d->sensitivity_from = "told";
    } else if (json_is_number(told) && json_number_value(told) > 0.0) {
        d->cps_per_bq = json_number_value(told) / bq_per_mbq;
        d->sensitivity_from = "scan";
    } else if (d->has_collimator && d->nuclide && peak->high_kev > peak->low_kev) {
        d->sensitivity_from = "camera";
        return moly_spect_sensitivity(&d->camera, &d->collimator, d->nuclide, peak, &d->cps_per_bq,
                                      err);
    }
    return MOLY_OK;
}

/* ---- attenuation ---- */

static moly_status read_attenuation(const spect_wishes *w, moly_arena *arena, spect_data *d,
                                    moly_error *err)
{
    struct stat info;
    const char *path =
        w->attenuation ? w->attenuation : moly_arena_printf(arena, "%s/attenuation.hv", w->raw);
    if (!path) {
        return MOLY_NO_MEMORY(err);
    }
    if (!w->has_attenuation ||
        (!w->attenuation && (!is_folder(w->raw) || stat(path, &info) != 0))) {
        return MOLY_OK;
    }
    return raw_read_attenuation(path, w->attenuation_unit, d->energy_kev, &d->mu, err);
}

moly_status spect_open(const spect_wishes *wishes, moly_arena *arena, spect_data *data,
                       moly_error *err)
{
    *data = (spect_data){.lower = -1, .upper = -1, .first_row_mm = NAN};
    moly_status status = read_scan(wishes, arena, data, err);
    status = status ? status : read_counts(wishes, arena, data, err);
    status = status ? status : find_nuclide(wishes, data, err);
    status = status ? status : find_camera(wishes, data, err);
    status = status ? status : find_windows(wishes, data, err);
    status = status ? status : find_times(wishes, data, arena, err);
    status = status ? status : find_sensitivity(wishes, data, err);
    return status ? status : read_attenuation(wishes, arena, data, err);
}

void spect_close(spect_data *data)
{
    moly_projections_free(data->counts);
    moly_dicom_nm_free(data->nm);
    moly_volume_free(data->mu);
    json_decref(data->scan);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* moly scan of a gamma camera: a folder with projections in three energy windows, and the truth. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/parallel.h"
#include "moly/formats/dicom_nm.h"
#include "moly/formats/interfile.h"
#include "moly/simulation/spect.h"
#include "scan.h"

enum { PEAK, LOWER, UPPER, N_WINDOWS, ORBIT_CONTOUR = 1, LINES_A_RAY = 32, POINTS_ALONG = 4 };
static const char *const window_names[N_WINDOWS] = {"peak", "lower", "upper"};
/* The usual window of 20 %, and two narrow ones beside it, as shares of the energy. Source: Ogawa
 * et al., IEEE Trans Med Imaging 10 (1991) 408: 3 keV at 140 keV */
static const double half_peak = 0.10, beside = 3.0 / 140.5;
static const double clearance_mm = 30.0, mm_per_cm = 10.0;

typedef struct spect_work {
    const scan_args *args;
    moly_arena *arena;
    moly_gamma_camera camera;
    moly_collimator collimator;
    moly_solids *solids;
    moly_spect_scan scan;
    moly_projections *counts;
    double energy_kev, cps_per_bq;
    new_folder folder;
    json_t *whole, *files;
    int mode;
} spect_work;

bool scan_is_camera(const char *scanner)
{
    const char *const *names = NULL;
    const size_t n_names = moly_gamma_camera_names(&names), n = strlen(scanner);
    for (size_t i = 0; i < n_names; i++) {
        if (strcmp(names[i], scanner) == 0) {
            return true;
        }
    }
    return n > 7 && strcmp(scanner + n - 7, ".camera") == 0;
}

/* ---- what is asked for ---- */

static moly_status choose_collimator(spect_work *w, moly_error *err)
{
    if (w->args->collimator) {
        return moly_gamma_collimator(&w->camera, w->args->collimator, &w->collimator, err);
    }
    for (int64_t i = 0; i < w->camera.n_collimators; i++) {
        if (w->camera.collimators[i].energy_max_kev >= w->energy_kev) {
            w->collimator = w->camera.collimators[i];
            return MOLY_OK;
        }
    }
    return MOLY_FAIL(err, MOLY_ERR_RANGE, "%s has no collimator for %.4g keV: name one",
                     w->camera.name, w->energy_kev);
}

static int64_t heads_of(const spect_work *w)
{
    return w->args->n_views % w->camera.n_heads == 0 ? w->camera.n_heads : 1;
}

/* An ellipse around the phantom: how far it reaches towards a head. */
static double reach_mm(const moly_solids *solids, double angle_rad)
{
    double low[3], high[3];
    moly_solids_bounds(solids, low, high);
    const double a = fmax(-low[0], high[0]), b = fmax(-low[1], high[1]);
    return hypot(a * sin(angle_rad), b * cos(angle_rad));
}

static void set_orbit(spect_work *w)
{
    const scan_args *a = w->args;
    const double least = w->camera.radius_min_mm, most = w->camera.radius_max_mm;
    double circle = 0.0;
    for (int64_t v = 0; v < w->counts->n_views; v++) {
        circle = fmax(circle, reach_mm(w->solids, w->counts->views[v].angle_rad));
    }
    for (int64_t v = 0; v < w->counts->n_views; v++) {
        moly_camera_view *view = &w->counts->views[v];
        const double reach =
            a->orbit == ORBIT_CONTOUR ? reach_mm(w->solids, view->angle_rad) : circle;
        double radius = fmax(reach + clearance_mm, least);
        radius = most > 0.0 ? fmin(radius, most) : radius;
        view->radius_mm = a->radius_mm > 0.0 && a->orbit != ORBIT_CONTOUR ? a->radius_mm : radius;
    }
}

static moly_status make_views(spect_work *w, moly_error *err)
{
    const scan_args *a = w->args;
    const double pixel_mm =
        a->pixel_mm > 0.0 ? a->pixel_mm : w->camera.field_width_mm / (double)a->n_bins;
    const double e = w->energy_kev;
    moly_status status = moly_projections_new(N_WINDOWS, 1, a->n_views, a->n_bins, a->n_bins,
                                              pixel_mm, pixel_mm, &w->counts, err);
    if (status) {
        return status;
    }
    const int64_t n_heads = heads_of(w);
    w->counts->windows[PEAK] = (moly_energy_window){e * (1.0 - half_peak), e * (1.0 + half_peak)};
    w->counts->windows[LOWER] =
        (moly_energy_window){e * (1.0 - half_peak - beside), e * (1.0 - half_peak)};
    w->counts->windows[UPPER] =
        (moly_energy_window){e * (1.0 + half_peak), e * (1.0 + half_peak + beside)};
    moly_projections_orbit(w->counts, 0.0, 2.0 * acos(-1.0), 1.0,
                           a->duration_s * (double)n_heads / (double)a->n_views);
    moly_projections_time(w->counts, n_heads);
    w->counts->has_start = true;
    w->counts->start = a->start;
    set_orbit(w);
    return MOLY_OK;
}

static moly_status prepare(spect_work *w, const moly_run *run, moly_error *err)
{
    const scan_args *a = w->args;
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    size_t nuclide = 0;
    w->mode = a->mode >= 0 ? a->mode : a->has_scatter == 1 ? SCAN_EVENTS : SCAN_EXACT;
    if (a->has_randoms == 1 || a->has_tof == 1 || a->has_list == 1 ||
        (w->mode == SCAN_EXACT && a->has_scatter == 1)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "a gamma camera has no --randoms, --tof or --list, and no --scatter with "
                         "--mode exact");
    }
    moly_status status = moly_gamma_camera_find(a->scanner, &w->camera, err);
    status =
        status ? status : moly_nuclide_find(set, a->nuclide ? a->nuclide : "Tc-99m", &nuclide, err);
    if (!status) {
        w->scan.nuclide = moly_nuclide_at(set, nuclide);
        status = moly_spect_energy(w->scan.nuclide, &w->energy_kev, err);
    }
    status = status ? status : choose_collimator(w, err);
    if (!status) {
        status = moly_solids_find(a->phantom, isfinite(a->contrast) ? a->contrast : 0.0, &w->solids,
                                  err);
    }
    status = status ? status : moly_solids_set_activity(w->solids, a->activity_bq, err);
    status = status ? status : make_views(w, err);
    if (status) {
        return status;
    }
    w->scan.solids = w->solids;
    w->scan.camera = &w->camera;
    w->scan.collimator = &w->collimator;
    w->scan.seed = (uint64_t)a->seed;
    w->scan.has_noise = a->has_noise == 1;
    w->scan.n_threads = a->n_threads > 0 ? (int)a->n_threads : moly_n_processors();
    w->scan.progress = run->progress;
    return moly_spect_sensitivity(&w->camera, &w->collimator, w->scan.nuclide,
                                  &w->counts->windows[PEAK], &w->cps_per_bq, err);
}

/* ---- the folder ---- */

static moly_status file_of(spect_work *w, const char *role, const char *name, const char **path,
                           moly_error *err)
{
    *path = moly_arena_printf(w->arena, "%s/%s", w->folder.begun, name);
    const bool is_kept = !role || json_object_set_new(w->files, role, json_string(name)) == 0;
    return *path && is_kept ? MOLY_OK : MOLY_NO_MEMORY(err);
}

/* Voxels as a reconstruction of these projections has them. */
static moly_status write_truth(spect_work *w, moly_error *err)
{
    const moly_projections *p = w->counts;
    const double x = -0.5 * (double)(p->n_bins - 1) * p->bin_mm;
    const moly_grid grid = {{p->n_bins, p->n_bins, p->n_axial},
                            {p->bin_mm, p->bin_mm, p->axial_mm},
                            {x, x, -0.5 * (double)(p->n_axial - 1) * p->axial_mm},
                            {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    moly_volume *activity = NULL, *mu = NULL;
    const char *path = NULL;
    moly_status status = moly_phantom_voxelise(w->solids, &grid, POINTS_ALONG, w->scan.n_threads,
                                               &activity, NULL, err);
    status = status ? status
                    : moly_phantom_attenuation(w->solids, &grid, POINTS_ALONG, w->scan.n_threads,
                                               w->energy_kev, &mu, err);
    status = status ? status : file_of(w, "truth", "truth.hv", &path, err);
    status = status ? status : moly_interfile_write_image(path, activity, err);
    status = status ? status : file_of(w, "attenuation", "attenuation.hv", &path, err);
    if (!status) {
        for (int64_t i = 0; i < moly_grid_n_voxels(&grid); i++) {
            mu->data[i] *= (float)mm_per_cm;
        }
        mu->quantity = MOLY_QUANTITY_UNKNOWN; /* 1/cm, as STIR reads it */
        status = moly_interfile_write_image(path, mu, err);
    }
    moly_volume_free(activity);
    moly_volume_free(mu);
    return status;
}

/* One window alone: Interfile has no more. Borrows all of it. */
static moly_projections one_window(const moly_projections *p, int64_t window)
{
    moly_projections one = *p;
    one.n_windows = 1;
    one.windows = &p->windows[window];
    one.counts = moly_projections_view(p, window, 0, 0);
    return one;
}

static moly_status write_counts(spect_work *w, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (int i = 0; i < N_WINDOWS && !status; i++) {
        const moly_projections one = one_window(w->counts, i);
        const char *path = NULL, *name = moly_arena_printf(w->arena, "%s.hs", window_names[i]);
        const char *key = moly_arena_printf(w->arena, "%s_counts", window_names[i]);
        status = name && key ? file_of(w, window_names[i], name, &path, err) : MOLY_NO_MEMORY(err);
        status = status ? status : moly_interfile_write_projections(path, &one, err);
        if (!status && json_object_set_new(w->whole, key,
                                           moly_json_rounded(moly_projections_total(&one), 10))) {
            status = MOLY_NO_MEMORY(err);
        }
    }
    return status;
}

/* All windows in one DICOM object, where counts fit into it. */
static moly_status write_dicom(spect_work *w, moly_error *err)
{
    const moly_projections *p = w->counts;
    const size_t n = (size_t)(p->n_windows * p->n_views) * moly_projections_view_size(p);
    const int64_t us_per_day = INT64_C(86400000000), us = w->args->start.us;
    const int64_t day = us / us_per_day - (us % us_per_day < 0);
    const char *path = NULL;
    moly_dicom_header h = moly_dicom_header_none();
    for (size_t i = 0; i < n; i++) {
        if (p->counts[i] > 65535.0F) {
            return MOLY_OK;
        }
    }
    h.patient_id = moly_arena_printf(w->arena, "PHANTOM-%s", w->args->phantom);
    h.patient_name = moly_arena_printf(w->arena, "Phantom^%s", w->args->phantom);
    h.study_description = "simulated by moly scan";
    h.manufacturer = "Moly";
    h.model = w->camera.name;
    h.has_utc_offset = true;
    h.series_time = h.study_time = (moly_dicom_time){day, (double)(us - day * us_per_day) / 1e6};
    moly_status status = h.patient_id && h.patient_name ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : file_of(w, "dicom", "projections.dcm", &path, err);
    return status ? status : moly_dicom_write_nm(path, &h, p, heads_of(w), &w->collimator, err);
}

static moly_status describe(spect_work *w, moly_error *err)
{
    const scan_args *a = w->args;
    const moly_projections *p = w->counts;
    char start[MOLY_INSTANT_TEXT_SIZE];
    w->files = json_object();
    w->whole = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:f, s:s, s:f, s:f, s:o, s:I, s:I, s:I, s:o, s:s, "
        "s:O}",
        "kind", "spect", "moly", MOLY_VERSION, "scanner", w->camera.name, "collimator",
        w->collimator.name, "phantom", a->phantom, "mode", scan_modes[w->mode], "nuclide",
        w->scan.nuclide->name, "activity_bq", a->activity_bq, "start",
        moly_instant_format(a->start, start), "duration_s", a->duration_s, "energy_kev",
        w->energy_kev, "sensitivity_cps_per_mbq", moly_json_rounded(1e6 * w->cps_per_bq, 8),
        "views", (json_int_t)p->n_views, "heads", (json_int_t)heads_of(w), "seed",
        (json_int_t)a->seed, "pixel_mm", moly_json_rounded(p->bin_mm, 9), "data_set",
        moly_nuclide_set_name(moly_nuclide_set_builtin()), "files", w->files);
    return w->files && w->whole ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status simulate(spect_work *w, moly_error *err)
{
    moly_spect_figures figures = {0};
    if (w->mode == SCAN_EXACT) {
        return moly_spect_scan_exact(&w->scan, LINES_A_RAY * (int)w->args->n_rays, w->counts, err);
    }
    moly_status status = moly_spect_scan_photons(
        &w->scan, w->args->n_histories, w->args->has_scatter == 1, w->counts, &figures, err);
    const double all = figures.primaries + figures.scatters;
    if (!status &&
        (json_object_set_new(w->whole, "trues", moly_json_rounded(figures.primaries, 9)) ||
         json_object_set_new(w->whole, "scatters", moly_json_rounded(figures.scatters, 9)) ||
         json_object_set_new(w->whole, "histories", moly_json_rounded(figures.histories, 12)) ||
         json_object_set_new(w->whole, "scatter_fraction",
                             all > 0.0 ? moly_json_rounded(figures.scatters / all, 6)
                                       : json_null()))) {
        status = MOLY_NO_MEMORY(err);
    }
    return status;
}

static moly_status write_all(spect_work *w, moly_error *err)
{
    const char *path = NULL;
    moly_status status = new_folder_begin(w->args->output, w->arena, &w->folder, err);
    status = status ? status : describe(w, err);
    status = status ? status : write_truth(w, err);
    status = status ? status : simulate(w, err);
    status = status ? status : write_counts(w, err);
    status = status ? status : write_dicom(w, err);
    status = status ? status : file_of(w, NULL, "scan.json", &path, err);
    if (status) {
        return status;
    }
    char *text = moly_json_pretty(w->whole);
    status = text ? moly_file_write(path, text, strlen(text), err) : MOLY_NO_MEMORY(err);
    moly_free(text);
    return status ? status : new_folder_finish(&w->folder, err);
}

moly_status scan_spect(const scan_args *args, const moly_run *run, json_t **result, moly_error *err)
{
    spect_work w = {.args = args, .arena = run->arena};
    moly_status status = prepare(&w, run, err);
    status = status ? status : write_all(&w, err);
    if (!status && json_object_set_new(w.whole, "folder", json_string(args->output))) {
        status = MOLY_NO_MEMORY(err);
    }
    if (!status) {
        *result = json_incref(w.whole);
    }
    new_folder_drop(&w.folder);
    json_decref(w.files);
    json_decref(w.whole);
    moly_solids_free(w.solids);
    moly_projections_free(w.counts);
    return status;
}

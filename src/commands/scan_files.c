/* SPDX-License-Identifier: Apache-2.0 */
/* What a simulated scan writes: truth, normalisation, exact prompts. */
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "moly/formats/interfile.h"
#include "moly/formats/petsird.h"
#include "scan.h"

enum { POINTS_ALONG_A_VOXEL = 4 };
static const double mm_per_cm = 10.0;

/* A lattice around the phantom within the bore and the length of the scanner, with a voxel on the
 * axis; z centred. */
static moly_grid truth_grid(const scan_work *w)
{
    const double step = w->args->voxel_mm, bore = w->scanner.inner_radius_mm;
    double low[3], high[3], across = 0.0;
    moly_solids_bounds(w->solids, low, high);
    for (int i = 0; i < 2; i++) {
        across = fmax(across, fmin(bore, fmax(-low[i], high[i])));
    }
    const double along = moly_pet_length(&w->scanner) + w->scanner.ring_pitch_mm;
    const int64_t half = (int64_t)ceil(across / step) + 1;
    const int64_t half_z = (int64_t)ceil(0.5 * along / step - 0.5);
    const int64_t n = 2 * half + 1, n_z = 2 * half_z + 1;
    const double first = -step * (double)half, first_z = -step * (double)half_z;
    return (moly_grid){
        {n, n, n_z}, {step, step, step}, {first, first, first_z}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
}

moly_status scan_file(scan_work *w, const char *role, const char *name, const char **path,
                      moly_error *err)
{
    *path = moly_arena_printf(w->arena, "%s/%s", w->folder.begun, name);
    const bool is_kept = !role || json_object_set_new(w->files, role, json_string(name)) == 0;
    return *path && is_kept ? MOLY_OK : MOLY_NO_MEMORY(err);
}

moly_status scan_finish(scan_work *w, moly_error *err)
{
    const char *path = NULL;
    moly_status status = scan_file(w, NULL, "scan.json", &path, err);
    if (status) {
        return status;
    }
    char *text = moly_json_pretty(w->whole);
    status = text ? moly_file_write(path, text, strlen(text), err) : MOLY_NO_MEMORY(err);
    moly_free(text);
    return status ? status : new_folder_finish(&w->folder, err);
}

moly_status scan_write_truth(scan_work *w, moly_error *err)
{
    const moly_grid grid = truth_grid(w);
    moly_volume *activity = NULL, *mu = NULL;
    const char *path = NULL;
    moly_status status = moly_phantom_voxelise(w->solids, &grid, POINTS_ALONG_A_VOXEL,
                                               w->setup.n_threads, &activity, &mu, err);
    status = status ? status : scan_file(w, "truth", "truth.hv", &path, err);
    status = status ? status : moly_interfile_write_image(path, activity, err);
    status = status ? status : scan_file(w, "attenuation", "attenuation.hv", &path, err);
    if (!status) {
        const int64_t n = moly_grid_n_voxels(&grid);
        for (int64_t i = 0; i < n; i++) {
            mu->data[i] *= (float)mm_per_cm;
        }
        mu->quantity = MOLY_QUANTITY_UNKNOWN; /* 1/cm, as STIR reads it */
        status = moly_interfile_write_image(path, mu, err);
    }
    moly_volume_free(activity);
    moly_volume_free(mu);
    return status;
}

moly_status scan_write_normalisation(scan_work *w, moly_error *err)
{
    moly_layout plain = *w->layout;
    moly_layout *layout = NULL;
    moly_sinogram *bins = NULL;
    const char *path = NULL;
    plain.n_tof = 1;
    plain.tof_mashing = 0;
    moly_status status = moly_layout_copy(&plain, &layout, err);
    status = status ? status : scan_file(w, "normalisation", "normalisation.hs", &path, err);
    status = status ? status : moly_interfile_create_sinogram(path, layout, &bins, err);
    status = status ? status
                    : moly_scan_sensitivity(&w->setup, (int)w->args->n_rays, w->mode == SCAN_EVENTS,
                                            w->live_share, bins, err);
    status = status ? status : moly_sinogram_finish(bins, err);
    moly_sinogram_free(bins);
    moly_layout_free(layout);
    return status;
}

moly_status scan_write_exact(scan_work *w, moly_error *err)
{
    const moly_exact_options options = {.n_rays = (int)w->args->n_rays,
                                        .has_noise = w->args->has_noise == 1};
    moly_sinogram *prompts = NULL;
    const char *path = NULL;
    double sum = 0.0;
    moly_status status = scan_file(w, "prompts", "prompts.hs", &path, err);
    status = status ? status : moly_interfile_create_sinogram(path, w->layout, &prompts, err);
    status = status ? status : moly_scan_exact(&w->setup, &options, prompts, &sum, err);
    status = status ? status : moly_sinogram_finish(prompts, err);
    moly_sinogram_free(prompts);
    if (!status && (json_object_set_new(w->whole, "prompts", moly_json_rounded(sum, 10)) ||
                    json_object_set_new(w->whole, "trues", moly_json_rounded(sum, 10)))) {
        status = MOLY_NO_MEMORY(err);
    }
    return status;
}

/* ---- decay by decay ---- */

static moly_status write_histogram(scan_work *w, const moly_event_list *list, bool is_delayed,
                                   const char *role, moly_error *err)
{
    const char *name = moly_arena_printf(w->arena, "%s.hs", role), *path = NULL;
    moly_sinogram *bins = NULL;
    moly_status status = name ? scan_file(w, role, name, &path, err) : MOLY_NO_MEMORY(err);
    status = status ? status : moly_interfile_create_sinogram(path, w->layout, &bins, err);
    status = status ? status : moly_events_histogram(list, is_delayed, bins, NULL, err);
    status = status ? status : moly_sinogram_finish(bins, err);
    moly_sinogram_free(bins);
    return status;
}

/* Figures of NEMA NU 2 from the labels of the simulation: NECR = T^2 / (T + S + R). */
static moly_status add_figures(scan_work *w, const moly_event_figures *f, double cpu_s,
                               moly_error *err)
{
    const double prompts = f->trues + f->scatters + f->randoms, time = w->args->duration_s;
    const double unscattered = f->trues + f->scatters;
    const struct {
        const char *key;
        double value;
    } figures[] = {
        {"prompts", prompts},
        {"trues", f->trues},
        {"scatters", f->scatters},
        {"randoms", f->randoms},
        {"delayeds", f->delayeds},
        {"outside_of_bins", f->outside},
        {"annihilations", f->annihilations},
        {"singles", f->singles},
        {"lost_singles", f->lost_singles},
        {"singles_per_s", f->singles / time},
        {"prompts_per_s", prompts / time},
        {"scatter_fraction", unscattered > 0.0 ? f->scatters / unscattered : NAN},
        {"random_fraction", prompts > 0.0 ? f->randoms / prompts : NAN},
        {"dead_time_fraction",
         f->singles > 0.0 ? f->lost_singles / (f->singles + f->lost_singles) : NAN},
        {"live_share_of_pairs", w->live_share},
        {"necr_per_s", prompts > 0.0 ? f->trues * f->trues / prompts / time : NAN},
        {"annihilations_per_core_s", f->annihilations / cpu_s},
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        failed |=
            json_object_set_new(w->whole, figures[i].key, moly_json_rounded(figures[i].value, 10));
    }
    failed |= json_object_set_new(w->whole, "has_scatter", json_boolean(w->args->has_scatter == 1));
    failed |= json_object_set_new(w->whole, "has_randoms", json_boolean(w->args->has_randoms == 1));
    return failed ? MOLY_NO_MEMORY(err) : MOLY_OK;
}

moly_status scan_write_events(scan_work *w, moly_error *err)
{
    moly_event_list list = {0}, scatters = {0};
    const moly_event_options options = {.has_scatter = w->args->has_scatter == 1,
                                        .has_randoms = w->args->has_randoms == 1,
                                        .has_range = w->args->has_range == 1,
                                        .has_acollinearity = w->args->has_acollinearity == 1,
                                        .has_delayeds = w->args->has_randoms == 1,
                                        .scatters = w->args->has_scatter == 1 ? &scatters : NULL};
    moly_event_figures figures;
    const clock_t begin = clock();
    moly_status status = moly_scan_events(&w->setup, &options, &list, &figures, err);
    if (!status && figures.singles > 0.0) {
        const double live = figures.singles / (figures.singles + figures.lost_singles);
        w->live_share = live * live;
    }
    const double cpu_s = (double)(clock() - begin) / CLOCKS_PER_SEC;
    status = status ? status : write_histogram(w, &list, false, "prompts", err);
    if (!status && options.has_scatter) {
        status = write_histogram(w, &scatters, false, "scatter", err);
    }
    if (!status && options.has_delayeds) {
        status = write_histogram(w, &list, true, "delayeds", err);
    }
    if (!status && w->args->has_list == 1) {
        const char *path = NULL;
        status = scan_file(w, "events", "events.petsird", &path, err);
        status = status ? status : moly_petsird_write(path, &list, err);
    }
    status = status ? status : add_figures(w, &figures, cpu_s, err);
    moly_event_list_free(&list);
    moly_event_list_free(&scatters);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Raw data for a reconstruction: what lies in the folder, and what follows from it. */
#include "reconstruct_data.h"

#include <jansson.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "moly/base/memory.h"
#include "moly/base/text.h"
#include "moly/formats/interfile.h"
#include "moly/reconstruction/factors.h"
#include "moly/simulation/scan.h"

enum { MOST_SCAN_BYTES = 1 << 20 };
static const double most_kept_bytes = 2e9; /* factors kept in memory; else made for each reading */
static const double annihilation_kev = 510.999;

static bool is_there(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

/* ---- scan.json ---- */

/* Seconds that count as many decays as the frame has, decay corrected to the start of the scan. */
static double effective_time(const raw_wishes *w, const moly_nuclide *nuclide, double duration_s)
{
    const double whole = moly_scan_effective_s(nuclide, duration_s);
    if (!w->events) {
        return whole;
    }
    const double begin_s = w->events->begin_s, end_s = begin_s + w->events->duration_s;
    return moly_scan_effective_s(nuclide, fmin(end_s, duration_s)) -
           (begin_s > 0.0 ? moly_scan_effective_s(nuclide, begin_s) : 0.0);
}

static moly_status read_scan(const raw_wishes *w, moly_arena *arena, raw_data *d, moly_error *err)
{
    const char *path = moly_arena_printf(arena, "%s/scan.json", w->raw);
    char *text = NULL;
    size_t length = 0;
    double duration_s = w->duration_s, positrons = w->positrons;
    moly_status status = MOLY_OK;
    if (path && is_there(path)) {
        status = moly_file_read(path, MOST_SCAN_BYTES, &text, &length, err);
        status = status ? status : moly_json_parse(text, length, &d->scan, err);
        moly_free(text);
        if (status) {
            moly_error_context(err, "%s", path);
            return status;
        }
        status = moly_json_get_text(d->scan, "nuclide", &d->nuclide, err);
        if (!status && isnan(duration_s)) {
            status = moly_json_get_real(d->scan, "duration_s", &duration_s, err);
        }
    }
    d->duration_s = duration_s;
    if (status || isnan(duration_s)) {
        return status;
    }
    if (d->nuclide) {
        size_t index = 0;
        const moly_nuclide_set *set = moly_nuclide_set_builtin();
        status = moly_nuclide_find(set, d->nuclide, &index, err);
        if (!status) {
            const moly_nuclide *nuclide = moly_nuclide_at(set, index);
            d->effective_s = effective_time(w, nuclide, duration_s) *
                             (isnan(positrons) ? moly_positrons_per_decay(nuclide) : positrons);
        }
    } else if (!isnan(positrons)) {
        d->effective_s = (w->events ? w->events->duration_s : duration_s) * positrons;
    }
    return status;
}

/* ---- attenuation ---- */

static moly_status read_attenuation(const raw_wishes *w, moly_arena *arena, raw_data *d,
                                    moly_error *err)
{
    const char *path =
        w->attenuation ? w->attenuation : moly_arena_printf(arena, "%s/attenuation.hv", w->raw);
    if (!path) {
        return MOLY_NO_MEMORY(err);
    }
    if (!w->has_attenuation || (!w->attenuation && !is_there(path))) {
        return MOLY_OK;
    }
    return raw_read_attenuation(path, w->attenuation_unit, annihilation_kev, &d->mu, err);
}

/* ---- sinograms ---- */

moly_status raw_open_named(const char *raw, const char *name, moly_arena *arena,
                           moly_sinogram **sinogram, moly_error *err)
{
    const char *path = moly_arena_printf(arena, "%s/%s.hs", raw, name);
    if (!path) {
        return MOLY_NO_MEMORY(err);
    }
    return is_there(path) ? moly_interfile_open_sinogram(path, sinogram, err) : MOLY_OK;
}

moly_status raw_without_tof(moly_sinogram **sinogram, moly_error *err)
{
    moly_sinogram *plain = NULL;
    if (!*sinogram || moly_sinogram_layout(*sinogram)->n_tof == 1) {
        return MOLY_OK;
    }
    moly_status status = moly_sinogram_without_tof(*sinogram, &plain, err);
    if (!status) {
        *sinogram = plain;
    }
    return status;
}

/* The bins of a file, with a frame's events in them. */
static moly_status count_events(const raw_wishes *w, bool is_delayed, moly_sinogram **sinogram,
                                moly_error *err)
{
    moly_sinogram *counted = NULL;
    if (!w->events || !*sinogram) {
        return MOLY_OK;
    }
    moly_status status = moly_sinogram_of_events(w->events, moly_sinogram_layout(*sinogram),
                                                 is_delayed, &counted, err);
    if (!status) {
        moly_sinogram_free(*sinogram);
        *sinogram = counted;
    }
    return status;
}

moly_status raw_open_delayeds(const raw_wishes *w, moly_arena *arena, moly_sinogram **sinogram,
                              moly_error *err)
{
    moly_status status = raw_open_named(w->raw, "delayeds", arena, sinogram, err);
    return status ? status : count_events(w, true, sinogram, err);
}

static moly_status open_prompts(const raw_wishes *w, moly_arena *arena, raw_data *d,
                                moly_error *err)
{
    const char *path = NULL;
    moly_status status = raw_sinogram_path(w->raw, "prompts", arena, &path, err);
    status = status ? status : moly_interfile_open_sinogram(path, &d->prompts, err);
    status = status ? status : count_events(w, false, &d->prompts, err);
    if (status) {
        return status;
    }
    if (w->is_tof && moly_sinogram_layout(d->prompts)->n_tof == 1) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "%s has no time of flight: leave out --tof", path);
    }
    status = w->is_tof ? MOLY_OK : raw_without_tof(&d->prompts, err);
    return status ? status : moly_layout_copy(moly_sinogram_layout(d->prompts), &d->layout, err);
}

static moly_status make_factors(const raw_wishes *w, raw_data *d, moly_error *err)
{
    moly_sinogram *kept = NULL;
    const double scale = d->effective_s > 0.0 ? d->effective_s : 1.0;
    moly_status status =
        moly_pet_factors(d->layout, scale, d->normalisation, d->mu, w->n_threads, &d->factors, err);
    const double bytes = 4.0 * (double)moly_layout_n_bins(d->layout) / (double)d->layout->n_tof;
    if (status || bytes > most_kept_bytes) {
        return status;
    }
    status = moly_sinogram_keep(d->factors, &kept, err);
    if (!status) {
        moly_sinogram_free(d->factors);
        d->factors = kept;
    }
    return status;
}

moly_status raw_open(const raw_wishes *wishes, moly_arena *arena, raw_data *data, moly_error *err)
{
    const raw_wishes *w = wishes;
    raw_data *d = data;
    *d = (raw_data){.events = w->events};
    moly_status status = open_prompts(w, arena, d, err);
    status = status ? status : read_scan(w, arena, d, err);
    status = status ? status : read_attenuation(w, arena, d, err);
    if (!status && w->normalisation) {
        status = moly_interfile_open_sinogram(w->normalisation, &d->normalisation, err);
    } else if (!status) {
        status = raw_open_named(w->raw, "normalisation", arena, &d->normalisation, err);
    }
    if (!status) {
        d->scanner = d->layout->scanner.name;
        d->is_quantitative = d->normalisation && d->effective_s > 0.0;
        status = make_factors(w, d, err);
    }
    return status ? status : raw_make_background(w, arena, d, err);
}

void raw_close(raw_data *data)
{
    moly_sinogram_free(data->prompts);
    moly_sinogram_free(data->factors);
    moly_sinogram_free(data->normalisation);
    moly_sinogram_free(data->background);
    moly_sinogram_free(data->sensitivity);
    moly_scatter_free(data->scatter);
    moly_volume_free(data->mu);
    moly_layout_free(data->layout);
    json_decref(data->scan);
}

/* ---- lattices ---- */

double raw_field_radius(const moly_layout *layout)
{
    double radius = 0.0;
    for (int64_t t = 0; t < layout->n_tangential; t += layout->n_tangential - 1) {
        double a[2], b[2];
        if (moly_layout_line(layout, 0, t, a, b)) {
            const double dx = b[0] - a[0], dy = b[1] - a[1];
            radius = fmax(radius, fabs(a[0] * dy - a[1] * dx) / sqrt(dx * dx + dy * dy));
        }
        if (layout->n_tangential == 1) {
            break;
        }
    }
    return radius > 0.0 ? radius : moly_pet_radius(&layout->scanner);
}

moly_status raw_default_grid(const moly_layout *layout, double voxel_mm, moly_grid *grid,
                             moly_error *err)
{
    const moly_pet_scanner *s = &layout->scanner;
    const double z_mm = 0.5 * s->ring_pitch_mm, xy_mm = voxel_mm > 0.0 ? voxel_mm : z_mm;
    const double radius = raw_field_radius(layout);
    const int64_t half = (int64_t)ceil(radius / xy_mm);
    *grid =
        (moly_grid){{2 * half + 1, 2 * half + 1, (int64_t)llround(moly_pet_length(s) / z_mm) + 1},
                    {xy_mm, xy_mm, z_mm},
                    {0},
                    {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    for (int i = 0; i < 3; i++) {
        grid->origin_mm[i] = -0.5 * grid->spacing_mm[i] * (double)(grid->n[i] - 1);
    }
    return moly_grid_check(grid, err);
}

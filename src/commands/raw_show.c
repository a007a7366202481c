/* SPDX-License-Identifier: Apache-2.0 */
/* moly raw show: what a raw file is. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>

#include "raw_kind.h"

typedef struct show_args {
    const char *file;
    int has_counts;
} show_args;

static const moly_param params[] = {
    {"file", 0, MOLY_TEXT(show_args, file), .is_required = true, .is_positional = true,
     .pattern_hint = "FILE",
     .help = "an Interfile header, PETSIRD list mode, a NIfTI image, DICOM NM, or a folder of raw "
             "data"},
    {"counts", 0, MOLY_BOOL(show_args, has_counts), .fallback = "yes",
     .help = "read sinograms through and add up their bins"},
};

static const moly_column file_columns[] = {
    {"kind", "Kind", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"scanner", "Scanner", MOLY_DIM_NONE, 0},
    {"nuclide", "Nuclide", MOLY_DIM_NONE, 0},
    {"duration_s", "Duration", MOLY_DIM_TIME, 6},
};
static const moly_column sinogram_columns[] = {
    {"views", "Views", MOLY_DIM_NONE, 0},       {"tangential_bins", "Tangential", MOLY_DIM_NONE, 0},
    {"segments", "Segments", MOLY_DIM_NONE, 0}, {"planes", "Planes", MOLY_DIM_NONE, 0},
    {"tof_bins", "TOF", MOLY_DIM_NONE, 0},      {"bins", "Bins", MOLY_DIM_NONE, 12},
    {"counts", "Counts", MOLY_DIM_NONE, 12},
};
static const moly_column not_counted_columns[] = {{"why", "Not counted", MOLY_DIM_NONE, 0}};
static const moly_column event_columns[] = {
    {"prompts", "Prompts", MOLY_DIM_NONE, 0},
    {"delayeds", "Delayeds", MOLY_DIM_NONE, 0},
    {"prompts_per_s", "Prompts/s", MOLY_DIM_NONE, 6},
};
static const moly_column image_columns[] = {
    {"size", "Voxels", MOLY_DIM_NONE, 0},     {"voxel_mm", "Size, mm", MOLY_DIM_NONE, 0},
    {"frames", "Frames", MOLY_DIM_NONE, 0},   {"quantity", "Quantity", MOLY_DIM_NONE, 0},
    {"minimum", "Minimum", MOLY_DIM_NONE, 6}, {"mean", "Mean", MOLY_DIM_NONE, 6},
    {"maximum", "Maximum", MOLY_DIM_NONE, 6},
};
static const moly_column scanner_columns[] = {
    {"rings", "Rings", MOLY_DIM_NONE, 0},
    {"detectors", "Crystals in a ring", MOLY_DIM_NONE, 0},
    {"radius_mm", "Radius", MOLY_DIM_LENGTH, 6},
    {"length_mm", "Length", MOLY_DIM_LENGTH, 6},
    {"timing_ps", "Timing, ps", MOLY_DIM_NONE, 4},
};
static const moly_column camera_columns[] = {
    {"type", "What", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"views", "Views", MOLY_DIM_NONE, 0},
    {"size", "Pixels", MOLY_DIM_NONE, 0},
    {"pixel_mm", "Size, mm", MOLY_DIM_NONE, 0},
    {"gates", "Gates", MOLY_DIM_NONE, 0},
    {"heads", "Heads", MOLY_DIM_NONE, 0},
    {"orbit", "Orbit", MOLY_DIM_NONE, 0},
    {"counts", "Counts", MOLY_DIM_NONE, 12},
};
static const moly_column window_columns[] = {
    {"window", "Window", MOLY_DIM_NONE, 0},
    {"low_kev", "From, keV", MOLY_DIM_NONE, 5},
    {"high_kev", "To, keV", MOLY_DIM_NONE, 5},
    {"counts", "Counts", MOLY_DIM_NONE, 12},
};
static const moly_column unread_columns[] = {
    {"line", "Line", MOLY_DIM_NONE, 0},
    {"key", "Key", MOLY_DIM_NONE, 0},
};
static const moly_view views[] = {
    {NULL, "", file_columns, sizeof file_columns / sizeof *file_columns},
    {NULL, "geometry", scanner_columns, sizeof scanner_columns / sizeof *scanner_columns},
    {NULL, "sinograms", sinogram_columns, sizeof sinogram_columns / sizeof *sinogram_columns},
    {NULL, "not_counted", not_counted_columns, 1},
    {NULL, "events", event_columns, sizeof event_columns / sizeof *event_columns},
    {NULL, "image", image_columns, sizeof image_columns / sizeof *image_columns},
    {NULL, "camera", camera_columns, sizeof camera_columns / sizeof *camera_columns},
    {"Energy windows", "windows", window_columns, sizeof window_columns / sizeof *window_columns},
    {"Keys passed over", "unread", unread_columns, 2},
};

static moly_status set(json_t *whole, const char *key, json_t *value, moly_error *err)
{
    return json_object_set_new(whole, key, value) == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status add_scanner(json_t *whole, const moly_pet_scanner *s, moly_error *err)
{
    moly_status status = set(whole, "scanner", json_string(s->name), err);
    return status
               ? status
               : set(whole, "geometry",
                     json_pack(
                         "{s:I, s:I, s:I, s:o, s:o, s:o}", "rings", (json_int_t)s->n_rings,
                         "detectors", (json_int_t)s->n_detectors, "sides", (json_int_t)s->n_sides,
                         "radius_mm", moly_json_rounded(moly_pet_radius(s), 9), "length_mm",
                         moly_json_rounded(moly_pet_length(s), 9), "timing_ps",
                         s->tof_fwhm_ps > 0.0 ? moly_json_rounded(s->tof_fwhm_ps, 6) : json_null()),
                     err);
}

/* The bins are counted where their file is there: a header alone is a template. */
static moly_status add_counts(const raw_file *file, json_t *whole, json_t *part, moly_error *err)
{
    moly_sinogram *sinogram = NULL;
    moly_error why = {0};
    double sum = 0.0;
    moly_status status = moly_interfile_open_sinogram(file->path, &sinogram, &why);
    if (!status) {
        status = moly_sinogram_sum(sinogram, &sum, err);
        if (!status) {
            status = set(part, "counts", moly_json_real(sum), err);
        }
    } else {
        status = set(whole, "not_counted", json_pack("{s:s}", "why", why.message), err);
    }
    moly_sinogram_free(sinogram);
    return status;
}

static moly_status show_sinogram(const show_args *args, const raw_file *file, json_t *whole,
                                 moly_error *err)
{
    moly_layout *l = NULL;
    moly_status status = moly_interfile_read_layout(file->path, &l, err);
    if (status) {
        return status;
    }
    json_t *part = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:I}", "views", (json_int_t)l->n_views,
        "view_mashing", (json_int_t)l->view_mashing, "tangential_bins", (json_int_t)l->n_tangential,
        "segments", (json_int_t)l->n_segments, "planes", (json_int_t)l->n_planes, "tof_bins",
        (json_int_t)l->n_tof, "tof_mashing", (json_int_t)l->tof_mashing, "is_arc_corrected",
        l->is_arc_corrected, "bins", (json_int_t)moly_layout_n_bins(l));
    status = part ? add_scanner(whole, &l->scanner, err) : MOLY_NO_MEMORY(err);
    if (!status && args->has_counts == 1) {
        status = add_counts(file, whole, part, err);
    }
    if (!status) {
        status = set(whole, "sinograms", json_incref(part), err);
    }
    json_decref(part);
    moly_layout_free(l);
    return status;
}

static moly_status show_events(const raw_file *file, json_t *whole, moly_error *err)
{
    moly_event_list list = {0};
    int64_t delayeds = 0;
    moly_status status = raw_read_events(file, &list, err);
    if (status) {
        return status;
    }
    for (size_t i = 0; i < list.n; i++) {
        delayeds += list.events[i].is_delayed != 0;
    }
    const double prompts = (double)((int64_t)list.n - delayeds);
    status = add_scanner(whole, &list.scanner, err);
    if (!status) {
        status = set(whole, "duration_s", moly_json_real(list.duration_s), err);
    }
    if (!status) {
        status =
            set(whole, "events",
                json_pack("{s:I, s:I, s:o}", "prompts", (json_int_t)((int64_t)list.n - delayeds),
                          "delayeds", (json_int_t)delayeds, "prompts_per_s",
                          moly_json_rounded(prompts / list.duration_s, 9)),
                err);
    }
    moly_event_list_free(&list);
    return status;
}

static moly_status show_image(const raw_file *file, json_t *whole, moly_error *err)
{
    moly_volume *v = NULL;
    moly_volume_summary summary;
    char size[96], voxel[96];
    moly_status status = raw_read_image(file->path, &v, err);
    if (!status) {
        status = moly_volume_summarise(v, &summary, err);
    }
    if (!status) {
        const moly_grid *g = &v->grid;
        (void)snprintf(size, sizeof size, "%lld x %lld x %lld", (long long)g->n[0],
                       (long long)g->n[1], (long long)g->n[2]);
        (void)snprintf(voxel, sizeof voxel, "%.6g x %.6g x %.6g", g->spacing_mm[0],
                       g->spacing_mm[1], g->spacing_mm[2]);
        status = set(whole, "image",
                     json_pack("{s:s, s:s, s:I, s:s, s:[f,f,f], s:f, s:f, s:f, s:f}", "size", size,
                               "voxel_mm", voxel, "frames", (json_int_t)v->n_frames, "quantity",
                               moly_quantity_word(v->quantity), "first_voxel_mm", g->origin_mm[0],
                               g->origin_mm[1], g->origin_mm[2], "minimum", summary.min, "mean",
                               summary.mean, "maximum", summary.max, "sum",
                               summary.mean * (double)(v->n_frames * moly_grid_n_voxels(g))),
                     err);
    }
    moly_volume_free(v);
    return status;
}

/* ---- gamma cameras ---- */

static json_t *windows_of(const moly_projections *p)
{
    const size_t n = (size_t)(p->n_gates * p->n_views) * moly_projections_view_size(p);
    json_t *list = json_array();
    for (int64_t w = 0; w < p->n_windows && list; w++) {
        const float *counts = moly_projections_view(p, w, 0, 0);
        double sum = 0.0;
        for (size_t i = 0; i < n; i++) {
            sum += (double)counts[i];
        }
        const bool is_known = p->windows[w].high_kev > 0.0;
        (void)json_array_append_new(
            list, json_pack("{s:I, s:o, s:o, s:o}", "window", (json_int_t)w + 1, "low_kev",
                            is_known ? moly_json_rounded(p->windows[w].low_kev, 6) : json_null(),
                            "high_kev",
                            is_known ? moly_json_rounded(p->windows[w].high_kev, 6) : json_null(),
                            "counts", moly_json_rounded(sum, 12)));
    }
    return list;
}

static moly_status add_projections(const moly_projections *p, const char *type, int64_t n_heads,
                                   json_t *whole, moly_error *err)
{
    char size[96], pixel[96], orbit[160];
    double least = INFINITY, most = 0.0;
    for (int64_t v = 0; v < p->n_views; v++) {
        least = fmin(least, p->views[v].radius_mm);
        most = fmax(most, p->views[v].radius_mm);
    }
    (void)snprintf(size, sizeof size, "%lld x %lld", (long long)p->n_bins, (long long)p->n_axial);
    (void)snprintf(pixel, sizeof pixel, "%.6g x %.6g", p->bin_mm, p->axial_mm);
    (void)snprintf(orbit, sizeof orbit, "%.4g .. %.4g deg, %.4g .. %.4g mm",
                   p->views[0].angle_rad * 57.29577951308232,
                   p->views[p->n_views - 1].angle_rad * 57.29577951308232, least, most);
    moly_status status = set(whole, "camera",
                             json_pack("{s:s, s:I, s:s, s:s, s:I, s:o, s:o, s:o}", "type", type,
                                       "views", (json_int_t)p->n_views, "size", size, "pixel_mm",
                                       pixel, "gates", (json_int_t)p->n_gates, "heads",
                                       n_heads > 0 ? json_integer(n_heads) : json_null(), "orbit",
                                       p->n_views > 1 ? json_string(orbit) : json_null(), "counts",
                                       moly_json_rounded(moly_projections_total(p), 12)),
                             err);
    return status ? status : set(whole, "windows", windows_of(p), err);
}

static moly_status show_camera(const raw_file *file, json_t *whole, moly_error *err)
{
    if (file->is_dicom) {
        moly_dicom_nm *nm = NULL;
        moly_status status = moly_dicom_read_nm(file->path, &nm, err);
        if (!status) {
            const char *model = nm->header.model, *nuclide = nm->header.radionuclide_meaning;
            status = add_projections(nm->projections, nm->kind[0] ? nm->kind : "STATIC",
                                     nm->n_heads, whole, err);
            if (!status &&
                (json_object_set_new(whole, "scanner", model ? json_string(model) : json_null()) ||
                 json_object_set_new(whole, "nuclide",
                                     nuclide ? json_string(nuclide) : json_null()))) {
                status = MOLY_NO_MEMORY(err);
            }
        }
        moly_dicom_nm_free(nm);
        return status;
    }
    moly_projections *p = NULL;
    moly_status status = moly_interfile_read_projections(file->path, &p, err);
    status = status ? status : add_projections(p, "TOMO", 0, whole, err);
    moly_projections_free(p);
    return status;
}

static json_t *known(double value)
{
    return isfinite(value) ? moly_json_real(value) : json_null();
}

static moly_status add_facts(const moly_interfile_facts *facts, json_t *whole, moly_error *err)
{
    json_t *unread = json_array();
    int failed = unread ? 0 : -1;
    for (size_t i = 0; i < facts->n_unread && !failed; i++) {
        failed =
            json_array_append_new(unread, json_pack("{s:i, s:s}", "line", facts->unread_lines[i],
                                                    "key", facts->unread[i]));
    }
    failed = failed ? failed : json_object_set(whole, "unread", unread);
    json_decref(unread);
    failed = failed
                 ? failed
                 : json_object_update_new(
                       whole, json_pack("{s:s?, s:s?, s:s?, s:o, s:o, s:o, s:o}", "scanner",
                                        facts->system, "nuclide", facts->nuclide, "study_date",
                                        facts->study_date, "duration_s", known(facts->duration_s),
                                        "start_s", known(facts->start_s), "window_low_kev",
                                        known(facts->window_low_kev), "window_high_kev",
                                        known(facts->window_high_kev)));
    return failed ? MOLY_NO_MEMORY(err) : MOLY_OK;
}

static moly_status run(const void *raw_args, const moly_run *run, json_t **result, moly_error *err)
{
    const show_args *args = raw_args;
    raw_file file = {0};
    moly_status status = raw_find_kind(args->file, run->arena, &file, err);
    if (status) {
        return status;
    }
    json_t *whole = json_pack("{s:s, s:s}", "file", file.path, "kind", raw_kind_names[file.kind]);
    status = whole ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status && file.is_interfile) {
        status = add_facts(&file.facts, whole, err);
    }
    if (!status && file.kind == RAW_SINOGRAM) {
        status = show_sinogram(args, &file, whole, err);
    } else if (!status && file.kind == RAW_EVENTS) {
        status = show_events(&file, whole, err);
    } else if (!status && file.kind == RAW_IMAGE) {
        status = show_image(&file, whole, err);
    } else if (!status) {
        status = show_camera(&file, whole, err);
    }
    if (status) {
        json_decref(whole);
        return status;
    }
    *result = whole;
    return MOLY_OK;
}

const moly_command moly_command_raw_show = {
    .declaration =
        {
            .name = "raw show",
            .summary = "Show what a raw file is: its scanner, bins, counts, duration",
            .description =
                "Reads Interfile headers of images, of PET sinograms (STIR, Siemens e7) and of "
                "list "
                "mode (Siemens), PETSIRD, NIfTI, and of gamma cameras Interfile and DICOM NM "
                "(tomographies, whole bodies, planar, dynamic and gated pictures). A folder that "
                "moly scan wrote stands for its "
                "prompts. What a header says that Moly does not read is listed.",
            .example = "moly raw show recon_demo/smalllong.hs",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(show_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};

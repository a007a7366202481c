/* SPDX-License-Identifier: Apache-2.0 */
/* The PET half of moly reconstruct: from raw data to the image and what is told of it. */
#include "reconstruct_pet.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/ranks.h"
#include "moly/base/text.h"
#include "reconstruct_frames.h"
#include "reconstruct_solve.h"

typedef struct work {
    const reconstruct_args *args;
    const moly_run *run;
    raw_data data;
    moly_volume *image;
    double radius_mm, prompts; /* prompts of all frames */
    dicom_series series;
    moly_ranks *ranks; /* that share the work; the first one writes */
    watcher *watch;
    solve_record record;
    json_t *frames; /* what is told of each; NULL: one image of all */
} work;

static void release(work *w)
{
    raw_close(&w->data);
    watcher_free(w->watch);
    dicom_series_close(&w->series);
    moly_volume_free(w->image);
    solve_record_free(&w->record);
    json_decref(w->frames);
}

/* ---- what is wanted ---- */

static moly_status choose_grid(work *w, moly_error *err)
{
    const reconstruct_args *a = w->args;
    moly_grid grid;
    moly_status status = MOLY_OK;
    if (a->like) {
        status = raw_read_image(a->like, &w->image, err);
        if (!status) {
            grid = w->image->grid;
            moly_volume_free(w->image);
            w->image = NULL;
        }
    } else {
        status = raw_default_grid(w->data.layout, a->voxel_mm, &grid, err);
    }
    const moly_quantity quantity =
        w->data.is_quantitative ? MOLY_QUANTITY_BQ_PER_ML : MOLY_QUANTITY_UNKNOWN;
    status = status ? status : moly_volume_new(&grid, 1, quantity, &w->image, err);
    if (!status) {
        const double field = raw_field_radius(w->data.layout);
        w->radius_mm = a->radius_mm > 0.0 ? fmin(a->radius_mm, field) : field;
    }
    return status;
}

static moly_status reconstruct(work *w, moly_error *err)
{
    const reconstruct_args *a = w->args;
    const solve_wishes wishes = {
        .raw = a->raw,
        .algorithm = a->algorithm,
        .n_subsets = a->n_subsets,
        .n_iterations = a->n_iterations,
        .until = a->until > 0.0 ? a->until : 0.0,
        .psf_mm = a->psf_mm > 0.0 ? a->psf_mm : 0.0,
        .projector = {.kind = (moly_projector_kind)a->projector,
                      .radius_mm = w->radius_mm,
                      .n_threads = a->n_threads > 0 ? (int)a->n_threads : 0},
        .prior = a->prior,
        .anatomy = a->anatomy,
        .watch = w->watch,
        .ranks = w->ranks};
    moly_status status = solve(&wishes, &w->data, w->image, &w->record, err);
    return status || !(a->filter_mm > 0.0) ? status
                                           : moly_volume_smooth(w->image, a->filter_mm, err);
}

/* ---- the result ---- */

static moly_status make_result(const work *w, json_t **result, moly_error *err)
{
    const reconstruct_args *a = w->args;
    const raw_data *d = &w->data;
    const moly_grid *g = &w->image->grid;
    moly_volume_summary summary;
    moly_status status = moly_volume_summarise(w->image, &summary, err);
    if (status) {
        return status;
    }
    const double ml = moly_grid_voxel_ml(g) * (double)moly_grid_n_voxels(g);
    json_t *r = json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "file", a->output, "moly", MOLY_VERSION,
        "raw", a->raw, "unit", d->is_quantitative ? "Bq/mL" : "relative", "max",
        moly_json_rounded(summary.max, 6), "mean", moly_json_rounded(summary.mean, 6),
        "activity_bq", d->is_quantitative ? moly_json_rounded(summary.mean * ml, 6) : json_null(),
        "prompts", moly_json_rounded(w->prompts, 12), a->prior ? "objective" : "log_likelihood",
        json_incref(w->record.objectives));
    json_t *how = json_pack(
        "{s:s, s:I, s:I, s:b, s:s, s:o, s:o, s:o, s:b, s:s, s:o, s:b, s:o}", "algorithm",
        solve_algorithms[a->algorithm], "subsets", (json_int_t)w->record.n_subsets, "iterations",
        (json_int_t)w->record.n_iterations, "tof", d->layout->n_tof > 1, "projector",
        reconstruct_projectors[a->projector], "psf_mm", moly_json_real(a->psf_mm), "filter_mm",
        moly_json_real(a->filter_mm), "radius_mm", moly_json_rounded(w->radius_mm, 6),
        "attenuation", d->mu != NULL, "randoms", randoms_ways[d->randoms], "scatter",
        raw_scatter_json(d), "normalisation", d->normalisation != NULL, "effective_s",
        d->effective_s > 0.0 && !w->frames ? moly_json_rounded(d->effective_s, 8) : json_null());
    json_t *lattice = json_pack("{s:[I,I,I], s:[f,f,f]}", "voxels", (json_int_t)g->n[0],
                                (json_int_t)g->n[1], (json_int_t)g->n[2], "spacing_mm",
                                g->spacing_mm[0], g->spacing_mm[1], g->spacing_mm[2]);
    if (how && a->prior && json_object_set_new(how, "prior", json_string(a->prior)) != 0) {
        status = MOLY_NO_MEMORY(err);
    }
    if (how && isfinite(w->record.change) &&
        json_object_set_new(how, "last_change", moly_json_rounded(w->record.change, 4)) != 0) {
        status = MOLY_NO_MEMORY(err);
    }
    if (status || !r || !how || !lattice || json_object_set(r, "parameters", how) != 0 ||
        json_object_set(r, "image", lattice) != 0 ||
        json_object_set_new(r, "scanner", json_string(d->scanner)) != 0 ||
        (d->nuclide && json_object_set_new(r, "nuclide", json_string(d->nuclide)) != 0) ||
        json_object_set_new(r, "back_end", json_string(moly_projector_back_ends()[0])) != 0 ||
        json_object_set_new(r, "ranks", json_integer(moly_ranks_n(w->ranks))) != 0) {
        status = MOLY_NO_MEMORY(err);
    }
    if (!status && w->frames) {
        status = frames_note(w->frames, r, err);
    }
    json_decref(how);
    json_decref(lattice);
    if (status) {
        json_decref(r);
        return status;
    }
    *result = r;
    return MOLY_OK;
}

/* "OSEM 2i34s TOF PSF4.5": as others name it in a series. */
static const char *method(const work *w)
{
    const reconstruct_args *a = w->args;
    char psf[32] = "", filter[32] = "";
    if (a->psf_mm > 0.0) {
        (void)snprintf(psf, sizeof psf, " PSF%.3g", a->psf_mm);
    }
    if (a->filter_mm > 0.0) {
        (void)snprintf(filter, sizeof filter, " G%.3g", a->filter_mm);
    }
    const char *name =
        moly_arena_printf(w->run->arena, "%s %lldi%llds%s%s%s", solve_algorithms[a->algorithm],
                          (long long)w->record.n_iterations, (long long)w->record.n_subsets,
                          w->data.layout->n_tof > 1 ? " TOF" : "", psf, filter);
    return name ? name : solve_algorithms[a->algorithm];
}

static const char *corrections(const work *w)
{
    const raw_data *d = &w->data;
    const char *text = moly_arena_printf(w->run->arena, "DECY%s%s%s%s",
                                         d->normalisation ? "\\NORM" : "", d->mu ? "\\ATTN" : "",
                                         d->randoms ? "\\RAN" : "", d->scatter ? "\\SCAT" : "");
    return text ? text : "DECY";
}

/* The provenance in short, without the likelihoods: it goes into each file. */
static moly_status note(const work *w, json_t *result, moly_error *err)
{
    json_t *brief = json_copy(result); /* shallow: only looked at */
    if (brief) {
        (void)json_object_del(brief, "log_likelihood");
        (void)json_object_del(brief, "objective");
    }
    char *text = brief ? moly_json_canonical(brief) : NULL;
    moly_status status = text ? moly_volume_set_note(w->image, text, err) : MOLY_NO_MEMORY(err);
    moly_free(text);
    json_decref(brief);
    return status;
}

static moly_status write_image(work *w, moly_error *err)
{
    const char *output = w->args->output;
    return is_dicom_output(output)
               ? dicom_series_write(&w->series, method(w), corrections(w), w->image, err)
               : raw_write_image(output, w->image, err);
}

/* image.nii -> image.json, images/ -> images.json */
moly_status reconstruct_write_provenance(const char *name, const moly_run *run,
                                         const json_t *result, moly_error *err)
{
    size_t stem = strlen(name);
    const char *slash = is_dicom_output(name) ? NULL : strrchr(name, '/');
    const size_t folder = slash ? (size_t)(slash - name) + 1 : 0;
    static const char *const endings[] = {"/", ".gz", ".nii", ".hv"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t n = strlen(endings[i]);
        stem -= stem > folder + n && strncmp(name + stem - n, endings[i], n) == 0 ? n : 0;
    }
    const char *path = moly_arena_printf(run->arena, "%.*s.json", (int)stem, name);
    char *text = moly_json_pretty(result);
    moly_status status =
        path && text ? moly_file_write(path, text, strlen(text), err) : MOLY_NO_MEMORY(err);
    moly_free(text);
    return status;
}

/* The first rank writes. */
static moly_status write_all(work *w, json_t *made, moly_error *err)
{
    moly_status status = note(w, made, err);
    status = status ? status : write_image(w, err);
    return status ? status : reconstruct_write_provenance(w->args->output, w->run, made, err);
}

/* ---- from raw data to the image ---- */

static raw_wishes wishes_of(const work *w, const moly_progress *progress)
{
    const reconstruct_args *a = w->args;
    return (raw_wishes){.raw = a->raw,
                        .attenuation = a->attenuation,
                        .attenuation_unit = a->attenuation_unit,
                        .normalisation = a->normalisation,
                        .has_attenuation = a->has_attenuation == 1,
                        .randoms = a->randoms,
                        .scatter = a->scatter,
                        .save_scatter = moly_ranks_mine(w->ranks) == 0 ? a->save_scatter : NULL,
                        .progress = progress,
                        .is_tof = a->is_tof == 1,
                        .duration_s = a->duration_s,
                        .positrons = a->positrons,
                        .n_threads = a->n_threads > 0 ? (int)a->n_threads : 0};
}

static moly_status whole_scan(work *w, const moly_progress *progress, moly_error *err)
{
    const reconstruct_args *a = w->args;
    const bool is_first = moly_ranks_mine(w->ranks) == 0;
    const raw_wishes wishes = wishes_of(w, progress);
    moly_status status = watcher_new(is_first ? a->watch : NULL, progress, &w->watch, err);
    status = status ? status : raw_open(&wishes, w->run->arena, &w->data, err);
    if (!status && is_first && is_dicom_output(a->output)) {
        status =
            dicom_series_prepare(&a->dicom, &w->data, a->output, w->run->arena, &w->series, err);
    }
    status = status ? status : choose_grid(w, err);
    status = status ? status : moly_sinogram_sum(w->data.prompts, &w->prompts, err);
    return status ? status : reconstruct(w, err);
}

/* One frame into its place of the image of all; a frame without counts stays 0. */
static moly_status one_frame(work *w, const moly_event_list *events, const moly_progress *progress,
                             const scan_frames *frames, size_t i, moly_volume **all,
                             moly_error *err)
{
    raw_wishes wishes = wishes_of(w, progress);
    double prompts = 0.0;
    wishes.events = events;
    raw_close(&w->data);
    solve_record_free(&w->record);
    moly_status status = raw_open(&wishes, w->run->arena, &w->data, err);
    if (!status && !*all) {
        status = choose_grid(w, err);
        status = status ? status
                        : moly_volume_new(&w->image->grid, (int64_t)frames->n, w->image->quantity,
                                          all, err);
    }
    status = status ? status : moly_sinogram_sum(w->data.prompts, &prompts, err);
    if (status) {
        return status;
    }
    const size_t n = (size_t)moly_grid_n_voxels(&w->image->grid);
    memset(w->image->data, 0, n * sizeof *w->image->data);
    status = prompts > 0.0 ? reconstruct(w, err) : MOLY_OK;
    if (status) {
        return status;
    }
    memcpy((*all)->data + i * n, w->image->data, n * sizeof *w->image->data);
    w->prompts += prompts;
    return json_array_append_new(w->frames, frames_describe(&frames->frames[i], prompts, &w->data,
                                                            &w->record, w->image)) == 0
               ? MOLY_OK
               : MOLY_NO_MEMORY(err);
}

static moly_status each_frame(work *w, const moly_progress *progress, moly_error *err)
{
    const reconstruct_args *a = w->args;
    moly_event_list list = {0};
    scan_frames frames = {0};
    moly_volume *all = NULL;
    w->frames = json_array();
    moly_status status = w->frames ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : frames_read_events(a->raw, &list, err);
    status =
        status ? status : frames_parse(a->frames, list.duration_s, w->run->arena, &frames, err);
    frame_progress shared;
    frame_progress_begin(&shared, progress, frames.n);
    status = status ? status : watcher_new(NULL, &shared.progress, &w->watch, err);
    for (size_t i = 0; i < frames.n && !status; i++) {
        const scan_frame *frame = &frames.frames[i];
        moly_event_list part;
        shared.frame = i;
        status = moly_event_list_between(&list, frame->begin_ms, frame->end_ms, &part, err);
        status = status ? status : one_frame(w, &part, &shared.progress, &frames, i, &all, err);
        if (status) {
            moly_error_context(err, "frame %zu", i + 1);
        }
    }
    moly_event_list_free(&list);
    if (status) {
        moly_volume_free(all);
        return status;
    }
    moly_volume_free(w->image);
    w->image = all;
    return MOLY_OK;
}

static moly_status check(const reconstruct_args *a, moly_error *err)
{
    const bool is_dicom = is_dicom_output(a->output);
    moly_status status = refuse_options_of_spect(a, err);
    status = status ? status : solve_check(a->algorithm, a->prior, a->anatomy, err);
    if (!status && a->frames) {
        status = refuse_with_frames(a, err);
    }
    return status || is_dicom ? status : raw_check_image_name(a->output, err);
}

moly_status reconstruct_pet(const reconstruct_args *args, const moly_run *run, json_t **result,
                            moly_error *err)
{
    work w = {.args = args, .run = run};
    json_t *made = NULL;
    moly_status status = check(args, err);
    status = status ? status : moly_ranks_join(&w.ranks, err);
    const bool is_first = moly_ranks_mine(w.ranks) == 0; /* it tells and writes */
    const moly_progress *progress = is_first ? run->progress : NULL;
    if (!status) {
        status = args->frames ? each_frame(&w, progress, err) : whole_scan(&w, progress, err);
    }
    status = status ? status : make_result(&w, &made, err);
    if (!status && is_first) {
        status = write_all(&w, made, err);
    }
    moly_ranks_leave(w.ranks, !status); /* else the launcher ends the others */
    release(&w);
    if (status || !is_first) {
        json_decref(made);
        return status;
    }
    *result = made;
    return MOLY_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* moly project forward and back: an image into the bins of raw data, and bins into an image. */
#include <jansson.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/formats/interfile.h"
#include "raw_files.h"

typedef struct project_args {
    const char *image, *template_path, *output;
    int projector, unit;
    int64_t n_rays, n_threads;
    double radius_mm;
} project_args;

static const moly_param params[] = {
    {"image", 0, MOLY_TEXT(project_args, image), .is_required = true, .is_positional = true,
     .pattern_hint = "FILE", .help = "image, .hv or .nii: what is projected, or the lattice"},
    {"template", 't', MOLY_TEXT(project_args, template_path), .is_required = true,
     .pattern_hint = "FILE", .help = "raw data whose bins are meant: a folder or a .hs header"},
    PROJECTOR_PARAMS(project_args),
    {"output", 'o', MOLY_TEXT(project_args, output), .is_required = true, .pattern_hint = "FILE",
     .help = "what to write: .hs of a projection, .hv or .nii of an image"},
};

static const moly_column columns[] = {
    {"file", "Saved as", MOLY_DIM_NONE, 0},
    {"bins", "Bins", MOLY_DIM_NONE, 0},
    {"sum", "Sum", MOLY_DIM_NONE, 8},
};
static const moly_view views[] = {{NULL, "", columns, 3}};

typedef struct work {
    const project_args *args;
    const moly_progress *progress;
    moly_layout *layout;
    moly_volume *image;
    moly_pet_projector *projector;
    moly_sinogram *bins;
    float *columns, *view;
    double sum, scale; /* scale: of lengths, per mm */
} work;

static void release(work *w)
{
    moly_free(w->columns);
    moly_free(w->view);
    moly_sinogram_free(w->bins);
    moly_pet_projector_free(w->projector);
    moly_volume_free(w->image);
    moly_layout_free(w->layout);
}

static moly_status prepare(work *w, moly_arena *arena, moly_error *err)
{
    const project_args *a = w->args;
    moly_status status = raw_read_layout(a->template_path, arena, &w->layout, err);
    status = status ? status : raw_read_image(a->image, &w->image, err);
    if (status) {
        return status;
    }
    const projector_choice choice = {a->projector, a->unit, a->n_rays, a->n_threads, a->radius_mm};
    const moly_projector_options options = raw_projector(&choice, &w->image->grid);
    w->scale = raw_unit_of(&choice) == 1 ? 1.0 / w->image->grid.spacing_mm[0] : 1.0;
    w->columns = moly_alloc((size_t)moly_grid_n_voxels(&w->image->grid), sizeof *w->columns);
    w->view = moly_alloc((size_t)moly_layout_view_bins(w->layout), sizeof *w->view);
    if (!w->columns || !w->view) {
        return MOLY_NO_MEMORY(err);
    }
    return moly_pet_projector_new(w->layout, &w->image->grid, &options, &w->projector, err);
}

static moly_status make_result(const work *w, json_t **result, moly_error *err)
{
    *result = json_pack("{s:s, s:s, s:s, s:I, s:f}", "file", w->args->output, "projector",
                        raw_projector_names[w->args->projector], "back_end",
                        moly_pet_projector_back_end(w->projector), "bins",
                        (json_int_t)moly_layout_n_bins(w->layout), "sum", w->sum);
    return *result ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status forward_views(work *w, moly_error *err)
{
    const int64_t n = moly_layout_view_bins(w->layout);
    moly_status status = MOLY_OK;
    moly_columns_from_volume(w->image, 0, w->columns);
    for (int64_t view = 0; view < w->layout->n_views && !status; view++) {
        status = moly_progress_step(w->progress, (double)view / (double)w->layout->n_views,
                                    "projection", err);
        status =
            status ? status : moly_pet_project_view(w->projector, w->columns, view, w->view, err);
        for (int64_t i = 0; i < n && !status; i++) {
            w->view[i] *= (float)w->scale;
            w->sum += (double)w->view[i];
        }
        status = status ? status : moly_sinogram_write_view(w->bins, view, w->view, err);
    }
    return status ? status : moly_sinogram_finish(w->bins, err);
}

static moly_status run_forward(const void *raw_args, const moly_run *run, json_t **result,
                               moly_error *err)
{
    work w = {.args = raw_args, .progress = run->progress};
    moly_status status = prepare(&w, run->arena, err);
    status =
        status ? status : moly_interfile_create_sinogram(w.args->output, w.layout, &w.bins, err);
    status = status ? status : forward_views(&w, err);
    status = status ? status : make_result(&w, result, err);
    release(&w);
    return status;
}

static moly_status back_views(work *w, moly_error *err)
{
    const int64_t n = moly_grid_n_voxels(&w->image->grid);
    moly_status status = MOLY_OK;
    for (int64_t view = 0; view < w->layout->n_views && !status; view++) {
        status = moly_progress_step(w->progress, (double)view / (double)w->layout->n_views,
                                    "back projection", err);
        status = status ? status : moly_sinogram_read_view(w->bins, view, w->view, err);
        status = status ? status
                        : moly_pet_back_project_view(w->projector, w->view, view, w->columns, err);
    }
    for (int64_t i = 0; i < n && !status; i++) {
        w->columns[i] *= (float)w->scale;
        w->sum += (double)w->columns[i];
    }
    return status;
}

static moly_status run_back(const void *raw_args, const moly_run *run, json_t **result,
                            moly_error *err)
{
    work w = {.args = raw_args, .progress = run->progress};
    const char *path = NULL;
    moly_status status = raw_check_image_name(w.args->output, err);
    status = status ? status : prepare(&w, run->arena, err);
    status = status ? status
                    : raw_sinogram_path(w.args->template_path, "prompts", run->arena, &path, err);
    status = status ? status : moly_interfile_open_sinogram(path, &w.bins, err);
    status = status ? status : back_views(&w, err);
    if (!status) {
        w.image->n_frames = 1;
        w.image->quantity = MOLY_QUANTITY_UNKNOWN;
        moly_columns_to_volume(w.columns, w.image, 0);
        status = raw_write_image(w.args->output, w.image, err);
    }
    status = status ? status : make_result(&w, result, err);
    release(&w);
    return status;
}

const moly_command moly_command_project_forward = {
    .declaration =
        {
            .name = "project forward",
            .summary = "Project an image into the bins of raw data",
            .description = "Line integrals of an image for every bin of the raw data, in mm times "
                           "the image's unit; with time of flight where the raw data have it.",
            .example = "moly project forward recon_demo/init.hv --template recon_demo/smalllong.hs "
                       "-o p.hs",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(project_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run_forward,
};

const moly_command moly_command_project_back = {
    .declaration =
        {
            .name = "project back",
            .summary = "Project the bins of raw data back into an image",
            .description = "The adjoint of the projection, applied to the counts of the raw data, "
                           "on the lattice of an image.",
            .example = "moly project back recon_demo/init.hv --template recon_demo/smalllong.hs -o "
                       "back.hv",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(project_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run_back,
};

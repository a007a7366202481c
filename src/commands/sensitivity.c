/* SPDX-License-Identifier: Apache-2.0 */
/* moly sensitivity: back projection of ones, to compare operators voxel for voxel. */
#include <jansson.h>
#include <string.h>

#include "moly/base/memory.h"
#include "raw_files.h"

typedef struct sensitivity_args {
    const char *template_path, *like, *output;
    int projector;
    int64_t n_rays, n_segments;
    double radius_mm;
    int zero_end_planes, unit;
    int64_t n_threads;
} sensitivity_args;

static const moly_param params[] = {
    {"template", 't', MOLY_TEXT(sensitivity_args, template_path), .is_required = true,
     .pattern_hint = "FILE", .help = "raw data whose bins are meant: a folder or a .hs header"},
    {"like", 0, MOLY_TEXT(sensitivity_args, like), .is_required = true, .pattern_hint = "FILE",
     .help = "image whose lattice is taken"},
    PROJECTOR_PARAMS(sensitivity_args),
    {"segments", 0, MOLY_I64(sensitivity_args, n_segments), .min = 0.0, .max = 10000.0,
     .fallback = "10000", .help = "segments on each side of the direct one that count"},
    {"zero-end-planes", 0, MOLY_BOOL(sensitivity_args, zero_end_planes), .fallback = "no",
     .help = "leave out the first and the last plane of segment 0"},
    {"output", 'o', MOLY_TEXT(sensitivity_args, output), .is_required = true,
     .pattern_hint = "FILE", .help = "image to write, .hv or .nii"},
};

static const moly_column columns[] = {
    {"file", "Saved as", MOLY_DIM_NONE, 0},
    {"bins", "Bins", MOLY_DIM_NONE, 0},
    {"max", "Maximum", MOLY_DIM_NONE, 6},
    {"sum", "Sum", MOLY_DIM_NONE, 8},
};
static const moly_view views[] = {{NULL, "", columns, 4}};

/* Ones, but 0 in the end planes of the middle segment where they are left out. */
static void fill_ones(const moly_layout *layout, bool zero_end_planes, float *bins)
{
    const moly_segment *direct = &layout->segments[layout->n_segments / 2];
    const int64_t n = moly_layout_view_bins(layout);
    for (int64_t i = 0; i < n; i++) {
        const int64_t plane = i % layout->n_planes;
        const bool is_end =
            plane == direct->first_plane || plane == direct->first_plane + direct->n_axial - 1;
        bins[i] = zero_end_planes && is_end ? 0.0F : 1.0F;
    }
}

static projector_choice choice_of(const sensitivity_args *a)
{
    return (projector_choice){a->projector, a->unit, a->n_rays, a->n_threads, a->radius_mm};
}

static moly_status back_project_ones(const sensitivity_args *a, const moly_layout *layout,
                                     const moly_grid *grid, const moly_progress *progress,
                                     float *image, moly_error *err)
{
    moly_pet_projector *projector = NULL;
    const projector_choice choice = choice_of(a);
    const moly_projector_options options = raw_projector(&choice, grid);
    float *bins = moly_alloc((size_t)moly_layout_view_bins(layout), sizeof *bins);
    moly_status status = bins ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : moly_pet_projector_new(layout, grid, &options, &projector, err);
    if (!status) {
        fill_ones(layout, a->zero_end_planes == 1, bins);
    }
    for (int64_t view = 0; view < layout->n_views && !status; view++) {
        status = moly_progress_step(progress, (double)view / (double)layout->n_views,
                                    "back projection", err);
        status = status ? status : moly_pet_back_project_view(projector, bins, view, image, err);
    }
    moly_pet_projector_free(projector);
    moly_free(bins);
    return status;
}

static moly_status make_result(const sensitivity_args *a, const moly_layout *layout,
                               const moly_volume *image, json_t **result, moly_error *err)
{
    moly_volume_summary summary;
    const projector_choice choice = choice_of(a);
    moly_status status = moly_volume_summarise(image, &summary, err);
    if (status) {
        return status;
    }
    *result =
        json_pack("{s:s, s:s, s:s, s:I, s:f, s:f}", "file", a->output, "projector",
                  raw_projector_names[a->projector], "unit", raw_unit_names[raw_unit_of(&choice)],
                  "bins", (json_int_t)moly_layout_n_bins(layout), "max", summary.max, "sum",
                  summary.mean * (double)moly_grid_n_voxels(&image->grid));
    return *result ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status run(const void *raw_args, const moly_run *run, json_t **result, moly_error *err)
{
    const sensitivity_args *a = raw_args;
    moly_layout *whole = NULL, *layout = NULL;
    moly_volume *image = NULL;
    float *sums = NULL;
    moly_status status = raw_check_image_name(a->output, err);
    status = status ? status : raw_read_layout(a->template_path, run->arena, &whole, err);
    status = status ? status : raw_read_image(a->like, &image, err);
    if (status) {
        goto done;
    }
    whole->n_tof = 1; /* a kernel's bins sum to one */
    whole->tof_mashing = 0;
    status = raw_keep_segments(whole, a->n_segments, &layout, err);
    if (status) {
        goto done;
    }
    sums = moly_alloc((size_t)moly_grid_n_voxels(&image->grid), sizeof *sums);
    if (!sums) {
        status = MOLY_NO_MEMORY(err);
        goto done;
    }
    status = back_project_ones(a, layout, &image->grid, run->progress, sums, err);
    const size_t n_voxels = (size_t)moly_grid_n_voxels(&image->grid);
    const projector_choice choice = choice_of(a);
    const bool is_in_voxels = raw_unit_of(&choice) == 1;
    for (size_t i = 0; i < n_voxels && !status && is_in_voxels; i++) {
        sums[i] /= (float)image->grid.spacing_mm[0];
    }
    if (!status) {
        image->n_frames = 1;
        image->quantity = MOLY_QUANTITY_UNKNOWN;
        moly_columns_to_volume(sums, image, 0);
        status = raw_write_image(a->output, image, err);
    }
    status = status ? status : make_result(a, layout, image, result, err);
done:
    moly_free(sums);
    moly_volume_free(image);
    moly_layout_free(layout);
    moly_layout_free(whole);
    return status;
}

const moly_command moly_command_sensitivity = {
    .declaration =
        {
            .name = "sensitivity",
            .summary = "Back project ones: how often each voxel is seen",
            .description =
                "The adjoint of a projector applied to ones in every bin of the raw data, on the "
                "lattice of an image; in mm. With it others can compare operators voxel for "
                "voxel.\n\n"
                "The Siddon projector traces exact lengths, as many rays across a bin as are asked "
                "for and as many along the axis as it takes to miss no voxel, and divides by their "
                "number.",
            .example = "moly sensitivity --template recon_demo/smalllong.hs --like "
                       "recon_demo/init.hv -o sens.hv",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(sensitivity_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};

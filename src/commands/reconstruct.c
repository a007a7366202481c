/* SPDX-License-Identifier: Apache-2.0 */
/* moly reconstruct: raw data to an image, with all that is known of them. */
#include <jansson.h>

#include "moly/base/ranks.h"
#include "reconstruct_pet.h"
#include "reconstruct_slurm.h"
#include "reconstruct_solve.h"
#include "reconstruct_spect.h"

static const moly_column columns[] = {
    {"file", "Saved as", MOLY_DIM_NONE, 0},
    {"unit", "Unit", MOLY_DIM_NONE, 0},
    {"max", "Maximum", MOLY_DIM_NONE, 6},
    {"mean", "Mean", MOLY_DIM_NONE, 6},
    {"activity_bq", "Activity in the image", MOLY_DIM_ACTIVITY, 6},
    {"prompts", "Prompts", MOLY_DIM_NONE, 10},
};
static const moly_column frame_columns[] = {
    {"start_s", "Start", MOLY_DIM_TIME, 6},
    {"duration_s", "Duration", MOLY_DIM_TIME, 6},
    {"prompts", "Prompts", MOLY_DIM_NONE, 10},
    {"activity_bq", "Activity in the image", MOLY_DIM_ACTIVITY, 6},
    {"max", "Maximum", MOLY_DIM_NONE, 6},
};
static const moly_view views[] = {
    {NULL, "", columns, sizeof columns / sizeof *columns},
    {"Frames", "frames", frame_columns, sizeof frame_columns / sizeof *frame_columns},
};

static moly_status write_job(const reconstruct_args *a, const moly_run *run, json_t **result,
                             moly_error *err)
{
    static const char *const left_out[] = {"slurm", "ranks", "threads", NULL};
    moly_status status = slurm_write(a->slurm, run->declaration, a, left_out, a->n_ranks,
                                     a->n_threads > 0 ? a->n_threads : 1, err);
    *result = status ? NULL : json_pack("{s:s}", "file", a->slurm);
    return status || *result ? status : MOLY_NO_MEMORY(err);
}

/* ---- SPECT ---- */

static moly_status run_spect(const reconstruct_args *a, const moly_run *run, json_t **result,
                             moly_error *err)
{
    const bool is_dicom = is_dicom_output(a->output);
    spect_wishes wishes = {.raw = a->raw,
                           .output = a->output,
                           .attenuation = a->attenuation,
                           .camera = a->camera,
                           .collimator = a->collimator,
                           .nuclide = a->nuclide,
                           .attenuation_unit = a->attenuation_unit,
                           .scatter = a->scatter,
                           .has_cdr = a->has_cdr,
                           .has_attenuation = a->has_attenuation,
                           .n_subsets = a->n_subsets,
                           .n_iterations = a->n_iterations,
                           .n_threads = a->n_threads,
                           .window = a->window,
                           .filter_mm = a->filter_mm,
                           .voxel_mm = a->voxel_mm,
                           .scatter_filter_mm = a->scatter_filter_mm,
                           .cps_per_mbq = a->cps_per_mbq,
                           .duration_s = a->duration_s,
                           .is_mlem = a->algorithm == SOLVE_MLEM,
                           .dicom = &a->dicom};
    moly_volume *image = NULL;
    moly_ranks *ranks = NULL;
    json_t *made = NULL;
    moly_status status = refuse_options_of_pet(a, err);
    status = status || is_dicom ? status : raw_check_image_name(a->output, err);
    status = status ? status : moly_ranks_join(&ranks, err);
    if (!status && moly_ranks_mine(ranks) == 0) { /* the others have nothing to share yet */
        status = watcher_new(a->watch, run->progress, &wishes.watch, err);
        status = status ? status : reconstruct_spect(&wishes, run, &image, &made, err);
        status = status || is_dicom ? status : raw_write_image(a->output, image, err);
        status = status ? status : reconstruct_write_provenance(a->output, run, made, err);
    }
    moly_ranks_leave(ranks, !status);
    watcher_free(wishes.watch);
    moly_volume_free(image);
    if (status) {
        json_decref(made);
        return status;
    }
    *result = made;
    return MOLY_OK;
}

/* Whether it is of a gamma camera; what cannot be told is left to the PET half to refuse. */
static bool is_spect(const char *raw, moly_arena *arena)
{
    raw_file file = {0};
    return raw_find_kind(raw, arena, &file, NULL) == MOLY_OK && file.kind == RAW_SPECT;
}

static moly_status run(const void *raw_args, const moly_run *run, json_t **result, moly_error *err)
{
    const reconstruct_args *a = raw_args;
    if (a->slurm) {
        return write_job(a, run, result, err);
    }
    moly_status fits = refuse_options_of_dicom(a, err);
    if (fits) {
        return fits;
    }
    if (is_spect(a->raw, run->arena)) {
        return run_spect(a, run, result, err);
    }
    return reconstruct_pet(a, run, result, err);
}

const moly_command moly_command_reconstruct = {
    .declaration =
        {
            .name = "reconstruct",
            .summary = "Reconstruct a PET or SPECT image from raw data",
            .description =
                "Sinograms to an image. What lies in the folder of raw data is used: prompts, "
                "delayed coincidences, the attenuation map, the sensitivity of each bin, and "
                "scan.json with duration and nuclide. With a sensitivity and the duration the "
                "image is in Bq/mL, decay and positron branching over the frame included, at the "
                "start of the scan; without them it is relative, and says so.\n\n"
                "Beside the image stands its provenance as JSON: version, data, parameters, back "
                "end, likelihood of each iteration; without the likelihoods it is also in the "
                "image's file.\n\n"
                "With --frames the coincidences one by one (moly scan --list) become an image of "
                "several frames, each decay corrected to the start of the scan; the provenance "
                "has their times.\n\n"
                "Projections of a gamma camera (Interfile, DICOM NM, a folder of moly scan) are "
                "reconstructed by OSEM with attenuation, the collimator's response and scatter "
                "from energy windows; with the nuclide, the times of the views and a sensitivity "
                "the image is in Bq/mL at the start.\n\n"
                "A folder of DICOM files is a PET series, a file a slice, or for a gamma camera "
                "one object of NM with all slices. It takes patient, study and frame of reference "
                "from a series of the same examination, or from the projections' own file; a "
                "simulated scan is its own patient. Slices lie head first, supine, ring 0 at the "
                "head.\n\n"
                "Started by mpirun or srun, the processes share the views of each subset; the "
                "first one writes.",
            .example = "moly reconstruct recon_demo/smalllong.hs --iterations 1 -o image.nii",
            .params = reconstruct_params,
            .n_params = N_RECONSTRUCT_PARAMS,
            .args_size = sizeof(reconstruct_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};

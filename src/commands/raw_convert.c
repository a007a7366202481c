/* SPDX-License-Identifier: Apache-2.0 */
/* moly raw convert: from one format of raw data or images to another. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "moly/base/text.h"
#include "moly/formats/petsird.h"
#include "raw_kind.h"

typedef struct convert_args {
    const char *input, *output;
    int is_delayed;
    int64_t span, max_difference, view_mashing, tof_mashing;
} convert_args;

static const moly_param params[] = {
    {"input", 0, MOLY_TEXT(convert_args, input), .is_required = true, .is_positional = true,
     .pattern_hint = "IN", .help = "an image, PET sinograms or list mode"},
    {"output", 0, MOLY_TEXT(convert_args, output), .is_required = true, .is_positional = true,
     .pattern_hint = "OUT",
     .help = "an image (.hv, .nii, .nii.gz), sinograms (.hs) or list mode (.petsird)"},
    {"delayed", 0, MOLY_BOOL(convert_args, is_delayed), .fallback = "no",
     .help = "the delayed coincidences of list mode instead of the prompts"},
    {"span", 0, MOLY_I64(convert_args, span), .min = 1.0, .max = 4001.0,
     .help = "axial compression of the sinograms, odd; without it the scanner's own"},
    {"max-ring-difference", 0, MOLY_I64(convert_args, max_difference), .min = 0.0, .max = 2000.0,
     .help = "largest ring difference kept; without it the scanner's own"},
    {"view-mashing", 0, MOLY_I64(convert_args, view_mashing), .min = 1.0, .max = 1024.0,
     .fallback = "1", .help = "views of the scanner in one"},
    {"tof-mashing", 0, MOLY_I64(convert_args, tof_mashing), .min = 0.0, .max = 5001.0,
     .fallback = "0", .help = "TOF bins of the scanner in one; 0 keeps no time of flight"},
};

static const moly_column columns[] = {
    {"output", "Saved as", MOLY_DIM_NONE, 0},   {"kind", "Kind", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"bins", "Bins", MOLY_DIM_NONE, 12},        {"counts", "Counts", MOLY_DIM_NONE, 12},
    {"dropped", "Not kept", MOLY_DIM_NONE, 12},
};
static const moly_view views[] = {{NULL, "", columns, 5}};

/* ---- images ---- */

static moly_status convert_image(const raw_file *in, const char *output, json_t *whole,
                                 moly_error *err)
{
    moly_volume *v = NULL;
    moly_volume_summary summary;
    moly_status status = raw_check_image_name(output, err);
    status = status ? status : raw_read_image(in->path, &v, err);
    status = status ? status : raw_write_image(output, v, err);
    status = status ? status : moly_volume_summarise(v, &summary, err);
    if (!status) {
        const double n = (double)(v->n_frames * moly_grid_n_voxels(&v->grid));
        status = json_object_set_new(whole, "voxels", moly_json_real(n)) == 0 &&
                         json_object_set_new(whole, "sum", moly_json_real(n * summary.mean)) == 0
                     ? MOLY_OK
                     : MOLY_NO_MEMORY(err);
    }
    moly_volume_free(v);
    return status;
}

/* ---- sinograms ---- */

static moly_status set_counts(json_t *whole, int64_t bins, double counts, double dropped,
                              moly_error *err)
{
    int failed = json_object_set_new(whole, "bins", json_integer(bins));
    failed |= json_object_set_new(whole, "counts", moly_json_real(counts));
    failed |= json_object_set_new(whole, "dropped", moly_json_real(dropped));
    return failed ? MOLY_NO_MEMORY(err) : MOLY_OK;
}

static moly_status convert_sinogram(const raw_file *in, const char *output,
                                    const moly_progress *progress, json_t *whole, moly_error *err)
{
    moly_sinogram *from = NULL, *to = NULL;
    double counts = 0.0;
    float *view = NULL;
    moly_status status = moly_interfile_open_sinogram(in->path, &from, err);
    if (status) {
        return status;
    }
    const moly_layout *l = moly_sinogram_layout(from);
    const size_t n = (size_t)moly_layout_view_bins(l);
    view = moly_alloc(n, sizeof *view);
    status = view ? moly_interfile_create_sinogram(output, l, &to, err) : MOLY_NO_MEMORY(err);
    for (int64_t v = 0; v < l->n_views && !status; v++) {
        status = moly_progress_step(progress, (double)v / (double)l->n_views, "converting", err);
        status = status ? status : moly_sinogram_read_view(from, v, view, err);
        status = status ? status : moly_sinogram_write_view(to, v, view, err);
        for (size_t i = 0; i < n && !status; i++) {
            counts += (double)view[i];
        }
    }
    status = status ? status : moly_sinogram_finish(to, err);
    status = status ? status : set_counts(whole, moly_layout_n_bins(l), counts, 0.0, err);
    moly_free(view);
    moly_sinogram_free(to);
    moly_sinogram_free(from);
    return status;
}

/* ---- list mode ---- */

static moly_status sort_events(const convert_args *args, const moly_event_list *list, json_t *whole,
                               moly_error *err)
{
    const moly_layout_options options = {
        .span = args->span > 0 ? args->span : 0,
        .max_difference = args->max_difference >= 0 ? args->max_difference : -1,
        .view_mashing = args->view_mashing,
        .tof_mashing = args->tof_mashing,
    };
    moly_layout *l = NULL;
    moly_sinogram *to = NULL;
    int64_t n_kept = 0, n = 0;
    for (size_t i = 0; i < list->n; i++) {
        n += (list->events[i].is_delayed != 0) == (args->is_delayed == 1);
    }
    moly_status status = moly_layout_new(&list->scanner, &options, &l, err);
    status = status ? status : moly_interfile_create_sinogram(args->output, l, &to, err);
    status = status ? status : moly_events_histogram(list, args->is_delayed == 1, to, &n_kept, err);
    status = status ? status : moly_sinogram_finish(to, err);
    status = status ? status
                    : set_counts(whole, moly_layout_n_bins(l), (double)n_kept, (double)(n - n_kept),
                                 err);
    moly_sinogram_free(to);
    moly_layout_free(l);
    return status;
}

static moly_status convert_events(const convert_args *args, const raw_file *in, json_t *whole,
                                  moly_error *err)
{
    moly_event_list list = {0};
    if (!moly_ends_in(args->output, ".hs") && !moly_ends_in(args->output, ".petsird")) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "%s: list mode becomes sinograms (.hs) or list mode (.petsird)",
                         args->output);
    }
    moly_status status = raw_read_events(in, &list, err);
    if (!status && moly_ends_in(args->output, ".petsird")) {
        status = moly_petsird_write(args->output, &list, err);
        status = status ? status : set_counts(whole, 0, (double)list.n, 0.0, err);
    } else if (!status) {
        status = sort_events(args, &list, whole, err);
    }
    moly_event_list_free(&list);
    return status;
}

static moly_status run(const void *raw_args, const moly_run *run, json_t **result, moly_error *err)
{
    const convert_args *args = raw_args;
    raw_file in = {0};
    moly_status status = raw_find_kind(args->input, run->arena, &in, err);
    if (status) {
        return status;
    }
    json_t *whole = json_pack("{s:s, s:s, s:s}", "input", in.path, "output", args->output, "kind",
                              raw_kind_names[in.kind]);
    status = whole ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status && in.kind == RAW_IMAGE) {
        status = convert_image(&in, args->output, whole, err);
    } else if (!status && in.kind == RAW_SINOGRAM) {
        status = convert_sinogram(&in, args->output, run->progress, whole, err);
    } else if (!status && in.kind == RAW_EVENTS) {
        status = convert_events(args, &in, whole, err);
    } else if (!status) {
        status =
            MOLY_FAIL(err, MOLY_ERR_USAGE, "%s: SPECT projections are not converted yet", in.path);
    }
    if (status) {
        json_decref(whole);
        return status;
    }
    *result = whole;
    return MOLY_OK;
}

const moly_command moly_command_raw_convert = {
    .declaration =
        {
            .name = "raw convert",
            .summary = "Convert images, sinograms and list mode between formats",
            .description =
                "Images go between Interfile and NIfTI; sinograms of any order, number format or "
                "maker become Interfile as STIR writes it; list mode (Siemens, PETSIRD) becomes "
                "sinograms or PETSIRD. The kind of the input is found by what it says, that of the "
                "output by its name.",
            .example = "moly raw convert recon_demo/init.hv init.nii",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(convert_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};

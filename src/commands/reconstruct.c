/* SPDX-License-Identifier: Apache-2.0 */
/* moly reconstruct: raw data to an image, with all that is known of them. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/ranks.h"
#include "moly/base/text.h"
#include "reconstruct_dicom.h"
#include "reconstruct_slurm.h"
#include "reconstruct_solve.h"
#include "reconstruct_spect.h"

typedef struct reconstruct_args {
    const char *save_scatter;
    const char *raw, *attenuation, *normalisation, *like, *output, *watch;
    int algorithm, projector, attenuation_unit, is_tof, has_attenuation, randoms, scatter;
    int64_t n_subsets, n_iterations, n_threads;
    const char *slurm;
    int64_t n_ranks;
    const char *prior, *anatomy;
    double until, psf_mm, filter_mm, voxel_mm, radius_mm, duration_s, positrons;
    dicom_wishes dicom;
    /* of a gamma camera */
    const char *camera, *collimator, *nuclide;
    int has_cdr;
    int64_t window;
    double cps_per_mbq, scatter_filter_mm;
} reconstruct_args;

static const char *const projectors[] = {"joseph", "dd", NULL};

static const moly_param params[] = {
    {"raw", 0, MOLY_TEXT(reconstruct_args, raw), .is_required = true, .is_positional = true,
     .pattern_hint = "FILE",
     .help = "raw data: a folder of moly scan, a .hs header, or a DICOM NM file"},
    {"algorithm", 'a', MOLY_CHOICE(reconstruct_args, algorithm), .choices = solve_algorithms,
     .fallback = "osem", .help = "how the image is found"},
    {"subsets", 's', MOLY_I64(reconstruct_args, n_subsets), .min = 1.0, .max = 4096.0,
     .help = "ordered subsets, a divisor of the views; without it about eight views in each"},
    {"iterations", 'i', MOLY_I64(reconstruct_args, n_iterations), .min = 1.0, .max = 10000.0,
     .fallback = "2", .help = "passes through all views"},
    {"until", 0, MOLY_F64(reconstruct_args, until), .dim = MOLY_DIM_FRACTION, .min = 1e-9,
     .max = 1.0,
     .help = "stop earlier, once an iteration changes the image by less than this share of it"},
    {"prior", 0, MOLY_TEXT(reconstruct_args, prior), .pattern_hint = "NAME:KEY=NUMBER,...",
     .help = "of bsrem and svrg: rdp:beta=,gamma=,eps=; quadratic:beta=; logcosh:beta=,delta=; "
             "tv:beta=,eps=; bowsher:beta=,n=; pls:beta=,eps=,eta="},
    {"anatomy", 0, MOLY_TEXT(reconstruct_args, anatomy), .pattern_hint = "FILE_OR_DIR",
     .help = "anatomical image that guides kem and the prior: .nii, .hv or DICOM"},
    {"tof", 0, MOLY_BOOL(reconstruct_args, is_tof), .fallback = "no",
     .help = "use the time of flight of the raw data; without it their TOF bins are summed"},
    {"psf", 0, MOLY_F64(reconstruct_args, psf_mm), .dim = MOLY_DIM_LENGTH, .min = 0.1, .max = 50.0,
     .help = "resolution that is modelled, full width at half maximum"},
    {"projector", 0, MOLY_CHOICE(reconstruct_args, projector), .choices = projectors,
     .fallback = "joseph", .help = "how lines are integrated"},
    {"attenuation", 0, MOLY_TEXT(reconstruct_args, attenuation), .pattern_hint = "FILE",
     .help = "CT or map of attenuation at 511 keV; without it that of the raw data"},
    {"attenuation-unit", 0, MOLY_CHOICE(reconstruct_args, attenuation_unit), .choices = mu_units,
     .help = "of that file; without it HU where values lie below -100, else 1/cm for .hv and 1/mm "
             "for .nii"},
    {"correct-attenuation", 0, MOLY_BOOL(reconstruct_args, has_attenuation), .fallback = "yes",
     .help = "correct for attenuation where a map is known"},
    {"randoms", 0, MOLY_CHOICE(reconstruct_args, randoms), .choices = randoms_ways,
     .fallback = "smooth",
     .help = "expected randoms: the delayed coincidences as they are, or fitted to the crystals"},
    {"scatter", 0, MOLY_CHOICE(reconstruct_args, scatter), .choices = scatter_ways,
     .help =
         "PET: single-scatter simulation (sss), without it where a map of attenuation is known, "
         "save for scans simulated without scatter; SPECT: from energy windows (tew, dew), "
         "without it tew where there are two beside the peak's"},
    {"save-scatter", 0, MOLY_TEXT(reconstruct_args, save_scatter), .pattern_hint = "FILE",
     .help = "write the expected scattered coincidences of each bin, .hs"},
    {"normalisation", 'n', MOLY_TEXT(reconstruct_args, normalisation), .pattern_hint = "FILE",
     .help = "sensitivity of each bin, .hs; without it that of the raw data"},
    {"like", 0, MOLY_TEXT(reconstruct_args, like), .pattern_hint = "FILE",
     .help = "image whose lattice is taken"},
    {"voxel", 0, MOLY_F64(reconstruct_args, voxel_mm), .dim = MOLY_DIM_LENGTH, .min = 0.2,
     .max = 50.0, .help = "width of a voxel; without it half of a ring's pitch"},
    {"radius", 0, MOLY_F64(reconstruct_args, radius_mm), .dim = MOLY_DIM_LENGTH, .min = 5.0,
     .max = 1e4, .help = "what is looked at around the axis; without it as far as the bins reach"},
    {"filter", 'f', MOLY_F64(reconstruct_args, filter_mm), .dim = MOLY_DIM_LENGTH, .min = 0.1,
     .max = 100.0, .help = "smoothing of the result by a Gaussian, full width at half maximum"},
    {"duration", 0, MOLY_F64(reconstruct_args, duration_s), .dim = MOLY_DIM_TIME, .min = 1e-3,
     .max = 1e7, .help = "of the scan, where the raw data do not say"},
    {"positrons", 0, MOLY_F64(reconstruct_args, positrons), .dim = MOLY_DIM_FRACTION, .min = 1e-6,
     .max = 1.0, .help = "per decay, where the raw data do not name the nuclide"},
    {"threads", 'j', MOLY_I64(reconstruct_args, n_threads), .min = 1.0, .max = 256.0,
     .help = "threads that share the work; without it as many as processors"},
    {"output", 'o', MOLY_TEXT(reconstruct_args, output), .is_required = true,
     .pattern_hint = "FILE_OR_DIR/",
     .help = "image to write: .hv, .nii, .nii.gz, or a new folder of DICOM files, ending in /"},
    {"slurm", 0, MOLY_TEXT(reconstruct_args, slurm), .pattern_hint = "FILE",
     .help = "do not run, but write the job script that does on a cluster"},
    {"ranks", 0, MOLY_I64(reconstruct_args, n_ranks), .min = 1.0, .max = 4096.0, .fallback = "4",
     .help = "processes that the job script asks for"},
    {"dicom-like", 0, MOLY_TEXT(reconstruct_args, dicom.like), .pattern_hint = "DIR_OR_FILE",
     .help = "DICOM series of the examination: patient, study, frame of reference, dose"},
    {"patient-id", 0, MOLY_TEXT(reconstruct_args, dicom.patient_id), .max = 64.0,
     .help = "patient's number in the DICOM series"},
    {"patient-name", 0, MOLY_TEXT(reconstruct_args, dicom.patient_name), .max = 64.0,
     .help = "patient's name in the DICOM series, Family^Given"},
    {"description", 0, MOLY_TEXT(reconstruct_args, dicom.description), .max = 64.0,
     .help = "of the DICOM series; without it the method"},
    {"weight", 0, MOLY_F64(reconstruct_args, dicom.weight_kg), .dim = MOLY_DIM_BODY_MASS,
     .min = 0.1, .max = 500.0, .help = "patient's weight in the DICOM series"},
    {"injected", 0, MOLY_F64(reconstruct_args, dicom.injected_bq), .dim = MOLY_DIM_ACTIVITY,
     .min = 1.0, .max = 1e13, .help = "activity injected, in the DICOM series"},
    {"injected-at", 0, MOLY_INSTANT(reconstruct_args, dicom.injected_at), .help = "when that was"},
    {"start", 0, MOLY_INSTANT(reconstruct_args, dicom.start),
     .help = "when the scan began, where the raw data do not say"},
    {"watch", 0, MOLY_TEXT(reconstruct_args, watch), .pattern_hint = "DIR",
     .help = "folder for the progress and the image as it grows, for who watches"},
    {"camera", 0, MOLY_TEXT(reconstruct_args, camera), .pattern_hint = "NAME",
     .help = "gamma camera of SPECT data, or a .camera file; without it that of scan.json"},
    {"collimator", 0, MOLY_TEXT(reconstruct_args, collimator), .pattern_hint = "NAME",
     .help = "of that camera; its response is modelled and gives the sensitivity"},
    {"cdr", 0, MOLY_BOOL(reconstruct_args, has_cdr),
     .help = "model the collimator's blur by depth; without it where the collimator is known"},
    {"scatter-filter", 0, MOLY_F64(reconstruct_args, scatter_filter_mm), .dim = MOLY_DIM_LENGTH,
     .min = 0.0, .max = 200.0,
     .help = "smoothing of that scatter, full width at half maximum; without it 5 mm"},
    {"sensitivity", 0, MOLY_F64(reconstruct_args, cps_per_mbq), .min = 1e-3, .max = 1e6,
     .help = "counts a second and MBq of one head of the gamma camera, as measured (NEMA NU 1); "
             "without it from scan.json or from the collimator's holes"},
    {"nuclide", 0, MOLY_TEXT(reconstruct_args, nuclide), .pattern_hint = "NUCLIDE",
     .help = "in SPECT data: for its photons' energy and its decay; without it that of scan.json"},
    {"window", 0, MOLY_I64(reconstruct_args, window), .min = 1.0, .max = 1024.0,
     .help = "energy window of the SPECT data that holds the peak; without it the nuclide's"},
};

static const moly_column columns[] = {
    {"file", "Saved as", MOLY_DIM_NONE, 0},
    {"unit", "Unit", MOLY_DIM_NONE, 0},
    {"max", "Maximum", MOLY_DIM_NONE, 6},
    {"mean", "Mean", MOLY_DIM_NONE, 6},
    {"activity_bq", "Activity in the image", MOLY_DIM_ACTIVITY, 6},
    {"prompts", "Prompts", MOLY_DIM_NONE, 10},
};
static const moly_view views[] = {{NULL, "", columns, sizeof columns / sizeof *columns}};

typedef struct work {
    const reconstruct_args *args;
    const moly_run *run;
    raw_data data;
    moly_volume *image;
    double radius_mm, prompts;
    dicom_series series;
    moly_ranks *ranks; /* that share the work; the first one writes */
    watcher *watch;
    solve_record record;
} work;

static void release(work *w)
{
    raw_close(&w->data);
    watcher_free(w->watch);
    dicom_series_close(&w->series);
    moly_volume_free(w->image);
    solve_record_free(&w->record);
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
        projectors[a->projector], "psf_mm", moly_json_real(a->psf_mm), "filter_mm",
        moly_json_real(a->filter_mm), "radius_mm", moly_json_rounded(w->radius_mm, 6),
        "attenuation", d->mu != NULL, "randoms", randoms_ways[d->randoms], "scatter",
        raw_scatter_json(d), "normalisation", d->normalisation != NULL, "effective_s",
        d->effective_s > 0.0 ? moly_json_rounded(d->effective_s, 8) : json_null());
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
static moly_status write_provenance(const char *name, const moly_run *run, const json_t *result,
                                    moly_error *err)
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

static moly_status write_job(const reconstruct_args *a, const moly_run *run, json_t **result,
                             moly_error *err)
{
    static const char *const left_out[] = {"slurm", "ranks", "threads", NULL};
    moly_status status = slurm_write(a->slurm, run->declaration, a, left_out, a->n_ranks,
                                     a->n_threads > 0 ? a->n_threads : 1, err);
    *result = status ? NULL : json_pack("{s:s}", "file", a->slurm);
    return status || *result ? status : MOLY_NO_MEMORY(err);
}

/* The first rank writes. */
static moly_status write_all(work *w, json_t *made, moly_error *err)
{
    moly_status status = note(w, made, err);
    status = status ? status : write_image(w, err);
    return status ? status : write_provenance(w->args->output, w->run, made, err);
}

/* ---- what does not belong to the data ---- */

typedef struct wish {
    const char *option;
    bool is_given;
} wish;

static moly_status refuse(const char *raw, const char *kind, const wish *wishes, size_t n,
                          moly_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (wishes[i].is_given) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "%s is of a %s: it takes no %s", raw, kind,
                             wishes[i].option);
        }
    }
    return MOLY_OK;
}

static moly_status refuse_of_pet(const reconstruct_args *a, moly_error *err)
{
    const wish wishes[] = {
        {"--algorithm but mlem and osem", a->algorithm > SOLVE_OSEM},
        {"--prior", a->prior != NULL},
        {"--anatomy", a->anatomy != NULL},
        {"--until", isfinite(a->until)},
        {"--watch", a->watch != NULL},
        {"--tof", a->is_tof == 1},
        {"--psf", isfinite(a->psf_mm)},
        {"--normalisation", a->normalisation != NULL},
        {"--save-scatter", a->save_scatter != NULL},
        {"--like", a->like != NULL},
        {"--radius", isfinite(a->radius_mm)},
        {"--positrons", isfinite(a->positrons)},
        {"DICOM output", is_dicom_output(a->output)},
    };
    return refuse(a->raw, "gamma camera", wishes, sizeof wishes / sizeof *wishes, err);
}

static moly_status refuse_of_spect(const reconstruct_args *a, moly_error *err)
{
    const wish wishes[] = {
        {"--camera", a->camera != NULL},
        {"--collimator", a->collimator != NULL},
        {"--cdr", a->has_cdr >= 0},
        {"--nuclide", a->nuclide != NULL},
        {"--window", a->window > 0},
        {"--sensitivity", isfinite(a->cps_per_mbq)},
        {"--scatter-filter", isfinite(a->scatter_filter_mm)},
    };
    return refuse(a->raw, "PET scanner", wishes, sizeof wishes / sizeof *wishes, err);
}

/* ---- SPECT ---- */

static moly_status run_spect(const reconstruct_args *a, const moly_run *run, json_t **result,
                             moly_error *err)
{
    const spect_wishes wishes = {.raw = a->raw,
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
                                 .is_mlem = a->algorithm == SOLVE_MLEM};
    moly_volume *image = NULL;
    moly_ranks *ranks = NULL;
    json_t *made = NULL;
    moly_status status = refuse_of_pet(a, err);
    status = status ? status : raw_check_image_name(a->output, err);
    status = status ? status : moly_ranks_join(&ranks, err);
    if (!status && moly_ranks_mine(ranks) == 0) { /* the others have nothing to share yet */
        status = reconstruct_spect(&wishes, run, &image, &made, err);
        status = status ? status : raw_write_image(a->output, image, err);
        status = status ? status : write_provenance(a->output, run, made, err);
    }
    moly_ranks_leave(ranks, !status);
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
    if (is_spect(a->raw, run->arena)) {
        return run_spect(a, run, result, err);
    }
    work w = {.args = a, .run = run};
    json_t *made = NULL;
    const bool is_dicom = is_dicom_output(a->output);
    moly_status status = refuse_of_spect(a, err);
    status = status ? status : solve_check(a->algorithm, a->prior, a->anatomy, err);
    status = status || is_dicom ? status : raw_check_image_name(a->output, err);
    status = status ? status : moly_ranks_join(&w.ranks, err);
    const bool is_first = moly_ranks_mine(w.ranks) == 0; /* it tells and writes */
    const moly_progress *progress = is_first ? run->progress : NULL;
    const raw_wishes wishes = {.raw = a->raw,
                               .attenuation = a->attenuation,
                               .attenuation_unit = a->attenuation_unit,
                               .normalisation = a->normalisation,
                               .has_attenuation = a->has_attenuation == 1,
                               .randoms = a->randoms,
                               .scatter = a->scatter,
                               .save_scatter = is_first ? a->save_scatter : NULL,
                               .progress = progress,
                               .is_tof = a->is_tof == 1,
                               .duration_s = a->duration_s,
                               .positrons = a->positrons,
                               .n_threads = a->n_threads > 0 ? (int)a->n_threads : 0};
    status = status ? status : watcher_new(is_first ? a->watch : NULL, progress, &w.watch, err);
    status = status ? status : raw_open(&wishes, run->arena, &w.data, err);
    if (!status && is_dicom && is_first) {
        status = dicom_series_prepare(&a->dicom, &w.data, a->output, run->arena, &w.series, err);
    }
    status = status ? status : choose_grid(&w, err);
    if (!status) {
        status = moly_sinogram_sum(w.data.prompts, &w.prompts, err);
    }
    status = status ? status : reconstruct(&w, err);
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
                "Projections of a gamma camera (Interfile, DICOM NM, a folder of moly scan) are "
                "reconstructed by OSEM with attenuation, the collimator's response and scatter "
                "from energy windows; with the nuclide, the times of the views and a sensitivity "
                "the image is in Bq/mL at the start.\n\n"
                "A DICOM series takes patient, study and frame of reference from a series of the "
                "same examination; a simulated scan is its own patient. Slices lie head first, "
                "supine, ring 0 at the head.\n\n"
                "Started by mpirun or srun, the processes share the views of each subset; the "
                "first one writes.",
            .example = "moly reconstruct recon_demo/smalllong.hs --iterations 1 -o image.nii",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(reconstruct_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "reconstruct_args.h"

#include <math.h>

#include "reconstruct_solve.h"

const char *const reconstruct_projectors[] = {"joseph", "dd", NULL};

const moly_param reconstruct_params[N_RECONSTRUCT_PARAMS] = {
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
    {"frames", 0, MOLY_TEXT(reconstruct_args, frames), .pattern_hint = "6x10s,4x30s,...",
     .help = "an image of several frames from the coincidences one by one, the first from the "
             "start of the scan"},
    {"tof", 0, MOLY_BOOL(reconstruct_args, is_tof), .fallback = "no",
     .help = "use the time of flight of the raw data; without it their TOF bins are summed"},
    {"psf", 0, MOLY_F64(reconstruct_args, psf_mm), .dim = MOLY_DIM_LENGTH, .min = 0.1, .max = 50.0,
     .help = "resolution that is modelled, full width at half maximum"},
    {"projector", 0, MOLY_CHOICE(reconstruct_args, projector), .choices = reconstruct_projectors,
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

moly_status refuse_options_of_pet(const reconstruct_args *a, moly_error *err)
{
    const wish wishes[] = {
        {"--algorithm but mlem and osem", a->algorithm > SOLVE_OSEM},
        {"--prior", a->prior != NULL},
        {"--anatomy", a->anatomy != NULL},
        {"--frames", a->frames != NULL},
        {"--until", isfinite(a->until)},
        {"--tof", a->is_tof == 1},
        {"--psf", isfinite(a->psf_mm)},
        {"--normalisation", a->normalisation != NULL},
        {"--save-scatter", a->save_scatter != NULL},
        {"--like", a->like != NULL},
        {"--radius", isfinite(a->radius_mm)},
        {"--positrons", isfinite(a->positrons)},
    };
    return refuse(a->raw, "gamma camera", wishes, sizeof wishes / sizeof *wishes, err);
}

moly_status refuse_options_of_dicom(const reconstruct_args *a, moly_error *err)
{
    const dicom_wishes *d = &a->dicom;
    const wish wishes[] = {
        {"--dicom-like", d->like != NULL},
        {"--patient-id", d->patient_id != NULL},
        {"--patient-name", d->patient_name != NULL},
        {"--description", d->description != NULL},
        {"--weight", isfinite(d->weight_kg)},
        {"--injected", isfinite(d->injected_bq)},
        {"--injected-at", !moly_instant_is_none(d->injected_at)},
        {"--start", !moly_instant_is_none(d->start)},
    };
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes && !is_dicom_output(a->output); i++) {
        if (wishes[i].is_given) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE,
                             "%s is for DICOM: give a new folder, ending in /, not %s",
                             wishes[i].option, a->output);
        }
    }
    return MOLY_OK;
}

moly_status refuse_options_of_spect(const reconstruct_args *a, moly_error *err)
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

moly_status refuse_with_frames(const reconstruct_args *a, moly_error *err)
{
    const char *option = a->watch                     ? "--watch"
                         : a->save_scatter            ? "--save-scatter"
                         : is_dicom_output(a->output) ? "a folder of DICOM files"
                         : isfinite(a->duration_s)    ? "--duration"
                                                      : NULL;
    return option ? MOLY_FAIL(err, MOLY_ERR_USAGE, "--frames does not go with %s", option)
                  : MOLY_OK;
}

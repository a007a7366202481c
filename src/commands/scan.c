/* SPDX-License-Identifier: Apache-2.0 */
/* moly scan: raw data of a scan of a phantom that is known exactly. */
#include "scan.h"

#include <jansson.h>
#include <math.h>

#include "moly/base/parallel.h"

const char *const scan_modes[] = {"exact", "events", NULL};
static const char *const orbits[] = {"circular", "contour", NULL};

static const moly_param params[] = {
    {"scanner", 0, MOLY_TEXT(scan_args, scanner), .is_required = true, .pattern_hint = "NAME",
     .help = "PET scanner or gamma camera: its name, or a .scanner or .camera file of your own"},
    {"phantom", 0, MOLY_TEXT(scan_args, phantom), .is_required = true, .pattern_hint = "NAME",
     .help = "what is scanned: its name, or a .phantom file of your own"},
    {"nuclide", 'n', MOLY_TEXT(scan_args, nuclide), .pattern_hint = "NUCLIDE",
     .help = "what is in it; without it F-18 for PET, Tc-99m for a gamma camera"},
    {"activity", 'a', MOLY_F64(scan_args, activity_bq), .dim = MOLY_DIM_ACTIVITY, .min = 1.0,
     .max = 1e12, .is_required = true, .help = "in the whole phantom, at the start"},
    {"time", 't', MOLY_F64(scan_args, duration_s), .dim = MOLY_DIM_TIME, .min = 1e-3, .max = 1e6,
     .is_required = true, .help = "how long the scan takes"},
    {"dose", 0, MOLY_TEXT(scan_args, dose), .max = 40.0, .pattern_hint = "DOSE",
     .help = "the dose of the ledger that is scanned, for uptake: kept in scan.json"},
    {"start", 0, MOLY_INSTANT(scan_args, start), .fallback = "now", .help = "when it begins"},
    {"contrast", 0, MOLY_F64(scan_args, contrast), .min = 0.01, .max = 1e4,
     .help = "hot parts to background; without it the phantom's own"},
    {"mode", 'm', MOLY_CHOICE(scan_args, mode), .choices = scan_modes,
     .help = "expected counts with Poisson noise, or decay by decay; without it events where "
             "scatter or randoms are wanted"},
    {"scatter", 0, MOLY_BOOL(scan_args, has_scatter),
     .help = "follow scattered photons; without it they are gone"},
    {"randoms", 0, MOLY_BOOL(scan_args, has_randoms),
     .help = "let photons of different decays meet, and write the delayed window"},
    {"positron-range", 0, MOLY_BOOL(scan_args, has_range), .fallback = "yes",
     .help = "positrons travel before they annihilate, decay by decay"},
    {"acollinearity", 0, MOLY_BOOL(scan_args, has_acollinearity), .fallback = "yes",
     .help = "photons leave not quite back to back, decay by decay"},
    {"tof", 0, MOLY_BOOL(scan_args, has_tof), .fallback = "no", .help = "keep time of flight"},
    {"noise", 0, MOLY_BOOL(scan_args, has_noise), .fallback = "yes",
     .help = "noise of Poisson counts in an exact scan; without it expected counts"},
    {"efficiency-spread", 0, MOLY_F64(scan_args, efficiency_spread), .dim = MOLY_DIM_FRACTION,
     .min = 0.0, .max = 0.3, .fallback = "0", .help = "how much the crystals differ"},
    {"list", 0, MOLY_BOOL(scan_args, has_list), .fallback = "no",
     .help = "write the coincidences one by one too, decay by decay"},
    {"normalisation", 0, MOLY_BOOL(scan_args, has_normalisation), .fallback = "yes",
     .help = "write the true sensitivity of each bin"},
    {"span", 0, MOLY_I64(scan_args, span), .min = 1.0, .max = 2001.0,
     .help = "ring differences in a segment, odd; without it the scanner's own"},
    {"max-ring-difference", 0, MOLY_I64(scan_args, max_difference), .min = 0.0, .max = 2000.0,
     .help = "largest that is kept; without it the scanner's own"},
    {"view-mashing", 0, MOLY_I64(scan_args, view_mashing), .min = 1.0, .max = 1024.0,
     .fallback = "1", .help = "views summed into one"},
    {"tof-mashing", 0, MOLY_I64(scan_args, tof_mashing), .min = 1.0, .max = 1001.0,
     .help = "TOF bins of the scanner in one, odd; without it about half the resolution"},
    {"rays", 0, MOLY_I64(scan_args, n_rays), .min = 1.0, .max = 64.0, .fallback = "1",
     .help =
         "lines over the faces of two crystals, of an exact scan; of a gamma camera 32 times as "
         "many in each pixel"},
    {"collimator", 0, MOLY_TEXT(scan_args, collimator), .pattern_hint = "NAME",
     .help = "of the gamma camera; without it the first that is made for the photons' energy"},
    {"views", 0, MOLY_I64(scan_args, n_views), .min = 1.0, .max = 720.0, .fallback = "120",
     .help = "of a gamma camera, over 360 degrees"},
    {"bins", 0, MOLY_I64(scan_args, n_bins), .min = 8.0, .max = 1024.0, .fallback = "128",
     .help = "pixels of a gamma camera across and along the axis"},
    {"pixel", 0, MOLY_F64(scan_args, pixel_mm), .dim = MOLY_DIM_LENGTH, .min = 0.2, .max = 50.0,
     .help = "of a gamma camera; without it as its field holds them"},
    {"orbit", 0, MOLY_CHOICE(scan_args, orbit), .choices = orbits, .fallback = "circular",
     .help = "way of a gamma camera's heads"},
    {"radius", 0, MOLY_F64(scan_args, radius_mm), .dim = MOLY_DIM_LENGTH, .min = 20.0,
     .max = 1000.0, .help = "of a circular orbit; without it 30 mm outside of the phantom"},
    {"histories", 0, MOLY_I64(scan_args, n_histories), .min = 1.0, .max = 1e9, .fallback = "100000",
     .help = "photons followed for each view of a gamma camera"},
    {"voxel", 0, MOLY_F64(scan_args, voxel_mm), .dim = MOLY_DIM_LENGTH, .min = 0.5, .max = 50.0,
     .fallback = "2 mm", .help = "of the truth images"},
    {"seed", 's', MOLY_I64(scan_args, seed), .min = 0.0, .max = 9e15, .fallback = "1",
     .help = "the same seed gives the same scan, whatever the machine"},
    {"threads", 'j', MOLY_I64(scan_args, n_threads), .min = 1.0, .max = 256.0,
     .help = "threads that share the work; without it as many as processors"},
    {"output", 'o', MOLY_TEXT(scan_args, output), .is_required = true, .pattern_hint = "DIR",
     .help = "folder to make"},
};

static const moly_column columns[] = {
    {"folder", "Saved as", MOLY_DIM_NONE, 0},
    {"prompts", "Prompts", MOLY_DIM_NONE, 9},
    {"trues", "Trues", MOLY_DIM_NONE, 9},
    {"scatters", "Scattered", MOLY_DIM_NONE, 9},
    {"randoms", "Randoms", MOLY_DIM_NONE, 9},
    {"scatter_fraction", "Scatter fraction", MOLY_DIM_FRACTION, 4},
    {"random_fraction", "Random fraction", MOLY_DIM_FRACTION, 4},
    {"necr_per_s", "NECR / 1/s", MOLY_DIM_NONE, 5},
    {"annihilations_per_core_s", "Annihilations a second and core", MOLY_DIM_NONE, 3},
    {"bins", "Bins", MOLY_DIM_NONE, 0},
};
static const moly_view views[] = {{NULL, "", columns, sizeof columns / sizeof *columns}};

/* ---- what is asked for ---- */

/* An odd number of the scanner's bins that comes nearest to half the resolution. */
static int64_t usual_tof_mashing(const moly_pet_scanner *s)
{
    const double wanted = 0.45 * s->tof_fwhm_ps / s->tof_bin_ps;
    const int64_t odd = 2 * (int64_t)floor(0.5 * wanted) + 1;
    return odd < s->n_tof_bins ? odd : s->n_tof_bins;
}

static moly_status make_layout(scan_work *w, moly_error *err)
{
    const scan_args *a = w->args;
    moly_layout_options options = {.span = a->span > 0 ? a->span : 0,
                                   .max_difference =
                                       a->max_difference >= 0 ? a->max_difference : -1,
                                   .view_mashing = a->view_mashing};
    if (a->has_tof == 1) {
        if (w->scanner.n_tof_bins < 2 || w->scanner.tof_fwhm_ps <= 0.0) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "--tof: %s does not measure time of flight",
                             w->scanner.name);
        }
        options.tof_mashing = a->tof_mashing > 0 ? a->tof_mashing : usual_tof_mashing(&w->scanner);
    }
    return moly_layout_new(&w->scanner, &options, &w->layout, err);
}

static moly_status prepare(scan_work *w, moly_error *err)
{
    const scan_args *a = w->args;
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    size_t nuclide = 0;
    const bool needs_events = a->has_scatter == 1 || a->has_randoms == 1;
    w->mode = a->mode >= 0 ? a->mode : needs_events ? SCAN_EVENTS : SCAN_EXACT;
    if (w->mode == SCAN_EXACT && needs_events) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "--mode exact has no %s: leave one of the two out",
                         a->has_scatter == 1 ? "--scatter" : "--randoms");
    }
    moly_status status = moly_pet_scanner_find(a->scanner, &w->scanner, err);
    status = status ? status : make_layout(w, err);
    status =
        status ? status : moly_nuclide_find(set, a->nuclide ? a->nuclide : "F-18", &nuclide, err);
    if (!status) {
        const double contrast = isfinite(a->contrast) ? a->contrast : 0.0;
        status = moly_solids_find(a->phantom, contrast, &w->solids, err);
    }
    status = status ? status : moly_solids_set_activity(w->solids, a->activity_bq, err);
    if (status) {
        return status;
    }
    w->setup =
        (moly_scan_setup){.solids = w->solids,
                          .layout = w->layout,
                          .nuclide = moly_nuclide_at(set, nuclide),
                          .duration_s = a->duration_s,
                          .seed = (uint64_t)a->seed,
                          .efficiency_spread = a->efficiency_spread,
                          .n_threads = a->n_threads > 0 ? (int)a->n_threads : moly_n_processors(),
                          .progress = w->progress};
    return MOLY_OK;
}

/* ---- scan.json ---- */

static double mass_kg(const scan_work *w)
{
    const moly_solids *s = w->solids;
    double *volumes_ml = moly_arena_alloc(w->arena, s->n, sizeof *volumes_ml), sum_g = 0.0;
    if (!volumes_ml) {
        return NAN;
    }
    moly_solids_volumes(s, volumes_ml);
    for (size_t i = 0; i < s->n; i++) {
        sum_g += volumes_ml[i] * s->materials[s->solids[i].material]->density_g_cm3;
    }
    return 1e-3 * sum_g;
}

static moly_status describe(scan_work *w, moly_error *err)
{
    const scan_args *a = w->args;
    char start[MOLY_INSTANT_TEXT_SIZE];
    w->files = json_object();
    w->whole = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:f, s:s, s:f, s:f, s:f, s:I, s:f, s:f, s:s, s:O}", "kind",
        "pet", "moly", MOLY_VERSION, "scanner", w->scanner.name, "phantom", a->phantom, "mode",
        scan_modes[w->mode], "nuclide", w->setup.nuclide->name, "activity_bq", a->activity_bq,
        "start", moly_instant_format(a->start, start), "duration_s", a->duration_s, "effective_s",
        moly_scan_effective_s(w->setup.nuclide, a->duration_s), "positrons_per_decay",
        moly_positrons_per_decay(w->setup.nuclide), "seed", (json_int_t)a->seed,
        "efficiency_spread", a->efficiency_spread, "voxel_mm", a->voxel_mm, "data_set",
        moly_nuclide_set_name(moly_nuclide_set_builtin()), "files", w->files);
    if (!w->files || !w->whole) {
        return MOLY_NO_MEMORY(err);
    }
    int failed = json_object_set_new(w->whole, "bins", json_integer(moly_layout_n_bins(w->layout)));
    failed |= json_object_set_new(w->whole, "tof_bins", json_integer(w->layout->n_tof));
    failed |= json_object_set_new(w->whole, "mass_kg", moly_json_rounded(mass_kg(w), 6));
    if (a->dose) {
        failed |= json_object_set_new(w->whole, "dose", json_string(a->dose));
    }
    json_t *parts = json_array();
    failed |= json_object_set_new(w->whole, "solids", parts);
    for (size_t i = 0; i < w->solids->n && !failed; i++) {
        const moly_solid *s = &w->solids->solids[i];
        if (s->bq_per_ml > 0.0) {
            failed |=
                json_array_append_new(parts, json_pack("{s:s, s:o}", "name", s->name, "bq_per_ml",
                                                       moly_json_rounded(s->bq_per_ml, 9)));
        }
    }
    return failed ? MOLY_NO_MEMORY(err) : MOLY_OK;
}

static moly_status scan(scan_work *w, moly_error *err)
{
    moly_status status = new_folder_begin(w->args->output, w->arena, &w->folder, err);
    status = status ? status : describe(w, err);
    status = status ? status : scan_write_truth(w, err);
    if (!status) {
        status = w->mode == SCAN_EVENTS ? scan_write_events(w, err) : scan_write_exact(w, err);
    }
    if (!status && w->args->has_normalisation == 1) {
        status = scan_write_normalisation(w, err); /* knows the dead time of the scan */
    }
    return status ? status : scan_finish(w, err);
}

static moly_status run(const void *raw_args, const moly_run *run, json_t **result, moly_error *err)
{
    if (scan_is_camera(((const scan_args *)raw_args)->scanner)) {
        return scan_spect(raw_args, run, result, err);
    }
    scan_work w = {
        .args = raw_args, .live_share = 1.0, .progress = run->progress, .arena = run->arena};
    moly_status status = prepare(&w, err);
    status = status ? status : scan(&w, err);
    if (!status && json_object_set_new(w.whole, "folder", json_string(w.args->output))) {
        status = MOLY_NO_MEMORY(err);
    }
    if (!status) {
        *result = json_incref(w.whole);
    }
    new_folder_drop(&w.folder);
    json_decref(w.files);
    json_decref(w.whole);
    moly_solids_free(w.solids);
    moly_layout_free(w.layout);
    return status;
}

const moly_command moly_command_scan = {
    .declaration =
        {
            .name = "scan",
            .summary = "Raw data of a PET or SPECT scan of a phantom that is known exactly",
            .description =
                "Writes a folder: prompts (prompts.hs), the true normalisation (normalisation.hs, "
                "counts per second of a bin for 1 Bq/mL along 1 mm), the true attenuation "
                "(attenuation.hv, 1/cm) and activity (truth.hv, Bq/mL at the start), and scan.json "
                "with all figures. Nothing of it shares code with the reconstruction.\n\n"
                "A scan decay by decay (--scatter, --randoms, --mode events) follows positrons, "
                "photons and crystals; beside the prompts stand the delayed coincidences "
                "(delayeds.hs) and, as truth, the scattered ones alone (scatter.hs).\n\n"
                "An exact scan integrates along the lines of all pairs of crystals through the "
                "solids of the phantom and draws Poisson counts; no scatter, no randoms. Phantoms: "
                "nema-iq, nema-scatter, nema-sensitivity, uniform-cylinder, cross-calibration, "
                "point, point-offset, annulus, torso, derenzo, spect-sphere. See "
                "src/simulation/README.md.\n\n"
                "A gamma camera turns around the phantom: projections in the peak's window "
                "(peak.hs) and in one below and above it (lower.hs, upper.hs), all of them in "
                "projections.dcm (up to 65535 counts a pixel), the attenuation at the peak's "
                "energy, the activity. Its exact "
                "scan has primary photons alone, each pixel seen through the collimator's holes; "
                "its events are photons that are followed through phantom and crystal.",
            .example = "moly scan --scanner ge-discovery-mi --phantom uniform-cylinder "
                       "--activity 50MBq --time 10min --max-ring-difference 0 --view-mashing 16 "
                       "--voxel 8mm -o cylinder",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(scan_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};

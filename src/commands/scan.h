/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_SCAN_H
#define MOLY_COMMANDS_SCAN_H

/* The inside of `moly scan`: what was asked for, and the folder it becomes. */

#include "moly/simulation/scan.h"
#include "new_folder.h"

typedef struct scan_args {
    const char *scanner, *phantom, *nuclide, *dose, *output;
    double activity_bq, duration_s, contrast, efficiency_spread, voxel_mm;
    moly_instant start;
    int mode, has_tof, has_noise, has_normalisation, has_scatter, has_randoms, has_range,
        has_acollinearity, has_list;
    int64_t span, max_difference, view_mashing, tof_mashing, n_rays, seed, n_threads;
    /* of a gamma camera */
    const char *collimator;
    double pixel_mm, radius_mm;
    int64_t n_views, n_bins, n_histories;
    int orbit;
} scan_args;

enum { SCAN_EXACT, SCAN_EVENTS };
/* In that order. */
extern const char *const scan_modes[];

typedef struct scan_work {
    const scan_args *args;
    const moly_progress *progress;
    moly_arena *arena;
    moly_pet_scanner scanner;
    moly_layout *layout;
    moly_solids *solids;
    moly_scan_setup setup;
    new_folder folder;
    double live_share; /* of pairs that dead time left */
    int mode;          /* SCAN_EXACT or SCAN_EVENTS, as asked for or as follows */
    json_t *whole;     /* scan.json */
    json_t *files;     /* names of what stands in the folder */
} scan_work;

/** Is that the name of a gamma camera, or of a text of one? */
bool scan_is_camera(const char *scanner);
/** SPECT: the whole command. */
MOLY_CHECKED moly_status scan_spect(const scan_args *args, const moly_run *run, json_t **result,
                                    moly_error *err);

/** scan.json into the folder, and the folder its name. */
MOLY_CHECKED moly_status scan_finish(scan_work *w, moly_error *err);
/** Path of a file in the folder, in the work's arena; its name is kept for scan.json as `role`. */
MOLY_CHECKED moly_status scan_file(scan_work *w, const char *role, const char *name,
                                   const char **path, moly_error *err);

/** Truth images: truth.hv in Bq/mL at the start, attenuation.hv in 1/cm. */
MOLY_CHECKED moly_status scan_write_truth(scan_work *w, moly_error *err);
/** normalisation.hs: counts per s of each bin for 1 Bq/mL along 1 mm. */
MOLY_CHECKED moly_status scan_write_normalisation(scan_work *w, moly_error *err);
/** prompts.hs of an exact scan. */
MOLY_CHECKED moly_status scan_write_exact(scan_work *w, moly_error *err);

/** prompts.hs and, with randoms, delayeds.hs of a scan decay by decay, and its figures. */
MOLY_CHECKED moly_status scan_write_events(scan_work *w, moly_error *err);

#endif

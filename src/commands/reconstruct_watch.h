/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_RECONSTRUCT_WATCH_H
#define MOLY_COMMANDS_RECONSTRUCT_WATCH_H

/* A reconstruction that can be watched while it runs, by who reads a folder: `moly reconstruct
 * --watch DIR`, and through it the web viewer.
 *
 * In the folder stand progress.json (fraction, iteration, subset, likelihoods, number of the
 * picture), picture.nii, the image as it is by then, and attenuation.nii.gz, the map that was
 * corrected with, 1/mm. Each file is replaced whole. Pictures are written so seldom that they take
 * at most a tenth of the time. */
#include "moly/base/progress.h"
#include "raw_files.h"

typedef struct watcher watcher;

typedef struct watch_update {
    int64_t iteration, n_iterations; /* from 0 */
    int64_t subset, n_subsets;       /* the subset that was worked on; its place does not matter */
    double log_likelihood;           /* of the subset, before the update; NAN: not known */
    const float *columns;            /* the image after it, on the lattice of watcher_begin() */
} watch_update;

/** @param[in] folder    made where it is not there; NULL: nobody watches, and all below does
 * nothing but hand progress on
 *  @param[in] progress  borrowed, may be NULL
 *  @param[out] watch    release with watcher_free() */
MOLY_CHECKED moly_status watcher_new(const char *folder, const moly_progress *progress,
                                     watcher **watch, moly_error *err);
void watcher_free(watcher *watch);
/** To hand on to what works: it reports to the folder too. Borrowed. */
const moly_progress *watcher_progress(const watcher *watch);
/** The lattice of the pictures and what they hold, and the map of attenuation (may be NULL). */
MOLY_CHECKED moly_status watcher_begin(watcher *watch, const moly_grid *grid,
                                       moly_quantity quantity, const moly_volume *mu_per_mm,
                                       moly_error *err);
MOLY_CHECKED moly_status watcher_update(watcher *watch, const watch_update *update,
                                        moly_error *err);
/** All updates are done. */
MOLY_CHECKED moly_status watcher_end(watcher *watch, moly_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SPECTROMETRY_IDENTIFY_INSIDE_H
#define MOLY_SPECTROMETRY_IDENTIFY_INSIDE_H

/** The state of one identification, shared by its steps. */

#include "candidates.h"
#include "mixture.h"

typedef struct identify_work {
    moly_gamma_spectrum *spectrum;
    const moly_identify_options *options;
    moly_gamma_peaks *peaks;
    moly_energy_scale scale;
    moly_efficiency efficiency;
    candidates known;
    mixture mix;
    moly_arena *arena;
    double *energy_kev, *tolerance_kev; /* of the peaks, in this pass */
    double low_kev, high_kev;           /* where the spectrum tells something */
    enum { TOLERANCE_WIDE, TOLERANCE_MIDDLE, TOLERANCE_NARROW } tolerance; /* of the pass */
    bool is_adapted; /* the efficiency's shape was fitted to a nuclide of many lines */
    bool is_refitted;
    size_t n_scale_peaks;
    double scale_rms_kev;
} identify_work;

/** Hold one candidate's lines against the peaks. */
MOLY_CHECKED moly_status identify_examine(identify_work *work, size_t c, suspect *one,
                                          moly_error *err);
/** Without a measured efficiency: bend the generic one so that the nuclide of most lines agrees
 * with itself; absorbers and distance then matter no more. */
MOLY_CHECKED moly_status adapt_efficiency(identify_work *work, moly_error *err);
/** Fit the energy scale to the peaks of what was found; false when they are too few, or agree no
 *  better than before. */
bool refit_scale(identify_work *work);
/** Mark peaks that escapes and sums of strong ones explain; true when there are any. */
bool explain_discount(identify_work *work);
/** Labels of all peaks from the solved mixture; `heads[j]` is the place of suspect j's nuclide
 * among the results, or -1. */
void explain_peaks(const identify_work *work, const int *heads, moly_peak_label *labels);
/** Rows of found and wanted nuclides, with rates and activities, and the labels. */
MOLY_CHECKED moly_status report_nuclides(identify_work *work, moly_identification *made,
                                         moly_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SIMULATION_SCAN_H
#define MOLY_SIMULATION_SCAN_H

/** PET scans of a phantom of solids: expected counts by exact line integrals, or event by event.
 *  Neither shares code with projectors or reconstruction. Results do not depend on the number of
 *  threads. */

#include "moly/base/progress.h"
#include "moly/nuclide/nuclide.h"
#include "moly/scanner/events.h"
#include "moly/scanner/sinogram.h"
#include "moly/simulation/solids.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What is scanned, by what, for how long. All borrowed. */
typedef struct moly_scan_setup {
    const moly_solids *solids; /**< concentrations at the start */
    const moly_layout *layout; /**< not arc-corrected */
    const moly_nuclide *nuclide;
    double duration_s;
    uint64_t seed;
    double efficiency_spread;      /**< relative standard deviation of the crystals, 0..0.3 */
    int n_threads;                 /**< 1..MOLY_MOST_THREADS */
    const moly_progress *progress; /**< may be NULL */
} moly_scan_setup;

/** Positrons per decay. */
MOLY_API double moly_positrons_per_decay(const moly_nuclide *nuclide);
/** Seconds at the starting activity that give the decays of `duration_s`. */
MOLY_API double moly_scan_effective_s(const moly_nuclide *nuclide, double duration_s);
/** Relative efficiencies of the crystals, [ring][detector], at most 1: a property of the scanner
 *  and the seed. 1 for all where the spread is 0. */
MOLY_API void moly_crystal_efficiencies(const moly_pet_scanner *scanner, double spread,
                                        uint64_t seed, float *efficiencies);
/** Share of 511 keV photons that, once they interact in the crystals, end in the energy window. */
MOLY_API MOLY_CHECKED moly_status moly_window_share(const moly_pet_scanner *scanner, double *share,
                                                    moly_error *err);

typedef struct moly_exact_options {
    int n_rays;           /**< lines over the faces of a pair of crystals, 1..64; 1: the middle */
    bool has_noise;       /**< Poisson counts; else their expectation */
    bool is_unattenuated; /**< leave attenuation out */
} moly_exact_options;

/** Trues by exact integrals through the solids. Each real pair of crystals of a bin gives
 *  A1 cos t1 A2 cos t2 / (2 pi L^2) e1 e2 exp(-int mu dl) int decays dl, with e = relative
 *  efficiency * window share * (1 - exp(-mu depth / cos t)); a TOF bin has the exact integral of
 * its Gaussian kernel. No positron range, no acollinearity, no scatter, no randoms, no dead time.
 *  @param[in,out] prompts  of the setup's layout; written view by view
 *  @param[out] sum         of what was written, counts
 *  @retval MOLY_ERR_RANGE  an option or a member outside its range, or arc-corrected bins
 *  @retval MOLY_ERR_DATA   the nuclide emits no positrons */
MOLY_API MOLY_CHECKED moly_status moly_scan_exact(const moly_scan_setup *setup,
                                                  const moly_exact_options *options,
                                                  moly_sinogram *prompts, double *sum,
                                                  moly_error *err);

/** The true normalisation of such a scan: counts per second of a bin for 1 Bq/mL of annihilations
 *  along 1 mm of its lines in air, for every bin without TOF: geometry, crystals' efficiencies.
 *  @param is_of_events  of a scan decay by decay (areas of the crystals found by following 8
 * million photons, better than 1 % each); else of an exact scan
 *  @param live_share    of pairs that dead time leaves; 1 without it
 *  @param[in,out] sensitivity  bins as the setup's layout, one TOF bin */
MOLY_API MOLY_CHECKED moly_status moly_scan_sensitivity(const moly_scan_setup *setup, int n_rays,
                                                        bool is_of_events, double live_share,
                                                        moly_sinogram *sensitivity,
                                                        moly_error *err);

/** What happens on the way from decay to coincidence. */
typedef struct moly_event_options {
    bool has_scatter; /**< else a photon that interacts in the phantom is gone */
    bool has_randoms; /**< else only photons of one annihilation meet */
    bool has_range;   /**< positrons travel before they annihilate */
    bool has_acollinearity;
    bool has_delayeds; /**< pairs of a delayed window are listed too */
    /** Scattered coincidences alone, which are among all others too; `gate` says how often both
     *  photons together were scattered. Empty; NULL: not wanted. */
    moly_event_list *scatters;
} moly_event_options;

/** What was counted; rates follow with the duration. */
typedef struct moly_event_figures {
    double annihilations;                      /**< simulated */
    double singles;                            /**< accepted by energy, efficiency and dead time */
    double lost_singles;                       /**< accepted otherwise, lost to dead time */
    double trues, scatters, randoms, delayeds; /**< coincidences in the bins of the layout */
    double outside; /**< coincidences in the window, in no bin of the layout */
} moly_event_figures;

/** Decay by decay: positron range, acollinearity, photoelectric effect and Compton scattering in
 *  the phantom, in the crystals, energy and time blur, energy window, crystals' efficiencies, dead
 *  time of blocks, coincidences of all pairs within the window by their times. Prompts and (on
 *  request) delayeds are appended in order of time; crystal 1 of an event is crystal 1 of its bin.
 *  @param[in,out] list  of the layout's scanner; empty
 *  @retval as moly_scan_exact(), MOLY_ERR_RANGE also for more than 2^32 coincidences
 *  Not modelled: coherent scattering (counts as absorption), prompt gammas, pile-up, light,
 *  scattering between blocks, matter outside phantom and crystals; photons that leave the ends of
 *  the bore are shielded. Slices of time meet no other: windows and dead time end with them. */
MOLY_API MOLY_CHECKED moly_status moly_scan_events(const moly_scan_setup *setup,
                                                   const moly_event_options *options,
                                                   moly_event_list *list,
                                                   moly_event_figures *figures, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

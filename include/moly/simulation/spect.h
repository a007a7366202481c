/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SIMULATION_SPECT_H
#define MOLY_SIMULATION_SPECT_H

/** Projections of a phantom of solids by a gamma camera with parallel holes: expected counts by
 *  exact line integrals, or photon by photon with scatter. Neither shares code with projectors or
 *  reconstruction. Results do not depend on the number of threads.
 *
 *  A hole accepts a photon that passes the openings at both ends of its effective length, wherever
 *  the hole lies; the response is the hexagon's own, not a Gaussian. Photons of all lines of the
 *  nuclide from 40 to 511 keV. Not modelled: septal penetration beyond the effective length,
 *  scattering in collimator, bed and behind the crystal, dead time, coherent scattering (absorbs),
 *  iodine's X rays that leave the crystal. */

#include "moly/base/progress.h"
#include "moly/nuclide/nuclide.h"
#include "moly/scanner/gamma.h"
#include "moly/simulation/solids.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What is scanned, by what. All borrowed. */
typedef struct moly_spect_scan {
    const moly_solids *solids; /**< concentrations at the start */
    const moly_gamma_camera *camera;
    const moly_collimator *collimator; /**< parallel */
    const moly_nuclide *nuclide;
    uint64_t seed;
    bool has_noise;                /**< Poisson counts; else their expectation */
    int n_threads;                 /**< 1..MOLY_MOST_THREADS */
    const moly_progress *progress; /**< may be NULL */
} moly_spect_scan;

/** The strongest gamma line that the camera's crystal is made for (60 to 400 keV), keV.
 *  @retval MOLY_ERR_DATA  the nuclide has none */
MOLY_API MOLY_CHECKED moly_status moly_spect_energy(const moly_nuclide *nuclide, double *kev,
                                                    moly_error *err);
/** Counts per second of one head in a window for 1 Bq in air: collimator, followed photons in the
 *  crystal, energy blur, lines of the nuclide. */
MOLY_API MOLY_CHECKED moly_status moly_spect_sensitivity(const moly_gamma_camera *camera,
                                                         const moly_collimator *collimator,
                                                         const moly_nuclide *nuclide,
                                                         const moly_energy_window *window,
                                                         double *cps_per_bq, moly_error *err);

/** Primary photons by exact integrals of activity and attenuation along `n_rays` lines of each
 *  pixel, their directions and ends drawn from the collimator's and the crystal's response.
 *  @param[in,out] counts  windows, views and pixels are read, counts written; one gate
 *  @retval MOLY_ERR_RANGE  n_rays not within 1..1024; a view without radius or duration; a window
 *                          without width; a collimator that is not parallel */
MOLY_API MOLY_CHECKED moly_status moly_spect_scan_exact(const moly_spect_scan *scan, int n_rays,
                                                        moly_projections *counts, moly_error *err);

/** Means before noise, all views and windows. */
typedef struct moly_spect_figures {
    double primaries, scatters; /**< counts in window 0 */
    double histories;
} moly_spect_figures;

/** Photon by photon: emission, Compton scattering and absorption in the phantom; from each place of
 *  emission or scattering one photon is sent through the collimator of the view, with the
 *  probability that it goes there and gets out (forced detection), and is followed in the crystal;
 *  energy blur, windows.
 *  @param n_histories  of each view, 1..1e9; what they leave uncertain adds to the noise
 *  @param has_scatter  else only photons that never interacted
 *  Source: Ljungberg, Strand, Comput Methods Programs Biomed 29 (1989) 257, for the method */
MOLY_API MOLY_CHECKED moly_status moly_spect_scan_photons(const moly_spect_scan *scan,
                                                          int64_t n_histories, bool has_scatter,
                                                          moly_projections *counts,
                                                          moly_spect_figures *figures,
                                                          moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

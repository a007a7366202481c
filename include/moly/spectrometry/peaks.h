/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SPECTROMETRY_PEAKS_H
#define MOLY_SPECTROMETRY_PEAKS_H

/** Peaks of a spectrum: found, fitted in groups, with the curves that a screen draws. */

#include "moly/base/progress.h"
#include "moly/spectrometry/spectrum.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Resolution: FWHM^2 = a + b E, keV^2 and keV; a, b >= 0. */
typedef struct moly_fwhm_curve {
    double a_kev2, b_kev;
    size_t n_peaks; /**< that it was fitted to; 0: assumed */
} moly_fwhm_curve;

MOLY_API double moly_fwhm_kev(const moly_fwhm_curve *curve, double energy_kev);

/** All energies of a spectrum without calibration are channels. */
typedef struct moly_gamma_peak {
    double channel, channel_sd;
    double energy_kev, energy_sd_kev;
    double fwhm_kev;
    double area, area_sd;  /**< counts, tail included */
    double background;     /**< counts under the peak, over 2.5 FWHM */
    double significance;   /**< of the search: matched filter over its noise */
    size_t region;         /**< index of the region that it was fitted in */
    double sigma_channels; /**< of its Gaussian */
} moly_gamma_peak;

/** Peaks that were fitted together over channels first..last: background + slope (c - first), and
 *  for each peak a Gaussian, an exponential tail below it and a step. */
typedef struct moly_peak_region {
    size_t first, last;
    size_t first_peak, n_peaks;
    double background, slope; /**< counts per channel, and per channel^2 */
    double step; /**< height of the step, counts per channel, for one count of the peak */
    double tail; /**< area of the tail over the Gaussian's */
    double deviance_per_freedom; /**< Poisson deviance over degrees of freedom; about 1 */
} moly_peak_region;

typedef struct moly_gamma_peaks {
    size_t n;
    moly_gamma_peak *peaks; /**< region by region, rising within each */
    size_t n_regions;
    moly_peak_region *regions;
    moly_fwhm_curve fwhm;
} moly_gamma_peaks;

typedef struct moly_peak_options {
    double significance;           /**< least of the matched filter, in sigmas of its noise */
    const moly_fwhm_curve *fwhm;   /**< NULL: found from the spectrum */
    const moly_progress *progress; /**< may be NULL */
} moly_peak_options;
MOLY_API moly_peak_options moly_peak_options_default(void); /**< 4 sigmas */

/** Find and fit the peaks of a spectrum.
 *  Search: a filter of zero area (second derivative of a Gaussian of the local width), after
 *  Mariscotti, Nucl. Instrum. Meth. 50 (1967) 309; fit: maximum of the Poisson likelihood by damped
 *  Fisher scoring, uncertainties from the inverse of the information, widened where the fit is
 *  worse than its counts. Residuals that are peaks of their own are added to their group.
 *  @param[out] peaks  owned by the caller: moly_gamma_peaks_free()
 *  @retval MOLY_ERR_DATA  fewer than 64 channels, or no counts
 *  Threads: any. Time: about 0.2 s for 16,384 channels. */
MOLY_API MOLY_CHECKED moly_status moly_gamma_peaks_find(const moly_gamma_spectrum *spectrum,
                                                        const moly_peak_options *options,
                                                        moly_gamma_peaks **peaks, moly_error *err);
MOLY_API void moly_gamma_peaks_free(moly_gamma_peaks *peaks);

/** The fitted curve of a region at a channel, and its background (step included) alone; counts per
 *  channel. */
MOLY_API double moly_peak_curve(const moly_gamma_peaks *peaks, const moly_peak_region *region,
                                double channel, double *background);

#ifdef __cplusplus
}
#endif
#endif

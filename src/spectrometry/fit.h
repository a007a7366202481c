/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SPECTROMETRY_FIT_H
#define MOLY_SPECTROMETRY_FIT_H

/** Fit of one group of peaks by Poisson likelihood. */

#include <stdbool.h>
#include <stddef.h>

#define FIT_MAX_PEAKS 14
#define FIT_MAX_PARAMETERS (2 * FIT_MAX_PEAKS + 5)
#define FIT_TAIL_SLOPE 1.3 /* of the tail, in sigmas of the Gaussian */

typedef struct fit_peak {
    double area, area_sd;       /**< of the Gaussian */
    double channel, channel_sd; /**< in: first guess */
    double sigma;               /**< channels, before `width` */
} fit_peak;

typedef struct fit_region {
    size_t first, last; /**< channels, inclusive */
    const double *counts;
    size_t n_peaks;
    fit_peak peaks[FIT_MAX_PEAKS];
    bool width_is_free, step_is_free, tail_is_free, positions_are_fixed;
    double width, width_sd; /**< factor on every sigma */
    double background, slope, step, tail;
    double deviance;
    size_t n_freedom;
} fit_region;

/** Fit from the guesses in `region`; false when it does not converge to something finite. */
bool fit_run(fit_region *region);
/** The model of a fitted region; `background` may be NULL. */
double fit_curve(const fit_region *region, double channel, double *background);
/** One peak of unit area: Gaussian integrated over the channel. */
double fit_gaussian(double channel, double centre, double sigma);
/** Tail of unit area below a peak, exponential folded with its Gaussian. */
double fit_tail(double channel, double centre, double sigma);
/** 1 far below the peak, 0 far above. */
double fit_step(double channel, double centre, double sigma);

#endif

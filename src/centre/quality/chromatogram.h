/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_QUALITY_CHROMATOGRAM_H
#define CENTRE_QUALITY_CHROMATOGRAM_H

/* A radiochromatogram: read, its baseline and noise found, its peaks found and integrated, each
 * step to be shown. Of TLC (position: mm or Rf) and HPLC (position: time).
 *
 *  baseline  the straight line through the points that are not in a peak: fitted, points more than
 *            3 standard deviations away left out, until nothing changes
 *  noise     1.4826 median(|second differences|) / sqrt(6): what has no peak's shape
 *  peak      at least two neighbours above baseline + 3 noise, down to the baseline on both
 *            sides and a third of that width further, where its feet are below the noise; cut at a
 *            valley deeper than 5 times the peak's noise and a tenth of the smaller top
 *  area      trapezoids above the baseline, each point corrected for decay since the first one
 *            where the position is a time and the half-life is known
 *  area's    standard deviation: a point's variance is the noise's, in proportion to the signal
 *            where that is above a positive baseline, as counts have it; and the baseline's
 *  counted   when the area is above 3 standard deviations of what noise and baseline alone give
 *
 * Sources: Currie, Anal. Chem. 40 (1968) 586 for what counts as found; Ph.Eur. 2.2.46 and 0125 for
 * shares of the total activity. Differs from a vendor's integrator: no tangent skimming, so a small
 * peak on a large one's tail counts with that tail's part under it, on the safe side for an
 * impurity behind the main peak. */

#include "moly/base/memory.h"
#include "moly/base/status.h"

enum { CHROMATOGRAM_MOST_POINTS = 200000, CHROMATOGRAM_MOST_PEAKS = 64 };

typedef struct chromatogram {
    size_t n;
    double *position, *signal; /* n each; the positions rise */
} chromatogram;

typedef struct chromatogram_peak {
    double from, to, apex;
    double height; /* above the baseline */
    double area, area_sd;
    double quiet_sd; /* area_sd of a peak of this width that is not there: noise and baseline */
    double share;    /* of all peaks' areas */
} chromatogram_peak;

typedef struct chromatogram_result {
    double baseline, slope; /* at the first position; per position */
    double noise;
    double total;          /* area of all peaks */
    double smallest_share; /* that a peak as wide as the largest must have to be found */
    size_t n_peaks;
    chromatogram_peak peaks[CHROMATOGRAM_MOST_PEAKS];
} chromatogram_result;

/* CSV: two columns, position and signal, parted by ',', ';' or tab (with ';' or tab a decimal comma
 * is read); blank lines, lines that begin with '#' and one heading line are left out.
 * @param[out] trace  free with chromatogram_free()
 * @retval MOLY_ERR_DATA  the message names the line */
MOLY_CHECKED moly_status chromatogram_parse(const char *text, size_t length, chromatogram *trace,
                                            moly_error *err);
void chromatogram_free(chromatogram *trace);

/* @param half_life  in the unit of the positions; NAN: no correction
 * @retval MOLY_ERR_DATA  no baseline, no peak, or more peaks than a chromatogram has */
MOLY_CHECKED moly_status chromatogram_integrate(const chromatogram *trace, double half_life,
                                                chromatogram_result *result, moly_error *err);

/* Share of the peaks whose apex lies from `low` to `high`, and its standard deviation. */
double chromatogram_share(const chromatogram_result *result, double low, double high, double *sd);

#endif

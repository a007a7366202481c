/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SPECTROMETRY_MIXTURE_H
#define MOLY_SPECTROMETRY_MIXTURE_H

/** Peak areas as a mixture of candidates with as few of them as the areas need. */

#include "moly/spectrometry/identify.h"

#include "candidates.h"

/** One candidate line in the spectrum. */
typedef struct seen_line {
    double strength; /**< photons per decay times relative efficiency */
    double energy_kev;
    int peak;     /**< index, or -1: no peak there */
    double limit; /**< counts that could hide there, where there is no peak */
    uint32_t emitter;
} seen_line;

/** One candidate held against the peaks. */
typedef struct suspect {
    size_t candidate;
    size_t n_lines;
    seen_line *lines;    /**< those within the spectrum that are strong enough to matter */
    double *response;    /**< for each peak: strength of all its lines there */
    double *evidence;    /**< the part of it that may count as evidence: no X rays, nothing low */
    double annihilation; /**< strength of its 511 keV photons, if every positron stops */
    double misfit;       /**< chi-squared of its lines' energies, mean over its peaks */
    double scale;        /**< counts for a strength of 1, in the mixture */
    double confidence, coverage;
    size_t n_seen, n_expected;
    bool is_out;
} suspect;

typedef struct mixture {
    const moly_gamma_peaks *peaks;
    double *energy_kev;           /**< of the peaks, on the scale in use */
    double *sd;                   /**< of the areas, with what the efficiency is not known to */
    unsigned char *is_discounted; /**< escapes, sums, annihilation: no evidence */
    size_t n;
    suspect *suspects;
    double annihilation_area; /**< at 511 keV, or what could hide there */
    bool is_strict;           /**< detector too poor to tell seldom nuclides */
} mixture;

/** Drop suspects one by one until each that is left is needed. */
void mixture_solve(mixture *mix, const candidates *known);
/** Area that the suspects left in explain of peak `p`, but for `without` (n for none). */
double mixture_explained(const mixture *mix, size_t p, size_t without);

#endif

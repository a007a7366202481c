/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SPECTROMETRY_SPECTRUM_H
#define MOLY_SPECTROMETRY_SPECTRUM_H

/** A gamma spectrum as it was measured, from whatever file holds it. Channels are counted from 0;
 *  an energy belongs to the centre of its channel. */

#include <stdint.h>

#include "moly/base/instant.h"
#include "moly/base/json.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MOLY_GAMMA_MAX_CHANNELS ((size_t)1 << 20)
#define MOLY_GAMMA_MAX_COEFFICIENTS 6
#define MOLY_GAMMA_MAX_DEVIATIONS 64
#define MOLY_GAMMA_MAX_WARNINGS 12

/** Energy of a channel: a polynomial, and to it deviations interpolated by a natural cubic spline
 *  (ANSI N42.42 "deviation pairs"), constant outside of their range. */
typedef struct moly_energy_scale {
    size_t n_coefficients;                            /**< 0: the file has no calibration */
    double coefficients[MOLY_GAMMA_MAX_COEFFICIENTS]; /**< keV per channel^i */
    size_t n_deviations;
    double deviation_at_kev[MOLY_GAMMA_MAX_DEVIATIONS]; /**< rising */
    double deviation_kev[MOLY_GAMMA_MAX_DEVIATIONS];
    double
        deviation_bend[MOLY_GAMMA_MAX_DEVIATIONS]; /**< second derivatives of the spline, 1/keV */
} moly_energy_scale;

typedef struct moly_gamma_spectrum {
    size_t n_channels;
    double *counts;     /**< n_channels, >= 0 */
    double live_s;      /**< > 0 */
    double real_s;      /**< >= live_s, or equal to it where the file has none */
    moly_instant start; /**< MOLY_INSTANT_NONE where the file has none */
    moly_energy_scale energy;
    const char *format; /**< "spe", "cnf", "n42", "iec", "csv", "spc"; a literal */
    char title[160], detector[96];
    size_t index, n_in_file; /**< which spectrum of the file this is, from 1, and how many it has */
    size_t n_warnings;
    char warnings[MOLY_GAMMA_MAX_WARNINGS][200];
} moly_gamma_spectrum;

/** Read a spectrum: IAEA or ORTEC .Spe, Canberra CAM .cnf, ANSI N42.42 (2006 and 2012), IEC 61455,
 *  ORTEC .Spc (integer or real) or CSV; the format is told from the content, never the name.
 *  @param index  which of the file's spectra, from 1; 0: the only one, or the first foreground
 *  @param[out] spectrum  owned by the caller: moly_gamma_spectrum_free()
 *  @retval MOLY_ERR_NOT_FOUND  no such file
 *  @retval MOLY_ERR_RANGE      larger than 64 MiB, or no spectrum of that index
 *  @retval MOLY_ERR_DATA       cut, malformed or of no known format: the message says what and
 * where Threads: any. */
MOLY_API MOLY_CHECKED moly_status moly_gamma_spectrum_load(const char *path, size_t index,
                                                           moly_gamma_spectrum **spectrum,
                                                           moly_error *err);
/** The same from memory. `data` need not end in a zero. */
MOLY_API MOLY_CHECKED moly_status moly_gamma_spectrum_parse(const void *data, size_t size,
                                                            size_t index,
                                                            moly_gamma_spectrum **spectrum,
                                                            moly_error *err);
/** An empty spectrum of `n_channels` zeros, without calibration, 1 s long.
 *  @retval MOLY_ERR_DATA  no channels, or more than MOLY_GAMMA_MAX_CHANNELS */
MOLY_API MOLY_CHECKED moly_status moly_gamma_spectrum_new(size_t n_channels,
                                                          moly_gamma_spectrum **spectrum,
                                                          moly_error *err);
MOLY_API void moly_gamma_spectrum_free(moly_gamma_spectrum *spectrum);
/** Add a warning, once; what does not fit into MOLY_GAMMA_MAX_WARNINGS is dropped. */
MOLY_API void moly_gamma_spectrum_warn(moly_gamma_spectrum *spectrum, const char *format, ...)
    MOLY_PRINTF(2, 3);

/** Energy of a (fractional) channel, keV. */
MOLY_API double moly_energy_of_channel(const moly_energy_scale *scale, double channel);
/** keV per channel there. */
MOLY_API double moly_energy_slope(const moly_energy_scale *scale, double channel);
/** Channel of an energy; -1 or n_channels where the energy lies outside of the spectrum. */
MOLY_API double moly_channel_of_energy(const moly_energy_scale *scale, size_t n_channels,
                                       double energy_kev);
/** Take a calibration into use: the deviations' spline is made, and the scale must rise over all
 *  of `n_channels` and stay below 100 MeV.
 *  @retval MOLY_ERR_DATA  it does not; the message says where */
MOLY_API MOLY_CHECKED moly_status moly_energy_scale_check(moly_energy_scale *scale,
                                                          size_t n_channels, moly_error *err);

/** Least squares through `n` pairs of channel and energy, of the degree given (>= 1, < n).
 *  @param sd_kev  n uncertainties, or NULL for equal ones
 *  @retval MOLY_ERR_DATA  the pairs do not determine it */
MOLY_API MOLY_CHECKED moly_status moly_energy_scale_fit(size_t n, const double *channel,
                                                        const double *energy_kev,
                                                        const double *sd_kev, size_t degree,
                                                        moly_energy_scale *scale, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

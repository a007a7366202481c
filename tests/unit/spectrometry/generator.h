/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_TESTS_GENERATOR_H
#define MOLY_TESTS_GENERATOR_H

/** A germanium detector for tests: photon lines of stated activities, each with its full-energy
 * peak and a Compton continuum, on a falling background; mean counts, or Poisson draws of them. */

#include <math.h>

#include "moly/base/random.h"
#include "moly/nuclide/nuclide.h"
#include "moly/spectrometry/efficiency.h"
#include "moly/spectrometry/peaks.h"

typedef struct made_source {
    const char *nuclide;
    double activity_bq;
} made_source;

typedef struct made_detector {
    size_t n_channels;
    double kev_per_channel, live_s;
    moly_efficiency efficiency;
    moly_fwhm_curve fwhm;
    double background_per_s; /**< of all channels */
} made_detector;

static made_detector made_detector_usual(void)
{
    made_detector detector = {.n_channels = 4096,
                              .kev_per_channel = 0.4,
                              .live_s = 3600.0,
                              .efficiency = moly_efficiency_generic(),
                              .fwhm = {0.8, 0.0022, 10},
                              .background_per_s = 5.0};
    detector.efficiency.relative_sd = 0.02;
    return detector;
}

/* Full-energy peak over all interactions: 0.2 at 1 MeV, as 0.6 powers of the energy. */
static double made_peak_to_total(double energy_kev)
{
    return fmin(0.9, 0.2 * pow(energy_kev / 1000.0, -0.6));
}

static void made_line(const made_detector *detector, double energy_kev, double photons,
                      double *mean)
{
    double area = photons * moly_efficiency_at(&detector->efficiency, energy_kev);
    double sigma =
        moly_fwhm_kev(&detector->fwhm, energy_kev) / 2.3548200450309493 / detector->kev_per_channel;
    double centre = energy_kev / detector->kev_per_channel;
    long from = (long)fmax(centre - 8.0 * sigma, 0.0);
    long to = (long)fmin(centre + 8.0 * sigma, (double)detector->n_channels - 1.0);
    for (long i = from; i <= to; i++) {
        double low = ((double)i - 0.5 - centre) / sigma;
        double high = ((double)i + 0.5 - centre) / sigma;
        mean[i] += 0.5 * area * (erf(high * M_SQRT1_2) - erf(low * M_SQRT1_2));
    }
    double edge_kev = energy_kev / (1.0 + 510.999 / (2.0 * energy_kev));
    double scattered = area * (1.0 / made_peak_to_total(energy_kev) - 1.0);
    double per_channel = scattered / (edge_kev / detector->kev_per_channel);
    /* the electrons' momenta smear the edge over some keV */
    for (size_t i = 0; i < detector->n_channels; i++) {
        double above_kev = (double)i * detector->kev_per_channel - edge_kev;
        mean[i] += above_kev < 40.0 ? 0.5 * per_channel * erfc(above_kev / 6.0) : 0.0;
    }
}

/** Mean counts of each channel. */
static void made_mean(const made_detector *detector, const made_source *sources, size_t n,
                      double *mean)
{
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    for (size_t i = 0; i < detector->n_channels; i++) {
        double x = (double)i / (double)detector->n_channels;
        mean[i] = detector->background_per_s * detector->live_s * 4.0 * exp(-4.0 * x) /
                  (double)detector->n_channels;
    }
    for (size_t s = 0; s < n; s++) {
        size_t index = 0;
        moly_status status = moly_nuclide_find(set, sources[s].nuclide, &index, NULL);
        MOLY_ASSERT(status == MOLY_OK);
        const moly_nuclide *nuclide = moly_nuclide_at(set, index);
        for (size_t l = 0; l < nuclide->n_lines; l++) {
            const moly_line *line = &nuclide->lines[l];
            if ((line->radiation == MOLY_RADIATION_GAMMA || line->radiation == MOLY_RADIATION_X ||
                 line->radiation == MOLY_RADIATION_ANNIHILATION) &&
                line->energy_kev > 10.0) {
                made_line(detector, line->energy_kev,
                          sources[s].activity_bq * detector->live_s * line->intensity, mean);
            }
        }
    }
}

/** A spectrum of these mean counts, `draw` 0: the means themselves. */
static moly_gamma_spectrum *made_spectrum(const made_detector *detector, const double *mean,
                                          uint64_t draw)
{
    moly_gamma_spectrum *spectrum = NULL;
    moly_status status = moly_gamma_spectrum_new(detector->n_channels, &spectrum, NULL);
    MOLY_ASSERT(status == MOLY_OK);
    moly_random random = moly_random_stream(20261122, draw);
    for (size_t i = 0; i < detector->n_channels; i++) {
        spectrum->counts[i] = draw ? (double)moly_random_poisson(&random, mean[i]) : mean[i];
    }
    spectrum->live_s = spectrum->real_s = detector->live_s;
    spectrum->energy =
        (moly_energy_scale){.n_coefficients = 2, .coefficients = {0.0, detector->kev_per_channel}};
    return spectrum;
}

#endif

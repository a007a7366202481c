/* SPDX-License-Identifier: Apache-2.0 */
/* The energy scale: polynomial and deviations, its inverse, its fit. */
#include <math.h>
#include <string.h>

#include "moly/spectrometry/spectrum.h"

#include "linear.h"

#define MAX_ENERGY_KEV 1e5

/* Second derivatives of the natural cubic spline through the deviations: the tridiagonal system,
 * solved by one sweep down and one up. */
static void make_spline(moly_energy_scale *scale)
{
    size_t n = scale->n_deviations;
    const double *x = scale->deviation_at_kev;
    const double *y = scale->deviation_kev;
    double *bend = scale->deviation_bend;
    double upper[MOLY_GAMMA_MAX_DEVIATIONS] = {0};
    memset(bend, 0, sizeof scale->deviation_bend);
    for (size_t i = 1; i + 1 < n; i++) {
        double width = x[i + 1] - x[i - 1];
        double part = (x[i] - x[i - 1]) / width;
        double pivot = part * upper[i - 1] + 2.0;
        double slopes =
            (y[i + 1] - y[i]) / (x[i + 1] - x[i]) - (y[i] - y[i - 1]) / (x[i] - x[i - 1]);
        upper[i] = (part - 1.0) / pivot;
        bend[i] = (6.0 * slopes / width - part * bend[i - 1]) / pivot;
    }
    for (size_t i = n > 1 ? n - 1 : 0; i-- > 1;) {
        bend[i] += upper[i] * bend[i + 1];
    }
}

static double deviation(const moly_energy_scale *scale, double energy_kev)
{
    size_t n = scale->n_deviations;
    const double *x = scale->deviation_at_kev;
    const double *y = scale->deviation_kev;
    const double *bend = scale->deviation_bend;
    if (n == 0) {
        return 0.0;
    }
    if (energy_kev <= x[0]) {
        return y[0];
    }
    if (energy_kev >= x[n - 1]) {
        return y[n - 1];
    }
    size_t i = 1;
    while (energy_kev > x[i]) {
        i++;
    }
    double h = x[i] - x[i - 1];
    double a = (x[i] - energy_kev) / h;
    double b = 1.0 - a;
    return a * y[i - 1] + b * y[i] +
           ((a * a * a - a) * bend[i - 1] + (b * b * b - b) * bend[i]) * h * h / 6.0;
}

double moly_energy_of_channel(const moly_energy_scale *scale, double channel)
{
    double energy = 0.0;
    for (size_t i = scale->n_coefficients; i-- > 0;) {
        energy = energy * channel + scale->coefficients[i];
    }
    return energy + deviation(scale, energy);
}

double moly_energy_slope(const moly_energy_scale *scale, double channel)
{
    return moly_energy_of_channel(scale, channel + 0.5) -
           moly_energy_of_channel(scale, channel - 0.5);
}

double moly_channel_of_energy(const moly_energy_scale *scale, size_t n_channels, double energy_kev)
{
    double low = 0.0;
    double high = (double)n_channels - 1.0;
    if (scale->n_coefficients == 0 || !(energy_kev >= moly_energy_of_channel(scale, low))) {
        return -1.0;
    }
    if (energy_kev > moly_energy_of_channel(scale, high)) {
        return (double)n_channels;
    }
    for (int i = 0; i < 60 && high - low > 1e-9 * high; i++) {
        double middle = 0.5 * (low + high);
        if (moly_energy_of_channel(scale, middle) < energy_kev) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return 0.5 * (low + high);
}

moly_status moly_energy_scale_check(moly_energy_scale *scale, size_t n_channels, moly_error *err)
{
    for (size_t i = 0; i < scale->n_deviations; i++) {
        if (!isfinite(scale->deviation_at_kev[i]) || !isfinite(scale->deviation_kev[i]) ||
            (i > 0 && !(scale->deviation_at_kev[i] > scale->deviation_at_kev[i - 1]))) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "energies of deviations do not rise, at pair %zu",
                             i + 1);
        }
    }
    make_spline(scale);
    double before = -INFINITY;
    for (size_t i = 0; i < n_channels; i++) {
        double energy = moly_energy_of_channel(scale, (double)i);
        if (!(energy > before) || !(fabs(energy) < MAX_ENERGY_KEV)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "the energy scale does not rise at channel %zu (%g keV after %g keV)",
                             i, energy, before);
        }
        before = energy;
    }
    return MOLY_OK;
}

moly_status moly_energy_scale_fit(size_t n, const double *channel, const double *energy_kev,
                                  const double *sd_kev, size_t degree, moly_energy_scale *scale,
                                  moly_error *err)
{
    moly_energy_scale made = {.n_coefficients = degree + 1};
    double largest = 1.0;
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, fabs(channel[i]));
    }
    if (degree == 0 || degree >= MOLY_GAMMA_MAX_COEFFICIENTS ||
        !linear_polynomial(n, channel, energy_kev, sd_kev, largest, degree + 1, made.coefficients,
                           NULL)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%zu pairs of channel and energy do not determine a polynomial of degree "
                         "%zu",
                         n, degree);
    }
    double power = 1.0;
    for (size_t i = 0; i <= degree; i++) {
        made.coefficients[i] /= power;
        power *= largest;
    }
    *scale = made;
    return MOLY_OK;
}

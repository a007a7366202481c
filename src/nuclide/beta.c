/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes of beta spectra, and their means for evaluations that give the end point only.
 *
 *   N(W) dW = p W (W0 - W)^2 F(0) C(W) dW             W, p, q in units of m_e c^2
 *   F(k-1) = 4^(k-1) 2k (k + g) [(2k-1)!!]^2 exp(pi y) (2 p R)^(2 (g - k)) |Gamma(g + i y)|^2
 *            / Gamma(2 g + 1)^2,   g = sqrt(k^2 - (alpha Z)^2),  y = +- alpha Z W / p  (+
 * electrons) C = 1                                             allowed, and non-unique forbidden =
 * q^2 + l2 p^2                                  first unique,  lk = F(k-1) / F(0) = q^4 + 10/3 l2
 * p^2 q^2 + l3 p^4                second unique
 *
 * R = 1.2 A^(1/3) fm. Screening and exchange are left out; how near this comes to DDEP's means is
 * measured by tests/unit/nuclide/test_beta.c.
 * Source: H. Behrens and J. Janecke, Numerical Tables for Beta-Decay and Electron Capture,
 * Landolt-Bornstein I/4, Springer 1969. */
#include "moly/nuclide/beta.h"

#include <complex.h>
#include <math.h>

#define ELECTRON_KEV 510.99895  /* CODATA 2018 */
#define ALPHA 7.2973525693e-3   /* CODATA 2018 */
#define COMPTON_FM 386.15926796 /* reduced Compton wavelength of the electron, CODATA 2018 */
#define N_STEPS 400

/* ln Gamma for Re z > 0: recurrence up to |z| > 10, then Stirling's series. */
static double complex log_gamma(double complex z)
{
    double complex shift = 0.0;
    while (cabs(z) < 10.0) {
        shift += clog(z);
        z += 1.0;
    }
    const double complex z2 = z * z;
    return (z - 0.5) * clog(z) - z + 0.91893853320467274178 +
           (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / (1260.0 * z2)) / z2) / z - shift;
}

/* F(k-1); the exponents are added first, as each alone leaves the range of a double near p = 0. */
static double generalised_fermi(int k, double p, double w, int z, double radius)
{
    const double az = ALPHA * fabs((double)z);
    const double g = sqrt(k * k - az * az);
    const double y = (z < 0 ? -1.0 : 1.0) * az * w / p;
    const double factor = k == 1   ? 2.0 * (1.0 + g)
                          : k == 2 ? 4.0 * 4.0 * (2.0 + g) * 9.0
                                   : 16.0 * 6.0 * (3.0 + g) * 225.0;
    const double magnitude = 2.0 * (creal(log_gamma(g + y * I)) - creal(log_gamma(2.0 * g + 1.0)));
    return factor * exp(M_PI * y + 2.0 * (g - k) * log(2.0 * p * radius) + magnitude);
}

static double shape_factor(moly_beta_shape shape, double p, double w, double q, int z,
                           double radius)
{
    if (shape != MOLY_BETA_FIRST_UNIQUE && shape != MOLY_BETA_SECOND_UNIQUE) {
        return 1.0;
    }
    const double f0 = generalised_fermi(1, p, w, z, radius);
    const double l2 = generalised_fermi(2, p, w, z, radius) / f0, p2 = p * p, q2 = q * q;
    if (shape == MOLY_BETA_FIRST_UNIQUE) {
        return q2 + l2 * p2;
    }
    const double l3 = generalised_fermi(3, p, w, z, radius) / f0;
    return q2 * q2 + 10.0 / 3.0 * l2 * p2 * q2 + l3 * p2 * p2;
}

/* One transition in units of m_e c^2. */
typedef struct transition {
    double t0, radius;
    int z;
    moly_beta_shape shape;
} transition;

static transition transition_of(double end_point_kev, int z_daughter, int a, moly_beta_shape shape)
{
    return (transition){.t0 = end_point_kev / ELECTRON_KEV,
                        .radius = 1.2 * cbrt((double)a) / COMPTON_FM,
                        .z = z_daughter,
                        .shape = shape};
}

/* Step i of N_STEPS in s, t = t0 s^2: the steep rise near zero (1/p for electrons) is smooth in s.
 */
static double density_at(const transition *b, int i, double *kinetic)
{
    const double s = (i + 0.5) / N_STEPS;
    const double t = b->t0 * s * s, w = 1.0 + t, p = sqrt(t * (t + 2.0)), q = b->t0 - t;
    *kinetic = t;
    return p * w * q * q * generalised_fermi(1, p, w, b->z, b->radius) *
           shape_factor(b->shape, p, w, q, b->z, b->radius) * s;
}

double moly_beta_mean_kev(double end_point_kev, int z_daughter, int a, moly_beta_shape shape)
{
    const transition b = transition_of(end_point_kev, z_daughter, a, shape);
    double sum = 0.0, moment = 0.0;
    for (int i = 0; i < N_STEPS; i++) {
        double t = 0.0;
        const double density = density_at(&b, i, &t);
        sum += density;
        moment += density * t;
    }
    return sum > 0.0 ? moment / sum * ELECTRON_KEV : end_point_kev / 3.0;
}

/* A step is spread evenly over the bins that it covers. */
static void spread(double from_kev, double to_kev, double amount, double bin_kev, size_t n_bins,
                   double *bins)
{
    for (size_t k = (size_t)(from_kev / bin_kev); k < n_bins && (double)k * bin_kev < to_kev; k++) {
        const double low = fmax(from_kev, (double)k * bin_kev);
        const double high = fmin(to_kev, (double)(k + 1) * bin_kev);
        bins[k] += high > low ? amount * (high - low) / (to_kev - from_kev) : 0.0;
    }
}

void moly_beta_add(double end_point_kev, int z_daughter, int a, moly_beta_shape shape,
                   double particles, double bin_kev, size_t n_bins, double *bins)
{
    const transition b = transition_of(end_point_kev, z_daughter, a, shape);
    double t = 0.0, sum = 0.0;
    for (int i = 0; i < N_STEPS; i++) {
        sum += density_at(&b, i, &t);
    }
    for (int i = 0; i < N_STEPS && sum > 0.0; i++) {
        const double low = (double)i / N_STEPS, high = (i + 1.0) / N_STEPS;
        spread(end_point_kev * low * low, end_point_kev * high * high,
               particles * density_at(&b, i, &t) / sum, bin_kev, n_bins, bins);
    }
}

double moly_beta_spectrum(const moly_nuclide *nuclide, moly_radiation radiation, double bin_kev,
                          size_t n_bins, double *bins)
{
    const int z = radiation == MOLY_RADIATION_BETA_PLUS ? -(nuclide->z - 1) : nuclide->z + 1;
    double added = 0.0;
    for (size_t i = 0; i < nuclide->n_lines; i++) {
        const moly_line *line = &nuclide->lines[i];
        if (line->radiation == radiation && line->energy_kev > 0.0) {
            moly_beta_add(line->energy_kev, z, nuclide->a, (moly_beta_shape)line->beta_shape,
                          line->intensity, bin_kev, n_bins, bins);
            added += line->intensity;
        }
    }
    return added;
}

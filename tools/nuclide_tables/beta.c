/* SPDX-License-Identifier: Apache-2.0 */
/* Mean energy of a beta spectrum, for evaluations that give the end point only.
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
#include <complex.h>
#include <math.h>

#include "tables.h"

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

double beta_mean_kev(double end_point_kev, int z_daughter, int a, moly_beta_shape shape)
{
    const double t0 = end_point_kev / ELECTRON_KEV, w0 = 1.0 + t0;
    const double radius = 1.2 * cbrt((double)a) / COMPTON_FM;
    double sum = 0.0, moment = 0.0;
    for (int i = 0; i < N_STEPS; i++) {
        /* t = t0 s^2: the steep rise near zero (1/p for electrons) is smooth in s. */
        const double s = (i + 0.5) / N_STEPS;
        const double t = t0 * s * s, w = 1.0 + t, p = sqrt(t * (t + 2.0)), q = w0 - w;
        const double density = p * w * q * q * generalised_fermi(1, p, w, z_daughter, radius) *
                               shape_factor(shape, p, w, q, z_daughter, radius) * s;
        sum += density;
        moment += density * t;
    }
    return sum > 0.0 ? moment / sum * ELECTRON_KEV : end_point_kev / 3.0;
}

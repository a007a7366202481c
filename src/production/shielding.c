/* SPDX-License-Identifier: Apache-2.0 */
/* Self-shielding of a target by its own absorption. */
#include <math.h>

#include "moly/production/neutron.h"

#define HALF_PI 1.57079632679489661923
#define STEP 0.1  /* of the double exponential rule, at which it has converged to rounding */
#define REACH 3.2 /* beyond it the weights vanish */

/* Integral from 0 to 1 by the double exponential rule (Takahasi, Mori, Publ. RIMS 9 (1974) 721);
 * the integrands have a logarithm at 0 at worst. */
typedef double (*integrand)(double x, const void *context);

static double integrate(integrand f, const void *context)
{
    double sum = 0.0;
    int reach = (int)(REACH / STEP);
    for (int k = -reach; k <= reach; k++) {
        double t = k * STEP, u = HALF_PI * sinh(t), x = 1.0 / (1.0 + exp(-2.0 * u));
        double weight = HALF_PI * cosh(t) / (cosh(u) * cosh(u)) * 0.5;
        sum += weight * f(x, context);
    }
    return sum * STEP;
}

/* 1 - exp(-x / mu), weighted with the cosine: what an isotropic flux loses in a foil of x */
static double foil(double mu, const void *context)
{
    const double *x = context;
    return mu > 0.0 ? -2.0 * mu * expm1(-*x / mu) : 0.0;
}

/* A chord of a sphere, as a share of the diameter, has the density 2 l. */
static double sphere(double l, const void *context)
{
    const double *x = context;
    return -2.0 * l * expm1(-*x * l);
}

/* Angle of a chord with the plane across the cylinder, in quarter turns */
static double inclination(double s, const void *context)
{
    const double *x = context;
    double c = sin(HALF_PI * (1.0 - s));
    return c > 0.0 ? -HALF_PI * c * c * expm1(-*x / c) : 0.0;
}

/* Offset of the chord from the axis, as the angle at which it meets the circle, in quarter turns */
static double offset(double s, const void *context)
{
    const double *x = context;
    double c = sin(HALF_PI * (1.0 - s)), chord = *x * c;
    return HALF_PI * c * integrate(inclination, &chord) * 4.0 / acos(-1.0);
}

static moly_status check(moly_shield_shape shape, double size_cm, double sigma_per_cm,
                         moly_error *err)
{
    if (shape < 0 || shape >= MOLY_N_SHIELD_SHAPES) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "no shape %d", (int)shape);
    }
    if (!(size_cm >= 0.0) || !(sigma_per_cm >= 0.0) || !isfinite(size_cm * sigma_per_cm)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "self-shielding of %g cm with %g /cm: both are finite and not negative",
                         size_cm, sigma_per_cm);
    }
    return MOLY_OK;
}

moly_status moly_self_shielding(moly_shield_shape shape, double size_cm, double sigma_per_cm,
                                double *factor, moly_error *err)
{
    moly_status status = check(shape, size_cm, sigma_per_cm, err);
    if (status != MOLY_OK) {
        return status;
    }
    double x = size_cm * sigma_per_cm;
    if (x == 0.0) {
        *factor = 1.0;
        return MOLY_OK;
    }
    switch (shape) { /* absorbed share over the mean number of mean free paths */
    case MOLY_SHIELD_FOIL:
        *factor = integrate(foil, &x) / (2.0 * x);
        break;
    case MOLY_SHIELD_WIRE:
        *factor = integrate(offset, &x) / x;
        break;
    case MOLY_SHIELD_SPHERE:
        *factor = integrate(sphere, &x) / (2.0 * x / 3.0);
        break;
    case MOLY_SHIELD_BEAM_SLAB:
    case MOLY_N_SHIELD_SHAPES:
        *factor = -expm1(-x) / x;
        break;
    }
    return MOLY_OK;
}

moly_status moly_self_shielding_resonance(moly_shield_shape shape, double size_cm,
                                          double peak_per_cm, double capture_share, double *factor,
                                          moly_error *err)
{
    moly_status status = check(shape, size_cm, peak_per_cm, err);
    if (status != MOLY_OK) {
        return status;
    }
    if (!(capture_share >= 0.0 && capture_share <= 1.0)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "share %g of capture in a resonance is not 0..1",
                         capture_share);
    }
    bool is_flat = shape == MOLY_SHIELD_FOIL || shape == MOLY_SHIELD_BEAM_SLAB;
    double z = (is_flat ? 1.5 : 0.5) * size_cm * peak_per_cm * sqrt(capture_share);
    *factor = 0.94 / (1.0 + pow(z / 2.70, 0.82)) + 0.06;
    return MOLY_OK;
}

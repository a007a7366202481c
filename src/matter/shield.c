/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/matter/shield.h"

#include <math.h>

#include "inside.h"
#include "moly/matter/photon.h"

static const double joule_per_kev = 1.602176634e-16; /* CODATA 2018, exact */
static const double most_mfp = 200.0;

double moly_source_width_mm(moly_source_shape shape)
{
    static const double widths_mm[] = {[MOLY_SOURCE_POINT] = 0.0,
                                       [MOLY_SOURCE_SYRINGE] = 14.5,
                                       [MOLY_SOURCE_VIAL] = 22.0,
                                       [MOLY_SOURCE_PATIENT] = 230.0};
    return widths_mm[shape];
}

static double mfp_of(const moly_layer *layer, double energy_kev)
{
    return moly_photon_attenuation_cm2_g(layer->material, energy_kev) *
           layer->material->density_g_cm3 * layer->thickness_cm;
}

/* Share of the air kerma that comes through, with Broder's build-up:
 * B = sum over n of B_n(x_1 + .. + x_n) - B_n(x_1 + .. + x_(n-1)), B_n(0) = 1. */
static double transmission_of(const moly_shield *shield, const moly_layer *more, double energy_kev)
{
    double depth = 0.0, buildup = 1.0;
    for (size_t i = 0; i < shield->n_layers + (more ? 1 : 0); i++) {
        const moly_layer *layer = i < shield->n_layers ? &shield->layers[i] : more;
        double x = mfp_of(layer, energy_kev);
        if (!shield->is_narrow_beam && x > 0.0) {
            buildup += moly_buildup(layer->material, energy_kev, depth + x, NULL) -
                       moly_buildup(layer->material, energy_kev, depth, NULL);
        }
        depth += x;
    }
    return fmax(buildup, 1.0) * exp(-depth);
}

static double self_share(moly_source_shape shape, const moly_material *water, double energy_kev)
{
    double x = moly_photon_absorption_cm2_g(water, energy_kev) * moly_source_width_mm(shape) / 10.0;
    return x > 0.0 ? -expm1(-x) / x : 1.0;
}

/* What a source weakens itself with, and what a dose is absorbed in. */
static const moly_constituent water_elements[] = {{.z = 1, .mass_fraction = 0.111898},
                                                  {.z = 8, .mass_fraction = 0.888102}};
/* ICRU-44 soft tissue, NIST XAAMDI table 2 */
static const moly_constituent tissue_elements[] = {
    {.z = 1, .mass_fraction = 0.102},  {.z = 6, .mass_fraction = 0.143},
    {.z = 7, .mass_fraction = 0.034},  {.z = 8, .mass_fraction = 0.708},
    {.z = 11, .mass_fraction = 0.002}, {.z = 15, .mass_fraction = 0.003},
    {.z = 16, .mass_fraction = 0.003}, {.z = 17, .mass_fraction = 0.002},
    {.z = 19, .mass_fraction = 0.003}};
static const moly_material water = {.n_elements = 2, .elements = water_elements};
static const moly_material tissue = {.n_elements = 9, .elements = tissue_elements};

/* One photon per second at one centimetre of vacuum: Gy/h is E mu_en/rho / (4 pi r^2). */
static moly_dose_rate bare_at_1_cm(double energy_kev)
{
    static const double four_pi = 12.566370614359172;
    /* keV/g to Gy: joule_per_kev x 1000 g/kg; 3600 s in an hour */
    double fluence = energy_kev * joule_per_kev * 1000.0 * 3600.0 / four_pi;
    double kerma = fluence * moly_photon_absorption_cm2_g(&matter_air, energy_kev);
    return (moly_dose_rate){.air_kerma_gy_per_h = kerma,
                            .ambient_sv_per_h = kerma * moly_photon_ambient_sv_per_gy(energy_kev),
                            .tissue_kerma_gy_per_h =
                                fluence * moly_photon_absorption_cm2_g(&tissue, energy_kev)};
}

static moly_dose_rate times(moly_dose_rate rate, double factor)
{
    return (moly_dose_rate){rate.air_kerma_gy_per_h * factor, rate.ambient_sv_per_h * factor,
                            rate.tissue_kerma_gy_per_h * factor};
}

static moly_status check(const moly_shield *shield, moly_error *err)
{
    double together_cm = 0.0;
    for (size_t i = 0; i < shield->n_layers; i++) {
        const moly_layer *layer = &shield->layers[i];
        if (!(layer->thickness_cm >= 0.0) || !isfinite(layer->thickness_cm)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "layer %zu (%s) is %g mm thick: 0 or more", i + 1,
                             layer->material->text, layer->thickness_cm * 10.0);
        }
        if (!(layer->material->density_g_cm3 > 0.0)) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE,
                             "the density of %s is not known: write '%s @ 1.2 g/cm3'",
                             layer->material->text, layer->material->text);
        }
        together_cm += layer->thickness_cm;
    }
    if (!(shield->distance_cm > 0.0) || !isfinite(shield->distance_cm)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "a distance of %g mm: above 0",
                         shield->distance_cm * 10.0);
    }
    if (together_cm >= shield->distance_cm) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "the layers are %g mm thick, but the point is %g mm from the source",
                         together_cm * 10.0, shield->distance_cm * 10.0);
    }
    double half_mm = moly_source_width_mm(shield->shape) / 2.0;
    if (shield->distance_cm * 10.0 <= half_mm) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "the point is %g mm from the middle of a source of %g mm half-width",
                         shield->distance_cm * 10.0, half_mm);
    }
    return MOLY_OK;
}

static moly_dose_rate rate_of(const moly_shield *shield, const moly_layer *more,
                              const moly_photon *photon)
{
    double kev = photon->energy_kev;
    double factor = photon->per_decay * transmission_of(shield, more, kev) *
                    self_share(shield->shape, &water, kev) /
                    (shield->distance_cm * shield->distance_cm);
    return times(bare_at_1_cm(kev), factor);
}

moly_status moly_shield_dose(const moly_shield *shield, const moly_photon *photons,
                             size_t n_photons, double activity_bq, moly_dose_rate *total,
                             moly_dose_rate *each, moly_error *err)
{
    moly_status status = check(shield, err);
    if (status != MOLY_OK) {
        return status;
    }
    if (!(activity_bq >= 0.0) || !isfinite(activity_bq)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "an activity of %g Bq: 0 or more", activity_bq);
    }
    moly_dose_rate sum = {0};
    for (size_t i = 0; i < n_photons; i++) {
        moly_dose_rate one = times(rate_of(shield, NULL, &photons[i]), activity_bq);
        sum.air_kerma_gy_per_h += one.air_kerma_gy_per_h;
        sum.ambient_sv_per_h += one.ambient_sv_per_h;
        sum.tissue_kerma_gy_per_h += one.tissue_kerma_gy_per_h;
        if (each) {
            each[i] = one;
        }
    }
    *total = sum;
    return MOLY_OK;
}

static double ambient_behind(const moly_shield *shield, const moly_layer *more,
                             const moly_photon *photons, size_t n_photons)
{
    double sum = 0.0;
    for (size_t i = 0; i < n_photons; i++) {
        sum += rate_of(shield, more, &photons[i]).ambient_sv_per_h;
    }
    return sum;
}

moly_status moly_shield_thickness(const moly_shield *shield, const moly_material *material,
                                  const moly_photon *photons, size_t n_photons, double transmission,
                                  double *thickness_cm, moly_error *err)
{
    moly_status status = check(shield, err);
    moly_layer more = {.material = material};
    if (status == MOLY_OK) {
        status = check(&(moly_shield){.distance_cm = 1.0, .n_layers = 1, .layers = &more}, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    double wanted = transmission * ambient_behind(shield, NULL, photons, n_photons);
    if (!(wanted > 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "there is no dose rate that %s could bring to %g of it", material->text,
                         transmission);
    }
    if (transmission >= 1.0) {
        *thickness_cm = 0.0;
        return MOLY_OK;
    }
    double least_mu = INFINITY;
    more.thickness_cm = 1.0;
    for (size_t i = 0; i < n_photons; i++) {
        least_mu = fmin(least_mu, mfp_of(&more, photons[i].energy_kev));
    }
    double low = 0.0, high = 0.1 / least_mu;
    more.thickness_cm = high;
    while (ambient_behind(shield, &more, photons, n_photons) > wanted) {
        low = high;
        high *= 2.0;
        if (high * least_mu > most_mfp) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "a transmission of %g needs more than %g mfp of %s", transmission,
                             most_mfp, material->text);
        }
        more.thickness_cm = high;
    }
    while (high - low > 1e-9 * high) {
        more.thickness_cm = 0.5 * (low + high);
        *(ambient_behind(shield, &more, photons, n_photons) > wanted ? &low : &high) =
            more.thickness_cm;
    }
    *thickness_cm = high;
    return MOLY_OK;
}

double moly_transport_index(double at_1_m_sv_per_h)
{
    double raw = at_1_m_sv_per_h * 1000.0 * 100.0;
    /* 0.012 mSv/h is 1.2 whatever its binary digits say */
    return raw <= 0.05 ? 0.0 : ceil(raw * 10.0 - 1e-9) / 10.0;
}

const char *moly_transport_category(double transport_index, double at_surface_sv_per_h)
{
    return transport_index <= 0.0 && at_surface_sv_per_h <= 5e-6    ? "I-WHITE"
           : transport_index <= 1.0 && at_surface_sv_per_h <= 5e-4  ? "II-YELLOW"
           : transport_index <= 10.0 && at_surface_sv_per_h <= 2e-3 ? "III-YELLOW"
                                                                    : "III-YELLOW, exclusive use";
}

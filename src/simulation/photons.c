/* SPDX-License-Identifier: Apache-2.0 */
/* Photons up to 511 keV. */
#include "photons.h"

#include <math.h>

#include "moly/matter/photon.h"

static const double pi = 3.14159265358979323846;
static const double electron_radius2_cm2 = 7.9407877e-26; /* (2.8179403 fm)^2, CODATA 2018 */
static const double avogadro = 6.02214076e23;             /* exact, SI */

double klein_nishina_cm2(double energy_kev)
{
    const double k = energy_kev / ANNIHILATION_KEV, l = log(1.0 + 2.0 * k), m = 1.0 + 2.0 * k;
    const double first = (1.0 + k) / (k * k) * (2.0 * (1.0 + k) / m - l / k);
    return 2.0 * pi * electron_radius2_cm2 * (first + l / (2.0 * k) - (1.0 + 3.0 * k) / (m * m));
}

double klein_nishina_per_sr(double energy_kev, double cosine)
{
    const double share = 1.0 / (1.0 + energy_kev / ANNIHILATION_KEV * (1.0 - cosine));
    return 0.5 * electron_radius2_cm2 * share * share *
           (share + 1.0 / share - (1.0 - cosine * cosine)) / klein_nishina_cm2(energy_kev);
}

static double electrons_per_g(const moly_material *material)
{
    double z = 0.0;
    for (size_t i = 0; i < material->n_elements; i++) {
        z += material->elements[i].atom_fraction * material->elements[i].z;
    }
    return avogadro * z / material->mean_mass_u;
}

/* Coherent scattering, 0.3 % of water's total at 511 keV, counts as absorption: a photon's way
 * through is then what the attenuation map says. */
void photon_table_make(const moly_material *material, photon_table *table)
{
    const double electrons = electrons_per_g(material);
    for (int i = 1; i < PHOTON_ENERGIES; i++) {
        const double energy = i == PHOTON_ENERGIES - 1 ? ANNIHILATION_KEV : i;
        const double total = moly_photon_attenuation_cm2_g(material, energy);
        const double compton = electrons * klein_nishina_cm2(energy) / total;
        table->mu_per_mm[i] = (float)(0.1 * material->density_g_cm3 * total);
        table->compton[i] = (float)fmin(compton, 1.0);
    }
    table->mu_per_mm[0] = table->mu_per_mm[1];
    table->compton[0] = table->compton[1];
}

double compton_energy_kev(double energy_kev, moly_random *random, double *cosine)
{
    const double k = energy_kev / ANNIHILATION_KEV, least = 1.0 / (1.0 + 2.0 * k);
    const double w1 = -log(least), w2 = 0.5 * (1.0 - least * least);
    for (;;) {
        const double u = draw(random);
        const double share =
            draw(random) * (w1 + w2) < w1 ? exp(-w1 * u) : sqrt(least * least + 2.0 * w2 * u);
        const double t = (1.0 - share) / (k * share); /* 1 - cosine */
        const double sine2 = t * (2.0 - t);
        if (draw(random) <= 1.0 - share * sine2 / (1.0 + share * share)) {
            *cosine = 1.0 - t;
            return share * energy_kev;
        }
    }
}

void turn_direction(double d[3], double cosine, moly_random *random)
{
    const double phi = 2.0 * pi * draw(random);
    const double sine = sqrt(fmax(0.0, 1.0 - cosine * cosine));
    const double x = sine * cos(phi), y = sine * sin(phi);
    const double across2 = d[0] * d[0] + d[1] * d[1];
    if (across2 < 1e-12) {
        d[0] = x;
        d[1] = y;
        d[2] = d[2] < 0.0 ? -cosine : cosine;
        return;
    }
    const double across = sqrt(across2), a = d[0], b = d[1], c = d[2];
    d[0] = a * cosine + (a * c * x - b * y) / across;
    d[1] = b * cosine + (b * c * x + a * y) / across;
    d[2] = c * cosine - across * x;
    const double norm = 1.0 / sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
    for (int i = 0; i < 3; i++) {
        d[i] *= norm;
    }
}

void isotropic_direction(double d[3], moly_random *random)
{
    const double phi = 2.0 * pi * draw(random);
    const double z = 2.0 * draw(random) - 1.0, across = sqrt(1.0 - z * z);
    d[0] = across * cos(phi);
    d[1] = across * sin(phi);
    d[2] = z;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "bremsstrahlung.h"

#define ELECTRON_MEV 0.51099895
#define BARN_PER_R0_2 0.0794078 /* classical electron radius squared, b */
#define ALPHA (1.0 / 137.035999)
#define AVOGADRO_PER_BARN 0.602214076 /* N_A times a barn, cm2/mol */
#define SCREENING 111.0               /* Schiff's constant */
#define N_SLICES 24
#define TABLE_MOST_MEV 20.0 /* end of the attenuation tables: above, that at 20 MeV holds */

/* Cross section per photon energy, b/MeV per atom: Koch and Motz 3BS(e); energies in m c2. */
static double schiff_b_per_mev(int z, double electron_mev, double photon_mev)
{
    const double e0 = 1.0 + electron_mev / ELECTRON_MEV, k = photon_mev / ELECTRON_MEV;
    const double e = e0 - k;
    if (!(e > 1.0) || !(k > 0.0)) {
        return 0.0;
    }
    const double cube = cbrt((double)z) / SCREENING;
    const double b = 2.0 * e0 * e * cube / k, momentum = k / (2.0 * e0 * e);
    const double log_m = -log(momentum * momentum + cube * cube);
    const double ratio = e / e0, b2 = b * b, arc = atan(b);
    const double first = (1.0 + ratio * ratio - 2.0 / 3.0 * ratio) * (log_m + 1.0 - 2.0 / b * arc);
    const double second = ratio * (2.0 / b2 * log1p(b2) + 4.0 * (2.0 - b2) / (3.0 * b2 * b) * arc -
                                   8.0 / (3.0 * b2) + 2.0 / 9.0);
    const double front = 2.0 * z * z * BARN_PER_R0_2 * ALPHA / photon_mev;
    return fmax(front * (first + second), 0.0);
}

double moly_bremsstrahlung_per_mev(const moly_material *converter, const moly_stopping *stopping,
                                   double thickness_g_cm2, double electron_mev, double photon_mev)
{
    if (!(photon_mev > 0.0) || !(electron_mev > 0.0) || !(thickness_g_cm2 >= 0.0) ||
        electron_mev > moly_stopping_max_mev(stopping)) {
        return NAN;
    }
    const double slice = thickness_g_cm2 / N_SLICES;
    const double atoms_per_b = AVOGADRO_PER_BARN / converter->mean_mass_u * slice;
    double sum = 0.0;
    for (int i = 0; i < N_SLICES; i++) {
        const double e = moly_stopping_energy_behind_mev(stopping, electron_mev, (i + 0.5) * slice);
        if (e <= photon_mev) {
            break;
        }
        for (size_t j = 0; j < converter->n_elements; j++) {
            const moly_constituent *c = &converter->elements[j];
            sum += atoms_per_b * c->atom_fraction * schiff_b_per_mev(c->z, e, photon_mev);
        }
    }
    return sum;
}

typedef struct beam_context {
    const photon_beam *beam;
    double electron_mev;
} beam_context;

static double attenuation(const moly_material *material, double photon_mev)
{
    return moly_photon_attenuation_cm2_g(material, 1e3 * fmin(photon_mev, TABLE_MOST_MEV));
}

/* Photons per MeV that reach the layer, times its mean path with absorption in it. */
static double photon_phi(const void *raw, double photon_mev)
{
    const beam_context *c = raw;
    const photon_beam *b = c->beam;
    double behind = 0.0;
    for (size_t i = 0; i < b->layer; i++) {
        behind += b->layers[i].thickness_g_cm2 * attenuation(b->layers[i].material, photon_mev);
    }
    const moly_beam_layer *layer = &b->layers[b->layer];
    const double t = layer->thickness_g_cm2;
    const double mu = attenuation(layer->material, photon_mev);
    const double path = mu * t > 1e-9 ? -expm1(-mu * t) / mu : t;
    const double photons =
        moly_bremsstrahlung_per_mev(b->converter->material, b->stopping,
                                    b->converter->thickness_g_cm2, c->electron_mev, photon_mev);
    return photons * exp(-behind) * path;
}

void track_photons(track *t, const photon_beam *beam, double electron_mev)
{
    const beam_context context = {beam, electron_mev};
    const double low = PHOTON_LEAST_MEV < electron_mev ? PHOTON_LEAST_MEV : 0.5 * electron_mev;
    track_fill(t, low, electron_mev, TRACK_N, photon_phi, &context);
}

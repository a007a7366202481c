/* SPDX-License-Identifier: Apache-2.0 */
/* Total attenuation is NIST's. Compton scattering is Klein and Nishina's on Z free electrons;
 * coherent scattering follows from Moliere's form of the Thomas-Fermi atom; pairs are what is left
 * above the photoelectric effect, which is carried from 0.5 .. 1 MeV upwards by its power of E. */
#include "medium.h"

#include <math.h>

#include "moly/matter/photon.h"

#define AVOGADRO 6.02214076e23
#define ELECTRON_KEV 510.99895 /* CODATA 2018 */
#define ELECTRON_RADIUS_CM 2.8179403262e-13
#define BOHR_ANGSTROM 0.529177210903
#define HC_KEV_ANGSTROM 1.973269804 /* h-bar c */

/* K shells above 15 keV of the media here: edge, fluorescence yield, lines (a1, a2, b1', b2') and
 * their relative intensities. Source: Browne and Firestone, Table of Radioactive Isotopes (1986),
 * appendix F; the share of K in the photoelectric effect follows from NIST's jump at the edge. */
static const struct k_shell {
    int z;
    double edge_kev, yield, lines_kev[4], intensity[4];
} k_shells[] = {
    {74, 69.525, 0.958, {59.318, 57.982, 67.2, 69.1}, {47.2, 27.5, 15.7, 4.2}},
    {82, 88.0045, 0.963, {74.969, 72.805, 84.9, 87.3}, {46.2, 27.7, 16.0, 4.7}},
};

/* Heavy media: what carries the photoelectric effect above 1 MeV, and its K lines. */
typedef struct photo_tail {
    bool is_heavy;
    double at_1_mev_cm2_g, power, k_edge_kev, k_fluorescence;
} photo_tail;

static double grid_kev(size_t i)
{
    return MEDIUM_LEAST_KEV *
           exp((double)i / (MEDIUM_N - 1) * log(MEDIUM_MOST_KEV / MEDIUM_LEAST_KEV));
}

const medium_point *medium_at(const medium *m, double energy_kev)
{
    double x = log(energy_kev / MEDIUM_LEAST_KEV) / log(MEDIUM_MOST_KEV / MEDIUM_LEAST_KEV);
    return &m->points[(size_t)(x * (MEDIUM_N - 1) + 0.5)];
}

static double klein_nishina_cm2(double energy_kev)
{
    double a = energy_kev / ELECTRON_KEV, b = 1.0 + 2.0 * a, l = log(b);
    double sum = (1.0 + a) / (a * a) * (2.0 * (1.0 + a) / b - l / a) + l / (2.0 * a) -
                 (1.0 + 3.0 * a) / (b * b);
    return 2.0 * M_PI * ELECTRON_RADIUS_CM * ELECTRON_RADIUS_CM * sum;
}

/* Squared form factor: Moliere, Z. Naturforsch. 2a (1947) 133. */
static double form_factor_squared(int z, double q2)
{
    static const double share[3] = {0.10, 0.55, 0.35}, slope[3] = {6.0, 1.2, 0.3};
    double a = 0.88534 * BOHR_ANGSTROM / cbrt((double)z), f = 0.0;
    for (int i = 0; i < 3; i++) {
        f += share[i] * slope[i] * slope[i] / (slope[i] * slope[i] + q2 * a * a);
    }
    return z * z * f * f;
}

double medium_q2_max(double energy_kev)
{
    double k = energy_kev / HC_KEV_ANGSTROM;
    return 4.0 * k * k;
}

static void integrate_form_factors(const moly_material *material, medium *m)
{
    double last = 0.0, last_f2 = 0.0, sum = 0.0;
    for (size_t i = 0; i < MEDIUM_N_ANGLE; i++) {
        double q2 = 1e-4 * exp((double)i / (MEDIUM_N_ANGLE - 1) * log(1e11)), f2 = 0.0;
        for (size_t e = 0; e < material->n_elements; e++) {
            f2 += material->elements[e].atom_fraction / material->mean_mass_u *
                  form_factor_squared(material->elements[e].z, q2);
        }
        sum += i == 0 ? f2 * q2 : 0.5 * (f2 + last_f2) * (q2 - last);
        m->q2[i] = q2;
        m->f2_integral[i] = sum;
        last = q2;
        last_f2 = f2;
    }
}

static size_t find_q2(const double *ascending, double value)
{
    size_t low = 0, high = MEDIUM_N_ANGLE - 1;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        *(ascending[middle] <= value ? &low : &high) = middle;
    }
    return low;
}

static double between(const double *x, const double *y, double at)
{
    size_t i = find_q2(x, at);
    double t = (at - x[i]) / (x[i + 1] - x[i]);
    return y[i] + (t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t) * (y[i + 1] - y[i]);
}

double medium_sample_q2(const medium *m, double q2_max, double u)
{
    double limit = between(m->q2, m->f2_integral, q2_max), wanted = u * limit;
    return wanted <= m->f2_integral[0] ? m->q2[0] * wanted / m->f2_integral[0]
                                       : between(m->f2_integral, m->q2, wanted);
}

/* pi r_e^2 / (2 k^2) x integral of (1 + cos^2) F^2 dq^2, cos = 1 - 2 q^2 / q2_max */
static double coherent_cm2_g(const medium *m, double energy_kev)
{
    double q2_max = medium_q2_max(energy_kev), sum = 0.0, last = 0.0, last_q2 = 0.0;
    for (size_t i = 0; i < MEDIUM_N_ANGLE && last_q2 < q2_max; i++) {
        double q2 = m->q2[i] < q2_max ? m->q2[i] : q2_max;
        double integral = between(m->q2, m->f2_integral, q2);
        double cosine = 1.0 - (q2 + last_q2) / q2_max;
        sum += (integral - last) * (1.0 + cosine * cosine);
        last = integral;
        last_q2 = q2;
    }
    return AVOGADRO * M_PI * ELECTRON_RADIUS_CM * ELECTRON_RADIUS_CM * 2.0 / q2_max * sum;
}

static const struct k_shell *shell_of(const moly_material *material)
{
    for (size_t i = 0; i < sizeof k_shells / sizeof *k_shells; i++) {
        if (material->n_elements == 1 && material->elements[0].z == k_shells[i].z) {
            return &k_shells[i];
        }
    }
    return NULL;
}

static void set_lines(const struct k_shell *shell, medium *m)
{
    double sum = 0.0;
    for (int i = 0; i < 4; i++) {
        m->k_lines_kev[i] = shell->lines_kev[i];
        m->k_shares[i] = sum += shell->intensity[i];
    }
    for (int i = 0; i < 4; i++) {
        m->k_shares[i] /= sum;
    }
}

/* Part of the energy that Klein and Nishina's electron takes on average. */
static double electron_share(double energy_kev)
{
    enum { N = 400 };
    double a = energy_kev / ELECTRON_KEV, all = 0.0, taken = 0.0;
    for (int i = 0; i < N; i++) {
        double cosine = -1.0 + 2.0 * (i + 0.5) / N, left = 1.0 / (1.0 + a * (1.0 - cosine));
        double density = left * left * (left + 1.0 / left - 1.0 + cosine * cosine);
        all += density;
        taken += density * (1.0 - left);
    }
    return taken / all;
}

/* Photoelectric effect, cm2/g, below 1 MeV. In light media it is what energy absorption has beyond
 * the Compton electrons; electrons are bound, so that total less Klein-Nishina would fall short by
 * a third at 60 keV in water. In heavy ones, where fluorescence makes energy absorption a poor
 * guide and the effect dominates, it is total less scattering. */
static double photoelectric(const moly_material *material, bool is_heavy, double compton_cm2_g,
                            double coherent_cm2_g, double energy_kev)
{
    double tau = is_heavy ? moly_photon_attenuation_cm2_g(material, energy_kev) - compton_cm2_g -
                                coherent_cm2_g
                          : moly_photon_absorption_cm2_g(material, energy_kev) -
                                compton_cm2_g * electron_share(energy_kev);
    return fmax(tau, 0.0);
}

static void set_point(const moly_material *material, const moly_material *air, double kev,
                      const photo_tail *tail, double electrons_per_g, medium *m, medium_point *p)
{
    double mu = moly_photon_attenuation_cm2_g(material, kev);
    double compton = electrons_per_g * klein_nishina_cm2(kev), coherent = coherent_cm2_g(m, kev);
    double photo = 0.0, pair = 0.0;
    if (kev <= 1000.0) {
        photo = photoelectric(material, tail->is_heavy, compton, coherent, kev);
        compton = fmax(mu - photo - coherent, 0.0);
    } else {
        photo = tail->is_heavy ? tail->at_1_mev_cm2_g * pow(kev / 1000.0, -tail->power) : 0.0;
        pair = kev > 2.0 * ELECTRON_KEV ? fmax(mu - compton - coherent - photo, 0.0) : 0.0;
    }
    double sum = compton + coherent + photo + pair;
    p->mu_cm2_g = mu;
    p->compton = compton / sum;
    p->coherent = coherent / sum;
    p->pair = pair / sum;
    p->fluorescence = kev > tail->k_edge_kev ? photo / sum * tail->k_fluorescence : 0.0;
    p->air_response = kev * moly_photon_absorption_cm2_g(air, kev);
}

moly_status medium_make(const char *name, moly_arena *arena, medium *m, moly_error *err)
{
    const moly_material *material = NULL, *air = NULL;
    moly_status status = moly_material_parse(name, arena, &material, err);
    if (status == MOLY_OK) {
        status = moly_material_parse("air", arena, &air, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    double electrons = 0.0;
    for (size_t e = 0; e < material->n_elements; e++) {
        electrons += material->elements[e].atom_fraction * material->elements[e].z;
    }
    electrons *= AVOGADRO / material->mean_mass_u;
    integrate_form_factors(material, m);
    const struct k_shell *shell = shell_of(material);
    photo_tail tail = {.is_heavy = shell != NULL, .k_edge_kev = MEDIUM_MOST_KEV * 2.0};
    if (shell) {
        set_lines(shell, m);
        double above = moly_photon_attenuation_cm2_g(material, shell->edge_kev * 1.0005);
        double below = moly_photon_attenuation_cm2_g(material, shell->edge_kev * 0.9995);
        double low = photoelectric(material, true, electrons * klein_nishina_cm2(500.0),
                                   coherent_cm2_g(m, 500.0), 500.0);
        tail.k_edge_kev = shell->edge_kev;
        tail.k_fluorescence = (1.0 - below / above) * shell->yield;
        tail.at_1_mev_cm2_g = photoelectric(material, true, electrons * klein_nishina_cm2(1000.0),
                                            coherent_cm2_g(m, 1000.0), 1000.0);
        tail.power = log(low / tail.at_1_mev_cm2_g) / log(2.0);
    }
    for (size_t i = 0; i < MEDIUM_N; i++) {
        set_point(material, air, grid_kev(i), &tail, electrons, m, &m->points[i]);
    }
    return MOLY_OK;
}

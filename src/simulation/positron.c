/* SPDX-License-Identifier: Apache-2.0 */
/* How far positrons travel before they annihilate. */
#include "positron.h"

#include <math.h>
#include <string.h>

#include "moly/nuclide/beta.h"
#include "photons.h"

enum { BINS = 512 };

/* Levin and Hoffman (1999), table 2. */
static const struct {
    const char *nuclide;
    double c, k1_per_mm, k2_per_mm;
} cusps[] = {
    {"F-18", 0.516, 37.9, 3.10},
    {"C-11", 0.488, 23.8, 1.80},
    {"N-13", 0.426, 20.2, 1.40},
    {"O-15", 0.379, 18.1, 0.90},
};

/* Extrapolated range of positrons, 0.1 E^2 / (b1 + b2 E) mg/cm2 with E in keV; a Gaussian in space
 * whose sigma is half of it fits the end points. Water by its electrons: Z 7.22, A 13.0.
 * Palmer, Zhu and Brownell (2005), after Palmer and Brownell, IEEE Trans Med Imaging 11 (1992) 373.
 */
static double gaussian_sigma_mm(double energy_kev)
{
    static const double z = 7.2222, a = 13.0, mm_per_mg_cm2 = 0.01;
    const double b1 = 4.569 * a / pow(z, 1.209), b2 = 1.0 / (2.873 - 0.02309 * z);
    return 0.5 * mm_per_mg_cm2 * 0.1 * energy_kev * energy_kev / (b1 + b2 * energy_kev);
}

static void from_spectrum(const moly_nuclide *nuclide, positron_range *range)
{
    double bins[BINS] = {0.0}, most = 1.0, sum = 0.0, passed = 0.0;
    for (size_t i = 0; i < nuclide->n_lines; i++) {
        if (nuclide->lines[i].radiation == MOLY_RADIATION_BETA_PLUS) {
            most = fmax(most, nuclide->lines[i].energy_kev);
        }
    }
    const double bin_kev = most / BINS;
    (void)moly_beta_spectrum(nuclide, MOLY_RADIATION_BETA_PLUS, bin_kev, BINS, bins);
    for (int i = 0; i < BINS; i++) {
        sum += bins[i];
    }
    int bin = 0;
    for (int q = 0; q < RANGE_QUANTILES; q++) {
        const double wanted = sum * (q + 0.5) / RANGE_QUANTILES;
        while (bin < BINS - 1 && passed + bins[bin] < wanted) {
            passed += bins[bin++];
        }
        range->sigma_mm[q] = gaussian_sigma_mm(bin_kev * (bin + 0.5));
    }
}

void positron_range_make(const moly_nuclide *nuclide, positron_range *range)
{
    *range = (positron_range){.is_cusp = false};
    for (size_t i = 0; i < sizeof cusps / sizeof *cusps; i++) {
        if (strcmp(nuclide->name, cusps[i].nuclide) == 0) {
            /* A density exp(-k |x|) on a line is r exp(-k r) of distances: weight 1 / k each. */
            const double first = cusps[i].c / cusps[i].k1_per_mm;
            const double second = (1.0 - cusps[i].c) / cusps[i].k2_per_mm;
            range->is_cusp = true;
            range->k1_per_mm = cusps[i].k1_per_mm;
            range->k2_per_mm = cusps[i].k2_per_mm;
            range->first_share = first / (first + second);
            return;
        }
    }
    from_spectrum(nuclide, range);
}

void positron_displace(const positron_range *range, double density_g_cm3, moly_random *random,
                       double displacement_mm[3])
{
    if (range->is_cusp) {
        const double k = draw(random) < range->first_share ? range->k1_per_mm : range->k2_per_mm;
        const double distance = -log(draw(random) * draw(random)) / k / density_g_cm3;
        isotropic_direction(displacement_mm, random);
        for (int i = 0; i < 3; i++) {
            displacement_mm[i] *= distance;
        }
        return;
    }
    const int q = (int)(draw(random) * RANGE_QUANTILES);
    for (int i = 0; i < 3; i++) {
        displacement_mm[i] = range->sigma_mm[q] * moly_random_normal(random) / density_g_cm3;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/matter/bremsstrahlung.h"

#include <math.h>

#include "inside.h"

static const double least_photon_kev = 10.0;
static const double wyard_integral = 1.25; /* of 4 (1 - x) + 3 x ln x over 0..1 */

double moly_radiation_yield(const moly_material *material, double energy_kev)
{
    double zt = 6e-4 * matter_electron_weighted_z(material) * energy_kev / 1000.0;
    return zt / (1.0 + zt);
}

double moly_bremsstrahlung_add(const moly_material *material, double bin_kev, size_t n_bins,
                               const double *electrons, double *photons)
{
    double radiated_kev = 0.0;
    for (size_t e = 0; e < n_bins; e++) {
        double energy_kev = ((double)e + 0.5) * bin_kev;
        if (electrons[e] <= 0.0) {
            continue;
        }
        /* energy per unit of x: yield x T / integral */
        double scale =
            electrons[e] * moly_radiation_yield(material, energy_kev) * energy_kev / wyard_integral;
        for (size_t k = 0; k <= e; k++) {
            double photon_kev = ((double)k + 0.5) * bin_kev, x = photon_kev / energy_kev;
            if (photon_kev < least_photon_kev || x >= 1.0) {
                continue;
            }
            double energy = scale * (4.0 * (1.0 - x) + 3.0 * x * log(x)) * bin_kev / energy_kev;
            photons[k] += energy / photon_kev;
            radiated_kev += energy;
        }
    }
    return radiated_kev;
}

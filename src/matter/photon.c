/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/matter/photon.h"

#include <math.h>

#include "tables.h"

static const double least_kev = 1.0, most_kev = 20000.0;

typedef struct photon_pair {
    double attenuation, absorption;
} photon_pair;

/* The element's interval around the energy: at an edge the upper of the two rows counts. */
static const struct photon_row *find_interval(int z, double energy_kev)
{
    size_t low = 0, high = matter_photons_n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct photon_row *row = &matter_photons[middle];
        if (row->z < z || (row->z == z && row->energy_kev <= energy_kev)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    /* low: the first row above; the last row of the element closes its last interval */
    if (low == matter_photons_n || matter_photons[low].z != z) {
        low--;
    }
    return low > 0 && matter_photons[low].z == z && matter_photons[low - 1].z == z
               ? &matter_photons[low - 1]
               : NULL;
}

static photon_pair of_element(int z, double energy_kev)
{
    const struct photon_row *row = find_interval(z, energy_kev);
    if (!row) {
        return (photon_pair){NAN, NAN};
    }
    double t = log(energy_kev / row[0].energy_kev) / log(row[1].energy_kev / row[0].energy_kev);
    double mu0 = (double)row[0].attenuation_cm2_g, mu1 = (double)row[1].attenuation_cm2_g;
    double en0 = (double)row[0].absorption_cm2_g, en1 = (double)row[1].absorption_cm2_g;
    photon_pair between = {.attenuation = mu0 * pow(mu1 / mu0, t)};
    between.absorption = en0 * pow(en1 / en0, t);
    return between;
}

static photon_pair of_material(const moly_material *material, double energy_kev)
{
    photon_pair sum = {0.0, 0.0};
    if (!(energy_kev >= least_kev && energy_kev <= most_kev)) {
        return (photon_pair){NAN, NAN};
    }
    for (size_t e = 0; e < material->n_elements; e++) {
        photon_pair one = of_element(material->elements[e].z, energy_kev);
        sum.attenuation += material->elements[e].mass_fraction * one.attenuation;
        sum.absorption += material->elements[e].mass_fraction * one.absorption;
    }
    return sum;
}

double moly_photon_attenuation_cm2_g(const moly_material *material, double energy_kev)
{
    return of_material(material, energy_kev).attenuation;
}

double moly_photon_absorption_cm2_g(const moly_material *material, double energy_kev)
{
    return of_material(material, energy_kev).absorption;
}

/* ICRP Publication 74, table A.21: H*(10)/Ka, photons. */
double moly_photon_ambient_sv_per_gy(double energy_kev)
{
    static const struct {
        double kev, sv_per_gy;
    } rows[] = {{10, 0.008},  {15, 0.26},   {20, 0.61},   {30, 1.10},   {40, 1.47},
                {50, 1.67},   {60, 1.74},   {80, 1.72},   {100, 1.65},  {150, 1.49},
                {200, 1.40},  {300, 1.31},  {400, 1.26},  {500, 1.23},  {600, 1.21},
                {800, 1.19},  {1000, 1.17}, {1500, 1.15}, {2000, 1.14}, {3000, 1.13},
                {4000, 1.12}, {5000, 1.11}, {6000, 1.11}, {8000, 1.11}, {10000, 1.10}};
    enum { N = sizeof rows / sizeof *rows };
    if (!(energy_kev >= rows[0].kev && energy_kev <= rows[N - 1].kev)) {
        return energy_kev < rows[0].kev ? 0.0 : NAN;
    }
    size_t i = 0;
    while (i + 2 < N && rows[i + 1].kev <= energy_kev) {
        i++;
    }
    double t = log(energy_kev / rows[i].kev) / log(rows[i + 1].kev / rows[i].kev);
    return rows[i].sv_per_gy + t * (rows[i + 1].sv_per_gy - rows[i].sv_per_gy);
}

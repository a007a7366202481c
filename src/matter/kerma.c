/* SPDX-License-Identifier: Apache-2.0 */
/* What a nuclide alone does at a metre in vacuum: air kerma and ambient dose of its photon lines.
 */
#include <math.h>

#include "inside.h"
#include "moly/matter/photon.h"

static const double joule_per_kev = 1.602176634e-16; /* CODATA 2018, exact */
static const double avogadro_per_mol = 6.02214076e23;

/* Dry air by mass, NIST XAAMDI table 2: the composition of the named material, without parsing it.
 */
static const moly_constituent air_elements[] = {{.z = 6, .mass_fraction = 0.000124},
                                                {.z = 7, .mass_fraction = 0.755268},
                                                {.z = 8, .mass_fraction = 0.231781},
                                                {.z = 18, .mass_fraction = 0.012827}};
const moly_material matter_air = {.n_elements = 4, .elements = air_elements};

static bool is_photon(const moly_line *line)
{
    return line->radiation == MOLY_RADIATION_GAMMA || line->radiation == MOLY_RADIATION_X ||
           line->radiation == MOLY_RADIATION_ANNIHILATION;
}

/* Gy m2 / (Bq s) is energy fluence at 1 m times mu_en/rho: E I / (4 pi) in keV, cm2/g to m2/kg. */
static double constant_of(const moly_nuclide *nuclide, const moly_material *material,
                          double threshold_kev, bool is_ambient)
{
    static const double four_pi = 12.566370614359172;
    double sum = 0.0;
    for (size_t i = 0; i < nuclide->n_lines; i++) {
        const moly_line *line = &nuclide->lines[i];
        if (!is_photon(line) || line->energy_kev < threshold_kev) {
            continue;
        }
        double kerma = line->intensity * line->energy_kev *
                       moly_photon_absorption_cm2_g(material, line->energy_kev);
        sum += is_ambient ? kerma * moly_photon_ambient_sv_per_gy(line->energy_kev) : kerma;
    }
    /* 0.1: cm2/g to m2/kg; 1e12 x 3600: Gy/(Bq s) to uGy/(MBq h) */
    return sum * joule_per_kev * 0.1 / four_pi * 1e12 * 3600.0;
}

double moly_kerma_ugy_m2_per_mbq_h(const moly_nuclide *nuclide, const moly_material *material,
                                   double threshold_kev)
{
    return constant_of(nuclide, material, threshold_kev, false);
}

double moly_air_kerma_ugy_m2_per_mbq_h(const moly_nuclide *nuclide, double threshold_kev)
{
    return isfinite(nuclide->air_kerma_ugy_m2_per_mbq_h)
               ? nuclide->air_kerma_ugy_m2_per_mbq_h
               : constant_of(nuclide, &matter_air, threshold_kev, false);
}

double moly_ambient_dose_usv_m2_per_mbq_h(const moly_nuclide *nuclide, double threshold_kev)
{
    return constant_of(nuclide, &matter_air, threshold_kev, true);
}

double moly_specific_activity_tbq_per_mg(const moly_nuclide *nuclide)
{
    return nuclide->lambda_per_s * avogadro_per_mol / nuclide->atomic_mass_u * 1e-3 * 1e-12;
}

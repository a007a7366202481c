/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MATTER_TABLES_H
#define MATTER_TABLES_H

/* The tables of data/materials, compiled in by tools/table_compile: a struct a row, in the order of
 * the columns; sorted by the leading integers. */

#include <stddef.h>
#include <stdint.h>

struct abundance_row {
    int16_t z, a;
    double atom_fraction;
};
struct density_row {
    int16_t z;
    double density_g_cm3;
};
struct named_row {
    const char *name;
    double density_g_cm3;
    int16_t star, z;
    double mass_fraction;
    const char *source;
};
struct stopping_row {
    int16_t target;
    float energy_mev, stopping_mev_cm2_g;
};
struct photon_row {
    int16_t z;
    double energy_kev;
    float attenuation_cm2_g, absorption_cm2_g;
};
struct buildup_row {
    int16_t z;
    double energy_kev, mfp, buildup, rel_sd;
};

extern const struct abundance_row matter_abundances[];
extern const size_t matter_abundances_n;
extern const struct density_row matter_densities[];
extern const size_t matter_densities_n;
extern const struct named_row matter_named[];
extern const size_t matter_named_n;
extern const struct stopping_row matter_stopping_proton[];
extern const size_t matter_stopping_proton_n;
extern const struct stopping_row matter_stopping_alpha[];
extern const size_t matter_stopping_alpha_n;
extern const struct stopping_row matter_stopping_electron[];
extern const size_t matter_stopping_electron_n;
extern const struct photon_row matter_photons[];
extern const size_t matter_photons_n;
extern const struct buildup_row matter_buildup[];
extern const size_t matter_buildup_n;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_MATTER_PHOTON_H
#define MOLY_MATTER_PHOTON_H

/** Photons in matter: attenuation, energy absorption, air kerma, ambient dose.
 *
 *  NIST XAAMDI tables of the elements, 1 keV .. 20 MeV, log-log between points, edges kept as
 * steps; mixtures by mass fractions. Pure functions, any thread. */

#include "moly/matter/material.h"
#include "moly/nuclide/nuclide.h"

#ifdef __cplusplus
extern "C" {
#endif

/** mu/rho with coherent scattering and mu_en/rho, cm2/g; NAN outside of 1..20000 keV. */
MOLY_API double moly_photon_attenuation_cm2_g(const moly_material *material, double energy_kev);
MOLY_API double moly_photon_absorption_cm2_g(const moly_material *material, double energy_kev);

/** H*(10)/Ka of ICRP-74 table A.1, Sv/Gy, at a photon energy in keV, 10 keV .. 10 MeV. */
MOLY_API double moly_photon_ambient_sv_per_gy(double energy_kev);

/** Air-kerma rate constant of a nuclide alone, uGy m2/(MBq h): photons of its lines above
 *  `threshold_kev` (10 by convention), annihilation included, no bremsstrahlung, no daughters.
 *  Where the nuclide set tabulates it (ICRP-107), that value. */
MOLY_API double moly_air_kerma_ugy_m2_per_mbq_h(const moly_nuclide *nuclide, double threshold_kev);
/** The same in another material, tissue for instance. */
MOLY_API double moly_kerma_ugy_m2_per_mbq_h(const moly_nuclide *nuclide,
                                            const moly_material *material, double threshold_kev);
/** As ambient dose equivalent, uSv m2/(MBq h). */
MOLY_API double moly_ambient_dose_usv_m2_per_mbq_h(const moly_nuclide *nuclide,
                                                   double threshold_kev);
/** Activity of one mg, TBq/mg: ln 2 N_A / (T M). INFINITY never: 0 when stable. */
MOLY_API double moly_specific_activity_tbq_per_mg(const moly_nuclide *nuclide);

#ifdef __cplusplus
}
#endif
#endif

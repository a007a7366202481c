/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_MATTER_BREMSSTRAHLUNG_H
#define MOLY_MATTER_BREMSSTRAHLUNG_H

/** External bremsstrahlung of electrons that stop in a thick target. */

#include "moly/matter/material.h"

#ifdef __cplusplus
extern "C" {
#endif

/** 1-sigma relative uncertainty of the radiated energy; the softest photons, which the target
 * itself absorbs, are known worse. */
#define MOLY_BREMSSTRAHLUNG_REL_SD 0.2

/** Radiated part of the kinetic energy of an electron that stops: 6e-4 Z T / (1 + 6e-4 Z T), T in
 *  MeV, Z weighted by electrons.
 *  Source: J. E. Turner, Atoms, Radiation, and Radiation Protection, 3rd ed. (2007), eq. 6.15 */
MOLY_API double moly_radiation_yield(const moly_material *material, double energy_kev);

/** Photons of a spectrum of electrons that all stop in the material, per bin of the same width;
 * adds to what is there. An electron of energy T makes energy per photon energy k as 4 (1 - x) + 3
 * x ln x, x = k / T, isotropic, scaled to the radiation yield. Photons below 10 keV are left out;
 * absorption in the target is not counted; internal bremsstrahlung neither.
 *  @param[in]     electrons  [n_bins] per decay
 *  @param[in,out] photons    [n_bins] per decay
 *  @return energy of the photons that were added, keV per decay
 *  Source: S. J. Wyard, Proc. Phys. Soc. A 65 (1952) 377 */
MOLY_API double moly_bremsstrahlung_add(const moly_material *material, double bin_kev,
                                        size_t n_bins, const double *electrons, double *photons);

#ifdef __cplusplus
}
#endif
#endif

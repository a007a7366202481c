/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_RECONSTRUCTION_FACTORS_H
#define MOLY_RECONSTRUCTION_FACTORS_H

/** What stands between line integrals and counts: time, sensitivity, transmission. */

#include "moly/projection/pet.h"

#ifdef __cplusplus
extern "C" {
#endif

/** factor of a bin = scale * normalisation * exp(-integral of mu along its line), one TOF bin,
 *  worked out when a view is read.
 *  @param layout         whose bins are meant; its TOF is left out
 *  @param scale          of all bins, such as seconds * positrons per decay
 *  @param normalisation  one TOF bin, the same views, tangential bins and planes; NULL: 1
 *  @param mu_per_mm      attenuation map at 511 keV, scanner frame, 1/mm; NULL: nothing attenuates
 *  @param[out] factors   borrows `normalisation`; the map is copied
 *  @retval MOLY_ERR_RANGE  a map with negative or absurd (> 0.1 / mm) values; layouts that differ
 *  Reading a view uses `n_threads` threads (0: as many as processors). */
MOLY_API MOLY_CHECKED moly_status moly_pet_factors(const moly_layout *layout, double scale,
                                                   const moly_sinogram *normalisation,
                                                   const moly_volume *mu_per_mm, int n_threads,
                                                   moly_sinogram **factors, moly_error *err);

/** All bins of `source` in memory, for what is read more than once. */
MOLY_API MOLY_CHECKED moly_status moly_sinogram_keep(const moly_sinogram *source,
                                                     moly_sinogram **kept, moly_error *err);

/** TOF bins of `source` summed, when a view is read. Takes `source` over from success on. */
MOLY_API MOLY_CHECKED moly_status moly_sinogram_without_tof(moly_sinogram *source,
                                                            moly_sinogram **plain, moly_error *err);

/** What two sinograms expect together, worked out when a view is read. One with a single TOF bin is
 *  shared out evenly over those of the layout.
 *  @param one, two  taken over from success on
 *  @retval MOLY_ERR_RANGE  other views, tangential bins, planes or TOF bins than `layout` */
MOLY_API MOLY_CHECKED moly_status moly_sinogram_plus(const moly_layout *layout, moly_sinogram *one,
                                                     moly_sinogram *two, moly_sinogram **sum,
                                                     moly_error *err);

/** CT numbers to attenuation at a photon energy: two straight lines that meet at water, bone's
 *  steeper share falling with energy. Below -1000 HU there is nothing.
 *  Source: Carney et al., Med Phys 33 (2006) 976 for the form; slopes follow from the coefficients
 *  of water, air and cortical bone at `energy_kev` and at the CT's effective energy.
 *  @param water_per_mm, bone_per_mm  linear attenuation of water and of cortical bone (1.92 g/cm3)
 *                                    at the energy
 *  @param bone_hu                    CT number of that bone in this CT, above 100
 *  @param[in,out] volume  HU in, 1/mm out */
MOLY_API MOLY_CHECKED moly_status moly_mu_from_ct(moly_volume *volume, double water_per_mm,
                                                  double bone_per_mm, double bone_hu,
                                                  moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

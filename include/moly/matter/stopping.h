/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_MATTER_STOPPING_H
#define MOLY_MATTER_STOPPING_H

/** How charged particles slow down: stopping power, range, energy behind a layer, straggling.
 *
 *  Electronic stopping of NIST PSTAR and ASTAR (elements and materials tabulated there), Bragg's
 *  additivity for others, interpolation in Z of the stopping cross section per atom where an
 * element is not tabulated; deuterons and helions at equal velocity from protons and alphas. A
 * table is built once for a material and a particle and may then be read by any number of threads.
 */

#include "moly/matter/material.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum moly_particle {
    MOLY_PARTICLE_PROTON,
    MOLY_PARTICLE_DEUTERON,
    MOLY_PARTICLE_HELION, /**< He-3 */
    MOLY_PARTICLE_ALPHA,
    MOLY_PARTICLE_ELECTRON, /**< total stopping power of ESTAR, bremsstrahlung included */
    MOLY_PARTICLE_PHOTON,   /**< has no stopping power: refused here */
} moly_particle;

/** "p", "d", "h", "a", "e", "g"; string literals. */
MOLY_API const char *moly_particle_symbol(moly_particle particle);
/** Charge number 1, 1, 2, 2, 1, 0 and rest energy, MeV. */
MOLY_API int moly_particle_charge(moly_particle particle);
MOLY_API double moly_particle_rest_mev(moly_particle particle);

typedef struct moly_stopping moly_stopping;

/** Table of one particle in one material.
 *  @param[out] stopping  owned by the caller; release with moly_stopping_free()
 *  @retval MOLY_ERR_UNKNOWN  no stopping power for this particle */
MOLY_API MOLY_CHECKED moly_status moly_stopping_new(const moly_material *material,
                                                    moly_particle particle,
                                                    moly_stopping **stopping, moly_error *err);
MOLY_API void moly_stopping_free(moly_stopping *stopping);

/** Limits of the table, MeV: below the lower one a particle counts as stopped. */
MOLY_API double moly_stopping_min_mev(const moly_stopping *stopping);
MOLY_API double moly_stopping_max_mev(const moly_stopping *stopping);

/** Mass stopping power, MeV cm2/g, at a kinetic energy within the limits (clamped outside).
 *  Relative uncertainty: moly_stopping_rel_sd(). */
MOLY_API double moly_stopping_power_mev_cm2_g(const moly_stopping *stopping, double energy_mev);
/** 1-sigma relative uncertainty of the table: 0.015 tabulated, 0.03 interpolated in Z, 0.02 Bragg.
 */
MOLY_API double moly_stopping_rel_sd(const moly_stopping *stopping);
/** Path until stopped (csda), g/cm2. */
MOLY_API double moly_stopping_range_g_cm2(const moly_stopping *stopping, double energy_mev);
/** Energy that gives this range, MeV: the inverse of the above. */
MOLY_API double moly_stopping_energy_of_range_mev(const moly_stopping *stopping,
                                                  double range_g_cm2);
/** Energy behind a layer, MeV; 0 where the particle stops in it. */
MOLY_API double moly_stopping_energy_behind_mev(const moly_stopping *stopping, double energy_mev,
                                                double thickness_g_cm2);
/** Standard deviation of the energy behind a layer, MeV: Bohr's straggling carried with the slope
 * of the stopping power (Chu's and Yang's corrections), plus `incoming_sd_mev` carried through. */
MOLY_API double moly_stopping_straggling_mev(const moly_stopping *stopping, double energy_mev,
                                             double thickness_g_cm2, double incoming_sd_mev);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PRODUCTION_NEUTRON_H
#define MOLY_PRODUCTION_NEUTRON_H

/** What slow neutrons do: capture, with its split between ground state and isomer, and fission of
 *  U-235. Moly's own tables, data/neutron (its SOURCE.md says from where). All functions are pure;
 *  texts are static. */

#include <stdint.h>

#include "moly/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** 1/v part of a resonance integral above 0.5 eV, as a share of the cross section at 0.0253 eV:
 *  2 sqrt(0.0253 / 0.5). What stands for an integral that nobody evaluated. */
#define MOLY_RESONANCE_TAIL 0.44988887516807998

/** Relative uncertainty that stands for one that is not given. */
#define MOLY_NEUTRON_UNKNOWN_SD 0.25

/** Relative uncertainty of g - 1, Westcott's g: what separates Lu-176 as published (1.75) from the
 *  evaluated libraries (1.71). */
#define MOLY_WESTCOTT_SD 0.05

/** Capture of one neutron by one state into one state. */
typedef struct moly_capture {
    int16_t z, a, isomer;   /**< target */
    int16_t product_isomer; /**< the product is (z, a + 1) */
    double thermal_b;       /**< at 2200 m/s, barn, > 0 */
    double thermal_sd_b;    /**< own uncertainty and spread over the compilations; NAN: not given */
    double resonance_b;     /**< above 0.5 eV, the 1/v part included; NAN: not evaluated */
    double resonance_sd_b;  /**< NAN: not given */
    const char *thermal_source, *resonance_source;
} moly_capture;

/** Captures of a state: ground state of the product first.
 *  @param[out] captures  room for two
 *  @return how many there are, 0..2: 0 means "nobody evaluated", not "none" */
MOLY_API size_t moly_captures(int z, int a, int isomer, moly_capture captures[2]);

typedef enum moly_neutron_reaction {
    MOLY_NEUTRON_CAPTURE,
    MOLY_NEUTRON_FISSION
} moly_neutron_reaction;

/** Westcott's g: what a Maxwellian of neutrons does with a target, relative to 1/v.
 *  @param      temperature_c  of the neutrons, C, > -273.15
 *  @param[out] source  NULL where nothing but 1/v is known and g is 1; may be NULL
 *  @retval MOLY_ERR_RANGE  a target that is not 1/v, at a temperature outside its table */
MOLY_API MOLY_CHECKED moly_status moly_westcott_g(int z, int a, int isomer,
                                                  moly_neutron_reaction reaction,
                                                  double temperature_c, double *g,
                                                  const char **source, moly_error *err);

/** The conventional (2200 m/s) flux n v0 of a Maxwellian whose true mean flux is known:
 *  sqrt(pi T0 / (4 T)) of it, T0 = 293.6 K. Moly's fluxes are conventional ones. */
MOLY_API double moly_flux_conventional_per_cm2_s(double mean_flux_per_cm2_s, double temperature_c);

/** Fission by slow neutrons. */
typedef struct moly_fission {
    double thermal_b, thermal_sd_b, resonance_b, resonance_sd_b;
    const char *source;
} moly_fission;
/** @return false where Moly has none (only U-235 has yields, and so a row) */
MOLY_API bool moly_fission_find(int z, int a, int isomer, moly_fission *fission);

typedef struct moly_fission_yield {
    int16_t z, a, isomer;
    double yield, sd; /**< independent, per fission; all of them sum to 2 */
} moly_fission_yield;
/** Independent yields of U-235 by thermal neutrons, `index` 0 .. n - 1. */
MOLY_API size_t moly_fission_yield_count(void);
MOLY_API moly_fission_yield moly_fission_yield_at(size_t index);
/** @return false where the state is no fragment; its yield is then 0 */
MOLY_API bool moly_fission_yield_find(int z, int a, int isomer, moly_fission_yield *yield);

/** Self-shielding of a target by its own absorption: mean flux inside over the flux outside. */
typedef enum moly_shield_shape {
    MOLY_SHIELD_BEAM_SLAB, /**< slab in a parallel beam at right angles; size: thickness */
    MOLY_SHIELD_FOIL,      /**< foil in an isotropic flux; size: thickness */
    MOLY_SHIELD_WIRE,      /**< long cylinder in an isotropic flux; size: diameter */
    MOLY_SHIELD_SPHERE,    /**< sphere in an isotropic flux; size: diameter */
    MOLY_N_SHIELD_SHAPES
} moly_shield_shape;

/** @param size_cm       see the shapes, >= 0
 *  @param sigma_per_cm  macroscopic absorption, 1/cm, >= 0
 *  Slab: (1 - exp(-x)) / x. Foil: (1 - 2 E3(x)) / (2 x). Sphere: closed form. Wire: quadrature over
 *  its chords. Each is escape probability over x of a pure absorber (Case, de Hoffmann, Placzek,
 *  Introduction to the Theory of Neutron Diffusion I, 1953); scattering is left out, which
 *  overstates the shielding of a scatterer. Relative error < 1e-9.
 *  @retval MOLY_ERR_RANGE  negative or not finite */
MOLY_API MOLY_CHECKED moly_status moly_self_shielding(moly_shield_shape shape, double size_cm,
                                                      double sigma_per_cm, double *factor,
                                                      moly_error *err);

/** The same for a resonance integral that one isolated resonance makes: the universal curve
 *  G = 0.94 / (1 + (z / 2.70)^0.82) + 0.06, z = x Sigma sqrt(Gamma_gamma / Gamma), with x 1.5 times
 *  the thickness of a foil or slab, the radius of a wire or sphere. A rule, within some per cent
 * for one resonance; further resonances are shielded less, so that it errs to the low side. Source:
 * E. Martinho, I. F. Goncalves, J. Salgado, Appl. Radiat. Isot. 58 (2003) 371
 *  @param peak_per_cm    macroscopic total cross section at the resonance's energy, 1/cm, >= 0
 *  @param capture_share  Gamma_gamma / Gamma of the resonance, 0..1
 *  @retval MOLY_ERR_RANGE  outside of these */
MOLY_API MOLY_CHECKED moly_status moly_self_shielding_resonance(moly_shield_shape shape,
                                                                double size_cm, double peak_per_cm,
                                                                double capture_share,
                                                                double *factor, moly_error *err);

/** The resonance that makes most of a target's resonance integral.
 *  @param[out] peak_b         total cross section at its energy, barn
 *  @param[out] capture_share  Gamma_gamma / Gamma
 *  @return false where Moly has none */
MOLY_API bool moly_main_resonance(int z, int a, int isomer, double *peak_b, double *capture_share);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PRODUCTION_BURNUP_H
#define MOLY_PRODUCTION_BURNUP_H

/** A network of nuclides that decay and react in a neutron flux: everything burns up, what is made
 *  from it too. Solved for each step of constant flux without time steps.
 *
 *  Two groups: a reaction goes with  flux (thermal_b + ratio resonance_b)  per atom and second,
 * flux the conventional 2200 m/s one, `ratio` the epithermal flux per unit lethargy relative to it,
 *  resonance_b the integral above 0.5 eV with its 1/v part. What depends on the neutrons'
 *  temperature (g) or on self-shielding is in the cross sections already.
 *
 *  Accuracy: relative error below 1e-11 for every member, however rare: only positive terms are
 *  added up (src/production/README.md). Loops (alpha decay against capture) are followed until the
 *  next lap adds less than 1e-15. */

#include "moly/nuclide/decay.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct moly_reaction {
    uint32_t from;
    double thermal_b;   /**< barn, >= 0 */
    double resonance_b; /**< barn, >= 0 */
    size_t first, n;    /**< what it makes: products[first .. first + n) */
} moly_reaction;

typedef struct moly_reaction_product {
    uint32_t to;
    double atoms; /**< per reaction, > 0 */
} moly_reaction_product;

typedef struct moly_network {
    size_t n; /**< members */
    const double *lambda_per_s;
    size_t n_feeds;
    const moly_feed *feeds; /**< decays, in any order */
    size_t n_reactions;
    const moly_reaction *reactions;
    size_t n_products;
    const moly_reaction_product *products;
} moly_network;

typedef struct moly_burnup moly_burnup;

/** Check a network and order it. Copies it; immutable afterwards, any number of threads.
 *  @retval MOLY_ERR_RANGE  an index, constant, fraction or cross section out of range */
MOLY_API MOLY_CHECKED moly_status moly_burnup_new(const moly_network *network, moly_burnup **burnup,
                                                  moly_error *err);
MOLY_API void moly_burnup_free(moly_burnup *burnup);

/** Flux that is constant for a while; 0 is a pause. */
typedef struct moly_flux_step {
    double flux_per_cm2_s;   /**< conventional thermal flux, >= 0 */
    double epithermal_ratio; /**< >= 0 */
    double time_s;           /**< >= 0 */
} moly_flux_step;

/** Follow `atoms` through steps.
 *  @param[in]  atoms       n, >= 0
 *  @param[out] out_atoms   [n_steps][n] at the end of each step
 *  @param[out] out_decays  [n] decays in all steps together; NULL if not wanted
 *  @retval MOLY_ERR_RANGE  negative or not finite, or a loop that is too strong to follow */
MOLY_API MOLY_CHECKED moly_status moly_burnup_run(const moly_burnup *burnup, const double *atoms,
                                                  size_t n_steps, const moly_flux_step *steps,
                                                  double *out_atoms, double *out_decays,
                                                  moly_error *err);

/** The same at many times of one flux, from one start: cheaper than a run for each.
 *  @param[in]  step      its time_s is not read
 *  @param[out] out_atoms [n_times][n] */
MOLY_API MOLY_CHECKED moly_status moly_burnup_curve(const moly_burnup *burnup, const double *atoms,
                                                    moly_flux_step step, const double *times_s,
                                                    size_t n_times, double *out_atoms,
                                                    moly_error *err);

/** As moly_burnup_run() with one reaction's cross sections multiplied by `factor` > 0: for the
 *  derivatives of what comes out. Cheaper, and for that right to 1e-6 only, but a smooth function
 *  of the factor: to be compared with a run of factor 1. */
MOLY_API MOLY_CHECKED moly_status moly_burnup_run_scaled(const moly_burnup *burnup, size_t reaction,
                                                         double factor, const double *atoms,
                                                         size_t n_steps,
                                                         const moly_flux_step *steps,
                                                         double *out_atoms, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

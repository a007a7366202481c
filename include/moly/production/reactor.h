/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PRODUCTION_REACTOR_H
#define MOLY_PRODUCTION_REACTOR_H

/** A target in a reactor: Moly's cross sections and decay data made into a burn-up network, and
 * what comes out of it: activities with their uncertainty, specific activity, the best time. */

#include "moly/nuclide/nuclide.h"
#include "moly/production/burnup.h"
#include "moly/production/neutron.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A nuclide set with its reactions found; made once, shared by any number of cases and threads.
 * The set must live as long. */
typedef struct moly_reactor_data moly_reactor_data;
MOLY_API MOLY_CHECKED moly_status moly_reactor_data_new(const moly_nuclide_set *set,
                                                        moly_reactor_data **data, moly_error *err);
MOLY_API void moly_reactor_data_free(moly_reactor_data *data);
/** Index of a state in the set, SIZE_MAX where it has none. */
MOLY_API size_t moly_reactor_find(const moly_reactor_data *data, int z, int a, int isomer);

typedef struct moly_reactor_isotope {
    size_t nuclide; /**< index in the set */
    double atoms;   /**< >= 0 */
} moly_reactor_isotope;

typedef struct moly_reactor_case {
    size_t n_isotopes;
    const moly_reactor_isotope *isotopes;
    size_t n_steps;
    const moly_flux_step *steps; /**< flux history; pauses have flux 0 */
    double cool_s;               /**< after the last step, >= 0 */
    double temperature_c;        /**< of the neutrons; 20 where nothing is known */
    moly_shield_shape shape;     /**< of the target; read when size_cm > 0 */
    double size_cm;              /**< 0: no self-shielding */
    double volume_cm3;           /**< of the target, with size_cm: > 0 */
    bool has_uncertainty;        /**< otherwise u_rel is NAN, and it takes a fraction of the time */
} moly_reactor_case;

typedef struct moly_reactor_nuclide {
    size_t nuclide;
    double atoms_eoi, atoms_end; /**< at the end of irradiation; after cooling */
    double activity_eoi_bq, activity_end_bq;
    double specific_eoi_bq_per_g; /**< per gram of its element, carrier included; NAN: none */
    double specific_end_bq_per_g;
    double u_rel;     /**< 1 sigma, from the cross sections; NAN: not wanted */
    char route[120];  /**< "Yb-176(n,g)Yb-177 > Lu-177": the way most of it came */
    char source[120]; /**< evaluations of the last reaction on the way, with g */
} moly_reactor_nuclide;

typedef struct moly_reactor_result {
    size_t n;
    moly_reactor_nuclide
        *nuclides; /**< targets and all that is made of them, by falling activity */
    size_t n_not_evaluated;
    char (*not_evaluated)[160]; /**< what the result leaves out, each in a phrase */
    double fluence_per_cm2;     /**< conventional thermal */
    double fissions;
    double thermal_factor; /**< self-shielding of the thermal flux; 1 without */
    double absorbed;       /**< share of the target's atoms that is gone at the end */
} moly_reactor_result;

/** @param[out] result  release with moly_reactor_result_free(); written on success only
 *  @retval MOLY_ERR_UNKNOWN  an isotope of the target has no cross section: never silently zero
 *  @retval MOLY_ERR_RANGE    negative or not finite input; temperature outside of a table of g
 *  What is left out: fast neutrons; self-shielding that changes while the target burns. Nuclides
 *  are followed while they come to 1e-14 of the target's atoms. */
MOLY_API MOLY_CHECKED moly_status moly_reactor_irradiate(const moly_reactor_data *data,
                                                         const moly_reactor_case *wanted,
                                                         moly_reactor_result *result,
                                                         moly_error *err);
MOLY_API void moly_reactor_result_free(moly_reactor_result *result);

/** Activity and specific activity of one product over the time of irradiation, without pauses, in
 *  the flux of the case's first step, each value after `cool_s`.
 *  @param[out] activity_bq, specific_bq_per_g  [n_times]
 *  @retval MOLY_ERR_UNKNOWN  the product is not made */
MOLY_API MOLY_CHECKED moly_status moly_reactor_curve(const moly_reactor_data *data,
                                                     const moly_reactor_case *wanted,
                                                     size_t product, const double *times_s,
                                                     size_t n_times, double *activity_bq,
                                                     double *specific_bq_per_g, moly_error *err);

/** The time of irradiation with the greatest activity, and the one with the greatest specific
 *  activity, of a product; both up to `longest_s`. Golden section after a search on 64 times: to
 *  1e-4 of the time.
 *  @param[out] activity_s, specific_s  `longest_s` where it still grows there */
MOLY_API MOLY_CHECKED moly_status moly_reactor_best_time(const moly_reactor_data *data,
                                                         const moly_reactor_case *wanted,
                                                         size_t product, double longest_s,
                                                         double *activity_s, double *specific_s,
                                                         moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

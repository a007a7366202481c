/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PRODUCTION_GENERATOR_H
#define MOLY_PRODUCTION_GENERATOR_H

/** Radionuclide generators: a parent on a column, its chain growing in, and elutions that take the
 *  daughter's element out. Every member of the chain is followed by the decay engine, so that the
 *  stable and long-lived carrier (Tc-99 beside Tc-99m) is known as well as the activity. */

#include "moly/nuclide/decay.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct moly_generator_kind {
    const char *parent, *daughter;
} moly_generator_kind;
/** The generators of medicine, for help and screens; static. Any other pair works as well. */
MOLY_API const moly_generator_kind *moly_generator_kinds(size_t *n);

typedef struct moly_generator moly_generator;

/** @param set  must live as long as the generator
 *  @retval MOLY_ERR_UNKNOWN  no such nuclide, or the parent's chain does not come to the daughter
 *  @retval MOLY_ERR_RANGE    a stable parent or daughter, or two isotopes of one element, which no
 *                            column holds apart
 *  Threads: immutable; any number. */
MOLY_API MOLY_CHECKED moly_status moly_generator_new(const moly_nuclide_set *set,
                                                     const char *parent, const char *daughter,
                                                     moly_generator **generator, moly_error *err);
MOLY_API void moly_generator_free(moly_generator *generator);
/** Members of the chain, the parent first; `index` in the set of each. */
MOLY_API size_t moly_generator_size(const moly_generator *generator);
MOLY_API size_t moly_generator_member(const moly_generator *generator, size_t i);

/** What is on the column, as atoms of each member. `is_equilibrium`: the daughters that live
 * shorter than the parent are there as long after the last elution (longer-lived ones: none);
 * otherwise the parent is pure.
 *  @param[out] atoms  [size]
 *  @retval MOLY_ERR_RANGE  a negative activity, or equilibrium with a daughter that lives longer */
MOLY_API MOLY_CHECKED moly_status moly_generator_load(const moly_generator *generator,
                                                      double parent_bq, bool is_equilibrium,
                                                      double *atoms, moly_error *err);
/** Let the column stand. @param atoms  in and out */
MOLY_API MOLY_CHECKED moly_status moly_generator_wait(const moly_generator *generator,
                                                      double time_s, double *atoms,
                                                      moly_error *err);
/** Elute: `efficiency` of every atom of the daughter's element and `breakthrough` of the parent's
 *  leave the column.
 *  @param[in,out] atoms   on the column
 *  @param[out]    eluate  [size] what came out
 *  @retval MOLY_ERR_RANGE  a fraction outside 0..1; the column is unchanged */
MOLY_API MOLY_CHECKED moly_status moly_generator_elute(const moly_generator *generator,
                                                       double efficiency, double breakthrough,
                                                       double *atoms, double *eluate,
                                                       moly_error *err);
MOLY_API double moly_generator_parent_bq(const moly_generator *generator, const double *atoms);
MOLY_API double moly_generator_daughter_bq(const moly_generator *generator, const double *atoms);
/** The daughter's share of the atoms of its element: 1 is carrier-free; NAN without any. */
MOLY_API double moly_generator_carrier_free(const moly_generator *generator, const double *atoms);

typedef struct moly_elution {
    double after_s; /**< since the calibration, ascending */
    double efficiency, breakthrough;
} moly_elution;

typedef struct moly_elution_result {
    double after_s;
    double eluted_bq;           /**< daughter in the eluate */
    double on_column_bq;        /**< daughter on the column just before */
    double parent_on_column_bq; /**< just before */
    double breakthrough_bq;     /**< parent in the eluate */
    double carrier_free;        /**< daughter's share of its element's atoms in the eluate */
    double limit_reached_s;     /**< after this elution parent / daughter in the eluate passes the
                                     limit; 0 at once, INFINITY never, NAN without a limit */
} moly_elution_result;

/** A schedule of elutions, from calibration on.
 *  @param limit    greatest parent / daughter activity of an eluate; NAN: not asked for
 *  @param results  [n]
 *  @retval MOLY_ERR_RANGE  an elution before the last one, a fraction outside 0..1 */
MOLY_API MOLY_CHECKED moly_status moly_generator_schedule(
    const moly_generator *generator, double parent_bq, bool is_equilibrium, size_t n,
    const moly_elution *elutions, double limit, moly_elution_result *results, moly_error *err);

/** From a full elution of a column that had stood long to the most daughter on it, s; relative
 * error < 1e-12. */
MOLY_API MOLY_CHECKED moly_status moly_generator_peak_s(const moly_generator *generator,
                                                        double *peak_s, moly_error *err);
/** Daughter / parent activity long after an elution. */
MOLY_API MOLY_CHECKED moly_status moly_generator_equilibrium_ratio(const moly_generator *generator,
                                                                   double *ratio, moly_error *err);

typedef struct moly_elution_record {
    double after_s;     /**< since the calibration, ascending */
    double measured_bq; /**< daughter in the eluate, at the elution */
    double sd_bq;       /**< of the measurement, 1 sigma */
} moly_elution_record;

typedef struct moly_generator_fit {
    double efficiency;     /**< median over the elutions */
    double efficiency_sd;  /**< of one elution: 1.4826 times the median absolute deviation, and not
                                less than the measurements' median sd */
    double last;           /**< of the last elution */
    double last_deviation; /**< (last - median of those before) / their sd; NAN with fewer than 5 */
    bool is_alarm;         /**< |last_deviation| > 3.5 */
} moly_generator_fit;

/** What a generator's own history says of its elution efficiency. Each elution is compared with
 * what was on the column, of which the measured amounts were taken out before: a low elution leaves
 * more for the next, and that is not an efficiency above 1.
 *  @param[out] efficiencies  [n] of each elution; NULL if not wanted
 *  @retval MOLY_ERR_RANGE  no records, out of order, negative
 *  Source of the test: B. Iglewicz, D. Hoaglin, How to Detect and Handle Outliers (1993), modified
 * z score, 3.5 */
MOLY_API MOLY_CHECKED moly_status
moly_generator_fit_efficiency(const moly_generator *generator, double parent_bq,
                              bool is_equilibrium, size_t n, const moly_elution_record *records,
                              moly_generator_fit *fit, double *efficiencies, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif

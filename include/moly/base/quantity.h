/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_QUANTITY_H
#define MOLY_BASE_QUANTITY_H

/** Quantities with units, at the edges only. Inside Moly a value is a double in its dimension's
 *  canonical unit and the unit stands in its name. */

#include "moly/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** dimension, canonical unit (also the suffix of names in JSON and CSV), word for messages */
#define MOLY_DIM_LIST(X)                                                                           \
    X(MOLY_DIM_NONE, "", "number")                                                                 \
    X(MOLY_DIM_ACTIVITY, "bq", "activity")                                                         \
    X(MOLY_DIM_TIME, "s", "time")                                                                  \
    X(MOLY_DIM_ENERGY, "kev", "energy")                                                            \
    X(MOLY_DIM_LENGTH, "mm", "length")                                                             \
    X(MOLY_DIM_VOLUME, "ml", "volume")                                                             \
    X(MOLY_DIM_MASS, "g", "mass")                                                                  \
    X(MOLY_DIM_ABSORBED_DOSE, "gy", "absorbed dose")                                               \
    X(MOLY_DIM_DOSE_EQUIVALENT, "sv", "dose equivalent")                                           \
    X(MOLY_DIM_DOSE_RATE, "sv_per_h", "dose rate")                                                 \
    X(MOLY_DIM_KERMA_RATE, "gy_per_h", "kerma rate")                                               \
    X(MOLY_DIM_COUNTS, "counts", "counts")                                                         \
    X(MOLY_DIM_FRACTION, "fraction", "fraction")                                                   \
    X(MOLY_DIM_CONCENTRATION, "bq_per_ml", "activity concentration")                               \
    X(MOLY_DIM_RATIO, "bq_per_bq", "activity ratio")                                               \
    X(MOLY_DIM_TEMPERATURE, "c", "temperature")                                                    \
    X(MOLY_DIM_BODY_MASS, "kg", "body mass")                                                       \
    X(MOLY_DIM_BODY_LENGTH, "cm", "body length")                                                   \
    X(MOLY_DIM_CURRENT, "a", "beam current")                                                       \
    X(MOLY_DIM_CHARGE, "coulomb", "electric charge")                                               \
    X(MOLY_DIM_FLUX, "per_cm2_s", "flux")                                                          \
    X(MOLY_DIM_DENSITY, "g_per_cm3", "density")                                                    \
    X(MOLY_DIM_AREAL_DENSITY, "g_per_cm2", "mass per area")

typedef enum moly_dim {
#define MOLY_DIM_ENUM(name, unit, word) name,
    MOLY_DIM_LIST(MOLY_DIM_ENUM)
#undef MOLY_DIM_ENUM
        MOLY_N_DIMS
} moly_dim;

MOLY_API const char *moly_dim_unit(moly_dim dim); /**< canonical unit, "bq" */
MOLY_API const char *moly_dim_word(moly_dim dim); /**< "activity" */

/** Parse "2.5 mCi", "40GBq", "6.007 h", "90 %". The number takes a decimal point, an exponent and
 * no grouping; a unit is required unless the dimension is MOLY_DIM_NONE or MOLY_DIM_COUNTS; for
 *  MOLY_DIM_FRACTION a bare number 0.9 and "90 %" are the same.
 *  @param[out] value  in the canonical unit of `dim`; finite
 *  @retval MOLY_ERR_USAGE    no number, or a decimal comma (the message says how to write it)
 *  @retval MOLY_ERR_UNKNOWN  no such unit; the nearest is suggested
 *  @retval MOLY_ERR_USAGE    a unit of another dimension, or none where one is needed
 *  @retval MOLY_ERR_RANGE    not representable */
MOLY_API MOLY_CHECKED moly_status moly_quantity_parse(const char *text, moly_dim dim, double *value,
                                                      moly_error *err);

/** As above for the beginning of `text`: `*rest` is set after the unit, so that lists and sums of
 *  quantities can be read ("1 MBq Ac-225"). The unit ends at a blank, ',', '+' or the end. */
MOLY_API MOLY_CHECKED moly_status moly_quantity_scan(const char *text, moly_dim dim, double *value,
                                                     const char **rest, moly_error *err);

#define MOLY_QUANTITY_TEXT_SIZE 48
/** For people: "18.52 GBq", "2.75 d", "511 keV": the prefix that reads best, `digits` significant
 *  digits (3..15). Returns `text`. */
MOLY_API const char *moly_quantity_format(double value, moly_dim dim, int digits,
                                          char text[MOLY_QUANTITY_TEXT_SIZE]);
/** As above in a stated unit ("mCi"), or the best one where `unit` is NULL or of another dimension.
 */
MOLY_API const char *moly_quantity_format_in(double value, moly_dim dim, const char *unit,
                                             int digits, char text[MOLY_QUANTITY_TEXT_SIZE]);

/** Every unit Moly reads, for help, completion and documentation. */
typedef struct moly_unit {
    const char *symbol; /**< "mCi" */
    moly_dim dim;
    double factor; /**< canonical = value * factor */
} moly_unit;
MOLY_API const moly_unit *moly_units(size_t *n);

#ifdef __cplusplus
}
#endif
#endif

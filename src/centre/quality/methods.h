/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_QUALITY_METHODS_H
#define CENTRE_QUALITY_METHODS_H

/* The tests of a batch: what each is, its unit, how its result comes about, and where its
 * limits come from when the master record does not say. */

#include "act.h"
#include "product.h"

typedef enum method_kind {
    METHOD_NUMBER,   /* one value in the method's unit */
    METHOD_CONFORMS, /* yes or no */
    METHOD_READINGS, /* activities at several times: the half-life is fitted */
    METHOD_TRACE,    /* a chromatogram: the share of the peaks in a window */
    METHOD_POSITION, /* a chromatogram: where its largest peak is */
    METHOD_SOLVENTS, /* several concentrations */
    METHOD_SPECTRUM, /* what pharmacy.test_purity found in the vial's gamma spectrum */
    METHOD_LATE,     /* growth or none, days after the release */
} method_kind;

typedef struct method {
    const char *word;
    method_kind kind;
    const char *unit; /* of the value and the limits; "" without one */
    const char *reference;
    bool is_decisive; /* without it nothing is released, not even conditionally */
    bool needs_instrument;
} method;

/* word, kind, unit, reference, decisive, needs an instrument */
#define METHOD_LIST(X)                                                                             \
    X("appearance", METHOD_CONFORMS, "", "Ph.Eur. 2.2.1 and 2.2.2", false, false)                  \
    X("pH", METHOD_NUMBER, "", "Ph.Eur. 2.2.3 or 2.2.4", false, false)                             \
    X("osmolality", METHOD_NUMBER, "mOsm/kg", "Ph.Eur. 2.2.35", false, true)                       \
    X("endotoxin", METHOD_NUMBER, "EU/mL", "Ph.Eur. 2.6.14", false, true)                          \
    X("filter integrity", METHOD_NUMBER, "kPa", "bubble point, the filter's certificate", false,   \
      true)                                                                                        \
    X("half-life", METHOD_READINGS, "s", "Ph.Eur. 0125", true, true)                               \
    X("radionuclidic purity", METHOD_SPECTRUM, "", "Ph.Eur. 0125: gamma spectrum", true, false)    \
    X("radiochemical purity", METHOD_TRACE, "fraction", "Ph.Eur. 2.2.27 or 2.2.29", true, true)    \
    X("identity", METHOD_POSITION, "position", "Ph.Eur. 2.2.27 or 2.2.29: position of the peak",   \
      true, true)                                                                                  \
    X("specific activity", METHOD_NUMBER, "GBq/umol", "Ph.Eur. 0125", true, true)                  \
    X("chemical impurity", METHOD_NUMBER, "mg/L", "the product's monograph", false, false)         \
    X("residual solvents", METHOD_SOLVENTS, "fraction", "Ph.Eur. 5.4 and 2.4.24", false, true)     \
    X("sterility", METHOD_LATE, "", "Ph.Eur. 2.6.1", false, false)

extern const char *const method_words[]; /* for parameters; NULL-terminated */
const method *method_at(int index);
const method *method_named(const char *word); /* NULL: none */
const char *method_unit(const method *m);     /* for messages: "1" without one */

/* Limits of a test as the master record has them: {"method","min","max","low","high","unit",
 * "source","solvents"}; what is missing comes from the product and the country's limits.
 * @param test  borrowed; @param[out] completed  new reference
 * @retval MOLY_ERR_USAGE, _UNKNOWN  what is wrong with it */
MOLY_CHECKED moly_status method_complete(const site_data *limits, const product *p,
                                         const json_t *test, json_t **completed, moly_error *err);

/* What a person gave of a test; the act's fields. */
typedef struct method_given {
    double value;
    int conforms;
    moly_f64_list readings;
    moly_instant_list times;
    const json_t *solvents;
    const char *file;         /* hash of the raw data */
    double half_life_s;       /* for decay along a chromatogram whose position is a time */
    double seconds_per_point; /* of position; NAN: no time */
    const json_t *vial;       /* NULL: none */
} method_given;

typedef struct method_result {
    double value, sd; /* NAN: none */
    bool is_passed;
    json_t *analysis; /* how it was found; new reference, or NULL */
} method_result;

/* @param limits  a completed test of the master record */
MOLY_CHECKED moly_status method_judge(const moly_act_context *context, const method *m,
                                      const json_t *limits, const method_given *given,
                                      method_result *result, moly_error *err);

#endif

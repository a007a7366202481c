/* SPDX-License-Identifier: Apache-2.0 */
/* Efficiency curves: evaluated, fitted, kept. */
#include "moly/spectrometry/efficiency.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/text.h"

#include "linear.h"

#define FILE_LIMIT ((size_t)1 << 20)

static double log_at(const moly_efficiency *efficiency, double x)
{
    double sum = 0.0;
    for (size_t i = efficiency->n_terms; i-- > 0;) {
        sum = sum * x + efficiency->terms[i];
    }
    return sum;
}

static double slope_at(const moly_efficiency *efficiency, double x)
{
    double sum = 0.0;
    for (size_t i = efficiency->n_terms; i-- > 1;) {
        sum = sum * x + (double)i * efficiency->terms[i];
    }
    return sum;
}

double moly_efficiency_at(const moly_efficiency *efficiency, double energy_kev)
{
    double inside = fmin(fmax(energy_kev, efficiency->min_kev), efficiency->max_kev);
    double x = log(inside / 1000.0);
    double beyond = log(fmax(energy_kev, 1.0) / inside);
    double value = log_at(efficiency, x) + slope_at(efficiency, x) * beyond;
    return exp(fmin(fmax(value, -60.0), 0.0));
}

double moly_efficiency_relative_sd(const moly_efficiency *efficiency, double energy_kev)
{
    bool is_inside =
        energy_kev >= efficiency->min_kev * 0.98 && energy_kev <= efficiency->max_kev * 1.02;
    return (is_inside ? 1.0 : 3.0) * efficiency->relative_sd;
}

moly_efficiency moly_efficiency_generic(void)
{
    /* through 30 keV 0.10, 60 keV 0.6, 120 keV 1, 300 keV 0.58, 662 keV 0.30, 1332 keV 0.165 and
     * 2614 keV 0.092 of 2 %, within 10 %; the values that catalogues of coaxial detectors show */
    static const double energy[] = {30.0, 60.0, 120.0, 300.0, 662.0, 1332.0, 2614.0};
    static const double value[] = {0.0020, 0.0120, 0.0200, 0.0116, 0.0060, 0.0033, 0.00184};
    static const double sd[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    moly_efficiency curve = {0};
    moly_status status = moly_efficiency_fit(7, energy, value, sd, 5, &curve, NULL);
    MOLY_ASSERT(status == MOLY_OK);
    curve.relative_sd = 0.30;
    return curve;
}

moly_status moly_efficiency_fit(size_t n, const double *energy_kev, const double *efficiency,
                                const double *relative_sd, size_t terms, moly_efficiency *curve,
                                moly_error *err)
{
    double x[256];
    double y[256];
    moly_efficiency made = {.n_terms = terms, .min_kev = INFINITY};
    if (terms < 2 || terms > MOLY_EFFICIENCY_MAX_TERMS || n < terms || n > 256) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%zu points for an efficiency curve of %zu terms; %zu to 256 are needed",
                         n, terms, terms);
    }
    for (size_t i = 0; i < n; i++) {
        if (!(energy_kev[i] > 0.0) || !(efficiency[i] > 0.0) || !(relative_sd[i] > 0.0)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "point %zu: energy %g keV, efficiency %g and its uncertainty %g must "
                             "be above 0",
                             i + 1, energy_kev[i], efficiency[i], relative_sd[i]);
        }
        x[i] = log(energy_kev[i] / 1000.0);
        y[i] = log(efficiency[i]);
        made.min_kev = fmin(made.min_kev, energy_kev[i]);
        made.max_kev = fmax(made.max_kev, energy_kev[i]);
    }
    if (!linear_polynomial(n, x, y, relative_sd, 1.0, terms, made.terms, NULL)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%zu points do not determine an efficiency curve of %zu terms", n, terms);
    }
    double chi2 = 0.0;
    double mean_variance = 0.0;
    for (size_t i = 0; i < n; i++) {
        double off = (y[i] - log_at(&made, x[i])) / relative_sd[i];
        chi2 += off * off;
        mean_variance += relative_sd[i] * relative_sd[i] / (double)n;
    }
    double worse = n > terms ? fmax(1.0, chi2 / (double)(n - terms)) : 1.0;
    made.relative_sd = fmax(0.005, sqrt(mean_variance * worse * (double)terms / (double)n));
    *curve = made;
    return MOLY_OK;
}

json_t *moly_efficiency_json(const moly_efficiency *efficiency)
{
    json_t *terms = json_array();
    for (size_t i = 0; i < efficiency->n_terms; i++) {
        json_array_append_new(terms, moly_json_real(efficiency->terms[i]));
    }
    return json_pack("{s:o, s:o, s:o, s:o}", "terms", terms, "min_kev",
                     moly_json_real(efficiency->min_kev), "max_kev",
                     moly_json_real(efficiency->max_kev), "relative_sd",
                     moly_json_real(efficiency->relative_sd));
}

moly_status moly_efficiency_from_json(const json_t *object, moly_efficiency *efficiency,
                                      moly_error *err)
{
    moly_efficiency made = {0};
    const json_t *terms = json_object_get(object, "terms");
    size_t n = json_array_size(terms);
    if (n < 2 || n > MOLY_EFFICIENCY_MAX_TERMS) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "efficiency: 'terms' must be an array of 2 to %d numbers",
                         MOLY_EFFICIENCY_MAX_TERMS);
    }
    made.n_terms = n;
    for (size_t i = 0; i < n; i++) {
        const json_t *term = json_array_get(terms, i);
        made.terms[i] = json_number_value(term);
        if (!json_is_number(term) || !(fabs(made.terms[i]) < 1e6)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "efficiency: term %zu is no number below 1e6",
                             i + 1);
        }
    }
    moly_status status = moly_json_get_real(object, "min_kev", &made.min_kev, err);
    if (status == MOLY_OK) {
        status = moly_json_get_real(object, "max_kev", &made.max_kev, err);
    }
    if (status == MOLY_OK) {
        status = moly_json_get_real(object, "relative_sd", &made.relative_sd, err);
    }
    if (status == MOLY_OK &&
        (!(made.min_kev > 0.0 && made.min_kev < made.max_kev && made.max_kev < 1e5) ||
         !(made.relative_sd > 0.0 && made.relative_sd < 1.0))) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA,
                           "efficiency: from %g to %g keV with %g relative uncertainty; wanted are "
                           "0 < from < to < 1e5 keV and 0 < uncertainty < 1",
                           made.min_kev, made.max_kev, made.relative_sd);
    }
    if (status == MOLY_OK) {
        *efficiency = made;
    }
    return status;
}

moly_status moly_efficiency_load(const char *path, moly_efficiency *efficiency, moly_error *err)
{
    char *data = NULL;
    size_t size = 0;
    json_t *json = NULL;
    moly_status status = moly_file_read(path, FILE_LIMIT, &data, &size, err);
    if (status == MOLY_OK) {
        status = moly_json_parse(data, size, &json, err);
    }
    if (status == MOLY_OK) {
        const json_t *inner = json_object_get(json, "efficiency");
        status = moly_efficiency_from_json(inner ? inner : json, efficiency, err);
    }
    if (status != MOLY_OK) {
        moly_error_context(err, "%s", path);
    }
    json_decref(json);
    moly_free(data);
    return status;
}

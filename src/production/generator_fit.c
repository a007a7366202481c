/* SPDX-License-Identifier: Apache-2.0 */
/* A generator's elution efficiency from its own history, and whether the last elution departs from
 * it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/production/generator.h"

#define MAD_TO_SD 1.4826 /* of a normal distribution */
#define ALARM 3.5
#define LEAST_HISTORY 5

static int ascending(const void *a, const void *b)
{
    double x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static double median(size_t n, double *values)
{
    qsort(values, n, sizeof *values, ascending);
    return n % 2 == 1 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

/* Median, and the sd of one elution; `scratch` has room for n. */
static double centre(size_t n, const double *efficiency, const double *sd, double *scratch,
                     double *one_sd)
{
    memcpy(scratch, efficiency, n * sizeof *scratch);
    double middle = median(n, scratch);
    for (size_t i = 0; i < n; i++) {
        scratch[i] = fabs(efficiency[i] - middle);
    }
    double spread = MAD_TO_SD * median(n, scratch);
    memcpy(scratch, sd, n * sizeof *scratch);
    *one_sd = fmax(spread, median(n, scratch));
    return middle;
}

static moly_status check(size_t n, const moly_elution_record *records, moly_error *err)
{
    if (n == 0) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "no elutions to learn from");
    }
    for (size_t i = 0; i < n; i++) {
        double before = i > 0 ? records[i - 1].after_s : 0.0;
        if (!(records[i].after_s >= before) || !isfinite(records[i].after_s)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "elution %zu at %g s is before %g s", i,
                             records[i].after_s, before);
        }
        if (!(records[i].measured_bq >= 0.0) || !(records[i].sd_bq >= 0.0) ||
            !isfinite(records[i].measured_bq + records[i].sd_bq)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "elution %zu of %g Bq with sd %g Bq", i,
                             records[i].measured_bq, records[i].sd_bq);
        }
    }
    return MOLY_OK;
}

/* What each took of what there was; what was measured leaves the column. */
static moly_status efficiencies_of(const moly_generator *g, double parent_bq, bool is_equilibrium,
                                   size_t n, const moly_elution_record *records, double *efficiency,
                                   double *sd, double *atoms, moly_error *err)
{
    double *eluate = atoms + moly_generator_size(g);
    moly_status status = moly_generator_load(g, parent_bq, is_equilibrium, atoms, err);
    for (size_t i = 0; i < n && status == MOLY_OK; i++) {
        double before = i > 0 ? records[i - 1].after_s : 0.0;
        status = moly_generator_wait(g, records[i].after_s - before, atoms, err);
        double there_bq = moly_generator_daughter_bq(g, atoms);
        if (status == MOLY_OK && !(there_bq > 0.0)) {
            status = MOLY_FAIL(err, MOLY_ERR_RANGE, "nothing is on the column at elution %zu", i);
        }
        if (status == MOLY_OK) {
            efficiency[i] = records[i].measured_bq / there_bq;
            sd[i] = records[i].sd_bq / there_bq;
            status = moly_generator_elute(g, fmin(1.0, efficiency[i]), 0.0, atoms, eluate, err);
        }
    }
    return status;
}

moly_status moly_generator_fit_efficiency(const moly_generator *generator, double parent_bq,
                                          bool is_equilibrium, size_t n,
                                          const moly_elution_record *records,
                                          moly_generator_fit *fit, double *efficiencies,
                                          moly_error *err)
{
    moly_status status = check(n, records, err);
    if (status != MOLY_OK) {
        return status;
    }
    double *efficiency = moly_alloc(n, 3 * sizeof *efficiency);
    double *atoms = moly_alloc(moly_generator_size(generator), 2 * sizeof *atoms);
    if (efficiency == NULL || atoms == NULL) {
        status = MOLY_NO_MEMORY(err);
        goto done;
    }
    double *sd = efficiency + n, *scratch = sd + n;
    status = efficiencies_of(generator, parent_bq, is_equilibrium, n, records, efficiency, sd,
                             atoms, err);
    if (status == MOLY_OK) {
        moly_generator_fit f = {.last = efficiency[n - 1], .last_deviation = NAN};
        f.efficiency = centre(n, efficiency, sd, scratch, &f.efficiency_sd);
        if (n > LEAST_HISTORY) {
            double one_sd, middle = centre(n - 1, efficiency, sd, scratch, &one_sd);
            f.last_deviation = one_sd > 0.0 ? (f.last - middle) / one_sd : 0.0;
            f.is_alarm = fabs(f.last_deviation) > ALARM;
        }
        *fit = f;
        if (efficiencies != NULL) {
            memcpy(efficiencies, efficiency, n * sizeof *efficiencies);
        }
    }
done:
    moly_free(efficiency);
    moly_free(atoms);
    return status;
}

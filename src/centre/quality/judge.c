/* SPDX-License-Identifier: Apache-2.0 */
/* From what was measured to a result against its limits, with the analysis kept. */
#include "quality/methods.h"

#include "instruments/check.h"
#include "quality/chromatogram.h"

enum { FEWEST_READINGS = 3, MOST_READINGS = 200 };

static bool is_within(const json_t *limits, double value)
{
    double min = record_number(limits, "min"), max = record_number(limits, "max");
    return isfinite(value) && !(value < min) && !(value > max);
}

/* ---- half-life ----------------------------------------------------------------------------------
 */

static moly_status judge_readings(const moly_act_context *context, const json_t *limits,
                                  const method_given *given, method_result *r, moly_error *err)
{
    double x[MOST_READINGS], y[MOST_READINGS], sd[MOST_READINGS];
    line_fit fit;
    size_t n = given->readings.n;
    if (n < FEWEST_READINGS || n > MOST_READINGS || n != given->times.n) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "half-life: %zu readings and %zu times; %d or more of both are needed, as "
                         "many readings as times",
                         n, given->times.n, FEWEST_READINGS);
    }
    double sd_reading = site_value(context->limits, "repeatability_sd");
    for (size_t i = 0; i < n; i++) {
        if (!(given->readings.values[i] > 0.0)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "half-life: reading %zu is not above 0", i + 1);
        }
        x[i] = moly_instant_difference_s(given->times.values[0], given->times.values[i]);
        if (i > 0 && !(x[i] > x[i - 1])) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "half-life: time %zu does not follow the one "
                             "before",
                             i + 1);
        }
        y[i] = log(given->readings.values[i]);
        sd[i] = sd_reading;
    }
    fit_logarithms(n, x, y, sd, &fit);
    if (!(fit.slope < 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "half-life: the readings do not decay");
    }
    r->value = -log(2.0) / fit.slope;
    r->sd = r->value * fit.slope_sd / -fit.slope;
    if (r->sd > 0.5 * (record_number(limits, "max") - record_number(limits, "min"))) {
        return MOLY_REFUSE(err, "R-49",
                           "the half-life is %.4g s with a standard deviation of %.2g s, which "
                           "cannot tell whether it is within %.4g to %.4g s: measure longer",
                           r->value, r->sd, record_number(limits, "min"),
                           record_number(limits, "max"));
    }
    r->is_passed = is_within(limits, r->value);
    r->analysis = json_pack("{s:s, s:o, s:o, s:I}", "fit",
                            "ln A = a - t ln 2 / T, equal weights of the logarithms", "half_life_s",
                            moly_json_rounded(r->value, 6), "sd_s", moly_json_rounded(r->sd, 3),
                            "readings", (json_int_t)n);
    return MOLY_OK;
}

/* ---- chromatograms ------------------------------------------------------------------------------
 */

static json_t *describe(const chromatogram *trace, const chromatogram_result *found, double low,
                        double high)
{
    json_t *peaks = json_array();
    for (size_t i = 0; i < found->n_peaks; i++) {
        const chromatogram_peak *p = &found->peaks[i];
        bool is_product = p->apex >= low && p->apex <= high;
        json_t *row = json_pack(
            "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "from", moly_json_rounded(p->from, 6), "to",
            moly_json_rounded(p->to, 6), "apex", moly_json_rounded(p->apex, 6), "height",
            moly_json_rounded(p->height, 6), "area", moly_json_rounded(p->area, 6), "area_sd",
            moly_json_rounded(p->area_sd, 3), "share", moly_json_rounded(p->share, 6), "product",
            is_product);
        if (json_array_append_new(peaks, row) != 0) {
            json_decref(peaks);
            return NULL;
        }
    }
    return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o}", "points", (json_int_t)trace->n, "baseline",
                     moly_json_rounded(found->baseline, 6), "slope",
                     moly_json_rounded(found->slope, 6), "noise",
                     moly_json_rounded(found->noise, 3), "smallest_share",
                     moly_json_rounded(found->smallest_share, 3), "peaks", peaks);
}

static moly_status judge_trace(const moly_act_context *context, const method *m,
                               const json_t *limits, const method_given *given, method_result *r,
                               moly_error *err)
{
    char *data = NULL;
    size_t length = 0, largest = 0;
    chromatogram trace = {0};
    chromatogram_result found;
    if (!given->file) {
        return MOLY_REFUSE(err, "R-49", "%s needs its raw data: the chromatogram as CSV (file)",
                           say(context, m->word));
    }
    moly_status status = moly_ledger_blob(context->reader, given->file, &data, &length, err);
    if (!status) {
        status = chromatogram_parse(data, length, &trace, err);
    }
    if (!status) {
        status = chromatogram_integrate(&trace, given->half_life_s / given->seconds_per_point,
                                        &found, err);
    }
    moly_free(data);
    if (status) {
        chromatogram_free(&trace);
        moly_error_context(err, "chromatogram");
        return status;
    }
    double low = record_number(limits, "low"), high = record_number(limits, "high");
    for (size_t i = 1; i < found.n_peaks; i++) {
        largest = found.peaks[i].area > found.peaks[largest].area ? i : largest;
    }
    if (m->kind == METHOD_POSITION) {
        low = record_number(limits, "min");
        high = record_number(limits, "max");
        r->value = found.peaks[largest].apex;
    } else {
        r->value = chromatogram_share(&found, low, high, &r->sd);
    }
    r->is_passed = is_within(limits, r->value);
    r->analysis = describe(&trace, &found, low, high);
    chromatogram_free(&trace);
    return MOLY_OK;
}

/* ---- the others ---------------------------------------------------------------------------------
 */

static moly_status judge_solvents(const json_t *limits, const method_given *given, method_result *r,
                                  moly_error *err)
{
    const char *name;
    json_t *limit;
    r->is_passed = true;
    r->value = 0.0; /* the largest share of a limit */
    json_object_foreach(json_object_get(limits, "solvents"), name, limit)
    {
        const json_t *found = json_object_get(given->solvents, name);
        double value = json_is_number(found) ? json_number_value(found) : NAN;
        if (!(value >= 0.0)) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE,
                             "residual solvents: '%.40s' is missing: give its mass fraction, "
                             "{\"%.40s\":0.0001}",
                             name, name);
        }
        r->value = fmax(r->value, value / json_number_value(limit));
        r->is_passed = r->is_passed && value <= json_number_value(limit);
    }
    r->analysis = json_pack("{s:O}", "solvents", given->solvents);
    return MOLY_OK;
}

static moly_status judge_spectrum(const method_given *given, method_result *r, moly_error *err)
{
    const char *verdict = record_text(given->vial, "radionuclidic_purity");
    if (strcmp(verdict, "met") != 0 && strcmp(verdict, "exceeded") != 0) {
        return MOLY_REFUSE(err, "R-49",
                           "the vial's gamma spectrum has not told its radionuclidic purity (%s): "
                           "test it first (pharmacy.test_purity)",
                           verdict[0] ? verdict : "-");
    }
    r->is_passed = strcmp(verdict, "met") == 0;
    r->analysis =
        json_pack("{s:s, s:s}", "verdict", verdict, "vial", record_text(given->vial, "id"));
    return MOLY_OK;
}

moly_status method_judge(const moly_act_context *context, const method *m, const json_t *limits,
                         const method_given *given, method_result *result, moly_error *err)
{
    *result = (method_result){.value = NAN, .sd = NAN};
    switch (m->kind) {
    case METHOD_READINGS:
        return judge_readings(context, limits, given, result, err);
    case METHOD_TRACE:
    case METHOD_POSITION:
        return judge_trace(context, m, limits, given, result, err);
    case METHOD_SOLVENTS:
        return judge_solvents(limits, given, result, err);
    case METHOD_SPECTRUM:
        return judge_spectrum(given, result, err);
    case METHOD_CONFORMS:
    case METHOD_LATE:
        if (given->conforms < 0) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "%s: say whether it conforms (conforms)",
                             say(context, m->word));
        }
        result->is_passed = given->conforms == 1;
        return MOLY_OK;
    case METHOD_NUMBER:
        break;
    }
    if (!isfinite(given->value)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "%s: value is required, unit %s",
                         say(context, m->word), method_unit(m));
    }
    result->value = given->value;
    result->is_passed = is_within(limits, given->value);
    return MOLY_OK;
}

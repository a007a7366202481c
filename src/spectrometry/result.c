/* SPDX-License-Identifier: Apache-2.0 */
/* An identification as one object. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "moly/spectrometry/purity.h"

#define SPACED(key) " " key
#define PRODUCT_WORDS MOLY_PURITY_PRODUCT_LIST(SPACED)

static json_t *rounded(double value)
{
    return isfinite(value) ? moly_json_rounded(value, 6) : json_null();
}

static const char *name_of(const moly_nuclide_set *set, size_t nuclide)
{
    return moly_nuclide_at(set, nuclide)->name;
}

static json_t *instant_json(moly_instant t)
{
    char text[MOLY_INSTANT_TEXT_SIZE];
    return moly_instant_is_none(t) ? json_null() : json_string(moly_instant_format(t, text));
}

static json_t *text_or_null(const char *text)
{
    return *text ? json_string(text) : json_null();
}

static json_t *peak_row(const moly_identification *found, const moly_nuclide_set *set, size_t p)
{
    const moly_gamma_peak *peak = &found->peaks->peaks[p];
    const moly_peak_label *label = &found->labels[p];
    bool has_energy = found->spectrum->energy.n_coefficients > 0;
    json_t *row = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:o}", "channel",
        moly_json_rounded(peak->channel, 8), "energy_kev",
        has_energy ? moly_json_rounded(peak->energy_kev, 8) : json_null(), "energy_sd_kev",
        has_energy ? moly_json_rounded(peak->energy_sd_kev, 3) : json_null(), "fwhm_kev",
        has_energy ? moly_json_rounded(peak->fwhm_kev, 4) : json_null(), "area",
        rounded(peak->area), "area_sd", moly_json_rounded(peak->area_sd, 4), "background",
        rounded(peak->background), "rate_per_s", rounded(peak->area / found->spectrum->live_s),
        "significance", moly_json_rounded(peak->significance, 4), "region", (int)peak->region,
        "fit", moly_json_rounded(found->peaks->regions[peak->region].deviance_per_freedom, 3));
    if (!row) {
        return NULL;
    }
    json_object_set_new(row, "cause", json_string(moly_peak_cause_word(label->cause)));
    json_object_set_new(row, "nuclide",
                        label->nuclide >= 0 ? json_string(name_of(set, (size_t)label->nuclide))
                                            : json_null());
    json_object_set_new(row, "chain",
                        label->head >= 0
                            ? json_string(name_of(set, found->nuclides[label->head].nuclide))
                            : json_null());
    json_object_set_new(row, "line_kev", rounded(label->line_kev));
    return row;
}

/* The daughters whose lines were seen in a nuclide's chain. */
static json_t *seen_daughters(const moly_identification *found, const moly_nuclide_set *set,
                              size_t row)
{
    json_t *names = json_array();
    for (size_t p = 0; p < found->peaks->n; p++) {
        const moly_peak_label *label = &found->labels[p];
        if (label->head != (int)row || label->nuclide == (int)found->nuclides[row].nuclide) {
            continue;
        }
        const char *name = name_of(set, (size_t)label->nuclide);
        bool is_there = false;
        for (size_t i = 0; i < json_array_size(names); i++) {
            is_there = is_there || strcmp(json_string_value(json_array_get(names, i)), name) == 0;
        }
        if (!is_there) {
            json_array_append_new(names, json_string(name));
        }
    }
    return names;
}

static json_t *nuclide_row(const moly_identification *found, const moly_nuclide_set *set, size_t i)
{
    const moly_gamma_nuclide *row = &found->nuclides[i];
    json_t *daughters = seen_daughters(found, set, i);
    json_t *made = json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:i, s:o}", "nuclide",
        name_of(set, row->nuclide), "activity_bq", rounded(row->activity_bq), "activity_sd_bq",
        rounded(row->activity_sd_bq), "line_kev", rounded(row->principal_kev), "rate_per_s",
        rounded(row->rate_per_s), "rate_sd_per_s", rounded(row->rate_sd_per_s), "confidence",
        moly_json_rounded(row->confidence, 4), "coverage", moly_json_rounded(row->coverage, 3),
        "lines_seen", (int)row->n_lines_seen, "lines_expected", (int)row->n_lines_expected,
        "daughters", daughters);
    return made;
}

static json_t *mda_row(const moly_identification *found, const moly_nuclide_set *set, size_t i)
{
    const moly_gamma_nuclide *row = &found->nuclides[i];
    return json_pack("{s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "nuclide",
                     name_of(set, row->nuclide), "is_detected", row->is_found, "activity_bq",
                     rounded(row->activity_bq), "activity_sd_bq", rounded(row->activity_sd_bq),
                     "decision_threshold_bq", rounded(row->decision_threshold_bq),
                     "detection_limit_bq", rounded(row->detection_limit_bq), "line_kev",
                     rounded(row->principal_kev), "decision_threshold_per_s",
                     rounded(row->decision_threshold_per_s), "detection_limit_per_s",
                     rounded(row->detection_limit_per_s));
}

static const moly_gamma_nuclide *find_row(const moly_identification *found,
                                          const moly_nuclide_set *set, const char *name)
{
    for (size_t i = 0; i < found->n_nuclides; i++) {
        if (strcmp(name_of(set, found->nuclides[i].nuclide), name) == 0) {
            return &found->nuclides[i];
        }
    }
    return NULL;
}

/* What is in the sample beside the product, for the limit on all others: natural background is not.
 */
static bool is_natural(const char *name)
{
    static const char *const natural[] = {"K-40",  "Ra-226", "Ac-228", "Pb-212",
                                          "U-235", "U-238",  "Pb-210", "Be-7"};
    for (size_t i = 0; i < sizeof natural / sizeof *natural; i++) {
        if (strcmp(natural[i], name) == 0) {
            return true;
        }
    }
    return false;
}

typedef struct purity_sum {
    bool is_over, is_open; /* a limit is exceeded; one cannot be told */
} purity_sum;

static double sum_others(const moly_identification *found, const moly_nuclide_set *set,
                         const moly_purity_limit *rows, size_t n, double *sd)
{
    double sum = 0.0;
    double variance = 0.0;
    for (size_t i = 0; i < found->n_nuclides; i++) {
        const moly_gamma_nuclide *row = &found->nuclides[i];
        const char *name = name_of(set, row->nuclide);
        bool is_own = strcmp(name, rows->nuclide) == 0 || !row->is_found || is_natural(name);
        for (size_t k = 0; k < n; k++) { /* "others" are those without a limit of their own */
            is_own = is_own || (rows[k].impurity && strcmp(rows[k].impurity, name) == 0);
        }
        if (!is_own) {
            sum += row->activity_bq;
            variance += row->activity_sd_bq * row->activity_sd_bq;
        }
    }
    *sd = sqrt(variance);
    return sum;
}

static json_t *impurity_row(const moly_identification *found, const moly_nuclide_set *set,
                            const moly_purity_limit *limit, const moly_purity_limit *rows, size_t n,
                            purity_sum *total)
{
    const moly_gamma_nuclide *product = find_row(found, set, limit->nuclide);
    const moly_gamma_nuclide *impurity =
        limit->impurity ? find_row(found, set, limit->impurity) : NULL;
    double sd = NAN;
    double activity = NAN;
    double threshold = NAN;
    bool is_seen = !limit->impurity || (impurity && impurity->is_found);
    if (!limit->impurity) {
        activity = sum_others(found, set, rows, n, &sd);
    } else if (impurity) {
        activity = impurity->activity_bq;
        sd = impurity->activity_sd_bq;
        threshold = impurity->detection_limit_bq;
    }
    double main = product && product->is_found ? product->activity_bq : NAN;
    double ratio = fmax(activity, 0.0) / main;
    /* what is not seen may be there up to its detection limit */
    double upper = is_seen ? ratio : threshold / main;
    const char *verdict = !isfinite(upper)                 ? "not measured"
                          : is_seen && ratio > limit->most ? "exceeded"
                          : upper > limit->most            ? "limit below detection"
                                                           : "met";
    total->is_over = total->is_over || strcmp(verdict, "exceeded") == 0;
    total->is_open = total->is_open || strcmp(verdict, "met") != 0;
    json_t *until = json_null();
    if (impurity && product && isfinite(upper)) {
        double seconds =
            moly_purity_time_to_s(moly_nuclide_at(set, product->nuclide),
                                  moly_nuclide_at(set, impurity->nuclide), upper, limit->most);
        if (isfinite(seconds) && seconds < 1e11 && !moly_instant_is_none(found->reference)) {
            json_decref(until);
            until = instant_json(moly_instant_add_s(found->reference, seconds));
        }
    }
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:o}", "impurity",
                     limit->impurity ? limit->impurity : "others", "ratio_bq_per_bq",
                     rounded(is_seen ? ratio : NAN), "ratio_sd_bq_per_bq",
                     rounded(is_seen ? sd / main : NAN), "at_most_bq_per_bq", rounded(upper),
                     "limit_bq_per_bq", moly_json_real(limit->most), "met_until", until, "verdict",
                     verdict, "source",
                     json_sprintf(limit->is_read ? "%s" : "check: %s", limit->source));
}

static moly_status add_impurities(const moly_identification *found, const moly_nuclide_set *set,
                                  const char *product, json_t *result, moly_error *err)
{
    size_t n = 0;
    const moly_purity_limit *rows = moly_purity_limits(product, &n);
    purity_sum total = {false, false};
    if (!rows) {
        return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "no limits of '%s'; there are:" PRODUCT_WORDS,
                         product);
    }
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(list, impurity_row(found, set, &rows[i], rows, n, &total));
    }
    json_object_set_new(result, "impurities", list);
    json_object_set_new(result, "verdict",
                        json_string(total.is_over   ? "exceeded"
                                    : total.is_open ? "not all limits can be told"
                                                    : "met"));
    return MOLY_OK;
}

static json_t *region_curve(const moly_identification *found, size_t r)
{
    const moly_peak_region *region = &found->peaks->regions[r];
    json_t *counts = json_array();
    json_t *fit = json_array();
    json_t *background = json_array();
    json_t *energy = json_array();
    for (size_t c = region->first; c <= region->last; c++) {
        double below = 0.0;
        double value = moly_peak_curve(found->peaks, region, (double)c, &below);
        json_array_append_new(counts, moly_json_rounded(found->spectrum->counts[c], 8));
        json_array_append_new(fit, moly_json_rounded(value, 6));
        json_array_append_new(background, moly_json_rounded(below, 6));
        json_array_append_new(
            energy,
            moly_json_rounded(moly_energy_of_channel(&found->spectrum->energy, (double)c), 8));
    }
    return json_pack("{s:i, s:o, s:o, s:o, s:o}", "first_channel", (int)region->first, "energy_kev",
                     energy, "counts", counts, "fit", fit, "background", background);
}

static json_t *energy_json(const moly_identification *found)
{
    const moly_energy_scale *scale = &found->spectrum->energy;
    json_t *coefficients = json_array();
    for (size_t i = 0; i < scale->n_coefficients; i++) {
        json_array_append_new(coefficients, moly_json_rounded(scale->coefficients[i], 12));
    }
    return json_pack("{s:o, s:b, s:i, s:o}", "coefficients", coefficients, "is_refitted",
                     found->is_refitted, "n_peaks", (int)found->n_scale_peaks, "rms_kev",
                     found->is_refitted ? moly_json_rounded(found->scale_rms_kev, 3) : json_null());
}

static json_t *head(const moly_identification *found)
{
    const moly_gamma_spectrum *spectrum = found->spectrum;
    const moly_fwhm_curve *fwhm = &found->peaks->fwhm;
    json_t *warnings = json_array();
    for (size_t i = 0; i < spectrum->n_warnings; i++) {
        json_array_append_new(warnings, json_string(spectrum->warnings[i]));
    }
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:i, s:i, s:o, s:{s:o, s:o, s:i}, s:o, s:o}",
        "file_format", spectrum->format, "title", text_or_null(spectrum->title), "detector",
        text_or_null(spectrum->detector), "start", instant_json(spectrum->start), "reference",
        instant_json(found->reference), "live_s", moly_json_rounded(spectrum->live_s, 10), "real_s",
        moly_json_rounded(spectrum->real_s, 10), "n_channels", (int)spectrum->n_channels,
        "spectrum", (int)spectrum->index, "n_spectra", (int)spectrum->n_in_file, "energy",
        energy_json(found), "resolution", "a_kev2", moly_json_rounded(fwhm->a_kev2, 6), "b_kev",
        moly_json_rounded(fwhm->b_kev, 6), "n_peaks", (int)fwhm->n_peaks, "k",
        moly_json_rounded(found->k, 5), "warnings", warnings);
}

moly_status moly_identification_json(const moly_identification *found, const moly_nuclide_set *set,
                                     const moly_identify_view *view, json_t **json, moly_error *err)
{
    moly_status status = MOLY_OK;
    json_t *result = head(found);
    json_t *peaks = json_array();
    json_t *nuclides = json_array();
    json_t *mda = json_array();
    *json = NULL;
    for (size_t p = 0; p < found->peaks->n; p++) {
        json_array_append_new(peaks, peak_row(found, set, p));
    }
    for (size_t i = 0; i < found->n_nuclides; i++) {
        if (found->nuclides[i].is_found) {
            json_array_append_new(nuclides, nuclide_row(found, set, i));
        }
        if (found->nuclides[i].is_asked) {
            json_array_append_new(mda, mda_row(found, set, i));
        }
    }
    json_object_set_new(result, "peaks", peaks);
    json_object_set_new(result, "nuclides", nuclides);
    json_object_set_new(result, "mda", mda);
    if (view->product) {
        status = add_impurities(found, set, view->product, result, err);
    }
    if (view->with_curves) {
        json_t *regions = json_array();
        for (size_t r = 0; r < found->peaks->n_regions; r++) {
            json_array_append_new(regions, region_curve(found, r));
        }
        json_object_set_new(result, "regions", regions);
    }
    if (view->with_spectrum) {
        json_t *counts = json_array();
        for (size_t c = 0; c < found->spectrum->n_channels; c++) {
            json_array_append_new(counts, moly_json_rounded(found->spectrum->counts[c], 10));
        }
        json_object_set_new(result, "counts", counts);
    }
    if (status == MOLY_OK && !result) {
        status = MOLY_NO_MEMORY(err);
    }
    if (status != MOLY_OK) {
        json_decref(result);
        return status;
    }
    *json = result;
    return MOLY_OK;
}

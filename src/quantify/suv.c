/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/quantify/suv.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "suv_inside.h"

static const double LN2 = 0.69314718055994530942;

moly_status warn(suv_work *w, moly_error *err, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (w->n_warnings == MAX_WARNINGS) {
        return MOLY_OK; /* the last ones say no more than the first */
    }
    w->warnings[w->n_warnings] = moly_arena_strdup(w->arena, text);
    return w->warnings[w->n_warnings++] ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status set_rule(suv_work *w, moly_error *err, const char *format, ...)
    MOLY_PRINTF(3, 4);
static moly_status set_rule(suv_work *w, moly_error *err, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    w->suv->rule = moly_arena_strdup(w->arena, text);
    return w->suv->rule ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static bool says(const char *text, const char *word)
{
    return text && strcmp(text, word) == 0;
}

/* Does a list of values "A\B\C" contain one? */
static bool lists(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text; at && *at; at = strchr(at, '\\') ? strchr(at, '\\') + 1 : NULL) {
        if (strncmp(at, word, length) == 0 && (at[length] == '\\' || at[length] == '\0')) {
            return true;
        }
    }
    return false;
}

/* The wanted measure, with a warning where the sex is neither of the formulas'. */
static moly_status measure_body(suv_work *w, body_kind kind, double *measure, moly_error *err)
{
    moly_status status =
        body_measure(kind, w->weight_kg, w->height_cm, w->header->patient_sex, measure, err);
    if (status == MOLY_OK && body_needs_sex(kind) && says(w->header->patient_sex, "O")) {
        status = warn(w, err, "Patient Sex is O: %s is the mean of the formulas for men and women",
                      body_name(kind));
    }
    return status;
}

static double decayed(double activity_bq, double seconds, double half_life_s)
{
    return activity_bq * exp2(-seconds / half_life_s);
}

/* Activity at `reference`, from the books where they know it, else from the header. */
static moly_status find_activity(suv_work *w, moly_dicom_time reference, double elapsed_s,
                                 moly_error *err)
{
    moly_suv *suv = w->suv;
    suv->header_activity_bq = decayed(w->dose_bq, elapsed_s, suv->half_life_s);
    suv->activity_bq = suv->header_activity_bq;
    if (!isfinite(w->options->net_activity_bq)) {
        return MOLY_OK;
    }
    moly_instant at;
    moly_status status = to_instant(w, reference, &at, err);
    if (status != MOLY_OK) {
        return status;
    }
    if (!(w->options->net_activity_bq > 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "the net activity is %g Bq, must be positive",
                         w->options->net_activity_bq);
    }
    double since_s = moly_instant_difference_s(w->options->net_activity_at, at);
    suv->activity_bq = decayed(w->options->net_activity_bq, since_s, suv->half_life_s);
    suv->net_difference = suv->activity_bq / suv->header_activity_bq - 1.0;
    return warn(
        w, err,
        "the books' net activity was used: %.4g MBq when the header gives %.4g MBq, %+.2f %%",
        suv->activity_bq * 1e-6, suv->header_activity_bq * 1e-6, 100.0 * suv->net_difference);
}

static moly_status find_start(suv_work *w, double measure, const char *units, moly_error *err)
{
    moly_dicom_time reference;
    const char *to = NULL, *from = NULL;
    double elapsed_s = 0.0;
    moly_status status = find_reference(w, &reference, &to, err);
    if (status == MOLY_OK) {
        status = find_elapsed(w, reference, &elapsed_s, &from, err);
    }
    if (status == MOLY_OK) {
        status = find_activity(w, reference, elapsed_s, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    w->suv->factor = measure / w->suv->activity_bq;
    return set_rule(w, err, "%s, START: activity decayed %.3f s, from %s to %s, half-life %.6g s",
                    units, elapsed_s, from, to, w->suv->half_life_s);
}

/* Corrected to the injection itself: the time of injection matters only to the books. */
static moly_status find_admin(suv_work *w, double measure, const char *units, moly_error *err)
{
    moly_dicom_time injected = w->header->injection_datetime;
    moly_status status = find_activity(w, injected, 0.0, err);
    if (status != MOLY_OK) {
        return status;
    }
    w->suv->factor = measure / w->suv->activity_bq;
    return set_rule(w, err, "%s, ADMIN: corrected to the injection, no decay counted", units);
}

/* Not corrected: each slice counts from its own acquisition, averaged over its own duration.
 * SUV = A W / D * lambda T / (1 - exp(-lambda T)) * exp(lambda (t_acq - t_adm)), the manual of
 * IBSI's digital reference objects. */
static moly_status find_none(suv_work *w, double measure, const char *units, moly_error *err)
{
    const moly_dicom_slice *slices = w->image->slices;
    size_t n = w->image->n_slices;
    moly_dicom_time earliest = w->header->earliest_acquisition;
    const char *from = NULL;
    double elapsed_s = 0.0, lambda_per_s = LN2 / w->suv->half_life_s;
    double *factors = moly_arena_alloc(w->arena, n, sizeof(*factors));
    if (!factors) {
        return MOLY_NO_MEMORY(err);
    }
    if (!isfinite(earliest.second)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "Decay Correction is NONE and Acquisition Time (0008,0032) is missing");
    }
    moly_status status = find_elapsed(w, earliest, &elapsed_s, &from, err);
    if (status == MOLY_OK) {
        status = find_activity(w, earliest, elapsed_s, err);
    }
    for (size_t i = 0; status == MOLY_OK && i < n; i++) {
        double duration_s = slices[i].frame_duration_s;
        double later_s = seconds_between(earliest, slices[i].acquisition);
        if (!(duration_s > 0.0) || !isfinite(later_s)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "Decay Correction is NONE and slice %lld (%s) lacks %s",
                             (long long)slices[i].instance_number, slices[i].path,
                             isfinite(later_s) ? "Actual Frame Duration (0018,1242)"
                                               : "Acquisition Time (0008,0032)");
        }
        double x = lambda_per_s * duration_s;
        factors[i] =
            measure / w->suv->activity_bq * exp2(later_s / w->suv->half_life_s) * x / -expm1(-x);
    }
    if (status != MOLY_OK) {
        return status;
    }
    w->suv->factor = factors[0];
    w->suv->slice_factors = factors;
    return set_rule(w, err,
                    "%s, NONE: each slice corrected from its own acquisition and duration to the "
                    "injection, first acquisition %.3f s after %s, half-life %.6g s",
                    units, elapsed_s, from, w->suv->half_life_s);
}

static moly_status warn_uncorrected(suv_work *w, moly_error *err)
{
    const char *list = w->header->corrected_image;
    bool claims_decay = !says(w->header->decay_correction, "NONE");
    moly_status status = MOLY_OK;
    if (list && !lists(list, "ATTN")) {
        status = warn(w, err, "Corrected Image does not name attenuation (ATTN)");
    }
    if (status == MOLY_OK && list && claims_decay && !lists(list, "DECY")) {
        status =
            warn(w, err, "Decay Correction is %s, but Corrected Image does not name decay (DECY)",
                 w->header->decay_correction);
    }
    return status;
}

/* From a concentration: body measure over activity. */
static moly_status from_concentration(suv_work *w, const char *units, moly_error *err)
{
    static const struct {
        const char *word;
        moly_status (*find)(suv_work *w, double measure, const char *units, moly_error *err);
    } corrections[] = {{"START", find_start}, {"ADMIN", find_admin}, {"NONE", find_none}};
    const moly_dicom_header *h = w->header;
    double measure = 0.0;
    if (!h->has_radiopharmaceutical) {
        return MOLY_FAIL(
            err, MOLY_ERR_DATA,
            "Radiopharmaceutical Information Sequence (0054,0016) is missing: activity, "
            "time of injection and half-life are not known");
    }
    moly_status status = measure_body(w, (body_kind)w->options->type, &measure, err);
    if (status == MOLY_OK) {
        status = read_dose(w, err);
    }
    if (status == MOLY_OK) {
        status = read_half_life(w, err);
    }
    if (status == MOLY_OK && h->n_radiopharmaceuticals > 1) {
        status = warn(w, err, "%d radiopharmaceuticals were given: the first one was used",
                      h->n_radiopharmaceuticals);
    }
    if (status == MOLY_OK) {
        status = warn_uncorrected(w, err);
    }
    for (size_t i = 0; i < sizeof(corrections) / sizeof(corrections[0]); i++) {
        if (status == MOLY_OK && says(h->decay_correction, corrections[i].word)) {
            return corrections[i].find(w, measure, units, err);
        }
    }
    return status != MOLY_OK ? status
                             : MOLY_FAIL(err, MOLY_ERR_DATA,
                                         "Decay Correction (0054,1102) is %s, not START, ADMIN or "
                                         "NONE",
                                         h->decay_correction ? h->decay_correction : "missing");
}

/* From an image that is normalised already, by `kind` and with `stored_factor` still to apply. */
static moly_status from_normalised(suv_work *w, body_kind kind, double stored_factor,
                                   const char *what, moly_error *err)
{
    body_kind wanted = (body_kind)w->options->type;
    double had = 1.0, wants = 1.0;
    moly_status status = MOLY_OK;
    if (kind != wanted) {
        status = measure_body(w, kind, &had, err);
        if (status == MOLY_OK) {
            status = measure_body(w, wanted, &wants, err);
        }
    }
    if (status == MOLY_OK && isfinite(w->options->net_activity_bq)) {
        status =
            warn(w, err, "the image is normalised already: the books' net activity was not used");
    }
    if (status != MOLY_OK) {
        return status;
    }
    w->suv->factor = stored_factor * wants / had;
    return kind == wanted ? set_rule(w, err, "%s", what)
                          : set_rule(w, err, "%s, converted from %s to %s", what, body_name(kind),
                                     body_name(wanted));
}

static moly_status from_gml(suv_work *w, moly_error *err)
{
    static const struct {
        const char *word;
        body_kind kind;
    } kinds[] = {
        {"BW", BODY_WEIGHT},
        {"LBM", BODY_LEAN_MORGAN},
        {"LBMJAMES128", BODY_LEAN_JAMES},
        {"LBMJANMA", BODY_LEAN_JANMAHASATIAN},
        {"IBW", BODY_IDEAL},
    };
    const char *type = w->header->suv_type;
    if (!type) {
        moly_status status =
            warn(w, err, "Units is GML without SUV Type (0054,1006): body weight is assumed");
        return status == MOLY_OK ? from_normalised(w, BODY_WEIGHT, 1.0,
                                                   "GML without SUV Type: SUV by body weight", err)
                                 : status;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(type, kinds[i].word) == 0) {
            const char *what = moly_arena_printf(w->arena, "GML, SUV Type %s: stored as SUV", type);
            return what ? from_normalised(w, kinds[i].kind, 1.0, what, err) : MOLY_NO_MEMORY(err);
        }
    }
    return MOLY_FAIL(err, MOLY_ERR_DATA,
                     "Units is GML and SUV Type (0054,1006) is %s, not BW, LBM, LBMJAMES128, "
                     "LBMJANMA or IBW",
                     type);
}

static moly_status from_cm2ml(suv_work *w, moly_error *err)
{
    const char *type = w->header->suv_type;
    moly_status status = MOLY_OK;
    if (type && strcmp(type, "BSA") != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "Units is CM2ML and SUV Type (0054,1006) is %s, not BSA", type);
    }
    if (!type) {
        status =
            warn(w, err, "Units is CM2ML without SUV Type (0054,1006): body surface is assumed");
    }
    return status == MOLY_OK
               ? from_normalised(w, BODY_SURFACE, 1.0, "CM2ML: stored as SUV by body surface", err)
               : status;
}

static moly_status from_counts(suv_work *w, moly_error *err)
{
    double suv_factor = w->header->philips_suv_factor, bq_ml = w->header->philips_bq_ml_factor;
    if (suv_factor > 0.0 && isfinite(suv_factor)) {
        return from_normalised(w, BODY_WEIGHT, suv_factor,
                               "CNTS: Philips' SUV scale factor (7053,1000)", err);
    }
    if (!(bq_ml > 0.0) || !isfinite(bq_ml)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "Units is CNTS without Philips' SUV scale factor (7053,1000) and activity "
                         "scale factor (7053,1009)");
    }
    moly_status status = from_concentration(
        w, "CNTS by Philips' activity concentration scale factor (7053,1009)", err);
    if (status != MOLY_OK) {
        return status;
    }
    w->suv->factor *= bq_ml;
    double *factors = (double *)w->suv->slice_factors; /* ours: made above */
    for (size_t i = 0; factors && i < w->image->n_slices; i++) {
        factors[i] *= bq_ml;
    }
    return MOLY_OK;
}

static moly_status find_factor(suv_work *w, moly_error *err)
{
    const char *units = w->header->units;
    if (says(units, "BQML")) {
        return from_concentration(w, "BQML", err);
    }
    if (says(units, "GML")) {
        return from_gml(w, err);
    }
    if (says(units, "CM2ML")) {
        return from_cm2ml(w, err);
    }
    if (says(units, "CNTS")) {
        return from_counts(w, err);
    }
    if (!units) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "Units (0054,1001)%s missing: no SUV from this image",
                         w->header->has_radiopharmaceutical
                             ? " is"
                             : " and Radiopharmaceutical Information Sequence (0054,0016) are");
    }
    return MOLY_FAIL(err, MOLY_ERR_DATA,
                     "Units (0054,1001) is %s: no SUV from that, only from BQML, GML, CM2ML and "
                     "CNTS",
                     units);
}

moly_suv_options moly_suv_options_default(void)
{
    return (moly_suv_options){MOLY_SUV_BW, NAN, MOLY_INSTANT_NONE, 0};
}

moly_status moly_suv_find(const moly_dicom_image *image, const moly_suv_options *options,
                          moly_arena *arena, moly_suv *suv, moly_error *err)
{
    static const char *const formulas[] = {
#define FORMULA(name, word, units, formula) formula,
        MOLY_SUV_TYPE_LIST(FORMULA)
#undef FORMULA
    };
    moly_suv found = {.units = moly_suv_type_units(options->type),
                      .formula = formulas[options->type],
                      .factor = NAN,
                      .half_life_s = NAN,
                      .activity_bq = NAN,
                      .header_activity_bq = NAN,
                      .net_difference = NAN};
    suv_work w = {.image = image,
                  .header = &image->header,
                  .options = options,
                  .arena = arena,
                  .suv = &found,
                  .dose_bq = NAN};
    moly_status status = MOLY_OK;
    for (size_t i = 0; status == MOLY_OK && i < image->n_warnings; i++) {
        status = warn(&w, err, "%s", image->warnings[i]);
    }
    if (status == MOLY_OK) {
        status = read_body(&w, err);
    }
    if (status == MOLY_OK) {
        status = find_factor(&w, err);
    }
    const char **warnings = moly_arena_alloc(arena, MAX_WARNINGS, sizeof(*warnings));
    if (status == MOLY_OK && !warnings) {
        status = MOLY_NO_MEMORY(err);
    }
    if (status == MOLY_OK && !(found.factor > 0.0 && isfinite(found.factor))) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "the SUV factor comes to %g", found.factor);
    }
    if (status == MOLY_OK) {
        memcpy(warnings, w.warnings, w.n_warnings * sizeof(*warnings));
        found.warnings = warnings;
        found.n_warnings = w.n_warnings;
        *suv = found;
    }
    return status;
}

void moly_suv_apply(const moly_suv *suv, moly_dicom_image *image)
{
    moly_volume *volume = image->volume;
    int64_t per_slice = volume->grid.n[0] * volume->grid.n[1];
    for (size_t slice = 0; slice < image->n_slices; slice++) {
        double factor = suv->slice_factors ? suv->slice_factors[slice] : suv->factor;
        float *data = volume->data + (int64_t)slice * per_slice;
        for (int64_t i = 0; i < per_slice; i++) {
            data[i] = (float)(factor * (double)data[i]);
        }
    }
    volume->quantity = MOLY_QUANTITY_SUV;
}

const char *moly_suv_type_units(moly_suv_type type)
{
    static const char *const units[] = {
#define UNITS(name, word, units, formula) units,
        MOLY_SUV_TYPE_LIST(UNITS)
#undef UNITS
    };
    MOLY_ASSERT((size_t)type < sizeof(units) / sizeof(units[0]));
    return units[type];
}

const char *const *moly_suv_type_words(void)
{
    static const char *const words[] = {
#define WORD(name, word, units, formula) word,
        MOLY_SUV_TYPE_LIST(WORD)
#undef WORD
            NULL};
    return words;
}

const char *moly_suv_type_word(moly_suv_type type)
{
    return moly_suv_type_words()[type];
}

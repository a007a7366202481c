/* SPDX-License-Identifier: Apache-2.0 */
/* quality control of cameras. A check is one figure that a person read off the console, or
 * the result of `moly nema`, which is kept and judged again here by the limits of the site: what
 * the file says of limits counts only where the site has none. */
#include "act.h"
#include "acts.h"
#include "instruments/check.h"
#include "moly/base/memory.h"

enum { MOST_FIGURES = 500 };

struct camera_args {
    const char *instrument, *result, *file, *limit_source, *note;
    int check;
    double value, limit;
    moly_instant at;
};

static const char *const checks[] = {
    "uniformity",      "energy peak", "rotation",    "daily check",   "normalisation",
    "SUV calibration", "resolution",  "sensitivity", "image quality", NULL};

/* What each check is in a result of `moly nema`, and its leading figure there. */
static const struct {
    const char *test, *figure, *unit;
} measured_as[] = {
    {"uniformity", "integral_ufov", NULL},
    {NULL, NULL, NULL},
    {"rotation", "offset", "mm"},
    {NULL, NULL, NULL},
    {NULL, NULL, NULL},
    {"iq", "calibration", NULL},
    {"resolution", "fwhm_1", "mm"},
    {"sensitivity", NULL, "cps/MBq"},
    {"iq", "calibration", NULL},
};

static const moly_param params[] = {
    {.name = "instrument",
     MOLY_TEXT(struct camera_args, instrument),
     .record = "instrument",
     .is_required = true,
     .help = "camera that is checked"},
    {.name = "check",
     MOLY_CHOICE(struct camera_args, check),
     .choices = checks,
     .is_required = true,
     .help = "what of it"},
    {.name = "value",
     MOLY_F64(struct camera_args, value),
     .min = -1e9,
     .max = 1e9,
     .help = "what was found: a fraction (0.031), of rotation and resolution mm, of sensitivity "
             "cps/MBq"},
    {.name = "result",
     MOLY_TEXT(struct camera_args, result),
     .pattern_hint = "FILE",
     .help = "or the result of moly nema, as JSON"},
    {.name = "file",
     MOLY_TEXT(struct camera_args, file),
     .pattern_hint = "FILE",
     .help = "image, or report of the camera's own program, to keep"},
    {.name = "limit",
     MOLY_F64(struct camera_args, limit),
     .min = 1e-9,
     .max = 1e9,
     .help = "the maker's limit of the value, in its unit; without it the site's"},
    {.name = "limit-source",
     MOLY_TEXT(struct camera_args, limit_source),
     .max = 300.0,
     .help = "where that limit is from"},
    ACT_AT(struct camera_args),
    ACT_NOTE(struct camera_args),
};

typedef struct judged {
    check_outcome outcome;
    json_t *figures; /* of a result, as they were judged; NULL: a typed value */
    size_t n_failed;
    const char *worst; /* the first figure that failed */
} judged;

static instrument_check check_of(const struct camera_args *a)
{
    return (instrument_check)(CHECK_UNIFORMITY + a->check);
}

/* ---- a typed value ---- */

static moly_status choose_limit(const moly_act_context *context, const struct camera_args *a,
                                check_outcome *outcome, moly_error *err)
{
    const instrument_check_row *row = &instrument_checks[outcome->check];
    const site_limit *known = site_limit_find(context->limits, row->tolerance);
    if (isfinite(a->limit) && !a->limit_source) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "limit_source: say where the limit %g is from",
                         a->limit);
    }
    outcome->limit = isfinite(a->limit) ? a->limit : known ? known->value : NAN;
    outcome->limit_source = isfinite(a->limit) ? a->limit_source : known ? known->source : NULL;
    return isfinite(outcome->limit)
               ? MOLY_OK
               : MOLY_REFUSE(err, "R-32",
                             "no limit is known for the check of %s; give the maker's (limit, "
                             "limit_source)",
                             say(context, row->name));
}

static moly_status judge_value(const moly_act_context *context, const struct camera_args *a,
                               judged *j, moly_error *err)
{
    moly_status status = choose_limit(context, a, &j->outcome, err);
    if (!status) {
        const bool is_least = j->outcome.check == CHECK_SENSITIVITY;
        j->outcome.deviation = a->value;
        j->outcome.is_passed =
            is_least ? a->value >= j->outcome.limit : fabs(a->value) <= j->outcome.limit;
        j->n_failed = !j->outcome.is_passed;
    }
    return status;
}

/* ---- a result of moly nema ---- */

static moly_status read_result(const moly_act_context *context, const struct camera_args *a,
                               json_t **result, moly_error *err)
{
    char *data = NULL;
    size_t length = 0;
    const char *test = NULL, *wanted = measured_as[a->check].test;
    *result = NULL;
    moly_status status = moly_ledger_blob(context->reader, a->result, &data, &length, err);
    status = status ? status : moly_json_parse(data, length, result, err);
    moly_free(data);
    status = status ? status : moly_json_get_text(*result, "test", &test, err);
    if (status) {
        moly_error_context(err, "result");
        return status;
    }
    if (!wanted || strcmp(test, wanted) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "result: the file is of the test '%.40s', not of the check of %s", test,
                         say(context, checks[a->check]));
    }
    const size_t n = json_array_size(json_object_get(*result, "values"));
    return n > 0 && n <= MOST_FIGURES
               ? MOLY_OK
               : MOLY_FAIL(err, MOLY_ERR_DATA, "result: %zu figures; 1 to %d are wanted", n,
                           MOST_FIGURES);
}

typedef struct figure {
    const char *key, *unit, *source;
    double value, limit; /* NAN: no limit */
    bool is_least;
} figure;

static moly_status read_figure(const moly_act_context *context, const char *test, const json_t *row,
                               figure *f, moly_error *err)
{
    char key[96];
    *f = (figure){.limit = NAN};
    moly_status status = moly_json_get_text(row, "key", &f->key, err);
    status = status ? status : moly_json_get_text(row, "unit", &f->unit, err);
    status = status ? status : moly_json_get_real(row, "value", &f->value, err);
    if (status) {
        moly_error_context(err, "result: values");
        return status;
    }
    (void)snprintf(key, sizeof key, "camera_%.20s_%.60s", test, f->key);
    const site_limit *known = site_limit_find(context->limits, key);
    const json_t *own = json_object_get(row, "limit");
    const char *bound = json_string_value(json_object_get(row, "bound"));
    f->is_least = bound && strcmp(bound, "at least") == 0;
    f->limit = known ? known->value : json_is_number(own) ? json_number_value(own) : NAN;
    f->source = known ? known->source : json_string_value(json_object_get(row, "limit_source"));
    return MOLY_OK;
}

static moly_status add_figure(judged *j, const figure *f, bool is_lead, moly_error *err)
{
    json_t *row = json_pack("{s:s, s:o, s:s}", "key", f->key, "value", moly_json_real(f->value),
                            "unit", f->unit);
    if (isfinite(f->limit) && row) {
        const bool is_passed = f->is_least ? f->value >= f->limit : fabs(f->value) <= f->limit;
        (void)json_object_set_new(row, "limit", moly_json_real(f->limit));
        (void)json_object_set_new(row, "limit_source", json_string(f->source ? f->source : ""));
        (void)json_object_set_new(row, "state", json_string(is_passed ? "passed" : "failed"));
        j->worst = is_passed || j->worst ? j->worst : f->key;
        j->n_failed += !is_passed;
    }
    if (is_lead) {
        j->outcome.deviation = f->value;
        j->outcome.limit = f->limit;
        j->outcome.limit_source = f->source;
        j->outcome.unit = strcmp(f->unit, "fraction") == 0 ? NULL : f->unit;
    }
    return json_array_append_new(j->figures, row) == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status judge_result(const moly_act_context *context, const struct camera_args *a,
                                const json_t *result, judged *j, moly_error *err)
{
    const char *lead = measured_as[a->check].figure;
    const json_t *rows = json_object_get(result, "values"), *row;
    size_t i, n_limits = 0;
    bool has_lead = false;
    moly_status status = MOLY_OK;
    j->figures = json_array();
    json_array_foreach(rows, i, row)
    {
        figure f;
        status = status ? status : read_figure(context, measured_as[a->check].test, row, &f, err);
        if (status) {
            return status;
        }
        const bool is_lead = !has_lead && (!lead || strcmp(f.key, lead) == 0);
        if (is_lead && isfinite(a->limit)) {
            f.limit = a->limit;
            f.source = a->limit_source;
        }
        has_lead = has_lead || is_lead;
        n_limits += isfinite(f.limit) ? 1 : 0;
        status = add_figure(j, &f, is_lead, err);
    }
    if (!status && !has_lead) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "result: the figure '%s' is not in the file", lead);
    }
    if (!status && n_limits == 0) {
        status = MOLY_REFUSE(err, "R-32",
                             "no limit is known for any figure of the result; give the maker's "
                             "(limit, limit_source), or moly nema --limit");
    }
    j->outcome.is_passed = j->n_failed == 0;
    return status;
}

/* ---- the act ---- */

static moly_status judge(const moly_act_context *context, const struct camera_args *a,
                         json_t **result, judged *j, moly_error *err)
{
    j->outcome.check = check_of(a);
    j->outcome.unit = measured_as[a->check].unit;
    j->outcome.deviation_sd = NAN;
    if ((a->result != NULL) == isfinite(a->value)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "give value or result, one of them");
    }
    if (!a->result) {
        return judge_value(context, a, j, err);
    }
    moly_status status = read_result(context, a, result, err);
    return status ? status : judge_result(context, a, *result, j, err);
}

static void warn(const moly_act_context *context, const struct camera_args *a, const judged *j,
                 moly_decision *decision)
{
    const instrument_check_row *row = &instrument_checks[j->outcome.check];
    const char *name = say(context, row->name);
    if (j->outcome.is_passed) {
        return;
    }
    if (j->worst) {
        decision_warn(decision, "R-32", "%s of %s failed: %s is outside its limit", name,
                      a->instrument, j->worst);
    } else {
        decision_warn(decision, "R-32", "%s of %s failed: %g, limit %g (%s)", name, a->instrument,
                      j->outcome.deviation, j->outcome.limit, j->outcome.limit_source);
    }
    if (row->is_lock) {
        decision_warn(decision, "R-32",
                      "%s images no patient until the check passes; no dose is given for it",
                      a->instrument);
    }
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct camera_args *a = args;
    const json_t *camera = NULL;
    const char *id = NULL;
    json_t *result = NULL;
    judged j = {.outcome = {.deviation = NAN}};
    const instrument_check_row *row = &instrument_checks[check_of(a)];
    moly_status status = check_instrument(context, a->instrument, &camera, err);
    if (!status && !check_belongs(row, camera)) {
        status = MOLY_REFUSE(err, "R-32", "%s is a %s, which has no check of %s", a->instrument,
                             say(context, record_text(camera, "type")), say(context, row->name));
    }
    status = status ? status : judge(context, a, &result, &j, err);
    status = status ? status : check_record(context, a->instrument, &j.outcome, decision, &id, err);
    if (!status) {
        if (j.figures) {
            decision_json(decision, "figures", json_incref(j.figures));
        }
        decision_text(decision, "result_blob", a->result);
        decision_text(decision, "file_blob", a->file);
        check_close(context, a->instrument, &j.outcome, decision);
        warn(context, a, &j, decision);
    }
    json_decref(j.figures);
    json_decref(result);
    return status;
}

const moly_act instrument_check_camera = {
    .declaration =
        {.name = "instrument.check_camera",
         .summary = "Check a gamma camera or a PET scanner",
         .description =
             "One figure, or the result of moly nema with all of its figures, against the limits "
             "of the site; the result and the image are kept. A camera whose daily check, "
             "uniformity, energy peak, centre of rotation, normalisation or SUV calibration "
             "failed or is overdue images no patient: no dose is given for it.",
         .example = "moly act instrument.check_camera"
                    " --db sqlite:moly.db"
                    " --as technologist"
                    " --instrument CAM-000001"
                    " --check uniformity"
                    " --value 0.031",
         ACT_PARAMS(params),
         .args_size = sizeof(struct camera_args)},
    .roles = HOT_LAB | MOLY_ROLE_PHYSICIST,
    .rules = "R-32",
    .subject_kind = "instrument_check",
    .decide = decide,
};

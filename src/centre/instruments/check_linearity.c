/* SPDX-License-Identifier: Apache-2.0 */
/* Linearity: a decaying source, or shields of known attenuation. Either way each reading says what
 * the source's activity was at the first one; the logarithms of those are averaged with weights,
 * and a reading that lies off is off its line. Decay also gives a half-life, which tells a wrong
 * nuclide or Mo-99 in the source from a calibrator that is not linear. */
#include "act.h"
#include "acts.h"
#include "instruments/check.h"

enum { MOST_POINTS = 100 };

struct linearity_args {
    const char *instrument, *nuclide, *note;
    int method;
    moly_f64_list activities, factors;
    moly_instant_list times;
    double repeatability, resolution_bq;
    moly_instant at;
};

static const char *const methods[] = {"decay", "shield", NULL};

static const moly_param params[] = {
    {.name = "instrument",
     MOLY_TEXT(struct linearity_args, instrument),
     .record = "instrument",
     .is_required = true,
     .help = "instrument that is checked"},
    {.name = "method",
     MOLY_CHOICE(struct linearity_args, method),
     .choices = methods,
     .is_required = true,
     .help = "a source that decays, or one in calibrated shields"},
    {.name = "activities",
     MOLY_F64_LIST(struct linearity_args, activities),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1.0,
     .max = 1e13,
     .is_required = true,
     .help = "what it showed, background subtracted, in their order"},
    {.name = "times",
     MOLY_INSTANT_LIST(struct linearity_args, times),
     .help = "when: one for each reading"},
    {.name = "factors",
     MOLY_F64_LIST(struct linearity_args, factors),
     .dim = MOLY_DIM_NONE,
     .min = 1.0,
     .max = 1e6,
     .help = "shield method: attenuation of each shield, 1 without one"},
    {.name = "nuclide",
     MOLY_TEXT(struct linearity_args, nuclide),
     .max = 12.0,
     .fallback = TC99M,
     .help = "of which nuclide"},
    {.name = "repeatability",
     MOLY_F64(struct linearity_args, repeatability),
     .dim = MOLY_DIM_FRACTION,
     .min = 0.0001,
     .max = 0.2,
     .fallback = "0.5 %",
     .help = "standard deviation of a reading that is repeated"},
    {.name = "resolution",
     MOLY_F64(struct linearity_args, resolution_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 0.0,
     .max = 1e9,
     .fallback = "10 kBq",
     .help = "last digit of the display"},
    ACT_AT(struct linearity_args),
    ACT_NOTE(struct linearity_args),
};

static moly_status check_fields(const struct linearity_args *a, moly_error *err)
{
    size_t n = a->activities.n;
    bool is_decay = a->method == 0;
    if (n < 3 || n > MOST_POINTS) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "activities: %zu readings; 3 to %d are wanted", n,
                         MOST_POINTS);
    }
    if ((is_decay && a->times.n != n) || (a->times.n != 0 && a->times.n != n)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "times: %zu for %zu readings", a->times.n, n);
    }
    if (!is_decay && a->factors.n != n) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "factors: %zu for %zu readings", a->factors.n, n);
    }
    return MOLY_OK;
}

typedef struct points {
    double *x, *y, *sd; /* seconds, ln(activity at the first reading), its uncertainty */
} points;

static moly_status gather(const moly_act_context *context, const struct linearity_args *a,
                          points *p, moly_error *err)
{
    const moly_nuclide *nuclide = NULL;
    size_t n = a->activities.n;
    moly_status status = physics_nuclide(a->nuclide, &nuclide, err);
    p->x = moly_arena_alloc(context->arena, 3 * n, sizeof(double));
    if (!status && !p->x) {
        status = MOLY_NO_MEMORY(err);
    }
    if (status) {
        return status;
    }
    p->y = p->x + n;
    p->sd = p->y + n;
    for (size_t i = 0; i < n; i++) {
        double activity_bq = a->activities.values[i];
        p->x[i] = a->times.n > 0 ? moly_instant_difference_s(a->times.values[0], a->times.values[i])
                                 : 0.0;
        p->y[i] = log(activity_bq) + log(2.0) * p->x[i] / nuclide->half_life_s +
                  (a->method == 1 ? log(a->factors.values[i]) : 0.0);
        /* a display's last digit is uniform: its width over the root of 12 */
        p->sd[i] = hypot(a->repeatability, a->resolution_bq / sqrt(12.0) / activity_bq);
    }
    return MOLY_OK;
}

static void record_points(const struct linearity_args *a, const points *p, const line_fit *fit,
                          moly_decision *decision)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < a->activities.n && rows; i++) {
        json_t *row = json_pack("{s:o, s:o, s:o, s:o}", "elapsed_s", moly_json_real(p->x[i]),
                                "activity_bq", moly_json_real(a->activities.values[i]), "deviation",
                                moly_json_rounded(expm1(p->y[i] - fit->mean), 6), "sd",
                                moly_json_rounded(p->sd[i], 6));
        if (!row || json_array_append_new(rows, row) != 0) {
            json_decref(rows);
            rows = NULL;
        }
    }
    decision_json(decision, "points", rows);
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct linearity_args *a = args;
    const json_t *instrument = NULL;
    const char *id = NULL;
    points p = {0};
    line_fit fit;
    moly_status status = check_fields(a, err);
    if (!status) {
        status = check_instrument(context, a->instrument, &instrument, err);
    }
    if (!status) {
        status = gather(context, a, &p, err);
    }
    if (status) {
        return status;
    }
    bool is_decay = a->method == 0;
    fit_logarithms(a->activities.n, is_decay ? p.x : NULL, p.y, p.sd, &fit);
    const check_outcome outcome =
        check_judge(context, CHECK_LINEARITY, fit.largest, fit.largest_sd);
    status = check_record(context, a->instrument, &outcome, decision, &id, err);
    if (status) {
        return status;
    }
    decision_text(decision, "method", methods[a->method]);
    decision_text(decision, "nuclide", a->nuclide);
    decision_number(decision, "first_bq", exp(fit.mean));
    decision_json(decision, "worst_point", json_integer((json_int_t)fit.at + 1));
    if (isfinite(fit.slope)) {
        /* what is left of the decay after the nuclide's own was taken out */
        const moly_nuclide *nuclide = NULL;
        status = physics_nuclide(a->nuclide, &nuclide, err);
        if (status) {
            return status;
        }
        double rate = log(2.0) / nuclide->half_life_s - fit.slope;
        decision_number(decision, "half_life_fitted_s", log(2.0) / rate);
        decision_number(decision, "half_life_fitted_sd_s", log(2.0) * fit.slope_sd / (rate * rate));
        decision_number(decision, "half_life_s", nuclide->half_life_s);
    }
    record_points(a, &p, &fit, decision);
    check_close(context, a->instrument, &outcome, decision);
    return MOLY_OK;
}

const moly_act instrument_check_linearity = {
    .declaration =
        {.name = "instrument.check_linearity",
         .summary = "Check a dose calibrator's linearity",
         .description =
             "Each reading is carried back to the first one, by decay or by its shield; the "
             "weighted mean of their logarithms is the fit, and the largest deviation from it, "
             "with its uncertainty, is the result. The decay method also fits the half-life.",
         .example = "moly act instrument.check_linearity"
                    " --db sqlite:moly.db"
                    " --as physicist"
                    " --instrument INS-000001"
                    " --method shield"
                    " --activities '4 GBq,2.01 GBq,0.998 GBq,202 MBq,40.1 MBq'"
                    " --factors '1, 2, 4, 20, 100'",
         ACT_PARAMS(params),
         .args_size = sizeof(struct linearity_args)},
    .roles = PROTECTION,
    .rules = "R-28",
    .subject_kind = "instrument_check",
    .decide = decide,
};

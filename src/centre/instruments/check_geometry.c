/* SPDX-License-Identifier: Apache-2.0 */
/* Geometry: one activity in a container, filled up step by step. What the calibrator shows less in
 * one volume than in the reference volume is the factor of that volume. */
#include "act.h"
#include "acts.h"
#include "instruments/check.h"

enum { MOST_VOLUMES = 50 };

struct geometry_args {
    const char *instrument, *container, *nuclide, *note;
    moly_f64_list volumes, activities;
    moly_instant_list times;
    double repeatability;
    int64_t reference;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "instrument",
     MOLY_TEXT(struct geometry_args, instrument),
     .record = "instrument",
     .is_required = true,
     .help = "instrument that is checked"},
    {.name = "container",
     MOLY_TEXT(struct geometry_args, container),
     .is_required = true,
     .max = 60.0,
     .help = "what it was in, \"syringe 3 mL\": the same words in the acts that use it"},
    {.name = "volumes",
     MOLY_F64_LIST(struct geometry_args, volumes),
     .dim = MOLY_DIM_VOLUME,
     .min = 0.01,
     .max = 100.0,
     .is_required = true,
     .help = "volumes, ascending"},
    {.name = "activities",
     MOLY_F64_LIST(struct geometry_args, activities),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1.0,
     .max = 1e13,
     .is_required = true,
     .help = "what it showed for the same activity in each of them"},
    {.name = "times",
     MOLY_INSTANT_LIST(struct geometry_args, times),
     .help = "when, so that decay is taken out; without them it is not"},
    {.name = "nuclide",
     MOLY_TEXT(struct geometry_args, nuclide),
     .max = 12.0,
     .fallback = TC99M,
     .help = "of which nuclide"},
    {.name = "reference",
     MOLY_I64(struct geometry_args, reference),
     .min = 1,
     .max = MOST_VOLUMES,
     .fallback = "1",
     .help = "which of the volumes the calibrator's own factor is for, counted from 1"},
    {.name = "repeatability",
     MOLY_F64(struct geometry_args, repeatability),
     .dim = MOLY_DIM_FRACTION,
     .min = 0.0001,
     .max = 0.2,
     .fallback = "0.5 %",
     .help = "standard deviation of a reading that is repeated"},
    ACT_AT(struct geometry_args),
    ACT_NOTE(struct geometry_args),
};

static moly_status check_fields(const struct geometry_args *a, moly_error *err)
{
    size_t n = a->volumes.n;
    if (n < 2 || n > MOST_VOLUMES || a->activities.n != n || (a->times.n && a->times.n != n)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "%zu volumes, %zu activities, %zu times: as many of each are wanted, 2 to "
                         "%d (times may be left out)",
                         n, a->activities.n, a->times.n, MOST_VOLUMES);
    }
    if (a->reference > (int64_t)n) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "reference: %lld of %zu volumes",
                         (long long)a->reference, n);
    }
    for (size_t i = 1; i < n; i++) {
        if (!(a->volumes.values[i] > a->volumes.values[i - 1])) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "volumes: %g mL does not follow %g mL",
                             a->volumes.values[i], a->volumes.values[i - 1]);
        }
    }
    return MOLY_OK;
}

/* Rows of volume, factor and its uncertainty, and the factor farthest from 1. */
static moly_status make_factors(const struct geometry_args *a, json_t *rows, double *farthest,
                                moly_error *err)
{
    const moly_nuclide *nuclide = NULL;
    size_t reference = (size_t)a->reference - 1;
    moly_status status = physics_nuclide(a->nuclide, &nuclide, err);
    *farthest = 0.0;
    for (size_t i = 0; i < a->volumes.n && !status; i++) {
        double elapsed_s =
            a->times.n ? moly_instant_difference_s(a->times.values[reference], a->times.values[i])
                       : 0.0;
        double then_bq = a->activities.values[i] * exp2(elapsed_s / nuclide->half_life_s);
        double factor = a->activities.values[reference] / then_bq;
        /* the reference volume's own reading divides out of itself */
        double sd = i == reference ? 0.0 : factor * a->repeatability * sqrt(2.0);
        if (fabs(factor - 1.0) > fabs(*farthest)) {
            *farthest = factor - 1.0;
        }
        if (json_array_append_new(rows, json_pack("{s:o, s:o, s:o}", "volume_ml",
                                                  moly_json_real(a->volumes.values[i]), "factor",
                                                  moly_json_rounded(factor, 8), "sd",
                                                  moly_json_rounded(sd, 6))) != 0) {
            status = MOLY_NO_MEMORY(err);
        }
    }
    return status;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct geometry_args *a = args;
    const json_t *instrument = NULL;
    const char *id = NULL;
    double farthest = 0.0;
    moly_status status = check_fields(a, err);
    if (!status) {
        status = check_instrument(context, a->instrument, &instrument, err);
    }
    if (status) {
        return status;
    }
    json_t *rows = json_array();
    status = rows ? make_factors(a, rows, &farthest, err) : MOLY_NO_MEMORY(err);
    /* Factors that are known are applied, so they do not block; the result says how large they
     * are. */
    check_outcome outcome = check_judge(context, CHECK_GEOMETRY, farthest, a->repeatability);
    bool is_within = outcome.is_passed;
    outcome.is_passed = true;
    if (!status) {
        status = check_record(context, a->instrument, &outcome, decision, &id, err);
    }
    if (status) {
        json_decref(rows);
        return status;
    }
    json_t *all = json_deep_copy(json_object_get(instrument, "geometry"));
    all = all ? all : json_object();
    int64_t version =
        json_integer_value(json_object_get(json_object_get(all, a->container), "version")) + 1;
    json_t *one = json_pack("{s:I, s:s, s:s, s:o}", "version", (json_int_t)version, "check", id,
                            "nuclide", a->nuclide, "factors", rows);
    decision_text(decision, "container", a->container);
    decision_text(decision, "nuclide", a->nuclide);
    decision_json(decision, "version", json_integer(version));
    decision_json(decision, "factors", one ? json_incref(rows) : NULL);
    check_close(context, a->instrument, &outcome, decision);
    if (!one || json_object_set_new(all, a->container, one) != 0) {
        json_decref(all);
        return MOLY_NO_MEMORY(err);
    }
    decision_json(decision, "geometry", all);
    if (!is_within) {
        decision_warn(
            decision, "R-30",
            "readings in %s are up to %.1f %% off (tolerance %s): name the instrument and "
            "the container when you measure, so that the factor is applied",
            a->container, 100.0 * fabs(farthest),
            say_percent(context, site_value(context->limits, "geometry_tolerance")));
    }
    return MOLY_OK;
}

const moly_act instrument_check_geometry = {
    .declaration = {.name = "instrument.check_geometry",
                    .summary = "Find a dose calibrator's geometry factors of a container",
                    .description =
                        "Factor = what it shows in the reference volume / in each volume, with its "
                        "uncertainty. The factors of a container have a version; the acts that "
                        "name instrument and container apply the latest.",
                    .example = "moly act instrument.check_geometry"
                               " --db sqlite:moly.db"
                               " --as physicist"
                               " --instrument INS-000001"
                               " --container 'syringe 3 mL'"
                               " --volumes '0.5 mL,1 mL,2 mL,3 mL'"
                               " --activities '100 MBq,99.2 MBq,98.1 MBq,97.3 MBq'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct geometry_args)},
    .roles = PROTECTION,
    .rules = "R-28 R-30",
    .subject_kind = "instrument_check",
    .decide = decide,
};

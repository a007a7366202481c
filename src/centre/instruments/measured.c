/* SPDX-License-Identifier: Apache-2.0 */
#include "instruments/measured.h"

#include "instruments/check.h"

/* A display's digits and a reading typed from it: the same within this. */
static const double same_fraction = 0.005;

/* ---- which instrument, and may it be used ---------------------------------------------- */

static const char *member(const moly_act_context *context, const char *word, const char *what)
{
    const char *key = moly_arena_printf(context->arena, "%s_%s", word, what);
    return key ? key : "";
}

static moly_status rule_check(const moly_act_context *context, const json_t *instrument,
                              const instrument_check_row *row, moly_error *err)
{
    const char *id = record_text(instrument, "id");
    const char *result = record_text(instrument, member(context, row->word, "result"));
    moly_instant due = record_instant(instrument, member(context, row->word, "due"));
    if (strcmp(result, "failed") == 0) {
        return MOLY_REFUSE(
            err, row->rule,
            "%s failed its check of %s at %s; repeat it (%s) or take "
            "another instrument",
            id, say(context, row->name),
            say_time(context, record_instant(instrument, member(context, row->word, "at"))),
            row->act);
    }
    if (result[0] == '\0') {
        return MOLY_REFUSE(err, row->rule, "%s was never checked for %s; do it first (%s)", id,
                           say(context, row->name), row->act);
    }
    if (context->at.us > due.us) {
        return MOLY_REFUSE(err, row->rule, "%s's check of %s was due at %s; do it first (%s)", id,
                           say(context, row->name), say_time(context, due), row->act);
    }
    return MOLY_OK;
}

moly_status rule_instrument(const moly_act_context *context, const json_t *instrument,
                            moly_error *err)
{
    const char *id = record_text(instrument, "id");
    moly_instant due = record_instant(instrument, "calibration_due");
    if (!record_is(instrument, "state", "in use")) {
        return MOLY_REFUSE(err, "R-28", "instrument %s is %s; take another", id,
                           say(context, record_text(instrument, "state")));
    }
    if (!moly_instant_is_none(due) && context->at.us > due.us) {
        return MOLY_REFUSE(err, "R-29",
                           "the calibration of %s ended at %s; take another "
                           "instrument, or record its calibration "
                           "(instrument.calibrate)",
                           id, say_time(context, due));
    }
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < N_INSTRUMENT_CHECKS && !status; i++) {
        const instrument_check_row *row = &instrument_checks[i];
        if (row->is_lock && check_belongs(row, instrument)) {
            status = rule_check(context, instrument, row, err);
        }
    }
    return status;
}

/* The only one of a kind in use is meant where none is named. A site that registered none has no
 * plan to hold. */
static moly_status only_in_use(const moly_act_context *context, const char *kind,
                               const json_t **only, moly_error *err)
{
    const moly_record_query query = {.kind = "instrument"};
    const json_t *all = NULL, *one;
    moly_status status = act_records(context, &query, &all, err);
    size_t i, n_known = 0, n_used = 0;
    *only = NULL;
    json_array_foreach(all, i, one)
    {
        bool is_of_kind = record_is(one, "type", kind);
        n_known += is_of_kind;
        if (is_of_kind && record_is(one, "state", "in use")) {
            *only = one;
            n_used++;
        }
    }
    if (status || n_known == 0 || n_used == 1) {
        return status;
    }
    *only = NULL;
    return n_used == 0
               ? MOLY_REFUSE(err, "R-28",
                             "no %s is in use; record a calibration first (instrument.calibrate)",
                             say(context, kind))
               : MOLY_REFUSE(err, "R-28",
                             "several are in use (%s: %zu); say which one it was measured with "
                             "(instrument)",
                             say(context, kind), n_used);
}

moly_status rule_instrument_of(const moly_act_context *context, const char *kind, const char *id,
                               const json_t **instrument, moly_error *err)
{
    moly_status status = id ? act_record(context, "instrument", id, instrument, err)
                            : only_in_use(context, kind, instrument, err);
    if (!status && *instrument && !record_is(*instrument, "type", kind)) {
        status = MOLY_REFUSE(err, "R-28", "%s is a %s; a %s is wanted", id,
                             say(context, record_text(*instrument, "type")), say(context, kind));
    }
    return status || !*instrument ? status : rule_instrument(context, *instrument, err);
}

/* ---- a reading --------------------------------------------------------------------------
 */

static moly_status from_reading(const moly_act_context *context, const char *id,
                                const char *nuclide, double typed_bq, measured *out,
                                moly_error *err)
{
    const json_t *reading = NULL;
    const moly_nuclide *decays = NULL;
    moly_status status = act_record(context, "reading", id, &reading, err);
    if (!status && !record_is(reading, "state", "taken")) {
        status = MOLY_REFUSE(err, "R-31",
                             "reading %s is %s, so it counts for nothing; measure "
                             "again (instrument.take_reading)",
                             id, say(context, record_text(reading, "state")));
    }
    if (!status && !record_is(reading, "nuclide", nuclide)) {
        status = MOLY_REFUSE(err, "R-31",
                             "reading %s was taken with the setting %s, this is %s; "
                             "set the instrument and measure again",
                             id, record_text(reading, "nuclide"), nuclide);
    }
    if (!status) {
        status =
            rule_in_order(context, record_instant(reading, "at"), "the reading was taken", err);
    }
    if (!status) {
        status = physics_nuclide(nuclide, &decays, err);
    }
    if (status) {
        return status;
    }
    out->activity_bq = physics_decayed_bq(decays, record_number(reading, "activity_bq"),
                                          record_instant(reading, "at"), context->at);
    out->reading = id;
    out->instrument = record_text(reading, "instrument");
    if (isfinite(typed_bq) &&
        fabs(typed_bq - out->activity_bq) > same_fraction * out->activity_bq) {
        return MOLY_REFUSE(err, "R-31",
                           "%s was typed, reading %s says %s now; leave the activity "
                           "out",
                           say_activity(context, typed_bq), id,
                           say_activity(context, out->activity_bq));
    }
    return MOLY_OK;
}

/* ---- a typed value ----------------------------------------------------------------------
 */

static moly_status check_typed(const moly_act_context *context, const measured_args *args,
                               double typed_bq, measured *out, moly_error *err)
{
    enum { OFF, TWICE, BY_SECOND };
    const site_limit *policy = site_limit_of(context->limits, "typed_value_check");
    int wanted = (int)policy->value;
    bool is_again = isfinite(args->again_bq);
    if (is_again && fabs(args->again_bq - typed_bq) > 1e-9 * fabs(typed_bq)) {
        return MOLY_REFUSE(err, "R-14",
                           "%s was typed first, %s again; read the display and type "
                           "it twice",
                           say_activity(context, typed_bq), say_activity(context, args->again_bq));
    }
    const moly_identity *second = context->performer->second;
    bool is_second = second && strcmp(moly_identity_user(second), context->performer->user) != 0;
    out->checked = is_second ? "a second person" : is_again ? "typed twice" : NULL;
    if (context->is_preview || wanted == OFF || is_second || (wanted == TWICE && is_again)) {
        return MOLY_OK;
    }
    return wanted == TWICE ? MOLY_REFUSE(err, "R-14",
                                         "an activity that is typed is typed twice (again), or a "
                                         "second person signs, or the instrument is read "
                                         "(reading); %s",
                                         policy->source)
                           : MOLY_REFUSE(err, "R-14",
                                         "an activity that is typed is checked by a second "
                                         "person, who signs, or the instrument is read (reading); "
                                         "%s",
                                         policy->source);
}

/* ---- container and volume ----------------------------------------------------------------
 */

static moly_status apply_geometry(const moly_act_context *context, const json_t *instrument,
                                  const char *container, double volume_ml, measured *out,
                                  moly_error *err)
{
    const json_t *all = json_object_get(instrument, "geometry");
    const json_t *one = json_object_get(all, container);
    const json_t *rows = json_object_get(one, "factors"), *row;
    size_t i, n = json_array_size(rows);
    if (n == 0) {
        return MOLY_REFUSE(err, "R-30",
                           "%s has no geometry factors of '%.60s'; leave the "
                           "container out or find them (instrument.check_geometry)",
                           out->instrument, container);
    }
    double low_ml = record_number(json_array_get(rows, 0), "volume_ml");
    double high_ml = record_number(json_array_get(rows, n - 1), "volume_ml");
    if (!(volume_ml >= low_ml && volume_ml <= high_ml)) {
        return MOLY_REFUSE(err, "R-30",
                           "%s in '%.60s': the factors go from %s to %s; take another "
                           "container",
                           say_volume(context, volume_ml), container, say_volume(context, low_ml),
                           say_volume(context, high_ml));
    }
    const json_t *before = json_array_get(rows, 0);
    json_array_foreach(rows, i, row)
    {
        double to_ml = record_number(row, "volume_ml"),
               from_ml = record_number(before, "volume_ml");
        if (to_ml >= volume_ml) {
            double share = to_ml > from_ml ? (volume_ml - from_ml) / (to_ml - from_ml) : 1.0;
            out->factor = (1.0 - share) * record_number(before, "factor") +
                          share * record_number(row, "factor");
            out->factor_sd =
                (1.0 - share) * record_number(before, "sd") + share * record_number(row, "sd");
            break;
        }
        before = row;
    }
    out->container = container;
    out->version = json_integer_value(json_object_get(one, "version"));
    out->activity_bq *= out->factor;
    return MOLY_OK;
}

/* ---- all of it ---------------------------------------------------------------------------------
 */

moly_status measured_activity(const moly_act_context *context, const measured_args *args,
                              const char *nuclide, double typed_bq, double volume_ml, measured *out,
                              moly_error *err)
{
    const json_t *instrument = NULL;
    moly_status status = MOLY_OK;
    *out = (measured){.activity_bq = typed_bq, .factor = 1.0};
    if (args->reading) {
        status = from_reading(context, args->reading, nuclide, typed_bq, out, err);
        if (!status && args->instrument && strcmp(args->instrument, out->instrument) != 0) {
            status = MOLY_REFUSE(err, "R-31", "reading %s is of %s, not of %s", args->reading,
                                 out->instrument, args->instrument);
        }
    } else if (isfinite(typed_bq)) {
        status = check_typed(context, args, typed_bq, out, err);
    }
    const char *named = out->instrument ? out->instrument : args->instrument;
    if (!status && !isfinite(out->activity_bq)) {
        return MOLY_OK; /* the act says whether that will do */
    }
    if (!status) {
        status = named ? act_record(context, "instrument", named, &instrument, err)
                       : only_in_use(context, instrument_kinds[0], &instrument, err);
    }
    if (!status && instrument) {
        out->instrument = record_text(instrument, "id");
        status = rule_instrument(context, instrument, err);
    }
    if (!status && args->container && !instrument) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "container: name the instrument too");
    }
    if (!status && args->container) {
        status = apply_geometry(context, instrument, args->container, volume_ml, out, err);
    }
    return status;
}

void decision_measured(const moly_act_context *context, const measured *m, const char *node,
                       moly_decision *decision)
{
    if (!m->instrument) {
        if (m->checked) {
            decision_member(decision, "typed_check", json_string(m->checked));
        }
        return;
    }
    json_t *how =
        json_pack("{s:s, s:o, s:s*, s:s*}", "instrument", m->instrument, "activity_bq",
                  moly_json_real(m->activity_bq), "reading", m->reading, "typed_check", m->checked);
    if (m->container && how) {
        json_t *geometry = json_pack("{s:s, s:I, s:o, s:o}", "container", m->container, "version",
                                     (json_int_t)m->version, "factor", moly_json_real(m->factor),
                                     "sd", moly_json_real(m->factor_sd));
        (void)json_object_set_new(how, "geometry", geometry);
    }
    decision_member(decision, "measured", how);
    decision_link(decision, node, act_node(context, "instrument", m->instrument), "measured with");
    if (m->reading) {
        decision_link(decision, node, act_node(context, "reading", m->reading), "read as");
        decision_record(decision, "reading", m->reading);
        decision_text(decision, "state", "used");
        decision_text(decision, "used_by", node);
    }
}

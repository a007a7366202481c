/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "instruments/measured.h"
#include "moly/base/catalogue.h"
#include "physics.h"
#include "quality/methods.h"
#include "quality/quality.h"

struct test_args {
    const char *batch, *sample, *instrument, *file, *note;
    int method, conforms, position;
    double value;
    moly_f64_list readings;
    moly_instant_list times;
    json_t *solvents;
    moly_instant at;
};

static const char *const positions[] = {"min", "s", "mm", "Rf", NULL};
static const double position_s[] = {60.0, 1.0, NAN, NAN};

static const moly_param params[] = {
    {.name = "batch",
     MOLY_TEXT(struct test_args, batch),
     .record = "batch",
     .is_required = true,
     .help = "batch that the sample is of"},
    {.name = "method",
     MOLY_CHOICE(struct test_args, method),
     .choices = method_words,
     .is_required = true,
     .help = "test of the master record"},
    {.name = "value",
     MOLY_F64(struct test_args, value),
     .help = "result in the method's unit: endotoxin EU/mL, osmolality mOsm/kg, filter integrity "
             "kPa, specific activity GBq/umol, chemical impurity mg/L"},
    {.name = "conforms",
     MOLY_BOOL(struct test_args, conforms),
     .help = "appearance, sterility: it is as it should be, nothing grew"},
    {.name = "readings",
     MOLY_F64_LIST(struct test_args, readings),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1.0,
     .max = 1e13,
     .help = "half-life: readings of the sample"},
    {.name = "times",
     MOLY_INSTANT_LIST(struct test_args, times),
     .help = "half-life: when they were read"},
    {.name = "solvents",
     MOLY_JSON(struct test_args, solvents),
     .help = "residual solvents: mass fraction of each, '{\"acetonitrile\":0.0001}'"},
    {.name = "file",
     MOLY_TEXT(struct test_args, file),
     .pattern_hint = "FILE",
     .help = "raw data, kept with the hash; radiochemical purity and identity: the chromatogram as "
             "CSV of position and signal"},
    {.name = "position",
     MOLY_CHOICE(struct test_args, position),
     .choices = positions,
     .fallback = "min",
     .help = "what the chromatogram's position is; decay is corrected along a time"},
    {.name = "sample",
     MOLY_TEXT(struct test_args, sample),
     .max = 60.0,
     .help = "number of the sample"},
    {.name = "instrument",
     MOLY_TEXT(struct test_args, instrument),
     .record = "instrument",
     .help = "what it was measured with"},
    ACT_AT(struct test_args),
    ACT_NOTE(struct test_args),
};

typedef struct tested {
    const struct test_args *a;
    const method *m;
    const json_t *batch, *limits, *vial;
    const char *id;
    const char *retest_of; /* a laboratory error, which the new result stands beside */
    method_result result;
} tested;

/* a result is not replaced. Only where the investigation found an error of the laboratory is
 * there another one, and both stand. */
static moly_status check_first(const moly_act_context *context, tested *t, moly_error *err)
{
    const json_t *tests = NULL, *one;
    size_t i;
    moly_status status = owned(context, "test", t->a->batch, &tests, err);
    json_array_foreach(tests, i, one)
    {
        if (!status && record_is(one, "method", t->m->word)) {
            t->retest_of = record_text(one, "id");
            status = record_is(one, "state", "void")
                         ? MOLY_OK
                         : MOLY_REFUSE(err, "R-48",
                                       "batch %s has a result of %s already (%s, %s), which no "
                                       "other replaces%s",
                                       t->a->batch, say(context, t->m->word), t->retest_of,
                                       say(context, record_text(one, "state")),
                                       record_is(one, "state", "out of specification")
                                           ? say(context, ": investigate it (quality.decide_case)")
                                           : "");
        }
    }
    return status;
}

static moly_status find_limits(const moly_act_context *context, tested *t, moly_error *err)
{
    const json_t *tests = json_object_get(json_object_get(t->batch, "content"), "tests"), *one;
    size_t i;
    json_array_foreach(tests, i, one)
    {
        t->limits = record_is(one, "method", t->m->word) ? one : t->limits;
    }
    return t->limits ? MOLY_OK
                     : MOLY_REFUSE(err, "R-49", "the master record of batch %s has no test of %s",
                                   t->a->batch, say(context, t->m->word));
}

static moly_status check_late(const moly_act_context *context, const tested *t, moly_error *err)
{
    const site_limit *limit = site_limit_of(context->limits, "sterility_incubation_s");
    moly_instant started = record_instant(t->batch, "sterility_at");
    if (t->m->kind != METHOD_LATE) {
        return MOLY_OK;
    }
    if (moly_instant_is_none(started)) {
        return MOLY_REFUSE(err, "R-46",
                           "the sterility test of %s has not been started "
                           "(quality.start_sterility)",
                           t->a->batch);
    }
    moly_instant ready = moly_instant_add_s(started, limit->value);
    if (t->a->conforms == 1 && context->at.us < ready.us) {
        return MOLY_REFUSE(err, "R-46", "%s is incubated until %s (%s); growth can be told before",
                           t->a->batch, say_time(context, ready), limit->source);
    }
    return MOLY_OK;
}

static moly_status check_instrument(const moly_act_context *context, const tested *t,
                                    moly_error *err)
{
    const json_t *instrument = NULL;
    if (!t->a->instrument) {
        return t->m->needs_instrument
                   ? MOLY_REFUSE(err, "R-49", "%s: scan the instrument that it was measured with",
                                 say(context, t->m->word))
                   : MOLY_OK;
    }
    moly_status status = act_record(context, "instrument", t->a->instrument, &instrument, err);
    return status ? status : rule_instrument(context, instrument, err);
}

static moly_status judge(const moly_act_context *context, tested *t, moly_error *err)
{
    const struct test_args *a = t->a;
    const moly_nuclide *nuclide = NULL;
    const char *vial = record_text(t->batch, "vial");
    moly_status status = physics_nuclide(record_text(t->batch, "nuclide"), &nuclide, err);
    if (!status && vial[0]) {
        status = act_record(context, "vial", vial, &t->vial, err);
    }
    if (status) {
        return status;
    }
    const method_given given = {.value = a->value,
                                .conforms = a->conforms,
                                .readings = a->readings,
                                .times = a->times,
                                .solvents = a->solvents,
                                .file = a->file,
                                .half_life_s = nuclide->half_life_s,
                                .seconds_per_point = position_s[a->position],
                                .vial = t->vial};
    return method_judge(context, t->m, t->limits, &given, &t->result, err);
}

static void record(const moly_act_context *context, const tested *t, moly_decision *decision)
{
    const struct test_args *a = t->a;
    decision_subject(decision, "batch", a->batch);
    decision_record(decision, "test", t->id);
    decision_text(decision, "state", t->result.is_passed ? "passed" : "out of specification");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "owner", a->batch);
    decision_text(decision, "batch", a->batch);
    decision_text(decision, "method", t->m->word);
    decision_text(decision, "reference", t->m->reference);
    decision_json(decision, "limits", json_deep_copy(t->limits));
    decision_number(decision, "value", t->result.value);
    decision_number(decision, "value_sd", t->result.sd);
    decision_text(decision, "unit", t->m->unit[0] ? t->m->unit : NULL);
    if (t->m->kind == METHOD_CONFORMS || t->m->kind == METHOD_LATE) {
        decision_json(decision, "conforms", json_boolean(a->conforms == 1));
    }
    if (t->result.analysis) {
        decision_json(decision, "analysis", t->result.analysis);
    }
    decision_text(decision, "file", a->file);
    decision_text(decision, "sample", a->sample);
    decision_text(decision, "instrument", a->instrument);
    decision_text(decision, "retest_of", t->retest_of);
    decision_text(decision, "made_by", context->performer->user);
    decision_link(decision, act_node(context, "test", t->id), act_node(context, "batch", a->batch),
                  "tests");
    if (a->instrument) {
        decision_link(decision, act_node(context, "test", t->id),
                      act_node(context, "instrument", a->instrument), "measured with");
    }
}

/* What was shipped or given already is told of at once. */
static moly_status fail(const moly_act_context *context, const tested *t, moly_decision *decision,
                        moly_error *err)
{
    const char *batch = t->a->batch, *word = t->m->word;
    bool is_out = record_is(t->batch, "state", "certified") ||
                  record_is(t->batch, "state", "conditionally released");
    decision_warn(decision, "R-48",
                  "%s of batch %s is out of specification: it is not released, an investigation "
                  "was opened",
                  say(context, word), batch);
    moly_status status = case_open(context, CASE_OOS, batch, t->id, decision, NULL, err,
                                   "%s is out of specification", word);
    if (!status) {
        status = alarm_raise(context, act_node(context, "batch", batch), decision, err,
                             "batch %s: %s is out of specification", batch, word);
    }
    if (is_out) {
        decision_record(decision, "batch", batch);
        decision_text(decision, "state", "recalled");
    }
    status =
        status ? status : batch_set_vial(context, t->batch, "out of specification", decision, err);
    status =
        status ? status : block_doses(context, act_node(context, "batch", batch), decision, err);
    return status ? status
                  : tell_receivers(context, act_node(context, "batch", batch), "do not use", is_out,
                                   MOLY_N("A test is out of specification: do not use it."),
                                   decision, NULL, err);
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    static const char *const states[] = {
        "made", "in progress", "reviewed", "certified", "conditionally released", "recalled", NULL};
    tested t = {.a = args};
    t.m = method_at(t.a->method);
    moly_status status = batch_in_state(context, t.a->batch, states, &t.batch, err);
    status = status ? status : find_limits(context, &t, err);
    status = status ? status : check_first(context, &t, err);
    status = status ? status : check_late(context, &t, err);
    status = status ? status : check_instrument(context, &t, err);
    status = status ? status : act_new_id(context, "test", "TST", NULL, &t.id, err);
    status = status ? status : judge(context, &t, err);
    if (status) {
        return status;
    }
    record(context, &t, decision);
    return t.result.is_passed ? MOLY_OK : fail(context, &t, decision, err);
}

const moly_act quality_test = {
    .declaration =
        {.name = "quality.test",
         .summary = "Test a batch by one of its master record's methods",
         .description =
             "The result is held against the master record's limits and is never replaced. A "
             "chromatogram is integrated and its baseline, noise and peaks are kept; a half-life "
             "is fitted. Out of specification: the vial is blocked, an investigation and an alarm "
             "are opened, and every receiver has a notice.",
         .example = "moly act quality.test"
                    " --db sqlite:moly.db"
                    " --as technologist"
                    " --batch BAT-000004"
                    " --method pH"
                    " --value 6.2",
         ACT_PARAMS(params),
         .args_size = sizeof(struct test_args)},
    .roles = HOT_LAB | MOLY_ROLE_PHYSICIST,
    .rules = "R-13 R-29 R-46 R-48 R-49",
    .subject_kind = "test",
    .decide = decide,
};

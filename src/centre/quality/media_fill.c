/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "quality/quality.h"

struct fill_args {
    const char *process, *note;
    moly_text_list operators;
    int64_t filled, grown;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "process",
     MOLY_TEXT(struct fill_args, process),
     .is_required = true,
     .min = 2.0,
     .max = 100.0,
     .help = "process that was simulated, as master records name it"},
    {.name = "operators",
     MOLY_TEXT_LIST(struct fill_args, operators),
     .record = "person",
     .is_required = true,
     .help = "who filled"},
    {.name = "filled",
     MOLY_I64(struct fill_args, filled),
     .min = 1.0,
     .max = 100000.0,
     .is_required = true,
     .help = "units that were filled and incubated"},
    {.name = "grown",
     MOLY_I64(struct fill_args, grown),
     .min = 0.0,
     .max = 100000.0,
     .is_required = true,
     .help = "units with growth"},
    ACT_AT(struct fill_args),
    ACT_NOTE(struct fill_args),
};

static moly_status qualify(const moly_act_context *context, const struct fill_args *a,
                           const char *id, bool is_passed, moly_decision *decision, moly_error *err)
{
    double valid_s = site_value(context->limits, "operator_requalification_s");
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < a->operators.n && !status; i++) {
        const char *user = a->operators.values[i];
        const json_t *person = NULL;
        status = act_record(context, "person", user, &person, err);
        if (status) {
            return status;
        }
        moly_instant until =
            is_passed ? moly_instant_add_s(context->at, valid_s) : MOLY_INSTANT_NONE;
        decision_record(decision, "person", user);
        decision_json(decision, "training", training_with(person, aseptic_work, until, id));
    }
    return status;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct fill_args *a = args;
    const site_limit *limit = site_limit_of(context->limits, "media_fill_growth");
    bool is_passed = (double)a->grown <= limit->value;
    json_t *operators = NULL;
    const char *id = NULL;
    if (a->grown > a->filled) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "grown: %lld of %lld units", (long long)a->grown,
                         (long long)a->filled);
    }
    for (size_t i = 0; i < a->operators.n; i++) {
        if (strcmp(a->operators.values[i], context->performer->user) == 0) {
            return ACT_FORBID(err, "R-09",
                              "%s filled and cannot judge the result; another person "
                              "must",
                              context->performer->user);
        }
    }
    moly_status status = act_new_id(context, "media_fill", "MFL", NULL, &id, err);
    status = status ? status : qualify(context, a, id, is_passed, decision, err);
    if (status) {
        return status;
    }
    operators = json_array();
    for (size_t i = 0; i < a->operators.n; i++) {
        (void)json_array_append_new(operators, json_string(a->operators.values[i]));
    }
    decision_subject(decision, "media_fill", id);
    decision_record(decision, "media_fill", id);
    decision_text(decision, "state", is_passed ? "passed" : "failed");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "owner", a->process);
    decision_text(decision, "process", a->process);
    decision_json(decision, "operators", operators);
    decision_json(decision, "filled", json_integer(a->filled));
    decision_json(decision, "grown", json_integer(a->grown));
    decision_text(decision, "limit_source", limit->source);
    decision_text(decision, "judged_by", context->performer->user);
    if (is_passed) {
        return MOLY_OK;
    }
    decision_warn(decision, "R-50",
                  "%lld of %lld units grew: nothing of this process is released and its operators "
                  "do no aseptic work until a media fill passes",
                  (long long)a->grown, (long long)a->filled);
    status = alarm_raise(context, act_node(context, "media_fill", id), decision, err,
                         "media fill of %s: %lld of %lld units grew", a->process,
                         (long long)a->grown, (long long)a->filled);
    return status ? status
                  : case_open(context, CASE_DEVIATION, NULL, id, decision, NULL, err,
                              "media fill of %s: %lld of %lld units grew", a->process,
                              (long long)a->grown, (long long)a->filled);
}

const moly_act quality_media_fill = {
    .declaration = {.name = "quality.media_fill",
                    .summary = "Record the result of a media fill",
                    .description = "Without growth the process may be released and its operators "
                                   "do aseptic work for the site's time; with growth neither.",
                    .example = "moly act quality.media_fill"
                               " --db sqlite:moly.db"
                               " --as qualified-person"
                               " --password-file qualified-person.password"
                               " --process 'filling of FDG'"
                               " --operators technologist"
                               " --filled 12"
                               " --grown 0",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct fill_args)},
    .roles = PHARMACY,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "media fill judged",
    .rules = "R-09 R-10 R-18 R-50",
    .subject_kind = "media_fill",
    .decide = decide,
};

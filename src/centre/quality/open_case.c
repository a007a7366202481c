/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "quality/quality.h"

struct open_args {
    const char *batch, *about, *what, *responsible, *note;
    int type;
    int64_t severity, occurrence, detection;
    moly_instant due, at;
};

static const moly_param params[] = {
    {.name = "type",
     MOLY_CHOICE(struct open_args, type),
     .choices = case_kinds,
     .is_required = true,
     .help = "deviation, corrective action, complaint, change, risk, result out of specification"},
    {.name = "what",
     MOLY_TEXT(struct open_args, what),
     .is_required = true,
     .min = 3.0,
     .max = 2000.0,
     .help = "what happened, or is asked for"},
    {.name = "batch",
     MOLY_TEXT(struct open_args, batch),
     .record = "batch",
     .help = "batch that it concerns"},
    {.name = "about",
     MOLY_TEXT(struct open_args, about),
     .max = 100.0,
     .help = "record that it concerns: of a change, the master record; of a corrective action, "
             "the deviation"},
    {.name = "responsible",
     MOLY_TEXT(struct open_args, responsible),
     .record = "person",
     .help = "who sees to it; without it who opens it"},
    {.name = "severity",
     MOLY_I64(struct open_args, severity),
     .min = 1.0,
     .max = 5.0,
     .help = "risk: 1 negligible to 5 harm to a patient"},
    {.name = "occurrence",
     MOLY_I64(struct open_args, occurrence),
     .min = 1.0,
     .max = 5.0,
     .help = "risk: 1 once in years to 5 daily"},
    {.name = "detection",
     MOLY_I64(struct open_args, detection),
     .min = 1.0,
     .max = 5.0,
     .help = "risk: 1 always seen to 5 never seen"},
    {.name = "due",
     MOLY_INSTANT(struct open_args, due),
     .help = "when it is to be decided, if earlier than the site's time for it"},
    ACT_AT(struct open_args),
    ACT_NOTE(struct open_args),
};

static moly_status check(const moly_act_context *context, const struct open_args *a,
                         moly_error *err)
{
    const json_t *record = NULL;
    moly_status status = a->batch ? act_record(context, "batch", a->batch, &record, err) : MOLY_OK;
    if (!status && a->type == CASE_CHANGE) {
        status = a->about ? act_record(context, "master", a->about, &record, err)
                          : MOLY_FAIL(err, MOLY_ERR_USAGE,
                                      "about: a change names the master "
                                      "record that it changes");
    }
    if (!status && a->type == CASE_CAPA && a->about) {
        status = act_record(context, "case", a->about, &record, err);
    }
    if (!status && a->responsible) {
        status = act_record(context, "person", a->responsible, &record, err);
        status = status ? status : rule_trained(context, record, NULL, context->at, err);
    }
    bool is_rated = a->severity > 0 && a->occurrence > 0 && a->detection > 0;
    if (!status && a->type == CASE_RISK && !is_rated) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE,
                           "a risk is rated by severity, occurrence and detection, 1 to 5 each");
    }
    moly_instant last = case_due(context, (case_kind)a->type);
    if (!status && a->due.us > last.us) {
        status = MOLY_REFUSE(err, "R-51", "due: %s is later than the site's time for it, %s",
                             say_time(context, a->due), say_time(context, last));
    }
    return status;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct open_args *a = args;
    const char *id = NULL;
    moly_status status = check(context, a, err);
    status = status ? status
                    : case_open(context, (case_kind)a->type, a->batch, a->about, decision, &id, err,
                                "%s", a->what);
    if (status) {
        return status;
    }
    decision_subject(decision, "case", id);
    decision_text(decision, "responsible",
                  a->responsible ? a->responsible : context->performer->user);
    decision_instant(decision, "due", a->due);
    if (a->type == CASE_CAPA && a->about) {
        decision_link(decision, act_node(context, "case", id), act_node(context, "case", a->about),
                      "about");
    }
    if (a->type == CASE_RISK) {
        decision_json(decision, "severity", json_integer(a->severity));
        decision_json(decision, "occurrence", json_integer(a->occurrence));
        decision_json(decision, "detection", json_integer(a->detection));
        decision_json(decision, "priority",
                      json_integer(a->severity * a->occurrence * a->detection));
    }
    return MOLY_OK;
}

const moly_act quality_open_case = {
    .declaration = {.name = "quality.open_case",
                    .summary = "Open a deviation, corrective action, complaint, change or risk",
                    .description =
                        "Linked to its batch and due after the site's time; overdue ones stand on "
                        "the first screen. A risk's priority is severity x occurrence x detection.",
                    .example = "moly act quality.open_case"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --type deviation"
                               " --batch BAT-000005"
                               " --what 'label of the shielding torn'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct open_args)},
    .roles = HOT_LAB | PHARMACY | MOLY_ROLE_PHYSICIST | MOLY_ROLE_PHYSICIAN,
    .rules = "R-51",
    .subject_kind = "case",
    .decide = decide,
};

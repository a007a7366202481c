/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"

struct incident_args {
    const char *description, *patient, *dose, *place, *action, *id, *note;
    double activity_bq, dose_sv;
    int kind;
    moly_instant occurred, at;
};

typedef enum incident_kind {
    EXTRAVASATION,
    MISADMINISTRATION,
    SPILL,
    LOSS,
    OVEREXPOSURE,
    UNBORN,
    OTHER
} incident_kind;
static const char *const kinds[] = {"extravasation", "misadministration", "spill", "loss",
                                    "overexposure",  "unborn child",      "other", NULL};
/* Keys of the times until the regulator is told and has the report; NULL: told with the report. */
static const struct {
    const char *notify, *report;
} deadlines[] = {
    {"incident_notify_s", "incident_report_s"},     {"incident_notify_s", "incident_report_s"},
    {"incident_notify_s", "incident_report_s"},     {"loss_notify_s", "incident_report_s"},
    {"incident_notify_s", "overexposure_report_s"}, {"incident_notify_s", "incident_report_s"},
    {"incident_notify_s", "incident_report_s"}};

static const moly_param params[] = {
    {.name = "kind",
     MOLY_CHOICE(struct incident_args, kind),
     .choices = kinds,
     .is_required = true,
     .help = "what happened"},
    {.name = "description",
     MOLY_TEXT(struct incident_args, description),
     .is_required = true,
     .max = 4000.0,
     .help = "what happened, in order"},
    {.name = "action",
     MOLY_TEXT(struct incident_args, action),
     .is_required = true,
     .max = 2000.0,
     .help = "what was done at once"},
    {.name = "patient",
     MOLY_TEXT(struct incident_args, patient),
     .record = "patient",
     .max = 40.0,
     .help = "patient it happened to"},
    {.name = "dose",
     MOLY_TEXT(struct incident_args, dose),
     .record = "dose",
     .max = 40.0,
     .help = "dose that it was about"},
    {.name = "place", MOLY_TEXT(struct incident_args, place), .max = 200.0, .help = "where"},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct incident_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 0.0,
     .max = 1e15,
     .help = "activity that was spilled, lost or went beside the vein"},
    {.name = "estimate",
     MOLY_F64(struct incident_args, dose_sv),
     .dim = MOLY_DIM_DOSE_EQUIVALENT,
     .min = 0.0,
     .max = 1e4,
     .help = "estimated dose"},
    {.name = "occurred",
     MOLY_INSTANT(struct incident_args, occurred),
     .help = "when it happened; without it, when it was found"},
    ACT_ID(struct incident_args, "incident"),
    ACT_AT(struct incident_args),
    ACT_NOTE(struct incident_args),
};

static moly_status check(const moly_act_context *context, const struct incident_args *a,
                         moly_instant occurred, moly_error *err)
{
    const json_t *record = NULL;
    moly_status status = rule_in_order(context, occurred, "it happened", err);
    if (!status && a->patient) {
        status = act_record(context, "patient", a->patient, &record, err);
    }
    if (!status && a->dose) {
        status = act_record(context, "dose", a->dose, &record, err);
    }
    if (!status && a->dose && a->patient && !record_is(record, "patient", a->patient)) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "dose %s is of patient %s, not of %s", a->dose,
                           record_text(record, "patient"), a->patient);
    }
    if (!status && a->kind <= MISADMINISTRATION && !a->dose) {
        status =
            MOLY_FAIL(err, MOLY_ERR_USAGE, "dose is required for %s", say(context, kinds[a->kind]));
    }
    return status;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct incident_args *a = args;
    const char *id = NULL;
    moly_instant occurred = moly_instant_is_none(a->occurred) ? context->at : a->occurred;
    moly_status status = check(context, a, occurred, err);
    if (!status) {
        status = act_new_id(context, "incident", "INC", a->id, &id, err);
    }
    if (status) {
        return status;
    }
    const site_limit *notify = site_limit_of(context->limits, deadlines[a->kind].notify);
    const site_limit *report = site_limit_of(context->limits, deadlines[a->kind].report);
    moly_instant notify_by = moly_instant_add_s(context->at, notify->value);
    moly_instant report_by = moly_instant_add_s(context->at, report->value);
    decision_subject(decision, "incident", id);
    decision_record(decision, "incident", id);
    decision_text(decision, "state", "open");
    decision_instant(decision, "at", occurred);
    decision_instant(decision, "found", context->at);
    decision_text(decision, "incident", kinds[a->kind]);
    decision_text(decision, "owner", a->patient);
    decision_text(decision, "patient", a->patient);
    decision_text(decision, "dose", a->dose);
    decision_text(decision, "place", a->place);
    decision_text(decision, "description", a->description);
    decision_text(decision, "action", a->action);
    decision_number(decision, "activity_bq", a->activity_bq);
    decision_number(decision, "estimate_sv", a->dose_sv);
    decision_instant(decision, "notify_by", notify_by);
    decision_instant(decision, "report_by", report_by);
    decision_text(decision, "deadline_source", notify->source);
    decision_text(decision, "made_by", context->performer->user);
    if (a->dose) {
        decision_link(decision, act_node(context, "incident", id),
                      act_node(context, "dose", a->dose), "incident of");
    }
    decision_warn(
        decision, "R-38",
        "tell the regulator by %s (%s), and the referring physician; the report is due by "
        "%s (%s)",
        say_time(context, notify_by), notify->source, say_time(context, report_by), report->source);
    return MOLY_OK;
}

const moly_act safety_report_incident = {
    .declaration = {.name = "safety.report_incident",
                    .summary = "Record an incident, with the regulator's deadlines",
                    .description =
                        "Extravasation, misadministration, spill, loss, overexposure. What was "
                        "done at once is asked for; who was told and why it happened follows "
                        "(safety.follow_incident).",
                    .example = "moly act safety.report_incident"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --kind extravasation"
                               " --dose DOS-000001"
                               " --description 'a third went beside the vein'"
                               " --action 'arm raised and warmed, imaged'"
                               " --activity '200 MBq'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct incident_args)},
    .roles = HOT_LAB | PHARMACY | CLINIC | MOLY_ROLE_PHYSICIST,
    .rules = "R-38",
    .subject_kind = "incident",
    .decide = decide,
};

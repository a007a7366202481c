/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"

struct follow_args {
    const char *incident, *cause, *measures, *note;
    moly_instant notified, reported, at;
};

static const moly_param params[] = {
    {.name = "incident",
     MOLY_TEXT(struct follow_args, incident),
     .record = "incident",
     .is_required = true,
     .max = 40.0,
     .help = "incident that is followed up"},
    {.name = "notified",
     MOLY_INSTANT(struct follow_args, notified),
     .help = "when the regulator was told"},
    {.name = "reported",
     MOLY_INSTANT(struct follow_args, reported),
     .help = "when the written report was sent"},
    {.name = "cause",
     MOLY_TEXT(struct follow_args, cause),
     .max = 4000.0,
     .help = "why it happened"},
    {.name = "measures",
     MOLY_TEXT(struct follow_args, measures),
     .max = 4000.0,
     .help = "what changes, so that it does not come again"},
    ACT_AT(struct follow_args),
    ACT_NOTE(struct follow_args),
};

/* What the record has after this act. */
static bool has(const json_t *incident, const char *key, bool is_given)
{
    return is_given || record_text(incident, key)[0];
}

static moly_status check_time(const moly_act_context *context, const json_t *incident,
                              moly_instant given, const char *field, moly_error *err)
{
    if (moly_instant_is_none(given)) {
        return MOLY_OK;
    }
    if (given.us < record_instant(incident, "at").us || given.us > context->at.us) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%s: %s is not between the incident and now", field,
                         say_time(context, given));
    }
    return MOLY_OK;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct follow_args *a = args;
    const json_t *incident = NULL;
    moly_status status = act_record(context, "incident", a->incident, &incident, err);
    if (!status && !record_is(incident, "state", "open")) {
        status = MOLY_REFUSE(err, "R-38", "incident %s is closed already", a->incident);
    }
    if (!status) {
        status = check_time(context, incident, a->notified, "notified", err);
    }
    if (!status) {
        status = check_time(context, incident, a->reported, "reported", err);
    }
    if (status) {
        return status;
    }
    bool is_whole = has(incident, "notified", !moly_instant_is_none(a->notified)) &&
                    has(incident, "reported", !moly_instant_is_none(a->reported)) &&
                    has(incident, "cause", a->cause != NULL) &&
                    has(incident, "measures", a->measures != NULL);
    moly_instant notify_by = record_instant(incident, "notify_by");
    decision_subject(decision, "incident", a->incident);
    decision_record(decision, "incident", a->incident);
    decision_text(decision, "state", is_whole ? "closed" : "open");
    decision_instant(decision, "notified", a->notified);
    decision_instant(decision, "reported", a->reported);
    decision_text(decision, "cause", a->cause);
    decision_text(decision, "measures", a->measures);
    decision_text(decision, is_whole ? "closed_by" : "followed_by", context->performer->user);
    if (!moly_instant_is_none(a->notified) && a->notified.us > notify_by.us) {
        decision_warn(decision, "R-38", "the regulator was told at %s, later than %s",
                      say_time(context, a->notified), say_time(context, notify_by));
    }
    return MOLY_OK;
}

const moly_act safety_follow_incident = {
    .declaration = {.name = "safety.follow_incident",
                    .summary = "Follow an incident up: who was told, why it happened, what changes",
                    .description =
                        "It closes once all four are there; until then it is listed with its "
                        "deadlines.",
                    .example = "moly act safety.follow_incident"
                               " --db sqlite:moly.db"
                               " --as physicist"
                               " --password-file physicist.password"
                               " --incident INC-000001"
                               " --cause 'cannula was not flushed'"
                               " --measures 'flushing is a line of the check list'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct follow_args)},
    .roles = PROTECTION | MOLY_ROLE_QUALIFIED_PERSON,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "followed up",
    .rules = "R-10 R-38",
    .subject_kind = "incident",
    .decide = decide,
};

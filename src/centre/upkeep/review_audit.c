/* SPDX-License-Identifier: Apache-2.0 */
/* the audit trail, looked at from where the last review ended. */
#include "acts.h"
#include "upkeep.h"

static const char *const outcomes[] = {"nothing to follow up", "to be followed up", NULL};
enum { PAGE = 500, MOST_EVENTS = 20000 };

struct review_audit_args {
    const char *scope, *findings;
    int64_t until;
    int outcome;
    moly_instant next, at;
};

static const moly_param params[] = {
    {.name = "scope",
     MOLY_TEXT(struct review_audit_args, scope),
     .is_required = true,
     .max = 500.0,
     .help = "what was looked at: corrections, late entries, sign-ins"},
    {.name = "until",
     MOLY_I64(struct review_audit_args, until),
     .min = 1.0,
     .max = 1e15,
     .help = "last event that was reviewed, if not the newest"},
    {.name = "outcome",
     MOLY_CHOICE(struct review_audit_args, outcome),
     .choices = outcomes,
     .is_required = true,
     .help = "whether anything must be followed up"},
    {.name = "findings",
     MOLY_TEXT(struct review_audit_args, findings),
     .max = 2000.0,
     .help = "what was found; needed when something must be followed up"},
    {.name = "next",
     MOLY_INSTANT(struct review_audit_args, next),
     .help = "when the next is due, if sooner than the site's interval"},
    ACT_AT(struct review_audit_args),
};

/* What a reviewer looks for, counted. */
typedef struct counted {
    int64_t first, last;
    int n_corrections, n_late, n_lock_outs, n_unsynchronised, n_restores;
} counted;

static void count_event(const json_t *event, counted *c)
{
    const json_t *body = json_object_get(event, "body");
    c->last = json_integer_value(json_object_get(event, "seq"));
    c->n_corrections += json_object_get(body, "corrects") != NULL;
    c->n_late += json_object_get(body, "late_s") != NULL;
    c->n_lock_outs += record_is(event, "kind", "ledger.lock-out");
    c->n_restores += record_is(event, "kind", "ledger.restore");
    c->n_unsynchronised += record_is(event, "clock", "unsynchronised");
}

static moly_status count_events(const moly_act_context *context, int64_t until, counted *c,
                                moly_error *err)
{
    json_t *last = NULL;
    int64_t head = 0;
    moly_status status =
        upkeep_newest(context->reader, upkeep_tasks[UPKEEP_AUDIT_REVIEW].kind, &last, err);
    status = status ? status : moly_ledger_head(context->reader, &head, err);
    double from = record_number(last, "last_event");
    json_decref(last);
    until = until > 0 && until < head ? until : head; /* not given: the newest */
    *c = (counted){.first = isnan(from) ? 1 : (int64_t)from + 1};
    if (!status && until < c->first) {
        return MOLY_REFUSE(err, "R-17", "everything up to event %lld is reviewed already",
                           (long long)c->first - 1);
    }
    if (!status && until - c->first >= MOST_EVENTS) {
        return MOLY_REFUSE(
            err, "R-17", "events %lld to %lld are more than the %d of one review; give until %lld",
            (long long)c->first, (long long)until, (int)MOST_EVENTS,
            (long long)c->first + MOST_EVENTS - 1);
    }
    moly_event_query query = {.after_seq = c->first - 1, .limit = PAGE};
    while (!status && query.after_seq < until) {
        json_t *events = NULL, *event;
        size_t i;
        status = moly_ledger_events(context->reader, &query, &events, err);
        json_array_foreach(events, i, event)
        {
            query.after_seq = json_integer_value(json_object_get(event, "seq"));
            if (query.after_seq <= until) {
                count_event(event, c);
            }
        }
        if (json_array_size(events) == 0) {
            query.after_seq = until;
        }
        json_decref(events);
    }
    return status;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct review_audit_args *a = args;
    counted c;
    const upkeep_review review = {
        .scope = a->scope, .findings = a->findings, .is_clear = a->outcome == 0, .next = a->next};
    moly_status status = count_events(context, a->until, &c, err);
    status = status ? status
                    : upkeep_record_review(context, UPKEEP_AUDIT_REVIEW, &review, decision, err);
    if (status) {
        return status;
    }
    decision_number(decision, "first_event", (double)c.first);
    decision_number(decision, "last_event", (double)c.last);
    decision_number(decision, "n_corrections", c.n_corrections);
    decision_number(decision, "n_late", c.n_late);
    decision_number(decision, "n_lock_outs", c.n_lock_outs);
    decision_number(decision, "n_restores", c.n_restores);
    decision_number(decision, "n_unsynchronised", c.n_unsynchronised);
    return MOLY_OK;
}

const moly_act centre_review_audit = {
    .declaration = {.name = "centre.review_audit",
                    .summary = "Sign the review of the audit trail",
                    .description = "It begins where the last one ended, so that no event is left "
                                   "out; corrections, late entries, lock-outs, restores and events "
                                   "under a clock that was not synchronised are counted.",
                    .example = "moly act centre.review_audit"
                               " --db sqlite:moly.db"
                               " --as qualified-person"
                               " --password-file qualified-person.password"
                               " --scope 'corrections and late entries'"
                               " --outcome 'nothing to follow up'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct review_audit_args)},
    .roles = MOLY_ROLE_QUALIFIED_PERSON | MOLY_ROLE_PHYSICIST,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "audit trail reviewed",
    .rules = "R-10 R-17",
    .subject_kind = "audit_review",
    .decide = decide,
};

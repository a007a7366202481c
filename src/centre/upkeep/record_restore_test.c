/* SPDX-License-Identifier: Apache-2.0 */
/* that a backup can be restored, tried and signed. */
#include "acts.h"
#include "upkeep.h"

static const char *const results[] = {"passed", "failed", NULL};
enum { PASSED, FAILED };

struct restore_test_args {
    int result;
    const char *backup, *backup_hash, *last_hash, *kept_at, *findings;
    int64_t last_event;
    double duration_s;
    moly_instant next, at;
};

static const moly_param params[] = {
    {.name = "result",
     MOLY_CHOICE(struct restore_test_args, result),
     .choices = results,
     .is_required = true,
     .help = "whether a whole ledger came out of the backup"},
    {.name = "backup",
     MOLY_TEXT(struct restore_test_args, backup),
     .is_required = true,
     .max = 300.0,
     .help = "which backup: its file or medium"},
    {.name = "kept-at",
     MOLY_TEXT(struct restore_test_args, kept_at),
     .is_required = true,
     .max = 300.0,
     .help = "where it is kept, apart from the ledger"},
    {.name = "backup-hash",
     MOLY_TEXT(struct restore_test_args, backup_hash),
     .min = 64.0,
     .max = 64.0,
     .help = "BLAKE2b-256 of the file"},
    {.name = "last-event",
     MOLY_I64(struct restore_test_args, last_event),
     .min = 1.0,
     .max = 1e15,
     .help = "newest event in it"},
    {.name = "last-hash",
     MOLY_TEXT(struct restore_test_args, last_hash),
     .min = 64.0,
     .max = 64.0,
     .help = "hash of that event"},
    {.name = "duration",
     MOLY_F64(struct restore_test_args, duration_s),
     .dim = MOLY_DIM_TIME,
     .min = 0.0,
     .max = 1e7,
     .help = "how long restoring took"},
    {.name = "findings",
     MOLY_TEXT(struct restore_test_args, findings),
     .max = 2000.0,
     .help = "what was found; needed when it failed"},
    {.name = "next",
     MOLY_INSTANT(struct restore_test_args, next),
     .help = "when the next is due, if sooner than the site's interval"},
    ACT_AT(struct restore_test_args),
};

/* The backup is one of this ledger: its last event is here, with the same hash. */
static moly_status check_history(const moly_act_context *context, const struct restore_test_args *a,
                                 moly_error *err)
{
    json_t *events = NULL;
    if (a->last_event < 1 || !a->last_hash || !a->backup_hash) {
        return MOLY_REFUSE(err, "R-06",
                           "a trial that passed names the last event of the backup, its hash and "
                           "the hash of the file; moly restore FILE --try records them");
    }
    const moly_event_query query = {.after_seq = a->last_event - 1, .limit = 1};
    moly_status status = moly_ledger_events(context->reader, &query, &events, err);
    const json_t *event = json_array_get(events, 0);
    if (!status && (json_integer_value(json_object_get(event, "seq")) != a->last_event ||
                    !record_is(event, "hash", a->last_hash))) {
        status = MOLY_REFUSE(err, "R-06",
                             "event %lld of the backup is not event %lld of this ledger: it is a "
                             "backup of another one",
                             (long long)a->last_event, (long long)a->last_event);
    }
    json_decref(events);
    return status;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct restore_test_args *a = args;
    const upkeep_task *task = &upkeep_tasks[UPKEEP_RESTORE_TEST];
    const char *id = NULL;
    moly_instant due;
    moly_status status = upkeep_next_due(context, UPKEEP_RESTORE_TEST, a->next, &due, err);
    if (!status && a->result == PASSED) {
        status = check_history(context, a, err);
    } else if (!status) {
        status = rule_reason(a->findings, task->rule, "a trial that failed", err);
    }
    status = status ? status : act_new_id(context, task->kind, task->prefix, NULL, &id, err);
    if (status) {
        return status;
    }
    decision_subject(decision, task->kind, id);
    decision_record(decision, task->kind, id);
    decision_text(decision, "state", results[a->result]);
    decision_instant(decision, "at", context->at);
    decision_text(decision, "backup", a->backup);
    decision_text(decision, "kept_at", a->kept_at);
    decision_text(decision, "backup_hash", a->backup_hash);
    if (a->last_event > 0) {
        decision_number(decision, "last_event", (double)a->last_event);
    }
    decision_text(decision, "last_hash", a->last_hash);
    decision_number(decision, "duration_s", a->duration_s);
    decision_text(decision, "findings", a->findings);
    decision_text(decision, "tested_by", context->performer->user);
    decision_instant(decision, "next_due", due);
    return MOLY_OK;
}

const moly_act centre_record_restore_test = {
    .declaration = {.name = "centre.record_restore_test",
                    .summary = "Record that restoring a backup was tried",
                    .description = "moly restore FILE --try does it and calls this. The next is "
                                   "due after the site's interval; an overdue one stands on the "
                                   "first screen.",
                    .example = "moly restore backup.db --try"
                               " --db sqlite:moly.db"
                               " --as physicist"
                               " --password-file physicist.password"
                               " --kept-at 'safe in building B'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct restore_test_args)},
    .roles = MOLY_ROLE_ADMIN | MOLY_ROLE_PHYSICIST | MOLY_ROLE_QUALIFIED_PERSON,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "restoring tried",
    .rules = "R-06 R-10",
    .subject_kind = "restore_test",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* after a restore, somebody signs that what was done after the backup is here again. */
#include "act.h"
#include "acts.h"

struct accept_restore_args {
    const char *restore, *findings;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "restore",
     MOLY_TEXT(struct accept_restore_args, restore),
     .record = "restore",
     .is_required = true,
     .help = "restore that is accepted"},
    {.name = "findings",
     MOLY_TEXT(struct accept_restore_args, findings),
     .is_required = true,
     .max = 2000.0,
     .help = "what was not there, and how it was entered again"},
    ACT_AT(struct accept_restore_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct accept_restore_args *a = args;
    const json_t *restore = NULL;
    moly_status status = act_record(context, "restore", a->restore, &restore, err);
    if (!status && !record_is(restore, "state", "to be accepted")) {
        status = MOLY_REFUSE(err, "R-06", "%s was accepted by %s already", a->restore,
                             record_text(restore, "accepted_by"));
    }
    if (!status) {
        status = rule_reason(a->findings, "R-06", "accepting a restore", err);
    }
    if (!status) {
        status =
            rule_in_order(context, record_instant(restore, "at"), "the ledger was restored", err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "restore", a->restore);
    decision_record(decision, "restore", a->restore);
    decision_text(decision, "state", "accepted");
    decision_text(decision, "findings", a->findings);
    decision_text(decision, "accepted_by", context->performer->user);
    decision_instant(decision, "accepted_at", context->at);
    return MOLY_OK;
}

const moly_act centre_accept_restore = {
    .declaration = {.name = "centre.accept_restore",
                    .summary = "Sign that the records are complete after a restore",
                    .description = "What was done after the backup is not in a ledger that was "
                                   "restored from it; the first screen says so until it was "
                                   "entered again and this is signed.",
                    .example = "moly act centre.accept_restore"
                               " --db sqlite:again.db"
                               " --as qualified-person"
                               " --password-file qualified-person.password"
                               " --restore RST-000001"
                               " --findings 'two doses entered again from the printed list'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct accept_restore_args)},
    .roles = MOLY_ROLE_PHYSICIST | PHARMACY,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "records complete after restore",
    .rules = "R-06 R-10",
    .subject_kind = "restore",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "person.h"

struct retire_args {
    const char *user, *reason;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "user",
     MOLY_TEXT(struct retire_args, user),
     .record = "person",
     .is_required = true,
     .help = "person who leaves"},
    {.name = "reason",
     MOLY_TEXT(struct retire_args, reason),
     .is_required = true,
     .max = 2000.0,
     .help = "why"},
    ACT_AT(struct retire_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct retire_args *a = args;
    const json_t *person = NULL;
    moly_status status = act_record(context, "person", a->user, &person, err);
    if (!status && record_is(person, "state", "retired")) {
        status = MOLY_REFUSE(err, "R-08", "%s is retired already", a->user);
    }
    if (!status && strcmp(a->user, context->performer->user) == 0) {
        status =
            MOLY_REFUSE(err, "R-09", "nobody retires the own account; another administrator must");
    }
    if (!status) {
        status = rule_reason(a->reason, "R-04", "retiring a person", err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "person", a->user);
    decision_record(decision, "person", a->user);
    decision_text(decision, "state", "retired");
    decision_instant(decision, "retired_at", context->at);
    return MOLY_OK;
}

const moly_act centre_retire_person = {
    .declaration = {.name = "centre.retire_person",
                    .summary = "End a person's access",
                    .description = "The account stays, because its signatures do; it cannot act or "
                                   "sign in any more.",
                    .example = "moly act centre.retire_person"
                               " --db sqlite:moly.db"
                               " --as admin"
                               " --password-file admin.password"
                               " --user aibek"
                               " --reason 'left the centre'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct retire_args)},
    .roles = MOLY_ROLE_ADMIN,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "access ended",
    .rules = "R-04 R-08 R-10",
    .subject_kind = "person",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "person.h"

struct remove_args {
    const char *user, *reason;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "user",
     MOLY_TEXT(struct remove_args, user),
     .record = "person",
     .is_required = true,
     .help = "whose telephone was lost or replaced"},
    {.name = "reason",
     MOLY_TEXT(struct remove_args, reason),
     .is_required = true,
     .max = 2000.0,
     .help = "why, and how you know that it is this person who asks"},
    ACT_AT(struct remove_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct remove_args *a = args;
    const moly_performer *who = context->performer;
    const json_t *person = NULL;
    moly_status status = act_record(context, "person", a->user, &person, err);
    if (!status && (strcmp(a->user, who->user) == 0 ||
                    (who->second && strcmp(a->user, moly_identity_user(who->second)) == 0))) {
        status = ACT_FORBID(err, "R-12",
                            "two other persons remove the second factor of %s, or a stolen "
                            "password would be enough",
                            a->user);
    }
    if (!status) {
        status = rule_reason(a->reason, "R-12", "removing a second factor", err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "person", a->user);
    decision_record(decision, "person", a->user);
    decision_json(decision, "second_factor", json_null());
    decision_json(decision, "second_factor_nonce", json_null());
    decision_json(decision, "second_factor_at", json_null());
    if (!moly_person_has_second_factor(person)) {
        decision_warn(decision, "R-12", "%s had no second factor", a->user);
    }
    return MOLY_OK;
}

const moly_act centre_end_second_factor = {
    .declaration = {.name = "centre.end_second_factor",
                    .summary = "Let a person without the telephone in again",
                    .description = "Two other persons sign it. The person then signs in with the "
                                   "password, and enrols another telephone where the site's "
                                   "policy wants one.",
                    .example = "moly act centre.end_second_factor"
                               " --db sqlite:moly.db"
                               " --as admin"
                               " --password-file admin.password"
                               " --second physicist"
                               " --second-password-file physicist.password"
                               " --user physician"
                               " --reason 'telephone lost; spoke with her at the desk'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct remove_args)},
    .roles = MOLY_ROLE_ADMIN | MOLY_ROLE_QUALIFIED_PERSON | MOLY_ROLE_PHYSICIST,
    .signature = MOLY_SIGNATURE_TWO,
    .meaning = "second factor removed",
    .rules = "R-04 R-10 R-12",
    .subject_kind = "person",
    .decide = decide,
};

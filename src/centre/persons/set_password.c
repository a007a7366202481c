/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "person.h"

struct password_args {
    const char *user, *password;
    int cost;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "user",
     MOLY_TEXT(struct password_args, user),
     .record = "person",
     .is_required = true,
     .help = "whose password; an administrator may set another's"},
    {.name = "password",
     MOLY_TEXT(struct password_args, password),
     .is_required = true,
     .is_secret = true,
     .max = 1024.0,
     .help = "new password, 8 bytes at least"},
    {.name = "cost",
     MOLY_CHOICE(struct password_args, cost),
     .choices = person_cost_words,
     .fallback = "moderate",
     .help = "memory and time that one guess of the password takes"},
    ACT_AT(struct password_args),
};

static bool is_admin(const json_t *person)
{
    size_t i;
    const json_t *role;
    json_array_foreach(json_object_get(person, "roles"), i, role)
    {
        if (json_is_string(role) && strcmp(json_string_value(role), "admin") == 0) {
            return true;
        }
    }
    return false;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct password_args *a = args;
    const char *me = context->performer->user;
    const json_t *person = NULL, *own = NULL;
    moly_status status = act_record(context, "person", a->user, &person, err);
    if (!status) {
        status = act_record(context, "person", me, &own, err);
    }
    if (!status && strcmp(a->user, me) != 0 && !is_admin(own)) {
        status = ACT_FORBID(
            err, "R-08", "%s may not change the password of %s; an administrator may", me, a->user);
    }
    if (!status && record_is(person, "state", "retired")) {
        status = MOLY_REFUSE(err, "R-08", "%s is retired", a->user);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "person", a->user);
    decision_record(decision, "person", a->user);
    return person_set_password(context, a->user, record_text(person, "name"), a->password,
                               (moly_password_cost)a->cost, decision, err);
}

const moly_act centre_set_password = {
    .declaration = {.name = "centre.set_password",
                    .summary = "Change a password",
                    .description = "A new signing key comes with it; signatures made with the old "
                                   "one stay valid.",
                    .example = "moly act centre.set_password"
                               " --db sqlite:moly.db"
                               " --as inspector"
                               " --password-file inspector.password"
                               " --user inspector"
                               " --password another-password",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct password_args)},
    .roles = HOT_LAB | PHARMACY | PROTECTION | CLINIC | MOLY_ROLE_ADMIN | MOLY_ROLE_INSPECTOR,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "password changed",
    .rules = "R-08 R-10",
    .subject_kind = "person",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "person.h"

struct create_args {
    const char *user, *name, *password, *language;
    moly_text_list roles;
    int cost;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "user",
     MOLY_TEXT(struct create_args, user),
     .is_required = true,
     .min = 1.0,
     .max = 64.0,
     .help = "name to sign in with: a-z, 0-9, '.', '_', '-'"},
    {.name = "name",
     MOLY_TEXT(struct create_args, name),
     .is_required = true,
     .max = 200.0,
     .help = "full name, printed with signatures"},
    {.name = "roles",
     MOLY_TEXT_LIST(struct create_args, roles),
     .is_required = true,
     .help = "technologist, radiopharmacist, qualified-person, physicist, physician, admin, "
             "inspector"},
    {.name = "password",
     MOLY_TEXT(struct create_args, password),
     .is_required = true,
     .is_secret = true,
     .max = 1024.0,
     .help = "first password, to be changed by the person"},
    {.name = "cost",
     MOLY_CHOICE(struct create_args, cost),
     .choices = person_cost_words,
     .fallback = "moderate",
     .help = "memory and time that one guess of the password takes"},
    {.name = "language",
     MOLY_TEXT(struct create_args, language),
     .max = 8.0,
     .help = "language of the screens, \"ru\""},
    ACT_AT(struct create_args),
};

static moly_status check_free(const moly_act_context *context, const char *user, moly_error *err)
{
    json_t *person = NULL;
    moly_error absent = {0};
    moly_status status = moly_ledger_record(context->reader, "person", user, &person, &absent);
    json_decref(person);
    if (!status) {
        return MOLY_REFUSE(err, "R-08",
                           "there is a person %s already, and a name is never given twice", user);
    }
    return status == MOLY_ERR_NOT_FOUND ? MOLY_OK
                                        : moly_fail(err, status, absent.rule, absent.file,
                                                    absent.line, "%s", absent.message);
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct create_args *a = args;
    moly_status status = person_check_roles(&a->roles, err);
    if (!status) {
        status = check_free(context, a->user, err);
    }
    if (status) {
        return status;
    }
    json_t *roles = json_array();
    for (size_t i = 0; i < a->roles.n; i++) {
        (void)json_array_append_new(roles, json_string(a->roles.values[i]));
    }
    decision_subject(decision, "person", a->user);
    decision_record(decision, "person", a->user);
    decision_text(decision, "state", "active");
    decision_text(decision, "name", a->name);
    decision_json(decision, "roles", roles);
    decision_text(decision, "language", a->language);
    decision_instant(decision, "at", context->at);
    return person_set_password(context, a->user, a->name, a->password, (moly_password_cost)a->cost,
                               decision, err);
}

const moly_act centre_create_person = {
    .declaration = {.name = "centre.create_person",
                    .summary = "Give a person an account with roles",
                    .example = "moly act centre.create_person"
                               " --db sqlite:moly.db"
                               " --as admin"
                               " --password-file admin.password"
                               " --user aibek"
                               " --name 'Айбек Садыков'"
                               " --roles technologist"
                               " --password first-password",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct create_args)},
    .roles = MOLY_ROLE_ADMIN,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "account approved",
    .rules = "R-08 R-09 R-10",
    .subject_kind = "person",
    .decide = decide,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* who has which role, looked at by somebody who does not give them. */
#include "acts.h"
#include "upkeep.h"

static const char *const outcomes[] = {"as it should be", "to be changed", NULL};

struct review_access_args {
    const char *scope, *findings;
    int outcome;
    moly_instant next, at;
};

static const moly_param params[] = {
    {.name = "scope",
     MOLY_TEXT(struct review_access_args, scope),
     .max = 500.0,
     .fallback = "all accounts",
     .help = "what was looked at"},
    {.name = "outcome",
     MOLY_CHOICE(struct review_access_args, outcome),
     .choices = outcomes,
     .is_required = true,
     .help = "whether every account and role is needed, and no other"},
    {.name = "findings",
     MOLY_TEXT(struct review_access_args, findings),
     .max = 2000.0,
     .help = "what has to change; needed when something has"},
    {.name = "next",
     MOLY_INSTANT(struct review_access_args, next),
     .help = "when the next is due, if sooner than the site's interval"},
    ACT_AT(struct review_access_args),
};

/* Accounts as they are at the review: the sheet that is signed. */
static json_t *accounts_of(const json_t *persons)
{
    json_t *list = json_array();
    size_t i;
    json_t *one;
    json_array_foreach(persons, i, one)
    {
        json_t *roles = json_object_get(one, "roles");
        const char *state = json_string_value(json_object_get(one, "state"));
        const char *factor = json_string_value(json_object_get(one, "second_factor"));
        (void)json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:s, s:s, s:O}", "user", record_text(one, "id"), "name",
                      record_text(one, "name"), "state", state ? state : "active", "second_factor",
                      factor ? factor : "none", "roles", roles ? roles : json_null()));
    }
    return list;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct review_access_args *a = args;
    const moly_record_query query = {.kind = "person", .limit = 10000};
    const json_t *persons = NULL;
    const upkeep_review review = {
        .scope = a->scope, .findings = a->findings, .is_clear = a->outcome == 0, .next = a->next};
    moly_status status = act_records(context, &query, &persons, err);
    status = status ? status
                    : upkeep_record_review(context, UPKEEP_ACCESS_REVIEW, &review, decision, err);
    if (!status) {
        decision_number(decision, "n_accounts", (double)json_array_size(persons));
        decision_member(decision, "accounts", accounts_of(persons));
    }
    return status;
}

const moly_act centre_review_access = {
    .declaration = {.name = "centre.review_access",
                    .summary = "Sign the review of accounts and roles",
                    .description = "The event keeps every account with its roles as they were. An "
                                   "administrator, who gives the roles, does not review them.",
                    .example = "moly act centre.review_access"
                               " --db sqlite:moly.db"
                               " --as qualified-person"
                               " --password-file qualified-person.password"
                               " --outcome 'as it should be'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct review_access_args)},
    .roles = MOLY_ROLE_QUALIFIED_PERSON | MOLY_ROLE_PHYSICIST,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "access reviewed",
    .rules = "R-09 R-10 R-17",
    .subject_kind = "access_review",
    .decide = decide,
};

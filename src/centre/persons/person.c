/* SPDX-License-Identifier: Apache-2.0 */
#include "person.h"

#include "persons/password.h"

const char *const person_cost_words[] = {[MOLY_PASSWORD_MINIMAL] = "minimal",
                                         [MOLY_PASSWORD_INTERACTIVE] = "interactive",
                                         [MOLY_PASSWORD_MODERATE] = "moderate",
                                         NULL};

#define ROLE_WORD(name, bit, word) word,
const char *const person_role_words[] = {MOLY_ROLE_LIST(ROLE_WORD) NULL};
#undef ROLE_WORD

moly_status person_check_roles(const moly_text_list *roles, moly_error *err)
{
    size_t n_words = 0;
    bool is_admin = false;
    while (person_role_words[n_words]) {
        n_words++;
    }
    for (size_t i = 0; i < roles->n; i++) {
        const char *role = roles->values[i];
        bool is_known = false;
        for (size_t w = 0; w < n_words; w++) {
            is_known = is_known || strcmp(role, person_role_words[w]) == 0;
        }
        if (!is_known) {
            const char *near = moly_nearest(role, person_role_words, n_words);
            return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "role '%.40s' is unknown%s%s%s", role,
                             near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        }
        is_admin = is_admin || strcmp(role, "admin") == 0;
    }
    if (roles->n == 0) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "at least one role is needed");
    }
    if (is_admin && roles->n > 1) {
        return MOLY_REFUSE(err, "R-09",
                           "an administrator has no other role, so that who makes accounts cannot "
                           "make records; create two accounts for two persons");
    }
    return MOLY_OK;
}

moly_status person_set_password(const moly_act_context *context, const char *user, const char *name,
                                const char *password, moly_password_cost cost,
                                moly_decision *decision, moly_error *err)
{
    char key[65] = "";
    moly_status status = password_check(context->site, user, name, password, err);
    if (!status && !context->is_preview) {
        status =
            moly_transaction_set_password(context->transaction, user, password, cost, key, err);
    }
    if (!status) {
        decision_text(decision, "public_key", key);
        decision_text(decision, "password_cost", person_cost_words[cost]);
        decision_instant(decision, "password_at", context->now);
    }
    return status;
}

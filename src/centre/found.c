/* SPDX-License-Identifier: Apache-2.0 */
/* The first administrator and the import service: nobody is there yet who could create a person. */
#include "act.h"
#include "persons/password.h"

struct founding {
    moly_ledger *ledger;
    const char *admin, *password;
    moly_password_cost cost;
};

static moly_status found(moly_transaction *transaction, void *given, moly_error *err)
{
    const struct founding *f = given;
    char key[65], subject[80], at[MOLY_INSTANT_TEXT_SIZE];
    const moly_record_query anybody = {.kind = "person", .limit = 1};
    json_t *persons = NULL;
    moly_instant now = moly_clock_now(moly_ledger_clock(f->ledger));
    moly_status status =
        moly_ledger_records(moly_transaction_reader(transaction), &anybody, &persons, err);
    if (!status && json_array_size(persons) > 0) {
        status =
            MOLY_REFUSE(err, "R-08", "there are persons already; an administrator adds others");
    }
    json_decref(persons);
    if (!status) {
        status = password_check(moly_ledger_site(f->ledger), f->admin, NULL, f->password, err);
    }
    if (!status) {
        status =
            moly_transaction_set_password(transaction, f->admin, f->password, f->cost, key, err);
    }
    if (status) {
        return status;
    }
    /* The second one is the program itself: it has no password, so nobody can sign in as it. */
    json_t *body = json_pack(
        "{s:[{s:s, s:s, s:{s:s, s:s, s:[s], s:s, s:s}}, {s:s, s:s, s:{s:s, s:s, s:[s], s:s}}]}",
        "records", "kind", "person", "id", f->admin, "set", "state", "active", "name", f->admin,
        "roles", "admin", "public_key", key, "at", moly_instant_format(now, at), "kind", "person",
        "id", "import", "set", "state", "active", "name", "Automatic import", "roles", "service",
        "at", at);
    if (!body) {
        return MOLY_NO_MEMORY(err);
    }
    (void)snprintf(subject, sizeof subject, "person/%s", f->admin);
    const moly_draft draft = {.kind = "centre.found",
                              .subject = subject,
                              .at = now,
                              .person = "moly",
                              .authentication = "program",
                              .body = body};
    status = moly_transaction_append(transaction, &draft, NULL, err);
    json_decref(body);
    return status;
}

moly_status moly_centre_found(moly_ledger *ledger, const char *admin, const char *password,
                              moly_password_cost cost, moly_error *err)
{
    struct founding founding = {ledger, admin, password, cost};
    return moly_ledger_transact(ledger, found, &founding, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* what an installation showed, kept under a signature. */
#include "act.h"
#include "acts.h"

struct qualify_args {
    const char *checks, *note;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "checks",
     MOLY_TEXT(struct qualify_args, checks),
     .pattern_hint = "FILE",
     .is_required = true,
     .help = "what was checked, as moly qualify makes it"},
    ACT_AT(struct qualify_args),
    ACT_NOTE(struct qualify_args),
};

/* The rows of the file, and how many did not pass. */
static moly_status read_checks(const moly_act_context *context, const char *hash, json_t **checks,
                               size_t *n_failed, moly_error *err)
{
    char *data = NULL;
    size_t length = 0, i;
    const json_t *one;
    moly_status status = moly_ledger_blob(context->reader, hash, &data, &length, err);
    if (!status) {
        status = moly_json_parse(data, length, checks, err);
    }
    moly_free(data);
    json_array_foreach(*checks, i, one)
    {
        if (!json_is_boolean(json_object_get(one, "passed")) ||
            !json_is_string(json_object_get(one, "what"))) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "checks: row %zu has no 'what' and 'passed'",
                             i + 1);
        }
        *n_failed += json_is_false(json_object_get(one, "passed"));
    }
    if (!status && json_array_size(*checks) == 0) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "checks: an array of checks is wanted");
    }
    return status;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct qualify_args *a = args;
    const char *id = NULL;
    json_t *checks = NULL;
    size_t n_failed = 0;
    moly_status status = read_checks(context, a->checks, &checks, &n_failed, err);
    if (!status) {
        status = act_new_id(context, "qualification", "QUA", NULL, &id, err);
    }
    if (!status) {
        decision_subject(decision, "qualification", id);
        decision_record(decision, "qualification", id);
        decision_text(decision, "state", n_failed == 0 ? "passed" : "failed");
        decision_instant(decision, "at", context->at);
        decision_text(decision, "checks", a->checks);
        decision_number(decision, "n_checks", (double)json_array_size(checks));
        decision_number(decision, "n_failed", (double)n_failed);
        decision_text(decision, "qualified_by", context->performer->user);
    }
    if (!status && n_failed > 0) {
        decision_warn(decision, "R-16",
                      "%zu checks did not pass: this installation is not to be used", n_failed);
    }
    json_decref(checks);
    return status;
}

const moly_act centre_qualify = {
    .declaration = {.name = "centre.qualify",
                    .summary = "Sign the qualification of this installation",
                    .description = "moly qualify does the checks and calls this; what was found "
                                   "is kept with the record.",
                    .example = "moly act centre.qualify"
                               " --db sqlite:moly.db"
                               " --as physicist"
                               " --password-file physicist.password"
                               " --checks checks.json",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct qualify_args)},
    .roles = MOLY_ROLE_PHYSICIST | MOLY_ROLE_QUALIFIED_PERSON,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "qualified",
    .rules = "R-10 R-16",
    .subject_kind = "qualification",
    .decide = decide,
};

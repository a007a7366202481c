/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "moly/ledger/second_factor.h"
#include "person.h"

struct enrol_args {
    const char *nonce, *code;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "nonce",
     MOLY_TEXT(struct enrol_args, nonce),
     .is_required = true,
     .min = MOLY_TOTP_NONCE_HEX - 1,
     .max = MOLY_TOTP_NONCE_HEX - 1,
     .help = "what came with the secret"},
    {.name = "code",
     MOLY_TEXT(struct enrol_args, code),
     .is_required = true,
     .is_secret = true,
     .max = 16.0,
     .help = "six digits that the telephone shows now"},
    ACT_AT(struct enrol_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct enrol_args *a = args;
    const char *me = context->performer->user;
    const json_t *person = NULL;
    moly_status status = act_record(context, "person", me, &person, err);
    if (!status && moly_person_has_second_factor(person)) {
        status = MOLY_REFUSE(err, "R-12",
                             "%s has a second factor; two other persons remove it first "
                             "(centre.end_second_factor)",
                             me);
    }
    if (!status && !context->is_preview) {
        status = moly_transaction_take_code(context->transaction, me, a->nonce, a->code, err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "person", me);
    decision_record(decision, "person", me);
    decision_text(decision, "second_factor", "TOTP");
    decision_text(decision, "second_factor_nonce", a->nonce);
    decision_instant(decision, "second_factor_at", context->now);
    return MOLY_OK;
}

const moly_act centre_enrol_second_factor = {
    .declaration = {.name = "centre.enrol_second_factor",
                    .summary = "Sign in with a telephone's codes from now on",
                    .description = "moly second-factor, or the person's own page, shows the secret "
                                   "once as a code to scan; six digits from the telephone show "
                                   "that it has it. It needs no network.",
                    .example = "moly second-factor"
                               " --db sqlite:moly.db"
                               " --as inspector"
                               " --password-file inspector.password",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct enrol_args)},
    .roles = HOT_LAB | PHARMACY | PROTECTION | CLINIC | MOLY_ROLE_ADMIN | MOLY_ROLE_INSPECTOR,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "second factor enrolled",
    .rules = "R-10 R-12",
    .subject_kind = "person",
    .decide = decide,
};

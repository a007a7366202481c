/* SPDX-License-Identifier: Apache-2.0 */
/* a secret for a person's telephone, shown once. */
#include "cli.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "moly/ledger/second_factor.h"
#include "moly/report/qr.h"
#include "session.h"

struct second_factor_args {
    const char *db, *user, *password_file;
};

/* Half blocks are for eyes: into a pipe goes the text alone. */
static moly_status show_code(const char *uri, moly_error *err)
{
    char *svg = NULL, *terminal = NULL;
    moly_status status = moly_qr_code(uri, &svg, &terminal, err);
    if (!status && isatty(STDERR_FILENO)) {
        (void)fputs(terminal, stderr);
    }
    moly_free(svg);
    moly_free(terminal);
    return status;
}

static moly_status run_second_factor(const void *args, const moly_run *run, json_t **result,
                                     moly_error *err)
{
    const struct second_factor_args *given = args;
    char *password = NULL;
    moly_ledger *ledger = NULL;
    moly_identity *identity = NULL;
    json_t *offer = NULL;
    moly_status status = moly_ledger_open(given->db, &run->clock, &ledger, err);
    status = status ? status : cli_password(given->password_file, given->user, &password, err);
    status = status ? status : moly_ledger_sign_in(ledger, given->user, password, &identity, err);
    cli_password_free(password);
    status = status ? status : moly_ledger_offer_second_factor(ledger, given->user, &offer, err);
    status = status ? status : show_code(json_string_value(json_object_get(offer, "uri")), err);
    moly_identity_free(identity);
    moly_ledger_close(ledger);
    if (status) {
        json_decref(offer);
        return status;
    }
    *result = offer;
    return MOLY_OK;
}

static const moly_param params[] = {
    CLI_DB(struct second_factor_args),
    {.name = "as",
     MOLY_TEXT(struct second_factor_args, user),
     .pattern_hint = "USER",
     .is_required = true,
     .help = "whose telephone it is"},
    {.name = "password-file",
     MOLY_TEXT(struct second_factor_args, password_file),
     .pattern_hint = "FILE",
     .help = "that person's password; - is standard input"},
};
static const moly_column columns[] = {
    {"secret", "Secret", MOLY_DIM_NONE, 0},
    {"uri", "To scan", MOLY_DIM_NONE, 0},
    {"nonce", "Nonce", MOLY_DIM_NONE, 0},
};
static const moly_view view = {NULL, "", columns, sizeof columns / sizeof columns[0]};

const moly_command cli_second_factor_command = {
    .declaration = {.name = "second-factor",
                    .summary = "Show a secret for a telephone that makes codes",
                    .description =
                        "Scan the code, or type the secret, into an authenticator. Nothing is "
                        "recorded yet: moly act centre.enrol_second_factor --nonce NONCE --code "
                        "DIGITS does that, with the first six digits that the telephone shows.",
                    .example = "moly second-factor"
                               " --db sqlite:moly.db"
                               " --as inspector"
                               " --password-file inspector.password",
                    .params = params,
                    .n_params = sizeof params / sizeof params[0],
                    .args_size = sizeof(struct second_factor_args)},
    .views = &view,
    .n_views = 1,
    .run = run_second_factor,
};

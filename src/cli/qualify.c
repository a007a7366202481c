/* SPDX-License-Identifier: Apache-2.0 */
/* moly qualify: the installation shows what it does, a person signs it, and it is printed.
 */
#include "cli.h"

#include <jansson.h>

#include "moly/base/catalogue.h"
#include "moly/centre/centre.h"
#include "moly/report/report.h"
#include "qualify_checks.h"
#include "session.h"

struct qualify_args {
    const char *db, *user, *password_file, *output, *language;
};

static const moly_param params[] = {
    CLI_DB(struct qualify_args),
    {.name = "as",
     MOLY_TEXT(struct qualify_args, user),
     .pattern_hint = "USER",
     .is_required = true,
     .help = "who signs it"},
    {.name = "password-file",
     MOLY_TEXT(struct qualify_args, password_file),
     .pattern_hint = "FILE",
     .help = "that person's password; - is standard input"},
    {.name = "lang",
     MOLY_TEXT(struct qualify_args, language),
     .pattern_hint = "LANGUAGE",
     .help = "language of the report: en, ru; without it that of the terminal"},
    {.name = "output",
     .letter = 'o',
     MOLY_TEXT(struct qualify_args, output),
     .pattern_hint = "FILE",
     .is_required = true,
     .help = "PDF to write"},
};

static moly_status sign(moly_ledger *ledger, const struct qualify_args *given, const json_t *checks,
                        json_t **event, moly_error *err)
{
    char *password = NULL, *text = moly_json_canonical(checks);
    moly_identity *identity = NULL;
    json_t *fields = json_object();
    moly_status status = text && fields ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status) {
        status = cli_password(given->password_file, given->user, &password, err);
    }
    if (!status) {
        status = moly_ledger_sign_in(ledger, given->user, password, &identity, err);
    }
    cli_password_free(password);
    if (!status) {
        const moly_attachment file = {"checks", text, strlen(text)};
        moly_attachments files = {&file, 1};
        const moly_performer who = {.user = given->user,
                                    .authentication = "password",
                                    .identity = identity,
                                    .language = cli_language()};
        status = moly_centre_perform_prepared(ledger, "centre.qualify", fields, &who,
                                              moly_centre_attach, &files, event, err);
    }
    moly_identity_free(identity);
    json_decref(fields);
    moly_free(text);
    return status;
}

static moly_status print(moly_ledger *ledger, const struct qualify_args *given, const char *id,
                         moly_instant now, moly_error *err)
{
    moly_ledger_reader *reader = NULL;
    moly_report_bytes pdf = {0};
    const moly_paper_request request = {.name = "qualification",
                                        .id = id,
                                        .until = now,
                                        .language =
                                            given->language ? given->language : cli_language()};
    moly_status status = moly_ledger_reader_new(ledger, &reader, err);
    if (!status) {
        status = moly_report_paper(reader, &request, &pdf, err);
    }
    if (!status) {
        status = moly_file_write(given->output, pdf.data, pdf.length, err);
    }
    moly_report_bytes_free(&pdf);
    moly_ledger_reader_free(reader);
    return status;
}

static moly_status run_qualify(const void *args, const moly_run *run, json_t **result,
                               moly_error *err)
{
    const struct qualify_args *given = args;
    json_t *checks = NULL, *event = NULL;
    moly_ledger *ledger = NULL;
    moly_status status = qualify_all(given->db, run, &checks, err);
    if (!status) {
        status = moly_ledger_open(given->db, &run->clock, &ledger, err);
    }
    if (!status) {
        status = sign(ledger, given, checks, &event, err);
    }
    const char *subject = json_string_value(json_object_get(event, "subject"));
    const char *slash = subject ? strchr(subject, '/') : NULL;
    const char *id = slash ? slash + 1 : subject;
    if (!status) {
        status = print(ledger, given, id, moly_clock_now(&run->clock), err);
    }
    size_t i, n_failed = 0;
    const json_t *one;
    json_array_foreach(checks, i, one)
    {
        n_failed += json_is_false(json_object_get(one, "passed"));
    }
    if (!status) {
        *result = json_pack("{s:s, s:s, s:i, s:i, s:O}", "qualification", id, "file", given->output,
                            "n_checks", (int)json_array_size(checks), "n_failed", (int)n_failed,
                            "checks", checks);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(event);
    json_decref(checks);
    moly_ledger_close(ledger);
    return status;
}

static const moly_column columns[] = {
    {"qualification", "Record", MOLY_DIM_NONE, 0},
    {"file", "File", MOLY_DIM_NONE, 0},
    {"n_checks", "Checks", MOLY_DIM_NONE, 0},
    {"n_failed", "Failed", MOLY_DIM_NONE, 0},
};
static const moly_column check_columns[] = {
    {"id", "No.", MOLY_DIM_NONE, 0},
    {"what", "Check", MOLY_DIM_NONE, 0},
    {"expected", "Expected", MOLY_DIM_NONE, 0},
    {"found", "Found", MOLY_DIM_NONE, 0},
    {"passed", "Passed", MOLY_DIM_NONE, 0},
};
static const moly_view views[] = {
    {NULL, "", columns, sizeof columns / sizeof columns[0]},
    {"Checks", "checks", check_columns, sizeof check_columns / sizeof check_columns[0]},
};

const moly_command cli_qualify_command = {
    .declaration = {.name = "qualify",
                    .summary = "Qualify this installation and sign the report",
                    .description = "Checks the installation and its work: tables, limits, the "
                                   "site's records, decay against closed forms, and on a trial "
                                   "centre refusals, books, labels, rebuilding and the finding of "
                                   "one altered byte. The result is recorded under a signature "
                                   "and printed. To be done after each installation and upgrade.",
                    .example = "moly qualify --db sqlite:moly.db --as physicist --password-file "
                               "physicist.password -o qualification.pdf",
                    .params = params,
                    .n_params = sizeof params / sizeof params[0],
                    .args_size = sizeof(struct qualify_args)},
    .views = views,
    .n_views = sizeof views / sizeof views[0],
    .run = run_qualify,
};

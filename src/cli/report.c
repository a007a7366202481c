/* SPDX-License-Identifier: Apache-2.0 */
/* moly report: records as readable PDF. */
#include "cli.h"

#include <jansson.h>

#include "moly/base/catalogue.h"
#include "moly/report/report.h"

struct report_args {
    const char *kind, *id, *db, *language, *output;
};

#define REPORT_OPTIONS                                                                             \
    CLI_DB(struct report_args),                                                                    \
        {.name = "lang",                                                                           \
         MOLY_TEXT(struct report_args, language),                                                  \
         .pattern_hint = "LANGUAGE",                                                               \
         .help = "language of the report: en, ru; without it that of the terminal"},               \
    {                                                                                              \
        .name = "output", .letter = 'o', MOLY_TEXT(struct report_args, output),                    \
        .pattern_hint = "FILE", .is_required = true, .help = "PDF to write"                        \
    }

static const moly_param study_params[] = {
    {.name = "id",
     MOLY_TEXT(struct report_args, id),
     .is_required = true,
     .is_positional = true,
     .record = "study",
     .help = "identifier, STU-000001"},
    REPORT_OPTIONS,
};

static const moly_param record_params[] = {
    {.name = "kind",
     MOLY_TEXT(struct report_args, kind),
     .is_required = true,
     .is_positional = true,
     .help = "kind of the record: patient, dose, kit, ..."},
    {.name = "id",
     MOLY_TEXT(struct report_args, id),
     .is_required = true,
     .is_positional = true,
     .help = "identifier, DOS-000001"},
    REPORT_OPTIONS,
};

static const char *language_of(const struct report_args *given, moly_error *err)
{
    const char *wanted = given->language ? given->language : cli_language();
    for (const char *const *known = moly_languages(); *known; known++) {
        if (wanted && strcmp(*known, wanted) == 0) {
            return *known;
        }
    }
    if (given->language) {
        (void)MOLY_FAIL(err, MOLY_ERR_USAGE, "no language \"%.20s\" in Moly; there is %s and %s",
                        given->language, moly_languages()[0], moly_languages()[1]);
        return NULL;
    }
    return moly_languages()[0];
}

static moly_status run_report(const void *args, const moly_run *run, json_t **result,
                              moly_error *err)
{
    const struct report_args *given = args;
    moly_ledger *ledger = NULL;
    moly_ledger_reader *reader = NULL;
    moly_report_bytes pdf = {0};
    const char *language = language_of(given, err);
    moly_status status = language ? MOLY_OK : MOLY_ERR_USAGE;
    if (status == MOLY_OK) {
        status = moly_ledger_open(given->db, &run->clock, &ledger, err);
    }
    if (status == MOLY_OK) {
        status = moly_ledger_reader_new(ledger, &reader, err);
    }
    if (status == MOLY_OK) {
        status = given->kind
                     ? moly_report_record(reader, given->kind, given->id, language, &pdf, err)
                     : moly_report_study(reader, given->id, language, &pdf, err);
    }
    if (status == MOLY_OK) {
        status = moly_file_write(given->output, pdf.data, pdf.length, err);
    }
    if (status == MOLY_OK) {
        *result = json_pack("{s:s, s:s, s:I}", "file", given->output, "record", given->id, "bytes",
                            (json_int_t)pdf.length);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    moly_report_bytes_free(&pdf);
    moly_ledger_reader_free(reader);
    moly_ledger_close(ledger);
    return status;
}

static const moly_column columns[] = {
    {"file", "File", MOLY_DIM_NONE, 0},
    {"record", "Record", MOLY_DIM_NONE, 0},
    {"bytes", "Bytes", MOLY_DIM_NONE, 0},
};
static const moly_view views[] = {
    {NULL, "", columns, sizeof columns / sizeof columns[0]},
};

const moly_command cli_report_study_command = {
    .declaration = {.name = "report study",
                    .summary = "Print the report of a PET study as PDF",
                    .description =
                        "Patient, activity, projections, regions, findings, impression and "
                        "signature. A report that nobody signed says so on every page.",
                    .example = "moly report study STU-000001 --db sqlite:moly.db -o report.pdf",
                    .params = study_params,
                    .n_params = sizeof study_params / sizeof study_params[0],
                    .args_size = sizeof(struct report_args)},
    .views = views,
    .n_views = sizeof views / sizeof views[0],
    .run = run_report,
};

const moly_command cli_report_record_command = {
    .declaration = {.name = "report record",
                    .summary = "Print a record with its whole history as PDF",
                    .description = "Its members, every event that changed it with what was before "
                                   "and after, the signatures, and a checksum.",
                    .example = "moly report record dose DOS-000001 --db sqlite:moly.db -o d.pdf",
                    .params = record_params,
                    .n_params = sizeof record_params / sizeof record_params[0],
                    .args_size = sizeof(struct report_args)},
    .views = views,
    .n_views = sizeof views / sizeof views[0],
    .run = run_report,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* moly report NAME: the papers of the hot lab. */
#include "cli.h"

#include <jansson.h>

#include "moly/base/catalogue.h"
#include "moly/base/text.h"
#include "moly/report/report.h"

struct paper_args {
    const char *id, *db, *language, *output;
    moly_instant from, until;
};

#define PAPER_OPTIONS                                                                              \
    CLI_DB(struct paper_args),                                                                     \
        {.name = "lang",                                                                           \
         MOLY_TEXT(struct paper_args, language),                                                   \
         .pattern_hint = "LANGUAGE",                                                               \
         .help = "language of the paper: en, ru, ky, sr-Latn, sr-Cyrl, ar, fr; without it that "   \
                 "of the terminal"},                                                               \
        {.name = "until",                                                                          \
         MOLY_INSTANT(struct paper_args, until),                                                   \
         .fallback = "now",                                                                        \
         .help = "end of the time that it covers"},                                                \
    {                                                                                              \
        .name = "output", .letter = 'o', MOLY_TEXT(struct paper_args, output),                     \
        .pattern_hint = "FILE", .is_required = true, .help = "PDF to write"                        \
    }

static const moly_param record_params[] = {
    {.name = "id",
     MOLY_TEXT(struct paper_args, id),
     .is_required = true,
     .is_positional = true,
     .help = "identifier of what it is about, KIT-000001"},
    PAPER_OPTIONS,
};

static const moly_param time_params[] = {
    {.name = "from",
     MOLY_INSTANT(struct paper_args, from),
     .help = "beginning of the time that it covers; without it the first record, for the day's "
             "doses the last midnight"},
    PAPER_OPTIONS,
};

static moly_status choose_language(const struct paper_args *given, const char **language,
                                   moly_error *err)
{
    const char *const *all = moly_paper_languages();
    const char *wanted = given->language ? given->language : cli_language();
    *language = all[0];
    for (size_t i = 0; all[i] && wanted; i++) {
        if (strcmp(all[i], wanted) == 0) {
            *language = all[i];
            return MOLY_OK;
        }
    }
    return given->language ? MOLY_FAIL(err, MOLY_ERR_USAGE,
                                       "no papers in \"%.20s\"; there are en, ru, ky, sr-Latn, "
                                       "sr-Cyrl, ar and fr",
                                       given->language)
                           : MOLY_OK;
}

/* The site's day in which `t` lies. */
static void cover_day(const moly_ledger *ledger, moly_instant t, moly_paper_request *request)
{
    static const int64_t day_us = 86400LL * 1000000;
    const int64_t offset_us = (int64_t)moly_ledger_site(ledger)->utc_offset_minutes * 60000000;
    const int64_t local_us = t.us + offset_us;
    request->from.us = local_us - ((local_us % day_us) + day_us) % day_us - offset_us;
    request->until.us = request->from.us + day_us - 1;
}

static moly_status print(const char *name, const struct paper_args *given, const moly_run *run,
                         json_t **result, moly_error *err)
{
    moly_ledger *ledger = NULL;
    moly_ledger_reader *reader = NULL;
    moly_report_bytes pdf = {0};
    moly_paper_request request = {.name = name, .id = given->id, .until = given->until};
    moly_status status = choose_language(given, &request.language, err);
    if (status == MOLY_OK) {
        status = moly_ledger_open(given->db, &run->clock, &ledger, err);
    }
    if (status == MOLY_OK) {
        status = moly_ledger_reader_new(ledger, &reader, err);
    }
    if (status == MOLY_OK) {
        const bool has_from = !moly_instant_is_none(given->from);
        request.from = has_from ? given->from : (moly_instant){1};
        if (!has_from && strcmp(name, "day") == 0) {
            cover_day(ledger, given->until, &request);
        }
        status = strcmp(name, "label") == 0
                     ? moly_report_label(reader, given->id, request.language,
                                         moly_ends_in(given->output, ".zpl"), &pdf, err)
                     : moly_report_paper(reader, &request, &pdf, err);
    }
    if (status == MOLY_OK) {
        status = moly_file_write(given->output, pdf.data, pdf.length, err);
    }
    if (status == MOLY_OK) {
        *result = json_pack("{s:s, s:s, s:s, s:I}", "file", given->output, "paper", name,
                            "language", request.language, "bytes", (json_int_t)pdf.length);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    moly_report_bytes_free(&pdf);
    moly_ledger_reader_free(reader);
    moly_ledger_close(ledger);
    return status;
}

static const moly_column columns[] = {
    {"file", "File", MOLY_DIM_NONE, 0},
    {"paper", "Paper", MOLY_DIM_NONE, 0},
    {"language", "Language", MOLY_DIM_NONE, 0},
    {"bytes", "Bytes", MOLY_DIM_NONE, 0},
};
static const moly_view views[] = {
    {NULL, "", columns, sizeof columns / sizeof columns[0]},
};

#define PAPER_COMMAND(word, table, summary_, description_, example_)                               \
    static moly_status run_##word(const void *args, const moly_run *run, json_t **result,          \
                                  moly_error *err)                                                 \
    {                                                                                              \
        return print(#word, args, run, result, err);                                               \
    }                                                                                              \
    const moly_command cli_report_##word##_command = {                                             \
        .declaration = {.name = "report " #word,                                                   \
                        .summary = (summary_),                                                     \
                        .description = (description_),                                             \
                        .example = (example_),                                                     \
                        .params = (table),                                                         \
                        .n_params = sizeof(table) / sizeof((table)[0]),                            \
                        .args_size = sizeof(struct paper_args)},                                   \
        .views = views,                                                                            \
        .n_views = sizeof views / sizeof views[0],                                                 \
        .run = run_##word,                                                                         \
    }

PAPER_COMMAND(activity, time_params, "Print what activity is where",
              "Totals by nuclide and every vessel, at the end of the time.",
              "moly report activity --db sqlite:moly.db --lang ru -o activity.pdf");
PAPER_COMMAND(batch, record_params, "Print the record of a batch",
              "Components and lots, equipment, persons of each step, checks, yield, deviations, "
              "tests with their raw data, release. One that was not certified says so on every "
              "page.",
              "moly report batch BAT-000001 --db sqlite:moly.db --lang ru -o batch.pdf");
PAPER_COMMAND(certificate, record_params, "Print the certificate of a kit, eluate or vial",
              "What it is, its tests with their limits, and who released it. One that was not "
              "released says so on every page.",
              "moly report certificate KIT-000001 --db sqlite:moly.db --lang ru -o kit.pdf");
PAPER_COMMAND(day, time_params, "Print the doses of a day",
              "To work by when the power is out: what is prescribed, and room to write what was "
              "done.",
              "moly report day --db sqlite:moly.db --lang ky -o day.pdf");
PAPER_COMMAND(journal, time_params, "Print the journal of generators and radiopharmaceuticals",
              "The eleven columns of SanPiN 2.6.1.2368-08, appendix 7, a line for each dose.",
              "moly report journal --db sqlite:moly.db --lang ru -o journal.pdf");
PAPER_COMMAND(label, record_params, "Print the label of a dose, kit, eluate or vial",
              "60 mm x 40 mm: readable text and a GS1 DataMatrix that opens the record when it is "
              "scanned. A file that ends in .zpl is for a label printer. Record the printing with "
              "pharmacy.print_label first: a second copy then says so.",
              "moly report label KIT-000001 --db sqlite:moly.db --lang ru -o label.pdf");
PAPER_COMMAND(notice, record_params, "Print a notice to a receiver",
              "What is said of which batch or lot, with lines for who handed it over, who took it "
              "and what became of the product. Record it with quality.hand_over_notice.",
              "moly report notice NOT-000001 --db sqlite:moly.db --lang fr -o notice.pdf");
PAPER_COMMAND(qualification, record_params, "Print the qualification of an installation",
              "Every check with what was found, and the signature.",
              "moly report qualification QUA-000001 --db sqlite:moly.db -o qualification.pdf");
PAPER_COMMAND(recall, record_params, "Print what was made of a lot, and who was given it",
              "To work by in a recall: every record that was made of it, every patient.",
              "moly report recall LOT-000001 --db sqlite:moly.db -o recall.pdf");
PAPER_COMMAND(waste, time_params, "Print the containers of radioactive waste",
              "When they were opened and cleared, by whom and with which readings, and what the "
              "books say is left in them.",
              "moly report waste --db sqlite:moly.db --lang sr-Latn -o waste.pdf");

/* SPDX-License-Identifier: Apache-2.0 */
/* Papers and labels of the example centre, read back from the PDF. */
#include "unit/centre/centre_testing.h"

#include "moly/base/catalogue.h"
#include "moly/report/report.h"

typedef struct fixture {
    centre c;
    moly_report_bytes pdf;
    char text[200000];
} fixture;

static int open_example(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    centre_open_example(&f->c, "2026-11-23T06:35Z");
    *state = f;
    return 0;
}

static int close_example(void **state)
{
    fixture *f = *state;
    moly_report_bytes_free(&f->pdf);
    centre_close(&f->c);
    free(f);
    return 0;
}

static moly_status try_paper(fixture *f, const char *name, const char *id, const char *language,
                             moly_error *err)
{
    moly_ledger_reader *reader = reader_of(&f->c);
    const moly_paper_request request = {
        .name = name, .id = id, .from = {1}, .until = f->c.now, .language = language};
    moly_report_bytes_free(&f->pdf);
    moly_status status = moly_report_paper(reader, &request, &f->pdf, err);
    moly_ledger_reader_free(reader);
    return status;
}

static void read_back(fixture *f)
{
    moly_error err = {0};
    char path[128], command[320];
    assert_memory_equal(f->pdf.data, "%PDF-", 5);
    if (system("command -v pdftotext >/dev/null") != 0) {
        print_message("[  SKIPPED ] pdftotext of poppler-utils is not on this machine\n");
        skip();
    }
    (void)snprintf(path, sizeof path, "%s/paper.pdf", f->c.folder);
    assert_ok(moly_file_write(path, f->pdf.data, f->pdf.length, &err), err);
    (void)snprintf(command, sizeof command, "pdftotext -layout '%s' -", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t n = fread(f->text, 1, sizeof f->text - 1, pipe);
    f->text[n] = '\0';
    assert_int_equal(pclose(pipe), 0);
}

static void read_paper(fixture *f, const char *name, const char *id, const char *language)
{
    moly_error err = {0};
    assert_ok(try_paper(f, name, id, language, &err), err);
    read_back(f);
}

static void shows(const fixture *f, const char *piece)
{
    if (!strstr(f->text, piece)) {
        fail_msg("'%s' is not in:\n%s", piece, f->text);
    }
}

/* EVIDENCE: R-23 the journal of SanPiN appendix 7 has its eleven columns, from the same records */
static void the_journal_has_eleven_columns_filled_from_the_records(void **state)
{
    fixture *f = *state;
    static const char *const columns[] = {"№",
                                          "Дата элюирования",
                                          "Генератор",
                                          "Годен до",
                                          "Элюат, мл",
                                          "Активность элюата",
                                          "Радиофармпрепарат",
                                          "Объём, мл",
                                          "Активность",
                                          "Введено",
                                          "Подпись"};
    read_paper(f, "journal", NULL, "ru");
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        /* a heading of two words may stand on two lines */
        char first[64];
        (void)snprintf(first, sizeof first, "%.*s", (int)strcspn(columns[i], " "), columns[i]);
        shows(f, first);
    }
    shows(f, "24-1107");
    shows(f, "МБк");
    shows(f, "2.6.1.2368-08");
}

static void every_paper_is_printed_in_every_language(void **state)
{
    fixture *f = *state;
    for (const char *const *language = moly_paper_languages(); *language; language++) {
        const moly_paper *paper = NULL;
        for (size_t i = 0; (paper = moly_paper_at(i)) != NULL; i++) {
            moly_error err = {0};
            if (strcmp(paper->name, "qualification") == 0) {
                continue; /* of a record that moly qualify makes: tests/cli/test_qualify.c */
            }
            const char *id = strcmp(paper->name, "batch") == 0    ? "BAT-000001"
                             : strcmp(paper->name, "notice") == 0 ? "NOT-000001"
                             : paper->is_of_record                ? "KIT-000001"
                                                                  : NULL;
            assert_ok(try_paper(f, paper->name, id, *language, &err), err);
            assert_true(f->pdf.length > 1000);
        }
    }
}

static void a_certificate_shows_results_against_limits_and_the_release(void **state)
{
    fixture *f = *state;
    read_paper(f, "certificate", "KIT-000001", NULL);
    shows(f, "98.1");
    shows(f, "95");
    shows(f, "passes");
    shows(f, "Released by");
    read_paper(f, "certificate", "KIT-000003", NULL);
    shows(f, "NOT RELEASED");
    shows(f, "not tested");
}

/* EVIDENCE: R-46 a receiver's notice is a paper to hand over and to sign */
static void a_notice_is_a_paper_to_hand_over(void **state)
{
    fixture *f = *state;
    read_paper(f, "notice", "NOT-000001", NULL);
    shows(f, "Notice NOT-000001");
    shows(f, "The batch is certified: it may be given.");
    shows(f, "BAT-000001");
    shows(f, "Taken over by");
    shows(f, "Shipment");
}

/* A spectrum without the product decides nothing: that is no pass. */
static void a_purity_that_is_undecided_does_not_pass_on_the_certificate(void **state)
{
    fixture *f = *state;
    static const char efficiency[] =
        "{\"terms\":[-6,-0.8],\"min_kev\":50,\"max_kev\":2000,\"relative_sd\":0.03}";
    char csv[16384] = "# live_time_s: 600\n# calibration: 0 0.5\n";
    size_t length = strlen(csv);
    for (int i = 0; i < 4096; i++, length += 3) {
        memcpy(csv + length, "20\n", 4);
    }
    const moly_attachment items[] = {{"spectrum", csv, length},
                                     {"efficiency", efficiency, strlen(efficiency)}};
    moly_attachments files = {items, 2};
    const moly_performer performer = {.user = "technologist", .authentication = "session"};
    json_t *fields = json_of("{'eluate':'ELU-000003','limits':'tc99m'}"), *event = NULL;
    moly_error err = {0};
    assert_ok(moly_centre_perform_prepared(f->c.ledger, "pharmacy.test_purity", fields, &performer,
                                           moly_centre_attach, &files, &event, &err),
              err);
    json_decref(event);
    json_decref(fields);
    read_paper(f, "certificate", "ELU-000003", NULL);
    shows(f, "undecided");
}

/* EVIDENCE: R-42 the batch record is printed with product, batch, activity, volume, expiry,
 * components and lots, equipment, persons, checks, yield with limits, irradiation, tests with
 * limits and raw data, and the release with person and time; not certified, it says so */
static void a_batch_record_prints_every_field(void **state)
{
    fixture *f = *state;
    static const char *const pieces[] = {"BAT-000001",
                                         "MBR-000001",
                                         "Fludeoxyglucose",
                                         "TGT-000001",
                                         "W-2211",
                                         "40 µA",
                                         "synthesise",
                                         "mannose",
                                         "180226",
                                         "INS-000003",
                                         "pressure",
                                         "1.8",
                                         "line cleared",
                                         "radiochemical",
                                         "Ph.Eur. 2.2.27",
                                         "INS-000004",
                                         "osmolality",
                                         "mOsm/kg",
                                         "40",
                                         "Elena Petrova",
                                         "certified for use",
                                         "City hospital",
                                         "SMP-000002"};
    read_paper(f, "batch", "BAT-000001", NULL);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        shows(f, pieces[i]);
    }
    assert_null(strstr(f->text, "NOT CERTIFIED"));
    read_paper(f, "batch", "BAT-000004", NULL);
    shows(f, "NOT CERTIFIED");
    shows(f, "not tested");
    shows(f, "Qualified person: name, signature, date");
}

/* A batch's vial shows the tests of the batch, and is released by its certificate alone. */
static void a_certificate_of_a_batch_shows_its_tests(void **state)
{
    fixture *f = *state;
    read_paper(f, "certificate", "VIA-000001", NULL);
    shows(f, "osmolality");
    shows(f, "incubating");
    shows(f, "Elena Petrova");
    read_paper(f, "certificate", "VIA-000004", NULL);
    shows(f, "NOT RELEASED");
}

static void a_recall_lists_the_patients_of_a_lot(void **state)
{
    fixture *f = *state;
    read_paper(f, "recall", "LOT-000001", NULL);
    shows(f, "DOS-000001");
    shows(f, "Айгүл Сатыбалдиева");
}

static void a_paper_that_cannot_be_says_why(void **state)
{
    fixture *f = *state;
    moly_error err = {0};
    assert_int_equal(try_paper(f, "certificate", "KIT-999999", NULL, &err), MOLY_ERR_NOT_FOUND);
    assert_non_null(strstr(err.message, "KIT-999999"));
    assert_int_equal(try_paper(f, "certificate", NULL, NULL, &err), MOLY_ERR_USAGE);
    assert_int_equal(try_paper(f, "letter", NULL, NULL, &err), MOLY_ERR_UNKNOWN);
}

static void a_label_names_patient_activity_and_time_and_carries_its_record(void **state)
{
    fixture *f = *state;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(&f->c);
    assert_ok(moly_report_label(reader, "DOS-000002", NULL, false, &f->pdf, &err), err);
    read_back(f);
    shows(f, "Бакыт Эсенов");
    shows(f, "600");
    shows(f, "DOS-000002");
    moly_report_bytes_free(&f->pdf);
    assert_ok(moly_report_label(reader, "DOS-000002", NULL, true, &f->pdf, &err), err);
    assert_memory_equal(f->pdf.data, "^XA", 3);
    assert_non_null(strstr(f->pdf.data, "_190dose/DOS-000002^FS"));
    assert_null(strstr(f->pdf.data, "copy"));
    moly_ledger_reader_free(reader);
}

static void a_second_label_needs_a_reason_and_says_that_it_is_a_copy(void **state)
{
    fixture *f = *state;
    moly_error err = {0};
    json_decref(
        do_act_of(&f->c, "technologist", NULL, "pharmacy.print_label", "{'dose':'DOS-000002'}"));
    refused(&f->c, "technologist", "pharmacy.print_label", "{'dose':'DOS-000002'}", "R-04",
            "reason");
    json_decref(do_act_of(&f->c, "technologist", NULL, "pharmacy.print_label",
                          "{'dose':'DOS-000002','reason':'smeared'}"));
    moly_ledger_reader *reader = reader_of(&f->c);
    assert_ok(moly_report_label(reader, "DOS-000002", NULL, true, &f->pdf, &err), err);
    assert_non_null(strstr(f->pdf.data, "copy 2"));
    moly_ledger_reader_free(reader);
}

/* All languages of papers alone translate the same texts. */
static void no_paper_is_half_translated(void **state)
{
    (void)state;
    json_t *reference = moly_catalogue_json("fr");
    assert_true(json_object_size(reference) > 80);
    for (const char *const *language = moly_paper_languages() + 1; *language; language++) {
        const char *english;
        json_t *value;
        json_object_foreach(reference, english, value)
        {
            if (moly_translate(*language, english) == english) {
                fail_msg("po/%s.paper.po lacks: %s", *language, english);
            }
        }
    }
    json_decref(reference);
}

int main(void)
{
#define PAPER_TEST(name) cmocka_unit_test_setup_teardown(name, open_example, close_example)
    const struct CMUnitTest tests[] = {
        PAPER_TEST(the_journal_has_eleven_columns_filled_from_the_records),
        PAPER_TEST(every_paper_is_printed_in_every_language),
        PAPER_TEST(a_certificate_shows_results_against_limits_and_the_release),
        PAPER_TEST(a_purity_that_is_undecided_does_not_pass_on_the_certificate),
        PAPER_TEST(a_notice_is_a_paper_to_hand_over),
        PAPER_TEST(a_batch_record_prints_every_field),
        PAPER_TEST(a_certificate_of_a_batch_shows_its_tests),
        PAPER_TEST(a_recall_lists_the_patients_of_a_lot),
        PAPER_TEST(a_paper_that_cannot_be_says_why),
        PAPER_TEST(a_label_names_patient_activity_and_time_and_carries_its_record),
        PAPER_TEST(a_second_label_needs_a_reason_and_says_that_it_is_a_copy),
        cmocka_unit_test(no_paper_is_half_translated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

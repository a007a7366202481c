/* SPDX-License-Identifier: Apache-2.0 */
/* Reports as their readers get them: the text of the PDF, taken out by poppler. */
#include "pet_study.h"
#include "unit/centre/centre_testing.h"

#include "moly/report/report.h"
#include "moly/study/study.h"

static const char *const signed_fields =
    "{'study':'STU-000001','findings':'Six spheres are seen.','impression':'A phantom.'}";

typedef struct fixture {
    centre c;
    moly_report_bytes pdf;
    char text[200000];
} fixture;

static fixture *open_centre(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    centre_open(&f->c, "KG");
    at(&f->c, "2026-11-23T06:00Z");
    *state = f;
    return f;
}

/* Six spheres in a body, with their regions. */
static int open_phantom(void **state)
{
    moly_error err = {0};
    fixture *f = open_centre(state);
    assert_ok(moly_study_import_example(f->c.ledger, NULL, &err), err);
    return 0;
}

/* Twelve voxels by ten by eight, soon made. */
static int open_study(void **state)
{
    moly_error err = {0};
    char folder[256];
    json_t *event = NULL;
    fixture *f = open_centre(state);
    make_folder(folder);
    write_study(folder);
    const moly_study_source source = {.path = folder};
    const moly_performer performer = {.user = "technologist", .authentication = "test"};
    assert_ok(moly_study_import(f->c.ledger, &source, &performer, NULL, &event, &err), err);
    json_decref(event);
    drop_folder(folder);
    return 0;
}

static int close_study(void **state)
{
    fixture *f = *state;
    moly_report_bytes_free(&f->pdf);
    centre_close(&f->c);
    free(f);
    return 0;
}

static moly_status try_report(fixture *f, const char *kind, const char *id, const char *language,
                              moly_error *err)
{
    moly_ledger_reader *reader = reader_of(&f->c);
    moly_report_bytes_free(&f->pdf);
    moly_status status = kind ? moly_report_record(reader, kind, id, language, &f->pdf, err)
                              : moly_report_study(reader, id, language, &f->pdf, err);
    moly_ledger_reader_free(reader);
    return status;
}

/* The text of the PDF in f->text. */
static void read_report(fixture *f, const char *kind, const char *id, const char *language)
{
    moly_error err = {0};
    char path[128], command[320];
    assert_ok(try_report(f, kind, id, language, &err), err);
    assert_true(f->pdf.length > 1000);
    assert_memory_equal(f->pdf.data, "%PDF-", 5);
    if (system("command -v pdftotext >/dev/null") != 0) {
        print_message("[  SKIPPED ] pdftotext of poppler-utils is not on this machine\n");
        skip();
    }
    (void)snprintf(path, sizeof path, "%s/report.pdf", f->c.folder);
    assert_ok(moly_file_write(path, f->pdf.data, f->pdf.length, &err), err);
    (void)snprintf(command, sizeof command, "pdftotext -layout '%s' -", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t n = fread(f->text, 1, sizeof f->text - 1, pipe);
    f->text[n] = '\0';
    assert_int_equal(pclose(pipe), 0);
}

static void shows(const fixture *f, const char *piece)
{
    if (!strstr(f->text, piece)) {
        fail_msg("'%s' is not in:\n%s", piece, f->text);
    }
}

static void shows_not(const fixture *f, const char *piece)
{
    if (strstr(f->text, piece)) {
        fail_msg("'%s' is in:\n%s", piece, f->text);
    }
}

/* The first 16 digits as the signature shows them. */
static void grouped(const char *hash, char text[20])
{
    (void)snprintf(text, 20, "%.4s %.4s %.4s %.4s", hash, hash + 4, hash + 8, hash + 12);
}

/* EVIDENCE: R-10 show printed name, time, meaning; bind signature to record hash */
static void a_signed_report_shows_patient_figures_and_signature(void **state)
{
    fixture *f = *state;
    char hash[20];
    at(&f->c, "2026-11-23T07:15:30Z");
    json_t *event = do_act_of(&f->c, "physician", NULL, "clinic.report_study", signed_fields);
    grouped(text_in(event, "hash"), hash);
    json_decref(event);
    read_report(f, NULL, "STU-000001", NULL);
    shows(f, "Учебный Фантом");
    shows(f, "EX-000013");
    shows(f, "born 1966-03-16");
    shows(f, "Test centre");
    shows(f, "Sphere 37 mm");
    shows(f, "Six spheres are seen.");
    shows(f, "A phantom.");
    shows(f, "physician (physician)");
    shows(f, "Meaning: reported");
    shows(f, "2026-11-23 13:15:30 (UTC+06:00) · 2026-11-23 07:15:30 UTC");
    shows(f, hash);
    shows(f, "page 1 of ");
    shows(f, "TRAINING");
    shows_not(f, "PRELIMINARY");
    /* the maximum as the record has it */
    json_t *study = record_of(&f->c, "study", "STU-000001");
    char max[64];
    (void)snprintf(max, sizeof max, "SUVbw max %.2f at",
                   number_in(json_object_get(study, "suv"), "max"));
    json_decref(study);
    shows(f, max);
}

static void an_unsigned_report_says_so(void **state)
{
    fixture *f = *state;
    read_report(f, NULL, "STU-000001", NULL);
    shows(f, "PRELIMINARY - not signed");
    shows(f, "Not reported yet.");
    shows_not(f, "Signed electronically");
}

static void the_same_records_give_the_same_bytes(void **state)
{
    fixture *f = *state;
    moly_error err = {0};
    assert_ok(try_report(f, NULL, "STU-000001", "ru", &err), err);
    moly_report_bytes first = f->pdf;
    f->pdf = (moly_report_bytes){0};
    at(&f->c, "2026-11-24T09:00Z");
    assert_ok(try_report(f, NULL, "STU-000001", "ru", &err), err);
    assert_int_equal(first.length, f->pdf.length);
    assert_memory_equal(first.data, f->pdf.data, first.length);
    moly_report_bytes_free(&first);
}

static void a_report_in_russian_is_russian(void **state)
{
    fixture *f = *state;
    do_act(&f->c, "physician", "clinic.report_study", signed_fields);
    read_report(f, NULL, "STU-000001", "ru");
    shows(f, "Протокол радионуклидного исследования");
    shows(f, "Подписано электронно");
    shows(f, "(врач)");
    shows(f, "стр. 1 из ");
    shows(f, "УЧЕБНАЯ БАЗА");
    shows_not(f, "Uptake time");
}

/* EVIDENCE: R-04 show the original beside it, also on paper */
static void a_replaced_report_stands_beside_the_new_one_with_the_reason(void **state)
{
    fixture *f = *state;
    do_act(&f->c, "physician", "clinic.report_study", signed_fields);
    do_act(&f->c, "physician", "clinic.report_study",
           "{'study':'STU-000001','findings':'Five spheres are seen.','impression':'A phantom.',"
           "'reason':'counted again'}");
    read_report(f, NULL, "STU-000001", NULL);
    shows(f, "Five spheres are seen.");
    shows(f, "Six spheres are seen.");
    shows(f, "replaced because: counted again");
    shows_not(f, "NOT VALID");
}

typedef struct change {
    const char *body;
} change;

static moly_status append_change(moly_transaction *transaction, void *context, moly_error *err)
{
    const change *wanted = context;
    json_t *body = json_of(wanted->body);
    moly_draft draft = {.kind = "test.change",
                        .subject = "study/STU-000001",
                        .at = {INT64_C(1795417200000000)}, /* 2026-11-23T07:00:00Z */
                        .person = "physicist",
                        .authentication = "test",
                        .body = body};
    moly_status status = moly_transaction_append(transaction, &draft, NULL, err);
    json_decref(body);
    return status;
}

static void set_study(fixture *f, const char *body)
{
    moly_error err = {0};
    change wanted = {body};
    assert_ok(moly_ledger_transact(f->c.ledger, append_change, &wanted, &err), err);
}

/* EVIDENCE: R-11 invalidate signatures when a signed record changes */
static void a_study_that_changed_after_signing_is_not_valid(void **state)
{
    fixture *f = *state;
    do_act(&f->c, "physician", "clinic.report_study", signed_fields);
    set_study(f, "{'records':[{'kind':'study','id':'STU-000001','set':{'description':'other'}}]}");
    read_report(f, NULL, "STU-000001", NULL);
    shows(f, "NOT VALID - changed after signing");
}

static void the_books_activity_and_its_difference_from_the_header_are_shown(void **state)
{
    fixture *f = *state;
    set_study(f, "{'records':[{'kind':'dose','id':'DOS-9','set':{'net_bq':312500000,"
                 "'given_at':'2026-11-23T05:00:00Z','product':'FDG','patient':'PAT-000001'}},"
                 "{'kind':'study','id':'STU-000001','set':{'dose':'DOS-9',"
                 "'at':'2026-11-23T06:10:00Z','suv':{'units':'SUVbw','factor':0.0004,'rule':'a',"
                 "'warnings':['something odd'],'max':4.0,'max_lps_mm':[0,0,0],'median':0,"
                 "'regions':[],'net_difference':0.0557}}}]}");
    read_report(f, NULL, "STU-000001", NULL);
    shows(f, "312.5 MBq net, books");
    shows(f, "DOS-9");
    shows(f, "+5.6 %");
    shows(f, "1 h 10 min");
    shows(f, "2026-11-23 11:00 (UTC+06:00)");
    shows(f, "Warning: something odd");
}

static void a_name_in_arabic_is_kept_in_its_script(void **state)
{
    fixture *f = *state;
    json_t *study = record_of(&f->c, "study", "STU-000001");
    char body[400];
    (void)snprintf(body, sizeof body,
                   "{'records':[{'kind':'patient','id':'%s','set':{'name':'محمد الأحمد'}}]}",
                   text_in(study, "patient"));
    json_decref(study);
    set_study(f, body);
    read_report(f, NULL, "STU-000001", NULL);
    shows(f, "محم");
}

static void a_study_without_its_image_is_an_error(void **state)
{
    fixture *f = *state;
    moly_error err = {0};
    set_study(f, "{'records':[{'kind':'study','id':'STU-000001','set':{'volume_blob':'"
                 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'}}]}");
    assert_fails(try_report(f, NULL, "STU-000001", NULL, &err), MOLY_ERR_NOT_FOUND, "aaaa", err);
    assert_null(f->pdf.data);
    set_study(f, "{'records':[{'kind':'study','id':'STU-000001','set':{'volume_blob':null}}]}");
    assert_fails(try_report(f, NULL, "STU-000001", NULL, &err), MOLY_ERR_DATA, "has no image", err);
    assert_fails(try_report(f, NULL, "STU-000009", NULL, &err), MOLY_ERR_NOT_FOUND, "STU-000001",
                 err);
}

static void a_study_whose_image_is_no_image_is_an_error(void **state)
{
    fixture *f = *state;
    moly_error err = {0};
    json_t *study = record_of(&f->c, "study", "STU-000001");
    char body[300];
    (void)snprintf(body, sizeof body,
                   "{'records':[{'kind':'study','id':'STU-000001','set':{'volume_blob':'%s'}}]}",
                   text_in(study, "files_blob"));
    json_decref(study);
    set_study(f, body);
    assert_fails(try_report(f, NULL, "STU-000001", NULL, &err), MOLY_ERR_DATA, "", err);
}

/* EVIDENCE: R-05 export any record as readable PDF with checksum */
static void a_record_is_printed_with_its_history_and_signatures(void **state)
{
    fixture *f = *state;
    do_act(&f->c, "physician", "clinic.report_study", signed_fields);
    read_report(f, "study", "STU-000001", NULL);
    shows(f, "clinic.import_study");
    shows(f, "clinic.report_study");
    shows(f, "Six spheres are seen.");
    shows(f, "Value before");
    shows(f, "imported");
    shows(f, "Signed by physician: reported, ");
    shows(f, "BLAKE2b-256");
}

static void a_long_record_goes_over_pages_that_all_name_the_patient(void **state)
{
    fixture *f = *state;
    json_t *fields = json_pack("{s:s, s:s}", "study", "STU-000001", "impression", "A phantom.");
    char *findings = calloc(1, 19001);
    assert_non_null(findings);
    for (size_t i = 0; i < 19000; i++) {
        findings[i] = "sphere "[i % 7];
    }
    json_object_set_new(fields, "findings", json_string(findings));
    free(findings);
    const moly_performer performer = {.user = "physician",
                                      .authentication = "password",
                                      .identity = identity_of(&f->c, "physician")};
    json_t *event = NULL;
    moly_error err = {0};
    assert_ok(
        moly_centre_perform(f->c.ledger, "clinic.report_study", fields, &performer, &event, &err),
        err);
    json_decref(fields);
    json_decref(event);
    read_report(f, NULL, "STU-000001", NULL);
    size_t n_pages = 0, n_names = 0;
    for (const char *at = f->text; (at = strchr(at, '\f')); at++) {
        n_pages++;
    }
    for (const char *at = f->text; (at = strstr(at, "Айбек Жумабаев")); at++) {
        n_names++;
    }
    assert_true(n_pages >= 4);
    assert_int_equal(n_names, n_pages);
    char last[64];
    (void)snprintf(last, sizeof last, "page %zu of %zu", n_pages, n_pages);
    shows(f, last);
    read_report(f, "study", "STU-000001", "ru");
    shows(f, "(см. ниже)");
}

#define WITH_STUDY(test) cmocka_unit_test_setup_teardown(test, open_study, close_study)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_signed_report_shows_patient_figures_and_signature,
                                        open_phantom, close_study),
        WITH_STUDY(an_unsigned_report_says_so),
        WITH_STUDY(the_same_records_give_the_same_bytes),
        WITH_STUDY(a_report_in_russian_is_russian),
        WITH_STUDY(a_replaced_report_stands_beside_the_new_one_with_the_reason),
        WITH_STUDY(a_study_that_changed_after_signing_is_not_valid),
        WITH_STUDY(the_books_activity_and_its_difference_from_the_header_are_shown),
        WITH_STUDY(a_name_in_arabic_is_kept_in_its_script),
        WITH_STUDY(a_study_without_its_image_is_an_error),
        WITH_STUDY(a_study_whose_image_is_no_image_is_an_error),
        WITH_STUDY(a_record_is_printed_with_its_history_and_signatures),
        WITH_STUDY(a_long_record_goes_over_pages_that_all_name_the_patient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

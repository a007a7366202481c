/* SPDX-License-Identifier: Apache-2.0 */
/* Who may, who signs, and what a correction leaves behind. */
#include "centre_testing.h"

#include "persons/password.h"

/* EVIDENCE: R-08 accounts are personal and roles decide: who has not the role is refused */
static void a_role_that_may_not_do_an_act_is_refused(void **state)
{
    centre *c = *state;
    kit_ready(c);
    refused(c, "technologist", "pharmacy.release", "{'kit':'KIT-000001'}", "R-08",
            "radiopharmacist or qualified-person");
    refused(c, "inspector", "pharmacy.elute", "{'generator':'GEN-000001','volume':'5 mL'}", "R-08",
            "technologist or radiopharmacist");
    refused(c, "nobody", "pharmacy.elute", "{'generator':'GEN-000001','volume':'5 mL'}", "R-08",
            "no person 'nobody'");
}

/* EVIDENCE: R-08 a retired account cannot act, and its name is never given to another person */
static void a_retired_person_cannot_act_and_the_name_stays_taken(void **state)
{
    centre *c = *state;
    do_act(c, "admin", "centre.retire_person", "{'user':'technologist','reason':'moved away'}");
    refused(c, "technologist", "pharmacy.elute", "{'generator':'GEN-000001','volume':'5 mL'}",
            "R-08", "retired");
    refused(c, "admin", "centre.create_person",
            "{'user':'technologist','name':'T','roles':['technologist'],'password':'12345678',"
            "'cost':'minimal'}",
            "R-08", "never given twice");
    moly_identity *identity = NULL;
    moly_error err = {0};
    assert_fails(
        moly_ledger_sign_in(c->ledger, "technologist", "technologist-moly", &identity, &err),
        MOLY_ERR_SIGN_IN, "access", err);
}

/* EVIDENCE: R-09 the maker cannot release, and who tested cannot either */
static void the_maker_and_the_tester_cannot_release(void **state)
{
    centre *c = *state;
    stock(c);
    at(c, "2026-11-23T06:00Z");
    eluted(c, 1.0);
    do_act(c, "physicist", "pharmacy.test_breakthrough",
           "{'eluate':'ELU-000001','molybdenum':'100 kBq'}");
    do_act(c, "radiopharmacist", "pharmacy.label_kit",
           "{'lot':'LOT-000001','eluate':'ELU-000001','volume':'5 mL','activity':'4 GBq'}");
    do_act(c, "technologist", "pharmacy.test_rcp", "{'kit':'KIT-000001','purity':'98 %'}");
    refused(c, "radiopharmacist", "pharmacy.release", "{'kit':'KIT-000001'}", "R-09",
            "made KIT-000001");
    do_act(c, "qualified-person", "pharmacy.release", "{'kit':'KIT-000001'}");
    do_act(c, "technologist", "pharmacy.label_kit",
           "{'lot':'LOT-000001','eluate':'ELU-000001','volume':'2 mL','activity':'1.6 GBq'}");
    do_act(c, "radiopharmacist", "pharmacy.test_rcp", "{'kit':'KIT-000002','purity':'98 %'}");
    refused(c, "radiopharmacist", "pharmacy.release", "{'kit':'KIT-000002'}", "R-09",
            "tested KIT-000002");
}

/* EVIDENCE: R-09 the administrator makes accounts and cannot make records */
static void an_administrator_has_no_other_role_and_changes_no_data(void **state)
{
    centre *c = *state;
    refused(c, "admin", "centre.create_person",
            "{'user':'all','name':'A','roles':['admin','physician'],'password':'12345678'}", "R-09",
            "no other role");
    refused(c, "admin", "centre.correct",
            "{'event':1,'record':'patient/PAT-000001','member':'name','value':'X','reason':'r'}",
            "R-08", "may not do centre.correct");
}

/* EVIDENCE: R-10 a signature needs the password for this act, from the person who does it; it shows
 * printed name, time and meaning */
static void a_signed_act_needs_the_persons_own_password(void **state)
{
    centre *c = *state;
    stock(c);
    at(c, "2026-11-20T07:00Z");
    do_act(c, "technologist", "pharmacy.receive_kit",
           "{'product':'sestamibi','supplier':'Polatom','number':'M-1','vials':2,"
           "'expiry':'2027-06-30T00:00Z'}");
    json_t *fields = json_of("{'lot':'LOT-000002','certificate':'C-2'}"), *event = NULL;
    moly_performer performer = {.user = "radiopharmacist", .authentication = "session"};
    moly_error err = {0};
    assert_int_equal(
        moly_centre_perform(c->ledger, "pharmacy.accept_lot", fields, &performer, &event, &err),
        MOLY_ERR_SIGN_IN);
    assert_string_equal(err.rule, "R-10");
    performer.identity = identity_of(c, "qualified-person");
    memset(&err, 0, sizeof err);
    assert_int_equal(
        moly_centre_perform(c->ledger, "pharmacy.accept_lot", fields, &performer, &event, &err),
        MOLY_ERR_SIGN_IN);
    assert_string_equal(err.rule, "R-10");
    json_decref(fields);
    event = do_act_of(c, "radiopharmacist", NULL, "pharmacy.accept_lot",
                      "{'lot':'LOT-000002','certificate':'C-2'}");
    const json_t *signature = json_array_get(json_object_get(event, "signatures"), 0);
    assert_string_equal(text_in(signature, "name"), "radiopharmacist");
    assert_string_equal(text_in(signature, "meaning"), "accepted for use");
    assert_string_equal(text_in(signature, "at"), "2026-11-20T07:00:00Z");
    json_decref(event);
}

static void an_act_without_a_signature_says_how_the_person_is_known(void **state)
{
    centre *c = *state;
    json_t *event = NULL;
    json_t *fields = json_of("{'name':'Ольга','birth_date':'1956-04-04','sex':'female'}");
    const moly_performer performer = {.user = "technologist",
                                      .authentication = "local account hotlab"};
    moly_error err = {0};
    assert_ok(
        moly_centre_perform(c->ledger, "clinic.register_patient", fields, &performer, &event, &err),
        err);
    assert_string_equal(text_in(event, "authentication"), "local account hotlab");
    assert_int_equal(json_array_size(json_object_get(event, "signatures")), 0);
    json_decref(event);
    json_decref(fields);
}

/* EVIDENCE: R-03 nothing is signed after the clock stepped back */
static void nothing_is_signed_after_the_clock_stepped_back(void **state)
{
    centre *c = *state;
    at(c, "2026-11-20T08:00Z");
    do_act(c, "technologist", "pharmacy.receive_kit",
           "{'product':'sestamibi','supplier':'Polatom','number':'M-1','vials':2,"
           "'expiry':'2027-06-30T00:00Z','at':'2026-11-20T06:00Z'}");
    at(c, "2026-11-20T07:00Z");
    refused(c, "radiopharmacist", "pharmacy.accept_lot", "{'lot':'LOT-000001','certificate':'C'}",
            "R-03", "stepped back");
}

/* Two acts: the correction of a kit's activity, seen from all sides. */
static json_t *corrected_kit(centre *c, int64_t *wrong)
{
    char fields[400];
    kit_ready(c);
    json_t *events = NULL;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    const moly_event_query query = {.kind = "pharmacy.label_kit", .limit = 1};
    assert_ok(moly_ledger_events(reader, &query, &events, &err), err);
    moly_ledger_reader_free(reader);
    *wrong = json_integer_value(json_object_get(json_array_get(events, 0), "seq"));
    json_decref(events);
    (void)snprintf(fields, sizeof fields,
                   "{'event':%lld,'record':'kit/KIT-000001','member':'activity',"
                   "'value':'3 GBq','reason':'read again from the log of the calibrator'}",
                   (long long)*wrong);
    return do_act_of(c, "radiopharmacist", "physicist", "centre.correct", fields);
}

/* EVIDENCE: R-01 an event keeps who, what, old value, new value, when and why
 * EVIDENCE: R-04 a correction has a reason and shows the original beside it */
static void a_correction_keeps_the_original_beside_it(void **state)
{
    centre *c = *state;
    int64_t wrong = 0;
    json_t *event = corrected_kit(c, &wrong);
    const json_t *body = json_object_get(event, "body");
    const json_t *change = json_array_get(json_object_get(body, "records"), 0);
    assert_relative(number_in(json_object_get(change, "set"), "activity_bq"), 3e9, 1e-12);
    assert_true(number_in(json_object_get(change, "before"), "activity_bq") > 3e9);
    assert_string_equal(text_in(body, "reason"), "read again from the log of the calibrator");
    assert_int_equal(json_integer_value(json_object_get(body, "corrects")), wrong);
    assert_int_equal(json_array_size(json_object_get(event, "signatures")), 2);
    /* the books have the corrected amount, as of the labelling */
    json_t *record = record_of(c, "kit", "KIT-000001");
    double bq = 0.0;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_ledger_activity(reader, "kit/KIT-000001", "Tc-99m",
                                   instant_of(text_in(record, "at")), &bq, NULL, &err),
              err);
    assert_relative(bq, 3e9, 1e-6);
    moly_ledger_reader_free(reader);
    json_decref(record);
    json_decref(event);
}

/* EVIDENCE: R-11 a correction invalidates the signatures on what it corrects: the kit must be
 * released again */
static void a_correction_withdraws_the_release(void **state)
{
    centre *c = *state;
    int64_t wrong = 0;
    json_t *event = corrected_kit(c, &wrong);
    const json_t *warning =
        json_array_get(json_object_get(json_object_get(event, "body"), "warnings"), 0);
    assert_string_equal(text_in(warning, "rule"), "R-11");
    assert_record(c, "kit", "KIT-000001", "state", "tested");
    refused(c, "technologist", "clinic.draw_dose",
            "{'order':'ORD-000001','kit':'KIT-000001','activity':'600 MBq'}", "R-13",
            "must be tested and released");
    json_decref(event);
}

static void a_correction_takes_two_persons_and_a_reason(void **state)
{
    centre *c = *state;
    stock(c);
    static const char fields[] = "{'event':9,'record':'generator/GEN-000001','member':'serial',"
                                 "'value':'24-1108','reason':'typed wrongly'}";
    json_t *event = NULL;
    moly_error err = {0};
    refused(c, "radiopharmacist", "centre.correct", fields, "R-10", "second person");
    assert_int_equal(
        try_act(c, "radiopharmacist", "radiopharmacist", "centre.correct", fields, &event, &err),
        MOLY_ERR_FORBIDDEN);
    assert_string_equal(err.rule, "R-09");
    memset(&err, 0, sizeof err);
    assert_int_equal(try_act(c, "radiopharmacist", "admin", "centre.correct", fields, &event, &err),
                     MOLY_ERR_FORBIDDEN);
    assert_string_equal(err.rule, "R-08");
    memset(&err, 0, sizeof err);
    assert_int_equal(try_act(c, "radiopharmacist", "physicist", "centre.correct",
                             "{'event':9,'record':'generator/GEN-000001','member':'serial',"
                             "'value':'24-1108','reason':'  '}",
                             &event, &err),
                     MOLY_ERR_RULE);
    assert_string_equal(err.rule, "R-04");
    memset(&err, 0, sizeof err);
    assert_fails(try_act(c, "radiopharmacist", "physicist", "centre.correct",
                         "{'event':1,'record':'generator/GEN-000001','member':'serial',"
                         "'value':'24-1108','reason':'typed wrongly'}",
                         &event, &err),
                 MOLY_ERR_NOT_FOUND, "did not make or change", err);
    assert_fails(try_act(c, "radiopharmacist", "physicist", "centre.correct",
                         "{'event':9,'record':'generator/GEN-000001','member':'state',"
                         "'value':'accepted','reason':'typed wrongly'}",
                         &event, &err),
                 MOLY_ERR_USAGE, "serial", err);
}

static void a_new_password_signs_and_the_old_one_does_not(void **state)
{
    centre *c = *state;
    moly_error err = {0};
    moly_identity *identity = NULL;
    do_act(c, "radiopharmacist", "centre.set_password",
           "{'user':'radiopharmacist','password':'another-one','cost':'minimal'}");
    assert_fails(
        moly_ledger_sign_in(c->ledger, "radiopharmacist", "radiopharmacist-moly", &identity, &err),
        MOLY_ERR_SIGN_IN, "password", err);
    refused(c, "technologist", "centre.set_password",
            "{'user':'physician','password':'another-one','cost':'minimal'}", "R-08",
            "administrator may");
    moly_identity_free(c->identities[1]);
    assert_ok(
        moly_ledger_sign_in(c->ledger, "radiopharmacist", "another-one", &c->identities[1], &err),
        err);
    stock(c);
}

static void a_refusal_speaks_the_language_of_who_asks(void **state)
{
    centre *c = *state;
    stock(c);
    at(c, "2026-11-23T06:00Z");
    eluted(c, 1.0);
    json_t *fields = json_of("{'eluate':'ELU-000001'}"), *event = NULL;
    const moly_performer performer = {.user = "radiopharmacist",
                                      .authentication = "password",
                                      .identity = identity_of(c, "radiopharmacist"),
                                      .language = "ru"};
    moly_error err = {0};
    assert_fails(
        moly_centre_perform(c->ledger, "pharmacy.release", fields, &performer, &event, &err),
        MOLY_ERR_RULE, "элюат ELU-000001: состояние «не проверено»; до выпуска нужны проверки",
        err);
    json_decref(fields);
}

static void a_password_is_in_no_event(void **state)
{
    centre *c = *state;
    json_t *events = NULL;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    const moly_event_query query = {.limit = 100};
    assert_ok(moly_ledger_events(reader, &query, &events, &err), err);
    moly_ledger_reader_free(reader);
    char *text = moly_json_canonical(events);
    assert_null(strstr(text, "technologist-moly"));
    moly_free(text);
    json_decref(events);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, centre_set_up, centre_tear_down)

/* EVIDENCE: R-08 a password that stands on the list of common ones, is a name of the person or of
 * the site, or runs along the keys, is refused (NIST SP 800-63B, 5.1.1.2) */
static void a_password_that_is_guessed_first_is_refused(void **state)
{
    static const char *const bad[] = {
        "password",   "Password123!", "P@ssw0rd2026", "qwertyuiop",    "12345678",
        "11111111",   "aaaabbbb",     "abcdefgh",     "87654321",      "letmein!!",
        "nurgul2026", "Sadykova-77",  "Osh-Hospital", "moly-moly",     "Пароль123",
        "ЙЦУКЕНГ1",   "iloveyou",     "dragon88",     "administrator", "radiopharmacist"};
    static const char *const good[] = {"three hens in a boat", "correct horse battery staple",
                                       "vK8#tq2Lw", "семь тихих оленей", "Osh rain 6 umbrella"};
    const moly_site site = {"Osh City Hospital", "KG", 360, false};
    moly_site training = site;
    (void)state;
    training.is_training = true;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        moly_error err = {0};
        moly_status status = password_check(&site, "nurgul", "Нургуль Sadykova", bad[i], &err);
        if (status != MOLY_ERR_RULE) {
            fail_msg("'%s' was taken", bad[i]);
        }
        err = (moly_error){0};
        assert_ok(password_check(&training, "nurgul", NULL, bad[i], &err), err);
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        moly_error err = {0};
        assert_ok(password_check(&site, "nurgul", NULL, good[i], &err), err);
    }
}

static void the_list_of_common_passwords_is_folded_and_each_is_refused(void **state)
{
    const moly_site site = {"X", "KG", 360, false};
    (void)state;
    assert_true(common_password_rows_n > 300);
    for (size_t i = 0; i < common_password_rows_n; i++) {
        moly_error err = {0};
        assert_int_equal(password_check(&site, "nurgul", NULL, common_password_rows[i].word, &err),
                         MOLY_ERR_RULE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_role_that_may_not_do_an_act_is_refused),
        TEST(a_retired_person_cannot_act_and_the_name_stays_taken),
        TEST(the_maker_and_the_tester_cannot_release),
        TEST(an_administrator_has_no_other_role_and_changes_no_data),
        TEST(a_signed_act_needs_the_persons_own_password),
        TEST(an_act_without_a_signature_says_how_the_person_is_known),
        TEST(nothing_is_signed_after_the_clock_stepped_back),
        TEST(a_correction_keeps_the_original_beside_it),
        TEST(a_correction_withdraws_the_release),
        TEST(a_correction_takes_two_persons_and_a_reason),
        TEST(a_new_password_signs_and_the_old_one_does_not),
        TEST(a_refusal_speaks_the_language_of_who_asks),
        TEST(a_password_is_in_no_event),
        cmocka_unit_test(a_password_that_is_guessed_first_is_refused),
        cmocka_unit_test(the_list_of_common_passwords_is_folded_and_each_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Refusals at the patient's side, tracing, and waste. */
#include "centre_testing.h"

#include "moly/base/catalogue.h"

static int set_up(void **state)
{
    centre *c = calloc(1, sizeof *c);
    centre_open(c, "KG");
    kit_ready(c);
    *state = c;
    return 0;
}

/* A syringe of `mbq` at 08:50 for 09:00. */
static void drawn(centre *c, double mbq)
{
    char fields[200];
    double volume_ml =
        mbq * 1e6 / (book_of(c, "kit/KIT-000001", "Tc-99m") / 5.0); /* all 5 mL are there */
    at(c, "2026-11-23T08:50Z");
    volume_ml = mbq * 1e6 / (book_of(c, "kit/KIT-000001", "Tc-99m") / 5.0);
    (void)snprintf(fields, sizeof fields,
                   "{'order':'ORD-000001','kit':'KIT-000001','activity':'%.6g MBq',"
                   "'volume':'%.6g mL'}",
                   mbq, volume_ml);
    do_act(c, "technologist", "clinic.draw_dose", fields);
    at(c, "2026-11-23T09:00Z");
}

/* EVIDENCE: R-37 two identifiers and the scanned syringe: a wrong patient is refused */
static void a_wrong_patient_is_refused(void **state)
{
    centre *c = *state;
    do_act(c, "technologist", "clinic.register_patient",
           "{'name':'Бакыт Эсенов','birth_date':'1951-11-02','sex':'male'}");
    drawn(c, 610);
    refused(c, "technologist", "clinic.administer",
            "{'dose':'DOS-000001','patient':'PAT-000002','birth_date':'1951-11-02'}", "R-37",
            "wrong patient");
    refused(c, "technologist", "clinic.administer", "{'dose':'DOS-000001','patient':'PAT-000001'}",
            "R-37", "second identifier");
    refused(c, "technologist", "clinic.administer",
            "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1968-03-15'}", "R-37",
            "birth date 1968-03-15 is not that of patient");
    refused(c, "technologist", "clinic.administer",
            "{'dose':'DOS-000001','patient':'PAT-000001','name':'Айгуль Сатыбалдиева'}", "R-37",
            "the name is not");
    do_act(c, "technologist", "clinic.administer",
           "{'dose':'DOS-000001','patient':'PAT-000001','name':'Айгүл Сатыбалдиева'}");
    refused(c, "technologist", "clinic.administer",
            "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1968-03-14'}", "R-37",
            "is given");
}

/* EVIDENCE: R-37 an expired dose, a rejected kit's dose and a wrong product are refused */
static void an_expired_or_rejected_dose_is_refused(void **state)
{
    centre *c = *state;
    drawn(c, 610);
    at(c, "2026-11-23T18:00:01Z");
    refused(c, "technologist", "clinic.administer",
            "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1968-03-14'}", "R-24",
            "expires at 2026-11-24 00:00 (+06:00)");
    refused(c, "technologist", "clinic.draw_dose",
            "{'order':'ORD-000001','kit':'KIT-000001','activity':'600 MBq'}", "R-13",
            "drawn already");
    at(c, "2026-11-23T18:01Z");
    do_act(c, "radiopharmacist", "pharmacy.reject", "{'kit':'KIT-000001','reason':'particles'}");
    refused(c, "technologist", "clinic.administer",
            "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1968-03-14',"
            "'at':'2026-11-23T09:05Z'}",
            "R-37", "KIT-000001, which is rejected");
}

static void a_dose_of_another_product_is_refused(void **state)
{
    centre *c = *state;
    do_act(c, "technologist", "clinic.refer",
           "{'patient':'PAT-000001','examination':'myocardial perfusion','question':'pain',"
           "'referrer':'Dr Osmonov'}");
    refused(c, "physician", "clinic.order",
            "{'referral':'REF-000002','product':'sestamibi','activity':'400 MBq',"
            "'planned':'2026-11-23T10:00Z'}",
            "R-35", "must justify it");
    do_act(c, "physician", "clinic.justify",
           "{'referral':'REF-000002','justification':'decides on the catheter'}");
    do_act(c, "physician", "clinic.order",
           "{'referral':'REF-000002','product':'sestamibi','activity':'400 MBq',"
           "'planned':'2026-11-23T10:00Z'}");
    refused(c, "technologist", "clinic.draw_dose",
            "{'order':'ORD-000002','kit':'KIT-000001','activity':'400 MBq'}", "R-37",
            "is for sestamibi, kit KIT-000001 is medronate");
}

static void a_pregnancy_must_be_asked_about(void **state)
{
    centre *c = *state;
    do_act(c, "technologist", "clinic.register_patient",
           "{'name':'Жылдыз Асанова','birth_date':'1990-09-17','sex':'female'}");
    do_act(c, "technologist", "clinic.refer",
           "{'patient':'PAT-000002','examination':'renography','question':'?','referrer':'Dr O'}");
    refused(c, "physician", "clinic.justify",
            "{'referral':'REF-000002','justification':'obstruction'}", "R-36", "born 1990-09-17");
    do_act(c, "physician", "clinic.justify",
           "{'referral':'REF-000002','justification':'obstruction','pregnancy':'excluded'}");
}

/* EVIDENCE: R-34 outside the tolerance of the prescribed activity a reason is demanded */
static void an_activity_outside_the_tolerance_needs_a_reason(void **state)
{
    centre *c = *state;
    drawn(c, 800);
    refused(c, "technologist", "clinic.administer",
            "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1968-03-14'}", "R-34",
            "prescribed 600 MBq (tolerance 20 %");
    json_t *event = do_act_of(c, "technologist", NULL, "clinic.administer",
                              "{'dose':'DOS-000001','patient':'PAT-000001',"
                              "'birth_date':'1968-03-14','reason':'patient of 130 kg, Dr agrees'}");
    const json_t *warning =
        json_array_get(json_object_get(json_object_get(event, "body"), "warnings"), 0);
    assert_string_equal(text_in(warning, "rule"), "R-34");
    assert_non_null(strstr(text_in(warning, "message"), "130 kg"));
    /* whoever reads it later has it in her own language, and the person's words as they were */
    moly_text said = {0};
    moly_message_say(warning, "ru", &said);
    assert_non_null(strstr(moly_text_get(&said), "введено"));
    assert_non_null(strstr(moly_text_get(&said), "patient of 130 kg, Dr agrees"));
    moly_text_free(&said);
    json_decref(event);
}

static void a_residual_is_measured_once_after_giving(void **state)
{
    centre *c = *state;
    drawn(c, 610);
    refused(c, "technologist", "clinic.measure_residual",
            "{'dose':'DOS-000001','activity':'10 MBq'}", "R-13", "after giving");
    do_act(c, "technologist", "clinic.administer",
           "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1968-03-14'}");
    json_t *event = NULL;
    moly_error err = {0};
    assert_fails(try_act(c, "technologist", NULL, "clinic.measure_residual",
                         "{'dose':'DOS-000001','activity':'700 MBq'}", &event, &err),
                 MOLY_ERR_RANGE, "more than the", err);
    refused(c, "technologist", "clinic.measure_residual",
            "{'dose':'DOS-000001','activity':'200 MBq'}", "R-34", "give a reason");
    do_act(c, "technologist", "clinic.measure_residual",
           "{'dose':'DOS-000001','activity':'200 MBq','reason':'paravenous, stopped'}");
    assert_relative(book_of(c, "dose/DOS-000001", "Tc-99m"), 200e6, 1e-9);
    refused(c, "technologist", "clinic.measure_residual",
            "{'dose':'DOS-000001','activity':'20 MBq'}", "R-13", "once");
}

static bool has_node(const json_t *list, const char *node)
{
    size_t i;
    const json_t *row;
    json_array_foreach(list, i, row)
    {
        if (strcmp(text_in(row, "node"), node) == 0) {
            return true;
        }
    }
    return false;
}

/* EVIDENCE: R-26 a lot is traced to the patients and a patient to all lots, one query each way */
static void lots_lead_to_patients_and_patients_to_lots(void **state)
{
    centre *c = *state;
    drawn(c, 610);
    do_act(c, "technologist", "clinic.administer",
           "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1968-03-14'}");
    static const char *const origins[] = {"generator/GEN-000001", "lot/LOT-000001"};
    static const char *const way_back[] = {"dose/DOS-000001",   "kit/KIT-000001",
                                           "eluate/ELU-000001", "lot/LOT-000001",
                                           "order/ORD-000001",  "generator/GEN-000001"};
    json_t *trace = NULL;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    for (size_t i = 0; i < 2; i++) {
        assert_ok(moly_ledger_trace(reader, origins[i], &trace, &err), err);
        assert_true(has_node(json_object_get(trace, "forward"), "patient/PAT-000001"));
        json_decref(trace);
    }
    assert_ok(moly_ledger_trace(reader, "patient/PAT-000001", &trace, &err), err);
    for (size_t i = 0; i < sizeof way_back / sizeof way_back[0]; i++) {
        assert_true(has_node(json_object_get(trace, "backward"), way_back[i]));
    }
    json_decref(trace);
    moly_ledger_reader_free(reader);
}

static void waste_leaves_when_books_and_measurement_agree(void **state)
{
    centre *c = *state;
    do_act(c, "technologist", "safety.discard", "{'kit':'KIT-000001'}");
    refused(c, "technologist", "safety.discard", "{'kit':'KIT-000001'}", "R-13",
            "discarded already");
    static const char clear[] = "{'container':'WST-000001','mass':'900 g','surface':'0.11 uSv/h',"
                                "'background':'0.10 uSv/h','label_removed':true}";
    do_act(c, "technologist", "safety.close_waste", "{'container':'WST-000001','mass':'900 g'}");
    at(c, "2026-11-24T07:00Z");
    refused(c, "physicist", "safety.clear_waste", clear, "R-58", "let it decay");
    at(c, "2026-12-20T07:00Z");
    refused(c, "physicist", "safety.clear_waste",
            "{'container':'WST-000001','mass':'900 g','surface':'0.2 uSv/h',"
            "'background':'0.10 uSv/h','label_removed':true}",
            "R-58", "what else is in");
    do_act(c, "physicist", "safety.clear_waste", clear);
    do_act(c, "technologist", "safety.discard", "{'eluate':'ELU-000001'}");
    assert_record(c, "waste", "WST-000002", "state", "open");
}

static void a_patient_leaves_with_instructions(void **state)
{
    centre *c = *state;
    refused(c, "technologist", "clinic.discharge", "{'patient':'PAT-000001','instructed':true}",
            "R-13", "nothing was given");
    drawn(c, 610);
    do_act(c, "technologist", "clinic.administer",
           "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1968-03-14'}");
    refused(c, "technologist", "clinic.discharge", "{'patient':'PAT-000001','instructed':false}",
            "R-39", "instructions");
    do_act(c, "technologist", "clinic.discharge", "{'patient':'PAT-000001','instructed':true}");
    assert_true(fabs(book_of(c, "patient/PAT-000001", "Tc-99m")) < 1.0);
}

static void a_dose_for_a_patient_who_did_not_come_is_thrown_away_and_drawn_again(void **state)
{
    centre *c = *state;
    drawn(c, 610);
    do_act(c, "technologist", "safety.discard", "{'dose':'DOS-000001'}");
    refused(c, "technologist", "clinic.administer",
            "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1968-03-14'}", "R-37",
            "is discarded");
    assert_record(c, "order", "ORD-000001", "state", "ordered");
    do_act(c, "technologist", "clinic.draw_dose",
           "{'order':'ORD-000001','kit':'KIT-000001','activity':'600 MBq'}");
    assert_record(c, "dose", "DOS-000002", "patient", "PAT-000001");
}

/* A correction of a dose that was given reaches the patient's account and the net activity. */
static void correcting_a_given_dose_corrects_the_patient(void **state)
{
    centre *c = *state;
    drawn(c, 610);
    do_act(c, "technologist", "clinic.administer",
           "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1968-03-14'}");
    double before = book_of(c, "patient/PAT-000001", "Tc-99m");
    json_t *dose = record_of(c, "dose", "DOS-000001"), *events = NULL;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    const moly_event_query query = {.kind = "clinic.draw_dose", .limit = 1};
    assert_ok(moly_ledger_events(reader, &query, &events, &err), err);
    moly_ledger_reader_free(reader);
    char fields[300];
    (void)snprintf(
        fields, sizeof fields,
        "{'event':%lld,'record':'dose/DOS-000001','member':'activity','value':'560 MBq',"
        "'reason':'wrong calibration number'}",
        (long long)json_integer_value(json_object_get(json_array_get(events, 0), "seq")));
    json_decref(do_act_of(c, "technologist", "physicist", "centre.correct", fields));
    assert_relative(book_of(c, "patient/PAT-000001", "Tc-99m"), before * 560.0 / 610.0, 1e-6);
    assert_relative(record_value(c, "dose", "DOS-000001", "net_bq"),
                    number_in(dose, "net_bq") * 560.0 / 610.0, 1e-6);
    assert_true(fabs(book_of(c, "dose/DOS-000001", "Tc-99m")) < 1.0);
    json_decref(dose);
    json_decref(events);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, centre_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_wrong_patient_is_refused),
        TEST(an_expired_or_rejected_dose_is_refused),
        TEST(a_dose_of_another_product_is_refused),
        TEST(a_pregnancy_must_be_asked_about),
        TEST(an_activity_outside_the_tolerance_needs_a_reason),
        TEST(a_residual_is_measured_once_after_giving),
        TEST(lots_lead_to_patients_and_patients_to_lots),
        TEST(waste_leaves_when_books_and_measurement_agree),
        TEST(a_patient_leaves_with_instructions),
        TEST(a_dose_for_a_patient_who_did_not_come_is_thrown_away_and_drawn_again),
        TEST(correcting_a_given_dose_corrects_the_patient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

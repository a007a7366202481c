/* SPDX-License-Identifier: Apache-2.0 */
/* Recall and mock recall. */
#include "batch_testing.h"

#include "moly/centre/quality.h"

/* A kit of 5 mL whose dose is given, another drawn from it. */
static void one_given_one_drawn(centre *c)
{
    kit_ready(c);
    do_act(c, "technologist", "clinic.register_patient",
           "{'name':'Бакыт Эсенов','birth_date':'1951-11-02','sex':'male','weight':'81 kg'}");
    do_act(c, "technologist", "clinic.refer",
           "{'patient':'PAT-000002','examination':'bone scan','question':'metastases?',"
           "'referrer':'Dr Osmonov'}");
    do_act(c, "physician", "clinic.justify",
           "{'referral':'REF-000002','justification':'staging changes the treatment'}");
    do_act(c, "physician", "clinic.order",
           "{'referral':'REF-000002','product':'medronate','activity':'600 MBq',"
           "'planned':'2026-11-23T09:00Z'}");
    at(c, "2026-11-23T08:50Z");
    for (int i = 1; i <= 2; i++) {
        char fields[100];
        (void)snprintf(fields, sizeof fields,
                       "{'order':'ORD-%06d','kit':'KIT-000001','activity':'610 MBq'}", i);
        do_act(c, "technologist", "clinic.draw_dose", fields);
    }
    at(c, "2026-11-23T09:00Z");
    do_act(c, "technologist", "clinic.administer",
           "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1968-03-14'}");
}

/* EVIDENCE: R-27 a mock recall tells the time it took and what part of the volume is reconciled,
 * and changes nothing */
static void a_mock_recall_reconciles_and_changes_nothing(void **state)
{
    centre *c = *state;
    one_given_one_drawn(c);
    at(c, "2026-11-23T10:20Z");
    refused(c, "radiopharmacist", "quality.recall",
            "{'kit':'KIT-000001','lot':'LOT-000001','mock':true,'reason':'trial'}", "",
            "not several");
    refused(c, "radiopharmacist", "quality.recall",
            "{'kit':'KIT-000001','mock':true,'reason':'  '}", "R-27", "needs a reason");
    refused(c, "radiopharmacist", "quality.recall",
            "{'kit':'KIT-000001','mock':true,'reason':'trial','started':'2026-11-23T11:00Z'}", "",
            "in the future");
    do_act(c, "radiopharmacist", "quality.recall",
           "{'kit':'KIT-000001','mock':true,'reason':'trial','started':'2026-11-23T10:05Z'}");
    json_t *recall = record_of(c, "recall", "RCL-000001");
    assert_string_equal(text_in(recall, "state"), "mock");
    assert_relative(number_in(recall, "took_s"), 900.0, 1e-12);
    assert_relative(number_in(recall, "made_ml"), 5.0, 1e-12);
    assert_relative(number_in(recall, "reconciled"), 1.0, 1e-9);
    assert_int_equal(json_array_size(json_object_get(recall, "patients")), 1);
    json_decref(recall);
    assert_record(c, "kit", "KIT-000001", "state", "released");
    assert_record(c, "dose", "DOS-000002", "state", "drawn");
}

/* EVIDENCE: R-26 a recall of a lot finds in one query each vessel made of it and each patient; what
 * is left is blocked, what was drawn is not given, the patient's physician has a notice */
static void a_recall_blocks_what_is_left_and_tells_who_has_it(void **state)
{
    centre *c = *state;
    json_t *reach = NULL;
    moly_error err = {0};
    one_given_one_drawn(c);
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_centre_recall(reader, "lot/LOT-000001", &reach, &err), err);
    assert_string_equal(text_in(json_array_get(json_object_get(reach, "patients"), 0), "dose"),
                        "DOS-000001");
    assert_string_equal(text_in(json_array_get(json_object_get(reach, "doses"), 0), "patient_name"),
                        "Бакыт Эсенов");
    assert_relative(number_in(reach, "reconciled"), 1.0, 1e-9);
    json_decref(reach);
    assert_int_equal(moly_centre_recall(reader, "LOT-000001", &reach, &err), MOLY_ERR_USAGE);
    moly_ledger_reader_free(reader);
    /* the source is gone, its drawn dose is not */
    do_act(c, "technologist", "safety.discard", "{'kit':'KIT-000001'}");
    do_act(c, "radiopharmacist", "quality.recall",
           "{'lot':'LOT-000001','reason':'particles in vials of this lot'}");
    json_t *recall = record_of(c, "recall", "RCL-000001");
    assert_string_equal(text_in(recall, "state"), "ordered");
    assert_string_equal(json_string_value(json_array_get(json_object_get(recall, "patients"), 0)),
                        "PAT-000001");
    assert_string_equal(json_string_value(json_array_get(json_object_get(recall, "vessels"), 0)),
                        "kit/KIT-000001");
    json_decref(recall);
    assert_record(c, "notice", "NOT-000001", "receiver", "patient/PAT-000001");
    assert_record(c, "kit", "KIT-000001", "state", "discarded");
    refused(c, "technologist", "clinic.administer",
            "{'dose':'DOS-000002','patient':'PAT-000002','birth_date':'1951-11-02'}", "R-37",
            "is rejected");
    assert_record(c, "order", "ORD-000002", "state", "ordered");
    refused(c, "technologist", "pharmacy.label_kit",
            "{'lot':'LOT-000001','eluate':'ELU-000001','volume':'2 mL','activity':'1 GBq'}", "R-20",
            "is rejected");
}

static void a_batch_is_recalled_with_its_vial_and_shipments(void **state)
{
    centre *c = *state;
    made(c, "{'pressure':1.8,'clear':true}");
    tested(c);
    at(c, "2026-11-23T06:40Z");
    do_act(c, "qualified-person", "quality.review_batch", "{'batch':'BAT-000001'}");
    do_act(c, "technologist", "quality.ship_batch",
           "{'batch':'BAT-000001','receiver':'City hospital','volume':'5 mL'}");
    do_act(c, "qualified-person", "quality.recall",
           "{'batch':'BAT-000001','reason':'wrong shield labels'}");
    assert_record(c, "batch", "BAT-000001", "state", "recalled");
    assert_record(c, "vial", "VIA-000001", "state", "rejected");
    assert_record(c, "shipment", "SHP-000001", "state", "recalled");
    json_t *recall = record_of(c, "recall", "RCL-000001");
    assert_string_equal(json_string_value(json_array_get(json_object_get(recall, "receivers"), 0)),
                        "City hospital");
    assert_relative(number_in(recall, "reconciled"), 1.0, 1e-9);
    json_decref(recall);
    refused(c, "qualified-person", "quality.certify_batch", "{'batch':'BAT-000001'}", "R-13",
            "is recalled");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, centre_set_up, centre_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_mock_recall_reconciles_and_changes_nothing),
        TEST(a_recall_blocks_what_is_left_and_tells_who_has_it),
        TEST(a_batch_is_recalled_with_its_vial_and_shipments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

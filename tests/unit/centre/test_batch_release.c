/* SPDX-License-Identifier: Apache-2.0 */
/* Release of a batch: two stages, the condition, and what fails before and after. */
#include "batch_testing.h"

#include "moly/centre/quality.h"

#define GOOD "{'pressure':1.8,'clear':true}"
#define BATCH "{'batch':'BAT-000001'}"
#define TEST_OF(method, rest) "{'batch':'BAT-000001','method':'" method "'," rest "}"

/* 300 MBq of FDG at 08:00. */
static void fdg_ordered(centre *c)
{
    at(c, "2026-11-22T06:00Z");
    do_act(c, "technologist", "clinic.register_patient",
           "{'name':'Бакыт Эсенов','birth_date':'1951-11-02','sex':'male','weight':'81 kg'}");
    do_act(c, "technologist", "clinic.refer",
           "{'patient':'PAT-000001','examination':'PET','question':'staging',"
           "'referrer':'Dr Osmonov'}");
    do_act(c, "physician", "clinic.justify",
           "{'referral':'REF-000001','justification':'staging changes the treatment'}");
    do_act(c, "physician", "clinic.order",
           "{'referral':'REF-000001','product':'fludeoxyglucose','activity':'300 MBq',"
           "'planned':'2026-11-23T08:00Z'}");
}

static const char draw[] = "{'order':'ORD-000001','vial':'VIA-000001','activity':'320 MBq',"
                           "'injection':'2026-11-23T08:00Z'}";
static const char give[] = "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1951-11-02',"
                           "'reason':'the example is not exact'}";

static void reviewed(centre *c)
{
    at(c, "2026-11-23T06:40Z");
    do_act(c, "qualified-person", "quality.review_batch", BATCH);
}

static void certified(centre *c)
{
    at(c, "2026-11-23T06:50Z");
    do_act(c, "qualified-person", "quality.certify_batch", BATCH);
}

/* EVIDENCE: R-45 a batch is certified with every test but sterility, each approved by another
 * person than the analyst, after the review, by a qualified person */
/* EVIDENCE: R-09 who did a step or was second person at it cannot review; the analyst cannot
 * approve EVIDENCE: R-42 the release stands in the batch record with person and time */
static void each_stage_of_the_release_has_its_conditions(void **state)
{
    centre *c = *state;
    made(c, GOOD);
    refused(c, "qualified-person", "quality.certify_batch", BATCH, "R-13", "is made");
    refused(c, "radiopharmacist", "quality.review_batch", BATCH, "R-09", "was second person");
    refused(c, "technologist", "quality.review_batch", BATCH, "R-08", "takes the role");
    reviewed(c);
    refused(c, "radiopharmacist", "quality.certify_batch", BATCH, "R-08", "qualified-person");
    refused(c, "qualified-person", "quality.certify_batch", BATCH, "R-45",
            "no result of appearance");
    at(c, "2026-11-23T06:42Z");
    do_act(c, "radiopharmacist", "quality.test", TEST_OF("appearance", "'conforms':true"));
    refused(c, "qualified-person", "quality.certify_batch", BATCH, "R-45",
            "not approved by a second person");
    refused(c, "radiopharmacist", "quality.approve_test", "{'test':'TST-000001'}", "R-09",
            "tested");
    do_act(c, "qualified-person", "quality.approve_test", "{'test':'TST-000001'}");
    refused(c, "qualified-person", "quality.approve_test", "{'test':'TST-000001'}", "R-13",
            "approved already");
    do_act(c, "technologist", "quality.test", TEST_OF("pH", "'value':6.2"));
    do_act(c, "radiopharmacist", "quality.approve_test", "{'test':'TST-000002'}");
    refused(c, "qualified-person", "quality.certify_batch", BATCH, "R-45",
            "no result of radiochemical purity");
    purity_tested(c, 0.02);
    do_act(c, "radiopharmacist", "quality.approve_test", "{'test':'TST-000003'}");
    certified(c);
    json_t *batch = record_of(c, "batch", "BAT-000001");
    assert_string_equal(text_in(batch, "state"), "certified");
    assert_string_equal(text_in(batch, "reviewed_by"), "qualified-person");
    assert_string_equal(text_in(batch, "certified_by"), "qualified-person");
    assert_string_equal(text_in(batch, "certified_at"), "2026-11-23T06:50:00Z");
    json_decref(batch);
    assert_record(c, "vial", "VIA-000001", "state", "released");
}

/* EVIDENCE: R-44 a vial of a batch cannot be drawn from before the second stage, and no other act
 * tests or releases it; what was shipped in quarantine is certified by a notice */
static void nothing_is_given_before_the_second_stage(void **state)
{
    centre *c = *state;
    fdg_ordered(c);
    made(c, GOOD);
    refused(c, "technologist", "quality.ship_batch",
            "{'batch':'BAT-000001','receiver':'City hospital','volume':'5 mL'}", "R-13", "is made");
    refused(c, "technologist", "pharmacy.test_rcp", "{'vial':'VIA-000001','purity':'98 %'}", "R-44",
            "quality.test");
    refused(c, "radiopharmacist", "pharmacy.release", "{'vial':'VIA-000001'}", "R-44",
            "quality.certify_batch");
    refused(c, "technologist", "clinic.draw_dose", draw, "R-13", "must be tested and released");
    tested(c);
    reviewed(c);
    do_act(c, "technologist", "quality.ship_batch",
           "{'batch':'BAT-000001','receiver':'City hospital','volume':'5 mL'}");
    json_t *shipment = record_of(c, "shipment", "SHP-000001");
    assert_string_equal(text_in(shipment, "state"), "in quarantine");
    assert_relative(number_in(shipment, "activity_bq"), book_of(c, "outside/City hospital", "F-18"),
                    1e-9);
    json_decref(shipment);
    assert_relative(record_value(c, "vial", "VIA-000001", "volume_left_ml"), 13.0, 1e-9);
    refused(c, "technologist", "clinic.draw_dose", draw, "R-13", "must be tested and released");
    refused(c, "technologist", "quality.ship_batch",
            "{'batch':'BAT-000001','receiver':'a/b','volume':'5 mL'}", "", "without '/'");
    certified(c);
    assert_record(c, "shipment", "SHP-000001", "state", "certified");
    assert_record(c, "notice", "NOT-000001", "receiver", "City hospital");
    assert_record(c, "notice", "NOT-000001", "state", "to send");
    static const char answer[] =
        "{'notice':'NOT-000001','by':'Dr Kim','answer':'given to one patient, nothing left'}";
    refused(c, "technologist", "quality.record_answer", answer, "R-13", "was not handed over yet");
    do_act(c, "technologist", "quality.hand_over_notice",
           "{'notice':'NOT-000001','by':'e-mail','to':'Dr Kim, kim@city.example'}");
    assert_record(c, "notice", "NOT-000001", "state", "sent");
    assert_record(c, "notice", "NOT-000001", "sent_to", "Dr Kim, kim@city.example");
    do_act(c, "technologist", "quality.record_answer", answer);
    assert_record(c, "notice", "NOT-000001", "state", "answered");
    refused(c, "technologist", "quality.hand_over_notice",
            "{'notice':'NOT-000001','by':'fax','to':'again'}", "R-13", "is answered already");
    at(c, "2026-11-23T07:40Z");
    do_act(c, "technologist", "clinic.draw_dose", draw);
    at(c, "2026-11-23T08:00Z");
    do_act(c, "technologist", "clinic.administer", give);
}

/* EVIDENCE: R-44 a receiver cannot draw from a vial that came in quarantine before its certificate
 * was checked and it was released */
static void a_receiver_waits_for_the_certificate(void **state)
{
    centre *c = *state;
    fdg_ordered(c);
    at(c, "2026-11-23T06:00Z");
    do_act(c, "technologist", "pharmacy.receive_vial",
           "{'product':'fludeoxyglucose','supplier':'Cyclotron centre','lot':'FDG-1','labelled':"
           "'4 GBq','calibrated':'2026-11-23T05:00Z','activity':'2.74 GBq','volume':'8 mL',"
           "'certificate':'in quarantine','expiry':'2026-11-23T16:00Z'}");
    refused(c, "technologist", "clinic.draw_dose", draw, "R-13", "is quarantine");
    refused(c, "technologist", "pharmacy.release", "{'vial':'VIA-000001'}", "R-08", "the role");
    do_act(c, "radiopharmacist", "pharmacy.release", "{'vial':'VIA-000001'}");
    at(c, "2026-11-23T07:40Z");
    do_act(c, "technologist", "clinic.draw_dose", draw);
}

/* EVIDENCE: R-48 a result out of specification blocks the vial, opens an investigation and an
 * alarm; no other result replaces it; an error of the laboratory, found by another person, lets the
 * sample be tested once more, and both results stand */
static void a_result_out_of_specification_is_investigated(void **state)
{
    centre *c = *state;
    made(c, GOOD);
    at(c, "2026-11-23T06:20Z");
    do_act(c, "technologist", "quality.test", TEST_OF("pH", "'value':3.9"));
    assert_record(c, "test", "TST-000001", "state", "out of specification");
    assert_record(c, "vial", "VIA-000001", "state", "out of specification");
    assert_record(c, "case", "OOS-000001", "about", "TST-000001");
    assert_record(c, "alarm", "ALM-000001", "state", "raised");
    refused(c, "technologist", "quality.test", TEST_OF("pH", "'value':6.2"), "R-48",
            "no other replaces: investigate it");
    refused(c, "radiopharmacist", "quality.approve_test", "{'test':'TST-000001'}", "R-48",
            "investigate it");
    reviewed(c);
    refused(c, "qualified-person", "quality.certify_batch", BATCH, "R-51", "OOS-000001");
    refused(c, "technologist", "quality.ship_batch",
            "{'batch':'BAT-000001','receiver':'City hospital','volume':'5 mL'}", "R-48",
            "nothing of it is shipped");
    refused(c, "radiopharmacist", "quality.decide_case",
            "{'case':'OOS-000001','conclusion':'corrected','cause':'buffer expired'}", "R-51",
            "no conclusion");
    do_act(c, "radiopharmacist", "quality.decide_case",
           "{'case':'OOS-000001','conclusion':'laboratory error','cause':'buffer expired'}");
    assert_record(c, "test", "TST-000001", "state", "void");
    assert_record(c, "vial", "VIA-000001", "state", "untested");
    do_act(c, "technologist", "quality.test", TEST_OF("pH", "'value':6.2"));
    assert_record(c, "test", "TST-000002", "retest_of", "TST-000001");
    assert_relative(record_value(c, "test", "TST-000001", "value"), 3.9, 1e-12);
    refused(c, "technologist", "quality.test", TEST_OF("pH", "'value':6.3"), "R-48",
            "no other replaces");
}

static void one_error_of_the_laboratory_does_not_clear_another_result(void **state)
{
    centre *c = *state;
    made(c, GOOD);
    at(c, "2026-11-23T06:20Z");
    do_act(c, "technologist", "quality.test", TEST_OF("pH", "'value':3.9"));
    do_act(c, "technologist", "quality.test", TEST_OF("appearance", "'conforms':false"));
    do_act(c, "radiopharmacist", "quality.decide_case",
           "{'case':'OOS-000001','conclusion':'laboratory error','cause':'buffer expired'}");
    assert_record(c, "vial", "VIA-000001", "state", "out of specification");
    do_act(c, "radiopharmacist", "quality.open_case",
           "{'type':'oos','batch':'BAT-000001','about':'BAT-000001.02','what':'a colour'}");
    refused(c, "qualified-person", "quality.decide_case",
            "{'case':'OOS-000003','conclusion':'laboratory error','cause':'none at all'}", "",
            "BAT-000001.02");
}

/* EVIDENCE: R-48 a fault of the product rejects the batch for good */
static void a_fault_of_the_product_ends_the_batch(void **state)
{
    centre *c = *state;
    made(c, GOOD);
    at(c, "2026-11-23T06:20Z");
    purity_tested(c, 0.08);
    assert_record(c, "test", "TST-000001", "state", "out of specification");
    do_act(c, "qualified-person", "quality.decide_case",
           "{'case':'OOS-000001','conclusion':'product fault','cause':'cartridge broke through'}");
    assert_record(c, "batch", "BAT-000001", "state", "rejected");
    assert_record(c, "vial", "VIA-000001", "state", "rejected");
    refused(c, "qualified-person", "quality.review_batch", BATCH, "R-13", "is rejected");
    refused(c, "technologist", "quality.test", TEST_OF("pH", "'value':6.2"), "R-13", "is rejected");
}

static void rejecting_the_vial_rejects_its_batch(void **state)
{
    centre *c = *state;
    made(c, GOOD);
    do_act(c, "radiopharmacist", "pharmacy.reject",
           "{'vial':'VIA-000001','reason':'the stopper leaks'}");
    assert_record(c, "batch", "BAT-000001", "state", "rejected");
}

/* EVIDENCE: R-46 sterility is begun within 30 h of the end of production, later only with a reason,
 * and without it nothing is certified; growth days after the release tells every receiver and
 * patient, and blocks what is left */
static void a_late_sterility_failure_reaches_every_receiver(void **state)
{
    centre *c = *state;
    fdg_ordered(c);
    made(c, GOOD);
    tested(c);
    reviewed(c);
    do_act(c, "technologist", "quality.ship_batch",
           "{'batch':'BAT-000001','receiver':'City hospital','volume':'5 mL'}");
    certified(c);
    refused(c, "technologist", "quality.test", TEST_OF("sterility", "'conforms':true"), "R-46",
            "has not been started");
    do_act(c, "technologist", "quality.start_sterility",
           "{'batch':'BAT-000001','at':'2026-11-23T06:45Z'}");
    refused(c, "technologist", "quality.start_sterility", BATCH, "R-13", "was started at");
    at(c, "2026-11-23T07:40Z");
    do_act(c, "technologist", "clinic.draw_dose", draw);
    at(c, "2026-11-23T08:00Z");
    do_act(c, "technologist", "clinic.administer", give);
    refused(c, "technologist", "quality.test", TEST_OF("sterility", "'conforms':true"), "R-46",
            "is incubated until");
    at(c, "2026-11-28T09:00Z");
    do_act(c, "technologist", "quality.test", TEST_OF("sterility", "'conforms':false"));
    assert_record(c, "batch", "BAT-000001", "state", "recalled");
    assert_record(c, "shipment", "SHP-000001", "state", "do not use");
    /* the first notice was the certificate */
    assert_record(c, "notice", "NOT-000002", "receiver", "patient/PAT-000001");
    assert_record(c, "notice", "NOT-000003", "receiver", "City hospital");
    assert_record(c, "case", "OOS-000001", "batch", "BAT-000001");
    assert_record(c, "alarm", "ALM-000001", "state", "raised");
}

static void sterility_that_is_begun_late_has_a_reason(void **state)
{
    centre *c = *state;
    made(c, GOOD);
    tested(c);
    reviewed(c);
    at(c, "2026-11-24T12:06Z"); /* 30 h and 1 min after 06:05 */
    refused(c, "qualified-person", "quality.certify_batch", BATCH, "R-46", "start it");
    refused(c, "technologist", "quality.start_sterility", BATCH, "R-46", "limit 30.0 h");
    refused(c, "technologist", "quality.start_sterility", "{'batch':'BAT-000001','reason':'  '}",
            "R-46", "limit 30.0 h");
    do_act(c, "technologist", "quality.start_sterility",
           "{'batch':'BAT-000001','reason':'Sunday; the laboratory is closed'}");
    assert_record(c, "batch", "BAT-000001", "sterility_late", "Sunday; the laboratory is closed");
    refused(c, "qualified-person", "quality.certify_batch", BATCH, "R-24", "expires");
}

/* Everything but pH, whose meter broke; a retention sample is kept. */
static void ph_missing(centre *c)
{
    made(c, GOOD);
    do_act(c, "physicist", "instrument.register",
           "{'kind':'analyser','model':'pH 50','serial':'7'}");
    at(c, "2026-11-23T06:30Z");
    do_act(c, "technologist", "quality.test", TEST_OF("appearance", "'conforms':true"));
    purity_tested(c, 0.02);
    do_act(c, "radiopharmacist", "quality.approve_test", "{'test':'TST-000001'}");
    do_act(c, "radiopharmacist", "quality.approve_test", "{'test':'TST-000002'}");
    do_act(c, "technologist", "quality.keep_sample",
           "{'batch':'BAT-000001','place':'refrigerator 2','volume':'0.5 mL'}");
    reviewed(c);
}

#define CONDITION(method, instrument, reason)                                                      \
    "{'batch':'BAT-000001','method':'" method "','instrument':'" instrument                        \
    "','sample':'SMP-000001','reason':'" reason "'}"
static const char condition[] = CONDITION("pH", "INS-000003", "electrode broken, spare tomorrow");

/* EVIDENCE: R-47 a conditional release takes an instrument that failed and a kept sample, is
 * refused without identity, radiochemical purity or specific activity, and closes itself when the
 * missing test has passed and is approved */
static void a_conditional_release_closes_itself(void **state)
{
    centre *c = *state;
    ph_missing(c);
    refused(c, "qualified-person", "quality.certify_batch", BATCH, "R-45", "no result of pH");
    refused(c, "qualified-person", "quality.release_conditionally",
            CONDITION("radiochemical purity", "INS-000002", "column broken"), "R-47",
            "not even conditionally");
    refused(c, "qualified-person", "quality.release_conditionally",
            CONDITION("specific activity", "INS-000002", "column broken"), "R-47",
            "not even conditionally");
    refused(c, "qualified-person", "quality.release_conditionally",
            CONDITION("sterility", "INS-000002", "incubator"), "R-47", "its result comes later");
    refused(c, "qualified-person", "quality.release_conditionally",
            CONDITION("pH", "INS-000003", " "), "R-47", "needs a reason");
    refused(c, "qualified-person", "quality.release_conditionally", condition, "R-47", "is in use");
    do_act(c, "physicist", "instrument.withdraw",
           "{'instrument':'INS-000003','reason':'electrode broken'}");
    refused(c, "radiopharmacist", "quality.release_conditionally", condition, "R-08", "the role");
    refused(c, "qualified-person", "quality.release_conditionally",
            CONDITION("appearance", "INS-000003", "lamp broken"), "R-47", "nothing is missing");
    at(c, "2026-11-23T06:50Z");
    do_act(c, "technologist", "quality.ship_batch",
           "{'batch':'BAT-000001','receiver':'City hospital','volume':'5 mL'}");
    do_act(c, "qualified-person", "quality.release_conditionally", condition);
    assert_record(c, "batch", "BAT-000001", "state", "conditionally released");
    assert_record(c, "vial", "VIA-000001", "state", "released");
    assert_record(c, "shipment", "SHP-000001", "state", "conditionally released");
    at(c, "2026-11-24T06:00Z");
    do_act(c, "technologist", "quality.test", TEST_OF("pH", "'value':6.2"));
    assert_record(c, "batch", "BAT-000001", "state", "conditionally released");
    do_act(c, "radiopharmacist", "quality.approve_test", "{'test':'TST-000003'}");
    assert_record(c, "batch", "BAT-000001", "state", "certified");
    assert_record(c, "batch", "BAT-000001", "condition_closed_by", "TST-000003");
    assert_record(c, "shipment", "SHP-000001", "state", "certified");
}

static json_t *notice_block(centre *c, const char *id)
{
    json_t *today = NULL, *found = NULL, *one;
    size_t i;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_centre_today(moly_ledger_site(c->ledger), reader, c->now, &today, &err), err);
    json_array_foreach(json_object_get(today, "blocks"), i, one)
    {
        found = strcmp(text_in(one, "id"), id) == 0 ? json_incref(one) : found;
    }
    json_decref(today);
    moly_ledger_reader_free(reader);
    return found;
}

static void assert_notice(centre *c, const char *time, const char *why)
{
    at(c, time);
    json_t *block = notice_block(c, "NOT-000001");
    if (!why) {
        assert_null(block);
        return;
    }
    assert_non_null(block);
    assert_non_null(strstr(text_in(block, "why"), why));
    assert_string_equal(text_in(block, "rule"), "R-46");
    json_decref(block);
}

/* EVIDENCE: R-46 a notice stands on the first screen until it was handed over, in time or not, and
 * again when its answer is late */
static void a_notice_is_followed_until_its_answer(void **state)
{
    centre *c = *state;
    made(c, GOOD);
    tested(c);
    reviewed(c);
    do_act(c, "technologist", "quality.ship_batch",
           "{'batch':'BAT-000001','receiver':'City hospital','volume':'5 mL'}");
    certified(c);
    assert_notice(c, "2026-11-23T08:31Z", "City hospital has not been told");
    assert_notice(c, "2026-11-23T15:00Z", "City hospital was to be told by 2026-11-23T");
    do_act(c, "technologist", "quality.hand_over_notice",
           "{'notice':'NOT-000001','by':'courier','to':'reception'}");
    assert_notice(c, "2026-11-23T16:00Z", NULL);
    assert_notice(c, "2026-11-24T15:01Z",
                  "City hospital has not answered; it was wanted by 2026-11-24T15:00:00Z");
    do_act(c, "technologist", "quality.hand_over_notice",
           "{'notice':'NOT-000001','by':'telephone','to':'Dr Kim'}");
    assert_notice(c, "2026-11-24T15:05Z", NULL);
    assert_true(record_value(c, "notice", "NOT-000001", "times_sent") == 2.0);
    do_act(c, "technologist", "quality.record_answer",
           "{'notice':'NOT-000001','by':'Dr Kim','answer':'none was given'}");
    assert_notice(c, "2026-11-26T12:05Z", NULL);
}

/* EVIDENCE: R-47 where the missing test fails, every receiver has a notice and drawn doses are not
 * given */
static void a_condition_that_fails_calls_everything_back(void **state)
{
    centre *c = *state;
    fdg_ordered(c);
    ph_missing(c);
    do_act(c, "physicist", "instrument.withdraw",
           "{'instrument':'INS-000003','reason':'electrode broken'}");
    do_act(c, "technologist", "quality.ship_batch",
           "{'batch':'BAT-000001','receiver':'City hospital','volume':'5 mL'}");
    do_act(c, "qualified-person", "quality.release_conditionally", condition);
    at(c, "2026-11-23T07:40Z");
    do_act(c, "technologist", "clinic.draw_dose", draw);
    do_act(c, "technologist", "safety.discard", "{'vial':'VIA-000001'}");
    do_act(c, "technologist", "quality.test", TEST_OF("pH", "'value':9.1"));
    assert_record(c, "batch", "BAT-000001", "state", "recalled");
    assert_record(c, "shipment", "SHP-000001", "state", "do not use");
    assert_record(c, "notice", "NOT-000002", "receiver", "City hospital");
    refused(c, "technologist", "clinic.administer", give, "R-37", "cannot be given");
    assert_record(c, "order", "ORD-000001", "state", "ordered");
}

/* EVIDENCE: R-53 a retention sample has its place and may go six months after the expiry, earlier
 * only with a reason */
static void samples_are_kept_until_their_date(void **state)
{
    centre *c = *state;
    master_in_force(c);
    refused(c, "technologist", "quality.keep_sample",
            "{'batch':'BAT-000001','place':'refrigerator 2','volume':'0.5 mL'}", "R-13",
            "no vial yet");
    centre_close(c);
    centre_open(c, "KG");
    made(c, GOOD);
    do_act(c, "technologist", "quality.keep_sample",
           "{'batch':'BAT-000001','place':'refrigerator 2, box 7','volume':'0.5 mL'}");
    json_t *sample = record_of(c, "sample", "SMP-000001"),
           *batch = record_of(c, "batch", "BAT-000001");
    assert_string_equal(text_in(sample, "place"), "refrigerator 2, box 7");
    /* half a year of 365.2425 d */
    assert_relative(moly_instant_difference_s(instant_of(text_in(batch, "expiry")),
                                              instant_of(text_in(sample, "discard_from"))),
                    15778800.0, 1e-6);
    json_decref(batch);
    json_decref(sample);
    refused(c, "technologist", "quality.keep_sample",
            "{'batch':'BAT-000001','place':'box 8','volume':'0.5 mL',"
            "'until':'2026-12-24T00:00Z'}",
            "R-53", "needs a reason");
    do_act(c, "technologist", "quality.keep_sample",
           "{'batch':'BAT-000001','place':'box 8','volume':'0.5 mL','until':'2026-12-24T00:00Z',"
           "'reason':'for the supplier only'}");
    refused(c, "technologist", "quality.discard_sample", "{'sample':'SMP-000001'}", "R-53",
            "is kept until");
    at(c, "2026-12-25T00:00Z");
    do_act(c, "technologist", "quality.discard_sample", "{'sample':'SMP-000002'}");
    do_act(c, "technologist", "quality.discard_sample",
           "{'sample':'SMP-000001','reason':'broken'}");
    refused(c, "technologist", "quality.discard_sample",
            "{'sample':'SMP-000001','reason':'broken'}", "R-13", "discarded already");
}

/* EVIDENCE: R-50 a batch is not certified while a place of its steps was outside its limits in its
 * time and nobody decided that, nor without a media fill of its process in force */
static void the_room_and_the_process_gate_the_release(void **state)
{
    centre *c = *state;
    made(c, GOOD);
    tested(c);
    reviewed(c);
    do_act(c, "technologist", "quality.monitor",
           "{'place':'hot cell 1','grade':'A','settle-plate':2}");
    refused(c, "qualified-person", "quality.certify_batch", BATCH, "R-50", "decide DEV-000001");
    do_act(c, "qualified-person", "quality.decide_case",
           "{'case':'DEV-000001','conclusion':'no impact','cause':'plate touched when taken out'}");
    do_act(c, "qualified-person", "quality.media_fill",
           "{'process':'filling of FDG','operators':['technologist'],'filled':12,'grown':1}");
    assert_record(c, "media_fill", "MFL-000002", "state", "failed");
    refused(c, "qualified-person", "quality.certify_batch", BATCH, "R-50", "grew");
    do_act(c, "qualified-person", "quality.media_fill",
           "{'process':'filling of FDG','operators':['technologist'],'filled':12,'grown':0}");
    certified(c);
}

static json_t *shown(centre *c)
{
    json_t *batch = NULL;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(
        moly_centre_batch(moly_ledger_site(c->ledger), reader, "BAT-000001", c->now, &batch, &err),
        err);
    moly_ledger_reader_free(reader);
    return batch;
}

/* "rule why" of what the batch waits for first. */
static void waits_first_for(centre *c, const char *rule, const char *why)
{
    json_t *batch = shown(c);
    const json_t *first = json_array_get(json_object_get(batch, "waiting"), 0);
    assert_string_equal(text_in(first, "rule"), rule);
    assert_string_equal(text_in(first, "why"), why);
    json_decref(batch);
}

/* EVIDENCE: R-42 a batch is read with all that belongs to it: each step, test, case, sample and
 * shipment, and what it still waits for */
static void a_batch_says_what_it_waits_for(void **state)
{
    centre *c = *state;
    json_t *list = NULL;
    moly_error err = {0};
    master_in_force(c);
    waits_first_for(c, "R-13", "step 1 of 3 is next: irradiate");
    irradiated(c);
    waits_first_for(c, "R-13", "step 2 of 3 is next: synthesise");
    centre_close(c);
    centre_open(c, "KG");
    made(c, GOOD);
    waits_first_for(c, "R-45", "there is no result of appearance");
    tested(c);
    json_t *batch = shown(c);
    assert_int_equal(json_array_size(json_object_get(batch, "steps")), 3);
    assert_int_equal(json_array_size(json_object_get(batch, "tests")), 4);
    assert_string_equal(text_in(json_array_get(json_object_get(batch, "steps"), 1), "state"),
                        "done");
    assert_string_equal(text_in(json_object_get(batch, "vial"), "id"), "VIA-000001");
    assert_string_equal(text_in(json_object_get(batch, "master"), "id"), "MBR-000001");
    json_decref(batch);
    reviewed(c);
    do_act(c, "technologist", "quality.start_sterility", BATCH);
    waits_first_for(c, "R-44", "it has not been certified");
    certified(c);
    batch = shown(c);
    assert_int_equal(json_array_size(json_object_get(batch, "waiting")), 0);
    assert_string_equal(text_in(json_array_get(json_object_get(batch, "tests"), 3), "state"),
                        "incubating");
    json_decref(batch);
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(
        moly_centre_batches(moly_ledger_site(c->ledger), reader, "certified", c->now, &list, &err),
        err);
    moly_ledger_reader_free(reader);
    const json_t *row = json_array_get(json_object_get(list, "results"), 0);
    assert_string_equal(text_in(row, "id"), "BAT-000001");
    assert_true(json_is_null(json_object_get(row, "next")));
    json_decref(list);
    at(c, "2026-12-08T07:00Z");
    waits_first_for(c, "R-46", "its sterility test was to be read at 2026-12-07T06:40:00Z");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, centre_set_up, centre_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_stage_of_the_release_has_its_conditions),
        TEST(nothing_is_given_before_the_second_stage),
        TEST(a_receiver_waits_for_the_certificate),
        TEST(a_result_out_of_specification_is_investigated),
        TEST(one_error_of_the_laboratory_does_not_clear_another_result),
        TEST(a_fault_of_the_product_ends_the_batch),
        TEST(rejecting_the_vial_rejects_its_batch),
        TEST(a_late_sterility_failure_reaches_every_receiver),
        TEST(sterility_that_is_begun_late_has_a_reason),
        TEST(a_notice_is_followed_until_its_answer),
        TEST(a_conditional_release_closes_itself),
        TEST(a_condition_that_fails_calls_everything_back),
        TEST(samples_are_kept_until_their_date),
        TEST(the_room_and_the_process_gate_the_release),
        TEST(a_batch_says_what_it_waits_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

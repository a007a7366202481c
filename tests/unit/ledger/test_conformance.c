/* SPDX-License-Identifier: Apache-2.0 */
/* What the header promises of events, records, persons, links and blobs, on every store. */
#include "stores.h"

#include <pthread.h>

static void a_created_ledger_opens_again_and_refuses_a_second_creation(void **state)
{
    books *b = *state;
    moly_error err = {0};
    moly_ledger *second = NULL;
    assert_fails(moly_ledger_create(b->url, &books_site, &b->clock, &second, &err), MOLY_ERR_RULE,
                 "already", err);
    assert_null(second);
    books_reopen(b);
    assert_string_equal(moly_ledger_site(b->ledger)->name, "Test centre");
    assert_int_equal(moly_ledger_site(b->ledger)->utc_offset_minutes, 360);
    moly_ledger_reader *reader = read_books(b);
    int64_t seq = 0;
    assert_ok(moly_ledger_head(reader, &seq, &err), err);
    assert_int_equal(seq, 1);
    moly_ledger_reader_free(reader);
}

/* EVIDENCE: R-03 a simulated clock runs only on a ledger made for training */
static void a_simulated_clock_needs_a_ledger_made_for_training(void **state)
{
    books *b = *state;
    moly_error err = {0};
    moly_site real = books_site;
    moly_ledger *ledger = NULL;
    moly_clock system_clock = moly_clock_system();
    char url[300];
    real.is_training = false;
    (void)snprintf(url, sizeof url, "sqlite:%s/copy.db", b->folder);
    assert_fails(moly_ledger_create(url, &real, &b->clock, &ledger, &err), MOLY_ERR_RULE,
                 "training", err);
    assert_ok(moly_ledger_create(url, &real, &system_clock, &ledger, &err), err);
    moly_ledger_close(ledger);
    assert_fails(moly_ledger_open(url, &b->clock, &ledger, &err), MOLY_ERR_RULE, "training", err);
    assert_null(ledger);
    assert_ok(moly_ledger_open(b->url, &system_clock, &ledger, &err), err);
    moly_ledger_close(ledger);
}

static void sites_that_cannot_be_are_refused(void **state)
{
    books *b = *state;
    moly_error err = {0};
    moly_ledger *ledger = NULL;
    static const struct {
        moly_site site;
        const char *piece;
    } rows[] = {{{"", "KG", 0, true}, "name"},
                {{"A", "Kg", 0, true}, "ISO 3166"},
                {{"A", NULL, 0, true}, "ISO 3166"},
                {{"A", "KG", 1081, true}, "1081 min"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        moly_status status = moly_ledger_create(b->url, &rows[i].site, &b->clock, &ledger, &err);
        assert_true(status == MOLY_ERR_USAGE || status == MOLY_ERR_RANGE);
        assert_non_null(strstr(err.message, rows[i].piece));
        memset(&err, 0, sizeof err);
    }
}

/* EVIDENCE: R-01 an event stores who, what, old value, new value, when and why */
static void a_record_keeps_its_members_and_the_event_keeps_the_old_ones(void **state)
{
    books *b = *state;
    moly_error err = {0};
    receive_generator(b);
    json_t *event = NULL;
    entry e = {.kind = "pharmacy.retire",
               .subject = "generator/G-1",
               .body = "{'reason':'expired','records':[{'kind':'generator','id':'G-1','set':"
                       "{'state':'expired','shelf':'B'}}]}",
               .at = b->now,
               .event = &event};
    assert_ok(moly_ledger_transact(b->ledger, append_entry, &e, &err), err);
    json_t *changed = json_array_get(json_object_get(json_object_get(event, "body"), "records"), 0);
    json_t *expected = json_of("{'state':'in use','shelf':null}");
    assert_true(json_equal(json_object_get(changed, "before"), expected));
    json_decref(expected);
    assert_string_equal(json_string_value(json_object_get(event, "person")), "vera");
    assert_string_equal(json_string_value(json_object_get(event, "at")), "2026-11-22T06:00:00Z");
    json_decref(event);

    moly_ledger_reader *reader = read_books(b);
    json_t *record = NULL;
    assert_ok(moly_ledger_record(reader, "generator", "G-1", &record, &err), err);
    assert_string_equal(json_string_value(json_object_get(record, "state")), "expired");
    assert_string_equal(json_string_value(json_object_get(record, "supplier")), "X");
    assert_int_equal(json_integer_value(json_object_get(record, "seq")), 3);
    json_decref(record);
    assert_fails(moly_ledger_record(reader, "generator", "G-2", &record, &err), MOLY_ERR_NOT_FOUND,
                 "G-1", err);
    moly_ledger_reader_free(reader);
}

static void records_are_found_by_state_owner_time_and_page(void **state)
{
    books *b = *state;
    moly_error err = {0};
    for (int i = 0; i < 9; i++) {
        char body[300];
        (void)snprintf(body, sizeof body,
                       "{'records':[{'kind':'dose','id':'D-00000%d','set':{'state':'%s','owner':"
                       "'patient/P-%d','at':'2026-11-22T0%d:00:00Z'}}]}",
                       i, i % 2 ? "due" : "given", i % 3, i);
        enter(b, "test.dose", "dose/D", body);
    }
    static const struct {
        moly_record_query query;
        size_t n;
        const char *first;
    } rows[] = {
        {{.kind = "dose"}, 9, "D-000000"},
        {{.kind = "dose", .newest_first = true, .limit = 2}, 2, "D-000008"},
        {{.kind = "dose", .state = "due"}, 4, "D-000001"},
        {{.kind = "dose", .owner = "patient/P-2"}, 3, "D-000002"},
        {{.kind = "dose", .after_id = "D-000005"}, 3, "D-000006"},
        {{.kind = "syringe"}, 0, NULL},
    };
    moly_ledger_reader *reader = read_books(b);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *records = NULL;
        assert_ok(moly_ledger_records(reader, &rows[i].query, &records, &err), err);
        assert_int_equal(json_array_size(records), rows[i].n);
        if (rows[i].n > 0) {
            assert_string_equal(
                json_string_value(json_object_get(json_array_get(records, 0), "id")),
                rows[i].first);
        }
        json_decref(records);
    }
    json_t *records = NULL;
    moly_record_query between = {
        .kind = "dose", .from = at("2026-11-22T03:00:00Z"), .until = at("2026-11-22T05:00:00Z")};
    assert_ok(moly_ledger_records(reader, &between, &records, &err), err);
    assert_int_equal(json_array_size(records), 3);
    json_decref(records);
    moly_ledger_reader_free(reader);
}

static void a_part_that_fails_is_undone_alone(void **state)
{
    books *b = *state;
    moly_error err = {0};
    receive_generator(b);
    assert_fails(try_entry(b, "test.bad", "x/1",
                           "{'records':[{'kind':'x','id':'1','set':{'a':1}}],"
                           "'links':[{'from':'nowhere','to':'x/1','role':'r'}]}",
                           &err),
                 MOLY_ERR_DATA, "KIND/ID", err);
    moly_ledger_reader *reader = read_books(b);
    int64_t seq = 0;
    json_t *record = NULL;
    assert_ok(moly_ledger_head(reader, &seq, &err), err);
    assert_int_equal(seq, 2);
    assert_fails(moly_ledger_record(reader, "x", "1", &record, &err), MOLY_ERR_NOT_FOUND, "no x",
                 err);
    moly_ledger_reader_free(reader);
    enter(b, "test.good", "x/1", "{'records':[{'kind':'x','id':'1','set':{'a':1}}]}");
}

static moly_status take_three_numbers(moly_transaction *transaction, void *context, moly_error *err)
{
    char(*ids)[32] = context;
    for (size_t i = 0; i < 2; i++) {
        moly_status status = moly_transaction_next_id(transaction, "eluate", "E", ids[i], err);
        if (status) {
            return status;
        }
    }
    return moly_transaction_next_id(transaction, "kit", "K", ids[2], err);
}

static void numbers_of_a_series_follow_the_records_that_exist(void **state)
{
    books *b = *state;
    moly_error err = {0};
    char ids[3][32];
    for (int round = 0; round < 2; round++) { /* numbers that were not used come again */
        assert_ok(moly_ledger_transact(b->ledger, take_three_numbers, ids, &err), err);
        assert_string_equal(ids[0], "E-000001");
        assert_string_equal(ids[1], "E-000002");
        assert_string_equal(ids[2], "K-000001");
    }
    enter(b, "test", "eluate/E-000041",
          "{'records':[{'kind':'eluate','id':'E-000041','set':{'a':1}}]}");
    assert_ok(moly_ledger_transact(b->ledger, take_three_numbers, ids, &err), err);
    assert_string_equal(ids[0], "E-000042");
}

static void events_are_found_by_subject_kind_and_person(void **state)
{
    books *b = *state;
    moly_error err = {0};
    receive_generator(b);
    elute(b, "6.1e9");
    moly_ledger_reader *reader = read_books(b);
    static const struct {
        moly_event_query query;
        size_t n;
        int first;
    } rows[] = {
        {{.after_seq = 0}, 3, 1},
        {{.after_seq = 1}, 2, 2},
        {{.newest_first = true, .limit = 1}, 1, 3},
        {{.kind = "pharmacy.elute"}, 1, 3},
        {{.subject = "generator/G-1"}, 2, 2}, /* the elution took from it */
        {{.subject = "generator/G-1", .newest_first = true}, 2, 3},
        {{.person = "vera", .kind = "pharmacy.receive"}, 1, 2},
        {{.person = "nobody"}, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *events = NULL;
        assert_ok(moly_ledger_events(reader, &rows[i].query, &events, &err), err);
        assert_int_equal(json_array_size(events), rows[i].n);
        if (rows[i].n > 0) {
            assert_int_equal(json_integer_value(json_object_get(json_array_get(events, 0), "seq")),
                             rows[i].first);
        }
        json_decref(events);
    }
    moly_ledger_reader_free(reader);
}

static void bodies_that_the_projections_cannot_take_are_refused(void **state)
{
    books *b = *state;
    moly_error err = {0};
    static const struct {
        const char *body, *piece;
        moly_status status;
    } rows[] = {
        {"{'records':7}", "not an array", MOLY_ERR_DATA},
        {"{'records':[7]}", "not an object", MOLY_ERR_DATA},
        {"{'records':[{'kind':'a/b','id':'1','set':{}}]}", "kind of record", MOLY_ERR_DATA},
        {"{'records':[{'kind':'a','id':'','set':{}}]}", "id of a", MOLY_ERR_DATA},
        {"{'records':[{'kind':'a','id':'1'}]}", "'set'", MOLY_ERR_DATA},
        {"{'records':[{'kind':'a','id':'1','set':{'seq':1}}]}", "ledger's own", MOLY_ERR_DATA},
        {"{'records':[{'kind':'a','id':'1','set':{'at':'noon'}}]}", "a/1", MOLY_ERR_DATA},
        {"{'records':[{'kind':'a','id':'1','set':{'state':1}}]}", "not a text", MOLY_ERR_DATA},
        {"{'links':[{'from':'a/1','to':'a/1','role':'r'}]}", "different", MOLY_ERR_DATA},
        {"{'transfers':[{'from':'a/1','to':'b/1','at':'2026-11-22T06:00:00Z','nuclide':'Tc-99m',"
         "'activity_bq':-1}]}",
         "not an amount", MOLY_ERR_DATA},
        {"{'transfers':[{'from':'a/1','to':'b/1','at':'2026-11-22T06:00:00Z','nuclide':'Tc-99k',"
         "'activity_bq':1}]}",
         "Tc-99", MOLY_ERR_UNKNOWN},
        {"{'transfers':[{'from':'a/1','to':'b/1','at':'2026-11-22T06:00:00Z','nuclide':'Ru-99',"
         "'activity_bq':1}]}",
         "stable", MOLY_ERR_DATA},
        {"{'closes':[3]}", "KIND/ID", MOLY_ERR_DATA},
        {"{'corrects':1}", "reason", MOLY_ERR_RULE},
        {"{'corrects':99,'reason':'x'}", "earlier", MOLY_ERR_DATA},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_fails(try_entry(b, "test", "a/1", rows[i].body, &err), rows[i].status, rows[i].piece,
                     err);
    }
}

/* EVIDENCE: R-26 one query goes from a patient back to the generator and from it to all patients */
static void any_lot_is_traced_forward_and_any_patient_back(void **state)
{
    books *b = *state;
    moly_error err = {0};
    receive_generator(b);
    enter(b, "test", "patient/P-1",
          "{'records':[{'kind':'patient','id':'P-1','set':{'name':'A'}}],'links':["
          "{'from':'eluate/E-1','to':'generator/G-1','role':'eluted from'},"
          "{'from':'kit/K-1','to':'eluate/E-1','role':'labelled with'},"
          "{'from':'kit/K-1','to':'lot/L-1','role':'kit lot'},"
          "{'from':'dose/D-1','to':'kit/K-1','role':'drawn from'},"
          "{'from':'dose/D-1','to':'eluate/E-1','role':'diluted with'},"
          "{'from':'patient/P-1','to':'dose/D-1','role':'given'},"
          "{'from':'dose/D-2','to':'kit/K-1','role':'drawn from'}]}");
    moly_ledger_reader *reader = read_books(b);
    json_t *trace = NULL, *step;
    size_t i;
    static const struct {
        const char *node, *via;
        int depth;
    } back[] = {{"dose/D-1", "patient/P-1", 1},
                {"eluate/E-1", "dose/D-1", 2},
                {"kit/K-1", "dose/D-1", 2},
                {"generator/G-1", "eluate/E-1", 3},
                {"lot/L-1", "kit/K-1", 3}};
    assert_ok(moly_ledger_trace(reader, "patient/P-1", &trace, &err), err);
    json_t *list = json_object_get(trace, "backward");
    assert_int_equal(json_array_size(list), 5);
    json_array_foreach(list, i, step)
    {
        assert_string_equal(json_string_value(json_object_get(step, "node")), back[i].node);
        assert_string_equal(json_string_value(json_object_get(step, "via")), back[i].via);
        assert_int_equal(json_integer_value(json_object_get(step, "depth")), back[i].depth);
    }
    assert_string_equal(json_string_value(json_object_get(
                            json_object_get(json_array_get(list, 3), "record"), "state")),
                        "in use");
    assert_int_equal(json_array_size(json_object_get(trace, "forward")), 0);
    json_decref(trace);
    assert_ok(moly_ledger_trace(reader, "lot/L-1", &trace, &err), err);
    assert_int_equal(json_array_size(json_object_get(trace, "forward")), 4);
    json_decref(trace);
    assert_fails(moly_ledger_trace(reader, "lot/L-9", &trace, &err), MOLY_ERR_NOT_FOUND, "L-9",
                 err);
    moly_ledger_reader_free(reader);
}

#define PERSONS                                                                                    \
    enrol(b, "vera", "vera's password", "Vera Ivanova");                                           \
    enrol(b, "oleg", "oleg's password", "Oleg Petrov")

/* EVIDENCE: R-10 a signature needs the password again, shows name, time and meaning, and is bound
 * to the hash of what was signed */
static void a_signature_names_person_time_and_meaning(void **state)
{
    books *b = *state;
    moly_error err = {0};
    PERSONS;
    moly_identity *vera = sign_in(b, "vera", "vera's password");
    moly_identity *oleg = sign_in(b, "oleg", "oleg's password");
    moly_signer signers[] = {{vera, "prepared"}, {oleg, "released for use"}};
    json_t *event = NULL;
    entry e = {"pharmacy.release", "kit/K-1", "{}", b->now, signers, 2, &event};
    assert_ok(moly_ledger_transact(b->ledger, append_entry, &e, &err), err);
    json_t *second = json_array_get(json_object_get(event, "signatures"), 1);
    assert_string_equal(json_string_value(json_object_get(second, "name")), "Oleg Petrov");
    assert_string_equal(json_string_value(json_object_get(second, "meaning")), "released for use");
    assert_string_equal(json_string_value(json_object_get(second, "at")), "2026-11-22T06:00:00Z");
    json_decref(event);

    /* EVIDENCE: R-09 the second signature must be another person's */
    signers[1].identity = vera;
    e.event = NULL;
    assert_fails(moly_ledger_transact(b->ledger, append_entry, &e, &err), MOLY_ERR_RULE, "twice",
                 err);

    /* A new password is a new key: the old one, still in memory, signs no more. */
    enrol(b, "oleg", "another password", "Oleg Petrov");
    signers[1].identity = oleg;
    assert_fails(moly_ledger_transact(b->ledger, append_entry, &e, &err), MOLY_ERR_SIGN_IN,
                 "sign in again", err);
    moly_identity_free(vera);
    moly_identity_free(oleg);
}

/* EVIDENCE: R-04 a correction needs a reason and shows the original beside it
 * EVIDENCE: R-11 the signatures of what was corrected are no longer valid; both versions show */
static void a_correction_shows_the_original_and_ends_its_signatures(void **state)
{
    books *b = *state;
    moly_error err = {0};
    PERSONS;
    moly_identity *vera = sign_in(b, "vera", "vera's password");
    moly_signer signer = {vera, "measured"};
    entry e = {
        "qc.result", "kit/K-1", "{'records':[{'kind':'kit','id':'K-1','set':{'purity':0.92}}]}",
        b->now,      &signer,   1,
        NULL};
    assert_ok(moly_ledger_transact(b->ledger, append_entry, &e, &err), err);
    enter(b, "qc.correct", "kit/K-1",
          "{'corrects':4,'reason':'misread','records':[{'kind':'kit','id':'K-1','set':"
          "{'purity':0.97}}]}");
    moly_ledger_reader *reader = read_books(b);
    json_t *events = NULL;
    moly_event_query query = {.subject = "kit/K-1"};
    assert_ok(moly_ledger_events(reader, &query, &events, &err), err);
    json_t *first = json_array_get(events, 0), *second = json_array_get(events, 1);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(first, "corrected_by"), 0)),
                     5);
    assert_true(json_is_false(
        json_object_get(json_array_get(json_object_get(first, "signatures"), 0), "valid")));
    json_t *record = json_array_get(json_object_get(json_object_get(second, "body"), "records"), 0);
    assert_relative(json_number_value(json_object_get(json_object_get(record, "before"), "purity")),
                    0.92, 1e-15);
    json_decref(events);
    moly_ledger_reader_free(reader);
    moly_identity_free(vera);
}

/* EVIDENCE: R-03 each event stores UTC, the site's offset and the state of the clock; nothing is
 * signed after the clock stepped back */
static void nothing_is_signed_after_the_clock_stepped_back(void **state)
{
    books *b = *state;
    moly_error err = {0};
    PERSONS;
    moly_identity *vera = sign_in(b, "vera", "vera's password");
    moly_signer signer = {vera, "released for use"};
    json_t *event = NULL;
    b->now.us -= 1500000; /* a small step is what keeps a clock right */
    entry e = {"test", "kit/K-1", "{}", b->now, &signer, 1, &event};
    assert_ok(moly_ledger_transact(b->ledger, append_entry, &e, &err), err);
    assert_string_equal(json_string_value(json_object_get(event, "clock")), "simulated");
    assert_true(json_is_true(json_object_get(event, "training")));
    assert_int_equal(json_integer_value(json_object_get(event, "utc_offset_minutes")), 360);
    json_decref(event);
    e.event = NULL;
    b->now.us -= 2100000;
    assert_fails(moly_ledger_transact(b->ledger, append_entry, &e, &err), MOLY_ERR_RULE,
                 "stepped back", err);
    e.n_signers = 0; /* work goes on unsigned */
    assert_ok(moly_ledger_transact(b->ledger, append_entry, &e, &err), err);
    moly_identity_free(vera);
}

/* EVIDENCE: R-08 an account locks itself after five wrong passwords and opens again after 15 min */
static void five_wrong_passwords_lock_for_a_quarter_of_an_hour(void **state)
{
    books *b = *state;
    moly_error err = {0};
    PERSONS;
    moly_identity *identity = NULL;
    assert_fails(moly_ledger_sign_in(b->ledger, "nobody", "vera's password", &identity, &err),
                 MOLY_ERR_SIGN_IN, "unknown user or wrong password", err);
    for (int i = 0; i < 5; i++) {
        assert_fails(moly_ledger_sign_in(b->ledger, "vera", "guess", &identity, &err),
                     MOLY_ERR_SIGN_IN, "unknown user or wrong password", err);
        assert_null(identity);
    }
    assert_fails(moly_ledger_sign_in(b->ledger, "vera", "vera's password", &identity, &err),
                 MOLY_ERR_SIGN_IN, "locked until 2026-11-22T06:15:00Z", err);
    moly_identity_free(sign_in(b, "oleg", "oleg's password"));
    b->now.us += INT64_C(15) * 60 * 1000000;
    moly_identity_free(sign_in(b, "vera", "vera's password"));
    moly_ledger_reader *reader = read_books(b);
    json_t *events = NULL;
    moly_event_query query = {.kind = "ledger.lock-out"};
    assert_ok(moly_ledger_events(reader, &query, &events, &err), err);
    assert_int_equal(json_array_size(events), 1);
    json_decref(events);
    moly_ledger_reader_free(reader);
    enter(b, "admin.retire", "person/oleg",
          "{'records':[{'kind':'person','id':'oleg','set':{'state':'retired'}}]}");
    assert_fails(moly_ledger_sign_in(b->ledger, "oleg", "oleg's password", &identity, &err),
                 MOLY_ERR_SIGN_IN, "no longer", err);
}

static moly_status put_blob(moly_transaction *transaction, void *context, moly_error *err)
{
    moly_status status =
        moly_transaction_put_blob(transaction, "\0\1spectrum", 10, "image/png", context, err);
    entry e = {.kind = "test", .subject = "study/S-1", .body = "{}"};
    return status ? status : append_entry(transaction, &e, err);
}

static moly_status put_lonely_blob(moly_transaction *transaction, void *context, moly_error *err)
{
    return moly_transaction_put_blob(transaction, "x", 1, "image/png", context, err);
}

static void a_blob_comes_back_by_its_hash_and_is_named_by_an_event(void **state)
{
    books *b = *state;
    moly_error err = {0};
    char hash[65];
    assert_ok(moly_ledger_transact(b->ledger, put_blob, hash, &err), err);
    moly_ledger_reader *reader = read_books(b);
    char *data = NULL;
    size_t length = 0;
    assert_ok(moly_ledger_blob(reader, hash, &data, &length, &err), err);
    assert_int_equal(length, 10);
    assert_memory_equal(data, "\0\1spectrum", 10);
    moly_free(data);
    hash[0] = hash[0] == '0' ? '1' : '0';
    assert_fails(moly_ledger_blob(reader, hash, &data, &length, &err), MOLY_ERR_NOT_FOUND,
                 "no blob", err);
    moly_ledger_reader_free(reader);
    assert_fails(moly_ledger_transact(b->ledger, put_lonely_blob, hash, &err), MOLY_ERR_INTERNAL,
                 "without an event", err);
}

/* EVIDENCE: R-01 no path of the application can change or remove an entry */
static void the_application_cannot_change_or_delete_evidence(void **state)
{
    books *b = *state;
    receive_generator(b);
    static const char *const statements[] = {
        "UPDATE event SET person = 'x' WHERE seq = 2",
        "DELETE FROM event WHERE seq = 2",
        "UPDATE head SET signed_us = 0",
        "DELETE FROM head",
        "DELETE FROM signature",
        "UPDATE blob SET media_type = 'x'",
        "DELETE FROM credential",
        "UPDATE site SET name = 'x'",
        "UPDATE secret SET value = ''",
        "DROP TABLE event",
        "CREATE TABLE more (x BIGINT)",
        "ALTER TABLE event RENAME TO gone",
        "DROP TRIGGER event_no_U",
        "TRUNCATE event",
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "INSERT INTO event SELECT * FROM event WHERE seq = 2",
    };
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        moly_error err = {0};
        assert_ok(store_begin(b->ledger->writer, &err), err);
        moly_status status =
            store_query(b->ledger->writer, statements[i], NULL, 0, NULL, NULL, &err);
        if (status == MOLY_OK) {
            fail_msg("'%s' was allowed", statements[i]);
        }
        store_rollback(b->ledger->writer);
    }
}

static void a_rebuild_from_events_gives_identical_tables(void **state)
{
    books *b = *state;
    moly_error err = {0};
    PERSONS;
    receive_generator(b);
    elute(b, "9e9");
    enter(b, "pharmacy.assay", "eluate/E-000001",
          "{'measurements':[{'account':'eluate/E-000001','at':'2026-11-23T06:00:00Z',"
          "'nuclide':'Tc-99m','activity_bq':5e9,'sd_bq':5e7}],'closes':['eluate/E-000001']}");
    enter(b, "correct", "eluate/E-000001",
          "{'corrects':5,'reason':'typing','records':[{'kind':'eluate','id':'E-000001','set':"
          "{'volume_ml':5.000000000000001,'state':null}}]}");
    json_t *report = NULL, *table;
    size_t i, n_rows = 0;
    assert_ok(moly_ledger_rebuild(b->ledger, NULL, &report, &err), err);
    assert_true(json_is_true(json_object_get(report, "identical")));
    assert_int_equal(json_integer_value(json_object_get(report, "events")), 7);
    json_array_foreach(json_object_get(report, "tables"), i, table)
    {
        n_rows += (size_t)json_integer_value(json_object_get(table, "rows"));
    }
    assert_true(n_rows > 20);
    json_decref(report);
    /* and a projection that somebody changed is found and put right */
    assert_ok(store_begin(b->ledger->writer, &err), err);
    assert_ok(store_query(b->ledger->writer, "UPDATE posting SET activity_bq = 1 WHERE seq = 4",
                          NULL, 0, NULL, NULL, &err),
              err);
    assert_ok(store_commit(b->ledger->writer, &err), err);
    for (int round = 0; round < 2; round++) {
        assert_ok(moly_ledger_rebuild(b->ledger, NULL, &report, &err), err);
        assert_int_equal(json_is_true(json_object_get(report, "identical")), round);
        json_decref(report);
    }
}

/* EVIDENCE: R-02 entries are chained and an offline verifier proves them */
static void an_untouched_ledger_is_proven_with_its_anchor(void **state)
{
    books *b = *state;
    moly_error err = {0};
    char path[200], *anchor = NULL, hash[65];
    PERSONS;
    moly_identity *vera = sign_in(b, "vera", "vera's password");
    moly_signer signer = {vera, "measured"};
    entry e = {"qc.result", "kit/K-1", "{}", b->now, &signer, 1, NULL};
    assert_ok(moly_ledger_transact(b->ledger, append_entry, &e, &err), err);
    assert_ok(moly_ledger_transact(b->ledger, put_blob, hash, &err), err);
    moly_identity_free(vera);
    moly_ledger_reader *reader = read_books(b);
    assert_ok(moly_ledger_anchor(reader, &anchor, &err), err);
    moly_ledger_reader_free(reader);
    (void)snprintf(path, sizeof path, "%s/anchor.txt", b->folder);
    assert_ok(moly_file_write(path, anchor, strlen(anchor), &err), err);
    moly_free(anchor);
    receive_generator(b); /* the ledger goes on behind its anchor */
    json_t *report = NULL;
    assert_ok(moly_ledger_verify(b->url, path, NULL, &report, &err), err);
    static const struct {
        const char *key;
        int value;
    } rows[] = {
        {"events", 6}, {"signatures", 1}, {"heads", 6}, {"blobs", 1}, {"anchored_event", 5}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(json_integer_value(json_object_get(report, rows[i].key)), rows[i].value);
    }
    json_decref(report);
    assert_fails(moly_ledger_verify(b->url, "/nonexistent", NULL, &report, &err),
                 MOLY_ERR_NOT_FOUND, "nonexistent", err);
}

struct appending {
    books *b;
    int thread, n_failed;
};

static void *append_many(void *context)
{
    struct appending *appending = context;
    for (int i = 0; i < 40; i++) {
        char body[200];
        moly_error err = {0};
        (void)snprintf(body, sizeof body,
                       "{'records':[{'kind':'x','id':'%d-%d','set':{'n':%d}},"
                       "{'kind':'x','id':'shared','set':{'by':%d}}]}",
                       appending->thread, i, i, appending->thread);
        entry e = {.kind = "test", .subject = "x/1", .body = body, .at = appending->b->now};
        appending->n_failed +=
            moly_ledger_transact(appending->b->ledger, append_entry, &e, &err) != MOLY_OK;
    }
    return NULL;
}

static void events_of_eight_threads_make_one_unbroken_chain(void **state)
{
    enum { N_THREADS = 8 };
    books *b = *state;
    moly_error err = {0};
    pthread_t threads[N_THREADS];
    struct appending appending[N_THREADS];
    for (int i = 0; i < N_THREADS; i++) {
        appending[i] = (struct appending){b, i, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, append_many, &appending[i]), 0);
    }
    for (int i = 0; i < N_THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(appending[i].n_failed, 0);
    }
    moly_ledger_reader *reader = read_books(b);
    json_t *events = NULL, *event;
    moly_event_query query = {.limit = 1000};
    assert_ok(moly_ledger_events(reader, &query, &events, &err), err);
    assert_int_equal(json_array_size(events), 1 + N_THREADS * 40);
    size_t i;
    const char *previous = NULL;
    json_array_foreach(events, i, event)
    {
        assert_int_equal(json_integer_value(json_object_get(event, "seq")), i + 1);
        if (previous) {
            assert_string_equal(json_string_value(json_object_get(event, "prev")), previous);
        }
        previous = json_string_value(json_object_get(event, "hash"));
    }
    json_decref(events);
    moly_ledger_reader_free(reader);
}

static void a_reader_keeps_seeing_the_state_it_began_with(void **state)
{
    books *b = *state;
    moly_error err = {0};
    moly_ledger_reader *before = read_books(b);
    receive_generator(b);
    int64_t seq = 0;
    assert_ok(moly_ledger_head(before, &seq, &err), err);
    assert_int_equal(seq, 1);
    moly_ledger_reader_free(before);
    moly_ledger_reader *after = read_books(b);
    assert_ok(moly_ledger_head(after, &seq, &err), err);
    assert_int_equal(seq, 2);
    moly_ledger_reader_free(after);
}

static moly_status gather(void *context, const char *bytes, size_t length, moly_error *err)
{
    (void)err;
    moly_text_add_n(context, bytes, length);
    return MOLY_OK;
}

/* EVIDENCE: R-05 any record is exported as a machine copy with a checksum, all of it or one */
static void a_machine_copy_is_whole_and_its_checksum_is_found_again(void **state)
{
    books *b = *state;
    moly_error err = {0};
    receive_generator(b);
    elute(b, "6.1e9");
    moly_ledger_reader *reader = read_books(b);
    for (int whole = 0; whole < 2; whole++) {
        moly_text copy = {0};
        json_t *report = NULL;
        assert_ok(moly_ledger_export(reader, whole ? NULL : "eluate", whole ? NULL : "E-000001",
                                     NULL, gather, &copy, &report, &err),
                  err);
        assert_int_equal(json_integer_value(json_object_get(report, "events")), whole ? 3 : 1);
        json_t *lines[8] = {NULL};
        size_t n = 0, above = 0;
        for (char *line = copy.data; *line;) {
            char *end = strchr(line, '\n');
            assert_ok(moly_json_parse(line, (size_t)(end - line), &lines[n++], &err), err);
            above = (size_t)(line - copy.data);
            line = end + 1;
        }
        assert_int_equal(n, whole ? 6 : 5);
        assert_string_equal(
            json_string_value(json_object_get(json_object_get(lines[0], "export"), "format")),
            "moly export 1");
        const json_t *event = json_object_get(lines[n - 3], "event");
        assert_string_equal(json_string_value(json_object_get(event, "kind")), "pharmacy.elute");
        assert_int_equal(strlen(json_string_value(json_object_get(event, "hash"))), 64);
        if (!whole) {
            const json_t *record = json_object_get(lines[1], "record");
            assert_string_equal(json_string_value(json_object_get(record, "state")), "quarantine");
        }
        uint8_t hash[HASH_BYTES];
        char hex[HASH_HEX];
        hash_bytes(copy.data, above, hash);
        sodium_bin2hex(hex, sizeof hex, hash, HASH_BYTES);
        assert_string_equal(json_string_value(json_object_get(
                                json_object_get(lines[n - 1], "checksum"), "blake2b_256")),
                            hex);
        assert_string_equal(json_string_value(json_object_get(report, "blake2b_256")), hex);
        while (n > 0) {
            json_decref(lines[--n]);
        }
        json_decref(report);
        moly_text_free(&copy);
    }
    json_t *none = NULL;
    assert_fails(
        moly_ledger_export(reader, "kit", "K-9", NULL, gather, &(moly_text){0}, &none, &err),
        MOLY_ERR_NOT_FOUND, "kit", err);
    moly_ledger_reader_free(reader);
}

static moly_status spoil(moly_transaction *transaction, void *context, moly_error *err)
{
    return store_query(transaction->store, context, NULL, 0, NULL, NULL, err);
}

/* A wrong, a missing and a strange row of a table are named, and made right. */
static void tables_that_differ_from_the_events_are_named_and_mended(void **state)
{
    books *b = *state;
    moly_error err = {0};
    json_t *report = NULL;
    receive_generator(b);
    elute(b, "9e9");
    assert_ok(moly_ledger_compare(b->url, NULL, &report, &err), err);
    json_decref(report);
    static char *const changes_made[] = {
        "UPDATE record SET state = 'released' WHERE node = 'eluate/E-000001'",
        "DELETE FROM posting WHERE seq = 3 AND n = 1",
        "INSERT INTO link VALUES ('kit/K-1', 'eluate/E-000001', 'made from', 2)",
        "UPDATE account SET ref_us = ref_us + 1 WHERE account = 'eluate/E-000001'",
        "DELETE FROM discrepancy"};
    static const char *const tables[] = {"record", "posting", "link", "account", "discrepancy"};
    static const char *const rows[] = {"eluate/E-000001", "3 1", "kit/K-1", "eluate/E-000001",
                                       "3 0"};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        assert_ok(moly_ledger_transact(b->ledger, spoil, changes_made[i], &err), err);
        assert_int_equal(moly_ledger_compare(b->url, NULL, &report, &err), MOLY_ERR_DATA);
        assert_non_null(strstr(err.message, tables[i]));
        assert_non_null(strstr(err.message, rows[i]));
        memset(&err, 0, sizeof err);
        assert_ok(moly_ledger_rebuild(b->ledger, NULL, &report, &err), err);
        assert_true(json_is_false(json_object_get(report, "identical")));
        json_decref(report);
        assert_ok(moly_ledger_compare(b->url, NULL, &report, &err), err);
        assert_true(json_is_true(json_object_get(report, "identical")));
        json_decref(report);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_created_ledger_opens_again_and_refuses_a_second_creation),
        cmocka_unit_test(a_simulated_clock_needs_a_ledger_made_for_training),
        cmocka_unit_test(sites_that_cannot_be_are_refused),
        cmocka_unit_test(a_record_keeps_its_members_and_the_event_keeps_the_old_ones),
        cmocka_unit_test(records_are_found_by_state_owner_time_and_page),
        cmocka_unit_test(a_part_that_fails_is_undone_alone),
        cmocka_unit_test(numbers_of_a_series_follow_the_records_that_exist),
        cmocka_unit_test(events_are_found_by_subject_kind_and_person),
        cmocka_unit_test(bodies_that_the_projections_cannot_take_are_refused),
        cmocka_unit_test(any_lot_is_traced_forward_and_any_patient_back),
        cmocka_unit_test(a_signature_names_person_time_and_meaning),
        cmocka_unit_test(a_correction_shows_the_original_and_ends_its_signatures),
        cmocka_unit_test(nothing_is_signed_after_the_clock_stepped_back),
        cmocka_unit_test(five_wrong_passwords_lock_for_a_quarter_of_an_hour),
        cmocka_unit_test(a_blob_comes_back_by_its_hash_and_is_named_by_an_event),
        cmocka_unit_test(the_application_cannot_change_or_delete_evidence),
        cmocka_unit_test(a_rebuild_from_events_gives_identical_tables),
        cmocka_unit_test(a_machine_copy_is_whole_and_its_checksum_is_found_again),
        cmocka_unit_test(tables_that_differ_from_the_events_are_named_and_mended),
        cmocka_unit_test(an_untouched_ledger_is_proven_with_its_anchor),
        cmocka_unit_test(events_of_eight_threads_make_one_unbroken_chain),
        cmocka_unit_test(a_reader_keeps_seeing_the_state_it_began_with),
    };
    return RUN_OVER_STORES(tests);
}

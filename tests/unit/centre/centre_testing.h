/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CENTRE_TESTING_H
#define TESTS_CENTRE_TESTING_H

/* A training centre on SQLite with a person for each role, under a clock that the test moves. */

#include "testing.h"

#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "moly/centre/centre.h"

static const char *const centre_users[] = {"technologist", "radiopharmacist", "qualified-person",
                                           "physicist",    "physician",       "admin",
                                           "inspector"};
enum { N_CENTRE_USERS = sizeof centre_users / sizeof centre_users[0] };

typedef struct centre {
    char folder[64], url[128];
    moly_instant now;
    moly_clock clock;
    moly_ledger *ledger;
    moly_identity *identities[N_CENTRE_USERS];
} centre;

static inline moly_instant instant_of(const char *text)
{
    moly_instant t;
    moly_error err = {0};
    assert_ok(moly_instant_parse(text, &t, &err), err);
    return t;
}

/* JSON with ' for ", so that tests stay readable. */
static inline json_t *json_of(const char *text)
{
    char copy[2000];
    moly_error err = {0};
    json_t *json = NULL;
    (void)snprintf(copy, sizeof copy, "%s", text);
    for (char *c = copy; *c; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    assert_ok(moly_json_parse(copy, strlen(copy), &json, &err), err);
    return json;
}

static inline moly_identity *identity_of(const centre *c, const char *user)
{
    for (size_t i = 0; i < N_CENTRE_USERS; i++) {
        if (user && strcmp(centre_users[i], user) == 0) {
            return c->identities[i];
        }
    }
    return NULL;
}

/* `user` does an act, with the password entered; the event or NULL. */
static inline moly_status try_act(centre *c, const char *user, const char *second, const char *act,
                                  const char *fields, json_t **event, moly_error *err)
{
    const moly_performer performer = {.user = user,
                                      .authentication = "password",
                                      .identity = identity_of(c, user),
                                      .second = identity_of(c, second)};
    json_t *object = json_of(fields);
    moly_status status = moly_centre_perform(c->ledger, act, object, &performer, event, err);
    json_decref(object);
    return status;
}

static inline json_t *do_act_of(centre *c, const char *user, const char *second, const char *act,
                                const char *fields)
{
    json_t *event = NULL;
    moly_error err = {0};
    moly_status status = try_act(c, user, second, act, fields, &event, &err);
    if (status) {
        fail_msg("%s by %s: %s %s: %s", act, user, moly_status_name(status), err.rule, err.message);
    }
    return event;
}

/* Done; the event is not looked at. */
static inline void do_act(centre *c, const char *user, const char *act, const char *fields)
{
    json_decref(do_act_of(c, user, NULL, act, fields));
}

static inline void refused(centre *c, const char *user, const char *act, const char *fields,
                           const char *rule, const char *piece)
{
    json_t *event = NULL;
    moly_error err = {0};
    moly_status status = try_act(c, user, NULL, act, fields, &event, &err);
    if (status == MOLY_OK || strcmp(err.rule, rule) != 0 || !strstr(err.message, piece)) {
        fail_msg("%s by %s: wanted a refusal by %s with '%s', got %s %s: %s", act, user, rule,
                 piece, moly_status_name(status), err.rule, err.message);
    }
}

static inline moly_ledger_reader *reader_of(centre *c)
{
    moly_ledger_reader *reader = NULL;
    moly_error err = {0};
    assert_ok(moly_ledger_reader_new(c->ledger, &reader, &err), err);
    return reader;
}

static inline json_t *record_of(centre *c, const char *kind, const char *id)
{
    json_t *record = NULL;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_ledger_record(reader, kind, id, &record, &err), err);
    moly_ledger_reader_free(reader);
    return record;
}

static inline const char *text_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text) {
        fail_msg("no text '%s'", key);
    }
    return text;
}

static inline double number_in(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value)) {
        fail_msg("no number '%s'", key);
    }
    return json_number_value(value);
}

/* A member of a record, as a text. */
static inline void assert_record(centre *c, const char *kind, const char *id, const char *key,
                                 const char *expected)
{
    json_t *record = record_of(c, kind, id);
    assert_string_equal(text_in(record, key), expected);
    json_decref(record);
}

static inline double record_value(centre *c, const char *kind, const char *id, const char *key)
{
    json_t *record = record_of(c, kind, id);
    double value = number_in(record, key);
    json_decref(record);
    return value;
}

static inline double book_of(centre *c, const char *account, const char *nuclide)
{
    double bq = 0.0;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_ledger_activity(reader, account, nuclide, c->now, &bq, NULL, &err), err);
    moly_ledger_reader_free(reader);
    return bq;
}

static inline json_t *balance_of(centre *c)
{
    json_t *balance = NULL;
    moly_error err = {0};
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_ledger_balance(reader, c->now, &balance, &err), err);
    moly_ledger_reader_free(reader);
    return balance;
}

static inline void at(centre *c, const char *text)
{
    c->now = instant_of(text);
}

static inline void centre_open(centre *c, const char *country)
{
    moly_error err = {0};
    char fields[300], password[64];
    memset(c, 0, sizeof *c);
    (void)snprintf(c->folder, sizeof c->folder, "/tmp/moly-centre-XXXXXX");
    assert_non_null(mkdtemp(c->folder));
    (void)snprintf(c->url, sizeof c->url, "sqlite:%s/centre.db", c->folder);
    at(c, "2026-11-20T05:00Z");
    c->clock = moly_clock_fixed(&c->now);
    const moly_site site = {"Test centre", country, 360, true};
    assert_ok(moly_ledger_create(c->url, &site, &c->clock, &c->ledger, &err), err);
    assert_ok(moly_centre_found(c->ledger, "admin", "admin-moly", MOLY_PASSWORD_MINIMAL, &err),
              err);
    for (size_t i = N_CENTRE_USERS; i-- > 0;) {
        const char *user = centre_users[i];
        (void)snprintf(password, sizeof password, "%s-moly", user);
        if (strcmp(user, "admin") == 0) {
            continue;
        }
        if (!c->identities[5]) {
            assert_ok(
                moly_ledger_sign_in(c->ledger, "admin", "admin-moly", &c->identities[5], &err),
                err);
        }
        (void)snprintf(fields, sizeof fields,
                       "{'user':'%s','name':'%s','roles':['%s'],'password':'%s','cost':'minimal'}",
                       user, user, user, password);
        do_act(c, "admin", "centre.create_person", fields);
        assert_ok(moly_ledger_sign_in(c->ledger, user, password, &c->identities[i], &err), err);
    }
}

/* The example centre, founded at an instant; nobody is signed in. */
static inline void centre_open_example(centre *c, const char *instant)
{
    moly_error err = {0};
    memset(c, 0, sizeof *c);
    (void)snprintf(c->folder, sizeof c->folder, "/tmp/moly-centre-XXXXXX");
    assert_non_null(mkdtemp(c->folder));
    (void)snprintf(c->url, sizeof c->url, "sqlite:%s/centre.db", c->folder);
    at(c, instant);
    c->clock = moly_clock_fixed(&c->now);
    const moly_site site = {"Example centre", "KG", 360, true};
    assert_ok(moly_ledger_create(c->url, &site, &c->clock, &c->ledger, &err), err);
    assert_ok(moly_centre_found_example(c->ledger, NULL, &err), err);
}

static inline void centre_close(centre *c)
{
    char command[200];
    for (size_t i = 0; i < N_CENTRE_USERS; i++) {
        moly_identity_free(c->identities[i]);
    }
    moly_ledger_close(c->ledger);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", c->folder);
    (void)!system(command);
}

/* Of a cmocka test: a fresh centre of its own in Kyrgyzstan. */
static inline int centre_set_up(void **state)
{
    centre *c = calloc(1, sizeof *c);
    assert_non_null(c);
    centre_open(c, "KG");
    *state = c;
    return 0;
}

static inline int centre_tear_down(void **state)
{
    centre_close(*state);
    free(*state);
    return 0;
}

/* The morning of 23 November: a generator of 20 GBq, calibrated on the 20th, and accepted lots. */
static inline void stock(centre *c)
{
    at(c, "2026-11-20T06:00Z");
    do_act(c, "technologist", "pharmacy.receive_generator",
           "{'supplier':'Isotope','serial':'24-1107','activity':'20 GBq',"
           "'calibrated':'2026-11-20T06:00Z','expiry':'2026-12-04T06:00Z'}");
    do_act(c, "radiopharmacist", "pharmacy.accept_lot",
           "{'generator':'GEN-000001','certificate':'C-24-1107'}");
    do_act(c, "technologist", "pharmacy.receive_kit",
           "{'product':'medronate','supplier':'Polatom','number':'MDP-0926','vials':6,"
           "'expiry':'2027-06-30T00:00Z'}");
    do_act(c, "radiopharmacist", "pharmacy.accept_lot",
           "{'lot':'LOT-000001','certificate':'C-MDP'}");
}

/* Elute what is predicted at 06:00 on the 23rd: the activity measured is in `measured_bq`. */
static inline double predicted_yield(centre *c)
{
    return 0.9 * book_of(c, "generator/GEN-000001", "Tc-99m");
}

static inline void eluted(centre *c, double factor)
{
    char fields[200];
    (void)snprintf(fields, sizeof fields,
                   "{'generator':'GEN-000001','volume':'10 mL','activity':'%.9g Bq'}",
                   predicted_yield(c) * factor);
    do_act(c, "technologist", "pharmacy.elute", fields);
}

/* Patient, referral, justification, order: 600 MBq of medronate at 09:00. */
static inline void ordered(centre *c)
{
    do_act(c, "technologist", "clinic.register_patient",
           "{'name':'Айгүл Сатыбалдиева','birth_date':'1968-03-14','sex':'female',"
           "'weight':'68 kg'}");
    do_act(c, "technologist", "clinic.refer",
           "{'patient':'PAT-000001','examination':'bone scan','question':'metastases?',"
           "'referrer':'Dr Osmonov'}");
    do_act(c, "physician", "clinic.justify",
           "{'referral':'REF-000001','justification':'staging changes the treatment'}");
    do_act(c, "physician", "clinic.order",
           "{'referral':'REF-000001','product':'medronate','activity':'600 MBq',"
           "'planned':'2026-11-23T09:00Z'}");
}

/* The next patient, born so, referred and justified with these answers. */
static inline void referred(centre *c, int number, const char *person, const char *answers)
{
    char text[500];
    (void)snprintf(text, sizeof text, "{'name':'Patient %d',%s}", number, person);
    do_act(c, "technologist", "clinic.register_patient", text);
    (void)snprintf(text, sizeof text,
                   "{'patient':'PAT-%06d','examination':'scan','question':'?','referrer':'Dr O'}",
                   number);
    do_act(c, "technologist", "clinic.refer", text);
    (void)snprintf(text, sizeof text, "{'referral':'REF-%06d','justification':'it decides'%s}",
                   number, answers);
    do_act(c, "physician", "clinic.justify", text);
}

static inline const char *order_of(int number, const char *product, double mbq, const char *reason)
{
    static char text[500];
    (void)snprintf(text, sizeof text,
                   "{'referral':'REF-%06d','product':'%s','activity':'%g MBq',"
                   "'planned':'2026-11-23T09:00Z'%s}",
                   number, product, mbq, reason);
    return text;
}

/* Until a released kit of 6 GBq in 5 mL stands on the bench at 07:00. */
static inline void kit_ready(centre *c)
{
    stock(c);
    at(c, "2026-11-23T05:30Z");
    ordered(c);
    at(c, "2026-11-23T06:00Z");
    eluted(c, 1.0);
    do_act(c, "technologist", "pharmacy.test_breakthrough",
           "{'eluate':'ELU-000001','molybdenum':'100 kBq'}");
    at(c, "2026-11-23T06:30Z");
    double bq = book_of(c, "eluate/ELU-000001", "Tc-99m") / 2.0;
    char fields[200];
    (void)snprintf(
        fields, sizeof fields,
        "{'lot':'LOT-000001','eluate':'ELU-000001','volume':'5 mL','activity':'%.9g Bq'}", bq);
    do_act(c, "technologist", "pharmacy.label_kit", fields);
    at(c, "2026-11-23T06:50Z");
    do_act(c, "technologist", "pharmacy.test_rcp", "{'kit':'KIT-000001','purity':'97.5 %'}");
    at(c, "2026-11-23T07:00Z");
    do_act(c, "radiopharmacist", "pharmacy.release", "{'kit':'KIT-000001'}");
}

#endif

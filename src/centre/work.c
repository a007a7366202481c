/* SPDX-License-Identifier: Apache-2.0 */
/* What waits for somebody, in the order of the morning: instruments, generator, tests, releases,
 * doses by the clock, then what has time. A record in a state that wants an act is a row of one
 * table; instruments, elutions, doses and products that run short are found by their times. Only
 * records in a live state are read. */
#include "screens.h"

#include "instruments/check.h"
#include "moly/base/catalogue.h"
#include "moly/centre/work.h"
#include "physics.h"
#include "product.h"

typedef enum when {
    WAITING, /* a patient does */
    NOW,
    TODAY, /* at its time */
    LATER,
} when;
static const char *const when_words[] = {"waiting", "now", "today", "later"};

/* The steps of a morning, in their order. */
enum { STEP_INSTRUMENT, STEP_ACCEPT, STEP_ELUTE, STEP_TEST, STEP_LABEL, STEP_RELEASE, STEP_DOSE };
enum { STEP_CLINIC = 10, STEP_STOCK, STEP_CLEAR, STEP_WASTE };

static const double soon_s = 45.0 * 60.0; /* a dose of this near future is drawn now */

typedef struct waiting_row {
    const char *kind, *state;
    const char *act;
    const char *field; /* of the act, filled with the id; NULL: it is scanned when it is done */
    when when;
    int step;
    const char *why, *rule;
    const char *due; /* member with its time; NULL: none */
} waiting_row;

static const waiting_row rows[] = {
    {"dose", "drawn", "clinic.administer", NULL, WAITING, STEP_DOSE,
     MOLY_N("the syringe is drawn; scan it and the patient"), "R-37", "planned"},
    {"dose", "given", "clinic.measure_residual", "dose", WAITING, STEP_DOSE,
     MOLY_N("what stayed in the syringe has not been measured"), "R-34", NULL},
    {"generator", "quarantine", "pharmacy.accept_lot", "generator", NOW, STEP_ACCEPT,
     MOLY_N("it has not been accepted"), "R-20", NULL},
    {"lot", "quarantine", "pharmacy.accept_lot", "lot", NOW, STEP_ACCEPT,
     MOLY_N("it has not been accepted"), "R-20", NULL},
    {"target", "bombarded", "production.process", "target", NOW, STEP_ACCEPT,
     MOLY_N("its product is in the target"), "", NULL},
    {"eluate", "untested", "pharmacy.test_breakthrough", "eluate", NOW, STEP_TEST,
     MOLY_N("Mo-99 has not been tested"), "R-22", NULL},
    {"eluate", "out of specification", "pharmacy.reject", "eluate", NOW, STEP_TEST,
     MOLY_N("a test failed"), "R-22", NULL},
    {"kit", "labelled", "pharmacy.test_rcp", "kit", NOW, STEP_TEST,
     MOLY_N("its radiochemical purity has not been tested"), "R-13", NULL},
    {"kit", "out of specification", "pharmacy.reject", "kit", NOW, STEP_TEST,
     MOLY_N("its radiochemical purity is too low"), "R-24", NULL},
    {"vial", "untested", "pharmacy.test_rcp", "vial", NOW, STEP_TEST,
     MOLY_N("its radiochemical purity has not been tested"), "R-13", NULL},
    {"vial", "out of specification", "pharmacy.reject", "vial", NOW, STEP_TEST,
     MOLY_N("a test failed"), "R-24", NULL},
    {"kit", "tested", "pharmacy.release", "kit", NOW, STEP_RELEASE,
     MOLY_N("it has not been released"), "R-09", NULL},
    {"vial", "tested", "pharmacy.release", "vial", NOW, STEP_RELEASE,
     MOLY_N("it has not been released"), "R-09", NULL},
    {"vial", "quarantine", "pharmacy.release", "vial", NOW, STEP_RELEASE,
     MOLY_N("it has not been released"), "R-09", NULL},
    {"referral", "received", "clinic.justify", "referral", NOW, STEP_CLINIC,
     MOLY_N("nobody has justified it"), "R-35", NULL},
    {"study", "imported", "clinic.report_study", "study", LATER, STEP_CLINIC,
     MOLY_N("it has not been reported"), "", NULL},
    {"supplier", "not approved", "stock.approve_supplier", "supplier", LATER, STEP_STOCK,
     MOLY_N("nothing may be bought from it until it is approved"), "R-20", NULL},
    {"purchase", "ordered", "stock.receive_package", "purchase", LATER, STEP_STOCK,
     MOLY_N("it is on its way"), "", "wanted"},
    {"patient", "injected", "clinic.discharge", "patient", LATER, STEP_CLEAR,
     MOLY_N("the patient is still in the house"), "", NULL},
};

typedef struct entry {
    when when;
    int step;
    int64_t due_us;
    size_t number; /* as found */
    json_t *item;
} entry;

typedef struct work {
    screen s;
    moly_act_context context;
    const json_t *person;
    unsigned roles;
    moly_instant midnight; /* of the site's day */
    entry *entries;
    size_t n, room;
} work;

/* ---- one item ---------------------------------------------------------------------------------
 */

static bool may(const work *w, const char *act)
{
    const moly_act *found = NULL;
    moly_error unknown = {0};
    return moly_act_find(act, &found, &unknown) == MOLY_OK && (found->roles & w->roles) != 0;
}

typedef struct item {
    const char *act, *kind;
    const json_t *record;
    json_t *fields; /* taken over; NULL: no memory */
    when when;
    int step;
    json_t *reason; /* of because(); taken over */
    const char *rule;
    moly_instant due;
} item;

static moly_status add(work *w, const item *it, moly_error *err)
{
    char label[SCREEN_LABEL_SIZE], due[MOLY_INSTANT_TEXT_SIZE];
    bool has_due = !moly_instant_is_none(it->due);
    json_t *made =
        json_pack("{s:s, s:o, s:s, s:s, s:s, s:O, s:s, s:s?, s:s}", "act", it->act, "fields",
                  it->fields, "kind", it->kind, "id", record_text(it->record, "id"), "label",
                  screen_label(it->kind, it->record, label), "why",
                  json_object_get(it->reason, "message"), "rule", it->rule, "due",
                  has_due ? moly_instant_format(it->due, due) : NULL, "when", when_words[it->when]);
    bool is_whole = made && json_object_del(it->reason, "message") == 0 &&
                    json_object_update(made, it->reason) == 0;
    json_decref(it->reason);
    if (is_whole && w->n == w->room) {
        size_t room = w->room * 2 + 64;
        entry *grown = moly_realloc(w->entries, room, sizeof *grown);
        is_whole = grown != NULL;
        w->entries = grown ? grown : w->entries;
        w->room = grown ? room : w->room;
    }
    if (!is_whole) {
        json_decref(made);
        return MOLY_NO_MEMORY(err);
    }
    w->entries[w->n] = (entry){it->when, it->step, has_due ? it->due.us : INT64_MAX, w->n, made};
    w->n++;
    return MOLY_OK;
}

/* ---- records in a state that waits --------------------------------------------------------------
 */

/* who made or tested it does not release it. */
static bool is_own(const work *w, const json_t *record)
{
    const char *user = record_text(w->person, "id");
    return record_is(record, "made_by", user) || record_is(record, "tested_by", user);
}

static bool is_expired(const work *w, const json_t *record)
{
    moly_instant ends = record_instant(record, "expiry");
    return !moly_instant_is_none(ends) && w->s.now.us > ends.us;
}

static moly_status add_row(work *w, const waiting_row *row, const json_t *record, moly_error *err)
{
    if (is_expired(w, record) || (strcmp(row->act, "pharmacy.release") == 0 && is_own(w, record))) {
        return MOLY_OK;
    }
    const item it = {.act = row->act,
                     .kind = row->kind,
                     .record = record,
                     .fields = row->field
                                   ? json_pack("{s:s}", row->field, record_text(record, "id"))
                                   : json_object(),
                     .when = row->when,
                     .step = row->step,
                     .reason = whole_sentence(row->why),
                     .rule = row->rule,
                     .due = row->due ? record_instant(record, row->due) : MOLY_INSTANT_NONE};
    return add(w, &it, err);
}

static moly_status add_rows(work *w, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && !status; i++) {
        const moly_record_query query = {.kind = rows[i].kind, .state = rows[i].state};
        json_t *records = NULL;
        size_t k;
        const json_t *record;
        if (!may(w, rows[i].act)) {
            continue;
        }
        status = moly_ledger_records(w->s.reader, &query, &records, err);
        json_array_foreach(records, k, record)
        {
            status = status ? status : add_row(w, &rows[i], record, err);
        }
        json_decref(records);
    }
    return status;
}

/* What has expired and still holds activity or product. */
static moly_status add_expired(work *w, moly_error *err)
{
    static const char *const vessels[][2] = {
        {"eluate", "tested"}, {"eluate", "released"},   {"kit", "labelled"},
        {"kit", "tested"},    {"kit", "released"},      {"vial", "tested"},
        {"vial", "released"}, {"eluate", "rejected"},   {"kit", "rejected"},
        {"vial", "rejected"}, {"generator", "accepted"}};
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < sizeof vessels / sizeof vessels[0] && !status; i++) {
        const moly_record_query query = {.kind = vessels[i][0], .state = vessels[i][1]};
        bool is_rejected = strcmp(vessels[i][1], "rejected") == 0;
        json_t *records = NULL;
        size_t k;
        const json_t *record;
        status = moly_ledger_records(w->s.reader, &query, &records, err);
        json_array_foreach(records, k, record)
        {
            if (status || !(is_rejected || is_expired(w, record))) {
                continue;
            }
            const item it = {.act = "safety.discard",
                             .kind = vessels[i][0],
                             .record = record,
                             .fields = json_pack("{s:s}", vessels[i][0], record_text(record, "id")),
                             .when = LATER,
                             .step = STEP_WASTE,
                             .reason = is_rejected ? because(MOLY_N("it was rejected"))
                                                   : because(MOLY_N("it has expired")),
                             .rule = "R-24",
                             .due = record_instant(record, "expiry")};
            status = add(w, &it, err);
        }
        json_decref(records);
    }
    return status;
}

/* ---- instruments and sources ------------------------------------------------------------------
 */

static moly_status add_check(work *w, const json_t *instrument, const json_t *row, moly_error *err)
{
    const char *word = record_text(row, "check"), *act = "instrument.calibrate";
    const char *result = record_text(row, "result");
    moly_instant due = record_instant(row, "due");
    bool is_failed = strcmp(result, "failed") == 0;
    bool is_due = json_is_true(json_object_get(row, "is_overdue")) || is_failed ||
                  (!moly_instant_is_none(due) && due.us < w->midnight.us + 86400LL * 1000000);
    const char *rule = "R-28", *name = word;
    json_t *fields = json_pack("{s:s}", "instrument", record_text(instrument, "id"));
    for (size_t i = 0; i < N_INSTRUMENT_CHECKS; i++) {
        const instrument_check_row *check = &instrument_checks[i];
        if (strcmp(check->word, word) == 0) {
            act = check->act;
            rule = check->rule;
            name = check->name;
        }
    }
    if (strcmp(act, "instrument.check_camera") == 0 && fields) {
        (void)json_object_set_new(fields, "check", json_string(name));
    }
    if (!is_due || !may(w, act)) {
        json_decref(fields);
        return MOLY_OK;
    }
    const item it = {.act = act,
                     .kind = "instrument",
                     .record = instrument,
                     .fields = fields,
                     .when = NOW,
                     .step = STEP_INSTRUMENT,
                     .reason = is_failed  ? because(MOLY_N("the last check failed"))
                               : !*result ? because(MOLY_N("it has never been checked"))
                                          : because(MOLY_N("the check of the plan is due")),
                     .rule = rule,
                     .due = due};
    return add(w, &it, err);
}

static moly_status add_instruments(work *w, moly_error *err)
{
    const moly_record_query query = {.kind = "instrument", .state = "in use"};
    json_t *instruments = NULL;
    size_t i, k;
    const json_t *instrument, *row;
    moly_status status = moly_ledger_records(w->s.reader, &query, &instruments, err);
    json_array_foreach(instruments, i, instrument)
    {
        json_t *plan = json_array();
        status = status ? status : instrument_plan(instrument, w->s.now, plan, err);
        json_array_foreach(plan, k, row)
        {
            status = status ? status : add_check(w, instrument, row, err);
        }
        json_decref(plan);
    }
    json_decref(instruments);
    return status;
}

static moly_status add_sources(work *w, moly_error *err)
{
    static const double ahead_s = 30.0 * 86400.0;
    const moly_record_query query = {.kind = "source", .state = "in use"};
    json_t *sources = NULL;
    size_t i;
    const json_t *source;
    if (!may(w, "stock.test_leak")) {
        return MOLY_OK;
    }
    moly_status status = moly_ledger_records(w->s.reader, &query, &sources, err);
    json_array_foreach(sources, i, source)
    {
        moly_instant due = record_instant(source, "leak_test_due");
        if (status || moly_instant_is_none(due) ||
            moly_instant_difference_s(w->s.now, due) > ahead_s) {
            continue;
        }
        const item it = {.act = "stock.test_leak",
                         .kind = "source",
                         .record = source,
                         .fields = json_pack("{s:s}", "source", record_text(source, "id")),
                         .when = due.us < w->s.now.us ? NOW : LATER,
                         .step = STEP_STOCK,
                         .reason = because(MOLY_N("its leak test is due")),
                         .rule = "R-54",
                         .due = due};
        status = add(w, &it, err);
    }
    json_decref(sources);
    return status;
}

/* ---- generators, doses, and products that run short ---------------------------------------------
 */

static moly_status add_elutions(work *w, moly_error *err)
{
    const moly_record_query query = {.kind = "generator", .state = "accepted"};
    json_t *generators = NULL;
    size_t i;
    const json_t *generator;
    if (!may(w, "pharmacy.elute")) {
        return MOLY_OK;
    }
    moly_status status = moly_ledger_records(w->s.reader, &query, &generators, err);
    json_array_foreach(generators, i, generator)
    {
        moly_instant last = record_instant(generator, "last_elution");
        bool is_done = !moly_instant_is_none(last) && last.us >= w->midnight.us;
        if (status || is_done || is_expired(w, generator)) {
            continue;
        }
        const item it = {.act = "pharmacy.elute",
                         .kind = "generator",
                         .record = generator,
                         .fields = json_pack("{s:s}", "generator", record_text(generator, "id")),
                         .when = NOW,
                         .step = STEP_ELUTE,
                         .reason = because(MOLY_N("it has not been eluted today")),
                         .rule = "R-21",
                         .due = MOLY_INSTANT_NONE};
        status = add(w, &it, err);
    }
    json_decref(generators);
    return status;
}

/* The newest record of a product in a state, still good; NULL: none. New reference. */
static moly_status newest(const work *w, const char *kind, const char *state, const char *code,
                          json_t **found, moly_error *err)
{
    const moly_record_query query = {.kind = kind, .state = state, .newest_first = true};
    json_t *records = NULL, *record;
    size_t i;
    *found = NULL;
    moly_status status = moly_ledger_records(w->s.reader, &query, &records, err);
    json_array_foreach(records, i, record)
    {
        const json_t *left = json_object_get(record, "vials_left");
        bool is_empty = left && json_integer_value(left) <= 0;
        if (!*found && record_is(record, "product", code) && !is_expired(w, record) && !is_empty) {
            *found = json_incref(record);
        }
    }
    json_decref(records);
    return status;
}

static moly_status is_on_its_way(const work *w, const char *code, bool *is_there, moly_error *err)
{
    static const char *const states[][2] = {
        {"kit", "labelled"}, {"kit", "tested"}, {"vial", "untested"}, {"vial", "tested"}};
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < sizeof states / sizeof states[0] && !status && !*is_there; i++) {
        json_t *found = NULL;
        status = newest(w, states[i][0], states[i][1], code, &found, err);
        *is_there = found != NULL;
        json_decref(found);
    }
    return status;
}

/* Nothing released serves the order: the kit to label, or the eluate to release, said once for all
 * orders of the product. */
static moly_status add_short(work *w, const json_t *order, json_t *seen, moly_error *err)
{
    const char *code = record_text(order, "product");
    const product *p = product_named(code);
    json_t *lot = NULL, *eluate = NULL;
    bool is_kit = p && product_is(p, "kit"), is_coming = false;
    if (!p || json_object_get(seen, code) ||
        !may(w, is_kit ? "pharmacy.label_kit" : "pharmacy.release")) {
        return MOLY_OK;
    }
    moly_status status = json_object_set_new(seen, code, json_true()) == 0
                             ? is_on_its_way(w, code, &is_coming, err)
                             : MOLY_NO_MEMORY(err);
    if (!status && !is_coming) {
        status = newest(w, "eluate", "tested", "pertechnetate", &eluate, err);
    }
    if (!status && !eluate && is_kit && !is_coming) {
        status = newest(w, "eluate", "released", "pertechnetate", &eluate, err);
    }
    if (!status && is_kit && eluate) {
        status = newest(w, "lot", "accepted", code, &lot, err);
    }
    item it = {.step = is_kit ? STEP_LABEL : STEP_RELEASE,
               .when = NOW,
               .rule = "R-24",
               .due = record_instant(order, "at")};
    if (!status && is_kit && lot) {
        it.act = "pharmacy.label_kit";
        it.kind = "lot";
        it.record = lot;
        it.fields = json_pack("{s:s, s:s}", "lot", record_text(lot, "id"), "eluate",
                              record_text(eluate, "id"));
        it.reason = because(MOLY_N("no released %s lasts until the injection"), p->name);
        status = add(w, &it, err);
    } else if (!status && !is_kit && product_is(p, "generator") && eluate && !is_own(w, eluate)) {
        it.act = "pharmacy.release";
        it.kind = "eluate";
        it.record = eluate;
        it.fields = json_pack("{s:s}", "eluate", record_text(eluate, "id"));
        it.reason = because(MOLY_N("no released %s lasts until the injection"), p->name);
        status = add(w, &it, err);
    }
    json_decref(lot);
    json_decref(eluate);
    return status;
}

static moly_status add_order(work *w, json_t *order, json_t *seen, moly_error *err)
{
    const char *kind = NULL;
    char source[80];
    moly_instant due = record_instant(order, "at");
    double wait_s = moly_instant_difference_s(w->s.now, due);
    json_t *patient = NULL;
    moly_status status = screen_source(&w->context, order, &kind, source, sizeof source, NULL, err);
    if (status || !kind) {
        return status ? status : add_short(w, order, seen, err);
    }
    if (!may(w, "clinic.draw_dose")) {
        return MOLY_OK;
    }
    status =
        moly_ledger_record(w->s.reader, "patient", record_text(order, "patient"), &patient, err);
    if (status) {
        return status;
    }
    (void)json_object_set(order, "patient_name", json_object_get(patient, "name"));
    json_decref(patient);
    const product *p = product_named(record_text(order, "product"));
    const item it = {
        .act = "clinic.draw_dose",
        .kind = "order",
        .record = order,
        .fields = json_pack("{s:s, s:s}", "order", record_text(order, "id"), kind, source),
        .when = wait_s < soon_s ? WAITING : TODAY,
        .step = STEP_DOSE,
        .reason =
            because("%s, %.4g MBq", p ? p->name : "?", record_number(order, "activity_bq") / 1e6),
        .rule = "R-33",
        .due = due};
    return add(w, &it, err);
}

typedef struct due_order {
    int64_t due_us;
    json_t *order;
} due_order;

static int by_due(const void *a, const void *b)
{
    const due_order *first = a, *second = b;
    return (first->due_us > second->due_us) - (first->due_us < second->due_us);
}

/* Today's orders that nothing was drawn for, first due first. */
static moly_status add_orders(work *w, moly_error *err)
{
    const moly_record_query query = {.kind = "order",
                                     .state = "ordered",
                                     .from = w->midnight,
                                     .until = {w->midnight.us + 86400LL * 1000000 - 1},
                                     .limit = 1000};
    json_t *orders = NULL, *seen = json_object();
    moly_status status =
        seen ? moly_ledger_records(w->s.reader, &query, &orders, err) : MOLY_NO_MEMORY(err);
    size_t n = json_array_size(orders);
    due_order *sorted = status ? NULL : moly_alloc(n + 1, sizeof *sorted);
    if (!status && !sorted) {
        status = MOLY_NO_MEMORY(err);
    }
    if (!status) {
        for (size_t i = 0; i < n; i++) {
            json_t *order = json_array_get(orders, i);
            sorted[i] = (due_order){record_instant(order, "at").us, order};
        }
        qsort(sorted, n, sizeof *sorted, by_due);
    }
    for (size_t i = 0; i < n && !status; i++) {
        status = add_order(w, sorted[i].order, seen, err);
    }
    moly_free(sorted);
    json_decref(orders);
    json_decref(seen);
    return status;
}

/* ---- all ----------------------------------------------------------------------------------------
 */

static int by_urgency(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->when != y->when) {
        return x->when < y->when ? -1 : 1;
    }
    bool by_clock = x->when == WAITING || x->when == TODAY;
    if (!by_clock && x->step != y->step) {
        return x->step < y->step ? -1 : 1;
    }
    if (x->due_us != y->due_us) {
        return x->due_us < y->due_us ? -1 : 1;
    }
    return (x->number > y->number) - (x->number < y->number);
}

static moly_status finish(work *w, json_t **made, moly_error *err)
{
    char now[MOLY_INSTANT_TEXT_SIZE];
    json_t *results = json_array();
    moly_status status = results ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (w->n > 0) {
        qsort(w->entries, w->n, sizeof *w->entries, by_urgency);
    }
    for (size_t i = 0; i < w->n; i++) {
        if (!status && json_array_append(results, w->entries[i].item) != 0) {
            status = MOLY_NO_MEMORY(err);
        }
    }
    if (!status) {
        *made =
            json_pack("{s:s, s:O}", "now", moly_instant_format(w->s.now, now), "results", results);
        status = *made ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(results);
    return status;
}

moly_status moly_centre_work(const moly_site *site, const moly_ledger_reader *reader,
                             const json_t *person, moly_instant now, json_t **made, moly_error *err)
{
    static moly_status (*const parts[])(work *, moly_error *) = {
        add_instruments, add_sources, add_rows, add_elutions, add_orders, add_expired};
    work w = {.s = {site, reader, now}, .person = person, .roles = act_roles(person)};
    const moly_performer reads = {.user = "", .language = err ? err->language : NULL};
    moly_arena *arena = moly_arena_new();
    w.midnight.us = screen_midnight_us(&w.s);
    *made = NULL;
    moly_status status =
        arena ? screen_context(&w.s, arena, &reads, &w.context, err) : MOLY_NO_MEMORY(err);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && !status; i++) {
        bool is_discard = parts[i] == add_expired;
        status = is_discard && !may(&w, "safety.discard") ? MOLY_OK : parts[i](&w, err);
    }
    if (!status) {
        status = finish(&w, made, err);
    }
    for (size_t i = 0; i < w.n; i++) {
        json_decref(w.entries[i].item);
    }
    moly_free(w.entries);
    moly_arena_free(arena);
    return status;
}

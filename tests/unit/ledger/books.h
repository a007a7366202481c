/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LEDGER_BOOKS_H
#define TESTS_LEDGER_BOOKS_H

/* A small centre to test the ledger with: a place for a database, a clock that the test moves, and
 * events as the acts of the centre write them. */

#include "testing.h"

#include <jansson.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inside.h"
#include "moly/nuclide/nuclide.h"

typedef struct books {
    char url[256];
    char folder[128];
    moly_instant now;
    moly_clock clock;
    moly_ledger *ledger;
} books;

static const moly_site books_site = {
    .name = "Test centre", .country = "KG", .utc_offset_minutes = 360, .is_training = true};

static inline moly_instant at(const char *text)
{
    moly_error err = {0};
    moly_instant t = {0};
    assert_ok(moly_instant_parse(text, &t, &err), err);
    return t;
}

/* A JSON text with ' for ". */
static inline json_t *json_of(const char *text)
{
    moly_error err = {0};
    json_t *json = NULL;
    char *own = strdup(text);
    for (char *c = own; *c; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    assert_ok(moly_json_parse(own, strlen(own), &json, &err), err);
    free(own);
    return json;
}

typedef struct entry {
    const char *kind, *subject, *body;
    moly_instant at;
    const moly_signer *signers;
    size_t n_signers;
    json_t **event;
} entry;

static inline moly_status append_entry(moly_transaction *transaction, void *context,
                                       moly_error *err)
{
    const entry *e = context;
    json_t *body = json_of(e->body);
    const moly_draft draft = {.kind = e->kind,
                              .subject = e->subject,
                              .at = e->at,
                              .person = "vera",
                              .authentication = "password",
                              .body = body,
                              .signers = e->signers,
                              .n_signers = e->n_signers};
    moly_status status = moly_transaction_append(transaction, &draft, e->event, err);
    json_decref(body);
    return status;
}

static inline moly_status try_entry(books *b, const char *kind, const char *subject,
                                    const char *body, moly_error *err)
{
    entry e = {.kind = kind, .subject = subject, .body = body, .at = b->now};
    return moly_ledger_transact(b->ledger, append_entry, &e, err);
}

static inline void enter(books *b, const char *kind, const char *subject, const char *body)
{
    moly_error err = {0};
    assert_ok(try_entry(b, kind, subject, body, &err), err);
}

typedef struct enrolment {
    const char *user, *password, *name;
} enrolment;

static inline moly_status enrol_entry(moly_transaction *transaction, void *context, moly_error *err)
{
    const enrolment *who = context;
    char key[65], subject[100];
    moly_status status = moly_transaction_set_password(transaction, who->user, who->password,
                                                       MOLY_PASSWORD_MINIMAL, key, err);
    if (status) {
        return status;
    }
    (void)snprintf(subject, sizeof subject, "person/%s", who->user);
    json_t *body =
        json_pack("{s:[{s:s, s:s, s:{s:s, s:s, s:s}}]}", "records", "kind", "person", "id",
                  who->user, "set", "public_key", key, "name", who->name, "state", "active");
    const moly_draft draft = {.kind = "admin.enrol",
                              .subject = subject,
                              .at = moly_clock_now(transaction->ledger->clock),
                              .person = "admin",
                              .authentication = "password",
                              .body = body};
    status = moly_transaction_append(transaction, &draft, NULL, err);
    json_decref(body);
    return status;
}

static inline void enrol(books *b, const char *user, const char *password, const char *name)
{
    moly_error err = {0};
    enrolment who = {user, password, name};
    assert_ok(moly_ledger_transact(b->ledger, enrol_entry, &who, &err), err);
}

static inline moly_identity *sign_in(books *b, const char *user, const char *password)
{
    moly_error err = {0};
    moly_identity *identity = NULL;
    assert_ok(moly_ledger_sign_in(b->ledger, user, password, &identity, &err), err);
    return identity;
}

static inline moly_ledger_reader *read_books(books *b)
{
    moly_error err = {0};
    moly_ledger_reader *reader = NULL;
    assert_ok(moly_ledger_reader_new(b->ledger, &reader, &err), err);
    return reader;
}

static inline void books_folder(books *b)
{
    const char *base = getenv("TMPDIR");
    (void)snprintf(b->folder, sizeof b->folder, "%s/moly-ledger-XXXXXX", base ? base : "/tmp");
    assert_non_null(mkdtemp(b->folder));
    (void)snprintf(b->url, sizeof b->url, "sqlite:%s/books.db", b->folder);
    b->now = at("2026-11-22T06:00:00Z");
    b->clock = moly_clock_fixed(&b->now);
}

static inline void books_create(books *b)
{
    moly_error err = {0};
    assert_ok(moly_ledger_create(b->url, &books_site, &b->clock, &b->ledger, &err), err);
}

static inline void books_reopen(books *b)
{
    moly_error err = {0};
    moly_ledger_close(b->ledger);
    b->ledger = NULL;
    assert_ok(moly_ledger_open(b->url, &b->clock, &b->ledger, &err), err);
}

static inline void books_close(books *b)
{
    static const char *const files[] = {"books.db", "books.db-wal", "books.db-shm", "anchor.txt",
                                        "copy.db"};
    moly_ledger_close(b->ledger);
    b->ledger = NULL;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[200];
        (void)snprintf(path, sizeof path, "%s/%s", b->folder, files[i]);
        (void)unlink(path);
    }
    (void)rmdir(b->folder);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody with the file in his hands: every byte of the evidence, rows put in or taken out, the
 * end cut off, the whole written anew. EVIDENCE: R-02 the offline verifier finds one altered byte
 */
#include "books.h"

#include <sqlite3.h>

typedef struct crime {
    books books;
    char pristine[200], scene[200], url[220], anchor[200];
    char head_hash[65];
} crime;

static moly_status put_blob(moly_transaction *transaction, void *context, moly_error *err)
{
    char hash[65];
    const entry *e = context;
    moly_status status =
        moly_transaction_put_blob(transaction, "spectrum", 8, "text/plain", hash, err);
    return status ? status : append_entry(transaction, (void *)e, err);
}

static void write_anchor(crime *c)
{
    moly_error err = {0};
    char *anchor = NULL;
    moly_ledger_reader *reader = read_books(&c->books);
    assert_ok(moly_ledger_anchor(reader, &anchor, &err), err);
    moly_ledger_reader_free(reader);
    assert_ok(moly_file_write(c->anchor, anchor, strlen(anchor), &err), err);
    moly_free(anchor);
}

static int set_up(void **state)
{
    crime *c = calloc(1, sizeof *c);
    books *b = &c->books;
    moly_error err = {0};
    books_folder(b);
    books_create(b);
    (void)snprintf(c->pristine, sizeof c->pristine, "%s/books.db", b->folder);
    (void)snprintf(c->scene, sizeof c->scene, "%s/copy.db", b->folder);
    (void)snprintf(c->url, sizeof c->url, "sqlite:%s", c->scene);
    (void)snprintf(c->anchor, sizeof c->anchor, "%s/anchor.txt", b->folder);
    enrol(b, "vera", "vera's password", "Vera Ivanova");
    enrol(b, "oleg", "oleg's password", "Oleg Petrov");
    moly_identity *vera = sign_in(b, "vera", "vera's password");
    moly_identity *oleg = sign_in(b, "oleg", "oleg's password");
    moly_signer signers[] = {{vera, "prepared"}, {oleg, "released for use"}};
    entry release = {"pharmacy.release", "kit/K-1", "{'volume_ml':5}", b->now, signers, 2, NULL};
    assert_ok(moly_ledger_transact(b->ledger, append_entry, &release, &err), err);
    entry study = {.kind = "clinic.study", .subject = "study/S-1", .body = "{}", .at = b->now};
    assert_ok(moly_ledger_transact(b->ledger, put_blob, &study, &err), err);
    enter(b, "test.last", "x/1", "{'records':[{'kind':'x','id':'1','set':{'a':1}}]}");
    moly_identity_free(vera);
    moly_identity_free(oleg);
    write_anchor(c);
    moly_ledger_close(b->ledger);
    b->ledger = NULL;
    json_t *report = NULL;
    assert_ok(moly_ledger_verify(b->url, c->anchor, NULL, &report, &err), err);
    (void)snprintf(c->head_hash, sizeof c->head_hash, "%s",
                   json_string_value(json_object_get(report, "head_hash")));
    json_decref(report);
    *state = c;
    return 0;
}

static int tear_down(void **state)
{
    crime *c = *state;
    books_close(&c->books);
    free(c);
    return 0;
}

static void copy_scene(const crime *c)
{
    moly_error err = {0};
    char *data = NULL;
    size_t length = 0;
    assert_ok(moly_file_read(c->pristine, 1 << 24, &data, &length, &err), err);
    FILE *file = fopen(c->scene, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    moly_free(data);
}

/* The triggers are in the file; whoever has it can take them away. */
static sqlite3 *break_in(const crime *c)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *list = NULL;
    char sql[8000] = "";
    copy_scene(c);
    assert_int_equal(sqlite3_open(c->scene, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF", NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM sqlite_master WHERE type='trigger'",
                                        -1, &list, NULL),
                     SQLITE_OK);
    while (sqlite3_step(list) == SQLITE_ROW) {
        size_t used = strlen(sql);
        (void)snprintf(sql + used, sizeof sql - used, "DROP TRIGGER %s;",
                       (const char *)sqlite3_column_text(list, 0));
    }
    (void)sqlite3_finalize(list);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    return db;
}

static void alter(const crime *c, const char *sql)
{
    char *message = NULL;
    sqlite3 *db = break_in(c);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) {
        fail_msg("%s: %s", sql, message);
    }
    (void)sqlite3_close(db);
}

static void assert_found(const crime *c, const char *anchor, const char *piece, const char *what)
{
    moly_error err = {0};
    json_t *report = NULL;
    moly_status status = moly_ledger_verify(c->url, anchor, NULL, &report, &err);
    if (status != MOLY_ERR_DATA || !strstr(err.message, piece)) {
        fail_msg("%s: wanted '%s', got %s: %s", what, piece, moly_status_name(status), err.message);
    }
    assert_null(report);
}

/* Flip one bit of byte `place` (0 first, 1 middle, 2 last) of a column, or add 1 to a number. */
static bool flip(sqlite3 *db, const char *table, const char *column, int64_t rowid, int place)
{
    sqlite3_blob *blob = NULL;
    char sql[200];
    if (sqlite3_blob_open(db, "main", table, column, rowid, 1, &blob) != SQLITE_OK) {
        (void)sqlite3_blob_close(blob);
        (void)snprintf(sql, sizeof sql, "UPDATE %s SET %s = %s + 1 WHERE rowid = %lld", table,
                       column, column, (long long)rowid);
        return place == 0 && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
    }
    int length = sqlite3_blob_bytes(blob);
    int offset = place == 0 ? 0 : place == 1 ? length / 2 : length - 1;
    unsigned char byte = 0;
    bool is_done = length > 0 && sqlite3_blob_read(blob, &byte, 1, offset) == SQLITE_OK;
    byte ^= 1;
    is_done = is_done && sqlite3_blob_write(blob, &byte, 1, offset) == SQLITE_OK;
    (void)sqlite3_blob_close(blob);
    return is_done;
}

static void any_byte_of_any_column_of_the_evidence_is_found(void **state)
{
    static const struct {
        const char *table, *columns[16];
        int n_rows;
        bool names_event;
    } tables[] = {
        {"event",
         {"seq", "kind", "subject", "at_us", "recorded_us", "utc_offset_minutes", "clock", "person",
          "authentication", "body", "prev", "content_hash", "hash", "n_signatures"},
         6,
         true},
        {"signature",
         {"n", "person", "name", "meaning", "signed_us", "public_key", "signature"},
         2,
         true},
        {"head", {"seq", "hash", "signed_us", "signature"}, 6, true},
        {"blob", {"hash", "media_type", "data"}, 1, true},
        {"site", {"id", "name", "country", "utc_offset_minutes", "public_key", "format"}, 1, false},
        {"credential", {"public_key", "person"}, 2, false},
    };
    crime *c = *state;
    int n_cases = 0;
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        for (size_t k = 0; k < 16 && tables[t].columns[k]; k++) {
            for (int row = 1; row <= tables[t].n_rows; row++) {
                for (int place = 0; place < 3; place++) {
                    char what[120];
                    sqlite3 *db = break_in(c);
                    bool is_done = flip(db, tables[t].table, tables[t].columns[k], row, place);
                    (void)sqlite3_close(db);
                    if (!is_done) {
                        continue;
                    }
                    (void)snprintf(what, sizeof what, "%s.%s row %d byte %d", tables[t].table,
                                   tables[t].columns[k], row, place);
                    char event[20];
                    (void)snprintf(event, sizeof event, "event %d",
                                   strcmp(tables[t].table, "event") == 0 ? row : 4);
                    bool is_event = strcmp(tables[t].table, "event") == 0;
                    /* a moved number leaves a hole at its place */
                    assert_found(c, NULL,
                                 is_event                ? event
                                 : tables[t].names_event ? "event"
                                                         : "",
                                 what);
                    n_cases++;
                }
            }
        }
    }
    print_message("  %d alterations, all found\n", n_cases);
    assert_true(n_cases > 240);
}

static void any_byte_of_the_file_is_found_or_is_no_evidence(void **state)
{
    crime *c = *state;
    struct stat info;
    int n_found = 0, n_same = 0;
    assert_int_equal(stat(c->pristine, &info), 0);
    /* Every 97th byte of the file (a prime, so that every place within a page comes). */
    for (long offset = 0; offset < info.st_size; offset += 97) {
        copy_scene(c);
        FILE *file = fopen(c->scene, "r+b");
        assert_int_equal(fseek(file, offset, SEEK_SET), 0);
        int byte = fgetc(file);
        assert_int_equal(fseek(file, offset, SEEK_SET), 0);
        (void)fputc(byte ^ 0x10, file);
        assert_int_equal(fclose(file), 0);
        moly_error err = {0};
        json_t *report = NULL;
        if (moly_ledger_verify(c->url, c->anchor, NULL, &report, &err) == MOLY_OK) {
            assert_string_equal(json_string_value(json_object_get(report, "head_hash")),
                                c->head_hash);
            json_decref(report);
            n_same++;
        } else {
            assert_null(report);
            n_found++;
        }
    }
    print_message("  %d found, %d outside the evidence\n", n_found, n_same);
    assert_true(n_found > 20);
}

static void rows_put_in_or_taken_out_are_found(void **state)
{
    static const struct {
        const char *sql, *piece;
    } rows[] = {
        {"DELETE FROM event WHERE seq = 3", "event 3"},
        {"DELETE FROM event WHERE seq = 6", "event 6"},
        {"DELETE FROM event", "event 1"},
        {"DELETE FROM signature WHERE n = 1", "event 4"},
        {"INSERT INTO signature SELECT 5, n, person, name, meaning, signed_us, public_key, "
         "signature FROM signature WHERE n = 0",
         "belong to no event"},
        {"UPDATE signature SET n = n + 10", "event 4"},
        {"DELETE FROM head WHERE seq = 6", "event 6"},
        {"DELETE FROM head", "event 1"},
        {"DELETE FROM blob", "event 5"},
        {"INSERT INTO blob VALUES ('00', 'text/plain', x'00')", "blob"},
        {"UPDATE event SET body = body || char(0) || 'x' WHERE seq = 6", "event 6"},
        {"UPDATE event SET kind = CAST(kind AS BLOB) WHERE seq = 2", "event 2"},
        {"INSERT INTO site SELECT '0123456789abcdef', format, name, country, utc_offset_minutes,"
         " is_training, public_key FROM site",
         "site"},
        {"UPDATE event SET seq = 7 WHERE seq = 6", "event 6"},
    };
    crime *c = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        alter(c, rows[i].sql);
        assert_found(c, NULL, rows[i].piece, rows[i].sql);
    }
}

static void a_ledger_cut_short_is_found_with_its_anchor(void **state)
{
    crime *c = *state;
    moly_error err = {0};
    json_t *report = NULL;
    alter(c, "DELETE FROM event WHERE seq = 6; DELETE FROM head WHERE seq = 6");
    /* Whole in itself: that is why there are anchors. */
    assert_ok(moly_ledger_verify(c->url, NULL, NULL, &report, &err), err);
    json_decref(report);
    assert_found(c, c->anchor, "event 6 is missing", "cut short");
}

/* He who has the database has the site's key in it, and can write a chain of his own. */
static void a_ledger_rewritten_whole_is_found_with_its_anchor(void **state)
{
    crime *c = *state;
    moly_error err = {0};
    json_t *report = NULL;
    alter(c, "DELETE FROM event WHERE seq = 6; DELETE FROM head WHERE seq = 6");
    moly_ledger *forged = NULL;
    assert_ok(moly_ledger_open(c->url, &c->books.clock, &forged, &err), err);
    books b = c->books;
    b.ledger = forged;
    enter(&b, "test.last", "x/1", "{'records':[{'kind':'x','id':'1','set':{'a':2}}]}");
    moly_ledger_close(forged);
    assert_ok(moly_ledger_verify(c->url, NULL, NULL, &report, &err), err);
    json_decref(report);
    assert_found(c, c->anchor, "event 6 is not the one that was anchored", "rewritten");
}

static void an_altered_anchor_is_refused(void **state)
{
    crime *c = *state;
    moly_error err = {0};
    json_t *report = NULL;
    char *text = NULL;
    size_t length = 0;
    assert_ok(moly_file_read(c->anchor, 4096, &text, &length, &err), err);
    for (size_t i = 0; i < length; i++) {
        if (strncmp(text + i, "name ", 5) == 0) {
            i += strcspn(text + i, "\n"); /* the name is for people */
            continue;
        }
        text[i] ^= 1;
        assert_ok(moly_file_write(c->anchor, text, length, &err), err);
        moly_status status = moly_ledger_verify(c->books.url, c->anchor, NULL, &report, &err);
        /* blanks and line ends may change */
        bool is_blank = (text[i] ^ 1) == ' ' || (text[i] ^ 1) == '\n';
        if (status == MOLY_OK && !is_blank) {
            fail_msg("byte %zu of the anchor was altered and not found", i);
        }
        json_decref(report);
        memset(&err, 0, sizeof err);
        text[i] ^= 1;
    }
    moly_free(text);
}

static void a_file_that_is_no_ledger_says_so(void **state)
{
    crime *c = *state;
    moly_error err = {0};
    json_t *report = NULL;
    static const char junk[] = "This is a letter, not a database, and long enough to be read as "
                               "the first page of one. ...................................";
    assert_ok(moly_file_write(c->scene, junk, sizeof junk - 1, &err), err);
    assert_fails(moly_ledger_verify(c->url, NULL, NULL, &report, &err), MOLY_ERR_DATA, "database",
                 err);
    assert_ok(moly_file_write(c->scene, "", 0, &err), err);
    assert_fails(moly_ledger_verify(c->url, NULL, NULL, &report, &err), MOLY_ERR_NOT_FOUND,
                 "no ledger", err);
    assert_fails(moly_ledger_verify("sqlite:/nonexistent/x.db", NULL, NULL, &report, &err),
                 MOLY_ERR_NOT_FOUND, "nonexistent", err);
    assert_fails(moly_ledger_verify("mysql:x", NULL, NULL, &report, &err), MOLY_ERR_USAGE,
                 "sqlite:PATH", err);
}

/* EVIDENCE: R-01 SQLite itself refuses to change evidence, from any program */
static void another_program_cannot_change_evidence_without_breaking_in(void **state)
{
    crime *c = *state;
    static const char *const statements[] = {
        "UPDATE event SET person = 'x' WHERE seq = 2",
        "DELETE FROM event WHERE seq = 6",
        "DELETE FROM head",
        "UPDATE signature SET name = 'x'",
        "DELETE FROM blob",
        "UPDATE credential SET person = 'x'",
    };
    sqlite3 *db = NULL;
    copy_scene(c);
    assert_int_equal(sqlite3_open(c->scene, &db), SQLITE_OK);
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        char *message = NULL;
        assert_int_not_equal(sqlite3_exec(db, statements[i], NULL, NULL, &message), SQLITE_OK);
        assert_non_null(strstr(message, "append-only"));
        sqlite3_free(message);
    }
    (void)sqlite3_close(db);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(any_byte_of_any_column_of_the_evidence_is_found),
        CASE(any_byte_of_the_file_is_found_or_is_no_evidence),
        CASE(rows_put_in_or_taken_out_are_found),
        CASE(a_ledger_cut_short_is_found_with_its_anchor),
        CASE(a_ledger_rewritten_whole_is_found_with_its_anchor),
        CASE(an_altered_anchor_is_refused),
        CASE(a_file_that_is_no_ledger_says_so),
        CASE(another_program_cannot_change_evidence_without_breaking_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

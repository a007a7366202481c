/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite: write-ahead log, synchronous FULL, so that a commit that returned has been synced.
 * The evidence is protected twice: triggers in the file refuse changes from any program, and an
 * authorizer refuses them, and every change of the schema, before they are compiled here. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema.h"
#include "store.h"

enum {
    BUSY_TIMEOUT_MS = 30000,
    N_KEPT = 128,
    MAX_COLUMNS = 24,
    BACKUP_ID = 0x4d6f4c62, /* application_id in the header of a backup's file: "MoLb" */
};

typedef struct kept_statement {
    char *sql;
    sqlite3_stmt *statement;
    bool is_running;
} kept_statement;

typedef struct sqlite_store {
    store base;
    sqlite3 *db;
    kept_statement kept[N_KEPT];
    size_t n_kept, next_out;
} sqlite_store;

static moly_status sqlite_failure(moly_error *err, sqlite3 *db, int rc, const char *what)
{
    const char *text = db ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
    switch (rc & 0xff) {
    case SQLITE_NOMEM:
        return MOLY_NO_MEMORY(err);
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return MOLY_FAIL(err, MOLY_ERR_DATA, "database, %s: %s", what, text);
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_AUTH:
    case SQLITE_RANGE:
    case SQLITE_CONSTRAINT:
        return MOLY_FAIL(err, MOLY_ERR_INTERNAL, "database, %s: %s", what, text);
    default:
        return MOLY_FAIL(err, MOLY_ERR_IO, "database, %s: %s", what, text);
    }
}

/* What a connection may do, decided when a statement is compiled. */
static int authorize(void *context, int action, const char *first, const char *second,
                     const char *database, const char *trigger)
{
    (void)context;
    (void)second;
    (void)database;
    (void)trigger;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE:
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
    case SQLITE_INSERT:
        return SQLITE_OK;
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
        for (size_t i = 0; i < schema_n_tables; i++) {
            if (strcmp(schema_tables[i].name, first) == 0) {
                return schema_tables[i].class == TABLE_APPEND_ONLY ? SQLITE_DENY : SQLITE_OK;
            }
        }
        return SQLITE_DENY; /* sqlite_master and whatever else is none of ours */
    default:
        return SQLITE_DENY;
    }
}

static moly_status sqlite_run(store *s, const char *sql, moly_error *err)
{
    sqlite_store *self = (sqlite_store *)s;
    int rc = sqlite3_exec(self->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? MOLY_OK : sqlite_failure(err, self->db, rc, sql);
}

static void sqlite_close(store *s)
{
    sqlite_store *self = (sqlite_store *)s;
    for (size_t i = 0; i < self->n_kept; i++) {
        (void)sqlite3_finalize(self->kept[i].statement);
        moly_free(self->kept[i].sql);
    }
    (void)sqlite3_close(self->db);
    moly_free(self);
}

static bool makes_tables(store_mode mode)
{
    return mode == STORE_CREATE || mode == STORE_BACKUP;
}

static int take_application_id(void *context, int n, char **values, char **names)
{
    (void)names;
    sqlite_store *self = context;
    char number[16];
    (void)snprintf(number, sizeof number, "%d", BACKUP_ID);
    self->base.is_backup = n == 1 && values[0] && strcmp(values[0], number) == 0;
    return 0;
}

/* Nothing is appended to a backup, or the next one would be another history. */
static moly_status check_kind_of_file(sqlite_store *self, moly_error *err)
{
    int rc = sqlite3_exec(self->db, "PRAGMA application_id", take_application_id, self, NULL);
    if (rc != SQLITE_OK) {
        return sqlite_failure(err, self->db, rc, "reading its header");
    }
    if (self->base.is_backup && self->base.mode != STORE_READ) {
        return MOLY_REFUSE(err, "R-06",
                           "this file is a backup, which nobody works in; make a ledger of it: "
                           "moly restore FILE --db sqlite:NEW");
    }
    return MOLY_OK;
}

/* One file, which is synced and named when it is whole. */
static moly_status configure_backup(sqlite_store *self, moly_error *err)
{
    char sql[200];
    (void)snprintf(sql, sizeof sql,
                   "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;"
                   " PRAGMA trusted_schema=OFF; PRAGMA application_id=%d",
                   BACKUP_ID);
    return sqlite_run(&self->base, sql, err);
}

static moly_status configure(sqlite_store *self, moly_error *err)
{
    static const char *const writing[] = {
        "PRAGMA journal_mode=WAL",   "PRAGMA synchronous=FULL",
        "PRAGMA foreign_keys=ON",    "PRAGMA recursive_triggers=ON",
        "PRAGMA trusted_schema=OFF", "PRAGMA wal_autocheckpoint=2000",
        "PRAGMA cache_size=-65536"};
    (void)sqlite3_busy_timeout(self->db, BUSY_TIMEOUT_MS);
    (void)sqlite3_db_config(self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    moly_status kind = check_kind_of_file(self, err);
    if (kind) {
        return kind;
    }
    if (self->base.mode == STORE_BACKUP) {
        return configure_backup(self, err);
    }
    if (self->base.mode == STORE_READ) {
        return sqlite_run(&self->base, "PRAGMA query_only=ON", err);
    }
    for (size_t i = 0; i < sizeof writing / sizeof writing[0]; i++) {
        moly_status status = sqlite_run(&self->base, writing[i], err);
        if (status) {
            return status;
        }
    }
    return MOLY_OK;
}

/* A write-ahead log needs its index file beside it; where that cannot be made (a backup on a disc
 * that cannot be written) the file is read as one that nobody changes. */
static bool can_read(sqlite3 *db)
{
    int rc = sqlite3_exec(db, "SELECT count(*) FROM sqlite_master", NULL, NULL, NULL);
    return (rc & 0xff) != SQLITE_CANTOPEN && (rc & 0xff) != SQLITE_READONLY;
}

static int open_immutable(const char *path, int flags, const store_options *options, sqlite3 **db)
{
    moly_text uri = {0};
    moly_text_add(&uri, "file:");
    for (const char *c = path; *c; c++) {
        moly_text_printf(&uri, strchr("?#%", *c) ? "%%%02X" : "%c", (unsigned char)*c);
    }
    moly_text_add(&uri, "?immutable=1");
    (void)sqlite3_close(*db);
    *db = NULL;
    int rc = uri.is_broken
                 ? SQLITE_NOMEM
                 : sqlite3_open_v2(uri.data, db, flags | SQLITE_OPEN_URI, options->sqlite_vfs);
    moly_text_free(&uri);
    return rc;
}

/* The file holds the site's key and patients' data: it is made for its owner alone, whatever the
 * mask is, and SQLite makes its companions alike. */
static moly_status make_private(const char *path, moly_error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "database, %s: %s", path, strerror(errno));
    }
    (void)close(fd);
    return MOLY_OK;
}

static moly_status sqlite_open(const char *path, store_mode mode, const store_options *options,
                               store **opened, moly_error *err)
{
    struct stat info;
    bool is_there = options->sqlite_vfs || stat(path, &info) == 0;
    if (!makes_tables(mode) && !is_there) {
        return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "database sqlite:%s: %s", path, strerror(errno));
    }
    moly_status status = is_there ? MOLY_OK : make_private(path, err);
    if (status) {
        return status;
    }
    sqlite_store *self = moly_alloc(1, sizeof *self);
    if (!self) {
        return MOLY_NO_MEMORY(err);
    }
    self->base = (store){.ops = &store_sqlite, .mode = mode};
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= mode == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (makes_tables(mode)) {
        flags |= SQLITE_OPEN_CREATE;
    }
    int rc = sqlite3_open_v2(path, &self->db, flags, options->sqlite_vfs);
    if (rc == SQLITE_OK && mode == STORE_READ && !can_read(self->db)) {
        rc = open_immutable(path, flags, options, &self->db);
    }
    if (rc != SQLITE_OK) {
        status = sqlite_failure(err, self->db, rc, path);
        goto done;
    }
    status = configure(self, err);
    if (status) {
        moly_error_context(err, "%s", path);
        goto done;
    }
    if (!makes_tables(mode)) {
        (void)sqlite3_set_authorizer(self->db, authorize, NULL);
    }
    *opened = &self->base;
    self = NULL;
done:
    if (self) {
        sqlite_close(&self->base);
    }
    return status;
}

/* ?n is SQLite's numbered parameter; $n would be a name. */
static char *own_parameters(const char *sql)
{
    char *own = moly_strdup(sql);
    bool in_text = false;
    for (char *c = own; c && *c; c++) {
        in_text ^= *c == '\'';
        if (*c == '$' && !in_text) {
            *c = '?';
        }
    }
    return own;
}

static moly_status prepare(sqlite_store *self, const char *sql, kept_statement **found,
                           moly_error *err)
{
    for (size_t i = 0; i < self->n_kept; i++) {
        if (!self->kept[i].is_running && strcmp(self->kept[i].sql, sql) == 0) {
            *found = &self->kept[i];
            return MOLY_OK;
        }
    }
    char *key = moly_strdup(sql);
    char *own = own_parameters(sql);
    sqlite3_stmt *statement = NULL;
    if (!key || !own) {
        moly_free(key);
        moly_free(own);
        return MOLY_NO_MEMORY(err);
    }
    int rc = sqlite3_prepare_v3(self->db, own, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
    moly_free(own);
    if (rc != SQLITE_OK) {
        moly_free(key);
        return sqlite_failure(err, self->db, rc, sql);
    }
    size_t slot = self->n_kept;
    if (self->n_kept < N_KEPT) {
        self->n_kept++;
    } else {
        do {
            slot = self->next_out++ % N_KEPT;
        } while (self->kept[slot].is_running);
        (void)sqlite3_finalize(self->kept[slot].statement);
        moly_free(self->kept[slot].sql);
    }
    self->kept[slot] = (kept_statement){.sql = key, .statement = statement};
    *found = &self->kept[slot];
    return MOLY_OK;
}

static int bind(sqlite3_stmt *statement, int index, const store_value *value)
{
    if (value->is_null) {
        return sqlite3_bind_null(statement, index);
    }
    switch (value->type) {
    case STORE_INT:
        return sqlite3_bind_int64(statement, index, value->i);
    case STORE_REAL:
        return sqlite3_bind_double(statement, index, value->r);
    case STORE_TEXT:
        return sqlite3_bind_text64(statement, index, value->data, value->length, SQLITE_STATIC,
                                   SQLITE_UTF8);
    default:
        return sqlite3_bind_blob64(statement, index, value->length ? value->data : "",
                                   value->length, SQLITE_STATIC);
    }
}

static void read_column(sqlite3_stmt *statement, int index, store_value *value)
{
    *value = (store_value){0};
    switch (sqlite3_column_type(statement, index)) {
    case SQLITE_NULL:
        value->is_null = true;
        break;
    case SQLITE_INTEGER:
        value->type = STORE_INT;
        value->i = sqlite3_column_int64(statement, index);
        value->r = (double)value->i;
        break;
    case SQLITE_FLOAT:
        value->type = STORE_REAL;
        value->r = sqlite3_column_double(statement, index);
        break;
    case SQLITE_TEXT:
        value->type = STORE_TEXT;
        value->data = sqlite3_column_text(statement, index);
        value->length = (size_t)sqlite3_column_bytes(statement, index);
        break;
    default:
        value->type = STORE_BLOB;
        value->data = sqlite3_column_blob(statement, index);
        value->length = (size_t)sqlite3_column_bytes(statement, index);
        break;
    }
}

static moly_status sqlite_query(store *s, const char *sql, const store_value *values,
                                size_t n_values, store_row row, void *context, moly_error *err)
{
    sqlite_store *self = (sqlite_store *)s;
    kept_statement *kept = NULL;
    moly_status status = prepare(self, sql, &kept, err);
    if (status || !kept) {
        return status;
    }
    sqlite3_stmt *statement = kept->statement;
    kept->is_running = true;
    int rc = SQLITE_OK;
    for (size_t i = 0; i < n_values && rc == SQLITE_OK; i++) {
        rc = bind(statement, (int)i + 1, &values[i]);
    }
    store_value columns[MAX_COLUMNS];
    int n_columns = sqlite3_column_count(statement);
    MOLY_ASSERT(n_columns <= MAX_COLUMNS);
    while (rc == SQLITE_OK && !status) {
        rc = sqlite3_step(statement);
        if (rc != SQLITE_ROW) {
            break;
        }
        for (int i = 0; i < n_columns; i++) {
            read_column(statement, i, &columns[i]);
        }
        rc = SQLITE_OK;
        status = row ? row(context, columns, err) : MOLY_OK;
    }
    if (!status && rc != SQLITE_DONE) {
        status = sqlite_failure(err, self->db, rc, sql);
    }
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
    kept->is_running = false;
    return status;
}

static moly_status sqlite_begin(store *s, moly_error *err)
{
    if (s->mode != STORE_READ) {
        return sqlite_query(s, "BEGIN IMMEDIATE", NULL, 0, NULL, NULL, err);
    }
    moly_status status = sqlite_query(s, "BEGIN", NULL, 0, NULL, NULL, err);
    if (status) {
        return status;
    }
    /* The first reading pins the state that the whole transaction sees. */
    int64_t ignored;
    status = store_query_int(s, "SELECT count(*) FROM sqlite_master", NULL, 0, &ignored, NULL, err);
    if (status) {
        s->ops->rollback(s);
    }
    return status;
}

static moly_status sqlite_commit(store *s, moly_error *err)
{
    return sqlite_query(s, "COMMIT", NULL, 0, NULL, NULL, err);
}

static void sqlite_rollback(store *s)
{
    sqlite_store *self = (sqlite_store *)s;
    if (!sqlite3_get_autocommit(self->db)) {
        (void)sqlite_query(s, "ROLLBACK", NULL, 0, NULL, NULL, NULL);
    }
}

static moly_status sqlite_has_schema(store *s, bool *is_there, moly_error *err)
{
    int64_t n = 0;
    moly_status status = store_query_int(
        s, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('event', 'site')",
        NULL, 0, &n, NULL, err);
    *is_there = n == 2;
    return status;
}

static void add_protection(const schema_table *table, moly_text *sql)
{
    static const char *const verbs[] = {"UPDATE", "DELETE"};
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        moly_text_printf(sql,
                         "CREATE TRIGGER %s_no_%c BEFORE %s ON %s BEGIN"
                         " SELECT RAISE(ABORT, '%s is append-only (R-01)'); END;",
                         table->name, verbs[i][0], verbs[i], table->name, table->name);
    }
}

static moly_status sqlite_make_schema(store *s, moly_error *err)
{
    const schema_words words = {"TEXT", "BLOB", "REAL"};
    moly_text sql = {0};
    for (size_t i = 0; i < schema_n_tables; i++) {
        schema_create_table(&schema_tables[i], &words, &sql);
        moly_text_add(&sql, ";");
        if (schema_tables[i].class == TABLE_APPEND_ONLY) {
            add_protection(&schema_tables[i], &sql);
        }
    }
    for (size_t i = 0; i < schema_n_indexes; i++) {
        moly_text_printf(&sql, "%s;", schema_indexes[i]);
    }
    moly_status status = sql.is_broken ? MOLY_NO_MEMORY(err) : sqlite_run(s, sql.data, err);
    moly_text_free(&sql);
    if (!status) {
        sqlite_store *self = (sqlite_store *)s;
        s->mode = STORE_WRITE;
        (void)sqlite3_set_authorizer(self->db, authorize, NULL);
    }
    return status;
}

const store_ops store_sqlite = {
    .scheme = "sqlite",
    .open = sqlite_open,
    .close = sqlite_close,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .query = sqlite_query,
    .run = sqlite_run,
    .has_schema = sqlite_has_schema,
    .make_schema = sqlite_make_schema,
};

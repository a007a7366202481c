/* SPDX-License-Identifier: Apache-2.0 */
/* PostgreSQL. The tables belong to the role that made them; every connection then takes the role
 * moly_application (SET ROLE), which may read and append but not change or delete evidence.
 * Triggers refuse that to everybody else too. One writer at a time: an advisory lock that lives as
 * long as the transaction.
 *
 * A way to the server and back costs more than most statements. All go in libpq's pipeline mode:
 * later() sends one and remembers what waits for its rows, settle() asks for the results of all. */
#include <libpq-fe.h>
#include <string.h>

#include "schema.h"
#include "store.h"

enum { N_KEPT = 128, MAX_COLUMNS = 24, MAX_VALUES = 16, NAME_SIZE = 24, MAX_WAITING = 128 };
enum { OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_TEXT = 25 };
enum { OID_FLOAT4 = 700, OID_FLOAT8 = 701 };
/* "moly" in ASCII: the advisory lock of the chain. */
#define LOCK_SQL "SELECT pg_advisory_xact_lock(1836017785)"

/* A statement that was sent, and who waits for its rows. */
typedef struct waiting {
    const char *sql;
    store_row row;
    void *context;
    unsigned part;
    bool is_commit;
} waiting;

typedef struct postgres_store {
    store base;
    PGconn *connection;
    char *url;
    char *kept[N_KEPT]; /* texts of prepared statements; their number is their name */
    size_t n_kept;
    waiting waiting[MAX_WAITING];
    size_t n_waiting;
} postgres_store;

static moly_status connect_now(postgres_store *self, moly_error *err);

/* ---- failures ------------------------------------------------------------------------------- */

/* libpq's messages end with a newline and may have several lines. */
static moly_status failure(moly_error *err, moly_status status, const char *what,
                           const char *message)
{
    size_t length = strcspn(message, "\n");
    return MOLY_FAIL(err, status, "database, %.120s: %.*s", what, (int)length, message);
}

static moly_status result_failure(moly_error *err, const postgres_store *self,
                                  const PGresult *result, const char *what)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *message = result ? PQresultErrorMessage(result) : PQerrorMessage(self->connection);
    if (!state || PQstatus(self->connection) != CONNECTION_OK) {
        return failure(err, MOLY_ERR_IO, what, message);
    }
    /* Classes of SQLSTATE: 08 connection, 53 resources, 57 shut down, 58 system, 25P02 a
     * transaction that failed before. */
    static const char *const outside[] = {"08", "53", "57", "58"};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        if (strncmp(state, outside[i], 2) == 0) {
            return failure(err, MOLY_ERR_IO, what, message);
        }
    }
    return failure(err, MOLY_ERR_INTERNAL, what, message);
}

/* ---- values --------------------------------------------------------------------------------- */

static uint64_t swap_big_endian(const void *bytes, size_t length)
{
    uint64_t value = 0;
    for (size_t i = 0; i < length; i++) {
        value = value << 8 | ((const uint8_t *)bytes)[i];
    }
    return value;
}

typedef struct bound_values {
    Oid types[MAX_VALUES];
    const char *values[MAX_VALUES];
    int lengths[MAX_VALUES], formats[MAX_VALUES];
    uint8_t numbers[MAX_VALUES][8];
} bound_values;

static void put_big_endian(uint8_t bytes[8], uint64_t value)
{
    for (size_t i = 8; i-- > 0; value >>= 8) {
        bytes[i] = (uint8_t)value;
    }
}

static void bind(bound_values *bound, size_t i, const store_value *value)
{
    uint64_t bits = (uint64_t)value->i;
    bound->formats[i] = 1;
    switch (value->type) {
    case STORE_REAL:
        memcpy(&bits, &value->r, sizeof bits);
        bound->types[i] = OID_FLOAT8;
        break;
    case STORE_INT:
        bound->types[i] = OID_INT8;
        break;
    default:
        bound->types[i] = value->type == STORE_TEXT ? OID_TEXT : OID_BYTEA;
        bound->values[i] = value->length ? value->data : "";
        bound->lengths[i] = (int)value->length;
        break;
    }
    if (value->type == STORE_INT || value->type == STORE_REAL) {
        put_big_endian(bound->numbers[i], bits);
        bound->values[i] = (const char *)bound->numbers[i];
        bound->lengths[i] = 8;
    }
    if (value->is_null) {
        bound->types[i] = 0; /* the server knows the column's */
        bound->values[i] = NULL;
    }
}

static void read_column(const PGresult *result, int row, int index, store_value *value)
{
    *value = (store_value){.is_null = PQgetisnull(result, row, index) != 0};
    const char *data = PQgetvalue(result, row, index);
    size_t length = (size_t)PQgetlength(result, row, index);
    uint64_t bits;
    switch (PQftype(result, index)) {
    case OID_BOOL:
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
        value->type = STORE_INT;
        bits = swap_big_endian(data, length);
        value->i = length == 8   ? (int64_t)bits
                   : length == 4 ? (int64_t)(int32_t)bits
                   : length == 2 ? (int64_t)(int16_t)bits
                                 : (int64_t)bits;
        value->r = (double)value->i;
        break;
    case OID_FLOAT8:
        value->type = STORE_REAL;
        bits = swap_big_endian(data, length);
        memcpy(&value->r, &bits, sizeof bits);
        break;
    case OID_BYTEA:
        value->type = STORE_BLOB;
        value->data = data;
        value->length = length;
        break;
    default:
        value->type = STORE_TEXT;
        value->data = data;
        value->length = length;
        break;
    }
}

/* ---- statements ----------------------------------------------------------------------------- */

static moly_status postgres_settle(store *s, moly_error *err);

/* Out of the pipeline, for what libpq does not allow in it. */
static moly_status leave_pipeline(postgres_store *self, moly_error *err)
{
    moly_status status = postgres_settle(&self->base, err);
    if (!status && PQpipelineStatus(self->connection) != PQ_PIPELINE_OFF &&
        PQexitPipelineMode(self->connection) != 1) {
        status = failure(err, MOLY_ERR_IO, "pipeline", PQerrorMessage(self->connection));
    }
    return status;
}

static moly_status postgres_run(store *s, const char *sql, moly_error *err)
{
    postgres_store *self = (postgres_store *)s;
    moly_status status = leave_pipeline(self, err);
    if (status) {
        return status;
    }
    PGresult *result = PQexec(self->connection, sql);
    ExecStatusType state = PQresultStatus(result);
    status = state == PGRES_COMMAND_OK || state == PGRES_TUPLES_OK
                 ? MOLY_OK
                 : result_failure(err, self, result, sql);
    PQclear(result);
    return status;
}

static moly_status prepare(postgres_store *self, const char *sql, const bound_values *bound,
                           size_t n_values, char name[NAME_SIZE], moly_error *err)
{
    size_t i = 0;
    while (i < self->n_kept && strcmp(self->kept[i], sql) != 0) {
        i++;
    }
    if (i < N_KEPT) {
        (void)snprintf(name, NAME_SIZE, "s%zu", i);
    } else {
        name[0] = '\0'; /* the unnamed statement, made anew each time */
    }
    if (i < self->n_kept) {
        return MOLY_OK;
    }
    moly_status status = leave_pipeline(self, err);
    if (status) {
        return status;
    }
    PGresult *result = PQprepare(self->connection, name, sql, (int)n_values, bound->types);
    status = PQresultStatus(result) == PGRES_COMMAND_OK ? MOLY_OK
                                                        : result_failure(err, self, result, sql);
    PQclear(result);
    if (!status && self->n_kept < N_KEPT) {
        self->kept[self->n_kept] = moly_strdup(sql);
        status = self->kept[self->n_kept] ? MOLY_OK : MOLY_NO_MEMORY(err);
        if (status) {
            moly_text drop = {0};
            moly_text_printf(&drop, "DEALLOCATE %s", name);
            PQclear(drop.data ? PQexec(self->connection, drop.data) : NULL);
            moly_text_free(&drop);
        } else {
            self->n_kept++;
        }
    }
    return status;
}

static moly_status read_rows(const PGresult *result, const waiting *one, moly_error *err)
{
    int n_rows = one->row ? PQntuples(result) : 0, n_columns = PQnfields(result);
    MOLY_ASSERT(n_columns <= MAX_COLUMNS);
    store_value columns[MAX_COLUMNS];
    moly_status status = MOLY_OK;
    for (int r = 0; r < n_rows && !status; r++) {
        for (int c = 0; c < n_columns; c++) {
            read_column(result, r, c, &columns[c]);
        }
        status = one->row(one->context, columns, err);
    }
    return status;
}

static moly_status take_result(postgres_store *self, const waiting *one, PGresult *result,
                               moly_error *err)
{
    ExecStatusType state = PQresultStatus(result);
    if (state != PGRES_COMMAND_OK && state != PGRES_TUPLES_OK) {
        return result_failure(err, self, result, one->sql);
    }
    /* A transaction that failed before answers COMMIT with ROLLBACK, and calls that a success. */
    if (one->is_commit && strcmp(PQcmdStatus(result), "COMMIT") != 0) {
        return failure(err, MOLY_ERR_IO, one->sql, "the transaction had failed");
    }
    return read_rows(result, one, err);
}

/* Each statement gives its result and a NULL; the first that fails makes the server pass over those
 * behind it. After all comes the result of the sync itself. Rows are handed out when everything has
 * arrived, for who takes them may query again. */
static moly_status postgres_settle(store *s, moly_error *err)
{
    postgres_store *self = (postgres_store *)s;
    waiting asked[MAX_WAITING];
    PGresult *results[MAX_WAITING];
    size_t n = self->n_waiting;
    if (n == 0) {
        return MOLY_OK;
    }
    memcpy(asked, self->waiting, n * sizeof *asked);
    self->n_waiting = 0;
    if (PQpipelineSync(self->connection) != 1) {
        s->is_doomed = true;
        return failure(err, MOLY_ERR_IO, "pipeline", PQerrorMessage(self->connection));
    }
    for (size_t i = 0; i < n; i++) {
        results[i] = PQgetResult(self->connection);
        if (results[i]) {
            PQclear(PQgetResult(self->connection));
        }
    }
    PGresult *sync = PQgetResult(self->connection);
    bool is_synced = PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
    PQclear(sync);
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < n; i++) {
        if (!status) {
            status = take_result(self, &asked[i], results[i], err);
            s->is_doomed = s->is_doomed || (status && asked[i].part != s->part);
        }
        PQclear(results[i]);
    }
    if (!status && !is_synced) {
        s->is_doomed = true;
        status = failure(err, MOLY_ERR_IO, "pipeline", PQerrorMessage(self->connection));
    }
    return status;
}

/* Transaction control is sent as text, everything else prepared once. */
static moly_status send(postgres_store *self, const char *sql, const store_value *values,
                        size_t n_values, bool is_kept, moly_error *err)
{
    bound_values bound = {0};
    char name[NAME_SIZE];
    MOLY_ASSERT(n_values <= MAX_VALUES);
    for (size_t i = 0; i < n_values; i++) {
        bind(&bound, i, &values[i]);
    }
    moly_status status =
        self->n_waiting == MAX_WAITING ? postgres_settle(&self->base, err) : MOLY_OK;
    if (!status && is_kept) {
        status = prepare(self, sql, &bound, n_values, name, err);
    }
    if (status) {
        return status;
    }
    bool is_sent =
        (PQpipelineStatus(self->connection) != PQ_PIPELINE_OFF ||
         PQenterPipelineMode(self->connection) == 1) &&
        (is_kept ? PQsendQueryPrepared(self->connection, name, (int)n_values, bound.values,
                                       bound.lengths, bound.formats, 1)
                 : PQsendQueryParams(self->connection, sql, 0, NULL, NULL, NULL, NULL, 1)) == 1;
    return is_sent ? MOLY_OK : failure(err, MOLY_ERR_IO, sql, PQerrorMessage(self->connection));
}

static moly_status postgres_later(store *s, const char *sql, const store_value *values,
                                  size_t n_values, store_row row, void *context, moly_error *err)
{
    postgres_store *self = (postgres_store *)s;
    moly_status status = send(self, sql, values, n_values, true, err);
    if (!status) {
        self->waiting[self->n_waiting++] =
            (waiting){.sql = sql, .row = row, .context = context, .part = s->part};
    }
    return status;
}

static moly_status postgres_query(store *s, const char *sql, const store_value *values,
                                  size_t n_values, store_row row, void *context, moly_error *err)
{
    moly_status status = postgres_later(s, sql, values, n_values, row, context, err);
    return status ? status : postgres_settle(s, err);
}

/* ---- transactions --------------------------------------------------------------------------- */

static moly_status control(postgres_store *self, const char *sql, moly_error *err)
{
    moly_status status = send(self, sql, NULL, 0, false, err);
    if (!status) {
        self->waiting[self->n_waiting++] = (waiting){.sql = sql, .part = self->base.part};
    }
    return status;
}

static moly_status postgres_begin(store *s, moly_error *err)
{
    postgres_store *self = (postgres_store *)s;
    if (PQstatus(self->connection) != CONNECTION_OK) {
        moly_status status = connect_now(self, err); /* the server was restarted */
        if (status) {
            return status;
        }
    }
    if (s->mode == STORE_READ) {
        /* The first reading pins the state that the whole transaction sees. */
        return postgres_run(s, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1", err);
    }
    moly_status status = control(self, "BEGIN", err);
    return status ? status : postgres_later(s, LOCK_SQL, NULL, 0, NULL, NULL, err);
}

/* Goes with what waits, and is passed over by the server when any of that fails. */
static moly_status postgres_commit(store *s, moly_error *err)
{
    postgres_store *self = (postgres_store *)s;
    moly_status status = control(self, "COMMIT", err);
    if (!status) {
        self->waiting[self->n_waiting - 1].is_commit = true;
        status = postgres_settle(s, err);
    }
    return status;
}

static void postgres_rollback(store *s)
{
    postgres_store *self = (postgres_store *)s;
    moly_status failed_before = postgres_settle(s, NULL); /* it is undone all the same */
    (void)failed_before;
    if (PQtransactionStatus(self->connection) != PQTRANS_IDLE) {
        (void)postgres_run(s, "ROLLBACK", NULL);
    }
}

/* ---- connections ---------------------------------------------------------------------------- */

static void forget_statements(postgres_store *self)
{
    for (size_t i = 0; i < self->n_kept; i++) {
        moly_free(self->kept[i]);
    }
    self->n_kept = 0;
}

static void postgres_close(store *s)
{
    postgres_store *self = (postgres_store *)s;
    forget_statements(self);
    PQfinish(self->connection);
    moly_free(self->url);
    moly_free(self);
}

static moly_status postgres_has_schema(store *s, bool *is_there, moly_error *err)
{
    int64_t n = 0;
    moly_status status =
        store_query_int(s,
                        "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 'moly'"
                        " AND tablename IN ('event', 'site')",
                        NULL, 0, &n, NULL, err);
    *is_there = n == 2;
    return status;
}

static void ignore_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

/* A commit that returned is on disk, whatever the server's default is. */
static moly_status connect_now(postgres_store *self, moly_error *err)
{
    store *s = &self->base;
    forget_statements(self);
    self->n_waiting = 0;
    PQfinish(self->connection);
    self->connection = PQconnectdb(self->url);
    if (PQstatus(self->connection) != CONNECTION_OK) {
        const char *message = PQerrorMessage(self->connection);
        return failure(err, strstr(message, "does not exist") ? MOLY_ERR_NOT_FOUND : MOLY_ERR_IO,
                       "connecting", message);
    }
    (void)PQsetNoticeReceiver(self->connection, ignore_notice, NULL);
    if (PQsetClientEncoding(self->connection, "UTF8") != 0) {
        return failure(err, MOLY_ERR_IO, "encoding", PQerrorMessage(self->connection));
    }
    moly_status status =
        postgres_run(s, "SET search_path = moly, pg_catalog; SET synchronous_commit = on", err);
    bool is_there = false;
    if (!status && s->mode != STORE_CREATE) {
        status = postgres_has_schema(s, &is_there, err);
    }
    if (!status && is_there) {
        status = postgres_run(s, "SET ROLE moly_application", err);
    }
    return status;
}

static moly_status postgres_open(const char *url, store_mode mode, const store_options *options,
                                 store **opened, moly_error *err)
{
    (void)options;
    postgres_store *self = moly_alloc(1, sizeof *self);
    if (!self) {
        return MOLY_NO_MEMORY(err);
    }
    self->base = (store){.ops = &store_postgres, .mode = mode};
    self->url = moly_strdup(url);
    moly_status status = self->url ? connect_now(self, err) : MOLY_NO_MEMORY(err);
    if (status) {
        postgres_close(&self->base);
        return status;
    }
    *opened = &self->base;
    return MOLY_OK;
}

/* ---- tables --------------------------------------------------------------------------------- */

static const char before_tables[] =
    "DO $$ BEGIN"
    "  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'moly_application') THEN"
    "    CREATE ROLE moly_application NOLOGIN;"
    "    GRANT moly_application TO CURRENT_USER;"
    "  ELSIF NOT pg_has_role(current_user, 'moly_application', 'MEMBER') THEN"
    "    GRANT moly_application TO CURRENT_USER;"
    "  END IF;"
    "END $$;"
    "CREATE SCHEMA moly;"
    "GRANT USAGE ON SCHEMA moly TO moly_application;"
    "SET search_path = moly, pg_catalog;"
    "CREATE FUNCTION moly.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    "  RAISE EXCEPTION '% is append-only (R-01)', TG_TABLE_NAME; END $$;";

static void add_protection(const schema_table *table, moly_text *sql)
{
    if (table->class != TABLE_APPEND_ONLY) {
        moly_text_printf(sql,
                         "GRANT SELECT, INSERT, UPDATE, DELETE ON moly.%s TO moly_application;",
                         table->name);
        return;
    }
    moly_text_printf(sql, "GRANT SELECT, INSERT ON moly.%s TO moly_application;", table->name);
    moly_text_printf(sql,
                     "CREATE TRIGGER %s_kept BEFORE UPDATE OR DELETE ON moly.%s"
                     " FOR EACH ROW EXECUTE FUNCTION moly.refuse();",
                     table->name, table->name);
    moly_text_printf(sql,
                     "CREATE TRIGGER %s_kept_whole BEFORE TRUNCATE ON moly.%s"
                     " FOR EACH STATEMENT EXECUTE FUNCTION moly.refuse();",
                     table->name, table->name);
}

static moly_status postgres_make_schema(store *s, moly_error *err)
{
    /* Order by bytes, as SQLite does: whatever the database's locale, pages and dumps agree. */
    const schema_words words = {"TEXT COLLATE \"C\"", "BYTEA", "DOUBLE PRECISION"};
    moly_text sql = {0};
    moly_text_add(&sql, before_tables);
    for (size_t i = 0; i < schema_n_tables; i++) {
        schema_create_table(&schema_tables[i], &words, &sql);
        moly_text_add(&sql, ";");
        add_protection(&schema_tables[i], &sql);
    }
    for (size_t i = 0; i < schema_n_indexes; i++) {
        moly_text_printf(&sql, "%s;", schema_indexes[i]);
    }
    moly_text_add(&sql, "SET ROLE moly_application");
    moly_status status = sql.is_broken ? MOLY_NO_MEMORY(err) : postgres_run(s, sql.data, err);
    moly_text_free(&sql);
    if (status) {
        moly_error_context(err, "making the tables (the role must own the database and may need "
                                "CREATEROLE, or an administrator runs: CREATE ROLE "
                                "moly_application NOLOGIN; GRANT moly_application TO it)");
        return status;
    }
    s->mode = STORE_WRITE;
    return MOLY_OK;
}

const store_ops store_postgres = {
    .scheme = "postgres",
    .open = postgres_open,
    .close = postgres_close,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .query = postgres_query,
    .later = postgres_later,
    .settle = postgres_settle,
    .run = postgres_run,
    .has_schema = postgres_has_schema,
    .make_schema = postgres_make_schema,
};

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LEDGER_POSTGRES_H
#define TESTS_LEDGER_POSTGRES_H

/* A PostgreSQL server that belongs to the test program, and a database for each test in it. */

#include "books.h"

#include <libpq-fe.h>

typedef struct postgres {
    char folder[128];
    bool is_running;
    int n_databases;
} postgres;

static inline int postgres_control(const postgres *server, const char *verb)
{
    char command[600];
    const char *source = getenv("MOLY_SOURCE");
    (void)snprintf(command, sizeof command, "%s/tests/unit/ledger/postgres_server %s %s",
                   source ? source : ".", verb, server->folder);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* False when there is none on this machine; says so. */
static inline bool postgres_start(postgres *server)
{
    (void)snprintf(server->folder, sizeof server->folder, "/tmp/moly-postgres-XXXXXX");
    assert_non_null(mkdtemp(server->folder));
    int code = postgres_control(server, "start");
    server->is_running = code == 0;
    if (code == 77) {
        print_message("[  SKIPPED ] PostgreSQL is not installed on this machine\n");
    } else {
        assert_int_equal(code, 0);
    }
    return server->is_running;
}

static inline void postgres_stop(postgres *server)
{
    if (server->is_running) {
        (void)postgres_control(server, "stop");
    }
    (void)rmdir(server->folder);
}

static inline void postgres_do(const postgres *server, const char *database, const char *sql)
{
    char where[300];
    (void)snprintf(where, sizeof where, "host=%s user=owner dbname=%s", server->folder, database);
    PGconn *connection = PQconnectdb(where);
    assert_int_equal(PQstatus(connection), CONNECTION_OK);
    PGresult *result = PQexec(connection, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK) {
        fail_msg("%s: %s", sql, PQerrorMessage(connection));
    }
    PQclear(result);
    PQfinish(connection);
}

/* A fresh database that an ordinary role owns. */
static inline void postgres_database(postgres *server, char url[256])
{
    char sql[100];
    if (server->n_databases++ == 0) {
        postgres_do(server, "postgres", "CREATE ROLE centre LOGIN CREATEROLE");
    }
    (void)snprintf(sql, sizeof sql, "CREATE DATABASE books%d OWNER centre", server->n_databases);
    postgres_do(server, "postgres", sql);
    (void)snprintf(url, 256, "postgres://centre@/books%d?host=%s", server->n_databases,
                   server->folder);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "copy.h"

#include <string.h>
#include <time.h>

#include "schema.h"

enum { PAGE = 500, MAX_COLUMNS = 24 };

struct copying {
    store *into;
    const char *insert;
    size_t n_columns;
};

static moly_status put_row(void *context, const store_value *columns, moly_error *err)
{
    const struct copying *copying = context;
    return store_later(copying->into, copying->insert, columns, copying->n_columns, NULL, NULL,
                       err);
}

/* Names before types in the text of a table; what stands in parentheses and the key are none. */
static size_t count_columns(const schema_table *table)
{
    size_t n = 0;
    int depth = 0;
    bool is_start = true;
    for (const char *c = table->columns; *c; c++) {
        depth += (*c == '(') - (*c == ')');
        if (*c == ',' && depth == 0) {
            is_start = true;
        } else if (is_start && *c != ' ') {
            n += strncmp(c, "PRIMARY KEY", 11) != 0;
            is_start = false;
        }
    }
    return n;
}

static bool begins_with(const schema_table *table, const char *column)
{
    return strncmp(table->columns, column, strlen(column)) == 0;
}

/* A page is 500 numbers of events, whatever stands under them. */
static moly_status copy_by_number(store *from, const char *table, struct copying *copying,
                                  const moly_progress *progress, moly_error *err)
{
    char select[160];
    int64_t last = 0;
    (void)snprintf(select, sizeof select, "SELECT max(seq) FROM %s", table);
    moly_status status = store_query_int(from, select, NULL, 0, &last, NULL, err);
    (void)snprintf(select, sizeof select,
                   "SELECT * FROM %s WHERE seq > $1 AND seq <= $2 ORDER BY seq", table);
    for (int64_t done = 0; done < last && !status; done += PAGE) {
        status = moly_progress_step(progress, (double)done / (double)last, "copying", err);
        if (!status) {
            status =
                store_query(from, select, STORE_VALUES(store_int(done), store_int(done + PAGE)),
                            put_row, copying, err);
        }
        status = status ? status : store_settle(copying->into, err);
    }
    return status;
}

struct blob_step {
    struct copying *copying;
    char last[HASH_HEX];
    bool is_found;
};

static moly_status put_blob(void *context, const store_value *columns, moly_error *err)
{
    struct blob_step *step = context;
    (void)snprintf(step->last, sizeof step->last, "%s", store_get_text(&columns[0]));
    step->is_found = true;
    return put_row(step->copying, columns, err);
}

/* Blobs are large: one at a time. */
static moly_status copy_blobs(store *from, struct copying *copying, const moly_progress *progress,
                              moly_error *err)
{
    struct blob_step step = {.copying = copying, .is_found = true};
    moly_status status = MOLY_OK;
    while (step.is_found && !status) {
        char after[HASH_HEX];
        (void)snprintf(after, sizeof after, "%s", step.last);
        step.is_found = false;
        status = moly_progress_step(progress, 1.0, "copying files", err);
        if (!status) {
            status = store_query(from, "SELECT * FROM blob WHERE hash > $1 ORDER BY hash LIMIT 1",
                                 STORE_VALUES(store_text(after)), put_blob, &step, err);
        }
        status = status ? status : store_settle(copying->into, err);
    }
    return status;
}

static moly_status copy_table(store *from, store *into, const schema_table *table,
                              const moly_progress *progress, moly_error *err)
{
    moly_text insert = {0};
    struct copying copying = {.into = into, .n_columns = count_columns(table)};
    MOLY_ASSERT(copying.n_columns > 0 && copying.n_columns <= MAX_COLUMNS);
    moly_text_printf(&insert, "INSERT INTO %s VALUES (", table->name);
    for (size_t i = 1; i <= copying.n_columns; i++) {
        moly_text_printf(&insert, "%s$%zu", i > 1 ? ", " : "", i);
    }
    moly_text_add(&insert, ")");
    if (insert.is_broken) {
        moly_text_free(&insert);
        return MOLY_NO_MEMORY(err);
    }
    copying.insert = insert.data;
    moly_status status = MOLY_OK;
    if (begins_with(table, "seq ")) {
        status = copy_by_number(from, table->name, &copying, progress, err);
    } else if (begins_with(table, "hash ")) {
        status = copy_blobs(from, &copying, progress, err);
    } else {
        char select[80];
        (void)snprintf(select, sizeof select, "SELECT * FROM %s", table->name);
        status = store_query(from, select, NULL, 0, put_row, &copying, err);
        status = status ? status : store_settle(into, err);
    }
    if (status) {
        moly_status failed_already = store_settle(into, NULL); /* what waits reads `insert` */
        (void)failed_already;
    }
    moly_text_free(&insert);
    return status;
}

moly_status copy_evidence(store *from, store *into, const moly_progress *progress, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < schema_n_tables && !status; i++) {
        if (schema_tables[i].class == TABLE_APPEND_ONLY) {
            status = copy_table(from, into, &schema_tables[i], progress, err);
        }
    }
    return status;
}

double monotonic_s(void)
{
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

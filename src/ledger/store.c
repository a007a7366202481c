/* SPDX-License-Identifier: Apache-2.0 */
#include "store.h"

#include <string.h>

store_value store_int(int64_t value)
{
    return (store_value){.type = STORE_INT, .i = value};
}

store_value store_int_or_null(int64_t value, bool is_null)
{
    return (store_value){.type = STORE_INT, .i = value, .is_null = is_null};
}

store_value store_real(double value)
{
    return (store_value){.type = STORE_REAL, .r = value};
}

store_value store_text(const char *value)
{
    return (store_value){
        .type = STORE_TEXT, .is_null = !value, .data = value, .length = value ? strlen(value) : 0};
}

store_value store_blob(const void *data, size_t length)
{
    return (store_value){.type = STORE_BLOB, .data = data, .length = length};
}

const char *store_get_text(const store_value *column)
{
    return column->is_null || !column->data ? "" : column->data;
}

moly_status store_open(const char *url, store_mode mode, const store_options *options,
                       store **opened, moly_error *err)
{
    *opened = NULL;
    static const store_options none = {0};
    if (!options) {
        options = &none;
    }
    if (strncmp(url, "sqlite:", 7) == 0 && url[7] != '\0') {
        return store_sqlite.open(url + 7, mode, options, opened, err);
    }
    if (strncmp(url, "postgres://", 11) == 0 || strncmp(url, "postgresql://", 13) == 0) {
        return store_postgres.open(url, mode, options, opened, err);
    }
    return MOLY_FAIL(err, MOLY_ERR_USAGE,
                     "database '%s': write it as sqlite:PATH or postgres://USER@HOST/NAME", url);
}

void store_close(store *s)
{
    if (s) {
        s->ops->close(s);
    }
}

moly_status store_begin(store *s, moly_error *err)
{
    s->part = 0;
    s->is_doomed = false;
    return s->ops->begin(s, err);
}

moly_status store_commit(store *s, moly_error *err)
{
    if (s->is_doomed) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "the transaction had failed before");
    }
    return s->ops->commit(s, err);
}

void store_rollback(store *s)
{
    s->ops->rollback(s);
}

moly_status store_part_begin(store *s, moly_error *err)
{
    s->part++;
    return store_later(s, "SAVEPOINT part", NULL, 0, NULL, NULL, err);
}

moly_status store_part_keep(store *s, moly_error *err)
{
    return store_later(s, "RELEASE SAVEPOINT part", NULL, 0, NULL, NULL, err);
}

moly_status store_part_undo(store *s, moly_error *err)
{
    moly_status failed_before = store_settle(s, NULL); /* it is undone all the same */
    (void)failed_before;
    if (s->is_doomed) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "the transaction had failed before");
    }
    moly_status status = store_query(s, "ROLLBACK TO SAVEPOINT part", NULL, 0, NULL, NULL, err);
    return status ? status : store_part_keep(s, err);
}

moly_status store_query(store *s, const char *sql, const store_value *values, size_t n_values,
                        store_row row, void *context, moly_error *err)
{
    return s->ops->query(s, sql, values, n_values, row, context, err);
}

moly_status store_later(store *s, const char *sql, const store_value *values, size_t n_values,
                        store_row row, void *context, moly_error *err)
{
    return s->ops->later ? s->ops->later(s, sql, values, n_values, row, context, err)
                         : s->ops->query(s, sql, values, n_values, row, context, err);
}

moly_status store_settle(store *s, moly_error *err)
{
    return s->ops->settle ? s->ops->settle(s, err) : MOLY_OK;
}

struct one_int {
    int64_t value;
    bool is_found;
};

static moly_status take_int(void *context, const store_value *columns, moly_error *err)
{
    (void)err;
    struct one_int *one = context;
    if (!columns[0].is_null) {
        *one = (struct one_int){columns[0].i, true};
    }
    return MOLY_OK;
}

moly_status store_query_int(store *s, const char *sql, const store_value *values, size_t n_values,
                            int64_t *value, bool *is_found, moly_error *err)
{
    struct one_int one = {0};
    moly_status status = store_query(s, sql, values, n_values, take_int, &one, err);
    if (status) {
        return status;
    }
    *value = one.value;
    if (is_found) {
        *is_found = one.is_found;
    }
    return MOLY_OK;
}

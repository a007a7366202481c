/* SPDX-License-Identifier: Apache-2.0 */
/* One result, three faces. */

#include "output_rows.h"

#include <errno.h>
#include <jansson.h>

static moly_status push_row(moly_rows *rows, const moly_row *row, moly_error *err)
{
    if (rows->n == rows->capacity) {
        size_t capacity = rows->capacity == 0 ? 16 : 2 * rows->capacity;
        moly_row *grown = moly_realloc(rows->rows, capacity, sizeof *grown);
        if (!grown) {
            return MOLY_NO_MEMORY(err);
        }
        rows->rows = grown;
        rows->capacity = capacity;
    }
    rows->rows[rows->n++] = *row;
    return MOLY_OK;
}

/* Walk `path` below `value`: an array stands for each of its items, an object is one more level.
 * The recursion is bounded by the levels of a row. */
static moly_status walk(const json_t *value, const char *path, moly_row row, moly_rows *rows,
                        moly_error *err)
{
    if (json_is_array(value)) {
        moly_status status = MOLY_OK;
        for (size_t i = 0; i < json_array_size(value) && status == MOLY_OK; i++) {
            const json_t *item = json_array_get(value, i);
            if (json_is_object(item)) {
                status = walk(item, path, row, rows, err);
            }
        }
        return status;
    }
    if (!json_is_object(value)) {
        return MOLY_OK;
    }
    if (row.n_levels == MOLY_VIEW_DEPTH) {
        return MOLY_FAIL(err, MOLY_ERR_INTERNAL, "a view is nested deeper than %d levels",
                         MOLY_VIEW_DEPTH);
    }
    row.levels[row.n_levels++] = value;
    if (path[0] == '\0') {
        return push_row(rows, &row, err);
    }
    char key[64];
    size_t n = strcspn(path, ".");
    (void)snprintf(key, sizeof key, "%.*s", (int)n, path);
    return walk(json_object_get(value, key), path + n + (path[n] == '.' ? 1 : 0), row, rows, err);
}

moly_status moly_rows_find(const json_t *result, const moly_view *view, moly_rows *rows,
                           moly_error *err)
{
    *rows = (moly_rows){0};
    moly_status status = walk(result, view->rows, (moly_row){0}, rows, err);
    if (status != MOLY_OK) {
        moly_rows_free(rows);
    }
    return status;
}

void moly_rows_free(moly_rows *rows)
{
    moly_free(rows->rows);
    *rows = (moly_rows){0};
}

const json_t *moly_row_value(const moly_row *row, const char *key)
{
    for (size_t i = row->n_levels; i > 0; i--) {
        const json_t *value = json_object_get(row->levels[i - 1], key);
        if (value) {
            return value;
        }
    }
    return NULL;
}

static void list_text(const json_t *list, int digits, moly_text *text)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        moly_text_add(text, i > 0 ? ", " : "");
        if (json_is_array(item)) { /* one level of lists is shown as such, deeper ones as JSON */
            char *json = moly_json_canonical(item);
            moly_text_add(text, json ? json : "");
            moly_free(json);
        } else {
            moly_value_text(item, digits, text);
        }
    }
}

void moly_value_text(const json_t *value, int digits, moly_text *text)
{
    char number[MOLY_NUMBER_TEXT_SIZE];
    if (!value || json_is_null(value)) {
        return;
    }
    if (json_is_string(value)) {
        moly_text_add(text, json_string_value(value));
    } else if (json_is_integer(value)) {
        moly_text_printf(text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    } else if (json_is_real(value)) {
        moly_text_add(text, moly_number_format(json_real_value(value), digits, number));
    } else if (json_is_boolean(value)) {
        moly_text_add(text, json_is_true(value) ? "yes" : "no");
    } else if (json_is_array(value)) {
        list_text(value, digits, text);
    } else {
        char *json = moly_json_canonical(value);
        moly_text_add(text, json ? json : "");
        moly_free(json);
    }
}

/* Does the result have what a view begins with, be it empty? */
static bool is_there(const json_t *result, const moly_view *view)
{
    char key[64];
    size_t length = strcspn(view->rows, ".");
    if (length == 0 || length >= sizeof key) {
        return true;
    }
    memcpy(key, view->rows, length);
    key[length] = '\0';
    return json_object_get(result, key) != NULL;
}

static moly_status add_views(moly_format format, const json_t *result, const moly_view *views,
                             size_t n_views, moly_text *text, moly_error *err)
{
    bool is_first = true;
    size_t n = format == MOLY_FORMAT_CSV && n_views > 1 ? 1 : n_views;
    for (size_t i = 0; i < n; i++) {
        moly_rows rows;
        moly_status status = moly_rows_find(result, &views[i], &rows, err);
        if (status != MOLY_OK) {
            return status;
        }
        if (format == MOLY_FORMAT_CSV) {
            moly_csv_view(&views[i], &rows, text);
        } else if (rows.n > 0 || (i == 0 && (n_views == 1 || is_there(result, &views[i])))) {
            /* a later view that has nothing is not worth a title, nor is one of another form */
            moly_text_add(text, is_first ? "" : "\n");
            moly_table_view(result, &views[i], &rows, text);
            is_first = false;
        }
        moly_rows_free(&rows);
    }
    return MOLY_OK;
}

static moly_status add_json(const json_t *result, moly_text *text, moly_error *err)
{
    char *json = moly_json_pretty(result);
    if (!json) {
        return MOLY_NO_MEMORY(err);
    }
    moly_text_add(text, json);
    size_t length = strlen(json);
    moly_text_add(text, length > 0 && json[length - 1] == '\n' ? "" : "\n");
    moly_free(json);
    return MOLY_OK;
}

moly_status moly_output_write(FILE *out, moly_format format, const json_t *result,
                              const moly_view *views, size_t n_views, moly_error *err)
{
    moly_text text = {0};
    /* what has no view for people still has its JSON */
    moly_status status = format == MOLY_FORMAT_JSON || n_views == 0
                             ? add_json(result, &text, err)
                             : add_views(format, result, views, n_views, &text, err);
    if (status == MOLY_OK && text.is_broken) {
        status = MOLY_NO_MEMORY(err);
    }
    if (status == MOLY_OK) {
        errno = 0;
        bool is_written = fwrite(moly_text_get(&text), 1, text.length, out) == text.length &&
                          fflush(out) == 0 && !ferror(out);
        if (!is_written) {
            status = MOLY_FAIL(err, MOLY_ERR_IO, "cannot write the result: %s",
                               strerror(errno ? errno : EIO));
        }
    }
    moly_text_free(&text);
    return status;
}

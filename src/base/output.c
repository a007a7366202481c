/* SPDX-License-Identifier: Apache-2.0 */
/* One result, three faces. */

#include "output_rows.h"

#include <errno.h>
#include <jansson.h>

#include "moly/base/catalogue.h"

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

/* The first member of a path, and the path behind it. */
static const char *first_key(const char *path, char key[MOLY_VIEW_KEY_SIZE])
{
    size_t n = strcspn(path, ".");
    (void)snprintf(key, MOLY_VIEW_KEY_SIZE, "%.*s", (int)n, path);
    return path + n + (path[n] == '.' ? 1 : 0);
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
    char key[MOLY_VIEW_KEY_SIZE];
    const char *rest = first_key(path, key);
    return walk(json_object_get(value, key), rest, row, rows, err);
}

moly_status moly_rows_find(const json_t *result, const moly_view *view, moly_rows *rows,
                           moly_error *err)
{
    char first[MOLY_VIEW_KEY_SIZE];
    (void)first_key(view->rows, first);
    *rows = (moly_rows){.is_absent = first[0] != '\0' && !json_object_get(result, first)};
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

static void list_text(const json_t *list, int digits, const char *language, moly_text *text)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        moly_text_add(text, i > 0 ? ", " : "");
        if (json_is_array(item)) { /* one level of lists is shown as such, deeper ones as JSON */
            char *json = moly_json_canonical(item);
            moly_text_add(text, json ? json : "");
            moly_free(json);
        } else {
            moly_value_text(item, digits, language, text);
        }
    }
}

void moly_value_text(const json_t *value, int digits, const char *language, moly_text *text)
{
    char number[MOLY_NUMBER_TEXT_SIZE];
    if (!value || json_is_null(value)) {
        return;
    }
    if (json_is_string(value)) {
        moly_text_add(text, moly_translate(language, json_string_value(value)));
    } else if (json_is_integer(value)) {
        moly_text_printf(text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    } else if (json_is_real(value)) {
        moly_text_add(text, moly_number_format(json_real_value(value), digits, number));
    } else if (json_is_boolean(value)) {
        moly_text_add(text, moly_translate(language, json_is_true(value) ? "yes" : "no"));
    } else if (json_is_array(value)) {
        list_text(value, digits, language, text);
    } else {
        char *json = moly_json_canonical(value);
        moly_text_add(text, json ? json : "");
        moly_free(json);
    }
}

static void add_tables(const json_t *result, const moly_view *views, const moly_rows *rows,
                       size_t n_views, const char *language, moly_text *text)
{
    bool is_first = true;
    for (size_t i = 0; i < n_views; i++) {
        /* a later view that has nothing is not worth a title, nor is one of another form */
        if (rows[i].n > 0 || (i == 0 && (n_views == 1 || !rows[i].is_absent))) {
            moly_text_add(text, is_first ? "" : "\n");
            moly_table_view(result, &views[i], &rows[i], language, text);
            is_first = false;
        }
    }
}

static moly_status add_views(moly_format format, const char *language, const json_t *result,
                             const moly_view *views, size_t n_views, moly_text *text,
                             moly_error *err)
{
    moly_rows *rows = moly_alloc(n_views, sizeof *rows);
    moly_status status = rows ? MOLY_OK : MOLY_NO_MEMORY(err);
    size_t n_found = 0;
    while (status == MOLY_OK && n_found < n_views) {
        status = moly_rows_find(result, &views[n_found], &rows[n_found], err);
        n_found += status == MOLY_OK ? 1 : 0;
    }
    if (status == MOLY_OK && format == MOLY_FORMAT_CSV) {
        moly_csv_views(views, rows, n_views, text);
    } else if (status == MOLY_OK) {
        add_tables(result, views, rows, n_views, language, text);
    }
    for (size_t i = 0; i < n_found; i++) {
        moly_rows_free(&rows[i]);
    }
    moly_free(rows);
    return status;
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

moly_status moly_output_write(FILE *out, moly_format format, const char *language,
                              const json_t *result, const moly_view *views, size_t n_views,
                              moly_error *err)
{
    moly_text text = {0};
    /* what has no view for people still has its JSON */
    moly_status status = format == MOLY_FORMAT_JSON || n_views == 0
                             ? add_json(result, &text, err)
                             : add_views(format, language, result, views, n_views, &text, err);
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

/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 4180, UTF-8: a line of keys, CRLF, quotes where needed, bare numbers. Such a file holds one
 * table: a result of several is one with the columns of all, and a first one that says which. */

#include "output_rows.h"

#include <jansson.h>

enum { CSV_DIGITS = 15 };

static void add_field(const char *field, moly_text *out)
{
    if (!strpbrk(field, ",\"\r\n")) {
        moly_text_add(out, field);
        return;
    }
    moly_text_add(out, "\"");
    for (const char *c = field; *c != '\0'; c++) {
        moly_text_add(out, *c == '"' ? "\"" : "");
        moly_text_add_n(out, c, 1);
    }
    moly_text_add(out, "\"");
}

/* A spreadsheet runs a text that begins so; the apostrophe makes it read it as text. */
static bool looks_like_a_formula(const char *text)
{
    return text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL;
}

static void add_value(const json_t *value, moly_text *out)
{
    moly_text text = {0};
    moly_value_text(value, CSV_DIGITS, NULL, &text);
    moly_text guarded = {0};
    if (!json_is_number(value) && looks_like_a_formula(moly_text_get(&text))) {
        moly_text_add(&guarded, "'");
    }
    moly_text_add(&guarded, moly_text_get(&text));
    add_field(moly_text_get(&guarded), out);
    out->is_broken = out->is_broken || text.is_broken || guarded.is_broken;
    moly_text_free(&text);
    moly_text_free(&guarded);
}

/* What the column "section" says: the last word of the path to the rows. */
static const char *name_of(const moly_view *view)
{
    const char *dot = strrchr(view->rows, '.');
    return view->rows[0] == '\0' ? "result" : dot ? dot + 1 : view->rows;
}

/* Views of the same rows are one table. */
static bool is_repeated(const moly_view *views, size_t view)
{
    bool is_seen = false;
    for (size_t i = 0; i < view; i++) {
        is_seen = is_seen || strcmp(views[i].rows, views[view].rows) == 0;
    }
    return is_seen;
}

/* The keys of all views that the result has, each once; NULL without memory. */
static const char **keys_of(const moly_view *views, const moly_rows *rows, size_t n_views,
                            size_t *n_keys)
{
    size_t n_columns = 0;
    for (size_t v = 0; v < n_views; v++) {
        n_columns += views[v].n_columns;
    }
    const char **keys = moly_alloc(n_columns + 1, sizeof *keys);
    size_t n = 0;
    for (size_t v = 0; v < n_views && keys; v++) {
        size_t n_wanted = n_views > 1 && rows[v].is_absent ? 0 : views[v].n_columns;
        for (size_t c = 0; c < n_wanted; c++) {
            const char *key = views[v].columns[c].key;
            bool is_new = true;
            for (size_t i = 0; i < n; i++) {
                is_new = is_new && strcmp(keys[i], key) != 0;
            }
            if (is_new) {
                keys[n++] = key;
            }
        }
    }
    *n_keys = n;
    return keys;
}

void moly_csv_views(const moly_view *views, const moly_rows *rows, size_t n_views, moly_text *out)
{
    size_t n_keys = 0;
    const char **keys = keys_of(views, rows, n_views, &n_keys);
    bool has_names = n_views > 1;
    if (!keys) {
        out->is_broken = true;
        return;
    }
    moly_text_add(out, has_names ? "section," : "");
    for (size_t k = 0; k < n_keys; k++) {
        moly_text_add(out, k > 0 ? "," : "");
        add_field(keys[k], out);
    }
    moly_text_add(out, "\r\n");
    for (size_t v = 0; v < n_views; v++) {
        size_t n_rows = is_repeated(views, v) ? 0 : rows[v].n;
        for (size_t r = 0; r < n_rows; r++) {
            if (has_names) {
                moly_text_printf(out, "%s,", name_of(&views[v]));
            }
            for (size_t k = 0; k < n_keys; k++) {
                moly_text_add(out, k > 0 ? "," : "");
                add_value(moly_row_value(&rows[v].rows[r], keys[k]), out);
            }
            moly_text_add(out, "\r\n");
        }
    }
    moly_free(keys);
}

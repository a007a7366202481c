/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 4180, UTF-8: a line of keys, CRLF, quotes where needed, bare numbers. */

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
    moly_value_text(value, CSV_DIGITS, &text);
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

void moly_csv_view(const moly_view *view, const moly_rows *rows, moly_text *out)
{
    for (size_t c = 0; c < view->n_columns; c++) {
        moly_text_add(out, c > 0 ? "," : "");
        add_field(view->columns[c].key, out);
    }
    moly_text_add(out, "\r\n");
    for (size_t r = 0; r < rows->n; r++) {
        for (size_t c = 0; c < view->n_columns; c++) {
            moly_text_add(out, c > 0 ? "," : "");
            add_value(moly_row_value(&rows->rows[r], view->columns[c].key), out);
        }
        moly_text_add(out, "\r\n");
    }
}

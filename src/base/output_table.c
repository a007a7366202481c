/* SPDX-License-Identifier: Apache-2.0 */
/* Tables for people: numbers to the right with their units beneath each other, texts to the left,
 * one light rule below the headings, long texts folded so that a line keeps to 100 columns. */

#include "output_rows.h"

#include <jansson.h>

#include "moly/base/catalogue.h"
#include "wrap.h"

enum { TABLE_COLUMNS = 100, GAP = 2, LEAST_TEXT_COLUMNS = 16, TABLE_DIGITS = 4 };

/* A cell: "18.52" + "GBq", or a text and no unit. */
typedef struct cell {
    char *text;
    char *unit;
    bool is_number;
} cell;

typedef struct layout {
    const char *heading;
    size_t text_width;
    size_t unit_width;
    size_t width;
    bool is_number; /* every cell that has a value is one */
} layout;

typedef struct table {
    moly_arena *arena;
    const moly_view *view;
    const char *language;
    const moly_column **shown;
    bool is_list; /* the result itself: one member a line */
    size_t n_rows, n_columns;
    cell *cells; /* row by row */
    layout *columns;
} table;

/* A terminal must not be commanded by a patient's name, and a cell is one line. */
static char *safe(moly_arena *arena, const char *text)
{
    char *copy = moly_arena_strdup(arena, text);
    for (char *c = copy; c && *c != '\0'; c++) {
        if (*c == '\n' || *c == '\t' || *c == '\r') {
            *c = ' ';
        }
    }
    moly_text_harmless(copy);
    return copy;
}

static bool make_cell(const table *t, const moly_column *column, const json_t *value, cell *out)
{
    moly_arena *arena = t->arena;
    int digits = column->digits > 0 ? column->digits : TABLE_DIGITS;
    bool is_own_word = column->digits == MOLY_OWN_WORDS || json_is_boolean(value);
    *out = (cell){.is_number = json_is_number(value)};
    if (out->is_number && column->dim != MOLY_DIM_NONE) {
        char quantity[MOLY_QUANTITY_TEXT_SIZE];
        moly_quantity_format(json_number_value(value), column->dim, digits, quantity);
        char *blank = strchr(quantity, ' ');
        out->unit = moly_arena_strdup(arena, blank ? moly_translate(t->language, blank + 1) : "");
        if (blank) {
            *blank = '\0';
        }
        out->text = moly_arena_strdup(arena, quantity);
        return out->text && out->unit;
    }
    moly_text text = {0};
    moly_value_text(value, digits, is_own_word ? t->language : NULL, &text);
    out->text = safe(arena, text.length > 0 ? text.data : "–");
    out->unit = "";
    bool is_good = out->text && !text.is_broken;
    moly_text_free(&text);
    return is_good;
}

static bool has_values(const moly_column *column, const moly_rows *rows)
{
    bool has_any = rows->n == 0;
    for (size_t r = 0; r < rows->n && !has_any; r++) {
        const json_t *value = moly_row_value(&rows->rows[r], column->key);
        has_any = value && !json_is_null(value);
    }
    return has_any;
}

/* Columns without a value in any row are left out; a list shows all its members. */
static void choose_columns(table *t, const moly_rows *rows)
{
    t->n_columns = 0;
    for (size_t c = 0; c < t->view->n_columns; c++) {
        const moly_column *column = &t->view->columns[c];
        if (t->is_list || has_values(column, rows)) {
            t->shown[t->n_columns++] = column;
        }
    }
}

static bool measure(table *t, const moly_rows *rows)
{
    for (size_t c = 0; c < t->n_columns; c++) {
        layout *column = &t->columns[c];
        column->heading = moly_translate(t->language, t->shown[c]->heading);
        bool has_text = false;
        bool has_number = false;
        for (size_t r = 0; r < t->n_rows; r++) {
            cell *at = &t->cells[r * t->n_columns + c];
            const json_t *value = moly_row_value(&rows->rows[r], t->shown[c]->key);
            if (!make_cell(t, t->shown[c], value, at)) {
                return false;
            }
            size_t text = moly_display_width(at->text);
            size_t unit = moly_display_width(at->unit);
            column->text_width = text > column->text_width ? text : column->text_width;
            column->unit_width = unit > column->unit_width ? unit : column->unit_width;
            has_number = has_number || at->is_number;
            has_text = has_text || (value && !json_is_null(value) && !at->is_number);
        }
        column->is_number = has_number && !has_text;
        size_t body = column->text_width + (column->unit_width > 0 ? 1 + column->unit_width : 0);
        size_t heading = moly_display_width(column->heading);
        column->width = body > heading ? body : heading;
    }
    return true;
}

static size_t total_width(const table *t)
{
    size_t total = 0;
    for (size_t c = 0; c < t->n_columns; c++) {
        total += t->columns[c].width + (c > 0 ? GAP : 0);
    }
    return total;
}

/* Numbers are never folded; the widest text gives way first. */
static void narrow(table *t)
{
    while (total_width(t) > TABLE_COLUMNS) {
        layout *widest = NULL;
        for (size_t c = 0; c < t->n_columns; c++) {
            layout *column = &t->columns[c];
            if (!column->is_number && column->width > LEAST_TEXT_COLUMNS &&
                (!widest || column->width > widest->width)) {
                widest = column;
            }
        }
        if (!widest) {
            return;
        }
        widest->width--;
    }
}

static void add_blanks(moly_text *out, size_t n)
{
    moly_text_printf(out, "%*s", (int)n, "");
}

static size_t left_of(size_t width, size_t used)
{
    return width > used ? width - used : 0;
}

/* Blanks at the end of a line are left out, so that nothing invisible is copied or compared. */
static void end_line(moly_text *out)
{
    while (out->length > 0 && out->data[out->length - 1] == ' ') {
        out->data[--out->length] = '\0';
    }
    moly_text_add(out, "\n");
}

static void add_number(const layout *column, const cell *at, moly_text *out)
{
    size_t unit_part = column->unit_width > 0 ? 1 + column->unit_width : 0;
    add_blanks(out, left_of(column->width, unit_part + moly_display_width(at->text)));
    moly_text_add(out, at->text);
    if (unit_part > 0) {
        moly_text_add(out, " ");
        moly_text_add(out, at->unit);
        add_blanks(out, column->unit_width - moly_display_width(at->unit));
    }
}

static void add_folded(moly_arena *arena, size_t width, const char *text, size_t n, moly_text *out)
{
    char *line = moly_arena_strndup(arena, text, n);
    size_t used = line ? moly_display_width(line) : 0;
    moly_text_add_n(out, text, n);
    add_blanks(out, left_of(width, used));
}

/* A row, folded over as many lines as its longest text needs. */
static void add_row(table *t, const cell *cells, const char **rest, moly_text *out)
{
    bool has_more = true;
    for (size_t c = 0; c < t->n_columns; c++) {
        rest[c] = cells[c].text;
    }
    for (bool is_first = true; has_more; is_first = false) {
        has_more = false;
        for (size_t c = 0; c < t->n_columns; c++) {
            const layout *column = &t->columns[c];
            add_blanks(out, c > 0 ? GAP : 0);
            if (column->is_number || cells[c].unit[0] != '\0') {
                if (is_first) {
                    add_number(column, &cells[c], out);
                } else {
                    add_blanks(out, column->width);
                }
                continue;
            }
            const char *next = rest[c];
            size_t n = *rest[c] != '\0' ? moly_wrap_line(rest[c], column->width, &next) : 0;
            add_folded(t->arena, column->width, rest[c], n, out);
            rest[c] = next;
            has_more = has_more || *next != '\0';
        }
        end_line(out);
    }
}

static void add_headings(const table *t, moly_text *out)
{
    for (size_t c = 0; c < t->n_columns; c++) {
        const layout *column = &t->columns[c];
        size_t blanks = left_of(column->width, moly_display_width(column->heading));
        add_blanks(out, (c > 0 ? GAP : 0) + (column->is_number ? blanks : 0));
        moly_text_add(out, column->heading);
        add_blanks(out, column->is_number ? 0 : blanks);
    }
    end_line(out);
    for (size_t c = 0; c < t->n_columns; c++) {
        add_blanks(out, c > 0 ? GAP : 0);
        for (size_t i = 0; i < t->columns[c].width; i++) {
            moly_text_add(out, "─");
        }
    }
    moly_text_add(out, "\n");
}

/* The result itself, "": one member a line, headings to the left. */
static void add_list(table *t, moly_text *out)
{
    size_t widest = 0;
    for (size_t c = 0; c < t->n_columns; c++) {
        size_t width = moly_display_width(t->columns[c].heading);
        widest = width > widest ? width : widest;
    }
    for (size_t c = 0; c < t->n_columns; c++) {
        const cell *at = &t->cells[c];
        const char *heading = t->columns[c].heading;
        moly_text_add(out, heading);
        add_blanks(out, widest + GAP - moly_display_width(heading));
        moly_wrap_add(out, at->text, widest + GAP, TABLE_COLUMNS);
        if (at->unit[0] != '\0') {
            moly_text_printf(out, " %s", at->unit);
        }
        end_line(out);
    }
}

void moly_table_view(const json_t *result, const moly_view *view, const moly_rows *rows,
                     const char *language, moly_text *out)
{
    table t = {.arena = moly_arena_new(),
               .view = view,
               .language = language,
               .is_list = view->rows[0] == '\0' && json_is_object(result) && rows->n == 1,
               .n_rows = rows->n};
    const char **rest = NULL;
    if (t.arena) {
        t.cells = moly_arena_alloc(t.arena, rows->n + 1, (view->n_columns + 1) * sizeof(cell));
        t.shown = moly_arena_alloc(t.arena, view->n_columns + 1, sizeof(const moly_column *));
        t.columns = moly_arena_alloc(t.arena, view->n_columns + 1, sizeof(layout));
        rest = moly_arena_alloc(t.arena, view->n_columns + 1, sizeof *rest);
    }
    bool has_room = t.cells && t.columns && t.shown && rest;
    if (has_room) {
        choose_columns(&t, rows);
    }
    if (!has_room || !measure(&t, rows)) {
        out->is_broken = true;
        goto done;
    }
    if (view->title) {
        moly_text_printf(out, "%s\n\n", moly_translate(language, view->title));
    }
    if (t.is_list) {
        add_list(&t, out);
        goto done;
    }
    narrow(&t);
    add_headings(&t, out);
    for (size_t r = 0; r < t.n_rows; r++) {
        add_row(&t, t.cells + r * t.n_columns, rest, out);
    }
    if (t.n_rows == 0) {
        moly_text_printf(out, "%s\n", moly_translate(language, "(nothing)"));
    }
done:
    moly_arena_free(t.arena);
}

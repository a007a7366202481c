/* SPDX-License-Identifier: Apache-2.0 */
#include "sheet.h"

#include <string.h>

static const double line_to_sign = 26;

void sheet_fact(sheet *s, const char *label, const char *value)
{
    if (value && value[0] && s->n_facts < SHEET_FACTS) {
        s->facts[s->n_facts++] = (paper_fact){label, value};
    }
}

sheet_table *sheet_begin_table(sheet *s, const char *heading)
{
    MOLY_ASSERT(s->n_tables < SHEET_TABLES);
    sheet_table *t = &s->tables[s->n_tables++];
    t->heading = heading;
    return t;
}

void sheet_column(sheet_table *t, const char *heading, double share, PangoAlignment align)
{
    MOLY_ASSERT(t->n_columns < SHEET_COLUMNS);
    t->columns[t->n_columns++] = (paper_column){heading, share, align};
}

void sheet_row(sheet *s, sheet_table *t, const char *const *cells)
{
    if (t->n_rows == t->room) {
        const size_t room = t->room ? 2 * t->room : 32;
        void *grown = moly_arena_alloc(s->w.arena, room, sizeof *t->rows);
        if (!grown) {
            s->is_broken = true;
            return;
        }
        if (t->n_rows > 0) {
            memcpy(grown, t->rows, t->n_rows * sizeof *t->rows);
        }
        t->rows = grown;
        t->room = room;
    }
    for (size_t i = 0; i < t->n_columns; i++) {
        t->rows[t->n_rows][i] = cells[i] ? cells[i] : "–";
    }
    t->n_rows++;
}

void sheet_note(sheet *s, const char *text)
{
    if (s->n_notes < SHEET_LINES) {
        s->notes[s->n_notes++] = text;
    }
}

void sheet_sign(sheet *s, const char *who)
{
    if (s->n_to_sign < SHEET_LINES) {
        s->to_sign[s->n_to_sign++] = who;
    }
}

/* ---- drawing ----------------------------------------------------------------------------------
 */

static void draw_table(paper *p, const sheet *s, const sheet_table *t)
{
    paper_column columns[SHEET_COLUMNS];
    double sum = 0.0;
    for (size_t i = 0; i < t->n_columns; i++) {
        sum += t->columns[i].width;
    }
    for (size_t i = 0; i < t->n_columns; i++) {
        columns[i] = t->columns[i];
        columns[i].width *= p->inner / sum;
    }
    const paper_table table = {columns, t->n_columns};
    if (t->heading) {
        paper_heading(p, t->heading);
    }
    paper_table_head(p, &table);
    for (size_t i = 0; i < t->n_rows; i++) {
        paper_table_row(p, &table, t->rows[i], -1);
    }
    if (t->n_rows == 0) {
        paper_paragraph(p, STYLE_SMALL, say(s->w.language, "Nothing is recorded."));
    }
}

static void draw_line_to_sign(paper *p, const char *who)
{
    paper_need(p, line_to_sign);
    paper_gap(p, line_to_sign - 12);
    const double label = p->inner * 0.45, rule = p->inner * 0.5;
    (void)paper_put(p, STYLE_SMALL, p->is_rtl ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT,
                    p->is_rtl ? p->right - label : PAPER_LEFT, p->y, label, who);
    cairo_rectangle(p->cr, p->is_rtl ? PAPER_LEFT : p->right - rule, p->y + 11, rule, 0.6);
    cairo_fill(p->cr);
    paper_gap(p, 12);
}

void sheet_draw(paper *p, const void *sheet_)
{
    const sheet *s = sheet_;
    p->y += paper_put(p, STYLE_TITLE, p->is_rtl ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT, PAPER_LEFT,
                      p->y, p->inner, s->title) +
            4;
    if (s->n_facts > 0) {
        paper_facts(p, s->is_landscape ? 3 : 2, s->facts, s->n_facts);
        paper_gap(p, 4);
    }
    for (size_t i = 0; i < s->n_tables; i++) {
        draw_table(p, s, &s->tables[i]);
    }
    for (size_t i = 0; i < s->n_notes; i++) {
        paper_gap(p, 4);
        paper_paragraph(p, STYLE_SMALL, s->notes[i]);
    }
    paper_gap(p, 8);
    for (size_t i = 0; i < s->n_to_sign; i++) {
        draw_line_to_sign(p, s->to_sign[i]);
    }
}

/* ---- words ------------------------------------------------------------------------------------
 */

/* In Arabic a number with its unit, and a date, keep their own order. */
static const char *isolated(const sheet *s, const char *text)
{
    const bool is_rtl = s->w.language && strcmp(s->w.language, "ar") == 0;
    return is_rtl && text ? words_printf(&s->w, "\xE2\x81\xA6%s\xE2\x81\xA9", text) : text;
}

const char *sheet_quantity(sheet *s, double value, moly_dim dim, int digits)
{
    const char *text = words_quantity(&s->w, value, dim, digits);
    const char *unit = text ? strrchr(text, ' ') : NULL;
    return isolated(s, unit ? words_printf(&s->w, "%.*s\xC2\xA0%s", (int)(unit - text), text,
                                           say(s->w.language, unit + 1))
                            : text);
}

const char *sheet_activity(sheet *s, double activity_bq)
{
    return sheet_quantity(s, activity_bq, MOLY_DIM_ACTIVITY, 4);
}

const char *sheet_when(sheet *s, moly_instant t)
{
    const moly_calendar c = moly_instant_calendar(t, s->w.utc_offset_minutes);
    return moly_instant_is_none(t)
               ? NULL
               : isolated(s, words_printf(&s->w, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day,
                                          c.hour, c.minute));
}

const char *sheet_day(sheet *s, moly_instant t)
{
    const moly_calendar c = moly_instant_calendar(t, s->w.utc_offset_minutes);
    return moly_instant_is_none(t)
               ? NULL
               : isolated(s, words_printf(&s->w, "%04d-%02d-%02d", c.year, c.month, c.day));
}

const char *sheet_time(sheet *s, moly_instant t)
{
    const moly_calendar c = moly_instant_calendar(t, s->w.utc_offset_minutes);
    return moly_instant_is_none(t)
               ? NULL
               : isolated(s, words_printf(&s->w, "%02d:%02d", c.hour, c.minute));
}

const char *sheet_person(sheet *s, const char *user)
{
    json_t *person = NULL;
    moly_error ignored = {0};
    if (!user || sheet_record(s, "person", user, &person, &ignored) != MOLY_OK) {
        return user;
    }
    const char *name = member_text(person, "name");
    return name ? name : user;
}

const char *sheet_product(sheet *s, const json_t *record)
{
    const char *name = member_text(record, "product_name"), *code = member_text(record, "product");
    return name || !code ? name : say(s->w.language, code);
}

/* ---- records ----------------------------------------------------------------------------------
 */

static void release(void *value)
{
    json_decref(value);
}

moly_status sheet_keep(sheet *s, json_t *value, moly_error *err)
{
    if (value && moly_arena_defer(s->w.arena, release, value)) {
        return MOLY_OK;
    }
    json_decref(value);
    return MOLY_NO_MEMORY(err);
}

moly_status sheet_record(sheet *s, const char *kind, const char *id, json_t **record,
                         moly_error *err)
{
    moly_status status = record_if_any(s->reader, kind, id, record, err);
    if (!status && *record) {
        status = sheet_keep(s, *record, err);
    }
    return status;
}

moly_status sheet_records(sheet *s, const char *kind, json_t **records, moly_error *err)
{
    enum { PAGE = 500 };
    char after[64] = "";
    *records = json_array();
    moly_status status = sheet_keep(s, *records, err);
    for (size_t n = PAGE; n == PAGE && !status;) {
        json_t *some = NULL;
        const moly_record_query query = {.kind = kind,
                                         .from = s->from,
                                         .until = s->until,
                                         .after_id = after[0] ? after : NULL,
                                         .limit = PAGE};
        status = moly_ledger_records(s->reader, &query, &some, err);
        n = json_array_size(some);
        const char *last = member_text(json_array_get(some, n ? n - 1 : 0), "id");
        if (last) {
            (void)snprintf(after, sizeof after, "%s", last);
        }
        if (!status && json_array_extend(*records, some) != 0) {
            status = MOLY_NO_MEMORY(err);
        }
        json_decref(some);
    }
    return status;
}

moly_status sheet_find(sheet *s, const char *const *kinds, const char *id, const char **kind,
                       json_t **record, moly_error *err)
{
    *record = NULL;
    for (size_t i = 0; kinds[i]; i++) {
        moly_status status = sheet_record(s, kinds[i], id, record, err);
        if (status || *record) {
            *kind = kinds[i];
            return status;
        }
    }
    return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND,
                     "there is no record %.60s of the kinds that this "
                     "paper is about; see moly record list",
                     id ? id : "");
}

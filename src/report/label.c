/* SPDX-License-Identifier: Apache-2.0 */
/* The label of a syringe, vial or kit: readable text and a GS1 DataMatrix with the record's id, as
 * PDF for any printer and as ZPL for a label printer. 60 mm x 40 mm. */
#include <math.h>
#include <string.h>
#include <zint.h>

#include "sheet.h"
#include "symbol.h"

static const double width_pt = 170.08, height_pt = 113.39; /* 60 mm, 40 mm */
static const double code_pt = 46.0, margin_pt = 6.0;
enum { N_LINES = 8, DOTS_PER_MM = 8, LINE_PT = 14 }; /* LINE_PT: two lines are higher */

typedef struct label {
    sheet s; /* words and records */
    const char *kind, *code;
    const char *big;            /* whose or what it is */
    const char *lines[N_LINES]; /* NULL: none */
    size_t n_lines;
    int copy; /* 1: the first print */
    bool is_training;
    struct zint_symbol *symbol;
} label;

static void add(label *l, const char *text)
{
    if (text && text[0] && l->n_lines < N_LINES) {
        l->lines[l->n_lines++] = text;
    }
}

static void add_dose(label *l, const json_t *dose, const json_t *patient)
{
    sheet *s = &l->s;
    const char *language = s->w.language, *name = member_text(patient, "name");
    const char *born = member_text(patient, "birth_date"), *number = member_text(patient, "number");
    const moly_instant planned = member_instant(dose, "planned");
    l->big = name ? name : say(language, "name not known");
    add(l,
        words_printf(&s->w, "%s%s%s", born ? born : "", number ? " · " : "", number ? number : ""));
    const double prescribed = member_number(dose, "prescribed_bq");
    if (!moly_instant_is_none(planned) && isfinite(prescribed)) {
        add(l, words_printf(&s->w, "%s: %s %s", say(language, "For"), sheet_when(s, planned),
                            sheet_activity(s, prescribed)));
    }
}

static moly_status gather(label *l, const char *id, moly_error *err)
{
    static const char *const kinds[] = {"dose", "kit", "eluate", "vial", NULL};
    sheet *s = &l->s;
    json_t *record = NULL, *patient = NULL;
    const char *language = s->w.language;
    moly_status status = sheet_find(s, kinds, id, &l->kind, &record, err);
    if (!status) {
        status = sheet_record(s, "patient", member_text(record, "patient"), &patient, err);
    }
    if (status) {
        return status;
    }
    const char *product = sheet_product(s, record), *nuclide = member_text(record, "nuclide");
    const double volume_ml = member_number(record, "volume_ml");
    if (patient) {
        add_dose(l, record, patient);
        add(l, words_printf(&s->w, "%s · %s", product ? product : "–", nuclide ? nuclide : ""));
    } else {
        l->big = product ? product : l->kind;
        add(l, member_text(record, "lot"));
    }
    const char *measured =
        words_printf(&s->w, "%s: %s", sheet_time(s, member_instant(record, "at")),
                     sheet_activity(s, member_number(record, "activity_bq")));
    add(l, isfinite(volume_ml)
               ? words_printf(&s->w, "%s, %.2f %s", measured, volume_ml, say(language, "mL"))
               : measured);
    const char *until = sheet_when(s, member_instant(record, "expiry"));
    if (until) {
        add(l, words_printf(&s->w, "%s: %s", say(language, "Use by"), until));
    }
    const double printed = member_number(record, "labels");
    l->copy = isfinite(printed) && printed >= 1.0 ? (int)printed : 1;
    return MOLY_OK;
}

/* AI 90: agreed inside the centre. The node, so that a scan opens the record. */
static moly_status encode(label *l, const char *id, moly_error *err)
{
    char text[120];
    (void)snprintf(text, sizeof text, "[90]%s/%s", l->kind, id);
    l->code = words_printf(&l->s.w, "%s", text);
    l->symbol = ZBarcode_Create();
    if (!l->symbol) {
        return MOLY_NO_MEMORY(err);
    }
    l->symbol->symbology = BARCODE_DATAMATRIX;
    l->symbol->input_mode = GS1_MODE;
    l->symbol->option_3 = DM_SQUARE;
    return ZBarcode_Encode(l->symbol, (const unsigned char *)text, 0) < ZINT_ERROR
               ? MOLY_OK
               : MOLY_FAIL(err, MOLY_ERR_DATA, "%s cannot stand in a DataMatrix: %s", text,
                           l->symbol->errtxt);
}

static void draw_code(paper *p, const struct zint_symbol *symbol, double x, double y)
{
    const double module = code_pt / (symbol->width > symbol->rows ? symbol->width : symbol->rows);
    paper_colour(p, 0);
    for (int row = 0; row < symbol->rows; row++) {
        for (int column = 0; column < symbol->width; column++) {
            if (symbol_is_dark(symbol, row, column)) {
                cairo_rectangle(p->cr, x + module * column, y + module * row, module, module);
            }
        }
    }
    cairo_fill(p->cr);
}

static void draw(paper *p, const void *context)
{
    const label *l = context;
    const double wide = width_pt - 2 * margin_pt, beside = wide - code_pt - 6;
    const PangoAlignment side = p->is_rtl ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT;
    double y = margin_pt;
    y += paper_put(p, STYLE_STRONG, side, margin_pt, y, wide, l->big) + 1;
    draw_code(p, l->symbol, width_pt - margin_pt - code_pt, height_pt - margin_pt - code_pt - 9);
    (void)paper_put(p, STYLE_TINY, PANGO_ALIGN_RIGHT, width_pt - margin_pt - code_pt - 14,
                    height_pt - margin_pt - 8, code_pt + 14, l->s.id);
    for (size_t i = 0; i < l->n_lines; i++) {
        const double room = y > height_pt - margin_pt - code_pt - 22 ? beside : wide;
        const bool is_long = paper_measure(p, STYLE_SMALL, room, l->lines[i]) > LINE_PT;
        y +=
            paper_put(p, is_long ? STYLE_TINY : STYLE_SMALL, side, margin_pt, y, room, l->lines[i]);
    }
    if (l->copy > 1) {
        char copy[64];
        (void)snprintf(copy, sizeof copy, say(l->s.w.language, "copy %d"), l->copy);
        (void)paper_put(p, STYLE_STRONG, PANGO_ALIGN_LEFT, margin_pt, height_pt - margin_pt - 12,
                        beside, copy);
    }
    if (l->is_training) {
        (void)paper_put(p, STYLE_TINY, PANGO_ALIGN_LEFT, margin_pt, height_pt - margin_pt - 8,
                        beside, "TRAINING");
    }
}

/* ---- ZPL --------------------------------------------------------------------------------------
 */

/* ^FH reads _ and two hexadecimal digits as a byte; ^CI28 takes them as UTF-8. */
static void field(moly_text *out, int x_mm, int y_mm, int height_mm, const char *text)
{
    moly_text_printf(out, "^FO%d,%d^A0N,%d^FH^FD", x_mm * DOTS_PER_MM, y_mm * DOTS_PER_MM,
                     height_mm * DOTS_PER_MM);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c < 0x20 || *c >= 0x7F || *c == '^' || *c == '~' || *c == '_') {
            moly_text_printf(out, "_%02X", *c);
        } else {
            moly_text_printf(out, "%c", *c);
        }
    }
    moly_text_add(out, "^FS\n");
}

static moly_status write_zpl(const label *l, moly_report_bytes *out, moly_error *err)
{
    moly_text text = {0};
    int y_mm = 2;
    moly_text_add(&text, "^XA\n^CI28\n^PW480\n^LL320\n");
    field(&text, 2, y_mm, 4, l->big);
    for (size_t i = 0; i < l->n_lines; i++) {
        field(&text, 2, y_mm += 4, 3, l->lines[i]);
    }
    if (l->copy > 1) {
        char copy[64];
        (void)snprintf(copy, sizeof copy, say(l->s.w.language, "copy %d"), l->copy);
        field(&text, 2, 36, 3, copy);
    }
    if (l->is_training) {
        field(&text, 24, 36, 2, "TRAINING");
    }
    /* ^BX, quality 200, escape _ with _1 for FNC1: GS1 */
    moly_text_printf(&text, "^FO336,168^BXN,5,200,,,,_^FD_190%s/%s^FS\n", l->kind, l->s.id);
    field(&text, 40, 36, 2, l->s.id);
    moly_text_add(&text, "^XZ\n");
    const char *whole = moly_text_get(&text);
    out->data = text.is_broken ? NULL : moly_strdup(whole);
    out->length = out->data ? strlen(out->data) : 0;
    moly_text_free(&text);
    return out->data ? MOLY_OK : MOLY_NO_MEMORY(err);
}

/* ---- one label --------------------------------------------------------------------------------
 */

static moly_status make(label *l, const char *id, bool is_zpl, moly_report_bytes *out,
                        moly_error *err)
{
    json_t *events = NULL;
    const moly_event_query newest = {.limit = 1, .newest_first = true};
    moly_status status = moly_ledger_events(l->s.reader, &newest, &events, err);
    status = status ? status : sheet_keep(&l->s, events, err);
    if (!status) {
        status = provenance_of(json_array_get(events, 0), l->s.reader, &l->s.w, &l->s.head, err);
    }
    status = status ? status : gather(l, id, err);
    status = status ? status : encode(l, id, err);
    if (status) {
        return status;
    }
    l->is_training = l->s.head.is_training;
    const paper_frame frame = {.language = l->s.w.language,
                               .site = l->s.head.site,
                               .title = l->code,
                               .subject = l->code,
                               .date = l->s.head.at};
    return is_zpl ? write_zpl(l, out, err)
                  : paper_make_label(&frame, width_pt, height_pt, draw, l, out, err);
}

moly_status moly_report_label(const moly_ledger_reader *reader, const char *id,
                              const char *language, bool is_zpl, moly_report_bytes *out,
                              moly_error *err)
{
    *out = (moly_report_bytes){0};
    label *l = moly_alloc(1, sizeof *l);
    moly_arena *arena = moly_arena_new();
    moly_status status = l && arena ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status) {
        l->s = (sheet){.w = {.arena = arena, .language = language}, .reader = reader, .id = id};
        status = make(l, id, is_zpl, out, err);
        ZBarcode_Delete(l->symbol);
    }
    moly_arena_free(arena);
    moly_free(l);
    return status;
}

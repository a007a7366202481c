/* SPDX-License-Identifier: Apache-2.0 */
/* Text on paper: boxes, paragraphs, facts, tables. */
#include <pango/pangocairo.h>

#include "paper.h"

static const unsigned rule = 0xced4da, accent = 0x0b4f6c;

static const struct {
    double points;
    PangoWeight weight;
    unsigned rgb;
} styles[] = {
    [STYLE_BODY] = {9.5, PANGO_WEIGHT_NORMAL, 0x1a1a1a},
    [STYLE_STRONG] = {9.5, PANGO_WEIGHT_BOLD, 0x1a1a1a},
    [STYLE_LABEL] = {8.0, PANGO_WEIGHT_NORMAL, 0x5c6670},
    [STYLE_SMALL] = {8.0, PANGO_WEIGHT_NORMAL, 0x1a1a1a},
    [STYLE_TINY] = {6.8, PANGO_WEIGHT_NORMAL, 0x5c6670},
    [STYLE_HEADING] = {10.5, PANGO_WEIGHT_BOLD, 0x0b4f6c},
    [STYLE_TITLE] = {15.0, PANGO_WEIGHT_BOLD, 0x1a1a1a},
    [STYLE_NAME] = {13.0, PANGO_WEIGHT_BOLD, 0x1a1a1a},
    [STYLE_MARK] = {9.5, PANGO_WEIGHT_BOLD, 0xffffff},
};

void paper_colour(paper *p, unsigned rgb)
{
    cairo_set_source_rgb(p->cr, (double)(rgb >> 16 & 255) / 255.0, (double)(rgb >> 8 & 255) / 255.0,
                         (double)(rgb & 255) / 255.0);
}

static PangoLayout *set(paper *p, paper_style style, PangoAlignment align, double width,
                        const char *text)
{
    PangoLayout *layout = pango_layout_new(p->pango);
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family_static(font, "Noto Sans");
    pango_font_description_set_weight(font, styles[style].weight);
    pango_font_description_set_absolute_size(font, styles[style].points * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, align);
    /* A hash that is broken over lines must not gain a hyphen. */
    PangoAttrList *attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
    pango_layout_set_attributes(layout, attributes);
    pango_attr_list_unref(attributes);
    pango_layout_set_text(layout, text ? text : "", -1);
    return layout;
}

static double height_of(PangoLayout *layout)
{
    int height = 0;
    pango_layout_get_size(layout, NULL, &height);
    return (double)height / PANGO_SCALE;
}

double paper_put(paper *p, paper_style style, PangoAlignment align, double x, double y,
                 double width, const char *text)
{
    PangoLayout *layout = set(p, style, align, width, text);
    /* Pango turns the sides round where a text begins in Arabic: turned once more, left is left. */
    bool is_rtl = pango_layout_get_direction(layout, 0) == PANGO_DIRECTION_RTL;
    if (is_rtl && align != PANGO_ALIGN_CENTER) {
        pango_layout_set_alignment(layout, align == PANGO_ALIGN_LEFT ? PANGO_ALIGN_RIGHT
                                                                     : PANGO_ALIGN_LEFT);
    }
    paper_colour(p, styles[style].rgb);
    cairo_move_to(p->cr, x, y);
    pango_cairo_show_layout(p->cr, layout);
    double height = height_of(layout);
    g_object_unref(layout);
    return height;
}

double paper_measure(paper *p, paper_style style, double width, const char *text)
{
    PangoLayout *layout = set(p, style, PANGO_ALIGN_LEFT, width, text);
    double height = height_of(layout);
    g_object_unref(layout);
    return height;
}

/* The side where lines begin, and where a box stands that is `x` from there. */
static PangoAlignment begins(const paper *p)
{
    return p->is_rtl ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT;
}

static double from_begin(const paper *p, double x, double width)
{
    return p->is_rtl ? p->right - x - width : PAPER_LEFT + x;
}

void paper_gap(paper *p, double height)
{
    p->y += height;
}

void paper_paragraph(paper *p, paper_style style, const char *text)
{
    PangoLayout *layout = set(p, style, PANGO_ALIGN_LEFT, p->inner, text);
    pango_layout_set_spacing(layout, PANGO_SCALE);
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    do {
        PangoRectangle box;
        pango_layout_iter_get_line_extents(iter, NULL, &box);
        double height = (double)box.height / PANGO_SCALE;
        double baseline = (double)(pango_layout_iter_get_baseline(iter) - box.y) / PANGO_SCALE;
        paper_need(p, height);
        if (p->has_no_more) {
            break;
        }
        paper_colour(p, styles[style].rgb);
        cairo_move_to(p->cr, PAPER_LEFT + (double)box.x / PANGO_SCALE, p->y + baseline);
        pango_cairo_show_layout_line(p->cr, pango_layout_iter_get_line_readonly(iter));
        p->y += height + 1;
    } while (pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
    g_object_unref(layout);
}

void paper_heading(paper *p, const char *text)
{
    paper_need(p, 44); /* never alone at the foot of a page */
    paper_gap(p, 7);
    p->y += paper_put(p, STYLE_HEADING, begins(p), PAPER_LEFT, p->y, p->inner, text) + 2;
    paper_colour(p, accent);
    cairo_rectangle(p->cr, PAPER_LEFT, p->y, p->inner, 0.7);
    cairo_fill(p->cr);
    p->y += 4;
}

void paper_facts(paper *p, int n_columns, const paper_fact *facts, size_t n)
{
    const double gap = 14, column = (p->inner - gap * (n_columns - 1)) / n_columns;
    const double label = column * 0.37 > 100 ? 100 : column * 0.37, value = column - label - 6;
    size_t n_shown = 0;
    for (size_t i = 0; i < n; i++) {
        n_shown += facts[i].value != NULL;
    }
    size_t per_column = (n_shown + (size_t)n_columns - 1) / (size_t)n_columns, k = 0;
    double total = 0, lowest = 0, y = 0;
    for (int pass = 0; pass < 2; pass++) {
        k = 0;
        for (size_t i = 0; i < n; i++) {
            if (!facts[i].value) {
                continue;
            }
            size_t place = k++ / per_column;
            y = (k - 1) % per_column == 0 ? p->y : y;
            double x = (double)place * (column + gap);
            double a = paper_measure(p, STYLE_LABEL, label, facts[i].label);
            double b = paper_measure(p, STYLE_BODY, value, facts[i].value);
            if (pass == 1) {
                (void)paper_put(p, STYLE_LABEL, begins(p), from_begin(p, x, label), y + 1.6, label,
                                facts[i].label);
                (void)paper_put(p, STYLE_BODY, begins(p), from_begin(p, x + label + 6, value), y,
                                value, facts[i].value);
            }
            y += (a + 1.6 > b ? a + 1.6 : b) + 1.5;
            lowest = y > lowest ? y : lowest;
        }
        total = lowest - p->y;
        if (pass == 0) {
            paper_need(p, total);
            lowest = 0;
        }
    }
    p->y = lowest > p->y ? lowest : p->y;
}

static double row_height(paper *p, const paper_table *table, paper_style style,
                         const char *const *cells)
{
    double highest = 0;
    for (size_t i = 0; i < table->n_columns; i++) {
        double height = paper_measure(p, style, table->columns[i].width - 6, cells[i]);
        highest = height > highest ? height : highest;
    }
    return highest;
}

static void row(paper *p, const paper_table *table, paper_style style, const char *const *cells,
                double height)
{
    double x = 0;
    for (size_t i = 0; i < table->n_columns; i++) {
        const paper_column *c = &table->columns[i];
        const double width = c->width - 6;
        (void)paper_put(p, style, c->align == PANGO_ALIGN_LEFT ? begins(p) : c->align,
                        from_begin(p, x + 3, width), p->y + 2, width, cells[i]);
        x += c->width;
    }
    p->y += height + 4;
    paper_colour(p, rule);
    cairo_rectangle(p->cr, PAPER_LEFT, p->y, p->inner, 0.5);
    cairo_fill(p->cr);
    p->y += 0.5;
}

void paper_table_head(paper *p, const paper_table *table)
{
    const char *headings[16] = {0};
    for (size_t i = 0; i < table->n_columns && i < 16; i++) {
        headings[i] = table->columns[i].heading;
    }
    paper_need(p, 40);
    row(p, table, STYLE_LABEL, headings, row_height(p, table, STYLE_LABEL, headings));
}

void paper_table_row(paper *p, const paper_table *table, const char *const *cells, int swatch)
{
    double height = row_height(p, table, STYLE_SMALL, cells);
    int page = p->page;
    paper_need(p, height + 6);
    if (p->page != page) {
        paper_table_head(p, table);
    }
    if (swatch >= 0) {
        paper_colour(p, (unsigned)swatch);
        cairo_rectangle(p->cr, PAPER_LEFT - 5, p->y + 3, 3, height - 1);
        cairo_fill(p->cr);
    }
    row(p, table, STYLE_SMALL, cells, height);
}

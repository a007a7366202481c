/* SPDX-License-Identifier: Apache-2.0 */
/* Pages: their head and foot, their counting, and the PDF itself. */
#include "paper.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "words.h"

enum { MAX_PAGES = 2000, TOP = 34, FOOT = 36 }; /* FOOT: from below */
static const unsigned ink = 0x1a1a1a, pale = 0xf1f3f5, rule = 0xadb5bd;
static const unsigned training = 0xb3261e, warning = 0x8a5a00;

typedef struct sink {
    char *data;
    size_t length, capacity;
} sink;

static cairo_status_t collect(void *closure, const unsigned char *data, unsigned length)
{
    sink *s = closure;
    if (s->capacity - s->length < length) {
        size_t wanted = 2 * s->capacity + length + 65536;
        char *grown = moly_realloc(s->data, wanted, 1);
        if (!grown) {
            return CAIRO_STATUS_NO_MEMORY;
        }
        s->data = grown;
        s->capacity = wanted;
    }
    memcpy(s->data + s->length, data, length);
    s->length += length;
    return CAIRO_STATUS_SUCCESS;
}

static void fill(paper *p, unsigned rgb, double x, double y, double width, double height)
{
    paper_colour(p, rgb);
    cairo_rectangle(p->cr, x, y, width, height);
    cairo_fill(p->cr);
}

static void banner(paper *p, unsigned rgb, double *y, const char *text)
{
    double height = paper_measure(p, STYLE_MARK, p->inner - 12, text) + 5;
    fill(p, rgb, PAPER_LEFT, *y, p->inner, height);
    paper_colour(p, 0xffffff);
    (void)paper_put(p, STYLE_MARK, PANGO_ALIGN_CENTER, PAPER_LEFT + 6, *y + 2.5, p->inner - 12,
                    text);
    *y += height + 5;
}

static double whose(paper *p, double y)
{
    const paper_frame *f = p->frame;
    double wide = p->inner - 120, pad = 6;
    double name = paper_measure(p, STYLE_NAME, wide, f->name);
    double identity = paper_measure(p, STYLE_SMALL, wide, f->identity);
    double height = name + identity + 2 * pad + 1;
    fill(p, pale, PAPER_LEFT, y, p->inner, height);
    paper_colour(p, ink);
    (void)paper_put(p, STYLE_NAME, PANGO_ALIGN_LEFT, PAPER_LEFT + 8, y + pad, wide, f->name);
    (void)paper_put(p, STYLE_SMALL, PANGO_ALIGN_LEFT, PAPER_LEFT + 8, y + pad + name + 1, wide,
                    f->identity);
    (void)paper_put(p, STYLE_STRONG, PANGO_ALIGN_RIGHT, p->right - 108, y + pad + 2, 100,
                    f->subject);
    return y + height + 7;
}

static void head_and_foot(paper *p)
{
    const paper_frame *f = p->frame;
    const double foot = (f->is_landscape ? PAPER_WIDTH : PAPER_HEIGHT) - FOOT;
    double y = TOP;
    paper_colour(p, ink);
    const double wide = p->inner * 0.55, rest = p->inner * 0.44;
    const PangoAlignment first = p->is_rtl ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT;
    const PangoAlignment last = p->is_rtl ? PANGO_ALIGN_LEFT : PANGO_ALIGN_RIGHT;
    (void)paper_put(p, STYLE_STRONG, first, p->is_rtl ? p->right - wide : PAPER_LEFT, y, wide,
                    f->site);
    double height = paper_measure(p, STYLE_STRONG, wide, f->site);
    (void)paper_put(p, STYLE_LABEL, last, p->is_rtl ? PAPER_LEFT : p->right - rest, y, rest,
                    f->title);
    y += height + 4;
    if (f->is_training) {
        banner(p, training, &y, say(f->language, "TRAINING - not the record of a real patient"));
    }
    if (f->name) {
        y = whose(p, y);
    }
    if (f->mark) {
        banner(p, warning, &y, f->mark);
    }
    p->y = y + 2;
    p->bottom = foot - 8;
    fill(p, rule, PAPER_LEFT, foot, p->inner, 0.5);
    paper_colour(p, ink);
    (void)paper_put(p, STYLE_TINY, PANGO_ALIGN_LEFT, PAPER_LEFT, foot + 4, p->inner - 90, f->foot);
    char text[128];
    (void)snprintf(text, sizeof text, say(f->language, "page %d of %d"), p->page, p->n_pages);
    (void)paper_put(p, STYLE_TINY, PANGO_ALIGN_RIGHT, p->right - 85, foot + 4, 85, text);
    paper_colour(p, ink);
}

void paper_need(paper *p, double height)
{
    if (p->y + height <= p->bottom) {
        return;
    }
    if (p->page == MAX_PAGES) {
        p->has_no_more = true;
        return;
    }
    if (p->n_pages > 0) {
        cairo_show_page(p->cr);
    }
    p->page++;
    head_and_foot(p);
}

static bool is_rtl(const char *language)
{
    return language && strcmp(language, "ar") == 0;
}

/* Metrics must not depend on the surface, or the two passes would break pages differently. */
static PangoContext *new_context(PangoFontMap *map, cairo_t *cr, const char *language)
{
    PangoContext *context = pango_font_map_create_context(map);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options);
    pango_cairo_context_set_resolution(context, 72.0);
    pango_context_set_language(context, pango_language_from_string(language ? language : "en"));
    pango_context_set_base_dir(context, PANGO_DIRECTION_LTR);
    pango_cairo_update_context(cr, context);
    cairo_font_options_destroy(options);
    return context;
}

static paper begin(cairo_surface_t *surface, PangoFontMap *map, const paper_frame *frame)
{
    paper p = {.cr = cairo_create(surface),
               .frame = frame,
               .right = frame->is_landscape ? PAPER_HEIGHT - PAPER_LEFT : PAPER_RIGHT,
               .is_rtl = is_rtl(frame->language),
               .page = 1};
    p.inner = p.right - PAPER_LEFT;
    p.pango = new_context(map, p.cr, frame->language);
    return p;
}

static int draw(cairo_surface_t *surface, PangoFontMap *map, const paper_frame *frame,
                paper_body body, const void *context, int n_pages, bool *has_no_more)
{
    paper p = begin(surface, map, frame);
    p.n_pages = n_pages;
    head_and_foot(&p);
    body(&p, context);
    if (n_pages > 0) {
        cairo_show_page(p.cr);
    }
    g_object_unref(p.pango);
    cairo_destroy(p.cr);
    *has_no_more = p.has_no_more;
    return p.page;
}

static void describe(cairo_surface_t *pdf, const paper_frame *frame)
{
    char date[MOLY_INSTANT_TEXT_SIZE];
    /* PDF dates have whole seconds. */
    moly_instant second = {frame->date.us - ((frame->date.us % 1000000) + 1000000) % 1000000};
    (void)moly_instant_format(second, date);
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_TITLE, frame->title);
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_AUTHOR, frame->site);
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_SUBJECT, frame->subject);
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATOR, "Moly " MOLY_VERSION);
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATE_DATE, date);
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_MOD_DATE, date);
}

/* What stands in `bytes` belongs to the caller when the surface is whole. */
static moly_status finish(cairo_surface_t *pdf, const paper_frame *frame, sink *bytes,
                          moly_status status, moly_report_bytes *out, moly_error *err)
{
    cairo_surface_finish(pdf);
    cairo_status_t drawn = cairo_surface_status(pdf);
    cairo_surface_destroy(pdf);
    if (status == MOLY_OK && drawn != CAIRO_STATUS_SUCCESS) {
        status = drawn == CAIRO_STATUS_NO_MEMORY
                     ? MOLY_NO_MEMORY(err)
                     : MOLY_FAIL(err, MOLY_ERR_INTERNAL, "the PDF of %s could not be drawn: %s",
                                 frame->subject, cairo_status_to_string(drawn));
    }
    if (status != MOLY_OK) {
        moly_free(bytes->data);
        return status;
    }
    *out = (moly_report_bytes){bytes->data, bytes->length};
    return MOLY_OK;
}

moly_status paper_make(const paper_frame *frame, paper_body body, const void *context,
                       moly_report_bytes *out, moly_error *err)
{
    const double width = frame->is_landscape ? PAPER_HEIGHT : PAPER_WIDTH;
    const double height = frame->is_landscape ? PAPER_WIDTH : PAPER_HEIGHT;
    sink bytes = {0};
    bool has_no_more = false;
    moly_status status = MOLY_OK;
    *out = (moly_report_bytes){0};
    PangoFontMap *map = pango_cairo_font_map_new();
    const cairo_rectangle_t extents = {0, 0, width, height};
    cairo_surface_t *trial = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, &extents);
    int n_pages = draw(trial, map, frame, body, context, 0, &has_no_more);
    cairo_surface_destroy(trial);
    cairo_surface_t *pdf = cairo_pdf_surface_create_for_stream(collect, &bytes, width, height);
    if (has_no_more) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "%s would take more than %d pages", frame->subject,
                           MAX_PAGES);
    } else {
        describe(pdf, frame);
        (void)draw(pdf, map, frame, body, context, n_pages, &has_no_more);
    }
    status = finish(pdf, frame, &bytes, status, out, err);
    g_object_unref(map);
    return status;
}

moly_status paper_make_label(const paper_frame *frame, double width, double height, paper_body body,
                             const void *context, moly_report_bytes *out, moly_error *err)
{
    sink bytes = {0};
    *out = (moly_report_bytes){0};
    PangoFontMap *map = pango_cairo_font_map_new();
    cairo_surface_t *pdf = cairo_pdf_surface_create_for_stream(collect, &bytes, width, height);
    describe(pdf, frame);
    paper p = begin(pdf, map, frame);
    p.right = width;
    p.inner = width;
    p.bottom = height;
    body(&p, context);
    g_object_unref(p.pango);
    cairo_destroy(p.cr);
    moly_status status = finish(pdf, frame, &bytes, MOLY_OK, out, err);
    g_object_unref(map);
    return status;
}

void moly_report_bytes_free(moly_report_bytes *bytes)
{
    if (bytes) {
        moly_free(bytes->data);
        *bytes = (moly_report_bytes){0};
    }
}

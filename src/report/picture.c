/* SPDX-License-Identifier: Apache-2.0 */
/* Views in inverse grey, with the outlines of regions over them. */
#include "picture.h"

#include <math.h>

#include "words.h"

enum { DPI = 220, MAX_SIDE = 3000, MAX_NUMBERED = 24 };
static const unsigned ink = 0x1a1a1a, cross = 0xd6001c, frame = 0xced4da;

/* Distinct for colour-blind readers too. Source: Okabe & Ito, Color Universal Design (2008),
 * without black and yellow, which is lost on white. */
static const unsigned colours[] = {0xd55e00, 0x0072b2, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9};

unsigned picture_colour(size_t region)
{
    return colours[region % (sizeof colours / sizeof colours[0])];
}

/* Where a view stands on paper. */
typedef struct panel {
    const view *v;
    double x, y, width, height; /* points */
    double u_points, v_points;  /* of a pixel */
} panel;

static panel panel_at(const view *v, double x, double y, double points_per_mm)
{
    panel a = {.v = v, .x = x, .y = y};
    a.u_points = v->u_mm * points_per_mm;
    a.v_points = v->v_mm * points_per_mm;
    a.width = a.u_points * (double)(v->to_u - v->from_u);
    a.height = a.v_points * (double)(v->to_v - v->from_v);
    return a;
}

static double width_mm(const view *v)
{
    return v->u_mm * (double)(v->to_u - v->from_u);
}

static double height_mm(const view *v)
{
    return v->v_mm * (double)(v->to_v - v->from_v);
}

/* Bilinear between pixel centres; at the edge the last pixel goes on. */
static double sample(const view *v, double u, double w)
{
    u = fmin(fmax(u - 0.5, 0), (double)(v->n_u - 1));
    w = fmin(fmax(w - 0.5, 0), (double)(v->n_v - 1));
    int64_t i = (int64_t)u, j = (int64_t)w;
    int64_t right = i + 1 < v->n_u ? 1 : 0, below = j + 1 < v->n_v ? v->n_u : 0;
    const float *p = v->value + j * v->n_u + i;
    double a = u - (double)i, b = w - (double)j;
    return (1 - b) * ((1 - a) * p[0] + a * p[right]) +
           b * ((1 - a) * p[below] + a * p[below + right]);
}

static int pixels(double points)
{
    double n = ceil(points * DPI / 72.0);
    return n < 1 ? 1 : n > MAX_SIDE ? MAX_SIDE : (int)n;
}

static void paint(paper *p, const panel *a, double top)
{
    const view *v = a->v;
    int width = pixels(a->width), height = pixels(a->height);
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    if (cairo_surface_status(image) == CAIRO_STATUS_SUCCESS) {
        unsigned char *data = cairo_image_surface_get_data(image);
        int stride = cairo_image_surface_get_stride(image);
        for (int j = 0; j < height; j++) {
            uint32_t *line = (uint32_t *)(void *)(data + (ptrdiff_t)j * stride);
            double w = (double)v->from_v + (j + 0.5) / height * (double)(v->to_v - v->from_v);
            for (int i = 0; i < width; i++) {
                double u = (double)v->from_u + (i + 0.5) / width * (double)(v->to_u - v->from_u);
                double grey = fmin(fmax(sample(v, u, w) / top, 0), 1);
                line[i] = (uint32_t)lround(255 * (1 - grey)) * 0x010101U;
            }
        }
        cairo_surface_mark_dirty(image);
    }
    cairo_save(p->cr);
    cairo_translate(p->cr, a->x, a->y);
    cairo_scale(p->cr, a->width / width, a->height / height);
    /* A surface that could not be made puts the error on the PDF, which is then refused. */
    cairo_set_source_surface(p->cr, image, 0, 0);
    cairo_paint(p->cr);
    cairo_restore(p->cr);
    cairo_surface_destroy(image);
}

static bool has(const view *v, int64_t i, int64_t j, uint64_t bit)
{
    return i >= 0 && i < v->n_u && j >= 0 && j < v->n_v && (v->regions[j * v->n_u + i] & bit) != 0;
}

/* A side of a pixel, from one of its corners. */
static void side(paper *p, const panel *a, int64_t i, int64_t j, int64_t to_i, int64_t to_j)
{
    cairo_move_to(p->cr, a->x + (double)(i - a->v->from_u) * a->u_points,
                  a->y + (double)(j - a->v->from_v) * a->v_points);
    cairo_line_to(p->cr, a->x + (double)(to_i - a->v->from_u) * a->u_points,
                  a->y + (double)(to_j - a->v->from_v) * a->v_points);
}

/* The outline is that of the voxels themselves, not smoothed. */
static void outline(paper *p, const panel *a, size_t region, bool is_numbered)
{
    const view *v = a->v;
    uint64_t bit = UINT64_C(1) << (region & 63);
    int64_t right = -1, top = -1;
    for (int64_t j = v->from_v; j < v->to_v; j++) {
        for (int64_t i = v->from_u; i < v->to_u; i++) {
            if (!has(v, i, j, bit)) {
                continue;
            }
            top = top < 0 ? j : top;
            right = i > right ? i : right;
            if (!has(v, i - 1, j, bit)) {
                side(p, a, i, j, i, j + 1);
            }
            if (!has(v, i + 1, j, bit)) {
                side(p, a, i + 1, j, i + 1, j + 1);
            }
            if (!has(v, i, j - 1, bit)) {
                side(p, a, i, j, i + 1, j);
            }
            if (!has(v, i, j + 1, bit)) {
                side(p, a, i, j + 1, i + 1, j + 1);
            }
        }
    }
    paper_colour(p, picture_colour(region));
    cairo_set_line_width(p->cr, 0.6);
    cairo_set_line_cap(p->cr, CAIRO_LINE_CAP_SQUARE);
    cairo_stroke(p->cr);
    if (is_numbered && top >= 0) {
        char text[24];
        (void)snprintf(text, sizeof text, "%zu", region + 1);
        double x = a->x + (double)(right + 1 - v->from_u) * a->u_points + 1.5;
        double y = a->y + (double)(top - v->from_v) * a->v_points - 6;
        x = fmin(x, a->x + a->width - 10);
        (void)paper_put(p, STYLE_TINY, PANGO_ALIGN_LEFT, x, y, 20, text);
    }
}

static void outlines(paper *p, const panel *a, size_t n_regions)
{
    for (size_t i = 0; a->v->regions && i < n_regions && i < 64; i++) {
        outline(p, a, i, n_regions <= MAX_NUMBERED);
    }
}

/* Open in the middle, so that it does not cover what it shows. */
static void draw_cross(paper *p, const panel *a)
{
    double x = a->x + ((double)(a->v->mark_u - a->v->from_u) + 0.5) * a->u_points;
    double y = a->y + ((double)(a->v->mark_v - a->v->from_v) + 0.5) * a->v_points;
    for (int k = 0; k < 4; k++) {
        double dx = k == 0 ? -1 : k == 1 ? 1 : 0, dy = k == 2 ? -1 : k == 3 ? 1 : 0;
        cairo_move_to(p->cr, x + 4 * dx, y + 4 * dy);
        cairo_line_to(p->cr, x + 10 * dx, y + 10 * dy);
    }
    paper_colour(p, cross);
    cairo_set_line_width(p->cr, 0.8);
    cairo_stroke(p->cr);
}

/* Short ticks at both sides, at the height of the axial slice. */
static void draw_level(paper *p, const panel *a)
{
    double y = a->y + ((double)(a->v->mark_v - a->v->from_v) + 0.5) * a->v_points;
    cairo_move_to(p->cr, a->x, y);
    cairo_line_to(p->cr, a->x + 7, y);
    cairo_move_to(p->cr, a->x + a->width, y);
    cairo_line_to(p->cr, a->x + a->width - 7, y);
    paper_colour(p, cross);
    cairo_set_line_width(p->cr, 0.8);
    cairo_stroke(p->cr);
}

static void border(paper *p, const panel *a, const char *left, const char *right, double width,
                   const char *caption)
{
    paper_colour(p, frame);
    cairo_set_line_width(p->cr, 0.5);
    cairo_rectangle(p->cr, a->x, a->y, a->width, a->height);
    cairo_stroke(p->cr);
    (void)paper_put(p, STYLE_LABEL, PANGO_ALIGN_LEFT, a->x + 3, a->y + 2, 16, left);
    (void)paper_put(p, STYLE_LABEL, PANGO_ALIGN_RIGHT, a->x + a->width - 19, a->y + 2, 16, right);
    (void)paper_put(p, STYLE_TINY, PANGO_ALIGN_LEFT, a->x, a->y + a->height + 2, width, caption);
}

/* The grey scale, lying, and 10 cm of the axial slice. */
static void scale(paper *p, const panel *axial, double x, double y, double width, double top,
                  const char *units)
{
    const double height = 8;
    cairo_pattern_t *ramp = cairo_pattern_create_linear(x, 0, x + width, 0);
    cairo_pattern_add_color_stop_rgb(ramp, 0, 1, 1, 1);
    cairo_pattern_add_color_stop_rgb(ramp, 1, 0, 0, 0);
    cairo_set_source(p->cr, ramp);
    cairo_rectangle(p->cr, x, y, width, height);
    cairo_fill_preserve(p->cr);
    cairo_pattern_destroy(ramp);
    paper_colour(p, ink);
    cairo_set_line_width(p->cr, 0.5);
    cairo_stroke(p->cr);
    double step = top > 8 ? 2 : top > 2 ? 1 : top / 4;
    char text[64], digits[MOLY_QUANTITY_TEXT_SIZE];
    int n_ticks = step > 0 ? (int)floor(top / step + 1e-9) : 0;
    for (int i = 0; i <= n_ticks; i++) {
        double at = i * step;
        double tick = x + width * at / top;
        cairo_move_to(p->cr, tick, y + height);
        cairo_line_to(p->cr, tick, y + height + 2.5);
        cairo_stroke(p->cr);
        (void)paper_put(p, STYLE_TINY, PANGO_ALIGN_CENTER, tick - 15, y + height + 2, 30,
                        moly_quantity_format(at, MOLY_DIM_NONE, 3, digits));
        paper_colour(p, ink);
    }
    (void)snprintf(text, sizeof text, "%.40s", units);
    (void)paper_put(p, STYLE_TINY, PANGO_ALIGN_LEFT, x, y - 10, width, text);
    double ten_cm = 100.0 / axial->v->u_mm * axial->u_points;
    if (ten_cm < width / 2) {
        double end = x + width, at = y - 3;
        cairo_set_line_width(p->cr, 1.2);
        paper_colour(p, ink);
        cairo_move_to(p->cr, end - ten_cm, at);
        cairo_line_to(p->cr, end, at);
        cairo_stroke(p->cr);
        (void)paper_put(p, STYLE_TINY, PANGO_ALIGN_RIGHT, x, y - 13, width,
                        say(p->frame->language, "10 cm (slices)"));
    }
}

/* Where everything in the row goes. */
typedef struct layout {
    panel coronal, sagittal, lesion, axial;
    bool has_lesion;
    double room, height; /* width of the column of slices; height of all */
} layout;

static layout arrange(const views *v, double y)
{
    const double tall = 232, gap = 10, caption = 14, beside = PAPER_INNER * 0.60, scale_height = 46;
    layout l = {.has_lesion = v->lesion.n_u > 0};
    double wide = width_mm(&v->coronal) + width_mm(&v->sagittal);
    double projected = fmin(tall / height_mm(&v->coronal), (beside - gap) / wide);
    double x = PAPER_LEFT + wide * projected + 2 * gap;
    l.room = PAPER_RIGHT - x;
    /* The slices share a scale, so that they compare. */
    double widest = fmax(width_mm(&v->axial), l.has_lesion ? width_mm(&v->lesion) : 0);
    double high = height_mm(&v->axial) + (l.has_lesion ? height_mm(&v->lesion) : 0);
    double free = tall - scale_height - (l.has_lesion ? caption : 0);
    double sliced = fmin(l.room / widest, free / high);
    l.coronal = panel_at(&v->coronal, PAPER_LEFT, y, projected);
    l.sagittal = panel_at(&v->sagittal, PAPER_LEFT + l.coronal.width + gap, y, projected);
    double below = y;
    if (l.has_lesion) {
        l.lesion = panel_at(&v->lesion, x, y, sliced);
        below = y + l.lesion.height + caption;
    }
    l.axial = panel_at(&v->axial, x, below, sliced);
    l.height = fmax(l.coronal.height, l.axial.y + l.axial.height + scale_height - y);
    return l;
}

static void show(paper *p, const panel *a, double top, size_t n_regions)
{
    paint(p, a, top);
    cairo_save(p->cr);
    cairo_rectangle(p->cr, a->x, a->y, a->width, a->height);
    cairo_clip(p->cr);
    outlines(p, a, n_regions);
    cairo_restore(p->cr);
}

void picture_row(paper *p, const views *v, double top, size_t n_regions, const char *units)
{
    const char *language = p->frame->language;
    const char *right = "R", *left = "L";
    paper_need(p, arrange(v, p->y).height + 26);
    layout l = arrange(v, p->y);
    show(p, &l.coronal, top, n_regions);
    show(p, &l.sagittal, top, n_regions);
    show(p, &l.axial, top, n_regions);
    draw_level(p, &l.coronal);
    draw_level(p, &l.sagittal);
    draw_cross(p, &l.axial);
    border(p, &l.coronal, right, left, fmax(l.coronal.width, 60), say(language, "MIP, coronal"));
    border(p, &l.sagittal, "A", "P", fmax(l.sagittal.width, 60), say(language, "MIP, sagittal"));
    border(p, &l.axial, right, left, l.room,
           say(language, "Axial slice through the maximum (cross)"));
    if (l.has_lesion) {
        show(p, &l.lesion, top, n_regions);
        border(p, &l.lesion, right, left, l.room, say(language, "Axial slice, hottest region"));
    }
    scale(p, &l.axial, l.axial.x, l.axial.y + l.axial.height + 25, fmin(l.room, 200) - 20, top,
          units);
    p->y += l.height + 18;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "plot.h"

#include <math.h>

#define WIDTH 640.0
#define HEIGHT 380.0
#define LEFT 58.0
#define RIGHT 14.0
#define TOP 30.0
#define BOTTOM 42.0

typedef struct axes {
    double x0, x1, y1;
} axes;

static double to_x(const axes *a, double x)
{
    return LEFT + (x - a->x0) / (a->x1 - a->x0) * (WIDTH - LEFT - RIGHT);
}

static double to_y(const axes *a, double y)
{
    return HEIGHT - BOTTOM - y / a->y1 * (HEIGHT - TOP - BOTTOM);
}

/* 1, 2 or 5 times a power of ten: about six steps over the span. */
static double nice_step(double span)
{
    const double rough = span / 6.0, power = pow(10.0, floor(log10(rough))), m = rough / power;
    return power * (m < 1.5 ? 1.0 : m < 3.5 ? 2.0 : m < 7.5 ? 5.0 : 10.0);
}

static void draw_frame(const axes *a, const char *title, const char *source, moly_text *svg)
{
    char number[MOLY_NUMBER_TEXT_SIZE];
    moly_text_printf(svg,
                     "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" "
                     "font-family=\"sans-serif\" font-size=\"12\" fill=\"#333\">\n"
                     "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
                     "<text x=\"%g\" y=\"19\" font-size=\"15\">%s</text>\n"
                     "<text x=\"%g\" y=\"19\" text-anchor=\"end\" fill=\"#777\">%s</text>\n",
                     WIDTH, HEIGHT, LEFT, title, WIDTH - RIGHT, source);
    const double dx = nice_step(a->x1 - a->x0), dy = nice_step(a->y1);
    const int first = (int)ceil(a->x0 / dx), last = (int)floor(a->x1 / dx * (1.0 + 1e-9));
    for (int i = first; i <= last; i++) {
        const double x = i * dx;
        moly_text_printf(svg,
                         "<path d=\"M%.1f %gV%g\" stroke=\"#e6e6e6\"/><text x=\"%.1f\" y=\"%g\" "
                         "text-anchor=\"middle\">%s</text>\n",
                         to_x(a, x), TOP, HEIGHT - BOTTOM, to_x(a, x), HEIGHT - BOTTOM + 17.0,
                         moly_number_format(x, 4, number));
    }
    for (int i = 0; i * dy <= a->y1; i++) {
        const double y = i * dy;
        moly_text_printf(svg,
                         "<path d=\"M%g %.1fH%g\" stroke=\"#e6e6e6\"/><text x=\"%g\" y=\"%.1f\" "
                         "text-anchor=\"end\">%s</text>\n",
                         LEFT, to_y(a, y), WIDTH - RIGHT, LEFT - 6.0, to_y(a, y) + 4.0,
                         moly_number_format(y, 4, number));
    }
    moly_text_printf(svg,
                     "<text x=\"%g\" y=\"%g\" text-anchor=\"middle\">energy / MeV</text>\n"
                     "<text transform=\"translate(14 %g)rotate(-90)\" text-anchor=\"middle\">cross "
                     "section / mb</text>\n",
                     0.5 * (LEFT + WIDTH - RIGHT), HEIGHT - 8.0, 0.5 * (TOP + HEIGHT - BOTTOM));
}

/* The curve once, `factor` times as high, forwards or backwards. */
static void draw_path(const axes *a, const moly_reaction *r, double factor, bool is_back,
                      const char *begin, moly_text *svg)
{
    const char *command = begin;
    for (size_t k = 0; k < r->n; k++) {
        const size_t i = is_back ? r->n - 1 - k : k;
        const double x = (double)r->energy_mev[i], y = factor * (double)r->xs_mb[i];
        if (x <= a->x1) {
            moly_text_printf(svg, "%s%.1f %.1f", command, to_x(a, x), to_y(a, fmin(y, a->y1)));
            command = "L";
        }
    }
}

static void draw_given(const axes *a, const plot_points *given, bool is_model, moly_text *svg)
{
    const char *command = "M";
    double last = -1.0;
    moly_text_add(svg, "<path fill=\"none\" stroke=\"#f0a030\" stroke-opacity=\".55\" ");
    moly_text_add(svg, is_model ? "stroke-width=\"2\" stroke-dasharray=\"6 4\" d=\""
                                : "stroke-width=\"6\" d=\"");
    for (size_t i = 0; i < given->n; i++) {
        const double x = to_x(a, given->x[i]);
        if (given->x[i] >= a->x0 && given->x[i] <= a->x1 && x - last >= 3.0) {
            moly_text_printf(svg, "%s%.0f %.1f", command, x, to_y(a, fmin(given->y[i], a->y1)));
            command = "L";
            last = x;
        }
    }
    moly_text_add(svg, "\"/>\n");
}

static void draw_dots(const axes *a, const plot_points *measured, moly_text *svg)
{
    moly_text_add(svg, "<path stroke=\"#888\" stroke-opacity=\".7\" stroke-width=\"4\" "
                       "stroke-linecap=\"round\" d=\"");
    for (size_t i = 0; i < measured->n; i++) {
        if (measured->x[i] >= a->x0 && measured->x[i] <= a->x1 && measured->y[i] <= a->y1) {
            moly_text_printf(svg, "M%.0f %.0fh0", to_x(a, measured->x[i]), to_y(a, measured->y[i]));
        }
    }
    moly_text_add(svg, "\"/>\n");
}

void plot_svg(const moly_reaction *r, const char *title, double peak_mb, const plot_points *given,
              bool is_model, const plot_points *measured, moly_text *svg)
{
    double highest = 0.0; /* measured points set the frame too, as far as twice the peak */
    for (size_t i = 0; i < measured->n; i++) {
        highest = fmax(highest, measured->y[i]);
    }
    const axes a = {.x0 = floor(0.9 * (double)r->energy_mev[0]),
                    .x1 = fmin(r->evaluated_to_mev, 4.0 * (double)r->energy_mev[0] + 40.0),
                    .y1 = fmax(1.25 * peak_mb, fmin(1.05 * highest, 2.0 * peak_mb))};
    draw_frame(&a, title, r->source, svg);
    moly_text_add(svg, "<path fill=\"#3070c0\" fill-opacity=\".13\" d=\"");
    draw_path(&a, r, 1.0 + r->u_rel, false, "M", svg);
    draw_path(&a, r, 1.0 - r->u_rel, true, "L", svg);
    moly_text_add(svg, "Z\"/>\n");
    draw_given(&a, given, is_model, svg);
    draw_dots(&a, measured, svg);
    moly_text_add(svg, "<path fill=\"none\" stroke=\"#2060b0\" stroke-width=\"1.6\" d=\"");
    draw_path(&a, r, 1.0, false, "M", svg);
    moly_text_add(svg, "\"/>\n</svg>\n");
}

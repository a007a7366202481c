/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_PAPER_H
#define REPORT_PAPER_H

/* A4 pages that fill from top to bottom, with the same head and foot on each. Lengths are points
 * (1/72 inch), y down. */

#include <cairo.h>
#include <pango/pango.h>

#include "moly/base/instant.h"
#include "moly/base/memory.h"
#include "moly/report/report.h"

enum { PAPER_WIDTH = 595, PAPER_HEIGHT = 842, PAPER_LEFT = 45, PAPER_RIGHT = 550 };
enum { PAPER_INNER = PAPER_RIGHT - PAPER_LEFT }; /* upright; what may lie asks paper.inner */

typedef enum paper_style {
    STYLE_BODY,
    STYLE_STRONG,
    STYLE_LABEL,
    STYLE_SMALL,
    STYLE_TINY,
    STYLE_HEADING,
    STYLE_TITLE,
    STYLE_NAME,
    STYLE_MARK,
} paper_style;

/* What stands on every page, and in the document's properties. Borrowed. */
typedef struct paper_frame {
    const char *language; /* NULL: English */
    const char *site, *title;
    const char *name, *identity; /* whose it is; NULL where the record is nobody's */
    const char *subject;         /* "STU-000001" */
    const char *mark;            /* what the reader must know first: "PRELIMINARY"; or NULL */
    bool is_training;
    bool is_landscape;
    const char *foot; /* version and hash */
    moly_instant date;
} paper_frame;

typedef struct paper {
    cairo_t *cr;
    PangoContext *pango;
    const paper_frame *frame;
    double right, inner; /* where lines end, and how long they are */
    double y, bottom;    /* where the next thing goes, and where the page ends */
    bool is_rtl;         /* read from the right: tables and facts begin there */
    int page, n_pages;   /* n_pages is 0 while they are counted */
    bool has_no_more;    /* more pages than anyone reads: the rest is left out */
} paper;

typedef void (*paper_body)(paper *p, const void *context);

/* Draw the body twice: once to count the pages, once for good.
 * @retval MOLY_ERR_RANGE  more than 2000 pages */
MOLY_CHECKED moly_status paper_make(const paper_frame *frame, paper_body body, const void *context,
                                    moly_report_bytes *out, moly_error *err);
/* One page of another size without head and foot, a label. `frame` gives language and properties.
 */
MOLY_CHECKED moly_status paper_make_label(const paper_frame *frame, double width, double height,
                                          paper_body body, const void *context,
                                          moly_report_bytes *out, moly_error *err);

/* Begin a new page unless `height` is left on this one. */
void paper_need(paper *p, double height);
void paper_gap(paper *p, double height);
void paper_colour(paper *p, unsigned rgb);
/* A text in a box at (x, y), wrapped to `width`; its height. Left is left in any script. */
double paper_put(paper *p, paper_style style, PangoAlignment align, double x, double y,
                 double width, const char *text);
/* The height it would take. */
double paper_measure(paper *p, paper_style style, double width, const char *text);
/* A text that flows, over pages where it must; a paragraph in Arabic begins at the right. */
void paper_paragraph(paper *p, paper_style style, const char *text);
void paper_heading(paper *p, const char *text);

typedef struct paper_fact {
    const char *label, *value;
} paper_fact;
/* Labels with values in `n_columns` columns, filled column by column; one whose value is NULL is
 * left out. */
void paper_facts(paper *p, int n_columns, const paper_fact *facts, size_t n);

typedef struct paper_column {
    const char *heading;
    double width; /* of PAPER_INNER altogether */
    PangoAlignment align;
} paper_column;
typedef struct paper_table {
    const paper_column *columns;
    size_t n_columns;
} paper_table;
void paper_table_head(paper *p, const paper_table *table);
/* A row of cells; after a page break the headings come again. `swatch`: colour before the first
 * cell, or -1. */
void paper_table_row(paper *p, const paper_table *table, const char *const *cells, int swatch);

#endif

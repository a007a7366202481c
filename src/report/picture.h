/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_PICTURE_H
#define REPORT_PICTURE_H

#include "paper.h"
#include "projection.h"

/* Colour of region i (from 0) in pictures and in the table. */
unsigned picture_colour(size_t region);

/* The three views in a row with their captions and the scale, from 0 to `top`.
 *  @param n_regions  that are numbered beside their outlines
 *  @param units      "SUVbw" */
void picture_row(paper *p, const views *v, double top, size_t n_regions, const char *units);

#endif

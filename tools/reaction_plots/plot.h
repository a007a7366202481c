/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_TOOLS_PLOT_H
#define MOLY_TOOLS_PLOT_H

#include "moly/base/text.h"
#include "moly/production/reaction.h"

typedef struct plot_points {
    double *x, *y; /**< MeV, mb */
    size_t n;
} plot_points;

/** One excitation function as SVG: Moly's curve and its band, the evaluated curve below it as a
 * broad line (dashed: a model), measured points as dots. */
void plot_svg(const moly_reaction *reaction, const char *title, double peak_mb,
              const plot_points *given, bool is_model, const plot_points *measured, moly_text *svg);

#endif

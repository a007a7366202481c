/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_BENCH_OSEM_H
#define MOLY_COMMANDS_BENCH_OSEM_H

/* What a sub-iteration of OSEM costs beside the projections that it cannot do without. */
#include "moly/reconstruction/osem.h"

/** A subset of views, the scanner's mashed into as many, with counts, factors and background in
 *  memory; resolution of 4.5 mm modelled. Seconds are the least of several runs.
 *  @param[in]  layout  view_mashing is overridden
 *  @param[out] ratio   sub-iteration over forward and back projection of the same views */
MOLY_CHECKED moly_status bench_osem(const moly_layout *layout, int64_t n_views,
                                    const moly_grid *grid, const moly_projector_options *options,
                                    double *ratio, moly_error *err);

#endif

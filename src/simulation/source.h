/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SIMULATION_SOURCE_H
#define MOLY_SIMULATION_SOURCE_H

/* Points of a phantom's decays. */

#include "transport.h"

/** Shares of decays in the whole volumes of solids up to each, not scaled: until[n].
 *  @retval MOLY_ERR_DATA  nothing is active */
MOLY_CHECKED moly_status source_until(const moly_solids *solids, double *until, moly_error *err);
/** A point at random, and its solid. */
int source_draw(const moly_solids *solids, const double *until, const transport *phantom,
                moly_random *random, double point[3]);

#endif

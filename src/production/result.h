/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PRODUCTION_RESULT_H
#define MOLY_PRODUCTION_RESULT_H

/** From rates to activities: decay while the beam runs and after it, and what is told of each. */

#include "beam_inside.h"

typedef struct result_work {
    size_t n; /**< of the set */
    moly_arena *arena;
    double *block; /**< all arrays of numbers below and in `rates` */
    beam_rates rates;
    double *eob, *end, *sd, *rate, *scratch;
    const moly_reaction **inherited;
} result_work;

MOLY_CHECKED moly_status result_work_new(const moly_beam *beam, moly_arena *arena,
                                         result_work *work, moly_error *err);
void result_work_free(result_work *work);
/** Rates to zero, before the next layer. */
void result_clear(result_work *work);
/** Fill in what the layer holds; its energies, thickness and heat are there.
 *  @retval MOLY_ERR_UNKNOWN  `product` (not SIZE_MAX) is not among it */
MOLY_CHECKED moly_status result_layer(const moly_beam *beam, const moly_irradiation *irr,
                                      const beam_layer *layer, size_t product, int charge,
                                      result_work *work, moly_layer_result *result,
                                      moly_error *err);

#endif

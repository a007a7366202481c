/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_SAFETY_WASTE_H
#define CENTRE_SAFETY_WASTE_H

/* What a waste container holds against the levels of clearance. */

#include "act.h"
#include "physics.h"

typedef struct waste_content {
    double activity_bq[PHYSICS_N_HANDLED]; /* as physics_handled */
    double fraction;                       /* sum of concentration / level; may leave up to 1 */
    size_t worst;                          /* nuclide with the largest part of it */
    double worst_bq_per_g;
    const site_limit *worst_level;
} waste_content;

/* What the books have in it at `at`; with NAN as mass without the sum. */
MOLY_CHECKED moly_status waste_content_at(const moly_ledger_reader *reader, const site_data *limits,
                                          const char *node, double mass_g, moly_instant at,
                                          waste_content *content, moly_error *err);
/* The first hour, to an hour, at which the sum is at most 1, ingrowth included.
 *  @param[out] clear_after  MOLY_INSTANT_NONE: not within a hundred years */
MOLY_CHECKED moly_status waste_clear_after(const moly_ledger_reader *reader,
                                           const site_data *limits, const char *node, double mass_g,
                                           moly_instant from, moly_instant *clear_after,
                                           moly_error *err);
/* {"Tc-99m": Bq, …}: what there is of each, above a becquerel; NULL: no memory. */
json_t *waste_nuclides(const waste_content *content);

#endif

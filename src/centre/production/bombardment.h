/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_BOMBARDMENT_H
#define CENTRE_BOMBARDMENT_H

/* What a beam should have made, by room production: one target that is struck at a constant
 * current. */

#include "act.h"
#include "physics.h"

typedef struct bombardment {
    int beam;             /* index into bombardment_beams */
    const char *material; /* as moly/matter/material.h reads it */
    const char *product;
    double energy_kev;      /* on the target */
    double exit_energy_kev; /* behind it; NAN: it stops the beam */
    double current_a, current_rel_sd;
    double duration_s;
} bombardment;

typedef struct bombardment_yield {
    double product_bq, sd_bq; /* at the end of the beam */
    json_t *others;      /* [{"nuclide","activity_bq","u_rel","source"}] made beside the product */
    json_t *computation; /* how it was found: sets of data, curve, energies, heat, what has none */
} bombardment_yield;

extern const char *const bombardment_beams[]; /* for parameters; NULL-terminated */

/* `others` and `computation` are new references.
 *  @retval MOLY_ERR_USAGE, _RANGE, _UNKNOWN  the target, the energy, or no curve to the product */
MOLY_CHECKED moly_status bombardment_predict(const moly_act_context *context, const bombardment *b,
                                             bombardment_yield *yield, moly_error *err);

#endif
